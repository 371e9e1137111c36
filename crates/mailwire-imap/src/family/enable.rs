//! ENABLE: extensions that have to be switched on. RFC 9051 section 6.3.1, RFC 5161.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::Mode;
use crate::extension::{Extension, IsMet, Need};
use crate::family::capability::{Capabilities, Capability};
use crate::tolerance::Deviation;

/// The arguments of ENABLE: one or more capabilities; sent by the client. The server answers with those that
/// it switched on, in the response ENABLED.
///
/// RFC 9051 section 6.3.1. What a server does not know it ignores. IMAP4rev2, UTF8=ACCEPT, CONDSTORE, QRESYNC
/// and UIDONLY are switched on so; some change the meaning of what follows.
///
/// # Grammar
/// ```abnf
/// enable      = "ENABLE" 1*(SP capability)
/// enable-data = "ENABLED" *(SP capability)
/// ```
///
/// # Wire
/// ```text
/// C: A1 ENABLE CONDSTORE
/// S: * ENABLED CONDSTORE
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `capability`.
///
/// # Example
/// ```
/// use mailwire_imap::{Command, Extension};
/// use mailwire_imap::family::enable::Enable;
///
/// let Command::Enable(enable) = Command::parse(b"ENABLE QRESYNC X-NEW")? else { panic!() };
/// assert!(enable.contains(Extension::QResync));
/// assert_eq!(enable.capabilities().len(), 2);
/// let built = Enable::extensions([Extension::QResync, Extension::Utf8Accept]).unwrap();
/// assert_eq!(Command::Enable(built).to_bytes(), b"ENABLE QRESYNC UTF8=ACCEPT");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enable<'a>(Capabilities<'a>);

wire_api!(Deviation, Mode: Enable);
into_owned!(@impl Enable, self => { Enable(mailwire_core::IntoOwned::into_owned(self.0)) });

impl Enable<'_> {
    /// What it names and a session does not offer. A server does not ask: it ignores what it does not know
    /// (RFC 5161 section 3.1).
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        self.0.iter().find_map(|capability| need_of(capability.extension()?).unmet(is_met))
    }
}

/// What a server has to offer so that the extension can be switched on.
pub(crate) const fn need_of(extension: Extension) -> Need {
    match extension {
        Extension::CondStore => Need::CONDSTORE,
        // RFC 6855 section 3: UTF8=ONLY implies it.
        Extension::Utf8Accept => Need::Offered(extension, &[Extension::Utf8Only]),
        extension => Need::of(extension),
    }
}

impl<'a> Enable<'a> {
    /// These capabilities.
    ///
    /// # Errors
    /// [`InvalidValue`] for none at all.
    pub fn new(capabilities: Capabilities<'a>) -> Result<Self, InvalidValue> {
        if capabilities.is_empty() {
            return Err(InvalidValue { what: "enable", at: 0 });
        }
        Ok(Self(capabilities))
    }

    /// The capabilities of these extensions.
    ///
    /// # Errors
    /// [`InvalidValue`] for none at all.
    pub fn extensions(
        extensions: impl IntoIterator<Item = Extension>,
    ) -> Result<Enable<'static>, InvalidValue> {
        Enable::new(Capabilities::new(extensions.into_iter().map(Capability::of)))
    }

    /// The capabilities.
    #[must_use]
    pub const fn capabilities(&self) -> &Capabilities<'a> {
        &self.0
    }

    /// True when the capability of `extension` is among them.
    #[must_use]
    pub fn contains(&self, extension: Extension) -> bool {
        self.0.iter().any(|capability| capability.extension() == Some(extension))
    }
}

impl<'a> Wire<'a> for Enable<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Capabilities::parse_part(input, cx)? {
            (rest, list) if list.is_empty() => Err(stop(rest, "capability")),
            (rest, list) => Ok((rest, Self(list))),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_needs, check_rejects, check_rows};

    #[test]
    fn rows() {
        check_rows(&[
            (b" CONDSTORE", Enable::extensions([Extension::CondStore]).unwrap()),
            (
                b" IMAP4rev2 X-NEW",
                Enable::new(Capabilities::new(
                    ["IMAP4rev2", "X-NEW"].map(|word| Capability::new(word).unwrap()),
                ))
                .unwrap(),
            ),
        ]);
        check_rejects::<Enable<'_>>(&[
            (b"", "capability", 0),
            (b" ", "capability", 0),
            (b" (a)", "capability", 1),
            (b" a (b)", "capability", 3),
        ]);
        assert!(Enable::extensions([]).is_err());
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("ENABLE QRESYNC UTF8=ACCEPT", &["ENABLE", "QRESYNC", "UTF8=ACCEPT or UTF8=ONLY"]),
            ("ENABLE CONDSTORE", &["ENABLE", "CONDSTORE or QRESYNC"]),
            ("ENABLE UIDONLY X-NEW", &["ENABLE", "UIDONLY"]),
        ]);
    }
}
