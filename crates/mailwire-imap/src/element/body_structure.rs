//! BODY and BODYSTRUCTURE: the MIME structure of a message.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, parse_whole};
use mailwire_core::text::Escaped;
use mailwire_core::{InvalidValue, into_owned, wire_api};

use super::envelope::Envelope;
use super::string::{IString, trusted, write_nstring};
use crate::Mode;
use crate::tolerance::Deviation;

mod fields;
mod parse;
mod plain;

pub use fields::{Disposition, Extension, Languages, Parameters};

/// The MIME structure of a message, as a tree of parts.
///
/// RFC 9051 section 7.5.2; message/global from RFC 6532. BODY has it without extension data, BODYSTRUCTURE
/// with them. The structure is checked once and kept as its octets; [`part`](Self::part) decodes one level
/// and allocates nothing but for strings with escapes.
///
/// # Grammar
/// ```abnf
/// body            = "(" (body-type-1part / body-type-mpart) ")"
/// body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
/// body-type-1part = (body-type-basic / body-type-msg / body-type-text)
///                   [SP body-ext-1part]
/// body-type-basic = media-basic SP body-fields
/// body-type-msg   = media-message SP body-fields SP envelope
///                   SP body SP body-fld-lines
/// body-type-text  = media-text SP body-fields SP body-fld-lines
/// body-fields     = body-fld-param SP body-fld-id SP body-fld-desc SP
///                   body-fld-enc SP body-fld-octets
/// ```
/// Sizes have 63 bits. Deviations: [`SpaceBetweenItems`](Deviation::SpaceBetweenItems),
/// [`ChildlessMultipart`](Deviation::ChildlessMultipart), [`NilMediaType`](Deviation::NilMediaType),
/// [`NilParameter`](Deviation::NilParameter), [`NilEncoding`](Deviation::NilEncoding),
/// [`MissingSubtype`](Deviation::MissingSubtype), [`MissingBody`](Deviation::MissingBody),
/// [`BareMessagePart`](Deviation::BareMessagePart), [`MissingLines`](Deviation::MissingLines),
/// [`OddDisposition`](Deviation::OddDisposition), [`OddExtension`](Deviation::OddExtension),
/// [`EmptyList`](Deviation::EmptyList), [`NilInList`](Deviation::NilInList),
/// [`NegativeNumber`](Deviation::NegativeNumber), [`FloatNumber`](Deviation::FloatNumber), those of
/// strings, and spaces. A multipart without parts is read as a part that is not taken apart; a message
/// without its envelope has no legal form, and is written as it came.
///
/// # Wire
/// ```text
/// S: * 1 FETCH (BODY (("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23)
///    ("IMAGE" "PNG" NIL NIL NIL "BASE64" 4554) "MIXED"))
/// ```
///
/// # Limits
/// Parts are nested up to 100 deep.
///
/// # Errors
/// `body`, `media-type`, `media-subtype`, `body-fld-param`, `body-fld-id`, `body-fld-desc`, `body-fld-enc`,
/// `body-fld-octets`, `body-fld-lines`, `body-fld-dsp`, `body-fld-lang`, `SP`; those of the envelope.
///
/// # Example
/// ```
/// use mailwire_imap::element::body_structure::{BodyStructure, Part};
///
/// let wire = br#"(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 9 1)("IMAGE" "PNG" NIL NIL NIL "BASE64" 4554) "MIXED")"#;
/// let body = BodyStructure::parse(wire)?;
/// assert_eq!(body.to_string(), "multipart/mixed(text/plain, image/png)");
/// let Some(Part::Single(image)) = body.find(&[2]).map(|part| part.into_part()) else { panic!() };
/// assert_eq!(image.octets, 4554);
/// assert_eq!(body.to_bytes(), wire);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone)]
pub struct BodyStructure<'a>(Cow<'a, [u8]>);

wire_api!(Deviation, crate::Mode: BodyStructure);
into_owned!(@impl BodyStructure, self => { BodyStructure(Cow::Owned(self.0.into_owned())) });

/// One level of a structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// A part that is not taken apart, or a message.
    Single(SinglePart<'a>),
    /// Parts in a multipart.
    Multi(Multipart<'a>),
}

/// A part that is no multipart: `body-type-1part`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinglePart<'a> {
    /// The media type: `TEXT`, `IMAGE`.
    pub media_type: IString<'a>,
    /// The media subtype: `PLAIN`, `PNG`.
    pub subtype: IString<'a>,
    /// The parameters of the media type.
    pub parameters: Parameters<'a>,
    /// The field Content-ID.
    pub id: Option<IString<'a>>,
    /// The field Content-Description.
    pub description: Option<IString<'a>>,
    /// The transfer encoding; `None` by deviation, which means and is written as 7BIT.
    pub encoding: Option<IString<'a>>,
    /// The size in its transfer encoding.
    pub octets: u64,
    /// What only texts and messages have.
    pub content: Content<'a>,
    /// Extension data; `None` in BODY.
    pub extension: Option<Extension<'a>>,
}

/// What only texts and messages have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content<'a> {
    /// Any other type.
    Basic,
    /// `TEXT`.
    Text {
        /// The size in lines; `None` by deviation, and written as 0.
        lines: Option<u64>,
    },
    /// `MESSAGE/RFC822` and `MESSAGE/GLOBAL`.
    Message {
        /// The envelope of the message.
        envelope: EnvelopeOctets<'a>,
        /// The structure of the message.
        body: BodyStructure<'a>,
        /// The size in lines.
        lines: u64,
    },
}

/// The envelope of a message in a message: checked, and decoded when it is asked for.
#[derive(Clone)]
pub struct EnvelopeOctets<'a>(Cow<'a, [u8]>);

/// Parts in a multipart: `body-type-mpart`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multipart<'a> {
    /// The parts.
    pub parts: Parts<'a>,
    /// The media subtype: `MIXED`, `ALTERNATIVE`.
    pub subtype: IString<'a>,
    /// Extension data, with the parameters of the media type; `None` in BODY.
    pub extension: Option<Extension<'a>>,
}

/// The parts of a multipart, in their order: one octet slice, and how many they are.
#[derive(Clone)]
pub struct Parts<'a> {
    wire: Cow<'a, [u8]>,
    len: u32,
}

into_owned!(
    enum Part {
        Single(part),
        Multi(part),
    }
);
into_owned!(struct SinglePart {
    media_type, subtype, parameters, id, description, encoding, octets, content, extension,
});
into_owned!(enum Content { Basic, Text { lines }, Message { envelope, body, lines } });
into_owned!(@impl EnvelopeOctets, self => { EnvelopeOctets(Cow::Owned(self.0.into_owned())) });
into_owned!(struct Multipart { parts, subtype, extension });
into_owned!(struct Parts { wire, len });

impl<'a> Wire<'a> for BodyStructure<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let rest = match plain::body(input) {
            Some(rest) if !cx.may_exceed(input.len().saturating_sub(rest.len())) => rest,
            _ => parse::part(input, cx, parse::Inside::Check)?.0,
        };
        Ok((rest, Self(Cow::Borrowed(input.split_at(input.len() - rest.len()).0))))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        self.part().encode(out);
    }
}

impl Part<'_> {
    /// Writes the part. Strings are written again, because the forms that are legal depend on the mode.
    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Single(part) => part.encode(out),
            Self::Multi(part) => part.encode(out),
        }
    }
}

impl SinglePart<'_> {
    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.media_type).sp().put(&self.subtype).sp();
        self.parameters.encode(out);
        for field in [&self.id, &self.description] {
            out.sp();
            write_nstring(out, field.as_ref());
        }
        match &self.encoding {
            Some(encoding) => out.sp().put(encoding),
            None => out.bytes(b" \"7BIT\""),
        };
        out.sp().number(self.octets);
        match &self.content {
            Content::Basic => {}
            Content::Text { lines } => {
                out.sp().number(lines.unwrap_or(0));
            }
            Content::Message { envelope, body, lines } => {
                out.sp().put(&envelope.decode()).sp().put(body).sp().number(*lines);
            }
        }
        if let Some(extension) = &self.extension {
            extension.encode(out);
        }
        out.byte(b')');
    }
}

impl Multipart<'_> {
    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(');
        self.parts.iter().for_each(|part| part.encode(out));
        out.sp().put(&self.subtype);
        if let Some(extension) = &self.extension {
            extension.encode(out);
        }
        out.byte(b')');
    }
}

impl<'a> BodyStructure<'a> {
    /// A structure of one part.
    ///
    /// # Errors
    /// [`InvalidValue`] where the content is not that of the media type, or parts are nested too deep.
    pub fn single(part: &SinglePart<'_>) -> Result<BodyStructure<'static>, InvalidValue> {
        Self::build(|out| part.encode(out))
    }

    /// A structure of several parts.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no part, or parts are nested too deep.
    pub fn multipart<'p>(
        parts: impl IntoIterator<Item = &'p BodyStructure<'p>>,
        subtype: IString<'_>,
        extension: Option<Extension<'_>>,
    ) -> Result<BodyStructure<'static>, InvalidValue> {
        Self::build(|out| {
            out.byte(b'(');
            parts.into_iter().for_each(|part| part.encode(out));
            out.sp().put(&subtype);
            if let Some(extension) = &extension {
                extension.encode(out);
            }
            out.byte(b')');
        })
    }

    /// What is written is read again: it has to be a structure.
    fn build(write: impl FnOnce(&mut Encoder<'_>)) -> Result<BodyStructure<'static>, InvalidValue> {
        let mut wire = Vec::new();
        let mode = Mode::SERVER.with(Mode::UTF8).bits();
        write(&mut Encoder::new(&mut wire).with_mode(mode));
        let cx = Context::new(crate::Tolerance::strict()).with_mode(mode);
        match parse_whole(&wire, |wire| parse::part(wire, &cx, parse::Inside::Check)) {
            Ok(_) => Ok(BodyStructure(Cow::Owned(wire))),
            Err(error) => Err(InvalidValue { what: "body", at: error.at }),
        }
    }

    /// One level of the structure.
    #[must_use]
    pub fn part(&self) -> Part<'_> {
        decode(&self.0)
    }

    /// One level of the structure, with the life of its octets.
    #[must_use]
    pub fn into_part(self) -> Part<'a> {
        match self.0 {
            Cow::Borrowed(wire) => decode(wire),
            Cow::Owned(wire) => decode(&wire).into_owned(),
        }
    }

    /// The part that a section names: `&[1, 2]` for `BODY[1.2]`.
    ///
    /// RFC 9051 section 6.4.5: parts of a multipart are numbered from 1, and so are those of a message in a
    /// message; a message that is no multipart has part 1, which is itself.
    #[must_use]
    pub fn find(&self, path: &[u32]) -> Option<BodyStructure<'_>> {
        // The second is true where the parts of a message are to be numbered.
        let mut place = (BodyStructure(Cow::Borrowed(&*self.0)), true);
        for &number in path {
            let (body, mut whole) = place;
            let mut part = body.clone().into_part();
            let mut body = body;
            if let (
                false,
                Part::Single(SinglePart { content: Content::Message { body: inner, .. }, .. }),
            ) = (whole, &part)
            {
                body = inner.clone();
                whole = true;
                part = body.clone().into_part();
            }
            let index = usize::try_from(number.checked_sub(1)?).ok()?;
            place = match part {
                Part::Multi(multi) => (multi.parts.into_nth(index)?, false),
                Part::Single(_) if whole && index == 0 => (body, false),
                Part::Single(_) => return None,
            };
        }
        Some(place.0)
    }
}

/// One level of octets that were checked.
fn decode(wire: &[u8]) -> Part<'_> {
    match parse::part(wire, &trusted(), parse::Inside::Skip) {
        Ok((_, part)) => part,
        // Never: they were checked.
        Err(_) => Part::Multi(Multipart {
            parts: Parts { wire: Cow::Borrowed(&[]), len: 0 },
            subtype: IString::checked(b"MIXED"),
            extension: None,
        }),
    }
}

impl<'a> Parts<'a> {
    /// How many parts there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Never true: a multipart has a part.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The parts, each as a structure of its own.
    pub fn iter(&self) -> impl Iterator<Item = BodyStructure<'_>> {
        split(&self.wire).map(|wire| BodyStructure(Cow::Borrowed(wire)))
    }

    /// One part, counted from 0.
    fn into_nth(self, index: usize) -> Option<BodyStructure<'a>> {
        match self.wire {
            Cow::Borrowed(wire) => split(wire).nth(index).map(|wire| BodyStructure(wire.into())),
            Cow::Owned(wire) => {
                split(&wire).nth(index).map(|wire| BodyStructure(wire.to_vec().into()))
            }
        }
    }
}

/// The octets of each structure in a row of them.
fn split(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    core::iter::from_fn(move || {
        let wire = rest.get(memchr::memchr(b'(', rest)?..)?;
        // Structures are checked for their depth, and have lists of their own inside.
        rest = super::raw::skip_nested(wire, &trusted(), u32::MAX).ok()?.0;
        wire.get(..wire.len() - rest.len())
    })
}

impl EnvelopeOctets<'_> {
    /// The envelope.
    #[must_use]
    pub fn decode(&self) -> Envelope<'_> {
        Envelope::parse_part(&self.0, &trusted())
            .map_or_else(|_| Envelope::default(), |(_, value)| value)
    }
}

impl From<&Envelope<'_>> for EnvelopeOctets<'static> {
    fn from(envelope: &Envelope<'_>) -> Self {
        let mut wire = Vec::new();
        let mode = Mode::SERVER.with(Mode::UTF8).bits();
        envelope.encode(&mut Encoder::new(&mut wire).with_mode(mode));
        Self(Cow::Owned(wire))
    }
}

/// Equal when the legal forms are: a part of no encoding has 7BIT.
impl PartialEq for BodyStructure<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.to_bytes() == other.to_bytes()
    }
}

impl Eq for BodyStructure<'_> {}

impl PartialEq for Parts<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl Eq for Parts<'_> {}

impl PartialEq for EnvelopeOctets<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.decode() == other.decode()
    }
}

impl Eq for EnvelopeOctets<'_> {}

impl fmt::Debug for BodyStructure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BodyStructure").field(&Escaped(&self.0)).finish()
    }
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for EnvelopeOctets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EnvelopeOctets").field(&Escaped(&self.0)).finish()
    }
}

/// The media types of the tree, in lower case.
impl fmt::Display for BodyStructure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lower = |text: &IString<'_>| text.as_bytes().to_ascii_lowercase();
        match self.part() {
            Part::Single(part) => {
                let (media_type, subtype) = (lower(&part.media_type), lower(&part.subtype));
                write!(f, "{}/{}", Escaped(&media_type), Escaped(&subtype))?;
                match part.content {
                    Content::Message { body, .. } => write!(f, "({body})"),
                    _ => Ok(()),
                }
            }
            Part::Multi(part) => {
                write!(f, "multipart/{}(", Escaped(&lower(&part.subtype)))?;
                for (index, part) in part.parts.iter().enumerate() {
                    write!(f, "{}{part}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
        }
    }
}

#[cfg(test)]
mod tests;
