//! The highest mod-sequence that a client may store.

use crate::element::mod_seq::ModSeq;

/// The highest mod-sequence of a mailbox that is safe to store: RFC 7162 section 6.
///
/// A value that comes with FETCH is not safe at once: servers need not send them in order, and can hold
/// back a VANISHED with a lower one. So the value changes with a tagged response only. It becomes
/// that of the code HIGHESTMODSEQ, if one came since the last tagged response, though it be lower than
/// what FETCH told; else the highest that FETCH told, if that is higher.
///
/// # Example
/// ```
/// use mailwire_imap::element::mod_seq::ModSeq;
/// use mailwire_imap::view::HighestModSeq;
///
/// let value = |value| ModSeq::new(value).unwrap();
/// let mut highest = HighestModSeq::new(Some(value(96)));
/// // * 1 FETCH (UID 6 MODSEQ (103))
/// highest.seen(value(103));
/// assert_eq!(highest.value(), Some(value(96)));
/// // * OK [HIGHESTMODSEQ 99] VANISHED reply with MODSEQ 100 is delayed
/// highest.told(value(99));
/// // A150 OK done
/// highest.completed();
/// assert_eq!(highest.value(), Some(value(99)));
/// # Ok::<(), mailwire_imap::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HighestModSeq {
    stored: Option<ModSeq>,
    told: Option<ModSeq>,
    seen: Option<ModSeq>,
    none: bool,
}

impl HighestModSeq {
    /// Begins with the value that is in store.
    #[must_use]
    pub const fn new(stored: Option<ModSeq>) -> Self {
        Self { stored, told: None, seen: None, none: false }
    }

    /// The value to store; `None` where the mailbox has none, or none was told.
    #[must_use]
    pub const fn value(&self) -> Option<ModSeq> {
        self.stored
    }

    /// What the code HIGHESTMODSEQ told since the last tagged response.
    #[must_use]
    pub const fn last_told(&self) -> Option<ModSeq> {
        self.told
    }

    /// True behind NOMODSEQ.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.none
    }

    /// Takes the code HIGHESTMODSEQ. 0 is the mark of a mailbox that has none.
    pub fn told(&mut self, value: ModSeq) {
        if value == ModSeq::ZERO {
            return self.none();
        }
        self.none = false;
        self.told = Some(value);
    }

    /// Takes the code NOMODSEQ: what is in store is to be removed.
    pub fn none(&mut self) {
        *self = Self { none: true, ..Self::new(None) };
    }

    /// Takes the item MODSEQ of a FETCH response.
    pub fn seen(&mut self, value: ModSeq) {
        self.seen = self.seen.max(Some(value));
    }

    /// Takes a tagged response, behind the code that it may have.
    pub fn completed(&mut self) {
        let (told, seen) = (self.told.take(), self.seen.take());
        if self.none {
            return;
        }
        // Without a value of the mailbox, that of a message says nothing about the others.
        self.stored =
            told.or(self.stored.map(|stored| seen.map_or(stored, |seen| seen.max(stored))));
    }
}
