//! STARTTLS: going over to TLS. RFC 9051 section 6.2.1.
//!
//! It has no arguments. What the client sends behind the command, and the server behind its OK, belongs to
//! TLS: plain octets there are an attack, and both machines refuse them. Capabilities that were told before
//! are void.
//!
//! ```text
//! C: A1 STARTTLS
//! S: A1 OK Begin TLS negotiation now
//! ```

#[cfg(test)]
mod tests {
    use crate::Command;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[(b"STARTTLS", Command::StartTls)]);
        check_rejects::<Command<'_>>(&[(b"STARTTLS x", "end", 8)]);
    }
}
