//! The arguments of SEARCH, and the program that all searches share.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{InvalidValue, into_owned, wire_api};

use super::charset::Charset;
use super::key::SearchKey;
use super::options::{ReturnOptions, return_options, write_return_options};
use super::tree::SearchKeys;
use crate::token::sp;
use crate::tolerance::Deviation;

/// What a search looks for, and the charset of its texts.
///
/// RFC 9051 section 6.4.4; the same in RFC 5256 (SORT, THREAD), where the charset comes first and is never
/// missing, and in RFC 7377 (ESEARCH).
///
/// # Grammar
/// ```abnf
/// search-program  = ["CHARSET" SP charset SP] search-key *(SP search-key)
/// search-criteria = charset 1*(SP search-key)
/// ```
///
/// # Wire
/// ```text
/// CHARSET UTF-8 UNSEEN SUBJECT "budget"
/// ```
///
/// # Limits
/// Keys are in each other up to 32 deep.
///
/// # Errors
/// `charset`, `search-key`, `SP`, and those of the keys.
///
/// # Example
/// ```
/// use mailwire_imap::family::search::{Charset, SearchKey, SearchProgram};
///
/// let program = SearchProgram::parse(b"CHARSET UTF-8 UNSEEN SUBJECT \"budget\"")?;
/// assert_eq!(program.charset, Some(Charset::UTF_8));
/// assert_eq!(program.keys[0], SearchKey::Unseen);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchProgram<'a> {
    /// The charset of the texts; `None` for ASCII, or for UTF-8 in IMAP4rev2.
    pub charset: Option<Charset<'a>>,
    /// What has to match, all of it.
    pub keys: SearchKeys<'a>,
}

/// The arguments of SEARCH and UID SEARCH.
///
/// RFC 9051 section 6.4.4.
///
/// # Grammar
/// ```abnf
/// search             = "SEARCH" [search-return-opts] SP search-program
/// search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A282 SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"
/// ```
///
/// # Limits
/// Keys are in each other up to 32 deep.
///
/// # Errors
/// Those of the options and of a [`SearchProgram`].
///
/// # Example
/// ```
/// use mailwire_imap::Command;
/// use mailwire_imap::family::search::{Search, SearchKey, SearchKeys};
///
/// let command = Command::parse(b"UID SEARCH RETURN () unseen 1:5")?;
/// let Command::UidSearch(search) = &command else { panic!() };
/// assert!(search.options.as_ref().is_some_and(|options| options.is_empty()));
/// assert_eq!(search.program.keys.len(), 2);
/// assert_eq!(command.to_bytes(), b"UID SEARCH RETURN () UNSEEN 1:5");
///
/// let search = Search::new([SearchKey::Unseen, SearchKey::not(SearchKey::Deleted)?])?;
/// assert_eq!(Command::Search(search).to_bytes(), b"SEARCH UNSEEN NOT DELETED");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search<'a> {
    /// What is to be given back; `None` for the answer SEARCH of IMAP4rev1.
    pub options: Option<ReturnOptions<'a>>,
    /// What is looked for.
    pub program: SearchProgram<'a>,
}

wire_api!(Deviation, crate::Mode: SearchProgram, Search);
into_owned!(struct SearchProgram { charset, keys });
into_owned!(struct Search { options, program });

impl<'a> Wire<'a> for SearchProgram<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, charset) = match strip_prefix_ignore_case(input, b"CHARSET") {
            Some(behind @ [b' ', ..]) => {
                let (rest, ()) = cut(sp(behind, cx))?;
                let (rest, charset) = cut(Charset::parse_part(rest, cx))?;
                let (rest, ()) = cut(sp(rest, cx))?;
                (rest, Some(charset))
            }
            _ => (input, None),
        };
        let (rest, keys) = SearchKey::limited(cx, |cx| SearchKeys::parse_part(rest, cx))?;
        Ok((rest, Self { charset, keys }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(charset) = &self.charset {
            out.keyword("CHARSET ").put(charset).sp();
        }
        out.put(&self.keys);
    }
}

impl<'a> Wire<'a> for Search<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, options) = return_options(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, program) = cut(SearchProgram::parse_part(rest, cx))?;
        Ok((rest, Self { options, program }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        write_return_options(out, self.options.as_ref());
        out.sp().put(&self.program);
    }
}

impl<'a> SearchProgram<'a> {
    /// A search for these keys, in ASCII.
    ///
    /// # Errors
    /// Those of [`SearchKeys::new`].
    pub fn new(keys: impl Into<alloc::vec::Vec<SearchKey<'a>>>) -> Result<Self, InvalidValue> {
        SearchKeys::new(keys).map(|keys| Self { charset: None, keys })
    }

    /// The same search, with texts in this charset.
    #[must_use]
    pub fn with_charset(self, charset: Charset<'a>) -> Self {
        Self { charset: Some(charset), ..self }
    }

    /// `search-criteria`: the charset comes first, without a word before it.
    ///
    /// # Errors
    /// Those of a program.
    pub(crate) fn parse_criteria(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, charset) = Charset::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let keys = SearchKey::limited(cx, |cx| SearchKeys::parse_part(rest, cx));
        let (rest, keys) = cut(keys)?;
        Ok((rest, Self { charset: Some(charset), keys }))
    }

    /// Writes `search-criteria`.
    pub(crate) fn encode_criteria(&self, out: &mut Encoder<'_>) {
        out.put(self.charset.as_ref().unwrap_or(&Charset::US_ASCII)).sp().put(&self.keys);
    }
}

impl<'a> Search<'a> {
    /// A search for these keys, whose result is all numbers.
    ///
    /// # Errors
    /// Those of [`SearchKeys::new`].
    pub fn new(keys: impl Into<alloc::vec::Vec<SearchKey<'a>>>) -> Result<Self, InvalidValue> {
        SearchProgram::new(keys).map(|program| Self { options: None, program })
    }

    /// The same search, with what is to be given back.
    #[must_use]
    pub fn with_options(self, options: ReturnOptions<'a>) -> Self {
        Self { options: Some(options), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::sequence::SequenceSet;
    use crate::family::search::ReturnOption;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn set(set: &'static str) -> SearchKey<'static> {
        SearchKey::Set(SequenceSet::parse(set.as_bytes()).unwrap())
    }

    #[test]
    fn rows() {
        let all = || Search::new([SearchKey::All]).unwrap();
        let utf8 = SearchProgram::new([SearchKey::All]).unwrap().with_charset(Charset::UTF_8);
        let options = ReturnOptions::new([ReturnOption::Min, ReturnOption::Save]);
        check_rows(&[
            (b" ALL", all()),
            (b" CHARSET UTF-8 ALL", Search { options: None, program: utf8.clone() }),
            (b" RETURN () ALL", all().with_options(ReturnOptions::EMPTY)),
            (b" RETURN (MIN SAVE) ALL", all().with_options(options.clone())),
            (
                b" RETURN () CHARSET UTF-8 ALL",
                Search { options: Some(ReturnOptions::EMPTY), program: utf8 },
            ),
            (b" $ 1:5,9 UNSEEN", Search::new([set("$"), set("1:5,9"), SearchKey::Unseen]).unwrap()),
        ]);
        check_rejects::<Search<'_>>(&[
            (b"", "SP", 0),
            (b" ", "search-key", 1),
            (b" RETURN (MIN)", "SP", 13),
            (b" RETURN MIN ALL", "list", 8),
            (b" RETURN", "search-key", 1),
            (b" RETURN (MIN ALL", "list", 16),
            (b" CHARSET", "search-key", 1),
            (b" CHARSET ", "charset", 9),
            (b" CHARSET UTF-8", "SP", 14),
            (b" ALL CHARSET UTF-8", "search-key", 5),
            (b" ALL ", "end", 4),
        ]);
        check_lenient::<Search<'_>>(&[
            (b"  ALL", Deviation::ExtraSpaces, b" ALL"),
            (b" RETURN  (MIN) ALL", Deviation::ExtraSpaces, b" RETURN (MIN) ALL"),
            (b" RETURN ( ) ALL", Deviation::TrailingSpace, b" RETURN () ALL"),
            (b" ALL  UNSEEN", Deviation::ExtraSpaces, b" ALL UNSEEN"),
        ]);
    }
}
