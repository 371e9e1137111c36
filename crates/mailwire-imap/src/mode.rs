//! What was negotiated and changes what bytes mean, or which form may be written.

/// The mode of a session, as bits: for a parser, how strings are read; for an encoder, which forms are
/// allowed.
///
/// RFC 9051 section 2.2.1, RFC 9755 (UTF8=ACCEPT), RFC 7888 (LITERAL+ and LITERAL-), RFC 3516
/// (BINARY).
///
/// # Example
/// ```
/// use mailwire_imap::Mode;
/// let mode = Mode::REV1.with(Mode::LITERAL_MINUS);
/// assert!(mode.contains(Mode::LITERAL_MINUS) && !mode.contains(Mode::UTF8));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Mode(u32);

impl Mode {
    /// IMAP4rev1 without extensions: mailbox names in modified UTF-7, quoted strings in ASCII,
    /// synchronizing literals.
    pub const REV1: Self = Self(0);
    /// UTF8=ACCEPT or IMAP4rev2 is enabled: quoted strings and mailbox names are UTF-8.
    pub const UTF8: Self = Self(1);
    /// LITERAL+: literals of any size need no continuation.
    pub const LITERAL_PLUS: Self = Self(2);
    /// LITERAL-, or IMAP4rev2: literals of up to 4096 octets need no continuation.
    pub const LITERAL_MINUS: Self = Self(4);
    /// BINARY: literal8 may be sent.
    pub const BINARY: Self = Self(8);
    /// The server's side: a literal that is sent is never synchronizing.
    pub const SERVER: Self = Self(16);
    /// The frame ends behind the header of a literal whose octets are streamed. For a parser of the
    /// beginning of a message.
    pub const CUT: Self = Self(32);

    /// The mode with these bits too.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits, for a parsing context or an encoder.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The mode of a context or an encoder.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }
}
