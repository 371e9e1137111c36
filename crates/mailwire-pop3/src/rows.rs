//! The example rows of element and family files, and how they are checked.

use alloc::vec::Vec;

use core::fmt::Debug;

use mailwire_core::encoder::to_bytes;
use mailwire_core::parse::{Context, Wire, parse_whole};
use mailwire_core::tolerance::Deviation as _;
use mailwire_core::{Deviations, SyntaxError, Tolerance};

use crate::tolerance::Deviation;

/// Parses all of `input`, and tells the deviations met.
pub(crate) fn parse<'a, T: Wire<'a>>(
    input: &'a [u8],
    tolerance: Tolerance<Deviation>,
) -> Result<(T, Deviations<Deviation>), SyntaxError> {
    let cx = Context::new(tolerance);
    parse_whole(input, |input| T::parse_part(input, &cx)).map(|value| (value, cx.met()))
}

/// `(bytes, value)`: strict parsing gives the value, encoding gives the bytes, and no proper prefix
/// panics.
pub(crate) fn check_rows<'a, T: Wire<'a> + PartialEq + Debug>(rows: &'a [(&'a [u8], T)]) {
    for (bytes, value) in rows {
        let shown = bytes.escape_ascii();
        match parse::<T>(bytes, Tolerance::strict()) {
            Ok((parsed, _)) => assert_eq!(&parsed, value, "parsing {shown}"),
            Err(error) => panic!("{}", error.render(bytes)),
        }
        assert_eq!(to_bytes(value).escape_ascii().to_string(), shown.to_string(), "encoding");
        for end in 0..bytes.len() {
            if let Err(error) = parse::<T>(&bytes[..end], Tolerance::lenient()) {
                assert!(error.at <= end && !error.rule.is_empty(), "prefix {end} of {shown}");
            }
        }
    }
}

/// `(bytes, rule, at)`: strict and default parsing fail with that rule at that byte.
pub(crate) fn check_rejects<'a, T: Wire<'a> + Debug>(rows: &[(&'a [u8], &'static str, usize)]) {
    for &(bytes, rule, at) in rows {
        for tolerance in [Tolerance::strict(), Tolerance::default()] {
            match parse::<T>(bytes, tolerance) {
                Ok((value, _)) => panic!("{} was accepted as {value:?}", bytes.escape_ascii()),
                Err(error) => {
                    assert_eq!(error, SyntaxError { rule, at }, "\n{}", error.render(bytes))
                }
            }
        }
    }
}

/// `(bytes, deviation, canonical)`: strict parsing fails, tolerating this one deviation is enough
/// and records it, and the value is written in canonical form.
pub(crate) fn check_lenient<'a, T: Wire<'a> + Debug>(rows: &[(&'a [u8], Deviation, &'a [u8])]) {
    for &(bytes, deviation, canonical) in rows {
        let shown = bytes.escape_ascii();
        let without = Tolerance::lenient().without(deviation);
        if let Ok((value, _)) = parse::<T>(bytes, without) {
            panic!("{shown} needs no {}: {value:?}", deviation.name());
        }
        match parse::<T>(bytes, Tolerance::strict().with(deviation)) {
            Ok((value, met)) => {
                assert_eq!(met.iter().collect::<Vec<_>>(), [deviation], "met by {shown}");
                assert_eq!(
                    to_bytes(&value).escape_ascii().to_string(),
                    canonical.escape_ascii().to_string(),
                    "canonical form of {shown}"
                );
            }
            Err(error) => panic!("{} with {}", error.render(bytes), deviation.name()),
        }
    }
}

use alloc::string::ToString;
