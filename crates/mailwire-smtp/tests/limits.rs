//! Each field of `Limits`: the cap is accepted, and one more is not, whole and octet by octet.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::field_reassign_with_default
)]

mod support;

use mailwire_smtp::client::ClientConfig;
use mailwire_smtp::family::auth::Auth;
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::server::{Event, Server};
use mailwire_smtp::{Command, Limits, Machine, PeerError, ServerConfig, UsageError, Wait};
use support::Seen;
use support::script::{greeted, greeted_call};
use support::{ehlo, everything, server_config, with_auth};

const OPEN: &str = "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\n";

/// The defaults but for some fields.
macro_rules! limits {
    ($($field:ident = $value:expr),+) => {{
        let mut limits = Limits::default();
        $( limits.$field = $value; )+
        limits
    }};
}

fn server(limits: Limits) -> ServerConfig {
    let mut config = server_config();
    config.limits = limits;
    config
}

fn client(limits: Limits) -> ClientConfig {
    let mut config = ClientConfig::default();
    config.limits = limits;
    config.auth_without_tls = true;
    config
}

fn limit(name: &'static str, limit: u64) -> Option<PeerError> {
    Some(PeerError::Limit { name, limit })
}

/// A line of so many octets, with its end.
fn line(begin: &str, octets: usize) -> String {
    let end = begin.len() + 2;
    format!("{begin}{}\r\n", "a".repeat(octets - end))
}

/// The tests of this file, one for each field.
const TESTED: [&str; 12] = [
    "line",
    "auth_line",
    "reply_line",
    "reply",
    "message",
    "recipients",
    "excess_recipients",
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
fn line_of_a_command() {
    let config = server(limits!(line = 600));
    for (octets, code) in [(599, 250), (600, 250), (601, 500), (6000, 500)] {
        let heard = greeted(&config, |talk| talk.say(line("NOOP ", octets) + "NOOP\r\n"));
        assert_eq!(heard.codes(), [code, 250], "{octets}");
    }
}

#[test]
fn auth_line_of_a_server() {
    let mut config = with_auth();
    config.limits.auth_line = 5000;
    for (octets, code) in [(4999, 501), (5000, 501), (5001, 500)] {
        // What fits is no base64, and what does not is not looked at.
        let heard = greeted(&config, |talk| {
            talk.say(line("AUTH PLAIN !", octets) + "NOOP\r\n");
        });
        assert_eq!(heard.codes(), [code, 250], "{octets}");
        let heard = greeted(&config, |talk| {
            talk.say("AUTH PLAIN\r\n");
            talk.say(line("!", octets) + "NOOP\r\n");
        });
        assert_eq!(heard.codes(), [334, code, 250], "{octets}");
    }
}

#[test]
fn auth_line_of_a_client() {
    let config = client(limits!(auth_line = 5000));
    for (octets, error) in [(5000, None), (5001, limit("auth_line", 5000))] {
        let told = greeted_call(&config, &["AUTH PLAIN"], |call| {
            call.send(&Command::Auth(Auth::new(MechanismName::new("PLAIN").unwrap())));
            call.hear(line("334 ", octets));
        });
        assert_eq!(told.error, error, "{octets}");
    }
}

#[test]
fn reply_line_of_a_client() {
    let config = client(limits!(reply_line = 600));
    for (octets, error) in [(599, None), (600, None), (601, limit("reply_line", 600))] {
        for before in ["", "250-x\r\n"] {
            let told = greeted_call(&config, &[], |call| {
                call.send(&Command::Rset);
                call.hear(before.to_owned() + &line("250 ", octets));
            });
            assert_eq!(told.error, error, "{octets}");
        }
    }
}

#[test]
fn reply_of_a_client() {
    let config = client(limits!(reply = 1000));
    for (octets, error) in [(999, None), (1000, None), (1001, limit("reply", 1000))] {
        let told = greeted_call(&config, &[], |call| {
            call.send(&Command::Rset);
            call.hear(line("250-", 500) + &line("250 ", octets - 500));
        });
        assert_eq!(told.error, error, "{octets}");
    }
}

#[test]
fn message_of_a_server() {
    let config = server(limits!(message = 100));
    for (octets, code) in [(99, 250), (100, 250), (101, 552), (200, 552)] {
        let heard = greeted(&config, |talk| {
            talk.say(format!("{OPEN}DATA\r\n"));
            talk.say(line("", octets) + ".\r\n");
        });
        assert_eq!(heard.codes()[3..], [code], "{octets}");
        let heard = greeted(&config, |talk| {
            talk.say(format!("{OPEN}BDAT {octets} LAST\r\n{}NOOP\r\n", line("", octets)));
        });
        assert_eq!(heard.codes()[2..], [code, 250], "{octets}");
        let heard = greeted(&config, |talk| talk.say(format!("MAIL FROM:<a@x> SIZE={octets}\r\n")));
        assert_eq!(heard.codes(), [code], "{octets}");
    }
    // The hard stop.
    for (octets, error) in [(200, None), (201, limit("message", 100))] {
        let heard = greeted(&config, |talk| {
            talk.say(format!("{OPEN}DATA\r\n"));
            talk.say("a".repeat(octets));
        });
        assert_eq!(heard.error, error);
        let heard = greeted(&config, |talk| talk.say(format!("{OPEN}BDAT {octets}\r\n")));
        assert_eq!(heard.error, error);
    }
}

#[test]
fn recipients_and_excess_recipients_of_a_server() {
    let limits = limits!(recipients = 3, excess_recipients = 2);
    for (count, codes, error) in [
        (3, &[250, 250, 250][..], None),
        (4, &[250, 250, 250, 452], None),
        (5, &[250, 250, 250, 452, 452], None),
        (6, &[250, 250, 250, 452, 452, 452, 421], limit("excess_recipients", 2)),
    ] {
        let heard = greeted(&server(limits), |talk| {
            talk.say("MAIL FROM:<a@x>\r\n");
            talk.forget();
            talk.say("RCPT TO:<b@x>\r\n".repeat(count));
        });
        assert_eq!(heard.codes(), codes);
        assert_eq!(heard.error, error);
    }
}

#[test]
fn recipients_that_are_not_decided_count() {
    // The application answers late, and RCPT is pipelined: no more are taken than the cap allows.
    let mut server = Server::new(std::sync::Arc::new(server(limits!(recipients = 3))));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    for line in ["EHLO a\r\n", "MAIL FROM:<a@x>\r\n"] {
        server.receive(line.as_bytes()).unwrap();
        server.accept().unwrap();
        server.transmitted(usize::MAX);
    }
    let mut taken = 0;
    for line in ["NOOP\r\n"].into_iter().chain(["RCPT TO:<b@x>\r\n"; 5]) {
        let event = server.receive(line.as_bytes()).unwrap().event.unwrap();
        taken += usize::from(matches!(event, Event::Command { command: Command::Rcpt(_), .. }));
    }
    assert_eq!(taken, 3, "the NOOP that is owed too is no recipient");
    for _ in 0..4 {
        server.accept().unwrap();
    }
    let output: Vec<u8> = server.transmit().slices().flatten().copied().collect();
    let codes: Vec<&[u8]> = output
        .split(|octet| *octet == b'\n')
        .map(|line| line.get(..3).unwrap_or_default())
        .collect();
    assert_eq!(codes, [&b"250"[..], b"250", b"250", b"250", b"452", b"452", b""]);
}

#[test]
fn bad_commands_of_a_server() {
    let limits = limits!(bad_commands = 5, bad_commands_early = 2);
    for (before, name, cap) in [("", "bad_commands_early", 2), (OPEN, "bad_commands", 5)] {
        for (count, error) in [(cap, None), (cap + 1, limit(name, cap as u64))] {
            let heard = greeted(&server(limits), |talk| {
                talk.say(before);
                talk.forget();
                talk.say("FOO\r\n".repeat(count));
            });
            assert_eq!(heard.error, error, "{name}");
            assert_eq!(heard.codes().len(), count + usize::from(error.is_some()));
        }
    }
}

#[test]
fn pipeline_of_a_server() {
    for (cap, most) in [(0, 1), (1, 1), (4, 4), (16, 16), (255, 16)] {
        let limits = limits!(pipeline = cap);
        let mut server = Server::new(std::sync::Arc::new(server(limits)));
        server.accept().unwrap();
        server.transmitted(usize::MAX);
        server.receive(b"EHLO a\r\n").unwrap();
        server.accept().unwrap();
        server.transmitted(usize::MAX);
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
        let config = client(limits!(pipeline = cap));
        let mut peer = support::new_peer(config);
        peer.feed(b"220 x\r\n");
        peer.client.send(&ehlo()).unwrap();
        peer.output();
        peer.feed(b"250-x\r\n250 PIPELINING\r\n");
        for _ in 0..100 {
            peer.client.send(&Command::Rset).unwrap();
        }
        let most = usize::from(cap.max(1)) * if cap == 0 { 1 } else { 4 };
        assert_eq!(peer.output(), b"RSET\r\n".repeat(most), "{cap}");
        peer.feed(b"250 ok\r\n");
        assert_eq!(peer.output(), b"RSET\r\n", "a reply makes room for one");
        assert_eq!(peer.client.in_flight(), 99);
    }
}

#[test]
fn transmit_of_a_server() {
    let mut config = server(limits!(transmit = 100));
    config = config.withhold(mailwire_smtp::Extension::EnhancedStatusCodes);
    let mut server = Server::new(std::sync::Arc::new(config));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    server.receive(b"EHLO a\r\n").unwrap();
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    // Each reply is `250 ok` and its line end: 8 octets. 12 are 96, and 13 are over.
    for count in 1..=13 {
        assert!(server.receive(b"NOOP\r\n").unwrap().event.is_some(), "{count}");
        server.accept().unwrap();
    }
    assert_eq!(server.transmit().len(), 104);
    assert_eq!(server.receive(b"NOOP\r\n").unwrap().consumed, 0);
    assert_eq!(server.waiting_for(), Wait::Transmit);
    server.transmitted(4);
    assert!(server.receive(b"NOOP\r\n").unwrap().event.is_some());
}

#[test]
fn transmit_of_a_client() {
    let mut peer = support::new_peer(client(limits!(transmit = 100)));
    peer.feed(b"220 x\r\n");
    peer.client.send(&ehlo()).unwrap();
    peer.output();
    peer.feed(b"250-x\r\n250 PIPELINING\r\n");
    // RSET has 6 octets: 17 of them are 102.
    for _ in 0..17 {
        peer.client.send(&Command::Rset).unwrap();
    }
    assert_eq!(peer.client.send(&Command::Rset), Err(UsageError::Busy));
    peer.output();
    peer.client.send(&Command::Rset).unwrap();
}

#[test]
fn transmit_of_a_client_and_a_body() {
    let told = greeted_call(&client(limits!(transmit = 100)), &["PIPELINING"], |call| {
        call.message(&["b"]);
        call.hear("250 ok\r\n250 ok\r\n354 go\r\n");
        call.body("a".repeat(101)).unwrap();
        assert_eq!(call.body("a"), Err(UsageError::Busy));
        call.write();
        call.body("a").unwrap();
    });
    assert!(told.error.is_none());
}

#[test]
fn auth_rounds_of_a_client() {
    for (rounds, error) in [(2, None), (3, limit("auth_rounds", 2))] {
        let config = client(limits!(auth_rounds = 2));
        let told = greeted_call(&config, &["AUTH PLAIN"], |call| {
            call.send(&Command::Auth(Auth::new(MechanismName::new("PLAIN").unwrap())));
            for round in 0..rounds {
                call.hear("334 \r\n");
                if round < 2 {
                    call.peer.client.respond_auth(b"x").unwrap();
                }
            }
        });
        assert_eq!(told.error, error);
    }
    // They are counted anew in the next exchange.
    let config = client(limits!(auth_rounds = 1));
    let told = greeted_call(&config, &["AUTH PLAIN"], |call| {
        for _ in 0..3 {
            call.send(&Command::Auth(Auth::new(MechanismName::new("PLAIN").unwrap())));
            call.hear("334 \r\n");
            call.peer.client.respond_auth(b"x").unwrap();
            call.hear("535 no\r\n");
        }
    });
    assert_eq!(told.seen.len(), 6);
    assert_eq!(told.seen[5], Seen::Reply(3, 535, None));
}

#[test]
fn auth_rounds_of_a_server() {
    let mut config = everything();
    config.auth_without_tls = true;
    config.limits.auth_rounds = 2;
    let mut server = Server::new(std::sync::Arc::new(config));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    server.receive(b"EHLO a\r\n").unwrap();
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    server.receive(b"AUTH PLAIN\r\n").unwrap();
    for _ in 0..2 {
        server.challenge_auth(b"x").unwrap();
        assert!(matches!(server.receive(b"eA==\r\n").unwrap().event, Some(Event::AuthResponse(_))));
    }
    assert_eq!(server.challenge_auth(b"x"), Err(UsageError::Busy));
    let reply = mailwire_smtp::Reply::parse(b"535 5.7.8 no\r\n").unwrap();
    server.finish_auth(&reply).unwrap();
}
