//! Hostile servers. Each test is a row of the attack table, and each script runs whole, octet by
//! octet and cut at random. Behind an error the harness sees to it that nothing is written, and that
//! each command ended once. Messages are in `hostile_delivery.rs`, what a caller must not be able to
//! say in `hostile_values.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::field_reassign_with_default
)]

mod support;

use mailwire_smtp::Unanswered::{NotSent, Unknown};
use mailwire_smtp::client::{Client, ClientConfig, Event};
use mailwire_smtp::extension::Extension;
use mailwire_smtp::family::auth::Auth;
use mailwire_smtp::family::bdat::Bdat;
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::server::TlsPolicy;
use mailwire_smtp::{Command, Deviation, Machine, PeerError, Tolerance, UsageError, Wait};
use support::Seen::{self, Challenge, Closed, Closing, Greeting, Reply, TlsReady, Unanswered};
use support::script::{Call, call, greeted_call};
use support::{ehlo, mail, rcpt};

fn required() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.tls = TlsPolicy::Required;
    config
}

fn with_auth() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    config
}

fn plain() -> Command<'static> {
    Command::Auth(Auth::new(MechanismName::new("PLAIN").unwrap()))
}

fn unexpected(code: u16) -> Option<PeerError> {
    Some(PeerError::UnexpectedReply { code })
}

// --- All protocols.

#[test]
fn x_01_a_drip_costs_no_more_than_a_feed() {
    let mut config = ClientConfig::default();
    (config.limits.reply_line, config.limits.reply) = (1 << 18, 1 << 19);
    let mut client = Client::new(config);
    let mut line = b"220 ".to_vec();
    line.resize((1 << 18) - 2, b'a');
    line.extend_from_slice(b"\r\n");
    for end in 1..line.len() {
        assert_eq!(client.receive(&line[..end]).unwrap().consumed, 0);
    }
    assert_eq!(client.receive(&line).unwrap().consumed, line.len());
}

#[test]
fn x_01_a_reply_of_many_lines_octet_by_octet() {
    let lines = "250-a\r\n".repeat(511);
    let told = greeted_call(&ClientConfig::default(), &[], |call| {
        call.send(&Command::Rset);
        call.hear(format!("{lines}250 a\r\n"));
    });
    assert_eq!(told.seen, [Reply(1, 250, None)]);
}

#[test]
fn x_02_empty_input_changes_nothing() {
    for so_far in ["", "220 mail.example\r\n", "22"] {
        let mut peer = support::new_peer(ClientConfig::default());
        peer.feed(so_far.as_bytes());
        let before = format!("{:?}", peer.client);
        for _ in 0..10_000 {
            assert!(peer.feed(b"").is_empty());
        }
        assert_eq!(format!("{:?}", peer.client), before);
    }
}

#[test]
fn x_03_the_end_may_come_anywhere() {
    let replies =
        "220 x\r\n250-x\r\n250 PIPELINING\r\n250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n250 ok\r\n";
    for end in 0..=replies.len() {
        let mut config = ClientConfig::default();
        config.pipelining = true;
        let told = call(&config, |call| {
            let mut left = &replies.as_bytes()[..end];
            let mut hear = |call: &mut Call, text: &str| {
                let (now, behind) = left.split_at(text.len().min(left.len()));
                left = behind;
                if !now.is_empty() && !call.peer.client.is_closed() {
                    call.hear(now);
                }
                now.len() == text.len()
            };
            let go = hear(call, "220 x\r\n")
                && {
                    call.send(&ehlo());
                    hear(call, "250-x\r\n250 PIPELINING\r\n")
                }
                && {
                    call.message(&["b", "c"]);
                    hear(call, "250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n")
                };
            if go {
                call.body("hi\r\n").unwrap();
                call.finish().unwrap();
                hear(call, "250 ok\r\n");
            }
            call.end();
        });
        assert!(told.closed, "{end}");
        // An end is clean when nothing was owed; the message is delivered only with its 250.
        assert_eq!(told.error.is_none(), end == replies.len(), "{end}");
        let delivered = told.seen.contains(&Reply(4, 250, None));
        assert_eq!(delivered, end == replies.len());
    }
}

#[test]
fn x_04_nothing_happens_behind_the_end() {
    let told = greeted_call(&ClientConfig::default(), &[], |call| {
        call.send(&Command::Quit);
        call.hear("221 bye\r\n250 evil\r\n");
        call.hear("250 evil\r\n");
        assert_eq!(call.refuse(&Command::Noop(None)), UsageError::Closed);
        assert_eq!(call.body("x"), Err(UsageError::Closed));
        assert_eq!(call.finish(), Err(UsageError::Closed));
    });
    assert_eq!(told.seen, [Reply(1, 221, None), Closed]);
    let told = greeted_call(&ClientConfig::default(), &[], |call| {
        call.hear("250 nothing was asked\r\n");
        call.hear("250 evil\r\n");
        call.end();
        assert_eq!(call.refuse(&Command::Noop(None)), UsageError::Closed);
    });
    assert_eq!(told.error, unexpected(250));
    assert_eq!(told.seen, [Seen::Error(told.error.unwrap())]);
}

#[test]
fn x_05_a_server_that_does_not_read_stops_the_caller() {
    let limit = mailwire_smtp::Limits::default().transmit;
    let mut peer = support::new_peer(ClientConfig::default());
    peer.feed(b"220 x\r\n");
    peer.client.send(&ehlo()).unwrap();
    peer.output();
    peer.feed(b"250-x\r\n250 PIPELINING\r\n");
    let mut given = 0;
    while peer.client.send(&mail("a")).is_ok() {
        if peer.client.send(&Command::Rset).is_err() {
            break;
        }
        given += 1;
        assert!(given < 100_000, "nothing stops the caller");
    }
    assert_eq!(peer.client.send(&Command::Rset), Err(UsageError::Busy));
    assert!(given * 36 < limit + 100);
}

#[test]
fn x_06_a_line_without_an_end() {
    let told = greeted_call(&ClientConfig::default(), &[], |call| {
        call.send(&Command::Rset);
        call.hear(format!("250 {}", "A".repeat(100_000)));
    });
    assert_eq!(told.error, Some(PeerError::Limit { name: "reply_line", limit: 4096 }));
}

#[test]
fn x_08_what_a_server_says_is_escaped_in_debug() {
    let mut peer = support::new_peer(ClientConfig::default());
    let line = b"220 x \x1b[2J\xe2\x80\xae[ALERT]\r\n";
    let received = peer.client.receive(line).unwrap();
    let Some(Event::Greeting(greeting)) = &received.event else { panic!() };
    assert_eq!(greeting.reply.as_wire(), line, "the octets are kept");
    for text in [format!("{greeting:?}"), format!("{}", greeting.reply)] {
        assert!(!text.contains('\x1b') && !text.contains('\u{202e}'), "{text}");
    }
}

#[test]
fn x_10_other_protocols() {
    for line in
        ["HTTP/1.1 400 Bad Request\r\n", "* OK IMAP4rev1\r\n", "+OK POP3\r\n", "SSH-2.0-x\r\n"]
    {
        let told = call(&ClientConfig::default(), |call| call.hear(format!("{line}220 x\r\n")));
        assert_eq!(told.error, Some(PeerError::WrongProtocol), "{line}");
        assert!(told.sent.is_empty());
    }
}

#[test]
fn x_12_the_policy_is_for_life() {
    greeted_call(&required(), &["STARTTLS", "AUTH PLAIN"], |call| {
        for command in [mail("a"), rcpt("b"), plain(), Command::Data] {
            let error = call.refuse(&command);
            assert!(matches!(error, UsageError::TlsRequired | UsageError::NotNow { .. }));
        }
        let other = mailwire_smtp::command::OtherCommand::new("XTHING", "user secret").unwrap();
        assert_eq!(call.refuse(&Command::Other(other)), UsageError::TlsRequired);
        call.send(&Command::Rset);
        call.hear("250 ok\r\n");
        assert_eq!(call.refuse(&mail("a")), UsageError::TlsRequired);
        assert!(!call.peer.client.is_tls());
    });
}

#[test]
fn x_14_each_phase_has_its_timeout() {
    let mut peer = support::new_peer(ClientConfig::default());
    let mut waits = vec![peer.client.waiting_for()];
    peer.feed(b"220 x\r\n");
    peer.client.send(&ehlo()).unwrap();
    peer.output();
    waits.push(peer.client.waiting_for());
    peer.feed(b"250-x\r\n250 STARTTLS\r\n");
    peer.client.send(&Command::StartTls).unwrap();
    peer.output();
    peer.feed(b"220 go\r\n");
    waits.push(peer.client.waiting_for());
    assert_eq!(waits, [Wait::Greeting, Wait::Answer, Wait::Tls]);
    assert!(waits.into_iter().all(|wait| mailwire_smtp::limits::timeout(wait).is_some()));
}

// --- STARTTLS.

#[test]
fn smtp_c_01_02_replies_behind_the_220() {
    for behind in ["250-x\r\n250 AUTH PLAIN\r\n", "2", "\x16", "\r\n", "\0"] {
        let told = greeted_call(&ClientConfig::default(), &["STARTTLS"], |call| {
            call.send(&Command::StartTls);
            call.hear(format!("220 go\r\n{behind}"));
            assert!(call.peer.client.tls_started().is_err());
            assert!(!call.peer.client.extensions().has(Extension::Auth));
        });
        assert_eq!(told.error, Some(PeerError::DataAfterStartTls), "{behind:?}");
        assert_eq!(told.seen.first(), Some(&Reply(1, 220, None)));
        assert_eq!(told.sent, "STARTTLS\r\n");
    }
}

#[test]
fn smtp_c_03_replies_before_the_handshake() {
    let told = greeted_call(&ClientConfig::default(), &["STARTTLS"], |call| {
        call.send(&Command::StartTls);
        call.hear("220 go\r\n");
        call.hear("250 x\r\n");
    });
    assert_eq!(told.error, Some(PeerError::DataAfterStartTls));
    // TLS starts only when the machine has seen that there is nothing behind the reply.
    let mut peer = support::new_peer(ClientConfig::default());
    peer.feed(b"220 x\r\n");
    peer.client.send(&ehlo()).unwrap();
    peer.output();
    peer.feed(b"250-x\r\n250 STARTTLS\r\n");
    peer.client.send(&Command::StartTls).unwrap();
    peer.output();
    let input = b"220 go\r\n250 x\r\n";
    let received = peer.client.receive(input).unwrap();
    assert!(matches!(received.event, Some(Event::Reply { .. })));
    assert!(peer.client.tls_started().is_err());
    assert!(peer.client.receive(&input[received.consumed..]).is_err());
}

#[test]
fn smtp_c_04_05_tls_is_required_and_not_offered() {
    let told = call(&required(), |call| {
        call.hear("220 x\r\n");
        call.send(&ehlo());
        call.hear("250-x\r\n250 AUTH PLAIN\r\n");
    });
    assert_eq!(told.error, Some(PeerError::TlsUnavailable));
    assert_eq!(told.sent, "EHLO client.example\r\n");
    let told = call(&required(), |call| {
        call.hear("220 x\r\n");
        call.send(&ehlo());
        call.hear("502 what?\r\n");
        call.send(&Command::Helo(support::domain("client.example").into()));
        call.hear("250 x\r\n");
    });
    assert_eq!(told.error, Some(PeerError::TlsUnavailable));
}

#[test]
fn smtp_c_06_tls_is_required_and_refused() {
    for code in [454, 502, 500, 530, 421, 221, 250, 220, 354] {
        let told = greeted_call(&required(), &["STARTTLS"], |call| {
            call.send(&Command::StartTls);
            call.hear(format!("{code} x\r\n"));
        });
        match code {
            220 => assert_eq!(told.seen, [Reply(1, 220, None), TlsReady]),
            // Not a reply that any command but DATA has.
            354 => assert_eq!(told.error, unexpected(354)),
            _ => assert_eq!(told.error, Some(PeerError::TlsRefused { code })),
        }
    }
    // Without that policy the session goes on, in plaintext and without a handshake.
    for code in [454, 250, 221] {
        let told = greeted_call(&ClientConfig::default(), &["STARTTLS"], |call| {
            call.send(&Command::StartTls);
            call.hear(format!("{code} x\r\n"));
            assert!(call.peer.client.tls_started().is_err());
        });
        assert_eq!(told.seen, [Reply(1, code, None)]);
    }
}

#[test]
fn smtp_c_07_greetings() {
    for (greeting, seen) in [
        ("554 no\r\n", Some(Greeting(554))),
        ("421 later\r\n", Some(Greeting(421))),
        ("500 what\r\n", Some(Greeting(500))),
        ("354 go\r\n", None),
        ("221 bye\r\n", None),
        ("250 ok\r\n", None),
    ] {
        let told = call(&ClientConfig::default(), |call| {
            call.hear(greeting);
            if call.error().is_none() {
                assert!(matches!(call.refuse(&ehlo()), UsageError::NotNow { .. }));
                call.send(&Command::Quit);
            }
        });
        match seen {
            Some(seen) => assert_eq!((told.seen, &told.sent[..]), (vec![seen], "QUIT\r\n")),
            None => assert!(matches!(told.error, Some(PeerError::Greeting { .. }))),
        }
    }
}

#[test]
fn smtp_c_08_what_was_offered_before_tls_is_forgotten() {
    greeted_call(&ClientConfig::default(), &["STARTTLS", "AUTH PLAIN", "SIZE 5"], |call| {
        assert_eq!(call.peer.client.extensions().max_size(), Some(5));
        call.send(&Command::StartTls);
        call.hear("220 go\r\n");
        call.peer.client.tls_started().unwrap();
        assert_eq!(call.peer.client.extensions().max_size(), None);
        call.hello(&["PIPELINING"]);
        assert_eq!(call.refuse(&plain()), UsageError::NotOffered(Extension::Auth));
    });
}

#[test]
fn smtp_c_09_no_mechanism_without_tls() {
    // Which mechanism is good enough is for the caller, who sees what is offered.
    greeted_call(&ClientConfig::default(), &["AUTH LOGIN PLAIN"], |call| {
        assert_eq!(call.refuse(&plain()), UsageError::TlsRequired);
        assert!(!call.peer.client.extensions().has_mechanism("SCRAM-SHA-256"));
    });
    greeted_call(&with_auth(), &["AUTH LOGIN"], |call| {
        assert_eq!(call.refuse(&plain()), UsageError::NotOffered(Extension::Auth));
    });
}

// --- AUTH. SCRAM (C-12, C-13) is outside of these crates.

#[test]
fn smtp_c_10_challenges_without_an_end() {
    let told = greeted_call(&with_auth(), &["AUTH PLAIN"], |call| {
        call.send(&plain());
        for _ in 0..8 {
            call.hear("334 \r\n");
            call.peer.client.respond_auth(b"x").unwrap();
        }
        call.hear("334 \r\n");
    });
    assert_eq!(told.error, Some(PeerError::Limit { name: "auth_rounds", limit: 8 }));
    assert_eq!(told.unanswered, [(1, Unknown)]);
}

#[test]
fn smtp_c_11_challenges_that_are_none() {
    let told = greeted_call(&with_auth(), &["AUTH PLAIN"], |call| {
        call.send(&plain());
        call.hear("334 !!!\r\n");
        call.peer.client.cancel_auth().unwrap();
        call.hear("501 cancelled\r\n");
    });
    assert_eq!(told.seen, [Challenge(b"!!!".to_vec()), Reply(1, 501, None)]);
    assert_eq!(told.sent, "AUTH PLAIN\r\n*\r\n");
    // A challenge may be as long as a response, and no longer.
    let limit = mailwire_smtp::Limits::default().auth_line;
    for (octets, fits) in [(limit, true), (limit + 1, false), (1 << 20, false)] {
        let line = format!("334 {}\r\n", "A".repeat(octets - 6));
        let told = greeted_call(&with_auth(), &["AUTH PLAIN"], |call| {
            call.send(&plain());
            call.hear(&line);
        });
        assert_eq!(told.error.is_none(), fits, "{octets}");
        assert_eq!(told.seen.len(), 1);
    }
}

#[test]
fn smtp_c_39_challenges_out_of_place() {
    let told = greeted_call(&with_auth(), &["AUTH PLAIN"], |call| {
        call.send(&plain());
        call.hear("334\r\n");
        call.peer.client.respond_auth(b"\0u\0p").unwrap();
        call.hear("235 ok\r\n");
        assert!(call.peer.client.is_authenticated());
    });
    assert_eq!(told.seen, [Challenge(Vec::new()), Reply(1, 235, None)]);
    let told = greeted_call(&with_auth(), &["AUTH PLAIN"], |call| {
        call.send(&Command::Rset);
        call.hear("334 x\r\n");
    });
    assert_eq!(told.error, unexpected(334));
    let told = greeted_call(&with_auth(), &["AUTH PLAIN"], |call| {
        call.send(&plain());
        call.hear("334-a\r\n334 b\r\n");
    });
    assert_eq!(told.error, unexpected(334));
    // It is our turn behind a challenge: no reply but 421 can come.
    for (reply, error) in [("334 \r\n", 334), ("235 ok\r\n", 235), ("535 no\r\n", 535)] {
        let told = greeted_call(&with_auth(), &["AUTH PLAIN"], |call| {
            call.send(&plain());
            call.hear(format!("334 \r\n{reply}"));
            assert!(!call.peer.client.is_authenticated());
        });
        assert_eq!(told.error, unexpected(error));
    }
    let told = greeted_call(&with_auth(), &["AUTH PLAIN"], |call| {
        call.send(&plain());
        call.hear("334 \r\n421 too slow\r\n");
        assert!(call.peer.client.respond_auth(b"secret").is_err());
    });
    assert_eq!(told.seen, [Challenge(Vec::new()), Reply(1, 421, None), Closed]);
    assert_eq!(told.sent, "AUTH PLAIN\r\n");
}

#[test]
fn smtp_c_39_who_is_authenticated_is_so_once() {
    greeted_call(&with_auth(), &["AUTH PLAIN", "XCLIENT NAME"], |call| {
        call.send(&plain());
        call.hear("535 no\r\n");
        call.send(&plain());
        call.hear("235 ok\r\n");
        assert_eq!(call.refuse(&plain()), UsageError::NotNow { what: "AUTH" });
        // XCLIENT makes it another client's session.
        call.send(&Command::parse(b"XCLIENT NAME=other.example\r\n").unwrap());
        call.hear("220 again\r\n");
        assert!(!call.peer.client.is_authenticated());
        call.hello(&["AUTH PLAIN"]);
        call.send(&plain());
        call.hear("235 ok\r\n");
    });
}

#[test]
fn smtp_c_36_questions_in_utf_8() {
    for (line, offered) in [
        ("VRFY \u{e9}\r\n", false),
        ("EXPN \u{e9}\r\n", false),
        ("VRFY a SMTPUTF8\r\n", false),
        ("VRFY \u{e9} SMTPUTF8\r\n", false),
        ("VRFY \u{e9} SMTPUTF8\r\n", true),
        ("VRFY a SMTPUTF8\r\n", true),
        ("VRFY a\r\n", true),
    ] {
        let keywords: &[&str] = if offered { &["SMTPUTF8"] } else { &[] };
        let command = Command::parse(line.as_bytes()).unwrap();
        greeted_call(&ClientConfig::default(), keywords, |call| {
            if offered {
                call.send(&command);
            } else {
                let error = call.refuse(&command);
                let expected =
                    [UsageError::NeedsSmtpUtf8, UsageError::NotOffered(Extension::SmtpUtf8)];
                assert!(expected.contains(&error), "{line}: {error}");
            }
        });
    }
}

// --- Replies.

/// What one reply to RSET brings.
fn reset(config: &ClientConfig, reply: impl AsRef<[u8]>) -> support::script::Told {
    greeted_call(config, &[], |call| {
        call.send(&Command::Rset);
        call.hear(&reply);
    })
}

#[test]
fn smtp_c_14_lines_of_one_reply_with_two_codes() {
    let told = reset(&ClientConfig::default(), "250-a\r\n550 b\r\n");
    assert!(matches!(told.error, Some(PeerError::Syntax(error)) if error.rule == "Reply-code"));
    let mut config = ClientConfig::default();
    config.tolerance = Tolerance::default().with(Deviation::ReplyCodeMismatch);
    assert_eq!(reset(&config, "250-a\r\n550 b\r\n").seen, [Reply(1, 550, None)]);
}

#[test]
fn smtp_c_15_replies_without_text() {
    for reply in ["553-\r\n553\r\n", "553\r\n", "553 \r\n"] {
        assert_eq!(reset(&ClientConfig::default(), reply).seen, [Reply(1, 553, None)]);
    }
}

#[test]
fn smtp_c_16_replies_that_are_none() {
    for line in ["25", "2500 a", "250x", "099 a", "9x9", " 250 a", "", "\u{feff}250 a", "+250 a"] {
        let told = reset(&ClientConfig::default(), format!("{line}\r\n250 ok\r\n"));
        assert!(matches!(told.error, Some(PeerError::Syntax(_))), "{line}: {told:?}");
        assert_eq!(told.unanswered, [(1, Unknown)]);
    }
}

#[test]
fn smtp_c_17_replies_without_an_end() {
    let lines = format!("250-{}\r\n", "x".repeat(1000)).repeat(100);
    let told = reset(&ClientConfig::default(), lines);
    assert_eq!(told.error, Some(PeerError::Limit { name: "reply", limit: 65_536 }));
    let told = reset(&ClientConfig::default(), format!("250 {}\r\n", "A".repeat(5000)));
    assert_eq!(told.error, Some(PeerError::Limit { name: "reply_line", limit: 4096 }));
}

#[test]
fn smtp_c_18_line_ends_and_nul_in_replies() {
    let told = reset(&ClientConfig::default(), "250 ok\n");
    assert!(matches!(told.error, Some(PeerError::Syntax(error)) if error.rule == "CRLF"));
    for reply in ["250 a\rb\r\n", "250 a\0b\r\n", "250 a\r550 b\r\n"] {
        assert_eq!(reset(&ClientConfig::default(), reply).seen, [Reply(1, 250, None)]);
        let mut strict = ClientConfig::default();
        strict.tolerance = Tolerance::strict();
        assert!(reset(&strict, reply).error.is_some());
    }
}

#[test]
fn blank_lines_between_replies() {
    let blanks = "\r\n".repeat(100_000);
    let told = reset(&ClientConfig::default(), "\r\n250 ok\r\n");
    assert!(matches!(told.error, Some(PeerError::Syntax(_))));
    let mut config = ClientConfig::default();
    config.tolerance = Tolerance::default().with(Deviation::BlankLine);
    for blank in ["\r\n", "\n", "\n\r\n\r\n"] {
        assert_eq!(reset(&config, format!("{blank}250 ok\r\n")).seen, [Reply(1, 250, None)]);
    }
    // Many of them cost no stack.
    let mut peer = support::new_peer(config);
    assert_eq!(peer.feed(format!("{blanks}220 x\r\n").as_bytes()), [Greeting(220)]);
    // Behind STARTTLS they are bytes like any.
    let told = greeted_call(&peer_config(), &["STARTTLS"], |call| {
        call.send(&Command::StartTls);
        call.hear("220 go\r\n\r\n");
    });
    assert_eq!(told.error, Some(PeerError::DataAfterStartTls));
}

fn peer_config() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.tolerance = Tolerance::lenient();
    config
}

#[test]
fn smtp_c_19_replies_to_nothing() {
    let told = greeted_call(&ClientConfig::default(), &[], |call| call.hear("250 ok\r\n"));
    assert_eq!(told.error, unexpected(250));
    // Before the command is written, in whole or in part, there is no reply to it.
    for written in 0..6 {
        for code in [250, 354, 550] {
            let told = greeted_call(&ClientConfig::default(), &[], |call| {
                call.send(&Command::Rset);
                call.write_octets(written);
                call.hear_early(format!("{code} early\r\n"));
            });
            assert_eq!(told.error, unexpected(code), "{written}");
            assert_eq!(told.unanswered, [(1, NotSent)]);
            assert_eq!(told.sent.len(), written, "and the rest of it is not written any more");
        }
        let told = greeted_call(&ClientConfig::default(), &[], |call| {
            call.send(&Command::Rset);
            call.write_octets(written);
            call.hear_early("421 closing\r\n");
        });
        assert_eq!(told.seen, [Closing, Unanswered(1, NotSent), Closed]);
        assert_eq!(told.sent.len(), written);
    }
}

#[test]
fn smtp_c_19_a_reply_before_the_octets_of_a_chunk() {
    for (written, reply) in
        [(0, "250 ok\r\n"), (8, "250 ok\r\n"), (10, "250 ok\r\n"), (3, "552 no\r\n")]
    {
        let told = greeted_call(&ClientConfig::default(), &["CHUNKING"], |call| {
            call.send(&mail("a"));
            call.hear("250 ok\r\n");
            call.send(&rcpt("b"));
            call.hear("250 ok\r\n");
            call.send(&Command::Bdat(Bdat { size: 5, last: false }));
            call.body("12").unwrap();
            call.write_octets(written);
            call.hear_early(reply);
            assert_eq!(call.finish(), Err(UsageError::Closed));
        });
        assert_eq!(told.error, unexpected(reply[..3].parse().unwrap()));
        assert_eq!(told.unanswered, [(3, NotSent)]);
    }
}
