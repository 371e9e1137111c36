//! Octets of a message in an answer: at hand, streamed, or NIL.

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, cut, fail};
use mailwire_core::text::Escaped;
use mailwire_core::{IntoBytes, into_owned};

use crate::Mode;
use crate::element::literal::StreamedLiteral;
use crate::token::{literal, literal_header, nil, quoted, write_literal};
use crate::tolerance::Deviation;

/// Octets of a message, as FETCH gives them.
///
/// RFC 9051 section 7.5.2, RFC 3516 section 4.3. They are not looked at: some messages have NUL in them,
/// and some servers send it. They are written as a literal, or as a literal8 where `BINARY` has NUL in it.
///
/// # Grammar
/// ```abnf
/// nstring / literal8
/// ```
/// `literal8` where the element that it is the value of has it. Deviations:
/// [`StrayLiteral8`](Deviation::StrayLiteral8) where not.
///
/// # Wire
/// ```text
/// S: * 1 FETCH (BODY[] {5}
/// ```
///
/// # Limits
/// A literal larger than [`Limits::inline_literal`](crate::Limits) is streamed.
///
/// # Errors
/// `nstring`, `literal`.
#[derive(Clone, PartialEq, Eq)]
pub enum BodyValue<'a> {
    /// NIL: there is no such section.
    Nil,
    /// The octets.
    Octets(Cow<'a, [u8]>),
    /// A literal whose octets were streamed, and are not here. It has no wire form of its own: outside
    /// of a [`FetchHead`](crate::family::fetch::FetchHead) it is written as NIL.
    Streamed(StreamedLiteral),
}

into_owned!(@impl BodyValue, self => {
    match self {
        Self::Nil => BodyValue::Nil,
        Self::Octets(octets) => BodyValue::Octets(Cow::Owned(octets.into_owned())),
        Self::Streamed(literal) => BodyValue::Streamed(literal),
    }
});

impl<'a> BodyValue<'a> {
    /// Octets of a message.
    #[must_use]
    pub fn new(octets: impl IntoBytes<'a>) -> Self {
        Self::Octets(octets.into_bytes())
    }

    /// The octets; `None` where there are none, or they were streamed.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Octets(octets) => Some(octets),
            Self::Nil | Self::Streamed(_) => None,
        }
    }

    /// True where the octets were streamed.
    #[must_use]
    pub const fn is_streamed(&self) -> bool {
        matches!(self, Self::Streamed(_))
    }

    /// `nstring`, or `nstring / literal8`.
    ///
    /// A literal whose header ends the frame is one that is streamed, where the frame can end there.
    #[inline]
    pub(crate) fn parse(input: &'a [u8], cx: &Context, binary: bool) -> PResult<'a, Self> {
        match input {
            [b'{', ..] => Self::parse_literal(input, cx, false),
            [b'~', behind @ ..] if binary || cx.tolerate(Deviation::StrayLiteral8) => {
                Self::parse_literal(behind, cx, true)
            }
            [b'"', ..] => quoted(input, cx).map(|(rest, text)| (rest, Self::Octets(text))),
            _ => match nil(input) {
                Some(rest) => Ok((rest, Self::Nil)),
                None => Err(fail(input, "nstring")),
            },
        }
    }

    #[inline]
    fn parse_literal(input: &'a [u8], cx: &Context, literal8: bool) -> PResult<'a, Self> {
        if Mode::from_bits(cx.mode()).contains(Mode::CUT) {
            if let ([], size) = cut(literal_header(input))? {
                return Ok((&[], Self::Streamed(StreamedLiteral { size, binary: literal8 })));
            }
        }
        let (rest, octets) = cut(literal(input))?;
        Ok((rest, Self::Octets(Cow::Borrowed(octets))))
    }

    pub(crate) fn encode(&self, out: &mut Encoder<'_>, binary: bool) {
        match self {
            Self::Nil | Self::Streamed(_) => drop(out.keyword("NIL")),
            Self::Octets(octets) if octets.is_empty() => drop(out.bytes(b"\"\"")),
            Self::Octets(octets) => {
                if binary && memchr::memchr(0, octets).is_some() {
                    out.byte(b'~');
                }
                write_literal(out, octets);
            }
        }
    }

    /// The header of a literal whose octets follow.
    pub(crate) fn encode_header(&self, out: &mut Encoder<'_>) {
        if let Self::Streamed(literal) = self {
            // What a server sends waits for nothing.
            if literal.binary {
                out.byte(b'~');
            }
            out.byte(b'{').number(literal.size).bytes(b"}\r\n");
        }
    }
}

impl fmt::Debug for BodyValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("Nil"),
            Self::Octets(octets) => f.debug_tuple("Octets").field(&Escaped(octets)).finish(),
            Self::Streamed(literal) => f.debug_tuple("Streamed").field(literal).finish(),
        }
    }
}
