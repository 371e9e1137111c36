//! Damage among the numbers of SEARCH and SORT.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::into_owned;
use mailwire_core::parse::{Context, Fail};

use super::result::mod_seq;
use crate::element::invalid::Invalid;
use crate::element::mod_seq::ModSeq;
use crate::element::numbers::Numbers;
use crate::token::digits;
use crate::tolerance::Deviation;

/// Numbers among which words stand that are none, as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Damage<'a> {
    /// All words behind the first space, without a modification sequence that is read.
    wire: Cow<'a, [u8]>,
    /// The words that are no numbers.
    words: Vec<Invalid<'a>>,
}

into_owned!(@impl Damage, self => {
    Damage {
        wire: Cow::Owned(self.wire.into_owned()),
        words: mailwire_core::IntoOwned::into_owned(self.words),
    }
});

/// The damage, the numbers in it, and the modification sequence behind it.
type Parts<'a> = (Damage<'a>, Numbers<'a>, Option<ModSeq>);

impl<'a> Damage<'a> {
    /// Words up to the end of the line; blanks before that are left for it.
    pub(super) fn parse(input: &'a [u8], cx: &Context) -> (&'a [u8], Parts<'a>) {
        let end = memchr::memchr2(b'\r', b'\n', input).unwrap_or(input.len());
        let text = without_blanks(input.split_at(end).0);
        let wire = text.get(1..).unwrap_or_default();
        let (mut rest, mut words, mut numbers, mut seq) = (wire, Vec::new(), Vec::new(), None);
        // Where the words end that are kept as they came.
        let mut kept = wire.len();
        while !rest.is_empty() {
            let blanks = rest.iter().take_while(|octet| **octet == b' ').count();
            if blanks > 0 {
                if blanks > 1 || rest.len() == wire.len() {
                    let _ = cx.tolerate(Deviation::ExtraSpaces);
                }
                rest = rest.get(blanks..).unwrap_or_default();
                continue;
            }
            // A list is the modification sequence, or nothing that can be told from what follows it.
            let list = rest.first() == Some(&b'(');
            let len = if list { None } else { memchr::memchr(b' ', rest) };
            let (word, next) = rest.split_at(len.unwrap_or(rest.len()));
            let fail = if list {
                match mod_seq(rest, cx) {
                    Ok(([], value)) if !numbers.is_empty() => {
                        seq = Some(value);
                        kept = wire.len().saturating_sub(rest.len());
                        break;
                    }
                    Ok((behind, _)) if !behind.is_empty() => {
                        Fail { left: behind.len(), rule: "SP" }
                    }
                    Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => fail,
                    _ => Fail { left: rest.len(), rule: "search-sort-mod-seq" },
                }
            } else {
                match number(word) {
                    Ok(number) => match NonZeroU32::new(number) {
                        Some(number) => {
                            numbers.push(number);
                            rest = next;
                            continue;
                        }
                        None if cx.tolerate(Deviation::ZeroNumber) => {
                            rest = next;
                            continue;
                        }
                        None => Fail { left: rest.len(), rule: "nz-number" },
                    },
                    Err(at) => Fail { left: rest.len().saturating_sub(at), rule: "nz-number" },
                }
            };
            words.push(Invalid::met(word, next, fail));
            rest = next;
        }
        let wire = without_blanks(wire.split_at(kept).0);
        let damage = Self { wire: Cow::Borrowed(wire), words };
        (input.split_at(text.len()).1, (damage, Numbers::new(numbers), seq))
    }

    /// The words that are no numbers, in their order.
    pub(super) fn words(&self) -> &[Invalid<'a>] {
        &self.words
    }

    pub(super) fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(&self.wire);
    }
}

fn without_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().rev().take_while(|octet| **octet == b' ').count();
    text.split_at(text.len() - blanks).0
}

/// A number without leading zeros, or where the word ceases to be one.
fn number(word: &[u8]) -> Result<u32, usize> {
    let (number, octets) = digits(word);
    let number = number.and_then(|number| u32::try_from(number).ok());
    match number {
        Some(number) if octets == word.len() && (octets == 1 || word.first() != Some(&b'0')) => {
            Ok(number)
        }
        Some(_) if octets < word.len() => Err(octets),
        _ => Err(0),
    }
}
