//! What a server tells its application.

use alloc::vec::Vec;

use mailwire_core::Secret;

use super::Ticket;
use crate::Deviations;
use crate::command::{Command, Verb};
use crate::element::tag::Tag;
use crate::error::PeerError;
use crate::family::append::AppendTail;
use crate::family::metadata::stream::{MetadataHead, MetadataTail};

/// What happened; borrows from the input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A command that may run now. It is owed an answer: [`complete`](super::Server::complete) or
    /// [`accept`](super::Server::accept), for AUTHENTICATE [`challenge_auth`](super::Server::challenge_auth) or
    /// [`finish_auth`](super::Server::finish_auth).
    Command {
        /// What the answer names.
        ticket: Ticket,
        /// The tag that the client chose.
        tag: Tag<'i>,
        /// The command, with all its literals.
        command: Command<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A message that is streamed: [`accept_body`](super::Server::accept_body) or
    /// [`reject_body`](super::Server::reject_body) is owed.
    BodyWanted {
        /// The command that it is in.
        ticket: Ticket,
        /// What stands before it.
        head: BodyHead<'i>,
        /// Its octets.
        size: u64,
        /// The tolerated deviations in what stands before it.
        deviations: Deviations,
    },
    /// The next octets of an accepted body.
    BodyChunk(&'i [u8]),
    /// The end of a body. The command is not complete yet.
    BodyEnd(BodyEnd),
    /// The end of a command with a streamed body. It is owed an answer.
    CommandEnd {
        /// The command.
        ticket: Ticket,
        /// What stands behind the last body.
        tail: CommandTail<'i>,
        /// The tolerated deviations in that.
        deviations: Deviations,
    },
    /// A command that the machine has refused and answered by itself.
    Rejected {
        /// The command in progress that has ended so; `None` for one that the application does not know.
        /// What came of its body is to be dropped.
        ticket: Option<Ticket>,
        /// The command, if it is known. No octets of it: a line that is none can be a SASL response that came
        /// too late.
        verb: Option<Verb>,
        /// What is wrong with it.
        error: PeerError,
    },
    /// The client's next SASL response: [`challenge_auth`](super::Server::challenge_auth) or
    /// [`finish_auth`](super::Server::finish_auth).
    AuthResponse {
        /// The command AUTHENTICATE.
        ticket: Ticket,
        /// The response, without its base64.
        response: Secret<Vec<u8>>,
    },
    /// The exchange is over: the client cancelled it, or sent what is no response. It is answered.
    AuthEnded {
        /// The command AUTHENTICATE, which has ended.
        ticket: Ticket,
        /// What is wrong; `None` when the client cancelled.
        error: Option<PeerError>,
    },
    /// The client ends IDLE. It is owed an answer.
    IdleDone {
        /// The command IDLE.
        ticket: Ticket,
    },
    /// The OK to STARTTLS is written: start the handshake, then call
    /// [`tls_started`](super::Server::tls_started).
    TlsReady,
    /// The OK to COMPRESS is written. What is sent from now on is to be deflated, and all input behind
    /// this place is deflate data, that which is not consumed included. Then call
    /// [`compression_started`](super::Server::compression_started), and give the machine what is inflated.
    CompressReady,
    /// The OK to UNAUTHENTICATE is written, the last that is deflated: RFC 8437 section 4.1. The client
    /// deflates nothing behind the command, so that input is not to be inflated from that on:
    /// [`is_inflating`](super::Server::is_inflating). What the inflater gave and is not consumed is dropped;
    /// what it did not take is the next input. Then call
    /// [`compression_ended`](super::Server::compression_ended).
    CompressEnd,
    /// The session is over. Write what is queued and close.
    Closed,
}

/// What stands before a body that is streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyHead<'i> {
    /// The command up to its first body.
    Command {
        /// The tag.
        tag: Tag<'i>,
        /// The command; its last literal is this body, and has a size and no octets.
        command: Command<'i>,
    },
    /// SETMETADATA up to its first annotation that is streamed.
    Metadata(MetadataHead<'i>),
    /// What stands between the body before it and this one, in the same command.
    Tail(CommandTail<'i>),
}

/// What stands behind a body that was streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandTail<'i> {
    /// Of APPEND and REPLACE: parts of the same message, and messages behind it. Small ones have their
    /// octets with them.
    Append(AppendTail<'i>),
    /// Of SETMETADATA: more annotations.
    Metadata(MetadataTail<'i>),
}

/// The end of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyEnd {
    /// Its octets.
    pub size: u64,
    /// Why the machine refuses it; it answers by itself behind the command. The application drops what
    /// it got.
    pub refused: Option<PeerError>,
}
