//! What a client is told before a connection.

use mailwire_core::body::Findings;

use crate::Tolerance;
use crate::extension::ExtensionSet;
use crate::limits::Limits;
use mailwire_core::TlsPolicy;

/// What a client is told before a connection. The defaults are safe.
///
/// # Example
/// ```
/// use mailwire_pop3::client::ClientConfig;
/// use mailwire_pop3::server::TlsPolicy;
/// let mut config = ClientConfig::default();
/// config.tls = TlsPolicy::Required;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools)]
pub struct ClientConfig {
    /// The caps.
    pub limits: Limits,
    /// The deviations that answers may have.
    pub tolerance: Tolerance,
    /// With `Required`, nothing but what leads to TLS is sent before the handshake. Default:
    /// opportunistic.
    pub tls: TlsPolicy,
    /// True when the connection is under TLS from its beginning.
    pub implicit_tls: bool,
    /// True when USER, PASS and AUTH may be used without TLS. Default: false.
    pub auth_without_tls: bool,
    /// True when APOP may be used: by a greeting with a clean stamp, and without TLS unless that is
    /// required. Default: false, since whoever can choose stamps can work out the secret
    /// (CVE-2007-1558).
    pub apop: bool,
    /// True when names and passwords with octets over 127 go to a server that does not offer
    /// `UTF8 USER`, which RFC 6856 section 2.2 forbids. Default: false.
    pub eight_bit_login: bool,
    /// False to send one command at a time, whatever the server offers.
    pub pipelining: bool,
    /// Extensions that are not used, even when the server offers them.
    pub mask: ExtensionSet,
    /// What to look for in messages. Nothing costs nothing. Default: nothing.
    pub look_for: Findings,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            tolerance: Tolerance::default(),
            tls: TlsPolicy::default(),
            implicit_tls: false,
            auth_without_tls: false,
            apop: false,
            eight_bit_login: false,
            pipelining: true,
            mask: ExtensionSet::EMPTY,
            look_for: Findings::NONE,
        }
    }
}
