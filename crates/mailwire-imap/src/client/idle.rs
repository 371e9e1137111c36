//! IDLE, and the races at its two ends. RFC 9051 section 6.3.13.

use super::Client;
use super::outgoing::Writing;
use crate::command::Verb;
use crate::error::UsageError;

const DONE: &[u8] = b"DONE\r\n";

/// How far IDLE is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Idling {
    /// The `+` has not come. With `ends` DONE is to follow it at once: before, the server would take it for
    /// a command.
    Asked {
        /// The caller wants to end it.
        ends: bool,
    },
    /// The `+` came.
    Begun,
    /// DONE is queued behind so many octets.
    Ended {
        /// Octets since the beginning of the connection.
        from: u64,
    },
}

impl Client {
    /// Ends IDLE, now or as soon as it has begun. Its tagged response follows, and commands that were held.
    /// RFC 9051 has it ended and begun again after 29 minutes at most.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no IDLE was given that has not ended.
    pub fn finish_idle(&mut self) -> Result<(), UsageError> {
        if matches!(self.writing, Writing::Idle(_)) {
            self.end_idle();
            return Ok(());
        }
        let held = self.commands.iter().find(|command| command.verb == Some(Verb::Idle));
        match held.map(|command| command.ticket) {
            Some(ticket) => self.abandon(ticket),
            None => Err(UsageError::NotNow { what: "DONE" }),
        }
    }

    /// True while IDLE is in flight and was not ended.
    #[must_use]
    pub const fn is_idling(&self) -> bool {
        matches!(self.writing, Writing::Idle(Idling::Asked { ends: false } | Idling::Begun))
    }

    pub(super) fn end_idle(&mut self) {
        match self.writing {
            Writing::Idle(Idling::Asked { .. }) => {
                self.writing = Writing::Idle(Idling::Asked { ends: true });
            }
            Writing::Idle(Idling::Begun) => {
                let from = self.queued;
                self.push_line(DONE);
                self.writing = Writing::Idle(Idling::Ended { from });
            }
            _ => {}
        }
    }

    /// The `+` of IDLE came.
    pub(super) fn begin_idle(&mut self, ends: bool) {
        self.writing = Writing::Idle(Idling::Begun);
        if ends {
            self.end_idle();
        }
    }

    /// The server ended IDLE by itself. A DONE that is not written yet would be a command.
    pub(super) fn take_done_back(&mut self, idling: Idling) {
        if let Idling::Ended { from } = idling {
            if self.written <= from && self.queue.len() == DONE.len() {
                self.queue.clear();
                self.queued = from;
            }
        }
    }
}
