//! Numbers of 32 and of 63 bits, and those that servers compute wrongly.

use core::num::NonZeroU32;

use mailwire_core::parse::{Context, PResult, fail, stop};
use mailwire_core::token::DIGIT;

use crate::token::digits;
use crate::tolerance::Deviation;

/// The largest `number64`: RFC 9051 gives it 63 bits, so that signed types can hold it.
pub const MAX: u64 = u64::MAX >> 1;

/// `number`: 32 bits.
///
/// # Errors
/// `rule` where no digit stands, or the number is too large.
#[inline]
pub fn number<'a>(input: &'a [u8], rule: &'static str) -> PResult<'a, u32> {
    let (rest, number) = number64(input, rule)?;
    u32::try_from(number).map(|number| (rest, number)).map_err(|_| stop(input, rule))
}

/// `number64`: 63 bits.
///
/// # Errors
/// `rule` where no digit stands, or the number is too large.
#[inline]
pub fn number64<'a>(input: &'a [u8], rule: &'static str) -> PResult<'a, u64> {
    match digits(input) {
        (Some(number), len) if number <= MAX => Ok((input.get(len..).unwrap_or_default(), number)),
        (_, 0) => Err(fail(input, rule)),
        _ => Err(stop(input, rule)),
    }
}

/// `nz-number`; `None` for 0 where that is tolerated.
///
/// Deviation: [`ZeroNumber`](Deviation::ZeroNumber).
///
/// # Errors
/// `rule` where no digit stands, or the number is 0 or too large.
#[inline]
pub fn nz_number<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
) -> PResult<'a, Option<NonZeroU32>> {
    let (rest, number) = number(input, rule)?;
    match NonZeroU32::new(number) {
        // A zero before other digits is no digit-nz.
        Some(_) if input.first() == Some(&b'0') => Err(stop(input, rule)),
        None if !cx.tolerate(Deviation::ZeroNumber) => Err(stop(input, rule)),
        number => Ok((rest, number)),
    }
}

/// A size that a server computed: `number64`, or by deviation a negative number, which counts as 0, or one
/// in scientific notation.
///
/// Deviations: [`NegativeNumber`](Deviation::NegativeNumber), [`FloatNumber`](Deviation::FloatNumber).
///
/// # Errors
/// `rule` where no number stands, or it is too large.
#[inline]
pub fn size<'a>(input: &'a [u8], cx: &Context, rule: &'static str) -> PResult<'a, u64> {
    match number64(input, rule) {
        Ok((rest, number)) if !matches!(rest, [b'.' | b'e' | b'E', ..]) => Ok((rest, number)),
        result => odd_size(input, cx, rule).map_or(result, Ok),
    }
}

#[cold]
fn odd_size<'a>(input: &'a [u8], cx: &Context, rule: &'static str) -> Option<(&'a [u8], u64)> {
    if let Some(behind) = input.strip_prefix(b"-") {
        let (rest, _) = number64(behind, rule).ok()?;
        return cx.tolerate(Deviation::NegativeNumber).then_some((rest, 0));
    }
    let (whole, mut rest) = DIGIT.split(input);
    if whole.is_empty() {
        return None;
    }
    let mut fraction: &[u8] = &[];
    if let Some(behind) = rest.strip_prefix(b".") {
        (fraction, rest) = DIGIT.split(behind);
    }
    let mut exponent = 0;
    if let [b'e' | b'E', behind @ ..] = rest {
        let behind = behind.strip_prefix(b"+").unwrap_or(behind);
        let (value, len) = digits(behind);
        exponent = usize::try_from(value?).ok()?;
        rest = behind.get(len..)?;
    }
    // The digits before the point that the exponent moves; those behind it are dropped.
    let shifted = fraction.iter().copied().chain(core::iter::repeat(b'0'));
    let all = whole.iter().copied().chain(shifted);
    let len = whole.len().checked_add(exponent).filter(|len| (1..=19).contains(len))?;
    let number = all.take(len).fold(0_u64, |number, digit| {
        number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
    });
    (number <= MAX && cx.tolerate(Deviation::FloatNumber)).then_some((rest, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tolerance;

    #[test]
    fn numbers_end_where_their_type_does() {
        assert_eq!(number(b"4294967295)", "n"), Ok((&b")"[..], u32::MAX)));
        assert!(number(b"4294967296", "n").is_err() && number(b"", "n").is_err());
        assert_eq!(number64(b"9223372036854775807", "n"), Ok((&b""[..], MAX)));
        assert!(number64(b"9223372036854775808", "n").is_err());
        assert_eq!(number64(b"0005", "n"), Ok((&b""[..], 5)));
        let (strict, default) = (Tolerance::strict(), Tolerance::default());
        let nz = |input, tolerance| nz_number(input, &Context::new(tolerance), "n");
        assert!(nz(b"0", strict).is_err() && nz(b"01", default).is_err());
        assert_eq!(nz(b"0", default), Ok((&b""[..], None)));
        assert_eq!(nz(b"7", strict), Ok((&b""[..], NonZeroU32::new(7))));
    }

    #[test]
    fn sizes_of_some_servers() {
        let lenient = Context::new(Tolerance::lenient());
        for (input, number) in [
            ("5000000000", 5_000_000_000),
            ("-1", 0),
            ("9.3736e+06", 9_373_600),
            ("1.86931E6", 1_869_310),
            ("12.7", 12),
            ("2e3", 2000),
        ] {
            assert_eq!(size(input.as_bytes(), &lenient, "n"), Ok((&b""[..], number)), "{input}");
        }
        for input in ["-", "e5", ".5", "1e99", "1e-5", "-1e5x", "9e18446744073709551616"] {
            let result = size(input.as_bytes(), &lenient, "n");
            assert!(!matches!(result, Ok(([], _))), "{input} {result:?}");
        }
        let strict = Context::new(Tolerance::strict());
        assert!(size(b"-1", &strict, "n").is_err());
        assert_eq!(size(b"1.5", &strict, "n"), Ok((&b".5"[..], 1)));
    }
}
