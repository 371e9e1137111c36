//! The commands and responses about mailboxes in other projects' tests and in recorded sessions: what is
//! valid is parsed, printed and parsed again; what is not is refused, or argued about here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use mailwire_imap::{Command, Data, Deviation, Response, TaggedCommand, Tolerance};
use mailwire_testing::corpus;
use proptest::prelude::*;

/// Verbs and names of the families that are looked at.
const NAMES: &[&str] = &[
    "SELECT",
    "EXAMINE",
    "CREATE",
    "DELETE",
    "RENAME",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "LIST",
    "LSUB",
    "XLIST",
    "RLIST",
    "RLSUB",
    "NAMESPACE",
    "STATUS",
    "SETACL",
    "DELETEACL",
    "GETACL",
    "LISTRIGHTS",
    "MYRIGHTS",
    "GETQUOTA",
    "GETQUOTAROOT",
    "SETQUOTA",
    "GETMETADATA",
    "SETMETADATA",
    "GETANNOTATION",
    "SETANNOTATION",
    "COPY",
    "MOVE",
    "EXPUNGE",
    "ACL",
    "QUOTA",
    "QUOTAROOT",
    "METADATA",
    "ANNOTATION",
    "VANISHED",
    "CLOSE",
    "UNSELECT",
];

/// Valid by another project's word, and refused here.
const REFUSED: &[(&str, &str)] = &[
    ("Foo 18446744073709551615", "limits have 63 bits (RFC 9208)"),
    ("lrQswicda", "rights in upper case get BAD (RFC 4314 section 3.1)"),
];

/// Refused by another project, and legal here.
const ACCEPTED: &[(&str, &str)] =
    &[("UNSEEN 0)  \r\n", "blanks at the end of a line are tolerated, one or two")];

/// Commands that break the grammar, and that a recorded server answered with OK.
const LAX: &[(&str, &str)] = &[
    ("SETMETADATA INBOX ()", "there is at least one entry (RFC 5464 section 5)"),
    ("NAMESPACE x", "NAMESPACE has no arguments"),
];

fn is_ours(line: &[u8]) -> bool {
    let words = line.split(|octet| matches!(octet, b' ' | b'\r'));
    let mut words = words.skip(1).filter(|word| !word.eq_ignore_ascii_case(b"UID"));
    let word = words.next().unwrap_or_default().to_ascii_uppercase();
    NAMES.iter().any(|name| name.as_bytes() == word)
}

/// Parses, prints and parses again.
fn twice(line: &[u8], server: bool, tolerance: Tolerance) -> Result<(), String> {
    let shown = line.escape_ascii().to_string();
    let error = |error: mailwire_imap::SyntaxError| error.render(line).to_string();
    if server {
        let (response, _) = Response::parse_with(line, tolerance).map_err(error)?;
        assert!(!matches!(response, Response::Data(Data::Other(_))), "{shown}");
        let printed = response.to_bytes();
        let again = Response::parse_with(&printed, Tolerance::lenient());
        assert_eq!(again.as_ref().map(|(again, _)| again), Ok(&response), "{shown}");
        assert_eq!(response.clone().into_owned(), response);
    } else {
        let (command, _) = TaggedCommand::parse_with(line, tolerance).map_err(error)?;
        assert!(!matches!(command.command, Command::Other(_)), "{shown}");
        let printed = command.to_bytes();
        let again = TaggedCommand::parse_with(&printed, Tolerance::lenient());
        assert_eq!(again.as_ref().map(|(again, _)| again), Ok(&command), "{shown}");
        assert_eq!(command.clone().into_owned(), command);
    }
    Ok(())
}

fn listed(list: &'static [(&str, &str)], line: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(line);
    list.iter().map(|(part, _)| *part).find(|part| text.contains(part))
}

#[test]
fn vectors() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut good) = (Vec::new(), 0);
    let mut used = BTreeSet::new();
    for vector in corpus::json_lines(&root.join("vectors/imap.jsonl")) {
        let server = match vector["element"].as_str() {
            Some("command") => false,
            Some("response") => true,
            _ => continue,
        };
        let line = corpus::octets(&vector, "wire").unwrap();
        if !is_ours(&line) || server && !line.starts_with(b"* ") {
            continue;
        }
        let _ = twice(&line, server, Tolerance::strict());
        let _ = twice(&line, server, Tolerance::lenient());
        let result = twice(&line, server, Tolerance::default());
        match (vector["valid"].as_bool(), result) {
            (Some(true), Err(error)) => match listed(REFUSED, &line) {
                Some(part) => drop(used.insert(part)),
                None => bad.push(format!("refused: {error}")),
            },
            (Some(false), Ok(())) => match listed(ACCEPTED, &line) {
                Some(part) => drop(used.insert(part)),
                None => bad.push(format!("accepted: {}", line.escape_ascii())),
            },
            _ => good += 1,
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(good > 300, "{good}");
    for (part, _) in REFUSED.iter().chain(ACCEPTED) {
        assert!(used.contains(part), "{part:?} is no exception any more");
    }
}

/// The octets of one direction of a recorded session.
fn sent(steps: &[serde_json::Value], side: &str) -> Vec<u8> {
    let steps = steps.iter().filter(|step| step["dir"] == side);
    steps.filter_map(|step| step["b64"].as_str()).flat_map(corpus::base64).collect()
}

/// Octets in lines; lines with literals are left out.
fn lines(chunks: &[u8]) -> impl Iterator<Item = &[u8]> {
    chunks.split_inclusive(|octet| *octet == b'\n').filter(|line| !line.ends_with(b"}\r\n"))
}

#[test]
fn recordings() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut good) = (BTreeSet::new(), 0);
    for entry in std::fs::read_dir(root.join("recordings/imap")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains("compress") {
            continue;
        }
        let steps = corpus::json_lines(&path);
        let [client, server] = ["C", "S"].map(|side| sent(&steps, side));
        // What is refused here was refused by the server of the recording, too.
        let refused = |line: &[u8]| {
            let tag = line.split(|octet| *octet == b' ').next().unwrap_or_default();
            lines(&server).any(|answer| {
                let answer = answer.strip_prefix(tag).unwrap_or_default();
                answer.starts_with(b" BAD") || answer.starts_with(b" NO")
            })
        };
        for line in lines(&client).filter(|line| is_ours(line)) {
            match twice(line, false, Tolerance::default()) {
                Ok(()) => good += 1,
                Err(_) if refused(line) || listed(LAX, line).is_some() => {}
                Err(error) => drop(bad.insert(format!("{name}: {error}"))),
            }
        }
        for line in lines(&server).filter(|line| line.starts_with(b"* ") && is_ours(line)) {
            match twice(line, true, Tolerance::default()) {
                Ok(()) => good += 1,
                Err(error) => drop(bad.insert(format!("{name}: {error}"))),
            }
        }
    }
    assert!(good > 500, "{good}");
    assert!(bad.is_empty(), "{}", bad.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn streams() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut good) = (BTreeSet::new(), 0);
    for file in corpus::json_lines(&root.join("MANIFEST.jsonl")) {
        let name = file["file"].as_str().unwrap();
        let server = name.starts_with("imap/responses/");
        if !(server || name.starts_with("imap/commands/")) || file["valid"] != true {
            continue;
        }
        let octets = std::fs::read(root.join(name)).unwrap();
        for line in lines(&octets).filter(|line| is_ours(line)) {
            if server != line.starts_with(b"* ") {
                continue;
            }
            match twice(line, server, Tolerance::default()) {
                Ok(()) => good += 1,
                Err(error) => drop(bad.insert(format!("{name}: {error}"))),
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.into_iter().collect::<Vec<_>>().join("\n"));
    assert!(good > 100, "{good}");
}

/// What lines of these families are made of.
const WORDS: &[&str] = &[
    "(",
    ")",
    "(",
    ")",
    " ",
    " ",
    " ",
    "\"",
    "\\",
    "NIL",
    "a",
    "/a",
    "/",
    "\"/\"",
    "INBOX",
    "\\Sent",
    "{1}\r\n",
    "~{1}\r\n",
    "1",
    "0",
    "7:5",
    "1:*",
    "*",
    "%",
    ",",
    "+",
    "-x",
    "lrs",
    "\"a b\"",
    "\"CHILDINFO\"",
    "\"OLDNAME\"",
    "(\"SUBSCRIBED\")",
    "STATUS",
    "MESSAGES 1",
    "MAILBOXID (F1)",
    "RETURN (",
    "METADATA",
    "SUBSCRIBED",
    "QRESYNC",
    "CONDSTORE",
    "DEPTH 1",
    "USE",
    "STORAGE 1 2",
    "\"TRANSLATION\"",
    "(EARLIER)",
    "\t",
    "\u{e9}",
    "X-Y",
    "(a)",
    "/shared/a \"b\"",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn what_was_read_is_written(
        name in 0..NAMES.len(),
        words in proptest::collection::vec(0..WORDS.len(), 0..14),
        server: bool,
    ) {
        let words: String = words.iter().map(|word| WORDS[*word]).collect();
        let name = NAMES[name];
        let line = format!("{} {name} {words}\r\n", if server { "*" } else { "a" });
        for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
            if server {
                let Ok((response, _)) = Response::parse_with(line.as_bytes(), tolerance) else { continue };
                // What is not of these families is for others to write.
                if matches!(response, Response::Data(Data::Other(_))) {
                    continue;
                }
                let printed = response.to_bytes();
                let again = Response::parse_with(&printed, tolerance);
                prop_assert_eq!(again.as_ref().map(|(again, _)| again), Ok(&response));
                prop_assert_eq!(response.clone().into_owned(), response);
            } else {
                let Ok((command, _)) = TaggedCommand::parse_with(line.as_bytes(), tolerance) else { continue };
                if matches!(command.command, Command::Other(_)) {
                    continue;
                }
                let printed = command.to_bytes();
                // A command is written in legal form, but for a 0.
                let again = TaggedCommand::parse_with(&printed, Tolerance::strict().with(Deviation::ZeroNumber));
                prop_assert_eq!(again.as_ref().map(|(again, _)| again), Ok(&command));
                prop_assert_eq!(command.clone().into_owned(), command);
            }
        }
    }
}

/// A line of each command and response, as it is written.
const LINES: &[&str] = &[
    "a SELECT INBOX (CONDSTORE)",
    "a EXAMINE \"a b\"",
    "a CREATE Sent (USE (\\Sent))",
    "a DELETE INBOX/a",
    "a RENAME a \"b c\"",
    "a SUBSCRIBE a",
    "a UNSUBSCRIBE a",
    "a LIST (SUBSCRIBED) \"\" (INBOX %) RETURN (CHILDREN)",
    "a LSUB \"\" *",
    "a XLIST \"\" *",
    "a RLIST \"\" %",
    "a RLSUB \"\" %",
    "a NAMESPACE",
    "a STATUS INBOX (MESSAGES)",
    "a SETACL INBOX fred -w",
    "a DELETEACL INBOX -fred",
    "a GETACL INBOX",
    "a LISTRIGHTS INBOX fred",
    "a MYRIGHTS INBOX",
    "a GETQUOTA \"\"",
    "a GETQUOTAROOT INBOX",
    "a SETQUOTA \"\" (STORAGE 512)",
    "a GETMETADATA (MAXSIZE 1024) INBOX /shared/comment",
    "a SETMETADATA \"\" (/shared/comment NIL)",
    "a GETANNOTATION * \"/comment\" \"value\"",
    "a SETANNOTATION INBOX \"/comment\" (\"value.priv\" \"x\")",
    "a COPY 2:4 a",
    "a UID COPY 2:4 a",
    "a MOVE $ a",
    "a UID MOVE 2:4 a",
    "a EXPUNGE",
    "a UID EXPUNGE 3:5",
    "a CLOSE",
    "a UNSELECT",
    "* LIST (\\Noselect) \"/\" a (\"OLDNAME\" (b))",
    "* LSUB () \".\" a",
    "* XLIST (\\Inbox) NIL INBOX",
    "* NAMESPACE ((\"\" \"/\")) NIL NIL",
    "* STATUS \"a b\" (MESSAGES 231 MAILBOXID (F1))",
    "* ACL INBOX fred lrs",
    "* LISTRIGHTS INBOX fred la r",
    "* MYRIGHTS INBOX lrswipkxtea",
    "* QUOTA \"\" (STORAGE 54 512)",
    "* QUOTAROOT INBOX \"\"",
    "* METADATA INBOX (/shared/comment \"x\")",
    "* ANNOTATION INBOX \"/comment\" (\"value.priv\" \"x\")",
    "* VANISHED (EARLIER) 41,43:116",
    "* OK [MAILBOXID (F1)] Ok",
    "* OK [ANNOTATIONS 20480 NOPRIVATE] Ok",
    "a OK [COPYUID 38505 304,319:320 3956:3958] Done",
    "a NO [METADATA MAXSIZE 1024] Too large",
];

#[test]
fn every_name_in_both_directions() {
    let mut seen = BTreeSet::new();
    for line in LINES {
        let wire = format!("{line}\r\n");
        let octets = wire.as_bytes();
        if wire.starts_with("* ") || wire.contains('[') {
            let (response, _) = Response::parse_with(octets, Tolerance::strict()).unwrap();
            assert!(!matches!(response, Response::Data(Data::Other(_))), "{line}");
            assert_eq!(response.to_bytes(), octets, "{line}");
        } else {
            let (command, _) = TaggedCommand::parse_with(octets, Tolerance::strict()).unwrap();
            assert!(!matches!(command.command, Command::Other(_)), "{line}");
            assert_eq!(command.to_bytes(), octets, "{line}");
        }
        seen.extend(line.split(' ').skip(1).find(|word| *word != "UID"));
    }
    for name in NAMES {
        assert!(seen.contains(name), "{name} has no line");
    }
}
