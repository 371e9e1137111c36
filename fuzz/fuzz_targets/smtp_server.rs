//! The server machine under an application that takes everything: no panic, whatever a client sends,
//! and the same events, bodies and replies however the input is cut.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use mailwire_fuzz::{Sizes, feed, two_ways};
use mailwire_smtp::element::domain::Domain;
use mailwire_smtp::extension::Extension;
use mailwire_smtp::family::hello::{Keyword, Mechanisms};
use mailwire_smtp::server::{Event, Server, ServerConfig};
use mailwire_smtp::{Command, Machine, Reply};

/// Without STARTTLS, and with clients that do not wait: whether octets came too early is a matter of the
/// cut.
fn config() -> ServerConfig {
    let domain = Domain::name("mail.example").expect("a domain");
    let mut config = ServerConfig::new(domain).withhold(Extension::StartTls);
    for extension in [Extension::Chunking, Extension::BinaryMime, Extension::Dsn, Extension::Prdr] {
        config = config.offer(Keyword::Plain(extension));
    }
    (config.auth_without_tls, config.tolerate_early_talkers) = (true, true);
    config.offer(Keyword::Auth(Mechanisms::new("PLAIN LOGIN").expect("names").into_owned()))
}

/// What the application saw, and what the client got.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    events: Vec<String>,
    bodies: Vec<u8>,
    output: Vec<u8>,
    over: bool,
}

fn act(server: &mut Server, event: Event<'_>, seen: &mut Seen) {
    let refused = Reply::parse(b"535 5.7.8 no\r\n").expect("a reply");
    // A call that is not legal now is an error of the machine's or of this target; both are of interest.
    match event {
        Event::Command { command, deviations } => {
            seen.events.push(format!("{command:?} {deviations:?}"));
            match command {
                Command::Data | Command::Bdat(_) => {
                    server.accept_body().expect("a body is offered")
                }
                Command::Auth(auth) if auth.has_initial_response() => {
                    server.finish_auth(&refused).expect("an exchange is open");
                }
                Command::Auth(_) => server.challenge_auth(b"?").expect("an exchange is open"),
                _ => server.accept().expect("an answer is owed"),
            }
        }
        Event::BodyChunk(octets) => seen.bodies.extend_from_slice(&octets),
        Event::BodyEnd(end) => {
            seen.events.push(format!("{end:?}"));
            while end.refused.is_none() && server.owed() > 0 {
                server.accept().expect("an answer is owed");
            }
        }
        Event::AuthResponse(_) => server.finish_auth(&refused).expect("an exchange is open"),
        other => seen.events.push(format!("{other:?}")),
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
    let (one, other) = (run(a, input), run(b, input));
    // Whether a client has waited for a reply that it has to wait for is a matter of the cut too. The
    // session ends there, and up to there all is the same.
    let early = |seen: &Seen| seen.events.last().is_some_and(|event| event == "EarlyTalker");
    if early(&one) || early(&other) {
        let mut both = one.events.iter().zip(&other.events);
        assert!(
            both.all(|(one, other)| one == other
                || [one, other].iter().any(|event| *event == "EarlyTalker"))
        );
        return;
    }
    assert_eq!(one, other);
});
