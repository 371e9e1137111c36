use super::super::argument::{AnnotationScope, EntryType, ModSeqEntry};
use super::*;
use crate::element::annotation::{AnnotationValue, EntryMatch};
use crate::element::flag::Flag;
use crate::element::mod_seq::ModSeq;
use crate::family::search::{Search, SearchProgram};
use crate::family::thread::ThreadAlgorithm;
use crate::rows::{check_lenient, check_needs, check_rejects, check_rows};
use crate::{Command, TaggedCommand};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

fn text(text: &'static str) -> AString<'static> {
    AString::new(text).unwrap()
}

fn set(set: &str) -> SearchKey<'static> {
    SearchKey::Set(SequenceSet::parse(set.as_bytes()).unwrap().into_owned())
}

fn other(name: &'static str, values: Option<&'static str>) -> SearchKey<'static> {
    let values = values.map(|values| RawData::new(values).unwrap());
    SearchKey::Other(OtherKey::new(Atom::new(name).unwrap(), values).unwrap())
}

fn id(id: &'static str) -> ObjectId<'static> {
    ObjectId::new(id).unwrap()
}

/// A key of its argument.
type Make<T> = fn(T) -> SearchKey<'static>;

#[test]
fn rows_of_the_base_protocol() {
    use SearchKey as K;
    let day = Date::new(1994, 2, 1).unwrap();
    let keyword = Keyword::new("$Junk").unwrap();
    let bare = [
        K::All,
        K::Answered,
        K::Deleted,
        K::Draft,
        K::Flagged,
        K::New,
        K::Old,
        K::Recent,
        K::Seen,
        K::Unanswered,
        K::Undeleted,
        K::Undraft,
        K::Unflagged,
        K::Unseen,
        K::SaveDateSupported,
    ];
    for key in bare {
        let name = key.name().unwrap().as_str();
        check_rows(&[(name.as_bytes(), key)]);
    }
    let texts: [(&str, Make<AString<'static>>); 10] = [
        ("BCC", K::Bcc),
        ("BODY", K::Body),
        ("CC", K::Cc),
        ("FROM", K::From),
        ("SUBJECT", K::Subject),
        ("TEXT", K::Text),
        ("TO", K::To),
        ("X-GM-RAW", K::XGmRaw),
        ("CID", K::Cid),
        ("X-GM-LABELS", |label| K::XGmLabels(GmailLabel::new(label.into_inner()).unwrap())),
    ];
    for (name, key) in texts {
        for (wire, value) in [("abc", "abc"), ("\"a \\\"b\"", "a \"b"), ("{3}\r\na\r\n", "a\r\n")] {
            let wire = [name, " ", wire].concat();
            check_rows(&[(wire.as_bytes(), key(text(value)))]);
        }
    }
    let days: [(&str, Make<Date>); 9] = [
        ("BEFORE", K::Before),
        ("ON", K::On),
        ("SINCE", K::Since),
        ("SENTBEFORE", K::SentBefore),
        ("SENTON", K::SentOn),
        ("SENTSINCE", K::SentSince),
        ("SAVEDBEFORE", K::SavedBefore),
        ("SAVEDON", K::SavedOn),
        ("SAVEDSINCE", K::SavedSince),
    ];
    for (name, key) in days {
        check_rows(&[([name, " 1-Feb-1994"].concat().as_bytes(), key(day))]);
    }
    let uids = SequenceSet::parse(b"1:5,9").unwrap();
    check_rows(&[
        (
            b"HEADER Message-ID \"\"",
            K::Header(HeaderKey { name: text("Message-ID"), value: text("") }),
        ),
        (b"KEYWORD $Junk", K::Keyword(keyword.clone())),
        (b"UNKEYWORD $Junk", K::Unkeyword(keyword)),
        (b"LARGER 9223372036854775807", K::Larger(Number64::new(u64::MAX >> 1).unwrap())),
        (b"SMALLER 0", K::Smaller(Number64::new(0).unwrap())),
        (b"UID 1:5,9", K::Uid(uids)),
        (b"UID $", K::Uid(SequenceSet::SAVED)),
        (b"1:*", set("1:*")),
        (b"*", set("*")),
        (b"$", set("$")),
        (b"NOT SEEN", K::not(K::Seen).unwrap()),
        (b"OR SEEN NOT DRAFT", K::or(K::Seen, K::not(K::Draft).unwrap()).unwrap()),
        (b"(SEEN)", K::group([K::Seen]).unwrap()),
        (
            b"OR (SEEN DRAFT) (1 $)",
            K::or(K::group([K::Seen, K::Draft]).unwrap(), K::group([set("1"), set("$")]).unwrap())
                .unwrap(),
        ),
    ]);
}

#[test]
fn rows_of_extensions() {
    use SearchKey as K;
    let entry = |flag, kind| Some(ModSeqEntry::new(flag, kind).unwrap());
    let modseq = |entry, value| K::ModSeq(ModSeqKey { entry, value: ModSeq::new(value).unwrap() });
    let annotation = |attribute, value| {
        let entry = EntryMatch::new("/com*%").unwrap();
        K::Annotation(AnnotationKey { entry, attribute, value })
    };
    let in_thread = InThreadKey {
        algorithm: ThreadAlgorithm::REFS,
        key: Nested::new(K::From(text("mary"))).unwrap(),
    };
    let junk = Flag::Keyword(Keyword::new("$Junk").unwrap());
    let imap4 = AnnotationValue::new("IMAP4");
    check_rows(&[
        (b"OLDER 259200", K::Older(NzNumber::new(259_200).unwrap())),
        (b"YOUNGER 1", K::Younger(NzNumber::new(1).unwrap())),
        (b"MODSEQ 0", modseq(None, 0)),
        (b"MODSEQ 620162338", modseq(None, 620_162_338)),
        (b"MODSEQ \"/flags/\\\\Draft\" all 5", modseq(entry(Flag::Draft, EntryType::All), 5)),
        (b"MODSEQ \"/flags/$Junk\" priv 5", modseq(entry(junk.clone(), EntryType::Private), 5)),
        (b"MODSEQ \"/flags/$Junk\" shared 5", modseq(entry(junk, EntryType::Shared), 5)),
        (b"EMAILID M6d99ac3275bb4e", K::EmailId(id("M6d99ac3275bb4e"))),
        (b"THREADID T64b478a75b7ea9", K::ThreadId(id("T64b478a75b7ea9"))),
        (b"FUZZY SUBJECT Helo", K::fuzzy(K::Subject(text("Helo"))).unwrap()),
        (b"FILTER on-the-road", K::Filter(FilterName::new("on-the-road").unwrap())),
        (b"ANNOTATION /com*% value \"IMAP4\"", annotation(AnnotationScope::Any, imap4.clone())),
        (
            b"ANNOTATION /com*% value.priv NIL",
            annotation(AnnotationScope::Private, AnnotationValue::NIL),
        ),
        (b"ANNOTATION /com*% value.shared \"IMAP4\"", annotation(AnnotationScope::Shared, imap4)),
        (b"UIDAFTER 33875", K::UidAfter(NzNumber::new(33_875).unwrap())),
        (b"UIDBEFORE 44371", K::UidBefore(NzNumber::new(44_371).unwrap())),
        (b"X-GM-LABELS \\Inbox", K::XGmLabels(GmailLabel::new("\\Inbox").unwrap())),
        (b"X-GM-MSGID 18446744073709551615", K::XGmMsgId(GmailId(u64::MAX))),
        (b"X-GM-THRID 5", K::XGmThrId(GmailId(5))),
        (b"INTHREAD REFS FROM mary", K::InThread(in_thread)),
        (
            b"MIMEPART (TYPE image NOT CHILD)",
            K::MimePart(MimePartKey::new("(TYPE image NOT CHILD)").unwrap()),
        ),
        (b"X-NEW", other("X-NEW", None)),
        (b"X-NEW \"a\" (b c) 1:5 $", other("X-NEW", Some("\"a\" (b c) 1:5 $"))),
    ]);
    let label = SearchKey::parse(br#"X-GM-LABELS "\\Inbox""#).unwrap();
    assert_eq!(label.to_bytes(), b"X-GM-LABELS \\Inbox");
    let binary = SearchKey::parse(b"ANNOTATION /a value ~{3}\r\nabc").unwrap();
    assert_eq!(binary.to_bytes(), b"ANNOTATION /a value \"abc\"");
}

#[test]
fn rejects() {
    check_rejects::<SearchKey<'_>>(&[
        (b"", "search-key", 0),
        (b"\"SEEN\"", "search-key", 0),
        (b"()", "search-key", 1),
        (b"(SEEN", "search-key", 5),
        (b"(SEEN DRAFT", "search-key", 11),
        (b"RETURN (MIN)", "search-key", 0),
        (b"CHARSET UTF-8", "search-key", 0),
        (b"IN (inboxes)", "search-key", 0),
        (b"SEEN DRAFT", "end", 4),
        (b"NOT", "SP", 3),
        (b"NOT ", "search-key", 4),
        (b"OR SEEN", "SP", 7),
        (b"OR SEEN ", "search-key", 8),
        (b"FROM", "SP", 4),
        (b"FROM ", "astring", 5),
        (b"FROM \"x", "quoted", 7),
        (b"HEADER x", "SP", 8),
        (b"BEFORE 30-Feb-2024", "date-day", 7),
        (b"KEYWORD \\Seen", "flag-keyword", 8),
        (b"LARGER x", "number64", 7),
        (b"LARGER -1", "number64", 7),
        (b"UID x", "sequence-set", 4),
        (b"UID 0", "seq-number", 4),
        (b"1,x", "seq-number", 2),
        (b"MODSEQ", "SP", 6),
        (b"MODSEQ x", "mod-sequence-value", 7),
        (b"MODSEQ \"/other/x\" all 1", "entry-flag-name", 7),
        (b"MODSEQ \"/flags/\\\\Recent\" all 1", "entry-flag-name", 7),
        (b"MODSEQ \"/flags/x\" some 1", "entry-type-req", 18),
        (b"EMAILID a.b", "end", 9),
        (b"FILTER a/b", "filter-name", 8),
        (b"X-GM-MSGID x", "number", 11),
        (b"MIMEPART x", "mimepart", 9),
        (b"ANNOTATION /a x \"\"", "att-search", 14),
        (b"UIDAFTER $", "nz-number", 9),
        (b"X-NEW (a", "tagged-ext-val", 8),
        (b"X-NEW  5", "tagged-ext-val", 6),
    ]);
    check_lenient::<SearchKey<'_>>(&[
        (b"OR  SEEN DRAFT", Deviation::ExtraSpaces, b"OR SEEN DRAFT"),
        (b"(SEEN )", Deviation::TrailingSpace, b"(SEEN)"),
        (b"FROM \"\\a\"", Deviation::NeedlessEscape, b"FROM a"),
        (b"UIDAFTER 0", Deviation::ZeroNumber, b"UIDAFTER 0"),
        (b"UID 1,,2", Deviation::EmptySetElement, b"UID 1,2"),
    ]);
}

#[test]
fn what_would_be_read_otherwise_is_not_built() {
    use SearchKey as K;
    assert!(SearchKeys::new([]).is_err() && K::group([]).is_err() && K::any([]).is_err());
    let new = || other("X-NEW", None);
    assert_eq!(SearchKeys::new([K::Seen, new(), set("1")]).unwrap_err().at, 2);
    let wrapped = K::or(K::Seen, K::not(new()).unwrap()).unwrap();
    assert!(SearchKeys::new([wrapped, K::group([K::Seen]).unwrap()]).is_err());
    assert!(K::or(new(), set("$")).is_err() && K::or(new(), K::Seen).is_ok());
    assert!(SearchKeys::new([K::group([new()]).unwrap(), set("1")]).is_ok());
    for name in ["SEEN", "return", "Charset", "in", "5x", "$x"] {
        assert!(OtherKey::new(Atom::new(name).unwrap(), None).is_err(), "{name}");
    }
    let values = RawData::new("(a) word").unwrap();
    assert_eq!(OtherKey::new(Atom::new("X").unwrap(), Some(values)).unwrap_err().at, 1);
    assert!(ModSeqEntry::new(Flag::Recent, EntryType::All).is_err());
    assert!(FilterName::new("a/b").is_err() && FilterName::new("").is_err());
    assert!(MimePartKey::new("x").is_err() && MimePartKey::new("(x) (y)").is_err());
}

#[test]
fn many_keys_make_a_flat_tree() {
    let keys = |count: u32| (1..=count).map(|number| set(&alloc::format!("{number}")));
    let any = SearchKey::any(keys(1000)).unwrap();
    assert_eq!(any.depth(), 10);
    assert_eq!(SearchKey::parse(&any.to_bytes()), Ok(any));
    assert_eq!(SearchKey::any(keys(1)), Ok(set("1")));
    assert_eq!(SearchKey::any(keys(3)).unwrap().to_bytes(), b"OR OR 1 2 3");
}

#[test]
fn sizes() {
    assert!(size_of::<SearchKey<'_>>() <= 64, "{}", size_of::<SearchKey<'_>>());
    assert!(size_of::<Search<'_>>() <= 80, "{}", size_of::<Search<'_>>());
}

/// A search with keys in each other, written in one of the ways in which they can be.
fn nested(kind: &str, depth: usize) -> Vec<u8> {
    let (before, inner, behind) = match kind {
        "NOT" => ("NOT ", "ALL", ""),
        "FUZZY" => ("FUZZY ", "ALL", ""),
        "INTHREAD" => ("INTHREAD REFS ", "ALL", ""),
        "OR" => ("OR ALL ", "ALL", ""),
        "OR OR" => ("OR ", "ALL", " ALL"),
        _ => ("(", "ALL", ")"),
    };
    [
        &b"a SEARCH "[..],
        before.repeat(depth).as_bytes(),
        inner.as_bytes(),
        behind.repeat(depth).as_bytes(),
        b"\r\n",
    ]
    .concat()
}

#[test]
fn imap_s_17_keys_are_nested_up_to_32_deep() {
    for kind in ["NOT", "FUZZY", "INTHREAD", "OR", "OR OR", "("] {
        let deepest = nested(kind, 32);
        let command = TaggedCommand::parse(&deepest).unwrap();
        assert_eq!(command.to_bytes(), deepest, "{kind}");
        let Command::Search(search) = command.command else { panic!() };
        let key = search.into_owned().program.keys.into_vec().remove(0);
        assert_eq!(key.depth(), 32);
        // What is that deep goes into no other key.
        assert!(SearchKey::not(key.clone()).is_err() && SearchKey::group([key]).is_err());
        let error = TaggedCommand::parse(&nested(kind, 33)).unwrap_err();
        assert_eq!(error.rule, "search-key", "{kind}");
    }
}

#[cfg(feature = "std")]
#[test]
fn imap_s_17_depth_costs_no_stack() {
    // Code that is not optimised spends more on each call.
    let kibibytes = if cfg!(debug_assertions) { 512 } else { 64 };
    std::thread::Builder::new()
        .stack_size(kibibytes * 1024)
        .spawn(|| {
            for kind in ["NOT", "FUZZY", "INTHREAD", "OR", "OR OR", "("] {
                assert!(TaggedCommand::parse(&nested(kind, 100_000)).is_err());
                let deepest = nested(kind, 32);
                let command = TaggedCommand::parse(&deepest).unwrap().into_owned();
                assert_eq!(command.clone(), command);
                assert_eq!(command.to_bytes(), deepest);
            }
            let unclosed = [&b"a SEARCH "[..], &b"(".repeat(1_000_000)].concat();
            assert!(TaggedCommand::parse(&unclosed).is_err());
            let broken =
                [&b"a SEARCH "[..], &b"(NOT ".repeat(16), b"x".repeat(9).as_slice()].concat();
            assert!(TaggedCommand::parse(&broken).is_err());
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn an_unknown_key_is_written_back() {
    for wire in ["X-A", "X-A X-B \"c\" SEEN", "X-A 5 (b (c)) X-D", "OR X-A {3}\r\na b NOT X-B"] {
        let program = SearchProgram::parse(wire.as_bytes()).unwrap();
        let printed = program.to_bytes();
        assert_eq!(SearchProgram::parse(&printed), Ok(program.clone()));
        assert!(program.keys.iter().any(|key| !matches!(key, SearchKey::Seen)));
    }
}

/// A key that holds no other.
fn leaf() -> BoxedStrategy<SearchKey<'static>> {
    let words =
        "[a-zA-Z\"\\\\ \r\n\u{e9}]{0,8}".prop_map(|text: String| AString::new(text).unwrap());
    let sets = proptest::collection::vec(1..=u32::MAX, 1..4)
        .prop_map(|numbers| SequenceSet::from_numbers(numbers).unwrap());
    prop_oneof![
        Just(SearchKey::All),
        Just(SearchKey::Unseen),
        words.clone().prop_map(SearchKey::Subject),
        (words.clone(), words)
            .prop_map(|(name, value)| SearchKey::Header(HeaderKey { name, value })),
        sets.clone().prop_map(SearchKey::Set),
        sets.prop_map(SearchKey::Uid),
        (0..900_000_i64).prop_map(|days| SearchKey::Since(Date::from_unix_days(days).unwrap())),
        any::<u64>().prop_map(|id| SearchKey::XGmMsgId(GmailId(id))),
        (0..=u64::MAX >> 1).prop_map(|octets| SearchKey::Larger(Number64::new(octets).unwrap())),
        (
            "X-[a-z]{1,4}",
            proptest::option::of(
                "(\\([a-z]{0,3}\\)|\"[a-z ]{0,3}\"|[0-9]{1,4})( \\([a-z]{0,2}\\))?"
            )
        )
            .prop_map(|(name, values)| {
                let values = values.map(|values| RawData::new(values).unwrap());
                SearchKey::Other(OtherKey::new(Atom::new(name).unwrap(), values).unwrap())
            }),
        ("[a-z]{1,4}", any::<bool>(), 0..=u64::MAX >> 1).prop_map(|(flag, keyword, value)| {
            let flag =
                if keyword { Flag::Keyword(Keyword::new(flag).unwrap()) } else { Flag::Seen };
            let entry = Some(ModSeqEntry::new(flag, EntryType::All).unwrap());
            SearchKey::ModSeq(ModSeqKey { entry, value: ModSeq::new(value).unwrap() })
        }),
    ]
    .boxed()
}

/// A key with others in it, as far as it can be built.
fn tree() -> impl Strategy<Value = SearchKey<'static>> {
    leaf().prop_recursive(8, 64, 4, |inner| {
        let keys = proptest::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            inner.clone().prop_map(|key| SearchKey::not(key).unwrap()),
            inner.clone().prop_map(|key| SearchKey::fuzzy(key).unwrap()),
            (inner.clone(), inner).prop_map(|(one, other)| {
                SearchKey::or(one.clone(), other.clone())
                    .unwrap_or_else(|_| SearchKey::or(other, one).unwrap_or(SearchKey::All))
            }),
            keys.prop_map(|keys| SearchKey::group(keys).unwrap_or(SearchKey::Unseen)),
        ]
    })
}

#[test]
fn needs() {
    check_needs(&[
        ("SEARCH ALL ANSWERED DELETED DRAFT FLAGGED NEW OLD RECENT SEEN", &[]),
        ("SEARCH BCC a BODY a CC a FROM a HEADER a b SUBJECT a TEXT a TO a", &[]),
        (
            "SEARCH BEFORE 1-Feb-1994 ON 1-Feb-1994 SINCE 1-Feb-1994 SENTBEFORE 1-Feb-1994 SENTON 1-Feb-1994 SENTSINCE 1-Feb-1994",
            &[],
        ),
        (
            "SEARCH UNANSWERED UNDELETED UNDRAFT UNFLAGGED UNKEYWORD a UNSEEN KEYWORD a LARGER 1 SMALLER 1 UID 1:5 1:5 XFROB \"x\"",
            &[],
        ),
        ("SEARCH OLDER 5", &["WITHIN"]),
        ("SEARCH YOUNGER 5", &["WITHIN"]),
        ("SEARCH MODSEQ 5", &["CONDSTORE or QRESYNC"]),
        ("SEARCH EMAILID a", &["OBJECTID"]),
        ("SEARCH THREADID a", &["OBJECTID"]),
        ("SEARCH FUZZY TEXT a", &["SEARCH=FUZZY"]),
        ("SEARCH FILTER a", &["FILTERS"]),
        ("SEARCH SAVEDBEFORE 1-Feb-1994", &["SAVEDATE"]),
        ("SEARCH SAVEDON 1-Feb-1994", &["SAVEDATE"]),
        ("SEARCH SAVEDSINCE 1-Feb-1994", &["SAVEDATE"]),
        ("SEARCH SAVEDATESUPPORTED", &["SAVEDATE"]),
        ("SEARCH ANNOTATION /a value \"b\"", &["ANNOTATE-EXPERIMENT-1"]),
        ("UID SEARCH UIDAFTER 5", &["MESSAGELIMIT="]),
        ("UID SEARCH UIDBEFORE 5", &["MESSAGELIMIT="]),
        ("SEARCH X-GM-RAW a", &["X-GM-EXT-1"]),
        ("SEARCH X-GM-LABELS a", &["X-GM-EXT-1"]),
        ("SEARCH X-GM-MSGID 5", &["X-GM-EXT-1"]),
        ("SEARCH X-GM-THRID 5", &["X-GM-EXT-1"]),
        ("SEARCH CID a", &["XCONVERSATIONS"]),
        ("SEARCH MIMEPART (CHILD EXISTS)", &["SEARCH=MIMEPART or SEARCH=X-MIMEPART"]),
        ("SEARCH INTHREAD REFS OLDER 5", &["THREAD=REFS", "WITHIN"]),
        ("SEARCH $", &["SEARCHRES"]),
        ("SEARCH UID $", &["SEARCHRES"]),
        (
            "SEARCH NOT OR (SEEN OLDER 5) OR MODSEQ 5 FUZZY $",
            &["WITHIN", "CONDSTORE or QRESYNC", "SEARCH=FUZZY", "SEARCHRES"],
        ),
    ]);
}

proptest! {
    #[test]
    fn roundtrip(keys in proptest::collection::vec(tree(), 1..4)) {
        let Ok(search) = Search::new(keys) else { return Ok(()) };
        let wire = search.to_bytes();
        let parsed = Search::parse_with(&wire, crate::Tolerance::strict());
        prop_assert_eq!(parsed.map(|(parsed, _)| parsed), Ok(search.clone()));
        let utf8 = search.to_bytes_in(crate::Mode::UTF8);
        let parsed = Search::parse_in(&utf8, crate::Mode::UTF8, crate::Tolerance::strict());
        prop_assert_eq!(parsed.map(|(parsed, _)| parsed), Ok(search.clone()));
        prop_assert_eq!(search.clone().into_owned(), search);
    }

    #[test]
    fn what_is_read_is_read_again(wire in "((NOT|OR|SEEN|X-A|\\(|\\)|1:5|\\$|\"a\"|FROM|b|UID) ){0,12}ALL") {
        if let Ok(program) = SearchProgram::parse(wire.as_bytes()) {
            let printed = program.to_bytes();
            prop_assert_eq!(SearchProgram::parse(&printed), Ok(program));
        }
    }
}

#[test]
fn a_boxed_search_is_a_search() {
    let search: Box<Search<'_>> = Box::new(Search::parse(b" ALL").unwrap());
    assert_eq!(mailwire_core::encoder::to_bytes(&search), b" ALL");
}
