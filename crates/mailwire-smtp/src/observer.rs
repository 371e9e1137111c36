//! The observer: hears both directions of a conversation and speaks in neither.
//!
//! For proxies, analysers and recorders. It never refuses and never answers: it follows what the two
//! peers did. What the server answered decides what the client's next bytes are.
//!
//! | what was heard | what the client's next bytes are |
//! |---|---|
//! | 354 to DATA | a dotted body; after any other reply, commands |
//! | BDAT with a size | so many octets, whatever the server answers |
//! | 334 | one SASL response, `*` to cancel |
//! | 220 to STARTTLS | TLS, until [`Observer::tls_started`] |
//! | 220 to XCLIENT | commands; this 220 is the greeting of a new session |
//! | 250 to ATRN or TURN | the greeting and the replies of a server: the roles are changed |
//!
//! # The loop
//! ```
//! use mailwire_smtp::observer::{Observed, Observer, ObserverConfig, Side};
//!
//! let mut observer = Observer::new(ObserverConfig::default());
//! let (mut client, mut server) = (&b"NOOP\r\n"[..], &b"220 mx.example\r\n250 ok\r\n"[..]);
//! let mut heard = Vec::new();
//! loop {
//!     let before = heard.len();
//!     // What one side means can depend on the other. Whoever has the role of the client comes first.
//!     for side in [observer.client_side(), observer.client_side().other()] {
//!         let input = if side == Side::Client { &mut client } else { &mut server };
//!         let received = observer.receive(side, input);
//!         *input = &input[received.consumed..];
//!         heard.extend(received.event);
//!     }
//!     if heard.len() == before {
//!         break; // Only now is more input needed.
//!     }
//! }
//! assert!(matches!(heard[0], Observed::Command { .. }));
//! assert!(matches!(heard[1], Observed::Greeting { .. }));
//! assert!(matches!(heard[2], Observed::Reply { .. }));
//! ```

mod flight;
mod listen;
mod talk;
#[cfg(test)]
mod tests;

use mailwire_core::body::Findings;
use mailwire_core::line::LineFramer;
use mailwire_core::{Received, Secret, SyntaxError, Wait};

use crate::command::{Command, Verb};
use crate::family::greeting::Greeting;
use crate::family::hello::EhloReply;
use crate::framing::ReplyFramer;
use crate::limits::Limits;
use crate::reply::Reply;
use crate::{Deviations, Tolerance};

pub use crate::protocol::Protocol;
pub use mailwire_core::Side;

use flight::Flights;
use listen::Skip;
use talk::{Hold, Long, Talk};

/// How an [`Observer`] listens.
#[derive(Debug, Clone, Copy)]
pub struct ObserverConfig {
    /// Which protocol is spoken.
    pub protocol: Protocol,
    /// The deviations that are accepted; what is not is [`Observed::Invalid`].
    pub tolerance: Tolerance,
    /// The lengths of lines and replies over which they are [`Observed::TooLong`].
    pub limits: Limits,
    /// What is looked for in bodies. Nothing costs nothing.
    pub look_for: Findings,
}

impl Default for ObserverConfig {
    fn default() -> Self {
        Self {
            protocol: Protocol::default(),
            tolerance: Tolerance::default(),
            limits: Limits::default(),
            look_for: Findings::ALL,
        }
    }
}

/// What a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Answers {
    /// Nothing that was heard: an unsolicited reply, or one too many.
    Nothing,
    /// The command of this verb.
    Command(Verb),
    /// A command of another verb, or a line that is no command.
    Unknown,
    /// A whole message, sent with DATA or with the last BDAT or BURL.
    Message,
    /// A whole message, for the accepted recipient of this number, from 0 (LMTP, PRDR).
    Recipient(u32),
}

/// How a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyKind {
    /// DATA: dotted.
    Data,
    /// BDAT: counted; `last` ends the message.
    Bdat {
        /// True for the last chunk of the message.
        last: bool,
    },
}

/// What was heard; borrows from the input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Observed<'i> {
    /// The first reply of a session.
    Greeting {
        /// The greeting.
        greeting: Greeting<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A command.
    Command {
        /// The command. The responses of AUTH are hidden in it.
        command: Command<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A reply that has no event of its own.
    Reply {
        /// The reply.
        reply: Reply<'i>,
        /// What it answers.
        answers: Answers,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// The positive reply to EHLO or LHLO.
    EhloReply {
        /// The reply.
        reply: EhloReply<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// 334: the server waits for a SASL response.
    AuthChallenge {
        /// The reply; its text is the challenge in base64.
        reply: Reply<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A SASL response.
    AuthResponse {
        /// The response in base64, without its line end.
        response: Secret<&'i [u8]>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// `*` in place of a SASL response: the client gives up.
    AuthCancel {
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A body begins.
    BodyBegin {
        /// How it is sent.
        kind: BodyKind,
        /// Its octets, when they are announced.
        size: Option<u64>,
    },
    /// The next octets of the body, without stuffed dots; never empty.
    BodyChunk(&'i [u8]),
    /// The body ended.
    BodyEnd {
        /// How it was sent.
        kind: BodyKind,
        /// Its octets, without stuffed dots and the end mark.
        size: u64,
        /// What was looked for and found.
        findings: Findings,
        /// False when the client closed before the end of the body.
        complete: bool,
    },
    /// 220 to STARTTLS was heard: the next bytes are TLS, until [`Observer::tls_started`].
    TlsReady,
    /// Bytes behind STARTTLS and its 220, while [`Observer::tls_started`] was not called. They are
    /// TLS, or plaintext that its sender wants to be taken for what is inside.
    Tls {
        /// Who sent them.
        side: Side,
        /// The bytes.
        octets: &'i [u8],
    },
    /// A line or a reply that breaks the grammar. Its neighbours live.
    Invalid {
        /// Who sent it.
        side: Side,
        /// The bytes, with their line ends.
        line: &'i [u8],
        /// What is wrong with them.
        error: SyntaxError,
    },
    /// A line of a SASL exchange that breaks the grammar, or a bad line where one is likely.
    InvalidSecret {
        /// The bytes, with their line end.
        line: Secret<&'i [u8]>,
        /// What is wrong with them.
        error: SyntaxError,
    },
    /// A line or a reply over its limit. Nothing of it is kept.
    TooLong {
        /// Who sent it.
        side: Side,
        /// The field of [`Limits`].
        name: &'static str,
        /// Its value.
        limit: usize,
        /// The octets of the line or the reply.
        octets: u64,
    },
    /// The beginning of a line or a reply whose end never came.
    Incomplete {
        /// Who sent it.
        side: Side,
        /// The bytes. What they were going to be is not known, so that they may be a password.
        octets: Secret<&'i [u8]>,
    },
}

/// Follows an SMTP or LMTP conversation from both of its directions.
///
/// Bad lines are events like any others; there are no errors. Memory does not depend on the size of
/// bodies and lines: at most 4096 commands wait for their replies, and a client that is further
/// ahead is held. No octet is looked at twice, however the input is cut.
///
/// A recording need not begin with the greeting. One that holds a single direction is heard by
/// saying [`receive_eof`](Self::receive_eof) of the other at once: DATA is then taken as accepted,
/// and lines behind AUTH as responses as long as they look like base64 and like no command.
///
/// # Wire
/// ```text
/// C: DATA
/// S: 554 no valid recipients
/// C: RSET
/// ```
/// RSET is a command here, since DATA was refused. Behind a 354 it would be the first line of a
/// body.
///
/// # Limits
/// [`Limits::line`], [`Limits::auth_line`], [`Limits::reply_line`], [`Limits::reply`].
///
/// # Example
/// ```
/// use mailwire_smtp::observer::{Observed, Observer, ObserverConfig, Side};
/// let mut observer = Observer::new(ObserverConfig::default());
/// let server = b"220 mx.example ready\r\n";
/// assert!(matches!(observer.receive(Side::Server, server).event, Some(Observed::Greeting { .. })));
/// let client = b"DATA\r\nRSET\r\n";
/// let heard = observer.receive(Side::Client, client);
/// assert_eq!(heard.consumed, 6);
/// // What RSET is depends on the reply.
/// assert_eq!(observer.receive(Side::Client, &client[6..]).event, None);
/// assert!(observer.is_waiting(Side::Client));
/// observer.receive(Side::Server, b"554 no valid recipients\r\n");
/// let heard = observer.receive(Side::Client, &client[6..]);
/// assert!(matches!(heard.event, Some(Observed::Command { .. })));
/// ```
#[derive(Debug, Clone)]
pub struct Observer {
    config: ObserverConfig,
    /// Who has the role of the client.
    client: Side,
    /// Who has ended.
    client_side_ended: bool,
    server_side_ended: bool,
    greeted: bool,
    tls: Tls,
    /// What the next bytes of the client are.
    talk: Talk,
    lines: LineFramer,
    /// The command line over its limit whose end was not seen.
    long: Option<Long>,
    /// A SASL exchange was begun and no command was heard since: bad lines may be passwords.
    hush: bool,
    replies: ReplyFramer,
    /// The reply over its limit whose end was not seen.
    skip: Option<Skip>,
    /// An empty line was stepped over before the reply.
    blank: bool,
    /// A reply set the client free; what it sent before the next reply has to be heard first.
    client_first: bool,
    flights: Flights,
}

/// How far STARTTLS is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    /// Plaintext, or plaintext inside TLS.
    No,
    /// 220 was heard and not told.
    Ready,
    /// The next bytes are TLS.
    Handshake,
}

/// What one look at the input gave.
enum Step<'i> {
    /// An event that took so many octets.
    Event(usize, Observed<'i>),
    /// No event; look again behind so many octets.
    Again(usize),
    /// More input is needed.
    More,
}

impl Observer {
    /// An observer at the beginning of a conversation.
    #[must_use]
    pub const fn new(config: ObserverConfig) -> Self {
        Self {
            config,
            client: Side::Client,
            client_side_ended: false,
            server_side_ended: false,
            greeted: false,
            tls: Tls::No,
            talk: Talk::Commands,
            lines: LineFramer::new(),
            long: None,
            hush: false,
            replies: ReplyFramer::new(),
            skip: None,
            blank: false,
            client_first: false,
            flights: Flights::new(),
        }
    }

    /// Hears one side. `input` is everything that this side sent and that is not consumed.
    ///
    /// Call it for both sides, that of [`client_side`](Self::client_side) first, until neither gives
    /// an event, and consume [`Received::consumed`] octets each time; only then is more input needed.
    /// No event can also mean that the other side has to be heard first: see
    /// [`is_waiting`](Self::is_waiting).
    pub fn receive<'i>(&mut self, side: Side, input: &'i [u8]) -> Received<Observed<'i>> {
        let mut consumed = 0_usize;
        loop {
            let rest = input.get(consumed..).unwrap_or_default();
            let step = match self.tls {
                Tls::Ready => {
                    self.tls = Tls::Handshake;
                    Step::Event(0, Observed::TlsReady)
                }
                Tls::Handshake if rest.is_empty() => Step::More,
                Tls::Handshake => Step::Event(rest.len(), Observed::Tls { side, octets: rest }),
                Tls::No if side == self.client => self.hear_client(side, rest),
                Tls::No => self.hear_server(side, rest),
            };
            match step {
                Step::Event(taken, event) => {
                    return Received::event(consumed.saturating_add(taken), event);
                }
                Step::Again(taken) => consumed = consumed.saturating_add(taken),
                Step::More => {
                    if side == self.client {
                        self.client_first = false;
                    }
                    return Received::nothing(consumed);
                }
            }
        }
    }

    /// Takes note that a side sends nothing more.
    ///
    /// What is left of it is heard by further calls of [`receive`](Self::receive), on both sides:
    /// what waited for the other one is interpreted as well as can be, and what was cut off is
    /// [`Observed::Incomplete`] or a body that is not complete.
    pub const fn receive_eof(&mut self, side: Side) {
        match side {
            Side::Client => self.client_side_ended = true,
            Side::Server => self.server_side_ended = true,
        }
    }

    /// Takes note that both sides are inside TLS now: the next bytes are the plaintext in it.
    ///
    /// All that was learned before is forgotten; there is no second greeting. A connection that is
    /// TLS from its beginning is told so before the greeting, or not at all.
    pub fn tls_started(&mut self) {
        self.tls = Tls::No;
        self.restart();
    }

    /// True when the bytes of this side cannot be understood before the other side was heard.
    #[must_use]
    pub fn is_waiting(&self, side: Side) -> bool {
        match (self.tls, side == self.client) {
            (Tls::No, true) => self.is_held(),
            (Tls::No, false) => self.client_first,
            _ => false,
        }
    }

    /// What the conversation waits for, as its client sees it; a proxy chooses its timeout by it.
    #[must_use]
    pub fn waiting_for(&self) -> Wait {
        if self.tls != Tls::No {
            return Wait::Tls;
        }
        if self.client_side_ended && self.server_side_ended {
            return Wait::Closed;
        }
        match self.talk {
            Talk::Response => Wait::Auth,
            Talk::DataBegin | Talk::Data { .. } | Talk::Chunk { .. } => Wait::Body,
            Talk::Held(Hold::Data) => Wait::BodyGo,
            Talk::Held(Hold::Auth) => Wait::Auth,
            _ if !self.greeted => Wait::Greeting,
            _ => self.flights.waiting_for(),
        }
    }

    /// Which side has the role of the client. ATRN and TURN change it.
    #[must_use]
    pub const fn client_side(&self) -> Side {
        self.client
    }

    /// True when the side has ended.
    const fn has_ended(&self, side: Side) -> bool {
        match side {
            Side::Client => self.client_side_ended,
            Side::Server => self.server_side_ended,
        }
    }

    /// Begins a session anew on the same connection.
    fn restart(&mut self) {
        self.talk = Talk::Commands;
        self.lines.reset();
        self.long = None;
        self.hush = false;
        self.replies = ReplyFramer::new();
        self.skip = None;
        self.blank = false;
        self.client_first = false;
        self.flights.clear();
    }

    /// Changes the roles: the next bytes are the greeting of the side that was the client.
    fn turn_round(&mut self) {
        self.restart();
        self.client = self.client.other();
        self.greeted = false;
    }
}
