//! What a client is told before a connection.

use mailwire_core::body::Newlines;

use crate::Tolerance;
use crate::extension::ExtensionSet;
use crate::limits::Limits;
use crate::protocol::Protocol;
use mailwire_core::TlsPolicy;

/// What a client is told before a connection. The defaults are safe.
///
/// # Example
/// ```
/// use mailwire_smtp::client::ClientConfig;
/// use mailwire_smtp::server::TlsPolicy;
/// let mut config = ClientConfig::default();
/// config.tls = TlsPolicy::Required;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClientConfig {
    /// The caps.
    pub limits: Limits,
    /// The deviations that replies may have.
    pub tolerance: Tolerance,
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// With `Required`, nothing but what leads to TLS is sent before the handshake. Default:
    /// opportunistic.
    pub tls: TlsPolicy,
    /// True when the connection is under TLS from its beginning.
    pub implicit_tls: bool,
    /// True when AUTH may be used without TLS. Default: false.
    pub auth_without_tls: bool,
    /// False to send one command at a time, whatever the server offers.
    pub pipelining: bool,
    /// Extensions that are not used, even when the server offers them.
    pub mask: ExtensionSet,
    /// What to do with bare CR and LF in the body of DATA. Default: refuse the body.
    pub newlines: Newlines,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            tolerance: Tolerance::default(),
            protocol: Protocol::default(),
            tls: TlsPolicy::default(),
            implicit_tls: false,
            auth_without_tls: false,
            pipelining: true,
            mask: ExtensionSet::EMPTY,
            newlines: Newlines::default(),
        }
    }
}
