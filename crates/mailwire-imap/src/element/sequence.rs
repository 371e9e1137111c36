//! Sets of message numbers: sequence sets and UID sets.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api};

use crate::token::{digits, digits_len, first_digits, short_number};
use crate::tolerance::Deviation;

mod build;

/// A set of sequence numbers or UIDs, as commands name messages: `1,3:5,9:*`, or `$`.
///
/// RFC 9051 section 9; `$` from RFC 5182 (SEARCHRES).
///
/// A set is checked once and kept as its octets; ranges are decoded when they are iterated, and are
/// never expanded. Order is kept, because some answers pair two sets (COPYUID) or are sorted (ESORT).
///
/// # Grammar
/// ```abnf
/// sequence-set     = (seq-number / seq-range) ["," sequence-set]
/// sequence-set     =/ seq-last-command
/// seq-last-command = "$"
/// seq-range        = seq-number ":" seq-number
/// seq-number       = nz-number / "*"
/// ```
/// The ends of a range come in either order. Deviations: [`ZeroInSet`](Deviation::ZeroInSet),
/// [`EmptySetElement`](Deviation::EmptySetElement); such a set is kept in its legal form.
///
/// # Wire
/// ```text
/// C: A1 UID FETCH 1,3:5,9:* (FLAGS)
/// C: A2 UID STORE $ +FLAGS.SILENT (\Deleted)
/// ```
///
/// # Limits
/// Numbers have 32 bits. How long a set may be is a matter of the line: see
/// [`split_by_octets`](Self::split_by_octets).
///
/// # Errors
/// `sequence-set` where no set begins; `seq-number` where a number is missing or out of range.
///
/// # Example
/// ```
/// use mailwire_imap::element::sequence::SequenceSet;
///
/// let set = SequenceSet::parse(b"7:5,1,12:*")?;
/// assert_eq!(set.len(), 3);
/// assert!(set.contains(6, 20) && set.contains(20, 20) && !set.contains(2, 20));
/// assert_eq!(set.normalised().to_bytes(), b"1,5:7,12:*");
/// assert_eq!(set.to_bytes(), b"7:5,1,12:*");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SequenceSet<'a> {
    /// Legal octets: ranges without leading zeros, or `$`.
    wire: Cow<'a, [u8]>,
    /// How many ranges; none for `$`.
    ranges: u32,
}

/// A set of UIDs as answers name them: without `*` and `$`.
///
/// RFC 9051 section 9, RFC 4315 (UIDPLUS).
///
/// # Grammar
/// ```abnf
/// uid-set   = (uniqueid / uid-range) *("," uid-set)
/// uid-range = (uniqueid ":" uniqueid)
/// uniqueid  = nz-number
/// ```
/// Deviations: those of a [`SequenceSet`].
///
/// # Wire
/// ```text
/// S: A3 OK [COPYUID 38505 304,319:320 3956:3958] Done
/// ```
///
/// # Limits
/// Numbers have 32 bits.
///
/// # Errors
/// `uid-set` where no set begins; `uniqueid` where a number is missing or out of range.
///
/// # Example
/// ```
/// use mailwire_imap::element::sequence::UidSet;
///
/// let uids = UidSet::parse(b"304,319:320")?;
/// assert_eq!(uids.count(), 3);
/// assert_eq!(uids.ranges().map(|range| range.first.get()).collect::<Vec<_>>(), [304, 319]);
/// assert!(UidSet::parse(b"1:*").is_err());
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UidSet<'a>(SequenceSet<'a>);

/// One end of a range: `seq-number`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SequenceNumber {
    /// A sequence number or UID.
    Number(NonZeroU32),
    /// `*`: the largest number in use.
    Largest,
}

/// A range with its ends as they are written, or a single number with both ends equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SequenceRange {
    /// The end before the colon.
    pub first: SequenceNumber,
    /// The end behind the colon.
    pub last: SequenceNumber,
}

/// A range of UIDs with its ends as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UidRange {
    /// The end before the colon.
    pub first: NonZeroU32,
    /// The end behind the colon.
    pub last: NonZeroU32,
}

wire_api!(Deviation, crate::Mode: SequenceSet, UidSet);
owned_already!(SequenceNumber, SequenceRange, UidRange);

into_owned!(@impl SequenceSet, self => {
    SequenceSet { wire: Cow::Owned(self.wire.into_owned()), ranges: self.ranges }
});
into_owned!(@impl UidSet, self => { UidSet(self.0.into_owned()) });

impl<'a> Wire<'a> for SequenceSet<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match input {
            [b'$', rest @ ..] => Ok((rest, Self::SAVED)),
            _ => scan::<true>(input, cx),
        }
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(&self.wire);
    }
}

impl<'a> Wire<'a> for UidSet<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, set) = scan::<false>(input, cx)?;
        Ok((rest, Self(set)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        self.0.encode(out);
    }
}

/// Reads one end of a range: the rest behind it, and its number; 0 stands for `*`.
#[inline]
fn end<const STAR: bool>(input: &[u8]) -> Option<(&[u8], u32)> {
    match input.first() {
        Some(b'1'..=b'9') => {
            let (number, len) = digits(input);
            let number = u32::try_from(number?).ok()?;
            Some((input.get(len..)?, number))
        }
        Some(b'*') if STAR => Some((input.get(1..)?, 0)),
        _ => None,
    }
}

/// How far a set goes on with numbers of one to seven digits, without a zero before them and with a colon or
/// a comma behind them: how many octets that are, how many commas, and whether it ends with a colon. It
/// begins behind a comma, or behind the colon of a range where that is `last`.
///
/// It is a function of its own so that its constants stay in registers.
#[inline(never)]
fn pass_short(set: &[u8], last: bool) -> (usize, usize, bool) {
    /// The one separator becomes the other.
    const OTHER: u8 = b',' ^ b':';
    let (mut place, mut commas, mut before) = (set, 0, if last { b':' } else { b',' });
    while let Some(octets) = place.first_chunk() {
        let (word, len) = (u64::from_le_bytes(*octets), digits_len(*octets));
        if (len > 7) | ((word & 0xff).wrapping_sub(b'1'.into()) > 8) {
            break;
        }
        let [behind, ..] = (word >> (8 * len)).to_le_bytes();
        // Nothing tells beforehand which ranges have two ends: a branch on that would be foreseen wrongly
        // as often as not. A colon stands behind a comma only.
        let odd = u32::from(behind ^ b',').wrapping_mul(u32::from(behind ^ before ^ OTHER));
        if odd != 0 {
            break;
        }
        commas += usize::from(behind == b',');
        before = behind;
        place = place.get(len + 1..).unwrap_or_default();
    }
    (set.len() - place.len(), commas, before == b':')
}

/// The set at the beginning of `input`, without `$`.
#[inline]
fn scan<'a, const STAR: bool>(input: &'a [u8], cx: &Context) -> PResult<'a, SequenceSet<'a>> {
    let mut place = input;
    let mut ranges = 0_usize;
    // True behind a colon.
    let mut last = false;
    let rest = loop {
        let (len, commas);
        (len, commas, last) = pass_short(place, last);
        ranges += commas;
        place = place.get(len..).unwrap_or_default();
        let end = short_number(place).or_else(|| end::<STAR>(place).map(|(rest, end)| (end, rest)));
        let Some((_, rest)) = end else { return odd::<STAR>(input, place, cx) };
        match rest {
            [b':', behind @ ..] if !last => (place, last) = (behind, true),
            [b',', behind @ ..] => {
                ranges += 1;
                (place, last) = (behind, false);
            }
            _ => break rest,
        }
    };
    let ranges = u32::try_from(ranges).unwrap_or(u32::MAX).saturating_add(1);
    cx.check_ranges(ranges, rest)?;
    let wire = input.split_at(input.len() - rest.len()).0;
    Ok((rest, SequenceSet { wire: Cow::Borrowed(wire), ranges }))
}

/// What is no set, or one by deviation. `place` is where the grammar broke.
#[cold]
fn odd<'a, const STAR: bool>(
    input: &'a [u8],
    place: &'a [u8],
    cx: &Context,
) -> PResult<'a, SequenceSet<'a>> {
    let (set, number) = if STAR { ("sequence-set", "seq-number") } else { ("uid-set", "uniqueid") };
    match input.first() {
        Some(b'0'..=b'9' | b'*' | b',') => {}
        _ => return Err(fail(input, set)),
    }
    let repaired = build::repair(input, STAR).filter(|repaired| {
        let allowed = |met: bool, deviation| !met || cx.allows(deviation);
        allowed(repaired.zero, Deviation::ZeroInSet)
            && allowed(repaired.comma, Deviation::EmptySetElement)
    });
    let Some(repaired) = repaired else { return Err(stop(place, number)) };
    for (met, deviation) in
        [(repaired.zero, Deviation::ZeroInSet), (repaired.comma, Deviation::EmptySetElement)]
    {
        let _ = met && cx.tolerate(deviation);
    }
    let rest = input.get(repaired.len..).unwrap_or_default();
    cx.check_ranges(u32::try_from(repaired.ranges.len()).unwrap_or(u32::MAX), rest)?;
    Ok((rest, build::from_ranges(repaired.ranges)))
}

/// The place of the first comma of sixteen octets; 16 for none.
#[inline(always)]
const fn comma_of(octets: [u8; 16]) -> usize {
    const ONES: u128 = u128::from_ne_bytes([1; 16]);
    let differs = u128::from_le_bytes(octets) ^ (ONES * b',' as u128);
    // Bit 7 of the first comma; a borrow only reaches octets behind it.
    place_of(differs.wrapping_sub(ONES) & !differs & ONES << 7)
}

/// The place of the octet that the lowest bit is in; 16 for none.
#[inline(always)]
const fn place_of(bits: u128) -> usize {
    (bits.trailing_zeros() / 8) as usize
}

/// The ends of the range at the beginning of a set that was checked, and what is behind its comma. `None`
/// where it has more than fifteen octets, numbers of more than seven digits, or `*`, and near the end of
/// the set.
///
/// Where the next range begins depends on the comma alone, so that several are read at the same time.
/// Nothing branches on how many ends a range has: a number alone is read twice.
#[inline(always)]
fn short_range<const STAR: bool>(set: &[u8]) -> Option<(NonZeroU32, NonZeroU32, &[u8])> {
    let octets: &[u8; 16] = set.first_chunk()?;
    let end = comma_of(*octets);
    let rest = set.get(end + 1..)?;
    let colon = digits_len(*octets.first_chunk()?);
    let begin = (colon + 1) & usize::from(colon < end).wrapping_neg();
    let len = end - begin;
    if (colon > 7) | (len > 7) {
        return None;
    }
    let last = octets.get(begin..)?.first_chunk()?;
    if STAR && (colon == 0 || last.first() == Some(&b'*')) {
        return None;
    }
    let first = first_digits(*octets.first_chunk()?, colon);
    Some((NonZeroU32::new(first)?, NonZeroU32::new(first_digits(*last, len))?, rest))
}

/// The ranges of a set, in the order in which they are written.
#[derive(Debug, Clone)]
pub struct Ranges<'a>(&'a [u8]);

impl Iterator for Ranges<'_> {
    type Item = SequenceRange;

    #[inline]
    fn next(&mut self) -> Option<SequenceRange> {
        if let Some((first, last, rest)) = short_range::<true>(self.0) {
            self.0 = rest;
            let (first, last) = (SequenceNumber::Number(first), SequenceNumber::Number(last));
            return Some(SequenceRange { first, last });
        }
        // The octets were checked; `$` and the end of the set are no ends of ranges.
        let (mut rest, first) = end::<true>(self.0)?;
        let mut last = first;
        if let [b':', behind @ ..] = rest {
            (rest, last) = end::<true>(behind)?;
        }
        self.0 = rest.get(1..).unwrap_or_default();
        let number = |number| {
            NonZeroU32::new(number).map_or(SequenceNumber::Largest, SequenceNumber::Number)
        };
        Some(SequenceRange { first: number(first), last: number(last) })
    }
}

/// The ranges of a set of UIDs, in the order in which they are written.
#[derive(Debug, Clone)]
struct UidRanges<'a>(&'a [u8]);

impl Iterator for UidRanges<'_> {
    type Item = UidRange;

    #[inline]
    fn next(&mut self) -> Option<UidRange> {
        if let Some((first, last, rest)) = short_range::<false>(self.0) {
            self.0 = rest;
            return Some(UidRange { first, last });
        }
        self.next_long()
    }

    // A loop of its own keeps its constants in registers.
    #[inline(never)]
    fn fold<B, F: FnMut(B, UidRange) -> B>(mut self, init: B, mut f: F) -> B {
        let mut folded = init;
        loop {
            let mut set = self.0;
            while let Some((first, last, rest)) = short_range::<false>(set) {
                set = rest;
                folded = f(folded, UidRange { first, last });
            }
            self.0 = set;
            match self.next_long() {
                Some(range) => folded = f(folded, range),
                None => return folded,
            }
        }
    }
}

impl UidRanges<'_> {
    /// A range of any form. The octets were checked: each number has 32 bits.
    fn next_long(&mut self) -> Option<UidRange> {
        let uid = |(number, len): (Option<u64>, usize)| {
            Some((NonZeroU32::new(u32::try_from(number?).ok()?)?, len))
        };
        let (first, len) = uid(digits(self.0))?;
        let (mut last, mut rest) = (first, self.0.get(len..)?);
        if let [b':', behind @ ..] = rest {
            let len;
            (last, len) = uid(digits(behind))?;
            rest = behind.get(len..)?;
        }
        self.0 = rest.get(1..).unwrap_or_default();
        Some(UidRange { first, last })
    }
}

impl<'a> SequenceSet<'a> {
    /// `$`: the result of the last search that was saved.
    pub const SAVED: Self = Self { wire: Cow::Borrowed(b"$"), ranges: 0 };
    /// `1:*`: every message.
    pub const ALL: Self = Self { wire: Cow::Borrowed(b"1:*"), ranges: 1 };

    /// True for `$`.
    #[must_use]
    pub const fn is_saved(&self) -> bool {
        self.ranges == 0
    }

    /// How many ranges and single numbers the set is written with; none for `$`.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ranges as usize
    }

    /// True when the set names no range itself, which is so for `$` only.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.is_saved()
    }

    /// The ranges, in the order in which they are written; none for `$`.
    #[must_use]
    pub fn ranges(&self) -> Ranges<'_> {
        Ranges(&self.wire)
    }

    /// True when the set names `number` where `largest` is the largest number in use.
    ///
    /// What `$` names is not known here: it contains nothing.
    #[must_use]
    pub fn contains(&self, number: u32, largest: u32) -> bool {
        self.ranges().any(|range| {
            let (low, high) = range.bounds(largest);
            (low..=high).contains(&number)
        })
    }

    /// The set in pieces of up to `octets` octets each, for lines of limited length.
    ///
    /// A range is never cut, so a piece is longer where one range alone is.
    pub fn split_by_octets(&self, octets: usize) -> impl Iterator<Item = SequenceSet<'_>> {
        let mut rest = &*self.wire;
        let saved = self.is_saved();
        core::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let fits = rest.get(..octets.saturating_add(1)).unwrap_or(rest);
            let end = if fits.len() == rest.len() && rest.len() <= octets {
                rest.len()
            } else {
                memchr::memrchr(b',', fits)
                    .or_else(|| memchr::memchr(b',', rest))
                    .unwrap_or(rest.len())
            };
            let (piece, behind) = rest.split_at(end);
            rest = behind.get(1..).unwrap_or_default();
            let commas = memchr::memchr_iter(b',', piece).count();
            let ranges = u32::try_from(commas).unwrap_or(u32::MAX).saturating_add(1);
            Some(SequenceSet { wire: Cow::Borrowed(piece), ranges: if saved { 0 } else { ranges } })
        })
    }
}

impl SequenceRange {
    /// The range of one number.
    #[must_use]
    pub const fn single(number: NonZeroU32) -> Self {
        let number = SequenceNumber::Number(number);
        Self { first: number, last: number }
    }

    /// Its lower and its upper end where `largest` is the largest number in use.
    #[must_use]
    pub const fn bounds(self, largest: u32) -> (u32, u32) {
        let (first, last) = (self.first.value(largest), self.last.value(largest));
        if first <= last { (first, last) } else { (last, first) }
    }
}

impl SequenceNumber {
    /// The number, with `largest` for `*`.
    #[must_use]
    pub const fn value(self, largest: u32) -> u32 {
        match self {
            Self::Number(number) => number.get(),
            Self::Largest => largest,
        }
    }
}

impl UidRange {
    /// Its lower and its upper end.
    #[must_use]
    pub const fn bounds(self) -> (u32, u32) {
        let (first, last) = (self.first.get(), self.last.get());
        if first <= last { (first, last) } else { (last, first) }
    }
}

impl<'a> UidSet<'a> {
    /// How many ranges and single UIDs the set is written with.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Never true: a set of no UIDs has no wire form.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many UIDs the ranges cover, each range counted for itself.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.ranges().fold(0, |count, range| {
            let (low, high) = range.bounds();
            count.saturating_add(u64::from(high - low) + 1)
        })
    }

    /// The ranges, in the order in which they are written.
    pub fn ranges(&self) -> impl Iterator<Item = UidRange> + Clone + '_ {
        UidRanges(&self.0.wire)
    }

    /// True when `uid` is in the set.
    #[must_use]
    pub fn contains(&self, uid: u32) -> bool {
        self.0.contains(uid, 0)
    }

    /// The set as a command names it.
    #[must_use]
    pub fn into_sequence_set(self) -> SequenceSet<'a> {
        self.0
    }
}

impl fmt::Debug for SequenceSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SequenceSet({self})")
    }
}

impl fmt::Display for SequenceSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.wire.escape_ascii())
    }
}

impl fmt::Debug for UidSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UidSet({self})")
    }
}

impl fmt::Display for UidSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
