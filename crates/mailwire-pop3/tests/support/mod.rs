//! A client and a server in memory, with a simple maildrop behind the server.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(unreachable_pub)]

pub mod script;

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
use mailwire_pop3::{Answer, Command, Extension, Item, PeerError, Response, Unanswered};
use mailwire_testing::drive::Driven;
use mailwire_testing::peer;

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

    fn log(&mut self, event: impl Into<String>) {
        self.events.push(event.into());
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

impl Driven for App {
    type Machine = Server;

    fn machine(&mut self) -> &mut Server {
        &mut self.server
    }

    fn fail(&mut self, error: PeerError) {
        if self.error.is_none() {
            self.log(format!("error {error:?}"));
        }
        self.error = Some(error);
    }

    fn forget(&mut self) {
        self.events.clear();
    }

    fn ended(&mut self, end: Result<(), PeerError>) {
        self.log(format!("end {end:?}"));
        self.error = self.error.or(end.err());
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

impl peer::Seen for Seen {
    type Client = Client;

    fn error(error: PeerError) -> Self {
        Self::Error(error)
    }

    fn is_error(&self) -> Option<PeerError> {
        if let Self::Error(error) = self { Some(*error) } else { None }
    }

    /// Octets of one message are joined.
    fn add(self, all: &mut Vec<Self>) {
        match (all.last_mut(), &self) {
            (Some(Self::Body(body)), Self::Body(more)) => body.extend_from_slice(more),
            _ => all.push(self),
        }
    }

    fn event(event: &client::Event<'_>) -> Self {
        use client::Event as E;
        match event {
            E::Greeting(greeting) => Self::Greeting(greeting.is_ready()),
            E::Response { ticket: of, answer, .. } => {
                let (of, line) = (ticket(*of), text(&answer.to_bytes()));
                match answer {
                    Answer::Err(_) => Self::Err(of, line),
                    Answer::Invalid { .. } => Self::Invalid(of, line),
                    _ => Self::Ok(of, line),
                }
            }
            E::ListBegin { ticket: of, .. } => Self::ListBegin(ticket(*of)),
            E::Item { item: Item::Invalid(item), .. } => {
                Self::Item(format!("!{} {}", item.error().rule, text(item.line())))
            }
            E::Item { item, .. } => Self::Item(text(&item.to_bytes())),
            E::ListEnd { ticket: of } => Self::ListEnd(ticket(*of)),
            E::BodyBegin { ticket: of, .. } => Self::BodyBegin(ticket(*of)),
            E::BodyChunk(data) => Self::Body(data.to_vec()),
            E::BodyEnd { ticket: of, size, .. } => Self::BodyEnd(ticket(*of), *size),
            E::AuthChallenge { challenge, .. } => {
                Self::Challenge(challenge.decode().unwrap_or_else(|_| challenge.text().to_vec()))
            }
            E::TlsReady => Self::TlsReady,
            E::Unanswered { ticket: of, outcome } => Self::Unanswered(ticket(*of), *outcome),
            E::Closing(_) => Self::Closing,
            E::Desync { ticket: of, line } => Self::Desync(of.map(ticket), line.to_vec()),
            E::Closed => Self::Closed,
            other => panic!("{other:?}"),
        }
    }
}

pub type Peer = peer::Peer<Seen>;
pub type Pair = peer::Pair<Seen, App>;

pub fn new_peer(config: ClientConfig) -> Peer {
    Peer::new(Client::new(config))
}

pub fn new_pair(client: ClientConfig, server: ServerConfig) -> Pair {
    Pair::new(Client::new(client), App::new(server))
}

/// Gives a command and writes it; it has to go out at once.
pub fn say(peer: &mut Peer, command: &Command<'_>) -> Vec<u8> {
    peer.client.send(command).unwrap();
    peer.output()
}
