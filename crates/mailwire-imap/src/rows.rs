//! The example rows of element and family files, checked by the core with the deviations of IMAP.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::Debug;

use mailwire_core::encoder::{Encoder, to_bytes_in};
use mailwire_core::parse::{Context, Wire};
use mailwire_core::rows;

use crate::command::Command;
use crate::element::items::{Item, ItemList};
use crate::extension::Need;
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

/// What becomes of some octets when one of them is lost, another stands for it, or one more stands before it.
pub(crate) fn mutations(octets: &[u8]) -> Vec<Vec<u8>> {
    let mut all = alloc::vec![octets.to_vec()];
    for at in 0..octets.len() {
        let (before, behind) = octets.split_at(at);
        all.push([before, &behind[1..]].concat());
        for other in b" ()\\\"{}[]*%019.:-+aANs/\r\n\0\x7f\x80\xff" {
            all.push([before, &[*other], &behind[1..]].concat());
            all.push([before, &[*other], behind].concat());
        }
    }
    all
}

/// `(command, needs)`, the needs as they are shown.
pub(crate) fn check_needs(rows: &[(&str, &[&str])]) {
    for (line, wanted) in rows {
        let command = Command::parse_with(line.as_bytes(), Tolerance::strict());
        let (command, _) = command.unwrap_or_else(|error| panic!("{line}: {error}"));
        let shown = |need: &Need| match need {
            Need::Offered(..) => need.to_string(),
            Need::Enabled(_) => alloc::format!("ENABLE {need}"),
        };
        let needs: Vec<_> = command.needs().iter().map(shown).collect();
        assert_eq!(needs, *wanted, "{line}");
    }
}

/// The short ways of a kind of item agree with the long ones, for one or two of these words in a list:
/// an item that is checked ends where one that is parsed does, or breaks where that does; and a list that
/// is copied is what its items are, written one by one. Lists of `copied` words are indeed copied.
pub(crate) fn check_short_ways<T: Item>(words: &[&str], copied: &[&str]) {
    let pairs = |words: &[_]| -> Vec<_> {
        words.iter().flat_map(|one| words.iter().map(move |two| (*one, *two))).collect()
    };
    for tolerance in [Tolerance::strict(), Tolerance::lenient()] {
        for (one, two) in pairs(words) {
            for wire in [
                alloc::format!("({one} {two})"),
                alloc::format!("({one}  {two})"),
                alloc::format!("({one} )"),
                alloc::format!("({one}{two})"),
            ] {
                check_short_way::<T>(&wire, tolerance);
            }
        }
    }
    for (one, two) in pairs(copied) {
        let wire = alloc::format!("{one} {two}");
        assert!(T::is_written(wire.as_bytes(), 2), "{wire}");
        assert!(!T::is_written(wire.as_bytes(), 1), "{wire}");
    }
}

fn check_short_way<T: Item>(wire: &str, tolerance: Tolerance) {
    let inside = &wire.as_bytes()[1..];
    let (checking, parsing) = (Context::new(tolerance), Context::new(tolerance));
    let checked = T::check_item(inside, &checking).map(|(rest, ())| rest);
    let parsed = T::parse_item(inside, &parsing).map(|(rest, _)| rest);
    assert_eq!(checked, parsed, "{wire}");
    assert_eq!(checking.met::<Deviation>(), parsing.met::<Deviation>(), "{wire}");
    for read in [Mode::REV1, Mode::UTF8] {
        let cx = Context::new(tolerance).with_mode(read.bits());
        let Ok(([], list)) = ItemList::<T>::parse_part(wire.as_bytes(), &cx) else { continue };
        for mode in [Mode::REV1, Mode::UTF8, Mode::LITERAL_PLUS, Mode::SERVER] {
            let (mut short, mut long) = (Vec::new(), Vec::new());
            Encoder::new(&mut short).with_mode(mode.bits()).put(&list);
            let mut out = Encoder::new(&mut long).with_mode(mode.bits());
            out.byte(b'(').separated(b' ', &*list, |out, item| item.encode(out)).byte(b')');
            assert_eq!(short.escape_ascii().to_string(), long.escape_ascii().to_string());
        }
    }
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
