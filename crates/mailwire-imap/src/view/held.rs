//! What a server may not tell yet.

use super::*;

/// The most ranges of one VANISHED response, so that its line stays under 8,000 octets.
const RANGES: usize = 256;

/// Changes of the selected mailbox that a server has not told this session yet.
///
/// RFC 9051 sections 5.2, 7.4.1 and 7.5.1; RFC 7162 sections 3.2 and 3.2.10.
///
/// The [`View`] is what the client was told; `Held` is what came since. [`release`](Self::release) tells
/// the one to the other: it moves changes into the view, one by one, and gives the untagged responses that
/// say so, with the numbers that are right at that point. The order is EXPUNGE or VANISHED, EXISTS, RECENT,
/// FETCH.
///
/// EXPUNGE and VANISHED wait where a client could be using sequence numbers: when no command is in
/// progress, and during FETCH, STORE and SEARCH. VANISHED also waits during a UID SEARCH with sequence
/// numbers among its keys. EXISTS and FETCH may always be told.
///
/// # Wire
/// ```text
/// C: A1 NOOP
/// S: * 3 EXPUNGE
/// S: * 3 EXPUNGE
/// S: * 12 EXISTS
/// S: * 5 FETCH (FLAGS (\Seen))
/// S: A1 OK Done
/// ```
///
/// # Limits
/// Ranges of UIDs are kept, in trees: some 30 octets for each range. A set in VANISHED has up to 256 ranges;
/// longer ones are told in parts.
///
/// # Errors
/// [`arrived`](Self::arrived) refuses UIDs that do not ascend.
///
/// # Example
/// ```
/// use core::num::NonZeroU32;
/// use mailwire_imap::element::sequence::UidSet;
/// use mailwire_imap::view::{Held, Update, View};
///
/// let uid = |uid| NonZeroU32::new(uid).unwrap();
/// let mut view = View::of(&UidSet::parse(b"4,6,8").unwrap());
/// let mut held = Held::new();
/// held.expunged(&view, uid(6), None);
/// held.arrived(&view, uid(9))?;
///
/// // During a FETCH: the message with UID 6 keeps its number.
/// assert_eq!(held.release(&mut view, false).collect::<Vec<_>>(), [Update::Exists(4)]);
/// // During a NOOP.
/// assert_eq!(held.release(&mut view, true).collect::<Vec<_>>(), [Update::Expunge(uid(2))]);
/// assert_eq!(view.sequence(uid(9)), Some(uid(3)));
/// # Ok::<(), mailwire_imap::view::Contradiction>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Held {
    expunged: NumberRanges,
    arrived: NumberRanges,
    changed: NumberRanges,
    recent: Option<u32>,
    /// The lowest mod-sequence of an expunge that is held.
    lowest: Option<ModSeq>,
    vanished: bool,
}

/// An untagged response that a server has to send; made by [`Held::release`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Update {
    /// `* n EXPUNGE`
    Expunge(NonZeroU32),
    /// `* VANISHED uids`
    Vanished(UidSet<'static>),
    /// `* n EXISTS`
    Exists(u32),
    /// `* n RECENT`, in IMAP4rev1.
    Recent(u32),
    /// `* n FETCH (...)`, or `* uid UIDFETCH (...)` with UIDONLY, with the flags that the message has now.
    Fetch {
        /// The sequence number; `None` with UIDONLY.
        number: Option<NonZeroU32>,
        /// The UID. It is told too where CONDSTORE is enabled (RFC 7162 section 3.2.4).
        uid: NonZeroU32,
    },
}

impl Held {
    /// Nothing is held, and expunges are told as EXPUNGE.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            expunged: NumberRanges::new(),
            arrived: NumberRanges::new(),
            changed: NumberRanges::new(),
            recent: None,
            lowest: None,
            vanished: false,
        }
    }

    /// Tells expunges as VANISHED: behind ENABLE QRESYNC, where the mailbox has mod-sequences, and always
    /// behind ENABLE UIDONLY. [`Server::uses_vanished`](crate::server::Server::uses_vanished) tells.
    pub fn use_vanished(&mut self, vanished: bool) {
        self.vanished = vanished;
    }

    /// True when there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arrived.is_empty()
            && self.changed.is_empty()
            && self.recent.is_none()
            && !self.holds_expunge()
    }

    /// True when an expunge is held.
    #[must_use]
    pub fn holds_expunge(&self) -> bool {
        !self.expunged.is_empty()
    }

    /// The highest mod-sequence that a server may tell while expunges are held: below that of each of
    /// them, so that a client that loses its connection asks for them (RFC 7162 section 3.2).
    ///
    /// `None` where no expunge with a mod-sequence is held. Else a server that sent MODSEQ items
    /// adds the code HIGHESTMODSEQ with this value to its answer.
    #[must_use]
    pub fn mod_seq_limit(&self) -> Option<ModSeq> {
        self.lowest.and_then(|lowest| ModSeq::new(lowest.get().saturating_sub(1)).ok())
    }

    /// A message was expunged. A message that was never told to the client is forgotten.
    pub fn expunged(&mut self, view: &View, uid: NonZeroU32, mod_seq: Option<ModSeq>) {
        let number = uid.get();
        self.changed.remove(number, number);
        self.arrived.remove(number, number);
        if view.contains(uid) {
            self.expunged.insert(number, number);
            if let Some(value) = mod_seq {
                self.lowest = Some(self.lowest.map_or(value, |lowest| lowest.min(value)));
            }
        }
    }

    /// A message arrived.
    ///
    /// # Errors
    /// [`Contradiction::NotAscending`] for a UID that is not above those which were told.
    pub fn arrived(&mut self, view: &View, uid: NonZeroU32) -> Result<(), Contradiction> {
        let number = view.messages().saturating_add(1);
        if uid.get() <= view.last_known() {
            return Err(Contradiction::NotAscending { number });
        }
        self.arrived.insert(uid.get(), uid.get());
        Ok(())
    }

    /// The flags of a message changed. A client that was not told of the message, or is to be told that
    /// it is gone, is not told this.
    pub fn changed(&mut self, view: &View, uid: NonZeroU32) {
        let number = uid.get();
        if view.contains(uid) && !self.expunged.contains(number) {
            self.changed.insert(number, number);
        }
    }

    /// The number of messages with `\Recent` changed (IMAP4rev1).
    pub fn recent(&mut self, recent: u32) {
        self.recent = Some(recent);
    }

    /// Gives what is to be told now. What the iterator is not asked for stays held, so that a server
    /// can stop where its transmit queue is full.
    pub fn release<'a>(&'a mut self, view: &'a mut View, expunge: bool) -> Released<'a> {
        Released { held: self, view, expunge }
    }

    fn release_expunge(&mut self, view: &mut View) -> Option<Update> {
        let told = if self.vanished || !view.numbered {
            let part = self.expunged.pop_ranges(RANGES).to_set()?;
            // The view had each of them when it was held.
            let _ = view.vanished(&part);
            Some(Update::Vanished(part))
        } else {
            loop {
                let uid = NonZeroU32::new(self.expunged.pop()?)?;
                if let Some(number) = view.sequence(uid) {
                    let _ = view.expunge(number.get());
                    break Some(Update::Expunge(number));
                }
            }
        };
        if self.expunged.is_empty() {
            self.lowest = None;
        }
        told
    }

    fn release_arrived(&mut self, view: &mut View) -> Option<Update> {
        let before = view.messages();
        while let Some(uid) = self.arrived.pop().and_then(NonZeroU32::new) {
            // What does not ascend was refused when it came.
            let _ = view.arrived(uid);
        }
        (view.messages() != before).then(|| Update::Exists(view.messages()))
    }

    fn release_changed(&mut self, view: &View) -> Option<Update> {
        loop {
            let uid = NonZeroU32::new(self.changed.pop()?)?;
            if view.contains(uid) {
                break Some(Update::Fetch { number: view.sequence(uid), uid });
            }
        }
    }
}

/// The untagged responses that a server has to send, in their order; made by [`Held::release`].
#[derive(Debug)]
pub struct Released<'a> {
    held: &'a mut Held,
    view: &'a mut View,
    expunge: bool,
}

impl Iterator for Released<'_> {
    type Item = Update;

    fn next(&mut self) -> Option<Update> {
        let Self { held, view, expunge } = self;
        if *expunge {
            if let Some(update) = held.release_expunge(view) {
                return Some(update);
            }
        }
        if let Some(update) = held.release_arrived(view) {
            return Some(update);
        }
        if let Some(recent) = held.recent.take() {
            view.set_recent(recent);
            return Some(Update::Recent(recent));
        }
        held.release_changed(view)
    }
}
