//! How many elements a list may have, and how many ranges a set: exactly as many as the limits say, wherever
//! the list stands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_imap::client::{Client, Event as Told};
use mailwire_imap::{Machine, PeerError, Tolerance};
use support::call::{Seen, config, done, greeted};
use support::server::{everything, selected};

/// `count` times `word`, with `between` between.
fn times(word: &str, between: &str, count: u32) -> String {
    vec![word; count as usize].join(between)
}

const LIMIT: u32 = 12;

/// A response in which a list or a set has `count` elements.
type Row = (&'static str, fn(u32) -> String);

const ADDRESS: &str = "(NIL NIL \"a\" \"b.c\")";
const PART: &str = "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0)";

const RESPONSES: &[Row] = &[
    ("response_elements", |n| format!("* SEARCH {}", times("7", " ", n))),
    ("response_elements", |n| format!("* SEARCH {}", times("0", " ", n))),
    ("response_elements", |n| format!("* SORT x {}", times("7", " ", n - 1))),
    ("response_elements", |n| format!("* FLAGS ({})", times("a", " ", n))),
    ("response_elements", |n| format!("* 1 FETCH (FLAGS ({}))", times("a", " ", n))),
    ("response_elements", |n| format!("* 1 FETCH ({})", times("UID 7", " ", n))),
    ("response_elements", |n| format!("* 1 FETCH (X-GM-LABELS ({}))", times("a", " ", n))),
    ("response_elements", |n| {
        let lists = format!("({}) NIL NIL NIL NIL NIL", times(ADDRESS, "", n));
        format!("* 1 FETCH (ENVELOPE (NIL NIL {lists} NIL NIL))")
    }),
    ("response_elements", |n| {
        format!("* 1 FETCH (BODYSTRUCTURE ({} \"MIXED\"))", times(PART, "", n))
    }),
    ("response_elements", |n| {
        let parameters = times("\"a\" \"b\"", " ", n);
        format!("* 1 FETCH (BODY (\"A\" \"B\" ({parameters}) NIL NIL \"7BIT\" 0))")
    }),
    ("response_elements", |n| {
        let languages = times("\"en\"", " ", n);
        let part = format!("(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL ({languages}) NIL)");
        format!("* 1 FETCH (BODYSTRUCTURE {part})")
    }),
    ("response_elements", |n| {
        let names = times("a", " ", n);
        format!("* 1 FETCH (BODY[HEADER.FIELDS ({names})] NIL)")
    }),
    ("response_elements", |n| format!("* THREAD {}", times("(1)", "", n))),
    ("response_elements", |n| format!("* THREAD ({})", times("1", " ", n))),
    ("response_elements", |n| format!("* LIST ({}) NIL x", times("\\A", " ", n))),
    ("response_elements", |n| format!("* CAPABILITY {}", times("A", " ", n))),
    ("response_elements", |n| format!("* OK [CAPABILITY {}] x", times("A", " ", n))),
    ("response_elements", |n| format!("* STATUS x ({})", times("MESSAGES 1", " ", n))),
    ("response_elements", |n| format!("* NAMESPACE ({}) NIL NIL", times("(\"\" NIL)", "", n))),
    ("response_elements", |n| format!("* ACL x {}", times("a lr", " ", n))),
    ("response_elements", |n| format!("* QUOTA x ({})", times("STORAGE 1 2", " ", n))),
    ("response_elements", |n| format!("* METADATA x ({})", times("/a NIL", " ", n))),
    ("response_elements", |n| format!("* ESEARCH {}", times("COUNT 1", " ", n))),
    ("response_elements", |n| format!("* URLFETCH {}", times("u NIL", " ", n))),
    ("response_elements", |n| format!("* URLFETCH u {}", times("(BODY NIL)", " ", n))),
    ("response_ranges", |n| format!("* VANISHED {}", times("7", ",", n))),
    ("response_ranges", |n| format!("* VANISHED {}", times("7:9", ",", n))),
    ("response_ranges", |n| format!("* VANISHED ,{}", times("7:9", ",", n))),
    ("response_ranges", |n| format!("* ESEARCH ALL {}", times("7", ",", n))),
    ("response_ranges", |n| format!("* OK [COPYUID 1 {} 5] x", times("7", ",", n))),
    ("response_ranges", |n| format!("* OK [MODIFIED {}] x", times("7", ",", n))),
];

fn client() -> Client {
    let mut config = config();
    config.tolerance = Tolerance::lenient();
    config.limits.response_elements = LIMIT;
    config.limits.response_ranges = LIMIT;
    let mut client = Client::new(config);
    client.receive(b"* OK x\r\n").unwrap();
    client
}

#[test]
fn lists_of_a_response_are_limited() {
    for (name, make) in RESPONSES {
        for count in [LIMIT - 1, LIMIT, LIMIT + 1] {
            let line = make(count) + "\r\n";
            match (client().receive(line.as_bytes()).unwrap().event, count > LIMIT) {
                (Some(Told::Response { .. }), false) => {}
                (Some(Told::Invalid { error, frame, .. }), true) => {
                    assert_eq!(error, PeerError::Limit { name, limit: LIMIT.into() }, "{line}");
                    assert!(!error.is_fatal() && frame.len() == line.len());
                }
                (event, _) => panic!("{line} {event:?}"),
            }
        }
    }
}

#[test]
fn lists_are_limited_where_a_literal_is_streamed() {
    let before = |n| format!("* 1 FETCH ({} BODY[] {{20000}}\r\n", times("UID 7", " ", n - 1));
    for count in [LIMIT, LIMIT + 1] {
        let line = before(count);
        match client().receive(line.as_bytes()).unwrap().event {
            Some(Told::BodyBegin { .. }) if count == LIMIT => {}
            Some(Told::Invalid { error: PeerError::Limit { name, .. }, .. }) if count > LIMIT => {
                assert_eq!(name, "response_elements");
            }
            event => panic!("{event:?}"),
        }
        let mut client = client();
        let mut seen = Vec::new();
        let text = before(1).replace("( ", "(") + &"x".repeat(20_000);
        let text = format!("{text} FLAGS ({}))\r\n", times("a", " ", count));
        let mut rest = text.as_bytes();
        loop {
            let received = client.receive(rest).unwrap();
            let Some(event) = received.event else { break };
            seen.push(match event {
                Told::Invalid { error, .. } => Err(error),
                _ => Ok(()),
            });
            rest = &rest[received.consumed..];
        }
        let limit = PeerError::Limit { name: "response_elements", limit: LIMIT.into() };
        let last = if count > LIMIT { Err(limit) } else { Ok(()) };
        assert_eq!(seen.last(), Some(&last), "{seen:?}");
    }
}

/// A command that ends is over, whatever its code holds.
#[test]
fn a_code_over_the_limit_ends_its_command() {
    let mut config = config();
    config.limits.response_ranges = LIMIT;
    let told = greeted(&config, "", |call| {
        call.send("NOOP");
        call.hear(format!("A1 OK [MODIFIED {}] x\r\n", times("7", ",", LIMIT + 1)));
        assert_eq!(call.client().in_flight(), 0);
    });
    let limit = PeerError::Limit { name: "response_ranges", limit: LIMIT.into() };
    assert_eq!(told.seen, [Seen::Invalid(limit, Some(1)), done(1, "OK ")]);
}

const COMMANDS: &[Row] = &[
    ("elements", |n| format!("STORE 1 FLAGS ({})", times("a", " ", n))),
    ("elements", |n| format!("STORE 1 FLAGS {}", times("a", " ", n))),
    ("elements", |n| format!("FETCH 1 ({})", times("UID", " ", n))),
    ("elements", |n| format!("FETCH 1 (BODY[HEADER.FIELDS ({})])", times("a", " ", n))),
    ("elements", |n| format!("SEARCH {}", times("ALL", " ", n))),
    ("elements", |n| format!("SEARCH ({})", times("ALL", " ", n))),
    ("elements", |n| format!("SORT ({}) UTF-8 ALL", times("DATE", " ", n))),
    ("elements", |n| format!("STATUS x ({})", times("MESSAGES", " ", n))),
    ("elements", |n| format!("GETMETADATA x ({})", times("/a", " ", n))),
    ("elements", |n| format!("SETMETADATA x ({})", times("/a NIL", " ", n))),
    ("elements", |n| format!("APPEND x CATENATE ({})", times("URL u", " ", n))),
    ("ranges", |n| format!("FETCH {} UID", times("7", ",", n))),
    ("ranges", |n| format!("UID EXPUNGE {}", times("7:9", ",", n))),
    ("ranges", |n| format!("SEARCH UID {}", times("7", ",", n))),
    ("ranges", |n| format!("SEARCH NOT {}", times("7:*", ",", n))),
];

#[test]
fn lists_of_a_command_are_limited() {
    let mut config = everything();
    config.limits.elements = LIMIT;
    config.limits.ranges = LIMIT;
    for (name, make) in COMMANDS {
        for count in [LIMIT - 1, LIMIT, LIMIT + 1] {
            let line = format!("A {}\r\n", make(count));
            let heard = selected(&config, |talk| talk.say(&line));
            if count <= LIMIT {
                assert_eq!(heard.commands().len(), 1, "{line} {heard:?}");
            } else {
                assert_eq!(heard.answers(), ["A BAD"], "{line} {heard:?}");
                assert!(heard.output.contains(&format!("A BAD [LIMIT] too many {name}")));
            }
        }
    }
}
