//! What was sent and is not answered.

use alloc::collections::VecDeque;

use mailwire_core::Wait;

use crate::command::Verb;
use crate::token::TAG_CHAR;

/// Commands that may wait for answers before the client is held: the memory of an observer.
const MOST: usize = 4096;

/// Octets of a tag that are kept as they are. Longer ones are known by their hash.
const SHORT: usize = 16;

/// What is kept of a tag, without heap memory however long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TagKey {
    octets: usize,
    head: [u8; SHORT],
    hash: u64,
}

impl TagKey {
    pub(super) fn of(tag: &[u8]) -> Self {
        let mut head = [0; SHORT];
        for (to, from) in head.iter_mut().zip(tag) {
            *to = *from;
        }
        // FNV-1a.
        let hash = tag.iter().skip(SHORT).fold(0xcbf2_9ce4_8422_2325, |hash: u64, octet| {
            (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { octets: tag.len(), head, hash }
    }

    /// The tag that a line begins with; what is behind it is a space or a line end.
    pub(super) fn before(line: &[u8]) -> Option<(Self, &[u8])> {
        let (tag, rest) = TAG_CHAR.split(line);
        let bounded = matches!(rest, [b' ' | b'\r' | b'\n', ..]);
        (bounded && !tag.is_empty()).then(|| (Self::of(tag), rest))
    }
}

/// A command that owes an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flight {
    pub(super) tag: TagKey,
    /// `None` for another command and for what is none.
    pub(super) verb: Option<Verb>,
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

    /// Takes the first command with this tag, and tells whether it is the last one of all.
    pub(super) fn take(&mut self, tag: TagKey) -> Option<(Flight, bool)> {
        let at = self.queue.iter().position(|flight| flight.tag == tag)?;
        let last = at.saturating_add(1) == self.queue.len();
        // Servers answer in order, nearly always: what stays behind for so long has no answer.
        if self.queue.len() > MOST / 2 {
            self.queue.drain(..at);
            return self.queue.pop_front().map(|flight| (flight, last));
        }
        self.queue.remove(at).map(|flight| (flight, last))
    }

    /// What the last in flight waits for.
    pub(super) fn waiting_for(&self) -> Wait {
        if self.queue.is_empty() { Wait::Command } else { Wait::Answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_apart_by_all_of_their_octets() {
        let long = [b'a'; 40];
        let mut other = long;
        other[39] = b'b';
        assert_eq!(TagKey::of(&long), TagKey::of(&long));
        assert_ne!(TagKey::of(&long), TagKey::of(&other));
        assert_ne!(TagKey::of(&long[..39]), TagKey::of(&long));
        assert_ne!(TagKey::of(b"a"), TagKey::of(b"A"));
        assert_eq!(TagKey::before(b"a OK\r\n"), Some((TagKey::of(b"a"), &b" OK\r\n"[..])));
        for line in [&b"* OK\r\n"[..], b"+ go\r\n", b"", b"a", b"a\"b c"] {
            assert_eq!(TagKey::before(line), None, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn what_is_never_answered_is_given_up() {
        let mut flights = Flights::new();
        let flight = |number: usize| {
            let tag = TagKey::of(alloc::format!("a{number}").as_bytes());
            Flight { tag, verb: None }
        };
        for number in 0..MOST {
            assert!(!flights.is_full());
            flights.push(flight(number));
        }
        assert!(flights.is_full());
        let taken = flights.take(flight(MOST - 2).tag);
        assert_eq!(taken, Some((flight(MOST - 2), false)));
        assert_eq!(flights.take(flight(MOST - 1).tag), Some((flight(MOST - 1), true)));
        assert_eq!(flights.take(flight(0).tag), None);
        flights.push(flight(1));
        flights.push(flight(2));
        assert_eq!(flights.take(flight(2).tag), Some((flight(2), true)));
        assert_eq!(flights.take(flight(1).tag), Some((flight(1), true)));
    }
}
