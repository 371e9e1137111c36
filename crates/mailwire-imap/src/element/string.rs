//! Strings and NIL: the values of envelopes and body structures.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
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

fn check(octets: &[u8]) -> Result<(), usize> {
    memchr::memchr(0, octets).map_or(Ok(()), Err)
}

wire_api!(Deviation: IString);

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
    }
}
