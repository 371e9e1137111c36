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

#[test]
fn vectors() {
    let Some(root) = corpus::root() else { return };
    let mut bad = Vec::new();
    for vector in corpus::json_lines(&root.join("vectors/imap.jsonl")) {
        let wire = corpus::octets(&vector, "wire").unwrap();
        let element = vector["element"].as_str().unwrap();
        for tolerance in [Tolerance::strict(), Tolerance::lenient()] {
            for mode in [Mode::REV1, Mode::UTF8] {
                let _ = read(element, &wire, mode, tolerance);
            }
        }
        let Some(result) = read(element, &wire, Mode::REV1, Tolerance::default()) else { continue };
        match (&vector["valid"], result) {
            (serde_json::Value::Bool(true), Err(error)) => {
                bad.push(format!("refused {element}: {}", error.render(&wire)))
            }
            (serde_json::Value::Bool(false), Ok(())) => {
                bad.push(format!("accepted {element}: {}", wire.escape_ascii()))
            }
            _ => {}
        }
    }
    assert!(bad.is_empty(), "{}\n{}", bad.len(), bad.join("\n"));
}

/// The frames of one side of a conversation.
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
            Framed::Literal { .. } => {
                if server {
                    responses.accept()
                } else {
                    commands.accept()
                }
            }
            Framed::More => return frames,
            Framed::Lost { fault, .. } => panic!("{fault:?} in {}", rest.escape_ascii()),
            _ => {}
        }
        rest = &rest[framed.consumed()..];
    }
}

#[test]
fn streams() {
    let Some(root) = corpus::root() else { return };
    let mut bad = Vec::new();
    let mut count = 0;
    for entry in corpus::json_lines(&root.join("MANIFEST.jsonl")) {
        if entry["proto"] != "imap" || entry["side"] == "both" {
            continue;
        }
        let name = entry["file"].as_str().unwrap();
        let server = entry["side"] == "server";
        let wire = std::fs::read(root.join(name)).unwrap();
        if entry["valid"] != true {
            continue;
        }
        for frame in frames(server, &wire) {
            count += 1;
            let element = if server { "response" } else { "command" };
            if let Err(error) = read(element, frame, Mode::REV1, Tolerance::default()).unwrap() {
                bad.push(format!("{name}: {}", error.render(frame)));
            }
        }
    }
    assert!(bad.is_empty(), "{} of {count}\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn dialogues() {
    let Some(root) = corpus::root() else { return };
    let mut bad = Vec::new();
    let mut count = 0;
    for path in corpus::files(&root.join("rfc-dialogues")) {
        for dialogue in corpus::json_lines(&path) {
            for line in dialogue["lines"].as_array().unwrap() {
                if corpus::is_prose(line) || dialogue["elided"] == true {
                    continue;
                }
                let wire = corpus::octets(line, "wire").unwrap();
                let element = if line["dir"] == "S" { "response" } else { "command" };
                count += 1;
                if let Err(error) = read(element, &wire, Mode::REV1, Tolerance::default()).unwrap()
                {
                    bad.push(format!("{}: {}", corpus::name(&path), error.render(&wire)));
                }
            }
        }
    }
    assert!(bad.is_empty(), "{} of {count}\n{}", bad.len(), bad.join("\n"));
}
