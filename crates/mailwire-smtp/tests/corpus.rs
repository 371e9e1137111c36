//! The wire bytes of other projects' tests and of the RFCs: what is valid is parsed, printed and
//! parsed again; what is not is refused, or argued about here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_smtp::element::path::ReversePath;
use mailwire_smtp::family::greeting::Greeting;
use mailwire_smtp::family::hello::{EhloReply, Keyword};
use mailwire_smtp::{Command, Reply, Tolerance, body, sasl};
use mailwire_testing::corpus;

/// Valid by another project's word, and refused here.
const REFUSED: &[(&str, &str)] = &[
    ("MTRK=my-ceritifier", "RFC 3885 has base64 there, which has no hyphen"),
    ("MTRK=other-certifier", "RFC 3885 has base64 there, which has no hyphen"),
    ("BY=-10;RT", "RFC 2852 has no return for a time that is over"),
    ("HOLDUNTIL=12345", "RFC 4865 has a date there, and no seconds"),
    ("RRVS=2020-03-19T11:13:00Z;ign0r3", "the deviation RrvsOtherAction is off by default"),
    ("220-smtp.example.com ESMTP Server", "a misprint of RFC 4954 for 220 and a space"),
    ("foo@bar\"aa", "a quoted string does not stand in a domain"),
];

/// Refused by another project, and legal here.
const ACCEPTED: &[(&str, &str)] = &[
    ("VRFY \"\"", "a quoted string may be empty"),
    ("EXPN \"\"", "a quoted string may be empty"),
    ("ATRN\r\n", "the list of domains is optional in RFC 2645"),
    ("X-SPECIAL", "a verb that is not known is kept as data"),
    ("HELLO=WORLD", "a parameter that is not known is kept as data"),
    ("AUTH=\r\n", "the deviation EmptyAuthParameter is on by default"),
];

/// The exception of a list that is about these octets.
fn listed(list: &[(&'static str, &str)], wire: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(wire);
    list.iter().map(|(part, _)| *part).find(|part| text.contains(part))
}

/// Parses, prints and parses again; the two values have to be equal.
macro_rules! twice {
    ($type:ident, $wire:expr, $tolerance:expr) => {
        $type::parse_with($wire, $tolerance).map(|(value, _)| {
            let printed = value.to_bytes();
            match $type::parse_with(&printed, $tolerance) {
                Ok((again, _)) => assert_eq!(again, value, "{}", $wire.escape_ascii()),
                Err(error) => panic!("{}", error.render(&printed)),
            }
            let canonical = value.to_bytes();
            assert_eq!(canonical, value.into_owned().to_bytes());
        })
    };
}

fn parse(element: &str, wire: &[u8], tolerance: Tolerance) -> Option<Result<(), String>> {
    let result = match element {
        "command" => twice!(Command, wire, tolerance),
        "reply" => twice!(Reply, wire, tolerance),
        "ehlo-reply" => twice!(EhloReply, wire, tolerance),
        "ehlo-line" => twice!(Keyword, wire.trim_ascii_end(), tolerance),
        "greeting" => twice!(Greeting, wire, tolerance),
        "reverse-path" => twice!(ReversePath, wire, tolerance),
        "sasl-response-line" => {
            let line = wire.strip_suffix(b"\r\n").unwrap_or(wire);
            return Some(sasl::parse_response(line).map(drop).map_err(|error| error.to_string()));
        }
        _ => return None,
    };
    Some(result.map_err(|error| error.render(wire).to_string()))
}

#[test]
fn vectors() {
    let Some(root) = corpus::root() else { return };
    let mut bad = Vec::new();
    let mut used = std::collections::BTreeSet::new();
    let mut good = 0;
    for vector in corpus::json_lines(&root.join("vectors/smtp.jsonl")) {
        let wire = corpus::octets(&vector, "wire").unwrap();
        let element = vector["element"].as_str().unwrap();
        // Whatever it is, nothing panics, and what is printed is read again.
        for kind in ["command", "reply", "ehlo-reply", "ehlo-line", "greeting", "reverse-path"] {
            for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
                let _ = parse(kind, &wire, tolerance);
            }
        }
        let Some(result) = parse(element, &wire, Tolerance::default()) else { continue };
        let shown = wire.escape_ascii();
        match (vector["valid"].as_bool(), result) {
            (Some(true), Err(error)) => match listed(REFUSED, &wire) {
                Some(part) => drop(used.insert(part)),
                None => bad.push(format!("refused {element}: {error}")),
            },
            (Some(false), Ok(())) => match listed(ACCEPTED, &wire) {
                Some(part) => drop(used.insert(part)),
                None => bad.push(format!("accepted {element}: {shown}")),
            },
            _ => good += 1,
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(good > 300, "{good}");
    for (part, _) in REFUSED.iter().chain(ACCEPTED) {
        assert!(used.contains(part), "the exception {part:?} is needed no more");
    }
}

#[test]
fn dotted_data_is_decoded() {
    let Some(root) = corpus::root() else { return };
    let mut count = 0;
    for vector in corpus::json_lines(&root.join("vectors/smtp.jsonl")) {
        if vector["element"] != "data-dot-stuffed" {
            continue;
        }
        let wire = corpus::octets(&vector, "wire").unwrap();
        let mut decoder = body::DotDecoder::new(body::Findings::BARE);
        let (mut taken, mut data, mut end) = (0, Vec::new(), false);
        while !end && taken < wire.len() {
            let dotted = decoder.decode(&wire[taken..]);
            data.extend_from_slice(dotted.data);
            (taken, end) = (taken + dotted.consumed, dotted.end);
        }
        if vector["valid"] == true {
            assert!(end, "{}", wire.escape_ascii());
            if let Some(decoded) = corpus::octets(&vector, "decoded") {
                // That project counts the last line end to the end mark.
                let data = data.strip_suffix(b"\r\n").unwrap_or(&data);
                assert_eq!(data.escape_ascii().to_string(), decoded.escape_ascii().to_string());
            }
        } else if end {
            // An attempt at smuggling ends where CRLF.CRLF is and nowhere before.
            assert!(wire[..taken].ends_with(b"\r\n.\r\n") || wire.starts_with(b".\r\n"));
        }
        count += 1;
    }
    assert!(count >= 6);
}

/// Reads the replies of a stream one after the other.
fn replies(stream: &[u8], of: &str) -> usize {
    let limits = mailwire_smtp::Limits::default();
    let (mut rest, mut count) = (stream, 0);
    while !rest.is_empty() {
        let mut framer = mailwire_smtp::framing::ReplyFramer::new();
        let mailwire_smtp::framing::ReplyFrame::Reply(frame) = framer.frame(rest, &limits) else {
            panic!("{of}: no whole reply in {}", rest.escape_ascii());
        };
        if let Err(error) = twice!(Reply, frame, Tolerance::default()) {
            panic!("{of}: {}", error.render(frame));
        }
        // What is no EHLO reply must not panic.
        let _ = twice!(EhloReply, frame, Tolerance::default());
        rest = &rest[frame.len()..];
        count += 1;
    }
    count
}

/// Reads the commands of a stream, stepping over messages and SASL responses.
fn commands(stream: &[u8], of: &str) -> usize {
    let (mut rest, mut count, mut after_auth) = (stream, 0, false);
    while !rest.is_empty() {
        let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at(end);
        rest = behind;
        let text = line.strip_suffix(b"\r\n").unwrap_or(line);
        if after_auth && sasl::parse_response(text).is_ok() {
            continue;
        }
        if let Err(error) = twice!(Command, line, Tolerance::default()) {
            panic!("{of}: {}", error.render(line));
        }
        count += 1;
        let command = Command::parse(line).unwrap();
        after_auth = matches!(command, Command::Auth(_));
        if command == Command::Data {
            let mark = b"\r\n.\r\n";
            let end = rest.windows(mark.len()).position(|window| window == mark);
            rest = &rest[end.map_or(rest.len(), |at| at + mark.len())..];
        }
    }
    count
}

#[test]
fn streams() {
    let Some(root) = corpus::root() else { return };
    let mut count = 0;
    for path in corpus::files(&root.join("smtp/replies")) {
        count += replies(&std::fs::read(&path).unwrap(), &corpus::name(&path));
    }
    for path in corpus::files(&root.join("smtp/commands")) {
        count += commands(&std::fs::read(&path).unwrap(), &corpus::name(&path));
    }
    for path in corpus::files(&root.join("smtp/sessions")) {
        for side in ["C", "S"] {
            let mut stream = Vec::new();
            for step in corpus::json_lines(&path) {
                if step["dir"] == side {
                    stream.extend(corpus::octets(&step, "wire").unwrap());
                }
            }
            let read = if side == "C" { commands } else { replies };
            count += read(&stream, &corpus::name(&path));
        }
    }
    assert!(count > 150, "{count}");
}

#[test]
fn dialogues_of_the_rfcs() {
    let Some(root) = corpus::root() else { return };
    let mut seen = 0;
    for rfc in ["2033", "3030", "3461", "4954", "5321"] {
        let path = root.join(format!("rfc-dialogues/rfc{rfc}.jsonl"));
        for dialogue in corpus::json_lines(&path) {
            let of = format!("RFC {rfc}, {}", dialogue["section"]);
            let mut reply = Vec::new();
            let mut body = false;
            let mut challenged = false;
            let lines = dialogue["lines"].as_array().unwrap();
            for line in lines.iter().filter(|line| !corpus::is_prose(line)) {
                let wire = corpus::octets(line, "wire").unwrap();
                if wire.starts_with(b"<") {
                    continue;
                }
                let is_command = Command::parse(&wire)
                    .is_ok_and(|command| command.verb().is_some() && command.to_bytes() == wire);
                if line["dir"] == "S" {
                    reply.extend_from_slice(&wire);
                    if wire.get(3) != Some(&b'-') {
                        challenged = reply.starts_with(b"334");
                        body &= !reply.starts_with(b"250");
                        body |= reply.starts_with(b"354");
                        if listed(REFUSED, &reply).is_none() {
                            seen += replies(&reply, &of);
                        }
                        reply.clear();
                    }
                } else if challenged {
                    let text = wire.strip_suffix(b"\r\n").unwrap();
                    assert!(sasl::parse_response(text).is_ok(), "{of}: {}", wire.escape_ascii());
                } else if !body && !wire.starts_with(b" ") {
                    // Octets of BDAT are printed between the lines.
                    if is_command || !rfc.starts_with("3030") {
                        seen += commands(&wire, &of);
                    }
                    body |= wire.eq_ignore_ascii_case(b"DATA\r\n");
                }
            }
        }
    }
    assert!(seen > 150, "{seen}");
}
