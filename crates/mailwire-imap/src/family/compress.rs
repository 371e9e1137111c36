//! COMPRESS: compression of the session. RFC 4978.
//!
//! Its argument is the name of the algorithm, and DEFLATE is the only one. What follows the command in one
//! direction, and the tagged OK in the other, is raw deflate data (RFC 1951); the machines stop there, and the
//! caller inflates and deflates.
//!
//! ```text
//! C: A1 COMPRESS DEFLATE
//! S: A1 OK DEFLATE active
//! ```

use crate::Command;
use crate::element::string::Atom;

impl Command<'_> {
    /// `COMPRESS DEFLATE`.
    pub const COMPRESS_DEFLATE: Command<'static> = Command::Compress(Atom::checked(b"DEFLATE"));
}

#[cfg(test)]
mod tests {
    use crate::Command;
    use crate::element::string::Atom;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b"COMPRESS DEFLATE", Command::COMPRESS_DEFLATE),
            (b"COMPRESS X-LZ", Command::Compress(Atom::new("X-LZ").unwrap())),
        ]);
        check_rejects::<Command<'_>>(&[
            (b"COMPRESS", "SP", 8),
            (b"COMPRESS \"DEFLATE\"", "atom", 9),
            (b"COMPRESS DEFLATE 9", "end", 16),
        ]);
    }
}
