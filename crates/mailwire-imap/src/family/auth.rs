//! AUTHENTICATE and LOGIN. RFC 9051 section 6.2, RFC 4959.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::sasl::{self, MechanismName, SaslError};
use mailwire_core::token::{BASE64, VCHAR};
use mailwire_core::{IntoBytes, IntoOwned, InvalidValue, Secret, into_owned, wire_api};

use crate::Mode;
use crate::element::string::AString;
use crate::token::{sp, write_astring};
use crate::tolerance::Deviation;

/// The arguments of LOGIN: a name and a password; sent by the client.
///
/// RFC 9051 section 6.2.3. A server that does not take it says LOGINDISABLED.
///
/// # Grammar
/// ```abnf
/// login    = "LOGIN" SP userid SP password
/// userid   = astring
/// password = astring
/// ```
/// Deviations: those of [`AString`].
///
/// # Wire
/// ```text
/// C: A1 LOGIN mrose "se cret"
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `astring`, `quoted`, `literal`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::Command;
///
/// let Command::Login(login) = Command::parse(b"LOGIN mrose \"se cret\"")? else { panic!() };
/// assert_eq!(login.name.as_bytes(), b"mrose");
/// assert_eq!(login.password.expose(), b"se cret");
/// assert!(!format!("{login:?}").contains("cret"));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login<'a> {
    /// The name of the user.
    pub name: AString<'a>,
    /// The password.
    pub password: Password<'a>,
}

/// A password. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password<'a>(Secret<AString<'a>>);

/// The arguments of AUTHENTICATE: a SASL mechanism and, where the server takes it, the first response of the
/// client; sent by the client.
///
/// RFC 9051 section 6.2.2; RFC 4959 (SASL-IR).
///
/// # Grammar
/// ```abnf
/// authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp] *(CRLF base64)
/// initial-resp = (base64 / "=")
/// ```
/// The response is kept as it is written, so that a broken base64 text is answered as such.
///
/// # Wire
/// ```text
/// C: A1 AUTHENTICATE PLAIN AGEAYg==
/// ```
///
/// # Limits
/// [`Limits::auth_line`](crate::Limits).
///
/// # Errors
/// `auth-type`, `initial-resp`.
///
/// # Example
/// ```
/// use mailwire_imap::Command;
///
/// let Command::Authenticate(auth) = Command::parse(b"AUTHENTICATE plain AGEAYg==")? else { panic!() };
/// assert_eq!(auth.mechanism.as_str(), "PLAIN");
/// assert_eq!(auth.initial_response().unwrap().unwrap().expose(), b"\0a\0b");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticate<'a> {
    /// The mechanism.
    pub mechanism: MechanismName<'a>,
    /// The initial response as it is written: base64, or `=` for an empty one.
    response: Option<Secret<Cow<'a, [u8]>>>,
}

wire_api!(Deviation, Mode: Login, Authenticate);
into_owned!(struct Login { name, password });
into_owned!(@impl Password, self => { Password(self.0.map(AString::into_owned)) });
into_owned!(@impl Authenticate, self => {
    Authenticate {
        mechanism: self.mechanism.into_owned(),
        response: self.response.map(|response| response.map(IntoOwned::into_owned)),
    }
});

impl<'a> Password<'a> {
    /// A password.
    ///
    /// # Errors
    /// [`InvalidValue`] for NUL.
    pub fn new(password: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Ok(Self(Secret::new(AString::new(password)?)))
    }

    /// The octets. Compare them in a time that does not depend on them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl<'a> Login<'a> {
    /// A name and a password.
    #[must_use]
    pub const fn new(name: AString<'a>, password: Password<'a>) -> Self {
        Self { name, password }
    }
}

impl<'a> Authenticate<'a> {
    /// A command without an initial response.
    #[must_use]
    pub const fn new(mechanism: MechanismName<'a>) -> Self {
        Self { mechanism, response: None }
    }

    /// The command with an initial response, given as the mechanism made it. The server must offer SASL-IR.
    #[must_use]
    pub fn with_initial_response(self, response: &[u8]) -> Self {
        let text = if response.is_empty() {
            Vec::from(&b"="[..])
        } else {
            let mut text = Vec::new();
            sasl::encode_base64_into(response, &mut text);
            text
        };
        Self { response: Some(Secret::new(Cow::Owned(text))), ..self }
    }

    /// The initial response, decoded; `None` when there is none.
    #[must_use]
    pub fn initial_response(&self) -> Option<Result<Secret<Vec<u8>>, SaslError>> {
        self.response.as_ref().map(|text| sasl::parse_initial_response(text.expose()))
    }

    /// True when the command has an initial response.
    #[must_use]
    pub const fn has_initial_response(&self) -> bool {
        self.response.is_some()
    }
}

impl<'a> Wire<'a> for Login<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = AString::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, password) = cut(AString::parse_part(rest, cx))?;
        Ok((rest, Self { name, password: Password(Secret::new(password)) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.name).sp();
        write_astring(out, self.password.expose());
    }
}

impl<'a> Wire<'a> for Authenticate<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (name, rest) = VCHAR.split(input);
        let Ok(mechanism) = MechanismName::parse(name) else {
            return Err(stop(input, "auth-type"));
        };
        let [b' ', behind @ ..] = rest else {
            return Ok((rest, Self { mechanism, response: None }));
        };
        // Blanks at the end are for the line to judge.
        if matches!(behind, [] | [b' ' | b'\r' | b'\n', ..]) {
            return Ok((rest, Self { mechanism, response: None }));
        }
        let (rest, ()) = sp(rest, cx)?;
        let (text, behind) = BASE64.split(rest);
        if text.is_empty() || !matches!(behind, [] | [b' ' | b'\r' | b'\n', ..]) {
            return Err(stop(behind, "initial-resp"));
        }
        let response = Some(Secret::new(Cow::Borrowed(text)));
        Ok((behind, Self { mechanism, response }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.mechanism.as_str().as_bytes());
        if let Some(response) = &self.response {
            out.sp().bytes(response.expose());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_needs, check_rejects, check_rows};

    #[test]
    fn login_rows() {
        let login = |name: &'static str, password: &'static str| {
            Login::new(AString::new(name).unwrap(), Password::new(password).unwrap())
        };
        check_rows(&[
            (b"mrose secret", login("mrose", "secret")),
            (b"\"m rose\" \"\"", login("m rose", "")),
            (b"a {4}\r\nb\r\nc", login("a", "b\r\nc")),
            (b"\"nil\" \"NIL\"", login("nil", "NIL")),
        ]);
        check_rejects::<Login<'_>>(&[
            (b"", "astring", 0),
            (b"a", "SP", 1),
            (b"a ", "astring", 2),
            (b"a b c", "end", 3),
            (b"\"a\0b\" x", "quoted", 2),
            (b"a {3}\r\nx\0y", "literal", 2),
            (b"a (b)", "astring", 2),
        ]);
        assert!(Login::parse_with(b"\"a\\b\" x", crate::Tolerance::strict()).is_err());
        assert!(Password::new("a\0b").is_err());
    }

    #[test]
    fn authenticate_rows() {
        let plain = || Authenticate::new(MechanismName::PLAIN);
        check_rows(&[
            (b"PLAIN", plain()),
            (b"PLAIN =", plain().with_initial_response(b"")),
            (b"PLAIN AGEAYg==", plain().with_initial_response(b"\0a\0b")),
        ]);
        check_rejects::<Authenticate<'_>>(&[
            (b"", "auth-type", 0),
            (b"PL(AIN", "auth-type", 0),
            (b"PLAIN !", "initial-resp", 6),
            (b"PLAIN a b", "end", 7),
            (b"PLAIN {4}\r\nAA==", "initial-resp", 6),
        ]);
        let parsed = Authenticate::parse(b"plain !").map(|auth| auth.has_initial_response());
        assert!(parsed.is_err());
        let broken = Authenticate::parse(b"PLAIN A").unwrap();
        assert!(broken.has_initial_response() && broken.initial_response().unwrap().is_err());
        assert!(plain().initial_response().is_none());
        assert!(!alloc::format!("{:?}", plain().with_initial_response(b"x")).contains("eA"));
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("LOGIN a b", &[]),
            ("AUTHENTICATE PLAIN", &["AUTH="]),
            ("AUTHENTICATE PLAIN AGEAYg==", &["AUTH=", "SASL-IR"]),
        ]);
    }
}
