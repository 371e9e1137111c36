//! Mailboxes: a local part and a domain. RFC 5321 section 4.1.2, RFC 6531 section 3.3.
//!
//! ```text
//! C: RCPT TO:<"odd user"@example.org>
//! ```

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::ByteSet;
use mailwire_core::{IntoBytes, InvalidValue, into_owned, text_type, wire_api};

use super::domain::Domain;
use crate::token::plain_local_part;
use crate::tolerance::Deviation;

/// `atext` (RFC 5322), UTF-8 (RFC 6531) and the dots between atoms.
static DOT_STRING: ByteSet = ByteSet::range(b'a', b'z')
    .and_range(b'A', b'Z')
    .and_range(b'0', b'9')
    .and(b"!#$%&'*+-/=?^_`{|}~.")
    .and_range(0x80, 0xff);
/// What a quoted local part can hold, escaped or not.
static QUOTABLE: ByteSet = ByteSet::range(32, 126).and_range(0x80, 0xff);

/// Most octets of a local part (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_PART: usize = 64;

text_type! {
    /// What stands before the `@`: the meaning, without quotes and escapes.
    ///
    /// It is written as a dot-string where that is possible and as a quoted string otherwise. The
    /// null string is legal, as `""`.
    ///
    /// RFC 5321 section 4.1.2; RFC 6531 section 3.3.
    pub struct LocalPart: "local part", check = check_local_part, utf8
}

fn check_local_part(text: &[u8]) -> Result<(), usize> {
    QUOTABLE.check(text)?;
    core::str::from_utf8(text).map(drop).map_err(|error| error.valid_up_to())
}

/// True for a dot-string: atoms with single dots between them.
fn is_dot_string(text: &[u8]) -> bool {
    matches!(plain_local_part(text), Some((_, [])))
        || DOT_STRING.check(text).is_ok() && bad_dot(text).is_none() && !text.is_empty()
}

/// The first dot that begins or ends the string, or follows another dot.
fn bad_dot(text: &[u8]) -> Option<usize> {
    let mut previous = b'.';
    for (at, &byte) in text.iter().enumerate() {
        if byte == b'.' && previous == b'.' {
            return Some(at);
        }
        previous = byte;
    }
    (previous == b'.').then(|| text.len().saturating_sub(1))
}

impl<'a> Wire<'a> for LocalPart<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, local_part) = match plain_local_part(input) {
            Some((text, rest @ [b'@', ..])) => (rest, Cow::Borrowed(text)),
            _ => odd_local_part(input, cx)?,
        };
        if local_part.len() > MAX_LOCAL_PART && !cx.tolerate(Deviation::LongLocalPart) {
            return Err(stop(input.get(MAX_LOCAL_PART..).unwrap_or_default(), "Local-part"));
        }
        Ok((rest, Self(local_part)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let text = self.as_bytes();
        if is_dot_string(text) {
            out.bytes(text);
        } else {
            out.quoted(text);
        }
    }
}

/// A local part that is not plain.
#[inline(never)]
fn odd_local_part<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Cow<'a, [u8]>> {
    let (rest, local_part) = match input.first() {
        Some(b'"') => quoted(input)?,
        _ => {
            let (text, rest) = DOT_STRING.split(input);
            if text.is_empty() {
                return Err(fail(input, "Local-part"));
            }
            if let Some(at) = bad_dot(text) {
                if !cx.tolerate(Deviation::BadLocalPart) {
                    return Err(stop(input.get(at..).unwrap_or_default(), "Local-part"));
                }
            }
            (rest, Cow::Borrowed(text))
        }
    };
    if core::str::from_utf8(&local_part).is_err() {
        return Err(stop(input, "Local-part"));
    }
    Ok((rest, local_part))
}

/// `Quoted-string`: `DQUOTE *QcontentSMTP DQUOTE`, its meaning copied only where it has escapes.
pub(crate) fn quoted(input: &[u8]) -> PResult<'_, Cow<'_, [u8]>> {
    let inside = input.get(1..).unwrap_or_default();
    let mut text: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(&byte) = inside.get(at) {
        match byte {
            b'"' => {
                let (content, rest) = inside.split_at(at);
                let rest = rest.get(1..).unwrap_or_default();
                return Ok((rest, text.map_or(Cow::Borrowed(content), Cow::Owned)));
            }
            b'\\' => {
                let text = text.get_or_insert_with(|| inside.get(..at).unwrap_or_default().into());
                at = at.saturating_add(1);
                match inside.get(at) {
                    Some(&escaped @ 32..=126) => text.push(escaped),
                    _ => break,
                }
            }
            _ if QUOTABLE.contains(byte) => {
                if let Some(text) = &mut text {
                    text.push(byte);
                }
            }
            _ => break,
        }
        at = at.saturating_add(1);
    }
    Err(stop(inside.get(at..).unwrap_or_default(), "Quoted-string"))
}

/// An address: a local part at a domain.
///
/// RFC 5321 section 4.1.2; RFC 6531 section 3.3 (UTF-8 in both halves).
///
/// # Grammar
/// ```text
/// Mailbox       = Local-part "@" ( Domain / address-literal )
/// Local-part    = Dot-string / Quoted-string
/// Dot-string    = Atom *("." Atom)
/// Quoted-string = DQUOTE *QcontentSMTP DQUOTE
/// ```
/// Deviations: [`BadLocalPart`](Deviation::BadLocalPart),
/// [`LongLocalPart`](Deviation::LongLocalPart), and those of [`Domain`].
///
/// # Wire
/// ```text
/// C: MAIL FROM:<"a b"@example.org>
/// ```
///
/// # Limits
/// 64 octets of local part, 255 of domain.
///
/// # Errors
/// `Local-part`, `Quoted-string`, `Mailbox` where the `@` is missing, and those of [`Domain`].
///
/// # Example
/// ```
/// use mailwire_smtp::element::mailbox::Mailbox;
/// let mailbox = Mailbox::parse(br#""a b"@example.org"#)?;
/// assert_eq!(mailbox.local_part.as_str(), "a b");
/// assert_eq!(mailbox.to_bytes(), br#""a b"@example.org"#);
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailbox<'a> {
    /// What stands before the `@`, without quotes.
    pub local_part: LocalPart<'a>,
    /// What stands behind it.
    pub domain: Domain<'a>,
}

into_owned!(struct Mailbox { local_part, domain });
wire_api!(Deviation: LocalPart, Mailbox);

impl<'a> Mailbox<'a> {
    /// A mailbox from the meaning of its local part and a domain name.
    ///
    /// # Errors
    /// [`InvalidValue`] when one half cannot stand on the wire.
    pub fn new(
        local_part: impl IntoBytes<'a>,
        domain: impl IntoBytes<'a>,
    ) -> Result<Self, InvalidValue> {
        Ok(Self { local_part: LocalPart::new(local_part)?, domain: Domain::name(domain)? })
    }

    /// True when the address holds octets that need SMTPUTF8.
    #[must_use]
    pub fn needs_utf8(&self) -> bool {
        self.domain.needs_utf8() || !self.local_part.as_bytes().is_ascii()
    }
}

impl<'a> Wire<'a> for Mailbox<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, local_part) = LocalPart::parse_part(input, cx)?;
        let Some((b'@', rest)) = rest.split_first() else {
            return Err(stop(rest, "Mailbox"));
        };
        let (rest, domain) = Domain::parse_part(rest, cx)?;
        Ok((rest, Self { local_part, domain }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.local_part).byte(b'@').put(&self.domain);
    }
}

impl fmt::Display for Mailbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is built is UTF-8, so nothing is lost.
        f.write_str(&alloc::string::String::from_utf8_lossy(&self.to_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn mailbox<'a>(local_part: &'a str, domain: &'a str) -> Mailbox<'a> {
        Mailbox::new(local_part, domain).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"a@b", mailbox("a", "b")),
            (b"first.last+tag@example.org", mailbox("first.last+tag", "example.org")),
            (b"e=mc2@example.com", mailbox("e=mc2", "example.com")),
            (br#""a b"@example.org"#, mailbox("a b", "example.org")),
            (br#""a\"b\\c"@example.org"#, mailbox(r#"a"b\c"#, "example.org")),
            (br#""a>b"@x"#, mailbox("a>b", "x")),
            (br#""a@b"@x"#, mailbox("a@b", "x")),
            (br#"""@x"#, mailbox("", "x")),
            ("\u{5b6b}\u{5b50}@\u{e1}.org".as_bytes(), mailbox("\u{5b6b}\u{5b50}", "\u{e1}.org")),
        ]);
    }

    #[test]
    fn needless_quotes_and_escapes_are_left_out() {
        let parsed = Mailbox::parse(br#""ab"@x"#).unwrap();
        assert_eq!(parsed.to_bytes(), b"ab@x");
        assert_eq!(Mailbox::parse(br#""a\b"@x"#).unwrap(), parsed);
    }

    #[test]
    fn rejects() {
        check_rejects::<Mailbox<'_>>(&[
            (b"", "Local-part", 0),
            (b"@x", "Local-part", 0),
            (b"a", "Mailbox", 1),
            (b"a b@x", "Mailbox", 1),
            (b"a@", "Domain", 2),
            (b"a@@x", "Domain", 2),
            (b";id;@x", "Local-part", 0),
            (b"a..b@x", "Local-part", 2),
            (b".a@x", "Local-part", 0),
            (b"a.@x", "Local-part", 1),
            (b"a\0b@x", "Mailbox", 1),
            (br#""a@x"#, "Quoted-string", 4),
            (b"\"a\rb\"@x", "Quoted-string", 2),
            (b"\"a\\\n\"@x", "Quoted-string", 3),
            (b"\xc3@x", "Local-part", 0),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Mailbox<'_>>(&[
            (b"user.@example.com", Deviation::BadLocalPart, br#""user."@example.com"#),
            (b"a..b@docomo.example", Deviation::BadLocalPart, br#""a..b"@docomo.example"#),
            (b".a@b", Deviation::BadLocalPart, br#"".a"@b"#),
            (
                b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b",
                Deviation::LongLocalPart,
                b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b",
            ),
        ]);
    }

    #[test]
    fn constructors_refuse_what_breaks_the_line() {
        for text in ["a\rb", "a\nb", "a\0b", "a\r\nRCPT TO:<e@x>", "\u{7f}"] {
            assert!(LocalPart::new(text).is_err(), "{text:?}");
        }
        assert!(LocalPart::new(b"\xff").is_err());
    }
}
