//! Literals that do not come inside their response.

use alloc::boxed::Box;

use mailwire_core::Received;
use mailwire_core::body::Counted;
use mailwire_core::parse::{Context, Wire, parse_whole};

use super::asked::{FETCHES, METADATA};
use super::{Client, Event, Reading, Ticket};
use crate::error::PeerError;
use crate::family::fetch::stream::{FetchHead, FetchProgress, FetchTail};
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
        let cx = self.context(self.tolerance());
        let found = self.read_head(frame, part, &cx);
        if let Some(error) = self.exceeded(&cx) {
            self.streaming = None;
            let consumed = self.framer.refuse();
            return Ok(Some((consumed, Some(Event::Invalid { frame, error, of: None }))));
        }
        let (head, of, deviations) = match found {
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
        cx: &Context,
    ) -> Result<Found<'i>, SyntaxError> {
        if part == Part::Begin {
            let (head, of, deviations) = if is_message(frame, part) {
                let head = parse_whole(frame, |frame| FetchHead::parse_part(frame, cx))?;
                (Head::Fetch(head), self.only(FETCHES), cx.met())
            } else {
                let head = metadata::head_in(frame, cx)?;
                // The same form is a command, with a tag.
                if head.tag.is_some() {
                    return Err(SyntaxError { rule: "response-data", at: 0 });
                }
                (Head::Metadata(head), self.only(METADATA), cx.met())
            };
            let met = core::mem::replace(&mut self.met, Deviations::EMPTY);
            return Ok((head, of, deviations.union(met)));
        }
        let none = SyntaxError { rule: "literal", at: frame.len() };
        // What is behind it stands in the same response, so that its command is known.
        let Some(Streaming { message, of }) = self.streaming.as_deref() else { return Err(none) };
        let of = *of;
        let Some(message) = message else {
            let tail = metadata::tail_in(frame, cx)?;
            let more = tail.streamed.is_some();
            return if more { Ok((Head::MoreMetadata(tail), of, cx.met())) } else { Err(none) };
        };
        let tail = parse_whole(frame, |frame| FetchTail::parse_part(frame, cx))?;
        let message: FetchHead<'i> = message.clone();
        match message.join(tail) {
            FetchProgress::More(head) => Ok((Head::Fetch(head), of, cx.met())),
            FetchProgress::Done(_) => Err(none),
        }
    }

    /// The end of a response behind its last streamed literal.
    pub(super) fn receive_tail<'i>(
        &mut self,
        frame: &'i [u8],
        tolerance: Tolerance,
    ) -> Option<Event<'i>> {
        // Nothing is told of what was not wanted.
        let Streaming { message, of } = *self.streaming.take()?;
        let (cx, untrusted) = (self.context(tolerance), self.is_untrusted());
        let event = match message {
            None => metadata::tail_in(frame, &cx).map(|tail| {
                let deviations = cx.met();
                Event::MetadataEnd { tail, of, deviations, untrusted }
            }),
            Some(message) => {
                let message: FetchHead<'i> = message;
                let tail = parse_whole(frame, |frame| FetchTail::parse_part(frame, &cx));
                tail.and_then(|tail| match message.join(tail) {
                    FetchProgress::Done(data) => {
                        Ok(Event::Response { data, of, deviations: cx.met(), untrusted })
                    }
                    FetchProgress::More(_) => Err(SyntaxError { rule: "msg-att", at: 0 }),
                })
            }
        };
        Some(match (self.exceeded(&cx), event) {
            (None, Ok(event)) => event,
            (Some(error), _) => Event::Invalid { frame, error, of: None },
            (None, Err(error)) => {
                Event::Invalid { frame, error: PeerError::Syntax(error), of: None }
            }
        })
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
