//! The example rows of element and family files, checked by the core with the deviations of IMAP.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::Debug;

use mailwire_core::encoder::to_bytes_in;
use mailwire_core::parse::Wire;
use mailwire_core::rows;

use crate::tolerance::Deviation;
use crate::{Mode, Tolerance};

/// `(bytes, value)`, in IMAP4rev1 without extensions.
pub(crate) fn check_rows<'a, T: Wire<'a> + PartialEq + Debug>(rows: &'a [(&'a [u8], T)]) {
    check_rows_in(Mode::REV1, rows);
}

/// `(bytes, value)`, in another mode.
pub(crate) fn check_rows_in<'a, T: Wire<'a> + PartialEq + Debug>(
    mode: Mode,
    rows: &'a [(&'a [u8], T)],
) {
    rows::check_rows::<Deviation, T>(mode.bits(), rows);
}

/// `(bytes, rule, at)`
pub(crate) fn check_rejects<'a, T: Wire<'a> + Debug>(rows: &[(&'a [u8], &'static str, usize)]) {
    check_rejects_in::<T>(Mode::REV1, rows);
}

/// `(bytes, rule, at)`, in another mode.
pub(crate) fn check_rejects_in<'a, T: Wire<'a> + Debug>(
    mode: Mode,
    rows: &[(&'a [u8], &'static str, usize)],
) {
    rows::check_rejects::<Deviation, T>(mode.bits(), rows);
}

/// `(bytes, deviation, canonical)`
pub(crate) fn check_lenient<'a, T: Wire<'a> + Debug>(rows: &[(&'a [u8], Deviation, &'a [u8])]) {
    check_lenient_in::<T>(Mode::REV1, rows);
}

/// `(bytes, deviation, canonical)`, in another mode.
pub(crate) fn check_lenient_in<'a, T: Wire<'a> + Debug>(
    mode: Mode,
    rows: &[(&'a [u8], Deviation, &'a [u8])],
) {
    rows::check_lenient::<Deviation, T>(mode.bits(), rows);
}

/// `(bytes, deviation, canonical)` where damage is contained: without the deviation it takes
/// [`InvalidItem`](Deviation::InvalidItem) to read the bytes.
pub(crate) fn check_lenient_uncontained<'a, T: Wire<'a> + Debug>(
    rows: &[(&'a [u8], Deviation, &'a [u8])],
) {
    let mode = Mode::SERVER.bits();
    for &(bytes, deviation, canonical) in rows {
        let parse = |tolerance| rows::parse::<Deviation, T>(mode, bytes, tolerance);
        let shown = bytes.escape_ascii();
        let others = Tolerance::lenient().without(deviation).without(Deviation::InvalidItem);
        assert!(parse(others).is_err(), "{shown} needs no {deviation:?}");
        let (value, met) = parse(Tolerance::strict().with(deviation)).unwrap();
        assert_eq!(met.iter().collect::<Vec<_>>(), [deviation], "{shown}");
        let written = to_bytes_in(&value, mode);
        assert_eq!(written.escape_ascii().to_string(), canonical.escape_ascii().to_string());
    }
}

/// A value is written, and read again as the grammar has it: it is the same, also when it owns its octets.
macro_rules! check_roundtrip {
    ($type:ident: $value:expr) => {{
        let value = &$value;
        let bytes = value.to_bytes();
        match $type::parse_with(&bytes, crate::Tolerance::strict()) {
            Ok((parsed, _)) => assert_eq!(&parsed, value),
            Err(error) => panic!("{}", error.render(&bytes)),
        }
        assert_eq!(&mailwire_core::IntoOwned::into_owned(value.clone()), value);
    }};
}

pub(crate) use check_roundtrip;
