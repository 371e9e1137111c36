//! Opens a session: greeting, EHLO, STARTTLS by policy, EHLO again, authentication.
//!
//! [`Opener`] drives a [`Client`] through the part of a session that every program writes again, and
//! hands it over ready for mail.

use alloc::vec::Vec;

use mailwire_core::sasl::Challenge;
use mailwire_core::{Machine, Received, Secret, Transmit, Wait};
use thiserror::Error;

use crate::client::{Client, ClientConfig, Event, Ticket};
use crate::command::{Command, Verb};
use crate::element::reply_code::ReplyCode;
use crate::error::{PeerError, UsageError};
use crate::extension::Extension;
use crate::family::auth::Auth;
use crate::family::hello::HelloName;
use crate::protocol::Protocol;
use crate::reply::Reply;
use crate::sasl::MechanismName;
use mailwire_core::TlsPolicy;

/// What an opener is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenerConfig {
    /// What the client is told.
    pub client: ClientConfig,
    /// How the client names itself.
    pub name: HelloName<'static>,
    /// SASL mechanisms, the best first; the first that the server offers is used. Empty: no
    /// authentication.
    pub mechanisms: Vec<MechanismName<'static>>,
    /// The longest AUTH line that carries an initial response, in octets. A longer response waits
    /// for the first challenge. RFC 4954 allows 12,288; some servers take 512.
    pub initial_response: usize,
}

impl OpenerConfig {
    /// A session without authentication.
    #[must_use]
    pub fn new(name: impl Into<HelloName<'static>>) -> Self {
        Self {
            client: ClientConfig::default(),
            name: name.into(),
            mechanisms: Vec::new(),
            initial_response: 12_288,
        }
    }
}

/// What happened; borrows from the input.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenEvent<'i> {
    /// Start the TLS handshake, then call [`Opener::tls_started`].
    TlsReady,
    /// The server offers this mechanism: call [`Opener::start_auth`].
    AuthWanted(MechanismName<'static>),
    /// A challenge of the mechanism: [`Opener::respond_auth`] or [`Opener::cancel_auth`].
    AuthChallenge(Challenge<'i>),
    /// The session is open: [`Opener::into_client`].
    Ready,
}

/// Why a session could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The server broke the protocol, or the policy cannot be kept.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The server refused a step.
    #[error("refused at {step}: {reply}")]
    Refused {
        /// `greeting`, `EHLO`, `HELO`, `LHLO`, `STARTTLS` or `AUTH`.
        step: &'static str,
        /// What it said.
        reply: Reply<'static>,
    },
    /// The server offers none of the mechanisms.
    #[error("the server offers no mechanism that is allowed here")]
    NoMechanism,
}

/// Where the opener is.
#[derive(Debug, Clone)]
enum Step {
    Greeting,
    Hello(Ticket),
    StartTls,
    Tls,
    /// The caller gives the initial response.
    AuthWanted(MechanismName<'static>),
    /// The exchange is under way; a response that was too long for the line waits.
    Auth(Option<Secret<Vec<u8>>>),
    Ready,
    Failed(OpenError),
}

/// Opens an SMTP or LMTP session.
///
/// RFC 5321 section 3.1, RFC 3207, RFC 4954. EHLO is followed by HELO when the server does not know
/// it (not after 421), and is not said again after authentication. With TLS required nothing but
/// EHLO and STARTTLS is said before the handshake.
///
/// # Wire
/// ```text
/// S: 220 mail.example.org ready
/// C: EHLO client.example
/// S: 250-mail.example.org
/// S: 250 STARTTLS
/// C: STARTTLS
/// S: 220 go ahead
/// ```
///
/// # Limits
/// Those of the client.
///
/// # Errors
/// [`OpenError`]; it is sticky.
///
/// # Example
/// ```
/// use mailwire_smtp::opener::{OpenEvent, Opener, OpenerConfig};
/// use mailwire_smtp::{Machine, element::domain::Domain};
///
/// let mut opener = Opener::new(OpenerConfig::new(Domain::name("client.example").unwrap()));
/// opener.receive(b"220 mail.example.org\r\n").unwrap();
/// assert_eq!(opener.transmit().first(), b"EHLO client.example\r\n");
/// opener.transmitted(21);
/// let received = opener.receive(b"250 mail.example.org\r\n").unwrap();
/// assert!(matches!(received.event, Some(OpenEvent::Ready)));
/// let client = opener.into_client();
/// # drop(client);
/// ```
#[derive(Debug, Clone)]
pub struct Opener {
    client: Client,
    config: OpenerConfig,
    step: Step,
    told: bool,
}

impl Opener {
    /// An opener at the beginning of a connection.
    #[must_use]
    pub fn new(config: OpenerConfig) -> Self {
        let client = Client::new(config.client.clone());
        Self { client, config, step: Step::Greeting, told: false }
    }

    /// Takes note that the TLS handshake is finished.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when none is due.
    pub fn tls_started(&mut self) -> Result<(), UsageError> {
        self.client.tls_started()?;
        self.say_hello(true)
    }

    /// Begins the exchange, with the mechanism's initial response if it has one.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no mechanism is wanted.
    pub fn start_auth(&mut self, response: Option<&[u8]>) -> Result<(), UsageError> {
        let Step::AuthWanted(mechanism) = &self.step else {
            return Err(UsageError::NotNow { what: "AUTH" });
        };
        let auth = Auth::new(mechanism.clone());
        let full = response.map(|response| auth.clone().with_initial_response(response));
        let fits = |auth: &Auth<'_>| {
            Command::Auth(auth.clone()).to_bytes().len() <= self.config.initial_response
        };
        let (auth, waiting) = match full {
            Some(full) if fits(&full) => (full, None),
            Some(_) => (auth, response.map(|response| Secret::new(response.to_vec()))),
            None => (auth, None),
        };
        self.client.send(&Command::Auth(auth))?;
        self.step = Step::Auth(waiting);
        Ok(())
    }

    /// Answers a challenge.
    ///
    /// # Errors
    /// As [`Client::respond_auth`].
    pub fn respond_auth(&mut self, response: &[u8]) -> Result<(), UsageError> {
        self.client.respond_auth(response)
    }

    /// Gives the exchange up; the server's refusal ends the opener.
    ///
    /// # Errors
    /// As [`Client::cancel_auth`].
    pub fn cancel_auth(&mut self) -> Result<(), UsageError> {
        self.client.cancel_auth()
    }

    /// The client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The client, to go on with.
    #[must_use]
    pub fn into_client(self) -> Client {
        self.client
    }

    fn say_hello(&mut self, extended: bool) -> Result<(), UsageError> {
        let name = self.config.name.clone();
        let command = match self.config.client.protocol {
            Protocol::Lmtp => Command::Lhlo(name),
            Protocol::Smtp if extended => Command::Ehlo(name),
            Protocol::Smtp => Command::Helo(name),
        };
        self.step = Step::Hello(self.client.send(&command)?);
        Ok(())
    }

    /// What follows from an event of the client; an event for the caller, if there is one.
    fn advance<'i>(&mut self, event: Event<'i>) -> Result<Option<OpenEvent<'i>>, OpenError> {
        match event {
            Event::Greeting(greeting) if greeting.is_ready() => self.hello_now(true)?,
            Event::Greeting(greeting) => return Err(refused("greeting", &greeting.reply)),
            Event::Closing(reply) => return Err(refused("greeting", &reply)),
            Event::Reply { reply, ticket, .. } => return self.take_reply(&reply, ticket),
            Event::TlsReady => {
                self.step = Step::Tls;
                return Ok(Some(OpenEvent::TlsReady));
            }
            Event::AuthChallenge { challenge, .. } => {
                if let Step::Auth(waiting) = &mut self.step {
                    if let Some(response) = waiting.take() {
                        let sent = self.client.respond_auth(response.expose());
                        return sent.map(|()| None).map_err(|_| PeerError::Eof.into());
                    }
                }
                return Ok(Some(OpenEvent::AuthChallenge(challenge)));
            }
            Event::Unanswered { .. } | Event::Closed | Event::BodyWanted(_) => {
                return Err(PeerError::Closing.into());
            }
        }
        Ok(None)
    }

    fn take_reply(
        &mut self,
        reply: &Reply<'_>,
        ticket: Ticket,
    ) -> Result<Option<OpenEvent<'static>>, OpenError> {
        let positive = reply.code().is_positive();
        match &self.step {
            Step::Hello(expected) if *expected == ticket && positive => {
                let offers_tls = self.client.extensions().has(Extension::StartTls);
                let wants_tls = self.config.client.tls != TlsPolicy::None;
                if !self.client.is_tls() && offers_tls && wants_tls {
                    self.step = Step::StartTls;
                    return self.give(&Command::StartTls);
                }
                self.authenticate()
            }
            Step::Hello(_) => {
                let lmtp = self.config.client.protocol == Protocol::Lmtp;
                let (step, again) = match self.client.state().allows(Verb::Mail) {
                    _ if lmtp => ("LHLO", false),
                    _ if self.told => ("HELO", false),
                    _ => ("EHLO", reply.code().is_permanent()),
                };
                // A server that goes away (421) would not know HELO either, and HELO has no TLS.
                let tls = self.config.client.tls == TlsPolicy::Required && !self.client.is_tls();
                if !again || tls || reply.code() == ReplyCode::NOT_AVAILABLE {
                    return Err(refused(step, reply));
                }
                self.told = true;
                self.hello_now(false)?;
                Ok(None)
            }
            // An opportunistic session goes on in plaintext, unless the server goes away.
            Step::StartTls if reply.code() == ReplyCode::NOT_AVAILABLE => {
                Err(refused("STARTTLS", reply))
            }
            Step::StartTls if reply.code() != ReplyCode::READY => self.authenticate(),
            Step::Auth(_) if positive => Ok(self.ready()),
            Step::Auth(_) => Err(refused("AUTH", reply)),
            _ => Ok(None),
        }
    }

    fn authenticate(&mut self) -> Result<Option<OpenEvent<'static>>, OpenError> {
        if self.config.mechanisms.is_empty() {
            return Ok(self.ready());
        }
        let allowed = self.client.is_tls() || self.config.client.auth_without_tls;
        let offered = |mechanism: &&MechanismName<'_>| {
            self.client.extensions().has_mechanism(mechanism.as_str())
        };
        match self.config.mechanisms.iter().find(offered).filter(|_| allowed) {
            Some(mechanism) => {
                self.step = Step::AuthWanted(mechanism.clone());
                Ok(Some(OpenEvent::AuthWanted(mechanism.clone())))
            }
            None => Err(OpenError::NoMechanism),
        }
    }

    fn ready(&mut self) -> Option<OpenEvent<'static>> {
        self.step = Step::Ready;
        Some(OpenEvent::Ready)
    }

    fn hello_now(&mut self, extended: bool) -> Result<(), OpenError> {
        self.say_hello(extended).map_err(|_| PeerError::Closing.into())
    }

    fn give(&mut self, command: &Command<'_>) -> Result<Option<OpenEvent<'static>>, OpenError> {
        match self.client.send(command) {
            Ok(_) => Ok(None),
            Err(_) => Err(PeerError::Closing.into()),
        }
    }

    fn fail(&mut self, error: OpenError) -> OpenError {
        self.step = Step::Failed(error.clone());
        error
    }
}

fn refused(step: &'static str, reply: &Reply<'_>) -> OpenError {
    OpenError::Refused { step, reply: reply.borrowed().into_owned() }
}

impl Machine for Opener {
    type Event<'i> = OpenEvent<'i>;
    type Error = OpenError;

    fn receive<'i>(&mut self, input: &'i [u8]) -> Result<Received<OpenEvent<'i>>, OpenError> {
        if let Step::Failed(error) = &self.step {
            return Err(error.clone());
        }
        let mut consumed = 0_usize;
        loop {
            // What comes behind the opening is for the client.
            if matches!(self.step, Step::Ready | Step::AuthWanted(_)) {
                return Ok(Received::nothing(consumed));
            }
            let rest = input.get(consumed..).unwrap_or_default();
            let received = self.client.receive(rest).map_err(|error| self.fail(error.into()))?;
            consumed = consumed.saturating_add(received.consumed);
            let Some(event) = received.event else { return Ok(Received::nothing(consumed)) };
            match self.advance(event) {
                Ok(None) => {}
                Ok(Some(event)) => return Ok(Received::event(consumed, event)),
                Err(error) => return Err(self.fail(error)),
            }
        }
    }

    fn receive_eof(&mut self) -> Result<(), OpenError> {
        match &self.step {
            Step::Failed(error) => Err(error.clone()),
            Step::Ready => Ok(self.client.receive_eof()?),
            _ => Err(self.fail(PeerError::Eof.into())),
        }
    }

    fn transmit(&self) -> Transmit<'_> {
        self.client.transmit()
    }

    fn transmitted(&mut self, n: usize) {
        self.client.transmitted(n);
    }

    fn waiting_for(&self) -> Wait {
        match self.step {
            Step::AuthWanted(_) | Step::Ready => Wait::Application,
            Step::Failed(_) => Wait::Closed,
            _ => self.client.waiting_for(),
        }
    }
}

#[cfg(test)]
mod tests;
