//! Ranges of UIDs of a size: UIDBATCHES.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api};

use super::search::Correlator;
use crate::element::number::number;
use crate::element::sequence::{SequenceNumber, SequenceRange, SequenceSet, UidRange, UidSet};
use crate::token::sp;
use crate::tolerance::Deviation;

/// The arguments of UIDBATCHES: of how many messages a range is to be, and which ranges are wanted.
///
/// RFC 10022. Ranges are numbered from 1, which holds the messages with the highest UIDs.
///
/// # Grammar
/// ```abnf
/// "UIDBATCHES" SP nz-number [SP nz-number ":" nz-number]
/// ```
///
/// # Wire
/// ```text
/// C: A143 UIDBATCHES 2000
/// C: A302 UIDBATCHES 500 1:5
/// ```
///
/// # Limits
/// Numbers have 32 bits. A server refuses sizes under its least one, which is 500 or less.
///
/// # Errors
/// `nz-number`, `batch-range`.
///
/// # Example
/// ```
/// use mailwire_imap::family::uid_batches::UidBatches;
///
/// let batches = UidBatches::parse(b"2000 1:5")?;
/// assert_eq!(batches, UidBatches::new(2000, Some((1, 5))).unwrap());
/// assert_eq!(batches.to_bytes(), b"2000 1:5");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UidBatches {
    size: NonZeroU32,
    range: Option<(NonZeroU32, NonZeroU32)>,
}

/// Ranges of UIDs with as many messages as were asked for; none where the mailbox is empty, or the ranges are
/// behind its end.
///
/// RFC 10022. The higher UID stands before the colon, and the highest range comes first.
///
/// # Grammar
/// ```abnf
/// "UIDBATCHES" search-correlator [SP uid-range *("," uid-range)]
/// ```
/// A range of one UID may stand without its colon. Deviation:
/// [`AscendingBatches`](Deviation::AscendingBatches).
///
/// # Wire
/// ```text
/// S: * UIDBATCHES (TAG "A143") 215295:99695,99696:20350,20351:7829,7830:1
/// ```
///
/// # Limits
/// UIDs have 32 bits.
///
/// # Errors
/// `search-correlator`, `uid-set`, `uniqueid`, `uid-batches`.
///
/// # Example
/// ```
/// use mailwire_imap::{Data, Response};
///
/// let response = Response::parse(b"* UIDBATCHES (TAG \"A1\") 900:500,499:1\r\n")?;
/// let Response::Data(Data::UidBatches(data)) = &response else { panic!() };
/// assert!(data.correlator.is_of("A1"));
/// assert_eq!(data.ranges().next().map(|range| range.first.get()), Some(900));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UidBatchesData<'a> {
    /// Which command this answers, and in which mailbox.
    pub correlator: Correlator<'a>,
    ranges: Option<UidSet<'a>>,
}

wire_api!(Deviation, crate::Mode: copy UidBatches);
wire_api!(Deviation, crate::Mode: UidBatchesData);
owned_already!(UidBatches);
into_owned!(struct UidBatchesData { correlator, ranges });

impl<'a> Wire<'a> for UidBatches {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RANGE: &str = "batch-range";
        let (rest, size) = positive(input, "nz-number")?;
        let range_at = rest.iter().find(|octet| **octet != b' ');
        if rest.first() != Some(&b' ')
            || range_at.is_none_or(|octet| matches!(octet, b'\r' | b'\n'))
        {
            return Ok((rest, Self { size, range: None }));
        }
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, first) = cut(positive(rest, RANGE))?;
        let Some(behind) = rest.strip_prefix(b":") else { return Err(stop(rest, RANGE)) };
        let (rest, last) = cut(positive(behind, RANGE))?;
        Ok((rest, Self { size, range: Some((first, last)) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(self.size.get().into());
        if let Some((first, last)) = self.range {
            out.sp().number(first.get().into()).byte(b':').number(last.get().into());
        }
    }
}

/// `nz-number`
fn positive<'a>(input: &'a [u8], rule: &'static str) -> PResult<'a, NonZeroU32> {
    match number(input, rule)? {
        (rest, value) if input.first() != Some(&b'0') => {
            NonZeroU32::new(value).map(|value| (rest, value)).ok_or_else(|| stop(input, rule))
        }
        _ => Err(fail(input, rule)),
    }
}

impl UidBatches {
    /// Ranges of this many messages; all of them, or those from one number to another.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0.
    pub fn new(size: u32, range: Option<(u32, u32)>) -> Result<Self, InvalidValue> {
        let positive =
            |value| NonZeroU32::new(value).ok_or(InvalidValue { what: "nz-number", at: 0 });
        let range = match range {
            Some((first, last)) => Some((positive(first)?, positive(last)?)),
            None => None,
        };
        Ok(Self { size: positive(size)?, range })
    }

    /// Of how many messages a range is to be.
    #[must_use]
    pub const fn size(self) -> NonZeroU32 {
        self.size
    }

    /// The numbers of the first and the last range that are wanted; `None` for all.
    #[must_use]
    pub const fn range(self) -> Option<(NonZeroU32, NonZeroU32)> {
        self.range
    }
}

impl<'a> Wire<'a> for UidBatchesData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, correlator) = Correlator::parse_part(input, cx)?;
        let next = rest.iter().find(|octet| **octet != b' ');
        if rest.first() != Some(&b' ') || !next.is_some_and(u8::is_ascii_digit) {
            return Ok((rest, Self { correlator, ranges: None }));
        }
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, ranges) = cut(UidSet::parse_part(at, cx))?;
        let ranges = if descends(&ranges) {
            ranges
        } else if cx.tolerate(Deviation::AscendingBatches) {
            descending(&ranges).ok_or_else(|| stop(at, "uid-batches"))?
        } else {
            return Err(stop(at, "uid-batches"));
        };
        Ok((rest, Self { correlator, ranges: Some(ranges) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.correlator);
        if let Some(ranges) = &self.ranges {
            out.sp().put(ranges);
        }
    }
}

/// True when the higher end of each range comes first, and the highest range does. Ranges of the RFC's
/// examples share an end with their neighbours.
fn descends(set: &UidSet<'_>) -> bool {
    let mut before = None;
    set.ranges().all(|range| {
        let good = range.first >= range.last && before.is_none_or(|before| range.first <= before);
        before = Some(range.first);
        good
    })
}

/// The same ranges in their legal order.
#[cold]
fn descending(set: &UidSet<'_>) -> Option<UidSet<'static>> {
    let mut ranges: Vec<UidRange> = set.ranges().collect();
    ranges.sort_by_key(|range| core::cmp::Reverse(range.first.max(range.last)));
    from_ranges(ranges)
}

/// Ranges with the higher end first.
fn from_ranges(ranges: impl IntoIterator<Item = UidRange>) -> Option<UidSet<'static>> {
    let ranges = ranges.into_iter().map(|range| SequenceRange {
        first: SequenceNumber::Number(range.first.max(range.last)),
        last: SequenceNumber::Number(range.first.min(range.last)),
    });
    let set = SequenceSet::from_ranges(ranges).ok()?;
    UidSet::parse(&set.to_bytes()).ok().map(UidSet::into_owned)
}

impl<'a> UidBatchesData<'a> {
    /// Ranges, each from its higher to its lower end, the highest first.
    ///
    /// # Errors
    /// [`InvalidValue`] where they are in another order.
    pub fn new(
        correlator: Correlator<'a>,
        ranges: impl IntoIterator<Item = UidRange>,
    ) -> Result<Self, InvalidValue> {
        let mut ordered = true;
        let ranges = ranges.into_iter().inspect(|range| ordered &= range.first >= range.last);
        let ranges = from_ranges(ranges);
        if !ordered || !ranges.as_ref().is_none_or(descends) {
            return Err(InvalidValue { what: "uid-batches", at: 0 });
        }
        Ok(Self { correlator, ranges })
    }

    /// The ranges; each begins with its higher end, and the highest comes first.
    pub fn ranges(&self) -> impl Iterator<Item = UidRange> + '_ {
        self.ranges.iter().flat_map(UidSet::ranges)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::tag::Tag;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::{Data, Response};

    fn range((first, last): (u32, u32)) -> UidRange {
        UidRange { first: NonZeroU32::new(first).unwrap(), last: NonZeroU32::new(last).unwrap() }
    }

    fn batches(ranges: &[(u32, u32)]) -> UidBatchesData<'static> {
        let correlator = Correlator::new(Tag::new("A1").unwrap());
        UidBatchesData::new(correlator, ranges.iter().copied().map(range)).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"2000", UidBatches::new(2000, None).unwrap()),
            (b"500 10:20", UidBatches::new(500, Some((10, 20))).unwrap()),
        ]);
        check_rejects::<UidBatches>(&[
            (b"", "nz-number", 0),
            (b"0", "nz-number", 0),
            (b"01", "nz-number", 0),
            (b"500 5", "batch-range", 5),
            (b"500 0:1", "batch-range", 4),
            (b"500 1:*", "batch-range", 6),
            (b"500 ", "end", 3),
        ]);
        check_lenient::<UidBatches>(&[(b"500  1:2", Deviation::ExtraSpaces, b"500 1:2")]);
        assert!(UidBatches::new(0, None).is_err() && UidBatches::new(1, Some((0, 1))).is_err());
    }

    #[test]
    fn data() {
        check_rows(&[
            (b" (TAG \"A1\")", batches(&[])),
            (b" (TAG \"A1\") 20350", batches(&[(20350, 20350)])),
            (b" (TAG \"A1\") 900:500,499:3,1", batches(&[(900, 500), (499, 3), (1, 1)])),
            // The example of the draft: neighbours share an end.
            (
                b" (TAG \"A1\") 215295:99695,99696:20350,20351:7829,7830:1",
                batches(&[(215_295, 99695), (99696, 20350), (20351, 7829), (7830, 1)]),
            ),
        ]);
        check_rejects::<UidBatchesData<'_>>(&[
            (b" (TAG \"A1\") 5:*", "uniqueid", 14),
            (b" (TAG \"A1\") x", "end", 11),
            (b" (TAG \"A1\"", "search-correlator", 10),
            (b" (TAG \"A1\" UIDVALIDITY 5) 5:1", "search-correlator", 1),
        ]);
        check_lenient::<UidBatchesData<'_>>(&[
            (
                b" (TAG \"A1\") 1:499,500:900",
                Deviation::AscendingBatches,
                b" (TAG \"A1\") 900:500,499:1",
            ),
            (b" (TAG \"A1\") 5,9:7", Deviation::AscendingBatches, b" (TAG \"A1\") 9:7,5"),
        ]);
        assert!(UidBatchesData::new(Correlator::default(), [range((1, 5))]).is_err());
        let ascending = [range((5, 1)), range((9, 6))];
        assert!(UidBatchesData::new(Correlator::default(), ascending).is_err());
    }

    #[test]
    fn lines() {
        let data = Response::Data(Data::UidBatches(batches(&[(9, 5)])));
        check_rows(&[(b"* UIDBATCHES (TAG \"A1\") 9:5\r\n", data)]);
        let quoted = b"* UIDBATCHES (TAG \"A143\" MAILBOX \"Sent\" UIDVALIDITY 8389223) 9:5\r\n";
        let response = Response::parse(quoted).unwrap();
        let Response::Data(Data::UidBatches(data)) = &response else { panic!() };
        assert!(data.correlator.mailbox.is_some());
    }
}
