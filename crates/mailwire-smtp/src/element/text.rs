//! The free argument of VRFY, EXPN, HELP, NOOP and ETRN. RFC 5321 section 4.1.2.
//!
//! ```text
//! C: VRFY "Sam Q. Smith"
//! ```

use alloc::borrow::Cow;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::{ByteSet, WSP};
use mailwire_core::{text_type, wire_api};

use super::mailbox::quoted;
use crate::tolerance::Deviation;

/// `atext` (RFC 5322) and UTF-8 (RFC 6531).
static ATEXT: ByteSet = ByteSet::range(b'a', b'z')
    .and_range(b'A', b'Z')
    .and_range(b'0', b'9')
    .and(b"!#$%&'*+-/=?^_`{|}~")
    .and_range(0x80, 0xff);
/// What can stand in the argument, quoted or not.
static PRINTABLE: ByteSet = ByteSet::range(32, 126).and_range(0x80, 0xff);

text_type! {
    /// A free argument: its meaning, without quotes and escapes.
    ///
    /// RFC 5321 section 4.1.2; RFC 6531 section 3.7.4.2 (UTF-8).
    ///
    /// # Grammar
    /// ```text
    /// String = Atom / Quoted-string
    /// ```
    /// Deviation: [`TextArgument`](Deviation::TextArgument). The argument takes the rest of the line.
    ///
    /// # Wire
    /// ```text
    /// C: VRFY Crispin
    /// ```
    ///
    /// # Limits
    /// Those of the line.
    ///
    /// # Errors
    /// `String`, `Quoted-string`.
    ///
    /// # Example
    /// ```
    /// use mailwire_smtp::element::text::Text;
    /// let text = Text::parse(br#""Sam Q. Smith""#)?;
    /// assert_eq!(text.as_str(), "Sam Q. Smith");
    /// assert_eq!(text.to_bytes(), br#""Sam Q. Smith""#);
    /// # Ok::<(), mailwire_core::SyntaxError>(())
    /// ```
    pub struct Text: "string", check = check_text, utf8
}

wire_api!(Deviation: Text);

fn check_text(text: &[u8]) -> Result<(), usize> {
    PRINTABLE.check(text)?;
    core::str::from_utf8(text).map(drop).map_err(|error| error.valid_up_to())
}

impl<'a> Wire<'a> for Text<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.is_empty() {
            return Err(fail(input, "String"));
        }
        if let Err(at) = check_text(input) {
            return Err(stop(input.get(at..).unwrap_or_default(), "String"));
        }
        let (rest, text) = match input {
            [b'"', ..] => quoted(input)?,
            _ => {
                let (atom, rest) = ATEXT.split(input);
                (rest, Cow::Borrowed(atom))
            }
        };
        // Blanks behind it are not of it, and the end of the line judges them.
        if WSP.span(rest) == rest.len() {
            return Ok((rest, Self(text)));
        }
        if cx.tolerate(Deviation::TextArgument) {
            let (text, blanks) = input.split_at(input.trim_ascii_end().len());
            return Ok((blanks, Self::checked(text)));
        }
        Err(stop(rest, "String"))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let text = self.as_bytes();
        if !text.is_empty() && ATEXT.check(text).is_ok() {
            out.bytes(text);
        } else {
            out.quoted(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b"Crispin", Text::new("Crispin").unwrap()),
            (b"Example-People", Text::new("Example-People").unwrap()),
            (br#""Hello\" Wo\\rld""#, Text::new(r#"Hello" Wo\rld"#).unwrap()),
            (br#""""#, Text::new("").unwrap()),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Text<'_>>(&[
            (b"", "String", 0),
            (b"\"", "Quoted-string", 1),
            (b"\x80\xff=", "String", 0),
            (b"a\rb", "String", 1),
            (b"a ", "end", 1),
            (b"\xf0\x9f", "String", 0),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Text<'_>>(&[
            (b"<a@b>", Deviation::TextArgument, br#""<a@b>""#),
            (b"Sam Smith", Deviation::TextArgument, br#""Sam Smith""#),
            (br#""a" b"#, Deviation::TextArgument, br#""\"a\" b""#),
        ]);
    }
}
