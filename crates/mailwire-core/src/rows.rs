//! How the example rows of element and family files are checked. Only for the tests of the protocol
//! crates, behind the feature `rows`.

// A row that does not hold is a test that fails.
#![allow(clippy::panic, clippy::missing_panics_doc)]

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::encoder::Encoder;
use crate::parse::{Context, Wire, parse_whole};
use crate::tolerance::Deviation;
use crate::{Deviations, SyntaxError, Tolerance};

/// Parses all of `input` in a mode, and tells the deviations met.
///
/// # Errors
/// Those of the element.
pub fn parse<'a, D: Deviation, T: Wire<'a>>(
    mode: u32,
    input: &'a [u8],
    tolerance: Tolerance<D>,
) -> Result<(T, Deviations<D>), SyntaxError> {
    let cx = Context::new(tolerance).with_mode(mode);
    parse_whole(input, |input| T::parse_part(input, &cx)).map(|value| (value, cx.met()))
}

/// The wire form of an element in a mode, readable.
fn encoded<'a>(mode: u32, value: &impl Wire<'a>) -> alloc::string::String {
    let mut out = Vec::new();
    value.encode(&mut Encoder::new(&mut out).with_mode(mode));
    out.escape_ascii().to_string()
}

/// `(bytes, value)`: strict parsing gives the value, encoding gives the bytes, and every proper prefix
/// is parsed without a panic, and refused within its octets.
pub fn check_rows<'a, D: Deviation, T: Wire<'a> + PartialEq + Debug>(
    mode: u32,
    rows: &'a [(&'a [u8], T)],
) {
    for (bytes, value) in rows {
        let shown = bytes.escape_ascii().to_string();
        match parse::<D, T>(mode, bytes, Tolerance::strict()) {
            Ok((parsed, _)) => assert_eq!(&parsed, value, "parsing {shown}"),
            Err(error) => panic!("{}", error.render(bytes)),
        }
        assert_eq!(encoded(mode, value), shown, "encoding");
        for end in 0..bytes.len() {
            let prefix = bytes.get(..end).unwrap_or_default();
            if let Err(error) = parse::<D, T>(mode, prefix, Tolerance::lenient()) {
                assert!(error.at <= end && !error.rule.is_empty(), "prefix {end} of {shown}");
            }
        }
    }
}

/// `(bytes, rule, at)`: strict and default parsing fail with that rule at that byte.
pub fn check_rejects<'a, D: Deviation, T: Wire<'a> + Debug>(
    mode: u32,
    rows: &[(&'a [u8], &'static str, usize)],
) {
    for &(bytes, rule, at) in rows {
        for tolerance in [Tolerance::<D>::strict(), Tolerance::default()] {
            match parse::<D, T>(mode, bytes, tolerance) {
                Ok((value, _)) => panic!("{} was accepted as {value:?}", bytes.escape_ascii()),
                Err(error) => {
                    assert_eq!(error, SyntaxError { rule, at }, "\n{}", error.render(bytes));
                }
            }
        }
    }
}

/// `(bytes, deviation, canonical)`: no other tolerance is enough, tolerating this one deviation is and
/// records it, and the value is written in canonical form.
pub fn check_lenient<'a, D: Deviation, T: Wire<'a> + Debug>(
    mode: u32,
    rows: &[(&'a [u8], D, &'a [u8])],
) {
    for &(bytes, deviation, canonical) in rows {
        let shown = bytes.escape_ascii();
        let without = Tolerance::lenient().without(deviation);
        if let Ok((value, _)) = parse::<D, T>(mode, bytes, without) {
            panic!("{shown} needs no {}: {value:?}", deviation.name());
        }
        match parse::<D, T>(mode, bytes, Tolerance::strict().with(deviation)) {
            Ok((value, met)) => {
                assert_eq!(met.iter().collect::<Vec<_>>(), [deviation], "met by {shown}");
                let expected = canonical.escape_ascii().to_string();
                assert_eq!(encoded(mode, &value), expected, "canonical form of {shown}");
            }
            Err(error) => panic!("{} with {}", error.render(bytes), deviation.name()),
        }
    }
}
