//! Commands on their way out: whose turn it is, literals that wait, and bodies that are streamed.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;
use mailwire_core::Unanswered;
use mailwire_core::body::CountedEncoder;
use mailwire_core::encoder::{Cut, Encoder};
use mailwire_core::parse::Wire;

use super::auth::Exchange;
use super::idle::Idling;
use super::{Client, Reading, Ticket};
use crate::Mode;
use crate::command::{Command, Verb};
use crate::error::UsageError;
use crate::pipelining::{Traits, may_follow};
use crate::state::Legal;
use crate::token::LITERAL_MINUS;

/// A command that has not ended.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) ticket: Ticket,
    pub(super) verb: Option<Verb>,
    pub(super) traits: Traits,
    /// What is not queued yet.
    unsent: Option<Box<Unsent>>,
    /// How many octets must be written before the server can answer it: none are enough while a part of
    /// it is not queued.
    pub(super) end: u64,
    /// Literals that do not wait: the server may answer each with `+` all the same.
    pub(super) spare: u32,
    /// Octets of the largest of them.
    largest: u64,
    /// The caller gave it up.
    pub(super) abandoned: bool,
    /// It has a streamed body.
    pub(super) streamed: bool,
    /// NOTIFY that asks for EXPUNGE at any time.
    pub(super) asks_expunges: bool,
}

impl Pending {
    /// True for SELECT and EXAMINE.
    pub(super) const fn opens(&self) -> bool {
        matches!(self.verb, Some(Verb::Select | Verb::Examine))
    }
}

/// The rest of a command.
#[derive(Clone)]
struct Unsent {
    wire: Vec<u8>,
    cuts: Vec<Cut>,
    /// Octets and cuts that are done with.
    from: usize,
    cut: usize,
}

/// Shows sizes only: a command can hold credentials.
impl fmt::Debug for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsent").field("len", &self.wire.len()).finish_non_exhaustive()
    }
}

/// Where the last command in flight stands.
#[derive(Debug, Clone)]
pub(super) enum Writing {
    /// It is sent, and the next may follow.
    Free,
    /// It waits for `+` before a literal, which the server can send once so many octets are written.
    Go {
        /// Octets since the beginning of the connection.
        mark: u64,
    },
    /// The caller streams a literal.
    Body(Body),
    /// A SASL exchange.
    Exchange(Exchange),
    /// IDLE.
    Idle(Idling),
}

/// A literal that the caller streams.
#[derive(Debug, Clone)]
pub(super) struct Body {
    octets: CountedEncoder,
    /// How many octets were announced.
    size: u64,
    /// It may hold NUL.
    binary: bool,
    /// The caller knows that it is wanted.
    told: bool,
    /// Octets since the beginning of the connection that stand before it.
    mark: u64,
}

impl Body {
    /// True when the server can refuse it, with so many octets written.
    pub(super) const fn may_be_refused(&self, written: u64) -> bool {
        written >= self.mark
    }
}

impl Client {
    /// Writes a command that was checked.
    pub(super) fn prepare(
        &self,
        ticket: Ticket,
        command: &Command<'_>,
    ) -> Result<Pending, UsageError> {
        let (mut wire, mut cuts) = written(ticket, command, self.mode());
        let mut lines = Lines::of(&wire, &cuts);
        // A `+` that comes for a literal that does not wait must not pass for one that is waited for.
        if lines.spare > 0 && waits(&cuts) {
            (wire, cuts) = written(ticket, command, self.mode_of_waiting());
            lines = Lines::of(&wire, &cuts);
        }
        let limit = match command {
            Command::Authenticate(_) => self.config.limits.auth_line.max(self.sent_line()),
            _ => self.sent_line(),
        };
        if lines.octets > u64::from(limit) {
            return Err(UsageError::LineTooLong { limit });
        }
        let verb = command.name();
        let arguments = wire.iter().position(|octet| *octet == b' ').unwrap_or_default();
        let arguments = wire.get(arguments.saturating_add(1)..).unwrap_or_default();
        let traits = verb.map_or(Traits::unknown(), |verb| Traits::of_wire(verb, arguments));
        let streamed = cuts.iter().any(|cut| matches!(cut, Cut::Body { .. }));
        Ok(Pending {
            ticket,
            verb,
            traits,
            unsent: Some(Box::new(Unsent { wire, cuts, from: 0, cut: 0 })),
            end: u64::MAX,
            spare: lines.spare,
            largest: lines.largest,
            abandoned: false,
            streamed,
            asks_expunges: matches!(command, Command::Notify(notify) if notify.asks_for_expunges()),
        })
    }

    /// The longest command, without its literals, that this server takes.
    fn sent_line(&self) -> u32 {
        let of_server = self.profile.and_then(|profile| profile.sent_line);
        of_server.unwrap_or(self.config.sent_line)
    }

    /// Octets of the commands that are held.
    pub(super) fn held(&self) -> usize {
        let unsent = self.commands.iter().filter_map(|command| command.unsent.as_ref());
        unsent.fold(0, |sum, unsent| {
            sum.saturating_add(unsent.wire.len().saturating_sub(unsent.from))
        })
    }

    /// Sends what may be sent, and drops what cannot succeed any more.
    pub(super) fn pump(&mut self) {
        while !self.is_closed()
            && matches!(self.writing, Writing::Free)
            && !matches!(self.reading, Reading::Handover(_))
        {
            let Some(next) = self.commands.get(self.sent) else { break };
            // What it depends on has failed, or the server takes its literals no more.
            let state = self.led_to(self.sent);
            let stale = self.flags.bye
                || next.verb.is_some_and(|verb| !state.allows(verb))
                || next.spare > 0 && !self.takes_literals(next.largest);
            if stale {
                if let Some(dropped) = self.commands.remove(self.sent) {
                    self.ended.push_back((dropped.ticket, Unanswered::NotSent));
                    if dropped.opens() {
                        self.drop_unopened(self.sent);
                    }
                }
                continue;
            }
            let waits = next.unsent.as_ref().is_some_and(|unsent| waits(&unsent.cuts));
            // The same `+`, for a literal of a command before.
            let unclear =
                waits && self.commands.iter().take(self.sent).any(|command| command.spare > 0);
            if unclear
                || self.sent > 0 && !self.config.pipelining
                || !may_follow(self.traits(), next.traits)
            {
                break;
            }
            self.flags.opened |= next.opens();
            if next.traits.intersects(Traits::CHANGES_CAPABILITIES) {
                self.flags.relearned = false;
            }
            self.sent = self.sent.saturating_add(1);
            self.advance();
        }
    }

    /// A message was removed, so that numbers mean other messages than when they were chosen. What is held for
    /// a mailbox that is still to be opened has none of this one.
    pub(super) fn drop_numbered(&mut self) {
        if !self.traits().intersects(Traits::CHANGES_SELECTED) {
            self.drop_from(self.sent, |command| command.traits.intersects(Traits::USES_NUMBERS));
        }
    }

    /// A mailbox is not opened, and another may still be: what is held for the one is not for the other.
    pub(super) fn drop_unopened(&mut self, from: usize) {
        self.drop_from(from, |command| {
            command.verb.is_some_and(|verb| verb.row().legal == Legal::Selected)
        });
    }

    /// Drops such commands that are not sent, up to the one that opens another mailbox.
    fn drop_from(&mut self, from: usize, is_dropped: impl Fn(&Pending) -> bool) {
        let mut at = from.max(self.sent);
        while let Some(command) = self.commands.get(at).filter(|command| !command.opens()) {
            if !is_dropped(command) {
                at = at.saturating_add(1);
            } else if let Some(dropped) = self.commands.remove(at) {
                self.ended.push_back((dropped.ticket, Unanswered::NotSent));
            }
        }
    }

    /// Drops what is not sent and never will be.
    pub(super) fn drop_held(&mut self) {
        while self.commands.len() > self.sent {
            if let Some(dropped) = self.commands.remove(self.sent) {
                self.ended.push_back((dropped.ticket, Unanswered::NotSent));
            }
        }
    }

    /// True when literals of up to so many octets need not wait.
    const fn takes_literals(&self, largest: u64) -> bool {
        let mode = self.mode();
        mode.contains(Mode::LITERAL_PLUS)
            || mode.contains(Mode::LITERAL_MINUS) && largest <= LITERAL_MINUS as u64
    }

    /// Queues the last command in flight, up to where something must be waited for.
    pub(super) fn advance(&mut self) {
        let Some(command) = self.sent.checked_sub(1).and_then(|last| self.commands.get_mut(last))
        else {
            return;
        };
        let Some(unsent) = &mut command.unsent else { return };
        let cut = unsent.cuts.get(unsent.cut).copied();
        let to = match cut {
            Some(Cut::Wait { at } | Cut::Body { at, .. }) => at,
            None => unsent.wire.len(),
        };
        let octets = unsent.wire.get(unsent.from..to).unwrap_or_default();
        self.queue.push(octets);
        self.queued = self.queued.saturating_add(octets.len() as u64);
        let binary = is_binary(unsent.wire.get(..to).unwrap_or_default());
        unsent.from = to;
        unsent.cut = unsent.cut.saturating_add(1);
        self.writing = match cut {
            Some(Cut::Wait { .. }) => Writing::Go { mark: self.queued },
            Some(Cut::Body { size, .. }) => Writing::Body(Body {
                octets: CountedEncoder::new(size),
                size,
                binary,
                told: false,
                mark: self.queued,
            }),
            None => {
                command.unsent = None;
                command.end = self.queued;
                match command.verb {
                    Some(Verb::Authenticate) => Writing::Exchange(Exchange::default()),
                    Some(Verb::Idle) => Writing::Idle(Idling::Asked { ends: false }),
                    _ => Writing::Free,
                }
            }
        };
    }

    /// Puts a line of the dialogue of the last command in the queue.
    pub(super) fn push_line(&mut self, line: &[u8]) {
        self.queue.push(line);
        self.queued = self.queued.saturating_add(line.len() as u64);
    }

    /// The command that is sent last.
    pub(super) fn last(&self) -> Option<&Pending> {
        self.sent.checked_sub(1).and_then(|last| self.commands.get(last))
    }

    /// A body that is wanted and was not told.
    pub(super) fn body_wanted(&mut self) -> Option<(Ticket, u64)> {
        let ticket = self.last()?.ticket;
        match &mut self.writing {
            Writing::Body(body) if !body.told => {
                body.told = true;
                Some((ticket, body.size))
            }
            _ => None,
        }
    }

    /// Sends a part of the body that is wanted, from [`Event::BodyWanted`](super::Event::BodyWanted) on:
    /// before that event nobody is to send any, be it that the literal waits or not. It is not copied.
    ///
    /// A server may refuse the command before it has all octets. The command is completed then and the
    /// session is over: whether the server waits for the others is not known.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is wanted or the event was not given; [`UsageError::Busy`] when too
    /// much is queued;
    /// [`UsageError::BodyLength`] for more octets than were announced and [`UsageError::NulInBody`] for NUL
    /// in a literal that is no literal8: nothing of the part is sent then.
    pub fn send_body(&mut self, part: Bytes) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        if self.queue.len() > self.config.limits.transmit {
            return Err(UsageError::Busy);
        }
        // A caller that sends before it is asked would send the same again when it is.
        let body = match &mut self.writing {
            Writing::Body(body) if body.told => body,
            _ => return Err(UsageError::NotNow { what: "a body" }),
        };
        if !body.binary && memchr::memchr(0, &part).is_some() {
            return Err(UsageError::NulInBody);
        }
        body.octets.push(part.len())?;
        self.queued = self.queued.saturating_add(part.len() as u64);
        self.queue.push_body(part);
        Ok(())
    }

    /// Ends the body; the rest of the command goes out.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is under way; [`UsageError::BodyLength`] when octets are missing.
    /// They can still be sent; without them nothing else is sent on this connection.
    pub fn finish_body(&mut self) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        let body = match &self.writing {
            Writing::Body(body) if body.told => body,
            _ => return Err(UsageError::NotNow { what: "the end of a body" }),
        };
        body.octets.finish()?;
        self.advance();
        self.pump();
        Ok(())
    }

    /// The go-ahead for the literal that waits came.
    pub(super) fn go(&mut self) {
        self.advance();
        // Nobody has its octets any more, and the server waits for them.
        let lost = self.last().is_some_and(|command| command.abandoned);
        if lost && matches!(self.writing, Writing::Body(_)) {
            self.close();
        }
        self.pump();
    }

    /// True when the caller may give nothing: what is under way is not ours.
    pub(super) const fn is_handing_over(&self) -> bool {
        matches!(self.reading, Reading::Handover(_))
    }
}

/// A command as it is written, and where something has to be done within it.
fn written(ticket: Ticket, command: &Command<'_>, mode: Mode) -> (Vec<u8>, Vec<Cut>) {
    let mut wire = Vec::new();
    let mut out = Encoder::new(&mut wire).with_mode(mode.bits());
    out.put(&ticket.tag()).sp();
    command.encode(&mut out);
    out.crlf();
    let cuts = out.into_cuts();
    (wire, cuts)
}

/// True when a literal waits.
fn waits(cuts: &[Cut]) -> bool {
    cuts.iter().any(|cut| matches!(cut, Cut::Wait { .. }))
}

/// True when the octets end in the header of a literal8.
fn is_binary(wire: &[u8]) -> bool {
    let brace = memchr::memrchr(b'{', wire);
    brace.and_then(|brace| brace.checked_sub(1)).and_then(|at| wire.get(at)) == Some(&b'~')
}

/// What the lines of a command are like.
struct Lines {
    /// Octets of all of them, with their ends and without literals: servers count so.
    octets: u64,
    /// Literals that do not wait.
    spare: u32,
    /// Octets of the largest of them.
    largest: u64,
}

impl Lines {
    /// Looks at a command of our own making: CRLF stands at its end, and behind the headers of literals.
    fn of(wire: &[u8], cuts: &[Cut]) -> Self {
        let (mut line, mut spare, mut from) = (0_u64, 0_u32, 0_usize);
        let mut largest = 0;
        let streamed =
            |at| cuts.iter().any(|cut| matches!(cut, Cut::Body { at: place, .. } if *place == at));
        while let Some(end) = memchr::memmem::find(wire.get(from..).unwrap_or_default(), b"\r\n") {
            let text = wire.get(from..).and_then(|rest| rest.get(..end)).unwrap_or_default();
            let behind = from.saturating_add(end).saturating_add(2);
            line = line.saturating_add(behind.saturating_sub(from) as u64);
            let Some((digits, plus)) = header(text) else {
                from = behind;
                continue;
            };
            let size = digits.iter().fold(0_u64, |size, digit| {
                size.saturating_mul(10).saturating_add(digit.wrapping_sub(b'0').into())
            });
            if plus {
                (spare, largest) = (spare.saturating_add(1), size.max(largest));
            }
            let octets =
                if streamed(behind) { 0 } else { usize::try_from(size).unwrap_or(usize::MAX) };
            from = behind.saturating_add(octets);
        }
        Self { octets: line, spare, largest }
    }
}

/// The digits of the header of a literal at the end of a line, and whether it does not wait. A name or a
/// password can end in `+}` without being one.
fn header(line: &[u8]) -> Option<(&[u8], bool)> {
    let line = line.strip_suffix(b"}")?;
    let (line, plus) = line.strip_suffix(b"+").map_or((line, false), |line| (line, true));
    let start = line.iter().rposition(|octet| !octet.is_ascii_digit())?;
    let (before, digits) = line.split_at_checked(start.saturating_add(1))?;
    (before.ends_with(b"{") && !digits.is_empty()).then_some((digits, plus))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_measured_without_literals() {
        for (wire, octets, spare) in [
            (&b"A1 NOOP\r\n"[..], 9, 0),
            (b"A1 LOGIN {3}\r\na\r\n {2+}\r\nbc\r\n", 14 + 7 + 2, 1),
            (b"A1 X \"{5}\"\r\n", 12, 0),
            (b"A1 X {0+}\r\n\r\n", 11 + 2, 1),
            (b"A1 LOGIN a b+}\r\n", 16, 0),
            (b"A1 LOGIN a 5}\r\n", 15, 0),
            (b"A1 LOGIN {1+}\r\na 5+}\r\n", 15 + 6, 1),
        ] {
            let lines = Lines::of(wire, &[]);
            assert_eq!((lines.octets, lines.spare), (octets, spare), "{}", wire.escape_ascii());
        }
        let wire = b"A1 X {2+}\r\nab {1+}\r\na {9}\r\n";
        assert_eq!(Lines::of(wire, &[]).largest, 2);
        let lines = Lines::of(b"A1 APPEND INBOX {99}\r\n\r\n", &[Cut::Body { at: 22, size: 99 }]);
        assert_eq!((lines.octets, lines.spare), (24, 0));
    }

    #[test]
    fn literal8_is_seen() {
        assert!(is_binary(b"A1 APPEND x ~{5}\r\n") && !is_binary(b"A1 APPEND x {5}\r\n"));
        assert!(!is_binary(b"{5}\r\n") && !is_binary(b""));
    }
}
