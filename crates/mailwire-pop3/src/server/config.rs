//! What a server is told before a connection; shared by all its machines.

use alloc::vec::Vec;

use mailwire_core::TlsPolicy;
use mailwire_core::body::Newlines;

use crate::Tolerance;
use crate::extension::{Extension, ExtensionSet};
use crate::family::capa::Capability;
use crate::limits::Limits;
use crate::state::State;

/// What a server is told before a connection. The defaults are safe.
///
/// # Example
/// ```
/// use mailwire_pop3::{Extension, family::capa::Capability};
/// use mailwire_pop3::server::{ServerConfig, TlsPolicy};
/// let mut config = ServerConfig::new();
/// config.tls = TlsPolicy::Required;
/// let config = config.offer(Capability::Expire { days: None, user: false });
/// assert!(config.offers(Extension::Expire) && config.offers(Extension::Stls));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerConfig {
    /// The caps.
    pub limits: Limits,
    /// The deviations that commands may have.
    pub tolerance: Tolerance,
    /// Whether STLS is offered, and whether it is required. Default: none, so that a server without
    /// TLS does not offer it.
    pub tls: TlsPolicy,
    /// True when the connection is under TLS from its beginning.
    pub implicit_tls: bool,
    /// True when USER, PASS and AUTH may be used without TLS. Default: false. APOP sends no
    /// password; a greeting with a stamp is what allows it.
    pub auth_without_tls: bool,
    /// What to do with bare CR and LF in messages. Default: refuse them.
    pub newlines: Newlines,
    /// True when verbs that are not known here go to the application.
    pub deliver_unknown_verbs: bool,
    /// True when clients may speak before the greeting.
    pub tolerate_early_talkers: bool,
    offers: Vec<Capability<'static>>,
    set: ExtensionSet,
}

/// What every server here does without being told.
const ALWAYS: [Extension; 6] = [
    Extension::Top,
    Extension::Uidl,
    Extension::User,
    Extension::RespCodes,
    Extension::AuthRespCode,
    Extension::Pipelining,
];

impl ServerConfig {
    /// A server that offers TOP, UIDL, USER, RESP-CODES, AUTH-RESP-CODE and PIPELINING.
    #[must_use]
    pub fn new() -> Self {
        let config = Self {
            limits: Limits::default(),
            tolerance: Tolerance::default(),
            tls: TlsPolicy::None,
            implicit_tls: false,
            auth_without_tls: false,
            newlines: Newlines::Refuse,
            deliver_unknown_verbs: false,
            tolerate_early_talkers: false,
            offers: Vec::new(),
            set: ExtensionSet::EMPTY,
        };
        let offer = |config: Self, extension| config.offer(Capability::Plain(extension));
        ALWAYS.into_iter().fold(config, offer)
    }

    /// Offers an extension; a second offer of the same one replaces the first.
    ///
    /// STLS follows from [`tls`](Self::tls).
    #[must_use]
    pub fn offer(mut self, capability: Capability<'static>) -> Self {
        let extension = capability.extension();
        if let Some(extension) = extension {
            self = self.withhold(extension);
            self.set = self.set.with(extension);
        }
        self.offers.push(capability);
        self
    }

    /// No longer offers an extension.
    #[must_use]
    pub fn withhold(mut self, extension: Extension) -> Self {
        self.offers.retain(|other| other.extension() != Some(extension));
        self.set = self.set.without(extension);
        self
    }

    /// True when the extension is offered, at least in some state.
    #[must_use]
    pub fn offers(&self, extension: Extension) -> bool {
        match extension {
            Extension::Stls => self.tls != TlsPolicy::None,
            _ => self.set.contains(extension),
        }
    }

    /// True when names may be UTF-8.
    pub(super) fn offers_utf8_names(&self) -> bool {
        self.offers.contains(&Capability::Utf8 { user: true })
    }

    /// The mechanisms of SASL.
    pub(super) fn mechanisms(&self) -> impl Iterator<Item = &[u8]> {
        self.offers.iter().flat_map(|capability| match capability {
            Capability::Sasl(mechanisms) => mechanisms.iter().collect(),
            _ => Vec::new(),
        })
    }

    /// The capabilities that a client sees. What it sees before it is authenticated it sees behind
    /// that too: RFC 2449 section 5. STLS is shown where it is permitted: RFC 2595 section 4.
    pub(super) fn capabilities(
        &self,
        tls: bool,
        state: State,
    ) -> impl Iterator<Item = Capability<'static>> {
        let stls = self.tls != TlsPolicy::None && !tls && state.is_authorization();
        let shown = move |capability: &&Capability<'static>| match capability.extension() {
            Some(Extension::Sasl | Extension::User) => {
                tls || self.auth_without_tls && self.tls != TlsPolicy::Required
            }
            Some(Extension::Stls) => false,
            _ => true,
        };
        let offers = self.offers.iter().filter(shown).cloned();
        offers.chain(stls.then_some(Capability::Plain(Extension::Stls)))
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::capa::Mechanisms;

    #[test]
    fn stls_and_passwords_are_shown_where_they_work() {
        let sasl = Capability::Sasl(Mechanisms::new("PLAIN LOGIN").unwrap());
        let mut config = ServerConfig::new().offer(sasl);
        config.tls = TlsPolicy::Required;
        config.auth_without_tls = true;
        let shown = |tls, state| -> ExtensionSet {
            config.capabilities(tls, state).filter_map(|one| one.extension()).collect()
        };
        let plain = shown(false, State::Authorization);
        assert!(plain.contains(Extension::Stls) && !plain.contains(Extension::Sasl));
        assert!(!plain.contains(Extension::User) && plain.contains(Extension::Top));
        let secure = shown(true, State::Transaction);
        assert!(!secure.contains(Extension::Stls) && secure.contains(Extension::Sasl));
        assert!(config.mechanisms().eq([&b"PLAIN"[..], b"LOGIN"]));
    }

    #[test]
    fn offers_come_and_go() {
        let config = ServerConfig::new().withhold(Extension::User);
        assert!(!config.offers(Extension::User) && config.offers(Extension::Uidl));
        let config = config.offer(Capability::Utf8 { user: false });
        assert!(!config.offers_utf8_names());
        let config = config.offer(Capability::Utf8 { user: true });
        assert!(config.offers_utf8_names());
        let all = config.capabilities(false, State::Authorization);
        assert_eq!(all.filter(|one| one.extension() == Some(Extension::Utf8)).count(), 1);
    }
}
