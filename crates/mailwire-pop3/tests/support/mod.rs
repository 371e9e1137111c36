//! A client and a server in memory, with a simple maildrop behind the server.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(unreachable_pub)]

pub mod corpus;
pub mod splits;

use std::sync::Arc;

use bytes::Bytes;
use mailwire_pop3::client::{self, Client, ClientConfig, Ticket};
use mailwire_pop3::element::apop::Stamp;
use mailwire_pop3::element::message_number::MessageNumber;
use mailwire_pop3::element::unique_id::UniqueId;
use mailwire_pop3::family::auth::{Auth, Password, UserName};
use mailwire_pop3::family::capa::{Capability, ImplementationText, Mechanisms};
use mailwire_pop3::family::greeting::Greeting;
use mailwire_pop3::family::lang::{LanguageItem, LanguageTag};
use mailwire_pop3::family::list::{ListItem, UidItem};
use mailwire_pop3::family::retrieve::Top;
use mailwire_pop3::family::stat::Stat;
use mailwire_pop3::sasl::MechanismName;
use mailwire_pop3::server::{self, Server, ServerConfig};
use mailwire_pop3::{Answer, Command, Extension, Item, Machine, PeerError, Response, Unanswered};

pub fn number(number: u32) -> MessageNumber {
    MessageNumber::new(number).unwrap()
}

pub fn user(name: &str) -> Command<'_> {
    Command::User(UserName::new(name).unwrap())
}

pub fn pass(password: &str) -> Command<'_> {
    Command::Pass(Password::new(password).unwrap())
}

pub fn auth(mechanism: &str) -> Auth<'_> {
    Auth::new(MechanismName::new(mechanism).unwrap())
}

pub fn top(n: u32, lines: u64) -> Command<'static> {
    Command::Top(Top { number: number(n), lines })
}

/// A server that takes passwords without TLS.
pub fn server_config() -> ServerConfig {
    let mut config = ServerConfig::new();
    config.auth_without_tls = true;
    config
}

/// A client that gives passwords without TLS.
pub fn client_config() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    config
}

/// A configuration that offers every extension but STLS.
pub fn everything() -> ServerConfig {
    server_config()
        .offer(Capability::Sasl(Mechanisms::new("PLAIN LOGIN").unwrap().into_owned()))
        .offer(Capability::LoginDelay { seconds: 900, user: true })
        .offer(Capability::Expire { days: None, user: false })
        .offer(Capability::Implementation(
            ImplementationText::new("mailwire").unwrap().into_owned(),
        ))
        .offer(Capability::Utf8 { user: true })
        .offer(Capability::Plain(Extension::Lang))
}

/// Messages that a maildrop holds: octets with CRLF.
pub const MESSAGES: [&[u8]; 3] =
    [b"Subject: one\r\n\r\nHello\r\n", b"Subject: two\r\n\r\n.\r\n..\r\n.hidden\r\nend", b""];

/// A server with an application that knows one user, `user` with the password `pass word`.
pub struct App {
    pub server: Server,
    pub messages: Vec<Vec<u8>>,
    pub deleted: Vec<bool>,
    /// What QUIT removed.
    pub removed: Option<usize>,
    pub events: Vec<String>,
    pub error: Option<PeerError>,
    pub tls: bool,
    /// Commands are kept here and not answered, when this is on.
    pub late: bool,
    pub waiting: Vec<Command<'static>>,
}

impl App {
    pub fn new(config: ServerConfig) -> Self {
        let mut app = Self::ungreeted(config);
        app.server.accept().unwrap();
        app
    }

    /// An application whose greeting offers APOP.
    pub fn with_stamp(config: ServerConfig) -> Self {
        let mut app = Self::ungreeted(config);
        let stamp = Stamp::new("<1.2@mail.example>").unwrap();
        let greeting = Greeting::ready("ready", Some(&stamp)).unwrap();
        app.server.send(&greeting.response.into()).unwrap();
        app
    }

    pub fn ungreeted(config: ServerConfig) -> Self {
        Self {
            server: Server::new(Arc::new(config)),
            messages: MESSAGES.iter().map(|message| message.to_vec()).collect(),
            deleted: vec![false; MESSAGES.len()],
            removed: None,
            events: Vec::new(),
            error: None,
            tls: false,
            late: false,
            waiting: Vec::new(),
        }
    }

    /// Feeds `input` until there is no event; gives the octets that were consumed.
    pub fn feed(&mut self, input: &[u8]) -> usize {
        let mut consumed = 0;
        loop {
            let received = match self.server.receive(&input[consumed..]) {
                Ok(received) => received,
                Err(error) => {
                    if self.error.is_none() {
                        self.events.push(format!("error {error:?}"));
                    }
                    self.error = Some(error);
                    return input.len();
                }
            };
            consumed += received.consumed;
            let Some(event) = received.event else { return consumed };
            self.act(event);
        }
    }

    /// What is queued for the client.
    pub fn output(&mut self) -> Vec<u8> {
        let out: Vec<u8> = self.server.transmit().slices().flatten().copied().collect();
        self.server.transmitted(out.len());
        out
    }

    fn log(&mut self, event: impl Into<String>) {
        self.events.push(event.into());
    }

    fn act(&mut self, event: server::Event<'_>) {
        match event {
            server::Event::Command { command, .. } => {
                self.log(String::from_utf8_lossy(&command.to_bytes()).trim_end_matches("\r\n"));
                if self.late {
                    self.waiting.push(command.into_owned());
                } else {
                    self.command(command);
                }
            }
            server::Event::Update { .. } => {
                self.log("update");
                self.removed = Some(self.deleted.iter().filter(|deleted| **deleted).count());
                self.server.accept().unwrap();
            }
            server::Event::Rejected { error, .. } => self.log(format!("rejected {error:?}")),
            server::Event::AuthResponse(response) => {
                self.log("auth response");
                let good = response.expose() == b"\0user\0pass word";
                self.finish_auth(good);
            }
            server::Event::AuthEnded(error) => self.log(format!("auth ended {error:?}")),
            server::Event::TlsReady => {
                self.log("tls ready");
                self.tls = true;
            }
            server::Event::Closed => self.log("closed"),
            other => panic!("{other:?}"),
        }
    }

    /// Answers the commands that were kept.
    pub fn catch_up(&mut self) {
        self.late = false;
        for command in std::mem::take(&mut self.waiting) {
            self.command(command);
        }
    }

    fn finish_auth(&mut self, good: bool) {
        let response = if good { "+OK welcome\r\n" } else { "-ERR [AUTH] no\r\n" };
        self.server.finish_auth(&Response::parse(response.as_bytes()).unwrap()).unwrap();
    }

    fn refuse(&mut self, text: &str) {
        self.server.send(&Response::err(text).unwrap().into()).unwrap();
    }

    fn message(&self, number: MessageNumber) -> Option<Vec<u8>> {
        let index = usize::try_from(number.get()).unwrap() - 1;
        (!*self.deleted.get(index)?).then(|| self.messages[index].clone())
    }

    fn numbers(&self) -> impl Iterator<Item = (u32, u64)> + use<> {
        let sizes: Vec<_> = self
            .messages
            .iter()
            .zip(&self.deleted)
            .zip(1_u32..)
            .filter(|((_, deleted), _)| !**deleted)
            .map(|((message, _), number)| (number, message.len() as u64))
            .collect();
        sizes.into_iter()
    }

    pub fn command(&mut self, command: Command<'_>) {
        match command {
            Command::Pass(password) if password.expose() != b"pass word" => {
                self.refuse("[AUTH] no");
            }
            Command::Apop(apop) if apop.digest.as_md5() != &[7; 16] => self.refuse("[AUTH] no"),
            Command::Auth(Some(auth)) => match auth.initial_response() {
                Some(response) => {
                    let good = response.unwrap().expose() == b"\0user\0pass word";
                    self.finish_auth(good);
                }
                None => self.server.challenge_auth(b"").unwrap(),
            },
            Command::Stat => {
                let (count, size) =
                    self.numbers().fold((0, 0), |(n, s), (_, size)| (n + 1, s + size));
                self.server.send(&Answer::Stat(Stat::new(count, size))).unwrap();
            }
            Command::List(Some(number)) => match self.message(number) {
                Some(message) => {
                    let item = ListItem::new(number, message.len() as u64);
                    self.server.send(&Answer::Size(item)).unwrap();
                }
                None => self.refuse("no such message"),
            },
            Command::Uidl(Some(number)) => match self.message(number) {
                Some(_) => {
                    let id = format!("uid{number}");
                    let item = UidItem::new(number, UniqueId::new(&id).unwrap());
                    self.server.send(&Answer::UniqueId(item)).unwrap();
                }
                None => self.refuse("no such message"),
            },
            Command::List(None) => {
                self.server.accept().unwrap();
                for (n, size) in self.numbers() {
                    let item = Item::Size(ListItem::new(number(n), size));
                    self.server.send_item(&item).unwrap();
                }
                self.server.finish_list().unwrap();
            }
            Command::Uidl(None) => {
                self.server.accept().unwrap();
                for (n, _) in self.numbers() {
                    let id = format!("uid{n}");
                    let item = UidItem::new(number(n), UniqueId::new(&id).unwrap());
                    self.server.send_item(&Item::UniqueId(item)).unwrap();
                }
                self.server.finish_list().unwrap();
            }
            Command::Lang(None) => {
                self.server.accept().unwrap();
                for line in ["en English", "de Deutsch"] {
                    let item = LanguageItem::parse(line.as_bytes()).unwrap();
                    self.server.send_item(&Item::Language(item)).unwrap();
                }
                self.server.finish_list().unwrap();
            }
            Command::Lang(Some(range)) => {
                let tag = if range.is_default() { "en" } else { range.as_str() };
                let item = LanguageItem::new(LanguageTag::new(tag).unwrap(), "chosen").unwrap();
                self.server.send(&Answer::Language(item)).unwrap();
            }
            Command::Retr(n) | Command::Top(Top { number: n, .. }) => match self.message(n) {
                Some(message) => {
                    self.server.accept().unwrap();
                    for part in message.chunks(7) {
                        self.server.send_body(Bytes::copy_from_slice(part)).unwrap();
                    }
                    self.server.finish_body().unwrap();
                }
                None => self.refuse("no such message"),
            },
            Command::Dele(number) => match self.message(number) {
                Some(_) => {
                    self.deleted[usize::try_from(number.get()).unwrap() - 1] = true;
                    self.server.accept().unwrap();
                }
                None => self.refuse("no such message"),
            },
            Command::Rset => {
                self.deleted.fill(false);
                self.server.accept().unwrap();
            }
            _ => self.server.accept().unwrap(),
        }
    }
}

/// What a client saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Greeting(bool),
    /// `+OK`, with its line.
    Ok(u64, String),
    /// `-ERR`, with its line.
    Err(u64, String),
    /// `+OK` with a value that breaks the grammar.
    Invalid(u64, String),
    ListBegin(u64),
    /// A line of a listing; `!` before one that breaks its grammar.
    Item(String),
    ListEnd(u64),
    BodyBegin(u64),
    /// The octets of a message, joined.
    Body(Vec<u8>),
    BodyEnd(u64, u64),
    Challenge(Vec<u8>),
    TlsReady,
    Unanswered(u64, Unanswered),
    Closing,
    Desync(Option<u64>, Vec<u8>),
    Closed,
    Error(PeerError),
}

/// Numbers tickets from 0.
pub fn ticket(ticket: Ticket) -> u64 {
    let text = format!("{ticket:?}");
    text.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
}

fn text(bytes: &[u8]) -> String {
    bytes.strip_suffix(b"\r\n").unwrap_or(bytes).escape_ascii().to_string()
}

pub fn seen(event: &client::Event<'_>) -> Seen {
    use client::Event as E;
    match event {
        E::Greeting(greeting) => Seen::Greeting(greeting.is_ready()),
        E::Response { ticket: of, answer, .. } => {
            let (of, line) = (ticket(*of), text(&answer.to_bytes()));
            match answer {
                Answer::Err(_) => Seen::Err(of, line),
                Answer::Invalid { .. } => Seen::Invalid(of, line),
                _ => Seen::Ok(of, line),
            }
        }
        E::ListBegin { ticket: of, .. } => Seen::ListBegin(ticket(*of)),
        E::Item { item: Item::Invalid(item), .. } => {
            Seen::Item(format!("!{} {}", item.error().rule, text(item.line())))
        }
        E::Item { item, .. } => Seen::Item(text(&item.to_bytes())),
        E::ListEnd { ticket: of } => Seen::ListEnd(ticket(*of)),
        E::BodyBegin { ticket: of, .. } => Seen::BodyBegin(ticket(*of)),
        E::BodyChunk(data) => Seen::Body(data.to_vec()),
        E::BodyEnd { ticket: of, size, .. } => Seen::BodyEnd(ticket(*of), *size),
        E::AuthChallenge { challenge, .. } => {
            Seen::Challenge(challenge.decode().unwrap_or_else(|_| challenge.text().to_vec()))
        }
        E::TlsReady => Seen::TlsReady,
        E::Unanswered { ticket: of, outcome } => Seen::Unanswered(ticket(*of), *outcome),
        E::Closing(_) => Seen::Closing,
        E::Desync { ticket: of, line } => Seen::Desync(of.map(ticket), line.to_vec()),
        E::Closed => Seen::Closed,
        other => panic!("{other:?}"),
    }
}

/// Adds what was seen; octets of one message are joined.
pub fn add(all: &mut Vec<Seen>, one: Seen) {
    match (all.last_mut(), &one) {
        (Some(Seen::Body(body)), Seen::Body(more)) => body.extend_from_slice(more),
        _ => all.push(one),
    }
}

/// A client whose input and output are in memory.
pub struct Peer {
    pub client: Client,
    input: Vec<u8>,
}

impl Peer {
    pub fn new(config: ClientConfig) -> Self {
        Self { client: Client::new(config), input: Vec::new() }
    }

    /// Everything that happens on these bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Seen> {
        self.input.extend_from_slice(bytes);
        let mut all = Vec::new();
        let mut taken = 0;
        loop {
            let (consumed, event) = match self.client.receive(&self.input[taken..]) {
                Ok(received) => (received.consumed, received.event.as_ref().map(seen)),
                Err(error) => {
                    self.input.clear();
                    if all.last() != Some(&Seen::Error(error)) {
                        all.push(Seen::Error(error));
                    }
                    return all;
                }
            };
            taken += consumed;
            match event {
                Some(event) => add(&mut all, event),
                None => break,
            }
        }
        self.input.drain(..taken);
        all
    }

    pub fn output(&mut self) -> Vec<u8> {
        let out: Vec<u8> = self.client.transmit().slices().flatten().copied().collect();
        self.client.transmitted(out.len());
        out
    }

    /// Gives a command and writes it; it has to go out at once.
    pub fn say(&mut self, command: &Command<'_>) -> Vec<u8> {
        self.client.send(command).unwrap();
        self.output()
    }
}

/// A client and a server that exchange their bytes in parts of `part` octets.
pub struct Pair {
    pub peer: Peer,
    pub app: App,
    pub part: usize,
    /// Everything that went over the wire, by side.
    pub from_client: Vec<u8>,
    pub from_server: Vec<u8>,
    pending: Vec<u8>,
}

impl Pair {
    pub fn new(client: ClientConfig, server: ServerConfig) -> Self {
        Self::with(client, App::new(server))
    }

    pub fn with(client: ClientConfig, app: App) -> Self {
        Self {
            peer: Peer::new(client),
            app,
            part: usize::MAX,
            from_client: Vec::new(),
            from_server: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// Moves bytes until both sides are quiet; tells what the client saw.
    pub fn run(&mut self) -> Vec<Seen> {
        let mut all = Vec::new();
        loop {
            self.peer.feed(b"").into_iter().for_each(|one| add(&mut all, one));
            let out = self.peer.output();
            self.from_client.extend_from_slice(&out);
            for part in out.chunks(self.part.min(out.len()).max(1)) {
                self.pending.extend_from_slice(part);
                let consumed = self.app.feed(&self.pending);
                self.pending.drain(..consumed.min(self.pending.len()));
            }
            let consumed = self.app.feed(&self.pending);
            self.pending.drain(..consumed.min(self.pending.len()));
            let back = self.app.output();
            self.app.feed(b"");
            self.from_server.extend_from_slice(&back);
            if out.is_empty() && back.is_empty() {
                return all;
            }
            for part in back.chunks(self.part.min(back.len()).max(1)) {
                self.peer.feed(part).into_iter().for_each(|one| add(&mut all, one));
            }
        }
    }
}
