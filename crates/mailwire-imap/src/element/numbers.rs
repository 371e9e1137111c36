//! Long lists of message numbers: what SEARCH and SORT find.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::token::{digits, eight_digits};
use crate::tolerance::Deviation;

/// Message numbers or UIDs with a space between, in the order in which they were sent.
///
/// RFC 9051 section 7.3.4 (SEARCH of IMAP4rev1), RFC 5256 section 4 (SORT). The octets are checked once, many
/// in one step, and decoded when they are iterated: a list of any length costs no heap. Numbers that come
/// twice or in no order are legal.
///
/// # Grammar
/// ```abnf
/// [nz-number *(SP nz-number)]
/// ```
/// Deviations: [`ZeroNumber`](Deviation::ZeroNumber), a 0 is dropped;
/// [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// S: * SEARCH 2 84 882
/// ```
///
/// # Limits
/// Numbers have 32 bits. How long a list may be is a matter of the line.
///
/// # Errors
/// `nz-number` for a number that is 0, begins with 0, or is too large; `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::numbers::Numbers;
///
/// let numbers = Numbers::parse(b"2 84 882")?;
/// assert_eq!(numbers.len(), 3);
/// assert_eq!(numbers.iter().map(|number| number.get()).sum::<u32>(), 968);
/// assert_eq!(numbers.to_bytes(), b"2 84 882");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Numbers<'a> {
    /// Numbers without leading zeros, with single spaces between.
    wire: Cow<'a, [u8]>,
    len: u32,
}

wire_api!(Deviation, crate::Mode: Numbers);
into_owned!(@impl Numbers, self => {
    Numbers { wire: Cow::Owned(self.wire.into_owned()), len: self.len }
});

impl<'a> Wire<'a> for Numbers<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if !input.first().is_some_and(u8::is_ascii_digit) {
            return Ok((input, Self::EMPTY));
        }
        let (end, len) = scan(input);
        let (wire, rest) = input.split_at(end);
        cx.check_elements(len as usize, rest)?;
        match rest {
            // A number that is none, or more spaces than one before the next.
            [b'0'..=b'9', ..] => odd(input, rest, cx),
            [b' ', b' ', ..] if is_followed(rest) => odd(input, rest, cx),
            _ => Ok((rest, Self { wire: Cow::Borrowed(wire), len })),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(&self.wire);
    }
}

/// True when a number stands behind the blanks at the beginning of `rest`.
fn is_followed(rest: &[u8]) -> bool {
    rest.iter().find(|octet| **octet != b' ').is_some_and(u8::is_ascii_digit)
}

/// Octets that are looked at in one step.
const BLOCK: usize = 64;
const ONES: u64 = u64::from_ne_bytes([1; 8]);

/// The length of the numbers at the beginning of `input`, and how many they are. It ends before a number
/// that is none, and before a space that no number follows.
#[inline]
fn scan(input: &[u8]) -> (usize, u32) {
    // Where a number begins, and how many are before it.
    let (mut at, mut len) = plain_blocks(input);
    let mut end = at.saturating_sub(1);
    loop {
        let rest = input.get(at..).unwrap_or_default();
        let (number, octets) = digits(rest);
        let fits = number.is_some_and(|number| number <= u64::from(u32::MAX));
        if !fits || rest.first() == Some(&b'0') {
            // A digit is where the trouble is; else the list ends before its last space.
            return if octets > 0 { (at, len) } else { (end, len) };
        }
        len = len.saturating_add(1);
        end = at.saturating_add(octets);
        match input.get(end) {
            Some(b' ') => at = end.saturating_add(1),
            _ => return (end, len),
        }
    }
}

/// The numbers in the blocks at the beginning of `input` that hold nothing but numbers of 32 bits
/// and single spaces: where the number begins that is not complete in them, and how many are before it.
#[inline]
fn plain_blocks(input: &[u8]) -> (usize, u32) {
    let (mut base, mut len, mut start) = (0_usize, 0_u32, 0_usize);
    // The last digits of the block before, as bits: a number can begin there.
    let mut before = 0_u64;
    if input.first() == Some(&b'0') {
        return (0, 0);
    }
    while let Some((block, _)) =
        input.get(base..).and_then(|rest| rest.split_first_chunk::<{ BLOCK + 1 }>())
    {
        let spaces = spaces(block);
        // Numbers of ten digits, the last of which is in this block, by their first digit.
        let wide = u128::from(!spaces) << BLOCK | u128::from(before);
        let two = wide & wide >> 1;
        let four = two & two >> 2;
        let ten = four & four >> 4 & two >> 8;
        if !is_plain(block) || ten != 0 && !ten_digits_fit(input, base, wide, ten) {
            break;
        }
        len = len.saturating_add(spaces.count_ones());
        if spaces != 0 {
            start = base + (u64::BITS - spaces.leading_zeros()) as usize;
        }
        before = !spaces;
        base += BLOCK;
    }
    (start, len)
}

/// True when the numbers of ten digits have 32 bits, and none has more digits. The bits count from the
/// block before `base`.
fn ten_digits_fit(input: &[u8], base: usize, wide: u128, ten: u128) -> bool {
    if ten & wide >> 10 != 0 {
        return false;
    }
    // Those that end in the block before were looked at there.
    let mut left = ten >> (BLOCK - 9) << (BLOCK - 9);
    while left != 0 {
        let first = base.saturating_add(left.trailing_zeros() as usize).saturating_sub(BLOCK);
        let digits = input.get(first..).and_then(|rest| rest.first_chunk::<10>());
        if digits.is_none_or(|digits| digits > b"4294967295") {
            return false;
        }
        left &= left - 1;
    }
    true
}

/// True when each octet but the last is a digit, or a space that a digit other than 0 follows.
#[inline]
fn is_plain(block: &[u8; BLOCK + 1]) -> bool {
    let mut odd = 0;
    for (octet, behind) in block.iter().zip(block.iter().skip(1)) {
        let space = u8::from(*octet == b' ');
        let digit = u8::from(octet.wrapping_sub(b'0') < 10);
        odd |= (space | digit) ^ 1 | space & u8::from(behind.wrapping_sub(b'1') >= 9);
    }
    odd == 0
}

/// The spaces among 64 octets, as bits; the octets are digits and spaces.
#[inline]
fn spaces(block: &[u8]) -> u64 {
    let mut spaces = 0;
    for (at, octets) in (0..8).zip(block.chunks_exact(8)) {
        let octets = octets.first_chunk().map_or(0, |octets| u64::from_le_bytes(*octets));
        // Bit 4 is set in digits, and not in a space; the product moves one bit of each octet into one.
        let bits = (!octets >> 4 & ONES).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        spaces |= bits << (8 * at);
    }
    spaces
}

/// Numbers among which are zeros or more spaces than belong there; or an error at `place`.
#[cold]
fn odd<'a>(input: &'a [u8], place: &'a [u8], cx: &Context) -> PResult<'a, Numbers<'a>> {
    let (mut rest, mut wire, mut len, mut count) = (input, Vec::new(), 0_u32, 0_usize);
    loop {
        count = count.saturating_add(1);
        let (number, octets) = digits(rest);
        let number = number.and_then(|number| u32::try_from(number).ok());
        let (Some(number), true) = (number, octets == 1 || rest.first() != Some(&b'0')) else {
            return Err(stop(rest, "nz-number"));
        };
        match NonZeroU32::new(number) {
            Some(number) => {
                if len > 0 {
                    wire.push(b' ');
                }
                Encoder::new(&mut wire).number(number.get().into());
                len = len.saturating_add(1);
            }
            None if cx.tolerate(Deviation::ZeroNumber) => {}
            None => return Err(stop(rest, "nz-number")),
        }
        rest = rest.get(octets..).unwrap_or_default();
        if !rest.starts_with(b" ") || !is_followed(rest) {
            break;
        }
        if rest.starts_with(b"  ") && !cx.tolerate(Deviation::ExtraSpaces) {
            let place = if place.starts_with(b"  ") { place } else { rest };
            return Err(stop(place.get(1..).unwrap_or_default(), "SP"));
        }
        let blanks = rest.iter().take_while(|octet| **octet == b' ').count();
        rest = rest.get(blanks..).unwrap_or_default();
    }
    // What is dropped was looked at too.
    cx.check_elements(count, rest)?;
    Ok((rest, Numbers { wire: Cow::Owned(wire), len }))
}

impl<'a> Numbers<'a> {
    /// No number.
    pub const EMPTY: Self = Self { wire: Cow::Borrowed(b""), len: 0 };

    /// These numbers, in their order.
    pub fn new(numbers: impl IntoIterator<Item = NonZeroU32>) -> Numbers<'static> {
        let (mut wire, mut len) = (Vec::new(), 0_u32);
        Encoder::new(&mut wire).separated(b' ', numbers, |out, number| {
            len = len.saturating_add(1);
            out.number(number.get().into());
        });
        Numbers { wire: Cow::Owned(wire), len }
    }

    /// These numbers, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where one is 0, with its place in the list.
    pub fn from_numbers(
        numbers: impl IntoIterator<Item = u32>,
    ) -> Result<Numbers<'static>, InvalidValue> {
        let mut zero = None;
        let numbers = numbers.into_iter().enumerate().map_while(|(at, number)| {
            let number = NonZeroU32::new(number);
            if number.is_none() {
                zero = Some(at);
            }
            number
        });
        let numbers = Self::new(numbers);
        zero.map_or(Ok(numbers), |at| Err(InvalidValue { what: "nz-number", at }))
    }

    /// How many numbers there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// True when there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The numbers in their order.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter { wire: &self.wire, start: 0, base: 0, ends: ends(&self.wire, 0), left: self.len }
    }

    /// `*(SP nz-number)`: each behind its space. Blanks at the end are left for the line.
    ///
    /// # Errors
    /// Those of the numbers.
    #[inline]
    pub(crate) fn parse_behind_spaces(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match input {
            [b' ', b'0'..=b'9', ..] => Self::parse_part(input.get(1..).unwrap_or_default(), cx),
            [b' ', b' ', ..] if is_followed(input) => {
                let (rest, ()) = crate::token::sp(input, cx)?;
                Self::parse_part(rest, cx)
            }
            _ => Ok((input, Self::EMPTY)),
        }
    }
}

/// The ends of numbers in the block that begins at `base`, as bits; where the octets end, a number does.
#[inline]
fn ends(wire: &[u8], base: usize) -> u64 {
    let rest = wire.get(base..).unwrap_or_default();
    match rest.first_chunk::<BLOCK>() {
        Some(block) => spaces(block),
        None => {
            let mut block = [b' '; BLOCK];
            for (place, octet) in block.iter_mut().zip(rest) {
                *place = *octet;
            }
            spaces(&block)
        }
    }
}

/// The numbers of a list; made by [`Numbers::iter`].
#[derive(Clone)]
pub struct Iter<'x> {
    wire: &'x [u8],
    /// Where the number begins.
    start: usize,
    /// Where the block begins in which it ends, or one before that.
    base: usize,
    /// The ends in the block that are not used up.
    ends: u64,
    left: u32,
}

impl Iterator for Iter<'_> {
    type Item = NonZeroU32;

    #[inline]
    fn next(&mut self) -> Option<NonZeroU32> {
        if self.left == 0 {
            return None;
        }
        while self.ends == 0 {
            // A block holds an end: a number has ten digits at most.
            self.base = self.base.checked_add(BLOCK).filter(|base| *base <= self.wire.len())?;
            self.ends = ends(self.wire, self.base);
        }
        let end = self.base.saturating_add(self.ends.trailing_zeros() as usize);
        self.ends &= self.ends - 1;
        self.left -= 1;
        let start = self.start;
        self.start = end.saturating_add(1);
        let octets = end.saturating_sub(start);
        let rest = self.wire.get(start..)?;
        let number = match rest.first_chunk() {
            Some(first) if octets > 0 => {
                let digits = u64::from_le_bytes(*first) ^ u64::from_ne_bytes([b'0'; 8]);
                match 8_usize.checked_sub(octets) {
                    // What is behind the digits is shifted out.
                    Some(behind) => eight_digits(digits << (8 * behind)),
                    None => {
                        rest.get(8..octets)?.iter().fold(eight_digits(digits), |number, digit| {
                            number * 10 + u64::from(digit & 0xf)
                        })
                    }
                }
            }
            _ => digits(rest).0?,
        };
        NonZeroU32::new(u32::try_from(number).ok()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl fmt::Debug for Numbers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(f)
    }
}

impl<'x> IntoIterator for &'x Numbers<'_> {
    type Item = NonZeroU32;
    type IntoIter = Iter<'x>;

    fn into_iter(self) -> Iter<'x> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use alloc::string::{String, ToString};
    use proptest::prelude::*;

    fn numbers(numbers: &[u32]) -> Numbers<'static> {
        Numbers::from_numbers(numbers.iter().copied()).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"", numbers(&[])),
            (b"2 84 882", numbers(&[2, 84, 882])),
            (b"5 3 3 1", numbers(&[5, 3, 3, 1])),
            (b"4294967295 12345678 123456789", numbers(&[u32::MAX, 12_345_678, 123_456_789])),
        ]);
        check_rejects::<Numbers<'_>>(&[
            (b"1 01", "nz-number", 2),
            (b"00", "nz-number", 0),
            (b"1 4294967296", "nz-number", 2),
            (b"1 -1", "end", 1),
            (b"1 2 ", "end", 3),
            (b"1,2", "end", 1),
        ]);
        check_lenient::<Numbers<'_>>(&[
            (b"1 0 2", Deviation::ZeroNumber, b"1 2"),
            (b"0", Deviation::ZeroNumber, b""),
            (b"1  2 3", Deviation::ExtraSpaces, b"1 2 3"),
        ]);
        assert_eq!(Numbers::from_numbers([1, 0]).unwrap_err().at, 1);
    }

    /// Numbers as a look at each word gives them: the list up to the first that is none.
    fn slowly(text: &str) -> Vec<u32> {
        text.split(' ').map_while(|word| word.parse().ok()).collect()
    }

    #[test]
    fn damage_is_found_wherever_it_stands() {
        for len in [1_usize, 5, 40, 200] {
            let text = (0..len).map(|at| (at * 7919 + 1).to_string()).collect::<Vec<_>>().join(" ");
            for at in 0..text.len() {
                for octet in [b'x', b'-', b'0', b' ', b',', 0x10, 0xb0, b'9'] {
                    let mut wire = text.clone().into_bytes();
                    wire[at] = octet;
                    let cx = Context::new(crate::Tolerance::strict());
                    if let Ok((rest, list)) = Numbers::parse_part(&wire, &cx) {
                        let read = &wire[..wire.len() - rest.len()];
                        let read = String::from_utf8(read.to_vec()).unwrap();
                        assert_eq!(
                            list.iter().map(NonZeroU32::get).collect::<Vec<_>>(),
                            slowly(&read)
                        );
                        assert!(
                            read.is_empty() || !read.split(' ').any(|word| word.starts_with('0'))
                        );
                        assert!(read.is_empty() || !is_followed(rest) && !read.contains("  "));
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn roundtrip(list in proptest::collection::vec((1..=u32::MAX, 0..32_u32), 0..200)) {
            let list: Vec<u32> = list.into_iter().map(|(number, shift)| (number >> shift).max(1)).collect();
            let view = numbers(&list);
            prop_assert_eq!(view.iter().map(NonZeroU32::get).collect::<Vec<_>>(), list.clone());
            let wire = view.to_bytes();
            let parsed = Numbers::parse_with(&wire, crate::Tolerance::strict()).unwrap().0;
            prop_assert_eq!(parsed.len(), list.len());
            prop_assert_eq!(parsed.iter().len(), list.len());
            prop_assert_eq!(parsed, view);
        }

        #[test]
        fn agrees_with_a_look_at_each(text in "[0-9 ]{0,150}( 4294967296)?") {
            let strict = Numbers::parse_with(text.as_bytes(), crate::Tolerance::strict());
            let words: Vec<&str> = text.split(' ').collect();
            let good = |word: &&str| word.parse::<u32>().is_ok_and(|_| !word.starts_with('0'));
            prop_assert_eq!(strict.is_ok(), text.is_empty() || words.iter().all(good), "{}", text);
        }
    }
}
