//! What lenient parsing takes is written in a form that strict tolerance for the same values takes
//! again, as the same value; writing it once more changes nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_smtp::{Command, Tolerance};

fuzz_target!(|data: &[u8]| {
    let Ok((command, _)) = Command::parse_with(data, Tolerance::lenient()) else { return };
    let wire = command.to_bytes();
    // One line, whatever came in: nothing can be smuggled through a value.
    assert!(wire.ends_with(b"\r\n"));
    assert!(!wire[..wire.len() - 2].iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
    match Command::parse_with(&wire, Tolerance::lenient()) {
        Ok((again, _)) => {
            assert_eq!(again, command);
            assert_eq!(again.to_bytes(), wire);
        }
        Err(error) => panic!("{}", error.render(&wire)),
    }
});
