//! The client: commands out, answers in.
//!
//! ```text
//! loop {
//!     write what `transmit` shows, and say `transmitted`;
//!     while let Some(event) = receive(input): act on it: send, respond_auth ...;
//!     read again only when there is nothing to write
//! }
//! ```
//! Commands are given with [`send`](Client::send) as they come to mind. The machine sends them
//! without waiting when the server offers PIPELINING (RFC 2449), and one by one when not; it binds
//! each answer to its command, reads it as what that command expects, and each command ends exactly
//! once: with its answer, its listing or its message, or as [`Unanswered`].

mod answers;
mod auth;
mod check;
mod config;
mod pump;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use mailwire_core::body::{DotDecoder, Findings};
use mailwire_core::encoder::Encoder;
use mailwire_core::line::{Framed, LineFramer};
use mailwire_core::parse::{Context, Wire, parse_whole};
use mailwire_core::sasl::Challenge;
use mailwire_core::{Machine, Received, Transmit, TransmitQueue, Unanswered, Wait};

pub use self::config::ClientConfig;
use crate::Deviations;
use crate::answer::{Answer, Expect, Item, Listing};
use crate::command::{Command, Group, OtherCommand, Verb};
use crate::element::apop::Stamp;
use crate::error::{PeerError, UsageError};
use crate::extension::Extensions;
use crate::family::greeting::Greeting;
use crate::framing::ListingFramer;
use crate::response::Response;
use crate::state::State;
use crate::tolerance::Deviation;

/// Names a command that was given to a client; its answer carries the same ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// What happened; borrows from the input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// The server's greeting. When it is `-ERR`, the session is over.
    Greeting(Greeting<'i>),
    /// The answer to a command, which ends it: `-ERR`, or `+OK` with nothing behind it.
    Response {
        /// The command.
        ticket: Ticket,
        /// The answer, read as what the command expects.
        answer: Answer<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A listing begins.
    ListBegin {
        /// The command.
        ticket: Ticket,
        /// Its status line.
        response: Response<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A line of the listing. One that breaks its grammar is [`Item::Invalid`].
    Item {
        /// The command.
        ticket: Ticket,
        /// The line.
        item: Item<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// The listing ended, and with it the command.
    ListEnd {
        /// The command.
        ticket: Ticket,
    },
    /// A message begins.
    BodyBegin {
        /// The command.
        ticket: Ticket,
        /// Its status line. The number of octets that many servers tell in it is a hint:
        /// [`Response::octets`].
        response: Response<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// The next octets of the message, without stuffed dots.
    BodyChunk(&'i [u8]),
    /// The message ended, and with it the command.
    BodyEnd {
        /// The command.
        ticket: Ticket,
        /// Octets of the message.
        size: u64,
        /// What was looked for and found in it.
        findings: Findings,
    },
    /// A challenge of the SASL exchange: [`respond_auth`](Client::respond_auth) or
    /// [`cancel_auth`](Client::cancel_auth).
    AuthChallenge {
        /// The AUTH command.
        ticket: Ticket,
        /// The challenge, as it came and decoded.
        challenge: Challenge<'i>,
        /// The tolerated deviations in its line.
        deviations: Deviations,
    },
    /// The server is ready for TLS: start the handshake, then call
    /// [`tls_started`](Client::tls_started).
    TlsReady,
    /// A command that ended without an answer, or without the end of one.
    Unanswered {
        /// The command.
        ticket: Ticket,
        /// Whether it may have had an effect. For QUIT that is whether the marked messages are gone.
        outcome: Unanswered,
    },
    /// The server closes, in answer to nothing: `-ERR`.
    Closing(Response<'i>),
    /// A line that is not the answer that is due, or one where none is. What follows is not read:
    /// [`PeerError::Desync`].
    Desync {
        /// The command that is not answered.
        ticket: Option<Ticket>,
        /// The line, with its end.
        line: &'i [u8],
    },
    /// The session is over: close the connection.
    Closed,
}

/// A command that has not ended.
#[derive(Debug, Clone, Copy)]
struct Pending {
    ticket: Ticket,
    verb: Option<Verb>,
    group: Group,
    expect: Expect,
    /// Octets of its line, while it is held.
    len: usize,
    /// How many octets must be written before the server can answer it.
    end: u64,
}

/// What the next bytes of the server are.
#[derive(Debug, Clone)]
enum Phase {
    /// Status lines.
    Answers,
    /// A listing, of the first command.
    Listing { listing: Listing, framer: ListingFramer, ticket: Ticket },
    /// A message, of the first command, and its octets so far.
    Body(DotDecoder, u64),
    /// The caller answers a challenge.
    AuthChallenged,
    /// The driver starts TLS. True when it was told.
    Tls(bool),
}

/// A POP3 client, as a state machine without I/O.
///
/// RFC 1939, RFC 2449, RFC 2595, RFC 5034, RFC 6856. Memory does not depend on the length of
/// listings and messages.
///
/// # Wire
/// ```text
/// S: +OK POP3 server ready
/// C: CAPA
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
/// use mailwire_pop3::client::{Client, ClientConfig, Event};
/// use mailwire_pop3::{Command, Machine};
///
/// let mut client = Client::new(ClientConfig::default());
/// let received = client.receive(b"+OK POP3 server ready\r\n").unwrap();
/// assert!(matches!(received.event, Some(Event::Greeting(_))));
///
/// client.send(&Command::Capa).unwrap();
/// assert_eq!(client.transmit().first(), b"CAPA\r\n");
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    config: ClientConfig,
    queue: TransmitQueue,
    lines: LineFramer,
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
    /// The capabilities of the listing that is under way.
    collected: Extensions,
    stamp: Option<Stamp<'static>>,
    ended: VecDeque<(Ticket, Unanswered)>,
    error: Option<PeerError>,
    /// Octets that were queued, and those of them that were written.
    queued: u64,
    written: u64,
    tickets: u64,
    auth_rounds: u8,
    flags: Flags,
}

/// What is true of the session.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    tls: bool,
    /// UTF8 was accepted.
    utf8: bool,
    told_closed: bool,
    /// An empty line was stepped over before the answer.
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
            lines: LineFramer::new(),
            phase: Phase::Answers,
            state: State::Connected,
            planned: State::Connected,
            commands: VecDeque::new(),
            sent: 0,
            held: Vec::new(),
            held_from: 0,
            extensions: Extensions::default(),
            collected: Extensions::default(),
            stamp: None,
            ended: VecDeque::new(),
            error: None,
            queued: 0,
            written: 0,
            tickets: 0,
            auth_rounds: 0,
            flags: Flags { tls, ..Flags::default() },
        }
    }

    /// Gives a command. It goes out now, or when it is its turn.
    ///
    /// # Errors
    /// [`UsageError`] when the command cannot be given: nothing is sent then.
    pub fn send(&mut self, command: &Command<'_>) -> Result<Ticket, UsageError> {
        self.give(command, command.expect())
    }

    /// Gives a command that is not known here, and says what `+OK` to it brings.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_expecting(
        &mut self,
        command: &OtherCommand<'_>,
        expect: Expect,
    ) -> Result<Ticket, UsageError> {
        self.give(&Command::Other(command.clone()), expect)
    }

    /// Takes note that the TLS handshake is finished. Everything that the server said before is
    /// forgotten.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`Event::TlsReady`]: only then it is known that no plaintext
    /// came behind the answer to STLS.
    pub fn tls_started(&mut self) -> Result<(), UsageError> {
        if !matches!(self.phase, Phase::Tls(true)) {
            return Err(UsageError::NotNow { what: "the TLS handshake" });
        }
        let (config, tickets) = (self.config.clone(), self.tickets);
        *self = Self::new(config);
        self.tickets = tickets;
        (self.state, self.planned) = (State::Authorization, State::Authorization);
        self.flags.tls = true;
        Ok(())
    }

    /// The next command that ended without an answer, behind an error or the end of the connection.
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

    /// The stamp of APOP, when the greeting had a clean one, and no TLS was started since. The
    /// digest is the MD5 of its octets and the secret.
    #[must_use]
    pub const fn stamp(&self) -> Option<&Stamp<'static>> {
        self.stamp.as_ref()
    }

    /// True when the session is under TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.flags.tls
    }

    /// True when the server accepted the authentication.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        matches!(self.state, State::Transaction)
    }

    /// True when the session is over.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed) || self.error.is_some()
    }

    /// Commands that have not ended.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.commands.len()
    }

    fn give(&mut self, command: &Command<'_>, expect: Expect) -> Result<Ticket, UsageError> {
        self.check(command)?;
        let from = self.held.len();
        command.encode(&mut Encoder::new(&mut self.held));
        let len = self.held.len().saturating_sub(from);
        let limit = self.config.limits.sent_line;
        if len > limit {
            self.held.truncate(from);
            return Err(UsageError::LineTooLong { limit });
        }
        let ticket = Ticket(self.tickets);
        self.tickets = self.tickets.saturating_add(1);
        let (verb, group) = (command.verb(), command.group());
        self.commands.push_back(Pending { ticket, verb, group, expect, len, end: u64::MAX });
        self.plan(command);
        self.pump();
        Ok(ticket)
    }

    /// Ends the session. Every command that has not ended does so now.
    fn fail(&mut self, error: PeerError) -> PeerError {
        self.abandon();
        self.error = Some(error);
        error
    }

    /// Ends the session with the line that does not belong there.
    fn desync<'i>(&mut self, line: &'i [u8]) -> Received<Event<'i>> {
        let first = self.commands.front().filter(|_| self.sent > 0);
        let ticket = first.map(|command| command.ticket);
        self.fail(PeerError::Desync);
        Received::event(line.len(), Event::Desync { ticket, line })
    }

    /// Ends every command, by how much of it was written. Nothing is sent any more: what waits in
    /// the queue was given in the hope of another answer.
    fn abandon(&mut self) {
        while let Some(command) = self.commands.pop_front() {
            let outcome =
                if self.written >= command.end { Unanswered::Unknown } else { Unanswered::NotSent };
            self.ended.push_back((command.ticket, outcome));
        }
        self.sent = 0;
        self.queue.clear();
        self.held = Vec::new();
        self.held_from = 0;
        self.phase = Phase::Answers;
        self.state = State::Closed;
        self.planned = State::Closed;
    }

    /// The next status line.
    fn receive_answer<'i>(&mut self, input: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        let limits = &self.config.limits;
        let exchange =
            self.commands.front().is_some_and(|command| command.expect == Expect::Exchange);
        let (name, limit) = if exchange {
            ("auth_line", limits.auth_line)
        } else {
            ("response_line", limits.response_line)
        };
        let mut blank = 0_usize;
        let line = loop {
            let rest = input.get(blank..).unwrap_or_default();
            match self.lines.frame(rest, limit) {
                Framed::More => return Ok(Received::nothing(blank)),
                Framed::Line { text: [], consumed, .. } if self.allows(Deviation::BlankLine) => {
                    blank = blank.saturating_add(consumed);
                    self.flags.blank = true;
                }
                Framed::Line { consumed, .. } => break rest.get(..consumed).unwrap_or_default(),
                Framed::Skipping { .. } | Framed::TooLong { .. } => {
                    return Err(self.fail(PeerError::Limit { name, limit: limit as u64 }));
                }
            }
        };
        let received = self.receive_line(line)?;
        Ok(Received { consumed: blank.saturating_add(line.len()), ..received })
    }

    /// A status line, with its end.
    fn receive_line<'i>(&mut self, line: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        let consumed = line.len();
        let cx = Context::new(self.config.tolerance);
        if core::mem::take(&mut self.flags.blank) {
            cx.tolerate(Deviation::BlankLine);
        }
        if self.state == State::Connected {
            return match parse_whole(line, |line| Greeting::parse_part(line, &cx)) {
                Ok(greeting) => Ok(Received::event(consumed, self.take_greeting(greeting))),
                Err(_) => Err(self.fail(PeerError::WrongProtocol)),
            };
        }
        let Some(&command) = self.commands.front().filter(|_| self.sent > 0) else {
            return Ok(match parse_whole(line, |line| Response::parse_part(line, &cx)) {
                Ok(response) if !response.is_ok() => {
                    self.abandon();
                    Received::event(consumed, Event::Closing(response))
                }
                _ => self.desync(line),
            });
        };
        // A server cannot answer what it has not got.
        if self.written < command.end || matches!(self.phase, Phase::AuthChallenged) {
            return Ok(self.desync(line));
        }
        let parsed = parse_whole(line, |line| Answer::parse_part(line, command.expect, &cx));
        let answer = match parsed {
            Ok(answer) => answer,
            Err(error) if error.rule == "status" => return Ok(self.desync(line)),
            Err(error) => return Err(self.fail(PeerError::Syntax(error))),
        };
        let event = self.take_answer(answer, command, cx.met())?;
        self.pump();
        Ok(Received::event(consumed, event))
    }

    fn allows(&self, deviation: Deviation) -> bool {
        self.config.tolerance.allowed().contains(deviation)
    }

    /// What [`receive`](Machine::receive) does, whatever comes.
    #[inline(never)]
    fn receive_any<'i>(&mut self, input: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if let Some((ticket, outcome)) = self.ended.pop_front() {
            return Ok(Received::event(0, Event::Unanswered { ticket, outcome }));
        }
        match self.phase {
            Phase::Body(..) => Ok(self.receive_body(input)),
            Phase::Listing { .. } => self.receive_item(input),
            Phase::Tls(told) => self.receive_before_tls(input, told),
            Phase::Answers if self.state == State::Closed => {
                let first = !core::mem::replace(&mut self.flags.told_closed, true);
                Ok(Received { consumed: input.len(), event: first.then_some(Event::Closed) })
            }
            Phase::Answers | Phase::AuthChallenged if input.is_empty() => Ok(Received::nothing(0)),
            Phase::Answers | Phase::AuthChallenged => self.receive_answer(input),
        }
    }
}

impl Machine for Client {
    type Event<'i> = Event<'i>;
    type Error = PeerError;

    #[inline]
    fn receive<'i>(&mut self, input: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        match self.receive_plain_item(input) {
            Some(received) => Ok(received),
            None => self.receive_any(input),
        }
    }

    fn receive_eof(&mut self) -> Result<(), PeerError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.state == State::Closed {
            return Ok(());
        }
        // A server may close instead of answering QUIT; what became of the deletions is not known.
        let quits = self.commands.front().is_some_and(|command| command.verb == Some(Verb::Quit));
        let clean = !self.lines.is_mid_line()
            && self.state != State::Connected
            && matches!(self.phase, Phase::Answers)
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
            Phase::Listing { .. } | Phase::Body(..) => return Wait::Body,
            Phase::Answers => {}
        }
        if self.state == State::Connected {
            return Wait::Greeting;
        }
        match self.commands.front() {
            None => Wait::Nothing,
            Some(command) if command.expect == Expect::Exchange => Wait::Auth,
            Some(_) => Wait::Answer,
        }
    }
}

#[cfg(test)]
mod tests;
