//! Annotations whose value is streamed: what stands before the literal, and what stands behind it.
//!
//! The frame of a METADATA response or a SETMETADATA command ends behind the header of a literal that is too
//! large to be kept. [`parse_head`] reads it. What follows the octets of the literal is a frame of its own
//! and [`parse_tail`] reads that; it can end behind a header again.

use mailwire_core::into_owned;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, parse_whole, stop};

use super::ListedValue;
use crate::element::entry::Entry;
use crate::element::items::{Item, Items};
use crate::element::literal::StreamedLiteral;
use crate::element::mailbox::Mailbox;
use crate::element::tag::Tag;
use crate::token::{ATOM_CHAR, close, line_end, open, sp};
use crate::tolerance::Deviation;
use crate::{Deviations, Mode, SyntaxError, Tolerance};

/// What stands before a value that is streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataHead<'a> {
    /// The tag of a command; `None` for a response.
    pub tag: Option<Tag<'a>>,
    /// The mailbox; an empty name for the server.
    pub mailbox: Mailbox<'a>,
    /// The annotations before the streamed one.
    pub values: Items<'a, ListedValue>,
    /// The annotation whose value is streamed.
    pub streamed: StreamedValue<'a>,
}

/// What stands behind a value that was streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataTail<'a> {
    /// The annotations behind it, up to the end or to the one that is streamed.
    pub values: Items<'a, ListedValue>,
    /// An annotation whose value is streamed too; `None` where the line ends.
    pub streamed: Option<StreamedValue<'a>>,
}

/// An annotation whose value is streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamedValue<'a> {
    /// The name.
    pub entry: Entry<'a>,
    /// The literal.
    pub literal: StreamedLiteral,
}

into_owned!(struct MetadataHead { tag, mailbox, values, streamed });
into_owned!(struct MetadataTail { values, streamed });
into_owned!(struct StreamedValue { entry, literal });

/// Reads the frame of a METADATA response, or of a SETMETADATA command, that ends behind the header of a
/// literal. A bad annotation of a command is an error, and one of a response is kept as invalid where that
/// is tolerated.
///
/// # Errors
/// The ABNF rule that does not match, and the byte.
///
/// # Example
/// ```
/// use mailwire_imap::family::metadata::stream::{parse_head, parse_tail};
/// use mailwire_imap::{Mode, Tolerance};
///
/// let frame = b"* METADATA INBOX (/shared/a \"x\" /shared/b {100000}\r\n";
/// let (head, _) = parse_head(frame, Mode::REV1, Tolerance::default())?;
/// assert_eq!((head.values.len(), head.streamed.literal.size), (1, 100_000));
/// // The octets are streamed.
/// let (tail, _) = parse_tail(b" /shared/c NIL)\r\n", Mode::REV1, Tolerance::default())?;
/// assert!(tail.values.len() == 1 && tail.streamed.is_none());
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
pub fn parse_head(
    frame: &[u8],
    mode: Mode,
    tolerance: Tolerance,
) -> Result<(MetadataHead<'_>, Deviations), SyntaxError> {
    let is_command = frame.first() != Some(&b'*');
    // A server refuses what is damaged.
    let tolerance = if is_command { tolerance.without(Deviation::InvalidItem) } else { tolerance };
    let cx = Context::new(tolerance).with_mode(mode.bits());
    head_in(frame, &cx).map(|head| (head, cx.met()))
}

/// Reads the frame behind the octets of a literal, up to the end of the line or behind the header of another
/// literal. It is the same for responses and commands; a server switches
/// [`InvalidItem`](Deviation::InvalidItem) off.
///
/// # Errors
/// The ABNF rule that does not match, and the byte.
pub fn parse_tail(
    frame: &[u8],
    mode: Mode,
    tolerance: Tolerance,
) -> Result<(MetadataTail<'_>, Deviations), SyntaxError> {
    let cx = Context::new(tolerance).with_mode(mode.bits());
    tail_in(frame, &cx).map(|tail| (tail, cx.met()))
}

pub(crate) fn head_in<'a>(frame: &'a [u8], cx: &Context) -> Result<MetadataHead<'a>, SyntaxError> {
    parse_whole(frame, |frame| head(frame, cx))
}

pub(crate) fn tail_in<'a>(frame: &'a [u8], cx: &Context) -> Result<MetadataTail<'a>, SyntaxError> {
    parse_whole(frame, |frame| tail(frame, cx))
}

fn head<'a>(frame: &'a [u8], cx: &Context) -> PResult<'a, MetadataHead<'a>> {
    let (tag, behind, name, rule) = match frame {
        [b'*', behind @ ..] => (None, behind, &b"METADATA"[..], "response-data"),
        _ => {
            let (behind, tag) = Tag::parse_part(frame, cx)?;
            (Some(tag), behind, &b"SETMETADATA"[..], "command-name")
        }
    };
    let (at, ()) = cut(sp(behind, cx))?;
    let (word, rest) = ATOM_CHAR.split(at);
    if !word.eq_ignore_ascii_case(name) {
        return Err(stop(at, rule));
    }
    let (rest, ()) = cut(sp(rest, cx))?;
    let (rest, mailbox) = cut(Mailbox::parse_part(rest, cx))?;
    let (rest, ()) = cut(sp(rest, cx))?;
    let (rest, ()) = cut(open(rest, "list"))?;
    match values(rest, cx)? {
        (rest, (values, Some(streamed))) => {
            Ok((rest, MetadataHead { tag, mailbox, values, streamed }))
        }
        (rest, (_, None)) => Err(stop(rest, "literal")),
    }
}

fn tail<'a>(frame: &'a [u8], cx: &Context) -> PResult<'a, MetadataTail<'a>> {
    let (mut rest, mut found) = (frame, (Items::EMPTY, None));
    if close(frame, cx, "list").is_err() {
        let (at, ()) = match sp(frame, cx) {
            Err(_) => return Err(stop(frame, "list")),
            other => other?,
        };
        (rest, found) = values(at, cx)?;
    }
    let (values, streamed) = found;
    if streamed.is_none() {
        (rest, _) = close(rest, cx, "list")?;
        (rest, _) = line_end(rest, cx)?;
    }
    Ok((rest, MetadataTail { values, streamed }))
}

/// Annotations, and the one whose value is streamed, with nothing behind the header of its literal.
fn values<'a>(
    input: &'a [u8],
    cx: &Context,
) -> PResult<'a, (Items<'a, ListedValue>, Option<StreamedValue<'a>>)> {
    let (mut rest, mut end, mut len) = (input, input, 0_u32);
    let streamed = loop {
        if let Ok((behind, streamed)) = streamed(rest, cx) {
            rest = behind;
            break Some(streamed);
        }
        (rest, _) = cut(ListedValue::parse_item(rest, cx))?;
        (end, len) = (rest, len.saturating_add(1));
        cx.check_elements(len as usize, rest)?;
        if close(rest, cx, "list").is_ok() || !rest.starts_with(b" ") {
            break None;
        }
        (rest, _) = cut(sp(rest, cx))?;
    };
    let wire = input.split_at(input.len() - end.len()).0;
    Ok((rest, (Items::checked(wire, len, cx), streamed)))
}

/// `entry SP ["~"] "{" number64 "}" CRLF`, at the end of a frame.
fn streamed<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, StreamedValue<'a>> {
    // What is only looked at is not recorded.
    let looking = cx.clone();
    let (rest, entry) = Entry::parse_part(input, &looking)?;
    let (at, ()) = sp(rest, &looking)?;
    let Ok((rest, literal)) = StreamedLiteral::parse_part(at, &looking) else {
        return Err(fail(input, "literal"));
    };
    // Now it is: the same octets, for the record.
    let _ = Entry::parse_part(input, cx).map(|(rest, _)| sp(rest, cx));
    Ok((rest, StreamedValue { entry, literal }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::metadata::{EntryValue, MetadataItem, MetadataValue};

    fn entry(name: &str) -> Entry<'_> {
        Entry::new(name).unwrap()
    }

    fn value(name: &'static str, value: &'static str) -> MetadataItem<'static> {
        let value = Some(MetadataValue::new(value));
        MetadataItem::Value(EntryValue { entry: entry(name), value })
    }

    fn literal(size: u64, binary: bool) -> StreamedLiteral {
        StreamedLiteral { size, binary }
    }

    #[test]
    fn heads() {
        let strict = Tolerance::strict();
        let a = || Items::new([value("/shared/a", "x")]);
        for (frame, tag, values, size, binary) in [
            (&b"* METADATA \"\" (/shared/b {5000}\r\n"[..], None, Items::EMPTY, 5000, false),
            (b"* METADATA \"\" (/shared/a \"x\" /shared/b ~{9}\r\n", None, a(), 9, true),
            (b"a1 SETMETADATA \"\" (/shared/b {5000+}\r\n", Some("a1"), Items::EMPTY, 5000, false),
            (
                b"a1 setmetadata \"\" (/shared/a {1}\r\nx /shared/b ~{9+}\r\n",
                Some("a1"),
                a(),
                9,
                true,
            ),
        ] {
            let (head, met) = parse_head(frame, Mode::REV1, strict).unwrap();
            assert!(met.is_empty());
            let streamed =
                StreamedValue { entry: entry("/shared/b"), literal: literal(size, binary) };
            let tag = tag.map(|tag| Tag::new(tag).unwrap());
            let mailbox = Mailbox::new("").unwrap();
            let expected = MetadataHead { tag, mailbox, values, streamed };
            assert_eq!(head, expected, "{}", frame.escape_ascii());
            assert_eq!(head.into_owned(), expected);
        }
        for (frame, rule, at) in [
            (&b""[..], "tag", 0),
            (b"* METADATA", "SP", 10),
            (b"* METADATE \"\" (/a {5}\r\n", "response-data", 2),
            (b"a1 METADATA \"\" (/a {5}\r\n", "command-name", 3),
            (b"* METADATA \"\" /a {5}\r\n", "list", 14),
            (b"* METADATA \"\" (/a NIL)", "literal", 21),
            (b"* METADATA \"\" (/a {5}", "literal", 20),
            (b"* METADATA \"\" (/a {5}\r\nabcdef", "SP", 28),
            (b"* METADATA \"\" ({5}\r\n", "literal", 20),
            (b"a1 SETMETADATA \"\" (/b x /a {5}\r\n", "value", 22),
        ] {
            let error = parse_head(frame, Mode::REV1, strict).unwrap_err();
            assert_eq!(error, SyntaxError { rule, at }, "{}", frame.escape_ascii());
        }
        let damaged = b"* METADATA \"\" (/b x /a  {5}\r\n";
        let (head, met) = parse_head(damaged, Mode::REV1, Tolerance::default()).unwrap();
        assert!(matches!(head.values.iter().next(), Some(MetadataItem::Invalid(_))));
        assert!(met.contains(Deviation::InvalidItem) && met.contains(Deviation::ExtraSpaces));
        let damaged = b"a1 SETMETADATA \"\" (/b x /a {5}\r\n";
        assert!(parse_head(damaged, Mode::REV1, Tolerance::default()).is_err());
    }

    #[test]
    fn tails() {
        let strict = Tolerance::strict();
        let streamed = || StreamedValue { entry: entry("/b"), literal: literal(7, false) };
        for (frame, values, streamed) in [
            (&b")\r\n"[..], Items::EMPTY, None),
            (b" /a \"x\")\r\n", Items::new([value("/a", "x")]), None),
            (b" /b {7}\r\n", Items::EMPTY, Some(streamed())),
            (b" /a {1}\r\nx /b {7}\r\n", Items::new([value("/a", "x")]), Some(streamed())),
        ] {
            let (tail, met) = parse_tail(frame, Mode::REV1, strict).unwrap();
            assert!(met.is_empty());
            assert_eq!(tail, MetadataTail { values, streamed }, "{}", frame.escape_ascii());
        }
        for (frame, rule, at) in [
            (&b""[..], "list", 0),
            (b")", "CRLF", 1),
            (b"x)\r\n", "list", 0),
            (b" /a x)\r\n", "value", 4),
            (b" /a NIL\r\n", "list", 7),
            (b") x\r\n", "CRLF", 1),
        ] {
            let error = parse_tail(frame, Mode::REV1, strict).unwrap_err();
            assert_eq!(error, SyntaxError { rule, at }, "{}", frame.escape_ascii());
        }
        let (_, met) = parse_tail(b" ) \r\n", Mode::REV1, Tolerance::default()).unwrap();
        assert_eq!(met, Deviations::EMPTY.with(Deviation::TrailingSpace));
    }
}
