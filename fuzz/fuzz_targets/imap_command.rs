//! Commands, as a server reads them: parsing does not panic, and what was taken is written, read again as
//! the same value and written as the same octets, in each mode.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_imap::{Mode, TaggedCommand, Tolerance};

const MODES: [Mode; 3] =
    [Mode::REV1, Mode::UTF8.with(Mode::BINARY), Mode::LITERAL_PLUS.with(Mode::UTF8)];

fuzz_target!(|data: &[u8]| {
    for mode in MODES {
        for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
            match TaggedCommand::parse_in(data, mode, tolerance) {
                Ok((command, met)) => {
                    assert!(met.iter().all(|one| tolerance.allowed().contains(one)));
                    let wire = command.to_bytes_in(mode);
                    let again = TaggedCommand::parse_in(&wire, mode, tolerance);
                    let (again, _) = again.expect("what is written is read");
                    assert_eq!(again, command);
                    assert_eq!(again.to_bytes_in(mode), wire);
                    let _ = format!("{command:?}");
                }
                Err(error) => assert!(error.at <= data.len() && !error.rule.is_empty()),
            }
        }
    }
});
