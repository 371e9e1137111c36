//! What a server is told before a connection; shared by all its machines.

use alloc::vec::Vec;

use mailwire_core::TlsPolicy;
use mailwire_core::body::Findings;

use crate::Tolerance;
use crate::element::domain::Domain;
use crate::extension::{Extension, ExtensionSet};
use crate::family::hello::Keyword;
use crate::family::mail::MailKeyword;
use crate::limits::Limits;
use crate::protocol::Protocol;

/// What to do with a message that holds bare CR or LF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BareNewlines {
    /// Refuse it at its end with 550. Other servers may see another end in it.
    #[default]
    Refuse,
    /// Take it as it is, and tell with [`BodyEnd::findings`](super::BodyEnd::findings).
    Accept,
}

/// What a server is told before a connection. The defaults are safe.
///
/// # Example
/// ```
/// use mailwire_smtp::{Extension, element::domain::Domain, family::hello::Keyword};
/// use mailwire_smtp::server::{Protocol, ServerConfig};
/// let mut config = ServerConfig::new(Domain::name("mail.example.org").unwrap());
/// config.protocol = Protocol::Lmtp;
/// let config = config.offer(Keyword::Plain(Extension::Dsn));
/// assert!(config.offers(Extension::Dsn));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerConfig {
    /// The caps. [`Limits::message`] is what SIZE offers.
    pub limits: Limits,
    /// The deviations that commands may have.
    pub tolerance: Tolerance,
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// How the server names itself.
    pub domain: Domain<'static>,
    /// Whether STARTTLS is offered, and whether it is required. Default: none, so that a server
    /// without TLS does not offer it.
    pub tls: TlsPolicy,
    /// True when the connection is under TLS from its beginning.
    pub implicit_tls: bool,
    /// True when AUTH may be used without TLS. Default: false.
    pub auth_without_tls: bool,
    /// True when MAIL needs authentication: submission.
    pub require_auth: bool,
    /// What to do with bare CR and LF in DATA.
    pub bare_newlines: BareNewlines,
    /// What else to look for in the body of DATA. It costs a pass over the body.
    pub look_for: Findings,
    /// True when verbs that are not known here go to the application.
    pub deliver_unknown_verbs: bool,
    /// True when parameters of extensions that are not offered go to the application.
    pub deliver_unknown_parameters: bool,
    /// True when clients may speak before the greeting, and send on before the reply to EHLO.
    pub tolerate_early_talkers: bool,
    offers: Vec<Keyword<'static>>,
    set: ExtensionSet,
    /// The typed parameters of MAIL and RCPT that the offers allow, as bits.
    mail_parameters: u32,
    rcpt_parameters: u32,
}

/// What every server here does without being told.
const ALWAYS: [Extension; 6] = [
    Extension::Pipelining,
    Extension::EightBitMime,
    Extension::EnhancedStatusCodes,
    Extension::Chunking,
    Extension::SmtpUtf8,
    Extension::Help,
];

impl ServerConfig {
    /// A server that offers PIPELINING, 8BITMIME, ENHANCEDSTATUSCODES, CHUNKING, SMTPUTF8, HELP and
    /// SIZE.
    #[must_use]
    pub fn new(domain: Domain<'static>) -> Self {
        let config = Self {
            limits: Limits::default(),
            tolerance: Tolerance::default(),
            protocol: Protocol::Smtp,
            domain,
            tls: TlsPolicy::None,
            implicit_tls: false,
            auth_without_tls: false,
            require_auth: false,
            bare_newlines: BareNewlines::Refuse,
            look_for: Findings::NONE,
            deliver_unknown_verbs: false,
            deliver_unknown_parameters: false,
            tolerate_early_talkers: false,
            offers: Vec::new(),
            set: ExtensionSet::EMPTY.with(Extension::Size),
            mail_parameters: 0,
            rcpt_parameters: 0,
        };
        ALWAYS.into_iter().fold(config, |config, extension| config.offer(Keyword::Plain(extension)))
    }

    /// Offers an extension; a second offer of the same one replaces the first.
    ///
    /// SIZE and STARTTLS follow from [`limits`](Self::limits) and [`tls`](Self::tls).
    #[must_use]
    pub fn offer(mut self, keyword: Keyword<'static>) -> Self {
        let extension = keyword.extension();
        if extension.is_some() {
            self.offers.retain(|other| other.extension() != extension);
        }
        self.offers.push(keyword);
        self.look_up_parameters()
    }

    /// No longer offers an extension.
    #[must_use]
    pub fn withhold(mut self, extension: Extension) -> Self {
        self.offers.retain(|other| other.extension() != Some(extension));
        self.look_up_parameters()
    }

    /// True when the extension is offered, at least in some state.
    #[must_use]
    pub fn offers(&self, extension: Extension) -> bool {
        match extension {
            Extension::StartTls => self.tls != TlsPolicy::None,
            _ => self.set.contains(extension),
        }
    }

    /// True when AUTH offers the mechanism.
    pub(super) fn has_mechanism(&self, name: &str) -> bool {
        self.offers.iter().any(|keyword| match keyword {
            Keyword::Auth(mechanisms) => mechanisms.contains(name),
            _ => false,
        })
    }

    /// The keywords that a client sees.
    pub(super) fn keywords(
        &self,
        tls: bool,
        authenticated: bool,
    ) -> impl Iterator<Item = Keyword<'static>> {
        let starttls =
            (self.tls != TlsPolicy::None && !tls).then_some(Keyword::Plain(Extension::StartTls));
        let shown = move |keyword: &&Keyword<'static>| match keyword.extension() {
            Some(Extension::Auth) => (tls || self.auth_without_tls) && !authenticated,
            Some(Extension::RequireTls) => tls,
            Some(Extension::Size | Extension::StartTls) => false,
            _ => true,
        };
        let offers = self.offers.iter().filter(shown).cloned();
        offers.chain([Keyword::Size(Some(self.limits.message))]).chain(starttls)
    }

    pub(super) const fn allows_mail(&self, parameters: u32, tls: bool) -> bool {
        let require_tls = 1 << MailKeyword::RequireTls as u32;
        let known = if tls { self.mail_parameters } else { self.mail_parameters & !require_tls };
        parameters & !known == 0
    }

    pub(super) const fn allows_rcpt(&self, parameters: u32) -> bool {
        parameters & !self.rcpt_parameters == 0
    }

    /// Looks up in the table of extensions which parameters the offers allow.
    fn look_up_parameters(mut self) -> Self {
        self.set = self
            .offers
            .iter()
            .filter_map(Keyword::extension)
            .collect::<ExtensionSet>()
            .with(Extension::Size);
        (self.mail_parameters, self.rcpt_parameters) = self.set.parameters();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::EXTENSIONS;
    use crate::family::rcpt::RcptKeyword;

    #[test]
    fn parameters_follow_from_the_offers() {
        let config = ServerConfig::new(Domain::name("x").unwrap());
        let (size, ret) = (1 << MailKeyword::Size as u32, 1 << MailKeyword::Ret as u32);
        assert!(config.allows_mail(size, false) && !config.allows_mail(ret, false));
        let config = config.offer(Keyword::Plain(Extension::Dsn));
        assert!(config.allows_mail(size | ret, false));
        assert!(config.allows_rcpt(1 << RcptKeyword::Notify as u32));
        let config = config.withhold(Extension::Dsn);
        assert!(!config.allows_mail(ret, false));
    }

    #[test]
    fn every_typed_parameter_belongs_to_an_extension() {
        for keyword in MailKeyword::ALL {
            assert!(EXTENSIONS.iter().any(|row| row.mail.contains(&keyword.as_str())), "{keyword}");
        }
        for keyword in RcptKeyword::ALL {
            assert!(EXTENSIONS.iter().any(|row| row.rcpt.contains(&keyword.as_str())), "{keyword}");
        }
    }

    #[test]
    fn starttls_and_auth_are_shown_where_they_work() {
        let mut config = ServerConfig::new(Domain::name("x").unwrap()).offer(Keyword::Auth(
            crate::family::hello::Mechanisms::new("PLAIN").unwrap().into_owned(),
        ));
        config.tls = TlsPolicy::Required;
        let shown = |tls| -> ExtensionSet {
            config.keywords(tls, false).filter_map(|keyword| keyword.extension()).collect()
        };
        assert!(
            shown(false).contains(Extension::StartTls) && !shown(false).contains(Extension::Auth)
        );
        assert!(
            !shown(true).contains(Extension::StartTls) && shown(true).contains(Extension::Auth)
        );
    }
}
