//! Parsed values as JSON, whether they can be written back, and what must not be shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mailwire_smtp::family::greeting::Greeting;
use mailwire_smtp::family::hello::{EhloReply, Keyword};
use mailwire_smtp::family::mail::{Mail, MailParameter};
use mailwire_smtp::family::rcpt::RcptParameter;
use mailwire_smtp::family::vendor::Attributes;
use mailwire_smtp::observer::Answers;
use mailwire_smtp::{Command, Reply, Tolerance, sasl};
use serde_json::{Value, json};

use crate::record::Roundtrip;

/// What stands in the place of a credential.
const HIDDEN: &str = "(hidden)";

/// Octets as text; what is not UTF-8 becomes U+FFFD.
pub(crate) fn text(octets: &[u8]) -> String {
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    let octets = octets.strip_suffix(b"\r").unwrap_or(octets);
    String::from_utf8_lossy(octets).into_owned()
}

/// A command: its verb and its arguments.
pub(crate) fn command(command: &Command<'_>, secrets: bool) -> Value {
    let arguments = match command {
        Command::Ehlo(name) | Command::Helo(name) | Command::Lhlo(name) => {
            json!({ "name": name.to_string() })
        }
        Command::Mail(mail) => from(mail),
        Command::Send(path) | Command::Soml(path) | Command::Saml(path) => {
            json!({ "from": text(&path.to_bytes()) })
        }
        Command::Rcpt(rcpt) => {
            let parameters: Vec<_> =
                rcpt.parameters.iter().map(|parameter| pair(&parameter.to_bytes())).collect();
            json!({ "to": text(&rcpt.forward_path.to_bytes()), "parameters": parameters })
        }
        Command::Bdat(bdat) => json!({ "size": bdat.size, "last": bdat.last }),
        Command::Burl(burl) => {
            let uri = burl.uri.as_bytes();
            let uri = if secrets { uri.to_vec() } else { without_token(uri) };
            json!({ "uri": text(&uri), "last": burl.last })
        }
        Command::Vrfy(query) | Command::Expn(query) => {
            json!({ "text": query.text.as_str(), "smtputf8": query.smtputf8 })
        }
        Command::Help(argument) | Command::Noop(argument) => {
            json!({ "text": argument.as_ref().map(|text| text.as_str()) })
        }
        Command::Auth(auth) => {
            let response = auth.initial_response().map(|response| match response {
                _ if !secrets => HIDDEN.to_owned(),
                Ok(octets) => text(octets.expose()),
                Err(error) => error.to_string(),
            });
            json!({ "mechanism": auth.mechanism.as_str(), "initial_response": response })
        }
        Command::Etrn(etrn) => {
            json!({ "scope": format!("{:?}", etrn.scope), "node": etrn.node.as_str() })
        }
        Command::Atrn(domains) => {
            let domains: Vec<_> = domains.iter().map(|domain| domain.to_string()).collect();
            json!({ "domains": domains })
        }
        Command::Xclient(attributes) | Command::Xforward(attributes) => attributes_of(attributes),
        Command::Other(other) => {
            let arguments = match other.arguments.as_bytes() {
                b"" => String::new(),
                _ if !secrets && may_be_secret(other.verb.as_bytes()) => HIDDEN.to_owned(),
                arguments => text(arguments),
            };
            json!({ "verb": other.verb.as_str(), "arguments": arguments })
        }
        _ => json!({}),
    };
    let mut value = json!({ "verb": command.verb().map(|verb| verb.as_str()) });
    if let (Value::Object(value), Value::Object(arguments)) = (&mut value, arguments) {
        value.extend(arguments);
    }
    value
}

fn from(mail: &Mail<'_>) -> Value {
    let parameters: Vec<_> =
        mail.parameters.iter().map(|parameter| pair(&parameter.to_bytes())).collect();
    json!({ "from": text(&mail.reverse_path.to_bytes()), "parameters": parameters })
}

/// `name=value`, or a name alone.
fn pair(parameter: &[u8]) -> Value {
    let parameter = String::from_utf8_lossy(parameter);
    match parameter.split_once('=') {
        Some((name, value)) => json!({ "name": name, "value": value }),
        None => json!({ "name": parameter }),
    }
}

fn attributes_of(attributes: &Attributes<'_>) -> Value {
    let attributes: Vec<_> = attributes
        .iter()
        .map(|attribute| {
            json!({ "name": attribute.name.as_str(), "value": text(&attribute.value.decode()) })
        })
        .collect();
    json!({ "attributes": attributes })
}

/// A reply: its code, its status, its lines and what it answers.
pub(crate) fn reply(reply: &Reply<'_>, answers: Option<Answers>) -> Value {
    let mut value = json!({
        "code": reply.code().number(),
        "enhanced": reply.enhanced_code().map(|code| code.to_string()),
        "lines": lines(reply),
    });
    if let (Value::Object(value), Some(answers)) = (&mut value, answers) {
        let answers = match answers {
            Answers::Nothing => Value::Null,
            Answers::Command(verb) => json!(verb.as_str()),
            Answers::Message => json!("message"),
            Answers::Recipient(index) => json!({ "recipient": index }),
            _ => json!("unknown"),
        };
        value.insert("answers".to_owned(), answers);
    }
    value
}

fn lines(reply: &Reply<'_>) -> Vec<String> {
    reply.lines().map(text).collect()
}

pub(crate) fn greeting(greeting: &Greeting<'_>) -> Value {
    json!({
        "code": greeting.reply.code().number(),
        "domain": greeting.domain().map(|domain| domain.to_string()),
        "lines": lines(&greeting.reply),
    })
}

pub(crate) fn ehlo_reply(reply: &EhloReply<'_>) -> Value {
    let keywords: Vec<_> = reply
        .keywords()
        .map(|keyword| {
            let line = text(&keyword.to_bytes());
            match (&keyword, line.split_once(' ')) {
                (Keyword::Invalid(_), _) => json!({ "invalid": line }),
                (_, Some((name, parameters))) => json!({ "name": name, "value": parameters }),
                (_, None) => json!({ "name": line }),
            }
        })
        .collect();
    json!({
        "code": reply.as_reply().code().number(),
        "domain": text(reply.domain()),
        "greet": text(reply.greet()),
        "keywords": keywords,
    })
}

/// A SASL response.
pub(crate) fn response(base64: &[u8], secrets: bool) -> Value {
    match STANDARD.decode(base64) {
        Ok(octets) if secrets => json!({ "response": text(&octets) }),
        _ => json!({ "response": HIDDEN }),
    }
}

/// Writes a value back and compares.
pub(crate) struct Writing<'f> {
    /// The bytes that were parsed.
    pub(crate) line: &'f [u8],
    pub(crate) tolerance: Tolerance,
}

impl Writing<'_> {
    /// Compares bytes; asks for the value only when they are not the same.
    fn compare(&self, written: &[u8], equal: impl FnOnce() -> bool) -> Roundtrip {
        if written == self.line {
            Roundtrip::Same
        } else if equal() {
            Roundtrip::Equivalent
        } else {
            Roundtrip::Broken
        }
    }

    pub(crate) fn command(&self, command: &Command<'_>) -> Roundtrip {
        let written = command.to_bytes();
        // Parameters are views over the line: each is written from its own value too.
        let parts = match command {
            Command::Mail(mail) => mail.parameters.iter().all(|parameter| {
                MailParameter::parse_with(&parameter.to_bytes(), self.tolerance)
                    .is_ok_and(|(again, _)| again == parameter)
            }),
            Command::Rcpt(rcpt) => rcpt.parameters.iter().all(|parameter| {
                RcptParameter::parse_with(&parameter.to_bytes(), self.tolerance)
                    .is_ok_and(|(again, _)| again == parameter)
            }),
            _ => true,
        };
        if !parts {
            return Roundtrip::Broken;
        }
        self.compare(&written, || {
            Command::parse_with(&written, self.tolerance).is_ok_and(|(again, _)| again == *command)
        })
    }

    pub(crate) fn reply(&self, reply: &Reply<'_>) -> Roundtrip {
        let written = reply.to_bytes();
        self.compare(&written, || {
            Reply::parse_with(&written, self.tolerance).is_ok_and(|(again, _)| again == *reply)
        })
    }

    pub(crate) fn greeting(&self, greeting: &Greeting<'_>) -> Roundtrip {
        let written = greeting.to_bytes();
        self.compare(&written, || {
            Greeting::parse_with(&written, self.tolerance)
                .is_ok_and(|(again, _)| again == *greeting)
        })
    }

    pub(crate) fn ehlo_reply(&self, reply: &EhloReply<'_>) -> Roundtrip {
        let written = reply.to_bytes();
        // The lines are kept as they came: each keyword is written from its own value too.
        let parts = reply.keywords().all(|keyword| {
            matches!(keyword, Keyword::Invalid(_))
                || Keyword::parse_with(&keyword.to_bytes(), self.tolerance)
                    .is_ok_and(|(again, _)| again == keyword)
        });
        if !parts {
            return Roundtrip::Broken;
        }
        self.compare(&written, || {
            EhloReply::parse_with(&written, self.tolerance).is_ok_and(|(again, _)| again == *reply)
        })
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
    SECRET_WORDS
        .iter()
        .any(|word| line.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word)))
}

/// The line with an asterisk for each octet but AUTH and the line end, so that a caret stays under
/// its byte.
pub(crate) fn masked(line: &[u8]) -> Vec<u8> {
    let auth = line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"AUTH"));
    line.iter()
        .enumerate()
        .map(|(at, &octet)| match octet {
            b'\r' | b'\n' => octet,
            _ if auth && at < 4 => octet,
            b' ' if auth && at == 4 => octet,
            _ => b'*',
        })
        .collect()
}

/// The line with asterisks for the token of a URLAUTH (RFC 4467), which lets anyone fetch.
pub(crate) fn without_token(line: &[u8]) -> Vec<u8> {
    let mut line = line.to_vec();
    let lower = line.to_ascii_lowercase();
    let Some(at) = lower.windows(9).position(|window| window == b";urlauth=") else { return line };
    let mut colons = 0;
    for octet in line.iter_mut().skip(at) {
        match *octet {
            b' ' | b'\r' | b'\n' => break,
            b':' => colons += 1,
            _ if colons > 1 => *octet = b'*',
            _ => {}
        }
    }
    line
}
