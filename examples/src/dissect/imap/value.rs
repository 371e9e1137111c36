//! Parsed values as JSON.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::Wire;
use mailwire_imap::element::mailbox::Mailbox;
use mailwire_imap::family::append::AppendTail;
use mailwire_imap::family::fetch::{FetchHead, FetchItem, FetchTail};
use mailwire_imap::family::urlauth::stream::{UrlFetchHead, UrlFetchTail, UrlPlace};
use mailwire_imap::{Command, Data, Mode, Status, TaggedCommand};
use serde_json::{Value, json};

use crate::text::{HIDDEN, initial_response, may_be_secret, text};

/// Commands whose arguments are credentials.
const SECRET_VERBS: [&[u8]; 2] = [b"LOGIN", b"AUTHENTICATE"];

/// A command: its verb, its tag and its arguments as they are written.
pub(crate) fn command(command: &TaggedCommand<'_>, mode: Mode, secrets: bool) -> Value {
    let TaggedCommand { tag, command } = command;
    let verb = match command {
        Command::Other(other) => text(other.name().as_bytes()),
        known => known.name().map_or_else(String::new, |verb| verb.as_str().to_owned()),
    };
    let written = written(command, mode);
    let arguments = written.get(verb.len()..).unwrap_or_default().trim_ascii_start();
    let found = match command {
        Command::Login(login) => {
            let password = login.password.expose();
            let password = if secrets { text(password) } else { HIDDEN.to_owned() };
            json!({ "name": text(login.name.as_bytes()), "password": password })
        }
        Command::Authenticate(auth) => json!({
            "mechanism": auth.mechanism.as_str(),
            "initial_response": initial_response(auth.initial_response(), secrets),
        }),
        // A client may forget the tag.
        Command::Other(_)
            if !secrets
                && !arguments.is_empty()
                && (may_be_secret(verb.as_bytes()) || may_be_secret(tag.as_bytes())) =>
        {
            json!({ "arguments": HIDDEN })
        }
        other => {
            let arguments = if secrets { arguments.to_vec() } else { without_tokens(arguments) };
            let mut value = json!({ "arguments": text(&arguments) });
            if let Some(mailbox) = mailbox_of(other) {
                extend(&mut value, json!({ "mailbox": mailbox.to_text_lossy(mode) }));
            }
            value
        }
    };
    let mut value = json!({ "verb": verb, "tag": tag.as_str() });
    extend(&mut value, found);
    value
}

/// The mailbox that a command is about.
fn mailbox_of<'c, 'a>(command: &'c Command<'a>) -> Option<&'c Mailbox<'a>> {
    match command {
        Command::Select(select) | Command::Examine(select) => Some(&select.mailbox),
        Command::Append(append) => Some(&append.mailbox),
        Command::Replace(replace) | Command::UidReplace(replace) => Some(&replace.mailbox),
        Command::Create(create) => Some(&create.mailbox),
        Command::Status(status) => Some(&status.mailbox),
        Command::Subscribe(mailbox) | Command::Unsubscribe(mailbox) => Some(mailbox),
        Command::Copy(copy) | Command::Move(copy) => Some(&copy.mailbox),
        Command::UidCopy(copy) | Command::UidMove(copy) => Some(&copy.mailbox),
        _ => None,
    }
}

/// What is behind a streamed literal of a command.
pub(crate) fn command_tail(tail: &AppendTail<'_>) -> Value {
    json!({
        "parts": tail.parts().len(),
        "messages": tail.messages().len(),
        "ends": tail.under().is_none(),
    })
}

/// OK, NO, BAD, BYE or PREAUTH.
pub(crate) fn status(status: &Status<'_>) -> Value {
    json!({
        "status": status.kind().as_str(),
        "resp_code": status.code().map(|code| text(&written(code, Mode::SERVER))),
        "text": text(status.text().as_bytes()),
    })
}

/// Untagged data: its name, and what is in it.
pub(crate) fn data(data: &Data<'_>, mode: Mode) -> Value {
    let mut value = match data {
        Data::Condition(condition) => return status(condition),
        Data::Exists(number) | Data::Recent(number) => {
            let name = if matches!(data, Data::Exists(_)) { "EXISTS" } else { "RECENT" };
            return json!({ "data": name, "number": number.0 });
        }
        Data::Expunge(number) => {
            return json!({ "data": "EXPUNGE", "number": number.get().map(|number| number.get()) });
        }
        Data::Fetch(fetch) | Data::UidFetch(fetch) => {
            let name = if matches!(data, Data::Fetch(_)) { "FETCH" } else { "UIDFETCH" };
            return json!({
                "data": name,
                "number": fetch.message.get().map(|number| number.get()),
                "items": items(fetch.items(), mode),
            });
        }
        Data::Other(other) => json!({ "data": text(other.name().as_bytes()) }),
        known => json!({ "data": known.name().map(|name| name.as_str()) }),
    };
    let line = written(data, mode.with(Mode::SERVER));
    let name = value.get("data").and_then(Value::as_str).map_or(0, str::len);
    let (number, line) = match data {
        Data::Other(other) => {
            let digits = line.iter().take_while(|octet| octet.is_ascii_digit()).count();
            let behind = line.get(digits..).unwrap_or_default().trim_ascii_start();
            (other.number(), behind)
        }
        _ => (None, &*line),
    };
    let behind = line.get(name..).unwrap_or_default().trim_ascii_start();
    if let Some(number) = number {
        extend(&mut value, json!({ "number": number }));
    }
    if let Data::List(list) | Data::Lsub(list) | Data::Xlist(list) = data {
        extend(&mut value, json!({ "mailbox": list.mailbox.to_text_lossy(mode) }));
    }
    extend(&mut value, json!({ "values": text(&without_tokens(behind)) }));
    value
}

/// The beginning of a message, through the item whose octets follow.
pub(crate) fn fetch_head(head: &FetchHead<'_>, mode: Mode) -> Value {
    json!({
        "data": if head.is_uid_fetch() { "UIDFETCH" } else { "FETCH" },
        "number": head.message().get().map(|number| number.get()),
        "items": items(head.items(), mode),
        "streamed": name_of(&item(head.streamed(), mode)),
        "octets": head.octets(),
    })
}

/// What is behind a streamed literal of a message.
pub(crate) fn fetch_tail(tail: &FetchTail<'_>, mode: Mode) -> Value {
    json!({
        "items": items(tail.items(), mode),
        "streamed": tail.streamed().map(|streamed| name_of(&item(streamed, mode))),
    })
}

/// The beginning of a URLFETCH response, through the header of the literal whose octets follow.
pub(crate) fn url_fetch_head(head: &UrlFetchHead<'_>, mode: Mode) -> Value {
    let line = head.to_bytes_in(mode);
    let values = line.strip_prefix(b"* URLFETCH ").unwrap_or(&line).trim_ascii_end();
    json!({
        "data": "URLFETCH",
        "values": text(&without_tokens(values)),
        "octets": head.streamed.literal.size,
    })
}

/// What is behind a streamed literal of URLFETCH.
pub(crate) fn url_fetch_tail(tail: &UrlFetchTail<'_>, place: UrlPlace, mode: Mode) -> Value {
    json!({
        "values": text(&without_tokens(tail.to_bytes_in(place, mode).trim_ascii())),
        "octets": tail.streamed.as_ref().map(|streamed| streamed.literal.size),
    })
}

fn items<'i, 'a: 'i>(found: impl Iterator<Item = &'i FetchItem<'a>>, mode: Mode) -> Value {
    let one = |found: &FetchItem<'_>| {
        let line = item(found, mode);
        let name = name_of(&line);
        let value = line.get(name.len()..).unwrap_or_default().trim_start();
        json!({ "name": name, "value": value })
    };
    Value::Array(found.map(one).collect())
}

fn item(item: &FetchItem<'_>, mode: Mode) -> String {
    text(&written(item, mode.with(Mode::SERVER)))
}

/// The name of an item, with its section.
fn name_of(line: &str) -> String {
    let mut depth = 0_u32;
    let end = line.find(|c| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => return true,
            _ => {}
        }
        false
    });
    line.get(..end.unwrap_or(line.len())).unwrap_or_default().to_owned()
}

fn written<'a>(element: &impl Wire<'a>, mode: Mode) -> Vec<u8> {
    let mut out = Vec::new();
    element.encode(&mut Encoder::new(&mut out).with_mode(mode.bits()));
    out
}

/// Adds fields to an object.
pub(crate) fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(value), Value::Object(more)) = (value, more) {
        value.extend(more);
    }
}

/// The octets of a message that may hold a credential: with an asterisk for each but the tag, the verb if
/// it is one of those, and line ends, so that a caret stays under its byte.
pub(crate) fn masked(octets: &[u8]) -> Vec<u8> {
    let tag = octets.iter().position(|octet| *octet == b' ').map_or(0, |at| at + 1);
    let (head, behind) = octets.split_at_checked(tag).unwrap_or((&[], octets));
    let masked = crate::text::masked(behind, &SECRET_VERBS);
    let known = SECRET_VERBS
        .iter()
        .any(|verb| behind.get(..verb.len()).is_some_and(|word| word.eq_ignore_ascii_case(verb)));
    // Without a verb nobody knows that the first word is a tag.
    let head = if known { head.to_vec() } else { crate::text::masked(head, &[]) };
    [head, masked].concat()
}

/// The octets with asterisks for the tokens of URLAUTH (RFC 4467), which let anyone fetch.
pub(crate) fn without_tokens(octets: &[u8]) -> Vec<u8> {
    let mut shown = octets.to_vec();
    let lower = octets.to_ascii_lowercase();
    let word = b";urlauth=";
    let mut at = 0;
    while let Some(found) =
        lower.get(at..).and_then(|rest| rest.windows(word.len()).position(|window| window == word))
    {
        let mut colons = 0;
        at = at + found + word.len();
        for octet in shown.iter_mut().skip(at) {
            match *octet {
                b' ' | b'"' | b')' | b'\r' | b'\n' => break,
                b':' => colons += 1,
                _ if colons > 1 => *octet = b'*',
                _ => {}
            }
        }
    }
    shown
}
