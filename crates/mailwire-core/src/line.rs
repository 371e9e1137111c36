//! Lines: where does the next one end?
//!
//! The three protocols are built from lines that end in CRLF. [`LineFramer`] finds the ends. It
//! copies nothing, allocates nothing and looks at no octet twice, however the input is cut: it
//! remembers how far it has looked, not what it has seen.

use memchr::memchr;

/// How a line ended.
///
/// RFC 5321 section 2.3.8, RFC 9051 section 2.2 and RFC 1939 section 3 know CRLF alone. A protocol
/// that lets a bare LF pass gives that a name in its set of deviations, and records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineEnding {
    /// CR LF, as it must be.
    CrLf,
    /// LF without a CR before it.
    Lf,
}

/// What [`LineFramer::frame`] found at the start of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framed<'i> {
    /// A complete line.
    Line {
        /// The line without its ending. It can hold CR, but no LF.
        text: &'i [u8],
        /// How the line ended.
        ending: LineEnding,
        /// Octets of the input that the line takes, with its ending.
        consumed: usize,
    },
    /// No complete line yet. Nothing is consumed: call again with the same octets and more behind.
    More,
    /// Octets of a line that is over the limit, and whose end is not here yet. Drop them, go on.
    Skipping {
        /// Octets of the input to drop.
        consumed: usize,
    },
    /// The end of a line that is over the limit: said once for each such line.
    TooLong {
        /// Octets of the input to drop, through the LF of the long line.
        consumed: usize,
    },
}

/// Finds the ends of lines in input that comes in pieces.
///
/// An LF always ends a line; a CR before it belongs to the ending, other CRs are text. So a bare LF
/// never hides a line from a receiver that resynchronises on it, and the caller is told.
///
/// # Limits
/// `limit` is given with each call, since it depends on what the line is (a command, a SASL
/// response). It counts all octets of the line with its ending. Of a longer line nothing is kept:
/// its octets come back as [`Framed::Skipping`], its end as [`Framed::TooLong`], and its tail is
/// never taken for a line of its own. The first words of it (an IMAP tag, for
/// the answer) are in the input of the first call that does not say [`Framed::More`].
///
/// # Example
/// ```
/// use mailwire_core::line::{Framed, LineEnding, LineFramer};
/// let mut framer = LineFramer::new();
/// assert_eq!(framer.frame(b"NO", 512), Framed::More);
/// assert_eq!(
///     framer.frame(b"NOOP\r\nQUIT", 512),
///     Framed::Line { text: b"NOOP", ending: LineEnding::CrLf, consumed: 6 },
/// );
/// assert_eq!(framer.frame(b"QUIT", 512), Framed::More);
/// assert!(framer.is_mid_line());
/// ```
#[derive(Debug, Clone, Default)]
pub struct LineFramer {
    /// Octets at the start of the input that are known to hold no LF.
    scanned: usize,
    /// The line that the input continues is over the limit, and its start is gone.
    skipping: bool,
}

impl LineFramer {
    /// A framer at the start of a line.
    #[must_use]
    pub const fn new() -> Self {
        Self { scanned: 0, skipping: false }
    }

    /// Looks for the end of the line that `input` starts with.
    ///
    /// `input` is everything received and not yet consumed. After [`Framed::More`] the next call
    /// must show the same octets again with more behind them; other octets there would pass
    /// unseen. Call [`reset`](Self::reset) when the input is replaced.
    #[inline(always)]
    pub fn frame<'i>(&mut self, input: &'i [u8], limit: usize) -> Framed<'i> {
        // Where the line is short and here as a whole, a search costs more to prepare than to run.
        if !self.is_mid_line() {
            if let Some(end) = near_lf(input).filter(|&end| end < limit) {
                return line(input, end);
            }
        }
        self.frame_any(input, limit)
    }

    /// A line of any length, of which any part was seen before.
    #[inline(never)]
    fn frame_any<'i>(&mut self, input: &'i [u8], limit: usize) -> Framed<'i> {
        if self.skipping {
            return self.skip(input, 0);
        }
        let scanned = self.scanned.min(input.len());
        let within = input.len().min(limit);
        // The line may end in the octets under the limit that were not looked at yet.
        if let Some(end) = find_lf(input, scanned, within) {
            self.scanned = 0;
            return line(input, end);
        }
        if input.len() < limit || input.is_empty() {
            self.scanned = input.len();
            return Framed::More;
        }
        self.skip(input, scanned.max(within))
    }

    /// Forgets what was seen: the next input starts a line.
    pub const fn reset(&mut self) {
        *self = Self::new();
    }

    /// Whether octets of a line were seen whose end was not.
    ///
    /// At the end of the input this tells a clean end from a line that was cut off.
    #[must_use]
    pub const fn is_mid_line(&self) -> bool {
        self.scanned > 0 || self.skipping
    }

    /// Whether the input continues a line that is over the limit.
    #[must_use]
    pub const fn is_skipping(&self) -> bool {
        self.skipping
    }

    /// Drops `input` through the next LF at or behind `from`.
    #[cold]
    fn skip<'i>(&mut self, input: &'i [u8], from: usize) -> Framed<'i> {
        self.scanned = 0;
        if let Some(end) = find_lf(input, from, input.len()) {
            self.skipping = false;
            return Framed::TooLong { consumed: end.saturating_add(1) };
        }
        self.skipping = true;
        if input.is_empty() { Framed::More } else { Framed::Skipping { consumed: input.len() } }
    }
}

/// The line whose LF is at `end`.
#[inline(always)]
fn line(input: &[u8], end: usize) -> Framed<'_> {
    let line = input.get(..end).unwrap_or_default();
    let consumed = end.saturating_add(1);
    match line.strip_suffix(b"\r") {
        Some(text) => Framed::Line { text, ending: LineEnding::CrLf, consumed },
        None => Framed::Line { text: line, ending: LineEnding::Lf, consumed },
    }
}

/// Octets that are looked at before a search is prepared.
const NEAR: usize = 64;
/// Octets of a step: a vector.
const STEP: usize = 16;

/// Place of the first LF, when it is in one of the first steps that are here as a whole.
#[inline(always)]
fn near_lf(input: &[u8]) -> Option<usize> {
    let mut from = 0_usize;
    while from < NEAR {
        let octets = input.get(from..)?.first_chunk()?;
        if has_lf(octets) {
            return Some(from.wrapping_add(lf_place(octets)));
        }
        from = from.wrapping_add(STEP);
    }
    None
}

/// Whether there is an LF: one vector comparison.
#[inline(always)]
fn has_lf(octets: &[u8; STEP]) -> bool {
    octets.iter().fold(false, |any, &octet| any | (octet == b'\n'))
}

/// Place of the first LF in a vector, and its length when there is none. Without a branch, since no
/// one can tell in which half a line ends.
#[inline(always)]
#[must_use]
pub fn lf_place(octets: &[u8; STEP]) -> usize {
    let (low, high) = match (octets.first_chunk(), octets.last_chunk()) {
        (Some(low), Some(high)) => (lf_bits(low), lf_bits(high)),
        _ => (0, 0),
    };
    let bits = if low != 0 { low.trailing_zeros() } else { high.trailing_zeros() + 64 };
    (bits / 8) as usize
}

/// Zero when there is no LF. Else the lowest bit that is set is bit 7 of the first LF, counted from
/// the low end; those above it tell nothing.
#[inline(always)]
const fn lf_bits(octets: &[u8; 8]) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let differs = u64::from_le_bytes(*octets) ^ (ONES * b'\n' as u64);
    differs.wrapping_sub(ONES) & !differs & ONES << 7
}

/// Place of the first LF. Short lines are found before a search of any length is prepared.
#[inline]
#[must_use]
pub fn first_lf(input: &[u8]) -> Option<usize> {
    near_lf(input).or_else(|| memchr(b'\n', input))
}

/// Place of the first LF in `input[from..to]`, counted from the start of `input`.
#[inline]
fn find_lf(input: &[u8], from: usize, to: usize) -> Option<usize> {
    let window = input.get(from..to)?;
    memchr(b'\n', window).map(|at| at.saturating_add(from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use proptest::prelude::*;

    #[derive(Debug, PartialEq, Clone)]
    enum Seen {
        Line(Vec<u8>, LineEnding),
        TooLong,
    }

    /// Runs a framer over input that arrives in `pieces`, as a caller with a buffer does.
    fn run<'p>(pieces: impl IntoIterator<Item = &'p [u8]>, limit: usize) -> (Vec<Seen>, Vec<u8>) {
        let (mut framer, mut buffer, mut seen) = (LineFramer::new(), Vec::new(), Vec::new());
        for piece in pieces {
            buffer.extend_from_slice(piece);
            loop {
                let consumed = match framer.frame(&buffer, limit) {
                    Framed::Line { text, ending, consumed } => {
                        assert!(consumed <= limit && !text.contains(&b'\n'));
                        seen.push(Seen::Line(text.to_vec(), ending));
                        consumed
                    }
                    Framed::More => break,
                    Framed::Skipping { consumed } => consumed,
                    Framed::TooLong { consumed } => {
                        seen.push(Seen::TooLong);
                        consumed
                    }
                };
                assert!(consumed > 0);
                buffer.drain(..consumed);
            }
            assert!(buffer.len() < limit.max(1));
        }
        (seen, buffer)
    }

    /// The same by splitting the whole at its LFs.
    fn reference(input: &[u8], limit: usize) -> Vec<Seen> {
        input
            .split_inclusive(|&byte| byte == b'\n')
            .filter_map(|line| {
                let text = line.strip_suffix(b"\n")?;
                Some(match (line.len() > limit, text.strip_suffix(b"\r")) {
                    (true, _) => Seen::TooLong,
                    (false, Some(text)) => Seen::Line(text.to_vec(), LineEnding::CrLf),
                    (false, None) => Seen::Line(text.to_vec(), LineEnding::Lf),
                })
            })
            .collect()
    }

    #[test]
    fn size() {
        assert!(size_of::<LineFramer>() <= 16);
    }

    #[test]
    fn smtp_s_35_bare_lf_ends_a_line_and_is_named() {
        let (seen, rest) = run([&b"EHLO a\nNOOP\r\n"[..]], 512);
        assert_eq!(
            seen,
            [
                Seen::Line(b"EHLO a".to_vec(), LineEnding::Lf),
                Seen::Line(b"NOOP".to_vec(), LineEnding::CrLf)
            ],
        );
        assert!(rest.is_empty());
    }

    #[test]
    fn smtp_s_36_bare_cr_is_text() {
        let (seen, _) = run([&b"NOOP\rMAIL FROM:<e@x>\r\r\n"[..]], 512);
        assert_eq!(seen, [Seen::Line(b"NOOP\rMAIL FROM:<e@x>\r".to_vec(), LineEnding::CrLf)]);
    }

    #[test]
    fn smtp_s_52_the_tail_of_a_long_line_is_no_line() {
        let mut input = b"NOOP ".to_vec();
        input.resize(100_000, b'A');
        input.extend_from_slice(b"MAIL FROM:<e@x>\r\nNOOP\r\n");
        for size in [1, 7, 511, 512, 513, 100_000, 200_000] {
            let (seen, rest) = run(input.chunks(size), 512);
            assert_eq!(
                seen,
                [Seen::TooLong, Seen::Line(b"NOOP".to_vec(), LineEnding::CrLf)],
                "{size}"
            );
            assert!(rest.is_empty());
        }
    }

    #[test]
    fn x_06_a_line_without_end_is_never_kept() {
        let mut framer = LineFramer::new();
        let chunk = vec![b'A'; 4096];
        assert_eq!(framer.frame(&chunk, 512), Framed::Skipping { consumed: 4096 });
        for _ in 0..100 {
            assert_eq!(framer.frame(&chunk, 512), Framed::Skipping { consumed: 4096 });
            assert_eq!(framer.frame(b"", 512), Framed::More);
        }
        assert!(framer.is_skipping() && framer.is_mid_line());
        assert_eq!(framer.frame(b"\nNOOP\r\n", 512), Framed::TooLong { consumed: 1 });
        assert!(!framer.is_mid_line());
    }

    #[test]
    fn the_limit_counts_the_ending() {
        let exact = Framed::Line { text: b"ABC", ending: LineEnding::CrLf, consumed: 5 };
        assert_eq!(LineFramer::new().frame(b"ABC\r\n", 5), exact);
        assert_eq!(LineFramer::new().frame(b"ABC\r\n", 4), Framed::TooLong { consumed: 5 });
        assert_eq!(LineFramer::new().frame(b"ABC\r", 4), Framed::Skipping { consumed: 4 });
        assert_eq!(LineFramer::new().frame(b"\n", 0), Framed::TooLong { consumed: 1 });
        assert_eq!(LineFramer::new().frame(b"", 0), Framed::More);
    }

    #[test]
    fn the_limit_may_change_between_calls() {
        let mut framer = LineFramer::new();
        assert_eq!(framer.frame(b"ABCDEF", 100), Framed::More);
        assert_eq!(framer.frame(b"ABCDEF", 4), Framed::Skipping { consumed: 6 });
        assert_eq!(framer.frame(b"\n", 4), Framed::TooLong { consumed: 1 });
        assert_eq!(framer.frame(b"ABC", 4), Framed::More);
        assert!(matches!(framer.frame(b"ABCDEF\n", 100), Framed::Line { consumed: 7, .. }));
    }

    #[test]
    fn x_02_empty_input_changes_nothing() {
        let mut framer = LineFramer::new();
        for _ in 0..3 {
            assert_eq!(framer.frame(b"", 512), Framed::More);
        }
        assert!(!framer.is_mid_line());
    }

    #[test]
    fn x_01_no_octet_is_looked_at_twice() {
        // An LF put under the part that was seen shows that the framer does not look there again.
        let mut framer = LineFramer::new();
        assert_eq!(framer.frame(b"ABCD", 512), Framed::More);
        assert!(matches!(framer.frame(b"\nBCDE\n", 512), Framed::Line { consumed: 6, .. }));
        framer.reset();
        assert!(matches!(framer.frame(b"\nBCDE\n", 512), Framed::Line { consumed: 1, .. }));
    }

    #[test]
    fn lines_of_every_length_before_every_octet() {
        for len in 0..2 * NEAR {
            for rest in [0, 1, 7, 8, 15, 16, 40] {
                // Octets that differ from LF in one bit, or are one more or less.
                for fill in [b'a', b'\r', 0x00, 0x09, 0x0b, 0x08, 0x0e, 0x1a, 0x2a, 0x8a, 0xff] {
                    let mut input = vec![fill; len + 1 + rest];
                    input[len] = b'\n';
                    for limit in [len, len + 1, 512] {
                        let framed = LineFramer::new().frame(&input, limit);
                        let text = &input[..len];
                        let expected = match text.strip_suffix(b"\r") {
                            _ if len >= limit => Framed::TooLong { consumed: len + 1 },
                            Some(text) => {
                                Framed::Line { text, ending: LineEnding::CrLf, consumed: len + 1 }
                            }
                            None => {
                                Framed::Line { text, ending: LineEnding::Lf, consumed: len + 1 }
                            }
                        };
                        assert_eq!(framed, expected, "{len} {rest} {fill} {limit}");
                    }
                    if let Some(octets) = input.first_chunk() {
                        assert_eq!(lf_place(octets), len.min(STEP));
                    }
                    // The first of several ends the line.
                    input[len + 1..].fill(b'\n');
                    let framed = LineFramer::new().frame(&input, 512);
                    assert!(matches!(framed, Framed::Line { consumed, .. } if consumed == len + 1));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_lines(
            input in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'a')], 0..60),
            size in 1_usize..8,
            limit in 1_usize..12,
        ) {
            prop_assert_eq!(run(input.chunks(size), limit).0, reference(&input, limit));
        }
    }
}
