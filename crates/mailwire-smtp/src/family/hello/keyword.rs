//! The lines of the EHLO reply: extensions and their parameters. RFC 5321 section 4.1.1.1.
//!
//! ```text
//! S: 250-SIZE 35651584
//! ```

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::{KEYWORD, decimal};
use mailwire_core::{Tolerance, into_owned, wire_api};

use super::words::{LimitList, Mechanisms, OtherKeyword, Words};
use super::{HELLO, HelloText};
use crate::element::deliver_by::DeliverByOffer;
use crate::element::future_release::FutureReleaseOffer;
use crate::element::parameter::ParameterKeyword;
use crate::element::priority::PriorityProfile;
use crate::element::solicit::Solicit;
use crate::extension::Extension;
use crate::tolerance::Deviation;

/// One line of the EHLO reply: an extension and its parameters.
///
/// RFC 5321 section 4.1.1.1; [`EXTENSIONS`](crate::extension::EXTENSIONS) lists the RFC of each.
///
/// # Grammar
/// ```text
/// ehlo-line = ehlo-keyword *( SP ehlo-param )
/// ```
///
/// # Wire
/// ```text
/// S: 250-LIMITS MAILMAX=10 RCPTMAX=100
/// ```
///
/// # Limits
/// [`Limits::reply_line`](crate::Limits::reply_line).
///
/// # Errors
/// `ehlo-line`.
///
/// # Example
/// ```
/// use mailwire_smtp::{Extension, family::hello::Keyword};
/// assert_eq!(Keyword::parse(b"8bitmime")?, Keyword::Plain(Extension::EightBitMime));
/// assert_eq!(Keyword::parse(b"SIZE 1000")?.to_bytes(), b"SIZE 1000");
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keyword<'a> {
    /// An extension without parameters, or whose parameters mean nothing.
    Plain(Extension),
    /// `SIZE`: the largest message in octets; 0 for no fixed limit. RFC 1870.
    Size(Option<u64>),
    /// `AUTH` and `X-EXPS`: SASL mechanisms. RFC 4954.
    Auth(Mechanisms<'a>),
    /// `DELIVERBY`: the shortest time. RFC 2852.
    DeliverBy(DeliverByOffer<'a>),
    /// `FUTURERELEASE`: the longest hold. RFC 4865.
    FutureRelease(FutureReleaseOffer),
    /// `MT-PRIORITY`: the priority assignment policy. RFC 6710.
    MtPriority(PriorityProfile<'a>),
    /// `NO-SOLICITING`: the classes that are not wanted. RFC 3865.
    NoSoliciting(Solicit<'a>),
    /// `LIMITS`: numbers that the client must keep to. RFC 9422.
    Limits(LimitList<'a>),
    /// `BURL`: where the server can fetch from. RFC 4468.
    Burl(Words<'a>),
    /// `XCLIENT`: the attributes that are taken. Postfix.
    Xclient(Words<'a>),
    /// `XFORWARD`: the attributes that are taken. Postfix.
    Xforward(Words<'a>),
    /// Another keyword, kept as data.
    Other(OtherKeyword<'a>),
    /// A line that is no keyword, kept as data.
    Invalid(HelloText<'a>),
}

wire_api!(Deviation: Keyword);
into_owned!(
    enum Keyword {
        Plain(extension),
        Size(size),
        Auth(mechanisms),
        DeliverBy(offer),
        FutureRelease(offer),
        MtPriority(profile),
        NoSoliciting(classes),
        Limits(limits),
        Burl(sources),
        Xclient(names),
        Xforward(names),
        Other(keyword),
        Invalid(text),
    }
);

impl<'a> Keyword<'a> {
    /// The extension that is offered, when it is known here.
    #[must_use]
    pub const fn extension(&self) -> Option<Extension> {
        Some(match self {
            Self::Plain(extension) => *extension,
            Self::Size(_) => Extension::Size,
            Self::Auth(_) => Extension::Auth,
            Self::DeliverBy(_) => Extension::DeliverBy,
            Self::FutureRelease(_) => Extension::FutureRelease,
            Self::MtPriority(_) => Extension::MtPriority,
            Self::NoSoliciting(_) => Extension::NoSoliciting,
            Self::Limits(_) => Extension::Limits,
            Self::Burl(_) => Extension::Burl,
            Self::Xclient(_) => Extension::Xclient,
            Self::Xforward(_) => Extension::Xforward,
            Self::Other(_) | Self::Invalid(_) => return None,
        })
    }

    /// The value of the parameters of a known keyword; `None` when they are not its own.
    fn known(extension: Extension, words: Words<'a>) -> Option<Self> {
        fn whole<'a, T: Wire<'a>>(text: &'a [u8]) -> Option<T> {
            let cx = Context::new(Tolerance::<Deviation>::strict());
            match T::parse_part(text, &cx) {
                Ok(([], value)) => Some(value),
                _ => None,
            }
        }
        let text = words.0.clone();
        let text = match text {
            alloc::borrow::Cow::Borrowed(text) => text,
            // Words come from a frame here.
            alloc::borrow::Cow::Owned(_) => return None,
        };
        Some(match extension {
            Extension::Size if text.is_empty() => Self::Size(None),
            Extension::Size => match decimal(text) {
                Some(size) => Self::Size(Some(size)),
                // More digits than fit are a limit that no message reaches.
                None if text.iter().all(u8::is_ascii_digit) => Self::Size(Some(u64::MAX)),
                None => return None,
            },
            Extension::Auth | Extension::XExps => Self::Auth(Mechanisms(words)),
            Extension::Burl => Self::Burl(words),
            Extension::Xclient => Self::Xclient(words),
            Extension::Xforward => Self::Xforward(words),
            Extension::Limits => Self::Limits(LimitList::from_words(words)?),
            Extension::DeliverBy if !text.is_empty() => Self::DeliverBy(whole(text)?),
            Extension::FutureRelease if !text.is_empty() => Self::FutureRelease(whole(text)?),
            Extension::MtPriority if !text.is_empty() => Self::MtPriority(whole(text)?),
            Extension::NoSoliciting if !text.is_empty() => Self::NoSoliciting(whole(text)?),
            _ if text.is_empty() => Self::Plain(extension),
            _ => return None,
        })
    }
}

impl<'a> Wire<'a> for Keyword<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = KEYWORD.split(input);
        let (separator, parameters) = match rest.split_first() {
            None => (b' ', rest),
            Some((&separator @ (b' ' | b'\t' | b'='), parameters)) => (separator, parameters),
            Some(_) => return invalid(input, rest, cx),
        };
        if word.is_empty() || word.first() == Some(&b'-') {
            return invalid(input, input, cx);
        }
        let words = match Words::parse(parameters, cx) {
            Ok(words) => words,
            Err(at) => return invalid(input, parameters.get(at..).unwrap_or_default(), cx),
        };
        if separator == b'=' && !cx.tolerate(Deviation::KeywordEquals) {
            return Err(stop(rest, "ehlo-line"));
        }
        let Some(extension) = Extension::from_keyword(word) else {
            let name = ParameterKeyword::checked(word);
            return Ok((&[], Self::Other(OtherKeyword { name, parameters: words })));
        };
        if let Some(keyword) = Self::known(extension, words) {
            return Ok((&[], keyword));
        }
        if !cx.tolerate(Deviation::InvalidKeywordParameter) {
            return Err(stop(parameters, "ehlo-param"));
        }
        Ok((
            &[],
            match extension {
                Extension::Size => Self::Size(None),
                _ => Self::Plain(extension),
            },
        ))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(extension) = self.extension() {
            out.keyword(extension.as_str());
        }
        match self {
            Self::Plain(_) | Self::Size(None) => out,
            Self::Size(Some(size)) => out.sp().number(*size),
            Self::Auth(mechanisms) => mechanisms.0.encode_behind(out),
            Self::DeliverBy(offer) => out.sp().put(offer),
            Self::FutureRelease(offer) => out.sp().put(offer),
            Self::MtPriority(profile) => out.sp().put(profile),
            Self::NoSoliciting(classes) => out.sp().put(classes),
            Self::Limits(limits) => limits.0.encode_behind(out),
            Self::Burl(words) | Self::Xclient(words) | Self::Xforward(words) => {
                words.encode_behind(out)
            }
            Self::Other(keyword) => {
                out.bytes(keyword.name.as_bytes());
                keyword.parameters.encode_behind(out)
            }
            Self::Invalid(text) => out.bytes(text.as_bytes()),
        };
    }
}

/// A line that is no keyword.
fn invalid<'a>(input: &'a [u8], at: &'a [u8], cx: &Context) -> PResult<'a, Keyword<'a>> {
    // What is kept can be offered and sent again, so it must fit into one line.
    if HELLO.check(input).is_ok() && cx.tolerate(Deviation::InvalidKeyword) {
        Ok((&[], Keyword::Invalid(HelloText::checked(input))))
    } else {
        Err(stop(at, "ehlo-line"))
    }
}
