//! The octets of a message or of a part: a literal that is at hand or streamed.

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::{IntoBytes, InvalidValue, into_owned, owned_already, wire_api};

use crate::Mode;
use crate::element::number::MAX;
use crate::token::{literal, literal_header, write_literal, write_literal_header};
use crate::tolerance::Deviation;

/// A literal of any octets, NUL included where it is a literal8.
///
/// RFC 9051 section 4.3, RFC 3516 section 4.2 (literal8), RFC 7888 (the `+`). A large literal does not stand
/// in its frame: the frame ends behind the header, and the octets are streamed. Its value then has a size and
/// no octets.
///
/// # Grammar
/// ```abnf
/// literal  = "{" number64 ["+"] "}" CRLF *CHAR8
/// literal8 = "~{" number64 ["+"] "}" CRLF *OCTET
/// ```
///
/// # Wire
/// ```text
/// C: A1 APPEND INBOX ~{4+}
/// ```
///
/// # Limits
/// [`Limits`](crate::Limits): up to which size a literal stands in its frame.
///
/// # Errors
/// `literal`; `CHAR8` for NUL where it is no literal8.
///
/// # Example
/// ```
/// use mailwire_imap::Mode;
/// use mailwire_imap::element::literal::Literal;
///
/// let literal = Literal::parse(b"{3}\r\na\r\n")?;
/// assert_eq!(literal.octets(), Some(&b"a\r\n"[..]));
/// assert_eq!((literal.size(), literal.is_binary()), (3, false));
/// assert_eq!(literal.to_bytes_in(Mode::LITERAL_PLUS), b"{3+}\r\na\r\n");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Literal<'a> {
    data: Data<'a>,
    binary: bool,
}

#[derive(Clone, PartialEq, Eq)]
enum Data<'a> {
    Octets(Cow<'a, [u8]>),
    Streamed(u64),
}

impl StreamedLiteral {
    /// The header of a literal of this size.
    ///
    /// # Errors
    /// [`InvalidValue`] for a size of more than 63 bits.
    pub const fn new(size: u64) -> Result<Self, InvalidValue> {
        if size > MAX {
            return Err(InvalidValue { what: "literal", at: 0 });
        }
        Ok(Self { size, binary: false })
    }

    /// The header of a literal8.
    #[must_use]
    pub const fn into_binary(self) -> Self {
        Self { binary: true, ..self }
    }
}

/// It is one only where the frame ends behind it.
impl<'a> Wire<'a> for StreamedLiteral {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let header = input.strip_prefix(b"~").unwrap_or(input);
        match literal_header(header)? {
            (rest @ [], size) => Ok((rest, Self { size, binary: header.len() < input.len() })),
            _ => Err(fail(input, "literal")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.binary {
            out.byte(b'~');
        }
        write_literal_header(out, self.size);
    }
}

/// The header of a literal that ends its frame: the octets are streamed behind it.
///
/// What holds it is a head, which ends with it, or the tail behind another, which ends with it or with the
/// message.
///
/// # Grammar
/// ```abnf
/// ["~"] "{" number64 ["+"] "}" CRLF
/// ```
///
/// # Errors
/// `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::Mode;
/// use mailwire_imap::element::literal::StreamedLiteral;
///
/// let header = StreamedLiteral::parse(b"~{5000}\r\n")?;
/// assert_eq!(header, StreamedLiteral { size: 5000, binary: true });
/// assert_eq!(header.to_bytes_in(Mode::SERVER), b"~{5000}\r\n");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamedLiteral {
    /// Its octets: 63 bits.
    pub size: u64,
    /// True for a literal8, which can hold NUL.
    pub binary: bool,
}

wire_api!(Deviation, Mode: Literal);
wire_api!(Deviation, Mode: copy StreamedLiteral);
owned_already!(StreamedLiteral);
into_owned!(@impl Literal, self => {
    let data = match self.data {
        Data::Octets(octets) => Data::Octets(Cow::Owned(octets.into_owned())),
        Data::Streamed(size) => Data::Streamed(size),
    };
    Literal { data, binary: self.binary }
});

impl<'a> Literal<'a> {
    /// A literal of these octets; a literal8 where one is NUL.
    #[must_use]
    pub fn new(octets: impl IntoBytes<'a>) -> Self {
        let octets = octets.into_bytes();
        let binary = memchr::memchr(0, &octets).is_some();
        Self { data: Data::Octets(octets), binary }
    }

    /// A literal whose octets are streamed behind its header.
    ///
    /// # Errors
    /// [`InvalidValue`] for a size of more than 63 bits.
    pub fn streamed(size: u64) -> Result<Self, InvalidValue> {
        StreamedLiteral::new(size).map(Self::from)
    }

    /// The literal as a literal8, which the server must offer BINARY for.
    #[must_use]
    pub fn binary(self) -> Self {
        Self { binary: true, ..self }
    }

    /// The octets; `None` for a literal that is streamed.
    #[must_use]
    pub fn octets(&self) -> Option<&[u8]> {
        match &self.data {
            Data::Octets(octets) => Some(octets),
            Data::Streamed(_) => None,
        }
    }

    /// How many octets it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        match &self.data {
            Data::Octets(octets) => octets.len() as u64,
            Data::Streamed(size) => *size,
        }
    }

    /// True for a literal8.
    #[must_use]
    pub const fn is_binary(&self) -> bool {
        self.binary
    }

    /// True for a literal whose octets are streamed.
    #[must_use]
    pub const fn is_streamed(&self) -> bool {
        matches!(self.data, Data::Streamed(_))
    }
}

impl From<StreamedLiteral> for Literal<'_> {
    fn from(StreamedLiteral { size, binary }: StreamedLiteral) -> Self {
        Self { data: Data::Streamed(size), binary }
    }
}

/// True where a frame ends behind the header of a literal, and `rest` is its end.
pub(crate) fn is_cut(rest: &[u8], cx: &Context) -> bool {
    rest.is_empty() && Mode::from_bits(cx.mode()).contains(Mode::CUT)
}

impl<'a> Wire<'a> for Literal<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let header = input.strip_prefix(b"~").unwrap_or(input);
        let binary = header.len() < input.len();
        if header.first() != Some(&b'{') {
            return Err(fail(input, "literal"));
        }
        if Mode::from_bits(cx.mode()).contains(Mode::CUT) {
            if let Ok((rest, streamed)) = StreamedLiteral::parse_part(input, cx) {
                return Ok((rest, streamed.into()));
            }
        }
        let (rest, octets) = literal(header)?;
        if let (false, Some(at)) = (binary, memchr::memchr(0, octets)) {
            if !cx.tolerate(Deviation::NulInLiteral) {
                let behind = octets.len().saturating_sub(at).saturating_add(rest.len());
                let from = header.len().saturating_sub(behind);
                return Err(stop(header.get(from..).unwrap_or_default(), "CHAR8"));
            }
        }
        Ok((rest, Self { data: Data::Octets(Cow::Borrowed(octets)), binary }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.binary {
            out.byte(b'~');
        }
        match &self.data {
            Data::Octets(octets) => write_literal(out, octets),
            Data::Streamed(size) => {
                write_literal_header(out, *size);
                out.body(*size);
            }
        }
    }
}

impl fmt::Debug for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple(if self.binary { "Literal8" } else { "Literal" });
        match &self.data {
            Data::Octets(octets) => tuple.field(&Escaped(octets)).finish(),
            Data::Streamed(size) => tuple.field(&format_args!("{size} octets, streamed")).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows, check_rows_in};
    use crate::{SyntaxError, Tolerance};
    use mailwire_core::encoder::Cut;

    #[test]
    fn rows() {
        check_rows(&[
            (b"{0}\r\n", Literal::new("")),
            (b"{3}\r\na\r\n", Literal::new("a\r\n")),
            (b"~{2}\r\n\0b", Literal::new("\0b")),
            (b"~{1}\r\nb", Literal::new("b").binary()),
        ]);
        check_rows_in(
            Mode::CUT,
            &[
                (b"{70000}\r\n", Literal::streamed(70_000).unwrap()),
                (b"~{1}\r\n", Literal::streamed(1).unwrap().binary()),
            ],
        );
        check_rejects::<Literal<'_>>(&[
            (b"", "literal", 0),
            (b"\"a\"", "literal", 0),
            (b"~a", "literal", 0),
            (b"{3}\r\nab", "literal", 5),
            (b"{70000}\r\n", "literal", 9),
            (b"{9223372036854775808}\r\n", "literal", 20),
        ]);
        check_lenient::<Literal<'_>>(&[(b"{2}\r\n\0b", Deviation::NulInLiteral, b"{2}\r\n\0b")]);
        let nul = SyntaxError { rule: "CHAR8", at: 6 };
        assert_eq!(Literal::parse_with(b"{3}\r\na\0c", Tolerance::strict()), Err(nul));
        assert!(Literal::streamed(u64::MAX).is_err());
    }

    #[test]
    fn a_streamed_literal_leaves_its_place() {
        let mut out = alloc::vec::Vec::new();
        let mut encoder = Encoder::new(&mut out);
        Literal::streamed(7).unwrap().encode(&mut encoder);
        assert_eq!(encoder.into_cuts(), [Cut::Wait { at: 5 }, Cut::Body { at: 5, size: 7 }]);
    }
}
