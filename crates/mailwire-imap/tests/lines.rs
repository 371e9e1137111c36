//! Whole lines of other projects' tests, of the RFCs and of recorded sessions: what is valid is parsed, printed
//! and parsed again; what is not is refused, or argued about here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_imap::family::idle::Done;
use mailwire_imap::framing::{CommandFramer, FrameLimits, Framed, ResponseFramer};
use mailwire_imap::{
    Code, Command, Data, Greeting, Limits, Mode, Response, SyntaxError, TaggedCommand, Tolerance,
};
use mailwire_testing::corpus;

/// Parses, prints and parses again in the same mode; the two values have to be equal.
macro_rules! twice {
    ($type:ident, $wire:expr, $mode:expr, $tolerance:expr) => {
        $type::parse_in($wire, $mode, $tolerance).map(|(value, _)| {
            let printed = value.to_bytes_in($mode);
            match $type::parse_in(&printed, $mode, Tolerance::lenient()) {
                Ok((again, _)) => assert_eq!(again, value, "{}", $wire.escape_ascii()),
                Err(error) => panic!("{}", error.render(&printed)),
            }
            assert_eq!(
                printed,
                mailwire_core::IntoOwned::into_owned(value).to_bytes_in($mode),
                "owned"
            );
        })
    };
}

/// Reads octets as what their source says they are; `None` for what is no line.
fn read(
    element: &str,
    wire: &[u8],
    mode: Mode,
    tolerance: Tolerance,
) -> Option<Result<(), SyntaxError>> {
    let server = mode.with(Mode::SERVER);
    let bare = wire.strip_suffix(b"\r\n").unwrap_or(wire);
    Some(match element {
        "command" => twice!(TaggedCommand, wire, mode, tolerance),
        "command-no-tag" | "enable" | "compress" | "search" | "fetch" | "id" => {
            twice!(Command, bare, mode, tolerance)
        }
        "response"
        | "response-line"
        | "continuation-request"
        | "tagged-response"
        | "response-data"
        | "response-fatal"
        | "fetch-responses" => twice!(Response, wire, server, tolerance),
        "response-payload"
        | "message-data"
        | "mailbox-data"
        | "enable-data"
        | "capability-data"
        | "untagged-response-status"
        | "uid-batches-response"
        | "quota"
        | "quota-root-response"
        | "metadata-response"
        | "metadata-solicited"
        | "metadata-unsolicited"
        | "resp-id" => {
            twice!(Data, bare, server, tolerance)
        }
        "greeting" => twice!(Greeting, wire, server, tolerance),
        "response-text-code" | "response-code-append" | "response-code-copy" => {
            twice!(Code, bare, server, tolerance)
        }
        "done" | "idle-done" => twice!(Done, wire, mode, tolerance),
        _ => return None,
    })
}

/// Valid by their source's word, and refused here.
const REFUSED: &[(&str, &str)] = &[
    ("KEYWORD \\\\flag", "a keyword has no backslash"),
    ("admin@xgen.in\\\")+", "the plus sign belongs to the source's test"),
    ("VANISHED 1:*", "known-uids are UIDs, and `*` is none"),
    ("VANISHED (EARLIER) 1:*", "known-uids are UIDs, and `*` is none"),
    ("* VANISHED 42,77", "the star is no part of the payload"),
    ("(TAG \\\"A143\\\")", "the source leaves the name of the response out"),
    ("Foo 18446744073709551615", "the numbers of RFC 9208 have 63 bits"),
    ("lrQswicda", "a right is a lower-case letter or a digit; RFC 4314 shows it to be refused"),
    ("SORT RETURN (UPDATE) FLAGGED", "RFC 5267 prints it without its criteria"),
    ("SORT RETURN (UPDATE COUNT) UTF-8", "RFC 5267 prints it without its criteria"),
    ("(very)(nasty)", "RFC 5259 has no space there, and ABNF one"),
    ("BINARY[3 (\\\"text/plain\\\"", "a draft's form of CONVERT"),
];

/// Refused by their source, and read here.
const ACCEPTED: &[(&str, &str)] = &[
    ("123", "an unknown command, kept as data"),
    ("something", "an unknown command, kept as data"),
    ("QUOTAROOT INBOX", "a mailbox without quota roots"),
    ("QUOTA \\\"Root\\\" (STORAGE 10)", "damage that is contained"),
    ("QUOTA \\\"Root\\\"", "Courier's quota root without its resources, by deviation"),
    ("OOPS [ALERT] hello1", "an unknown response, kept as data"),
    ("A  noop", "a space too many, by deviation"),
    ("*  search", "a space too many, by deviation"),
    ("done ", "a space at the end, by deviation"),
    ("* search ", "a space at the end, by deviation"),
    ("* 5 VANISHED", "an unknown response with a number, kept as data"),
    ("UNSEEN 0)  ", "spaces at the end, by deviation"),
    ("IMAP4REV1  ", "spaces at the end, by deviation"),
    ("AUTH=GSSAPI AUTH=PLAIN", "which capabilities are needed is for the client to say"),
    ("METADATA \\\"\\\" (/", "which entries there are is for the server to say"),
];

/// Empty octets and what stands for them in some sources.
fn is_nothing(wire: &[u8]) -> bool {
    wire.len() < 2
}

/// The exception of a list that is about these octets.
fn listed(list: &[(&str, &str)], wire: &[u8]) -> Option<usize> {
    let text = wire.escape_ascii().to_string();
    list.iter().position(|(part, _)| text.contains(part))
}

#[test]
fn vectors() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut used, mut good) = (Vec::new(), std::collections::BTreeSet::new(), 0);
    for vector in corpus::json_lines(&root.join("vectors/imap.jsonl")) {
        let wire = corpus::octets(&vector, "wire").unwrap();
        let element = vector["element"].as_str().unwrap();
        // Whatever it is, nothing panics, and what is printed is read again.
        for tolerance in [Tolerance::strict(), Tolerance::lenient()] {
            for mode in [Mode::REV1, Mode::UTF8] {
                let _ = read(element, &wire, mode, tolerance);
            }
        }
        let Some(result) = read(element, &wire, Mode::REV1, Tolerance::default()) else { continue };
        match (vector["valid"].as_bool(), result) {
            _ if is_nothing(&wire) => {}
            (Some(true), Err(error)) => match listed(REFUSED, &wire) {
                Some(index) => drop(used.insert((0, index))),
                None => bad.push(format!("refused {element}: {}", error.render(&wire))),
            },
            (Some(false), Ok(())) => match listed(ACCEPTED, &wire) {
                Some(index) => drop(used.insert((1, index))),
                None => bad.push(format!("accepted {element}: {}", wire.escape_ascii())),
            },
            _ => good += 1,
        }
    }
    assert!(bad.is_empty(), "{} bad\n{}", bad.len(), bad.join("\n"));
    assert!(good > 2000, "{good}");
    for (kind, list) in [(0, REFUSED), (1, ACCEPTED)] {
        for (index, (part, _)) in list.iter().enumerate() {
            assert!(used.contains(&(kind, index)), "{part:?} is no exception any more");
        }
    }
}

/// The frames of one side of a conversation. A literal without its octets, at the end, is left.
fn frames(server: bool, input: &[u8]) -> Vec<&[u8]> {
    let limits = Limits::default();
    let wide = FrameLimits { inline: u32::MAX, ..limits.responses() };
    let (mut commands, mut responses) = (CommandFramer::new(), ResponseFramer::new());
    let (mut rest, mut frames) = (input, Vec::new());
    loop {
        let framed =
            if server { responses.frame(rest, &wide) } else { commands.frame(rest, &wide) };
        match framed {
            Framed::Message { frame, .. } => frames.push(frame),
            Framed::Literal { .. } if server => responses.accept(),
            Framed::Literal { .. } => commands.accept(),
            Framed::More => return frames,
            Framed::Lost { fault, .. } => panic!("{fault:?} in {}", rest.escape_ascii()),
            _ => {}
        }
        rest = &rest[framed.consumed()..];
    }
}

/// The lines of a client that are no commands: SASL responses, and the end of IDLE.
fn is_answer(frame: &[u8]) -> bool {
    let line = frame.strip_suffix(b"\r\n").unwrap_or(frame);
    let base64 = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=');
    line.eq_ignore_ascii_case(b"DONE") || line == b"*" || line.iter().all(base64)
}

#[test]
fn streams() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut count) = (Vec::new(), 0);
    for entry in corpus::json_lines(&root.join("MANIFEST.jsonl")) {
        if entry["proto"] != "imap" || entry["side"] == "both" || entry["valid"] != true {
            continue;
        }
        let name = entry["file"].as_str().unwrap();
        let server = entry["side"] == "server";
        let wire = std::fs::read(root.join(name)).unwrap();
        for frame in frames(server, &wire) {
            if !server && is_answer(frame) {
                continue;
            }
            count += 1;
            let element = if server { "response" } else { "command" };
            if let Err(error) = read(element, frame, Mode::REV1, Tolerance::default()).unwrap() {
                bad.push(format!("{name}: {}", error.render(frame)));
            }
        }
    }
    assert!(bad.is_empty(), "{} of {count}\n{}", bad.len(), bad.join("\n"));
    assert!(count > 600, "{count}");
}

/// RFCs whose dialogues are those of another protocol.
const OTHERS: &[&str] = &[
    "rfc1652", "rfc1845", "rfc1854", "rfc1869", "rfc1870", "rfc1939", "rfc1985", "rfc2033",
    "rfc2034", "rfc2449", "rfc2595", "rfc2645", "rfc2821", "rfc2852", "rfc2920", "rfc3030",
    "rfc3207", "rfc3461", "rfc3865", "rfc3885", "rfc4141", "rfc4405", "rfc4468", "rfc4865",
    "rfc4954", "rfc5034", "rfc5068", "rfc5248", "rfc5321", "rfc5336", "rfc6152", "rfc6409",
    "rfc6531", "rfc6710", "rfc6856", "rfc6858", "rfc7293", "rfc7504", "rfc7505", "rfc8689",
    "rfc821",
];

/// Lines of dialogues that are misprinted, or shown to be refused.
const MISPRINTS: &[(&str, &str)] = &[
    ("FETCH . . .", "RFC 2193: what is fetched is left out"),
    (" a004 fetch", "RFC 3501: indented"),
    (" a005 store", "RFC 3501: indented"),
    (" a006 logout", "RFC 3501: indented"),
    ("lrQswicda", "RFC 4314: shown to be refused"),
    ("a005 Listrights successful", "RFC 4314: without OK"),
    ("GENURLAUTH \\\"imap:", "RFC 4467: a URL in two lines"),
    ("a1 * SEARCH", "RFC 5032: a tag and a star"),
    ("NAMESPACE ((\\\"\\\" \\\"/\\\"))((", "RFC 5255: a space is missing"),
    ("(very)(nasty)", "RFC 5259: a space is missing"),
    ("AVAILABLECONVERSIONS[2] ((", "RFC 5259: the last parenthesis is missing"),
    ("BINARY[3 (\\\"text/plain\\\"", "RFC 5259: a draft's form"),
    ("SORT RETURN (UPDATE) FLAGGED", "RFC 5267: without its criteria"),
    ("SORT RETURN (UPDATE COUNT) UTF-8", "RFC 5267: without its criteria"),
    ("RECURSIVEMATCH)\\\"\\\"", "RFC 5819: a space is missing"),
];

#[test]
fn dialogues() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut used, mut count) = (Vec::new(), std::collections::BTreeSet::new(), 0);
    for path in corpus::files(&root.join("rfc-dialogues")) {
        let name = corpus::name(&path);
        if OTHERS.contains(&name.as_str()) {
            continue;
        }
        for dialogue in corpus::json_lines(&path) {
            if dialogue["elided"] == true || dialogue["uncertain"] == true {
                continue;
            }
            // The text of a literal is a line each in print, so a side is framed as a whole.
            let lines = dialogue["lines"].as_array().unwrap();
            if lines.iter().any(corpus::is_prose) {
                continue;
            }
            for server in [false, true] {
                let said = lines.iter().filter(|line| (line["dir"] == "S") == server);
                let wire: Vec<u8> =
                    said.flat_map(|line| corpus::octets(line, "wire").unwrap()).collect();
                for frame in frames(server, &wire) {
                    if !server && is_answer(frame) {
                        continue;
                    }
                    count += 1;
                    let element = if server { "response" } else { "command" };
                    let result = read(element, frame, Mode::REV1, Tolerance::default()).unwrap();
                    match (result, listed(MISPRINTS, frame)) {
                        (Ok(()), _) => {}
                        (Err(_), Some(index)) => drop(used.insert(index)),
                        (Err(error), None) => bad.push(format!("{name}: {}", error.render(frame))),
                    }
                }
            }
        }
    }
    assert!(bad.is_empty(), "{} of {count}\n{}", bad.len(), bad.join("\n"));
    assert!(count > 1000, "{count}");
    for (index, (part, _)) in MISPRINTS.iter().enumerate() {
        assert!(used.contains(&index), "{part:?} is no exception any more");
    }
}
