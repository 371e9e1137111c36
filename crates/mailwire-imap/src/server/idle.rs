//! IDLE: what may come behind it. RFC 9051 section 6.3.13.

use mailwire_core::Received;
use mailwire_core::parse::{Wire, parse_whole};

use super::answer::OwnAnswer;
use super::{Event, Phase, Server};
use crate::Mode;
use crate::error::PeerError;
use crate::family::idle::Done;
use crate::framing::Framed;

impl Server {
    /// The line behind IDLE. What is not DONE is not run: it is framed as a command, so that its literals
    /// are not either, and IDLE ends with BAD.
    pub(super) fn receive_idle<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let limits = self.config.limits.commands(true);
        let (consumed, error) = match self.framer.frame(input, &limits) {
            Framed::Message { frame, .. } => {
                let cx = self.context(Mode::REV1);
                match parse_whole(frame, |frame| Done::parse_part(frame, &cx)) {
                    Ok(Done) => {
                        self.phase = Phase::Commands;
                        let Some(flight) = self.flights.last() else {
                            return Ok(Received::nothing(frame.len()));
                        };
                        let event = Event::IdleDone { ticket: flight.ticket };
                        return Ok(Received::event(frame.len(), event));
                    }
                    Err(error) => (frame.len(), PeerError::Syntax(error)),
                }
            }
            Framed::Literal { .. } => (
                self.framer.refuse(),
                PeerError::Syntax(crate::SyntaxError { rule: "DONE", at: 0 }),
            ),
            Framed::Bad { frame, fault, .. } => (frame.len(), self.fault(fault).0),
            Framed::Lost { fault, .. } => return Err(self.fail_fault(fault)),
            other => return Ok(Received::nothing(other.consumed())),
        };
        self.phase = Phase::Commands;
        let flight = self.flights.remove_last();
        let tag = flight.as_ref().map(super::Flight::tag);
        if self.framer.is_dropping() {
            self.rare().held = Some(OwnAnswer::NotDone.line(tag));
        } else {
            OwnAnswer::NotDone.push(tag, &mut self.queue);
        }
        self.settle();
        self.count_bad_command(error)?;
        let verb = flight.as_ref().and_then(|flight| flight.verb);
        let ticket = flight.map(|flight| flight.ticket);
        Ok(Received::event(consumed, Event::Rejected { ticket, verb, error }))
    }
}
