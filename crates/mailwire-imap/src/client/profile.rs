//! What is known of servers by name: what they deviate in, what they offer and break, and how long a line
//! may be.

use crate::extension::Extension;
use crate::tolerance::Deviation;

/// What is known of a server's software.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// Deviations to tolerate that others do not need.
    pub deviations: &'static [Deviation],
    /// Extensions that it offers and breaks.
    pub mask: &'static [Extension],
    /// The longest command line without its literals, in octets.
    pub sent_line: Option<u32>,
    signs: &'static [Sign],
}

/// By what a server is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Words in the text of its greeting.
    Greeting(&'static str),
    /// The beginning of its name in ID.
    Id(&'static str),
    /// A capability that no other server has.
    Capability(&'static str),
}

const fn profile(name: &'static str, signs: &'static [Sign]) -> Profile {
    Profile { name, deviations: &[], mask: &[], sent_line: None, signs }
}

impl Profile {
    const fn tolerates(self, deviations: &'static [Deviation]) -> Self {
        Self { deviations, ..self }
    }

    const fn breaks(self, mask: &'static [Extension]) -> Self {
        Self { mask, ..self }
    }

    const fn takes(self, octets: u32) -> Self {
        Self { sent_line: Some(octets), ..self }
    }

    /// The profile of a server whose greeting has this text.
    pub(super) fn by_greeting(text: &[u8]) -> Option<&'static Self> {
        Self::by(|sign| match sign {
            Sign::Greeting(words) => contains(text, words.as_bytes()),
            _ => false,
        })
    }

    /// The profile of a server that has this name in its ID.
    pub(super) fn by_id(name: &[u8]) -> Option<&'static Self> {
        Self::by(|sign| match sign {
            Sign::Id(begin) => {
                let begin = begin.as_bytes();
                name.get(..begin.len()).is_some_and(|name| name.eq_ignore_ascii_case(begin))
            }
            _ => false,
        })
    }

    /// The profile of a server with this capability.
    pub(super) fn by_capability(capability: &str) -> Option<&'static Self> {
        Self::by(|sign| match sign {
            Sign::Capability(name) => capability.eq_ignore_ascii_case(name),
            _ => false,
        })
    }

    fn by(is: impl Fn(&Sign) -> bool) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.signs.iter().any(&is))
    }
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len()).any(|window| window.eq_ignore_ascii_case(words))
}

/// The servers that are known by name; the first that fits counts.
pub static PROFILES: [Profile; 18] = {
    use Deviation as D;
    use Extension as E;
    use Sign::{Capability, Greeting, Id};
    [
        // NAMESPACE makes it drop the connection.
        profile("Exchange 2003", &[Greeting("Microsoft Exchange Server 2003")])
            .breaks(&[E::Namespace])
            .tolerates(&[D::MissingStatus]),
        // It offers IMAP4rev2 and does not know its commands.
        profile("Exchange", &[Greeting("Microsoft Exchange"), Id("Microsoft.Exchange")])
            .breaks(&[E::Imap4Rev2])
            .tolerates(&[D::MissingStatus, D::StrayContinuation]),
        profile("Gmail", &[Greeting("Gimap ready"), Id("GImap"), Capability("X-GM-EXT-1")])
            .takes(16_384),
        // ENABLE is answered with OK alone.
        profile("iCloud", &[Greeting("iscream"), Id("iCloud")]).tolerates(&[D::MissingEnabled]),
        profile("Yahoo", &[Capability("XYMHIGHESTMODSEQ"), Id("Y!IMAP")]).takes(1000),
        profile("Domino", &[Greeting("Domino IMAP4 Server")]),
        // LIST with SPECIAL-USE is answered with BAD.
        profile("Proton Mail Bridge", &[Greeting("Proton Mail Bridge"), Id("ProtonMail")])
            .breaks(&[E::SpecialUse]),
        profile("Courier", &[Greeting("Courier-IMAP")]).takes(16_384),
        profile("Yandex", &[Greeting("Yandex IMAP4rev1")]),
        profile("QQ", &[Greeting("QQMail"), Greeting("XMIMAP4Server")])
            .tolerates(&[D::ShortEnvelope]),
        // An initial response is not understood.
        profile("Coremail", &[Greeting("Coremail")]).breaks(&[E::SaslIr]),
        profile("Zoho", &[Greeting("Zoho Mail IMAP4rev1")]),
        profile("SmarterMail", &[Greeting("SmarterMail")]),
        profile("UW", &[Greeting(" IMAP4rev1 200")]).takes(1000),
        profile("DavMail", &[Greeting("DavMail")]),
        profile("Dovecot", &[Greeting("Dovecot"), Id("Dovecot")]).takes(65_536),
        profile("Cyrus", &[Greeting("Cyrus IMAP"), Id("Cyrus IMAP")]),
        profile("Zimbra", &[Greeting("Zimbra IMAP4rev1"), Id("Zimbra")]),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_known_by_their_greeting() {
        for (text, name) in [
            (
                "Microsoft Exchange Server 2003 IMAP4rev1 server version (6.5.7638.1) ready",
                "Exchange 2003",
            ),
            ("The Microsoft Exchange IMAP4 service is ready. [TQBX]", "Exchange"),
            ("Gimap ready for requests from 192.0.2.1", "Gmail"),
            ("(2428B47-26126cfe23cd) p00-iscream-f9f7bf749-qjr87", "iCloud"),
            ("Domino IMAP4 Server Release 9.0.1FP9 ready", "Domino"),
            ("Courier-IMAP ready. Copyright 1998-2011", "Courier"),
            ("Yandex IMAP4rev1 at mail.example:993 ready", "Yandex"),
            ("QQMail IMAP4Server ready", "QQ"),
            ("svwall.example IMAP4 Server (Zoho Mail IMAP4rev1 Server version 1.0)", "Zoho"),
            ("IMAP4rev1 SmarterMail", "SmarterMail"),
            ("mail.example IMAP4rev1 2007f.404 at Wed, 27 Mar 2019", "UW"),
            ("Dovecot (Debian) ready.", "Dovecot"),
        ] {
            let found = Profile::by_greeting(text.as_bytes()).unwrap();
            assert_eq!(found.name, name, "{text}");
        }
        assert_eq!(Profile::by_greeting(b"IMAP4rev1 Service Ready"), None);
        assert_eq!(Profile::by_greeting(b""), None);
    }

    #[test]
    fn servers_are_known_by_other_signs() {
        assert_eq!(Profile::by_id(b"gimap").map(|found| found.name), Some("Gmail"));
        assert_eq!(
            Profile::by_id(b"ProtonMail Bridge").map(|found| found.name),
            Some("Proton Mail Bridge")
        );
        assert_eq!(Profile::by_id(b"x"), None);
        let found = Profile::by_capability("xymhighestmodseq").unwrap();
        assert_eq!((found.name, found.sent_line), ("Yahoo", Some(1000)));
    }
}
