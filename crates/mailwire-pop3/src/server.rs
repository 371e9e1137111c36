//! The server: commands in, answers out.
//!
//! ```text
//! loop {
//!     write what `transmit` shows, and say `transmitted`;
//!     while let Some(event) = receive(input): act on it: send, accept, send_item, send_body ...;
//!     read again only when there is nothing to write
//! }
//! ```
//! The machine gates the order of commands, answers by itself what is wrong with them, and hands the
//! rest to the application, which may answer later than it reads: answers go out in the order of the
//! commands. A command whose meaning depends on an answer that is still owed waits for it.

pub(crate) mod answer;
mod auth;
mod command;
mod config;
mod gate;
mod owed;
mod send;

use alloc::sync::Arc;
use alloc::vec::Vec;

use mailwire_core::body::DotEncoder;
use mailwire_core::line::LineFramer;
use mailwire_core::{Machine, Received, Secret, Transmit, TransmitQueue, Wait};

pub use mailwire_core::TlsPolicy;

use self::answer::OwnAnswer;
pub use self::config::ServerConfig;
use self::owed::{Due, Owed};
use crate::Deviations;
use crate::answer::Listing;
use crate::command::{Command, Verb};
use crate::error::{PeerError, UsageError};
use crate::state::State;

/// What happened; borrows from the input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A command that is legal here. It is owed an answer:
    ///
    /// - [`Command::Auth`] with a mechanism: [`challenge_auth`](Server::challenge_auth) or
    ///   [`finish_auth`](Server::finish_auth);
    /// - all others: [`send`](Server::send) or [`accept`](Server::accept).
    Command {
        /// The command.
        command: Command<'i>,
        /// The tolerated deviations in its line.
        deviations: Deviations,
    },
    /// QUIT in the TRANSACTION state: the session is in the UPDATE state. Remove the messages that
    /// DELE marked, and answer with [`accept`](Server::accept), or with `-ERR` when some are left.
    /// Nothing else than this event removes a message.
    Update {
        /// The tolerated deviations in the line of QUIT.
        deviations: Deviations,
    },
    /// A line that the machine has refused and answered by itself.
    Rejected {
        /// The line without its end; empty when it was too long. It may hold a password.
        line: Secret<&'i [u8]>,
        /// What is wrong with it.
        error: PeerError,
    },
    /// The client's next SASL response: [`challenge_auth`](Server::challenge_auth) or
    /// [`finish_auth`](Server::finish_auth).
    AuthResponse(Secret<Vec<u8>>),
    /// The exchange is over: the client cancelled it, or sent what is no response. It is answered.
    AuthEnded(Option<PeerError>),
    /// The answer to STLS is written: start the handshake, then call
    /// [`tls_started`](Server::tls_started).
    TlsReady,
    /// The session is over. Write what is queued and close.
    Closed,
}

/// What the next bytes of the client are.
#[derive(Debug, Clone, Copy)]
enum Phase {
    /// Commands.
    Commands,
    /// The application decides on a SASL response.
    AuthOffered,
    /// The next line is a SASL response.
    AuthResponse,
    /// The driver starts TLS.
    Tls {
        /// [`Event::TlsReady`] was given.
        told: bool,
        /// Octets of the answer to STLS.
        answer: usize,
    },
}

/// What is begun and not finished on the way out.
#[derive(Debug, Clone)]
enum Output {
    None,
    Listing(Listing),
    Body(DotEncoder),
}

/// A POP3 server, as a state machine without I/O.
///
/// RFC 1939, RFC 2449, RFC 2595, RFC 5034, RFC 6856. The machine owns no heap memory between
/// commands.
///
/// # Wire
/// ```text
/// S: +OK POP3 ready
/// C: CAPA
/// S: +OK capability list follows
/// S: TOP
/// S: .
/// ```
///
/// # Limits
/// [`Limits`](crate::Limits), by [`ServerConfig::limits`].
///
/// # Errors
/// [`PeerError`] ends the session: it is returned again by every later call, and the transmit queue
/// holds the last line. What can be answered is [`Event::Rejected`].
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use mailwire_pop3::Machine;
/// use mailwire_pop3::server::{Event, Server, ServerConfig};
///
/// let mut server = Server::new(Arc::new(ServerConfig::new()));
/// server.accept().unwrap(); // the greeting
/// server.transmitted(server.transmit().len());
///
/// let received = server.receive(b"CAPA\r\n").unwrap();
/// assert!(matches!(received.event, Some(Event::Command { .. })));
/// server.accept().unwrap();
/// assert!(server.transmit().first().starts_with(b"+OK capability list follows\r\nTOP\r\n"));
/// ```
#[derive(Debug, Clone)]
pub struct Server {
    config: Arc<ServerConfig>,
    queue: TransmitQueue,
    framer: LineFramer,
    phase: Phase,
    output: Output,
    owed: Owed,
    error: Option<PeerError>,
    bad_commands: u16,
    state: State,
    /// The verb of the line that is over its limit.
    long: Option<Verb>,
    auth_rounds: u8,
    flags: Flags,
}

/// What is true of the session.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)]
struct Flags {
    tls: bool,
    /// The greeting had a stamp.
    apop: bool,
    /// UTF8 was accepted.
    utf8: bool,
    /// The greeting is queued and not yet written.
    greeting: bool,
    /// Bytes came behind STLS. They are early even when the answer is written before the machine
    /// sees them again.
    early: bool,
    /// [`Event::Closed`] was given.
    told_closed: bool,
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
            output: Output::None,
            owed,
            error: None,
            bad_commands: 0,
            state: State::Connected,
            long: None,
            auth_rounds: 0,
            flags: Flags { tls, ..Flags::default() },
        }
    }

    /// Takes note that the TLS handshake is finished. Everything that was said before is forgotten.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`Event::TlsReady`]: only then it is known that the answer to
    /// STLS is written and that no plaintext came behind it.
    pub fn tls_started(&mut self) -> Result<(), UsageError> {
        if !matches!(self.phase, Phase::Tls { told: true, .. }) || !self.queue.is_empty() {
            return Err(UsageError::NotNow { what: "the TLS handshake" });
        }
        let (bad_commands, apop) = (self.bad_commands, self.flags.apop);
        *self = Self::new(Arc::clone(&self.config));
        self.owed.pop();
        self.bad_commands = bad_commands;
        self.state = State::Authorization;
        // The stamp is the server's own, and there is no second greeting.
        (self.flags.tls, self.flags.apop) = (true, apop);
        Ok(())
    }

    /// The state of the session.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// True when the session is under TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.flags.tls
    }

    /// True when the client is authenticated.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        matches!(self.state, State::Transaction | State::Update)
    }

    /// True when messages may be UTF-8: the client said UTF8.
    #[must_use]
    pub const fn is_utf8(&self) -> bool {
        self.flags.utf8
    }

    /// True when the session is over: write what is queued and close.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed) || self.error.is_some()
    }

    /// Answers that are owed.
    #[must_use]
    pub const fn owed(&self) -> usize {
        self.owed.len() as usize
    }

    /// Ends the session with a last line of the machine's own.
    fn fail(&mut self, error: PeerError) -> PeerError {
        // Within a listing or a message the line would be read as part of it.
        if error != PeerError::Eof && matches!(self.output, Output::None) {
            OwnAnswer::to(&error, None).push(&mut self.queue);
        }
        self.end(error);
        error
    }

    /// Ends the session without a word.
    const fn end(&mut self, error: PeerError) {
        self.error = Some(error);
        self.state = State::Closed;
        self.phase = Phase::Commands;
    }

    /// Answers by itself, when it is the answer's turn.
    fn answer(&mut self, answer: OwnAnswer) {
        if self.owed.is_empty() {
            answer.push(&mut self.queue);
        } else {
            self.owed.push(Due::Own(answer));
        }
    }

    /// Counts a command that is refused for what it is.
    fn count_bad_command(&mut self) -> Result<(), PeerError> {
        self.bad_commands = self.bad_commands.saturating_add(1);
        let limits = &self.config.limits;
        let (name, limit) =
            if !self.is_authenticated() && limits.bad_commands_early < limits.bad_commands {
                ("bad_commands_early", limits.bad_commands_early)
            } else {
                ("bad_commands", limits.bad_commands)
            };
        if self.bad_commands > limit {
            return Err(self.fail(PeerError::Limit { name, limit: limit.into() }));
        }
        Ok(())
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
        self.count_bad_command()?;
        let line = Secret::new(line);
        Ok(Received::event(consumed, Event::Rejected { line, error }))
    }

    /// One step: a line, or octets that are dropped.
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
            Phase::AuthResponse => self.receive_auth(input),
            Phase::Tls { told, answer } => self.receive_before_tls(input, told, answer),
            Phase::AuthOffered => Ok(Received::nothing(0)),
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
            Phase::AuthOffered => Wait::Application,
            Phase::AuthResponse => Wait::Auth,
            Phase::Tls { .. } => Wait::Tls,
        }
    }
}

#[cfg(test)]
mod tests;
