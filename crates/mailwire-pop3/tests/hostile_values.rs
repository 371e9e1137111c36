//! Values made of hostile text: what can be built is one line, and is read back as the same value.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_pop3::command::OtherCommand;
use mailwire_pop3::element::apop::{Digest, Stamp};
use mailwire_pop3::element::message_number::MessageNumber;
use mailwire_pop3::element::response_code::{KnownCode, ResponseCode};
use mailwire_pop3::element::unique_id::UniqueId;
use mailwire_pop3::family::auth::{Apop, Auth, Password, UserName};
use mailwire_pop3::family::capa::{Capability, ImplementationText, Mechanisms, OtherCapability};
use mailwire_pop3::family::greeting::Greeting;
use mailwire_pop3::family::lang::{LanguageItem, LanguageRange, LanguageTag};
use mailwire_pop3::family::list::{ListItem, UidItem};
use mailwire_pop3::family::stat::Stat;
use mailwire_pop3::sasl::MechanismName;
use mailwire_pop3::{
    Answer, Command, Deviation, Expect, Item, Listing, Response, Status, Tolerance,
};

/// What breaks a line, a word in it, or a listing.
const EVIL: &[&str] = &[
    "a\r\nDELE 1",
    "a\rDELE 1",
    "a\nDELE 1",
    "\r\n",
    "\r",
    "\n",
    "a\0b",
    "\0",
    "a\r\n",
    "\r\na",
    "a b",
    "a  b",
    " a",
    "a ",
    " ",
    "",
    "\t",
    "a\tb",
    "\ta",
    ".",
    "..",
    ".a",
    ".\r\n",
    "a.",
    "[",
    "[AUTH]",
    "[AUTH] a",
    "[AUTH]a",
    "a [AUTH]",
    "[SYS/TEMP",
    "[]",
    "]",
    "[ ]",
    "+OK",
    "-ERR",
    "+",
    "<a@b>",
    "<a@b> c",
    "a <b@c> <d@e>",
    "<",
    ">",
    "<a>",
    "<a\r@b>",
    "1",
    "0",
    "01",
    "1 2",
    "1 2 3",
    "+1",
    "-1",
    "=",
    "*",
    "!!",
    "\u{e9}",
    "\u{85}",
    "\u{2028}",
    "a\x7fb",
    "\x1b[2J",
    "a\x0bb",
    "STLS",
    "stls",
    "LIST",
    "UIDL",
    "SASL",
    "UTF8",
    "USER",
    "TOP",
    "PLAIN",
    "PLAIN LOGIN",
    "EXPIRE",
    "EXPIRE 0",
    "QUIT",
    "en",
    "en-GB",
    "i-default",
    "*-x",
    "en English",
    "AAA=",
    "-",
    "a-",
    "-a",
    "_",
    "a/b",
    "/",
    "d41d8cd98f00b204e9800998ecf8427e",
];

/// A text may be in UTF-8, and its grammar cannot know whether a language was chosen.
fn strict() -> Tolerance {
    Tolerance::strict().with(Deviation::EightBitText)
}

fn one_line(wire: &[u8], text: &str) {
    let line =
        wire.strip_suffix(b"\r\n").unwrap_or_else(|| panic!("{text:?}: {}", wire.escape_ascii()));
    let inside = line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
    assert!(!inside, "{text:?}: {}", wire.escape_ascii());
}

/// Every argument, and the ways to put it into a command.
fn commands(s: &str) -> Vec<Command<'_>> {
    let digest = Digest::from_md5([7; 16]);
    let name = || UserName::new(s).ok();
    let mechanism = || MechanismName::new(s).ok();
    [
        name().map(Command::User),
        Password::new(s).ok().map(Command::Pass),
        name().map(|name| Command::Apop(Apop::new(name, digest))),
        mechanism().map(|name| Command::Auth(Some(Auth::new(name)))),
        mechanism()
            .map(|name| Command::Auth(Some(Auth::new(name).with_initial_response(s.as_bytes())))),
        LanguageRange::new(s).ok().map(|range| Command::Lang(Some(range))),
        OtherCommand::new(s, "x").ok().map(Command::Other),
        OtherCommand::new("XRAW", s).ok().map(Command::Other),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn commands_are_one_line_and_mean_what_was_built() {
    let mut built = 0;
    for text in EVIL {
        for command in commands(text) {
            built += 1;
            let wire = command.to_bytes();
            one_line(&wire, text);
            let read = Command::parse_with(&wire, strict()).map(|(read, _)| read);
            // A name with blanks in it is a deviation that has to be chosen.
            let lenient = Command::parse_with(&wire, Tolerance::default()).map(|(read, _)| read);
            assert!(
                read.as_ref() == Ok(&command) || lenient.as_ref() == Ok(&command),
                "{text:?}: {} is read as {read:?} {lenient:?}",
                wire.escape_ascii()
            );
        }
    }
    assert!(built > 100, "{built}");
}

/// The lines of a server, and what they answer.
fn answers(s: &str) -> Vec<(Answer<'_>, Expect)> {
    let number = MessageNumber::new(3).unwrap();
    let known: ResponseCode<'_> = KnownCode::Auth.into();
    let code = || ResponseCode::new(s).ok();
    [
        Response::ok(s).ok().map(|it| (Answer::from(it), Expect::Status)),
        Response::err(s).ok().map(|it| (Answer::from(it), Expect::Exchange)),
        Response::ok(s).ok().map(|it| (Answer::from(it), Expect::Message)),
        Response::with_code(Status::Err, known, s)
            .ok()
            .map(|it| (Answer::from(it), Expect::Status)),
        code()
            .and_then(|code| Response::with_code(Status::Ok, code, s).ok())
            .map(|it| (Answer::from(it), Expect::Status)),
        code()
            .and_then(|code| Response::with_code(Status::Err, code, "").ok())
            .map(|it| (Answer::from(it), Expect::Status)),
        Stat::new(1, 2).with_text(s).ok().map(|it| (Answer::Stat(it), Expect::Stat)),
        ListItem::new(number, 5)
            .with_text(s)
            .ok()
            .map(|it| (Answer::Size(it), Expect::Size(Some(number)))),
        UniqueId::new(s)
            .ok()
            .map(|id| (Answer::UniqueId(UidItem::new(number, id)), Expect::UniqueId(Some(number)))),
        LanguageTag::new(s)
            .ok()
            .and_then(|tag| LanguageItem::new(tag, "text").ok())
            .map(|it| (Answer::Language(it), Expect::Language)),
        LanguageItem::new(LanguageTag::new("en").unwrap(), s)
            .ok()
            .map(|it| (Answer::Language(it), Expect::Language)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn answers_are_one_line_and_mean_what_was_built() {
    let mut built = 0;
    for text in EVIL {
        for (answer, expect) in answers(text) {
            built += 1;
            let wire = answer.to_bytes();
            one_line(&wire, text);
            // A unique-id may have a bracket in it, and a text may not: RFC 1939 and RFC 2449.
            let tolerance = match answer {
                Answer::UniqueId(_) => strict().with(Deviation::BracketInText),
                _ => strict(),
            };
            let read = Answer::parse_with(&wire, expect, tolerance).map(|(read, _)| read);
            assert_eq!(read.as_ref(), Ok(&answer), "{text:?}: {}", wire.escape_ascii());
        }
    }
    assert!(built > 200, "{built}");
}

#[test]
fn greetings_have_the_stamp_that_they_are_given() {
    let stamp = Stamp::new("<1.2@mail.example>").unwrap();
    for text in EVIL {
        for stamp in [None, Some(&stamp)] {
            let Ok(greeting) = Greeting::ready(text, stamp) else { continue };
            let wire = greeting.to_bytes();
            one_line(&wire, text);
            let (read, _) = Greeting::parse_with(&wire, strict()).unwrap();
            assert_eq!(read, greeting, "{text:?}");
            assert_eq!(read.stamp().as_ref(), stamp, "{text:?}");
        }
        let Ok(stamp) = Stamp::new(*text) else { continue };
        let greeting = Greeting::ready("hi", Some(&stamp)).unwrap();
        one_line(&greeting.to_bytes(), text);
        assert_eq!(Greeting::parse(&greeting.to_bytes()).unwrap().stamp(), Some(stamp));
    }
}

/// The lines of listings.
fn items(s: &str) -> Vec<Item<'_>> {
    let number = MessageNumber::new(3).unwrap();
    [
        ListItem::new(number, 5).with_text(s).ok().map(Item::Size),
        UniqueId::new(s).ok().map(|id| Item::UniqueId(UidItem::new(number, id))),
        Mechanisms::new(s).ok().map(|names| Item::Capability(Capability::Sasl(names))),
        ImplementationText::new(s)
            .ok()
            .map(|text| Item::Capability(Capability::Implementation(text))),
        OtherCapability::new(s, "x").ok().map(|it| Item::Capability(Capability::Other(it))),
        OtherCapability::new(s, "").ok().map(|it| Item::Capability(Capability::Other(it))),
        OtherCapability::new("X-A", s).ok().map(|it| Item::Capability(Capability::Other(it))),
        LanguageTag::new(s)
            .ok()
            .and_then(|tag| LanguageItem::new(tag, "text").ok())
            .map(Item::Language),
        LanguageItem::new(LanguageTag::new("en").unwrap(), s).ok().map(Item::Language),
        MechanismName::new(s).ok().map(Item::Mechanism),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn items_are_one_line_without_a_dot_and_mean_what_was_built() {
    let mut built = 0;
    for text in EVIL {
        for item in items(text) {
            built += 1;
            let line = item.to_bytes();
            one_line(&[&line[..], b"\r\n"].concat(), text);
            assert_ne!(line.first(), Some(&b'.'), "{text:?}");
            let listing: Listing = item.listing().unwrap();
            let (read, _) = Item::parse_with(&line, listing, strict());
            assert_eq!(read, item, "{text:?}: {}", line.escape_ascii());
        }
    }
    assert!(built > 100, "{built}");
}
