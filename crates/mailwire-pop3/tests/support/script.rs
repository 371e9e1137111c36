//! Scripts: a client that is typed at a server, and a server that is typed at a client.

use std::ops::{Deref, DerefMut};

use mailwire_pop3::client::{Client, ClientConfig};
use mailwire_pop3::{Command, Machine, PeerError, ServerConfig, Unanswered, UsageError};
use mailwire_testing::cut::{self, Cut};
use mailwire_testing::drive::Driven;
use mailwire_testing::script;

use super::{App, Seen, ticket};

/// A client that is typed, and the server behind it.
pub type Talk = script::Talk<App>;

/// What a script brought about at a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Commands as lines, and what else happened.
    pub events: Vec<String>,
    pub output: String,
    pub removed: Option<usize>,
    pub error: Option<PeerError>,
    pub closed: bool,
}

/// Runs a script against a server whose greeting is written.
pub fn talk(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    talk_to(&|| App::new(config.clone()), |talk| {
        talk.read();
        talk.forget();
        script(talk);
    })
}

/// The same behind USER and PASS.
pub fn logged_in(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    talk(config, |talk| {
        talk.say("USER user\r\nPASS pass word\r\n");
        talk.forget();
        script(talk);
    })
}

/// Runs a script against a server whose greeting is not written.
pub fn talk_to(app: &dyn Fn() -> App, script: impl Fn(&mut Talk)) -> Heard {
    cut::same(Cut::some(), "the script", |cut| {
        let mut talk = Talk::new(app(), cut);
        script(&mut talk);
        Heard::new(talk)
    })
}

/// Each line is answered with `-ERR` and is no command; the NOOP behind it is one.
pub fn refuses(config: &ServerConfig, rows: &[&[u8]]) {
    for line in rows {
        let heard = logged_in(config, |talk| talk.say([line, &b"NOOP\r\n"[..]].concat()));
        let line = line.escape_ascii();
        assert_eq!(heard.signs(), ["-ERR", "+OK"], "{line}");
        assert_eq!(heard.commands(), ["NOOP"], "{line}");
        assert!(!heard.closed, "{line}");
    }
}

/// The server ended the session by itself, with a last `-ERR`.
pub fn assert_closed(heard: &Heard, error: PeerError) {
    assert_eq!(heard.error, Some(error));
    assert_eq!(heard.signs().last(), Some(&"-ERR"), "{heard:?}");
    assert!(heard.closed);
}

impl Heard {
    fn new(mut talk: Talk) -> Self {
        // What is not written yet counts too.
        talk.output.extend(talk.app.output());
        let app = talk.app;
        Self {
            events: app.events,
            output: String::from_utf8_lossy(&talk.output).into_owned(),
            removed: app.removed,
            error: app.error,
            closed: app.server.is_closed(),
        }
    }

    /// The status of each answer; of listings and messages there must be none.
    pub fn signs(&self) -> Vec<&str> {
        let first = |line: &'_ str| line.split(' ').next().unwrap_or_default().len();
        self.output.lines().map(|line| &line[..first(line)]).collect()
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
            Some(PeerError::Limit { name, .. }) => Some(name),
            _ => None,
        }
    }
}

/// A client, and a server that is typed.
pub struct Call {
    call: script::Call<Seen>,
    tickets: Vec<u64>,
}

impl Deref for Call {
    type Target = script::Call<Seen>;

    fn deref(&self) -> &Self::Target {
        &self.call
    }
}

impl DerefMut for Call {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.call
    }
}

/// What a script brought about at a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub seen: Vec<Seen>,
    pub sent: String,
    pub error: Option<PeerError>,
    pub closed: bool,
    /// What became of the commands without an answer.
    pub unanswered: Vec<(u64, Unanswered)>,
}

/// Runs a script against a client that waits for the greeting.
pub fn call(config: &ClientConfig, script: impl Fn(&mut Call)) -> Told {
    cut::same(Cut::some(), "the script", |cut| {
        let call = script::Call::new(Client::new(config.clone()), cut);
        let mut call = Call { call, tickets: Vec::new() };
        script(&mut call);
        call.told()
    })
}

/// The same behind the greeting and CAPA, which has ticket 0.
pub fn greeted_call(
    config: &ClientConfig,
    capabilities: &[&str],
    script: impl Fn(&mut Call),
) -> Told {
    call(config, |call| {
        call.hear("+OK ready\r\n");
        call.capa(capabilities);
        call.seen.clear();
        call.sent.clear();
        script(call);
    })
}

/// The same behind USER (ticket 1) and PASS (ticket 2), with PIPELINING.
pub fn transaction(config: &ClientConfig, script: impl Fn(&mut Call)) -> Told {
    greeted_call(config, &["PIPELINING", "USER"], |call| {
        call.send(&super::user("user"));
        call.send(&super::pass("x"));
        call.hear("+OK\r\n+OK\r\n");
        call.seen.clear();
        call.sent.clear();
        script(call);
    })
}

impl Call {
    /// CAPA, and its answer.
    pub fn capa(&mut self, capabilities: &[&str]) {
        self.send(&Command::Capa);
        let lines: String = capabilities.iter().map(|line| format!("{line}\r\n")).collect();
        self.hear(format!("+OK\r\n{lines}.\r\n"));
    }

    /// The caller gives a command that must be taken.
    pub fn send(&mut self, command: &Command<'_>) -> u64 {
        let given = ticket(self.peer.client.send(command).unwrap());
        self.tickets.push(given);
        given
    }

    /// The caller gives a command that must be refused, and nothing is queued.
    pub fn refuse(&mut self, command: &Command<'_>) -> UsageError {
        let before = self.peer.client.transmit().len();
        let error = self.peer.client.send(command).unwrap_err();
        assert_eq!(self.peer.client.transmit().len(), before);
        error
    }

    fn told(mut self) -> Told {
        self.write();
        let error = self.error();
        let client = &mut self.call.peer.client;
        let unanswered: Vec<_> =
            std::iter::from_fn(|| client.unanswered()).map(|(t, how)| (ticket(t), how)).collect();
        // The +OK alone makes the client ready; that bytes come behind it shows with the next piece.
        // So this one event depends on the cut, and it is harmless: TLS cannot start any more.
        if error == Some(PeerError::DataAfterStls) {
            self.call.seen.retain(|seen| *seen != Seen::TlsReady);
            assert!(client.tls_started().is_err());
        }
        if client.is_closed() {
            self.check_ends(&unanswered);
        }
        Told {
            closed: self.peer.client.is_closed(),
            error,
            sent: String::from_utf8_lossy(&self.sent).into_owned(),
            seen: self.call.seen,
            unanswered,
        }
    }

    /// Each command ends at most once, and those that were not cleared away exactly once.
    fn check_ends(&self, unanswered: &[(u64, Unanswered)]) {
        for &given in &self.tickets {
            let quiet = unanswered.iter().filter(|(other, _)| *other == given).count();
            let ends = |seen: &&Seen| match seen {
                Seen::Unanswered(other, _)
                | Seen::Ok(other, _)
                | Seen::Err(other, _)
                | Seen::Invalid(other, _)
                | Seen::ListEnd(other)
                | Seen::BodyEnd(other, _) => *other == given,
                _ => false,
            };
            let loud = self.seen.iter().filter(ends).count();
            assert!(quiet + loud <= 1, "{given}: {:?} {unanswered:?}", self.seen);
        }
    }
}
