//! Written conversations through the client and through the server, and recordings of real ones
//! through the client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_testing::Side;
use mailwire_testing::corpus;
use mailwire_testing::cut::Cut;
use support::transcript::{ClientRun, Script, ServerRun};
use support::transcripts;

#[test]
fn the_client_says_what_is_written() {
    let mut bad = Vec::new();
    for script in transcripts() {
        match ClientRun::run(&script, Cut::Whole) {
            Ok(run) => {
                let bound = run.bound.escape_ascii().to_string();
                assert_eq!(
                    bound,
                    script.said(Side::Server).escape_ascii().to_string(),
                    "{}",
                    script.name
                );
                assert_eq!(run.client.in_flight(), 0, "{}", script.name);
            }
            Err(error) => bad.push(format!("{}: {error}", script.name)),
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn the_server_hears_what_is_written() {
    let mut bad = Vec::new();
    for script in transcripts().into_iter().filter(|script| !script.client_only) {
        if let Err(error) = ServerRun::run(&script, Cut::Whole) {
            bad.push(format!("{}: {error}", script.name));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Recorded clients that do what ours refuses, by a part of the file's name. They are followed as far
/// as they are legal.
const ILLEGAL: &[(&str, &str)] = &[
    ("curl-7.88.1--crlf-option", "a bare CR in DATA"),
    ("curl-7.88.1--utf8-address", "a UTF-8 address without SMTPUTF8"),
    ("msmtp-1.8.23--send", "RCPT behind a refused MAIL"),
    ("msmtp-1.8.23--starttls", "the server closes while replies are due"),
    ("smtplib-3.11.7--send", "SIZE twice, or where it is not offered"),
    ("raw-driver-1--8bitmime", "BINARYMIME where it is not offered"),
    ("raw-driver-1--address-forms", "paths of every wrong form"),
    ("raw-driver-1--auth-errors", "AUTH without a mechanism"),
    ("raw-driver-1--auth-plain", "a response that is not base64"),
    ("raw-driver-1--bare-newlines", "bare CR and LF in DATA"),
    ("raw-driver-1--chunking", "BDAT without a recipient, and with bad arguments"),
    ("raw-driver-1--data-edge-cases", "NUL in DATA, or DATA without a recipient"),
    ("raw-driver-1--drop-in-data", "the connection ends inside a message"),
    ("raw-driver-1--helo-send", "RCPT behind a refused MAIL"),
    ("raw-driver-1--help-vrfy-expn-etrn", "VRFY without an argument"),
    ("raw-driver-1--http-on-smtp", "HTTP"),
    ("raw-driver-1--lhlo-variety", "MAIL before LHLO"),
    ("raw-driver-1--lmtp-all-rejected", "DATA without a recipient"),
    ("raw-driver-1--lmtp-dsn-params", "DSN where it is not offered"),
    ("raw-driver-1--lmtp-errors", "MAIL without a path"),
    ("raw-driver-1--lmtp-multi-rcpt", "RCPT to the null path"),
    ("raw-driver-1--lmtp-pipelined", "SIZE where it is not offered"),
    ("raw-driver-1--lmtp-store", "8-bit octets without BODY=8BITMIME"),
    ("raw-driver-1--lmtp-xclient", "XCLIENT again before LHLO"),
    (
        "raw-driver-1--many-messages",
        "8-bit octets without BODY=8BITMIME, or DATA without recipient",
    ),
    ("raw-driver-1--multi-rcpt", "two at signs in a path"),
    ("raw-driver-1--sequence-errors", "commands out of order"),
    ("raw-driver-1--size", "more than the server takes"),
    ("raw-driver-1--smtputf8", "a UTF-8 address without SMTPUTF8"),
    ("raw-driver-1--starttls-auth", "commands out of order, STARTTLS with an argument"),
    ("raw-driver-1--xforward", "XFORWARD inside a transaction"),
];

#[test]
fn recordings() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut whole) = (Vec::new(), 0);
    let mut used = std::collections::BTreeSet::new();
    for folder in ["smtp", "lmtp"] {
        for path in corpus::files(&root.join("recordings").join(folder)) {
            let script = Script::recorded(&path);
            let illegal = ILLEGAL.iter().find(|(name, _)| script.name.contains(name));
            let (run, result) = ClientRun::go(&script, Cut::Whole);
            let said = script.said(Side::Server);
            // Each reply is bound to a command, in the order in which they came.
            assert!(said.starts_with(&run.bound), "{}", script.name);
            match (result, illegal) {
                (Ok(()), _) => {
                    whole += 1;
                    assert_eq!(run.bound.len(), said.len(), "{}", script.name);
                    assert_eq!(run.client.in_flight(), 0, "{}", script.name);
                }
                (Err(_), Some((name, _))) => drop(used.insert(name)),
                (Err(error), None) => bad.push(format!("{}: {error}", script.name)),
            }
            let (bytewise, _) = ClientRun::go(&script, Cut::Octets);
            assert_eq!(bytewise.log, run.log, "{}", script.name);
        }
    }
    assert!(bad.is_empty(), "{} bad\n{}", bad.len(), bad.join("\n"));
    assert!(whole > 120, "{whole}");
    for (name, _) in ILLEGAL {
        assert!(used.contains(name), "{name} is legal");
    }
}
