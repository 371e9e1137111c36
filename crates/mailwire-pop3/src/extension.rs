//! The extensions: one table, and the set that a server offers.
//!
//! `EXTENSIONS.md` at the root of the repository is printed from the table; a test compares the two.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Wire};
use mailwire_core::token::VCHAR;
use mailwire_core::{Tolerance, wire_enum};

use crate::command::Verb;
use crate::family::capa::Capability;
use crate::tolerance::Deviation;

wire_enum! {
    /// A service extension, by its tag in the answer to CAPA.
    #[non_exhaustive]
    pub enum Extension: "capa-tag" in VCHAR {
        /// TOP
        Top = "TOP",
        /// USER
        User = "USER",
        /// SASL
        Sasl = "SASL",
        /// RESP-CODES
        RespCodes = "RESP-CODES",
        /// LOGIN-DELAY
        LoginDelay = "LOGIN-DELAY",
        /// PIPELINING
        Pipelining = "PIPELINING",
        /// EXPIRE
        Expire = "EXPIRE",
        /// UIDL
        Uidl = "UIDL",
        /// IMPLEMENTATION
        Implementation = "IMPLEMENTATION",
        /// STLS
        Stls = "STLS",
        /// AUTH-RESP-CODE
        AuthRespCode = "AUTH-RESP-CODE",
        /// UTF8
        Utf8 = "UTF8",
        /// LANG
        Lang = "LANG",
    }
}

/// What is known of one extension.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ExtensionRow {
    /// The extension.
    pub extension: Extension,
    /// The RFC.
    pub source: &'static str,
    /// One line on what it is for.
    pub summary: &'static str,
    /// The parameter of its tag in the answer to CAPA; empty for none.
    pub offer: &'static str,
    /// The verbs that it adds.
    pub verbs: &'static [Verb],
    /// The response codes that it adds.
    pub codes: &'static [&'static str],
    /// The file that holds its grammar, below `src`.
    pub file: &'static str,
}

/// Rows of the table: `Extension: source, summary, offer, verbs [..], codes [..], file`.
macro_rules! extensions {
    ($($name:ident: $source:literal, $summary:literal, $offer:literal,
       verbs [$($verb:ident),*], codes $codes:tt, $file:literal;)+) => {
        /// Every extension that is known here, in the order of [`Extension`].
        pub static EXTENSIONS: [ExtensionRow; Extension::ALL.len()] = [$(
            ExtensionRow {
                extension: Extension::$name,
                source: $source,
                summary: $summary,
                offer: $offer,
                verbs: &[$(Verb::$verb),*],
                codes: &$codes,
                file: $file,
            },
        )+];
    };
}

extensions! {
    Top: "RFC 1939", "the header and some lines of a message", "", verbs [Top], codes [], "family/retrieve.rs";
    User: "RFC 1939", "authentication by name and password", "", verbs [User, Pass], codes [], "family/auth.rs";
    Sasl: "RFC 5034", "authentication by SASL", "mechanisms", verbs [Auth], codes [], "family/auth.rs";
    RespCodes: "RFC 2449", "response codes in texts", "", verbs [], codes ["LOGIN-DELAY", "IN-USE"], "element/response_code.rs";
    LoginDelay: "RFC 2449", "the shortest time between two sessions", "seconds [USER]", verbs [], codes ["LOGIN-DELAY"], "family/capa.rs";
    Pipelining: "RFC 2449", "commands without waiting", "", verbs [], codes [], "client.rs";
    Expire: "RFC 2449", "how long messages stay on the server", "days / NEVER [USER]", verbs [], codes [], "family/capa.rs";
    Uidl: "RFC 1939", "unique-ids of messages", "", verbs [Uidl], codes [], "family/list.rs";
    Implementation: "RFC 2449", "what the server is", "text", verbs [], codes [], "family/capa.rs";
    Stls: "RFC 2595", "going over to TLS", "", verbs [Stls], codes [], "family/stls.rs";
    AuthRespCode: "RFC 3206", "a response code for bad credentials", "", verbs [], codes ["AUTH", "SYS/TEMP", "SYS/PERM"], "element/response_code.rs";
    Utf8: "RFC 6856", "UTF-8 in messages and names", "[USER]", verbs [Utf8], codes ["UTF8"], "family/lang.rs";
    Lang: "RFC 6856", "the language of texts", "", verbs [Lang], codes [], "family/lang.rs";
}

impl Extension {
    /// What is known of the extension.
    #[must_use]
    pub fn row(self) -> &'static ExtensionRow {
        // The table is in the order of the enum; a test compares the two.
        &EXTENSIONS[self as usize]
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of extensions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct ExtensionSet(u16);

impl ExtensionSet {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// The set with `extension`.
    #[must_use]
    pub const fn with(self, extension: Extension) -> Self {
        Self(self.0 | extension.bit())
    }

    /// The set without `extension`.
    #[must_use]
    pub const fn without(self, extension: Extension) -> Self {
        Self(self.0 & !extension.bit())
    }

    /// True when `extension` is in the set.
    #[must_use]
    pub const fn contains(self, extension: Extension) -> bool {
        self.0 & extension.bit() != 0
    }

    /// The extensions in the set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Extension> {
        Extension::ALL.iter().copied().filter(move |&extension| self.contains(extension))
    }
}

impl core::fmt::Debug for ExtensionSet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<Extension> for ExtensionSet {
    fn from_iter<I: IntoIterator<Item = Extension>>(extensions: I) -> Self {
        extensions.into_iter().fold(Self::EMPTY, Self::with)
    }
}

/// What a server offers: the capabilities of its last answer to CAPA.
///
/// Before the first such answer, and behind STLS, nothing is known; then what RFC 1939 has may be
/// tried.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    set: ExtensionSet,
    known: bool,
    /// The capabilities as they are written, each with a line end.
    lines: Vec<u8>,
}

impl Extensions {
    /// What these capabilities offer.
    #[must_use]
    pub fn offered<'c>(capabilities: impl IntoIterator<Item = Capability<'c>>) -> Self {
        let mut offered = Self { known: true, ..Self::default() };
        capabilities.into_iter().for_each(|capability| offered.add(&capability));
        offered
    }

    /// An answer to CAPA without a capability.
    pub(crate) const fn none() -> Self {
        Self { set: ExtensionSet::EMPTY, known: true, lines: Vec::new() }
    }

    /// One capability more.
    pub(crate) fn add(&mut self, capability: &Capability<'_>) {
        if let Some(extension) = capability.extension() {
            self.set = self.set.with(extension);
        }
        capability.encode(&mut Encoder::new(&mut self.lines));
        self.lines.push(b'\n');
    }

    /// Octets that the capabilities take.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Takes extensions away that the server offers and breaks.
    pub(crate) const fn mask(&mut self, broken: ExtensionSet) {
        self.set.0 &= !broken.0;
    }

    /// Forgets what holds before authentication only: RFC 2449 sections 6.5 and 6.7 let the server
    /// say other values behind it, and mark those that may differ with USER. What else it offers it
    /// has to offer in both states (section 5).
    pub(crate) fn authenticated(&mut self) {
        let kept: Vec<_> = self
            .capabilities()
            .filter(|capability| match capability {
                Capability::LoginDelay { user, .. } | Capability::Expire { user, .. } => !user,
                other => other.extension() != Some(Extension::Stls),
            })
            .map(Capability::into_owned)
            .collect();
        let (known, before) = (self.known, self.set);
        *self = Self { known, ..Self::offered(kept) };
        self.set.0 &= before.0;
    }

    /// True when the server told its capabilities.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.known
    }

    /// True when `extension` is offered.
    #[must_use]
    pub const fn has(&self, extension: Extension) -> bool {
        self.set.contains(extension)
    }

    /// The offered extensions that are known here.
    #[must_use]
    pub const fn set(&self) -> ExtensionSet {
        self.set
    }

    /// The capabilities with their parameters, unknown ones included.
    pub fn capabilities(&self) -> impl Iterator<Item = Capability<'_>> {
        // The lines were read under the caller's tolerance; they must not be refused now.
        let cx = Context::new(Tolerance::<Deviation>::lenient());
        let lines = self.lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        lines.filter_map(move |line| Capability::parse_part(line, &cx).ok().map(|(_, value)| value))
    }

    /// True when the server offers the SASL mechanism.
    #[must_use]
    pub fn has_mechanism(&self, name: &str) -> bool {
        self.capabilities().any(|capability| match capability {
            Capability::Sasl(mechanisms) => mechanisms.contains(name),
            _ => false,
        })
    }

    /// True when names and passwords may be UTF-8: `UTF8 USER`.
    #[must_use]
    pub fn has_utf8_names(&self) -> bool {
        self.capabilities().any(|capability| capability == Capability::Utf8 { user: true })
    }

    /// The shortest time between two sessions in seconds, if the server tells one.
    #[must_use]
    pub fn login_delay(&self) -> Option<u32> {
        self.capabilities().find_map(|capability| match capability {
            Capability::LoginDelay { seconds, .. } => Some(seconds),
            _ => None,
        })
    }
}

/// The table as Markdown.
#[must_use]
pub fn extensions_markdown() -> String {
    let mut out = String::from(
        "| capability | source | what for | parameter | verbs | response codes | file |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for row in &EXTENSIONS {
        let verbs: Vec<_> = row.verbs.iter().map(|verb| verb.as_str()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | `{}` |",
            row.extension,
            row.source,
            row.summary,
            row.offer,
            verbs.join(" "),
            row.codes.join(" "),
            row.file,
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::COMMANDS;
    use crate::element::response_code::KnownCode;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (row, extension) in EXTENSIONS.iter().zip(Extension::ALL) {
            assert_eq!(row.extension, *extension);
            assert!(!row.source.is_empty() && !row.summary.is_empty());
            for code in row.codes {
                assert!(KnownCode::from_keyword(code.as_bytes()).is_some(), "{code}");
            }
        }
    }

    #[test]
    fn verbs_and_extensions_name_each_other() {
        for row in &COMMANDS {
            if let Some(extension) = row.extension {
                assert!(extension.row().verbs.contains(&row.verb), "{}", row.verb);
            }
        }
    }

    #[test]
    fn a_set_holds_every_extension() {
        let all: ExtensionSet = Extension::ALL.iter().copied().collect();
        assert_eq!(all.iter().count(), Extension::ALL.len());
        let without = all.without(Extension::Pipelining);
        assert!(!without.contains(Extension::Pipelining) && without.contains(Extension::Top));
    }

    #[test]
    fn what_may_differ_is_forgotten_at_login() {
        let lines = ["TOP", "STLS", "LOGIN-DELAY 900 USER", "EXPIRE NEVER", "SASL PLAIN", "X-Y z"];
        let parsed = lines.map(|line| Capability::parse(line.as_bytes()).unwrap());
        let mut offered = Extensions::offered(parsed);
        assert!(offered.is_known() && offered.login_delay() == Some(900));
        assert!(offered.has_mechanism("plain") && !offered.has_utf8_names());
        offered.mask(ExtensionSet::EMPTY.with(Extension::Top));
        offered.authenticated();
        let left: Vec<_> = offered.capabilities().map(|one| one.to_bytes()).collect();
        assert_eq!(left, [&b"TOP"[..], b"EXPIRE NEVER", b"SASL PLAIN", b"X-Y z"]);
        assert!(!offered.has(Extension::Top) && !offered.has(Extension::LoginDelay));
        assert!(!offered.has(Extension::Stls) && offered.has(Extension::Sasl));
    }
}
