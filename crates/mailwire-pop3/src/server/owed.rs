//! The answers that a server owes, in the order of the commands.

use super::answer::OwnAnswer;
use crate::command::Verb;

/// Most answers that can be owed; [`Limits::pipeline`](crate::Limits::pipeline) is at most this.
const MOST: usize = 16;

/// What is owed for one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// The greeting.
    Greeting,
    /// The application's answer to a known verb, and whether it had the argument that it can do
    /// without.
    Verb(Verb, bool),
    /// The application's answer to a verb that is kept as data.
    Other,
    /// The machine's own answer, that waits for its turn.
    Own(OwnAnswer),
}

/// A short queue without heap memory: an octet for each answer.
#[derive(Debug, Clone)]
pub(super) struct Owed {
    ring: [u8; MOST],
    head: u8,
    len: u8,
}

/// The machine's own answers have this bit.
const OWN: u8 = 0x80;
const GREETING: u8 = 0x40;
const OTHER: u8 = 0x41;
/// Verbs with an argument have this bit.
const GIVEN: u8 = 0x20;

impl Owed {
    pub(super) const fn new() -> Self {
        Self { ring: [0; MOST], head: 0, len: 0 }
    }

    pub(super) const fn len(&self) -> u8 {
        self.len
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) const fn is_full(&self, limit: u8) -> bool {
        self.len >= limit || self.len as usize >= MOST
    }

    /// Puts an answer at the end. The machine checks [`is_full`](Self::is_full) first.
    pub(super) fn push(&mut self, due: Due) {
        let octet = match due {
            Due::Greeting => GREETING,
            Due::Verb(verb, false) => verb as u8,
            Due::Verb(verb, true) => GIVEN | verb as u8,
            Due::Other => OTHER,
            Due::Own(answer) => OWN | answer.to_octet(),
        };
        let at = self.place(self.len);
        if let Some(place) = self.ring.get_mut(at) {
            *place = octet;
            self.len = self.len.saturating_add(1);
        }
    }

    /// The answer that is due first.
    pub(super) fn first(&self) -> Option<Due> {
        self.iter().next()
    }

    /// Takes the first answer away.
    pub(super) fn pop(&mut self) {
        self.head = self.place(1).try_into().unwrap_or_default();
        self.len = self.len.saturating_sub(1);
    }

    /// The answers, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Due> {
        (0..self.len).filter_map(|offset| {
            let octet = *self.ring.get(self.place(offset))?;
            Some(match octet {
                GREETING => Due::Greeting,
                OTHER => Due::Other,
                octet if octet & OWN != 0 => Due::Own(OwnAnswer::from_octet(octet & !OWN)),
                octet => {
                    let verb = *Verb::ALL.get(usize::from(octet & !GIVEN))?;
                    Due::Verb(verb, octet & GIVEN != 0)
                }
            })
        })
    }

    /// Where the answer at `offset` from the first stands.
    fn place(&self, offset: u8) -> usize {
        usize::from(self.head).saturating_add(usize::from(offset)) % MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_out_in_order() {
        let mut owed = Owed::new();
        for round in 0..5 {
            let all = [
                Due::Greeting,
                Due::Verb(Verb::Quit, false),
                Due::Verb(Verb::List, true),
                Due::Own(OwnAnswer::Usage(Verb::Top)),
                Due::Own(OwnAnswer::WrongProtocol),
                Due::Other,
            ];
            for due in all {
                owed.push(due);
            }
            for due in all {
                assert_eq!(owed.first(), Some(due), "round {round}");
                owed.pop();
            }
            assert!(owed.is_empty());
        }
    }

    #[test]
    fn it_is_full_at_the_limit() {
        let mut owed = Owed::new();
        for _ in 0..16 {
            assert!(!owed.is_full(16) && !owed.is_full(255));
            owed.push(Due::Other);
        }
        assert!(owed.is_full(16) && owed.is_full(255));
    }
}
