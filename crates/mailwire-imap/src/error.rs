//! Errors of the machines: the peer's fault, or the caller's.

use mailwire_core::SyntaxError;
use mailwire_core::body::LengthError;
use thiserror::Error;

use crate::command::Verb;
use crate::extension::{Extension, Need};
use crate::framing::Fault;
use crate::limits::Limits;
use crate::state::State;

/// The peer broke the protocol.
///
/// What can be answered is an event of the server; an error that [`is_fatal`](Self::is_fatal) ends
/// the conversation and is returned again by every later call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PeerError {
    /// A command breaks the grammar.
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
    /// A command that the server does not have, or does not offer.
    #[error("the command is not implemented")]
    NotImplemented,
    /// A command whose arguments [need](crate::Command::needs) what is not offered, or was not enabled.
    #[error("the command needs {0}, which the session does not have")]
    Lacks(Need),
    /// The first line of the server is no greeting.
    #[error("the first line is no greeting")]
    Greeting,
    /// The peer speaks another protocol.
    #[error("the peer does not speak IMAP")]
    WrongProtocol,
    /// A tagged response to a command that was not sent, not sent as a whole, or has ended.
    #[error("a tagged response to nothing that is in flight")]
    UnknownTag,
    /// A `+` where nothing waits for one, or before what it answers was written.
    #[error("a continuation request that nothing waits for")]
    UnexpectedContinuation,
    /// EXPUNGE or VANISHED while no command lets it come: sequence numbers mean other messages now.
    #[error("a message was removed while that is not allowed")]
    UntimelyExpunge,
    /// Where the next message begins is not known any more: the header of a literal that cannot be
    /// believed.
    #[error("the header of a literal cannot be read")]
    Literal(Fault),
    /// A cap of [`Limits`] is reached.
    #[error("limit reached: {name} is {limit}")]
    Limit {
        /// The field of [`Limits`].
        name: &'static str,
        /// Its value.
        limit: u64,
    },
    /// A cap is passed by so much that nobody looks for the next message any more.
    #[error("limit passed by far: {name} is {limit}")]
    Overrun {
        /// The field of [`Limits`].
        name: &'static str,
        /// Its value.
        limit: u64,
    },
    /// Bytes behind STARTTLS or its OK, before the handshake: an injection.
    #[error("plaintext behind STARTTLS")]
    DataAfterStartTls,
    /// Bytes behind COMPRESS that are not compressed.
    #[error("plaintext behind COMPRESS")]
    DataAfterCompress,
    /// Bytes before the greeting.
    #[error("the client did not wait for the greeting")]
    EarlyTalker,
    /// The policy requires TLS and the server does not offer it.
    #[error("TLS is required and not offered")]
    TlsUnavailable,
    /// The policy requires TLS and the server refuses it.
    #[error("TLS is required and refused")]
    TlsRefused,
    /// The server says PREAUTH where the policy has it not: TLS cannot be started behind it.
    #[error("the server is authenticated already, which the policy does not allow")]
    Preauth,
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
                | Self::Lacks(_)
                | Self::NotBase64
                | Self::NotAuthorized
                | Self::Limit {
                    name: "line"
                        | "line_early"
                        | "auth_line"
                        | "literal"
                        | "literal_early"
                        | "nonsync_literal"
                        | "literals"
                        | "ranges"
                        | "elements"
                        | "response_elements"
                        | "response_ranges"
                        | "message"
                        | "command"
                        | "command_early"
                        | "response_line"
                        | "response_literals"
                        | "response"
                        | "inline_literal",
                    ..
                }
        )
    }

    /// The same error where the session ends with it.
    pub(crate) fn at_the_end(self) -> Self {
        match self {
            Self::Limit { name, limit } if !self.is_fatal() => Self::Overrun { name, limit },
            error => error,
        }
    }

    /// Why a framer lost or refuses a response.
    pub(crate) fn of_response(fault: Fault, limits: &Limits) -> Self {
        let (name, limit) = match fault {
            Fault::Line => ("response_line", limits.response_line),
            Fault::Literals => ("response_literals", limits.response_literals),
            Fault::Message => ("response", limits.response),
            Fault::Discard => ("response_discard", limits.response_discard),
            fault => return Self::Literal(fault),
        };
        Self::Limit { name, limit: limit.into() }
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
    /// The server does not take LOGIN.
    #[error("the server does not take LOGIN")]
    LoginDisabled,
    /// The server must be told first that the extension is used: ENABLE.
    #[error("{0} is not enabled")]
    NotEnabled(Extension),
    /// UIDONLY is enabled: message sequence numbers cannot be used. Or QRESYNC is, and EXPUNGE cannot be.
    #[error("message sequence numbers cannot be used")]
    UidRequired,
    /// Too much is queued or in flight; write and read first.
    #[error("too much is in flight: write and read first")]
    Busy,
    /// A line of the command is longer than the server takes. Split the set of messages.
    #[error("the line is longer than {limit} octets")]
    LineTooLong {
        /// The longest line, in octets.
        limit: u32,
    },
    /// The message is larger than the server takes.
    #[error("the message is larger than {limit} octets")]
    TooLarge {
        /// APPENDLIMIT, in octets.
        limit: u64,
    },
    /// The octets of the body are not those that were announced.
    #[error("the body does not have the announced length: {0}")]
    BodyLength(#[from] LengthError),
    /// The body holds NUL and is no literal8.
    #[error("NUL needs a literal8")]
    NulInBody,
    /// No command with this ticket is in flight.
    #[error("no such command is in flight")]
    UnknownTicket,
    /// The answer is none that this command can have.
    #[error("this is no answer to {what}")]
    WrongAnswer {
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
    fn what_can_be_answered_is_not_fatal() {
        let syntax = SyntaxError { rule: "command-name", at: 3 };
        assert!(!PeerError::Syntax(syntax).is_fatal() && PeerError::Eof.is_fatal());
        assert!(!PeerError::Limit { name: "line", limit: 8192 }.is_fatal());
        assert!(PeerError::Limit { name: "bad_commands", limit: 20 }.is_fatal());
        assert!(PeerError::UnknownTag.is_fatal());
        let overrun = PeerError::Overrun { name: "line", limit: 8192 };
        assert_eq!(PeerError::Limit { name: "line", limit: 8192 }.at_the_end(), overrun);
        assert!(overrun.is_fatal() && overrun.at_the_end() == overrun);
        let closing = PeerError::Limit { name: "discard", limit: 1 };
        assert_eq!(closing.at_the_end(), closing);
    }

    #[test]
    fn faults_name_fields_of_the_limits() {
        let limits = Limits::default();
        for fault in [Fault::Line, Fault::Literals, Fault::Message, Fault::Discard] {
            let PeerError::Limit { name, .. } = PeerError::of_response(fault, &limits) else {
                panic!()
            };
            assert!(Limits::TABLE.iter().any(|row| row.0 == name), "{name}");
        }
        assert_eq!(PeerError::of_response(Fault::Size, &limits), PeerError::Literal(Fault::Size));
    }
}
