//! Hostile servers: what all protocols have to fear, and the rows IMAP-C of the attack table that the
//! house keeps. Each script runs whole, octet by octet and cut at random.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_imap::client::{Client, ClientConfig, Event};
use mailwire_imap::{
    Command, Deviation, Extension, Machine, PeerError, State, StatusKind, TlsPolicy, Tolerance,
    Unanswered, UsageError, Wait,
};
use mailwire_testing::drive::{Input, output};
use support::call::{Seen, call, command, config, data, done, greeted, inside, strict};

/// A client that wants TLS.
fn tls_required() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.tls = TlsPolicy::Required;
    config
}

/// Behind a greeting, with nothing in its queue.
fn quiet() -> Client {
    let mut client = Client::new(config());
    client.receive(b"* OK ready\r\n").unwrap();
    client
}

// --- All protocols.

#[test]
fn x_01_a_drip_costs_no_more_than_a_feed() {
    // The framer is shown everything again with each octet; were it to look at it again, this would
    // be 10^10 octets.
    let mut client = quiet();
    let mut line = b"* OK ".to_vec();
    line.resize((1 << 18) - 2, b'a');
    line.extend_from_slice(b"\r\n");
    for end in 1..line.len() {
        let received = client.receive(&line[..end]).unwrap();
        assert!(received.consumed == 0 && received.event.is_none());
    }
    let received = client.receive(&line).unwrap();
    assert_eq!(received.consumed, line.len());
    assert!(matches!(received.event, Some(Event::Response { .. })));
}

#[test]
fn x_02_empty_input_changes_nothing() {
    let mut idling = quiet();
    idling.send(&Command::Noop).unwrap();
    for mut client in [Client::new(config()), quiet(), idling] {
        let before = format!("{client:?}");
        for _ in 0..10_000 {
            let received = client.receive(b"").unwrap();
            assert!(received.consumed == 0 && received.event.is_none());
        }
        assert_eq!(format!("{client:?}"), before);
    }
}

#[test]
fn x_03_the_end_may_come_anywhere() {
    let transcript: &[u8] = b"* OK ready\r\n* 3 EXISTS\r\nA1 OK done\r\n\
        * 1 FETCH (BODY[] {20000}\r\n";
    let body =
        [transcript, &vec![b'x'; 20_000], b" UID 5)\r\n* BYE ciao\r\nA2 OK done\r\n"].concat();
    let ends = (0..transcript.len() + 3).chain(body.len() - 40..=body.len());
    for end in ends {
        let mut client = Client::new(config());
        let (mut input, mut answered) = (&body[..end], 0);
        let mut sent = 0;
        loop {
            let n = client.transmit().len();
            client.transmitted(n);
            let received = client.receive(input).unwrap();
            input = &input[received.consumed..];
            match received.event {
                Some(Event::Greeting { .. }) => {
                    client.send(&Command::Noop).unwrap();
                    client.send(&Command::Logout).unwrap();
                    sent = 2;
                }
                Some(Event::Completed { .. }) => answered += 1,
                Some(_) => {}
                None => break,
            }
        }
        let result = client.receive_eof();
        assert!(matches!(result, Ok(()) | Err(PeerError::Eof)), "{end}");
        assert!(client.is_closed());
        assert_eq!(client.receive_eof(), result);
        let unanswered = std::iter::from_fn(|| client.unanswered()).count();
        assert_eq!(answered + unanswered, sent, "{end}");
        assert_eq!(end == body.len(), answered == 2, "{end}");
    }
}

#[test]
fn x_03_the_end_in_the_middle_is_no_clean_end() {
    for (said, clean) in [
        ("", false),
        ("* OK re", false),
        ("* OK ready\r\n", true),
        ("* OK ready\r\n* 3 EX", false),
        ("* OK ready\r\n* 1 FETCH (BODY[] {99999}\r\nabc", false),
        ("* OK ready\r\n* BYE ciao\r\n", true),
    ] {
        let told = call(&config(), |call| {
            call.hear(said);
            call.end();
        });
        assert_eq!(told.error, (!clean).then_some(PeerError::Eof), "{said}");
        assert!(told.closed);
    }
}

#[test]
fn x_04_nothing_happens_behind_the_end() {
    let told = call(&config(), |call| {
        call.hear("* OK ready\r\n");
        call.hear("A1 OK done\r\n");
        call.hear("* 3 EXISTS\r\n");
        assert_eq!(call.refuse("NOOP"), UsageError::Closed);
    });
    assert_eq!(told.seen, [Seen::Greeting(StatusKind::Ok), Seen::Error(PeerError::UnknownTag)]);
    let told = greeted(&config(), "", |call| {
        call.send("LOGOUT");
        call.hear("* BYE ciao\r\nA1 OK done\r\n* 3 EXISTS\r\nA1 OK again\r\n");
        assert_eq!(call.refuse("NOOP"), UsageError::Closed);
        call.end();
    });
    assert_eq!(told.seen, [data("BYE ciao", None), done(1, "OK done"), Seen::Closed]);
    assert_eq!(told.error, None);
}

#[test]
fn x_05_queues_are_limited() {
    let mut client = quiet();
    let limit = ClientConfig::default().limits.in_flight;
    for _ in 0..limit {
        client.send(&Command::Noop).unwrap();
    }
    assert_eq!(client.send(&Command::Noop), Err(UsageError::Busy));
    let mut config = config();
    config.limits.transmit = 100;
    let mut client = Client::new(config);
    client.receive(b"* OK ready\r\n").unwrap();
    while client.transmit().len() <= 100 {
        client.send(&Command::Noop).unwrap();
    }
    assert_eq!(client.send(&Command::Noop), Err(UsageError::Busy));
    client.transmitted(usize::MAX);
    assert!(client.send(&Command::Noop).is_ok());
}

#[test]
fn x_06_a_long_line_is_dropped_to_its_end() {
    let mut config = config();
    config.limits.response_line = 1000;
    let told = greeted(&config, "", |call| {
        call.send("NOOP");
        call.hear(format!("* OK {}A1 OK done\r\n* 3 EXISTS\r\n", "A".repeat(1500)));
        call.hear("A1 OK done\r\n");
    });
    let limit = PeerError::Limit { name: "response_line", limit: 1000 };
    assert_eq!(told.seen, [Seen::Invalid(limit, None), data("3 EXISTS", None), done(1, "OK done")]);
    let told = greeted(&config, "", |call| call.hear("A".repeat(3000)));
    let limit = PeerError::Overrun { name: "response_line", limit: 1000 };
    assert_eq!(told.error, Some(limit));
}

#[test]
fn x_08_octets_are_kept_and_escaped_in_debug() {
    let mut client = quiet();
    let input = b"* OK [ALERT] \x1b[2J\xe2\x80\xae\r\n";
    let event = client.receive(input).unwrap().event.unwrap();
    let shown = format!("{event:?}");
    assert!(shown.is_ascii() && !shown.contains('\u{1b}'), "{shown}");
    let Event::Response { data, .. } = event else { panic!() };
    assert_eq!(data.to_bytes(), &input[2..input.len() - 2]);
}

#[test]
fn x_09_sizes_do_not_wrap() {
    let told = greeted(&config(), "", |call| {
        call.hear("* 1 FETCH (BODY[] {4294967298}\r\nabc* 2 EXISTS\r\n");
        assert_eq!(call.client().waiting_for(), Wait::Body);
    });
    assert_eq!(told.seen.last(), Some(&Seen::Body(b"abc* 2 EXISTS\r\n".to_vec())));
}

#[test]
fn x_10_another_protocol_is_not_talked_to() {
    for line in
        ["HTTP/1.1 400 Bad Request\r\n", "+OK POP3 ready\r\n", "220 ESMTP\r\n", "SSH-2.0-x\r\n"]
    {
        let told = call(&config(), |call| {
            call.hear(line);
            call.hear("* OK ready\r\n");
        });
        assert_eq!(told.seen, [Seen::Error(PeerError::WrongProtocol)], "{line}");
    }
}

#[test]
fn x_11_what_follows_the_end_is_not_heard() {
    let told = call(&config(), |call| {
        call.hear("* OK ready\r\n* 1 FETCH (BODY[] {99999}\r\nabc");
        call.end();
        call.hear("def)\r\n* 1 EXISTS\r\n");
    });
    assert_eq!(told.error, Some(PeerError::Eof));
    assert!(!told.seen.contains(&data("1 EXISTS", None)) && !told.seen.contains(&Seen::BodyEnd));
}

#[test]
fn x_12_the_policy_stays() {
    let told = greeted(&tls_required(), "UNAUTHENTICATE STARTTLS", |call| {
        call.send("STARTTLS");
        call.hear("A1 OK go\r\n");
        call.client().tls_started().unwrap();
        assert!(call.client().is_tls());
        call.send("LOGIN a b");
        call.hear("A2 OK [CAPABILITY IMAP4rev1 UNAUTHENTICATE] done\r\n");
        call.send("UNAUTHENTICATE");
        call.hear("A3 OK done\r\n");
        assert!(call.client().is_tls());
        assert_eq!(call.client().state(), State::NotAuthenticated);
        assert_eq!(
            call.client().tls_started(),
            Err(UsageError::NotNow { what: "the TLS handshake" })
        );
    });
    assert_eq!(told.error, None);
}

#[test]
fn x_13_no_plaintext_before_the_handshake() {
    let told = greeted(&config(), "STARTTLS", |call| {
        call.send("STARTTLS");
        assert!(call.client().tls_started().is_err());
        call.hear("A1 OK go\r\n");
        assert_eq!(call.refuse("NOOP"), UsageError::NotNow { what: "NOOP" });
        call.hear_early("\u{16}\u{3}\u{1}");
    });
    assert_eq!(told.error, Some(PeerError::DataAfterStartTls));
}

#[test]
fn x_14_each_state_says_what_it_waits_for() {
    greeted(&config(), "STARTTLS", |call| {
        assert_eq!(call.client().waiting_for(), Wait::Nothing);
        call.send("STARTTLS");
        assert_eq!(call.client().waiting_for(), Wait::Answer);
        call.hear("A1 OK go\r\n");
        assert_eq!(call.client().waiting_for(), Wait::Tls);
    });
    assert_eq!(Client::new(config()).waiting_for(), Wait::Greeting);
    inside(&config(), "IDLE SASL-IR", |call| {
        call.send("APPEND x {5}\r\nhello");
        assert_eq!(call.client().waiting_for(), Wait::BodyGo);
        call.hear("+ go\r\n");
        call.hear("A2 OK done\r\n");
        call.send("IDLE");
        assert_eq!(call.client().waiting_for(), Wait::Answer);
        call.hear("+ idling\r\n");
        assert_eq!(call.client().waiting_for(), Wait::Nothing);
        call.client().finish_idle().unwrap();
        assert_eq!(call.client().waiting_for(), Wait::Answer);
    });
}

// --- The way to TLS.

#[test]
fn imap_c_01_plaintext_behind_starttls() {
    for behind in ["* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA2 OK\r\n", "x", "\r\n"] {
        let told = greeted(&config(), "STARTTLS", |call| {
            call.send("STARTTLS");
            call.hear(format!("A1 OK go\r\n{behind}"));
            call.hear("* OK\r\n");
        });
        assert_eq!(told.events(), [done(1, "OK go")], "{behind}");
        assert_eq!(told.error, Some(PeerError::DataAfterStartTls));
    }
}

#[test]
fn imap_c_02_and_03_what_is_said_in_plaintext_is_forgotten() {
    let forged = "* CAPABILITY IMAP4rev1 STARTTLS LITERAL+\r\n* 5 EXISTS\r\n* 1 EXPUNGE\r\n\
        * 1 FETCH (BODY[] {3}\r\nabc)\r\n* ID (\"name\" \"GImap\")\r\n";
    greeted(&config(), "STARTTLS", |call| {
        call.hear(forged);
        call.send("STARTTLS");
        call.hear(format!("{forged}A1 OK go\r\n"));
        assert!(call.client().profile().is_some());
        call.client().tls_started().unwrap();
        let fresh = {
            let mut config = config();
            config.implicit_tls = true;
            let mut fresh = Client::new(config);
            fresh.receive(b"* OK x\r\n").unwrap();
            fresh
        };
        let client = call.client();
        assert_eq!(client.state(), fresh.state());
        assert_eq!(client.extensions(), fresh.extensions());
        assert_eq!((client.mode(), client.profile()), (fresh.mode(), None));
    });
}

#[test]
fn imap_c_04_alerts_in_plaintext_are_known_as_such() {
    let told = call(&config(), |call| {
        call.hear("* OK [ALERT] call this number\r\n");
        call.hear("* OK [ALERT] or this\r\n");
        // Data like any other: whom to believe is told by the session.
        assert!(!call.client().is_tls());
    });
    assert_eq!(told.seen[1], data("OK [ALERT] or this", None));
}

#[test]
fn imap_c_05_bye_behind_starttls_is_no_logout() {
    let told = greeted(&config(), "STARTTLS", |call| {
        call.send("STARTTLS");
        call.hear("A1 OK go\r\n* BYE x\r\n");
    });
    assert_eq!(told.error, Some(PeerError::DataAfterStartTls));
}

#[test]
fn imap_c_06_and_07_preauth() {
    let mut open = config();
    open.preauth = true;
    let mut required = tls_required();
    required.preauth = true;
    let mut under_tls = required.clone();
    under_tls.implicit_tls = true;
    for (config, good) in [(config(), false), (required, false), (open, true), (under_tls, true)] {
        let told = call(&config, |call| call.hear("* PREAUTH hi\r\n"));
        assert_eq!(told.error, (!good).then_some(PeerError::Preauth));
        assert_eq!(told.sent, "");
        assert_eq!(told.closed, !good);
    }
}

#[test]
fn imap_c_08_what_is_no_greeting() {
    for line in [
        "x y\r\n",
        "A1 OK\r\n",
        "* NO x\r\n",
        "* BAD x\r\n",
        "* FOO\r\n",
        "x\r\n* OK\r\n",
        "+ go\r\n",
        "* 1 FETCH (BODY[] {99999}\r\n",
        "* CAPABILITY IMAP4rev1\r\n",
    ] {
        let told = call(&config(), |call| {
            call.hear(line);
            call.hear("* OK ready\r\n");
        });
        assert_eq!(told.seen, [Seen::Error(PeerError::Greeting)], "{line}");
    }
}

#[test]
fn imap_c_09_starttls_is_refused() {
    for (line, error) in [
        ("A1 NO x\r\n", PeerError::TlsRefused),
        ("A1 BAD x\r\n", PeerError::TlsRefused),
        ("+ go on\r\n", PeerError::UnexpectedContinuation),
    ] {
        let told = greeted(&tls_required(), "STARTTLS", |call| {
            call.send("STARTTLS");
            call.hear(line);
        });
        assert_eq!(told.error, Some(error), "{line}");
    }
    let told = greeted(&tls_required(), "STARTTLS", |call| {
        call.send("STARTTLS");
        call.hear("* BYE x\r\n");
        call.end();
    });
    assert_eq!(told.error, Some(PeerError::TlsRefused));
    // Where it is not required the session goes on.
    let told = greeted(&config(), "STARTTLS", |call| {
        call.send("STARTTLS");
        call.hear("A1 NO x\r\n");
        call.send("NOOP");
    });
    assert_eq!((told.error, &told.sent[..]), (None, "A1 STARTTLS\r\nA2 NOOP\r\n"));
}

#[test]
fn imap_c_10_tls_is_not_offered() {
    for said in ["* CAPABILITY IMAP4\r\nA1 OK x\r\n", "A1 OK x\r\n", "A1 BAD x\r\n"] {
        let told = call(&tls_required(), |call| {
            call.hear("* OK ready\r\n");
            assert_eq!(call.refuse("LOGIN a b"), UsageError::TlsRequired);
            assert_eq!(call.refuse("NOOP"), UsageError::TlsRequired);
            call.send("CAPABILITY");
            call.hear(said);
            assert_eq!(call.refuse("LOGIN a b"), UsageError::Closed);
        });
        assert_eq!(told.error, Some(PeerError::TlsUnavailable), "{said}");
        assert_eq!(told.sent, "A1 CAPABILITY\r\n");
    }
}

#[test]
fn imap_c_11_a_tag_of_nothing() {
    for line in ["A2 OK begin TLS\r\n", "A0 OK x\r\n", "B1 OK x\r\n", "a1 OK x\r\n", "A01 NO x\r\n"]
    {
        let told = greeted(&config(), "STARTTLS", |call| {
            call.send("STARTTLS");
            call.hear(line);
        });
        assert_eq!(told.error, Some(PeerError::UnknownTag), "{line}");
        assert_eq!(told.unanswered, [(1, Unanswered::Unknown)]);
    }
    // One that has ended, and one that was not written as a whole.
    let told = greeted(&config(), "", |call| {
        call.send("NOOP");
        call.hear("A1 OK done\r\nA1 OK done\r\n");
    });
    assert_eq!(told.error, Some(PeerError::UnknownTag));
    let told = greeted(&config(), "", |call| {
        call.send("NOOP");
        call.write_octets(5);
        call.hear_early("A1 OK done\r\n");
    });
    assert_eq!(told.error, Some(PeerError::UnknownTag));
    assert_eq!(told.unanswered, [(1, Unanswered::NotSent)]);
    // OK instead of a literal.
    let told = inside(&config(), "", |call| {
        call.send("APPEND x {5}\r\nhello");
        call.hear("A2 OK done\r\n");
    });
    assert_eq!(told.error, Some(PeerError::UnknownTag));
    // Proxies send such; it ends nothing.
    let mut lenient = config();
    lenient.tolerance = Tolerance::lenient();
    let told = greeted(&lenient, "", |call| {
        call.send("NOOP");
        call.hear("A7 OK x\r\nA1 OK done\r\n");
    });
    assert_eq!(told.seen, [Seen::Unmatched("A7 OK x".into()), done(1, "OK done")]);
}

#[test]
fn imap_c_12_the_code_of_starttls_is_not_believed() {
    greeted(&config(), "STARTTLS", |call| {
        call.send("STARTTLS");
        call.hear("A1 OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] go\r\n");
        assert!(!call.client().extensions().has_mechanism("PLAIN"));
        call.client().tls_started().unwrap();
        assert!(!call.client().extensions().is_known());
    });
}

#[test]
fn imap_c_13_referrals_are_data() {
    let told = greeted(&config(), "", |call| {
        call.send("LOGIN a b");
        call.hear("* OK [REFERRAL imap://a;AUTH=*@evil/] x\r\n");
        call.hear("A1 NO [REFERRAL imap://;AUTH=*@evil/] x\r\n");
    });
    assert_eq!(
        told.seen,
        [
            data("OK [REFERRAL imap://a;AUTH=*@evil/] x", None),
            done(1, "NO [REFERRAL imap://;AUTH=*@evil/] x"),
        ]
    );
    assert_eq!(told.sent, "A1 LOGIN a b\r\n");
}

#[test]
fn imap_c_14_passwords_need_tls() {
    greeted(&ClientConfig::default(), "AUTH=PLAIN SASL-IR", |call| {
        for line in ["LOGIN a b", "AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN AGEAYg=="] {
            assert_eq!(call.refuse(line), UsageError::TlsRequired);
        }
    });
    greeted(&config(), "LOGINDISABLED AUTH=PLAIN", |call| {
        assert_eq!(call.refuse("LOGIN a b"), UsageError::LoginDisabled);
        assert_eq!(
            call.refuse("AUTHENTICATE PLAIN AGEAYg=="),
            UsageError::NotOffered(Extension::SaslIr)
        );
        assert_eq!(call.refuse("AUTHENTICATE X-OTHER"), UsageError::NotOffered(Extension::Auth));
        call.send("AUTHENTICATE PLAIN");
    });
}

#[test]
fn imap_c_15_capabilities_do_not_outlive_what_changes_them() {
    greeted(&config(), "LITERAL+ IDLE", |call| {
        assert!(call.client().extensions().has(Extension::LiteralPlus));
        call.send("LOGIN a b");
        call.hear("A1 OK welcome\r\n");
        assert!(!call.client().extensions().is_known());
        assert_eq!(call.refuse("IDLE"), UsageError::NotOffered(Extension::Idle));
        call.send("APPEND x {2}\r\nhi");
        call.hear("");
        assert!(call.sent.ends_with(b"A2 APPEND x {2}\r\n"));
    });
}

// --- Sizes and nesting.

#[test]
fn imap_c_16_a_large_literal_is_streamed() {
    let mut client = quiet();
    client.receive(b"* 1 FETCH (BODY[] {4294967295}\r\n").unwrap();
    let chunk = vec![b'x'; 1 << 16];
    for _ in 0..1000 {
        let received = client.receive(&chunk).unwrap();
        assert_eq!(received.consumed, chunk.len());
        assert!(
            matches!(received.event, Some(Event::BodyChunk(octets)) if octets.len() == chunk.len())
        );
    }
    // Where it cannot be streamed it is dropped by count, and told once.
    let mut config = config();
    config.limits.response_discard = 100_000;
    let told = greeted(&config, "", |call| {
        call.hear("* STATUS {20000}\r\n");
        call.hear(format!("{}* 5 EXISTS\r\n (MESSAGES 1)\r\n* 6 EXISTS\r\n", "x".repeat(19_986)));
        call.hear("* LIST () NIL {90000}\r\n");
        call.hear("A".repeat(90_000) + "\r\n* STATUS {999999}\r\n");
    });
    let too_large = PeerError::Limit { name: "inline_literal", limit: 16_384 };
    assert_eq!(
        told.events(),
        [
            Seen::Invalid(too_large, None),
            data("6 EXISTS", None),
            Seen::Invalid(too_large, None),
            Seen::Invalid(too_large, None),
        ]
    );
    assert_eq!(told.error, Some(PeerError::Limit { name: "response_discard", limit: 100_000 }));
}

#[test]
fn imap_c_17_sizes_that_cannot_be_read() {
    use mailwire_imap::framing::Fault;
    for (header, fault) in [
        ("{18446744073709551616}", Fault::Size),
        ("{9223372036854775808}", Fault::Size),
        ("{-5}", Fault::Header),
        ("{1e9}", Fault::Header),
        ("{}", Fault::Header),
    ] {
        let told = greeted(&config(), "", |call| {
            call.hear(format!("* 1 FETCH (BODY[] {header}\r\nabc)\r\n* 1 EXISTS\r\n"));
        });
        assert_eq!(told.seen, [Seen::Error(PeerError::Literal(fault))], "{header}");
    }
}

#[test]
fn imap_c_18_no_octets_are_a_body() {
    let told = greeted(&config(), "", |call| {
        call.hear("* 1 FETCH (BODY[] {0}\r\n)\r\n* 1 EXISTS\r\n");
    });
    assert_eq!(told.seen.len(), 2);
    assert!(matches!(&told.seen[0], Seen::Data(wire, ..) if wire.starts_with("1 FETCH (BODY[]")));
}

#[test]
fn imap_c_19_many_literals_cost_no_more_than_their_octets() {
    let mut line = b"* X (".to_vec();
    for _ in 0..50_000 {
        line.extend_from_slice(b"{1}\r\na ");
    }
    line.extend_from_slice(b"b)\r\n");
    let mut client = quiet();
    for end in (1..line.len()).step_by(7) {
        assert!(client.receive(&line[..end]).unwrap().event.is_none());
    }
    assert_eq!(client.receive(&line).unwrap().consumed, line.len());
    let mut config = config();
    config.limits.response_literals = 100;
    let told = greeted(&config, "", |call| {
        call.hear(format!("* X ({}b)\r\n* 1 EXISTS\r\n", "{1}\r\na ".repeat(200)));
    });
    let limit = PeerError::Limit { name: "response_literals", limit: 100 };
    assert_eq!(told.seen.first(), Some(&Seen::Invalid(limit, None)));
    assert_eq!(told.seen.last(), Some(&data("1 EXISTS", None)));
}

#[test]
fn imap_c_20_a_flood_fills_nothing() {
    let mut client = quiet();
    let before = format!("{client:?}");
    let flood = b"* 1 EXISTS\r\n".repeat(1000);
    for _ in 0..100 {
        let mut input = &flood[..];
        while !input.is_empty() {
            let received = client.receive(input).unwrap();
            assert!(received.event.is_some());
            input = &input[received.consumed..];
        }
    }
    assert_eq!(format!("{client:?}"), before);
    let mut config = config();
    config.limits.response_line = 10_000;
    let told = greeted(&config, "", |call| {
        call.hear(format!("* SEARCH{}\r\n* 1 EXISTS\r\n", " 12345".repeat(2500)));
    });
    let limit = PeerError::Limit { name: "response_line", limit: 10_000 };
    assert_eq!(told.seen, [Seen::Invalid(limit, None), data("1 EXISTS", None)]);
}

#[test]
fn imap_c_21_ranges_stay_ranges() {
    for code in ["APPENDUID 1 1:4294967295", "COPYUID 1 1:4294967295 1:4294967295"] {
        let told = inside(&config(), "", |call| {
            call.send("NOOP");
            call.hear(format!("A2 OK [{code}] done\r\n"));
        });
        assert_eq!(told.seen, [done(2, &format!("OK [{code}] done"))]);
    }
}

#[test]
fn imap_c_22_bodystructure_depth() {
    let told = greeted(&config(), "", |call| {
        call.send("NOOP");
        call.hear(format!("* 1 FETCH (BODYSTRUCTURE {} UID 5)\r\n", "(".repeat(10_000)));
        call.hear("A1 OK done\r\n");
    });
    assert_eq!(told.seen.len(), 2);
    assert!(matches!(&told.seen[0], Seen::Invalid(..) | Seen::Data(..)));
    if let Seen::Data(_, _, met) = &told.seen[0] {
        assert!(met.contains(&Deviation::InvalidItem));
    }
    assert_eq!(told.seen[1], done(1, "OK done"));
}

#[test]
fn imap_c_23_nesting_and_long_lists() {
    let address = "(NIL NIL \"a\" \"b\")".repeat(20_000);
    for line in [
        format!("* THREAD {}1{}", "(".repeat(5000), ")".repeat(5000)),
        format!("* NAMESPACE {}", "(".repeat(5000)),
        format!("* 1 FETCH (ENVELOPE {})", "(".repeat(5000)),
        format!("* 1 FETCH (ENVELOPE (NIL NIL ({address}) NIL NIL NIL NIL NIL NIL NIL))"),
        format!("* X {}", "(".repeat(5000)),
    ] {
        let mut client = quiet();
        let line = line + "\r\n";
        assert!(client.receive(line.as_bytes()).unwrap().event.is_some());
        assert!(client.receive(b"* 1 EXISTS\r\n").unwrap().event.is_some());
    }
}

#[test]
fn imap_c_24_real_depth_is_read() {
    let part = "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1)";
    let structure = (0..40).fold(part.to_owned(), |inner, _| format!("({inner} \"MIXED\")"));
    let told = greeted(&config(), "", |call| {
        call.hear(format!("* 1 FETCH (BODYSTRUCTURE {structure})\r\n"));
    });
    let line = format!("1 FETCH (BODYSTRUCTURE {structure})");
    assert_eq!(told.seen, [data(&line, None)]);
}

#[test]
fn imap_c_25_numbers_out_of_range() {
    for line in ["* 4294967296 EXISTS", "* 99999999999999999999 FETCH (UID 1)"] {
        let told = greeted(&config(), "", |call| call.hear(format!("{line}\r\n* 1 EXISTS\r\n")));
        assert!(matches!(told.seen[0], Seen::Invalid(PeerError::Syntax(_), None)), "{line}");
        assert_eq!(told.seen[1], data("1 EXISTS", None));
    }
    // Zero is tolerated by name, and nowhere when strict.
    let zero = "* 0 FETCH (UID 5)\r\n* OK [UIDVALIDITY 0] x\r\n";
    let told = greeted(&config(), "", |call| call.hear(zero));
    for seen in &told.seen {
        assert!(matches!(seen, Seen::Data(_, _, met) if met == &[Deviation::ZeroNumber]));
    }
    let told = greeted(&strict(config()), "", |call| call.hear("* 0 FETCH (UID 5)\r\n"));
    assert!(matches!(told.seen[..], [Seen::Invalid(PeerError::Syntax(_), None)]));
    let told = greeted(&config(), "", |call| call.hear("* 1 FETCH (RFC822.SIZE -1 UID 5)\r\n"));
    assert!(
        matches!(&told.seen[..], [Seen::Data(_, _, met)] if met.contains(&Deviation::InvalidItem))
    );
}

#[test]
fn imap_c_26_a_long_date() {
    let told = greeted(&config(), "", |call| {
        call.hear(format!("* 1 FETCH (INTERNALDATE \"{}\" UID 5)\r\n", "1".repeat(10_000)));
    });
    assert!(
        matches!(&told.seen[..], [Seen::Data(_, _, met)] if met.contains(&Deviation::InvalidItem))
    );
}

/// The end of a command tells whether the session ends with it.
#[test]
fn an_answer_tells_that_it_is_the_last() {
    let ends = |config: ClientConfig, line: &str, answer: &str| {
        let mut client = Client::new(config);
        let mut input = Input::new();
        let mut all = Vec::new();
        let mut hear = |client: &mut Client, octets: &[u8]| {
            input.receive(client, octets, |client, event| {
                if let Event::Completed { ends, .. } = event {
                    assert_eq!(client.is_closed(), ends);
                    all.push(ends);
                }
            })
        };
        hear(&mut client, b"* OK [CAPABILITY IMAP4rev1 STARTTLS LITERAL+] ready\r\n").unwrap();
        client.send(&command(line)).unwrap();
        output(&mut client);
        let end = hear(&mut client, answer.as_bytes());
        (all, end.err())
    };
    let tls = |policy| {
        let mut config = config();
        config.tls = policy;
        config
    };
    let (needed, wanted) = (tls(TlsPolicy::Required), tls(TlsPolicy::Opportunistic));
    for (config, command, answer, last, error) in [
        (needed.clone(), "STARTTLS", "A1 NO no\r\n", true, Some(PeerError::TlsRefused)),
        (wanted.clone(), "STARTTLS", "A1 NO no\r\n", false, None),
        (
            needed,
            "CAPABILITY",
            "* CAPABILITY IMAP4rev1\r\nA1 OK done\r\n",
            true,
            Some(PeerError::TlsUnavailable),
        ),
        (wanted.clone(), "CAPABILITY", "* CAPABILITY IMAP4rev1\r\nA1 OK done\r\n", false, None),
        (wanted.clone(), "LOGOUT", "* BYE\r\nA1 OK done\r\n", true, None),
        (wanted, "LOGIN a b", "A1 NO wrong\r\n", false, None),
    ] {
        assert_eq!(ends(config, command, answer), (vec![last], error), "{command} {answer}");
    }
}
