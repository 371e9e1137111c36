//! The example rows of element and family files, checked by the core with the deviations of POP3.

use core::fmt::Debug;

use mailwire_core::parse::Wire;
use mailwire_core::rows;

use crate::tolerance::Deviation;

/// `(bytes, value)`
pub(crate) fn check_rows<'a, T: Wire<'a> + PartialEq + Debug>(rows: &'a [(&'a [u8], T)]) {
    rows::check_rows::<Deviation, T>(0, rows);
}

/// `(bytes, rule, at)`
pub(crate) fn check_rejects<'a, T: Wire<'a> + Debug>(rows: &[(&'a [u8], &'static str, usize)]) {
    rows::check_rejects::<Deviation, T>(0, rows);
}

/// `(bytes, deviation, canonical)`
pub(crate) fn check_lenient<'a, T: Wire<'a> + Debug>(rows: &[(&'a [u8], Deviation, &'a [u8])]) {
    rows::check_lenient::<Deviation, T>(0, rows);
}
