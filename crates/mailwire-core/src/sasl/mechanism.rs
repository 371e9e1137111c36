//! Names of SASL mechanisms.

use alloc::borrow::Cow;
use core::fmt;

use crate::error::{InvalidValue, SyntaxError};

/// The name of a SASL mechanism, in upper case.
///
/// RFC 4422 section 3.1. The registry has upper case only, but AUTH and AUTHENTICATE are read
/// without regard to case (RFC 4954 section 8, RFC 9051 section 9), so that is how names are read
/// here; two names are equal when the mechanisms are.
///
/// # Grammar
/// ```text
/// sasl-mech = 1*20mech-char
/// mech-char = UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE
/// ```
/// Deviation: up to 64 octets. `ECDSA-NIST256P-CHALLENGE` has 24 and is in use.
/// [`is_registrable`](Self::is_registrable) tells the long ones.
///
/// # Errors
/// `sasl-mech` at the first octet that does not fit.
///
/// # Example
/// ```
/// use mailwire_core::sasl::MechanismName;
/// let name = MechanismName::parse(b"scram-sha-256").unwrap();
/// assert_eq!(name, MechanismName::SCRAM_SHA_256);
/// assert_eq!(name.as_str(), "SCRAM-SHA-256");
/// assert_eq!(MechanismName::parse(b"PLAIN\0").unwrap_err().at, 5);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MechanismName<'a>(Cow<'a, str>);

/// Longest name that is read.
const LONGEST: usize = 64;

/// Longest name that RFC 4422 allows.
const LONGEST_REGISTRABLE: usize = 20;

/// A constant for each name of a list, with its RFC.
macro_rules! known {
    ($($name:ident $text:literal $doc:literal)*) => {
        impl MechanismName<'static> {
            $(
                #[doc = concat!("`", $text, "`: ", $doc, ".")]
                pub const $name: Self = Self(Cow::Borrowed($text));
            )*
        }

        #[cfg(test)]
        const KNOWN: &[MechanismName<'static>] = &[$(MechanismName::$name),*];
    };
}

known! {
    PLAIN "PLAIN" "RFC 4616"
    LOGIN "LOGIN" "in wide use, without an RFC"
    EXTERNAL "EXTERNAL" "RFC 4422 appendix A"
    ANONYMOUS "ANONYMOUS" "RFC 4505"
    XOAUTH2 "XOAUTH2" "of Google, older than OAUTHBEARER"
    OAUTHBEARER "OAUTHBEARER" "RFC 7628"
    CRAM_MD5 "CRAM-MD5" "RFC 2195"
    DIGEST_MD5 "DIGEST-MD5" "RFC 2831, made historic by RFC 6331"
    SCRAM_SHA_1 "SCRAM-SHA-1" "RFC 5802"
    SCRAM_SHA_1_PLUS "SCRAM-SHA-1-PLUS" "RFC 5802, with channel binding"
    SCRAM_SHA_256 "SCRAM-SHA-256" "RFC 7677"
    SCRAM_SHA_256_PLUS "SCRAM-SHA-256-PLUS" "RFC 7677, with channel binding"
    GSSAPI "GSSAPI" "RFC 4752"
}

impl<'a> MechanismName<'a> {
    /// Reads a name as a peer sent it, in whatever case.
    ///
    /// # Errors
    /// `sasl-mech`, at the first octet that is not of a name; at the end of a name that is empty,
    /// and at the first octet too many of one that is too long.
    pub fn parse(input: &'a [u8]) -> Result<Self, SyntaxError> {
        let bad = |at| SyntaxError { rule: "sasl-mech", at };
        let is_char = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let len = input.iter().take(LONGEST).take_while(|byte| is_char(byte)).count();
        if len == 0 || len < input.len() {
            return Err(bad(len));
        }
        let name = core::str::from_utf8(input).map_err(|error| bad(error.valid_up_to()))?;
        Ok(Self(if name.bytes().any(|byte| byte.is_ascii_lowercase()) {
            Cow::Owned(name.to_ascii_uppercase())
        } else {
            Cow::Borrowed(name)
        }))
    }

    /// A name to be sent, in whatever case.
    ///
    /// # Errors
    /// [`InvalidValue`] where [`parse`](Self::parse) has a `SyntaxError`.
    pub fn new(name: &'a str) -> Result<Self, InvalidValue> {
        Self::parse(name.as_bytes())
            .map_err(|error| InvalidValue { what: error.rule, at: error.at })
    }

    /// The name in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name has no more than the 20 octets that RFC 4422 allows.
    #[must_use]
    pub fn is_registrable(&self) -> bool {
        self.0.len() <= LONGEST_REGISTRABLE
    }

    /// Whether the mechanism binds the exchange to the TLS channel: RFC 5802 section 4.
    #[must_use]
    pub fn binds_channel(&self) -> bool {
        self.0.ends_with("-PLUS")
    }

    /// The same name, not bound to the input.
    #[must_use]
    pub fn into_owned(self) -> MechanismName<'static> {
        MechanismName(Cow::Owned(self.0.into_owned()))
    }
}

impl fmt::Display for MechanismName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MechanismName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MechanismName({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    const REJECTS: &[(&[u8], usize)] = &[
        (b"", 0),
        (b"x\0y", 1),
        (b" PLAIN", 0),
        (b"PLAIN ", 5),
        (b"PL\xc3\x84IN", 2),
        (b"a\r\nb", 1),
        (b"CRAM.MD5", 4),
        (&[b'A'; 65], 64),
        (&[b'A'; 1 << 20], 64),
    ];

    #[test]
    fn names_are_read_in_any_case_and_kept_in_upper_case() {
        for name in KNOWN {
            assert_eq!(MechanismName::parse(name.as_str().as_bytes()).as_ref(), Ok(name));
            let lower = name.as_str().to_ascii_lowercase();
            assert_eq!(MechanismName::parse(lower.as_bytes()).as_ref(), Ok(name));
            assert_eq!(
                MechanismName::new(&lower).map(MechanismName::into_owned).as_ref(),
                Ok(name)
            );
            assert!(name.is_registrable());
        }
        let name = MechanismName::parse(b"x_y-1").unwrap();
        assert_eq!(
            (name.to_string(), format!("{name:?}")),
            ("X_Y-1".into(), "MechanismName(X_Y-1)".into())
        );
        assert!(MechanismName::SCRAM_SHA_1_PLUS.binds_channel());
    }

    #[test]
    fn a_name_in_upper_case_is_not_copied() {
        assert!(matches!(MechanismName::parse(b"PLAIN").unwrap().0, Cow::Borrowed("PLAIN")));
    }

    #[test]
    fn long_names_in_use_are_read() {
        let name = MechanismName::parse(b"ECDSA-NIST256P-CHALLENGE").unwrap();
        assert!(!name.is_registrable());
        assert!(MechanismName::parse(&[b'A'; 64]).is_ok());
    }

    #[test]
    fn smtp_s_51_what_is_no_name_is_refused() {
        for &(input, at) in REJECTS {
            let error = MechanismName::parse(input).unwrap_err();
            assert_eq!((error.rule, error.at), ("sasl-mech", at), "{}", input.escape_ascii());
        }
        assert_eq!(MechanismName::new("A\r\nB"), Err(InvalidValue { what: "sasl-mech", at: 1 }));
    }
}
