//! What was sent and is not answered, in order.

use alloc::collections::VecDeque;

use mailwire_core::Wait;

use crate::answer::Expect;
use crate::command::Verb;

/// Commands that may wait for answers before the client is held: the memory of an observer.
const MOST: usize = 4096;

/// A command that owes an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flight {
    /// `None` for another verb and for a line that is no command.
    pub(super) verb: Option<Verb>,
    pub(super) expect: Expect,
}

/// What is in flight.
#[derive(Debug, Clone)]
pub(super) struct Flights {
    queue: VecDeque<Flight>,
}

impl Flights {
    pub(super) const fn new() -> Self {
        Self { queue: VecDeque::new() }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
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

    pub(super) fn pop(&mut self) -> Option<Flight> {
        self.queue.pop_front()
    }

    /// True when none is in flight.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Gives up all but the last: a line came that none but the last can have.
    pub(super) fn keep_last(&mut self) {
        let last = self.queue.pop_back();
        self.queue.clear();
        self.queue.extend(last);
    }

    /// What the first in flight waits for.
    pub(super) fn waiting_for(&self) -> Wait {
        match self.first() {
            None => Wait::Command,
            Some(Flight { expect: Expect::Exchange, .. }) => Wait::Auth,
            Some(_) => Wait::Answer,
        }
    }
}
