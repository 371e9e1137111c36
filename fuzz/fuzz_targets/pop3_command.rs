//! A POP3 command line: parsing does not panic, what strict parsing takes every other tolerance takes
//! as the same value, and what was taken is written and read again as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_pop3::{Command, Tolerance};

fuzz_target!(|data: &[u8]| {
    let strict = Command::parse_with(data, Tolerance::strict());
    for tolerance in [Tolerance::default(), Tolerance::lenient()] {
        match (Command::parse_with(data, tolerance), &strict) {
            (Ok((value, met)), Ok((same, none))) => {
                assert_eq!(&value, same);
                assert!(met.is_empty() && none.is_empty());
            }
            (Ok((value, met)), Err(_)) => {
                assert!(!met.is_empty(), "tolerated without a record");
                let wire = value.to_bytes();
                let again = Command::parse_with(&wire, Tolerance::lenient());
                assert_eq!(again.expect("what is written is read").0, value);
            }
            (Err(error), Ok(_)) => panic!("strict takes what {tolerance:?} refuses: {error}"),
            (Err(error), Err(_)) => {
                assert!(error.at <= data.len() && !error.rule.is_empty());
                let _ = error.render(data).to_string();
            }
        }
    }
    if let Ok((command, _)) = strict {
        // A strict line has one line end, at its end.
        assert_eq!(data.iter().position(|&byte| byte == b'\n'), Some(data.len() - 1));
        let wire = command.to_bytes();
        assert_eq!(Command::parse(&wire).expect("what is written is read"), command);
        assert_eq!(command.clone().into_owned(), command);
    }
});
