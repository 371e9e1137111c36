//! Capabilities: what a server offers, word by word and as a set. RFC 9051 section 6.1.1.
//!
//! The command CAPABILITY has no arguments. The words stand in the response CAPABILITY, in the response code
//! of that name, and in ENABLED.

use alloc::string::String;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire};
use mailwire_core::token::one_or_more;
use mailwire_core::{text_type, wire_api};

use crate::element::items::plain::single_spaced;
use crate::element::items::{Item, ItemTail};
use crate::extension::{CAPABILITY, Extension, ExtensionSet};
use crate::tolerance::Deviation;

text_type! {
    /// One capability: its name, with the value behind `=` in some.
    ///
    /// RFC 9051 section 7.2.2. Unknown ones are kept. Capabilities that differ in case only are equal.
    ///
    /// # Grammar
    /// ```abnf
    /// capability = ("AUTH=" auth-type) / atom
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: * CAPABILITY IMAP4rev2 STARTTLS AUTH=GSSAPI
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `capability`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::Extension;
    /// use mailwire_imap::family::capability::Capability;
    ///
    /// let capability = Capability::parse(b"APPENDLIMIT=35651584")?;
    /// assert_eq!(capability.extension(), Some(Extension::AppendLimit));
    /// assert_eq!(capability.value(), Some("35651584"));
    /// assert_eq!(Capability::parse(b"auth=plain")?.value(), Some("plain"));
    /// assert_eq!(Capability::parse(b"X-NEW")?.extension(), None);
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct Capability: "capability", check = check, utf8, ignore case
}

fn check(capability: &[u8]) -> Result<(), usize> {
    CAPABILITY.check(capability)?;
    if capability.is_empty() { Err(0) } else { Ok(()) }
}

wire_api!(Deviation, crate::Mode: Capability);

impl Item for Capability<'static> {
    type At<'x> = Capability<'x>;

    #[inline]
    fn is_written(wire: &[u8], len: usize) -> bool {
        single_spaced(wire, len)
    }
}

impl<'a> Wire<'a> for Capability<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, capability) = one_or_more(input, &CAPABILITY, "capability")?;
        Ok((rest, Self::checked(capability)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

/// Capabilities, each behind its space: what stands behind CAPABILITY, ENABLE and ENABLED.
///
/// # Grammar
/// ```abnf
/// capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev2" *(SP capability)
/// ```
/// That a base protocol is among them is not asked for: that is for the client to judge.
pub type Capabilities<'a> = ItemTail<'a, Capability<'static>>;

impl Capability<'_> {
    /// The capability of an extension whose capability has no value.
    #[must_use]
    pub const fn of(extension: Extension) -> Capability<'static> {
        Capability::checked(extension.as_str().as_bytes())
    }

    /// The extension that it names, if that is known here.
    #[must_use]
    pub fn extension(&self) -> Option<Extension> {
        self.split().map(|(extension, _)| extension)
    }

    /// What stands behind the name of an extension: a mechanism, a limit, a list of rights.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        let (_, value) = self.split()?;
        value
    }

    fn split(&self) -> Option<(Extension, Option<&str>)> {
        let text = self.as_str();
        if let Some(extension) = Extension::from_keyword(text.as_bytes()) {
            // `AUTH=` alone names no mechanism.
            return (!text.ends_with(['=', '-']) || extension == Extension::LiteralMinus)
                .then_some((extension, None));
        }
        let behind = text.find('=')?.checked_add(1)?;
        let (name, value) = text.split_at_checked(behind)?;
        let prefixed = |name: &str| Extension::from_keyword(name.as_bytes());
        if let Some(extension) = prefixed(name) {
            return Some((extension, Some(value)));
        }
        if let Some((name, value)) = text.split_at_checked(behind.checked_add(4)?) {
            if let Some(extension @ Extension::QuotaRes) = prefixed(name) {
                return Some((extension, Some(value)));
            }
        }
        match prefixed(name.strip_suffix('=')?) {
            Some(extension @ Extension::AppendLimit) => Some((extension, Some(value))),
            _ => None,
        }
    }
}

/// What a server offers: the capabilities that it told last.
///
/// Before it told any nothing is known; then what RFC 3501 has may be tried.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    set: ExtensionSet,
    masked: ExtensionSet,
    known: bool,
    capabilities: Capabilities<'static>,
}

impl Extensions {
    /// What these capabilities offer.
    #[must_use]
    pub fn offered(capabilities: Capabilities<'_>) -> Self {
        let named = capabilities.iter().filter_map(|capability| capability.extension());
        let set = named.collect();
        let masked = ExtensionSet::EMPTY;
        Self {
            set,
            masked,
            known: true,
            capabilities: mailwire_core::IntoOwned::into_owned(capabilities),
        }
    }

    /// Takes extensions away that the server offers and breaks.
    pub(crate) const fn mask(&mut self, broken: ExtensionSet) {
        self.set = self.set.minus(broken);
        // What is part of IMAP4rev2 is masked with it offered, too.
        self.masked = broken;
    }

    /// True when the server told its capabilities.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.known
    }

    /// True when `extension` is offered, or part of an offered IMAP4rev2.
    #[must_use]
    pub const fn has(&self, extension: Extension) -> bool {
        self.set.contains(extension)
            || self.set.contains(Extension::Imap4Rev2)
                && extension.is_in_rev2()
                && !self.masked.contains(extension)
    }

    /// The offered extensions that are known here.
    #[must_use]
    pub const fn set(&self) -> ExtensionSet {
        self.set
    }

    /// The capabilities with their values, unknown ones included.
    #[must_use]
    pub const fn capabilities(&self) -> &Capabilities<'static> {
        &self.capabilities
    }

    /// The value of the first capability that names `extension`.
    #[must_use]
    pub fn value(&self, extension: Extension) -> Option<String> {
        let mut named = self.capabilities.iter().filter(|one| one.extension() == Some(extension));
        named.find_map(|capability| capability.value().map(String::from))
    }

    /// True when the server offers the SASL mechanism.
    #[must_use]
    pub fn has_mechanism(&self, name: &str) -> bool {
        self.capabilities.iter().any(|capability| {
            capability.extension() == Some(Extension::Auth)
                && capability.value().is_some_and(|value| value.eq_ignore_ascii_case(name))
        })
    }

    /// The size of the largest message that may be appended, in octets, if the server tells one.
    #[must_use]
    pub fn append_limit(&self) -> Option<u64> {
        self.value(Extension::AppendLimit)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows, check_short_ways};

    #[test]
    fn capabilities_are_copied_as_they_are_written() {
        check_short_ways::<Capability<'static>>(
            &["IMAP4rev1", "idle", "AUTH=PLAIN", "X]", "\"A\"", "("],
            &["IMAP4rev1", "idle", "AUTH=PLAIN"],
        );
    }

    #[test]
    fn rows() {
        let capability = |text: &'static str| Capability::new(text).unwrap();
        check_rows(&[
            (b"IMAP4rev2", Capability::of(Extension::Imap4Rev2)),
            (b"+", capability("+")),
            (b"IMAPSIEVE=sieve://h/%20", capability("IMAPSIEVE=sieve://h/%20")),
        ]);
        check_rejects::<Capability<'_>>(&[
            (b"", "capability", 0),
            (b"a]", "end", 1),
            (b"\"a\"", "capability", 0),
        ]);
    }

    #[test]
    fn capabilities_name_extensions() {
        for &extension in Extension::ALL {
            let name = extension.as_str();
            let valued = name.ends_with(['=', '-']) && extension != Extension::LiteralMinus;
            let text = if valued { alloc::format!("{name}x") } else { name.into() };
            let capability = Capability::new(text).unwrap();
            assert_eq!(capability.extension(), Some(extension), "{capability}");
            assert_eq!(capability.value(), valued.then_some("x"), "{capability}");
        }
        for unknown in ["AUTH=", "X=Y", "SORT=X", "APPENDLIMITS=1", "QUOTA=X", "+"] {
            assert_eq!(Capability::new(unknown).unwrap().extension(), None, "{unknown}");
        }
    }

    #[test]
    fn what_is_offered() {
        let words = ["IMAP4rev2", "AUTH=PLAIN", "APPENDLIMIT=10", "X-Y", "QUOTA=RES-STORAGE"];
        let words = words.map(|word| Capability::new(word).unwrap());
        let mut offered = Extensions::offered(Capabilities::new(words));
        assert!(offered.is_known() && offered.has(Extension::Idle));
        assert!(offered.has_mechanism("plain") && !offered.has_mechanism("LOGIN"));
        assert_eq!(offered.append_limit(), Some(10));
        assert_eq!(offered.capabilities().len(), 5);
        offered.mask(ExtensionSet::EMPTY.with(Extension::QuotaRes));
        assert!(!offered.has(Extension::QuotaRes) && offered.set().contains(Extension::Auth));
        offered.mask(ExtensionSet::EMPTY.with(Extension::Idle));
        assert!(!offered.has(Extension::Idle) && offered.has(Extension::Move));
        assert!(!Extensions::default().is_known());
    }
}
