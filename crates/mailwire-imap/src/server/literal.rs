//! Literals that are asked about: taken into their command, streamed, or refused.
//!
//! A command is parsed up to its literal first. Only where a literal belongs there the client is told to
//! go on.

use mailwire_core::body::Counted;
use mailwire_core::parse::{Context, Wire, parse_whole};
use mailwire_core::{Received, SyntaxError};

use super::answer::OwnAnswer;
use super::command::{Head, syntax};
use super::gate::{Refusal, message_size};
use super::{Body, BodyHead, Event, Flight, Owner, Phase, Server};
use crate::command::{Command, TaggedCommand, Verb};
use crate::error::PeerError;
use crate::extension::Extension;
use crate::family::metadata::stream::head_in;
use crate::framing::LiteralHeader;
use crate::tolerance::Deviation;
use crate::{Deviations, Mode};

/// What a literal at the end of a frame is, if it is allowed there.
pub(super) enum Place {
    /// A string, that comes inside its command.
    Inside,
    /// A message or a part of one, or an annotation, with its octets so far.
    Body(Owner, u64),
}

impl Server {
    /// Decides on the literal at the end of the first frame of a command. `None`: it comes inside.
    pub(super) fn take_literal<'i>(
        &mut self,
        frame: &'i [u8],
        literal: LiteralHeader,
        fits: bool,
    ) -> Result<Option<Received<Event<'i>>>, PeerError> {
        let head = Head::of(frame);
        let cx = self.context(Mode::CUT);
        if let Err(refusal) = self.gate_head(&head) {
            return self.refuse_literal(head, refusal).map(Some);
        }
        let decided = self
            .place(&head, frame, &cx)
            .and_then(|(body, place)| Ok((body, self.gate_place(place, literal, fits)?)));
        let (body, place) = match decided {
            Ok(decided) => decided,
            Err(refusal) => return self.refuse_literal(head, refusal).map(Some),
        };
        // Once the client goes on, the command must not have to wait.
        let traits = head.most_traits();
        if self.must_wait(head.verb, traits) {
            self.flags.waits = true;
            return Ok(Some(Received::nothing(0)));
        }
        match (place, body) {
            (Place::Body(owner, octets), Some((body, deviations))) => {
                let ticket = self.new_ticket();
                let tag = head.tag.unwrap_or_default();
                self.flights.push(Flight::new(ticket, tag, head.verb, traits));
                self.offer(owner, octets, literal);
                self.flags.spoken = true;
                let size = literal.size;
                let event = Event::BodyWanted { ticket, head: body, size, deviations };
                Ok(Some(Received::event(0, event)))
            }
            _ => {
                self.take_inside(literal);
                Ok(None)
            }
        }
    }

    /// What the literal at the end of a frame is, and what stands before a body.
    fn place<'i>(
        &self,
        head: &Head<'i>,
        frame: &'i [u8],
        cx: &Context,
    ) -> Result<(Option<(BodyHead<'i>, Deviations)>, Place), Refusal> {
        let parsed = parse_whole(frame, |frame| TaggedCommand::parse_part(frame, cx));
        if let Some(refusal) = self.exceeded(cx) {
            return Err(refusal);
        }
        match parsed {
            Ok(TaggedCommand { tag, command }) => {
                self.gate(&command)?;
                let place = place(&command);
                Ok((Some((BodyHead::Command { tag, command }, cx.met())), place))
            }
            Err(error) if is_complete_before(error, frame) => {
                if head.verb == Some(Verb::SetMetadata) {
                    let tolerance = self.config.tolerance.without(Deviation::InvalidItem);
                    let cx = self.context_with(tolerance, Mode::REV1);
                    let parsed = head_in(frame, &cx);
                    if let Some(refusal) = self.exceeded(&cx) {
                        return Err(refusal);
                    }
                    if let Ok(head) = parsed {
                        self.gate_annotations(&head.mailbox)?;
                        let met = cx.met();
                        let size = head.streamed.literal.size;
                        let place = Place::Body(Owner::Annotation, size);
                        return Ok((Some((BodyHead::Metadata(head), met)), place));
                    }
                }
                Ok((None, Place::Inside))
            }
            Err(error) => Err(syntax(error)),
        }
    }

    /// The literal comes inside its command.
    pub(super) fn take_inside(&mut self, literal: LiteralHeader) {
        self.framer.accept();
        if literal.sync {
            self.queue.push(b"+ OK\r\n");
        }
    }

    /// The application decides on a body.
    pub(super) fn offer(&mut self, owner: Owner, octets: u64, literal: LiteralHeader) {
        self.phase = Phase::BodyOffered(Body {
            left: Counted::new(literal.size),
            size: literal.size,
            octets,
            owner,
            sync: literal.sync,
            binary: literal.binary,
            refused: false,
        });
    }

    /// Checks the size of a literal that has a place; a small message comes inside its command.
    pub(super) fn gate_place(
        &self,
        place: Place,
        literal: LiteralHeader,
        fits: bool,
    ) -> Result<Place, Refusal> {
        let limits = &self.config.limits;
        let too_large = |name, limit: u32| {
            let error = PeerError::Limit { name, limit: limit.into() };
            Err((error, OwnAnswer::LiteralTooLarge))
        };
        let free = literal.sync || self.config.offers(Extension::LiteralPlus);
        if !free && literal.size > limits.nonsync_literal.into() {
            return too_large("nonsync_literal", limits.nonsync_literal);
        }
        if let Place::Body(_, octets) = place {
            self.gate_size(octets)?;
            let inside = fits && literal.size <= limits.inline_literal.into();
            return Ok(if inside { Place::Inside } else { place });
        }
        let early = !self.state.is_authenticated();
        if early && literal.size > limits.literal_early.into() {
            return too_large("literal_early", limits.literal_early);
        }
        if literal.size > limits.literal.into() {
            return too_large("literal", limits.literal);
        }
        if !fits {
            return Err(self.fault(crate::framing::Fault::Message));
        }
        Ok(Place::Inside)
    }

    /// Refuses the literal, and the command with it. A synchronizing one does not come; the octets of
    /// another one are dropped before the answer.
    fn refuse_literal<'i>(
        &mut self,
        head: Head<'_>,
        refusal: Refusal,
    ) -> Result<Received<Event<'i>>, PeerError> {
        let consumed = self.framer.refuse();
        self.reject(head, consumed, refusal)
    }
}

/// True when nothing is wrong with a frame but that the octets of its literal are missing.
pub(super) const fn is_complete_before(error: SyntaxError, frame: &[u8]) -> bool {
    error.at >= frame.len()
}

/// What the literal at the end of a command is.
fn place(command: &Command<'_>) -> Place {
    let message = match command {
        Command::Append(append) => append.under().zip(append.messages().last()),
        Command::Replace(replace) | Command::UidReplace(replace) => {
            replace.new.under().map(|under| (under, &replace.new))
        }
        _ => None,
    };
    message.map_or(Place::Inside, |(under, message)| {
        Place::Body(Owner::Message(under), message_size(message))
    })
}
