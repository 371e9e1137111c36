//! What SEARCH and SORT find: the answers of those names.

use alloc::boxed::Box;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::{byte, strip_prefix_ignore_case};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use super::damage::Damage;
use crate::element::invalid::Invalid;
use crate::element::mod_seq::ModSeq;
use crate::element::numbers::Numbers;
use crate::token::sp;
use crate::tolerance::Deviation;

/// The numbers that SEARCH or SORT found, and the highest modification sequence among their messages.
///
/// RFC 3501 section 7.2.5, RFC 5256 section 4, RFC 7162 section 3.1.5. IMAP4rev2 has
/// [`EsearchData`](super::EsearchData) in its place.
///
/// # Grammar
/// ```abnf
/// mailbox-data        =/ "SEARCH" [1*(SP nz-number) SP search-sort-mod-seq]
/// sort-data           = "SORT" [1*(SP nz-number) SP search-sort-mod-seq]
/// search-sort-mod-seq = "(" "MODSEQ" SP mod-sequence-value ")"
/// ```
/// The numbers may stand without a modification sequence, as in RFC 3501. Deviations:
/// [`ModSeqOfNothing`](Deviation::ModSeqOfNothing), those of [`Numbers`], and at the end of the line
/// [`TrailingSpace`](Deviation::TrailingSpace). A word that is no number costs itself by
/// [`InvalidItem`](Deviation::InvalidItem), a broken modification sequence what follows its parenthesis:
/// they are in [`invalid`](SearchData::invalid).
///
/// # Wire
/// ```text
/// S: * SEARCH 2 5 6 7 11 12 18 19 20 23 (MODSEQ 917162500)
/// S: * SORT 5 3 4 1 2
/// S: * SEARCH
/// ```
///
/// # Limits
/// Numbers have 32 bits.
///
/// # Errors
/// Strictly: `nz-number`, `search-sort-mod-seq`, `mod-sequence-value`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::{Data, Response};
///
/// let response = Response::parse(b"* SEARCH 2 84 882 (MODSEQ 9)\r\n")?;
/// let Response::Data(Data::Search(found)) = &response else { panic!() };
/// assert_eq!(found.numbers().iter().map(|number| number.get()).collect::<Vec<_>>(), [2, 84, 882]);
/// assert_eq!(found.mod_seq().unwrap().get(), 9);
/// assert_eq!(response.to_bytes(), b"* SEARCH 2 84 882 (MODSEQ 9)\r\n");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchData<'a> {
    numbers: Numbers<'a>,
    mod_seq: Option<ModSeq>,
    damage: Option<Box<Damage<'a>>>,
}

wire_api!(Deviation, crate::Mode: SearchData);
into_owned!(struct SearchData { numbers, mod_seq, damage });

impl<'a> Wire<'a> for SearchData<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Self::parse_whole(input, cx) {
            Ok((rest @ ([] | [b'\r' | b'\n', ..]), data)) => Ok((rest, data)),
            other => Self::contained(input, cx, other),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match &self.damage {
            Some(damage) => damage.encode(out.sp()),
            None if self.numbers.is_empty() => {}
            None => drop(out.sp().put(&self.numbers)),
        }
        if let Some(mod_seq) = &self.mod_seq {
            out.keyword(" (MODSEQ ").put(mod_seq).byte(b')');
        }
    }
}

/// `search-sort-mod-seq`
pub(super) fn mod_seq<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ModSeq> {
    const RULE: &str = "search-sort-mod-seq";
    let (word, ()) = byte(input, b'(', RULE)?;
    let Some(rest) = strip_prefix_ignore_case(word, b"MODSEQ") else {
        return Err(stop(word, RULE));
    };
    let (rest, ()) = cut(sp(rest, cx))?;
    let (rest, value) = cut(ModSeq::parse_positive(rest, cx))?;
    crate::token::close(rest, cx, RULE).map(|(rest, ())| (rest, value))
}

impl<'a> SearchData<'a> {
    /// What keeps to the grammar.
    #[inline]
    fn parse_whole(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, numbers) = Numbers::parse_behind_spaces(input, cx)?;
        let next = rest.iter().find(|octet| **octet != b' ');
        if rest.first() != Some(&b' ') || next != Some(&b'(') {
            return Ok((rest, Self { numbers, ..Self::default() }));
        }
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, mod_seq) = mod_seq(at, cx)?;
        let nothing = numbers.is_empty();
        if nothing && !cx.tolerate(Deviation::ModSeqOfNothing) {
            return Err(stop(at, "search-sort-mod-seq"));
        }
        Ok((rest, Self { numbers, mod_seq: (!nothing).then_some(mod_seq), damage: None }))
    }

    /// What does not end with the line: blanks there are the line's, the rest is damage.
    #[cold]
    fn contained(input: &'a [u8], cx: &Context, result: PResult<'a, Self>) -> PResult<'a, Self> {
        let is_blank = |rest: &[u8]| {
            let behind = rest.iter().find(|octet| **octet != b' ');
            matches!(behind, None | Some(b'\r' | b'\n'))
        };
        match &result {
            Ok((rest, _)) if is_blank(rest) => return result,
            _ if input.first() != Some(&b' ') || !cx.tolerate(Deviation::InvalidItem) => {
                return result;
            }
            _ => {}
        }
        let (rest, (damage, numbers, mod_seq)) = Damage::parse(input, cx)?;
        Ok((rest, Self { numbers, mod_seq, damage: Some(Box::new(damage)) }))
    }

    /// What stands among the numbers and is none, or a modification sequence that is broken. The numbers
    /// are then perhaps not all that were found.
    pub fn invalid(&self) -> impl Iterator<Item = Invalid<'_>> {
        self.damage.iter().flat_map(|damage| damage.words())
    }

    /// These numbers, and the highest modification sequence among their messages.
    ///
    /// # Errors
    /// [`InvalidValue`] for a modification sequence of no message, and for one that is 0.
    pub fn new(numbers: Numbers<'a>, mod_seq: Option<ModSeq>) -> Result<Self, InvalidValue> {
        if mod_seq.is_some() && numbers.is_empty() || mod_seq == Some(ModSeq::ZERO) {
            return Err(InvalidValue { what: "search-sort-mod-seq", at: 0 });
        }
        Ok(Self { numbers, mod_seq, damage: None })
    }

    /// The numbers, in the order in which the server gave them.
    #[must_use]
    pub const fn numbers(&self) -> &Numbers<'a> {
        &self.numbers
    }

    /// The highest modification sequence among the messages, where the search asked for one.
    #[must_use]
    pub const fn mod_seq(&self) -> Option<ModSeq> {
        self.mod_seq
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_lenient_uncontained, check_rejects, check_rows};
    use crate::{Data, Response, SyntaxError, Tolerance};
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    fn found(numbers: &[u32], mod_seq: Option<u64>) -> SearchData<'static> {
        let numbers = Numbers::from_numbers(numbers.iter().copied()).unwrap();
        SearchData::new(numbers, mod_seq.map(|value| ModSeq::new(value).unwrap())).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"", found(&[], None)),
            (b" 2 84 882", found(&[2, 84, 882], None)),
            (b" 5 3 (MODSEQ 917162500)", found(&[5, 3], Some(917_162_500))),
        ]);
        for (wire, rule, at) in [
            (&b" 1 2x"[..], "end", 4),
            (b" 1 (MODSEQ)", "SP", 10),
            (b" 1 (MODSEQ x)", "mod-sequence-value", 11),
            (b" 1 (MODSEQ 5", "search-sort-mod-seq", 12),
            (b" 1 (UID 5)", "search-sort-mod-seq", 4),
            (b" 1 4294967296", "nz-number", 3),
            (b" x", "end", 0),
        ] {
            let lenient = Tolerance::lenient().without(Deviation::InvalidItem);
            for tolerance in [Tolerance::strict(), lenient] {
                let error = SearchData::parse_with(wire, tolerance).unwrap_err();
                assert_eq!(error, SyntaxError { rule, at }, "{}", wire.escape_ascii());
            }
        }
        check_rejects::<SearchData<'_>>(&[(b"1 2", "end", 0), (b"x", "end", 0)]);
        check_lenient::<SearchData<'_>>(&[(b" 1 2x", Deviation::InvalidItem, b" 1 2x")]);
        check_lenient_uncontained::<SearchData<'_>>(&[
            (b" (MODSEQ 5)", Deviation::ModSeqOfNothing, b""),
            (b" 1 (MODSEQ 0)", Deviation::ZeroNumber, b" 1 (MODSEQ 0)"),
            (b" 0 7", Deviation::ZeroNumber, b" 7"),
            (b"  1 2", Deviation::ExtraSpaces, b" 1 2"),
            (b" 1  (MODSEQ 5)", Deviation::ExtraSpaces, b" 1 (MODSEQ 5)"),
            (b" 1 (MODSEQ 5 )", Deviation::TrailingSpace, b" 1 (MODSEQ 5)"),
        ]);
        assert!(SearchData::new(Numbers::EMPTY, Some(ModSeq::new(1).unwrap())).is_err());
    }

    #[test]
    fn damage_costs_what_is_damaged() {
        for (wire, numbers, mod_seq, invalid) in [
            (&b" 1 2x 3"[..], &[1, 3][..], None, &[("2x", 1)][..]),
            (b" x", &[], None, &[("x", 0)]),
            (b" -1 7 4294967296 01 9", &[7, 9], None, {
                &[("-1", 0), ("4294967296", 0), ("01", 0)]
            }),
            (b" 1,2 3 (MODSEQ 9)", &[3], Some(9), &[("1,2", 1)]),
            (b" 1 2 (MODSEQ x) 3", &[1, 2], None, &[("(MODSEQ x) 3", 8)]),
            (b" 1 2 (MODSEQ 5) 3", &[1, 2], None, &[("(MODSEQ 5) 3", 10)]),
            (b" 1 (2 3", &[1], None, &[("(2 3", 1)]),
            (b" x (MODSEQ 9)", &[], None, &[("x", 0), ("(MODSEQ 9)", 0)]),
            (b" 5 \xff\0 6", &[5, 6], None, &[("\u{fffd}\0", 0)]),
        ] {
            let (found, met) = SearchData::parse_with(wire, Tolerance::default()).unwrap();
            let shown = wire.escape_ascii();
            assert!(met.contains(Deviation::InvalidItem), "{shown}");
            let read: Vec<_> = found.numbers().iter().map(|number| number.get()).collect();
            assert_eq!((read.as_slice(), found.mod_seq().map(ModSeq::get)), (numbers, mod_seq));
            let text = |one: &Invalid<'_>| String::from_utf8_lossy(one.as_bytes()).into_owned();
            let words: Vec<_> = found.invalid().map(|one| (text(&one), one.error().at)).collect();
            let expected: Vec<_> = invalid.iter().map(|(text, at)| ((*text).into(), *at)).collect();
            assert_eq!(words, expected, "{shown}");
            assert_eq!(found.to_bytes().escape_ascii().to_string(), shown.to_string());
            assert_eq!(SearchData::parse(&found.to_bytes()).unwrap(), found);
            assert_eq!(found.clone().into_owned(), found);
        }
        let found = SearchData::parse(b" 0 x  3 ").unwrap_err();
        assert_eq!(found, SyntaxError { rule: "end", at: 7 });
        let line = b"* SORT 0 x  3 \r\n";
        let (response, met) = Response::parse_with(line, Tolerance::default()).unwrap();
        assert_eq!(response.to_bytes(), b"* SORT 0 x  3\r\n");
        for deviation in [Deviation::ZeroNumber, Deviation::ExtraSpaces, Deviation::TrailingSpace] {
            assert!(met.contains(deviation));
        }
    }

    /// Each word is looked at once, and damage costs memory of the order of its octets.
    #[test]
    fn damage_takes_linear_time() {
        for word in [&b" x"[..], b" 1 (", b" \"", b" 1 2,", b" 4294967296"] {
            let wire = word.repeat(1_000_000);
            assert!(SearchData::parse(&wire).unwrap().invalid().next().is_some());
        }
    }

    #[test]
    fn lines() {
        check_rows(&[
            (b"* SEARCH\r\n", Response::Data(Data::Search(found(&[], None)))),
            (b"* SORT 5 3 4\r\n", Response::Data(Data::Sort(found(&[5, 3, 4], None)))),
        ]);
        check_lenient::<Response<'_>>(&[
            (b"* SEARCH \r\n", Deviation::TrailingSpace, b"* SEARCH\r\n"),
            (b"* SEARCH 1 2 \r\n", Deviation::TrailingSpace, b"* SEARCH 1 2\r\n"),
            (b"* SORT  \r\n", Deviation::TrailingSpace, b"* SORT\r\n"),
        ]);
    }
}
