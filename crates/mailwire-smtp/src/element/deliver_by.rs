//! Until when a message is to be delivered: the value of BY, and what DELIVERBY offers.

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::{self, ByteSet, DIGIT};
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api};

use crate::tolerance::Deviation;

/// The largest number of nine digits.
const MAX_SECONDS: u32 = 999_999_999;

/// A time to deliver within and what to do when it is over, sent by clients with the sender.
///
/// RFC 2852 section 4.
///
/// # Grammar
/// ```abnf
/// by-value = by-time";"by-mode[by-trace]
/// by-time  = ["-" / "+"]1*9digit ; a negative or zero value is not
///                                ; allowed with a by-mode of "R"
/// by-mode  = "N" / "R"           ; "Notify" or "Return"
/// by-trace = "T"                 ; "Trace"
/// ```
/// A `+` and leading zeros are read and not written.
///
/// # Wire
/// ```text
/// C: MAIL FROM:<a@example.com> BY=120;R
/// ```
///
/// # Limits
/// -999999999 to 999999999 seconds.
///
/// # Errors
/// `by-time`, `by-mode`; `by-value` for a mode of `R` with a time that is not positive.
///
/// # Example
/// ```
/// use mailwire_smtp::element::deliver_by::{ByMode, DeliverBy};
///
/// let by = DeliverBy::parse(b"-10;NT")?;
/// assert_eq!((by.seconds(), by.mode(), by.trace()), (-10, ByMode::Notify, true));
/// assert_eq!(by.to_bytes(), b"-10;NT");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeliverBy {
    seconds: i64,
    mode: ByMode,
    trace: bool,
}

/// What happens to a message that is not delivered in time: `by-mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ByMode {
    /// `N`: its sender is told, and delivery goes on.
    Notify,
    /// `R`: it is returned.
    Return,
}

owned_already!(DeliverBy, ByMode);
wire_api!(Deviation: copy DeliverBy);
wire_api!(Deviation: DeliverByOffer);

impl<'a> Wire<'a> for DeliverBy {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (sign, number) = match input.split_first() {
            Some((b'-', rest)) => (-1, rest),
            Some((b'+', rest)) => (1, rest),
            _ => (1, input),
        };
        let (rest, seconds) = up_to_nine_digits(number, "by-time")?;
        let (mode_at, ()) = token::byte(rest, b';', "by-time")?;
        let (mode, rest) = match mode_at.split_first() {
            Some((b'N' | b'n', rest)) => (ByMode::Notify, rest),
            Some((b'R' | b'r', rest)) => (ByMode::Return, rest),
            _ => return Err(fail(mode_at, "by-mode")),
        };
        let (trace, rest) = match rest.split_first() {
            Some((b'T' | b't', rest)) => (true, rest),
            _ => (false, rest),
        };
        let by = Self::new(i64::from(seconds) * sign, mode, trace);
        by.map(|by| (rest, by)).map_err(|_| stop(input, "by-value"))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.signed(self.seconds).byte(b';').byte(match self.mode {
            ByMode::Notify => b'N',
            ByMode::Return => b'R',
        });
        if self.trace {
            out.byte(b'T');
        }
    }
}

/// `1*9DIGIT`.
pub(super) fn up_to_nine_digits<'a>(input: &'a [u8], rule: &'static str) -> PResult<'a, u32> {
    let (rest, digits) = token::one_or_more(input, &DIGIT, rule)?;
    let seconds = token::decimal(digits).and_then(|seconds| u32::try_from(seconds).ok());
    match seconds {
        Some(seconds) if digits.len() <= 9 => Ok((rest, seconds)),
        _ => Err(stop(input, rule)),
    }
}

impl DeliverBy {
    /// Delivery within `seconds` from now; with a mode of `N` the time may be over already.
    ///
    /// # Errors
    /// [`InvalidValue`] when there are more than nine digits, or when the mode is `R` and the time is
    /// not positive.
    pub fn new(seconds: i64, mode: ByMode, trace: bool) -> Result<Self, InvalidValue> {
        let in_range = seconds.unsigned_abs() <= u64::from(MAX_SECONDS);
        if in_range && (seconds > 0 || mode == ByMode::Notify) {
            Ok(Self { seconds, mode, trace })
        } else {
            Err(InvalidValue { what: "BY", at: 0 })
        }
    }

    /// Seconds from now until the message is to be delivered.
    #[must_use]
    pub const fn seconds(&self) -> i64 {
        self.seconds
    }

    /// What happens when the time is over.
    #[must_use]
    pub const fn mode(&self) -> ByMode {
        self.mode
    }

    /// True when each relay is to report that it passed the message on.
    #[must_use]
    pub const fn trace(&self) -> bool {
        self.trace
    }
}

/// The parameter of DELIVERBY in an EHLO reply: the shortest time that a server takes with `R`.
///
/// RFC 2852 section 2.
///
/// # Grammar
/// ```abnf
/// deliverby-param = min-by-time *( ',' extension-token )
/// min-by-time     = [1*9DIGIT]
/// extension-token = 1*<any CHAR excluding SP, COMMA and all control
///                      characters (US ASCII 0-31 inclusive)>
/// ```
/// An extension token has no DEL either, which no EHLO line may hold (RFC 5321 section 4.1.1.1).
///
/// # Wire
/// ```text
/// S: 250-DELIVERBY 240
/// ```
///
/// # Errors
/// `min-by-time`, `extension-token`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::deliver_by::DeliverByOffer;
///
/// let offer = DeliverByOffer::parse(b"240,x-fast")?;
/// assert_eq!(offer.min_by_time(), Some(240));
/// assert_eq!(offer.extension_tokens().collect::<Vec<_>>(), [b"x-fast"]);
/// assert_eq!(offer.to_bytes(), b"240,x-fast");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DeliverByOffer<'a> {
    min_by_time: Option<u32>,
    /// The extension tokens, each behind its comma.
    tokens: Cow<'a, [u8]>,
}

into_owned!(@impl DeliverByOffer, self => {
    DeliverByOffer {
        min_by_time: self.min_by_time,
        tokens: Cow::Owned(Cow::into_owned(self.tokens)),
    }
});

static TOKEN: ByteSet = ByteSet::range(b'!', b'~').without(b",");

impl<'a> Wire<'a> for DeliverByOffer<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (tokens_at, min_by_time) = match input.first() {
            Some(b'0'..=b'9') => {
                let (rest, seconds) = up_to_nine_digits(input, "min-by-time")?;
                (rest, Some(seconds))
            }
            None | Some(b',' | b' ') => (input, None),
            Some(_) => return Err(fail(input, "min-by-time")),
        };
        let mut rest = tokens_at;
        while let Some(token) = rest.strip_prefix(b",") {
            rest = token::one_or_more(token, &TOKEN, "extension-token")?.0;
        }
        let tokens = tokens_at.split_at(tokens_at.len() - rest.len()).0;
        Ok((rest, Self { min_by_time, tokens: Cow::Borrowed(tokens) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(seconds) = self.min_by_time {
            out.number(seconds.into());
        }
        out.bytes(&self.tokens);
    }
}

impl DeliverByOffer<'_> {
    /// The offer to deliver in `min_by_time` seconds or more; `None` tells nothing about it.
    ///
    /// # Errors
    /// [`InvalidValue`] when there are more than nine digits.
    pub const fn new(min_by_time: Option<u32>) -> Result<Self, InvalidValue> {
        match min_by_time {
            Some(MAX_SECONDS..) if !matches!(min_by_time, Some(MAX_SECONDS)) => {
                Err(InvalidValue { what: "min-by-time", at: 9 })
            }
            _ => Ok(Self { min_by_time, tokens: Cow::Borrowed(b"") }),
        }
    }

    /// The shortest time in seconds that the server takes when the mode is `R`.
    #[must_use]
    pub const fn min_by_time(&self) -> Option<u32> {
        self.min_by_time
    }

    /// What future extensions put behind the time.
    pub fn extension_tokens(&self) -> impl Iterator<Item = &[u8]> {
        // The first comma has nothing before it.
        self.tokens.split(|&byte| byte == b',').skip(1)
    }
}

impl fmt::Debug for DeliverByOffer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliverByOffer")
            .field("min_by_time", &self.min_by_time)
            .field("extension_tokens", &Escaped(&self.tokens))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};
    use proptest::prelude::*;

    fn by(seconds: i64, mode: ByMode, trace: bool) -> DeliverBy {
        DeliverBy::new(seconds, mode, trace).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"120;R", by(120, ByMode::Return, false)),
            (b"0;N", by(0, ByMode::Notify, false)),
            (b"100;NT", by(100, ByMode::Notify, true)),
            (b"-999999999;N", by(-999_999_999, ByMode::Notify, false)),
            (b"999999999;RT", by(999_999_999, ByMode::Return, true)),
        ]);
        check_rejects::<DeliverBy>(&[
            (b"", "by-time", 0),
            (b"-", "by-time", 1),
            (b";", "by-time", 0),
            (b";R", "by-time", 0),
            (b"120", "by-time", 3),
            (b"1000000000;N", "by-time", 0),
            (b"120;", "by-mode", 4),
            (b"120;;", "by-mode", 4),
            (b"120;T", "by-mode", 4),
            (b"120;0", "by-mode", 4),
            (b"120;RX", "end", 5),
            // The RFC has no return for a time that is over, though smtp-proto's tests do.
            (b"-10;RT", "by-value", 0),
            (b"0;R", "by-value", 0),
        ]);
        for (bytes, canonical) in
            [(&b"+22;nt"[..], &b"22;NT"[..]), (b"0120;r", b"120;R"), (b"-0;N", b"0;N")]
        {
            assert_eq!(DeliverBy::parse(bytes).unwrap().to_bytes(), canonical);
        }
        assert!(DeliverBy::new(0, ByMode::Return, false).is_err());
        assert!(DeliverBy::new(1_000_000_000, ByMode::Notify, false).is_err());
    }

    #[test]
    fn offer_rows() {
        let offer = |seconds| DeliverByOffer::new(seconds).unwrap();
        let with = |seconds, tokens: &'static [u8]| DeliverByOffer {
            tokens: Cow::Borrowed(tokens),
            ..offer(seconds)
        };
        check_rows(&[
            (b"", offer(None)),
            (b"240", offer(Some(240))),
            (b",fast", with(None, b",fast")),
            (b"240,a,b=c", with(Some(240), b",a,b=c")),
        ]);
        check_rejects::<DeliverByOffer<'_>>(&[
            (b"abc", "min-by-time", 0),
            (b"-1", "min-by-time", 0),
            (b"1000000000", "min-by-time", 0),
            (b"240,", "extension-token", 4),
            (b"240,,a", "extension-token", 4),
            (b"240 a", "end", 3),
        ]);
        assert!(DeliverByOffer::new(Some(999_999_999)).is_ok());
        assert!(DeliverByOffer::new(Some(1_000_000_000)).is_err());
    }

    proptest! {
        #[test]
        fn roundtrip(seconds in -999_999_999..=999_999_999_i64, notify: bool, trace: bool) {
            let mode = if notify { ByMode::Notify } else { ByMode::Return };
            if let Ok(by) = DeliverBy::new(seconds, mode, trace) {
                prop_assert_eq!(DeliverBy::parse(&by.to_bytes()), Ok(by));
            }
        }
    }
}
