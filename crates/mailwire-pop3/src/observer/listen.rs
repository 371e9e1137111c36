//! The side that answers: status lines, listings and messages, and what each of them changes.

use mailwire_core::body::DotDecoder;
use mailwire_core::line::{Framed, LineEnding};
use mailwire_core::parse::{Context, Wire, parse_whole};
use mailwire_core::{Secret, SyntaxError};

use super::talk::{Hold, Talk, octets};
use super::{Answers, BodyKind, Observed, Observer, Side, Step, Tls};
use crate::Deviations;
use crate::answer::{Answer, Expect, InvalidItem, Item, Listing};
use crate::command::Verb;
use crate::family::greeting::Greeting;
use crate::framing::{Listed, ListingFramer};
use crate::response::status;
use crate::tolerance::Deviation;

/// What the next bytes of the server are.
#[derive(Debug, Clone)]
pub(super) enum Hear {
    /// A status line.
    Answers,
    /// A status line, or a message: what was answered is not known, and it was answered with `+OK`.
    AnswerOrBody,
    /// A listing, not told yet.
    ListBegin(Listing),
    /// A listing, and its items so far.
    List { listing: Listing, framer: ListingFramer, items: u64 },
    /// A message, not told yet.
    BodyBegin(BodyKind),
    /// A message.
    Body { kind: BodyKind, decoder: DotDecoder, size: u64 },
}

/// A status line over its limit that is skipped to its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skip {
    positive: Option<bool>,
    octets: u64,
}

impl Observer {
    pub(super) fn hear_server<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        if self.client_first {
            return Step::More;
        }
        match &self.hear {
            Hear::Answers => self.hear_answer(input),
            Hear::AnswerOrBody => self.hear_answer_or_body(input),
            Hear::ListBegin(listing) => {
                let listing = *listing;
                self.hear = Hear::List { listing, framer: ListingFramer::new(), items: 0 };
                Step::Event(0, Observed::ListBegin { listing })
            }
            Hear::BodyBegin(kind) => {
                let kind = *kind;
                let decoder = DotDecoder::new(self.config.look_for);
                self.hear = Hear::Body { kind, decoder, size: 0 };
                Step::Event(0, Observed::BodyBegin { kind })
            }
            Hear::List { .. } => self.hear_item(input),
            Hear::Body { .. } => self.hear_body(input),
        }
    }

    fn hear_answer<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        let limits = &self.config.limits;
        let exchange = self.flights.first().is_some_and(|first| first.expect == Expect::Exchange);
        let (name, limit) = if exchange {
            ("auth_line", limits.auth_line)
        } else {
            ("response_line", limits.response_line)
        };
        let side = Side::Server;
        match self.answers.frame(input, limit) {
            Framed::Line { text, consumed, .. } => {
                let line = input.get(..consumed).unwrap_or(input);
                let tolerance = self.config.tolerance;
                if text.is_empty() && tolerance.allowed().contains(Deviation::BlankLine) {
                    self.blank = true;
                    return Step::Again(consumed);
                }
                let event = self.answer(line);
                Step::Event(consumed, event)
            }
            Framed::More if !self.server_ended => Step::More,
            Framed::More => {
                self.answers.reset();
                match self.skip.take() {
                    Some(skip) => Step::Event(0, self.skipped(skip, name, limit)),
                    None if input.is_empty() => Step::More,
                    None => {
                        let octets = Secret::new(input);
                        Step::Event(input.len(), Observed::Incomplete { side, octets })
                    }
                }
            }
            Framed::Skipping { consumed } => {
                self.skip = Some(self.longer_answer(input, consumed));
                Step::Again(consumed)
            }
            Framed::TooLong { consumed } => {
                let skip = self.longer_answer(input, consumed);
                self.skip = None;
                let event = self.skipped(skip, name, limit);
                Step::Event(consumed, event)
            }
        }
    }

    /// The long line with `count` octets more.
    fn longer_answer(&self, input: &[u8], count: usize) -> Skip {
        let skip = self.skip.unwrap_or_else(|| {
            let cx = Context::new(self.config.tolerance);
            let positive = status(input, &cx).ok().map(|(_, status)| status.as_str() == "+OK");
            Skip { positive, octets: 0 }
        });
        Skip { octets: skip.octets.saturating_add(octets(count)), ..skip }
    }

    /// A long line is an answer all the same, when its status can be read.
    fn skipped<'i>(&mut self, skip: Skip, name: &'static str, limit: usize) -> Observed<'i> {
        if let Some(positive) = skip.positive {
            self.ended(positive);
        }
        Observed::TooLong { side: Side::Server, name, limit, octets: skip.octets }
    }

    fn answer<'i>(&mut self, line: &'i [u8]) -> Observed<'i> {
        let cx = Context::new(self.config.tolerance);
        let blank = core::mem::take(&mut self.blank);
        let met = |cx: &Context| {
            let found: Deviations = cx.met();
            if blank { found.with(Deviation::BlankLine) } else { found }
        };
        if !self.greeted {
            let alone = self.client_ended;
            match parse_whole(line, |line| Greeting::parse_part(line, &cx)) {
                // What is heard first of a server alone is its greeting, or anything.
                Ok(greeting) => {
                    self.greeted = true;
                    if alone && greeting.is_ready() {
                        self.hear = Hear::AnswerOrBody;
                    }
                    return Observed::Greeting { greeting, deviations: met(&cx) };
                }
                Err(error) if !alone => return invalid(line, error),
                Err(_) => self.greeted = true,
            }
        }
        let challenge = matches!(line, [b'+', b' ' | b'\r', ..]);
        if challenge && self.talk == Talk::Held(Hold::Auth) {
            // Only the last one in flight can have it: what is before was not answered.
            self.flights.keep_last();
        }
        let unheard = self.flights.is_empty() && self.client_ended;
        let expect = match self.flights.first() {
            Some(first) => first.expect,
            None if challenge && unheard => Expect::Exchange,
            None => Expect::Status,
        };
        let answer = match parse_whole(line, |line| Answer::parse_part(line, expect, &cx)) {
            Ok(answer) => answer,
            Err(error) => {
                if let Ok((_, status)) = status(line.trim_ascii_end(), &cx) {
                    self.ended(status.as_str() == "+OK");
                }
                return invalid(line, error);
            }
        };
        let deviations = met(&cx);
        if let Answer::Challenge(challenge) = answer {
            self.hush = true;
            self.set_free(Talk::Response);
            return Observed::AuthChallenge { challenge, deviations };
        }
        let answers = self.ended(answer.is_ok());
        Observed::Response { answer, answers, deviations }
    }

    /// The first in flight has its status line.
    fn ended(&mut self, positive: bool) -> Answers {
        let Some(first) = self.flights.pop() else {
            // A server that is heard alone is understood as well as can be.
            if positive && self.client_ended {
                self.hear = Hear::AnswerOrBody;
            }
            return Answers::Nothing;
        };
        self.hear = match first.expect {
            Expect::Listing(listing) if positive => Hear::ListBegin(listing),
            Expect::Message if positive => Hear::BodyBegin(BodyKind::Message),
            _ if positive && first.verb.is_none() => Hear::AnswerOrBody,
            _ => Hear::Answers,
        };
        if first.verb == Some(Verb::Stls) && positive {
            self.restart();
            self.tls = Tls::Ready;
        } else if self.flights.is_empty() {
            self.set_free(Talk::Commands);
        }
        match first.verb {
            Some(verb) => Answers::Command(verb),
            None => Answers::Unknown,
        }
    }

    /// Behind a `+OK` that may have a message behind it: what does not begin like a status line is
    /// one.
    fn hear_answer_or_body<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        let begins = |with: &[u8]| {
            let head = input.get(..with.len()).unwrap_or(input);
            with.get(..head.len()).is_some_and(|with| with.eq_ignore_ascii_case(head))
        };
        let status = begins(b"+OK") || begins(b"-ERR") || begins(b"+ ");
        let short = input.len() < 4 && !input.contains(&b'\n') && !self.server_ended;
        self.hear = match (status, short) {
            _ if input.is_empty() => return Step::More,
            (true, true) => return Step::More,
            (true, false) => Hear::Answers,
            (false, _) => Hear::BodyBegin(BodyKind::Unknown),
        };
        Step::Again(0)
    }

    fn hear_item<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        let limit = self.config.limits.response_line;
        let cx = Context::new(self.config.tolerance);
        let ended = self.server_ended;
        let Hear::List { listing, framer, items } = &mut self.hear else { return Step::More };
        let listing = *listing;
        let bad = |line: &'i [u8], at| {
            Item::Invalid(InvalidItem::new(line, SyntaxError { rule: "CRLF", at }))
        };
        let (item, consumed) = match framer.frame(input, limit) {
            Listed::Item { line, ending, consumed } => {
                let good = ending == LineEnding::CrLf
                    || line != b"." && cx.tolerate(Deviation::BareLfLine);
                let item =
                    if good { Item::read(line, listing, &cx) } else { bad(line, line.len()) };
                (item, consumed)
            }
            Listed::TooLong { line, consumed } => (bad(line, limit), consumed),
            Listed::Skip { consumed } => return Step::Again(consumed),
            Listed::More if !ended => return Step::More,
            Listed::More if !input.is_empty() => {
                let octets = Secret::new(input);
                framer.clone_from(&ListingFramer::new());
                let side = Side::Server;
                return Step::Event(input.len(), Observed::Incomplete { side, octets });
            }
            end => {
                let items = *items;
                let (consumed, complete) = match end {
                    Listed::End { consumed } => (consumed, true),
                    _ => (0, false),
                };
                self.hear = Hear::Answers;
                return Step::Event(consumed, Observed::ListEnd { listing, items, complete });
            }
        };
        *items = items.saturating_add(1);
        Step::Event(consumed, Observed::Item { item, deviations: cx.met() })
    }

    fn hear_body<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        let ended = self.server_ended;
        let Hear::Body { kind, decoder, size } = &mut self.hear else { return Step::More };
        let dotted = decoder.decode(input);
        *size = size.saturating_add(octets(dotted.data.len()));
        if !dotted.data.is_empty() {
            return Step::Event(dotted.consumed, Observed::BodyChunk(dotted.data));
        }
        if !dotted.end && !input.is_empty() {
            return Step::Again(dotted.consumed);
        }
        if !dotted.end && !ended {
            return Step::More;
        }
        let (kind, size, findings) = (*kind, *size, decoder.found());
        self.hear = Hear::Answers;
        let end = Observed::BodyEnd { kind, size, findings, complete: dotted.end };
        Step::Event(dotted.consumed, end)
    }

    /// The client goes on with `talk`, if it waited. What it has sent belongs before the next
    /// answer.
    fn set_free(&mut self, talk: Talk) {
        if matches!(self.talk, Talk::Held(_) | Talk::Response) {
            self.talk = talk;
            self.client_first = true;
        }
    }
}

const fn invalid(line: &[u8], error: SyntaxError) -> Observed<'_> {
    Observed::Invalid { side: Side::Server, line, error }
}
