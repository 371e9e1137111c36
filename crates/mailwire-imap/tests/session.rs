//! Client against server in memory, extensions on and off, whole and in pieces.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use mailwire_imap::client::{Client, ClientConfig};
use mailwire_imap::element::literal::Literal;
use mailwire_imap::element::mailbox::Mailbox;
use mailwire_imap::family::append::{Append, AppendData, AppendMessage};
use mailwire_imap::server::ServerConfig;
use mailwire_imap::{
    Command, Data, Extension, ExtensionSet, Machine, State, StatusKind, TlsPolicy,
};
use mailwire_testing::drive::Driven as _;
use mailwire_testing::peer;
use support::call::{Seen, command, config, data, done};
use support::server::{everything, plain, with_tls};
use support::store::Store;

type Pair = peer::Pair<Seen, Store>;

/// A short message, and one that the server streams.
const SHORT: &[u8] = b"Subject: one\r\n\r\nHi!\r\n";
const LONG: &[u8] = b"Subject: two\r\n\r\nA line that is longer than others.\r\nAnother line.\r\n\
And one more, so that it is streamed.\r\n";

fn new_pair(client: ClientConfig, server: ServerConfig) -> Pair {
    let store = Store::new(server, &[SHORT, LONG]);
    let mut pair = Pair::new(Client::new(client), store);
    assert_eq!(pair.run(), [Seen::Greeting(StatusKind::Ok)]);
    pair
}

/// Both sides, with every part of the bytes that is worth a run, extensions and pipelining on and off.
fn pairs() -> impl Iterator<Item = Pair> {
    let mut masked = config();
    // What the server offers and the client does not use.
    masked.mask = [Extension::LiteralMinus, Extension::ESearch, Extension::Move]
        .into_iter()
        .fold(ExtensionSet::EMPTY, ExtensionSet::with);
    let sides = [(config(), everything()), (config(), plain()), (masked, everything())];
    sides.into_iter().flat_map(|(client, server)| {
        [usize::MAX, 7, 1].into_iter().flat_map(move |part| {
            let (client, server) = (client.clone(), server.clone());
            [true, false].map(move |pipelining| {
                let mut client = client.clone();
                client.pipelining = pipelining;
                let mut pair = new_pair(client, server.clone());
                pair.part = part;
                pair
            })
        })
    })
}

/// Gives commands and moves bytes until both sides are quiet.
fn say(pair: &mut Pair, lines: &[&str]) -> Vec<Seen> {
    for line in lines {
        pair.peer.client.send(&command(line)).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    let seen = pair.run();
    assert_eq!(pair.app.error, None);
    seen
}

/// LOGIN and CAPABILITY.
fn login(pair: &mut Pair) {
    let seen = say(pair, &["LOGIN user pass"]);
    assert!(matches!(seen.last(), Some(Seen::Done(_, text)) if text.starts_with("OK")), "{seen:?}");
    if !pair.peer.client.extensions().is_known() {
        say(pair, &["CAPABILITY"]);
    }
    assert!(pair.peer.client.extensions().is_known());
    assert_eq!(pair.peer.client.state(), State::Authenticated);
    assert_eq!(pair.app.server.state(), State::Authenticated);
}

/// The same with INBOX open.
fn open(pair: &mut Pair) {
    login(pair);
    let seen = say(pair, &["SELECT INBOX"]);
    assert!(seen.iter().any(|one| matches!(one, Seen::Data(text, ..) if text == "2 EXISTS")));
    assert_eq!(pair.peer.client.state(), State::Selected);
}

/// The data among what was seen.
fn told(seen: &[Seen]) -> Vec<&str> {
    let text = |one: &'_ Seen| matches!(one, Seen::Data(..));
    seen.iter()
        .filter(|one| text(one))
        .map(|one| if let Seen::Data(text, ..) = one { text.as_str() } else { "" })
        .collect()
}

/// How each command ended, in its first words.
fn ends(seen: &[Seen]) -> Vec<&str> {
    seen.iter()
        .filter_map(|one| if let Seen::Done(_, text) = one { Some(text.as_str()) } else { None })
        .collect()
}

#[test]
fn a_wrong_password_is_refused() {
    for mut pair in pairs() {
        let seen = say(&mut pair, &["LOGIN user wrong"]);
        assert_eq!(ends(&seen), ["NO [AUTHENTICATIONFAILED] wrong"]);
        assert_eq!(pair.peer.client.state(), State::NotAuthenticated);
        login(&mut pair);
    }
}

#[test]
fn mailboxes_are_listed_and_opened() {
    for mut pair in pairs() {
        login(&mut pair);
        let lines = ["LIST \"\" *", "STATUS Archive (MESSAGES UIDNEXT)", "STATUS Gone (MESSAGES)"];
        let seen = say(&mut pair, &lines);
        assert_eq!(
            told(&seen),
            [
                "LIST (\\HasNoChildren) \"/\" INBOX",
                "LIST (\\HasNoChildren) \"/\" Archive",
                "STATUS Archive (MESSAGES 0 UIDNEXT 11)",
            ]
        );
        assert_eq!(ends(&seen).last(), Some(&"NO no such mailbox"));
        let seen = say(&mut pair, &["SELECT INBOX", "SELECT Archive"]);
        assert!(told(&seen).contains(&"OK [UIDNEXT 13] expected"), "{seen:?}");
        assert_eq!(ends(&seen), ["OK [READ-WRITE] open"; 2]);
        assert_eq!(ends(&say(&mut pair, &["SELECT Gone"])), ["NO no such mailbox"]);
        assert_eq!(pair.peer.client.state(), State::Authenticated);
        assert_eq!(pair.app.server.state(), State::Authenticated);
    }
}

#[test]
fn messages_are_searched_and_fetched() {
    for mut pair in pairs() {
        open(&mut pair);
        let esearch = pair.peer.client.extensions().has(Extension::ESearch);
        let seen = say(&mut pair, &["SEARCH TEXT two", "UID SEARCH UNSEEN"]);
        assert_eq!(told(&seen), ["SEARCH 2", "SEARCH 11 12"]);
        if esearch {
            let seen = say(&mut pair, &["UID SEARCH RETURN () ALL", "SEARCH RETURN (ALL) SEEN"]);
            let found = told(&seen);
            assert!(found[0].ends_with(" UID ALL 11,12"), "{found:?}");
            assert!(found[1].starts_with("ESEARCH (TAG") && found[1].ends_with(")"), "{found:?}");
        }
        let seen = say(&mut pair, &["FETCH 1 (FLAGS RFC822.SIZE BODY.PEEK[])"]);
        assert_eq!(
            told(&seen),
            ["1 FETCH (FLAGS () RFC822.SIZE 21 BODY[] {21}\r\nSubject: one\r\n\r\nHi!\r\n)"]
        );
    }
}

/// A body that the server streams arrives in one piece or as a stream, by what the client may hold.
#[test]
fn bodies_are_streamed() {
    for inline in [u32::MAX, 20] {
        for part in [usize::MAX, 7, 1] {
            let mut client = config();
            client.limits.inline_literal = inline;
            let mut pair = new_pair(client, everything());
            pair.part = part;
            open(&mut pair);
            let seen = say(&mut pair, &["UID FETCH 12 (RFC822.SIZE BODY.PEEK[])", "NOOP"]);
            if inline == u32::MAX {
                let text = std::str::from_utf8(LONG).unwrap();
                let head = format!("2 FETCH (UID 12 RFC822.SIZE {0} BODY[] {{{0}}}", LONG.len());
                assert_eq!(told(&seen), [format!("{head}\r\n{text})")]);
            } else {
                let position = |wanted: &Seen| seen.iter().position(|one| one == wanted);
                let body = position(&Seen::Body(LONG.to_vec())).expect("a body");
                assert!(
                    matches!(&seen[body - 1], Seen::BodyBegin(head, Some(_))
                    if head.starts_with("* 2 FETCH (UID 12 RFC822.SIZE")),
                    "{seen:?}"
                );
                assert_eq!(seen[body + 1], Seen::BodyEnd);
            }
            assert_eq!(ends(&seen).len(), 2);
        }
    }
}

/// Appends a message of these octets, streamed.
fn append(pair: &mut Pair, mailbox: &'static str, body: &[u8]) -> Vec<Seen> {
    let literal = Literal::streamed(body.len() as u64).unwrap();
    let message = AppendMessage::new(AppendData::Message(literal));
    let append = Append::new(Mailbox::new(mailbox).unwrap(), message);
    pair.peer.client.send(&Command::Append(append)).unwrap();
    let mut all = Vec::new();
    for _ in 0..2 {
        let seen = pair.run();
        let wanted = seen.iter().any(|one| matches!(one, Seen::BodyWanted(..)));
        all.extend(seen);
        if !wanted {
            break;
        }
        for octets in body.chunks(30) {
            pair.peer.client.send_body(Bytes::copy_from_slice(octets)).unwrap();
        }
        pair.peer.client.finish_body().unwrap();
    }
    assert_eq!(pair.app.error, None);
    all
}

/// Synchronizing literals, LITERAL- with its 4096 octets, LITERAL+.
#[test]
fn messages_are_appended() {
    let large = "x".repeat(78) + "\r\n";
    // More than is dropped of what nobody decided on.
    let large = large.repeat(1000);
    assert!(large.len() > mailwire_imap::limits::Limits::default().discard.try_into().unwrap());
    for (offer, bodies) in [
        (None, [(SHORT, true), (large.as_bytes(), true)]),
        (Some(Extension::LiteralMinus), [(SHORT, false), (large.as_bytes(), true)]),
        (Some(Extension::LiteralPlus), [(SHORT, false), (large.as_bytes(), false)]),
    ] {
        let mut server = plain().withhold(Extension::LiteralMinus);
        server = server.offer_all(offer);
        for part in [usize::MAX, 7, 1] {
            let mut pair = new_pair(config(), server.clone());
            pair.part = part;
            login(&mut pair);
            for (body, waits) in bodies {
                let (written, before) = (pair.from_client.len(), pair.from_server.len());
                let seen = append(&mut pair, "Archive", body);
                let line = String::from_utf8_lossy(&pair.from_client[written..]).into_owned();
                let header = if waits { "}\r\n" } else { "+}\r\n" };
                let header = format!("{{{}{header}", body.len());
                assert!(line.contains(&header), "{offer:?} {}", line.lines().next().unwrap());
                let go = pair.from_server[before..].starts_with(b"+ ");
                assert_eq!(go, waits, "{offer:?}");
                let stored = pair.app.folders[1].messages.last().unwrap();
                assert_eq!((stored.body.as_slice(), ends(&seen).len()), (body, 1));
                assert_eq!(ends(&seen), [format!("OK [APPENDUID 7 {}] done", stored.uid)]);
            }
            assert!(pair.app.streamed >= 1);
            // It is refused before its octets are sent, or behind them.
            let before = pair.app.folders[1].messages.len();
            let seen = append(&mut pair, "Gone", large.as_bytes());
            assert_eq!(ends(&seen), ["NO [TRYCREATE] no such mailbox"]);
            assert_eq!(pair.app.folders[1].messages.len(), before);
            assert_eq!(ends(&say(&mut pair, &["NOOP"])), ["OK NOOP completed"]);
        }
    }
}

#[test]
fn messages_are_flagged_copied_moved_and_removed() {
    for mut pair in pairs() {
        open(&mut pair);
        let lines =
            ["STORE 1 +FLAGS (\\Seen $A)", "UID STORE 11 -FLAGS.SILENT ($A)", "FETCH 1 FLAGS"];
        let seen = say(&mut pair, &lines);
        let expected = ["1 FETCH (FLAGS (\\Seen $A))", "1 FETCH (FLAGS (\\Seen))"];
        assert_eq!(told(&seen), expected);
        let seen = say(&mut pair, &["COPY 1:2 Archive", "UID COPY 12 Gone"]);
        assert_eq!(
            ends(&seen),
            ["OK [COPYUID 7 11,12 11,12] done", "NO [TRYCREATE] no such mailbox"]
        );
        if pair.peer.client.extensions().has(Extension::Move) {
            let seen = say(&mut pair, &["UID MOVE 11 Archive"]);
            assert_eq!(told(&seen), ["OK [COPYUID 7 11 13] done", "1 EXPUNGE"]);
        } else {
            let lines = ["COPY 1 Archive", "STORE 1 +FLAGS.SILENT (\\Deleted)", "EXPUNGE"];
            assert_eq!(told(&say(&mut pair, &lines)), ["1 EXPUNGE"]);
        }
        let seen = say(&mut pair, &["STORE 1 +FLAGS.SILENT (\\Deleted)", "EXPUNGE", "SEARCH ALL"]);
        assert_eq!(told(&seen), ["1 EXPUNGE", "SEARCH"]);
        assert_eq!(pair.app.folders[0].messages.len(), 0);
        assert_eq!(pair.app.folders[1].messages.len(), 3);
    }
}

#[test]
fn idle_tells_what_arrives() {
    for mut pair in pairs() {
        open(&mut pair);
        let seen = say(&mut pair, &["IDLE"]);
        assert!(matches!(seen[..], [Seen::Continue(Some(_))]), "{seen:?}");
        assert!(pair.peer.client.is_idling());
        pair.app.arrive(SHORT);
        let seen = pair.run();
        assert_eq!(seen, [data("3 EXISTS", None)]);
        // What is given now waits for the end of it.
        pair.peer.client.finish_idle().unwrap();
        let seen = say(&mut pair, &["UID FETCH 13 FLAGS"]);
        assert_eq!(told(&seen), ["3 FETCH (UID 13 FLAGS ())"]);
        assert_eq!(ends(&seen).len(), 2);
    }
}

#[test]
fn utf8_is_enabled() {
    for part in [usize::MAX, 7, 1] {
        let mut pair = new_pair(config(), everything());
        pair.part = part;
        login(&mut pair);
        let seen = say(&mut pair, &["ENABLE UTF8=ACCEPT"]);
        assert_eq!(told(&seen), ["ENABLED UTF8=ACCEPT"]);
        assert!(pair.peer.client.enabled().contains(Extension::Utf8Accept));
        assert!(pair.peer.client.mode().contains(mailwire_imap::Mode::UTF8));
        assert!(pair.app.server.mode().contains(mailwire_imap::Mode::UTF8));
        let mailbox = Mailbox::new("Entwürfe").unwrap();
        pair.peer.client.send(&Command::Subscribe(mailbox)).unwrap();
        assert_eq!(ends(&pair.run()), ["OK SUBSCRIBE completed"]);
        assert!(pair.from_client.ends_with("SUBSCRIBE \"Entwürfe\"\r\n".as_bytes()));
    }
}

#[test]
fn a_session_goes_on_under_tls() {
    for part in [usize::MAX, 7, 1] {
        let mut client = ClientConfig::default();
        client.tls = TlsPolicy::Required;
        let mut pair = new_pair(client, with_tls());
        pair.part = part;
        assert!(pair.peer.client.send(&command("LOGIN user pass")).is_err());
        let seen = say(&mut pair, &["STARTTLS"]);
        assert_eq!(seen, [done(1, "OK STARTTLS completed"), Seen::TlsReady]);
        pair.peer.client.tls_started().unwrap();
        pair.app.server.tls_started().unwrap();
        say(&mut pair, &["CAPABILITY"]);
        login(&mut pair);
        assert!(pair.peer.client.is_tls());
        let seen = say(&mut pair, &["LOGOUT"]);
        assert_eq!(seen.last(), Some(&Seen::Closed));
    }
}

/// Both machines stop at the right octet: here the two directions go on as they are, where a driver would
/// inflate and deflate.
#[test]
fn a_session_is_compressed() {
    for part in [usize::MAX, 7, 1] {
        let mut pair = new_pair(config(), everything());
        pair.part = part;
        login(&mut pair);
        let seen = say(&mut pair, &["COMPRESS DEFLATE"]);
        assert_eq!(seen.last(), Some(&Seen::CompressReady));
        // Nothing is taken before inflater and deflater are there.
        assert_eq!(pair.peer.client.receive(b"\0\0").unwrap().consumed, 0);
        assert_eq!(pair.app.server.receive(b"\0\0").unwrap().consumed, 0);
        assert!(pair.peer.client.send(&command("NOOP")).is_err());
        pair.peer.client.compression_started().unwrap();
        pair.app.server.compression_started().unwrap();
        assert!(pair.peer.client.is_compressed());
        let seen = say(&mut pair, &["SELECT INBOX", "FETCH 1:2 (RFC822.SIZE)"]);
        assert!(told(&seen).contains(&"1 FETCH (RFC822.SIZE 21)"), "{seen:?}");
        assert!(pair.peer.client.send(&command("COMPRESS DEFLATE")).is_err());
        compression_ends(&mut pair);
    }
}

/// RFC 8437 section 4.1: UNAUTHENTICATE ends compression, and the session goes on without.
fn compression_ends(pair: &mut Pair) {
    assert!(pair.peer.client.compression_ended().is_err());
    assert!(pair.app.server.compression_ended().is_err());
    assert!(pair.app.server.is_inflating());
    let seen = say(pair, &["UNAUTHENTICATE"]);
    assert!(matches!(&seen[..], [Seen::Done(..), Seen::CompressEnd]), "{seen:?}");
    // What is here now came from the inflater.
    assert_eq!(pair.peer.client.receive(b"* 9 EXISTS\r\n").unwrap().consumed, 0);
    assert_eq!(pair.app.server.receive(b"A9 NOOP\r\n").unwrap().consumed, 0);
    assert!(pair.peer.client.send(&command("NOOP")).is_err());
    let offered = Data::Capability(pair.app.server.capabilities());
    assert!(pair.app.server.send(&offered).is_err());
    pair.peer.client.compression_ended().unwrap();
    pair.app.server.compression_ended().unwrap();
    assert!(!pair.peer.client.is_compressed() && !pair.app.server.is_compressed());
    assert_eq!(pair.peer.client.state(), State::NotAuthenticated);
    // It can begin again.
    login(pair);
    let seen = say(pair, &["COMPRESS DEFLATE"]);
    assert_eq!(seen.last(), Some(&Seen::CompressReady));
}

#[test]
fn logout_ends_both_sides() {
    for mut pair in pairs() {
        open(&mut pair);
        let seen = say(&mut pair, &["LOGOUT"]);
        assert_eq!(told(&seen), ["BYE logging out"]);
        assert_eq!(ends(&seen), ["OK LOGOUT completed"]);
        assert_eq!(seen.last(), Some(&Seen::Closed));
        assert!(pair.peer.client.is_closed() && pair.app.server.is_closed());
        assert_eq!((pair.app.error, pair.peer.client.in_flight()), (None, 0));
        assert!(pair.app.output().is_empty());
    }
}
