//! Every row of the tables has its example: verbs and extensions in both directions, deviations with
//! the bytes that show them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_core::tolerance::Deviation as _;
use mailwire_pop3::command::COMMANDS;
use mailwire_pop3::extension::{EXTENSIONS, extensions_markdown};
use mailwire_pop3::family::capa::Capability;
use mailwire_pop3::{
    Answer, Command, Deviation, Deviations, Expect, Extension, Item, Listing, Response,
    SyntaxError, Tolerance, Verb,
};
use support::{Seen, client_config, new_peer, number};

/// The line of a verb. A verb without one does not compile.
fn example(verb: Verb) -> &'static str {
    match verb {
        Verb::User => "USER mrose",
        Verb::Pass => "PASS secret",
        Verb::Apop => "APOP mrose c4c9334bac560ecc979e58001b3e22fb",
        Verb::Auth => "AUTH PLAIN AGEAYg==",
        Verb::Stat => "STAT",
        Verb::List => "LIST 2",
        Verb::Retr => "RETR 1",
        Verb::Dele => "DELE 1",
        Verb::Noop => "NOOP",
        Verb::Rset => "RSET",
        Verb::Top => "TOP 1 10",
        Verb::Uidl => "UIDL 2",
        Verb::Capa => "CAPA",
        Verb::Stls => "STLS",
        Verb::Utf8 => "UTF8",
        Verb::Lang => "LANG es",
        Verb::Quit => "QUIT",
    }
}

/// A positive answer to it, with what follows.
fn answered(verb: Verb) -> (&'static str, Expect) {
    match verb {
        Verb::Stat => ("+OK 2 320", Expect::Stat),
        Verb::List => ("+OK 2 200", Expect::Size(Some(number(2)))),
        Verb::Uidl => ("+OK 2 QhdPYR:00WBw1Ph7x7", Expect::UniqueId(Some(number(2)))),
        Verb::Lang => ("+OK es Idioma cambiado", Expect::Language),
        Verb::Auth => ("+OK", Expect::Exchange),
        Verb::Capa => ("+OK", Expect::Listing(Listing::Capabilities)),
        Verb::Retr | Verb::Top => ("+OK message follows", Expect::Message),
        _ => ("+OK done", Expect::Status),
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
        let (answer, expect) = answered(row.verb);
        assert_eq!(command.expect(), expect, "{}", row.verb);
        let answer = format!("{answer}\r\n");
        let parsed = Answer::parse(answer.as_bytes(), expect).unwrap();
        assert!(parsed.is_ok() && !matches!(parsed, Answer::Invalid { .. }), "{}", row.verb);
        assert_eq!(parsed.to_bytes(), answer.as_bytes());
    }
}

/// What each extension looks like on the wire.
const SAMPLES: &[(Extension, &str)] = &[
    (Extension::Top, "TOP"),
    (Extension::User, "USER"),
    (Extension::Sasl, "SASL CRAM-MD5 KERBEROS_V4"),
    (Extension::RespCodes, "RESP-CODES"),
    (Extension::LoginDelay, "LOGIN-DELAY 900 USER"),
    (Extension::Pipelining, "PIPELINING"),
    (Extension::Expire, "EXPIRE NEVER"),
    (Extension::Uidl, "UIDL"),
    (Extension::Implementation, "IMPLEMENTATION Shlemazle-Plotz-v302"),
    (Extension::Stls, "STLS"),
    (Extension::AuthRespCode, "AUTH-RESP-CODE"),
    (Extension::Utf8, "UTF8 USER"),
    (Extension::Lang, "LANG"),
];

#[test]
fn every_extension_is_read_and_written() {
    for row in &EXTENSIONS {
        let name = row.extension;
        let sample = SAMPLES.iter().find(|sample| sample.0 == name);
        let &(_, line) = sample.unwrap_or_else(|| panic!("no sample of {name}"));
        let (value, met) = Capability::parse_with(line.as_bytes(), Tolerance::strict()).unwrap();
        assert!(met.is_empty(), "{name}");
        assert_eq!(value.extension(), Some(name));
        assert_eq!(value.to_bytes(), line.as_bytes());
        for verb in row.verbs {
            assert_eq!(verb.row().extension.unwrap_or(name), name, "{verb}");
        }
        let file = format!("{}/src/{}", env!("CARGO_MANIFEST_DIR"), row.file);
        assert!(std::path::Path::new(&file).is_file(), "{name}: no {file}");
        assert!(extensions_markdown().contains(&format!("| {name} |")));
    }
}

/// What parses an example of a deviation.
type Parse = fn(&[u8], Tolerance) -> Result<Deviations, SyntaxError>;

fn command(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    Command::parse_with(bytes, tolerance).map(|(_, met)| met)
}

fn response(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    Response::parse_with(bytes, tolerance).map(|(_, met)| met)
}

fn answer(bytes: &[u8], expect: Expect, tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    match Answer::parse_with(bytes, expect, tolerance)? {
        (Answer::Invalid { error, .. }, _) => Err(error),
        (_, met) => Ok(met),
    }
}

fn stat(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    answer(bytes, Expect::Stat, tolerance)
}

fn uidl_1(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    answer(bytes, Expect::UniqueId(Some(number(1))), tolerance)
}

fn exchange(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    answer(bytes, Expect::Exchange, tolerance)
}

fn uidl(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    match Item::parse_with(bytes, Listing::UniqueIds, tolerance) {
        (Item::Invalid(item), _) => Err(item.error()),
        (_, met) => Ok(met),
    }
}

fn capability(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    Capability::parse_with(bytes, tolerance).map(|(_, met)| met)
}

/// A blank line stands between answers, where only a machine sees it.
fn client(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    let mut config = client_config();
    config.tolerance = tolerance;
    match new_peer(config).feed(bytes)[..] {
        [Seen::Greeting(true)] => Ok(Deviations::EMPTY.with(Deviation::BlankLine)),
        ref other => Err(SyntaxError { rule: "greeting", at: other.len() }),
    }
}

/// The example of a deviation. One without does not pass.
fn deviant(deviation: Deviation) -> (Parse, Vec<u8>) {
    use Deviation as D;
    let (parse, bytes): (Parse, &[u8]) = match deviation {
        D::BareLfLine => (response, b"+OK\n"),
        D::TrailingSpaces => (command, b"LIST \r\n"),
        D::ExtraSpaces => (uidl, b"1   abc"),
        D::LeadingZeros => (command, b"RETR 01\r\n"),
        D::PlusSign => (command, b"RETR +1\r\n"),
        D::UnexpectedArgument => (command, b"CAPA x\r\n"),
        D::MissingLineCount => (command, b"TOP 1\r\n"),
        D::BlankInName => (command, b"USER Jane Doe\r\n"),
        D::InvalidUtf8 => (command, b"USER j\xf6rg\r\n"),
        D::UpperCaseDigest => (command, b"APOP mrose C4C9334BAC560ECC979E58001B3E22FB\r\n"),
        D::LowerCaseStatus => (response, b"+ok ready\r\n"),
        D::EightBitText => (response, b"-ERR acc\xe8s refus\xe9\r\n"),
        D::ControlInText => (response, b"+OK a\tb\r\n"),
        D::BracketInText => (response, b"-ERR [AUTH no end\r\n"),
        D::VendorCode => {
            return (vendor_code, b"-ERR [WEBALERT https://mail.example/ x] log in\r\n".into());
        }
        D::BlankLine => (client, b"\r\n+OK\r\n"),
        D::MissingChallengeSpace => (exchange, b"+\r\n"),
        D::MissingSize => (stat, b"+OK 2\r\n"),
        D::NegativeSize => (stat, b"+OK 2 -1\r\n"),
        D::MissingNumber => (uidl_1, b"+OK 00001a14\r\n"),
        D::EmptyUniqueId => (uidl, b"1 "),
        D::LongUniqueId => return (uidl, [b"1 ".as_slice(), &[b'a'; 71]].concat()),
        D::OddUniqueId => (uidl, b"1 a b"),
        D::InvalidCapabilityParameter => (capability, b"LOGIN-DELAY soon"),
        other => panic!("no example of {other:?}"),
    };
    (parse, bytes.into())
}

/// Where a vendor's code is not tolerated it is a text with a bracket.
fn vendor_code(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    response(bytes, tolerance.without(Deviation::BracketInText))
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
