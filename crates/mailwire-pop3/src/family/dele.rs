//! DELE: marks a message, to be removed by QUIT. RFC 1939 section 5.
//!
//!   C: DELE 1
//!   S: +OK message 1 deleted

use mailwire_core::parse::{Context, PResult, Wire};

use crate::command::Command;
use crate::element::message_number::MessageNumber;
use crate::token;

/// `SP message-number`.
#[inline(always)]
pub(crate) fn dele<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, ()) = token::sp(input, cx)?;
    let (rest, number) = MessageNumber::parse_part(rest, cx)?;
    Ok((rest, Command::Dele(number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::tolerance::Deviation;

    #[test]
    fn rows() {
        check_rows(&[
            (b"DELE 1\r\n", Command::Dele(MessageNumber::FIRST)),
            (b"DELE 4294967295\r\n", Command::Dele(MessageNumber::new(u32::MAX).unwrap())),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"DELE\r\n", "SP", 4),
            (b"DELE \r\n", "message-number", 5),
            (b"DELE 0\r\n", "message-number", 5),
            (b"DELE -1\r\n", "message-number", 5),
            (b"DELE 4294967296\r\n", "message-number", 5),
            (b"DELE 1 2\r\n", "CRLF", 6),
            (b"DELE 1,2\r\n", "CRLF", 6),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"DELE  1\r\n", Deviation::ExtraSpaces, b"DELE 1\r\n"),
            (b"DELE\t1\r\n", Deviation::ExtraSpaces, b"DELE 1\r\n"),
            (b"DELE 01\r\n", Deviation::LeadingZeros, b"DELE 1\r\n"),
            (b"DELE 1 \r\n", Deviation::TrailingSpaces, b"DELE 1\r\n"),
        ]);
    }
}
