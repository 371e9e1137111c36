//! Parsed values as JSON, and whether they can be written back.

use mailwire_pop3::answer::{Answer, Expect, Item, Listing};
use mailwire_pop3::family::greeting::Greeting;
use mailwire_pop3::family::lang::LanguageItem;
use mailwire_pop3::family::list::{ListItem, UidItem};
use mailwire_pop3::observer::Answers;
use mailwire_pop3::sasl::Challenge;
use mailwire_pop3::{Command, Deviation, Response};
use serde_json::{Value, json};

use crate::record::Roundtrip;
use crate::text::{HIDDEN, initial_response, other, text, with_verb};

type Writing<'f> = crate::text::Writing<'f, Deviation>;

/// A command: its verb and its arguments.
pub(crate) fn command(command: &Command<'_>, secrets: bool) -> Value {
    let arguments = match command {
        Command::User(name) => json!({ "name": text(name.as_bytes()) }),
        Command::Pass(password) => {
            let shown = if secrets { text(password.expose()) } else { HIDDEN.to_owned() };
            json!({ "password": shown })
        }
        Command::Apop(apop) => {
            let digest = if secrets { text(&apop.digest.to_bytes()) } else { HIDDEN.to_owned() };
            json!({ "name": text(apop.name.as_bytes()), "digest": digest })
        }
        Command::Auth(Some(auth)) => json!({
            "mechanism": auth.mechanism.as_str(),
            "initial_response": initial_response(auth.initial_response(), secrets),
        }),
        Command::List(number) | Command::Uidl(number) => {
            json!({ "number": number.map(|number| number.get()) })
        }
        Command::Retr(number) | Command::Dele(number) => json!({ "number": number.get() }),
        Command::Top(top) => json!({ "number": top.number.get(), "lines": top.lines }),
        Command::Lang(range) => json!({ "range": range.as_ref().map(|range| range.as_str()) }),
        Command::Other(command) => {
            other(command.verb.as_str(), command.arguments.as_bytes(), secrets)
        }
        _ => json!({}),
    };
    with_verb(command.verb().map(|verb| verb.as_str()), arguments)
}

/// The greeting; of a server without its client, any answer may be the first one.
pub(crate) fn greeting(greeting: &Greeting<'_>, guessed: bool) -> Value {
    let mut value = response(&greeting.response);
    let stamp = greeting.stamp();
    let stamp = stamp.as_ref().map(|stamp| stamp.as_str());
    extend(&mut value, json!({ "stamp": stamp, "guessed": guessed }));
    value
}

/// A status line: what it says, and what it answers, which nobody knows when the client is missing.
pub(crate) fn answer(answer: &Answer<'_>, answers: Answers, alone: bool) -> Value {
    let mut value = match answer {
        Answer::Ok(line) | Answer::Err(line) | Answer::Invalid { response: line, .. } => {
            response(line)
        }
        _ => json!({ "status": "+OK" }),
    };
    let found = match answer {
        Answer::Stat(stat) => json!({
            "messages": stat.messages(),
            "octets": stat.octets(),
            "text": text(stat.text()),
        }),
        Answer::Size(item) => size(item),
        Answer::UniqueId(item) => unique_id(item),
        Answer::Language(item) => language(item),
        _ => json!({}),
    };
    extend(&mut value, found);
    let answers = match answers {
        Answers::Nothing if !alone => Value::Null,
        Answers::Command(verb) => json!(verb.as_str()),
        _ => json!("unknown"),
    };
    extend(&mut value, json!({ "answers": answers }));
    value
}

fn response(response: &Response<'_>) -> Value {
    json!({
        "status": response.status().as_str(),
        "resp_code": response.code().map(|code| text(code.as_bytes())),
        "text": text(response.text()),
    })
}

fn size(item: &ListItem<'_>) -> Value {
    json!({ "number": item.number().get(), "size": item.size(), "text": text(item.text()) })
}

fn unique_id(item: &UidItem<'_>) -> Value {
    json!({ "number": item.number.get(), "id": text(item.id.as_bytes()) })
}

fn language(item: &LanguageItem<'_>) -> Value {
    json!({ "tag": item.tag().as_str(), "text": text(item.text()) })
}

/// The command that asks for a listing.
pub(crate) const fn listing(listing: Listing) -> &'static str {
    match listing {
        Listing::Sizes => "LIST",
        Listing::UniqueIds => "UIDL",
        Listing::Capabilities => "CAPA",
        Listing::Languages => "LANG",
        Listing::Mechanisms => "AUTH",
    }
}

/// A line of a listing.
pub(crate) fn item(item: &Item<'_>) -> Value {
    let mut value = json!({ "listing": item.listing().map(listing) });
    let found = match item {
        Item::Size(item) => size(item),
        Item::UniqueId(item) => unique_id(item),
        Item::Capability(capability) => {
            let line = text(&capability.to_bytes());
            match line.split_once(' ') {
                Some((name, parameters)) => json!({ "name": name, "value": parameters }),
                None => json!({ "name": line }),
            }
        }
        Item::Language(item) => language(item),
        Item::Mechanism(name) => json!({ "name": name.as_str() }),
        // What breaks the grammar is told with its error.
        _ => json!({}),
    };
    extend(&mut value, found);
    value
}

/// A challenge as it came, and decoded; not all that servers send is base64.
pub(crate) fn challenge(challenge: &Challenge<'_>) -> Value {
    let decoded = challenge.decode().ok().map(|octets| text(&octets));
    json!({ "challenge": text(challenge.text()), "decoded": decoded })
}

/// Adds fields to an object.
pub(crate) fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(value), Value::Object(more)) = (value, more) {
        value.extend(more);
    }
}

/// True for a line whose first dot was stuffed.
pub(crate) fn is_stuffed(line: &[u8]) -> bool {
    line.first() == Some(&b'.')
}

/// Where the text of a status line begins in it; it goes on to the line end.
pub(crate) fn text_at(line: &[u8], text: &[u8]) -> usize {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.len().saturating_sub(text.len())
}

pub(crate) fn write_greeting(writing: &Writing<'_>, greeting: &Greeting<'_>) -> Roundtrip {
    let written = greeting.to_bytes();
    writing.compare(&written, || {
        Greeting::parse_with(&written, writing.tolerance).is_ok_and(|(again, _)| again == *greeting)
    })
}

pub(crate) fn write_command(writing: &Writing<'_>, command: &Command<'_>) -> Roundtrip {
    let written = command.to_bytes();
    writing.compare(&written, || {
        Command::parse_with(&written, writing.tolerance).is_ok_and(|(again, _)| again == *command)
    })
}

pub(crate) fn write_answer(writing: &Writing<'_>, answer: &Answer<'_>) -> Roundtrip {
    let written = answer.to_bytes();
    // Read again as what it was read as.
    let expect = match answer {
        Answer::Stat(_) => Expect::Stat,
        Answer::Size(item) => Expect::Size(Some(item.number())),
        Answer::UniqueId(item) => Expect::UniqueId(Some(item.number)),
        Answer::Language(_) => Expect::Language,
        Answer::Challenge(_) => Expect::Exchange,
        _ => Expect::Status,
    };
    writing.compare(&written, || {
        Answer::parse_with(&written, expect, writing.tolerance)
            .is_ok_and(|(again, _)| again == *answer)
    })
}

pub(crate) fn write_item(writing: &Writing<'_>, item: &Item<'_>) -> Roundtrip {
    let line = item.to_bytes();
    let equal = || {
        item.listing()
            .is_some_and(|listing| Item::parse_with(&line, listing, writing.tolerance).0 == *item)
    };
    let mut written = line.clone();
    written.extend_from_slice(b"\r\n");
    writing.compare(&written, equal)
}
