//! What a client refuses before anything is sent.

use super::{Client, Phase};
use crate::command::{Command, Group, Verb};
use crate::error::UsageError;
use crate::extension::Extension;
use crate::family::auth::Auth;
use crate::state::{Outcome, State};
use mailwire_core::TlsPolicy;

impl Client {
    /// Checks a command against the state, the extensions and the policy.
    pub(super) fn check(&self, command: &Command<'_>) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        let waiting = self.held.len().saturating_add(self.queue.len());
        if waiting > self.config.limits.transmit {
            return Err(UsageError::Busy);
        }
        let what = command.verb().map_or("this command", Verb::as_str);
        let not_now = Err(UsageError::NotNow { what });
        // Nothing is known of the session behind a command that changes it or ends it.
        if self.commands.iter().any(|command| command.group != Group::Anywhere)
            || matches!(self.phase, Phase::Tls(_))
            || self.planned == State::Connected
        {
            return not_now;
        }
        if command.group() == Group::Alone && !self.commands.is_empty() {
            return not_now;
        }
        let Some(verb) = command.verb() else {
            let plain = self.config.tls == TlsPolicy::Required && !self.flags.tls;
            return if plain { Err(UsageError::TlsRequired) } else { Ok(()) };
        };
        if !self.planned.allows(verb) {
            return not_now;
        }
        self.check_offered(verb)?;
        self.check_security(verb, command)?;
        match command {
            Command::User(name) => self.check_ascii(name.as_bytes()),
            Command::Pass(password) => self.check_ascii(password.expose()),
            Command::Apop(_) if !self.config.apop || self.stamp.is_none() => {
                Err(UsageError::NoApop)
            }
            Command::Apop(apop) => self.check_ascii(apop.name.as_bytes()),
            Command::Auth(Some(auth)) => self.check_auth(auth),
            _ => Ok(()),
        }
    }

    /// What RFC 1939 has may be tried without being offered: CAPA is younger, and servers forget
    /// TOP and UIDL in it.
    fn check_offered(&self, verb: Verb) -> Result<(), UsageError> {
        let Some(extension) = verb.row().extension else { return Ok(()) };
        let offered = match verb {
            _ if self.config.mask.contains(extension) => false,
            Verb::Utf8 | Verb::Lang => self.extensions.has(extension),
            Verb::Stls => self.extensions.has(extension) || !self.extensions.is_known(),
            _ => true,
        };
        if offered { Ok(()) } else { Err(UsageError::NotOffered(extension)) }
    }

    fn check_security(&self, verb: Verb, command: &Command<'_>) -> Result<(), UsageError> {
        if verb == Verb::Stls && (self.flags.tls || self.flags.utf8) {
            return Err(UsageError::NotNow { what: "STLS" });
        }
        if self.flags.tls {
            return Ok(());
        }
        let free = matches!(verb, Verb::Capa | Verb::Stls | Verb::Quit);
        let required = self.config.tls == TlsPolicy::Required && !free;
        let password = match command {
            Command::User(_) | Command::Pass(_) => true,
            Command::Auth(auth) => auth.is_some(),
            _ => false,
        };
        let plain = password && !self.config.auth_without_tls;
        if required || plain { Err(UsageError::TlsRequired) } else { Ok(()) }
    }

    fn check_ascii(&self, text: &[u8]) -> Result<(), UsageError> {
        let allowed =
            text.is_ascii() || self.config.eight_bit_login || self.extensions.has_utf8_names();
        if allowed { Ok(()) } else { Err(UsageError::NeedsUtf8) }
    }

    /// RFC 5034 section 3: no initial response for a server whose capabilities are not known.
    fn check_auth(&self, auth: &Auth<'_>) -> Result<(), UsageError> {
        let offered = if self.extensions.is_known() {
            self.extensions.has(Extension::Sasl)
                && self.extensions.has_mechanism(auth.mechanism.as_str())
        } else {
            !auth.has_initial_response()
        };
        if offered { Ok(()) } else { Err(UsageError::NotOffered(Extension::Sasl)) }
    }

    /// What follows from a command that is given, if it succeeds.
    pub(super) fn plan(&mut self, command: &Command<'_>) {
        let Some(verb) = command.verb() else { return };
        self.planned = self.planned.after(verb, Outcome::Accepted);
        if command.group() != Group::Anywhere && verb != Verb::Stls {
            self.planned = self.planned.after(verb, Outcome::Completed);
        }
    }
}
