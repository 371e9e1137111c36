//! Whole openings, by what the server says and what the client must have said.

use super::*;
use crate::element::domain::Domain;

fn config() -> OpenerConfig {
    OpenerConfig::new(Domain::name("client.example").unwrap())
}

/// Runs lines of a script: what the server says, and what the client must have said.
fn run(opener: &mut Opener, script: &[(&str, &str)]) -> Result<Vec<&'static str>, OpenError> {
    let mut seen = Vec::new();
    for (server, client) in script {
        let mut input = server.as_bytes();
        loop {
            let received = opener.receive(input)?;
            input = &input[received.consumed..];
            match received.event {
                None => break,
                Some(OpenEvent::TlsReady) => {
                    seen.push("tls");
                    opener.tls_started().unwrap();
                }
                Some(OpenEvent::AuthWanted(_)) => {
                    seen.push("auth");
                    opener.start_auth(Some(b"\0a\0b")).unwrap();
                }
                Some(OpenEvent::AuthChallenge(_)) => {
                    seen.push("challenge");
                    opener.respond_auth(b"x").unwrap();
                }
                Some(OpenEvent::Ready) => seen.push("ready"),
            }
        }
        let out: Vec<u8> = opener.transmit().slices().flatten().copied().collect();
        opener.transmitted(out.len());
        assert_eq!(core::str::from_utf8(&out).unwrap(), *client, "after {server}");
    }
    Ok(seen)
}

#[test]
fn plain() {
    let script = [("220 a\r\n", "EHLO client.example\r\n"), ("250 a\r\n", "")];
    assert_eq!(run(&mut Opener::new(config()), &script).unwrap(), ["ready"]);
}

#[test]
fn starttls_and_authentication() {
    let mut config = config();
    config.client.tls = TlsPolicy::Required;
    config.mechanisms = [MechanismName::new("SCRAM-SHA-256"), MechanismName::new("PLAIN")]
        .map(Result::unwrap)
        .to_vec();
    let script = [
        ("220 a\r\n", "EHLO client.example\r\n"),
        ("250-a\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n", "STARTTLS\r\n"),
        ("220 go\r\n", "EHLO client.example\r\n"),
        ("250-a\r\n250 AUTH PLAIN LOGIN\r\n", "AUTH PLAIN AGEAYg==\r\n"),
        ("235 ok\r\n", ""),
    ];
    assert_eq!(run(&mut Opener::new(config), &script).unwrap(), ["tls", "auth", "ready"]);
}

#[test]
fn a_long_response_waits_for_the_challenge() {
    let mut config = config();
    config.client.auth_without_tls = true;
    config.initial_response = 12;
    config.mechanisms = [MechanismName::new("PLAIN").unwrap()].to_vec();
    let script = [
        ("220 a\r\n", "EHLO client.example\r\n"),
        ("250-a\r\n250 AUTH PLAIN\r\n", "AUTH PLAIN\r\n"),
        ("334 \r\n", "AGEAYg==\r\n"),
        ("235 ok\r\n", ""),
    ];
    assert_eq!(run(&mut Opener::new(config), &script).unwrap(), ["auth", "ready"]);
}

#[test]
fn helo_when_ehlo_is_not_known() {
    let script = [
        ("220 a\r\n", "EHLO client.example\r\n"),
        ("502 what?\r\n", "HELO client.example\r\n"),
        ("250 a\r\n", ""),
    ];
    assert_eq!(run(&mut Opener::new(config()), &script).unwrap(), ["ready"]);
}

#[test]
fn no_helo_after_421_and_none_with_tls_required() {
    let script = [("220 a\r\n", "EHLO client.example\r\n"), ("421 busy\r\n", "")];
    let error = run(&mut Opener::new(config()), &script).unwrap_err();
    assert!(matches!(error, OpenError::Refused { step: "EHLO", .. }), "{error}");
    let mut required = config();
    required.client.tls = TlsPolicy::Required;
    let script = [("220 a\r\n", "EHLO client.example\r\n"), ("502 what?\r\n", "")];
    assert!(run(&mut Opener::new(required), &script).is_err());
}

#[test]
fn policy_is_kept() {
    let mut required = config();
    required.client.tls = TlsPolicy::Required;
    let script = [("220 a\r\n", "EHLO client.example\r\n"), ("250 a\r\n", "")];
    assert_eq!(
        run(&mut Opener::new(required), &script),
        Err(OpenError::Peer(PeerError::TlsUnavailable))
    );
    let mut auth = config();
    auth.mechanisms = [MechanismName::new("PLAIN").unwrap()].to_vec();
    let script = [("220 a\r\n", "EHLO client.example\r\n"), ("250-a\r\n250 AUTH PLAIN\r\n", "")];
    assert_eq!(run(&mut Opener::new(auth), &script), Err(OpenError::NoMechanism));
}

#[test]
fn an_error_is_sticky() {
    let mut opener = Opener::new(config());
    for _ in 0..2 {
        let error = opener.receive(b"* OK IMAP\r\n").unwrap_err();
        assert_eq!(error, OpenError::Peer(PeerError::WrongProtocol));
    }
}

#[test]
fn a_server_that_closes_in_answer_to_starttls_is_not_ready() {
    let script = [
        ("220 a\r\n", "EHLO client.example\r\n"),
        ("250-a\r\n250 STARTTLS\r\n", "STARTTLS\r\n"),
        ("421 closing\r\n", ""),
    ];
    let refused = run(&mut Opener::new(config()), &script).unwrap_err();
    assert!(matches!(refused, OpenError::Refused { step: "STARTTLS", .. }), "{refused:?}");
}
