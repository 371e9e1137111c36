//! What became of a message, for one recipient.

use crate::extension::Extension;
use crate::family::rcpt::Rcpt;
use crate::reply::Reply;

/// One recipient and what became of the message for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Whom the message goes to, with the parameters of RCPT.
    pub rcpt: Rcpt<'static>,
    /// What became of it.
    pub outcome: RecipientOutcome,
}

/// What became of a message, for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecipientOutcome {
    /// Nothing yet.
    Pending,
    /// The server took the message and the responsibility for it.
    Delivered(Reply<'static>),
    /// Not now: try again later. Without a reply the message was not sent.
    Temporary(Option<Reply<'static>>),
    /// Not ever.
    Permanent(Reply<'static>),
    /// The session ended behind the message and before its reply: the server may have it.
    Unknown,
    /// The message cannot be sent to this server, which does not offer the extension (or, for SIZE,
    /// takes only smaller ones).
    Impossible(Extension),
}

impl RecipientOutcome {
    /// The outcome that a final reply stands for.
    pub(super) fn of(reply: &Reply<'_>) -> Self {
        let code = reply.code();
        let reply = reply.borrowed().into_owned();
        if code.is_positive() {
            Self::Delivered(reply)
        } else if code.is_permanent() {
            Self::Permanent(reply)
        } else {
            Self::Temporary(Some(reply))
        }
    }
}
