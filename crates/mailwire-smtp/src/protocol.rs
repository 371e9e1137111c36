//! The two protocols that share the grammar of this crate.

/// SMTP or LMTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Protocol {
    /// SMTP: EHLO or HELO, one reply to a message.
    #[default]
    Smtp,
    /// LMTP: LHLO, one reply to a message for each accepted recipient. RFC 2033.
    Lmtp,
}
