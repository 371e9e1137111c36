//! The client machine with a message to send: no panic, whatever a server answers, the same events and
//! octets however the answers are cut, and one end for each command.

#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use mailwire_core::body::Inspected;
use mailwire_fuzz::{Sizes, feed, two_ways};
use mailwire_smtp::client::{Client, ClientConfig, Event};
use mailwire_smtp::{Command, Machine};

const SCRIPT: [&[u8]; 8] = [
    b"EHLO client.example\r\n",
    b"MAIL FROM:<a@client.example>\r\n",
    b"RCPT TO:<b@mail.example>\r\n",
    b"RCPT TO:<c@mail.example>\r\n",
    b"DATA\r\n",
    b"AUTH LOGIN\r\n",
    b"NOOP\r\n",
    b"QUIT\r\n",
];

#[derive(Debug, Default, PartialEq)]
struct Seen {
    events: Vec<String>,
    output: Vec<u8>,
    over: bool,
}

fn run(sizes: Sizes, input: &[u8]) -> Seen {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    let (mut client, mut seen) = (Client::new(config), Seen::default());
    let (mut script, mut open) = (SCRIPT.iter(), HashSet::new());
    feed(&sizes.cut(input), |buffer| {
        if seen.over {
            return None;
        }
        let mut consumed = None;
        match client.receive(buffer) {
            Ok(received) => {
                assert!(received.consumed <= buffer.len());
                consumed = (received.consumed > 0 || received.event.is_some())
                    .then_some(received.consumed);
                if let Some(event) = received.event {
                    seen.events.push(format!("{event:?}"));
                    match event {
                        Event::BodyWanted(_) => {
                            let body = Inspected::from(&b".hi\r\n"[..]);
                            client.send_body(body.to_bytes()).expect("a body is wanted");
                            client.finish_body().expect("a body is open");
                        }
                        Event::AuthChallenge { .. } => {
                            client.cancel_auth().expect("an exchange is open");
                        }
                        Event::Unanswered { ticket, .. } => {
                            assert!(open.remove(&format!("{ticket:?}")), "a command ends once");
                        }
                        // As after a handshake that failed.
                        Event::TlsReady | Event::Closed => seen.over = true,
                        _ => {}
                    }
                    // What may not be sent now is left out, in each way of cutting.
                    if let Some(line) = script.next() {
                        let command = Command::parse(line).expect("a command");
                        if let Ok(ticket) = client.send(&command) {
                            assert!(open.insert(format!("{ticket:?}")), "a ticket is new");
                        }
                    }
                }
            }
            Err(error) => {
                seen.events.push(format!("{error:?}"));
                seen.over = true;
            }
        }
        let output: Vec<u8> = client.transmit().slices().flatten().copied().collect();
        client.transmitted(output.len());
        seen.output.extend_from_slice(&output);
        consumed
    });
    seen
}

fuzz_target!(|data: &[u8]| {
    let Some((a, b, input)) = two_ways(data) else { return };
    assert_eq!(run(a, input), run(b, input));
});
