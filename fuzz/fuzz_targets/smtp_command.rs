//! A command line: parsing does not panic, places are inside the frame, and what strict parsing
//! takes every other tolerance takes as the same value, without a deviation.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_smtp::{Command, Tolerance};

fuzz_target!(|data: &[u8]| {
    let strict = Command::parse_with(data, Tolerance::strict());
    for tolerance in [Tolerance::default(), Tolerance::lenient()] {
        match (Command::parse_with(data, tolerance), &strict) {
            (Ok((value, met)), Ok((same, none))) => {
                assert_eq!(&value, same);
                assert!(met.is_empty() && none.is_empty());
            }
            (Ok((_, met)), Err(_)) => assert!(!met.is_empty(), "tolerated without a record"),
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
        assert_eq!(command.clone().into_owned(), command);
    }
});
