//! Facts about a mailbox that need not be open: STATUS.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::one_or_more;
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api};

use super::list::{at_end, line, unquoted};
use super::select::MailboxId;
use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::invalid::{Invalid, contained, skip_items};
use crate::element::items::plain::capitals;
use crate::element::items::{Item, ItemList, Items, SomeList};
use crate::element::mailbox::Mailbox;
use crate::element::mod_seq::ModSeq;
use crate::element::number::{Number, Number64, NzNumber, number};
use crate::element::raw::{RawData, skip_value};
use crate::element::string::Atom;
use crate::extension::{Extension, IsMet, Need};
use crate::token::{ATOM_CHAR, digits, nil, sp};
use crate::tolerance::Deviation;

/// The arguments of STATUS: a mailbox, and what the client wants to know.
///
/// RFC 9051 section 6.3.11; each extension's items are named at [`StatusItem`].
///
/// # Grammar
/// ```abnf
/// status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 STATUS INBOX (MESSAGES UIDNEXT UNSEEN)
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `SP`, `list`, `status-att`.
///
/// # Example
/// ```
/// use mailwire_imap::family::status::{Status, StatusName};
///
/// let status = Status::parse(b"INBOX (MESSAGES UNSEEN)")?;
/// assert!(status.attributes.contains(&StatusName::Messages.into()));
/// assert_eq!(status.to_bytes(), b"INBOX (MESSAGES UNSEEN)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// What the client wants to know.
    pub attributes: SomeList<'a, StatusAttribute<'static>>,
}

/// One thing that a client wants to know of a mailbox.
///
/// RFC 9051 section 6.3.11.
///
/// # Grammar
/// ```abnf
/// status-att = "MESSAGES" / "UIDNEXT" / "UIDVALIDITY" / "UNSEEN" / "DELETED" / "SIZE" / atom
/// ```
///
/// # Wire
/// ```text
/// C: A1 STATUS INBOX (MESSAGES)
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `status-att`.
///
/// # Example
/// ```
/// use mailwire_imap::family::status::{StatusAttribute, StatusName};
///
/// assert_eq!(StatusAttribute::parse(b"size")?, StatusAttribute::Known(StatusName::Size));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusAttribute<'a> {
    /// One that is known here.
    Known(StatusName),
    /// One that is not known here.
    Other(OtherAttribute<'a>),
}

/// What a client wants to know and is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherAttribute<'a>(Atom<'a>);

/// What a server tells of a mailbox.
///
/// RFC 9051 section 7.3.3. It can stand without items, and says nothing then.
///
/// # Grammar
/// ```abnf
/// mailbox-data    =  "STATUS" SP mailbox SP "(" [status-att-list] ")"
/// status-att-list =  status-att-val *(SP status-att-val)
/// ```
/// Deviations: [`UnquotedMailbox`](Deviation::UnquotedMailbox), [`InvalidItem`](Deviation::InvalidItem),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace), and those of
/// [`Mailbox`].
///
/// # Wire
/// ```text
/// S: * STATUS INBOX (MESSAGES 231 UIDNEXT 44292)
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `SP`, `list`, and those of [`StatusItem`].
///
/// # Example
/// ```
/// use mailwire_imap::element::number::Number;
/// use mailwire_imap::family::status::{StatusData, StatusItem};
///
/// let status = StatusData::parse(b"INBOX (MESSAGES 231 UIDNEXT 44292)")?;
/// assert!(status.items.contains(&StatusItem::Messages(Number(231))));
/// assert_eq!(status.to_bytes(), b"INBOX (MESSAGES 231 UIDNEXT 44292)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusData<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// What is told of it.
    pub items: ItemList<'a, ListedStatus>,
}

dispatch! {
    /// One thing that a server tells of a mailbox.
    ///
    /// RFC 9051 section 6.3.11, RFC 7162 (HIGHESTMODSEQ), RFC 7889 (APPENDLIMIT), RFC 8438 (SIZE),
    /// RFC 8474 (MAILBOXID), RFC 9208 (DELETED, DELETED-STORAGE), RFC 3501 (RECENT).
    ///
    /// # Grammar
    /// ```abnf
    /// status-att-val = ("MESSAGES" SP number) / ("UIDNEXT" SP nz-number) /
    ///                  ("UIDVALIDITY" SP nz-number) / ("UNSEEN" SP number) /
    ///                  ("DELETED" SP number) / ("SIZE" SP number64)
    /// status-att-val =/ "HIGHESTMODSEQ" SP mod-sequence-valzer
    /// status-att-val =/ "MAILBOXID" SP "(" objectid ")"
    /// status-att-val =/ "DELETED-STORAGE" SP number64
    /// ```
    /// and one value behind a name that is not known here. Deviations:
    /// [`ZeroNumber`](Deviation::ZeroNumber), [`NegativeNumber`](Deviation::NegativeNumber) and
    /// [`FloatNumber`](Deviation::FloatNumber) in sizes.
    ///
    /// # Wire
    /// ```text
    /// S: * STATUS INBOX (MESSAGES 231)
    /// ```
    ///
    /// # Limits
    /// Unknown values are nested up to 100 deep.
    ///
    /// # Errors
    /// `status-att`, `number`, `number64`, `nz-number`, `mod-sequence-value`, `MAILBOXID`, `objectid`,
    /// `tagged-ext-val`, `SP`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::number::Number64;
    /// use mailwire_imap::family::status::StatusItem;
    ///
    /// let size = StatusItem::parse(b"SIZE 5000000000")?;
    /// assert_eq!(size, StatusItem::Size(Number64::new(5_000_000_000).unwrap()));
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum StatusItem<'a> {
        /// How many messages there are.
        Messages(Number) = "MESSAGES",
        /// How many of them are recent.
        Recent(Number) = "RECENT",
        /// The UID that comes after the last.
        UidNext(NzNumber) = "UIDNEXT",
        /// The value that changes when UIDs do.
        UidValidity(NzNumber) = "UIDVALIDITY",
        /// How many messages were not seen.
        Unseen(Number) = "UNSEEN",
        /// How many messages are marked as deleted.
        Deleted(Number) = "DELETED",
        /// The octets of all messages.
        Size(Number64) = "SIZE",
        /// The highest modification sequence; 0 for a mailbox that has none.
        HighestModSeq(ModSeq) = "HIGHESTMODSEQ",
        /// The most octets that a message can have.
        AppendLimit(AppendLimit) = "APPENDLIMIT",
        /// The identifier of the mailbox.
        MailboxId(MailboxId<'a>) = "MAILBOXID",
        /// The octets that removing the messages marked as deleted frees.
        DeletedStorage(Number64) = "DELETED-STORAGE",
    }
    others {
        /// An item that is not known here.
        Other(OtherStatus<'a>),
        /// What stands in place of an item, and is none.
        Invalid(Invalid<'a>),
    }
    /// The items that are known here, by name.
    pub enum StatusName: "status-att" in ATOM_CHAR;
}

/// The items of a response; one that breaks the grammar is [`StatusItem::Invalid`].
#[derive(Debug)]
pub enum ListedStatus {}

/// The most octets that a message can have, of those to be appended to a mailbox; `None` where there is
/// no limit.
///
/// RFC 7889 section 4.
///
/// # Grammar
/// ```abnf
/// "APPENDLIMIT" SP (number / nil)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AppendLimit(pub Option<u32>);

/// An item that is not known here: its name, and one value as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherStatus<'a> {
    name: Atom<'a>,
    value: RawData<'a>,
}

wire_api!(Deviation, Mode: Status, StatusAttribute, StatusData, StatusItem);
owned_already!(AppendLimit);
into_owned!(struct Status { mailbox, attributes });
into_owned!(
    enum StatusAttribute {
        Known(name),
        Other(name),
    }
);
into_owned!(@impl OtherAttribute, self => { OtherAttribute(self.0.into_owned()) });
into_owned!(struct StatusData { mailbox, items });
into_owned!(struct OtherStatus { name, value });

impl Item for StatusAttribute<'static> {
    type At<'x> = StatusAttribute<'x>;

    #[inline]
    fn check_item<'x>(input: &'x [u8], _: &Context) -> PResult<'x, ()> {
        one_or_more(input, &ATOM_CHAR, "status-att").map(|(rest, _)| (rest, ()))
    }

    #[inline]
    fn is_written(wire: &[u8], len: usize) -> bool {
        capitals(wire, len)
    }
}

impl From<StatusName> for StatusAttribute<'_> {
    fn from(name: StatusName) -> Self {
        Self::Known(name)
    }
}

impl Status<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        StatusAttribute::lacks(&self.attributes, is_met)
    }
}

impl StatusAttribute<'_> {
    /// What one of them needs and a session has not.
    pub(super) fn lacks(
        attributes: &Items<'_, StatusAttribute<'static>>,
        is_met: IsMet<'_>,
    ) -> Option<Need> {
        if !Self::may_need(attributes.as_wire()) {
            return None;
        }
        attributes.iter().find_map(|attribute| attribute.need()?.unmet(is_met))
    }

    /// False where none of these words needs anything. They are not decoded for that: a letter and a length
    /// tell the items of the base protocol from all others that are known.
    fn may_need(words: &[u8]) -> bool {
        words.split(|octet| *octet == b' ').any(|word| match word {
            [] | [b'U' | b'u' | b'R' | b'r', ..] => false,
            [b'M' | b'm', ..] => word.len() != 8,
            _ => true,
        })
    }

    /// What a server has to offer to be asked for it.
    #[must_use]
    pub const fn need(&self) -> Option<Need> {
        match self {
            Self::Known(name) => name.need(),
            Self::Other(_) => None,
        }
    }
}

impl StatusName {
    /// What a server has to offer to be asked for the item.
    #[must_use]
    pub const fn need(self) -> Option<Need> {
        use Extension as E;
        Some(match self {
            Self::Messages | Self::Recent | Self::UidNext | Self::UidValidity | Self::Unseen => {
                return None;
            }
            // RFC 9208 section 4.1.4, RFC 9051 appendix E.
            Self::Deleted => Need::Offered(E::Quota, &[E::QuotaRes, E::Imap4Rev2]),
            Self::DeletedStorage => Need::Offered(E::Quota, &[E::QuotaRes]),
            Self::Size => Need::of(E::StatusSize),
            Self::HighestModSeq => Need::CONDSTORE,
            Self::AppendLimit => Need::of(E::AppendLimit),
            Self::MailboxId => Need::of(E::ObjectId),
        })
    }
}

impl<'a> OtherAttribute<'a> {
    /// A name.
    ///
    /// # Errors
    /// [`InvalidValue`] where it is known here.
    pub fn new(name: Atom<'a>) -> Result<Self, InvalidValue> {
        match StatusName::from_keyword(name.as_bytes()) {
            Some(_) => Err(InvalidValue { what: "status-att", at: 0 }),
            None => Ok(Self(name)),
        }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Atom<'a> {
        &self.0
    }
}

impl<'a> OtherStatus<'a> {
    /// An item from its name and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here, or the value is not one value.
    pub fn new(name: Atom<'a>, value: RawData<'a>) -> Result<Self, InvalidValue> {
        let OtherAttribute(name) = OtherAttribute::new(name)?;
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

impl<'a> Wire<'a> for Status<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, attributes) = cut(SomeList::parse_part(rest, cx))?;
        Ok((rest, Self { mailbox, attributes }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.attributes);
    }
}

impl<'a> Wire<'a> for StatusAttribute<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        match ATOM_CHAR.split(input) {
            ([], _) => Err(fail(input, "status-att")),
            (word, rest) => Ok(match StatusName::from_keyword(word) {
                Some(name) => (rest, Self::Known(name)),
                None => (rest, Self::Other(OtherAttribute(Atom::checked(word)))),
            }),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Known(name) => out.keyword(name.as_str()),
            Self::Other(other) => out.put(&other.0),
        };
    }
}

impl<'a> Wire<'a> for StatusData<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match status(input, cx) {
            Ok((rest, status)) if at_end(rest) => Ok((rest, status)),
            result => odd_mailbox(input, result, cx),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.items);
    }
}

#[inline]
fn status<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, StatusData<'a>> {
    let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
    let (rest, ()) = cut(sp(rest, cx))?;
    let (rest, items) = cut(ItemList::parse_part(rest, cx))?;
    Ok((rest, StatusData { mailbox, items }))
}

/// A mailbox name with blanks in it that is no string: it ends where the list at the end of the line begins.
#[cold]
fn odd_mailbox<'a>(
    input: &'a [u8],
    result: PResult<'a, StatusData<'a>>,
    cx: &Context,
) -> PResult<'a, StatusData<'a>> {
    let line = line(input);
    if !line.ends_with(b")") {
        return result;
    }
    let mut depth = 0_u32;
    let list = line.iter().rposition(|octet| {
        match octet {
            b')' => depth = depth.saturating_add(1),
            b'(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let name = list.and_then(|list| line.get(..list)?.strip_suffix(b" "));
    let plain =
        |name: &[u8]| name.ends_with(b" ") || crate::token::ASTRING_CHAR.check(name).is_ok();
    let Some(name) = name.filter(|name| !plain(name)) else { return result };
    let Some(mailbox) = unquoted(name, cx) else { return result };
    let (rest, ()) = cut(sp(input.get(name.len()..).unwrap_or_default(), cx))?;
    let (rest, items) = cut(ItemList::parse_part(rest, cx))?;
    Ok((rest, StatusData { mailbox, items }))
}

impl<'a> Wire<'a> for StatusItem<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = ATOM_CHAR.split(input);
        if let Some(name) = StatusName::from_keyword(word) {
            return Self::parse_arguments(name, rest, cx);
        }
        if word.is_empty() {
            return Err(fail(input, "status-att"));
        }
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, ()) = cut(skip_value(at, cx))?;
        let (_, value) = cut(RawData::parse_part(at.split_at(at.len() - rest.len()).0, cx))?;
        Ok((rest, Self::Other(OtherStatus { name: Atom::checked(word), value })))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => {
                out.put(&other.name).sp().put(&other.value);
            }
            Self::Invalid(invalid) => invalid.encode(out),
            known => {
                out.keyword(known.name().map_or("", StatusName::as_str));
                known.encode_arguments(out);
            }
        }
    }
}

impl Item for ListedStatus {
    type At<'x> = StatusItem<'x>;

    #[inline]
    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, StatusItem<'x>> {
        let skip = |input, cx: &Context| skip_items(input, cx, 2);
        contained(input, cx, StatusItem::parse_part, skip, StatusItem::Invalid)
    }

    #[inline]
    fn check_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, ()> {
        match plain_number(input) {
            Some(rest) => Ok((rest, ())),
            None => Self::parse_item(input, cx).map(|(rest, _)| (rest, ())),
        }
    }
}

/// The rest behind an item that is a number which any of the names but one can have, as most are.
#[inline]
fn plain_number(input: &[u8]) -> Option<&[u8]> {
    let (word, behind) = ATOM_CHAR.split(input);
    let number = behind.strip_prefix(b" ").filter(|number| matches!(number, [b'1'..=b'9', ..]))?;
    let name = StatusName::from_keyword(word)?;
    let (value, len) = digits(number);
    let rest = number.get(len..)?;
    let plain = value? <= u64::from(u32::MAX)
        && name != StatusName::MailboxId
        && matches!(rest, [b' ' | b')', ..]);
    plain.then_some(rest)
}

impl<'a> Wire<'a> for AppendLimit {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        match nil(input) {
            Some(rest) => Ok((rest, Self(None))),
            None => match number(input, "number") {
                Ok((rest, number)) => Ok((rest, Self(Some(number)))),
                Err(_) => Err(stop(input, "number")),
            },
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self.0 {
            Some(number) => out.number(number.into()),
            None => out.keyword("NIL"),
        };
    }
}

#[cfg(test)]
mod tests;
