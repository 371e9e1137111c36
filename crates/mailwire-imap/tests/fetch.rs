//! FETCH and STORE of other projects' tests and of recordings: what is valid is parsed, printed and parsed
//! again, and cut at its literals without a change.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use mailwire_imap::element::annotation::AnnotationData;
use mailwire_imap::element::partial_range::PartialRange;
use mailwire_imap::family::fetch::stream::{FetchProgress, parse_head, parse_tail};
use mailwire_imap::family::fetch::{
    Fetch, FetchAttribute, FetchAttributes, FetchData, FetchItem, FetchModifier,
};
use mailwire_imap::family::store::{Store, StoreAction, StoreModifier};
use mailwire_imap::{Command, Data, Mode, Response, SyntaxError, TaggedCommand, Tolerance};
use mailwire_testing::corpus;

/// How items begin that are invalid here, and why.
const INVALID: &[(&str, &str)] = &[
    ("BODY[2] ", "the value is missing: Yandex"),
    ("BODY[0]", "the answer to a section that is none: Dovecot"),
    ("BODY[1.0]", "the answer to a section that is none: Dovecot"),
    ("BINARY[HEADER]", "the answer to a part that is none: Dovecot"),
    ("BINARY[1.MIME]", "the answer to a part that is none: Dovecot"),
    ("*", "a response begins in another"),
];

/// Commands of recordings that are wrong on purpose.
const REFUSED: &[&str] = &[
    "FETCH 1:3 (ALL)",
    "FETCH 0 FLAGS",
    "FETCH 1 ()",
    "FETCH 1\r",
    "FETCH x FLAGS",
    "FETCH 4294967296 UID",
    "FETCH 1 BINARY.PEEK[HEADER]",
    "FETCH 1 BINARY.PEEK[1.MIME]",
    "FETCH 1 FLAGS (CHANGEDSINCE x)",
    "FETCH 1 (FLAGS\r",
    "FETCH 1 FLAGS)",
    "FETCH 1 BODY[\r",
    "FETCH 1 BODY.PEEK[0]",
    "FETCH 1 BODY.PEEK[MIME]",
    "FETCH 1 BODY.PEEK[BOGUS]",
    "FETCH 1 BODY.PEEK[1.BOGUS]",
    "FETCH 1 BODY.PEEK[HEADER.FIELDS]",
    "FETCH 1 BODY.PEEK[HEADER.FIELDS ()]",
    "FETCH 1 BODY.PEEK[1.0]",
    "FETCH 1 BODY.PEEK[TEXT.1]",
    "FETCH 1 BODY.PEEK[ ]",
    "FETCH 1 BODY.PEEK[-1]",
];

/// Parses, prints and parses again; the two values have to be equal.
macro_rules! twice {
    ($type:ident, $wire:expr) => {
        $type::parse_with($wire, Tolerance::default()).map(|(value, _)| {
            let printed = value.to_bytes_in(Mode::SERVER);
            match $type::parse_with(&printed, Tolerance::default()) {
                Ok((again, _)) => assert_eq!(again, value, "{}", $wire.escape_ascii()),
                Err(error) => panic!("{}", error.render(&printed)),
            }
            let owned = mailwire_core::IntoOwned::into_owned(value);
            assert_eq!(printed, owned.to_bytes_in(Mode::SERVER));
            owned
        })
    };
}

fn element(name: &str, wire: &[u8]) -> Option<Result<(), SyntaxError>> {
    let bare = wire.strip_prefix(b" ").unwrap_or(wire);
    Some(match name {
        "fetch-att" | "fetch-attribute" => twice!(FetchAttribute, wire).map(drop),
        "fetch-attribute-list" => twice!(FetchAttributes, wire).map(drop),
        "fetch-modifier" | "changed-since-modifier" => twice!(FetchModifier, wire).map(drop),
        "message-attribute" => twice!(FetchItem, wire).map(drop),
        "annotation-list" => twice!(AnnotationData, wire).map(drop),
        "partial-range" => twice!(PartialRange, wire).map(drop),
        "command-suffix-fetch" => twice!(Fetch, bare).map(drop),
        "command-suffix-store" => twice!(Store, bare).map(drop),
        "store-modifier" | "unchanged-since-modifier" => twice!(StoreModifier, wire).map(drop),
        "store-data" | "store-flags" | "store-gmail-labels" => match twice!(StoreAction, wire) {
            // An action of another name is kept, and is none of these.
            Ok(StoreAction::Other(_)) => Err(SyntaxError { rule: "store-att-flags", at: 0 }),
            action => action.map(drop),
        },
        _ => return None,
    })
}

#[test]
fn vectors() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut good) = (Vec::new(), 0);
    for vector in corpus::json_lines(&root.join("vectors/imap.jsonl")) {
        let wire = corpus::octets(&vector, "wire").unwrap();
        let wire = wire.strip_suffix(b"\r\n").unwrap_or(&wire);
        let name = vector["element"].as_str().unwrap();
        let Some(result) = element(name, wire) else { continue };
        match (vector["valid"].as_bool(), result) {
            (Some(true), Err(error)) => bad.push(format!("refused {name}: {}", error.render(wire))),
            // A modifier of any name is one; nothing more is said by these.
            (Some(false), Ok(())) if wire == b"TEST" => {}
            (Some(false), Ok(())) => bad.push(format!("accepted {name}: {}", wire.escape_ascii())),
            _ => good += 1,
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(good > 120, "{good}");
}

/// A frame, and where the octets of its literals stand in it.
type Frame<'a> = (&'a [u8], Vec<(usize, usize)>);

/// The frames of a stream: lines, each with its literals.
fn frames(mut stream: &[u8]) -> Vec<Frame<'_>> {
    let mut frames = Vec::new();
    while !stream.is_empty() {
        let (mut end, mut literals) = (0, Vec::new());
        loop {
            let Some(line) = stream[end..].iter().position(|octet| *octet == b'\n') else {
                return frames;
            };
            let text = stream[end..end + line].strip_suffix(b"\r").unwrap_or_default();
            end += line + 1;
            let Some(size) = literal(text).filter(|size| *size <= stream.len() - end) else {
                break;
            };
            literals.push((end, size));
            end += size;
        }
        frames.push((&stream[..end], literals));
        stream = &stream[end..];
    }
    frames
}

/// The size of a literal whose header ends a line.
fn literal(line: &[u8]) -> Option<usize> {
    let inside = line.strip_suffix(b"}")?;
    let at = inside.iter().rposition(|octet| *octet == b'{')?;
    std::str::from_utf8(&inside[at + 1..]).ok()?.trim_end_matches('+').parse().ok()
}

fn fetch_data(response: Response<'_>) -> Option<FetchData<'_>> {
    match response {
        Response::Data(Data::Fetch(fetch) | Data::UidFetch(fetch)) => Some(fetch),
        _ => None,
    }
}

/// All streams that a server or a client sends in the corpus.
fn streams(server: bool) -> Vec<Vec<u8>> {
    let Some(root) = corpus::root() else { return Vec::new() };
    let mut streams = Vec::new();
    let folder = root.join(if server { "imap/responses" } else { "imap/commands" });
    for file in std::fs::read_dir(folder).unwrap() {
        streams.push(std::fs::read(file.unwrap().path()).unwrap());
    }
    for file in std::fs::read_dir(root.join("recordings/imap")).unwrap() {
        let mut stream = Vec::new();
        for chunk in corpus::json_lines(&file.unwrap().path()) {
            if chunk["dir"] == if server { "S" } else { "C" } && chunk["b64"].is_string() {
                stream.extend(corpus::base64(chunk["b64"].as_str().unwrap()));
            }
        }
        streams.push(stream);
    }
    for vector in corpus::json_lines(&root.join("vectors/imap.jsonl")) {
        let kind = vector["element"].as_str().unwrap();
        let wanted = if server {
            matches!(kind, "response" | "fetch-responses" | "response-line")
        } else {
            matches!(kind, "command")
        };
        if wanted && vector["valid"] == true {
            streams.push(corpus::octets(&vector, "wire").unwrap());
        }
    }
    streams
}

#[test]
fn responses() {
    let (mut count, mut cut) = (0, 0);
    let mut invalid = BTreeSet::new();
    let mut refused = Vec::new();
    for stream in streams(true) {
        for (frame, literals) in frames(&stream) {
            let words: Vec<_> = frame.splitn(4, |octet| *octet == b' ').take(3).collect();
            let name = words.get(2).copied().unwrap_or_default().to_ascii_uppercase();
            if words[0] != b"*" || !(name == b"FETCH" || name == b"UIDFETCH") {
                continue;
            }
            let response = match twice!(Response, frame) {
                Ok(response) => response,
                Err(error) => {
                    refused.push(error.render(frame).to_string());
                    continue;
                }
            };
            count += 1;
            let fetch = fetch_data(response).unwrap();
            for item in fetch.invalid() {
                let text = item.as_bytes().escape_ascii().to_string();
                let known = INVALID.iter().position(|(wire, _)| text.starts_with(wire));
                invalid.insert(known.ok_or(text));
            }
            cut += usize::from(is_the_same_in_pieces(frame, &literals, &fetch));
        }
    }
    if corpus::root().is_none() {
        return;
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    let known = (0..INVALID.len()).map(Ok);
    assert!(invalid.iter().cloned().eq(known), "{invalid:#?}");
    assert!(count > 300 && cut > 50, "{count} {cut}");
}

/// Cuts a message at the literals that items have as their values.
fn is_the_same_in_pieces(frame: &[u8], literals: &[(usize, usize)], whole: &FetchData<'_>) -> bool {
    let tolerance = Tolerance::default();
    let mut head = None;
    let mut at = 0;
    for &(place, size) in literals {
        let piece = &frame[at..place];
        head = match head {
            None => match parse_head(piece, Mode::REV1, tolerance) {
                Ok((head, _)) => Some(head),
                Err(_) => return false,
            },
            Some(head) => {
                // A literal of another item stays in its frame.
                let Ok((tail, _)) = parse_tail(piece, Mode::REV1, tolerance) else { return false };
                let FetchProgress::More(more) =
                    mailwire_imap::family::fetch::FetchHead::join(head, tail)
                else {
                    return false;
                };
                Some(more)
            }
        };
        assert_eq!(head.as_ref().map(|head| head.octets()), Some(size as u64));
        at = place + size;
    }
    let Some(head) = head else { return false };
    let (tail, _) = parse_tail(&frame[at..], Mode::REV1, tolerance).unwrap();
    let FetchProgress::Done(data) = head.join(tail) else { panic!() };
    let fetch = fetch_data(Response::Data(data)).unwrap();
    assert_eq!(fetch.message, whole.message);
    let names = |fetch: &FetchData<'_>| fetch.items().map(FetchItem::name).collect::<Vec<_>>();
    assert_eq!(names(&fetch), names(whole));
    for (one, other) in fetch.items().zip(whole.items()) {
        assert!(one.is_streamed() || one == other);
    }
    true
}

#[test]
fn commands() {
    let mut count = 0;
    let (mut refused, mut used) = (Vec::new(), BTreeSet::new());
    for stream in streams(false) {
        for (frame, _) in frames(&stream) {
            let text = String::from_utf8_lossy(frame).to_ascii_uppercase();
            let mut words = text.split(' ').skip(1);
            let verb = match words.next() {
                Some("UID") => words.next(),
                verb => verb,
            };
            if !matches!(verb, Some("FETCH" | "STORE")) {
                continue;
            }
            match twice!(TaggedCommand, frame).map(|tagged| tagged.command) {
                Ok(
                    Command::Fetch(_)
                    | Command::UidFetch(_)
                    | Command::Store(_)
                    | Command::UidStore(_),
                ) => count += 1,
                Ok(other) => panic!("{other:?}"),
                Err(error) => {
                    let text = String::from_utf8_lossy(frame);
                    match REFUSED.iter().position(|part| text.contains(part)) {
                        Some(at) => drop(used.insert(at)),
                        None => refused.push(error.render(frame).to_string()),
                    }
                }
            }
        }
    }
    if corpus::root().is_none() {
        return;
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(used.len() == REFUSED.len(), "{used:?}");
    assert!(count > 200, "{count}");
}
