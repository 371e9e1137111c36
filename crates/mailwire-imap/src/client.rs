//! The client: commands out, responses in.
//!
//! ```text
//! loop {
//!     write what `transmit` shows, and say `transmitted`;
//!     while let Some(event) = receive(input): act on it: send, send_body, respond_auth ...;
//!     read again only when there is nothing to write
//! }
//! ```
//! The same with a server that is a list of lines:
//! ```
//! use mailwire_imap::client::{Client, ClientConfig, Event};
//! use mailwire_imap::{Command, Data, Machine, StatusKind};
//!
//! let mut server = [
//!     &b"* OK [CAPABILITY IMAP4rev2] ready\r\n"[..],
//!     b"* CAPABILITY IMAP4rev2 ENABLE\r\nA1 OK done\r\n",
//!     b"* BYE see you\r\nA2 OK done\r\n",
//! ]
//! .into_iter();
//! let mut client = Client::new(ClientConfig::default());
//! let (mut written, mut input) = (Vec::new(), Vec::new());
//! loop {
//!     while !client.transmit().is_empty() {
//!         let octets = client.transmit().first();
//!         written.extend_from_slice(octets);
//!         let n = octets.len();
//!         client.transmitted(n);
//!     }
//!     let received = client.receive(&input)?;
//!     match &received.event {
//!         Some(Event::Greeting { .. }) => drop(client.send(&Command::Capability)?),
//!         Some(Event::Response { data: Data::Capability(list), .. }) => assert_eq!(list.len(), 2),
//!         Some(Event::Completed { status, .. }) => {
//!             assert_eq!(status.kind(), StatusKind::Ok);
//!             if client.in_flight() == 0 && !client.is_closing() {
//!                 client.send(&Command::Logout)?;
//!             }
//!         }
//!         Some(Event::Closed) => break,
//!         _ => {}
//!     }
//!     let idle = received.event.is_none() && client.transmit().is_empty();
//!     input.drain(..received.consumed);
//!     if idle {
//!         match server.next() {
//!             Some(line) => input.extend_from_slice(line),
//!             None => client.receive_eof()?,
//!         }
//!     }
//! }
//! assert_eq!(written, b"A1 CAPABILITY\r\nA2 LOGOUT\r\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! Commands are given with [`send`](Client::send) as they come to mind. The machine makes the tags, sends
//! each command when the rules of [`pipelining`](crate::pipelining) let it, binds the tagged response to
//! it, and each command ends exactly once: as [`Event::Completed`], or as [`Event::Unanswered`].

mod asked;
mod auth;
mod check;
mod config;
mod event;
mod handover;
mod idle;
mod outgoing;
pub mod profile;
mod responses;
mod stream;
mod tagged;

use alloc::collections::VecDeque;
use alloc::sync::Arc;

use mailwire_core::{Machine, Received, Transmit, TransmitQueue, Unanswered, Wait};

use self::auth::Exchange;
pub use self::config::ClientConfig;
pub use self::event::Event;
use self::handover::Handover;
use self::idle::Idling;
use self::outgoing::{Pending, Writing};
pub use self::profile::Profile;
pub use self::stream::Head;
use self::stream::Streaming;
use crate::command::{Command, Verb};
use crate::element::tag::Tag;
use crate::error::{PeerError, UsageError};
use crate::extension::{Extension, ExtensionSet};
use crate::family::capability::Extensions;
use crate::framing::ResponseFramer;
use crate::pipelining::Traits;
use crate::state::State;
use crate::status::{Status, StatusKind};
use crate::{Deviations, Mode, Tolerance};

/// Names a command that was given to a client; what answers it carries the same ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

impl Ticket {
    /// The tag of the command.
    #[must_use]
    pub fn tag(self) -> Tag<'static> {
        Tag::numbered(self.0)
    }

    /// The ticket with this tag, if it is one that a client makes.
    fn of_tag(tag: &[u8]) -> Option<Self> {
        let digits = tag.strip_prefix(b"A")?;
        if digits.first() == Some(&b'0') || digits.is_empty() {
            return None;
        }
        let mut number = 0_u64;
        for digit in digits {
            let digit = digit.is_ascii_digit().then(|| digit.wrapping_sub(b'0'))?;
            number = number.checked_mul(10)?.checked_add(digit.into())?;
        }
        Some(Self(number))
    }
}

/// What the next octets of the server are.
#[derive(Debug, Clone)]
enum Reading {
    /// Responses.
    Responses,
    /// The octets of a literal.
    Literal(mailwire_core::body::Counted),
    /// Not ours: TLS or compression begins, or compression ends.
    Handover(Handover),
}

/// An IMAP client, as a state machine without I/O.
///
/// RFC 9051, RFC 3501, and the extensions of [`EXTENSIONS`](crate::extension::EXTENSIONS). Memory does
/// not depend on the size of messages.
///
/// # Wire
/// ```text
/// S: * OK [CAPABILITY IMAP4rev2] ready
/// C: A1 NOOP
/// S: A1 OK done
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
/// use mailwire_imap::client::{Client, ClientConfig, Event};
/// use mailwire_imap::{Command, Machine};
///
/// let mut client = Client::new(ClientConfig::default());
/// let received = client.receive(b"* OK ready\r\n").unwrap();
/// assert!(matches!(received.event, Some(Event::Greeting { .. })));
///
/// client.send(&Command::Noop).unwrap();
/// assert_eq!(client.transmit().first(), b"A1 NOOP\r\n");
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    config: Arc<ClientConfig>,
    queue: TransmitQueue,
    framer: ResponseFramer,
    reading: Reading,
    writing: Writing,
    /// The state, as the server has confirmed it.
    state: State,
    /// The commands that have not ended; the first `sent` are in flight, the others held.
    commands: VecDeque<Pending>,
    sent: usize,
    /// The response whose literals are streamed.
    streaming: Option<alloc::boxed::Box<Streaming>>,
    extensions: Extensions,
    enabled: ExtensionSet,
    /// What the ENABLE that has not ended asks for.
    asked: ExtensionSet,
    profile: Option<&'static Profile>,
    ended: VecDeque<(Ticket, Unanswered)>,
    /// A command whose end broke the grammar and is still to be told.
    settled: Option<(Ticket, StatusKind)>,
    error: Option<PeerError>,
    /// Octets that were queued, and those of them that were written.
    queued: u64,
    written: u64,
    tickets: u64,
    /// What stood before the response that is to come.
    met: Deviations,
    flags: Flags,
}

/// What is true of the session.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)]
struct Flags {
    tls: bool,
    compressed: bool,
    /// The server said BYE.
    bye: bool,
    /// SELECT or EXAMINE was sent.
    opened: bool,
    /// NOTIFY: EXPUNGE may come at any time.
    tells_expunges: bool,
    /// The server told its capabilities while a command was in flight that changes them.
    relearned: bool,
    /// The server told what it enabled.
    told_enabled: bool,
    told_closed: bool,
}

impl Client {
    /// A client at the beginning of a connection.
    #[must_use]
    pub fn new(config: impl Into<Arc<ClientConfig>>) -> Self {
        let config = config.into();
        let tls = config.implicit_tls;
        Self {
            config,
            queue: TransmitQueue::new(),
            framer: ResponseFramer::new(),
            reading: Reading::Responses,
            writing: Writing::Free,
            state: State::Greeting,
            commands: VecDeque::new(),
            sent: 0,
            streaming: None,
            extensions: Extensions::default(),
            enabled: ExtensionSet::EMPTY,
            asked: ExtensionSet::EMPTY,
            profile: None,
            ended: VecDeque::new(),
            settled: None,
            error: None,
            queued: 0,
            written: 0,
            tickets: 0,
            met: Deviations::EMPTY,
            flags: Flags { tls, ..Flags::default() },
        }
    }

    /// Gives a command. It goes out now, or when it is its turn.
    ///
    /// A command with message sequence numbers that is held when the server removes a message is not sent: its
    /// numbers were chosen before, and mean other messages now. It ends as
    /// [`NotSent`](mailwire_core::Unanswered::NotSent). The same becomes of what is held for a mailbox that is not
    /// opened, be SELECT refused or given up.
    ///
    /// Behind UNAUTHENTICATE nothing is sent before its answer, although RFC 8437 section 3 permits
    /// AUTHENTICATE there: which mechanisms are offered before login, and whether LOGIN is taken, is told by
    /// that answer or asked for behind it, and it is the next user's password that is at stake.
    ///
    /// # Errors
    /// [`UsageError`] when the command cannot be given: nothing is sent then. [`UsageError::NotNow`] behind
    /// a command that changes what the server offers or what octets mean, until that is answered, and for ENABLE
    /// once SELECT or EXAMINE was given (RFC 9051 section 6.3.1).
    /// [`UsageError::NotOffered`] and [`UsageError::NotEnabled`] where the server has not said that it has what
    /// the command [needs](Command::needs), each of its arguments included; [`ClientConfig::assumed`] says
    /// what it has all the same. What is kept as data is sent as it is.
    pub fn send(&mut self, command: &Command<'_>) -> Result<Ticket, UsageError> {
        self.check(command)?;
        let ticket = Ticket(self.tickets.saturating_add(1));
        let pending = self.prepare(ticket, command)?;
        self.tickets = ticket.0;
        if let Command::Enable(enable) = command {
            let named = enable.capabilities().iter().filter_map(|one| one.extension());
            self.asked = named.collect();
        }
        self.commands.push_back(pending);
        self.pump();
        Ok(ticket)
    }

    /// Gives a command up. One that was not sent ends at once; of others the answer is awaited, what they
    /// ask for that is large is dropped, and the connection stays usable. IDLE and SASL exchanges are
    /// ended.
    ///
    /// A command whose body is under way cannot be given up: the session is over then.
    ///
    /// # Errors
    /// [`UsageError::UnknownTicket`] when the command has ended.
    pub fn abandon(&mut self, ticket: Ticket) -> Result<(), UsageError> {
        let at = self.commands.iter().position(|command| command.ticket == ticket);
        let Some(at) = at else { return Err(UsageError::UnknownTicket) };
        if at >= self.sent {
            let opens = self.commands.remove(at).is_some_and(|command| command.opens());
            self.ended.push_back((ticket, Unanswered::NotSent));
            if opens {
                self.drop_unopened(at);
            }
            self.pump();
            return Ok(());
        }
        if let Some(command) = self.commands.get_mut(at) {
            command.abandoned = true;
        }
        if at.saturating_add(1) == self.sent {
            match self.writing {
                Writing::Body(_) => self.close(),
                Writing::Idle(_) => self.end_idle(),
                Writing::Exchange(Exchange { challenged: true, .. }) => self.send_response(b"*"),
                _ => {}
            }
        }
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

    /// What the server offers, without what is masked. It is forgotten where it may have changed: behind
    /// TLS, login and UNAUTHENTICATE, unless the server told it again.
    #[must_use]
    pub const fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The extensions that were switched on by ENABLE.
    #[must_use]
    pub const fn enabled(&self) -> ExtensionSet {
        self.enabled
    }

    /// How octets are read, and which forms are sent.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        let mut mode = Mode::REV1;
        if self.enabled.contains(Extension::Utf8Accept)
            || self.enabled.contains(Extension::Imap4Rev2)
        {
            mode = mode.with(Mode::UTF8);
        }
        if self.extensions.has(Extension::LiteralPlus) {
            mode = mode.with(Mode::LITERAL_PLUS);
        }
        if self.extensions.has(Extension::LiteralMinus) {
            mode = mode.with(Mode::LITERAL_MINUS);
        }
        if self.extensions.has(Extension::Binary) {
            mode = mode.with(Mode::BINARY);
        }
        mode
    }

    /// What is known of the server's software, by its greeting, its ID or its capabilities.
    #[must_use]
    pub const fn profile(&self) -> Option<&'static Profile> {
        self.profile
    }

    /// True when the session is under TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.flags.tls
    }

    /// True when anybody on the way can have said what is heard.
    const fn is_untrusted(&self) -> bool {
        !self.flags.tls
    }

    /// True when the session is compressed.
    #[must_use]
    pub const fn is_compressed(&self) -> bool {
        self.flags.compressed
    }

    /// True behind the server's BYE: it takes no more commands, and what it still has to say may come.
    #[must_use]
    pub const fn is_closing(&self) -> bool {
        self.flags.bye
    }

    /// True when the session is over.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Logout) || self.error.is_some()
    }

    /// Commands that have not ended.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.commands.len()
    }

    /// The deviations that responses may have: those of the configuration, and those of this server.
    #[must_use]
    pub fn tolerance(&self) -> Tolerance {
        let deviations = self.profile.map_or(&[][..], |profile| profile.deviations);
        deviations.iter().fold(self.config.tolerance, |all, one| all.with(*one))
    }

    /// The state when the first `count` commands succeed.
    fn led_to(&self, count: usize) -> State {
        let verbs = self.commands.iter().take(count).filter_map(|command| command.verb);
        verbs.fold(self.state, |state, verb| state.after(verb, StatusKind::Ok))
    }

    /// What all commands in flight need and do.
    fn traits(&self) -> Traits {
        let in_flight = self.commands.iter().take(self.sent);
        in_flight.fold(Traits::NONE, |all, command| all.with(command.traits))
    }

    /// Ends the session. Every command that has not ended does so now.
    fn fail(&mut self, error: PeerError) -> PeerError {
        self.close();
        self.error = Some(error);
        error
    }

    /// Ends every command, by how much of it was written. Nothing is sent any more: what waits in the
    /// queue was given in the hope of another answer.
    fn close(&mut self) {
        for command in core::mem::take(&mut self.commands) {
            let outcome =
                if self.written >= command.end { Unanswered::Unknown } else { Unanswered::NotSent };
            self.ended.push_back((command.ticket, outcome));
        }
        self.sent = 0;
        self.queue.clear();
        self.streaming = None;
        self.reading = Reading::Responses;
        self.writing = Writing::Free;
        self.state = State::Logout;
    }
}

impl Machine for Client {
    type Event<'i> = Event<'i>;
    type Error = PeerError;

    #[inline]
    fn receive<'i>(&mut self, input: &'i [u8]) -> Result<Received<Event<'i>>, PeerError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if let Some((ticket, kind)) = self.settled.take() {
            let (status, deviations) = (Status::fixed(kind, ""), Deviations::EMPTY);
            let (untrusted, ends) = (self.is_untrusted(), self.is_closed());
            let event = Event::Completed { ticket, status, deviations, untrusted, ends };
            return Ok(Received::event(0, event));
        }
        if let Some((ticket, outcome)) = self.ended.pop_front() {
            return Ok(Received::event(0, Event::Unanswered { ticket, outcome }));
        }
        if let Some((ticket, size)) = self.body_wanted() {
            return Ok(Received::event(0, Event::BodyWanted { ticket, size }));
        }
        match self.reading {
            Reading::Literal(_) => Ok(self.receive_literal(input)),
            Reading::Handover(handover) => self.receive_handover(input, handover),
            Reading::Responses if self.state == State::Logout => {
                let first = !core::mem::replace(&mut self.flags.told_closed, true);
                Ok(Received { consumed: input.len(), event: first.then_some(Event::Closed) })
            }
            Reading::Responses => self.receive_responses(input),
        }
    }

    fn receive_eof(&mut self) -> Result<(), PeerError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.state == State::Logout {
            return Ok(());
        }
        let begun =
            |verb| self.commands.iter().take(self.sent).any(|command| command.verb == Some(verb));
        if begun(Verb::StartTls) && self.needs_tls() {
            return Err(self.fail(PeerError::TlsRefused));
        }
        let whole = !self.framer.is_mid_message()
            && matches!(self.reading, Reading::Responses)
            && self.state != State::Greeting;
        // A server may close instead of answering LOGOUT, and behind BYE it does so.
        let expected = self.flags.bye || self.commands.is_empty() || begun(Verb::Logout);
        if whole && expected {
            self.close();
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
        match self.reading {
            Reading::Literal(_) => return Wait::Body,
            Reading::Handover(Handover::Tls { .. }) => return Wait::Tls,
            Reading::Handover(Handover::Compression { .. } | Handover::Plain { .. }) => {
                return Wait::Application;
            }
            Reading::Responses if self.state == State::Greeting => return Wait::Greeting,
            Reading::Responses => {}
        }
        match self.writing {
            // The server closes.
            Writing::Idle(_) if self.flags.bye => return Wait::Answer,
            Writing::Go { .. } => return Wait::BodyGo,
            Writing::Body(_) => return Wait::Application,
            Writing::Exchange(Exchange { challenged: true, .. }) => return Wait::Application,
            Writing::Exchange(_) => return Wait::Auth,
            // The server has nothing to answer before the client ends it.
            Writing::Idle(Idling::Begun) => return Wait::Nothing,
            Writing::Idle(_) | Writing::Free => {}
        }
        match self.commands.front() {
            // The server closes, or the caller does.
            None if self.flags.bye => Wait::Answer,
            None => Wait::Nothing,
            Some(command) if command.streamed => Wait::BodyAnswer,
            Some(_) => Wait::Answer,
        }
    }
}

#[cfg(test)]
mod tests;
