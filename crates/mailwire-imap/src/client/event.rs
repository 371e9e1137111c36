//! What a client tells.

use mailwire_core::Unanswered;
use mailwire_core::sasl::Challenge;

use super::{Head, Ticket};
use crate::Deviations;
use crate::code::Code;
use crate::element::text::Text;
use crate::error::PeerError;
use crate::family::metadata::stream::MetadataTail;
use crate::response::{Continue, Data};
use crate::status::{Greeting, Status, Tagged};

/// What happened; borrows from the input.
#[derive(Debug)]
#[non_exhaustive]
// Most events are FETCH, the largest; a box would cost each of them an allocation.
#[allow(clippy::large_enum_variant)]
pub enum Event<'i> {
    /// The server's greeting. When it is BYE, the session is over.
    Greeting {
        /// The greeting.
        greeting: Greeting<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
        /// True without TLS: anybody on the way can have said it. It is not for the user's eyes, and what
        /// is learned from it is forgotten behind STARTTLS.
        untrusted: bool,
    },
    /// Untagged data, of a command or unasked.
    Response {
        /// The data.
        data: Data<'i>,
        /// The command that it is of, where that is certain: by the tag in it, or because exactly one
        /// command is in flight that asks for such. It may be over already: searches can be kept up to date.
        of: Option<Ticket>,
        /// The tolerated deviations in it.
        deviations: Deviations,
        /// True without TLS, as in [`Greeting`](Self::Greeting).
        untrusted: bool,
    },
    /// The end of a command.
    Completed {
        /// The command.
        ticket: Ticket,
        /// How it ended: OK, NO or BAD.
        status: Status<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
        /// True without TLS, as in [`Greeting`](Self::Greeting).
        untrusted: bool,
        /// True when the session ends with it, so that nothing can be sent any more: behind LOGOUT, where
        /// the server refuses TLS or does not offer it and the policy requires it, and where it refuses a
        /// message of which a part is sent. What [`receive`](mailwire_core::Machine::receive) gives next
        /// tells which.
        ends: bool,
    },
    /// The end of a command that has no answer.
    Unanswered {
        /// The command.
        ticket: Ticket,
        /// Whether it may have had an effect.
        outcome: Unanswered,
    },
    /// A `+`: the rest of a command goes out, or IDLE begins.
    Continue {
        /// The command that waited for it; `None` where nothing did.
        ticket: Option<Ticket>,
        /// What it says.
        request: Continue<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// The octets of a streamed literal may come: [`send_body`](super::Client::send_body), then
    /// [`finish_body`](super::Client::finish_body).
    BodyWanted {
        /// The command.
        ticket: Ticket,
        /// How many octets were announced.
        size: u64,
    },
    /// A literal begins that does not come inside its response.
    BodyBegin {
        /// What stands before it.
        head: Head<'i>,
        /// The command that it is of, as in [`Response`](Self::Response).
        of: Option<Ticket>,
        /// The tolerated deviations in it.
        deviations: Deviations,
        /// True without TLS, as in [`Greeting`](Self::Greeting).
        untrusted: bool,
    },
    /// The next octets of it.
    BodyChunk(&'i [u8]),
    /// It ended. The rest of the response follows: another [`BodyBegin`](Self::BodyBegin); or a message as
    /// [`Response`](Self::Response), where what was streamed has a size and no octets; or
    /// [`MetadataEnd`](Self::MetadataEnd).
    BodyEnd,
    /// The rest of annotations of which one was streamed.
    MetadataEnd {
        /// The annotations behind it.
        tail: MetadataTail<'i>,
        /// The command that they are of, as in [`Response`](Self::Response).
        of: Option<Ticket>,
        /// The tolerated deviations in them.
        deviations: Deviations,
        /// True without TLS, as in [`Greeting`](Self::Greeting).
        untrusted: bool,
    },
    /// A challenge of the SASL exchange: [`respond_auth`](super::Client::respond_auth) or
    /// [`cancel_auth`](super::Client::cancel_auth).
    AuthChallenge {
        /// The AUTHENTICATE command.
        ticket: Ticket,
        /// The challenge, as it came and decoded.
        challenge: Challenge<'i>,
    },
    /// The server is ready for TLS: start the handshake, then call
    /// [`tls_started`](super::Client::tls_started).
    TlsReady,
    /// What follows is compressed, in both directions: what the input holds and was not consumed belongs to
    /// the inflater. Then call [`compression_started`](super::Client::compression_started).
    CompressReady,
    /// UNAUTHENTICATE was accepted, and nothing behind it is compressed, in either direction: RFC 8437
    /// section 4.1. What the inflater gave and was not consumed is dropped; what it did not take is the next
    /// input. Then call [`compression_ended`](super::Client::compression_ended).
    ///
    /// The client sends nothing between the command and its answer, so that a deflater that is flushed
    /// behind every write ends where the command does.
    CompressEnd,
    /// A response that breaks the grammar or a limit. The session goes on behind it.
    Invalid {
        /// Its octets: all of them where it breaks the grammar, else its beginning.
        frame: &'i [u8],
        /// What is wrong.
        error: PeerError,
        /// The command that it ends, where its tag could be read.
        of: Option<Ticket>,
    },
    /// A tagged response to nothing that is in flight, where that is tolerated.
    Unmatched(Tagged<'i>),
    /// The session is over: close the connection.
    Closed,
}

impl<'i> Event<'i> {
    /// The alert in it, which the user must be shown: RFC 9051 section 7.1. Of an alert that is untrusted
    /// there is none here: it could be anybody's. Who shows such a one reads its status.
    #[must_use]
    pub fn alert(&self) -> Option<&Text<'i>> {
        let (status, untrusted) = match self {
            Self::Greeting { greeting, untrusted, .. } => (greeting.status(), untrusted),
            Self::Response { data: Data::Condition(status), untrusted, .. }
            | Self::Completed { status, untrusted, .. } => (status, untrusted),
            _ => return None,
        };
        let is_alert = !untrusted && matches!(status.code(), Some(Code::Alert));
        is_alert.then(|| status.text())
    }
}
