//! Text for people, at the end of a status response.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire};
use mailwire_core::{text_type, wire_api};

use crate::token::TEXT_CHAR;
use crate::tolerance::Deviation;

text_type! {
    /// Text for people, to the end of its line.
    ///
    /// RFC 9051 section 9. Any octet but NUL, CR and LF; octets over 127 are kept, in whatever charset
    /// they are, because localised servers send them. It may be empty: RFC 9051 allows that.
    ///
    /// # Grammar
    /// ```abnf
    /// text = 1*TEXT-CHAR
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: * OK Still here
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// None: what does not fit is left.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::text::Text;
    ///
    /// let text = Text::parse(b"Still here {5}")?;
    /// assert_eq!(text.to_str_lossy(), "Still here {5}");
    /// assert!(Text::new("a\r\n* BYE").is_err());
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct Text: "text", check = check, bytes
}

fn check(text: &[u8]) -> Result<(), usize> {
    TEXT_CHAR.check(text)
}

wire_api!(Deviation, crate::Mode: Text);

impl Text<'_> {
    /// No text.
    pub const EMPTY: Text<'static> = Text::checked(b"");

    /// True when there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }
}

impl<'a> Wire<'a> for Text<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (text, rest) = TEXT_CHAR.split(input);
        Ok((rest, Self::checked(text)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b"", Text::EMPTY),
            (b"Gr\xfc\xdfe", Text::new(b"Gr\xfc\xdfe").unwrap()),
            (b"] {5}", Text::new("] {5}").unwrap()),
        ]);
        check_rejects::<Text<'_>>(&[(b"a\0b", "end", 1), (b"a\rb", "end", 1), (b"a\n", "end", 1)]);
    }
}
