//! CONVERT and CONVERSIONS: messages in another form. RFC 5259.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::{ByteSet, strip_prefix_ignore_case};
use mailwire_core::{InvalidValue, into_owned, text_type, wire_api, wire_enum};

use crate::Mode;
use crate::element::body_structure::BodyStructure;
use crate::element::body_value::BodyValue;
use crate::element::items::{ItemList, Items, item};
use crate::element::number::{Number64, NzNumber};
use crate::element::raw::RawData;
use crate::element::section::{Partial, Section, SectionBinary, SectionText};
use crate::element::sequence::SequenceSet;
use crate::element::string::{AString, IString};
use crate::token::{close, nil, open, sp};
use crate::tolerance::Deviation;

/// The arguments of CONVERT: messages, the form that is wanted, and the parts that are meant; sent by the client.
///
/// RFC 5259 section 6.
///
/// # Grammar
/// ```abnf
/// convert            = "CONVERT" SP sequence-set SP convert-params SP
///                      ( convert-att / "(" convert-att *(SP convert-att) ")" )
/// convert-params     = "(" (quoted-to-mime-type / default-conversion)
///                      [SP "(" transcoding-params ")"] ")"
/// transcoding-params = transcoding-param *(SP transcoding-param)
/// default-conversion = "NIL"
/// ```
///
/// # Wire
/// ```text
/// C: A1 CONVERT 2 ("text/plain" ("charset" "utf-8")) BINARY[3]
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `sequence-set`, `convert-params`, `mime-type`, `convert-att`, `list`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::Command;
///
/// let line = b"CONVERT 2 (\"text/plain\" (charset utf-8)) (UID BINARY[3])";
/// let Command::Convert(convert) = Command::parse(line)? else { panic!() };
/// assert_eq!(convert.to.as_ref().unwrap().as_str(), "text/plain");
/// assert_eq!(convert.attributes().count(), 2);
/// assert_eq!(Command::Convert(convert).to_bytes(), line);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Convert<'a> {
    /// The messages.
    pub messages: SequenceSet<'a>,
    /// The media type that is wanted; `None` leaves it to the server.
    pub to: Option<MimeType<'a>>,
    /// How it is to be converted.
    pub parameters: ItemList<'a, Transcoding<'static>>,
    attributes: Items<'a, ConvertAttribute<'static>>,
    /// True where a single attribute stands without parentheses.
    bare: bool,
}

text_type! {
    /// A media type: `text/plain`. RFC 5259 section 10 (`concrete-mime-type`).
    pub struct MimeType: "mime-type", check = check_mime, utf8, ignore case
}

/// A parameter of a conversion, with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcoding<'a> {
    /// The name: `charset`, `pix-x` and others.
    pub name: AString<'a>,
    /// The value.
    pub value: AString<'a>,
}

/// What CONVERT is to give.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConvertAttribute<'a> {
    /// The UID.
    Uid,
    /// The structure of the converted part.
    BodyPartStructure(SectionBinary<'a>),
    /// The octets of the converted part, or a range of them.
    Binary(SectionBinary<'a>, Option<Partial>),
    /// The size of the converted part.
    BinarySize(SectionBinary<'a>),
    /// A header: of the message, of a part that is a message, or of a part.
    Header(HeaderSection<'a>),
    /// The media types to which the part can be converted.
    AvailableConversions(SectionBinary<'a>),
}

/// The section of a header: `[HEADER]`, `[1.HEADER]` or `[1.MIME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderSection<'a>(Section<'a>);

/// The arguments of CONVERSIONS: media types from and to which conversions are asked for, `*` for any; sent by the
/// client.
///
/// RFC 5259 section 4.
///
/// # Grammar
/// ```abnf
/// conversions-cmd = "CONVERSIONS" SP from-mime-type-req SP to-mime-type-req
/// mime-type-req   = "*" / (type-name "/" "*") / concrete-mime-type
/// ```
///
/// # Wire
/// ```text
/// C: A1 CONVERSIONS "text/html" "*"
/// S: * CONVERSION "text/html" "text/plain" ("charset")
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversions<'a> {
    /// From which types.
    pub from: AString<'a>,
    /// To which types.
    pub to: AString<'a>,
}

/// A conversion that the server has; sent by the server.
///
/// RFC 5259 section 4.
///
/// # Grammar
/// ```abnf
/// conversion-data = "CONVERSION" SP quoted-from-mime-type SP quoted-to-mime-type
///                   [SP "(" transcoding-param-name *(SP transcoding-param-name) ")"]
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionData<'a> {
    /// From which type.
    pub from: MimeType<'a>,
    /// To which type.
    pub to: MimeType<'a>,
    /// The parameters that it takes.
    pub parameters: ItemList<'a, AString<'static>>,
}

/// A message in another form; sent by the server.
///
/// RFC 5259 section 6.
///
/// # Grammar
/// ```abnf
/// message-data       =/ nz-number SP "CONVERTED" SP convert-correlator SP convert-msg-attrs
/// convert-correlator = "(" "TAG" SP tag-string ")"
/// convert-msg-attrs  = "(" convert-msg-att *(SP convert-msg-att) ")"
/// ```
///
/// # Wire
/// ```text
/// S: * 2 CONVERTED (TAG "b001") (BINARY[3] {3}
/// ```
///
/// # Limits
/// Those of literals.
///
/// # Errors
/// `convert-correlator`, `convert-msg-att`, `list`, and those of the values.
///
/// # Example
/// ```
/// use mailwire_imap::Data;
///
/// let line = b"2 CONVERTED (TAG \"b1\") (UID 5 BINARY.SIZE[3] 1024)";
/// let Data::Converted(converted) = Data::parse(line)? else { panic!() };
/// assert_eq!(converted.tag.as_bytes(), b"b1");
/// assert_eq!(converted.items.len(), 2);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertedData<'a> {
    /// The sequence number of the message.
    pub message: NzNumber,
    /// The tag of the command.
    pub tag: IString<'a>,
    /// What was asked for; the UID comes first.
    pub items: Items<'a, ConvertItem<'static>>,
}

/// One item of [`ConvertedData`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConvertItem<'a> {
    /// The UID.
    Uid(NzNumber),
    /// The structure of the converted part.
    BodyPartStructure(SectionBinary<'a>, Result<BodyStructure<'a>, ConvertError<'a>>),
    /// The octets of the converted part, with the origin of a range.
    Binary(SectionBinary<'a>, Option<Number64>, Result<BodyValue<'a>, ConvertError<'a>>),
    /// The size of the converted part in octets.
    BinarySize(SectionBinary<'a>, Result<Number64, ConvertError<'a>>),
    /// A header.
    Header(HeaderSection<'a>, Result<BodyValue<'a>, ConvertError<'a>>),
    /// The media types to which the part can be converted, in no order.
    AvailableConversions(SectionBinary<'a>, Result<MimeTypes<'a>, ConvertError<'a>>),
}

/// Media types: `mimetype-list`, without its outer parentheses.
pub type MimeTypes<'a> = ItemList<'a, MimeType<'static>>;

/// Why a part was not converted.
///
/// # Grammar
/// ```abnf
/// converterror-phrase = "(" "ERROR" SP convert-err-descript SP convert-error-code ")"
/// convert-error-code  = "TEMPFAIL" [SP nz-number] / bad-params / missing-params
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertError<'a> {
    /// For people.
    pub description: IString<'a>,
    /// For programs.
    pub code: ConvertErrorCode,
    /// What stands behind the code: seconds, or media types and parameters, as they came.
    pub details: Option<RawData<'a>>,
}

wire_enum! {
    /// Why a part was not converted, for programs.
    #[non_exhaustive]
    pub enum ConvertErrorCode: "convert-error-code" in crate::token::ATOM_CHAR {
        /// For now; perhaps with the seconds to wait.
        TempFail = "TEMPFAIL",
        /// Parameters that are not supported.
        BadParameters = "BADPARAMETERS",
        /// Parameters that are needed.
        MissingParameters = "MISSINGPARAMETERS",
    }
}

wire_api!(Deviation, Mode: Convert, MimeType, ConvertAttribute, Conversions, ConversionData, ConvertItem);
into_owned!(struct Convert { messages, to, parameters, attributes, bare });
into_owned!(struct Transcoding { name, value });
into_owned!(@impl ConvertAttribute, self => {
    match self {
        Self::Uid => ConvertAttribute::Uid,
        Self::BodyPartStructure(section) => ConvertAttribute::BodyPartStructure(section.into_owned()),
        Self::Binary(section, partial) => ConvertAttribute::Binary(section.into_owned(), partial),
        Self::BinarySize(section) => ConvertAttribute::BinarySize(section.into_owned()),
        Self::Header(section) => ConvertAttribute::Header(section.into_owned()),
        Self::AvailableConversions(section) => {
            ConvertAttribute::AvailableConversions(section.into_owned())
        }
    }
});
into_owned!(@impl HeaderSection, self => { HeaderSection(self.0.into_owned()) });
into_owned!(struct Conversions { from, to });
into_owned!(struct ConversionData { from, to, parameters });
into_owned!(struct ConvertedData { message, tag, items });
into_owned!(@impl ConvertItem, self => {
    let owned = ConvertError::into_owned;
    match self {
        Self::Uid(uid) => ConvertItem::Uid(uid),
        Self::BodyPartStructure(section, value) => ConvertItem::BodyPartStructure(
            section.into_owned(),
            value.map(BodyStructure::into_owned).map_err(owned),
        ),
        Self::Binary(section, origin, value) => ConvertItem::Binary(
            section.into_owned(),
            origin,
            value.map(BodyValue::into_owned).map_err(owned),
        ),
        Self::BinarySize(section, value) => {
            ConvertItem::BinarySize(section.into_owned(), value.map_err(owned))
        }
        Self::Header(section, value) => ConvertItem::Header(
            section.into_owned(),
            value.map(BodyValue::into_owned).map_err(owned),
        ),
        Self::AvailableConversions(section, value) => ConvertItem::AvailableConversions(
            section.into_owned(),
            value.map(mailwire_core::IntoOwned::into_owned).map_err(owned),
        ),
    }
});
into_owned!(struct ConvertError { description, code, details });
item!(MimeType, Transcoding, ConvertAttribute, ConvertItem);

/// Octets of the two parts of a media type: `token` of RFC 2045.
static TYPE: ByteSet = ByteSet::range(0x21, 0x7e).without(b"()<>@,;:\\\"/[]?=");

fn check_mime(mime: &[u8]) -> Result<(), usize> {
    let kind = TYPE.span(mime);
    match mime.split_at(kind) {
        (kind, [b'/', subtype @ ..]) if !kind.is_empty() && !subtype.is_empty() => {
            TYPE.check(subtype).map_err(|at| kind.len() + 1 + at)
        }
        _ => Err(kind),
    }
}

impl<'a> Wire<'a> for MimeType<'a> {
    /// In quotes.
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "mime-type";
        if input.first() != Some(&b'"') {
            return Err(fail(input, RULE));
        }
        let (rest, mime) = crate::token::skip_quoted(input, cx)?;
        match check_mime(mime) {
            Ok(()) => Ok((rest, Self::checked(mime))),
            Err(at) => Err(stop(input.get(1 + at..).unwrap_or_default(), RULE)),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.quoted(self.as_bytes());
    }
}

impl<'a> Wire<'a> for Transcoding<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = AString::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, value) = cut(AString::parse_part(rest, cx))?;
        Ok((rest, Self { name, value }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.name).sp().put(&self.value);
    }
}

impl<'a> Convert<'a> {
    /// Asks for these attributes of the messages.
    ///
    /// # Errors
    /// [`InvalidValue`] for no attribute at all.
    pub fn new<'x>(
        messages: SequenceSet<'a>,
        to: Option<MimeType<'a>>,
        attributes: impl IntoIterator<Item = ConvertAttribute<'x>>,
    ) -> Result<Self, InvalidValue> {
        let attributes = Items::new(attributes);
        if attributes.is_empty() {
            return Err(InvalidValue { what: "convert-att", at: 0 });
        }
        Ok(Self { messages, to, parameters: ItemList::EMPTY, attributes, bare: false })
    }

    /// The attributes that are asked for.
    pub fn attributes(&self) -> impl Iterator<Item = ConvertAttribute<'_>> {
        self.attributes.iter()
    }
}

impl<'a> HeaderSection<'a> {
    /// A section that is a header.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other section.
    pub fn new(section: Section<'a>) -> Result<Self, InvalidValue> {
        if matches!(section.text, Some(SectionText::Header | SectionText::Mime)) {
            return Ok(Self(section));
        }
        Err(InvalidValue { what: "convert-att", at: 0 })
    }

    /// The section.
    #[must_use]
    pub const fn section(&self) -> &Section<'a> {
        &self.0
    }

    fn parse(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, section) = cut(Section::parse_part(input, cx))?;
        match Self::new(section) {
            Ok(section) => Ok((rest, section)),
            Err(_) => Err(stop(input, "convert-att")),
        }
    }
}

impl<'a> Wire<'a> for Convert<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "convert-params";
        let (rest, messages) = SequenceSet::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, ()) = cut(open(rest, RULE))?;
        let (rest, to) = match nil(rest) {
            Some(rest) => (rest, None),
            None => {
                let (rest, mime) = cut(MimeType::parse_part(rest, cx))?;
                (rest, Some(mime))
            }
        };
        let (rest, parameters) = match rest {
            [b' ', b'(', ..] => {
                let (rest, ()) = sp(rest, cx)?;
                cut(ItemList::parse_part(rest, cx))?
            }
            _ => (rest, ItemList::EMPTY),
        };
        let (rest, ()) = close(rest, cx, RULE)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let bare = rest.first() != Some(&b'(');
        let (rest, attributes) = if bare {
            let (end, _) = cut(ConvertAttribute::parse_part(rest, cx))?;
            let one = rest.split_at(rest.len() - end.len()).0;
            let (_, items) = Items::parse_part(one, cx)?;
            (end, items)
        } else {
            let (inside, ()) = open(rest, "convert-att")?;
            let (rest, items) = cut(Items::parse_part(inside, cx))?;
            (close(rest, cx, "convert-att")?.0, items)
        };
        Ok((rest, Self { messages, to, parameters, attributes, bare }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.messages).sp().byte(b'(');
        match &self.to {
            Some(mime) => out.put(mime),
            None => out.keyword("NIL"),
        };
        if !self.parameters.is_empty() {
            out.sp().put(&self.parameters);
        }
        out.byte(b')').sp();
        if self.bare {
            out.put(&self.attributes);
        } else {
            out.byte(b'(').put(&self.attributes).byte(b')');
        }
    }
}

wire_enum! {
    /// The names that [`ConvertAttribute`] and [`ConvertItem`] share.
    enum Name: "convert-att" in NAME {
        Uid = "UID",
        BodyPartStructure = "BODYPARTSTRUCTURE",
        Binary = "BINARY",
        BinarySize = "BINARY.SIZE",
        Body = "BODY",
        AvailableConversions = "AVAILABLECONVERSIONS",
    }
}

static NAME: ByteSet =
    ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and_range(b'0', b'9').and(b".-");

impl<'a> Wire<'a> for ConvertAttribute<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = Name::parse_part(input, cx)?;
        let section = || cut(SectionBinary::parse_part(rest, cx));
        Ok(match name {
            Name::Uid => (rest, Self::Uid),
            Name::BodyPartStructure => {
                section().map(|(r, part)| (r, Self::BodyPartStructure(part)))?
            }
            Name::BinarySize => section().map(|(r, part)| (r, Self::BinarySize(part)))?,
            Name::AvailableConversions => {
                section().map(|(r, part)| (r, Self::AvailableConversions(part)))?
            }
            Name::Body => {
                HeaderSection::parse(rest, cx).map(|(r, part)| (r, Self::Header(part)))?
            }
            Name::Binary => {
                let (rest, part) = section()?;
                let (rest, partial) = match rest.first() {
                    Some(b'<') => {
                        let (behind, partial) = cut(Partial::parse_part(rest, cx))?;
                        if partial.length().is_none() {
                            return Err(stop(rest, "partial"));
                        }
                        (behind, Some(partial))
                    }
                    _ => (rest, None),
                };
                (rest, Self::Binary(part, partial))
            }
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Uid => drop(out.keyword("UID")),
            Self::BodyPartStructure(part) => drop(out.keyword("BODYPARTSTRUCTURE").put(part)),
            Self::BinarySize(part) => drop(out.keyword("BINARY.SIZE").put(part)),
            Self::AvailableConversions(part) => drop(out.keyword("AVAILABLECONVERSIONS").put(part)),
            Self::Header(part) => drop(out.keyword("BODY").put(&part.0)),
            Self::Binary(part, partial) => {
                out.keyword("BINARY").put(part);
                if let Some(partial) = partial {
                    out.put(partial);
                }
            }
        }
    }
}

impl<'a> Wire<'a> for Conversions<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, from) = AString::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, to) = cut(AString::parse_part(rest, cx))?;
        Ok((rest, Self { from, to }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.from).sp().put(&self.to);
    }
}

impl<'a> Wire<'a> for ConversionData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, from) = MimeType::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, to) = cut(MimeType::parse_part(rest, cx))?;
        let (rest, parameters) = match rest {
            [b' ', b'(', ..] => {
                let (rest, ()) = sp(rest, cx)?;
                cut(ItemList::parse_part(rest, cx))?
            }
            _ => (rest, ItemList::EMPTY),
        };
        Ok((rest, Self { from, to, parameters }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.from).sp().put(&self.to);
        if !self.parameters.is_empty() {
            out.sp().put(&self.parameters);
        }
    }
}

impl<'a> ConvertedData<'a> {
    /// `convert-correlator SP convert-msg-attrs`
    pub(crate) fn parse_items(
        message: NzNumber,
        input: &'a [u8],
        cx: &Context,
    ) -> PResult<'a, Self> {
        const RULE: &str = "convert-correlator";
        let (inside, ()) = cut(open(input, RULE))?;
        let Some(rest) = strip_prefix_ignore_case(inside, b"TAG") else {
            return Err(stop(inside, RULE));
        };
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, tag) = cut(IString::parse_part(rest, cx))?;
        let (rest, ()) = close(rest, cx, RULE)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, ()) = cut(open(rest, "convert-msg-att"))?;
        let (rest, items) = cut(Items::parse_part(rest, cx))?;
        let (rest, ()) = close(rest, cx, "convert-msg-att")?;
        Ok((rest, Self { message, tag, items }))
    }

    pub(crate) fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.message).sp().keyword("CONVERTED (TAG ").put(&self.tag);
        out.keyword(") (").put(&self.items).byte(b')');
    }
}

/// `converterror-phrase`, or a value.
fn value_or_error<'a, T>(
    input: &'a [u8],
    cx: &Context,
    value: impl FnOnce(&'a [u8]) -> PResult<'a, T>,
) -> PResult<'a, Result<T, ConvertError<'a>>> {
    const RULE: &str = "converterror-phrase";
    let phrase = input.strip_prefix(b"(").and_then(|at| strip_prefix_ignore_case(at, b"ERROR "));
    let Some(rest) = phrase else {
        return cut(value(input)).map(|(rest, value)| (rest, Ok(value)));
    };
    let (rest, description) = cut(IString::parse_part(rest, cx))?;
    let (rest, ()) = cut(sp(rest, cx))?;
    let (rest, code) = cut(ConvertErrorCode::parse_part(rest, cx))?;
    let (rest, details) = match rest {
        [b' ', behind @ ..] if behind.first() != Some(&b')') => {
            let (rest, details) = cut(RawData::parse_part(behind, cx))?;
            (rest, Some(details))
        }
        _ => (rest, None),
    };
    let (rest, ()) = close(rest, cx, RULE)?;
    Ok((rest, Err(ConvertError { description, code, details })))
}

fn encode_error(error: &ConvertError<'_>, out: &mut Encoder<'_>) {
    out.keyword("(ERROR ").put(&error.description).sp().put(&error.code);
    if let Some(details) = &error.details {
        out.sp().put(details);
    }
    out.byte(b')');
}

impl<'a> Wire<'a> for ConvertItem<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Ok((rest, name)) = Name::parse_part(input, cx) else {
            return Err(fail(input, "convert-msg-att"));
        };
        if name == Name::Uid {
            let (at, ()) = cut(sp(rest, cx))?;
            return cut(NzNumber::parse_part(at, cx)).map(|(rest, uid)| (rest, Self::Uid(uid)));
        }
        if name == Name::Body {
            let (rest, section) = HeaderSection::parse(rest, cx)?;
            let (at, ()) = cut(sp(rest, cx))?;
            let (rest, value) = value_or_error(at, cx, |at| BodyValue::parse(at, cx, false))?;
            return Ok((rest, Self::Header(section, value)));
        }
        let (rest, section) = cut(SectionBinary::parse_part(rest, cx))?;
        let (rest, origin) = match rest.first() {
            Some(b'<') if name == Name::Binary => {
                let (rest, partial) = cut(Partial::parse_part(rest, cx))?;
                (rest, Number64::new(partial.offset()).ok())
            }
            _ => (rest, None),
        };
        let (at, ()) = cut(sp(rest, cx))?;
        Ok(match name {
            Name::BodyPartStructure => {
                let (rest, value) = value_or_error(at, cx, |at| BodyStructure::parse_part(at, cx))?;
                (rest, Self::BodyPartStructure(section, value))
            }
            Name::BinarySize => {
                let (rest, value) = value_or_error(at, cx, |at| Number64::parse_part(at, cx))?;
                (rest, Self::BinarySize(section, value))
            }
            Name::AvailableConversions => {
                let (rest, value) = value_or_error(at, cx, |at| {
                    let (rest, ()) = open(at, "mimetype-list")?;
                    let (rest, types) = cut(MimeTypes::parse_part(rest, cx))?;
                    Ok((close(rest, cx, "mimetype-list")?.0, types))
                })?;
                (rest, Self::AvailableConversions(section, value))
            }
            _ => {
                let (rest, value) = value_or_error(at, cx, |at| BodyValue::parse(at, cx, true))?;
                (rest, Self::Binary(section, origin, value))
            }
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Uid(uid) => drop(out.keyword("UID").sp().put(uid)),
            Self::BodyPartStructure(section, value) => {
                out.keyword("BODYPARTSTRUCTURE").put(section).sp();
                match value {
                    Ok(body) => drop(out.put(body)),
                    Err(error) => encode_error(error, out),
                }
            }
            Self::Binary(section, origin, value) => {
                out.keyword("BINARY").put(section);
                if let Some(origin) = origin {
                    out.byte(b'<').put(origin).byte(b'>');
                }
                encode_octets(value, out.sp(), true);
            }
            Self::BinarySize(section, value) => {
                out.keyword("BINARY.SIZE").put(section).sp();
                match value {
                    Ok(size) => drop(out.put(size)),
                    Err(error) => encode_error(error, out),
                }
            }
            Self::Header(section, value) => {
                encode_octets(value, out.keyword("BODY").put(&section.0).sp(), false);
            }
            Self::AvailableConversions(section, value) => {
                out.keyword("AVAILABLECONVERSIONS").put(section).sp();
                match value {
                    Ok(types) => drop(out.byte(b'(').put(types).byte(b')')),
                    Err(error) => encode_error(error, out),
                }
            }
        }
    }
}

fn encode_octets(
    value: &Result<BodyValue<'_>, ConvertError<'_>>,
    out: &mut Encoder<'_>,
    binary: bool,
) {
    match value {
        Ok(octets) => octets.encode(out, binary),
        Err(error) => encode_error(error, out),
    }
}

#[cfg(test)]
mod tests;
