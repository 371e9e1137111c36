//! What a client is told before a connection.

use mailwire_core::TlsPolicy;

use crate::Tolerance;
use crate::extension::ExtensionSet;
use crate::limits::Limits;

/// What a client is told before a connection. The defaults are safe.
///
/// # Example
/// ```
/// use mailwire_imap::{ClientConfig, Extension, TlsPolicy};
/// let mut config = ClientConfig::default();
/// config.tls = TlsPolicy::Required;
/// // The server knows X-GM-RAW, and says nothing of it.
/// config.assumed = config.assumed.with(Extension::XGmExt1);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools)]
pub struct ClientConfig {
    /// The caps.
    pub limits: Limits,
    /// The deviations that responses may have. What the [`Profile`](super::Profile) of the server needs
    /// comes on top.
    pub tolerance: Tolerance,
    /// With `Required`, nothing but what leads to TLS is sent before the handshake. Default:
    /// opportunistic.
    pub tls: TlsPolicy,
    /// True when the connection is under TLS from its beginning.
    pub implicit_tls: bool,
    /// True when LOGIN and AUTHENTICATE may be used without TLS. Default: false.
    pub auth_without_tls: bool,
    /// True when the server may say PREAUTH: it is reached by a tunnel that authenticates. Never without
    /// TLS where that is required. Default: false, since behind PREAUTH no TLS can be started.
    pub preauth: bool,
    /// False to send one command at a time.
    pub pipelining: bool,
    /// Extensions that are not used, even when the server offers them.
    pub mask: ExtensionSet,
    /// Extensions that may be used although the server does not offer them: for what a server understands and
    /// does not say. Commands and arguments that need one of these are not refused, whatever is masked; what
    /// has to be enabled has to be all the same, and the forms of literals are those that are offered.
    pub assumed: ExtensionSet,
    /// False to treat all servers alike: no [`Profile`](super::Profile) is looked for.
    pub profiles: bool,
    /// The longest command line without its literals, in octets with its end, for servers of which nothing
    /// else is known. Default: 8192, by RFC 7162 section 4.
    pub sent_line: u32,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            tolerance: Tolerance::default(),
            tls: TlsPolicy::default(),
            implicit_tls: false,
            auth_without_tls: false,
            preauth: false,
            pipelining: true,
            mask: ExtensionSet::EMPTY,
            assumed: ExtensionSet::EMPTY,
            profiles: true,
            sent_line: 8192,
        }
    }
}
