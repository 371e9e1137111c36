//! What is said without TLS is marked, and alerts in it are not shown: IMAP-C-02, IMAP-C-03 and IMAP-C-04.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use mailwire_imap::client::{Client, ClientConfig, Event};
use mailwire_testing::drive::{Input, output};
use support::call::{command, config};

/// The name of an event that has a mark, the mark, and the alert in it.
type Marked = (&'static str, bool, Option<String>);

fn marked(event: &Event<'_>) -> Option<Marked> {
    let alert = event.alert().map(ToString::to_string);
    let (name, untrusted) = match event {
        Event::Greeting { untrusted, .. } => ("greeting", *untrusted),
        Event::Response { untrusted, .. } => ("data", *untrusted),
        Event::Completed { untrusted, .. } => ("end", *untrusted),
        Event::BodyBegin { untrusted, .. } => ("body", *untrusted),
        Event::MetadataEnd { untrusted, .. } => ("metadata", *untrusted),
        _ => {
            assert_eq!(alert, None);
            return None;
        }
    };
    Some((name, untrusted, alert))
}

/// What the client marks of these lines; behind the greeting it sends a command.
fn hear(client: &mut Client, line: &str, answers: &[&str]) -> Vec<Marked> {
    let (mut input, mut all) = (Input::new(), Vec::new());
    for (at, answer) in answers.iter().enumerate() {
        input
            .receive(client, answer.as_bytes(), |client, event| {
                if matches!(event, Event::TlsReady) {
                    client.tls_started().unwrap();
                }
                all.extend(marked(&event));
            })
            .unwrap();
        if at == 0 {
            client.send(&command(line)).unwrap();
            output(client);
        }
    }
    all
}

const GREETING: &str = "* OK [ALERT] call this number\r\n";
const ANSWER: &str = "* 3 EXISTS\r\n* NO [ALERT] full\r\nA1 OK [ALERT] soon\r\n";

#[test]
fn imap_c_04_an_alert_in_plaintext_is_not_shown() {
    let seen = hear(&mut Client::new(config()), "NOOP", &[GREETING, ANSWER]);
    let untrusted = ["greeting", "data", "data", "end"].map(|name| (name, true, None));
    assert_eq!(seen, untrusted);
    let mut config = config();
    config.implicit_tls = true;
    let seen = hear(&mut Client::new(config), "NOOP", &[GREETING, ANSWER]);
    let trusted = |name, alert: Option<&str>| (name, false, alert.map(str::to_owned));
    assert_eq!(
        seen,
        [
            trusted("greeting", Some("call this number")),
            trusted("data", None),
            trusted("data", Some("full")),
            trusted("end", Some("soon")),
        ]
    );
}

#[test]
fn imap_c_02_what_is_said_before_tls_is_marked() {
    let mut client = Client::new(ClientConfig::default());
    let before = "* LIST () \"/\" x\r\n* OK [ALERT] call\r\nA1 OK [ALERT] go\r\n";
    let seen = hear(&mut client, "STARTTLS", &[GREETING, before]);
    assert_eq!(seen, ["greeting", "data", "data", "end"].map(|name| (name, true, None)));
    client.send(&command("NOOP")).unwrap();
    output(&mut client);
    let mut seen = Vec::new();
    let answer = b"* OK [ALERT] full\r\nA2 OK done\r\n";
    let on = |_: &mut Client, event: Event<'_>| seen.extend(marked(&event));
    Input::new().receive(&mut client, answer, on).unwrap();
    assert_eq!(seen, [("data", false, Some("full".to_owned())), ("end", false, None)]);
}

#[test]
fn imap_c_03_streamed_data_is_marked() {
    let body = "x".repeat(20_000);
    let lines = format!(
        "* 1 FETCH (BODY[] {{20000}}\r\n{body})\r\n* METADATA x (/private/a ~{{20000}}\r\n{body})\r\n"
    );
    for tls in [false, true] {
        let mut config = config();
        config.implicit_tls = tls;
        let seen = hear(&mut Client::new(config), "NOOP", &[GREETING, &lines]);
        let names = ["body", "data", "body", "metadata"].map(|name| (name, !tls, None));
        assert_eq!(seen[1..], names);
    }
}
