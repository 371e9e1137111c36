//! Access control lists: SETACL, DELETEACL, GETACL, LISTRIGHTS and MYRIGHTS.
//!
//! GETACL and MYRIGHTS (RFC 4314 sections 3.3 and 3.5) have a
//! [`Mailbox`] and nothing else. An identifier is the name of a user or a group, `anyone`, or one of these
//! behind `-`, whose rights are taken away.

mod rights;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::{into_owned, owned_already, wire_api};

use crate::Mode;
use crate::element::invalid::{Invalid, contained, skip_items};
use crate::element::items::{Item, ItemTail};
use crate::element::mailbox::Mailbox;
use crate::element::string::AString;
use crate::token::sp;
use crate::tolerance::Deviation;

pub use rights::{Letters, ModRights, Rights, RightsChange};

/// The arguments of SETACL: the mailbox, the identifier, and the rights that it gets or loses.
///
/// RFC 4314 section 3.1.
///
/// # Grammar
/// ```abnf
/// setacl = "SETACL" SP mailbox SP identifier SP mod-rights
/// ```
/// Deviation: [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// C: A1 SETACL INBOX/Drafts John +lrwip
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `astring`, `mod-rights`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::acl::{Rights, RightsChange, SetAcl};
///
/// let command = SetAcl::parse(b"INBOX John +wc")?;
/// assert_eq!(command.rights.change, RightsChange::Add);
/// assert!(command.rights.rights.contains(Rights::WRITE));
/// assert_eq!(command.to_bytes(), b"INBOX John +wc");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAcl<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// Whose rights.
    pub identifier: AString<'a>,
    /// The rights.
    pub rights: ModRights,
}

/// The arguments of DELETEACL: the mailbox, and the identifier that loses all rights.
///
/// RFC 4314 section 3.2.
///
/// # Grammar
/// ```abnf
/// deleteacl = "DELETEACL" SP mailbox SP identifier
/// ```
/// Deviation: [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// C: A1 DELETEACL INBOX Fred
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `astring`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::acl::DeleteAcl;
///
/// assert_eq!(DeleteAcl::parse(b"INBOX -Fred")?.identifier.as_bytes(), b"-Fred");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteAcl<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// Who loses all rights.
    pub identifier: AString<'a>,
}

/// The arguments of LISTRIGHTS: the mailbox, and the identifier that rights can be given to.
///
/// RFC 4314 section 3.4.
///
/// # Grammar
/// ```abnf
/// listrights = "LISTRIGHTS" SP mailbox SP identifier
/// ```
/// Deviation: [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// C: A1 LISTRIGHTS ~/Mail/saved smith
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `astring`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::acl::ListRights;
///
/// assert_eq!(ListRights::parse(b"INBOX smith")?.to_bytes(), b"INBOX smith");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRights<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// Who can be given rights.
    pub identifier: AString<'a>,
}

/// The access control list of a mailbox.
///
/// RFC 4314 section 3.6.
///
/// # Grammar
/// ```abnf
/// acl-data = "ACL" SP mailbox *(SP identifier SP rights)
/// ```
/// Deviations: [`InvalidItem`](Deviation::InvalidItem), [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// S: * ACL INBOX Fred rwipsldexta "team B" lr
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `astring`, `rights`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::acl::{AclData, AclItem, Rights};
///
/// let acl = AclData::parse(b"INBOX Fred lrs -Fred t")?;
/// let Some(AclItem::Entry(fred)) = acl.entries.iter().next() else { panic!() };
/// assert!(fred.rights.contains(Rights::LOOKUP.union(Rights::READ)));
/// assert_eq!(acl.to_bytes(), b"INBOX Fred lrs -Fred t");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclData<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// Who has which rights.
    pub entries: ItemTail<'a, ListedAcl>,
}

/// An identifier, and its rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclEntry<'a> {
    /// Who has the rights, or, behind `-`, has not.
    pub identifier: AString<'a>,
    /// The rights.
    pub rights: Rights,
}

/// An entry of an access control list, or what stands in place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AclItem<'a> {
    /// An entry.
    Entry(AclEntry<'a>),
    /// What stands in place of one, and is none.
    Invalid(Invalid<'a>),
}

/// The entries of a response; one that breaks the grammar is [`AclItem::Invalid`].
#[derive(Debug)]
pub enum ListedAcl {}

/// The rights that can be given to an identifier.
///
/// RFC 4314 section 3.7.
///
/// # Grammar
/// ```abnf
/// listrights-data = "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights)
/// ```
/// Deviation: [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// S: * LISTRIGHTS ~/Mail/saved smith la r swicdkxte
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `astring`, `rights`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::acl::{ListRightsData, Rights};
///
/// let data = ListRightsData::parse(b"INBOX smith la r swi")?;
/// assert_eq!(data.required, Rights::LOOKUP.union(Rights::ADMINISTER));
/// assert_eq!(data.optional.len(), 2);
/// assert_eq!(data.to_bytes(), b"INBOX smith la r swi");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRightsData<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// Who can be given rights.
    pub identifier: AString<'a>,
    /// Rights that the identifier has always.
    pub required: Rights,
    /// Rights that it can be given; those of one group only together.
    pub optional: ItemTail<'a, Rights>,
}

/// The rights that the client has on a mailbox.
///
/// RFC 4314 section 3.8.
///
/// # Grammar
/// ```abnf
/// myrights-data = "MYRIGHTS" SP mailbox SP rights
/// ```
/// Deviation: [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// S: * MYRIGHTS INBOX rwiptsldaex
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `rights`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::acl::{MyRightsData, Rights};
///
/// let data = MyRightsData::parse(b"INBOX lrswi")?;
/// assert!(data.rights.contains(Rights::INSERT) && !data.rights.contains(Rights::EXPUNGE));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MyRightsData<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// The rights.
    pub rights: Rights,
}

wire_api!(Deviation, Mode: SetAcl, DeleteAcl, ListRights, AclData, ListRightsData, MyRightsData);
owned_already!(ModRights, Rights);
into_owned!(struct SetAcl { mailbox, identifier, rights });
into_owned!(struct DeleteAcl { mailbox, identifier });
into_owned!(struct ListRights { mailbox, identifier });
into_owned!(struct AclData { mailbox, entries });
into_owned!(struct AclEntry { identifier, rights });
into_owned!(
    enum AclItem {
        Entry(entry),
        Invalid(invalid),
    }
);
into_owned!(struct ListRightsData { mailbox, identifier, required, optional });
into_owned!(struct MyRightsData { mailbox, rights });

/// `mailbox SP identifier`
fn mailbox_identifier<'a>(
    input: &'a [u8],
    cx: &Context,
) -> PResult<'a, (Mailbox<'a>, AString<'a>)> {
    let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
    let (rest, ()) = cut(sp(rest, cx))?;
    let (rest, identifier) = cut(AString::parse_part(rest, cx))?;
    Ok((rest, (mailbox, identifier)))
}

impl<'a> Wire<'a> for SetAcl<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, (mailbox, identifier)) = mailbox_identifier(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, rights) = cut(ModRights::parse_part(rest, cx))?;
        Ok((rest, Self { mailbox, identifier, rights }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.identifier).sp().put(&self.rights);
    }
}

impl<'a> Wire<'a> for DeleteAcl<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, (mailbox, identifier)) = mailbox_identifier(input, cx)?;
        Ok((rest, Self { mailbox, identifier }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.identifier);
    }
}

impl<'a> Wire<'a> for ListRights<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, (mailbox, identifier)) = mailbox_identifier(input, cx)?;
        Ok((rest, Self { mailbox, identifier }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.identifier);
    }
}

impl<'a> Wire<'a> for AclData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, entries) = ItemTail::parse_line(rest, cx)?;
        Ok((rest, Self { mailbox, entries }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox);
        out.put(&self.entries);
    }
}

impl<'a> Wire<'a> for AclItem<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, identifier) = AString::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, rights) = cut(Rights::parse_part(rest, cx))?;
        Ok((rest, Self::Entry(AclEntry { identifier, rights })))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Entry(entry) => {
                out.put(&entry.identifier).sp().put(&entry.rights);
            }
            Self::Invalid(invalid) => invalid.encode(out),
        }
    }
}

impl Item for ListedAcl {
    type At<'x> = AclItem<'x>;

    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, AclItem<'x>> {
        let skip = |input, cx: &Context| skip_items(input, cx, 2);
        contained(input, cx, AclItem::parse_part, skip, AclItem::Invalid)
    }
}

impl<'a> Wire<'a> for ListRightsData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, (mailbox, identifier)) = mailbox_identifier(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, required) = cut(Rights::parse_part(rest, cx))?;
        let (rest, optional) = ItemTail::parse_part(rest, cx)?;
        Ok((rest, Self { mailbox, identifier, required, optional }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.identifier).sp().put(&self.required);
        out.put(&self.optional);
    }
}

impl<'a> Wire<'a> for MyRightsData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, rights) = cut(Rights::parse_part(rest, cx))?;
        Ok((rest, Self { mailbox, rights }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.rights);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_roundtrip, check_rows};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn name(name: &str) -> Mailbox<'_> {
        Mailbox::new(name).unwrap()
    }

    fn who(name: &str) -> AString<'_> {
        AString::new(name).unwrap()
    }

    fn rights(letters: &str) -> Rights {
        Rights::new(letters).unwrap()
    }

    #[test]
    fn commands() {
        let set = |identifier, change, letters: &str| SetAcl {
            mailbox: Mailbox::INBOX,
            identifier: who(identifier),
            rights: ModRights { change, rights: rights(letters) },
        };
        check_rows(&[
            (b"INBOX John lr", set("John", RightsChange::Replace, "lr")),
            (b"INBOX John +wc", set("John", RightsChange::Add, "cw")),
            (b"INBOX -John -x", set("-John", RightsChange::Remove, "x")),
            (b"INBOX \"team B\" \"\"", set("team B", RightsChange::Replace, "")),
            (b"INBOX a +", set("a", RightsChange::Add, "")),
        ]);
        check_rejects::<SetAcl<'_>>(&[
            (b"INBOX", "SP", 5),
            (b"INBOX a", "SP", 7),
            (b"INBOX a ", "mod-rights", 8),
            (b"INBOX a +L", "mod-rights", 8),
            (b"INBOX a ++l", "mod-rights", 8),
            (b"INBOX (a) l", "astring", 6),
        ]);
        check_lenient::<SetAcl<'_>>(&[(b"INBOX  a l", Deviation::ExtraSpaces, b"INBOX a l")]);
        let mailbox = || Mailbox::INBOX;
        check_rows(&[(b"INBOX -Fred", DeleteAcl { mailbox: mailbox(), identifier: who("-Fred") })]);
        check_rejects::<DeleteAcl<'_>>(&[(b"INBOX", "SP", 5), (b"INBOX ", "astring", 6)]);
        check_rows(&[(
            b"INBOX \"a b\"",
            ListRights { mailbox: mailbox(), identifier: who("a b") },
        )]);
        use crate::Command;
        check_rows(&[
            (b"GETACL INBOX", Command::GetAcl(mailbox())),
            (b"MYRIGHTS INBOX", Command::MyRights(mailbox())),
            (b"SETACL INBOX a +x", Command::SetAcl(set("a", RightsChange::Add, "x"))),
        ]);
        check_rejects::<ListRights<'_>>(&[(b"", "mailbox", 0), (b"INBOX a b", "end", 7)]);
    }

    #[test]
    fn responses() {
        let entry = |name: &'static str, letters: &str| {
            AclItem::Entry(AclEntry { identifier: who(name), rights: rights(letters) })
        };
        let acl = |entries: Vec<AclItem<'static>>| AclData {
            mailbox: Mailbox::INBOX,
            entries: ItemTail::new(entries),
        };
        check_rows(&[
            (b"INBOX", acl(Vec::new())),
            (
                b"INBOX Fred lrswipxtea -Fred t anyone \"\"",
                acl(Vec::from([
                    entry("Fred", "rwipslextaa"),
                    entry("-Fred", "t"),
                    entry("anyone", ""),
                ])),
            ),
        ]);
        check_rejects::<AclData<'_>>(&[(b"", "mailbox", 0), (b"%", "mailbox", 0)]);
        check_lenient::<AclData<'_>>(&[
            (b"INBOX  a l", Deviation::ExtraSpaces, b"INBOX a l"),
            (b"INBOX a LR b l", Deviation::InvalidItem, b"INBOX a LR b l"),
            (b"INBOX a", Deviation::InvalidItem, b"INBOX a"),
        ]);
        let damaged = AclData::parse(b"INBOX a LR b l").unwrap();
        assert!(damaged.entries.contains(&entry("b", "l")) && damaged.entries.len() == 2);
        let list = |required, optional: Vec<&str>| ListRightsData {
            mailbox: name("~/Mail/saved"),
            identifier: who("smith"),
            required: rights(required),
            optional: ItemTail::new(optional.into_iter().map(rights)),
        };
        check_rows(&[
            (b"~/Mail/saved smith la r swi k", list("la", Vec::from(["r", "swi", "k"]))),
            (b"~/Mail/saved smith \"\"", list("", Vec::new())),
            (b"~/Mail/saved smith \"\" l 0", list("", Vec::from(["l", "0"]))),
        ]);
        check_rejects::<ListRightsData<'_>>(&[
            (b"a b", "SP", 3),
            (b"a b L", "rights", 4),
            (b"a b l R", "rights", 6),
        ]);
        check_rows(&[(
            b"INBOX lrswi",
            MyRightsData { mailbox: Mailbox::INBOX, rights: rights("lrswi") },
        )]);
        check_rejects::<MyRightsData<'_>>(&[
            (b"INBOX", "SP", 5),
            (b"INBOX (l)", "rights", 6),
            (b"INBOX l r", "end", 7),
        ]);
    }

    proptest! {
        #[test]
        fn roundtrip(
            mailbox in "[ -~]{0,8}",
            identifier in "\\PC{0,8}",
            letters in "[a-z0-9]{0,9}",
            groups in proptest::collection::vec("[a-z]{0,3}", 0..4),
        ) {
            let Ok(identifier) = AString::new(&identifier) else { return Ok(()) };
            let mailbox = name(&mailbox);
            let entry = AclItem::Entry(AclEntry {
                identifier: identifier.clone(),
                rights: rights(&letters),
            });
            let entries = ItemTail::new([entry.clone(), entry]);
            check_roundtrip!(AclData: AclData { mailbox: mailbox.clone(), entries });
            for change in [RightsChange::Replace, RightsChange::Add, RightsChange::Remove] {
                let rights = ModRights { change, rights: rights(&letters) };
                let (mailbox, identifier) = (mailbox.clone(), identifier.clone());
                check_roundtrip!(SetAcl: SetAcl { mailbox, identifier, rights });
            }
            let optional = ItemTail::new(groups.iter().map(|group| rights(group)));
            let required = rights(&letters);
            let data = ListRightsData { mailbox, identifier, required, optional };
            check_roundtrip!(ListRightsData: data);
        }
    }
}
