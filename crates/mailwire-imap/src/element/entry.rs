//! Names of annotations.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::ByteSet;
use mailwire_core::{text_type, wire_api};

use crate::token::{astring, write_astring};
use crate::tolerance::Deviation;

text_type! {
    /// The name of an annotation of a mailbox or of the server: a path like `/shared/comment`.
    ///
    /// RFC 5464 section 3.2. The first component is `/private` or `/shared`; the server judges that. Names are
    /// equal without regard to case.
    ///
    /// # Grammar
    /// ```abnf
    /// entry = astring
    ///         ; slash-separated path to entry
    ///         ; MUST NOT contain "*" or "%"
    /// ```
    /// ASCII without controls.
    ///
    /// # Wire
    /// ```text
    /// C: A1 GETMETADATA "" /shared/comment
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `entry`, `quoted`, `literal`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::entry::Entry;
    ///
    /// let entry = Entry::parse(b"\"/shared/comment\"")?;
    /// assert!(entry.is_shared());
    /// assert_eq!(entry, Entry::new("/Shared/Comment").unwrap());
    /// assert_eq!(entry.to_bytes(), b"/shared/comment");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct Entry: "entry", check = check, utf8, ignore case
}

/// Octets of a name.
static ENTRY_CHAR: ByteSet = ByteSet::range(0x20, 0x7e).without(b"*%");

fn check(entry: &[u8]) -> Result<(), usize> {
    ENTRY_CHAR.check(entry)?;
    if entry.is_empty() { Err(0) } else { Ok(()) }
}

wire_api!(Deviation, crate::Mode: Entry);
super::items::item!(Entry);

impl Entry<'_> {
    /// True for what every user of the mailbox sees.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.is_below("/shared")
    }

    /// True for what each user has for himself.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.is_below("/private")
    }

    fn is_below(&self, root: &str) -> bool {
        let name = self.as_bytes();
        name.get(..root.len()).is_some_and(|head| head.eq_ignore_ascii_case(root.as_bytes()))
            && matches!(name.get(root.len()), None | Some(b'/'))
    }
}

impl<'a> Wire<'a> for Entry<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "entry";
        let (rest, name) = match astring(input, cx) {
            Err(nom::Err::Error(_)) => return Err(fail(input, RULE)),
            other => other?,
        };
        if check(&name).is_err() { Err(stop(input, RULE)) } else { Ok((rest, Self(name))) }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        write_astring(out, self.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let entry = |name| Entry::new(name).unwrap();
        check_rows(&[
            (b"/shared/comment", entry("/shared/comment")),
            (b"\"/private/a b\"", entry("/private/a b")),
        ]);
        check_rejects::<Entry<'_>>(&[
            (b"", "entry", 0),
            (b"\"\"", "entry", 0),
            (b"(", "entry", 0),
            (b"\"/a/*\"", "entry", 0),
            (b"/a/%", "end", 3),
            (b"{2}\r\n/\x01", "entry", 0),
            (b"{2}\r\n\xc3\xa9", "entry", 0),
        ]);
        check_lenient::<Entry<'_>>(&[(b"\"/\\a\"", Deviation::NeedlessEscape, b"/a")]);
        for bad in ["", "/a/*", "/a%", "/a\r\n", "/\u{e9}", "\0"] {
            assert!(Entry::new(bad).is_err(), "{bad}");
        }
        assert!(entry("/SHARED/x").is_shared() && entry("/private/x").is_private());
        assert!(!entry("/sharedx").is_shared() && !entry("/x").is_private());
    }
}
