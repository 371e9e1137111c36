//! Values that an extension defines and that are not known here, kept as they came.

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::owned::IntoBytes;
use mailwire_core::parse::{Context, PResult, Wire, fail, parse_whole, stop};
use mailwire_core::text::Escaped;
use mailwire_core::token::ByteSet;
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::token::{literal, quoted, skip_quoted, write_literal, write_string};
use crate::tolerance::Deviation;

/// One or more values of an extension: atoms, strings, and lists of them.
///
/// RFC 4466 section 2; RFC 9051 (`body-extension`, `mbox-list-extended-item`). The octets are kept and
/// written back; only strings are written anew, because their form depends on what was negotiated.
///
/// # Grammar
/// ```abnf
/// tagged-ext-val  = tagged-ext-simple / "(" [tagged-ext-comp] ")"
/// tagged-ext-comp = astring / tagged-ext-comp *(SP tagged-ext-comp) /
///                   "(" tagged-ext-comp ")"
/// ```
/// Taken more widely: an atom here is any run of printable ASCII without parentheses and quotes.
///
/// # Wire
/// ```text
/// ("CHILDINFO" ("SUBSCRIBED"))
/// ```
///
/// # Limits
/// Lists are nested up to 100 deep; no recursion is spent on them.
///
/// # Errors
/// `tagged-ext-val`, `quoted`, `literal`.
///
/// # Example
/// ```
/// use mailwire_imap::element::raw::RawData;
///
/// let data = RawData::parse(br#"(a ("b" NIL) 1:3) x"#)?;
/// assert_eq!(data.values().count(), 2);
/// assert_eq!(data.to_bytes(), br#"(a ("b" NIL) 1:3) x"#);
/// assert!(RawData::parse(b"(a").is_err());
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone)]
pub struct RawData<'a>(Cow<'a, [u8]>);

wire_api!(Deviation, crate::Mode: RawData);
into_owned!(@impl RawData, self => { RawData(Cow::Owned(self.0.into_owned())) });

/// Octets of an atom of whatever kind.
static RAW_ATOM: ByteSet = ByteSet::range(0x21, 0x7e).without(b"()\"{");

/// How deep lists may be nested.
const DEPTH: u32 = 100;

impl<'a> Wire<'a> for RawData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let mut rest = skip_value(input, cx)?.0;
        while let [b' ', behind @ ..] = rest {
            rest = mailwire_core::parse::cut(skip_value(behind, cx))?.0;
        }
        let data = input.split_at(input.len() - rest.len()).0;
        Ok((rest, Self(Cow::Borrowed(data))))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let cx = super::string::trusted();
        let mut rest = &*self.0;
        while let Some((&octet, behind)) = rest.split_first() {
            let text = rest.strip_prefix(b"~").unwrap_or(rest);
            match (octet, literal(text)) {
                (b'~' | b'{', Ok((behind, octets))) => {
                    if octet == b'~' {
                        out.byte(b'~');
                    }
                    write_literal(out, octets);
                    rest = behind;
                }
                (b'"', _) => match quoted(rest, &cx) {
                    Ok((behind, text)) => {
                        write_string(out, &text);
                        rest = behind;
                    }
                    // Never: it was checked.
                    Err(_) => rest = behind,
                },
                _ => {
                    out.byte(octet);
                    rest = behind;
                }
            }
        }
    }
}

/// One value: an atom, a string or a balanced list.
///
/// # Errors
/// Rule `tagged-ext-val` where none begins, it does not end, or it is nested too deep.
pub fn skip_value<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    skip_nested(input, cx, DEPTH)
}

/// One value with lists up to a depth of the caller's.
pub(crate) fn skip_nested<'a>(input: &'a [u8], cx: &Context, most: u32) -> PResult<'a, ()> {
    const RULE: &str = "tagged-ext-val";
    let mut depth = 0_u32;
    let mut rest = input;
    loop {
        rest = match rest {
            [b'(', behind @ ..] if depth < most => {
                depth += 1;
                behind
            }
            [b')', behind @ ..] if depth > 0 => {
                depth -= 1;
                behind
            }
            [b' ', behind @ ..] if depth > 0 => behind,
            [b'"', ..] => match skip_quoted(rest, cx)?.0 {
                // In a list, what follows a string at once would pass for a part of it.
                behind if depth > 0 && !matches!(behind, [] | [b' ' | b')' | b'(', ..]) => {
                    return Err(stop(behind, RULE));
                }
                behind => behind,
            },
            [b'{', ..] | [b'~', b'{', ..] => literal(rest.strip_prefix(b"~").unwrap_or(rest))?.0,
            _ => match RAW_ATOM.split(rest) {
                ([], _) if rest.len() == input.len() => return Err(fail(rest, RULE)),
                ([], _) => return Err(stop(rest, RULE)),
                // A string that follows an atom at once would be written as a literal that no framer
                // believes in.
                (_, behind @ [b'"' | b'{', ..]) if depth > 0 => return Err(stop(behind, RULE)),
                (_, behind) => behind,
            },
        };
        if depth == 0 {
            return Ok((rest, ()));
        }
    }
}

impl<'a> RawData<'a> {
    /// Values from their octets.
    ///
    /// # Errors
    /// [`InvalidValue`] where they are not balanced, or hold octets that break the wire.
    pub fn new(octets: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let octets = octets.into_bytes();
        let cx = Context::new(crate::Tolerance::strict());
        match parse_whole(&octets, |octets| RawData::parse_part(octets, &cx)) {
            Ok(_) => Ok(Self(octets)),
            Err(error) => Err(InvalidValue { what: "tagged-ext-val", at: error.at }),
        }
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The values one by one, each with its octets.
    pub fn values(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &*self.0;
        core::iter::from_fn(move || {
            let behind = skip_value(rest, &super::string::trusted()).ok()?.0;
            let value = rest.split_at(rest.len() - behind.len()).0;
            rest = behind.get(1..).unwrap_or_default();
            Some(value)
        })
    }
}

/// Equal when the octets are, but for the headers of literals.
impl PartialEq for RawData<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.to_bytes() == other.to_bytes()
    }
}

impl Eq for RawData<'_> {}

impl fmt::Debug for RawData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawData").field(&Escaped(&self.0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;
    use crate::rows::{check_rejects, check_rows};
    use alloc::vec::Vec;

    fn raw(octets: &str) -> RawData<'_> {
        RawData::new(octets).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"1:3,*", raw("1:3,*")),
            (b"()", raw("()")),
            (b"(a (\"b )\" NIL) \\c) x", raw("(a (\"b )\" NIL) \\c) x")),
            (b"((()(a)))", raw("((()(a)))")),
        ]);
        check_rejects::<RawData<'_>>(&[
            (b"", "tagged-ext-val", 0),
            (b")", "tagged-ext-val", 0),
            (b"(a", "tagged-ext-val", 2),
            (b"a ", "tagged-ext-val", 2),
            (b"(a\r\n)", "tagged-ext-val", 2),
            (b"(\"a)", "quoted", 4),
            (b"({9}\r\na)", "literal", 6),
            (b"(\"a\"b \"c\")", "tagged-ext-val", 4),
            (b"(a\"b\")", "tagged-ext-val", 2),
            (b"(a{1}\r\nb)", "tagged-ext-val", 2),
        ]);
        assert_eq!(RawData::new("(a"), Err(InvalidValue { what: "tagged-ext-val", at: 2 }));
    }

    #[test]
    fn literals_are_written_in_the_form_of_the_session() {
        let data = RawData::parse(b"(\"{3}\" {3}\r\n({) ~{1+}\r\n))").unwrap();
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out).with_mode(Mode::LITERAL_PLUS.bits());
        data.encode(&mut encoder);
        assert_eq!(out, b"(\"{3}\" {3+}\r\n({) ~{1+}\r\n))");
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out);
        data.encode(&mut encoder);
        assert_eq!(encoder.into_cuts().len(), 2);
    }

    #[test]
    fn depth_is_limited_without_recursion() {
        let nested = |depth| [b"(".repeat(depth), b")".repeat(depth)].concat();
        assert!(RawData::parse(&nested(100)).is_ok());
        assert_eq!(RawData::parse(&nested(101)).unwrap_err().at, 100);
        assert!(RawData::parse(&b"(".repeat(1_000_000)).is_err());
    }
}
