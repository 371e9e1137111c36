//! The header of a literal, looked at backwards from the end of its line.

use memchr::memrchr;

use super::{Fault, LiteralHeader};

/// Octets at the end of a line in which a header must stand, through its `}`.
const LONGEST: usize = 64;

/// The place value of the highest digit that is read in the short way.
const MOST: u64 = 100_000_000_000_000;

/// What stands at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// No literal.
    Plain,
    /// The header of a literal, which begins at `at` in the line.
    Literal { header: LiteralHeader, at: usize },
    /// Something that cannot be believed. With `flows`, octets may follow that are a literal for the
    /// sender.
    Bad { fault: Fault, at: usize, flows: bool },
}

/// Reads the end of `line`, which ends in LF.
#[inline]
pub(super) fn ending(line: &[u8]) -> Ending {
    // Most headers are good and short.
    if let Some(text) = line.strip_suffix(b"}\r\n") {
        let (digits, sync) = match text.strip_suffix(b"+") {
            Some(digits) => (digits, false),
            None => (text, true),
        };
        let (mut before, mut size, mut unit) = (digits, 0_u64, 1_u64);
        while let [more @ .., digit @ b'0'..=b'9'] = before {
            if unit > MOST {
                break;
            }
            size = size.wrapping_add(u64::from(digit.wrapping_sub(b'0')).wrapping_mul(unit));
            unit = unit.wrapping_mul(10);
            before = more;
        }
        if let (Some(before), true) = (before.strip_suffix(b"{"), unit > 1) {
            let binary = before.last() == Some(&b'~');
            let at = before.len().saturating_sub(usize::from(binary));
            return Ending::Literal { header: LiteralHeader { size, binary, sync }, at };
        }
    }
    any_ending(line)
}

/// The end of a line with a long header, or none, or what is nearly one.
fn any_ending(line: &[u8]) -> Ending {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let (text, crlf) = match text.strip_suffix(b"\r") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let Some(before) = text.strip_suffix(b"}") else { return Ending::Plain };
    let from = text.len().saturating_sub(LONGEST);
    let window = before.get(from..).unwrap_or_default();
    let Some(brace) = memrchr(b'{', window) else {
        return without_brace(window, from);
    };
    let content = window.get(brace.saturating_add(1)..).unwrap_or_default();
    let (digits, sync) = match content.strip_suffix(b"+") {
        Some(digits) => (digits, false),
        None => (content, true),
    };
    let brace = from.saturating_add(brace);
    let binary = brace.checked_sub(1).and_then(|at| line.get(at)) == Some(&b'~');
    let at = brace.saturating_sub(usize::from(binary));
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        return match number(digits) {
            Some(size) if crlf => {
                Ending::Literal { header: LiteralHeader { size, binary, sync }, at }
            }
            Some(_) => Ending::Bad { fault: Fault::Header, at, flows: !sync },
            None => Ending::Bad { fault: Fault::Size, at, flows: !sync },
        };
    }
    if nearly(content) {
        return Ending::Bad { fault: Fault::Header, at, flows: content.contains(&b'+') };
    }
    Ending::Plain
}

/// A line that ends in `}` with no brace before it: digits without end are a header that is too long.
fn without_brace(window: &[u8], from: usize) -> Ending {
    let digits = window.strip_suffix(b"+").unwrap_or(window);
    if from > 0 && digits.iter().all(u8::is_ascii_digit) {
        let flows = digits.len() < window.len();
        return Ending::Bad { fault: Fault::Size, at: from, flows };
    }
    Ending::Plain
}

/// A number64: 63 bits.
fn number(digits: &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for digit in digits {
        number = number.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))?;
    }
    (number <= u64::MAX >> 1).then_some(number)
}

/// Whether somebody else might read a count in what stands between the braces.
fn nearly(content: &[u8]) -> bool {
    let like = |octet: &u8| octet.is_ascii_alphanumeric() || b"+-., _\t".contains(octet);
    let counts = |octet: &u8| octet.is_ascii_digit() || *octet == b'+';
    content.is_empty() || (content.iter().all(like) && content.iter().any(counts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn literal(size: u64, binary: bool, sync: bool, at: usize) -> Ending {
        Ending::Literal { header: LiteralHeader { size, binary, sync }, at }
    }

    #[test]
    fn headers() {
        for (line, expected) in [
            (&b"A x {5}\r\n"[..], literal(5, false, true, 4)),
            (b"A x {5+}\r\n", literal(5, false, false, 4)),
            (b"A x ~{5}\r\n", literal(5, true, true, 4)),
            (b"~{5+}\r\n", literal(5, true, false, 0)),
            (b"{12345678901234}\r\n", literal(12_345_678_901_234, false, true, 0)),
            (b"{1234567890123456+}\r\n", literal(1_234_567_890_123_456, false, false, 0)),
            (b"{0}\r\n", literal(0, false, true, 0)),
            (b"{{007}\r\n", literal(7, false, true, 1)),
            (b"{9223372036854775807}\r\n", literal(u64::MAX >> 1, false, true, 0)),
            (b"{5} \r\n", Ending::Plain),
            (b"{1}x\r\n", Ending::Plain),
            (b"{5}\r\r\n", Ending::Plain),
            (b"5}\r\n", Ending::Plain),
            (b"}\r\n", Ending::Plain),
            (b"{abc}\r\n", Ending::Plain),
            (b"{\"a\":1}\r\n", Ending::Plain),
            (b"\r\n", Ending::Plain),
            (b"\n", Ending::Plain),
        ] {
            assert_eq!(ending(line), expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn imap_s_11_what_is_nearly_a_header() {
        for (line, fault, flows) in [
            (&b"{}\r\n"[..], Fault::Header, false),
            (b"{-1}\r\n", Fault::Header, false),
            (b"{+1}\r\n", Fault::Header, true),
            (b"{ 1}\r\n", Fault::Header, false),
            (b"{1 }\r\n", Fault::Header, false),
            (b"{0x1}\r\n", Fault::Header, false),
            (b"{1e9}\r\n", Fault::Header, false),
            (b"{1++}\r\n", Fault::Header, true),
            (b"{+}\r\n", Fault::Header, true),
            (b"{1+ }\r\n", Fault::Header, true),
            (b"{1}\n", Fault::Header, false),
            (b"{1+}\n", Fault::Header, true),
            (b"{9223372036854775808}\r\n", Fault::Size, false),
            (b"{18446744073709551616+}\r\n", Fault::Size, true),
        ] {
            assert_eq!(
                ending(line),
                Ending::Bad { fault, at: 0, flows },
                "{}",
                line.escape_ascii()
            );
        }
    }

    #[test]
    fn imap_s_08_a_header_is_not_searched_without_end() {
        for (plus, flows) in [("", false), ("+", true)] {
            let line = format!("A X {{{}{plus}}}\r\n", "9".repeat(300));
            assert!(
                matches!(ending(line.as_bytes()), Ending::Bad { fault: Fault::Size, flows: f, .. } if f == flows)
            );
        }
        let zeros = |count| format!("{{{}7}}\r\n", "0".repeat(count));
        assert_eq!(ending(zeros(61).as_bytes()), literal(7, false, true, 0));
        assert!(matches!(ending(zeros(62).as_bytes()), Ending::Bad { fault: Fault::Size, .. }));
        let text = format!("{}}}\r\n", "a".repeat(300));
        assert_eq!(ending(text.as_bytes()), Ending::Plain);
    }
}
