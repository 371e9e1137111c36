//! FETCH and UIDFETCH: a message with its data items.

use alloc::boxed::Box;
use core::num::{NonZeroU32, NonZeroU64};

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Fail, PResult, Wire, cut, located, stop};
use mailwire_core::token::byte;
use mailwire_core::{Few, InvalidValue, SyntaxError, into_owned};

use super::attribute::FetchAttribute;
use super::item::FetchItem;
use super::label::GmailLabels;
use super::value::at_end;
use super::{FetchAttributes, FetchName};
use crate::Mode;
use crate::element::annotation::AnnotationData;
use crate::element::body_structure::BodyStructure;
use crate::element::body_value::BodyValue;
use crate::element::date::DateTime;
use crate::element::envelope::Envelope;
use crate::element::flag::Flags;
use crate::element::invalid::Invalid;
use crate::element::mod_seq::ModSeq;
use crate::element::number::NzNumber;
use crate::element::object_id::ObjectId;
use crate::element::section::{Section, SectionBinary, SectionText};
use crate::token::{blanks_before, line_end, short_number, sp};
use crate::tolerance::Deviation;

/// The items of a message. Most messages have no more, so that they need no heap.
pub(super) type FewItems<'a> = Few<FetchItem<'a>, 5>;

/// A message with data items, as FETCH and UIDFETCH tell them.
///
/// RFC 9051 section 7.5.2; UIDFETCH from RFC 9586 section 3.3. An item that breaks the grammar is
/// [`FetchItem::Invalid`]; where it has no end that can be found, it costs the rest of the message.
///
/// # Grammar
/// ```abnf
/// message-data =  nz-number SP ("EXPUNGE" / ("FETCH" SP msg-att))
/// message-data =/ uniqueid SP "UIDFETCH" SP msg-att
/// msg-att      =  "(" (msg-att-dynamic / msg-att-static)
///                  *(SP (msg-att-dynamic / msg-att-static)) ")"
/// ```
/// Deviations: [`EmptyList`](Deviation::EmptyList), [`ZeroNumber`](Deviation::ZeroNumber),
/// [`UnclosedList`](Deviation::UnclosedList), [`ItemsBehindList`](Deviation::ItemsBehindList),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace),
/// [`InvalidItem`](Deviation::InvalidItem), and those of [`FetchItem`].
///
/// # Wire
/// ```text
/// S: * 23 FETCH (UID 4827313 FLAGS (\Seen) RFC822.SIZE 44827)
/// ```
///
/// # Limits
/// Those of the line and of its literals, see [`Limits`](crate::Limits).
///
/// # Errors
/// `msg-att`, `SP`, and those of [`FetchItem`].
///
/// # Example
/// ```
/// use mailwire_imap::element::flag::{Flags, Flag, SystemFlags};
/// use mailwire_imap::element::number::NzNumber;
/// use mailwire_imap::family::fetch::{FetchData, FetchItem};
/// use mailwire_imap::{Data, Response};
///
/// let line = b"* 23 FETCH (UID 4827313 FLAGS (\\Seen) RFC822.SIZE 44827)\r\n";
/// let Response::Data(Data::Fetch(fetch)) = Response::parse(line)? else { panic!() };
/// assert_eq!(fetch.uid().map(|uid| uid.get()), Some(4_827_313));
/// assert_eq!(fetch.size(), Some(44_827));
/// assert!(fetch.flags().unwrap().system().contains(SystemFlags::SEEN));
///
/// // The UID is written first: some clients want it there.
/// let items = [
///     FetchItem::Flags(Flags::new([Flag::Seen])?),
///     FetchItem::Uid(NzNumber::new(7)?),
/// ];
/// let answer = Data::Fetch(FetchData::new(NzNumber::new(1)?, items)?);
/// assert_eq!(Response::Data(answer).to_bytes(), b"* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchData<'a> {
    /// The message: its sequence number, or in UIDFETCH its UID.
    pub message: NzNumber,
    items: FewItems<'a>,
    end: End,
}

/// How a list of items ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With its parenthesis.
    Closed,
    /// With an invalid item that stands before the end of the line, parenthesis and all.
    Broken,
    /// With its parenthesis, and an invalid item behind that.
    Behind,
    /// With the header of a literal that is streamed: its item is the last.
    Streamed,
}

into_owned!(@impl FetchData, self => {
    FetchData {
        message: self.message,
        items: mailwire_core::IntoOwned::into_owned(self.items),
        end: self.end,
    }
});

/// Where the line ends: what stands before its CRLF or LF, and that.
fn before_line_end(input: &[u8]) -> (&[u8], &[u8]) {
    let text =
        input.strip_suffix(b"\n").map_or(input, |text| text.strip_suffix(b"\r").unwrap_or(text));
    input.split_at(text.len())
}

/// Items up to the end of their list.
///
/// `input` begins at an item, or where `at_item` is false behind one.
#[inline]
pub(super) fn parse_list<'a>(
    input: &'a [u8],
    cx: &Context,
    items: &mut FewItems<'a>,
    at_item: bool,
) -> Result<(&'a [u8], End), nom::Err<Fail>> {
    let mut rest = input;
    let mut at_item = at_item;
    // Where the octets begin that the items before do not hold.
    let mut mark = input;
    // True when the list is closed, and items stand behind it.
    let mut closed = false;
    loop {
        if !at_item {
            let behind = match rest {
                [b')', behind @ ..] => Some(behind),
                [b' ', ..] => blanks_before(rest, b')', cx),
                _ => None,
            };
            match (behind, rest) {
                (Some(behind), _) => match behind_list(behind, cx)? {
                    Behind::End => return Ok((behind, End::Closed)),
                    Behind::Items => {
                        // The parenthesis is written behind all items, but for one that an invalid item
                        // cannot do without.
                        if !close_invalid(input, mark, behind, items) {
                            closed = true;
                        }
                        (rest, mark) = (behind, behind);
                    }
                    Behind::Garbage => {
                        let (wire, end) = before_line_end(behind);
                        no_literal(wire, end, cx)?;
                        let fail = Fail { left: behind.len(), rule: "CRLF" };
                        items.push(FetchItem::Invalid(Box::new(Invalid::met(wire, end, fail))));
                        return Ok((end, End::Behind));
                    }
                },
                (None, [] | [b'\r' | b'\n', ..]) => return unclosed(input, rest, cx, closed),
                _ => {}
            }
            if rest.first() == Some(&b' ') {
                (rest, ()) = cut(sp(rest, cx))?;
                if matches!(rest, [] | [b'\r' | b'\n', ..]) {
                    return unclosed(input, rest, cx, closed);
                }
            }
        }
        let parsed = match FetchItem::parse_plain(rest, cx) {
            // One item, a space and another, as mostly.
            Some((behind @ [b' ', octet, ..], item)) if *octet > b')' => {
                items.push(item);
                if items.has_spilled() {
                    cx.check_elements(items.len(), behind)?;
                }
                mark = behind;
                (rest, at_item) = (behind.split_at(1).1, true);
                continue;
            }
            Some((behind, item)) => Ok((behind, item)),
            None => FetchItem::parse_named(rest, cx),
        };
        let (behind, item) = match parsed {
            Ok((behind, item)) if at_end(behind) => (behind, item),
            odd => match FetchItem::contained(rest, cx, odd)? {
                Ok(parsed) => parsed,
                Err(fail) if Mode::from_bits(cx.mode()).contains(Mode::CUT) => {
                    // What follows the literal cannot be told from what belongs to it.
                    return Err(nom::Err::Failure(fail));
                }
                Err(fail) => {
                    let (wire, end) = before_line_end(mark);
                    let invalid = Invalid::met(wire, end, fail);
                    items.push(FetchItem::Invalid(Box::new(invalid)));
                    return Ok((end, if closed { End::Behind } else { End::Broken }));
                }
            },
        };
        let streamed = behind.is_empty() && item.is_streamed();
        items.push(item);
        if items.has_spilled() {
            cx.check_elements(items.len(), behind)?;
        }
        if streamed {
            return Ok((behind, End::Streamed));
        }
        mark = behind;
        // One space and an item, as mostly.
        (rest, at_item) = match behind {
            [b' ', at @ ..] if !matches!(at, [] | [b' ' | b')' | b'\r' | b'\n', ..]) => (at, true),
            _ => (behind, false),
        };
    }
}

/// The end of a line where a list is not closed.
#[cold]
fn unclosed<'a>(
    input: &[u8],
    rest: &'a [u8],
    cx: &Context,
    closed: bool,
) -> Result<(&'a [u8], End), nom::Err<Fail>> {
    no_literal(input.split_at(input.len() - rest.len()).0, rest, cx)?;
    if closed || cx.tolerate(Deviation::UnclosedList) {
        Ok((rest, End::Closed))
    } else {
        Err(stop(rest, "msg-att"))
    }
}

/// Makes a parenthesis a part of the invalid item before it, where `mark` ends and `behind` begins.
///
/// What follows an invalid item is part of where it ends. Without the parenthesis the next item would be
/// read with it when it is read again.
#[cold]
fn close_invalid<'a>(
    input: &'a [u8],
    mark: &[u8],
    behind: &[u8],
    items: &mut FewItems<'a>,
) -> bool {
    let Some(FetchItem::Invalid(invalid)) = items.last_mut() else { return false };
    let start = input.len().saturating_sub(mark.len().saturating_add(invalid.as_bytes().len()));
    let end = input.len().saturating_sub(behind.len());
    **invalid = invalid.with_octets(input.get(start..end).unwrap_or_default());
    true
}

/// Refuses the header of a literal that is none of an item's, at the end of a frame that can be cut
/// there: its octets would be taken for the next response.
fn no_literal(text: &[u8], end: &[u8], cx: &Context) -> Result<(), nom::Err<Fail>> {
    let cut = Mode::from_bits(cx.mode()).contains(Mode::CUT);
    if cut && text.ends_with(b"}") {
        let left = end.len().saturating_add(1);
        Err(nom::Err::Failure(Fail { left, rule: "literal" }))
    } else {
        Ok(())
    }
}

/// What stands behind the parenthesis of a list.
enum Behind {
    End,
    Items,
    Garbage,
}

#[inline]
fn behind_list(behind: &[u8], cx: &Context) -> Result<Behind, nom::Err<Fail>> {
    match behind {
        [] | [b'\r' | b'\n', ..] => Ok(Behind::End),
        _ => odd_behind_list(behind, cx),
    }
}

#[cold]
fn odd_behind_list(behind: &[u8], cx: &Context) -> Result<Behind, nom::Err<Fail>> {
    let blanks = behind.iter().take_while(|octet| **octet == b' ').count();
    let word = behind.split_at(blanks).1;
    if matches!(word, [] | [b'\r' | b'\n', ..]) {
        // The line judges blanks at its end.
        return Ok(Behind::End);
    }
    let item = FetchName::from_keyword(super::name::NAME.split(word).0).is_some();
    if blanks > 0 && item && cx.tolerate(Deviation::ItemsBehindList) {
        return Ok(Behind::Items);
    }
    if cx.tolerate(Deviation::InvalidItem) { Ok(Behind::Garbage) } else { Ok(Behind::End) }
}

/// Writes items with a space before each but the first.
pub(super) fn encode_items<'i, 'a: 'i>(
    out: &mut Encoder<'_>,
    items: impl IntoIterator<Item = &'i FetchItem<'a>>,
) {
    out.separated(b' ', items, |out, item| item.encode(out));
}

/// Items that are valid and not streamed, the UID first.
pub(super) fn checked_items<'a>(
    items: impl IntoIterator<Item = FetchItem<'a>>,
) -> Result<FewItems<'a>, InvalidValue> {
    let mut list = FewItems::new();
    let mut uids = 0_usize;
    for (at, item) in items.into_iter().enumerate() {
        item.check(at)?;
        if item.is_streamed() {
            return Err(InvalidValue { what: "msg-att", at });
        }
        uids = uids.saturating_add(usize::from(matches!(item, FetchItem::Uid(_)) && at > 0));
        list.push(item);
    }
    if uids > 0 {
        let is_uid = |item: &FetchItem<'_>| matches!(item, FetchItem::Uid(_));
        let (mut first, mut others) = (FewItems::new(), FewItems::new());
        for item in list {
            if is_uid(&item) { first.push(item) } else { others.push(item) }
        }
        first.extend(others);
        return Ok(first);
    }
    Ok(list)
}

impl<'a> FetchData<'a> {
    /// A message with these items; the UID is written first.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no item, or one is invalid or streamed.
    pub fn new(
        message: NzNumber,
        items: impl IntoIterator<Item = FetchItem<'a>>,
    ) -> Result<Self, InvalidValue> {
        let items = checked_items(items)?;
        if items.is_empty() {
            return Err(InvalidValue { what: "msg-att", at: 0 });
        }
        Ok(Self { message, items, end: End::Closed })
    }

    /// A message with those of the items that were asked for; some clients refuse a message with others.
    ///
    /// UID FETCH asks for the UID too: RFC 9051 section 6.4.9.
    ///
    /// # Errors
    /// [`InvalidValue`] where no item is left, or one is invalid or streamed.
    pub fn answer(
        message: NzNumber,
        asked: &FetchAttributes<'_>,
        uid_fetch: bool,
        items: impl IntoIterator<Item = FetchItem<'a>>,
    ) -> Result<Self, InvalidValue> {
        let wanted = |item: &FetchItem<'_>| {
            uid_fetch && matches!(item, FetchItem::Uid(_))
                || asked.iter().any(|attribute| attribute.is_answered_by(item))
        };
        Self::new(message, items.into_iter().filter(wanted))
    }

    pub(super) const fn from_list(message: NzNumber, items: FewItems<'a>, end: End) -> Self {
        Self { message, items, end }
    }

    /// The beginning of a frame as most servers write it, `"* " nz-number " FETCH ("`: the message, and what
    /// stands behind the parenthesis.
    #[inline(always)]
    pub(crate) fn begin(frame: &[u8]) -> Option<(NzNumber, &[u8])> {
        let (message, rest) = short_number(frame.strip_prefix(b"* ")?)?;
        Some((NzNumber::new(message).ok()?, rest.strip_prefix(b" FETCH (")?))
    }

    /// A message without items, for [`read_items`](Self::read_items).
    pub(crate) const EMPTY: Self =
        Self { message: NzNumber::ONE, items: FewItems::new(), end: End::Closed };

    /// Takes the items of a message that has none, and the end of their list. What holds a message is
    /// large, and is made where it is returned: moves would cost more than the items do.
    #[inline(always)]
    pub(crate) fn read_items(
        &mut self,
        inside: &'a [u8],
        cx: &Context,
    ) -> Result<&'a [u8], nom::Err<Fail>> {
        if let [b')', rest @ ..] = inside {
            return if cx.tolerate(Deviation::EmptyList) {
                Ok(rest)
            } else {
                Err(stop(inside, "msg-att"))
            };
        }
        match parse_list(inside, cx, &mut self.items, true)? {
            // A frame of a message ends with its line.
            (rest, End::Streamed) => Err(stop(rest, "msg-att")),
            (rest, end) => {
                self.end = end;
                Ok(rest)
            }
        }
    }

    /// The same with the end of the line, behind which nothing stands.
    ///
    /// # Errors
    /// Those of a response.
    #[inline(always)]
    pub(crate) fn read_line(
        &mut self,
        frame: &[u8],
        inside: &'a [u8],
        cx: &Context,
    ) -> Result<(), SyntaxError> {
        let rest = match self.read_items(inside, cx) {
            Ok(b"\r\n") => return Ok(()),
            Ok(rest) => line_end(rest, cx).map(|(rest, ())| rest),
            Err(error) => Err(error),
        };
        match rest {
            Ok([]) => Ok(()),
            Ok(rest) => Err(located(frame, Fail { left: rest.len(), rule: "end" })),
            Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => Err(located(frame, fail)),
            Err(nom::Err::Incomplete(_)) => Err(SyntaxError { rule: "end", at: frame.len() }),
        }
    }

    /// `msg-att`
    pub(crate) fn parse_items(
        message: NzNumber,
        input: &'a [u8],
        cx: &Context,
    ) -> PResult<'a, Self> {
        let (inside, ()) = byte(input, b'(', "msg-att")?;
        let mut fetch = Self { message, ..Self::EMPTY };
        let rest = fetch.read_items(inside, cx)?;
        Ok((rest, fetch))
    }

    #[inline(always)]
    pub(crate) fn encode_as(&self, name: &[u8], out: &mut Encoder<'_>) {
        out.put(&self.message).bytes(name);
        encode_list(out, &self.items, self.end);
    }

    /// The items, in their order.
    pub fn items(&self) -> impl Iterator<Item = &FetchItem<'a>> {
        self.items.iter()
    }

    /// The items, in their order.
    pub fn into_items(self) -> impl Iterator<Item = FetchItem<'a>> {
        self.items.into_iter()
    }

    /// The first item of which `choose` makes something.
    fn find<'s, T>(&'s self, choose: impl FnMut(&'s FetchItem<'a>) -> Option<T>) -> Option<T> {
        self.items.iter().find_map(choose)
    }

    /// The UID; `None` where it is not told, and for the 0 of a server that means none.
    #[must_use]
    pub fn uid(&self) -> Option<NonZeroU32> {
        self.find(|item| if let FetchItem::Uid(uid) = item { uid.get() } else { None })
    }

    /// The flags.
    #[must_use]
    pub fn flags(&self) -> Option<&Flags<'a>> {
        self.find(|item| if let FetchItem::Flags(flags) = item { Some(flags) } else { None })
    }

    /// The modification sequence.
    #[must_use]
    pub fn mod_seq(&self) -> Option<ModSeq> {
        self.find(|item| if let FetchItem::ModSeq(value) = item { Some(*value) } else { None })
    }

    /// The envelope.
    #[must_use]
    pub fn envelope(&self) -> Option<&Envelope<'a>> {
        self.find(|item| if let FetchItem::Envelope(value) = item { Some(&**value) } else { None })
    }

    /// The structure of the body: of BODYSTRUCTURE, or else of BODY.
    #[must_use]
    pub fn body_structure(&self) -> Option<&BodyStructure<'a>> {
        let whole = |item: &'_ _| matches!(item, FetchItem::BodyStructure(_));
        self.items
            .iter()
            .find(|item| whole(*item))
            .or_else(|| self.items.iter().find(|item| matches!(item, FetchItem::Body(_))))
            .and_then(|item| match item {
                FetchItem::BodyStructure(body) | FetchItem::Body(body) => Some(body),
                _ => None,
            })
    }

    /// When the message was received.
    #[must_use]
    pub fn internal_date(&self) -> Option<DateTime> {
        self.find(|item| if let FetchItem::InternalDate(date) = item { Some(*date) } else { None })
    }

    /// When the message was saved in the mailbox.
    #[must_use]
    pub fn save_date(&self) -> Option<DateTime> {
        self.find(|item| if let FetchItem::SaveDate(date) = item { *date } else { None })
    }

    /// The size in octets.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.find(|item| if let FetchItem::Size(size) = item { Some(size.get()) } else { None })
    }

    /// The identifier of the message.
    #[must_use]
    pub fn email_id(&self) -> Option<&ObjectId<'a>> {
        self.find(|item| if let FetchItem::EmailId(id) = item { Some(id) } else { None })
    }

    /// The identifier of the thread.
    #[must_use]
    pub fn thread_id(&self) -> Option<&ObjectId<'a>> {
        self.find(|item| if let FetchItem::ThreadId(id) = item { id.as_ref() } else { None })
    }

    /// The beginning of the text; `None` where it is not told, and where there is none at hand.
    #[must_use]
    pub fn preview(&self) -> Option<&[u8]> {
        self.find(|item| match item {
            FetchItem::Preview(text) | FetchItem::Snippet(text) => {
                text.as_ref().map(|text| text.as_bytes())
            }
            _ => None,
        })
    }

    /// The annotations.
    #[must_use]
    pub fn annotation(&self) -> Option<&AnnotationData<'a>> {
        self.find(|item| if let FetchItem::Annotation(data) = item { Some(data) } else { None })
    }

    /// Gmail's identifier of the message.
    #[must_use]
    pub fn gmail_message_id(&self) -> Option<NonZeroU64> {
        self.find(|item| match item {
            FetchItem::GmailMessageId(id) => NonZeroU64::new(*id),
            _ => None,
        })
    }

    /// Gmail's identifier of the thread.
    #[must_use]
    pub fn gmail_thread_id(&self) -> Option<NonZeroU64> {
        self.find(|item| match item {
            FetchItem::GmailThreadId(id) => NonZeroU64::new(*id),
            _ => None,
        })
    }

    /// Gmail's labels.
    #[must_use]
    pub fn gmail_labels(&self) -> Option<&GmailLabels<'a>> {
        self.find(
            |item| if let FetchItem::GmailLabels(labels) = item { Some(labels) } else { None },
        )
    }

    /// The octets of a section, however the server names it: without regard to case and to the quotes of
    /// header names, and as `RFC822`, `RFC822.HEADER` or `RFC822.TEXT` where these are the same.
    ///
    /// Where several ranges of it are there, this is the first.
    #[must_use]
    pub fn section(&self, section: &Section<'_>) -> Option<&BodyValue<'a>> {
        self.find(|item| is_section(item, section).then(|| item.body_value()).flatten())
    }

    /// The octets of a part without its transfer encoding.
    #[must_use]
    pub fn binary(&self, section: &SectionBinary<'_>) -> Option<&BodyValue<'a>> {
        self.find(|item| match item {
            FetchItem::Binary(binary) if binary.section() == section => Some(binary.value()),
            _ => None,
        })
    }

    /// The items that break the grammar.
    pub fn invalid(&self) -> impl Iterator<Item = &Invalid<'a>> {
        self.items.iter().filter_map(|item| match item {
            FetchItem::Invalid(invalid) => Some(&**invalid),
            _ => None,
        })
    }
}

/// Writes items, and what ends their list.
pub(super) fn encode_list(out: &mut Encoder<'_>, items: &FewItems<'_>, end: End) {
    if matches!(end, End::Closed | End::Streamed) {
        encode_items(out, items.iter());
        if end == End::Closed {
            out.byte(b')');
        }
        return;
    }
    // The last item brings its own blanks.
    let valid = items.len().saturating_sub(1);
    encode_items(out, items.iter().take(valid));
    if end == End::Behind {
        out.byte(b')');
    }
    items.iter().skip(valid).for_each(|item| item.encode(out));
}

/// True where an item has the octets of a section.
fn is_section(item: &FetchItem<'_>, section: &Section<'_>) -> bool {
    let whole =
        |text: Option<&SectionText<'_>>| section.part.is_empty() && section.text.as_ref() == text;
    match item {
        FetchItem::Section(body) => body.section() == *section,
        FetchItem::Rfc822(_) => whole(None),
        FetchItem::Rfc822Header(_) => whole(Some(&SectionText::Header)),
        FetchItem::Rfc822Text(_) => whole(Some(&SectionText::Text)),
        _ => false,
    }
}

impl FetchAttribute<'_> {
    /// True where an item is what this asks for. A range is not compared with where the answer begins.
    #[must_use]
    pub fn is_answered_by(&self, item: &FetchItem<'_>) -> bool {
        match (self, item) {
            (Self::Section(request), FetchItem::Section(_)) => is_section(item, &request.section()),
            (Self::Binary(request), FetchItem::Binary(binary)) => {
                request.section() == binary.section()
            }
            (Self::BinarySize(part), FetchItem::BinarySize(other, _)) => part == other,
            (Self::Other(asked), FetchItem::Other(other)) => {
                asked.name().eq_ignore_ascii_case(other.name())
            }
            (Self::Other(_), _) | (_, FetchItem::Other(_) | FetchItem::Invalid(_)) => false,
            (Self::Body, FetchItem::Section(_)) | (Self::Section(_), FetchItem::Body(_)) => false,
            _ => self.name() == item.name(),
        }
    }
}
