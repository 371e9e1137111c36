//! The client's side: where the next response ends.

use memchr::memchr2;

use super::header::{self, Ending};
use super::scanner::{Scanner, Side, looked};
use super::{FrameLimits, Framed};

/// Finds the responses in what a server sends.
///
/// RFC 9051 sections 2.2.2 and 7. A literal header at the end of a line counts only where a literal can
/// stand. It cannot in free text: behind `+`, a tag, or `* OK`, `* NO`, `* BAD`, `* BYE` and `* PREAUTH`. In
/// other responses it must stand behind a space or a parenthesis, or directly behind another literal,
/// and not in a quoted string. What is nearly a header there is [`Framed::Lost`]: nobody knows whether
/// octets follow.
///
/// A literal is asked about when it is larger than [`FrameLimits::inline`]. A server sends no `+` in its
/// headers; one that does is understood.
///
/// What stands between two responses and is empty comes as [`Framed::Blank`].
///
/// # Wire
/// ```text
/// S: * OK The last line ended in {5}
/// S: * 1 FETCH (BODY[TEXT] {5}
/// S: Hi!
/// S: )
/// ```
///
/// # Limits
/// [`Limits::responses`](crate::limits::Limits::responses).
///
/// # Example
/// ```
/// use mailwire_core::body::Counted;
/// use mailwire_imap::framing::{FrameLimits, Framed, Part, ResponseFramer};
/// use mailwire_imap::limits::Limits;
///
/// let limits = FrameLimits { inline: 3, ..Limits::default().responses() };
/// let mut framer = ResponseFramer::new();
/// let mut input = &b"* OK hi {5}\r\n* 1 FETCH (BODY[] {5}\r\nHi!\r\n)\r\n"[..];
/// assert_eq!(framer.frame(input, &limits).consumed(), 13);
/// input = &input[13..];
///
/// let Framed::Literal { literal, .. } = framer.frame(input, &limits) else { panic!() };
/// input = &input[framer.stream()..];
/// let mut body = Counted::new(literal.size);
/// assert_eq!(body.take(input), b"Hi!\r\n");
/// input = &input[5..];
///
/// assert_eq!(framer.frame(input, &limits), Framed::Message { frame: b")\r\n", part: Part::Tail });
/// ```
#[derive(Debug, Clone, Default)]
pub struct ResponseFramer {
    scanner: Scanner,
}

struct Client;

impl Side for Client {
    const WAITS: bool = false;
    const BLANKS: bool = true;

    fn ending(line: &[u8], begins: bool) -> Ending {
        if begins && is_text(line) {
            return Ending::Plain;
        }
        match header::ending(line) {
            Ending::Literal { at, .. } | Ending::Bad { at, .. }
                if !stands_as_value(line, at, begins) =>
            {
                Ending::Plain
            }
            Ending::Bad { fault, at, .. } => Ending::Bad { fault, at, flows: true },
            ending => ending,
        }
    }
}

/// Whether a response that begins with this line is free text, or nothing that the grammar knows.
fn is_text(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"* ") else { return true };
    // FETCH has most of the literals.
    if rest.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let rest = rest.trim_ascii_start();
    let end = rest.iter().take(8).position(|octet| matches!(octet, b' ' | b'\r' | b'\n'));
    let word = rest.get(..end.unwrap_or(0)).unwrap_or_default();
    const TEXTS: [&[u8]; 5] = [b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"];
    // Some servers forget the OK before a code.
    rest.first() == Some(&b'[') || TEXTS.iter().any(|text| word.eq_ignore_ascii_case(text))
}

/// Whether what begins at `at` can be a value: behind a space or parenthesis, or directly behind another
/// literal, and in no quoted string.
fn stands_as_value(line: &[u8], at: usize, begins: bool) -> bool {
    match at.checked_sub(1).and_then(|before| line.get(before)) {
        Some(b' ' | b'(') => {}
        None if !begins => {}
        _ => return false,
    }
    let mut rest = line.get(..at).unwrap_or_default();
    looked(rest.len());
    let mut quoted = false;
    loop {
        let found = if quoted { memchr2(b'"', b'\\', rest) } else { memchr::memchr(b'"', rest) };
        let Some(place) = found else { return !quoted };
        // An escape takes its octet along.
        let escape = rest.get(place) == Some(&b'\\');
        quoted = escape || !quoted;
        let behind = place.saturating_add(if escape { 2 } else { 1 });
        rest = rest.get(behind..).unwrap_or_default();
    }
}

impl ResponseFramer {
    /// A framer at the beginning of a response.
    #[must_use]
    pub const fn new() -> Self {
        Self { scanner: Scanner::new() }
    }

    /// Looks for the end of the response that `input` begins with, or for its next literal that has to be
    /// decided on.
    ///
    /// `input` is everything received and not yet consumed. After [`Framed::More`] the next call must show
    /// the same octets again with more behind them.
    #[inline]
    pub fn frame<'i>(&mut self, input: &'i [u8], limits: &FrameLimits) -> Framed<'i> {
        self.scanner.frame::<Client>(input, limits)
    }

    /// Takes the literal that [`Framed::Literal`] asks about into its response; nothing is consumed.
    ///
    /// One that does not fit is [`Framed::Lost`].
    pub fn accept(&mut self) {
        self.scanner.accept();
    }

    /// Streams the literal that [`Framed::Literal`] asks about.
    ///
    /// Consume as many octets as are returned. The caller takes the octets of the literal behind them
    /// ([`Counted`](mailwire_core::body::Counted)), and calls [`frame`](Self::frame) with what follows.
    pub fn stream(&mut self) -> usize {
        self.scanner.stream()
    }

    /// Drops the literal that [`Framed::Literal`] asks about, with the rest of its response, up to
    /// [`Framed::Dropped`].
    ///
    /// Consume as many octets as are returned.
    pub fn refuse(&mut self) -> usize {
        self.scanner.refuse::<Client>()
    }

    /// True when a part of a response was seen, and its end was not.
    #[must_use]
    pub const fn is_mid_message(&self) -> bool {
        self.scanner.is_mid_message()
    }

    /// Octets that are missing at least, behind an input of `len` octets that gave [`Framed::More`]: those
    /// of a literal that comes inside its response. A buffer can make room for them at once.
    #[must_use]
    pub fn missing(&self, len: usize) -> usize {
        self.scanner.missing(len)
    }

    /// True when the rest of a dropped response, up to [`Framed::Dropped`], is still to come.
    #[must_use]
    pub const fn is_dropping(&self) -> bool {
        self.scanner.is_dropping()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_holds_no_literal() {
        for line in [
            &b"* OK hi {5}\r\n"[..],
            b"* ok {5}\r\n",
            b"*  BAD {5}\r\n",
            b"* PREAUTH {5}\r\n",
            b"* BYE\r\n",
            b"* [COPYUID 1 2 3] {5}\r\n",
            b"+ {5}\r\n",
            b"A1 NO {5}\r\n",
            b"Server Unavailable. {5}\r\n",
            b"*\r\n",
        ] {
            assert!(is_text(line), "{}", line.escape_ascii());
        }
        for line in [
            &b"* 1 FETCH ({5}\r\n"[..],
            b"* OKAY {5}\r\n",
            b"* NOTIFY {5}\r\n",
            b"* LIST {5}\r\n",
            b"* {5}\r\n",
            b"* \r\n",
        ] {
            assert!(!is_text(line), "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_literal_stands_where_a_value_does() {
        for (line, begins, stands) in [
            (&b"* X {5}\r\n"[..], true, true),
            (b"* X ({5}\r\n", true, true),
            (b"* X a{5}\r\n", true, false),
            (b"* X \"a {5}\r\n", true, false),
            (b"* X \"a\" {5}\r\n", true, true),
            (b"* X \"a\\\" {5}\r\n", true, false),
            (b"* X \"a\\\\\" {5}\r\n", true, true),
            (b"* X \\a \"\" {5}\r\n", true, true),
            (b"* X \\\"a\" {5}\r\n", true, true),
            (b"* X ~{5}\r\n", true, true),
            (b"* X a~{5}\r\n", true, false),
            (b"* X {{5}\r\n", true, false),
            (b"{5}\r\n", false, true),
            (b"~{5}\r\n", false, true),
            (b"{5}\r\n", true, false),
        ] {
            let literal = matches!(Client::ending(line, begins), Ending::Literal { .. });
            assert_eq!(literal, stands, "{}", line.escape_ascii());
        }
    }
}
