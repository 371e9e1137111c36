//! Points in time, in the date format of the Internet.

use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::{self, DIGIT};
use mailwire_core::{InvalidValue, owned_already, wire_api};

use crate::tolerance::Deviation;

/// A point in time with its offset from UTC, in values of HOLDUNTIL, FUTURERELEASE and RRVS.
///
/// RFC 3339 section 5.6. Digits of a fraction and the three ways to write UTC are kept, so that a
/// value is written as it was read. Two values are equal when they are written alike; compare
/// [`unix_time`](Self::unix_time) to find the same instant.
///
/// # Grammar
/// ```abnf
/// date-time      = full-date "T" full-time
/// full-date      = date-fullyear "-" date-month "-" date-mday
/// full-time      = partial-time time-offset
/// partial-time   = time-hour ":" time-minute ":" time-second [time-secfrac]
/// time-secfrac   = "." 1*DIGIT
/// time-offset    = "Z" / time-numoffset
/// time-numoffset = ("+" / "-") time-hour ":" time-minute
/// ```
/// `t` and `z` are read like `T` and `Z`. The day must be one of its month. Second 60 is legal where
/// a leap second can be: at 23:59 UTC.
///
/// # Wire
/// ```text
/// C: RCPT TO:<b@example.org> RRVS=2014-04-03T23:01:00Z
/// ```
///
/// # Limits
/// A fraction has up to nine digits.
///
/// # Errors
/// `date-fullyear`, `date-month`, `date-mday`, `time-hour`, `time-minute`, `time-second`,
/// `time-secfrac`, `time-offset`; `date-time` at a separator.
///
/// # Example
/// ```
/// use mailwire_smtp::element::timestamp::{TimeOffset, Timestamp};
///
/// let time = Timestamp::parse(b"1996-12-19T16:39:57-08:00")?;
/// assert_eq!((time.year(), time.hour()), (1996, 16));
/// assert_eq!(time.offset(), TimeOffset::Minutes(-480));
/// assert_eq!(time.to_bytes(), b"1996-12-19T16:39:57-08:00");
///
/// let same = Timestamp::parse(b"1996-12-20T00:39:57Z")?;
/// assert_eq!(time.unix_time(), same.unix_time());
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timestamp {
    nanosecond: u32,
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    fraction_digits: u8,
    offset: TimeOffset,
}

/// How far local time is from UTC: `time-offset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeOffset {
    /// `Z`: the time is in UTC.
    Utc,
    /// `-00:00`: the time is in UTC, and the local offset is not known.
    Unknown,
    /// Local time minus UTC in minutes, -1439 to 1439; 0 is written `+00:00`.
    Minutes(i16),
}

owned_already!(Timestamp, TimeOffset);
wire_api!(Deviation: copy Timestamp);

impl<'a> Wire<'a> for Timestamp {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, year) = digits(input, 4, 0..=9999, "date-fullyear")?;
        let (month_at, ()) = token::byte(rest, b'-', "date-time")?;
        let (rest, month) = digits(month_at, 2, 1..=12, "date-month")?;
        let (day_at, ()) = token::byte(rest, b'-', "date-time")?;
        let (year, month) = (year, narrow(month));
        let last = days_in_month(year, month);
        let (rest, day) = digits(day_at, 2, 1..=u16::from(last), "date-mday")?;
        let (rest, ()) = token::byte(rest, b'T', "date-time")
            .or_else(|_| token::byte(rest, b't', "date-time"))?;
        let (rest, (hour, minute)) = hour_and_minute(rest)?;
        let (second_at, ()) = token::byte(rest, b':', "date-time")?;
        let (rest, second) = digits(second_at, 2, 0..=60, "time-second")?;
        let (rest, (nanosecond, fraction_digits)) = fraction(rest)?;
        let (rest, offset) = time_offset(rest)?;
        let time = Self {
            nanosecond,
            year,
            month,
            day: narrow(day),
            hour,
            minute,
            second: narrow(second),
            fraction_digits,
            offset,
        };
        if !time.has_possible_second() {
            return Err(fail(second_at, "time-second"));
        }
        Ok((rest, time))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.padded(self.year.into(), 4).byte(b'-').padded(self.month.into(), 2);
        out.byte(b'-').padded(self.day.into(), 2).byte(b'T').padded(self.hour.into(), 2);
        out.byte(b':').padded(self.minute.into(), 2).byte(b':').padded(self.second.into(), 2);
        if self.fraction_digits > 0 {
            let shown = self.nanosecond / unit_of_last_digit(self.fraction_digits);
            out.byte(b'.').padded(shown.into(), self.fraction_digits.into());
        }
        match self.offset {
            TimeOffset::Utc => out.byte(b'Z'),
            TimeOffset::Unknown => out.bytes(b"-00:00"),
            TimeOffset::Minutes(minutes) => {
                let (hours, left) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
                out.byte(if minutes < 0 { b'-' } else { b'+' });
                out.padded(hours.into(), 2).byte(b':').padded(left.into(), 2)
            }
        };
    }
}

/// A number of exactly `width` digits within `range`.
fn digits<'a>(
    input: &'a [u8],
    width: usize,
    range: core::ops::RangeInclusive<u16>,
    rule: &'static str,
) -> PResult<'a, u16> {
    let value = input.split_at_checked(width).and_then(|(digits, rest)| {
        let value = u16::try_from(token::decimal(digits)?).ok()?;
        range.contains(&value).then_some((rest, value))
    });
    value.ok_or_else(|| fail(input, rule))
}

/// A value that a range of [`digits`] keeps below 256.
fn narrow(value: u16) -> u8 {
    u8::try_from(value).unwrap_or_default()
}

fn hour_and_minute(input: &[u8]) -> PResult<'_, (u8, u8)> {
    let (rest, hour) = digits(input, 2, 0..=23, "time-hour")?;
    let (rest, ()) = token::byte(rest, b':', "date-time")?;
    let (rest, minute) = digits(rest, 2, 0..=59, "time-minute")?;
    Ok((rest, (narrow(hour), narrow(minute))))
}

/// `[time-secfrac]` as nanoseconds and the number of its digits.
fn fraction(input: &[u8]) -> PResult<'_, (u32, u8)> {
    let Some(rest) = input.strip_prefix(b".") else {
        return Ok((input, (0, 0)));
    };
    let (span, behind) = DIGIT.split(rest);
    let width = u8::try_from(span.len()).ok().filter(|width| (1..=9).contains(width));
    let value = token::decimal(span).and_then(|value| u32::try_from(value).ok());
    match (width, value) {
        (Some(width), Some(value)) => Ok((behind, (value * unit_of_last_digit(width), width))),
        _ => Err(stop(input, "time-secfrac")),
    }
}

/// Nanoseconds that one stands for in the last of `digits` digits, of which there are up to nine.
const fn unit_of_last_digit(digits: u8) -> u32 {
    10_u32.pow(9_u32.saturating_sub(digits as u32))
}

fn time_offset(input: &[u8]) -> PResult<'_, TimeOffset> {
    let (sign, rest) = match input.split_first() {
        Some((b'Z' | b'z', rest)) => return Ok((rest, TimeOffset::Utc)),
        Some((b'+', rest)) => (1, rest),
        Some((b'-', rest)) => (-1, rest),
        _ => return Err(fail(input, "time-offset")),
    };
    let (rest, (hour, minute)) = hour_and_minute(rest)?;
    let minutes = i16::from(hour) * 60 + i16::from(minute);
    Ok((
        rest,
        if minutes == 0 && sign < 0 {
            TimeOffset::Unknown
        } else {
            TimeOffset::Minutes(minutes * sign)
        },
    ))
}

const fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Timestamp {
    /// A point in time without a fraction of its second.
    ///
    /// # Errors
    /// [`InvalidValue`] when there is no such day, time or offset.
    pub fn new(
        (year, month, day): (u16, u8, u8),
        (hour, minute, second): (u8, u8, u8),
        offset: TimeOffset,
    ) -> Result<Self, InvalidValue> {
        let time = Self {
            nanosecond: 0,
            year,
            month,
            day,
            hour,
            minute,
            second,
            fraction_digits: 0,
            offset,
        };
        let in_range = year <= 9999
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour <= 23
            && minute <= 59
            && (-1439..=1439).contains(&time.offset_minutes());
        if in_range && time.has_possible_second() {
            Ok(time)
        } else {
            Err(InvalidValue { what: "date-time", at: 0 })
        }
    }

    /// The same second, with a fraction of one to nine `digits`.
    ///
    /// # Errors
    /// [`InvalidValue`] when the fraction is a second or more, or needs more digits.
    pub const fn with_fraction(self, nanosecond: u32, digits: u8) -> Result<Self, InvalidValue> {
        let fits = matches!(digits, 1..=9) && nanosecond % unit_of_last_digit(digits) == 0;
        if fits && nanosecond < 1_000_000_000 {
            Ok(Self { nanosecond, fraction_digits: digits, ..self })
        } else {
            Err(InvalidValue { what: "time-secfrac", at: 0 })
        }
    }

    /// The point in time that is `seconds` behind the beginning of 1970, in UTC.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is not in the years 0 to 9999.
    pub fn from_unix_time(seconds: i64) -> Result<Self, InvalidValue> {
        let invalid = InvalidValue { what: "date-time", at: 0 };
        let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        // Years that begin in March have the leap day at their end; day 0 is 0000-03-01.
        let day = days.checked_add(DAYS_TO_1970).ok_or(invalid)?;
        let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let small = |value: i64| u8::try_from(value).map_err(|_| invalid);
        let year = u16::try_from(era * 400 + year + next).map_err(|_| invalid)?;
        Self::new(
            (year, small(month)?, small(day)?),
            (small(second / 3600)?, small(second / 60 % 60)?, small(second % 60)?),
            TimeOffset::Utc,
        )
    }

    /// Seconds since the beginning of 1970 in UTC; a leap second is the second behind it.
    #[must_use]
    pub fn unix_time(&self) -> i64 {
        // Years that begin in March have the leap day at their end.
        let (year, month) = match self.month {
            1 | 2 => (i64::from(self.year) - 1, i64::from(self.month) + 9),
            _ => (i64::from(self.year), i64::from(self.month) - 3),
        };
        let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
        let day = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let days = era * 146_097 + year * 365 + year / 4 - year / 100 + day - DAYS_TO_1970;
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute);
        days * DAY + (minutes - i64::from(self.offset_minutes())) * 60 + i64::from(self.second)
    }

    /// True when the time is written in UTC: `Z`, `+00:00` or `-00:00`.
    #[must_use]
    pub const fn is_utc(&self) -> bool {
        self.offset_minutes() == 0
    }

    const fn offset_minutes(&self) -> i16 {
        match self.offset {
            TimeOffset::Utc | TimeOffset::Unknown => 0,
            TimeOffset::Minutes(minutes) => minutes,
        }
    }

    /// False for a second over 60, or for a leap second at another time than 23:59 UTC.
    fn has_possible_second(&self) -> bool {
        let minutes = i32::from(self.hour) * 60 + i32::from(self.minute);
        let utc = (minutes - i32::from(self.offset_minutes())).rem_euclid(24 * 60);
        self.second < 60 || self.second == 60 && utc == 24 * 60 - 1
    }

    /// The year, 0 to 9999.
    #[must_use]
    pub const fn year(&self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(&self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub const fn day(&self) -> u8 {
        self.day
    }

    /// The hour, 0 to 23.
    #[must_use]
    pub const fn hour(&self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    #[must_use]
    pub const fn minute(&self) -> u8 {
        self.minute
    }

    /// The second, 0 to 60.
    #[must_use]
    pub const fn second(&self) -> u8 {
        self.second
    }

    /// The fraction of the second in nanoseconds.
    #[must_use]
    pub const fn nanosecond(&self) -> u32 {
        self.nanosecond
    }

    /// How many digits the fraction is written with; 0 when there is none.
    #[must_use]
    pub const fn fraction_digits(&self) -> u8 {
        self.fraction_digits
    }

    /// The offset of local time from UTC.
    #[must_use]
    pub const fn offset(&self) -> TimeOffset {
        self.offset
    }
}

const DAY: i64 = 24 * 60 * 60;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(&self.to_bytes()).unwrap_or_default())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};
    use TimeOffset::{Minutes, Unknown, Utc};
    use proptest::prelude::*;

    fn time(date: (u16, u8, u8), time: (u8, u8, u8), offset: TimeOffset) -> Timestamp {
        Timestamp::new(date, time, offset).unwrap()
    }

    #[test]
    fn rows() {
        let noon = |year| time((year, 2, 29), (12, 0, 0), Utc);
        check_rows(&[
            (b"2014-04-03T23:01:00Z", time((2014, 4, 3), (23, 1, 0), Utc)),
            (b"1997-11-24T14:22:01-08:00", time((1997, 11, 24), (14, 22, 1), Minutes(-480))),
            (b"2003-07-01T10:52:37+02:00", time((2003, 7, 1), (10, 52, 37), Minutes(120))),
            (b"2003-07-01T10:52:37-00:30", time((2003, 7, 1), (10, 52, 37), Minutes(-30))),
            (b"2003-07-01T10:52:37+00:00", time((2003, 7, 1), (10, 52, 37), Minutes(0))),
            (b"2003-07-01T10:52:37-00:00", time((2003, 7, 1), (10, 52, 37), Unknown)),
            (
                b"1985-04-12T23:20:50.520Z",
                time((1985, 4, 12), (23, 20, 50), Utc).with_fraction(520_000_000, 3).unwrap(),
            ),
            (
                b"1985-04-12T23:20:50.000000001Z",
                time((1985, 4, 12), (23, 20, 50), Utc).with_fraction(1, 9).unwrap(),
            ),
            (b"1990-12-31T23:59:60Z", time((1990, 12, 31), (23, 59, 60), Utc)),
            (b"1990-12-31T15:59:60-08:00", time((1990, 12, 31), (15, 59, 60), Minutes(-480))),
            (b"2000-02-29T12:00:00Z", noon(2000)),
            (b"2024-02-29T12:00:00Z", noon(2024)),
            (b"0000-01-01T00:00:00Z", time((0, 1, 1), (0, 0, 0), Utc)),
            (b"9999-12-31T23:59:59+23:59", time((9999, 12, 31), (23, 59, 59), Minutes(1439))),
        ]);
        check_rejects::<Timestamp>(&[
            (b"", "date-fullyear", 0),
            (b"ABC", "date-fullyear", 0),
            (b"12345", "date-time", 4),
            (b"2022-01-02", "date-time", 10),
            (b"2022-01-02T01:01:01", "time-offset", 19),
            (b"2022-01-02T01:01:01ZZ", "end", 20),
            (b"2022-13-02T01:01:01Z", "date-month", 5),
            (b"2022-00-02T01:01:01Z", "date-month", 5),
            (b"2022-02-29T01:01:01Z", "date-mday", 8),
            (b"1900-02-29T01:01:01Z", "date-mday", 8),
            (b"2022-04-31T01:01:01Z", "date-mday", 8),
            (b"2022-01-00T01:01:01Z", "date-mday", 8),
            (b"2022-01-02 01:01:01Z", "date-time", 10),
            (b"2022-01-02T24:00:00Z", "time-hour", 11),
            (b"2022-01-02T01:60:00Z", "time-minute", 14),
            (b"2022-01-02T01:01:61Z", "time-second", 17),
            (b"2022-01-02T01:01:60Z", "time-second", 17),
            (b"2022-01-02T01:01:01.Z", "time-secfrac", 19),
            (b"2022-01-02T01:01:01.0123456789Z", "time-secfrac", 19),
            (b"2022-01-02T01:01:01+24:00", "time-hour", 20),
            (b"2022-01-02T01:01:01+01", "date-time", 22),
        ]);
        let lower = Timestamp::parse(b"2014-04-03t23:01:00z").unwrap();
        assert_eq!(lower.to_bytes(), b"2014-04-03T23:01:00Z");
    }

    #[test]
    fn values_that_are_no_time_cannot_be_built() {
        assert!(Timestamp::new((10_000, 1, 1), (0, 0, 0), Utc).is_err());
        assert!(Timestamp::new((2023, 2, 29), (0, 0, 0), Utc).is_err());
        assert!(Timestamp::new((2023, 1, 1), (0, 0, 60), Utc).is_err());
        assert!(Timestamp::new((2023, 1, 1), (0, 0, 0), Minutes(1440)).is_err());
        let time = time((2023, 1, 1), (0, 0, 0), Utc);
        assert!(time.with_fraction(15, 8).is_err() && time.with_fraction(0, 0).is_err());
        assert!(time.with_fraction(1_000_000_000, 1).is_err());
    }

    #[test]
    fn unix_time_counts_from_1970() {
        for (bytes, seconds) in [
            (&b"1970-01-01T00:00:00Z"[..], 0),
            (b"1969-12-31T23:59:59Z", -1),
            (b"2000-02-29T00:00:00Z", 951_782_400),
            (b"2038-01-19T03:14:08Z", 2_147_483_648),
            (b"2000-02-29T01:00:00+01:00", 951_782_400),
        ] {
            assert_eq!(Timestamp::parse(bytes).unwrap().unix_time(), seconds);
        }
        assert!(Timestamp::from_unix_time(i64::MAX).is_err());
        assert!(Timestamp::from_unix_time(i64::MIN).is_err());
    }

    proptest! {
        #[test]
        fn roundtrip(seconds in -62_167_219_200_i64..253_402_300_800, nanos in 0..1_000_000_000_u32) {
            let time = Timestamp::from_unix_time(seconds).unwrap();
            prop_assert_eq!(time.unix_time(), seconds);
            let time = time.with_fraction(nanos, 9).unwrap();
            prop_assert_eq!(Timestamp::parse(&time.to_bytes()), Ok(time));
        }
    }
}
