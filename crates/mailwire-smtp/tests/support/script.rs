//! Scripts: a client that is typed at a server, and a server that is typed at a client.

use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use mailwire_smtp::client::{Client, ClientConfig};
use mailwire_smtp::server::Protocol;
use mailwire_smtp::{Command, Machine, PeerError, ServerConfig, Unanswered, UsageError};
use mailwire_testing::cut::{self, Cut};
use mailwire_testing::drive::Driven;
use mailwire_testing::script;

use super::{App, Seen, Stored, lhlo, mail, number, rcpt};

/// A client that is typed, and the server behind it.
pub type Talk = script::Talk<App>;

/// What a script brought about at a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Commands as lines, and what else happened.
    pub events: Vec<String>,
    pub output: String,
    pub stored: Vec<Stored>,
    pub error: Option<PeerError>,
    pub closed: bool,
    /// What came of a message that has no end.
    pub partial: Vec<u8>,
}

/// Runs a script against a server whose greeting is written.
pub fn talk(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    talk_from_the_start(config, |talk| {
        talk.read();
        talk.forget();
        script(talk);
    })
}

/// The same behind EHLO or LHLO.
pub fn greeted(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    let hello = if config.protocol == Protocol::Lmtp { "LHLO a\r\n" } else { "EHLO a\r\n" };
    talk(config, |talk| {
        talk.say(hello);
        talk.forget();
        script(talk);
    })
}

/// Runs a script against a server whose greeting is not written.
pub fn talk_from_the_start(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    cut::same(Cut::some(), "the script", |cut| {
        let mut talk = Talk::new(App::new(config.clone()), cut);
        script(&mut talk);
        Heard::new(talk)
    })
}

/// Each line is answered with its code and is no command; the NOOP behind it is one.
pub fn refuses(config: &ServerConfig, before: &str, rows: &[(&[u8], u16)]) {
    for (line, code) in rows {
        let heard = greeted(config, |talk| {
            talk.say(before);
            talk.forget();
            talk.say([line, &b"NOOP\r\n"[..]].concat());
        });
        let line = line.escape_ascii();
        assert_eq!(heard.codes(), [*code, 250], "{line}");
        assert_eq!(heard.commands(), ["NOOP"], "{line}");
        assert!(!heard.closed, "{line}");
    }
}

/// The server ended the session by itself, and this was its last reply.
pub fn assert_closed(heard: &Heard, error: PeerError, code: u16) {
    assert_eq!(heard.error, Some(error));
    assert_eq!(heard.codes().last(), Some(&code), "{heard:?}");
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
            stored: app.stored,
            error: app.error,
            closed: app.server.is_closed(),
            partial: app.current.body,
        }
    }

    /// The code of each reply.
    pub fn codes(&self) -> Vec<u16> {
        let last = |line: &&str| line.as_bytes().get(3) != Some(&b'-');
        self.output.lines().filter(last).map(|line| line[..3].parse().unwrap()).collect()
    }

    /// The commands that the application was given.
    pub fn commands(&self) -> Vec<&str> {
        let is_command =
            |event: &&str| event.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
        self.events.iter().map(String::as_str).filter(is_command).collect()
    }

    /// The bodies of the messages that were taken.
    pub fn bodies(&self) -> Vec<&[u8]> {
        self.stored.iter().map(|stored| &stored.body[..]).collect()
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
    /// What became of the commands without a reply.
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

/// The same behind the greeting and EHLO or LHLO, which has ticket 0; the server offers `keywords`.
pub fn greeted_call(config: &ClientConfig, keywords: &[&str], script: impl Fn(&mut Call)) -> Told {
    call(config, |call| {
        call.hear("220 mail.example\r\n");
        call.hello(keywords);
        call.seen.clear();
        call.sent.clear();
        script(call);
    })
}

impl Call {
    /// EHLO or LHLO, and its reply.
    pub fn hello(&mut self, keywords: &[&str]) {
        let lmtp = self.peer.client.protocol() == Protocol::Lmtp;
        self.send(&if lmtp { lhlo() } else { super::ehlo() });
        let lines: String = keywords.iter().map(|keyword| format!("250-{keyword}\r\n")).collect();
        self.hear(format!("250-mail.example\r\n{lines}250 HELP\r\n"));
    }

    /// The caller gives a command that must be taken.
    pub fn send(&mut self, command: &Command<'_>) -> u64 {
        let ticket = number(self.peer.client.send(command).unwrap());
        self.tickets.push(ticket);
        ticket
    }

    /// MAIL, a RCPT for each name, and DATA: tickets from the next one on.
    pub fn message(&mut self, names: &[&str]) {
        self.send(&mail("a"));
        for name in names {
            self.send(&rcpt(name));
        }
        self.send(&Command::Data);
    }

    /// The caller gives a command that must be refused, and nothing is queued.
    pub fn refuse(&mut self, command: &Command<'_>) -> UsageError {
        let before = self.peer.client.transmit().len();
        let error = self.peer.client.send(command).unwrap_err();
        assert_eq!(self.peer.client.transmit().len(), before);
        error
    }

    pub fn body(&mut self, part: impl AsRef<[u8]>) -> Result<(), UsageError> {
        self.peer.client.send_body(Bytes::copy_from_slice(part.as_ref()))
    }

    pub fn finish(&mut self) -> Result<(), UsageError> {
        self.peer.client.finish_body()
    }

    /// The caller gives a command that may be refused.
    pub fn try_send(&mut self, command: &Command<'_>) {
        if let Ok(ticket) = self.peer.client.send(command) {
            self.tickets.push(number(ticket));
        }
    }

    fn told(mut self) -> Told {
        self.write();
        let error = self.error();
        let client = &mut self.call.peer.client;
        let unanswered: Vec<_> =
            std::iter::from_fn(|| client.unanswered()).map(|(t, how)| (number(t), how)).collect();
        // The 220 alone makes the client ready; that bytes come behind it shows with the next piece.
        // So this one event depends on the cut, and it is harmless: TLS cannot start any more.
        if error == Some(PeerError::DataAfterStartTls) {
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

    /// Each command ends once: answered, or not.
    fn check_ends(&self, unanswered: &[(u64, Unanswered)]) {
        for ticket in &self.tickets {
            let quiet = unanswered.iter().filter(|(other, _)| other == ticket).count();
            let (mut without, mut answered) = (quiet, 0);
            for seen in &self.seen {
                match seen {
                    Seen::Unanswered(other, _) if other == ticket => without += 1,
                    Seen::Reply(other, 200..=299 | 400.., None) if other == ticket => answered += 1,
                    _ => {}
                }
            }
            let results = |seen: &&Seen| matches!(seen, Seen::Reply(t, _, Some(_)) if t == ticket);
            let some = self.seen.iter().filter(results).count() > 0;
            let greeting = *ticket == 0;
            assert!(
                without + answered == 1 || without + answered == 0 && (some || greeting),
                "{ticket}: {:?} {unanswered:?}",
                self.seen
            );
        }
    }
}
