use super::*;
use crate::element::parameter::Label;
use crate::rows::{check_lenient, check_needs, check_rejects, check_roundtrip, check_rows};
use alloc::vec::Vec;
use proptest::prelude::*;

fn name(name: &str) -> Mailbox<'_> {
    Mailbox::new(name).unwrap()
}

fn entry(name: &str) -> Entry<'_> {
    Entry::new(name).unwrap()
}

fn value(name: &'static str, value: Option<&'static str>) -> EntryValue<'static> {
    EntryValue { entry: entry(name), value: value.map(MetadataValue::new) }
}

#[test]
fn getting() {
    let get = |options: Vec<GetMetadataOption<'static>>, mailbox, entries| GetMetadata {
        options: ItemList::new(options),
        mailbox: name(mailbox),
        entries,
    };
    let two = || OneOrList::list([entry("/shared/comment"), entry("/private/comment")]).unwrap();
    let other = |name: &'static str, value: Option<&'static str>| {
        let parameter = Parameter::new(Label::new(name).unwrap(), value).unwrap();
        GetMetadataOption::Other(GetMetadataExtension::new(parameter).unwrap())
    };
    check_rows(&[
        (b"\"\" /shared/comment", get(Vec::new(), "", OneOrList::one(entry("/shared/comment")))),
        (b"INBOX (/shared/comment /private/comment)", get(Vec::new(), "INBOX", two())),
        (
            b"(MAXSIZE 1024 DEPTH 0 X-Y (1) X-Z) INBOX (/a)",
            get(
                Vec::from([
                    GetMetadataOption::MaxSize(Number(1024)),
                    GetMetadataOption::Depth(Depth::Zero),
                    other("X-Y", Some("(1)")),
                    other("X-Z", None),
                ]),
                "INBOX",
                OneOrList::list([entry("/a")]).unwrap(),
            ),
        ),
        (
            b"(DEPTH 1) INBOX (/shared/comment /private/comment)",
            get(Vec::from([GetMetadataOption::Depth(Depth::One)]), "INBOX", two()),
        ),
        (
            b"(DEPTH infinity) INBOX /a",
            get(
                Vec::from([GetMetadataOption::Depth(Depth::Infinity)]),
                "INBOX",
                OneOrList::one(entry("/a")),
            ),
        ),
    ]);
    check_rejects::<GetMetadata<'_>>(&[
        (b"", "mailbox", 0),
        (b"INBOX", "SP", 5),
        (b"INBOX ", "entry", 6),
        (b"INBOX ()", "list", 7),
        (b"INBOX /a*", "end", 8),
        (b"() INBOX /a", "list", 1),
        (b"(DEPTH 2) INBOX /a", "DEPTH", 7),
        (b"(MAXSIZE x) INBOX /a", "number", 9),
    ]);
    check_lenient::<GetMetadata<'_>>(&[
        (
            b"INBOX (DEPTH 1) /private/comment",
            Deviation::OptionsBehindMailbox,
            b"(DEPTH 1) INBOX /private/comment",
        ),
        (
            b"\"INBOX\" (MAXSIZE 1024) (/shared/comment /private/comment)",
            Deviation::OptionsBehindMailbox,
            b"(MAXSIZE 1024) INBOX (/shared/comment /private/comment)",
        ),
        (
            b"INBOX /private/comment /shared/comment",
            Deviation::BareEntries,
            b"INBOX (/private/comment /shared/comment)",
        ),
        (b"INBOX  /a", Deviation::ExtraSpaces, b"INBOX /a"),
        (b"INBOX (/a )", Deviation::TrailingSpace, b"INBOX (/a)"),
    ]);
    let depth = Parameter::new(Label::new("depth").unwrap(), Some("1")).unwrap();
    assert!(GetMetadataExtension::new(depth).is_err());
}

#[test]
fn setting() {
    let set = |mailbox, values: Vec<EntryValue<'static>>| SetMetadata {
        mailbox: name(mailbox),
        values: SomeList::new(values).unwrap(),
    };
    check_rows(&[
        (
            b"INBOX (/private/comment NIL)",
            set("INBOX", Vec::from([value("/private/comment", None)])),
        ),
        (
            b"\"\" (/a \"b c\" /d {2}\r\n\r\n /e ~{1}\r\n\0)",
            set(
                "",
                Vec::from([
                    value("/a", Some("b c")),
                    value("/d", Some("\r\n")),
                    value("/e", Some("\0")),
                ]),
            ),
        ),
    ]);
    check_rejects::<SetMetadata<'_>>(&[
        (b"INBOX", "SP", 5),
        (b"INBOX /a NIL", "list", 6),
        (b"INBOX ()", "list", 7),
        (b"INBOX (/a)", "SP", 9),
        (b"INBOX (/a b)", "value", 10),
        (b"INBOX (/a {1}\r\n\0)", "literal", 10),
        (b"INBOX (/a ~\"x\")", "value", 10),
        (b"INBOX (/a ~{3}\r\nx)", "literal", 16),
    ]);
    check_lenient::<SetMetadata<'_>>(&[
        (b"x (/a NIL )", Deviation::TrailingSpace, b"x (/a NIL)"),
        (b"x (/a  NIL)", Deviation::ExtraSpaces, b"x (/a NIL)"),
    ]);
}

#[test]
fn responses() {
    let values = |mailbox, values: Vec<EntryValue<'static>>| MetadataData {
        mailbox: name(mailbox),
        items: MetadataItems::Values(
            SomeList::new(values.into_iter().map(MetadataItem::Value)).unwrap(),
        ),
    };
    let changed = |names: Vec<&'static str>| MetadataData {
        mailbox: name(""),
        items: MetadataItems::Changed(ChangedEntries::new(names.into_iter().map(entry)).unwrap()),
    };
    check_rows(&[
        (
            b"INBOX (/private/comment \"My comment\" /shared/comment NIL)",
            values(
                "INBOX",
                Vec::from([
                    value("/private/comment", Some("My comment")),
                    value("/shared/comment", None),
                ]),
            ),
        ),
        (b"\"\" (/a ~{2}\r\n\0))", values("", Vec::from([value("/a", Some("\0)"))]))),
        (b"\"\" /shared/comment", changed(Vec::from(["/shared/comment"]))),
        (b"\"\" /a /b", changed(Vec::from(["/a", "/b"]))),
    ]);
    check_rejects::<MetadataData<'_>>(&[
        (b"", "mailbox", 0),
        (b"x", "SP", 1),
        (b"x ", "entry", 2),
        (b"x ()", "list", 3),
        (b"x (/a NIL", "list", 9),
        (b"x /a (", "entry", 5),
    ]);
    check_lenient::<MetadataData<'_>>(&[
        (b"x (/a b /c \"d\")", Deviation::InvalidItem, b"x (/a b /c \"d\")"),
        (b"x (/*  \"b\" /c \"d\")", Deviation::InvalidItem, b"x (/*  \"b\" /c \"d\")"),
        (b"x (/a NIL )", Deviation::TrailingSpace, b"x (/a NIL)"),
    ]);
    let data = MetadataData::parse(b"x (/a b /c \"d\")").unwrap();
    let MetadataItems::Values(values) = &data.items else { panic!() };
    let read: Vec<_> = values.iter().map(|item| item.value().cloned()).collect();
    assert_eq!(read, [None, Some(MetadataValue::new("d"))]);
    assert!(ChangedEntries::new([]).is_err());
}

#[test]
fn codes() {
    check_rows(&[
        (b"LONGENTRIES 2199", MetadataCode::LongEntries(2199)),
        (b"MAXSIZE 1024", MetadataCode::MaxSize(1024)),
        (b"TOOMANY", MetadataCode::TooMany),
        (b"NOPRIVATE", MetadataCode::NoPrivate),
    ]);
    check_rejects::<MetadataCode>(&[
        (b"", "METADATA", 0),
        (b"MAXSIZE", "SP", 7),
        (b"MAXSIZE x", "number", 8),
        (b"TOOMANY 1", "end", 7),
    ]);
}

#[test]
fn needs() {
    check_needs(&[
        ("GETMETADATA x /shared/a", &["METADATA or METADATA-SERVER", "METADATA"]),
        ("GETMETADATA \"\" /shared/a", &["METADATA or METADATA-SERVER"]),
        ("SETMETADATA x (/shared/a NIL)", &["METADATA or METADATA-SERVER", "METADATA"]),
        ("SETMETADATA \"\" (/shared/a NIL)", &["METADATA or METADATA-SERVER"]),
    ]);
}

proptest! {
    #[test]
    fn roundtrip(mailbox in "\\PC{0,8}", names in proptest::collection::vec("/[ -$&-)+-~]{0,9}", 1..4), octets: Vec<u8>) {
        let Ok(mailbox) = Mailbox::new(&mailbox) else { return Ok(()) };
        let values: Vec<_> = names
            .iter()
            .map(|name| EntryValue { entry: entry(name), value: Some(MetadataValue::new(&octets)) })
            .collect();
        let set = SetMetadata {
            mailbox: mailbox.clone(),
            values: SomeList::new(values.clone()).unwrap(),
        };
        check_roundtrip!(SetMetadata: set);
        let values = values.into_iter().map(MetadataItem::Value);
        let items = MetadataItems::Values(SomeList::new(values).unwrap());
        let data = MetadataData { mailbox: mailbox.clone(), items };
        check_roundtrip!(MetadataData: data);
        let entries = OneOrList::list(names.iter().map(|name| entry(name))).unwrap();
        let options = ItemList::new([GetMetadataOption::MaxSize(Number(7))]);
        let get = GetMetadata { options, mailbox, entries };
        check_roundtrip!(GetMetadata: get);
    }
}
