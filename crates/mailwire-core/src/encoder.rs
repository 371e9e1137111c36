//! Writes wire elements into one buffer, with the same words that the token parsers use.

use alloc::vec::Vec;

use crate::parse::Wire;

/// Writes into a buffer of the caller's, behind what it already holds.
///
/// IMAP records where a synchronizing literal must wait for the server, and where a streamed body
/// belongs; SMTP and POP3 never cut.
#[derive(Debug)]
pub struct Encoder<'b> {
    out: &'b mut Vec<u8>,
    cuts: Vec<Cut>,
    mode: u32,
}

/// A number that eight digits hold is less than this.
const EIGHT_DIGITS: u64 = 100_000_000;

/// The eight digits of a number below [`EIGHT_DIGITS`], as octets from 0 to 9, the first of them lowest.
#[inline]
const fn eight_digits(number: u64) -> u64 {
    // Four digits are two lanes of 32 bits, two are four of 16, one is eight of 8. A lane is divided by a
    // multiplication with 1/100 or 1/10 that is exact for what it can hold.
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((twos - tens * 10) << 8)
}

/// The digit 0, eight times.
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// A place in what was written where more than the next octet is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The peer must be waited for.
    Wait {
        /// Length of the buffer at this place.
        at: usize,
    },
    /// A body goes here that the caller streams.
    Body {
        /// Length of the buffer at this place.
        at: usize,
        /// Octets of the body.
        size: u64,
    },
}

impl<'b> Encoder<'b> {
    /// An encoder that appends to `out`.
    pub const fn new(out: &'b mut Vec<u8>) -> Self {
        Self { out, cuts: Vec::new(), mode: 0 }
    }

    /// The encoder with the mode bits of a protocol: what was negotiated and changes the form.
    #[must_use]
    pub fn with_mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    /// The mode bits.
    #[must_use]
    #[inline]
    pub const fn mode(&self) -> u32 {
        self.mode
    }

    /// Writes octets as they are.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.out.extend_from_slice(bytes);
        self
    }

    /// Writes one octet.
    #[inline]
    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.out.push(byte);
        self
    }

    /// Writes a keyword.
    #[inline]
    pub fn keyword(&mut self, keyword: &str) -> &mut Self {
        self.bytes(keyword.as_bytes())
    }

    /// Writes one space.
    #[inline]
    pub fn sp(&mut self) -> &mut Self {
        self.byte(b' ')
    }

    /// Writes the line end.
    #[inline]
    pub fn crlf(&mut self) -> &mut Self {
        self.bytes(b"\r\n")
    }

    /// Writes a number in decimal, without leading zeros.
    #[inline]
    pub fn number(&mut self, number: u64) -> &mut Self {
        // Most numbers are small: a UID, a size, a count.
        if number < EIGHT_DIGITS { self.digits(number, 1) } else { self.large_number(number) }
    }

    /// A number below [`EIGHT_DIGITS`] with at least `width` digits, of which there are up to eight.
    #[inline(always)]
    fn digits(&mut self, number: u64, width: u32) -> &mut Self {
        let digits = eight_digits(number);
        let zeros = (digits.trailing_zeros() / 8).min(8_u32.saturating_sub(width));
        let octets = (digits | ZEROS) >> (8 * zeros);
        // All eight are written, since a length that is known costs no call, and what is too much is taken
        // away.
        let end = self.out.len() + 8 - zeros as usize;
        self.out.extend_from_slice(&octets.to_le_bytes());
        self.out.truncate(end);
        self
    }

    /// A number of more than eight digits: the last eight behind the others.
    fn large_number(&mut self, number: u64) -> &mut Self {
        const SIXTEEN: u64 = EIGHT_DIGITS * EIGHT_DIGITS;
        let last = eight_digits(number % EIGHT_DIGITS) | ZEROS;
        if number >= SIXTEEN {
            return self.number(number / EIGHT_DIGITS).bytes(&last.to_le_bytes());
        }
        // As in `digits`: all sixteen are written, and what is too much is taken away.
        let first = eight_digits(number / EIGHT_DIGITS);
        let zeros = first.trailing_zeros() / 8;
        let octets = u128::from(first | ZEROS) | u128::from(last) << 64;
        let end = self.out.len() + 16 - zeros as usize;
        self.out.extend_from_slice(&(octets >> (8 * zeros)).to_le_bytes());
        self.out.truncate(end);
        self
    }

    /// Writes a number in decimal with at least `width` digits.
    #[inline]
    pub fn padded(&mut self, number: u64, width: u32) -> &mut Self {
        if number < EIGHT_DIGITS && width <= 8 {
            return self.digits(number, width.max(1));
        }
        let digits = number.checked_ilog10().unwrap_or(0) + 1;
        for _ in digits..width {
            self.byte(b'0');
        }
        self.number(number)
    }

    /// Writes a signed number in decimal.
    pub fn signed(&mut self, number: i64) -> &mut Self {
        if number < 0 {
            self.byte(b'-');
        }
        self.number(number.unsigned_abs())
    }

    /// Writes `"..."` with `"` and `\` escaped.
    #[inline]
    pub fn quoted(&mut self, text: &[u8]) -> &mut Self {
        self.byte(b'"');
        let mut rest = text;
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            let (plain, behind) = rest.split_at(at);
            self.bytes(plain).byte(b'\\');
            let (escaped, behind) = behind.split_at(1);
            self.bytes(escaped);
            rest = behind;
        }
        self.bytes(rest).byte(b'"')
    }

    /// Writes another element.
    #[inline]
    pub fn put<'a>(&mut self, element: &impl Wire<'a>) -> &mut Self {
        element.encode(self);
        self
    }

    /// Writes elements with `separator` between them.
    pub fn separated<T>(
        &mut self,
        separator: u8,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        let mut first = true;
        // An iterator made of several goes through each of them without asking which it is in.
        items.into_iter().for_each(|item| {
            if !core::mem::take(&mut first) {
                self.byte(separator);
            }
            write(self, item);
        });
        self
    }

    /// Marks the place where the peer must be waited for.
    #[cold]
    pub fn cut(&mut self) -> &mut Self {
        self.cuts.push(Cut::Wait { at: self.out.len() });
        self
    }

    /// Marks the place of a body that the caller streams.
    pub fn body(&mut self, size: u64) -> &mut Self {
        self.cuts.push(Cut::Body { at: self.out.len(), size });
        self
    }

    /// The cut points, in their order.
    #[must_use]
    pub fn into_cuts(self) -> Vec<Cut> {
        self.cuts
    }
}

/// The wire form of one element.
pub fn to_bytes<'a>(element: &impl Wire<'a>) -> Vec<u8> {
    to_bytes_in(element, 0)
}

/// The wire form of one element, in the mode of a protocol.
pub fn to_bytes_in<'a>(element: &impl Wire<'a>, mode: u32) -> Vec<u8> {
    let mut out = Vec::new();
    element.encode(&mut Encoder::new(&mut out).with_mode(mode));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal() {
        for (number, text) in
            [(0, "0"), (7, "7"), (10, "10"), (4096, "4096"), (u64::MAX, "18446744073709551615")]
        {
            let mut out = Vec::new();
            Encoder::new(&mut out).number(number);
            assert_eq!(out, text.as_bytes());
        }
        for digits in (0..10_000).chain((1..10_000).map(|high| high * 10_000 + 9_999)) {
            let mut out = Vec::new();
            Encoder::new(&mut out).number(digits);
            assert_eq!(out, alloc::format!("{digits}").as_bytes());
        }
        let mut number = 1_u64;
        for _ in 0..64 {
            for number in [number - 1, number, number.wrapping_mul(10), number.wrapping_mul(7)] {
                let mut out = Vec::new();
                Encoder::new(&mut out).number(number);
                assert_eq!(out, alloc::format!("{number}").as_bytes());
            }
            number = number.wrapping_mul(2).max(1);
        }
        let mut out = Vec::new();
        Encoder::new(&mut out).padded(7, 2).padded(123, 2).padded(0, 4).signed(-5);
        assert_eq!(out, b"071230000-5");
        let long = [100_000_000, 715_194_045_007, 9_999_999_999_999_999, 10_000_000_000_000_000];
        let short = [0, 7, 99, 100, 12_345_678, 99_999_999];
        for number in short.into_iter().chain(long).chain([u64::MAX]) {
            for width in 0..24 {
                let mut out = Vec::new();
                Encoder::new(&mut out).padded(number, width);
                let padded = alloc::format!("{number:0width$}", width = width as usize);
                assert_eq!(out, padded.as_bytes());
            }
        }
    }

    #[test]
    fn quoted_escapes_what_it_must() {
        let mut out = Vec::new();
        Encoder::new(&mut out).quoted(br#"a"b\c"#);
        assert_eq!(out, br#""a\"b\\c""#);
    }

    #[test]
    fn cuts_are_places_in_the_buffer() {
        let mut out = Vec::from(&b"A1 "[..]);
        let mut encoder = Encoder::new(&mut out);
        encoder.bytes(b"{3}").crlf().cut().body(3).crlf();
        assert_eq!(encoder.into_cuts(), [Cut::Wait { at: 8 }, Cut::Body { at: 8, size: 3 }]);
    }
}
