//! SASL as the three protocols frame it: base64 lines, `=` for nothing, `*` to give up.
//!
//! RFC 4954 section 4 (SMTP), RFC 5034 section 4 (POP3), RFC 9051 section 6.2.2 and RFC 4959 (IMAP).
//! The exchange is the same in all of them; only the words around it differ, and these are in the
//! protocol crates. Here is what is between: [`InitialResponse`], [`Challenge`], [`ClientResponse`]
//! and [`MechanismName`].
//!
//! The mechanisms themselves belong to a SASL library. For those that are nothing but a layout of
//! octets, without any cryptography, the client messages are in [`message`].

mod mechanism;
pub mod message;

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, encoded_len};
use thiserror::Error;

pub use mechanism::MechanismName;

use crate::secret::Secret;

/// A line of a SASL exchange that is not what it must be.
///
/// It names a place and no octets: they may be half a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum SaslError {
    /// Not base64 as RFC 4648 section 4 has it: an octet that is not of its alphabet, padding that
    /// is missing or too much, or bits in the last octet that stand for nothing.
    #[error("not valid base64 at octet {at}")]
    NotBase64 {
        /// Offset of the first octet that does not fit; the length of the text when it ends too
        /// early.
        at: usize,
    },
    /// An initial response without any octet. An empty one is written as `=`.
    #[error("initial response is missing")]
    MissingInitialResponse,
}

/// Appends `octets` in base64 to `out`, with padding and without a line ending.
///
/// This is how a server writes a challenge and a client a response. No octets give no text.
///
/// # Example
/// ```
/// use mailwire_core::sasl::encode_base64_into;
/// let mut line = b"334 ".to_vec();
/// encode_base64_into(b"Username:", &mut line);
/// assert_eq!(line, b"334 VXNlcm5hbWU6");
/// ```
pub fn encode_base64_into(octets: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    // A slice takes at most half of the address space, so four thirds of it can be counted.
    out.resize(start.saturating_add(encoded_len(octets.len(), true).unwrap_or(0)), b'=');
    if let Some(room) = out.get_mut(start..) {
        let written = STANDARD.encode_slice(octets, room);
        debug_assert_eq!(written, Ok(room.len()));
    }
}

/// Strict base64. The alphabet is that of RFC 4648 section 4; nothing is skipped, not even blanks.
fn decode_base64(text: &[u8]) -> Result<Vec<u8>, SaslError> {
    STANDARD.decode(text).map_err(|error| SaslError::NotBase64 {
        at: match error {
            DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => at,
            DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => text.len(),
        },
    })
}

/// What a client sends along with the name of the mechanism.
///
/// # Grammar
/// ```text
/// [SP initial-response]
/// initial-response = base64 / "="       ; RFC 4954 section 8, RFC 4959 section 7
/// ```
/// Nothing and something empty are not the same: EXTERNAL with an empty response (`=`) asks for the
/// identity of the certificate, without a response the server asks with a challenge.
///
/// # Example
/// ```
/// use mailwire_core::sasl::{InitialResponse, message};
/// let mut line = b"AUTH PLAIN".to_vec();
/// InitialResponse::of(message::plain("", "u", "p")?).encode_into(&mut line);
/// assert_eq!(line, b"AUTH PLAIN AHUAcA==");
/// # Ok::<(), mailwire_core::error::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum InitialResponse {
    /// No response: the server starts with a challenge.
    #[default]
    Absent,
    /// A response of no octets, written as `=`.
    Empty,
    /// A response.
    Data(Secret<Vec<u8>>),
}

impl InitialResponse {
    /// The initial response with these octets; [`Empty`](Self::Empty) when there are none.
    #[must_use]
    pub fn of(octets: Secret<Vec<u8>>) -> Self {
        if octets.expose().is_empty() { Self::Empty } else { Self::Data(octets) }
    }

    /// Appends the response in base64 with the space before it, or nothing when it is absent.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        match self {
            Self::Absent => {}
            Self::Data(octets) if !octets.expose().is_empty() => {
                out.push(b' ');
                encode_base64_into(octets.expose(), out);
            }
            Self::Empty | Self::Data(_) => out.extend_from_slice(b" ="),
        }
    }
}

/// Reads the initial response that a client sent: what is behind the space.
///
/// # Grammar
/// ```text
/// initial-response = base64 / "="
/// ```
///
/// # Errors
/// [`SaslError::MissingInitialResponse`] for no octets, [`SaslError::NotBase64`] for others that do
/// not fit.
///
/// # Example
/// ```
/// use mailwire_core::sasl::parse_initial_response;
/// assert_eq!(parse_initial_response(b"AHUAcA==")?.expose(), b"\0u\0p");
/// assert_eq!(parse_initial_response(b"=")?.expose(), b"");
/// # Ok::<(), mailwire_core::sasl::SaslError>(())
/// ```
pub fn parse_initial_response(text: &[u8]) -> Result<Secret<Vec<u8>>, SaslError> {
    match text {
        b"" => Err(SaslError::MissingInitialResponse),
        b"=" => Ok(Secret::default()),
        _ => decode_base64(text).map(Secret::new),
    }
}

/// What a client answers to a challenge.
///
/// # Example
/// ```
/// use mailwire_core::sasl::{ClientResponse, parse_response};
/// assert_eq!(parse_response(b"*"), Ok(ClientResponse::Cancel));
/// let mut line = Vec::new();
/// parse_response(b"cGFzcw==")?.encode_into(&mut line);
/// assert_eq!(line, b"cGFzcw==");
/// # Ok::<(), mailwire_core::sasl::SaslError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientResponse {
    /// `*`: the client gives up.
    Cancel,
    /// The octets of the response, which can be none.
    Data(Secret<Vec<u8>>),
}

impl ClientResponse {
    /// Appends the line without its ending.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        match self {
            Self::Cancel => out.push(b'*'),
            Self::Data(octets) => encode_base64_into(octets.expose(), out),
        }
    }
}

/// Reads the line, without its ending, that a client sent in answer to a challenge.
///
/// # Grammar
/// ```text
/// response = [base64] / "*"             ; RFC 4954 section 8, RFC 9051 section 9
/// ```
/// A line that looks like a command is a response too, and a bad one: between challenge and
/// response there are no commands.
///
/// # Errors
/// [`SaslError::NotBase64`]: the server ends the exchange with 501, `-ERR` or `BAD`.
pub fn parse_response(line: &[u8]) -> Result<ClientResponse, SaslError> {
    match line {
        b"*" => Ok(ClientResponse::Cancel),
        _ => decode_base64(line).map(|octets| ClientResponse::Data(Secret::new(octets))),
    }
}

/// What a server sends in the middle of an exchange: the text behind `334` or `+`.
///
/// RFC 4954 section 4 has it in base64. Servers are known to send plain words instead (`+ go
/// ahead`, `334 Username:`), mostly where the client does not need to know what is there. So the text
/// is kept as it is, and [`decode`](Self::decode) is for mechanisms that read it.
///
/// # Example
/// ```
/// use mailwire_core::sasl::Challenge;
/// assert_eq!(Challenge::new(b"VXNlcm5hbWU6").decode().as_deref(), Ok(&b"Username:"[..]));
/// assert!(Challenge::new(b"go ahead").decode().is_err());
/// assert_eq!(Challenge::new(b"go ahead").text(), b"go ahead");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge<'a> {
    text: Cow<'a, [u8]>,
}

impl<'a> Challenge<'a> {
    /// A challenge as it came, without the words before it and the line ending.
    #[must_use]
    pub const fn new(text: &'a [u8]) -> Self {
        Self { text: Cow::Borrowed(text) }
    }

    /// The text as it came: base64 if the server keeps to the rules.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The octets of the challenge. No text is a challenge of no octets.
    ///
    /// # Errors
    /// [`SaslError::NotBase64`].
    pub fn decode(&self) -> Result<Vec<u8>, SaslError> {
        decode_base64(&self.text)
    }

    /// The same challenge, not bound to the input.
    #[must_use]
    pub fn into_owned(self) -> Challenge<'static> {
        Challenge { text: Cow::Owned(self.text.into_owned()) }
    }
}

impl<'a> From<Cow<'a, [u8]>> for Challenge<'a> {
    fn from(text: Cow<'a, [u8]>) -> Self {
        Self { text }
    }
}

/// Control octets are escaped: the text comes from a peer and goes to a log.
impl fmt::Debug for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge(\"{}\")", self.text.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};
    use proptest::prelude::*;

    const fn not_base64(at: usize) -> SaslError {
        SaslError::NotBase64 { at }
    }

    #[test]
    fn smtp_s_48_cancel_empty_and_strict_base64() {
        let data = |octets: &[u8]| Ok(ClientResponse::Data(Secret::new(octets.to_vec())));
        assert_eq!(parse_response(b"*"), Ok(ClientResponse::Cancel));
        assert_eq!(parse_response(b""), data(b""));
        assert_eq!(parse_response(b"AHUAcA=="), data(b"\0u\0p"));
        assert_eq!(parse_response(b"!!!!"), Err(not_base64(0)));
        assert_eq!(parse_response(b"QQ"), Err(not_base64(2)));
        for bad in [
            &b"="[..],
            b"QQ=",
            b"QQ===",
            b"QR==",
            b"Q",
            b"QUI",
            b"QQ==QQ==",
            b" QQ==",
            b"QQ== ",
            b"QQ==\r",
            b"QU\nJD",
            b"QU-_",
            b"**",
            b"*QQ=",
            b"\0",
            b"====",
            b"QUJD=",
        ] {
            assert!(parse_response(bad).is_err(), "{}", bad.escape_ascii());
        }
    }

    #[test]
    fn smtp_s_50_a_command_is_not_run_but_refused() {
        assert_eq!(parse_response(b"MAIL FROM:<a@x>"), Err(not_base64(4)));
        assert!(parse_response(b"QUIT").is_ok(), "it is base64, and so it is data");
    }

    #[test]
    fn initial_responses() {
        assert_eq!(parse_initial_response(b""), Err(SaslError::MissingInitialResponse));
        assert_eq!(parse_initial_response(b"=").unwrap().expose(), b"");
        assert_eq!(parse_initial_response(b"QQ==").unwrap().expose(), b"A");
        assert!(parse_initial_response(b"*").is_err());
        let rows = [
            (InitialResponse::Absent, &b""[..]),
            (InitialResponse::of(Secret::default()), b" ="),
            (InitialResponse::Data(Secret::default()), b" ="),
            (InitialResponse::of(Secret::new(b"A".to_vec())), b" QQ=="),
        ];
        for (response, wire) in rows {
            let mut out = Vec::new();
            response.encode_into(&mut out);
            assert_eq!(out, wire);
        }
    }

    #[test]
    fn smtp_c_11_and_39_challenges_are_kept_when_they_are_not_base64() {
        assert_eq!(Challenge::new(b"").decode(), Ok(Vec::new()));
        assert_eq!(Challenge::new(b"!!!").decode(), Err(not_base64(0)));
        let challenge = Challenge::new(b"go\x1b[2J\xff").into_owned();
        assert_eq!(format!("{challenge:?}"), r#"Challenge("go\x1b[2J\xff")"#);
        assert_eq!(challenge.text(), b"go\x1b[2J\xff");
    }

    #[test]
    fn nothing_of_a_response_is_shown() {
        let response = parse_response(b"cGFzcw==").unwrap();
        assert_eq!(format!("{response:?}"), "Data(Secret(..))");
        assert_eq!(
            format!("{:?}", InitialResponse::of(Secret::new(b"A".to_vec()))),
            "Data(Secret(..))"
        );
        assert_eq!(
            parse_response(b"pass!").unwrap_err().to_string(),
            "not valid base64 at octet 4"
        );
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_again(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut line = b"+ ".to_vec();
            encode_base64_into(&octets, &mut line);
            prop_assert_eq!(Challenge::new(&line[2..]).decode(), Ok(octets));
        }

        #[test]
        fn only_one_text_stands_for_some_octets(text in "[A-Za-z0-9+/=]{0,12}") {
            if let Ok(octets) = decode_base64(text.as_bytes()) {
                let mut again = Vec::new();
                encode_base64_into(&octets, &mut again);
                prop_assert_eq!(again, text.as_bytes());
            }
        }
    }
}
