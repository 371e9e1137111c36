//! Literals that do not come inside their response.

use alloc::boxed::Box;

use mailwire_core::Received;
use mailwire_core::body::Counted;

use super::asked::FETCHES;
use super::{Client, Event, Reading, Ticket};
use crate::error::PeerError;
use crate::family::fetch::stream::{FetchHead, FetchProgress, FetchTail, parse_head, parse_tail};
use crate::framing::Part;
use crate::state::State;
use crate::{Deviations, SyntaxError, Tolerance};

/// What stands before a literal that is streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Head<'i> {
    /// A message, up to the item whose octets follow.
    Fetch(FetchHead<'i>),
}

impl Head<'_> {
    /// How many octets follow.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        match self {
            Self::Fetch(head) => head.octets(),
        }
    }
}

/// A response whose literals are streamed.
#[derive(Debug, Clone)]
pub(super) struct Streaming {
    head: FetchHead<'static>,
    of: Option<Ticket>,
}

impl Client {
    /// The header of a literal that has to be decided on: what is consumed, and the event. Nothing when it
    /// comes inside its response.
    #[allow(clippy::type_complexity)]
    pub(super) fn receive_header<'i>(
        &mut self,
        frame: &'i [u8],
        part: Part,
        size: u64,
        fits: bool,
    ) -> Result<Option<(usize, Option<Event<'i>>)>, PeerError> {
        if self.state == State::Greeting {
            return Err(self.fail(PeerError::Greeting));
        }
        let tolerance = self.tolerance();
        let (head, of, deviations) = match self.read_head(frame, part, tolerance) {
            Ok(found) => found,
            // An address or a file name of a message: it is not lost for the size of one of them.
            Err(_) if fits && is_message(frame, part) => {
                self.framer.accept();
                return Ok(None);
            }
            Err(_) => {
                let consumed = self.framer.refuse();
                self.streaming = None;
                let limit = self.config.limits.inline_literal;
                let error = PeerError::Limit { name: "inline_literal", limit: limit.into() };
                return Ok(Some((consumed, Some(Event::Invalid { frame, error, of: None }))));
            }
        };
        let unwanted = of.is_some_and(|of| {
            self.commands.iter().any(|command| command.ticket == of && command.abandoned)
        });
        if unwanted {
            self.streaming = None;
            return Ok(Some((self.framer.refuse(), None)));
        }
        let consumed = self.framer.stream();
        self.reading = Reading::Literal(Counted::new(size));
        self.streaming = Some(Box::new(Streaming { head: head.clone().into_owned(), of }));
        let event = Event::BodyBegin { head: Head::Fetch(head), of, deviations };
        Ok(Some((consumed, Some(event))))
    }

    /// What stands before a literal, with what stood before others of the same response.
    fn read_head<'i>(
        &mut self,
        frame: &'i [u8],
        part: Part,
        tolerance: Tolerance,
    ) -> Result<(FetchHead<'i>, Option<Ticket>, Deviations), SyntaxError> {
        match part {
            Part::Begin => {
                let (head, deviations) = parse_head(frame, self.mode(), tolerance)?;
                let met = core::mem::replace(&mut self.met, Deviations::EMPTY);
                Ok((head, self.only(FETCHES), deviations.union(met)))
            }
            Part::Tail => {
                let (tail, deviations) = parse_tail(frame, self.mode(), tolerance)?;
                match self.join(tail) {
                    Some((FetchProgress::More(head), of)) => Ok((head, of, deviations)),
                    _ => Err(SyntaxError { rule: "literal", at: frame.len() }),
                }
            }
        }
    }

    fn join<'i>(&mut self, tail: FetchTail<'i>) -> Option<(FetchProgress<'i>, Option<Ticket>)> {
        let Streaming { head, of } = *self.streaming.take()?;
        let head: FetchHead<'i> = head;
        Some((head.join(tail), of))
    }

    /// The end of a response behind its last streamed literal.
    pub(super) fn receive_tail<'i>(
        &mut self,
        frame: &'i [u8],
        tolerance: Tolerance,
    ) -> Option<Event<'i>> {
        let parsed = parse_tail(frame, self.mode(), tolerance);
        let error = match parsed {
            Ok((tail, deviations)) => match self.join(tail) {
                Some((FetchProgress::Done(data), of)) => {
                    return Some(Event::Response { data, of, deviations });
                }
                _ => SyntaxError { rule: "msg-att", at: 0 },
            },
            Err(error) => error,
        };
        self.streaming = None;
        Some(Event::Invalid { frame, error: PeerError::Syntax(error), of: None })
    }

    /// The next octets of a literal.
    #[inline]
    pub(super) fn receive_literal<'i>(&mut self, input: &'i [u8]) -> Received<Event<'i>> {
        let Reading::Literal(octets) = &mut self.reading else { return Received::nothing(0) };
        if octets.is_done() {
            self.reading = Reading::Responses;
            return Received::event(0, Event::BodyEnd);
        }
        match octets.take(input) {
            [] => Received::nothing(0),
            chunk => Received::event(chunk.len(), Event::BodyChunk(chunk)),
        }
    }
}

/// True for FETCH and UIDFETCH, and the rest of one.
fn is_message(frame: &[u8], part: Part) -> bool {
    part == Part::Tail || matches!(frame, [b'*', b' ', b'0'..=b'9', ..])
}
