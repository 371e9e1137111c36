//! Octets as text, whether they are the same when written back, and what must not be shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mailwire_core::sasl::{self, SaslError};
use mailwire_core::{Secret, tolerance};
use serde_json::{Value, json};

use crate::record::Roundtrip;

/// What stands in the place of a credential.
pub(crate) const HIDDEN: &str = "(hidden)";

/// Octets as text; what is not UTF-8 becomes U+FFFD.
pub(crate) fn text(octets: &[u8]) -> String {
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    let octets = octets.strip_suffix(b"\r").unwrap_or(octets);
    String::from_utf8_lossy(octets).into_owned()
}

/// A SASL response.
pub(crate) fn response(base64: &[u8], secrets: bool) -> Value {
    match STANDARD.decode(base64) {
        Ok(octets) if secrets => json!({ "response": text(&octets) }),
        _ => json!({ "response": HIDDEN }),
    }
}

/// The response in the line of AUTH.
pub(crate) fn initial_response(
    response: Option<Result<Secret<Vec<u8>>, SaslError>>,
    secrets: bool,
) -> Option<String> {
    response.map(|response| match response {
        _ if !secrets => HIDDEN.to_owned(),
        Ok(octets) => text(octets.expose()),
        Err(error) => error.to_string(),
    })
}

/// A verb that is not known and what follows it, which may be a credential.
pub(crate) fn other(verb: &str, arguments: &[u8], secrets: bool) -> Value {
    let arguments = match arguments {
        b"" => String::new(),
        _ if !secrets && may_be_secret(verb.as_bytes()) => HIDDEN.to_owned(),
        arguments => text(arguments),
    };
    json!({ "verb": verb, "arguments": arguments })
}

/// A value with its verb in front.
pub(crate) fn with_verb(verb: Option<&str>, arguments: Value) -> Value {
    let mut value = json!({ "verb": verb });
    if let (Value::Object(value), Value::Object(arguments)) = (&mut value, arguments) {
        value.extend(arguments);
    }
    value
}

/// Writes a value back and compares.
pub(crate) struct Writing<'f, D: tolerance::Deviation> {
    /// The bytes that were parsed.
    pub(crate) line: &'f [u8],
    pub(crate) tolerance: mailwire_core::Tolerance<D>,
}

impl<D: tolerance::Deviation> Writing<'_, D> {
    /// Compares bytes; asks for the value only when they are not the same.
    pub(crate) fn compare(&self, written: &[u8], equal: impl FnOnce() -> bool) -> Roundtrip {
        if written == self.line {
            Roundtrip::Same
        } else if equal() {
            Roundtrip::Equivalent
        } else {
            Roundtrip::Broken
        }
    }

    pub(crate) fn response(&self, line: &[u8]) -> Roundtrip {
        let Ok(response) = sasl::parse_response(line) else { return Roundtrip::Broken };
        let mut written = Vec::new();
        response.encode_into(&mut written);
        let equal = sasl::parse_response(&written) == Ok(response);
        written.extend_from_slice(b"\r\n");
        self.compare(&written, || equal)
    }
}

/// Words at the beginning of lines of other protocols that carry credentials.
const SECRET_WORDS: [&[u8]; 8] =
    [b"auth", b"x-exps", b"pass", b"login", b"apop", b"proxy-auth", b"cookie", b"xauth"];

/// True when a line that is no command of this protocol may carry a credential.
pub(crate) fn may_be_secret(line: &[u8]) -> bool {
    SECRET_WORDS.iter().any(|word| begins(line, word))
}

/// Without regard to case.
fn begins(line: &[u8], word: &[u8]) -> bool {
    line.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

/// The line with an asterisk for each octet but the verb, if it is one of these, and the line end,
/// so that a caret stays under its byte.
pub(crate) fn masked(line: &[u8], verbs: &[&[u8]]) -> Vec<u8> {
    let verb = verbs.iter().find(|verb| begins(line, verb)).map_or(0, |verb| verb.len());
    line.iter()
        .enumerate()
        .map(|(at, &octet)| match octet {
            b'\r' | b'\n' => octet,
            _ if at < verb => octet,
            b' ' if verb > 0 && at == verb => octet,
            _ => b'*',
        })
        .collect()
}
