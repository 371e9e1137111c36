//! The server: commands in, answers out.
//!
//! ```
//! use std::sync::Arc;
//! use mailwire_imap::server::{Event, Server, ServerConfig};
//! use mailwire_imap::{Command, Data, Machine, Status, StatusKind, element::text::Text};
//! # use mailwire_imap::element::number::Number;
//! # fn check(login: &mailwire_imap::family::auth::Login<'_>) -> bool { login.password.expose() == b"secret" }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut socket = b"A1 LOGIN tim secret\r\nA2 NOOP\r\nA3 LOGOUT\r\n".to_vec();
//! # let mut written = Vec::new();
//! let mut config = ServerConfig::new("mail.example.org")?;
//! config.implicit_tls = true;
//! let mut server = Server::new(Arc::new(config));
//! server.greet()?;
//! let mut input = Vec::new(); // received and not yet consumed
//! loop {
//!     // All that can be done with what is here.
//!     let mut at = 0;
//!     loop {
//!         let received = server.receive(&input[at..])?;
//!         at += received.consumed;
//!         let Some(event) = received.event else { break };
//!         let Event::Command { ticket, command, .. } = event else { continue };
//!         match command {
//!             Command::Login(login) if !check(&login) => {
//!                 server.complete(ticket, &Status::new(StatusKind::No, Text::new("wrong")?)?)?;
//!             }
//!             Command::Noop => {
//!                 server.send(&Data::Exists(Number(3)))?;
//!                 server.accept(ticket)?;
//!             }
//!             _ => server.accept(ticket)?,
//!         }
//!     }
//!     input.drain(..at);
//!     if !server.transmit().is_empty() {
//!         // Write what the machine shows. It may have waited for that with what is here.
//!         written.extend(server.transmit().slices().flatten());
//!         server.transmitted(server.transmit().len());
//!     } else if server.is_closed() {
//!         break;
//!     } else {
//!         // Read again only when there is nothing to write either.
//!         input.append(&mut socket);
//!     }
//! }
//! # assert!(written.ends_with(b"* 3 EXISTS\r\nA2 OK NOOP completed\r\n* BYE logging out\r\nA3 OK LOGOUT completed\r\n"));
//! # Ok(())
//! # }
//! ```
//!
//! The machine gates the order of commands, answers by itself what is wrong with them, and hands the
//! rest to the application as [`Event::Command`], which may answer later than it reads. Commands that are in
//! progress at the same time are answered in any order: the machine gives out only those whose results do
//! not depend on it (RFC 9051 section 5.5), and keeps the others in the input.
//!
//! | the client sends | the application gets | and answers with |
//! |---|---|---|
//! | a command | [`Event::Command`] | [`send`](Server::send) for the data, then [`complete`](Server::complete) or [`accept`](Server::accept) |
//! | APPEND, REPLACE or SETMETADATA with a large literal | [`Event::BodyWanted`] | [`accept_body`](Server::accept_body) or [`reject_body`](Server::reject_body) |
//! | the message | [`Event::BodyChunk`], [`Event::BodyEnd`] | |
//! | what follows it | [`Event::BodyWanted`] for one more, or [`Event::CommandEnd`] | `complete` |
//! | AUTHENTICATE | [`Event::Command`] | [`challenge_auth`](Server::challenge_auth) or [`finish_auth`](Server::finish_auth) |
//! | its responses | [`Event::AuthResponse`] | the same |
//! | IDLE | [`Event::Command`] | `accept`: the client is told to wait; then `send` at any time |
//! | DONE | [`Event::IdleDone`] | `accept` |
//! | STARTTLS, COMPRESS | [`Event::Command`], then [`Event::TlsReady`], [`Event::CompressReady`] | `accept`, then [`tls_started`](Server::tls_started), [`compression_started`](Server::compression_started) |
//! | UNAUTHENTICATE under COMPRESS | [`Event::Command`], then [`Event::CompressEnd`] | `accept`, then [`compression_ended`](Server::compression_ended) |
//!
//! Untagged data may be sent at any time. Only EXPUNGE and VANISHED may not: a message that goes takes the
//! sequence numbers of others with it (RFC 9051 section 7.5.1). An application keeps what it cannot tell in a
//! [`Held`](crate::view::Held), and before it completes a command it sends what
//! `held.release(&mut view, server.may_expunge())` gives.

pub(crate) mod answer;
mod auth;
mod body;
mod command;
mod config;
mod event;
mod flight;
mod gate;
mod idle;
mod literal;
mod send;
mod stream;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use mailwire_core::body::Counted;
use mailwire_core::{Machine, Received, Transmit, TransmitQueue, Wait};

pub use mailwire_core::TlsPolicy;

use self::answer::OwnAnswer;
pub use self::config::ServerConfig;
use self::config::Stage;
pub use self::event::{BodyEnd, BodyHead, CommandTail, Event};
pub use self::flight::Ticket;
use self::flight::{Flight, Flights};
use self::stream::Outgoing;
use crate::Mode;
use crate::command::Verb;
use crate::error::{PeerError, UsageError};
use crate::family::append::Under;
use crate::framing::CommandFramer;
use crate::state::State;

/// What the machine is in the middle of. Except for `Commands` it is about the command that came last.
#[derive(Debug, Clone)]
enum Phase {
    /// Commands.
    Commands,
    /// The application decides on a body.
    BodyOffered(Body),
    /// The octets of a body.
    Body(Body),
    /// What follows a body.
    Tail(Body),
    /// The application decides on a SASL response.
    AuthOffered,
    /// The next line is a SASL response.
    AuthResponse,
    /// The application decides on IDLE.
    IdleOffered,
    /// The next line is DONE.
    Idle,
    /// The driver starts TLS.
    Tls {
        /// [`Event::TlsReady`] was given.
        told: bool,
        /// Octets of the answer to STARTTLS.
        answer: u32,
    },
    /// The driver starts compression.
    Compress {
        /// [`Event::CompressReady`] was given.
        told: bool,
    },
    /// The driver ends compression.
    Plain {
        /// [`Event::CompressEnd`] was given.
        told: bool,
    },
}

impl Phase {
    /// True while nothing may be sent: what octets mean is about to change.
    const fn is_handing_over(&self) -> bool {
        matches!(self, Self::Tls { .. } | Self::Compress { .. } | Self::Plain { .. })
    }
}

/// A body that is streamed in.
#[derive(Debug, Clone, Copy)]
struct Body {
    /// Octets to come.
    left: Counted,
    /// Its octets.
    size: u64,
    /// Octets of the message that it belongs to, itself included.
    octets: u64,
    /// What it belongs to.
    owner: Owner,
    /// The client waits for a go.
    sync: bool,
    /// It is a literal8.
    binary: bool,
    /// It holds NUL and is none.
    refused: bool,
}

/// What a body belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// A message, and where in it.
    Message(Under),
    /// An annotation.
    Annotation,
}

/// What most sessions do not have at most times.
#[derive(Debug, Clone, Default)]
struct Rare {
    /// What ended the session.
    error: Option<PeerError>,
    /// An answer that waits for the end of its command.
    held: Option<Vec<u8>>,
    /// A response whose bodies are streamed out.
    outgoing: Option<Outgoing>,
}

/// An IMAP server, as a state machine without I/O.
///
/// RFC 9051, RFC 3501. The machine owns no heap memory between commands.
///
/// # Wire
/// ```text
/// S: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] mail.example.org ready
/// C: A1 STARTTLS
/// S: A1 OK STARTTLS completed
/// ```
///
/// # Limits
/// [`Limits`](crate::Limits), by [`ServerConfig::limits`]. The driver's buffer has to hold the largest
/// command: [`Limits::command`](crate::Limits) and its lines.
///
/// # Errors
/// [`PeerError`] ends the session: it is returned again by every later call, and the transmit queue
/// holds a last BYE. What can be answered is [`Event::Rejected`].
///
/// # Example
/// The loop of a driver stands at the top of [this module](self).
/// ```
/// use std::sync::Arc;
/// use mailwire_imap::Machine;
/// use mailwire_imap::server::{Event, Server, ServerConfig};
///
/// let mut server = Server::new(Arc::new(ServerConfig::new("mail.example.org")?));
/// server.greet()?;
/// server.transmitted(server.transmit().len());
///
/// let received = server.receive(b"A1 CAPABILITY\r\n")?;
/// let Some(Event::Command { ticket, .. }) = received.event else { panic!() };
/// server.accept(ticket)?;
/// assert!(server.transmit().first().starts_with(b"* CAPABILITY IMAP4rev1 "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Server {
    config: Arc<ServerConfig>,
    queue: TransmitQueue,
    framer: CommandFramer,
    phase: Phase,
    flights: Flights,
    rare: Option<Box<Rare>>,
    /// The number of the next ticket.
    tickets: u32,
    /// Octets at the beginning of the input that a decision of the application did away with.
    skip: u32,
    bad_commands: u16,
    auth_rounds: u8,
    state: State,
    flags: Flags,
}

const _: () = assert!(size_of::<Server>() <= 256);

/// What is true of the session.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)]
struct Flags {
    tls: bool,
    compressed: bool,
    /// The next command depends on one that is in progress: it is not looked at before that ends.
    waits: bool,
    /// Bytes came behind STARTTLS, before its answer was written.
    early: bool,
    /// The client sent a command.
    spoken: bool,
    /// A mailbox is open while another is being opened, and [`OwnAnswer::Closed`] is due.
    closing: bool,
    /// [`Event::Closed`] was given.
    told_closed: bool,
    /// NOTIFY that is in progress asks for EXPUNGE at any time.
    asks_expunges: bool,
    /// NOTIFY: EXPUNGE may be sent at any time.
    tells_expunges: bool,
    /// ENABLE: UTF8=ACCEPT or IMAP4rev2.
    utf8: bool,
    /// ENABLE: UTF8=ACCEPT.
    utf8_accept: bool,
    /// ENABLE: QRESYNC.
    qresync: bool,
    /// ENABLE: UIDONLY.
    uid_only: bool,
    /// The open mailbox has no mod-sequences: NOMODSEQ was told of it.
    no_mod_seq: bool,
    /// NOMODSEQ was told of the mailbox that is being opened.
    tells_no_mod_seq: bool,
}

impl Server {
    /// A server at the beginning of a connection. The greeting is owed: [`greet`](Self::greet),
    /// [`greet_with`](Self::greet_with) or [`bye`](Self::bye).
    #[must_use]
    pub fn new(config: Arc<ServerConfig>) -> Self {
        let tls = config.implicit_tls;
        Self {
            config,
            queue: TransmitQueue::new(),
            framer: CommandFramer::new(),
            phase: Phase::Commands,
            flights: Flights::new(),
            rare: None,
            tickets: 0,
            skip: 0,
            bad_commands: 0,
            auth_rounds: 0,
            state: State::Greeting,
            flags: Flags { tls, ..Flags::default() },
        }
    }

    /// Takes note that the TLS handshake is finished. Everything that was said before is forgotten.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`Event::TlsReady`]: only then it is known that the OK is written and
    /// that no plaintext came behind the command.
    pub fn tls_started(&mut self) -> Result<(), UsageError> {
        if !matches!(self.phase, Phase::Tls { told: true, .. }) || self.is_closed() {
            return Err(UsageError::NotNow { what: "the TLS handshake" });
        }
        let (bad_commands, tickets) = (self.bad_commands, self.tickets);
        *self = Self::new(Arc::clone(&self.config));
        (self.bad_commands, self.tickets) = (bad_commands, tickets);
        self.state = State::NotAuthenticated;
        self.flags.tls = true;
        Ok(())
    }

    /// Takes note that both directions are compressed from here on.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`Event::CompressReady`].
    pub fn compression_started(&mut self) -> Result<(), UsageError> {
        if !matches!(self.phase, Phase::Compress { told: true }) || self.is_closed() {
            return Err(UsageError::NotNow { what: "compression" });
        }
        self.phase = Phase::Commands;
        self.flags.compressed = true;
        Ok(())
    }

    /// Takes note that neither direction is compressed from here on.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`Event::CompressEnd`].
    pub fn compression_ended(&mut self) -> Result<(), UsageError> {
        if !matches!(self.phase, Phase::Plain { told: true }) || self.is_closed() {
            return Err(UsageError::NotNow { what: "the end of compression" });
        }
        self.phase = Phase::Commands;
        self.flags.compressed = false;
        Ok(())
    }

    /// The state of the session.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// How strings are read and written: [`Mode::UTF8`] behind ENABLE, and what is offered.
    #[must_use]
    pub fn mode(&self) -> Mode {
        let mut mode = Mode::SERVER;
        if self.flags.utf8 {
            mode = mode.with(Mode::UTF8);
        }
        if self.config.offers(crate::Extension::Binary) {
            mode = mode.with(Mode::BINARY);
        }
        mode
    }

    /// True when the session is under TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.flags.tls
    }

    /// True when the session is compressed.
    #[must_use]
    pub const fn is_compressed(&self) -> bool {
        self.flags.compressed
    }

    /// True while input is to be inflated: from [`compression_started`](Self::compression_started) to
    /// UNAUTHENTICATE, behind which the client compresses nothing, whenever that is answered.
    #[must_use]
    pub fn is_inflating(&self) -> bool {
        let ended = matches!(self.phase, Phase::Plain { .. });
        self.flags.compressed && !ended && !self.is_in_progress(Verb::Unauthenticate)
    }

    /// True when UIDONLY is enabled: FETCH is sent as UIDFETCH, and EXPUNGE as VANISHED.
    #[must_use]
    pub const fn is_uid_only(&self) -> bool {
        self.flags.uid_only
    }

    /// True when what is removed from the open mailbox is told as VANISHED, and not as EXPUNGE.
    ///
    /// RFC 7162 section 3.2.10.2: behind ENABLE QRESYNC, unless NOMODSEQ was told when the mailbox was opened.
    /// RFC 9586: behind ENABLE UIDONLY.
    ///
    /// It is what [`Held::use_vanished`](crate::view::Held::use_vanished) asks for.
    #[must_use]
    pub const fn uses_vanished(&self) -> bool {
        self.flags.uid_only || self.flags.qresync && !self.flags.no_mod_seq
    }

    /// True when the session is over: write what is queued and close.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Logout)
    }

    /// Commands that are owed an answer.
    #[must_use]
    pub fn owed(&self) -> usize {
        self.flights.len()
    }

    /// True when EXPUNGE and VANISHED may be sent now.
    ///
    /// RFC 9051 section 7.5.1, RFC 5256 section 3: a command is in progress, and none that is answered with
    /// sequence numbers. A command is in progress once all of it is received, its messages included. Behind
    /// NOTIFY with SELECTED and MessageExpunge (RFC 5465 section 6.1.1): at any time. Never during SELECT and
    /// EXAMINE, whose data is of the mailbox that is being opened.
    ///
    /// It is what [`Held::release`](crate::view::Held::release) asks for. Call that before the command is
    /// completed, and send what it gives.
    #[must_use]
    pub fn may_expunge(&self) -> bool {
        let partial = matches!(self.phase, Phase::BodyOffered(_) | Phase::Body(_) | Phase::Tail(_));
        let whole = self.flights.len().saturating_sub(partial.into());
        let between = whole > 0 && self.flights.iter().take(whole).all(gate::may_expunge);
        let open = self.state == State::Selected && !self.is_opening();
        open && (between || self.flags.tells_expunges)
    }

    /// True while a mailbox is being opened.
    fn is_opening(&self) -> bool {
        self.is_in_progress(Verb::Select) || self.is_in_progress(Verb::Examine)
    }

    fn stage(&self) -> Stage {
        Stage {
            tls: self.flags.tls,
            authenticated: self.state.is_authenticated(),
            compressed: self.flags.compressed,
        }
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Gives the memory of what is rare back, when there is nothing of it.
    fn tidy(&mut self) {
        let empty = |rare: &mut Box<Rare>| {
            rare.error.is_none() && rare.held.is_none() && rare.outgoing.is_none()
        };
        if self.rare.as_mut().is_some_and(empty) {
            self.rare = None;
        }
    }

    fn error(&self) -> Option<PeerError> {
        self.rare.as_ref().and_then(|rare| rare.error)
    }

    /// True when a body has to be sent before anything else is.
    fn is_streaming(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.outgoing.is_some())
    }

    /// Ends the session with a last word of the machine's own.
    fn fail(&mut self, error: PeerError) -> PeerError {
        if error != PeerError::Eof && !self.is_streaming() {
            OwnAnswer::closing(&error).push(None, &mut self.queue);
        }
        self.end(error)
    }

    /// Ends the session without a word.
    fn end(&mut self, error: PeerError) -> PeerError {
        self.rare = Some(Box::new(Rare { error: Some(error), ..Rare::default() }));
        self.close();
        error
    }

    /// Nothing is said any more.
    fn close(&mut self) {
        self.state = State::Logout;
        self.phase = Phase::Commands;
        self.flights = Flights::new();
        self.skip = 0;
    }

    /// Counts what was refused; an error when it was too much.
    fn count_bad_command(&mut self, error: PeerError) -> Result<(), PeerError> {
        // Asking is not wrong: the limit is not known to all clients.
        if matches!(error, PeerError::Limit { name: "message", .. }) {
            return Ok(());
        }
        self.bad_commands = self.bad_commands.saturating_add(1);
        let limits = &self.config.limits;
        let early = !self.state.is_authenticated();
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

    /// A ticket that no other command of the session has.
    fn new_ticket(&mut self) -> Ticket {
        let ticket = Ticket(self.tickets);
        self.tickets = self.tickets.wrapping_add(1);
        ticket
    }

    /// One step: a command, a slice of a body, or octets that are dropped.
    fn receive_once<'i>(&mut self, input: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        if let Some(error) = self.error() {
            return Err(error);
        }
        if self.state == State::Logout {
            let first = !core::mem::replace(&mut self.flags.told_closed, true);
            // What is pipelined behind LOGOUT is never run.
            return Ok(Received { consumed: input.len(), event: first.then_some(Event::Closed) });
        }
        if self.skip > 0 {
            let skipped = u32::try_from(input.len()).unwrap_or(u32::MAX).min(self.skip);
            self.skip = self.skip.saturating_sub(skipped);
            return Ok(Received::nothing(usize::try_from(skipped).unwrap_or(usize::MAX)));
        }
        if self.state == State::Greeting
            || self.queue.len() > self.config.limits.transmit
            || self.is_streaming()
        {
            return Ok(Received::nothing(0));
        }
        match self.phase {
            Phase::Commands => self.receive_command(input),
            Phase::Body(_) => self.receive_body(input),
            Phase::Tail(body) => self.receive_tail(input, body),
            Phase::AuthResponse => self.receive_auth(input),
            Phase::Idle => self.receive_idle(input),
            Phase::Tls { told, answer } => self.receive_before_tls(input, told, answer),
            Phase::Compress { told: false } if self.queue.is_empty() => {
                self.phase = Phase::Compress { told: true };
                Ok(Received::event(0, Event::CompressReady))
            }
            Phase::Plain { told: false } if self.queue.is_empty() => {
                self.phase = Phase::Plain { told: true };
                Ok(Received::event(0, Event::CompressEnd))
            }
            Phase::BodyOffered(_)
            | Phase::AuthOffered
            | Phase::IdleOffered
            | Phase::Compress { .. }
            | Phase::Plain { .. } => Ok(Received::nothing(0)),
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
        match self.error() {
            Some(error) => return Err(error),
            None if self.state == State::Logout => return Ok(()),
            None => {}
        }
        let clean = matches!(self.phase, Phase::Commands)
            && !self.framer.is_mid_message()
            && self.flights.is_empty();
        if clean {
            self.close();
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
    }

    fn waiting_for(&self) -> Wait {
        if self.is_closed() {
            return Wait::Closed;
        }
        if self.state == State::Greeting || self.is_streaming() {
            return Wait::Application;
        }
        if self.queue.len() > self.config.limits.transmit {
            return Wait::Transmit;
        }
        match self.phase {
            Phase::Commands if !self.flights.is_empty() => Wait::Application,
            Phase::Commands | Phase::Idle | Phase::Tail(_) => Wait::Command,
            Phase::BodyOffered(_) | Phase::AuthOffered | Phase::IdleOffered => Wait::Application,
            Phase::Body(_) => Wait::Body,
            Phase::AuthResponse => Wait::Auth,
            Phase::Tls { .. } => Wait::Tls,
            Phase::Compress { .. } | Phase::Plain { .. } => Wait::Application,
        }
    }
}

#[cfg(test)]
mod tests;
