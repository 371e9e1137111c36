//! Numbers of 32 and of 63 bits, and those that servers compute wrongly.

use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::DIGIT;
use mailwire_core::{InvalidValue, owned_already, wire_api};

use crate::token::digits;
use crate::tolerance::Deviation;

/// The largest `number64`: RFC 9051 gives it 63 bits, so that signed types can hold it.
pub const MAX: u64 = u64::MAX >> 1;

/// A number of 32 bits that is not 0: a UID, a message sequence number, UIDVALIDITY.
///
/// RFC 9051 section 9 (`nz-number`). Servers that send 0 are heard by the deviation
/// [`ZeroNumber`](Deviation::ZeroNumber): the number is then `None`. It cannot be built so.
///
/// # Example
/// ```
/// use mailwire_imap::element::number::NzNumber;
///
/// let number = NzNumber::parse(b"4392")?;
/// assert_eq!(number.get().map(|number| number.get()), Some(4392));
/// assert_eq!(NzNumber::new(4392), Ok(number));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NzNumber(u32);

/// A number of 32 bits. RFC 9051 section 9 (`number`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub u32);

/// A number of 63 bits: a size, a usage. RFC 9051 section 9 (`number64`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number64(u64);

wire_api!(Deviation, crate::Mode: copy NzNumber, Number, Number64);
owned_already!(NzNumber, Number, Number64);
super::items::item!(copy NzNumber, Number, Number64);

impl NzNumber {
    /// The smallest.
    pub(crate) const ONE: Self = Self(1);

    /// A number from its value.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0.
    pub const fn new(number: u32) -> Result<Self, InvalidValue> {
        if number == 0 {
            return Err(InvalidValue { what: "nz-number", at: 0 });
        }
        Ok(Self(number))
    }

    /// The number, or `None` for the 0 of a server that means none.
    #[must_use]
    pub const fn get(self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.0)
    }
}

impl From<NonZeroU32> for NzNumber {
    fn from(number: NonZeroU32) -> Self {
        Self(number.get())
    }
}

impl Number64 {
    /// A number from its value.
    ///
    /// # Errors
    /// [`InvalidValue`] for more than 63 bits.
    pub const fn new(number: u64) -> Result<Self, InvalidValue> {
        if number > MAX {
            return Err(InvalidValue { what: "number64", at: 0 });
        }
        Ok(Self(number))
    }

    /// The value.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl<'a> Wire<'a> for NzNumber {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, number) = nz_number(input, cx, "nz-number")?;
        Ok((rest, Self(number.map_or(0, NonZeroU32::get))))
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(u64::from(self.0));
    }
}

impl<'a> Wire<'a> for Number {
    #[inline]
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        number(input, "number").map(|(rest, number)| (rest, Self(number)))
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(u64::from(self.0));
    }
}

impl<'a> Wire<'a> for Number64 {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        size(input, cx, "number64").map(|(rest, number)| (rest, Self(number)))
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(self.0);
    }
}

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
    fn rows() {
        use crate::rows::{check_lenient, check_rejects, check_rows};
        check_rows(&[(b"1", NzNumber(1)), (b"4294967295", NzNumber(u32::MAX))]);
        check_rejects::<NzNumber>(&[
            (b"01", "nz-number", 0),
            (b"4294967296", "nz-number", 0),
            (b"-1", "nz-number", 0),
            (b"1x", "end", 1),
        ]);
        check_lenient::<NzNumber>(&[(b"0", Deviation::ZeroNumber, b"0")]);
        check_rows(&[(b"0", Number(0)), (b"4294967295", Number(u32::MAX))]);
        check_rejects::<Number>(&[(b"4294967296", "number", 0), (b"", "number", 0)]);
        check_rows(&[(b"0", Number64(0)), (b"9223372036854775807", Number64(MAX))]);
        check_rejects::<Number64>(&[(b"9223372036854775808", "number64", 0)]);
        check_lenient::<Number64>(&[
            (b"-1", Deviation::NegativeNumber, b"0"),
            (b"9.3736e+06", Deviation::FloatNumber, b"9373600"),
        ]);
        assert!(NzNumber::new(0).is_err() && Number64::new(MAX + 1).is_err());
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
