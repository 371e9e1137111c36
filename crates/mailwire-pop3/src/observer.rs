//! The observer: hears both directions of a conversation and speaks in neither.
//!
//! For proxies, analysers and recorders. It never refuses and never answers: it follows what the two
//! peers did. What the client said decides what the server's next bytes are, and the other way round.
//!
//! | what was heard | what the next bytes are |
//! |---|---|
//! | LIST, UIDL, CAPA, LANG or AUTH without an argument, and `+OK` | a listing, up to a lone dot |
//! | RETR or TOP, and `+OK` | a message, up to a lone dot |
//! | AUTH with a mechanism, and `+` | one SASL response, `*` to cancel |
//! | STLS, and `+OK` | TLS, until [`Observer::tls_started`] |
//! | another verb, and `+OK` | a message, unless they begin like a status line |
//!
//! # The loop
//! ```
//! use mailwire_pop3::observer::{Observed, Observer, ObserverConfig, Side};
//!
//! let mut observer = Observer::new(ObserverConfig::default());
//! let (mut client, mut server) = (&b"STAT\r\n"[..], &b"+OK ready\r\n+OK 2 320\r\n"[..]);
//! let mut heard = Vec::new();
//! loop {
//!     let before = heard.len();
//!     // What one side means can depend on the other. The client comes first.
//!     for side in [Side::Client, Side::Server] {
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
//! assert!(matches!(heard[2], Observed::Response { .. }));
//! ```

mod flight;
mod listen;
mod talk;
#[cfg(test)]
mod tests;

use mailwire_core::body::Findings;
use mailwire_core::line::LineFramer;
use mailwire_core::sasl::Challenge;
use mailwire_core::{Received, Secret, SyntaxError, Wait};

use crate::answer::{Answer, Item, Listing};
use crate::command::{Command, Verb};
use crate::family::greeting::Greeting;
use crate::limits::Limits;
use crate::{Deviations, Tolerance};

pub use mailwire_core::Side;

use flight::Flights;
use listen::{Hear, Skip};
use talk::{Hold, Long, Talk};

/// How an [`Observer`] listens.
#[derive(Debug, Clone, Copy)]
pub struct ObserverConfig {
    /// The deviations that are accepted; what is not is [`Observed::Invalid`].
    pub tolerance: Tolerance,
    /// The lengths of lines over which they are [`Observed::TooLong`].
    pub limits: Limits,
    /// What is looked for in messages. Nothing costs nothing.
    pub look_for: Findings,
}

impl Default for ObserverConfig {
    fn default() -> Self {
        Self { tolerance: Tolerance::default(), limits: Limits::default(), look_for: Findings::ALL }
    }
}

/// What a status line answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Answers {
    /// Nothing that was heard: an unsolicited line, or one too many.
    Nothing,
    /// The command of this verb.
    Command(Verb),
    /// A command of another verb, or a line that is no command.
    Unknown,
}

/// Where a message belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyKind {
    /// RETR or TOP.
    Message,
    /// It is not known what was asked for: a listing or a message.
    Unknown,
}

/// What was heard; borrows from the input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Observed<'i> {
    /// The first line of a session.
    Greeting {
        /// The greeting.
        greeting: Greeting<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A command. Passwords, digests and responses are hidden in it.
    Command {
        /// The command.
        command: Command<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A status line. A listing or a message may follow it.
    Response {
        /// The line, read as what it answers.
        answer: Answer<'i>,
        /// What it answers.
        answers: Answers,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A listing begins.
    ListBegin {
        /// What it lists.
        listing: Listing,
    },
    /// A line of the listing.
    Item {
        /// The line. One that breaks its grammar is [`Item::Invalid`].
        item: Item<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// The listing ended.
    ListEnd {
        /// What it listed.
        listing: Listing,
        /// Its lines.
        items: u64,
        /// False when the server closed before the end of the listing.
        complete: bool,
    },
    /// `+`: the server waits for a SASL response.
    AuthChallenge {
        /// The challenge, as it came and decoded.
        challenge: Challenge<'i>,
        /// The tolerated deviations in its line.
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
    /// A message begins.
    BodyBegin {
        /// Where it belongs.
        kind: BodyKind,
    },
    /// The next octets of the message, without stuffed dots; never empty.
    BodyChunk(&'i [u8]),
    /// The message ended.
    BodyEnd {
        /// Where it belongs.
        kind: BodyKind,
        /// Its octets, without stuffed dots and the end mark.
        size: u64,
        /// What was looked for and found.
        findings: Findings,
        /// False when the server closed before the end of the message.
        complete: bool,
    },
    /// `+OK` to STLS was heard: the next bytes are TLS, until [`Observer::tls_started`].
    TlsReady,
    /// Bytes behind STLS and its `+OK`, while [`Observer::tls_started`] was not called. They are TLS,
    /// or plaintext that its sender wants to be taken for what is inside.
    Tls {
        /// Who sent them.
        side: Side,
        /// The bytes.
        octets: &'i [u8],
    },
    /// A line that breaks the grammar. Its neighbours live.
    Invalid {
        /// Who sent it.
        side: Side,
        /// The bytes, with their line end.
        line: &'i [u8],
        /// What is wrong with them.
        error: SyntaxError,
    },
    /// A line of a SASL exchange that breaks the grammar, or a bad line where one is likely, or a bad
    /// PASS, APOP or AUTH.
    InvalidSecret {
        /// The bytes, with their line end.
        line: Secret<&'i [u8]>,
        /// What is wrong with them.
        error: SyntaxError,
    },
    /// A line over its limit. Nothing of it is kept.
    TooLong {
        /// Who sent it.
        side: Side,
        /// The field of [`Limits`].
        name: &'static str,
        /// Its value.
        limit: usize,
        /// The octets of the line.
        octets: u64,
    },
    /// The beginning of a line whose end never came.
    Incomplete {
        /// Who sent it.
        side: Side,
        /// The bytes. What they were going to be is not known, so that they may be a password.
        octets: Secret<&'i [u8]>,
    },
}

/// Follows a POP3 conversation from both of its directions.
///
/// Bad lines are events like any others; there are no errors. Memory does not depend on the size of
/// messages, listings and lines: at most 4096 commands wait for their answers, and a client that is
/// further ahead is held. No octet is looked at twice, however the input is cut.
///
/// A recording need not begin with the greeting. One that holds a single direction is heard by
/// saying [`receive_eof`](Self::receive_eof) of the other at once: of a server alone, what does not
/// begin like a status line behind `+OK` is a message; of a client alone, lines behind AUTH are
/// responses as long as they look like base64 and like no command.
///
/// # Wire
/// ```text
/// C: LIST
/// S: -ERR no such maildrop
/// C: LIST 1
/// ```
/// Behind the `-ERR` there is no listing, and behind a `+OK` to the second LIST there is none either.
///
/// # Limits
/// [`Limits::line`], [`Limits::auth_line`], [`Limits::response_line`].
///
/// # Example
/// ```
/// use mailwire_pop3::observer::{Observed, Observer, ObserverConfig, Side};
/// let mut observer = Observer::new(ObserverConfig::default());
/// let server = b"+OK ready\r\n";
/// assert!(matches!(observer.receive(Side::Server, server).event, Some(Observed::Greeting { .. })));
/// let client = b"AUTH PLAIN\r\nQUIT\r\n";
/// let heard = observer.receive(Side::Client, client);
/// assert_eq!(heard.consumed, 12);
/// // What QUIT is depends on the answer: it is base64 too.
/// assert_eq!(observer.receive(Side::Client, &client[12..]).event, None);
/// assert!(observer.is_waiting(Side::Client));
/// observer.receive(Side::Server, b"-ERR no\r\n");
/// let heard = observer.receive(Side::Client, &client[12..]);
/// assert!(matches!(heard.event, Some(Observed::Command { .. })));
/// ```
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)]
pub struct Observer {
    config: ObserverConfig,
    /// Who has ended.
    client_ended: bool,
    server_ended: bool,
    greeted: bool,
    tls: Tls,
    /// What the next bytes of the client are.
    talk: Talk,
    lines: LineFramer,
    /// The command line over its limit whose end was not seen.
    long: Option<Long>,
    /// A SASL exchange was begun and no command was heard since: bad lines may be passwords.
    hush: bool,
    /// What the next bytes of the server are.
    hear: Hear,
    answers: LineFramer,
    /// The status line over its limit whose end was not seen.
    skip: Option<Skip>,
    /// An empty line was stepped over before the answer.
    blank: bool,
    /// An answer set the client free; what it sent before the next answer has to be heard first.
    client_first: bool,
    flights: Flights,
}

/// How far STLS is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    /// Plaintext, or plaintext inside TLS.
    No,
    /// `+OK` was heard and not told.
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
            client_ended: false,
            server_ended: false,
            greeted: false,
            tls: Tls::No,
            talk: Talk::Commands,
            lines: LineFramer::new(),
            long: None,
            hush: false,
            hear: Hear::Answers,
            answers: LineFramer::new(),
            skip: None,
            blank: false,
            client_first: false,
            flights: Flights::new(),
        }
    }

    /// Hears one side. `input` is everything that this side sent and that is not consumed.
    ///
    /// Call it for both sides, the client first, until neither gives an event, and consume
    /// [`Received::consumed`] octets each time; only then is more input needed. No event can also
    /// mean that the other side has to be heard first: see [`is_waiting`](Self::is_waiting).
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
                Tls::No if side == Side::Client => self.hear_client(rest),
                Tls::No => self.hear_server(rest),
            };
            match step {
                Step::Event(taken, event) => {
                    return Received::event(consumed.saturating_add(taken), event);
                }
                Step::Again(taken) => consumed = consumed.saturating_add(taken),
                Step::More => {
                    if side == Side::Client {
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
    /// [`Observed::Incomplete`], or a listing or a message that is not complete.
    pub const fn receive_eof(&mut self, side: Side) {
        match side {
            Side::Client => self.client_ended = true,
            Side::Server => self.server_ended = true,
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
        match (self.tls, side) {
            (Tls::No, Side::Client) => self.is_held(),
            (Tls::No, Side::Server) => self.client_first,
            _ => false,
        }
    }

    /// What the conversation waits for, as its client sees it; a proxy chooses its timeout by it.
    #[must_use]
    pub fn waiting_for(&self) -> Wait {
        if self.tls != Tls::No {
            return Wait::Tls;
        }
        if self.client_ended && self.server_ended {
            return Wait::Closed;
        }
        match (&self.hear, self.talk) {
            (_, Talk::Response | Talk::Held(Hold::Auth)) => Wait::Auth,
            (Hear::ListBegin(_) | Hear::List { .. }, _) => Wait::Body,
            (Hear::BodyBegin(_) | Hear::Body { .. }, _) => Wait::Body,
            _ if !self.greeted => Wait::Greeting,
            _ => self.flights.waiting_for(),
        }
    }

    /// Begins a session anew on the same connection.
    fn restart(&mut self) {
        self.talk = Talk::Commands;
        self.lines.reset();
        self.long = None;
        self.hush = false;
        self.hear = Hear::Answers;
        self.answers.reset();
        self.skip = None;
        self.blank = false;
        self.client_first = false;
        self.flights.clear();
    }
}
