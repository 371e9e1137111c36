//! However the octets are cut on their way, the same happens.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::script::{ClientRun, Cut, Script, ServerRun};
use support::transcripts;

/// What happened, in words; an error is something that happens too.
fn client(script: &Script, cut: Cut) -> Vec<String> {
    ClientRun::run(script, cut).map_or_else(|error| vec![error], |run| run.log)
}

fn server(script: &Script, cut: Cut) -> Vec<String> {
    ServerRun::run(script, cut).map_or_else(|error| vec![error], |run| run.log)
}

/// Runs a script whole, cut before each octet, and octet by octet.
fn same(script: &Script, octets: usize, run: fn(&Script, Cut) -> Vec<String>) {
    let whole = run(script, Cut::Nowhere);
    assert!(!whole.is_empty());
    for cut in (1..octets).map(Cut::At).chain([Cut::Everywhere]) {
        assert_eq!(run(script, cut), whole, "{}, {cut:?}", script.name);
    }
}

#[test]
fn replies_can_be_cut_anywhere() {
    for script in transcripts() {
        same(&script, script.said(false).len(), client);
    }
}

#[test]
fn commands_and_bodies_can_be_cut_anywhere() {
    for script in transcripts().into_iter().filter(|script| !script.client_only) {
        same(&script, script.said(true).len(), server);
    }
}
