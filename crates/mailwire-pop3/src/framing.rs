//! Where the next item of a listing ends, and where the listing does. Command lines and status lines
//! are framed by the core's [`LineFramer`]; messages by [`mailwire_core::body`].
//!
//! This is the only code that sees incomplete input. It is linear: no octet is scanned twice,
//! however the input is cut, and nothing is kept.

use mailwire_core::line::{Framed, LineEnding, LineFramer};

/// Finds the lines of a listing, up to the lone dot.
///
/// RFC 1939 section 3. Only CRLF ends a line: LF alone is told, and a dot with LF alone does not end
/// the listing. A line over the limit comes as its beginning, once; the rest of it is dropped.
///
/// # Example
/// ```
/// use mailwire_pop3::framing::{Listed, ListingFramer};
/// let mut framer = ListingFramer::new();
/// let input = b"1 120\r\n.\r\n+OK";
/// assert!(matches!(framer.frame(input, 512), Listed::Item { line: b"1 120", consumed: 7, .. }));
/// assert_eq!(framer.frame(&input[7..], 512), Listed::End { consumed: 3 });
/// ```
#[derive(Debug, Clone, Default)]
pub struct ListingFramer {
    lines: LineFramer,
}

/// What [`ListingFramer::frame`] found at the start of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed<'i> {
    /// A line of the listing.
    Item {
        /// The line without its ending, and without a stuffed dot.
        line: &'i [u8],
        /// How it ended.
        ending: LineEnding,
        /// Octets of the input that the line takes, with its ending.
        consumed: usize,
    },
    /// A line that is over the limit.
    TooLong {
        /// As many octets of it as the limit allows.
        line: &'i [u8],
        /// Octets of the input to drop.
        consumed: usize,
    },
    /// The rest of a line that is over the limit.
    Skip {
        /// Octets of the input to drop.
        consumed: usize,
    },
    /// The end of the listing.
    End {
        /// Octets of the input that the dot takes, with its line end.
        consumed: usize,
    },
    /// No complete line yet; call again with the same octets and more behind them.
    More,
}

impl ListingFramer {
    /// A framer at the start of a line.
    #[must_use]
    pub const fn new() -> Self {
        Self { lines: LineFramer::new() }
    }

    /// Looks for the end of the line that `input` starts with. `limit` counts the line end too.
    #[inline]
    #[must_use]
    pub fn frame<'i>(&mut self, input: &'i [u8], limit: usize) -> Listed<'i> {
        let skipping = self.lines.is_skipping();
        match self.lines.frame(input, limit) {
            Framed::Line { text, ending, consumed } => match (text, ending) {
                (b".", LineEnding::CrLf) => Listed::End { consumed },
                ([b'.', line @ ..], _) if !line.is_empty() => {
                    Listed::Item { line, ending, consumed }
                }
                _ => Listed::Item { line: text, ending, consumed },
            },
            Framed::More => Listed::More,
            Framed::Skipping { consumed } | Framed::TooLong { consumed } if skipping => {
                Listed::Skip { consumed }
            }
            Framed::Skipping { consumed } | Framed::TooLong { consumed } => {
                Listed::TooLong { line: input.get(..limit).unwrap_or(input), consumed }
            }
        }
    }

    /// True when octets of a line were seen whose end was not.
    #[must_use]
    pub const fn is_mid_line(&self) -> bool {
        self.lines.is_mid_line()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Runs a framer over input that arrives in parts of `size` octets.
    fn run(input: &[u8], size: usize, limit: usize) -> Vec<(Vec<u8>, &'static str)> {
        let (mut framer, mut buffer, mut seen) = (ListingFramer::new(), Vec::new(), Vec::new());
        for part in input.chunks(size) {
            buffer.extend_from_slice(part);
            loop {
                let (taken, line, what) = match framer.frame(&buffer, limit) {
                    Listed::Item { line, ending, consumed } => {
                        let bare = if ending == LineEnding::Lf { "bare" } else { "item" };
                        (consumed, line.to_vec(), bare)
                    }
                    Listed::TooLong { line, consumed } => (consumed, line.to_vec(), "long"),
                    Listed::Skip { consumed } => (consumed, Vec::new(), ""),
                    Listed::End { consumed } => (consumed, Vec::new(), "end"),
                    Listed::More => break,
                };
                if !what.is_empty() {
                    seen.push((line, what));
                }
                buffer.drain(..taken);
                if buffer.is_empty() {
                    break;
                }
            }
        }
        seen
    }

    #[test]
    fn any_cut_gives_the_same_items() {
        let input = b"1 120\r\n..x\r\n.y\r\n.\n\n\r\n 0123456789 is long\r\n. \r\n.\r\n";
        let expected = [
            (&b"1 120"[..], "item"),
            (b".x", "item"),
            (b"y", "item"),
            (b".", "bare"),
            (b"", "bare"),
            (b"", "item"),
            (b" 012345678", "long"),
            (b" ", "item"),
            (b"", "end"),
        ];
        for size in 1..=input.len() {
            let seen = run(input, size, 10);
            let seen: Vec<_> = seen.iter().map(|(line, what)| (&line[..], *what)).collect();
            assert_eq!(seen, expected, "parts of {size}");
        }
    }
}
