//! CAPA: what a server can do. RFC 2449 sections 5 and 6, RFC 2595, RFC 3206, RFC 5034, RFC 6856.
//!
//!   C: CAPA
//!   S: +OK Capability list follows
//!   S: SASL CRAM-MD5 KERBEROS_V4
//!   S: EXPIRE 60
//!   S: .

use alloc::borrow::Cow;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::{ByteSet, VCHAR, WSP, decimal};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, text_type, wire_api};

use crate::command::Command;
use crate::extension::Extension;
use crate::token;
use crate::tolerance::Deviation;

/// No argument.
pub(crate) fn capa<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    Ok((token::no_argument(input, cx)?, Command::Capa))
}

/// One line of the answer to CAPA: an extension and its parameters; sent by the server.
///
/// RFC 2449 section 3; [`EXTENSIONS`](crate::extension::EXTENSIONS) lists the RFC of each.
///
/// # Grammar
/// ```text
/// capability = capa-tag *(SP param) CRLF
/// capa-tag   = 1*cchar
/// cchar      = %x21-2D / %x2F-7E        ; printable, without "."
/// param      = 1*VCHAR
/// ```
/// The value is the line without its end. Tags are matched without regard to case. Deviations:
/// [`InvalidCapabilityParameter`](Deviation::InvalidCapabilityParameter),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpaces`](Deviation::TrailingSpaces),
/// [`EightBitText`](Deviation::EightBitText) in `IMPLEMENTATION`.
///
/// # Wire
/// ```text
/// S: LOGIN-DELAY 900 USER
/// ```
///
/// # Limits
/// [`Limits::response_line`](crate::Limits::response_line).
///
/// # Errors
/// `capa-tag`, `param`.
///
/// # Example
/// ```
/// use mailwire_pop3::{Extension, family::capa::Capability};
/// assert_eq!(Capability::parse(b"top")?, Capability::Plain(Extension::Top));
/// let delay = Capability::LoginDelay { seconds: 900, user: true };
/// assert_eq!(Capability::parse(b"LOGIN-DELAY 900 USER")?, delay);
/// assert_eq!(delay.to_bytes(), b"LOGIN-DELAY 900 USER");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability<'a> {
    /// An extension without parameters, or whose parameters mean nothing.
    Plain(Extension),
    /// `SASL`: the mechanisms. RFC 5034 section 3.
    Sasl(Mechanisms<'a>),
    /// `LOGIN-DELAY`: the shortest time between two sessions. RFC 2449 section 6.5.
    LoginDelay {
        /// Seconds behind a successful authentication.
        seconds: u32,
        /// True when it differs from user to user: this is the longest.
        user: bool,
    },
    /// `EXPIRE`: how long messages stay on the server. RFC 2449 section 6.7.
    Expire {
        /// Days, at least; `None` for `NEVER`.
        days: Option<u32>,
        /// True when it differs from user to user: this is the shortest.
        user: bool,
    },
    /// `IMPLEMENTATION`: what the server is. RFC 2449 section 6.9.
    Implementation(ImplementationText<'a>),
    /// `UTF8`: messages in UTF-8. RFC 6856 section 2.
    Utf8 {
        /// True when names and passwords may be UTF-8 too.
        user: bool,
    },
    /// Another capability, kept as data.
    Other(OtherCapability<'a>),
}

into_owned!(
    enum Capability {
        Plain(extension),
        Sasl(mechanisms),
        LoginDelay { seconds, user },
        Expire { days, user },
        Implementation(text),
        Utf8 { user },
        Other(capability),
    }
);
wire_api!(Deviation: Capability);

text_type! {
    /// What a server says it is, behind IMPLEMENTATION.
    pub struct ImplementationText: "implementation", check = check_implementation, bytes
}

text_type! {
    /// The tag of a capability that is not known here.
    pub struct OtherTag: "capa-tag", check = check_tag, utf8, ignore case
}

/// Octets of a tag.
static TAG: ByteSet = ByteSet::range(0x21, 0x7e).without(b".");
/// Octets of words and the blanks between.
static WORDS: ByteSet = ByteSet::range(32, 126).and(b"\t");
/// Octets of the text of IMPLEMENTATION.
static IMPLEMENTATION: ByteSet = ByteSet::range(32, 126).and_range(0x80, 0xff);

fn check_implementation(text: &[u8]) -> Result<(), usize> {
    IMPLEMENTATION.check(text)?;
    let trimmed = text.trim_ascii();
    if trimmed.is_empty() || trimmed.len() < text.len() {
        return Err(0);
    }
    core::str::from_utf8(text).map(drop).map_err(|error| error.valid_up_to())
}

/// A tag that is not known: a known one has a type of its own.
fn check_tag(text: &[u8]) -> Result<(), usize> {
    if text.is_empty() || Extension::from_keyword(text).is_some() {
        return Err(0);
    }
    TAG.check(text)
}

impl<'a> Capability<'a> {
    /// The extension that is offered, when it is known here.
    #[must_use]
    pub const fn extension(&self) -> Option<Extension> {
        Some(match self {
            Self::Plain(extension) => *extension,
            Self::Sasl(_) => Extension::Sasl,
            Self::LoginDelay { .. } => Extension::LoginDelay,
            Self::Expire { .. } => Extension::Expire,
            Self::Implementation(_) => Extension::Implementation,
            Self::Utf8 { .. } => Extension::Utf8,
            Self::Other(_) => return None,
        })
    }

    /// The value of the parameters of a known tag; `None` when they are not its own.
    fn known(extension: Extension, words: &Words<'a>) -> Option<Self> {
        let mut parameters = words.iter();
        let value = match extension {
            Extension::Sasl => return Some(Self::Sasl(Mechanisms(words.clone()))),
            Extension::LoginDelay => {
                let seconds = number(parameters.next()?)?;
                Self::LoginDelay { seconds, user: user(parameters.next())? }
            }
            Extension::Expire => {
                let days = parameters.next()?;
                let days = match days.eq_ignore_ascii_case(b"NEVER") {
                    true => None,
                    false => Some(number(days)?),
                };
                Self::Expire { days, user: user(parameters.next())? }
            }
            Extension::Utf8 => Self::Utf8 { user: user(parameters.next())? },
            // Text, which is no list of words.
            Extension::Implementation => return None,
            _ => Self::Plain(extension),
        };
        parameters.next().is_none().then_some(value)
    }

    /// The text behind IMPLEMENTATION; `None` when there is none.
    fn implementation(text: &'a [u8], cx: &Context) -> PResult<'a, Option<Self>> {
        let (_, text) = WSP.split(text);
        let (text, blanks) = text.split_at(text.trim_ascii_end().len());
        let bad = |at: usize| stop(text.get(at..).unwrap_or_default(), "param");
        IMPLEMENTATION.check(text).map_err(bad)?;
        if let Some(at) = text.iter().position(|&byte| byte >= 0x80) {
            if !cx.tolerate(Deviation::EightBitText) {
                return Err(bad(at));
            }
        }
        let value = Self::Implementation(ImplementationText::checked(text));
        Ok((blanks, (!text.is_empty()).then_some(value)))
    }
}

/// Whether the word USER stands there; `None` for another one.
fn user(word: Option<&[u8]>) -> Option<bool> {
    word.map_or(Some(false), |word| word.eq_ignore_ascii_case(b"USER").then_some(true))
}

/// A number of 32 bits.
fn number(word: &[u8]) -> Option<u32> {
    decimal(word)?.try_into().ok()
}

impl<'a> Wire<'a> for Capability<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (tag, rest) = VCHAR.split(input);
        if tag.is_empty() {
            return Err(fail(input, "capa-tag"));
        }
        if let Err(at) = TAG.check(tag) {
            return Err(stop(input.get(at..).unwrap_or_default(), "capa-tag"));
        }
        let parameters = match rest.split_first() {
            None => rest,
            Some((b' ' | b'\t', parameters)) => parameters,
            Some(_) => return Err(stop(rest, "capa-tag")),
        };
        let extension = Extension::from_keyword(tag);
        if extension == Some(Extension::Implementation) {
            let (blanks, value) = Self::implementation(parameters, cx)?;
            token::end(blanks, cx)?;
            return match value {
                Some(value) => Ok((&[], value)),
                None => plain(Extension::Implementation, parameters, cx),
            };
        }
        let words = match Words::parse(parameters, cx) {
            Ok(words) => words,
            Err(at) => return Err(stop(parameters.get(at..).unwrap_or_default(), "param")),
        };
        let Some(extension) = extension else {
            let tag = OtherTag::checked(tag);
            return Ok((&[], Self::Other(OtherCapability { tag, parameters: words })));
        };
        match Self::known(extension, &words) {
            Some(capability) => Ok((&[], capability)),
            None => plain(extension, parameters, cx),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(extension) = self.extension() {
            out.keyword(extension.as_str());
        }
        match self {
            Self::Plain(_) => {}
            Self::Sasl(mechanisms) => mechanisms.0.encode_behind(out),
            Self::LoginDelay { seconds, user } => {
                out.sp().number((*seconds).into());
                encode_user(*user, out);
            }
            Self::Expire { days, user } => {
                match days {
                    Some(days) => out.sp().number((*days).into()),
                    None => out.sp().keyword("NEVER"),
                };
                encode_user(*user, out);
            }
            Self::Implementation(text) => {
                out.sp().bytes(text.as_bytes());
            }
            Self::Utf8 { user } => encode_user(*user, out),
            Self::Other(capability) => {
                out.bytes(capability.tag.as_bytes());
                capability.parameters.encode_behind(out);
            }
        }
    }
}

fn encode_user(user: bool, out: &mut Encoder<'_>) {
    if user {
        out.sp().keyword("USER");
    }
}

/// A capability whose parameters mean nothing.
fn plain<'a>(
    extension: Extension,
    parameters: &'a [u8],
    cx: &Context,
) -> PResult<'a, Capability<'a>> {
    if !cx.tolerate(Deviation::InvalidCapabilityParameter) {
        return Err(stop(parameters, "param"));
    }
    let capability = match extension {
        Extension::Utf8 => Capability::Utf8 { user: false },
        _ => Capability::Plain(extension),
    };
    Ok((&[], capability))
}

/// The parameters of a capability: printable words with single spaces between.
#[derive(Debug, Clone)]
pub struct Words<'a>(Cow<'a, [u8]>);

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
            Err(at) => Err(InvalidValue { what: "param", at }),
        }
    }

    /// The words of a line, and the deviations between them.
    fn parse(text: &'a [u8], cx: &Context) -> Result<Self, usize> {
        WORDS.check(text)?;
        let (_, words) = WSP.split(text);
        let trimmed = words.trim_ascii_end();
        let check = |deviation, at| if cx.tolerate(deviation) { Ok(()) } else { Err(at) };
        let extra = trimmed.windows(2).any(|pair| pair == b"  ") || trimmed.contains(&b'\t');
        if extra || (!trimmed.is_empty() && words.len() < text.len()) {
            check(Deviation::ExtraSpaces, 0)?;
        }
        if trimmed.len() < words.len() {
            check(Deviation::TrailingSpaces, text.len().saturating_sub(words.len()))?;
        }
        Ok(Self(Cow::Borrowed(trimmed)))
    }

    /// The words.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|&byte| WSP.contains(byte)).filter(|word| !word.is_empty())
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Writes the words, each with a space before it.
    fn encode_behind(&self, out: &mut Encoder<'_>) {
        for word in self.iter() {
            out.sp().bytes(word);
        }
    }
}

/// Equal when the words are, in the same order, without regard to case.
impl PartialEq for Words<'_> {
    fn eq(&self, other: &Self) -> bool {
        let mut others = other.iter();
        self.iter().all(|word| others.next().is_some_and(|other| word.eq_ignore_ascii_case(other)))
            && others.next().is_none()
    }
}

impl Eq for Words<'_> {}

/// SASL mechanisms, as the server offers them. RFC 5034 section 3.
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

/// A capability that is not known here, kept as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCapability<'a> {
    /// The tag.
    pub tag: OtherTag<'a>,
    /// Its parameters.
    pub parameters: Words<'a>,
}

into_owned!(struct OtherCapability { tag, parameters });

impl<'a> OtherCapability<'a> {
    /// A capability of another tag.
    ///
    /// # Errors
    /// [`InvalidValue`] when the tag is known here or no tag, or the parameters break the line.
    pub fn new(
        tag: impl IntoBytes<'a>,
        parameters: impl IntoBytes<'a>,
    ) -> Result<Self, InvalidValue> {
        Ok(Self { tag: OtherTag::new(tag)?, parameters: Words::new(parameters)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn sasl(names: &str) -> Capability<'_> {
        Capability::Sasl(Mechanisms::new(names).unwrap())
    }

    #[test]
    fn rows() {
        check_rows(&[(b"CAPA\r\n", Command::Capa)]);
        let text = |text| Capability::Implementation(ImplementationText::new(text).unwrap());
        check_rows(&[
            (b"TOP", Capability::Plain(Extension::Top)),
            (b"USER", Capability::Plain(Extension::User)),
            (b"RESP-CODES", Capability::Plain(Extension::RespCodes)),
            (b"PIPELINING", Capability::Plain(Extension::Pipelining)),
            (b"UIDL", Capability::Plain(Extension::Uidl)),
            (b"STLS", Capability::Plain(Extension::Stls)),
            (b"AUTH-RESP-CODE", Capability::Plain(Extension::AuthRespCode)),
            (b"LANG", Capability::Plain(Extension::Lang)),
            (b"SASL CRAM-MD5 KERBEROS_V4", sasl("CRAM-MD5 KERBEROS_V4")),
            (b"SASL", sasl("")),
            (b"LOGIN-DELAY 900", Capability::LoginDelay { seconds: 900, user: false }),
            (
                b"LOGIN-DELAY 4294967295 USER",
                Capability::LoginDelay { seconds: u32::MAX, user: true },
            ),
            (b"EXPIRE 0", Capability::Expire { days: Some(0), user: false }),
            (b"EXPIRE 5 USER", Capability::Expire { days: Some(5), user: true }),
            (b"EXPIRE NEVER", Capability::Expire { days: None, user: false }),
            (b"EXPIRE NEVER USER", Capability::Expire { days: None, user: true }),
            (b"IMPLEMENTATION Shlemazle-Plotz-v302", text("Shlemazle-Plotz-v302")),
            (b"IMPLEMENTATION BlurdyBlurp  POP3 server", text("BlurdyBlurp  POP3 server")),
            (b"UTF8", Capability::Utf8 { user: false }),
            (b"UTF8 USER", Capability::Utf8 { user: true }),
            (
                b"X-SPECIAL something different",
                Capability::Other(
                    OtherCapability::new("X-SPECIAL", "something different").unwrap(),
                ),
            ),
            (b"XOIP", Capability::Other(OtherCapability::new("XOIP", "").unwrap())),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[(b"CAPA x\r\n", "CRLF", 4)]);
        check_rejects::<Capability<'_>>(&[
            (b"", "capa-tag", 0),
            (b" TOP", "capa-tag", 0),
            (b"T.P", "capa-tag", 1),
            (b"TOP\0", "capa-tag", 3),
            (b"X a\rb", "param", 3),
            (b"SASL \xff", "param", 5),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Capability<'_>>(&[
            (b"LOGIN-DELAY soon", Deviation::InvalidCapabilityParameter, b"LOGIN-DELAY"),
            (b"LOGIN-DELAY", Deviation::InvalidCapabilityParameter, b"LOGIN-DELAY"),
            (b"LOGIN-DELAY 1 2", Deviation::InvalidCapabilityParameter, b"LOGIN-DELAY"),
            (b"LOGIN-DELAY 4294967296", Deviation::InvalidCapabilityParameter, b"LOGIN-DELAY"),
            (b"EXPIRE -1", Deviation::InvalidCapabilityParameter, b"EXPIRE"),
            (b"IMPLEMENTATION", Deviation::InvalidCapabilityParameter, b"IMPLEMENTATION"),
            (b"TOP now", Deviation::InvalidCapabilityParameter, b"TOP"),
            (b"UTF8 x", Deviation::InvalidCapabilityParameter, b"UTF8"),
            (b"IMPLEMENTATION \xe9", Deviation::EightBitText, b"IMPLEMENTATION \xe9"),
            (b"SASL  PLAIN", Deviation::ExtraSpaces, b"SASL PLAIN"),
            (b"SASL PLAIN\tLOGIN", Deviation::ExtraSpaces, b"SASL PLAIN LOGIN"),
            (b"SASL PLAIN ", Deviation::TrailingSpaces, b"SASL PLAIN"),
            (b"IMPLEMENTATION x ", Deviation::TrailingSpaces, b"IMPLEMENTATION x"),
        ]);
        check_lenient::<Command<'_>>(&[(
            b"CAPA x\r\n",
            Deviation::UnexpectedArgument,
            b"CAPA\r\n",
        )]);
    }

    #[test]
    fn a_known_tag_cannot_be_built_as_another() {
        assert!(OtherCapability::new("stls", "").is_err());
        assert!(OtherCapability::new("X", "a\r\n.\r\n+OK").is_err());
        assert!(OtherCapability::new("X.Y", "").is_err());
        assert!(ImplementationText::new("a\r\nb").is_err());
    }
}
