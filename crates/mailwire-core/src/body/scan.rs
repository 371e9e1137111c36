//! The passes over the octets of a body. All of its speed is here.
//!
//! What has to be found is rare: a dot behind a CRLF, a CR without its LF. So the octets are looked
//! at in windows, by loops without a branch that only tell whether there is something in the
//! window; the compiler makes vector instructions of them. The place is searched for afterwards.
//! All questions are asked in one pass, since the way to memory costs more than a second question.

use memchr::{memchr, memmem};

use super::findings::Findings;

/// Octets that are looked at in one go. Twice as many are no longer unrolled, and take twice the
/// time.
const WINDOW: usize = 256;

/// What a pass saw.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// A CR without an LF behind it, or an LF without a CR before it.
    pub(super) bare: bool,
    /// A dot behind an LF. Only where nothing is bare is that a dot at the start of a line.
    pub(super) dot: bool,
    /// The octet 0. Only with `OCTETS`.
    pub(super) nul: bool,
    /// An octet over 127. Only with `OCTETS`.
    pub(super) eight_bit: bool,
}

impl Seen {
    const NOTHING: Self = Self { bare: false, dot: false, nul: false, eight_bit: false };

    /// Looks for the octets alone that are asked for, and for nothing in a row.
    pub(super) fn octets(octets: &[u8], ask: Findings) -> Self {
        let nul = ask.contains(Findings::NUL) && memchr(0, octets).is_some();
        let eight_bit = ask.contains(Findings::EIGHT_BIT) && !octets.is_ascii();
        Self { nul, eight_bit, ..Self::NOTHING }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            bare: self.bare | other.bare,
            dot: self.dot | other.dot,
            nul: self.nul | other.nul,
            eight_bit: self.eight_bit | other.eight_bit,
        }
    }

    /// Whether there is nothing to see for each octet but the last two with the two behind it.
    ///
    /// One answer to all questions, because each answer that is told apart costs as much as many
    /// octets.
    #[inline(always)]
    fn quiet<const OCTETS: bool>(octets: &[u8; WINDOW + 2]) -> bool {
        let (second, third) = (octets.get(1..).unwrap_or(&[]), octets.get(2..).unwrap_or(&[]));
        let mut any = 0;
        for ((&a, &b), &c) in octets.iter().zip(second).zip(third) {
            let lf = b == b'\n';
            any |= u8::from((a == b'\r') ^ lf) | u8::from(lf & (c == b'.'));
            if OCTETS {
                any |= u8::from(a == 0) | u8::from(a > 127);
            }
        }
        any == 0
    }

    /// Tells apart what there is to see.
    #[inline(always)]
    fn of<const OCTETS: bool>(octets: &[u8]) -> Self {
        let (second, third) = (octets.get(1..).unwrap_or(&[]), octets.get(2..).unwrap_or(&[]));
        let (mut bare, mut dot) = (0, 0);
        for ((&a, &b), &c) in octets.iter().zip(second).zip(third) {
            let lf = b == b'\n';
            bare |= u8::from((a == b'\r') ^ lf);
            dot |= u8::from(lf & (c == b'.'));
        }
        if let [.., a, b] = octets {
            bare |= u8::from((*a == b'\r') ^ (*b == b'\n'));
        }
        Self {
            bare: bare != 0,
            dot: dot != 0,
            nul: OCTETS && memchr(0, octets).is_some(),
            eight_bit: OCTETS && !octets.is_ascii(),
        }
    }

    /// The same out of line. The fixed length is what makes it fast.
    #[inline(never)]
    fn of_window<const OCTETS: bool>(window: &[u8; WINDOW + 2]) -> Self {
        Self::of::<OCTETS>(window)
    }

    /// How many octets at the start of `octets` there is nothing to see for, in whole windows.
    pub(super) fn nothing_in<const OCTETS: bool>(octets: &[u8]) -> usize {
        let mut at = 0_usize;
        while let Some(window) = octets.get(at..).and_then(<[u8]>::first_chunk) {
            if !Self::quiet::<OCTETS>(window) {
                break;
            }
            at = at.saturating_add(WINDOW);
        }
        at
    }

    /// Looks at the window at the start of `octets`, and says how many octets are dealt with.
    ///
    /// Nothing is missed between two windows: a window looks two octets ahead. The CR at the end of
    /// `octets` and the LF at its start have their partners elsewhere and are not bare.
    pub(super) fn window<const OCTETS: bool>(octets: &[u8]) -> (Self, usize) {
        match octets.first_chunk() {
            Some(window) => (Self::of_window::<OCTETS>(window), WINDOW),
            None => (Self::of::<OCTETS>(octets), octets.len()),
        }
    }

    /// Looks at all of `octets`, and keeps where dots begin lines.
    pub(super) fn all<const OCTETS: bool>(octets: &[u8]) -> (Self, Dots) {
        let (mut seen, mut dots, mut at) = (Self::NOTHING, Dots::NONE, 0_usize);
        loop {
            let rest = octets.get(at..).unwrap_or_default();
            at = at.saturating_add(Self::nothing_in::<OCTETS>(rest));
            let rest = octets.get(at..).unwrap_or_default();
            if rest.is_empty() {
                return (seen, dots);
            }
            let (more, dealt_with) = Self::window::<OCTETS>(rest);
            seen = seen.and(more);
            if more.dot {
                dots.add(octets, at, dealt_with);
            }
            at = at.saturating_add(dealt_with);
        }
    }
}

/// The first dots that begin lines; there are few of them in a chunk of mail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dots {
    places: [usize; 24],
    count: usize,
    /// There are more than have a place.
    more: bool,
}

impl Dots {
    const NONE: Self = Self { places: [0; 24], count: 0, more: false };
    /// Nobody has looked for them.
    pub(super) const UNKNOWN: Self = Self { more: true, ..Self::NONE };

    /// Adds the dots of the window of `octets` that begins at `at`.
    fn add(&mut self, octets: &[u8], at: usize, dealt_with: usize) {
        let (end, mut from) = (at.saturating_add(dealt_with), at);
        while from < end && !self.more {
            let rest = octets.get(from..).unwrap_or_default();
            let Some(dot) = dot_in_window(rest, end.saturating_sub(from)) else { return };
            let dot = from.saturating_add(dot);
            match self.places.get_mut(self.count) {
                Some(place) => (*place, self.count) = (dot, self.count.saturating_add(1)),
                None => self.more = true,
            }
            // The CRLF of the next one begins behind this one.
            from = dot.saturating_add(1);
        }
    }

    /// The first dot behind `from` that begins a line of `octets`, whose dots these are.
    pub(super) fn next(&self, octets: &[u8], from: usize) -> Option<usize> {
        let places = self.places.get(..self.count).unwrap_or_default();
        let place = places.iter().copied().find(|&place| place > from);
        match place {
            None if self.more => line_start_with_dot(octets, from),
            place => place,
        }
    }
}

/// The two kinds of bare line endings in `octets`, CR first, when it is known that there is one.
pub(super) fn which_bare(octets: &[u8]) -> (bool, bool) {
    let pairs = octets.iter().zip(octets.get(1..).unwrap_or_default());
    let (cr, lf) = pairs.fold((0, 0), |(cr, lf), (&a, &b)| {
        let (a, b) = (u8::from(a == b'\r'), u8::from(b == b'\n'));
        (cr | (a & (b ^ 1)), lf | (b & (a ^ 1)))
    });
    (cr != 0, lf != 0)
}

/// The place behind the first CRLF in `octets[from..]` that has a dot behind it.
pub(super) fn line_start_with_dot(octets: &[u8], from: usize) -> Option<usize> {
    let at = find_dot(octets.get(from..)?)?;
    from.checked_add(at)?.checked_add(2)
}

/// The same for the window at the start of `octets`.
pub(super) fn dot_in_window(octets: &[u8], dealt_with: usize) -> Option<usize> {
    let window = octets.get(..dealt_with.saturating_add(2)).unwrap_or(octets);
    find_dot(window)?.checked_add(2)
}

/// Dots behind a bare LF after which the search is for the whole CRLF.
const FALSE_ALARMS: usize = 8;

/// The first CRLF with a dot behind it.
///
/// The search is for the LF and the dot, which hardly meet elsewhere. With the CR in the needle the
/// vector search looks for the two rarest octets of it, CR and LF, and stops at each line. A body
/// full of dots behind bare LFs is slower that way round, so the other search takes over there.
fn find_dot(octets: &[u8]) -> Option<usize> {
    let mut from = 0_usize;
    for _ in 0..FALSE_ALARMS {
        let lf = from.checked_add(find_lf_dot(octets.get(from..)?)?)?;
        match lf.checked_sub(1) {
            Some(cr) if octets.get(cr) == Some(&b'\r') => return Some(cr),
            _ => from = lf.checked_add(1)?,
        }
    }
    from.checked_add(find_crlf_dot(octets.get(from..)?)?)
}

/// Makes a search of which the part that depends on the needle alone is done once, where a place
/// to keep it can be had: a chunk of a body is as soon looked through.
macro_rules! search {
    ($name:ident, $needle:literal) => {
        fn $name(octets: &[u8]) -> Option<usize> {
            #[cfg(feature = "std")]
            {
                static FINDER: std::sync::LazyLock<memmem::Finder<'static>> =
                    std::sync::LazyLock::new(|| memmem::Finder::new($needle));
                FINDER.find(octets)
            }
            #[cfg(not(feature = "std"))]
            memmem::find(octets, $needle)
        }
    };
}

search!(find_lf_dot, b"\n.");
search!(find_crlf_dot, b"\r\n.");

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use proptest::prelude::*;

    fn naive_dot(octets: &[u8], from: usize) -> Option<usize> {
        octets[from..].windows(3).position(|w| w == b"\r\n.").map(|at| from + at + 2)
    }

    fn naive(octets: &[u8]) -> Seen {
        Seen {
            bare: octets.windows(2).any(|w| (w[0] == b'\r') != (w[1] == b'\n')),
            dot: octets.windows(3).any(|w| w[1..] == *b"\n."),
            nul: octets.contains(&0),
            eight_bit: !octets.is_ascii(),
        }
    }

    fn same(a: Seen, b: Seen) -> bool {
        (a.bare, a.dot, a.nul, a.eight_bit) == (b.bare, b.dot, b.nul, b.eight_bit)
    }

    #[test]
    fn every_place_in_and_around_a_window_is_seen() {
        for len in [0, 1, 2, 3, 255, 256, 257, 258, 259, 512, 520] {
            for at in 0..len {
                for put in [&b"\r\n."[..], b"\n", b"\r", b"\0", b"\x80", b"\r\n", b"\n."] {
                    let mut octets = vec![b'a'; len];
                    for (to, from) in octets[at..].iter_mut().zip(put) {
                        *to = *from;
                    }
                    assert!(
                        same(Seen::all::<true>(&octets).0, naive(&octets)),
                        "{len} {at} {put:?}"
                    );
                    assert_eq!(line_start_with_dot(&octets, 0), naive_dot(&octets, 0));
                    let (cr, lf) = which_bare(&octets);
                    assert_eq!(cr | lf, naive(&octets).bare);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn as_the_naive_search(
            parts in proptest::collection::vec(
                prop_oneof![Just("\r\n"), Just("\r\n."), Just("\n."), Just("\r"), Just("text of some length")],
                0..60),
            from in 0_usize..40,
        ) {
            let octets: Vec<u8> = parts.concat().into_bytes();
            let from = from.min(octets.len());
            prop_assert_eq!(line_start_with_dot(&octets, from), naive_dot(&octets, from));
            let (seen, dots) = Seen::all::<false>(&octets);
            let mut place = 0;
            while let Some(dot) = naive_dot(&octets, place) {
                prop_assert_eq!(dots.next(&octets, place), Some(dot));
                place = dot;
            }
            prop_assert_eq!(dots.next(&octets, place), None);
            prop_assert_eq!(seen.bare, naive(&octets).bare);
            prop_assert_eq!(seen.dot, naive(&octets).dot);
        }
    }

    #[test]
    fn dots_behind_bare_lfs_hide_no_dot_behind_a_crlf() {
        for alarms in 0..3 * FALSE_ALARMS {
            for tail in [&b""[..], b"\r\n.", b"\r\n", b"\n\r\n.\n.", b"\r\n\n.", b"a\r\n."] {
                let octets = [&b"\n.".repeat(alarms), tail].concat();
                for from in 0..octets.len() {
                    let naive = naive_dot(&octets, from);
                    assert_eq!(line_start_with_dot(&octets, from), naive, "{alarms} {tail:?}");
                }
            }
        }
    }
}
