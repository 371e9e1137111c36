//! The client, who calls it, and what the model says of it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use mailwire_imap::client::{Client, ClientConfig, Event, Ticket};
use mailwire_imap::element::literal::Literal;
use mailwire_imap::element::mailbox::Mailbox;
use mailwire_imap::element::string::AString;
use mailwire_imap::family::append::{Append, AppendData, AppendMessage, CatPart, Catenate};
use mailwire_imap::family::capability::Capabilities;
use mailwire_imap::{Code, Command, Data, Extension, Machine, Mode, Status, StatusKind, Tolerance};
use mailwire_testing::drive::{Input, write};

use crate::application::Ready;
use crate::rules::{End, Kind, Known, Stage};
use crate::world::{Said, Setting};

/// The number of a ticket.
fn number(ticket: Ticket) -> u64 {
    ticket.tag().as_str()[1..].parse().unwrap()
}

pub struct Caller {
    pub client: Client,
    pub ready: Option<Ready>,
    input: Input,
    model: Model,
    /// All that was written, and how much of it was looked at.
    written: Vec<u8>,
    scanned: usize,
    pipelining: bool,
}

/// What the client has to be.
struct Model {
    end: End,
    known: Known,
    offers_compress: bool,
    rev2: bool,
    given: Vec<(Ticket, Kind)>,
    ends: BTreeMap<u64, usize>,
    /// Commands whose beginning was sent.
    begun: BTreeSet<u64>,
    abandoned: BTreeSet<u64>,
    /// Commands whose numbers were chosen before a message was removed, or for a mailbox that was not opened.
    stale: BTreeSet<u64>,
    /// SELECT or EXAMINE was sent.
    opened: bool,
    /// Octets of the message that is under way.
    body: Option<usize>,
    challenged: bool,
    closing: bool,
    /// A command was given up whose message was under way.
    given_up: bool,
}

impl Model {
    fn pending(&self) -> impl Iterator<Item = (Ticket, Kind)> + '_ {
        self.given.iter().copied().filter(|(ticket, _)| !self.ends.contains_key(&number(*ticket)))
    }

    fn learn(&mut self, list: &Capabilities<'_>) {
        let has = |extension| list.iter().any(|one| one.extension() == Some(extension));
        self.known = if has(Extension::Unselect) { Known::Full } else { Known::Early };
        self.offers_compress = has(Extension::CompressDeflate);
    }

    /// What was offered is offered no more, COMPRESS with the rest.
    fn forget(&mut self) {
        (self.known, self.offers_compress) = (Known::Nothing, false);
    }

    fn end_of(&mut self, ticket: Ticket) -> Kind {
        *self.ends.entry(number(ticket)).or_default() += 1;
        self.kind_of(ticket)
    }

    fn completed(&mut self, ticket: Ticket, status: &Status<'_>, said: &Said) {
        let kind = self.end_of(ticket);
        assert_eq!(said.answers.get(&number(ticket)), Some(&status.kind()), "{kind:?}");
        assert!(self.begun.contains(&number(ticket)), "an answer to nothing");
        self.end.answered(kind, status.kind());
        if kind == Kind::Unauthenticate && status.kind() == StatusKind::Ok {
            self.opened = false;
        }
        if kind.selects() && status.kind() == StatusKind::Bad {
            self.unopened(number(ticket));
        }
        let starts = kind.changes_session()
            && kind.leads(Stage::Greeting, StatusKind::Ok) != Stage::Greeting;
        match status.code() {
            Some(Code::Capability(list)) => self.learn(list),
            // It is another session: what was offered to the last one is forgotten.
            _ if starts && status.kind() == StatusKind::Ok => self.forget(),
            _ => {}
        }
        self.challenged = false;
    }

    /// What was given behind a command that opens no mailbox.
    fn unopened(&mut self, behind: u64) {
        let held = self.pending().skip_while(|(ticket, _)| number(*ticket) <= behind);
        let held = held.take_while(|(_, kind)| !kind.selects());
        let held = held.filter(|(_, kind)| kind.is_of_mailbox()).map(|(ticket, _)| number(ticket));
        let held: Vec<_> = held.collect();
        self.stale.extend(held);
    }

    fn event(&mut self, event: &Event<'_>, said: &mut Said) -> Option<Ready> {
        match event {
            Event::Greeting { greeting, .. } => {
                let kind = greeting.status().kind();
                self.end.stage =
                    if kind == StatusKind::Preauth { Stage::Inside } else { Stage::Before };
                if let Some(Code::Capability(list)) = greeting.status().code() {
                    self.learn(list);
                }
            }
            Event::Response { data, .. } => self.data(data, said),
            Event::Completed { ticket, status, ends, .. } => {
                self.completed(*ticket, status, said);
                assert_eq!(*ends, self.end.stage == Stage::Over);
            }
            Event::Unanswered { ticket, .. } => {
                let kind = self.end_of(*ticket);
                let number = number(*ticket);
                let dropped = !self.begun.contains(&number)
                    && (self.abandoned.contains(&number)
                        || self.stale.contains(&number)
                        || !kind.is_legal_at(self.end.stage)
                        || !kind.is_legal_at(self.led_to(number)));
                assert!(self.closing || dropped, "{kind:?} has no answer");
            }
            Event::BodyWanted { size, .. } => self.body = Some(usize::try_from(*size).unwrap()),
            Event::AuthChallenge { .. } => self.challenged = true,
            Event::TlsReady => return Some(Ready::Tls),
            Event::CompressReady => return Some(Ready::Compress),
            Event::CompressEnd => return Some(Ready::Plain),
            Event::Closed => assert!(self.closing || self.end.stage == Stage::Over),
            // The server waits for a message that nobody has any more.
            Event::Continue { ticket: Some(ticket), .. }
                if self.abandoned.contains(&number(*ticket))
                    && !self.kind_of(*ticket).streamed().is_empty() =>
            {
                self.give_up();
            }
            Event::Continue { .. }
            | Event::BodyBegin { .. }
            | Event::BodyChunk(_)
            | Event::BodyEnd => {}
            other => panic!("{other:?}"),
        }
        None
    }

    fn data(&mut self, data: &Data<'_>, said: &mut Said) {
        let told = match data {
            Data::Capability(list) => return self.learn(list),
            // Not only behind the end of the command: RFC 5161 section 3.2.
            Data::Enabled(list) => {
                let has = |one| list.iter().any(|other| other.extension() == Some(one));
                self.end.utf8 |= has(Extension::Utf8Accept) || has(Extension::Imap4Rev2);
                self.end.uid_only |= has(Extension::UidOnly);
                return;
            }
            Data::Condition(status) if status.kind() == StatusKind::Bye => {
                self.closing = true;
                return;
            }
            Data::Condition(status) if status.code().is_none() => status.text().to_string(),
            Data::Exists(_)
            | Data::Expunge(_)
            | Data::Fetch(_)
            | Data::UidFetch(_)
            | Data::Vanished(_) => {
                let text = String::from_utf8(data.to_bytes_in(Mode::SERVER)).unwrap();
                text.split(' ').take(2).collect::<Vec<_>>().join(" ")
            }
            _ => return,
        };
        if matches!(data, Data::Expunge(_) | Data::Vanished(_)) {
            let numbered = self.pending().filter(|(_, kind)| kind.has_numbers());
            let numbered: Vec<_> = numbered.map(|(ticket, _)| number(ticket)).collect();
            self.stale.extend(numbered);
        }
        self.forget_dropped(said, &told);
        assert_eq!(said.told.pop_front().map(|told| told.line), Some(told));
    }

    /// Messages that are streamed are not told where the command that may have asked for them was given up.
    fn forget_dropped(&self, said: &mut Said, until: &str) {
        let unwanted = self.abandoned.iter().any(|number| said.kinds[number].fetches());
        while unwanted && said.told.front().is_some_and(|told| told.streamed && told.line != until)
        {
            said.told.pop_front();
        }
    }

    fn kind_of(&self, ticket: Ticket) -> Kind {
        self.given.iter().find(|(given, _)| *given == ticket).expect("a given command").1
    }

    /// The session is over, in the middle of a command.
    fn give_up(&mut self) {
        (self.given_up, self.closing, self.challenged) = (true, true, false);
        (self.body, self.end.stage) = (None, Stage::Over);
    }

    /// Where all goes well up to this command.
    fn led_to(&self, until: u64) -> Stage {
        let before = self.pending().filter(|(ticket, _)| number(*ticket) < until);
        before.fold(self.end.stage, |stage, (_, kind)| {
            if kind.is_legal_at(stage) { kind.leads(stage, StatusKind::Ok) } else { stage }
        })
    }

    /// Whether a command of this kind may be given now.
    fn allows(&self, kind: Kind) -> bool {
        let unclear = |kind: Kind| kind.changes_session() || kind == Kind::Logout;
        if self.closing || self.pending().any(|(_, kind)| unclear(kind)) {
            return false;
        }
        let stage = self.led_to(u64::MAX);
        let offered = match kind {
            Kind::Idle | Kind::Unselect | Kind::Unauthenticate | Kind::Move => {
                self.known == Known::Full
            }
            // RFC 9051 section 6.3.1.
            Kind::Enable | Kind::EnableUidOnly | Kind::EnableRev2
                if self.opened || self.pending().any(|(_, kind)| kind.selects()) =>
            {
                false
            }
            Kind::Enable | Kind::EnableUidOnly => self.known == Known::Full,
            Kind::EnableRev2 => self.known == Known::Full && self.rev2,
            Kind::MultiAppend | Kind::StreamTwo | Kind::Catenate | Kind::StreamParts => {
                self.known == Known::Full
            }
            Kind::Notify | Kind::NotifyNone => self.known == Known::Full,
            Kind::Compress => self.offers_compress && !self.end.compressed,
            Kind::AuthAtOnce => self.known != Known::Nothing,
            Kind::StartTls => !self.end.tls && !self.end.compressed,
            _ => true,
        };
        offered && kind.is_legal_at(stage) && !(self.end.uid_only && kind.is_by_number())
    }
}

impl Caller {
    pub fn new(setting: &Setting) -> Self {
        let mut config = ClientConfig::default();
        config.auth_without_tls = true;
        config.preauth = setting.preauth;
        config.pipelining = setting.pipelining;
        config.limits.inline_literal = 10;
        config.tolerance = Tolerance::strict();
        let model = Model {
            end: End::new(),
            known: Known::Nothing,
            offers_compress: false,
            rev2: setting.rev2,
            given: Vec::new(),
            ends: BTreeMap::new(),
            begun: BTreeSet::new(),
            abandoned: BTreeSet::new(),
            stale: BTreeSet::new(),
            opened: false,
            body: None,
            challenged: false,
            closing: false,
            given_up: false,
        };
        Self {
            client: Client::new(config),
            ready: None,
            input: Input::new(),
            model,
            written: Vec::new(),
            scanned: 0,
            pipelining: setting.pipelining,
        }
    }

    pub fn end(&self) -> &End {
        &self.model.end
    }

    pub fn pending(&self) -> Vec<Kind> {
        self.model.pending().map(|(_, kind)| kind).collect()
    }

    pub fn write(&mut self, octets: usize) -> Vec<u8> {
        let out = write(&mut self.client, octets);
        self.written.extend_from_slice(&out);
        out
    }

    pub fn hear(&mut self, octets: &[u8], said: &mut Said) {
        let (model, ready) = (&mut self.model, &mut self.ready);
        let end = self.input.receive(&mut self.client, octets, |_, event| {
            if let Some(now) = model.event(&event, said) {
                *ready = Some(now);
            }
        });
        assert!(end.is_ok(), "{end:?}");
    }

    pub fn give(&mut self, kind: Kind, said: &mut Said) {
        if self.model.pending().count() >= 60 {
            return;
        }
        let allowed = self.ready.is_none() && self.model.allows(kind);
        let command = built(kind).unwrap_or_else(|| Command::parse(line(kind)).unwrap());
        let sent = self.client.send(&command);
        assert_eq!(sent.is_ok(), allowed, "{kind:?} {sent:?} {:?}", self.model.end);
        let Ok(ticket) = sent else { return };
        self.model.given.push((ticket, kind));
        said.kinds.insert(number(ticket), kind);
        if self.model.body.is_none() {
            // It was not asked for yet.
            assert!(self.client.send_body(Bytes::new()).is_err());
            assert!(self.client.finish_body().is_err());
        }
        self.hear(b"", said);
    }

    /// A legal command; LOGOUT is not among them, so that sessions go on.
    pub fn give_legal(&mut self, which: usize, said: &mut Said) {
        let allowed = |kind: &Kind| *kind != Kind::Logout && self.model.allows(*kind);
        // Those on the open mailbox are given more often, before it is closed again.
        let often = |kind: Kind| std::iter::repeat_n(kind, if kind.uses_mailbox() { 4 } else { 1 });
        let legal: Vec<_> = Kind::ALL.into_iter().filter(allowed).flat_map(often).collect();
        if let Some(kind) = legal.get(which % legal.len().max(1)) {
            self.give(*kind, said);
        }
    }

    pub fn respond(&mut self, cancel: bool) {
        let given = if cancel { self.client.cancel_auth() } else { self.client.respond_auth(b"x") };
        assert_eq!(given.is_ok(), std::mem::take(&mut self.model.challenged));
    }

    pub fn done(&mut self, said: &mut Said) {
        let idle = self.model.pending().find(|(_, kind)| *kind == Kind::Idle);
        assert_eq!(self.client.finish_idle().is_ok(), idle.is_some());
        // One that was not sent never is.
        self.model.abandoned.extend(idle.map(|(ticket, _)| number(ticket)));
        self.hear(b"", said);
    }

    pub fn feed(&mut self, octets: usize, said: &mut Said) {
        let Some(left) = self.model.body else {
            assert!(self.client.send_body(Bytes::from_static(b"x")).is_err());
            return;
        };
        let now = octets.min(left);
        self.client.send_body(Bytes::from(vec![b'x'; now])).unwrap();
        self.model.body = Some(left - now);
        assert_eq!(self.client.finish_body().is_ok(), now == left);
        if now == left {
            self.model.body = None;
            // The next may be wanted at once.
            self.hear(b"", said);
        }
    }

    pub fn abandon(&mut self, which: usize, said: &mut Said) {
        let pending: Vec<_> = self.model.pending().collect();
        let Some(&(ticket, kind)) = pending.get(which % pending.len().max(1)) else { return };
        self.client.abandon(ticket).unwrap();
        let model = &mut self.model;
        model.abandoned.insert(number(ticket));
        if kind.selects() && !model.begun.contains(&number(ticket)) {
            model.unopened(number(ticket));
        }
        if model.begun.contains(&number(ticket)) {
            let last = model.begun.last() == Some(&number(ticket));
            if last && model.body.is_some() {
                model.give_up();
            }
            if matches!(kind, Kind::Auth | Kind::AuthAtOnce) {
                model.challenged = false;
            }
        }
        self.hear(b"", said);
    }

    /// How many commands were given up that had been sent.
    pub fn abandoned_in_flight(&self) -> usize {
        self.model.abandoned.intersection(&self.model.begun).count()
    }

    /// True when the session ended in the middle of a message.
    pub fn has_given_up(&self) -> bool {
        self.model.given_up
    }

    pub fn forget_dropped(&self, said: &mut Said) {
        self.model.forget_dropped(said, "");
    }

    pub fn hand_over(&mut self) {
        match self.ready.take().unwrap() {
            Ready::Tls => {
                self.client.tls_started().unwrap();
                self.model.end.secured();
                self.model.forget();
            }
            Ready::Compress => {
                self.client.compression_started().unwrap();
                self.model.end.compressed = true;
            }
            Ready::Plain => {
                self.client.compression_ended().unwrap();
                self.model.end.compressed = false;
            }
        }
    }

    /// Looks at what is sent: each command may be in progress with those that have not ended.
    pub fn watch(&mut self, said: &Said) {
        // What was queued and not written never is.
        if self.model.given_up {
            return;
        }
        let mut all = self.written.clone();
        self.client.transmit().slices().for_each(|octets| all.extend_from_slice(octets));
        while let Some(end) = all[self.scanned..].iter().position(|octet| *octet == b'\n') {
            let line =
                String::from_utf8_lossy(&all[self.scanned..=self.scanned + end]).into_owned();
            self.scanned += end + 1;
            let Some(tag) = line.strip_prefix('A').and_then(|line| line.split(' ').next()) else {
                continue;
            };
            let begun: u64 = tag.parse().unwrap();
            let kind = said.kinds[&begun];
            let model = &mut self.model;
            for before in model.begun.iter().filter(|before| !model.ends.contains_key(before)) {
                assert!(self.pipelining, "{line} before an answer");
                let before = said.kinds[before];
                assert!(kind.may_follow(before), "{kind:?} during {before:?}");
            }
            assert!(model.begun.insert(begun), "{line} is sent twice");
            model.opened |= kind.selects();
        }
    }

    /// The connection ends; so has each command, once.
    pub fn finish(&mut self, bye: bool) {
        let end = self.client.receive_eof();
        assert!(bye || end.is_ok(), "{end:?} {:?}", self.model.given_up);
        while let Ok(received) = self.client.receive(b"") {
            match received.event {
                Some(Event::Unanswered { ticket, .. }) => drop(self.model.end_of(ticket)),
                Some(_) => {}
                None => break,
            }
        }
        while let Some((ticket, _)) = self.client.unanswered() {
            self.model.end_of(ticket);
        }
        for (ticket, kind) in &self.model.given {
            assert_eq!(self.model.ends.get(&number(*ticket)), Some(&1), "{kind:?}");
        }
        assert_eq!(self.client.in_flight(), 0);
    }
}

/// A command whose messages are streamed.
fn built(kind: Kind) -> Option<Command<'static>> {
    let sizes = kind.streamed();
    let literal = |at: usize| Literal::streamed(sizes[at] as u64).unwrap();
    let message = |at| AppendMessage::new(AppendData::Message(literal(at)));
    let one = match kind {
        Kind::StreamParts => {
            let url = CatPart::Url(AString::new("/x/;UID=1").unwrap());
            let parts = [CatPart::Text(literal(0)), url, CatPart::Text(literal(1))];
            AppendMessage::new(AppendData::Catenate(Catenate::new(parts).unwrap()))
        }
        _ if sizes.is_empty() => return None,
        _ => message(0),
    };
    let append = Append::new(Mailbox::new("x").unwrap(), one);
    let append = if kind == Kind::StreamTwo { append.with(message(1)).unwrap() } else { append };
    Some(Command::Append(append.into()))
}

fn line(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Capability => b"CAPABILITY",
        Kind::Noop => b"NOOP",
        Kind::Logout => b"LOGOUT",
        Kind::StartTls => b"STARTTLS",
        Kind::Login => b"LOGIN a b",
        Kind::LoginLiteral => b"LOGIN {2}\r\n\xc3\xa9 {2}\r\n\xc3\xa9",
        Kind::Auth => b"AUTHENTICATE PLAIN",
        Kind::AuthAtOnce => b"AUTHENTICATE PLAIN AGEAYg==",
        Kind::Enable => b"ENABLE UTF8=ACCEPT",
        Kind::EnableRev2 => b"ENABLE IMAP4rev2",
        Kind::EnableUidOnly => b"ENABLE UIDONLY",
        Kind::MultiAppend => b"APPEND x {3}\r\nxxx {2}\r\nxx",
        Kind::Catenate => b"APPEND x CATENATE (TEXT {3}\r\nxxx URL /x/;UID=1 TEXT {2}\r\nxx)",
        Kind::Notify => b"NOTIFY SET (selected (MessageNew MessageExpunge))",
        Kind::NotifyNone => b"NOTIFY NONE",
        Kind::UidSearch => b"UID SEARCH UNSEEN",
        Kind::Select => b"SELECT x",
        Kind::Examine => b"EXAMINE y",
        Kind::Create => b"CREATE z",
        Kind::List => b"LIST \"\" *",
        Kind::Status => b"STATUS z (MESSAGES)",
        Kind::Append => b"APPEND x {3}\r\nxxx",
        Kind::Idle => b"IDLE",
        Kind::Compress => b"COMPRESS DEFLATE",
        Kind::Unauthenticate => b"UNAUTHENTICATE",
        Kind::Close => b"CLOSE",
        Kind::Unselect => b"UNSELECT",
        Kind::Expunge => b"EXPUNGE",
        Kind::Fetch => b"FETCH 1 FLAGS",
        Kind::UidFetch => b"UID FETCH 1 FLAGS",
        Kind::Store => b"STORE 1 +FLAGS (\\Seen)",
        Kind::Search => b"SEARCH UNSEEN",
        Kind::SearchNumbers => b"SEARCH 1 UNSEEN",
        Kind::Copy => b"COPY 1 x",
        Kind::Move => b"MOVE 1 x",
        Kind::Stream | Kind::StreamLarge | Kind::StreamTwo | Kind::StreamParts => {
            unreachable!("it is built")
        }
    }
}
