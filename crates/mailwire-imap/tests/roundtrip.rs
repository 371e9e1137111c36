//! What is built is parsed back to the same value in every mode, and is one frame; what is parsed is written
//! so that it is read the same again; and no octets make anything panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/command_values.rs"]
mod command_values;
#[path = "support/message_values.rs"]
mod message_values;
#[path = "support/response_values.rs"]
mod response_values;
#[path = "support/samples.rs"]
mod samples;
#[path = "support/search_values.rs"]
mod search_values;
#[path = "support/values.rs"]
mod values;

use mailwire_imap::framing::{CommandFramer, FrameLimits, Framed, LiteralHeader, ResponseFramer};
use mailwire_imap::limits::Limits;
use mailwire_imap::{
    Deviation, Greeting, Mode, Response, StatusKind, TaggedCommand, Tolerance, Verb,
};
use mailwire_testing::laws::{self, Element};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use values::S;

const STRICT: Tolerance = Tolerance::strict();

/// The modes in which a client writes.
const CLIENT: [Mode; 8] = [
    Mode::REV1,
    Mode::UTF8,
    Mode::LITERAL_PLUS,
    Mode::LITERAL_MINUS,
    Mode::BINARY,
    Mode::BINARY.with(Mode::LITERAL_PLUS),
    Mode::UTF8.with(Mode::LITERAL_MINUS),
    Mode::UTF8.with(Mode::LITERAL_PLUS).with(Mode::BINARY),
];

/// The modes in which a server writes.
const SERVER: [Mode; 4] = [
    Mode::SERVER,
    Mode::SERVER.with(Mode::UTF8),
    Mode::SERVER.with(Mode::BINARY),
    Mode::SERVER.with(Mode::UTF8).with(Mode::BINARY),
];

fn reads_back<T: Element>(mode: Mode, value: &T) -> Result<(), TestCaseError> {
    laws::reads_back::<Deviation, T>(mode.bits(), value, STRICT)
}

/// Any octets are refused within them, or are a value that is written, and read as the same again. What is
/// damaged is written as it came: it is the same where the same is tolerated.
fn any_octets<T: Element>(mode: Mode, bytes: &[u8]) -> Result<(), TestCaseError> {
    for tolerance in [STRICT, Tolerance::default(), Tolerance::lenient()] {
        let (value, met) = match laws::parse::<Deviation, T>(mode.bits(), bytes, tolerance) {
            Ok(read) => read,
            Err(error) => {
                prop_assert!(error.at <= bytes.len() && !error.rule.is_empty(), "{:?}", error);
                continue;
            }
        };
        let from = bytes.escape_ascii();
        prop_assert!(met.iter().all(|one| tolerance.allowed().contains(one)), "{:?}", met);
        let written = mailwire_core::encoder::to_bytes_in(&value, mode.bits());
        match laws::parse::<Deviation, T>(mode.bits(), &written, tolerance) {
            Ok((again, _)) => {
                // Damage beside damage may be told apart in another way.
                let damaged = || format!("{value:?}").contains("Invalid(");
                prop_assert!(again == value || damaged(), "{:?} {:?} {}", again, value, from);
                let again = mailwire_core::encoder::to_bytes_in(&again, mode.bits());
                prop_assert_eq!(
                    again.escape_ascii().to_string(),
                    written.escape_ascii().to_string(),
                    "{}",
                    from
                );
            }
            Err(error) => {
                let shown = error.render(&written).to_string();
                return Err(TestCaseError::fail(format!("{shown}\nfrom {from}")));
            }
        }
        prop_assert_eq!(&value.clone().into_owned(), &value);
    }
    Ok(())
}

/// What one call of a framer comes to.
trait Framer {
    fn frame<'i>(&mut self, input: &'i [u8], limits: &FrameLimits) -> Framed<'i>;
    fn accept(&mut self);
}

impl Framer for CommandFramer {
    fn frame<'i>(&mut self, input: &'i [u8], limits: &FrameLimits) -> Framed<'i> {
        self.frame(input, limits)
    }
    fn accept(&mut self) {
        self.accept();
    }
}

impl Framer for ResponseFramer {
    fn frame<'i>(&mut self, input: &'i [u8], limits: &FrameLimits) -> Framed<'i> {
        self.frame(input, limits)
    }
    fn accept(&mut self) {
        self.accept();
    }
}

/// The octets are one frame, and nothing but a literal holds CR or LF. Gives the literals.
fn one_frame(
    mut framer: impl Framer,
    limits: FrameLimits,
    wire: &[u8],
) -> Result<Vec<LiteralHeader>, TestCaseError> {
    let limits = FrameLimits { line: 1 << 24, literals: 1000, message: 1 << 30, ..limits };
    let mut literals = Vec::new();
    for _ in 0..1000 {
        match framer.frame(wire, &limits) {
            Framed::Message { frame, .. } => {
                prop_assert_eq!(frame.len(), wire.len(), "{}", wire.escape_ascii());
                return Ok(literals);
            }
            Framed::Literal { literal, .. } => {
                literals.push(literal);
                framer.accept();
            }
            other => {
                return Err(TestCaseError::fail(format!("{other:?} of {}", wire.escape_ascii())));
            }
        }
    }
    Err(TestCaseError::fail("a framer without end"))
}

fn command_is_right(value: &TaggedCommand<'static>) -> Result<(), TestCaseError> {
    for mode in CLIENT {
        reads_back(mode, value)?;
        let wire = value.to_bytes_in(mode);
        // A server with no literal inside of its messages is asked about each.
        let limits = FrameLimits { inline: 0, ..Limits::default().commands(true) };
        for literal in one_frame(CommandFramer::new(), limits, &wire)? {
            let small = literal.size <= 4096;
            let waits = match mode {
                _ if mode.contains(Mode::LITERAL_PLUS) => false,
                _ if mode.contains(Mode::LITERAL_MINUS) => !small,
                _ => true,
            };
            prop_assert_eq!(literal.sync, waits, "{:?} {}", mode, wire.escape_ascii());
        }
    }
    Ok(())
}

fn response_is_right(value: &Response<'static>) -> Result<(), TestCaseError> {
    for mode in SERVER {
        reads_back(mode, value)?;
        let wire = value.to_bytes_in(mode);
        let limits = FrameLimits { inline: 0, ..Limits::default().responses() };
        for literal in one_frame(ResponseFramer::new(), limits, &wire)? {
            prop_assert!(literal.sync, "{}", wire.escape_ascii());
        }
    }
    Ok(())
}

/// A value of a strategy.
fn sample<T: std::fmt::Debug>(strategy: &S<T>) -> T {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    strategy.new_tree(&mut runner).unwrap().current()
}

#[test]
fn every_verb_has_a_strategy() {
    let commands = command_values::commands();
    for (verb, strategy) in &commands {
        let name = sample(strategy).name();
        assert_eq!(name.map_or("XFROB", Verb::as_str), *verb);
    }
    assert_eq!(commands.len(), Verb::ALL.len() + 1);
}

#[test]
fn every_response_has_a_strategy() {
    use mailwire_imap::response::{DataName, Numbered};
    let all = response_values::data();
    for (name, strategy) in &all {
        let data = sample(strategy);
        let known = DataName::from_keyword(name.as_bytes());
        assert_eq!(data.name(), known, "{name}");
    }
    let has = |name: &str| all.iter().any(|one| one.0 == name);
    assert!(DataName::ALL.iter().all(|name| has(name.as_str())));
    assert!(Numbered::ALL.iter().all(|name| has(name.as_str())));
    assert!(StatusKind::ALL.iter().all(|name| has(name.as_str())));
}

/// Octets that are nearly something.
fn nearly() -> S<Vec<u8>> {
    let words: Vec<&'static str> = vec![
        " ",
        "  ",
        "(",
        ")",
        "[",
        "]",
        "{3}\r\n",
        "{3+}\r\n",
        "~{3}\r\n",
        "\"",
        "\\",
        "\r\n",
        "\n",
        "*",
        "%",
        "$",
        "1",
        "0",
        "-1",
        ":",
        ",",
        "NIL",
        "UID",
        "FLAGS",
        "BODY[]",
        "<0>",
        "ENVELOPE",
        "BODYSTRUCTURE",
        "\0",
        "\u{e9}",
        "INBOX",
        "A1",
        "OK",
        "+",
        "RETURN",
        "ALL",
        "()",
        "4294967296",
    ];
    let piece = prop_oneof![
        6 => proptest::sample::select(words).prop_map(|word| word.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..3),
        2 => "[a-z]{1,4}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat()).boxed()
}

const SPECIALS: &[u8] = b" \r\n\0()[]{}\"\\*%+~:,$1";

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn commands(value in command_values::command()) {
        command_is_right(&value)?;
    }

    #[test]
    fn responses(value in response_values::response()) {
        response_is_right(&value)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn greetings(value in response_values::status()) {
        if let Ok(greeting) = Greeting::new(value) {
            reads_back(Mode::SERVER, &greeting)?;
            let wire = greeting.to_bytes_in(Mode::SERVER);
            one_frame(ResponseFramer::new(), Limits::default().responses(), &wire)?;
        }
    }

    #[test]
    fn beginnings_are_no_commands(value in command_values::command()) {
        let wire = value.to_bytes();
        for end in 0..wire.len() {
            let beginning = TaggedCommand::parse_with(&wire[..end], STRICT);
            prop_assert!(beginning.is_err(), "{}", wire[..end].escape_ascii());
        }
    }

    #[test]
    fn beginnings_are_no_responses(value in response_values::response()) {
        let wire = value.to_bytes_in(Mode::SERVER);
        for end in 0..wire.len() {
            let beginning = Response::parse_in(&wire[..end], Mode::SERVER, STRICT);
            prop_assert!(beginning.is_err(), "{}", wire[..end].escape_ascii());
        }
    }

    #[test]
    fn any_octets_as_a_command(
        nearly in nearly(),
        verb in proptest::sample::select(Verb::ALL.to_vec()),
        mutated in laws::mutated(
            command_values::command().prop_map(|command| command.to_bytes()).boxed(),
            SPECIALS,
        ),
    ) {
        let line = [b"A1 ", verb.as_str().as_bytes(), b" ", &nearly[..], b"\r\n"].concat();
        for bytes in [&nearly, &line, &mutated] {
            any_octets::<TaggedCommand<'_>>(Mode::REV1, bytes)?;
            any_octets::<TaggedCommand<'_>>(Mode::UTF8.with(Mode::LITERAL_PLUS), bytes)?;
        }
    }

    #[test]
    fn any_octets_as_a_response(
        nearly in nearly(),
        sample in proptest::sample::select(samples::RESPONSES.to_vec()),
        mutated in laws::mutated(
            response_values::response()
                .prop_map(|response| response.to_bytes_in(Mode::SERVER))
                .boxed(),
            SPECIALS,
        ),
    ) {
        let word = sample.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let line = [word.as_bytes(), b" ", &nearly[..], b"\r\n"].concat();
        for bytes in [&nearly, &line, &mutated] {
            any_octets::<Response<'_>>(Mode::SERVER, bytes)?;
            any_octets::<Response<'_>>(Mode::SERVER.with(Mode::UTF8), bytes)?;
        }
    }
}
