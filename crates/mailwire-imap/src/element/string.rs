//! Strings and NIL: the values of envelopes and body structures.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::one_or_more;
use mailwire_core::{text_type, wire_api};

use crate::token;
use crate::tolerance::Deviation;

text_type! {
    /// Octets that stand between quotes or in a literal: any but NUL.
    ///
    /// RFC 9051 section 4.3. Escapes are decoded, and nothing else is: texts in headers are often
    /// encoded words (RFC 2047), and octets over 127 can be in any charset. It is written in its
    /// shortest legal form. Where the grammar has `nstring`, the type is an `Option`, and `None` is NIL,
    /// which is not the same as the empty string.
    ///
    /// # Grammar
    /// ```abnf
    /// nstring = string / nil
    /// string  = quoted / literal
    /// nil     = "NIL"
    /// ```
    /// Deviations: [`EightBitQuoted`](Deviation::EightBitQuoted),
    /// [`NeedlessEscape`](Deviation::NeedlessEscape), [`UnescapedQuote`](Deviation::UnescapedQuote).
    ///
    /// # Wire
    /// ```text
    /// S: * 1 FETCH (PREVIEW "Say \"hi\"")
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `string`, `quoted`, `literal`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::string::IString;
    ///
    /// let text = IString::parse(br#""Say \"hi\"""#)?;
    /// assert_eq!(text.as_bytes(), br#"Say "hi""#);
    /// assert_eq!(text.to_bytes(), br#""Say \"hi\"""#);
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct IString: "string", check = check, bytes
}

text_type! {
    /// An [`IString`] that may also stand as an atom: names of users, words to look for, values.
    ///
    /// RFC 9051 section 4.3. It is written in its shortest legal form.
    ///
    /// # Grammar
    /// ```abnf
    /// astring = 1*ASTRING-CHAR / string
    /// ```
    /// Deviations: those of [`IString`].
    ///
    /// # Wire
    /// ```text
    /// C: A1 LOGIN mrose "se cret"
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `astring`, `quoted`, `literal`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::string::AString;
    ///
    /// assert_eq!(AString::parse(b"mrose")?, AString::parse(b"\"mrose\"")?);
    /// assert_eq!(AString::parse(b"\"mrose\"")?.to_bytes(), b"mrose");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct AString: "astring", check = check, bytes
}

text_type! {
    /// A word without quotes: the name of a keyword, an extension or a value.
    ///
    /// RFC 9051 section 4.1. Two atoms that differ in case only are equal.
    ///
    /// # Grammar
    /// ```abnf
    /// atom = 1*ATOM-CHAR
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: A1 COMPRESS DEFLATE
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `atom`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::string::Atom;
    ///
    /// assert_eq!(Atom::parse(b"deflate")?, Atom::new("DEFLATE").unwrap());
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct Atom: "atom", check = check_atom, utf8, ignore case
}

fn check(octets: &[u8]) -> Result<(), usize> {
    memchr::memchr(0, octets).map_or(Ok(()), Err)
}

fn check_atom(octets: &[u8]) -> Result<(), usize> {
    token::ATOM_CHAR.check(octets)?;
    if octets.is_empty() { Err(0) } else { Ok(()) }
}

wire_api!(Deviation, crate::Mode: IString, AString, Atom);
super::items::item!(IString, AString, Atom);

impl<'a> Wire<'a> for AString<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, octets) = token::astring(input, cx)?;
        if input.first() == Some(&b'{') && check(&octets).is_err() {
            return Err(stop(input, "literal"));
        }
        Ok((rest, Self(octets)))
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        token::write_astring(out, self.as_bytes());
    }
}

impl<'a> Wire<'a> for Atom<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, atom) = one_or_more(input, &token::ATOM_CHAR, "atom")?;
        Ok((rest, Self::checked(atom)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl<'a> Wire<'a> for IString<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, octets) = token::string(input, cx)?;
        // A quoted string has none.
        if input.first() == Some(&b'{') && check(&octets).is_err() {
            return Err(stop(input, "literal"));
        }
        Ok((rest, Self(octets)))
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        token::write_string(out, self.as_bytes());
    }
}

/// `nstring`: a string, or `None` for NIL. It commits.
///
/// # Errors
/// `rule` where neither begins; `quoted`, `literal`.
#[inline]
pub fn nstring<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
) -> PResult<'a, Option<IString<'a>>> {
    match input.first() {
        Some(b'"' | b'{') => {
            let (rest, text) = IString::parse_part(input, cx)?;
            Ok((rest, Some(text)))
        }
        _ => match token::nil(input) {
            Some(rest) => Ok((rest, None)),
            None => Err(stop(input, rule)),
        },
    }
}

/// `nstring`, checked and not decoded. It commits.
///
/// # Errors
/// `rule` where neither a string nor NIL begins; `quoted`, `literal`.
#[inline]
pub fn skip_nstring<'a>(input: &'a [u8], cx: &Context, rule: &'static str) -> PResult<'a, ()> {
    match input.first() {
        Some(b'"') => token::skip_quoted(input, cx).map(|(rest, _)| (rest, ())),
        Some(b'{') => IString::parse_part(input, cx).map(|(rest, _)| (rest, ())),
        _ => match token::nil(input) {
            Some(rest) => Ok((rest, ())),
            None => Err(stop(input, rule)),
        },
    }
}

/// Writes a string, or NIL for `None`.
pub fn write_nstring(out: &mut Encoder<'_>, text: Option<&IString<'_>>) {
    token::write_nstring(out, text.map(IString::as_bytes));
}

/// What reads octets again that were checked before: it knows no deviation that was not allowed then.
pub(crate) fn trusted() -> Context {
    Context::new(crate::Tolerance::lenient()).with_mode(crate::Mode::UTF8.bits())
}

/// The same, where quotes that nothing escapes were content only if they were allowed to be: strings end
/// where they ended then.
pub(crate) fn trusted_with(quotes: bool) -> Context {
    let tolerance = crate::Tolerance::lenient();
    let tolerance = if quotes { tolerance } else { tolerance.without(Deviation::UnescapedQuote) };
    Context::new(tolerance).with_mode(crate::Mode::UTF8.bits())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let string = |text: &'static str| IString::new(text).unwrap();
        check_rows(&[
            (b"\"\"", string("")),
            (b"\"NIL\"", string("NIL")),
            (b"\"a\\\"b\\\\\"", string("a\"b\\")),
            (b"{5}\r\na\r\nb)", string("a\r\nb)")),
        ]);
        check_rejects::<IString<'_>>(&[
            (b"NIL", "string", 0),
            (b"a", "string", 0),
            (b"{3}\r\na\0b", "literal", 0),
            (b"\"a\0b\"", "quoted", 2),
        ]);
        check_lenient::<IString<'_>>(&[
            (b"\"\\a\"", Deviation::NeedlessEscape, b"\"a\""),
            (b"\"\xfc\"", Deviation::EightBitQuoted, b"{1}\r\n\xfc"),
            (b"\"a\"b\"", Deviation::UnescapedQuote, b"\"a\\\"b\""),
        ]);
        assert!(IString::new("a\0").is_err());
        let astring = |text: &'static str| AString::new(text).unwrap();
        check_rows(&[
            (b"a]b", astring("a]b")),
            (b"\"\"", astring("")),
            (b"\"nil\"", astring("nil")),
            (b"\"a b\"", astring("a b")),
            (b"{2}\r\n\r\n", astring("\r\n")),
        ]);
        check_rejects::<AString<'_>>(&[
            (b"", "astring", 0),
            (b"(", "astring", 0),
            (b"{3}\r\na\0b", "literal", 0),
        ]);
        check_rows(&[(b"RFC822.SIZE", Atom::new("RFC822.SIZE").unwrap())]);
        check_rejects::<Atom<'_>>(&[(b"", "atom", 0), (b"a]", "end", 1), (b"\"a\"", "atom", 0)]);
        assert!(
            Atom::new("").is_err() && Atom::new("a b").is_err() && Atom::new("\u{e9}").is_err()
        );
    }
}
