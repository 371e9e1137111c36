//! Errors of the machines: the peer's fault, or the caller's.

use mailwire_core::SyntaxError;
use mailwire_core::body::BodyError;
use thiserror::Error;

use crate::command::Verb;
use crate::extension::Extension;
use crate::state::State;

/// The peer broke the protocol.
///
/// What can be answered is an event of the server; an error that [`is_fatal`](Self::is_fatal) ends
/// the conversation and is returned again by every later call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PeerError {
    /// A line breaks the grammar.
    #[error("bad syntax: {0}")]
    Syntax(SyntaxError),
    /// A command that is not allowed in this state.
    #[error("{verb} is not allowed in state {state:?}")]
    BadSequence {
        /// The command.
        verb: Verb,
        /// The state of the session.
        state: State,
    },
    /// A command that the server does not have.
    #[error("the command is not implemented")]
    NotImplemented,
    /// The two sides do not agree any more on what is answered: a line that is neither `+OK` nor
    /// `-ERR` where one of them is due, or an answer to nothing. A server that does not stuff dots
    /// is one that gets here. Nothing is guessed: the client reports the line and gives up.
    #[error("the answers are out of step")]
    Desync,
    /// The peer speaks another protocol.
    #[error("the peer does not speak POP3")]
    WrongProtocol,
    /// A cap of [`Limits`](crate::Limits) is reached.
    #[error("limit reached: {name} is {limit}")]
    Limit {
        /// The field of [`Limits`](crate::Limits).
        name: &'static str,
        /// Its value.
        limit: u64,
    },
    /// Bytes behind STLS or its answer, before the handshake: an injection.
    #[error("plaintext behind STLS")]
    DataAfterStls,
    /// Bytes before the greeting.
    #[error("the client did not wait for the greeting")]
    EarlyTalker,
    /// The policy requires TLS and the server does not offer it.
    #[error("TLS is required and not offered")]
    TlsUnavailable,
    /// The policy requires TLS and the server refuses it.
    #[error("TLS is required and refused")]
    TlsRefused,
    /// A SASL response that is not base64.
    #[error("the SASL text is not base64")]
    NotBase64,
    /// Something needs TLS first.
    #[error("TLS is needed first")]
    NotAuthorized,
    /// The peer closed in the middle of something.
    #[error("the connection ended in the middle of something")]
    Eof,
}

impl PeerError {
    /// True when the conversation cannot go on. Others are answered and the peer stays in step.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        !matches!(
            self,
            Self::Syntax(_)
                | Self::BadSequence { .. }
                | Self::NotImplemented
                | Self::NotBase64
                | Self::NotAuthorized
                | Self::Limit { name: "line" | "auth_line", .. }
        )
    }
}

/// Our caller asked for something that is not possible now. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UsageError {
    /// The command or the answer is not allowed in this state.
    #[error("{what} is not possible now")]
    NotNow {
        /// What was asked for.
        what: &'static str,
    },
    /// The server does not offer the extension.
    #[error("the server does not offer {0}")]
    NotOffered(Extension),
    /// The policy requires TLS first.
    #[error("the policy requires TLS first")]
    TlsRequired,
    /// APOP is not allowed by the configuration, or the greeting had no clean stamp.
    #[error("APOP is not allowed, or not offered")]
    NoApop,
    /// Too much is queued; write and read first.
    #[error("too much is in flight: write and read first")]
    Busy,
    /// The line is longer than a server has to take. AUTH goes without its initial response then.
    #[error("the line is longer than {limit} octets")]
    LineTooLong {
        /// [`Limits::sent_line`](crate::Limits::sent_line).
        limit: usize,
    },
    /// The name is UTF-8, which the server does not offer for names.
    #[error("the name needs UTF8 USER")]
    NeedsUtf8,
    /// The body holds what must not be sent.
    #[error("the body cannot be sent: {0}")]
    Body(#[from] BodyError),
    /// The answer is none that this command can have.
    #[error("this is no answer to {what}")]
    WrongAnswer {
        /// What is answered.
        what: &'static str,
    },
    /// The item is none of this listing, or does not keep to the grammar.
    #[error("the item cannot stand in this listing")]
    WrongItem,
    /// The connection is closed.
    #[error("the connection is closed")]
    Closed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_an_answer() {
        let syntax = SyntaxError { rule: "verb", at: 0 };
        for error in [
            PeerError::Syntax(syntax),
            PeerError::BadSequence { verb: Verb::Pass, state: State::Authorization },
            PeerError::NotImplemented,
            PeerError::DataAfterStls,
            PeerError::EarlyTalker,
            PeerError::WrongProtocol,
            PeerError::NotBase64,
            PeerError::NotAuthorized,
            PeerError::Limit { name: "bad_commands", limit: 20 },
            PeerError::Limit { name: "line", limit: 512 },
            PeerError::Eof,
        ] {
            assert!(!error.suggested_answer().is_ok(), "{error}");
        }
        assert!(!PeerError::Syntax(syntax).is_fatal() && PeerError::Eof.is_fatal());
        assert!(!PeerError::Limit { name: "line", limit: 512 }.is_fatal());
        assert!(PeerError::Limit { name: "bad_commands", limit: 20 }.is_fatal());
    }
}
