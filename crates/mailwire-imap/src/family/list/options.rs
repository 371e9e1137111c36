//! Options of LIST: which mailboxes are listed, and what is told of them.

use alloc::boxed::Box;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::entry::Entry;
use crate::element::items::{ItemList, OneOrList, SomeList, item};
use crate::element::raw::{RawData, skip_value};
use crate::element::string::Atom;
use crate::extension::{Extension, IsMet, Need};
use crate::family::metadata::GetMetadataOption;
use crate::family::status::StatusAttribute;
use crate::token::{ATOM_CHAR, sp};
use crate::tolerance::Deviation;

dispatch! {
    /// Which mailboxes LIST lists.
    ///
    /// RFC 5258 section 3.1, RFC 6154 section 2. RECURSIVEMATCH needs SUBSCRIBED or another base option
    /// beside it; the server says so where it is missing.
    ///
    /// # Grammar
    /// ```abnf
    /// list-select-base-opt        =  "SUBSCRIBED" / option-extension
    /// list-select-independent-opt =  "REMOTE" / option-extension
    /// list-select-independent-opt =/ "SPECIAL-USE"
    /// list-select-mod-opt         =  "RECURSIVEMATCH" / option-extension
    /// option-extension            = (option-standard-tag / option-vendor-tag) [SP option-value]
    /// option-value                =  "(" option-val-comp ")"
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: A1 LIST (SUBSCRIBED RECURSIVEMATCH) "" "*"
    /// ```
    ///
    /// # Limits
    /// Unknown values are nested up to 100 deep.
    ///
    /// # Errors
    /// `list-select-opt`, `tagged-ext-val`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::list::SelectOption;
    ///
    /// assert_eq!(SelectOption::parse(b"special-use")?, SelectOption::SpecialUse);
    /// assert!(matches!(SelectOption::parse(b"vendor-x (1)")?, SelectOption::Other(_)));
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum SelectOption<'a> {
        /// The subscribed ones.
        Subscribed = "SUBSCRIBED",
        /// Those on other servers too.
        Remote = "REMOTE",
        /// Those with descendants that match, too.
        RecursiveMatch = "RECURSIVEMATCH",
        /// Those with a special use.
        SpecialUse = "SPECIAL-USE",
    }
    others {
        /// An option that is not known here.
        Other(ListOption<'a>),
    }
    /// The selection options that are known here, by name.
    pub enum SelectOptionName: "list-select-opt" in ATOM_CHAR;
}

dispatch! {
    /// What LIST tells of each mailbox.
    ///
    /// RFC 5258 section 3.2, RFC 5819 (STATUS), RFC 6154 (SPECIAL-USE), RFC 8440 (MYRIGHTS), RFC 9590
    /// (METADATA).
    ///
    /// # Grammar
    /// ```abnf
    /// return-option = "SUBSCRIBED" / "CHILDREN" / status-option / option-extension
    /// return-option =/ "SPECIAL-USE"
    /// return-option =/ "MYRIGHTS"
    /// status-option = "STATUS" SP "(" status-att *(SP status-att) ")"
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: A1 LIST "" % RETURN (SPECIAL-USE STATUS (MESSAGES UNSEEN))
    /// ```
    ///
    /// # Limits
    /// Unknown values are nested up to 100 deep.
    ///
    /// # Errors
    /// `return-option`, `list`, `status-att`, `entry`, `tagged-ext-val`, `SP`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::list::ReturnOption;
    ///
    /// let option = ReturnOption::parse(b"STATUS (MESSAGES)")?;
    /// assert!(matches!(option, ReturnOption::Status(_)));
    /// assert_eq!(option.to_bytes(), b"STATUS (MESSAGES)");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum ReturnOption<'a> {
        /// Whether it is subscribed.
        Subscribed = "SUBSCRIBED",
        /// Whether there are children.
        Children = "CHILDREN",
        /// Facts about it, in STATUS responses.
        Status(SomeList<'a, StatusAttribute<'static>>) = "STATUS",
        /// Its special uses.
        SpecialUse = "SPECIAL-USE",
        /// The client's rights on it, in MYRIGHTS responses.
        MyRights = "MYRIGHTS",
        /// Annotations of it, in METADATA responses.
        Metadata(Box<ReturnMetadata<'a>>) = "METADATA",
    }
    others {
        /// An option that is not known here.
        Other(ListOption<'a>),
    }
    /// The return options that are known here, by name.
    pub enum ReturnOptionName: "return-option" in ATOM_CHAR;
}

/// The annotations that LIST tells of each mailbox.
///
/// RFC 9590.
///
/// # Grammar
/// ```abnf
/// "METADATA" [SP getmetadata-options] SP entries
/// ```
///
/// # Wire
/// ```text
/// C: A1 LIST "" % RETURN (METADATA (/shared/comment))
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnMetadata<'a> {
    options: ItemList<'a, GetMetadataOption<'static>>,
    entries: OneOrList<'a, Entry<'static>>,
}

/// An option of LIST that is not known here: its name, and perhaps a value in parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListOption<'a> {
    name: Atom<'a>,
    value: Option<RawData<'a>>,
}

wire_api!(Deviation, Mode: SelectOption, ReturnOption);
into_owned!(struct ReturnMetadata { options, entries });
into_owned!(struct ListOption { name, value });
item!(SelectOption, ReturnOption);

impl<'a> Wire<'a> for SelectOption<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = ATOM_CHAR.split(input);
        match SelectOptionName::from_keyword(word) {
            Some(name) => Self::parse_arguments(name, rest, cx),
            None => {
                let (rest, other) = ListOption::parse_named(input, cx, "list-select-opt")?;
                Ok((rest, Self::Other(other)))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => other.encode_named(out),
            known => {
                out.keyword(known.name().map_or("", SelectOptionName::as_str));
                known.encode_arguments(out);
            }
        }
    }
}

impl<'a> Wire<'a> for ReturnOption<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = ATOM_CHAR.split(input);
        match ReturnOptionName::from_keyword(word) {
            Some(name) => Self::parse_arguments(name, rest, cx),
            None => {
                let (rest, other) = ListOption::parse_named(input, cx, "return-option")?;
                Ok((rest, Self::Other(other)))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => other.encode_named(out),
            known => {
                out.keyword(known.name().map_or("", ReturnOptionName::as_str));
                known.encode_arguments(out);
            }
        }
    }
}

impl SelectOptionName {
    /// What a server has to offer for the option.
    #[must_use]
    pub const fn need(self) -> Need {
        match self {
            Self::Subscribed | Self::Remote | Self::RecursiveMatch => {
                Need::of(Extension::ListExtended)
            }
            Self::SpecialUse => Need::of(Extension::SpecialUse),
        }
    }
}

impl ReturnOptionName {
    /// What a server has to offer for the option.
    #[must_use]
    pub const fn need(self) -> Need {
        match self {
            Self::Subscribed | Self::Children => Need::of(Extension::ListExtended),
            Self::Status => Need::of(Extension::ListStatus),
            Self::SpecialUse => Need::of(Extension::SpecialUse),
            Self::MyRights => Need::of(Extension::ListMyRights),
            Self::Metadata => Need::of(Extension::ListMetadata),
        }
    }
}

impl ReturnOption<'_> {
    /// What it needs and a session has not.
    pub(super) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        self.name()?.need().unmet(is_met).or_else(|| match self {
            Self::Status(attributes) => StatusAttribute::lacks(attributes, is_met),
            _ => None,
        })
    }
}

impl<'a> ReturnMetadata<'a> {
    /// These entries, looked for in this way.
    ///
    /// # Errors
    /// [`InvalidValue`] for one entry without parentheses, behind options, that does not begin with `/`: it
    /// would be read as the next return option.
    pub fn new(
        options: ItemList<'a, GetMetadataOption<'static>>,
        entries: OneOrList<'a, Entry<'static>>,
    ) -> Result<Self, InvalidValue> {
        let is_path = |entry: Entry<'_>| entry.as_bytes().starts_with(b"/");
        if !options.is_empty() && !entries.is_listed() && !entries.iter().all(is_path) {
            return Err(InvalidValue { what: "entries", at: 0 });
        }
        Ok(Self { options, entries })
    }

    /// How far and how large; mostly none.
    #[must_use]
    pub const fn options(&self) -> &ItemList<'a, GetMetadataOption<'static>> {
        &self.options
    }

    /// The entries.
    #[must_use]
    pub const fn entries(&self) -> &OneOrList<'a, Entry<'static>> {
        &self.entries
    }
}

impl<'a> Wire<'a> for ReturnMetadata<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mut rest, mut options) = (input, ItemList::EMPTY);
        // A list is one of options where another behind it, or an entry, is what is looked for.
        if let Ok(([b' ', b'(' | b'/' | b'"' | b'{', ..], ())) = skip_value(input, cx) {
            let (behind, list) = cut(SomeList::parse_part(input, cx))?;
            let (behind, ()) = cut(sp(behind, cx))?;
            (rest, options) = (behind, list.into());
        }
        let (rest, entries) = cut(OneOrList::parse_part(rest, cx))?;
        Ok((rest, Self { options, entries }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if !self.options.is_empty() {
            out.put(&self.options).sp();
        }
        out.put(&self.entries);
    }
}

impl<'a> ListOption<'a> {
    /// An option from its name and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is that of an option that is known here or looks like an entry of
    /// METADATA, or the value is not one list in parentheses.
    pub fn new(name: Atom<'a>, value: Option<RawData<'a>>) -> Result<Self, InvalidValue> {
        let octets = name.as_bytes();
        if SelectOptionName::from_keyword(octets).is_some()
            || ReturnOptionName::from_keyword(octets).is_some()
            || octets.starts_with(b"/")
        {
            return Err(InvalidValue { what: "option-extension", at: 0 });
        }
        let is_list = |value: &RawData<'_>| {
            value.as_bytes().first() == Some(&b'(') && value.values().count() == 1
        };
        if value.as_ref().is_some_and(|value| !is_list(value)) {
            return Err(InvalidValue { what: "option-value", at: 0 });
        }
        Ok(Self { name, value })
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Atom<'a> {
        &self.name
    }

    /// The value, with its parentheses.
    #[must_use]
    pub const fn value(&self) -> Option<&RawData<'a>> {
        self.value.as_ref()
    }

    fn parse_named(input: &'a [u8], cx: &Context, rule: &'static str) -> PResult<'a, Self> {
        let Ok((rest, name)) = Atom::parse_part(input, cx) else {
            return Err(mailwire_core::parse::fail(input, rule));
        };
        match rest {
            [b' ', b'(', ..] => {
                let (at, ()) = cut(sp(rest, cx))?;
                let (rest, ()) = cut(skip_value(at, cx))?;
                let raw = at.split_at(at.len() - rest.len()).0;
                let (_, value) = cut(RawData::parse_part(raw, cx))?;
                Ok((rest, Self { name, value: Some(value) }))
            }
            _ => Ok((rest, Self { name, value: None })),
        }
    }

    fn encode_named(&self, out: &mut Encoder<'_>) {
        out.put(&self.name);
        if let Some(value) = &self.value {
            out.sp().put(value);
        }
    }
}
