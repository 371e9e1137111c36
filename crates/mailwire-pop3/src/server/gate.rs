//! What a server refuses by itself: order, extensions, policy.

use mailwire_core::SyntaxError;

use super::answer::OwnAnswer;
use super::{Server, TlsPolicy};
use crate::command::{Command, Verb};
use crate::error::PeerError;
use crate::family::auth::{Apop, UserName};
use crate::state::State;

/// Why a command is refused, and the answer.
type Refusal = (PeerError, OwnAnswer);

impl Server {
    /// Checks a command that is well formed.
    pub(super) fn gate(&self, command: &Command<'_>) -> Result<(), Refusal> {
        let Some(verb) = command.verb() else {
            return if self.config.deliver_unknown_verbs {
                Ok(())
            } else {
                Err((PeerError::NotImplemented, OwnAnswer::Unknown))
            };
        };
        self.gate_offer(verb)?;
        self.gate_security(verb, command)?;
        self.gate_state(verb)?;
        match command {
            Command::User(name) | Command::Apop(Apop { name, .. }) => self.gate_name(name),
            Command::Auth(Some(auth)) => {
                let name = auth.mechanism.as_str().as_bytes();
                if !self.config.mechanisms().any(|other| other.eq_ignore_ascii_case(name)) {
                    return Err((PeerError::NotImplemented, OwnAnswer::UnknownMechanism));
                }
                match auth.initial_response() {
                    Some(Err(_)) => Err((PeerError::NotBase64, OwnAnswer::NotBase64)),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn gate_offer(&self, verb: Verb) -> Result<(), Refusal> {
        let offered = match (verb, verb.row().extension) {
            (Verb::Apop, _) => self.flags.apop,
            (_, Some(extension)) => self.config.offers(extension),
            (_, None) => true,
        };
        if offered { Ok(()) } else { Err((PeerError::NotImplemented, OwnAnswer::NotImplemented)) }
    }

    /// TLS before names and passwords. RFC 2595 section 2.1, RFC 8314.
    fn gate_security(&self, verb: Verb, command: &Command<'_>) -> Result<(), Refusal> {
        if self.flags.tls {
            return if verb == Verb::Stls { Err(self.not_now(verb)) } else { Ok(()) };
        }
        let login = match command {
            Command::User(_) | Command::Pass(_) | Command::Apop(_) => true,
            Command::Auth(auth) => auth.is_some(),
            _ => false,
        };
        if login && self.config.tls == TlsPolicy::Required {
            return Err((PeerError::NotAuthorized, OwnAnswer::TlsFirst));
        }
        if login && verb != Verb::Apop && !self.config.auth_without_tls {
            return Err((PeerError::NotAuthorized, OwnAnswer::NoPlaintext));
        }
        Ok(())
    }

    fn gate_state(&self, verb: Verb) -> Result<(), Refusal> {
        if !self.state.allows(verb) {
            let (error, answer) = self.not_now(verb);
            let answer = match (self.state, verb) {
                (State::Authorization, Verb::Pass) => OwnAnswer::UserFirst,
                (State::Authorization | State::Named, _) => OwnAnswer::LoginFirst,
                _ => answer,
            };
            return Err((error, answer));
        }
        // RFC 6856 section 2.1: no STLS behind UTF8.
        if verb == Verb::Stls && self.flags.utf8 { Err(self.not_now(verb)) } else { Ok(()) }
    }

    /// RFC 6856 section 2.2: UTF-8 names only where they are offered.
    fn gate_name(&self, name: &UserName<'_>) -> Result<(), Refusal> {
        if name.needs_utf8() && !self.config.offers_utf8_names() {
            let at = name.as_bytes().iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
            let error = PeerError::Syntax(SyntaxError { rule: "name", at });
            return Err((error, OwnAnswer::NoUtf8Name));
        }
        Ok(())
    }

    const fn not_now(&self, verb: Verb) -> Refusal {
        (PeerError::BadSequence { verb, state: self.state }, OwnAnswer::NotNow)
    }
}
