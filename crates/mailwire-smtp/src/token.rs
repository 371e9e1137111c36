//! The lexical words of SMTP over those of the core: blanks between arguments and the line end.

use mailwire_core::parse::{Context, PResult, fail, stop};
use mailwire_core::token::{ByteSet, WSP};

use crate::tolerance::Deviation;

/// One space; more blanks where that is tolerated.
pub(crate) fn sp<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    match input {
        [b' ', rest @ ..] if !matches!(rest.first(), Some(b' ' | b'\t')) => Ok((rest, ())),
        [b' ' | b'\t', ..] => {
            let (_, rest) = WSP.split(input);
            if rest.is_empty() || cx.tolerate(Deviation::ExtraSpaces) {
                Ok((rest, ()))
            } else {
                Err(stop(input, "SP"))
            }
        }
        _ => Err(fail(input, "SP")),
    }
}

/// The argument behind a verb and a space, if there is one; blanks alone are none.
pub(crate) fn optional<'a, T>(
    input: &'a [u8],
    cx: &Context,
    parse: impl FnOnce(&'a [u8], &Context) -> PResult<'a, T>,
) -> PResult<'a, Option<T>> {
    if WSP.span(input) == input.len() {
        return Ok((input, None));
    }
    let (rest, ()) = sp(input, cx)?;
    let (rest, value) = parse(rest, cx)?;
    Ok((rest, Some(value)))
}

/// The end of a command's arguments; blanks before it where that is tolerated.
pub(crate) fn end<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    if input.is_empty() {
        return Ok((input, ()));
    }
    let (_, rest) = WSP.split(input);
    if rest.is_empty() && cx.tolerate(Deviation::TrailingSpaces) {
        Ok((rest, ()))
    } else {
        Err(stop(input, "CRLF"))
    }
}

/// Splits the line end off: CRLF, or LF where that is tolerated.
pub(crate) fn line<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, &'a [u8]> {
    let nothing = input.get(input.len()..).unwrap_or_default();
    match input {
        [text @ .., b'\r', b'\n'] => Ok((nothing, text)),
        [text @ .., b'\n'] if cx.tolerate(Deviation::BareLfLine) => Ok((nothing, text)),
        _ => Err(stop(nothing, "CRLF")),
    }
}

/// Words with dots between them: a table that tells in one pass what is in them, and whether
/// something stands beside what it must not.
pub(crate) struct Dotted([u8; 256]);

/// What [`Dotted::split`] saw.
pub(crate) struct Run<'a> {
    /// The octets of the word.
    pub(crate) text: &'a [u8],
    /// What is behind them.
    pub(crate) rest: &'a [u8],
    /// Whether the word is well formed, and holds nothing but ASCII without underscores.
    pub(crate) plain: bool,
}

impl Dotted {
    const DOT: u8 = 1;
    const HYPHEN: u8 = 1 << 1;
    const OTHER: u8 = 1 << 2;
    /// What must not stand behind an octet, of the bits above.
    const FORBIDS: u32 = 4;
    /// An octet that needs another look: an underscore or one over 127.
    const ODD: u8 = 1 << 7;

    /// A local part: atoms of `set` with single dots between them.
    pub(crate) const fn local_part(set: &ByteSet) -> Self {
        Self::new(set).and(b'.', Self::DOT, Self::DOT)
    }

    /// A domain: labels with single dots between them, which neither begin nor end with a hyphen.
    pub(crate) const fn domain(set: &ByteSet) -> Self {
        Self::new(set)
            .and(b'.', Self::DOT, Self::DOT | Self::HYPHEN)
            .and(b'-', Self::HYPHEN, Self::DOT)
            .and(b'_', Self::OTHER | Self::ODD, 0)
    }

    const fn new(set: &ByteSet) -> Self {
        let mut table = [0; 256];
        let mut octet = 0_u8;
        loop {
            if set.contains(octet) {
                table[octet as usize] = Self::OTHER | (octet & Self::ODD);
            }
            if octet == u8::MAX {
                return Self(table);
            }
            octet += 1;
        }
    }

    const fn and(mut self, octet: u8, is: u8, forbids: u8) -> Self {
        self.0[octet as usize] = is | forbids << Self::FORBIDS;
        self
    }

    /// The octets of the word at the beginning of `input`.
    #[inline(always)]
    pub(crate) fn split<'a>(&self, input: &'a [u8]) -> Run<'a> {
        // The word begins as if behind a dot.
        let mut previous = self.0[usize::from(b'.')];
        let (mut seen, mut wrong, mut len) = (0, 0, 0);
        for &octet in input {
            let class = self.0[usize::from(octet)];
            if class == 0 {
                break;
            }
            seen |= class;
            wrong |= previous >> Self::FORBIDS & class;
            previous = class;
            len += 1;
        }
        // It ends as if a dot were behind it.
        wrong |= previous >> Self::FORBIDS & Self::DOT;
        let (text, rest) = input.split_at(len);
        let plain = wrong & (Self::DOT | Self::HYPHEN) == 0 && seen & Self::ODD == 0;
        Run { text, rest, plain }
    }
}
