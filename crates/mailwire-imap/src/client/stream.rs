//! Literals that do not come inside their response.

use alloc::boxed::Box;

use mailwire_core::Received;
use mailwire_core::body::Counted;
use mailwire_core::parse::{Context, Wire, parse_whole};

use super::asked::{FETCHES, METADATA, URL_FETCH};
use super::{Client, Event, Reading, Ticket};
use crate::error::PeerError;
use crate::family::fetch::stream::{FetchHead, FetchProgress, FetchTail};
use crate::family::metadata::stream::{self as metadata, MetadataHead, MetadataTail};
use crate::family::urlauth::stream::{self as urls, UrlFetchHead, UrlFetchTail, UrlPlace};
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
    /// What URLs point at, up to the one whose octets follow.
    UrlFetch(UrlFetchHead<'i>),
    /// What URLs point at behind one that was streamed, up to more octets that follow.
    MoreUrlFetch(UrlFetchTail<'i>),
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
            Self::UrlFetch(head) => head.streamed.literal.size,
            Self::MoreUrlFetch(tail) => {
                tail.streamed.as_ref().map_or(0, |streamed| streamed.literal.size)
            }
        }
    }
}

/// A response whose literals are streamed.
#[derive(Debug, Clone)]
pub(super) struct Streaming {
    under: Under,
    of: Option<Ticket>,
}

/// What a streamed literal is in.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // It is boxed with what holds it.
enum Under {
    /// A message, as far as it came.
    Message(FetchHead<'static>),
    /// Annotations, which are told as they come.
    Metadata,
    /// What URLs point at, which is told as it comes too.
    UrlFetch(UrlPlace),
}

impl Under {
    fn of(head: &Head<'_>) -> Self {
        match head {
            Head::Fetch(head) => Self::Message(head.clone().into_owned()),
            Head::Metadata(_) | Head::MoreMetadata(_) => Self::Metadata,
            Head::UrlFetch(head) => Self::UrlFetch(head.streamed.place),
            Head::MoreUrlFetch(tail) => {
                let streamed = tail.streamed.as_ref();
                Self::UrlFetch(streamed.map_or(UrlPlace::Octets, |streamed| streamed.place))
            }
        }
    }
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
            Err(_) if fits && (is_message(frame, part) || is_url_fetch(frame)) => {
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
        self.streaming = Some(Box::new(Streaming { under: Under::of(&head), of }));
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
            } else if is_url_fetch(frame) {
                let head = urls::head_in(frame, cx)?;
                (Head::UrlFetch(head), self.only(URL_FETCH), cx.met())
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
        let Some(Streaming { under, of }) = self.streaming.as_deref() else { return Err(none) };
        let head = match under {
            Under::Metadata => {
                let tail = metadata::tail_in(frame, cx)?;
                tail.streamed.is_some().then_some(Head::MoreMetadata(tail))
            }
            Under::UrlFetch(place) => {
                let tail = urls::tail_in(frame, *place, cx)?;
                tail.streamed.is_some().then_some(Head::MoreUrlFetch(tail))
            }
            Under::Message(message) => {
                let tail = parse_whole(frame, |frame| FetchTail::parse_part(frame, cx))?;
                let message: FetchHead<'i> = message.clone();
                match message.join(tail) {
                    FetchProgress::More(head) => Some(Head::Fetch(head)),
                    FetchProgress::Done(_) => None,
                }
            }
        };
        head.map(|head| (head, *of, cx.met())).ok_or(none)
    }

    /// The end of a response behind its last streamed literal.
    pub(super) fn receive_tail<'i>(
        &mut self,
        frame: &'i [u8],
        tolerance: Tolerance,
    ) -> Option<Event<'i>> {
        // Nothing is told of what was not wanted.
        let Streaming { under, of } = *self.streaming.take()?;
        let (cx, untrusted) = (self.context(tolerance), self.is_untrusted());
        let event = match under {
            Under::Metadata => metadata::tail_in(frame, &cx).map(|tail| {
                let deviations = cx.met();
                Event::MetadataEnd { tail, of, deviations, untrusted }
            }),
            Under::UrlFetch(place) => urls::tail_in(frame, place, &cx).map(|tail| {
                let deviations = cx.met();
                Event::UrlFetchEnd { tail, of, deviations, untrusted }
            }),
            Under::Message(message) => {
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

/// True for URLFETCH.
fn is_url_fetch(frame: &[u8]) -> bool {
    let word = frame.strip_prefix(b"*").unwrap_or_default().trim_ascii_start();
    word.get(..8).is_some_and(|word| word.eq_ignore_ascii_case(b"URLFETCH"))
}
