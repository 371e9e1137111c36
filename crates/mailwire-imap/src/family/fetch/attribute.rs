//! What FETCH asks for: one data item of a message.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::{IntoBytes, InvalidValue, into_owned, text_type, wire_api};

use super::modifier::is_modifier;
use super::name::{FetchName, NAME, extended_name};
use super::value::SectionOctets;
use crate::element::annotation::AnnotationRequest;
use crate::element::items::plain::capitals;
use crate::element::items::{Item, ItemList, Items, item};
use crate::element::raw::{RawData, skip_value};
use crate::element::section::{Partial, Section, SectionBinary};
use crate::extension::{Extension, Need};
use crate::token::{ATOM_CHAR, sp};
use crate::tolerance::Deviation;

/// A data item of a message that FETCH asks for.
///
/// RFC 9051 section 6.4.5, RFC 3501 section 6.4.5 (RFC822 and its parts); RFC 3516 (BINARY), RFC 7162
/// (MODSEQ), RFC 8474 (EMAILID, THREADID), RFC 8970 (PREVIEW), RFC 8514 (SAVEDATE), RFC 5257 (ANNOTATION);
/// Gmail, Dovecot (SNIPPET) and Cyrus (DIGEST.SHA1, CID, CREATEDMODSEQ).
///
/// # Grammar
/// ```abnf
/// fetch-att =  "ENVELOPE" / "FLAGS" / "INTERNALDATE" /
///              "RFC822" [".HEADER" / ".SIZE" / ".TEXT"] /
///              "BODY" ["STRUCTURE"] / "UID" /
///              "BODY" section [partial] /
///              "BODY.PEEK" section [partial] /
///              "BINARY" [".PEEK"] section-binary [partial] /
///              "BINARY.SIZE" section-binary
/// fetch-att =/ "MODSEQ" / "EMAILID" / "THREADID" / "SAVEDATE"
/// fetch-att =/ "PREVIEW" [SP "(" preview-mod *(SP preview-mod) ")"]
/// fetch-att =/ "ANNOTATION" SP "(" entries SP attribs ")"
/// ```
///
/// # Wire
/// ```text
/// C: A1 FETCH 1 (UID FLAGS BODY.PEEK[1.2]<0.1024> PREVIEW (LAZY))
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `fetch-att`, `section`, `section-binary`, `partial`, `preview-mod`, `SP`, and those of what they hold.
///
/// # Example
/// ```
/// use mailwire_imap::family::fetch::FetchAttribute;
///
/// let attribute = FetchAttribute::parse(b"body.peek[1.2]<0.1024>")?;
/// let FetchAttribute::Section(request) = &attribute else { panic!() };
/// assert!(request.is_peek());
/// assert_eq!(request.partial().and_then(|partial| partial.length()), Some(1024));
/// assert_eq!(attribute.to_bytes(), b"BODY.PEEK[1.2]<0.1024>");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchAttribute<'a> {
    /// The unique identifier.
    Uid,
    /// The flags.
    Flags,
    /// The modification sequence.
    ModSeq,
    /// The envelope.
    Envelope,
    /// The structure of the body, without extension data.
    Body,
    /// The structure of the body.
    BodyStructure,
    /// When the message was received.
    InternalDate,
    /// The whole message; IMAP4rev1.
    Rfc822,
    /// The header; IMAP4rev1. It does not set `\Seen`.
    Rfc822Header,
    /// The size in octets.
    Size,
    /// What is behind the header; IMAP4rev1.
    Rfc822Text,
    /// A section.
    Section(SectionRequest<'a>),
    /// A part without its transfer encoding.
    Binary(BinaryRequest<'a>),
    /// The size of a part without its transfer encoding.
    BinarySize(SectionBinary<'a>),
    /// The identifier of the message.
    EmailId,
    /// The identifier of the thread.
    ThreadId,
    /// The beginning of the text; with modifiers, or none.
    Preview(Items<'a, PreviewModifier<'static>>),
    /// The beginning of the text, from Dovecot before PREVIEW; with its algorithm, `FUZZY`.
    Snippet(Items<'a, PreviewModifier<'static>>),
    /// When the message was saved in the mailbox.
    SaveDate,
    /// Annotations.
    Annotation(Box<AnnotationRequest<'a>>),
    /// Gmail's identifier of the message.
    GmailMessageId,
    /// Gmail's identifier of the thread.
    GmailThreadId,
    /// Gmail's labels.
    GmailLabels,
    /// The SHA-1 of the message; Cyrus.
    DigestSha1,
    /// The identifier of the conversation; Cyrus.
    ConversationId,
    /// The modification sequence when the message was made; Cyrus.
    CreatedModSeq,
    /// A data item that is not known here, kept as data.
    Other(OtherAttribute<'a>),
}

/// A section that is asked for, or a range of its octets.
///
/// RFC 9051 section 6.4.5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionRequest<'a> {
    section: SectionOctets<'a>,
    partial: Option<Partial>,
    peek: bool,
}

/// A part that is asked for without its transfer encoding, or a range of its octets.
///
/// RFC 3516 section 4.2, RFC 9051 section 6.4.5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryRequest<'a> {
    section: SectionBinary<'a>,
    partial: Option<Partial>,
    peek: bool,
}

text_type! {
    /// What a preview is to be like, an atom.
    ///
    /// RFC 8970 section 3.1.
    pub struct PreviewModifier: "preview-mod", check = check_modifier, utf8, ignore case
}

/// A data item that is not known here: its name, perhaps with a section and a range, and its arguments.
#[derive(Clone)]
pub struct OtherAttribute<'a> {
    name: Cow<'a, [u8]>,
    arguments: Option<RawData<'a>>,
}

wire_api!(Deviation, crate::Mode: FetchAttribute, PreviewModifier);
item!(PreviewModifier);
into_owned!(struct SectionRequest { section, partial, peek });
into_owned!(struct BinaryRequest { section, partial, peek });
into_owned!(struct OtherAttribute { name, arguments });
into_owned!(
    enum FetchAttribute {
        Uid,
        Flags,
        ModSeq,
        Envelope,
        Body,
        BodyStructure,
        InternalDate,
        Rfc822,
        Rfc822Header,
        Size,
        Rfc822Text,
        Section(request),
        Binary(request),
        BinarySize(section),
        EmailId,
        ThreadId,
        Preview(modifiers),
        Snippet(modifiers),
        SaveDate,
        Annotation(request),
        GmailMessageId,
        GmailThreadId,
        GmailLabels,
        DigestSha1,
        ConversationId,
        CreatedModSeq,
        Other(other),
    }
);

/// In a list, a parenthesis behind an item is part of it.
impl Item for FetchAttribute<'static> {
    type At<'x> = FetchAttribute<'x>;

    #[inline]
    fn check_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, ()> {
        match behind_plain(input) {
            Some(rest) => Ok((rest, ())),
            None => Self::parse_item(input, cx).map(|(rest, _)| (rest, ())),
        }
    }

    // Arguments bring more spaces than there are items.
    #[inline]
    fn is_written(wire: &[u8], len: usize) -> bool {
        capitals(wire, len)
    }
}

/// What is behind an attribute of those that most clients ask for, as most write it.
#[inline]
fn behind_plain(input: &[u8]) -> Option<&[u8]> {
    let rest = match input.first()? {
        b'U' => input.strip_prefix(b"UID"),
        b'F' => input.strip_prefix(b"FLAGS"),
        b'R' => input.strip_prefix(b"RFC822.SIZE"),
        b'I' => input.strip_prefix(b"INTERNALDATE"),
        b'E' => input.strip_prefix(b"ENVELOPE"),
        b'M' => input.strip_prefix(b"MODSEQ"),
        b'B' => {
            let peek = input.strip_prefix(b"BODY.PEEK[]");
            peek.or_else(|| input.strip_prefix(b"BODYSTRUCTURE"))
        }
        _ => None,
    }?;
    matches!(rest, [] | [b' ' | b')', ..]).then_some(rest)
}

fn check_modifier(modifier: &[u8]) -> Result<(), usize> {
    ATOM_CHAR.check(modifier)?;
    if modifier.is_empty() { Err(0) } else { Ok(()) }
}

impl PreviewModifier<'_> {
    /// The server may answer NIL where it has no preview at hand (RFC 8970).
    pub const LAZY: PreviewModifier<'static> = PreviewModifier::checked(b"LAZY");
    /// The algorithm of Dovecot.
    pub const FUZZY: PreviewModifier<'static> = PreviewModifier::checked(b"FUZZY");
}

impl<'a> Wire<'a> for PreviewModifier<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (modifier, rest) = ATOM_CHAR.split(input);
        if modifier.is_empty() {
            return Err(fail(input, "preview-mod"));
        }
        Ok((rest, Self::checked(modifier)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl<'a> Wire<'a> for FetchAttribute<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        Self::attribute(input, cx, true)
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.keyword(self.name().map_or("", FetchName::as_str));
        match self {
            Self::Section(request) => {
                out.put(&request.section);
                put_partial(out, request.partial);
            }
            Self::Binary(request) => {
                out.put(&request.section);
                put_partial(out, request.partial);
            }
            Self::BinarySize(section) => drop(out.put(section)),
            Self::Preview(modifiers) | Self::Snippet(modifiers) if !modifiers.is_empty() => {
                out.sp().byte(b'(').put(modifiers).byte(b')');
            }
            Self::Annotation(request) => drop(out.sp().put(&**request)),
            Self::Other(other) => {
                out.bytes(&other.name);
                if let Some(arguments) = &other.arguments {
                    out.sp().put(arguments);
                }
            }
            _ => {}
        }
    }
}

/// `[partial]`, with its length.
fn partial<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Option<Partial>> {
    if input.first() != Some(&b'<') {
        return Ok((input, None));
    }
    let (rest, partial) = cut(Partial::parse_part(input, cx))?;
    if partial.length().is_none() {
        return Err(stop(input, "partial"));
    }
    Ok((rest, Some(partial)))
}

fn put_partial(out: &mut Encoder<'_>, partial: Option<Partial>) {
    if let Some(partial) = partial {
        out.put(&partial);
    }
}

/// `[SP "(" preview-mod *(SP preview-mod) ")"]`
fn preview_modifiers<'a>(
    input: &'a [u8],
    cx: &Context,
) -> PResult<'a, Items<'a, PreviewModifier<'static>>> {
    match input {
        [b' ', b'(', inside @ ..] if !is_modifier(inside) => {
            let (at, ()) = cut(sp(input, cx))?;
            let (rest, modifiers) = cut(ItemList::parse_part(at, cx))?;
            if modifiers.is_empty() {
                return Err(stop(inside, "preview-mod"));
            }
            Ok((rest, modifiers.into_items()))
        }
        _ => Ok((input, Items::EMPTY)),
    }
}

impl<'a> FetchAttribute<'a> {
    /// One attribute; in a list, a parenthesis behind one that is not known here is part of it.
    pub(super) fn attribute(input: &'a [u8], cx: &Context, in_list: bool) -> PResult<'a, Self> {
        let (word, rest) = NAME.split(input);
        let Some(name) = FetchName::from_keyword(word) else {
            let (rest, other) = OtherAttribute::parse(input, cx, in_list)?;
            return Ok((rest, Self::Other(other)));
        };
        let section = rest.first() == Some(&b'[');
        let value = match name {
            FetchName::Uid => Self::Uid,
            FetchName::Flags => Self::Flags,
            FetchName::ModSeq => Self::ModSeq,
            FetchName::Envelope => Self::Envelope,
            FetchName::Body if !section => Self::Body,
            FetchName::Body | FetchName::BodyPeek => {
                let (rest, section) = cut(SectionOctets::parse_part(rest, cx))?;
                let (rest, partial) = partial(rest, cx)?;
                let peek = name == FetchName::BodyPeek;
                return Ok((rest, Self::Section(SectionRequest { section, partial, peek })));
            }
            FetchName::BodyStructure => Self::BodyStructure,
            FetchName::InternalDate => Self::InternalDate,
            FetchName::Rfc822 => Self::Rfc822,
            FetchName::Rfc822Header => Self::Rfc822Header,
            FetchName::Size => Self::Size,
            FetchName::Rfc822Text => Self::Rfc822Text,
            FetchName::Binary | FetchName::BinaryPeek => {
                let (rest, section) = cut(SectionBinary::parse_part(rest, cx))?;
                let (rest, partial) = partial(rest, cx)?;
                let peek = name == FetchName::BinaryPeek;
                return Ok((rest, Self::Binary(BinaryRequest { section, partial, peek })));
            }
            FetchName::BinarySize => {
                let (rest, section) = cut(SectionBinary::parse_part(rest, cx))?;
                return Ok((rest, Self::BinarySize(section)));
            }
            FetchName::EmailId => Self::EmailId,
            FetchName::ThreadId => Self::ThreadId,
            FetchName::Preview => {
                let (rest, modifiers) = preview_modifiers(rest, cx)?;
                return Ok((rest, Self::Preview(modifiers)));
            }
            FetchName::Snippet => {
                let (rest, modifiers) = preview_modifiers(rest, cx)?;
                return Ok((rest, Self::Snippet(modifiers)));
            }
            FetchName::SaveDate => Self::SaveDate,
            FetchName::Annotation => {
                let (rest, ()) = cut(sp(rest, cx))?;
                let (rest, request) = cut(AnnotationRequest::parse_part(rest, cx))?;
                return Ok((rest, Self::Annotation(Box::new(request))));
            }
            FetchName::GmailMessageId => Self::GmailMessageId,
            FetchName::GmailThreadId => Self::GmailThreadId,
            FetchName::GmailLabels => Self::GmailLabels,
            FetchName::DigestSha1 => Self::DigestSha1,
            FetchName::ConversationId => Self::ConversationId,
            FetchName::CreatedModSeq => Self::CreatedModSeq,
        };
        Ok((rest, value))
    }

    /// The name; `None` for one that is not known here.
    #[must_use]
    pub const fn name(&self) -> Option<FetchName> {
        Some(match self {
            Self::Uid => FetchName::Uid,
            Self::Flags => FetchName::Flags,
            Self::ModSeq => FetchName::ModSeq,
            Self::Envelope => FetchName::Envelope,
            Self::Body => FetchName::Body,
            Self::BodyStructure => FetchName::BodyStructure,
            Self::InternalDate => FetchName::InternalDate,
            Self::Rfc822 => FetchName::Rfc822,
            Self::Rfc822Header => FetchName::Rfc822Header,
            Self::Size => FetchName::Size,
            Self::Rfc822Text => FetchName::Rfc822Text,
            Self::Section(SectionRequest { peek: false, .. }) => FetchName::Body,
            Self::Section(_) => FetchName::BodyPeek,
            Self::Binary(BinaryRequest { peek: false, .. }) => FetchName::Binary,
            Self::Binary(_) => FetchName::BinaryPeek,
            Self::BinarySize(_) => FetchName::BinarySize,
            Self::EmailId => FetchName::EmailId,
            Self::ThreadId => FetchName::ThreadId,
            Self::Preview(_) => FetchName::Preview,
            Self::Snippet(_) => FetchName::Snippet,
            Self::SaveDate => FetchName::SaveDate,
            Self::Annotation(_) => FetchName::Annotation,
            Self::GmailMessageId => FetchName::GmailMessageId,
            Self::GmailThreadId => FetchName::GmailThreadId,
            Self::GmailLabels => FetchName::GmailLabels,
            Self::DigestSha1 => FetchName::DigestSha1,
            Self::ConversationId => FetchName::ConversationId,
            Self::CreatedModSeq => FetchName::CreatedModSeq,
            Self::Other(_) => return None,
        })
    }

    /// What a server has to offer to be asked for it. The algorithm of Dovecot is older than PREVIEW.
    pub(crate) fn need(&self) -> Option<Need> {
        match self {
            Self::Preview(modifiers) if modifiers.contains(&PreviewModifier::FUZZY) => {
                Some(Need::of(Extension::PreviewFuzzy))
            }
            attribute => attribute.name().and_then(FetchName::need),
        }
    }

    /// Asks for a section, and sets `\Seen`.
    #[must_use]
    pub fn section(section: &Section<'_>) -> FetchAttribute<'static> {
        FetchAttribute::Section(SectionRequest::new(section))
    }

    /// Asks for a section, and leaves the flags alone.
    #[must_use]
    pub fn peek(section: &Section<'_>) -> FetchAttribute<'static> {
        FetchAttribute::Section(SectionRequest::new(section).without_seen())
    }

    /// Asks for a preview, if need be a slow one.
    pub const PREVIEW: FetchAttribute<'static> = FetchAttribute::Preview(Items::EMPTY);

    /// True where reading this sets the flag `\Seen`: RFC 9051 section 6.4.5.
    #[must_use]
    pub const fn sets_seen(&self) -> bool {
        match self {
            Self::Rfc822 | Self::Rfc822Text => true,
            Self::Section(request) => !request.peek,
            Self::Binary(request) => !request.peek,
            _ => false,
        }
    }
}

impl SectionRequest<'_> {
    /// Asks for all of a section, and sets `\Seen`.
    #[must_use]
    pub fn new(section: &Section<'_>) -> SectionRequest<'static> {
        SectionRequest { section: section.into(), partial: None, peek: false }
    }
}

impl<'a> SectionRequest<'a> {
    /// The same section with `BODY.PEEK`: the flags are left alone.
    #[must_use]
    pub fn without_seen(self) -> Self {
        Self { peek: true, ..self }
    }

    /// A range of the section: `length` octets from `offset` on, which counts from 0.
    ///
    /// # Errors
    /// [`InvalidValue`] for a length of 0, and for more than 63 bits.
    pub fn with_range(self, offset: u64, length: u64) -> Result<Self, InvalidValue> {
        Ok(Self { partial: Some(Partial::request(offset, length)?), ..self })
    }

    /// The section.
    #[must_use]
    pub fn section(&self) -> Section<'_> {
        self.section.decode()
    }

    /// The range, which has a length; `None` for all of the section.
    #[must_use]
    pub const fn partial(&self) -> Option<Partial> {
        self.partial
    }

    /// True for `BODY.PEEK`.
    #[must_use]
    pub const fn is_peek(&self) -> bool {
        self.peek
    }
}

impl<'a> BinaryRequest<'a> {
    /// Asks for all of a part, and sets `\Seen`.
    #[must_use]
    pub const fn new(section: SectionBinary<'a>) -> Self {
        Self { section, partial: None, peek: false }
    }

    /// The same part with `BINARY.PEEK`: the flags are left alone.
    #[must_use]
    pub fn without_seen(self) -> Self {
        Self { peek: true, ..self }
    }

    /// A range of the part: `length` octets from `offset` on, which counts from 0.
    ///
    /// # Errors
    /// [`InvalidValue`] for a length of 0, and for more than 63 bits.
    pub fn with_range(self, offset: u64, length: u64) -> Result<Self, InvalidValue> {
        Ok(Self { partial: Some(Partial::request(offset, length)?), ..self })
    }

    /// The part.
    #[must_use]
    pub const fn section(&self) -> &SectionBinary<'a> {
        &self.section
    }

    /// The range, which has a length; `None` for all of the part.
    #[must_use]
    pub const fn partial(&self) -> Option<Partial> {
        self.partial
    }

    /// True for `BINARY.PEEK`.
    #[must_use]
    pub const fn is_peek(&self) -> bool {
        self.peek
    }
}

/// True for names that have a meaning of their own where an attribute stands.
fn is_taken(name: &[u8]) -> bool {
    FetchName::from_keyword(NAME.split(name).0).is_some()
        || super::FetchMacro::from_keyword(name).is_some()
}

impl<'a> OtherAttribute<'a> {
    /// An attribute from its name and its arguments, a list in parentheses.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here or is none, and where the arguments are no list.
    pub fn new(
        name: impl IntoBytes<'a>,
        arguments: Option<impl IntoBytes<'a>>,
    ) -> Result<Self, InvalidValue> {
        let name = name.into_bytes();
        let whole = extended_name(&name).is_some_and(|(_, rest)| rest.is_empty());
        if !whole || is_taken(&name) {
            return Err(InvalidValue { what: "fetch-att", at: 0 });
        }
        let arguments = arguments.map(RawData::new).transpose()?;
        let list = |data: &RawData<'_>| {
            data.as_bytes().first() == Some(&b'(') && data.values().count() == 1
        };
        if arguments.as_ref().is_some_and(|data| !list(data)) {
            return Err(InvalidValue { what: "tagged-ext-val", at: 0 });
        }
        Ok(Self { name, arguments })
    }

    /// The name, with its section and its range.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The arguments, in parentheses.
    #[must_use]
    pub const fn arguments(&self) -> Option<&RawData<'a>> {
        self.arguments.as_ref()
    }

    fn parse(input: &'a [u8], cx: &Context, in_list: bool) -> PResult<'a, Self> {
        let Some((name, rest)) = extended_name(input).filter(|(name, _)| !is_taken(name)) else {
            return Err(fail(input, "fetch-att"));
        };
        let name = Cow::Borrowed(name);
        match rest {
            [b' ', b'(', ..] if in_list => {
                let (at, ()) = cut(sp(rest, cx))?;
                let (rest, ()) = cut(skip_value(at, cx))?;
                let raw = at.split_at(at.len() - rest.len()).0;
                let (_, arguments) = cut(RawData::parse_part(raw, cx))?;
                Ok((rest, Self { name, arguments: Some(arguments) }))
            }
            _ => Ok((rest, Self { name, arguments: None })),
        }
    }
}

/// Equal when the names are, in any case, and the arguments.
impl PartialEq for OtherAttribute<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name) && self.arguments == other.arguments
    }
}

impl Eq for OtherAttribute<'_> {}

impl fmt::Debug for OtherAttribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherAttribute")
            .field("name", &Escaped(&self.name))
            .field("arguments", &self.arguments)
            .finish()
    }
}
