//! Hostile clients: what all protocols have to fear, STARTTLS, order, LMTP. Each test is a row of the
//! attack table that the house keeps, and each script runs whole, octet by octet and cut at random.
//! Lines and budgets are in `hostile_commands.rs`, bodies in `hostile_bodies.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_smtp::element::path::ReversePath;
use mailwire_smtp::server::{Event, Protocol, Server, TlsPolicy};
use mailwire_smtp::{Command, Machine, PeerError, Reply, ServerConfig, State, Wait};
use mailwire_testing::drive::Driven as _;
use support::script::{assert_closed, greeted, refuses, talk, talk_from_the_start};
use support::{everything, server_config, with_auth};

/// A server with STARTTLS and AUTH.
fn with_tls(tls: TlsPolicy) -> ServerConfig {
    let mut config = everything();
    config.tls = tls;
    config
}

// --- All protocols.

#[test]
fn x_01_a_drip_costs_no_more_than_a_feed() {
    // The framer is shown everything again with each octet; were it to look at it again, this would
    // be 10^10 octets.
    let mut config = server_config();
    config.limits.line = 1 << 18;
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
    assert!(matches!(received.event, Some(Event::Command { command: Command::Noop(_), .. })));
}

/// Behind EHLO, with nothing in its queue.
fn quiet_server(config: ServerConfig) -> Server {
    let mut server = Server::new(std::sync::Arc::new(config));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    server.receive(b"EHLO a\r\n").unwrap();
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    server
}

#[test]
fn x_02_empty_input_changes_nothing() {
    for phase in ["", "EHLO a\r\n", "EHLO a\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n"] {
        let mut app = support::App::new(with_auth());
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
        "EHLO a\r\n|MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n|hi\r\n.\r\n|QUIT\r\n",
        "EHLO a\r\n|MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 2\r\nhiBDAT 3 LAST\r\nyou|QUIT\r\n",
        "EHLO a\r\n|AUTH PLAIN\r\n|AHVzZXIAcGFzcw==\r\n|MAIL FROM:<a@x>\r\n|RSET\r\n",
    ];
    for transcript in transcripts {
        let all = transcript.replace('|', "");
        for end in 0..=all.len() {
            let mut app = support::App::new(with_auth());
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
                app.output();
            }
            let whole = all[..end].contains("\r\n.\r\n") || all[..end].contains("you");
            assert_eq!(app.stored.len(), usize::from(whole), "{end} of {transcript}");
            let result = app.server.receive_eof();
            assert!(matches!(result, Ok(()) | Err(PeerError::Eof)));
            let clean = pending.is_empty() && app.server.waiting_for() == Wait::Closed;
            assert!(clean || result.is_err() || app.server.is_closed());
            assert!(app.server.is_closed());
            assert_eq!(app.server.receive_eof(), result);
        }
    }
}

#[test]
fn x_03_the_end_in_the_middle_is_no_clean_end() {
    for (before, clean) in [
        ("", true),
        ("NOO", false),
        ("AUTH PLAIN\r\n", false),
        ("AUTH PLAIN\r\nAHV", false),
        ("MAIL FROM:<a@x>\r\n", true),
        ("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n", false),
        ("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nhi\r\n.\r", false),
        ("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 3\r\nab", false),
        ("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 3\r\nabc", true),
    ] {
        let heard = greeted(&with_auth(), |talk| {
            talk.say(before);
            talk.end();
        });
        assert_eq!(heard.error, (!clean).then_some(PeerError::Eof), "{before}");
        assert!(heard.closed && heard.stored.is_empty());
    }
}

#[test]
fn x_04_nothing_happens_behind_the_end() {
    // Behind QUIT what is pipelined is dropped, in silence: it does no harm and is never run.
    let heard = greeted(&server_config(), |talk| {
        talk.say("QUIT\r\nMAIL FROM:<a@x>\r\n");
        talk.say("NOOP\r\n");
    });
    assert_eq!(heard.events, ["QUIT", "closed"]);
    assert_eq!(heard.codes(), [221]);
    // Behind an error the error comes again.
    let heard = greeted(&server_config(), |talk| {
        talk.say("BDAT x\r\n");
        talk.say("NOOP\r\n");
        talk.end();
    });
    assert_closed(&heard, PeerError::ChunkSize, 501);
    assert_eq!(heard.codes(), [501]);
    assert!(heard.commands().is_empty());
    // And behind our own 421.
    let mut server = quiet_server(server_config());
    let reply = Reply::parse(b"421 4.3.2 shutting down\r\n").unwrap();
    server.close(&reply).unwrap();
    assert!(matches!(server.receive(b"NOOP\r\n").unwrap().event, Some(Event::Closed)));
    assert!(server.receive(b"NOOP\r\n").unwrap().event.is_none());
    assert!(server.close(&reply).is_err() && server.accept().is_err());
}

#[test]
fn x_05_a_peer_that_does_not_read_is_not_heard() {
    let mut server = quiet_server(server_config());
    let limit = mailwire_smtp::Limits::default().transmit;
    let input = b"NOOP\r\n".repeat(100_000);
    let (mut consumed, mut commands) = (0, 0);
    loop {
        let received = server.receive(&input[consumed..]).unwrap();
        consumed += received.consumed;
        if received.event.is_none() {
            assert_eq!(received.consumed, 0);
            if consumed == input.len() {
                break;
            }
            assert_eq!(server.waiting_for(), Wait::Transmit);
            assert!(server.transmit().len() > limit && server.transmit().len() < limit + 64);
            server.transmitted(usize::MAX);
            continue;
        }
        commands += 1;
        server.accept().unwrap();
    }
    assert_eq!(commands, 100_000, "nothing is lost");
}

#[test]
fn x_06_a_line_without_an_end_is_not_kept() {
    let mut server = quiet_server(server_config());
    let block = vec![b'A'; 1 << 20];
    for _ in 0..1000 {
        assert_eq!(server.receive(&block).unwrap().consumed, block.len());
    }
    let received = server.receive(b"MAIL FROM:<e@x>\r\nNOOP\r\n").unwrap();
    assert!(matches!(
        received.event,
        Some(Event::Rejected { line: b"", error: PeerError::Limit { name: "line", .. } })
    ));
    assert!(matches!(
        server.receive(b"NOOP\r\n").unwrap().event,
        Some(Event::Command { command: Command::Noop(_), .. })
    ));
}

#[test]
fn x_08_what_a_client_says_is_escaped_in_debug() {
    let mut server = quiet_server(server_config());
    let received = server.receive(b"VRFY \x1b[2J\xe2\x80\xae\r\n").unwrap();
    let text = format!("{:?}", received.event);
    assert!(!text.contains('\x1b') && !text.contains('\u{202e}'), "{text}");
}

#[test]
fn x_09_sizes_have_64_bits() {
    let config = everything();
    refuses(&config, "", &[(b"MAIL FROM:<a@x> SIZE=4294967296\r\n", 552)]);
    let heard = greeted(&config, |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 4294967296 LAST\r\nNOOP\r\n");
    });
    assert_closed(&heard, PeerError::Limit { name: "message", limit: 52_428_800 }, 552);
    assert_eq!(heard.commands(), ["MAIL FROM:<a@x>", "RCPT TO:<b@x>"]);
}

#[test]
fn x_10_other_protocols_get_one_answer() {
    for first in [
        "POST / HTTP/1.1\r\n",
        "GET / HTTP/1.0\r\n",
        "CONNECT x:25 HTTP/1.1\r\n",
        "\x16\x03\x01\r\n",
    ] {
        let heard = talk(&server_config(), |talk| {
            talk.say(format!("{first}Host: x\r\n\r\nEHLO a\r\n"));
            talk.say("EHLO a\r\n");
        });
        assert_closed(&heard, PeerError::WrongProtocol, 554);
        assert_eq!(heard.codes(), [554]);
        assert!(heard.commands().is_empty());
    }
}

#[test]
fn x_11_nothing_is_heard_behind_the_end_of_the_stream() {
    let heard = greeted(&server_config(), |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 5 LAST\r\nab");
        talk.end();
        talk.say("cdeNOOP\r\n");
    });
    assert_eq!(heard.error, Some(PeerError::Eof));
    assert!(heard.stored.is_empty() && heard.commands().last() == Some(&"BDAT 5 LAST"));
}

#[test]
fn x_12_the_policy_is_for_life() {
    let config = with_tls(TlsPolicy::Required);
    let heard = greeted(&config, |talk| {
        talk.say("RSET\r\nMAIL FROM:<a@x>\r\n");
        talk.say("EHLO b\r\n");
        talk.say("MAIL FROM:<a@x>\r\n");
        assert!(!talk.app.server.is_tls());
    });
    assert_eq!(heard.codes(), [250, 530, 250, 530]);
}

#[test]
fn x_13_nothing_is_taken_while_the_handshake_is_due() {
    let heard = greeted(&with_tls(TlsPolicy::Opportunistic), |talk| {
        talk.say("STARTTLS\r\n");
        assert!(talk.app.tls && talk.app.server.waiting_for() == Wait::Tls);
        talk.say("NOOP\r\n");
        assert!(talk.app.server.tls_started().is_err());
    });
    assert_eq!(heard.error, Some(PeerError::DataAfterStartTls));
    // Nothing in plaintext goes behind the 220: the client could take it for what TLS brought.
    assert_eq!(heard.codes(), [220]);
}

#[test]
fn x_14_each_phase_has_its_timeout() {
    let mut app = support::App::new(with_auth());
    let mut waits = vec![app.server.waiting_for()];
    app.output();
    for line in
        ["EHLO a\r\n", "AUTH PLAIN\r\n", "*\r\n", "MAIL FROM:<a@x>\r\n", "RCPT TO:<b@x>\r\n"]
    {
        app.feed(line.as_bytes());
        app.output();
        waits.push(app.server.waiting_for());
    }
    app.feed(b"DATA\r\n");
    waits.push(app.server.waiting_for());
    let (command, body) = (Wait::Command, Wait::Body);
    assert_eq!(waits, [command, command, Wait::Auth, command, command, command, body]);
    for wait in waits.into_iter().chain([Wait::Tls, Wait::Transmit]) {
        assert!(mailwire_smtp::limits::timeout(wait).is_some(), "{wait}");
    }
}

// --- STARTTLS and order.

#[test]
fn smtp_s_01_plaintext_behind_starttls() {
    let heard = greeted(&with_tls(TlsPolicy::Opportunistic), |talk| {
        talk.say("STARTTLS\r\nEHLO evil\r\n");
        assert!(talk.app.server.tls_started().is_err());
        talk.say("EHLO evil\r\n");
    });
    assert_closed(&heard, PeerError::DataAfterStartTls, 554);
    assert_eq!(heard.codes(), [554], "no 220");
    assert_eq!(heard.commands(), ["STARTTLS"]);
}

#[test]
fn smtp_s_01_also_when_the_driver_writes_between_two_events() {
    // The application answers late, and what it answers is written before the next call.
    let mut server = quiet_server(with_tls(TlsPolicy::Opportunistic));
    let input = b"STARTTLS\r\nEHLO evil\r\n";
    let consumed = server.receive(input).unwrap().consumed;
    server.accept().unwrap();
    assert!(server.transmit().first().starts_with(b"554 "));
    server.transmitted(usize::MAX);
    assert!(server.receive(&input[consumed..]).is_err());
    assert!(server.tls_started().is_err());
}

#[test]
fn smtp_s_02_plaintext_before_the_220_is_written() {
    let config = with_tls(TlsPolicy::Opportunistic);
    let heard = greeted(&config, |talk| {
        talk.shout("NOOP\r\nSTARTTLS\r\n");
        talk.shout("EHLO evil\r\n");
    });
    assert_closed(&heard, PeerError::DataAfterStartTls, 554);
    assert_eq!(heard.codes(), [250, 554], "what was before STARTTLS is answered");
    // Once a part of the 220 is written the rest has to go out, and nothing behind it.
    let heard = greeted(&config, |talk| {
        talk.shout("STARTTLS\r\n");
        talk.read_octets(3);
        talk.shout("EHLO evil\r\n");
        talk.read();
        assert!(talk.app.server.tls_started().is_err());
    });
    assert_eq!(heard.error, Some(PeerError::DataAfterStartTls));
    assert_eq!(heard.output, "220 2.0.0 ready to start TLS\r\n");
    assert!(!heard.events.contains(&"tls ready".into()));
}

#[test]
fn smtp_s_03_blanks_behind_starttls() {
    // Blanks are tolerated, so it is STARTTLS and row 1 holds.
    for line in ["starttls \r\n", "STARTTLS\t\r\n"] {
        let heard = greeted(&with_tls(TlsPolicy::Opportunistic), |talk| {
            talk.say(format!("{line}NOOP\r\n"));
        });
        assert_closed(&heard, PeerError::DataAfterStartTls, 554);
        assert_eq!(heard.commands(), ["STARTTLS"]);
    }
    // Without that tolerance it is refused, and NOOP is plaintext like what came before.
    let mut config = with_tls(TlsPolicy::Opportunistic);
    config.tolerance = mailwire_smtp::Tolerance::strict();
    refuses(&config, "", &[(b"starttls \r\n", 501), (b"STARTTLS\t\r\n", 501)]);
}

#[test]
fn smtp_s_04_nothing_lives_through_starttls() {
    let mut config = with_tls(TlsPolicy::Opportunistic);
    config.auth_without_tls = true;
    let heard = greeted(&config, |talk| {
        talk.say("AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
        talk.say("FOO\r\n");
        talk.say("MAIL FROM:<a@x>\r\n");
        talk.say("RSET\r\n");
        talk.say("STARTTLS\r\n");
        let server = &mut talk.app.server;
        server.tls_started().unwrap();
        assert_eq!(server.state(), State::Greeted);
        assert!(server.is_tls() && !server.is_authenticated() && server.recipients() == 0);
        talk.forget();
        talk.say("RCPT TO:<b@y>\r\n");
        talk.say("MAIL FROM:<a@x>\r\n");
        talk.say("EHLO b\r\n");
        assert_eq!(talk.app.server.state(), State::Ready);
    });
    assert_eq!(heard.codes(), [503, 503, 250]);
    assert!(!heard.output.contains("STARTTLS") && heard.output.contains("AUTH "));
}

#[test]
fn smtp_s_05_starttls_out_of_place() {
    let config = with_tls(TlsPolicy::Opportunistic);
    refuses(&config, "", &[(b"STARTTLS x\r\n", 501)]);
    refuses(&config, "MAIL FROM:<a@x>\r\n", &[(b"STARTTLS\r\n", 503)]);
    let heard = greeted(&config, |talk| {
        talk.say("STARTTLS\r\n");
        talk.app.server.tls_started().unwrap();
        talk.forget();
        talk.say("STARTTLS\r\n");
        talk.say("EHLO a\r\n");
        talk.say("STARTTLS\r\n");
    });
    assert_eq!(heard.codes(), [503, 250, 503]);
    assert!(!heard.output.contains("STARTTLS"));
    // Not offered, not there.
    refuses(&with_tls(TlsPolicy::None), "", &[(b"STARTTLS\r\n", 502)]);
}

#[test]
fn smtp_s_06_no_credentials_without_tls() {
    let config = with_tls(TlsPolicy::Required);
    refuses(&config, "", &[(b"AUTH PLAIN AHVzZXIAcGFzcw==\r\n", 538)]);
    refuses(&config, "", &[(b"MAIL FROM:<a@x>\r\n", 530), (b"VRFY x\r\n", 530)]);
    // What is refused is shown without the response, in any form.
    let mut server = quiet_server(config);
    for line in
        ["AUTH PLAIN AHVzZXIAcGFzcw==", "AUTH PLAIN \x01AHVz", "auth=PLAIN AHVzZXIAcGFzcw=="]
    {
        let input = format!("{line}\r\n");
        let received = server.receive(input.as_bytes()).unwrap();
        let Some(Event::Rejected { line: shown, .. }) = received.event else { panic!("{line}") };
        assert_eq!(shown, &line.as_bytes()[..10]);
    }
}

#[test]
fn smtp_s_07_early_talkers() {
    let mut config = server_config();
    let heard = talk_from_the_start(&config, |talk| talk.say("EHLO a\r\n"));
    assert_closed(&heard, PeerError::EarlyTalker, 554);
    assert_eq!(heard.codes(), [220, 554]);
    assert!(heard.commands().is_empty());
    config.tolerate_early_talkers = true;
    let heard = talk_from_the_start(&config, |talk| talk.say("EHLO a\r\nNOOP\r\n"));
    assert_eq!(heard.codes(), [220, 250, 250]);
}

#[test]
fn smtp_s_08_pipelining_before_it_is_offered() {
    let mut config = server_config();
    for hello in ["EHLO a", "HELO a"] {
        let heard = talk(&config, |talk| talk.say(format!("{hello}\r\nMAIL FROM:<a@x>\r\n")));
        assert_closed(&heard, PeerError::EarlyTalker, 554);
        assert_eq!(heard.codes(), [250, 554]);
        assert_eq!(heard.commands(), [hello]);
    }
    config.tolerate_early_talkers = true;
    let heard = talk(&config, |talk| talk.say("EHLO a\r\nMAIL FROM:<a@x>\r\n"));
    assert_eq!(heard.codes(), [250, 250]);
    assert_eq!(heard.commands(), ["EHLO a", "MAIL FROM:<a@x>"], "in their order");
}

#[test]
fn smtp_s_08_also_when_the_driver_writes_between_two_events() {
    let mut server = Server::new(std::sync::Arc::new(server_config()));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    let input = b"EHLO a\r\nMAIL FROM:<a@x>\r\n";
    let consumed = server.receive(input).unwrap().consumed;
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    assert_eq!(server.receive(&input[consumed..]).unwrap_err(), PeerError::EarlyTalker);
}

#[test]
fn smtp_s_09_the_body_of_a_refused_data_is_no_commands() {
    let body = "RCPT TO:<v@x>\r\n.\r\nMAIL FROM:<e@x>\r\n";
    for (data, code) in [("DATA\r\n", 503), ("DATA now\r\n", 501), ("DATA\n", 500)] {
        let heard = greeted(&server_config(), |talk| {
            talk.say("MAIL FROM:<a@x>\r\n");
            talk.say(format!("RCPT TO:<no@x>\r\n{data}{body}"));
        });
        assert_closed(&heard, PeerError::EarlyTalker, 554);
        assert_eq!(heard.codes(), [250, 550, code, 554]);
        assert_eq!(heard.commands(), ["MAIL FROM:<a@x>", "RCPT TO:<no@x>"]);
    }
    // A client that waits for the reply goes on.
    let heard = greeted(&server_config(), |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<no@x>\r\nDATA\r\n");
        talk.say("RSET\r\n");
    });
    assert_eq!(heard.codes(), [250, 550, 503, 250]);
}

#[test]
fn smtp_s_09_the_application_refuses_data() {
    let mut server = quiet_server(server_config());
    let input = b"MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nRCPT TO:<v@x>\r\n.\r\n";
    let mut consumed = 0;
    for _ in 0..2 {
        consumed += server.receive(&input[consumed..]).unwrap().consumed;
        server.accept().unwrap();
        server.transmitted(usize::MAX);
    }
    consumed += server.receive(&input[consumed..]).unwrap().consumed;
    server.reject_body(&Reply::parse(b"554 5.7.1 no\r\n").unwrap()).unwrap();
    server.transmitted(usize::MAX);
    assert_eq!(server.receive(&input[consumed..]).unwrap_err(), PeerError::EarlyTalker);
}

// --- LMTP.

fn lmtp() -> ServerConfig {
    let mut config = server_config();
    config.protocol = Protocol::Lmtp;
    config
}

#[test]
fn lmtp_01_one_reply_for_each_accepted_recipient() {
    let heard = greeted(&lmtp(), |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<no@x>\r\nRCPT TO:<c@x>\r\nDATA\r\n");
        talk.say("hi\r\n.\r\nNOOP\r\n");
    });
    assert_eq!(heard.codes(), [250, 250, 550, 250, 354, 250, 250, 250]);
    assert_eq!(heard.stored[0].to, ["<b@x>", "<c@x>"]);
    let heard = greeted(&lmtp(), |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<no@x>\r\nDATA\r\n");
        talk.say("NOOP\r\n");
    });
    assert_eq!(heard.codes(), [250, 550, 503, 250]);
    // A refusal of the machine's own is one for each, too.
    let heard = greeted(&lmtp(), |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\nDATA\r\n");
        talk.say("hi\n\r\n.\r\nNOOP\r\n");
    });
    assert_eq!(heard.codes(), [250, 250, 250, 354, 550, 550, 250]);
}

#[test]
fn lmtp_01_chunks_have_one_reply_and_the_last_one_for_each() {
    let mut config = lmtp();
    config.limits.message = 8;
    let open = "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\n";
    let heard = greeted(&config, |talk| {
        talk.say(format!("{open}BDAT 2\r\nhiBDAT 0 LAST\r\nNOOP\r\n"));
    });
    assert_eq!(heard.codes(), [250, 250, 250, 250, 250, 250, 250]);
    let heard = greeted(&config, |talk| {
        talk.say(format!("{open}BDAT 9 LAST\r\n123456789MAIL FROM:<a@x>\r\n"));
    });
    assert_eq!(heard.codes(), [250, 250, 250, 552, 552, 250]);
}

#[test]
fn lmtp_02_the_same_recipient_twice_has_two_replies() {
    let heard = greeted(&lmtp(), |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n");
        talk.say(".\r\n");
    });
    assert_eq!(heard.codes(), [250, 250, 250, 354, 250, 250]);
}

#[test]
fn lmtp_03_each_protocol_has_its_hello() {
    refuses(&lmtp(), "", &[(b"EHLO a\r\n", 500), (b"HELO a\r\n", 500)]);
    refuses(&server_config(), "", &[(b"LHLO a\r\n", 500)]);
}

#[test]
fn a_null_sender_is_no_recipient() {
    let plain = mailwire_smtp::family::mail::Mail::new(ReversePath::Null);
    assert_eq!(Command::Mail(plain).to_bytes(), b"MAIL FROM:<>\r\n");
    let heard = greeted(&server_config(), |talk| talk.say("MAIL FROM:<>\r\n"));
    assert_eq!(heard.codes(), [250]);
}
