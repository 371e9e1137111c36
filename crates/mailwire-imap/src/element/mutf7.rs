//! Modified UTF-7: Unicode in the mailbox names of IMAP4rev1.
//!
//! RFC 3501 section 5.1.3. Printable ASCII stands for itself but for `&`, which is `&-`; all else is
//! UTF-16 in base64 between `&` and `-`, with `,` for `/` and without padding.
//!
//! The decoder takes the one canonical form of a text and no other, so that two names which look
//! alike to a user are alike to a server. Control characters are refused in both directions: the form
//! could carry them, and nothing that shows or logs a mailbox name expects them.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use mailwire_core::InvalidValue;
use mailwire_core::token::ByteSet;

/// Octets that stand for themselves, and `&`.
static PRINTABLE: ByteSet = ByteSet::range(b' ', b'~');

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// The text of a name; copied only where the name has a `&`.
///
/// # Errors
/// [`InvalidValue`] with the offset of the octet, or of the `&`, that begins what is not canonical.
///
/// # Example
/// ```
/// use mailwire_imap::element::mutf7::{decode, encode};
///
/// assert_eq!(decode(b"Entw&APw-rfe").unwrap(), "Entw\u{fc}rfe");
/// assert_eq!(encode("Entw\u{fc}rfe").unwrap(), &b"Entw&APw-rfe"[..]);
/// assert!(decode(b"Entw&APw").is_err());
/// ```
pub fn decode(name: &[u8]) -> Result<Cow<'_, str>, InvalidValue> {
    let invalid = |at| InvalidValue { what: "modified UTF-7", at };
    PRINTABLE.check(name).map_err(invalid)?;
    let mut shifts = memchr::memchr_iter(b'&', name);
    let Some(mut shift) = shifts.next() else {
        let text = core::str::from_utf8(name);
        return text.map(Cow::Borrowed).map_err(|error| invalid(error.valid_up_to()));
    };
    let mut text = String::with_capacity(name.len());
    let (mut plain_from, mut shifted) = (0_usize, false);
    loop {
        let plain = name.get(plain_from..shift).unwrap_or_default();
        text.extend(plain.iter().copied().map(char::from));
        let behind = name.get(shift + 1..).unwrap_or_default();
        let Some(len) = memchr::memchr(b'-', behind) else { return Err(invalid(shift)) };
        let encoded = behind.get(..len).unwrap_or_default();
        // A shift that ends is not followed by one that begins.
        let null_shift = shift > 0 && shift == plain_from && shifted;
        match encoded {
            [] => text.push('&'),
            _ if null_shift => return Err(invalid(shift)),
            _ => decode_shifted(encoded, &mut text).ok_or_else(|| invalid(shift))?,
        }
        shifted = len > 0;
        plain_from = shift + len + 2;
        match shifts.next() {
            Some(next) if next >= plain_from => shift = next,
            // A `&` inside of base64 is none of its alphabet, so this is never reached.
            Some(next) => return Err(invalid(next)),
            None => break,
        }
    }
    let plain = name.get(plain_from..).unwrap_or_default();
    text.extend(plain.iter().copied().map(char::from));
    Ok(Cow::Owned(text))
}

/// Decodes the base64 between `&` and `-`.
fn decode_shifted(encoded: &[u8], text: &mut String) -> Option<()> {
    let (mut bits, mut width) = (0_u32, 0_u32);
    let mut high = None;
    for &octet in encoded {
        bits = bits << 6 | sextet(octet)?;
        width += 6;
        if width < 16 {
            continue;
        }
        width -= 16;
        let unit = bits >> width & 0xffff;
        bits &= (1 << width) - 1;
        let value = match (high.take(), unit) {
            (None, 0xd800..=0xdbff) => {
                high = Some(unit);
                continue;
            }
            (None, _) => unit,
            (Some(high), 0xdc00..=0xdfff) => 0x1_0000 + (high - 0xd800) * 0x400 + unit - 0xdc00,
            (Some(_), _) => return None,
        };
        let value = char::from_u32(value)?;
        // What can represent itself must.
        if value.is_control() || matches!(value, ' '..='~') {
            return None;
        }
        text.push(value);
    }
    // What is left is the padding of the last unit: fewer bits than one character, all zero.
    (high.is_none() && width < 6 && bits == 0).then_some(())
}

/// The value of one character of base64.
const fn sextet(octet: u8) -> Option<u32> {
    Some(match octet {
        b'A'..=b'Z' => octet - b'A',
        b'a'..=b'z' => octet - b'a' + 26,
        b'0'..=b'9' => octet - b'0' + 52,
        b'+' => 62,
        b',' => 63,
        _ => return None,
    } as u32)
}

/// The name of a text; copied only where the text is not printable ASCII without `&`.
///
/// # Errors
/// [`InvalidValue`] with the offset of a control character.
pub fn encode(text: &str) -> Result<Cow<'_, [u8]>, InvalidValue> {
    if let Some((at, _)) = text.char_indices().find(|(_, char)| char.is_control()) {
        return Err(InvalidValue { what: "mailbox name", at });
    }
    if text.is_ascii() && !text.contains('&') {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    let mut out = Vec::with_capacity(text.len() + 2);
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let plain = rest.find(|char: char| !char.is_ascii()).unwrap_or(rest.len());
        let shifted = rest.find(|char: char| char.is_ascii()).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(plain.max(shifted));
        rest = behind;
        if !char.is_ascii() {
            encode_shifted(run, &mut out);
            continue;
        }
        for &octet in run.as_bytes() {
            out.push(octet);
            if octet == b'&' {
                out.push(b'-');
            }
        }
    }
    Ok(Cow::Owned(out))
}

/// Writes `&`, the base64 of `text` in UTF-16, and `-`.
fn encode_shifted(text: &str, out: &mut Vec<u8>) {
    let (mut bits, mut width) = (0_u32, 0_u32);
    out.push(b'&');
    for unit in text.encode_utf16() {
        bits = bits << 16 | u32::from(unit);
        width += 16;
        while width >= 6 {
            width -= 6;
            out.push(letter(bits >> width));
            bits &= (1 << width) - 1;
        }
    }
    if width > 0 {
        out.push(letter(bits << (6 - width)));
    }
    out.push(b'-');
}

/// The character of base64 for six bits.
const fn letter(sextet: u32) -> u8 {
    ALPHABET[(sextet & 63) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_texts() {
        for (name, text) in [
            ("", ""),
            ("INBOX", "INBOX"),
            (
                "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
                "~peter/mail/\u{53f0}\u{5317}/\u{65e5}\u{672c}\u{8a9e}",
            ),
            ("a&-b&-c", "a&b&c"),
            ("&-&-,&AP8-&-", "&&,\u{ff}&"),
            ("&-&AP8-", "&\u{ff}"),
            ("&2DzcHA-", "\u{1f01c}"),
            ("&IKw-,&IKw-", "\u{20ac},\u{20ac}"),
        ] {
            assert_eq!(decode(name.as_bytes()).unwrap(), text);
            assert_eq!(encode(text).unwrap(), name.as_bytes());
        }
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for (name, at) in [
            (&b"a\x1f"[..], 1),
            (b"a\x7f", 1),
            (b"\xc3\xa9", 0),
            (b"&", 0),
            (b"a&Jjo", 1),
            (b"&Jjo!", 0),
            (b"&/+8-", 0),
            (b"&AP8=-", 0),
            // Null shift, printable ASCII, control characters.
            (b"&U,BTFw-&ZeVnLIqe-", 8),
            (b"&AGE-", 0),
            (b"&ACY-", 0),
            (b"&JjoAIQ-", 0),
            (b"&AAo-", 0),
            (b"&AIU-", 0),
            // A character too many or too few, padding that is not zero, half a pair.
            (b"&A-", 0),
            (b"&AP-", 0),
            (b"&AP8A-", 0),
            (b"&AP9-", 0),
            (b"&2Dw-", 0),
            (b"&3BwAQQ-", 0),
            (b"&2DwAQQ-", 0),
        ] {
            let expected = InvalidValue { what: "modified UTF-7", at };
            assert_eq!(decode(name), Err(expected), "{}", name.escape_ascii());
        }
        assert!(encode("a\r\nb").is_err() && encode("\u{85}").is_err());
    }

    proptest! {
        #[test]
        fn roundtrip(text in "\\PC{0,20}|[&a-c\u{e4}\u{1f01c}-]{0,12}") {
            if let Ok(name) = encode(&text) {
                prop_assert!(PRINTABLE.check(&name).is_ok());
                prop_assert_eq!(decode(&name).unwrap(), &*text);
            }
        }

        #[test]
        fn there_is_one_form(name in "[&AOkw,D8-]{0,12}") {
            if let Ok(text) = decode(name.as_bytes()) {
                prop_assert_eq!(encode(&text).unwrap(), name.as_bytes());
            }
        }
    }
}
