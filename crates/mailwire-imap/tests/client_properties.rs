//! Whatever a server says, and whatever the caller does: nothing panics, each command ends exactly once,
//! errors stay, and nothing of value is said without TLS where that is required.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::HashMap;

use bytes::Bytes;
use mailwire_imap::client::{Client, ClientConfig, Event, Ticket};
use mailwire_imap::element::literal::Literal;
use mailwire_imap::element::mailbox::Mailbox;
use mailwire_imap::family::append::{Append, AppendData, AppendMessage};
use mailwire_imap::{Command, Machine, TlsPolicy, Tolerance};
use mailwire_testing::drive;
use proptest::prelude::*;
use support::call::command;

/// What a server may say; `A1` stands for the tag of a command that has not ended.
const LINES: &[&str] = &[
    "* OK [CAPABILITY IMAP4rev1 STARTTLS LITERAL+ IDLE ENABLE AUTH=PLAIN SASL-IR] ready\r\n",
    "* PREAUTH [CAPABILITY IMAP4rev2 COMPRESS=DEFLATE UIDONLY] ready\r\n",
    "* BYE x\r\n",
    "A1 OK done\r\n",
    "A1 OK [CAPABILITY IMAP4rev1 IDLE COMPRESS=DEFLATE ENABLE UTF8=ACCEPT] in\r\n",
    "A1 NO x\r\n",
    "A1 BAD x\r\n",
    "A1 FROB\r\n",
    "A1 OK a\0b\r\n",
    "A99 OK x\r\n",
    "+ \r\n",
    "+ idling\r\n",
    "* CAPABILITY IMAP4rev1 LITERAL- IDLE STARTTLS\r\n",
    "* 3 EXISTS\r\n",
    "* 2 EXPUNGE\r\n",
    "* 1 FETCH (UID 5 BODY[] {3}\r\nabc FLAGS (\\Seen))\r\n",
    "* 1 FETCH (UID 5 BODY[] {20}\r\nA1 OK done\r\n12345678 FLAGS (\\Seen))\r\n",
    "* METADATA x (/a {20}\r\n01234567890123456789 /b NIL)\r\n",
    "* URLFETCH u NIL v (BINARY ~{20}\r\n01234567890123456789) (BODY {20}\r\n01234567890123456789)\r\n",
    "* LIST () \"/\" {20}\r\n01234567890123456789\r\n",
    "* ENABLED UTF8=ACCEPT\r\n",
    "* ESEARCH (TAG \"A1\") UID ALL 1\r\n",
    "* 1 FETCH (ENVELOPE (((((\r\n",
    "* X {99999999999999999999}\r\n",
    "\r\n",
    "\0",
    " ",
    "* ",
    "garbage\r\n",
    "{20}\r\n",
];

const COMMANDS: &[&str] = &[
    "CAPABILITY",
    "NOOP",
    "LOGOUT",
    "STARTTLS",
    "LOGIN a b",
    "LOGIN {1}\r\na {1}\r\nb",
    "AUTHENTICATE PLAIN",
    "AUTHENTICATE PLAIN AGEAYg==",
    "ENABLE UTF8=ACCEPT",
    "SELECT x",
    "CLOSE",
    "IDLE",
    "COMPRESS DEFLATE",
    "UID FETCH 1 BODY[]",
    "FETCH 1 FLAGS",
    "UID SEARCH ALL",
    "APPEND x {3}\r\nabc",
    "UNAUTHENTICATE",
];

#[derive(Debug, Clone)]
enum Op {
    Hear(usize),
    Noise(Vec<u8>),
    Send(usize),
    Stream(u64),
    Body(usize),
    Finish,
    Write(usize),
    Abandon(usize),
    Respond,
    Cancel,
    FinishIdle,
    Tls,
    Compress,
    Eof,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        8 => (0..LINES.len()).prop_map(Op::Hear),
        1 => proptest::collection::vec(any::<u8>(), 0..20).prop_map(Op::Noise),
        6 => (0..COMMANDS.len()).prop_map(Op::Send),
        1 => (0..6_u64).prop_map(Op::Stream),
        1 => (0..6_usize).prop_map(Op::Body),
        1 => Just(Op::Finish),
        4 => prop_oneof![Just(usize::MAX), 0..9_usize].prop_map(Op::Write),
        1 => (0..9_usize).prop_map(Op::Abandon),
        1 => Just(Op::Respond),
        1 => Just(Op::Cancel),
        1 => Just(Op::FinishIdle),
        1 => Just(Op::Tls),
        1 => Just(Op::Compress),
        1 => Just(Op::Eof),
    ];
    // A session that has begun gets further.
    proptest::collection::vec(op, 0..40).prop_map(|mut ops| {
        ops.insert(0, Op::Hear(0));
        ops
    })
}

/// A client, and what is known of it from outside.
struct Run {
    client: Client,
    input: Vec<u8>,
    given: Vec<Ticket>,
    ends: HashMap<Ticket, usize>,
    sent: Vec<u8>,
    failed: bool,
}

impl Run {
    fn new(config: ClientConfig) -> Self {
        Self {
            client: Client::new(config),
            input: Vec::new(),
            given: Vec::new(),
            ends: HashMap::new(),
            sent: Vec::new(),
            failed: false,
        }
    }

    fn hear(&mut self, octets: &[u8]) {
        self.input.extend_from_slice(octets);
        loop {
            let received = match self.client.receive(&self.input) {
                Ok(received) => received,
                Err(error) => {
                    assert_eq!(self.client.receive(b"x").err(), Some(error));
                    assert!(self.client.is_closed() && self.client.transmit().is_empty());
                    self.failed = true;
                    self.input.clear();
                    return;
                }
            };
            assert!(!self.failed, "an event behind an error");
            let done = received.event.is_none();
            if let Some(Event::Completed { ticket, .. } | Event::Unanswered { ticket, .. }) =
                received.event
            {
                *self.ends.entry(ticket).or_default() += 1;
            }
            self.input.drain(..received.consumed);
            if done {
                return;
            }
        }
    }

    fn act(&mut self, op: &Op) {
        let client = &mut self.client;
        match op {
            Op::Hear(line) => {
                let tag = self.given.iter().rev().find(|ticket| !self.ends.contains_key(ticket));
                let tag = tag.map_or("A1".to_owned(), |ticket| ticket.tag().as_str().to_owned());
                let line = LINES[*line].replace("A1", &tag);
                self.hear(line.as_bytes());
            }
            Op::Noise(octets) => self.hear(octets),
            Op::Send(line) => self.given.extend(client.send(&command(COMMANDS[*line]))),
            Op::Stream(size) => {
                let literal = Literal::streamed(*size).unwrap();
                let message = AppendMessage::new(AppendData::Message(literal));
                let append = Append::new(Mailbox::new("x").unwrap(), message);
                self.given.extend(client.send(&Command::Append(append.into())));
            }
            Op::Body(octets) => drop(client.send_body(Bytes::from(vec![b'x'; *octets]))),
            Op::Finish => drop(client.finish_body()),
            Op::Write(n) => self.sent.extend(drive::write(client, *n)),
            Op::Abandon(at) => {
                if let Some(ticket) = self.given.get(*at) {
                    let _ = client.abandon(*ticket);
                }
            }
            Op::Respond => drop(client.respond_auth(b"x")),
            Op::Cancel => drop(client.cancel_auth()),
            Op::FinishIdle => drop(client.finish_idle()),
            Op::Tls => drop(client.tls_started()),
            Op::Compress => {
                let _ = client.compression_started();
                let _ = client.compression_ended();
            }
            Op::Eof => drop(client.receive_eof()),
        }
    }

    /// The end: each command that was given has ended once.
    fn finish(mut self) -> Self {
        let _ = self.client.receive_eof();
        self.hear(b"");
        while let Some((ticket, _)) = self.client.unanswered() {
            *self.ends.entry(ticket).or_default() += 1;
        }
        for ticket in &self.given {
            assert_eq!(self.ends.get(ticket), Some(&1), "{ticket:?}");
        }
        assert_eq!(self.client.in_flight(), 0);
        self
    }
}

fn config(tolerance: usize) -> ClientConfig {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    config.preauth = true;
    config.limits.inline_literal = 10;
    config.tolerance = [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()][tolerance];
    config
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Properties P-02, P-16 and P-19 of the attack table.
    #[test]
    fn each_command_ends_once(ops in ops(), tolerance in 0..3_usize) {
        let mut run = Run::new(config(tolerance));
        for op in &ops {
            run.act(op);
        }
        run.finish();
    }

    /// Property P-18: nothing but what leads to TLS.
    #[test]
    fn nothing_is_said_in_plaintext(ops in ops()) {
        let mut config = config(1);
        config.tls = TlsPolicy::Required;
        let mut run = Run::new(config);
        for op in ops.iter().filter(|op| !matches!(op, Op::Tls)) {
            run.act(op);
        }
        let run = run.finish();
        for line in String::from_utf8_lossy(&run.sent).split_inclusive("\r\n") {
            let verb = line.split([' ', '\r']).nth(1).unwrap_or_default();
            let free = ["CAPABILITY", "STARTTLS", "LOGOUT"];
            prop_assert!(!line.ends_with('\n') || free.contains(&verb), "{line}");
        }
    }

    /// Property P-01: however the octets are cut, the same happens.
    #[test]
    fn cuts_change_nothing(
        lines in proptest::collection::vec(0..LINES.len(), 0..12),
        cuts in proptest::collection::vec(1..30_usize, 1..40),
        tolerance in 0..3_usize,
    ) {
        let octets: String = lines.iter().map(|line| LINES[*line]).collect();
        let run = |pieces: &[&[u8]]| {
            let mut client = Client::new(config(tolerance));
            client.receive(LINES[0].as_bytes()).unwrap();
            for line in ["LOGIN a b", "NOOP"] {
                let _ = client.send(&command(line));
            }
            client.transmitted(usize::MAX);
            let (mut seen, mut body) = (Vec::new(), Vec::new());
            let (all, error) = drive::collect(&mut client, pieces.iter().copied(), |_, event| {
                match event {
                    Event::BodyChunk(octets) => {
                        body.extend_from_slice(octets);
                        None
                    }
                    Event::TlsReady => None,
                    event => Some(format!("{event:?}")),
                }
            });
            seen.extend(all.into_iter().flatten());
            (seen, body, error)
        };
        let whole = run(&[octets.as_bytes()]);
        let (mut pieces, mut rest) = (Vec::new(), octets.as_bytes());
        for cut in cuts {
            let (piece, behind) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece);
            rest = behind;
        }
        pieces.push(rest);
        prop_assert_eq!(run(&pieces), whole);
    }
}
