//! NOOP, RSET and QUIT: the commands that carry no mail. RFC 5321 sections 4.1.1.5, 4.1.1.9 and
//! 4.1.1.10.
//!
//! ```text
//! C: RSET
//! S: 250 2.0.0 Ok
//! C: QUIT
//! S: 221 2.0.0 Bye
//! ```

use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::{LINE, WSP};

use crate::command::Command;
use crate::element::text::Text;
use crate::token;
use crate::tolerance::Deviation;

/// `[SP String]`, of NOOP.
pub(crate) fn noop<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, text) = token::optional(input, cx, Text::parse_part)?;
    Ok((rest, Command::Noop(text)))
}

/// No argument, of RSET.
pub(crate) fn rset<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    Ok((no_argument(input, cx)?, Command::Rset))
}

/// No argument, of QUIT.
pub(crate) fn quit<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    Ok((no_argument(input, cx)?, Command::Quit))
}

/// Steps over an argument where none belongs, if that is tolerated. RSET and QUIT mean the same
/// with it.
fn no_argument<'a>(
    input: &'a [u8],
    cx: &Context,
) -> Result<&'a [u8], nom::Err<mailwire_core::parse::Fail>> {
    if WSP.span(input) == input.len() {
        return Ok(input);
    }
    if LINE.check(input).is_ok() && cx.tolerate(Deviation::UnexpectedArgument) {
        return Ok(&[]);
    }
    Err(stop(input, "CRLF"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b"NOOP\r\n", Command::Noop(None)),
            (b"NOOP Hello\r\n", Command::Noop(Some(Text::new("Hello").unwrap()))),
            (b"NOOP \"a b\"\r\n", Command::Noop(Some(Text::new("a b").unwrap()))),
            (b"RSET\r\n", Command::Rset),
            (b"QUIT\r\n", Command::Quit),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"RSET foo\r\n", "CRLF", 4),
            (b"QUIT now\r\n", "CRLF", 4),
            (b"NOOP \"\r\n", "Quoted-string", 6),
            (b"NOOP \x80\xff=\r\n", "String", 5),
            (b"NOOP \xf0\x9f\r\n", "String", 5),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"QUIT now\r\n", Deviation::UnexpectedArgument, b"QUIT\r\n"),
            (b"RSET \r\n", Deviation::TrailingSpaces, b"RSET\r\n"),
            (b"NOOP a b\r\n", Deviation::TextArgument, b"NOOP \"a b\"\r\n"),
            (b"QUIT\n", Deviation::BareLfLine, b"QUIT\r\n"),
        ]);
    }
}
