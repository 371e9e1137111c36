//! Heads and tails of URLFETCH.

use alloc::string::ToString;
use alloc::{format, vec};

use proptest::prelude::*;

use super::*;
use crate::element::body_value::BodyValue;
use crate::element::parameter::Label;
use crate::family::urlauth::{UrlContent, UrlParts};

const STRICT: Tolerance = Tolerance::strict();

fn string(text: &'static str) -> AString<'static> {
    AString::new(text).unwrap()
}

fn octets(url: &'static str, value: BodyValue<'static>) -> UrlData<'static> {
    UrlData { url: string(url), content: UrlContent::Octets(value) }
}

fn other() -> UrlPart<'static> {
    UrlPart::other(Label::new("X").unwrap(), "(1)").unwrap()
}

fn streamed(
    url: Option<&'static str>,
    parts: &[UrlPart<'static>],
    place: UrlPlace,
    size: u64,
) -> StreamedUrl<'static> {
    let literal = StreamedLiteral { size, binary: false };
    StreamedUrl { url: url.map(string), parts: Items::new(parts.iter().cloned()), place, literal }
}

#[test]
fn heads() {
    use UrlPlace::{Binary, Body, Octets};
    let binary = StreamedLiteral { size: 9, binary: true };
    for (frame, urls, streamed) in [
        (&b"* URLFETCH a {5}\r\n"[..], vec![], streamed(Some("a"), &[], Octets, 5)),
        (
            b"* URLFETCH a NIL \"b c\" {2}\r\nHi d {5}\r\n",
            vec![octets("a", BodyValue::Nil), octets("b c", BodyValue::new("Hi"))],
            streamed(Some("d"), &[], Octets, 5),
        ),
        (b"* URLFETCH a (BODY {5}\r\n", vec![], streamed(Some("a"), &[], Body, 5)),
        (
            b"* URLFETCH a (X (1)) (BODY NIL) (BINARY ~{9}\r\n",
            vec![],
            StreamedUrl {
                literal: binary,
                ..streamed(Some("a"), &[other(), UrlPart::Body(BodyValue::Nil)], Binary, 9)
            },
        ),
        (
            b"* URLFETCH a (BINARY NIL) (X (1)) b (BINARY {0}\r\n",
            vec![UrlData {
                url: string("a"),
                content: UrlContent::Parts(
                    UrlParts::new([UrlPart::Binary(BodyValue::Nil), other()]).unwrap(),
                ),
            }],
            streamed(Some("b"), &[], Binary, 0),
        ),
    ] {
        let (head, met) = parse_head(frame, Mode::REV1, STRICT).unwrap();
        let expected = UrlFetchHead { urls: Items::new(urls), streamed };
        assert_eq!(head, expected, "{}", frame.escape_ascii());
        assert!(met.is_empty());
        assert_eq!(head.to_bytes_in(Mode::REV1).escape_ascii().to_string(), {
            frame.escape_ascii().to_string()
        });
        assert_eq!(head.into_owned(), expected);
        for end in 0..frame.len() {
            // One that ends behind another header is a head too.
            if let Err(error) = parse_head(&frame[..end], Mode::REV1, Tolerance::lenient()) {
                assert!(error.at <= end && !error.rule.is_empty());
            }
        }
    }
    for (frame, rule, at) in [
        (&b"+ x\r\n"[..], "response-data", 0),
        (b"* METADATA a {5}\r\n", "response-data", 2),
        (b"* URLFETCH {5}\r\n", "literal", 16),
        (b"* URLFETCH a NIL\r\n", "literal", 16),
        (b"* URLFETCH a ~{5}\r\n", "nstring", 13),
        (b"* URLFETCH a {9223372036854775808}\r\n", "literal", 33),
        (b"* URLFETCH a (BODY ~{5}\r\n", "nstring", 19),
        (b"* URLFETCH a (X {5}\r\n", "literal", 21),
        (b"* URLFETCH a (BODY NIL BINARY {5}\r\n", "url-metadata", 22),
        (b"* URLFETCH a {5}\r\nabc", "literal", 18),
    ] {
        let error = parse_head(frame, Mode::REV1, STRICT).unwrap_err();
        assert_eq!(error, SyntaxError { rule, at }, "{}", frame.escape_ascii());
    }
}

#[test]
fn tails() {
    use UrlPlace::{Binary, Body, Octets};
    for (place, frame, parts, urls, streamed) in [
        (Octets, &b"\r\n"[..], vec![], vec![], None),
        (Octets, b" b NIL\r\n", vec![], vec![octets("b", BodyValue::Nil)], None),
        (Octets, b" b {7}\r\n", vec![], vec![], Some(streamed(Some("b"), &[], Octets, 7))),
        (
            Octets,
            b" b NIL c (X (1)) (BODY {7}\r\n",
            vec![],
            vec![octets("b", BodyValue::Nil)],
            Some(streamed(Some("c"), &[other()], Body, 7)),
        ),
        (Body, b")\r\n", vec![], vec![], None),
        (Binary, b") (X (1)) b NIL\r\n", vec![other()], vec![octets("b", BodyValue::Nil)], None),
        (Body, b") (X (1)) (BINARY {7}\r\n", vec![other()], vec![], {
            Some(streamed(None, &[], Binary, 7))
        }),
        (Body, b") b {7}\r\n", vec![], vec![], Some(streamed(Some("b"), &[], Octets, 7))),
    ] {
        let (tail, met) = parse_tail(frame, place, Mode::REV1, STRICT).unwrap();
        let (parts, urls) = (Items::new(parts), Items::new(urls));
        let expected = UrlFetchTail { parts, urls, streamed };
        assert_eq!(tail, expected, "{}", frame.escape_ascii());
        assert!(met.is_empty() && tail.fits(place));
        let written = tail.to_bytes_in(place, Mode::REV1).escape_ascii().to_string();
        assert_eq!(written, frame.escape_ascii().to_string());
        assert_eq!(tail.into_owned(), expected);
        for end in 0..frame.len() {
            if let Err(error) = parse_tail(&frame[..end], place, Mode::REV1, Tolerance::lenient()) {
                assert!(error.at <= end && !error.rule.is_empty());
            }
        }
    }
    for (place, frame, rule, at) in [
        (Octets, &b""[..], "CRLF", 0),
        (Octets, b")\r\n", "CRLF", 0),
        (Octets, b" b\r\n", "SP", 2),
        (Octets, b" b x\r\n", "nstring", 3),
        (Body, b"\r\n", "url-metadata", 0),
        (Body, b" b NIL\r\n", "url-metadata", 0),
        (Body, b") (BODY x)\r\n", "nstring", 8),
        (Body, b")x\r\n", "CRLF", 1),
    ] {
        let error = parse_tail(frame, place, Mode::REV1, STRICT).unwrap_err();
        assert_eq!(error, SyntaxError { rule, at }, "{}", frame.escape_ascii());
    }
    for (place, frame, deviation, canonical) in [
        (Octets, &b" \r\n"[..], Deviation::TrailingSpace, &b"\r\n"[..]),
        (Body, b" )\r\n", Deviation::TrailingSpace, b")\r\n"),
        (Octets, b"  b NIL\r\n", Deviation::ExtraSpaces, b" b NIL\r\n"),
        (Body, b" BINARY NIL)\r\n", Deviation::JoinedUrlParts, b") (BINARY NIL)\r\n"),
        (Body, b" BINARY {5}\r\n", Deviation::JoinedUrlParts, b") (BINARY {5}\r\n"),
    ] {
        let (tail, met) = parse_tail(frame, place, Mode::REV1, STRICT.with(deviation)).unwrap();
        assert_eq!(met.iter().collect::<Vec<_>>(), [deviation], "{}", frame.escape_ascii());
        assert_eq!(tail.to_bytes_in(place, Mode::REV1), canonical);
        let without = Tolerance::lenient().without(deviation);
        assert!(parse_tail(frame, place, Mode::REV1, without).is_err());
    }
}

#[test]
fn what_cannot_stand_there_is_told() {
    let again = |url, place| UrlFetchTail {
        streamed: Some(streamed(url, &[], place, 5)),
        ..UrlFetchTail::END
    };
    let part = UrlFetchTail { parts: Items::new([other()]), ..UrlFetchTail::END };
    assert!(part.fits(UrlPlace::Body) && !part.fits(UrlPlace::Octets));
    assert!(again(None, UrlPlace::Body).fits(UrlPlace::Binary));
    assert!(!again(None, UrlPlace::Body).fits(UrlPlace::Octets));
    assert!(!again(None, UrlPlace::Octets).fits(UrlPlace::Body));
    let between = UrlFetchTail {
        urls: Items::new([octets("b", BodyValue::Nil)]),
        ..again(None, UrlPlace::Body)
    };
    assert!(!between.fits(UrlPlace::Body));
    let literal8 = StreamedLiteral { size: 5, binary: true };
    for (place, valid) in
        [(UrlPlace::Octets, false), (UrlPlace::Body, false), (UrlPlace::Binary, true)]
    {
        let url = StreamedUrl { literal: literal8, ..streamed(Some("a"), &[], place, 5) };
        assert_eq!(url.is_valid(), valid);
    }
    assert!(!streamed(Some("a"), &[other()], UrlPlace::Octets, 5).is_valid());
    assert!(!streamed(Some("a"), &[], UrlPlace::Body, u64::MAX).is_valid());
}

proptest! {
    /// A response is cut at any of its literals: what is read of the pieces is written as they are.
    #[test]
    fn any_cut(
        urls in prop::collection::vec((0..4_usize, 1..4_usize, "[a-z]{0,9}"), 1..5), cuts: u16,
    ) {
        let mut wire = b"* URLFETCH".to_vec();
        // Where the octets of literals begin and end.
        let mut literals = Vec::new();
        let mut literal = |wire: &mut Vec<u8>, text: &str, place| {
            wire.extend_from_slice(format!("{{{}}}\r\n", text.len()).as_bytes());
            literals.push((wire.len(), wire.len() + text.len(), place));
            wire.extend_from_slice(text.as_bytes());
        };
        for (kind, count, text) in &urls {
            wire.extend_from_slice(b" u ");
            match kind {
                0 => wire.extend_from_slice(b"NIL"),
                // Nothing at all is a quoted string, where it is whole.
                1 => literal(&mut wire, &format!("x{text}"), UrlPlace::Octets),
                _ => for at in 0..*count {
                    let (word, place) = match (kind + at) % 2 {
                        0 => (&b"(BODY "[..], UrlPlace::Body),
                        _ => (&b"(BINARY "[..], UrlPlace::Binary),
                    };
                    wire.extend_from_slice(if at > 0 { b" " } else { b"" });
                    wire.extend_from_slice(word);
                    literal(&mut wire, &format!("x{text}"), place);
                    wire.extend_from_slice(b") (X (1))");
                },
            }
        }
        wire.extend_from_slice(b"\r\n");
        let chosen = literals.iter().enumerate().filter(|(at, _)| cuts & 1 << (at % 16) != 0);
        let (mut from, mut before) = (0, None);
        for (begin, end, place) in chosen.map(|(_, literal)| *literal) {
            let frame = &wire[from..begin];
            let (written, streamed) = match before {
                None => {
                    let (head, _) = parse_head(frame, Mode::REV1, STRICT).unwrap();
                    (head.to_bytes_in(Mode::REV1), head.streamed)
                }
                Some(before) => {
                    let (tail, _) = parse_tail(frame, before, Mode::REV1, STRICT).unwrap();
                    prop_assert!(tail.fits(before));
                    (tail.to_bytes_in(before, Mode::REV1), tail.streamed.unwrap())
                }
            };
            prop_assert_eq!(written.escape_ascii().to_string(), frame.escape_ascii().to_string());
            prop_assert_eq!((streamed.place, streamed.literal.size), (place, (end - begin) as u64));
            (from, before) = (end, Some(place));
        }
        if let Some(before) = before {
            let frame = &wire[from..];
            let (tail, _) = parse_tail(frame, before, Mode::REV1, STRICT).unwrap();
            prop_assert!(tail.streamed.is_none());
            let written = tail.to_bytes_in(before, Mode::REV1).escape_ascii().to_string();
            prop_assert_eq!(written, frame.escape_ascii().to_string());
        }
    }

    /// No octets make a parser panic, and what is read is written so that it is read again.
    #[test]
    fn damage(pieces in prop::collection::vec(prop::sample::select(vec![
        " ", " ", "u", "NIL", "(", ")", "BODY ", "BINARY ", "{3}\r\n", "~{3}\r\n", "abc", "X (1)", "\"",
    ]), 0..14)) {
        let text = pieces.concat();
        for tolerance in [STRICT, Tolerance::default(), Tolerance::lenient()] {
            let frame = ["* URLFETCH", &text].concat();
            if let Ok((head, _)) = parse_head(frame.as_bytes(), Mode::REV1, tolerance) {
                let written = head.to_bytes_in(Mode::REV1);
                let (again, _) = parse_head(&written, Mode::REV1, tolerance).unwrap();
                prop_assert_eq!(again, head);
            }
            let frame = [&text, "\r\n"].concat();
            for place in [UrlPlace::Octets, UrlPlace::Body] {
                if let Ok((tail, _)) = parse_tail(frame.as_bytes(), place, Mode::REV1, tolerance) {
                    let written = tail.to_bytes_in(place, Mode::REV1);
                    let (again, _) = parse_tail(&written, place, Mode::REV1, tolerance).unwrap();
                    prop_assert_eq!(again, tail);
                }
            }
        }
    }
}
