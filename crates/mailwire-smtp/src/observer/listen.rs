//! The side that answers: replies, and what each of them changes.

use mailwire_core::{Secret, SyntaxError};

use super::flight::Flight;
use super::talk::{Hold, Talk, octets};
use super::{Answers, Observed, Observer, Side, Step, Tls};
use crate::Deviations;
use crate::command::Verb;
use crate::family::greeting::Greeting;
use crate::family::hello::{EhloReply, Keyword};
use crate::framing::ReplyFrame;
use crate::reply::Reply;
use crate::tolerance::Deviation;

/// A reply over its limit that is skipped to its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skip {
    code: Option<u16>,
    name: &'static str,
    limit: usize,
    octets: u64,
    /// Octets of the line that were seen, up to the separator behind the code.
    column: u8,
    /// The separator was a hyphen.
    continues: bool,
}

impl Skip {
    /// Octets at the beginning of `input` that belong to the reply, and whether it ends there.
    fn skip(&mut self, input: &[u8]) -> (usize, bool) {
        let mut taken = 0_usize;
        let ended = loop {
            let rest = input.get(taken..).unwrap_or_default();
            let Some(&byte) = rest.first() else { break false };
            if self.column < 4 && byte != b'\n' {
                self.continues = self.column == 3 && byte == b'-';
                self.column = self.column.saturating_add(1);
                taken = taken.saturating_add(1);
                continue;
            }
            let Some(end) = memchr::memchr(b'\n', rest) else {
                taken = input.len();
                break false;
            };
            taken = taken.saturating_add(end).saturating_add(1);
            let last = !(self.column == 4 && self.continues);
            self.column = 0;
            if last {
                break true;
            }
        };
        self.octets = self.octets.saturating_add(octets(taken));
        (taken, ended)
    }
}

/// As what a reply is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Greeting,
    Ehlo,
    Challenge,
    Reply(Answers),
}

impl Observer {
    pub(super) fn hear_server<'i>(&mut self, side: Side, input: &'i [u8]) -> Step<'i> {
        if self.client_first {
            return Step::More;
        }
        if let Some(skip) = &mut self.skip {
            let (taken, ended) = skip.skip(input);
            let Skip { code, name, limit, octets, .. } = *skip;
            if !(ended || taken == input.len() && self.has_ended(side)) {
                return if taken == 0 { Step::More } else { Step::Again(taken) };
            }
            self.skip = None;
            if let Some(code) = code {
                self.kind(code);
            }
            return Step::Event(taken, Observed::TooLong { side, name, limit, octets });
        }
        match self.replies.frame(input, &self.config.limits) {
            ReplyFrame::Reply(reply) => self.hear_reply(side, reply),
            ReplyFrame::More if input.is_empty() || !self.has_ended(side) => Step::More,
            ReplyFrame::More => {
                self.replies = crate::framing::ReplyFramer::new();
                let octets = Secret::new(input);
                Step::Event(input.len(), Observed::Incomplete { side, octets })
            }
            ReplyFrame::TooLong { name, limit } => {
                let code = line_code(input);
                let skip = Skip { code, name, limit, octets: 0, column: 0, continues: false };
                self.skip = Some(skip);
                Step::Again(0)
            }
        }
    }

    fn hear_reply<'i>(&mut self, side: Side, reply: &'i [u8]) -> Step<'i> {
        let tolerance = self.config.tolerance;
        if matches!(reply, b"\r\n" | b"\n") && tolerance.allowed().contains(Deviation::BlankLine) {
            self.blank = true;
            return Step::Again(reply.len());
        }
        let blank = core::mem::take(&mut self.blank);
        let met = |deviations: Deviations| {
            if blank { deviations.with(Deviation::BlankLine) } else { deviations }
        };
        // A reply that breaks the grammar is an answer all the same, when its code can be read.
        let last = reply.strip_suffix(b"\n").unwrap_or(reply);
        let last = memchr::memrchr(b'\n', last).map_or(0, |end| end.saturating_add(1));
        let kind = match line_code(reply.get(last..).unwrap_or_default()) {
            Some(code) => self.kind(code),
            None => Kind::Reply(Answers::Nothing),
        };
        let event = match kind {
            Kind::Greeting => Greeting::parse_with(reply, tolerance)
                .map(|(greeting, found)| Observed::Greeting { greeting, deviations: met(found) }),
            Kind::Ehlo => EhloReply::parse_with(reply, tolerance)
                .map(|(reply, found)| Observed::EhloReply { reply, deviations: met(found) }),
            Kind::Challenge => Reply::parse_with(reply, tolerance)
                .map(|(reply, found)| Observed::AuthChallenge { reply, deviations: met(found) }),
            Kind::Reply(answers) => self.plain(reply, answers).map(|event| match event {
                Observed::Reply { reply, answers, deviations } => {
                    Observed::Reply { reply, answers, deviations: met(deviations) }
                }
                event => event,
            }),
        };
        let event = event.unwrap_or_else(|error| Observed::Invalid { side, line: reply, error });
        Step::Event(reply.len(), event)
    }

    /// A reply without a kind of its own. When the client is not heard, it may answer EHLO.
    fn plain<'i>(&self, reply: &'i [u8], answers: Answers) -> Result<Observed<'i>, SyntaxError> {
        let tolerance = self.config.tolerance;
        let alone = answers == Answers::Nothing && self.has_ended(self.client);
        if alone && reply.starts_with(b"250-") {
            if let Ok((reply, deviations)) = EhloReply::parse_with(reply, tolerance) {
                let offers = |keyword: Keyword<'_>| keyword.extension().is_some();
                if reply.keywords().any(offers) {
                    return Ok(Observed::EhloReply { reply, deviations });
                }
            }
        }
        Reply::parse_with(reply, tolerance).map(|(reply, deviations)| Observed::Reply {
            reply,
            answers,
            deviations,
        })
    }

    /// What a reply of this code is, and what it changes.
    fn kind(&mut self, code: u16) -> Kind {
        if !self.greeted {
            self.greeted = true;
            // What greets nobody answers a command: the beginning of the conversation was not heard.
            let alone = self.has_ended(self.client);
            if code == 220 || (code >= 400 && (!alone || matches!(code, 421 | 521 | 554))) {
                return Kind::Greeting;
            }
        }
        self.resynchronise(code);
        // Whoever waits for a reply sent nothing behind what he waits for.
        let single = self.flights.is_single();
        let sasl = matches!(self.talk, Talk::Response | Talk::Held(Hold::Auth | Hold::Unknown));
        match (self.flights.first(), code) {
            (Some(_), 334) if single && sasl => return self.challenge(),
            (None, 334) if self.has_ended(self.client) => return Kind::Challenge,
            _ => {}
        }
        let in_body = matches!(self.talk, Talk::DataBegin | Talk::Data { .. } | Talk::Chunk { .. });
        let answered = self.flights.answer(code, self.config.protocol, single && in_body);
        let Some(Flight::Command(verb)) = answered.ended else {
            return Kind::Reply(answered.answers);
        };
        match (verb, code) {
            (Some(Verb::Data), 354) => {
                self.flights.body_follows();
                self.set_free(Talk::DataBegin);
            }
            (Some(Verb::StartTls), 220) => {
                self.restart();
                self.tls = Tls::Ready;
            }
            (Some(Verb::Atrn | Verb::Turn), 250) => self.turn_round(),
            (Some(Verb::Xclient), 220) => return Kind::Greeting,
            (Some(Verb::Ehlo | Verb::Lhlo), 250) => return Kind::Ehlo,
            _ if single => self.set_free(Talk::Commands),
            _ => {}
        }
        Kind::Reply(answered.answers)
    }

    /// 334: a response is next.
    fn challenge(&mut self) -> Kind {
        self.hush = true;
        self.set_free(Talk::Response);
        Kind::Challenge
    }

    /// A reply that only one command can have is never matched to another: what is in flight before
    /// that command was not answered.
    fn resynchronise(&mut self, code: u16) {
        let Talk::Held(hold) = self.talk else { return };
        if matches!((code, hold), (354, Hold::Data) | (334, Hold::Auth)) {
            self.flights.keep_last();
        }
    }

    /// The client goes on with `talk`, if it waited. What it has sent belongs before the next reply.
    fn set_free(&mut self, talk: Talk) {
        if matches!(self.talk, Talk::Held(_) | Talk::Response) {
            self.talk = talk;
            self.client_first = true;
        }
    }
}

/// The code that a line begins with.
fn line_code(line: &[u8]) -> Option<u16> {
    let [first @ b'2'..=b'5', second @ b'0'..=b'9', third @ b'0'..=b'9', after @ ..] = line else {
        return None;
    };
    if after.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let digit = |byte: u8| u16::from(byte.saturating_sub(b'0'));
    Some(digit(*first) * 100 + digit(*second) * 10 + digit(*third))
}
