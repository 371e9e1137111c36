//! Replies: a code and one or more lines of text. RFC 5321 section 4.2, RFC 2034.
//!
//! ```text
//! S: 250-first line
//! S: 250 last line
//! ```

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Fail, PResult, Wire, parse_whole, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::{ByteSet, plain_len, plain_text};
use mailwire_core::{Deviations, IntoBytes, InvalidValue, SyntaxError, Tolerance, into_owned};

use crate::element::enhanced_code::EnhancedCode;
use crate::element::reply_code::ReplyCode;
use crate::tolerance::Deviation;

/// Octets of the text of a line that is built: printable, tab, UTF-8.
static TEXT: ByteSet = ByteSet::range(32, 126).and(b"\t").and_range(0x80, 0xff);

/// A whole reply: its code, the enhanced status code if it has one, and each line; sent by the
/// server.
///
/// The lines are a view over the wire form. A reply that is parsed costs no allocation; one that is
/// built is encoded while it is built.
///
/// RFC 5321 section 4.2; RFC 2034 (enhanced status codes), RFC 6531 (UTF-8 text).
///
/// # Grammar
/// ```text
/// Reply-line = *( Reply-code "-" [ textstring ] CRLF )
///              Reply-code [ SP textstring ] CRLF
/// Reply-code = %x32-35 %x30-35 %x30-39
/// textstring = 1*(%d09 / %d32-126)
/// ```
/// An enhanced status code is read where RFC 2034 puts it: in replies of 2yz, 4yz and 5yz, at the
/// beginning of the text, when its class is the first digit of the code.
/// [`Greeting`](crate::family::greeting::Greeting) and
/// [`EhloReply`](crate::family::hello::EhloReply) never have one. Deviations:
/// [`BareLfLine`](Deviation::BareLfLine), [`ReplyCodeMismatch`](Deviation::ReplyCodeMismatch),
/// [`ReplyCodeRange`](Deviation::ReplyCodeRange), [`EmptyText`](Deviation::EmptyText),
/// [`EightBitText`](Deviation::EightBitText), [`ControlInText`](Deviation::ControlInText).
///
/// # Wire
/// ```text
/// S: 550-5.1.1 no such user
/// S: 550 5.1.1 at this host
/// ```
///
/// # Limits
/// [`Limits::reply_line`](crate::Limits::reply_line),
/// [`Limits::reply`](crate::Limits::reply).
///
/// # Errors
/// `Reply-code`, `Reply-line`, `textstring`, `CRLF`.
///
/// # Example
/// ```
/// use mailwire_smtp::Reply;
/// let reply = Reply::parse(b"550-5.1.1 no such user\r\n550 5.1.1 at this host\r\n")?;
/// assert_eq!(reply.code().number(), 550);
/// assert_eq!(reply.enhanced_code().unwrap().to_string(), "5.1.1");
/// assert!(reply.lines().eq([&b"no such user"[..], b"at this host"]));
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Clone)]
pub struct Reply<'a> {
    code: ReplyCode,
    enhanced: Option<EnhancedCode>,
    /// True when the wire form is what `encode` would write.
    canonical: bool,
    wire: Cow<'a, [u8]>,
}

into_owned!(struct Reply { code, enhanced, canonical, wire });

impl<'a> Reply<'a> {
    /// Parses the whole of `input`, with the default tolerance.
    ///
    /// # Errors
    /// The ABNF rule that does not match, and the byte.
    #[inline]
    pub fn parse(input: &'a [u8]) -> Result<Self, SyntaxError> {
        match Self::plain(input, |_| Some(())) {
            Some(reply) => Ok(reply),
            None => Self::odd(input, Tolerance::default()).map(|(reply, _)| reply),
        }
    }

    /// Parses the whole of `input` and tells which tolerated deviations it holds.
    ///
    /// # Errors
    /// The ABNF rule that does not match, and the byte.
    #[inline]
    pub fn parse_with(
        input: &'a [u8],
        tolerance: Tolerance<Deviation>,
    ) -> Result<(Self, Deviations<Deviation>), SyntaxError> {
        // Most replies are plain, and need no context.
        match Self::plain(input, |_| Some(())) {
            Some(reply) => Ok((reply, Deviations::EMPTY)),
            None => Self::odd(input, tolerance),
        }
    }

    /// A reply that is not plain.
    #[inline(never)]
    fn odd(
        input: &'a [u8],
        tolerance: Tolerance<Deviation>,
    ) -> Result<(Self, Deviations<Deviation>), SyntaxError> {
        let cx = Context::new(tolerance);
        parse_whole(input, |input| Self::any(input, &cx)).map(|reply| (reply, cx.met()))
    }

    /// The wire form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        mailwire_core::encoder::to_bytes(self)
    }

    /// A reply of one line. A text that begins with an enhanced status code gives the reply that
    /// code, because that is how the client reads it.
    ///
    /// # Errors
    /// [`InvalidValue`] when the text holds control octets or is not UTF-8.
    pub fn new<'t>(code: ReplyCode, text: impl IntoBytes<'t>) -> Result<Self, InvalidValue> {
        let text = text.into_bytes();
        let found = status(&text).filter(|(enhanced, _)| enhanced.agrees_with(code));
        let enhanced = found.map(|(enhanced, _)| enhanced);
        let rest = found.map_or(&*text, |(_, rest)| rest.strip_prefix(b" ").unwrap_or(rest));
        Self { code, enhanced, canonical: true, wire: Cow::Owned(Vec::new()) }.with_line(rest)
    }

    /// A reply of one line with an enhanced status code.
    ///
    /// # Errors
    /// [`InvalidValue`] when the text holds control octets or is not UTF-8, or when the class of the
    /// status code is not the first digit of the reply code.
    pub fn with_status<'t>(
        code: ReplyCode,
        enhanced: EnhancedCode,
        text: impl IntoBytes<'t>,
    ) -> Result<Self, InvalidValue> {
        if !enhanced.agrees_with(code) {
            return Err(InvalidValue { what: "enhanced status code of this reply code", at: 0 });
        }
        Self { code, enhanced: Some(enhanced), canonical: true, wire: Cow::Owned(Vec::new()) }
            .with_line(text)
    }

    /// A reply in wire form, checked by the tests of this crate.
    pub(crate) const fn fixed(
        code: ReplyCode,
        enhanced: Option<EnhancedCode>,
        wire: &'static [u8],
    ) -> Reply<'static> {
        Reply { code, enhanced, canonical: true, wire: Cow::Borrowed(wire) }
    }

    /// The reply with one line more; it repeats the enhanced status code.
    ///
    /// # Errors
    /// [`InvalidValue`] when the text holds control octets or is not UTF-8.
    pub fn with_line<'t>(mut self, text: impl IntoBytes<'t>) -> Result<Self, InvalidValue> {
        let text = text.into_bytes();
        if plain_len(&text) != text.len() {
            let bad = |at| InvalidValue { what: "reply text", at };
            TEXT.check(&text).map_err(bad)?;
            core::str::from_utf8(&text).map_err(|error| bad(error.valid_up_to()))?;
        }
        // Room for the code, a status code and the line end.
        let room = text.len().saturating_add(14);
        let mut wire = match core::mem::take(&mut self.wire) {
            wire if wire.is_empty() => Vec::with_capacity(room),
            Cow::Owned(wire) if self.canonical => wire,
            Cow::Borrowed(wire) if self.canonical => wire.to_vec(),
            lines => {
                let (mut wire, canonical) = (Vec::new(), false);
                let reply = Reply { canonical, wire: lines, ..self };
                reply.encode_lines(&mut Encoder::new(&mut wire));
                wire
            }
        };
        continue_last_line(&mut wire);
        wire.reserve(room);
        self.encode_line(&mut Encoder::new(&mut wire), &text, true);
        self.canonical = true;
        self.wire = Cow::Owned(wire);
        Ok(self)
    }

    /// The code. When the lines disagree it is that of the last one.
    #[must_use]
    pub const fn code(&self) -> ReplyCode {
        self.code
    }

    /// The enhanced status code at the beginning of the text.
    #[must_use]
    pub const fn enhanced_code(&self) -> Option<EnhancedCode> {
        self.enhanced
    }

    /// The text of each line, without the code and without the enhanced status code.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> + Clone {
        wire_lines(&self.wire).map(|line| {
            let text = line.get(4..).unwrap_or_default();
            match self.enhanced {
                Some(enhanced) => without_status(text, enhanced),
                None => text,
            }
        })
    }

    /// The text of the first line.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.lines().next().unwrap_or_default()
    }

    /// The text of the first line, borrowed from the frame where it was.
    pub(crate) fn into_first_line(self) -> Cow<'a, [u8]> {
        match self.wire {
            Cow::Borrowed(wire) => {
                let line = wire_lines(wire).next().unwrap_or_default();
                Cow::Borrowed(line.get(4..).unwrap_or_default())
            }
            Cow::Owned(_) => Cow::Owned(self.text().to_vec()),
        }
    }

    /// The octets of the reply as they came or will go.
    #[must_use]
    pub fn as_wire(&self) -> &[u8] {
        &self.wire
    }

    /// The same reply, borrowed from this one.
    #[must_use]
    pub fn borrowed(&self) -> Reply<'_> {
        Reply { wire: Cow::Borrowed(&self.wire), ..*self }
    }

    /// The reply with its status code read as text, for the replies that never have one.
    pub(crate) fn without_enhanced_code(self) -> Self {
        Self { enhanced: None, ..self }
    }

    /// Writes the lines anew.
    fn encode_lines(&self, out: &mut Encoder<'_>) {
        let mut lines = self.lines().peekable();
        while let Some(line) = lines.next() {
            self.encode_line(out, line, lines.peek().is_none());
        }
    }

    fn encode_line(&self, out: &mut Encoder<'_>, text: &[u8], last: bool) {
        out.put(&self.code);
        // A continuation request keeps its space: `334 ` is the grammar of RFC 4954.
        match (last, text) {
            (false, _) => out.byte(b'-'),
            (true, b"") if self.enhanced.is_none() && self.code != ReplyCode::AUTH_CONTINUE => out,
            (true, _) => out.sp(),
        };
        if let Some(enhanced) = &self.enhanced {
            out.put(enhanced);
            if !text.is_empty() {
                out.sp();
            }
        }
        out.bytes(text).crlf();
    }
}

/// Makes the last line of a canonical wire form one that others follow.
fn continue_last_line(wire: &mut Vec<u8>) {
    let Some((_, lines)) = wire.split_last() else { return };
    let behind_code = memchr::memrchr(b'\n', lines).map_or(3, |end| end.saturating_add(4));
    match wire.get_mut(behind_code) {
        Some(separator @ b' ') => *separator = b'-',
        // A code alone has no space behind it.
        Some(_) => wire.insert(behind_code, b'-'),
        None => {}
    }
}

/// The lines of a wire form, without their ends.
fn wire_lines(wire: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let mut rest = wire;
    core::iter::from_fn(move || {
        // Most lines of most replies are plain, and short.
        let plain = plain_len(rest);
        let end = match rest.get(plain..)? {
            [b'\r', b'\n', ..] => plain.saturating_add(1),
            behind => plain.saturating_add(memchr::memchr(b'\n', behind)?),
        };
        let line = rest.get(..end).unwrap_or_default();
        rest = rest.get(end.saturating_add(1)..).unwrap_or_default();
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}

/// A text without the status code at its beginning, if that stands there.
fn without_status(text: &[u8], enhanced: EnhancedCode) -> &[u8] {
    match status(text) {
        Some((found, rest)) if found == enhanced => rest.strip_prefix(b" ").unwrap_or(rest),
        _ => text,
    }
}

/// A status code with a space or the end behind it.
#[inline(always)]
fn status(text: &[u8]) -> Option<(EnhancedCode, &[u8])> {
    // Most texts do not begin with a class and a dot, and most that do have single digits behind.
    let [class @ (b'2' | b'4' | b'5'), b'.', behind @ ..] = text else { return None };
    match behind {
        [subject @ b'0'..=b'9', b'.', detail @ b'0'..=b'9', rest @ ..]
            if matches!(rest.first(), None | Some(b' ')) =>
        {
            Some((EnhancedCode::of_digits(*class, *subject, *detail), rest))
        }
        _ => long_status(text),
    }
}

/// The same with numbers of more than one digit.
#[inline(never)]
fn long_status(text: &[u8]) -> Option<(EnhancedCode, &[u8])> {
    let cx = Context::new(mailwire_core::Tolerance::<Deviation>::strict());
    let (rest, code) = EnhancedCode::parse_part(text, &cx).ok()?;
    matches!(rest.first(), None | Some(b' ')).then_some((code, rest))
}

/// One line: its code, whether it is the last, its text, and the rest behind its end.
struct Line<'a> {
    code: &'a [u8],
    last: bool,
    text: &'a [u8],
    canonical: bool,
}

fn line<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Line<'a>> {
    let Some(end) = memchr::memchr(b'\n', input) else {
        return Err(stop(input.get(input.len()..).unwrap_or_default(), "CRLF"));
    };
    let (line, rest) = input.split_at(end);
    let rest = rest.get(1..).unwrap_or_default();
    let (line, mut canonical) = match line {
        [line @ .., b'\r'] => (line, true),
        _ if cx.tolerate(Deviation::BareLfLine) => (line, false),
        _ => return Err(stop(input.get(end..).unwrap_or_default(), "CRLF")),
    };
    let Some((code, separated)) = line.split_at_checked(3).filter(|(code, _)| is_digits(code))
    else {
        return Err(stop(input, "Reply-code"));
    };
    let (last, text) = match separated {
        [] => (true, separated),
        [b' ', text @ ..] => (true, text),
        [b'-', text @ ..] => (false, text),
        _ => return Err(stop(input.get(3..).unwrap_or_default(), "Reply-line")),
    };
    if text.is_empty() && separated == b" " && code != b"334" {
        if !cx.tolerate(Deviation::EmptyText) {
            return Err(stop(input.get(4..).unwrap_or_default(), "textstring"));
        }
        canonical = false;
    }
    if !plain_text(text) {
        check_text(text, input, cx)?;
    }
    Ok((rest, Line { code, last, text, canonical }))
}

fn is_digits(code: &[u8]) -> bool {
    code.iter().all(u8::is_ascii_digit)
}

/// Names what is wrong with a text that is not plain.
#[cold]
fn check_text(text: &[u8], input: &[u8], cx: &Context) -> Result<(), nom::Err<Fail>> {
    // The text begins behind the code and its separator.
    let place = |at: usize| input.get(at.saturating_add(4)..).unwrap_or_default();
    let control = text.iter().position(|&byte| (byte < 32 && byte != b'\t') || byte == 127);
    if let Some(at) = control {
        if !cx.tolerate(Deviation::ControlInText) {
            return Err(stop(place(at), "textstring"));
        }
    }
    if let Some(at) = text.iter().position(|&byte| byte >= 0x80) {
        if !cx.tolerate(Deviation::EightBitText) {
            return Err(stop(place(at), "textstring"));
        }
    }
    Ok(())
}

impl<'a> Reply<'a> {
    /// A reply as almost all are: strict, plain ASCII, and nothing behind it.
    ///
    /// Such a reply is looked at once, and `each` gets the text of each line. For any other, and where
    /// `each` says so, this is `None`, and the lines are to be looked at closely.
    #[inline(always)]
    pub(crate) fn plain(
        input: &'a [u8],
        mut each: impl FnMut(&'a [u8]) -> Option<()>,
    ) -> Option<Self> {
        let (digits, line) = input.split_first_chunk::<3>()?;
        let &[first @ b'2'..=b'5', b'0'..=b'5', b'0'..=b'9'] = digits else { return None };
        let (mut last, mut text) = (line, None);
        while let [b'-', line @ ..] = last {
            let (line, behind) = line.split_at_checked(plain_len(line))?;
            last = behind.strip_prefix(b"\r\n")?.strip_prefix(digits)?;
            each(line)?;
            text.get_or_insert(line);
        }
        // The last line ends the input; a line end before that is no plain text.
        let [b' ', last @ .., b'\r', b'\n'] = last else { return None };
        if last.is_empty() || !plain_text(last) {
            return None;
        }
        each(last)?;
        let enhanced = match text.unwrap_or(last) {
            text @ [class, b'.', ..] if *class == first => status(text).map(|(code, _)| code),
            _ => None,
        };
        let code = ReplyCode::of_digits(*digits);
        Some(Self { code, enhanced, canonical: true, wire: Cow::Borrowed(input) })
    }

    /// A reply of any kind, line by line.
    #[inline(never)]
    fn any(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mut rest, first) = line(input, cx)?;
        let (mut code, mut canonical, mut last) = (first.code, first.canonical, first.last);
        let (_, mut number) = ReplyCode::parse_part(input, cx)?;
        while !last {
            let (after, line) = line(rest, cx)?;
            if line.code != code {
                let (_, other) = ReplyCode::parse_part(rest, cx)?;
                if !cx.tolerate(Deviation::ReplyCodeMismatch) {
                    return Err(stop(rest, "Reply-code"));
                }
                (code, number, canonical) = (line.code, other, false);
            }
            canonical &= line.canonical;
            last = line.last;
            rest = after;
        }
        let enhanced = status(first.text)
            .map(|(enhanced, _)| enhanced)
            .filter(|enhanced| enhanced.agrees_with(number));
        let len = input.len().saturating_sub(rest.len());
        let wire = Cow::Borrowed(input.get(..len).unwrap_or_default());
        Ok((rest, Self { code: number, enhanced, canonical, wire }))
    }
}

impl<'a> Wire<'a> for Reply<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Self::plain(input, |_| Some(())) {
            Some(reply) => Ok((&[], reply)),
            None => Self::any(input, cx),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.canonical {
            out.bytes(&self.wire);
        } else {
            self.encode_lines(out);
        }
    }
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Lines<'r>(&'r Reply<'r>);
        impl fmt::Debug for Lines<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.0.lines().map(Escaped)).finish()
            }
        }
        f.debug_struct("Reply")
            .field("code", &self.code)
            .field("enhanced", &self.enhanced)
            .field("lines", &Lines(&self.borrowed()))
            .finish()
    }
}

/// The text as it came, without the line ends.
impl fmt::Display for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in wire_lines(&self.wire).enumerate() {
            if index > 0 {
                f.write_str(" / ")?;
            }
            Escaped(line).fmt(f)?;
        }
        Ok(())
    }
}

/// Equal when code, status code and the text of each line are.
impl PartialEq for Reply<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code && self.enhanced == other.enhanced && self.lines().eq(other.lines())
    }
}

impl Eq for Reply<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn reply<'a>(code: u16, lines: &[&'a str]) -> Reply<'a> {
        let code = ReplyCode::new(code).unwrap();
        let first = Reply::new(code, lines[0]).unwrap();
        lines[1..].iter().fold(first, |reply, line| reply.with_line(*line).unwrap())
    }

    fn with_status<'a>(code: u16, status: &str, lines: &[&'a str]) -> Reply<'a> {
        let code = ReplyCode::new(code).unwrap();
        let status = EnhancedCode::parse(status.as_bytes()).unwrap();
        let first = Reply::with_status(code, status, lines[0]).unwrap();
        lines[1..].iter().fold(first, |reply, line| reply.with_line(*line).unwrap())
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"250 OK\r\n", reply(250, &["OK"])),
            (b"250\r\n", reply(250, &[""])),
            (b"553-\r\n553\r\n", reply(553, &["", ""])),
            (b"250-a\r\n250-b\r\n250 c\r\n", reply(250, &["a", "b", "c"])),
            (b"334 \r\n", reply(334, &[""])),
            (b"550 5.1.1 no such user\r\n", with_status(550, "5.1.1", &["no such user"])),
            (b"250-2.1.5 a\r\n250 2.1.5 b\r\n", with_status(250, "2.1.5", &["a", "b"])),
            (b"250 2.0.0\r\n", with_status(250, "2.0.0", &[""])),
            (b"550 5.7.606 blocked\r\n", with_status(550, "5.7.606", &["blocked"])),
            // What only looks like a status code is text.
            (b"250 2.1.0Sender OK\r\n", reply(250, &["2.1.0Sender OK"])),
            (b"554 5.4.7.1 foo\r\n", reply(554, &["5.4.7.1 foo"])),
            (b"550 #5.1.0 Address rejected\r\n", reply(550, &["#5.1.0 Address rejected"])),
            (b"550 5.7.1000 x\r\n", reply(550, &["5.7.1000 x"])),
            (b"250 5.0.0 ok\r\n", reply(250, &["5.0.0 ok"])),
            (b"220 1.2.3.4 ESMTP\r\n", reply(220, &["1.2.3.4 ESMTP"])),
            (b"354 2.0.0 go\r\n", reply(354, &["2.0.0 go"])),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Reply<'_>>(&[
            (b"", "CRLF", 0),
            (b"25\r\n", "Reply-code", 0),
            (b"2500 a\r\n", "Reply-line", 3),
            (b"250x\r\n", "Reply-line", 3),
            (b"099 a\r\n", "Reply-code", 0),
            (b"9x9 a\r\n", "Reply-code", 0),
            (b" 250 a\r\n", "Reply-code", 0),
            (b"\xef\xbb\xbf250 a\r\n", "Reply-code", 0),
            (b"250-a\r\n550 b\r\n", "Reply-code", 7),
            (b"250-a\r\n", "CRLF", 7),
            (b"250 ok\n", "CRLF", 6),
            (b"HTTP/1.1 400 Bad Request\r\n", "Reply-code", 0),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Reply<'_>>(&[
            (b"250-a\r\n550 b\r\n", Deviation::ReplyCodeMismatch, b"550-a\r\n550 b\r\n"),
            (b"250 ok\n", Deviation::BareLfLine, b"250 ok\r\n"),
            (b"250 \r\n", Deviation::EmptyText, b"250\r\n"),
            (b"571 no\r\n", Deviation::ReplyCodeRange, b"571 no\r\n"),
            (b"550 \xd3\xca\r\n", Deviation::EightBitText, b"550 \xd3\xca\r\n"),
            (b"250 OK\0\r\n", Deviation::ControlInText, b"250 OK\0\r\n"),
            (b"250 a\rb\r\n", Deviation::ControlInText, b"250 a\rb\r\n"),
        ]);
    }

    #[test]
    fn smtp_s_56_a_reply_cannot_split_the_line() {
        for text in ["ok\r\n550 evil", "a\nb", "a\rb", "a\0b", "\x1b[2J"] {
            assert!(Reply::new(ReplyCode::OK, text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_status_code_in_the_text_is_one() {
        let built = Reply::new(ReplyCode::OK, "2.1.5 a").unwrap().with_line("b").unwrap();
        assert_eq!(built.to_bytes(), b"250-2.1.5 a\r\n250 2.1.5 b\r\n");
        assert_eq!(built, with_status(250, "2.1.5", &["a", "b"]));
        let domain = crate::element::domain::Domain::name("2.0.0").unwrap();
        let greeting = crate::family::greeting::Greeting::ready(&domain, "hi").unwrap();
        assert_eq!(greeting.reply.enhanced_code(), None);
    }

    #[test]
    fn a_line_more_continues_the_last_one() {
        for (wire, continued) in [
            (&b"250 a\r\n"[..], &b"250-a\r\n250 b\r\n"[..]),
            (b"250-a\r\n250-\r\n250 c\r\n", b"250-a\r\n250-\r\n250-c\r\n250 b\r\n"),
            (b"250\r\n", b"250-\r\n250 b\r\n"),
            (b"250 2.1.5 a\n", b"250-2.1.5 a\r\n250 2.1.5 b\r\n"),
            (b"250-2.1.5 a\r\n250 c\r\n", b"250-2.1.5 a\r\n250-c\r\n250 2.1.5 b\r\n"),
        ] {
            let reply = Reply::parse_with(wire, crate::Tolerance::lenient()).unwrap().0;
            for reply in [reply.borrowed(), reply.clone().into_owned()] {
                assert_eq!(reply.with_line("b").unwrap().to_bytes(), continued);
            }
        }
        let empty = Reply::new(ReplyCode::OK, "").unwrap();
        assert_eq!(empty.with_line("").unwrap().to_bytes(), b"250-\r\n250\r\n");
    }

    #[test]
    fn a_status_code_of_another_class_is_refused() {
        let status = EnhancedCode::parse(b"5.1.1").unwrap();
        assert!(Reply::with_status(ReplyCode::OK, status, "no").is_err());
    }
}
