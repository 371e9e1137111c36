//! Written conversations through the client and through the server, and recordings of real ones
//! through the client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::script::{ClientRun, Cut, ServerRun};
use support::transcripts;

#[test]
fn the_client_says_what_is_written() {
    let mut bad = Vec::new();
    for script in transcripts() {
        match ClientRun::run(&script, Cut::Nowhere) {
            Ok(run) => {
                let bound = run.bound.escape_ascii().to_string();
                assert_eq!(bound, script.said(false).escape_ascii().to_string(), "{}", script.name);
                assert_eq!(run.client.in_flight(), 0, "{}", script.name);
            }
            Err(error) => bad.push(format!("{}: {error}", script.name)),
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Where the server does otherwise, and why that is wrong. A row that is no longer needed fails.
const SERVER_DIFFERS: &[(&str, &str)] = &[(
    "rfc4468-burl-last",
    "BURL LAST is the end of a message, and the server stays in the middle of it",
)];

#[test]
fn the_server_hears_what_is_written() {
    let mut bad = Vec::new();
    for script in transcripts().into_iter().filter(|script| !script.client_only) {
        let differs = SERVER_DIFFERS.iter().any(|(name, _)| script.name.starts_with(name));
        match ServerRun::run(&script, Cut::Nowhere) {
            Ok(_) if differs => bad.push(format!("{}: differs no more", script.name)),
            Err(error) if !differs => bad.push(format!("{}: {error}", script.name)),
            _ => {}
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
