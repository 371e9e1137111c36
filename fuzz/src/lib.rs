//! What the targets share: cutting input into pieces.

/// Two ways to cut what is behind the first two octets, which say how.
///
/// Each way is an endless list of sizes; 0 stands for a read that brought nothing.
pub fn two_ways(data: &[u8]) -> Option<(Sizes, Sizes, &[u8])> {
    let (&[a, b], rest) = data.split_first_chunk()?;
    Some((Sizes(a), Sizes(b), rest))
}

/// Sizes of pieces, from one octet.
#[derive(Clone, Copy)]
pub struct Sizes(u8);

impl Sizes {
    /// The pieces of `input`, in order.
    pub fn cut<'i>(self, input: &'i [u8]) -> Vec<&'i [u8]> {
        let (mut rest, mut state, mut pieces) = (input, u32::from(self.0), Vec::new());
        while !rest.is_empty() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let wanted = match self.0 {
                0 => rest.len(),
                1 => 1,
                _ => (state >> 24) as usize % (self.0 as usize),
            };
            let (piece, behind) = rest.split_at(wanted.min(rest.len()));
            pieces.push(piece);
            rest = behind;
        }
        pieces
    }
}

/// Pieces of an input that a buffer gathers: after each piece `take` is given all that is not yet
/// consumed, and tells what it consumed, until it wants more input.
pub fn feed(pieces: &[&[u8]], mut take: impl FnMut(&[u8]) -> Option<usize>) {
    let mut buffer = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(consumed) = take(&buffer) {
            buffer.drain(..consumed);
        }
    }
}
