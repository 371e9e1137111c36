//! What lenient parsing takes is written as one frame, in every mode: nothing can be smuggled through a
//! value. It is read again as the same value.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_imap::framing::{CommandFramer, FrameLimits, Framed, ResponseFramer};
use mailwire_imap::{Mode, Response, TaggedCommand, Tolerance};

const LIMITS: FrameLimits = FrameLimits {
    line: 1 << 24,
    inline: 1 << 24,
    literals: 1 << 16,
    message: 1 << 30,
    discard: 1 << 24,
};
const CLIENT: [Mode; 5] = [
    Mode::REV1,
    Mode::UTF8,
    Mode::LITERAL_PLUS,
    Mode::LITERAL_MINUS.with(Mode::BINARY),
    Mode::UTF8.with(Mode::LITERAL_PLUS).with(Mode::BINARY),
];
const SERVER: [Mode; 2] = [Mode::SERVER, Mode::SERVER.with(Mode::UTF8)];

fn commands(data: &[u8], mode: Mode) {
    let Ok((command, _)) = TaggedCommand::parse_in(data, mode, Tolerance::lenient()) else {
        return;
    };
    let wire = command.to_bytes_in(mode);
    let mut framer = CommandFramer::new();
    loop {
        match framer.frame(&wire, &LIMITS) {
            Framed::Literal { .. } => framer.accept(),
            Framed::Message { frame, .. } => break assert_eq!(frame.len(), wire.len()),
            other => panic!("{other:?} of {}", wire.escape_ascii()),
        }
    }
    let again = TaggedCommand::parse_in(&wire, mode, Tolerance::lenient());
    assert_eq!(again.map(|(again, _)| again).as_ref(), Ok(&command));
}

fn responses(data: &[u8], mode: Mode) {
    let Ok((response, _)) = Response::parse_in(data, mode, Tolerance::lenient()) else { return };
    let wire = response.to_bytes_in(mode);
    let again = Response::parse_in(&wire, mode, Tolerance::lenient());
    // What is damaged is written as it came, and may be told apart, or framed, in another way.
    let damaged = || format!("{response:?}").contains("Invalid(");
    // Behind a quote that is open, nobody can tell what is in the string.
    if data.iter().filter(|octet| **octet == b'"').count() % 2 == 1 && damaged() {
        return;
    }
    let (again, _) = again.expect("what is written is read");
    assert!(again == response || damaged(), "{again:?} {response:?}");
    if Response::parse_in(&wire, mode, Tolerance::strict()).is_err() {
        return;
    }
    let mut framer = ResponseFramer::new();
    loop {
        match framer.frame(&wire, &LIMITS) {
            Framed::Literal { .. } => framer.accept(),
            Framed::Message { frame, .. } => break assert_eq!(frame.len(), wire.len()),
            other => panic!("{other:?} of {}", wire.escape_ascii()),
        }
    }
}

fuzz_target!(|data: &[u8]| {
    CLIENT.into_iter().for_each(|mode| commands(data, mode));
    SERVER.into_iter().for_each(|mode| responses(data, mode));
});
