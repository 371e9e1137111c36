use super::*;
use crate::element::object_id::ObjectId;
use crate::rows::{
    check_lenient, check_needs, check_rejects, check_roundtrip, check_rows, check_short_ways,
};
use proptest::prelude::*;

fn nz(number: u32) -> NzNumber {
    NzNumber::new(number).unwrap()
}

fn large(number: u64) -> Number64 {
    Number64::new(number).unwrap()
}

fn data<const N: usize>(
    name: &'static str,
    items: [StatusItem<'static>; N],
) -> StatusData<'static> {
    StatusData { mailbox: Mailbox::new(name).unwrap(), items: ItemList::new(items) }
}

fn other(name: &'static str, value: &'static str) -> StatusItem<'static> {
    let value = RawData::new(value).unwrap();
    StatusItem::Other(OtherStatus::new(Atom::new(name).unwrap(), value).unwrap())
}

#[test]
fn items() {
    for name in StatusName::ALL {
        let attribute = StatusAttribute::parse(name.as_str().as_bytes()).unwrap();
        assert_eq!(attribute, StatusAttribute::Known(*name));
    }
    check_rows(&[
        (b"MESSAGES 231", StatusItem::Messages(Number(231))),
        (b"RECENT 0", StatusItem::Recent(Number(0))),
        (b"UIDNEXT 44292", StatusItem::UidNext(nz(44292))),
        (b"UIDVALIDITY 1", StatusItem::UidValidity(nz(1))),
        (b"UNSEEN 5", StatusItem::Unseen(Number(5))),
        (b"DELETED 4", StatusItem::Deleted(Number(4))),
        (b"SIZE 5000000000", StatusItem::Size(large(5_000_000_000))),
        (b"HIGHESTMODSEQ 0", StatusItem::HighestModSeq(ModSeq::ZERO)),
        (b"APPENDLIMIT 257890", StatusItem::AppendLimit(AppendLimit(Some(257_890)))),
        (b"APPENDLIMIT NIL", StatusItem::AppendLimit(AppendLimit(None))),
        (b"MAILBOXID (F2-1)", StatusItem::MailboxId(MailboxId(ObjectId::new("F2-1").unwrap()))),
        (b"DELETED-STORAGE 8", StatusItem::DeletedStorage(large(8))),
        (b"X-GUID \"a b\"", other("X-GUID", "\"a b\"")),
        (b"X (1 (2))", other("X", "(1 (2))")),
    ]);
    check_rejects::<StatusItem<'_>>(&[
        (b"", "status-att", 0),
        (b"MESSAGES", "SP", 8),
        (b"MESSAGES x", "number", 9),
        (b"MESSAGES 4294967296", "number", 9),
        (b"UIDNEXT -1", "nz-number", 8),
        (b"APPENDLIMIT x", "number", 12),
        (b"MAILBOXID F2", "MAILBOXID", 10),
        (b"X", "SP", 1),
    ]);
    check_lenient::<StatusItem<'_>>(&[
        (b"UIDNEXT 0", Deviation::ZeroNumber, b"UIDNEXT 0"),
        (b"SIZE -1", Deviation::NegativeNumber, b"SIZE 0"),
        (b"SIZE 1.5e3", Deviation::FloatNumber, b"SIZE 1500"),
        (b"MESSAGES  1", Deviation::ExtraSpaces, b"MESSAGES 1"),
    ]);
    assert!(OtherAttribute::new(Atom::new("size").unwrap()).is_err());
    let two = RawData::new("1 2").unwrap();
    assert!(OtherStatus::new(Atom::new("x").unwrap(), two).is_err());
}

#[test]
fn responses() {
    check_rows(&[
        (
            b"blurdybloop (MESSAGES 231 UIDNEXT 44292)",
            data(
                "blurdybloop",
                [StatusItem::Messages(Number(231)), StatusItem::UidNext(nz(44292))],
            ),
        ),
        (b"\"Sent Items\" ()", data("Sent Items", [])),
    ]);
    check_rejects::<StatusData<'_>>(&[
        (b"", "mailbox", 0),
        (b"INBOX", "SP", 5),
        (b"INBOX MESSAGES 1", "list", 6),
        (b"INBOX (MESSAGES 1", "list", 17),
        (b"\"a\" b (MESSAGES 1)", "list", 4),
    ]);
    check_lenient::<StatusData<'_>>(&[
        (b"INBOX (MESSAGES 0 )", Deviation::TrailingSpace, b"INBOX (MESSAGES 0)"),
        (b"INBOX  (MESSAGES 0)", Deviation::ExtraSpaces, b"INBOX (MESSAGES 0)"),
        (
            b"Sent Items (MESSAGES 0 MAILBOXID (F1))",
            Deviation::UnquotedMailbox,
            b"\"Sent Items\" (MESSAGES 0 MAILBOXID (F1))",
        ),
        (b"a (b) c ()", Deviation::UnquotedMailbox, b"\"a (b) c\" ()"),
        (b"INBOX (MESSAGES x UNSEEN 3)", Deviation::InvalidItem, b"INBOX (MESSAGES x UNSEEN 3)"),
        (b"INBOX (MESSAGES)", Deviation::InvalidItem, b"INBOX (MESSAGES)"),
    ]);
    let damaged = StatusData::parse(b"INBOX (MESSAGES 5000000000 UNSEEN 3)").unwrap();
    assert_eq!(damaged.items.len(), 2);
    assert!(matches!(damaged.items.iter().next(), Some(StatusItem::Invalid(_))));
    assert!(damaged.items.contains(&StatusItem::Unseen(Number(3))));
}

#[test]
fn lines() {
    use crate::Response;
    // A mailbox in words, and a blank at the end, to the end of the line.
    for (wire, name) in [
        (&b"* STATUS Sent Items (MESSAGES 0) \r\n"[..], &b"Sent Items"[..]),
        (b"* STATUS a\tb (MESSAGES 0)\r\n", b"a\tb"),
        (b"* STATUS INBOX (MESSAGES 0) \r\n", b"INBOX"),
    ] {
        let Ok(Response::Data(crate::Data::Status(data))) = Response::parse(wire) else {
            panic!("{}", wire.escape_ascii());
        };
        assert_eq!((data.mailbox.as_bytes(), data.items.len()), (name, 1));
    }
}

#[test]
fn commands() {
    let status = |name, attributes| Status {
        mailbox: Mailbox::new(name).unwrap(),
        attributes: SomeList::new(attributes).unwrap(),
    };
    let x = OtherAttribute::new(Atom::new("X-GUID").unwrap()).unwrap();
    check_rows(&[
        (
            b"a (UIDNEXT X-GUID)",
            status("a", [StatusName::UidNext.into(), StatusAttribute::Other(x)]),
        ),
        (
            b"\"a b\" (SIZE DELETED-STORAGE)",
            status("a b", [StatusName::Size.into(), StatusName::DeletedStorage.into()]),
        ),
    ]);
    check_rejects::<Status<'_>>(&[
        (b"a", "SP", 1),
        (b"a ()", "list", 3),
        (b"a MESSAGES", "list", 2),
        (b"a ((x))", "status-att", 3),
    ]);
    check_lenient::<Status<'_>>(&[
        (b"a (SIZE )", Deviation::TrailingSpace, b"a (SIZE)"),
        (b"a  (SIZE)", Deviation::ExtraSpaces, b"a (SIZE)"),
    ]);
}

#[test]
fn names_are_copied_as_they_are_written() {
    check_short_ways::<StatusAttribute<'static>>(
        &[
            "MESSAGES",
            "messages",
            "UIDNEXT",
            "X-NEW",
            "x-new",
            "DELETED-STORAGE",
            "A]",
            "\"A\"",
            "<",
        ],
        &["MESSAGES", "UIDNEXT", "X-NEW", "DELETED-STORAGE"],
    );
}

#[test]
fn needs() {
    check_needs(&[
        ("STATUS x (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN X-NEW)", &[]),
        ("STATUS x (DELETED)", &["QUOTA or QUOTA=RES- or IMAP4rev2"]),
        ("STATUS x (SIZE)", &["STATUS=SIZE"]),
        ("STATUS x (HIGHESTMODSEQ)", &["CONDSTORE or QRESYNC"]),
        ("STATUS x (APPENDLIMIT)", &["APPENDLIMIT"]),
        ("STATUS x (MAILBOXID)", &["OBJECTID"]),
        ("STATUS x (messages mailboxid)", &["OBJECTID"]),
        ("STATUS x (DELETED-STORAGE)", &["QUOTA or QUOTA=RES-"]),
    ]);
}

/// The short way finds every name that needs something, wherever it stands.
#[test]
fn what_needs_nothing_is_known_without_decoding() {
    for name in StatusName::ALL {
        for wire in [alloc::string::String::from(name.as_str()), name.as_str().to_ascii_lowercase()]
        {
            let needs = name.need().is_some();
            assert_eq!(StatusAttribute::may_need(wire.as_bytes()), needs, "{wire}");
            let behind = alloc::format!("MESSAGES  UNSEEN {wire} RECENT");
            assert_eq!(StatusAttribute::may_need(behind.as_bytes()), needs, "{behind}");
        }
    }
}

proptest! {
    #[test]
    fn roundtrip(name in "\\PC{0,8}", messages: u32, size in 0..=i64::MAX as u64, next in 1_u32..) {
        let Ok(mailbox) = Mailbox::new(&name) else { return Ok(()) };
        let items = ItemList::new([
            StatusItem::Messages(Number(messages)),
            StatusItem::Size(large(size)),
            StatusItem::UidNext(nz(next)),
            other("X", "(a)"),
        ]);
        let data = StatusData { mailbox, items };
        check_roundtrip!(StatusData: data);
    }
}
