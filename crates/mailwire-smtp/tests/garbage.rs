//! Scripts that nobody would write, cut in every way: the same must come out, and nothing panics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_smtp::client::ClientConfig;
use mailwire_smtp::family::auth::Auth;
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::server::{BareNewlines, Protocol, TlsPolicy};
use mailwire_smtp::{Command, PeerError, ServerConfig, Tolerance};
use proptest::prelude::*;
use support::Seen;
use support::script::{Call, call, talk};
use support::{ehlo, lhlo, mail, rcpt, with_auth};

/// What clients say, what they should not say, and pieces of both.
const SAID: &[&str] = &[
    "EHLO a\r\n",
    "LHLO a\r\n",
    "HELO a\r\n",
    "MAIL FROM:<a@x>\r\n",
    "MAIL FROM:<a@x> BODY=BINARYMIME\r\n",
    "MAIL FROM:<a@x> SIZE=99\r\n",
    "MAIL FROM:<a@x> PRDR\r\n",
    "RCPT TO:<b@x>\r\n",
    "RCPT TO:<no@x>\r\n",
    "DATA\r\n",
    "DATA x\r\n",
    "hi\r\n",
    ".\r\n",
    "..\r\n",
    "\r\n.\r\n",
    "\n.\n",
    "\r",
    "\n",
    "\0",
    "BDAT 5\r\nQUIT\r",
    "BDAT 3\r\nabc",
    "BDAT 3 LAST\r\nabc",
    "BDAT 0 LAST\r\n",
    "BDAT 30 LAST\r\n",
    "BDAT 9\r\n123456789",
    "BDAT x\r\n",
    "RSET\r\n",
    "NOOP\r\n",
    "QUIT\r\n",
    "STARTTLS\r\n",
    "AUTH PLAIN\r\n",
    "AUTH PLAIN AHVzZXIAcGFzcw==\r\n",
    "AHVzZXIAcGFzcw==\r\n",
    "*\r\n",
    "VRFY x\r\n",
    "FOO\r\n",
    "GET / HTTP/1.1\r\n",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "\u{e9}",
    " ",
];

/// What servers say, and what they should not say.
const ANSWERED: &[&str] = &[
    "220 x\r\n",
    "250 ok\r\n",
    "250-x\r\n250-PIPELINING\r\n250-AUTH PLAIN\r\n250-CHUNKING\r\n250 STARTTLS\r\n",
    "250-x\r\n",
    "250-x\r\n250 STARTTLS\r\n",
    "354 go\r\n",
    "353 each\r\n",
    "334 \r\n",
    "334 eA==\r\n",
    "235 ok\r\n",
    "550 no\r\n",
    "550-5.1.1 no\r\n550 5.1.1 no\r\n",
    "421 closing\r\n",
    "221 bye\r\n",
    "\r\n",
    "\r",
    "\n",
    "2",
    "999 x\r\n",
    "250",
    "\0",
    "250 ok\r\n250 ok\r\n354 go\r\n",
];

fn segments(words: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let segment = proptest::collection::vec(proptest::sample::select(words), 1..4);
    proptest::collection::vec(segment.prop_map(|words| words.concat()), 0..12)
}

fn server_configs() -> Vec<ServerConfig> {
    let mut plain = with_auth();
    plain.limits.message = 20;
    plain.limits.line = 64;
    plain.limits.recipients = 2;
    plain.limits.excess_recipients = 2;
    let mut lmtp = plain.clone();
    lmtp.protocol = Protocol::Lmtp;
    lmtp.bare_newlines = BareNewlines::Accept;
    let mut tls = plain.clone();
    tls.tls = TlsPolicy::Opportunistic;
    tls.tolerance = Tolerance::lenient();
    tls.tolerate_early_talkers = true;
    vec![plain, lmtp, tls]
}

fn client_configs() -> Vec<ClientConfig> {
    let mut plain = ClientConfig::default();
    plain.auth_without_tls = true;
    plain.limits.auth_rounds = 2;
    let mut lmtp = plain.clone();
    lmtp.protocol = Protocol::Lmtp;
    lmtp.tolerance = Tolerance::lenient();
    let mut tls = plain.clone();
    tls.tls = TlsPolicy::Required;
    vec![plain, lmtp, tls]
}

/// A caller who does the next thing that is possible.
fn go_on(call: &mut Call, from: usize) -> usize {
    let seen: Vec<Seen> = call.seen[from..].to_vec();
    for seen in &seen {
        let client = &mut call.peer.client;
        match seen {
            Seen::BodyWanted(_) => {
                let _ = call.body("hi\r\n");
                let _ = call.finish();
            }
            Seen::Challenge(_) => {
                let _ = client.respond_auth(b"\0u\0p");
            }
            Seen::TlsReady => {
                client.tls_started().unwrap();
            }
            _ => {}
        }
        let hello = if call.peer.client.protocol() == Protocol::Lmtp { lhlo() } else { ehlo() };
        let auth = Command::Auth(Auth::new(MechanismName::new("PLAIN").unwrap()));
        for command in
            [hello, Command::StartTls, auth, mail("a"), rcpt("b"), rcpt("c"), Command::Data]
        {
            call.try_send(&command);
        }
    }
    from + seen.len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_of_any_client(segments in segments(SAID), end in any::<bool>()) {
        for config in server_configs() {
            let heard = talk(&config, |talk| {
                let lmtp = config.protocol == Protocol::Lmtp;
                talk.say(if lmtp { "LHLO a\r\n" } else { "EHLO a\r\n" });
                for segment in &segments {
                    talk.say(segment);
                    if talk.app.tls && talk.app.server.tls_started().is_ok() {
                        talk.app.tls = false;
                    }
                }
                if end {
                    talk.end();
                }
            });
            // Each reply is a line of its own, and the session goes on or is over.
            assert!(heard.output.is_empty() || heard.output.ends_with("\r\n"));
            assert!(heard.codes().iter().all(|code| (200..=599).contains(code)));
            assert!(heard.error.is_none() || heard.closed);
        }
    }

    #[test]
    fn any_cut_of_any_server(segments in segments(ANSWERED), end in any::<bool>()) {
        for config in client_configs() {
            let told = call(&config, |call| {
                let mut done = 0;
                for segment in &segments {
                    call.hear(segment);
                    done = go_on(call, done);
                    call.write();
                }
                if end {
                    call.end();
                }
            });
            assert!(told.error.is_none() || told.closed);
            let required = config.tls == TlsPolicy::Required && !told.seen.contains(&Seen::TlsReady);
            let free = |line: &str| ["EHLO", "STARTTLS"].iter().any(|verb| line.starts_with(verb));
            assert!(!required || told.sent.lines().all(free), "{}", told.sent);
            let early = |error| matches!(error, PeerError::DataAfterStartTls);
            assert!(!told.error.is_some_and(early) || !told.seen.contains(&Seen::TlsReady));
        }
    }
}
