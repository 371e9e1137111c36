//! The laws of every wire type, for property tests: what is built is read back, what is read is
//! written, and no octets make anything panic.

use std::fmt::Debug;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Wire, parse_whole};
use mailwire_core::tolerance::Deviation;
use mailwire_core::{Deviations, IntoOwned, SyntaxError, Tolerance};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What every wire type is.
pub trait Element: Wire<'static> + PartialEq + Debug + Clone + IntoOwned<Owned = Self> {}
impl<T: Wire<'static> + PartialEq + Debug + Clone + IntoOwned<Owned = T>> Element for T {}

/// Parses all of `bytes` in a mode (0 where there are none), and tells the deviations met.
///
/// # Errors
/// Those of the element.
pub fn parse<D: Deviation, T: Wire<'static>>(
    mode: u32,
    bytes: &[u8],
    tolerance: Tolerance<D>,
) -> Result<(T, Deviations<D>), SyntaxError> {
    // Values that borrow are compared with values that are built, so the octets must live on.
    let bytes: &'static [u8] = Vec::leak(bytes.to_vec());
    let cx = Context::new(tolerance).with_mode(mode);
    parse_whole(bytes, |input| T::parse_part(input, &cx)).map(|value| (value, cx.met()))
}

fn encoded(mode: u32, value: &impl Wire<'static>) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut Encoder::new(&mut out).with_mode(mode));
    out
}

/// A value that was built is one line, and [reads back](reads_back). Its beginnings are refused within
/// their octets, or are values.
///
/// # Errors
/// The law that it breaks.
pub fn built<D: Deviation, T: Element>(
    mode: u32,
    value: &T,
    tolerance: Tolerance<D>,
) -> Result<(), TestCaseError> {
    let bytes = encoded(mode, value);
    let text = bytes.strip_suffix(b"\r\n").unwrap_or(&bytes);
    let inside = text.iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0));
    prop_assert_eq!(inside, None, "{}", bytes.escape_ascii());
    reads_back(mode, value, tolerance)?;
    for end in 0..bytes.len() {
        if let Err(error) = parse::<D, T>(mode, &bytes[..end], Tolerance::lenient()) {
            prop_assert!(error.at <= end && !error.rule.is_empty());
        }
    }
    Ok(())
}

/// What a value is written as is read as the same value, and written as the same octets.
///
/// # Errors
/// The law that it breaks.
pub fn reads_back<D: Deviation, T: Element>(
    mode: u32,
    value: &T,
    tolerance: Tolerance<D>,
) -> Result<(), TestCaseError> {
    let bytes = encoded(mode, value);
    match parse::<D, T>(mode, &bytes, tolerance) {
        Ok((read, met)) => {
            prop_assert_eq!(&read, value, "{}", bytes.escape_ascii());
            prop_assert_eq!(&read.clone().into_owned(), value);
            prop_assert!(met.iter().all(|one| tolerance.allowed().contains(one)), "{:?}", met);
            let again = encoded(mode, &read).escape_ascii().to_string();
            prop_assert_eq!(again, bytes.escape_ascii().to_string());
            Ok(())
        }
        Err(error) => Err(TestCaseError::fail(format!("{}\n{value:?}", error.render(&bytes)))),
    }
}

/// Any octets are refused within them, or are a value that is written and read as the same. Strictly
/// parsed ones hold no deviation.
///
/// # Errors
/// The law that they break.
pub fn any_octets<D: Deviation, T: Element>(mode: u32, bytes: &[u8]) -> Result<(), TestCaseError> {
    any_octets_with::<D, T>(mode, bytes, T::eq)
}

/// The same, for a type with values that cannot be written as they were read: `same` compares what is
/// read again with what was read.
///
/// # Errors
/// The law that they break.
pub fn any_octets_with<D: Deviation, T: Element>(
    mode: u32,
    bytes: &[u8],
    same: fn(&T, &T) -> bool,
) -> Result<(), TestCaseError> {
    for tolerance in [Tolerance::<D>::strict(), Tolerance::default(), Tolerance::lenient()] {
        match parse::<D, T>(mode, bytes, tolerance) {
            Err(error) => {
                prop_assert!(error.at <= bytes.len() && !error.rule.is_empty(), "{:?}", error);
            }
            Ok((value, met)) => {
                prop_assert!(met.iter().all(|one| tolerance.allowed().contains(one)), "{:?}", met);
                let written = encoded(mode, &value);
                match parse::<D, T>(mode, &written, Tolerance::lenient()) {
                    Ok((again, _)) => {
                        prop_assert!(same(&again, &value), "{:?} {:?}", again, value);
                        let again = encoded(mode, &again).escape_ascii().to_string();
                        prop_assert_eq!(again, written.escape_ascii().to_string());
                    }
                    Err(error) => {
                        let shown = error.render(&written).to_string();
                        let from = bytes.escape_ascii();
                        return Err(TestCaseError::fail(format!("{shown}\nfrom {from}")));
                    }
                }
                prop_assert_eq!(&value.clone().into_owned(), &value);
            }
        }
    }
    Ok(())
}

/// Legal bytes with an octet changed, left out or put in, or with a blank more. `specials` are octets
/// that mean something in the grammar.
pub fn mutated(legal: BoxedStrategy<Vec<u8>>, specials: &'static [u8]) -> BoxedStrategy<Vec<u8>> {
    let octet = prop_oneof![select(specials), any::<u8>()];
    (legal, any::<Index>(), octet, 0..4)
        .prop_map(|(mut bytes, at, octet, how)| {
            if bytes.is_empty() {
                return vec![octet];
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = octet,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, octet),
                // Blanks where one is.
                _ => {
                    if let Some(at) = bytes.iter().position(|&byte| byte == b' ') {
                        bytes.insert(at, b' ');
                    }
                }
            }
            bytes
        })
        .boxed()
}
