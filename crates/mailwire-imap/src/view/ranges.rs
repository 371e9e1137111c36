//! UIDs or sequence numbers as ascending ranges that neither touch nor overlap.

use alloc::collections::BTreeMap;
use core::num::NonZeroU32;

use crate::element::sequence::{UidRange, UidSet};

/// A set of UIDs or of sequence numbers. One range is one entry; adding or taking a range costs the
/// logarithm of their number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NumberRanges(BTreeMap<u32, u32>);

impl NumberRanges {
    pub(crate) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn of(set: &UidSet<'_>) -> Self {
        let mut ranges = Self::new();
        ranges.insert_set(set);
        ranges
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many ranges.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many UIDs. They have 32 bits, so their number has.
    pub(crate) fn count(&self) -> u32 {
        self.iter()
            .fold(0_u32, |sum, (low, high)| sum.saturating_add((high - low).saturating_add(1)))
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, u32)> + '_ {
        self.0.iter().map(|(&low, &high)| (low, high))
    }

    pub(crate) fn first(&self) -> Option<u32> {
        self.0.first_key_value().map(|(&low, _)| low)
    }

    pub(crate) fn last(&self) -> Option<u32> {
        self.0.last_key_value().map(|(_, &high)| high)
    }

    pub(crate) fn contains(&self, uid: u32) -> bool {
        self.0.range(..=uid).next_back().is_some_and(|(_, &high)| uid <= high)
    }

    pub(crate) fn insert(&mut self, mut low: u32, mut high: u32) {
        if let Some((&before, &last)) = self.0.range(..=low).next_back() {
            if last >= high {
                return;
            }
            if last.saturating_add(1) >= low {
                low = before;
            }
        }
        // What the new range covers or touches becomes part of it.
        while let Some((&covered, &last)) = self.0.range(low..=high.saturating_add(1)).next() {
            high = high.max(last);
            self.0.remove(&covered);
        }
        self.0.insert(low, high);
    }

    pub(crate) fn insert_set(&mut self, set: &UidSet<'_>) {
        set.ranges().map(UidRange::bounds).for_each(|(low, high)| self.insert(low, high));
    }

    pub(crate) fn remove(&mut self, low: u32, high: u32) {
        if let Some((&before, &last)) = self.0.range(..low).next_back() {
            if last >= low {
                // `before` is below `low`, so `low` is not 0.
                self.0.insert(before, low - 1);
                if last > high {
                    self.0.insert(high + 1, last);
                    return;
                }
            }
        }
        while let Some((&covered, &last)) = self.0.range(low..=high).next() {
            self.0.remove(&covered);
            if last > high {
                self.0.insert(high + 1, last);
            }
        }
    }

    /// Takes out the UIDs of the other set.
    pub(crate) fn remove_all(&mut self, other: &Self) {
        other.iter().for_each(|(low, high)| self.remove(low, high));
    }

    /// The part of the set that is in the range.
    pub(crate) fn within(&self, low: u32, high: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let before = self.0.range(..low).next_back().filter(move |(_, last)| **last >= low);
        let inside = (low <= high).then(|| self.0.range(low..=high)).into_iter().flatten();
        before.into_iter().chain(inside).filter_map(move |(&first, &last)| {
            let (first, last) = (first.max(low), last.min(high));
            (first <= last).then_some((first, last))
        })
    }

    /// Takes the lowest UID.
    pub(crate) fn pop(&mut self) -> Option<u32> {
        let low = self.first()?;
        self.remove(low, low);
        Some(low)
    }

    /// Takes the lowest ranges, up to `most` of them.
    pub(crate) fn pop_ranges(&mut self, most: usize) -> Self {
        let mut taken = Self::new();
        while taken.len() < most {
            let Some((low, high)) = self.0.pop_first() else { break };
            taken.0.insert(low, high);
        }
        taken
    }

    /// The set as it is written; `None` when it is empty, which has no wire form.
    pub(crate) fn to_set(&self) -> Option<UidSet<'static>> {
        set_of(self.iter())
    }
}

impl FromIterator<(u32, u32)> for NumberRanges {
    fn from_iter<I: IntoIterator<Item = (u32, u32)>>(ranges: I) -> Self {
        let mut set = Self::new();
        ranges.into_iter().for_each(|(low, high)| set.insert(low, high));
        set
    }
}

/// The set of these ranges; `None` where there is none.
pub(crate) fn set_of(ranges: impl Iterator<Item = (u32, u32)>) -> Option<UidSet<'static>> {
    let range = |(first, last)| {
        Some(UidRange { first: NonZeroU32::new(first)?, last: NonZeroU32::new(last)? })
    };
    UidSet::from_ranges(ranges.filter_map(range)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_set(edits in proptest::collection::vec((any::<bool>(), 1..40_u32, 0..12_u32), 0..60)) {
            let (mut ranges, mut model) = (NumberRanges::new(), BTreeSet::new());
            for (add, low, more) in edits {
                if add {
                    ranges.insert(low, low + more);
                    model.extend(low..=low + more);
                } else {
                    ranges.remove(low, low + more);
                    model.retain(|uid| !(low..=low + more).contains(uid));
                }
                let all: Vec<u32> = ranges.iter().flat_map(|(low, high)| low..=high).collect();
                prop_assert_eq!(&all, &model.iter().copied().collect::<Vec<_>>());
                prop_assert!(ranges.iter().zip(ranges.iter().skip(1)).all(|(a, b)| a.1 + 1 < b.0));
                prop_assert_eq!(ranges.count() as usize, model.len());
                let part: Vec<u32> = ranges.within(10, 30).flat_map(|(low, high)| low..=high).collect();
                prop_assert_eq!(part, model.range(10..=30).copied().collect::<Vec<_>>());
                for uid in 0..60 {
                    prop_assert_eq!(ranges.contains(uid), model.contains(&uid));
                }
            }
        }
    }

    #[test]
    fn the_largest_uid_is_no_special_case() {
        let mut ranges = NumberRanges::new();
        ranges.insert(u32::MAX, u32::MAX);
        ranges.insert(u32::MAX - 1, u32::MAX - 1);
        assert_eq!(ranges.to_set().unwrap().to_bytes(), b"4294967294:4294967295");
        ranges.remove(1, u32::MAX);
        assert!(ranges.is_empty() && ranges.to_set().is_none());
    }
}
