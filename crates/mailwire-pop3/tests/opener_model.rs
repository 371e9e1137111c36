//! Openers at servers that say anything: a session that is ready keeps what was asked for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_pop3::element::apop::Digest;
use mailwire_pop3::family::auth::{Password, UserName};
use mailwire_pop3::opener::{Login, OpenEvent, Opener, OpenerConfig};
use mailwire_pop3::sasl::MechanismName;
use mailwire_pop3::server::TlsPolicy;
use mailwire_pop3::{Machine, State, Wait};
use proptest::prelude::*;

const ANSWERS: &[&str] = &[
    "+OK\r\n",
    "+OK ready <1.2@x>\r\n",
    "-ERR no\r\n",
    "+OK\r\nSTLS\r\nUSER\r\nSASL PLAIN\r\nPIPELINING\r\nUTF8\r\n.\r\n",
    "+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n",
    "+OK\r\n.\r\n",
    "+ \r\n",
    "+ !\r\n",
    "* OK\r\n",
];

/// The answers that bring an opening on, by what the client said last.
fn good(said: &str, tls: bool) -> &'static str {
    match said.split([' ', '\r']).next().unwrap() {
        "" => "+OK ready <1.2@x>\r\n",
        "CAPA" if tls => "+OK\r\nUSER\r\nSASL PLAIN\r\nUTF8\r\n.\r\n",
        "CAPA" => "+OK\r\nSTLS\r\nUSER\r\nSASL PLAIN\r\nUTF8\r\n.\r\n",
        "AUTH" if said.contains("PLAIN\r\n") => "+ \r\n",
        _ => "+OK\r\n",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn what_is_ready_keeps_the_policy(
        answers in proptest::collection::vec((0..4_u8, proptest::sample::select(ANSWERS)), 1..16),
        (apop, plain, initial, utf8) in any::<(bool, bool, bool, bool)>(),
        login in 0..4_u8,
        policy in proptest::sample::select(vec![
            TlsPolicy::None, TlsPolicy::Opportunistic, TlsPolicy::Required,
        ]),
    ) {
        let mut config = OpenerConfig::default();
        config.client.tls = policy;
        config.client.auth_without_tls = plain;
        config.client.apop = apop;
        config.utf8 = utf8;
        config.logins = match login {
            0 => vec![],
            1 => vec![Login::Sasl(MechanismName::new("PLAIN").unwrap())],
            2 => vec![Login::Apop, Login::Password],
            _ => vec![Login::Password],
        };
        let mut opener = Opener::new(config);
        let mut said = String::new();
        let mut sent = String::new();
        for (chance, answer) in answers {
            let answer = if chance > 0 { good(&said, opener.client().is_tls()) } else { answer };
            sent.push_str(answer);
            let mut input = answer.as_bytes();
            loop {
                let Ok(received) = opener.receive(input) else { return Ok(()) };
                input = &input[received.consumed..];
                match received.event {
                    None => break,
                    Some(OpenEvent::TlsReady) => opener.tls_started().unwrap(),
                    Some(OpenEvent::AuthWanted(Login::Sasl(_))) => {
                        opener.start_auth(initial.then_some(&b"\0a\0secret"[..])).unwrap();
                    }
                    Some(OpenEvent::AuthWanted(Login::Apop)) => {
                        prop_assert!(apop && opener.client().stamp().is_some(), "{}", sent);
                        let name = UserName::new("a").unwrap();
                        opener.start_apop(name, Digest::from_md5([1; 16])).unwrap();
                    }
                    Some(OpenEvent::AuthWanted(_)) => {
                        let name = UserName::new("a").unwrap();
                        opener.start_password(name, Password::new("secret").unwrap()).unwrap();
                    }
                    Some(OpenEvent::AuthChallenge(_)) => opener.respond_auth(b"\0a\0secret").unwrap(),
                    Some(OpenEvent::Ready) => {
                        let client = opener.client();
                        prop_assert!(!client.is_closed() && client.in_flight() == 0, "{}", sent);
                        prop_assert!(client.is_tls() || policy != TlsPolicy::Required, "{}", sent);
                        let state = if login > 0 { State::Transaction } else { State::Authorization };
                        prop_assert_eq!(client.state(), state, "{}", sent);
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
            let secret = said.contains("AGEAc2VjcmV0") || said.contains("secret");
            prop_assert!(!secret || plain || opener.client().is_tls(), "{}", sent);
            prop_assert!(
                policy != TlsPolicy::Required || opener.client().is_tls() || !said.contains("APOP"),
                "{}", sent
            );
        }
    }
}
