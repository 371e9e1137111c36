//! LANGUAGE and COMPARATOR: the language of texts, and how texts are compared. RFC 5255.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::{into_owned, wire_api};

use crate::Mode;
use crate::element::items::{ItemList, ItemTail};
use crate::element::string::AString;
use crate::token::sp;
use crate::tolerance::Deviation;

/// The arguments of LANGUAGE: the languages that the client wants, the best first, or none to ask for those that
/// there are; sent by the client.
///
/// RFC 5255 section 3.2. `default` stands for what the server prefers.
///
/// # Grammar
/// ```abnf
/// language-cmd = "LANGUAGE" *(SP lang-range-quoted)
/// ```
///
/// # Wire
/// ```text
/// C: A1 LANGUAGE FR-CA EN-CA
/// S: * LANGUAGE (EN)
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `astring`.
///
/// # Example
/// ```
/// use mailwire_imap::Command;
///
/// let Command::Language(ranges) = Command::parse(b"LANGUAGE FR-CA \"default\"")? else { panic!() };
/// assert_eq!(ranges.iter().next().unwrap().as_bytes(), b"FR-CA");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
pub type LanguageRanges<'a> = ItemTail<'a, AString<'static>>;

/// The languages that there are, or the one that was chosen; sent by the server.
///
/// RFC 5255 section 3.3.
///
/// # Grammar
/// ```abnf
/// language-data = "LANGUAGE" SP "(" lang-tag-quoted *(SP lang-tag-quoted) ")"
/// ```
///
/// # Wire
/// ```text
/// S: * LANGUAGE (EN DE IT i-default)
/// ```
pub type LanguageData<'a> = ItemList<'a, AString<'static>>;

/// The arguments of COMPARATOR: the collations that the client wants, the best first, or none to ask for the
/// active one; sent by the client.
///
/// RFC 5255 section 4.7. `*` in a name stands for anything.
///
/// # Grammar
/// ```abnf
/// comparator-cmd = "COMPARATOR" *(SP comp-order-quoted)
/// ```
///
/// # Wire
/// ```text
/// C: A1 COMPARATOR "cz;*" i;basic
/// S: * COMPARATOR i;basic
/// ```
pub type Comparators<'a> = ItemTail<'a, AString<'static>>;

/// The active collation, and those that match what was asked for; sent by the server.
///
/// RFC 5255 section 4.8.
///
/// # Grammar
/// ```abnf
/// comparator-data = "COMPARATOR" SP comp-sel-quoted [SP "(" comp-id-quoted *(SP comp-id-quoted) ")"]
/// ```
///
/// # Wire
/// ```text
/// S: * COMPARATOR i;unicode-casemap (i;ascii-casemap i;octet)
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `astring`, `list`.
///
/// # Example
/// ```
/// use mailwire_imap::family::language::ComparatorData;
///
/// let data = ComparatorData::parse(b"i;basic (i;octet)")?;
/// assert_eq!(data.active.as_bytes(), b"i;basic");
/// assert_eq!(data.matching.unwrap().len(), 1);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparatorData<'a> {
    /// The collation that is used from now on.
    pub active: AString<'a>,
    /// Those that match, where the server tells them.
    pub matching: Option<ItemList<'a, AString<'static>>>,
}

wire_api!(Deviation, Mode: ComparatorData);
into_owned!(struct ComparatorData { active, matching });

impl<'a> Wire<'a> for ComparatorData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, active) = AString::parse_part(input, cx)?;
        match rest {
            [b' ', b'(', ..] => {
                let (rest, ()) = sp(rest, cx)?;
                let (rest, matching) = cut(ItemList::parse_part(rest, cx))?;
                Ok((rest, Self { active, matching: Some(matching) }))
            }
            _ => Ok((rest, Self { active, matching: None })),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.active);
        if let Some(matching) = &self.matching {
            out.sp().put(matching);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};
    use crate::{Command, Data};

    fn words<const N: usize>(words: [&'static str; N]) -> [AString<'static>; N] {
        words.map(|word| AString::new(word).unwrap())
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"LANGUAGE", Command::Language(LanguageRanges::EMPTY)),
            (
                b"LANGUAGE DE default",
                Command::Language(LanguageRanges::new(words(["DE", "default"]))),
            ),
            // An astring can begin with the bracket that ends a code elsewhere.
            (b"LANGUAGE ] a", Command::Language(LanguageRanges::new(words(["]", "a"])))),
            (b"COMPARATOR", Command::Comparator(Comparators::EMPTY)),
            (
                b"COMPARATOR \"cz;*\" i;basic",
                Command::Comparator(Comparators::new(words(["cz;*", "i;basic"]))),
            ),
        ]);
        let [active] = words(["i;basic"]);
        let matching = Some(ItemList::new(words(["i;octet", "i;basic"])));
        check_rows(&[
            (
                b"LANGUAGE (EN i-default)",
                Data::Language(LanguageData::new(words(["EN", "i-default"]))),
            ),
            (
                b"COMPARATOR i;basic",
                Data::Comparator(ComparatorData { active: active.clone(), matching: None }),
            ),
            (
                b"COMPARATOR i;basic (i;octet i;basic)",
                Data::Comparator(ComparatorData { active, matching }),
            ),
        ]);
        check_rejects::<Data<'_>>(&[
            (b"LANGUAGE DE", "list", 9),
            (b"LANGUAGE", "SP", 8),
            (b"COMPARATOR (a)", "astring", 11),
            (b"COMPARATOR a (b", "list", 15),
        ]);
    }
}
