//! Searches of other projects' tests, of the RFCs and of recordings: what is valid is parsed, printed and parsed
//! again; what is not is refused, or argued about here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_imap::element::mailbox_filter::MailboxFilter;
use mailwire_imap::element::partial_range::PartialRange;
use mailwire_imap::family::search::{
    Charset, Correlator, Esearch, EsearchData, FilterName, ReturnData, ReturnOption, Search,
    SearchKey,
};
use mailwire_imap::family::sort::{Sort, SortCriteria, SortCriterion};
use mailwire_imap::family::thread::Threads;
use mailwire_imap::family::uid_batches::UidBatchesData;
use mailwire_imap::{Command, Data, Mode, Response, TaggedCommand, Tolerance};
use mailwire_testing::corpus;

/// Valid by another project's word, and refused here.
const REFUSED: &[(&str, &str, &str)] = &[
    ("search-key", "()", "a group has a key"),
    ("search-key", "UIDAFTER $", "RFC 9738 has a UID"),
    ("search-key", "(OR SMALLER 444 LARGER 333) UNDELETED", "two keys"),
    ("search-modification-sequence", "priv \"/flags/", "RFC 7162 has one entry"),
    ("command", "KEYWORD \\flag", "a keyword is an atom"),
    (
        "command",
        "SORT RETURN (UPDATE) FLAGGED",
        "an example of RFC 5267 without criteria and charset",
    ),
    ("command", "SORT RETURN (UPDATE COUNT) UTF-8", "an example of RFC 5267 without criteria"),
];

/// Refused by another project, and legal here.
const ACCEPTED: &[(&str, &str, &str)] =
    &[("response", "* search ", "a space at the end of a line is tolerated")];

macro_rules! twice {
    ($type:ident, $wire:expr) => {{
        let (wire, mode, lenient) = ($wire, Mode::UTF8, Tolerance::lenient());
        $type::parse_in(wire, mode, Tolerance::default())
            .map(|(value, _)| {
                let printed = value.to_bytes_in(mode);
                match $type::parse_in(&printed, mode, lenient) {
                    Ok((again, _)) => assert_eq!(again, value, "{}", wire.escape_ascii()),
                    Err(error) => panic!("{}", error.render(&printed)),
                }
                assert_eq!(printed, value.into_owned().to_bytes_in(mode));
            })
            .map_err(|error| error.render(wire).to_string())
    }};
    (copy $type:ident, $wire:expr) => {
        $type::parse($wire)
            .map(|value| assert_eq!($type::parse(&value.to_bytes()), Ok(value)))
            .map_err(|error| error.render($wire).to_string())
    };
}

fn parse(element: &str, wire: &[u8]) -> Option<Result<(), String>> {
    let behind = |word: &str| {
        let wire = wire.strip_prefix(word.as_bytes()).unwrap_or(wire);
        [if wire.is_empty() || wire.starts_with(b" ") { &b""[..] } else { b" " }, wire].concat()
    };
    Some(match element {
        "search-key" | "search-modification-sequence" => twice!(SearchKey, wire),
        "command-suffix-search" => twice!(Search, wire),
        "command-suffix-sort" => twice!(Sort, wire),
        "command-suffix-esearch" | "extended-search-options" => twice!(Esearch, wire),
        "extended-search-source-options" => {
            twice!(Esearch, &[b" ", wire, b" ALL"].concat())
        }
        "search" => twice!(Command, wire),
        "search-return-option" | "search-return-option-extension" => twice!(ReturnOption, wire),
        "search-return-options" => twice!(Search, &[wire, b" ALL"].concat()),
        "search-return-data" | "search-return-data-partial" => twice!(ReturnData, wire),
        "search-correlator" => twice!(Correlator, wire),
        "extended-search-response" => twice!(EsearchData, &behind("ESEARCH")),
        "uid-batches-response" => twice!(UidBatchesData, &behind("UIDBATCHES")),
        "sort-criterion" => twice!(SortCriterion, wire),
        "sort-criteria" => twice!(SortCriteria, wire),
        "thread-list" | "thread-data" => twice!(Threads, &behind("")),
        "mailbox-filter" | "filter-mailboxes" => twice!(MailboxFilter, wire),
        "partial-range" => twice!(copy PartialRange, wire),
        "charset" => twice!(Charset, wire),
        "filter-name" => twice!(FilterName, wire),
        "command" => {
            let line = [wire, b"\r\n"].concat();
            let searches = |command: &Command<'_>| {
                let other = command.to_bytes().to_ascii_uppercase();
                let other = other.strip_prefix(b"UID ").unwrap_or(&other);
                [&b"SEARCH"[..], b"SORT", b"THREAD", b"ESEARCH", b"CANCELUPDATE", b"UIDBATCHES"]
                    .iter()
                    .any(|verb| other.starts_with(verb))
            };
            let verb = String::from_utf8_lossy(wire).to_ascii_uppercase();
            let verb = verb.split(' ').skip(1).find(|word| *word != "UID")?.trim().to_owned();
            if !["SEARCH", "SORT", "THREAD", "ESEARCH", "CANCELUPDATE", "UIDBATCHES"]
                .contains(&verb.as_str())
            {
                return None;
            }
            let result = twice!(TaggedCommand, &line);
            if result.is_ok() {
                let (parsed, _) =
                    TaggedCommand::parse_in(&line, Mode::UTF8, Tolerance::default()).unwrap();
                assert!(searches(&parsed.command), "{}", line.escape_ascii());
            }
            result
        }
        "response" => {
            let text = String::from_utf8_lossy(wire).to_ascii_uppercase();
            let verb = text.strip_prefix("* ")?.split([' ', '\r']).next()?.to_owned();
            if !["SEARCH", "SORT", "THREAD", "ESEARCH", "UIDBATCHES"].contains(&verb.as_str()) {
                return None;
            }
            let line = [wire, b"\r\n"].concat();
            let result = twice!(Response, &line);
            if let Ok((Response::Data(Data::Esearch(found)), _)) =
                Response::parse_in(&line, Mode::UTF8, Tolerance::default())
            {
                let invalid = |data: ReturnData<'_>| matches!(data, ReturnData::Invalid(_));
                if found.data.iter().any(invalid) {
                    return Some(Err(format!("invalid data: {text}")));
                }
            }
            result
        }
        _ => return None,
    })
}

/// The exception of a list that is about these octets.
fn listed(list: &[(&str, &str, &str)], element: &str, wire: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(wire);
    list.iter().position(|(kind, part, _)| *kind == element && text.contains(part))
}

#[test]
fn vectors() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut good) = (Vec::new(), 0);
    let mut used = std::collections::BTreeSet::new();
    for vector in corpus::json_lines(&root.join("vectors/imap.jsonl")) {
        let wire = corpus::octets(&vector, "wire").unwrap();
        let wire = wire.strip_suffix(b"\r\n").unwrap_or(&wire);
        let element = vector["element"].as_str().unwrap();
        let Some(result) = parse(element, wire) else { continue };
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

/// The octets of one side, in one piece.
fn side(session: &[serde_json::Value], dir: &str) -> Vec<u8> {
    let chunks = session.iter().filter(|step| step["dir"] == dir);
    chunks.filter_map(|step| step["b64"].as_str()).flat_map(corpus::base64).collect()
}

/// The lines of a stream, each with its literals.
fn lines(mut stream: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    while !stream.is_empty() {
        let mut end = 0;
        loop {
            let behind = &stream[end..];
            let Some(crlf) = behind.windows(2).position(|two| two == b"\r\n") else { return lines };
            let literal = behind[..crlf].strip_suffix(b"}").and_then(|line| {
                let open = line.iter().rposition(|octet| *octet == b'{')?;
                let size = String::from_utf8(line[open + 1..].to_vec()).ok()?;
                size.trim_end_matches('+').parse::<usize>().ok()
            });
            end += crlf + 2;
            match literal {
                Some(size) if end + size <= stream.len() => end += size,
                Some(_) => return lines,
                None => break,
            }
        }
        let (line, rest) = stream.split_at(end);
        lines.push(line);
        stream = rest;
    }
    lines
}

#[test]
fn recordings() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut commands, mut answers) = (Vec::new(), 0, 0);
    for file in std::fs::read_dir(root.join("recordings/imap")).unwrap() {
        let path = file.unwrap().path();
        let session = corpus::json_lines(&path);
        let (client, server) = (side(&session, "C"), side(&session, "S"));
        let text = String::from_utf8_lossy(&server).into_owned();
        for line in lines(&client) {
            let line = line.strip_suffix(b"\r\n").unwrap();
            let Some(result) = parse("command", line) else { continue };
            let tag = String::from_utf8_lossy(line).split(' ').next().unwrap().to_owned();
            match result {
                Ok(()) => commands += 1,
                // What the server does not take either is no command.
                Err(_) if text.contains(&format!("\n{tag} BAD")) => {}
                Err(error) => bad.push(format!("{}: {error}", path.display())),
            }
        }
        for line in server.split_inclusive(|octet| *octet == b'\n') {
            let Some(line) = line.strip_suffix(b"\r\n") else { continue };
            match parse("response", line) {
                Some(Ok(())) => answers += 1,
                Some(Err(error)) => bad.push(format!("{}: {error}", path.display())),
                None => {}
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(commands > 100 && answers > 100, "{commands} {answers}");
}
