//! Object identifiers of mailboxes, messages and threads.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::{ByteSet, one_or_more};
use mailwire_core::{text_type, wire_api};

use crate::tolerance::Deviation;

text_type! {
    /// The identifier of a mailbox, a message or a thread, which stays with it for good.
    ///
    /// RFC 8474 section 7. Identifiers have case.
    ///
    /// # Grammar
    /// ```abnf
    /// objectid = 1*255(ALPHA / DIGIT / "_" / "-")
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: * 1 FETCH (EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9))
    /// ```
    ///
    /// # Limits
    /// 255 octets.
    ///
    /// # Errors
    /// `objectid`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::element::object_id::ObjectId;
    ///
    /// let id = ObjectId::parse(b"M6d99ac3275bb4e")?;
    /// assert_eq!(id.as_str(), "M6d99ac3275bb4e");
    /// assert_eq!(id.to_bytes(), b"M6d99ac3275bb4e");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct ObjectId: "objectid", check = check, utf8
}

static OBJECT_ID: ByteSet =
    ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and_range(b'0', b'9').and(b"_-");

/// Most octets of an identifier.
const MAX: usize = 255;

fn check(id: &[u8]) -> Result<(), usize> {
    OBJECT_ID.check(id)?;
    if id.is_empty() || id.len() > MAX { Err(id.len().min(MAX)) } else { Ok(()) }
}

wire_api!(Deviation, crate::Mode: ObjectId);

impl<'a> Wire<'a> for ObjectId<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, id) = one_or_more(input, &OBJECT_ID, "objectid")?;
        match id.get(MAX..) {
            None | Some([]) => Ok((rest, Self::checked(id))),
            Some(_) => Err(stop(input.get(MAX..).unwrap_or_default(), "objectid")),
        }
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
        let longest = b"a".repeat(255);
        check_rows(&[
            (b"M1-abc_XY", ObjectId::new("M1-abc_XY").unwrap()),
            (&longest, ObjectId::new(&longest).unwrap()),
        ]);
        let long = b"a".repeat(256);
        check_rejects::<ObjectId<'_>>(&[
            (b"", "objectid", 0),
            (b" ", "objectid", 0),
            (b"a.b", "end", 1),
            (&long, "objectid", 255),
        ]);
        assert!(ObjectId::new("").is_err() && ObjectId::new(&long).is_err());
        assert!(ObjectId::new("a b").is_err());
    }
}
