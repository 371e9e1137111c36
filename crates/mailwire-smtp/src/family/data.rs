//! DATA: the message itself, ended by a line with a dot. RFC 5321 section 4.1.1.4.
//!
//! ```text
//! C: DATA
//! S: 354 End data with <CR><LF>.<CR><LF>
//! C: Subject: hello
//! C:
//! C: hello
//! C: .
//! S: 250 2.0.0 Ok: queued
//! ```
//!
//! The body is not grammar: [`DotDecoder`](mailwire_core::body::DotDecoder) takes the dots out and
//! finds the end, [`DotEncoder`](mailwire_core::body::DotEncoder) puts them in.

use mailwire_core::parse::{Context, PResult};

use crate::command::Command;

/// No argument.
pub(crate) fn data<'a>(input: &'a [u8], _: &Context) -> PResult<'a, Command<'a>> {
    Ok((input, Command::Data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::tolerance::Deviation;

    #[test]
    fn rows() {
        check_rows(&[(b"DATA\r\n", Command::Data)]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"DATA foo\r\n", "CRLF", 4),
            (b"DATA_\r\n", "verb", 4),
            (b"DA\rTA\r\n", "verb", 2),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"DATA \r\n", Deviation::TrailingSpaces, b"DATA\r\n"),
            (b"data\n", Deviation::BareLfLine, b"DATA\r\n"),
        ]);
    }
}
