//! EHLO, HELO and LHLO, and the EHLO reply with its keywords. RFC 5321 sections 4.1.1.1 and 3.2,
//! RFC 2033, RFC 9422 (LIMITS).
//!
//! ```text
//! C: EHLO bar.com
//! S: 250-foo.com greets bar.com
//! S: 250-SIZE 35651584
//! S: 250 PIPELINING
//! ```

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::{ByteSet, KEYWORD, VCHAR, WSP, decimal};
use mailwire_core::{IntoBytes, InvalidValue, Tolerance, into_owned, text_type, wire_api};

use crate::command::Command;
use crate::element::deliver_by::DeliverByOffer;
use crate::element::domain::Domain;
use crate::element::future_release::FutureReleaseOffer;
use crate::element::priority::PriorityProfile;
use crate::element::reply_code::ReplyCode;
use crate::element::solicit::Solicit;
use crate::extension::{Extension, ExtensionSet};
use crate::reply::Reply;
use crate::token;
use crate::tolerance::Deviation;

/// How the client names itself in EHLO, HELO or LHLO.
///
/// RFC 5321 section 4.1.1.1. The name is for logs and policy; real ones are often no domain, so any
/// printable text can be kept.
///
/// # Grammar
/// ```text
/// ehlo = "EHLO" SP ( Domain / address-literal ) CRLF
/// ```
/// This value is what follows the verb. Deviations: [`HelloNotDomain`](Deviation::HelloNotDomain),
/// [`MissingHelloName`](Deviation::MissingHelloName).
///
/// # Wire
/// ```text
/// C: EHLO [192.0.2.1]
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `SP` without a name; `Domain`.
///
/// # Example
/// ```
/// use mailwire_smtp::{Command, family::hello::HelloName};
/// let Command::Ehlo(name) = Command::parse(b"EHLO Joe's PC\r\n")? else { panic!() };
/// assert_eq!(name.to_string(), "Joe's PC");
/// assert!(matches!(name, HelloName::Other(_)));
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HelloName<'a> {
    /// A domain or an address literal, as the grammar asks.
    Domain(Domain<'a>),
    /// Another text; empty when there is none.
    Other(HelloText<'a>),
}

into_owned!(
    enum HelloName {
        Domain(domain),
        Other(text),
    }
);

text_type! {
    /// A client name that is neither a domain nor an address literal.
    pub struct HelloText: "client name", check = check_hello, bytes
}

/// Printable, without blanks at an end, and no domain: a domain has a type of its own.
fn check_hello(text: &[u8]) -> Result<(), usize> {
    HELLO.check(text)?;
    let blank = |byte: Option<&u8>| byte.is_some_and(|&byte| WSP.contains(byte));
    if blank(text.first()) || Domain::parse_with(text, Tolerance::strict()).is_ok() {
        return Err(0);
    }
    if blank(text.last()) { Err(text.len().saturating_sub(1)) } else { Ok(()) }
}

/// Octets of a client name that is kept as it is.
static HELLO: ByteSet = ByteSet::range(32, 126).and_range(0x80, 0xff).and(b"\t");

impl<'a> Wire<'a> for HelloName<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if WSP.span(input) == input.len() {
            return if cx.tolerate(Deviation::MissingHelloName) {
                Ok((&[], Self::Other(HelloText::checked(&[]))))
            } else {
                Err(stop(input, "SP"))
            };
        }
        let (rest, ()) = token::sp(input, cx)?;
        let (text, blanks) = rest.split_at(rest.trim_ascii_end().len());
        let strict = Context::new(Tolerance::<Deviation>::strict());
        match Domain::parse_part(text, &strict) {
            Ok(([], domain)) => Ok((blanks, Self::Domain(domain))),
            other => {
                let left = match other {
                    Ok((after, _)) => after.len(),
                    Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => fail.left,
                    Err(nom::Err::Incomplete(_)) => 0,
                };
                let place =
                    |left: usize| text.get(text.len().saturating_sub(left)..).unwrap_or_default();
                let at = place(left);
                if HELLO.check(text).is_err() || !cx.tolerate(Deviation::HelloNotDomain) {
                    let at = rest.get(text.len().saturating_sub(at.len())..).unwrap_or_default();
                    return Err(stop(at, "Domain"));
                }
                Ok((blanks, Self::Other(HelloText::checked(text))))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Domain(domain) => out.sp().put(domain),
            Self::Other(text) if text.as_bytes().is_empty() => out,
            Self::Other(text) => out.sp().bytes(text.as_bytes()),
        };
    }
}

impl core::fmt::Display for HelloName<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Domain(domain) => domain.fmt(f),
            Self::Other(text) => text.fmt(f),
        }
    }
}

impl<'a> From<Domain<'a>> for HelloName<'a> {
    fn from(domain: Domain<'a>) -> Self {
        Self::Domain(domain)
    }
}

/// The argument of EHLO.
pub(crate) fn ehlo<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    HelloName::parse_part(input, cx).map(|(rest, name)| (rest, Command::Ehlo(name)))
}

/// The argument of HELO.
pub(crate) fn helo<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    HelloName::parse_part(input, cx).map(|(rest, name)| (rest, Command::Helo(name)))
}

/// The argument of LHLO.
pub(crate) fn lhlo<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    HelloName::parse_part(input, cx).map(|(rest, name)| (rest, Command::Lhlo(name)))
}

/// The positive reply to EHLO or LHLO: who the server is and which extensions it offers.
///
/// RFC 5321 section 4.1.1.1. It never has an enhanced status code (RFC 2034 section 4).
///
/// # Grammar
/// ```text
/// ehlo-ok-rsp  = ( "250" SP Domain [ SP ehlo-greet ] CRLF ) /
///                ( "250-" Domain [ SP ehlo-greet ] CRLF
///                  *( "250-" ehlo-line CRLF )
///                  "250" SP ehlo-line CRLF )
/// ehlo-line    = ehlo-keyword *( SP ehlo-param )
/// ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
/// ehlo-param   = 1*(%d33-126)
/// ```
/// A damaged line is kept as [`Keyword::Invalid`] and its neighbours live. Deviations:
/// [`EmptyKeyword`](Deviation::EmptyKeyword), [`KeywordEquals`](Deviation::KeywordEquals),
/// [`InvalidKeyword`](Deviation::InvalidKeyword),
/// [`InvalidKeywordParameter`](Deviation::InvalidKeywordParameter),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpaces`](Deviation::TrailingSpaces), and those
/// of [`Reply`].
///
/// # Wire
/// ```text
/// S: 250-foo.com greets bar.com
/// S: 250-8BITMIME
/// S: 250-SIZE
/// S: 250 HELP
/// ```
///
/// # Limits
/// Those of [`Reply`].
///
/// # Errors
/// `Reply-code` for any code but 250; `ehlo-line` where the deviations are not tolerated.
///
/// # Example
/// ```
/// use mailwire_smtp::family::hello::{EhloReply, Keyword};
/// let reply = EhloReply::parse(b"250-foo.com\r\n250-SIZE 1000\r\n250 AUTH PLAIN LOGIN\r\n")?;
/// assert_eq!(reply.domain(), b"foo.com");
/// let keywords: Vec<_> = reply.keywords().collect();
/// assert_eq!(keywords[0], Keyword::Size(Some(1000)));
/// assert!(matches!(&keywords[1], Keyword::Auth(mechanisms) if mechanisms.contains("login")));
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EhloReply<'a> {
    reply: Reply<'a>,
    extensions: ExtensionSet,
}

into_owned!(struct EhloReply { reply, extensions });
wire_api!(Deviation: EhloReply, Keyword);

impl<'a> EhloReply<'a> {
    /// A reply without keywords.
    ///
    /// # Errors
    /// [`InvalidValue`] when the greeting cannot stand in a reply.
    pub fn new(domain: &Domain<'_>, greet: &str) -> Result<Self, InvalidValue> {
        let mut line = domain.to_bytes();
        if !greet.is_empty() {
            line.push(b' ');
            line.extend_from_slice(greet.as_bytes());
        }
        let reply = Reply::new(ReplyCode::OK, line)?.without_enhanced_code();
        Ok(Self { reply, extensions: ExtensionSet::EMPTY })
    }

    /// The reply with one keyword more.
    ///
    /// # Errors
    /// [`InvalidValue`] for a keyword that was kept as invalid.
    pub fn with(self, keyword: &Keyword<'_>) -> Result<Self, InvalidValue> {
        if matches!(keyword, Keyword::Invalid(_)) {
            return Err(InvalidValue { what: "ehlo-line", at: 0 });
        }
        let reply = self.reply.with_line(keyword.to_bytes())?;
        let extensions = keyword.extension().into_iter().fold(self.extensions, ExtensionSet::with);
        Ok(Self { reply, extensions })
    }

    /// How the server names itself: a domain, or what stands in its place.
    #[must_use]
    pub fn domain(&self) -> &[u8] {
        self.reply.text().split(|&byte| byte == b' ').next().unwrap_or_default()
    }

    /// The text behind the domain.
    #[must_use]
    pub fn greet(&self) -> &[u8] {
        let text = self.reply.text();
        text.get(self.domain().len().saturating_add(1)..).unwrap_or_default()
    }

    /// The keywords, in the order of the reply; one that stands there twice comes twice.
    pub fn keywords(&self) -> impl Iterator<Item = Keyword<'_>> {
        // The lines were checked under the caller's tolerance; they must not be refused now.
        let cx = Context::new(Tolerance::<Deviation>::lenient());
        self.reply
            .lines()
            .skip(1)
            .filter(|line| WSP.span(line) < line.len())
            .filter_map(move |line| Keyword::parse_part(line, &cx).ok().map(|(_, keyword)| keyword))
    }

    /// The extensions whose keywords are in the reply, as far as they are known here.
    #[must_use]
    pub const fn extensions(&self) -> ExtensionSet {
        self.extensions
    }

    /// The reply as it is on the wire.
    #[must_use]
    pub const fn as_reply(&self) -> &Reply<'a> {
        &self.reply
    }

    /// The reply as it is on the wire.
    #[must_use]
    pub fn into_reply(self) -> Reply<'a> {
        self.reply
    }

    /// The same reply, borrowed from this one.
    #[must_use]
    pub fn borrowed(&self) -> EhloReply<'_> {
        EhloReply { reply: self.reply.borrowed(), extensions: self.extensions }
    }

    /// A parsed 250 reply, read as one to EHLO.
    pub(crate) fn from_reply(
        reply: Reply<'a>,
        cx: &Context,
    ) -> Result<Self, nom::Err<mailwire_core::parse::Fail>> {
        let reply = reply.without_enhanced_code();
        if reply.code() != ReplyCode::OK {
            return Err(stop(reply.as_wire(), "Reply-code"));
        }
        let mut extensions = ExtensionSet::EMPTY;
        for line in reply.lines().skip(1) {
            if let Some(extension) = extension_of_line(line, cx)? {
                extensions = extensions.with(extension);
            }
        }
        Ok(Self { reply, extensions })
    }
}

/// The extension that a line offers, if it is known here.
#[inline(always)]
fn extension_of_line(
    line: &[u8],
    cx: &Context,
) -> Result<Option<Extension>, nom::Err<mailwire_core::parse::Fail>> {
    // Most lines are a keyword alone.
    match Extension::from_keyword(line) {
        // These are more than their keyword, or go by another one.
        None | Some(Extension::Limits | Extension::XExps) => {}
        extension => return Ok(extension),
    }
    if WSP.span(line) < line.len() {
        return match Keyword::parse_part(line, cx) {
            Ok((_, keyword)) => Ok(keyword.extension()),
            // A line with control octets is skipped, and its neighbours count.
            Err(_) if HELLO.check(line).is_err() && cx.tolerate(Deviation::InvalidKeyword) => {
                Ok(None)
            }
            Err(error) => Err(error),
        };
    }
    if cx.tolerate(Deviation::EmptyKeyword) { Ok(None) } else { Err(stop(line, "ehlo-line")) }
}

impl<'a> Wire<'a> for EhloReply<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mut extensions, mut is_first) = (ExtensionSet::EMPTY, true);
        let plain = Reply::plain(input, |line| {
            if !core::mem::take(&mut is_first) {
                if let Some(extension) = extension_of_line(line, cx).ok()? {
                    extensions = extensions.with(extension);
                }
            }
            Some(())
        });
        if let Some(reply) = plain.filter(|reply| reply.code() == ReplyCode::OK) {
            return Ok((&[], Self { reply: reply.without_enhanced_code(), extensions }));
        }
        let (rest, reply) = Reply::parse_part(input, cx)?;
        match Self::from_reply(reply, cx) {
            Ok(reply) => Ok((rest, reply)),
            // The place within the line is not kept; the reply is short.
            Err(nom::Err::Failure(fail) | nom::Err::Error(fail)) => Err(stop(input, fail.rule)),
            Err(error) => Err(error),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.reply);
    }
}

/// Equal when the first lines and the keywords are, in the same order.
impl PartialEq for EhloReply<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.reply.text() == other.reply.text() && self.keywords().eq(other.keywords())
    }
}

impl Eq for EhloReply<'_> {}

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
            let name = crate::element::parameter::ParameterKeyword::checked(word);
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

/// The parameters of a keyword: printable words with single spaces between.
#[derive(Debug, Clone)]
pub struct Words<'a>(alloc::borrow::Cow<'a, [u8]>);

mailwire_core::into_owned!(@impl Words, self => {
    Words(mailwire_core::IntoOwned::into_owned(self.0))
});

impl<'a> Words<'a> {
    /// Words from text.
    ///
    /// # Errors
    /// [`InvalidValue`] for octets that are not printable ASCII or a space.
    pub fn new(text: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let text = text.into_bytes();
        match WORDS.check(&text) {
            Ok(()) => Ok(Self(text)),
            Err(at) => Err(InvalidValue { what: "ehlo-param", at }),
        }
    }

    /// The words of a line, and the deviations between them.
    fn parse(text: &'a [u8], cx: &Context) -> Result<Self, usize> {
        if is_plain(text) {
            return Ok(Self(alloc::borrow::Cow::Borrowed(text)));
        }
        WORDS.check(text)?;
        let trimmed = text.trim_ascii();
        if trimmed.len() < text.trim_ascii_start().len() {
            check_blank(cx, Deviation::TrailingSpaces, trimmed.len())?;
        } else if trimmed.is_empty() && !text.is_empty() {
            check_blank(cx, Deviation::TrailingSpaces, 0)?;
        }
        let double = trimmed.windows(2).any(|pair| pair == b"  ") || trimmed.contains(&b'\t');
        if double || (!trimmed.is_empty() && text.first().is_some_and(u8::is_ascii_whitespace)) {
            check_blank(cx, Deviation::ExtraSpaces, 0)?;
        }
        Ok(Self(alloc::borrow::Cow::Borrowed(trimmed)))
    }

    /// The words.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Writes the words, each with a space before it.
    fn encode_behind<'o, 'b>(&self, out: &'o mut Encoder<'b>) -> &'o mut Encoder<'b> {
        for word in self.iter() {
            out.sp().bytes(word);
        }
        out
    }
}

fn check_blank(cx: &Context, deviation: Deviation, at: usize) -> Result<(), usize> {
    if cx.tolerate(deviation) { Ok(()) } else { Err(at) }
}

/// True for words with one space between them and no other blanks.
fn is_plain(text: &[u8]) -> bool {
    let mut blank = true;
    for &byte in text {
        if !(VCHAR.contains(byte) || byte == b' ' && !blank) {
            return false;
        }
        blank = byte == b' ';
    }
    text.is_empty() || !blank
}

/// Octets of words and the blanks between.
static WORDS: ByteSet = ByteSet::range(32, 126).and(b"\t");

/// Equal when the words are, in the same order, without regard to case.
impl PartialEq for Words<'_> {
    fn eq(&self, other: &Self) -> bool {
        let mut others = other.iter();
        self.iter().all(|word| others.next().is_some_and(|other| word.eq_ignore_ascii_case(other)))
            && others.next().is_none()
    }
}

impl Eq for Words<'_> {}

/// SASL mechanisms, as the server offers them. RFC 4954 section 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanisms<'a>(Words<'a>);

mailwire_core::into_owned!(@impl Mechanisms, self => { Mechanisms(self.0.into_owned()) });

impl<'a> Mechanisms<'a> {
    /// Mechanisms from their names with spaces between.
    ///
    /// # Errors
    /// [`InvalidValue`] for octets that are not printable ASCII or a space.
    pub fn new(names: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Words::new(names).map(Self)
    }

    /// The names, as they are written.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter()
    }

    /// True when the mechanism is in the list, in any case.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|other| other.eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// Limits that the server announces. RFC 9422 section 3.
///
/// # Grammar
/// ```text
/// limits-list = limit *( SP limit )
/// limit       = limit-name "=" limit-value
/// ```
/// `MAILMAX`, `RCPTMAX` and `RCPTDOMAINMAX` are 1 to 999999. A list of bad syntax counts as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitList<'a>(Words<'a>);

mailwire_core::into_owned!(@impl LimitList, self => { LimitList(self.0.into_owned()) });

impl<'a> LimitList<'a> {
    /// Limits from `name=value` with spaces between.
    ///
    /// # Errors
    /// [`InvalidValue`] when one is none.
    pub fn new(limits: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Self::from_words(Words::new(limits)?).ok_or(InvalidValue { what: "limits-list", at: 0 })
    }

    fn from_words(words: Words<'a>) -> Option<Self> {
        let good = |word: &[u8]| {
            let (name, value) = KEYWORD.split(word);
            let value = value.strip_prefix(b"=")?;
            let known = [&b"MAILMAX"[..], b"RCPTMAX", b"RCPTDOMAINMAX"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known));
            let number = !value.is_empty()
                && value.len() <= 6
                && decimal(value).is_some_and(|number| number > 0);
            (!name.is_empty()
                && VCHAR.check(value).is_ok()
                && !value.is_empty()
                && (number || !known))
                .then_some(())
        };
        (!words.is_empty() && words.iter().all(|word| good(word).is_some())).then_some(Self(words))
    }

    /// The limits: names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().filter_map(|word| {
            let (name, value) = KEYWORD.split(word);
            Some((name, value.strip_prefix(b"=")?))
        })
    }

    /// The number of a limit.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u32> {
        let (_, value) =
            self.iter().find(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()))?;
        decimal(value)?.try_into().ok()
    }
}

/// A keyword that is not known here, kept as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherKeyword<'a> {
    /// The keyword.
    pub name: crate::element::parameter::ParameterKeyword<'a>,
    /// Its parameters.
    pub parameters: Words<'a>,
}

into_owned!(struct OtherKeyword { name, parameters });

#[cfg(test)]
mod tests;
