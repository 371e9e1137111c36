//! STAT: how many messages there are, and how large they are together. RFC 1939 section 5.
//!
//!   C: STAT
//!   S: +OK 2 320

use alloc::borrow::Cow;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::{LINE, WSP};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, wire_api};

use crate::command::Command;
use crate::token;
use crate::tolerance::Deviation;

/// No argument.
pub(crate) fn stat<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    Ok((token::no_argument(input, cx)?, Command::Stat))
}

/// The drop listing: the messages of the maildrop and their octets, without those marked as deleted;
/// sent by the server behind `+OK`.
///
/// RFC 1939 section 5. What stands behind the size is for people.
///
/// # Grammar
/// ```text
/// drop-listing = nn SP mm [SP text]
/// ```
/// Deviations: [`MissingSize`](Deviation::MissingSize), [`NegativeSize`](Deviation::NegativeSize),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`LeadingZeros`](Deviation::LeadingZeros). A size that
/// the server did not tell is not known, and is written as 0.
///
/// # Wire
/// ```text
/// S: +OK 2 320
/// ```
///
/// # Limits
/// Those of the line; messages in 32 bits, octets in 64.
///
/// # Errors
/// `nn`, `mm`, `SP`.
///
/// # Example
/// ```
/// use mailwire_pop3::family::stat::Stat;
/// let stat = Stat::parse(b"2 320")?;
/// assert_eq!((stat.messages(), stat.octets()), (2, Some(320)));
/// assert_eq!(stat.to_bytes(), b"2 320");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stat<'a> {
    messages: u32,
    octets: Option<u64>,
    text: Cow<'a, [u8]>,
}

into_owned!(struct Stat { messages, octets, text });
wire_api!(Deviation: Stat);

impl<'a> Stat<'a> {
    /// So many messages, of so many octets together.
    #[must_use]
    pub const fn new(messages: u32, octets: u64) -> Self {
        Self { messages, octets: Some(octets), text: Cow::Borrowed(&[]) }
    }

    /// The same with a text behind it.
    ///
    /// # Errors
    /// [`InvalidValue`] for control octets, for `[`, and for what is not UTF-8.
    pub fn with_text(self, text: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Ok(Self { text: trailing_text(text)?, ..self })
    }

    /// The messages.
    #[must_use]
    pub const fn messages(&self) -> u32 {
        self.messages
    }

    /// Their octets; `None` when the server did not tell.
    #[must_use]
    pub const fn octets(&self) -> Option<u64> {
        self.octets
    }

    /// What stands behind the size.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

impl<'a> Wire<'a> for Stat<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let input = leading_blanks(input, cx)?;
        let (rest, messages) = token::number(input, cx, u32::MAX.into(), "nn")?;
        let messages = u32::try_from(messages).unwrap_or(u32::MAX);
        let (rest, octets) = behind_number(rest, cx, "mm")?;
        let text = behind_size(rest)?;
        Ok((&[], Self { messages, octets, text: Cow::Borrowed(text) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(self.messages.into()).sp().number(self.octets.unwrap_or(0));
        encode_text(&self.text, out);
    }
}

/// A text that can stand behind a size.
pub(super) fn trailing_text<'a>(text: impl IntoBytes<'a>) -> Result<Cow<'a, [u8]>, InvalidValue> {
    let text = text.into_bytes();
    crate::response::check(&text)?;
    // RFC 2449 section 4: only a response code begins so.
    match memchr::memchr(b'[', &text) {
        Some(at) => Err(InvalidValue { what: "text", at }),
        None => Ok(text),
    }
}

/// Writes a text that stands behind a size.
pub(super) fn encode_text(text: &[u8], out: &mut Encoder<'_>) {
    if !text.is_empty() {
        out.sp().bytes(text);
    }
}

/// Steps over blanks before the first number, where that is tolerated.
#[inline(always)]
pub(super) fn leading_blanks<'a>(
    input: &'a [u8],
    cx: &Context,
) -> Result<&'a [u8], nom::Err<mailwire_core::parse::Fail>> {
    match input.first() {
        Some(b' ' | b'\t') if cx.tolerate(Deviation::ExtraSpaces) => Ok(WSP.split(input).1),
        Some(b' ' | b'\t') => Err(stop(input, "SP")),
        _ => Ok(input),
    }
}

/// `SP size`, or nothing where that is tolerated.
#[inline(always)]
pub(super) fn behind_number<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
) -> PResult<'a, Option<u64>> {
    if WSP.span(input) == input.len() {
        return if cx.tolerate(Deviation::MissingSize) {
            Ok((&[], None))
        } else {
            Err(stop(input.get(input.len()..).unwrap_or_default(), rule))
        };
    }
    let (rest, ()) = token::sp(input, cx)?;
    token::size(rest, cx, rule)
}

/// `[SP text]`, to the end of the line: RFC 1939 says nothing of what it is.
#[inline(always)]
pub(super) fn behind_size(input: &[u8]) -> Result<&[u8], nom::Err<mailwire_core::parse::Fail>> {
    match input.split_first() {
        None => Ok(input),
        Some((b' ' | b'\t', text)) if LINE.check(text).is_ok() => Ok(text),
        Some(_) => Err(stop(input, "SP")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[(b"STAT\r\n", Command::Stat)]);
        check_rows(&[
            (b"2 320", Stat::new(2, 320)),
            (b"0 0", Stat::new(0, 0)),
            (b"7 5000000000", Stat::new(7, 5_000_000_000)),
            (b"4294967295 18446744073709551615", Stat::new(u32::MAX, u64::MAX)),
            (b"2 320 extra text", Stat::new(2, 320).with_text("extra text").unwrap()),
            (b"2 320 \xc3\xa9", Stat::new(2, 320).with_text("\u{e9}").unwrap()),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[(b"STAT 1\r\n", "CRLF", 4)]);
        check_rejects::<Stat<'_>>(&[
            (b"", "nn", 0),
            (b"x", "nn", 0),
            (b"-2 1", "nn", 0),
            (b"2", "mm", 1),
            (b"2 ", "mm", 2),
            (b"2 -1", "mm", 2),
            (b"2 x", "mm", 2),
            (b"7 #octets", "mm", 2),
            (b"2 320x", "SP", 5),
            (b"99999999999999999999 1", "nn", 0),
            (b"4294967296 1", "nn", 0),
            (b"1 18446744073709551616", "mm", 2),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Stat<'_>>(&[
            (b" 2 320", Deviation::ExtraSpaces, b"2 320"),
            (b"2  320", Deviation::ExtraSpaces, b"2 320"),
            (b"2", Deviation::MissingSize, b"2 0"),
            (b"2 -1", Deviation::NegativeSize, b"2 0"),
            (b"02 320", Deviation::LeadingZeros, b"2 320"),
        ]);
        check_lenient::<Command<'_>>(&[
            (b"STAT x\r\n", Deviation::UnexpectedArgument, b"STAT\r\n"),
            (b"STAT \r\n", Deviation::TrailingSpaces, b"STAT\r\n"),
        ]);
    }

    #[test]
    fn a_size_that_is_not_told_is_not_known() {
        let (stat, _) = Stat::parse_with(b"2 -1", crate::Tolerance::lenient()).unwrap();
        assert_eq!((stat.messages(), stat.octets()), (2, None));
        assert!(Stat::new(1, 1).with_text("a\r\n").is_err());
    }
}
