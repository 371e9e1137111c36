//! The selected mailbox as one side of the session sees it: which message has which number, and what
//! is not told yet.
//!
//! | to know | look at |
//! |---|---|
//! | which UID has a sequence number, and the other way round | [`View`] |
//! | what a server may tell now, and in which order | [`Held`], [`Update`] |
//! | which mod-sequence is safe to store | [`HighestModSeq`] |
//!
//! These are plain values: they neither read nor write, and a client and a server use the same ones.
//! What came while a client was away is the matter of [`resync`](crate::resync).

use core::num::NonZeroU32;

use thiserror::Error;

use crate::element::mod_seq::ModSeq;
use crate::element::sequence::{SequenceNumber, SequenceRange, SequenceSet, UidRange, UidSet};

mod held;
mod lookup;
mod mod_seq;
pub(crate) mod ranges;
mod runs;

pub use held::{Held, Released, Update};
pub use lookup::{Run, Sequences, Uids};
pub use mod_seq::HighestModSeq;

use lookup::Place;
use ranges::NumberRanges;
use runs::{Runs, Span};

/// The messages of the selected mailbox: their sequence numbers, and their UIDs as far as they are known.
///
/// RFC 9051 section 2.3.1; RFC 7162 (VANISHED), RFC 5182 (`$`), RFC 9586 (UIDONLY).
///
/// A client learns UIDs by and by: behind `100000 EXISTS` none is known. A server knows them all. Each
/// response about numbers has a method, and a method that meets a [`Contradiction`] says so and leaves
/// a view that is still right in itself. UIDs ascend strictly with sequence numbers; where that leaves a
/// message one UID only, the view knows it without being told.
///
/// # Wire
/// ```text
/// S: * 4 EXISTS
/// S: * 2 FETCH (UID 7 FLAGS ())
/// S: * 1 EXPUNGE
/// S: * VANISHED 7
/// ```
///
/// # Limits
/// Memory: messages whose UIDs ascend by one are one run, and so are neighbours whose UIDs are
/// unknown. A run takes 9 octets in a mailbox that was read in order, and 12 to 14 after changes at random
/// places. 100,000 messages without a gap take 32 octets in all; a million of which no two make a
/// run take 9 to 12 MB. An empty view owns no heap memory.
///
/// Time: lookups and EXPUNGE take the logarithm of the number of runs; VANISHED and FETCH take that for
/// each run that they touch, and the conversion of sets for each run in them.
///
/// # Errors
/// Each method names its [`Contradiction`]s.
///
/// # Example
/// ```
/// use core::num::NonZeroU32;
/// use mailwire_imap::element::sequence::{SequenceSet, UidSet};
/// use mailwire_imap::view::View;
///
/// let uid = |uid| NonZeroU32::new(uid).unwrap();
/// let mut view = View::new();
/// view.exists(100_000)?; // * 100000 EXISTS
/// view.fetched(5, uid(70))?; // * 5 FETCH (UID 70)
/// view.expunge(2)?; // * 2 EXPUNGE
/// assert_eq!((view.messages(), view.uid(4), view.uid(5)), (99_999, Some(uid(70)), None));
/// assert_eq!(view.sequence(uid(70)), Some(uid(4)));
///
/// // * SEARCH 3 4 70 71
/// view.restart(4);
/// view.listed(&UidSet::parse(b"3:4,70:71").unwrap())?;
/// let uids = view.to_uids(&SequenceSet::parse(b"2:*").unwrap());
/// assert_eq!(uids.known.unwrap().to_bytes(), b"4,70:71");
/// # Ok::<(), mailwire_imap::view::Contradiction>(())
/// ```
#[derive(Debug, Clone)]
pub struct View {
    runs: Runs,
    /// With UIDONLY: messages whose UID is unknown, and so their place. Else 0.
    apart: u32,
    numbered: bool,
    recent: u32,
    uid_validity: Option<NonZeroU32>,
    uid_next: Option<NonZeroU32>,
    mod_seq: HighestModSeq,
    /// The result of the last search that was saved, as it was then.
    saved: Option<NumberRanges>,
}

/// What a server said does not fit what it said before.
///
/// The view can no longer be trusted to number messages as the peer does. A client goes on with
/// [`restart`](View::restart) and asks for the UIDs again (`UID SEARCH ALL`), or selects the mailbox
/// anew; a client that works by UIDs alone can go on as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// EXISTS counts fewer messages than there are, and no EXPUNGE said so.
    #[error("exists counts {told} messages where there are {messages}")]
    Shrunk {
        /// How many messages there are by the view.
        messages: u32,
        /// How many EXISTS counts.
        told: u32,
    },
    /// A sequence number that no message has.
    #[error("no message has the sequence number {number}: there are {messages}")]
    NoSuchNumber {
        /// The number.
        number: u32,
        /// How many messages there are by the view.
        messages: u32,
    },
    /// A message that had another UID.
    #[error("message {number} has another uid than before")]
    OtherUid {
        /// Its sequence number.
        number: u32,
    },
    /// A UID that cannot be that of the message, as UIDs ascend strictly with sequence numbers.
    #[error("the uid of message {number} does not ascend")]
    NotAscending {
        /// Its sequence number.
        number: u32,
    },
    /// UIDs that no message has.
    #[error("{count} uids from {uid} on name no message")]
    NoSuchUid {
        /// The first range of UIDs with one that no message has begins here.
        uid: u32,
        /// How many there are in all.
        count: u32,
    },
    /// The list of all UIDs has another length than the mailbox.
    #[error("{told} uids are listed for {messages} messages")]
    OtherCount {
        /// How many messages there are by the view.
        messages: u32,
        /// How many UIDs are listed.
        told: u32,
    },
    /// A sequence number where UIDONLY is enabled.
    #[error("sequence numbers are not used with uidonly")]
    Numbered,
}

impl Default for View {
    fn default() -> Self {
        Self::new()
    }
}

impl View {
    /// An empty mailbox.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            runs: Runs::new(),
            apart: 0,
            numbered: true,
            recent: 0,
            uid_validity: None,
            uid_next: None,
            mod_seq: HighestModSeq::new(None),
            saved: None,
        }
    }

    /// An empty mailbox where UIDONLY is enabled: messages are counted and have UIDs, but no numbers.
    /// A server goes on with [`exists`](Self::exists) and [`listed`](Self::listed).
    #[must_use]
    pub const fn uid_only() -> Self {
        let mut view = Self::new();
        view.numbered = false;
        view
    }

    /// A mailbox with these messages, as a server opens it.
    #[must_use]
    pub fn of(uids: &UidSet<'_>) -> Self {
        let mut view = Self::new();
        view.rebuild(&NumberRanges::of(uids));
        view
    }

    /// How many messages there are.
    #[must_use]
    pub const fn messages(&self) -> u32 {
        self.runs.messages().saturating_add(self.apart)
    }

    /// How many messages RECENT counted (IMAP4rev1).
    #[must_use]
    pub const fn recent(&self) -> u32 {
        self.recent
    }

    /// Takes RECENT. EXPUNGE may be told before it, so it is no contradiction to count too many.
    pub fn set_recent(&mut self, recent: u32) {
        self.recent = recent;
    }

    /// The UIDVALIDITY that was told last.
    #[must_use]
    pub const fn uid_validity(&self) -> Option<NonZeroU32> {
        self.uid_validity
    }

    /// Takes the code UIDVALIDITY; true when there was another value before. Then no UID is known any
    /// more, nor what was saved (RFC 5182 section 2.1).
    pub fn set_uid_validity(&mut self, value: NonZeroU32) -> bool {
        let changed = self.uid_validity.is_some_and(|before| before != value);
        if changed {
            self.restart(self.messages());
            self.uid_next = None;
            self.mod_seq = HighestModSeq::new(None);
        }
        self.uid_validity = Some(value);
        changed
    }

    /// The UID that a new message will have at least, by the code UIDNEXT and by the UIDs that came since.
    #[must_use]
    pub const fn uid_next(&self) -> Option<NonZeroU32> {
        self.uid_next
    }

    /// Takes the code UIDNEXT.
    pub fn set_uid_next(&mut self, value: NonZeroU32) {
        self.uid_next = self.uid_next.max(Some(value));
    }

    /// The mod-sequence that is safe to store.
    #[must_use]
    pub const fn mod_seq(&self) -> &HighestModSeq {
        &self.mod_seq
    }

    /// The mod-sequence that is safe to store, to tell it what came.
    pub fn mod_seq_mut(&mut self) -> &mut HighestModSeq {
        &mut self.mod_seq
    }

    /// Forgets all UIDs and what was saved: there are so many messages, and nothing else is known.
    ///
    /// This is for a client that met a [`Contradiction`] and asks again.
    pub fn restart(&mut self, messages: u32) {
        self.runs = Runs::new();
        self.apart = 0;
        self.saved = None;
        self.recent = self.recent.min(messages);
        self.grow(messages);
    }

    /// Takes EXISTS: the mailbox has that many messages, and new ones are the last.
    ///
    /// # Errors
    /// [`Contradiction::Shrunk`]; nothing changes.
    pub fn exists(&mut self, messages: u32) -> Result<(), Contradiction> {
        let before = self.messages();
        let more = messages
            .checked_sub(before)
            .ok_or(Contradiction::Shrunk { messages: before, told: messages })?;
        self.grow(more);
        Ok(())
    }

    fn grow(&mut self, more: u32) {
        if self.numbered {
            self.runs.insert(self.runs.messages(), Span { len: more, uid: 0 });
        } else {
            self.apart = self.apart.saturating_add(more);
        }
    }

    /// Adds a new message whose UID is known, as a server does.
    ///
    /// # Errors
    /// [`Contradiction::NotAscending`]; nothing changes.
    pub fn arrived(&mut self, uid: NonZeroU32) -> Result<(), Contradiction> {
        let number = self.messages().saturating_add(1);
        let not_ascending = Contradiction::NotAscending { number };
        if number == u32::MAX || !self.numbered && self.last_known() >= uid.get() {
            return Err(not_ascending);
        }
        self.grow(1);
        let told = if self.numbered { self.fetched(number, uid) } else { self.uid_fetched(uid) };
        told.map_err(|_| {
            // Only the message that was just added goes.
            self.runs.remove(number - 1, 1);
            not_ascending
        })
    }

    /// Takes EXPUNGE: the message is gone, and those behind it move up. Gives its UID where it is known.
    ///
    /// # Errors
    /// [`Contradiction::NoSuchNumber`], [`Contradiction::Numbered`]; nothing changes.
    pub fn expunge(&mut self, number: u32) -> Result<Option<NonZeroU32>, Contradiction> {
        let offset = self.offset(number)?;
        let uid = self.uid(number);
        self.runs.remove(offset, 1);
        Ok(uid)
    }

    /// The offset of a message with a sequence number.
    fn offset(&self, number: u32) -> Result<u32, Contradiction> {
        let messages = self.messages();
        match number.checked_sub(1) {
            _ if !self.numbered => Err(Contradiction::Numbered),
            Some(offset) if offset < messages => Ok(offset),
            _ => Err(Contradiction::NoSuchNumber { number, messages }),
        }
    }

    /// Takes FETCH with a UID: the message with this number has this UID.
    ///
    /// # Errors
    /// [`Contradiction::NoSuchNumber`], [`Contradiction::OtherUid`], [`Contradiction::NotAscending`],
    /// [`Contradiction::Numbered`]; nothing changes.
    pub fn fetched(&mut self, number: u32, uid: NonZeroU32) -> Result<(), Contradiction> {
        let offset = self.offset(number)?;
        let span = self.check(offset, Span { len: 1, uid: uid.get() })?;
        self.learn(span);
        Ok(())
    }

    /// Takes UIDFETCH (RFC 9586): a message has this UID.
    ///
    /// Where messages have numbers nothing changes, as the place of the message is not told.
    ///
    /// # Errors
    /// [`Contradiction::NoSuchUid`], where no message can have it; nothing changes.
    pub fn uid_fetched(&mut self, uid: NonZeroU32) -> Result<(), Contradiction> {
        let number = uid.get();
        let (offset, unknown) = match self.place(number) {
            Place::Message(_) => return Ok(()),
            Place::Gap { offset, unknown } => (offset, unknown),
        };
        if unknown == 0 {
            return Err(Contradiction::NoSuchUid { uid: number, count: 1 });
        }
        if !self.numbered {
            self.apart = self.apart.saturating_sub(1);
            self.runs.insert(offset, Span { len: 1, uid: number });
            self.passed(number);
        }
        Ok(())
    }

    /// Takes the UIDs of all messages, as `UID SEARCH ALL` lists them.
    ///
    /// # Errors
    /// [`Contradiction::OtherCount`] where there are more or fewer messages,
    /// [`Contradiction::OtherUid`] and [`Contradiction::NotAscending`]; nothing changes.
    pub fn listed(&mut self, uids: &UidSet<'_>) -> Result<(), Contradiction> {
        let ranges = NumberRanges::of(uids);
        let (messages, told) = (self.messages(), ranges.count());
        if messages != told {
            return Err(Contradiction::OtherCount { messages, told });
        }
        if self.numbered {
            return self.begin_with(&ranges);
        }
        self.rebuild(&ranges);
        Ok(())
    }

    /// Takes the UIDs of the first messages, as a client has them in a complete cache behind a
    /// [`Resync`](crate::resync::Resync). Messages behind them stay as they are.
    ///
    /// # Errors
    /// [`Contradiction::OtherCount`] where there are fewer messages, [`Contradiction::OtherUid`] and
    /// [`Contradiction::NotAscending`]; nothing changes. With UIDONLY [`Contradiction::NoSuchUid`], and
    /// UIDs below it are taken.
    pub fn begins_with(&mut self, uids: &UidSet<'_>) -> Result<(), Contradiction> {
        let ranges = NumberRanges::of(uids);
        let (messages, told) = (self.messages(), ranges.count());
        if told > messages {
            return Err(Contradiction::OtherCount { messages, told });
        }
        if self.numbered {
            return self.begin_with(&ranges);
        }
        for (low, high) in ranges.iter() {
            let known: u32 = self.known_within(low, high).map(|(low, high)| high - low + 1).sum();
            let more = (high - low).saturating_add(1).saturating_sub(known);
            if more > self.apart {
                return Err(Contradiction::NoSuchUid { uid: low, count: more - self.apart });
            }
            self.apart -= more;
            self.runs_without(low, high);
            let offset = self.offset_behind(low);
            self.runs.insert(offset, Span { len: high - low + 1, uid: low });
            self.passed(high);
        }
        Ok(())
    }

    fn begin_with(&mut self, ranges: &NumberRanges) -> Result<(), Contradiction> {
        // The lists are checked as a whole before the first run changes.
        let mut offset = 0_u32;
        for (low, high) in ranges.iter() {
            let len = high - low + 1;
            self.check(offset, Span { len, uid: low })?;
            offset = offset.saturating_add(len);
        }
        offset = 0;
        for (low, high) in ranges.iter() {
            let len = high - low + 1;
            let span = self.check(offset, Span { len, uid: low })?;
            self.learn(span);
            offset = offset.saturating_add(len);
        }
        Ok(())
    }

    fn rebuild(&mut self, ranges: &NumberRanges) {
        self.runs = Runs::new();
        self.apart = 0;
        for (low, high) in ranges.iter() {
            let len = (high - low).saturating_add(1);
            self.runs.insert(self.runs.messages(), Span { len, uid: low });
            self.passed(high);
        }
    }

    /// A UID was given away.
    fn passed(&mut self, uid: u32) {
        self.uid_next = self.uid_next.max(NonZeroU32::new(uid.saturating_add(1)));
    }

    /// Checks that the messages from `offset` on can have the UIDs of the run. Gives the run and its
    /// offset, made longer by neighbours that can have one UID only.
    fn check(&self, mut offset: u32, span: Span) -> Result<(u32, Span), Contradiction> {
        let Span { mut len, mut uid } = span;
        let number = |offset: u32| offset.saturating_add(1);
        let end = offset.saturating_add(len);
        let missing = Contradiction::NoSuchNumber { number: end, messages: self.messages() };
        let (start, before) = self.runs.at(offset).ok_or(missing)?;
        if before.uid == 0 {
            // Where nothing is before, UIDs begin behind 0.
            let least = start.checked_sub(1).and_then(|at| self.runs.at(at));
            let least = least.map_or(0, |(_, span)| span.last_uid());
            let between = offset - start;
            match uid
                .checked_sub(least)
                .and_then(|room| room.checked_sub(between.saturating_add(1)))
            {
                None => return Err(Contradiction::NotAscending { number: number(offset) }),
                Some(0) => {
                    (offset, uid, len) = (start, uid - between, len.saturating_add(between));
                }
                Some(_) => {}
            }
        }
        let mut at = end - span.len;
        while at < end {
            let (start, known) = self.runs.at(at).ok_or(missing)?;
            let told = span.uid.saturating_add(at - (end - span.len));
            if known.uid_at(at - start).is_some_and(|known| known != told) {
                return Err(Contradiction::OtherUid { number: number(at) });
            }
            let stop = start.saturating_add(known.len);
            if stop >= end && known.uid == 0 {
                let between = stop - end;
                let highest = self.runs.at(stop).map(|(_, behind)| behind.uid);
                let room = highest.unwrap_or(u32::MAX).checked_sub(span.last_uid());
                // Where nothing is behind, any UID may follow.
                let taken = between.saturating_add(u32::from(highest.is_some()));
                match room.and_then(|room| room.checked_sub(taken)) {
                    None => return Err(Contradiction::NotAscending { number: number(end - 1) }),
                    Some(0) if highest.is_some() => len = len.saturating_add(between),
                    Some(_) => {}
                }
            }
            at = stop;
        }
        Ok((offset, Span { len, uid }))
    }

    fn learn(&mut self, (offset, span): (u32, Span)) {
        self.runs.learn(offset, span.len, span.uid);
        self.passed(span.last_uid());
    }

    /// Takes VANISHED: the messages with these UIDs are gone, and those behind them move up.
    ///
    /// Where the UIDs of messages are unknown, the view still knows between which others they are, so it
    /// can count them.
    ///
    /// # Errors
    /// [`Contradiction::NoSuchUid`] where UIDs name no message. The others are gone all the same.
    pub fn vanished(&mut self, uids: &UidSet<'_>) -> Result<(), Contradiction> {
        let ranges = NumberRanges::of(uids);
        let mut absent: Option<(u32, u32)> = None;
        for (low, high) in ranges.iter() {
            if let (uid, count @ 1..) = self.vanish_unknown(low, high) {
                let (first, sum) = absent.unwrap_or((uid, 0));
                absent = Some((first, sum.saturating_add(count)));
            }
        }
        // Only now, because gaps of messages that are unknown become one when what is between goes.
        ranges.iter().for_each(|(low, high)| self.runs_without(low, high));
        if let Some(saved) = &mut self.saved {
            saved.remove_all(&ranges);
        }
        absent.map_or(Ok(()), |(uid, count)| Err(Contradiction::NoSuchUid { uid, count }))
    }

    /// Takes VANISHED (EARLIER): these UIDs were gone before, so that no number moves (RFC 7162
    /// section 3.2.10.1).
    ///
    /// Gives those that the view still counts. Their own EXPUNGE or VANISHED has yet to come.
    #[must_use]
    pub fn vanished_earlier(&self, uids: &UidSet<'_>) -> Option<UidSet<'static>> {
        let ranges = NumberRanges::of(uids);
        ranges::set_of(ranges.iter().flat_map(|(low, high)| self.known_within(low, high)))
    }

    /// Takes out messages with UIDs of the range that the view does not know. Gives how many of these
    /// UIDs no message can have had, and where the first gap with such UIDs begins.
    fn vanish_unknown(&mut self, low: u32, high: u32) -> (u32, u32) {
        let (mut cursor, mut first, mut count) = (high, low, 0_u32);
        loop {
            let floor = self.runs.floor(cursor);
            let last = floor.map_or(0, |(_, span)| span.last_uid());
            if last < cursor {
                let lowest = low.max(last.saturating_add(1));
                let Place::Gap { offset, unknown } = self.place(cursor) else { break };
                let named = (cursor - lowest).saturating_add(1);
                let taken = named.min(unknown);
                if !self.numbered {
                    self.apart = self.apart.saturating_sub(taken);
                } else if taken > 0 {
                    self.runs.remove(offset, taken);
                }
                if named > taken {
                    (first, count) = (lowest, count.saturating_add(named - taken));
                }
            }
            // Above the run at the floor all is done; the run itself is for later.
            match floor {
                Some((_, span)) if span.uid > low => cursor = span.uid - 1,
                _ => break,
            }
        }
        (first, count)
    }

    /// Takes out the messages whose UIDs are known and in the range.
    fn runs_without(&mut self, low: u32, high: u32) {
        let mut cursor = high;
        while let Some((start, span)) = self.runs.floor(cursor) {
            let (first, last) = (span.uid.max(low), span.last_uid().min(cursor));
            if last < low {
                break;
            }
            self.runs.remove(start.saturating_add(first - span.uid), last - first + 1);
            if first == low {
                break;
            }
            cursor = first - 1;
        }
    }

    /// The result of a search with the return option SAVE: what `$` names from now on.
    pub fn save(&mut self, uids: Option<&UidSet<'_>>) {
        self.saved = uids.map(NumberRanges::of);
    }

    /// What `$` names: of the UIDs that were saved, those that the view knows to be there still.
    ///
    /// A message that is expunged leaves the result (RFC 5182 section 2.1). UIDs are never used twice, so
    /// that it is enough to look when `$` is used.
    #[must_use]
    pub fn saved(&self) -> Option<UidSet<'static>> {
        let saved = self.saved.as_ref()?;
        ranges::set_of(saved.iter().flat_map(|(low, high)| self.known_within(low, high)))
    }
}

/// A range of sequence numbers or UIDs as a set writes it.
fn sequence_range((first, last): (u32, u32)) -> Option<SequenceRange> {
    let number = |number| NonZeroU32::new(number).map(SequenceNumber::Number);
    Some(SequenceRange { first: number(first)?, last: number(last)? })
}

#[cfg(test)]
mod tests;
