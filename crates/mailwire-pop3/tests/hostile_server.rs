//! Hostile clients: what all protocols have to fear, and the rows POP-S of the attack table that the
//! house keeps. Each script runs whole, octet by octet and cut at random.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use mailwire_pop3::body::{BodyError, Newlines};
use mailwire_pop3::element::unique_id::UniqueId;
use mailwire_pop3::family::list::UidItem;
use mailwire_pop3::server::{Event, Server, TlsPolicy};
use mailwire_pop3::{
    Answer, Command, Item, Limits, Machine, PeerError, Response, ServerConfig, State, Tolerance,
    UsageError, Wait,
};
use mailwire_testing::drive::Driven as _;
use support::script::{assert_closed, logged_in, refuses, talk, talk_to};
use support::{App, everything, number, server_config};

/// A server with STLS.
fn with_tls(tls: TlsPolicy) -> ServerConfig {
    let mut config = everything();
    config.tls = tls;
    config
}

/// Behind the login, with nothing in its queue.
fn quiet_server(config: ServerConfig) -> Server {
    let mut server = Server::new(std::sync::Arc::new(config));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    for line in [&b"USER a\r\n"[..], b"PASS b\r\n"] {
        server.receive(line).unwrap();
        server.accept().unwrap();
        server.transmitted(usize::MAX);
    }
    assert_eq!(server.state(), State::Transaction);
    server
}

// --- All protocols.

#[test]
fn x_01_a_drip_costs_no_more_than_a_feed() {
    // The framer is shown everything again with each octet; were it to look at it again, this would
    // be 10^10 octets.
    let mut config = server_config();
    config.limits.line = 1 << 18;
    config.tolerance = Tolerance::lenient();
    let mut server = quiet_server(config);
    let mut line = b"NOOP ".to_vec();
    line.resize((1 << 18) - 2, b'a');
    line.extend_from_slice(b"\r\n");
    for end in 1..line.len() {
        let received = server.receive(&line[..end]).unwrap();
        assert!(received.consumed == 0 && received.event.is_none());
    }
    let received = server.receive(&line).unwrap();
    assert_eq!(received.consumed, line.len());
    assert!(matches!(received.event, Some(Event::Command { command: Command::Noop, .. })));
}

#[test]
fn x_02_empty_input_changes_nothing() {
    for phase in ["", "USER user\r\nPASS pass word\r\n", "AUTH PLAIN\r\n"] {
        let mut app = App::new(everything());
        app.output();
        for line in phase.split_inclusive('\n') {
            app.feed(line.as_bytes());
            app.output();
        }
        let before = format!("{:?}", app.server);
        app.events.clear();
        for _ in 0..10_000 {
            app.feed(b"");
        }
        assert!(app.events.is_empty());
        assert_eq!(format!("{:?}", app.server), before);
    }
}

#[test]
fn x_03_the_end_may_come_anywhere() {
    let transcripts = [
        "USER user\r\n|PASS pass word\r\n|DELE 1\r\n|RETR 2\r\n|QUIT\r\n",
        "AUTH PLAIN\r\n|AHVzZXIAcGFzcyB3b3Jk\r\n|DELE 1\r\nDELE 2\r\n|RSET\r\n|QUIT\r\n",
    ];
    for transcript in transcripts {
        let all = transcript.replace('|', "");
        for end in 0..=all.len() {
            let mut app = App::new(everything());
            app.output();
            let (mut fed, mut pending) = (0, Vec::new());
            for part in transcript.split('|') {
                let part = &part.as_bytes()[..part.len().min(end - fed)];
                pending.extend_from_slice(part);
                let consumed = app.feed(&pending);
                pending.drain(..consumed);
                fed += part.len();
                app.output();
                app.feed(b"");
            }
            // Nothing is removed but by a whole QUIT.
            assert_eq!(app.removed.is_some(), end == all.len(), "{end} of {transcript}");
            let result = app.server.receive_eof();
            assert!(matches!(result, Ok(()) | Err(PeerError::Eof)));
            assert!(app.server.is_closed());
            assert_eq!(app.server.receive_eof(), result);
        }
    }
}

#[test]
fn x_03_the_end_in_the_middle_is_no_clean_end() {
    for (before, clean) in
        [("", true), ("CAP", false), ("AUTH PLAIN\r\n", false), ("AUTH PLAIN\r\nAHV", false)]
    {
        let heard = talk(&everything(), |talk| {
            talk.say(before);
            talk.end();
        });
        assert_eq!(heard.error, (!clean).then_some(PeerError::Eof), "{before}");
        assert!(heard.closed && heard.removed.is_none());
    }
}

#[test]
fn x_04_nothing_happens_behind_the_end() {
    // Behind an error the error comes again.
    let heard = talk(&server_config(), |talk| {
        talk.say("GET / HTTP/1.1\r\n");
        talk.say("CAPA\r\n");
        talk.end();
    });
    assert_closed(&heard, PeerError::WrongProtocol);
    assert!(heard.commands().is_empty());
    // And behind our own last line.
    let mut server = quiet_server(server_config());
    let last = Response::err("[SYS/TEMP] shutting down").unwrap();
    server.close(&last).unwrap();
    assert!(matches!(server.receive(b"NOOP\r\n").unwrap().event, Some(Event::Closed)));
    assert!(server.receive(b"NOOP\r\n").unwrap().event.is_none());
    assert!(server.close(&last).is_err() && server.accept().is_err());
}

#[test]
fn x_05_a_peer_that_does_not_read_is_not_heard() {
    let mut server = quiet_server(server_config());
    let limit = Limits::default().transmit;
    let input = b"NOOP\r\n".repeat(1000);
    let (mut taken, mut rounds) = (0_usize, 0);
    while server.transmit().len() <= limit && rounds < 1_000_000 {
        let received = server.receive(&input).unwrap();
        taken += received.consumed;
        if received.event.is_some() {
            server.accept().unwrap();
        }
        rounds += 1;
    }
    assert!(taken > 0 && server.transmit().len() < limit + 100);
    assert_eq!(server.waiting_for(), Wait::Transmit);
    assert_eq!(server.receive(&input).unwrap().consumed, 0);
    server.transmitted(usize::MAX);
    assert!(server.receive(&input).unwrap().event.is_some());
}

#[test]
fn x_06_and_pop_s_05_a_long_line_is_dropped_to_its_end() {
    for octets in [513, 1000, 100_000] {
        let line = format!("NOOP {}\r\n", "A".repeat(octets - 7));
        let heard = logged_in(&server_config(), |talk| talk.say(line.clone() + "DELE 1\r\n"));
        assert_eq!(heard.signs(), ["-ERR", "+OK"], "{octets}");
        assert_eq!(heard.commands(), ["DELE 1"]);
    }
    // The tail of a long line is no command, however it looks, and 512 octets are taken.
    let tail = format!("{}DELE 1\r\nNOOP\r\n", "A".repeat(600));
    let heard = logged_in(&server_config(), |talk| talk.say(&tail));
    assert_eq!(heard.commands(), ["NOOP"]);
    let full = format!("USER {}\r\n", "a".repeat(505));
    let heard = talk(&server_config(), |talk| talk.say(&full));
    assert_eq!(heard.commands().len(), 1);
}

#[test]
fn x_08_octets_are_kept_and_escaped_in_debug() {
    let mut server = Server::new(std::sync::Arc::new(server_config()));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    let input = b"USER a\xe2\x80\xaeb\r\n";
    let event = server.receive(input).unwrap().event.unwrap();
    let shown = format!("{event:?}");
    assert!(shown.is_ascii() && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn x_10_another_protocol_is_not_talked_to() {
    for line in ["POST / HTTP/1.1\r\n", "GET / HTTP/1.1\r\n", "\x16\x03\x01\r\n"] {
        let heard = talk(&server_config(), |talk| {
            talk.say(format!("{line}Host: x\r\n\r\nUSER user\r\nPASS pass word\r\n"));
        });
        assert_closed(&heard, PeerError::WrongProtocol);
        assert!(heard.commands().is_empty() && heard.signs() == ["-ERR"], "{line}");
    }
}

#[test]
fn x_11_and_x_13_nothing_is_heard_between_plaintext_and_tls() {
    let mut app = App::new(with_tls(TlsPolicy::Opportunistic));
    app.output();
    app.feed(b"STLS\r\n");
    // The answer is not written yet, so that the handshake cannot be over.
    assert!(app.server.tls_started().is_err());
    app.output();
    app.feed(b"");
    assert!(app.tls);
    app.feed(b"CAPA\r\n");
    assert_eq!(app.error, Some(PeerError::DataAfterStls));
    assert!(app.server.tls_started().is_err());
    assert_eq!(app.events, ["STLS", "tls ready", "error DataAfterStls"]);
}

#[test]
fn x_12_policy_is_for_life() {
    let mut app = App::new(with_tls(TlsPolicy::Required));
    app.output();
    assert!(!app.server.is_tls());
    for line in [&b"USER user\r\n"[..], b"RSET\r\n", b"UTF8\r\n", b"USER user\r\n"] {
        app.feed(line);
    }
    let out = String::from_utf8(app.output()).unwrap();
    assert_eq!(out.lines().filter(|line| line.contains("say STLS first")).count(), 2);
    assert_eq!(app.server.state(), State::Authorization);
}

#[test]
fn x_14_each_state_tells_what_it_waits_for() {
    let mut app = App::ungreeted(with_tls(TlsPolicy::Opportunistic));
    assert_eq!(app.server.waiting_for(), Wait::Application);
    app.server.accept().unwrap();
    app.output();
    assert_eq!(app.server.waiting_for(), Wait::Command);
    app.feed(b"AUTH PLAIN\r\n");
    assert_eq!(app.server.waiting_for(), Wait::Auth);
    app.feed(b"*\r\nSTLS\r\n");
    assert_eq!(app.server.waiting_for(), Wait::Tls);
    app.output();
    app.feed(b"");
    app.server.tls_started().unwrap();
    app.feed(b"QUIT\r\n");
    assert_eq!(app.server.waiting_for(), Wait::Closed);
}

// --- POP3 servers.

#[test]
fn pop_s_01_plaintext_behind_stls() {
    let heard = talk(&with_tls(TlsPolicy::Opportunistic), |talk| {
        talk.say("STLS\r\nCAPA\r\n");
        assert!(talk.app.server.tls_started().is_err());
        talk.say("CAPA\r\n");
    });
    assert_closed(&heard, PeerError::DataAfterStls);
    assert_eq!(heard.signs(), ["-ERR"], "no +OK");
    assert_eq!(heard.commands(), ["STLS"]);
}

#[test]
fn pop_s_01_also_when_the_driver_writes_between_two_events() {
    // The application answers late, and what it answers is written before the next call.
    let mut server = Server::new(std::sync::Arc::new(with_tls(TlsPolicy::Opportunistic)));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    let input = b"STLS\r\nCAPA\r\n";
    let consumed = server.receive(input).unwrap().consumed;
    server.accept().unwrap();
    assert!(server.transmit().first().starts_with(b"-ERR "));
    server.transmitted(usize::MAX);
    assert!(server.receive(&input[consumed..]).is_err());
    assert!(server.tls_started().is_err());
    // Once a part of the +OK is written the rest has to go out, and nothing behind it.
    let heard = talk(&with_tls(TlsPolicy::Opportunistic), |talk| {
        talk.shout("STLS\r\n");
        talk.read_octets(2);
        talk.shout("CAPA\r\n");
        talk.read();
        assert!(talk.app.server.tls_started().is_err());
    });
    assert_eq!(heard.error, Some(PeerError::DataAfterStls));
    assert_eq!(heard.output, "+OK begin TLS negotiation\r\n");
    assert!(!heard.events.contains(&"tls ready".into()));
}

#[test]
fn pop_s_02_the_name_is_forgotten_with_stls() {
    let mut config = with_tls(TlsPolicy::Opportunistic);
    config.auth_without_tls = true;
    let heard = talk(&config, |talk| {
        talk.say("USER user\r\n");
        talk.say("STLS\r\n");
        talk.app.server.tls_started().unwrap();
        talk.say("PASS pass word\r\n");
        talk.say("STLS\r\n");
        talk.say("USER user\r\n");
        talk.say("PASS pass word\r\n");
        talk.say("STLS\r\n");
    });
    assert_eq!(heard.signs(), ["+OK", "+OK", "-ERR", "-ERR", "+OK", "+OK", "-ERR"]);
}

#[test]
fn pop_s_03_no_name_before_tls() {
    let heard = talk(&with_tls(TlsPolicy::Required), |talk| {
        talk.say("USER user\r\nPASS pass word\r\nAUTH PLAIN\r\n");
    });
    assert_eq!(heard.signs(), ["-ERR"; 3]);
    assert!(heard.commands().is_empty());
    // And by default no password at all, even where TLS is only possible.
    let mut config = with_tls(TlsPolicy::Opportunistic);
    config.auth_without_tls = false;
    let heard = talk(&config, |talk| talk.say("USER user\r\nAUTH PLAIN AAA=\r\n"));
    assert_eq!(heard.signs(), ["-ERR"; 2]);
}

#[test]
fn pop_s_04_a_password_is_the_rest_of_the_line() {
    for (line, password) in [
        (&b"PASS a b  c \r\n"[..], &b"a b  c "[..]),
        (b"PASS  \ta\r\n", b" \ta"),
        (b"pass \xff\x01\r\n", b"\xff\x01"),
        (b"PASS \r\n", b""),
    ] {
        let Command::Pass(parsed) = Command::parse(line).unwrap() else { panic!() };
        assert_eq!(parsed.expose(), password);
    }
    let heard = talk(&server_config(), |talk| talk.say("USER user\r\nPASS pass word \r\n"));
    assert_eq!(heard.signs(), ["+OK", "-ERR"], "a blank more is another password");
}

#[test]
fn pop_s_06_line_ends_and_nul() {
    refuses(
        &server_config(),
        &[
            b"NOOP\rQUIT\r\n",
            b"NOOP\n",
            b"DELE 1\n",
            b"DELE 1\r\r\n",
            b"NOOP\0\r\n",
            b"\0NOOP\r\n",
            b"\r\n",
            b"\n",
        ],
    );
    let heard =
        talk(&server_config(), |talk| talk.say("USER a\nPASS b\nUSER a\0b\r\nUSER a\rb\r\n"));
    assert_eq!(heard.signs(), ["-ERR"; 4]);
    assert!(heard.commands().is_empty());
}

#[test]
fn pop_s_07_numbers() {
    refuses(
        &server_config(),
        &[
            b"RETR 0\r\n",
            b"RETR -1\r\n",
            b"RETR +1\r\n",
            b"RETR 4294967296\r\n",
            b"RETR 1 2\r\n",
            b"RETR\r\n",
            b"RETR x\r\n",
            b"LIST 0\r\n",
            b"UIDL 18446744073709551617\r\n",
            b"TOP 1\r\n",
            b"TOP 1 -1\r\n",
            b"TOP 1 99999999999999999999\r\n",
            b"DELE 1,2\r\n",
        ],
    );
    // Two blanks are unambiguous: refused when the grammar is all that counts.
    let mut strict = server_config();
    strict.tolerance = Tolerance::strict();
    refuses(&strict, &[b"DELE  1\r\n", b"DELE 01\r\n"]);
    let heard = logged_in(&server_config(), |talk| talk.say("DELE  1\r\n"));
    assert_eq!(heard.commands(), ["DELE 1"]);
}

#[test]
fn pop_s_08_messages_are_stuffed_and_end_once() {
    for (message, wire) in [
        (&b".\r\n"[..], &b"..\r\n.\r\n"[..]),
        (b"", b".\r\n"),
        (b"no end", b"no end\r\n.\r\n"),
        (b"a\r\n.\r\n..b", b"a\r\n..\r\n...b\r\n.\r\n"),
        (b"\0\xff\r\n", b"\0\xff\r\n.\r\n"),
    ] {
        for size in [1, 2, 3, 100] {
            let mut server = quiet_server(server_config());
            server.receive(b"RETR 1\r\n").unwrap();
            server.accept().unwrap();
            for part in message.chunks(size) {
                server.send_body(Bytes::copy_from_slice(part)).unwrap();
            }
            server.finish_body().unwrap();
            assert!(server.finish_body().is_err());
            let out: Vec<u8> = server.transmit().slices().flatten().copied().collect();
            let expected = [b"+OK message follows\r\n", wire].concat();
            assert_eq!(out.escape_ascii().to_string(), expected.escape_ascii().to_string());
        }
    }
}

#[test]
fn pop_s_08_bare_line_ends_are_refused_or_normalised() {
    for (message, normal) in [
        (&b"a\n.\nb"[..], &b"a\r\n..\r\nb\r\n.\r\n"[..]),
        (b"a\r.\r\nb\r\n", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"x\n.\r\nQUIT\r\n", b"x\r\n..\r\nQUIT\r\n.\r\n"),
    ] {
        let mut server = quiet_server(server_config());
        server.receive(b"RETR 1\r\n").unwrap();
        server.accept().unwrap();
        let before = server.transmit().len();
        let part = Bytes::copy_from_slice(message);
        let bare = Err(UsageError::Body(BodyError::BareNewline));
        assert_eq!(server.send_body(part.clone()), bare);
        assert_eq!(server.finish_body(), bare);
        assert_eq!(server.transmit().len(), before, "nothing of it is sent");
        // A last line would be read as part of the message.
        assert!(server.close(&Response::err("sorry").unwrap()).is_err());

        let mut config = server_config();
        config.newlines = Newlines::Normalize;
        let mut server = quiet_server(config);
        server.receive(b"RETR 1\r\n").unwrap();
        server.accept().unwrap();
        server.transmitted(usize::MAX);
        server.send_body(part).unwrap();
        server.finish_body().unwrap();
        let out: Vec<u8> = server.transmit().slices().flatten().copied().collect();
        assert_eq!(out.escape_ascii().to_string(), normal.escape_ascii().to_string());
    }
}

#[test]
fn pop_s_09_sasl() {
    let long = format!("AUTH PLAIN\r\n{}\r\n", "A".repeat(12_288));
    for (said, signs) in [
        ("AUTH PLAIN\r\n*\r\n", &["+", "-ERR"][..]),
        ("AUTH PLAIN\r\n!!!!\r\n", &["+", "-ERR"]),
        ("AUTH PLAIN\r\n=\r\n", &["+", "-ERR"]),
        ("AUTH PLAIN\r\n\r\n", &["+", "-ERR"]),
        ("AUTH PLAIN\r\nUSER user\r\n", &["+", "-ERR"]),
        ("AUTH PLAIN\r\nAHVzZXIAcGFzcyB3b3Jk\n", &["+", "-ERR"]),
        ("AUTH PLAIN =\r\n", &["-ERR"]),
        ("AUTH PLAIN !!!!\r\n", &["-ERR"]),
        ("AUTH PLAIN a b\r\n", &["-ERR"]),
        ("AUTH NOSUCH\r\n", &["-ERR"]),
        ("AUTH PLAIN AHVzZXIAcGFzcyB3b3Jk\r\nAUTH PLAIN\r\n", &["+OK", "-ERR"]),
        (&long, &["+", "-ERR"]),
    ] {
        let heard = talk(&everything(), |talk| {
            for line in said.split_inclusive('\n') {
                talk.say(line);
            }
        });
        assert_eq!(heard.signs(), signs, "{}", said.len().min(40));
        assert!(heard.commands().iter().all(|command| command.starts_with("AUTH")), "{said}");
    }
    // An AUTH line may be longer than others.
    let line = format!("AUTH PLAIN {}\r\n", "A".repeat(12_000));
    let heard = talk(&everything(), |talk| talk.say(&line));
    assert_eq!(heard.commands().len(), 1);
    let mut server = Server::new(std::sync::Arc::new(everything()));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    server.receive(b"AUTH PLAIN\r\n").unwrap();
    for _ in 0..Limits::default().auth_rounds {
        server.challenge_auth(b"again").unwrap();
        server.receive(b"AAA=\r\n").unwrap();
    }
    assert_eq!(server.challenge_auth(b"again"), Err(UsageError::Busy));
    assert!(server.accept().is_err());
    server.finish_auth(&Response::err("[AUTH] no").unwrap()).unwrap();
}

#[test]
fn pop_s_10_without_quit_nothing_is_removed() {
    let heard = logged_in(&server_config(), |talk| {
        talk.say("DELE 1\r\nDELE 2\r\n");
        talk.end();
    });
    assert_eq!((heard.removed, heard.error), (None, None));
    let heard = logged_in(&server_config(), |talk| {
        talk.say("DELE 1\r\nQUI");
        talk.end();
    });
    assert_eq!((heard.removed, heard.error), (None, Some(PeerError::Eof)));
    // QUIT before the login opens no UPDATE state.
    let heard = talk(&server_config(), |talk| talk.say("USER user\r\nQUIT\r\n"));
    assert_eq!(heard.removed, None);
    assert_eq!(heard.events, ["USER user", "QUIT", "closed"]);
}

#[test]
fn pop_s_11_nothing_behind_quit() {
    let heard = logged_in(&server_config(), |talk| {
        talk.say("DELE 1\r\nQUIT\r\nQUIT\r\nDELE 2\r\n");
        talk.say("NOOP\r\n");
    });
    assert_eq!(heard.signs(), ["+OK", "+OK"]);
    assert_eq!(heard.removed, Some(1));
    assert_eq!(heard.events, ["DELE 1", "update", "closed"]);
}

#[test]
fn pop_s_12_apop() {
    let line = |digest: &str| format!("APOP user {digest}\r\n");
    let good = "07".repeat(16);
    let heard = talk(&server_config(), |talk| talk.say(line(&good)));
    assert_eq!(heard.signs(), ["-ERR"], "no stamp was offered");
    assert!(heard.commands().is_empty());
    let offered = || App::with_stamp(server_config());
    for (digest, signs) in [
        (good.clone(), ["+OK"]),
        ("00".repeat(16), ["-ERR"]),
        ("7".repeat(31), ["-ERR"]),
        ("7".repeat(33), ["-ERR"]),
        ("x".repeat(32), ["-ERR"]),
        (String::new(), ["-ERR"]),
    ] {
        let heard = talk_to(&offered, |talk| {
            talk.read();
            talk.forget();
            talk.say(line(&digest));
        });
        assert_eq!(heard.signs(), signs, "{digest}");
    }
}

#[test]
fn pop_s_13_unique_ids_are_checked() {
    for bad in ["a b", "", "a\r\n2 b"] {
        assert!(UniqueId::new(bad).is_err());
    }
    assert!(UniqueId::new("a".repeat(71)).is_err());
    // One that was read with a deviation is not sent on.
    for odd in [&b"1 a b"[..], b"1 ", b"1 \xe9"] {
        let (item, _) = UidItem::parse_with(odd, Tolerance::lenient()).unwrap();
        let mut server = quiet_server(server_config());
        server.receive(b"UIDL\r\n").unwrap();
        server.accept().unwrap();
        let before = server.transmit().len();
        assert_eq!(
            server.send_item(&Item::UniqueId(item.clone())),
            Err(UsageError::WrongItem),
            "{}",
            odd.escape_ascii()
        );
        assert_eq!(server.transmit().len(), before);
        server.finish_list().unwrap();
        server.receive(b"UIDL 1\r\n").unwrap();
        assert_eq!(server.send(&Answer::UniqueId(item)), Err(UsageError::WrongItem));
    }
    // Nor is a line that is none, or one of another listing.
    let mut server = quiet_server(server_config());
    server.receive(b"UIDL\r\n").unwrap();
    server.accept().unwrap();
    let line = Item::parse(b"junk", mailwire_pop3::Listing::UniqueIds);
    assert_eq!(server.send_item(&line), Err(UsageError::WrongItem));
    let line = Item::parse(b"1 120", mailwire_pop3::Listing::Sizes);
    assert_eq!(server.send_item(&line), Err(UsageError::WrongItem));
}

#[test]
fn pop_s_14_bad_commands_have_a_budget() {
    let limits = Limits::default();
    let bad = "BOGUS\r\n".repeat(100);
    let heard = talk(&server_config(), |talk| talk.say(&bad));
    assert_eq!(heard.limit(), Some("bad_commands_early"));
    assert_eq!(heard.signs().len(), usize::from(limits.bad_commands_early) + 2);
    let heard = logged_in(&server_config(), |talk| talk.say(&bad));
    assert_eq!(heard.limit(), Some("bad_commands"));
    assert_eq!(heard.signs().len(), usize::from(limits.bad_commands) + 2);
    // Guessing passwords has the same budget, and it does not start anew with STLS.
    let guess = "USER user\r\nPASS x\r\n".repeat(100);
    let heard = talk(&server_config(), |talk| talk.say(&guess));
    assert_eq!(heard.limit(), Some("bad_commands_early"));
    let heard = talk(&everything(), |talk| {
        for _ in 0..100 {
            talk.say("AUTH PLAIN AHVzZXIAeA==\r\n");
        }
    });
    assert_eq!(heard.limit(), Some("bad_commands_early"));
}

#[test]
fn early_talkers_are_not_served() {
    let app = || App::ungreeted(server_config());
    let heard = talk_to(&app, |talk| talk.say("CAPA\r\n"));
    assert_closed(&heard, PeerError::EarlyTalker);
    let app = || App::new(server_config());
    let heard = talk_to(&app, |talk| talk.shout("CAPA\r\n"));
    assert_closed(&heard, PeerError::EarlyTalker);
    let mut config = server_config();
    config.tolerate_early_talkers = true;
    let app = move || App::new(config.clone());
    let heard = talk_to(&app, |talk| talk.say("QUIT\r\n"));
    assert_eq!(heard.signs(), ["+OK", "+OK"]);
}

#[test]
fn order_is_kept() {
    let heard = talk(&everything(), |talk| {
        talk.say("PASS x\r\nNOOP\r\nSTAT\r\nRETR 1\r\nUSER user\r\nNOOP\r\nPASS pass word\r\n");
        talk.say("USER user\r\nPASS x\r\nAPOP a b\r\nUTF8\r\nNOOP\r\n");
    });
    let signs = heard.signs();
    assert_eq!(signs[..7], ["-ERR", "-ERR", "-ERR", "-ERR", "+OK", "-ERR", "+OK"]);
    assert_eq!(signs[7..], ["-ERR", "-ERR", "-ERR", "-ERR", "+OK"]);
}

#[test]
fn answers_fit_their_commands() {
    let mut server = quiet_server(server_config());
    assert!(matches!(server.accept(), Err(UsageError::NotNow { .. })));
    server.receive(b"STAT\r\n").unwrap();
    let wrong = Err(UsageError::WrongAnswer { what: "STAT" });
    assert_eq!(server.accept(), wrong);
    assert_eq!(server.send(&Response::ok("2 320").unwrap().into()), wrong);
    server.send(&Response::err("no").unwrap().into()).unwrap();
    server.receive(b"RETR 1\r\n").unwrap();
    let item = mailwire_pop3::family::list::ListItem::new(number(1), 1);
    assert_eq!(server.send(&Answer::Size(item)), Err(UsageError::WrongAnswer { what: "RETR" }));
    server.accept().unwrap();
    assert!(server.finish_list().is_err() && server.accept().is_err());
    server.finish_body().unwrap();
    assert_eq!(server.owed(), 0);
}

#[test]
fn credentials_do_not_show() {
    let mut server = Server::new(std::sync::Arc::new(server_config()));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    for line in [&b"PASS hunter2\r\n"[..], b"PASS\thunter2\r\n", b"AUTH PLAIN hunter2\r\n"] {
        let event = server.receive(line).unwrap().event.unwrap();
        let shown = format!("{event:?} {server:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
