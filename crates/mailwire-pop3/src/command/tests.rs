use super::*;
use crate::Deviation;
use crate::rows::{check_lenient, check_rejects, check_rows};

#[test]
fn the_table_is_in_the_order_of_the_verbs() {
    for (row, verb) in COMMANDS.iter().zip(Verb::ALL) {
        assert_eq!(row.verb, *verb);
        assert!(row.usage.starts_with(verb.as_str()) && !row.rfc.is_empty());
    }
}

#[test]
fn rows() {
    let other = |verb, arguments| Command::Other(OtherCommand::new(verb, arguments).unwrap());
    check_rows(&[
        (b"XTND XMIT\r\n", other("XTND", "XMIT")),
        (b"LAST\r\n", other("LAST", "")),
        (b"XCLIENT ADDR=192.0.2.1\r\n", other("XCLIENT", "ADDR=192.0.2.1")),
        (b"GET / HTTP/1.1\r\n", other("GET", "/ HTTP/1.1")),
    ]);
}

#[test]
fn rejects() {
    check_rejects::<Command<'_>>(&[
        (b"", "CRLF", 0),
        (b"\r\n", "verb", 0),
        (b"NOOP", "CRLF", 4),
        (b"NOOP\n", "CRLF", 5),
        (b" NOOP\r\n", "verb", 0),
        (b"\x16\x03\x01\r\n", "verb", 0),
        (b"FOO\0\r\n", "verb", 3),
        (b"FOO a\rb\r\n", "CRLF", 5),
        (b"NOOP\rQUIT\r\n", "verb", 4),
        (b"LIST,1\r\n", "verb", 4),
    ]);
}

#[test]
fn lenient() {
    check_lenient::<Command<'_>>(&[
        (b"NOOP\n", Deviation::BareLfLine, b"NOOP\r\n"),
        (b"RETR  1\r\n", Deviation::ExtraSpaces, b"RETR 1\r\n"),
        (b"TOP  1 0\r\n", Deviation::ExtraSpaces, b"TOP 1 0\r\n"),
    ]);
}

#[test]
fn plain_arguments_are_read_as_the_grammar_reads_them() {
    type Parse = for<'a> fn(&'a [u8], &Context) -> PResult<'a, Command<'a>>;
    let parsers: [(Verb, Parse); 11] = [
        (Verb::Stat, stat::stat),
        (Verb::List, list::list),
        (Verb::Retr, retrieve::retr),
        (Verb::Dele, dele::dele),
        (Verb::Noop, session::noop),
        (Verb::Rset, session::rset),
        (Verb::Uidl, list::uidl),
        (Verb::Capa, capa::capa),
        (Verb::Stls, stls::stls),
        (Verb::Utf8, lang::utf8),
        (Verb::Quit, session::quit),
    ];
    for (verb, parse) in parsers {
        for arguments in [
            "",
            " ",
            " 0",
            " 1",
            " 7 ",
            " 10",
            " 01",
            "  1",
            "\t1",
            " 1 2",
            " x",
            " 1x",
            " +1",
            " 1234567",
            " 12345678",
            " 4294967295",
            " 4294967296",
            " -1",
            " 1\0",
            "1",
        ] {
            let tolerance = Tolerance::default();
            let (cx, plain_cx) = (Context::new(tolerance), Context::new(tolerance));
            let expected = to_end(parse(arguments.as_bytes(), &cx), &cx);
            let read = (verb.row().arguments)(arguments.as_bytes(), &plain_cx);
            assert_eq!(read, expected, "{verb}{arguments}");
            assert_eq!(cx.met::<Deviation>(), plain_cx.met(), "{verb}{arguments}");
        }
    }
}

#[test]
fn what_is_expected_depends_on_the_argument() {
    let number = MessageNumber::FIRST;
    for (line, expect, group) in [
        ("LIST", Expect::Listing(Listing::Sizes), Group::Anywhere),
        ("LIST 1", Expect::Size(Some(number)), Group::Anywhere),
        ("UIDL", Expect::Listing(Listing::UniqueIds), Group::Anywhere),
        ("UIDL 1", Expect::UniqueId(Some(number)), Group::Anywhere),
        ("AUTH", Expect::Listing(Listing::Mechanisms), Group::Anywhere),
        ("AUTH PLAIN", Expect::Exchange, Group::Alone),
        ("LANG", Expect::Listing(Listing::Languages), Group::Anywhere),
        ("LANG *", Expect::Language, Group::Anywhere),
        ("CAPA", Expect::Listing(Listing::Capabilities), Group::Anywhere),
        ("RETR 1", Expect::Message, Group::Anywhere),
        ("TOP 1 0", Expect::Message, Group::Anywhere),
        ("STAT", Expect::Stat, Group::Anywhere),
        ("NOOP", Expect::Status, Group::Anywhere),
        ("STLS", Expect::Status, Group::Alone),
        ("QUIT", Expect::Status, Group::Last),
        ("XTND XMIT", Expect::Status, Group::Alone),
    ] {
        let line = alloc::format!("{line}\r\n");
        let command = Command::parse(line.as_bytes()).unwrap();
        assert_eq!((command.expect(), command.group()), (expect, group), "{line}");
    }
}

#[test]
fn a_known_verb_cannot_be_built_as_another() {
    assert!(OtherCommand::new("retr", "1").is_err());
    assert!(OtherCommand::new("X", "a\r\nDELE 1").is_err());
    assert!(OtherCommand::new("X Y", "").is_err());
}
