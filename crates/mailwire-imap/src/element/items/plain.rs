//! Lists that are written as they stand: what tells them, eight octets in one step.

use mailwire_core::token::leading;

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// True where `len` words have one space between, and no other space is there.
///
/// The grammar has seen that there are so many words, with a space at least between two.
#[inline]
pub(crate) fn single_spaced(wire: &[u8], len: usize) -> bool {
    look::<false>(wire, len)
}

/// The same, where a word has no small letter and no range, `<0.1024>`, either: the names of data items
/// are written in capitals, and numbers without the zeros that may stand before them.
#[inline]
pub(crate) fn capitals(wire: &[u8], len: usize) -> bool {
    look::<true>(wire, len)
}

#[inline(always)]
fn look<const CAPITALS: bool>(wire: &[u8], len: usize) -> bool {
    let (mut spaces, mut odd) = (0_u64, 0_u64);
    let mut step = |octets: u64| {
        // Bit 7 of each octet that is a space; nothing is carried from one octet to the next.
        let other = octets ^ (ONES * 0x20);
        let space = !(((other & !HIGH).wrapping_add(!HIGH)) | other) & HIGH;
        spaces = spaces.wrapping_add((space >> 7).wrapping_mul(ONES) >> 56);
        if CAPITALS {
            // Bit 7 of the octets from 0x60 on, and of `<`; what a borrow adds needs one of these.
            let range = octets ^ (ONES * 0x3c);
            odd |= octets | octets << 1 & octets << 2 | range.wrapping_sub(ONES) & !range;
        }
    };
    let mut rest = wire;
    while let Some((octets, behind)) = rest.split_first_chunk() {
        step(u64::from_le_bytes(*octets));
        rest = behind;
    }
    step(leading(rest));
    odd & HIGH == 0 && u64::try_from(len).is_ok_and(|len| spaces.wrapping_add(1) == len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_eight_octets_agrees_with_one_at_each() {
        for len in 1..20 {
            for at in 0..len {
                for octet in 0..=u8::MAX {
                    let mut wire = alloc::vec![b'A'; len];
                    wire[at] = octet;
                    let words = wire.iter().filter(|octet| **octet == b' ').count() + 1;
                    assert!(single_spaced(&wire, words) && !single_spaced(&wire, words + 1));
                    let plain = octet < 0x60 && octet != b'<';
                    assert_eq!(capitals(&wire, words), plain, "{octet} at {at} of {len}");
                    assert!(!capitals(&wire, words + 1));
                    // Neighbours of all sorts do not hide it.
                    wire[(at + 1) % len] = octet ^ 1;
                    let plain = wire.iter().all(|octet| *octet < 0x60 && *octet != b'<');
                    let words = wire.iter().filter(|octet| **octet == b' ').count() + 1;
                    assert_eq!(capitals(&wire, words), plain, "{octet} at {at} of {len}");
                }
            }
        }
        assert!(single_spaced(b"", 1) && !single_spaced(b"", 0));
    }
}
