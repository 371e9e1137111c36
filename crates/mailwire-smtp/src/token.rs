//! The lexical words of SMTP over those of the core: blanks between arguments and the line end.

use mailwire_core::parse::{Context, PResult, fail, stop};
use mailwire_core::token::WSP;

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
