//! Whole openings, by what the server says and what the client must have said.

use super::*;
use crate::state::State;

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
                Some(OpenEvent::AuthWanted(Login::Sasl(_))) => {
                    seen.push("auth");
                    opener.start_auth(Some(b"\0a\0b")).unwrap();
                }
                Some(OpenEvent::AuthWanted(Login::Apop)) => {
                    seen.push("apop");
                    let name = UserName::new("mrose").unwrap();
                    opener.start_apop(name, Digest::from_md5([0xab; 16])).unwrap();
                }
                Some(OpenEvent::AuthWanted(Login::Password)) => {
                    seen.push("password");
                    let name = UserName::new("mrose").unwrap();
                    opener.start_password(name, Password::new("a b").unwrap()).unwrap();
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

fn sasl(name: &'static str) -> Login {
    Login::Sasl(MechanismName::new(name).unwrap())
}

fn config(logins: &[Login]) -> OpenerConfig {
    let mut config = OpenerConfig { logins: logins.to_vec(), ..OpenerConfig::default() };
    config.client.auth_without_tls = true;
    config
}

#[test]
fn stls_and_authentication() {
    let mut config = config(&[sasl("SCRAM-SHA-256"), sasl("PLAIN"), Login::Password]);
    config.client.tls = TlsPolicy::Required;
    config.client.auth_without_tls = false;
    config.utf8 = true;
    let script = [
        ("+OK <a@b>\r\n", "CAPA\r\n"),
        ("+OK\r\nSASL PLAIN\r\nSTLS\r\n.\r\n", "STLS\r\n"),
        ("+OK go\r\n", "CAPA\r\n"),
        ("+OK\r\nSASL PLAIN LOGIN\r\nUSER\r\nUTF8\r\n.\r\n", "UTF8\r\n"),
        ("+OK\r\n", "AUTH PLAIN AGEAYg==\r\n"),
        ("+OK in\r\n", ""),
    ];
    let mut opener = Opener::new(config);
    assert_eq!(run(&mut opener, &script).unwrap(), ["tls", "auth", "ready"]);
    assert_eq!(opener.into_client().state(), State::Transaction);
}

#[test]
fn passwords_are_pipelined_where_that_is_offered() {
    let script = [
        ("+OK\r\n", "CAPA\r\n"),
        ("+OK\r\nUSER\r\nPIPELINING\r\n.\r\n", "USER mrose\r\nPASS a b\r\n"),
        ("+OK\r\n+OK\r\n", ""),
    ];
    let mut opener = Opener::new(config(&[sasl("PLAIN"), Login::Apop, Login::Password]));
    assert_eq!(run(&mut opener, &script).unwrap(), ["password", "ready"]);
    let script = [
        ("+OK\r\n", "CAPA\r\n"),
        ("-ERR what?\r\n", "USER mrose\r\n"),
        ("+OK\r\n", "PASS a b\r\n"),
        ("-ERR [IN-USE] no\r\n", ""),
    ];
    let mut opener = Opener::new(config(&[Login::Password]));
    let error = run(&mut opener, &script).unwrap_err();
    assert!(matches!(error, OpenError::Refused { step: "PASS", .. }), "{error}");
}

#[test]
fn apop_by_policy() {
    let mut config = config(&[Login::Apop]);
    let script = [("+OK <a@b>\r\n", "CAPA\r\n"), ("-ERR what?\r\n", "")];
    let refused = run(&mut Opener::new(config.clone()), &script);
    assert_eq!(refused, Err(OpenError::NoLogin));
    config.client.apop = true;
    let line = "APOP mrose abababababababababababababababab\r\n";
    let script = [("+OK <a@b>\r\n", "CAPA\r\n"), ("-ERR what?\r\n", line), ("+OK\r\n", "")];
    assert_eq!(run(&mut Opener::new(config), &script).unwrap(), ["apop", "ready"]);
}

#[test]
fn a_long_response_waits_for_the_challenge() {
    let mut config = config(&[sasl("PLAIN")]);
    config.initial_response = 0;
    let script = [
        ("+OK\r\n", "CAPA\r\n"),
        ("+OK\r\nSASL PLAIN\r\n.\r\n", "AUTH PLAIN\r\n"),
        ("+ \r\n", "AGEAYg==\r\n"),
        ("+OK\r\n", ""),
    ];
    assert_eq!(run(&mut Opener::new(config), &script).unwrap(), ["auth", "ready"]);
}

#[test]
fn pop_c_03_policy_is_kept() {
    let mut required = config(&[Login::Password]);
    required.client.tls = TlsPolicy::Required;
    for (capabilities, then, error) in [
        ("-ERR\r\n", "", PeerError::TlsUnavailable),
        ("+OK\r\nUSER\r\n.\r\n", "", PeerError::TlsUnavailable),
        ("+OK\r\nSTLS\r\n.\r\n", "STLS\r\n", PeerError::TlsRefused),
    ] {
        let script = [("+OK\r\n", "CAPA\r\n"), (capabilities, then), ("-ERR no\r\n", "")];
        let mut opener = Opener::new(required.clone());
        assert_eq!(run(&mut opener, &script), Err(OpenError::Peer(error)));
        assert!(opener.transmit().is_empty());
    }
}

#[test]
fn an_opportunistic_session_goes_on() {
    let script =
        [("+OK\r\n", "CAPA\r\n"), ("+OK\r\nSTLS\r\n.\r\n", "STLS\r\n"), ("-ERR not now\r\n", "")];
    assert_eq!(run(&mut Opener::new(config(&[])), &script).unwrap(), ["ready"]);
}

#[test]
fn an_error_is_sticky() {
    for (greeting, expected) in [
        ("* OK IMAP\r\n", OpenError::Peer(PeerError::WrongProtocol)),
        (
            "-ERR [SYS/TEMP] later\r\n",
            refused("greeting", &Response::err("[SYS/TEMP] later").unwrap()),
        ),
    ] {
        let mut opener = Opener::new(OpenerConfig::default());
        for _ in 0..2 {
            let error = opener.receive(greeting.as_bytes()).unwrap_err();
            assert_eq!(error, expected);
        }
    }
}
