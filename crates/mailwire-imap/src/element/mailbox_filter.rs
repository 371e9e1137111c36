//! Which mailboxes are meant, without naming each.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::ByteSet;
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api, wire_enum};

use super::items::{ItemList, Items};
use super::mailbox::Mailbox;
use crate::token::sp;
use crate::tolerance::Deviation;

/// A set of mailboxes, by what they are to the user or where they are.
///
/// RFC 5465 section 6 (NOTIFY), RFC 7377 section 2.2 (ESEARCH). The two differ in two filters: see
/// [`is_legal_in`](Self::is_legal_in).
///
/// # Grammar
/// ```abnf
/// filter-mailboxes          = filter-mailboxes-selected / filter-mailboxes-other
/// filter-mailboxes-selected = "selected" / "selected-delayed"
/// filter-mailboxes-other    = "inboxes" / "personal" / "subscribed" /
///                             ( "subtree" SP one-or-more-mailbox ) /
///                             ( "mailboxes" SP one-or-more-mailbox ) /
///                             ( "subtree-one" SP one-or-more-mailbox )
/// one-or-more-mailbox       = mailbox / many-mailboxes
/// many-mailboxes            = "(" mailbox *(SP mailbox) ")"
/// ```
/// A single mailbox is written without parentheses.
///
/// # Wire
/// ```text
/// C: A1 ESEARCH IN (mailboxes "folder1" subtree "folder2") unseen
/// C: A2 NOTIFY SET (selected-delayed (MessageNew MessageExpunge))
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `filter-mailboxes`, `one-or-more-mailbox`, `mailbox`, `list`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::mailbox_filter::{FilterUse, MailboxFilter};
///
/// let filter = MailboxFilter::parse(b"subtree (work lists)")?;
/// let MailboxFilter::Subtree(mailboxes) = &filter else { panic!() };
/// assert_eq!(mailboxes.iter().count(), 2);
/// assert!(filter.is_legal_in(FilterUse::Notify));
/// assert_eq!(filter.to_bytes(), b"subtree (work lists)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailboxFilter<'a> {
    /// The selected mailbox.
    Selected,
    /// The selected mailbox, but told only when a command allows for it; only in NOTIFY.
    SelectedDelayed,
    /// Every mailbox to which mail can be delivered.
    Inboxes,
    /// Every selectable mailbox of the user's own namespaces.
    Personal,
    /// Every subscribed mailbox.
    Subscribed,
    /// These mailboxes and all below them.
    Subtree(Mailboxes<'a>),
    /// These mailboxes and those one level below them; only in ESEARCH.
    SubtreeOne(Mailboxes<'a>),
    /// These mailboxes.
    Mailboxes(Mailboxes<'a>),
}

/// One or more mailboxes: `one-or-more-mailbox`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailboxes<'a>(Items<'a, Mailbox<'static>>);

/// Where filters stand. Each RFC has one that the other has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilterUse {
    /// The command NOTIFY (RFC 5465): no `subtree-one`.
    Notify,
    /// The command ESEARCH (RFC 7377): no `selected-delayed`.
    MultiSearch,
}

wire_enum! {
    enum Word: "filter-mailboxes" in WORD {
        Selected = "selected",
        SelectedDelayed = "selected-delayed",
        Inboxes = "inboxes",
        Personal = "personal",
        Subscribed = "subscribed",
        Subtree = "subtree",
        SubtreeOne = "subtree-one",
        Mailboxes = "mailboxes",
    }
}

static WORD: ByteSet = ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and(b"-");

wire_api!(Deviation, crate::Mode: MailboxFilter, Mailboxes);
owned_already!(FilterUse);
into_owned!(@impl Mailboxes, self => { Mailboxes(mailwire_core::IntoOwned::into_owned(self.0)) });
into_owned!(
    enum MailboxFilter {
        Selected,
        SelectedDelayed,
        Inboxes,
        Personal,
        Subscribed,
        Subtree(mailboxes),
        SubtreeOne(mailboxes),
        Mailboxes(mailboxes),
    }
);
super::items::item!(MailboxFilter);

impl<'a> Wire<'a> for MailboxFilter<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, word) = Word::parse_part(input, cx)?;
        let mailboxes = || {
            let (rest, ()) = cut(sp(rest, cx))?;
            cut(Mailboxes::parse_part(rest, cx))
        };
        Ok(match word {
            Word::Selected => (rest, Self::Selected),
            Word::SelectedDelayed => (rest, Self::SelectedDelayed),
            Word::Inboxes => (rest, Self::Inboxes),
            Word::Personal => (rest, Self::Personal),
            Word::Subscribed => (rest, Self::Subscribed),
            Word::Subtree => mailboxes().map(|(rest, list)| (rest, Self::Subtree(list)))?,
            Word::SubtreeOne => mailboxes().map(|(rest, list)| (rest, Self::SubtreeOne(list)))?,
            Word::Mailboxes => mailboxes().map(|(rest, list)| (rest, Self::Mailboxes(list)))?,
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let (word, mailboxes) = match self {
            Self::Selected => (Word::Selected, None),
            Self::SelectedDelayed => (Word::SelectedDelayed, None),
            Self::Inboxes => (Word::Inboxes, None),
            Self::Personal => (Word::Personal, None),
            Self::Subscribed => (Word::Subscribed, None),
            Self::Subtree(mailboxes) => (Word::Subtree, Some(mailboxes)),
            Self::SubtreeOne(mailboxes) => (Word::SubtreeOne, Some(mailboxes)),
            Self::Mailboxes(mailboxes) => (Word::Mailboxes, Some(mailboxes)),
        };
        out.put(&word);
        if let Some(mailboxes) = mailboxes {
            out.sp().put(mailboxes);
        }
    }
}

impl<'a> MailboxFilter<'a> {
    /// False for `subtree-one` in NOTIFY and `selected-delayed` in ESEARCH.
    #[must_use]
    pub const fn is_legal_in(&self, place: FilterUse) -> bool {
        match self {
            Self::SelectedDelayed => matches!(place, FilterUse::Notify),
            Self::SubtreeOne(_) => matches!(place, FilterUse::MultiSearch),
            _ => true,
        }
    }

    /// `filter-mailboxes`, as it is in the grammar of one RFC.
    ///
    /// # Errors
    /// Those of a filter; `filter-mailboxes` for the one that is not legal there.
    pub(crate) fn parse_for(place: FilterUse, input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Self::parse_part(input, cx)? {
            (_, filter) if !filter.is_legal_in(place) => Err(stop(input, "filter-mailboxes")),
            parsed => Ok(parsed),
        }
    }
}

impl<'a> Wire<'a> for Mailboxes<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "one-or-more-mailbox";
        if input.first() == Some(&b'(') {
            let (rest, list) = ItemList::parse_part(input, cx)?;
            let items = list.into_items();
            return if items.is_empty() { Err(stop(input, RULE)) } else { Ok((rest, Self(items))) };
        }
        match Mailbox::parse_part(input, cx) {
            // What stands behind a mailbox without parentheses is the next filter.
            Ok((rest, _)) => {
                let alone = input.split_at(input.len() - rest.len()).0;
                let (_, items) = Items::parse_some(alone, cx)?;
                Ok((rest, Self(items)))
            }
            Err(nom::Err::Error(_)) => Err(fail(input, RULE)),
            Err(error) => Err(error),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.0.len() == 1 {
            out.put(&self.0);
        } else {
            out.byte(b'(').put(&self.0).byte(b')');
        }
    }
}

impl<'a> Mailboxes<'a> {
    /// These mailboxes, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn new<'m>(
        mailboxes: impl IntoIterator<Item = Mailbox<'m>>,
    ) -> Result<Mailboxes<'static>, InvalidValue> {
        let items = Items::new(mailboxes);
        if items.is_empty() {
            return Err(InvalidValue { what: "one-or-more-mailbox", at: 0 });
        }
        Ok(Mailboxes(items))
    }

    /// The mailboxes in their order.
    pub fn iter(&self) -> impl Iterator<Item = Mailbox<'_>> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let mailboxes = |names: &[&'static str]| {
            Mailboxes::new(names.iter().map(|name| Mailbox::new(*name).unwrap())).unwrap()
        };
        check_rows(&[
            (b"selected", MailboxFilter::Selected),
            (b"selected-delayed", MailboxFilter::SelectedDelayed),
            (b"inboxes", MailboxFilter::Inboxes),
            (b"personal", MailboxFilter::Personal),
            (b"subscribed", MailboxFilter::Subscribed),
            (b"subtree a", MailboxFilter::Subtree(mailboxes(&["a"]))),
            (b"subtree-one (a \"b c\")", MailboxFilter::SubtreeOne(mailboxes(&["a", "b c"]))),
            (b"mailboxes (a b INBOX)", MailboxFilter::Mailboxes(mailboxes(&["a", "b", "INBOX"]))),
        ]);
        check_rejects::<MailboxFilter<'_>>(&[
            (b"", "filter-mailboxes", 0),
            (b"everything", "filter-mailboxes", 0),
            (b"subtree", "SP", 7),
            (b"subtree ", "one-or-more-mailbox", 8),
            (b"mailboxes ()", "one-or-more-mailbox", 10),
            (b"mailboxes (a", "list", 12),
        ]);
        check_lenient::<MailboxFilter<'_>>(&[
            (b"mailboxes (a b )", Deviation::TrailingSpace, b"mailboxes (a b)"),
            (b"subtree  a", Deviation::ExtraSpaces, b"subtree a"),
        ]);
        let same = MailboxFilter::parse(b"SUBTREE (\"a\")").unwrap();
        assert_eq!(same.to_bytes(), b"subtree a");
        assert!(Mailboxes::new([]).is_err());
    }

    #[test]
    fn each_rfc_has_its_own() {
        let cx = Context::new(crate::Tolerance::lenient());
        for (wire, illegal) in [
            (&b"selected-delayed"[..], Some(FilterUse::MultiSearch)),
            (b"subtree-one a", Some(FilterUse::Notify)),
            (b"subtree a", None),
        ] {
            for place in [FilterUse::Notify, FilterUse::MultiSearch] {
                let parsed = MailboxFilter::parse_for(place, wire, &cx);
                assert_eq!(parsed.is_err(), illegal == Some(place));
            }
        }
    }
}
