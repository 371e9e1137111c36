use super::*;
use crate::rows::{check_lenient, check_rejects, check_rows};
use crate::tolerance::Deviation as D;
use alloc::string::ToString;
use proptest::collection::vec;
use proptest::prelude::*;

fn string(text: &'static str) -> IString<'static> {
    IString::new(text).unwrap()
}

fn text(subtype: &'static str) -> SinglePart<'static> {
    SinglePart {
        media_type: string("TEXT"),
        subtype: string(subtype),
        parameters: Parameters::default(),
        id: None,
        description: None,
        encoding: Some(string("7BIT")),
        octets: 9,
        content: Content::Text { lines: Some(1) },
        extension: None,
    }
}

fn body(part: &SinglePart<'_>) -> BodyStructure<'static> {
    BodyStructure::single(part).unwrap()
}

fn message() -> SinglePart<'static> {
    let content = Content::Message {
        envelope: (&Envelope::default()).into(),
        body: body(&text("HTML")),
        lines: 2,
    };
    SinglePart { media_type: string("MESSAGE"), content, ..text("RFC822") }
}

#[test]
fn rows() {
    let parameters = || Parameters::new([(string("CHARSET"), string("a\"b"))]);
    let disposition = Disposition { kind: string("inline"), parameters: parameters() };
    let mut extension = Extension::single(Some(string("md5")));
    extension.disposition = Some(disposition);
    extension.languages = Languages::new([string("en"), string("de")]);
    extension.other = Some(crate::element::raw::RawData::new("(1 \"x\") NIL").unwrap());
    let image = SinglePart {
        media_type: string("IMAGE"),
        content: Content::Basic,
        parameters: parameters(),
        id: Some(string("<a@b>")),
        extension: Some(extension),
        ..text("PNG")
    };
    let parts = [body(&text("PLAIN")), body(&message())];
    let multi = |extension| BodyStructure::multipart(&parts, string("MIXED"), extension).unwrap();
    check_rows(&[
        (b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1)", body(&text("PLAIN"))),
        (
            b"(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) \
              (\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 9 1) 2)",
            body(&message()),
        ),
        (
            b"(\"IMAGE\" \"PNG\" (\"CHARSET\" \"a\\\"b\") \"<a@b>\" NIL \"7BIT\" 9 \"md5\" \
              (\"inline\" (\"CHARSET\" \"a\\\"b\")) (\"en\" \"de\") NIL (1 \"x\") NIL)",
            body(&image),
        ),
        (
            b"((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1)(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 \
              (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 9 1) 2) \
              \"MIXED\")",
            multi(None),
        ),
        (
            b"((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1)(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 \
              (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 9 1) 2) \
              \"MIXED\" (\"CHARSET\" \"a\\\"b\") NIL NIL NIL)",
            multi(Some(Extension::multipart(parameters()))),
        ),
    ]);
}

#[test]
fn what_is_no_structure_is_refused() {
    check_rejects::<BodyStructure<'_>>(&[
        (b"", "body", 0),
        (b"NIL", "body", 0),
        (b"()", "media-type", 1),
        (b"(foo bar)", "media-type", 1),
        (b"(\"TEXT\" 5)", "media-subtype", 8),
        (b"(\"TEXT\" \"PLAIN\" (\"A\") NIL", "SP", 20),
        (b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" x 1)", "body-fld-octets", 35),
        (b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1", "SP", 38),
        (b"((\"A\" \"B\" NIL NIL NIL \"7BIT\" 9))", "SP", 31),
        (b"((\"A\" \"B\" NIL NIL NIL \"7BIT\" 9) NIL)", "media-subtype", 32),
    ]);
    let nested = |depth| {
        let inner = b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 9 NIL (\"x\" (\"y\" \"z\")))".to_vec();
        (0..depth).fold(inner, |inner, _| [b"(", &*inner, b" \"MIXED\")"].concat())
    };
    let deep = nested(99);
    let deep = BodyStructure::parse(&deep).unwrap();
    assert_eq!(deep.to_bytes(), nested(99));
    assert!(deep.find(&[1; 99]).is_some() && deep.find(&[1; 101]).is_none());
    assert_eq!(BodyStructure::parse(&nested(100)).unwrap_err().at, 100);
    assert!(BodyStructure::parse(&b"(".repeat(1_000_000)).is_err());
    assert!(BodyStructure::multipart([&deep.into_owned()], string("MIXED"), None).is_err());
    // What a media type does not have cannot be built.
    assert!(
        BodyStructure::single(&SinglePart { content: Content::Basic, ..text("PLAIN") }).is_err()
    );
    assert!(BodyStructure::multipart([], string("MIXED"), None).is_err());
}

#[test]
fn what_servers_send() {
    const PLAIN: &[u8] = b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1)";
    let two = |between: &str, end: &str| {
        [b"(", PLAIN, between.as_bytes(), PLAIN, end.as_bytes()].concat()
    };
    let rows: [(&[u8], D, &[u8]); 28] = [
        (&two(" ", " \"MIXED\")"), D::SpaceBetweenItems, &two("", " \"MIXED\")")),
        (&two("", " \"MIXED\" )"), D::TrailingSpace, &two("", " \"MIXED\")")),
        (
            b"(NIL \"alternative\" (\"a\" \"b\") NIL NIL)",
            D::ChildlessMultipart,
            b"(\"MULTIPART\" \"alternative\" (\"a\" \"b\") NIL NIL \"7BIT\" 0 NIL NIL NIL)",
        ),
        (
            b"(() \"ALTERNATIVE\" (\"a\" \"b\") NIL NIL)",
            D::ChildlessMultipart,
            b"(\"MULTIPART\" \"ALTERNATIVE\" (\"a\" \"b\") NIL NIL \"7BIT\" 0 NIL NIL NIL)",
        ),
        (
            b"( \"alternative\" (\"boundary\" \"q\") NIL NIL NIL)",
            D::ChildlessMultipart,
            b"(\"MULTIPART\" \"alternative\" (\"boundary\" \"q\") NIL NIL \"7BIT\" 0 NIL NIL NIL NIL)",
        ),
        (
            b"( (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1) \"MIXED\")",
            D::SpaceBetweenItems,
            b"((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1) \"MIXED\")",
        ),
        (
            b"(\"RELATED\" NIL (\"ATTACHMENT\" NIL) NIL)",
            D::ChildlessMultipart,
            b"(\"MULTIPART\" \"RELATED\" NIL NIL NIL \"7BIT\" 0 NIL (\"ATTACHMENT\" NIL) NIL)",
        ),
        (
            b"(NIL NIL NIL NIL NIL \"7BIT\" 0)",
            D::NilMediaType,
            b"(\"APPLICATION\" \"OCTET-STREAM\" NIL NIL NIL \"7BIT\" 0)",
        ),
        (
            b"(\"A\" \"B\" (\"boundary\" NIL) NIL NIL \"7BIT\" 0)",
            D::NilParameter,
            b"(\"A\" \"B\" (\"boundary\" \"\") NIL NIL \"7BIT\" 0)",
        ),
        (
            b"(\"A\" \"B\" () NIL NIL \"7BIT\" 0)",
            D::EmptyList,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0)",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL NIL 0)",
            D::NilEncoding,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0)",
        ),
        (
            b"(\"message\" \"global\" NIL NIL NIL \"8BIT\" 5 NIL NIL)",
            D::BareMessagePart,
            b"(\"message\" \"global\" NIL NIL NIL \"8BIT\" 5 NIL NIL)",
        ),
        (
            b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 NIL NIL)",
            D::MissingLines,
            b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 0 NIL NIL)",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL \"inline\" NIL)",
            D::OddDisposition,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"inline\" NIL) NIL)",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"attachment\"))",
            D::OddDisposition,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"attachment\" NIL))",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 (\"x\" \"y\") NIL NIL)",
            D::OddExtension,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL NIL NIL (\"x\" \"y\") NIL NIL)",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL (\"en\" NIL))",
            D::NilInList,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL (\"en\"))",
        ),
        (
            b"(\"TEXT\" (\"CHARSET\" \"x\") NIL NIL \"7BIT\" 9 1)",
            D::MissingSubtype,
            b"(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"x\") NIL NIL \"7BIT\" 9 1)",
        ),
        (
            b"(\"image\" NIL NIL NIL \"BASE64\" 9)",
            D::MissingSubtype,
            b"(\"image\" \"OCTET-STREAM\" NIL NIL NIL \"BASE64\" 9)",
        ),
        (
            b"(\"X-ZIP\" NIL NIL NIL \"BASE64\" 9)",
            D::MissingSubtype,
            b"(\"APPLICATION\" \"X-ZIP\" NIL NIL NIL \"BASE64\" 9)",
        ),
        (
            b"(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) () 2)",
            D::MissingBody,
            b"(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) \
              (\"APPLICATION\" \"OCTET-STREAM\" NIL NIL NIL \"7BIT\" 0) 2)",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"filename\" \"x\"))",
            D::OddDisposition,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"attachment\" (\"filename\" \"x\")))",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL ((\"filename\" \"x\")))",
            D::OddDisposition,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"attachment\" (\"filename\" \"x\")))",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (NIL (\"filename\" \"x\")))",
            D::OddDisposition,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"attachment\" (\"filename\" \"x\")))",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL ())",
            D::EmptyList,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL)",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"en\") (\"inline\" (\"a\" \"b\")) NIL)",
            D::OddExtension,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"inline\" (\"a\" \"b\")) (\"en\") NIL)",
        ),
        (
            b"(\"multipart\" \"related\" NIL NIL NIL \"7BIT\" 4 (\"a\" \"b\") NIL NIL)",
            D::OddExtension,
            b"(\"multipart\" \"related\" NIL NIL NIL \"7BIT\" 4 NIL NIL NIL NIL (\"a\" \"b\") NIL NIL)",
        ),
        (
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" -1)",
            D::NegativeNumber,
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0)",
        ),
    ];
    check_lenient::<BodyStructure<'_>>(&rows);
}

#[test]
fn parts_are_found_by_their_section() {
    let inner = BodyStructure::multipart(
        [&body(&text("PLAIN")), &body(&text("HTML"))],
        string("ALTERNATIVE"),
        None,
    )
    .unwrap();
    let content =
        Content::Message { envelope: (&Envelope::default()).into(), body: inner.clone(), lines: 2 };
    let nested = SinglePart { content, ..message() };
    let all = [inner.clone(), body(&nested), body(&message())];
    let whole = BodyStructure::multipart(&all, string("MIXED"), None).unwrap();
    let found = |path: &[u32]| whole.find(path).map(|part| part.to_string());
    assert_eq!(
        whole.to_string(),
        "multipart/mixed(multipart/alternative(text/plain, text/html), \
         message/rfc822(multipart/alternative(text/plain, text/html)), message/rfc822(text/html))",
    );
    assert_eq!(found(&[1, 2]).unwrap(), "text/html");
    assert_eq!(found(&[2, 1]).unwrap(), "text/plain");
    assert_eq!(found(&[3, 1]).unwrap(), "text/html");
    assert_eq!(found(&[3]).unwrap(), "message/rfc822(text/html)");
    assert_eq!(found(&[]).unwrap(), whole.to_string());
    for path in [&[4][..], &[0], &[1, 3], &[3, 2], &[3, 1, 1], &[1, 1, 1]] {
        assert_eq!(found(path), None, "{path:?}");
    }
    assert_eq!(body(&text("PLAIN")).find(&[1]).unwrap(), body(&text("PLAIN")));
    assert_eq!(body(&text("PLAIN")).find(&[2]), None);
    assert_eq!(body(&text("PLAIN")).find(&[1, 1]), None);
}

proptest! {
    /// What the short way takes, the full grammar takes without a deviation, and as much of it.
    #[test]
    fn the_short_way_agrees_with_the_grammar(
        pick in 0..7_usize, changes in vec((any::<prop::sample::Index>(), 0..38_usize), 0..4),
    ) {
        let wires = [
            &b"((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\" \"a\" \"b\") NIL NIL \"7BIT\" 9 1)\
               (\"A\" \"B\" NIL \"<a@b>\" \"c\" \"BASE64\" 0) \"MIXED\")"[..],
            b"((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1 NIL (\"inline\" NIL) \"en\" \"x\") \"ALTERNATIVE\" \
              (\"BOUNDARY\" \"b\") (\"attachment\" (\"filename\" \"f g\")) NIL NIL)",
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 18446744073709551615 \"md5\")",
            b"(\"MESSAGE\" \"X\" NIL NIL NIL \"7BIT\" 5 NIL NIL NIL NIL)",
            b"(((\"A\" \"B\" NIL NIL NIL \"7BIT\" 5) \"X\")(\"TEXT\" \"B\" NIL NIL NIL \"7BIT\" 5 6) \"Y\" NIL)",
            b"(\"MIXED\" (\"a\" \"b\") NIL NIL)",
            b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 5 NIL NIL (\"en\" \"de\") \"x\")",
        ];
        const OCTETS: &[u8; 38] = b"()\" NILni0123456789\\{}1\r\n\xfc\0ATEXTMEG-~x";
        let mut wire = wires[pick].to_vec();
        for (place, change) in changes {
            let at = place.index(wire.len());
            match change % 3 {
                0 => wire[at] = OCTETS[change],
                1 => wire.insert(at, OCTETS[change]),
                _ => drop(wire.remove(at)),
            }
            if wire.is_empty() { break; }
        }
        wire.push(b' ');
        if let Some(rest) = plain::body(&wire) {
            let cx = Context::new(crate::Tolerance::strict());
            let (full, _) = parse::part(&wire, &cx, parse::Inside::Check).unwrap();
            prop_assert_eq!(full, rest);
        }
    }
}

#[test]
fn the_short_way_is_taken() {
    let taken = |wire: &[u8]| plain::body(wire) == Some(b")");
    assert!(taken(
        b"((\"A\" \"B\" NIL NIL NIL \"7BIT\" 0)(\"TEXT\" \"B\" NIL NIL NIL \"7BIT\" 0 0) \"X\"))"
    ));
    assert!(taken(b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL (\"en\" \"de\") NIL))"));
    let nested = |depth| {
        [
            b"(".repeat(depth),
            b"\"A\" \"B\" NIL NIL NIL \"7BIT\" 0)".to_vec(),
            b" \"X\")".repeat(depth - 1),
            b")".to_vec(),
        ]
        .concat()
    };
    assert!(taken(&nested(1)) && taken(&nested(17)) && !taken(&nested(18)));
}
