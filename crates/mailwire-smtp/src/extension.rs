//! The extensions: one table, and the set that a server offers.
//!
//! `EXTENSIONS.md` at the root of the repository is printed from the table; a test compares the two.

use alloc::string::String;
use core::fmt::Write;

use mailwire_core::token::KEYWORD;
use mailwire_core::wire_enum;

use crate::command::Verb;
use crate::family::hello::{EhloReply, Keyword};
use crate::family::mail::MailKeyword;
use crate::family::rcpt::RcptKeyword;

wire_enum! {
    /// A service extension, by its EHLO keyword.
    #[non_exhaustive]
    pub enum Extension: "ehlo-keyword" in KEYWORD {
        /// 8BITMIME
        EightBitMime = "8BITMIME",
        /// SIZE
        Size = "SIZE",
        /// PIPELINING
        Pipelining = "PIPELINING",
        /// CHUNKING
        Chunking = "CHUNKING",
        /// BINARYMIME
        BinaryMime = "BINARYMIME",
        /// DSN
        Dsn = "DSN",
        /// ENHANCEDSTATUSCODES
        EnhancedStatusCodes = "ENHANCEDSTATUSCODES",
        /// SMTPUTF8
        SmtpUtf8 = "SMTPUTF8",
        /// STARTTLS
        StartTls = "STARTTLS",
        /// AUTH
        Auth = "AUTH",
        /// DELIVERBY
        DeliverBy = "DELIVERBY",
        /// FUTURERELEASE
        FutureRelease = "FUTURERELEASE",
        /// MT-PRIORITY
        MtPriority = "MT-PRIORITY",
        /// REQUIRETLS
        RequireTls = "REQUIRETLS",
        /// LIMITS
        Limits = "LIMITS",
        /// RRVS
        Rrvs = "RRVS",
        /// SUBMITTER
        Submitter = "SUBMITTER",
        /// CHECKPOINT
        Checkpoint = "CHECKPOINT",
        /// CONPERM
        Conperm = "CONPERM",
        /// CONNEG
        Conneg = "CONNEG",
        /// NO-SOLICITING
        NoSoliciting = "NO-SOLICITING",
        /// MTRK
        Mtrk = "MTRK",
        /// BURL
        Burl = "BURL",
        /// ETRN
        Etrn = "ETRN",
        /// ATRN
        Atrn = "ATRN",
        /// VRFY
        Vrfy = "VRFY",
        /// EXPN
        Expn = "EXPN",
        /// HELP
        Help = "HELP",
        /// SEND
        Send = "SEND",
        /// SOML
        Soml = "SOML",
        /// SAML
        Saml = "SAML",
        /// TURN
        Turn = "TURN",
        /// VERB
        Verb = "VERB",
        /// ONEX
        Onex = "ONEX",
        /// UTF8SMTP
        Utf8Smtp = "UTF8SMTP",
        /// TIME
        Time = "TIME",
        /// PRDR
        Prdr = "PRDR",
        /// PIPECONNECT
        PipeConnect = "PIPECONNECT",
        /// XVERP
        Xverp = "XVERP",
        /// XCLIENT
        Xclient = "XCLIENT",
        /// XFORWARD
        Xforward = "XFORWARD",
        /// X-EXPS
        XExps = "X-EXPS",
    }
}

/// What is known of one extension.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ExtensionRow {
    /// The extension.
    pub extension: Extension,
    /// The RFC, or who uses it.
    pub source: &'static str,
    /// One line on what it is for.
    pub summary: &'static str,
    /// The parameter of its keyword in the EHLO reply; empty for none.
    pub offer: &'static str,
    /// The parameters that it adds to MAIL.
    pub mail: &'static [&'static str],
    /// The parameters that it adds to RCPT.
    pub rcpt: &'static [&'static str],
    /// The verbs that it adds.
    pub verbs: &'static [Verb],
    /// The file that holds its grammar, below `src`.
    pub file: &'static str,
}

/// Rows of the table: `Extension: source, summary, offer, MAIL [..], RCPT [..], verbs [..], file`.
macro_rules! extensions {
    ($($name:ident: $source:literal, $summary:literal, $offer:literal,
       MAIL $mail:tt, RCPT $rcpt:tt, verbs [$($verb:ident),*], $file:literal;)+) => {
        /// Every extension that is known here, in the order of [`Extension`].
        pub static EXTENSIONS: [ExtensionRow; Extension::ALL.len()] = [$(
            ExtensionRow {
                extension: Extension::$name,
                source: $source,
                summary: $summary,
                offer: $offer,
                mail: &$mail,
                rcpt: &$rcpt,
                verbs: &[$(Verb::$verb),*],
                file: $file,
            },
        )+];
    };
}

extensions! {
    EightBitMime: "RFC 6152", "8-bit message bodies", "", MAIL ["BODY"], RCPT [], verbs [], "family/mail/parameter.rs";
    Size: "RFC 1870", "message size declaration", "[size]", MAIL ["SIZE"], RCPT [], verbs [], "family/mail/parameter.rs";
    Pipelining: "RFC 2920", "groups of commands without waiting", "", MAIL [], RCPT [], verbs [], "state.rs";
    Chunking: "RFC 3030", "message in counted chunks", "", MAIL [], RCPT [], verbs [Bdat], "family/bdat.rs";
    BinaryMime: "RFC 3030", "binary message bodies", "", MAIL ["BODY"], RCPT [], verbs [], "family/mail/parameter.rs";
    Dsn: "RFC 3461", "delivery status notifications", "", MAIL ["RET", "ENVID"], RCPT ["NOTIFY", "ORCPT"], verbs [], "element/dsn.rs";
    EnhancedStatusCodes: "RFC 2034", "status codes in replies", "", MAIL [], RCPT [], verbs [], "element/enhanced_code.rs";
    SmtpUtf8: "RFC 6531", "UTF-8 in addresses and headers", "", MAIL ["SMTPUTF8"], RCPT [], verbs [], "family/mail/parameter.rs";
    StartTls: "RFC 3207", "going over to TLS", "", MAIL [], RCPT [], verbs [StartTls], "family/starttls.rs";
    Auth: "RFC 4954", "authentication by SASL", "mechanisms", MAIL ["AUTH"], RCPT [], verbs [Auth], "family/auth.rs";
    DeliverBy: "RFC 2852", "delivery by a time", "[min-by-time *(\",\" token)]", MAIL ["BY"], RCPT [], verbs [], "element/deliver_by.rs";
    FutureRelease: "RFC 4865", "holding a message", "max-interval max-date-time", MAIL ["HOLDFOR", "HOLDUNTIL"], RCPT [], verbs [], "element/future_release.rs";
    MtPriority: "RFC 6710", "message transfer priority", "[profile]", MAIL ["MT-PRIORITY"], RCPT [], verbs [], "element/priority.rs";
    RequireTls: "RFC 8689", "TLS on the whole way", "", MAIL ["REQUIRETLS"], RCPT [], verbs [], "family/mail/parameter.rs";
    Limits: "RFC 9422", "operational limits of the server", "name=value ...", MAIL [], RCPT [], verbs [], "family/hello.rs";
    Rrvs: "RFC 7293", "mailbox owner since a date", "", MAIL [], RCPT ["RRVS"], verbs [], "element/rrvs.rs";
    Submitter: "RFC 4405", "responsible submitter (historic)", "", MAIL ["SUBMITTER"], RCPT [], verbs [], "family/mail/parameter.rs";
    Checkpoint: "RFC 1845", "restart of a transaction", "", MAIL ["TRANSID"], RCPT [], verbs [], "element/transid.rs";
    Conperm: "RFC 4141", "permission to convert", "", MAIL ["CONPERM"], RCPT [], verbs [], "family/mail/parameter.rs";
    Conneg: "RFC 4141", "capabilities of the recipient", "", MAIL [], RCPT ["CONNEG"], verbs [], "family/rcpt.rs";
    NoSoliciting: "RFC 3865", "solicitation classes", "[classes]", MAIL ["SOLICIT"], RCPT [], verbs [], "element/solicit.rs";
    Mtrk: "RFC 3885", "message tracking", "", MAIL ["MTRK"], RCPT [], verbs [], "element/tracking.rs";
    Burl: "RFC 4468", "message by reference", "[\"imap\" / uri ...]", MAIL [], RCPT [], verbs [Burl], "family/bdat.rs";
    Etrn: "RFC 1985", "start of a queue", "", MAIL [], RCPT [], verbs [Etrn], "family/queue.rs";
    Atrn: "RFC 2645", "on-demand relay", "", MAIL [], RCPT [], verbs [Atrn], "family/queue.rs";
    Vrfy: "RFC 5321", "VRFY is answered", "", MAIL [], RCPT [], verbs [Vrfy], "family/info.rs";
    Expn: "RFC 5321", "EXPN is answered", "", MAIL [], RCPT [], verbs [Expn], "family/info.rs";
    Help: "RFC 5321", "HELP is answered", "", MAIL [], RCPT [], verbs [Help], "family/info.rs";
    Send: "RFC 821", "delivery to a terminal (obsolete)", "", MAIL [], RCPT [], verbs [Send], "family/mail.rs";
    Soml: "RFC 821", "delivery to a terminal or a mailbox (obsolete)", "", MAIL [], RCPT [], verbs [Soml], "family/mail.rs";
    Saml: "RFC 821", "delivery to a terminal and a mailbox (obsolete)", "", MAIL [], RCPT [], verbs [Saml], "family/mail.rs";
    Turn: "RFC 821", "turning round (obsolete, unsafe)", "", MAIL [], RCPT [], verbs [Turn], "family/queue.rs";
    Verb: "sendmail", "verbose replies", "", MAIL [], RCPT [], verbs [Verb], "family/vendor.rs";
    Onex: "sendmail", "one transaction only", "", MAIL [], RCPT [], verbs [Onex], "family/vendor.rs";
    Utf8Smtp: "RFC 5336", "UTF-8 addresses (obsolete)", "", MAIL ["ALT-ADDRESS"], RCPT ["ALT-ADDRESS"], verbs [], "family/mail/parameter.rs";
    Time: "old banners", "seen, not defined", "", MAIL [], RCPT [], verbs [], "extension.rs";
    Prdr: "Exim", "one reply per recipient", "", MAIL ["PRDR"], RCPT [], verbs [], "family/mail/parameter.rs";
    PipeConnect: "Exim", "commands before the greeting", "", MAIL [], RCPT [], verbs [], "extension.rs";
    Xverp: "Postfix, Courier", "variable envelope return paths", "", MAIL ["XVERP"], RCPT [], verbs [], "family/mail/parameter.rs";
    Xclient: "Postfix, Dovecot", "facts about another client", "attribute names", MAIL [], RCPT [], verbs [Xclient], "family/vendor.rs";
    Xforward: "Postfix", "facts about another client, for the log", "attribute names", MAIL [], RCPT [], verbs [Xforward], "family/vendor.rs";
    XExps: "Exchange", "SASL mechanisms under another name", "mechanisms", MAIL [], RCPT [], verbs [], "family/hello.rs";
}

impl Extension {
    /// What is known of the extension.
    #[must_use]
    pub fn row(self) -> &'static ExtensionRow {
        // The table is in the order of the enum; a test compares the two.
        &EXTENSIONS[self as usize]
    }

    const fn bit(self) -> u64 {
        1 << self as u32
    }
}

/// A set of extensions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct ExtensionSet(u64);

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

    /// The typed parameters of MAIL and RCPT that the extensions bring, as bits by keyword.
    pub(crate) fn parameters(self) -> (u32, u32) {
        let rows = || EXTENSIONS.iter().filter(|row| self.contains(row.extension));
        let mail = rows()
            .flat_map(|row| row.mail)
            .filter_map(|word| MailKeyword::from_keyword(word.as_bytes()))
            .fold(0, |bits, keyword| bits | 1 << keyword as u32);
        let rcpt = rows()
            .flat_map(|row| row.rcpt)
            .filter_map(|word| RcptKeyword::from_keyword(word.as_bytes()))
            .fold(0, |bits, keyword| bits | 1 << keyword as u32);
        (mail, rcpt)
    }

    /// The extensions in the set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Extension> {
        Extension::ALL.iter().copied().filter(move |&extension| self.contains(extension))
    }
}

mailwire_core::owned_already!(ExtensionSet);

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

/// What a server offers: the extensions of its EHLO reply, and their parameters.
///
/// Without an EHLO reply (HELO, or before the first EHLO) nothing is offered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    set: ExtensionSet,
    reply: Option<EhloReply<'static>>,
}

impl Extensions {
    /// What an EHLO reply offers.
    #[must_use]
    pub fn offered(reply: &EhloReply<'_>) -> Self {
        Self { set: reply.extensions(), reply: Some(reply.borrowed().into_owned()) }
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

    /// Takes extensions away that the server offers and breaks.
    pub(crate) fn mask(&mut self, broken: ExtensionSet) {
        self.set.0 &= !broken.0;
    }

    /// The keywords with their parameters, unknown ones included.
    pub fn keywords(&self) -> impl Iterator<Item = Keyword<'_>> {
        self.reply.iter().flat_map(EhloReply::keywords)
    }

    /// The largest message that the server takes, in octets; `None` when it does not say or has no
    /// fixed limit.
    #[must_use]
    pub fn max_size(&self) -> Option<u64> {
        self.keywords().find_map(|keyword| match keyword {
            Keyword::Size(Some(size)) if size > 0 => Some(size),
            _ => None,
        })
    }

    /// True when the server offers the SASL mechanism, in whichever spelling of AUTH.
    #[must_use]
    pub fn has_mechanism(&self, name: &str) -> bool {
        self.keywords().any(|keyword| match keyword {
            Keyword::Auth(mechanisms) => mechanisms.contains(name),
            _ => false,
        })
    }

    /// A limit that the server announces (RFC 9422), by its name.
    #[must_use]
    pub fn limit(&self, name: &str) -> Option<u32> {
        self.keywords().find_map(|keyword| match keyword {
            Keyword::Limits(limits) => limits.get(name),
            _ => None,
        })
    }
}

/// The table as Markdown.
#[must_use]
pub fn extensions_markdown() -> String {
    let mut out = String::from(
        "| keyword | source | what for | EHLO parameter | MAIL | RCPT | verbs | file |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for row in &EXTENSIONS {
        let verbs: alloc::vec::Vec<_> = row.verbs.iter().map(|verb| verb.as_str()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | `{}` |",
            row.extension,
            row.source,
            row.summary,
            row.offer,
            row.mail.join(" "),
            row.rcpt.join(" "),
            verbs.join(" "),
            row.file,
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::COMMANDS;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (row, extension) in EXTENSIONS.iter().zip(Extension::ALL) {
            assert_eq!(row.extension, *extension);
            assert!(!row.source.is_empty() && !row.summary.is_empty());
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
        assert!(!without.contains(Extension::Pipelining) && without.contains(Extension::Size));
    }
}
