//! Message bodies of a server: DATA with its dots, BDAT by count. RFC 5321 section 4.5.2, RFC 3030.

use mailwire_core::Received;
use mailwire_core::body::{Counted, DotDecoder, Findings, Inspected};

use super::answer::OwnAnswer;
use super::{BareNewlines, Barrier, BodyEnd, Chunk, Due, Event, Phase, Protocol, Refusal, Server};
use crate::command::Verb;
use crate::error::{PeerError, UsageError};
use crate::family::bdat::Bdat;
use crate::reply::Reply;
use crate::state::{Outcome, State};

impl Server {
    /// Accepts the body of DATA (354 goes out) or the octets of BDAT.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is offered or earlier answers are owed.
    pub fn accept_body(&mut self) -> Result<(), UsageError> {
        match self.offered_body()? {
            None => {
                let enhanced = self.enhanced();
                OwnAnswer::StartInput.push(&mut self.queue, enhanced);
                let look_for = Findings::BARE.union(self.config.look_for);
                self.size = 0;
                self.phase = Phase::Dotted(DotDecoder::new(look_for));
            }
            Some(chunk) => {
                if self.state == State::Rcpt {
                    self.size = 0;
                }
                self.phase = Phase::Counted(chunk);
            }
        }
        Ok(())
    }

    /// Refuses the body of DATA, or a chunk of BDAT: its octets are dropped first.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is offered or earlier answers are owed;
    /// [`UsageError::WrongReply`] for a reply that is not negative.
    pub fn reject_body(&mut self, reply: &Reply<'_>) -> Result<(), UsageError> {
        let chunk = self.offered_body()?;
        if reply.code().number() < 400 {
            return Err(UsageError::WrongReply { code: reply.code().number(), what: "a refusal" });
        }
        match chunk {
            None => {
                self.push_reply(reply);
                self.state = self.state.after(Verb::Data, Outcome::Refused);
                self.barrier = Barrier::RefusedData;
                self.phase = Phase::Commands;
                self.close_on(reply.code());
                self.settle();
            }
            Some(chunk) => {
                self.held = Some(reply.as_wire().into());
                let chunk = Chunk { refusal: Some(Refusal::Held), ..chunk };
                self.phase = Phase::Counted(chunk);
            }
        }
        Ok(())
    }

    fn offered_body(&self) -> Result<Option<Chunk>, UsageError> {
        let due = matches!(self.owed.first(), Some(Due::Verb(Verb::Data | Verb::Bdat)));
        match self.phase {
            Phase::BodyOffered(chunk) if due => Ok(chunk),
            _ => Err(UsageError::NotNow { what: "a decision on a body" }),
        }
    }

    /// Refuses a chunk that is not allowed here. Its octets are dropped and never run as commands;
    /// the answer goes out behind them, as RFC 3030 section 2 asks.
    pub(super) fn discard_chunk<'i>(
        &mut self,
        bdat: Bdat,
        line: &'i [u8],
        consumed: usize,
        error: PeerError,
        answer: OwnAnswer,
    ) -> Result<Received<Event<'i>>, PeerError> {
        self.count_bad_command(error)?;
        let limit = self.config.limits.message;
        if bdat.size > limit.saturating_mul(2) {
            return Err(self.fail(PeerError::Limit { name: "message", limit }));
        }
        let octets = Counted::new(bdat.size);
        let refusal = Some(Refusal::Own(answer));
        self.phase = Phase::Counted(Chunk { octets, last: bdat.last, refusal });
        Ok(Received::event(consumed, Event::Rejected { line, error }))
    }

    /// The octets of a refused chunk are gone.
    fn end_refused(&mut self, last: bool, refusal: Refusal) {
        self.phase = Phase::Commands;
        // RFC 2033 section 4.3: in LMTP the last chunk has a reply for each recipient.
        let each = last && self.config.protocol == Protocol::Lmtp;
        let replies = if each { self.recipients.max(1) } else { 1 };
        let mut closes = false;
        match refusal {
            Refusal::Own(answer) => (0..replies).for_each(|_| self.answer(answer)),
            Refusal::Held => {
                let reply = self.held.take().unwrap_or_default();
                closes = reply.starts_with(b"421");
                // 421 is the last word, and the same for every recipient.
                let replies = if closes { 1 } else { replies };
                (0..replies).for_each(|_| self.queue.push(&reply));
                self.settle();
            }
        }
        let outcome = if last { Outcome::Completed } else { Outcome::Refused };
        self.state = self.state.after(Verb::Bdat, outcome);
        if self.state == State::Ready {
            self.recipients = 0;
        }
        if closes {
            self.state = State::Closed;
        }
    }

    /// The part of `data` that is within the limit; what is over it is counted and not shown.
    /// `None` when the message has twice as many octets as it may have, and the session is over.
    fn count<'i>(&mut self, data: Inspected<'i>) -> Option<Inspected<'i>> {
        let limit = self.config.limits.message;
        let room = usize::try_from(limit.saturating_sub(self.size)).unwrap_or(usize::MAX);
        self.size = self.size.saturating_add(data.len() as u64);
        if self.size > limit.saturating_mul(2) {
            self.fail(PeerError::Limit { name: "message", limit });
            // What fits is shown all the same: the events are those of single octets.
            return Some(data.first(room)).filter(|fits| !fits.is_empty());
        }
        Some(data.first(room))
    }

    /// The next octets of DATA.
    pub(super) fn receive_dotted<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let mut taken = 0;
        loop {
            let Phase::Dotted(decoder) = &mut self.phase else {
                return Ok(Received::nothing(taken));
            };
            let dotted = decoder.decode(input.get(taken..).unwrap_or_default());
            let findings = decoder.found();
            taken = taken.saturating_add(dotted.consumed);
            // What is too large is counted and not shown.
            if !dotted.data.is_empty() {
                let Some(fits) = self.count(dotted.inspected()) else {
                    return self.error.map_or(Ok(Received::nothing(taken)), Err);
                };
                if !fits.is_empty() {
                    return Ok(Received::event(taken, Event::BodyChunk(fits)));
                }
            }
            if dotted.end {
                return Ok(self.end_dotted(taken, findings));
            }
            if dotted.data.is_empty() && taken >= input.len() {
                return Ok(Received::nothing(taken));
            }
        }
    }

    fn end_dotted<'i>(&mut self, consumed: usize, findings: Findings) -> Received<Event<'i>> {
        let limit = self.config.limits.message;
        let bare = findings.intersects(Findings::BARE)
            && self.config.bare_newlines == BareNewlines::Refuse;
        let refused = if self.size > limit {
            Some((PeerError::Limit { name: "message", limit }, OwnAnswer::TooLarge))
        } else if bare {
            Some((PeerError::BareNewline, OwnAnswer::BareNewline))
        } else {
            None
        };
        self.phase = Phase::Commands;
        self.end_message(refused.map(|(_, answer)| answer));
        let end = BodyEnd {
            size: self.size,
            findings,
            last: true,
            refused: refused.map(|(error, _)| error),
        };
        Received::event(consumed, Event::BodyEnd(end))
    }

    /// The message is whole: its results are owed, or are the machine's own refusal.
    fn end_message(&mut self, refused: Option<OwnAnswer>) {
        let each = self.config.protocol == Protocol::Lmtp;
        // What is first is the DATA or the BDAT itself.
        self.owed.pop();
        if self.flags.prdr && !each && refused.is_none() {
            let enhanced = self.enhanced();
            OwnAnswer::PerRecipient.push(&mut self.queue, enhanced);
            self.results = self.recipients.saturating_add(1);
        } else {
            self.results = if each { self.recipients } else { 1 };
        }
        match refused {
            None => self.owed.push(Due::Results),
            Some(answer) => {
                let enhanced = self.enhanced();
                for _ in 0..self.results {
                    answer.push(&mut self.queue, enhanced);
                }
                self.complete();
            }
        }
    }

    /// The transaction is over.
    pub(super) fn complete(&mut self) {
        self.results = 0;
        self.recipients = 0;
        // BDAT completes where DATA does, and from `Chunks` too.
        self.state = self.state.after(Verb::Bdat, Outcome::Completed);
    }

    /// The next octets of BDAT.
    pub(super) fn receive_counted<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let Phase::Counted(chunk) = &mut self.phase else { return Ok(Received::nothing(0)) };
        let data = chunk.octets.take(input);
        let Chunk { octets, last, refusal } = *chunk;
        if let Some(refusal) = refusal {
            if octets.is_done() {
                self.end_refused(last, refusal);
                if data.is_empty() {
                    // A chunk of no octets takes nothing, and the next command may be here already.
                    return self.receive_once(input);
                }
            }
            return Ok(Received::nothing(data.len()));
        }
        if !data.is_empty() {
            let Some(fits) = self.count(data.into()) else {
                return self.error.map_or(Ok(Received::nothing(data.len())), Err);
            };
            if !fits.is_empty() {
                return Ok(Received::event(data.len(), Event::BodyChunk(fits)));
            }
        }
        if !octets.is_done() {
            return Ok(Received::nothing(data.len()));
        }
        self.phase = Phase::Commands;
        let limit = self.config.limits.message;
        let refused = (self.size > limit).then_some(PeerError::Limit { name: "message", limit });
        match (last, refused) {
            (true, _) => self.end_message(refused.map(|_| OwnAnswer::TooLarge)),
            (false, Some(_)) => {
                self.owed.pop();
                self.answer(OwnAnswer::TooLarge);
                self.state = self.state.after(Verb::Bdat, Outcome::Refused);
            }
            // The chunk is answered like a command.
            (false, None) => {}
        }
        let end = BodyEnd { size: self.size, findings: Findings::NONE, last, refused };
        Ok(Received::event(data.len(), Event::BodyEnd(end)))
    }
}
