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
use mailwire_imap::element::mailbox::Mailbox;
use mailwire_imap::element::number::NzNumber;
use mailwire_imap::element::text::Text;
use mailwire_imap::server::{Event, Server, ServerConfig, TlsPolicy};
use mailwire_imap::{
    Data, Extension, Machine, PeerError, Received, State, Status, StatusKind, UsageError, Wait,
};
use mailwire_testing::cut::{Cut, random, same};
use mailwire_testing::drive;
use support::server::{
    App, assert_ended, everything, logged_in, patient, plain, server, status, talk, talk_once,
    with_tls,
};

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
    assert_eq!(error, PeerError::Overrun { name: "line_early", limit: 8192 });
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
fn imap_s_32_compression_once() {
    let config = patient(everything());
    let heard = logged_in(&config, |talk| {
        talk.say("A COMPRESS X-LZ\r\n");
        talk.say("B COMPRESS DEFLATE\r\n");
        assert_eq!(talk.app.server.waiting_for(), Wait::Application);
        talk.app.server.compression_started().unwrap();
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

/// RFC 8437: compression ends with UNAUTHENTICATE, which the server does not refuse, and nothing that
/// comes out of the inflater behind it is run.
#[test]
fn compression_ends_with_unauthenticate() {
    let mut config = everything();
    config.tls = TlsPolicy::Opportunistic;
    let mut server = server(config);
    let refuse = |server: &mut Server, ticket, kind| {
        server.complete(ticket, &status(kind, "not now")).unwrap_err()
    };
    let wrong = UsageError::WrongAnswer { what: "UNAUTHENTICATE" };
    let next = |server: &mut Server, line: &[u8]| {
        let Received { consumed, event } = server.receive(line).unwrap();
        let Some(Event::Command { ticket, .. }) = event else { panic!("{event:?}") };
        assert_eq!(consumed, line.iter().position(|octet| *octet == b'\n').unwrap() + 1);
        ticket
    };
    for line in [&b"A LOGIN user pass\r\n"[..], b"B COMPRESS DEFLATE\r\n"] {
        let ticket = next(&mut server, line);
        server.accept(ticket).unwrap();
    }
    drive::output(&mut server);
    assert!(matches!(server.receive(b"").unwrap().event, Some(Event::CompressReady)));
    server.compression_started().unwrap();
    assert!(server.is_inflating());

    let ticket = next(&mut server, b"C UNAUTHENTICATE\r\nD NOOP\r\n");
    assert!(!server.is_inflating() && server.is_compressed());
    assert_eq!(refuse(&mut server, ticket, StatusKind::No), wrong);
    assert_eq!(refuse(&mut server, ticket, StatusKind::Bad), wrong);
    server.accept(ticket).unwrap();
    // Not before the OK is written, the last octets that are deflated.
    assert!(server.receive(b"D NOOP\r\n").unwrap().event.is_none());
    assert!(server.bye(&status(StatusKind::Bye, "bye")).is_err());
    assert!(drive::output(&mut server).windows(8).any(|octets| octets == b"STARTTLS"));
    let Received { consumed, event } = server.receive(b"D NOOP\r\n").unwrap();
    assert!(consumed == 0 && matches!(event, Some(Event::CompressEnd)));
    assert_eq!(server.waiting_for(), Wait::Application);
    assert!(server.receive(b"D NOOP\r\n").unwrap().event.is_none());
    server.compression_ended().unwrap();
    assert!(!server.is_compressed() && server.compression_ended().is_err());
    assert_eq!(server.state(), State::NotAuthenticated);

    // Without compression BAD is possible; NO is not.
    let ticket = next(&mut server, b"E LOGIN user pass\r\n");
    server.accept(ticket).unwrap();
    let ticket = next(&mut server, b"F UNAUTHENTICATE\r\n");
    assert_eq!(refuse(&mut server, ticket, StatusKind::No), wrong);
    server.complete(ticket, &status(StatusKind::Bad, "not now")).unwrap();
    assert_eq!(server.state(), State::Authenticated);
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
