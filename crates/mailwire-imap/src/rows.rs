//! The example rows of element and family files, checked by the core with the deviations of IMAP.

use core::fmt::Debug;

use mailwire_core::parse::Wire;
use mailwire_core::rows;

use crate::Mode;
use crate::tolerance::Deviation;

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
