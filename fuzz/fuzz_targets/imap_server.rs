//! The IMAP server machine under an application that takes everything: no panic, whatever a client sends, and
//! the same events and octets however the input is cut.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use mailwire_fuzz::{Sizes, feed, two_ways};
use mailwire_imap::element::text::Text;
use mailwire_imap::server::{Event, Server, ServerConfig};
use mailwire_imap::{Command, Extension, Machine, Status, StatusKind};

/// Without STARTTLS and COMPRESS: what is taken behind them is a matter of the cut.
fn config() -> ServerConfig {
    let mut config = ServerConfig::new("mail.example").expect("a name");
    config.auth_without_tls = true;
    for &extension in Extension::ALL {
        let takes_value = extension.as_str().ends_with('=');
        let hands_over = matches!(extension, Extension::StartTls | Extension::CompressDeflate);
        if !takes_value && !hands_over {
            config = config.offer_all([extension]);
        }
    }
    config.withhold(Extension::StartTls).withhold(Extension::CompressDeflate)
}

/// What the application saw, and what the client got.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    events: Vec<String>,
    bodies: Vec<u8>,
    output: Vec<u8>,
    over: bool,
}

/// An application that takes what it can, and refuses the rest.
fn act(server: &mut Server, event: Event<'_>, seen: &mut Seen) {
    let no = Status::new(StatusKind::No, Text::new("no").expect("a text")).expect("a status");
    // How a body is cut follows the cuts of the input.
    if let Event::BodyChunk(octets) = event {
        seen.bodies.extend_from_slice(octets);
        return;
    }
    seen.events.push(format!("{event:?}"));
    match event {
        Event::Command { ticket, command, .. } => match command {
            Command::Authenticate(_) => server.challenge_auth(b"?").expect("an exchange is open"),
            _ => {
                if server.accept(ticket).is_err() {
                    server.complete(ticket, &no).expect("an answer is owed");
                }
            }
        },
        Event::BodyWanted { size, .. } => {
            if size % 2 == 0 {
                server.accept_body().expect("a body is offered");
            } else {
                server.reject_body(&no).expect("a body is offered");
            }
        }
        Event::CommandEnd { ticket, .. } | Event::IdleDone { ticket } => {
            server.accept(ticket).expect("an answer is owed");
        }
        Event::AuthResponse { .. } => server.finish_auth(&no).expect("an exchange is open"),
        _ => {}
    }
}

fn run(sizes: Sizes, input: &[u8]) -> Seen {
    let (mut server, mut seen) = (Server::new(Arc::new(config())), Seen::default());
    server.greet().expect("a greeting is owed");
    feed(&sizes.cut(input), |buffer| {
        if seen.over {
            return None;
        }
        let consumed = match server.receive(buffer) {
            Ok(received) => {
                let consumed = received.consumed;
                assert!(consumed <= buffer.len());
                match received.event {
                    Some(event) => {
                        seen.over = matches!(event, Event::Closed);
                        act(&mut server, event, &mut seen);
                        Some(consumed)
                    }
                    None => (consumed > 0).then_some(consumed),
                }
            }
            Err(error) => {
                assert_eq!(server.receive(buffer).err(), Some(error), "an error stays");
                seen.events.push(format!("{error:?}"));
                seen.over = true;
                None
            }
        };
        let output: Vec<u8> = server.transmit().slices().flatten().copied().collect();
        server.transmitted(output.len());
        seen.output.extend_from_slice(&output);
        consumed
    });
    seen
}

fuzz_target!(|data: &[u8]| {
    let Some((a, b, input)) = two_ways(data) else { return };
    assert_eq!(run(a, input), run(b, input));
});
