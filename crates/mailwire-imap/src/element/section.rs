//! Sections of a message: what stands between the brackets of `BODY[...]` and behind them.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU64;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::{ByteSet, byte};
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api};

use super::number::{number, number64};
use super::string::{IString, trusted};
use crate::Mode;
use crate::token::{astring, list, sp, write_astring};
use crate::tolerance::Deviation;

/// A section of a message, in brackets; empty for all of it.
///
/// RFC 9051 section 6.4.5. Sections are equal without regard to case, and however header names are quoted:
/// servers answer with forms of their own.
///
/// # Grammar
/// ```abnf
/// section         = "[" [section-spec] "]"
/// section-spec    = section-msgtext / (section-part ["." section-text])
/// section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"
/// section-text    = section-msgtext / "MIME"
/// section-part    = nz-number *("." nz-number)
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 FETCH 1 (BODY.PEEK[1.2.HEADER.FIELDS (DATE FROM)] BINARY[1])
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `section`, `section-part`, `section-text`, `header-list`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::section::{Section, SectionText};
///
/// let section = Section::parse(b"[1.2.HEADER.FIELDS (DATE FROM)]")?;
/// assert_eq!(section.part.iter().collect::<Vec<_>>(), [1, 2]);
/// assert!(matches!(section.text, Some(SectionText::HeaderFields(_))));
/// assert_eq!(section, Section::parse(b"[1.2.header.fields (\"date\" From)]")?);
/// assert_eq!(section.to_bytes(), b"[1.2.HEADER.FIELDS (DATE FROM)]");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section<'a> {
    /// The part; empty for the message itself.
    pub part: SectionPart<'a>,
    /// What of the part; `None` for all of it.
    pub text: Option<SectionText<'a>>,
}

/// What of a part, or of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionText<'a> {
    /// The header of a message.
    Header,
    /// The named fields of the header.
    HeaderFields(HeaderList<'a>),
    /// The other fields of the header.
    HeaderFieldsNot(HeaderList<'a>),
    /// What is behind the header of a message.
    Text,
    /// The MIME header of a part. A message itself has none: it is written as the whole message then.
    Mime,
}

/// The numbers that lead to a part: `1.2.3`; empty for the message itself.
///
/// RFC 9051 section 6.4.5.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SectionPart<'a>(Cow<'a, [u8]>);

/// The names of header fields, in parentheses. Names are equal without regard to case.
///
/// RFC 9051 section 9.
///
/// # Grammar
/// ```abnf
/// header-list     = "(" header-fld-name *(SP header-fld-name) ")"
/// header-fld-name = astring
/// ```
#[derive(Clone)]
pub struct HeaderList<'a> {
    /// A list with its parentheses.
    wire: Cow<'a, [u8]>,
}

/// A part of a message whose transfer encoding the server removes, in brackets; empty for all of it.
///
/// RFC 3516 section 7, RFC 9051 section 6.4.5.
///
/// # Grammar
/// ```abnf
/// section-binary = "[" [section-part] "]"
/// ```
///
/// # Wire
/// ```text
/// C: A1 FETCH 1 BINARY[1.2]
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `section-binary`, `section-part`.
///
/// # Example
/// ```
/// use mailwire_imap::element::section::SectionBinary;
///
/// assert_eq!(SectionBinary::parse(b"[1.2]")?.0.iter().count(), 2);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SectionBinary<'a>(pub SectionPart<'a>);

/// A range of octets of a section: `<0.1024>` in a command, `<0>` in its answer.
///
/// RFC 9051 sections 6.4.5 and 7.5.2. Some servers answer with a length too.
///
/// # Grammar
/// ```abnf
/// partial = "<" number64 "." nz-number64 ">"
/// ```
/// and `"<" number ">"` in `msg-att-static`.
///
/// # Wire
/// ```text
/// C: A1 FETCH 1 BODY[]<0.1024>
/// S: * 1 FETCH (BODY[]<0> "short")
/// ```
///
/// # Limits
/// 63 bits.
///
/// # Errors
/// `partial`.
///
/// # Example
/// ```
/// use mailwire_imap::element::section::Partial;
///
/// let partial = Partial::parse(b"<0.1024>")?;
/// assert_eq!((partial.offset(), partial.length()), (0, Some(1024)));
/// assert_eq!(partial.to_bytes(), b"<0.1024>");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Partial {
    offset: u64,
    length: Option<NonZeroU64>,
}

wire_api!(Deviation, crate::Mode: Section, SectionBinary);
wire_api!(Deviation, crate::Mode: copy Partial);
owned_already!(Partial);
into_owned!(struct Section { part, text });
into_owned!(
    enum SectionText {
        Header,
        HeaderFields(fields),
        HeaderFieldsNot(fields),
        Text,
        Mime,
    }
);
into_owned!(@impl SectionPart, self => { SectionPart(Cow::Owned(self.0.into_owned())) });
into_owned!(@impl SectionBinary, self => { SectionBinary(self.0.into_owned()) });
into_owned!(struct HeaderList { wire });

/// Octets of a keyword of a section.
static WORD: ByteSet = ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and(b".");

impl<'a> Wire<'a> for Section<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (at, ()) = byte(input, b'[', "section")?;
        let (mut rest, part) = section_part(at)?;
        let mut text = None;
        let word_at = match (part.is_empty(), rest) {
            (true, _) => Some(rest),
            (false, [b'.', behind @ ..]) => Some(behind),
            _ => None,
        };
        if let Some(word_at) = word_at.filter(|at| !part.is_empty() || at.first() != Some(&b']')) {
            let (behind, value) = section_text(word_at, cx)?;
            if part.is_empty() && value == SectionText::Mime {
                return Err(stop(word_at, "section"));
            }
            (rest, text) = (behind, Some(value));
        }
        let (rest, ()) = cut(byte(rest, b']', "section"))?;
        Ok((rest, Self { part, text }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'[').bytes(&self.part.0);
        let mime = matches!(self.text, Some(SectionText::Mime));
        if let Some(text) = self.text.as_ref().filter(|_| !(mime && self.part.is_empty())) {
            if !self.part.is_empty() {
                out.byte(b'.');
            }
            match text {
                SectionText::Header => out.keyword("HEADER"),
                SectionText::HeaderFields(fields) => out.keyword("HEADER.FIELDS ").put(fields),
                SectionText::HeaderFieldsNot(fields) => {
                    out.keyword("HEADER.FIELDS.NOT ").put(fields)
                }
                SectionText::Text => out.keyword("TEXT"),
                SectionText::Mime => out.keyword("MIME"),
            };
        }
        out.byte(b']');
    }
}

impl<'a> Wire<'a> for SectionBinary<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, ()) = byte(input, b'[', "section-binary")?;
        let (rest, part) = section_part(rest)?;
        let (rest, ()) = cut(byte(rest, b']', "section-binary"))?;
        Ok((rest, Self(part)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'[').bytes(&self.0.0).byte(b']');
    }
}

/// `[section-part]`: ends before a dot that no number follows.
fn section_part(input: &[u8]) -> PResult<'_, SectionPart<'_>> {
    let mut rest = input;
    if rest.first().is_some_and(u8::is_ascii_digit) {
        rest = part_number(rest)?;
        while let [b'.', b'0'..=b'9', ..] = rest {
            rest = part_number(rest.get(1..).unwrap_or_default())?;
        }
    }
    let part = input.split_at(input.len() - rest.len()).0;
    Ok((rest, SectionPart(Cow::Borrowed(part))))
}

/// `nz-number`
fn part_number(input: &[u8]) -> Result<&[u8], nom::Err<mailwire_core::parse::Fail>> {
    let (rest, _) = cut(number(input, "section-part"))?;
    if input.first() == Some(&b'0') { Err(stop(input, "section-part")) } else { Ok(rest) }
}

/// `section-text`
fn section_text<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, SectionText<'a>> {
    let (word, rest) = WORD.split(input);
    let is = |keyword: &str| word.eq_ignore_ascii_case(keyword.as_bytes());
    let fields = || {
        let (rest, ()) = cut(sp(rest, cx))?;
        cut(HeaderList::parse_part(rest, cx))
    };
    Ok(match word.len() {
        6 if is("HEADER") => (rest, SectionText::Header),
        4 if is("TEXT") => (rest, SectionText::Text),
        4 if is("MIME") => (rest, SectionText::Mime),
        13 if is("HEADER.FIELDS") => {
            let (rest, fields) = fields()?;
            (rest, SectionText::HeaderFields(fields))
        }
        17 if is("HEADER.FIELDS.NOT") => {
            let (rest, fields) = fields()?;
            (rest, SectionText::HeaderFieldsNot(fields))
        }
        _ => return Err(stop(input, "section-text")),
    })
}

impl<'a> Wire<'a> for HeaderList<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let mut any = false;
        let (rest, ()) = list(input, cx, "header-list", |rest| {
            any = true;
            let (behind, name) = astring(rest, cx)?;
            if name.contains(&0) { Err(stop(rest, "header-list")) } else { Ok((behind, ())) }
        })?;
        if !any {
            return Err(stop(input, "header-list"));
        }
        Ok((rest, Self { wire: Cow::Borrowed(input.split_at(input.len() - rest.len()).0) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(')
            .separated(b' ', self.iter(), |out, name| write_astring(out, name.as_bytes()));
        out.byte(b')');
    }
}

impl<'a> Wire<'a> for Partial {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        const RULE: &str = "partial";
        let (rest, ()) = byte(input, b'<', RULE)?;
        let (mut rest, offset) = cut(number64(rest, RULE))?;
        let mut length = None;
        if let [b'.', behind @ ..] = rest {
            let (after, number) = cut(number64(behind, RULE))?;
            length = NonZeroU64::new(number);
            if length.is_none() {
                return Err(stop(behind, RULE));
            }
            rest = after;
        }
        let (rest, ()) = cut(byte(rest, b'>', RULE))?;
        Ok((rest, Self { offset, length }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'<').number(self.offset);
        if let Some(length) = self.length {
            out.byte(b'.').number(length.get());
        }
        out.byte(b'>');
    }
}

impl SectionPart<'_> {
    /// The part that these numbers lead to; the message itself for none.
    ///
    /// # Errors
    /// [`InvalidValue`] where a number is 0.
    pub fn new(
        numbers: impl IntoIterator<Item = u32>,
    ) -> Result<SectionPart<'static>, InvalidValue> {
        let mut wire = Vec::new();
        let mut out = Encoder::new(&mut wire);
        for (at, number) in numbers.into_iter().enumerate() {
            if number == 0 {
                return Err(InvalidValue { what: "section-part", at });
            }
            if at > 0 {
                out.byte(b'.');
            }
            out.number(number.into());
        }
        Ok(SectionPart(Cow::Owned(wire)))
    }

    /// True for the message itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0
            .split(|octet| *octet == b'.')
            .filter_map(|digits| u32::try_from(mailwire_core::token::decimal(digits)?).ok())
    }
}

impl<'a> HeaderList<'a> {
    /// A list of these names.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no name.
    pub fn new<'x>(
        names: impl IntoIterator<Item = IString<'x>>,
    ) -> Result<HeaderList<'static>, InvalidValue> {
        let mut wire = Vec::new();
        let mode = Mode::SERVER.with(Mode::UTF8).bits();
        let mut out = Encoder::new(&mut wire).with_mode(mode);
        out.byte(b'(').separated(b' ', names, |out, name| write_astring(out, name.as_bytes()));
        out.byte(b')');
        if wire.len() == 2 {
            return Err(InvalidValue { what: "header-list", at: 0 });
        }
        Ok(HeaderList { wire: Cow::Owned(wire) })
    }

    /// The names, in their order.
    pub fn iter(&self) -> impl Iterator<Item = IString<'_>> {
        let mut rest = self.wire.get(1..).unwrap_or_default();
        core::iter::from_fn(move || {
            let at = rest.iter().position(|octet| *octet != b' ')?;
            let name;
            // The octets were checked; the parenthesis at the end is no astring.
            (rest, name) = astring(rest.get(at..)?, &trusted()).ok()?;
            IString::new(name).ok()
        })
    }

    /// True when the name is in the list, in any case.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|other| other.as_bytes().eq_ignore_ascii_case(name.as_bytes()))
    }
}

impl Partial {
    /// A range as a command names it.
    ///
    /// # Errors
    /// [`InvalidValue`] for a length of 0, and for more than 63 bits.
    pub fn request(offset: u64, length: u64) -> Result<Self, InvalidValue> {
        let most = super::number::MAX;
        match NonZeroU64::new(length) {
            Some(length) if offset <= most && length.get() <= most => {
                Ok(Self { offset, length: Some(length) })
            }
            _ => Err(InvalidValue { what: "partial", at: 0 }),
        }
    }

    /// Where a range begins, as an answer names it.
    ///
    /// # Errors
    /// [`InvalidValue`] for more than 63 bits.
    pub const fn origin(offset: u64) -> Result<Self, InvalidValue> {
        if offset <= super::number::MAX {
            Ok(Self { offset, length: None })
        } else {
            Err(InvalidValue { what: "partial", at: 0 })
        }
    }

    /// The first octet, counted from 0.
    #[must_use]
    pub const fn offset(self) -> u64 {
        self.offset
    }

    /// How many octets; mostly absent in answers.
    #[must_use]
    pub fn length(self) -> Option<u64> {
        self.length.map(NonZeroU64::get)
    }
}

/// Equal when the names are, in the same order and in any case.
impl PartialEq for HeaderList<'_> {
    fn eq(&self, other: &Self) -> bool {
        let mut others = other.iter();
        let same = |one: IString<'_>, other: IString<'_>| {
            one.as_bytes().eq_ignore_ascii_case(other.as_bytes())
        };
        self.iter().all(|name| others.next().is_some_and(|other| same(name, other)))
            && others.next().is_none()
    }
}

impl Eq for HeaderList<'_> {}

impl fmt::Debug for HeaderList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HeaderList").field(&Escaped(&self.wire)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn part(numbers: &[u32]) -> SectionPart<'static> {
        SectionPart::new(numbers.iter().copied()).unwrap()
    }

    fn fields(names: &[&'static str]) -> HeaderList<'static> {
        HeaderList::new(names.iter().map(|name| IString::new(*name).unwrap())).unwrap()
    }

    #[test]
    fn rows() {
        let section = |numbers, text| Section { part: part(numbers), text };
        check_rows(&[
            (b"[]", section(&[], None)),
            (b"[1.22.4294967295]", section(&[1, 22, u32::MAX], None)),
            (b"[HEADER]", section(&[], Some(SectionText::Header))),
            (b"[TEXT]", section(&[], Some(SectionText::Text))),
            (b"[1.MIME]", section(&[1], Some(SectionText::Mime))),
            (b"[1.2.HEADER.FIELDS (DATE \"a b\")]", {
                section(&[1, 2], Some(SectionText::HeaderFields(fields(&["DATE", "a b"]))))
            }),
            (b"[HEADER.FIELDS.NOT (\"\" {1}\r\n\n)]", {
                section(&[], Some(SectionText::HeaderFieldsNot(fields(&["", "\n"]))))
            }),
        ]);
        check_rows(&[(b"[]", SectionBinary::default()), (b"[1.2]", SectionBinary(part(&[1, 2])))]);
        check_rows(&[
            (b"<0.1024>", Partial::request(0, 1024).unwrap()),
            (b"<9223372036854775807>", Partial::origin(super::super::number::MAX).unwrap()),
        ]);
        check_rejects::<Section<'_>>(&[
            (b"", "section", 0),
            (b"[", "section-text", 1),
            (b"[0]", "section-part", 1),
            (b"[1.0]", "section-part", 3),
            (b"[1.]", "section-text", 3),
            (b"[1..2]", "section-text", 3),
            (b"[4294967296]", "section-part", 1),
            (b"[MIME]", "section", 1),
            (b"[HEADERS]", "section-text", 1),
            (b"[HEADER.FIELDS]", "SP", 14),
            (b"[HEADER.FIELDS ()]", "header-list", 15),
            (b"[HEADER.FIELDS (a]", "header-list", 18),
            (b"[1", "section", 2),
        ]);
        check_rejects::<SectionBinary<'_>>(&[
            (b"1", "section-binary", 0),
            (b"[1.]", "section-binary", 2),
        ]);
        check_rejects::<Partial>(&[
            (b"<0.0>", "partial", 3),
            (b"<>", "partial", 1),
            (b"<-1.2>", "partial", 1),
            (b"<1.9223372036854775808>", "partial", 3),
            (b"<1.2", "partial", 4),
        ]);
        check_lenient::<Section<'_>>(&[
            (b"[HEADER.FIELDS (a )]", Deviation::TrailingSpace, b"[HEADER.FIELDS (a)]"),
            (b"[HEADER.FIELDS  (a)]", Deviation::ExtraSpaces, b"[HEADER.FIELDS (a)]"),
        ]);
    }

    #[test]
    fn sections_are_equal_without_regard_to_case_and_quotes() {
        let section = |wire| Section::parse(wire).unwrap();
        let asked = section(b"[HEADER.FIELDS (Date Message-ID)]");
        assert_eq!(asked, section(b"[header.Fields (\"DATE\" {10}\r\nmessage-id)]"));
        assert_ne!(asked, section(b"[HEADER.FIELDS (DATE)]"));
        assert_ne!(asked, section(b"[HEADER.FIELDS.NOT (DATE MESSAGE-ID)]"));
        let Some(SectionText::HeaderFields(list)) = &asked.text else { panic!() };
        assert!(list.contains("DATE") && !list.contains("From"));
        assert!(SectionPart::new([1, 0]).is_err() && HeaderList::new([]).is_err());
        assert!(Partial::request(0, 0).is_err() && Partial::origin(u64::MAX).is_err());
        let mime = Section { part: part(&[]), text: Some(SectionText::Mime) };
        assert_eq!(mime.to_bytes(), b"[]");
    }
}
