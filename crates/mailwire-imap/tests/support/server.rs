//! A server in memory, with a simple application behind it, and scripts of clients that are typed.

use std::sync::Arc;

use mailwire_core::TlsPolicy;
use mailwire_imap::element::number::{Number, NzNumber};
use mailwire_imap::element::text::Text;
use mailwire_imap::family::capability::Capability;
use mailwire_imap::server::{BodyHead, CommandTail, Event, Server, ServerConfig, Ticket};
use mailwire_imap::{Command, Data, Extension, Machine, PeerError, Status, StatusKind, Tolerance};
use mailwire_testing::cut::{self, Cut};
use mailwire_testing::drive::Driven;
use mailwire_testing::script;

/// A configuration that offers every extension, and takes credentials without TLS.
pub fn everything() -> ServerConfig {
    let mut config = plain();
    for &extension in Extension::ALL {
        let text = extension.as_str();
        if text.ends_with('=') || extension == Extension::LiteralPlus {
            continue;
        }
        config = config.offer_all([extension]);
    }
    config
}

/// One that offers little, and takes credentials without TLS.
pub fn plain() -> ServerConfig {
    let mut config = ServerConfig::new("mail.example").unwrap();
    config.auth_without_tls = true;
    config.offer(Capability::new("AUTH=PLAIN").unwrap())
}

/// One with STARTTLS, without which nothing is taken.
pub fn with_tls() -> ServerConfig {
    let mut config = ServerConfig::new("mail.example").unwrap();
    config.tls = TlsPolicy::Required;
    config.offer(Capability::new("AUTH=PLAIN").unwrap())
}

pub fn strict(mut config: ServerConfig) -> ServerConfig {
    config.tolerance = Tolerance::strict();
    config
}

pub fn status(kind: StatusKind, text: &'static str) -> Status<'static> {
    Status::new(kind, Text::new(text).unwrap()).unwrap()
}

/// A server with an application that takes nearly everything.
pub struct App {
    pub server: Server,
    pub current: Vec<u8>,
    pub stored: Vec<Vec<u8>>,
    pub events: Vec<String>,
    pub error: Option<PeerError>,
    pub tls: bool,
    /// Commands whose name is among these are answered later, by the script.
    pub later: Vec<&'static str>,
    pub waiting: Vec<Ticket>,
}

impl App {
    pub fn new(config: ServerConfig) -> Self {
        let mut server = Server::new(Arc::new(config));
        server.greet().unwrap();
        Self {
            server,
            current: Vec::new(),
            stored: Vec::new(),
            events: Vec::new(),
            error: None,
            tls: false,
            later: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn log(&mut self, event: impl Into<String>) {
        self.events.push(event.into());
    }

    fn no(&mut self, ticket: Ticket) {
        self.server.complete(ticket, &status(StatusKind::No, "no")).unwrap();
    }

    fn command(&mut self, ticket: Ticket, command: &Command<'_>) {
        let good = |response: &[u8]| response == b"\0user\0pass";
        match command {
            Command::Login(login) if login.password.expose() != b"pass" => self.no(ticket),
            Command::Authenticate(auth) => match auth.initial_response() {
                Some(Ok(response)) if good(response.expose()) => {
                    self.server.accept(ticket).unwrap();
                }
                Some(_) => self.no(ticket),
                None => self.server.challenge_auth(b"").unwrap(),
            },
            Command::Select(_) => {
                self.server.send(&Data::Exists(Number(3))).unwrap();
                self.server.accept(ticket).unwrap();
            }
            Command::Examine(_) => self.no(ticket),
            Command::Expunge => {
                self.server.send(&Data::Expunge(NzNumber::new(1).unwrap())).unwrap();
                self.server.accept(ticket).unwrap();
            }
            Command::Enable(enable) => {
                self.server.enable(ticket, enable).unwrap();
            }
            _ => self.server.accept(ticket).unwrap(),
        }
    }
}

impl Driven for App {
    type Machine = Server;

    fn machine(&mut self) -> &mut Server {
        &mut self.server
    }

    fn fail(&mut self, error: PeerError) {
        assert!(error.is_fatal(), "{error:?}");
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

    fn act(&mut self, event: Event<'_>) {
        match event {
            Event::Command { ticket, tag, command, .. } => {
                let text = command.to_bytes().escape_ascii().to_string();
                self.log(format!("{tag} {text}"));
                if self.later.iter().any(|name| text.starts_with(name)) {
                    self.waiting.push(ticket);
                } else {
                    self.command(ticket, &command);
                }
            }
            Event::BodyWanted { head, size, .. } => {
                match head {
                    BodyHead::Command { tag, .. } => self.log(format!("{tag} body of {size}")),
                    BodyHead::Metadata(head) => {
                        let tag = head.tag.unwrap();
                        self.log(format!("{tag} annotation of {size}"));
                    }
                    BodyHead::Tail(_) => self.log(format!("more body of {size}")),
                    other => panic!("{other:?}"),
                }
                if size == 66_666 {
                    let full = status(StatusKind::No, "full");
                    self.server.reject_body(&full).unwrap();
                } else {
                    self.server.accept_body().unwrap();
                }
            }
            Event::BodyChunk(octets) => self.current.extend_from_slice(octets),
            Event::BodyEnd(end) => {
                self.log(format!("end of {} {:?}", end.size, end.refused));
                let body = std::mem::take(&mut self.current);
                if end.refused.is_none() {
                    self.stored.push(body);
                }
            }
            Event::CommandEnd { ticket, tail, .. } => {
                match tail {
                    CommandTail::Append(tail) => {
                        self.log(format!("tail {} {}", tail.parts().len(), tail.messages().len()));
                    }
                    CommandTail::Metadata(tail) => {
                        self.log(format!("annotations {}", tail.values.len()));
                    }
                    other => panic!("{other:?}"),
                }
                self.server.accept(ticket).unwrap();
            }
            Event::Rejected { ticket, error, .. } => {
                self.log(format!("rejected {} {error}", ticket.is_some()));
            }
            Event::AuthResponse { ticket, response } => {
                self.log("auth response");
                if response.expose() == b"\0user\0pass" {
                    self.server.accept(ticket).unwrap();
                } else {
                    self.server.finish_auth(&status(StatusKind::No, "no")).unwrap();
                }
            }
            Event::AuthEnded { error, .. } => self.log(format!("auth ended {error:?}")),
            Event::IdleDone { ticket } => {
                self.log("idle done");
                self.server.accept(ticket).unwrap();
            }
            Event::TlsReady => {
                self.log("tls ready");
                self.tls = true;
            }
            Event::CompressReady => self.log("compress ready"),
            Event::CompressEnd => self.log("compress end"),
            Event::Closed => self.log("closed"),
            other => panic!("{other:?}"),
        }
    }
}

/// A client that is typed, and the server behind it.
pub type Talk = script::Talk<App>;

/// What a script brought about at a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Commands with their tags, and what else happened.
    pub events: Vec<String>,
    pub output: String,
    pub stored: Vec<Vec<u8>>,
    pub error: Option<PeerError>,
    pub closed: bool,
}

/// Runs a script against a server whose greeting is written.
pub fn talk(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    cut::same(Cut::some(), "the script", |cut| talk_once(config, cut, &script))
}

/// Runs a script cut in one way.
pub fn talk_once(config: &ServerConfig, cut: Cut, script: impl Fn(&mut Talk)) -> Heard {
    let mut talk = Talk::new(App::new(config.clone()), cut);
    talk.read();
    talk.forget();
    script(&mut talk);
    Heard::new(talk)
}

/// The same behind LOGIN.
pub fn logged_in(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    talk(config, |talk| {
        talk.say("L LOGIN user pass\r\n");
        talk.forget();
        script(talk);
    })
}

/// The same behind SELECT.
pub fn selected(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    logged_in(config, |talk| {
        talk.say("S SELECT INBOX\r\n");
        talk.forget();
        script(talk);
    })
}

/// Each row is answered with BAD and its tag `A`, and is no command; the NOOP behind it is one.
pub fn refuses(
    run: impl Fn(&ServerConfig, &dyn Fn(&mut Talk)) -> Heard,
    config: &ServerConfig,
    rows: &[&[u8]],
) {
    for row in rows {
        let heard = run(config, &|talk| {
            talk.say(row);
            talk.say("Z NOOP\r\n");
        });
        let row = row.escape_ascii();
        assert_eq!(heard.answers(), ["A BAD", "Z OK"], "{row} {heard:?}");
        assert_eq!(heard.commands(), ["Z NOOP"], "{row}");
        assert!(!heard.closed, "{row}");
    }
}

impl Heard {
    fn new(mut talk: Talk) -> Self {
        // What is not written yet counts too.
        talk.output.extend(talk.app.output());
        let app = talk.app;
        Self {
            events: app.events,
            output: String::from_utf8_lossy(&talk.output).into_owned(),
            stored: app.stored,
            error: app.error,
            closed: app.server.is_closed(),
        }
    }

    /// The first two words of each line that is an answer: tagged, BYE, BAD, or a continuation.
    pub fn answers(&self) -> Vec<String> {
        let words = self.output.lines().filter_map(|line| {
            let mut words = line.split(' ');
            match (words.next()?, words.next().unwrap_or_default()) {
                ("+", _) => Some("+".to_string()),
                ("*", kind @ ("BYE" | "BAD" | "NO")) => Some(format!("* {kind}")),
                ("*", _) => None,
                (tag, kind) => Some(format!("{tag} {kind}")),
            }
        });
        words.collect()
    }

    /// The commands that the application was given.
    pub fn commands(&self) -> Vec<&str> {
        let is_command =
            |event: &&str| event.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
        self.events.iter().map(String::as_str).filter(is_command).collect()
    }

    /// The name of the limit that closed the session.
    pub fn limit(&self) -> Option<&'static str> {
        match self.error {
            Some(PeerError::Limit { name, .. } | PeerError::Overrun { name, .. }) => Some(name),
            _ => None,
        }
    }
}

/// A server that gives up only after a thousand bad commands.
pub fn patient(mut config: ServerConfig) -> ServerConfig {
    config.limits.bad_commands = 1000;
    config.limits.bad_commands_early = 1000;
    config
}

/// Before login, and behind it with a mailbox open.
pub fn refuses_early(rows: &[&[u8]]) {
    refuses(|config, script| talk(config, script), &patient(everything()), rows);
}

pub fn refuses_selected(rows: &[&[u8]]) {
    refuses(|config, script| selected(config, script), &patient(everything()), rows);
}

pub fn server(config: ServerConfig) -> Server {
    let mut server = Server::new(Arc::new(config));
    server.greet().unwrap();
    server.transmitted(usize::MAX);
    server
}

pub fn assert_ended(heard: &Heard, error: PeerError) {
    assert_eq!(heard.error, Some(error), "{heard:?}");
    assert!(heard.closed);
    assert!(heard.answers().last().unwrap().ends_with("BYE"), "{heard:?}");
}
