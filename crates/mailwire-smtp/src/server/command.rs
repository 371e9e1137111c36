//! The way of a command line: framed, parsed, checked, and handed over or refused.

use mailwire_core::body::Counted;
use mailwire_core::line::{Framed, LineEnding};
use mailwire_core::machine::is_http_method;
use mailwire_core::parse::Context;
use mailwire_core::token::KEYWORD;
use mailwire_core::{Received, SyntaxError};

use super::answer::OwnAnswer;
use super::owed::Due;
use super::{Barrier, Chunk, Event, Phase, Server};
use crate::Deviations;
use crate::command::{Command, Verb};
use crate::error::PeerError;
use crate::state::State;
use crate::tolerance::Deviation;

impl Server {
    /// Checks for bytes that come before a reply they depend on.
    fn check_early(&mut self, input: &[u8]) -> Result<(), PeerError> {
        if input.is_empty() {
            return Ok(());
        }
        let greeting = self.state == State::Connected || self.flags.greeting;
        if greeting && !self.config.tolerate_early_talkers {
            return Err(self.fail(PeerError::EarlyTalker));
        }
        let error = match self.barrier {
            Barrier::None => return Ok(()),
            _ if self.queue.is_empty() && self.owed.is_empty() && !self.flags.early => {
                self.barrier = Barrier::None;
                return Ok(());
            }
            Barrier::Hello if self.config.tolerate_early_talkers => return Ok(()),
            Barrier::Hello | Barrier::RefusedData => PeerError::EarlyTalker,
        };
        Err(self.fail(error))
    }

    /// The next command line.
    pub(super) fn receive_command<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        self.check_early(input)?;
        if matches!(self.owed.first(), Some(Due::Verb(Verb::StartTls))) {
            self.flags.early |= !input.is_empty();
        }
        if self.state == State::Connected || self.owed.is_full(self.config.limits.pipeline) {
            return Ok(Received::nothing(0));
        }
        let limits = self.config.limits;
        // Nine octets tell each verb from a longer word.
        let known =
            |input: &[u8]| Verb::from_keyword(KEYWORD.split(input.get(..9).unwrap_or(input)).0);
        // The beginning of a long line is gone when its end comes.
        let first = if self.framer.is_skipping() { self.long } else { known(input) };
        let (name, limit) = match first {
            Some(Verb::Auth) => ("auth_line", limits.auth_line),
            _ => ("line", limits.line),
        };
        let (consumed, ending) = match self.framer.frame(input, limit) {
            Framed::More => return Ok(Received::nothing(0)),
            Framed::Skipping { consumed } => {
                self.long = first;
                return Ok(Received::nothing(consumed));
            }
            Framed::TooLong { consumed } => {
                let error = PeerError::Limit { name, limit: limit as u64 };
                self.hold_back(first, consumed < input.len())?;
                return self.reject(&[], consumed, error, OwnAnswer::to(&error, None));
            }
            Framed::Line { consumed, ending, .. } => (consumed, ending),
        };
        let frame = input.get(..consumed).unwrap_or_default();
        let behind = input.get(consumed..).unwrap_or_default();
        let verb = first;
        if self.must_wait(verb) {
            return Ok(Received::nothing(0));
        }
        let cx = Context::new(self.config.tolerance);
        let parsed = Command::parse_in(frame, &cx);
        let end = match ending {
            LineEnding::CrLf => 2,
            LineEnding::Lf => 1,
        };
        let line = frame.get(..consumed.saturating_sub(end)).unwrap_or_default();
        match parsed {
            Ok(command) => self.take(command, line, consumed, behind, cx.met()),
            Err(error) => self.take_broken(error, verb, line, consumed, behind),
        }
    }

    /// Octets may follow a line that is refused, and they are no commands.
    fn hold_back(&mut self, verb: Option<Verb>, behind: bool) -> Result<(), PeerError> {
        match verb {
            // A chunk of unknown size hides the next command.
            Some(Verb::Bdat) => return Err(self.fail(PeerError::ChunkSize)),
            Some(Verb::Data) => {
                self.barrier = Barrier::RefusedData;
                self.flags.early = behind;
            }
            _ => {}
        }
        Ok(())
    }

    /// True when what the command means depends on an answer that is owed.
    fn must_wait(&self, verb: Option<Verb>) -> bool {
        let independent =
            |verb| matches!(verb, Verb::Rcpt | Verb::Vrfy | Verb::Expn | Verb::Noop | Verb::Help);
        !verb.is_none_or(independent) && self.owed.iter().any(|due| !matches!(due, Due::Own(_)))
            || self.owed.iter().any(|due| match due {
                Due::Verb(owed) => !independent(owed),
                Due::Other | Due::Own(_) => false,
                Due::Greeting | Due::Results => true,
            })
    }

    /// A line that is no command.
    fn take_broken<'i>(
        &mut self,
        error: SyntaxError,
        verb: Option<Verb>,
        line: &'i [u8],
        consumed: usize,
        behind: &[u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        self.hold_back(verb, !behind.is_empty())?;
        if self.state == State::Greeted && line.first() == Some(&0x16) {
            return Err(self.fail(PeerError::WrongProtocol));
        }
        // STARTTLS with an argument is refused, and what follows is plaintext like what came before.
        let syntax = PeerError::Syntax(error);
        let bare_lf = line.len().saturating_add(1) == consumed
            && !self.config.tolerance.allowed().contains(Deviation::BareLfLine);
        let (error, answer) = match verb.map(|verb| self.gate_offer(verb)) {
            // What is wrong is not the command but its line.
            _ if bare_lf || line.contains(&b'\r') => (syntax, OwnAnswer::BareLineEnd),
            Some(Err(refusal)) => refusal,
            _ => (syntax, OwnAnswer::to(&syntax, verb)),
        };
        let line = if verb == Some(Verb::Auth) { without_response(line) } else { line };
        self.reject(line, consumed, error, answer)
    }

    /// A command that is well formed.
    fn take<'i>(
        &mut self,
        command: Command<'i>,
        line: &'i [u8],
        consumed: usize,
        behind: &[u8],
        deviations: Deviations,
    ) -> Result<Received<Event<'i>>, PeerError> {
        if let Command::Other(other) = &command {
            if self.state == State::Greeted && is_http_method(other.verb.as_bytes()) {
                return Err(self.fail(PeerError::WrongProtocol));
            }
        }
        if let Err((error, answer)) = self.gate(&command) {
            return match command {
                Command::Bdat(bdat) => self.discard_chunk(bdat, line, consumed, error, answer),
                Command::Auth(_) => self.reject(without_response(line), consumed, error, answer),
                _ => {
                    self.hold_back(command.verb(), !behind.is_empty())?;
                    self.reject(line, consumed, error, answer)
                }
            };
        }
        // The event comes first, and what is behind it is refused with the next call: the same as
        // when the bytes come one by one.
        if matches!(command, Command::StartTls | Command::Data) {
            self.flags.early = !behind.is_empty();
        }
        match &command {
            Command::Ehlo(_) | Command::Helo(_) | Command::Lhlo(_) => {
                self.flags.early = !behind.is_empty();
                self.barrier = Barrier::Hello;
            }
            Command::Auth(_) => {
                self.auth_rounds = 0;
                self.phase = Phase::AuthOffered;
            }
            Command::Data => self.phase = Phase::BodyOffered(None),
            Command::Bdat(bdat) => {
                let octets = Counted::new(bdat.size);
                self.phase =
                    Phase::BodyOffered(Some(Chunk { octets, last: bdat.last, refusal: None }));
            }
            Command::Burl(burl) => self.flags.burl_last = burl.last,
            Command::Mail(mail) => {
                // Flags of a transaction that is refused are set anew by the next one.
                self.flags.smtputf8 = mail.parameters.smtputf8();
                self.flags.prdr = mail.parameters.prdr();
                self.flags.binary =
                    mail.parameters.body() == crate::family::mail::BodyType::BinaryMime;
            }
            _ => {}
        }
        self.owed.push(command.verb().map_or(Due::Other, Due::Verb));
        Ok(Received::event(consumed, Event::Command { command, deviations }))
    }
}

/// An AUTH line without the response, which can hold a password.
fn without_response(line: &[u8]) -> &[u8] {
    let mut words = 0_u8;
    let end = line.iter().position(|&byte| {
        words = words.saturating_add(u8::from(matches!(byte, b' ' | b'\t' | b'=')));
        words > 1
    });
    line.get(..end.unwrap_or(line.len())).unwrap_or_default()
}
