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
    pub const fn mode(&self) -> u32 {
        self.mode
    }

    /// Writes octets as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.out.extend_from_slice(bytes);
        self
    }

    /// Writes one octet.
    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.out.push(byte);
        self
    }

    /// Writes a keyword.
    pub fn keyword(&mut self, keyword: &str) -> &mut Self {
        self.bytes(keyword.as_bytes())
    }

    /// Writes one space.
    pub fn sp(&mut self) -> &mut Self {
        self.byte(b' ')
    }

    /// Writes the line end.
    pub fn crlf(&mut self) -> &mut Self {
        self.bytes(b"\r\n")
    }

    /// Writes a number in decimal, without leading zeros.
    pub fn number(&mut self, number: u64) -> &mut Self {
        let mut digits = [0_u8; 20];
        let mut left = number;
        let mut at = digits.len();
        for (index, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + u8::try_from(left % 10).unwrap_or_default();
            left /= 10;
            at = index;
            if left == 0 {
                break;
            }
        }
        self.bytes(digits.get(at..).unwrap_or_default())
    }

    /// Writes a number in decimal with at least `width` digits.
    pub fn padded(&mut self, number: u64, width: u32) -> &mut Self {
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
    pub fn quoted(&mut self, text: &[u8]) -> &mut Self {
        self.byte(b'"');
        for &byte in text {
            if matches!(byte, b'"' | b'\\') {
                self.byte(b'\\');
            }
            self.byte(byte);
        }
        self.byte(b'"')
    }

    /// Writes another element.
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
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.byte(separator);
            }
            write(self, item);
        }
        self
    }

    /// Marks the place where the peer must be waited for.
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
        let mut out = Vec::new();
        Encoder::new(&mut out).padded(7, 2).padded(123, 2).padded(0, 4).signed(-5);
        assert_eq!(out, b"071230000-5");
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
