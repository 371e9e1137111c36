//! NOOP, RSET and QUIT. RFC 1939 sections 4, 5 and 6.
//!
//!   C: RSET
//!   S: +OK maildrop has 2 messages (320 octets)
//!   C: QUIT
//!   S: +OK dewey POP3 server signing off (maildrop empty)
//!
//! RSET takes the marks of DELE away. QUIT in the TRANSACTION state is what removes messages: a
//! session that ends in any other way removes none.

use mailwire_core::parse::{Context, PResult};

use crate::command::Command;
use crate::token;

/// No argument, of NOOP.
pub(crate) fn noop<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    Ok((token::no_argument(input, cx)?, Command::Noop))
}

/// No argument, of RSET.
pub(crate) fn rset<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    Ok((token::no_argument(input, cx)?, Command::Rset))
}

/// No argument, of QUIT.
pub(crate) fn quit<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    Ok((token::no_argument(input, cx)?, Command::Quit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::tolerance::Deviation;

    #[test]
    fn rows() {
        check_rows(&[
            (b"NOOP\r\n", Command::Noop),
            (b"RSET\r\n", Command::Rset),
            (b"QUIT\r\n", Command::Quit),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"NOOP x\r\n", "CRLF", 4),
            (b"RSET 1\r\n", "CRLF", 4),
            (b"QUIT now\r\n", "CRLF", 4),
            (b"NOOP\rQUIT\r\n", "verb", 4),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"NOOP x\r\n", Deviation::UnexpectedArgument, b"NOOP\r\n"),
            (b"QUIT now\r\n", Deviation::UnexpectedArgument, b"QUIT\r\n"),
            (b"RSET \r\n", Deviation::TrailingSpaces, b"RSET\r\n"),
            (b"quit\n", Deviation::BareLfLine, b"QUIT\r\n"),
        ]);
    }
}
