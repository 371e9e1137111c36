//! What SEARCH and SORT find: the answers of those names.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::{byte, strip_prefix_ignore_case};
use mailwire_core::{InvalidValue, into_owned, wire_api};

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
/// [`TrailingSpace`](Deviation::TrailingSpace).
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
/// `nz-number`, `search-sort-mod-seq`, `mod-sequence-value`, `SP`.
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
}

wire_api!(Deviation, crate::Mode: SearchData);
into_owned!(struct SearchData { numbers, mod_seq });

impl<'a> Wire<'a> for SearchData<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, numbers) = Numbers::parse_behind_spaces(input, cx)?;
        let next = rest.iter().find(|octet| **octet != b' ');
        if rest.first() != Some(&b' ') || next != Some(&b'(') {
            return Ok((rest, Self { numbers, mod_seq: None }));
        }
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, mod_seq) = mod_seq(at, cx)?;
        let nothing = numbers.is_empty();
        if nothing && !cx.tolerate(Deviation::ModSeqOfNothing) {
            return Err(stop(at, "search-sort-mod-seq"));
        }
        Ok((rest, Self { numbers, mod_seq: (!nothing).then_some(mod_seq) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if !self.numbers.is_empty() {
            out.sp().put(&self.numbers);
        }
        if let Some(mod_seq) = &self.mod_seq {
            out.keyword(" (MODSEQ ").put(mod_seq).byte(b')');
        }
    }
}

/// `search-sort-mod-seq`
fn mod_seq<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ModSeq> {
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
    /// These numbers, and the highest modification sequence among their messages.
    ///
    /// # Errors
    /// [`InvalidValue`] for a modification sequence of no message, and for one that is 0.
    pub fn new(numbers: Numbers<'a>, mod_seq: Option<ModSeq>) -> Result<Self, InvalidValue> {
        if mod_seq.is_some() && numbers.is_empty() || mod_seq == Some(ModSeq::ZERO) {
            return Err(InvalidValue { what: "search-sort-mod-seq", at: 0 });
        }
        Ok(Self { numbers, mod_seq })
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
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::{Data, Response};

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
        check_rejects::<SearchData<'_>>(&[
            (b" 1 2x", "end", 4),
            (b" 1 (MODSEQ)", "SP", 10),
            (b" 1 (MODSEQ x)", "mod-sequence-value", 11),
            (b" 1 (MODSEQ 5", "search-sort-mod-seq", 12),
            (b" 1 (UID 5)", "search-sort-mod-seq", 4),
            (b" 1 4294967296", "nz-number", 3),
        ]);
        check_lenient::<SearchData<'_>>(&[
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
