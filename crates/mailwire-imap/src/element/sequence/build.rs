//! Sets from numbers and ranges: normal forms, unions, and repairs of sets that deviate.

use super::*;

impl SequenceSet<'_> {
    /// The set of these numbers, ascending and merged into ranges.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no number, or a number is 0.
    pub fn from_numbers(
        numbers: impl IntoIterator<Item = u32>,
    ) -> Result<SequenceSet<'static>, InvalidValue> {
        let mut merged = Merged::default();
        for (at, number) in numbers.into_iter().enumerate() {
            let number = NonZeroU32::new(number);
            let number = number.ok_or(InvalidValue { what: "sequence-set", at })?;
            merged.push(SequenceRange::single(number));
        }
        merged.into_set().ok_or(InvalidValue { what: "sequence-set", at: 0 })
    }

    /// The set of these ranges, as they are given.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no range.
    pub fn from_ranges(
        ranges: impl IntoIterator<Item = SequenceRange>,
    ) -> Result<SequenceSet<'static>, InvalidValue> {
        match from_ranges(ranges) {
            set if set.is_empty() => Err(InvalidValue { what: "sequence-set", at: 0 }),
            set => Ok(set),
        }
    }

    /// The same messages in ascending ranges that neither touch nor overlap.
    ///
    /// Some servers refuse sets in another order. What `*` names is not known here, so it stays;
    /// `5:*` takes in all that is at least 5.
    #[must_use]
    pub fn normalised(&self) -> SequenceSet<'static> {
        Merged::default().with(self).into_set().unwrap_or(SequenceSet::SAVED)
    }

    /// The messages of either set, normalised; `None` where one set is `$` and the other is not.
    #[must_use]
    pub fn union(&self, other: &SequenceSet<'_>) -> Option<SequenceSet<'static>> {
        (self.is_saved() == other.is_saved()).then(|| {
            let merged = Merged::default().with(self).with(other);
            merged.into_set().unwrap_or(SequenceSet::SAVED)
        })
    }
}

impl UidSet<'_> {
    /// The set of these ranges, as they are given.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no range.
    pub fn from_ranges(
        ranges: impl IntoIterator<Item = UidRange>,
    ) -> Result<UidSet<'static>, InvalidValue> {
        let number = SequenceNumber::Number;
        let ranges = ranges.into_iter();
        let set = from_ranges(ranges.map(|UidRange { first, last }| SequenceRange {
            first: number(first),
            last: number(last),
        }));
        if set.is_empty() { Err(InvalidValue { what: "uid-set", at: 0 }) } else { Ok(UidSet(set)) }
    }

    /// The set of these UIDs in their order; runs that ascend by one become ranges.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no UID, or one is 0.
    pub fn from_uids(uids: impl IntoIterator<Item = u32>) -> Result<UidSet<'static>, InvalidValue> {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for (at, uid) in uids.into_iter().enumerate() {
            match ranges.last_mut() {
                _ if uid == 0 => return Err(InvalidValue { what: "uid-set", at }),
                Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
                _ => ranges.push((uid, uid)),
            }
        }
        let set = from_ranges(ranges.into_iter().filter_map(range));
        if set.is_empty() { Err(InvalidValue { what: "uid-set", at: 0 }) } else { Ok(UidSet(set)) }
    }
}

/// A range of two numbers.
fn range((first, last): (u32, u32)) -> Option<SequenceRange> {
    let number = |number| NonZeroU32::new(number).map(SequenceNumber::Number);
    Some(SequenceRange { first: number(first)?, last: number(last)? })
}

/// The set of these ranges; `$` where there is none.
pub(super) fn from_ranges(ranges: impl IntoIterator<Item = SequenceRange>) -> SequenceSet<'static> {
    let mut wire = Vec::new();
    let mut count = 0_u32;
    let mut out = Encoder::new(&mut wire);
    out.separated(b',', ranges, |out, range| {
        count = count.saturating_add(1);
        write_number(out, range.first);
        if range.first != range.last {
            out.byte(b':');
            write_number(out, range.last);
        }
    });
    if count == 0 {
        return SequenceSet::SAVED;
    }
    SequenceSet { wire: Cow::Owned(wire), ranges: count }
}

fn write_number(out: &mut Encoder<'_>, number: SequenceNumber) {
    match number {
        SequenceNumber::Number(number) => out.number(number.get().into()),
        SequenceNumber::Largest => out.byte(b'*'),
    };
}

/// Ranges on their way to a normal form.
#[derive(Default)]
struct Merged {
    /// Ranges of numbers, the lower end first.
    ranges: Vec<(u32, u32)>,
    /// The lowest *n* of all `n:*`.
    from: Option<u32>,
    /// True when `*` stands alone.
    largest: bool,
}

impl Merged {
    fn with(mut self, set: &SequenceSet<'_>) -> Self {
        set.ranges().for_each(|range| self.push(range));
        self
    }

    fn push(&mut self, range: SequenceRange) {
        match (range.first, range.last) {
            (SequenceNumber::Number(first), SequenceNumber::Number(last)) => {
                let (low, high) = UidRange { first, last }.bounds();
                match self.ranges.last_mut() {
                    // Numbers that ascend by one, as they mostly do, need no room.
                    Some((_, last)) if last.checked_add(1) == Some(low) => *last = high,
                    _ => self.ranges.push((low, high)),
                }
            }
            (SequenceNumber::Largest, SequenceNumber::Largest) => self.largest = true,
            (SequenceNumber::Number(number), _) | (_, SequenceNumber::Number(number)) => {
                let number = number.get();
                self.from = Some(self.from.map_or(number, |from| from.min(number)));
            }
        }
    }

    fn into_set(mut self) -> Option<SequenceSet<'static>> {
        self.ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for (low, high) in self.ranges {
            match merged.last_mut() {
                Some((_, last)) if low <= last.saturating_add(1) => *last = high.max(*last),
                _ => merged.push((low, high)),
            }
        }
        // No message has a number over that of `*`, so what `n:*` touches becomes part of it.
        while let (Some(from), Some(&(low, high))) = (&mut self.from, merged.last()) {
            if high.saturating_add(1) < *from {
                break;
            }
            *from = low.min(*from);
            merged.pop();
        }
        let open = self.from.or(self.largest.then_some(0)).map(|from| SequenceRange {
            first: NonZeroU32::new(from).map_or(SequenceNumber::Largest, SequenceNumber::Number),
            last: SequenceNumber::Largest,
        });
        let set = from_ranges(merged.into_iter().filter_map(range).chain(open));
        (!set.is_empty()).then_some(set)
    }
}

/// A set that deviates: what is meant, and how.
pub(super) struct Repaired {
    /// Octets of the set.
    pub(super) len: usize,
    pub(super) ranges: Vec<SequenceRange>,
    /// A range begins or ends with 0.
    pub(super) zero: bool,
    /// A comma has no range on one of its sides.
    pub(super) comma: bool,
}

/// Reads a set with commas too many, or with 0 as the end of a range.
///
/// 0 alone stays an error: it names no message, and reading it as one would change another.
pub(super) fn repair(input: &[u8], star: bool) -> Option<Repaired> {
    let end = input.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'*' | b':' | b','));
    let len = end.unwrap_or(input.len());
    let mut repaired = Repaired { len, ranges: Vec::new(), zero: false, comma: false };
    for element in input.get(..len)?.split(|&byte| byte == b',') {
        if element.is_empty() {
            repaired.comma = true;
            continue;
        }
        let mut ends = element.split(|&byte| byte == b':');
        let (first, last) = (ends.next()?, ends.next());
        let zero = |end: &[u8]| end == b"0" && last.is_some();
        repaired.zero |= zero(first) != last.is_some_and(zero);
        let number = |text: &[u8]| match (text, super::end::<true>(text)) {
            (b"0", _) if zero(text) => NonZeroU32::new(1).map(SequenceNumber::Number),
            (b"*", _) if !star => None,
            (_, Some(([], number))) => Some(
                NonZeroU32::new(number).map_or(SequenceNumber::Largest, SequenceNumber::Number),
            ),
            _ => None,
        };
        let both_zero = zero(first) && last.is_some_and(zero);
        if both_zero || ends.next().is_some() {
            return None;
        }
        repaired
            .ranges
            .push(SequenceRange { first: number(first)?, last: number(last.unwrap_or(first))? });
    }
    (!repaired.ranges.is_empty()).then_some(repaired)
}
