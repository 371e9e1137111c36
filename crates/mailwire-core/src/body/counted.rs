//! Bodies whose length is announced: IMAP literals and BDAT chunks.

use thiserror::Error;

/// Cuts a body of announced length out of the input.
///
/// RFC 9051 section 4.3 (literal), RFC 3030 section 2 (BDAT). The octets are not looked at. The
/// count is 64 bits wide on every target, so an announced 4 GiB never wraps to nothing.
///
/// # Example
/// ```
/// use mailwire_core::body::Counted;
/// let mut body = Counted::new(5);
/// assert_eq!(body.take(b"abc"), b"abc");
/// assert_eq!(body.take(b"deMAIL FROM:<a@x>\r\n"), b"de");
/// assert!(body.is_done());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    remaining: u64,
}

impl Counted {
    /// A body of `len` octets.
    #[must_use]
    pub const fn new(len: u64) -> Self {
        Self { remaining: len }
    }

    /// Octets that are still to come.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.remaining
    }

    /// Whether all octets came. A body of length 0 is done at once.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.remaining == 0
    }

    /// Takes the octets at the start of `input` that belong to the body; the rest is not touched.
    pub fn take<'i>(&mut self, input: &'i [u8]) -> &'i [u8] {
        // More than an address space holds is more than the input has.
        let wanted = usize::try_from(self.remaining).unwrap_or(usize::MAX);
        let data = input.get(..wanted).unwrap_or(input);
        self.remaining = self.remaining.saturating_sub(octets(data.len()));
        data
    }
}

/// Sees to it that a body has the length that was announced for it.
///
/// A surplus octet would be read as a command by the peer, and a missing one would make it read a
/// command as body. So a surplus is refused before it is sent, and a body that ends short cannot
/// be finished: the connection is lost then.
///
/// # Example
/// ```
/// use mailwire_core::body::{CountedEncoder, LengthError};
/// let mut body = CountedEncoder::new(5);
/// assert_eq!(body.push(3), Ok(()));
/// assert_eq!(body.push(3), Err(LengthError::Surplus { by: 1 }));
/// assert_eq!(body.finish(), Err(LengthError::Short { by: 2 }));
/// assert_eq!(body.push(2), Ok(()));
/// assert_eq!(body.finish(), Ok(()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedEncoder {
    remaining: u64,
}

impl CountedEncoder {
    /// A body for which `len` octets are announced.
    #[must_use]
    pub const fn new(len: u64) -> Self {
        Self { remaining: len }
    }

    /// Octets that are still to be sent.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.remaining
    }

    /// Whether all announced octets were sent.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.remaining == 0
    }

    /// Counts a piece of `len` octets that is to be sent next.
    ///
    /// # Errors
    /// [`LengthError::Surplus`] when the body would become too long: nothing is counted, and the
    /// piece must not be sent.
    pub fn push(&mut self, len: usize) -> Result<(), LengthError> {
        let len = octets(len);
        match self.remaining.checked_sub(len) {
            Some(remaining) => self.remaining = remaining,
            None => {
                return Err(LengthError::Surplus { by: len.saturating_sub(self.remaining) });
            }
        }
        Ok(())
    }

    /// Ends the body.
    ///
    /// # Errors
    /// [`LengthError::Short`] when octets are missing. They can still be pushed.
    pub const fn finish(&self) -> Result<(), LengthError> {
        match self.remaining {
            0 => Ok(()),
            by => Err(LengthError::Short { by }),
        }
    }
}

/// A body does not have the length that was announced for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum LengthError {
    /// More octets than announced.
    #[error("body is {by} octets longer than announced")]
    Surplus {
        /// Octets too many.
        by: u64,
    },
    /// Fewer octets than announced.
    #[error("body is {by} octets shorter than announced")]
    Short {
        /// Octets too few.
        by: u64,
    },
}

/// A length in memory as a length on the wire; no target has a `usize` over 64 bits.
fn octets(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn smtp_s_29_counted_octets_are_opaque() {
        let mut body = Counted::new(10);
        let input = b"a\n.\r\nb\r\n.\r\nNOOP\r\n";
        assert_eq!(body.take(input), b"a\n.\r\nb\r\n.\r");
        assert_eq!(body.take(&input[10..]), b"");
        assert!(body.is_done());
    }

    #[test]
    fn x_09_the_count_never_wraps() {
        let mut body = Counted::new((1 << 32) + 2);
        assert_eq!(body.take(b"abcd"), b"abcd");
        assert_eq!(body.remaining(), (1 << 32) - 2);
        let mut body = Counted::new(u64::MAX);
        assert_eq!(body.take(b"ab"), b"ab");
        assert_eq!(body.remaining(), u64::MAX - 2);
    }

    #[test]
    fn smtp_s_32_zero_octets_are_a_body() {
        let mut body = Counted::new(0);
        assert!(body.is_done());
        assert_eq!(body.take(b"x"), b"");
        assert_eq!(CountedEncoder::new(0).finish(), Ok(()));
    }

    #[test]
    fn x_02_empty_input_changes_nothing() {
        let mut body = Counted::new(1);
        assert_eq!(body.take(b""), b"");
        assert_eq!(body.remaining(), 1);
    }

    #[test]
    fn imap_c_36_surplus_is_refused_and_shortfall_is_seen() {
        let mut body = CountedEncoder::new(10);
        assert_eq!(body.push(9), Ok(()));
        assert_eq!(body.finish(), Err(LengthError::Short { by: 1 }));
        let surplus = body.push(2).unwrap_err();
        assert_eq!(surplus.to_string(), "body is 1 octets longer than announced");
        assert_eq!(body.remaining(), 1);
        assert_eq!(body.push(1), Ok(()));
        assert!(body.is_done());
    }
}
