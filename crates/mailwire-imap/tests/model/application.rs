//! The server, the application on it, and what the model says of both.

use std::sync::Arc;

use bytes::Bytes;
use mailwire_imap::element::body_value::BodyValue;
use mailwire_imap::element::literal::StreamedLiteral;
use mailwire_imap::element::number::NzNumber;
use mailwire_imap::element::section::Section;
use mailwire_imap::family::capability::Capability;
use mailwire_imap::family::enable::Enable;
use mailwire_imap::family::fetch::{BodySection, FetchHead, FetchItem, FetchTail};
use mailwire_imap::server::{BodyHead, Event, Server, ServerConfig, Ticket};
use mailwire_imap::{Data, Extension, Mode, Status, StatusKind, TlsPolicy, Tolerance};
use mailwire_testing::drive::Input;

use crate::rules::{End, Kind, Stage};
use crate::world::{Said, Setting, Told};

/// What both drivers have to do before the session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    Tls,
    Compress,
    Plain,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The application answers.
    Ours,
    /// It decides on IDLE or on a message.
    Offered,
    /// The client has to go on.
    Theirs,
}

/// A command that the application has.
#[derive(Debug)]
pub struct Waiting {
    ticket: Ticket,
    number: u64,
    kind: Kind,
    turn: Turn,
    rounds: u8,
}

pub struct Application {
    pub server: Server,
    pub end: End,
    pub waiting: Vec<Waiting>,
    pub ready: Option<Ready>,
    input: Input,
    handing_over: bool,
    body: usize,
    /// Literals of the command that came.
    bodies: usize,
    counter: u32,
}

impl Application {
    pub fn new(setting: &Setting) -> Self {
        let mut config = ServerConfig::new("mail.example")
            .unwrap()
            .withhold(Extension::LiteralMinus)
            .offer(Capability::new("AUTH=PLAIN").unwrap())
            .offer_all(setting.literals)
            .offer_all([Extension::CompressDeflate, Extension::Unauthenticate])
            .offer_all([Extension::Move, Extension::Utf8Accept, Extension::UidOnly])
            .offer_all([Extension::MultiAppend, Extension::Catenate, Extension::Notify])
            .offer_all(setting.rev2.then_some(Extension::Imap4Rev2));
        config.auth_without_tls = true;
        config.tls = TlsPolicy::Opportunistic;
        config.limits.inline_literal = 10;
        config.limits.bad_commands = 10_000;
        config.limits.bad_commands_early = 10_000;
        let mut server = Server::new(Arc::new(config));
        let mut end = End::new();
        if setting.preauth {
            server.preauth().unwrap();
            end.stage = Stage::Inside;
        } else {
            server.greet().unwrap();
            end.stage = Stage::Before;
        }
        Self {
            server,
            end,
            waiting: Vec::new(),
            ready: None,
            input: Input::new(),
            handing_over: false,
            body: 0,
            bodies: 0,
            counter: 0,
        }
    }

    pub fn hear(&mut self, octets: &[u8], said: &mut Said) {
        let mut input = std::mem::take(&mut self.input);
        let mut server = self.server.clone();
        let end = input.receive(&mut server, octets, |_, event| self.event(event, said));
        (self.server, self.input) = (server, input);
        assert!(end.is_ok(), "{end:?}");
    }

    fn event(&mut self, event: Event<'_>, said: &mut Said) {
        match event {
            Event::Command { ticket, tag, .. } => self.begin(ticket, tag.as_str(), false, said),
            Event::BodyWanted { ticket, head: BodyHead::Command { tag, .. }, size, .. } => {
                self.begin(ticket, tag.as_str(), true, said);
                self.bodies = 0;
                self.offered(size);
            }
            Event::BodyWanted { ticket, head: BodyHead::Tail(_), size, .. } => {
                let waiting = self.waiting.last_mut().unwrap();
                assert_eq!(waiting.ticket, ticket);
                assert_eq!(std::mem::replace(&mut waiting.turn, Turn::Offered), Turn::Theirs);
                self.offered(size);
            }
            Event::BodyChunk(octets) => {
                assert!(octets.iter().all(|octet| *octet == b'x'));
                self.body += octets.len();
            }
            Event::BodyEnd(end) => {
                assert_eq!((end.size, end.refused), (self.body as u64, None));
            }
            Event::CommandEnd { ticket, .. } => {
                let waiting = self.waiting.last_mut().unwrap();
                assert_eq!((waiting.ticket, waiting.kind.streamed().len()), (ticket, self.bodies));
                assert_eq!(std::mem::replace(&mut waiting.turn, Turn::Ours), Turn::Theirs);
            }
            Event::AuthResponse { ticket, .. } | Event::IdleDone { ticket } => {
                let waiting = self.waiting.iter_mut().find(|waiting| waiting.ticket == ticket);
                let waiting = waiting.expect("a command in progress");
                assert_eq!(std::mem::replace(&mut waiting.turn, Turn::Ours), Turn::Theirs);
            }
            Event::AuthEnded { ticket, error } => {
                assert_eq!(error, None);
                let at = self.waiting.iter().position(|waiting| waiting.ticket == ticket).unwrap();
                self.ended(at, StatusKind::Bad, said);
            }
            Event::TlsReady => self.ready = Some(Ready::Tls),
            Event::CompressReady => self.ready = Some(Ready::Compress),
            Event::CompressEnd => self.ready = Some(Ready::Plain),
            Event::Closed => assert_eq!(self.end.stage, Stage::Over),
            other => panic!("{other:?}"),
        }
    }

    /// The next literal of the command that came last.
    fn offered(&mut self, size: u64) {
        let sizes = self.waiting.last().unwrap().kind.streamed();
        assert_eq!(sizes[self.bodies] as u64, size);
        (self.body, self.bodies) = (0, self.bodies + 1);
    }

    fn begin(&mut self, ticket: Ticket, tag: &str, body: bool, said: &Said) {
        let number: u64 = tag[1..].parse().unwrap();
        let kind = said.kinds[&number];
        assert!(kind.is_legal_at(self.end.stage), "{kind:?} at {:?}", self.end.stage);
        assert!(!(self.end.uid_only && kind.is_by_number()), "{kind:?} under UIDONLY");
        for before in &self.waiting {
            assert!(kind.may_follow(before.kind), "{kind:?} during {:?}", before.kind);
            // The last one counts: RFC 5465 section 3.1.
            assert!(!(kind.notifies() && before.kind.notifies()), "{kind:?} twice at once");
        }
        let turn = if body || kind == Kind::Idle { Turn::Offered } else { Turn::Ours };
        self.waiting.push(Waiting { ticket, number, kind, turn, rounds: 0 });
    }

    /// A command has its answer.
    fn ended(&mut self, at: usize, answer: StatusKind, said: &mut Said) {
        let Waiting { number, kind, .. } = self.waiting.remove(at);
        assert_eq!(said.answers.insert(number, answer), None, "answered twice");
        let plain = kind == Kind::Unauthenticate && self.end.compressed;
        let hands_over = plain || matches!(kind, Kind::StartTls | Kind::Compress);
        self.handing_over |= hands_over && answer == StatusKind::Ok;
        self.end.answered(kind, answer);
    }

    pub fn answer(&mut self, which: usize, answer: StatusKind, brief: bool, said: &mut Said) {
        let ours: Vec<_> =
            (0..self.waiting.len()).filter(|at| self.waiting[*at].turn != Turn::Theirs).collect();
        let Some(&at) = ours.get(which % ours.len().max(1)) else { return };
        let (server, waiting) = (&mut self.server, &mut self.waiting[at]);
        let (ticket, kind, good) = (waiting.ticket, waiting.kind, answer == StatusKind::Ok);
        let status = Status::parse(match answer {
            StatusKind::Ok => b"OK done",
            StatusKind::No => b"NO not now",
            _ => b"BAD no no",
        })
        .unwrap();
        let mut given = answer;
        match (kind, waiting.turn) {
            (Kind::Idle, Turn::Offered) if good => {
                server.accept(ticket).unwrap();
                waiting.turn = Turn::Theirs;
                return;
            }
            (kind, Turn::Offered) if kind != Kind::Idle && good => {
                server.accept_body().unwrap();
                waiting.turn = Turn::Theirs;
                return;
            }
            (kind, Turn::Offered) if kind != Kind::Idle => {
                server.reject_body(&status).unwrap();
            }
            (Kind::Auth | Kind::AuthAtOnce, _) if brief && waiting.rounds < 3 => {
                server.challenge_auth(b"more").unwrap();
                waiting.rounds += 1;
                waiting.turn = Turn::Theirs;
                return;
            }
            (Kind::Unauthenticate, _) => {
                if server.complete(ticket, &status).is_err() {
                    assert!(answer == StatusKind::No || self.end.compressed && !good);
                    server.accept(ticket).unwrap();
                    given = StatusKind::Ok;
                }
            }
            (Kind::Enable | Kind::EnableRev2 | Kind::EnableUidOnly, _) if good => {
                let extension = match kind {
                    Kind::Enable => Extension::Utf8Accept,
                    Kind::EnableRev2 => Extension::Imap4Rev2,
                    _ => Extension::UidOnly,
                };
                let enable = Enable::extensions([extension]).unwrap();
                server.enable(ticket, &enable).unwrap();
            }
            _ if good && !brief => server.accept(ticket).unwrap(),
            _ => server.complete(ticket, &status).unwrap(),
        }
        self.ended(at, given, said);
    }

    /// RFC 9051 section 7.5.1, RFC 5465 section 6.1.1.
    pub fn may_expunge(&self) -> bool {
        let is_whole =
            |waiting: &&Waiting| waiting.kind.streamed().is_empty() || waiting.turn == Turn::Ours;
        let mut whole = self.waiting.iter().filter(is_whole).peekable();
        let between = whole.peek().is_some() && !whole.any(|one| one.kind.forbids_expunge());
        let selects = self.waiting.iter().any(|waiting| waiting.kind.selects());
        let open = self.end.stage == Stage::Open && !selects;
        open && (between || self.end.notify)
    }

    pub fn tell(&mut self, what: u8, said: &mut Said) {
        self.counter += 1;
        let (count, number) = (self.counter, NzNumber::new(self.counter).unwrap());
        let possible = self.end.stage != Stage::Over && !self.handing_over;
        let uid_only = self.end.uid_only;
        let line = match what {
            0 => format!("{count} FETCH (FLAGS ())"),
            1 => format!("{count} EXPUNGE"),
            // Where sequence numbers are used, what is removed is told by them.
            5 if uid_only => format!("VANISHED {count}"),
            6 => format!("{count} UIDFETCH (FLAGS ())"),
            2 => format!("OK note {count}"),
            3 if possible => {
                let body = BodyValue::Streamed(StreamedLiteral::new(20).unwrap());
                let body = BodySection::new(&Section::default(), None, body).unwrap();
                let mut head = FetchHead::new(number, [], FetchItem::section(body)).unwrap();
                let tails = [FetchTail::last([]).unwrap()];
                if uid_only {
                    assert!(self.server.send_fetch(&head, &tails).is_err());
                    head = head.into_uid_fetch();
                }
                self.server.send_fetch(&head, &tails).unwrap();
                self.server.send_body(Bytes::from_static(&[b'y'; 20])).unwrap();
                self.server.finish_body().unwrap();
                let name = if uid_only { "UIDFETCH" } else { "FETCH" };
                said.told.push_back(Told { line: format!("{count} {name}"), streamed: true });
                return;
            }
            _ => format!("{count} EXISTS"),
        };
        let allowed = match what {
            0 => !uid_only,
            1 => !uid_only && self.may_expunge(),
            5 if uid_only => self.may_expunge(),
            6 => uid_only,
            _ => true,
        } && possible;
        let (data, _) = Data::parse_in(line.as_bytes(), Mode::SERVER, Tolerance::strict()).unwrap();
        assert_eq!(self.server.send(&data).is_ok(), allowed, "{line}");
        if allowed {
            let told = line.strip_prefix("OK ").unwrap_or(&line);
            let line = told.split(" (").next().unwrap().to_owned();
            said.told.push_back(Told { line, streamed: false });
        }
    }

    pub fn hand_over(&mut self) {
        self.handing_over = false;
        match self.ready.take().unwrap() {
            Ready::Tls => {
                self.server.tls_started().unwrap();
                self.end.secured();
            }
            Ready::Compress => {
                self.server.compression_started().unwrap();
                self.end.compressed = true;
            }
            Ready::Plain => {
                self.server.compression_ended().unwrap();
                self.end.compressed = false;
            }
        }
    }

    /// Ends the session from this side, where that is possible.
    pub fn bye(&mut self) {
        let possible = self.end.stage != Stage::Over && !self.handing_over;
        let status = Status::parse(b"BYE going down").unwrap();
        assert_eq!(self.server.bye(&status).is_ok(), possible);
        self.end.stage = Stage::Over;
    }
}
