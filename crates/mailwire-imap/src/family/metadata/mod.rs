//! Annotations of mailboxes and of the server: GETMETADATA and SETMETADATA.
//!
//! A value that is a large literal can be streamed: see [`stream`].

pub mod stream;

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::{IntoBytes, InvalidValue, into_owned, owned_already, wire_api, wire_enum};

use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::entry::Entry;
use crate::element::invalid::{Invalid, contained, skip_items};
use crate::element::items::{Item, ItemList, Items, OneOrList, SomeList, item};
use crate::element::mailbox::Mailbox;
use crate::element::number::{Number, number};
use crate::element::parameter::{LABEL, Parameter};
use crate::element::raw::skip_value;
use crate::extension::{Extension, Need};
use crate::token::{ATOM_CHAR, literal, nil, sp, string, write_literal, write_string};
use crate::tolerance::Deviation;

/// The arguments of GETMETADATA: whose annotations, and which.
///
/// RFC 5464 section 4.2. An empty mailbox name stands for the server.
///
/// # Grammar
/// ```abnf
/// getmetadata         = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries
/// getmetadata-options = "(" getmetadata-option *(SP getmetadata-option) ")"
/// entries             = entry / "(" entry *(SP entry) ")"
/// ```
/// Deviations: [`OptionsBehindMailbox`](Deviation::OptionsBehindMailbox),
/// [`BareEntries`](Deviation::BareEntries), [`ExtraSpaces`](Deviation::ExtraSpaces),
/// [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 GETMETADATA (DEPTH 1) INBOX (/private/filters /shared/comment)
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `entry`, `list`, `SP`, and those of [`GetMetadataOption`].
///
/// # Example
/// ```
/// use mailwire_imap::family::metadata::{Depth, GetMetadata, GetMetadataOption};
///
/// let command = GetMetadata::parse(b"(DEPTH 1) INBOX /shared/comment")?;
/// assert!(command.options.contains(&GetMetadataOption::Depth(Depth::One)));
/// assert_eq!(command.entries.len(), 1);
/// assert_eq!(command.to_bytes(), b"(DEPTH 1) INBOX /shared/comment");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetMetadata<'a> {
    /// How far and how large; mostly none.
    pub options: ItemList<'a, GetMetadataOption<'static>>,
    /// The mailbox; an empty name for the server.
    pub mailbox: Mailbox<'a>,
    /// The entries.
    pub entries: OneOrList<'a, Entry<'static>>,
}

dispatch! {
    /// How annotations are looked for.
    ///
    /// RFC 5464 section 4.2.
    ///
    /// # Grammar
    /// ```abnf
    /// getmetadata-option = tagged-ext-label [SP tagged-ext-val]
    /// maxsize-opt        = "MAXSIZE" SP number
    /// scope-opt          =  "DEPTH" SP ("0" / "1" / "infinity")
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: A1 GETMETADATA (MAXSIZE 1024 DEPTH infinity) INBOX /shared
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `tagged-ext-label`, `tagged-ext-val`, `number`, `DEPTH`, `SP`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::metadata::{Depth, GetMetadataOption};
    ///
    /// let option = GetMetadataOption::parse(b"DEPTH infinity")?;
    /// assert_eq!(option, GetMetadataOption::Depth(Depth::Infinity));
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum GetMetadataOption<'a> {
        /// Only values of up to this many octets.
        MaxSize(Number) = "MAXSIZE",
        /// Entries below the named ones too.
        Depth(Depth) = "DEPTH",
    }
    others {
        /// An option that is not known here.
        Other(GetMetadataExtension<'a>),
    }
    /// The options that are known here, by name.
    pub enum GetMetadataOptionName: "getmetadata-option" in LABEL;
}

wire_enum! {
    /// How far below an entry others are looked for.
    pub enum Depth: "DEPTH" in ATOM_CHAR {
        /// Only the entry.
        Zero = "0",
        /// The entry, and those one level below.
        One = "1",
        /// The entry, and all below it.
        Infinity = "infinity",
    }
}

/// An option of GETMETADATA that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetMetadataExtension<'a>(Parameter<'a>);

/// The arguments of SETMETADATA: whose annotations, and their new values.
///
/// RFC 5464 section 4.3. An empty mailbox name stands for the server; NIL removes an annotation.
///
/// # Grammar
/// ```abnf
/// setmetadata  = "SETMETADATA" SP mailbox SP entry-values
/// entry-values = "(" entry-value *(SP entry-value) ")"
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 SETMETADATA INBOX (/private/comment "My new comment" /shared/comment NIL)
/// ```
///
/// # Limits
/// Those of the line and of its literals. A large literal can be streamed.
///
/// # Errors
/// `mailbox`, `list`, `entry`, `value`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::metadata::SetMetadata;
///
/// let command = SetMetadata::parse(b"INBOX (/private/comment NIL)")?;
/// assert!(command.values.iter().all(|value| value.value.is_none()));
/// assert_eq!(command.to_bytes(), b"INBOX (/private/comment NIL)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetMetadata<'a> {
    /// The mailbox; an empty name for the server.
    pub mailbox: Mailbox<'a>,
    /// The annotations.
    pub values: SomeList<'a, EntryValue<'static>>,
}

/// An annotation: its name, and its value.
///
/// RFC 5464 section 5.
///
/// # Grammar
/// ```abnf
/// entry-value = entry SP value
/// value       = nstring / literal8
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryValue<'a> {
    /// The name.
    pub entry: Entry<'a>,
    /// The value; `None` where there is none, or it is to be removed.
    pub value: Option<MetadataValue<'a>>,
}

/// What a server has to offer for annotations of a mailbox, or of itself where the name is empty.
///
/// RFC 5464 section 1: METADATA-SERVER is for those of the server alone.
pub(crate) fn need_of(mailbox: &Mailbox<'_>) -> Need {
    match mailbox.as_bytes() {
        [] => Need::Offered(Extension::Metadata, &[Extension::MetadataServer]),
        _ => Need::of(Extension::Metadata),
    }
}

/// The value of an annotation: any octets.
///
/// RFC 5464 section 5. It is written as a string, or as a literal8 where it holds NUL.
///
/// # Grammar
/// ```abnf
/// string / literal8
/// ```
/// Deviations: those of [`IString`](crate::element::string::IString).
///
/// # Wire
/// ```text
/// S: * METADATA "" (/shared/comment "Shared comment")
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `value`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::family::metadata::MetadataValue;
///
/// assert_eq!(MetadataValue::parse(b"~{3}\r\na\0b")?, MetadataValue::new(b"a\0b"));
/// assert_eq!(MetadataValue::new(b"a\0b").to_bytes(), b"~{3}\r\na\0b");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MetadataValue<'a>(Cow<'a, [u8]>);

/// Annotations, or the names of those that changed.
///
/// RFC 5464 section 4.4.
///
/// # Grammar
/// ```abnf
/// metadata-resp = "METADATA" SP mailbox SP (entry-values / entry-list)
/// entry-list    = entry *(SP entry)
/// ```
/// Deviations: [`InvalidItem`](Deviation::InvalidItem), [`ExtraSpaces`](Deviation::ExtraSpaces),
/// [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// S: * METADATA INBOX (/private/comment "My comment" /shared/comment NIL)
/// S: * METADATA "" /shared/comment
/// ```
///
/// # Limits
/// Those of the line and of its literals. A large literal can be streamed.
///
/// # Errors
/// `mailbox`, `list`, `entry`, `value`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::metadata::{MetadataData, MetadataItems};
///
/// let data = MetadataData::parse(b"INBOX (/shared/comment \"x\")")?;
/// let MetadataItems::Values(values) = &data.items else { panic!() };
/// let value = values.iter().next().unwrap();
/// assert_eq!(value.value().unwrap().as_bytes(), b"x");
/// assert_eq!(data.to_bytes(), b"INBOX (/shared/comment \"x\")");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataData<'a> {
    /// The mailbox; an empty name for the server.
    pub mailbox: Mailbox<'a>,
    /// What is told.
    pub items: MetadataItems<'a>,
}

/// What METADATA tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataItems<'a> {
    /// Annotations: the answer to GETMETADATA.
    Values(SomeList<'a, ListedValue>),
    /// The names of annotations that somebody changed.
    Changed(ChangedEntries<'a>),
}

/// The names of annotations that somebody changed: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedEntries<'a>(Items<'a, Entry<'static>>);

/// An annotation in a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataItem<'a> {
    /// An annotation.
    Value(EntryValue<'a>),
    /// What stands in place of one, and is none.
    Invalid(Invalid<'a>),
}

/// The annotations of a response; one that breaks the grammar is [`MetadataItem::Invalid`].
#[derive(Debug)]
pub enum ListedValue {}

/// What is wrong with an annotation, or left out: the value of the code METADATA.
///
/// RFC 5464 sections 4.2.1 and 4.3.
///
/// # Grammar
/// ```abnf
/// resp-text-code =/ "METADATA" SP "LONGENTRIES" SP number
/// resp-text-code =/ "METADATA" SP ("MAXSIZE" SP number / "TOOMANY" / "NOPRIVATE")
/// ```
///
/// # Wire
/// ```text
/// S: A1 OK [METADATA LONGENTRIES 2199] GETMETADATA complete
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `METADATA`, `number`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::metadata::MetadataCode;
///
/// assert_eq!(MetadataCode::parse(b"LONGENTRIES 2199")?, MetadataCode::LongEntries(2199));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetadataCode {
    /// Values were left out for MAXSIZE; the largest has this many octets.
    LongEntries(u32),
    /// The value is too large; this many octets are possible.
    MaxSize(u32),
    /// There are too many annotations.
    TooMany,
    /// There are no private annotations.
    NoPrivate,
}

wire_api!(Deviation, Mode: GetMetadata, GetMetadataOption, SetMetadata, EntryValue);
wire_api!(Deviation, Mode: MetadataValue, MetadataData);
wire_api!(Deviation, Mode: copy MetadataCode);
owned_already!(MetadataCode);
into_owned!(struct GetMetadata { options, mailbox, entries });
into_owned!(@impl GetMetadataExtension, self => { GetMetadataExtension(self.0.into_owned()) });
into_owned!(struct SetMetadata { mailbox, values });
into_owned!(struct EntryValue { entry, value });
into_owned!(@impl MetadataValue, self => { MetadataValue(Cow::Owned(self.0.into_owned())) });
into_owned!(struct MetadataData { mailbox, items });
into_owned!(
    enum MetadataItems {
        Values(values),
        Changed(entries),
    }
);
into_owned!(@impl ChangedEntries, self => {
    ChangedEntries(mailwire_core::IntoOwned::into_owned(self.0))
});
into_owned!(
    enum MetadataItem {
        Value(value),
        Invalid(invalid),
    }
);
item!(GetMetadataOption, EntryValue);

impl<'a> Wire<'a> for GetMetadata<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mut at, mut options) = (input, ItemList::EMPTY);
        if input.first() == Some(&b'(') {
            let (rest, list) = cut(SomeList::parse_part(input, cx))?;
            let (rest, ()) = cut(sp(rest, cx))?;
            (at, options) = (rest, list.into());
        }
        let (rest, mailbox) = cut(Mailbox::parse_part(at, cx))?;
        let (mut at, ()) = cut(sp(rest, cx))?;
        if options.is_empty() && is_followed(at, cx) && cx.tolerate(Deviation::OptionsBehindMailbox)
        {
            let (rest, list) = cut(SomeList::parse_part(at, cx))?;
            let (rest, ()) = cut(sp(rest, cx))?;
            (at, options) = (rest, list.into());
        }
        let (rest, entries) = cut(OneOrList::parse_part(at, cx))?;
        if !entries.is_listed()
            && matches!(rest, [b' ', b'/' | b'"', ..])
            && cx.tolerate(Deviation::BareEntries)
        {
            let (rest, entries) = cut(Items::parse_line(at, cx))?;
            return Ok((rest, Self { options, mailbox, entries: OneOrList::listed(entries) }));
        }
        Ok((rest, Self { options, mailbox, entries }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if !self.options.is_empty() {
            out.put(&self.options).sp();
        }
        out.put(&self.mailbox).sp().put(&self.entries);
    }
}

/// True where a list stands, and something behind it.
fn is_followed(input: &[u8], cx: &Context) -> bool {
    // What is only looked at is not recorded.
    let cx = cx.clone();
    match (input.first(), skip_value(input, &cx)) {
        (Some(b'('), Ok(([b' ', behind @ ..], ()))) => {
            let octet = behind.iter().find(|octet| **octet != b' ');
            octet.is_some_and(|octet| !matches!(octet, b'\r' | b'\n'))
        }
        _ => false,
    }
}

impl<'a> Wire<'a> for GetMetadataOption<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = LABEL.split(input);
        match GetMetadataOptionName::from_keyword(word) {
            Some(name) => Self::parse_arguments(name, rest, cx),
            None => {
                let (rest, other) = Parameter::parse_part(input, cx)?;
                Ok((rest, Self::Other(GetMetadataExtension(other))))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => other.0.encode(out),
            known => {
                out.keyword(known.name().map_or("", GetMetadataOptionName::as_str));
                known.encode_arguments(out);
            }
        }
    }
}

impl<'a> GetMetadataExtension<'a> {
    /// An option.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here.
    pub fn new(parameter: Parameter<'a>) -> Result<Self, InvalidValue> {
        match GetMetadataOptionName::from_keyword(parameter.name.as_bytes()) {
            Some(_) => Err(InvalidValue { what: "getmetadata-option", at: 0 }),
            None => Ok(Self(parameter)),
        }
    }

    /// The name and the value.
    #[must_use]
    pub const fn parameter(&self) -> &Parameter<'a> {
        &self.0
    }
}

impl<'a> Wire<'a> for SetMetadata<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, values) = cut(SomeList::parse_part(rest, cx))?;
        Ok((rest, Self { mailbox, values }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.values);
    }
}

impl<'a> Wire<'a> for EntryValue<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, entry) = Entry::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        if let Some(rest) = nil(rest) {
            return Ok((rest, Self { entry, value: None }));
        }
        let (rest, value) = cut(MetadataValue::parse_part(rest, cx))?;
        Ok((rest, Self { entry, value: Some(value) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.entry).sp();
        match &self.value {
            Some(value) => out.put(value),
            None => out.keyword("NIL"),
        };
    }
}

impl<'a> MetadataValue<'a> {
    /// A value.
    #[must_use]
    pub fn new(octets: impl IntoBytes<'a>) -> Self {
        Self(octets.into_bytes())
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for MetadataValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MetadataValue").field(&Escaped(&self.0)).finish()
    }
}

impl<'a> Wire<'a> for MetadataValue<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match input {
            [b'~', b'{', ..] => {
                let behind = input.get(1..).unwrap_or_default();
                literal(behind).map(|(rest, octets)| (rest, Self(Cow::Borrowed(octets))))
            }
            [b'"' | b'{', ..] => {
                let (rest, octets) = string(input, cx)?;
                if octets.contains(&0) {
                    Err(stop(input, "literal"))
                } else {
                    Ok((rest, Self(octets)))
                }
            }
            _ => Err(fail(input, "value")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.0.contains(&0) {
            out.byte(b'~');
            write_literal(out, &self.0);
        } else {
            write_string(out, &self.0);
        }
    }
}

impl<'a> Wire<'a> for MetadataData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, items) = if rest.first() == Some(&b'(') {
            let (rest, values) = cut(SomeList::parse_part(rest, cx))?;
            (rest, MetadataItems::Values(values))
        } else {
            let (rest, entries) = cut(Items::parse_line(rest, cx))?;
            (rest, MetadataItems::Changed(ChangedEntries(entries)))
        };
        Ok((rest, Self { mailbox, items }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp();
        match &self.items {
            MetadataItems::Values(values) => out.put(values),
            MetadataItems::Changed(entries) => out.put(&entries.0),
        };
    }
}

impl<'a> ChangedEntries<'a> {
    /// These names.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn new<'x>(
        entries: impl IntoIterator<Item = Entry<'x>>,
    ) -> Result<ChangedEntries<'static>, InvalidValue> {
        SomeList::new(entries).map(|entries| ChangedEntries(entries.into_items()))
    }

    /// The names.
    #[must_use]
    pub const fn entries(&self) -> &Items<'a, Entry<'static>> {
        &self.0
    }
}

impl<'a> MetadataItem<'a> {
    /// The value of an annotation; `None` where there is none, or it cannot be read.
    #[must_use]
    pub const fn value(&self) -> Option<&MetadataValue<'a>> {
        match self {
            Self::Value(value) => value.value.as_ref(),
            Self::Invalid(_) => None,
        }
    }
}

impl<'a> Wire<'a> for MetadataItem<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        EntryValue::parse_part(input, cx).map(|(rest, value)| (rest, Self::Value(value)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Value(value) => value.encode(out),
            Self::Invalid(invalid) => invalid.encode(out),
        }
    }
}

impl Item for ListedValue {
    type At<'x> = MetadataItem<'x>;

    #[inline]
    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, MetadataItem<'x>> {
        let skip = |input, cx: &Context| skip_items(input, cx, 2);
        contained(input, cx, MetadataItem::parse_part, skip, MetadataItem::Invalid)
    }
}

impl<'a> Wire<'a> for MetadataCode {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = ATOM_CHAR.split(input);
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword.as_bytes());
        let size = || {
            let (rest, ()) = cut(sp(rest, cx))?;
            cut(number(rest, "number"))
        };
        Ok(if is("LONGENTRIES") {
            let (rest, size) = size()?;
            (rest, Self::LongEntries(size))
        } else if is("MAXSIZE") {
            let (rest, size) = size()?;
            (rest, Self::MaxSize(size))
        } else if is("TOOMANY") {
            (rest, Self::TooMany)
        } else if is("NOPRIVATE") {
            (rest, Self::NoPrivate)
        } else {
            return Err(fail(input, "METADATA"));
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match *self {
            Self::LongEntries(size) => out.keyword("LONGENTRIES ").number(size.into()),
            Self::MaxSize(size) => out.keyword("MAXSIZE ").number(size.into()),
            Self::TooMany => out.keyword("TOOMANY"),
            Self::NoPrivate => out.keyword("NOPRIVATE"),
        };
    }
}

#[cfg(test)]
mod tests;
