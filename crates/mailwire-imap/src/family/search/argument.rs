//! What stands behind the names of search keys, where that is more than one word.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, parse_whole, stop};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{
    IntoBytes, InvalidValue, into_owned, owned_already, text_type, wire_api, wire_enum,
};

use super::tree::Nested;
use crate::element::annotation::{AnnotationValue, EntryMatch};
use crate::element::flag::Flag;
use crate::element::mod_seq::ModSeq;
use crate::element::raw::{RawData, skip_value};
use crate::element::string::AString;
use crate::family::thread::ThreadAlgorithm;
use crate::token::{ATOM_CHAR, digits, quoted, sp};
use crate::tolerance::Deviation;

/// `HEADER`: a header field, and what it contains; an empty text is in every field of the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderKey<'a> {
    /// The name of the field.
    pub name: AString<'a>,
    /// What the field contains.
    pub value: AString<'a>,
}

/// `MODSEQ`: the message, or a flag of it, changed at this modification sequence or later.
///
/// RFC 7162 section 3.1.5.
///
/// # Grammar
/// ```abnf
/// search-modsequence = "MODSEQ" [search-modseq-ext] SP mod-sequence-valzer
/// search-modseq-ext  = SP entry-name SP entry-type-req
/// ```
///
/// # Example
/// ```
/// use mailwire_imap::element::flag::Flag;
/// use mailwire_imap::family::search::SearchKey;
///
/// let key = SearchKey::parse(br#"MODSEQ "/flags/\\draft" all 620162338"#)?;
/// let SearchKey::ModSeq(key) = key else { panic!() };
/// assert_eq!(key.entry.unwrap().flag(), &Flag::Draft);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModSeqKey<'a> {
    /// The flag whose changes count; `None` for any change.
    pub entry: Option<ModSeqEntry<'a>>,
    /// The modification sequence.
    pub value: ModSeq,
}

/// The flag whose changes count, and for whom it was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModSeqEntry<'a> {
    flag: Flag<'a>,
    kind: EntryType,
}

/// `ANNOTATION`: a message has an annotation that contains a text.
///
/// RFC 5257 section 4.6.
///
/// # Grammar
/// ```abnf
/// search-key  =/ "ANNOTATION" SP entry-match SP att-search SP value
/// att-search  = "value" / "value.priv" / "value.shared"
/// entry-match = list-mailbox
/// value       = nstring / literal8
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationKey<'a> {
    /// The entries, with wildcards as in LIST.
    pub entry: EntryMatch<'a>,
    /// Which of its values.
    pub attribute: AnnotationScope,
    /// What the value contains.
    pub value: AnnotationValue<'a>,
}

text_type! {
    /// The name of a search that is kept on the server. RFC 5466 section 4.
    ///
    /// # Grammar
    /// ```abnf
    /// filter-name = 1*<any ATOM-CHAR except "/">
    /// ```
    pub struct FilterName: "filter-name", check = check_filter, bytes
}

/// The identifier of a message or a thread of Gmail: 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GmailId(pub u64);

/// `INTHREAD`: the message is in a thread with one that matches. Dovecot.
///
/// # Grammar
/// ```abnf
/// "INTHREAD" SP thread-alg SP search-key
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InThreadKey<'a> {
    /// How threads are made.
    pub algorithm: ThreadAlgorithm<'a>,
    /// What a message of the thread matches.
    pub key: Nested<'a>,
}

/// `MIMEPART`: the message has a part that matches. Dovecot.
///
/// What is said of the part stands as it came: one list with its parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MimePartKey<'a>(RawData<'a>);

wire_enum! {
    /// Which values of an annotation are looked at. RFC 5257 section 4.6.
    pub enum AnnotationScope: "att-search" in ATOM_CHAR {
        /// Those of the user, and those of all.
        Any = "value",
        /// Those of the user.
        Private = "value.priv",
        /// Those of all.
        Shared = "value.shared",
    }
}

wire_enum! {
    /// For whom a flag was changed. RFC 7162 section 7.
    pub enum EntryType: "entry-type-req" in ATOM_CHAR {
        /// For the user.
        Private = "priv",
        /// For all.
        Shared = "shared",
        /// For either.
        All = "all",
    }
}

wire_api!(Deviation, crate::Mode: FilterName);
owned_already!(GmailId);
into_owned!(struct HeaderKey { name, value });
into_owned!(struct ModSeqKey { entry, value });
into_owned!(struct ModSeqEntry { flag, kind });
into_owned!(struct AnnotationKey { entry, attribute, value });
into_owned!(struct InThreadKey { algorithm, key });
into_owned!(@impl MimePartKey, self => { MimePartKey(self.0.into_owned()) });

fn check_filter(name: &[u8]) -> Result<(), usize> {
    ATOM_CHAR.check(name)?;
    match name.iter().position(|octet| *octet == b'/') {
        Some(at) => Err(at),
        None if name.is_empty() => Err(0),
        None => Ok(()),
    }
}

impl<'a> Wire<'a> for HeaderKey<'a> {
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

impl<'a> Wire<'a> for ModSeqKey<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, entry) = if input.first() == Some(&b'"') {
            let (rest, entry) = ModSeqEntry::parse_part(input, cx)?;
            let (rest, ()) = cut(sp(rest, cx))?;
            (rest, Some(entry))
        } else {
            (input, None)
        };
        let (rest, value) = ModSeq::parse_part(rest, cx)?;
        Ok((rest, Self { entry, value }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(entry) = &self.entry {
            out.put(entry).sp();
        }
        out.put(&self.value);
    }
}

impl<'a> Wire<'a> for ModSeqEntry<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "entry-flag-name";
        let (rest, name) = quoted(input, cx)?;
        let flag = match name {
            Cow::Borrowed(name) => entry_flag(name, cx),
            Cow::Owned(name) => entry_flag(&name, cx).map(Flag::into_owned),
        };
        let flag = flag.ok_or_else(|| stop(input, RULE))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, kind) = cut(EntryType::parse_part(rest, cx))?;
        Ok((rest, Self { flag, kind }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let mut name = Vec::from(FLAGS);
        self.flag.encode(&mut Encoder::new(&mut name));
        out.quoted(&name).sp().put(&self.kind);
    }
}

/// What the name of an entry begins with.
const FLAGS: &[u8] = b"/flags/";

/// The flag of an entry's name.
fn entry_flag<'n>(name: &'n [u8], cx: &Context) -> Option<Flag<'n>> {
    let flag = strip_prefix_ignore_case(name, FLAGS)?;
    let flag = parse_whole(flag, |flag| Flag::parse_part(flag, cx)).ok()?;
    (!matches!(flag, Flag::Recent | Flag::Wildcard)).then_some(flag)
}

impl<'a> ModSeqEntry<'a> {
    /// A flag, and for whom it was changed.
    ///
    /// # Errors
    /// [`InvalidValue`] for `\Recent` and `\*`, which nobody changes.
    pub fn new(flag: Flag<'a>, kind: EntryType) -> Result<Self, InvalidValue> {
        match flag {
            Flag::Recent | Flag::Wildcard => Err(InvalidValue { what: "entry-flag-name", at: 0 }),
            flag => Ok(Self { flag, kind }),
        }
    }

    /// The flag.
    #[must_use]
    pub const fn flag(&self) -> &Flag<'a> {
        &self.flag
    }

    /// For whom it was changed.
    #[must_use]
    pub const fn kind(&self) -> EntryType {
        self.kind
    }
}

impl<'a> Wire<'a> for AnnotationKey<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, entry) = EntryMatch::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, attribute) = cut(AnnotationScope::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, value) = cut(AnnotationValue::parse_part(rest, cx))?;
        Ok((rest, Self { entry, attribute, value }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.entry).sp().put(&self.attribute).sp().put(&self.value);
    }
}

impl<'a> Wire<'a> for FilterName<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (name, rest) = ATOM_CHAR.split(input);
        match check_filter(name) {
            Ok(()) => Ok((rest, Self::checked(name))),
            Err(at) => Err(fail(input.get(at..).unwrap_or_default(), "filter-name")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl<'a> Wire<'a> for GmailId {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        match digits(input) {
            (Some(id), len) => Ok((input.get(len..).unwrap_or_default(), Self(id))),
            (None, _) => Err(fail(input, "number")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(self.0);
    }
}

impl<'a> Wire<'a> for InThreadKey<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, algorithm) = ThreadAlgorithm::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, key) = cut(Nested::parse_part(rest, cx))?;
        Ok((rest, Self { algorithm, key }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.algorithm).sp().put(&self.key);
    }
}

impl<'a> Wire<'a> for MimePartKey<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.first() != Some(&b'(') {
            return Err(fail(input, "mimepart"));
        }
        let (rest, ()) = skip_value(input, cx)?;
        let (_, list) = RawData::parse_part(input.split_at(input.len() - rest.len()).0, cx)?;
        Ok((rest, Self(list)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0);
    }
}

impl<'a> MimePartKey<'a> {
    /// What is said of the part: one list with its parentheses.
    ///
    /// # Errors
    /// [`InvalidValue`] where the octets are not one list.
    pub fn new(list: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let list = RawData::new(list)?;
        if list.as_bytes().first() != Some(&b'(') || list.values().count() != 1 {
            return Err(InvalidValue { what: "mimepart", at: 0 });
        }
        Ok(Self(list))
    }

    /// The list with its parentheses.
    #[must_use]
    pub const fn as_raw(&self) -> &RawData<'a> {
        &self.0
    }
}
