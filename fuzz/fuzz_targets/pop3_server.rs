//! The POP3 server machine under an application that takes everything: no panic, whatever a client
//! sends, and the same events and octets however the input is cut.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use mailwire_fuzz::{Sizes, feed, two_ways};
use mailwire_pop3::extension::Extension;
use mailwire_pop3::server::{Event, Server, ServerConfig};
use mailwire_pop3::{Command, Machine, Response};

/// Without STLS, and with clients that do not wait: whether octets came too early is a matter of the cut.
fn config() -> ServerConfig {
    let mut config = ServerConfig::new().withhold(Extension::Stls);
    (config.auth_without_tls, config.tolerate_early_talkers) = (true, true);
    config
}

/// What the application saw, and what the client got.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    events: Vec<String>,
    output: Vec<u8>,
    over: bool,
}

fn act(server: &mut Server, event: Event<'_>, seen: &mut Seen) {
    let refused = Response::parse(b"-ERR [AUTH] no\r\n").expect("a response");
    seen.events.push(format!("{event:?}"));
    // A call that is not legal now is an error of the machine's or of this target; both are of interest.
    match event {
        Event::Command { command, .. } => match command {
            Command::Auth(Some(_)) => {
                server.challenge_auth(b"?").expect("an exchange is open");
            }
            Command::Stat
            | Command::List(Some(_))
            | Command::Uidl(Some(_))
            | Command::Lang(Some(_)) => {
                server.send(&refused.into()).expect("an answer is owed");
            }
            Command::List(None) | Command::Uidl(None) | Command::Lang(None) => {
                server.accept().expect("an answer is owed");
                server.finish_list().expect("a listing is begun");
            }
            Command::Retr(_) | Command::Top(_) => {
                server.accept().expect("an answer is owed");
                server.send_body((&b".hi\r\n"[..]).into()).expect("a message is begun");
                server.finish_body().expect("a message is begun");
            }
            _ => server.accept().expect("an answer is owed"),
        },
        Event::Update { .. } => server.accept().expect("an answer is owed"),
        Event::AuthResponse(_) => server.finish_auth(&refused).expect("an exchange is open"),
        _ => {}
    }
}

fn run(sizes: Sizes, input: &[u8]) -> Seen {
    let (mut server, mut seen) = (Server::new(Arc::new(config())), Seen::default());
    server.accept().expect("a greeting is owed");
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
