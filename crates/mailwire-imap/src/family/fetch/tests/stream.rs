//! Messages that are cut at their literals.

use mailwire_core::Encoder;

use super::super::stream::{FetchProgress, parse_head, parse_tail};
use super::*;

fn streamed(octets: u64, literal8: bool) -> BodyValue<'static> {
    BodyValue::Streamed(StreamedLiteral { size: octets, binary: literal8 })
}

#[test]
fn heads_and_tails_have_rows() {
    let number = NzNumber::new(5).unwrap();
    let uid = || FetchItem::Uid(NzNumber::new(7).unwrap());
    let body = |octets| {
        let value = streamed(octets, false);
        FetchItem::section(BodySection::new(&section("[1]"), Some(0), value).unwrap())
    };
    let part = FetchItem::binary(BinarySection::new(binary(&[]), None, streamed(9, true)).unwrap());
    check_rows_in(
        Mode::SERVER,
        &[
            (b"* 5 FETCH (UID 7 BODY[1]<0> {0}\r\n", {
                FetchHead::new(number, [uid()], body(0)).unwrap()
            }),
            (b"* 5 UIDFETCH (BINARY[] ~{9}\r\n", {
                FetchHead::new(number, [], part).unwrap().into_uid_fetch()
            }),
            (b"* 5 FETCH (RFC822.TEXT {9223372036854775807}\r\n", {
                let text = FetchItem::Rfc822Text(streamed(crate::element::number::MAX, false));
                FetchHead::new(number, [], text).unwrap()
            }),
        ],
    );
    check_rows_in(
        Mode::SERVER,
        &[
            (b")\r\n", FetchTail::last([]).unwrap()),
            (b" UID 7)\r\n", FetchTail::last([uid()]).unwrap()),
            (b" UID 7 BODY[1]<0> {3}\r\n", FetchTail::more([uid()], body(3)).unwrap()),
            (b" BODY[1]<0> {3}\r\n", FetchTail::more([], body(3)).unwrap()),
        ],
    );
    check_rejects::<FetchHead<'_>>(&[
        (b"+ x\r\n", "response-data", 0),
        (b"* OK {5}\r\n", "nz-number", 2),
        (b"* 5 EXISTS {5}\r\n", "message-data", 4),
        (b"* 5 FETCH {5}\r\n", "msg-att", 10),
        (b"* 5 FETCH (UID 7)\r\n", "literal", 17),
        (b"* 5 FETCH (X-NEW {5}\r\n", "literal", 22),
        (b"* 5 FETCH (PREVIEW {5}\r\n", "literal", 24),
        (b"* 5 FETCH (BODY[] {9223372036854775808}\r\n", "literal", 38),
    ]);
    check_rejects::<FetchTail<'_>>(&[(b" X-NEW {5}\r\n", "literal", 12)]);
    check_lenient_uncontained::<FetchTail<'_>>(&[
        (b" )\r\n", Deviation::TrailingSpace, b")\r\n"),
        (b"  UID 7)\r\n", Deviation::ExtraSpaces, b" UID 7)\r\n"),
        (b"\r\n", Deviation::UnclosedList, b")\r\n"),
        (b") UID 7)\r\n", Deviation::ItemsBehindList, b" UID 7)\r\n"),
        (b") x\r\n", Deviation::InvalidItem, b") x\r\n"),
        (b" UID x)\r\n", Deviation::InvalidItem, b" UID x)\r\n"),
    ]);
    // Octets of a literal that no item has would be taken for the next response.
    for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
        for wire in [&b") X-NEW {5}\r\n"[..], b" X {5} {5}\r\n", b" FLAGS ({5}\r\n", b" \" {5}\r\n"]
        {
            assert!(parse_tail(wire, Mode::REV1, tolerance).is_err());
        }
    }
    assert!(size_of::<FetchData<'_>>() <= 280, "{}", size_of::<FetchData<'_>>());
}

/// Where the literals of the items that hold octets of a message begin, with the length of each.
fn literals(items: &[FetchItem<'_>]) -> Vec<(usize, usize)> {
    let mut wire = Vec::new();
    let mut places = Vec::new();
    let mut at = b"* 5 FETCH (".len();
    for item in items {
        wire.clear();
        item.encode(&mut Encoder::new(&mut wire).with_mode(Mode::SERVER.bits()));
        at += wire.len();
        if let Some(octets) = item.body_value().and_then(BodyValue::as_bytes) {
            if !octets.is_empty() {
                places.push((at - octets.len(), octets.len()));
            }
        }
        at += 1;
    }
    places
}

/// The same item without the octets that were streamed.
fn without_octets(item: FetchItem<'static>) -> FetchItem<'static> {
    let Some(octets) = item.body_value().and_then(BodyValue::as_bytes) else { return item };
    let literal8 = matches!(item, FetchItem::Binary(_)) && octets.contains(&0);
    let value = streamed(octets.len() as u64, literal8);
    match item {
        FetchItem::Rfc822(_) => FetchItem::Rfc822(value),
        FetchItem::Rfc822Header(_) => FetchItem::Rfc822Header(value),
        FetchItem::Rfc822Text(_) => FetchItem::Rfc822Text(value),
        FetchItem::Section(body) => {
            let body = BodySection::new(&body.section(), body.origin(), value);
            FetchItem::section(body.unwrap())
        }
        FetchItem::Binary(part) => {
            let part = BinarySection::new(part.section().clone(), part.origin(), value);
            FetchItem::binary(part.unwrap())
        }
        other => other,
    }
}

proptest! {
    /// However many of its literals are cut out of a message, its items are the same.
    #[test]
    fn a_message_is_the_same_however_it_is_cut(
        picks in proptest::collection::vec((0..40_usize, proptest::collection::vec(any::<u8>(), 1..9)), 1..9),
        cuts: u16,
    ) {
        let rows = every_item();
        let items: Vec<_> = picks.into_iter().map(|(pick, octets)| {
            let value = BodyValue::new(octets);
            match pick {
                0..=5 => FetchItem::section(
                    BodySection::new(&section("[1.TEXT]"), (pick > 3).then_some(9), value).unwrap()
                ),
                6 | 7 => FetchItem::binary(BinarySection::new(binary(&[1]), None, value).unwrap()),
                8 => FetchItem::Rfc822(value),
                _ => rows[pick % rows.len()].1.clone(),
            }
        }).collect();
        let number = NzNumber::new(5).unwrap();
        let whole = FetchData::new(number, items).unwrap();
        let items: Vec<_> = whole.clone().into_items().collect();
        let wire = Response::Data(Data::Fetch(whole.clone())).to_bytes_in(Mode::SERVER);
        let (read, met) = Response::parse_in(&wire, Mode::REV1, Tolerance::strict()).unwrap();
        prop_assert_eq!(read, Response::Data(Data::Fetch(whole)));
        prop_assert!(met.is_empty());

        let places = literals(&items);
        let chosen: Vec<_> = places.iter().enumerate()
            .filter(|(index, _)| cuts & 1 << (index % 16) != 0)
            .map(|(_, place)| *place)
            .collect();
        let mut next = 0;
        let expected: Vec<_> = items.iter().map(|item| {
            let here = item.body_value().and_then(BodyValue::as_bytes).is_some_and(|o| !o.is_empty());
            if !here { return item.clone(); }
            next += 1;
            if cuts & 1 << ((next - 1) % 16) != 0 { without_octets(item.clone()) } else { item.clone() }
        }).collect();
        let Some(((first, len), others)) = chosen.split_first() else { return Ok(()) };
        let (head, _) = parse_head(&wire[..*first], Mode::REV1, Tolerance::strict()).unwrap();
        prop_assert_eq!(head.octets(), *len as u64);
        prop_assert_eq!(head.to_bytes_in(Mode::SERVER), &wire[..*first]);
        let mut head = head.into_owned();
        let mut at = first + len;
        for (place, len) in others {
            let (tail, _) = parse_tail(&wire[at..*place], Mode::REV1, Tolerance::strict()).unwrap();
            prop_assert_eq!(tail.to_bytes_in(Mode::SERVER), &wire[at..*place]);
            let FetchProgress::More(more) = head.join(tail.into_owned()) else { panic!() };
            prop_assert_eq!(more.octets(), *len as u64);
            head = more;
            at = place + len;
        }
        let (tail, _) = parse_tail(&wire[at..], Mode::REV1, Tolerance::strict()).unwrap();
        prop_assert_eq!(tail.to_bytes_in(Mode::SERVER), &wire[at..]);
        let FetchProgress::Done(Data::Fetch(done)) = head.join(tail.into_owned()) else { panic!() };
        prop_assert_eq!(done.into_items().collect::<Vec<_>>(), expected);
    }

    /// No octets make a parser panic, and what is read is written so that it is read again.
    #[test]
    fn damage_is_read_and_written_alike(
        pick in 0..37_usize, place: prop::sample::Index, octet: u8, cut: bool,
    ) {
        let rows = every_item();
        let mut wire = message(rows.iter().map(|(_, item)| item.clone())
            .skip(pick).take(4)).to_bytes_in(Mode::SERVER);
        let at = place.index(wire.len() - 2);
        if cut { wire.remove(at); } else { wire[at] = octet; }
        for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
            let Ok((response, _)) = Response::parse_in(&wire, Mode::REV1, tolerance) else { continue };
            let written = response.to_bytes_in(Mode::SERVER);
            let (again, _) = Response::parse_in(&written, Mode::REV1, tolerance).unwrap();
            prop_assert_eq!(again, response);
        }
        let _ = parse_head(&wire, Mode::REV1, Tolerance::lenient());
        let _ = parse_tail(&wire, Mode::REV1, Tolerance::lenient());
    }

    /// A list that is closed too often, or whose items stand behind it, does not grow when it is written
    /// and read again.
    #[test]
    fn damage_does_not_grow(
        pieces in proptest::collection::vec(prop::sample::select(std::vec![
            "UID 7", "UID x", "UID", "FLAGS (\\Seen)", "X-NEW", "(", ")", ") ", " ", " ", "\"", "x",
            "BODY[] {1}\r\nx", "{1}\r\nx", "PREVIEW \"a\"", "]", "BODY (\"a\" ",
        ]), 1..12),
    ) {
        let wire = ["* 5 FETCH (", &pieces.concat(), ")\r\n"].concat();
        for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
            let Ok((response, _)) = Response::parse_in(wire.as_bytes(), Mode::REV1, tolerance) else {
                continue;
            };
            let written = response.to_bytes_in(Mode::SERVER);
            let (again, _) = Response::parse_in(&written, Mode::REV1, tolerance).unwrap();
            let again = again.to_bytes_in(Mode::SERVER);
            prop_assert!(again == written, "{}", again.escape_ascii());
        }
    }
}
