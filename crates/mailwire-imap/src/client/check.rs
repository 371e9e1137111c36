//! What a client refuses before anything is sent.

use mailwire_core::TlsPolicy;

use super::Client;
use crate::command::{Command, Verb};
use crate::error::UsageError;
use crate::extension::Extension;
use crate::family::append::{AppendData, AppendMessage, CatPart};
use crate::family::auth::Authenticate;
use crate::family::search::{ReturnOption, ReturnOptions};
use crate::family::select::{Select, SelectParameter};
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
        if !self.led_to(self.commands.len()).allows(verb) {
            return not_now;
        }
        if self.enabled.contains(Extension::UidOnly) && verb.is_by_number() {
            return Err(UsageError::UidRequired);
        }
        self.check_security(verb)?;
        self.check_offered(verb)?;
        match command {
            Command::Authenticate(auth) => self.check_auth(auth),
            Command::Select(select) | Command::Examine(select) => self.check_select(select),
            Command::Search(search) | Command::UidSearch(search) => {
                search.options.as_ref().map_or(Ok(()), |options| self.check_return(options))
            }
            Command::Append(append) => {
                if append.messages().nth(1).is_some() {
                    self.check_has(Extension::MultiAppend)?;
                }
                append.messages().try_for_each(|message| self.check_message(message))
            }
            Command::Replace(replace) | Command::UidReplace(replace) => {
                self.check_message(&replace.new)
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

    /// What RFC 3501 has may be tried before the capabilities are known.
    fn check_offered(&self, verb: Verb) -> Result<(), UsageError> {
        let Some(extension) = verb.row().extension else { return Ok(()) };
        let has = |extension| self.extensions.has(extension);
        let offered = match verb {
            Verb::StartTls | Verb::Authenticate if !self.extensions.is_known() => true,
            Verb::Thread | Verb::UidThread => {
                has(Extension::ThreadReferences)
                    || has(Extension::ThreadOrderedSubject)
                    || has(Extension::ThreadRefs)
            }
            Verb::GetMetadata | Verb::SetMetadata => {
                has(Extension::Metadata) || has(Extension::MetadataServer)
            }
            Verb::CancelUpdate => has(Extension::ContextSearch) || has(Extension::ContextSort),
            _ => has(extension),
        };
        if offered { Ok(()) } else { Err(UsageError::NotOffered(extension)) }
    }

    fn check_has(&self, extension: Extension) -> Result<(), UsageError> {
        if self.extensions.has(extension) { Ok(()) } else { Err(UsageError::NotOffered(extension)) }
    }

    fn check_auth(&self, auth: &Authenticate<'_>) -> Result<(), UsageError> {
        if self.extensions.is_known() && !self.extensions.has_mechanism(auth.mechanism.as_str()) {
            return Err(UsageError::NotOffered(Extension::Auth));
        }
        if auth.has_initial_response() {
            self.check_has(Extension::SaslIr)?;
        }
        Ok(())
    }

    /// RFC 7162 section 3.2.5: QRESYNC must be enabled before it is used.
    fn check_select(&self, select: &Select<'_>) -> Result<(), UsageError> {
        select.parameters.iter().try_for_each(|parameter| match parameter {
            SelectParameter::CondStore => self.check_has(Extension::CondStore),
            SelectParameter::QResync(_) if self.enabled.contains(Extension::QResync) => Ok(()),
            SelectParameter::QResync(_) => Err(UsageError::NotEnabled(Extension::QResync)),
            SelectParameter::Annotate => self.check_has(Extension::AnnotateExperiment1),
            SelectParameter::Other(_) => Ok(()),
        })
    }

    /// What a search is to give back.
    fn check_return(&self, options: &ReturnOptions<'_>) -> Result<(), UsageError> {
        options.iter().try_for_each(|option| match option {
            ReturnOption::Save => self.check_has(Extension::SearchRes),
            ReturnOption::Context | ReturnOption::Update(_) => {
                self.check_has(Extension::ContextSearch)
            }
            ReturnOption::Partial(_) if self.extensions.has(Extension::ContextSearch) => Ok(()),
            ReturnOption::Partial(_) => self.check_has(Extension::Partial),
            _ => self.check_has(Extension::ESearch),
        })
    }

    /// What a message to be appended needs.
    fn check_message(&self, message: &AppendMessage<'_>) -> Result<(), UsageError> {
        match &message.data {
            AppendData::Message(literal) => {
                if literal.is_binary() {
                    self.check_has(Extension::Binary)?;
                }
                self.check_size(literal.size())
            }
            AppendData::Utf8(literal) => {
                self.check_utf8()?;
                self.check_size(literal.size())
            }
            AppendData::Catenate(catenate) => {
                self.check_has(Extension::Catenate)?;
                for part in catenate.parts() {
                    match part {
                        CatPart::Text(text) if text.is_binary() => {
                            self.check_has(Extension::Binary)?;
                        }
                        CatPart::Utf8(_) => self.check_utf8()?,
                        CatPart::Text(_) | CatPart::Url(_) => {}
                    }
                }
                Ok(())
            }
            AppendData::Other(_) => Ok(()),
        }
    }

    const fn check_utf8(&self) -> Result<(), UsageError> {
        if self.enabled.contains(Extension::Utf8Accept) {
            Ok(())
        } else {
            Err(UsageError::NotEnabled(Extension::Utf8Accept))
        }
    }

    fn check_size(&self, size: u64) -> Result<(), UsageError> {
        match self.extensions.append_limit() {
            Some(limit) if size > limit => Err(UsageError::TooLarge { limit }),
            _ => Ok(()),
        }
    }
}
