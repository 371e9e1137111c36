//! The lexical words of SMTP over those of the core: blanks between arguments and the line end.

use mailwire_core::parse::{Context, PResult, fail, stop};
use mailwire_core::token::{WSP, leading};

use crate::tolerance::Deviation;

/// One space; more blanks where that is tolerated.
pub(crate) fn sp<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    match input {
        [b' ', rest @ ..] if !matches!(rest.first(), Some(b' ' | b'\t')) => Ok((rest, ())),
        [b' ' | b'\t', ..] => {
            let (_, rest) = WSP.split(input);
            if rest.is_empty() || cx.tolerate(Deviation::ExtraSpaces) {
                Ok((rest, ()))
            } else {
                Err(stop(input, "SP"))
            }
        }
        _ => Err(fail(input, "SP")),
    }
}

/// The argument behind a verb and a space, if there is one; blanks alone are none.
pub(crate) fn optional<'a, T>(
    input: &'a [u8],
    cx: &Context,
    parse: impl FnOnce(&'a [u8], &Context) -> PResult<'a, T>,
) -> PResult<'a, Option<T>> {
    if WSP.span(input) == input.len() {
        return Ok((input, None));
    }
    let (rest, ()) = sp(input, cx)?;
    let (rest, value) = parse(rest, cx)?;
    Ok((rest, Some(value)))
}

/// The end of a command's arguments; blanks before it where that is tolerated.
pub(crate) fn end<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    if input.is_empty() {
        return Ok((input, ()));
    }
    let (_, rest) = WSP.split(input);
    if rest.is_empty() && cx.tolerate(Deviation::TrailingSpaces) {
        Ok((rest, ()))
    } else {
        Err(stop(input, "CRLF"))
    }
}

/// Splits the line end off: CRLF, or LF where that is tolerated.
pub(crate) fn line<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, &'a [u8]> {
    let nothing = input.get(input.len()..).unwrap_or_default();
    match input {
        [text @ .., b'\r', b'\n'] => Ok((nothing, text)),
        [text @ .., b'\n'] if cx.tolerate(Deviation::BareLfLine) => Ok((nothing, text)),
        _ => Err(stop(nothing, "CRLF")),
    }
}

/// The plain local part at the beginning of `input`: letters, digits, `-`, `_`, `+`, and single dots
/// between them. `None` for all that needs a closer look.
#[inline(always)]
pub(crate) fn plain_local_part(input: &[u8]) -> Option<(&[u8], &[u8])> {
    plain_word::<true>(input)
}

/// The plain domain at the beginning of `input`: labels of letters, digits and hyphens. `None` for
/// all that needs a closer look.
#[inline(always)]
pub(crate) fn plain_domain(input: &[u8]) -> Option<(&[u8], &[u8])> {
    plain_word::<false>(input)
}

/// Eight octets in one step: which are of the word, and which stand beside what they must not.
///
/// An octet is told by bit 7 of its place in a number. All comparisons are additions that do not
/// carry over into the next octet, since octets over 127 are put aside.
#[inline(always)]
fn plain_word<const LOCAL: bool>(input: &[u8]) -> Option<(&[u8], &[u8])> {
    const HIGH: u64 = all(0x80);
    let mut rest = input;
    // The word begins as if behind a dot.
    let (mut dot_before, mut mark_before) = (0x80, 0x80);
    let mut wrong = 0;
    loop {
        let (octets, behind) = match rest.split_first_chunk() {
            Some((octets, behind)) => (u64::from_le_bytes(*octets), behind),
            None => (last_octets(input, rest), &[][..]),
        };
        let low = octets & !HIGH;
        let lower = low | all(0x20);
        let letter = (lower + all(0x80 - b'a')) & !(lower + all(0x7f - b'z'));
        // `-`, `.`, `/` and the digits are neighbours.
        let from_hyphen = low + all(0x80 - b'-');
        let digit = from_hyphen & !(low + all(0x7f - b'9')) & is_not(low, b'/');
        let mut member = letter | digit;
        if LOCAL {
            member |= !(is_not(low, b'_') & is_not(low, b'+'));
        }
        let dot = !is_not(low, b'.');
        let mark = if LOCAL { dot } else { from_hyphen & !(low + all(0x7f - b'.')) };
        // The word ends as if a dot were behind it.
        let others = !(member & !octets) & HIGH;
        let end = others & others.wrapping_neg();
        let inside = end.wrapping_sub(1) & HIGH;
        let (dot, mark) = (dot & inside | end, mark & inside | end);
        wrong |= mark & (mark << 8 | mark_before) & (dot | dot << 8 | dot_before);
        if end == 0 {
            (dot_before, mark_before) = (dot >> 56, mark >> 56);
            rest = behind;
            continue;
        }
        let len = usize::try_from(end.trailing_zeros() / 8).unwrap_or_default();
        let len = input.len().saturating_sub(rest.len()).saturating_add(len);
        return if wrong == 0 { input.split_at_checked(len) } else { None };
    }
}

/// Eight times `octet`.
const fn all(octet: u8) -> u64 {
    u64::from_ne_bytes([octet; 8])
}

/// Bit 7 of each octet that is not `octet`; for octets under 128.
#[inline(always)]
const fn is_not(octets: u64, octet: u8) -> u64 {
    (octets ^ all(octet)) + all(0x7f)
}

/// The octets of `rest`, with which `input` ends, when they are fewer than eight: the first in the
/// lowest place, NUL behind the last.
#[inline(always)]
fn last_octets(input: &[u8], rest: &[u8]) -> u64 {
    match input.last_chunk() {
        // Octets before the rest are shifted out.
        Some(octets) if !rest.is_empty() => u64::from_le_bytes(*octets) >> (64 - 8 * rest.len()),
        Some(_) => 0,
        None => leading(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mailwire_core::token::ByteSet;
    use proptest::prelude::*;

    /// The same, octet by octet.
    fn naive<'a>(input: &'a [u8], set: &ByteSet, wrong: &[&[u8]]) -> Option<(&'a [u8], &'a [u8])> {
        let (word, rest) = set.split(input);
        let dotted = [b".", word, b"."].concat();
        let pairs = dotted.windows(2).filter(|pair| wrong.contains(pair)).count();
        (pairs == 0).then_some((word, rest))
    }

    proptest! {
        #[test]
        fn plain_words_are_as_the_naive_ones(
            input in proptest::collection::vec(
                prop_oneof![8 => Just(b'a'), 4 => Just(b'.'), 4 => Just(b'-'), 1 => any::<u8>()],
                0..40),
        ) {
            let domain = ByteSet::range(b'a', b'z').and_range(b'A', b'Z').and_range(b'0', b'9').and(b"-.");
            let local = domain.clone().and(b"_+");
            prop_assert_eq!(plain_domain(&input), naive(&input, &domain, &[b"..", b".-", b"-."]));
            prop_assert_eq!(plain_local_part(&input), naive(&input, &local, &[b".."]));
        }

        #[test]
        fn every_octet_is_told_apart(octet in any::<u8>(), place in 0_usize..20) {
            let domain = ByteSet::range(b'a', b'z').and_range(b'A', b'Z').and_range(b'0', b'9').and(b"-.");
            let local = domain.clone().and(b"_+");
            let mut input = [b'a'; 20];
            input[place] = octet;
            prop_assert_eq!(plain_domain(&input), naive(&input, &domain, &[b"..", b".-", b"-."]));
            prop_assert_eq!(plain_local_part(&input), naive(&input, &local, &[b".."]));
        }
    }
}
