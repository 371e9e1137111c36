//! Rows of answers, by what is expected, and of the lines of listings.

use super::*;
use mailwire_core::tolerance::Deviation as _;

fn number(number: u32) -> MessageNumber {
    MessageNumber::new(number).unwrap()
}

fn size(n: u32, size: u64) -> ListItem<'static> {
    ListItem::new(number(n), size)
}

fn uid(n: u32, id: &str) -> UidItem<'_> {
    UidItem::new(number(n), UniqueId::new(id).unwrap())
}

fn ok(text: &str) -> Response<'_> {
    Response::ok(text).unwrap()
}

#[test]
fn rows() {
    let language = LanguageItem::parse(b"es Idioma cambiado").unwrap();
    let rows: &[(&[u8], Expect, Answer<'_>)] = &[
        (b"+OK\r\n", Expect::Status, ok("").into()),
        (b"+OK 2 320\r\n", Expect::Status, ok("2 320").into()),
        (b"+OK 2 320\r\n", Expect::Stat, Answer::Stat(Stat::new(2, 320))),
        (b"-ERR no\r\n", Expect::Stat, Response::err("no").unwrap().into()),
        (b"+OK 2 200\r\n", Expect::Size(Some(number(2))), Answer::Size(size(2, 200))),
        (b"+OK 2 200\r\n", Expect::Size(None), Answer::Size(size(2, 200))),
        (b"+OK 2 Qhd\r\n", Expect::UniqueId(Some(number(2))), Answer::UniqueId(uid(2, "Qhd"))),
        (b"+OK es Idioma cambiado\r\n", Expect::Language, Answer::Language(language)),
        (b"+OK 2 messages\r\n", Expect::Listing(Listing::Sizes), ok("2 messages").into()),
        (b"+OK 120 octets\r\n", Expect::Message, ok("120 octets").into()),
        (b"+ \r\n", Expect::Exchange, Answer::Challenge(Challenge::new(b""))),
        (b"+ QQ==\r\n", Expect::Exchange, Answer::Challenge(Challenge::new(b"QQ=="))),
        (b"+ go ahead\r\n", Expect::Exchange, Answer::Challenge(Challenge::new(b"go ahead"))),
        (b"+OK done\r\n", Expect::Exchange, ok("done").into()),
        (b"-ERR [AUTH] no\r\n", Expect::Exchange, Response::err("[AUTH] no").unwrap().into()),
    ];
    for (line, expect, answer) in rows {
        let shown = line.escape_ascii();
        let (parsed, met) = Answer::parse_with(line, *expect, Tolerance::strict()).unwrap();
        assert_eq!((&parsed, met.is_empty()), (answer, true), "{shown}");
        assert_eq!(answer.to_bytes(), *line, "{shown}");
        assert_eq!(&parsed.into_owned(), answer);
        for end in 0..line.len() {
            assert!(Answer::parse(&line[..end], *expect).is_err(), "{end} of {shown}");
        }
    }
}

#[test]
fn damage_is_contained() {
    for (line, expect, rule, at) in [
        (&b"+OK\r\n"[..], Expect::Stat, "nn", 0),
        (b"+OK 7 #octets\r\n", Expect::Stat, "mm", 2),
        (b"+OK 1 -5\r\n", Expect::Stat, "mm", 2),
        (b"+OK 99999999999999999999 1\r\n", Expect::Stat, "nn", 0),
        (b"+OK 1\r\n", Expect::Size(Some(number(1))), "size", 1),
        (b"+OK 0 1\r\n", Expect::Size(None), "message-number", 0),
        (b"+OK 99 1024\r\n", Expect::Size(Some(number(1))), "message-number", 0),
        (b"+OK 1\r\n", Expect::UniqueId(Some(number(1))), "SP", 1),
        (b"+OK 99 101\r\n", Expect::UniqueId(Some(number(1))), "message-number", 0),
        (b"+OK 00001a14\r\n", Expect::UniqueId(Some(number(1))), "SP", 5),
        (b"+OK [x] 2 320\r\n", Expect::Stat, "text", 0),
        (b"+OK\r\n", Expect::Language, "language-tag", 0),
    ] {
        let Ok(Answer::Invalid { response, error }) = Answer::parse(line, expect) else {
            panic!("{}", line.escape_ascii());
        };
        assert!(response.is_ok());
        assert_eq!(error, SyntaxError { rule, at }, "{}", line.escape_ascii());
    }
}

#[test]
fn rejects() {
    for (line, expect) in [
        (&b"+\r\n"[..], Expect::Status),
        (b"+ QQ==\r\n", Expect::Status),
        (b"+ QQ==\r\n", Expect::Stat),
        (b"1 120\r\n", Expect::Status),
        (b".\r\n", Expect::Listing(Listing::Sizes)),
        (b"\r\n", Expect::Status),
        (b"+OKAY\r\n", Expect::Exchange),
        (b"+x\r\n", Expect::Exchange),
    ] {
        assert_eq!(Answer::parse(line, expect).unwrap_err().rule, "status");
    }
}

#[test]
fn lenient() {
    let one = Expect::UniqueId(Some(number(1)));
    for (line, expect, deviation, canonical) in [
        (&b"+\r\n"[..], Expect::Exchange, Deviation::MissingChallengeSpace, &b"+ \r\n"[..]),
        (b"+OK 00001a14\r\n", one, Deviation::MissingNumber, b"+OK 1 00001a14\r\n"),
        (b"+OK 2 -1\r\n", Expect::Stat, Deviation::NegativeSize, b"+OK 2 0\r\n"),
        (b"+OK  2 320\r\n", Expect::Stat, Deviation::ExtraSpaces, b"+OK 2 320\r\n"),
        (b"+ok 2 320\r\n", Expect::Stat, Deviation::LowerCaseStatus, b"+OK 2 320\r\n"),
    ] {
        let strict = Answer::parse_with(line, expect, Tolerance::strict());
        assert!(
            !matches!(strict, Ok((ref answer, _)) if !matches!(answer, Answer::Invalid { .. }))
        );
        let tolerance = Tolerance::strict().with(deviation);
        let (answer, met) = Answer::parse_with(line, expect, tolerance).unwrap();
        assert_eq!(met.iter().collect::<alloc::vec::Vec<_>>(), [deviation], "{}", deviation.name());
        assert_eq!(answer.to_bytes(), canonical);
    }
}

#[test]
fn items_are_read_by_their_listing() {
    let name = MechanismName::new("CRAM-MD5").unwrap();
    let capability = Capability::parse(b"EXPIRE NEVER").unwrap();
    for (line, item) in [
        (&b"1 120"[..], Item::Size(size(1, 120))),
        (b"1 abc", Item::UniqueId(uid(1, "abc"))),
        (b"EXPIRE NEVER", Item::Capability(capability)),
        (b"en English", Item::Language(LanguageItem::parse(b"en English").unwrap())),
        (b"CRAM-MD5", Item::Mechanism(name)),
    ] {
        let listing = item.listing().unwrap();
        let (parsed, met) = Item::parse_with(line, listing, Tolerance::strict());
        assert_eq!((&parsed, met.is_empty()), (&item, true));
        assert_eq!(item.to_bytes(), line);
        assert_eq!(parsed.into_owned(), item);
    }
}

#[test]
fn a_bad_line_is_an_item_with_its_error() {
    for (line, listing, rule) in [
        (&b"0 1"[..], Listing::Sizes, "message-number"),
        (b"7", Listing::Sizes, "size"),
        (b"7 ten-twenty-four", Listing::Sizes, "size"),
        (b"", Listing::Sizes, "message-number"),
        (b"1 ", Listing::UniqueIds, "unique-id"),
        (b"3", Listing::UniqueIds, "SP"),
        (b"", Listing::Capabilities, "capa-tag"),
        (b"T.P", Listing::Capabilities, "capa-tag"),
        (b" en", Listing::Languages, "language-tag"),
        (b"CRAM MD5", Listing::Mechanisms, "sasl-mech"),
    ] {
        let Item::Invalid(item) = Item::parse(line, listing) else {
            panic!("{}", line.escape_ascii());
        };
        assert_eq!((item.line(), item.error().rule), (line, rule));
    }
}
