//! Messages whose literals are streamed: what stands before a literal, and what stands behind it.
//!
//! A literal that is too large for a frame is cut out of it. What the line holds up to and with its header
//! is a [`FetchHead`], what follows its octets a [`FetchTail`], which may end with the header of the next.
//!
//! A client reads a message so, and has all of its items in the end but for the octets:
//! ```
//! use mailwire_imap::family::fetch::stream::{FetchProgress, parse_head, parse_tail};
//! use mailwire_imap::{Data, Mode, Tolerance};
//!
//! let (mode, tolerance) = (Mode::REV1, Tolerance::default());
//! let (head, _) = parse_head(b"* 5 FETCH (UID 7 BODY[] {5000}\r\n", mode, tolerance)?;
//! assert_eq!((head.octets(), head.items().count()), (5000, 1));
//! let head = head.into_owned();
//! // 5000 octets later:
//! let (tail, _) = parse_tail(b" FLAGS (\\Seen))\r\n", mode, tolerance)?;
//! let FetchProgress::Done(Data::Fetch(fetch)) = head.join(tail) else { panic!() };
//! assert_eq!(fetch.items().count(), 3);
//! # Ok::<(), mailwire_imap::SyntaxError>(())
//! ```
//! A server writes one so, and sends the octets between:
//! ```
//! use mailwire_imap::Mode;
//! use mailwire_imap::element::flag::{Flag, Flags};
//! use mailwire_imap::element::literal::StreamedLiteral;
//! use mailwire_imap::element::number::NzNumber;
//! use mailwire_imap::element::section::Section;
//! use mailwire_imap::element::body_value::BodyValue;
//! use mailwire_imap::family::fetch::{BodySection, FetchHead, FetchItem, FetchTail};
//!
//! let body = BodyValue::Streamed(StreamedLiteral::new(5000)?);
//! let body = FetchItem::section(BodySection::new(&Section::default(), None, body)?);
//! let head = FetchHead::new(NzNumber::new(5)?, [FetchItem::Uid(NzNumber::new(7)?)], body)?;
//! assert_eq!(head.to_bytes_in(Mode::SERVER), b"* 5 FETCH (UID 7 BODY[] {5000}\r\n");
//! let tail = FetchTail::last([FetchItem::Flags(Flags::new([Flag::Seen])?)])?;
//! assert_eq!(tail.to_bytes_in(Mode::SERVER), b" FLAGS (\\Seen))\r\n");
//! # Ok::<(), mailwire_imap::InvalidValue>(())
//! ```

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, parse_whole, stop};
use mailwire_core::token::byte;
use mailwire_core::{InvalidValue, into_owned, wire_api};

use super::data::{End, FetchData, FewItems, checked_items, encode_items, encode_list, parse_list};
use super::item::FetchItem;
use crate::element::body_value::BodyValue;
use crate::element::number::{MAX, NzNumber};
use crate::response::{Data, Numbered};
use crate::token::{ATOM_CHAR, line_end, sp};
use crate::tolerance::Deviation;
use crate::{Deviations, Mode, SyntaxError, Tolerance};

/// A message up to the header of a literal whose octets follow.
///
/// RFC 9051 section 7.5.2. The literal is the value of an item that holds octets of the message: `BODY`
/// with a section, `BINARY`, `RFC822` and its like.
///
/// # Grammar
/// ```abnf
/// "*" SP nz-number SP ("FETCH" / "UIDFETCH") SP "("
/// *((msg-att-dynamic / msg-att-static) SP) name SP ["~"] "{" number64 "}" CRLF
/// ```
/// Deviations: those of [`FetchData`] and of [`FetchItem`].
///
/// # Wire
/// ```text
/// S: * 5 FETCH (UID 7 BODY[] {5000}
/// ```
///
/// # Limits
/// Those of literals, see [`Limits`](crate::Limits).
///
/// # Errors
/// `response-data`, `message-data`, `msg-att`, `literal`, `SP`, and those of [`FetchItem`].
///
/// # Example
/// See [the module](self).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchHead<'a> {
    message: NzNumber,
    uid_fetch: bool,
    items: FewItems<'a>,
    streamed: FetchItem<'a>,
}

/// What follows the octets of a literal: the rest of the message, or the header of the next literal.
///
/// RFC 9051 section 7.5.2.
///
/// # Grammar
/// ```abnf
/// *(SP (msg-att-dynamic / msg-att-static)) (")" CRLF /
/// SP name SP ["~"] "{" number64 "}" CRLF)
/// ```
/// Deviations: those of [`FetchData`] and of [`FetchItem`].
///
/// # Wire
/// ```text
/// S:  FLAGS (\Seen))
/// ```
///
/// # Limits
/// Those of literals, see [`Limits`](crate::Limits).
///
/// # Errors
/// `msg-att`, `literal`, `CRLF`, `SP`, and those of [`FetchItem`].
///
/// # Example
/// See [the module](self).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchTail<'a> {
    items: FewItems<'a>,
    streamed: Option<FetchItem<'a>>,
    end: End,
}

/// A message as far as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
// Both are as large as a message is; a box would cost each of them an allocation.
#[allow(clippy::large_enum_variant)]
pub enum FetchProgress<'a> {
    /// All of it, [`Data::Fetch`] or [`Data::UidFetch`]; items that were streamed have no octets.
    Done(Data<'a>),
    /// The octets of another literal follow.
    More(FetchHead<'a>),
}

wire_api!(Deviation, Mode: FetchHead, FetchTail);
into_owned!(struct FetchHead { message, uid_fetch, items, streamed });
into_owned!(@impl FetchTail, self => {
    FetchTail {
        items: mailwire_core::IntoOwned::into_owned(self.items),
        streamed: mailwire_core::IntoOwned::into_owned(self.streamed),
        end: self.end,
    }
});

/// Parses a frame that ends behind the header of a literal, and tells which tolerated deviations it holds.
///
/// # Errors
/// The ABNF rule that does not match, and the byte; also where the literal is none that can be streamed.
pub fn parse_head(
    frame: &[u8],
    mode: Mode,
    tolerance: Tolerance,
) -> Result<(FetchHead<'_>, Deviations), SyntaxError> {
    let cx = Context::new(tolerance).with_mode(mode.bits());
    parse_whole(frame, |frame| FetchHead::parse_part(frame, &cx)).map(|head| (head, cx.met()))
}

/// Parses a frame that begins behind the octets of a literal, and tells which tolerated deviations it
/// holds.
///
/// # Errors
/// The ABNF rule that does not match, and the byte.
pub fn parse_tail(
    frame: &[u8],
    mode: Mode,
    tolerance: Tolerance,
) -> Result<(FetchTail<'_>, Deviations), SyntaxError> {
    let cx = Context::new(tolerance).with_mode(mode.bits());
    parse_whole(frame, |frame| FetchTail::parse_part(frame, &cx)).map(|tail| (tail, cx.met()))
}

/// Items in a frame that can end behind the header of a literal.
fn cut_list<'a>(
    input: &'a [u8],
    cx: &Context,
    items: &mut FewItems<'a>,
    at_item: bool,
) -> Result<(&'a [u8], End), nom::Err<mailwire_core::parse::Fail>> {
    let mode = Mode::from_bits(cx.mode()).with(Mode::CUT);
    cx.in_mode(mode.bits(), |cx| parse_list(input, cx, items, at_item))
}

/// The items before the last, and that.
fn split_last<'a>(items: FewItems<'a>) -> (FewItems<'a>, Option<FetchItem<'a>>) {
    let last = items.len().saturating_sub(1);
    let (mut before, mut streamed) = (FewItems::new(), None);
    for (at, item) in items.into_iter().enumerate() {
        if at < last {
            before.push(item);
        } else {
            streamed = Some(item);
        }
    }
    (before, streamed)
}

impl<'a> Wire<'a> for FetchHead<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = byte(input, b'*', "response-data")?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, message) = cut(NzNumber::parse_part(rest, cx))?;
        let (name_at, ()) = cut(sp(rest, cx))?;
        let (word, rest) = ATOM_CHAR.split(name_at);
        let uid_fetch = match Numbered::from_keyword(word) {
            Some(Numbered::Fetch) => false,
            Some(Numbered::UidFetch) => true,
            _ => return Err(fail(name_at, "message-data")),
        };
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, ()) = cut(byte(rest, b'(', "msg-att"))?;
        let mut items = FewItems::new();
        let (rest, end) = cut_list(rest, cx, &mut items, true)?;
        match (end, split_last(items)) {
            (End::Streamed, (items, Some(streamed))) => {
                Ok((rest, Self { message, uid_fetch, items, streamed }))
            }
            _ => Err(stop(rest, "literal")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let name = if self.uid_fetch { Numbered::UidFetch } else { Numbered::Fetch };
        out.bytes(b"* ").put(&self.message).sp().put(&name).bytes(b" (");
        encode_items(out, self.items.iter());
        if !self.items.is_empty() {
            out.sp();
        }
        self.streamed.encode_header(out);
    }
}

impl<'a> Wire<'a> for FetchTail<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let mut items = FewItems::new();
        let (rest, end) = cut_list(input, cx, &mut items, false)?;
        if end == End::Streamed {
            let (items, streamed) = split_last(items);
            return Ok((rest, Self { items, streamed, end }));
        }
        let (rest, ()) = line_end(rest, cx)?;
        Ok((rest, Self { items, streamed: None, end }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let odd = matches!(self.end, End::Broken | End::Behind);
        if self.items.len() > usize::from(odd) {
            out.sp();
        }
        encode_list(out, &self.items, self.end);
        match &self.streamed {
            Some(streamed) => {
                out.sp();
                streamed.encode_header(out);
            }
            None => drop(out.crlf()),
        }
    }
}

/// An item that is to be streamed.
fn check_streamed(item: &FetchItem<'_>) -> Result<(), InvalidValue> {
    match item.body_value() {
        Some(BodyValue::Streamed(literal))
            if literal.size <= MAX && (!literal.binary || matches!(item, FetchItem::Binary(_))) =>
        {
            Ok(())
        }
        _ => Err(InvalidValue { what: "literal", at: 0 }),
    }
}

impl<'a> FetchHead<'a> {
    /// The beginning of a FETCH: complete items, and the one whose octets follow, which holds
    /// [`BodyValue::Streamed`].
    ///
    /// # Errors
    /// [`InvalidValue`] where an item is invalid, and where the last has no octets to stream, or more than
    /// 63 bits of them.
    pub fn new(
        message: NzNumber,
        items: impl IntoIterator<Item = FetchItem<'a>>,
        streamed: FetchItem<'a>,
    ) -> Result<Self, InvalidValue> {
        check_streamed(&streamed)?;
        Ok(Self { message, uid_fetch: false, items: checked_items(items)?, streamed })
    }

    /// The same as the beginning of a UIDFETCH, whose message is named by its UID. RFC 9586.
    #[must_use]
    pub fn into_uid_fetch(self) -> Self {
        Self { uid_fetch: true, ..self }
    }

    /// The message: its sequence number, or in UIDFETCH its UID.
    #[must_use]
    pub const fn message(&self) -> NzNumber {
        self.message
    }

    /// True for UIDFETCH.
    #[must_use]
    pub const fn is_uid_fetch(&self) -> bool {
        self.uid_fetch
    }

    /// The items that stand before the one that is streamed.
    pub fn items(&self) -> impl Iterator<Item = &FetchItem<'a>> {
        self.items.iter()
    }

    /// The item whose octets follow.
    #[must_use]
    pub const fn streamed(&self) -> &FetchItem<'a> {
        &self.streamed
    }

    /// How many octets follow.
    #[must_use]
    pub fn octets(&self) -> u64 {
        match self.streamed.body_value() {
            Some(BodyValue::Streamed(literal)) => literal.size,
            _ => 0,
        }
    }

    /// The message with what follows the octets.
    #[must_use]
    pub fn join(self, tail: FetchTail<'a>) -> FetchProgress<'a> {
        let Self { message, uid_fetch, mut items, streamed } = self;
        items.push(streamed);
        items.extend(tail.items);
        if let Some(streamed) = tail.streamed {
            return FetchProgress::More(Self { message, uid_fetch, items, streamed });
        }
        let fetch = FetchData::from_list(message, items, tail.end);
        FetchProgress::Done(if uid_fetch { Data::UidFetch(fetch) } else { Data::Fetch(fetch) })
    }
}

impl<'a> FetchTail<'a> {
    /// The end of a message: the items that are left, of which there may be none.
    ///
    /// # Errors
    /// [`InvalidValue`] where an item is invalid or streamed.
    pub fn last(items: impl IntoIterator<Item = FetchItem<'a>>) -> Result<Self, InvalidValue> {
        Ok(Self { items: checked_items(items)?, streamed: None, end: End::Closed })
    }

    /// More items, and another one whose octets follow, which holds [`BodyValue::Streamed`].
    ///
    /// # Errors
    /// Those of [`FetchHead::new`].
    pub fn more(
        items: impl IntoIterator<Item = FetchItem<'a>>,
        streamed: FetchItem<'a>,
    ) -> Result<Self, InvalidValue> {
        check_streamed(&streamed)?;
        Ok(Self { items: checked_items(items)?, streamed: Some(streamed), end: End::Streamed })
    }

    /// The items, without the one that is streamed.
    pub fn items(&self) -> impl Iterator<Item = &FetchItem<'a>> {
        self.items.iter()
    }

    /// The item whose octets follow; `None` at the end of the message.
    #[must_use]
    pub const fn streamed(&self) -> Option<&FetchItem<'a>> {
        self.streamed.as_ref()
    }
}
