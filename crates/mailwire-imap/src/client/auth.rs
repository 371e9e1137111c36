//! The SASL exchange of a client.

use alloc::vec::Vec;

use mailwire_core::sasl::{self, Challenge};

use super::outgoing::Writing;
use super::{Client, Event};
use crate::error::{PeerError, UsageError};

/// How far an exchange is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Exchange {
    /// The caller is to answer a challenge.
    pub(super) challenged: bool,
    /// Challenges that came.
    rounds: u8,
}

impl Client {
    /// Answers a challenge, as the mechanism made it; base64 is done here.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when there is no challenge to answer.
    pub fn respond_auth(&mut self, response: &[u8]) -> Result<(), UsageError> {
        self.check_challenged()?;
        let mut line = Vec::new();
        sasl::encode_base64_into(response, &mut line);
        self.send_response(&line);
        Ok(())
    }

    /// Gives the exchange up. The tagged response ends the command. RFC 9051 section 6.2.2 has this for a
    /// challenge that is not base64.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when there is no challenge to answer.
    pub fn cancel_auth(&mut self) -> Result<(), UsageError> {
        self.check_challenged()?;
        self.send_response(b"*");
        Ok(())
    }

    const fn check_challenged(&self) -> Result<(), UsageError> {
        match self.writing {
            Writing::Exchange(Exchange { challenged: true, .. }) => Ok(()),
            _ => Err(UsageError::NotNow { what: "a SASL response" }),
        }
    }

    pub(super) fn send_response(&mut self, line: &[u8]) {
        self.push_line(line);
        self.push_line(b"\r\n");
        let end = self.queued;
        if let Some(command) = self.sent.checked_sub(1).and_then(|last| self.commands.get_mut(last))
        {
            command.end = end;
        }
        if let Writing::Exchange(exchange) = &mut self.writing {
            exchange.challenged = false;
        }
    }

    /// A `+` during the exchange. Its text is base64, whatever a text may otherwise hold.
    pub(super) fn take_challenge<'i>(
        &mut self,
        frame: &'i [u8],
        exchange: Exchange,
    ) -> Result<Option<Event<'i>>, PeerError> {
        let Some(command) = self.last() else { return Ok(None) };
        let (ticket, abandoned) = (command.ticket, command.abandoned);
        if exchange.challenged || self.written < command.end {
            return Err(self.fail(PeerError::UnexpectedContinuation));
        }
        let limit = self.config.limits.auth_rounds;
        if exchange.rounds >= limit {
            return Err(self.fail(PeerError::Limit { name: "auth_rounds", limit: limit.into() }));
        }
        let rounds = exchange.rounds.saturating_add(1);
        self.writing = Writing::Exchange(Exchange { challenged: true, rounds });
        if abandoned {
            self.send_response(b"*");
            return Ok(None);
        }
        let text = frame.strip_suffix(b"\n").unwrap_or(frame);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let text = text.strip_prefix(b"+").unwrap_or(text);
        let challenge = Challenge::new(text.strip_prefix(b" ").unwrap_or(text));
        Ok(Some(Event::AuthChallenge { ticket, challenge }))
    }
}
