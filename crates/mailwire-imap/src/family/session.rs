//! NOOP, CHECK, LOGOUT and UNAUTHENTICATE: commands without arguments, answered with a status.
//!
//! | command | RFC | what it does |
//! |---|---|---|
//! | NOOP | RFC 9051 section 6.1.2 | nothing; the server tells what is new |
//! | CHECK | RFC 3501 section 6.4.1 | asks for a checkpoint; not in IMAP4rev2 |
//! | LOGOUT | RFC 9051 section 6.1.3 | the server says BYE, then OK, and closes |
//! | UNAUTHENTICATE | RFC 8437 | back to before login: the mailbox is closed, ENABLE is undone; TLS stays |
//!
//! ```text
//! C: A1 LOGOUT
//! S: * BYE See you
//! S: A1 OK LOGOUT completed
//! ```

#[cfg(test)]
mod tests {
    use crate::Command;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b"NOOP", Command::Noop),
            (b"CHECK", Command::Check),
            (b"LOGOUT", Command::Logout),
            (b"UNAUTHENTICATE", Command::Unauthenticate),
        ]);
        check_rejects::<Command<'_>>(&[(b"NOOP x", "end", 4), (b"LOGOUT ", "end", 6)]);
    }
}
