//! Copying and moving messages: COPY, MOVE, and the code COPYUID.

use core::iter::zip;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::Mode;
use crate::element::mailbox::Mailbox;
use crate::element::number::NzNumber;
use crate::element::sequence::{SequenceSet, UidSet};
use crate::token::sp;
use crate::tolerance::Deviation;

/// The arguments of COPY and MOVE: messages, and the mailbox that they go to.
///
/// RFC 9051 sections 6.4.7 and 6.4.8, RFC 6851 (MOVE).
///
/// # Grammar
/// ```abnf
/// copy = "COPY" SP sequence-set SP mailbox
/// move = "MOVE" SP sequence-set SP mailbox
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), and those of [`SequenceSet`].
///
/// # Wire
/// ```text
/// C: A1 COPY 2:4 MEETING
/// C: A2 UID MOVE 42:69 Archive
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `sequence-set`, `seq-number`, `mailbox`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::copy::Copy;
///
/// let copy = Copy::parse(b"2:4 MEETING")?;
/// assert_eq!(copy.mailbox.as_bytes(), b"MEETING");
/// assert_eq!(copy.to_bytes(), b"2:4 MEETING");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy<'a> {
    /// The messages.
    pub messages: SequenceSet<'a>,
    /// The mailbox that they go to.
    pub mailbox: Mailbox<'a>,
}

/// Where messages were copied: their UIDs, and those of the copies, in the same order.
///
/// RFC 4315 section 3, RFC 9051 section 7.1. How many UIDs the two sets cover is compared by arithmetic,
/// and they are never expanded. A server that counts wrongly, or tells no UIDs, is heard; such a value
/// cannot be built.
///
/// # Grammar
/// ```abnf
/// resp-code-copy = "COPYUID" SP nz-number SP uid-set SP uid-set
/// ```
/// Deviations: [`EmptyUidSet`](Deviation::EmptyUidSet), [`ZeroNumber`](Deviation::ZeroNumber),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), and those of [`UidSet`].
///
/// # Wire
/// ```text
/// S: A3 OK [COPYUID 38505 304,319:320 3956:3958] Done
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `nz-number`, `uid-set`, `uniqueid`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::copy::CopyUid;
///
/// let code = CopyUid::parse(b"38505 304,319:320 3956:3958")?;
/// assert_eq!(code.destination_of(319), Some(3957));
/// assert_eq!(code.pairs().map(|(_, to)| to).collect::<Vec<_>>(), [3956, 3957, 3958]);
/// assert_eq!(code.to_bytes(), b"38505 304,319:320 3956:3958");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyUid<'a> {
    uid_validity: NzNumber,
    /// The UIDs of the messages and of the copies.
    sets: Option<(UidSet<'a>, UidSet<'a>)>,
}

wire_api!(Deviation, Mode: Copy, CopyUid);
into_owned!(struct Copy { messages, mailbox });
into_owned!(@impl CopyUid, self => {
    let sets = self.sets.map(|(source, destination)| (source.into_owned(), destination.into_owned()));
    CopyUid { uid_validity: self.uid_validity, sets }
});

impl<'a> Wire<'a> for Copy<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, messages) = SequenceSet::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, mailbox) = cut(Mailbox::parse_part(rest, cx))?;
        Ok((rest, Self { messages, mailbox }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.messages).sp().put(&self.mailbox);
    }
}

impl<'a> CopyUid<'a> {
    /// Where messages were copied.
    ///
    /// # Errors
    /// [`InvalidValue`] where the sets cover different numbers of UIDs.
    pub fn new(
        uid_validity: NzNumber,
        source: UidSet<'a>,
        destination: UidSet<'a>,
    ) -> Result<Self, InvalidValue> {
        if source.count() != destination.count() {
            return Err(InvalidValue { what: "resp-code-copy", at: 0 });
        }
        Ok(Self { uid_validity, sets: Some((source, destination)) })
    }

    /// UIDVALIDITY of the mailbox with the copies. Some servers send that of the other mailbox.
    #[must_use]
    pub const fn uid_validity(&self) -> NzNumber {
        self.uid_validity
    }

    /// The UIDs of the messages; `None` where the server tells none.
    #[must_use]
    pub fn source(&self) -> Option<&UidSet<'a>> {
        self.sets.as_ref().map(|(source, _)| source)
    }

    /// The UIDs of the copies; `None` where the server tells none.
    #[must_use]
    pub fn destination(&self) -> Option<&UidSet<'a>> {
        self.sets.as_ref().map(|(_, destination)| destination)
    }

    /// True where each message has a copy: the sets cover the same number of UIDs.
    #[must_use]
    pub fn is_paired(&self) -> bool {
        self.sets.as_ref().is_some_and(|(one, other)| one.count() == other.count())
    }

    /// The UID of the copy of a message; `None` where it was not copied, or the sets do not pair.
    #[must_use]
    pub fn destination_of(&self, uid: u32) -> Option<u32> {
        let (source, destination) = self.sets.as_ref().filter(|_| self.is_paired())?;
        let mut before = 0_u64;
        for range in source.ranges() {
            let (low, high) = range.bounds();
            if (low..=high).contains(&uid) {
                return nth(destination, before.checked_add(u64::from(uid - low))?);
            }
            before = before.checked_add(u64::from(high - low) + 1)?;
        }
        None
    }

    /// The UIDs of messages and of their copies, one pair after the other; none where the sets do not pair.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let sets = self.sets.as_ref().filter(|_| self.is_paired());
        sets.into_iter().flat_map(|(source, destination)| zip(uids(source), uids(destination)))
    }
}

fn uids<'x>(set: &'x UidSet<'_>) -> impl Iterator<Item = u32> + 'x {
    set.ranges().flat_map(|range| {
        let (low, high) = range.bounds();
        low..=high
    })
}

/// The UID at a place of a set.
fn nth(set: &UidSet<'_>, place: u64) -> Option<u32> {
    let mut left = place;
    for range in set.ranges() {
        let (low, high) = range.bounds();
        let count = u64::from(high - low) + 1;
        match left.checked_sub(count) {
            Some(behind) => left = behind,
            None => return low.checked_add(u32::try_from(left).ok()?),
        }
    }
    None
}

impl<'a> Wire<'a> for CopyUid<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, uid_validity) = NzNumber::parse_part(input, cx)?;
        let blanks = rest.iter().take_while(|octet| **octet == b' ').count();
        let behind = rest.get(blanks..).unwrap_or_default();
        if matches!(behind, [] | [b']', ..]) {
            // The sets, and perhaps the spaces before them, are not there.
            return if cx.tolerate(Deviation::EmptyUidSet) {
                Ok((behind, Self { uid_validity, sets: None }))
            } else {
                Err(stop(rest.get(1..).unwrap_or_default(), "uid-set"))
            };
        }
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, source) = cut(UidSet::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, destination) = cut(UidSet::parse_part(rest, cx))?;
        Ok((rest, Self { uid_validity, sets: Some((source, destination)) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.uid_validity);
        match &self.sets {
            Some((source, destination)) => out.sp().put(source).sp().put(destination),
            // What has no legal form is written as it came.
            None => out.keyword("  "),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_needs, check_rejects, check_roundtrip, check_rows};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn uid_set(uids: &'static str) -> UidSet<'static> {
        UidSet::parse(uids.as_bytes()).unwrap()
    }

    fn number(number: u32) -> NzNumber {
        NzNumber::new(number).unwrap()
    }

    fn copied(source: &'static str, destination: &'static str) -> CopyUid<'static> {
        CopyUid::new(number(38505), uid_set(source), uid_set(destination)).unwrap()
    }

    #[test]
    fn commands() {
        let copy = |messages: &'static str, mailbox: &'static str| Copy {
            messages: SequenceSet::parse(messages.as_bytes()).unwrap(),
            mailbox: Mailbox::new(mailbox).unwrap(),
        };
        check_rows(&[
            (b"2:4 MEETING", copy("2:4", "MEETING")),
            (b"$ \"a b\"", copy("$", "a b")),
            (b"1,5:* INBOX", copy("1,5:*", "INBOX")),
        ]);
        use crate::Command;
        check_rows(&[
            (b"COPY 1 x", Command::Copy(copy("1", "x"))),
            (b"MOVE 1 x", Command::Move(copy("1", "x"))),
            (b"UID COPY 1 x", Command::UidCopy(copy("1", "x"))),
            (b"UID MOVE 1 x", Command::UidMove(copy("1", "x"))),
        ]);
        check_rejects::<Copy<'_>>(&[
            (b"", "sequence-set", 0),
            (b"1", "SP", 1),
            (b"1: x", "seq-number", 2),
            (b"a x", "sequence-set", 0),
            (b"1 ", "mailbox", 2),
            (b"1 x y", "end", 3),
        ]);
        check_lenient::<Copy<'_>>(&[
            (b"1  x", Deviation::ExtraSpaces, b"1 x"),
            (b"1,,2 x", Deviation::EmptySetElement, b"1,2 x"),
        ]);
    }

    #[test]
    fn codes() {
        check_rows(&[
            (b"38505 304 3956", copied("304", "3956")),
            (b"38505 304,319:320 3956:3958", copied("304,319:320", "3956:3958")),
        ]);
        check_rejects::<CopyUid<'_>>(&[
            (b"", "nz-number", 0),
            (b"x 1 2", "nz-number", 0),
            (b"1 2", "SP", 3),
            (b"1 2 x", "uid-set", 4),
            (b"1 1:* 2", "uniqueid", 4),
            (b"1 2 3 4", "end", 5),
        ]);
        check_lenient::<CopyUid<'_>>(&[
            (b"38505  ", Deviation::EmptyUidSet, b"38505  "),
            (b"38505", Deviation::EmptyUidSet, b"38505  "),
            (b"0 1 2", Deviation::ZeroNumber, b"0 1 2"),
            (b"5  1 2", Deviation::ExtraSpaces, b"5 1 2"),
        ]);
        assert!(CopyUid::new(number(1), uid_set("1:2"), uid_set("1")).is_err());
        let wrong = CopyUid::parse(b"1 1:2 7").unwrap();
        assert!(!wrong.is_paired() && wrong.pairs().next().is_none());
        assert_eq!(wrong.destination_of(1), None);
        assert_eq!(wrong.to_bytes(), b"1 1:2 7");
    }

    #[test]
    fn empty_sets_in_a_status() {
        use crate::{Code, Status};
        let status = Status::parse(b"OK [COPYUID 38505  ] done").unwrap();
        let Some(Code::CopyUid(code)) = status.code() else { panic!("{status:?}") };
        assert!(code.source().is_none() && code.destination().is_none());
        assert_eq!(status.to_bytes(), b"OK [COPYUID 38505  ] done");
    }

    #[test]
    fn pairs_are_found_by_arithmetic() {
        let code = copied("5:3,100:4294967295", "1:2,4294967295,100:4294967295");
        assert_eq!(code.destination_of(5), Some(u32::MAX));
        assert_eq!(code.destination_of(u32::MAX), Some(u32::MAX));
        assert_eq!(code.destination_of(6), None);
    }

    proptest! {
        #[test]
        fn pairs_by_definition(uids in proptest::collection::vec(1..60_u32, 1..9), first in 1..99_u32) {
            let count = u32::try_from(uids.len()).unwrap();
            let source = UidSet::from_uids(uids.iter().copied()).unwrap();
            let destination = UidSet::from_uids(first..first + count).unwrap();
            let code = CopyUid::new(number(1), source, destination).unwrap();
            let expected: Vec<_> = uids.iter().copied().zip(first..).collect();
            prop_assert_eq!(code.pairs().collect::<Vec<_>>(), expected.clone());
            for uid in 1..60 {
                let pair = expected.iter().find(|(from, _)| *from == uid);
                prop_assert_eq!(code.destination_of(uid), pair.map(|(_, to)| *to));
            }
            check_roundtrip!(CopyUid: code);
        }
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("COPY 1 x", &[]),
            ("UID COPY $ x", &["SEARCHRES"]),
            ("MOVE 1 x", &["MOVE"]),
            ("UID MOVE $ x", &["MOVE", "SEARCHRES"]),
        ]);
    }
}
