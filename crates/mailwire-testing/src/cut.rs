//! Every way to cut octets, and the check that the same comes out.

use std::fmt::Debug;

/// Random cuts of each script.
const SEEDS: u64 = 100;

/// How octets are cut on their way into a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Nowhere: pieces come as they are given.
    Whole,
    /// Before every octet.
    Octets,
    /// Before this octet of the stream.
    At(usize),
    /// Anywhere, by a generator that begins with this state; some pieces are empty.
    Random(u64),
}

impl Cut {
    /// Whole, octet by octet, and at random places: for scripts, which are run once for each cut.
    pub fn some() -> impl Iterator<Item = Self> {
        [Self::Whole, Self::Octets].into_iter().chain((1..=SEEDS).map(Self::Random))
    }

    /// Whole, before each octet of a stream of that length, and octet by octet.
    pub fn everywhere(octets: usize) -> impl Iterator<Item = Self> {
        [Self::Whole].into_iter().chain((1..octets).map(Self::At)).chain([Self::Octets])
    }

    /// What cuts a stream so.
    pub fn cutter(self) -> Cutter {
        Cutter { cut: self, from: 0 }
    }
}

/// Cuts a stream, piece after piece.
#[derive(Debug, Clone)]
pub struct Cutter {
    cut: Cut,
    /// Where the next octets begin in their stream.
    from: usize,
}

impl Cutter {
    /// The pieces of the next octets of the stream.
    pub fn pieces<'b>(&mut self, octets: &'b [u8]) -> Vec<&'b [u8]> {
        let from = self.from;
        self.from += octets.len();
        let state = match &mut self.cut {
            Cut::Octets => return octets.chunks(1).collect(),
            Cut::At(at) if *at > from && *at < self.from => {
                let (a, b) = octets.split_at(*at - from);
                return vec![a, b];
            }
            Cut::Whole | Cut::At(_) => return vec![octets],
            Cut::Random(state) => state,
        };
        let (mut pieces, mut rest) = (Vec::new(), octets);
        while !rest.is_empty() {
            // Short pieces and long ones, and none: an empty piece changes nothing.
            let most = [1, 3, rest.len()][usize::try_from(random(state) % 3).unwrap()];
            let size = usize::try_from(random(state)).unwrap() % (most.min(rest.len()) + 1);
            let (piece, behind) = rest.split_at(size);
            pieces.push(piece);
            rest = behind;
        }
        pieces
    }
}

/// Runs once for each cut; the same has to come out, and that is given.
#[track_caller]
pub fn same<T: PartialEq + Debug>(
    cuts: impl IntoIterator<Item = Cut>,
    of: &str,
    run: impl Fn(Cut) -> T,
) -> T {
    let mut cuts = cuts.into_iter();
    let first = run(cuts.next().unwrap());
    for cut in cuts {
        assert_eq!(run(cut), first, "{of} {cut:?}");
    }
    first
}

/// SplitMix64: enough for places to cut at, and the same everywhere.
pub fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // Half of it fits everywhere.
    (z ^ (z >> 31)) >> 33
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All cuts of two lines: nothing is lost, and the one before each octet is among them.
    #[test]
    fn pieces_join_to_what_was_cut() {
        let lines: [&[u8]; 2] = [b"NOOP\r\n", b"QUIT\r\n"];
        for cut in Cut::everywhere(12).chain(Cut::some()) {
            let mut cutter = cut.cutter();
            for line in lines {
                assert_eq!(cutter.pieces(line).concat(), line, "{cut:?}");
            }
        }
        let mut cutter = Cut::At(8).cutter();
        assert_eq!(cutter.pieces(lines[0]), [lines[0]]);
        assert_eq!(cutter.pieces(lines[1]), [&b"QU"[..], b"IT\r\n"]);
    }

    #[test]
    #[should_panic(expected = "NOOP Octets")]
    fn what_depends_on_the_cut_is_found() {
        same(Cut::some(), "NOOP", |cut| cut.cutter().pieces(b"NOOP").len());
    }
}
