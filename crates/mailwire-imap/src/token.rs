//! The lexical words of IMAP over those of the core: atoms, strings, lists. RFC 9051 section 9.
//!
//! Grammar sees whole frames: a literal stands in its frame behind its header, `{5}` CRLF.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Fail, PResult, cut, fail, stop};
use mailwire_core::token::{ByteSet, DIGIT, byte, decimal, number};

use crate::mode::Mode;
use crate::tolerance::Deviation;

/// `ATOM-CHAR`: printable ASCII but `(`, `)`, `{`, space, `%`, `*`, `"`, `\` and `]`.
pub static ATOM_CHAR: ByteSet = ByteSet::range(0x21, 0x7e).without(b"(){%*\"\\]");
/// `ASTRING-CHAR`: `ATOM-CHAR` and `]`.
pub static ASTRING_CHAR: ByteSet = ByteSet::range(0x21, 0x7e).without(b"(){%*\"\\");
/// `list-char`: `ASTRING-CHAR` and the wildcards.
pub static LIST_CHAR: ByteSet = ByteSet::range(0x21, 0x7e).without(b"(){\"\\");
/// `tag`: `ASTRING-CHAR` but `+`.
pub static TAG_CHAR: ByteSet = ByteSet::range(0x21, 0x7e).without(b"(){%*\"\\+");
/// `TEXT-CHAR`: any octet but NUL, CR and LF. 8-bit octets are a deviation outside UTF-8 mode.
pub static TEXT_CHAR: ByteSet = ByteSet::range(0x01, 0xff).without(b"\r\n");
/// Octets inside a quoted string that stand for themselves.
static QUOTED_CHAR: ByteSet = ByteSet::range(0x01, 0xff).without(b"\r\n\"\\");

/// The largest literal that LITERAL- lets a client send without waiting. RFC 7888 section 5.
pub const LITERAL_MINUS: usize = 4096;

/// One space; more where that is tolerated.
///
/// # Errors
/// Rule `SP`.
#[inline]
pub fn sp<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    match input {
        [b' ', b' ', ..] => {
            let blanks = input.iter().position(|&byte| byte != b' ').unwrap_or(input.len());
            if cx.tolerate(Deviation::ExtraSpaces) {
                Ok((input.get(blanks..).unwrap_or_default(), ()))
            } else {
                Err(stop(input.get(1..).unwrap_or_default(), "SP"))
            }
        }
        [b' ', rest @ ..] => Ok((rest, ())),
        _ => Err(fail(input, "SP")),
    }
}

/// The end of a line, CRLF or, where that is tolerated, LF; blanks before it where they are tolerated.
///
/// # Errors
/// Rule `CRLF`.
#[inline]
pub fn line_end<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    match input {
        [b'\r', b'\n', rest @ ..] => Ok((rest, ())),
        [b'\n', rest @ ..] if cx.tolerate(Deviation::BareLfLine) => Ok((rest, ())),
        [b' ', ..] => {
            let blanks = input.iter().position(|&byte| byte != b' ').unwrap_or(input.len());
            match input.get(blanks..) {
                Some(rest @ [b'\r' | b'\n', ..]) if cx.tolerate(Deviation::TrailingSpace) => {
                    line_end(rest, cx)
                }
                _ => Err(stop(input, "CRLF")),
            }
        }
        _ => Err(stop(input, "CRLF")),
    }
}

/// The rest behind `octet`, which stands behind blanks where those are tolerated.
pub(crate) fn blanks_before<'a>(input: &'a [u8], octet: u8, cx: &Context) -> Option<&'a [u8]> {
    let blanks = input.iter().position(|&byte| byte != b' ')?;
    let rest = input.get(blanks..)?.strip_prefix(&[octet])?;
    (blanks == 0 || cx.tolerate(Deviation::TrailingSpace)).then_some(rest)
}

/// `"("`.
///
/// # Errors
/// `rule` where another octet stands.
#[inline]
pub fn open<'a>(input: &'a [u8], rule: &'static str) -> PResult<'a, ()> {
    byte(input, b'(', rule)
}

/// `")"`; spaces before it where that is tolerated.
///
/// # Errors
/// `rule` where another octet stands.
#[inline]
pub fn close<'a>(input: &'a [u8], cx: &Context, rule: &'static str) -> PResult<'a, ()> {
    match input {
        [b')', rest @ ..] => Ok((rest, ())),
        [b' ', ..] => {
            let blanks = input.iter().position(|&byte| byte != b' ').unwrap_or(input.len());
            match input.get(blanks..) {
                Some([b')', rest @ ..]) if cx.tolerate(Deviation::TrailingSpace) => Ok((rest, ())),
                _ => Err(stop(input, rule)),
            }
        }
        _ => Err(stop(input, rule)),
    }
}

/// `"(" [item *(SP item)] ")"`: calls `item` for each item. It commits behind the parenthesis.
///
/// # Errors
/// Those of `item`; `rule` where the list does not begin or end.
pub fn list<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
    mut item: impl FnMut(&'a [u8]) -> PResult<'a, ()>,
) -> PResult<'a, ()> {
    let (mut rest, ()) = open(input, rule)?;
    if let Ok(closed) = close(rest, cx, rule) {
        return Ok(closed);
    }
    let mut len = 0_usize;
    loop {
        (rest, ()) = cut(item(rest))?;
        len = len.saturating_add(1);
        cx.check_elements(len, rest)?;
        match rest {
            [b')', rest @ ..] => return Ok((rest, ())),
            [b' ', ..] => {
                if let Ok(closed) = close(rest, cx, rule) {
                    return Ok(closed);
                }
                (rest, ()) = cut(sp(rest, cx))?;
            }
            _ => return Err(stop(rest, rule)),
        }
    }
}

/// `NIL`, in any case, with a boundary behind it.
#[inline]
#[must_use]
pub fn nil(input: &[u8]) -> Option<&[u8]> {
    let (word, rest) = input.split_at_checked(3)?;
    let boundary = !rest.first().is_some_and(|&byte| ASTRING_CHAR.contains(byte));
    (word.eq_ignore_ascii_case(b"NIL") && boundary).then_some(rest)
}

/// `quoted`: `DQUOTE *QUOTED-CHAR DQUOTE`; copied only where it has escapes.
///
/// # Errors
/// Rule `quoted`.
#[inline]
pub fn quoted<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Cow<'a, [u8]>> {
    let (inside, ()) = byte(input, b'"', "quoted")?;
    match plain_quoted(inside) {
        Ok((rest, text)) => Ok((rest, Cow::Borrowed(text))),
        Err(plain) => odd_quoted(inside, plain, cx),
    }
}

#[cold]
fn odd_quoted<'a>(inside: &'a [u8], plain: usize, cx: &Context) -> PResult<'a, Cow<'a, [u8]>> {
    let (rest, text) = skip_odd_quoted(inside, plain, cx)?;
    match memchr::memchr(b'\\', text) {
        None => Ok((rest, Cow::Borrowed(text))),
        Some(_) => Ok((rest, Cow::Owned(unescape(text)))),
    }
}

/// The octets between the quotes, without the backslashes before others.
#[cold]
fn unescape(inside: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(inside.len());
    let mut octets = inside.iter();
    while let Some(&octet) = octets.next() {
        text.push(if octet == b'\\' { octets.next().copied().unwrap_or(octet) } else { octet });
    }
    text
}

/// `quoted`, checked and not decoded: the octets between the quotes as they stand there.
///
/// # Errors
/// Rule `quoted`.
#[inline]
pub fn skip_quoted<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, &'a [u8]> {
    let (inside, ()) = byte(input, b'"', "quoted")?;
    plain_quoted(inside).or_else(|plain| skip_odd_quoted(inside, plain, cx))
}

/// The text and the rest behind its quote where the string is like most, else how much of it is plain.
#[inline]
fn plain_quoted(inside: &[u8]) -> Result<(&[u8], &[u8]), usize> {
    match inside.split_at(plain_len(inside)) {
        // The followers of most strings; before others, the quote may be part of the text.
        (text, [b'"', rest @ ..])
            if matches!(rest, [] | [b' ' | b')' | b'(' | b'\r' | b'\n', ..]) =>
        {
            Ok((rest, text))
        }
        (plain, _) => Err(plain.len()),
    }
}

/// A quoted string like most, and the rest; `None` where there is another, or none.
#[inline(always)]
pub(crate) fn plain_string(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = input.strip_prefix(b"\"")?;
    plain_quoted(inside).ok().map(|(rest, text)| (text, rest))
}

/// What is behind a quoted string that [`write_string`] writes as it stands.
#[inline(always)]
pub(crate) fn short_string(input: &[u8]) -> Option<&[u8]> {
    plain_string(input).filter(|(text, _)| text.len() <= MAX_QUOTED).map(|(_, rest)| rest)
}

/// What is behind a quoted string like most, or behind NIL as most write it.
#[inline(always)]
pub(crate) fn plain_nstring(input: &[u8]) -> Option<&[u8]> {
    match input {
        [b'N', b'I', b'L', b' ' | b')', ..] => input.get(3..),
        _ => plain_string(input).map(|(_, rest)| rest),
    }
}

/// How many octets at the beginning of a quoted string stand for themselves and are printable ASCII;
/// eight are looked at in one step.
#[inline]
fn plain_len(inside: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let mut len = 0_usize;
    let mut rest = inside;
    while let Some((octets, behind)) = rest.split_first_chunk() {
        let octets = u64::from_le_bytes(*octets);
        let quote = octets ^ u64::from_ne_bytes([b'"'; 8]);
        let backslash = octets ^ u64::from_ne_bytes([b'\\'; 8]);
        // Bit 7 of the first octet that is one of these, a control or over 127; a borrow only
        // reaches octets behind it.
        let odd = quote.wrapping_sub(ONES) & !quote
            | backslash.wrapping_sub(ONES) & !backslash
            | octets.wrapping_sub(ONES * 0x20)
            | octets;
        let odd = odd & HIGH;
        if odd != 0 {
            return len + (odd.trailing_zeros() / 8) as usize;
        }
        len += 8;
        rest = behind;
    }
    let plain = |octet: &u8| matches!(octet, b' '..=0x7f) && !matches!(octet, b'"' | b'\\');
    len + rest.iter().position(|octet| !plain(octet)).unwrap_or(rest.len())
}

/// A quoted string with escapes, controls, octets over 127, or another follower.
fn skip_odd_quoted<'a>(inside: &'a [u8], plain: usize, cx: &Context) -> PResult<'a, &'a [u8]> {
    let mut rest = inside.get(plain..).unwrap_or_default();
    let mut end = plain;
    // Where the last quote of the line stands that can end a string, once that is asked for.
    let mut last = None;
    loop {
        match rest {
            [b'"', behind @ ..] => {
                let ends = matches!(behind, [] | [b' ' | b')' | b'(' | b']' | b'\r' | b'\n', ..]);
                let mut last = || *last.get_or_insert_with(|| end + last_quote(behind));
                if ends || !cx.allows(Deviation::UnescapedQuote) || last() <= end {
                    let text = inside.get(..end).unwrap_or_default();
                    check_eight_bit(text, inside, cx)?;
                    return Ok((behind, text));
                }
                let _ = cx.tolerate(Deviation::UnescapedQuote);
                (end, rest) = (end + 1, behind);
            }
            [b'\\', escaped, behind @ ..] => {
                let needed = matches!(escaped, b'"' | b'\\');
                let legal = QUOTED_CHAR.contains(*escaped) || needed;
                if !legal || !(needed || cx.tolerate(Deviation::NeedlessEscape)) {
                    return Err(stop(rest, "quoted"));
                }
                (end, rest) = (end + 2, behind);
            }
            [octet, behind @ ..] if QUOTED_CHAR.contains(*octet) => {
                (end, rest) = (end + 1, behind);
            }
            _ => return Err(stop(rest, "quoted")),
        }
    }
}

/// How far behind `rest` the last quote of the line stands that can end a string; 0 for none.
fn last_quote(rest: &[u8]) -> usize {
    let line = TEXT_CHAR.split(rest).0;
    let ends = |at: &usize| {
        matches!(rest.get(at + 1), None | Some(b' ' | b')' | b'(' | b']' | b'\r' | b'\n'))
    };
    memchr::memrchr_iter(b'"', line).find(ends).map_or(0, |at| at + 1)
}

/// Octets over 127 are UTF-8 where that is the mode, and a deviation elsewhere.
fn check_eight_bit(value: &[u8], place: &[u8], cx: &Context) -> Result<(), nom::Err<Fail>> {
    if value.is_ascii() {
        return Ok(());
    }
    let utf8 = Mode::from_bits(cx.mode()).contains(Mode::UTF8);
    if utf8 && core::str::from_utf8(value).is_ok() || cx.tolerate(Deviation::EightBitQuoted) {
        return Ok(());
    }
    Err(stop(place, "quoted"))
}

/// The header of a literal: its size, and the rest behind its CRLF.
///
/// # Errors
/// Rule `literal`.
pub fn literal_header(input: &[u8]) -> PResult<'_, u64> {
    let (rest, ()) = byte(input, b'{', "literal")?;
    let (rest, size) = cut(number(rest, "literal"))?;
    let rest = rest.strip_prefix(b"+").unwrap_or(rest);
    match rest.strip_prefix(b"}\r\n") {
        // RFC 9051: a number64 has 63 bits.
        Some(rest) if size <= i64::MAX.unsigned_abs() => Ok((rest, size)),
        _ => Err(stop(rest, "literal")),
    }
}

/// `literal`: its octets stand in the frame.
///
/// # Errors
/// Rule `literal`.
pub fn literal(input: &[u8]) -> PResult<'_, &[u8]> {
    let (rest, size) = literal_header(input)?;
    match usize::try_from(size).ok().and_then(|size| rest.split_at_checked(size)) {
        Some((octets, rest)) => Ok((rest, octets)),
        None => Err(stop(rest, "literal")),
    }
}

/// `string = quoted / literal`.
///
/// # Errors
/// Rules `string`, `quoted`, `literal`.
#[inline]
pub fn string<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Cow<'a, [u8]>> {
    match input.first() {
        Some(b'"') => quoted(input, cx),
        Some(b'{') => literal(input).map(|(rest, octets)| (rest, Cow::Borrowed(octets))),
        _ => Err(fail(input, "string")),
    }
}

/// `nstring = string / nil`.
///
/// # Errors
/// Rules `nstring`, `quoted`, `literal`.
#[inline]
pub fn nstring<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Option<Cow<'a, [u8]>>> {
    match input.first() {
        Some(b'"' | b'{') => string(input, cx).map(|(rest, text)| (rest, Some(text))),
        _ => match nil(input) {
            Some(rest) => Ok((rest, None)),
            None => Err(fail(input, "nstring")),
        },
    }
}

/// `astring = 1*ASTRING-CHAR / string`.
///
/// # Errors
/// Rules `astring`, `quoted`, `literal`.
#[inline]
pub fn astring<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Cow<'a, [u8]>> {
    match input.first() {
        Some(b'"' | b'{') => string(input, cx),
        _ => match ASTRING_CHAR.split(input) {
            ([], _) => Err(fail(input, "astring")),
            (atom, rest) => Ok((rest, Cow::Borrowed(atom))),
        },
    }
}

/// The value of the digits at the beginning of `input`, and how many they are; eight are read in one
/// step. The value is `None` where it has more than 64 bits or there is no digit.
#[inline]
#[must_use]
pub fn digits(input: &[u8]) -> (Option<u64>, usize) {
    if let Some((octets, behind)) = input.split_first_chunk() {
        match some_digits(*octets) {
            (_, 0) => return (None, 0),
            (number, len @ 1..=7) => return (Some(number), len),
            (number, _) => return more_digits(input, number, behind),
        }
    }
    let len = DIGIT.span(input);
    (decimal(input.split_at(len).0), len)
}

/// Digits behind eight of them, which have the value `number`.
#[inline]
fn more_digits(input: &[u8], number: u64, behind: &[u8]) -> (Option<u64>, usize) {
    if let Some(octets) = behind.first_chunk() {
        if let (low, len @ 0..=7) = some_digits(*octets) {
            // At most 15 digits: this cannot overflow.
            let high = number.wrapping_mul(TENS.get(len).copied().unwrap_or(1));
            return (Some(high.wrapping_add(low)), len + 8);
        }
    }
    let len = DIGIT.span(input);
    (decimal(input.split_at(len).0), len)
}

/// The powers of ten that up to seven digits shift others by.
const TENS: [u64; 8] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

/// The value of the digits at the beginning of eight octets, and how many they are; 0 and 0 for none.
#[inline(always)]
pub(crate) fn some_digits(octets: [u8; 8]) -> (u64, usize) {
    let digits = u64::from_le_bytes(octets) ^ u64::from_ne_bytes([b'0'; 8]);
    match digits_len(octets) {
        0 => (0, 0),
        // What is behind the digits is shifted out; zeros come in before them.
        len @ 1..=7 => (eight_digits(digits << (64 - 8 * len)), len),
        _ => (eight_digits(digits), 8),
    }
}

/// A number as most write it, and the rest: one to seven digits, the first of them not 0.
#[inline(always)]
pub(crate) fn short_number(input: &[u8]) -> Option<(u32, &[u8])> {
    match some_digits(*input.first_chunk()?) {
        (number, len @ 1..=7) if input.first() != Some(&b'0') => {
            Some((u32::try_from(number).ok()?, input.get(len..)?))
        }
        _ => None,
    }
}

/// The same of up to fifteen digits.
#[inline(always)]
pub(crate) fn plain_number(input: &[u8]) -> Option<(u64, &[u8])> {
    if input.first() == Some(&b'0') {
        return None;
    }
    match some_digits(*input.first_chunk()?) {
        (number, len @ 1..=7) => Some((number, input.get(len..)?)),
        (number, 8) => match some_digits(*input.get(8..)?.first_chunk()?) {
            (low, len @ 0..=7) => {
                let high = number.wrapping_mul(*TENS.get(len)?);
                Some((high.wrapping_add(low), input.get(len.wrapping_add(8)..)?))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The value of the first `len` of eight octets, one to seven, which are known to be digits.
#[inline(always)]
pub(crate) const fn first_digits(octets: [u8; 8], len: usize) -> u32 {
    let digits = u64::from_le_bytes(octets) ^ u64::from_ne_bytes([b'0'; 8]);
    // What is behind the digits is shifted out; zeros come in before them. Seven have 24 bits.
    let [a, b, c, ..] = eight_digits(digits << ((64 - 8 * len) & 63)).to_le_bytes();
    u32::from_le_bytes([a, b, c, 0])
}

/// How many digits are at the beginning of eight octets.
#[inline(always)]
pub(crate) fn digits_len(octets: [u8; 8]) -> usize {
    let digits = u64::from_le_bytes(octets) ^ u64::from_ne_bytes([b'0'; 8]);
    // Bit 7 of the first octet that is over 9; a carry only reaches octets behind it.
    let odd = (digits.wrapping_add(u64::from_ne_bytes([0x76; 8])) | digits)
        & u64::from_ne_bytes([0x80; 8]);
    (odd.trailing_zeros() / 8) as usize
}

/// The value of eight octets from 0 to 9, the first of which is the most significant.
#[inline]
pub(crate) const fn eight_digits(digits: u64) -> u64 {
    const PAIR: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let upper = (pairs & PAIR).wrapping_mul(100 + (1_000_000 << 32));
    let lower = (pairs >> 16 & PAIR).wrapping_mul(1 + (10_000 << 32));
    upper.wrapping_add(lower) >> 32
}

/// True when the octets can be written between quotes in this mode.
#[must_use]
pub fn is_quotable(octets: &[u8], mode: Mode) -> bool {
    let utf8 = mode.contains(Mode::UTF8) && core::str::from_utf8(octets).is_ok();
    TEXT_CHAR.check(octets).is_ok() && (utf8 || octets.is_ascii())
}

/// Writes a string in its shortest legal form: quoted, or a literal.
#[inline]
pub fn write_string(out: &mut Encoder<'_>, octets: &[u8]) {
    if octets.len() <= MAX_QUOTED && plain_len(octets) == octets.len() {
        out.byte(b'"').bytes(octets).byte(b'"');
    } else {
        write_odd_string(out, octets);
    }
}

/// A string with escapes, controls or octets over 127, or a long one.
fn write_odd_string(out: &mut Encoder<'_>, octets: &[u8]) {
    if is_quotable(octets, Mode::from_bits(out.mode())) && octets.len() <= MAX_QUOTED {
        out.quoted(octets);
    } else {
        write_literal(out, octets);
    }
}

/// A longer string is a literal: some servers cap their lines.
const MAX_QUOTED: usize = 1000;

/// Writes a string or NIL.
pub fn write_nstring(out: &mut Encoder<'_>, octets: Option<&[u8]>) {
    match octets {
        Some(octets) => write_string(out, octets),
        None => {
            out.keyword("NIL");
        }
    }
}

/// Writes an astring in its shortest legal form: an atom, quoted, or a literal.
pub fn write_astring(out: &mut Encoder<'_>, octets: &[u8]) {
    // An atom NIL is legal here, and misread by too many.
    let atom = !octets.is_empty()
        && ASTRING_CHAR.check(octets).is_ok()
        && !octets.eq_ignore_ascii_case(b"NIL");
    if atom {
        out.bytes(octets);
    } else {
        write_string(out, octets);
    }
}

/// Writes a literal: non-synchronizing where that was negotiated, else with a cut behind its header.
pub fn write_literal(out: &mut Encoder<'_>, octets: &[u8]) {
    write_literal_header(out, octets.len() as u64);
    out.bytes(octets);
}

/// Writes the header of a literal, `{5}` CRLF in the form of the session; see [`write_literal`].
pub fn write_literal_header(out: &mut Encoder<'_>, size: u64) {
    let mode = Mode::from_bits(out.mode());
    let free = mode.contains(Mode::LITERAL_PLUS)
        || mode.contains(Mode::LITERAL_MINUS) && size <= LITERAL_MINUS as u64;
    out.byte(b'{').number(size);
    if mode.contains(Mode::SERVER) {
        out.bytes(b"}\r\n");
    } else if free {
        out.bytes(b"+}\r\n");
    } else {
        out.bytes(b"}\r\n").cut();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::mutations;

    fn cx() -> Context {
        Context::new(crate::Tolerance::strict())
    }

    fn written(mode: Mode, octets: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_astring(&mut Encoder::new(&mut out).with_mode(mode.bits()), octets);
        out
    }

    #[test]
    fn numbers_in_few_steps_are_those_of_many() {
        for number in ["1", "42", "1234567", "12345678", "123456789012345", "1234567890123456"] {
            for number in mutations(number.as_bytes()) {
                for behind in [&b" 12345678 12345678"[..], b")\r\n", b"", b".5 12345678 1234"] {
                    let wire = [&number, behind].concat();
                    let (value, len) = digits(&wire);
                    if let Some((short, rest)) = short_number(&wire) {
                        assert_eq!((Some(short.into()), len), (value, wire.len() - rest.len()));
                        assert_eq!(first_digits(*wire.first_chunk().unwrap(), len), short);
                    }
                    if let Some((plain, rest)) = plain_number(&wire) {
                        assert_eq!((Some(plain), len), (value, wire.len() - rest.len()));
                        assert!(len <= 15 && wire[0] != b'0');
                    } else {
                        // What has no short way is odd, or near the end.
                        let near = len + 8 > wire.len();
                        assert!(len == 0 || len > 15 || wire[0] == b'0' || near, "{wire:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn strings_are_read_in_every_form() {
        let cases: [(&[u8], &[u8], &[u8]); 6] = [
            (b"abc)", b"abc", b")"),
            (b"\"a b\" x", b"a b", b" x"),
            (br#""a\"b\\c""#, br#"a"b\c"#, b""),
            (b"\"\"", b"", b""),
            (b"{3}\r\na\r\nz", b"a\r\n", b"z"),
            (b"{0+}\r\n)", b"", b")"),
        ];
        for (input, value, rest) in cases {
            assert_eq!(astring(input, &cx()).unwrap(), (rest, Cow::Borrowed(value)));
        }
    }

    #[test]
    fn quotes_that_nothing_escapes_are_content_by_deviation() {
        let lenient = || Context::new(crate::Tolerance::lenient());
        for (input, value, rest) in [
            (&b"\"\"\"\" x"[..], &b"\"\""[..], &b" x"[..]),
            (b"\"a\"b\")", b"a\"b", b")"),
            (b"\"a\"\"\r\n", b"a\"", b"\r\n"),
            (b"\"a\"\"\n", b"a\"", b"\n"),
            (b"\"a\"b", b"a", b"b"),
        ] {
            assert_eq!(quoted(input, &lenient()).unwrap(), (rest, Cow::Borrowed(value)));
            assert_ne!(quoted(input, &cx()).unwrap().0, b")");
        }
    }

    #[test]
    fn strings_of_any_length_end_where_they_do() {
        for len in 0..40 {
            let text = alloc::vec![b'~'; len];
            for end in [&b"\""[..], b"\" ", b"\"x", b"\\\"\" 12345678"] {
                let input = [&b"\""[..], &text, end].concat();
                let (rest, inside) = skip_quoted(&input, &cx()).unwrap();
                assert!(inside.starts_with(&text) && inside.len() <= len + 2 && rest.len() <= 9);
            }
            for bad in [b'\r', b'\n', 0] {
                let input = [&b"\""[..], &text, &[bad], b"12345678\""].concat();
                let error = nom::Err::Failure(Fail { left: 10, rule: "quoted" });
                assert_eq!(skip_quoted(&input, &cx()), Err(error));
            }
        }
    }

    #[test]
    fn broken_strings_are_refused() {
        for input in [
            &b"\"a"[..],
            b"\"a\r\"",
            b"\"a\0\"",
            b"\"a\\\r\"",
            b"\"\\a\"",
            b"\"\xfc\"",
            b"{3}\r\nab",
            b"{}\r\n",
            b"{-1}\r\n",
            b"{+1}\r\n",
            b"{ 1}\r\n",
            b"{1 }\r\nx",
            b"{1}\nx",
            b"{1++}\r\nx",
            b"{9223372036854775808}\r\n",
            b"{18446744073709551616}\r\n",
            b"",
        ] {
            assert!(astring(input, &cx()).is_err(), "{}", input.escape_ascii());
        }
    }

    #[test]
    fn digits_agree_with_a_look_at_each() {
        let long = b"12345678901234567890123";
        for len in 0..=long.len() {
            for end in ["", "x", ":", "/", " 12345678", "\u{ff}"] {
                let input = [&long[..len], end.as_bytes()].concat();
                assert_eq!(digits(&input), (decimal(&long[..len]), len), "{len} {end}");
            }
        }
        assert_eq!(digits(b"00000007"), (Some(7), 8));
        assert_eq!(digits(b"99999999,"), (Some(99_999_999), 8));
        for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
            assert_eq!(digits(&[b'1', b'2', byte, b'9', 0, 255, b'9', b'9']), (Some(12), 2));
        }
    }

    #[test]
    fn the_shortest_legal_form_is_written() {
        assert_eq!(written(Mode::REV1, b"INBOX"), b"INBOX");
        assert_eq!(written(Mode::REV1, b"a]b"), b"a]b");
        assert_eq!(written(Mode::REV1, b"a b"), b"\"a b\"");
        assert_eq!(written(Mode::REV1, b""), b"\"\"");
        assert_eq!(written(Mode::REV1, b"nil"), b"\"nil\"");
        assert_eq!(written(Mode::REV1, b"a\r\nb"), b"{4}\r\na\r\nb");
        assert_eq!(written(Mode::LITERAL_PLUS, b"a\r\nb"), b"{4+}\r\na\r\nb");
        assert_eq!(written(Mode::SERVER, b"a\r\nb"), b"{4}\r\na\r\nb");
        let name = "\u{e9}".as_bytes();
        assert_eq!(written(Mode::REV1, name), b"{2}\r\n\xc3\xa9");
        assert_eq!(written(Mode::UTF8, name), b"\"\xc3\xa9\"");
        // LITERAL- ends at 4096 octets.
        let long = alloc::vec![b'\n'; 4097];
        assert!(written(Mode::LITERAL_MINUS, &long).starts_with(b"{4097}\r\n"));
        assert!(written(Mode::LITERAL_MINUS, &long[1..]).starts_with(b"{4096+}\r\n"));
    }

    #[test]
    fn a_synchronizing_literal_is_cut_behind_its_header() {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out);
        write_literal(&mut encoder, b"abc");
        assert_eq!(encoder.into_cuts(), [mailwire_core::encoder::Cut::Wait { at: 5 }]);
    }

    #[test]
    fn lists_commit_and_tolerate_blanks_by_name() {
        let items = |input: &'static [u8], tolerance: crate::Tolerance| {
            let cx = Context::new(tolerance);
            let mut count = 0;
            list(input, &cx, "list", |rest| {
                count += 1;
                astring(rest, &cx).map(|(rest, _)| (rest, ()))
            })
            .map(|(rest, ())| (rest.len(), count))
        };
        let strict = crate::Tolerance::strict();
        assert_eq!(items(b"(a b c)x", strict), Ok((1, 3)));
        assert_eq!(items(b"()", strict), Ok((0, 0)));
        assert!(items(b"(a )", strict).is_err() && items(b"(a  b)", strict).is_err());
        assert_eq!(items(b"(a )", crate::Tolerance::default()), Ok((0, 1)));
        assert_eq!(items(b"(a  b)", crate::Tolerance::default()), Ok((0, 2)));
        assert!(items(b"(a", strict).is_err());
    }
}
