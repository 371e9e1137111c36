//! The lexical words of POP3 over those of the core: blanks, the line end, numbers.

use mailwire_core::parse::{Context, Fail, PResult, fail, stop};
use mailwire_core::token::{DIGIT, LINE, WSP, decimal, leading};

use crate::tolerance::Deviation;

/// One space; more blanks where that is tolerated.
#[inline(always)]
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
#[inline(always)]
pub(crate) fn optional<'a, T>(
    input: &'a [u8],
    cx: &Context,
    parse: impl FnOnce(&'a [u8], &Context) -> PResult<'a, T>,
) -> PResult<'a, Option<T>> {
    let rest = match input {
        [] => return Ok((input, None)),
        [b' ', rest @ ..] if !matches!(rest.first(), None | Some(b' ' | b'\t')) => rest,
        _ if WSP.span(input) == input.len() => return Ok((input, None)),
        _ => sp(input, cx)?.0,
    };
    let (rest, value) = parse(rest, cx)?;
    Ok((rest, Some(value)))
}

/// The end of a command's arguments or of a line; blanks before it where that is tolerated.
#[inline(always)]
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
#[inline(always)]
pub(crate) fn line<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, &'a [u8]> {
    let nothing = input.get(input.len()..).unwrap_or_default();
    match input {
        [text @ .., b'\r', b'\n'] => Ok((nothing, text)),
        [text @ .., b'\n'] if cx.tolerate(Deviation::BareLfLine) => Ok((nothing, text)),
        _ => Err(stop(nothing, "CRLF")),
    }
}

/// Steps over an argument where none belongs, if that is tolerated.
#[inline(always)]
pub(crate) fn no_argument<'a>(input: &'a [u8], cx: &Context) -> Result<&'a [u8], nom::Err<Fail>> {
    if input.is_empty() { Ok(input) } else { odd_argument(input, cx) }
}

#[inline(never)]
fn odd_argument<'a>(input: &'a [u8], cx: &Context) -> Result<&'a [u8], nom::Err<Fail>> {
    if WSP.span(input) == input.len() {
        return Ok(input);
    }
    let separated = matches!(input.first(), Some(b' ' | b'\t'));
    if separated && LINE.check(input).is_ok() && cx.tolerate(Deviation::UnexpectedArgument) {
        return Ok(&[]);
    }
    Err(stop(input, "CRLF"))
}

/// A number of up to `limit`, with the deviations that numbers have.
#[inline(always)]
pub(crate) fn number<'a>(
    input: &'a [u8],
    cx: &Context,
    limit: u64,
    rule: &'static str,
) -> PResult<'a, u64> {
    if let Some((value, digits)) = short_number(input) {
        if value <= limit {
            return Ok((input.get(digits..).unwrap_or_default(), value));
        }
    }
    odd_number(input, cx, limit, rule)
}

/// The number of up to seven digits at the beginning of `input` and how many they are, when it is
/// written as numbers are: the first is no zero unless it is alone.
///
/// Most numbers are so. They are read in one step, without a branch for each digit.
#[inline(always)]
pub(crate) fn short_number(input: &[u8]) -> Option<(u64, usize)> {
    short_number_in(leading(input))
}

/// The same in eight octets, the first of them lowest.
#[inline(always)]
pub(crate) fn short_number_in(octets: u64) -> Option<(u64, usize)> {
    let digits = octets ^ ZEROS;
    // No more than 9 in an octet: a carry comes only from one that is told already.
    let others = (digits | digits.wrapping_add(ONES.wrapping_mul(0x76))) & HIGH;
    let count = others.trailing_zeros() / 8;
    if !matches!(count, 1..=7) || (count > 1 && octets & 0xff == u64::from(b'0')) {
        return None;
    }
    // The last digit goes into the highest octet, zeros before the first.
    let digits = digits << (64_u32.wrapping_sub(count.wrapping_mul(8)) & 63);
    Some((eight_digits(digits), count as usize))
}

/// The number that the first so many of eight octets are, when it is written as numbers are.
#[inline(always)]
pub(crate) fn number_of_length(octets: u64, count: usize) -> Option<u64> {
    if !matches!(count, 1..=7) || (count > 1 && octets & 0xff == u64::from(b'0')) {
        return None;
    }
    let digits = (octets ^ ZEROS) << (64_usize.wrapping_sub(count.wrapping_mul(8)) & 63);
    let others = (digits | digits.wrapping_add(ONES.wrapping_mul(0x76))) & HIGH;
    if others == 0 { Some(eight_digits(digits)) } else { None }
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// The value of eight digits, the first of them lowest: neighbours are joined to pairs, to fours and
/// to eight.
#[inline(always)]
const fn eight_digits(digits: u64) -> u64 {
    const LOW: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let first = (pairs & LOW).wrapping_mul(100 | 1_000_000 << 32);
    let second = (pairs >> 16 & LOW).wrapping_mul(1 | 10_000 << 32);
    first.wrapping_add(second) >> 32
}

/// A number that needs a closer look.
#[cold]
#[inline(never)]
fn odd_number<'a>(
    input: &'a [u8],
    cx: &Context,
    limit: u64,
    rule: &'static str,
) -> PResult<'a, u64> {
    let (signed, unsigned) = match input {
        [b'+', unsigned @ ..] => (true, unsigned),
        _ => (false, input),
    };
    let (digits, rest) = DIGIT.split(unsigned);
    let value = match decimal(digits) {
        Some(value) if value <= limit => value,
        Some(_) => return Err(stop(input, rule)),
        None if digits.is_empty() => return Err(fail(input, rule)),
        None => return Err(stop(input, rule)),
    };
    let zeros = digits.len() > 1 && digits.first() == Some(&b'0');
    let allowed = (!signed || cx.tolerate(Deviation::PlusSign))
        && (!zeros || cx.tolerate(Deviation::LeadingZeros));
    if allowed { Ok((rest, value)) } else { Err(stop(input, rule)) }
}

/// The digits at the beginning of `input` as a number of so many digits at most, when it is written
/// as numbers are: the first is no zero unless it is alone. `None` for all that needs a closer look.
#[inline(always)]
pub(crate) fn plain_number(input: &[u8], most: usize) -> Option<(u64, &[u8])> {
    if let Some((value, digits)) = short_number(input) {
        return if digits <= most { Some((value, input.get(digits..)?)) } else { None };
    }
    plain_long_number(input, most)
}

#[inline(never)]
fn plain_long_number(input: &[u8], most: usize) -> Option<(u64, &[u8])> {
    let (mut value, mut digits) = (0_u64, 0_usize);
    while let Some(digit @ 0..=9) = input.get(digits).map(|byte| byte.wrapping_sub(b'0')) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        digits = digits.wrapping_add(1);
    }
    let plain = digits.wrapping_sub(1) < most && (digits == 1 || input.first() != Some(&b'0'));
    if plain { Some((value, input.get(digits..)?)) } else { None }
}

/// A size in octets. It can be negative, where that is tolerated, and is not known then.
#[inline(always)]
pub(crate) fn size<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
) -> PResult<'a, Option<u64>> {
    if let [b'-', unsigned @ ..] = input {
        let (digits, rest) = DIGIT.split(unsigned);
        return if !digits.is_empty() && cx.tolerate(Deviation::NegativeSize) {
            Ok((rest, None))
        } else {
            Err(stop(input, rule))
        };
    }
    let (rest, size) = number(input, cx, u64::MAX, rule)?;
    Ok((rest, Some(size)))
}

/// True when all octets are printable ASCII without the space; eight octets are looked at in one
/// step.
#[inline(always)]
pub(crate) fn graphic(text: &[u8]) -> bool {
    // A borrow or a carry comes only from an octet that is told already.
    let odd = |octets: u64| octets | octets.wrapping_sub(ONES * 0x21) | octets.wrapping_add(ONES);
    let Some(last) = text.last_chunk() else {
        return text.iter().all(u8::is_ascii_graphic);
    };
    let seen = text.chunks_exact(8).fold(odd(u64::from_le_bytes(*last)), |seen, octets| {
        seen | octets.try_into().map_or(HIGH, |octets| odd(u64::from_le_bytes(octets)))
    });
    seen & HIGH == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use mailwire_core::Tolerance;

    #[test]
    fn graphic_agrees_with_a_look_at_each_octet() {
        for byte in 0..=u8::MAX {
            for len in 1..20 {
                for at in 0..len {
                    let mut text = alloc::vec![b'a'; len];
                    text[at] = byte;
                    assert_eq!(graphic(&text), byte.is_ascii_graphic(), "{byte} at {at}");
                }
            }
        }
        assert!(graphic(b""));
    }

    #[test]
    fn numbers_of_any_length_before_any_octet() {
        let cx = Context::new(Tolerance::<Deviation>::default());
        let mut expected = 0_u64;
        for len in 1..=19 {
            expected = expected * 10 + len % 10;
            for behind in 0..=u8::MAX {
                for more in [0, 1, 3, 8] {
                    let mut text = alloc::format!("{expected}").into_bytes();
                    let digits = text.len();
                    text.resize(digits + more, behind);
                    if more > 0 && behind.is_ascii_digit() {
                        continue;
                    }
                    let (rest, value) = number(&text, &cx, u64::MAX, "n").unwrap();
                    assert_eq!((rest.len(), value), (more, expected), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn plain_numbers_agree_with_a_look_at_each_octet() {
        for text in ["0", "7", "10", "1234567", "12345678", "1234567890123456789"] {
            for len in 1..=text.len() {
                let digits = &text.as_bytes()[text.len() - len..];
                for most in [1, 9, 19] {
                    for behind in 0..=u8::MAX {
                        for more in [0, 1, 2, 7, 8] {
                            let mut input = digits.to_vec();
                            input.resize(len + more, behind);
                            let count = DIGIT.span(&input);
                            let plain = count <= most && (count == 1 || input[0] != b'0');
                            let value = decimal(&input[..count]).unwrap_or(0);
                            let expected = plain.then(|| (value, &input[count..]));
                            if count < 20 {
                                assert_eq!(plain_number(&input, most), expected, "{input:?}");
                            }
                            let short = (count < 8 && (count == 1 || input[0] != b'0'))
                                .then_some((value, count));
                            assert_eq!(short_number(&input), short, "{input:?}");
                            for len in 0..9 {
                                let whole = input.get(..len).and_then(decimal);
                                let plain = len < 8 && (len == 1 || input[0] != b'0');
                                let number = number_of_length(leading(&input), len);
                                assert_eq!(number, whole.filter(|_| plain), "{len} {input:?}");
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(short_number(b""), None);
        assert_eq!(short_number(b"x"), None);
    }

    #[test]
    fn numbers_end_at_their_limit() {
        let cx = Context::new(Tolerance::<Deviation>::default());
        let parse = |text: &'static [u8], limit| number(text, &cx, limit, "n").map(|(_, n)| n).ok();
        assert_eq!(parse(b"4294967295", u32::MAX.into()), Some(u32::MAX.into()));
        assert_eq!(parse(b"4294967296", u32::MAX.into()), None);
        assert_eq!(parse(b"18446744073709551615", u64::MAX), Some(u64::MAX));
        assert_eq!(parse(b"18446744073709551616", u64::MAX), None);
        assert_eq!(parse(b"99999999999999999999999999", u64::MAX), None);
        assert_eq!(parse(b"007", 9), Some(7));
        assert_eq!(parse(b"0000000000000000000000000000001", 9), Some(1));
        assert_eq!(parse(b"10", 9), None);
        assert_eq!(parse(b"x", 9), None);
        assert_eq!(parse(b"+1", 9), None);
    }
}
