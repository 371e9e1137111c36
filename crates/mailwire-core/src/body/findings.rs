//! What is unusual in a body: bare line endings, NUL, 8-bit octets, long lines.

use core::fmt;
use core::ops::{BitOr, BitOrAssign};

use memchr::memrchr;

use super::scan::{Seen, dot_in_window, line_start_with_dot, which_bare};

/// A set of things that a body may hold and that not every receiver takes.
///
/// | name | octets | the rule |
/// |---|---|---|
/// | `BARE_LF` | LF without a CR before it | RFC 5321 section 2.3.8: MUST NOT be sent |
/// | `BARE_CR` | CR without an LF behind it | the same |
/// | `NUL` | `%x00` | RFC 5322 section 4 (obsolete); RFC 9051 section 4.3 needs `literal8` |
/// | `EIGHT_BIT` | `%x80-FF` | RFC 6152 section 3: needs `BODY=8BITMIME` |
/// | `LONG_LINE` | a line over the limit with its CRLF | RFC 5321 section 4.5.3.1.6: 1000 octets |
///
/// The first two are how end marks are smuggled: relays that do not agree on what ends a line do
/// not agree on where a message ends.
///
/// # Example
/// ```
/// use mailwire_core::body::Findings;
/// let asked = Findings::BARE | Findings::NUL;
/// assert!(asked.contains(Findings::BARE_CR));
/// assert_eq!(format!("{asked:?}"), "{BARE_LF, BARE_CR, NUL}");
/// assert_eq!(asked.names().last(), Some("NUL"));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Findings(u8);

/// The members, in the order of their bits.
const NAMES: [(Findings, &str); 5] = [
    (Findings::BARE_LF, "BARE_LF"),
    (Findings::BARE_CR, "BARE_CR"),
    (Findings::NUL, "NUL"),
    (Findings::EIGHT_BIT, "EIGHT_BIT"),
    (Findings::LONG_LINE, "LONG_LINE"),
];

impl Findings {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// LF without a CR before it.
    pub const BARE_LF: Self = Self(1);
    /// CR without an LF behind it.
    pub const BARE_CR: Self = Self(1 << 1);
    /// The octet 0.
    pub const NUL: Self = Self(1 << 2);
    /// An octet over 127.
    pub const EIGHT_BIT: Self = Self(1 << 3);
    /// A line over the limit.
    pub const LONG_LINE: Self = Self(1 << 4);
    /// Both kinds of bare line ending.
    pub const BARE: Self = Self(Self::BARE_LF.0 | Self::BARE_CR.0);
    /// What has to be looked for in each octet.
    pub(super) const OCTETS: Self = Self(Self::NUL.0 | Self::EIGHT_BIT.0);
    /// What can be told of a piece of a body without the pieces beside it.
    pub(super) const OF_PIECES: Self = Self(Self::BARE.0 | Self::OCTETS.0);
    /// Everything there is.
    pub const ALL: Self = Self((1 << 5) - 1);

    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is in the set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is in the set.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What is in one set or the other.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Adds all of `other`.
    pub const fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// The members, one set of one for each.
    pub fn iter(self) -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(|(one, _)| one).filter(move |one| self.contains(*one))
    }

    /// The names of the members, for a log or an answer.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(move |(one, _)| self.contains(*one)).map(|(_, name)| name)
    }
}

impl BitOr for Findings {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl BitOrAssign for Findings {
    fn bitor_assign(&mut self, other: Self) {
        self.insert(other);
    }
}

impl fmt::Debug for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (count, name) in self.names().enumerate() {
            f.write_str(if count == 0 { "" } else { ", " })?;
            f.write_str(name)?;
        }
        f.write_str("}")
    }
}

/// Octets that a line may have with its CRLF: RFC 5321 section 4.5.3.1.6.
pub const LINE_LIMIT: u32 = 1000;

/// Looks for [`Findings`] in a body that comes in pieces.
///
/// The decoder and the encoder for dots have one inside. Alone it tells what a body needs before it
/// is sent: an 8-bit body needs 8BITMIME, one with bare line endings or NUL needs BINARYMIME.
///
/// Only what is asked for costs time, and only until it is found. The pieces may be cut anywhere.
///
/// # Example
/// ```
/// use mailwire_core::body::{Findings, Inspector};
/// let mut inspector = Inspector::new(Findings::ALL);
/// inspector.inspect(b"Subject: caf\xc3\xa9\r");
/// assert_eq!(inspector.found(), Findings::EIGHT_BIT);
/// inspector.inspect(b"\n");
/// assert_eq!(inspector.finish(), Findings::EIGHT_BIT);
/// ```
#[derive(Debug, Clone)]
pub struct Inspector {
    line_limit: u32,
    /// Octets of the line that is not ended, while `LONG_LINE` is open.
    line: u32,
    look_for: Findings,
    found: Findings,
    /// The last octet was a CR, while `BARE` or `LONG_LINE` is open.
    after_cr: bool,
}

impl Inspector {
    /// Looks for the given findings, with a line limit of [`LINE_LIMIT`].
    #[must_use]
    pub const fn new(look_for: Findings) -> Self {
        Self { line_limit: LINE_LIMIT, line: 0, look_for, found: Findings::NONE, after_cr: false }
    }

    /// Sets the octets that a line may have with its CRLF.
    #[must_use]
    pub const fn with_line_limit(mut self, octets: u32) -> Self {
        self.line_limit = octets;
        self
    }

    /// What was asked for and found so far.
    #[must_use]
    pub const fn found(&self) -> Findings {
        self.found
    }

    /// What was found, when no more octets come: a CR at the very end is a bare CR.
    #[must_use]
    pub const fn finish(&self) -> Findings {
        let last = if self.after_cr { Findings::BARE_CR } else { Findings::NONE };
        self.found.union(last.intersection(self.look_for))
    }

    /// Looks at the next octets of the body.
    pub fn inspect(&mut self, data: &[u8]) {
        self.look::<false>(data);
    }

    /// Looks at the octets of `input` before the first dot that stands behind a CRLF, or at all of
    /// them, and says how many they are.
    pub(super) fn inspect_to_dot(&mut self, input: &[u8]) -> usize {
        self.look::<true>(input)
    }

    fn look<const DOTS: bool>(&mut self, input: &[u8]) -> usize {
        let Some(&first) = input.first() else {
            return 0;
        };
        if self.open().intersects(Findings::BARE) {
            match (self.after_cr, first == b'\n') {
                (true, false) => self.find(Findings::BARE_CR),
                (false, true) => self.find(Findings::BARE_LF),
                _ => {}
            }
        }
        let to = if self.open().intersects(Findings::OCTETS) {
            self.look_at_windows::<DOTS, true>(input)
        } else if self.open().intersects(Findings::BARE) {
            self.look_at_windows::<DOTS, false>(input)
        } else {
            to_dot::<DOTS>(input, 0)
        };
        let data = input.get(..to).unwrap_or(input);
        if self.open().contains(Findings::LONG_LINE) && self.has_long_line(data) {
            self.find(Findings::LONG_LINE);
        }
        self.after_cr = data.ends_with(b"\r");
        to
    }

    /// Looks at each octet, as long as something is open that needs it.
    fn look_at_windows<const DOTS: bool, const OCTETS: bool>(&mut self, input: &[u8]) -> usize {
        let mut at = 0_usize;
        while self.open().intersects(Findings::OCTETS | Findings::BARE) {
            let rest = input.get(at..).unwrap_or_default();
            at = at.saturating_add(Seen::nothing_in::<OCTETS>(rest));
            let rest = input.get(at..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            let (seen, dealt_with) = Seen::window::<OCTETS>(rest);
            let dot = if DOTS && seen.dot { dot_in_window(rest, dealt_with) } else { None };
            // The octet behind a window is the partner of its last octet, and is data too: if it
            // were a dot to take out, the dot would be of this window.
            let data = rest.get(..dot.unwrap_or(dealt_with.saturating_add(1))).unwrap_or(rest);
            if seen.bare {
                let (cr, lf) = which_bare(data);
                self.find(if cr { Findings::BARE_CR } else { Findings::NONE });
                self.find(if lf { Findings::BARE_LF } else { Findings::NONE });
            }
            if seen.nul && data.contains(&0) {
                self.find(Findings::NUL);
            }
            if seen.eight_bit && !data.is_ascii() {
                self.find(Findings::EIGHT_BIT);
            }
            if let Some(dot) = dot {
                return at.saturating_add(dot);
            }
            at = at.saturating_add(dealt_with);
        }
        to_dot::<DOTS>(input, at)
    }

    /// What was asked for and is not found yet.
    const fn open(&self) -> Findings {
        self.look_for.difference(self.found)
    }

    /// What the octets that were looked at last lack for sure.
    pub(super) const fn lacks(&self) -> Findings {
        self.open()
    }

    /// Notes a finding, if it was asked for.
    fn find(&mut self, found: Findings) {
        self.found |= found.intersection(self.look_for);
    }

    /// Measures lines by leaps: of the octets that a line may have, only the last CRLF counts, for
    /// no line before it can be too long.
    fn has_long_line(&mut self, data: &[u8]) -> bool {
        let limit = usize::try_from(self.line_limit).unwrap_or(usize::MAX);
        let mut line = usize::try_from(self.line).unwrap_or(usize::MAX);
        let mut start = 0_usize;
        loop {
            let room = limit.saturating_sub(line);
            let rest = data.len().saturating_sub(start);
            let window = start.saturating_add(room.min(rest));
            if let Some(end) = self.last_crlf(data, start, window) {
                (start, line) = (end, 0);
            } else if room <= rest {
                return true;
            } else {
                // Less than the limit, which has 32 bits.
                self.line = u32::try_from(line.saturating_add(rest)).unwrap_or(u32::MAX);
                return false;
            }
        }
    }

    /// The place behind the last CRLF whose LF is in `data[start..end]`.
    fn last_crlf(&self, data: &[u8], start: usize, mut end: usize) -> Option<usize> {
        loop {
            let at = start.checked_add(memrchr(b'\n', data.get(start..end)?)?)?;
            let after_cr = match at.checked_sub(1) {
                Some(before) => data.get(before) == Some(&b'\r'),
                None => self.after_cr,
            };
            if after_cr {
                return at.checked_add(1);
            }
            end = at;
        }
    }
}

/// The place of the first dot behind a CRLF in `input[at..]`, or the end of `input`.
fn to_dot<const DOTS: bool>(input: &[u8], at: usize) -> usize {
    let dot = if DOTS { line_start_with_dot(input, at) } else { None };
    dot.unwrap_or(input.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec, vec::Vec};
    use proptest::prelude::*;

    fn findings(chunks: &[&[u8]], limit: u32) -> Findings {
        let mut inspector = Inspector::new(Findings::ALL).with_line_limit(limit);
        chunks.iter().for_each(|chunk| inspector.inspect(chunk));
        inspector.finish()
    }

    /// The same, octet by octet, over the whole body.
    fn reference(body: &[u8], limit: usize) -> Findings {
        let (mut found, mut line) = (Findings::NONE, 0_usize);
        for (at, &byte) in body.iter().enumerate() {
            let after_cr = at > 0 && body[at - 1] == b'\r';
            line += 1;
            match byte {
                b'\n' if !after_cr => found |= Findings::BARE_LF,
                b'\r' if body.get(at + 1) != Some(&b'\n') => found |= Findings::BARE_CR,
                0 => found |= Findings::NUL,
                0x80.. => found |= Findings::EIGHT_BIT,
                _ => {}
            }
            if byte == b'\n' && after_cr && line <= limit {
                line = 0;
            } else if line >= limit {
                found |= Findings::LONG_LINE;
            }
        }
        found
    }

    #[test]
    fn sets() {
        let mut set = Findings::NONE;
        assert!(set.is_empty() && !set.intersects(Findings::ALL));
        set.insert(Findings::NUL);
        set |= Findings::LONG_LINE;
        assert_eq!(set.iter().collect::<Vec<_>>(), [Findings::NUL, Findings::LONG_LINE]);
        assert_eq!(format!("{set:?} {:?}", Findings::NONE), "{NUL, LONG_LINE} {}");
        assert_eq!(set.difference(Findings::NUL), Findings::LONG_LINE);
        assert_eq!(Findings::ALL.iter().fold(Findings::NONE, Findings::union), Findings::ALL);
    }

    #[test]
    fn only_what_is_asked_for_is_found() {
        let mut inspector = Inspector::new(Findings::NUL);
        inspector.inspect(b"\n\r\xff");
        assert_eq!(inspector.finish(), Findings::NONE);
        inspector.inspect(b"\0");
        assert_eq!(inspector.finish(), Findings::NUL);
    }

    #[test]
    fn smtp_s_28_long_lines_are_measured_over_chunks() {
        let line = vec![b'a'; 998];
        assert_eq!(findings(&[&line, b"\r\n"], 1000), Findings::NONE);
        assert_eq!(findings(&[&line, b"a\r\n"], 1000), Findings::LONG_LINE);
        assert_eq!(findings(&[&line, b"\r", b"\n", &line, b"\r\n"], 1000), Findings::NONE);
        assert_eq!(findings(&[&line, b"aaaa"], 1000), Findings::LONG_LINE);
        // A bare LF does not end a line.
        assert!(findings(&[&line, b"\n", &line], 1000).contains(Findings::LONG_LINE));
    }

    #[test]
    fn sizes() {
        assert!(size_of::<Inspector>() <= 12 && size_of::<Findings>() == 1);
    }

    proptest! {
        #[test]
        fn as_the_reference_finds_them(
            body in proptest::collection::vec(
                prop_oneof![
                    4 => Just(b"\r\n".as_slice()), 1 => Just(b"\n".as_slice()), 8 => Just(b"ab".as_slice()),
                    1 => Just(b"\r".as_slice()), 1 => Just(b"\0".as_slice()), 1 => Just(b"\x80".as_slice())],
                0..80),
            size in 1_usize..40,
            limit in 3_u32..20,
        ) {
            let body = body.concat();
            let chunks: Vec<&[u8]> = body.chunks(size).collect();
            prop_assert_eq!(findings(&chunks, limit), reference(&body, limit as usize));
        }
    }
}
