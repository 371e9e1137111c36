//! The server: commands in, answers out.
//!
//! ```text
//! loop {
//!     write what `transmit` shows, and say `transmitted`;
//!     while let Some(event) = receive(input): act on it: send, accept, accept_body ...;
//!     read again only when there is nothing to write
//! }
//! ```
//! The machine gates the order of commands, answers by itself what is wrong with them, and hands the
//! rest to the application, which may answer later than it reads: answers go out in the order of the
//! commands. A command whose meaning depends on an answer that is still owed waits for it.

pub(crate) mod answer;
mod auth;
mod body;
mod command;
mod config;
mod gate;
mod owed;
mod send;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use mailwire_core::body::{Counted, DotDecoder, Findings, Inspected};
use mailwire_core::line::LineFramer;
use mailwire_core::{Machine, Received, Secret, Transmit, TransmitQueue, Wait};

pub use mailwire_core::TlsPolicy;

use self::answer::OwnAnswer;
pub use self::config::{BareNewlines, ServerConfig};
use self::owed::{Due, Owed};
use crate::command::{Command, Verb};
use crate::error::PeerError;
pub use crate::protocol::Protocol;
use crate::state::State;
use crate::{Deviations, Extension};

/// What happened; borrows from the input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A command that is legal here. It is owed an answer:
    ///
    /// - [`Command::Data`] and [`Command::Bdat`]: [`accept_body`](Server::accept_body) or
    ///   [`reject_body`](Server::reject_body);
    /// - [`Command::Auth`]: [`challenge_auth`](Server::challenge_auth) or
    ///   [`finish_auth`](Server::finish_auth);
    /// - all others: [`send`](Server::send) or [`accept`](Server::accept).
    Command {
        /// The command.
        command: Command<'i>,
        /// The tolerated deviations in its line.
        deviations: Deviations,
    },
    /// A line that the machine has refused and answered by itself.
    Rejected {
        /// The line without its end; empty when it was too long.
        line: &'i [u8],
        /// What is wrong with it.
        error: PeerError,
    },
    /// The next octets of an accepted body, without the dots of DATA. They know what
    /// [`ServerConfig::look_for`] did not find in them, so that a relay need not look again:
    /// [`Client::send_body`](crate::client::Client::send_body) takes a copy by
    /// [`Inspected::to_bytes`].
    BodyChunk(Inspected<'i>),
    /// The end of a body. When it is not refused, an answer is owed: one, or one per accepted
    /// recipient in LMTP.
    BodyEnd(BodyEnd),
    /// The client's next SASL response: [`challenge_auth`](Server::challenge_auth) or
    /// [`finish_auth`](Server::finish_auth).
    AuthResponse(Secret<Vec<u8>>),
    /// The exchange is over: the client cancelled it, or sent what is no response. It is answered.
    AuthEnded(Option<PeerError>),
    /// The reply to STARTTLS is written: start the handshake, then call
    /// [`tls_started`](Server::tls_started).
    TlsReady,
    /// The session is over. Write what is queued and close.
    Closed,
}

/// The end of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyEnd {
    /// Octets of the body, without the dots of DATA; of all chunks of BDAT so far.
    pub size: u64,
    /// What was found in it. Only bare CR and LF are looked for unless the configuration says more.
    pub findings: Findings,
    /// True at the end of the message: after DATA, or the last chunk of BDAT.
    pub last: bool,
    /// Why the machine has refused it and answered by itself. The application drops what it got.
    pub refused: Option<PeerError>,
}

/// What the machine is in the middle of.
#[derive(Debug, Clone)]
enum Phase {
    /// Commands.
    Commands,
    /// The application decides on a body: DATA, or a chunk of BDAT.
    BodyOffered(Option<Chunk>),
    /// The body of DATA.
    Dotted(DotDecoder),
    /// The octets of BDAT.
    Counted(Chunk),
    /// The application decides on a SASL response.
    AuthOffered,
    /// The next line is a SASL response.
    AuthResponse,
    /// The driver starts TLS.
    Tls {
        /// [`Event::TlsReady`] was given.
        told: bool,
        /// Octets of the reply to STARTTLS.
        reply: usize,
    },
}

/// A chunk of BDAT.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    octets: Counted,
    last: bool,
    /// The octets are dropped, and this is sent behind them.
    refusal: Option<Refusal>,
}

/// What answers a refused chunk.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    /// The machine's own answer.
    Own(OwnAnswer),
    /// The application's, held until the octets are gone.
    Held,
}

/// What bytes mean that come before a reply is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Barrier {
    /// Nothing: pipelining.
    None,
    /// The client did not wait for the reply to EHLO, HELO or LHLO.
    Hello,
    /// The client sends the body of a DATA that is refused.
    RefusedData,
}

/// An SMTP or LMTP server, as a state machine without I/O.
///
/// RFC 5321, RFC 2033. The machine owns no heap memory between commands.
///
/// # Wire
/// ```text
/// S: 220 mail.example.org ready
/// C: EHLO client.example
/// S: 250 mail.example.org
/// ```
///
/// # Limits
/// [`Limits`](crate::Limits), by [`ServerConfig::limits`].
///
/// # Errors
/// [`PeerError`] ends the session: it is returned again by every later call, and the transmit queue
/// holds the last reply. What can be answered is [`Event::Rejected`].
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use mailwire_smtp::server::{Event, Server, ServerConfig};
/// use mailwire_smtp::{Machine, element::domain::Domain};
///
/// let domain = Domain::name("mail.example.org").unwrap();
/// let mut server = Server::new(Arc::new(ServerConfig::new(domain)));
/// server.accept().unwrap(); // the greeting
/// server.transmitted(server.transmit().len());
///
/// let received = server.receive(b"EHLO client.example\r\n").unwrap();
/// assert!(matches!(received.event, Some(Event::Command { .. })));
/// server.accept().unwrap();
/// assert!(server.transmit().first().starts_with(b"250-mail.example.org"));
/// ```
#[derive(Debug, Clone)]
pub struct Server {
    config: Arc<ServerConfig>,
    queue: TransmitQueue,
    framer: LineFramer,
    phase: Phase,
    owed: Owed,
    error: Option<PeerError>,
    /// The reply to a refused chunk whose octets are still to come.
    held: Option<Box<[u8]>>,
    /// Octets of the message so far.
    size: u64,
    /// Accepted recipients of the transaction.
    recipients: u32,
    /// Answers owed to the recipients of a message.
    results: u32,
    /// Recipients of the transaction that were refused because there are too many.
    excess: u32,
    bad_commands: u16,
    state: State,
    barrier: Barrier,
    /// The verb of the line that is over its limit.
    long: Option<Verb>,
    auth_rounds: u8,
    flags: Flags,
}

/// What is true of the session or of its transaction.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)]
struct Flags {
    tls: bool,
    authenticated: bool,
    /// EHLO or LHLO, not HELO.
    extended: bool,
    /// A recipient was accepted in this session.
    productive: bool,
    /// The greeting is queued and not yet written.
    greeting: bool,
    /// Bytes came behind a command whose reply the client has to wait for. They are early even when
    /// the reply is written before the machine sees them again.
    early: bool,
    /// [`Event::Closed`] was given.
    told_closed: bool,
    /// Of the transaction: SMTPUTF8, BODY=BINARYMIME, PRDR; and BURL LAST is owed its answer.
    smtputf8: bool,
    binary: bool,
    prdr: bool,
    burl_last: bool,
}

impl Server {
    /// A server at the beginning of a connection. The greeting is owed.
    #[must_use]
    pub fn new(config: Arc<ServerConfig>) -> Self {
        let mut owed = Owed::new();
        owed.push(Due::Greeting);
        let tls = config.implicit_tls;
        Self {
            config,
            queue: TransmitQueue::new(),
            framer: LineFramer::new(),
            phase: Phase::Commands,
            owed,
            error: None,
            held: None,
            size: 0,
            recipients: 0,
            results: 0,
            excess: 0,
            bad_commands: 0,
            state: State::Connected,
            barrier: Barrier::None,
            long: None,
            auth_rounds: 0,
            flags: Flags { tls, ..Flags::default() },
        }
    }

    /// Takes note that the TLS handshake is finished. Everything that was said before is forgotten.
    ///
    /// # Errors
    /// [`UsageError::NotNow`](crate::UsageError::NotNow) before [`Event::TlsReady`]: only then it is
    /// known that the reply to STARTTLS is written and that no plaintext came behind it.
    pub fn tls_started(&mut self) -> Result<(), crate::UsageError> {
        if !matches!(self.phase, Phase::Tls { told: true, .. }) || !self.queue.is_empty() {
            return Err(crate::UsageError::NotNow { what: "the TLS handshake" });
        }
        let bad_commands = self.bad_commands;
        *self = Self::new(Arc::clone(&self.config));
        self.owed.pop();
        self.bad_commands = bad_commands;
        self.state = State::Greeted;
        self.flags.tls = true;
        Ok(())
    }

    /// The state of the session.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// SMTP or LMTP.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.config.protocol
    }

    /// True when the session is under TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.flags.tls
    }

    /// True when the client is authenticated.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        self.flags.authenticated
    }

    /// True when the session is over: write what is queued and close.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed) || self.error.is_some()
    }

    /// Recipients accepted in the transaction so far.
    #[must_use]
    pub const fn recipients(&self) -> u32 {
        self.recipients
    }

    /// Answers that are owed.
    #[must_use]
    pub const fn owed(&self) -> usize {
        self.owed.len() as usize
    }

    /// Whether replies carry enhanced status codes.
    fn enhanced(&self) -> bool {
        self.config.offers(Extension::EnhancedStatusCodes)
    }

    /// Ends the session with a last reply of the machine's own.
    fn fail(&mut self, error: PeerError) -> PeerError {
        if error != PeerError::Eof {
            let enhanced = self.enhanced();
            OwnAnswer::to(&error, None).push(&mut self.queue, enhanced);
        }
        self.end(error);
        error
    }

    /// Ends the session without a word.
    fn end(&mut self, error: PeerError) {
        self.error = Some(error);
        self.state = State::Closed;
        self.phase = Phase::Commands;
        self.held = None;
    }

    /// Answers by itself, when it is the answer's turn.
    fn answer(&mut self, answer: OwnAnswer) {
        if self.owed.is_empty() {
            let enhanced = self.enhanced();
            answer.push(&mut self.queue, enhanced);
        } else {
            self.owed.push(Due::Own(answer));
        }
    }

    /// Refuses a line, and counts it.
    fn reject<'i>(
        &mut self,
        line: &'i [u8],
        consumed: usize,
        error: PeerError,
        answer: OwnAnswer,
    ) -> Result<Received<Event<'i>>, PeerError> {
        self.answer(answer);
        self.count_bad_command(error)?;
        Ok(Received::event(consumed, Event::Rejected { line, error }))
    }

    /// Counts what was refused; an error when it was too much.
    fn count_bad_command(&mut self, error: PeerError) -> Result<(), PeerError> {
        let limits = &self.config.limits;
        match error {
            // Asking is not wrong: the limits are not known to all clients.
            PeerError::Limit { name: "message", .. } => return Ok(()),
            // RFC 5321 section 4.5.3.1.10: the client goes on with the recipients that it has.
            PeerError::Limit { name: "recipients", .. } => {
                self.excess = self.excess.saturating_add(1);
                let (name, limit) = ("excess_recipients", limits.excess_recipients);
                if self.excess > limit {
                    return Err(self.fail(PeerError::Limit { name, limit: limit.into() }));
                }
                return Ok(());
            }
            _ => self.bad_commands = self.bad_commands.saturating_add(1),
        }
        let early = !self.flags.authenticated && !self.flags.productive;
        let (name, limit) = if early && limits.bad_commands_early < limits.bad_commands {
            ("bad_commands_early", limits.bad_commands_early)
        } else {
            ("bad_commands", limits.bad_commands)
        };
        if self.bad_commands > limit {
            return Err(self.fail(PeerError::Limit { name, limit: limit.into() }));
        }
        Ok(())
    }

    /// One step: a line, a slice of a body, or octets that are dropped.
    fn receive_once<'i>(&mut self, input: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.state == State::Closed {
            let first = !core::mem::replace(&mut self.flags.told_closed, true);
            // What is pipelined behind QUIT is never run.
            return Ok(Received { consumed: input.len(), event: first.then_some(Event::Closed) });
        }
        if self.queue.len() > self.config.limits.transmit {
            return Ok(Received::nothing(0));
        }
        match self.phase {
            Phase::Commands => self.receive_command(input),
            Phase::Dotted(_) => self.receive_dotted(input),
            Phase::Counted(_) => self.receive_counted(input),
            Phase::AuthResponse => self.receive_auth(input),
            Phase::Tls { told, reply } => self.receive_before_tls(input, told, reply),
            Phase::BodyOffered(_) | Phase::AuthOffered => {
                self.flags.early |= !input.is_empty();
                Ok(Received::nothing(0))
            }
        }
    }
}

impl Machine for Server {
    type Event<'i> = Event<'i>;
    type Error = PeerError;

    fn receive<'i>(&mut self, input: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        let mut consumed = 0_usize;
        loop {
            let received = self.receive_once(input.get(consumed..).unwrap_or_default())?;
            consumed = consumed.saturating_add(received.consumed);
            // Octets that are dropped without an event must not stop the driver's loop.
            if received.event.is_some() || received.consumed == 0 {
                return Ok(Received { consumed, ..received });
            }
        }
    }

    fn receive_eof(&mut self) -> Result<(), PeerError> {
        match self.error {
            Some(error) => return Err(error),
            None if self.state == State::Closed => return Ok(()),
            None => {}
        }
        let clean = matches!(self.phase, Phase::Commands)
            && !self.framer.is_mid_line()
            && self.owed.is_empty();
        if clean {
            self.state = State::Closed;
            Ok(())
        } else {
            Err(self.fail(PeerError::Eof))
        }
    }

    fn transmit(&self) -> Transmit<'_> {
        self.queue.transmit()
    }

    fn transmitted(&mut self, n: usize) {
        self.queue.transmitted(n);
        if self.queue.is_empty() {
            self.flags.greeting = false;
            if self.owed.is_empty() && self.barrier == Barrier::Hello && !self.flags.early {
                self.barrier = Barrier::None;
            }
        }
    }

    fn waiting_for(&self) -> Wait {
        if self.is_closed() {
            return Wait::Closed;
        }
        if self.queue.len() > self.config.limits.transmit {
            return Wait::Transmit;
        }
        match self.phase {
            Phase::Commands if self.owed.iter().any(|due| !matches!(due, Due::Own(_))) => {
                Wait::Application
            }
            Phase::Commands => Wait::Command,
            Phase::BodyOffered(_) | Phase::AuthOffered => Wait::Application,
            Phase::Dotted(_) | Phase::Counted(_) => Wait::Body,
            Phase::AuthResponse => Wait::Auth,
            Phase::Tls { .. } => Wait::Tls,
        }
    }
}

#[cfg(test)]
mod tests;
