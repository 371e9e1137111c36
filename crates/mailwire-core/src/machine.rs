//! What every protocol machine has in common: bytes in, events out, bytes out.

use core::fmt;

use crate::transmit::Transmit;

/// One end of a conversation, or an observer of both, as a pure state machine.
///
/// The driver owns the socket, the clock and the input buffer. Its loop is: write what
/// [`transmit`](Self::transmit) shows; call [`receive`](Self::receive) until it yields no event; read
/// again only when there is nothing to write either, since a machine can have something to say without
/// an event: a server lets a small literal come by itself. Events borrow from the input and never from
/// the machine, so a server can answer while it still holds the command.
pub trait Machine {
    /// What happened; borrows from the input.
    type Event<'i>;
    /// Why the conversation cannot go on. It is sticky: the machine returns the same error again.
    type Error;

    /// Takes what the peer sent. `input` is everything received and not yet consumed.
    ///
    /// Consume [`Received::consumed`] octets and call again with the rest, until there is no event.
    ///
    /// # Errors
    /// The peer broke the protocol in a way that ends the conversation. The transmit queue may hold
    /// a last line for it.
    fn receive<'i>(&mut self, input: &'i [u8]) -> Result<Received<Self::Event<'i>>, Self::Error>;

    /// Takes note that the peer sends nothing more.
    ///
    /// # Errors
    /// The end came in the middle of something.
    fn receive_eof(&mut self) -> Result<(), Self::Error>;

    /// The bytes that wait to be written.
    fn transmit(&self) -> Transmit<'_>;

    /// Takes note that the first `n` octets of [`transmit`](Self::transmit) were written.
    fn transmitted(&mut self, n: usize);

    /// What the machine waits for, so that the driver can choose the timeout.
    fn waiting_for(&self) -> Wait;
}

/// What one call of [`Machine::receive`] took and what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received<E> {
    /// Octets at the beginning of the input that are done with. The next call gets the rest.
    pub consumed: usize,
    /// What happened. `None`: nothing more until there is more input, or until the application
    /// answers; [`Machine::waiting_for`] tells which.
    pub event: Option<E>,
}

impl<E> Received<E> {
    /// Nothing happened; `consumed` octets are done with.
    #[must_use]
    pub const fn nothing(consumed: usize) -> Self {
        Self { consumed, event: None }
    }

    /// An event that took `consumed` octets.
    #[must_use]
    pub const fn event(consumed: usize, event: E) -> Self {
        Self { consumed, event: Some(event) }
    }
}

/// What a machine waits for: which timeout of the RFC applies. The driver owns the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wait {
    /// For nothing: the client has no command in flight.
    Nothing,
    /// Client: for the greeting.
    Greeting,
    /// Server: for the next command.
    Command,
    /// Client: for the answer to a command.
    Answer,
    /// Client: for the go-ahead before a body.
    BodyGo,
    /// For the next part of a body: from the peer, or to be taken by the peer.
    Body,
    /// Client: for the answer to a whole body.
    BodyAnswer,
    /// For the next step of a SASL exchange.
    Auth,
    /// For the driver to finish the TLS handshake.
    Tls,
    /// For the application: an answer, a decision or a body is due.
    Application,
    /// For the peer to take what is in the transmit queue, before anything more is read.
    Transmit,
    /// For nothing any more: the conversation is over.
    Closed,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One of the two ends of a connection. The names stay with the connection, whoever commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The side that opened the connection.
    Client,
    /// The side that accepted it.
    Server,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Whether a session must or may go over to TLS. It is fixed for the life of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TlsPolicy {
    /// TLS is not used.
    None,
    /// TLS is used when both sides can.
    #[default]
    Opportunistic,
    /// Nothing of value is said without TLS.
    Required,
}

/// How a command ended that got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unanswered {
    /// The server did not get it, or not all of it: it had no effect.
    NotSent,
    /// The server may have got it; whether it had an effect is not known.
    Unknown,
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::Unknown => "unknown",
        })
    }
}

/// True for a verb of HTTP: a browser that is tricked into talking to a mail server begins with one.
#[must_use]
pub fn is_http_method(verb: &[u8]) -> bool {
    [&b"GET"[..], b"POST", b"HEAD", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"PATCH", b"TRACE"]
        .iter()
        .any(|method| verb.eq_ignore_ascii_case(method))
}
