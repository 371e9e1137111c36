//! Hostile servers. Each test is a row of the attack table, and each script runs whole, octet by
//! octet and cut at random. Behind an error the harness sees to it that nothing is written, and that
//! each command ended once. What a caller must not be able to say is in `hostile_values.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::field_reassign_with_default
)]

mod support;

use mailwire_smtp::body::{BodyError, LengthError, Newlines};
use mailwire_smtp::client::{Client, ClientConfig, Event};
use mailwire_smtp::element::path::ReversePath;
use mailwire_smtp::extension::Extension;
use mailwire_smtp::family::auth::Auth;
use mailwire_smtp::family::bdat::Bdat;
use mailwire_smtp::family::mail::{BodyType, Mail, MailParameter};
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::server::{Protocol, TlsPolicy};
use mailwire_smtp::{Command, Deviation, Machine, PeerError, State, Tolerance, UsageError, Wait};
use support::Seen::{
    self, BodyWanted, Challenge, Closed, Closing, Greeting, Reply, TlsReady, Unanswered,
};
use support::splits::{Call, call, greeted_call};
use support::{ehlo, mail, rcpt};

use mailwire_smtp::Unanswered::{NotSent, Unknown};

fn required() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.tls = TlsPolicy::Required;
    config
}

fn lmtp() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.protocol = Protocol::Lmtp;
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

fn mail_with(parameter: MailParameter<'_>) -> Command<'static> {
    let mail = Mail::new(ReversePath::mailbox("a", "client.example").unwrap());
    let parameters = mail.parameters.with(parameter).unwrap();
    Command::Mail(Mail { parameters, ..mail }).into_owned()
}

/// MAIL, one RCPT and DATA, all accepted: tickets 1, 2 and 3.
fn open(call: &mut Call) {
    call.message(&["b"]);
    call.hear("250 ok\r\n250 ok\r\n354 go\r\n");
}

const PIPELINING: &[&str] = &["PIPELINING"];

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
        let mut peer = support::Peer::new(ClientConfig::default());
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
    let mut peer = support::Peer::new(ClientConfig::default());
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
    let mut peer = support::Peer::new(ClientConfig::default());
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
    let mut peer = support::Peer::new(ClientConfig::default());
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
    let mut peer = support::Peer::new(ClientConfig::default());
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

// --- Replies.

/// What one reply to RSET brings.
fn reset(config: &ClientConfig, reply: impl AsRef<[u8]>) -> support::splits::Told {
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
    let mut peer = support::Peer::new(config);
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

#[test]
fn smtp_c_20_outcomes_of_a_message() {
    // 421 before the end of the body.
    let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
        open(call);
        call.body("hi\r\n").unwrap();
        call.hear("421 closing\r\n");
        assert_eq!(call.body("there\r\n"), Err(UsageError::Closed));
        assert_eq!(call.finish(), Err(UsageError::Closed));
    });
    assert_eq!(told.seen[3..], [BodyWanted(3), Reply(3, 421, None), Closed]);
    assert!(told.sent.ends_with("hi\r\n") && !told.sent.contains("\r\n.\r\n"));
    // 421 behind it is its reply, and says that it is not taken. Whether to believe that of a server
    // that closes is for the caller: nothing was called delivered.
    let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
        open(call);
        call.finish().unwrap();
        call.hear("421 closing\r\n");
    });
    assert_eq!(told.seen[4..], [Reply(3, 421, None), Closed]);
    // The end of the connection: before the last octet of the end mark, and behind it.
    for (octets, outcome) in [(0, NotSent), (4, NotSent), (6, NotSent), (7, Unknown)] {
        let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
            open(call);
            call.body("hi\r\n").unwrap();
            call.finish().unwrap();
            call.write_octets(octets);
            assert_eq!(call.peer.client.receive_eof(), Err(PeerError::Eof));
        });
        assert_eq!(told.unanswered, [(3, outcome)], "{octets}");
    }
    let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
        open(call);
        call.body("hi\r\n").unwrap();
        call.end();
    });
    assert_eq!(told.unanswered, [(3, NotSent)]);
}

#[test]
fn smtp_c_20_outcomes_of_chunks() {
    let config = ClientConfig::default();
    for (octets, outcome) in
        [(0, NotSent), (13, NotSent), (14, NotSent), (15, NotSent), (16, Unknown)]
    {
        let told = greeted_call(&config, &["CHUNKING"], |call| {
            call.send(&mail("a"));
            call.hear("250 ok\r\n");
            call.send(&rcpt("b"));
            call.hear("250 ok\r\n");
            call.send(&Command::Bdat(Bdat { size: 3, last: true }));
            call.body("abc").unwrap();
            call.finish().unwrap();
            call.write_octets(octets);
            assert_eq!(call.peer.client.receive_eof(), Err(PeerError::Eof));
        });
        assert_eq!(told.unanswered, [(3, outcome)], "{octets}");
    }
}

#[test]
fn smtp_c_21_each_reply_to_its_command() {
    let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
        call.message(&["b", "c", "d"]);
        call.hear("250 ok\r\n550 no\r\n250 ok\r\n250 ok\r\n354 go\r\n");
        call.body("hi\r\n").unwrap();
        call.finish().unwrap();
        call.hear("250 ok\r\n");
    });
    assert_eq!(
        told.seen,
        [
            Reply(1, 250, None),
            Reply(2, 550, None),
            Reply(3, 250, None),
            Reply(4, 250, None),
            Reply(5, 354, None),
            BodyWanted(5),
            Reply(5, 250, None),
        ]
    );
}

#[test]
fn smtp_c_22_a_body_for_nobody() {
    for (reply, end) in
        [("250 ok\r\n", Unanswered(4, NotSent)), ("554 no\r\n", Reply(4, 554, None))]
    {
        let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
            call.message(&["b", "c"]);
            call.hear("250 ok\r\n550 no\r\n550 no\r\n354 go\r\n");
            assert!(call.body("secret").is_err());
            call.hear(reply);
            assert_eq!(call.peer.client.state(), State::Mail);
            call.send(&Command::Rset);
            call.hear("250 ok\r\n");
        });
        assert_eq!(told.seen[3..], [Reply(4, 354, None), end, Reply(5, 250, None)]);
        assert!(told.sent.ends_with("DATA\r\n.\r\nRSET\r\n"), "{}", told.sent);
    }
    // In LMTP an empty message for nobody has no reply, so that later ones would be misread.
    let told = greeted_call(&lmtp(), PIPELINING, |call| {
        call.message(&["b"]);
        call.hear("250 ok\r\n550 no\r\n354 go\r\n");
    });
    assert_eq!(told.error, unexpected(354));
}

#[test]
fn smtp_c_23_replies_that_a_command_cannot_have() {
    let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
        call.message(&["b"]);
        call.hear("250 ok\r\n250 ok\r\n250 ok\r\n");
    });
    assert_eq!(told.error, unexpected(250));
    for command in [mail("a"), Command::Rset, Command::Quit, ehlo()] {
        for code in [354, 334, 353, 150] {
            let told = greeted_call(&ClientConfig::default(), &[], |call| {
                call.send(&command);
                call.hear(format!("{code} x\r\n"));
            });
            // No reply of RFC 5321 begins with 1.
            let syntax = code == 150 && matches!(told.error, Some(PeerError::Syntax(_)));
            assert!(syntax || told.error == unexpected(code), "{:?}", told.error);
            assert!(!told.seen.contains(&BodyWanted(1)));
        }
    }
}

#[test]
fn smtp_c_24_an_early_refusal() {
    for finished in [false, true] {
        for code in [550, 452, 421] {
            let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
                open(call);
                call.body("0123456789\r\n").unwrap();
                if finished {
                    call.finish().unwrap();
                }
                call.write_octets(5);
                call.hear_early(format!("{code} no\r\n"));
                assert!(call.body("more").is_err() && call.finish().is_err());
                assert_eq!(call.refuse(&mail("a")), UsageError::Closed);
            });
            // One result, and nothing that follows could be read as commands.
            assert_eq!(told.seen[4..], [Reply(3, code, None), Closed]);
            assert!(told.sent.ends_with("01234"));
        }
    }
    // It cannot be accepted early.
    let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
        open(call);
        call.hear("250 ok\r\n");
    });
    assert_eq!(told.error, unexpected(250));
    assert_eq!(told.unanswered, [(3, NotSent)]);
}

#[test]
fn a_server_that_closes_among_pipelined_replies() {
    let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
        call.message(&["b", "c"]);
        call.hear("554 blocked\r\n");
        call.end();
    });
    assert_eq!(told.seen[0], Reply(1, 554, None));
    assert_eq!(told.unanswered, [(2, Unknown), (3, Unknown), (4, Unknown)]);
    // Also with 421, and for commands that are not sent yet.
    let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
        call.message(&["b"]);
        call.send(&Command::Quit);
        call.hear("250 ok\r\n421 closing\r\n");
    });
    assert_eq!(
        told.seen,
        [
            Reply(1, 250, None),
            Reply(2, 421, None),
            Unanswered(3, Unknown),
            Unanswered(4, NotSent),
            Closed,
        ]
    );
    assert!(!told.sent.contains("QUIT"));
}

// --- Bodies.

/// What goes over the wire for a body in these parts.
fn sent(config: &ClientConfig, parts: &[&[u8]]) -> Result<String, UsageError> {
    let mut result = Ok(());
    let cell = std::cell::RefCell::new(&mut result);
    let told = greeted_call(config, PIPELINING, |call| {
        open(call);
        let all = parts.iter().try_for_each(|part| call.body(part)).and_then(|()| call.finish());
        **cell.borrow_mut() = all;
    });
    let (_, body) = told.sent.split_once("DATA\r\n").unwrap();
    result.map(|()| body.into())
}

#[test]
fn smtp_c_31_33_34_dots_and_line_ends() {
    let cases: [(&[&[u8]], &str); 10] = [
        (&[b"a\r\n\r\n.\r\nX"], "a\r\n\r\n..\r\nX\r\n.\r\n"),
        (&[b".", b"x"], "..x\r\n.\r\n"),
        (&[b"a\r\n", b".x\r\n"], "a\r\n..x\r\n.\r\n"),
        (&[b"a\r", b"\n.\r\n"], "a\r\n..\r\n.\r\n"),
        (&[b"a\r", b"\n", b".", b"\r", b"\n"], "a\r\n..\r\n.\r\n"),
        (&[b"a.\r\n"], "a.\r\n.\r\n"),
        (&[b"abc"], "abc\r\n.\r\n"),
        (&[b"abc\r\n"], "abc\r\n.\r\n"),
        (&[], ".\r\n"),
        (&[b"", b""], ".\r\n"),
    ];
    for (parts, wire) in cases {
        assert_eq!(sent(&ClientConfig::default(), parts).as_deref(), Ok(wire));
    }
}

#[test]
fn smtp_c_32_bare_line_ends() {
    let bare = Err(UsageError::Body(BodyError::BareNewline));
    let mut normalize = ClientConfig::default();
    normalize.newlines = Newlines::Normalize;
    for (body, wire) in [
        (&b"a\n.\nX"[..], "a\r\n..\r\nX\r\n.\r\n"),
        (b"a\r.\rX", "a\r\n..\r\nX\r\n.\r\n"),
        (b"a\n.\r\nX", "a\r\n..\r\nX\r\n.\r\n"),
        (b"abc\r", "abc\r\n.\r\n"),
        (b"\n.\n", "\r\n..\r\n.\r\n"),
    ] {
        assert_eq!(sent(&ClientConfig::default(), &[body]), bare);
        assert_eq!(sent(&normalize, &[body]).as_deref(), Ok(wire));
        for at in 0..=body.len() {
            let parts = [&body[..at], &body[at..]];
            assert_eq!(sent(&ClientConfig::default(), &parts), bare, "{at}");
            assert_eq!(sent(&normalize, &parts).as_deref(), Ok(wire), "{at}");
        }
    }
}

#[test]
fn smtp_c_32_a_body_that_failed_cannot_be_ended() {
    let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
        open(call);
        call.body("good\r\n").unwrap();
        assert!(call.body("bad\n").is_err());
        assert!(call.body("good\r\n").is_err());
        assert!(call.finish().is_err());
        call.write();
        call.end();
    });
    assert!(told.sent.ends_with("DATA\r\ngood\r\n"), "{}", told.sent);
    assert_eq!(told.unanswered, [(3, NotSent)]);
}

#[test]
fn smtp_c_35_octets_that_were_not_announced() {
    let config = ClientConfig::default();
    assert_eq!(sent(&config, &[b"\xff"]), Err(UsageError::Body(BodyError::EightBit)));
    assert_eq!(sent(&config, &[b"a\0"]), Err(UsageError::Body(BodyError::Nul)));
    let eight_bit = mail_with(MailParameter::Body(BodyType::EightBitMime));
    greeted_call(&config, PIPELINING, |call| {
        assert_eq!(call.refuse(&eight_bit), UsageError::NotOffered(Extension::EightBitMime));
    });
    // BDAT holds what BODY announces, too.
    greeted_call(&config, &["CHUNKING"], |call| {
        for command in [mail("a"), rcpt("b")] {
            call.send(&command);
            call.hear("250 ok\r\n");
        }
        call.send(&Command::Bdat(Bdat { size: 2, last: true }));
        assert_eq!(call.body("\u{e9}"), Err(UsageError::Body(BodyError::EightBit)));
        assert_eq!(call.body("a\0"), Err(UsageError::Body(BodyError::Nul)));
        assert_eq!(call.finish(), Err(UsageError::BodyLength(LengthError::Short { by: 2 })));
    });
}

#[test]
fn smtp_c_35_each_transaction_has_its_body_type() {
    // Both messages are given before the first body is wanted.
    let eight_bit = mail_with(MailParameter::Body(BodyType::EightBitMime));
    for (first, second) in [(eight_bit.clone(), mail("a")), (mail("a"), eight_bit)] {
        let announced = |mail: &Command<'_>| mail.to_bytes().ends_with(b"8BITMIME\r\n");
        let told = greeted_call(&ClientConfig::default(), &["PIPELINING", "8BITMIME"], |call| {
            for mail in [&first, &second] {
                call.send(mail);
                call.send(&rcpt("b"));
                call.send(&Command::Data);
            }
            for mail in [&first, &second] {
                call.hear("250 ok\r\n250 ok\r\n354 go\r\n");
                let taken = call.body("\u{e9}").is_ok();
                assert_eq!(taken, announced(mail));
                if !taken {
                    // A body that failed ends the session.
                    return;
                }
                call.finish().unwrap();
                call.hear("250 ok\r\n");
            }
        });
        assert!(told.error.is_none());
    }
}

#[test]
fn smtp_c_36_utf_8_addresses() {
    let wide = || ReversePath::mailbox("é", "client.example").unwrap();
    let parameters = Mail::new(ReversePath::Null).parameters.with(MailParameter::SmtpUtf8).unwrap();
    greeted_call(&ClientConfig::default(), &[], |call| {
        assert_eq!(call.refuse(&Command::Mail(Mail::new(wide()))), UsageError::NeedsSmtpUtf8);
        let mail = Mail { reverse_path: wide(), parameters: parameters.clone() };
        assert_eq!(call.refuse(&Command::Mail(mail)), UsageError::NotOffered(Extension::SmtpUtf8));
    });
    let told = greeted_call(&ClientConfig::default(), &["SMTPUTF8", "PIPELINING"], |call| {
        call.send(&mail("a"));
        assert_eq!(call.refuse(&rcpt("ü")), UsageError::NeedsSmtpUtf8);
        call.send(&Command::Rset);
        let mail = Mail { reverse_path: wide(), parameters: parameters.clone() };
        call.send(&Command::Mail(mail));
        call.send(&rcpt("ü"));
    });
    assert!(told.sent.contains("MAIL FROM:<é@client.example> SMTPUTF8\r\nRCPT TO:<ü@"));
}

#[test]
fn smtp_c_37_junk_in_the_ehlo_reply() {
    for (keywords, size, auth) in [
        (&["SIZE abc"][..], None, false),
        (&["SIZE"], None, false),
        (&["SIZE 0"], None, false),
        (&["SIZE 99999999999999999999"], Some(u64::MAX), false),
        (&["SIZE=1000"], Some(1000), false),
        (&["AUTH=PLAIN", ""], None, true),
        (&["AUTH=LOGIN PLAIN", "AUTH LOGIN", "SIZE 5"], Some(5), true),
        (&["x\ry", "AUTH PLAIN", "-", "a b\0"], None, true),
    ] {
        let told = greeted_call(&ClientConfig::default(), keywords, |call| {
            let offered = call.peer.client.extensions();
            assert_eq!(offered.max_size(), size, "{keywords:?}");
            assert_eq!(offered.has_mechanism("PLAIN"), auth, "{keywords:?}");
            assert!(offered.has(Extension::Help), "the neighbours count");
        });
        assert!(told.error.is_none(), "{keywords:?}");
    }
}

#[test]
fn smtp_c_38_chunks_have_their_length() {
    let told = greeted_call(&ClientConfig::default(), &["CHUNKING"], |call| {
        for command in [mail("a"), rcpt("b")] {
            call.send(&command);
            call.hear("250 ok\r\n");
        }
        call.send(&Command::Bdat(Bdat { size: 5, last: true }));
        call.body("a.\r\n").unwrap();
        assert_eq!(call.finish(), Err(UsageError::BodyLength(LengthError::Short { by: 1 })));
        let surplus = Err(UsageError::BodyLength(LengthError::Surplus { by: 1 }));
        assert_eq!(call.body("xy"), surplus);
        call.body(".").unwrap();
        call.finish().unwrap();
        call.hear("250 ok\r\n");
    });
    assert!(told.sent.ends_with("BDAT 5 LAST\r\na.\r\n."), "not stuffed, not normalized");
    assert_eq!(told.seen.last(), Some(&Reply(3, 250, None)));
}

// --- LMTP.

#[test]
fn lmtp_04_too_few_replies_and_too_many() {
    let start = |call: &mut Call| {
        call.message(&["b", "c", "d"]);
        call.hear("250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n");
        call.body("hi\r\n").unwrap();
        call.finish().unwrap();
    };
    let told = greeted_call(&lmtp(), PIPELINING, |call| {
        start(call);
        call.hear("250 ok\r\n550 no\r\n");
        call.end();
    });
    assert_eq!(told.seen[6..8], [Reply(5, 250, Some(0)), Reply(5, 550, Some(1))]);
    assert_eq!(told.unanswered, [(5, Unknown)]);
    // 421 answers one recipient, and leaves the others unknown.
    let told = greeted_call(&lmtp(), PIPELINING, |call| {
        start(call);
        call.hear("250 ok\r\n421 closing\r\n");
    });
    assert_eq!(
        told.seen[6..],
        [Reply(5, 250, Some(0)), Reply(5, 421, Some(1)), Unanswered(5, Unknown), Closed]
    );
    let told = greeted_call(&lmtp(), PIPELINING, |call| {
        start(call);
        call.hear("250 a\r\n250 b\r\n250 c\r\n250 d\r\n");
    });
    assert_eq!(told.error, unexpected(250));
    assert_eq!(told.seen[6..9].len(), 3, "the given results are kept");
    assert!(told.unanswered.is_empty());
}

#[test]
fn lmtp_05_a_result_without_an_end() {
    let told = greeted_call(&lmtp(), PIPELINING, |call| {
        open(call);
        call.finish().unwrap();
        call.hear("250-x\r\n".repeat(20_000));
    });
    assert_eq!(told.error, Some(PeerError::Limit { name: "reply", limit: 65_536 }));
    assert_eq!(told.unanswered, [(3, Unknown)]);
}
