//! When a submitted message is to be released: the values of HOLDFOR and HOLDUNTIL, and what
//! FUTURERELEASE offers.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token;
use mailwire_core::{InvalidValue, owned_already, wire_api};

use crate::element::deliver_by::up_to_nine_digits;
use crate::element::timestamp::Timestamp;
use crate::tolerance::Deviation;

/// Seconds for which a server holds a message before its release: the value of HOLDFOR.
///
/// RFC 4865 section 2.
///
/// # Grammar
/// ```abnf
/// future-release-interval = future-release-integer
/// future-release-integer  = %x31-39 *8DIGIT
///                           ; integer in the range 1-999999999
///                           ; measured in seconds
/// ```
///
/// # Wire
/// ```text
/// C: MAIL FROM:<a@example.com> HOLDFOR=86400
/// ```
///
/// # Errors
/// `future-release-integer`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::future_release::HoldFor;
///
/// let hold = HoldFor::parse(b"86400")?;
/// assert_eq!(hold.seconds(), 86_400);
/// assert_eq!(hold.to_bytes(), b"86400");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldFor(u32);

impl<'a> Wire<'a> for HoldFor {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, seconds) = up_to_nine_digits(input, "future-release-integer")?;
        match input.first() {
            Some(b'0') => Err(stop(input, "future-release-integer")),
            _ => Ok((rest, Self(seconds))),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(self.0.into());
    }
}

impl HoldFor {
    /// An interval of 1 to 999999999 seconds.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is out of that range.
    pub const fn new(seconds: u32) -> Result<Self, InvalidValue> {
        match seconds {
            1..=999_999_999 => Ok(Self(seconds)),
            _ => Err(InvalidValue { what: "future-release-integer", at: 0 }),
        }
    }

    /// The interval in seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

/// The time until which a server holds a message before its release: the value of HOLDUNTIL.
///
/// RFC 4865 section 2. The RFC takes `Internet-style-date-time-UTC` from nowhere; its text asks for a
/// date-time normalized to UTC, so every way to write UTC is read.
///
/// # Grammar
/// ```abnf
/// future-release-date-time = Internet-style-date-time-UTC
/// ```
///
/// # Wire
/// ```text
/// C: MAIL FROM:<a@example.com> HOLDUNTIL=2026-12-01T08:00:00Z
/// ```
///
/// # Errors
/// Those of [`Timestamp`]; `future-release-date-time` for a time that is not in UTC.
///
/// # Example
/// ```
/// use mailwire_smtp::element::future_release::HoldUntil;
///
/// let hold = HoldUntil::parse(b"2026-12-01T08:00:00Z")?;
/// assert_eq!(hold.time().hour(), 8);
/// assert_eq!(hold.to_bytes(), b"2026-12-01T08:00:00Z");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HoldUntil(Timestamp);

impl<'a> Wire<'a> for HoldUntil {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, time) = Timestamp::parse_part(input, cx)?;
        let hold = Self::new(time).map_err(|_| stop(input, "future-release-date-time"))?;
        Ok((rest, hold))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0);
    }
}

impl HoldUntil {
    /// A release at `time`.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is not in UTC.
    pub const fn new(time: Timestamp) -> Result<Self, InvalidValue> {
        if time.is_utc() {
            Ok(Self(time))
        } else {
            Err(InvalidValue { what: "future-release-date-time", at: 0 })
        }
    }

    /// The time of release.
    #[must_use]
    pub const fn time(self) -> Timestamp {
        self.0
    }
}

/// The parameter of FUTURERELEASE in an EHLO reply: how long, and until when, a server holds messages.
///
/// RFC 4865 section 2.
///
/// # Grammar
/// ```abnf
/// max-future-release-interval  = future-release-integer
/// max-future-release-date-time = date-time
/// line = "250-FUTURERELEASE" SP max-future-release-interval
///                            SP max-future-release-date-time
/// ```
///
/// # Wire
/// ```text
/// S: 250-FUTURERELEASE 2592000 2026-12-31T00:00:00Z
/// ```
///
/// # Errors
/// `future-release-integer`, `SP`; those of [`Timestamp`]; `max-future-release-date-time` for a time
/// that is not in UTC.
///
/// # Example
/// ```
/// use mailwire_smtp::element::future_release::FutureReleaseOffer;
///
/// let offer = FutureReleaseOffer::parse(b"2592000 2026-12-31T00:00:00Z")?;
/// assert_eq!(offer.max_interval.seconds(), 2_592_000);
/// assert_eq!(offer.to_bytes(), b"2592000 2026-12-31T00:00:00Z");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FutureReleaseOffer {
    /// The longest interval that HOLDFOR may ask for.
    pub max_interval: HoldFor,
    /// The last time that HOLDUNTIL may ask for.
    pub max_date_time: HoldUntil,
}

owned_already!(HoldFor, HoldUntil, FutureReleaseOffer);
wire_api!(Deviation: copy HoldFor, HoldUntil, FutureReleaseOffer);

impl<'a> Wire<'a> for FutureReleaseOffer {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, max_interval) = HoldFor::parse_part(input, cx)?;
        let (time_at, ()) = token::sp(rest)?;
        let (rest, time) = Timestamp::parse_part(time_at, cx)?;
        let max_date_time =
            HoldUntil::new(time).map_err(|_| stop(time_at, "max-future-release-date-time"))?;
        Ok((rest, Self { max_interval, max_date_time }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.max_interval).sp().put(&self.max_date_time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        let until = |bytes: &[u8]| HoldUntil::new(Timestamp::parse(bytes).unwrap());
        let noon = until(b"2026-12-01T12:00:00Z").unwrap();
        check_rows(&[
            (b"1", HoldFor::new(1).unwrap()),
            (b"67890", HoldFor::new(67_890).unwrap()),
            (b"999999999", HoldFor::new(999_999_999).unwrap()),
        ]);
        check_rejects::<HoldFor>(&[
            (b"", "future-release-integer", 0),
            (b"XYZ", "future-release-integer", 0),
            (b"0", "future-release-integer", 0),
            (b"012", "future-release-integer", 0),
            (b"1000000000", "future-release-integer", 0),
            (b"-1", "future-release-integer", 0),
        ]);
        assert!(HoldFor::new(0).is_err() && HoldFor::new(1_000_000_000).is_err());
        check_rows(&[
            (b"2026-12-01T12:00:00Z", noon),
            (b"2026-12-01T12:00:00.25+00:00", until(b"2026-12-01T12:00:00.25+00:00").unwrap()),
        ]);
        check_rejects::<HoldUntil>(&[
            (b"", "date-fullyear", 0),
            (b"0ABC", "date-fullyear", 0),
            // smtp-proto takes seconds here; the RFC does not.
            (b"12345", "date-time", 4),
            (b"2026-12-01T12:00:00+01:00", "future-release-date-time", 0),
        ]);
        assert!(until(b"2026-12-01T12:00:00-08:00").is_err());
        let max_interval = HoldFor::new(1234).unwrap();
        check_rows(&[(
            b"1234 2026-12-01T12:00:00Z",
            FutureReleaseOffer { max_interval, max_date_time: noon },
        )]);
        check_rejects::<FutureReleaseOffer>(&[
            (b"", "future-release-integer", 0),
            (b"123", "SP", 3),
            (b"1234 5678", "date-time", 9),
            (b"1234 2026-12-01T12:00:00+01:00", "max-future-release-date-time", 5),
        ]);
    }
}
