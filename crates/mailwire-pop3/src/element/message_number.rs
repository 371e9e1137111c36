//! The number of a message in the session, of LIST, RETR, DELE, TOP and UIDL.
//!
//!   C: RETR 1

use core::fmt;
use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::{InvalidValue, owned_already, wire_api};

use crate::token;
use crate::tolerance::Deviation;

/// The number of a message in the session, from 1; sent by both sides.
///
/// RFC 1939 sections 4 and 5. The server numbers the messages when it opens the maildrop. The number
/// of a message that is deleted is not given to another one in the same session.
///
/// # Grammar
/// ```text
/// message-number = 1*DIGIT      ; not zero, up to 4294967295
/// ```
/// Deviations: [`LeadingZeros`](Deviation::LeadingZeros), [`PlusSign`](Deviation::PlusSign).
///
/// # Wire
/// ```text
/// C: DELE 1
/// ```
///
/// # Limits
/// None: 32 bits.
///
/// # Errors
/// `message-number`.
///
/// # Example
/// ```
/// use mailwire_pop3::element::message_number::MessageNumber;
/// let number = MessageNumber::parse(b"12")?;
/// assert_eq!(number.get(), 12);
/// assert_eq!(number.to_bytes(), b"12");
/// assert!(MessageNumber::parse(b"0").is_err());
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageNumber(NonZeroU32);

owned_already!(MessageNumber);
wire_api!(Deviation: copy MessageNumber);

impl MessageNumber {
    /// The first message.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// A number.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0.
    pub const fn new(number: u32) -> Result<Self, InvalidValue> {
        match NonZeroU32::new(number) {
            Some(number) => Ok(Self(number)),
            None => Err(InvalidValue { what: "message-number", at: 0 }),
        }
    }

    /// A number of up to nine digits with a space behind it, as almost all are in listings, and what
    /// is behind that. `None` for all that needs a closer look.
    #[inline(always)]
    pub(crate) fn plain(input: &[u8]) -> Option<(Self, &[u8])> {
        let (number, rest) = token::plain_number(input, 9)?;
        let number = NonZeroU32::new(u32::try_from(number).ok()?)?;
        Some((Self(number), rest.strip_prefix(b" ")?))
    }

    /// A space and a number of up to seven digits, with nothing behind it, as almost all are in
    /// commands. `None` for all that needs a closer look.
    #[inline(always)]
    pub(crate) fn plain_argument(input: &[u8]) -> Option<Self> {
        let digits = input.strip_prefix(b" ")?;
        let (number, len) = token::short_number(digits)?;
        let number = NonZeroU32::new(u32::try_from(number).ok()?)?;
        if len == digits.len() { Some(Self(number)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl From<NonZeroU32> for MessageNumber {
    fn from(number: NonZeroU32) -> Self {
        Self(number)
    }
}

impl From<MessageNumber> for NonZeroU32 {
    fn from(number: MessageNumber) -> Self {
        number.0
    }
}

impl<'a> Wire<'a> for MessageNumber {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, number) = token::number(input, cx, u32::MAX.into(), "message-number")?;
        match u32::try_from(number).ok().and_then(NonZeroU32::new) {
            Some(number) => Ok((rest, Self(number))),
            None => Err(stop(input, "message-number")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(self.get().into());
    }
}

impl fmt::Display for MessageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for MessageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b"1", MessageNumber::FIRST),
            (b"100", MessageNumber::new(100).unwrap()),
            (b"999999999", MessageNumber::new(999_999_999).unwrap()),
            (b"4294967295", MessageNumber::new(u32::MAX).unwrap()),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<MessageNumber>(&[
            (b"", "message-number", 0),
            (b"0", "message-number", 0),
            (b"00", "message-number", 0),
            (b"-1", "message-number", 0),
            (b"+1", "message-number", 0),
            (b"x", "message-number", 0),
            (b"4294967296", "message-number", 0),
            (b"99999999999999999999", "message-number", 0),
            (b"1x", "end", 1),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<MessageNumber>(&[
            (b"01", Deviation::LeadingZeros, b"1"),
            (b"00000000000000000000012", Deviation::LeadingZeros, b"12"),
            (b"+1", Deviation::PlusSign, b"1"),
        ]);
    }
}
