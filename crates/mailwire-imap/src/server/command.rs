//! The way of a command: framed, parsed, checked, and handed over or refused.

use mailwire_core::parse::{Context, Wire, parse_whole};
use mailwire_core::{Received, SyntaxError};

use super::answer::OwnAnswer;
use super::gate::Refusal;
use super::{Event, Flight, Phase, Server};
use crate::command::{Command, TaggedCommand, Verb};
use crate::error::PeerError;
use crate::family::idle::Done;
use crate::framing::{Fault, Framed, Part};
use crate::pipelining::{Traits, is_ambiguous};
use crate::state::leads_on;
use crate::token::{ATOM_CHAR, TAG_CHAR};
use crate::{Mode, Tolerance};

/// The longest tag that is taken, in octets. The grammar has no limit; real tags have ten.
const LONGEST_TAG: usize = 1024;

/// The beginning of a command, as far as it keeps to the grammar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'i> {
    /// The tag, which an answer may repeat.
    pub(super) tag: Option<&'i [u8]>,
    /// The command, if it is known here.
    pub(super) verb: Option<Verb>,
    /// From the name of the command on.
    pub(super) wire: &'i [u8],
}

impl<'i> Head<'i> {
    pub(super) fn of(frame: &'i [u8]) -> Self {
        let (tag, rest) = TAG_CHAR.split(frame);
        let nothing = Self { tag: None, verb: None, wire: &[] };
        // A tag that something else follows is none, and is not repeated.
        let ends = matches!(rest, [b' ' | b'\n', ..] | [b'\r', b'\n', ..]);
        if tag.is_empty() || tag.len() > LONGEST_TAG || !ends {
            return nothing;
        }
        let blanks = rest.iter().take_while(|&&octet| octet == b' ').count();
        let wire = rest.get(blanks..).unwrap_or_default();
        let (mut word, behind) = ATOM_CHAR.split(wire);
        if let (true, [b' ', behind @ ..]) = (word.eq_ignore_ascii_case(b"UID"), behind) {
            let len = word.len().saturating_add(1).saturating_add(ATOM_CHAR.span(behind));
            word = wire.get(..len).unwrap_or(word);
        }
        Self { tag: Some(tag), verb: Verb::from_keyword(word), wire }
    }

    /// What the command needs and does; of one that is not known here, the most.
    pub(super) fn most_traits(&self) -> Traits {
        self.verb.map_or(Traits::unknown(), Verb::traits)
    }
}

impl Server {
    /// What the grammar is told, with `more` to the mode.
    pub(super) fn context(&self, more: Mode) -> Context {
        self.context_with(self.config.tolerance, more)
    }

    /// The same with a tolerance of its own.
    pub(super) fn context_with(&self, tolerance: Tolerance, more: Mode) -> Context {
        let limits = &self.config.limits;
        let early = !self.state.is_authenticated();
        let depth = if early { limits.nesting_early } else { limits.nesting };
        Context::new(tolerance)
            .with_mode(self.mode().with(more).bits())
            .with_depth(depth)
            .with_counts(limits.elements, limits.ranges)
    }

    /// The next command.
    pub(super) fn receive_command<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        if self.is_behind_starttls() {
            self.flags.early |= !input.is_empty();
        }
        let full = self.flights.len() >= usize::from(self.config.limits.pipeline.max(1));
        if full || self.flags.waits || self.is_blocked() {
            return Ok(Received::nothing(0));
        }
        loop {
            let limits = self.config.limits.commands(self.state.is_authenticated());
            let framed = self.framer.frame(input, &limits);
            return match framed {
                Framed::More => Ok(Received::nothing(0)),
                Framed::Skip { consumed } | Framed::Blank { consumed, .. } => {
                    Ok(Received::nothing(consumed))
                }
                Framed::Dropped { consumed } => {
                    self.push_held();
                    Ok(Received::nothing(consumed))
                }
                Framed::Literal { frame, part: _, literal, fits } => {
                    match self.take_literal(frame, literal, fits)? {
                        Some(received) => Ok(received),
                        // It comes inside the command.
                        None => continue,
                    }
                }
                Framed::Bad { frame, part: _, fault, ends } => {
                    let head = Head::of(frame);
                    let auth = head.verb == Some(Verb::Authenticate) && fault == Fault::Line;
                    if auth && ends && frame.len() <= index(self.config.limits.auth_line) {
                        return self.take_frame(frame, input);
                    }
                    let name = auth.then_some("auth_line");
                    self.reject_fault(head, frame.len(), fault, name)
                }
                Framed::Lost { fault, .. } => Err(self.fail_fault(fault)),
                Framed::Message { frame, part: Part::Begin | Part::Tail } => {
                    self.take_frame(frame, input)
                }
            };
        }
    }

    /// True when no command may be looked at before one that is in progress ends: what it leads to is
    /// not known.
    fn is_blocked(&self) -> bool {
        self.flights.iter().any(|flight| {
            flight.traits.intersects(Traits::ALONE.with(Traits::LAST))
                || flight.verb.is_some_and(leads_on)
        })
    }

    /// True when a command must not begin before others end.
    pub(super) fn must_wait(&self, verb: Option<Verb>, traits: Traits) -> bool {
        !self.flights.is_empty()
            && (verb.is_some_and(leads_on)
                || self.flights.iter().any(|flight| is_ambiguous(flight.traits, traits)))
    }

    /// A whole command.
    fn take_frame<'i>(
        &mut self,
        frame: &'i [u8],
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let head = Head::of(frame);
        let consumed = frame.len();
        if !self.flags.spoken && is_other_protocol(frame) {
            return Err(self.fail(PeerError::WrongProtocol));
        }
        if let Err(refusal) = self.gate_head(&head) {
            return self.reject(head, consumed, self.refine(&head, frame, refusal));
        }
        let cx = self.context(Mode::REV1);
        let parsed = parse_whole(frame, |frame| TaggedCommand::parse_part(frame, &cx));
        if let Some(refusal) = self.exceeded(&cx) {
            return self.reject(head, consumed, refusal);
        }
        let TaggedCommand { tag, command } = match parsed {
            Ok(tagged) => tagged,
            Err(error) => return self.reject(head, consumed, syntax(error)),
        };
        if let Err(refusal) = self.gate(&command) {
            return self.reject(head, consumed, refusal);
        }
        let traits = match head.verb {
            Some(verb) => Traits::of_wire(verb, head.wire),
            None => Traits::unknown(),
        };
        if let Err(refusal) = self.gate_numbers(head.verb, traits) {
            return self.reject(head, consumed, refusal);
        }
        if self.must_wait(head.verb, traits) {
            self.flags.waits = true;
            return Ok(Received::nothing(0));
        }
        self.flags.spoken = true;
        if let Command::Notify(notify) = &command {
            self.flags.asks_expunges = notify.asks_for_expunges();
        }
        match head.verb {
            Some(Verb::Authenticate) => {
                self.auth_rounds = 0;
                self.phase = Phase::AuthOffered;
            }
            Some(Verb::Idle) => self.phase = Phase::IdleOffered,
            // The event comes first, and what is behind it is refused with the next call: the same as
            // when the bytes come one by one.
            Some(Verb::StartTls) => self.flags.early = input.len() > consumed,
            Some(Verb::Select | Verb::Examine) => {
                self.flags.closing = self.state == crate::State::Selected;
                self.flags.tells_no_mod_seq = false;
            }
            _ => {}
        }
        let ticket = self.new_ticket();
        self.flights.push(Flight::new(ticket, tag.as_bytes(), head.verb, traits));
        let deviations = cx.met();
        Ok(Received::event(consumed, Event::Command { ticket, tag, command, deviations }))
    }

    /// The refusal of a command with a list or a set that is too long.
    pub(super) fn exceeded(&self, cx: &Context) -> Option<Refusal> {
        let name = cx.over()?;
        let limits = &self.config.limits;
        let limit = if name == "ranges" { limits.ranges } else { limits.elements };
        let error = PeerError::Limit { name, limit: limit.into() };
        Some((error, OwnAnswer::to(&error)))
    }

    /// A refusal by name becomes one by grammar, where the frame is no command at all.
    fn refine(&self, head: &Head<'_>, frame: &[u8], refusal: Refusal) -> Refusal {
        let cx = self.context(Mode::REV1);
        if parse_whole(frame, |frame| Done::parse_part(frame, &cx)).is_ok() {
            return (refusal.0, OwnAnswer::NoIdle);
        }
        if head.verb.is_some() {
            return refusal;
        }
        // Without a tag, or without a name: the grammar says what is missing.
        match parse_whole(frame, |frame| TaggedCommand::parse_part(frame, &cx)) {
            Err(error) if head.tag.is_none() || error.rule == "command-name" => syntax(error),
            Err(error) if error.rule == "SP" && head.wire.is_empty() => syntax(error),
            _ => refusal,
        }
    }

    /// Refuses a whole command, and counts it.
    pub(super) fn reject<'i>(
        &mut self,
        head: Head<'_>,
        consumed: usize,
        (error, answer): Refusal,
    ) -> Result<Received<Event<'i>>, PeerError> {
        self.flags.spoken = true;
        // DONE is no tag.
        let tag = head.tag.filter(|_| answer != OwnAnswer::NoIdle);
        if self.framer.is_dropping() {
            self.rare().held = Some(answer.line(tag));
        } else {
            answer.push(tag, &mut self.queue);
        }
        self.count_bad_command(error)?;
        let event = Event::Rejected { ticket: None, verb: head.verb, error };
        Ok(Received::event(consumed, event))
    }

    /// Refuses a command that is over a limit of the framer.
    fn reject_fault<'i>(
        &mut self,
        head: Head<'_>,
        consumed: usize,
        fault: Fault,
        name: Option<&'static str>,
    ) -> Result<Received<Event<'i>>, PeerError> {
        let mut refusal = self.fault(fault);
        if let Some(name) = name {
            let limit = self.config.limits.auth_line.into();
            refusal = (PeerError::Limit { name, limit }, OwnAnswer::AuthLineTooLong);
        }
        self.reject(head, consumed, refusal)
    }

    /// What is wrong, and the answer.
    pub(super) fn fault(&self, fault: Fault) -> Refusal {
        let limits = &self.config.limits;
        let early = !self.state.is_authenticated();
        let pick = |name, early_name, limit, early_limit| {
            if early { (early_name, early_limit) } else { (name, limit) }
        };
        let ((name, limit), answer) = match fault {
            Fault::Line => {
                let line = pick("line", "line_early", limits.line, limits.line_early);
                (line, OwnAnswer::LineTooLong)
            }
            Fault::Literals => (("literals", limits.literals), OwnAnswer::TooManyLiterals),
            Fault::Message => {
                let all = pick("command", "command_early", limits.command, limits.command_early);
                (all, OwnAnswer::CommandTooLarge)
            }
            Fault::Discard => (("discard", limits.discard), OwnAnswer::TooBig),
            Fault::Size => {
                let size = pick("literal", "literal_early", limits.literal, limits.literal_early);
                (size, OwnAnswer::LiteralTooLarge)
            }
            Fault::Header => {
                let error = SyntaxError { rule: "literal", at: 0 };
                return (PeerError::Syntax(error), OwnAnswer::LiteralHeader);
            }
        };
        (PeerError::Limit { name, limit: limit.into() }, answer)
    }

    /// Ends a session in which the next command cannot be found.
    pub(super) fn fail_fault(&mut self, fault: Fault) -> PeerError {
        let error = match self.fault(fault) {
            (PeerError::Syntax(_), _) => PeerError::Literal(fault),
            (error, _) => error.at_the_end(),
        };
        let answer = match fault {
            Fault::Header => OwnAnswer::Closing,
            _ => OwnAnswer::TooBig,
        };
        answer.push(None, &mut self.queue);
        self.end(error)
    }

    /// Sends the answer that waited for the end of its command.
    pub(super) fn push_held(&mut self) {
        if let Some(line) = self.rare.as_mut().and_then(|rare| rare.held.take()) {
            self.queue.push(&line);
        }
        self.tidy();
    }

    /// Takes a command off that is answered. What waited for it may go on.
    pub(super) fn settle(&mut self) {
        self.flags.waits = false;
    }

    fn is_behind_starttls(&self) -> bool {
        self.flights.last().is_some_and(|flight| flight.verb == Some(Verb::StartTls))
    }
}

/// What breaks the grammar is answered with the rule and the place.
pub(super) fn syntax(error: SyntaxError) -> Refusal {
    let error = PeerError::Syntax(error);
    (error, OwnAnswer::to(&error))
}

/// A line of a browser that is tricked into talking to a mail server, or the beginning of TLS.
fn is_other_protocol(frame: &[u8]) -> bool {
    let line = frame.strip_suffix(b"\n").unwrap_or(frame);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.first() == Some(&0x16)
        || line.ends_with(b" HTTP/1.1")
        || line.ends_with(b" HTTP/1.0")
        || line.ends_with(b" HTTP/2.0")
}

pub(super) fn index(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
