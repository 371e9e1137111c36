//! Opens a session: greeting, CAPABILITY, STARTTLS by policy, login, and what is wanted behind it.
//!
//! [`Opener`] drives a [`Client`] through the part of a session that every program writes again, and
//! hands it over logged in. What it asks for when depends on what the server tells by itself:
//!
//! | step | sent | when |
//! |---|---|---|
//! | `greeting` | | |
//! | `CAPABILITY` | CAPABILITY | where the server did not tell it, behind the greeting, TLS and login |
//! | `STARTTLS` | STARTTLS | by [`ClientConfig::tls`](crate::ClientConfig::tls), where offered |
//! | `AUTHENTICATE`, `LOGIN` | the first of [`OpenerConfig::logins`] that can be used | not behind PREAUTH |
//! | `ID` | ID | by [`OpenerConfig::id`], where offered |
//! | `ENABLE` | ENABLE | by [`OpenerConfig::enable`], what is offered |
//! | `COMPRESS` | COMPRESS | by [`OpenerConfig::compress`], where offered |
//! | `NAMESPACE` | NAMESPACE | by [`OpenerConfig::namespace`], where offered |
//!
//! A server in memory, and a session opened with it:
//! ```
//! use std::sync::Arc;
//! use mailwire_imap::element::string::AString;
//! use mailwire_imap::family::auth::Password;
//! use mailwire_imap::opener::{Login, OpenEvent, Opener, OpenerConfig};
//! use mailwire_imap::server::{Event, Server, ServerConfig};
//! use mailwire_imap::{Command, Machine, State};
//!
//! let mut config = ServerConfig::new("mail.example")?;
//! config.implicit_tls = true;
//! let mut server = Server::new(Arc::new(config));
//! server.greet()?;
//!
//! let mut config = OpenerConfig::default();
//! config.client.implicit_tls = true;
//! config.logins.push(Login::Password);
//! let mut opener = Opener::new(config);
//!
//! let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
//! let client = 'open: loop {
//!     // The client's side.
//!     loop {
//!         let received = opener.receive(&to_client)?;
//!         match received.event {
//!             Some(OpenEvent::AuthWanted(Login::Password)) => {
//!                 opener.start_password(AString::new("mrose")?, Password::new("se cret")?)?;
//!             }
//!             Some(OpenEvent::Ready) => break 'open opener.into_client(),
//!             Some(_) => {}
//!             None => break,
//!         }
//!         to_client.drain(..received.consumed);
//!     }
//!     to_server.extend(opener.transmit().slices().flatten());
//!     opener.transmitted(opener.transmit().len());
//!     // The server's side.
//!     loop {
//!         let received = server.receive(&to_server)?;
//!         let Some(event) = received.event else { break };
//!         if let Event::Command { ticket, command, .. } = event {
//!             if let Command::Login(login) = &command {
//!                 assert_eq!(login.password.expose(), b"se cret");
//!             }
//!             server.accept(ticket)?;
//!         }
//!         to_server.drain(..received.consumed);
//!     }
//!     to_client.extend(server.transmit().slices().flatten());
//!     server.transmitted(server.transmit().len());
//! };
//! assert_eq!(client.state(), State::Authenticated);
//! assert!(client.extensions().is_known());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use alloc::boxed::Box;
use alloc::vec::Vec;

use mailwire_core::sasl::{Challenge, MechanismName};
use mailwire_core::{Machine, Received, Secret, TlsPolicy, Transmit, Wait};

use crate::client::{Client, Event};
use crate::code::Code;
use crate::command::Command;
use crate::element::string::AString;
use crate::error::{PeerError, UsageError};
use crate::extension::Extension;
use crate::family::auth::{self, Authenticate, Password};
use crate::family::enable::Enable;
use crate::response::Data;
use crate::status::{Status, StatusKind};

mod data;

pub use data::{Login, OpenError, OpenEvent, OpenerConfig};

/// Where the opener is.
#[derive(Debug, Clone)]
enum Step {
    Greeting,
    /// The capabilities before login; asked for here, or told by the greeting.
    Capability,
    StartTls,
    Tls,
    /// The caller gives what the login needs.
    AuthWanted(Login),
    Auth(Auth),
    Login,
    /// The capabilities behind login.
    Relearn,
    Id,
    Enable,
    Compress,
    Namespace,
    /// [`OpenEvent::Ready`] is due.
    Opened,
    Ready,
}

/// A SASL exchange that is under way.
#[derive(Debug, Clone)]
struct Auth {
    /// What ends a failed exchange of mechanisms that have an answer for that.
    farewell: Option<&'static [u8]>,
    /// A response that does not stand in the command.
    waiting: Option<Secret<Vec<u8>>>,
    /// The client's first response is sent.
    responded: bool,
}

/// Opens an IMAP session.
///
/// RFC 9051 sections 2, 6.1 and 6.2, RFC 2595, RFC 4959, RFC 5161. With TLS required nothing but CAPABILITY
/// and STARTTLS is said before the handshake, and PREAUTH is an error. ID, ENABLE and COMPRESS may be
/// refused; the session opens all the same.
///
/// # Wire
/// ```text
/// S: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready
/// C: A1 STARTTLS
/// S: A1 OK begin
/// C: A2 CAPABILITY
/// S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN
/// S: A2 OK done
/// C: A3 AUTHENTICATE PLAIN AGEAYg==
/// S: A3 OK [CAPABILITY IMAP4rev1 ENABLE CONDSTORE] welcome
/// C: A4 ENABLE CONDSTORE
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
/// use mailwire_imap::Machine;
/// use mailwire_imap::opener::{OpenEvent, Opener, OpenerConfig};
///
/// let mut opener = Opener::new(OpenerConfig::default());
/// opener.receive(b"* OK ready\r\n").unwrap();
/// assert_eq!(opener.transmit().first(), b"A1 CAPABILITY\r\n");
/// opener.transmitted(15);
/// let received = opener.receive(b"* CAPABILITY IMAP4rev2\r\nA1 OK done\r\n").unwrap();
/// assert!(matches!(received.event, Some(OpenEvent::Ready)));
/// let client = opener.into_client();
/// # drop(client);
/// ```
#[derive(Debug, Clone)]
pub struct Opener {
    client: Client,
    config: OpenerConfig,
    step: Step,
    /// The server said BYE.
    bye: Option<Box<Status<'static>>>,
    error: Option<OpenError>,
}

impl Opener {
    /// An opener at the beginning of a connection.
    #[must_use]
    pub fn new(config: OpenerConfig) -> Self {
        let client = Client::new(config.client.clone());
        Self { client, config, step: Step::Greeting, bye: None, error: None }
    }

    /// Takes note that the TLS handshake is finished.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when none is due.
    pub fn tls_started(&mut self) -> Result<(), UsageError> {
        self.client.tls_started()?;
        self.bye = None;
        self.client.send(&Command::Capability)?;
        self.step = Step::Capability;
        Ok(())
    }

    /// Takes note that from now on the input is what the inflater gives, and that what is transmitted goes
    /// through the deflater.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`OpenEvent::CompressReady`].
    pub fn compression_started(&mut self) -> Result<(), UsageError> {
        if !matches!(self.step, Step::Compress) {
            return Err(UsageError::NotNow { what: "compression" });
        }
        self.client.compression_started()?;
        // The opening fails, and the next call says so.
        if let Err(error) = self.namespace() {
            self.fail(error);
        }
        Ok(())
    }

    /// Begins a SASL exchange, with the mechanism's initial response if it has one.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no mechanism is wanted.
    pub fn start_auth(&mut self, response: Option<&[u8]>) -> Result<(), UsageError> {
        let Step::AuthWanted(Login::Sasl(mechanism)) = &self.step else {
            return Err(UsageError::NotNow { what: "AUTHENTICATE" });
        };
        let farewell = farewell(mechanism);
        let auth = Authenticate::new(mechanism.clone());
        if let Some(full) = response.map(|response| auth.clone().with_initial_response(response)) {
            if self.takes_initial_response(&full) {
                match self.client.send(&Command::Authenticate(full)) {
                    // It waits for the first challenge.
                    Err(UsageError::LineTooLong { .. }) => {}
                    sent => {
                        sent?;
                        self.step = Step::Auth(Auth { farewell, waiting: None, responded: true });
                        return Ok(());
                    }
                }
            }
        }
        let waiting = response.map(|response| Secret::new(response.to_vec()));
        self.client.send(&Command::Authenticate(auth))?;
        self.step = Step::Auth(Auth { farewell, waiting, responded: false });
        Ok(())
    }

    fn takes_initial_response(&self, auth: &Authenticate<'_>) -> bool {
        // The tag, its space and the end of the line.
        const AROUND: usize = 5;
        let line = Command::Authenticate(auth.clone()).to_bytes().len().saturating_add(AROUND);
        self.client.extensions().has(Extension::SaslIr) && line <= self.config.initial_response
    }

    /// Authenticates with a name and a password, by LOGIN.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when LOGIN is not wanted; those of [`Client::send`].
    pub fn start_password(
        &mut self,
        name: AString<'_>,
        password: Password<'_>,
    ) -> Result<(), UsageError> {
        let Step::AuthWanted(Login::Password) = self.step else {
            return Err(UsageError::NotNow { what: "LOGIN" });
        };
        self.client.send(&Command::Login(auth::Login::new(name, password)))?;
        self.step = Step::Login;
        Ok(())
    }

    /// Answers a challenge.
    ///
    /// # Errors
    /// As [`Client::respond_auth`].
    pub fn respond_auth(&mut self, response: &[u8]) -> Result<(), UsageError> {
        self.client.respond_auth(response)?;
        if let Step::Auth(auth) = &mut self.step {
            auth.responded = true;
        }
        Ok(())
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

    /// Where the opener is; behind an error, where it was: `greeting`, `CAPABILITY`, `STARTTLS`,
    /// `AUTHENTICATE`, `LOGIN`, `ID`, `ENABLE`, `COMPRESS`, `NAMESPACE` or `ready`.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self.step {
            Step::Greeting => "greeting",
            Step::Capability | Step::Relearn => "CAPABILITY",
            Step::StartTls | Step::Tls => "STARTTLS",
            Step::AuthWanted(Login::Sasl(_)) | Step::Auth(_) => "AUTHENTICATE",
            Step::AuthWanted(Login::Password) | Step::Login => "LOGIN",
            Step::Id => "ID",
            Step::Enable => "ENABLE",
            Step::Compress => "COMPRESS",
            Step::Namespace => "NAMESPACE",
            Step::Opened | Step::Ready => "ready",
        }
    }

    /// What follows from an event of the client; an event for the caller, if there is one.
    fn advance<'i>(&mut self, event: Event<'i>) -> Result<Option<OpenEvent<'i>>, OpenError> {
        match event {
            Event::Greeting { greeting, .. } => {
                self.take_greeting(greeting.into_status()).map(|()| None)
            }
            Event::Response { data, .. } => Ok(self.take_data(data)),
            Event::Completed { status, .. } => self.take_end(status),
            Event::TlsReady => {
                self.step = Step::Tls;
                Ok(Some(OpenEvent::TlsReady))
            }
            Event::CompressReady => Ok(Some(OpenEvent::CompressReady)),
            Event::AuthChallenge { challenge, .. } => self.take_challenge(challenge),
            // Whatever it means, it is no consent.
            Event::Continue { .. } if self.must_start_tls() => Err(PeerError::TlsRefused.into()),
            Event::Unanswered { .. } | Event::Closed => Err(self.ended()),
            _ => Ok(None),
        }
    }

    fn take_greeting(&mut self, status: Status<'_>) -> Result<(), OpenError> {
        match status.kind() {
            StatusKind::Bye => Err(self.refused(&status)),
            StatusKind::Preauth => self.relearn(),
            _ if self.client.extensions().is_known() => {
                self.step = Step::Capability;
                self.secure()
            }
            _ => self.give(&Command::Capability, Step::Capability),
        }
    }

    fn take_data<'i>(&mut self, data: Data<'i>) -> Option<OpenEvent<'i>> {
        match &data {
            Data::Condition(status) if status.kind() == StatusKind::Bye => {
                self.bye = Some(Box::new(status.clone().into_owned()));
                None
            }
            Data::Capability(_) | Data::Enabled(_) => None,
            _ if self.client.state().is_authenticated() => {
                Some(OpenEvent::Response { data, untrusted: !self.client.is_tls() })
            }
            _ => None,
        }
    }

    /// The end of the command of this step, with what it has for the caller.
    fn take_end<'i>(&mut self, status: Status<'i>) -> Result<Option<OpenEvent<'i>>, OpenError> {
        let step = self.step();
        self.take_answer(&status)?;
        let code = status.code().filter(|code| !matches!(code, Code::Capability(_)));
        let told = code.is_some() && self.client.state().is_authenticated();
        let untrusted = !self.client.is_tls();
        Ok(told.then_some(OpenEvent::Answered { step, status, untrusted }))
    }

    fn take_answer(&mut self, status: &Status<'_>) -> Result<(), OpenError> {
        let good = status.kind() == StatusKind::Ok;
        // Exchange accepts a login, and refuses NAMESPACE since nobody is logged in.
        let needed = matches!(self.step, Step::Auth(_) | Step::Login | Step::Namespace);
        if needed && !good {
            return Err(self.refused(status));
        }
        if self.bye.is_some() {
            return Err(self.ended());
        }
        // The policy cannot be kept. The client says so with the next call.
        if self.client.is_closed() {
            return Ok(());
        }
        match self.step {
            Step::Capability => self.secure(),
            // An opportunistic session goes on in plaintext.
            Step::StartTls if !good => self.authenticate(),
            Step::Auth(_) | Step::Login => self.relearn(),
            Step::Relearn => self.identify(),
            Step::Id => self.enable(),
            Step::Enable => self.compress(),
            Step::Compress if !good => self.namespace(),
            Step::Namespace => {
                self.step = Step::Opened;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn take_challenge<'i>(
        &mut self,
        challenge: Challenge<'i>,
    ) -> Result<Option<OpenEvent<'i>>, OpenError> {
        let Step::Auth(auth) = &mut self.step else { return Ok(None) };
        let sent = if let Some(response) = auth.waiting.take() {
            auth.responded = true;
            self.client.respond_auth(response.expose())
        } else if let (Some(farewell), true) = (auth.farewell, auth.responded) {
            self.client.respond_auth(farewell)
        } else {
            return Ok(Some(OpenEvent::AuthChallenge(challenge)));
        };
        sent.map(|()| None).map_err(|_| self.ended())
    }

    /// The capabilities before login are known, or cannot be.
    fn secure(&mut self) -> Result<(), OpenError> {
        let offers_tls = self.client.extensions().has(Extension::StartTls);
        match self.config.client.tls {
            _ if self.client.is_tls() => self.authenticate(),
            TlsPolicy::None => self.authenticate(),
            _ if offers_tls => self.give(&Command::StartTls, Step::StartTls),
            // A greeting may tell less than there is. The client ends the session when there is no more.
            TlsPolicy::Required => self.give(&Command::Capability, Step::Capability),
            _ => self.authenticate(),
        }
    }

    fn authenticate(&mut self) -> Result<(), OpenError> {
        if self.config.logins.is_empty() {
            self.step = Step::Opened;
            return Ok(());
        }
        match self.config.logins.iter().find(|login| self.can(login)) {
            Some(login) => {
                self.step = Step::AuthWanted(login.clone());
                Ok(())
            }
            None => Err(OpenError::NoLogin),
        }
    }

    /// True when the server offers the login, and it is allowed here.
    fn can(&self, login: &Login) -> bool {
        let extensions = self.client.extensions();
        let private = self.client.is_tls() || self.config.client.auth_without_tls;
        private
            && match login {
                Login::Sasl(mechanism) => extensions.has_mechanism(mechanism.as_str()),
                Login::Password => !extensions.has(Extension::LoginDisabled),
            }
    }

    /// Behind login: what is offered may have changed.
    fn relearn(&mut self) -> Result<(), OpenError> {
        if self.client.extensions().is_known() {
            self.identify()
        } else {
            self.give(&Command::Capability, Step::Relearn)
        }
    }

    fn identify(&mut self) -> Result<(), OpenError> {
        match self.config.id.take() {
            Some(id) if self.offers(Extension::Id) => self.give(&Command::Id(id), Step::Id),
            _ => self.enable(),
        }
    }

    /// What the answer to ID told of the server is known here: some offer what they break.
    fn enable(&mut self) -> Result<(), OpenError> {
        let wanted = self.config.enable.iter().filter(|extension| match extension {
            // RFC 9755: who requires it takes it.
            Extension::Utf8Accept => self.offers(*extension) || self.offers(Extension::Utf8Only),
            _ => self.offers(*extension),
        });
        match Enable::extensions(wanted) {
            Ok(enable) if self.offers(Extension::Enable) => {
                self.give(&Command::Enable(enable), Step::Enable)
            }
            _ => self.compress(),
        }
    }

    fn compress(&mut self) -> Result<(), OpenError> {
        if self.config.compress && self.offers(Extension::CompressDeflate) {
            return self.give(&Command::COMPRESS_DEFLATE, Step::Compress);
        }
        self.namespace()
    }

    /// Behind ENABLE, which changes how names of mailboxes are written.
    fn namespace(&mut self) -> Result<(), OpenError> {
        if self.config.namespace && self.offers(Extension::Namespace) {
            return self.give(&Command::Namespace, Step::Namespace);
        }
        self.step = Step::Opened;
        Ok(())
    }

    fn offers(&self, extension: Extension) -> bool {
        self.client.extensions().has(extension)
    }

    fn give(&mut self, command: &Command<'_>, step: Step) -> Result<(), OpenError> {
        self.step = step;
        match self.client.send(command) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.ended()),
        }
    }

    /// True while the answer to a STARTTLS is awaited without which nothing goes on.
    fn must_start_tls(&self) -> bool {
        matches!(self.step, Step::StartTls) && self.config.client.tls == TlsPolicy::Required
    }

    fn refused(&self, status: &Status<'_>) -> OpenError {
        OpenError::Refused { step: self.step(), status: Box::new(status.clone().into_owned()) }
    }

    /// The server has ended the session.
    fn ended(&mut self) -> OpenError {
        match self.bye.take() {
            _ if self.must_start_tls() => PeerError::TlsRefused.into(),
            Some(status) => OpenError::Refused { step: self.step(), status },
            None => PeerError::Eof.into(),
        }
    }

    fn fail(&mut self, error: OpenError) -> OpenError {
        self.error = Some(error.clone());
        error
    }

    /// What a step is due to tell the caller.
    fn due(&mut self) -> Option<OpenEvent<'static>> {
        match &self.step {
            Step::Opened => {
                self.step = Step::Ready;
                Some(OpenEvent::Ready)
            }
            Step::AuthWanted(login) => Some(OpenEvent::AuthWanted(login.clone())),
            _ => None,
        }
    }
}

/// What a client says when the server of a mechanism tells why it failed, so that the failure itself comes:
/// a failed token is answered with a challenge. RFC 7628 section 3.2.3 for OAUTHBEARER.
fn farewell(mechanism: &MechanismName<'_>) -> Option<&'static [u8]> {
    match mechanism.as_str() {
        "XOAUTH2" => Some(b""),
        "OAUTHBEARER" => Some(b"\x01"),
        _ => None,
    }
}

impl Machine for Opener {
    type Event<'i> = OpenEvent<'i>;
    type Error = OpenError;

    fn receive<'i>(&mut self, input: &'i [u8]) -> Result<Received<OpenEvent<'i>>, OpenError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let mut consumed = 0_usize;
        loop {
            // What comes behind the opening is for the client.
            if matches!(self.step, Step::Ready | Step::AuthWanted(_)) {
                return Ok(Received::nothing(consumed));
            }
            if let Some(event) = self.due() {
                return Ok(Received::event(consumed, event));
            }
            let rest = input.get(consumed..).unwrap_or_default();
            let received = self.client.receive(rest).map_err(|error| self.fail(error.into()))?;
            consumed = consumed.saturating_add(received.consumed);
            let Some(event) = received.event else { return Ok(Received::nothing(consumed)) };
            let event = self.advance(event).map_err(|error| self.fail(error))?;
            if let Some(event) = event.or_else(|| self.due()) {
                return Ok(Received::event(consumed, event));
            }
        }
    }

    fn receive_eof(&mut self) -> Result<(), OpenError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        if matches!(self.step, Step::Opened | Step::Ready) {
            return Ok(self.client.receive_eof()?);
        }
        let error = match (self.client.receive_eof(), &self.bye) {
            (Err(error), None) => error.into(),
            _ => self.ended(),
        };
        Err(self.fail(error))
    }

    fn transmit(&self) -> Transmit<'_> {
        self.client.transmit()
    }

    fn transmitted(&mut self, n: usize) {
        self.client.transmitted(n);
    }

    fn waiting_for(&self) -> Wait {
        match self.step {
            _ if self.error.is_some() => Wait::Closed,
            Step::AuthWanted(_) | Step::Opened | Step::Ready => Wait::Application,
            _ => self.client.waiting_for(),
        }
    }
}

#[cfg(test)]
mod tests;
