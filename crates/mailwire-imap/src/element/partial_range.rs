//! Ranges of results: PARTIAL of SEARCH and FETCH.

use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::byte;
use mailwire_core::{InvalidValue, owned_already, wire_api};

use super::number::number;
use crate::tolerance::Deviation;

/// A range of the messages that a command is about, counted from one end of them.
///
/// RFC 9394 section 3; RFC 5267 has the first form alone. The ends come in either order, and are kept as
/// they are written.
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
/// C: A1 UID FETCH 1:* (UID FLAGS) (PARTIAL -1:-30)
/// ```
///
/// # Limits
/// 32 bits.
///
/// # Errors
/// `partial-range`.
///
/// # Example
/// ```
/// use mailwire_imap::element::partial_range::PartialRange;
///
/// let range = PartialRange::parse(b"-1:-30")?;
/// assert_eq!(range.bounds(100), Some((71, 100)));
/// assert_eq!(range.to_bytes(), b"-1:-30");
/// assert_eq!(PartialRange::first(500, 400)?.bounds(450), Some((400, 450)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartialRange {
    /// Counted from the oldest message, which is 1.
    First(NonZeroU32, NonZeroU32),
    /// Counted back from the newest message, which is 1 too and is written as -1.
    Last(NonZeroU32, NonZeroU32),
}

wire_api!(Deviation, crate::Mode: copy PartialRange);
owned_already!(PartialRange);

const RULE: &str = "partial-range";

impl<'a> Wire<'a> for PartialRange {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        match input {
            [b'-', behind @ ..] => {
                let (rest, from) = cut(end(behind))?;
                let (rest, ()) = cut(byte(rest, b':', RULE))?;
                let (rest, ()) = cut(byte(rest, b'-', RULE))?;
                let (rest, to) = cut(end(rest))?;
                Ok((rest, Self::Last(from, to)))
            }
            _ => {
                let (rest, from) = end(input)?;
                let (rest, ()) = cut(byte(rest, b':', RULE))?;
                let (rest, to) = cut(end(rest))?;
                Ok((rest, Self::First(from, to)))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::First(from, to) => {
                out.number(from.get().into()).byte(b':').number(to.get().into());
            }
            Self::Last(from, to) => {
                out.byte(b'-').number(from.get().into()).bytes(b":-").number(to.get().into());
            }
        }
    }
}

/// `nz-number`
fn end(input: &[u8]) -> PResult<'_, NonZeroU32> {
    let (rest, value) = number(input, RULE)?;
    match NonZeroU32::new(value) {
        Some(value) if input.first() != Some(&b'0') => Ok((rest, value)),
        _ => Err(stop(input, RULE)),
    }
}

impl PartialRange {
    /// A range counted from the oldest message.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0.
    pub const fn first(from: u32, to: u32) -> Result<Self, InvalidValue> {
        match (NonZeroU32::new(from), NonZeroU32::new(to)) {
            (Some(from), Some(to)) => Ok(Self::First(from, to)),
            _ => Err(InvalidValue { what: RULE, at: 0 }),
        }
    }

    /// A range counted back from the newest message.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0.
    pub const fn last(from: u32, to: u32) -> Result<Self, InvalidValue> {
        match (NonZeroU32::new(from), NonZeroU32::new(to)) {
            (Some(from), Some(to)) => Ok(Self::Last(from, to)),
            _ => Err(InvalidValue { what: RULE, at: 0 }),
        }
    }

    /// The first and the last place that the range holds among `count` messages, counted from 1 for the
    /// oldest; `None` where it holds none.
    #[must_use]
    pub fn bounds(self, count: u32) -> Option<(u32, u32)> {
        let (Self::First(from, to) | Self::Last(from, to)) = self;
        let (low, high) = (from.get().min(to.get()), from.get().max(to.get()));
        if low > count {
            return None;
        }
        let high = high.min(count);
        Some(match self {
            Self::First(..) => (low, high),
            Self::Last(..) => (count - high + 1, count - low + 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b"1:100", PartialRange::first(1, 100).unwrap()),
            (b"500:400", PartialRange::first(500, 400).unwrap()),
            (b"-1:-4294967295", PartialRange::last(1, u32::MAX).unwrap()),
        ]);
        check_rejects::<PartialRange>(&[
            (b"", RULE, 0),
            (b"1", RULE, 1),
            (b"0:1", RULE, 0),
            (b"01:2", RULE, 0),
            (b"1:*", RULE, 2),
            (b"1:-2", RULE, 2),
            (b"-1:2", RULE, 3),
            (b"-1:-0", RULE, 4),
            (b"1:4294967296", RULE, 2),
        ]);
        assert!(PartialRange::first(0, 1).is_err() && PartialRange::last(1, 0).is_err());
    }

    #[test]
    fn places_are_cut_to_the_messages_there_are() {
        let last = |from, to, count| PartialRange::last(from, to).unwrap().bounds(count);
        assert_eq!(last(1, 30, 100), Some((71, 100)));
        assert_eq!(last(30, 1, 10), Some((1, 10)));
        assert_eq!(last(11, 20, 10), None);
        let first = |from, to, count| PartialRange::first(from, to).unwrap().bounds(count);
        assert_eq!(first(5, 3, 4), Some((3, 4)));
        assert_eq!(first(1, u32::MAX, u32::MAX), Some((1, u32::MAX)));
        assert_eq!(first(1, 1, 0), None);
    }
}
