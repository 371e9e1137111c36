//! Octets of a message in an answer: sections of its body.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::{IntoBytes, InvalidValue, into_owned};

use super::name::{FetchName, NAME};
use crate::Mode;
use crate::element::literal::StreamedLiteral;
use crate::element::number::MAX;
use crate::element::section::{Partial, Section, SectionBinary};
use crate::element::string::trusted;
use crate::token::{literal, literal_header, nil, quoted, sp, write_literal};
use crate::tolerance::Deviation;

/// A section, checked and decoded when it is asked for.
///
/// RFC 9051 section 6.4.5. Two are equal when the [`Section`]s are: without regard to case, and however
/// header names are quoted.
#[derive(Clone)]
pub struct SectionOctets<'a>(Cow<'a, [u8]>);

/// Octets of a message, as FETCH gives them.
///
/// RFC 9051 section 7.5.2, RFC 3516 section 4.3. They are not looked at: some messages have NUL in them,
/// and some servers send it. They are written as a literal, or as a literal8 where `BINARY` has NUL in it.
#[derive(Clone, PartialEq, Eq)]
pub enum BodyValue<'a> {
    /// NIL: there is no such section.
    Nil,
    /// The octets.
    Octets(Cow<'a, [u8]>),
    /// A literal whose octets were streamed, and are not here. It has no wire form of its own: outside
    /// of a [`FetchHead`](super::FetchHead) it is written as NIL.
    Streamed(StreamedLiteral),
}

/// A section of a message, with its octets.
///
/// RFC 9051 section 7.5.2.
///
/// # Grammar
/// ```abnf
/// "BODY" section ["<" number ">"] SP nstring
/// ```
/// Deviations: [`OriginLength`](Deviation::OriginLength), [`StrayLiteral8`](Deviation::StrayLiteral8),
/// [`LineInQuoted`](Deviation::LineInQuoted).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodySection<'a> {
    section: SectionOctets<'a>,
    origin: Origin,
    value: BodyValue<'a>,
}

/// A part of a message without its transfer encoding, with its octets.
///
/// RFC 3516 section 4.3, RFC 9051 section 7.5.2.
///
/// # Grammar
/// ```abnf
/// "BINARY" section-binary ["<" number ">"] SP (nstring / literal8)
/// ```
/// Deviations: [`OriginLength`](Deviation::OriginLength), [`LineInQuoted`](Deviation::LineInQuoted).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinarySection<'a> {
    section: SectionBinary<'a>,
    origin: Origin,
    value: BodyValue<'a>,
}

/// Where a range begins: 63 bits, or all of them for none. An `Option` would cost eight octets more.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Origin(u64);

into_owned!(@impl SectionOctets, self => { SectionOctets(Cow::Owned(self.0.into_owned())) });
into_owned!(@impl BodyValue, self => {
    match self {
        Self::Nil => BodyValue::Nil,
        Self::Octets(octets) => BodyValue::Octets(Cow::Owned(octets.into_owned())),
        Self::Streamed(literal) => BodyValue::Streamed(literal),
    }
});
mailwire_core::owned_already!(Origin);
into_owned!(struct BodySection { section, origin, value });
into_owned!(struct BinarySection { section, origin, value });

impl SectionOctets<'_> {
    /// The section.
    #[must_use]
    pub fn decode(&self) -> Section<'_> {
        // The octets were checked.
        Section::parse_part(&self.0, &trusted()).map(|(_, section)| section).unwrap_or_default()
    }
}

impl From<&Section<'_>> for SectionOctets<'static> {
    fn from(section: &Section<'_>) -> Self {
        let mut wire = Vec::new();
        let mode = Mode::SERVER.with(Mode::UTF8).bits();
        section.encode(&mut Encoder::new(&mut wire).with_mode(mode));
        Self(Cow::Owned(wire))
    }
}

impl<'a> Wire<'a> for SectionOctets<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        // The whole message, which most ask for.
        let rest = match input {
            [b'[', b']', rest @ ..] => rest,
            _ => Section::parse_part(input, cx)?.0,
        };
        Ok((rest, Self(Cow::Borrowed(input.split_at(input.len() - rest.len()).0))))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.decode());
    }
}

impl PartialEq for SectionOctets<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.decode() == other.decode()
    }
}

impl Eq for SectionOctets<'_> {}

impl fmt::Debug for SectionOctets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SectionOctets").field(&Escaped(&self.0)).finish()
    }
}

impl Origin {
    const NONE: Self = Self(u64::MAX);

    fn new(origin: Option<u64>) -> Result<Self, InvalidValue> {
        match origin {
            None => Ok(Self::NONE),
            Some(origin) if origin <= MAX => Ok(Self(origin)),
            Some(_) => Err(InvalidValue { what: "partial", at: 0 }),
        }
    }

    const fn get(self) -> Option<u64> {
        if self.0 == u64::MAX { None } else { Some(self.0) }
    }

    /// `["<" number ">"]`
    #[inline]
    fn parse<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.first() != Some(&b'<') {
            return Ok((input, Self::NONE));
        }
        let (rest, partial) = cut(Partial::parse_part(input, cx))?;
        if partial.length().is_some() && !cx.tolerate(Deviation::OriginLength) {
            return Err(stop(input, "partial"));
        }
        Ok((rest, Self(partial.offset())))
    }

    fn encode(self, out: &mut Encoder<'_>) {
        if let Some(origin) = self.get() {
            out.byte(b'<').number(origin).byte(b'>');
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

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

    /// The same as the value of an item of FETCH, where a quoted string may have lines in it.
    #[inline]
    pub(super) fn parse_item(input: &'a [u8], cx: &Context, binary: bool) -> PResult<'a, Self> {
        match Self::parse(input, cx, binary) {
            Ok((rest, value)) if input.first() != Some(&b'"') || item_follows(rest) => {
                Ok((rest, value))
            }
            other if input.first() == Some(&b'"') => odd_quoted(input, cx).map_or(other, Ok),
            other => other,
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
    pub(super) fn encode_header(&self, out: &mut Encoder<'_>) {
        if let Self::Streamed(literal) = self {
            // What a server sends waits for nothing.
            if literal.binary {
                out.byte(b'~');
            }
            out.byte(b'{').number(literal.size).bytes(b"}\r\n");
        }
    }
}

/// Where an item of a message can end.
#[inline]
pub(super) const fn at_end(rest: &[u8]) -> bool {
    matches!(rest, [] | [b' ' | b')' | b'\r' | b'\n', ..])
}

/// Where the list ends, or an item that is known here follows.
#[inline]
fn item_follows(rest: &[u8]) -> bool {
    match rest {
        [b')', ..] => true,
        [b' ', behind @ ..] => FetchName::from_keyword(NAME.split(behind).0).is_some(),
        _ => false,
    }
}

/// A quoted string with line ends in it. It ends before a parenthesis, or before the name of an item.
#[cold]
fn odd_quoted<'a>(input: &'a [u8], cx: &Context) -> Option<(&'a [u8], BodyValue<'a>)> {
    if !cx.allows(Deviation::LineInQuoted) {
        return None;
    }
    let inside = input.get(1..)?;
    let ends = |at: &usize| inside.get(at + 1..).is_some_and(item_follows);
    let end = memchr::memchr_iter(b'"', inside).find(ends)?;
    let text = inside.get(..end)?;
    if !text.iter().any(|octet| matches!(octet, b'\r' | b'\n')) {
        return None;
    }
    let _ = cx.tolerate(Deviation::LineInQuoted);
    Some((inside.get(end + 1..)?, BodyValue::Octets(Cow::Borrowed(text))))
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

impl<'a> BodySection<'a> {
    /// Octets of a section, from `origin` on where a range was asked for.
    ///
    /// # Errors
    /// [`InvalidValue`] for an origin of more than 63 bits.
    pub fn new(
        section: &Section<'_>,
        origin: Option<u64>,
        value: BodyValue<'a>,
    ) -> Result<Self, InvalidValue> {
        Ok(Self { section: section.into(), origin: Origin::new(origin)?, value })
    }

    /// The section.
    #[must_use]
    pub fn section(&self) -> Section<'_> {
        self.section.decode()
    }

    /// Where the range begins that was asked for; `None` for all of the section.
    #[must_use]
    pub const fn origin(&self) -> Option<u64> {
        self.origin.get()
    }

    /// The octets.
    #[must_use]
    pub const fn value(&self) -> &BodyValue<'a> {
        &self.value
    }

    /// What stands behind `BODY`.
    pub(super) fn parse(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, section) = cut(SectionOctets::parse_part(input, cx))?;
        let (rest, origin) = Origin::parse(rest, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, value) = cut(BodyValue::parse_item(rest, cx, false))?;
        Ok((rest, Self { section, origin, value }))
    }

    /// What stands behind `BODY`, without the value.
    pub(super) fn encode_name(&self, out: &mut Encoder<'_>) {
        out.put(&self.section);
        self.origin.encode(out);
    }
}

impl<'a> BinarySection<'a> {
    /// Octets of a part, from `origin` on where a range was asked for.
    ///
    /// # Errors
    /// [`InvalidValue`] for an origin of more than 63 bits.
    pub fn new(
        section: SectionBinary<'a>,
        origin: Option<u64>,
        value: BodyValue<'a>,
    ) -> Result<Self, InvalidValue> {
        Ok(Self { section, origin: Origin::new(origin)?, value })
    }

    /// The part.
    #[must_use]
    pub const fn section(&self) -> &SectionBinary<'a> {
        &self.section
    }

    /// Where the range begins that was asked for; `None` for all of the part.
    #[must_use]
    pub const fn origin(&self) -> Option<u64> {
        self.origin.get()
    }

    /// The octets.
    #[must_use]
    pub const fn value(&self) -> &BodyValue<'a> {
        &self.value
    }

    /// What stands behind `BINARY`.
    pub(super) fn parse(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, section) = cut(SectionBinary::parse_part(input, cx))?;
        let (rest, origin) = Origin::parse(rest, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, value) = cut(BodyValue::parse_item(rest, cx, true))?;
        Ok((rest, Self { section, origin, value }))
    }

    /// What stands behind `BINARY`, without the value.
    pub(super) fn encode_name(&self, out: &mut Encoder<'_>) {
        out.put(&self.section);
        self.origin.encode(out);
    }
}
