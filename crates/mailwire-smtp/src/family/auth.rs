//! AUTH: who the client is. RFC 4954; the mechanisms are the caller's.
//!
//! ```text
//! C: AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=
//! S: 235 2.7.0 Authentication successful
//!
//! C: AUTH CRAM-MD5
//! S: 334 PDQxOTI5NDIzNDEuMTI4Mjg0NzJAc291cmNlZm91ci5hbmRyZXcuY211LmVkdT4=
//! C: *
//! S: 501 5.7.0 Authentication cancelled
//! ```

use alloc::borrow::Cow;
use alloc::vec::Vec;

use mailwire_core::Secret;
use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::sasl::{self, MechanismName};
use mailwire_core::token::{VCHAR, WSP, graphic_len};

use crate::command::Command;
use crate::token;
use crate::tolerance::Deviation;

/// The arguments of AUTH: a SASL mechanism and, if it begins with the client, its first response;
/// sent by the client.
///
/// RFC 4954 section 4.
///
/// # Grammar
/// ```text
/// auth-command     = "AUTH" SP sasl-mech [SP initial-response] *(CRLF [base64]) [CRLF cancel-response] CRLF
/// initial-response = base64 / "="
/// ```
/// This value is what follows the verb, on its line. The response is kept as it is written, so that
/// a broken base64 text is answered as such. Deviation:
/// [`AuthEqualsCommand`](Deviation::AuthEqualsCommand).
///
/// # Wire
/// ```text
/// C: AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=
/// ```
///
/// # Limits
/// [`Limits::auth_line`](crate::Limits::auth_line).
///
/// # Errors
/// `sasl-mech`, `initial-response`.
///
/// # Example
/// ```
/// use mailwire_smtp::Command;
/// let Command::Auth(auth) = Command::parse(b"AUTH plain AGEAYg==\r\n")? else { panic!() };
/// assert_eq!(auth.mechanism.as_str(), "PLAIN");
/// assert_eq!(auth.initial_response().unwrap().unwrap().expose(), b"\0a\0b");
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth<'a> {
    /// The mechanism.
    pub mechanism: MechanismName<'a>,
    /// The initial response as it is written: base64, or `=` for an empty one.
    response: Option<Secret<Cow<'a, [u8]>>>,
}

mailwire_core::into_owned!(@impl Auth, self => {
    Auth {
        mechanism: self.mechanism.into_owned(),
        response: self.response.map(|response| {
            response.map(|text| Cow::Owned(text.into_owned()))
        }),
    }
});

impl<'a> Auth<'a> {
    /// A command without an initial response.
    #[must_use]
    pub const fn new(mechanism: MechanismName<'a>) -> Self {
        Self { mechanism, response: None }
    }

    /// The command with an initial response, given as the mechanism made it.
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
    pub fn initial_response(&self) -> Option<Result<Secret<Vec<u8>>, sasl::SaslError>> {
        self.response.as_ref().map(|text| sasl::parse_initial_response(text.expose()))
    }

    /// True when the command has an initial response.
    #[must_use]
    pub const fn has_initial_response(&self) -> bool {
        self.response.is_some()
    }
}

impl<'a> Wire<'a> for Auth<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let rest = match input.split_first() {
            Some((b'=', rest)) if cx.tolerate(Deviation::AuthEqualsCommand) => rest,
            _ => token::sp(input, cx)?.0,
        };
        let (name, after) = VCHAR.split(rest);
        let Ok(mechanism) = MechanismName::parse(name) else {
            return Err(stop(rest, "sasl-mech"));
        };
        let (after, response) =
            token::optional(after, cx, |rest, _| match rest.split_at(graphic_len(rest)) {
                (text, after) if WSP.span(after) == after.len() => Ok((after, text)),
                (_, after) => Err(stop(after, "initial-response")),
            })?;
        let response = response.map(|text| Secret::new(Cow::Borrowed(text)));
        Ok((after, Self { mechanism, response }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.sp().bytes(self.mechanism.as_str().as_bytes());
        if let Some(response) = &self.response {
            out.sp().bytes(response.expose());
        }
    }
}

/// The arguments of AUTH.
pub(crate) fn auth<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, auth) = cut(Auth::parse_part(input, cx))?;
    Ok((rest, Command::Auth(auth)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn mechanism(name: &str) -> Auth<'_> {
        Auth::new(MechanismName::new(name).unwrap())
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"AUTH LOGIN\r\n", Command::Auth(mechanism("LOGIN"))),
            (
                b"AUTH PLAIN AGEAYg==\r\n",
                Command::Auth(mechanism("PLAIN").with_initial_response(b"\0a\0b")),
            ),
            (
                b"AUTH EXTERNAL =\r\n",
                Command::Auth(mechanism("EXTERNAL").with_initial_response(b"")),
            ),
            (b"AUTH SCRAM-SHA-256-PLUS\r\n", Command::Auth(mechanism("SCRAM-SHA-256-PLUS"))),
            (
                b"AUTH ECDSA-NIST256P-CHALLENGE\r\n",
                Command::Auth(mechanism("ECDSA-NIST256P-CHALLENGE")),
            ),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"AUTH\r\n", "SP", 4),
            (b"AUTH \r\n", "sasl-mech", 5),
            (b"AUTH x\0y\r\n", "SP", 6),
            (b"AUTH PLAIN a b\r\n", "initial-response", 12),
            (b"AUTH PLA/IN\r\n", "sasl-mech", 5),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"AUTH PLAIN  AGEAYg==\r\n", Deviation::ExtraSpaces, b"AUTH PLAIN AGEAYg==\r\n"),
            (b"AUTH PLAIN \r\n", Deviation::TrailingSpaces, b"AUTH PLAIN\r\n"),
            (b"AUTH=PLAIN AGEAYg==\r\n", Deviation::AuthEqualsCommand, b"AUTH PLAIN AGEAYg==\r\n"),
        ]);
    }

    #[test]
    fn broken_base64_is_an_error_of_its_own() {
        let Command::Auth(auth) = Command::parse(b"AUTH PLAIN !!!!\r\n").unwrap() else { panic!() };
        assert!(auth.initial_response().unwrap().is_err());
    }

    #[test]
    fn credentials_do_not_show() {
        let command = Command::parse(b"AUTH PLAIN AGEAYg==\r\n").unwrap();
        assert!(!alloc::format!("{command:?}").contains("AGEAYg"));
    }
}
