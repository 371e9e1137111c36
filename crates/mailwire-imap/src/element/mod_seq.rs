//! Modification sequences.

use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::byte;
use mailwire_core::{InvalidValue, owned_already, wire_api};

use super::number::{MAX, number64};
use crate::tolerance::Deviation;

/// A modification sequence of a message or a mailbox: 63 bits.
///
/// RFC 7162 section 7. 0 is the mark of a mailbox that has none (STATUS), and means "since ever" in
/// UNCHANGEDSINCE and SEARCH MODSEQ; elsewhere it is no value.
///
/// # Grammar
/// ```abnf
/// mod-sequence-valzer = "0" / mod-sequence-value
/// mod-sequence-value  = 1*DIGIT
///                     ; (1 <= n <= 9,223,372,036,854,775,807).
/// ```
/// Leading zeros are read and not written. The deviation [`ZeroNumber`](Deviation::ZeroNumber) is met by
/// [`parse_positive`](Self::parse_positive): iOS sends CHANGEDSINCE 0.
///
/// # Wire
/// ```text
/// S: * OK [HIGHESTMODSEQ 715194045007] Highest
/// ```
///
/// # Limits
/// 63 bits.
///
/// # Errors
/// `mod-sequence-value`.
///
/// # Example
/// ```
/// use mailwire_imap::element::mod_seq::ModSeq;
///
/// let value = ModSeq::parse(b"715194045007")?;
/// assert_eq!(value.get(), 715_194_045_007);
/// assert_eq!(value.to_bytes(), b"715194045007");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModSeq(u64);

/// The modification sequence of a message, as FETCH tells it: in parentheses.
///
/// RFC 7162 section 7.
///
/// # Grammar
/// ```abnf
/// fetch-mod-resp     = "MODSEQ" SP "(" permsg-modsequence ")"
/// permsg-modsequence = mod-sequence-value
/// ```
/// Deviation: [`ZeroNumber`](Deviation::ZeroNumber).
///
/// # Wire
/// ```text
/// S: * 7 FETCH (MODSEQ (12121231000))
/// ```
///
/// # Limits
/// 63 bits.
///
/// # Errors
/// `permsg-modsequence`, `mod-sequence-value`.
///
/// # Example
/// ```
/// use mailwire_imap::element::mod_seq::{MessageModSeq, ModSeq};
///
/// let value = MessageModSeq::parse(b"(12121231000)")?;
/// assert_eq!(value.0, ModSeq::new(12_121_231_000).unwrap());
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageModSeq(pub ModSeq);

owned_already!(ModSeq, MessageModSeq);
wire_api!(Deviation, crate::Mode: copy ModSeq, MessageModSeq);

impl<'a> Wire<'a> for ModSeq {
    #[inline]
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, value) = number64(input, "mod-sequence-value")?;
        Ok((rest, Self(value)))
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(self.0);
    }
}

impl<'a> Wire<'a> for MessageModSeq {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = byte(input, b'(', "permsg-modsequence")?;
        let (rest, value) = cut(ModSeq::parse_positive(rest, cx))?;
        let (rest, ()) = cut(byte(rest, b')', "permsg-modsequence"))?;
        Ok((rest, Self(value)))
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').number(self.0.0).byte(b')');
    }
}

impl ModSeq {
    /// The value of a mailbox that has no modification sequences.
    pub const ZERO: Self = Self(0);

    /// A value.
    ///
    /// # Errors
    /// [`InvalidValue`] for more than 63 bits.
    pub const fn new(value: u64) -> Result<Self, InvalidValue> {
        if value <= MAX {
            Ok(Self(value))
        } else {
            Err(InvalidValue { what: "mod-sequence-value", at: 0 })
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// `mod-sequence-value`: a value that is not 0, but by deviation.
    ///
    /// # Errors
    /// Rule `mod-sequence-value`.
    #[inline]
    pub fn parse_positive<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Self::parse_part(input, cx) {
            Ok((_, Self::ZERO)) if !cx.tolerate(Deviation::ZeroNumber) => {
                Err(stop(input, "mod-sequence-value"))
            }
            result => result,
        }
    }
}

impl fmt::Display for ModSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let value = |value| ModSeq::new(value).unwrap();
        check_rows(&[(b"0", ModSeq::ZERO), (b"1", value(1)), (b"9223372036854775807", value(MAX))]);
        check_rows(&[(b"(12121231000)", MessageModSeq(value(12_121_231_000)))]);
        check_rejects::<ModSeq>(&[
            (b"", "mod-sequence-value", 0),
            (b"-1", "mod-sequence-value", 0),
            (b"9223372036854775808", "mod-sequence-value", 0),
        ]);
        check_rejects::<MessageModSeq>(&[
            (b"1", "permsg-modsequence", 0),
            (b"()", "mod-sequence-value", 1),
            (b"(1", "permsg-modsequence", 2),
        ]);
        check_lenient::<MessageModSeq>(&[(b"(0)", Deviation::ZeroNumber, b"(0)")]);
        assert!(ModSeq::new(MAX + 1).is_err());
    }
}
