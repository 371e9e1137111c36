use super::*;
use crate::rows::{check_lenient, check_rejects, check_rows};
use alloc::string::ToString;
use proptest::prelude::*;

fn set(wire: &str) -> SequenceSet<'_> {
    SequenceSet::parse(wire.as_bytes()).unwrap()
}

fn number(number: u32) -> SequenceNumber {
    NonZeroU32::new(number).map_or(SequenceNumber::Largest, SequenceNumber::Number)
}

fn ranges(ranges: &[(u32, u32)]) -> SequenceSet<'static> {
    let range = |&(first, last): &_| SequenceRange { first: number(first), last: number(last) };
    SequenceSet::from_ranges(ranges.iter().map(range)).unwrap()
}

fn uids(uids: &[u32]) -> UidSet<'static> {
    UidSet::from_uids(uids.iter().copied()).unwrap()
}

#[test]
fn rows() {
    check_rows(&[
        (b"1", ranges(&[(1, 1)])),
        (b"*", ranges(&[(0, 0)])),
        (b"1:*", SequenceSet::ALL),
        (b"*:4294967295", ranges(&[(0, u32::MAX)])),
        (b"5:3,1", ranges(&[(5, 3), (1, 1)])),
        (b"1,2:8,10,15:30", ranges(&[(1, 1), (2, 8), (10, 10), (15, 30)])),
        (b"123456789:1234567890,7", ranges(&[(123_456_789, 1_234_567_890), (7, 7)])),
        (b"$", SequenceSet::SAVED),
    ]);
    check_rows(&[
        (b"304,319:320", uids(&[304, 319, 320])),
        (b"3,2,1", uids(&[3, 2, 1])),
        (b"4294967294:4294967295", uids(&[u32::MAX - 1, u32::MAX])),
    ]);
    check_rejects::<SequenceSet<'_>>(&[
        (b"", "sequence-set", 0),
        (b"a", "sequence-set", 0),
        (b"-1", "sequence-set", 0),
        (b":1", "sequence-set", 0),
        (b"0", "seq-number", 0),
        (b"01", "seq-number", 0),
        (b"1,,2", "seq-number", 2),
        (b",1", "seq-number", 0),
        (b"1,", "seq-number", 2),
        (b"1:", "seq-number", 2),
        (b"1:2:", "end", 3),
        (b"1*", "end", 1),
        (b"*1", "end", 1),
        (b"1,$", "seq-number", 2),
        (b"$,1", "end", 1),
        (b"4294967296", "seq-number", 0),
        (b"1:4294967296", "seq-number", 2),
        (b"99999999999999999999999", "seq-number", 0),
        (b"0:5", "seq-number", 0),
        (b"5:0", "seq-number", 2),
    ]);
    check_rejects::<UidSet<'_>>(&[
        (b"*", "uniqueid", 0),
        (b"1:*", "uniqueid", 2),
        (b"$", "uid-set", 0),
        (b"NIL", "uid-set", 0),
    ]);
    check_lenient::<SequenceSet<'_>>(&[
        (b"1,,2", Deviation::EmptySetElement, b"1,2"),
        (b",1", Deviation::EmptySetElement, b"1"),
        (b"1:3,", Deviation::EmptySetElement, b"1:3"),
        (b"0:5", Deviation::ZeroInSet, b"1:5"),
        (b"7,*:0", Deviation::ZeroInSet, b"7,*:1"),
    ]);
    check_lenient::<UidSet<'_>>(&[(b"3,0:5", Deviation::ZeroInSet, b"3,1:5")]);
}

#[test]
fn zero_alone_is_refused_under_every_tolerance() {
    for wire in ["0", "1,0", "0:0", "0,0:5", "00:5", ",", "1:2:3,,", "0:*:,"] {
        let lenient = SequenceSet::parse_with(wire.as_bytes(), crate::Tolerance::lenient());
        assert!(lenient.is_err(), "{wire}");
    }
    assert!(UidSet::parse_with(b"0:*", crate::Tolerance::lenient()).is_err());
}

#[test]
fn ranges_are_decoded_in_order_and_told_by_the_largest_number() {
    let set = set("9:7,*,3:*");
    assert_eq!(set.len(), 3);
    let bounds: Vec<_> = set.ranges().map(|range| range.bounds(5)).collect();
    assert_eq!(bounds, [(7, 9), (5, 5), (3, 5)]);
    assert!(set.contains(4, 5) && !set.contains(2, 5));
    // 3291:* names the last message even where that is less than 3291.
    assert!(super::tests::set("3291:*").contains(12, 12));
    assert!(SequenceSet::SAVED.ranges().next().is_none() && SequenceSet::SAVED.is_saved());
    assert!(!SequenceSet::SAVED.contains(1, 1));
    assert_eq!(set.to_string(), "9:7,*,3:*");
}

#[test]
fn normal_forms_ascend_and_neither_touch_nor_overlap() {
    for (wire, normal) in [
        ("10,3", "3,10"),
        ("5:1", "1:5"),
        ("1,2,3", "1:3"),
        ("4:6,1:3,9,8", "1:6,8:9"),
        ("1:10,3:4", "1:10"),
        ("*", "*"),
        ("*:*,7", "7,*"),
        ("7:*,*", "7:*"),
        ("*:5,9,4,2", "2,4:*"),
        ("1:4294967295,4294967295", "1:4294967295"),
        ("$", "$"),
    ] {
        assert_eq!(set(wire).normalised().to_string(), normal, "{wire}");
    }
    assert_eq!(set("1:3").union(&set("4,9:*")).unwrap().to_string(), "1:4,9:*");
    assert_eq!(SequenceSet::SAVED.union(&SequenceSet::SAVED), Some(SequenceSet::SAVED));
    assert_eq!(SequenceSet::SAVED.union(&set("1")), None);
    let numbers = SequenceSet::from_numbers([5, 1, 2, 3, 9, 2]).unwrap();
    assert_eq!(numbers.to_string(), "1:3,5,9");
    assert!(SequenceSet::from_numbers([]).is_err() && SequenceSet::from_numbers([1, 0]).is_err());
    assert!(SequenceSet::from_ranges([]).is_err() && UidSet::from_uids([]).is_err());
    assert!(UidSet::from_ranges([]).is_err());
    let uids = UidSet::parse(b"7:5,1,4294967295").unwrap();
    assert_eq!(UidSet::from_ranges(uids.ranges()), Ok(uids.clone()));
}

#[test]
fn sets_are_split_between_ranges() {
    let set = set("1,22:33,4,55555:66666,7");
    let split = |octets| -> Vec<_> {
        let pieces = set.split_by_octets(octets);
        pieces.map(|piece| (piece.to_string(), piece.len())).collect()
    };
    assert_eq!(split(100), [("1,22:33,4,55555:66666,7".to_string(), 5)]);
    let pieces = ["1,22:33", "4", "55555:66666", "7"];
    let expected: Vec<_> = pieces.iter().map(|piece| piece.to_string()).collect();
    assert_eq!(split(7).into_iter().map(|(piece, _)| piece).collect::<Vec<_>>(), expected);
    assert_eq!(split(0).len(), 5);
    let saved: Vec<_> = SequenceSet::SAVED.split_by_octets(0).collect();
    assert_eq!(saved, [SequenceSet::SAVED]);
}

proptest! {
    #[test]
    fn normal_forms_name_the_same_messages(
        wanted in proptest::collection::vec((0..12_u32, 0..12_u32), 1..8),
        largest in 1..15_u32,
    ) {
        let set = ranges(&wanted);
        let normal = set.normalised();
        // Only messages that exist count.
        for number in 1..=largest {
            prop_assert_eq!(set.contains(number, largest), normal.contains(number, largest));
        }
        prop_assert_eq!(normal.normalised(), normal.clone());
        let wire = normal.to_bytes();
        prop_assert_eq!(SequenceSet::parse(&wire).unwrap(), normal);
        for octets in 0..20 {
            let again: Vec<_> = set.split_by_octets(octets).flat_map(|piece| {
                assert!(piece.len() == 1 || piece.to_bytes().len() <= octets);
                piece.ranges().collect::<Vec<_>>()
            }).collect();
            prop_assert_eq!(again, set.ranges().collect::<Vec<_>>());
        }
    }

    #[test]
    fn repairs_are_legal(wire in "[0-3,:*]{0,10}") {
        if let Ok((set, _)) = SequenceSet::parse_with(wire.as_bytes(), crate::Tolerance::lenient()) {
            let printed = set.to_bytes();
            let strict = SequenceSet::parse_with(&printed, crate::Tolerance::strict());
            prop_assert_eq!(strict.unwrap().0.len(), set.len());
        }
    }
}

/// The grammar, octet by octet: how long the set is, and its ranges with 0 for `*`.
fn by_octets(wire: &str, star: bool) -> Option<(usize, Vec<(u32, u32)>)> {
    let end = |at: &mut usize| {
        let rest = &wire[*at..];
        if star && rest.starts_with('*') {
            *at += 1;
            return Some(0);
        }
        let len = rest.bytes().take_while(u8::is_ascii_digit).count();
        *at += len;
        rest[..len].parse::<u32>().ok().filter(|_| !rest.starts_with('0'))
    };
    let (mut at, mut ranges) = (0, Vec::new());
    loop {
        let first = end(&mut at)?;
        let mut last = first;
        if wire[at..].starts_with(':') {
            at += 1;
            last = end(&mut at)?;
        }
        ranges.push((first, last));
        if !wire[at..].starts_with(',') {
            return Some((at, ranges));
        }
        at += 1;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]
    #[test]
    fn sets_are_those_of_the_grammar(
        wire in "(([1-9][0-9]{0,10}|[1-9][0-9]{4,6}|[1-9][0-9]{5,6}:[1-9][0-9]{5,6})[,:]){0,8}\
                 ([0-9,:*]{0,3}|[1-9][0-9]{0,9})[) ]?",
        broken in proptest::option::of((0..40_usize, "[0-9,:* ]")),
    ) {
        let mut wire = wire;
        if let Some((at, octet)) = broken.filter(|(at, _)| *at < wire.len()) {
            wire.replace_range(at..=at, &octet);
        }
        let cx = Context::new(crate::Tolerance::strict());
        let set = SequenceSet::parse_part(wire.as_bytes(), &cx).ok().map(|(rest, set)| {
            let ends = |range: SequenceRange| (range.first.value(0), range.last.value(0));
            assert_eq!(set.len(), set.ranges().count());
            (wire.len() - rest.len(), set.ranges().map(ends).collect::<Vec<_>>())
        });
        prop_assert_eq!(set, by_octets(&wire, true), "{}", wire);
        let uids = UidSet::parse_part(wire.as_bytes(), &cx).ok().map(|(rest, set)| {
            let mut ranges = Vec::new();
            // One by one, and all in one loop.
            let mut folded = Vec::new();
            for range in set.ranges() {
                ranges.push((range.first.get(), range.last.get()));
            }
            set.ranges().for_each(|range| folded.push((range.first.get(), range.last.get())));
            assert_eq!(folded, ranges);
            (wire.len() - rest.len(), ranges)
        });
        prop_assert_eq!(uids, by_octets(&wire, false), "{}", wire);
    }
}

#[test]
fn ranges_of_any_length_are_read_as_they_are_written() {
    // Numbers of all lengths before and behind the colon, at the end of the set and before it.
    let numbers = [1, 42, 999, 1000, 12_345, 999_999, 1_234_567, 12_345_678, 123_456_789, u32::MAX];
    for first in numbers {
        for last in numbers {
            for behind in ["", ",1", ",1:2", ",1234567", ",12345678:9"] {
                let wire = alloc::format!("{first}:{last},{last}{behind}");
                let set = set(&wire);
                let ends = |range: SequenceRange| (range.first.value(0), range.last.value(0));
                let read: Vec<_> = set.ranges().map(ends).collect();
                assert_eq!(read.first_chunk(), Some(&[(first, last), (last, last)]), "{wire}");
                assert_eq!(read.len(), wire.split(',').count());
                assert_eq!(set.len(), read.len());
                let uids = UidSet::parse(wire.as_bytes()).unwrap();
                let ends = |range: UidRange| (range.first.get(), range.last.get());
                assert_eq!(uids.ranges().map(ends).collect::<Vec<_>>(), read, "{wire}");
            }
        }
    }
}
