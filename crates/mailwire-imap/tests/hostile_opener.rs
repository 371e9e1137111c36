//! Servers that say anything: an opener does not give a password away, and does not call a session open that
//! the policy forbids.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_imap::element::string::AString;
use mailwire_imap::family::auth::Password;
use mailwire_imap::opener::{Login, OpenError, OpenEvent, Opener, OpenerConfig};
use mailwire_imap::sasl::MechanismName;
use mailwire_imap::{Machine, PeerError, TlsPolicy, Tolerance};
use mailwire_testing::cut::{Cut, random};

/// What a server may say; `#` is the number of the last command.
const LINES: [&str; 34] = [
    "* OK ready\r\n",
    "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] ready\r\n",
    "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n",
    "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready\r\n",
    "* PREAUTH [CAPABILITY IMAP4rev2 STARTTLS] welcome\r\n",
    "* PREAUTH welcome\r\n",
    "* BYE go away\r\n",
    "* NO\r\n",
    "x y\r\n",
    "+OK POP3\r\n",
    "* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR\r\n",
    "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n",
    "* CAPABILITY IMAP4\r\n",
    "* CAPABILITY\r\n",
    "A# OK done\r\n",
    "A# OK done\r\n",
    "A# OK\r\n",
    "A# OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] done\r\n",
    "A# OK [CAPABILITY IMAP4rev1 STARTTLS] done\r\n",
    "A# NO no\r\n",
    "A# BAD what?\r\n",
    "A# PREAUTH x\r\n",
    "A2 OK done\r\n",
    "A1 OK done\r\n",
    "+ go on\r\n",
    "+ \r\n",
    "+\r\n",
    "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n",
    "* ENABLED QRESYNC\r\n",
    "* 1 FETCH (BODY[] {5}\r\nA1 OK)\r\n",
    "* 1 EXPUNGE\r\n",
    "\r\n",
    "\0",
    "* LIST () \"/\" {99999}\r\n",
];

/// What came of a conversation.
struct Talk {
    written: Vec<u8>,
    ready: bool,
    error: Option<OpenError>,
}

/// Runs a conversation of lines that are picked at random.
fn talk(config: &OpenerConfig, state: &mut u64) -> Talk {
    let mut opener = Opener::new(config.clone());
    let mut talk = Talk { written: Vec::new(), ready: false, error: None };
    let (mut input, mut commands) = (Vec::new(), 0);
    for turn in 0..8 {
        // The first line is a greeting more often than not.
        let among = if turn == 0 && random(state) % 4 > 0 { 6 } else { LINES.len() };
        let pick = usize::try_from(random(state)).unwrap() % among;
        let line = LINES[pick].replace('#', &commands.to_string());
        let cut = if random(state) % 2 == 0 { Cut::Whole } else { Cut::Octets };
        for piece in cut.cutter().pieces(line.as_bytes()) {
            input.extend_from_slice(piece);
            if let Err(error) = act(&mut opener, &mut input, &mut talk) {
                assert_eq!(opener.receive(b"* OK ready\r\n").unwrap_err(), error);
                talk.error = Some(error);
                return talk;
            }
        }
        let out: Vec<u8> = opener.transmit().slices().flatten().copied().collect();
        opener.transmitted(out.len());
        commands += out.windows(2).filter(|octets| octets == b"\r\n").count();
        talk.written.extend(out);
    }
    if let Err(error) = opener.receive_eof() {
        talk.error = Some(error);
    }
    talk
}

fn act(opener: &mut Opener, input: &mut Vec<u8>, talk: &mut Talk) -> Result<(), OpenError> {
    loop {
        let received = opener.receive(input)?;
        match received.event {
            None => {
                input.drain(..received.consumed);
                return Ok(());
            }
            Some(OpenEvent::AuthWanted(Login::Password)) => {
                let name = AString::new("mrose").unwrap();
                opener.start_password(name, Password::new("secret").unwrap()).unwrap();
            }
            Some(OpenEvent::AuthWanted(_)) => {
                opener.start_auth(Some(b"\0mrose\0secret")).unwrap();
            }
            Some(OpenEvent::AuthChallenge(_)) => opener.respond_auth(b"secret").unwrap(),
            Some(OpenEvent::Ready) => talk.ready = true,
            // The handshake does not happen: what comes is still plaintext.
            Some(_) => {}
        }
        input.drain(..received.consumed);
    }
}

fn logins() -> Vec<Login> {
    let sasl = |name| Login::Sasl(MechanismName::new(name).unwrap());
    vec![sasl("XOAUTH2"), sasl("PLAIN"), Login::Password]
}

/// The first words of what was written.
fn verbs(written: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(written).into_owned();
    text.lines().map(|line| line.split(' ').nth(1).unwrap_or(line).to_owned()).collect()
}

const ROUNDS: u64 = 5000;

#[test]
fn nothing_but_tls_is_asked_for_where_it_is_required() {
    let mut config = OpenerConfig::default();
    config.logins = logins();
    config.client.tls = TlsPolicy::Required;
    config.namespace = true;
    let (mut refused, mut begun) = (0, 0);
    for (tolerance, preauth, auth) in [
        (Tolerance::default(), false, false),
        (Tolerance::lenient(), true, true),
        (Tolerance::strict(), true, false),
    ] {
        config.client.tolerance = tolerance;
        config.client.preauth = preauth;
        config.client.auth_without_tls = auth;
        for seed in 0..ROUNDS {
            let talk = talk(&config, &mut seed.clone());
            let verbs = verbs(&talk.written);
            let only = verbs.iter().all(|verb| verb == "CAPABILITY" || verb == "STARTTLS");
            assert!(only && !talk.ready, "{seed}: {verbs:?}");
            refused += u64::from(talk.error == Some(PeerError::TlsRefused.into()));
            begun += u64::from(verbs.iter().any(|verb| verb == "STARTTLS"));
        }
    }
    // The scripts do go so far.
    assert!(refused > 100 && begun > 1000, "{refused} {begun}");
}

#[test]
fn no_password_is_given_without_tls() {
    let mut config = OpenerConfig::default();
    config.logins = logins();
    config.client.preauth = true;
    let mut refused = 0;
    for seed in 0..ROUNDS {
        let talk = talk(&config, &mut seed.clone());
        let secret =
            verbs(&talk.written).iter().any(|verb| verb == "LOGIN" || verb == "AUTHENTICATE");
        assert!(!secret, "{seed}");
        refused += u64::from(talk.error == Some(OpenError::NoLogin));
    }
    assert!(refused > 100, "{refused}");
}

/// With passwords in plaintext allowed everything can happen, and nothing breaks.
#[test]
fn sessions_open_or_fail() {
    let mut config = OpenerConfig::default();
    config.logins = logins();
    config.client.auth_without_tls = true;
    config.client.tls = TlsPolicy::None;
    config.client.preauth = true;
    config.namespace = true;
    config.compress = true;
    let (mut ready, mut failed) = (0, 0);
    for seed in 0..ROUNDS {
        let talk = talk(&config, &mut seed.clone());
        ready += u64::from(talk.ready);
        failed += u64::from(talk.error.is_some());
    }
    assert!(ready > 100 && failed > 100, "{ready} {failed}");
}
