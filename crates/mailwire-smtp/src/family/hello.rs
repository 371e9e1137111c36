//! EHLO, HELO and LHLO, and the EHLO reply with its keywords. RFC 5321 sections 4.1.1.1 and 3.2,
//! RFC 2033, RFC 9422 (LIMITS).
//!
//! ```text
//! C: EHLO bar.com
//! S: 250-foo.com greets bar.com
//! S: 250-SIZE 35651584
//! S: 250 PIPELINING
//! ```

mod keyword;
mod words;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::{ByteSet, WSP};
use mailwire_core::{InvalidValue, Tolerance, into_owned, text_type, wire_api};

pub use self::keyword::Keyword;
pub use self::words::{LimitList, Mechanisms, OtherKeyword, Words};
use crate::command::Command;
use crate::element::domain::Domain;
use crate::element::reply_code::ReplyCode;
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
wire_api!(Deviation: EhloReply);

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
    if let Some(extension) = extension_with_parameters(line) {
        return Ok(Some(extension));
    }
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

/// The extension of a line of one of the two kinds that come with parameters from almost every
/// server, when nothing is odd in it.
#[inline(always)]
fn extension_with_parameters(line: &[u8]) -> Option<Extension> {
    let (&[a, b, c, d, b' '], parameters @ [_, ..]) = line.split_first_chunk()? else {
        return None;
    };
    let extension = Extension::from_keyword(&[a, b, c, d])?;
    let is_well_formed = match extension {
        Extension::Size => parameters.iter().all(u8::is_ascii_digit),
        Extension::Auth => words::is_plain(parameters),
        _ => false,
    };
    is_well_formed.then_some(extension)
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

#[cfg(test)]
mod tests;
