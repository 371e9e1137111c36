//! The SASL exchange and the TLS barrier of a server. RFC 9051 sections 6.2.1 and 6.2.2.

use alloc::vec::Vec;

use mailwire_core::Received;
use mailwire_core::sasl::{self, ClientResponse};

use super::answer::OwnAnswer;
use super::gate::Refusal;
use super::{Event, Phase, Server, Ticket};
use crate::command::Verb;
use crate::error::{PeerError, UsageError};
use crate::framing::Framed;
use crate::status::{Status, StatusKind};
use crate::tolerance::Deviation;

impl Server {
    /// Sends a challenge of the mechanism; base64 is done here.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no response is to be answered; [`UsageError::Busy`] when the exchange
    /// has more rounds than [`Limits::auth_rounds`](crate::Limits::auth_rounds): finish it.
    pub fn challenge_auth(&mut self, challenge: &[u8]) -> Result<(), UsageError> {
        self.check_auth()?;
        if self.auth_rounds >= self.config.limits.auth_rounds {
            return Err(UsageError::Busy);
        }
        self.auth_rounds = self.auth_rounds.saturating_add(1);
        self.queue.push(b"+ ");
        if !challenge.is_empty() {
            let mut text = Vec::new();
            sasl::encode_base64_into(challenge, &mut text);
            self.queue.push(&text);
        }
        self.queue.push(b"\r\n");
        self.phase = Phase::AuthResponse;
        Ok(())
    }

    /// Ends the exchange: OK when the client is authenticated, NO or BAD when not. [`complete`] and
    /// [`accept`] with the ticket of the command do the same.
    ///
    /// [`complete`]: Self::complete
    /// [`accept`]: Self::accept
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no exchange is to be answered; [`UsageError::WrongAnswer`] for a status
    /// that ends no command.
    pub fn finish_auth(&mut self, status: &Status<'_>) -> Result<(), UsageError> {
        let ticket = self.check_auth()?;
        self.complete(ticket, status)
    }

    fn check_auth(&self) -> Result<Ticket, UsageError> {
        match self.flights.last() {
            Some(flight) if matches!(self.phase, Phase::AuthOffered) && !self.is_streaming() => {
                Ok(flight.ticket)
            }
            _ => Err(UsageError::NotNow { what: "an answer to AUTHENTICATE" }),
        }
    }

    /// The line behind a challenge. It is never a command.
    pub(super) fn receive_auth<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let limit = self.config.limits.auth_line;
        let not_base64 = (PeerError::NotBase64, OwnAnswer::NotBase64);
        let (consumed, refusal): (usize, Option<Refusal>) =
            match self.framer.frame_plain(input, limit) {
                Framed::Message { frame, .. } => {
                    let response = self.without_end(frame).map(sasl::parse_response);
                    match response {
                        Some(Ok(ClientResponse::Data(response))) => {
                            self.phase = Phase::AuthOffered;
                            let Some(flight) = self.flights.last() else {
                                return Ok(Received::nothing(frame.len()));
                            };
                            let event = Event::AuthResponse { ticket: flight.ticket, response };
                            return Ok(Received::event(frame.len(), event));
                        }
                        Some(Ok(ClientResponse::Cancel)) => (frame.len(), None),
                        Some(Err(_)) | None => (frame.len(), Some(not_base64)),
                    }
                }
                Framed::Bad { frame, .. } => {
                    let error = PeerError::Limit { name: "auth_line", limit: limit.into() };
                    (frame.len(), Some((error, OwnAnswer::AuthLineTooLong)))
                }
                other => return Ok(Received::nothing(other.consumed())),
            };
        let error = refusal.map(|refusal| refusal.0);
        let answer = refusal.map_or(OwnAnswer::Cancelled, |refusal| refusal.1);
        self.phase = Phase::Commands;
        let flight = self.flights.remove_last();
        let tag = flight.as_ref().map(super::Flight::tag);
        answer.push(tag, &mut self.queue);
        self.settle();
        self.count_bad_command(error.unwrap_or(PeerError::NotAuthorized))?;
        let ticket = flight.map_or(Ticket(0), |flight| flight.ticket);
        Ok(Received::event(consumed, Event::AuthEnded { ticket, error }))
    }

    /// A line without its end; `None` for an end that is not tolerated.
    fn without_end<'i>(&self, line: &'i [u8]) -> Option<&'i [u8]> {
        let bare_lf = self.config.tolerance.allowed().contains(Deviation::BareLfLine);
        match line {
            [text @ .., b'\r', b'\n'] => Some(text),
            [text @ .., b'\n'] if bare_lf => Some(text),
            _ => None,
        }
    }

    /// The OK to STARTTLS. Plaintext that came behind the command is an injection, and so the client gets
    /// BAD and no TLS.
    pub(super) fn start_tls(&mut self, ticket: Ticket, status: &Status<'_>) {
        if self.flags.early {
            self.refuse_tls(ticket);
            return;
        }
        let before = self.queue.len();
        let tag = self.flights.find(ticket).map(|flight| flight.tag().to_vec()).unwrap_or_default();
        self.push_status(&tag, status);
        let answer = u32::try_from(self.queue.len().saturating_sub(before)).unwrap_or(u32::MAX);
        self.phase = Phase::Tls { told: false, answer };
    }

    fn refuse_tls(&mut self, ticket: Ticket) -> PeerError {
        if let Some(flight) = self.flights.remove(ticket) {
            OwnAnswer::BehindStartTls.push(Some(flight.tag()), &mut self.queue);
        }
        self.fail(PeerError::DataAfterStartTls)
    }

    /// Before the handshake: no plaintext is taken, now or later.
    pub(super) fn receive_before_tls<'i>(
        &mut self,
        input: &[u8],
        told: bool,
        answer: u32,
    ) -> Result<Received<Event<'i>>, PeerError> {
        if !input.is_empty() {
            let octets = usize::try_from(answer).unwrap_or(usize::MAX);
            let ticket = self
                .flights
                .last()
                .filter(|flight| flight.verb == Some(Verb::StartTls))
                .map(|flight| flight.ticket);
            return match ticket {
                // The OK must not go out any more; what is before it may.
                Some(ticket) if self.queue.len() >= octets => {
                    self.queue.write_with(|tail| tail.truncate(tail.len().saturating_sub(octets)));
                    Err(self.refuse_tls(ticket))
                }
                // A part of it is written. Plaintext behind it would be an injection of our own.
                _ => Err(self.end(PeerError::DataAfterStartTls)),
            };
        }
        if told || !self.queue.is_empty() {
            return Ok(Received::nothing(0));
        }
        self.phase = Phase::Tls { told: true, answer };
        self.flights = super::Flights::new();
        Ok(Received::event(0, Event::TlsReady))
    }

    /// Counts an attempt to authenticate that failed: guessing passwords has the budget of bad commands.
    pub(super) fn count_attempt(&mut self, kind: StatusKind) {
        if kind != StatusKind::Ok {
            // An error is told by `receive`.
            let _ = self.count_bad_command(PeerError::NotAuthorized);
        }
    }
}
