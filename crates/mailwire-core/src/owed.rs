//! The answers that a server owes, in the order of the commands.

use core::marker::PhantomData;

/// Most answers that can be owed; a limit on pipelining is at most this.
const MOST: usize = 16;

/// What is owed for one command, as an octet.
pub trait Due: Sized {
    /// The octet that stands for it.
    fn to_octet(self) -> u8;

    /// What an octet of [`to_octet`](Self::to_octet) stands for.
    fn from_octet(octet: u8) -> Option<Self>;
}

/// A short queue without heap memory: an octet for each answer. For protocols that answer commands in
/// their order.
#[derive(Debug, Clone)]
pub struct Owed<D> {
    ring: [u8; MOST],
    head: u8,
    len: u8,
    due: PhantomData<D>,
}

impl<D: Due> Owed<D> {
    /// Nothing is owed.
    #[must_use]
    pub const fn new() -> Self {
        Self { ring: [0; MOST], head: 0, len: 0, due: PhantomData }
    }

    /// How many answers are owed.
    #[must_use]
    pub const fn len(&self) -> u8 {
        self.len
    }

    /// True when no answer is owed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// True when no more commands are to be read.
    #[must_use]
    pub const fn is_full(&self, limit: u8) -> bool {
        // A limit of none would stop the session before its greeting.
        self.len > 0 && self.len >= limit || self.len as usize >= MOST
    }

    /// Puts an answer at the end. The machine checks [`is_full`](Self::is_full) first: what does not
    /// fit is dropped.
    pub fn push(&mut self, due: D) {
        if self.len as usize >= MOST {
            return;
        }
        let at = self.place(self.len);
        if let Some(place) = self.ring.get_mut(at) {
            *place = due.to_octet();
            self.len = self.len.saturating_add(1);
        }
    }

    /// The answer that is due first.
    #[must_use]
    pub fn first(&self) -> Option<D> {
        self.iter().next()
    }

    /// Takes the first answer away.
    pub fn pop(&mut self) {
        self.head = self.place(1).try_into().unwrap_or_default();
        self.len = self.len.saturating_sub(1);
    }

    /// The answers, in order.
    pub fn iter(&self) -> impl Iterator<Item = D> {
        (0..self.len).filter_map(|offset| D::from_octet(*self.ring.get(self.place(offset))?))
    }

    /// Where the answer at `offset` from the first stands.
    fn place(&self, offset: u8) -> usize {
        usize::from(self.head).saturating_add(usize::from(offset)) % MOST
    }
}

impl<D: Due> Default for Owed<D> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    impl Due for u8 {
        fn to_octet(self) -> u8 {
            self
        }

        fn from_octet(octet: u8) -> Option<Self> {
            Some(octet)
        }
    }

    #[test]
    fn answers_come_out_in_order() {
        let mut owed = Owed::new();
        for round in 0..5 {
            for due in 0..6 {
                owed.push(due);
            }
            assert_eq!(owed.iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
            for due in 0..6_u8 {
                assert_eq!(owed.first(), Some(due), "round {round}");
                owed.pop();
            }
            assert!(owed.is_empty());
        }
    }

    #[test]
    fn it_is_full_at_the_limit() {
        let mut owed = Owed::new();
        assert!(!owed.is_full(0));
        for due in 0..16_u8 {
            assert!(!owed.is_full(16) && !owed.is_full(255));
            owed.push(due);
            assert!(owed.is_full(due + 1));
        }
        assert!(owed.is_full(16) && owed.is_full(255));
        owed.push(16);
        assert_eq!(owed.iter().last(), Some(15));
    }
}
