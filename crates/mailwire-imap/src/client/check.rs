//! What a client refuses before anything is sent.

use mailwire_core::TlsPolicy;

use super::Client;
use super::outgoing::Pending;
use crate::command::{Command, Verb};
use crate::error::UsageError;
use crate::extension::{Extension, Need};
use crate::family::append::{AppendData, AppendMessage};
use crate::family::auth::Authenticate;
use crate::pipelining::Traits;
use crate::state::State;

impl Client {
    /// Checks a command against the state, the extensions and the policy.
    pub(super) fn check(&self, command: &Command<'_>) -> Result<(), UsageError> {
        if self.is_closed() || self.flags.bye {
            return Err(UsageError::Closed);
        }
        let limits = &self.config.limits;
        let waiting = self.held().saturating_add(self.queue.len());
        if waiting > limits.transmit || self.commands.len() >= limits.in_flight.max(1).into() {
            return Err(UsageError::Busy);
        }
        let verb = command.name();
        let what = verb.map_or("this command", Verb::as_str);
        let not_now = Err(UsageError::NotNow { what });
        // What it may say and how it is written is not known behind a command that changes that.
        let changes = |verb: Option<Verb>, traits: Traits| {
            traits.intersects(Traits::CHANGES_CAPABILITIES.with(Traits::LAST))
                || matches!(verb, Some(Verb::Enable | Verb::Compress) | None)
        };
        if self.state == State::Greeting
            || self.is_handing_over()
            || self.commands.iter().any(|command| changes(command.verb, command.traits))
        {
            return not_now;
        }
        let Some(verb) = verb else {
            return if self.needs_tls() { Err(UsageError::TlsRequired) } else { Ok(()) };
        };
        let opened = self.flags.opened || self.commands.iter().any(Pending::opens);
        if !self.led_to(self.commands.len()).allows(verb) || verb == Verb::Enable && opened {
            return not_now;
        }
        if self.enabled.contains(Extension::UidOnly) && verb.is_by_number() {
            return Err(UsageError::UidRequired);
        }
        self.check_security(verb)?;
        self.check_needs(command)?;
        match command {
            Command::Authenticate(auth) => self.check_auth(auth),
            Command::Append(append) => {
                append.messages().try_for_each(|message| self.check_size(message))
            }
            Command::Replace(replace) | Command::UidReplace(replace) => {
                self.check_size(&replace.new)
            }
            _ => Ok(()),
        }
    }

    /// True when nothing but what leads to TLS may be said.
    pub(super) fn needs_tls(&self) -> bool {
        self.config.tls == TlsPolicy::Required && !self.flags.tls
    }

    fn check_security(&self, verb: Verb) -> Result<(), UsageError> {
        match verb {
            Verb::StartTls
                if self.flags.tls
                    || self.flags.compressed
                    || self.config.tls == TlsPolicy::None =>
            {
                return Err(UsageError::NotNow { what: "STARTTLS" });
            }
            Verb::Compress if self.flags.compressed => {
                return Err(UsageError::NotNow { what: "COMPRESS" });
            }
            _ => {}
        }
        let free = matches!(verb, Verb::Capability | Verb::StartTls | Verb::Logout);
        let password = matches!(verb, Verb::Login | Verb::Authenticate);
        let plain = password && !self.flags.tls && !self.config.auth_without_tls;
        if self.needs_tls() && !free || plain {
            return Err(UsageError::TlsRequired);
        }
        if verb == Verb::Login && self.extensions.has(Extension::LoginDisabled) {
            return Err(UsageError::LoginDisabled);
        }
        Ok(())
    }

    /// Checks that the server has what the command needs.
    fn check_needs(&self, command: &Command<'_>) -> Result<(), UsageError> {
        match command.lacks(|need| self.has(need)) {
            None => Ok(()),
            Some(Need::Offered(extension, _)) => Err(UsageError::NotOffered(extension)),
            Some(Need::Enabled(extension)) => Err(UsageError::NotEnabled(extension)),
        }
    }

    /// What RFC 3501 has may be tried before the capabilities are known.
    fn has(&self, need: Need) -> bool {
        let is_base = |one| matches!(one, Extension::StartTls | Extension::Auth);
        need.is_met(
            |one| {
                self.extensions.has(one)
                    || self.config.assumed.contains(one)
                    || is_base(one) && !self.extensions.is_known()
            },
            |one| self.enabled.contains(one),
        )
    }

    fn check_auth(&self, auth: &Authenticate<'_>) -> Result<(), UsageError> {
        let known = self.extensions.is_known() && !self.config.assumed.contains(Extension::Auth);
        match !known || self.extensions.has_mechanism(auth.mechanism.as_str()) {
            true => Ok(()),
            false => Err(UsageError::NotOffered(Extension::Auth)),
        }
    }

    /// The size that the server tells is that of a message as a whole.
    fn check_size(&self, message: &AppendMessage<'_>) -> Result<(), UsageError> {
        let size = match &message.data {
            AppendData::Message(literal) | AppendData::Utf8(literal) => literal.size(),
            AppendData::Catenate(_) | AppendData::Other(_) => return Ok(()),
        };
        match self.extensions.append_limit() {
            Some(limit) if size > limit => Err(UsageError::TooLarge { limit }),
            _ => Ok(()),
        }
    }
}
