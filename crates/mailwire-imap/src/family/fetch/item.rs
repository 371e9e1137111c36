//! What a message has, in an answer: one data item with its value.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Fail, PResult, Wire, cut, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::{byte, short_key, strip_prefix_ignore_case};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, wire_api};

use super::label::GmailLabels;
use super::name::{FetchName, NAME, extended_name};
use super::value::{BinarySection, BodySection, at_end, item_value};
use crate::Mode;
use crate::element::annotation::AnnotationData;
use crate::element::body_structure::BodyStructure;
use crate::element::body_value::BodyValue;
use crate::element::date::DateTime;
use crate::element::envelope::Envelope;
use crate::element::flag::{Flags, plain_flags};
use crate::element::invalid::Invalid;
use crate::element::mod_seq::{MessageModSeq, ModSeq};
use crate::element::number::{Number64, NzNumber};
use crate::element::object_id::ObjectId;
use crate::element::raw::{RawData, skip_value};
use crate::element::section::SectionBinary;
use crate::element::string::{Atom, IString, nstring, write_nstring};
use crate::token::{digits, literal, nil, plain_number, short_number, skip_quoted, sp};
use crate::tolerance::Deviation;

/// A data item of a message with its value, as FETCH answers it.
///
/// RFC 9051 section 7.5.2, RFC 3501 section 7.4.2; the extensions are those of
/// [`FetchAttribute`](super::FetchAttribute). An item whose value breaks the grammar is
/// [`Invalid`](Self::Invalid), and costs no other.
///
/// # Grammar
/// ```abnf
/// msg-att-static  =  "ENVELOPE" SP envelope / "INTERNALDATE" SP date-time /
///                    "RFC822" [".HEADER" / ".TEXT"] SP nstring /
///                    "RFC822.SIZE" SP number64 / "BODY" ["STRUCTURE"] SP body /
///                    "BODY" section ["<" number ">"] SP nstring /
///                    "BINARY" section-binary ["<" number ">"] SP (nstring / literal8) /
///                    "BINARY.SIZE" section-binary SP number / "UID" SP uniqueid
/// msg-att-static  =/ "EMAILID" SP "(" objectid ")" / "THREADID" SP ("(" objectid ")" / nil) /
///                    "SAVEDATE" SP (date-time / nil)
/// msg-att-dynamic =  "FLAGS" SP "(" [flag-fetch *(SP flag-fetch)] ")"
/// msg-att-dynamic =/ "MODSEQ" SP "(" permsg-modsequence ")" / "PREVIEW" SP nstring
/// ```
/// Gmail: `X-GM-MSGID` and `X-GM-THRID` with a number of 64 bits, `X-GM-LABELS` with a list. Cyrus:
/// `DIGEST.SHA1` with an atom, `CID` with an atom or NIL, `CREATEDMODSEQ` with a number in parentheses.
/// Dovecot: `SNIPPET (FUZZY nstring)`. Deviations: [`FuzzyPreview`](Deviation::FuzzyPreview),
/// [`MissingSpace`](Deviation::MissingSpace), [`NegativeNumber`](Deviation::NegativeNumber),
/// [`FloatNumber`](Deviation::FloatNumber), [`InvalidItem`](Deviation::InvalidItem), and those of the
/// values.
///
/// # Wire
/// ```text
/// S: * 23 FETCH (UID 4827313 FLAGS (\Seen) RFC822.SIZE 44827)
/// ```
///
/// # Limits
/// Those of literals, see [`Limits`](crate::Limits).
///
/// # Errors
/// `msg-att`, `SP`, and those of the values.
///
/// # Example
/// ```
/// use mailwire_imap::family::fetch::FetchItem;
///
/// let item = FetchItem::parse(b"X-GM-MSGID 1278455344230334865")?;
/// assert_eq!(item, FetchItem::GmailMessageId(1_278_455_344_230_334_865));
/// assert_eq!(item.to_bytes(), b"X-GM-MSGID 1278455344230334865");
/// let FetchItem::Invalid(invalid) = FetchItem::parse(b"INTERNALDATE \"yesterday\"")? else { panic!() };
/// assert_eq!((invalid.error().rule, invalid.error().at), ("date-day-fixed", 14));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchItem<'a> {
    /// The unique identifier.
    Uid(NzNumber),
    /// The flags.
    Flags(Flags<'a>),
    /// The modification sequence.
    ModSeq(ModSeq),
    /// The envelope.
    Envelope(Box<Envelope<'a>>),
    /// The structure of the body, without extension data.
    Body(BodyStructure<'a>),
    /// The structure of the body.
    BodyStructure(BodyStructure<'a>),
    /// When the message was received.
    InternalDate(DateTime),
    /// The whole message.
    Rfc822(BodyValue<'a>),
    /// The header.
    Rfc822Header(BodyValue<'a>),
    /// The size in octets.
    Size(Number64),
    /// What is behind the header.
    Rfc822Text(BodyValue<'a>),
    /// A section.
    Section(Box<BodySection<'a>>),
    /// A part without its transfer encoding.
    Binary(Box<BinarySection<'a>>),
    /// The size of a part without its transfer encoding, in octets.
    BinarySize(SectionBinary<'a>, Number64),
    /// The identifier of the message.
    EmailId(ObjectId<'a>),
    /// The identifier of the thread; `None` where the server has no threads.
    ThreadId(Option<ObjectId<'a>>),
    /// The beginning of the text; `None` where there is none at hand.
    Preview(Option<IString<'a>>),
    /// The beginning of the text, from Dovecot before PREVIEW.
    Snippet(Option<IString<'a>>),
    /// When the message was saved in the mailbox; `None` where that is not known.
    SaveDate(Option<DateTime>),
    /// Annotations.
    Annotation(AnnotationData<'a>),
    /// Gmail's identifier of the message.
    GmailMessageId(u64),
    /// Gmail's identifier of the thread.
    GmailThreadId(u64),
    /// Gmail's labels.
    GmailLabels(GmailLabels<'a>),
    /// The SHA-1 of the message, in hexadecimal; Cyrus.
    DigestSha1(Atom<'a>),
    /// The identifier of the conversation; Cyrus. The atom `NIL` is read as none.
    ConversationId(Option<Atom<'a>>),
    /// The modification sequence when the message was made; Cyrus.
    CreatedModSeq(ModSeq),
    /// A data item that is not known here, kept as data.
    Other(Box<OtherItem<'a>>),
    /// A data item that breaks the grammar, with its name.
    Invalid(Box<Invalid<'a>>),
}

/// A data item that is not known here: its name, perhaps with a section and a range, and its value.
#[derive(Clone)]
pub struct OtherItem<'a> {
    name: Cow<'a, [u8]>,
    value: RawData<'a>,
}

/// An item with what is behind it; or the error of one whose end cannot be found.
type Contained<'a> = Result<(&'a [u8], FetchItem<'a>), Fail>;

wire_api!(Deviation, crate::Mode: FetchItem);
into_owned!(struct OtherItem { name, value });
into_owned!(
    enum FetchItem {
        Uid(value),
        Flags(value),
        ModSeq(value),
        Envelope(value),
        Body(value),
        BodyStructure(value),
        InternalDate(value),
        Rfc822(value),
        Rfc822Header(value),
        Size(value),
        Rfc822Text(value),
        Section(value),
        Binary(value),
        BinarySize(section, value),
        EmailId(value),
        ThreadId(value),
        Preview(value),
        Snippet(value),
        SaveDate(value),
        Annotation(value),
        GmailMessageId(value),
        GmailThreadId(value),
        GmailLabels(value),
        DigestSha1(value),
        ConversationId(value),
        CreatedModSeq(value),
        Other(value),
        Invalid(value),
    }
);

impl<'a> Wire<'a> for FetchItem<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let fail = match Self::contained(input, cx, Self::parse_value(input, cx))? {
            Ok(parsed) => return Ok(parsed),
            Err(fail) => fail,
        };
        Err(nom::Err::Failure(fail))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        // Those of most messages, in few steps.
        match self {
            Self::Uid(uid) => drop(out.bytes(b"UID ").put(uid)),
            Self::Flags(flags) => drop(out.bytes(b"FLAGS (").bytes(flags.as_wire()).byte(b')')),
            Self::ModSeq(value) => drop(out.bytes(b"MODSEQ (").number(value.get()).byte(b')')),
            _ => self.encode_named(out),
        }
    }
}

impl<'a> FetchItem<'a> {
    /// Writes an item that is not written in few steps, by the table of names.
    fn encode_named(&self, out: &mut Encoder<'_>) {
        let Some(name) = self.name() else {
            match self {
                Self::Other(other) => drop(out.bytes(&other.name).sp().put(&other.value)),
                Self::Invalid(invalid) => invalid.encode(out),
                _ => {}
            }
            return;
        };
        out.keyword(name.as_str());
        match self {
            Self::Section(section) => section.encode_name(out),
            Self::Binary(section) => section.encode_name(out),
            Self::BinarySize(section, _) => drop(out.put(section)),
            _ => {}
        }
        out.sp();
        match self {
            Self::CreatedModSeq(value) => drop(out.put(&MessageModSeq(*value))),
            Self::Envelope(envelope) => drop(out.put(&**envelope)),
            Self::Body(body) | Self::BodyStructure(body) => drop(out.put(body)),
            Self::InternalDate(date) => drop(out.put(date)),
            Self::Size(size) | Self::BinarySize(_, size) => drop(out.put(size)),
            Self::Rfc822(_) | Self::Rfc822Header(_) | Self::Rfc822Text(_) | Self::Section(_) => {
                if let Some(value) = self.body_value() {
                    value.encode(out, false);
                }
            }
            Self::Binary(section) => section.value().encode(out, true),
            Self::EmailId(id) | Self::ThreadId(Some(id)) => {
                out.byte(b'(').put(id).byte(b')');
            }
            Self::Preview(text) => write_nstring(out, text.as_ref()),
            Self::Snippet(text) => {
                out.keyword("(FUZZY ");
                write_nstring(out, text.as_ref());
                out.byte(b')');
            }
            Self::SaveDate(Some(date)) => drop(out.put(date)),
            Self::ThreadId(None) | Self::SaveDate(None) | Self::ConversationId(None) => {
                out.keyword("NIL");
            }
            Self::Annotation(data) => drop(out.put(data)),
            Self::GmailMessageId(id) | Self::GmailThreadId(id) => drop(out.number(*id)),
            Self::GmailLabels(labels) => drop(out.put(labels)),
            Self::DigestSha1(text) | Self::ConversationId(Some(text)) => drop(out.put(text)),
            // These are written above.
            Self::Uid(_) | Self::Flags(_) | Self::ModSeq(_) | Self::Other(_) | Self::Invalid(_) => {
            }
        }
    }

    /// An item that was parsed with a result; where the grammar breaks, an invalid one, or where that has no
    /// end, its error.
    pub(super) fn contained(
        input: &'a [u8],
        cx: &Context,
        result: PResult<'a, Self>,
    ) -> Result<Contained<'a>, nom::Err<Fail>> {
        let fail = match result {
            Ok((rest, item)) if at_end(rest) || item.ends_before(rest, cx) => {
                return Ok(Ok((rest, item)));
            }
            Ok((rest, _)) => Fail { left: rest.len(), rule: "SP" },
            Err(nom::Err::Failure(fail) | nom::Err::Error(fail)) => fail,
            Err(other) => return Err(other),
        };
        invalid(input, cx, fail)
    }

    /// True where the name of the next item stands behind a number at once.
    fn ends_before(&self, rest: &[u8], cx: &Context) -> bool {
        let number = matches!(self, Self::Uid(_) | Self::Size(_) | Self::BinarySize(..));
        number
            && FetchName::from_keyword(NAME.split(rest).0).is_some()
            && cx.tolerate(Deviation::MissingSpace)
    }

    /// A name, a space and a value.
    fn parse_value(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Self::parse_plain(input, cx) {
            Some((rest, item)) => Ok((rest, item)),
            None => Self::parse_named(input, cx),
        }
    }

    /// An item as most servers write those of most messages: its name is told by its first eight octets.
    /// `None` where it is another, or where its value has to be looked at closely.
    #[inline(always)]
    pub(super) fn parse_plain(input: &'a [u8], cx: &Context) -> Option<(&'a [u8], Self)> {
        const UID: u64 = short_key(b"UID ");
        const FLAGS: u64 = short_key(b"FLAGS (");
        const MOD_SEQ: u64 = short_key(b"MODSEQ (");
        const SIZE: u64 = short_key(b"RFC822.S");
        const DATE: u64 = short_key(b"INTERNAL");
        let octets = u64::from_le_bytes(*input.first_chunk()?);
        if octets & 0xffff_ffff == UID {
            let (uid, rest) = short_number(input.get(4..)?)?;
            return Some((rest, Self::Uid(NzNumber::new(uid).ok()?)));
        }
        if octets & u64::MAX >> 8 == FLAGS {
            let (rest, flags) = plain_flags(input.get(6..)?, cx)?;
            return Some((rest, Self::Flags(flags)));
        }
        if octets == MOD_SEQ {
            let (value, rest) = plain_number(input.get(8..)?)?;
            return Some((rest.strip_prefix(b")")?, Self::ModSeq(ModSeq::new(value).ok()?)));
        }
        if octets == SIZE {
            let (size, rest) = plain_number(input.get(8..)?.strip_prefix(b"IZE ")?)?;
            // Some servers compute sizes in floating point.
            let ends = matches!(rest, [b' ' | b')', ..]);
            return if ends { Some((rest, Self::Size(Number64::new(size).ok()?))) } else { None };
        }
        if octets == DATE {
            let (rest, date) = DateTime::parse_plain(input.get(8..)?.strip_prefix(b"DATE ")?)?;
            return Some((rest, Self::InternalDate(date)));
        }
        None
    }

    /// An item by the table of names.
    pub(super) fn parse_named(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if let Some(at @ [b'(', ..]) = input.strip_prefix(b"ENVELOPE ") {
            let (rest, envelope) = Envelope::parse_boxed(at, cx)?;
            return Ok((rest, Self::Envelope(envelope)));
        }
        let (word, rest) = NAME.split(input);
        let Some(name) = FetchName::from_keyword(word) else {
            let (rest, other) = OtherItem::parse(input, cx)?;
            return Ok((rest, Self::Other(Box::new(other))));
        };
        match name {
            FetchName::Body if rest.first() == Some(&b'[') => {
                let (rest, section) = BodySection::parse(rest, cx)?;
                return Ok((rest, Self::Section(Box::new(section))));
            }
            FetchName::Binary => {
                let (rest, section) = BinarySection::parse(rest, cx)?;
                return Ok((rest, Self::Binary(Box::new(section))));
            }
            FetchName::BinarySize => {
                let (rest, section) = cut(SectionBinary::parse_part(rest, cx))?;
                let (rest, ()) = cut(sp(rest, cx))?;
                let (rest, size) = Number64::parse_part(rest, cx)?;
                return Ok((rest, Self::BinarySize(section, size)));
            }
            _ => {}
        }
        let (at, ()) = cut(sp(rest, cx))?;
        Ok(match name {
            FetchName::Uid => {
                let (rest, uid) = NzNumber::parse_part(at, cx)?;
                (rest, Self::Uid(uid))
            }
            FetchName::Flags => {
                let (rest, flags) = Flags::parse_part(at, cx)?;
                (rest, Self::Flags(flags))
            }
            FetchName::ModSeq => {
                let (rest, value) = MessageModSeq::parse_part(at, cx)?;
                (rest, Self::ModSeq(value.0))
            }
            FetchName::CreatedModSeq => {
                let (rest, value) = MessageModSeq::parse_part(at, cx)?;
                (rest, Self::CreatedModSeq(value.0))
            }
            FetchName::Envelope => {
                let (rest, envelope) = Envelope::parse_boxed(at, cx)?;
                (rest, Self::Envelope(envelope))
            }
            FetchName::Body => {
                let (rest, body) = BodyStructure::parse_part(at, cx)?;
                (rest, Self::Body(body))
            }
            FetchName::BodyStructure => {
                let (rest, body) = BodyStructure::parse_part(at, cx)?;
                (rest, Self::BodyStructure(body))
            }
            FetchName::InternalDate => {
                let (rest, date) = DateTime::parse_part(at, cx)?;
                (rest, Self::InternalDate(date))
            }
            FetchName::Rfc822 => {
                let (rest, value) = item_value(at, cx, false)?;
                (rest, Self::Rfc822(value))
            }
            FetchName::Rfc822Header => {
                let (rest, value) = item_value(at, cx, false)?;
                (rest, Self::Rfc822Header(value))
            }
            FetchName::Rfc822Text => {
                let (rest, value) = item_value(at, cx, false)?;
                (rest, Self::Rfc822Text(value))
            }
            FetchName::Size => {
                let (rest, size) = Number64::parse_part(at, cx)?;
                (rest, Self::Size(size))
            }
            FetchName::EmailId => {
                let (rest, id) = object_id(at, cx)?;
                (rest, Self::EmailId(id))
            }
            FetchName::ThreadId => match nil(at) {
                Some(rest) => (rest, Self::ThreadId(None)),
                None => {
                    let (rest, id) = object_id(at, cx)?;
                    (rest, Self::ThreadId(Some(id)))
                }
            },
            FetchName::Preview if at.first() == Some(&b'(') => {
                if !cx.tolerate(Deviation::FuzzyPreview) {
                    return Err(stop(at, "nstring"));
                }
                let (rest, text) = fuzzy(at, cx)?;
                (rest, Self::Preview(text))
            }
            FetchName::Preview => {
                let (rest, text) = nstring(at, cx, "nstring")?;
                (rest, Self::Preview(text))
            }
            FetchName::Snippet => {
                let (rest, text) = fuzzy(at, cx)?;
                (rest, Self::Snippet(text))
            }
            FetchName::SaveDate => match nil(at) {
                Some(rest) => (rest, Self::SaveDate(None)),
                None => {
                    let (rest, date) = DateTime::parse_part(at, cx)?;
                    (rest, Self::SaveDate(Some(date)))
                }
            },
            FetchName::Annotation => {
                let (rest, data) = AnnotationData::parse_part(at, cx)?;
                (rest, Self::Annotation(data))
            }
            FetchName::GmailMessageId => {
                let (rest, id) = number_of_64_bits(at)?;
                (rest, Self::GmailMessageId(id))
            }
            FetchName::GmailThreadId => {
                let (rest, id) = number_of_64_bits(at)?;
                (rest, Self::GmailThreadId(id))
            }
            FetchName::GmailLabels => {
                let (rest, labels) = GmailLabels::parse_part(at, cx)?;
                (rest, Self::GmailLabels(labels))
            }
            FetchName::DigestSha1 => {
                let (rest, digest) = Atom::parse_part(at, cx)?;
                (rest, Self::DigestSha1(digest))
            }
            FetchName::ConversationId => match nil(at) {
                Some(rest) => (rest, Self::ConversationId(None)),
                None => {
                    let (rest, id) = Atom::parse_part(at, cx)?;
                    (rest, Self::ConversationId(Some(id)))
                }
            },
            // These have their values behind a section, or are for commands.
            FetchName::Binary
            | FetchName::BinarySize
            | FetchName::BinaryPeek
            | FetchName::BodyPeek => return Err(stop(input, "msg-att")),
        })
    }

    /// The name; `None` for one that is not known here, and for one that is not valid.
    #[must_use]
    pub const fn name(&self) -> Option<FetchName> {
        Some(match self {
            Self::Uid(_) => FetchName::Uid,
            Self::Flags(_) => FetchName::Flags,
            Self::ModSeq(_) => FetchName::ModSeq,
            Self::Envelope(_) => FetchName::Envelope,
            Self::Body(_) | Self::Section(_) => FetchName::Body,
            Self::BodyStructure(_) => FetchName::BodyStructure,
            Self::InternalDate(_) => FetchName::InternalDate,
            Self::Rfc822(_) => FetchName::Rfc822,
            Self::Rfc822Header(_) => FetchName::Rfc822Header,
            Self::Size(_) => FetchName::Size,
            Self::Rfc822Text(_) => FetchName::Rfc822Text,
            Self::Binary(_) => FetchName::Binary,
            Self::BinarySize(..) => FetchName::BinarySize,
            Self::EmailId(_) => FetchName::EmailId,
            Self::ThreadId(_) => FetchName::ThreadId,
            Self::Preview(_) => FetchName::Preview,
            Self::Snippet(_) => FetchName::Snippet,
            Self::SaveDate(_) => FetchName::SaveDate,
            Self::Annotation(_) => FetchName::Annotation,
            Self::GmailMessageId(_) => FetchName::GmailMessageId,
            Self::GmailThreadId(_) => FetchName::GmailThreadId,
            Self::GmailLabels(_) => FetchName::GmailLabels,
            Self::DigestSha1(_) => FetchName::DigestSha1,
            Self::ConversationId(_) => FetchName::ConversationId,
            Self::CreatedModSeq(_) => FetchName::CreatedModSeq,
            Self::Other(_) | Self::Invalid(_) => return None,
        })
    }

    /// A section with its octets.
    #[must_use]
    pub fn section(section: BodySection<'a>) -> Self {
        Self::Section(Box::new(section))
    }

    /// A part without its transfer encoding, with its octets.
    #[must_use]
    pub fn binary(part: BinarySection<'a>) -> Self {
        Self::Binary(Box::new(part))
    }

    /// A data item that is not known here.
    #[must_use]
    pub fn other(item: OtherItem<'a>) -> Self {
        Self::Other(Box::new(item))
    }

    /// The octets of a message that the item holds; `None` for one that holds none.
    #[must_use]
    pub fn body_value(&self) -> Option<&BodyValue<'a>> {
        match self {
            Self::Rfc822(value) | Self::Rfc822Header(value) | Self::Rfc822Text(value) => {
                Some(value)
            }
            Self::Section(section) => Some(section.value()),
            Self::Binary(section) => Some(section.value()),
            _ => None,
        }
    }

    /// True where the octets of the item were streamed, or are going to be.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        self.body_value().is_some_and(BodyValue::is_streamed)
    }

    /// The name, and the header of the literal that is streamed.
    pub(super) fn encode_header(&self, out: &mut Encoder<'_>) {
        out.keyword(self.name().map_or("", FetchName::as_str));
        match self {
            Self::Section(section) => section.encode_name(out),
            Self::Binary(section) => section.encode_name(out),
            _ => {}
        }
        out.sp();
        if let Some(value) = self.body_value() {
            value.encode_header(out);
        }
    }

    /// Refuses what reads back as something else.
    pub(super) fn check(&self, at: usize) -> Result<(), InvalidValue> {
        let what = match self {
            Self::Invalid(_) => "msg-att",
            Self::ModSeq(ModSeq::ZERO) | Self::CreatedModSeq(ModSeq::ZERO) => "mod-sequence-value",
            Self::ConversationId(Some(id)) if id.as_str().eq_ignore_ascii_case("NIL") => "atom",
            _ => return Ok(()),
        };
        Err(InvalidValue { what, at })
    }
}

/// `"(" objectid ")"`
fn object_id<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ObjectId<'a>> {
    let (rest, ()) = byte(input, b'(', "objectid")?;
    let (rest, id) = cut(ObjectId::parse_part(rest, cx))?;
    let (rest, ()) = cut(byte(rest, b')', "objectid"))?;
    Ok((rest, id))
}

/// `"(" "FUZZY" SP nstring ")"`
fn fuzzy<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Option<IString<'a>>> {
    let Some(rest) = strip_prefix_ignore_case(input, b"(FUZZY") else {
        return Err(stop(input, "nstring"));
    };
    let (rest, ()) = cut(sp(rest, cx))?;
    let (rest, text) = nstring(rest, cx, "nstring")?;
    let (rest, ()) = cut(byte(rest, b')', "nstring"))?;
    Ok((rest, text))
}

/// An identifier of Gmail's, which has all 64 bits.
fn number_of_64_bits(input: &[u8]) -> PResult<'_, u64> {
    match digits(input) {
        (Some(number), len) => Ok((input.split_at(len).1, number)),
        _ => Err(fail(input, "number64")),
    }
}

/// An item that breaks the grammar, up to its end; its error where that cannot be found.
#[cold]
fn invalid<'a>(input: &'a [u8], cx: &Context, fail: Fail) -> Result<Contained<'a>, nom::Err<Fail>> {
    if !cx.tolerate(Deviation::InvalidItem) {
        return Err(nom::Err::Failure(fail));
    }
    // A frame that is cut inside of an item ends before the item does.
    if fail.left == 0 && Mode::from_bits(cx.mode()).contains(Mode::CUT) {
        return Err(nom::Err::Failure(fail));
    }
    let Some(rest) = skip(input, cx) else { return Ok(Err(fail)) };
    let wire = input.split_at(input.len() - rest.len()).0;
    Ok(Ok((rest, FetchItem::Invalid(Box::new(Invalid::met(wire, rest, fail))))))
}

/// What stands behind a name and its value, or behind octets that are no name; `None` where a list in them
/// has no end.
fn skip<'a>(input: &'a [u8], cx: &Context) -> Option<&'a [u8]> {
    let value = match extended_name(input) {
        Some((_, behind)) => {
            let blanks = behind.iter().take_while(|octet| **octet == b' ').count();
            behind.split_at(blanks).1
        }
        None => input,
    };
    match value {
        // A name without a value.
        [] | [b')' | b'\r' | b'\n', ..] if value.len() < input.len() => Some(value),
        _ => skip_balanced(value, cx).filter(|rest| rest.len() < input.len()),
    }
}

/// How near to the end of a message a quote may stand that ends nowhere and costs only its item.
const STRAY_QUOTE: usize = 1000;

/// Octets up to where an item can end, outside of strings and lists. What is no string and no list is passed.
fn skip_balanced<'a>(input: &'a [u8], cx: &Context) -> Option<&'a [u8]> {
    let mut rest = input;
    let mut depth = 0_u32;
    loop {
        rest = match rest {
            [] | [b'\r' | b'\n', ..] => return (depth == 0).then_some(rest),
            [b' ' | b')', ..] if depth == 0 => return Some(rest),
            [b'(', behind @ ..] => {
                depth = depth.saturating_add(1);
                behind
            }
            [b')', behind @ ..] => {
                depth = depth.saturating_sub(1);
                behind
            }
            [b'"', behind @ ..] => match skip_quoted(rest, cx) {
                Ok((behind, _)) => behind,
                // A quote without its like is looked for its end once, not for each that follows.
                Err(_) if rest.len() <= STRAY_QUOTE => behind,
                Err(_) => return None,
            },
            [b'{', behind @ ..] => literal(rest).map_or(behind, |(behind, _)| behind),
            [_, behind @ ..] => behind,
        };
    }
}

impl<'a> OtherItem<'a> {
    /// An item from its name and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here or is none, and where the value is not one value.
    pub fn new(name: impl IntoBytes<'a>, value: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let name = name.into_bytes();
        let whole = extended_name(&name).is_some_and(|(_, rest)| rest.is_empty());
        if !whole || FetchName::from_keyword(NAME.split(&name).0).is_some() {
            return Err(InvalidValue { what: "msg-att", at: 0 });
        }
        let value = RawData::new(value)?;
        if value.values().count() != 1 {
            return Err(InvalidValue { what: "tagged-ext-val", at: 0 });
        }
        Ok(Self { name, value })
    }

    /// The name, with its section and its range.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The value.
    #[must_use]
    pub const fn value(&self) -> &RawData<'a> {
        &self.value
    }

    fn parse(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Some((name, rest)) = extended_name(input) else { return Err(fail(input, "msg-att")) };
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, ()) = cut(skip_value(at, cx))?;
        let (_, value) = cut(RawData::parse_part(at.split_at(at.len() - rest.len()).0, cx))?;
        Ok((rest, Self { name: Cow::Borrowed(name), value }))
    }
}

/// Equal when the names are, in any case, and the values.
impl PartialEq for OtherItem<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name) && self.value == other.value
    }
}

impl Eq for OtherItem<'_> {}

impl fmt::Debug for OtherItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherItem")
            .field("name", &Escaped(&self.name))
            .field("value", &self.value)
            .finish()
    }
}
