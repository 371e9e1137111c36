//! Openers at servers that say anything: a session that is ready keeps what was asked for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_smtp::element::domain::Domain;
use mailwire_smtp::opener::{OpenEvent, Opener, OpenerConfig};
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::server::{Protocol, TlsPolicy};
use mailwire_smtp::{Machine, State, Wait};
use proptest::prelude::*;

const REPLIES: &[&str] = &[
    "220 go\r\n",
    "250 ok\r\n",
    "250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
    "250-x\r\n250 AUTH PLAIN\r\n",
    "250-x\r\n250 STARTTLS\r\n",
    "235 in\r\n",
    "334 \r\n",
    "334 !\r\n",
    "354 go\r\n",
    "421 closing\r\n",
    "454 later\r\n",
    "502 what\r\n",
    "535 no\r\n",
    "554 no\r\n",
];

/// The replies that bring an opening on, by what the client said last.
fn good(said: &str, tls: bool) -> &'static str {
    match said.split([' ', '\r']).next().unwrap() {
        "" => "220 x\r\n",
        "EHLO" | "LHLO" if tls => "250-x\r\n250 AUTH PLAIN\r\n",
        "EHLO" | "LHLO" => "250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
        "STARTTLS" => "220 go\r\n",
        "AUTH" if said.contains("PLAIN\r\n") => "334 \r\n",
        "HELO" => "250 x\r\n",
        _ => "235 in\r\n",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn what_is_ready_keeps_the_policy(
        replies in proptest::collection::vec((0..4_u8, proptest::sample::select(REPLIES)), 1..16),
        (lmtp, auth, plain, initial) in any::<(bool, bool, bool, bool)>(),
        policy in proptest::sample::select(vec![
            TlsPolicy::None, TlsPolicy::Opportunistic, TlsPolicy::Required,
        ]),
    ) {
        let mut config = OpenerConfig::new(Domain::name("client.example").unwrap());
        config.client.tls = policy;
        config.client.auth_without_tls = plain;
        config.client.protocol = if lmtp { Protocol::Lmtp } else { Protocol::Smtp };
        if auth {
            config.mechanisms = vec![MechanismName::new("PLAIN").unwrap()];
        }
        let mut opener = Opener::new(config);
        let mut said = String::new();
        let mut sent = String::new();
        for (chance, reply) in replies {
            let reply = if chance > 0 { good(&said, opener.client().is_tls()) } else { reply };
            sent.push_str(reply);
            let mut input = reply.as_bytes();
            loop {
                let Ok(received) = opener.receive(input) else { return Ok(()) };
                input = &input[received.consumed..];
                match received.event {
                    None => break,
                    Some(OpenEvent::TlsReady) => opener.tls_started().unwrap(),
                    Some(OpenEvent::AuthWanted(_)) => {
                        prop_assert!(plain || opener.client().is_tls(), "{}", sent);
                        opener.start_auth(initial.then_some(&b"\0a\0secret"[..])).unwrap();
                    }
                    Some(OpenEvent::AuthChallenge(_)) => opener.respond_auth(b"\0a\0secret").unwrap(),
                    Some(OpenEvent::Ready) => {
                        let client = opener.client();
                        prop_assert_eq!(client.state(), State::Ready, "{}", sent);
                        prop_assert!(!client.is_closed() && client.in_flight() == 0, "{}", sent);
                        prop_assert!(client.is_tls() || policy != TlsPolicy::Required, "{}", sent);
                        prop_assert!(client.is_authenticated() == auth, "{}", sent);
                        return Ok(());
                    }
                    Some(_) => {}
                }
            }
            prop_assert!(opener.waiting_for() != Wait::Nothing, "no end: {}", sent);
            let out: Vec<u8> = opener.transmit().slices().flatten().copied().collect();
            opener.transmitted(out.len());
            said = String::from_utf8(out).unwrap();
            sent.push_str(&said);
            let secret = said.contains("AGEAc2VjcmV0");
            prop_assert!(!secret || plain || opener.client().is_tls(), "{}", sent);
        }
    }
}
