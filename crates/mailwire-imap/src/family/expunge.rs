//! Removing messages for good: EXPUNGE, UID EXPUNGE, and the VANISHED response.
//!
//! EXPUNGE (RFC 9051 section 6.4.3) has no arguments; UID EXPUNGE (RFC 4315 section 2.1) has a
//! [`SequenceSet`](crate::element::sequence::SequenceSet) of UIDs, and only removes what is in it. The
//! server tells each removed message by its sequence number
//! ([`Data::Expunge`](crate::Data::Expunge)), or, once QRESYNC or UIDONLY is on, by UID with [`Vanished`].

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{into_owned, wire_api};

use crate::Mode;
use crate::element::sequence::UidSet;
use crate::token::sp;
use crate::tolerance::Deviation;

/// Messages that were removed, by UID.
///
/// RFC 7162 section 3.2.10. The earlier ones were removed before this session, and do not change sequence
/// numbers.
///
/// # Grammar
/// ```abnf
/// expunged-resp = "VANISHED" [SP "(EARLIER)"] SP known-uids
/// known-uids    = sequence-set
///                 ; Sequence of UIDs; "*" is not allowed.
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), and those of [`UidSet`].
///
/// # Wire
/// ```text
/// S: * VANISHED (EARLIER) 41,43:116,118,120:211,214:540
/// S: * VANISHED 505,507,510,625
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `(EARLIER)`, `uid-set`, `uniqueid`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::expunge::Vanished;
///
/// let vanished = Vanished::parse(b"(EARLIER) 41,43:116")?;
/// assert!(vanished.earlier && vanished.uids.contains(100));
/// assert_eq!(vanished.to_bytes(), b"(EARLIER) 41,43:116");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vanished<'a> {
    /// True for what was removed before this session.
    pub earlier: bool,
    /// The messages.
    pub uids: UidSet<'a>,
}

wire_api!(Deviation, Mode: Vanished);
into_owned!(struct Vanished { earlier, uids });

impl<'a> Wire<'a> for Vanished<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, earlier) = match input {
            [b'(', ..] => match strip_prefix_ignore_case(input, b"(EARLIER)") {
                Some(behind) => {
                    let (rest, ()) = cut(sp(behind, cx))?;
                    (rest, true)
                }
                None => return Err(stop(input, "(EARLIER)")),
            },
            _ => (input, false),
        };
        let (rest, uids) = cut(UidSet::parse_part(rest, cx))?;
        Ok((rest, Self { earlier, uids }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.earlier {
            out.keyword("(EARLIER) ");
        }
        out.put(&self.uids);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_needs, check_rejects, check_rows};

    #[test]
    fn rows() {
        let vanished = |earlier, uids: &'static str| {
            let uids = UidSet::parse(uids.as_bytes()).unwrap();
            Vanished { earlier, uids }
        };
        check_rows(&[
            (b"505,507,510,625", vanished(false, "505,507,510,625")),
            (b"(EARLIER) 41,43:116", vanished(true, "41,43:116")),
        ]);
        use crate::element::sequence::SequenceSet;
        use crate::{Command, Data};
        check_rows(&[(b"VANISHED 5", Data::Vanished(vanished(false, "5")))]);
        check_rows(&[
            (b"EXPUNGE", Command::Expunge),
            (b"UID EXPUNGE 3:5", Command::UidExpunge(SequenceSet::parse(b"3:5").unwrap())),
        ]);
        check_rejects::<Vanished<'_>>(&[
            (b"", "uid-set", 0),
            (b"(LATER) 1", "(EARLIER)", 0),
            (b"(EARLIER)", "SP", 9),
            (b"(EARLIER) ", "uid-set", 10),
            (b"1:*", "uniqueid", 2),
            (b"$", "uid-set", 0),
        ]);
        check_lenient::<Vanished<'_>>(&[
            (b"(EARLIER)  1", Deviation::ExtraSpaces, b"(EARLIER) 1"),
            (b"1,,2", Deviation::EmptySetElement, b"1,2"),
        ]);
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("EXPUNGE", &[]),
            ("UID EXPUNGE 1", &["UIDPLUS"]),
            ("UID EXPUNGE $", &["UIDPLUS", "SEARCHRES"]),
        ]);
    }
}
