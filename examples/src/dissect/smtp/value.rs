//! Parsed values as JSON, and whether they can be written back.

use mailwire_smtp::family::greeting::Greeting;
use mailwire_smtp::family::hello::{EhloReply, Keyword};
use mailwire_smtp::family::mail::{Mail, MailParameter};
use mailwire_smtp::family::rcpt::RcptParameter;
use mailwire_smtp::family::vendor::Attributes;
use mailwire_smtp::observer::Answers;
use mailwire_smtp::{Command, Deviation, Reply};
use serde_json::{Value, json};

use crate::record::Roundtrip;
use crate::text::{initial_response, other, text, with_verb};

type Writing<'f> = crate::text::Writing<'f, Deviation>;

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
            let response = initial_response(auth.initial_response(), secrets);
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
        Command::Other(command) => {
            other(command.verb.as_str(), command.arguments.as_bytes(), secrets)
        }
        _ => json!({}),
    };
    with_verb(command.verb().map(|verb| verb.as_str()), arguments)
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

pub(crate) fn write_command(writing: &Writing<'_>, command: &Command<'_>) -> Roundtrip {
    let written = command.to_bytes();
    // Parameters are views over the line: each is written from its own value too.
    let parts = match command {
        Command::Mail(mail) => mail.parameters.iter().all(|parameter| {
            MailParameter::parse_with(&parameter.to_bytes(), writing.tolerance)
                .is_ok_and(|(again, _)| again == parameter)
        }),
        Command::Rcpt(rcpt) => rcpt.parameters.iter().all(|parameter| {
            RcptParameter::parse_with(&parameter.to_bytes(), writing.tolerance)
                .is_ok_and(|(again, _)| again == parameter)
        }),
        _ => true,
    };
    if !parts {
        return Roundtrip::Broken;
    }
    writing.compare(&written, || {
        Command::parse_with(&written, writing.tolerance).is_ok_and(|(again, _)| again == *command)
    })
}

pub(crate) fn write_reply(writing: &Writing<'_>, reply: &Reply<'_>) -> Roundtrip {
    let written = reply.to_bytes();
    writing.compare(&written, || {
        Reply::parse_with(&written, writing.tolerance).is_ok_and(|(again, _)| again == *reply)
    })
}

pub(crate) fn write_greeting(writing: &Writing<'_>, greeting: &Greeting<'_>) -> Roundtrip {
    let written = greeting.to_bytes();
    writing.compare(&written, || {
        Greeting::parse_with(&written, writing.tolerance).is_ok_and(|(again, _)| again == *greeting)
    })
}

pub(crate) fn write_ehlo_reply(writing: &Writing<'_>, reply: &EhloReply<'_>) -> Roundtrip {
    let written = reply.to_bytes();
    // The lines are kept as they came: each keyword is written from its own value too.
    let parts = reply.keywords().all(|keyword| {
        matches!(keyword, Keyword::Invalid(_))
            || Keyword::parse_with(&keyword.to_bytes(), writing.tolerance)
                .is_ok_and(|(again, _)| again == keyword)
    });
    if !parts {
        return Roundtrip::Broken;
    }
    writing.compare(&written, || {
        EhloReply::parse_with(&written, writing.tolerance).is_ok_and(|(again, _)| again == *reply)
    })
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
