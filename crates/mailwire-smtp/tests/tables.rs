//! Every row of the tables has its example: verbs and extensions in both directions, deviations
//! with the bytes that show them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_core::tolerance::Deviation as _;
use mailwire_smtp::client::ClientConfig;
use mailwire_smtp::command::COMMANDS;
use mailwire_smtp::extension::EXTENSIONS;
use mailwire_smtp::family::greeting::Greeting;
use mailwire_smtp::family::hello::{EhloReply, Keyword};
use mailwire_smtp::family::mail::MailParameter;
use mailwire_smtp::family::rcpt::RcptParameter;
use mailwire_smtp::{
    Command, Deviation, Deviations, Extension, Reply, SyntaxError, Tolerance, Verb,
};
use support::{Seen, new_peer};

/// The line of a verb. A verb without one does not compile.
fn example(verb: Verb) -> &'static str {
    match verb {
        Verb::Ehlo => "EHLO client.example",
        Verb::Helo => "HELO client.example",
        Verb::Lhlo => "LHLO client.example",
        Verb::Mail => "MAIL FROM:<a@example.org>",
        Verb::Rcpt => "RCPT TO:<b@example.org>",
        Verb::Data => "DATA",
        Verb::Bdat => "BDAT 86 LAST",
        Verb::Burl => "BURL imap://host/box;uid=25 LAST",
        Verb::Rset => "RSET",
        Verb::Vrfy => "VRFY user",
        Verb::Expn => "EXPN list",
        Verb::Help => "HELP MAIL",
        Verb::Noop => "NOOP",
        Verb::Quit => "QUIT",
        Verb::StartTls => "STARTTLS",
        Verb::Auth => "AUTH PLAIN AGEAYg==",
        Verb::Etrn => "ETRN example.org",
        Verb::Atrn => "ATRN example.org,example.com",
        Verb::Turn => "TURN",
        Verb::Send => "SEND FROM:<a@example.org>",
        Verb::Soml => "SOML FROM:<a@example.org>",
        Verb::Saml => "SAML FROM:<a@example.org>",
        Verb::Verb => "VERB",
        Verb::Onex => "ONEX",
        Verb::Xclient => "XCLIENT NAME=host.example",
        Verb::Xforward => "XFORWARD NAME=host.example",
    }
}

#[test]
fn every_command_is_read_and_written() {
    for row in &COMMANDS {
        let line = format!("{}\r\n", example(row.verb));
        let (command, met) = Command::parse_with(line.as_bytes(), Tolerance::strict()).unwrap();
        assert_eq!(command.verb(), Some(row.verb));
        assert!(met.is_empty());
        assert_eq!(command.to_bytes(), line.as_bytes());
        // The name of a verb is one of the first things that a client gets wrong.
        let lower = line.to_lowercase();
        assert_eq!(
            Command::parse(lower.as_bytes()).map(|command| command.verb()),
            Ok(Some(row.verb))
        );
    }
}

/// EHLO line, then the parameters of MAIL and RCPT: what each extension looks like on the wire.
const SAMPLES: &[(Extension, &str, &[&str], &[&str])] = {
    use Extension as X;
    const ADDRESS: &str = "ALT-ADDRESS=a@example.org";
    &[
        (X::EightBitMime, "8BITMIME", &["BODY=8BITMIME"], &[]),
        (X::Size, "SIZE 1000", &["SIZE=500"], &[]),
        (X::Pipelining, "PIPELINING", &[], &[]),
        (X::Chunking, "CHUNKING", &[], &[]),
        (X::BinaryMime, "BINARYMIME", &["BODY=BINARYMIME"], &[]),
        (X::Dsn, "DSN", &["RET=HDRS", "ENVID=QQ314159"], &["NOTIFY=NEVER", "ORCPT=rfc822;b@c"]),
        (X::EnhancedStatusCodes, "ENHANCEDSTATUSCODES", &[], &[]),
        (X::SmtpUtf8, "SMTPUTF8", &["SMTPUTF8"], &[]),
        (X::StartTls, "STARTTLS", &[], &[]),
        (X::Auth, "AUTH PLAIN LOGIN", &["AUTH=<>"], &[]),
        (X::DeliverBy, "DELIVERBY 240", &["BY=120;R"], &[]),
        (
            X::FutureRelease,
            "FUTURERELEASE 86400 2026-12-01T12:00:00Z",
            &["HOLDFOR=60", "HOLDUNTIL=2026-12-01T12:00:00Z"],
            &[],
        ),
        (X::MtPriority, "MT-PRIORITY MIXER", &["MT-PRIORITY=-3"], &[]),
        (X::RequireTls, "REQUIRETLS", &["REQUIRETLS"], &[]),
        (X::Limits, "LIMITS MAILMAX=10 RCPTMAX=100", &[], &[]),
        (X::Rrvs, "RRVS", &[], &["RRVS=2014-04-03T23:01:00Z;C"]),
        (X::Submitter, "SUBMITTER", &["SUBMITTER=a@example.org"], &[]),
        (X::Checkpoint, "CHECKPOINT", &["TRANSID=<1@example.org>"], &[]),
        (X::Conperm, "CONPERM", &["CONPERM"], &[]),
        (X::Conneg, "CONNEG", &[], &["CONNEG"]),
        (X::NoSoliciting, "NO-SOLICITING org.example:ADV", &["SOLICIT=org.example:ADV"], &[]),
        (X::Mtrk, "MTRK", &["MTRK=abc:99"], &[]),
        (X::Burl, "BURL imap", &[], &[]),
        (X::Etrn, "ETRN", &[], &[]),
        (X::Atrn, "ATRN", &[], &[]),
        (X::Vrfy, "VRFY", &[], &[]),
        (X::Expn, "EXPN", &[], &[]),
        (X::Help, "HELP", &[], &[]),
        (X::Send, "SEND", &[], &[]),
        (X::Soml, "SOML", &[], &[]),
        (X::Saml, "SAML", &[], &[]),
        (X::Turn, "TURN", &[], &[]),
        (X::Verb, "VERB", &[], &[]),
        (X::Onex, "ONEX", &[], &[]),
        (X::Utf8Smtp, "UTF8SMTP", &[ADDRESS], &[ADDRESS]),
        (X::Time, "TIME", &[], &[]),
        (X::Prdr, "PRDR", &["PRDR"], &[]),
        (X::PipeConnect, "PIPECONNECT", &[], &[]),
        (X::Xverp, "XVERP", &["XVERP=+="], &[]),
        (X::Xclient, "XCLIENT NAME ADDR", &[], &[]),
        (X::Xforward, "XFORWARD NAME ADDR", &[], &[]),
        (X::XExps, "X-EXPS LOGIN", &[], &[]),
    ]
};

#[test]
fn every_extension_is_read_and_written() {
    for row in &EXTENSIONS {
        let name = row.extension;
        let sample = SAMPLES.iter().find(|sample| sample.0 == name);
        let &(_, offer, mail, rcpt) = sample.unwrap_or_else(|| panic!("no sample of {name}"));
        let (keyword, met) = Keyword::parse_with(offer.as_bytes(), Tolerance::strict()).unwrap();
        assert!(met.is_empty() && !matches!(keyword, Keyword::Other(_)), "{name}");
        if name != Extension::XExps {
            assert_eq!(keyword.to_bytes(), offer.as_bytes());
            assert_eq!(keyword.extension(), Some(name));
        }
        for parameter in row.mail {
            let bytes = mail.iter().find(|text| text.split('=').next() == Some(parameter));
            let bytes = bytes.unwrap_or_else(|| panic!("no sample of {parameter}")).as_bytes();
            let (value, _) = MailParameter::parse_with(bytes, Tolerance::strict()).unwrap();
            assert!(!matches!(value, MailParameter::Other(_)), "{parameter} has no type");
            assert_eq!(value.to_bytes(), bytes);
        }
        for parameter in row.rcpt {
            let bytes = rcpt.iter().find(|text| text.split('=').next() == Some(parameter));
            let bytes = bytes.unwrap_or_else(|| panic!("no sample of {parameter}")).as_bytes();
            let (value, _) = RcptParameter::parse_with(bytes, Tolerance::strict()).unwrap();
            assert!(!matches!(value, RcptParameter::Other(_)), "{parameter} has no type");
            assert_eq!(value.to_bytes(), bytes);
        }
        for verb in row.verbs {
            assert_eq!(verb.row().extension.unwrap_or(name), name, "{verb}");
        }
        let file = format!("{}/src/{}", env!("CARGO_MANIFEST_DIR"), row.file);
        assert!(std::path::Path::new(&file).is_file(), "{name}: no {file}");
    }
}

/// What parses an example of a deviation.
type Parse = fn(&[u8], Tolerance) -> Result<Deviations, SyntaxError>;

fn command(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    Command::parse_with(bytes, tolerance).map(|(_, met)| met)
}

fn reply(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    Reply::parse_with(bytes, tolerance).map(|(_, met)| met)
}

fn ehlo(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    EhloReply::parse_with(bytes, tolerance).map(|(_, met)| met)
}

fn greeting(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    Greeting::parse_with(bytes, tolerance).map(|(_, met)| met)
}

/// A blank line stands between replies, where only a machine sees it.
fn client(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    let mut config = ClientConfig::default();
    config.tolerance = tolerance;
    match new_peer(config).feed(bytes)[..] {
        [Seen::Greeting(220)] => Ok(Deviations::EMPTY.with(Deviation::BlankLine)),
        ref other => Err(SyntaxError { rule: "greeting", at: other.len() }),
    }
}

const LONG: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The example of a deviation. One without does not pass.
fn deviant(deviation: Deviation) -> (Parse, Vec<u8>) {
    use Deviation as D;
    let (parse, bytes): (Parse, &[u8]) = match deviation {
        D::BareLfLine => (reply, b"250 ok\n"),
        D::TrailingSpaces => (command, b"RSET \r\n"),
        D::ExtraSpaces => (command, b"MAIL FROM:<a@b>  SIZE=1\r\n"),
        D::SpaceAfterColon => (command, b"MAIL FROM: <a@b>\r\n"),
        D::SpaceBeforeColon => (command, b"MAIL FROM :<a@b>\r\n"),
        D::MissingAngleBrackets => (command, b"RCPT TO:a@b\r\n"),
        D::MissingSpaceBeforeParameters => (command, b"MAIL FROM:<a@b>SIZE=1\r\n"),
        D::BadLocalPart => (command, b"MAIL FROM:<a..b.@docomo.example>\r\n"),
        D::LongLocalPart => return (command, format!("MAIL FROM:<{LONG}@b>\r\n").into()),
        D::LongPath => {
            let labels = [LONG; 4].join(".");
            return (command, format!("RCPT TO:<a@{}>\r\n", &labels[..254]).into());
        }
        D::UnderscoreInDomain => (command, b"MAIL FROM:<a@x_y.example>\r\n"),
        D::TrailingDotInDomain => (command, b"RCPT TO:<a@b.example.>\r\n"),
        D::UntaggedIpv6Literal => (command, b"RCPT TO:<a@[::1]>\r\n"),
        D::MissingDomain => (command, b"RCPT TO:<root>\r\n"),
        D::HelloNotDomain => (command, b"EHLO Joe's PC\r\n"),
        D::MissingHelloName => (command, b"EHLO\r\n"),
        D::UnexpectedArgument => (command, b"QUIT now\r\n"),
        D::AuthEqualsCommand => (command, b"AUTH=PLAIN AGEAYg==\r\n"),
        D::TextArgument => (command, b"VRFY <a@b>\r\n"),
        D::SpaceAfterComma => (command, b"ATRN a.example, b.example\r\n"),
        D::LowerCaseHex => (command, b"MAIL FROM:<a@b> ENVID=a+3db\r\n"),
        D::RawXtext => (command, b"RCPT TO:<a@b> ORCPT=rfc822;a+b@c\r\n"),
        D::EmptyAuthParameter => (command, b"MAIL FROM:<a@b> AUTH=\r\n"),
        D::RrvsOtherAction => (command, b"RCPT TO:<a@b> RRVS=2014-04-03T23:01:00Z;X\r\n"),
        D::ReplyCodeMismatch => (reply, b"250-a\r\n550 b\r\n"),
        D::ReplyCodeRange => (reply, b"571 relaying denied\r\n"),
        D::EmptyText => (greeting, b"220 \r\n"),
        D::EightBitText => (reply, b"550 \xd3\xca\r\n"),
        D::ControlInText => (reply, b"250 OK\0\r\n"),
        D::BlankLine => (client, b"\r\n220 ok\r\n"),
        D::EmptyKeyword => (ehlo, b"250-a\r\n250-\r\n250 SIZE\r\n"),
        D::KeywordEquals => (ehlo, b"250-a\r\n250-AUTH=LOGIN PLAIN\r\n250 SIZE\r\n"),
        D::InvalidKeyword => (ehlo, b"250-a\r\n250 Ok, pleased to meet you\r\n"),
        D::InvalidKeywordParameter => (ehlo, b"250-a\r\n250 SIZE abc\r\n"),
        other => panic!("no example of {other:?}"),
    };
    (parse, bytes.into())
}

#[test]
fn every_deviation_can_be_met_and_switched_off() {
    let default = Tolerance::default().allowed();
    for &deviation in Deviation::ALL {
        let (parse, bytes) = deviant(deviation);
        let name = deviation.name();
        let met = parse(&bytes, Tolerance::strict().with(deviation));
        assert_eq!(met, Ok(Deviations::EMPTY.with(deviation)), "{name}");
        assert!(parse(&bytes, Tolerance::strict()).is_err(), "{name} is not strict");
        assert!(parse(&bytes, Tolerance::lenient().without(deviation)).is_err(), "{name} is off");
        assert_eq!(
            parse(&bytes, Tolerance::default()).is_ok(),
            default.contains(deviation),
            "{name} by default"
        );
        assert!(!deviation.example().is_empty());
    }
}
