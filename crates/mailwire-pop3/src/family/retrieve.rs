//! RETR and TOP: a message, or its header and some lines of its body. RFC 1939 sections 5 and 7.
//!
//!   C: TOP 1 10
//!   S: +OK
//!   S: <the header, a blank line, and 10 lines>
//!   S: .
//!
//! The message streams: see [`mailwire_core::body`]. One dot is taken from a line that begins with
//! one, whatever follows it, as RFC 1939 section 3 has it. A receiver that leaves `.x` as it is
//! reads the same from a server that keeps the rule, and more from one that does not stuff dots; but
//! no receiver can find the end of such a server's messages, so nothing is won by it.

use mailwire_core::encoder::Encoder;
use mailwire_core::owned_already;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::WSP;

use crate::command::Command;
use crate::element::message_number::MessageNumber;
use crate::token;
use crate::tolerance::Deviation;

/// The arguments of TOP: a message, and how many lines of its body; sent by the client.
///
/// RFC 1939 section 7.
///
/// # Grammar
/// ```text
/// top = SP message-number SP lines      ; lines can be 0
/// ```
/// This value is what follows the verb. Deviation:
/// [`MissingLineCount`](Deviation::MissingLineCount).
///
/// # Wire
/// ```text
/// C: TOP 1 10
/// ```
///
/// # Limits
/// None: the lines have 64 bits.
///
/// # Errors
/// `SP`, `message-number`, `lines`.
///
/// # Example
/// ```
/// use mailwire_pop3::Command;
/// let Command::Top(top) = Command::parse(b"TOP 1 10\r\n")? else { panic!() };
/// assert_eq!((top.number.get(), top.lines), (1, 10));
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Top {
    /// The message.
    pub number: MessageNumber,
    /// Lines of its body.
    pub lines: u64,
}

owned_already!(Top);

impl<'a> Wire<'a> for Top {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = token::sp(input, cx)?;
        let (rest, number) = MessageNumber::parse_part(rest, cx)?;
        if WSP.span(rest) == rest.len() {
            return if cx.tolerate(Deviation::MissingLineCount) {
                Ok((rest, Self { number, lines: 0 }))
            } else {
                Err(stop(rest, "SP"))
            };
        }
        let (rest, ()) = token::sp(rest, cx)?;
        let (rest, lines) = token::number(rest, cx, u64::MAX, "lines")?;
        Ok((rest, Self { number, lines }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.sp().put(&self.number).sp().number(self.lines);
    }
}

/// `SP message-number`, of RETR.
#[inline(always)]
pub(crate) fn retr<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, ()) = token::sp(input, cx)?;
    let (rest, number) = MessageNumber::parse_part(rest, cx)?;
    Ok((rest, Command::Retr(number)))
}

/// The arguments of TOP.
#[inline(always)]
pub(crate) fn top<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, top) = Top::parse_part(input, cx)?;
    Ok((rest, Command::Top(top)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn top(number: u32, lines: u64) -> Command<'static> {
        Command::Top(Top { number: MessageNumber::new(number).unwrap(), lines })
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"RETR 1\r\n", Command::Retr(MessageNumber::FIRST)),
            (b"TOP 1 10\r\n", top(1, 10)),
            (b"TOP 100 0\r\n", top(100, 0)),
            (b"TOP 1 18446744073709551615\r\n", top(1, u64::MAX)),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"RETR\r\n", "SP", 4),
            (b"RETR 0\r\n", "message-number", 5),
            (b"RETR -1\r\n", "message-number", 5),
            (b"RETR 4294967296\r\n", "message-number", 5),
            (b"RETR 1 2\r\n", "CRLF", 6),
            (b"TOP\r\n", "SP", 3),
            (b"TOP 1\r\n", "SP", 5),
            (b"TOP 1 -1\r\n", "lines", 6),
            (b"TOP 0 1\r\n", "message-number", 4),
            (b"TOP 1 99999999999999999999\r\n", "lines", 6),
            (b"TOP 1 2 3\r\n", "CRLF", 7),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"RETR  1\r\n", Deviation::ExtraSpaces, b"RETR 1\r\n"),
            (b"RETR 01\r\n", Deviation::LeadingZeros, b"RETR 1\r\n"),
            (b"RETR +1\r\n", Deviation::PlusSign, b"RETR 1\r\n"),
            (b"TOP 1\r\n", Deviation::MissingLineCount, b"TOP 1 0\r\n"),
            (b"TOP 1 2 \r\n", Deviation::TrailingSpaces, b"TOP 1 2\r\n"),
        ]);
    }
}
