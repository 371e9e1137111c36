//! Each field of `Limits`: the cap is accepted, and one more is not, whole and octet by octet.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_pop3::client::ClientConfig;
use mailwire_pop3::server::Server;
use mailwire_pop3::{
    Command, Limits, Machine, PeerError, Response, ServerConfig, UsageError, Wait,
};
use mailwire_testing::drive::Driven as _;
use support::script::{greeted_call, logged_in, talk, transaction};
use support::{App, Seen, auth, client_config, everything, pass, server_config, user};

/// A configuration with some fields of the limits changed.
macro_rules! with {
    ($config:expr, $($field:ident = $value:expr),+) => {{
        let mut config = $config;
        $( config.limits.$field = $value; )+
        config
    }};
}

fn limit(name: &'static str, limit: u64) -> Option<PeerError> {
    Some(PeerError::Limit { name, limit })
}

/// A line of so many octets, with its end.
fn line(begin: &str, octets: usize) -> String {
    let end = begin.len() + 2;
    format!("{begin}{}\r\n", "a".repeat(octets - end))
}

fn plain() -> Command<'static> {
    Command::Auth(Some(auth("PLAIN")))
}

/// A server whose client is logged in, with nothing queued.
fn quiet(config: ServerConfig) -> Server {
    let mut app = App::new(config);
    for line in ["", "USER user\r\n", "PASS pass word\r\n"] {
        app.feed(line.as_bytes());
        app.output();
    }
    app.server
}

/// The tests of this file, one for each field.
const TESTED: [&str; 10] = [
    "line",
    "sent_line",
    "auth_line",
    "response_line",
    "capabilities",
    "bad_commands",
    "bad_commands_early",
    "pipeline",
    "transmit",
    "auth_rounds",
];

#[test]
fn every_field_has_a_test() {
    let names: Vec<&str> = Limits::TABLE.iter().map(|row| row.0).collect();
    assert_eq!(names, TESTED);
}

#[test]
fn line_of_a_server() {
    let config = with!(server_config(), line = 300);
    for (octets, error) in [(299, "BadSequence"), (300, "BadSequence"), (301, "Limit")] {
        // USER is not allowed any more, which is known of a line that is read.
        let heard = logged_in(&config, |talk| talk.say(line("USER ", octets) + "NOOP\r\n"));
        assert_eq!(heard.signs(), ["-ERR", "+OK"], "{octets}");
        assert!(heard.events[0].starts_with(&format!("rejected {error}")), "{:?}", heard.events);
    }
}

#[test]
fn sent_line_of_a_client() {
    let config = with!(client_config(), sent_line = 100);
    greeted_call(&config, &["USER"], |call| {
        let name = "a".repeat(94);
        assert_eq!(call.refuse(&user(&name)), UsageError::LineTooLong { limit: 100 });
        call.send(&user(&name[1..]));
    });
}

#[test]
fn auth_line_of_a_server() {
    let config = with!(everything(), auth_line = 5000, bad_commands_early = 100);
    for (octets, error) in [(4999, "NotBase64"), (5000, "NotBase64"), (5001, "Limit")] {
        let heard = talk(&config, |talk| talk.say(line("AUTH PLAIN !", octets) + "CAPA\r\n"));
        assert_eq!(heard.signs()[..2], ["-ERR", "+OK"], "{octets}");
        assert!(heard.events[0].contains(error), "{:?}", heard.events);
        let heard = talk(&config, |talk| {
            talk.say("AUTH PLAIN\r\n");
            talk.forget();
            talk.say(line("!", octets) + "CAPA\r\n");
        });
        assert_eq!(heard.signs()[..2], ["-ERR", "+OK"], "{octets}");
        assert!(heard.events[0].contains(error), "{:?}", heard.events);
    }
}

#[test]
fn auth_line_of_a_client() {
    let config = with!(client_config(), auth_line = 5000);
    for (octets, error) in [(4999, None), (5000, None), (5001, limit("auth_line", 5000))] {
        let told = greeted_call(&config, &["SASL PLAIN"], |call| {
            call.send(&plain());
            call.hear(line("+ ", octets));
        });
        assert_eq!(told.error, error, "{octets}");
    }
}

#[test]
fn response_line_of_a_client() {
    let config = with!(client_config(), response_line = 600);
    for (octets, error) in [(599, None), (600, None), (601, limit("response_line", 600))] {
        let told = transaction(&config, |call| {
            call.send(&Command::Noop);
            call.hear(line("+OK ", octets));
        });
        assert_eq!(told.error, error, "{octets}");
    }
}

#[test]
fn capabilities_of_a_client() {
    let config = with!(client_config(), capabilities = 100);
    // The limit is on what is kept, where one octet stands for a line end.
    let lines = |octets: usize| ["X".repeat(octets / 2 - 1), "Y".repeat(octets - octets / 2 - 1)];
    for (octets, error) in [(99, None), (100, None), (101, limit("capabilities", 100))] {
        let lines = lines(octets);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(greeted_call(&config, &lines, |_| ()).error, error, "{octets}");
    }
}

#[test]
fn bad_commands_of_a_server() {
    let config = with!(server_config(), bad_commands = 5, bad_commands_early = 2);
    let bad = |count| move |talk: &mut support::script::Talk| talk.say("FOO\r\n".repeat(count));
    for (count, early, late) in [
        (2, None, None),
        (3, limit("bad_commands_early", 2), None),
        (5, limit("bad_commands_early", 2), None),
        (6, limit("bad_commands_early", 2), limit("bad_commands", 5)),
    ] {
        assert_eq!(talk(&config, bad(count)).error, early, "{count}");
        assert_eq!(logged_in(&config, bad(count)).error, late, "{count}");
    }
}

#[test]
fn pipeline_of_a_server() {
    for (cap, most) in [(0, 1), (1, 1), (4, 4), (16, 16), (255, 16)] {
        let mut server = quiet(with!(server_config(), pipeline = cap));
        let input = b"NOOP\r\n".repeat(100);
        let (mut consumed, mut taken) = (0, 0);
        loop {
            let received = server.receive(&input[consumed..]).unwrap();
            consumed += received.consumed;
            if received.event.is_none() {
                break;
            }
            taken += 1;
        }
        assert_eq!(taken, most, "{cap}");
        assert_eq!(server.waiting_for(), Wait::Application);
        // An answer makes room for one.
        server.accept().unwrap();
        assert!(server.receive(&input[consumed..]).unwrap().event.is_some());
    }
}

#[test]
fn pipeline_of_a_client() {
    for cap in [0, 1, 4] {
        greeted_call(&with!(client_config(), pipeline = cap), &["PIPELINING"], |call| {
            for command in [user("user"), pass("x")] {
                call.send(&command);
                call.hear("+OK\r\n");
            }
            for _ in 0..100 {
                call.send(&Command::Noop);
            }
            let most = usize::from(cap.max(1)) * if cap == 0 { 1 } else { 4 };
            assert_eq!(call.peer.output(), b"NOOP\r\n".repeat(most), "{cap}");
            call.peer.feed(b"+OK\r\n");
            assert_eq!(call.peer.output(), b"NOOP\r\n", "an answer makes room for one");
            assert_eq!(call.peer.client.in_flight(), 99);
        });
    }
}

#[test]
fn transmit_of_a_server() {
    let mut server = quiet(with!(server_config(), transmit = 100));
    // Each answer is `+OK` and its line end: 5 octets. 20 are the cap, and 21 are over.
    for count in 1..=21 {
        assert!(server.receive(b"NOOP\r\n").unwrap().event.is_some(), "{count}");
        server.accept().unwrap();
    }
    assert_eq!(server.transmit().len(), 105);
    assert_eq!(server.receive(b"NOOP\r\n").unwrap().consumed, 0);
    assert_eq!(server.waiting_for(), Wait::Transmit);
    server.transmitted(5);
    assert!(server.receive(b"NOOP\r\n").unwrap().event.is_some());
}

#[test]
fn transmit_of_a_client() {
    let config: ClientConfig = with!(client_config(), transmit = 100);
    transaction(&config, |call| {
        // NOOP has 6 octets: 17 of them are 102.
        for _ in 0..17 {
            call.send(&Command::Noop);
        }
        assert_eq!(call.refuse(&Command::Noop), UsageError::Busy);
        call.write();
        call.send(&Command::Noop);
    });
}

#[test]
fn auth_rounds_of_a_client() {
    let config = with!(client_config(), auth_rounds = 2);
    for (rounds, error) in [(2, None), (3, limit("auth_rounds", 2))] {
        let told = greeted_call(&config, &["SASL PLAIN"], |call| {
            call.send(&plain());
            for round in 0..rounds {
                call.hear("+ \r\n");
                if round < 2 {
                    call.peer.client.respond_auth(b"x").unwrap();
                }
            }
        });
        assert_eq!(told.error, error);
    }
    // They are counted anew in the next exchange.
    let config = with!(client_config(), auth_rounds = 1);
    let told = greeted_call(&config, &["SASL PLAIN"], |call| {
        for _ in 0..3 {
            call.send(&plain());
            call.hear("+ \r\n");
            call.peer.client.respond_auth(b"x").unwrap();
            call.hear("-ERR\r\n");
        }
    });
    assert_eq!(told.seen.len(), 6);
    assert_eq!(told.seen[5], Seen::Err(3, "-ERR".into()));
}

#[test]
fn auth_rounds_of_a_server() {
    let mut server = App::new(with!(everything(), auth_rounds = 2)).server;
    server.transmitted(usize::MAX);
    server.receive(b"AUTH PLAIN\r\n").unwrap();
    for _ in 0..2 {
        server.challenge_auth(b"x").unwrap();
        assert!(server.receive(b"eA==\r\n").unwrap().event.is_some());
    }
    assert_eq!(server.challenge_auth(b"x"), Err(UsageError::Busy));
    server.finish_auth(&Response::parse(b"-ERR [AUTH] no\r\n").unwrap()).unwrap();
}
