use super::*;
use crate::element::parameter::Label;
use crate::rows::{check_lenient, check_needs, check_rejects, check_roundtrip, check_rows};
use proptest::prelude::*;

fn number(number: u32) -> NzNumber {
    NzNumber::new(number).unwrap()
}

fn uids(uids: &'static str) -> UidSet<'static> {
    UidSet::parse(uids.as_bytes()).unwrap()
}

fn select<const N: usize>(
    name: &'static str,
    parameters: [SelectParameter<'static>; N],
) -> Select<'static> {
    Select { mailbox: Mailbox::new(name).unwrap(), parameters: ItemList::new(parameters) }
}

fn qresync() -> QResync<'static> {
    QResync::new(number(67_890_007), ModSeq::new(20_050_715_194_045_000).unwrap()).unwrap()
}

fn other(name: &'static str, value: Option<&'static str>) -> SelectParameter<'static> {
    let parameter = Parameter::new(Label::new(name).unwrap(), value).unwrap();
    SelectParameter::Other(SelectExtension::new(parameter).unwrap())
}

#[test]
fn rows() {
    let matched = || SequenceMatch { sequence: uids("1,3,5"), uids: uids("4,8:9") };
    let resync = |known| SelectParameter::QResync(Box::new(known));
    check_rows(&[
        (b"INBOX", select("INBOX", [])),
        (b"\"a b\" (CONDSTORE)", select("a b", [SelectParameter::CondStore])),
        (
            b"x (ANNOTATE X-A X-B (1 \"2\"))",
            select(
                "x",
                [SelectParameter::Annotate, other("X-A", None), other("X-B", Some("(1 \"2\")"))],
            ),
        ),
        (b"x (QRESYNC (67890007 20050715194045000))", select("x", [resync(qresync())])),
        (
            b"x (QRESYNC (67890007 20050715194045000 1:7) CONDSTORE)",
            select(
                "x",
                [resync(qresync().with_known_uids(uids("1:7"))), SelectParameter::CondStore],
            ),
        ),
        (
            b"x (QRESYNC (67890007 20050715194045000 1:7 (1,3,5 4,8:9)))",
            select(
                "x",
                [resync(qresync().with_known_uids(uids("1:7")).with_sequence_match(matched()))],
            ),
        ),
        (
            b"x (QRESYNC (67890007 20050715194045000 (1,3,5 4,8:9)))",
            select("x", [resync(qresync().with_sequence_match(matched()))]),
        ),
    ]);
    check_rejects::<Select<'_>>(&[
        (b"", "mailbox", 0),
        (b"x ()", "list", 3),
        (b"x (", "tagged-ext-label", 3),
        (b"x (CONDSTORE", "list", 12),
        (b"x (QRESYNC)", "SP", 10),
        (b"x (QRESYNC 1)", "QRESYNC", 11),
        (b"x (QRESYNC (1))", "SP", 13),
        (b"x (QRESYNC (1 -1))", "mod-sequence-value", 14),
        (b"x (QRESYNC (1 2 1:*))", "uniqueid", 18),
        (b"x (QRESYNC (1 2 (1))", "SP", 18),
        (b"x (QRESYNC (1 2 (1 2) 3))", "QRESYNC", 21),
        (b"x y", "end", 1),
    ]);
    check_lenient::<Select<'_>>(&[
        (b"x (CONDSTORE )", Deviation::TrailingSpace, b"x (CONDSTORE)"),
        (b"x  (CONDSTORE)", Deviation::ExtraSpaces, b"x (CONDSTORE)"),
        (b"x (QRESYNC (1 0))", Deviation::ZeroNumber, b"x (QRESYNC (1 0))"),
        (b"x (QRESYNC (0 1))", Deviation::ZeroNumber, b"x (QRESYNC (0 1))"),
    ]);
}

#[test]
fn commands() {
    use crate::Command;
    check_rows(&[
        (b"SELECT INBOX", Command::Select(Mailbox::INBOX.into())),
        (
            b"EXAMINE INBOX (CONDSTORE)",
            Command::Examine(select("INBOX", [SelectParameter::CondStore])),
        ),
        (b"CLOSE", Command::Close),
        (b"UNSELECT", Command::Unselect),
    ]);
    check_rejects::<Command<'_>>(&[(b"SELECT", "SP", 6), (b"CLOSE INBOX", "end", 5)]);
}

#[test]
fn codes() {
    use crate::Code;
    let id = MailboxId(ObjectId::new("F2").unwrap());
    check_rows(&[
        (b"MAILBOXID (F2)", Code::MailboxId(id)),
        (b"ANNOTATIONS NONE", Code::Annotations(Annotations::None)),
    ]);
    check_rows(&[(b"(F2-a_b)", MailboxId(ObjectId::new("F2-a_b").unwrap()))]);
    check_rejects::<MailboxId<'_>>(&[
        (b"F2", "MAILBOXID", 0),
        (b"()", "objectid", 1),
        (b"(a b)", "MAILBOXID", 2),
    ]);
    let size = number(20480);
    check_rows(&[
        (b"NONE", Annotations::None),
        (b"READ-ONLY", Annotations::ReadOnly { private: true }),
        (b"READ-ONLY NOPRIVATE", Annotations::ReadOnly { private: false }),
        (b"20480", Annotations::Size { size, private: true }),
        (b"20480 NOPRIVATE", Annotations::Size { size, private: false }),
    ]);
    check_rejects::<Annotations>(&[
        (b"", "ann-size", 0),
        (b"SOME", "ann-size", 0),
        (b"1 PRIVATE", "ann-size", 2),
        (b"NONE NOPRIVATE", "end", 4),
    ]);
    check_lenient::<Annotations>(&[(b"0", Deviation::ZeroNumber, b"0")]);
}

#[test]
fn what_has_a_name_here_is_no_extension() {
    let parameter = Parameter::new(Label::new("condStore").unwrap(), None::<&str>).unwrap();
    assert!(SelectExtension::new(parameter).is_err());
    assert!(QResync::new(number(1), ModSeq::ZERO).is_err());
}

#[test]
fn needs() {
    check_needs(&[
        ("SELECT x", &[]),
        ("EXAMINE x (CONDSTORE)", &["CONDSTORE or QRESYNC"]),
        ("SELECT x (QRESYNC (1 2))", &["ENABLE QRESYNC"]),
        ("SELECT x (ANNOTATE)", &["ANNOTATE-EXPERIMENT-1"]),
        ("SELECT x (X-NEW)", &[]),
        ("UNSELECT", &["UNSELECT"]),
        ("CLOSE", &[]),
    ]);
}

proptest! {
    #[test]
    fn roundtrip(
        name in "[ -~]{0,12}",
        validity in 1_u32..,
        mod_seq in 1_u64..=i64::MAX as u64,
        known in proptest::collection::vec(1_u32.., 0..5),
        annotate: bool,
    ) {
        let mut resync = QResync::new(number(validity), ModSeq::new(mod_seq).unwrap()).unwrap();
        if let Ok(uids) = UidSet::from_uids(known) {
            let sequence = uids.clone();
            resync = resync
                .with_known_uids(uids.clone())
                .with_sequence_match(SequenceMatch { sequence, uids });
        }
        let mut parameters = alloc::vec![SelectParameter::QResync(Box::new(resync))];
        parameters.extend(annotate.then_some(SelectParameter::Annotate));
        let mailbox = Mailbox::new(&name).unwrap();
        let select = Select { mailbox, parameters: ItemList::new(parameters) };
        check_roundtrip!(Select: select);
    }
}
