//! What names a message beyond the session: the value of UIDL.
//!
//!   S: 2 QhdPYR:00WBw1Ph7x7

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::{LINE, VCHAR};
use mailwire_core::{text_type, wire_api};

use crate::token;
use crate::tolerance::Deviation;

text_type! {
    /// The unique-id of a message, which stays the same from session to session; sent by the server.
    ///
    /// RFC 1939 section 7 (UIDL). It is opaque: it can hold `/` and `..`, and is no file name.
    ///
    /// # Grammar
    /// ```text
    /// unique-id = 1*70(%x21-7E)
    /// ```
    /// It takes the rest of its line. Deviations: [`EmptyUniqueId`](Deviation::EmptyUniqueId),
    /// [`LongUniqueId`](Deviation::LongUniqueId), [`OddUniqueId`](Deviation::OddUniqueId),
    /// [`TrailingSpaces`](Deviation::TrailingSpaces). One that deviates can be read and kept, and
    /// is not [conformant](Self::is_conformant): a server does not send it.
    ///
    /// # Wire
    /// ```text
    /// S: 1 whqtswO00WBw418f9t5JxYwZ
    /// ```
    ///
    /// # Limits
    /// 70 octets.
    ///
    /// # Errors
    /// `unique-id`.
    ///
    /// # Example
    /// ```
    /// use mailwire_pop3::element::unique_id::UniqueId;
    /// let id = UniqueId::parse(b"QhdPYR:00WBw1Ph7x7")?;
    /// assert_eq!(id.as_bytes(), b"QhdPYR:00WBw1Ph7x7");
    /// assert!(UniqueId::new("a b").is_err());
    /// # Ok::<(), mailwire_core::SyntaxError>(())
    /// ```
    pub struct UniqueId: "unique-id", check = check, bytes
}

wire_api!(Deviation: UniqueId);

/// Octets of a unique-id, at most.
const LONGEST: usize = 70;

/// What is built keeps to the grammar.
fn check(id: &[u8]) -> Result<(), usize> {
    VCHAR.check(id)?;
    match id.len() {
        0 => Err(0),
        1..=LONGEST => Ok(()),
        _ => Err(LONGEST),
    }
}

impl UniqueId<'_> {
    /// True for 1 to 70 octets of `%x21-7E`. Another one was read with a deviation.
    #[must_use]
    pub fn is_conformant(&self) -> bool {
        check(self.as_bytes()).is_ok()
    }
}

impl<'a> Wire<'a> for UniqueId<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if matches!(input.len(), 1..=LONGEST) && token::graphic(input) {
            return Ok((&[], Self::checked(input)));
        }
        odd(input, cx)
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

/// A unique-id that needs a closer look.
#[cold]
#[inline(never)]
fn odd<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, UniqueId<'a>> {
    let (id, blanks) = input.split_at(input.trim_ascii_end().len());
    let bad = |at: usize| stop(input.get(at..).unwrap_or_default(), "unique-id");
    if let Err(at) = VCHAR.check(id) {
        if LINE.check(id).is_err() || !cx.tolerate(Deviation::OddUniqueId) {
            return Err(bad(at));
        }
    }
    if id.len() > LONGEST && !cx.tolerate(Deviation::LongUniqueId) {
        return Err(bad(LONGEST));
    }
    if id.is_empty() && !cx.tolerate(Deviation::EmptyUniqueId) {
        return Err(bad(0));
    }
    Ok((blanks, UniqueId::checked(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn id(text: &str) -> UniqueId<'_> {
        UniqueId::new(text).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"whqtswO00WBw418f9t5JxYwZ", id("whqtswO00WBw418f9t5JxYwZ")),
            (b"!", id("!")),
            (b"../../etc/passwd", id("../../etc/passwd")),
            (&[b'~'; 70], id(&"~".repeat(70))),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<UniqueId<'_>>(&[
            (b"", "unique-id", 0),
            (&[b'a'; 71], "unique-id", 70),
            (b"a b", "unique-id", 1),
            (b"a\tb", "unique-id", 1),
            (b"a\xe9", "unique-id", 1),
            (b"a\x7f", "unique-id", 1),
            (b"a\0b", "unique-id", 1),
            (b"abcdefghijklmnop\rqr", "unique-id", 16),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<UniqueId<'_>>(&[
            (b"", Deviation::EmptyUniqueId, b""),
            (&[b'a'; 500], Deviation::LongUniqueId, &[b'a'; 500]),
            (b"a b", Deviation::OddUniqueId, b"a b"),
            (b"a\xe9", Deviation::OddUniqueId, b"a\xe9"),
        ]);
    }

    #[test]
    fn pop_s_13_what_deviates_cannot_be_built() {
        for bad in ["", "a b", "a\r\n2 b", "\u{e9}", &"a".repeat(71)] {
            assert!(UniqueId::new(bad).is_err(), "{bad:?}");
        }
        let (read, _) = UniqueId::parse_with(b"a b", crate::Tolerance::lenient()).unwrap();
        assert!(!read.is_conformant() && id("a").is_conformant());
    }
}
