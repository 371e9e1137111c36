//! A client and a server in memory, with a simple application behind the server.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(unreachable_pub)]

pub mod corpus;
pub mod script;
pub mod splits;

use std::sync::Arc;

use mailwire_smtp::client::{self, Client, ClientConfig, Ticket};
use mailwire_smtp::element::domain::Domain;
use mailwire_smtp::element::path::{ForwardPath, ReversePath};
use mailwire_smtp::extension::Extension;
use mailwire_smtp::family::hello::{Keyword, Mechanisms};
use mailwire_smtp::family::mail::Mail;
use mailwire_smtp::family::rcpt::Rcpt;
use mailwire_smtp::server::{self, Server, ServerConfig};
use mailwire_smtp::{Command, Machine, PeerError, Reply};

/// The transcripts of `tests/transcripts`, in the order of their names.
pub fn transcripts() -> Vec<script::Script> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut all = Vec::new();
    for path in corpus::files(&folder) {
        let text = std::fs::read_to_string(&path).unwrap();
        all.extend(script::Script::read(&corpus::name(&path), &text));
    }
    assert!(all.len() > 30, "the transcripts are in {}", folder.display());
    all
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
                self.log(String::from_utf8_lossy(&command.to_bytes()).trim_end());
                self.command(command);
            }
            server::Event::Rejected { error, .. } => self.log(format!("rejected {error:?}")),
            server::Event::BodyChunk(data) => self.current.body.extend_from_slice(data),
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

pub fn seen(event: &client::Event<'_>) -> Seen {
    match event {
        client::Event::Greeting(greeting) => Seen::Greeting(greeting.reply.code().number()),
        client::Event::Reply { ticket, reply, recipient, .. } => {
            Seen::Reply(number(*ticket), reply.code().number(), *recipient)
        }
        client::Event::BodyWanted(ticket) => Seen::BodyWanted(number(*ticket)),
        client::Event::AuthChallenge { challenge, .. } => {
            Seen::Challenge(challenge.decode().unwrap_or_else(|_| challenge.text().to_vec()))
        }
        client::Event::TlsReady => Seen::TlsReady,
        client::Event::Unanswered { ticket, outcome } => {
            Seen::Unanswered(number(*ticket), *outcome)
        }
        client::Event::Closing(_) => Seen::Closing,
        client::Event::Closed => Seen::Closed,
        other => panic!("{other:?}"),
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
        loop {
            let (consumed, event) = match self.client.receive(&self.input) {
                Ok(received) => (received.consumed, received.event.as_ref().map(seen)),
                Err(error) => {
                    if all.last() != Some(&Seen::Error(error)) {
                        all.push(Seen::Error(error));
                    }
                    return all;
                }
            };
            self.input.drain(..consumed);
            match event {
                Some(event) => all.push(event),
                None => return all,
            }
        }
    }

    pub fn output(&mut self) -> Vec<u8> {
        let out: Vec<u8> = self.client.transmit().slices().flatten().copied().collect();
        self.client.transmitted(out.len());
        out
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
        Self {
            peer: Peer::new(client),
            app: App::new(server),
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
            all.extend(self.peer.feed(b""));
            let out = self.peer.output();
            self.from_client.extend_from_slice(&out);
            for part in out.chunks(self.part.min(out.len()).max(1)) {
                self.pending.extend_from_slice(part);
                let consumed = self.app.feed(&self.pending);
                self.pending.drain(..consumed.min(self.pending.len()));
            }
            self.app.feed(b"");
            let back = self.app.output();
            self.app.feed(b"");
            self.from_server.extend_from_slice(&back);
            if out.is_empty() && back.is_empty() {
                return all;
            }
            for part in back.chunks(self.part.min(back.len()).max(1)) {
                all.extend(self.peer.feed(part));
            }
        }
    }
}
