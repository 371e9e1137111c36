//! What an answer means: which command it ends, and what that changes.

use mailwire_core::Received;
use mailwire_core::body::{DotDecoder, Findings};
use mailwire_core::line::LineEnding;
use mailwire_core::parse::Context;

use super::{Client, Event, Pending, Phase, Ticket};
use crate::Deviations;
use crate::answer::{Answer, Expect, InvalidItem, Item, Listing};
use crate::command::Verb;
use crate::error::PeerError;
use crate::extension::{Extension, Extensions};
use crate::family::greeting::Greeting;
use crate::family::list::ListItem;
use crate::framing::{Listed, ListingFramer};
use crate::state::{Outcome, State};
use crate::tolerance::Deviation;
use mailwire_core::TlsPolicy;

impl Client {
    pub(super) fn take_greeting<'i>(&mut self, greeting: Greeting<'i>) -> Event<'i> {
        self.stamp = greeting.stamp().map(crate::element::apop::Stamp::into_owned);
        self.state = if greeting.is_ready() { State::Authorization } else { State::Closed };
        self.planned = self.state;
        Event::Greeting(greeting)
    }

    /// Takes an answer to the first command.
    pub(super) fn take_answer<'i>(
        &mut self,
        answer: Answer<'i>,
        command: Pending,
        deviations: Deviations,
    ) -> Result<Event<'i>, PeerError> {
        let Pending { ticket, verb, expect, .. } = command;
        match (answer, expect) {
            (Answer::Challenge(challenge), _) => {
                let limit = self.config.limits.auth_rounds;
                if self.auth_rounds >= limit {
                    let error = PeerError::Limit { name: "auth_rounds", limit: limit.into() };
                    return Err(self.fail(error));
                }
                self.auth_rounds = self.auth_rounds.saturating_add(1);
                self.phase = Phase::AuthChallenged;
                Ok(Event::AuthChallenge { ticket, challenge, deviations })
            }
            (Answer::Ok(response), Expect::Listing(listing)) => {
                if listing == Listing::Capabilities {
                    self.collected = Extensions::none();
                }
                self.phase = Phase::Listing { listing, framer: ListingFramer::new(), ticket };
                Ok(Event::ListBegin { ticket, response, deviations })
            }
            (Answer::Ok(response), Expect::Message) => {
                self.phase = Phase::Body(DotDecoder::new(self.config.look_for), 0);
                Ok(Event::BodyBegin { ticket, response, deviations })
            }
            (answer, _) => {
                self.end_first();
                if let Some(verb) = verb {
                    self.apply(verb, expect, answer.is_ok())?;
                }
                Ok(Event::Response { ticket, answer, deviations })
            }
        }
    }

    /// What the end of an answer changes.
    fn apply(&mut self, verb: Verb, expect: Expect, positive: bool) -> Result<(), PeerError> {
        let outcome = match (verb, positive) {
            (Verb::Auth, true) if expect == Expect::Exchange => Outcome::Completed,
            (_, true) => Outcome::Accepted,
            (_, false) => Outcome::Refused,
        };
        let before = self.state;
        self.state = self.state.after(verb, outcome);
        if self.state == State::Transaction && before != self.state {
            self.extensions.authenticated();
        }
        let required = self.config.tls == TlsPolicy::Required && !self.flags.tls;
        match verb {
            // Bytes behind it are refused with the next call, whether they are here already or not.
            Verb::Stls if positive => self.phase = Phase::Tls(false),
            Verb::Stls if required => return Err(self.fail(PeerError::TlsRefused)),
            Verb::Capa if required && !self.extensions.has(Extension::Stls) => {
                return Err(self.fail(PeerError::TlsUnavailable));
            }
            Verb::Utf8 if positive => self.flags.utf8 = true,
            Verb::Auth => self.auth_rounds = 0,
            // The session ends with the answer, whatever that is.
            Verb::Quit => self.abandon(),
            _ => {}
        }
        Ok(())
    }

    /// The next line of a listing of sizes, when it is as almost all are and nothing else is due. A
    /// maildrop can have very many of them.
    #[inline(always)]
    pub(super) fn receive_plain_item<'i>(&self, input: &'i [u8]) -> Option<Received<Event<'i>>> {
        let Phase::Listing { listing: Listing::Sizes, framer, ticket } = &self.phase else {
            return None;
        };
        if framer.is_mid_line() || self.error.is_some() || !self.ended.is_empty() {
            return None;
        }
        let (item, consumed) = ListItem::plain_line(input)?;
        if consumed > self.config.limits.response_line {
            return None;
        }
        let (ticket, item) = (*ticket, Item::Size(item));
        Some(Received::event(consumed, Event::Item { ticket, item, deviations: Deviations::EMPTY }))
    }

    /// The next line of a listing.
    #[inline]
    pub(super) fn receive_item<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let Phase::Listing { listing, framer, ticket } = &mut self.phase else {
            return Ok(Received::nothing(0));
        };
        let (listing, ticket) = (*listing, *ticket);
        let framed = framer.frame(input, self.config.limits.response_line);
        if let Listed::Item { line, ending: LineEnding::CrLf, consumed } = framed {
            if let Some(item) = Item::plain(line, listing) {
                let deviations = Deviations::EMPTY;
                return Ok(Received::event(consumed, Event::Item { ticket, item, deviations }));
            }
        }
        self.receive_odd_item(input, framed, listing, ticket)
    }

    /// A line of a listing that needs a closer look.
    #[inline(never)]
    fn receive_odd_item<'i>(
        &mut self,
        input: &'i [u8],
        mut framed: Listed<'i>,
        listing: Listing,
        ticket: Ticket,
    ) -> Result<Received<Event<'i>>, PeerError> {
        let limit = self.config.limits.response_line;
        let cx = Context::new(self.config.tolerance);
        let mut skipped = 0_usize;
        let (item, consumed) = loop {
            match framed {
                Listed::Item { line, ending, consumed } => {
                    // A line that may end a listing for others does not do so here.
                    let good = ending == LineEnding::CrLf
                        || line != b"." && cx.tolerate(Deviation::BareLfLine);
                    let item = if good {
                        Item::read(line, listing, &cx)
                    } else {
                        invalid(line, line.len())
                    };
                    break (item, consumed);
                }
                Listed::TooLong { line, consumed } => break (invalid(line, limit), consumed),
                Listed::Skip { consumed } => skipped = skipped.saturating_add(consumed),
                Listed::End { consumed } => {
                    return self.end_listing(listing, skipped.saturating_add(consumed));
                }
                Listed::More => return Ok(Received::nothing(skipped)),
            }
            let Phase::Listing { framer, .. } = &mut self.phase else {
                return Ok(Received::nothing(skipped));
            };
            framed = framer.frame(input.get(skipped..).unwrap_or_default(), limit);
        };
        let consumed = skipped.saturating_add(consumed);
        if let Item::Capability(capability) = &item {
            self.collected.add(capability);
            let limit = self.config.limits.capabilities;
            if self.collected.len() > limit {
                let error = PeerError::Limit { name: "capabilities", limit: limit as u64 };
                return Err(self.fail(error));
            }
        }
        Ok(Received::event(consumed, Event::Item { ticket, item, deviations: cx.met() }))
    }

    fn end_listing<'i>(
        &mut self,
        listing: Listing,
        consumed: usize,
    ) -> Result<Received<Event<'i>>, PeerError> {
        self.phase = Phase::Answers;
        let Some(command) = self.end_first() else { return Ok(Received::nothing(consumed)) };
        if listing == Listing::Capabilities {
            self.extensions = core::mem::take(&mut self.collected);
            self.extensions.mask(self.config.mask);
        }
        if let Some(verb) = command.verb {
            self.apply(verb, command.expect, true)?;
        }
        self.pump();
        Ok(Received::event(consumed, Event::ListEnd { ticket: command.ticket }))
    }

    /// The next octets of a message.
    #[inline]
    pub(super) fn receive_body<'i>(&mut self, input: &'i [u8]) -> Received<Event<'i>> {
        let mut taken = 0_usize;
        loop {
            let Phase::Body(decoder, size) = &mut self.phase else {
                return Received::nothing(taken);
            };
            let dotted = decoder.decode(input.get(taken..).unwrap_or_default());
            taken = taken.saturating_add(dotted.consumed);
            if !dotted.data.is_empty() {
                *size = size.saturating_add(dotted.data.len() as u64);
                return Received::event(taken, Event::BodyChunk(dotted.data));
            }
            if dotted.end {
                let (size, findings) = (*size, decoder.found());
                return self.end_body(size, findings, taken);
            }
            if taken >= input.len() {
                return Received::nothing(taken);
            }
        }
    }

    fn end_body<'i>(
        &mut self,
        size: u64,
        findings: Findings,
        consumed: usize,
    ) -> Received<Event<'i>> {
        self.phase = Phase::Answers;
        let Some(command) = self.end_first() else { return Received::nothing(consumed) };
        self.pump();
        Received::event(consumed, Event::BodyEnd { ticket: command.ticket, size, findings })
    }

    /// The first command has its answer.
    fn end_first(&mut self) -> Option<Pending> {
        self.sent = self.sent.saturating_sub(1);
        self.commands.pop_front()
    }
}

/// A line that is no item for what it ends with.
#[cold]
const fn invalid(line: &[u8], at: usize) -> Item<'_> {
    Item::Invalid(InvalidItem::new(line, crate::SyntaxError { rule: "CRLF", at }))
}
