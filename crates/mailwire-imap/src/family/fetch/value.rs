//! Octets of a message in an answer: sections of its body.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::text::Escaped;
use mailwire_core::{InvalidValue, into_owned};

use super::name::{FetchName, NAME};
use crate::Mode;
use crate::element::body_value::BodyValue;
use crate::element::number::MAX;
use crate::element::section::{Partial, Section, SectionBinary};
use crate::element::string::trusted;
use crate::token::sp;
use crate::tolerance::Deviation;

/// A section, checked and decoded when it is asked for.
///
/// RFC 9051 section 6.4.5. Two are equal when the [`Section`]s are: without regard to case, and however
/// header names are quoted.
#[derive(Clone)]
pub struct SectionOctets<'a>(Cow<'a, [u8]>);

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

/// Where an item of a message can end.
#[inline]
pub(super) const fn at_end(rest: &[u8]) -> bool {
    matches!(rest, [] | [b' ' | b')' | b'\r' | b'\n', ..])
}

/// The octets of an item of FETCH, where a quoted string may have lines in it.
#[inline]
pub(super) fn item_value<'a>(
    input: &'a [u8],
    cx: &Context,
    binary: bool,
) -> PResult<'a, BodyValue<'a>> {
    match BodyValue::parse(input, cx, binary) {
        Ok((rest, value)) if input.first() != Some(&b'"') || item_follows(rest) => {
            Ok((rest, value))
        }
        other if input.first() == Some(&b'"') => odd_quoted(input, cx).map_or(other, Ok),
        other => other,
    }
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
        let (rest, value) = cut(item_value(rest, cx, false))?;
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
        let (rest, value) = cut(item_value(rest, cx, true))?;
        Ok((rest, Self { section, origin, value }))
    }

    /// What stands behind `BINARY`, without the value.
    pub(super) fn encode_name(&self, out: &mut Encoder<'_>) {
        out.put(&self.section);
        self.origin.encode(out);
    }
}
