//! What stands where a value belongs and is none: kept with its error, so that its neighbours live.

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::parse::{Context, Fail, PResult, cut};
use mailwire_core::text::Escaped;
use mailwire_core::{Encoder, SyntaxError, into_owned};

use super::raw::skip_value;
use crate::tolerance::Deviation;

/// Octets of a response that break the grammar of the value that belongs there.
///
/// A bad envelope, flag list, date, code or list entry is one invalid item; what stands before and behind
/// it is read all the same. It cannot be built, only parsed, by the deviation
/// [`InvalidItem`](Deviation::InvalidItem), and is written as it came. Where a quote in it is open, the line
/// that it is written into may be read in another way.
#[derive(Clone)]
pub struct Invalid<'a> {
    wire: Cow<'a, [u8]>,
    error: SyntaxError,
}

into_owned!(@impl Invalid, self => {
    Invalid { wire: Cow::Owned(self.wire.into_owned()), error: self.error }
});

impl<'a> Invalid<'a> {
    /// The octets of `wire`, in which `fail` was met.
    #[cold]
    pub(crate) fn met(wire: &'a [u8], behind: &'a [u8], fail: Fail) -> Self {
        let at = (wire.len() + behind.len()).saturating_sub(fail.left).min(wire.len());
        Self { wire: Cow::Borrowed(wire), error: SyntaxError { rule: fail.rule, at } }
    }

    /// The same damage, which ends elsewhere.
    pub(crate) fn with_octets(&self, wire: &'a [u8]) -> Self {
        Self { wire: Cow::Borrowed(wire), error: self.error }
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.wire
    }

    /// The rule that does not match. The place counts from the first of these octets.
    #[must_use]
    pub const fn error(&self) -> SyntaxError {
        self.error
    }

    pub(crate) fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(&self.wire);
    }
}

/// Equal when the octets are: which rule is told depends on what is tolerated.
impl PartialEq for Invalid<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.wire == other.wire
    }
}

impl Eq for Invalid<'_> {}

impl fmt::Debug for Invalid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invalid")
            .field("wire", &Escaped(&self.wire))
            .field("error", &self.error)
            .finish()
    }
}

/// Parses a value of a list; where the grammar breaks, or the value does not end where an item does, the
/// octets up to the end of the item become an invalid one.
///
/// `skip` finds the end of the item where the grammar does not; most use [`skip_value`].
///
/// # Errors
/// Those of `parse`, where [`InvalidItem`](Deviation::InvalidItem) is not tolerated; those of `skip`.
#[inline]
pub(crate) fn contained<'a, T>(
    input: &'a [u8],
    cx: &Context,
    parse: impl FnOnce(&'a [u8], &Context) -> PResult<'a, T>,
    skip: impl FnOnce(&'a [u8], &Context) -> PResult<'a, ()>,
    invalid: impl FnOnce(Invalid<'a>) -> T,
) -> PResult<'a, T> {
    let fail = match cut(parse(input, cx)) {
        Ok((rest, value)) if at_boundary(rest) => return Ok((rest, value)),
        Ok((rest, _)) => Fail { left: rest.len(), rule: "SP" },
        Err(nom::Err::Failure(fail) | nom::Err::Error(fail)) => fail,
        Err(other) => return Err(other),
    };
    if !cx.tolerate(Deviation::InvalidItem) {
        return Err(nom::Err::Failure(fail));
    }
    let (rest, ()) = cut(skip(input, cx))?;
    let wire = input.split_at(input.len() - rest.len()).0;
    Ok((rest, invalid(Invalid::met(wire, rest, fail))))
}

/// Where a value of a list or of a line can end.
#[inline]
fn at_boundary(rest: &[u8]) -> bool {
    matches!(rest, [] | [b' ' | b')' | b']' | b'\r' | b'\n', ..])
}

/// One value of whatever kind, up to where an item ends; stray octets between are part of it.
pub(crate) fn skip_item<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    let mut rest = input;
    while !at_boundary(rest) || rest.len() == input.len() {
        rest = match skip_value(rest, cx) {
            Ok((behind, ())) => behind,
            // An octet that begins nothing: a quote without its like, a brace.
            Err(error) => match rest {
                [b' ' | b')' | b']' | b'\r' | b'\n', ..] | [] => return Err(error),
                [_, behind @ ..] => behind,
            },
        };
    }
    Ok((rest, ()))
}

/// A name and its values, up to `count` words with blanks between: fewer where the list ends before.
pub(crate) fn skip_items<'a>(input: &'a [u8], cx: &Context, count: u32) -> PResult<'a, ()> {
    let (mut rest, ()) = skip_item(input, cx)?;
    for _ in 1..count {
        let blanks = rest.iter().take_while(|octet| **octet == b' ').count();
        let behind = rest.get(blanks..).unwrap_or_default();
        if blanks == 0 || at_boundary(behind) {
            break;
        }
        rest = skip_item(behind, cx)?.0;
    }
    Ok((rest, ()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::number::number;

    #[test]
    fn damage_ends_where_the_item_does() {
        let cx = Context::new(crate::Tolerance::default());
        let parse = |input| {
            contained(
                input,
                &cx,
                |input, _| number(input, "number").map(|(rest, number)| (rest, Ok(number))),
                skip_item,
                Err,
            )
        };
        assert_eq!(parse(b"12 x").unwrap(), (&b" x"[..], Ok(12)));
        for (input, wire, at) in [
            (&b"abc 5"[..], &b"abc"[..], 0),
            (b"1x)", b"1x", 1),
            (b"(a b))", b"(a b)", 0),
            (b"\"a b\" c", b"\"a b\"", 0),
            (b"a\"b)", b"a\"b", 0),
        ] {
            let (rest, invalid) = parse(input).unwrap();
            let invalid = invalid.unwrap_err();
            assert_eq!((invalid.as_bytes(), rest.len()), (wire, input.len() - wire.len()));
            assert_eq!(invalid.error().at, at, "{}", input.escape_ascii());
        }
        assert!(cx.met::<Deviation>().contains(Deviation::InvalidItem));
        assert!(parse(b")").is_err());
    }
}
