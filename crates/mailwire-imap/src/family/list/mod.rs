//! Listing mailboxes: LIST, LSUB, XLIST, RLIST and RLSUB.
//!
//! | to know | open |
//! |---|---|
//! | what a client asks for | [`List`], [`Lsub`], [`SelectOption`], [`ReturnOption`] |
//! | what a server tells | [`ListData`], [`Attribute`], [`ExtendedItem`] |

mod attribute;
mod data;
mod options;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{into_owned, wire_api};

use crate::Mode;
use crate::element::items::plain::single_spaced;
use crate::element::items::{Item, ItemList, OneOrList};
use crate::element::mailbox::{Mailbox, MailboxPattern};
use crate::extension::{Extension, IsMet, Need};
use crate::token::{LIST_CHAR, sp};
use crate::tolerance::Deviation;

pub use attribute::{Attribute, AttributeExtension, AttributeName, Attributes, ListedAttribute};
pub use data::{
    ChildOption, Delimiter, ExtendedItem, ExtendedName, ListData, ListedExtended, OldName,
    OtherChildOption, OtherExtended,
};
pub(crate) use data::{at_end, delimiter, line, unquoted, write_delimiter};
pub use options::{
    ListOption, ReturnMetadata, ReturnOption, ReturnOptionName, SelectOption, SelectOptionName,
};

/// The arguments of LIST: which mailboxes are listed, and what is told of each.
///
/// RFC 9051 section 6.3.9, RFC 5258 (LIST-EXTENDED). A pattern in parentheses, selection options and return
/// options make an extended LIST, also where the options are empty.
///
/// # Grammar
/// ```abnf
/// list             = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat
///                    [SP list-return-opts]
/// list-select-opts = "(" [list-select-opt *(SP list-select-opt)] ")"
/// list-return-opts = "RETURN" SP "(" [return-option *(SP return-option)] ")"
/// mbox-or-pat      = list-mailbox / patterns
/// patterns         = "(" list-mailbox *(SP list-mailbox) ")"
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 LIST "" *
/// C: A2 LIST (SUBSCRIBED) "" (INBOX Archive/%) RETURN (CHILDREN STATUS (MESSAGES))
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `list`, `list-select-opt`, `mailbox`, `list-mailbox`, `return-option`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::list::{List, ReturnOption};
///
/// let list = List::parse(b"\"\" % RETURN (CHILDREN)")?;
/// assert!(list.patterns.iter().all(|pattern| pattern.has_wildcard()));
/// assert!(list.returns.as_ref().unwrap().contains(&ReturnOption::Children));
/// assert!(list.is_extended());
/// assert_eq!(list.to_bytes(), b"\"\" % RETURN (CHILDREN)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<'a> {
    /// Which mailboxes, besides the patterns.
    pub select: Option<ItemList<'a, SelectOption<'static>>>,
    /// What the patterns begin from; mostly empty.
    pub reference: Mailbox<'a>,
    /// The patterns.
    pub patterns: OneOrList<'a, MailboxPattern<'static>>,
    /// What is told of each mailbox.
    pub returns: Option<ItemList<'a, ReturnOption<'static>>>,
}

/// The arguments of LSUB, XLIST, RLIST and RLSUB.
///
/// RFC 3501 section 6.3.9, RFC 2193 section 4 (MAILBOX-REFERRALS); XLIST is Gmail's.
///
/// # Grammar
/// ```abnf
/// lsub = "LSUB" SP mailbox SP list-mailbox
/// ```
/// Deviation: [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// C: A1 LSUB "" *
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `list-mailbox`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::list::Lsub;
///
/// let lsub = Lsub::parse(b"#news. comp.mail.*")?;
/// assert_eq!(lsub.reference.as_bytes(), b"#news.");
/// assert_eq!(lsub.to_bytes(), b"#news. comp.mail.*");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lsub<'a> {
    /// What the pattern begins from; mostly empty.
    pub reference: Mailbox<'a>,
    /// The pattern.
    pub pattern: MailboxPattern<'a>,
}

wire_api!(Deviation, Mode: List, Lsub);
into_owned!(struct List { select, reference, patterns, returns });
into_owned!(struct Lsub { reference, pattern });

impl Item for MailboxPattern<'static> {
    type At<'x> = MailboxPattern<'x>;

    #[inline]
    fn is_written(wire: &[u8], len: usize) -> bool {
        // Patterns without quotes are no literals either.
        single_spaced(wire, len) && wire.iter().all(|o| *o == b' ' || LIST_CHAR.contains(*o))
    }
}

impl<'a> List<'a> {
    /// A LIST without options.
    #[must_use]
    pub fn new(reference: Mailbox<'a>, pattern: MailboxPattern<'_>) -> Self {
        Self { select: None, reference, patterns: OneOrList::one(pattern), returns: None }
    }

    /// True where a server needs LIST-EXTENDED to answer.
    #[must_use]
    pub const fn is_extended(&self) -> bool {
        self.select.is_some() || self.patterns.is_listed() || self.returns.is_some()
    }
}

impl List<'_> {
    /// What it needs and a session has not. An extension that has options has their place too.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        const FORM: Need = Need::of(Extension::ListExtended);
        let bare = self.patterns.is_listed()
            || self.select.as_ref().is_some_and(|options| options.is_empty())
            || self.returns.as_ref().is_some_and(|options| options.is_empty());
        let form = if bare { FORM.unmet(is_met) } else { None };
        let mut select = self.select.iter().flat_map(|options| options.iter());
        let mut returns = self.returns.iter().flat_map(|options| options.iter());
        form.or_else(|| select.find_map(|option| option.name()?.need().unmet(is_met)))
            .or_else(|| returns.find_map(|option| option.lacks(is_met)))
    }
}

impl<'a> Wire<'a> for List<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mut rest, mut select) = (input, None);
        if input.first() == Some(&b'(') {
            let (behind, options) = cut(ItemList::parse_part(input, cx))?;
            let (behind, ()) = cut(sp(behind, cx))?;
            (rest, select) = (behind, Some(options));
        }
        let (rest, reference) = cut(Mailbox::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (mut rest, patterns) = cut(OneOrList::parse_part(rest, cx))?;
        let mut returns = None;
        let behind = rest.iter().position(|octet| *octet != b' ').and_then(|at| rest.get(at..));
        if behind.is_some_and(|word| strip_prefix_ignore_case(word, b"RETURN").is_some()) {
            let (at, ()) = cut(sp(rest, cx))?;
            let at = at.get(b"RETURN".len()..).unwrap_or_default();
            let (at, ()) = cut(sp(at, cx))?;
            let (behind, options) = cut(ItemList::parse_part(at, cx))?;
            (rest, returns) = (behind, Some(options));
        }
        Ok((rest, Self { select, reference, patterns, returns }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(options) = &self.select {
            out.put(options).sp();
        }
        out.put(&self.reference).sp().put(&self.patterns);
        if let Some(options) = &self.returns {
            out.keyword(" RETURN ").put(options);
        }
    }
}

impl<'a> Wire<'a> for Lsub<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, reference) = Mailbox::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, pattern) = cut(MailboxPattern::parse_part(rest, cx))?;
        Ok((rest, Self { reference, pattern }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.reference).sp().put(&self.pattern);
    }
}

#[cfg(test)]
mod tests;
