//! However the octets are cut on their way, the same happens.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_smtp::server::TlsPolicy;
use mailwire_testing::Side;
use mailwire_testing::corpus;
use mailwire_testing::cut::{self, Cut};
use mailwire_testing::drive::Driven as _;
use mailwire_testing::transcript::Step;
use support::transcript::{ClientRun, Script, ServerRun};
use support::{App, everything, transcripts};

/// What happened, in words; an error is something that happens too.
fn client(script: &Script, cut: Cut) -> Vec<String> {
    ClientRun::run(script, cut).map_or_else(|error| vec![error], |run| run.log)
}

fn server(script: &Script, cut: Cut) -> Vec<String> {
    ServerRun::run(script, cut).map_or_else(|error| vec![error], |run| run.log)
}

/// Runs a script whole, cut before each octet, and octet by octet.
fn same(script: &Script, side: Side, run: fn(&Script, Cut) -> Vec<String>) {
    let cuts = Cut::everywhere(script.said(side).len());
    assert!(!cut::same(cuts, &script.name, |cut| run(script, cut)).is_empty());
}

#[test]
fn replies_can_be_cut_anywhere() {
    for script in transcripts() {
        same(&script, Side::Server, client);
    }
}

#[test]
fn commands_and_bodies_can_be_cut_anywhere() {
    for script in transcripts().into_iter().filter(|script| !script.client_only) {
        same(&script, Side::Client, server);
    }
}

/// What a server and its application see of a recorded client.
fn app(script: &Script, part: usize) -> Vec<String> {
    let mut config = everything();
    config.protocol = script.protocol;
    config.auth_without_tls = true;
    config.tls = TlsPolicy::Opportunistic;
    let mut app = App::new(config);
    app.output();
    let mut input = Vec::new();
    for step in &script.steps {
        match step {
            Step::Said(Side::Client, said) => {
                for part in said.chunks(part) {
                    input.extend_from_slice(part);
                    let consumed = app.feed(&input);
                    input.drain(..consumed);
                    app.output();
                }
            }
            Step::Tls if app.tls => {
                app.tls = false;
                app.server.tls_started().unwrap();
            }
            _ => {}
        }
        let consumed = app.feed(&input);
        input.drain(..consumed);
        app.output();
    }
    app.events
}

#[test]
fn recorded_clients_can_be_cut_anywhere() {
    let Some(root) = corpus::root() else { return };
    for folder in ["smtp", "lmtp"] {
        for path in corpus::files(&root.join("recordings").join(folder)) {
            let script = Script::recorded(&path);
            // Whether a client talks too early is a matter of time, and time is in the parts.
            if script.name.contains("early-talker") {
                continue;
            }
            let whole = app(&script, usize::MAX);
            assert!(!whole.is_empty());
            for part in [1, 2, 7] {
                assert_eq!(app(&script, part), whole, "{} by {part}", script.name);
            }
        }
    }
}
