//! The side that answers: responses with their literals, and what each of them changes.

use mailwire_core::sasl::Challenge;
use mailwire_core::{Secret, SyntaxError};

use super::body::{Body, Heard};
use super::flight::TagKey;
use super::talk::{Cut, Hold, Talk, octets, raw};
use super::{Answers, Asks, BodyKind, Layer, Observed, Observer, Side, Step};
use crate::command::Verb;
use crate::family::fetch::stream::{parse_head, parse_tail};
use crate::family::urlauth::stream::{self as urls, UrlPlace};
use crate::framing::{FrameLimits, Framed, LiteralHeader, ResponseFramer};
use crate::response::{Data, Response};
use crate::status::{Greeting, StatusKind};
use crate::token::ATOM_CHAR;
use crate::tolerance::Deviation;
use crate::{Extension, Mode};

/// What the next bytes of the server are.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // The observer owns one, and no heap for it.
pub(super) enum Hear {
    /// A response, or what there is of it behind a literal.
    Responses,
    /// A streamed literal.
    Body(Body),
    /// Nobody knows.
    Lost,
}

/// What follows a streamed literal of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// No literal was streamed.
    No,
    /// No literal was streamed, and none will be: the message is no FETCH, or one that cannot be cut.
    Whole,
    /// The rest of FETCH. `whole`: no further literal of it will be streamed.
    Fetch { whole: bool },
    /// The rest of URLFETCH, behind octets at `place`.
    UrlFetch { place: UrlPlace, whole: bool },
    /// The rest of something else.
    Unknown,
}

impl Observer {
    pub(super) fn hear_server<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        if self.client_first {
            return Step::More;
        }
        match &mut self.hear {
            Hear::Responses => self.hear_response(input),
            Hear::Body(body) => match body.hear(Side::Server, input, self.server_ended) {
                Heard::On(step) => step,
                Heard::End { event, complete } => {
                    self.hear = Hear::Responses;
                    if !complete {
                        self.give_up();
                    }
                    Step::Event(0, event)
                }
            },
            Hear::Lost => raw(Side::Server, input),
        }
    }

    /// Gives up the response that has begun.
    fn give_up(&mut self) {
        self.responses = ResponseFramer::new();
        self.rest = Rest::No;
        self.skipped = 0;
    }

    fn hear_response<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        let limits = FrameLimits { discard: u32::MAX, ..self.config.limits.responses() };
        let side = Side::Server;
        match self.responses.frame(input, &limits) {
            Framed::Message { frame, .. } => {
                let event = self.response_message(frame);
                Step::Event(frame.len(), event)
            }
            Framed::Literal { frame, literal, fits, .. } => {
                self.response_literal(frame, literal, fits)
            }
            Framed::Bad { frame, fault, ends, .. } => {
                if ends {
                    // It is an answer all the same.
                    if let Some((tag, kind)) = tagged_status(frame) {
                        self.ended(tag, kind);
                    }
                    self.rest = Rest::No;
                }
                self.skipped = 0;
                let frame_octets = Secret::new(frame);
                Step::Event(frame.len(), Observed::Bad { side, frame: frame_octets, fault })
            }
            Framed::Skip { consumed } => {
                self.skipped = self.skipped.saturating_add(octets(consumed));
                Step::Again(consumed)
            }
            Framed::Dropped { consumed } => {
                let octets = self.skipped.saturating_add(octets(consumed));
                self.give_up();
                Step::Event(consumed, Observed::Dropped { side, octets })
            }
            Framed::Blank { consumed, .. } => Step::Again(consumed),
            Framed::Lost { fault, .. } => {
                self.hear = Hear::Lost;
                Step::Event(0, Observed::Lost { side, fault })
            }
            Framed::More if !self.server_ended => Step::More,
            Framed::More if self.responses.is_dropping() => {
                let octets = self.skipped.saturating_add(octets(input.len()));
                self.give_up();
                Step::Event(input.len(), Observed::Dropped { side, octets })
            }
            Framed::More => {
                let behind = !matches!(self.rest, Rest::No | Rest::Whole);
                if input.is_empty() && !behind {
                    return Step::More;
                }
                self.give_up();
                let octets = Secret::new(input);
                Step::Event(input.len(), Observed::Incomplete { side, octets })
            }
        }
    }

    /// A literal that is larger than one that always stands in its message.
    fn response_literal<'i>(
        &mut self,
        frame: &'i [u8],
        literal: LiteralHeader,
        fits: bool,
    ) -> Step<'i> {
        let (mode, tolerance) = (self.mode, self.config.tolerance);
        let fetch = Rest::Fetch { whole: false };
        let url_fetch = |place| Rest::UrlFetch { place, whole: false };
        let head = match self.rest {
            Rest::No => match parse_head(frame, mode, tolerance) {
                Ok((head, deviations)) => Some((Observed::FetchHead { head, deviations }, fetch)),
                Err(_) => {
                    urls::parse_head(frame, mode, tolerance).ok().map(|(head, deviations)| {
                        let place = head.streamed.place;
                        (Observed::UrlFetchHead { head, deviations }, url_fetch(place))
                    })
                }
            },
            Rest::Fetch { whole: false } => match parse_tail(frame, mode, tolerance) {
                Ok((tail, deviations)) if tail.streamed().is_some() => {
                    Some((Observed::FetchTail { tail, deviations }, fetch))
                }
                _ => None,
            },
            Rest::UrlFetch { place, whole: false } => {
                let parsed = urls::parse_tail(frame, place, mode, tolerance).ok();
                parsed.and_then(|(tail, deviations)| {
                    let next = url_fetch(tail.streamed.as_ref()?.place);
                    Some((Observed::UrlFetchTail { tail, place, deviations }, next))
                })
            }
            _ => None,
        };
        let (event, kind) = match head {
            Some((event, rest)) => {
                self.rest = rest;
                let fetch = matches!(rest, Rest::Fetch { .. });
                (event, if fetch { BodyKind::Fetch } else { BodyKind::UrlFetch })
            }
            // What cannot be cut is not tried again: each octet is parsed once.
            None if fits => {
                self.rest = match self.rest {
                    Rest::No | Rest::Whole => Rest::Whole,
                    Rest::Fetch { .. } => Rest::Fetch { whole: true },
                    Rest::UrlFetch { place, .. } => Rest::UrlFetch { place, whole: true },
                    Rest::Unknown => Rest::Unknown,
                };
                self.responses.accept();
                return Step::Again(0);
            }
            None => {
                self.rest = Rest::Unknown;
                let octets = Secret::new(frame);
                (Observed::Raw { side: Side::Server, octets }, BodyKind::Unknown)
            }
        };
        let consumed = self.responses.stream();
        self.hear = Hear::Body(Body::new(kind, literal.size, self.config.look_for));
        Step::Event(consumed, event)
    }

    /// A whole response, or the end of one.
    fn response_message<'i>(&mut self, frame: &'i [u8]) -> Observed<'i> {
        match core::mem::replace(&mut self.rest, Rest::No) {
            Rest::No | Rest::Whole => self.response_frame(frame),
            Rest::Fetch { .. } => match parse_tail(frame, self.mode, self.config.tolerance) {
                Ok((tail, deviations)) => Observed::FetchTail { tail, deviations },
                Err(error) => invalid(frame, error),
            },
            Rest::UrlFetch { place, .. } => {
                match urls::parse_tail(frame, place, self.mode, self.config.tolerance) {
                    Ok((tail, deviations)) => Observed::UrlFetchTail { tail, place, deviations },
                    Err(error) => invalid(frame, error),
                }
            }
            Rest::Unknown => Observed::Raw { side: Side::Server, octets: Secret::new(frame) },
        }
    }

    fn response_frame<'i>(&mut self, frame: &'i [u8]) -> Observed<'i> {
        let (mode, tolerance) = (self.mode.with(Mode::SERVER), self.config.tolerance);
        let mut error = None;
        if !self.greeted {
            match Greeting::parse_in(frame, mode, tolerance) {
                Ok((greeting, deviations)) => {
                    self.greeted = true;
                    return Observed::Greeting { greeting, deviations };
                }
                Err(found) => error = Some(found),
            }
        }
        let exchange = matches!(self.talk, Talk::Held(Hold::Auth));
        // A `+` that breaks the grammar is one all the same.
        let plus = frame.first() == Some(&b'+');
        let asks = if plus { self.go() } else { Asks::Nothing };
        let (response, deviations) = match Response::parse_in(frame, mode, tolerance) {
            Ok(parsed) => parsed,
            Err(found) => {
                if let Some((tag, kind)) = tagged_status(frame) {
                    self.ended(tag, kind);
                }
                // What is heard first should have been a greeting.
                return invalid(frame, error.unwrap_or(found));
            }
        };
        self.greeted = true;
        match response {
            Response::Data(data) => {
                if let Data::Enabled(enabled) = &data {
                    let utf8 = [Extension::Utf8Accept, Extension::Imap4Rev2].map(Some);
                    self.enabled = true;
                    if enabled.iter().any(|enabled| utf8.contains(&enabled.extension())) {
                        self.mode = self.mode.with(Mode::UTF8);
                    }
                }
                // It may be all that a server says to a tag that it does not like.
                if let (Data::Condition(status), Talk::Held(Hold::Unknown)) = (&data, &self.talk) {
                    if status.kind() == StatusKind::Bad {
                        self.set_free(Talk::Commands);
                    }
                }
                Observed::Response { data, deviations }
            }
            Response::Tagged(tagged) => {
                let tag = TagKey::of(tagged.tag.as_bytes());
                let (mode, mut deviations) = (self.mode, deviations);
                let answers = self.ended(tag, tagged.status.kind());
                if answers == Answers::Command(Verb::Enable) && self.mode != mode {
                    deviations = deviations.with(Deviation::MissingEnabled);
                }
                Observed::Tagged { tagged, answers, deviations }
            }
            Response::Continue(_) if exchange => Observed::AuthChallenge {
                challenge: Challenge::new(behind_plus(frame)),
                deviations,
            },
            Response::Continue(request) => Observed::Continue { request, asks, deviations },
        }
    }

    /// The client may go on.
    fn go(&mut self) -> Asks {
        let Talk::Held(hold) = self.talk else { return Asks::Nothing };
        let (talk, asks) = match hold {
            Hold::Literal => (Talk::Go, Asks::Literal),
            Hold::Body { kind, size } => (self.body(kind, size), Asks::Literal),
            Hold::Bad { size } => {
                self.cut = Cut::Unknown;
                (self.body(BodyKind::Unknown, size), Asks::Literal)
            }
            Hold::Idle => (Talk::Done, Asks::Done),
            Hold::Auth | Hold::Unknown => {
                self.hush = true;
                (Talk::Response, Asks::Unknown)
            }
            Hold::Enable { .. } | Hold::Unauthenticate | Hold::Tls | Hold::Compress => {
                return Asks::Nothing;
            }
        };
        self.set_free(talk);
        asks
    }

    /// A command has its answer.
    fn ended(&mut self, tag: TagKey, kind: StatusKind) -> Answers {
        let Some((flight, last)) = self.flights.take(tag) else {
            // The server is further on than what was heard of the client.
            if matches!(self.talk, Talk::Held(Hold::Unknown)) {
                self.set_free(Talk::Commands);
            }
            return Answers::Nothing;
        };
        let answers = flight.verb.map_or(Answers::Unknown, Answers::Command);
        if !last {
            return answers;
        }
        if let Some(open) = self.open.as_mut().filter(|open| open.flight == Some(flight)) {
            match self.talk {
                Talk::Held(Hold::Literal) => self.set_free(Talk::Refused { told: false }),
                Talk::Held(_) => self.set_free(Talk::Refused { told: true }),
                _ => open.answered = true,
            }
            return answers;
        }
        match self.talk {
            Talk::Held(hold) => self.decided(hold, kind == StatusKind::Ok),
            // What the client says may be under way.
            Talk::Response => self.set_free(Talk::ResponseOrCommand),
            Talk::Done => self.set_free(Talk::DoneOrCommand),
            _ => {}
        }
        answers
    }

    /// The answer that the client waited for.
    fn decided(&mut self, hold: Hold, positive: bool) {
        let forgets = self.config.tolerance.allowed().contains(Deviation::MissingEnabled);
        match hold {
            Hold::Tls if positive => {
                self.restart();
                self.layer = Layer::TlsReady;
                return;
            }
            Hold::Compress if positive => self.layer = Layer::CompressReady,
            Hold::Unauthenticate if positive => self.unauthenticated(),
            Hold::Enable { asked } if positive && !self.enabled && forgets => {
                self.mode = self.mode.with(asked);
            }
            _ => {}
        }
        self.set_free(Talk::Commands);
    }

    /// The client goes on. What it has sent belongs before the next response.
    fn set_free(&mut self, talk: Talk) {
        self.talk = talk;
        self.client_first = true;
    }
}

const fn invalid(frame: &[u8], error: SyntaxError) -> Observed<'_> {
    Observed::Invalid { side: Side::Server, frame, error }
}

/// The text of a `+`, as it came: a challenge is no text for people, and brackets in it are no code.
fn behind_plus(line: &[u8]) -> &[u8] {
    let text = line.strip_prefix(b"+").unwrap_or(line);
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// The tag and the status of a line that is a tagged response but for its end.
fn tagged_status(line: &[u8]) -> Option<(TagKey, StatusKind)> {
    let (tag, rest) = TagKey::before(line)?;
    let word = ATOM_CHAR.split(rest.trim_ascii_start()).0;
    match StatusKind::from_keyword(word)? {
        kind @ (StatusKind::Ok | StatusKind::No | StatusKind::Bad) => Some((tag, kind)),
        StatusKind::Bye | StatusKind::Preauth => None,
    }
}
