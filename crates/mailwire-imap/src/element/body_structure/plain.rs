//! The end of a structure of the kind that most messages have.

use crate::token::{digits, plain_nstring, plain_string};

/// How deep parts are followed; few messages go as deep.
const DEPTH: u8 = 16;

/// What is behind a structure that has nothing odd in it, or `None` for one that has to be looked at.
///
/// Its octets are legal under every tolerance. Literals, strings with escapes and messages in messages are
/// legal too, but for the full grammar to read.
#[inline]
pub(super) fn body(input: &[u8]) -> Option<&[u8]> {
    part(input, DEPTH)
}

fn part(input: &[u8], depth: u8) -> Option<&[u8]> {
    let rest = input.strip_prefix(b"(")?;
    match rest.first()? {
        b'(' => multipart(rest, depth.checked_sub(1)?),
        b'"' => single(rest),
        _ => None,
    }
}

/// `body-type-mpart`, and the parenthesis behind it.
fn multipart(input: &[u8], depth: u8) -> Option<&[u8]> {
    let mut rest = input;
    while rest.first() == Some(&b'(') {
        rest = part(rest, depth)?;
    }
    let (_, rest) = plain_string(space(rest)?)?;
    if let [b')', rest @ ..] = rest {
        return Some(rest);
    }
    extension(parameters(space(rest)?)?)
}

/// `body-type-1part`, and the parenthesis behind it.
fn single(input: &[u8]) -> Option<&[u8]> {
    let (media_type, rest) = plain_string(input)?;
    let (_, rest) = plain_string(space(rest)?)?;
    // A message has its envelope and its structure behind its size.
    if media_type.eq_ignore_ascii_case(b"MESSAGE") {
        return None;
    }
    let rest = parameters(space(rest)?)?;
    let rest = plain_nstring(space(rest)?)?;
    let rest = plain_nstring(space(rest)?)?;
    let (_, rest) = plain_string(space(rest)?)?;
    let mut rest = number(space(rest)?)?;
    if media_type.eq_ignore_ascii_case(b"TEXT") {
        rest = number(space(rest)?)?;
    }
    if let [b')', rest @ ..] = rest {
        return Some(rest);
    }
    extension(plain_nstring(space(rest)?)?)
}

/// Extension data behind its first field, and the parenthesis behind them.
fn extension(input: &[u8]) -> Option<&[u8]> {
    let mut rest = input;
    if let [b' ', at @ ..] = rest {
        rest = disposition(at)?;
        if let [b' ', at @ ..] = rest {
            rest = languages(at)?;
            if let [b' ', at @ ..] = rest {
                rest = plain_nstring(at)?;
            }
        }
    }
    rest.strip_prefix(b")")
}

/// `body-fld-dsp`
#[inline]
fn disposition(input: &[u8]) -> Option<&[u8]> {
    match input {
        [b'(', rest @ ..] => {
            let (_, rest) = plain_string(rest)?;
            parameters(space(rest)?)?.strip_prefix(b")")
        }
        // A string is a deviation here.
        [b'N', ..] => plain_nstring(input),
        _ => None,
    }
}

/// `body-fld-lang`
#[inline]
fn languages(input: &[u8]) -> Option<&[u8]> {
    let [b'(', rest @ ..] = input else { return plain_nstring(input) };
    let (_, mut rest) = plain_string(rest)?;
    loop {
        rest = match rest {
            [b')', rest @ ..] => return Some(rest),
            rest => plain_string(space(rest)?)?.1,
        };
    }
}

/// `body-fld-param`
fn parameters(input: &[u8]) -> Option<&[u8]> {
    let [b'(', rest @ ..] = input else {
        return if input.first() == Some(&b'N') { plain_nstring(input) } else { None };
    };
    let mut rest = rest;
    loop {
        (_, rest) = plain_string(rest)?;
        (_, rest) = plain_string(space(rest)?)?;
        rest = match rest {
            [b')', rest @ ..] => return Some(rest),
            rest => space(rest)?,
        };
    }
}

#[inline(always)]
fn space(input: &[u8]) -> Option<&[u8]> {
    input.strip_prefix(b" ")
}

/// A number that has less than 63 bits.
#[inline(always)]
fn number(input: &[u8]) -> Option<&[u8]> {
    let (_, len) = digits(input);
    let rest = input.get(len..)?;
    (matches!(len, 1..=18) && matches!(rest, [b' ' | b')', ..])).then_some(rest)
}
