//! The way of a command line: framed, parsed, checked, and handed over or refused.

use mailwire_core::line::{Framed, LineEnding};
use mailwire_core::machine::is_http_method;
use mailwire_core::parse::Context;
use mailwire_core::token::KEYWORD;
use mailwire_core::{Received, SyntaxError};

use super::answer::OwnAnswer;
use super::owed::Due;
use super::{Event, Phase, Server};
use crate::Deviations;
use crate::command::{Command, Verb};
use crate::error::PeerError;
use crate::state::{Outcome, State, leads_on};
use crate::tolerance::Deviation;

impl Server {
    /// The next command line.
    pub(super) fn receive_command<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let greeting = self.state == State::Connected || self.flags.greeting;
        if greeting && !input.is_empty() && !self.config.tolerate_early_talkers {
            return Err(self.fail(PeerError::EarlyTalker));
        }
        if matches!(self.owed.first(), Some(Due::Verb(Verb::Stls, _))) {
            self.flags.early |= !input.is_empty();
        }
        if self.state == State::Connected || self.owed.is_full(self.config.limits.pipeline) {
            return Ok(Received::nothing(0));
        }
        let limits = self.config.limits;
        // Five octets tell each verb from a longer word.
        let known =
            |input: &[u8]| Verb::from_keyword(KEYWORD.split(input.get(..5).unwrap_or(input)).0);
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
            Err(error) => self.take_broken(error, verb, line, consumed),
        }
    }

    /// Whether the meaning of a command depends on an answer that is owed, or that of an answer on
    /// what the command does.
    fn must_wait(&self, verb: Option<Verb>) -> bool {
        let leads = verb.is_some_and(leads_on);
        self.owed.iter().any(|due| match due {
            Due::Own(_) => false,
            Due::Verb(owed, _) => leads || leads_on(owed),
            Due::Other | Due::Greeting => true,
        })
    }

    /// A line that is no command.
    fn take_broken<'i>(
        &mut self,
        error: SyntaxError,
        verb: Option<Verb>,
        line: &'i [u8],
        consumed: usize,
    ) -> Result<Received<Event<'i>>, PeerError> {
        if self.state.is_authorization() && line.first() == Some(&0x16) {
            return Err(self.fail(PeerError::WrongProtocol));
        }
        let error = PeerError::Syntax(error);
        let bare_lf = line.len().saturating_add(1) == consumed
            && !self.config.tolerance.allowed().contains(Deviation::BareLfLine);
        let answer = match verb {
            // What is wrong is not the command but its line.
            _ if bare_lf || line.contains(&b'\r') => OwnAnswer::BareLineEnd,
            verb => OwnAnswer::to(&error, verb),
        };
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
            let early = self.state.is_authorization();
            if early && is_http_method(other.verb.as_bytes()) {
                return Err(self.fail(PeerError::WrongProtocol));
            }
        }
        if let Err((error, answer)) = self.gate(&command) {
            return self.reject(line, consumed, error, answer);
        }
        match &command {
            // The event comes first, and what is behind it is refused with the next call: the same
            // as when the bytes come one by one.
            Command::Stls => self.flags.early = !behind.is_empty(),
            Command::Auth(Some(_)) => {
                self.auth_rounds = 0;
                self.phase = Phase::AuthOffered;
            }
            _ => {}
        }
        let given = match &command {
            Command::List(number) | Command::Uidl(number) => number.is_some(),
            Command::Auth(auth) => auth.is_some(),
            Command::Lang(range) => range.is_some(),
            _ => false,
        };
        self.owed.push(command.verb().map_or(Due::Other, |verb| Due::Verb(verb, given)));
        if command == Command::Quit && self.state == State::Transaction {
            self.state = self.state.after(Verb::Quit, Outcome::Accepted);
            return Ok(Received::event(consumed, Event::Update { deviations }));
        }
        Ok(Received::event(consumed, Event::Command { command, deviations }))
    }
}
