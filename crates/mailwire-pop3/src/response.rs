//! Status lines: the first line of an answer, and for most commands the only one. RFC 1939 section 3,
//! RFC 2449 section 3.
//!
//!   S: +OK message 1 deleted
//!   S: -ERR [IN-USE] Do you have another POP session running?
//!
//! What else an answer holds depends on the command: see [`answer`](crate::answer).

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Fail, PResult, Wire, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::{ByteSet, plain_text};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, owned_already, wire_api};

use crate::element::response_code::ResponseCode;
use crate::tolerance::Deviation;

/// Octets of the text of a line that is built: printable, UTF-8.
static TEXT: ByteSet = ByteSet::range(32, 126).and_range(0x80, 0xff);

/// Whether a command succeeded. RFC 1939 section 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// `+OK`
    Ok,
    /// `-ERR`
    Err,
}

owned_already!(Status);

impl Status {
    /// The status as it is written on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "+OK",
            Self::Err => "-ERR",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A status line: whether the command succeeded, a response code if there is one, and text; sent by
/// the server.
///
/// RFC 1939 section 3; RFC 2449 sections 3 and 8 (response codes), RFC 6856 section 3 (UTF-8 text).
///
/// # Grammar
/// ```text
/// single-line = status [SP text] CRLF
/// status      = "+OK" / "-ERR"
/// text        = *schar / resp-code *CHAR
/// schar       = %x20-5A / %x5C-7E       ; printable, without "["
/// ```
/// Deviations: [`LowerCaseStatus`](Deviation::LowerCaseStatus),
/// [`BracketInText`](Deviation::BracketInText), [`EightBitText`](Deviation::EightBitText),
/// [`ControlInText`](Deviation::ControlInText), [`BareLfLine`](Deviation::BareLfLine), and those of
/// [`ResponseCode`]. A broken response code is text.
///
/// # Wire
/// ```text
/// S: -ERR [SYS/TEMP] try again later
/// ```
///
/// # Limits
/// [`Limits::response_line`](crate::Limits::response_line).
///
/// # Errors
/// `status`, `text`, `CRLF`.
///
/// # Example
/// ```
/// use mailwire_pop3::Response;
/// use mailwire_pop3::element::response_code::KnownCode;
/// let response = Response::parse(b"-ERR [IN-USE] Do you have another POP session running?\r\n")?;
/// assert!(!response.is_ok());
/// assert!(response.is(KnownCode::InUse));
/// assert_eq!(response.text(), b"Do you have another POP session running?");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Response<'a> {
    status: Status,
    code: Option<ResponseCode<'a>>,
    text: Cow<'a, [u8]>,
}

into_owned!(struct Response { status, code, text });
wire_api!(Deviation: Response);

impl<'a> Response<'a> {
    /// A line. A text that begins with a response code gives the line that code, because that is
    /// how the client reads it.
    ///
    /// # Errors
    /// [`InvalidValue`] when the text holds control octets, is not UTF-8, or has a `[` that begins
    /// no response code.
    pub fn new(status: Status, text: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let text = text.into_bytes();
        check(&text)?;
        let Some(at) = memchr::memchr(b'[', &text) else {
            return Ok(Self { status, code: None, text });
        };
        let bad = InvalidValue { what: "text", at };
        let cx = Context::new(mailwire_core::Tolerance::<Deviation>::strict());
        let (code, len) = match ResponseCode::parse_part(&text, &cx) {
            Ok((rest, code)) => (code.into_owned(), text.len().saturating_sub(rest.len())),
            Err(_) => return Err(bad),
        };
        let behind = |text: &[u8]| usize::from(text.get(len) == Some(&b' ')).saturating_add(len);
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(behind(text)..).unwrap_or_default()),
            Cow::Owned(mut text) => {
                text.drain(..behind(&text).min(text.len()));
                Cow::Owned(text)
            }
        };
        Ok(Self { status, code: Some(code), text })
    }

    /// `+OK` with a text.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn ok(text: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Self::new(Status::Ok, text)
    }

    /// `-ERR` with a text.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn err(text: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Self::new(Status::Err, text)
    }

    /// A line with a response code; its text is as it is given.
    ///
    /// # Errors
    /// [`InvalidValue`] when the text holds control octets or is not UTF-8.
    pub fn with_code(
        status: Status,
        code: impl Into<ResponseCode<'a>>,
        text: impl IntoBytes<'a>,
    ) -> Result<Self, InvalidValue> {
        let text = text.into_bytes();
        check(&text)?;
        Ok(Self { status, code: Some(code.into()), text })
    }

    /// The line of a greeting, with a stamp behind its text.
    pub(crate) fn with_stamp(self, stamp: &crate::element::apop::Stamp<'_>) -> Response<'static> {
        let mut text = self.text.to_vec();
        if !text.is_empty() {
            text.push(b' ');
        }
        text.extend_from_slice(stamp.as_bytes());
        Response { text: Cow::Owned(text), ..self.into_owned() }
    }

    /// A line of plain text, checked by the tests of this crate.
    pub(crate) const fn fixed(status: Status, text: &'static str) -> Response<'static> {
        Response { status, code: None, text: Cow::Borrowed(text.as_bytes()) }
    }

    /// Whether the command succeeded.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// True for `+OK`.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self.status, Status::Ok)
    }

    /// The response code at the beginning of the text.
    #[must_use]
    pub const fn code(&self) -> Option<&ResponseCode<'a>> {
        self.code.as_ref()
    }

    /// True when the response code is this one, or a special case of it.
    #[must_use]
    pub fn is(&self, code: crate::element::response_code::KnownCode) -> bool {
        self.code.as_ref().is_some_and(|other| other.is(code))
    }

    /// The text behind the status and the response code.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The text, borrowed from the frame where it was.
    #[must_use]
    pub fn into_text(self) -> Cow<'a, [u8]> {
        self.text
    }

    /// The text where it is in its frame; there is none with a response code before it, because no
    /// value stands there.
    pub(crate) const fn borrowed_text(&self) -> Option<&'a [u8]> {
        match (&self.code, &self.text) {
            (None, Cow::Borrowed(text)) => Some(text),
            _ => None,
        }
    }

    /// The number in front of the word `octets`, in the answer to RETR: a hint that no RFC defines,
    /// and that is often wrong.
    #[must_use]
    pub fn octets(&self) -> Option<u64> {
        let mut words = self.text.split(|&byte| byte == b' ');
        let number = mailwire_core::token::decimal(words.next()?)?;
        words.next()?.starts_with(b"octets").then_some(number)
    }

    /// The same line, borrowed from this one.
    #[must_use]
    pub fn borrowed(&self) -> Response<'_> {
        Response {
            status: self.status,
            code: self.code.as_ref().map(ResponseCode::borrowed),
            text: Cow::Borrowed(&self.text),
        }
    }

    /// Writes the line without its end.
    pub(crate) fn encode_line(&self, out: &mut Encoder<'_>) {
        out.keyword(self.status.as_str());
        if let Some(code) = &self.code {
            out.sp().put(code);
        }
        if !self.text.is_empty() {
            out.sp().bytes(&self.text);
        }
    }
}

/// What is built keeps to the grammar, with the UTF-8 of RFC 6856.
pub(crate) fn check(text: &[u8]) -> Result<(), InvalidValue> {
    let bad = |at| InvalidValue { what: "text", at };
    TEXT.check(text).map_err(bad)?;
    core::str::from_utf8(text).map(drop).map_err(|error| bad(error.valid_up_to()))
}

/// The status at the beginning of a line, and what is behind it.
#[inline(always)]
pub(crate) fn status<'a>(line: &'a [u8], cx: &Context) -> PResult<'a, Status> {
    let (status, rest) = match line {
        [b'+', b'O', b'K', rest @ ..] => (Status::Ok, rest),
        [b'-', b'E', b'R', b'R', rest @ ..] => (Status::Err, rest),
        _ => lower_case_status(line, cx)?,
    };
    match rest {
        [] | [b' ', ..] => Ok((rest, status)),
        _ => Err(stop(line, "status")),
    }
}

#[cold]
fn lower_case_status<'a>(
    line: &'a [u8],
    cx: &Context,
) -> Result<(Status, &'a [u8]), nom::Err<Fail>> {
    use mailwire_core::token::strip_prefix_ignore_case as strip;
    let found = strip(line, b"+OK")
        .map(|rest| (Status::Ok, rest))
        .or_else(|| strip(line, b"-ERR").map(|rest| (Status::Err, rest)));
    match found {
        // Only a whole status is one: the deviation is recorded for nothing else.
        Some((status, rest @ ([] | [b' ', ..]))) if cx.tolerate(Deviation::LowerCaseStatus) => {
            Ok((status, rest))
        }
        _ => Err(stop(line, "status")),
    }
}

/// A status line without its end.
#[inline(always)]
pub(crate) fn status_line<'a>(line: &'a [u8], cx: &Context) -> PResult<'a, Response<'a>> {
    line_of::<false>(line, cx)
}

/// A greeting without its end: `gchar` has the square brackets that `schar` has not, and a stamp may
/// hold them.
pub(crate) fn greeting_line<'a>(line: &'a [u8], cx: &Context) -> PResult<'a, Response<'a>> {
    line_of::<true>(line, cx)
}

#[inline(always)]
fn line_of<'a, const BRACKETS: bool>(line: &'a [u8], cx: &Context) -> PResult<'a, Response<'a>> {
    let (rest, status) = status(line, cx)?;
    let text = rest.get(1..).unwrap_or_default();
    if plain_text(text) && memchr::memchr(b'[', text).is_none() {
        return Ok((&[], Response { status, code: None, text: Cow::Borrowed(text) }));
    }
    closer_look(status, text, BRACKETS, cx)
}

/// A text that is not plain, or has a bracket.
#[inline(never)]
fn closer_look<'a>(
    status: Status,
    text: &'a [u8],
    brackets: bool,
    cx: &Context,
) -> PResult<'a, Response<'a>> {
    let (code, rest) = match ResponseCode::parse_part(text, cx) {
        Ok((rest, code)) => (Some(code), rest.strip_prefix(b" ").unwrap_or(rest)),
        Err(_) => (None, text),
    };
    let place = |at: usize| rest.get(at..).unwrap_or_default();
    let control = |&byte: &u8| byte < 32 || byte == 127;
    let odd: [(Option<usize>, _); 3] = [
        (rest.iter().position(control), Deviation::ControlInText),
        (rest.iter().position(|&byte| byte >= 0x80), Deviation::EightBitText),
        (
            // What begins with one was to be a code.
            memchr::memchr(b'[', rest).filter(|&at| code.is_none() && (at == 0 || !brackets)),
            Deviation::BracketInText,
        ),
    ];
    for (at, deviation) in odd {
        if let Some(at) = at {
            if !cx.tolerate(deviation) {
                return Err(stop(place(at), "text"));
            }
        }
    }
    Ok((&[], Response { status, code, text: Cow::Borrowed(rest) }))
}

/// Parses a line with its end by a parser of lines without one.
#[inline(always)]
pub(crate) fn with_line_end<'a, T>(
    input: &'a [u8],
    cx: &Context,
    parse: impl FnOnce(&'a [u8], &Context) -> PResult<'a, T>,
) -> PResult<'a, T> {
    let (after, line) = crate::token::line(input, cx)?;
    match parse(line, cx) {
        Ok((_, value)) => Ok((after, value)),
        Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => {
            // Places are counted from the end of the frame, which the line ending belongs to.
            let ending = input.len().saturating_sub(line.len());
            let left = fail.left.saturating_add(ending);
            Err(nom::Err::Failure(Fail { left, rule: fail.rule }))
        }
        Err(error) => Err(error),
    }
}

impl<'a> Wire<'a> for Response<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        with_line_end(input, cx, status_line)
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        self.encode_line(out);
        out.crlf();
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("code", &self.code)
            .field("text", &Escaped(&self.text))
            .finish()
    }
}

/// The line as it is written, with what is not printable escaped.
impl fmt::Display for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.to_bytes();
        Escaped(line.trim_ascii_end()).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::response_code::KnownCode;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn ok(text: &str) -> Response<'_> {
        Response::ok(text).unwrap()
    }

    fn err(text: &str) -> Response<'_> {
        Response::err(text).unwrap()
    }

    #[test]
    fn rows() {
        let coded = |code: KnownCode, text| Response::with_code(Status::Err, code, text).unwrap();
        check_rows(&[
            (b"+OK\r\n", ok("")),
            (b"-ERR\r\n", err("")),
            (b"+OK message 1 deleted\r\n", ok("message 1 deleted")),
            (b"+OK 2  320\r\n", ok("2  320")),
            (b"+OK  x \r\n", ok(" x ")),
            (b"-ERR no < such ] message\r\n", err("no < such ] message")),
            (b"-ERR [IN-USE] busy\r\n", coded(KnownCode::InUse, "busy")),
            (b"-ERR [AUTH]\r\n", coded(KnownCode::Auth, "")),
            (b"-ERR [SYS/PERM]  [x] y\r\n", coded(KnownCode::SysPerm, " [x] y")),
            (b"+OK [XCLIENT] Dovecot ready.\r\n", ok("[XCLIENT] Dovecot ready.")),
        ]);
        // The space is part of the grammar even when there is no text.
        assert_eq!(Response::parse(b"+OK \r\n"), Ok(ok("")));
        assert_eq!(Response::parse(b"-ERR [AUTH]no\r\n"), Ok(coded(KnownCode::Auth, "no")));
    }

    #[test]
    fn rejects() {
        check_rejects::<Response<'_>>(&[
            (b"", "CRLF", 0),
            (b"\r\n", "status", 0),
            (b"+OK", "CRLF", 3),
            (b"+OK\n", "CRLF", 4),
            (b"+\r\n", "status", 0),
            (b"+ abc\r\n", "status", 0),
            (b" +OK\r\n", "status", 0),
            (b"+OKAY\r\n", "status", 0),
            (b"+OKready\r\n", "status", 0),
            (b"+okay\r\n", "status", 0),
            (b"+OK\tx\r\n", "status", 0),
            (b"-ER\r\n", "status", 0),
            (b"1 120\r\n", "status", 0),
            (b"* OK Gimap ready\r\n", "status", 0),
            (b"220 mail.example ESMTP\r\n", "status", 0),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Response<'_>>(&[
            (b"+ok ready\r\n", Deviation::LowerCaseStatus, b"+OK ready\r\n"),
            (b"-Err \r\n", Deviation::LowerCaseStatus, b"-ERR\r\n"),
            (b"+OK\n", Deviation::BareLfLine, b"+OK\r\n"),
            (b"+OK a\tb\r\n", Deviation::ControlInText, b"+OK a\tb\r\n"),
            (b"+OK a\0b\r\n", Deviation::ControlInText, b"+OK a\0b\r\n"),
            (b"-ERR acc\xe8s\r\n", Deviation::EightBitText, b"-ERR acc\xe8s\r\n"),
            (b"-ERR [AUTH x\r\n", Deviation::BracketInText, b"-ERR [AUTH x\r\n"),
            (b"-ERR []\r\n", Deviation::BracketInText, b"-ERR []\r\n"),
            (b"+OK [\r\n", Deviation::BracketInText, b"+OK [\r\n"),
            (b"+OK x [y] z\r\n", Deviation::BracketInText, b"+OK x [y] z\r\n"),
        ]);
    }

    #[test]
    fn pop_c_17_a_broken_code_is_text() {
        for (line, text) in [
            (&b"-ERR [AUTH x\r\n"[..], &b"[AUTH x"[..]),
            (b"-ERR []\r\n", b"[]"),
            (b"+OK [\r\n", b"["),
        ] {
            let response = Response::parse(line).unwrap();
            assert_eq!((response.code(), response.text()), (None, text));
        }
    }

    #[test]
    fn a_vendors_code_is_one() {
        let line = b"-ERR [WEBALERT https://mail.example/a b] log in\r\n";
        let (response, met) = Response::parse_with(line, crate::Tolerance::default()).unwrap();
        assert!(met.iter().eq([Deviation::VendorCode]));
        assert_eq!(response.code().unwrap().as_bytes(), b"WEBALERT https://mail.example/a b");
        assert_eq!(response.text(), b"log in");
        assert_eq!(response.to_bytes(), line);
    }

    #[test]
    fn a_built_line_is_one_line_and_reads_the_same() {
        for text in ["a\r\n+OK", "a\nb", "\rb", "a\0", "a\x1b[2J", "a [b", "[a", "[]"] {
            assert!(Response::ok(text).is_err(), "{text:?}");
            if text.bytes().any(|byte| byte < 32) {
                assert!(Response::with_code(Status::Ok, KnownCode::Auth, text).is_err());
            }
        }
        let built = Response::err(alloc::string::String::from("[IN-USE] busy")).unwrap();
        assert!(built.is(KnownCode::InUse) && built.text() == b"busy");
        assert_eq!(alloc::format!("{built}"), "-ERR [IN-USE] busy");
    }

    #[test]
    fn the_octets_are_a_hint() {
        assert_eq!(ok("120 octets").octets(), Some(120));
        assert_eq!(ok("message follows").octets(), None);
        assert_eq!(ok("120").octets(), None);
    }
}
