//! The lexical words that the protocols share, as plain functions over complete input.

use crate::parse::{PResult, fail, stop};

/// A set of octets, as a table: one look-up per octet.
#[derive(Debug, Clone)]
pub struct ByteSet([bool; 256]);

impl ByteSet {
    /// The octets in `bytes`.
    #[must_use]
    pub const fn of(bytes: &[u8]) -> Self {
        Self([false; 256]).and(bytes)
    }

    /// The octets from `first` to `last`, both included.
    #[must_use]
    pub const fn range(first: u8, last: u8) -> Self {
        Self([false; 256]).and_range(first, last)
    }

    /// Adds the octets in `bytes`.
    #[must_use]
    pub const fn and(mut self, bytes: &[u8]) -> Self {
        let mut index = 0;
        while index < bytes.len() {
            self.0[bytes[index] as usize] = true;
            index += 1;
        }
        self
    }

    /// Adds the octets from `first` to `last`.
    #[must_use]
    pub const fn and_range(mut self, first: u8, last: u8) -> Self {
        let mut byte = first as usize;
        while byte <= last as usize {
            self.0[byte] = true;
            byte += 1;
        }
        self
    }

    /// Takes the octets in `bytes` out.
    #[must_use]
    pub const fn without(mut self, bytes: &[u8]) -> Self {
        let mut index = 0;
        while index < bytes.len() {
            self.0[bytes[index] as usize] = false;
            index += 1;
        }
        self
    }

    /// True when `byte` is in the set.
    #[inline]
    #[must_use]
    pub const fn contains(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    /// How many octets at the beginning of `input` are in the set.
    #[inline]
    #[must_use]
    pub fn span(&self, input: &[u8]) -> usize {
        input.iter().position(|&byte| !self.contains(byte)).unwrap_or(input.len())
    }

    /// The octets at the beginning of `input` that are in the set, and the rest.
    #[inline]
    #[must_use]
    pub fn split<'a>(&self, input: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        input.split_at(self.span(input))
    }

    /// `Ok` when all of `input` is in the set, else the offset of the first octet that is not.
    ///
    /// # Errors
    /// The offset.
    #[inline]
    pub fn check(&self, input: &[u8]) -> Result<(), usize> {
        match self.span(input) {
            span if span == input.len() => Ok(()),
            span => Err(span),
        }
    }
}

/// `DIGIT` (RFC 5234).
pub static DIGIT: ByteSet = ByteSet::range(b'0', b'9');
/// `ALPHA` (RFC 5234).
pub static ALPHA: ByteSet = ByteSet::range(b'A', b'Z').and_range(b'a', b'z');
/// `ALPHA / DIGIT / "-"`: protocol keywords, labels of host names.
pub static KEYWORD: ByteSet =
    ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and_range(b'0', b'9').and(b"-");
/// `VCHAR` (RFC 5234): printable ASCII without the space.
pub static VCHAR: ByteSet = ByteSet::range(0x21, 0x7e);
/// Octets of a base64 text with its padding (RFC 4648).
pub static BASE64: ByteSet =
    ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and_range(b'0', b'9').and(b"+/=");
/// Space and horizontal tab.
pub static WSP: ByteSet = ByteSet::of(b" \t");
/// Octets that may stand in one line of text: all but NUL, CR and LF.
pub static LINE: ByteSet = ByteSet::range(0x01, 0xff).without(b"\r\n");

/// One octet.
///
/// # Errors
/// `rule` where another octet stands.
#[inline]
pub fn byte<'a>(input: &'a [u8], byte: u8, rule: &'static str) -> PResult<'a, ()> {
    match input.split_first() {
        Some((&first, rest)) if first == byte => Ok((rest, ())),
        _ => Err(fail(input, rule)),
    }
}

/// One space.
///
/// # Errors
/// Rule `SP`.
#[inline]
pub fn sp(input: &[u8]) -> PResult<'_, ()> {
    byte(input, b' ', "SP")
}

/// The rest of `input` behind `prefix`, without regard to case.
#[inline]
#[must_use]
pub fn strip_prefix_ignore_case<'a>(input: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = input.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// One or more octets of `set`.
///
/// # Errors
/// `rule` where none stands.
#[inline]
pub fn one_or_more<'a>(
    input: &'a [u8],
    set: &ByteSet,
    rule: &'static str,
) -> PResult<'a, &'a [u8]> {
    match set.split(input) {
        ([], _) => Err(fail(input, rule)),
        (span, rest) => Ok((rest, span)),
    }
}

/// A number of up to 64 bits.
///
/// # Errors
/// `rule` where no digit stands; the same, behind a commitment, where the number is too large.
#[inline]
pub fn number<'a>(input: &'a [u8], rule: &'static str) -> PResult<'a, u64> {
    let (mut value, mut len) = (0_u64, 0_usize);
    while let Some(digit @ 0..=9) = input.get(len).map(|byte| byte.wrapping_sub(b'0')) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        len = len.saturating_add(1);
    }
    let (digits, rest) = input.split_at_checked(len).unwrap_or((input, &[]));
    match len {
        0 => Err(fail(input, rule)),
        // So many digits always fit.
        1..=19 => Ok((rest, value)),
        _ => match decimal(digits) {
            Some(value) => Ok((rest, value)),
            None => Err(stop(input, rule)),
        },
    }
}

/// The value of decimal digits; `None` when there are none, others, or too many for 64 bits.
#[inline]
#[must_use]
pub fn decimal(digits: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for &digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    (!digits.is_empty()).then_some(value)
}

/// The first 16 octets of a keyword as one number, letters in upper case.
///
/// A keyword is read once and then matched as a number. Keywords of up to 16 octets that are equal
/// but for case have equal keys; longer ones need a comparison behind the match. Octets that are
/// missing count as NUL, so that a word with NUL at its end needs one too.
#[inline]
#[must_use]
pub const fn key(word: &[u8]) -> u128 {
    let low = short_key(word) as u128;
    if word.len() <= 8 {
        return low;
    }
    (short_key(word.split_at(8).1) as u128) << 64 | low
}

/// The first 8 octets of a keyword as one number, letters in upper case.
///
/// Most keywords are that short, and a number of this size costs a fraction of a [`key`].
#[inline]
#[must_use]
pub const fn short_key(word: &[u8]) -> u64 {
    let octets = match (word.first_chunk(), word.first_chunk(), word.last_chunk()) {
        (Some(octets), _, _) => u64::from_le_bytes(*octets),
        // The two halves overlap where they are equal.
        (_, Some(first), Some(last)) => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            first as u64 | (last as u64) << (8 * (word.len() - 4))
        }
        _ => match *word {
            [a] => a as u64,
            [a, b] => a as u64 | (b as u64) << 8,
            [a, b, c] => a as u64 | (b as u64) << 8 | (c as u64) << 16,
            _ => 0,
        },
    };
    upper_case(octets)
}

/// The keyword of up to 7 octets at the beginning of `input`, as its [`short_key`], and its length:
/// all letters, digits and hyphens that stand there. `None` when they are more.
#[inline(always)]
#[must_use]
pub fn leading_key(input: &[u8]) -> Option<(u64, usize)> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let octets = leading(input);
    // Bit 7 of each octet tells; the additions carry nothing over, since octets over 127 are put
    // aside.
    let low = octets & !HIGH;
    let lower = low | (ONES * 0x20);
    let letter = (lower + ONES * (0x80 - b'a' as u64)) & !(lower + ONES * (0x7f - b'z' as u64));
    let digit = (low + ONES * (0x80 - b'0' as u64)) & !(low + ONES * (0x7f - b'9' as u64));
    let other = (low ^ (ONES * b'-' as u64)) + ONES * 0x7f;
    let behind = (other & !letter & !digit | octets) & HIGH;
    let end = behind & behind.wrapping_neg();
    let len = usize::try_from(end.trailing_zeros() / 8).ok()?;
    let word = octets & (end >> 7).wrapping_sub(1);
    // Letters of both cases become capitals.
    if end == 0 { None } else { Some((word & !((letter & HIGH) >> 2), len)) }
}

/// The first eight octets, the first of them lowest; NUL where there are fewer.
#[inline(always)]
#[must_use]
pub fn leading(input: &[u8]) -> u64 {
    if let Some(octets) = input.first_chunk() {
        return u64::from_le_bytes(*octets);
    }
    // Two halves that overlap, so that no length needs a loop.
    let len = input.len();
    if let (Some(low), Some(high)) = (input.first_chunk(), input.last_chunk()) {
        let high = u64::from(u32::from_le_bytes(*high));
        return u64::from(u32::from_le_bytes(*low))
            | high << (len.wrapping_sub(4).wrapping_mul(8) & 63);
    }
    match *input {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c] => u64::from(u32::from_le_bytes([a, b, c, 0])),
        _ => 0,
    }
}

/// Eight octets in upper case.
#[inline]
const fn upper_case(octets: u64) -> u64 {
    let low = octets & !HIGH;
    let from_a = low + u64::from_ne_bytes([0x80 - b'a'; 8]);
    let behind_z = low + u64::from_ne_bytes([0x7f - b'z'; 8]);
    let lower = (from_a ^ behind_z) & !octets & HIGH;
    octets ^ lower >> 2
}

/// The [`short_key`] of a keyword for a table; 0 for one that is too long for it.
#[must_use]
pub const fn table_key(word: &[u8]) -> u64 {
    if word.len() <= 8 { short_key(word) } else { 0 }
}

/// A [`key`] in the room of a short one, to look it up by: different keys can become the same.
#[inline(always)]
#[must_use]
pub const fn fold(key: u128) -> u64 {
    const LOW: u128 = u64::MAX as u128;
    (key & LOW) as u64 ^ ((key >> 64) as u64).rotate_left(29)
}

/// The [`fold`]ed key of a keyword of a table, and 0 for one that has a short key.
#[must_use]
pub const fn folded_key(word: &[u8]) -> u64 {
    if word.len() <= 8 { 0 } else { fold(key(word)) }
}

/// A table over short keys: at the place of a key, or behind it, the number of the key from 1.
///
/// A look-up costs one branch that depends on the word, where a tree of comparisons costs several.
#[must_use]
pub const fn slots<const N: usize>(keys: &[u64; N]) -> [u8; 256] {
    assert!(N < 256, "the number of a key is an octet");
    let mut slots = [0; 256];
    let (mut index, mut number) = (0, 1_u8);
    while index < N {
        if keys[index] != 0 {
            let mut slot = slot_of(keys[index]);
            while slots[slot as usize] != 0 {
                let other = slots[slot as usize] as usize - 1;
                assert!(keys[other] != keys[index], "two keywords have one key");
                slot = slot.wrapping_add(1);
            }
            slots[slot as usize] = number;
        }
        index += 1;
        number = number.wrapping_add(1);
    }
    slots
}

/// Where a key stands in the table that [`slots`] makes.
#[inline(always)]
const fn slot_of(key: u64) -> u8 {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
}

/// The place of `key` among `keys`, by the table that [`slots`] made of them.
#[inline]
#[must_use]
pub fn find(keys: &[u64], slots: &[u8; 256], key: u64) -> Option<usize> {
    let mut slot = slot_of(key);
    loop {
        let number = usize::from(slots[usize::from(slot)]);
        let at = number.checked_sub(1)?;
        if keys.get(at) == Some(&key) {
            return Some(at);
        }
        slot = slot.wrapping_add(1);
    }
}

/// True when all octets are printable ASCII or spaces; eight octets are looked at in one step.
#[inline]
#[must_use]
pub fn plain_text(text: &[u8]) -> bool {
    // The last step overlaps the one before, so that the length decides about few branches.
    let seen = if let Some(last) = text.last_chunk::<32>() {
        let (mut seen, mut rest) = (odd_of(last), text);
        while let Some((chunk, behind)) = rest.split_first_chunk::<32>() {
            seen |= odd_of(chunk);
            rest = behind;
        }
        seen
    } else if let (Some(first), Some(last)) = (text.first_chunk::<16>(), text.last_chunk::<16>()) {
        odd_of(first) | odd_of(last)
    } else if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        odd_of(first) | odd_of(last)
    } else {
        return plain_len(text) == text.len();
    };
    seen & HIGH == 0
}

/// How many octets at the beginning of `text` are printable ASCII or spaces.
#[inline]
#[must_use]
pub fn plain_len(text: &[u8]) -> usize {
    len_from::<b' '>(text)
}

/// How many octets at the beginning of `text` are printable ASCII: those of [`VCHAR`], eight in one
/// step.
#[inline]
#[must_use]
pub fn graphic_len(text: &[u8]) -> usize {
    len_from::<b'!'>(text)
}

/// How many octets at the beginning of `text` are printable ASCII from `FIRST` on.
#[inline(always)]
fn len_from<const FIRST: u8>(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let odd = odd::<FIRST>(u64::from_le_bytes(*word)) & HIGH;
        if odd != 0 {
            let plain = usize::try_from(odd.trailing_zeros() / 8).unwrap_or(0);
            return text.len().saturating_sub(rest.len()).saturating_add(plain);
        }
        rest = behind;
    }
    let plain = rest.iter().position(|byte| !(FIRST..=b'~').contains(byte)).unwrap_or(rest.len());
    text.len().saturating_sub(rest.len()).saturating_add(plain)
}

const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// [`odd`] of each eight octets, together. The length is a multiple of eight.
#[inline(always)]
fn odd_of<const N: usize>(octets: &[u8; N]) -> u64 {
    let mut seen = 0;
    let mut rest = &octets[..];
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        seen |= odd::<b' '>(u64::from_le_bytes(*word));
        rest = behind;
    }
    seen
}

/// Bit 7 of the first octet that is not printable ASCII from `FIRST` on; those above it tell nothing.
#[inline(always)]
const fn odd<const FIRST: u8>(octets: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    octets | octets.wrapping_sub(ONES * FIRST as u64) | octets.wrapping_add(ONES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_at_64_bits() {
        assert_eq!(decimal(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(decimal(b"18446744073709551616"), None);
        assert_eq!(decimal(b""), None);
        assert_eq!(decimal(b"1a"), None);
        assert_eq!(number(b"12 x", "n"), Ok((&b" x"[..], 12)));
        assert!(number(b"x", "n").is_err());
    }

    #[test]
    fn keys_fold_case() {
        assert_eq!(key(b"mail"), key(b"MAIL"));
        assert_ne!(key(b"MAIL"), key(b"MAI"));
        let octets: alloc::vec::Vec<u8> = (0..=u8::MAX).collect();
        for len in 0..=16 {
            for word in octets.windows(len.max(1)).map(|word| &word[..len]) {
                let upper = word.to_ascii_uppercase();
                let mut bytes = [0; 16];
                bytes[..len].copy_from_slice(&upper);
                assert_eq!(key(word), u128::from_le_bytes(bytes), "{word:?}");
            }
        }
        assert_eq!(key(b"ENHANCEDSTATUSCODES"), key(b"ENHANCEDSTATUSCO"));
    }

    #[test]
    fn leading_keys_agree_with_a_look_at_each_octet() {
        for byte in 0..=u8::MAX {
            for len in 0..12 {
                for at in 0..len {
                    for fill in [b'a', b'Z', b'5', b'-'] {
                        let mut text = alloc::vec![fill; len];
                        text[at] = byte;
                        let (word, _) = KEYWORD.split(&text);
                        let expected = (word.len() < 8).then(|| (short_key(word), word.len()));
                        assert_eq!(leading_key(&text), expected, "{byte} at {at} of {len}");
                        let mut octets = [0; 8];
                        octets[..len.min(8)].copy_from_slice(&text[..len.min(8)]);
                        assert_eq!(leading(&text), u64::from_le_bytes(octets));
                    }
                }
            }
        }
        assert_eq!(leading_key(b""), Some((0, 0)));
    }

    #[test]
    fn plain_text_agrees_with_a_look_at_each_octet() {
        for byte in 0..=u8::MAX {
            for len in 1..20 {
                for at in 0..len {
                    let mut text = alloc::vec![b'a'; len];
                    text[at] = byte;
                    assert_eq!(plain_text(&text), matches!(byte, 32..=126), "{byte} at {at}");
                    let plain = text.iter().take_while(|byte| matches!(byte, 32..=126)).count();
                    assert_eq!(plain_len(&text), plain, "{byte} at {at}");
                    assert_eq!(graphic_len(&text), VCHAR.span(&text), "{byte} at {at}");
                }
            }
        }
        assert!(plain_text(b""));
    }

    #[test]
    fn sets_split_and_check() {
        assert_eq!(DIGIT.split(b"12a"), (&b"12"[..], &b"a"[..]));
        assert_eq!(KEYWORD.check(b"8BITMIME"), Ok(()));
        assert_eq!(KEYWORD.check(b"X_Y"), Err(1));
        assert_eq!(strip_prefix_ignore_case(b"from:<a>", b"FROM:"), Some(&b"<a>"[..]));
    }
}
