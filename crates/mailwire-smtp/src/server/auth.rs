//! The SASL exchange and the TLS barrier of a server.

use alloc::vec::Vec;

use mailwire_core::line::{Framed, LineEnding};
use mailwire_core::sasl::{self, ClientResponse};
use mailwire_core::{Received, SyntaxError};

use super::answer::OwnAnswer;
use super::{Due, Event, Phase, Server};
use crate::command::Verb;
use crate::element::reply_code::ReplyCode;
use crate::error::{PeerError, UsageError};
use crate::reply::Reply;
use crate::state::State;
use crate::tolerance::Deviation;

impl Server {
    /// Sends a challenge of the mechanism; base64 is done here.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no response is to be answered, or earlier answers are owed;
    /// [`UsageError::Busy`] when the exchange has more rounds than
    /// [`Limits::auth_rounds`](crate::Limits::auth_rounds): finish it.
    pub fn challenge_auth(&mut self, challenge: &[u8]) -> Result<(), UsageError> {
        self.check_auth()?;
        if self.auth_rounds >= self.config.limits.auth_rounds {
            return Err(UsageError::Busy);
        }
        self.auth_rounds = self.auth_rounds.saturating_add(1);
        self.queue.push(b"334 ");
        if !challenge.is_empty() {
            let mut text = Vec::new();
            sasl::encode_base64_into(challenge, &mut text);
            self.queue.push(&text);
        }
        self.queue.push(b"\r\n");
        self.phase = Phase::AuthResponse;
        Ok(())
    }

    /// Ends the exchange: 235 when the client is authenticated, 4yz or 5yz when not.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no exchange is to be answered; [`UsageError::WrongReply`] for
    /// other codes.
    pub fn finish_auth(&mut self, reply: &Reply<'_>) -> Result<(), UsageError> {
        self.check_auth()?;
        let success = reply.code() == ReplyCode::AUTHENTICATED;
        if !success && reply.code().number() < 400 {
            return Err(UsageError::WrongReply { code: reply.code().number(), what: "AUTH" });
        }
        self.flags.authenticated = success;
        self.phase = Phase::Commands;
        self.push_reply(reply);
        self.settle();
        if reply.code() == ReplyCode::NOT_AVAILABLE {
            self.state = State::Closed;
        } else if !success {
            // Guessing passwords has the budget of bad commands. An error is told by `receive`.
            let _ = self.count_bad_command(PeerError::NotAuthorized);
        }
        Ok(())
    }

    fn check_auth(&self) -> Result<(), UsageError> {
        let due = matches!(self.owed.first(), Some(Due::Verb(Verb::Auth)));
        if matches!(self.phase, Phase::AuthOffered) && due {
            Ok(())
        } else {
            Err(UsageError::NotNow { what: "an answer to AUTH" })
        }
    }

    /// The line behind a challenge. It is never a command.
    pub(super) fn receive_auth<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let limit = self.config.limits.auth_line;
        let (error, consumed) = match self.framer.frame(input, limit) {
            Framed::More => return Ok(Received::nothing(0)),
            Framed::Skipping { consumed } => return Ok(Received::nothing(consumed)),
            Framed::TooLong { consumed } => {
                (Some(PeerError::Limit { name: "auth_line", limit: limit as u64 }), consumed)
            }
            // A line end is taken as that of a command is.
            Framed::Line { text, ending: LineEnding::Lf, consumed }
                if !self.config.tolerance.allowed().contains(Deviation::BareLfLine) =>
            {
                let error = SyntaxError { rule: "CRLF", at: text.len() };
                (Some(PeerError::Syntax(error)), consumed)
            }
            Framed::Line { text, consumed, .. } => match sasl::parse_response(text) {
                Ok(ClientResponse::Data(response)) => {
                    self.phase = Phase::AuthOffered;
                    return Ok(Received::event(consumed, Event::AuthResponse(response)));
                }
                Ok(ClientResponse::Cancel) => (None, consumed),
                Err(_) => (Some(PeerError::NotBase64), consumed),
            },
        };
        let answer = match error {
            None => OwnAnswer::Cancelled,
            Some(PeerError::Syntax(_)) => OwnAnswer::BareLineEnd,
            Some(error) => OwnAnswer::to(&error, None),
        };
        self.phase = Phase::Commands;
        self.owed.pop();
        self.answer(answer);
        self.count_bad_command(error.unwrap_or(PeerError::NotAuthorized))?;
        Ok(Received::event(consumed, Event::AuthEnded(error)))
    }

    /// Before the handshake: no plaintext is taken, now or later.
    pub(super) fn receive_before_tls<'i>(
        &mut self,
        input: &[u8],
        told: bool,
        reply: usize,
    ) -> Result<Received<Event<'i>>, PeerError> {
        if !input.is_empty() {
            let error = PeerError::DataAfterStartTls;
            if self.queue.len() < reply {
                // A part of the 220 is written. Plaintext behind it would be an injection of our own.
                self.end(error);
                return Err(error);
            }
            // The 220 must not go out any more; replies before it may.
            self.queue.write_with(|tail| tail.truncate(tail.len().saturating_sub(reply)));
            return Err(self.fail(error));
        }
        if told || !self.queue.is_empty() {
            return Ok(Received::nothing(0));
        }
        self.phase = Phase::Tls { told: true, reply };
        Ok(Received::event(0, Event::TlsReady))
    }
}
