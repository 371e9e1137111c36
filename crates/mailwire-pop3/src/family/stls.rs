//! STLS: from here on over TLS. RFC 2595 section 4.
//!
//!   C: STLS
//!   S: +OK Begin TLS negotiation
//!
//! Nothing may follow the command or its answer before the handshake; all that was learned before it
//! is forgotten.

use mailwire_core::parse::{Context, PResult};

use crate::command::Command;

/// No argument.
pub(crate) fn stls<'a>(input: &'a [u8], _: &Context) -> PResult<'a, Command<'a>> {
    Ok((input, Command::Stls))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::tolerance::Deviation;

    #[test]
    fn rows() {
        check_rows(&[(b"STLS\r\n", Command::Stls)]);
    }

    #[test]
    fn rejects() {
        // An argument is refused in every tolerance: what follows the verb is never guessed at.
        check_rejects::<Command<'_>>(&[(b"STLS foo\r\n", "CRLF", 4)]);
        assert!(Command::parse_with(b"STLS foo\r\n", crate::Tolerance::lenient()).is_err());
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[(b"stls \r\n", Deviation::TrailingSpaces, b"STLS\r\n")]);
    }
}
