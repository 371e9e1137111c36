//! Attributes of mailbox names.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::{text_type, wire_api};

use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::invalid::{Invalid, contained};
use crate::element::items::{Item, ItemList, item};
use crate::token::ATOM_CHAR;
use crate::tolerance::Deviation;

dispatch! {
    /// One attribute of a mailbox name, or a special use that a new mailbox shall have.
    ///
    /// RFC 9051 section 7.3.1, RFC 5258 (LIST-EXTENDED), RFC 6154 (SPECIAL-USE), RFC 8457
    /// (`\Important`), and the names of Gmail's XLIST. Names are compared without regard to case: some
    /// servers write `\NoSelect` or `\UnMarked`.
    ///
    /// # Grammar
    /// ```abnf
    /// mbx-list-oflag  = "\Noinferiors" / child-mbox-flag / "\Subscribed" / "\Remote" /
    ///                   flag-extension
    /// mbx-list-sflag  = "\NonExistent" / "\Noselect" / "\Marked" / "\Unmarked"
    /// child-mbox-flag = "\HasChildren" / "\HasNoChildren"
    /// mbx-list-oflag  =/ use-attr
    /// use-attr        = "\All" / "\Archive" / "\Drafts" / "\Flagged" / "\Junk" / "\Sent" /
    ///                   "\Trash" / use-attr-ext
    /// use-attr-ext    = "\" atom
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: * LIST (\HasNoChildren \Sent) "/" Sent
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `use-attr`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::list::Attribute;
    ///
    /// assert_eq!(Attribute::parse(br"\NOSELECT")?, Attribute::NoSelect);
    /// assert_eq!(Attribute::NoSelect.to_bytes(), br"\Noselect");
    /// assert!(Attribute::Trash.is_special_use() && !Attribute::NoSelect.is_special_use());
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum Attribute<'a> {
        /// There can be no children.
        NoInferiors = "Noinferiors",
        /// The mailbox cannot be selected.
        NoSelect = "Noselect",
        /// There may be new messages.
        Marked = "Marked",
        /// There are no new messages.
        Unmarked = "Unmarked",
        /// There are children.
        HasChildren = "HasChildren",
        /// There are no children.
        HasNoChildren = "HasNoChildren",
        /// The mailbox does not exist; it can have children or a subscription.
        NonExistent = "NonExistent",
        /// The mailbox is subscribed.
        Subscribed = "Subscribed",
        /// The mailbox is on another server.
        Remote = "Remote",
        /// The user has no rights to open it.
        NoAccess = "NoAccess",
        /// All messages.
        All = "All",
        /// Archived messages.
        Archive = "Archive",
        /// Messages that are written.
        Drafts = "Drafts",
        /// Flagged messages.
        Flagged = "Flagged",
        /// Junk.
        Junk = "Junk",
        /// Messages that were sent.
        Sent = "Sent",
        /// Messages that are to be removed.
        Trash = "Trash",
        /// Messages that are important to the user.
        Important = "Important",
        /// Notes.
        Memos = "Memos",
        /// Messages to be sent later.
        Scheduled = "Scheduled",
        /// Messages put off.
        Snoozed = "Snoozed",
        /// XLIST: the INBOX, under the name that people know it by.
        Inbox = "Inbox",
        /// XLIST: all messages.
        AllMail = "AllMail",
        /// XLIST: flagged messages.
        Starred = "Starred",
        /// XLIST: junk.
        Spam = "Spam",
    }
    others {
        /// An attribute that is not known here.
        Other(AttributeExtension<'a>),
        /// What stands in a response in place of an attribute, and is none.
        Invalid(Invalid<'a>),
    }
    /// The attributes that are known here, without their backslash.
    pub enum AttributeName: "use-attr" in ATOM_CHAR;
}

text_type! {
    /// The name of an attribute that is not known here, without its backslash.
    pub struct AttributeExtension: "use-attr-ext", check = check, utf8, ignore case
}

/// The attributes of a mailbox name as a response lists them; one that breaks the grammar is
/// [`Attribute::Invalid`].
#[derive(Debug)]
pub enum ListedAttribute {}

/// The attributes of a mailbox name, in parentheses.
///
/// RFC 9051 section 7.3.1. They are kept in their order and decoded when they are looked at. RFC 9051
/// allows one of `\NonExistent`, `\Noselect`, `\Marked` and `\Unmarked`; servers send more, and more
/// are read.
///
/// # Grammar
/// ```abnf
/// "(" [mbx-list-flags] ")"
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace),
/// [`InvalidItem`](Deviation::InvalidItem).
pub type Attributes<'a> = ItemList<'a, ListedAttribute>;

wire_api!(Deviation, Mode: Attribute);
item!(Attribute);

/// An atom, and no attribute with a name: that would have two forms.
fn check(name: &[u8]) -> Result<(), usize> {
    ATOM_CHAR.check(name)?;
    match AttributeName::from_keyword(name) {
        None if !name.is_empty() => Ok(()),
        _ => Err(0),
    }
}

impl Attribute<'_> {
    /// True for what a mailbox is used for: attributes that CREATE can give it, and those of XLIST.
    #[must_use]
    pub const fn is_special_use(&self) -> bool {
        matches!(
            self,
            Self::All
                | Self::Archive
                | Self::Drafts
                | Self::Flagged
                | Self::Junk
                | Self::Sent
                | Self::Trash
                | Self::Important
                | Self::Memos
                | Self::Scheduled
                | Self::Snoozed
                | Self::Inbox
                | Self::AllMail
                | Self::Starred
                | Self::Spam
        )
    }
}

const RULE: &str = "use-attr";

impl<'a> Wire<'a> for Attribute<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Some(behind) = input.strip_prefix(b"\\") else { return Err(fail(input, RULE)) };
        match ATOM_CHAR.split(behind) {
            ([], rest) => Err(stop(rest, RULE)),
            (word, rest) => match AttributeName::from_keyword(word) {
                Some(name) => Self::parse_arguments(name, rest, cx),
                None => Ok((rest, Self::Other(AttributeExtension::checked(word)))),
            },
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(name) => {
                out.byte(b'\\').bytes(name.as_bytes());
            }
            Self::Invalid(invalid) => invalid.encode(out),
            known => {
                out.byte(b'\\').keyword(known.name().map_or("", AttributeName::as_str));
            }
        }
    }
}

/// A word, or words in parentheses. Quotes mean nothing here: one that is open would take in the delimiter
/// and the name of the mailbox.
fn skip_attribute<'a>(input: &'a [u8], _: &Context) -> PResult<'a, ()> {
    let mut depth = 0_u32;
    let in_parentheses = input.iter().position(|octet| {
        match octet {
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            b' ' if depth > 0 => return false,
            b'"' | b'{' | b'\r' | b'\n' => depth = 0,
            _ => {}
        }
        depth == 0
    });
    let behind = in_parentheses.and_then(|at| input.get(at.saturating_add(1)..));
    if let (Some(b'('), Some(rest @ ([] | [b' ' | b')', ..]))) = (input.first(), behind) {
        return Ok((rest, ()));
    }
    let ends = |octet: &u8| matches!(octet, b' ' | b')' | b'\r' | b'\n');
    match input.iter().position(ends).unwrap_or(input.len()) {
        0 => Err(fail(input, "mbx-list-flags")),
        end => Ok((input.split_at(end).1, ())),
    }
}

impl Item for ListedAttribute {
    type At<'x> = Attribute<'x>;

    #[inline]
    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, Attribute<'x>> {
        contained(input, cx, Attribute::parse_part, skip_attribute, Attribute::Invalid)
    }

    #[inline]
    fn check_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, ()> {
        if let [b'\\', behind @ ..] = input {
            let (name, rest) = ATOM_CHAR.split(behind);
            if !name.is_empty() && matches!(rest, [b' ' | b')', ..]) {
                return Ok((rest, ()));
            }
        }
        Self::parse_item(input, cx).map(|(rest, _)| (rest, ()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        for name in AttributeName::ALL {
            let wire = [b"\\", name.as_str().as_bytes()].concat();
            let attribute = Attribute::parse(&wire).unwrap();
            assert_eq!(attribute.name(), Some(*name));
            assert_eq!(attribute.to_bytes(), wire);
            assert_eq!(Attribute::parse(&wire.to_ascii_uppercase()), Ok(attribute));
        }
        let other = |name| Attribute::Other(AttributeExtension::new(name).unwrap());
        check_rows(&[(b"\\X-New", other("X-New")), (b"\\Al", other("Al"))]);
        check_rejects::<Attribute<'_>>(&[
            (b"", "use-attr", 0),
            (b"All", "use-attr", 0),
            (b"\\", "use-attr", 1),
            (b"\\a\"", "end", 2),
        ]);
        for bad in ["", "all", "a b", "\\a", "a)"] {
            assert!(AttributeExtension::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lists() {
        let other = Attribute::Other(AttributeExtension::new("X").unwrap());
        check_rows::<Attributes<'_>>(&[
            (b"()", ItemList::EMPTY),
            (b"(\\HasNoChildren \\X)", ItemList::new([Attribute::HasNoChildren, other])),
        ]);
        check_rejects::<Attributes<'_>>(&[(b"\\Sent", "list", 0), (b"(\\Sent", "list", 6)]);
        check_lenient::<Attributes<'_>>(&[
            (b"(\\UnMarked )", Deviation::TrailingSpace, b"(\\Unmarked)"),
            (b"(\\Sent  \\All)", Deviation::ExtraSpaces, b"(\\Sent \\All)"),
            (b"(\\Sent x \\All)", Deviation::InvalidItem, b"(\\Sent x \\All)"),
            (b"(\"a b\" \\All)", Deviation::InvalidItem, b"(\"a b\" \\All)"),
            (b"(\\)", Deviation::InvalidItem, b"(\\)"),
        ]);
        let attributes =
            Attributes::parse_part(b"(\\Sent x) y", &Context::new(crate::Tolerance::default()));
        let (rest, attributes) = attributes.unwrap();
        assert_eq!((rest, attributes.len()), (&b" y"[..], 2));
        assert!(matches!(attributes.iter().last(), Some(Attribute::Invalid(_))));
        assert!(attributes.contains(&Attribute::Sent) && !attributes.contains(&Attribute::All));
    }
}
