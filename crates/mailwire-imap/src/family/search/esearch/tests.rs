use super::*;
use crate::rows::{check_lenient, check_rejects, check_rows};
use crate::{Data, Response};
use alloc::vec::Vec;
use proptest::prelude::*;

fn uids(set: &'static str) -> UidSet<'static> {
    UidSet::parse(set.as_bytes()).unwrap()
}

fn nz(value: u32) -> NzNumber {
    NzNumber::new(value).unwrap()
}

fn other(name: &'static str, value: Option<&'static str>) -> ReturnData<'static> {
    let parameter = Parameter::new(Label::new(name).unwrap(), value).unwrap();
    ReturnData::Other(OtherData::new(parameter).unwrap())
}

fn updates(updates: &[(u32, &'static str)]) -> ContextUpdates<'static> {
    let update = |(position, set)| ContextUpdate { position, numbers: uids(set) };
    ContextUpdates::new(updates.iter().copied().map(update)).unwrap()
}

fn tag() -> Tag<'static> {
    Tag::new("A1").unwrap()
}

fn found<const N: usize>(uid: bool, data: [ReturnData<'static>; N]) -> EsearchData<'static> {
    EsearchData { correlator: Correlator::new(tag()), uid, data: ItemTail::new(data) }
}

#[test]
fn data() {
    let mod_seq = ModSeqData::new(ModSeq::new(917_162_488).unwrap()).unwrap();
    let range = PartialRange::from_beginning(1, 500).unwrap();
    let page = |range, numbers| ReturnData::Partial(PartialData { range, numbers });
    let scores = [4, 99, 100].map(|score| Score::new(score).unwrap());
    check_rows(&[
        (b"MIN 2", ReturnData::Min(nz(2))),
        (b"MAX 4294967295", ReturnData::Max(nz(u32::MAX))),
        // The order of a sorted search is kept.
        (b"ALL 5,3,9:7,1", ReturnData::All(uids("5,3,9:7,1"))),
        (b"COUNT 0", ReturnData::Count(Number(0))),
        (b"MODSEQ 917162488", ReturnData::ModSeq(mod_seq)),
        (b"PARTIAL (1:500 7,9:11)", page(range, Some(uids("7,9:11")))),
        (b"PARTIAL (-1:-30 NIL)", page(PartialRange::from_end(1, 30).unwrap(), None)),
        (b"ADDTO (0 32768:32769)", ReturnData::AddTo(updates(&[(0, "32768:32769")]))),
        (b"ADDTO (1 2733 1 2732)", ReturnData::AddTo(updates(&[(1, "2733"), (1, "2732")]))),
        (b"REMOVEFROM (0 32768)", ReturnData::RemoveFrom(updates(&[(0, "32768")]))),
        (b"RELEVANCY (4 99 100)", ReturnData::Relevancy(Scores::new(scores))),
        (b"RELEVANCY ()", ReturnData::Relevancy(Scores::EMPTY)),
        (b"X-NEW 1:3,5", other("X-NEW", Some("1:3,5"))),
        (b"X-NEW (a (\"b\"))", other("X-NEW", Some("(a (\"b\"))"))),
        (b"X-NEW", other("X-NEW", None)),
    ]);
    check_rejects::<ReturnData<'_>>(&[
        (b"", "search-return-data", 0),
        (b"5", "search-return-data", 0),
        (b"MIN", "SP", 3),
        (b"MIN x", "nz-number", 4),
        (b"MIN 4294967296", "nz-number", 4),
        (b"ALL $", "uid-set", 4),
        (b"ALL 4294967295:1,*", "uniqueid", 17),
        (b"COUNT -1", "number", 6),
        (b"PARTIAL 1:5", "ret-data-partial", 8),
        (b"PARTIAL (1:5)", "SP", 12),
        (b"PARTIAL (1:5 x)", "partial-results", 13),
        (b"PARTIAL (1:5 1:*)", "uniqueid", 15),
        (b"PARTIAL (1:5 1", "ret-data-partial", 14),
        (b"ADDTO ()", "context-position", 6),
        (b"ADDTO (0)", "SP", 8),
        (b"ADDTO (x 1)", "context-position", 7),
        (b"RELEVANCY (0)", "score", 11),
        (b"RELEVANCY (101)", "score", 11),
    ]);
    check_lenient::<ReturnData<'_>>(&[
        (b"MIN 0", Deviation::ZeroNumber, b"MIN 0"),
        (b"MODSEQ 0", Deviation::ZeroNumber, b"MODSEQ 0"),
        (b"ALL 1,,2", Deviation::EmptySetElement, b"ALL 1,2"),
        (b"ADDTO (0 1 )", Deviation::TrailingSpace, b"ADDTO (0 1)"),
    ]);
    for name in ["min", "UID"] {
        let known = Parameter::new(Label::new(name).unwrap(), Some("1")).unwrap();
        assert!(OtherData::new(known).is_err());
    }
    assert!(Score::new(0).is_err() && Score::new(101).is_err());
    assert!(ContextUpdates::new([]).is_err() && ModSeqData::new(ModSeq::ZERO).is_err());
}

#[test]
fn correlators() {
    let mailbox = |name: &'static str, uid_validity| {
        let name = Mailbox::new(name).unwrap();
        Some(Box::new(MailboxCorrelator { name, uid_validity: nz(uid_validity) }))
    };
    check_rows(&[
        (b"", Correlator::default()),
        (b" (TAG \"A1\")", Correlator::new(tag())),
        (
            b" (TAG \"A1\" MAILBOX folder1 UIDVALIDITY 5)",
            Correlator { tag: Some(tag()), mailbox: mailbox("folder1", 5) },
        ),
        (b" (MAILBOX \"a b\" UIDVALIDITY 5)", Correlator { tag: None, mailbox: mailbox("a b", 5) }),
    ]);
    check_rejects::<Correlator<'_>>(&[
        (b" ()", "search-correlator", 2),
        (b" (TAG)", "SP", 5),
        (b" (TAG \"a b\")", "tag-string", 6),
        (b" (TAG \"a\"", "search-correlator", 9),
        (b" (TAG \"a\" TAG \"a\")", "search-correlator", 10),
        (b" (TAG \"a\" MAILBOX x)", "search-correlator", 1),
        (b" (UIDVALIDITY 5)", "search-correlator", 1),
        (b" (TAG \"a\" OTHER 5)", "search-correlator", 10),
    ]);
    check_lenient::<Correlator<'_>>(&[
        (b" (TAG \"a\" )", Deviation::TrailingSpace, b" (TAG \"a\")"),
        (b" (TAG  \"a\")", Deviation::ExtraSpaces, b" (TAG \"a\")"),
        (b" (MAILBOX a UIDVALIDITY 0)", Deviation::ZeroNumber, b" (MAILBOX a UIDVALIDITY 0)"),
    ]);
    // Any order, and any form of the tag.
    let other = Correlator::parse(b" (uidvalidity 5 MAILBOX \"folder1\" tag A1)").unwrap();
    assert_eq!(other.to_bytes(), b" (TAG \"A1\" MAILBOX folder1 UIDVALIDITY 5)");
    assert!(other.is_of("A1") && !other.is_of("a1") && !Correlator::default().is_of(""));
}

#[test]
fn rows() {
    let empty = EsearchData::default();
    check_rows(&[
        (b"", empty.clone()),
        (b" UID", EsearchData { uid: true, ..empty.clone() }),
        (b" COUNT 2", EsearchData { data: ItemTail::new([ReturnData::Count(Number(2))]), ..empty }),
        (b" (TAG \"A1\")", found(false, [])),
        (b" (TAG \"A1\") UID ALL 4:18,21", found(true, [ReturnData::All(uids("4:18,21"))])),
        (
            b" (TAG \"A1\") UIDS 5 X 6 MIN 2",
            found(false, [other("UIDS", Some("5")), other("X", Some("6")), ReturnData::Min(nz(2))]),
        ),
        (
            b" (TAG \"A1\") UID ADDTO (1 2733) ADDTO (1 2731:2732)",
            found(
                true,
                [
                    ReturnData::AddTo(updates(&[(1, "2733")])),
                    ReturnData::AddTo(updates(&[(1, "2731:2732")])),
                ],
            ),
        ),
    ]);
    check_rejects::<EsearchData<'_>>(&[(b" (TAG", "SP", 5)]);
    check_lenient::<EsearchData<'_>>(&[
        (b" (TAG \"A1\")  UID COUNT 2", Deviation::ExtraSpaces, b" (TAG \"A1\") UID COUNT 2"),
        // The example of RFC 5465 section 7.
        (b" (TAG \"A1\") (COUNT 17)", Deviation::InvalidItem, b" (TAG \"A1\") (COUNT 17)"),
        (b" MIN x MAX 5", Deviation::InvalidItem, b" MIN x MAX 5"),
        (b" MIN", Deviation::InvalidItem, b" MIN"),
        // A bracket ends no item.
        (b" IC]K 1:3 MAX 5", Deviation::InvalidItem, b" IC]K 1:3 MAX 5"),
    ]);
}

#[test]
fn damage_leaves_the_neighbours_alone() {
    let found =
        EsearchData::parse(b" MIN 2 ALL 4294967295:1,* COUNT 7 MAX (1 2) MODSEQ 9").unwrap();
    assert_eq!(found.data.len(), 5);
    assert_eq!((found.min().map(NonZeroU32::get), found.count()), (Some(2), Some(7)));
    assert_eq!((found.max(), found.all()), (None, None));
    assert_eq!(found.mod_seq().map(ModSeq::get), Some(9));
    let invalid = found.data.iter().nth(1).unwrap();
    let ReturnData::Invalid(invalid) = invalid else { panic!("{invalid:?}") };
    assert_eq!(invalid.as_bytes(), b"ALL 4294967295:1,*");
    assert_eq!((invalid.error().rule, invalid.error().at), ("uniqueid", 17));
}

#[test]
fn lines() {
    let data = |data| Response::Data(Data::Esearch(data));
    check_rows(&[
        (b"* ESEARCH\r\n", data(EsearchData::default())),
        (b"* ESEARCH (TAG \"A1\") COUNT 2\r\n", data(found(false, [ReturnData::Count(Number(2))]))),
    ]);
    check_lenient::<Response<'_>>(&[
        (b"* ESEARCH (TAG \"A1\") \r\n", Deviation::TrailingSpace, b"* ESEARCH (TAG \"A1\")\r\n"),
        (b"* ESEARCH UID ALL 1 \r\n", Deviation::TrailingSpace, b"* ESEARCH UID ALL 1\r\n"),
    ]);
}

#[test]
fn sizes() {
    assert!(size_of::<ReturnData<'_>>() <= 64, "{}", size_of::<ReturnData<'_>>());
    assert!(size_of::<EsearchData<'_>>() <= 72, "{}", size_of::<EsearchData<'_>>());
}

fn any_data() -> impl Strategy<Value = ReturnData<'static>> {
    let sets = proptest::collection::vec((1..=u32::MAX, 1..=u32::MAX), 1..4).prop_map(|ranges| {
        let ranges = ranges.into_iter().flat_map(|(first, last)| [first, last]);
        UidSet::from_uids(ranges).unwrap()
    });
    let updates =
        proptest::collection::vec((any::<u32>(), sets.clone()), 1..4).prop_map(|updates| {
            let update = |(position, numbers)| ContextUpdate { position, numbers };
            ContextUpdates::new(updates.into_iter().map(update)).unwrap()
        });
    let pages = (1..=u32::MAX, 1..=u32::MAX, any::<bool>(), proptest::option::of(sets.clone()));
    prop_oneof![
        (1..=u32::MAX).prop_map(|number| ReturnData::Min(nz(number))),
        any::<u32>().prop_map(|count| ReturnData::Count(Number(count))),
        sets.prop_map(ReturnData::All),
        updates.clone().prop_map(ReturnData::AddTo),
        updates.prop_map(ReturnData::RemoveFrom),
        proptest::collection::vec(1..=100_u8, 0..4).prop_map(|scores| {
            let scores: Vec<_> =
                scores.into_iter().map(|score| Score::new(score).unwrap()).collect();
            ReturnData::Relevancy(Scores::new(scores))
        }),
        pages.prop_map(|(first, last, from_end, numbers)| {
            let range = if from_end {
                PartialRange::from_end(first, last)
            } else {
                PartialRange::from_beginning(first, last)
            };
            ReturnData::Partial(PartialData { range: range.unwrap(), numbers })
        }),
        Just(other("X", None)),
        Just(other("Y", Some("(a)"))),
    ]
}

proptest! {
    #[test]
    fn roundtrip(
        data in proptest::collection::vec(any_data(), 0..6),
        uid: bool,
        correlated: bool,
    ) {
        let correlator = if correlated { Correlator::new(tag()) } else { Correlator::default() };
        let value = EsearchData { correlator, uid, data: ItemTail::new(data.iter().cloned()) };
        prop_assert!(value.data.iter().eq(data));
        let wire = value.to_bytes();
        let parsed = EsearchData::parse_with(&wire, crate::Tolerance::strict());
        prop_assert_eq!(parsed.map(|(parsed, _)| parsed), Ok(value));
    }
}
