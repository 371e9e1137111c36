//! What is streamed in: messages (APPEND, MULTIAPPEND, CATENATE, REPLACE) and annotations (SETMETADATA).
//! RFC 9051 section 6.3.12, RFC 5464 section 4.3.

use mailwire_core::parse::Context;
use mailwire_core::{Received, SyntaxError};

use super::answer::OwnAnswer;
use super::command::syntax;
use super::gate::{Refusal, message_size, parts_size};
use super::literal::{Place, is_complete_before};
use super::{Body, BodyEnd, BodyHead, CommandTail, Event, Owner, Phase, Server};
use crate::error::{PeerError, UsageError};
use crate::family::append::AppendTail;
use crate::family::metadata::stream::tail_in;
use crate::framing::Framed;
use crate::status::{Status, StatusKind};
use crate::tolerance::Deviation;
use crate::{Deviations, Mode, Tolerance};

/// A body with NUL that is no literal8.
const NUL: PeerError = PeerError::Syntax(SyntaxError { rule: "CHAR8", at: 0 });

/// What follows a body, the deviations in it, and what the body at its end is.
type Tail<'i> = (CommandTail<'i>, Deviations, Place);

impl Server {
    /// Accepts the body that [`Event::BodyWanted`] offers. A client that waits is told to go on.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is offered.
    pub fn accept_body(&mut self) -> Result<(), UsageError> {
        let body = self.offered_body()?;
        self.skip = u32::try_from(self.framer.stream()).unwrap_or(u32::MAX);
        if body.sync {
            self.queue.push(b"+ OK\r\n");
        }
        self.phase = Phase::Body(body);
        Ok(())
    }

    /// Refuses the body that [`Event::BodyWanted`] offers, and its command. A client that waits does not
    /// send it; the octets of another one are dropped before the answer, however many were announced:
    /// [`Limits::message`](crate::Limits::message) is what bounds them.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is offered; [`UsageError::WrongAnswer`] for a status that is
    /// neither NO nor BAD.
    pub fn reject_body(&mut self, status: &Status<'_>) -> Result<(), UsageError> {
        self.offered_body()?;
        if !matches!(status.kind(), StatusKind::No | StatusKind::Bad) {
            return Err(UsageError::WrongAnswer { what: "an offered body" });
        }
        self.skip = u32::try_from(self.framer.refuse_whole()).unwrap_or(u32::MAX);
        self.phase = Phase::Commands;
        let Some(flight) = self.flights.remove_last() else { return Ok(()) };
        if self.framer.is_dropping() {
            let mut line = flight.tag().to_vec();
            line.push(b' ');
            line.extend_from_slice(&status.to_bytes_in(self.mode()));
            line.extend_from_slice(b"\r\n");
            self.rare().held = Some(line);
        } else {
            self.push_status(flight.tag(), status);
        }
        self.settle();
        Ok(())
    }

    fn offered_body(&self) -> Result<Body, UsageError> {
        match self.phase {
            Phase::BodyOffered(body) if !self.is_streaming() => Ok(body),
            _ => Err(UsageError::NotNow { what: "a decision on a body" }),
        }
    }

    /// The next octets of a body.
    pub(super) fn receive_body<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let nul_is_good = self.config.tolerance.allowed().contains(Deviation::NulInLiteral);
        let Phase::Body(body) = &mut self.phase else { return Ok(Received::nothing(0)) };
        if body.left.is_done() {
            let body = *body;
            self.phase = Phase::Tail(body);
            let size = body.size;
            let refused = body.refused.then_some(NUL);
            return Ok(Received::event(0, Event::BodyEnd(BodyEnd { size, refused })));
        }
        let chunk = body.left.take(input);
        if chunk.is_empty() {
            return Ok(Received::nothing(0));
        }
        let nul = !body.binary && !nul_is_good && memchr::memchr(0, chunk).is_some();
        body.refused |= nul;
        Ok(Received::event(chunk.len(), Event::BodyChunk(chunk)))
    }

    /// What follows a body: the end of the command, or what stands before the next one.
    pub(super) fn receive_tail<'i>(
        &mut self,
        input: &'i [u8],
        body: Body,
    ) -> Result<Received<Event<'i>>, PeerError> {
        let limits = self.config.limits.commands(true);
        loop {
            return match self.framer.frame(input, &limits) {
                Framed::More => Ok(Received::nothing(0)),
                Framed::Skip { consumed }
                | Framed::Blank { consumed, .. }
                | Framed::Dropped { consumed } => Ok(Received::nothing(consumed)),
                Framed::Literal { frame, literal, fits, .. } => {
                    let decided = self.tail_place(frame, body).and_then(|(tail, met, place)| {
                        self.gate_place(place, literal, fits).map(|place| (tail, met, place))
                    });
                    match decided {
                        Ok((Some(tail), deviations, Place::Body(owner, octets))) => {
                            self.offer(owner, octets, literal);
                            let Some(flight) = self.flights.last() else { continue };
                            let (ticket, size) = (flight.ticket, literal.size);
                            let head = BodyHead::Tail(tail);
                            let event = Event::BodyWanted { ticket, head, size, deviations };
                            Ok(Received::event(0, event))
                        }
                        Ok(_) => {
                            self.take_inside(literal);
                            continue;
                        }
                        Err(refusal) => {
                            let consumed = self.framer.refuse();
                            self.reject_tail(consumed, refusal)
                        }
                    }
                }
                Framed::Bad { frame, fault, .. } => {
                    let refusal = self.fault(fault);
                    self.reject_tail(frame.len(), refusal)
                }
                Framed::Lost { fault, .. } => Err(self.fail_fault(fault)),
                Framed::Message { frame, .. } => match self.whole_tail(frame, body) {
                    Ok((tail, deviations)) => {
                        self.phase = Phase::Commands;
                        let Some(flight) = self.flights.last() else { continue };
                        let ticket = flight.ticket;
                        let event = Event::CommandEnd { ticket, tail, deviations };
                        Ok(Received::event(frame.len(), event))
                    }
                    Err(refusal) => self.reject_tail(frame.len(), refusal),
                },
            };
        }
    }

    /// What a frame that ends in the header of a literal has before it.
    fn tail_place<'i>(
        &self,
        frame: &'i [u8],
        body: Body,
    ) -> Result<(Option<CommandTail<'i>>, Deviations, Place), Refusal> {
        match self.parse_tail(frame, body, Mode::CUT) {
            Ok(Ok((tail, met, place))) => Ok((Some(tail), met, place)),
            Ok(Err(error)) if is_complete_before(error, frame) => {
                Ok((None, Deviations::EMPTY, Place::Inside))
            }
            Ok(Err(error)) => Err(syntax(error)),
            Err(refusal) => Err(refusal),
        }
    }

    /// The end of a command behind a body.
    fn whole_tail<'i>(
        &self,
        frame: &'i [u8],
        body: Body,
    ) -> Result<(CommandTail<'i>, Deviations), Refusal> {
        let (tail, met, _) = self.parse_tail(frame, body, Mode::REV1)?.map_err(syntax)?;
        Ok((tail, met))
    }

    /// What follows a body, parsed and checked, and what the body at its end is.
    fn parse_tail<'i>(
        &self,
        frame: &'i [u8],
        body: Body,
        more: Mode,
    ) -> Result<Result<Tail<'i>, SyntaxError>, Refusal> {
        if body.refused {
            return Err((NUL, OwnAnswer::to(&NUL)));
        }
        match body.owner {
            Owner::Message(under) => match self.parse_with(more, self.config.tolerance, |cx| {
                AppendTail::parse_frame(frame, under, cx)
            })? {
                Ok((tail, met)) => {
                    let octets = self.gate_tail(&tail, body)?;
                    let place = tail
                        .under()
                        .map_or(Place::Inside, |under| Place::Body(Owner::Message(under), octets));
                    Ok(Ok((CommandTail::Append(tail), met, place)))
                }
                Err(error) => Ok(Err(error)),
            },
            Owner::Annotation => {
                let tolerance = self.config.tolerance.without(Deviation::InvalidItem);
                let parsed = self.parse_with(more, tolerance, |cx| tail_in(frame, cx))?;
                Ok(parsed.map(|(tail, met)| {
                    let place = tail.streamed.as_ref().map_or(Place::Inside, |value| {
                        Place::Body(Owner::Annotation, value.literal.size)
                    });
                    (CommandTail::Metadata(tail), met, place)
                }))
            }
        }
    }

    /// Parses what follows a body, within the limits.
    fn parse_with<T>(
        &self,
        more: Mode,
        tolerance: Tolerance,
        parse: impl FnOnce(&Context) -> Result<T, SyntaxError>,
    ) -> Result<Result<(T, Deviations), SyntaxError>, Refusal> {
        let cx = self.context_with(tolerance, more);
        let parsed = parse(&cx);
        match self.exceeded(&cx) {
            Some(refusal) => Err(refusal),
            None => Ok(parsed.map(|value| (value, cx.met()))),
        }
    }

    /// Checks what follows a body; gives the octets of the last message in it.
    fn gate_tail(&self, tail: &AppendTail<'_>, body: Body) -> Result<u64, Refusal> {
        self.gate_parts(tail.parts())?;
        let message = body.octets.saturating_add(parts_size(tail.parts()));
        self.gate_size(message)?;
        // REPLACE has one message.
        let single =
            self.flights.last().is_none_or(|flight| flight.verb != Some(crate::Verb::Append));
        if single && !tail.messages().is_empty() {
            return Err(syntax(SyntaxError { rule: "CRLF", at: 0 }));
        }
        self.gate_more(tail.messages())?;
        Ok(tail.messages().last().map_or(message, message_size))
    }

    /// Refuses a command behind a body.
    fn reject_tail<'i>(
        &mut self,
        consumed: usize,
        (error, answer): Refusal,
    ) -> Result<Received<Event<'i>>, PeerError> {
        self.phase = Phase::Commands;
        let flight = self.flights.remove_last();
        let tag = flight.as_ref().map(super::Flight::tag);
        if self.framer.is_dropping() {
            self.rare().held = Some(answer.line(tag));
        } else {
            answer.push(tag, &mut self.queue);
        }
        self.settle();
        self.count_bad_command(error)?;
        let verb = flight.as_ref().and_then(|flight| flight.verb);
        let ticket = flight.map(|flight| flight.ticket);
        Ok(Received::event(consumed, Event::Rejected { ticket, verb, error }))
    }
}
