//! STARTTLS: from here on over TLS. RFC 3207.
//!
//! ```text
//! C: STARTTLS
//! S: 220 2.0.0 Ready to start TLS
//! ```
//!
//! Nothing may follow the command or its reply before the handshake; all that was learned before it
//! is forgotten.

use mailwire_core::parse::{Context, PResult};

use crate::command::Command;

/// No argument. Exchange's `X-ANONYMOUSTLS` is another verb and is kept as data.
pub(crate) fn starttls<'a>(input: &'a [u8], _: &Context) -> PResult<'a, Command<'a>> {
    Ok((input, Command::StartTls))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::tolerance::Deviation;

    #[test]
    fn rows() {
        check_rows(&[(b"STARTTLS\r\n", Command::StartTls)]);
    }

    #[test]
    fn rejects() {
        // An argument is refused in every tolerance: what follows the verb is never guessed at.
        check_rejects::<Command<'_>>(&[(b"STARTTLS foo\r\n", "CRLF", 8)]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[(
            b"starttls \r\n",
            Deviation::TrailingSpaces,
            b"STARTTLS\r\n",
        )]);
    }
}
