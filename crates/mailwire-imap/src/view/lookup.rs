//! What a view answers: numbers to UIDs, UIDs to numbers, and sets of both.

use super::*;

/// The UIDs of the messages that a sequence set names; made by [`View::to_uids`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uids {
    /// The UIDs that are known, ascending.
    pub known: Option<UidSet<'static>>,
    /// The numbers of the messages whose UIDs are unknown: a client can FETCH them.
    pub unknown: Option<SequenceSet<'static>>,
    /// True when the set names a number that no message has. A server answers BAD to such a set.
    pub beyond: bool,
}

/// The sequence numbers of messages with the UIDs of a set; made by [`View::to_sequences`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sequences {
    /// The numbers of the messages that are known to have one of the UIDs, ascending.
    pub known: Option<SequenceSet<'static>>,
    /// UIDs that messages may have whose UIDs are unknown.
    pub unknown: Option<UidSet<'static>>,
}

/// Messages in order whose UIDs ascend by one, or are all unknown; made by [`View::runs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Run {
    /// The sequence number of the first one.
    pub number: NonZeroU32,
    /// The UID of the first one.
    pub uid: Option<NonZeroU32>,
    /// How many messages, at least one.
    pub count: u32,
}

impl View {
    /// The UID of the message with this sequence number; `None` where it is unknown or there is none.
    #[must_use]
    pub fn uid(&self, number: u32) -> Option<NonZeroU32> {
        let offset = self.offset(number).ok()?;
        let (start, span) = self.runs.at(offset)?;
        NonZeroU32::new(span.uid_at(offset - start)?)
    }

    /// The sequence number of the message with this UID; `None` where it is unknown or there is none.
    #[must_use]
    pub fn sequence(&self, uid: NonZeroU32) -> Option<NonZeroU32> {
        match self.place(uid.get()) {
            Place::Message(offset) if self.numbered => NonZeroU32::new(offset.saturating_add(1)),
            _ => None,
        }
    }

    /// True when a message is known to have this UID.
    #[must_use]
    pub fn contains(&self, uid: NonZeroU32) -> bool {
        matches!(self.place(uid.get()), Place::Message(_))
    }

    /// All messages in runs, those with unknown UIDs too. With UIDONLY the numbers only count what is
    /// known.
    pub fn runs(&self) -> impl Iterator<Item = Run> + Clone + '_ {
        self.runs.iter(0).filter_map(|(start, span)| {
            let number = NonZeroU32::new(start.saturating_add(1))?;
            Some(Run { number, uid: NonZeroU32::new(span.uid), count: span.len })
        })
    }

    /// The UIDs that are known, in ascending ranges.
    pub fn uids(&self) -> impl Iterator<Item = UidRange> + Clone + '_ {
        self.runs.iter(0).filter_map(|(_, span)| {
            Some(UidRange {
                first: NonZeroU32::new(span.uid)?,
                last: NonZeroU32::new(span.last_uid())?,
            })
        })
    }

    /// The numbers of the messages whose UIDs are unknown; `None` where there are none, and with UIDONLY.
    #[must_use]
    pub fn unknown(&self) -> Option<SequenceSet<'static>> {
        let unknown = self.runs.iter(0).filter(|(_, span)| span.uid == 0);
        let numbers =
            unknown.map(|(start, span)| (start.saturating_add(1), start.saturating_add(span.len)));
        SequenceSet::from_ranges(numbers.filter_map(sequence_range)).ok()
    }

    /// The UIDs of the messages that the set names by their numbers. `$` is what was
    /// [saved](Self::save), and `*` the last message. With UIDONLY only `$` names anything.
    #[must_use]
    pub fn to_uids(&self, set: &SequenceSet<'_>) -> Uids {
        if set.is_saved() {
            return Uids { known: self.saved(), ..Uids::default() };
        }
        if !self.numbered {
            return Uids::default();
        }
        let messages = self.messages();
        let mut beyond = false;
        let numbers: NumberRanges = set
            .ranges()
            .filter_map(|range| {
                let (low, high) = range.bounds(messages);
                beyond |= high > messages;
                let (low, high) = (low.max(1), high.min(messages));
                (low <= high).then_some((low, high))
            })
            .collect();
        let (mut known, mut unknown) = (NumberRanges::new(), NumberRanges::new());
        for (low, high) in numbers.iter() {
            for (start, span) in self.runs.iter(low - 1) {
                if start >= high {
                    break;
                }
                let (first, last) = (start.max(low - 1), start.saturating_add(span.len).min(high));
                match (span.uid_at(first - start), span.uid_at(last - 1 - start)) {
                    (Some(first), Some(last)) => known.insert(first, last),
                    _ => unknown.insert(first.saturating_add(1), last),
                }
            }
        }
        let unknown = SequenceSet::from_ranges(unknown.iter().filter_map(sequence_range)).ok();
        Uids { known: known.to_set(), unknown, beyond }
    }

    /// The numbers of the messages with these UIDs. UIDs that no message has are left out, as they are
    /// no error in commands (RFC 9051 section 6.4.9). With UIDONLY there are no numbers.
    #[must_use]
    pub fn to_sequences(&self, set: &UidSet<'_>) -> Sequences {
        if !self.numbered {
            return Sequences::default();
        }
        let (mut known, mut unknown) = (NumberRanges::new(), NumberRanges::new());
        for (low, high) in NumberRanges::of(set).iter() {
            // From the run before the range on, as messages with unknown UIDs may follow it.
            let start = self.runs.floor(low).map_or(0, |(start, _)| start);
            let mut least = 0_u32;
            let mut spans = self.runs.iter(start).peekable();
            while let Some((start, span)) = spans.next() {
                if span.uid == 0 {
                    let most =
                        spans.peek().map_or(u32::MAX, |(_, behind)| behind.uid.saturating_sub(1));
                    let (first, last) = (low.max(least.saturating_add(1)), high.min(most));
                    if first <= last {
                        unknown.insert(first, last);
                    }
                    continue;
                }
                if span.uid > high {
                    break;
                }
                least = span.last_uid();
                let (first, last) = (span.uid.max(low), least.min(high));
                if first <= last {
                    let number = |uid: u32| start.saturating_add(uid - span.uid).saturating_add(1);
                    known.insert(number(first), number(last));
                }
            }
        }
        let known = SequenceSet::from_ranges(known.iter().filter_map(sequence_range)).ok();
        Sequences { known, unknown: unknown.to_set() }
    }

    /// The UIDs that are known, of those that a set in a UID command names. `*` is the largest one, and
    /// `$` what was [saved](Self::save).
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::sequence::{SequenceSet, UidSet};
    /// use mailwire_imap::view::View;
    ///
    /// let view = View::of(&UidSet::parse(b"3:5,9").unwrap());
    /// let set = SequenceSet::parse(b"1:4,100:*").unwrap();
    /// assert_eq!(view.named_uids(&set).unwrap().to_bytes(), b"3:4,9");
    /// ```
    #[must_use]
    pub fn named_uids(&self, set: &SequenceSet<'_>) -> Option<UidSet<'static>> {
        if set.is_saved() {
            return self.saved();
        }
        let largest = self.last_known();
        let named: NumberRanges = set.ranges().map(|range| range.bounds(largest)).collect();
        ranges::set_of(named.iter().flat_map(|(low, high)| self.known_within(low, high)))
    }
}

/// Where a UID is.
pub(super) enum Place {
    /// A message has it; its offset.
    Message(u32),
    /// None is known to have it: how many could, and where they begin.
    Gap { offset: u32, unknown: u32 },
}

impl View {
    pub(super) fn place(&self, uid: u32) -> Place {
        let floor = self.runs.floor(uid);
        let offset = match floor {
            Some((start, span)) if uid <= span.last_uid() => {
                return Place::Message(start.saturating_add(uid - span.uid));
            }
            Some((start, span)) => start.saturating_add(span.len),
            None => 0,
        };
        let unknown = match self.runs.at(offset) {
            _ if !self.numbered => self.apart,
            Some((_, span)) if span.uid == 0 => span.len,
            _ => 0,
        };
        Place::Gap { offset, unknown }
    }

    /// The offset behind the last message that is known to have a UID below this one.
    pub(super) fn offset_behind(&self, uid: u32) -> u32 {
        match self.place(uid) {
            Place::Message(offset) | Place::Gap { offset, .. } => offset,
        }
    }

    /// The largest UID that is known; 0 where there is none.
    pub(super) fn last_known(&self) -> u32 {
        self.runs.floor(u32::MAX).map_or(0, |(_, span)| span.last_uid())
    }

    /// The known UIDs of the range, in ranges.
    pub(super) fn known_within(
        &self,
        low: u32,
        high: u32,
    ) -> impl Iterator<Item = (u32, u32)> + '_ {
        let start = self.runs.floor(low).map_or(0, |(start, _)| start);
        let known = self.runs.iter(start).map(|(_, span)| span).filter(|span| span.uid != 0);
        known.take_while(move |span| span.uid <= high).filter_map(move |span| {
            let (first, last) = (span.uid.max(low), span.last_uid().min(high));
            (first <= last).then_some((first, last))
        })
    }
}
