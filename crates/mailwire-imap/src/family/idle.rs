//! IDLE: waiting for what is new, and the line that ends it. RFC 9051 section 6.3.13, RFC 2177.
//!
//! IDLE has no arguments. The server answers `+`, tells what is new as it comes, and says OK once the client
//! sent [`Done`].

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{owned_already, wire_api};

use crate::Mode;
use crate::token::line_end;
use crate::tolerance::Deviation;

/// The line that ends IDLE; sent by the client, without a tag.
///
/// RFC 9051 section 6.3.13.
///
/// # Grammar
/// ```abnf
/// idle = "IDLE" CRLF "DONE"
/// ```
/// Deviations: [`BareLfLine`](Deviation::BareLfLine), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 IDLE
/// S: + idling
/// S: * 4 EXISTS
/// C: DONE
/// S: A1 OK IDLE terminated
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `DONE`, `CRLF`.
///
/// # Example
/// ```
/// use mailwire_imap::family::idle::Done;
///
/// assert_eq!(Done::parse(b"done\r\n")?.to_bytes(), b"DONE\r\n");
/// assert!(Done::parse(b"DONE x\r\n").is_err());
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done;

wire_api!(Deviation, Mode: copy Done);
owned_already!(Done);

impl<'a> Wire<'a> for Done {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Some(rest) = strip_prefix_ignore_case(input, b"DONE") else {
            return Err(fail(input, "DONE"));
        };
        let (rest, ()) = cut(line_end(rest, cx))?;
        Ok((rest, Self))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.keyword("DONE").crlf();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Command;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[(b"IDLE", Command::Idle)]);
        check_rows(&[(b"DONE\r\n", Done)]);
        check_rejects::<Done>(&[
            (b"", "DONE", 0),
            (b"B NOOP\r\n", "DONE", 0),
            (b"DONE x\r\n", "CRLF", 4),
            (b"DONE", "CRLF", 4),
        ]);
        check_lenient::<Done>(&[
            (b"DONE\n", Deviation::BareLfLine, b"DONE\r\n"),
            (b"DONE \r\n", Deviation::TrailingSpace, b"DONE\r\n"),
        ]);
    }
}
