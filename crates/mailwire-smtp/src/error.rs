//! Errors of the machines: the peer's fault, or the caller's.

use mailwire_core::SyntaxError;
use mailwire_core::body::{BodyError, LengthError};
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
    /// A reply that answers nothing, or that is none of those that the command can have.
    #[error("unexpected reply {code}")]
    UnexpectedReply {
        /// The reply code.
        code: u16,
    },
    /// The first line of the server is no greeting that opens a session.
    #[error("the greeting is not 220 but {code}")]
    Greeting {
        /// The reply code; 0 when the line is no reply.
        code: u16,
    },
    /// The peer speaks another protocol.
    #[error("the peer does not speak SMTP or LMTP")]
    WrongProtocol,
    /// LHLO to an SMTP server, EHLO or HELO to an LMTP server. RFC 2033 section 4.1 has it answered
    /// with 500, and the session goes on.
    #[error("the client speaks SMTP to LMTP, or LMTP to SMTP")]
    WrongHello,
    /// A cap of [`Limits`](crate::Limits) is reached.
    #[error("limit reached: {name} is {limit}")]
    Limit {
        /// The field of [`Limits`](crate::Limits).
        name: &'static str,
        /// Its value.
        limit: u64,
    },
    /// Bytes behind STARTTLS or its reply, before the handshake: an injection.
    #[error("plaintext behind STARTTLS")]
    DataAfterStartTls,
    /// Bytes before the reply that they depend on.
    #[error("the client did not wait for the reply")]
    EarlyTalker,
    /// The policy requires TLS and the server does not offer it.
    #[error("TLS is required and not offered")]
    TlsUnavailable,
    /// The policy requires TLS and the server refuses it.
    #[error("TLS is required and refused with {code}")]
    TlsRefused {
        /// The reply code.
        code: u16,
    },
    /// A size that cannot be read, so that the next command cannot be found.
    #[error("the size of a chunk cannot be read")]
    ChunkSize,
    /// A parameter or an address that needs SMTPUTF8, which was not asked for.
    #[error("the address needs SMTPUTF8")]
    NeedsSmtpUtf8,
    /// A parameter of an extension that is not offered.
    #[error("a parameter of an extension that is not offered")]
    UnknownParameter,
    /// A SASL response that is not base64, or a challenge.
    #[error("the SASL text is not base64")]
    NotBase64,
    /// A message with bare CR or LF, in which other receivers may see another end.
    #[error("the message holds a bare CR or LF")]
    BareNewline,
    /// Two parameters that exclude each other, or a body type that the command does not take.
    #[error("the parameters contradict each other")]
    Contradiction,
    /// Something needs authentication or TLS first.
    #[error("authentication or TLS is needed first")]
    NotAuthorized,
    /// The peer closed in the middle of something.
    #[error("the connection ended in the middle of something")]
    Eof,
    /// The server says that it closes: 421.
    #[error("the server closes the connection")]
    Closing,
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
                | Self::WrongHello
                | Self::NeedsSmtpUtf8
                | Self::UnknownParameter
                | Self::NotBase64
                | Self::BareNewline
                | Self::Contradiction
                | Self::NotAuthorized
                | Self::Limit { name: "line" | "auth_line" | "message" | "recipients", .. }
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
    /// Too much is queued; write and read first.
    #[error("too much is in flight: write and read first")]
    Busy,
    /// The message is larger than the server takes.
    #[error("the message is larger than the server takes")]
    TooLarge,
    /// The address needs SMTPUTF8, which the command does not ask for.
    #[error("the address needs SMTPUTF8")]
    NeedsSmtpUtf8,
    /// The octets of the body are not those that were announced.
    #[error("the body does not have the announced length: {0}")]
    BodyLength(#[from] LengthError),
    /// The body holds what must not be sent.
    #[error("the body cannot be sent: {0}")]
    Body(#[from] BodyError),
    /// The reply is none that this command can have.
    #[error("reply {code} is none of {what}")]
    WrongReply {
        /// The reply code.
        code: u16,
        /// What is answered.
        what: &'static str,
    },
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
            PeerError::NotImplemented,
            PeerError::WrongHello,
            PeerError::DataAfterStartTls,
            PeerError::EarlyTalker,
            PeerError::ChunkSize,
            PeerError::NeedsSmtpUtf8,
            PeerError::Limit { name: "bad_commands", limit: 20 },
            PeerError::Limit { name: "line", limit: 4096 },
            PeerError::Eof,
        ] {
            let answer = error.suggested_answer();
            assert!(answer.code().number() >= 400, "{error}: {answer}");
        }
        assert!(!PeerError::Syntax(syntax).is_fatal() && PeerError::Eof.is_fatal());
        assert!(!PeerError::Limit { name: "line", limit: 4096 }.is_fatal());
        assert!(PeerError::Limit { name: "bad_commands", limit: 20 }.is_fatal());
    }
}
