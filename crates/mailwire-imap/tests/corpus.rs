//! The wire bytes of other projects' tests: what is valid is parsed, printed and parsed again; what is
//! not is refused, or argued about here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_imap::element::address::{Address, AddressList};
use mailwire_imap::element::body_structure::BodyStructure;
use mailwire_imap::element::date::{Date, DateTime};
use mailwire_imap::element::envelope::Envelope;
use mailwire_imap::element::flag::{Flag, Flags, PermanentFlags};
use mailwire_imap::element::mailbox::{Mailbox, MailboxPattern};
use mailwire_imap::element::mod_seq::ModSeq;
use mailwire_imap::element::mutf7;
use mailwire_imap::element::object_id::ObjectId;
use mailwire_imap::element::raw::RawData;
use mailwire_imap::element::section::{Partial, Section, SectionBinary};
use mailwire_imap::element::sequence::{SequenceSet, UidSet};
use mailwire_imap::element::string::IString;
use mailwire_imap::element::tag::Tag;
use mailwire_imap::element::url::ImapUrl;
use mailwire_imap::{Mode, Tolerance};
use mailwire_testing::corpus;

/// Valid by another project's word, and refused here.
const REFUSED: &[(&str, &str, &str)] = &[
    ("uid-set", "1:*", "a uid-set has no *; the source uses it for sequence sets"),
    ("uid-set", "999:*", "a uid-set has no *; the source uses it for sequence sets"),
    ("date-time", "07-Feb-0000", "there is no year 0"),
    ("flag-perm", "\\Deleted)", "the parenthesis is not part of the flag"),
    ("flag-perm", "\\Deletedx)", "the parenthesis is not part of the flag"),
    ("flag-perm", "\\*)", "the parenthesis is not part of the flag"),
    ("flag-fetch", "iS)", "the parenthesis is not part of the flag"),
    ("body", "()", "no structure at all; an invalid item of its message"),
    ("mutf7", "&AAD,,QAA-", "control characters are refused, and these are NUL"),
    ("auth-imapurl-full", "INTERNAL:data", "a token has 32 digits or more"),
    ("auth-imapurl-full", "INTERNAL:verifier123", "a token has 32 digits or more"),
    ("quoted", "xxx", "the source cuts after the first quote"),
    ("string", "\0", "a literal of characters holds no NUL"),
];

/// Refused by another project, and legal here.
const ACCEPTED: &[(&str, &str, &str)] = &[
    ("mailbox", "aaa", "a frame is complete here, so an atom can end it"),
    ("iuid-only", "a", "a relative URL with a mailbox"),
    ("sequence-range", "1,2", "two ranges are a set"),
    ("sequence-range", "1:2,3", "two ranges are a set"),
    ("partial", "<2.4294967294>", "the numbers of RFC 9051 have 63 bits"),
    ("partial", "<2200000000.2200000000>", "the numbers of RFC 9051 have 63 bits"),
    ("partial", "<0.4294967296>", "the numbers of RFC 9051 have 63 bits"),
];

/// Modified UTF-7 of control characters, which is canonical and refused on purpose.
fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// The exception of a list that is about these octets.
fn listed(
    list: &[(&'static str, &'static str, &str)],
    element: &str,
    wire: &[u8],
) -> Option<usize> {
    let text = String::from_utf8_lossy(wire);
    list.iter().position(|(kind, part, _)| *kind == element && text.contains(part))
}

/// Parses, prints and parses again; the two values have to be equal.
macro_rules! twice {
    ($type:ident, $wire:expr, $tolerance:expr) => {
        $type::parse_with($wire, $tolerance).map(|(value, _)| {
            let printed = value.to_bytes();
            match $type::parse_with(&printed, Tolerance::lenient()) {
                Ok((again, _)) => assert_eq!(again, value, "{}", $wire.escape_ascii()),
                Err(error) => panic!("{}", error.render(&printed)),
            }
            assert_eq!(printed, mailwire_core::IntoOwned::into_owned(value).to_bytes());
        })
    };
}

fn parse(element: &str, wire: &[u8], tolerance: Tolerance) -> Option<Result<(), String>> {
    let result = match element {
        "sequence-set"
        | "sequence-range"
        | "seq-number"
        | "seq-range"
        | "message-identifier-range"
        | "message-identifier-set-or-last"
        | "last-command-set"
        | "of-some-sequence-sets" => twice!(SequenceSet, wire, tolerance),
        "uid-set" => twice!(UidSet, wire, tolerance),
        "flag" | "flag-keyword" | "flag-perm" | "flag-fetch" => twice!(Flag, wire, tolerance),
        "flag-list" => twice!(Flags, wire, tolerance),
        "mailbox" => twice!(Mailbox, wire, tolerance),
        "date" | "date-text" => twice!(Date, wire, tolerance),
        "date-time" | "internal-date" => twice!(DateTime, wire, tolerance),
        "modification-sequence-value" => twice!(ModSeq, wire, tolerance),
        "address" | "email-address" => twice!(Address, wire, tolerance),
        "opt-addresses" | "envelope-email-addresses" | "optional-envelope-email-addresses" => {
            twice!(AddressList, wire, tolerance)
        }
        "envelope" => twice!(Envelope, wire, tolerance),
        "body" | "body-structure" | "invalid-body" => twice!(BodyStructure, wire, tolerance),
        "body-extension" | "body-extensions" => twice!(RawData, wire, tolerance),
        "string" | "quoted" => twice!(IString, wire, tolerance),
        "imapurl"
        | "relative-imapurl"
        | "absolute-message-path"
        | "message-path"
        | "url-command"
        | "network-path"
        | "iuid-only"
        | "auth-imapurl-full"
        | "auth-imapurl-rump"
        | "authenticated-url" => twice!(ImapUrl, wire, tolerance),
        "tag" => twice!(Tag, wire, tolerance),
        "object-id" => twice!(ObjectId, wire, tolerance),
        "partial" => twice!(Partial, wire, tolerance),
        "section-binary" => twice!(SectionBinary, wire, tolerance),
        "section" | "section-specifier" => {
            // Some sources leave the brackets out.
            let bare = !wire.starts_with(b"[");
            let wire = if bare { [b"[", wire, b"]"].concat() } else { wire.to_vec() };
            twice!(Section, &wire, tolerance)
        }
        "mutf7" => {
            return Some(mutf7::decode(wire).map(drop).map_err(|error| error.to_string()));
        }
        _ => return None,
    };
    Some(result.map_err(|error| error.render(wire).to_string()))
}

/// Every element that is read here.
const ELEMENTS: [&str; 13] = [
    "sequence-set",
    "uid-set",
    "flag",
    "flag-list",
    "mailbox",
    "date",
    "date-time",
    "modification-sequence-value",
    "address",
    "opt-addresses",
    "envelope",
    "body",
    "body-extension",
];

#[test]
fn vectors() {
    let Some(root) = corpus::root() else { return };
    let mut bad = Vec::new();
    let mut used = std::collections::BTreeSet::new();
    let mut good = 0;
    for vector in corpus::json_lines(&root.join("vectors/imap.jsonl")) {
        let wire = corpus::octets(&vector, "wire").unwrap();
        let wire = wire.strip_suffix(b"\r\n").unwrap_or(&wire);
        let element = vector["element"].as_str().unwrap();
        // Whatever it is, nothing panics, and what is printed is read again.
        for kind in ELEMENTS {
            for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
                let _ = parse(kind, wire, tolerance);
            }
            let _ = twice!(PermanentFlags, wire, Tolerance::lenient());
        }
        let decoded = vector["decoded"].as_str().unwrap_or_default();
        if element == "mutf7" && has_control(decoded) {
            assert!(mutf7::decode(wire).is_err() && mutf7::encode(decoded).is_err());
            continue;
        }
        let Some(result) = parse(element, wire, Tolerance::default()) else { continue };
        let shown = wire.escape_ascii();
        match (vector["valid"].as_bool(), result) {
            (Some(true), Err(error)) => match listed(REFUSED, element, wire) {
                Some(index) => drop(used.insert((0, index))),
                None => bad.push(format!("refused {element}: {error}")),
            },
            (Some(false), Ok(())) => match listed(ACCEPTED, element, wire) {
                Some(index) => drop(used.insert((1, index))),
                None => bad.push(format!("accepted {element}: {shown}")),
            },
            (Some(true), Ok(())) if element == "mutf7" && vector["decoded"].is_string() => {
                assert_eq!(mutf7::decode(wire).unwrap(), decoded);
                assert_eq!(mutf7::encode(decoded).unwrap(), wire);
                good += 1;
            }
            _ => good += 1,
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(good > 300, "{good}");
    for (kind, list) in [(0, REFUSED), (1, ACCEPTED)] {
        for (index, (element, part, _)) in list.iter().enumerate() {
            assert!(used.contains(&(kind, index)), "{element} {part:?} is no exception any more");
        }
    }
}

#[test]
fn patterns() {
    let Some(root) = corpus::root() else { return };
    let mut count = 0;
    for vector in corpus::json_lines(&root.join("vectors/imap.jsonl")) {
        // What a reference does to a pattern is for each server to say.
        if vector["element"] != "list-match" || vector["reference"] != "" {
            continue;
        }
        let wire = corpus::octets(&vector, "wire").unwrap();
        let name = corpus::octets(&vector, "name").unwrap();
        let matches =
            MailboxPattern::new(&wire).unwrap().matches(&Mailbox::new(&name).unwrap(), Some(b'/'));
        assert_eq!(Some(matches), vector["matches"].as_bool(), "{vector}");
        count += 1;
    }
    assert!(count >= 20, "{count}");
}

#[test]
fn names_are_decoded_in_their_mode() {
    let name = Mailbox::new("&ZeVnLIqe-").unwrap();
    assert_eq!(name.decode(Mode::REV1).unwrap(), "\u{65e5}\u{672c}\u{8a9e}");
    assert_eq!(name.decode(Mode::UTF8).unwrap(), "&ZeVnLIqe-");
}
