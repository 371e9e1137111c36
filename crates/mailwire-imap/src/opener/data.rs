//! What goes into an opening and what comes out of it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use mailwire_core::sasl::{Challenge, MechanismName};
use thiserror::Error;

use crate::client::ClientConfig;
use crate::error::PeerError;
use crate::extension::ExtensionSet;
use crate::family::id::Id;
use crate::response::Data;
use crate::status::Status;

/// A way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Login {
    /// AUTHENTICATE with this mechanism: [`Opener::start_auth`](super::Opener::start_auth).
    Sasl(MechanismName<'static>),
    /// LOGIN: [`Opener::start_password`](super::Opener::start_password). Not where the server says LOGINDISABLED. It belongs at the end:
    /// the server is given the password.
    Password,
}

/// What an opener is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenerConfig {
    /// What the client is told.
    pub client: ClientConfig,
    /// Ways to authenticate, the best first; the first that can be used is. Empty: no authentication, and
    /// what is asked for behind login is not asked for, unless the server says PREAUTH.
    pub logins: Vec<Login>,
    /// The longest AUTHENTICATE line that carries an initial response, in octets with its tag and end. A
    /// longer response waits for the first challenge, and so does every response where SASL-IR is not
    /// offered. Default: 8192. 0: none is sent.
    pub initial_response: usize,
    /// What to say with ID, where that is offered.
    pub id: Option<Id<'static>>,
    /// Extensions to switch on; those that are offered are asked for in one ENABLE. What was switched on
    /// tells [`Client::enabled`](crate::Client::enabled).
    pub enable: ExtensionSet,
    /// True to compress the session where that is offered.
    pub compress: bool,
    /// True to ask for the namespaces where that is offered; they come as [`OpenEvent::Response`].
    pub namespace: bool,
}

impl Default for OpenerConfig {
    fn default() -> Self {
        Self {
            client: ClientConfig::default(),
            logins: Vec::new(),
            initial_response: 8192,
            id: None,
            enable: ExtensionSet::EMPTY,
            compress: false,
            namespace: false,
        }
    }
}

/// What happened; borrows from the input.
#[derive(Debug)]
#[non_exhaustive]
// The large one is rare, and a box would cost an allocation.
#[allow(clippy::large_enum_variant)]
pub enum OpenEvent<'i> {
    /// Start the TLS handshake, then call [`Opener::tls_started`](super::Opener::tls_started).
    TlsReady,
    /// The server offers this: call [`Opener::start_auth`](super::Opener::start_auth) or [`Opener::start_password`](super::Opener::start_password).
    AuthWanted(Login),
    /// A challenge of the mechanism: [`Opener::respond_auth`](super::Opener::respond_auth) or [`Opener::cancel_auth`](super::Opener::cancel_auth).
    AuthChallenge(Challenge<'i>),
    /// What follows is compressed, in both directions: what the input holds and was not consumed belongs
    /// to the inflater. Then call [`Opener::compression_started`](super::Opener::compression_started).
    CompressReady,
    /// Untagged data behind login that the client does not keep: the answers to ID and NAMESPACE, and what
    /// the server says unasked, such as an alert. What is said before login is not told: without TLS
    /// anybody can say it.
    Response {
        /// The data.
        data: Data<'i>,
        /// True without TLS: anybody on the way can have said it, and it is not for the user's eyes.
        untrusted: bool,
    },
    /// What a server says with a code at the end of a step, from login on: an alert, a referral, or why an
    /// optional step was refused.
    Answered {
        /// The step, by its name in [`Opener::step`](super::Opener::step).
        step: &'static str,
        /// What it said.
        status: Status<'i>,
        /// True without TLS, as in [`Response`](Self::Response).
        untrusted: bool,
    },
    /// The session is open: [`Opener::into_client`](super::Opener::into_client).
    Ready,
}

/// Why a session could not be opened. At which step it was tells [`Opener::step`](super::Opener::step).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The server broke the protocol, or the policy cannot be kept.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The server refused a step.
    #[error("refused at {step}: {} {}", .status.kind(), .status.text())]
    Refused {
        /// The step, by its name in [`Opener::step`](super::Opener::step).
        step: &'static str,
        /// What it said: NO, BAD or BYE.
        status: Box<Status<'static>>,
    },
    /// The server offers no way to authenticate that is allowed here.
    #[error("the server offers no login that is allowed here")]
    NoLogin,
}
