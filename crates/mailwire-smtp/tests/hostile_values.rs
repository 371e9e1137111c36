//! No value that can be built breaks its line: rows SMTP-C-25 to SMTP-C-30 and SMTP-S-56.
//!
//! For each string argument of each constructor: it refuses, or what is written is one line with the
//! verb that was asked for and with as many words. The line splitter here is written apart from the
//! crate, and takes CR, LF and CRLF for line ends, as the worst receiver does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_smtp::command::OtherCommand;
use mailwire_smtp::element::deliver_by::{DeliverBy, DeliverByOffer};
use mailwire_smtp::element::domain::{Domain, GeneralLiteral};
use mailwire_smtp::element::dsn::{Envid, Notify};
use mailwire_smtp::element::enhanced_code::EnhancedCode;
use mailwire_smtp::element::mailbox::{LocalPart, Mailbox};
use mailwire_smtp::element::orcpt::Orcpt;
use mailwire_smtp::element::parameter::{
    OtherParameter, ParameterKeyword, ParameterValue, VerpDelimiters,
};
use mailwire_smtp::element::path::{ForwardPath, Path, ReversePath};
use mailwire_smtp::element::priority::PriorityProfile;
use mailwire_smtp::element::reply_code::ReplyCode;
use mailwire_smtp::element::rrvs::Rrvs;
use mailwire_smtp::element::solicit::Solicit;
use mailwire_smtp::element::text::Text;
use mailwire_smtp::element::timestamp::Timestamp;
use mailwire_smtp::element::tracking::{Certifier, Mtrk};
use mailwire_smtp::element::transid::Transid;
use mailwire_smtp::element::xtext::Xtext;
use mailwire_smtp::family::auth::Auth;
use mailwire_smtp::family::bdat::{AbsoluteUri, Burl};
use mailwire_smtp::family::greeting::Greeting;
use mailwire_smtp::family::hello::{
    EhloReply, HelloName, HelloText, Keyword, LimitList, Mechanisms, Words,
};
use mailwire_smtp::family::info::Query;
use mailwire_smtp::family::mail::{AuthParameter, Mail, MailParameter};
use mailwire_smtp::family::queue::{DomainList, Etrn, EtrnScope, NodeName};
use mailwire_smtp::family::rcpt::{Rcpt, RcptParameter};
use mailwire_smtp::family::vendor::{Attribute, Attributes, KnownAttribute};
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::{Command, Reply, Tolerance};
use mailwire_testing::drive::Driven as _;
use proptest::prelude::*;
use support::everything;

/// What breaks a line, or a path in it, or a word.
const EVIL: &[&str] = &[
    "a\r\nMAIL FROM:<e@x>",
    "a\r\nRCPT TO:<e@x>",
    "a\rQUIT",
    "a\nQUIT",
    "\r\n",
    "\r",
    "\n",
    "a\0b",
    "\0",
    "a\r\n",
    "\r\na",
    "a> SIZE=1 BODY=8BITMIME <b",
    "a>",
    "<a",
    "a b",
    "a\tb",
    "\"",
    "a\"b",
    "\\",
    "a\\",
    "\"a\r\nb\"",
    "a@b",
    "a\u{10d}\u{10a}b",
    "a\u{85}b",
    "a\u{2028}b",
    "a\x0bb",
    "a\x0cb",
    "a\x7fb",
    "\u{1b}[2J",
    "a=b",
    "a+0D+0Ab",
    "a;b",
    "a,b",
    "-",
    "",
    " ",
    ".",
    "1\r\nRCPT TO:<e@x>",
    "x:\r\ny",
];

/// Every argument and every way to put it into a command, with the words that the line must have.
type Build = fn(&str) -> Option<(Command<'static>, &'static str, usize)>;

fn mail(reverse_path: ReversePath<'_>) -> Command<'static> {
    Command::Mail(Mail::new(reverse_path)).into_owned()
}

fn rcpt(forward_path: ForwardPath<'_>) -> Command<'static> {
    Command::Rcpt(Rcpt::new(forward_path)).into_owned()
}

fn with_mail(parameter: MailParameter<'_>) -> Option<(Command<'static>, &'static str, usize)> {
    let mail = Mail::new(ReversePath::Null);
    let parameters = mail.parameters.with(parameter).ok()?;
    Some((Command::Mail(Mail { parameters, ..mail }).into_owned(), "MAIL FROM:<> ", 3))
}

fn with_rcpt(parameter: RcptParameter<'_>) -> Option<(Command<'static>, &'static str, usize)> {
    let rcpt = Rcpt::new(ForwardPath::mailbox("b", "x").unwrap().into_owned());
    let parameters = rcpt.parameters.with(parameter).ok()?;
    Some((Command::Rcpt(Rcpt { parameters, ..rcpt }).into_owned(), "RCPT TO:<b@x> ", 3))
}

const BUILD: &[Build] = &[
    // Names: one word, or the rest of the line where that is what the command takes.
    |s| Some((Command::Ehlo(Domain::name(s).ok()?.into()).into_owned(), "EHLO ", 2)),
    |s| Some((Command::Helo(Domain::name(s).ok()?.into()).into_owned(), "HELO ", 2)),
    |s| Some((Command::Lhlo(Domain::name(s).ok()?.into()).into_owned(), "LHLO ", 2)),
    |s| Some((Command::Ehlo(HelloName::Other(HelloText::new(s).ok()?)).into_owned(), "EHLO", 0)),
    // Paths.
    |s| Some((mail(ReversePath::mailbox(s, "x").ok()?), "MAIL FROM:<", 2)),
    |s| Some((mail(ReversePath::mailbox("a", s).ok()?), "MAIL FROM:<a@", 2)),
    |s| Some((mail(ReversePath::Local(LocalPart::new(s).ok()?)), "MAIL FROM:<", 2)),
    |s| Some((mail(ReversePath::from(Mailbox::new(s, "x").ok()?)), "MAIL FROM:<", 2)),
    |s| Some((rcpt(ForwardPath::mailbox(s, "x").ok()?), "RCPT TO:<", 2)),
    |s| Some((rcpt(ForwardPath::mailbox("a", s).ok()?), "RCPT TO:<a@", 2)),
    |s| {
        let mailbox = Mailbox::new("a", s).ok()?;
        let path = Path::parse(&[b"<", &mailbox.to_bytes()[..], b">"].concat()).ok()?.into_owned();
        Some((mail(ReversePath::Path(path)), "MAIL FROM:<a@", 2))
    },
    // Parameters of MAIL.
    |s| with_mail(MailParameter::Envid(Envid::new(s).ok()?)),
    |s| with_mail(MailParameter::Auth(AuthParameter::parse(s.as_bytes()).ok()?)),
    |s| with_mail(MailParameter::By(DeliverBy::parse(s.as_bytes()).ok()?)),
    |s| with_mail(MailParameter::Mtrk(Mtrk::new(Certifier::new(s).ok()?, None).ok()?)),
    |s| with_mail(MailParameter::Solicit(Solicit::new(s).ok()?)),
    |s| with_mail(MailParameter::Transid(Transid::new(s).ok()?)),
    |s| with_mail(MailParameter::Submitter(Xtext::new(s).ok()?)),
    |s| with_mail(MailParameter::Submitter(Xtext::encode_text(s.as_bytes()).ok()?)),
    |s| with_mail(MailParameter::AltAddress(ParameterValue::new(s).ok()?)),
    |s| with_mail(MailParameter::Xverp(Some(VerpDelimiters::new(s).ok()?))),
    |s| with_mail(MailParameter::parse(s.as_bytes()).ok()?),
    |s| with_mail(MailParameter::parse(format!("SIZE={s}").as_bytes()).ok()?.into_owned()),
    |s| with_mail(MailParameter::Other(OtherParameter::new(s, None).ok()?)),
    |s| with_mail(MailParameter::Other(OtherParameter::new("X", Some(s)).ok()?)),
    |s| {
        let keyword = ParameterKeyword::new(s).ok()?;
        with_mail(MailParameter::Other(OtherParameter { keyword, value: None }))
    },
    // Parameters of RCPT.
    |s| with_rcpt(RcptParameter::Orcpt(Orcpt::rfc822(s).ok()?)),
    |s| with_rcpt(RcptParameter::Orcpt(Orcpt::utf_8(s).ok()?)),
    |s| with_rcpt(RcptParameter::Orcpt(Orcpt::new(s, b"a").ok()?)),
    |s| with_rcpt(RcptParameter::Orcpt(Orcpt::new("x", s.as_bytes()).ok()?)),
    |s| with_rcpt(RcptParameter::Notify(Notify::parse(s.as_bytes()).ok()?)),
    |s| with_rcpt(RcptParameter::Rrvs(Rrvs::parse(s.as_bytes()).ok()?)),
    |s| with_rcpt(RcptParameter::AltAddress(ParameterValue::new(s).ok()?)),
    |s| with_rcpt(RcptParameter::parse(s.as_bytes()).ok()?),
    // Other commands: text may have blanks, and is quoted then.
    |s| {
        let query = Query { text: Text::new(s).ok()?, smtputf8: false };
        Some((Command::Vrfy(query).into_owned(), "VRFY ", 0))
    },
    |s| {
        let query = Query { text: Text::new(s).ok()?, smtputf8: true };
        Some((Command::Expn(query).into_owned(), "EXPN ", 0))
    },
    |s| Some((Command::Help(Some(Text::new(s).ok()?)).into_owned(), "HELP ", 0)),
    |s| Some((Command::Noop(Some(Text::new(s).ok()?)).into_owned(), "NOOP ", 0)),
    |s| {
        // A mechanism is one word.
        let auth = Auth::new(MechanismName::new(s).ok()?);
        Some((Command::Auth(auth).into_owned(), "AUTH ", 2))
    },
    |s| {
        let auth = Auth::new(MechanismName::new("PLAIN").ok()?);
        let auth = auth.with_initial_response(s.as_bytes());
        Some((Command::Auth(auth).into_owned(), "AUTH PLAIN ", 3))
    },
    |s| {
        let etrn = Etrn { scope: EtrnScope::Node, node: NodeName::new(s).ok()? };
        Some((Command::Etrn(etrn).into_owned(), "ETRN ", 0))
    },
    |s| {
        let list = DomainList::new().with(&Domain::name(s).ok()?);
        Some((Command::Atrn(list).into_owned(), "ATRN ", 2))
    },
    |s| {
        let list = Attributes::new(&Attribute::new(KnownAttribute::Name, s.as_bytes()).ok()?);
        Some((Command::Xclient(list).into_owned(), "XCLIENT NAME=", 2))
    },
    |s| {
        let list = Attributes::new(&Attribute::new(KnownAttribute::Helo, s.as_bytes()).ok()?);
        Some((Command::Xforward(list).into_owned(), "XFORWARD HELO=", 2))
    },
    |s| {
        let burl = Burl { uri: AbsoluteUri::new(s).ok()?, last: true };
        Some((Command::Burl(burl).into_owned(), "BURL ", 3))
    },
    |s| Some((Command::Other(OtherCommand::new("XRAW", s).ok()?).into_owned(), "XRAW", 0)),
    |s| {
        let verb = OtherCommand::new(s, "x").ok()?;
        let words = 2;
        Some((Command::Other(verb).into_owned(), "", words))
    },
];

/// The lines of the worst receiver.
fn lines(wire: &[u8]) -> Vec<&[u8]> {
    let text = wire.strip_suffix(b"\r\n").unwrap();
    text.split(|octet| matches!(octet, b'\r' | b'\n' | 0)).collect()
}

/// What is behind the path: its end is the first `>` outside of quotes.
fn behind_path(line: &[u8]) -> &[u8] {
    let (mut quoted, mut escaped) = (false, false);
    let end = line.iter().position(|octet| {
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        *octet == b'>' && !quoted
    });
    &line[end.unwrap() + 1..]
}

/// The words of a line; a path is one, whatever stands in its quotes.
fn words(line: &[u8]) -> usize {
    let (before, rest) = match line {
        [b'M', b'A', b'I', b'L', ..] | [b'R', b'C', b'P', b'T', ..] => (2, behind_path(line)),
        _ => (1, line),
    };
    before + rest.iter().filter(|octet| **octet == b' ').count()
}

fn check(index: usize, build: Build, text: &str) {
    let Some((command, begins, count)) = build(text) else { return };
    let wire = command.to_bytes();
    let shown = format!("{index}: {text:?}: {}", wire.escape_ascii());
    assert_eq!(lines(&wire).len(), 1, "{shown}");
    assert!(wire.starts_with(begins.as_bytes()), "{shown}");
    let line = lines(&wire)[0];
    if count > 0 {
        assert_eq!(words(line), count, "{shown}");
    }
    if wire.starts_with(b"MAIL") || wire.starts_with(b"RCPT") {
        let behind = behind_path(line);
        assert!(behind.is_empty() || behind.starts_with(b" "), "{shown}");
    }
    // Whoever reads it reads one command of that verb.
    let read = Command::parse_with(&wire, Tolerance::lenient());
    if let Ok((read, _)) = read {
        assert_eq!(read.verb(), command.verb(), "{shown}");
    }
}

#[test]
fn smtp_c_25_to_30_constructors() {
    for (index, build) in BUILD.iter().enumerate() {
        for text in EVIL {
            check(index, *build, text);
        }
        // CR, LF and NUL go nowhere but into base64.
        let refused = |text: &str| build(text).is_none();
        let base64 = build("a").is_some_and(|built| built.1 == "AUTH PLAIN ");
        for text in ["a\r\nb", "a\rb", "a\nb", "a\0b", "\r\n"] {
            assert!(base64 || refused(text), "{index} takes {text:?}");
        }
    }
}

#[test]
fn smtp_c_26_addresses() {
    for text in ["a\r\nRCPT TO:<e@x>", "\"a\r\nb\"", "a\r", "a\n", "a\0", "\"a\0b\""] {
        assert!(
            ReversePath::mailbox(text, "x").is_err() && ReversePath::mailbox("a", text).is_err()
        );
        assert!(ForwardPath::mailbox(text, "x").is_err() && LocalPart::new(text).is_err());
        assert!(Domain::name(text).is_err() && GeneralLiteral::new(text).is_err());
    }
}

#[test]
fn smtp_c_28_what_would_end_a_path_is_quoted() {
    let path = ReversePath::mailbox("a> SIZE=1 BODY=8BITMIME <b", "x").unwrap();
    assert_eq!(path.to_bytes(), b"<\"a> SIZE=1 BODY=8BITMIME <b\"@x>");
    assert!(ReversePath::mailbox("a", "x> SIZE=1").is_err());
    let path = ReversePath::mailbox("\"> <\\", "x").unwrap();
    assert_eq!(path.to_bytes(), b"<\"\\\"> <\\\\\"@x>");
}

#[test]
fn smtp_c_29_nothing_is_narrowed() {
    let path = ReversePath::mailbox("a\u{10d}\u{10a}b", "x").unwrap();
    assert_eq!(path.to_bytes(), "<a\u{10d}\u{10a}b@x>".as_bytes());
    assert!(path.needs_utf8());
}

#[test]
fn smtp_c_30_there_is_no_raw_line() {
    for verb in ["MAIL", "quit", "BDAT", "DATA", "STARTTLS", "X Y", "X\r\nY", "", "X\0"] {
        assert!(OtherCommand::new(verb, "").is_err(), "{verb:?}");
    }
}

/// Everything that a server writes from a string.
fn written_by_a_server(text: &str) -> Vec<Vec<u8>> {
    let domain = Domain::name("x").unwrap();
    let ok = || Reply::new(ReplyCode::OK, "ok").unwrap();
    let status = EnhancedCode::parse(b"2.0.0").unwrap();
    let keyword = |keyword: Keyword<'_>| {
        let reply = EhloReply::new(&domain, "").unwrap().with(&keyword).ok();
        reply.map(|reply| reply.to_bytes())
    };
    [
        Reply::new(ReplyCode::OK, text).ok().map(|reply| reply.to_bytes()),
        Reply::with_status(ReplyCode::OK, status, text).ok().map(|reply| reply.to_bytes()),
        ok().with_line(text).ok().map(|reply| reply.to_bytes()),
        Greeting::ready(&domain, text).ok().map(|greeting| greeting.to_bytes()),
        EhloReply::new(&domain, text).ok().map(|reply| reply.to_bytes()),
        Words::new(text).ok().and_then(|words| keyword(Keyword::Burl(words))),
        Words::new(text).ok().and_then(|words| keyword(Keyword::Xclient(words))),
        Mechanisms::new(text).ok().and_then(|names| keyword(Keyword::Auth(names))),
        LimitList::new(text).ok().and_then(|limits| keyword(Keyword::Limits(limits))),
        Solicit::new(text).ok().and_then(|classes| keyword(Keyword::NoSoliciting(classes))),
        PriorityProfile::new(text).ok().and_then(|profile| keyword(Keyword::MtPriority(profile))),
        DeliverByOffer::parse(text.as_bytes()).ok().and_then(|by| keyword(Keyword::DeliverBy(by))),
        Keyword::parse(text.as_bytes()).ok().and_then(keyword),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Each line of a reply has its code, and the reply ends with its last one.
fn check_reply(wire: &[u8], text: &str) {
    let shown = format!("{text:?}: {}", wire.escape_ascii());
    let code = wire.get(..3).unwrap();
    let body = wire.strip_suffix(b"\r\n").unwrap();
    let lines: Vec<&[u8]> = body.split(|octet| matches!(octet, b'\r' | b'\n')).collect();
    // Between CR and LF of each line end there is an empty piece.
    let lines: Vec<&[u8]> = lines.into_iter().step_by(2).collect();
    for (index, line) in lines.iter().enumerate() {
        assert!(line.starts_with(code), "{shown}");
        let separator = line.get(3).copied().unwrap_or(b' ');
        assert_eq!(separator == b'-', index + 1 < lines.len(), "{shown}");
        assert!(!line.contains(&0), "{shown}");
    }
    assert!(lines.len() <= 2, "{shown}");
}

#[test]
fn smtp_s_56_replies() {
    for text in EVIL {
        for wire in written_by_a_server(text) {
            check_reply(&wire, text);
        }
    }
    // What is kept of a strange keyword line can be offered, and is one line then.
    for text in ["A\r\nB", "A\rB", "A\nB", "A\0B", "A B\r\n250 AUTH PLAIN"] {
        assert!(Keyword::parse_with(text.as_bytes(), Tolerance::lenient()).is_err(), "{text:?}");
        assert!(HelloText::new(text).is_err());
    }
}

/// What is read can be written again, so it must fit into a line as well: with every tolerance.
macro_rules! read_and_written {
    ($bytes:expr; $($type:ident),+ $(,)?) => {$(
        if let Ok((value, _)) = $type::parse_with($bytes, Tolerance::lenient()) {
            let wire = value.to_bytes();
            let breaks = wire.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0));
            assert!(!breaks, "{}: {}", stringify!($type), wire.escape_ascii());
        }
    )+};
}

fn check_read(bytes: &[u8]) {
    read_and_written!(
        bytes; Domain, Xtext, Text, LocalPart, Mailbox, Path, ReversePath, ForwardPath,
        PriorityProfile, DeliverBy, DeliverByOffer, Envid, Notify, Timestamp, Certifier, Mtrk, Rrvs,
        EnhancedCode, Solicit, Orcpt, Transid, AuthParameter, MailParameter, RcptParameter, Keyword,
    );
    let line = [bytes, b"\r\n"].concat();
    if let Ok((command, _)) = Command::parse_with(&line, Tolerance::lenient()) {
        let wire = command.to_bytes();
        assert_eq!(lines(&wire).len(), 1, "{}", wire.escape_ascii());
    }
}

/// Words of the grammar with what breaks it between them.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let words = proptest::sample::select(vec![
        "EHLO ",
        "MAIL FROM:",
        "RCPT TO:",
        "<",
        ">",
        "@",
        "a",
        "x.y",
        "\"",
        "\\",
        " ",
        "=",
        "SIZE=1",
        "ENVID=",
        "ORCPT=rfc822;",
        "AUTH=",
        "NOTIFY=",
        "NEVER",
        "+0D",
        "+",
        ";",
        ",",
        ":",
        "[",
        "]",
        "NOOP ",
        "VRFY ",
        "AUTH PLAIN ",
        "BDAT ",
        "XCLIENT NAME=",
        "ATRN ",
        "ETRN ",
        "LIMITS ",
    ]);
    let evil = proptest::sample::select(vec!["\r", "\n", "\0", "\r\n", "\u{e9}", "\t", "\x7f"]);
    let word = prop_oneof![6 => words, 2 => evil];
    proptest::collection::vec(word, 0..8).prop_map(|words| words.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn smtp_c_25_to_30_any_text(text in "[a-z<>@\" =\\\\\r\n\0;+.,é-]{0,12}") {
        for (index, build) in BUILD.iter().enumerate() {
            check(index, *build, &text);
        }
        for wire in written_by_a_server(&text) {
            check_reply(&wire, &text);
        }
    }

    #[test]
    fn what_is_read_fits_into_a_line(bytes in pieces()) {
        check_read(&bytes);
    }
}

#[test]
fn smtp_s_56_a_configured_server_writes_what_it_was_told() {
    // Every line of the EHLO reply is a keyword of the configuration.
    let mut app = support::App::new(everything());
    app.output();
    app.feed(b"EHLO a\r\n");
    let output = app.output();
    check_reply_lines(&output);
}

fn check_reply_lines(wire: &[u8]) {
    let text = std::str::from_utf8(wire).unwrap();
    assert!(text.ends_with("\r\n") && !text.contains('\0'));
    assert!(text.split("\r\n").all(|line| !line.contains(['\r', '\n'])));
    assert!(text.lines().all(|line| line.starts_with("250")));
}
