use super::*;
use crate::family::search::{Charset, SearchKey};
use crate::rows::{check_lenient, check_needs, check_rejects, check_rows};
use crate::{Data, Response};
use proptest::prelude::*;

fn threads(wire: &str) -> Threads<'static> {
    Threads::parse_with(wire.as_bytes(), crate::Tolerance::strict()).unwrap().0.into_owned()
}

fn message(number: u32) -> ThreadEvent {
    ThreadEvent::Message(NonZeroU32::new(number).unwrap())
}

#[test]
fn commands() {
    let program = SearchProgram::new([SearchKey::All]).unwrap();
    let full = program.clone().with_charset(Charset::US_ASCII);
    let thread = |algorithm| Thread::new(algorithm, full.clone()).unwrap();
    check_rows(&[
        (b"ORDEREDSUBJECT US-ASCII ALL", thread(ThreadAlgorithm::ORDERED_SUBJECT)),
        (b"REFERENCES US-ASCII ALL", thread(ThreadAlgorithm::REFERENCES)),
        (b"REFS US-ASCII ALL", thread(ThreadAlgorithm::REFS)),
        (b"X-NEW US-ASCII ALL", thread(ThreadAlgorithm::new("X-NEW").unwrap())),
    ]);
    check_rejects::<Thread<'_>>(&[
        (b"", "thread-alg", 0),
        (b"REFS", "SP", 4),
        (b"REFS UTF-8", "SP", 10),
        (b"REFS UTF-8 ", "search-key", 11),
        (b"\"REFS\" UTF-8 ALL", "thread-alg", 0),
    ]);
    check_lenient::<Thread<'_>>(&[(b"REFS  UTF-8 ALL", Deviation::ExtraSpaces, b"REFS UTF-8 ALL")]);
    assert!(Thread::new(ThreadAlgorithm::REFS, program).is_err());
    assert!(ThreadAlgorithm::new("").is_err() && ThreadAlgorithm::new("a b").is_err());
}

#[test]
fn rows() {
    use ThreadEvent::{Begin, End};
    let built = |events: &[ThreadEvent]| Threads::new(events.iter().copied()).unwrap();
    check_rows(&[
        (b"", built(&[])),
        (b" (1)", built(&[Begin, message(1), End])),
        (b" (1 2)(3)", built(&[Begin, message(1), message(2), End, Begin, message(3), End])),
        (b" ((3)(5))", built(&[Begin, Begin, message(3), End, Begin, message(5), End, End])),
        (b" (2)(3 6 (4 23)(44 7 96))", threads(" (2)(3 6 (4 23)(44 7 96))")),
        (b" (1 (2)(3)(((4)(5))(6)))", threads(" (1 (2)(3)(((4)(5))(6)))")),
        (b" (4294967295)", built(&[Begin, message(u32::MAX), End])),
    ]);
    check_rejects::<Threads<'_>>(&[
        (b" ()", "thread-list", 2),
        (b" (1", "thread-list", 3),
        (b" (1(2)(3))", "SP", 3),
        (b" (1 (2)(3) 4)", "thread-list", 10),
        (b" ((1)(2)3)", "thread-list", 8),
        (b" (1 2)x", "end", 6),
        (b" (0)", "nz-number", 2),
        (b" (4294967296)", "nz-number", 2),
        (b" (1,2)", "thread-list", 3),
        (b" 1", "end", 0),
    ]);
    check_lenient::<Threads<'_>>(&[
        (b" (1) (2)", Deviation::SpaceBetweenItems, b" (1)(2)"),
        (b" (1 (2) (3))", Deviation::SpaceBetweenItems, b" (1 (2)(3))"),
        (b" (1  2)", Deviation::ExtraSpaces, b" (1 2)"),
        (b"  (1)", Deviation::ExtraSpaces, b" (1)"),
        (b" (1 2 )", Deviation::TrailingSpace, b" (1 2)"),
        (b" (1 (2)(3) )", Deviation::TrailingSpace, b" (1 (2)(3))"),
        (b" (1 (2))", Deviation::LoneThread, b" (1 (2))"),
        (b" ((1))", Deviation::LoneThread, b" ((1))"),
    ]);
    for events in [
        &[Begin][..],
        &[End],
        &[message(1)],
        &[Begin, End],
        &[Begin, message(1), Begin, message(2), End, End],
        &[Begin, message(1), End, message(2)],
        &[Begin, Begin, message(1), End, Begin, message(2), End, message(3), End],
    ] {
        assert!(Threads::new(events.iter().copied()).is_err(), "{events:?}");
    }
}

#[test]
fn lines() {
    check_rows(&[
        (b"* THREAD\r\n", Response::Data(Data::Thread(threads("")))),
        (b"* THREAD (2)((3)(5))\r\n", Response::Data(Data::Thread(threads(" (2)((3)(5))")))),
    ]);
    check_lenient::<Response<'_>>(&[
        (b"* THREAD \r\n", Deviation::TrailingSpace, b"* THREAD\r\n"),
        (b"* THREAD (1) \r\n", Deviation::TrailingSpace, b"* THREAD (1)\r\n"),
    ]);
}

#[test]
fn messages_know_their_parents() {
    let parents = |wire: &str| -> Vec<(u32, u32)> {
        let threads = threads(wire);
        let messages = threads.iter().flat_map(|thread| thread.messages());
        let pair = |message: ThreadMessage| {
            (message.number.get(), message.parent.map_or(0, NonZeroU32::get))
        };
        messages.map(pair).collect()
    };
    assert_eq!(parents(" ((3)(5 6))(7)"), [(3, 0), (5, 0), (6, 5), (7, 0)]);
    assert_eq!(parents(" (1 (2 (3)(4))(5)(6))"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 1), (6, 1)]);
}

#[test]
fn imap_c_23_lists_are_nested_up_to_100_deep_without_recursion() {
    let nested = |depth: usize| {
        let mut wire = b" ".to_vec();
        wire.extend(b"((9)".repeat(depth - 1));
        wire.extend(b"(1)");
        wire.extend(b")".repeat(depth - 1));
        wire
    };
    let deepest = nested(100);
    let threads = Threads::parse(&deepest).unwrap();
    assert_eq!(threads.iter().flat_map(|thread| thread.messages()).count(), 100);
    assert_eq!(threads.to_bytes(), deepest);
    let error = Threads::parse(&nested(101)).unwrap_err();
    assert_eq!((error.rule, error.at), ("thread-list", 398));
    assert!(Threads::parse(&[&b" "[..], &b"(".repeat(1_000_000)].concat()).is_err());
    // A chain is not depth.
    let chain = [&b" (1"[..], &b" 2".repeat(100_000), b")"].concat();
    let threads = Threads::parse(&chain).unwrap();
    assert_eq!(threads.iter().map(|thread| thread.messages().count()).sum::<usize>(), 100_001);
}

/// A list of up to `depth` levels.
fn list(depth: u32) -> BoxedStrategy<Vec<ThreadEvent>> {
    let numbers = |least| proptest::collection::vec(1..=u32::MAX, least..4);
    let wrap = |numbers: Vec<u32>, lists: Vec<Vec<ThreadEvent>>| {
        let mut events = alloc::vec![ThreadEvent::Begin];
        events.extend(numbers.into_iter().map(message));
        events.extend(lists.into_iter().flatten());
        events.push(ThreadEvent::End);
        events
    };
    let leaf = numbers(1).prop_map(move |numbers| wrap(numbers, Vec::new()));
    if depth == 0 {
        return leaf.boxed();
    }
    let nested = (numbers(0), proptest::collection::vec(list(depth - 1), 2..4));
    prop_oneof![leaf, nested.prop_map(move |(numbers, lists)| wrap(numbers, lists))].boxed()
}

#[test]
fn needs() {
    check_needs(&[
        (
            "THREAD REFERENCES UTF-8 ALL",
            &["THREAD=REFERENCES or THREAD=ORDEREDSUBJECT or THREAD=REFS", "THREAD=REFERENCES"],
        ),
        (
            "UID THREAD ORDEREDSUBJECT UTF-8 ALL",
            &["THREAD=REFERENCES or THREAD=ORDEREDSUBJECT or THREAD=REFS", "THREAD=ORDEREDSUBJECT"],
        ),
        (
            "THREAD REFS UTF-8 OLDER 5",
            &["THREAD=REFERENCES or THREAD=ORDEREDSUBJECT or THREAD=REFS", "THREAD=REFS", "WITHIN"],
        ),
        ("THREAD X-NEW UTF-8 ALL", &["THREAD=REFERENCES or THREAD=ORDEREDSUBJECT or THREAD=REFS"]),
    ]);
}

proptest! {
    #[test]
    fn roundtrip(lists in proptest::collection::vec(list(3), 0..6)) {
        let len = lists.len();
        let events: Vec<_> = lists.into_iter().flatten().collect();
        let threads = Threads::new(events.iter().copied()).unwrap();
        prop_assert_eq!(threads.len(), len);
        prop_assert_eq!(threads.iter().count(), len);
        prop_assert!(threads.events().eq(events));
        let wire = threads.to_bytes();
        let parsed = Threads::parse_with(&wire, crate::Tolerance::strict());
        prop_assert_eq!(parsed.map(|(parsed, _)| parsed), Ok(threads));
    }

    #[test]
    fn any_octets_are_read_without_a_panic(wire in "[ ()0-9]{0,40}") {
        let wire = [" ", &wire].concat();
        for tolerance in [crate::Tolerance::strict(), crate::Tolerance::lenient()] {
            if let Ok((threads, _)) = Threads::parse_with(wire.as_bytes(), tolerance) {
                let printed = threads.to_bytes();
                let again = Threads::parse_with(&printed, tolerance);
                prop_assert_eq!(again.map(|(again, _)| again), Ok(threads));
            }
        }
    }
}
