//! A client and a server in memory, with a simple application behind the server.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(unreachable_pub)]

pub mod script;
pub mod transcript;
pub mod values;

use std::path::Path;
use std::sync::Arc;

use mailwire_smtp::client::{self, Client, ClientConfig, Ticket};
use mailwire_smtp::element::domain::Domain;
use mailwire_smtp::element::path::{ForwardPath, ReversePath};
use mailwire_smtp::extension::Extension;
use mailwire_smtp::family::hello::{Keyword, Mechanisms};
use mailwire_smtp::family::mail::Mail;
use mailwire_smtp::family::rcpt::Rcpt;
use mailwire_smtp::server::{self, Server, ServerConfig};
use mailwire_smtp::{Command, PeerError, Reply};
use mailwire_testing::drive::Driven;
use mailwire_testing::peer;
use mailwire_testing::transcript::Transcript;

/// The transcripts of `tests/transcripts`, in the order of their names.
pub fn transcripts() -> Vec<transcript::Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let all = Transcript::folder(&folder);
    assert!(all.len() > 30, "the transcripts are in {}", folder.display());
    all.into_iter().map(transcript::Script::written).collect()
}

pub fn domain(name: &str) -> Domain<'_> {
    Domain::name(name).unwrap()
}

pub fn server_config() -> ServerConfig {
    ServerConfig::new(Domain::name("mail.example").unwrap())
}

/// A configuration that offers every extension.
pub fn everything() -> ServerConfig {
    let mut config = server_config();
    for extension in Extension::ALL {
        if !matches!(extension, Extension::Limits | Extension::XExps | Extension::Auth) {
            config = config.offer(Keyword::Plain(*extension));
        }
    }
    config.offer(Keyword::Auth(Mechanisms::new("PLAIN LOGIN CRAM-MD5").unwrap().into_owned()))
}

/// A server that lets clients authenticate without TLS.
pub fn with_auth() -> ServerConfig {
    let mut config = everything();
    config.auth_without_tls = true;
    config
}

pub fn ehlo() -> Command<'static> {
    Command::Ehlo(Domain::name("client.example").unwrap().into())
}

pub fn lhlo() -> Command<'static> {
    Command::Lhlo(Domain::name("client.example").unwrap().into())
}

pub fn mail(local_part: &'static str) -> Command<'static> {
    Command::Mail(Mail::new(ReversePath::mailbox(local_part, "client.example").unwrap()))
}

pub fn rcpt(local_part: &str) -> Command<'static> {
    let path = ForwardPath::mailbox(local_part, "mail.example").unwrap();
    Command::Rcpt(Rcpt::new(path.into_owned()))
}

/// A message that a server took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    pub from: String,
    pub to: Vec<String>,
    pub body: Vec<u8>,
}

/// A server with an application that takes everything but recipients whose name begins with "no".
pub struct App {
    pub server: Server,
    pub current: Stored,
    pub stored: Vec<Stored>,
    pub events: Vec<String>,
    pub error: Option<PeerError>,
    pub tls: bool,
}

impl App {
    pub fn new(config: ServerConfig) -> Self {
        let mut server = Server::new(Arc::new(config));
        server.accept().unwrap();
        Self {
            server,
            current: Stored::default(),
            stored: Vec::new(),
            events: Vec::new(),
            error: None,
            tls: false,
        }
    }

    fn log(&mut self, event: impl Into<String>) {
        self.events.push(event.into());
    }

    fn finish_auth(&mut self, good: bool) {
        let reply = if good { "235 2.7.0 welcome\r\n" } else { "535 5.7.8 no\r\n" };
        self.server.finish_auth(&Reply::parse(reply.as_bytes()).unwrap()).unwrap();
    }

    fn command(&mut self, command: Command<'_>) {
        match command {
            Command::Mail(mail) => {
                self.current = Stored {
                    from: String::from_utf8_lossy(&mail.reverse_path.to_bytes()).into_owned(),
                    ..Stored::default()
                };
                self.server.accept().unwrap();
            }
            Command::Rcpt(rcpt) => {
                let path = String::from_utf8_lossy(&rcpt.forward_path.to_bytes()).into_owned();
                if path.starts_with("<no") {
                    let reply = Reply::parse(b"550 5.1.1 no such user\r\n").unwrap();
                    self.server.send(&reply).unwrap();
                } else {
                    self.current.to.push(path);
                    self.server.accept().unwrap();
                }
            }
            Command::Data | Command::Bdat(_) => self.server.accept_body().unwrap(),
            Command::Auth(auth) => match auth.initial_response() {
                Some(response) => {
                    let good = response.unwrap().expose() == b"\0user\0pass";
                    self.finish_auth(good);
                }
                None => self.server.challenge_auth(b"").unwrap(),
            },
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
                self.log(String::from_utf8_lossy(&command.to_bytes()).trim_end());
                self.command(command);
            }
            server::Event::Rejected { error, .. } => self.log(format!("rejected {error:?}")),
            server::Event::BodyChunk(data) => self.current.body.extend_from_slice(&data),
            server::Event::BodyEnd(end) => {
                self.log(format!("end {} {:?} {:?}", end.size, end.last, end.refused));
                if end.refused.is_some() {
                    self.current.body.clear();
                    return;
                }
                if !end.last {
                    self.server.accept().unwrap();
                    return;
                }
                self.stored.push(std::mem::take(&mut self.current));
                while self.server.owed() > 0 {
                    self.server.accept().unwrap();
                }
            }
            server::Event::AuthResponse(response) => {
                self.log("auth response");
                let good = response.expose() == b"\0user\0pass";
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
    Greeting(u16),
    Reply(u64, u16, Option<u32>),
    BodyWanted(u64),
    Challenge(Vec<u8>),
    TlsReady,
    Unanswered(u64, mailwire_smtp::Unanswered),
    Closing,
    Closed,
    Error(PeerError),
}

/// Numbers tickets from 0.
pub fn number(ticket: Ticket) -> u64 {
    let text = format!("{ticket:?}");
    text.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
}

impl peer::Seen for Seen {
    type Client = Client;

    fn error(error: PeerError) -> Self {
        Self::Error(error)
    }

    fn is_error(&self) -> Option<PeerError> {
        if let Self::Error(error) = self { Some(*error) } else { None }
    }

    fn event(event: &client::Event<'_>) -> Self {
        match event {
            client::Event::Greeting(greeting) => Self::Greeting(greeting.reply.code().number()),
            client::Event::Reply { ticket, reply, recipient, .. } => {
                Self::Reply(number(*ticket), reply.code().number(), *recipient)
            }
            client::Event::BodyWanted(ticket) => Self::BodyWanted(number(*ticket)),
            client::Event::AuthChallenge { challenge, .. } => {
                Self::Challenge(challenge.decode().unwrap_or_else(|_| challenge.text().to_vec()))
            }
            client::Event::TlsReady => Self::TlsReady,
            client::Event::Unanswered { ticket, outcome } => {
                Self::Unanswered(number(*ticket), *outcome)
            }
            client::Event::Closing(_) => Self::Closing,
            client::Event::Closed => Self::Closed,
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
