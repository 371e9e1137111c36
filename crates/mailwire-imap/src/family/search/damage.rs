//! Damage among the numbers of SEARCH and SORT.

use alloc::borrow::Cow;
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
use crate::{SyntaxError, Tolerance};

/// Numbers among which words stand that are none, as they came. What is damaged is found again when it is
/// asked for, so that it costs no more than its octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Damage<'a> {
    /// All words behind the first space, without a modification sequence that is read.
    wire: Cow<'a, [u8]>,
    /// True where a 0 is no damage.
    zero: bool,
}

into_owned!(@impl Damage, self => {
    Damage { wire: Cow::Owned(self.wire.into_owned()), zero: self.zero }
});

/// The damage, the numbers in it, and the modification sequence behind it.
type Parts<'a> = (Damage<'a>, Numbers<'static>, Option<ModSeq>);

impl<'a> Damage<'a> {
    /// Words up to the end of the line; blanks before that are left for it.
    ///
    /// # Errors
    /// Rule `elements`, where there are too many.
    pub(super) fn parse(
        input: &'a [u8],
        cx: &Context,
    ) -> Result<(&'a [u8], Parts<'a>), nom::Err<Fail>> {
        let end = memchr::memchr2(b'\r', b'\n', input).unwrap_or(input.len());
        let (text, _) = input.split_at(end);
        let (text, rest) = input.split_at(without_blanks(text).len());
        let mut wire = text.get(1..).unwrap_or_default();
        if wire.starts_with(b" ") || memchr::memmem::find(wire, b"  ").is_some() {
            let _ = cx.tolerate(Deviation::ExtraSpaces);
        }
        let (mut count, mut zero) = (0_usize, false);
        let numbers = Numbers::new(Words(wire).filter_map(|(word, _)| {
            count = count.saturating_add(1);
            let number = number(word).ok()?;
            zero |= number == 0;
            NonZeroU32::new(number)
        }));
        cx.check_elements(count, rest)?;
        let zero = zero && cx.tolerate(Deviation::ZeroNumber);
        // A list is the modification sequence, or nothing that can be told from what follows it.
        let list = Words(wire).map(|(word, _)| word).find(|word| word.starts_with(b"("));
        let mut seq = None;
        if let Some(list) = list.filter(|_| !numbers.is_empty()) {
            if let Ok(([], value)) = mod_seq(list, cx) {
                seq = Some(value);
                wire = without_blanks(wire.split_at(wire.len() - list.len()).0);
            }
        }
        Ok((rest, (Self { wire: Cow::Borrowed(wire), zero }, numbers, seq)))
    }

    /// The words that are no numbers, in their order.
    pub(super) fn words(&self) -> impl Iterator<Item = Invalid<'_>> {
        Words(&self.wire).filter_map(|(word, behind)| {
            let left = |at: usize| word.len().saturating_add(behind.len()).saturating_sub(at);
            let fail = if word.starts_with(b"(") {
                let SyntaxError { rule, at } = list_error(word);
                Fail { left: left(at), rule }
            } else {
                let at = match number(word) {
                    Ok(0) if !self.zero => 0,
                    Ok(_) => return None,
                    Err(at) => at,
                };
                Fail { left: left(at), rule: "nz-number" }
            };
            Some(Invalid::met(word, behind, fail))
        })
    }

    pub(super) fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(&self.wire);
    }
}

/// What is wrong with a list that is no modification sequence of these numbers.
fn list_error(list: &[u8]) -> SyntaxError {
    let at = |left: usize| list.len().saturating_sub(left);
    match mod_seq(list, &Context::new(Tolerance::lenient())) {
        Ok((behind, _)) if !behind.is_empty() => SyntaxError { rule: "SP", at: at(behind.len()) },
        Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => {
            SyntaxError { rule: fail.rule, at: at(fail.left) }
        }
        _ => SyntaxError { rule: "search-sort-mod-seq", at: 0 },
    }
}

/// Words with blanks between, each with what stands behind it. From a parenthesis on all is one word.
struct Words<'a>(&'a [u8]);

impl<'a> Iterator for Words<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let blanks = self.0.iter().take_while(|octet| **octet == b' ').count();
        let text = self.0.split_at(blanks).1;
        let end = match text.first()? {
            b'(' => None,
            _ => memchr::memchr(b' ', text),
        };
        let (word, behind) = text.split_at(end.unwrap_or(text.len()));
        self.0 = behind;
        Some((word, behind))
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
