//! Hostile clients. Each test is a row of the attack table, and each script runs whole, octet by
//! octet and cut at random. What does not depend on cuts is in `server.rs`, memory in `memory.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::field_reassign_with_default
)]

mod support;

use std::sync::Arc;

use mailwire_imap::element::flag::Keyword;
use mailwire_imap::element::mailbox::{Mailbox, MailboxPattern};
use mailwire_imap::element::number::NzNumber;
use mailwire_imap::element::text::Text;
use mailwire_imap::server::{Event, Server, ServerConfig, TlsPolicy};
use mailwire_imap::{
    Command, Data, Extension, Machine, PeerError, State, Status, StatusKind, UsageError, Wait,
};
use mailwire_testing::cut::{Cut, random, same};
use support::server::{
    App, Heard, everything, logged_in, plain, refuses, selected, status, talk, talk_once, with_tls,
};

/// A server that gives up only after a thousand bad commands.
fn patient(mut config: ServerConfig) -> ServerConfig {
    config.limits.bad_commands = 1000;
    config.limits.bad_commands_early = 1000;
    config
}

/// Before login, and behind it with a mailbox open.
fn refuses_early(rows: &[&[u8]]) {
    refuses(|config, script| talk(config, script), &patient(everything()), rows);
}

fn refuses_selected(rows: &[&[u8]]) {
    refuses(|config, script| selected(config, script), &patient(everything()), rows);
}

fn server(config: ServerConfig) -> Server {
    let mut server = Server::new(Arc::new(config));
    server.greet().unwrap();
    server.transmitted(usize::MAX);
    server
}

fn assert_ended(heard: &Heard, error: PeerError) {
    assert_eq!(heard.error, Some(error), "{heard:?}");
    assert!(heard.closed);
    assert!(heard.answers().last().unwrap().ends_with("BYE"), "{heard:?}");
}

// --- All protocols.

#[test]
fn x_01_a_drip_costs_no_more_than_a_feed() {
    let mut server = server(plain());
    let mut line = b"A1 NOOP ".to_vec();
    line.resize(8000, b' ');
    line.extend_from_slice(b"\r\n");
    for end in 1..line.len() {
        assert_eq!(server.receive(&line[..end]).unwrap().consumed, 0);
    }
    let received = server.receive(&line).unwrap();
    assert_eq!(received.consumed, line.len());
    assert!(received.event.is_some());
}

/// Words of the protocol in any order: the same comes out however they are cut, and nothing panics.
#[test]
fn x_01_any_octets_cut_in_any_way() {
    const WORDS: [&str; 48] = [
        "A ",
        "B ",
        "C1 ",
        "\r\n",
        "\r\n",
        "\r\n",
        "\r\n",
        "\n",
        "\r",
        " ",
        "NOOP",
        "NOOP\r\n",
        "FROB",
        "LOGIN user pass\r\n",
        "A LOGIN user pass\r\n",
        "SELECT x\r\n",
        "B SELECT x\r\n",
        "APPEND x ",
        "A APPEND x {5+}\r\nhello\r\n",
        "A APPEND x CATENATE (TEXT ",
        "{5}\r\n",
        "{3+}\r\n",
        "{40+}\r\n",
        "{70+}\r\n",
        "~{4+}\r\n",
        "{0}\r\n",
        "{999}\r\n",
        "hello",
        "abc",
        "TEXT ",
        "A IDLE\r\n",
        "DONE\r\n",
        "A AUTHENTICATE PLAIN\r\n",
        "*\r\n",
        "AHVzZXIAcGFzcw==\r\n",
        "(",
        ")",
        "\"",
        "\\",
        "FETCH 1 FLAGS\r\n",
        "SEARCH SUBJECT ",
        "LOGOUT\r\n",
        "\0",
        "\u{fc}",
        "A STARTTLS\r\n",
        "A SETMETADATA x (/shared/a ",
        "A EXPUNGE\r\n",
        "A UNAUTHENTICATE\r\n",
    ];
    let mut config = patient(everything());
    config.tls = TlsPolicy::Opportunistic;
    config.limits.inline_literal = 2;
    config.limits.message = 50;
    config.limits.discard = 60;
    config.limits.line = 100;
    config.limits.line_early = 80;
    config.limits.command = 300;
    config.limits.literals = 3;
    let mut taken = [0; 3];
    for seed in 1..=400 {
        let mut state = seed;
        let mut script = String::new();
        if seed % 2 == 0 {
            script.push_str("A LOGIN user pass\r\n");
        }
        for _ in 0..20 {
            let at = usize::try_from(random(&mut state)).unwrap() % WORDS.len();
            script.push_str(WORDS[at]);
        }
        let cuts = [Cut::Whole, Cut::Octets, Cut::Random(seed), Cut::Random(seed + 1000)];
        let heard = same(cuts, &script.escape_debug().to_string(), |cut| {
            talk_once(&config, cut, |talk| {
                talk.say(&script);
                talk.end();
            })
        });
        taken[0] += heard.commands().len();
        taken[1] += heard.stored.len();
        taken[2] += usize::from(heard.error.is_some());
    }
    // The words make something of everything.
    assert!(taken.into_iter().all(|count| count > 20), "{taken:?}");
}

#[test]
fn x_02_empty_input_changes_nothing() {
    for so_far in ["", "A1 NO", "A1 LOGIN {4}\r\nus"] {
        let mut server = server(plain());
        server.receive(so_far.as_bytes()).unwrap();
        server.transmitted(usize::MAX);
        let before = format!("{server:?}");
        for _ in 0..10_000 {
            // What came stays in the input until it is consumed.
            assert_eq!(server.receive(so_far.as_bytes()).unwrap().consumed, 0);
        }
        assert_eq!(format!("{server:?}"), before);
    }
    let heard = talk(&plain(), |talk| {
        for _ in 0..1000 {
            talk.say("");
        }
    });
    assert!(heard.events.is_empty() && heard.output.is_empty());
}

#[test]
fn x_03_the_end_may_come_anywhere() {
    let script = b"A LOGIN user pass\r\nB APPEND x {20000+}\r\nabc";
    for end in 0..=script.len() {
        let heard = talk(&patient(everything()), |talk| {
            talk.say(&script[..end]);
            talk.end();
        });
        let clean = end == 0 || end == 19;
        assert_eq!(heard.error.is_none(), clean, "{end} {heard:?}");
        assert!(heard.closed && heard.stored.is_empty());
        assert!(heard.commands().len() <= 2);
    }
}

#[test]
fn x_04_nothing_happens_behind_the_end() {
    let heard = talk(&plain(), |talk| {
        talk.say("A LOGOUT\r\nB NOOP\r\n");
        talk.forget();
        talk.say("C NOOP\r\n");
        talk.end();
        talk.say("D NOOP\r\n");
    });
    assert!(heard.closed && heard.output.is_empty() && heard.error.is_none());
    assert_eq!(heard.commands(), [""; 0]);
    let heard = talk(&plain(), |talk| {
        talk.say("GET / HTTP/1.1\r\n");
        talk.say("C NOOP\r\n");
    });
    assert_ended(&heard, PeerError::WrongProtocol);
}

#[test]
fn x_05_a_client_that_does_not_read_is_not_read() {
    let mut config = patient(plain());
    config.limits.transmit = 100;
    let heard = talk(&config, |talk| {
        talk.shout("A NOOP\r\n".repeat(200));
        let waiting = talk.app.server.transmit().len();
        assert!(waiting <= 100 + 24, "{waiting}");
        assert_eq!(talk.app.server.waiting_for(), Wait::Transmit);
        talk.read();
    });
    assert_eq!(heard.output, "A OK NOOP completed\r\n".repeat(200));
}

#[test]
fn x_06_a_line_has_an_end() {
    let mut server = server(plain());
    let line = vec![b'A'; 20_000];
    let mut end = 0;
    let error = loop {
        end += 500;
        match server.receive(&line[..end]) {
            Ok(received) => assert_eq!(received.consumed, 0),
            Err(error) => break error,
        }
    };
    assert_eq!(end, 16_500);
    assert_eq!(error, PeerError::Limit { name: "line_early", limit: 8192 });
    assert!(server.transmit().first().starts_with(b"* BYE [TOOBIG]"));
}

#[test]
fn x_08_octets_of_the_peer_are_not_repeated() {
    let heard = talk(&plain(), |talk| talk.say("A NOOP \x1b[2J\u{202e}\r\n"));
    assert_eq!(heard.output, "A BAD expected CRLF at byte 6\r\n");
}

#[test]
fn x_09_sizes_have_64_bits() {
    let heard = logged_in(&everything(), |talk| {
        talk.say("A APPEND x {4294967296}\r\n");
        talk.say("B APPEND x {4294967297}\r\n");
        talk.say("C NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A NO", "B NO", "C OK"]);
    assert_eq!(heard.output.matches("[TOOBIG]").count(), 2);
}

#[test]
fn x_10_other_protocols_end_at_their_first_line() {
    for line in ["POST / HTTP/1.1\r\n", "GET /x HTTP/1.0\r\n", "\x16\x03\x01 x\r\n"] {
        let heard = talk(&plain(), |talk| {
            talk.say([line, "Host: x\r\n\r\nA LOGIN user pass\r\n"].concat());
        });
        assert_ended(&heard, PeerError::WrongProtocol);
        assert!(heard.commands().is_empty());
    }
}

#[test]
fn x_11_nothing_is_taken_behind_the_end_of_the_input() {
    let heard = logged_in(&everything(), |talk| {
        talk.say("A APPEND x {70000+}\r\nabc");
        talk.end();
        talk.say("d");
    });
    assert_eq!(heard.limit(), Some("discard"));
    let heard = logged_in(&everything(), |talk| {
        talk.say("A APPEND x {70000}\r\n");
        talk.say("abc");
        talk.end();
        talk.say("d");
    });
    assert_eq!(heard.error, Some(PeerError::Eof));
    assert!(heard.stored.is_empty() && heard.closed);
}

#[test]
fn x_12_a_policy_is_kept() {
    let heard = talk(&patient(with_tls()), |talk| {
        talk.say("A LOGIN user pass\r\nB AUTHENTICATE PLAIN AHVzZXIAcGFzcw==\r\nC SELECT x\r\n");
    });
    assert_eq!(heard.answers(), ["A NO", "B NO", "C BAD"]);
    assert_eq!(heard.output.matches("[PRIVACYREQUIRED]").count(), 2);
    let mut server = Server::new(Arc::new(with_tls()));
    assert_eq!(server.preauth(), Err(UsageError::TlsRequired));
    server.greet().unwrap();
}

#[test]
fn x_13_plaintext_during_the_handshake_ends_the_session() {
    let heard = talk(&with_tls(), |talk| {
        talk.say("A STARTTLS\r\n");
        assert!(talk.app.tls);
        talk.say("B NOOP\r\n");
        assert!(talk.app.server.tls_started().is_err());
    });
    assert_eq!(heard.error, Some(PeerError::DataAfterStartTls));
    assert_eq!(heard.output, "A OK STARTTLS completed\r\n");
}

#[test]
fn x_14_the_handshake_has_a_wait_of_its_own() {
    talk(&with_tls(), |talk| {
        talk.say("A STARTTLS\r\n");
        assert_eq!(talk.app.server.waiting_for(), Wait::Tls);
    });
}

// --- IMAP servers.

#[test]
fn imap_s_01_nothing_behind_starttls() {
    let heard = talk(&with_tls(), |talk| talk.say("A STARTTLS\r\nB NOOP\r\n"));
    assert_eq!(heard.answers(), ["A BAD", "* BYE"]);
    assert_ended(&heard, PeerError::DataAfterStartTls);
    assert!(!heard.events.iter().any(|event| event == "tls ready"));
}

#[test]
fn imap_s_02_no_literal_crosses_tls() {
    let heard = talk(&with_tls(), |talk| {
        talk.say("A STARTTLS\r\nB LOGIN atk p\r\nC APPEND inbox {99}\r\n");
        talk.say("D LOGIN victim pw\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "* BYE"]);
    assert_eq!(heard.commands(), ["A STARTTLS"]);
    // What was said before is forgotten: the machine is as new.
    for before in ["", "A LOGIN x {99}\r\n", "A FROB {99+}\r\n", "A ID (\"a\" {3}\r\n"] {
        let config = || patient(with_tls()).offer_all([Extension::Id]);
        let mut used = server(config());
        let mut input = format!(
            "{before}{}Z STARTTLS\r\n",
            if before.contains('+') { "x".repeat(97) + "\r\n\r\n" } else { String::new() }
        );
        let mut done = false;
        for _ in 0..10 {
            let received = used.receive(input.as_bytes()).unwrap();
            match received.event {
                Some(Event::Command { ticket, .. }) => used.accept(ticket).unwrap(),
                Some(Event::TlsReady) => done = true,
                _ => {}
            }
            let consumed = received.consumed;
            input.drain(..consumed);
            used.transmitted(usize::MAX);
        }
        // ID waits for its literal, and STARTTLS is in it.
        assert_eq!(done, !before.contains("ID"), "{before}");
        if done {
            used.tls_started().unwrap();
            let mut new = server(config());
            let start = |server: &mut Server| {
                let received = server.receive(b"Z STARTTLS\r\n").unwrap();
                let Some(Event::Command { ticket, .. }) = received.event else { panic!() };
                server.accept(ticket).unwrap();
                server.transmitted(usize::MAX);
                server.receive(b"").unwrap();
                server.tls_started().unwrap();
            };
            start(&mut new);
            // Only the count of bad commands stays.
            let shown = |server: &Server| {
                let text = format!("{server:?}");
                text.replace("bad_commands: 1,", "bad_commands: 0,")
            };
            assert_eq!(shown(&used), shown(&new));
            assert_eq!(used.state(), State::NotAuthenticated);
        }
    }
}

#[test]
fn imap_s_03_no_literal_is_asked_for_that_would_be_a_password() {
    let heard = talk(&patient(with_tls()), |talk| {
        talk.say("A LOGIN u {5}\r\n");
        talk.say("B LOGIN {1}\r\n");
        talk.say("C LOGIN u {5+}\r\nsecre\r\n");
        talk.say("D NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A NO", "B NO", "C NO", "D OK"]);
    assert!(!heard.output.contains('+'));
    assert_eq!(heard.output.matches("[PRIVACYREQUIRED]").count(), 3);
}

#[test]
fn imap_s_04_starttls_once_and_not_behind_login() {
    let mut config = patient(with_tls());
    config.auth_without_tls = true;
    config.tls = TlsPolicy::Opportunistic;
    let heard = logged_in(&config, |talk| talk.say("A STARTTLS\r\nB NOOP\r\n"));
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
    let heard = talk(&patient(with_tls()), |talk| {
        talk.say("A CAPABILITY\r\n");
        talk.say("B STARTTLS\r\n");
        talk.app.server.tls_started().unwrap();
        assert!(talk.app.server.is_tls());
        talk.say("C CAPABILITY\r\nD STARTTLS\r\n");
    });
    let mut lists = heard.output.lines().filter(|line| line.starts_with("* CAPABILITY"));
    let (plain, secure) = (lists.next().unwrap(), lists.next().unwrap());
    assert!(plain.contains("STARTTLS") && plain.contains("LOGINDISABLED"));
    assert!(!plain.contains("AUTH=") && secure.contains("AUTH=PLAIN"));
    assert!(!secure.contains("STARTTLS") && !secure.contains("LOGINDISABLED"));
    assert_eq!(heard.answers(), ["A OK", "B OK", "C OK", "D BAD"]);
    assert!(heard.output.contains("D BAD TLS is active already"));
}

#[test]
fn imap_s_05_nul_in_a_quoted_string() {
    refuses_early(&[
        b"A LOGIN \"a\0b\" x\r\n",
        b"A LOGIN \"\\\0\" x\r\n",
        b"A LOGIN user \"pass\0\"\r\n",
        b"A LOGIN us\0er pass\r\n",
    ]);
}

#[test]
fn imap_s_06_an_open_quote_ends_with_its_line() {
    let heard = talk(&plain(), |talk| talk.say("A LOGIN \"abc\r\nB NOOP\r\n"));
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
    assert_eq!(heard.commands(), ["B NOOP"]);
}

#[test]
fn imap_s_07_escapes() {
    refuses_early(&[
        b"A LOGIN \"a\\b\" x\r\n",
        b"A LOGIN user \"pass\\\r\n",
        b"A LOGIN user \"\\\r\n",
    ]);
}

#[test]
fn imap_s_08_announced_sizes_are_not_trusted() {
    let digits = "9".repeat(300);
    for size in ["4294967295", "18446744073709551616", "9223372036854775808", "4097", &digits] {
        let heard = talk(&plain(), |talk| {
            talk.say(format!("A LOGIN {{{size}}}\r\n"));
            talk.say("B NOOP\r\n");
        });
        assert_eq!(heard.answers(), ["A BAD", "B OK"], "{size}");
        assert!(heard.output.starts_with("A BAD [TOOBIG] "), "{size} {heard:?}");
    }
}

#[test]
fn imap_s_09_literals_without_synchronization_are_dropped_or_end_the_session() {
    for size in ["999999999", "65537", "9223372036854775807"] {
        let heard = talk(&plain(), |talk| talk.say(format!("A LOGIN {{{size}+}}\r\nabc")));
        assert_eq!(heard.output.lines().last(), Some("* BYE [TOOBIG] too much to drop"));
        assert!(heard.closed && heard.commands().is_empty());
        assert!(!heard.output.contains("A "), "{heard:?}");
    }
    let heard = talk(&plain(), |talk| {
        talk.say("A LOGIN {9000+}\r\n");
        talk.say("B NOOP\r\n".repeat(1125));
        assert!(talk.output.is_empty());
        talk.say("\r\nC NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "C OK"]);
    assert_eq!(heard.commands(), ["C NOOP"]);
    assert!(heard.output.starts_with("A BAD [TOOBIG] "));
}

#[test]
fn imap_s_10_literal_minus_has_a_bound() {
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A LOGIN {{4097+}}\r\n{} pass\r\n", "u".repeat(4097)));
        talk.say(format!("B LOGIN {{4096+}}\r\n{} pass\r\n", "u".repeat(4096)));
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
    // Behind login the cap of strings is another, and that of LITERAL- is the same.
    let heard = logged_in(&plain(), |talk| {
        talk.say(format!("A SUBSCRIBE {{4097+}}\r\n{}\r\n", "u".repeat(4097)));
        talk.say(format!("B SUBSCRIBE {{4097}}\r\n{}\r\n", "u".repeat(4097)));
        talk.say(format!("C APPEND x {{4097+}}\r\n{}\r\n", "u".repeat(4097)));
    });
    assert_eq!(heard.answers(), ["A BAD", "+", "B OK", "C BAD"]);
    let plus = plain().offer_all([Extension::LiteralPlus]);
    let heard = logged_in(&plus, |talk| {
        talk.say(format!("A SUBSCRIBE {{4097+}}\r\n{}\r\n", "u".repeat(4097)));
        talk.say(format!("C APPEND x {{20000+}}\r\n{}\r\n", "u".repeat(20_000)));
    });
    assert_eq!(heard.answers(), ["A OK", "C OK"]);
    assert_eq!(heard.stored, ["u".repeat(20_000).into_bytes()]);
}

#[test]
fn imap_s_11_what_is_nearly_a_header() {
    refuses_early(&[
        b"A LOGIN u {}\r\n",
        b"A LOGIN u {-1}\r\n",
        b"A LOGIN u { 1}\r\n",
        b"A LOGIN u {1 }\r\n",
        b"A LOGIN u {0x1}\r\n",
        b"A LOGIN u {1}x\r\n",
        b"A LOGIN u {1}\n",
        b"A LOGIN u ~{1}\r\n",
    ]);
    // Octets may follow that are a literal for the client.
    for line in ["{+1}\r\n", "{1++}\r\n", "{1+}\n", "{+}\r\n"] {
        let heard = talk(&plain(), |talk| talk.say(format!("A LOGIN u {line}B NOOP\r\n")));
        assert!(heard.closed && heard.answers() == ["* BYE"], "{line} {heard:?}");
        assert!(heard.commands().is_empty());
    }
}

#[test]
fn imap_s_12_literals_of_one_command_are_counted() {
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A X {}\r\n", "{1+}\r\na ".repeat(1001)));
        talk.say("B NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
    assert!(heard.output.starts_with("A BAD [LIMIT] "), "{heard:?}");
    let mut config = plain();
    config.limits.command_early = 5000;
    let heard = talk(&config, |talk| {
        talk.say(format!("A ID ({}\r\n", format!("{{1000+}}\r\n{} ", "a".repeat(1000)).repeat(6)));
        talk.say("B NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
}

#[test]
fn imap_s_13_a_literal_is_no_command() {
    let heard = logged_in(&everything(), |talk| {
        talk.say("A APPEND INBOX {26+}\r\nB LOGOUT\r\nC DELETE x\r\n..\r\n\r\nD NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A OK", "D OK"]);
    assert_eq!(heard.commands().len(), 2);
    assert!(heard.commands()[0].contains("B LOGOUT"));
}

#[test]
fn imap_s_14_the_literal_of_an_unknown_command_is_no_command() {
    for command in ["FROB", "(", "LOGIN", "SELECT x y", "NOOP", "\"", "A\0"] {
        let heard = talk(&plain(), |talk| {
            talk.say(format!("A {command} {{15+}}\r\nB NOOP\r\nxxxxx\r\n\r\nC NOOP\r\n"));
        });
        assert_eq!(heard.answers(), ["A BAD", "C OK"], "{command}");
        assert_eq!(heard.commands(), ["C NOOP"], "{command}");
    }
}

#[test]
fn imap_s_15_no_go_for_the_literal_of_an_unknown_command() {
    for command in ["FROB", "(", "LOGIN u p", "SELECT x y", "NOOP", "\"", "A\0"] {
        let heard = talk(&plain(), |talk| {
            talk.say(format!("A {command} {{13}}\r\nB NOOP\r\n"));
        });
        assert_eq!(heard.answers(), ["A BAD", "B OK"], "{command}");
        assert_eq!(heard.commands(), ["B NOOP"], "{command}");
    }
}

#[test]
fn imap_s_16_parentheses_before_login() {
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A NOOP {}", "(".repeat(4000)));
        talk.say("\r\nB NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
    let heard = talk(&plain(), |talk| talk.say(format!("A NOOP {}", "(".repeat(20_000))));
    assert!(heard.closed && heard.answers() == ["* BYE"]);
    refuses_early(&[b"A ID ((\"a\" \"b\"))\r\n", b"A ID (((((((\r\n"]);
}

#[test]
fn imap_s_17_search_keys_are_nested_so_deep_and_not_deeper() {
    let deep = |n: usize| format!("A SEARCH {}ALL{}\r\n", "(".repeat(n), ")".repeat(n));
    let heard = selected(&everything(), |talk| talk.say(deep(30)));
    assert_eq!(heard.answers(), ["A OK"]);
    let rows = [
        deep(40),
        deep(20_000),
        format!("A SEARCH {}ALL\r\n", "NOT ".repeat(10_000)),
        format!("A SEARCH {}\r\n", "OR ".repeat(10_000)),
        format!("A UID SEARCH {}\r\n", "(".repeat(30_000)),
    ];
    // A small stack is enough.
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(move || {
        for row in &rows {
            let mut app = App::new(patient(everything()));
            let mut input = mailwire_testing::drive::Input::new();
            input.push(b"L LOGIN user pass\r\nS SELECT x\r\n");
            input.feed(&mut app);
            input.push(row.as_bytes());
            input.feed(&mut app);
            assert!(app.events.last().unwrap().starts_with("rejected"), "{:?}", app.events);
        }
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn imap_s_18_part_paths_and_lists() {
    let parts = format!("A FETCH 1 BODY[{}1]\r\n", "1.".repeat(20_000));
    let lists = format!("A FETCH 1 {}\r\n", "(".repeat(100));
    refuses_selected(&[parts.as_bytes(), lists.as_bytes(), b"A FETCH 1 ((((FLAGS\r\n"]);
}

#[test]
fn imap_s_19_sequence_sets() {
    refuses_selected(&[
        b"A FETCH 0 FLAGS\r\n",
        b"A FETCH 4294967296 FLAGS\r\n",
        b"A FETCH 1,,2 FLAGS\r\n",
        b"A FETCH ,1 FLAGS\r\n",
        b"A FETCH 1, FLAGS\r\n",
        b"A FETCH 1: FLAGS\r\n",
        b"A FETCH -1 FLAGS\r\n",
        b"A UID STORE 0:5 FLAGS (\\Seen)\r\n",
    ]);
    let heard = selected(&everything(), |talk| {
        for set in ["1:4294967295", "4294967295:1", "*:*", "*"] {
            talk.say(format!("A FETCH {set} FLAGS\r\n"));
        }
    });
    assert_eq!(heard.answers(), ["A OK"; 4]);
    let heard = selected(&patient(everything()), |talk| {
        talk.say(format!("A FETCH {}1 FLAGS\r\nB NOOP\r\n", "1,".repeat(50_000)));
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
}

#[test]
fn imap_s_20_partial_ranges() {
    refuses_selected(&[
        b"A FETCH 1 BODY[]<0.0>\r\n",
        b"A FETCH 1 BODY[]<1.>\r\n",
        b"A FETCH 1 BODY[]<.1>\r\n",
        b"A FETCH 1 BODY[]<1>\r\n",
        b"A FETCH 1 BODY[]<99999999999999999999.1>\r\n",
    ]);
    let heard = selected(&everything(), |talk| {
        talk.say("A FETCH 1 BODY[]<4294967295.4294967295>\r\n");
    });
    assert_eq!(heard.answers(), ["A OK"]);
}

#[test]
fn imap_s_21_mod_sequences_have_63_bits() {
    refuses_selected(&[
        b"A FETCH 1 FLAGS (CHANGEDSINCE 9223372036854775808)\r\n",
        b"A STORE 1 (UNCHANGEDSINCE 99999999999999999999) FLAGS (\\Seen)\r\n",
    ]);
    let heard = selected(&everything(), |talk| {
        talk.say("A FETCH 1 FLAGS (CHANGEDSINCE 9223372036854775807)\r\n");
    });
    assert_eq!(heard.answers(), ["A OK"]);
}

#[test]
fn imap_s_22_a_long_line_does_not_hide_its_literal() {
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A NOOP {} {{8+}}\r\nB NOOP\r\n\r\nC NOOP\r\n", "x".repeat(9000)));
    });
    assert_eq!(heard.answers(), ["A BAD", "C OK"]);
    assert_eq!(heard.commands(), ["C NOOP"]);
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A NOOP {} {{5+}}\r\nhello\r\n", "x".repeat(1 << 20)));
    });
    assert_eq!(heard.limit(), Some("line_early"));
    assert_eq!(heard.answers(), ["* BYE"]);
}

#[test]
fn imap_s_23_a_bad_tag_is_not_repeated() {
    let long = format!("{} NOOP\r\n", "A".repeat(10_000));
    let rows: [&[u8]; 11] = [
        b"\r\n",
        b"* NOOP\r\n",
        b"+ NOOP\r\n",
        b"A\rB NOOP\r\n",
        b"\xff\xfe NOOP\r\n",
        b" NOOP\r\n",
        b"A+1 NOOP\r\n",
        b"A\x1b[2J NOOP\r\n",
        b"{5} NOOP\r\n",
        b"\"a\" NOOP\r\n",
        long.as_bytes(),
    ];
    for row in rows {
        let heard = talk(&plain(), |talk| {
            talk.say(row);
            talk.say("Z NOOP\r\n");
        });
        let row = row.escape_ascii();
        assert_eq!(heard.answers(), ["* BAD", "Z OK"], "{row}");
        assert!(heard.output.len() < 100, "{row}");
    }
    refuses_early(&[b"A\r\n", b"A \r\n", b"A (\r\n"]);
}

#[test]
fn imap_s_24_authenticate() {
    let config = patient(plain());
    let long = "A".repeat(13_000);
    for (line, kind) in [
        ("*", "A BAD"),
        ("=", "A BAD"),
        ("!!", "A BAD"),
        ("QUJD", "A NO"),
        ("", "A NO"),
        (&long, "A BAD"),
    ] {
        let heard = talk(&config, |talk| {
            talk.say("A AUTHENTICATE PLAIN\r\n");
            talk.say(format!("{line}\r\n"));
            talk.say("B NOOP\r\n");
        });
        assert_eq!(heard.answers(), ["+", kind, "B OK"], "{line}");
    }
    let heard = talk(&config, |talk| {
        talk.say("A AUTHENTICATE PLAIN\r\n");
        talk.say("AHVzZXIAcGFzcw==\r\n");
        talk.say("B SELECT x\r\n");
    });
    assert_eq!(heard.answers(), ["+", "A OK", "B OK"]);
    let long = format!("A AUTHENTICATE PLAIN {}=\r\n", "QUJD".repeat(3000));
    let heard = talk(&config, |talk| {
        talk.say("A AUTHENTICATE CRAM-MD5\r\nB AUTHENTICATE PLAIN !\r\nC AUTHENTICATE PLAIN =\r\n");
        talk.say(&long);
        talk.say(long.replace("QUJD=", "QUJD"));
        talk.say(format!("D AUTHENTICATE PLAIN {}\r\n", "QUJD".repeat(3100)));
        talk.say("E NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A NO", "B BAD", "C NO", "A BAD", "A NO", "D BAD", "E OK"]);
    let mut server = server(plain());
    for _ in 0..2 {
        let received = server.receive(b"A AUTHENTICATE PLAIN\r\n").unwrap();
        assert!(matches!(received.event, Some(Event::Command { .. })));
        for _ in 0..8 {
            server.challenge_auth(b"x").unwrap();
            assert!(server.receive(b"QQ==\r\n").unwrap().event.is_some());
        }
        assert_eq!(server.challenge_auth(b"x"), Err(UsageError::Busy));
        server.finish_auth(&status(StatusKind::No, "no")).unwrap();
    }
}

#[test]
fn imap_s_24_credentials_are_not_shown() {
    let lines = [
        "A LOGIN user s3cret\r\n",
        "A LOGIN user \"s3cret\\q\"\r\n",
        "LOGIN user s3cret\r\n",
        "A LOGN user s3cret\r\n",
        "A AUTHENTICATE PLAIN AHVzZXIAczNjcmV0\r\n",
        "A AUTHENTICATE NONE AHVzZXIAczNjcmV0\r\n",
        "A AUTHENTICATE PLAIN AHVzZXIAczNjcmV0=\r\n",
        // A response that comes behind the end of its exchange.
        "AHVzZXIAczNjcmV0\r\n",
    ];
    for line in lines {
        let mut server = server(plain());
        let received = server.receive(line.as_bytes()).unwrap();
        let shown = format!("{:?} {server:?}", received.event.unwrap());
        assert!(!shown.contains("s3cret") && !shown.contains("czNjcmV0"), "{shown}");
    }
}

#[test]
fn imap_s_25_a_command_behind_authenticate_is_a_response() {
    let heard = talk(&plain(), |talk| {
        talk.say("A AUTHENTICATE PLAIN\r\nB NOOP\r\n");
        talk.say("C NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["+", "A BAD", "C OK"]);
    assert_eq!(heard.commands(), ["A AUTHENTICATE PLAIN", "C NOOP"]);
}

#[test]
fn imap_s_26_only_done_ends_idle() {
    let config = patient(everything());
    for line in [
        "B NOOP\r\n",
        "DONE x\r\n",
        "DONE\n",
        "\r\n",
        "B APPEND x {8+}\r\nC NOOP\r\n\r\n",
        "B APPEND x {9}\r\n",
    ] {
        let heard = logged_in(&config, |talk| {
            talk.say("A IDLE\r\n");
            talk.say(line);
            talk.say("Z NOOP\r\n");
        });
        assert_eq!(heard.answers(), ["+", "A BAD", "Z OK"], "{line}");
        assert_eq!(heard.commands(), ["A IDLE", "Z NOOP"], "{line}");
    }
    for line in ["done\r\n", "DONE\r\n", "DoNe \r\n"] {
        let heard = logged_in(&config, |talk| talk.say(format!("A IDLE\r\n{line}Z NOOP\r\n")));
        assert_eq!(heard.answers(), ["+", "A OK", "Z OK"], "{line}");
    }
    let heard = logged_in(&config, |talk| talk.say("DONE\r\nZ NOOP\r\n"));
    assert_eq!(heard.answers(), ["* BAD", "Z OK"]);
}

#[test]
fn imap_s_27_messages() {
    let mut config = patient(everything());
    config.limits.message = 100_000;
    let heard = logged_in(&config, |talk| {
        talk.say("A APPEND x {0}\r\n");
        talk.say("B APPEND x {0+}\r\n\r\n");
        talk.say("C APPEND x {100001}\r\n");
        talk.say("D APPEND x {66666}\r\n");
        talk.say("E NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A NO", "B NO", "C NO", "D NO", "E OK"]);
    assert!(heard.output.contains("C NO [TOOBIG] "));
    assert!(!heard.output.contains('+'));
    let body = "b\0".repeat(10_000);
    let heard = logged_in(&config, |talk| {
        talk.say("A APPEND x {20000}\r\n");
        talk.say(&body);
        assert!(!talk.output.windows(4).any(|octets| octets == b"A NO"));
        talk.say("\r\n");
        talk.say(format!("B APPEND x ~{{20000}}\r\n{body}\r\n"));
        talk.say("C APPEND x {100000}\r\n");
        talk.say("x".repeat(100_000) + "\r\n");
        talk.say("D APPEND x (\\Seen) {3}\r\nabc\r\n");
        talk.say("E APPEND x {3}\r\na\0c\r\n");
    });
    assert_eq!(heard.answers(), ["+", "A NO", "+", "B OK", "+", "C OK", "+", "D OK", "+", "E BAD"]);
    assert_eq!(heard.stored, [body.into_bytes(), "x".repeat(100_000).into_bytes()]);
    let heard = logged_in(&patient(plain()), |talk| {
        talk.say("A APPEND x ~{20000}\r\n");
        talk.say("B APPEND x ~{3+}\r\nabc\r\n");
        talk.say("C APPEND x {3+}\r\nabc {3+}\r\nabc\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B BAD", "C BAD"]);
}

#[test]
fn imap_s_28_sums_of_parts() {
    let config = patient(everything());
    let heard = logged_in(&config, |talk| {
        talk.say("A APPEND x CATENATE (TEXT {18446744073709551615}\r\n");
        talk.say("B APPEND x CATENATE (TEXT {9223372036854775807}\r\n");
        talk.say("C APPEND x CATENATE (TEXT {52428700}\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B NO", "+"]);
    let mut config = config;
    config.limits.message = 50_000;
    let heard = logged_in(&config, |talk| {
        talk.say("A APPEND x CATENATE (TEXT {30000}\r\n");
        talk.say("x".repeat(30_000));
        talk.say(" TEXT {20000}\r\n");
        talk.say("x".repeat(20_000));
        talk.say(" URL \"/INBOX/;UID=1\" TEXT {1}\r\n");
        talk.say("B NOOP\r\n");
        talk.say("C APPEND x CATENATE (TEXT {30000}\r\n");
        talk.say("x".repeat(30_000));
        talk.say(" TEXT {20000}\r\n");
        talk.say("x".repeat(20_000));
        talk.say(") (\\Seen) {40000}\r\n");
        talk.say("y".repeat(40_000));
        talk.say("\r\nD NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["+", "+", "A NO", "B OK", "+", "+", "+", "C OK", "D OK"]);
    assert_eq!(heard.stored.len(), 5);
}

#[test]
fn imap_s_28_annotations_are_streamed_too() {
    let mut config = patient(everything());
    config.limits.message = 50_000;
    let heard = logged_in(&config, |talk| {
        talk.say("A SETMETADATA x (/shared/a \"v\" /shared/b {20000}\r\n");
        talk.say("x".repeat(20_000));
        talk.say(" /shared/c {3}\r\nabc /shared/d ~{30000}\r\n");
        talk.say("\0".repeat(30_000));
        talk.say(" /shared/e NIL)\r\n");
        talk.say("B SETMETADATA x (/shared/a {50001}\r\n");
        talk.say("C SETMETADATA x (/shared/a {66666}\r\n");
        talk.say("D SETMETADATA x (/shared/a {20000}\r\n");
        talk.say("x".repeat(20_000));
        talk.say(" b)\r\nE SETMETADATA x (/shared/a {3}\r\nabc)\r\n");
    });
    let answers = ["+", "+", "+", "A OK", "B NO", "C NO", "+", "D BAD", "+", "E OK"];
    assert_eq!(heard.answers(), answers, "{heard:?}");
    assert_eq!(heard.stored.len(), 3);
}

#[test]
fn imap_s_29_mailbox_names_hide_nothing() {
    refuses_selected(&[b"A CREATE \"a\rb\"\r\n"]);
    // The name stays as it came; what it says is for those who ask.
    for name in ["&AA0ACg-x", "&AAA-", "&Jjo", "&-&", "../../x"] {
        let mut server = server(plain());
        let login = server.receive(b"L LOGIN user pass\r\n").unwrap();
        let Some(Event::Command { ticket, .. }) = login.event else { panic!() };
        server.accept(ticket).unwrap();
        let line = format!("A CREATE \"{name}\"\r\n");
        let received = server.receive(line.as_bytes()).unwrap();
        match received.event {
            Some(Event::Command { command: Command::Create(create), .. }) => {
                let shown = create.mailbox.decode(server.mode());
                let bad =
                    shown.is_err() || shown.is_ok_and(|shown| !shown.chars().any(char::is_control));
                assert!(bad, "{name}");
            }
            Some(Event::Rejected { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn imap_s_30_patterns_cost_no_more_than_their_length() {
    let heard = logged_in(&everything(), |talk| {
        talk.say(format!("A LIST \"\" \"{}\"\r\n", "%*".repeat(200)));
    });
    assert_eq!(heard.answers(), ["A OK"]);
    let pattern = format!("{}b", "%*".repeat(200));
    let pattern = MailboxPattern::new(&pattern[..]).unwrap();
    let name = Mailbox::new("a".repeat(5000)).unwrap();
    assert!(!pattern.matches(&name, Some(b'/')));
}

#[test]
fn imap_s_31_id_has_bounds() {
    let pair = |n: usize| (0..n).map(|i| format!("\"k{i}\" \"v\"")).collect::<Vec<_>>().join(" ");
    let rows = [
        format!("A ID ({})\r\n", pair(31)),
        format!("A ID (\"{}\" \"v\")\r\n", "k".repeat(31)),
        format!("A ID (\"k\" \"{}\")\r\n", "v".repeat(1025)),
        "A ID (\"k\")\r\n".into(),
    ];
    let rows: Vec<&[u8]> = rows.iter().map(String::as_bytes).collect();
    refuses_early(&rows);
    let heard = talk(&everything(), |talk| {
        talk.say(format!("A ID ({})\r\n", pair(30)));
        talk.say("B ID (\"k\" {4+}\r\na\r\nb)\r\n");
        talk.say("C ID NIL\r\n");
    });
    assert_eq!(heard.answers(), ["A OK", "B OK", "C OK"]);
}

#[test]
fn imap_s_32_compression_once() {
    let config = patient(everything());
    let heard = logged_in(&config, |talk| {
        talk.say("A COMPRESS X-LZ\r\n");
        talk.say("B COMPRESS DEFLATE\r\n");
        assert_eq!(talk.app.server.waiting_for(), Wait::Application);
        talk.app.server.compress_started().unwrap();
        // From here on the driver inflates, and the limits are those of what comes out.
        talk.say("C COMPRESS DEFLATE\r\nD STARTTLS\r\nE CAPABILITY\r\n");
        talk.say("x".repeat(200_000));
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK", "C NO", "D BAD", "E OK", "* BYE"]);
    assert!(heard.output.contains("C NO [COMPRESSIONACTIVE] "));
    assert!(!heard.output.contains("COMPRESS=DEFLATE"));
    assert_eq!(heard.limit(), Some("line"));
}

#[test]
fn imap_s_33_what_is_behind_compress_is_no_plaintext() {
    let heard = logged_in(&everything(), |talk| talk.say("A COMPRESS DEFLATE\r\nB NOOP\r\n"));
    assert_eq!(heard.answers(), ["A OK"]);
    assert_eq!(heard.commands(), ["A COMPRESS DEFLATE"]);
    assert!(heard.events.iter().any(|event| event == "compress ready"));
    let mut server = server(everything());
    let input = b"L LOGIN user pass\r\nA COMPRESS DEFLATE\r\n\xffdeflate";
    let mut at = 0;
    loop {
        let received = server.receive(&input[at..]).unwrap();
        at += received.consumed;
        server.transmitted(usize::MAX);
        match received.event {
            Some(Event::Command { ticket, .. }) => server.accept(ticket).unwrap(),
            Some(Event::CompressReady) => break,
            None => server.transmitted(usize::MAX),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(&input[at..], b"\xffdeflate");
}

#[test]
fn imap_s_34_pipelined_commands_wait_and_are_not_lost() {
    let mut app = App::new(everything());
    app.later = vec!["NOOP"];
    let mut input = mailwire_testing::drive::Input::new();
    input.push("A NOOP\r\n".repeat(100_000).as_bytes());
    let mut answered = 0;
    while answered < 100_000 {
        input.feed(&mut app);
        assert!(app.server.owed() <= 16 && !app.waiting.is_empty());
        app.waiting.reverse();
        for ticket in std::mem::take(&mut app.waiting) {
            app.server.accept(ticket).unwrap();
            answered += 1;
        }
        app.server.transmitted(usize::MAX);
        app.events.clear();
    }
    assert!(input.bytes().is_empty() || !input.feed(&mut app));
}

#[test]
fn imap_s_35_what_is_stored_cannot_pose_as_a_response() {
    for evil in ["a\r\n* BYE", "x\nb", "a\0b"] {
        // A name with a line end goes out as a literal, if at all.
        if let Ok(mailbox) = Mailbox::new(evil) {
            assert!(mailbox.to_bytes().starts_with(b"{"));
        }
        assert!(Text::new(evil).is_err());
        assert!(Keyword::new(evil).is_err());
        assert!(ServerConfig::new(evil).is_err());
    }
    assert!(Keyword::new("x)").is_err() && NzNumber::new(0).is_err());
    let mut server = server(plain());
    // A text cannot pose as a code, nor a status as another.
    assert!(Status::new(StatusKind::Ok, Text::new("[ALERT] x").unwrap()).is_err());
    let received = server.receive(b"A NOOP\r\n").unwrap();
    let Some(Event::Command { ticket, .. }) = received.event else { panic!() };
    let bye = status(StatusKind::Bye, "x");
    assert_eq!(server.complete(ticket, &bye), Err(UsageError::WrongAnswer { what: "a command" }));
    assert!(server.send(&Data::Condition(bye)).is_err());
    assert!(server.transmit().is_empty());
}

#[test]
fn imap_s_36_flags() {
    let long = format!("A STORE 1 FLAGS ({})\r\n", "x".repeat(70_000));
    refuses_selected(&[
        b"A STORE 1 FLAGS (\\Recent)\r\n",
        b"A STORE 1 FLAGS (a(b)\r\n",
        b"A STORE 1 FLAGS (\\\\)\r\n",
        b"A STORE 1 FLAGS (\\*)\r\n",
        long.as_bytes(),
    ]);
}

#[test]
fn imap_s_37_dates() {
    refuses_selected(&[
        b"A APPEND x \"99-Feb-0000 99:99:99 +9999\" {1}\r\n",
        b"A APPEND x \"31-Dec-9999 24:61:61 -9999\" {1}\r\n",
        b"A APPEND x \"99-Feb-0000 99:99:99 +9999\" {1+}\r\nx\r\n",
    ]);
}

#[test]
fn imap_s_38_eight_bit_octets() {
    refuses_selected(&[
        b"A CREATE Entw\xc3\xbcrfe\r\n",
        b"A CREATE \"Entw\xc3\xbcrfe\"\r\n",
        b"A CREATE \"\xff\"\r\n",
    ]);
    let heard = logged_in(&everything(), |talk| {
        talk.say(b"A CREATE {9+}\r\nEntw\xc3\xbcrfe\r\n");
        talk.say("B ENABLE UTF8=ACCEPT\r\n");
        talk.say(b"C CREATE \"Entw\xc3\xbcrfe\"\r\n");
        talk.say(b"D CREATE \"\xff\"\r\n");
    });
    assert_eq!(heard.answers(), ["A OK", "B OK", "C OK", "D BAD"]);
}

#[test]
fn imap_s_39_bad_commands_are_counted() {
    let heard = talk(&plain(), |talk| talk.say("A FROB\r\n".repeat(10)));
    assert_eq!(heard.answers(), ["A BAD", "A BAD", "A BAD", "A BAD", "* BYE"]);
    assert_ended(&heard, PeerError::Limit { name: "bad_commands_early", limit: 3 });
    let heard = logged_in(&plain(), |talk| talk.say("A FROB\r\n".repeat(30)));
    assert_eq!(heard.answers().len(), 22);
    assert_ended(&heard, PeerError::Limit { name: "bad_commands", limit: 20 });
    let heard = talk(&plain(), |talk| talk.say("A LOGIN user guess\r\n".repeat(10)));
    assert_eq!(heard.answers().len(), 5);
    assert_ended(&heard, PeerError::Limit { name: "bad_commands_early", limit: 3 });
}

#[test]
fn imap_s_40_truncated_commands() {
    for line in [
        "A001 LOGIN {11}\r\n",
        "A LOGIN {3}\r",
        "A LOGIN {3}\r\nab",
        "A",
        "A IDLE\r\n",
        "A AUTHENTICATE PLAIN\r\n",
    ] {
        let heard = logged_in(&patient(everything()), |talk| {
            talk.say(line.replace("LOGIN", "SUBSCRIBE").replace("AUTHENTICATE PLAIN", "IDLE"));
            talk.end();
        });
        assert_eq!(heard.error, Some(PeerError::Eof), "{line} {heard:?}");
        assert!(heard.closed && !heard.answers().contains(&"A OK".to_string()), "{line}");
    }
    let heard = talk(&plain(), |talk| {
        talk.say("A AUTHENTICATE PLAIN\r\n");
        talk.end();
    });
    assert_eq!(heard.error, Some(PeerError::Eof));
}

#[test]
fn imap_s_41_line_ends() {
    refuses_early(&[b"A NOOP\n", b"A NOOP\r\r\n"]);
    let mut config = plain();
    config.tolerance = config.tolerance.with(mailwire_imap::Deviation::BareLfLine);
    let heard = talk(&config, |talk| talk.say("A NOOP\nB NOOP\r\r\nC NOOP\r\n"));
    assert_eq!(heard.answers(), ["A OK", "B BAD", "C OK"]);
}
