//! How the sender of a message proves later that it may track it: the value of MTRK.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire};
use mailwire_core::token::{self, ByteSet};
use mailwire_core::{InvalidValue, into_owned, text_type, wire_api};

use crate::element::deliver_by::up_to_nine_digits;
use crate::tolerance::Deviation;

text_type! {
    /// A hash, in base64, of the secret that a later tracking request must show: `mtrk-certifier`.
    ///
    /// RFC 3885 section 3.1. Its base64 is that of RFC 2045 without padding.
    ///
    /// # Grammar
    /// ```abnf
    /// mtrk-certifier = base64
    /// base64         = %x2b / %x2f / %x30-39 / %x41-5a / %x61-7a   ; read as 1*( .. )
    /// ```
    ///
    /// # Errors
    /// `mtrk-certifier`.
    pub struct Certifier: "mtrk-certifier", check = check_certifier, utf8
}

/// A certifier and for how long it is kept, sent by clients with the sender.
///
/// RFC 3885 section 3.1. A message that has one must have an ENVID too.
///
/// # Grammar
/// ```abnf
/// mtrk-parameter = "MTRK=" mtrk-certifier [ ":" mtrk-timeout ]
/// mtrk-certifier = base64        ; authenticator
/// mtrk-timeout   = 1*9DIGIT      ; seconds until timeout
/// ```
/// Leading zeros of the timeout are read and not written.
///
/// # Wire
/// ```text
/// C: MAIL FROM:<a@example.com> ENVID=1@example.com MTRK=Q3ZbCvXFZ0sJXyGUiGVcJvzCcRI:86400
/// ```
///
/// # Errors
/// `mtrk-certifier`, `mtrk-timeout`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::tracking::Mtrk;
///
/// let mtrk = Mtrk::parse(b"Q3ZbCvXFZ0sJXyGUiGVcJvzCcRI:86400")?;
/// assert_eq!(mtrk.certifier().as_str(), "Q3ZbCvXFZ0sJXyGUiGVcJvzCcRI");
/// assert_eq!(mtrk.timeout(), Some(86_400));
/// assert_eq!(mtrk.to_bytes(), b"Q3ZbCvXFZ0sJXyGUiGVcJvzCcRI:86400");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mtrk<'a> {
    certifier: Certifier<'a>,
    timeout: Option<u32>,
}

into_owned!(struct Mtrk { certifier, timeout });
wire_api!(Deviation: Certifier, Mtrk);

/// Base64 without padding: RFC 3885 leaves the `=` out, as no value of a parameter may hold it.
static BASE64: ByteSet =
    ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and_range(b'0', b'9').and(b"+/");

fn check_certifier(certifier: &[u8]) -> Result<(), usize> {
    if certifier.is_empty() { Err(0) } else { BASE64.check(certifier) }
}

impl<'a> Wire<'a> for Certifier<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, certifier) = token::one_or_more(input, &BASE64, "mtrk-certifier")?;
        Ok((rest, Self::checked(certifier)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl<'a> Wire<'a> for Mtrk<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, certifier) = Certifier::parse_part(input, cx)?;
        let Some(timeout) = rest.strip_prefix(b":") else {
            return Ok((rest, Self { certifier, timeout: None }));
        };
        let (rest, timeout) = up_to_nine_digits(timeout, "mtrk-timeout")?;
        Ok((rest, Self { certifier, timeout: Some(timeout) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.certifier);
        if let Some(timeout) = self.timeout {
            out.byte(b':').number(timeout.into());
        }
    }
}

impl<'a> Mtrk<'a> {
    /// A request to keep tracking data for `timeout` seconds, or for as long as the server likes.
    ///
    /// # Errors
    /// [`InvalidValue`] when the timeout has more than nine digits.
    pub fn new(certifier: Certifier<'a>, timeout: Option<u32>) -> Result<Self, InvalidValue> {
        match timeout {
            Some(1_000_000_000..) => Err(InvalidValue { what: "mtrk-timeout", at: 9 }),
            _ => Ok(Self { certifier, timeout }),
        }
    }

    /// The certifier.
    #[must_use]
    pub const fn certifier(&self) -> &Certifier<'a> {
        &self.certifier
    }

    /// Seconds for which tracking data is to be kept.
    #[must_use]
    pub const fn timeout(&self) -> Option<u32> {
        self.timeout
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        let mtrk = |text, timeout| Mtrk::new(Certifier::new(text).unwrap(), timeout).unwrap();
        check_rows(&[
            (b"abc", mtrk("abc", None)),
            (b"a+/9", mtrk("a+/9", None)),
            (b"abc:1234", mtrk("abc", Some(1234))),
            (b"abc:999999999", mtrk("abc", Some(999_999_999))),
        ]);
        check_rejects::<Mtrk<'_>>(&[
            (b"", "mtrk-certifier", 0),
            (b":", "mtrk-certifier", 0),
            (b":998", "mtrk-certifier", 0),
            (b"abc:", "mtrk-timeout", 4),
            (b"abc:abc", "mtrk-timeout", 4),
            (b"abc:1234567890", "mtrk-timeout", 4),
            // No padding, and no base64url: smtp-proto's tests hold such certifiers valid.
            (b"abc=", "end", 3),
            (b"my-ceritifier", "end", 2),
            (b"other-certifier:1234", "end", 5),
        ]);
        assert!(Certifier::new("").is_err() && Certifier::new("a=").is_err());
        let certifier = Certifier::new("abc").unwrap();
        assert!(Mtrk::new(certifier, Some(1_000_000_000)).is_err());
    }
}
