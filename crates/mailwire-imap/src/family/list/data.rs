//! LIST, LSUB and XLIST responses: one mailbox each.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api};

use super::attribute::Attributes;
use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::invalid::{Invalid, contained, skip_items};
use crate::element::items::{Item, ItemList, SomeList, item};
use crate::element::mailbox::Mailbox;
use crate::element::raw::{RawData, skip_value};
use crate::element::string::{Atom, IString};
use crate::token::{ATOM_CHAR, TEXT_CHAR, astring, close, nil, open, sp};
use crate::tolerance::Deviation;

/// One mailbox, as LIST, LSUB, XLIST, SELECT, CREATE and RENAME tell it.
///
/// RFC 9051 section 7.3.1, RFC 5258 (LIST-EXTENDED).
///
/// # Grammar
/// ```abnf
/// mailbox-list       = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP
///                      mailbox [SP mbox-list-extended]
/// mbox-list-extended = "(" [mbox-list-extended-item *(SP mbox-list-extended-item)] ")"
/// ```
/// Deviations: [`UnquotedMailbox`](Deviation::UnquotedMailbox), [`InvalidItem`](Deviation::InvalidItem),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace), and those of
/// [`Mailbox`].
///
/// # Wire
/// ```text
/// S: * LIST (\HasNoChildren \Sent) "/" "Sent Mail"
/// S: * LIST (\HasChildren) "/" Foo ("CHILDINFO" ("SUBSCRIBED"))
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `list`, `SP`, `QUOTED-CHAR`, `mailbox`.
///
/// # Example
/// ```
/// use mailwire_imap::family::list::{Attribute, ListData};
///
/// let data = ListData::parse(br#"(\HasNoChildren \Sent) "/" "Sent Mail""#)?;
/// assert!(data.attributes.contains(&Attribute::Sent));
/// assert_eq!(data.delimiter.map(|delimiter| delimiter.get()), Some(b'/'));
/// assert_eq!(data.mailbox.as_bytes(), b"Sent Mail");
/// assert_eq!(data.to_bytes(), br#"(\HasNoChildren \Sent) "/" "Sent Mail""#);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListData<'a> {
    /// What is known of the mailbox.
    pub attributes: Attributes<'a>,
    /// What stands between the levels of its name; `None` for a name without levels.
    pub delimiter: Option<Delimiter>,
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// What extensions tell of it; mostly nothing.
    pub extended: ItemList<'a, ListedExtended>,
}

/// The octet between the levels of mailbox names: ASCII.
///
/// RFC 9051 section 9. The empty delimiter, one of two octets, and octets over 127 are refused.
///
/// # Grammar
/// ```abnf
/// DQUOTE QUOTED-CHAR DQUOTE
/// ```
///
/// # Wire
/// ```text
/// S: * LIST () "\\" INBOX
/// ```
///
/// # Limits
/// One octet.
///
/// # Errors
/// `QUOTED-CHAR`.
///
/// # Example
/// ```
/// use mailwire_imap::family::list::Delimiter;
///
/// assert_eq!(Delimiter::parse(b"\"\\\\\"")?.get(), b'\\');
/// assert!(Delimiter::parse(b"\"//\"").is_err());
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Delimiter(u8);

dispatch! {
    /// What an extension tells of a mailbox.
    ///
    /// RFC 5258 section 6, RFC 9051 section 6.3.9.7.
    ///
    /// # Grammar
    /// ```abnf
    /// mbox-list-extended-item     = mbox-list-extended-item-tag SP tagged-ext-val
    /// mbox-list-extended-item-tag = astring
    /// childinfo-extended-item     = "CHILDINFO" SP "(" list-select-base-opt-quoted
    ///                               *(SP list-select-base-opt-quoted) ")"
    /// oldname-extended-item       = "OLDNAME" SP "(" mailbox ")"
    /// ```
    /// The tag is written in quotes, as in the examples of the RFCs.
    ///
    /// # Wire
    /// ```text
    /// S: * LIST (\NonExistent) "/" New ("OLDNAME" (Old))
    /// ```
    ///
    /// # Limits
    /// Unknown lists are nested up to 100 deep.
    ///
    /// # Errors
    /// `mbox-list-extended-item-tag`, `SP`, `list`, `mailbox`, `string`, `tagged-ext-val`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::list::ExtendedItem;
    ///
    /// let ExtendedItem::OldName(name) = ExtendedItem::parse(b"\"OLDNAME\" (Old)")? else { panic!() };
    /// assert_eq!(name.0.as_bytes(), b"Old");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum ExtendedItem<'a> {
        /// Children match these selection options; the mailbox itself need not.
        ChildInfo(SomeList<'a, ChildOption<'static>>) = "CHILDINFO",
        /// The name that the mailbox had.
        OldName(OldName<'a>) = "OLDNAME",
    }
    others {
        /// An item that is not known here.
        Other(OtherExtended<'a>),
        /// What stands in place of an item, and is none.
        Invalid(Invalid<'a>),
    }
    /// The items that are known here, by name.
    pub enum ExtendedName: "mbox-list-extended-item-tag" in ATOM_CHAR;
}

/// The items of a response; one that breaks the grammar is [`ExtendedItem::Invalid`].
#[derive(Debug)]
pub enum ListedExtended {}

/// The name that a mailbox had, in parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldName<'a>(pub Mailbox<'a>);

/// A selection option that children of a mailbox match, in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChildOption<'a> {
    /// SUBSCRIBED
    Subscribed,
    /// An option that is not known here.
    Other(OtherChildOption<'a>),
}

/// A selection option that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherChildOption<'a>(IString<'a>);

/// An extended item that is not known here: its name, and one value as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherExtended<'a> {
    name: Atom<'a>,
    value: RawData<'a>,
}

wire_api!(Deviation, Mode: ListData, ExtendedItem, ChildOption);
wire_api!(Deviation, Mode: copy Delimiter);
owned_already!(Delimiter);
into_owned!(struct ListData { attributes, delimiter, mailbox, extended });
into_owned!(@impl OldName, self => { OldName(self.0.into_owned()) });
into_owned!(
    enum ChildOption {
        Subscribed,
        Other(option),
    }
);
into_owned!(@impl OtherChildOption, self => { OtherChildOption(self.0.into_owned()) });
into_owned!(struct OtherExtended { name, value });
item!(ChildOption);

impl Delimiter {
    /// The delimiter of most servers.
    pub const SLASH: Self = Self(b'/');
    /// The delimiter of Maildir and of some servers.
    pub const DOT: Self = Self(b'.');

    /// A delimiter.
    ///
    /// # Errors
    /// [`InvalidValue`] for NUL, CR, LF and octets over 127.
    pub const fn new(octet: u8) -> Result<Self, InvalidValue> {
        if TEXT_CHAR.contains(octet) && octet.is_ascii() {
            Ok(Self(octet))
        } else {
            Err(InvalidValue { what: "QUOTED-CHAR", at: 0 })
        }
    }

    /// The octet.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl<'a> Wire<'a> for Delimiter {
    #[inline]
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        const RULE: &str = "QUOTED-CHAR";
        let (octet, rest) = match input {
            [b'"', b'\\', octet @ (b'"' | b'\\'), b'"', rest @ ..]
            | [b'"', octet @ (..=b'!' | b'#'..=b'[' | b']'..), b'"', rest @ ..] => (*octet, rest),
            [b'"', behind @ ..] => return Err(stop(behind, RULE)),
            _ => return Err(stop(input, RULE)),
        };
        match Self::new(octet) {
            Ok(delimiter) => Ok((rest, delimiter)),
            Err(_) => Err(stop(input.get(1..).unwrap_or_default(), RULE)),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.quoted(&[self.0]);
    }
}

/// `(DQUOTE QUOTED-CHAR DQUOTE / nil)`
#[inline]
pub(crate) fn delimiter<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Option<Delimiter>> {
    match input.first() {
        Some(b'"') => Delimiter::parse_part(input, cx).map(|(rest, octet)| (rest, Some(octet))),
        _ => match nil(input) {
            Some(rest) => Ok((rest, None)),
            None => Err(stop(input, "QUOTED-CHAR")),
        },
    }
}

/// Writes a delimiter, or NIL for none.
pub(crate) fn write_delimiter(out: &mut Encoder<'_>, delimiter: Option<Delimiter>) {
    match delimiter {
        Some(delimiter) => out.put(&delimiter),
        None => out.keyword("NIL"),
    };
}

/// True where a line ends, but for blanks.
#[inline]
pub(crate) fn at_end(rest: &[u8]) -> bool {
    match rest {
        [] | [b'\r' | b'\n', ..] => true,
        [b' ', behind @ ..] => {
            behind.iter().find(|octet| **octet != b' ').is_none_or(|o| matches!(o, b'\r' | b'\n'))
        }
        _ => false,
    }
}

impl<'a> Wire<'a> for ListData<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, attributes) = Attributes::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, delimiter) = delimiter(rest, cx)?;
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, (mailbox, extended)) = match Mailbox::parse_part(at, cx) {
            Ok((rest, mailbox)) if at_end(rest) => (rest, (mailbox, ItemList::EMPTY)),
            result => behind_delimiter(at, result, cx)?,
        };
        Ok((rest, Self { attributes, delimiter, mailbox, extended }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.attributes).sp();
        write_delimiter(out, self.delimiter);
        out.sp().put(&self.mailbox);
        self.extended.encode_optional(out);
    }
}

/// What is left of a line, without the blanks at its end.
pub(crate) fn line(input: &[u8]) -> &[u8] {
    let line = TEXT_CHAR.split(input).0;
    let end = line.iter().rposition(|octet| *octet != b' ').map_or(0, |last| last + 1);
    line.split_at(end).0
}

/// A mailbox name with blanks or controls in it that is no string.
pub(crate) fn unquoted<'a>(name: &'a [u8], cx: &Context) -> Option<Mailbox<'a>> {
    let begins = !matches!(name.first(), None | Some(b'"' | b'{'));
    let eight_bit = !name.is_ascii();
    if !begins
        || eight_bit && !cx.allows(Deviation::EightBitMailbox)
        || !cx.tolerate(Deviation::UnquotedMailbox)
    {
        return None;
    }
    let _ = eight_bit && cx.tolerate(Deviation::EightBitMailbox);
    Mailbox::new(name).ok()
}

/// A mailbox with extended items, or one that is no string and has blanks in it.
#[cold]
fn behind_delimiter<'a>(
    at: &'a [u8],
    mailbox: PResult<'a, Mailbox<'a>>,
    cx: &Context,
) -> PResult<'a, (Mailbox<'a>, ItemList<'a, ListedExtended>)> {
    let is_string = matches!(at.first(), Some(b'"' | b'{'));
    // A list up to the end of the line is one of extended items, whatever is in it.
    let mut is_list = false;
    let result = match mailbox {
        Ok((rest @ [b' ', ..], mailbox)) => {
            let (rest, ()) = cut(sp(rest, cx))?;
            let end = skip_value(rest, &cx.clone());
            is_list = rest.starts_with(b"(") && end.is_ok_and(|(behind, ())| at_end(behind));
            cut(ItemList::parse_part(rest, cx)).map(|(rest, items)| (rest, (mailbox, items)))
        }
        Ok((rest, mailbox)) => Ok((rest, (mailbox, ItemList::EMPTY))),
        Err(error) => Err(error),
    };
    match result {
        Ok((rest, value)) if is_string || at_end(rest) => Ok((rest, value)),
        result if is_list => result,
        result => {
            let line = line(at);
            match unquoted(line, cx) {
                Some(mailbox) => {
                    let rest = at.get(line.len()..).unwrap_or_default();
                    Ok((rest, (mailbox, ItemList::EMPTY)))
                }
                None => cut(result),
            }
        }
    }
}

impl<'a> Wire<'a> for ExtendedItem<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "mbox-list-extended-item-tag";
        let (rest, tag) = match astring(input, cx) {
            Err(nom::Err::Error(_)) => return Err(stop(input, RULE)),
            other => other?,
        };
        if let Some(name) = ExtendedName::from_keyword(&tag) {
            return Self::parse_arguments(name, rest, cx);
        }
        let Ok(name) = Atom::new(tag) else { return Err(stop(input, RULE)) };
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, ()) = cut(skip_value(at, cx))?;
        let (_, value) = cut(RawData::parse_part(at.split_at(at.len() - rest.len()).0, cx))?;
        Ok((rest, Self::Other(OtherExtended { name, value })))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => {
                out.quoted(other.name.as_bytes()).sp().put(&other.value);
            }
            Self::Invalid(invalid) => invalid.encode(out),
            known => {
                let name = known.name().map_or("", ExtendedName::as_str);
                out.byte(b'"').keyword(name).byte(b'"');
                known.encode_arguments(out);
            }
        }
    }
}

impl Item for ListedExtended {
    type At<'x> = ExtendedItem<'x>;

    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, ExtendedItem<'x>> {
        let skip = |input, cx: &Context| skip_items(input, cx, 2);
        contained(input, cx, ExtendedItem::parse_part, skip, ExtendedItem::Invalid)
    }
}

impl<'a> Wire<'a> for OldName<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "list";
        let (rest, ()) = open(input, RULE)?;
        let (rest, mailbox) = cut(Mailbox::parse_part(rest, cx))?;
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, Self(mailbox)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.0).byte(b')');
    }
}

const SUBSCRIBED: &[u8] = b"SUBSCRIBED";

impl<'a> Wire<'a> for ChildOption<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, option) = IString::parse_part(input, cx)?;
        Ok(match OtherChildOption::new(option) {
            Ok(other) => (rest, Self::Other(other)),
            Err(_) => (rest, Self::Subscribed),
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Subscribed => {
                out.quoted(SUBSCRIBED);
            }
            Self::Other(other) => other.0.encode(out),
        }
    }
}

impl<'a> OtherChildOption<'a> {
    /// An option.
    ///
    /// # Errors
    /// [`InvalidValue`] where it is known here.
    pub fn new(option: IString<'a>) -> Result<Self, InvalidValue> {
        if option.as_bytes().eq_ignore_ascii_case(SUBSCRIBED) {
            return Err(InvalidValue { what: "list-select-base-opt", at: 0 });
        }
        Ok(Self(option))
    }

    /// The option.
    #[must_use]
    pub const fn option(&self) -> &IString<'a> {
        &self.0
    }
}

impl<'a> OtherExtended<'a> {
    /// An item from its name and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here, or the value is not one value.
    pub fn new(name: Atom<'a>, value: RawData<'a>) -> Result<Self, InvalidValue> {
        if ExtendedName::from_keyword(name.as_bytes()).is_some() {
            return Err(InvalidValue { what: "mbox-list-extended-item-tag", at: 0 });
        }
        if value.values().count() != 1 {
            return Err(InvalidValue { what: "tagged-ext-val", at: 0 });
        }
        Ok(Self { name, value })
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Atom<'a> {
        &self.name
    }

    /// The value.
    #[must_use]
    pub const fn value(&self) -> &RawData<'a> {
        &self.value
    }
}
