//! Tags: what an answer to a command begins with.

use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire};
use mailwire_core::token::one_or_more;
use mailwire_core::{text_type, wire_api};

use crate::token::TAG_CHAR;
use crate::tolerance::Deviation;

text_type! {
    /// The tag of a command, and of its answer.
    ///
    /// RFC 9051 section 2.2.1. Tags have case.
    ///
    /// # Grammar
    /// ```abnf
    /// tag = 1*<any ASTRING-CHAR except "+">
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: A142 NOOP
    /// S: A142 OK Done
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `tag`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::tag::Tag;
    ///
    /// let tag = Tag::parse(b"A142")?;
    /// assert_eq!(tag.as_str(), "A142");
    /// assert_eq!(tag.to_bytes(), b"A142");
    /// assert_eq!(Tag::numbered(142), tag);
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct Tag: "tag", check = check, utf8
}

fn check(tag: &[u8]) -> Result<(), usize> {
    TAG_CHAR.check(tag)?;
    if tag.is_empty() { Err(0) } else { Ok(()) }
}

wire_api!(Deviation, crate::Mode: Tag);

impl<'a> Wire<'a> for Tag<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, tag) = one_or_more(input, &TAG_CHAR, "tag")?;
        Ok((rest, Self::checked(tag)))
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl Tag<'_> {
    /// The tag of a client's command by its number: `A` and the number.
    #[must_use]
    pub fn numbered(number: u64) -> Tag<'static> {
        use fmt::Write;
        let mut tag = alloc::string::String::new();
        // A string takes all that is written.
        let _ = write!(tag, "A{number}");
        Tag(alloc::borrow::Cow::Owned(tag.into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b"a", Tag::new("a").unwrap()),
            (b"A]0.1:x", Tag::new("A]0.1:x").unwrap()),
            (b"A18446744073709551615", Tag::numbered(u64::MAX)),
        ]);
        check_rejects::<Tag<'_>>(&[
            (b"", "tag", 0),
            (b"+", "tag", 0),
            (b"*", "tag", 0),
            (b"A+1", "end", 1),
            (b"A 1", "end", 1),
            (b"A\"", "end", 1),
        ]);
        for tag in ["", "+", "a b", "a\r\n", "a\0", "(", "\u{e9}"] {
            assert!(Tag::new(tag).is_err());
        }
    }
}
