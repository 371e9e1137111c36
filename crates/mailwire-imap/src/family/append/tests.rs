use super::*;
use crate::element::flag::{Flag, SystemFlags};
use crate::element::literal::Literal;
use crate::rows::{check_lenient, check_needs, check_rejects, check_rows, check_rows_in};
use crate::{Command, TaggedCommand, Tolerance};
use alloc::vec;
use mailwire_core::encoder::Cut;
use proptest::prelude::*;

fn mailbox(name: &str) -> Mailbox<'_> {
    Mailbox::new(name).unwrap()
}

fn message(octets: &str) -> AppendMessage<'_> {
    AppendMessage::new(AppendData::Message(Literal::new(octets)))
}

fn seen() -> Flags<'static> {
    Flags::parse(b"(\\Seen)").unwrap().into_owned()
}

fn url(text: &str) -> CatPart<'_> {
    CatPart::Url(AString::new(text).unwrap())
}

#[test]
fn rows() {
    let date = DateTime::parse(b"\"07-Feb-1994 21:52:25 -0800\"").unwrap();
    let parameter = |text: &'static str| Parameter::parse(text.as_bytes()).unwrap();
    let catenate = |parts| AppendMessage::new(AppendData::Catenate(Catenate::new(parts).unwrap()));
    check_rows(&[
        (b"INBOX {3}\r\na\r\n", Append::new(Mailbox::INBOX, message("a\r\n"))),
        (b"x (\\Seen) {1}\r\na", Append::new(mailbox("x"), message("a").with_flags(seen()))),
        (
            b"x () \"07-Feb-1994 21:52:25 -0800\" {1}\r\na",
            Append::new(mailbox("x"), message("a").with_flags(Flags::default()).with_date(date)),
        ),
        (
            b"x ANNOTATION (/comment (value.priv \"a\")) {1}\r\na",
            Append::new(
                mailbox("x"),
                message("a")
                    .with_extension(parameter("ANNOTATION (/comment (value.priv \"a\"))"))
                    .unwrap(),
            ),
        ),
        (b"x ~{2}\r\n\0a", Append::new(mailbox("x"), message("\0a"))),
        (
            b"x {1}\r\na (\\Seen) {1}\r\nb {0}\r\n",
            Append::new(mailbox("x"), message("a"))
                .with(message("b").with_flags(seen()))
                .and_then(|append| append.with(message("")))
                .unwrap(),
        ),
        (
            b"x CATENATE (URL /a TEXT {2}\r\n\r\n URL /b)",
            Append::new(
                mailbox("x"),
                catenate(vec![url("/a"), CatPart::Text(Literal::new("\r\n")), url("/b")]),
            ),
        ),
        (
            b"x UTF8 (~{1}\r\na)",
            Append::new(
                mailbox("x"),
                AppendMessage::new(AppendData::Utf8(Literal::new("a").binary())),
            ),
        ),
        (
            b"x CATENATE (UTF8 (~{1}\r\na)) {1}\r\nb",
            Append::new(mailbox("x"), catenate(vec![CatPart::Utf8(Literal::new("a").binary())]))
                .with(message("b"))
                .unwrap(),
        ),
        (
            b"x X-DATA (a b)",
            Append::new(
                mailbox("x"),
                AppendMessage::new(AppendData::other(parameter("X-DATA (a b)")).unwrap()),
            ),
        ),
    ]);
    check_rejects::<Append<'_>>(&[
        (b"", "mailbox", 0),
        (b"x", "SP", 1),
        (b"x ", "append-data", 2),
        (b"x \"a\"", "date-day-fixed", 3),
        (b"x (\\Seen)", "SP", 9),
        (b"x (\\Seen) (\\Seen) {1}\r\na", "append-data", 10),
        (b"x {2}\r\na", "literal", 7),
        (b"x {1}\r\nab", "append-message", 8),
        (b"x CATENATE ()", "cat-part", 12),
        (b"x CATENATE (FOO {1}\r\na)", "cat-part", 12),
        (b"x CATENATE (URL a", "CATENATE", 17),
        (b"x UTF8 ({1}\r\na)", "literal8", 8),
        (b"x (\\) {1}\r\na", "flag", 4),
    ]);
    check_lenient::<Append<'_>>(&[
        (b"x  {1}\r\na", Deviation::ExtraSpaces, b"x {1}\r\na"),
        // A blank before a parenthesis is that of every list.
        (b"x CATENATE (URL \"/a\" )", Deviation::TrailingSpace, b"x CATENATE (URL /a)"),
        (b"x CATENATE (TEXT {1}\r\na )", Deviation::TrailingSpace, b"x CATENATE (TEXT {1}\r\na)"),
        (b"x {1}\r\n\0", Deviation::NulInLiteral, b"x {1}\r\n\0"),
    ]);
}

#[test]
fn replace_rows() {
    let replace = |number: u32| Replace {
        message: NzNumber::new(number).ok(),
        mailbox: mailbox("Drafts"),
        new: message("hi").with_flags(seen()),
    };
    check_rows(&[
        (b"4 Drafts (\\Seen) {2}\r\nhi", replace(4)),
        (b"* Drafts (\\Seen) {2}\r\nhi", replace(0)),
    ]);
    check_rejects::<Replace<'_>>(&[
        (b"0 Drafts {1}\r\na", "seq-number", 0),
        (b"1:2 Drafts {1}\r\na", "SP", 1),
        (b"4 Drafts {1}\r\na {1}\r\nb", "end", 15),
    ]);
}

#[test]
fn code_rows() {
    let uid = |set: &'static str| AppendUid {
        validity: NzNumber::new(38505).unwrap(),
        uids: UidSet::parse(set.as_bytes()).unwrap(),
    };
    check_rows(&[(b"38505 3955", uid("3955")), (b"38505 3955:3957", uid("3955:3957"))]);
    check_rejects::<AppendUid<'_>>(&[
        (b"1", "SP", 1),
        (b"1 *", "uniqueid", 2),
        (b"x", "nz-number", 0),
    ]);
}

#[test]
fn a_head_ends_behind_the_header() {
    let head = b"A1 APPEND x (\\Seen) {70000}\r\n";
    let cut = Mode::REV1.with(Mode::CUT);
    let (parsed, _) = TaggedCommand::parse_in(head, cut, Tolerance::default()).unwrap();
    let Command::Append(append) = &parsed.command else { panic!() };
    assert_eq!(append.under(), Some(Under::Message));
    assert!(TaggedCommand::parse(head).is_err());
    // Where a literal cannot be streamed, its octets are missed.
    for other in [&b"A1 LOGIN {70000}\r\n"[..], b"A1 APPEND {70000}\r\n", b"A1 FROB {70000}\r\n"] {
        assert!(TaggedCommand::parse_in(other, cut, Tolerance::default()).is_err());
    }
    let literal = || AppendData::Message(Literal::streamed(9).unwrap());
    check_rows_in(
        cut,
        &[
            (b"x {9}\r\n", Append::new(mailbox("x"), AppendMessage::new(literal()))),
            (
                b"x {1}\r\na {9}\r\n",
                Append::new(mailbox("x"), message("a"))
                    .with(AppendMessage::new(literal()))
                    .unwrap(),
            ),
        ],
    );
}

#[test]
fn tails() {
    let mode = Mode::REV1;
    let parse = |frame: &'static [u8], under, mode| {
        AppendTail::parse_in(frame, under, mode, Tolerance::strict()).map(|(tail, _)| tail)
    };
    let tail = parse(b"\r\n", Under::Message, mode).unwrap();
    assert!(tail.parts().is_empty() && tail.messages().is_empty() && tail.under().is_none());
    let tail = parse(b" (\\Seen) {1}\r\na\r\n", Under::Message, mode).unwrap();
    assert_eq!(tail.messages(), [message("a").with_flags(seen())]);
    let tail = parse(b") {1}\r\na\r\n", Under::Utf8, mode).unwrap();
    assert_eq!(tail.messages(), [message("a")]);
    let tail = parse(b" URL b) {1}\r\na\r\n", Under::CatenateText, mode).unwrap();
    assert_eq!((tail.parts(), tail.messages()), (&[url("b")][..], &[message("a")][..]));
    let cut = mode.with(Mode::CUT);
    for (frame, under, then) in [
        (&b" {9}\r\n"[..], Under::Message, Some(Under::Message)),
        (b" TEXT {9}\r\n", Under::CatenateText, Some(Under::CatenateText)),
        (b") CATENATE (UTF8 (~{9}\r\n", Under::CatenateText, Some(Under::CatenateUtf8)),
        (b") URL x) UTF8 (~{9}\r\n", Under::CatenateUtf8, Some(Under::Utf8)),
        (b")\r\n", Under::CatenateText, None),
    ] {
        let tail = parse(frame, under, cut).unwrap();
        assert_eq!(tail.under(), then, "{}", frame.escape_ascii());
        assert_eq!(tail.clone().into_owned(), tail);
    }
    for (frame, under) in [
        (&b"x\r\n"[..], Under::Message),
        (b"\r\n", Under::CatenateText),
        (b" {9}\r\n", Under::CatenateText),
        (b" {9}\r\n", Under::Message),
        (b")", Under::CatenateText),
        (b")\r\n", Under::Message),
    ] {
        assert!(parse(frame, under, mode).is_err(), "{}", frame.escape_ascii());
    }
}

#[test]
fn what_is_built_is_read_back() {
    assert!(Catenate::new([]).is_err());
    let word = Parameter::parse(b"UTF8 (a)").unwrap();
    assert!(AppendData::other(word.clone()).is_err());
    assert!(message("").with_extension(word).is_err());
    let other = AppendData::other(Parameter::parse(b"X-A (1)").unwrap()).unwrap();
    let append = Append::new(mailbox("x"), AppendMessage::new(other));
    assert!(append.with(message("a")).is_err());
    let (twice, _) = Append::parse_with(b"x  X-A (1)  X-B (2)", Tolerance::lenient()).unwrap();
    assert_eq!(twice.to_bytes(), b"x X-A (1) X-B (2)");
    let bare = Parameter::parse(b"X").unwrap();
    assert!(AppendData::other(bare.clone()).is_err() && message("").with_extension(bare).is_err());
    let system = seen();
    assert!(
        system.system().contains(SystemFlags::SEEN)
            && system.contains(&Flag::parse(b"\\Seen").unwrap())
    );
}

#[test]
fn a_streamed_message_leaves_its_place() {
    let literal = Literal::streamed(9).unwrap();
    let append = Append::new(mailbox("x"), AppendMessage::new(AppendData::Message(literal)));
    let command = TaggedCommand {
        tag: crate::element::tag::Tag::new("A1").unwrap(),
        command: Command::Append(append.into()),
    };
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out).with_mode(Mode::LITERAL_PLUS.bits());
    command.encode(&mut encoder);
    assert_eq!(encoder.into_cuts(), [Cut::Body { at: 18, size: 9 }]);
    assert_eq!(out, b"A1 APPEND x {9+}\r\n\r\n");
}

fn any_literal() -> impl Strategy<Value = Literal<'static>> {
    prop::collection::vec(any::<u8>(), 0..8).prop_map(Literal::new)
}

fn any_message() -> impl Strategy<Value = AppendMessage<'static>> {
    let part = prop_oneof![
        any_literal().prop_map(CatPart::Text),
        any_literal().prop_map(|literal| CatPart::Utf8(literal.binary())),
        "[a-z /;=]{0,6}".prop_map(|text| CatPart::Url(AString::new(text).unwrap())),
    ];
    let data = prop_oneof![
        any_literal().prop_map(AppendData::Message),
        any_literal().prop_map(|literal| AppendData::Utf8(literal.binary())),
        prop::collection::vec(part, 1..4)
            .prop_map(|parts| AppendData::Catenate(Catenate::new(parts).unwrap())),
    ];
    let date = any::<i32>().prop_map(|time| DateTime::from_unix_time(i64::from(time), 60).unwrap());
    (data, prop::option::of(date), any::<bool>(), any::<bool>()).prop_map(
        |(data, date, flags, extension)| {
            let mut message = AppendMessage::new(data);
            message.flags = flags.then(seen);
            message.date = date;
            if extension {
                let parameter = Parameter::parse(b"X (1)").unwrap().into_owned();
                message = message.with_extension(parameter).unwrap();
            }
            message
        },
    )
}

#[test]
fn needs() {
    check_needs(&[
        ("APPEND x {1}\r\na", &[]),
        ("APPEND x {1}\r\na {1}\r\nb", &["MULTIAPPEND"]),
        ("APPEND x ~{1}\r\na", &["BINARY"]),
        ("APPEND x UTF8 (~{1}\r\na)", &["ENABLE UTF8=ACCEPT"]),
        ("APPEND x CATENATE (URL a TEXT {1}\r\na)", &["CATENATE"]),
        ("APPEND x CATENATE (TEXT ~{1}\r\na)", &["CATENATE", "BINARY"]),
        ("APPEND x CATENATE (UTF8 (~{1}\r\na))", &["CATENATE", "ENABLE UTF8=ACCEPT"]),
        ("APPEND x ANNOTATION (/a (value.priv \"b\")) {1}\r\na", &["ANNOTATE-EXPERIMENT-1"]),
        ("APPEND x X-NEW (1) {1}\r\na", &[]),
        ("REPLACE 1 x {1}\r\na", &["REPLACE"]),
        ("UID REPLACE 1 x CATENATE (URL a)", &["REPLACE", "CATENATE"]),
    ]);
}

proptest! {
    #[test]
    fn roundtrip(messages in prop::collection::vec(any_message(), 1..4), mode in 0_u32..16) {
        let mut messages = messages.into_iter();
        let mut append = Append::new(mailbox("x"), messages.next().unwrap());
        for message in messages {
            append = append.with(message).unwrap();
        }
        let wire = append.to_bytes_in(Mode::from_bits(mode));
        prop_assert_eq!(Append::parse_in(&wire, Mode::from_bits(mode), Tolerance::strict()).map(|p| p.0), Ok(append));
    }
}
