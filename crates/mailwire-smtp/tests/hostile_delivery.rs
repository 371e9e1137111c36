//! Hostile servers while a message is on its way: outcomes, bodies, LMTP. Each test is a row of the
//! attack table, and each script runs whole, octet by octet and cut at random.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::field_reassign_with_default
)]

mod support;

use mailwire_smtp::Unanswered::{NotSent, Unknown};
use mailwire_smtp::body::{BodyError, Findings, InspectedBytes, LengthError, Newlines};
use mailwire_smtp::client::ClientConfig;
use mailwire_smtp::element::path::ReversePath;
use mailwire_smtp::extension::Extension;
use mailwire_smtp::family::bdat::Bdat;
use mailwire_smtp::family::mail::{BodyType, Mail, MailParameter};
use mailwire_smtp::server::{self, BareNewlines, Protocol, Server};
use mailwire_smtp::{Command, Machine, PeerError, State, UsageError};
use support::Seen::{BodyWanted, Closed, Reply, Unanswered};
use support::script::{Call, greeted_call};
use support::{ehlo, mail, rcpt, server_config};

fn lmtp() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.protocol = Protocol::Lmtp;
    config
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

/// What a server that takes bare line ends hands out for the octets behind DATA, and what it knows.
fn received(stream: &[u8], look_for: Findings) -> Vec<InspectedBytes> {
    let mut config = server_config();
    config.bare_newlines = BareNewlines::Accept;
    config.look_for = look_for;
    let mut server = Server::new(std::sync::Arc::new(config));
    server.accept().unwrap();
    for line in ["EHLO a\r\n", "MAIL FROM:<a@x>\r\n", "RCPT TO:<b@x>\r\n", "DATA\r\n"] {
        server.transmitted(usize::MAX);
        server.receive(line.as_bytes()).unwrap();
        if line == "DATA\r\n" { server.accept_body() } else { server.accept() }.unwrap();
    }
    let (mut input, mut parts) = (stream, Vec::new());
    loop {
        let received = server.receive(input).unwrap();
        input = &input[received.consumed..];
        match received.event {
            Some(server::Event::BodyChunk(part)) => parts.push(part.to_bytes()),
            Some(server::Event::BodyEnd(_)) => return parts,
            other => assert!(other.is_none() && !input.is_empty(), "{other:?}"),
        }
    }
}

#[test]
fn smtp_c_32_what_a_relay_knows_hides_nothing_from_its_client() {
    let octets = Findings::NUL | Findings::EIGHT_BIT;
    for (stream, body) in [
        (&b"a\r\n..\r\nb\r\n.\r\n"[..], &b"a\r\n.\r\nb\r\n"[..]),
        (b"a\n.\nX\r\n.\r\n", b"a\n.\nX\r\n"),
        (b".\nX\r\n.\r\n", b"\nX\r\n"),
        (b"a\r\n.\n..\r\nX\r\n.\r\n", b"a\r\n\n..\r\nX\r\n"),
        (b"a\r.\rX\r\n.\r\n", b"a\r.\rX\r\n"),
        (b"a\r\n.\r\r\n.\r\n", b"a\r\n\r\r\n"),
        (b"a\0\r\n.\r\n", b"a\0\r\n"),
        (b"\xe9\r\n.\r\n", b"\xe9\r\n"),
    ] {
        let wanted = sent(&ClientConfig::default(), &[body]);
        for look_for in [Findings::NONE, Findings::NUL, Findings::EIGHT_BIT, octets] {
            let parts = received(stream, look_for);
            assert_eq!(parts.iter().flat_map(|part| part.to_vec()).collect::<Vec<_>>(), body);
            let mut result = Ok(());
            let cell = std::cell::RefCell::new(&mut result);
            let told = greeted_call(&ClientConfig::default(), PIPELINING, |call| {
                open(call);
                let give = |part: &InspectedBytes| call.peer.client.send_body(part.clone());
                **cell.borrow_mut() = parts.iter().try_for_each(give).and_then(|()| call.finish());
            });
            let (_, wire) = told.sent.split_once("DATA\r\n").unwrap();
            assert_eq!(result.map(|()| wire.into()), wanted, "{look_for:?} {parts:?}");
        }
    }
    // What is known before is no more than what the octets are.
    let known = InspectedBytes::inspect("a\n.\n".into(), Findings::ALL);
    assert_eq!(known.as_inspected().lacks(), octets);
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

#[test]
fn lmtp_04_what_waits_behind_the_last_chunk_takes_no_result_away() {
    let told = greeted_call(&lmtp(), &["PIPELINING", "CHUNKING"], |call| {
        for command in [mail("a"), rcpt("b"), rcpt("c")] {
            call.send(&command);
        }
        call.hear("250 ok\r\n250 ok\r\n250 ok\r\n");
        call.send(&Command::Bdat(Bdat { size: 0, last: true }));
        call.finish().unwrap();
        call.write();
        // The next command is queued, and no octet of it is written.
        call.send(&mail("d"));
        call.hear_early("250 b\r\n250 c\r\n");
        call.write();
        call.hear("250 d\r\n");
    });
    assert_eq!(told.error, None);
    assert_eq!(
        told.seen[3..],
        [Reply(4, 250, Some(0)), Reply(4, 250, Some(1)), Reply(5, 250, None)]
    );
}

#[test]
fn prdr_has_its_results_behind_the_last_chunk_too() {
    let told = greeted_call(&ClientConfig::default(), &["CHUNKING", "PRDR"], |call| {
        for command in [mail_with(MailParameter::Prdr), rcpt("b"), rcpt("c")] {
            call.send(&command);
            call.hear("250 ok\r\n");
        }
        for last in [false, true] {
            call.send(&Command::Bdat(Bdat { size: 0, last }));
            call.finish().unwrap();
            call.hear(if last {
                "353 each\r\n250 b\r\n550 c\r\n250 all\r\n"
            } else {
                "250 ok\r\n"
            });
        }
    });
    assert_eq!(told.error, None);
    assert_eq!(
        told.seen[told.seen.len() - 4..],
        [Reply(5, 353, None), Reply(5, 250, Some(0)), Reply(5, 550, Some(1)), Reply(5, 250, None)]
    );
    // Behind a chunk that is not the last one there is nothing to say of recipients.
    let told = greeted_call(&ClientConfig::default(), &["CHUNKING", "PRDR"], |call| {
        for command in [mail_with(MailParameter::Prdr), rcpt("b")] {
            call.send(&command);
            call.hear("250 ok\r\n");
        }
        call.send(&Command::Bdat(Bdat { size: 0, last: false }));
        call.finish().unwrap();
        call.hear("353 each\r\n");
    });
    assert_eq!(told.error, unexpected(353));
}
