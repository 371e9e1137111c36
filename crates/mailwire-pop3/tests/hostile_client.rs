//! Hostile servers: the rows POP-C of the attack table that the house keeps. Each script runs whole,
//! octet by octet and cut at random. Behind an error the harness sees to it that nothing is written,
//! and that each command ended once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::field_reassign_with_default
)]

mod support;

use mailwire_pop3::Unanswered::{NotSent, Unknown};
use mailwire_pop3::client::{Client, ClientConfig, Event};
use mailwire_pop3::command::OtherCommand;
use mailwire_pop3::element::apop::Digest;
use mailwire_pop3::family::auth::{Apop, Password, UserName};
use mailwire_pop3::server::TlsPolicy;
use mailwire_pop3::{
    Answer, Command, Extension, InputBuffer, Limits, Machine, PeerError, State, Tolerance,
    UsageError, Wait,
};
use support::Seen::{
    self, Body, BodyBegin, BodyEnd, Challenge, Closed, Closing, Desync, Greeting, ListBegin,
    ListEnd,
};
use support::script::{call, greeted_call, transaction};
use support::{auth, client_config, new_peer, number, pass, say, user};

fn required() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.tls = TlsPolicy::Required;
    config
}

fn with_apop() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.apop = true;
    config
}

fn apop() -> Command<'static> {
    Command::Apop(Apop::new(UserName::new("user").unwrap(), Digest::from_md5([1; 16])))
}

fn ok(ticket: u64, line: &str) -> Seen {
    Seen::Ok(ticket, line.into())
}

fn item(line: &str) -> Seen {
    Seen::Item(line.into())
}

fn desync(ticket: u64, line: &str) -> [Seen; 2] {
    [Desync(Some(ticket), line.into()), Seen::Error(PeerError::Desync)]
}

// --- All protocols.

#[test]
fn x_01_a_drip_costs_no_more_than_a_feed() {
    // The framer is shown everything again with each octet; were it to look at it again, this would
    // be 10^10 octets.
    let mut config = client_config();
    config.limits.response_line = 1 << 18;
    let mut client = Client::new(config);
    let mut line = b"+OK ".to_vec();
    line.resize((1 << 18) - 2, b'a');
    line.extend_from_slice(b"\r\n");
    for end in 1..line.len() {
        let received = client.receive(&line[..end]).unwrap();
        assert!(received.consumed == 0 && received.event.is_none());
    }
    assert!(matches!(client.receive(&line).unwrap().event, Some(Event::Greeting(_))));
}

#[test]
fn x_02_empty_input_changes_nothing() {
    for phase in ["", "+OK\r\n", "+OK\r\n+OK\r\nTO", "+OK\r\n+OK\r\nTOP\r\n"] {
        let mut peer = new_peer(client_config());
        for line in phase.split_inclusive('\n') {
            peer.feed(line.as_bytes());
            if peer.client.state() == State::Authorization && peer.client.in_flight() == 0 {
                say(&mut peer, &Command::Capa);
            }
        }
        let before = format!("{:?}", peer.client);
        for _ in 0..10_000 {
            assert_eq!(peer.feed(b""), []);
        }
        assert_eq!(format!("{:?}", peer.client), before);
    }
}

#[test]
fn x_03_the_end_may_come_anywhere() {
    let answers = "+OK\r\n+OK 1\r\nx\r\n.\r\n+OK\r\n1 2\r\n.\r\n+OK\r\n+OK\r\n";
    for end in 0..=answers.len() {
        let mut peer = new_peer(client_config());
        peer.feed(b"+OK\r\n");
        say(&mut peer, &Command::Capa);
        peer.feed(b"+OK\r\nPIPELINING\r\n.\r\n");
        say(&mut peer, &user("a"));
        say(&mut peer, &pass("b"));
        peer.feed(b"+OK\r\n+OK\r\n");
        let commands = [
            Command::Noop,
            Command::Retr(number(1)),
            Command::List(None),
            Command::Dele(number(1)),
            Command::Quit,
        ];
        for command in &commands {
            say(&mut peer, command);
        }
        let seen = peer.feed(&answers.as_bytes()[..end]);
        let whole = seen.contains(&Closed);
        let result = peer.client.receive_eof();
        assert!(matches!(result, Ok(()) | Err(PeerError::Eof)), "{end}");
        assert!(peer.client.is_closed());
        let left = std::iter::from_fn(|| peer.client.unanswered()).count();
        let ended = seen
            .iter()
            .filter(|seen| matches!(seen, Seen::Ok(..) | Seen::Err(..) | ListEnd(_) | BodyEnd(..)));
        assert_eq!(left + ended.count(), commands.len(), "{end}");
        assert_eq!(whole, end == answers.len());
    }
}

#[test]
fn x_04_nothing_happens_behind_the_end() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Quit);
        call.hear("+OK bye\r\n+OK more\r\n");
        assert_eq!(call.refuse(&Command::Noop), UsageError::Closed);
        call.hear("+OK\r\n");
    });
    assert_eq!(told.seen, [ok(3, "+OK bye"), Closed]);
    let told = call(&client_config(), |call| {
        call.hear("* OK IMAP\r\n");
        assert_eq!(call.refuse(&Command::Capa), UsageError::Closed);
        call.hear("+OK\r\n");
        call.end();
    });
    assert_eq!(told.seen, [Seen::Error(PeerError::WrongProtocol)]);
}

#[test]
fn x_06_lines_are_capped() {
    let long = format!("+OK {}\r\n", "A".repeat(2100));
    let limit = Some(PeerError::Limit { name: "response_line", limit: 2048 });
    let told = call(&client_config(), |call| call.hear(&long));
    assert_eq!(told.error, limit);
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Noop);
        call.hear(&long);
    });
    assert_eq!((told.error, &told.unanswered[..]), (limit, &[(3, Unknown)][..]));
    // A buffer with the usual limit never gets there.
    assert!(InputBuffer::new(65_536).space().is_ok());
}

#[test]
fn x_08_octets_are_kept_and_escaped_in_debug() {
    let mut client = Client::new(client_config());
    let input = b"+OK \x1b[2J\xe2\x80\xae[ALERT]\r\n";
    let event = client.receive(input).unwrap().event.unwrap();
    let shown = format!("{event:?}");
    assert!(shown.is_ascii() && !shown.contains('\u{1b}'), "{shown}");
    let Event::Greeting(greeting) = event else { panic!() };
    assert_eq!(greeting.response.text(), &input[4..input.len() - 2]);
}

#[test]
fn x_10_another_protocol_is_not_talked_to() {
    for line in ["HTTP/1.1 400 Bad Request\r\n", "* OK Gimap\r\n", "220 smtp\r\n", "\x15\x03\r\n"] {
        let told = call(&client_config(), |call| call.hear(line));
        assert_eq!(told.error, Some(PeerError::WrongProtocol), "{line}");
        assert!(told.sent.is_empty());
    }
}

#[test]
fn x_14_each_state_tells_what_it_waits_for() {
    let mut peer = new_peer(client_config());
    assert_eq!(peer.client.waiting_for(), Wait::Greeting);
    peer.feed(b"+OK\r\n");
    assert_eq!(peer.client.waiting_for(), Wait::Nothing);
    say(&mut peer, &Command::Capa);
    assert_eq!(peer.client.waiting_for(), Wait::Answer);
    peer.feed(b"+OK\r\nSTLS\r\n");
    assert_eq!(peer.client.waiting_for(), Wait::Body);
    peer.feed(b"SASL PLAIN\r\n.\r\n");
    say(&mut peer, &Command::Auth(Some(auth("PLAIN"))));
    assert_eq!(peer.client.waiting_for(), Wait::Auth);
    peer.feed(b"+ \r\n");
    assert_eq!(peer.client.waiting_for(), Wait::Application);
    peer.client.cancel_auth().unwrap();
    peer.output();
    peer.feed(b"-ERR\r\n");
    say(&mut peer, &Command::Stls);
    peer.feed(b"+OK\r\n");
    assert_eq!(peer.client.waiting_for(), Wait::Tls);
}

// --- POP3 clients.

#[test]
fn pop_c_01_and_02_plaintext_behind_stls() {
    for behind in ["+OK\r\nPLAIN\r\n.\r\n", "\u{b9}", "\r\n", "+"] {
        let told = greeted_call(&client_config(), &["STLS"], |call| {
            call.send(&Command::Stls);
            call.hear(format!("+OK go\r\n{behind}"));
            assert!(call.peer.client.tls_started().is_err());
        });
        assert_eq!(told.error, Some(PeerError::DataAfterStls), "{behind}");
        assert_eq!(told.sent, "STLS\r\n");
        assert_eq!(told.seen, [ok(1, "+OK go"), Seen::Error(PeerError::DataAfterStls)]);
    }
    // And between the handshake's begin and its end.
    let mut peer = new_peer(client_config());
    peer.feed(b"+OK\r\n");
    say(&mut peer, &Command::Stls);
    assert_eq!(peer.feed(b"+OK\r\n"), [ok(0, "+OK"), Seen::TlsReady]);
    assert_eq!(peer.feed(b"+"), [Seen::Error(PeerError::DataAfterStls)]);
    assert!(peer.client.tls_started().is_err());
}

#[test]
fn pop_c_03_tls_is_required() {
    let refused = |answer: &'static str, capa: &'static [&'static str], error| {
        let told = call(&required(), |call| {
            call.hear("+OK\r\n");
            for command in [user("a"), Command::Auth(Some(auth("PLAIN"))), Command::Utf8] {
                assert!(
                    matches!(
                        call.refuse(&command),
                        UsageError::TlsRequired | UsageError::NotOffered(Extension::Utf8)
                    ),
                    "{command:?}"
                );
            }
            if capa.is_empty() {
                call.send(&Command::Capa);
                call.hear(answer);
            } else {
                call.capa(capa);
                call.send(&Command::Stls);
                call.hear(answer);
            }
        });
        assert_eq!(told.error, Some(error), "{answer}");
        assert!(!told.sent.contains("USER") && !told.sent.contains("AUTH"));
    };
    refused("-ERR what?\r\n", &[], PeerError::TlsUnavailable);
    refused("+OK\r\nUSER\r\n.\r\n", &[], PeerError::TlsUnavailable);
    refused("-ERR not now\r\n", &["STLS"], PeerError::TlsRefused);
    // Unknown verbs say something too.
    let mut peer = new_peer(required());
    peer.feed(b"+OK\r\n");
    let other = Command::Other(OtherCommand::new("XAUTH", "secret").unwrap());
    assert_eq!(peer.client.send(&other), Err(UsageError::TlsRequired));
}

#[test]
fn pop_c_04_an_answer_to_nothing() {
    let told = call(&client_config(), |call| {
        call.hear("+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n");
    });
    let junk = Desync(None, b"1 120\r\n".to_vec());
    assert_eq!(told.seen, [Greeting(true), junk, Seen::Error(PeerError::Desync)]);
    let told = call(&client_config(), |call| {
        call.hear("+OK\r\n+OK\r\n");
    });
    assert_eq!(told.error, Some(PeerError::Desync));
    // A command that is not written yet is not what is answered.
    let told = call(&client_config(), |call| {
        call.hear("+OK\r\n");
        call.send(&Command::Capa);
        call.hear_early("+OK\r\nSASL PLAIN\r\n.\r\n");
    });
    assert_eq!(told.error, Some(PeerError::Desync));
    assert_eq!((told.sent.as_str(), &told.unanswered[..]), ("", &[(0, NotSent)][..]));
    // A server that closes says so in answer to nothing.
    let told = call(&client_config(), |call| call.hear("+OK\r\n-ERR [SYS/TEMP] idle\r\n"));
    assert_eq!(told.seen, [Greeting(true), Closing, Closed]);
}

#[test]
fn pop_c_05_only_ok_opens() {
    for (line, error) in [
        ("+OKAY\r\n", Some(PeerError::WrongProtocol)),
        ("+\r\n", Some(PeerError::WrongProtocol)),
        (" +OK\r\n", Some(PeerError::WrongProtocol)),
        ("+OK\n", Some(PeerError::WrongProtocol)),
        ("\r\n", Some(PeerError::WrongProtocol)),
        ("-ERR\r\n", None),
        ("-ERR [SYS/TEMP] later\r\n", None),
    ] {
        let told = call(&client_config(), |call| call.hear(line));
        assert_eq!(told.error, error, "{line}");
        assert!(told.closed && told.sent.is_empty());
        if error.is_none() {
            assert_eq!(told.seen, [Greeting(false), Closed]);
        }
    }
    // Lower case is a deviation, and can be switched off.
    let mut strict = client_config();
    for (tolerance, opens) in [(Tolerance::default(), true), (Tolerance::strict(), false)] {
        strict.tolerance = tolerance;
        let told = call(&strict, |call| call.hear("+ok\r\n"));
        assert_eq!(told.error.is_none(), opens);
    }
}

#[test]
fn pop_c_06_only_a_clean_stamp() {
    for (greeting, clean) in [
        ("+OK <a@b>\r\n", true),
        ("+OK <a@b> <c@d>\r\n", false),
        ("+OK <ab>\r\n", false),
        ("+OK <\u{1}@b>\r\n", false),
        ("+OK <a@\u{e9}>\r\n", false),
        ("+OK\r\n", false),
    ] {
        let told = call(&with_apop(), |call| {
            call.hear(greeting);
            if clean {
                call.send(&apop());
                call.hear("+OK\r\n");
            } else {
                assert_eq!(call.refuse(&apop()), UsageError::NoApop);
            }
        });
        assert_eq!(told.sent.is_empty(), !clean, "{greeting}");
    }
    // Off by default.
    call(&ClientConfig::default(), |call| {
        call.hear("+OK <a@b>\r\n");
        assert_eq!(call.refuse(&apop()), UsageError::NoApop);
    });
}

#[test]
fn pop_c_07_only_one_end_mark() {
    let body = "a\n.\nb\n.\r\nc\r\n.\rd\r\n.\ne\r.\rf\r\r\n.\rg\r\n\r\n";
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Retr(number(1)));
        call.hear(format!("+OK\r\n{body}.\r\n"));
    });
    // A dot at the start of a line is taken out, whatever is behind it.
    let plain = body.replace("\r\n.", "\r\n");
    let plain = plain.into_bytes();
    let size = plain.len() as u64;
    assert_eq!(told.seen, [BodyBegin(3), Body(plain), BodyEnd(3, size)]);
    // The end mark may be the first line.
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Retr(number(1)));
        call.send(&Command::List(None));
        call.hear("+OK\r\n.\r\n+OK\r\n.\r\n");
    });
    assert_eq!(told.seen, [BodyBegin(3), BodyEnd(3, 0), ListBegin(4), ListEnd(4)]);
    // A listing ends like a message: a dot with LF alone is a bad line.
    let told = transaction(&client_config(), |call| {
        call.send(&Command::List(None));
        call.hear("+OK\r\n1 1\r\n.\n2 2\n. \r\n.\r\n");
    });
    let items = [item("1 1"), item("!CRLF ."), item("!CRLF 2 2"), item("!message-number  ")];
    let all = [vec![ListBegin(3)], items.to_vec(), vec![ListEnd(3)]].concat();
    assert_eq!(told.seen, all);
}

#[test]
fn pop_c_08_dots_are_taken_out() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Retr(number(1)));
        call.hear("+OK\r\n..\r\n.x\r\n...\r\n.\r\n");
    });
    let plain = b".\r\nx\r\n..\r\n".to_vec();
    assert_eq!(told.seen, [BodyBegin(3), Body(plain), BodyEnd(3, 10)]);
}

#[test]
fn pop_c_09_a_message_without_end_is_streamed() {
    let mut peer = new_peer(client_config());
    peer.feed(b"+OK\r\n");
    say(&mut peer, &user("a"));
    peer.feed(b"+OK\r\n");
    say(&mut peer, &pass("b"));
    peer.feed(b"+OK\r\n");
    say(&mut peer, &Command::Retr(number(1)));
    peer.feed(b"+OK\r\n");
    let before = format!("{:?}", peer.client).len();
    let line = vec![b'a'; 1 << 16];
    for _ in 0..256 {
        assert_eq!(peer.feed(&line), [Body(line.clone())]);
    }
    assert!(format!("{:?}", peer.client).len() < before + 100);
    assert_eq!(peer.client.receive_eof(), Err(PeerError::Eof));
    assert_eq!(peer.client.unanswered().map(|(_, how)| how), Some(Unknown));
}

#[test]
fn pop_c_10_numbers_and_long_listings() {
    for line in ["1 -5", "99999999999999999999 1", "1", "", "x y", "1 18446744073709551616"] {
        let told = transaction(&client_config(), |call| {
            call.send(&Command::Stat);
            call.send(&Command::Noop);
            call.hear(format!("+OK {line}\r\n+OK\r\n"));
        });
        // The value is bad and the conversation is not.
        assert!(matches!(told.seen[0], Seen::Invalid(3, _)), "{line}");
        assert_eq!(told.seen[1..], [ok(4, "+OK")]);
    }
    let told = transaction(&client_config(), |call| {
        call.send(&Command::List(None));
        call.hear("+OK\r\n0 1\r\n1 1\r\n1 2\r\n1\r\n4294967296 1\r\n.\r\n");
    });
    let items = [
        item("!message-number 0 1"),
        item("1 1"),
        item("1 2"),
        item("!size 1"),
        item("!message-number 4294967296 1"),
    ];
    let all = [vec![ListBegin(3)], items.to_vec(), vec![ListEnd(3)]].concat();
    assert_eq!(told.seen, all);
}

#[test]
fn pop_c_10_a_listing_takes_no_memory() {
    let mut client = Client::new(client_config());
    client.receive(b"+OK\r\n").unwrap();
    for (command, answer) in
        [(user("a"), &b"+OK\r\n"[..]), (pass("b"), b"+OK\r\n"), (Command::List(None), b"+OK\r\n")]
    {
        client.send(&command).unwrap();
        client.transmitted(usize::MAX);
        assert!(client.receive(answer).unwrap().event.is_some());
    }
    let before = format!("{client:?}");
    let rows = b"4294967295 18446744073709551615\r\n".repeat(1000);
    let mut count = 0;
    for _ in 0..100 {
        let mut taken = 0;
        while taken < rows.len() {
            let received = client.receive(&rows[taken..]).unwrap();
            assert!(matches!(received.event, Some(Event::Item { .. })));
            taken += received.consumed;
            count += 1;
        }
    }
    assert_eq!(count, 100_000);
    assert_eq!(format!("{client:?}"), before);
}

#[test]
fn pop_c_11_unique_ids() {
    let long = "x".repeat(500);
    let lines = format!("1 \r\n2 ../../etc/passwd\r\n3 {long}\r\n4 a b\r\n5\r\n6 ok\r\n");
    let hear = |config: &ClientConfig| {
        transaction(config, |call| {
            call.send(&Command::Uidl(None));
            call.hear(format!("+OK\r\n{lines}.\r\n"));
        })
    };
    let bad = |rule: &str, line: &str| item(&format!("!{rule} {line}"));
    assert_eq!(
        hear(&client_config()).seen,
        [
            ListBegin(3),
            bad("unique-id", "1 "),
            item("2 ../../etc/passwd"),
            bad("unique-id", &format!("3 {long}")),
            bad("unique-id", "4 a b"),
            bad("SP", "5"),
            item("6 ok"),
            ListEnd(3),
        ]
    );
    let mut lenient = client_config();
    lenient.tolerance = Tolerance::lenient();
    let seen = hear(&lenient).seen;
    assert_eq!(seen[1], item("1 "));
    assert_eq!(seen[3], item(&format!("3 {long}")));
    assert_eq!(seen[4..6], [item("4 a b"), bad("SP", "5")]);
}

#[test]
fn pop_c_12_arguments_cannot_hold_commands() {
    for text in ["a\r\nDELE 1", "a\nDELE 1", "a\rDELE 1", "a\0"] {
        assert!(UserName::new(text).is_err() && Password::new(text).is_err());
        assert!(OtherCommand::new("X", text).is_err());
        assert!(OtherCommand::new(text, "").is_err());
    }
}

#[test]
fn pop_c_13_challenges() {
    let plain = || Command::Auth(Some(auth("PLAIN")));
    let told = greeted_call(&client_config(), &["SASL PLAIN"], |call| {
        call.send(&plain());
        for _ in 0..=Limits::default().auth_rounds {
            call.hear("+ QQ==\r\n");
            if call.error().is_none() {
                call.peer.client.respond_auth(b"").unwrap();
            }
        }
    });
    assert_eq!(told.error, Some(PeerError::Limit { name: "auth_rounds", limit: 8 }));
    // Words and bad base64 are kept as they are; the mechanism decides, and the caller can cancel.
    let told = greeted_call(&client_config(), &["SASL PLAIN"], |call| {
        call.send(&plain());
        call.hear("+ go ahead\r\n");
        call.peer.client.cancel_auth().unwrap();
        call.hear("-ERR cancelled\r\n");
        call.send(&plain());
        call.hear("+\r\n");
        call.peer.client.respond_auth(b"\0a\0b").unwrap();
        call.hear("+OK\r\n");
    });
    assert_eq!(
        told.seen,
        [
            Challenge(b"go ahead".to_vec()),
            Seen::Err(1, "-ERR cancelled".into()),
            Challenge(Vec::new()),
            ok(2, "+OK"),
        ]
    );
    assert_eq!(told.sent, "AUTH PLAIN\r\n*\r\nAUTH PLAIN\r\nAGEAYg==\r\n");
    // It is not the server's turn behind a challenge.
    let told = greeted_call(&client_config(), &["SASL PLAIN"], |call| {
        call.send(&plain());
        call.hear("+ QQ==\r\n+ QQ==\r\n");
    });
    assert_eq!(told.error, Some(PeerError::Desync));
    // A challenge in answer to anything else is none.
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Noop);
        call.hear("+ QQ==\r\n");
    });
    assert_eq!(told.seen, desync(3, "+ QQ==\r\n"));
}

#[test]
fn pop_c_14_the_end_behind_quit() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Dele(number(1)));
        call.hear("+OK\r\n");
        call.send(&Command::Quit);
        call.end();
    });
    // Whether the message is removed is not known.
    assert_eq!(told.seen, [ok(3, "+OK"), Seen::Unanswered(4, Unknown), Closed]);
    assert_eq!(told.error, None);
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Quit);
        call.hear("-ERR some deleted messages not removed\r\n");
    });
    let line = "-ERR some deleted messages not removed".into();
    assert_eq!(told.seen, [Seen::Err(3, line), Closed]);
    // A QUIT that was not written removed nothing.
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Quit);
        call.write_octets(2);
        let end = call.peer.client.receive_eof();
        assert_eq!(end, Ok(()));
    });
    assert_eq!(told.unanswered, [(3, NotSent)]);
}

#[test]
fn pop_c_15_answers_more_and_fewer_than_commands() {
    let told = transaction(&client_config(), |call| {
        for command in [Command::Stat, Command::Noop, Command::Dele(number(1))] {
            call.send(&command);
        }
        call.hear("+OK 1 2\r\n-ERR no\r\n+OK\r\n+OK more\r\n");
    });
    assert_eq!(told.seen[..2], [ok(3, "+OK 1 2"), Seen::Err(4, "-ERR no".into())]);
    assert_eq!(told.error, Some(PeerError::Desync));
    let told = transaction(&client_config(), |call| {
        for command in [Command::Stat, Command::Noop, Command::Dele(number(1))] {
            call.send(&command);
        }
        call.hear("+OK 1 2\r\n");
        call.end();
    });
    assert_eq!(told.error, Some(PeerError::Eof));
    assert_eq!(told.unanswered, [(4, Unknown), (5, Unknown)]);
}

#[test]
fn pop_c_15_a_server_that_does_not_stuff_dots_is_found_out() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Retr(number(1)));
        call.send(&Command::Dele(number(1)));
        call.hear("+OK\r\nbefore\r\n.\r\nafter\r\n.\r\n+OK deleted\r\n");
    });
    let body = Body(b"before\r\n".to_vec());
    let all = [vec![BodyBegin(3), body, BodyEnd(3, 8)], desync(4, "after\r\n").to_vec()].concat();
    assert_eq!(told.seen, all);
    assert_eq!(told.unanswered, [(4, Unknown)]);
}

#[test]
fn pop_c_16_capabilities_are_forgotten_and_capped() {
    let told = greeted_call(&client_config(), &["STLS", "SASL PLAIN"], |call| {
        call.send(&Command::Stls);
        call.hear("+OK\r\n");
        call.peer.client.tls_started().unwrap();
        assert!(!call.peer.client.extensions().has_mechanism("PLAIN"));
        assert!(!call.peer.client.extensions().is_known());
        assert!(call.peer.client.stamp().is_none());
        call.capa(&["SASL SCRAM-SHA-256"]);
        let plain = Command::Auth(Some(auth("PLAIN")));
        assert_eq!(call.refuse(&plain), UsageError::NotOffered(Extension::Sasl));
    });
    assert_eq!(told.error, None);
    let told = call(&client_config(), |call| {
        call.hear("+OK\r\n");
        call.send(&Command::Capa);
        call.hear("+OK\r\n");
        let lines = "X-FLOOD 0123456789\r\n".repeat(1000);
        call.hear(lines);
    });
    assert_eq!(told.error, Some(PeerError::Limit { name: "capabilities", limit: 16_384 }));
}

#[test]
fn pop_c_17_broken_response_codes_are_text() {
    for (line, text) in [
        (&b"-ERR [AUTH x\r\n"[..], &b"[AUTH x"[..]),
        (b"-ERR []\r\n", b"[]"),
        (b"-ERR [\r\n", b"["),
    ] {
        let answer = Answer::parse(line, mailwire_pop3::Expect::Stat).unwrap();
        let response = answer.refusal().unwrap();
        assert_eq!((response.code(), response.text()), (None, text));
    }
}

#[test]
fn pop_c_18_octets_are_kept() {
    let octets: Vec<u8> = (0..=255).filter(|byte| !b"\r\n.".contains(byte)).collect();
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Retr(number(1)));
        call.hear([b"+OK\r\n", &octets[..], b"\r\n.\r\n"].concat());
    });
    let body = [&octets[..], b"\r\n"].concat();
    let size = body.len() as u64;
    assert_eq!(told.seen, [BodyBegin(3), Body(body), BodyEnd(3, size)]);
}

#[test]
fn pop_c_19_no_credentials_in_plaintext() {
    let mut config = required();
    config.apop = true;
    config.auth_without_tls = true;
    let told = call(&config, |call| {
        call.hear("+OK <a@b>\r\n");
        for command in [user("a"), apop(), Command::Auth(Some(auth("PLAIN")))] {
            assert_eq!(call.refuse(&command), UsageError::TlsRequired);
        }
    });
    assert!(told.sent.is_empty());
    // And by default none but a digest, which is off too.
    let told = call(&ClientConfig::default(), |call| {
        call.hear("+OK <a@b>\r\n");
        for command in [user("a"), Command::Auth(Some(auth("PLAIN")))] {
            assert_eq!(call.refuse(&command), UsageError::TlsRequired);
        }
    });
    assert!(told.sent.is_empty());
    let client = Client::new(client_config());
    assert!(!format!("{client:?}").contains("hunter2"));
}

#[test]
fn a_status_line_must_be_whole() {
    for (line, error) in [
        ("+OK\n", PeerError::Syntax(mailwire_pop3::SyntaxError { rule: "CRLF", at: 4 })),
        ("+OKAY\r\n", PeerError::Desync),
        ("\r\n", PeerError::Desync),
        ("* BYE\r\n", PeerError::Desync),
    ] {
        let told = transaction(&client_config(), |call| {
            call.send(&Command::Noop);
            call.hear(line);
        });
        assert_eq!(told.error, Some(error), "{line}");
        assert_eq!(told.unanswered, [(3, Unknown)]);
    }
}

#[test]
fn long_lines_of_a_listing_are_contained() {
    let long = format!("1 {}", "x".repeat(5000));
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Uidl(None));
        call.hear(format!("+OK\r\n{long}\r\n2 b\r\n.\r\n"));
    });
    let bad = item(&format!("!CRLF {}", &long[..2048]));
    assert_eq!(told.seen, [ListBegin(3), bad, item("2 b"), ListEnd(3)]);
}
