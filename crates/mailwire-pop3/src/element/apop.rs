//! APOP: the stamp in the greeting and the digest that answers it. RFC 1939 section 7.
//!
//!   S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
//!   C: APOP mrose c4c9334bac560ecc979e58001b3e22fb

use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::ByteSet;
use mailwire_core::{owned_already, text_type, wire_api};

use crate::tolerance::Deviation;

text_type! {
    /// The stamp in a greeting that offers APOP, with its angle brackets; sent by the server.
    ///
    /// RFC 1939 section 7. It has to be a message identifier of RFC 5322, and different in each
    /// session. A server that may choose other octets can work out a password from the digests
    /// (CVE-2007-1558), so what is not a clean identifier is not a stamp here.
    ///
    /// # Grammar
    /// ```text
    /// timestamp = "<" dot-atom-text "@" ( dot-atom-text / "[" *dtext "]" ) ">"
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
    /// ```
    ///
    /// # Limits
    /// Those of the line.
    ///
    /// # Errors
    /// `timestamp`.
    ///
    /// # Example
    /// ```
    /// use mailwire_pop3::element::apop::Stamp;
    /// let stamp = Stamp::find(b"ready <1896.697170952@dbc.mtview.ca.us> now").unwrap();
    /// assert_eq!(stamp.as_str(), "<1896.697170952@dbc.mtview.ca.us>");
    /// assert_eq!(Stamp::find(b"ready <a@b> <c@d>"), None);
    /// ```
    pub struct Stamp: "timestamp", check = check, utf8
}

wire_api!(Deviation: Stamp);
wire_api!(Deviation: copy Digest);
owned_already!(Digest);

/// `atext` of RFC 5322.
static ATEXT: ByteSet = ByteSet::range(b'a', b'z')
    .and_range(b'A', b'Z')
    .and_range(b'0', b'9')
    .and(b"!#$%&'*+-/=?^_`{|}~");
/// `dtext` of RFC 5322.
static DTEXT: ByteSet = ByteSet::range(33, 126).without(b"[]\\<>");

impl<'a> Stamp<'a> {
    /// The stamp in the text of a greeting: the only thing in it in angle brackets, if that is clean.
    #[must_use]
    pub fn find(text: &'a [u8]) -> Option<Self> {
        let from = memchr::memchr(b'<', text)?;
        let rest = text.get(from..)?;
        let len = memchr::memchr(b'>', rest)?.checked_add(1)?;
        let (stamp, behind) = rest.split_at_checked(len)?;
        let alone = memchr::memchr2(b'<', b'>', behind).is_none();
        (alone && check(stamp).is_ok()).then_some(Self::checked(stamp))
    }
}

/// What is behind the `dot-atom-text` at the beginning of `input`, or how much is left where it
/// breaks.
fn dot_atom(input: &[u8]) -> Result<&[u8], usize> {
    let mut rest = input;
    loop {
        let (atom, behind) = ATEXT.split(rest);
        if atom.is_empty() {
            return Err(rest.len());
        }
        match behind {
            [b'.', behind @ ..] => rest = behind,
            _ => return Ok(behind),
        }
    }
}

/// The end of a stamp at the beginning of `input`, or how much of it is left where it breaks.
fn stamp(input: &[u8]) -> Result<&[u8], usize> {
    let rest = input.strip_prefix(b"<").ok_or(input.len())?;
    let rest = dot_atom(rest)?;
    let rest = rest.strip_prefix(b"@").ok_or(rest.len())?;
    let rest = match rest {
        [b'[', rest @ ..] => {
            let (_, rest) = DTEXT.split(rest);
            rest.strip_prefix(b"]").ok_or(rest.len())?
        }
        _ => dot_atom(rest)?,
    };
    rest.strip_prefix(b">").ok_or(rest.len())
}

fn check(text: &[u8]) -> Result<(), usize> {
    match stamp(text) {
        Ok([]) => Ok(()),
        Ok(rest) => Err(text.len().saturating_sub(rest.len())),
        Err(left) => Err(text.len().saturating_sub(left)),
    }
}

impl<'a> Wire<'a> for Stamp<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        match stamp(input) {
            Ok(rest) => {
                let len = input.len().saturating_sub(rest.len());
                Ok((rest, Self::checked(input.get(..len).unwrap_or_default())))
            }
            Err(left) => {
                let at = input.len().saturating_sub(left);
                Err(fail(input.get(at..).unwrap_or_default(), "timestamp"))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

/// The MD5 digest of the stamp, with its brackets, and the shared secret behind it; sent by the
/// client.
///
/// RFC 1939 section 7. MD5 is the caller's. The digest does not show in `Debug`: with the stamp it is
/// enough to try passwords.
///
/// # Grammar
/// ```text
/// digest = 32( DIGIT / %x61-66 )        ; hexadecimal, lower case
/// ```
/// Deviation: [`UpperCaseDigest`](Deviation::UpperCaseDigest).
///
/// # Wire
/// ```text
/// C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
/// ```
///
/// # Limits
/// None: fixed size.
///
/// # Errors
/// `digest`.
///
/// # Example
/// ```
/// use mailwire_pop3::element::apop::Digest;
/// let digest = Digest::parse(b"c4c9334bac560ecc979e58001b3e22fb")?;
/// assert_eq!(digest.as_md5()[..2], [0xc4, 0xc9]);
/// assert_eq!(digest.to_bytes(), b"c4c9334bac560ecc979e58001b3e22fb");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The digest with these octets.
    #[must_use]
    pub const fn from_md5(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// The octets. Compare them in a time that does not depend on them.
    #[must_use]
    pub const fn as_md5(&self) -> &[u8; 16] {
        &self.0
    }
}

/// The value of a hexadecimal digit, and whether it is in upper case.
const fn digit(byte: u8) -> Option<(u8, bool)> {
    match byte {
        b'0'..=b'9' => Some((byte & 0xf, false)),
        b'a'..=b'f' => Some((byte - b'a' + 10, false)),
        b'A'..=b'F' => Some((byte - b'A' + 10, true)),
        _ => None,
    }
}

impl<'a> Wire<'a> for Digest {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let mut octets = [0; 16];
        let (mut upper, mut rest) = (false, input);
        for octet in &mut octets {
            for _ in 0..2 {
                let found = rest.split_first().and_then(|(&byte, rest)| Some((digit(byte)?, rest)));
                let Some(((value, large), behind)) = found else {
                    return Err(fail(rest, "digest"));
                };
                *octet = *octet << 4 | value;
                (upper, rest) = (upper | large, behind);
            }
        }
        if upper && !cx.tolerate(Deviation::UpperCaseDigest) {
            return Err(stop(input, "digest"));
        }
        Ok((rest, Self(octets)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        for octet in self.0 {
            for nibble in [octet >> 4, octet & 0xf] {
                out.byte(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
            }
        }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (
                b"<1896.697170952@dbc.mtview.ca.us>",
                Stamp::new("<1896.697170952@dbc.mtview.ca.us>").unwrap(),
            ),
            (b"<a+/=@[192.0.2.1]>", Stamp::new("<a+/=@[192.0.2.1]>").unwrap()),
        ]);
        let digest = Digest::from_md5([
            0xc4, 0xc9, 0x33, 0x4b, 0xac, 0x56, 0x0e, 0xcc, 0x97, 0x9e, 0x58, 0x00, 0x1b, 0x3e,
            0x22, 0xfb,
        ]);
        check_rows(&[(b"c4c9334bac560ecc979e58001b3e22fb", digest)]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Stamp<'_>>(&[
            (b"", "timestamp", 0),
            (b"a@b", "timestamp", 0),
            (b"<>", "timestamp", 1),
            (b"<a>", "timestamp", 2),
            (b"<1.2@>", "timestamp", 5),
            (b"<a.@b>", "timestamp", 3),
            (b"<a@b..c>", "timestamp", 5),
            (b"<a@b", "timestamp", 4),
            (b"<a b@c>", "timestamp", 2),
            (b"<\0@b>", "timestamp", 1),
            (b"<a\x80@b>", "timestamp", 2),
            (b"<a@[b>]>", "timestamp", 5),
            (b"<a@b> ", "end", 5),
        ]);
        check_rejects::<Digest>(&[
            (b"", "digest", 0),
            (b"c4c9334bac560ecc979e58001b3e22f", "digest", 31),
            (b"c4c9334bac560ecc979e58001b3e22fg", "digest", 31),
            (b"c4c9334bac560ecc979e58001b3e22fb0", "end", 32),
            (b"C4C9334bac560ecc979e58001b3e22fb", "digest", 0),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Digest>(&[(
            b"C4C9334BAC560ECC979E58001B3E22FB",
            Deviation::UpperCaseDigest,
            b"c4c9334bac560ecc979e58001b3e22fb",
        )]);
    }

    #[test]
    fn pop_c_06_only_a_clean_stamp_is_one() {
        for (text, stamp) in [
            (&b"ready <a@b>"[..], Some("<a@b>")),
            (b"<a@b>", Some("<a@b>")),
            (b"Hello <a.b@c> World!", Some("<a.b@c>")),
            (b"<a@b> <c@d>", None),
            (b"<a@b> 1 > 0", None),
            (b"<<a@b>>", None),
            (b"<123>", None),
            (b"<\x00..>", None),
            (b"no stamp", None),
            (b"> <", None),
            (b"<a@b", None),
        ] {
            let found = Stamp::find(text);
            assert_eq!(found.as_ref().map(Stamp::as_str), stamp, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn the_digest_does_not_show() {
        assert_eq!(alloc::format!("{:?}", Digest::from_md5([0xaa; 16])), "Digest(..)");
    }
}
