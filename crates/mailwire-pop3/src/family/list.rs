//! LIST and UIDL: sizes and unique-ids, of one message or of all. RFC 1939 sections 5 and 7.
//!
//!   C: LIST
//!   S: +OK 2 messages (320 octets)
//!   S: 1 120
//!   S: 2 200
//!   S: .
//!   C: UIDL 2
//!   S: +OK 2 QhdPYR:00WBw1Ph7x7

use alloc::borrow::Cow;

use mailwire_core::encoder::Encoder;
use mailwire_core::line::lf_place;
use mailwire_core::parse::{Context, PResult, Wire};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, wire_api};

use super::stat::{behind_number, behind_size, encode_text, leading_blanks, trailing_text};
use crate::command::Command;
use crate::element::message_number::MessageNumber;
use crate::element::unique_id::UniqueId;
use crate::token;
use crate::tolerance::Deviation;

/// `[SP message-number]`, of LIST.
#[inline(always)]
pub(crate) fn list<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, number) = token::optional(input, cx, MessageNumber::parse_part)?;
    Ok((rest, Command::List(number)))
}

/// `[SP message-number]`, of UIDL.
#[inline(always)]
pub(crate) fn uidl<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, number) = token::optional(input, cx, MessageNumber::parse_part)?;
    Ok((rest, Command::Uidl(number)))
}

/// A scan listing: the number of a message and its size; sent by the server, in a line of the answer
/// to LIST, or behind `+OK` when one message was asked for.
///
/// RFC 1939 section 5. What stands behind the size is for people.
///
/// # Grammar
/// ```text
/// scan-listing = message-number SP size [SP text]
/// ```
/// Deviations: [`MissingSize`](Deviation::MissingSize), [`NegativeSize`](Deviation::NegativeSize),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`LeadingZeros`](Deviation::LeadingZeros). A size that
/// the server did not tell is not known, and is written as 0.
///
/// # Wire
/// ```text
/// S: 1 120
/// ```
///
/// # Limits
/// Those of the line; a size has 64 bits.
///
/// # Errors
/// `message-number`, `size`, `SP`.
///
/// # Example
/// ```
/// use mailwire_pop3::family::list::ListItem;
/// let item = ListItem::parse(b"1 120")?;
/// assert_eq!((item.number().get(), item.size()), (1, Some(120)));
/// assert_eq!(item.to_bytes(), b"1 120");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListItem<'a> {
    number: MessageNumber,
    size: Option<u64>,
    text: Cow<'a, [u8]>,
}

into_owned!(struct ListItem { number, size, text });
wire_api!(Deviation: ListItem, UidItem);

impl<'a> ListItem<'a> {
    /// A message and its size in octets.
    #[must_use]
    pub const fn new(number: MessageNumber, size: u64) -> Self {
        Self { number, size: Some(size), text: Cow::Borrowed(&[]) }
    }

    /// The same with a text behind it.
    ///
    /// # Errors
    /// [`InvalidValue`] for control octets, for `[`, and for what is not UTF-8.
    pub fn with_text(self, text: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Ok(Self { text: trailing_text(text)?, ..self })
    }

    /// The number of the message.
    #[must_use]
    pub const fn number(&self) -> MessageNumber {
        self.number
    }

    /// Its size in octets; `None` when the server did not tell.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// What stands behind the size.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

impl<'a> Wire<'a> for ListItem<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Self::plain(input) {
            Some(item) => Ok((&[], item)),
            None => Self::any(input, cx),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.number).sp().number(self.size.unwrap_or(0));
        encode_text(&self.text, out);
    }
}

impl<'a> ListItem<'a> {
    /// An item as almost all are: two numbers and a space. For any other this is `None`.
    #[inline(always)]
    pub(crate) fn plain(line: &'a [u8]) -> Option<Self> {
        let (number, rest) = MessageNumber::plain(line)?;
        let (size, rest) = token::plain_number(rest, 19)?;
        rest.is_empty().then_some(Self::new(number, size))
    }

    /// The same at the beginning of `input`, with CRLF behind it, and the octets that the line takes:
    /// framed and read in one go. For a number of more than seven digits this is `None` too, and
    /// where less than the longest such line is here.
    #[inline(always)]
    pub(crate) fn plain_line(input: &[u8]) -> Option<(Self, usize)> {
        let line: &[u8; 24] = input.first_chunk()?;
        // Where the line ends does not wait for what is in it, since the next line waits for that.
        // The LF is one of the octets from 1 to 16; where none of them is one, the size is too long.
        let end = lf_place(line.get(1..)?.first_chunk()?).wrapping_add(1);
        let word = |from: usize| Some(u64::from_le_bytes(*line.get(from..)?.first_chunk()?));
        let (number, digits) = token::short_number_in(word(0)?)?;
        let size = digits.wrapping_add(1);
        let more = end.wrapping_sub(1).wrapping_sub(size);
        let size = token::number_of_length(word(size)?, more)?;
        let cr = line.get(end.wrapping_sub(1));
        let number = MessageNumber::new(u32::try_from(number).ok()?).ok()?;
        let plain = line.get(digits) == Some(&b' ') && cr == Some(&b'\r');
        if plain { Some((Self::new(number, size), end.wrapping_add(1))) } else { None }
    }

    #[inline(never)]
    fn any(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let input = leading_blanks(input, cx)?;
        let (rest, number) = MessageNumber::parse_part(input, cx)?;
        let (rest, size) = behind_number(rest, cx, "size")?;
        let text = behind_size(rest)?;
        Ok((&[], Self { number, size, text: Cow::Borrowed(text) }))
    }
}

/// A unique-id listing: the number of a message and its unique-id; sent by the server, in a line of
/// the answer to UIDL, or behind `+OK` when one message was asked for.
///
/// RFC 1939 section 7. Nothing stands behind the unique-id.
///
/// # Grammar
/// ```text
/// unique-id-listing = message-number SP unique-id
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), and those of [`UniqueId`]. In the answer
/// about one message also [`MissingNumber`](Deviation::MissingNumber).
///
/// # Wire
/// ```text
/// S: 1 whqtswO00WBw418f9t5JxYwZ
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `message-number`, `SP`, `unique-id`.
///
/// # Example
/// ```
/// use mailwire_pop3::family::list::UidItem;
/// let item = UidItem::parse(b"2 QhdPYR:00WBw1Ph7x7")?;
/// assert_eq!(item.number.get(), 2);
/// assert_eq!(item.id.as_bytes(), b"QhdPYR:00WBw1Ph7x7");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UidItem<'a> {
    /// The number of the message.
    pub number: MessageNumber,
    /// Its unique-id.
    pub id: UniqueId<'a>,
}

into_owned!(struct UidItem { number, id });

impl<'a> UidItem<'a> {
    /// A message and its unique-id.
    #[must_use]
    pub const fn new(number: MessageNumber, id: UniqueId<'a>) -> Self {
        Self { number, id }
    }
}

impl<'a> UidItem<'a> {
    /// An item as almost all are: a number, a space and a unique-id that conforms. For any other
    /// this is `None`.
    #[inline(always)]
    pub(crate) fn plain(line: &'a [u8]) -> Option<Self> {
        let (number, rest) = MessageNumber::plain(line)?;
        Some(Self { number, id: UniqueId::plain(rest)? })
    }

    #[inline(never)]
    fn any(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let input = leading_blanks(input, cx)?;
        let (rest, number) = MessageNumber::parse_part(input, cx)?;
        let (rest, ()) = token::sp(rest, cx)?;
        let (rest, id) = UniqueId::parse_part(rest, cx)?;
        let (rest, ()) = token::end(rest, cx)?;
        Ok((rest, Self { number, id }))
    }
}

impl<'a> Wire<'a> for UidItem<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Self::plain(input) {
            Some(item) => Ok((&[], item)),
            None => Self::any(input, cx),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.number).sp().put(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use mailwire_core::line::{Framed, LineEnding, LineFramer};

    fn number(number: u32) -> MessageNumber {
        MessageNumber::new(number).unwrap()
    }

    fn uid(n: u32, id: &str) -> UidItem<'_> {
        UidItem::new(number(n), UniqueId::new(id).unwrap())
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"LIST\r\n", Command::List(None)),
            (b"LIST 2\r\n", Command::List(Some(number(2)))),
            (b"UIDL\r\n", Command::Uidl(None)),
            (b"UIDL 2\r\n", Command::Uidl(Some(number(2)))),
        ]);
        check_rows(&[
            (b"1 120", ListItem::new(number(1), 120)),
            (b"4294967295 0", ListItem::new(number(u32::MAX), 0)),
            (b"1 5000000000", ListItem::new(number(1), 5_000_000_000)),
            (b"1 120 extra", ListItem::new(number(1), 120).with_text("extra").unwrap()),
        ]);
        check_rows(&[
            (b"1 whqtswO00WBw418f9t5JxYwZ", uid(1, "whqtswO00WBw418f9t5JxYwZ")),
            (b"2 ../x", uid(2, "../x")),
            (b"12 12", uid(12, "12")),
        ]);
    }

    /// What [`ListItem::plain_line`] has to say, by way of the framer and the grammar.
    fn framed_and_read(input: &[u8]) -> Option<(ListItem<'_>, usize)> {
        let framed = LineFramer::new().frame(input, input.len());
        let Framed::Line { text, ending: LineEnding::CrLf, consumed } = framed else { return None };
        let cx = Context::new(mailwire_core::Tolerance::<Deviation>::strict());
        let (_, item) = ListItem::any(text, &cx).ok()?;
        let short = item.number().get() < 10_000_000 && item.size()? < 10_000_000;
        (short && item.text().is_empty() && item.to_bytes() == text).then_some((item, consumed))
    }

    #[test]
    fn plain_lines_are_those_of_the_framer_and_the_grammar() {
        let (mut plain, tail) = (0, b"2 30\r\n\n3 4\r\n.\r\n.........");
        for number in ["1", "20", "12345", "1234567", "12345678"] {
            for size in ["0", "7", "120", "98765", "1234567", "12345678", "1234567890", "012", ""] {
                let line = [format!("{number} {size}\r\n").as_bytes(), tail].concat();
                for at in 0..20 {
                    for octet in 0..=u8::MAX {
                        let mut input = line.clone();
                        input[at] = octet;
                        let expected = framed_and_read(&input);
                        assert_eq!(ListItem::plain_line(&input), expected, "{input:?}");
                        plain += usize::from(expected.is_some());
                    }
                }
                // All of it has to be here, and then some.
                for len in 0..line.len() {
                    let found = ListItem::plain_line(&line[..len]);
                    assert_eq!(found, framed_and_read(&line[..len]).filter(|_| len >= 24));
                }
            }
        }
        assert!(plain > 10_000);
    }

    #[test]
    fn plain_items_are_those_of_the_grammar() {
        let numbers =
            ["", "0", "1", "01", "-1", "42", "999999999", "1000000000", "4294967296", "x"];
        let sizes =
            ["0", "00", "120", "9999999999999999999", "18446744073709551616", "1 x", "a", ""];
        let cx = Context::new(mailwire_core::Tolerance::<Deviation>::strict());
        let mut seen = 0;
        for (number, size) in numbers.iter().flat_map(|number| sizes.map(|size| (number, size))) {
            for line in
                [format!("{number} {size}"), format!("{number}  {size}"), format!("{number}{size}")]
            {
                if let Some(item) = ListItem::plain(line.as_bytes()) {
                    assert_eq!(ListItem::any(line.as_bytes(), &cx).unwrap().1, item, "{line}");
                    seen += 1;
                }
                if let Some(item) = UidItem::plain(line.as_bytes()) {
                    assert_eq!(UidItem::any(line.as_bytes(), &cx).unwrap().1, item, "{line}");
                }
            }
        }
        // Three numbers by three sizes.
        assert_eq!(seen, 9);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"LIST 0\r\n", "message-number", 5),
            (b"LIST -1\r\n", "message-number", 5),
            (b"LIST 1 2\r\n", "CRLF", 6),
            (b"UIDL x\r\n", "message-number", 5),
            (b"UIDL 4294967296\r\n", "message-number", 5),
        ]);
        check_rejects::<ListItem<'_>>(&[
            (b"", "message-number", 0),
            (b"0 1", "message-number", 0),
            (b"1", "size", 1),
            (b"1 ", "size", 2),
            (b"1 -5", "size", 2),
            (b"1 x", "size", 2),
            (b"1:120", "SP", 1),
            (b"1 18446744073709551616", "size", 2),
            (b"7 ten-twenty-four", "size", 2),
        ]);
        check_rejects::<UidItem<'_>>(&[
            (b"", "message-number", 0),
            (b"3", "SP", 1),
            (b"1 ", "unique-id", 2),
            (b"0 a", "message-number", 0),
            (b"1 a b", "unique-id", 3),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"LIST \r\n", Deviation::TrailingSpaces, b"LIST\r\n"),
            (b"UIDL  2\r\n", Deviation::ExtraSpaces, b"UIDL 2\r\n"),
        ]);
        check_lenient::<ListItem<'_>>(&[
            (b"1  120", Deviation::ExtraSpaces, b"1 120"),
            (b"1\t120", Deviation::ExtraSpaces, b"1 120"),
            (b"1", Deviation::MissingSize, b"1 0"),
            (b"1 -5", Deviation::NegativeSize, b"1 0"),
            (b"01 120", Deviation::LeadingZeros, b"1 120"),
        ]);
        let long = [b"1 ".as_slice(), &[b'a'; 500]].concat();
        check_lenient::<UidItem<'_>>(&[
            (b"1   abc", Deviation::ExtraSpaces, b"1 abc"),
            (b"1 abc ", Deviation::TrailingSpaces, b"1 abc"),
            (b"1 ", Deviation::EmptyUniqueId, b"1 "),
            (&long, Deviation::LongUniqueId, &long),
            (b"1 a b", Deviation::OddUniqueId, b"1 a b"),
        ]);
    }
}
