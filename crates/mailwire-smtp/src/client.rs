//! The client: commands out, replies in.
//!
//! ```text
//! loop {
//!     write what `transmit` shows, and say `transmitted`;
//!     while let Some(event) = receive(input): act on it: send, send_body, respond_auth ...;
//!     read again only when there is nothing to write
//! }
//! ```
//! Commands are given with [`send`](Client::send) as they come to mind. The machine sends them in
//! groups when the server offers PIPELINING (RFC 2920), and one by one when not; it binds each reply
//! to its command, and each command ends exactly once: with its reply, or as [`Unanswered`].

mod auth;
mod body;
mod check;
mod config;
mod pump;
mod replies;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use mailwire_core::body::{CountedEncoder, DotEncoder};
use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Wire, parse_whole};
use mailwire_core::sasl::Challenge;
use mailwire_core::{Machine, Received, Transmit, TransmitQueue, Unanswered, Wait};

pub use self::config::ClientConfig;
use crate::Deviations;
use crate::command::{Command, Verb};
use crate::element::domain::Domain;
use crate::error::{PeerError, UsageError};
use crate::extension::Extensions;
use crate::family::greeting::Greeting;
use crate::framing::{ReplyFrame, ReplyFramer};
use crate::protocol::Protocol;
use crate::reply::Reply;
use crate::state::State;
use crate::tolerance::Deviation;

/// Names a command that was given to a client; its reply carries the same ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// What happened; borrows from the input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// The server's greeting. When it is not ready, only QUIT is left.
    Greeting(Greeting<'i>),
    /// The reply to a command. It ends the command, but for an intermediate one (354, 353) and for
    /// the results of a message, of which the last one does.
    Reply {
        /// The command.
        ticket: Ticket,
        /// The reply.
        reply: Reply<'i>,
        /// For the results of a message in LMTP and with PRDR: which accepted recipient it is for,
        /// in the order of acceptance, from 0. The overall reply of PRDR has none.
        recipient: Option<u32>,
        /// The tolerated deviations in the reply.
        deviations: Deviations,
    },
    /// The body of DATA or BDAT is to be given: [`send_body`](Client::send_body) and
    /// [`finish_body`](Client::finish_body).
    BodyWanted(Ticket),
    /// A challenge of the SASL exchange: [`respond_auth`](Client::respond_auth) or
    /// [`cancel_auth`](Client::cancel_auth).
    AuthChallenge {
        /// The AUTH command.
        ticket: Ticket,
        /// The challenge, as it came and decoded.
        challenge: Challenge<'i>,
    },
    /// The server is ready for TLS: start the handshake, then call
    /// [`tls_started`](Client::tls_started).
    TlsReady,
    /// A command that ended without a reply.
    Unanswered {
        /// The command.
        ticket: Ticket,
        /// Whether it may have had an effect.
        outcome: Unanswered,
    },
    /// The server says of itself that it closes (421), in answer to nothing.
    Closing(Reply<'i>),
    /// The session is over: close the connection.
    Closed,
}

/// A command that has not ended.
#[derive(Debug, Clone)]
struct Pending {
    ticket: Ticket,
    verb: Option<Verb>,
    stage: Stage,
    /// Octets of its line, while it is held.
    len: usize,
    /// How many octets must be written before the server can refuse it: through its line.
    line: u64,
    /// How many must be written before the server can accept it: through its body.
    end: u64,
    /// The last chunk of BDAT or BURL.
    last: bool,
    /// Announced octets of BDAT.
    size: u64,
    /// The transaction that it belongs to.
    of: Transaction,
}

/// What MAIL said of a transaction.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)]
struct Transaction {
    smtputf8: bool,
    eight_bit: bool,
    binary: bool,
    prdr: bool,
}

/// How far a command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// One reply is due.
    Reply,
    /// The body of DATA or the octets of BDAT are under way.
    Body,
    /// The results of a message are due: so many, the next one for this recipient.
    Results { due: u32, next: u32 },
}

/// What the machine is in the middle of.
#[derive(Debug, Clone)]
enum Phase {
    /// Commands.
    Commands,
    /// The body of DATA.
    Dotted(DotEncoder),
    /// The octets of BDAT.
    Counted(CountedEncoder),
    /// The caller answers a challenge.
    AuthChallenged,
    /// The driver starts TLS. True when it was told.
    Tls(bool),
}

/// An SMTP or LMTP client, as a state machine without I/O.
///
/// RFC 5321, RFC 2033, RFC 2920.
///
/// # Wire
/// ```text
/// S: 220 mail.example.org ready
/// C: EHLO client.example
/// ```
///
/// # Limits
/// [`Limits`](crate::Limits), by [`ClientConfig::limits`].
///
/// # Errors
/// [`PeerError`] ends the session: it is returned again by every later call, and
/// [`unanswered`](Client::unanswered) tells what became of each command.
///
/// # Example
/// ```
/// use mailwire_smtp::client::{Client, ClientConfig, Event};
/// use mailwire_smtp::{Command, Machine, element::domain::Domain};
///
/// let mut client = Client::new(ClientConfig::default());
/// let received = client.receive(b"220 mail.example.org ready\r\n").unwrap();
/// assert!(matches!(received.event, Some(Event::Greeting(_))));
///
/// let name = Domain::name("client.example").unwrap();
/// client.send(&Command::Ehlo(name.into())).unwrap();
/// assert_eq!(client.transmit().first(), b"EHLO client.example\r\n");
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    config: ClientConfig,
    queue: TransmitQueue,
    framer: ReplyFramer,
    phase: Phase,
    /// The state, as the server has confirmed it.
    state: State,
    /// The state when all that is given succeeds.
    planned: State,
    /// The commands that have not ended; the first `sent` are in flight.
    commands: VecDeque<Pending>,
    sent: usize,
    /// The lines of the commands that are held, from `held_from` on.
    held: Vec<u8>,
    held_from: usize,
    extensions: Extensions,
    ended: VecDeque<(Ticket, Unanswered)>,
    error: Option<PeerError>,
    /// Octets that were queued, and those of them that were written.
    queued: u64,
    written: u64,
    tickets: u64,
    /// Recipients accepted in the transaction.
    recipients: u32,
    /// The transaction that was given last. The one that the server is at can be an earlier one.
    given: Transaction,
    auth_rounds: u8,
    flags: Flags,
    /// Transactions that were given in the session.
    transactions: u32,
    /// The domains of the recipients given in the session, where the server limits them.
    domains: Vec<Domain<'static>>,
}

/// What is true of the session or of its transaction.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)]
struct Flags {
    tls: bool,
    authenticated: bool,
    told_closed: bool,
    /// [`Event::BodyWanted`] is to be given.
    wanted: bool,
    /// An empty line stands before the next reply.
    blank: bool,
}

impl Client {
    /// A client at the beginning of a connection.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        let tls = config.implicit_tls;
        Self {
            config,
            queue: TransmitQueue::new(),
            framer: ReplyFramer::new(),
            phase: Phase::Commands,
            state: State::Connected,
            planned: State::Connected,
            commands: VecDeque::new(),
            sent: 0,
            held: Vec::new(),
            held_from: 0,
            extensions: Extensions::default(),
            ended: VecDeque::new(),
            error: None,
            queued: 0,
            written: 0,
            tickets: 0,
            recipients: 0,
            given: Transaction::default(),
            auth_rounds: 0,
            flags: Flags { tls, ..Flags::default() },
            transactions: 0,
            domains: Vec::new(),
        }
    }

    /// Gives a command. It goes out now, or when it is its turn.
    ///
    /// # Errors
    /// [`UsageError`] when the command cannot be given: nothing is sent then.
    pub fn send(&mut self, command: &Command<'_>) -> Result<Ticket, UsageError> {
        self.check(command)?;
        let ticket = Ticket(self.tickets);
        self.tickets = self.tickets.saturating_add(1);
        let from = self.held.len();
        command.encode(&mut Encoder::new(&mut self.held));
        let verb = command.verb();
        let (last, size) = match command {
            Command::Bdat(bdat) => (bdat.last, bdat.size),
            Command::Burl(burl) => (burl.last, 0),
            _ => (false, 0),
        };
        self.commands.push_back(Pending {
            ticket,
            verb,
            stage: Stage::Reply,
            len: self.held.len().saturating_sub(from),
            line: u64::MAX,
            end: u64::MAX,
            last,
            size,
            of: self.given,
        });
        self.plan(command);
        self.pump();
        Ok(ticket)
    }

    /// Takes note that the TLS handshake is finished. Everything that the server said before is
    /// forgotten.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`Event::TlsReady`]: only then it is known that no plaintext
    /// came behind the reply to STARTTLS.
    pub fn tls_started(&mut self) -> Result<(), UsageError> {
        if !matches!(self.phase, Phase::Tls(true)) {
            return Err(UsageError::NotNow { what: "the TLS handshake" });
        }
        let (config, tickets) = (self.config.clone(), self.tickets);
        *self = Self::new(config);
        self.tickets = tickets;
        (self.state, self.planned) = (State::Greeted, State::Greeted);
        self.flags.tls = true;
        Ok(())
    }

    /// The next command that ended without a reply, behind an error or the end of the connection.
    pub fn unanswered(&mut self) -> Option<(Ticket, Unanswered)> {
        self.ended.pop_front()
    }

    /// The state of the session, as the server has confirmed it.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What the server offers.
    #[must_use]
    pub const fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// True when the session is under TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.flags.tls
    }

    /// True when the server accepted the authentication.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        self.flags.authenticated
    }

    /// True when the session is over.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed) || self.error.is_some()
    }

    /// True when the connection changed its roles (ATRN, TURN): hand it to a
    /// [`Server`](crate::Server), with the input that is not consumed.
    #[must_use]
    pub const fn turned(&self) -> bool {
        matches!(self.state, State::Turned)
    }

    /// SMTP or LMTP.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.config.protocol
    }

    /// Commands that have not ended.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.commands.len()
    }

    /// Transactions that were given in the session, whatever became of them. RFC 9422: MAILMAX.
    pub(crate) const fn transactions(&self) -> u32 {
        self.transactions
    }

    /// The domains of the recipients given in the session, where the server limits them. RFC 9422:
    /// RCPTDOMAINMAX.
    pub(crate) fn recipient_domains(&self) -> &[Domain<'static>] {
        &self.domains
    }

    /// Queues octets, counted.
    fn push(&mut self, octets: &[u8]) {
        self.queue.push(octets);
        self.queued = self.queued.saturating_add(octets.len() as u64);
    }

    /// Ends the session. Every command that has not ended does so now.
    fn fail(&mut self, error: PeerError) -> PeerError {
        self.abandon();
        self.error = Some(error);
        error
    }

    /// Ends every command, by how much of it was written. Nothing is sent any more: what waits in
    /// the queue was given in the hope of another answer.
    fn abandon(&mut self) {
        while let Some(command) = self.commands.pop_front() {
            let whole = command.stage != Stage::Body && self.written >= command.end;
            let outcome = if whole { Unanswered::Unknown } else { Unanswered::NotSent };
            self.ended.push_back((command.ticket, outcome));
        }
        self.sent = 0;
        self.queue.clear();
        self.held = Vec::new();
        self.held_from = 0;
        self.flags.wanted = false;
        self.phase = Phase::Commands;
        self.state = State::Closed;
        self.planned = State::Closed;
    }

    /// The next reply.
    fn receive_reply<'i>(&mut self, input: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        let mut blank = 0_usize;
        let frame = loop {
            match self.framer.frame(input.get(blank..).unwrap_or_default(), &self.config.limits) {
                ReplyFrame::Reply(frame @ (b"\n" | b"\r\n"))
                    if self.config.tolerance.allowed().contains(Deviation::BlankLine) =>
                {
                    blank = blank.saturating_add(frame.len());
                    self.flags.blank = true;
                }
                ReplyFrame::Reply(frame) => break frame,
                ReplyFrame::More => return Ok(Received::nothing(blank)),
                ReplyFrame::TooLong { name, limit } => {
                    return Err(self.fail(PeerError::Limit { name, limit: limit as u64 }));
                }
            }
        };
        let cx = Context::new(self.config.tolerance);
        if core::mem::take(&mut self.flags.blank) {
            cx.tolerate(Deviation::BlankLine);
        }
        let reply = match parse_whole(frame, |frame| Reply::parse_part(frame, &cx)) {
            Ok(reply) => reply,
            Err(_) if self.state == State::Connected => {
                return Err(self.fail(PeerError::WrongProtocol));
            }
            Err(error) => return Err(self.fail(PeerError::Syntax(error))),
        };
        let event = self.take_reply(reply, &cx)?;
        self.pump();
        Ok(Received::event(blank.saturating_add(frame.len()), event))
    }
}

impl Machine for Client {
    type Event<'i> = Event<'i>;
    type Error = PeerError;

    fn receive<'i>(&mut self, input: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if let Some((ticket, outcome)) = self.ended.pop_front() {
            return Ok(Received::event(0, Event::Unanswered { ticket, outcome }));
        }
        if self.state == State::Closed {
            let first = !core::mem::replace(&mut self.flags.told_closed, true);
            return Ok(Received { consumed: input.len(), event: first.then_some(Event::Closed) });
        }
        if self.flags.wanted {
            self.flags.wanted = false;
            let of = match self.phase {
                Phase::Counted(_) => self.sent.checked_sub(1),
                _ => Some(0),
            };
            if let Some(command) = of.and_then(|at| self.commands.get(at)) {
                return Ok(Received::event(0, Event::BodyWanted(command.ticket)));
            }
        }
        match self.phase {
            Phase::Tls(told) => self.receive_before_tls(input, told),
            // A turned connection speaks the other way round: its bytes are not for this machine.
            _ if self.turned() => Ok(Received::nothing(0)),
            _ if input.is_empty() => Ok(Received::nothing(0)),
            _ => self.receive_reply(input),
        }
    }

    fn receive_eof(&mut self) -> Result<(), PeerError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.state == State::Closed {
            return Ok(());
        }
        // A server may close instead of answering QUIT.
        let quits = self.commands.front().is_some_and(|command| command.verb == Some(Verb::Quit));
        let clean = self.framer.is_empty()
            && self.state != State::Connected
            && matches!(self.phase, Phase::Commands)
            && (self.commands.is_empty() || quits && self.sent > 0);
        if clean {
            self.abandon();
            return Ok(());
        }
        Err(self.fail(PeerError::Eof))
    }

    fn transmit(&self) -> Transmit<'_> {
        self.queue.transmit()
    }

    fn transmitted(&mut self, n: usize) {
        let n = n.min(self.queue.len());
        self.queue.transmitted(n);
        self.written = self.written.saturating_add(n as u64);
    }

    fn waiting_for(&self) -> Wait {
        if self.is_closed() {
            return Wait::Closed;
        }
        match self.phase {
            Phase::Tls(_) => return Wait::Tls,
            Phase::AuthChallenged => return Wait::Application,
            Phase::Dotted(_) | Phase::Counted(_) if self.queue.is_empty() => {
                return Wait::Application;
            }
            Phase::Dotted(_) | Phase::Counted(_) => return Wait::Body,
            Phase::Commands => {}
        }
        if self.state == State::Connected {
            return Wait::Greeting;
        }
        match self.commands.front() {
            None => Wait::Nothing,
            Some(command) => match (command.stage, command.verb) {
                (Stage::Results { .. }, _) => Wait::BodyAnswer,
                (_, Some(Verb::Data)) => Wait::BodyGo,
                (_, Some(Verb::Bdat)) if command.last => Wait::BodyAnswer,
                (_, Some(Verb::Auth)) => Wait::Auth,
                _ => Wait::Answer,
            },
        }
    }
}

#[cfg(test)]
mod tests;
