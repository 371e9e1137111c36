//! Rows of EHLO, HELO, LHLO and the EHLO reply.

use super::*;
use crate::rows::{check_lenient, check_rejects, check_rows};

fn name(text: &str) -> HelloName<'_> {
    HelloName::Domain(Domain::parse(text.as_bytes()).unwrap())
}

fn other(text: &str) -> HelloName<'_> {
    HelloName::Other(HelloText::new(text).unwrap())
}

fn words(text: &str) -> Words<'_> {
    Words::new(text).unwrap()
}

#[test]
fn command_rows() {
    check_rows(&[
        (b"EHLO bar.com\r\n", Command::Ehlo(name("bar.com"))),
        (b"EHLO [127.0.0.1]\r\n", Command::Ehlo(name("[127.0.0.1]"))),
        (b"HELO [IPv6:::1]\r\n", Command::Helo(name("[IPv6:::1]"))),
        (b"HELO localhost\r\n", Command::Helo(name("localhost"))),
        (b"LHLO foo.edu\r\n", Command::Lhlo(name("foo.edu"))),
    ]);
}

#[test]
fn command_rejects() {
    check_rejects::<Command<'_>>(&[
        (b"EHLO\r\n", "SP", 4),
        (b"HELO \r\n", "SP", 4),
        (b"LHLO\r\n", "SP", 4),
        (b"EHLO a\0b\r\n", "Domain", 6),
        (b"EHLO a\rMAIL FROM:<e@x>\r\n", "Domain", 6),
    ]);
}

#[test]
fn command_lenient() {
    use Deviation::{HelloNotDomain, MissingHelloName};
    check_lenient::<Command<'_>>(&[
        (b"EHLO\r\n", MissingHelloName, b"EHLO\r\n"),
        (b"EHLO host_name\r\n", HelloNotDomain, b"EHLO host_name\r\n"),
        (b"EHLO [192.0.2.1\r\n", HelloNotDomain, b"EHLO [192.0.2.1\r\n"),
        (b"EHLO host.\r\n", HelloNotDomain, b"EHLO host.\r\n"),
        (b"EHLO a b c\r\n", HelloNotDomain, b"EHLO a b c\r\n"),
        (b"EHLO Joe's PC\r\n", HelloNotDomain, b"EHLO Joe's PC\r\n"),
        (b"EHLO [::1]\r\n", HelloNotDomain, b"EHLO [::1]\r\n"),
        (b"HELO  x\r\n", Deviation::ExtraSpaces, b"HELO x\r\n"),
        (b"HELO x \r\n", Deviation::TrailingSpaces, b"HELO x\r\n"),
    ]);
    assert_eq!(
        Command::parse(b"EHLO 192.0.2.1\r\n").unwrap(),
        Command::Ehlo(name("192.0.2.1")),
        "an address without brackets is a domain by its letters"
    );
    assert_eq!(Command::parse(b"EHLO x_y\r\n").unwrap(), Command::Ehlo(other("x_y")));
}

#[test]
fn a_client_name_is_read_as_it_was_built() {
    for text in [" a", "a ", "\t", "bar.com", "[192.0.2.1]", "a\r\nb", "a\0"] {
        assert!(HelloText::new(text).is_err(), "{text:?}");
    }
    assert!(HelloText::new("").is_ok() && HelloText::new("Joe's PC").is_ok());
}

#[test]
fn keyword_rows() {
    check_rows(&[
        (b"PIPELINING", Keyword::Plain(Extension::Pipelining)),
        (b"8BITMIME", Keyword::Plain(Extension::EightBitMime)),
        (b"ENHANCEDSTATUSCODES", Keyword::Plain(Extension::EnhancedStatusCodes)),
        (b"SIZE", Keyword::Size(None)),
        (b"SIZE 0", Keyword::Size(Some(0))),
        (b"SIZE 35651584", Keyword::Size(Some(35_651_584))),
        (b"AUTH PLAIN LOGIN", Keyword::Auth(Mechanisms::new("PLAIN LOGIN").unwrap())),
        (b"AUTH", Keyword::Auth(Mechanisms::new("").unwrap())),
        (
            b"BURL imap imap://imap.example.org",
            Keyword::Burl(words("imap imap://imap.example.org")),
        ),
        (b"BURL", Keyword::Burl(words(""))),
        (b"XCLIENT NAME ADDR", Keyword::Xclient(words("NAME ADDR"))),
        (b"XFORWARD NAME", Keyword::Xforward(words("NAME"))),
        (
            b"LIMITS MAILMAX=10 RCPTMAX=100",
            Keyword::Limits(LimitList::new("MAILMAX=10 RCPTMAX=100").unwrap()),
        ),
        (b"DELIVERBY", Keyword::Plain(Extension::DeliverBy)),
        (b"MT-PRIORITY", Keyword::Plain(Extension::MtPriority)),
        (b"NO-SOLICITING", Keyword::Plain(Extension::NoSoliciting)),
        (
            b"X-RCPTLIMIT 100",
            Keyword::Other(OtherKeyword {
                name: crate::element::parameter::ParameterKeyword::new("X-RCPTLIMIT").unwrap(),
                parameters: words("100"),
            }),
        ),
        (
            b"XXXXXXXA",
            Keyword::Other(OtherKeyword {
                name: crate::element::parameter::ParameterKeyword::new("XXXXXXXA").unwrap(),
                parameters: words(""),
            }),
        ),
    ]);
}

#[test]
fn every_extension_has_a_keyword() {
    for row in &crate::extension::EXTENSIONS {
        let sample = match row.extension {
            Extension::Limits => "LIMITS RCPTMAX=1",
            Extension::XExps => "AUTH",
            extension => extension.as_str(),
        };
        let keyword = Keyword::parse(sample.as_bytes()).unwrap();
        assert_eq!(keyword.to_bytes(), sample.as_bytes());
        if row.extension != Extension::XExps {
            assert_eq!(keyword.extension(), Some(row.extension));
        }
    }
}

#[test]
fn keyword_lenient() {
    check_lenient::<Keyword<'_>>(&[
        (b"AUTH=LOGIN PLAIN", Deviation::KeywordEquals, b"AUTH LOGIN PLAIN"),
        (b"SIZE=1000000", Deviation::KeywordEquals, b"SIZE 1000000"),
        (b"SIZE abc", Deviation::InvalidKeywordParameter, b"SIZE"),
        (b"LIMITS RCPTMAX=0", Deviation::InvalidKeywordParameter, b"LIMITS"),
        (b"PIPELINING yes", Deviation::InvalidKeywordParameter, b"PIPELINING"),
        (b"Ok, pleased", Deviation::InvalidKeyword, b"Ok, pleased"),
    ]);
    assert_eq!(
        Keyword::parse(b"SIZE 99999999999999999999").unwrap(),
        Keyword::Size(Some(u64::MAX))
    );
}

#[test]
fn blanks_around_parameters_are_recorded() {
    for (wire, deviation, canonical) in [
        (&b"AUTH LOGIN  PLAIN"[..], Deviation::ExtraSpaces, &b"AUTH LOGIN PLAIN"[..]),
        (b"SIZE 35651584 ", Deviation::TrailingSpaces, b"SIZE 35651584"),
    ] {
        let tolerance = Tolerance::strict().with(deviation);
        let (keyword, met) = Keyword::parse_with(wire, tolerance).unwrap();
        assert!(met.contains(deviation));
        assert_eq!(keyword.to_bytes(), canonical);
        assert!(Keyword::parse_with(wire, Tolerance::strict()).is_err());
    }
}

#[test]
fn limits_are_numbers_by_name() {
    let limits = LimitList::new("MAILMAX=5 RCPTMAX=1000 X-OTHER=abc").unwrap();
    assert_eq!(limits.get("rcptmax"), Some(1000));
    assert_eq!(limits.get("X-OTHER"), None);
    assert_eq!(limits.iter().count(), 3);
    assert!(LimitList::new("MAILMAX").is_err() && LimitList::new("RCPTMAX=1234567").is_err());
}

fn reply(first: &str, keywords: &[Keyword<'_>]) -> EhloReply<'static> {
    let (domain, greet) = first.split_once(' ').unwrap_or((first, ""));
    let reply = EhloReply::new(&Domain::name(domain).unwrap(), greet).unwrap().into_owned();
    keywords.iter().fold(reply, |reply, keyword| reply.with(keyword).unwrap().into_owned())
}

#[test]
fn reply_rows() {
    check_rows(&[
        (b"250 foo.com\r\n", reply("foo.com", &[])),
        (
            b"250-foo.com greets bar.com\r\n250-SIZE 100\r\n250 PIPELINING\r\n",
            reply(
                "foo.com greets bar.com",
                &[Keyword::Size(Some(100)), Keyword::Plain(Extension::Pipelining)],
            ),
        ),
    ]);
}

#[test]
fn reply_lenient() {
    check_lenient::<EhloReply<'_>>(&[
        (
            b"250-a\r\n250-\r\n250 SIZE\r\n",
            Deviation::EmptyKeyword,
            b"250-a\r\n250-\r\n250 SIZE\r\n",
        ),
        (b"250-a\r\n250 Ok.\r\n", Deviation::InvalidKeyword, b"250-a\r\n250 Ok.\r\n"),
    ]);
}

#[test]
fn reply_rejects() {
    check_rejects::<EhloReply<'_>>(&[(b"550 no\r\n", "Reply-code", 0)]);
}

#[test]
fn both_spellings_of_auth_are_offered() {
    let wire =
        b"250-a\r\n250-AUTH=LOGIN PLAIN\r\n250-AUTH CRAM-MD5\r\n250-STARTTLS\r\n250 STARTTLS\r\n";
    let offered = crate::extension::Extensions::offered(&EhloReply::parse(wire).unwrap());
    assert!(offered.has_mechanism("login") && offered.has_mechanism("CRAM-MD5"));
    assert!(offered.has(Extension::StartTls) && !offered.has(Extension::Size));
}

#[test]
fn the_first_line_is_kept_as_it_is() {
    for first in ["hello [1.2.3.4], pleased", "x_y.local Hello", "", "p00-iscream-smtp-1234"] {
        let wire = alloc::format!("250-{first}\r\n250 SIZE 1\r\n");
        let reply = EhloReply::parse(wire.as_bytes()).unwrap();
        assert_eq!(reply.as_reply().text(), first.as_bytes());
        assert_eq!(reply.keywords().count(), 1);
    }
}
