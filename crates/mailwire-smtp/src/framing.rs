//! Where the next reply ends. Command lines are framed by the core's
//! [`LineFramer`](mailwire_core::line::LineFramer); bodies by [`mailwire_core::body`].
//!
//! This is the only code that sees incomplete input. It is linear: no octet is scanned twice,
//! however the input is cut.

use mailwire_core::line::first_lf;

use crate::limits::Limits;

/// Finds the end of a multi-line reply; keeps how far it has looked.
///
/// A reply ends with the first line that has no `-` behind its code. Lines that are no reply lines
/// end it too, so that the grammar can say what is wrong with them.
#[derive(Debug, Clone, Default)]
pub struct ReplyFramer {
    /// Octets of the reply that were looked at, from its beginning.
    scanned: usize,
    /// Where the line begins that is looked at.
    line: usize,
}

/// What [`ReplyFramer::frame`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyFrame<'i> {
    /// A whole reply, with its line ends.
    Reply(&'i [u8]),
    /// No whole reply yet; call again with the same octets and more behind them.
    More,
    /// A line or the reply is longer than its limit.
    TooLong {
        /// The field of [`Limits`].
        name: &'static str,
        /// Its value.
        limit: usize,
    },
}

impl ReplyFramer {
    /// A framer at the beginning of a reply.
    #[must_use]
    pub const fn new() -> Self {
        Self { scanned: 0, line: 0 }
    }

    /// Looks for the end of the reply at the beginning of `input`.
    #[inline]
    #[must_use]
    pub fn frame<'i>(&mut self, input: &'i [u8], limits: &Limits) -> ReplyFrame<'i> {
        let rest = input.get(self.scanned..).unwrap_or_default();
        let found = memchr::memchr(b'\n', rest);
        // Most replies are one line that came as a whole.
        if let (0, Some(end)) = (self.scanned, found) {
            if end < limits.reply_line.min(limits.reply) && input.get(3) != Some(&b'-') {
                return ReplyFrame::Reply(input.get(..=end).unwrap_or_default());
            }
        }
        self.frame_lines(input, limits, found)
    }

    /// The lines of a reply; `found` is the first line end behind what was scanned.
    fn frame_lines<'i>(
        &mut self,
        input: &'i [u8],
        limits: &Limits,
        mut found: Option<usize>,
    ) -> ReplyFrame<'i> {
        let (mut scanned, mut line) = (self.scanned, self.line);
        while let Some(at) = found {
            let end = scanned.saturating_add(at).saturating_add(1);
            if let Some((name, limit)) = over_limit(input, line, end, limits) {
                return self.too_long(name, limit);
            }
            if end > limits.reply {
                return self.too_long("reply", limits.reply);
            }
            let continues =
                input.get(line.saturating_add(3)) == Some(&b'-') && line.saturating_add(4) < end;
            if !continues {
                *self = Self::new();
                return ReplyFrame::Reply(input.get(..end).unwrap_or_default());
            }
            (scanned, line) = (end, end);
            found = first_lf(input.get(scanned..).unwrap_or_default());
        }
        (self.scanned, self.line) = (input.len(), line);
        // The line end is still to come.
        if let Some((name, limit)) = over_limit(input, line, input.len().saturating_add(1), limits)
        {
            return self.too_long(name, limit);
        }
        ReplyFrame::More
    }

    /// True when nothing of a reply was seen.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.scanned == 0
    }

    #[cold]
    const fn too_long<'i>(&mut self, name: &'static str, limit: usize) -> ReplyFrame<'i> {
        *self = Self::new();
        ReplyFrame::TooLong { name, limit }
    }
}

/// The limit that the line from `line` to `end` breaks. A challenge may be as long as its response.
#[inline]
fn over_limit(
    input: &[u8],
    line: usize,
    end: usize,
    limits: &Limits,
) -> Option<(&'static str, usize)> {
    let len = end.saturating_sub(line);
    if len <= limits.reply_line {
        return None;
    }
    let challenge = input.get(line..).is_some_and(|line| line.starts_with(b"334"));
    if challenge && limits.auth_line > limits.reply_line {
        return (len > limits.auth_line).then_some(("auth_line", limits.auth_line));
    }
    Some(("reply_line", limits.reply_line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_ends_with_its_last_line() {
        let limits = Limits::default();
        for (input, reply) in [
            (&b"250 ok\r\n"[..], &b"250 ok\r\n"[..]),
            (b"250-a\r\n250 b\r\n250 c\r\n", b"250-a\r\n250 b\r\n"),
            (b"250\r\n354 x\r\n", b"250\r\n"),
            (b"553-\r\n553\r\n", b"553-\r\n553\r\n"),
            (b"250-a\n250 b\n", b"250-a\n250 b\n"),
            (b"\r\n250 ok\r\n", b"\r\n"),
            (b"ab-\n", b"ab-\n"),
        ] {
            let mut framer = ReplyFramer::new();
            assert_eq!(framer.frame(input, &limits), ReplyFrame::Reply(reply));
            let mut framer = ReplyFramer::new();
            for end in 0..reply.len() {
                assert_eq!(framer.frame(&input[..end], &limits), ReplyFrame::More, "at {end}");
            }
            assert_eq!(framer.frame(input, &limits), ReplyFrame::Reply(reply));
        }
    }

    #[test]
    fn limits_are_exact() {
        let limits = Limits { reply_line: 8, reply: 20, ..Limits::default() };
        let frame = |input| ReplyFramer::new().frame(input, &limits);
        assert_eq!(frame(b"250 ab\r\n"), ReplyFrame::Reply(b"250 ab\r\n"));
        assert!(matches!(frame(b"250 abc\r\n"), ReplyFrame::TooLong { name: "reply_line", .. }));
        assert!(matches!(frame(b"250 abcd"), ReplyFrame::TooLong { name: "reply_line", .. }));
        assert!(matches!(
            frame(b"250-a\r\n250-b\r\n250 c\r\n"),
            ReplyFrame::TooLong { name: "reply", .. }
        ));
        assert_eq!(
            frame(b"250-\r\n250-b\r\n250 c\r\n"),
            ReplyFrame::Reply(b"250-\r\n250-b\r\n250 c\r\n")
        );
    }
}
