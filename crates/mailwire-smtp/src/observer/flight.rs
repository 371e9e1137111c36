//! What was sent and is not answered, in order, and what a reply to it leads to.

use alloc::collections::VecDeque;

use mailwire_core::Wait;

use super::{Answers, Protocol};
use crate::command::Verb;

/// Commands that may wait for replies before the client is held: the memory of an observer.
const MOST: usize = 4096;

/// One thing that owes a reply, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flight {
    /// A command; `None` for another verb and for a line that is no command.
    Command(Option<Verb>),
    /// BDAT or BURL with the octets behind it.
    Chunk {
        /// The verb.
        verb: Verb,
        /// True for the last of the message.
        last: bool,
    },
    /// The body behind DATA.
    Message,
}

/// What is in flight, and as much of the transaction as the number of replies depends on.
#[derive(Debug, Clone)]
pub(super) struct Flights {
    queue: VecDeque<Flight>,
    /// Accepted recipients of the transaction.
    recipients: u32,
    /// A chunk was refused: the transaction is lost.
    failed: bool,
    /// The replies for each recipient that the first in flight still owes.
    each: Option<Each>,
}

/// A run of replies, one for each recipient.
#[derive(Debug, Clone, Copy)]
struct Each {
    next: u32,
    of: u32,
    /// One more reply is owed, for the whole message (PRDR).
    and_all: bool,
}

/// What a reply answers, and the flight that ended with it.
pub(super) struct Answered {
    pub(super) answers: Answers,
    pub(super) ended: Option<Flight>,
}

impl Flights {
    pub(super) const fn new() -> Self {
        Self { queue: VecDeque::new(), recipients: 0, failed: false, each: None }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.each = None;
        self.end_transaction();
    }

    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= MOST
    }

    pub(super) fn push(&mut self, flight: Flight) {
        self.queue.push_back(flight);
    }

    pub(super) fn first(&self) -> Option<Flight> {
        self.queue.front().copied()
    }

    /// True when there is only one in flight.
    pub(super) fn is_single(&self) -> bool {
        self.queue.len() == 1
    }

    /// Gives up all but the last: a reply came that none but the last can have.
    pub(super) fn keep_last(&mut self) {
        let last = self.queue.pop_back();
        self.queue.clear();
        self.queue.extend(last);
        self.each = None;
    }

    /// Matches a reply of this code to what is first in flight.
    ///
    /// `early` tells that the body of the first in flight is not complete: its reply is one for all.
    pub(super) fn answer(&mut self, code: u16, protocol: Protocol, early: bool) -> Answered {
        let Some(first) = self.first() else {
            return Answered { answers: Answers::Nothing, ended: None };
        };
        match first {
            Flight::Message | Flight::Chunk { last: true, .. } => {
                return self.answer_message(first, code, protocol, early);
            }
            Flight::Chunk { .. } => self.failed |= code >= 300,
            Flight::Command(Some(verb)) if code < 300 => self.accepted(verb),
            Flight::Command(_) => {}
        }
        self.queue.pop_front();
        let answers = match first {
            Flight::Command(Some(verb)) | Flight::Chunk { verb, .. } => Answers::Command(verb),
            Flight::Command(None) | Flight::Message => Answers::Unknown,
        };
        Answered { answers, ended: Some(first) }
    }

    /// A positive reply to a command changes the transaction.
    const fn accepted(&mut self, verb: Verb) {
        match verb {
            Verb::Rcpt => self.recipients = self.recipients.saturating_add(1),
            Verb::Mail
            | Verb::Send
            | Verb::Soml
            | Verb::Saml
            | Verb::Rset
            | Verb::Ehlo
            | Verb::Helo
            | Verb::Lhlo
            | Verb::Xclient => self.end_transaction(),
            _ => {}
        }
    }

    /// A reply to a whole message: one for all, or one of several.
    fn answer_message(
        &mut self,
        message: Flight,
        code: u16,
        protocol: Protocol,
        early: bool,
    ) -> Answered {
        let each = match self.each.take() {
            Some(each) => each,
            None if early || self.failed => Each { next: 0, of: 0, and_all: true },
            // PRDR: the replies for each recipient follow, and one for all.
            None if code == 353 => {
                self.each = Some(Each { next: 0, of: self.recipients, and_all: true });
                return Answered { answers: Answers::Message, ended: None };
            }
            None if protocol == Protocol::Lmtp && self.recipients > 0 => {
                Each { next: 0, of: self.recipients, and_all: false }
            }
            None => Each { next: 0, of: 0, and_all: true },
        };
        let answers =
            if each.next < each.of { Answers::Recipient(each.next) } else { Answers::Message };
        let next = each.next.saturating_add(1);
        if next < each.of.saturating_add(u32::from(each.and_all)) {
            self.each = Some(Each { next, ..each });
            return Answered { answers, ended: None };
        }
        self.queue.pop_front();
        self.end_transaction();
        Answered { answers, ended: Some(message) }
    }

    /// The message behind DATA is accepted for transfer: its reply is owed before any other.
    pub(super) fn body_follows(&mut self) {
        self.queue.push_front(Flight::Message);
    }

    const fn end_transaction(&mut self) {
        self.recipients = 0;
        self.failed = false;
    }

    /// What the first in flight waits for.
    pub(super) fn waiting_for(&self) -> Wait {
        match self.first() {
            None => Wait::Command,
            Some(Flight::Message | Flight::Chunk { last: true, .. }) => Wait::BodyAnswer,
            Some(_) => Wait::Answer,
        }
    }
}
