//! What a server is told before a connection; shared by all its machines.

use alloc::format;
use alloc::vec::Vec;

use mailwire_core::TlsPolicy;

use crate::element::text::Text;
use crate::extension::{Extension, ExtensionSet};
use crate::family::capability::Capability;
use crate::limits::Limits;
use crate::tolerance::Deviation;
use crate::{InvalidValue, Tolerance};

/// What a server is told before a connection. The defaults are safe.
///
/// # Example
/// ```
/// use mailwire_imap::server::ServerConfig;
/// use mailwire_imap::{Extension, family::capability::Capability};
///
/// let config = ServerConfig::new("mail.example.org")?
///     .offer(Capability::new("AUTH=PLAIN")?)
///     .offer_all([Extension::Imap4Rev2, Extension::CondStore]);
/// assert!(config.offers(Extension::CondStore));
/// assert!(config.offers(Extension::Namespace)); // a part of IMAP4rev2
/// # Ok::<(), mailwire_imap::InvalidValue>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerConfig {
    /// The caps. [`Limits::message`] is what APPENDLIMIT offers.
    pub limits: Limits,
    /// The deviations that commands may have: blanks at the end of a line, and too many between words.
    pub tolerance: Tolerance,
    /// How the server names itself in its greeting.
    pub name: Text<'static>,
    /// Whether STARTTLS is offered, and whether it is required. Default: none, so that a server
    /// without TLS does not offer it.
    pub tls: TlsPolicy,
    /// True when the connection is under TLS from its beginning.
    pub implicit_tls: bool,
    /// True when LOGIN and AUTHENTICATE may be used without TLS. Default: false.
    pub auth_without_tls: bool,
    /// False when LOGIN is never taken: LOGINDISABLED. Default: true.
    pub login: bool,
    /// True when commands that are not known here go to the application.
    pub deliver_unknown_commands: bool,
    offers: Vec<Capability<'static>>,
    set: ExtensionSet,
}

/// What every server here does without being told.
const ALWAYS: [Extension; 6] = [
    Extension::Imap4Rev1,
    Extension::SaslIr,
    Extension::LiteralMinus,
    Extension::Enable,
    Extension::Idle,
    Extension::Unselect,
];

/// What a client can use before it is authenticated, and so is told.
const EARLY: ExtensionSet = ExtensionSet::EMPTY
    .with(Extension::Imap4Rev1)
    .with(Extension::Imap4Rev2)
    .with(Extension::SaslIr)
    .with(Extension::LiteralMinus)
    .with(Extension::LiteralPlus)
    .with(Extension::Enable)
    .with(Extension::Id)
    .with(Extension::Idle)
    .with(Extension::Language)
    .with(Extension::LoginReferrals);

/// Where a session stands, as far as what is offered depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) tls: bool,
    pub(super) authenticated: bool,
    pub(super) compressed: bool,
}

impl ServerConfig {
    /// A server that offers IMAP4rev1, SASL-IR, LITERAL-, ENABLE, IDLE, UNSELECT and APPENDLIMIT.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that cannot stand in a text.
    pub fn new(name: &str) -> Result<Self, InvalidValue> {
        let config = Self {
            limits: Limits::default(),
            tolerance: Tolerance::strict()
                .with(Deviation::TrailingSpace)
                .with(Deviation::ExtraSpaces),
            name: Text::new(name)?.into_owned(),
            tls: TlsPolicy::None,
            implicit_tls: false,
            auth_without_tls: false,
            login: true,
            deliver_unknown_commands: false,
            offers: Vec::new(),
            set: ExtensionSet::EMPTY,
        };
        Ok(config.offer_all(ALWAYS))
    }

    /// Offers a capability, once. Commands that [need](crate::Command::needs) what is not offered are answered
    /// with BAD, be it for their name or for one of their arguments, and do not come to the application.
    ///
    /// STARTTLS, LOGINDISABLED and APPENDLIMIT follow from the fields; to offer them changes nothing.
    /// LITERAL+ takes the place of LITERAL-.
    #[must_use]
    pub fn offer(mut self, capability: Capability<'static>) -> Self {
        match capability.extension() {
            Some(Extension::StartTls | Extension::LoginDisabled | Extension::AppendLimit) => {
                return self;
            }
            Some(Extension::LiteralPlus) => self = self.withhold(Extension::LiteralMinus),
            _ => {}
        }
        if !self.offers.contains(&capability) {
            self.offers.push(capability);
        }
        self.look_up()
    }

    /// Offers extensions whose capability has no value.
    #[must_use]
    pub fn offer_all(self, extensions: impl IntoIterator<Item = Extension>) -> Self {
        extensions.into_iter().map(Capability::of).fold(self, Self::offer)
    }

    /// No longer offers an extension.
    #[must_use]
    pub fn withhold(mut self, extension: Extension) -> Self {
        self.offers.retain(|other| other.extension() != Some(extension));
        self.look_up()
    }

    /// True when the extension is offered, at least in some state.
    #[must_use]
    pub fn offers(&self, extension: Extension) -> bool {
        match extension {
            Extension::StartTls => self.tls != TlsPolicy::None,
            Extension::AppendLimit => true,
            _ => {
                self.set.contains(extension)
                    || extension.is_in_rev2() && self.set.contains(Extension::Imap4Rev2)
            }
        }
    }

    /// True when the SASL mechanism is offered.
    pub(super) fn has_mechanism(&self, name: &str) -> bool {
        self.offers.iter().any(|capability| {
            capability.extension() == Some(Extension::Auth)
                && capability.value().is_some_and(|value| value.eq_ignore_ascii_case(name))
        })
    }

    /// True when credentials may be sent.
    pub(super) const fn may_authenticate(&self, tls: bool) -> bool {
        tls || self.auth_without_tls
    }

    /// The capabilities that a client sees.
    pub(super) fn capabilities(&self, stage: Stage) -> impl Iterator<Item = Capability<'static>> {
        let early = !stage.authenticated;
        let may = self.may_authenticate(stage.tls);
        let starttls = early && !stage.tls && !stage.compressed && self.tls != TlsPolicy::None;
        let disabled = early && !(may && self.login);
        let shown = move |capability: &&Capability<'static>| match capability.extension() {
            Some(Extension::Auth) => early && may,
            Some(Extension::SaslIr) => early,
            Some(Extension::CompressDeflate) => !early && !stage.compressed,
            Some(extension) if early => EARLY.contains(extension),
            _ => !early,
        };
        let limit = (!early)
            .then(|| format!("{}={}", Extension::AppendLimit.as_str(), self.limits.message))
            .and_then(|text| Capability::new(text).ok());
        let plain = |shown: bool, extension| shown.then(|| Capability::of(extension));
        self.offers
            .iter()
            .filter(shown)
            .cloned()
            .chain(plain(starttls, Extension::StartTls))
            .chain(plain(disabled, Extension::LoginDisabled))
            .chain(limit)
    }

    fn look_up(mut self) -> Self {
        self.set = self.offers.iter().filter_map(Capability::extension).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::*;

    fn shown(config: &ServerConfig, tls: bool, authenticated: bool) -> String {
        let stage = Stage { tls, authenticated, compressed: false };
        let words: Vec<_> = config.capabilities(stage).map(|word| word.to_string()).collect();
        words.join(" ")
    }

    #[test]
    fn what_is_shown_follows_from_the_state() {
        let mut config = ServerConfig::new("x")
            .unwrap()
            .offer(Capability::new("AUTH=PLAIN").unwrap())
            .offer_all([Extension::Move]);
        config.tls = TlsPolicy::Required;
        let base = "IMAP4rev1 SASL-IR LITERAL- ENABLE IDLE";
        assert_eq!(shown(&config, false, false), alloc::format!("{base} STARTTLS LOGINDISABLED"));
        assert_eq!(shown(&config, true, false), alloc::format!("{base} AUTH=PLAIN"));
        assert_eq!(
            shown(&config, true, true),
            "IMAP4rev1 LITERAL- ENABLE IDLE UNSELECT MOVE APPENDLIMIT=52428800"
        );
        config.login = false;
        assert!(shown(&config, true, false).contains("LOGINDISABLED"));
    }

    #[test]
    fn one_form_of_literals_is_offered() {
        let config = ServerConfig::new("x").unwrap().offer_all([Extension::LiteralPlus]);
        assert!(config.offers(Extension::LiteralPlus) && !config.offers(Extension::LiteralMinus));
        assert!(ServerConfig::new("a\r\n* BYE").is_err());
    }
}
