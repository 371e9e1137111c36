//! Rows and properties of FETCH.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use mailwire_core::parse::{Wire, parse_whole};
use proptest::prelude::*;

use super::*;
use crate::element::annotation::{
    AnnotationData, AnnotationRequest, AnnotationValue, Annotations, Attribute, AttributeName,
    Entry, EntryMatch, EntryName,
};
use crate::element::body_structure::BodyStructure;
use crate::element::body_value::BodyValue;
use crate::element::date::DateTime;
use crate::element::envelope::Envelope;
use crate::element::flag::{Flag, Flags, Keyword};
use crate::element::literal::StreamedLiteral;
use crate::element::mod_seq::ModSeq;
use crate::element::number::{Number64, NzNumber};
use crate::element::object_id::ObjectId;
use crate::element::parameter::{Label, Parameter};
use crate::element::partial_range::PartialRange;
use crate::element::section::{Section, SectionBinary, SectionPart};
use crate::element::string::{Atom, IString};
use crate::rows::{
    check_lenient, check_lenient_uncontained, check_needs, check_rejects, check_rows,
    check_rows_in, check_short_ways, mutations,
};
use crate::{Data, Mode, Response, Tolerance};

mod stream;

#[test]
fn items_in_few_steps_are_those_of_many() {
    let mut read = 0;
    for item in [
        "UID 4827313",
        "FLAGS (\\Seen $Junk)",
        "MODSEQ (715194045007)",
        "RFC822.SIZE 44827",
        "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\"",
    ] {
        for wire in mutations(item.as_bytes()) {
            let wire = [&wire, &b" ENVELOPE NIL)\r\n"[..]].concat();
            let cx = Context::new(Tolerance::lenient());
            let Some((rest, item)) = FetchItem::parse_plain(&wire, &cx) else { continue };
            assert_eq!(FetchItem::parse_named(&wire, &cx), Ok((rest, item)));
            assert!(cx.met::<Deviation>().is_empty(), "{}", wire.escape_ascii());
            read += 1;
        }
    }
    assert!(read > 100, "{read}");
}

#[test]
fn messages_are_made_in_place_as_the_rules_make_them() {
    for line in [
        "* 12 FETCH (UID 4827313 FLAGS (\\Seen) MODSEQ (7151))\r\n",
        "* 1 FETCH (RFC822.SIZE 4 X-GM-MSGID 1) UID 2\r\n",
        "* 1 FETCH ()\r\n",
        "* 1 FETCH (UID 1 UID 2 UID 3 UID 4 UID 5 UID 6 UID 7)\r\n",
        "* 7 FETCH (BODY[] {2}\r\nab PREVIEW NIL)\r\n",
    ] {
        for wire in mutations(line.as_bytes()) {
            for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
                let by_rules = Context::new(tolerance).with_counts(6, 6);
                let in_place = by_rules.clone();
                let response = parse_whole(&wire, |wire| Response::parse_part(wire, &by_rules));
                assert_eq!(Response::parse_frame(&wire, &in_place), response);
                assert_eq!(in_place.met::<Deviation>(), by_rules.met(), "{}", wire.escape_ascii());
                assert_eq!(in_place.over(), by_rules.over());
            }
        }
    }
}

#[test]
fn attributes_are_copied_as_they_are_written() {
    check_short_ways::<FetchAttribute<'static>>(
        &[
            "UID",
            "uid",
            "UIDX",
            "FLAGS",
            "RFC822.SIZE",
            "RFC822.SIZES",
            "INTERNALDATE",
            "ENVELOPE",
            "MODSEQ",
            "BODY",
            "BODYSTRUCTURE",
            "BODY[]",
            "BODY.PEEK[]",
            "BODY.PEEK[]<0.5>",
            "BODY.PEEK[]<00.5>",
            "BODY.PEEK[1.2.HEADER.FIELDS (DATE \"FROM\")]",
            "BODY[header]",
            "BINARY[1]<01.5>",
            "PREVIEW (LAZY)",
            "PREVIEW (lazy)",
            "PREVIEW ( LAZY )",
            "X-NEW",
            "x-new (a)",
            "X[Y]<1>",
            "ANNOTATION (/* (\"value\"))",
        ],
        &["UID", "FLAGS", "RFC822.SIZE", "BODY", "BODY.PEEK[]", "BODY[1.MIME]", "PREVIEW", "X-NEW"],
    );
}

fn section(wire: &'static str) -> Section<'static> {
    Section::parse(wire.as_bytes()).unwrap()
}

fn binary(numbers: &[u32]) -> SectionBinary<'static> {
    SectionBinary(SectionPart::new(numbers.iter().copied()).unwrap())
}

fn attributes(
    attributes: impl IntoIterator<Item = FetchAttribute<'static>>,
) -> FetchAttributes<'static> {
    FetchAttributes::new(attributes).unwrap()
}

fn fetch(
    messages: &'static str,
    attributes: FetchAttributes<'static>,
    modifiers: &[FetchModifier<'static>],
) -> Fetch<'static> {
    let messages = SequenceSet::parse(messages.as_bytes()).unwrap();
    Fetch { messages, attributes, modifiers: Items::new(modifiers.iter().cloned()) }
}

/// An attribute of each name, as it is written.
fn every_attribute() -> Vec<(&'static [u8], FetchAttribute<'static>)> {
    use FetchAttribute as A;
    let modifiers = |names: &[&'static str]| {
        Items::new(names.iter().map(|name| PreviewModifier::new(*name).unwrap()))
    };
    let request = |entries: &[&'static str], attributes: &[&'static str]| {
        let entries = entries.iter().map(|name| EntryMatch::new(*name).unwrap());
        let attributes = attributes.iter().map(|name| AttributeName::new(*name).unwrap());
        A::Annotation(Box::new(AnnotationRequest::new(entries, attributes).unwrap()))
    };
    let body = |wire| SectionRequest::new(&section(wire));
    Vec::from([
        (&b"UID"[..], A::Uid),
        (b"FLAGS", A::Flags),
        (b"MODSEQ", A::ModSeq),
        (b"ENVELOPE", A::Envelope),
        (b"BODY", A::Body),
        (b"BODYSTRUCTURE", A::BodyStructure),
        (b"INTERNALDATE", A::InternalDate),
        (b"RFC822", A::Rfc822),
        (b"RFC822.HEADER", A::Rfc822Header),
        (b"RFC822.SIZE", A::Size),
        (b"RFC822.TEXT", A::Rfc822Text),
        (b"BODY[]", A::section(&Section::default())),
        (b"BODY.PEEK[1.2.MIME]", A::peek(&section("[1.2.MIME]"))),
        (b"BODY[TEXT]<5.1024>", A::Section(body("[TEXT]").with_range(5, 1024).unwrap())),
        (
            b"BODY.PEEK[HEADER.FIELDS (DATE \"a b\")]<0.9223372036854775807>",
            A::Section(
                body("[HEADER.FIELDS (DATE \"a b\")]")
                    .without_seen()
                    .with_range(0, crate::element::number::MAX)
                    .unwrap(),
            ),
        ),
        (b"BINARY[1.2]", A::Binary(BinaryRequest::new(binary(&[1, 2])))),
        (
            b"BINARY.PEEK[]<0.9>",
            A::Binary(BinaryRequest::new(binary(&[])).without_seen().with_range(0, 9).unwrap()),
        ),
        (b"BINARY.SIZE[3]", A::BinarySize(binary(&[3]))),
        (b"EMAILID", A::EmailId),
        (b"THREADID", A::ThreadId),
        (b"PREVIEW", A::PREVIEW),
        (b"PREVIEW (LAZY)", A::Preview(modifiers(&["LAZY"]))),
        (b"PREVIEW (LAZY=FUZZY FUZZY)", A::Preview(modifiers(&["LAZY=FUZZY", "FUZZY"]))),
        (b"SNIPPET (FUZZY)", A::Snippet(modifiers(&["FUZZY"]))),
        (b"SAVEDATE", A::SaveDate),
        (b"ANNOTATION (/comment value)", request(&["/comment"], &["value"])),
        (b"ANNOTATION ((/a /%) (value size.priv))", {
            request(&["/a", "/%"], &["value", "size.priv"])
        }),
        (b"X-GM-MSGID", A::GmailMessageId),
        (b"X-GM-THRID", A::GmailThreadId),
        (b"X-GM-LABELS", A::GmailLabels),
        (b"DIGEST.SHA1", A::DigestSha1),
        (b"CID", A::ConversationId),
        (b"CREATEDMODSEQ", A::CreatedModSeq),
        (b"X-NEW[1.2]<0.5>", {
            A::Other(OtherAttribute::new("X-NEW[1.2]<0.5>", None::<&str>).unwrap())
        }),
        (b"X-NEW (a (\"b\"))", {
            A::Other(OtherAttribute::new("X-NEW", Some("(a (\"b\"))")).unwrap())
        }),
    ])
}

#[test]
fn attributes_have_rows() {
    let rows = every_attribute();
    check_rows(&rows);
    for name in FetchName::ALL {
        assert!(rows.iter().any(|(_, value)| value.name() == Some(*name)), "no row for {name}");
    }
    let all = attributes(rows.iter().map(|(_, value)| value.clone()));
    let wire = all.to_bytes();
    assert_eq!(FetchAttributes::parse(&wire).unwrap(), all);
    assert!(all.iter().eq(rows.iter().map(|(_, value)| value.clone())));
    assert!(size_of::<FetchAttribute<'_>>() <= 64, "{}", size_of::<FetchAttribute<'_>>());
    check_rejects::<FetchAttribute<'_>>(&[
        (b"", "fetch-att", 0),
        (b"ALL", "fetch-att", 0),
        (b"BODY.PEEK", "section", 9),
        (b"BODY[1", "section", 6),
        (b"BODY[]<0>", "partial", 6),
        (b"BODY[]<0.0>", "partial", 9),
        (b"BINARY", "section-binary", 6),
        (b"BINARY[TEXT]", "section-binary", 7),
        (b"BINARY.SIZE[1]<0.1>", "end", 14),
        (b"PREVIEW ()", "preview-mod", 9),
        (b"ANNOTATION", "SP", 10),
        (b"ANNOTATION (/a)", "SP", 14),
        (b"X-NEW[", "fetch-att", 0),
        (b"X-NEW (a", "tagged-ext-val", 8),
        (b"UID[1]", "end", 3),
    ]);
}

#[test]
fn commands() {
    use FetchAttribute as A;
    let since = FetchModifier::ChangedSince(ModSeq::new(12345).unwrap());
    let parameter = Parameter::new(Label::new("X-Y").unwrap(), Some("(1 2)")).unwrap();
    let other = FetchModifier::Other(OtherModifier::new(parameter).unwrap());
    check_rows(&[
        (b"1 ALL", fetch("1", FetchMacro::All.into(), &[])),
        (b"1:* FULL", fetch("1:*", FetchMacro::Full.into(), &[])),
        (b"$ FAST", fetch("$", FetchMacro::Fast.into(), &[])),
        (b"2:4 (FLAGS BODY.PEEK[HEADER.FIELDS (DATE FROM)])", {
            let header = section("[HEADER.FIELDS (DATE FROM)]");
            fetch("2:4", attributes([A::Flags, A::peek(&header)]), &[])
        }),
        (b"1:* (FLAGS) (CHANGEDSINCE 12345 VANISHED)", {
            fetch("1:*", attributes([A::Flags]), &[since.clone(), FetchModifier::Vanished])
        }),
        (b"1:* (UID) (PARTIAL -1:-30 X-Y (1 2))", {
            let range = FetchModifier::Partial(PartialRange::from_end(1, 30).unwrap());
            fetch("1:*", attributes([A::Uid]), &[range, other])
        }),
        (b"1 FAST (CHANGEDSINCE 12345)", fetch("1", FetchMacro::Fast.into(), &[since])),
    ]);
    check_rejects::<Fetch<'_>>(&[
        (b"", "sequence-set", 0),
        (b"1", "SP", 1),
        (b"1 ", "fetch", 2),
        (b"1 ()", "fetch-att", 3),
        (b"1 (ALL)", "fetch-att", 3),
        (b"1 (FLAGS", "list", 8),
        (b"1 (FLAGS BODY[0])", "section-part", 14),
        (b"1 FLAGS ()", "tagged-ext-label", 9),
        (b"1 FLAGS (CHANGEDSINCE)", "SP", 21),
        (b"1 FLAGS UID", "end", 7),
    ]);
    check_lenient::<Fetch<'_>>(&[
        (b"1  (FLAGS)", Deviation::ExtraSpaces, b"1 (FLAGS)"),
        (b"1 (FLAGS  UID)", Deviation::ExtraSpaces, b"1 (FLAGS UID)"),
        (b"1 (FLAGS )", Deviation::TrailingSpace, b"1 (FLAGS)"),
        (b"1 FAST (CHANGEDSINCE 0)", Deviation::ZeroNumber, b"1 FAST (CHANGEDSINCE 0)"),
    ]);
}

#[test]
fn one_attribute_stands_without_parentheses() {
    for (wire, canonical) in [
        (&b"1 flags"[..], &b"1 (FLAGS)"[..]),
        (b"1 PREVIEW (LAZY)", b"1 (PREVIEW (LAZY))"),
        (b"1 PREVIEW (CHANGEDSINCE 5)", b"1 (PREVIEW) (CHANGEDSINCE 5)"),
        (b"1 PREVIEW (LAZY) (VANISHED)", b"1 (PREVIEW (LAZY)) (VANISHED)"),
        (b"1 X-NEW (X-Y 5)", b"1 (X-NEW) (X-Y 5)"),
        (b"1 (X-NEW (X-Y 5))", b"1 (X-NEW (X-Y 5))"),
        (b"1 BODY[TEXT]<0.5>", b"1 (BODY[TEXT]<0.5>)"),
        (b"1 fast", b"1 FAST"),
    ] {
        let (value, met) = Fetch::parse_with(wire, Tolerance::strict()).unwrap();
        assert!(met.is_empty());
        assert_eq!(value.to_bytes(), canonical);
        assert_eq!(value, Fetch::parse(canonical).unwrap());
    }
}

#[test]
fn what_cannot_be_read_back_cannot_be_built() {
    assert!(FetchAttributes::new([]).is_err());
    for name in ["", "FLAGS", "flags", "BODY[1]", "ALL", "X Y", "X[", "X]", "(", "X[1]y"] {
        assert!(OtherAttribute::new(name, None::<&str>).is_err(), "{name}");
    }
    for name in ["", "FLAGS", "body[1]", "X Y", "X[", "{1}"] {
        assert!(OtherItem::new(name, "x").is_err(), "{name}");
    }
    assert!(OtherAttribute::new("X", Some("y")).is_err());
    assert!(OtherAttribute::new("X", Some("(y) (z)")).is_err());
    assert!(OtherItem::new("X", "y z").is_err() && OtherItem::new("X", "(y").is_err());
    let message = NzNumber::new(1).unwrap();
    let streamed = BodyValue::Streamed(StreamedLiteral { size: 5, binary: false });
    for item in [
        FetchItem::ModSeq(ModSeq::ZERO),
        FetchItem::ConversationId(Some(Atom::new("nil").unwrap())),
        FetchItem::Rfc822(streamed.clone()),
        FetchItem::parse(b"UID x").unwrap(),
    ] {
        assert!(FetchData::new(message, [item]).is_err());
    }
    assert!(FetchData::new(message, []).is_err());
    let here = FetchItem::Rfc822(BodyValue::new("x"));
    assert!(FetchHead::new(message, [], here.clone()).is_err());
    assert!(FetchHead::new(message, [], FetchItem::GmailMessageId(1)).is_err());
    let literal8 =
        FetchItem::Rfc822(BodyValue::Streamed(StreamedLiteral { size: 5, binary: true }));
    assert!(FetchHead::new(message, [], literal8).is_err());
    let long =
        FetchItem::Rfc822(BodyValue::Streamed(StreamedLiteral { size: u64::MAX, binary: false }));
    assert!(FetchHead::new(message, [], long).is_err());
    let streamed = FetchItem::Rfc822(streamed);
    assert!(FetchHead::new(message, [streamed.clone()], streamed.clone()).is_err());
    assert!(FetchTail::last([streamed]).is_err() && FetchTail::more([], here).is_err());
    assert!(BodySection::new(&Section::default(), Some(u64::MAX), BodyValue::Nil).is_err());
}

fn string(text: &'static str) -> Option<IString<'static>> {
    IString::new(text).ok()
}

/// An item of each name, as it is written.
fn every_item() -> Vec<(&'static [u8], FetchItem<'static>)> {
    use FetchItem as I;
    let body =
        |wire, origin, value| I::section(BodySection::new(&section(wire), origin, value).unwrap());
    let part = |numbers: &[u32], origin, value| {
        I::binary(BinarySection::new(binary(numbers), origin, value).unwrap())
    };
    let date = DateTime::parse(b"\"17-Jul-1996 02:44:25 -0700\"").unwrap();
    let id = |id| ObjectId::new(id as &'static str).unwrap();
    let comment = Attribute {
        name: AttributeName::new("value.priv").unwrap(),
        value: AnnotationValue::new("hi"),
    };
    let entry = Entry::new(EntryName::new("/comment").unwrap(), [comment]).unwrap();
    let text = b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1)";
    Vec::from([
        (&b"UID 4294967295"[..], I::Uid(NzNumber::new(u32::MAX).unwrap())),
        (b"FLAGS (\\Seen $Forwarded)", {
            I::Flags(Flags::new([Flag::Seen, Flag::Keyword(Keyword::FORWARDED)]).unwrap())
        }),
        (b"FLAGS ()", I::Flags(Flags::default())),
        (b"MODSEQ (65402)", I::ModSeq(ModSeq::new(65402).unwrap())),
        (b"ENVELOPE (NIL \"Hi\" NIL NIL NIL NIL NIL NIL NIL NIL)", {
            I::Envelope(Box::new(Envelope { subject: string("Hi"), ..Envelope::default() }))
        }),
        (b"BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1)", {
            I::Body(BodyStructure::parse(text).unwrap())
        }),
        (b"BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1 NIL NIL NIL NIL)", {
            let wire = b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 1 NIL NIL NIL NIL)";
            I::BodyStructure(BodyStructure::parse(wire).unwrap())
        }),
        (b"INTERNALDATE \"17-Jul-1996 02:44:25 -0700\"", I::InternalDate(date)),
        (b"RFC822 {2}\r\n\0\n", I::Rfc822(BodyValue::new("\0\n"))),
        (b"RFC822.HEADER \"\"", I::Rfc822Header(BodyValue::new(""))),
        (b"RFC822.TEXT NIL", I::Rfc822Text(BodyValue::Nil)),
        (b"RFC822.SIZE 9223372036854775807", {
            I::Size(Number64::new(crate::element::number::MAX).unwrap())
        }),
        (b"BODY[] {5}\r\na)\r\nb", body("[]", None, BodyValue::new("a)\r\nb"))),
        (b"BODY[1.2.MIME]<5> NIL", body("[1.2.MIME]", Some(5), BodyValue::Nil)),
        (b"BODY[HEADER.FIELDS (DATE \"a b\")] {2}\r\n\r\n", {
            body("[HEADER.FIELDS (DATE \"a b\")]", None, BodyValue::new("\r\n"))
        }),
        (b"BINARY[1] ~{3}\r\na\0b", part(&[1], None, BodyValue::new("a\0b"))),
        (b"BINARY[]<0> {1}\r\na", part(&[], Some(0), BodyValue::new("a"))),
        (b"BINARY[1.2] NIL", part(&[1, 2], None, BodyValue::Nil)),
        (b"BINARY.SIZE[1] 45", I::BinarySize(binary(&[1]), Number64::new(45).unwrap())),
        (b"EMAILID (M6d99ac3275bb4e)", I::EmailId(id("M6d99ac3275bb4e"))),
        (b"THREADID (T64b478a75b7ea9)", I::ThreadId(Some(id("T64b478a75b7ea9")))),
        (b"THREADID NIL", I::ThreadId(None)),
        (b"PREVIEW \"Say \\\"hi\\\"\"", I::Preview(string("Say \"hi\""))),
        (b"PREVIEW NIL", I::Preview(None)),
        (b"SNIPPET (FUZZY \"Hi\")", I::Snippet(string("Hi"))),
        (b"SAVEDATE \"17-Jul-1996 02:44:25 -0700\"", I::SaveDate(Some(date))),
        (b"SAVEDATE NIL", I::SaveDate(None)),
        (b"ANNOTATION (/comment (value.priv \"hi\"))", {
            I::Annotation(AnnotationData::Values(Annotations::new([entry]).unwrap()))
        }),
        (b"X-GM-MSGID 18446744073709551615", I::GmailMessageId(u64::MAX)),
        (b"X-GM-THRID 1278455344230334865", I::GmailThreadId(1_278_455_344_230_334_865)),
        (b"X-GM-LABELS (\\Inbox \"to do\")", {
            I::GmailLabels(GmailLabels::new(
                ["\\Inbox", "to do"].map(|label| GmailLabel::new(label).unwrap()),
            ))
        }),
        (b"DIGEST.SHA1 da39a3ee5e6b4b0d3255bfef95601890afd80709", {
            I::DigestSha1(Atom::new("da39a3ee5e6b4b0d3255bfef95601890afd80709").unwrap())
        }),
        (b"CID e2f4b5a1c3d49c53", {
            I::ConversationId(Some(Atom::new("e2f4b5a1c3d49c53").unwrap()))
        }),
        (b"CID NIL", I::ConversationId(None)),
        (b"CREATEDMODSEQ (5)", I::CreatedModSeq(ModSeq::new(5).unwrap())),
        (b"XSENDER \"a@b\"", I::other(OtherItem::new("XSENDER", "\"a@b\"").unwrap())),
        (b"X-NEW[1]<5> (a {2}\r\n() \\b)", {
            I::other(OtherItem::new("X-NEW[1]<5>", "(a {2}\r\n() \\b)").unwrap())
        }),
    ])
}

fn message(items: impl IntoIterator<Item = FetchItem<'static>>) -> Response<'static> {
    Response::Data(Data::Fetch(FetchData::new(NzNumber::new(5).unwrap(), items).unwrap()))
}

#[test]
fn items_have_rows() {
    let rows = every_item();
    check_rows_in(Mode::SERVER, &rows);
    for name in FetchName::ALL {
        let command = matches!(name, FetchName::BodyPeek | FetchName::BinaryPeek);
        let has_row = rows.iter().any(|(_, value)| value.name() == Some(*name));
        assert!(has_row != command, "rows for {name}");
    }
    let all = message(rows.iter().map(|(_, item)| item.clone()));
    let wire = all.to_bytes_in(Mode::SERVER);
    let (parsed, met) = Response::parse_in(&wire, Mode::REV1, Tolerance::strict()).unwrap();
    assert_eq!(parsed, all);
    assert!(met.is_empty());
    assert_eq!(parsed.into_owned().to_bytes_in(Mode::SERVER), wire);
    assert!(size_of::<FetchItem<'_>>() <= 40, "{}", size_of::<FetchItem<'_>>());
}

#[test]
fn items_break_at_a_place() {
    let strict = |wire: &'static [u8]| {
        let error = FetchItem::parse_with(wire, Tolerance::strict()).unwrap_err();
        (error.rule, error.at)
    };
    for (wire, rule, at) in [
        (&b""[..], "msg-att", 0),
        (b"UID", "SP", 3),
        (b"UID 0", "nz-number", 4),
        (b"UID 1x", "SP", 5),
        (b"FLAGS \\Seen", "flag-list", 6),
        (b"MODSEQ 5", "permsg-modsequence", 7),
        (b"ENVELOPE (NIL)", "SP", 13),
        (b"BODY NIL", "body", 5),
        (b"INTERNALDATE NIL", "date-time", 13),
        (b"RFC822.SIZE x", "number64", 12),
        (b"RFC822 x", "nstring", 7),
        (b"RFC822 {5}\r\nabc", "literal", 12),
        (b"BODY[ \"x\"", "section-text", 5),
        (b"BODY[] ~{1}\r\nx", "nstring", 7),
        (b"BODY[]<x> NIL", "partial", 7),
        (b"BODY.PEEK[] NIL", "SP", 9),
        (b"BINARY NIL", "section-binary", 6),
        (b"BINARY.SIZE[1] x", "number64", 15),
        (b"EMAILID NIL", "objectid", 8),
        (b"EMAILID (a.b)", "objectid", 10),
        (b"THREADID ()", "objectid", 10),
        (b"PREVIEW x", "nstring", 8),
        (b"SNIPPET \"x\"", "nstring", 8),
        (b"ANNOTATION ()", "entry", 12),
        (b"X-GM-MSGID NIL", "number64", 11),
        (b"X-GM-LABELS NIL", "list", 12),
        (b"DIGEST.SHA1 \"x\"", "atom", 12),
        (b"XSENDER", "SP", 7),
        (b"XSENDER (a", "tagged-ext-val", 10),
    ] {
        assert_eq!(strict(wire), (rule, at), "{}", wire.escape_ascii());
    }
    check_lenient_uncontained::<FetchItem<'_>>(&[
        (b"UID 0", Deviation::ZeroNumber, b"UID 0"),
        (b"UID  1", Deviation::ExtraSpaces, b"UID 1"),
        (b"RFC822.SIZE -1", Deviation::NegativeNumber, b"RFC822.SIZE 0"),
        (b"RFC822.SIZE 9.3736e+06", Deviation::FloatNumber, b"RFC822.SIZE 9373600"),
        (b"INTERNALDATE \"4-Jan-2015 00:00:00 +0000\"", Deviation::ShortDay, {
            b"INTERNALDATE \"04-Jan-2015 00:00:00 +0000\""
        }),
        (b"INTERNALDATE \"00-Jan-0000 00:00:00 +0000\"", Deviation::InvalidItem, {
            b"INTERNALDATE \"00-Jan-0000 00:00:00 +0000\""
        }),
        (b"PREVIEW (FUZZY \"x\")", Deviation::FuzzyPreview, b"PREVIEW \"x\""),
        (b"X-GM-LABELS (NIL +IMNews)", Deviation::NilInList, b"X-GM-LABELS (+IMNews)"),
        (b"BODY[1]<0.1000> \"\"", Deviation::OriginLength, b"BODY[1]<0> \"\""),
        (b"BODY[TEXT] \"a\"b\"", Deviation::UnescapedQuote, b"BODY[TEXT] {3}\r\na\"b"),
        (b"BODY[] ~{1}\r\nx", Deviation::StrayLiteral8, b"BODY[] {1}\r\nx"),
        (b"FLAGS (\\Seen (x))", Deviation::InvalidItem, b"FLAGS (\\Seen (x))"),
        (b"BODY NIL", Deviation::InvalidItem, b"BODY NIL"),
        (b"XSENDER", Deviation::InvalidItem, b"XSENDER"),
        (b"a\"b", Deviation::InvalidItem, b"a\"b"),
    ]);
}

#[test]
fn messages() {
    use FetchItem as I;
    let uid = || I::Uid(NzNumber::new(7).unwrap());
    let body = || {
        I::section({
            BodySection::new(&Section::default(), None, BodyValue::new("a\r\n")).unwrap()
        })
    };
    let flags = || I::Flags(Flags::new([Flag::Seen]).unwrap());
    let by_uid = FetchData::new(NzNumber::new(7).unwrap(), [flags()]).unwrap();
    check_rows_in(
        Mode::SERVER,
        &[
            (b"* 5 FETCH (UID 7)\r\n", message([uid()])),
            (b"* 5 FETCH (UID 7 BODY[] {3}\r\na\r\n FLAGS (\\Seen))\r\n", {
                message([body(), uid(), flags()])
            }),
            (b"* 7 UIDFETCH (FLAGS (\\Seen))\r\n", Response::Data(Data::UidFetch(by_uid))),
        ],
    );
    check_rejects::<Response<'_>>(&[
        (b"* 5 FETCH\r\n", "SP", 9),
        (b"* 5 FETCH UID 7\r\n", "msg-att", 10),
        (b"* 5 FETCH(UID 7)\r\n", "SP", 9),
        (b"* 4294967296 FETCH (UID 7)\r\n", "number", 2),
    ]);
    check_lenient_uncontained::<Response<'_>>(&[
        (b"* 0 FETCH (UID 7)\r\n", Deviation::ZeroNumber, b"* 0 FETCH (UID 7)\r\n"),
        (b"* 5 FETCH ()\r\n", Deviation::EmptyList, b"* 5 FETCH ()\r\n"),
        (b"* 5 FETCH (UID 7 )\r\n", Deviation::TrailingSpace, b"* 5 FETCH (UID 7)\r\n"),
        (b"* 5 FETCH (UID 7) \r\n", Deviation::TrailingSpace, b"* 5 FETCH (UID 7)\r\n"),
        (b"* 5 FETCH  (UID 7)\r\n", Deviation::ExtraSpaces, b"* 5 FETCH (UID 7)\r\n"),
        (b"* 5 FETCH (FLAGS ()  UID 7)\r\n", Deviation::ExtraSpaces, {
            b"* 5 FETCH (FLAGS () UID 7)\r\n"
        }),
        (b"* 5 FETCH (UID 7MODSEQ (9))\r\n", Deviation::MissingSpace, {
            b"* 5 FETCH (UID 7 MODSEQ (9))\r\n"
        }),
        (b"* 5 FETCH (RFC822.SIZE 7UID 1)\r\n", Deviation::MissingSpace, {
            b"* 5 FETCH (RFC822.SIZE 7 UID 1)\r\n"
        }),
        (b"* 5 FETCH (UID 7\r\n", Deviation::UnclosedList, b"* 5 FETCH (UID 7)\r\n"),
        (b"* 5 FETCH (BODY[] {1}\r\nx) FLAGS (\\Seen))\r\n", Deviation::ItemsBehindList, {
            b"* 5 FETCH (BODY[] {1}\r\nx FLAGS (\\Seen))\r\n"
        }),
        (b"* 5 FETCH (UID 7) FLAGS (\\Seen) UID 8\r\n", Deviation::ItemsBehindList, {
            b"* 5 FETCH (UID 7 FLAGS (\\Seen) UID 8)\r\n"
        }),
        // What breaks costs itself, and no more.
        (
            b"* 5 FETCH (FLAGS (\\Seen (x)) UID x INTERNALDATE y UID 7)\r\n",
            { Deviation::InvalidItem },
            b"* 5 FETCH (FLAGS (\\Seen (x)) UID x INTERNALDATE y UID 7)\r\n",
        ),
        (b"* 5 FETCH (UID 7))\r\n", Deviation::InvalidItem, b"* 5 FETCH (UID 7))\r\n"),
        (b"* 5 FETCH (UID 7) x y\r\n", Deviation::InvalidItem, b"* 5 FETCH (UID 7) x y\r\n"),
        (b"* 5 FETCH (UID]7 FLAGS ())\r\n", Deviation::InvalidItem, {
            b"* 5 FETCH (UID]7 FLAGS ())\r\n"
        }),
    ]);
}

#[test]
fn a_parenthesis_too_many_is_written_once() {
    for (wire, written) in [
        (&b"* 5 FETCH (UID 7) UID x(\r\n"[..], &b"* 5 FETCH (UID 7) UID x(\r\n"[..]),
        (b"* 5 FETCH (UID 7 ) UID x(\r\n", b"* 5 FETCH (UID 7) UID x(\r\n"),
        (b"* 5 FETCH (UID 7) FLAGS () UID x(\r\n", b"* 5 FETCH (UID 7 FLAGS ()) UID x(\r\n"),
        (b"* 5 FETCH (UID 7))\r\n", b"* 5 FETCH (UID 7))\r\n"),
        (b"* 5 FETCH (X-NEW ) UID 7)\r\n", b"* 5 FETCH (X-NEW ) UID 7)\r\n"),
    ] {
        let response = Response::Data(Data::Fetch(parsed(wire)));
        assert_eq!(response.to_bytes_in(Mode::SERVER).as_slice(), written);
        let again = Response::Data(Data::Fetch(parsed(written)));
        assert_eq!(again, response);
    }
}

fn parsed(wire: &'static [u8]) -> FetchData<'static> {
    match Response::parse_with(wire, Tolerance::lenient()) {
        Ok((Response::Data(Data::Fetch(fetch) | Data::UidFetch(fetch)), _)) => fetch,
        other => panic!("{}: {other:?}", wire.escape_ascii()),
    }
}

#[test]
fn damage_costs_what_is_damaged() {
    for (wire, invalid) in [
        (&b"* 5 FETCH (UID 7 ENVELOPE (NIL FLAGS ())\r\n"[..], &["ENVELOPE (NIL FLAGS ())"][..]),
        (b"* 5 FETCH (\" UID 7\r\n", &["\""]),
        (b"* 5 FETCH (UID 7 FLAGS (\\Seen\r\n", &[" FLAGS (\\Seen"]),
        (b"* 5 FETCH (BODY (\x00TEXT\" \"A)\" \x01) UID 7)\r\n", &["BODY (\0TEXT\" \"A)\" \x01)"]),
        (b"* 5 FETCH (UID 7 BODY (\"a\" ())) FLAGS (\\Seen))\r\n", &["BODY (\"a\" ()))"]),
        (b"* 5 FETCH (UID 7 \x01\x02)\r\n", &["\x01\x02"]),
        (b"* 5 FETCH (UID 7 X-NEW)\r\n", &["X-NEW"]),
        (b"* 5 FETCH (X-NEW ) UID 7)\r\n", &["X-NEW )"]),
        (b"* 5 FETCH (FLAGS(\\Seen) UID 7)\r\n", &["FLAGS(\\Seen)"]),
        (b"* 5 FETCH (UID 7) ) ) {x\r\n", &[" ) ) {x"]),
        (b"* 5 FETCH (BODY[HEADER.FIELDS ()] {3}\r\n)\r\n UID 7)\r\n", {
            &["BODY[HEADER.FIELDS ()] {3}\r\n)\r\n"]
        }),
        (b"* 5 FETCH (UID 7 \r\n", &[]),
    ] {
        let fetch = parsed(wire);
        let found: Vec<_> = fetch.invalid().map(|item| item.as_bytes()).collect();
        let expected: Vec<_> = invalid.iter().map(|text| text.as_bytes()).collect();
        assert_eq!(found, expected, "{}", wire.escape_ascii());
        assert_eq!(fetch.uid().map(|uid| uid.get()), Some(7), "{}", wire.escape_ascii());
    }
}

/// Strings without an end are not looked for one again and again: this would take minutes.
#[test]
fn damage_takes_linear_time() {
    for item in [
        &b"\\\"\\\" "[..],
        b"\" (",
        b"PREVIEW \\\" ",
        b"X \\\"( ",
        b"(\"\\\"",
        b"UID {9} ",
        b"UID x) UID 7 ",
    ] {
        let wire = [b"* 5 FETCH (", item.repeat(100_000).as_slice(), b"\0)\r\n"].concat();
        for tolerance in [Tolerance::default(), Tolerance::lenient()] {
            let (response, _) = Response::parse_in(&wire, Mode::REV1, tolerance).unwrap();
            assert!(matches!(response, Response::Data(Data::Fetch(_))));
        }
    }
}

#[test]
fn a_quoted_section_may_have_line_ends() {
    let value = |wire: &'static [u8]| {
        let fetch = parsed(wire);
        assert_eq!(fetch.invalid().count(), 0, "{fetch:?}");
        fetch.section(&section("[TEXT]")).unwrap().as_bytes().unwrap().to_vec()
    };
    assert_eq!(value(b"* 1 FETCH (BODY[TEXT] \"a\r\nb\")\r\n"), b"a\r\nb");
    assert_eq!(value(b"* 1 FETCH (BODY[TEXT] \"a \"b\" c\nd\" UID 7)\r\n"), b"a \"b\" c\nd");
    assert_eq!(value(b"* 1 FETCH (BODY[TEXT] \"a\"b\" UID 7)\r\n"), b"a\"b");
}

#[test]
fn sections_are_found_however_they_are_named() {
    let fetch = parsed(
        b"* 1 FETCH (RFC822.HEADER {1}\r\na RFC822.TEXT {1}\r\nb RFC822 {1}\r\nc \
          body[1.2.header.fields (\"DATE\" {4}\r\nFrom)]<0> {1}\r\nd BINARY[1] {1}\r\ne)\r\n",
    );
    for (name, value) in
        [("[HEADER]", "a"), ("[TEXT]", "b"), ("[]", "c"), ("[1.2.HEADER.FIELDS (Date FROM)]", "d")]
    {
        let found = fetch.section(&section(name)).unwrap();
        assert_eq!(found.as_bytes(), Some(value.as_bytes()), "{name}");
    }
    assert_eq!(fetch.section(&section("[1]")), None);
    assert_eq!(fetch.binary(&binary(&[1])).unwrap().as_bytes(), Some(&b"e"[..]));
    assert_eq!(fetch.binary(&binary(&[2])), None);
}

#[test]
fn getters() {
    let items: Vec<_> = every_item().into_iter().map(|(_, item)| item).collect();
    let fetch = FetchData::new(NzNumber::new(5).unwrap(), items).unwrap();
    assert_eq!(fetch.uid().map(|uid| uid.get()), Some(u32::MAX));
    assert_eq!(fetch.flags().unwrap().len(), 2);
    assert_eq!(fetch.mod_seq().unwrap().get(), 65402);
    assert_eq!(fetch.envelope().unwrap().subject, string("Hi"));
    let whole = fetch.body_structure().unwrap().to_bytes();
    assert!(whole.ends_with(b"9 1 NIL NIL NIL NIL)"));
    assert!(fetch.internal_date().is_some() && fetch.internal_date() == fetch.save_date());
    assert_eq!(fetch.size(), Some(crate::element::number::MAX));
    assert_eq!(fetch.email_id().unwrap().as_str(), "M6d99ac3275bb4e");
    assert_eq!(fetch.thread_id().unwrap().as_str(), "T64b478a75b7ea9");
    assert_eq!(fetch.preview(), Some(&b"Say \"hi\""[..]));
    assert!(fetch.annotation().is_some());
    assert_eq!(fetch.gmail_message_id().unwrap().get(), u64::MAX);
    assert_eq!(fetch.gmail_thread_id().unwrap().get(), 1_278_455_344_230_334_865);
    assert_eq!(fetch.gmail_labels().unwrap().len(), 2);
    let bare = parsed(b"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0))\r\n");
    assert!(bare.body_structure().is_some() && bare.uid().is_none());
}

#[test]
fn an_answer_has_what_was_asked_for() {
    let items: Vec<_> = every_item().into_iter().map(|(_, item)| item).collect();
    let number = NzNumber::new(5).unwrap();
    let answer = |wire: &'static [u8], uid_fetch| {
        let asked = FetchAttributes::parse(wire).unwrap();
        let answer = FetchData::answer(number, &asked, uid_fetch, items.clone());
        answer.map(|answer| answer.items().map(|item| item.to_bytes()).collect::<Vec<_>>())
    };
    let flags = [&b"FLAGS (\\Seen $Forwarded)"[..], b"FLAGS ()"];
    assert_eq!(answer(b"FLAGS", false).unwrap(), flags);
    assert_eq!(answer(b"(BODY.PEEK[] BINARY.PEEK[1.2] X-NEW[1]<5>)", false).unwrap().len(), 3);
    assert_eq!(answer(b"(BINARY[1]<0.5>)", true).unwrap().len(), 2);
    assert_eq!(answer(b"BODY", false).unwrap().len(), 1);
    assert!(answer(b"BODY[1]", false).is_err());
    // Each attribute has an answer among the items of all names.
    for (wire, attribute) in every_attribute() {
        if matches!(attribute.name(), Some(FetchName::BodyPeek | FetchName::Body) | None) {
            continue;
        }
        let answered = items.iter().any(|item| attribute.is_answered_by(item));
        let sized = matches!(attribute, FetchAttribute::BinarySize(_));
        assert!(answered != sized, "{}", wire.escape_ascii());
    }
}

#[test]
fn some_attributes_mark_a_message_as_seen() {
    let seen: Vec<_> = every_attribute()
        .into_iter()
        .filter(|(_, attribute)| attribute.sets_seen())
        .map(|(wire, _)| wire.escape_ascii().to_string())
        .collect();
    assert_eq!(seen, ["RFC822", "RFC822.TEXT", "BODY[]", "BODY[TEXT]<5.1024>", "BINARY[1.2]"]);
}

#[test]
fn needs() {
    check_needs(&[
        ("FETCH 1 FULL", &[]),
        ("FETCH 1 (UID FLAGS ENVELOPE BODY BODYSTRUCTURE INTERNALDATE BODY.PEEK[1] BODY[])", &[]),
        ("FETCH 1 (RFC822 RFC822.HEADER RFC822.SIZE RFC822.TEXT X-NEW)", &[]),
        ("UID FETCH 1 MODSEQ", &["CONDSTORE or QRESYNC"]),
        ("FETCH 1 BINARY[1]", &["BINARY or IMAP4rev2"]),
        ("FETCH 1 BINARY.PEEK[1]", &["BINARY or IMAP4rev2"]),
        ("FETCH 1 BINARY.SIZE[1]", &["BINARY or IMAP4rev2"]),
        ("FETCH 1 EMAILID", &["OBJECTID"]),
        ("FETCH 1 THREADID", &["OBJECTID"]),
        ("FETCH 1 PREVIEW", &["PREVIEW or PREVIEW=FUZZY"]),
        ("FETCH 1 (PREVIEW (LAZY))", &["PREVIEW or PREVIEW=FUZZY"]),
        ("FETCH 1 (PREVIEW (FUZZY))", &["PREVIEW=FUZZY"]),
        ("FETCH 1 (SNIPPET (FUZZY))", &["SNIPPET=FUZZY"]),
        ("FETCH 1 SAVEDATE", &["SAVEDATE"]),
        ("FETCH 1 (ANNOTATION (/comment value))", &["ANNOTATE-EXPERIMENT-1"]),
        ("FETCH 1 X-GM-MSGID", &["X-GM-EXT-1"]),
        ("FETCH 1 X-GM-THRID", &["X-GM-EXT-1"]),
        ("FETCH 1 X-GM-LABELS", &["X-GM-EXT-1"]),
        ("FETCH 1 DIGEST.SHA1", &["DIGEST=SHA1"]),
        ("FETCH 1 CID", &["XCONVERSATIONS"]),
        ("FETCH 1 CREATEDMODSEQ", &["X-CREATEDMODSEQ"]),
        ("FETCH $ UID", &["SEARCHRES"]),
        ("UID FETCH 1 UID (CHANGEDSINCE 5)", &["CONDSTORE or QRESYNC"]),
        ("UID FETCH 1 UID (CHANGEDSINCE 5 VANISHED)", &["CONDSTORE or QRESYNC", "ENABLE QRESYNC"]),
        ("UID FETCH 1 UID (PARTIAL 1:5)", &["PARTIAL"]),
        ("UID FETCH 1 UID (X-NEW 1)", &[]),
    ]);
}
