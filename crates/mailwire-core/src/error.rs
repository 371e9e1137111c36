//! The errors of the codec: where a frame breaks the grammar, and why a value cannot be built.
//!
//! Both are small, carry no payload bytes and can be logged as they are.

use core::fmt;

use thiserror::Error;

/// Bytes that break the grammar: which ABNF rule, and at which byte of the frame.
///
/// # Example
/// ```
/// use mailwire_core::SyntaxError;
/// let error = SyntaxError { rule: "size-value", at: 21 };
/// assert_eq!(error.to_string(), "expected size-value at byte 21");
/// assert_eq!(
///     error.render(b"MAIL FROM:<a@x> SIZE=many").to_string(),
///     "MAIL FROM:<a@x> SIZE=many\n                     ^ expected size-value",
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("expected {rule} at byte {at}")]
pub struct SyntaxError {
    /// Name of the ABNF rule that does not match, spelled as in the RFC.
    pub rule: &'static str,
    /// Offset of the first byte that does not fit, 0-based, in octets from the start of the frame.
    pub at: usize,
}

impl SyntaxError {
    /// The frame with a caret under the byte of the error, on two lines.
    ///
    /// Long frames are cut to a window around the error; control and 8-bit octets show as `.`, so
    /// that the caret stays under its byte and a terminal sees no escape sequence.
    #[must_use]
    pub fn render<'a>(&self, frame: &'a [u8]) -> Rendered<'a> {
        Rendered { error: *self, frame }
    }
}

/// A [`SyntaxError`] shown under its frame; made by [`SyntaxError::render`].
#[derive(Debug, Clone, Copy)]
pub struct Rendered<'a> {
    error: SyntaxError,
    frame: &'a [u8],
}

/// Octets shown before the caret and after it.
const WINDOW: (usize, usize) = (60, 40);

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        let frame = self.frame.strip_suffix(b"\n").unwrap_or(self.frame);
        let frame = frame.strip_suffix(b"\r").unwrap_or(frame);
        let at = self.error.at.min(frame.len());
        let from = at.saturating_sub(WINDOW.0);
        let to = at.saturating_add(WINDOW.1).min(frame.len());
        let (lead, trail) = (if from > 0 { "..." } else { "" }, to < frame.len());
        f.write_str(lead)?;
        for &byte in frame.get(from..to).unwrap_or_default() {
            f.write_char(if byte == b' ' || byte.is_ascii_graphic() {
                char::from(byte)
            } else {
                '.'
            })?;
        }
        if trail {
            f.write_str("...")?;
        }
        let column = at.saturating_sub(from).saturating_add(lead.len());
        write!(f, "\n{:column$}^ expected {}", "", self.error.rule)
    }
}

/// A value that must not be put on the wire: which kind of value, and its first bad octet.
///
/// Constructors return it, so that encoding a value that exists can never fail and can never be
/// used to inject a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("not a valid {what}: octet {at} is not allowed there")]
pub struct InvalidValue {
    /// What the value was to be, in the words of the RFC.
    pub what: &'static str,
    /// Offset of the first bad octet, 0-based; the length of the value when it ends too early.
    pub at: usize,
}
