//! Client against server in memory, extensions on and off, whole and byte by byte.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use mailwire_pop3::client::{Client, ClientConfig};
use mailwire_pop3::element::apop::Digest;
use mailwire_pop3::family::auth::{Apop, UserName};
use mailwire_pop3::family::lang::LanguageRange;
use mailwire_pop3::server::{ServerConfig, TlsPolicy};
use mailwire_pop3::{Command, Extension, ExtensionSet, Machine, State, Unanswered, UsageError};
use mailwire_testing::drive::Driven as _;
use support::{
    App, MESSAGES, Pair, Seen, auth, client_config, everything, new_pair, number, pass, say,
    server_config, top, user,
};

/// Both sides, with every split of the bytes that is worth a run, pipelining on and off.
fn pairs(client: &ClientConfig, server: &ServerConfig) -> Vec<Pair> {
    let mut all = Vec::new();
    for part in [usize::MAX, 7, 1] {
        for pipelining in [true, false] {
            let mut client = client.clone();
            client.pipelining = pipelining;
            let mut pair = new_pair(client, server.clone());
            pair.part = part;
            all.push(pair);
        }
    }
    all
}

fn ok(ticket: u64, line: &str) -> Seen {
    Seen::Ok(ticket, line.into())
}

fn item(line: &str) -> Seen {
    Seen::Item(line.into())
}

/// Greeting and capabilities.
fn open(pair: &mut Pair) {
    assert_eq!(pair.run(), [Seen::Greeting(true)]);
    pair.peer.client.send(&Command::Capa).unwrap();
    let seen = pair.run();
    assert_eq!((seen.first(), seen.last()), (Some(&Seen::ListBegin(0)), Some(&Seen::ListEnd(0))));
}

/// The same, and USER and PASS.
fn login(pair: &mut Pair) {
    open(pair);
    pair.peer.client.send(&user("user")).unwrap();
    pair.peer.client.send(&pass("pass word")).unwrap();
    assert_eq!(pair.run(), [ok(1, "+OK send PASS"), ok(2, "+OK maildrop ready")]);
    assert_eq!(pair.peer.client.state(), State::Transaction);
    assert_eq!(pair.app.server.state(), State::Transaction);
}

#[test]
fn a_maildrop_is_read_and_emptied() {
    for mut pair in pairs(&client_config(), &server_config()) {
        login(&mut pair);
        for command in [
            Command::Stat,
            Command::List(None),
            Command::Uidl(Some(number(2))),
            Command::Retr(number(1)),
            Command::Retr(number(2)),
            Command::Retr(number(3)),
            top(9, 0),
            Command::Dele(number(1)),
            Command::Retr(number(1)),
            Command::Uidl(None),
            Command::Quit,
        ] {
            pair.peer.client.send(&command).unwrap();
        }
        let whole = |index: usize| {
            let mut message = MESSAGES[index].to_vec();
            if !message.is_empty() && !message.ends_with(b"\r\n") {
                message.extend_from_slice(b"\r\n");
            }
            message
        };
        let sizes: Vec<u64> = (0..3).map(|index| whole(index).len() as u64).collect();
        let total: usize = MESSAGES.iter().map(|message| message.len()).sum();
        assert_eq!(
            pair.run(),
            [
                ok(3, &format!("+OK 3 {total}")),
                Seen::ListBegin(4),
                item(&format!("1 {}", MESSAGES[0].len())),
                item(&format!("2 {}", MESSAGES[1].len())),
                item("3 0"),
                Seen::ListEnd(4),
                ok(5, "+OK 2 uid2"),
                Seen::BodyBegin(6),
                Seen::Body(whole(0)),
                Seen::BodyEnd(6, sizes[0]),
                Seen::BodyBegin(7),
                Seen::Body(whole(1)),
                Seen::BodyEnd(7, sizes[1]),
                Seen::BodyBegin(8),
                Seen::BodyEnd(8, 0),
                Seen::Err(9, "-ERR no such message".into()),
                ok(10, "+OK marked to be deleted"),
                Seen::Err(11, "-ERR no such message".into()),
                Seen::ListBegin(12),
                item("2 uid2"),
                item("3 uid3"),
                Seen::ListEnd(12),
                ok(13, "+OK bye"),
                Seen::Closed,
            ]
        );
        assert_eq!(pair.app.removed, Some(1));
        assert_eq!(pair.app.server.state(), State::Closed);
        assert_eq!(pair.peer.client.in_flight(), 0);
    }
}

#[test]
fn pipelining_sends_without_waiting() {
    let mut pair = new_pair(client_config(), server_config());
    login(&mut pair);
    for command in [Command::Retr(number(1)), Command::Dele(number(1)), Command::Quit] {
        pair.peer.client.send(&command).unwrap();
    }
    assert_eq!(pair.peer.client.send(&Command::Noop), Err(UsageError::NotNow { what: "NOOP" }));
    assert_eq!(pair.peer.output(), b"RETR 1\r\nDELE 1\r\nQUIT\r\n");
}

#[test]
fn one_at_a_time_without_pipelining() {
    let server = server_config().withhold(Extension::Pipelining);
    let mut off = client_config();
    off.mask = ExtensionSet::EMPTY.with(Extension::Pipelining);
    for (client, server) in [(client_config(), server), (off, server_config())] {
        let mut pair = new_pair(client, server);
        login(&mut pair);
        for command in [Command::Stat, Command::Noop] {
            pair.peer.client.send(&command).unwrap();
        }
        assert_eq!(pair.peer.output(), b"STAT\r\n");
        assert_eq!(pair.peer.feed(b"+OK 0 0\r\n"), [ok(3, "+OK 0 0")]);
        assert_eq!(pair.peer.output(), b"NOOP\r\n");
    }
}

#[test]
fn nothing_is_pipelined_before_the_capabilities_are_known() {
    let mut pair = new_pair(client_config(), server_config());
    assert_eq!(pair.run(), [Seen::Greeting(true)]);
    pair.peer.client.send(&user("user")).unwrap();
    pair.peer.client.send(&pass("x")).unwrap();
    assert_eq!(pair.peer.output(), b"USER user\r\n");
}

#[test]
fn what_depends_on_a_failure_is_not_sent() {
    let mut client = client_config();
    client.pipelining = false;
    let mut pair = new_pair(client, server_config());
    open(&mut pair);
    for command in [user("user"), pass("wrong"), Command::Stat, Command::Quit] {
        pair.peer.client.send(&command).unwrap();
    }
    assert_eq!(
        pair.run(),
        [
            ok(1, "+OK send PASS"),
            Seen::Err(2, "-ERR [AUTH] no".into()),
            Seen::Unanswered(3, Unanswered::NotSent),
            ok(4, "+OK bye"),
            Seen::Closed,
        ]
    );
    assert_eq!(pair.app.removed, None);
}

#[test]
fn the_application_answers_later_than_it_reads() {
    for part in [usize::MAX, 1] {
        let mut pair = new_pair(client_config(), server_config());
        pair.part = part;
        login(&mut pair);
        pair.app.late = true;
        for command in [
            Command::Stat,
            Command::Retr(number(1)),
            Command::List(Some(number(1))),
            Command::Dele(number(1)),
            Command::Quit,
        ] {
            pair.peer.client.send(&command).unwrap();
        }
        assert_eq!(pair.run(), []);
        // QUIT waits: what it removes depends on the answers before it.
        assert_eq!(pair.app.waiting.len(), 4);
        pair.app.catch_up();
        let seen = pair.run();
        assert!(matches!(seen[0], Seen::Ok(3, _)), "{seen:?}");
        assert_eq!(seen[1], Seen::BodyBegin(4));
        assert_eq!(seen[4], ok(5, &format!("+OK 1 {}", MESSAGES[0].len())));
        assert_eq!(seen[6..], [ok(7, "+OK bye"), Seen::Closed]);
        assert_eq!(pair.app.removed, Some(1));
    }
}

#[test]
fn refusals_of_the_machine_wait_for_their_turn() {
    let mut app = App::new(server_config());
    app.output();
    app.feed(b"USER user\r\nPASS pass word\r\n");
    app.output();
    app.late = true;
    app.feed(b"STAT\r\nBOGUS\r\nRETR 0\r\nNOOP\r\n");
    assert!(app.output().is_empty());
    app.catch_up();
    let out = String::from_utf8(app.output()).unwrap();
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[0].starts_with("+OK 3 "));
    assert_eq!(lines[1..], ["-ERR unknown command", "-ERR syntax: RETR message", "+OK"]);
}

#[test]
fn authentication_with_and_without_initial_response() {
    for mut pair in pairs(&client_config(), &everything()) {
        open(&mut pair);
        let client = &mut pair.peer.client;
        // Refused, then cancelled, then accepted.
        let wrong = auth("PLAIN").with_initial_response(b"\0user\0wrong");
        client.send(&Command::Auth(Some(wrong))).unwrap();
        assert_eq!(client.send(&Command::Capa), Err(UsageError::NotNow { what: "CAPA" }));
        assert_eq!(pair.run(), [Seen::Err(1, "-ERR [AUTH] no".into())]);
        pair.peer.client.send(&Command::Auth(Some(auth("PLAIN")))).unwrap();
        assert_eq!(pair.run(), [Seen::Challenge(Vec::new())]);
        pair.peer.client.cancel_auth().unwrap();
        assert_eq!(pair.run(), [Seen::Err(2, "-ERR authentication cancelled".into())]);
        pair.peer.client.send(&Command::Auth(Some(auth("PLAIN")))).unwrap();
        assert_eq!(pair.run(), [Seen::Challenge(Vec::new())]);
        pair.peer.client.respond_auth(b"\0user\0pass word").unwrap();
        assert_eq!(pair.run(), [ok(3, "+OK welcome")]);
        assert!(pair.peer.client.is_authenticated() && pair.app.server.is_authenticated());
        assert_eq!(
            pair.peer.client.send(&Command::Auth(Some(auth("PLAIN")))),
            Err(UsageError::NotNow { what: "AUTH" })
        );
    }
}

#[test]
fn mechanisms_and_languages_are_listed() {
    for mut pair in pairs(&client_config(), &everything()) {
        open(&mut pair);
        let german = LanguageRange::new("de").unwrap();
        for command in [Command::Auth(None), Command::Lang(None), Command::Lang(Some(german))] {
            pair.peer.client.send(&command).unwrap();
        }
        assert_eq!(
            pair.run(),
            [
                Seen::ListBegin(1),
                item("PLAIN"),
                item("LOGIN"),
                Seen::ListEnd(1),
                Seen::ListBegin(2),
                item("en English"),
                item("de Deutsch"),
                Seen::ListEnd(2),
                ok(3, "+OK de chosen"),
            ]
        );
    }
}

#[test]
fn apop_needs_a_stamp_and_a_policy() {
    let apop = |digest| {
        let name = UserName::new("user").unwrap();
        Command::Apop(Apop::new(name, Digest::from_md5(digest)))
    };
    // Allowed and not offered; offered and not allowed.
    let mut config = client_config();
    config.apop = true;
    let mut pair = new_pair(config.clone(), server_config());
    assert_eq!(pair.run(), [Seen::Greeting(true)]);
    assert_eq!(pair.peer.client.send(&apop([7; 16])), Err(UsageError::NoApop));
    let mut pair = Pair::new(Client::new(client_config()), App::with_stamp(server_config()));
    assert_eq!(pair.run(), [Seen::Greeting(true)]);
    assert_eq!(pair.peer.client.send(&apop([7; 16])), Err(UsageError::NoApop));
    // Both, and without TLS for passwords.
    config.auth_without_tls = false;
    let mut pair = Pair::new(Client::new(config), App::with_stamp(ServerConfig::new()));
    assert_eq!(pair.run(), [Seen::Greeting(true)]);
    assert_eq!(pair.peer.client.stamp().unwrap().as_str(), "<1.2@mail.example>");
    assert_eq!(pair.peer.client.send(&user("user")), Err(UsageError::TlsRequired));
    pair.peer.client.send(&apop([8; 16])).unwrap();
    assert_eq!(pair.run(), [Seen::Err(0, "-ERR [AUTH] no".into())]);
    pair.peer.client.send(&apop([7; 16])).unwrap();
    assert_eq!(pair.run(), [ok(1, "+OK maildrop ready")]);
    assert_eq!(pair.peer.client.state(), State::Transaction);
}

#[test]
fn stls_starts_over_on_both_sides() {
    let mut client = ClientConfig::default();
    client.tls = TlsPolicy::Required;
    let mut server = everything();
    server.tls = TlsPolicy::Required;
    for mut pair in pairs(&client, &server) {
        open(&mut pair);
        let offered = pair.peer.client.extensions();
        assert!(offered.has(Extension::Stls) && !offered.has(Extension::Sasl));
        assert!(!offered.has(Extension::User));
        assert_eq!(pair.peer.client.send(&user("a")), Err(UsageError::TlsRequired));
        assert_eq!(pair.peer.client.send(&Command::Utf8), Err(UsageError::TlsRequired));
        pair.peer.client.send(&Command::Stls).unwrap();
        assert_eq!(pair.peer.client.send(&Command::Capa), Err(UsageError::NotNow { what: "CAPA" }));
        assert_eq!(pair.run(), [ok(1, "+OK begin TLS negotiation"), Seen::TlsReady]);
        assert!(pair.app.tls);
        pair.peer.client.tls_started().unwrap();
        pair.app.server.tls_started().unwrap();
        assert_eq!(pair.peer.client.extensions().set(), ExtensionSet::EMPTY);
        assert!(!pair.peer.client.extensions().is_known());
        assert_eq!(pair.peer.client.send(&Command::Stls), Err(UsageError::NotNow { what: "STLS" }));
        pair.peer.client.send(&Command::Capa).unwrap();
        pair.run();
        let offered = pair.peer.client.extensions();
        assert!(offered.has_mechanism("plain") && !offered.has(Extension::Stls));
        let response = auth("PLAIN").with_initial_response(b"\0user\0pass word");
        pair.peer.client.send(&Command::Auth(Some(response))).unwrap();
        assert_eq!(pair.run(), [ok(3, "+OK welcome")]);
    }
}

#[test]
fn every_offer_reaches_the_client() {
    let mut config = everything();
    config.tls = TlsPolicy::Opportunistic;
    let mut pair = new_pair(client_config(), config);
    open(&mut pair);
    let offered = pair.peer.client.extensions();
    for extension in Extension::ALL {
        assert!(offered.has(*extension), "{extension}");
    }
    assert!(offered.has_utf8_names());
    assert_eq!(offered.login_delay(), Some(900));
    // What may differ from user to user is forgotten at login.
    pair.peer.client.send(&user("user")).unwrap();
    pair.peer.client.send(&pass("pass word")).unwrap();
    pair.run();
    let offered = pair.peer.client.extensions();
    assert_eq!(offered.login_delay(), None);
    assert!(offered.has(Extension::Expire) && offered.has(Extension::Sasl));
    assert!(!offered.has(Extension::Stls));
}

#[test]
fn what_is_not_offered_is_not_sent() {
    let mut pair = new_pair(client_config(), server_config());
    open(&mut pair);
    let client = &mut pair.peer.client;
    for (command, extension) in [
        (Command::Utf8, Extension::Utf8),
        (Command::Lang(None), Extension::Lang),
        (Command::Stls, Extension::Stls),
        (Command::Auth(Some(auth("PLAIN"))), Extension::Sasl),
    ] {
        assert_eq!(client.send(&command), Err(UsageError::NotOffered(extension)));
    }
    assert_eq!(client.send(&user("j\u{f6}rg")), Err(UsageError::NeedsUtf8));
    let long = "x".repeat(250);
    assert_eq!(client.send(&user(&long)), Err(UsageError::LineTooLong { limit: 255 }));
    assert!(pair.peer.output().is_empty());
    say(&mut pair.peer, &user("user"));
    let client = &mut pair.peer.client;
    assert_eq!(client.send(&pass("p\u{e4}ss")), Err(UsageError::NeedsUtf8));
}

#[test]
fn utf8_forbids_stls() {
    let mut config = everything();
    config.tls = TlsPolicy::Opportunistic;
    let mut pair = new_pair(client_config(), config);
    open(&mut pair);
    pair.peer.client.send(&Command::Utf8).unwrap();
    assert_eq!(pair.run(), [ok(1, "+OK UTF-8 mode")]);
    assert!(pair.app.server.is_utf8());
    assert_eq!(pair.peer.client.send(&Command::Stls), Err(UsageError::NotNow { what: "STLS" }));
    pair.app.feed(b"STLS\r\n");
    assert_eq!(pair.app.output(), b"-ERR command not allowed in this state\r\n");
}

#[test]
fn a_large_message_takes_no_memory_that_grows() {
    let mut pair = new_pair(client_config(), server_config());
    login(&mut pair);
    pair.app.late = true;
    pair.peer.client.send(&Command::Retr(number(1))).unwrap();
    assert_eq!(pair.run(), []);
    pair.app.server.accept().unwrap();
    assert_eq!(pair.run(), [Seen::BodyBegin(3)]);
    let block =
        Bytes::from("0123456789abcdef0123456789abcdef0123456789abcdef01234567890.\r\n".repeat(200));
    for _ in 0..100 {
        pair.app.server.send_body(block.clone()).unwrap();
        assert_eq!(pair.run(), [Seen::Body(block.to_vec())]);
    }
    pair.app.server.finish_body().unwrap();
    assert_eq!(pair.run(), [Seen::BodyEnd(3, 100 * block.len() as u64)]);
}

#[test]
fn back_pressure_holds_both_sides() {
    let mut server = server_config();
    server.limits.transmit = 1000;
    let mut app = App::new(server);
    app.output();
    app.feed(b"USER user\r\nPASS pass word\r\n");
    app.output();
    app.late = true;
    app.feed(b"RETR 1\r\n");
    app.server.accept().unwrap();
    let block = Bytes::from("x".repeat(600));
    app.server.send_body(block.clone()).unwrap();
    app.server.send_body(block.clone()).unwrap();
    assert_eq!(app.server.send_body(block.clone()), Err(UsageError::Busy));
    assert_eq!(app.feed(b"NOOP\r\n"), 0);
    assert_eq!(app.server.waiting_for(), mailwire_pop3::Wait::Transmit);
    app.output();
    app.server.send_body(block).unwrap();
    app.server.finish_body().unwrap();
    assert_eq!(app.feed(b"NOOP\r\n"), 6);
}
