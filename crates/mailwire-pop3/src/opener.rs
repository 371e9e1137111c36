//! Opens a session: greeting, CAPA, STLS by policy, CAPA again, UTF8 and authentication.
//!
//! [`Opener`] drives a [`Client`] through the part of a session that every program writes again, and
//! hands it over in the TRANSACTION state.

use alloc::vec::Vec;

use mailwire_core::sasl::{Challenge, MechanismName};
use mailwire_core::{Machine, Received, Secret, Transmit, Wait};
use thiserror::Error;

use crate::answer::Answer;
use crate::client::{Client, ClientConfig, Event, Ticket};
use crate::command::Command;
use crate::element::apop::Digest;
use crate::error::{PeerError, UsageError};
use crate::extension::Extension;
use crate::family::auth::{Apop, Auth, Password, UserName};
use crate::response::Response;
use mailwire_core::TlsPolicy;

/// A way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Login {
    /// AUTH with this mechanism: [`Opener::start_auth`].
    Sasl(MechanismName<'static>),
    /// APOP: [`Opener::start_apop`]. Only with [`ClientConfig::apop`], a clean stamp, and without
    /// TLS, which forgets the stamp.
    Apop,
    /// USER and PASS: [`Opener::start_password`].
    Password,
}

/// What an opener is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenerConfig {
    /// What the client is told.
    pub client: ClientConfig,
    /// Ways to authenticate, the best first; the first that can be used is. Empty: no
    /// authentication.
    pub logins: Vec<Login>,
    /// True to say UTF8 where it is offered.
    pub utf8: bool,
    /// The longest AUTH line that carries an initial response, in octets. A longer response waits
    /// for the first challenge, as RFC 5034 section 4 asks over 255 octets. 0: none is sent, for
    /// servers that do not take one.
    pub initial_response: usize,
}

impl Default for OpenerConfig {
    fn default() -> Self {
        Self {
            client: ClientConfig::default(),
            logins: Vec::new(),
            utf8: false,
            initial_response: 255,
        }
    }
}

/// What happened; borrows from the input.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenEvent<'i> {
    /// Start the TLS handshake, then call [`Opener::tls_started`].
    TlsReady,
    /// The server offers this: call [`Opener::start_auth`], [`Opener::start_apop`] or
    /// [`Opener::start_password`].
    AuthWanted(Login),
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
    #[error("refused at {step}: {response}")]
    Refused {
        /// `greeting`, `AUTH`, `APOP`, `USER` or `PASS`.
        step: &'static str,
        /// What it said.
        response: Response<'static>,
    },
    /// The server offers no way to authenticate that is allowed here.
    #[error("the server offers no login that is allowed here")]
    NoLogin,
}

/// Where the opener is.
#[derive(Debug, Clone)]
enum Step {
    Greeting,
    Capa,
    Stls,
    Tls,
    Utf8,
    /// The caller gives what the login needs.
    AuthWanted(Login),
    /// The exchange is under way; a response that was too long for the line waits.
    Auth(Option<Secret<Vec<u8>>>),
    Apop,
    /// USER is under way, and PASS behind it.
    User(Ticket),
    Ready,
    Failed(OpenError),
}

/// Opens a POP3 session.
///
/// RFC 1939 section 4, RFC 2449 section 5, RFC 2595, RFC 5034. A server without CAPA is taken to
/// have what RFC 1939 has. With TLS required nothing but CAPA and STLS is said before the handshake.
///
/// # Wire
/// ```text
/// S: +OK POP3 server ready
/// C: CAPA
/// S: +OK Capability list follows
/// S: STLS
/// S: .
/// C: STLS
/// S: +OK Begin TLS negotiation
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
/// use mailwire_pop3::Machine;
/// use mailwire_pop3::opener::{OpenEvent, Opener, OpenerConfig};
///
/// let mut opener = Opener::new(OpenerConfig::default());
/// opener.receive(b"+OK ready\r\n").unwrap();
/// assert_eq!(opener.transmit().first(), b"CAPA\r\n");
/// opener.transmitted(6);
/// let received = opener.receive(b"+OK\r\nTOP\r\nUIDL\r\n.\r\n").unwrap();
/// assert!(matches!(received.event, Some(OpenEvent::Ready)));
/// let client = opener.into_client();
/// # drop(client);
/// ```
#[derive(Debug, Clone)]
pub struct Opener {
    client: Client,
    config: OpenerConfig,
    step: Step,
}

impl Opener {
    /// An opener at the beginning of a connection.
    #[must_use]
    pub fn new(config: OpenerConfig) -> Self {
        let client = Client::new(config.client.clone());
        Self { client, config, step: Step::Greeting }
    }

    /// Takes note that the TLS handshake is finished.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when none is due.
    pub fn tls_started(&mut self) -> Result<(), UsageError> {
        self.client.tls_started()?;
        self.client.send(&Command::Capa)?;
        self.step = Step::Capa;
        Ok(())
    }

    /// Begins a SASL exchange, with the mechanism's initial response if it has one.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no mechanism is wanted.
    pub fn start_auth(&mut self, response: Option<&[u8]>) -> Result<(), UsageError> {
        let Step::AuthWanted(Login::Sasl(mechanism)) = &self.step else {
            return Err(UsageError::NotNow { what: "AUTH" });
        };
        let auth = Auth::new(mechanism.clone());
        let limit = self.config.initial_response.min(self.config.client.limits.sent_line);
        let line = |auth: &Auth<'_>| Command::Auth(Some(auth.clone())).to_bytes().len();
        let full = response.map(|response| auth.clone().with_initial_response(response));
        let (auth, waiting) = match full {
            Some(full) if line(&full) <= limit => (full, None),
            Some(_) => (auth, response.map(|response| Secret::new(response.to_vec()))),
            None => (auth, None),
        };
        self.client.send(&Command::Auth(Some(auth)))?;
        self.step = Step::Auth(waiting);
        Ok(())
    }

    /// Authenticates with a digest, made of the stamp of [`Client::stamp`] and the secret.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when APOP is not wanted; those of [`Client::send`].
    pub fn start_apop(&mut self, name: UserName<'_>, digest: Digest) -> Result<(), UsageError> {
        let Step::AuthWanted(Login::Apop) = self.step else {
            return Err(UsageError::NotNow { what: "APOP" });
        };
        self.client.send(&Command::Apop(Apop::new(name, digest)))?;
        self.step = Step::Apop;
        Ok(())
    }

    /// Authenticates with a name and a password.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when USER is not wanted; those of [`Client::send`].
    pub fn start_password(
        &mut self,
        name: UserName<'_>,
        password: Password<'_>,
    ) -> Result<(), UsageError> {
        let Step::AuthWanted(Login::Password) = self.step else {
            return Err(UsageError::NotNow { what: "USER" });
        };
        // What PASS would be refused for has to be known before USER is sent.
        let mut trial = self.client.clone();
        let (user, pass) = (Command::User(name), Command::Pass(password));
        trial.send(&user)?;
        trial.send(&pass)?;
        let user = self.client.send(&user)?;
        self.client.send(&pass)?;
        self.step = Step::User(user);
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

    /// What follows from an event of the client; an event for the caller, if there is one.
    fn advance<'i>(&mut self, event: Event<'i>) -> Result<Option<OpenEvent<'i>>, OpenError> {
        match event {
            Event::Greeting(greeting) if greeting.is_ready() => {
                self.give(&Command::Capa, Step::Capa)
            }
            Event::Greeting(greeting) => Err(refused("greeting", &greeting.response)),
            Event::Closing(response) => Err(refused("greeting", &response)),
            Event::ListEnd { .. } => self.secure(),
            Event::Response { ticket, answer, .. } => self.take_answer(&answer, ticket),
            Event::TlsReady => {
                self.step = Step::Tls;
                Ok(Some(OpenEvent::TlsReady))
            }
            Event::AuthChallenge { challenge, .. } => {
                if let Step::Auth(waiting) = &mut self.step {
                    if let Some(response) = waiting.take() {
                        let sent = self.client.respond_auth(response.expose());
                        return sent.map(|()| None).map_err(|_| PeerError::Eof.into());
                    }
                }
                Ok(Some(OpenEvent::AuthChallenge(challenge)))
            }
            Event::Desync { .. } => Err(PeerError::Desync.into()),
            Event::Unanswered { .. } | Event::Closed => Err(PeerError::Eof.into()),
            _ => Ok(None),
        }
    }

    fn take_answer(
        &mut self,
        answer: &Answer<'_>,
        ticket: Ticket,
    ) -> Result<Option<OpenEvent<'static>>, OpenError> {
        let step = match self.step {
            Step::Capa => return self.secure(),
            // An opportunistic session goes on in plaintext.
            Step::Stls if answer.refusal().is_some() => return self.speak(),
            Step::Utf8 => return self.authenticate(),
            Step::User(user) if user == ticket && answer.is_ok() => return Ok(None),
            Step::User(user) if user == ticket => "USER",
            Step::User(_) => "PASS",
            Step::Apop => "APOP",
            Step::Auth(_) => "AUTH",
            _ => return Ok(None),
        };
        match answer.refusal() {
            Some(response) => Err(refused(step, response)),
            None => Ok(self.ready()),
        }
    }

    /// The capabilities are known, or cannot be.
    fn secure(&mut self) -> Result<Option<OpenEvent<'static>>, OpenError> {
        let offers_tls = self.client.extensions().has(Extension::Stls);
        let wants_tls = self.config.client.tls != TlsPolicy::None;
        if !self.client.is_tls() && offers_tls && wants_tls {
            return self.give(&Command::Stls, Step::Stls);
        }
        self.speak()
    }

    fn speak(&mut self) -> Result<Option<OpenEvent<'static>>, OpenError> {
        if self.config.utf8 && self.client.extensions().has(Extension::Utf8) {
            return self.give(&Command::Utf8, Step::Utf8);
        }
        self.authenticate()
    }

    fn authenticate(&mut self) -> Result<Option<OpenEvent<'static>>, OpenError> {
        if self.config.logins.is_empty() {
            return Ok(self.ready());
        }
        match self.config.logins.iter().find(|login| self.can(login)) {
            Some(login) => {
                self.step = Step::AuthWanted(login.clone());
                Ok(Some(OpenEvent::AuthWanted(login.clone())))
            }
            None => Err(OpenError::NoLogin),
        }
    }

    /// True when the server offers the login, and it is allowed here.
    fn can(&self, login: &Login) -> bool {
        let extensions = self.client.extensions();
        let private = self.client.is_tls() || self.config.client.auth_without_tls;
        match login {
            Login::Sasl(mechanism) => private && extensions.has_mechanism(mechanism.as_str()),
            Login::Apop => self.config.client.apop && self.client.stamp().is_some(),
            Login::Password => {
                private && (extensions.has(Extension::User) || !extensions.is_known())
            }
        }
    }

    fn ready(&mut self) -> Option<OpenEvent<'static>> {
        self.step = Step::Ready;
        Some(OpenEvent::Ready)
    }

    fn give<'i>(
        &mut self,
        command: &Command<'_>,
        step: Step,
    ) -> Result<Option<OpenEvent<'i>>, OpenError> {
        self.step = step;
        match self.client.send(command) {
            Ok(_) => Ok(None),
            Err(_) => Err(PeerError::Eof.into()),
        }
    }

    fn fail(&mut self, error: OpenError) -> OpenError {
        self.step = Step::Failed(error.clone());
        error
    }
}

fn refused(step: &'static str, response: &Response<'_>) -> OpenError {
    OpenError::Refused { step, response: response.borrowed().into_owned() }
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
