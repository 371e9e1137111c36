//! The end of commands, and the go-ahead for their rest.

use alloc::collections::VecDeque;

use mailwire_core::Unanswered;

use super::handover::Handover;
use super::idle::Idling;
use super::outgoing::{Pending, Writing};
use super::{Client, Event, Reading, Ticket};
use crate::Deviations;
use crate::code::Code;
use crate::command::Verb;
use crate::error::PeerError;
use crate::extension::{Extension, ExtensionSet};
use crate::response::Continue;
use crate::state::State;
use crate::status::{StatusKind, Tagged};
use crate::tolerance::Deviation;

/// Commands for which room is kept.
const KEPT: usize = 4;

impl Client {
    /// A tagged response.
    pub(super) fn take_tagged<'i>(
        &mut self,
        tagged: Tagged<'i>,
        mut deviations: Deviations,
    ) -> Result<Event<'i>, PeerError> {
        let kind = tagged.status.kind();
        let Some(at) = self.in_flight_with(tagged.tag.as_bytes()) else {
            // DONE crossed the end of IDLE, and the server took it for a command.
            let crossed = tagged.tag.as_bytes() == b"DONE" && kind != StatusKind::Ok;
            if crossed || self.tolerance().allowed().contains(Deviation::StaleTag) {
                return Ok(Event::Unmatched(tagged));
            }
            return Err(self.fail(PeerError::UnknownTag));
        };
        if !self.may_end(at, kind) {
            return Err(self.fail(PeerError::UnknownTag));
        }
        let amid = at.saturating_add(1) == self.sent && matches!(self.writing, Writing::Body(_));
        let Some(command) = self.take_command(at) else {
            return Err(self.fail(PeerError::UnknownTag));
        };
        // What ends the session by it is told with the next call: the command has its answer.
        if self.apply(&command, kind, tagged.status.code(), &mut deviations).is_ok() {
            // Octets are owed that nobody will send.
            if amid {
                self.close();
            }
            self.pump();
        }
        let (ticket, status, ends) = (command.ticket, tagged.status, self.is_closed());
        let untrusted = self.is_untrusted();
        Ok(Event::Completed { ticket, status, deviations, untrusted, ends })
    }

    /// Where the command in flight with this tag stands.
    fn in_flight_with(&self, tag: &[u8]) -> Option<usize> {
        let ticket = Ticket::of_tag(tag)?;
        self.commands.iter().take(self.sent).position(|command| command.ticket == ticket)
    }

    /// A server can end what it has got as a whole; it can refuse a command instead of a literal or of a
    /// SASL response.
    fn may_end(&self, at: usize, kind: StatusKind) -> bool {
        let last = at.saturating_add(1) == self.sent;
        let refused = kind != StatusKind::Ok;
        match &self.writing {
            Writing::Go { mark } if last => refused && self.written >= *mark,
            Writing::Body(body) if last => refused && body.may_be_refused(self.written),
            Writing::Exchange(exchange) if last && exchange.challenged => refused,
            _ => self.commands.get(at).is_some_and(|command| self.written >= command.end),
        }
    }

    /// Takes a command out. Of one that was refused at a literal nothing more is sent.
    fn take_command(&mut self, at: usize) -> Option<Pending> {
        if at.saturating_add(1) == self.sent {
            if let Writing::Idle(idling) = self.writing {
                self.take_done_back(idling);
            }
            self.writing = Writing::Free;
        }
        self.sent = self.sent.saturating_sub(1);
        let command = self.commands.remove(at);
        // Room for a burst of commands is given back.
        if self.commands.is_empty() && self.commands.capacity() > KEPT {
            self.commands = VecDeque::new();
        }
        command
    }

    /// What the end of a command changes.
    fn apply(
        &mut self,
        command: &Pending,
        kind: StatusKind,
        code: Option<&Code<'_>>,
        deviations: &mut Deviations,
    ) -> Result<(), PeerError> {
        let Some(verb) = command.verb else { return Ok(()) };
        self.state = self.state.after(verb, kind);
        // What is said before TLS is not believed behind it.
        if let (Some(Code::Capability(list)), true) = (code, verb != Verb::StartTls) {
            self.learn(list)?;
        }
        let good = kind == StatusKind::Ok;
        match verb {
            // Octets behind it are refused with the next call, whether they are here already or not.
            Verb::StartTls if good => {
                self.reading = Reading::Handover(Handover::Tls { told: false })
            }
            Verb::StartTls if self.needs_tls() => return Err(self.fail(PeerError::TlsRefused)),
            Verb::Capability if self.needs_tls() && !self.extensions.has(Extension::StartTls) => {
                return Err(self.fail(PeerError::TlsUnavailable));
            }
            // The mailbox that was open still is, and what is held was meant for the other.
            Verb::Select | Verb::Examine if !good => self.drop_unopened(self.sent),
            Verb::Login | Verb::Authenticate if good => self.forget_extensions(),
            Verb::Unauthenticate if good => {
                self.forget_login();
                self.forget_extensions();
                if self.flags.compressed {
                    self.reading = Reading::Handover(Handover::Plain { told: false });
                }
            }
            Verb::Compress if good => {
                self.reading = Reading::Handover(Handover::Compression { told: false });
            }
            // RFC 5465 section 3.1: the last one counts.
            Verb::Notify if good => self.flags.tells_expunges = command.asks_expunges,
            Verb::Enable => {
                let asked = core::mem::replace(&mut self.asked, ExtensionSet::EMPTY);
                let told = core::mem::replace(&mut self.flags.told_enabled, false);
                let assumed = Deviation::MissingEnabled;
                if good && !told && self.tolerance().allowed().contains(assumed) {
                    self.switch_on(asked);
                    *deviations = deviations.with(assumed);
                }
            }
            Verb::Logout if self.state == State::Logout => self.close(),
            _ => {}
        }
        Ok(())
    }

    /// A `+`.
    pub(super) fn take_continue<'i>(
        &mut self,
        request: Continue<'i>,
        mut deviations: Deviations,
    ) -> Result<Event<'i>, PeerError> {
        let last = self.last().map(|command| (command.ticket, self.written >= command.end));
        let ticket = match (&self.writing, last) {
            (Writing::Go { mark }, Some((ticket, _))) if self.written >= *mark => {
                self.go();
                Some(ticket)
            }
            (&Writing::Idle(Idling::Asked { ends }), Some((ticket, true))) => {
                self.begin_idle(ends);
                Some(ticket)
            }
            (Writing::Go { .. } | Writing::Idle(Idling::Asked { .. }), _) => {
                return Err(self.fail(PeerError::UnexpectedContinuation));
            }
            _ => {
                let deviation = self.extra_continuation()?;
                deviations = deviations.with(deviation);
                None
            }
        };
        Ok(Event::Continue { ticket, request, deviations })
    }

    /// A `+` that nothing waits for.
    fn extra_continuation(&mut self) -> Result<Deviation, PeerError> {
        let allowed = self.tolerance().allowed();
        let written = self.written;
        let mut sent = self.commands.iter_mut().take(self.sent);
        let spare = sent.find(|command| command.spare > 0 && written >= command.end);
        if let (Some(command), true) = (spare, allowed.contains(Deviation::ExtraContinuation)) {
            command.spare = command.spare.saturating_sub(1);
            return Ok(Deviation::ExtraContinuation);
        }
        if allowed.contains(Deviation::StrayContinuation) {
            return Ok(Deviation::StrayContinuation);
        }
        Err(self.fail(PeerError::UnexpectedContinuation))
    }

    /// A response that breaks the grammar or a limit. One whose tag can be read ends its command all the same: nothing
    /// else will.
    pub(super) fn take_broken<'i>(
        &mut self,
        frame: &'i [u8],
        error: PeerError,
    ) -> Result<Event<'i>, PeerError> {
        let mut words = frame.split(|octet| matches!(octet, b' ' | b'\r' | b'\n'));
        let tag = words.next().unwrap_or_default();
        let Some(at) = self.in_flight_with(tag) else {
            return Ok(Event::Invalid { frame, error, of: None });
        };
        let word = words.find(|word| !word.is_empty()).unwrap_or_default();
        let kind = StatusKind::from_keyword(word)
            .filter(|kind| matches!(kind, StatusKind::Ok | StatusKind::No | StatusKind::Bad));
        if !self.may_end(at, kind.unwrap_or(StatusKind::Bad)) {
            return Err(self.fail(PeerError::UnknownTag));
        }
        let amid = at.saturating_add(1) == self.sent && matches!(self.writing, Writing::Body(_));
        let Some(command) = self.take_command(at) else {
            return Ok(Event::Invalid { frame, error, of: None });
        };
        let of = Some(command.ticket);
        match kind {
            Some(kind) => {
                let mut deviations = Deviations::EMPTY;
                if self.apply(&command, kind, None, &mut deviations).is_ok() {
                    self.settled = Some((command.ticket, kind));
                } else {
                    self.ended.push_back((command.ticket, Unanswered::Unknown));
                }
            }
            None => self.ended.push_back((command.ticket, Unanswered::Unknown)),
        }
        if amid {
            self.close();
        }
        self.pump();
        Ok(Event::Invalid { frame, error, of })
    }
}
