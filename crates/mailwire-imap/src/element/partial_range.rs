//! A page of results, counted from their beginning or from their end.

use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::{InvalidValue, owned_already, wire_api};

use super::number::number;
use crate::tolerance::Deviation;

/// A range of positions in a result, both from its beginning or both from its end.
///
/// RFC 9394 section 3.1, RFC 5267 section 4.4. Position 1 is the oldest message, position -1 the newest. The
/// ends come in either order.
///
/// # Grammar
/// ```abnf
/// partial-range       = partial-range-first / partial-range-last
/// partial-range-first = nz-number ":" nz-number
/// partial-range-last  = MINUS nz-number ":" MINUS nz-number
/// ```
///
/// # Wire
/// ```text
/// C: A1 UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED
/// S: * ESEARCH (TAG "A1") UID PARTIAL (-1:-100 200:250,252:300)
/// ```
///
/// # Limits
/// Positions have 32 bits.
///
/// # Errors
/// `partial-range`.
///
/// # Example
/// ```
/// use mailwire_imap::element::partial_range::PartialRange;
///
/// let range = PartialRange::parse(b"-1:-100")?;
/// assert!(range.is_from_end());
/// assert_eq!((range.first().get(), range.last().get()), (1, 100));
/// assert_eq!(range, PartialRange::from_end(1, 100).unwrap());
/// assert_eq!(range.to_bytes(), b"-1:-100");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartialRange {
    first: NonZeroU32,
    last: NonZeroU32,
    from_end: bool,
}

wire_api!(Deviation, crate::Mode: copy PartialRange);
owned_already!(PartialRange);

impl PartialRange {
    /// Positions from the beginning: 1 is the oldest message.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0.
    pub fn from_beginning(first: u32, last: u32) -> Result<Self, InvalidValue> {
        Self::new(first, last, false)
    }

    /// Positions from the end: 1 is the newest message, which is written as -1.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0.
    pub fn from_end(first: u32, last: u32) -> Result<Self, InvalidValue> {
        Self::new(first, last, true)
    }

    fn new(first: u32, last: u32, from_end: bool) -> Result<Self, InvalidValue> {
        match (NonZeroU32::new(first), NonZeroU32::new(last)) {
            (Some(first), Some(last)) => Ok(Self { first, last, from_end }),
            _ => Err(InvalidValue { what: "partial-range", at: 0 }),
        }
    }

    /// The position before the colon, without its sign.
    #[must_use]
    pub const fn first(self) -> NonZeroU32 {
        self.first
    }

    /// The position behind the colon, without its sign.
    #[must_use]
    pub const fn last(self) -> NonZeroU32 {
        self.last
    }

    /// The positions from the beginning among `count` results, the lower one first; `None` where there are none.
    #[must_use]
    pub fn bounds(self, count: u32) -> Option<(u32, u32)> {
        let (first, last) = (self.first.get(), self.last.get());
        let (low, high) = (first.min(last), first.max(last).min(count));
        if low > count {
            return None;
        }
        Some(if self.from_end { (count - high + 1, count - low + 1) } else { (low, high) })
    }

    /// True when positions count from the newest message.
    #[must_use]
    pub const fn is_from_end(self) -> bool {
        self.from_end
    }
}

impl<'a> Wire<'a> for PartialRange {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        const RULE: &str = "partial-range";
        let from_end = input.first() == Some(&b'-');
        if !from_end && !input.first().is_some_and(u8::is_ascii_digit) {
            return Err(fail(input, RULE));
        }
        let (colon, first) = position(input, from_end)?;
        let Some(behind) = colon.strip_prefix(b":") else { return Err(stop(colon, RULE)) };
        let (rest, last) = position(behind, from_end)?;
        Ok((rest, Self { first, last, from_end }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let sign: &[u8] = if self.from_end { b"-" } else { b"" };
        out.bytes(sign).number(self.first.get().into()).byte(b':');
        out.bytes(sign).number(self.last.get().into());
    }
}

/// A position with the sign that it has to have.
fn position(input: &[u8], from_end: bool) -> PResult<'_, NonZeroU32> {
    let digits = if from_end { input.strip_prefix(b"-") } else { Some(input) };
    let digits = digits.filter(|digits| digits.first() != Some(&b'0'));
    let (rest, position) = match digits {
        Some(digits) => cut(number(digits, "partial-range"))?,
        None => return Err(stop(input, "partial-range")),
    };
    NonZeroU32::new(position)
        .map(|position| (rest, position))
        .ok_or_else(|| stop(input, "partial-range"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b"1:1", PartialRange::from_beginning(1, 1).unwrap()),
            (b"500:400", PartialRange::from_beginning(500, 400).unwrap()),
            (b"-1:-4294967295", PartialRange::from_end(1, u32::MAX).unwrap()),
        ]);
        check_rejects::<PartialRange>(&[
            (b"", "partial-range", 0),
            (b"*:1", "partial-range", 0),
            (b"0:1", "partial-range", 0),
            (b"1:*", "partial-range", 2),
            (b"1", "partial-range", 1),
            (b"1:-2", "partial-range", 2),
            (b"-1:2", "partial-range", 3),
            (b"-1:-0", "partial-range", 3),
            (b"-:-2", "partial-range", 1),
            (b"1:4294967296", "partial-range", 2),
        ]);
        assert!(
            PartialRange::from_beginning(0, 1).is_err() && PartialRange::from_end(1, 0).is_err()
        );
    }

    #[test]
    fn positions_among_results() {
        let last = |from, to, count| PartialRange::from_end(from, to).unwrap().bounds(count);
        assert_eq!(last(1, 30, 100), Some((71, 100)));
        assert_eq!(last(30, 1, 10), Some((1, 10)));
        assert_eq!(last(11, 20, 10), None);
        let first = |from, to, count| PartialRange::from_beginning(from, to).unwrap().bounds(count);
        assert_eq!(first(5, 3, 4), Some((3, 4)));
        assert_eq!(first(1, u32::MAX, u32::MAX), Some((1, u32::MAX)));
        assert_eq!(first(1, 1, 0), None);
    }
}
