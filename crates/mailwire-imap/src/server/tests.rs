//! What an application may say and when, which commands it is given together, and the limits at their
//! bounds. What clients may not do is in `tests/hostile_client.rs`.

mod told;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;

use bytes::Bytes;

use super::*;
use crate::element::body_value::BodyValue;
use crate::element::number::{Number, NzNumber};
use crate::element::section::Section;
use crate::element::sequence::UidSet;
use crate::element::text::Text;
use crate::family::capability::{Capabilities, Capability};
use crate::family::enable::Enable;
use crate::family::expunge::Vanished;
use crate::family::fetch::{BodySection, FetchData, FetchHead, FetchItem, FetchTail};
use crate::response::Data;
use crate::status::{Greeting, Status, StatusKind};
use crate::{Code, Extension};

/// A server and its input.
struct Talk {
    server: Server,
    input: Vec<u8>,
}

fn config() -> ServerConfig {
    let mut config = ServerConfig::new("mail.example").unwrap();
    config.auth_without_tls = true;
    config.limits.bad_commands = 1000;
    let all = Extension::ALL.iter().copied().filter(|one| !one.as_str().ends_with('='));
    config.offer_all(all.filter(|one| *one != Extension::LiteralPlus))
}

fn status(kind: StatusKind) -> Status<'static> {
    Status::new(kind, Text::new("x").unwrap()).unwrap()
}

impl Talk {
    fn of(config: ServerConfig) -> Self {
        let mut server = Server::new(Arc::new(config));
        server.preauth().unwrap();
        server.transmitted(usize::MAX);
        Self { server, input: Vec::new() }
    }

    fn new() -> Self {
        Self::of(config())
    }

    /// With a mailbox open.
    fn selected() -> Self {
        let mut talk = Self::new();
        let all = talk.say("S SELECT x\r\n");
        talk.server.accept(all[0].1).unwrap();
        talk.heard();
        talk
    }

    /// With this enabled, and then a mailbox open.
    fn enabled(extension: Extension) -> Self {
        let mut talk = Self::new();
        let all = talk.say(format!("E ENABLE {extension}\r\nS SELECT x\r\n"));
        let enable = Enable::extensions([extension]).unwrap();
        talk.server.enable(all[0].1, &enable).unwrap();
        let all = talk.say("");
        talk.server.accept(all[0].1).unwrap();
        talk.heard();
        talk
    }

    fn resyncing() -> Self {
        Self::enabled(Extension::QResync)
    }

    /// The events that octets make, by name, with their tickets.
    fn say(&mut self, octets: impl AsRef<[u8]>) -> Vec<(String, Ticket)> {
        self.input.extend_from_slice(octets.as_ref());
        let mut all = vec![];
        let mut at = 0;
        while let Ok(received) = self.server.receive(&self.input[at..]) {
            at += received.consumed;
            let last = self.server.flights.last().map_or(Ticket(0), |flight| flight.ticket);
            all.push(match received.event {
                None => break,
                Some(Event::Command { ticket, tag, .. }) => (tag.to_string(), ticket),
                Some(Event::BodyWanted { ticket, size, .. }) => (format!("wanted {size}"), ticket),
                Some(Event::CommandEnd { ticket, .. }) => ("end".into(), ticket),
                Some(Event::IdleDone { ticket }) => ("done".into(), ticket),
                Some(Event::Rejected { error, .. }) => (error.to_string(), last),
                Some(other) => {
                    let text = format!("{other:?}");
                    (text.split(['(', ' ']).next().unwrap().into(), last)
                }
            });
        }
        self.input.drain(..at);
        all
    }

    fn tags(&mut self, octets: impl AsRef<[u8]>) -> Vec<String> {
        self.say(octets).into_iter().map(|(tag, _)| tag).collect()
    }

    /// All that the server wrote.
    fn heard(&mut self) -> String {
        let octets: Vec<u8> = self.server.transmit().slices().flatten().copied().collect();
        self.server.transmitted(octets.len());
        String::from_utf8(octets).unwrap()
    }

    fn finish(&mut self, ticket: Ticket) {
        self.server.complete(ticket, &status(StatusKind::Ok)).unwrap();
    }
}

fn not_now(what: &'static str) -> Result<(), UsageError> {
    Err(UsageError::NotNow { what })
}

#[test]
fn an_idle_server_is_small() {
    assert!(size_of::<Server>() <= 256, "{} octets", size_of::<Server>());
}

#[test]
fn commands_that_do_not_touch_each_other_run_together() {
    let mut talk = Talk::selected();
    let all = talk.say("A FETCH 1 FLAGS\r\nB NOOP\r\nC UID FETCH 1 FLAGS\r\n");
    assert_eq!(all.len(), 3);
    for at in [2, 0, 1] {
        talk.finish(all[at].1);
    }
    assert_eq!(talk.heard(), "C OK x\r\nA OK x\r\nB OK x\r\n");
    assert_eq!(
        talk.server.complete(all[0].1, &status(StatusKind::Ok)),
        Err(UsageError::UnknownTicket)
    );
}

#[test]
fn a_command_waits_for_those_that_it_depends_on() {
    for (first, second) in [
        ("NOOP", "FETCH 1 FLAGS"),
        ("SELECT y", "UID FETCH 1 FLAGS"),
        ("FETCH 1 FLAGS", "CLOSE"),
        ("STORE 1 FLAGS (\\Seen)", "FETCH 1 FLAGS"),
        ("NOOP", "LOGOUT"),
        ("ENABLE CONDSTORE", "NOOP"),
        ("NOOP", "SEARCH SUBJECT {3}\r\nabc 1:5"),
        ("NOOP", "SEARCH SUBJECT {3+}\r\nabc 1:5"),
        ("COMPRESS DEFLATE", "NOOP"),
    ] {
        let mut talk = Talk::selected();
        let all = talk.say(format!("A {first}\r\nB {second}\r\n"));
        assert_eq!(all.len(), 1, "{first} {second}");
        assert_eq!(talk.heard(), "", "{first} {second}");
        assert_eq!(talk.server.waiting_for(), Wait::Application);
        talk.finish(all[0].1);
        if first.starts_with("COMPRESS") {
            talk.heard();
            assert_eq!(talk.tags(""), ["CompressReady"]);
            talk.server.compression_started().unwrap();
        }
        assert_eq!(talk.tags(""), ["B"], "{first} {second}");
        let go = talk.heard().matches("+ OK").count();
        assert_eq!(go, usize::from(second.contains("3}")), "{first} {second}");
    }
}

#[test]
fn what_is_refused_is_answered_at_once() {
    let mut talk = Talk::selected();
    assert_eq!(talk.say("A FETCH 1 FLAGS\r\nB FROB\r\nC LOGIN a b\r\n").len(), 3);
    assert_eq!(
        talk.heard(),
        "B BAD unknown command\r\nC BAD command not possible in this state\r\n"
    );
}

#[test]
fn literals_are_asked_for_wherever_a_string_may_stand() {
    for line in [
        "SELECT {1}",
        "CREATE {1}",
        "RENAME a {1}",
        "RENAME {1}",
        "LIST {1}",
        "LIST \"\" {1}",
        "LIST (SUBSCRIBED) \"\" {1}",
        "LIST \"\" (a {1}",
        "STATUS {1}",
        "LSUB \"\" {1}",
        "SEARCH SUBJECT {1}",
        "SEARCH CHARSET UTF-8 TEXT {1}",
        "SEARCH OR FROM {1}",
        "SEARCH (NOT HEADER {1}",
        "SEARCH HEADER a {1}",
        "UID SEARCH RETURN (ALL) BODY {1}",
        "FETCH 1 BODY[HEADER.FIELDS ({1}",
        "FETCH 1 (UID BODY.PEEK[HEADER.FIELDS (a {1}",
        "COPY 1 {1}",
        "UID MOVE 1 {1}",
        "APPEND {1}",
        "ID ({1}",
        "ID (\"a\" {1}",
        "GETACL {1}",
        "SETACL {1}",
        "SETACL a {1}",
        "SETACL a b {1}",
        "MYRIGHTS {1}",
        "LISTRIGHTS a {1}",
        "GETQUOTA {1}",
        "SETQUOTA {1}",
        "GETQUOTAROOT {1}",
        "GETMETADATA {1}",
        "SETMETADATA {1}",
        "SETMETADATA a (/shared/b {1}",
        "SORT (DATE) UTF-8 SUBJECT {1}",
        "THREAD REFERENCES UTF-8 FROM {1}",
        "REPLACE 1 {1}",
        "GENURLAUTH {1}",
        "URLFETCH {1}",
        "RESETKEY {1}",
        "NOTIFY SET (mailboxes {1}",
        "ESEARCH IN (mailboxes {1}",
        "APPEND x CATENATE (URL {1}",
        "COMPARATOR {1}",
        "SUBSCRIBE {1}",
        "DELETE {1}",
        "EXAMINE {1}",
    ] {
        let mut talk = Talk::selected();
        let all = talk.tags(format!("A {line}\r\n"));
        assert_eq!(talk.heard(), "+ OK\r\n", "{line} {all:?}");
    }
    for line in
        ["NOOP {1}", "FETCH 1 {1}", "STORE 1 {1}", "LOGOUT {1}", "SELECT a {1}", "FETCH {1}"]
    {
        let mut talk = Talk::selected();
        talk.say(format!("A {line}\r\n"));
        assert!(talk.heard().starts_with("A BAD "), "{line}");
    }
}

#[test]
fn expunges_come_only_where_no_sequence_number_is_in_use() {
    let expunge = Data::Expunge(NzNumber::new(1).unwrap());
    let uids = UidSet::parse(b"5").unwrap();
    let vanished = Data::Vanished(Vanished { earlier: false, uids: uids.clone() });
    let earlier = Data::Vanished(Vanished { earlier: true, uids });
    let mut talk = Talk::selected();
    assert_eq!(talk.server.send(&expunge), not_now("EXPUNGE"));
    let mut resyncs = Talk::resyncing();
    assert_eq!(resyncs.server.send(&vanished), not_now("VANISHED"));
    assert_eq!(resyncs.server.send(&earlier), not_now("VANISHED (EARLIER)"));
    assert_eq!(talk.server.send(&Data::Exists(Number(4))), Ok(()));
    for (command, good) in [
        ("FETCH 1 FLAGS", false),
        ("STORE 1 FLAGS (\\Seen)", false),
        ("SEARCH ALL", false),
        ("SORT (DATE) UTF-8 ALL", false),
        ("UID SEARCH 1:5", false),
        ("UID SEARCH UID 1:5", true),
        ("UID FETCH 1 FLAGS", true),
        ("NOOP", true),
        ("EXPUNGE", true),
        ("MOVE 1 y", true),
        ("STATUS y (MESSAGES)", true),
    ] {
        let mut talk = Talk::selected();
        let all = talk.say(format!("A {command}\r\n"));
        assert_eq!(talk.server.may_expunge(), good, "{command}");
        assert_eq!(talk.server.send(&expunge).is_ok(), good, "{command}");
        let mut resyncs = Talk::resyncing();
        resyncs.say(format!("A {command}\r\n"));
        assert_eq!(resyncs.server.send(&vanished).is_ok(), good, "{command}");
        assert_eq!(resyncs.server.send(&earlier).is_ok(), command.starts_with("UID FETCH"));
        talk.finish(all[0].1);
        assert!(!talk.server.may_expunge());
    }
    // One that forbids it is enough.
    let mut talk = Talk::selected();
    assert_eq!(talk.say("A FETCH 1 FLAGS\r\nB NOOP\r\n").len(), 2);
    assert!(!talk.server.may_expunge());
    // Behind NOTIFY the client is prepared.
    let mut talk = Talk::selected();
    let all = talk.say("A NOTIFY SET (SELECTED (MessageNew (UID) MessageExpunge))\r\n");
    talk.finish(all[0].1);
    assert!(talk.server.may_expunge());
    let all = talk.say("B NOTIFY NONE\r\n");
    talk.finish(all[0].1);
    assert!(!talk.server.may_expunge());
    let all = talk.say("B NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge))\r\n");
    talk.finish(all[0].1);
    assert!(!talk.server.may_expunge());
}

#[test]
fn uid_only_knows_no_sequence_numbers() {
    let mut talk = Talk::selected();
    let all = talk.say("A ENABLE UIDONLY\r\n");
    let enabled = Data::Enabled(Capabilities::new([Capability::of(Extension::UidOnly)]));
    talk.server.send(&enabled).unwrap();
    talk.finish(all[0].1);
    assert!(talk.server.is_uid_only());
    assert_eq!(talk.server.send(&enabled), not_now("ENABLED"));
    talk.heard();
    for command in ["FETCH 1 FLAGS", "SEARCH ALL", "STORE 1 FLAGS ()", "UID SEARCH 1", "COPY 1 y"] {
        talk.say(format!("A {command}\r\n"));
        assert!(talk.heard().starts_with("A BAD [UIDREQUIRED] "), "{command}");
    }
    assert_eq!(talk.tags("B UID FETCH 1 FLAGS\r\n"), ["B"]);
    let item = || FetchItem::Uid(NzNumber::new(5).unwrap());
    let fetch = || FetchData::new(NzNumber::new(5).unwrap(), [item()]).unwrap();
    assert_eq!(talk.server.send(&Data::Fetch(fetch())), Err(UsageError::UidRequired));
    assert_eq!(talk.server.send(&Data::UidFetch(fetch())), Ok(()));
    let expunge = Data::Expunge(NzNumber::new(1).unwrap());
    assert_eq!(talk.server.send(&expunge), Err(UsageError::UidRequired));
}

#[test]
fn enable_changes_how_strings_are_read_and_written() {
    let mut talk = Talk::new();
    assert!(!talk.server.mode().contains(Mode::UTF8));
    let all = talk.say("A ENABLE IMAP4rev2\r\nB CREATE \"\u{fc}\"\r\n");
    assert_eq!(all.len(), 1);
    let enabled = Data::Enabled(Capabilities::new([Capability::of(Extension::Imap4Rev2)]));
    talk.server.send(&enabled).unwrap();
    talk.finish(all[0].1);
    assert!(talk.server.mode().contains(Mode::UTF8));
    assert_eq!(talk.tags(""), ["B"]);
}

/// A message with one body of this size, or with two.
fn fetch(sizes: &[u64]) -> (FetchHead<'static>, Vec<FetchTail<'static>>) {
    let item = |octets| {
        let body =
            BodyValue::Streamed(crate::element::literal::StreamedLiteral::new(octets).unwrap());
        FetchItem::section(BodySection::new(&Section::default(), None, body).unwrap())
    };
    let head = FetchHead::new(NzNumber::new(1).unwrap(), [], item(sizes[0])).unwrap();
    let mut tails: Vec<_> =
        sizes[1..].iter().map(|size| FetchTail::more([], item(*size)).unwrap()).collect();
    tails.push(FetchTail::last([FetchItem::Uid(NzNumber::new(9).unwrap())]).unwrap());
    (head, tails)
}

#[test]
fn bodies_are_streamed_out_and_nothing_comes_between() {
    let mut talk = Talk::selected();
    let all = talk.say("A FETCH 1 BODY[]\r\n");
    let (head, tails) = fetch(&[4, 2]);
    assert_eq!(talk.server.body_due(), None);
    talk.server.send_fetch(&head, &tails).unwrap();
    assert_eq!(talk.server.body_due(), Some(4));
    assert_eq!(talk.server.send(&Data::Exists(Number(1))), not_now("data"));
    assert_eq!(talk.server.complete(all[0].1, &status(StatusKind::Ok)), not_now("an answer"));
    assert_eq!(talk.server.bye(&status(StatusKind::Bye)), not_now("BYE"));
    assert_eq!(talk.server.send_fetch(&head, &tails), not_now("data"));
    // Not even what the machine would say.
    assert!(talk.say("B FROB\r\n").is_empty());
    assert_eq!(talk.server.waiting_for(), Wait::Application);
    talk.server.send_body(Bytes::from_static(b"ab")).unwrap();
    talk.server.send_body(Bytes::new()).unwrap();
    assert!(talk.server.send_body(Bytes::from_static(b"cde")).is_err());
    talk.server.send_body(Bytes::from_static(b"cd")).unwrap();
    talk.server.finish_body().unwrap();
    assert_eq!(talk.server.body_due(), Some(2));
    talk.server.send_body(Bytes::from_static(b"ef")).unwrap();
    talk.server.finish_body().unwrap();
    assert_eq!(talk.server.finish_body(), not_now("the end of a body"));
    assert_eq!(talk.server.send_body(Bytes::new()), not_now("a body"));
    talk.finish(all[0].1);
    talk.say("");
    assert_eq!(
        talk.heard(),
        "* 1 FETCH (BODY[] {4}\r\nabcd BODY[] {2}\r\nef UID 9)\r\nA OK x\r\nB BAD unknown command\r\n"
    );
    assert!(talk.server.rare.is_none());
    assert_eq!(
        talk.server.send_fetch(&head, &tails[..1]),
        Err(UsageError::WrongAnswer { what: "the end of a message" })
    );
}

#[test]
fn a_body_that_ends_short_ends_the_session() {
    let mut talk = Talk::selected();
    talk.say("A FETCH 1 BODY[]\r\n");
    let (head, tails) = fetch(&[4]);
    talk.server.send_fetch(&head, &tails).unwrap();
    talk.server.send_body(Bytes::from_static(b"abc")).unwrap();
    assert!(matches!(talk.server.finish_body(), Err(UsageError::BodyLength(_))));
    assert!(talk.server.is_closed());
    assert_eq!(talk.heard(), "* 1 FETCH (BODY[] {4}\r\nabc");
    assert_eq!(talk.server.receive(b"").err(), Some(PeerError::Eof));
    assert_eq!(talk.server.send(&Data::Exists(Number(1))), Err(UsageError::Closed));
}

#[test]
fn a_mailbox_is_closed_before_another_is_opened() {
    let mut talk = Talk::selected();
    let all = talk.say("A SELECT y\r\n");
    assert_eq!(talk.heard(), "");
    talk.server.send(&Data::Exists(Number(1))).unwrap();
    talk.finish(all[0].1);
    let heard = talk.heard();
    assert!(heard.starts_with("* OK [CLOSED] ") && heard.contains("\r\n* 1 EXISTS\r\nA OK x\r\n"));
    let all = talk.say("B EXAMINE z\r\n");
    talk.server.complete(all[0].1, &status(StatusKind::Bad)).unwrap();
    assert_eq!((talk.heard().as_str(), talk.server.state()), ("B BAD x\r\n", State::Selected));
    let all = talk.say("C EXAMINE z\r\n");
    talk.server.complete(all[0].1, &status(StatusKind::No)).unwrap();
    assert!(talk.heard().starts_with("* OK [CLOSED] "));
    assert_eq!(talk.server.state(), State::Authenticated);
    let all = talk.say("D EXAMINE z\r\n");
    talk.finish(all[0].1);
    assert_eq!((talk.heard().as_str(), talk.server.state()), ("D OK x\r\n", State::Selected));
}

#[test]
fn greetings_and_ends() {
    let new = || Server::new(Arc::new(config()));
    let mut server = new();
    assert_eq!(server.receive(b"A NOOP\r\n").unwrap().consumed, 0);
    assert_eq!(server.send(&Data::Exists(Number(1))), not_now("data"));
    server.greet_with(&Greeting::new(status(StatusKind::Preauth)).unwrap()).unwrap();
    assert_eq!(server.state(), State::Authenticated);
    assert_eq!(server.greet(), not_now("the greeting"));
    let mut server = new();
    server.bye(&status(StatusKind::Bye)).unwrap();
    assert_eq!(server.transmit().first(), b"* BYE x\r\n");
    assert!(matches!(server.receive(b"x").unwrap().event, Some(Event::Closed)));
    assert_eq!(server.bye(&status(StatusKind::Bye)), Err(UsageError::Closed));
    let mut talk = Talk::new();
    assert_eq!(
        talk.server.bye(&status(StatusKind::No)),
        Err(UsageError::WrongAnswer { what: "the end of a session" })
    );
    let all = talk.say("A LOGOUT\r\nB NOOP\r\n");
    talk.finish(all[0].1);
    assert_eq!(talk.heard(), "* BYE logging out\r\nA OK x\r\n");
    assert_eq!(talk.tags(""), ["Closed"]);
    assert!(talk.input.is_empty() && talk.say("C NOOP\r\n").is_empty());
}

#[test]
fn answers_that_a_command_cannot_have() {
    let mut talk = Talk::new();
    let idle = talk.say("A IDLE\r\n")[0].1;
    let ok = status(StatusKind::Ok);
    let wrong = Err(UsageError::WrongAnswer { what: "IDLE before DONE" });
    assert_eq!(talk.server.complete(idle, &ok), wrong);
    assert_eq!(talk.server.challenge_auth(b""), not_now("an answer to AUTHENTICATE"));
    assert_eq!(talk.server.accept_body(), not_now("a decision on a body"));
    talk.server.accept(idle).unwrap();
    assert_eq!(talk.server.complete(idle, &ok), wrong);
    assert_eq!(
        talk.server.complete(idle, &status(StatusKind::No)),
        not_now("an answer before DONE")
    );
    talk.server.send(&Data::Exists(Number(2))).unwrap();
    assert_eq!(talk.tags("done\r\nB NOOP\r\n"), ["done"]);
    talk.server.accept(idle).unwrap();
    assert_eq!(talk.heard(), "+ idling\r\n* 2 EXISTS\r\nA OK IDLE completed\r\n");
    assert_eq!(talk.tags(""), ["B"]);
    // IDLE may be refused.
    let mut talk = Talk::new();
    let idle = talk.say("A IDLE\r\n")[0].1;
    talk.server.complete(idle, &status(StatusKind::No)).unwrap();
    assert_eq!(talk.tags("B NOOP\r\n"), ["B"]);
}

#[test]
fn a_body_is_accepted_or_refused() {
    let mut talk = Talk::new();
    let all = talk.say("A APPEND x {20000}\r\n");
    assert_eq!(all[0].0, "wanted 20000");
    let no = Status::with_code(StatusKind::No, Code::TryCreate, Text::new("none").unwrap());
    assert!(talk.server.reject_body(&status(StatusKind::Ok)).is_err());
    assert!(talk.server.complete(all[0].1, &status(StatusKind::Ok)).is_err());
    talk.server.reject_body(&no).unwrap();
    assert_eq!(talk.tags("B NOOP\r\n"), ["B"]);
    assert_eq!(talk.heard(), "A NO [TRYCREATE] none\r\n");
    // Without synchronization the octets come all the same.
    let mut talk = Talk::of(config().offer_all([Extension::LiteralPlus]));
    let all = talk.say("A APPEND x {20000+}\r\n");
    talk.server.complete(all[0].1, &no).unwrap();
    assert!(talk.say("B NOOP\r\n".repeat(2500)).is_empty());
    assert_eq!(talk.heard(), "");
    assert_eq!(talk.tags("\r\nC NOOP\r\n"), ["C"]);
    assert_eq!(talk.heard(), "A NO [TRYCREATE] none\r\n");
    assert!(talk.server.rare.is_none());
    // Others may be answered while a body comes.
    let mut talk = Talk::selected();
    let noop = talk.say("A NOOP\r\n")[0].1;
    let append = talk.say("B APPEND x {20000}\r\n")[0].1;
    talk.server.accept_body().unwrap();
    assert!(!talk.say("x".repeat(10_000)).is_empty());
    assert_eq!(
        talk.server.complete(append, &status(StatusKind::No)),
        not_now("an answer before the body")
    );
    talk.finish(noop);
    talk.server.send(&Data::Exists(Number(4))).unwrap();
    assert_eq!(talk.say("x".repeat(10_000)).last().unwrap().0, "BodyEnd");
    assert_eq!(talk.tags("\r\n"), ["end"]);
    talk.finish(append);
    assert_eq!(talk.heard(), "+ OK\r\nA OK x\r\n* 4 EXISTS\r\nB OK x\r\n");
}

#[test]
fn limits_at_their_bounds() {
    // Each line with its last octet within the limit, and one more.
    let early = || {
        let mut config = config();
        config.limits.bad_commands_early = 100;
        let mut server =
            Server::new(Arc::new(config.offer(Capability::new("AUTH=PLAIN").unwrap())));
        server.greet().unwrap();
        server.transmitted(usize::MAX);
        Talk { server, input: Vec::new() }
    };
    let noop = |len: usize| format!("A NOOP{}\r\n", " ".repeat(len - 8));
    let auth = |len: usize| format!("A AUTHENTICATE PLAIN {}\r\n", "A".repeat(len - 23));
    let login = |len: usize| format!("A LOGIN {{{len}+}}\r\n{} x\r\n", "u".repeat(len));
    let search =
        |depth: usize| format!("A SEARCH {}ALL{}\r\n", "(".repeat(depth), ")".repeat(depth));
    let ranges = |n: usize| format!("A FETCH {}1 FLAGS\r\n", "1,".repeat(n - 1));
    let path = |n: usize| format!("A FETCH 1 BODY[{}1]\r\n", "1.".repeat(n - 1));
    let create = |len: usize| format!("A CREATE {{{len}}}\r\n{}\r\n", "x".repeat(len));
    let many = |n: usize| format!("A LIST \"\" ({}a)\r\n", "{1+}\r\na ".repeat(n));
    let append = |len: usize| format!("A APPEND x {{{len}}}\r\n{}\r\n", "x".repeat(len));
    type Line<'l> = &'l dyn Fn(usize) -> String;
    let rows: [(Line<'_>, usize, bool); 10] = [
        (&noop, 8192, true),
        (&login, 4096, true),
        (&auth, 12_287, true),
        (&noop, 65_536, false),
        (&search, 32, false),
        (&ranges, 8192, false),
        (&path, 100, false),
        (&create, 131_072, false),
        (&many, 1000, false),
        (&append, 16_384, false),
    ];
    for (line, limit, is_early) in rows {
        for (len, good) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
            let mut talk = if is_early { early() } else { Talk::selected() };
            // Base64 has four octets for three.
            let len = if limit == 12_287 { if good { 12_287 } else { 12_291 } } else { len };
            let events = talk.tags(line(len));
            // The largest message that comes inside its command is no limit.
            let taken = if limit == 16_384 && !good { "wanted 16385" } else { "A" };
            assert_eq!(events[0] == taken, good || limit == 16_384, "{limit} {len} {events:?}");
        }
    }
    // What is dropped before the session ends.
    for (size, good) in [(65_535, true), (65_536, true), (65_537, false)] {
        let mut talk = early();
        talk.input = format!("A FROB {{{size}+}}\r\n{}\r\n", "x".repeat(size)).into_bytes();
        let input = core::mem::take(&mut talk.input);
        let mut at = 0;
        let end = loop {
            match talk.server.receive(&input[at..]) {
                Ok(received) if received.consumed == 0 && received.event.is_none() => break Ok(()),
                Ok(received) => at += received.consumed,
                Err(error) => break Err(error),
            }
        };
        assert_eq!(end.is_ok(), good, "{size} {end:?}");
    }
}
