//! Whole streams of other projects' tests are framed to their last octet, however they are cut.

#![allow(clippy::unwrap_used, clippy::panic)]

use mailwire_imap::framing::{CommandFramer, FrameLimits, Framed, ResponseFramer};
use mailwire_imap::limits::Limits;
use mailwire_testing::corpus;

/// The frames of a stream that arrives in parts whose sizes follow from `seed`; 0 is one part.
fn frames(name: &str, server: bool, input: &[u8], seed: u32) -> Vec<Vec<u8>> {
    let limits = Limits::default();
    let wide = FrameLimits { inline: u32::MAX, ..limits.responses() };
    let (mut commands, mut responses) = (CommandFramer::new(), ResponseFramer::new());
    let (mut random, mut from, mut to, mut frames) = (seed, 0, 0, Vec::new());
    while to < input.len() {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let size = if seed == 0 { input.len() } else { 1 + usize::try_from(random >> 26).unwrap() };
        to = input.len().min(to + size);
        loop {
            let rest = &input[from..to];
            let framed = if server {
                responses.frame(rest, &wide)
            } else {
                commands.frame(rest, &limits.commands(true))
            };
            match framed {
                Framed::Message { frame, .. } => frames.push(frame.to_vec()),
                Framed::Blank { .. } => {}
                Framed::Literal { fits: true, literal, .. } if literal.sync => commands.accept(),
                Framed::More => break,
                other => panic!("{name}: {other:?}"),
            }
            from += framed.consumed();
        }
    }
    assert_eq!(from, input.len(), "{name} ends within a message");
    assert!(!commands.is_mid_message() && !responses.is_mid_message());
    frames
}

/// Whether a frame begins as the grammar wants it, and so no literal was taken for a response.
fn begins_a_response(frame: &[u8]) -> bool {
    let line = String::from_utf8_lossy(frame.split(|&octet| octet == b'\r').next().unwrap());
    let mut words = line.split(' ');
    let first = words.next().unwrap();
    let answers = ["OK", "NO", "BAD"].contains(&words.next().unwrap_or("").to_uppercase().as_str());
    ["*", "+"].contains(&first) || answers && first.bytes().all(|octet| octet.is_ascii_graphic())
}

#[test]
fn streams_are_framed_whole_and_in_parts() {
    let Some(root) = corpus::root() else { return };
    let (mut streams, mut total) = (0, 0);
    for entry in corpus::json_lines(&root.join("MANIFEST.jsonl")) {
        let name = entry["file"].as_str().unwrap();
        let server = name.starts_with("imap/responses/");
        let wanted = server || name.starts_with("imap/commands/");
        if !wanted || !name.ends_with(".bin") || entry["valid"] != true {
            continue;
        }
        let input = std::fs::read(root.join(name)).unwrap();
        let whole = frames(name, server, &input, 0);
        assert!(!whole.is_empty(), "{name}");
        for seed in 1..6 {
            assert_eq!(frames(name, server, &input, seed), whole, "{name}, {seed}");
        }
        for frame in whole.iter().filter(|_| server) {
            assert!(begins_a_response(frame), "{name}: {}", frame.escape_ascii());
        }
        streams += 1;
        total += whole.len();
    }
    assert!(streams > 200 && total > 600, "{streams} streams, {total} frames");
}
