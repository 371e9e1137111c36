//! Client against server in memory, extensions on and off, whole and byte by byte.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use mailwire_smtp::client::ClientConfig;
use mailwire_smtp::element::path::ReversePath;
use mailwire_smtp::extension::Extension;
use mailwire_smtp::family::auth::Auth;
use mailwire_smtp::family::bdat::Bdat;
use mailwire_smtp::family::mail::{BodyType, Mail, MailParameter};
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::server::{Protocol, TlsPolicy};
use mailwire_smtp::{Command, State, UsageError};
use mailwire_testing::drive::Driven as _;
use support::{Pair, Seen, ehlo, everything, lhlo, mail, new_pair, rcpt, server_config};

/// Both sides, with every split of the bytes that is worth a run.
fn pairs(client: &ClientConfig, server: &mailwire_smtp::ServerConfig) -> Vec<Pair> {
    [usize::MAX, 7, 1]
        .into_iter()
        .map(|part| {
            let mut pair = new_pair(client.clone(), server.clone());
            pair.part = part;
            pair
        })
        .collect()
}

fn open(pair: &mut Pair) {
    assert_eq!(pair.run(), [Seen::Greeting(220)]);
    let hello = if pair.peer.client.protocol() == Protocol::Lmtp { lhlo() } else { ehlo() };
    pair.peer.client.send(&hello).unwrap();
    assert_eq!(pair.run(), [Seen::Reply(0, 250, None)]);
}

#[test]
fn a_message_arrives() {
    for pipelining in [true, false] {
        let mut config = ClientConfig::default();
        config.pipelining = pipelining;
        for mut pair in pairs(&config, &server_config()) {
            open(&mut pair);
            for command in [mail("a"), rcpt("b"), rcpt("nobody"), rcpt("c"), Command::Data] {
                pair.peer.client.send(&command).unwrap();
            }
            assert_eq!(
                pair.run(),
                [
                    Seen::Reply(1, 250, None),
                    Seen::Reply(2, 250, None),
                    Seen::Reply(3, 550, None),
                    Seen::Reply(4, 250, None),
                    Seen::Reply(5, 354, None),
                    Seen::BodyWanted(5),
                ]
            );
            for part in ["Subject: x\r\n\r\n", ".hidden\r\n", ".\r\nno", " end"] {
                pair.peer.client.send_body(Bytes::from_static(part.as_bytes())).unwrap();
            }
            pair.peer.client.finish_body().unwrap();
            assert_eq!(pair.run(), [Seen::Reply(5, 250, None)]);
            let stored = &pair.app.stored[0];
            assert_eq!(stored.from, "<a@client.example>");
            assert_eq!(stored.to, ["<b@mail.example>", "<c@mail.example>"]);
            assert_eq!(stored.body, b"Subject: x\r\n\r\n.hidden\r\n.\r\nno end\r\n");
            pair.peer.client.send(&Command::Quit).unwrap();
            assert_eq!(pair.run(), [Seen::Reply(6, 221, None), Seen::Closed]);
            assert_eq!(pair.app.server.state(), State::Closed);
        }
    }
}

#[test]
fn pipelining_sends_groups() {
    let mut pair = new_pair(ClientConfig::default(), server_config());
    open(&mut pair);
    for command in [mail("a"), rcpt("b"), rcpt("c"), Command::Data, Command::Quit] {
        pair.peer.client.send(&command).unwrap();
    }
    let group = String::from_utf8(pair.peer.output()).unwrap();
    assert_eq!(group.lines().count(), 4, "QUIT waits for the message: {group}");
}

#[test]
fn one_at_a_time_without_pipelining() {
    let config = server_config().withhold(Extension::Pipelining);
    let mut pair = new_pair(ClientConfig::default(), config);
    open(&mut pair);
    for command in [mail("a"), rcpt("b")] {
        pair.peer.client.send(&command).unwrap();
    }
    assert_eq!(pair.peer.output(), b"MAIL FROM:<a@client.example>\r\n");
}

#[test]
fn what_depends_on_a_failure_is_not_sent() {
    let mut config = ClientConfig::default();
    config.pipelining = false;
    let mut pair = new_pair(config, server_config());
    open(&mut pair);
    for command in [mail("a"), rcpt("nobody"), Command::Data, Command::Rset] {
        pair.peer.client.send(&command).unwrap();
    }
    assert_eq!(
        pair.run(),
        [
            Seen::Reply(1, 250, None),
            Seen::Reply(2, 550, None),
            Seen::Unanswered(3, mailwire_smtp::Unanswered::NotSent),
            Seen::Reply(4, 250, None),
        ]
    );
}

#[test]
fn chunks_arrive_in_the_middle_of_a_group() {
    for mut pair in pairs(&ClientConfig::default(), &everything()) {
        open(&mut pair);
        let parameters = Mail::new(ReversePath::Null);
        let mail = Mail {
            parameters: parameters
                .parameters
                .with(MailParameter::Body(BodyType::BinaryMime))
                .unwrap(),
            ..parameters
        };
        let client = &mut pair.peer.client;
        client.send(&Command::Mail(mail)).unwrap();
        client.send(&rcpt("b")).unwrap();
        client.send(&Command::Bdat(Bdat { size: 4, last: false })).unwrap();
        assert_eq!(pair.peer.feed(b""), [Seen::BodyWanted(3)]);
        let client = &mut pair.peer.client;
        assert!(matches!(
            client.send_body(Bytes::from_static(b"12345")),
            Err(UsageError::BodyLength(_))
        ));
        client.send_body(Bytes::from_static(b"\n.\0\xff")).unwrap();
        client.finish_body().unwrap();
        client.send(&Command::Bdat(Bdat { size: 0, last: true })).unwrap();
        client.finish_body().unwrap();
        assert_eq!(
            pair.run(),
            [
                Seen::Reply(1, 250, None),
                Seen::Reply(2, 250, None),
                Seen::Reply(3, 250, None),
                Seen::Reply(4, 250, None),
            ]
        );
        assert_eq!(pair.app.stored[0].body, b"\n.\0\xff");
        assert_eq!(pair.peer.client.state(), State::Ready);
    }
}

#[test]
fn lmtp_answers_each_accepted_recipient() {
    let mut client = ClientConfig::default();
    client.protocol = Protocol::Lmtp;
    let mut server = server_config();
    server.protocol = Protocol::Lmtp;
    for mut pair in pairs(&client, &server) {
        open(&mut pair);
        for command in [mail("a"), rcpt("b"), rcpt("no"), rcpt("c"), rcpt("b"), Command::Data] {
            pair.peer.client.send(&command).unwrap();
        }
        let seen = pair.run();
        assert_eq!(seen.last(), Some(&Seen::BodyWanted(6)));
        pair.peer.client.send_body(Bytes::from_static(b"hi\r\n")).unwrap();
        pair.peer.client.finish_body().unwrap();
        assert_eq!(
            pair.run(),
            [
                Seen::Reply(6, 250, Some(0)),
                Seen::Reply(6, 250, Some(1)),
                Seen::Reply(6, 250, Some(2)),
            ]
        );
        assert_eq!(pair.peer.client.in_flight(), 0);
    }
}

#[test]
fn prdr_answers_each_recipient_and_the_whole() {
    for mut pair in pairs(&ClientConfig::default(), &everything()) {
        open(&mut pair);
        let plain = Mail::new(ReversePath::Null);
        let parameters = plain.parameters.with(MailParameter::Prdr).unwrap();
        let mail = Command::Mail(Mail { parameters, ..plain });
        for command in [mail, rcpt("b"), rcpt("c"), Command::Data] {
            pair.peer.client.send(&command).unwrap();
        }
        assert_eq!(pair.run().last(), Some(&Seen::BodyWanted(4)));
        pair.peer.client.finish_body().unwrap();
        assert_eq!(
            pair.run(),
            [
                Seen::Reply(4, 353, None),
                Seen::Reply(4, 250, Some(0)),
                Seen::Reply(4, 250, Some(1)),
                Seen::Reply(4, 250, None),
            ]
        );
    }
}

#[test]
fn authentication_with_and_without_initial_response() {
    let mut client = ClientConfig::default();
    client.auth_without_tls = true;
    let mut server = everything();
    server.auth_without_tls = true;
    server.require_auth = true;
    for mut pair in pairs(&client, &server) {
        open(&mut pair);
        let mechanism = || Auth::new(MechanismName::new("PLAIN").unwrap());
        // MAIL needs authentication.
        pair.peer.client.send(&mail("a")).unwrap();
        assert_eq!(pair.run(), [Seen::Reply(1, 530, None)]);
        // Refused, then cancelled, then accepted.
        let wrong = mechanism().with_initial_response(b"\0user\0wrong");
        pair.peer.client.send(&Command::Auth(wrong)).unwrap();
        assert_eq!(pair.run(), [Seen::Reply(2, 535, None)]);
        pair.peer.client.send(&Command::Auth(mechanism())).unwrap();
        assert_eq!(pair.run(), [Seen::Challenge(Vec::new())]);
        pair.peer.client.cancel_auth().unwrap();
        assert_eq!(pair.run(), [Seen::Reply(3, 501, None)]);
        pair.peer.client.send(&Command::Auth(mechanism())).unwrap();
        assert_eq!(pair.run(), [Seen::Challenge(Vec::new())]);
        pair.peer.client.respond_auth(b"\0user\0pass").unwrap();
        assert_eq!(pair.run(), [Seen::Reply(4, 235, None)]);
        assert!(pair.peer.client.is_authenticated() && pair.app.server.is_authenticated());
        pair.peer.client.send(&mail("a")).unwrap();
        assert_eq!(pair.run(), [Seen::Reply(5, 250, None)]);
        let sent = String::from_utf8_lossy(&pair.from_client).into_owned();
        assert!(sent.contains("\r\n*\r\n"));
    }
}

#[test]
fn starttls_starts_over_on_both_sides() {
    let mut client = ClientConfig::default();
    client.tls = TlsPolicy::Required;
    let mut server = everything();
    server.tls = TlsPolicy::Required;
    for mut pair in pairs(&client, &server) {
        open(&mut pair);
        assert_eq!(pair.peer.client.send(&mail("a")), Err(UsageError::TlsRequired));
        assert!(!pair.peer.client.extensions().has(Extension::Auth));
        pair.peer.client.send(&Command::StartTls).unwrap();
        assert_eq!(
            pair.peer.client.send(&Command::Noop(None)),
            Err(UsageError::NotNow { what: "NOOP" })
        );
        assert_eq!(pair.run(), [Seen::Reply(1, 220, None), Seen::TlsReady]);
        assert!(pair.app.tls);
        pair.peer.client.tls_started().unwrap();
        pair.app.server.tls_started().unwrap();
        assert!(pair.peer.client.extensions().set() == mailwire_smtp::ExtensionSet::EMPTY);
        assert!(matches!(pair.peer.client.send(&mail("a")), Err(UsageError::NotNow { .. })));
        pair.peer.client.send(&ehlo()).unwrap();
        assert_eq!(pair.run(), [Seen::Reply(2, 250, None)]);
        let offered = pair.peer.client.extensions();
        assert!(offered.has(Extension::Auth) && !offered.has(Extension::StartTls));
        pair.peer.client.send(&mail("a")).unwrap();
        assert_eq!(pair.run(), [Seen::Reply(3, 250, None)]);
    }
}

#[test]
fn every_offer_reaches_the_client() {
    let mut pair = new_pair(ClientConfig::default(), everything());
    open(&mut pair);
    let offered = pair.peer.client.extensions();
    for extension in Extension::ALL {
        let hidden = matches!(
            extension,
            Extension::Auth
                | Extension::StartTls
                | Extension::RequireTls
                | Extension::Limits
                | Extension::XExps
        );
        assert_eq!(offered.has(*extension), !hidden, "{extension}");
    }
    assert_eq!(offered.max_size(), Some(52_428_800));
}

#[test]
fn what_is_not_offered_is_not_sent() {
    let mut pair = new_pair(ClientConfig::default(), server_config());
    open(&mut pair);
    let plain = Mail::new(ReversePath::Null);
    let cases = [
        (MailParameter::Prdr, Extension::Prdr),
        (MailParameter::RequireTls, Extension::RequireTls),
        (MailParameter::Body(BodyType::BinaryMime), Extension::BinaryMime),
        (MailParameter::Ret(mailwire_smtp::element::dsn::Ret::Full), Extension::Dsn),
    ];
    for (parameter, extension) in cases {
        let mail =
            Mail { parameters: plain.parameters.clone().with(parameter).unwrap(), ..plain.clone() };
        assert_eq!(
            pair.peer.client.send(&Command::Mail(mail)),
            Err(UsageError::NotOffered(extension))
        );
    }
    assert!(pair.peer.output().is_empty());
    let mut masked = ClientConfig::default();
    masked.mask = mailwire_smtp::ExtensionSet::EMPTY.with(Extension::Chunking);
    let mut pair = new_pair(masked, server_config());
    open(&mut pair);
    assert!(!pair.peer.client.extensions().has(Extension::Chunking));
}

#[test]
fn a_large_message_takes_no_memory_that_grows() {
    let mut server = server_config();
    server.limits.message = 1 << 30;
    let mut pair = new_pair(ClientConfig::default(), server);
    open(&mut pair);
    for command in [mail("a"), rcpt("b"), Command::Data] {
        pair.peer.client.send(&command).unwrap();
    }
    assert_eq!(pair.run().last(), Some(&Seen::BodyWanted(3)));
    let block =
        Bytes::from("0123456789abcdef0123456789abcdef0123456789abcdef01234567890.\r\n".repeat(200));
    let mut total = 0;
    for _ in 0..100 {
        pair.peer.client.send_body(block.clone()).unwrap();
        let out = pair.peer.output();
        assert_eq!(pair.app.feed(&out), out.len());
        total += block.len();
        assert_eq!(pair.app.current.body.len(), total);
        pair.app.current.body.truncate(0);
        total = 0;
    }
    pair.peer.client.finish_body().unwrap();
    assert_eq!(pair.run(), [Seen::Reply(3, 250, None)]);
}

#[test]
fn a_refused_chunk_of_no_octets_holds_nothing_up() {
    let mut app = support::App::new(support::everything());
    app.output();
    app.feed(b"EHLO client.example\r\n");
    app.output();
    let input = b"BDAT 0\r\nNOOP\r\n";
    assert_eq!(app.feed(input), input.len());
    assert!(app.events.iter().any(|event| event == "NOOP"), "{:?}", app.events);
}
