//! What goes into a resynchronisation and what comes out of it.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use crate::element::mod_seq::ModSeq;
use crate::element::sequence::{SequenceSet, UidSet};
use crate::view::ranges::NumberRanges;

/// What a client has of a mailbox from the last time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cached<'a> {
    /// UIDVALIDITY.
    pub uid_validity: NonZeroU32,
    /// The highest mod-sequence that was stored, if any was.
    pub mod_seq: Option<ModSeq>,
    /// The UIDs of the messages in the cache.
    pub uids: Option<UidSet<'a>>,
    /// The cache has each message of the mailbox with a lower UID than this one: mostly the UIDNEXT of
    /// the last time. `None` for a cache with chosen messages only.
    pub complete_below: Option<NonZeroU32>,
    /// A sample of sequence numbers and their UIDs, both ascending and of one length, for servers that
    /// do not remember expunges for long (RFC 7162 section 3.2.5.2). Needs QRESYNC.
    pub matches: Option<(SequenceSet<'a>, UidSet<'a>)>,
}

/// What a server offers for resynchronisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Support {
    /// Neither extension.
    Neither,
    /// CONDSTORE.
    Condstore,
    /// QRESYNC, and ENABLE QRESYNC was answered with ENABLED.
    Qresync,
}

/// The command that a client has to give. EXAMINE serves as well as SELECT.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ask {
    /// `SELECT mailbox (QRESYNC (uidvalidity modseq [known-uids [(seqs uids)]]))`
    SelectQresync {
        /// The UIDVALIDITY of the cache.
        uid_validity: NonZeroU32,
        /// The mod-sequence of the cache.
        mod_seq: ModSeq,
        /// The UIDs to be told about.
        known: UidSet<'static>,
        /// Sequence numbers and their UIDs.
        matches: Option<(SequenceSet<'static>, UidSet<'static>)>,
    },
    /// `SELECT mailbox (CONDSTORE)`
    SelectCondstore,
    /// `SELECT mailbox`
    Select,
    /// `UID FETCH uids (FLAGS) (CHANGEDSINCE modseq)`
    FetchChanged {
        /// The UIDs.
        uids: UidSet<'static>,
        /// The mod-sequence of the cache.
        since: ModSeq,
    },
    /// `UID FETCH uids (FLAGS)`
    FetchFlags {
        /// The UIDs.
        uids: UidSet<'static>,
    },
    /// `UID SEARCH UID uids`
    Search {
        /// The UIDs.
        uids: UidSet<'static>,
    },
}

/// How a command of the client ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completion {
    /// Tagged OK.
    Ok,
    /// Tagged NO.
    No,
    /// Tagged BAD.
    Bad,
}

/// What a FETCH response is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fetched {
    /// A message of the cache: its flags are to be stored.
    Cached,
    /// A message that is not in the cache.
    New,
    /// A message that was expunged in this session: the response is stale.
    Gone,
}

/// What changed since the last time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// UIDVALIDITY changed: the whole cache is to be dropped, with its mod-sequence and all that waits to
    /// be done to its UIDs (RFC 4549 section 4.1).
    Invalid,
    /// The cache is right again when these messages are dropped and the flags that came are stored.
    Synchronised {
        /// Messages of the cache that are gone.
        vanished: Option<UidSet<'static>>,
        /// Messages of the cache that are there. Where the cache was complete, they are the first of
        /// the mailbox: see [`View::begins_with`](crate::view::View::begins_with).
        remaining: Option<UidSet<'static>>,
    },
    /// The mailbox could not be opened, or its flags could not be read. The cache stays as it was.
    Failed,
}

/// What to store beside the messages when all of the outcome is stored; made by
/// [`Resync::to_store`](super::Resync::to_store).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ToStore {
    /// UIDVALIDITY; `None` where the server told none, so that nothing can be kept.
    pub uid_validity: Option<NonZeroU32>,
    /// The highest mod-sequence; `None` where what is in store is to be removed.
    pub mod_seq: Option<ModSeq>,
    /// UIDNEXT, once the [new messages](super::Resync::new_from) are in the cache.
    pub uid_next: Option<NonZeroU32>,
}

/// What may be stored though the resynchronisation did not end; made by
/// [`Resync::certain`](super::Resync::certain).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Certain {
    /// UIDVALIDITY changed: the cache is to be dropped.
    pub invalid: bool,
    /// NOMODSEQ: the mod-sequence in store is to be removed. Else it stays what it was.
    pub forget_mod_seq: bool,
    /// Messages of the cache that are gone.
    pub vanished: Option<UidSet<'static>>,
}

/// Match data for a complete cache with these UIDs: the last message, and ever fewer before it.
///
/// Most expunges are near the end of a mailbox, so the numbers lie closer there. There are up to 33.
///
/// # Example
/// ```
/// use mailwire_imap::element::sequence::UidSet;
/// use mailwire_imap::resync::match_data;
///
/// let (numbers, uids) = match_data(&UidSet::parse(b"1:5,10:13").unwrap()).unwrap();
/// assert_eq!(numbers.to_bytes(), b"5,7:9");
/// assert_eq!(uids.to_bytes(), b"5,11:13");
/// ```
#[must_use]
pub fn match_data(uids: &UidSet<'_>) -> Option<(SequenceSet<'static>, UidSet<'static>)> {
    let ranges = NumberRanges::of(uids);
    let messages = ranges.count();
    let mut numbers = (1..32).map(|halves| messages - (messages >> halves)).collect::<Vec<_>>();
    numbers.push(messages);
    numbers.dedup();
    let mut wanted = numbers.iter().copied().peekable();
    let (mut before, mut sample) = (0_u32, Vec::new());
    for (low, high) in ranges.iter() {
        let end = before.saturating_add(high - low).saturating_add(1);
        while let Some(number) = wanted.next_if(|number| *number <= end) {
            sample.push(low.saturating_add(number - before - 1));
        }
        before = end;
    }
    Some((SequenceSet::from_numbers(numbers).ok()?, UidSet::from_uids(sample).ok()?))
}

/// How many numbers a set names, each range counted for itself; `None` for one with `*`.
pub(super) fn count(numbers: &SequenceSet<'_>) -> Option<u64> {
    numbers.ranges().try_fold(0_u64, |sum, range| {
        let (low, high) = range.bounds(0);
        (low > 0).then(|| sum.saturating_add(u64::from(high - low) + 1))
    })
}
