//! The IMAP client machine with a session to go through: no panic, whatever a server answers, the same events
//! and octets however the answers are cut, and one end for each command.

#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use mailwire_fuzz::{Sizes, feed, two_ways};
use mailwire_imap::client::{Client, ClientConfig, Event};
use mailwire_imap::{Command, Machine, TlsPolicy};

const SCRIPT: [&[u8]; 12] = [
    b"CAPABILITY",
    b"LOGIN alice secret",
    b"ENABLE UTF8=ACCEPT",
    b"LIST \"\" *",
    b"SELECT INBOX",
    b"FETCH 1:* (UID FLAGS BODY[])",
    b"UID SEARCH RETURN (ALL) UNSEEN",
    b"STORE 1 FLAGS (\\Seen)",
    b"APPEND x {5}\r\nhello",
    b"GETMETADATA x /shared/comment",
    b"IDLE",
    b"LOGOUT",
];

#[derive(Debug, Default, PartialEq)]
struct Seen {
    events: Vec<String>,
    bodies: Vec<u8>,
    output: Vec<u8>,
    over: bool,
}

fn run(sizes: Sizes, input: &[u8]) -> Seen {
    let mut config = ClientConfig::default();
    // Whether octets came before the handshake is a matter of the cut.
    (config.auth_without_tls, config.tls) = (true, TlsPolicy::None);
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
                    // How a body is cut follows the cuts of the input.
                    if let Event::BodyChunk(octets) = event {
                        seen.bodies.extend_from_slice(octets);
                        return consumed;
                    }
                    seen.events.push(format!("{event:?}"));
                    match event {
                        Event::AuthChallenge { .. } => {
                            client.cancel_auth().expect("an exchange is open");
                        }
                        Event::Completed { ticket, .. } | Event::Unanswered { ticket, .. } => {
                            assert!(open.remove(&format!("{ticket:?}")), "a command ends once");
                        }
                        Event::CompressReady | Event::TlsReady | Event::Closed => seen.over = true,
                        _ => {}
                    }
                    // What may not be sent now is left out, in each way of cutting.
                    if let Some(line) = script.next() {
                        let command = Command::parse(line).expect("a command");
                        if let Ok(ticket) = client.send(&command) {
                            assert!(open.insert(format!("{ticket:?}")), "a ticket is new");
                        }
                        let _ = client.finish_idle();
                    }
                }
            }
            Err(error) => {
                assert_eq!(client.receive(buffer).err(), Some(error), "an error stays");
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
