use super::*;
use crate::element::entry::Entry;
use crate::element::items::SomeList;
use crate::element::raw::RawData;
use crate::element::string::{Atom, IString};
use crate::family::metadata::{Depth, GetMetadataOption};
use crate::family::status::StatusName;
use crate::rows::{
    check_lenient, check_needs, check_rejects, check_roundtrip, check_rows, check_rows_in,
    check_short_ways,
};
use alloc::boxed::Box;
use alloc::vec::Vec;
use proptest::prelude::*;

fn pattern(pattern: &'static str) -> MailboxPattern<'static> {
    MailboxPattern::new(pattern).unwrap()
}

fn name(name: &str) -> Mailbox<'_> {
    Mailbox::new(name).unwrap()
}

fn option(name: &'static str, value: Option<&'static str>) -> ListOption<'static> {
    let value = value.map(|value| RawData::new(value).unwrap());
    ListOption::new(Atom::new(name).unwrap(), value).unwrap()
}

fn simple(reference: &'static str, wanted: &'static str) -> List<'static> {
    List::new(name(reference), pattern(wanted))
}

#[test]
fn commands() {
    let entries = |entries: [&'static str; 2]| {
        OneOrList::list(entries.map(|entry| Entry::new(entry).unwrap())).unwrap()
    };
    let metadata = |options: Vec<GetMetadataOption<'static>>, entries| {
        let options = ItemList::new(options);
        ReturnOption::Metadata(Box::new(ReturnMetadata::new(options, entries).unwrap()))
    };
    let returns = |options: Vec<ReturnOption<'static>>| List {
        returns: Some(ItemList::new(options)),
        ..simple("", "%")
    };
    let status = SomeList::new([StatusName::Messages.into(), StatusName::Unseen.into()]).unwrap();
    check_rows(&[
        (b"\"\" \"\"", simple("", "")),
        (b"~/Mail/ %", simple("~/Mail/", "%")),
        (b"\"\" \"a b/*\"", simple("", "a b/*")),
        (
            b"\"\" (%)",
            List { patterns: OneOrList::list([pattern("%")]).unwrap(), ..simple("", "") },
        ),
        (
            b"() \"\" (INBOX Archive/%) RETURN ()",
            List {
                select: Some(ItemList::EMPTY),
                reference: name(""),
                patterns: OneOrList::list([pattern("INBOX"), pattern("Archive/%")]).unwrap(),
                returns: Some(ItemList::EMPTY),
            },
        ),
        (
            b"(SUBSCRIBED REMOTE RECURSIVEMATCH SPECIAL-USE vendor-x (\"1\" 2) Y) \"\" *",
            List {
                select: Some(ItemList::new([
                    SelectOption::Subscribed,
                    SelectOption::Remote,
                    SelectOption::RecursiveMatch,
                    SelectOption::SpecialUse,
                    SelectOption::Other(option("vendor-x", Some("(\"1\" 2)"))),
                    SelectOption::Other(option("Y", None)),
                ])),
                ..simple("", "*")
            },
        ),
        (
            b"\"\" % RETURN (SUBSCRIBED CHILDREN STATUS (MESSAGES UNSEEN) SPECIAL-USE MYRIGHTS)",
            returns(Vec::from([
                ReturnOption::Subscribed,
                ReturnOption::Children,
                ReturnOption::Status(status),
                ReturnOption::SpecialUse,
                ReturnOption::MyRights,
            ])),
        ),
        (
            b"\"\" % RETURN (METADATA (/shared/a /shared/b) X-Y (z))",
            returns(Vec::from([
                metadata(Vec::new(), entries(["/shared/a", "/shared/b"])),
                ReturnOption::Other(option("X-Y", Some("(z)"))),
            ])),
        ),
        (
            b"\"\" % RETURN (METADATA /shared/a CHILDREN)",
            returns(Vec::from([
                metadata(Vec::new(), OneOrList::one(Entry::new("/shared/a").unwrap())),
                ReturnOption::Children,
            ])),
        ),
        (
            b"\"\" % RETURN (METADATA (DEPTH 1) (/shared/a /shared/b) CHILDREN)",
            returns(Vec::from([
                metadata(
                    Vec::from([GetMetadataOption::Depth(Depth::One)]),
                    entries(["/shared/a", "/shared/b"]),
                ),
                ReturnOption::Children,
            ])),
        ),
    ]);
    check_rejects::<List<'_>>(&[
        (b"", "mailbox", 0),
        (b"\"\"", "SP", 2),
        (b"\"\" ", "list-mailbox", 3),
        (b"\"\" ()", "list", 4),
        (b"(SUBSCRIBED)", "SP", 12),
        (b"(SUBSCRIBED \"\" *", "list-select-opt", 12),
        (b"(\"x\") \"\" *", "list-select-opt", 1),
        (b"\"\" * RETURN", "SP", 11),
        (b"\"\" * RETURN CHILDREN", "list", 12),
        (b"\"\" * RETURN (STATUS)", "SP", 19),
        (b"\"\" * RETURN (STATUS ())", "list", 21),
        (b"\"\" * RETURN (METADATA ())", "list", 23),
        (b"\"\" * RETURN (METADATA (%))", "entry", 23),
        (b"\"\" * RETURN (CHILDREN (x))", "return-option", 22),
        (b"\"\" * x", "end", 4),
    ]);
    check_lenient::<List<'_>>(&[
        (b"\"\"  *", Deviation::ExtraSpaces, b"\"\" *"),
        (b"\"\" *  return (CHILDREN)", Deviation::ExtraSpaces, b"\"\" * RETURN (CHILDREN)"),
        (b"(REMOTE ) \"\" *", Deviation::TrailingSpace, b"(REMOTE) \"\" *"),
    ]);
    let depth = || ItemList::new([GetMetadataOption::Depth(Depth::One)]);
    let bare = OneOrList::one(Entry::new("x").unwrap());
    assert!(ReturnMetadata::new(depth(), bare.clone()).is_err());
    assert!(ReturnMetadata::new(ItemList::EMPTY, bare).is_ok());
    for known in ["children", "REMOTE", "STATUS", "/x"] {
        assert!(ListOption::new(Atom::new(known).unwrap(), None).is_err());
    }
    for bad in ["1", "(1) (2)"] {
        assert!(ListOption::new(Atom::new("x").unwrap(), RawData::new(bad).ok()).is_err());
    }
    let lsub = |reference, wanted| Lsub { reference: name(reference), pattern: pattern(wanted) };
    check_rows(&[(b"\"\" *", lsub("", "*")), (b"#news. \"a %\"", lsub("#news.", "a %"))]);
    check_rejects::<Lsub<'_>>(&[(b"\"\"", "SP", 2), (b"\"\" (*)", "list-mailbox", 3)]);
    use crate::Command;
    check_rows(&[
        (b"LIST \"\" *", Command::List(simple("", "*"))),
        (b"LSUB \"\" *", Command::Lsub(lsub("", "*"))),
        (b"XLIST \"\" *", Command::Xlist(lsub("", "*"))),
        (b"RLIST \"\" *", Command::Rlist(lsub("", "*"))),
        (b"RLSUB \"\" *", Command::Rlsub(lsub("", "*"))),
    ]);
}

fn data(
    attributes: &[Attribute<'static>],
    delimiter: Option<Delimiter>,
    mailbox: &'static str,
) -> ListData<'static> {
    ListData {
        attributes: ItemList::new(attributes.iter().cloned()),
        delimiter,
        mailbox: name(mailbox),
        extended: ItemList::EMPTY,
    }
}

fn extended(items: Vec<ExtendedItem<'static>>) -> ListData<'static> {
    ListData { extended: ItemList::new(items), ..data(&[], Some(Delimiter::SLASH), "Foo") }
}

#[test]
fn responses() {
    let child = |option: &'static str| {
        ChildOption::Other(OtherChildOption::new(IString::new(option).unwrap()).unwrap())
    };
    let unknown = |name: &'static str, value: &'static str| {
        let value = RawData::new(value).unwrap();
        ExtendedItem::Other(OtherExtended::new(Atom::new(name).unwrap(), value).unwrap())
    };
    let backslash = Delimiter::new(b'\\').unwrap();
    check_rows(&[
        (b"() NIL INBOX", data(&[], None, "INBOX")),
        (b"(\\Noselect) \"/\" \"\"", data(&[Attribute::NoSelect], Some(Delimiter::SLASH), "")),
        (b"() \".\" \"Sent Mail\"", data(&[], Some(Delimiter::DOT), "Sent Mail")),
        (b"() \"\\\\\" a", data(&[], Some(backslash), "a")),
        (b"() \"\\\"\" a", data(&[], Delimiter::new(b'"').ok(), "a")),
        (b"() \" \" a", data(&[], Delimiter::new(b' ').ok(), "a")),
        (b"() NIL \"NIL\"", data(&[], None, "NIL")),
        (b"() \"/\" /INBOX/x", data(&[], Some(Delimiter::SLASH), "/INBOX/x")),
        (
            b"() \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\" \"x\"))",
            extended(Vec::from([ExtendedItem::ChildInfo(
                SomeList::new([ChildOption::Subscribed, child("x")]).unwrap(),
            )])),
        ),
        (
            b"() \"/\" Foo (\"OLDNAME\" (\"a b\"))",
            extended(Vec::from([ExtendedItem::OldName(OldName(name("a b")))])),
        ),
        (
            b"() \"/\" Foo (\"tablecloth\" ((\"edge\" \"lacy\") X) \"x\" 1)",
            extended(Vec::from([
                unknown("tablecloth", "((\"edge\" \"lacy\") X)"),
                unknown("x", "1"),
            ])),
        ),
    ]);
    check_rows_in(
        Mode::UTF8,
        &[(b"() \"/\" \"\xc3\xa9\"", data(&[], Some(Delimiter::SLASH), "\u{e9}"))],
    );
    check_rejects::<ListData<'_>>(&[
        (b"", "list", 0),
        (b"()", "SP", 2),
        (b"() ", "QUOTED-CHAR", 3),
        (b"() / a", "QUOTED-CHAR", 3),
        (b"() \"\" a", "QUOTED-CHAR", 4),
        (b"() \"//\" a", "QUOTED-CHAR", 4),
        (b"() \"\\\" a", "QUOTED-CHAR", 4),
        (b"() \"\xfc\" a", "QUOTED-CHAR", 4),
        (b"() \"\r\" a", "QUOTED-CHAR", 4),
        (b"() \"/\"", "SP", 6),
        (b"() \"/\" ", "mailbox", 7),
        (b"() \"/\" \"a\" b", "list", 11),
        (b"() \"/\" \"a\" (\"x\" 1", "list", 17),
    ]);
    check_lenient::<ListData<'_>>(&[
        (b"()  NIL a", Deviation::ExtraSpaces, b"() NIL a"),
        (b"(\\Marked ) NIL a", Deviation::TrailingSpace, b"(\\Marked) NIL a"),
        (b"() NIL a b", Deviation::UnquotedMailbox, b"() NIL \"a b\""),
        (b"() NIL a (b) c", Deviation::UnquotedMailbox, b"() NIL \"a (b) c\""),
        (b"() NIL [a] %", Deviation::UnquotedMailbox, b"() NIL \"[a] %\""),
        (
            b"() \"/\" INBOX/Da\tOggetto\t1",
            Deviation::UnquotedMailbox,
            b"() \"/\" \"INBOX/Da\tOggetto\t1\"",
        ),
        (b"() NIL \xfc", Deviation::EightBitMailbox, b"() NIL {1}\r\n\xfc"),
        (b"(x) NIL a", Deviation::InvalidItem, b"(x) NIL a"),
        (b"(\\Marked (x y)) NIL a", Deviation::InvalidItem, b"(\\Marked (x y)) NIL a"),
        (b"(\"x y) NIL \"a b\"", Deviation::InvalidItem, b"(\"x y) NIL \"a b\""),
        (b"((\"x) NIL \"a b\"", Deviation::InvalidItem, b"((\"x) NIL \"a b\""),
        (b"(x\"\\y) NIL \"a b\"", Deviation::InvalidItem, b"(x\"\\y) NIL \"a b\""),
        (
            b"() NIL a (\"OLDNAME\" x \"y\" (z))",
            Deviation::InvalidItem,
            b"() NIL a (\"OLDNAME\" x \"y\" (z))",
        ),
        (b"() NIL \"a\" (x)", Deviation::InvalidItem, b"() NIL a (x)"),
    ]);
    use crate::Data;
    let inbox = || data(&[Attribute::Inbox], None, "INBOX");
    check_rows(&[
        (b"LIST (\\Inbox) NIL INBOX", Data::List(inbox())),
        (b"LSUB (\\Inbox) NIL INBOX", Data::Lsub(inbox())),
        (b"XLIST (\\Inbox) NIL INBOX", Data::Xlist(inbox())),
    ]);
    assert!(OtherChildOption::new(IString::new("subscribed").unwrap()).is_err());
    let raw = || RawData::new("1").unwrap();
    assert!(OtherExtended::new(Atom::new("OldName").unwrap(), raw()).is_err());
    assert!(Delimiter::new(0).is_err() && Delimiter::new(b'\r').is_err());
    assert!(Delimiter::new(0xfc).is_err() && Delimiter::new(0x7f).is_ok());
}

#[test]
fn lines() {
    use crate::{Data, Response};
    for (wire, mailbox, items) in [
        (
            &b"* LIST (\\HasNoChildren) \"/\" INBOX/Da\tOggetto\t \r\n"[..],
            &b"INBOX/Da\tOggetto\t"[..],
            0,
        ),
        (b"* LSUB () \"/\" INBOX \r\n", b"INBOX", 0),
        (b"* XLIST (\\Inbox) \"/\" \"Posta in arrivo\"\r\n", b"Posta in arrivo", 0),
        (b"* LIST () NIL NIL\r\n", b"NIL", 0),
        (b"* LIST () \"/\" {6}\r\na\r\nb/c\r\n", b"a\r\nb/c", 0),
        (b"* LIST () \"/\" a (\"OLDNAME\" (b) \"X\" 1) \r\n", b"a", 2),
    ] {
        let response = Response::parse(wire).unwrap();
        let Response::Data(Data::List(data) | Data::Lsub(data) | Data::Xlist(data)) = response
        else {
            panic!("{}", wire.escape_ascii());
        };
        assert_eq!((data.mailbox.as_bytes(), data.extended.len()), (mailbox, items));
    }
}

#[test]
fn patterns_are_copied_as_they_are_written() {
    check_short_ways::<MailboxPattern<'static>>(
        &["*", "%", "a/%", "NIL", "\"*\"", "\"a b\"", "\"\"", "{1}\r\n*", "]", "\"\u{e9}\"", "a{"],
        &["*", "%", "Archive/%", "nil", "]"],
    );
}

#[test]
fn needs() {
    check_needs(&[
        ("LIST \"\" *", &[]),
        ("LSUB \"\" *", &[]),
        ("XLIST \"\" *", &["XLIST"]),
        ("RLIST \"\" *", &["MAILBOX-REFERRALS"]),
        ("RLSUB \"\" *", &["MAILBOX-REFERRALS"]),
        ("LIST () \"\" *", &["LIST-EXTENDED"]),
        ("LIST \"\" (a b)", &["LIST-EXTENDED"]),
        ("LIST \"\" * RETURN ()", &["LIST-EXTENDED"]),
        ("LIST (SUBSCRIBED) \"\" *", &["LIST-EXTENDED"]),
        ("LIST (REMOTE) \"\" *", &["LIST-EXTENDED"]),
        ("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" *", &["LIST-EXTENDED"]),
        ("LIST (SPECIAL-USE) \"\" *", &["SPECIAL-USE"]),
        ("LIST (X-NEW) \"\" *", &[]),
        ("LIST \"\" * RETURN (SUBSCRIBED)", &["LIST-EXTENDED"]),
        ("LIST \"\" * RETURN (CHILDREN)", &["LIST-EXTENDED"]),
        ("LIST \"\" * RETURN (SPECIAL-USE)", &["SPECIAL-USE"]),
        ("LIST \"\" * RETURN (STATUS (UNSEEN))", &["LIST-STATUS"]),
        ("LIST \"\" * RETURN (STATUS (SIZE))", &["LIST-STATUS", "STATUS=SIZE"]),
        ("LIST \"\" * RETURN (MYRIGHTS)", &["LIST-MYRIGHTS"]),
        ("LIST \"\" * RETURN (METADATA (/shared/a))", &["LIST-METADATA"]),
        ("LIST \"\" * RETURN (X-NEW)", &[]),
    ]);
}

proptest! {
    #[test]
    fn roundtrip(
        mailbox in "\\PC{0,10}",
        old in "[ -~]{0,10}",
        attributes in proptest::collection::vec(0..AttributeName::ALL.len(), 0..5),
        delimiter: Option<u8>,
        wanted in "[ -~]{0,10}",
    ) {
        let attributes = attributes.iter().map(|at| {
            let name = AttributeName::ALL[*at];
            Attribute::parse_arguments(name, b"", &Context::new(crate::Tolerance::strict())).unwrap().1
        });
        let Ok(mailbox) = Mailbox::new(&mailbox) else { return Ok(()) };
        let data = ListData {
            attributes: ItemList::new(attributes),
            delimiter: delimiter.and_then(|octet| Delimiter::new(octet).ok()),
            mailbox,
            extended: ItemList::new([ExtendedItem::OldName(OldName(name(&old)))]),
        };
        check_roundtrip!(ListData: data);
        let wanted = MailboxPattern::new(&wanted).unwrap();
        let list = List {
            select: Some(ItemList::new([SelectOption::Remote])),
            returns: Some(ItemList::new([ReturnOption::MyRights])),
            ..List::new(name(&old), wanted)
        };
        check_roundtrip!(List: list);
    }
}
