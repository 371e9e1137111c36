//! Charsets: the name of one, and the code that lists those that a server knows.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::{into_owned, text_type, wire_api};

use crate::element::items::{ItemList, Items, item};
use crate::token::{ATOM_CHAR, TEXT_CHAR, astring, sp};
use crate::tolerance::Deviation;

text_type! {
    /// The name of a charset, as a search declares its strings to be in.
    ///
    /// RFC 9051 section 6.4.4, RFC 5256 section 3. Names are equal without regard to case.
    ///
    /// # Grammar
    /// ```abnf
    /// charset = atom / quoted
    /// ```
    /// A literal is taken too: RFC 3501 has `astring`. It is written as an atom where it is one.
    ///
    /// # Wire
    /// ```text
    /// C: A1 SEARCH CHARSET UTF-8 TEXT {12+}
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `charset`, `quoted`, `literal`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::search::Charset;
    ///
    /// assert_eq!(Charset::parse(b"\"utf-8\"")?, Charset::UTF_8);
    /// assert_eq!(Charset::UTF_8.to_bytes(), b"UTF-8");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct Charset: "charset", check = check, utf8, ignore case
}

/// Printable ASCII, and not empty.
fn check(name: &[u8]) -> Result<(), usize> {
    TEXT_CHAR.check(name)?;
    match name.iter().position(|octet| !octet.is_ascii()) {
        Some(at) => Err(at),
        None if name.is_empty() => Err(0),
        None => Ok(()),
    }
}

/// The charsets that a server knows, from the code BADCHARSET; none where it does not tell.
///
/// RFC 9051 section 7.1.
///
/// # Grammar
/// ```abnf
/// "BADCHARSET" [SP "(" charset *(SP charset) ")" ]
/// ```
/// Deviations: [`BareCharset`](Deviation::BareCharset), [`EmptyList`](Deviation::EmptyList).
///
/// # Wire
/// ```text
/// S: A1 NO [BADCHARSET (US-ASCII UTF-8)] Not supported
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `charset`, `list`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::search::{Charset, Charsets};
///
/// let charsets = Charsets::parse(b" (US-ASCII UTF-8)")?;
/// assert!(charsets.iter().any(|charset| charset == Charset::UTF_8));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Charsets<'a>(Items<'a, Charset<'static>>);

wire_api!(Deviation, crate::Mode: Charset, Charsets);
item!(Charset);
into_owned!(@impl Charsets, self => { Charsets(mailwire_core::IntoOwned::into_owned(self.0)) });

impl Charset<'_> {
    /// ASCII, which every server knows.
    pub const US_ASCII: Charset<'static> = Charset::checked(b"US-ASCII");
    /// UTF-8, which every server has to know.
    pub const UTF_8: Charset<'static> = Charset::checked(b"UTF-8");
}

impl<'a> Wire<'a> for Charset<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let atom = !matches!(input.first(), Some(b'"' | b'{'));
        let (name, rest) = ATOM_CHAR.split(input);
        if atom {
            let charset = (!name.is_empty()).then(|| (rest, Self::checked(name)));
            return charset.ok_or_else(|| fail(input, "charset"));
        }
        let (rest, name) = astring(input, cx)?;
        Self::new(name).map(|charset| (rest, charset)).map_err(|_| stop(input, "charset"))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if ATOM_CHAR.check(self.as_bytes()).is_ok() {
            out.bytes(self.as_bytes());
        } else {
            out.quoted(self.as_bytes());
        }
    }
}

impl<'a> Wire<'a> for Charsets<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let [b' ', ..] = input else { return Ok((input, Self::default())) };
        let (rest, ()) = cut(sp(input, cx))?;
        if rest.first() != Some(&b'(') {
            if !cx.tolerate(Deviation::BareCharset) {
                return Err(stop(rest, "charset"));
            }
            return cut(Items::parse_some(rest, cx)).map(|(rest, items)| (rest, Self(items)));
        }
        let (behind, list) = cut(ItemList::parse_part(rest, cx))?;
        if list.is_empty() && !cx.tolerate(Deviation::EmptyList) {
            return Err(stop(rest, "charset"));
        }
        Ok((behind, Self(list.into_items())))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if !self.0.is_empty() {
            out.bytes(b" (").put(&self.0).byte(b')');
        }
    }
}

impl Charsets<'_> {
    /// These charsets, in their order.
    pub fn new<'c>(charsets: impl IntoIterator<Item = Charset<'c>>) -> Charsets<'static> {
        Charsets(Items::new(charsets))
    }

    /// The charsets in their order.
    pub fn iter(&self) -> impl Iterator<Item = Charset<'_>> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// True when the server does not tell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let charset = |name: &'static str| Charset::new(name).unwrap();
        check_rows(&[
            (b"UTF-8", Charset::UTF_8),
            (b"\"a b\"", charset("a b")),
            (b"\"a]\\\"\"", charset("a]\"")),
        ]);
        check_rejects::<Charset<'_>>(&[
            (b"", "charset", 0),
            (b"(", "charset", 0),
            (b"\"\"", "charset", 0),
            (b"{2}\r\na\n", "charset", 0),
        ]);
        assert_eq!(Charset::parse(b"{5}\r\nutf-8").unwrap(), Charset::UTF_8);
        assert!(Charset::new("").is_err() && Charset::new("\u{e9}").is_err());
        check_rows(&[
            (b"", Charsets::default()),
            (b" (UTF-8)", Charsets::new([Charset::UTF_8])),
            (
                b" (US-ASCII UTF-8 \"x y\")",
                Charsets::new([Charset::US_ASCII, Charset::UTF_8, charset("x y")]),
            ),
        ]);
        check_rejects::<Charsets<'_>>(&[
            (b" (UTF-8", "list", 7),
            (b" ((UTF-8))", "charset", 2),
            (b" ", "charset", 1),
        ]);
        check_lenient::<Charsets<'_>>(&[
            (b" utf-8", Deviation::BareCharset, b" (utf-8)"),
            (b" US-ASCII UTF-8", Deviation::BareCharset, b" (US-ASCII UTF-8)"),
            (b" ()", Deviation::EmptyList, b""),
        ]);
    }
}
