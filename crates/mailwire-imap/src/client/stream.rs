//! Literals that do not come inside their response.

use alloc::boxed::Box;

use mailwire_core::Received;
use mailwire_core::body::Counted;

use super::asked::{FETCHES, METADATA};
use super::{Client, Event, Reading, Ticket};
use crate::error::PeerError;
use crate::family::fetch::stream::{self as fetch, FetchHead, FetchProgress};
use crate::family::metadata::stream::{self as metadata, MetadataHead, MetadataTail};
use crate::framing::Part;
use crate::state::State;
use crate::{Deviations, SyntaxError, Tolerance};

/// What stands before a literal that is streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
// Most are messages.
#[allow(clippy::large_enum_variant)]
pub enum Head<'i> {
    /// A message, up to the item whose octets follow.
    Fetch(FetchHead<'i>),
    /// Annotations, up to the one whose octets follow.
    Metadata(MetadataHead<'i>),
    /// Annotations behind one that was streamed, up to another whose octets follow.
    MoreMetadata(MetadataTail<'i>),
}

impl Head<'_> {
    /// How many octets follow.
    #[must_use]
    pub fn octets(&self) -> u64 {
        match self {
            Self::Fetch(head) => head.octets(),
            Self::Metadata(head) => head.streamed.literal.size,
            Self::MoreMetadata(tail) => {
                tail.streamed.as_ref().map_or(0, |streamed| streamed.literal.size)
            }
        }
    }
}

/// A response whose literals are streamed.
#[derive(Debug, Clone)]
pub(super) struct Streaming {
    /// The message so far; annotations are told as they come.
    message: Option<FetchHead<'static>>,
    of: Option<Ticket>,
}

/// What stands before a literal, the command that it is of, and the deviations met.
type Found<'i> = (Head<'i>, Option<Ticket>, Deviations);

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
        let message = match &head {
            Head::Fetch(head) => Some(head.clone().into_owned()),
            Head::Metadata(_) | Head::MoreMetadata(_) => None,
        };
        self.streaming = Some(Box::new(Streaming { message, of }));
        let untrusted = self.is_untrusted();
        Ok(Some((consumed, Some(Event::BodyBegin { head, of, deviations, untrusted }))))
    }

    /// What stands before a literal, with what stood before others of the same response.
    fn read_head<'i>(
        &mut self,
        frame: &'i [u8],
        part: Part,
        tolerance: Tolerance,
    ) -> Result<Found<'i>, SyntaxError> {
        let mode = self.mode();
        if part == Part::Begin {
            let (head, of, deviations) = if is_message(frame, part) {
                let (head, deviations) = fetch::parse_head(frame, mode, tolerance)?;
                (Head::Fetch(head), self.only(FETCHES), deviations)
            } else {
                let (head, deviations) = metadata::parse_head(frame, mode, tolerance)?;
                // The same form is a command, with a tag.
                if head.tag.is_some() {
                    return Err(SyntaxError { rule: "response-data", at: 0 });
                }
                (Head::Metadata(head), self.only(METADATA), deviations)
            };
            let met = core::mem::replace(&mut self.met, Deviations::EMPTY);
            return Ok((head, of, deviations.union(met)));
        }
        let none = SyntaxError { rule: "literal", at: frame.len() };
        // What is behind it stands in the same response, so that its command is known.
        let Some(Streaming { message, of }) = self.streaming.as_deref() else { return Err(none) };
        let of = *of;
        let Some(message) = message else {
            let (tail, deviations) = metadata::parse_tail(frame, mode, tolerance)?;
            let more = tail.streamed.is_some();
            return if more { Ok((Head::MoreMetadata(tail), of, deviations)) } else { Err(none) };
        };
        let (tail, deviations) = fetch::parse_tail(frame, mode, tolerance)?;
        let message: FetchHead<'i> = message.clone();
        match message.join(tail) {
            FetchProgress::More(head) => Ok((Head::Fetch(head), of, deviations)),
            FetchProgress::Done(_) => Err(none),
        }
    }

    /// The end of a response behind its last streamed literal.
    pub(super) fn receive_tail<'i>(
        &mut self,
        frame: &'i [u8],
        tolerance: Tolerance,
    ) -> Option<Event<'i>> {
        let (mode, untrusted) = (self.mode(), self.is_untrusted());
        // Nothing is told of what was not wanted.
        let Streaming { message, of } = *self.streaming.take()?;
        let invalid =
            |error| Some(Event::Invalid { frame, error: PeerError::Syntax(error), of: None });
        let Some(message) = message else {
            return match metadata::parse_tail(frame, mode, tolerance) {
                Ok((tail, deviations)) => {
                    Some(Event::MetadataEnd { tail, of, deviations, untrusted })
                }
                Err(error) => invalid(error),
            };
        };
        let message: FetchHead<'i> = message;
        match fetch::parse_tail(frame, mode, tolerance) {
            Ok((tail, deviations)) => match message.join(tail) {
                FetchProgress::Done(data) => {
                    Some(Event::Response { data, of, deviations, untrusted })
                }
                FetchProgress::More(_) => invalid(SyntaxError { rule: "msg-att", at: 0 }),
            },
            Err(error) => invalid(error),
        }
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
