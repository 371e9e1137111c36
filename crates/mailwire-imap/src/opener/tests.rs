//! Whole openings, by what the server says and what the client must have said; each for every way to cut
//! what the server says.

use alloc::string::{String, ToString};
use alloc::{format, vec};

use mailwire_testing::cut::{self, Cut};

use super::*;
use crate::ExtensionSet;
use crate::family::id::Id;
use crate::state::State;
use crate::{Deviation, Tolerance};

/// What came of an opening.
#[derive(Debug, PartialEq)]
struct Opened {
    /// What the caller was told.
    seen: Vec<String>,
    /// The step that the opener stands at, or where it failed.
    step: &'static str,
    error: Option<OpenError>,
    state: State,
    enabled: Vec<Extension>,
}

impl Opened {
    /// The error, where it was a peer's.
    fn peer(&self) -> Option<PeerError> {
        match self.error {
            Some(OpenError::Peer(error)) => Some(error),
            _ => None,
        }
    }

    /// What was refused and how.
    fn refused(&self) -> Option<(&'static str, String)> {
        match &self.error {
            Some(OpenError::Refused { step, status }) => {
                Some((step, String::from_utf8(status.to_bytes()).unwrap()))
            }
            _ => None,
        }
    }
}

/// The end of the connection, among what the server says.
const EOF: &str = "EOF";

/// Runs lines of a script: what the server says, and what the client must have said behind it.
#[track_caller]
fn run(config: &OpenerConfig, script: &[(&str, &str)]) -> Opened {
    let octets = script.iter().map(|(server, _)| server.len()).sum();
    cut::same(Cut::everywhere(octets), "the opening", |cut| {
        let mut opener = Opener::new(config.clone());
        let (mut cutter, mut seen, mut input) = (cut.cutter(), Vec::new(), Vec::new());
        let mut error = None;
        for (server, client) in script {
            if *server == EOF {
                error = error.or(opener.receive_eof().err());
                continue;
            }
            for piece in cutter.pieces(server.as_bytes()) {
                input.extend_from_slice(piece);
                error = error.or(act(&mut opener, &mut input, &mut seen).err());
            }
            let out: Vec<u8> = opener.transmit().slices().flatten().copied().collect();
            opener.transmitted(out.len());
            assert_eq!(core::str::from_utf8(&out).unwrap(), *client, "behind {server} {cut:?}");
        }
        if let Some(error) = &error {
            // It is sticky.
            assert_eq!(opener.receive(b"* OK ready\r\n").unwrap_err(), *error);
            assert_eq!(opener.receive_eof().unwrap_err(), *error);
            assert_eq!(opener.waiting_for(), Wait::Closed);
            // That octets follow the OK shows with them: before, the handshake seems due.
            if *error == PeerError::DataAfterStartTls.into() {
                seen.retain(|one| one != "tls");
            }
        }
        let (step, client) = (opener.step(), opener.into_client());
        let enabled = client.enabled().iter().collect();
        Opened { seen, step, error, state: client.state(), enabled }
    })
}

/// How what was said without TLS is shown.
const fn mark(untrusted: bool) -> &'static str {
    if untrusted { "?" } else { "" }
}

fn act(opener: &mut Opener, input: &mut Vec<u8>, seen: &mut Vec<String>) -> Result<(), OpenError> {
    loop {
        let mut start = None;
        let received = opener.receive(input)?;
        match received.event {
            None => {
                input.drain(..received.consumed);
                return Ok(());
            }
            Some(OpenEvent::TlsReady) => {
                seen.push("tls".to_string());
                start = Some("tls");
            }
            Some(OpenEvent::CompressReady) => {
                seen.push("compress".to_string());
                start = Some("compress");
            }
            Some(OpenEvent::AuthWanted(Login::Sasl(mechanism))) => {
                let secret: Option<&[u8]> =
                    if mechanism.as_str() == "LOGIN" { None } else { Some(b"\0a\0b") };
                opener.start_auth(secret).unwrap();
                seen.push(mechanism.as_str().to_string());
            }
            Some(OpenEvent::AuthWanted(Login::Password)) => {
                seen.push("password".to_string());
                let name = AString::new("mrose").unwrap();
                opener.start_password(name, Password::new("a b").unwrap()).unwrap();
            }
            Some(OpenEvent::AuthChallenge(challenge)) => {
                seen.push(String::from_utf8(challenge.decode().unwrap()).unwrap());
                opener.respond_auth(b"x").unwrap();
            }
            Some(OpenEvent::Response { data, untrusted }) => {
                let text = String::from_utf8(data.to_bytes()).unwrap();
                seen.push(format!("{}{text}", mark(untrusted)));
            }
            Some(OpenEvent::Answered { step, status, untrusted }) => {
                let mark = mark(untrusted);
                seen.push(format!("{mark}{step}: {} {}", status.kind(), status.text()));
            }
            Some(OpenEvent::Ready) => seen.push("ready".to_string()),
        }
        input.drain(..received.consumed);
        match start {
            // What is here already is plaintext: then the handshake fails.
            Some("tls") if input.is_empty() => opener.tls_started().unwrap(),
            Some("compress") => opener.compression_started().unwrap(),
            _ => {}
        }
    }
}

fn sasl(name: &'static str) -> Login {
    Login::Sasl(MechanismName::new(name).unwrap())
}

/// A client that gives passwords without TLS.
fn config(logins: &[Login]) -> OpenerConfig {
    let mut config = OpenerConfig { logins: logins.to_vec(), ..OpenerConfig::default() };
    config.client.auth_without_tls = true;
    config
}

/// One that gives nothing without TLS.
fn required(logins: &[Login]) -> OpenerConfig {
    let mut config = OpenerConfig { logins: logins.to_vec(), ..OpenerConfig::default() };
    config.client.tls = TlsPolicy::Required;
    config
}

#[test]
fn everything_at_once() {
    let mut config = required(&[sasl("SCRAM-SHA-256"), sasl("PLAIN"), Login::Password]);
    config.id = Some(Id::new([("name", Some("x"))]).unwrap());
    config.enable = ExtensionSet::EMPTY
        .with(Extension::QResync)
        .with(Extension::Utf8Accept)
        .with(Extension::UidOnly);
    config.compress = true;
    config.namespace = true;
    let opened = run(
        &config,
        &[
            ("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n", "A1 STARTTLS\r\n"),
            ("A1 OK begin\r\n", "A2 CAPABILITY\r\n"),
            (
                "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\nA2 OK done\r\n",
                "A3 AUTHENTICATE PLAIN AGEAYg==\r\n",
            ),
            ("* OK [ALERT] full\r\nA3 OK in\r\n", "A4 CAPABILITY\r\n"),
            (
                "* CAPABILITY IMAP4rev1 ID ENABLE QRESYNC CONDSTORE UTF8=ACCEPT NAMESPACE \
                 COMPRESS=DEFLATE\r\nA4 OK done\r\n",
                "A5 ID (\"name\" \"x\")\r\n",
            ),
            ("* ID (\"name\" \"y\")\r\nA5 OK done\r\n", "A6 ENABLE QRESYNC UTF8=ACCEPT\r\n"),
            ("* ENABLED QRESYNC\r\nA6 OK done\r\n", "A7 COMPRESS DEFLATE\r\n"),
            ("A7 OK active\r\n", "A8 NAMESPACE\r\n"),
            ("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\nA8 OK done\r\n", ""),
        ],
    );
    assert_eq!(
        opened.seen,
        [
            "tls",
            "PLAIN",
            "ID (\"name\" \"y\")",
            "compress",
            "NAMESPACE ((\"\" \"/\")) NIL NIL",
            "ready"
        ]
    );
    assert_eq!((opened.step, opened.state), ("ready", State::Authenticated));
    assert!(opened.enabled.contains(&Extension::QResync), "{opened:?}");
    assert!(opened.enabled.contains(&Extension::CondStore), "{opened:?}");
    assert!(!opened.enabled.contains(&Extension::Utf8Accept), "{opened:?}");
}

#[test]
fn nothing_is_asked_for_that_is_told_or_not_offered() {
    let mut config = config(&[sasl("PLAIN"), Login::Password]);
    config.id = Some(Id::NIL);
    config.enable = ExtensionSet::EMPTY.with(Extension::CondStore);
    config.compress = true;
    config.namespace = true;
    let told = run(
        &config,
        &[
            ("* OK [CAPABILITY IMAP4rev1] ready\r\n", "A1 LOGIN mrose \"a b\"\r\n"),
            ("A1 OK [CAPABILITY IMAP4rev1 X-Y] welcome\r\n", ""),
        ],
    );
    assert_eq!(told.seen, ["password", "ready"]);
    // ENABLE itself has to be offered too.
    let unable = [
        ("* OK [CAPABILITY IMAP4rev1] ready\r\n", "A1 LOGIN mrose \"a b\"\r\n"),
        ("A1 OK [CAPABILITY IMAP4rev1 CONDSTORE] welcome\r\n", ""),
    ];
    assert_eq!(run(&config, &unable).seen, ["password", "ready"]);
    let asked = run(
        &config,
        &[
            ("* OK ready\r\n", "A1 CAPABILITY\r\n"),
            ("* CAPABILITY IMAP4rev1\r\nA1 OK done\r\n", "A2 LOGIN mrose \"a b\"\r\n"),
            // It tells them beside its answer.
            ("* CAPABILITY IMAP4rev2\r\nA2 OK welcome\r\n", "A3 NAMESPACE\r\n"),
            ("A3 OK nothing\r\n", ""),
        ],
    );
    assert_eq!(asked.seen, ["password", "ready"]);
}

/// The optional commands may be refused.
#[test]
fn what_is_optional_may_be_refused() {
    let mut config = config(&[Login::Password]);
    config.id = Some(Id::NIL);
    config.enable = ExtensionSet::EMPTY.with(Extension::CondStore);
    config.compress = true;
    for no in ["NO never", "BAD what?"] {
        let answer = |tag: &str| format!("{tag} {no}\r\n");
        let opened = run(
            &config,
            &[
                ("* OK [CAPABILITY IMAP4rev1] ready\r\n", "A1 LOGIN mrose \"a b\"\r\n"),
                (
                    "A1 OK [CAPABILITY IMAP4rev1 ID ENABLE CONDSTORE COMPRESS=DEFLATE] in\r\n",
                    "A2 ID NIL\r\n",
                ),
                (&answer("A2"), "A3 ENABLE CONDSTORE\r\n"),
                (&answer("A3"), "A4 COMPRESS DEFLATE\r\n"),
                (&answer("A4"), ""),
            ],
        );
        assert_eq!(
            (opened.seen, opened.enabled),
            (vec!["password".into(), "ready".into()], vec![])
        );
    }
}

/// iCloud answers ENABLE with OK alone.
#[test]
fn enabled_may_be_missing() {
    let mut config = config(&[Login::Password]);
    config.enable = ExtensionSet::EMPTY.with(Extension::CondStore);
    config.client.tolerance = Tolerance::default().with(Deviation::MissingEnabled);
    let script = [
        ("* OK [CAPABILITY IMAP4rev1] ready\r\n", "A1 LOGIN mrose \"a b\"\r\n"),
        ("A1 OK [CAPABILITY IMAP4rev1 ENABLE CONDSTORE] in\r\n", "A2 ENABLE CONDSTORE\r\n"),
        ("A2 OK done\r\n", ""),
    ];
    assert_eq!(run(&config, &script).enabled, [Extension::CondStore]);
    config.client.tolerance = Tolerance::strict();
    assert_eq!(run(&config, &script).enabled, []);
}

/// RFC 9755: a server that requires UTF-8 is told to use it.
#[test]
fn utf8_only_is_enabled() {
    let mut config = config(&[Login::Password]);
    config.enable = ExtensionSet::EMPTY.with(Extension::Utf8Accept);
    let script = [
        ("* OK [CAPABILITY IMAP4rev1] ready\r\n", "A1 LOGIN mrose \"a b\"\r\n"),
        ("A1 OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ONLY] in\r\n", "A2 ENABLE UTF8=ACCEPT\r\n"),
        ("* ENABLED UTF8=ACCEPT\r\nA2 OK done\r\n", ""),
    ];
    assert_eq!(run(&config, &script).enabled, [Extension::Utf8Accept]);
}

#[test]
fn preauth_by_policy() {
    let mut config = config(&[sasl("PLAIN")]);
    config.namespace = true;
    let script = [("* PREAUTH [CAPABILITY IMAP4rev2] hi\r\n", "")];
    assert_eq!(run(&config, &script).peer(), Some(PeerError::Preauth));
    config.client.preauth = true;
    let script = [
        ("* PREAUTH [CAPABILITY IMAP4rev2 STARTTLS] hi\r\n", "A1 NAMESPACE\r\n"),
        ("A1 OK done\r\n", ""),
    ];
    assert_eq!(run(&config, &script).seen, ["ready"]);
    let script = [
        ("* PREAUTH hi\r\n", "A1 CAPABILITY\r\n"),
        ("* CAPABILITY IMAP4rev1\r\nA1 OK done\r\n", ""),
    ];
    assert_eq!(run(&config, &script).seen, ["ready"]);
}

/// IMAP-C-06: nothing is sent.
#[test]
fn imap_c_06_preauth_is_an_error_where_tls_is_required() {
    for allowed in [false, true] {
        let mut config = required(&[sasl("PLAIN")]);
        config.client.preauth = allowed;
        let opened = run(&config, &[("* PREAUTH [CAPABILITY IMAP4rev2] hi\r\n", "")]);
        assert_eq!((opened.peer(), opened.step), (Some(PeerError::Preauth), "greeting"));
    }
}

/// IMAP-C-07: under implicit TLS it is taken where the caller knows why.
#[test]
fn imap_c_07_preauth_under_tls() {
    let mut config = required(&[sasl("PLAIN")]);
    config.client.implicit_tls = true;
    let script = [("* PREAUTH [CAPABILITY IMAP4rev2] hi\r\n", "")];
    assert_eq!(run(&config, &script).peer(), Some(PeerError::Preauth));
    config.client.preauth = true;
    assert_eq!(run(&config, &script).seen, ["ready"]);
}

/// IMAP-C-08: a later greeting does not heal it.
#[test]
fn imap_c_08_the_greeting() {
    for greeting in
        ["x y\r\n", "A1 OK\r\n", "* NO\r\n", "* BAD x\r\n", "* FOO\r\n", "x\r\n* OK ready\r\n"]
    {
        let opened = run(&required(&[]), &[(greeting, "")]);
        assert_eq!((opened.peer(), opened.step), (Some(PeerError::Greeting), "greeting"));
    }
    let opened = run(&required(&[]), &[("+OK POP3 ready\r\n", "")]);
    assert_eq!(opened.peer(), Some(PeerError::WrongProtocol));
    let opened = run(&required(&[]), &[("* BYE [UNAVAILABLE] later\r\n", "")]);
    assert_eq!(opened.refused(), Some(("greeting", "BYE [UNAVAILABLE] later".into())));
    assert_eq!(
        opened.error.unwrap().to_string(),
        "refused at greeting: BYE later",
        "the text is for people"
    );
}

/// IMAP-C-09: nothing but TLS lets the session go on.
#[test]
fn imap_c_09_starttls_is_refused() {
    for answer in [
        &["A1 NO no\r\n"][..],
        &["A1 BAD what?\r\n"],
        &["* BYE no\r\n", EOF],
        &["* BYE no\r\n* BYE no\r\n"],
        &["* BYE no\r\nA1 OK\r\n"],
        &[EOF],
    ] {
        let greeting = "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready\r\n";
        let mut script = vec![(greeting, "A1 STARTTLS\r\n")];
        script.extend(answer.iter().map(|line| (*line, "")));
        let opened = run(&required(&[sasl("PLAIN"), Login::Password]), &script);
        assert_eq!((opened.peer(), opened.step), (Some(PeerError::TlsRefused), "STARTTLS"));
        assert_eq!(opened.seen, [""; 0]);
    }
    for (tolerance, error) in [
        (Tolerance::strict(), PeerError::UnexpectedContinuation),
        (Tolerance::lenient(), PeerError::TlsRefused),
    ] {
        let mut config = required(&[]);
        config.client.tolerance = tolerance;
        let script = [
            ("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", "A1 STARTTLS\r\n"),
            ("+ go on\r\n", ""),
        ];
        assert_eq!(run(&config, &script).peer(), Some(error));
    }
}

/// IMAP-C-10: the greeting is not all that can be known; CAPABILITY is.
#[test]
fn imap_c_10_starttls_is_not_offered() {
    for answer in [
        "A1 BAD what?\r\n",
        "A1 OK\r\n",
        "* CAPABILITY IMAP4\r\nA1 OK done\r\n",
        "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA1 OK done\r\n",
        "* XCAPABILITY IMAP4rev1 STARTTLS\r\nA1 OK done\r\n",
    ] {
        for greeting in ["* OK ready\r\n", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"] {
            let script = [(greeting, "A1 CAPABILITY\r\n"), (answer, "")];
            let opened = run(&required(&[sasl("PLAIN"), Login::Password]), &script);
            assert_eq!(opened.peer(), Some(PeerError::TlsUnavailable), "{answer}");
            assert_eq!((opened.step, opened.seen), ("CAPABILITY", vec![]));
        }
    }
    let script = [
        ("* OK [CAPABILITY IMAP4rev1] ready\r\n", "A1 CAPABILITY\r\n"),
        ("* CAPABILITY IMAP4rev1 STARTTLS\r\nA1 OK done\r\n", "A2 STARTTLS\r\n"),
        ("A2 OK begin\r\n", "A3 CAPABILITY\r\n"),
        ("* CAPABILITY IMAP4rev1\r\nA3 OK done\r\n", ""),
    ];
    assert_eq!(run(&required(&[]), &script).seen, ["tls", "ready"]);
}

/// IMAP-C-05, IMAP-C-11 and the like: the answer to STARTTLS, and nothing else.
#[test]
fn imap_c_11_only_the_answer_to_starttls_counts() {
    for (answer, error) in [
        ("A2 OK begin TLS\r\n", PeerError::UnknownTag),
        ("A1 OK go\r\n* BYE x\r\n", PeerError::DataAfterStartTls),
        ("A1 OK go\r\n* CAPABILITY IMAP4rev1\r\nA2 OK\r\n", PeerError::DataAfterStartTls),
    ] {
        let script =
            [("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", "A1 STARTTLS\r\n"), (answer, "")];
        let mut config = required(&[]);
        config.client.tolerance = Tolerance::strict();
        // Where the octets come with the OK, the handshake does not begin; where they come later, they are
        // the handshake's. Only the first is ours.
        let mut opener = Opener::new(config);
        opener.receive(script[0].0.as_bytes()).unwrap();
        opener.transmitted(opener.transmit().len());
        let mut rest = answer.as_bytes();
        let found = loop {
            match opener.receive(rest) {
                Ok(received) if received.event.is_some() => rest = &rest[received.consumed..],
                other => break other.unwrap_err(),
            }
        };
        assert_eq!((found, opener.step()), (error.into(), "STARTTLS"));
        assert_eq!(opener.tls_started(), Err(UsageError::NotNow { what: "the TLS handshake" }));
    }
}

/// IMAP-C-12 and IMAP-C-15: what plaintext offered is forgotten.
#[test]
fn imap_c_15_capabilities_are_not_kept() {
    let script = [
        ("* OK [CAPABILITY IMAP4rev1 STARTTLS LITERAL+ SASL-IR] ready\r\n", "A1 STARTTLS\r\n"),
        ("A1 OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] go\r\n", "A2 CAPABILITY\r\n"),
        ("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA2 OK\r\n", "A3 AUTHENTICATE PLAIN\r\n"),
        ("+ \r\n", "AGEAYg==\r\n"),
        ("A3 OK\r\n", "A4 CAPABILITY\r\n"),
        ("* CAPABILITY IMAP4rev1\r\nA4 OK\r\n", ""),
    ];
    assert_eq!(run(&required(&[sasl("PLAIN")]), &script).seen, ["tls", "PLAIN", "ready"]);
}

/// IMAP-C-14: a password is not given away.
#[test]
fn imap_c_14_no_login_is_allowed() {
    let mut plain = config(&[sasl("PLAIN"), Login::Password]);
    for capabilities in ["IMAP4rev1 LOGINDISABLED", "IMAP4rev1 AUTH=X LOGINDISABLED"] {
        let greeting = format!("* OK [CAPABILITY {capabilities}] ready\r\n");
        assert_eq!(run(&plain, &[(&greeting, "")]).error, Some(OpenError::NoLogin));
    }
    plain.client.auth_without_tls = false;
    let script = [("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n", "")];
    assert_eq!(run(&plain, &script).error, Some(OpenError::NoLogin));
}

#[test]
fn an_opportunistic_session_goes_on() {
    let script = [
        ("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", "A1 STARTTLS\r\n"),
        ("A1 NO not now\r\n", "A2 LOGIN mrose \"a b\"\r\n"),
        ("A2 OK [CAPABILITY IMAP4rev1] in\r\n", ""),
    ];
    assert_eq!(run(&config(&[Login::Password]), &script).seen, ["password", "ready"]);
    let mut none = config(&[]);
    none.client.tls = TlsPolicy::None;
    let script = [("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", "")];
    assert_eq!(run(&none, &script).seen, ["ready"]);
}

/// Where the client's first response goes.
#[test]
fn the_initial_response() {
    let opening = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n";
    let mut config = config(&[sasl("PLAIN")]);
    config.initial_response = "A1 AUTHENTICATE PLAIN AGEAYg==\r\n".len();
    let full = [(opening, "A1 AUTHENTICATE PLAIN AGEAYg==\r\n"), ("A1 NO\r\n", "")];
    let opened = run(&config, &full);
    assert_eq!((opened.seen.as_slice(), opened.step), (&["PLAIN".to_string()][..], "AUTHENTICATE"));
    assert_eq!(opened.refused().map(|(step, _)| step), Some("AUTHENTICATE"));
    config.initial_response -= 1;
    let later = [
        (opening, "A1 AUTHENTICATE PLAIN\r\n"),
        ("+\r\n", "AGEAYg==\r\n"),
        ("A1 OK [CAPABILITY IMAP4rev1] in\r\n", ""),
    ];
    assert_eq!(run(&config, &later).seen, ["PLAIN", "ready"]);
    // Challenges behind it are the caller's.
    let more = [
        (opening, "A1 AUTHENTICATE PLAIN\r\n"),
        ("+ \r\n", "AGEAYg==\r\n"),
        ("+ bW9yZQ==\r\n", "eA==\r\n"),
        ("A1 OK [CAPABILITY IMAP4rev1] in\r\n", ""),
    ];
    assert_eq!(run(&config, &more).seen, ["PLAIN", "more", "ready"]);
}

/// A failed token is answered with a challenge; the failure comes when that is answered.
#[test]
fn failed_tokens() {
    for (mechanism, farewell) in [("XOAUTH2", "\r\n"), ("OAUTHBEARER", "AQ==\r\n")] {
        let config = config(&[sasl(mechanism)]);
        let told = format!("* OK [CAPABILITY IMAP4rev1 AUTH={mechanism} SASL-IR] ready\r\n");
        let given = format!("A1 AUTHENTICATE {mechanism} AGEAYg==\r\n");
        let opened = run(
            &config,
            &[
                (&told, &given),
                ("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n", farewell),
                ("A1 NO [AUTHENTICATIONFAILED] Invalid credentials\r\n", ""),
            ],
        );
        let status = "NO [AUTHENTICATIONFAILED] Invalid credentials".to_string();
        assert_eq!(opened.refused(), Some(("AUTHENTICATE", status)));
        let told = format!("* OK [CAPABILITY IMAP4rev1 AUTH={mechanism}] ready\r\n");
        let begun = format!("A1 AUTHENTICATE {mechanism}\r\n");
        let opened = run(
            &config,
            &[
                (&told, &begun),
                ("+ \r\n", "AGEAYg==\r\n"),
                ("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n", farewell),
                ("A1 NO no\r\n", ""),
            ],
        );
        assert_eq!(opened.seen, [mechanism]);
    }
}

/// A mechanism that the server begins.
#[test]
fn challenges_are_the_callers() {
    let script = [
        ("* OK [CAPABILITY IMAP4rev1 AUTH=LOGIN SASL-IR] ready\r\n", "A1 AUTHENTICATE LOGIN\r\n"),
        ("+ VXNlcm5hbWU6\r\n", "eA==\r\n"),
        ("+ UGFzc3dvcmQ6\r\n", "eA==\r\n"),
        ("A1 OK [CAPABILITY IMAP4rev1] in\r\n", ""),
    ];
    let opened = run(&config(&[sasl("LOGIN"), Login::Password]), &script);
    assert_eq!(opened.seen, ["LOGIN", "Username:", "Password:", "ready"]);
}

#[test]
fn refusals_and_ends_name_their_step() {
    let mut config = config(&[Login::Password]);
    config.namespace = true;
    let opening = ("* OK [CAPABILITY IMAP4rev2] ready\r\n", "A1 LOGIN mrose \"a b\"\r\n");
    let inside = ("A1 OK [CAPABILITY IMAP4rev2] in\r\n", "A2 NAMESPACE\r\n");
    let refused = |script: &[(&str, &str)]| run(&config, script).refused();
    let expected = |step, status: &str| Some((step, status.to_string()));
    // The answer tells more than BYE does.
    let script = [opening, ("* BYE go\r\nA1 NO [EXPIRED] old\r\n", "")];
    assert_eq!(refused(&script), expected("LOGIN", "NO [EXPIRED] old"));
    assert_eq!(refused(&[opening, ("* BYE go\r\n", ""), (EOF, "")]), expected("LOGIN", "BYE go"));
    assert_eq!(refused(&[opening, ("* BYE go\r\nA1 OK in\r\n", "")]), expected("LOGIN", "BYE go"));
    // Exchange: nobody is logged in.
    let script = [opening, inside, ("A2 BAD User is authenticated but not connected.\r\n", "")];
    let status = "BAD User is authenticated but not connected.";
    assert_eq!(refused(&script), expected("NAMESPACE", status));
    for (script, step) in [
        (&[(EOF, "")][..], "greeting"),
        (&[opening, (EOF, "")], "LOGIN"),
        (&[opening, inside, (EOF, "")], "NAMESPACE"),
    ] {
        let opened = run(&config, script);
        assert_eq!((opened.peer(), opened.step), (Some(PeerError::Eof), step));
    }
}

/// What is said before login is not told, and does not disturb: IMAP-C-03, IMAP-C-04.
#[test]
fn what_is_said_before_login_is_not_told() {
    let script = [
        ("* OK [ALERT] call this number\r\n", "A1 CAPABILITY\r\n"),
        (
            "* LIST () \"/\" INBOX\r\n* OK [ALERT] call\r\n* CAPABILITY IMAP4rev1\r\nA1 OK\r\n",
            "A2 LOGIN mrose \"a b\"\r\n",
        ),
        ("* 3 EXISTS\r\nA2 OK in\r\n", "A3 CAPABILITY\r\n"),
        ("* OK [ALERT] full\r\n* CAPABILITY IMAP4rev1\r\nA3 OK\r\n", ""),
    ];
    let opened = run(&config(&[Login::Password]), &script);
    assert_eq!(opened.seen, ["password", "?OK [ALERT] full", "ready"]);
}

/// An alert is for the user, wherever it stands.
#[test]
fn codes_of_answers_are_told() {
    let mut config = config(&[Login::Password]);
    config.compress = true;
    let script = [
        ("* OK [CAPABILITY IMAP4rev1] ready\r\n", "A1 LOGIN mrose \"a b\"\r\n"),
        ("A1 OK [ALERT] nearly full\r\n", "A2 CAPABILITY\r\n"),
        ("* CAPABILITY IMAP4rev1 COMPRESS=DEFLATE\r\nA2 OK\r\n", "A3 COMPRESS DEFLATE\r\n"),
        ("A3 NO [COMPRESSIONACTIVE] by TLS\r\n", ""),
    ];
    let seen = ["password", "?LOGIN: OK nearly full", "?COMPRESS: NO by TLS", "ready"];
    assert_eq!(run(&config, &script).seen, seen);
    // Without TLS anybody can have said it.
    config.client.implicit_tls = true;
    let trusted = seen.map(|one| one.trim_start_matches('?'));
    assert_eq!(run(&config, &script).seen, trusted);
}

/// What comes behind the opening is left for the client.
#[test]
fn the_client_goes_on_where_the_opener_ends() {
    let mut opener = Opener::new(config(&[]));
    let input = b"* OK [CAPABILITY IMAP4rev1] ready\r\n* OK [ALERT] go\r\n";
    let received = opener.receive(input).unwrap();
    assert!(matches!(received.event, Some(OpenEvent::Ready)));
    assert_eq!(opener.receive(&input[received.consumed..]).unwrap().consumed, 0);
    let mut client = opener.into_client();
    let rest = client.receive(&input[received.consumed..]).unwrap();
    assert!(matches!(rest.event, Some(Event::Response { data: Data::Condition(_), .. })));
}

/// A password that needs a literal waits for the server's go-ahead.
#[test]
fn passwords_may_be_literals() {
    let mut opener = Opener::new(config(&[Login::Password]));
    let hear = |opener: &mut Opener, line: &str, expected: &str| {
        opener.receive(line.as_bytes()).unwrap();
        if matches!(opener.step, Step::AuthWanted(_)) {
            let password = Password::new("p\u{e4}".as_bytes()).unwrap();
            opener.start_password(AString::new("mrose").unwrap(), password).unwrap();
        }
        let out: Vec<u8> = opener.transmit().slices().flatten().copied().collect();
        opener.transmitted(out.len());
        assert_eq!(core::str::from_utf8(&out).unwrap(), expected);
    };
    hear(&mut opener, "* OK [CAPABILITY IMAP4rev1] ready\r\n", "A1 LOGIN mrose {3}\r\n");
    hear(&mut opener, "+ go\r\n", "p\u{e4}\r\n");
    hear(&mut opener, "A1 OK [CAPABILITY IMAP4rev1] in\r\n", "");
    assert_eq!(opener.step(), "ready");
}

#[test]
fn callers_cannot_get_ahead() {
    let mut opener = Opener::new(config(&[]));
    assert!(opener.start_auth(None).is_err() && opener.tls_started().is_err());
    assert!(opener.respond_auth(b"").is_err() && opener.cancel_auth().is_err());
    assert!(opener.compression_started().is_err());
    let (name, password) = (AString::new("a").unwrap(), Password::new("b").unwrap());
    assert!(opener.start_password(name, password).is_err());
    assert!(opener.transmit().is_empty());
}
