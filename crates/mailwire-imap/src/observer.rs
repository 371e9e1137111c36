//! The observer: hears both directions of a conversation and speaks in neither.
//!
//! For proxies, analysers and recorders. It never refuses and never answers: it follows what the two
//! peers did. What the server answered decides what the client's next bytes are.
//!
//! | what was heard | what the client's next bytes are |
//! |---|---|
//! | a literal header, and `+` | so many octets, and the rest of the command |
//! | a literal header, and the tagged answer | a command: the literal was refused |
//! | a literal header with its own `+` | so many octets, whatever the server answers |
//! | AUTHENTICATE, and `+` | one SASL response, `*` to cancel |
//! | IDLE, and `+` | DONE |
//! | ENABLE, and ENABLED | commands, in which strings may be UTF-8 |
//! | STARTTLS, and OK | TLS, until [`Observer::tls_started`] |
//! | COMPRESS, and OK | raw deflate data, until [`Observer::compression_started`] |
//! | UNAUTHENTICATE, and OK | commands that are not compressed any more |
//!
//! # The loop
//! ```
//! use mailwire_imap::observer::{Observed, Observer, ObserverConfig, Side};
//!
//! let mut observer = Observer::new(ObserverConfig::default());
//! let (mut client, mut server) = (&b"A1 NOOP\r\n"[..], &b"* OK ready\r\nA1 OK done\r\n"[..]);
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
//! assert!(matches!(heard[2], Observed::Tagged { .. }));
//! ```

mod body;
mod event;
mod flight;
mod line;
mod listen;
mod talk;
#[cfg(test)]
mod tests;

use mailwire_core::body::Findings;
use mailwire_core::{Received, Wait};

use crate::framing::{CommandFramer, ResponseFramer};
use crate::limits::Limits;
use crate::{Mode, Tolerance};

pub use event::{Answers, Asks, BodyKind, Observed};
pub use mailwire_core::Side;

use flight::Flights;
use listen::{Hear, Rest};
use talk::{Cut, Hold, Open, Talk};

/// How an [`Observer`] listens.
#[derive(Debug, Clone, Copy)]
pub struct ObserverConfig {
    /// The deviations that are accepted; what is not is [`Observed::Invalid`].
    pub tolerance: Tolerance,
    /// The sizes over which messages are [`Observed::Bad`] and literals are streamed.
    pub limits: Limits,
    /// What is looked for in streamed literals. Nothing costs nothing.
    pub look_for: Findings,
}

impl Default for ObserverConfig {
    fn default() -> Self {
        Self { tolerance: Tolerance::default(), limits: Limits::default(), look_for: Findings::ALL }
    }
}

/// Follows an IMAP conversation from both of its directions.
///
/// What breaks the grammar is an event like any other; there are no errors. Memory does not depend on
/// the size of messages and literals: at most 4096 commands wait for their answers, and a client that
/// is further ahead is held. The work is in proportion to the octets, however the input is cut.
///
/// Literals of up to [`Limits::inline_literal`] octets stand in the command or response that has them.
/// Larger ones are streamed where a message is: behind [`Observed::CommandHead`] the octets come as
/// [`Observed::BodyBegin`], [`Observed::BodyChunk`] and [`Observed::BodyEnd`], and what is left of the
/// command as [`Observed::CommandTail`]; [`Observed::FetchHead`] and [`Observed::FetchTail`] are the same for
/// what the server sends. Elsewhere a literal stands in its message as long as that keeps
/// to its limit.
///
/// A recording need not begin with the greeting. One that holds a single direction is heard by
/// saying [`receive_eof`](Self::receive_eof) of the other at once: literals, ENABLE, IDLE and
/// UNAUTHENTICATE are then taken as accepted, and lines behind AUTHENTICATE as responses as long as they
/// look like base64 and like no command.
///
/// # Wire
/// ```text
/// C: A1 APPEND Drafts {12}
/// S: A1 NO [TRYCREATE] no such mailbox
/// C: A2 LOGOUT
/// ```
/// LOGOUT is a command here, since the literal was refused. Behind a `+` it would be its beginning.
///
/// # Limits
/// [`Limits::line`], [`Limits::auth_line`], [`Limits::command`], [`Limits::response_line`],
/// [`Limits::response_literals`], [`Limits::response`], [`Limits::inline_literal`].
///
/// # Example
/// ```
/// use mailwire_imap::observer::{Observed, Observer, ObserverConfig, Side};
/// let mut observer = Observer::new(ObserverConfig::default());
/// let server = b"* OK ready\r\n";
/// assert!(matches!(observer.receive(Side::Server, server).event, Some(Observed::Greeting { .. })));
/// let client = b"A1 LOGIN {5}\r\nA2 NOOP\r\n";
/// // What A2 is depends on the answer.
/// assert_eq!(observer.receive(Side::Client, client).event, None);
/// assert!(observer.is_waiting(Side::Client));
/// observer.receive(Side::Server, b"A1 NO not here\r\n");
/// let heard = observer.receive(Side::Client, client);
/// assert!(matches!(heard.event, Some(Observed::Refused { .. })));
/// let heard = observer.receive(Side::Client, &client[heard.consumed..]);
/// assert!(matches!(heard.event, Some(Observed::Command { .. })));
/// ```
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)]
pub struct Observer {
    config: ObserverConfig,
    /// What was enabled.
    mode: Mode,
    /// ENABLED was heard since the last ENABLE.
    enabled: bool,
    /// Who has ended.
    client_ended: bool,
    server_ended: bool,
    greeted: bool,
    layer: Layer,
    /// What is heard was inflated.
    compressed: bool,
    /// What the next bytes of the client are.
    talk: Talk,
    commands: CommandFramer,
    /// The command whose beginning was seen.
    open: Option<Open>,
    /// What the rest of the client's message is behind a literal.
    cut: Cut,
    /// Octets that were dropped of a command, if its rest is dropped.
    dropped: u64,
    /// A SASL exchange was begun and no command was heard since: bad lines may be passwords.
    hush: bool,
    /// What the next bytes of the server are.
    hear: Hear,
    responses: ResponseFramer,
    /// The same two of a response.
    rest: Rest,
    skipped: u64,
    /// An answer set the client free; what it sent before the next one has to be heard first.
    client_first: bool,
    flights: Flights,
}

/// Which layer the bytes belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    /// IMAP, or IMAP inside of TLS or compression.
    Imap,
    /// OK to STARTTLS was heard and not told.
    TlsReady,
    /// The next bytes are TLS.
    Tls,
    /// OK to COMPRESS was heard and not told.
    CompressReady,
    /// The next bytes are compressed.
    Compress,
    /// OK to UNAUTHENTICATE under compression was heard and not told.
    Plain,
}

/// What one look at the input gave.
#[allow(clippy::large_enum_variant)] // Nearly each is an event, and none is kept.
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
            mode: Mode::REV1,
            enabled: false,
            client_ended: false,
            server_ended: false,
            greeted: false,
            layer: Layer::Imap,
            compressed: false,
            talk: Talk::Commands,
            commands: CommandFramer::new(),
            open: None,
            cut: Cut::No,
            dropped: 0,
            hush: false,
            hear: Hear::Responses,
            responses: ResponseFramer::new(),
            rest: Rest::No,
            skipped: 0,
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
            let step = match self.layer {
                Layer::TlsReady => {
                    self.layer = Layer::Tls;
                    Step::Event(0, Observed::TlsReady)
                }
                Layer::CompressReady => {
                    self.layer = Layer::Compress;
                    Step::Event(0, Observed::CompressReady)
                }
                Layer::Plain => {
                    self.layer = Layer::Imap;
                    self.compressed = false;
                    Step::Event(0, Observed::CompressEnd)
                }
                Layer::Tls | Layer::Compress if rest.is_empty() => Step::More,
                Layer::Tls => Step::Event(rest.len(), Observed::Tls { side, octets: rest }),
                Layer::Compress => {
                    Step::Event(rest.len(), Observed::Compressed { side, octets: rest })
                }
                Layer::Imap if side == Side::Client => self.hear_client(rest),
                Layer::Imap => self.hear_server(rest),
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

    /// UNAUTHENTICATE was accepted: the session is before login, and not compressed.
    const fn unauthenticated(&mut self) {
        self.mode = Mode::REV1;
        if self.compressed {
            self.layer = Layer::Plain;
        }
    }

    /// Takes note that a side sends nothing more.
    ///
    /// What is left of it is heard by further calls of [`receive`](Self::receive), on both sides:
    /// what waited for the other one is interpreted as well as can be, and what was cut off is
    /// [`Observed::Incomplete`] or a literal that is not complete.
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
        self.layer = Layer::Imap;
        self.restart();
    }

    /// Takes note that both sides are inflated now: the next bytes are the plaintext.
    ///
    /// Nothing is forgotten. What is not consumed of either side is compressed: inflate it first.
    pub fn compression_started(&mut self) {
        self.layer = Layer::Imap;
        self.compressed = true;
    }

    /// What was enabled, and so how strings are read: [`Mode::UTF8`] or not.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// True when the bytes of this side cannot be understood before the other side was heard.
    #[must_use]
    pub fn is_waiting(&self, side: Side) -> bool {
        match (self.layer, side) {
            (Layer::Imap, Side::Client) => self.is_held(),
            (Layer::Imap, Side::Server) => self.client_first,
            _ => false,
        }
    }

    /// What the conversation waits for, as its client sees it; a proxy chooses its timeout by it.
    #[must_use]
    pub fn waiting_for(&self) -> Wait {
        match self.layer {
            Layer::Tls | Layer::TlsReady => return Wait::Tls,
            Layer::Compress | Layer::CompressReady | Layer::Plain => return Wait::Application,
            Layer::Imap => {}
        }
        if self.client_ended && self.server_ended {
            return Wait::Closed;
        }
        match (&self.talk, &self.hear) {
            (_, Hear::Body(_)) | (Talk::Body(_) | Talk::Go, _) => Wait::Body,
            (Talk::Response | Talk::Held(Hold::Auth), _) => Wait::Auth,
            (Talk::Held(Hold::Literal | Hold::Body { .. } | Hold::Bad { .. }), _) => Wait::BodyGo,
            _ if !self.greeted => Wait::Greeting,
            // A client may stay in IDLE as long as it may stay silent.
            (Talk::Done, _) => Wait::Command,
            _ => self.flights.waiting_for(),
        }
    }

    /// True when nothing is understood of the server any more.
    const fn is_deaf(&self) -> bool {
        self.server_ended || matches!(self.hear, Hear::Lost)
    }

    /// Begins a session anew on the same connection.
    fn restart(&mut self) {
        self.mode = Mode::REV1;
        self.compressed = false;
        self.talk = Talk::Commands;
        self.commands = CommandFramer::new();
        self.open = None;
        self.cut = Cut::No;
        self.dropped = 0;
        self.hush = false;
        self.hear = Hear::Responses;
        self.responses = ResponseFramer::new();
        self.rest = Rest::No;
        self.skipped = 0;
        self.client_first = false;
        self.flights.clear();
    }
}
