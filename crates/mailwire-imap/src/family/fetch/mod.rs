//! FETCH and UID FETCH, and their answers.
//!
//! | to know | open |
//! |---|---|
//! | the command, and its macros | this file |
//! | what can be asked for | `attribute.rs` |
//! | what a message has in an answer | `data.rs`, `item.rs` |
//! | octets of a message in an answer | `value.rs` |
//! | the modifiers of the command | `modifier.rs` |
//! | literals that are streamed | [`stream`] |

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail};
use mailwire_core::{InvalidValue, into_owned, wire_api, wire_enum};

use crate::element::items::{ItemList, Items};
use crate::element::sequence::SequenceSet;
use crate::extension::{IsMet, Need};
use crate::token::{ATOM_CHAR, close, sp};
use crate::tolerance::Deviation;

mod attribute;
mod data;
mod item;
mod label;
mod modifier;
mod name;
pub mod stream;
mod value;

#[cfg(test)]
mod tests;

pub use attribute::{
    BinaryRequest, FetchAttribute, OtherAttribute, PreviewModifier, SectionRequest,
};
pub use data::FetchData;
pub use item::{FetchItem, OtherItem};
pub use label::{GmailLabel, GmailLabels};
pub use modifier::{FetchModifier, OtherModifier};
pub use name::FetchName;
pub use stream::{FetchHead, FetchTail};
pub use value::{BinarySection, BodySection, SectionOctets};

/// The arguments of FETCH and UID FETCH.
///
/// RFC 9051 sections 6.4.5 and 6.4.9; modifiers from RFC 4466 section 2.4.
///
/// # Grammar
/// ```abnf
/// fetch           = "FETCH" SP sequence-set SP ("ALL" / "FULL" /
///                   "FAST" / fetch-att /
///                   "(" fetch-att *(SP fetch-att) ")")
///                   [fetch-modifiers]
/// fetch-modifiers = SP "(" fetch-modifier *(SP fetch-modifier) ")"
/// ```
/// One attribute without parentheses is read, and written with them: all servers take that. Deviations:
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 FETCH 2:4 (FLAGS BODY.PEEK[HEADER.FIELDS (DATE FROM)])
/// C: A2 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12345 VANISHED)
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `sequence-set`, `seq-number`, `fetch`, `fetch-att`, `SP`, and those of attributes and modifiers.
///
/// # Example
/// ```
/// use mailwire_imap::family::fetch::{Fetch, FetchAttribute};
///
/// let fetch = Fetch::parse(b"1:5 FAST")?;
/// assert!(fetch.attributes.contains(&FetchAttribute::Flags));
/// assert_eq!(fetch.to_bytes(), b"1:5 FAST");
///
/// let fetch = Fetch::parse(b"1 flags (changedsince 5)")?;
/// assert_eq!(fetch.modifiers.len(), 1);
/// assert_eq!(fetch.to_bytes(), b"1 (FLAGS) (CHANGEDSINCE 5)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch<'a> {
    /// The messages.
    pub messages: SequenceSet<'a>,
    /// What is asked for.
    pub attributes: FetchAttributes<'a>,
    /// The modifiers; mostly none.
    pub modifiers: Items<'a, FetchModifier<'static>>,
}

/// What FETCH asks for: a macro, or attributes, of which there is one at least.
///
/// RFC 9051 section 6.4.5.
///
/// # Grammar
/// ```abnf
/// "ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")"
/// ```
///
/// # Wire
/// ```text
/// C: A1 FETCH 1 (UID FLAGS)
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `fetch`, `fetch-att`, and those of attributes.
///
/// # Example
/// ```
/// use mailwire_imap::family::fetch::{FetchAttribute, FetchAttributes, FetchMacro};
///
/// let attributes = FetchAttributes::new([FetchAttribute::Uid, FetchAttribute::Flags])?;
/// assert_eq!(attributes.to_bytes(), b"(UID FLAGS)");
/// let attributes = FetchAttributes::from(FetchMacro::Fast);
/// assert_eq!(attributes.iter().count(), 3);
/// # Ok::<(), mailwire_imap::InvalidValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchAttributes<'a>(Asked<'a>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked<'a> {
    Macro(FetchMacro),
    Items(Items<'a, FetchAttribute<'static>>),
}

wire_enum! {
    /// Names for lists of attributes, which stand alone. RFC 9051 section 6.4.5.
    pub enum FetchMacro: "fetch" in ATOM_CHAR {
        /// FLAGS INTERNALDATE RFC822.SIZE ENVELOPE
        All = "ALL",
        /// FLAGS INTERNALDATE RFC822.SIZE
        Fast = "FAST",
        /// FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY
        Full = "FULL",
    }
}

wire_api!(Deviation, crate::Mode: Fetch, FetchAttributes);
into_owned!(struct Fetch { messages, attributes, modifiers });
into_owned!(@impl FetchAttributes, self => {
    FetchAttributes(match self.0 {
        Asked::Macro(name) => Asked::Macro(name),
        Asked::Items(items) => Asked::Items(mailwire_core::IntoOwned::into_owned(items)),
    })
});

impl FetchMacro {
    /// The attributes that the macro stands for.
    #[must_use]
    pub const fn attributes(self) -> &'static [FetchAttribute<'static>] {
        use FetchAttribute as A;
        match self {
            Self::Fast => const { &[A::Flags, A::InternalDate, A::Size] },
            Self::All => const { &[A::Flags, A::InternalDate, A::Size, A::Envelope] },
            Self::Full => const { &[A::Flags, A::InternalDate, A::Size, A::Envelope, A::Body] },
        }
    }
}

impl<'a> Wire<'a> for Fetch<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, messages) = SequenceSet::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, attributes) = cut(FetchAttributes::parse_part(rest, cx))?;
        let (rest, modifiers) = parameters(rest, cx)?;
        Ok((rest, Self { messages, attributes, modifiers }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.messages).sp().put(&self.attributes);
        encode_parameters(out, &self.modifiers);
    }
}

/// `[SP "(" parameter *(SP parameter) ")"]`
pub(super) fn parameters<'a, T: crate::element::items::Item>(
    input: &'a [u8],
    cx: &Context,
) -> PResult<'a, Items<'a, T>> {
    let blanks = input.iter().take_while(|octet| **octet == b' ').count();
    if blanks == 0 || input.get(blanks) != Some(&b'(') {
        return Ok((input, Items::EMPTY));
    }
    let (at, ()) = cut(sp(input, cx))?;
    let (inside, ()) = cut(mailwire_core::token::byte(at, b'(', "list"))?;
    let (rest, items) = cut(Items::parse_some(inside, cx))?;
    let (rest, ()) = close(rest, cx, "list")?;
    Ok((rest, items))
}

/// Parameters in parentheses, with a space before them; nothing for none.
pub(super) fn encode_parameters<T: crate::element::items::Item>(
    out: &mut Encoder<'_>,
    items: &Items<'_, T>,
) {
    if !items.is_empty() {
        out.bytes(b" (").put(items).byte(b')');
    }
}

impl<'a> Wire<'a> for FetchAttributes<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.first() == Some(&b'(') {
            let (rest, items) = ItemList::<FetchAttribute<'static>>::parse_part(input, cx)?;
            if items.is_empty() {
                return Err(mailwire_core::parse::stop(input.split_at(1).1, "fetch-att"));
            }
            return Ok((rest, Self(Asked::Items(items.into_items()))));
        }
        if let Ok((rest, name)) = FetchMacro::parse_part(input, cx) {
            return Ok((rest, Self(Asked::Macro(name))));
        }
        let (rest, _) = match FetchAttribute::attribute(input, cx, false) {
            Err(nom::Err::Error(_)) => return Err(fail(input, "fetch")),
            result => result?,
        };
        let one = input.split_at(input.len() - rest.len()).0;
        let (_, items) = cut(Items::parse_some(one, cx))?;
        Ok((rest, Self(Asked::Items(items))))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match &self.0 {
            Asked::Macro(name) => drop(out.put(name)),
            Asked::Items(items) => drop(out.byte(b'(').put(items).byte(b')')),
        }
    }
}

impl From<FetchMacro> for FetchAttributes<'_> {
    fn from(name: FetchMacro) -> Self {
        Self(Asked::Macro(name))
    }
}

impl Fetch<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        self.messages
            .lacks(is_met)
            .or_else(|| self.attributes.lacks(is_met))
            .or_else(|| self.modifiers.iter().find_map(|modifier| modifier.need()?.unmet(is_met)))
    }
}

impl<'a> FetchAttributes<'a> {
    fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        match &self.0 {
            Asked::Macro(_) => None,
            Asked::Items(items) => items.iter().find_map(|item| item.need()?.unmet(is_met)),
        }
    }

    /// False where no attribute is of a part with so many dots in its number. Attributes need not be decoded
    /// for that.
    pub(crate) fn may_have_dots(&self, dots: usize) -> bool {
        match &self.0 {
            Asked::Macro(_) => false,
            Asked::Items(items) => {
                let mut found = memchr::memchr_iter(b'.', items.as_wire());
                dots.checked_sub(1).is_none_or(|more| found.nth(more).is_some())
            }
        }
    }

    /// These attributes, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn new<'x>(
        attributes: impl IntoIterator<Item = FetchAttribute<'x>>,
    ) -> Result<FetchAttributes<'static>, InvalidValue> {
        let items = Items::new(attributes);
        if items.is_empty() {
            return Err(InvalidValue { what: "fetch-att", at: 0 });
        }
        Ok(FetchAttributes(Asked::Items(items)))
    }

    /// The macro, where it is one.
    #[must_use]
    pub const fn as_macro(&self) -> Option<FetchMacro> {
        match &self.0 {
            Asked::Macro(name) => Some(*name),
            Asked::Items(_) => None,
        }
    }

    /// The attributes, in their order; those that a macro stands for.
    pub fn iter(&self) -> impl Iterator<Item = FetchAttribute<'_>> {
        let (expanded, items) = match &self.0 {
            Asked::Macro(name) => (name.attributes(), None),
            Asked::Items(items) => (Default::default(), Some(items.iter())),
        };
        expanded.iter().cloned().chain(items.into_iter().flatten())
    }

    /// True when an attribute is asked for.
    #[must_use]
    pub fn contains(&self, attribute: &FetchAttribute<'_>) -> bool {
        self.iter().any(|other| other == *attribute)
    }
}
