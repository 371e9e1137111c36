//! Dotted bodies on the way in: take the extra dots out, and find the one end mark.

use alloc::vec::Vec;

use super::findings::{Findings, Inspector};
use super::inspected::Inspected;

/// What [`DotDecoder::decode`] made of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dotted<'i> {
    /// Octets of the input to drop. It can be 0 while `data` is not empty, and the other way round.
    pub consumed: usize,
    /// The next octets of the body, without the extra dots.
    pub data: &'i [u8],
    /// The body ended. What is behind `consumed` belongs to the next command or answer.
    pub end: bool,
    /// Not of the public fields, so that it stays what the decoder made it.
    inspected: Inspected<'i>,
}

impl<'i> Dotted<'i> {
    /// The next octets of the body as the decoder gave them, with what it looked for and did not
    /// find up to here.
    ///
    /// # Example
    /// ```
    /// use mailwire_core::body::{DotDecoder, Findings};
    /// let mut decoder = DotDecoder::new(Findings::BARE);
    /// assert_eq!(decoder.decode(b"hi\r\n").inspected().lacks(), Findings::BARE);
    /// assert_eq!(decoder.decode(b"hi\n").inspected().lacks(), Findings::BARE_CR);
    /// ```
    #[must_use]
    pub const fn inspected(&self) -> Inspected<'i> {
        self.inspected
    }
}

/// Reads a dotted body: DATA of SMTP, multi-line answers of POP3.
///
/// RFC 5321 section 4.5.2, RFC 1939 section 3. The decoder starts at the beginning of a line. It
/// hands out slices of the input between the stuffed dots and keeps none of it: all input is
/// consumed, however it is cut, but for what is behind the end mark.
///
/// # Grammar
/// ```text
/// body     = *( line CRLF ) "." CRLF
/// line     = [ "." 1*any / any-but-dot *any ]   ; any: all octets, but never CR LF in a row
/// ```
/// Only CRLF ends a line, so only CRLF `.` CRLF ends a body. LF `.` LF, LF `.` CRLF, CR `.` CR,
/// CRLF `.` LF, CRLF `.` CR CR LF and their kin are data: a receiver that takes one of them for the
/// end lets its peer smuggle a second message past it. The CRLF before the end mark is the end of
/// the last line and belongs to the body. One dot is taken from a line that starts with one.
///
/// # Limits
/// None on the size, which is for the caller to count. Lines are [`Findings::LONG_LINE`] over
/// [`LINE_LIMIT`](super::LINE_LIMIT) octets or the limit that is set, without the stuffed dot.
///
/// # Example
/// ```
/// use mailwire_core::body::{DotDecoder, Findings};
/// let mut decoder = DotDecoder::new(Findings::BARE);
/// let (mut input, mut body) = (&b"hi\r\n..x\n.\n\r\n.\r\nQUIT\r\n"[..], Vec::new());
/// while !input.is_empty() && !decoder.is_done() {
///     let dotted = decoder.decode(input);
///     body.extend_from_slice(dotted.data);
///     input = &input[dotted.consumed..];
/// }
/// assert_eq!(body, b"hi\r\n.x\n.\n\r\n");
/// assert_eq!(decoder.found(), Findings::BARE_LF);
/// assert_eq!(input, b"QUIT\r\n");
/// ```
#[derive(Debug, Clone)]
pub struct DotDecoder {
    inspector: Inspector,
    at: At,
}

/// What the last octet was, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// CRLF, or nothing yet.
    LineStart,
    /// Anything else.
    Text,
    /// A CR that was handed out as data. If an LF follows, a line starts behind it.
    Cr,
    /// A dot at the start of a line, taken out.
    Dot,
    /// A CR behind that dot, held back: it is the end mark or it is data.
    DotCr,
    /// The end mark.
    End,
}

impl DotDecoder {
    /// A decoder at the start of a body, that looks for the given findings on its way.
    ///
    /// None of them cost nothing; each costs a pass over octets that are in the cache.
    #[must_use]
    pub const fn new(look_for: Findings) -> Self {
        Self { inspector: Inspector::new(look_for), at: At::LineStart }
    }

    /// Sets the octets that a line may have with its CRLF before it is a [`Findings::LONG_LINE`].
    #[must_use]
    pub const fn with_line_limit(mut self, octets: u32) -> Self {
        self.inspector = self.inspector.with_line_limit(octets);
        self
    }

    /// What was asked for and found in the body so far. The end mark is not part of it.
    #[must_use]
    pub const fn found(&self) -> Findings {
        self.inspector.found()
    }

    /// Whether the end mark was seen.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.at, At::End)
    }

    /// Takes the next slice of the body from the start of `input`.
    ///
    /// Call it with what is behind `consumed` until that is empty or `end` is set. After the end it
    /// consumes nothing.
    pub fn decode<'i>(&mut self, input: &'i [u8]) -> Dotted<'i> {
        // A dot at the start of a line is decided by the two octets behind it.
        let from = match (self.at, input) {
            (At::End, _) => return self.mark(0, At::End),
            (at, []) => return self.mark(0, at),
            (At::LineStart, [b'.']) => return self.mark(1, At::Dot),
            (At::LineStart, [b'.', b'\r']) => return self.mark(2, At::DotCr),
            (At::LineStart, [b'.', b'\r', b'\n', ..]) => return self.mark(3, At::End),
            (At::LineStart, [b'.', ..]) => 1,
            (At::Dot, [b'\r']) => return self.mark(1, At::DotCr),
            (At::Dot, [b'\r', b'\n', ..]) => return self.mark(2, At::End),
            (At::DotCr, [b'\n', ..]) => return self.mark(1, At::End),
            (At::DotCr, _) => {
                // The CR is from an earlier chunk, so that the slice cannot be of this one.
                self.inspector.inspect(b"\r");
                self.at = At::Cr;
                return self.data(0, b"\r");
            }
            _ => 0,
        };
        let after_cr = self.at == At::Cr;
        let rest = input.get(from..).unwrap_or_default();
        let len = match rest {
            // The CR of this line end is in an earlier chunk.
            [b'\n', b'.', ..] if after_cr => {
                self.inspector.inspect(b"\n");
                1
            }
            _ => self.inspector.inspect_to_dot(rest),
        };
        let data = rest.get(..len).unwrap_or(rest);
        self.at = match data {
            [.., b'\r', b'\n'] => At::LineStart,
            [b'\n'] if after_cr => At::LineStart,
            [.., b'\r'] => At::Cr,
            _ => At::Text,
        };
        self.data(from.saturating_add(len), data)
    }

    /// Hands out data that was inspected.
    const fn data<'i>(&self, consumed: usize, data: &'i [u8]) -> Dotted<'i> {
        let inspected = Inspected::known(data, self.inspector.lacks());
        Dotted { consumed, data, end: false, inspected }
    }

    /// Consumes octets that are not data.
    const fn mark<'i>(&mut self, consumed: usize, at: At) -> Dotted<'i> {
        self.at = at;
        let (data, end): (&[u8], _) = (&[], matches!(at, At::End));
        Dotted { consumed, data, end, inspected: Inspected::known(data, Findings::NONE) }
    }
}

/// Reads a whole dotted body: its octets, and how many octets of the input it takes with its end
/// mark. `None` when the end mark is not there.
///
/// # Example
/// ```
/// use mailwire_core::body::unstuff;
/// assert_eq!(unstuff(b"a\r\n..\r\n.\r\n+OK\r\n"), Some((b"a\r\n.\r\n".to_vec(), 10)));
/// assert_eq!(unstuff(b"a\r\n.\r"), None);
/// ```
#[must_use]
pub fn unstuff(input: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut decoder, mut body) = (DotDecoder::new(Findings::NONE), Vec::new());
    let mut rest = input;
    while !rest.is_empty() {
        let dotted = decoder.decode(rest);
        body.extend_from_slice(dotted.data);
        rest = rest.get(dotted.consumed..).unwrap_or_default();
        if dotted.end {
            return Some((body, input.len().saturating_sub(rest.len())));
        }
    }
    None
}
