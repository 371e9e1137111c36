//! What real servers do to a client, by the numbers of the list of quirks; and how commands go out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use mailwire_imap::client::{Client, ClientConfig, Event};
use mailwire_imap::element::literal::Literal;
use mailwire_imap::element::mailbox::Mailbox;
use mailwire_imap::element::string::AString;
use mailwire_imap::family::append::{Append, AppendData, AppendMessage, CatPart, Catenate};
use mailwire_imap::{
    Command, Deviation, Extension, Machine, Mode, PeerError, State, StatusKind, TlsPolicy,
    Unanswered, UsageError, Wait,
};
use mailwire_testing::drive;
use support::call::{
    Call, Seen, call, config, data, done, greeted, inside, lenient, selected, strict,
};

/// Untagged data with a deviation.
fn odd(wire: &str, of: Option<u64>, deviation: Deviation) -> Seen {
    Seen::Data(wire.into(), of, vec![deviation])
}

// --- Status responses.

#[test]
fn quirk_8_copyuid_stands_where_it_likes() {
    let told = selected(&config(), "MOVE", |call| {
        call.send("UID COPY 1 x");
        call.hear("* OK [COPYUID 1 2 3] here\r\nA3 OK done\r\n");
        call.send("UID MOVE 1 x");
        call.hear("* OK [COPYUID 1 2 3] here\r\n* 1 EXPUNGE\r\nA4 OK [COPYUID 1 2 3] done\r\n");
    });
    assert_eq!(
        told.seen,
        [
            data("OK [COPYUID 1 2 3] here", Some(3)),
            done(3, "OK done"),
            data("OK [COPYUID 1 2 3] here", Some(4)),
            data("1 EXPUNGE", Some(4)),
            done(4, "OK [COPYUID 1 2 3] done"),
        ]
    );
}

#[test]
fn quirk_11_an_alert_in_place_of_an_answer() {
    let told = greeted(&config(), "", |call| {
        call.send("LOGIN a b");
        call.hear("* BAD [ALERT] Please enable IMAP\r\n");
        assert_eq!(call.client().waiting_for(), Wait::Answer);
    });
    assert_eq!(told.seen, [data("BAD [ALERT] Please enable IMAP", None)]);
}

#[test]
fn quirk_12_bye_without_end() {
    let told = selected(&config(), "", |call| {
        call.send("NOOP");
        call.send("CHECK");
        call.hear("* BYE x\r\n");
        assert!(call.client().is_closing() && !call.client().is_closed());
        assert_eq!(call.refuse("NOOP"), UsageError::Closed);
        call.hear("* BYE x\r\n* BYE x\r\n* BYE x\r\n");
    });
    assert_eq!(
        told.seen,
        [
            data("BYE x", None),
            data("BYE x", None),
            Seen::Unanswered(3, Unanswered::Unknown),
            Seen::Unanswered(4, Unanswered::Unknown),
            Seen::Closed,
        ]
    );
}

#[test]
fn quirk_13_an_answer_behind_bye() {
    let told = selected(&config(), "", |call| {
        call.send("UID FETCH 1 FLAGS");
        call.send("FETCH 1 FLAGS");
        call.hear("* BYE x\r\nA3 NO [LIMIT] UID FETCH Rate limit hit.\r\n");
        call.end();
    });
    assert_eq!(
        told.seen,
        [
            data("BYE x", None),
            Seen::Unanswered(4, Unanswered::NotSent),
            done(3, "NO [LIMIT] UID FETCH Rate limit hit."),
            Seen::Closed,
        ]
    );
    assert_eq!(told.error, None);
}

#[test]
fn quirks_14_to_17_what_is_no_response() {
    let told = greeted(&config(), "", |call| {
        call.send("NOOP");
        call.hear("Server Unavailable. 15\r\n\0\0* OK a\r\n* OK b\r\n");
        call.hear("*  1688 EXISTS\r\n");
        call.hear(" ");
        call.hear("  * 5 EXISTS\r\n\r\n* 6 EXISTS\r\nA1 OK done\r\n");
    });
    assert!(matches!(told.seen[0], Seen::Invalid(PeerError::Syntax(_), None)));
    assert_eq!(
        told.seen[1..],
        [
            odd("OK a", None, Deviation::LeadingNul),
            data("OK b", None),
            odd("1688 EXISTS", None, Deviation::ExtraSpaces),
            odd("5 EXISTS", None, Deviation::LeadingSpaces),
            odd("6 EXISTS", None, Deviation::BlankLine),
            done(1, "OK done"),
        ]
    );
    // Strict: each is told, and the session goes on.
    let told = greeted(&strict(config()), "", |call| {
        call.hear("\r\n\0\0\0* 1 EXISTS\r\n  * 2 EXISTS\r\n");
    });
    let kinds: Vec<_> = told.seen.iter().map(|seen| matches!(seen, Seen::Invalid(..))).collect();
    assert_eq!(kinds, [true, true, false, true, false]);
    let told = greeted(&lenient(config()), "", |call| call.hear("* 1 EXISTS\n"));
    assert_eq!(told.seen, [odd("1 EXISTS", None, Deviation::BareLfLine)]);
}

#[test]
fn quirk_19_a_stale_tag_ends_nothing() {
    let told = greeted(&lenient(config()), "", |call| {
        call.send("NOOP");
        call.hear("B7 OK x\r\n");
        assert_eq!(call.client().in_flight(), 1);
        call.hear("A1 NO y\r\n");
    });
    assert_eq!(told.seen, [Seen::Unmatched("B7 OK x".into()), done(1, "NO y")]);
}

#[test]
fn quirk_26_ok_to_enable_alone() {
    let enable = |call: &mut Call| {
        call.send("ENABLE UTF8=ACCEPT");
        call.hear("A2 OK done\r\n");
    };
    inside(&config(), "ENABLE UTF8=ACCEPT", |call| {
        enable(call);
        assert!(!call.client().mode().contains(Mode::UTF8));
    });
    inside(&lenient(config()), "ENABLE UTF8=ACCEPT", |call| {
        enable(call);
        assert!(call.client().mode().contains(Mode::UTF8));
    });
    // A profile switches it on for one server.
    call(&config(), |call| {
        call.hear("* OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT] (2428B47) p00-iscream-f9f7\r\n");
        assert_eq!(call.client().profile().map(|profile| profile.name), Some("iCloud"));
        call.send("LOGIN a b");
        call.hear("A1 OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT] welcome\r\n");
        enable(call);
        assert!(call.client().enabled().contains(Extension::Utf8Accept));
    });
}

#[test]
fn quirks_27_and_88_profiles_mask_and_bound() {
    call(&config(), |call| {
        call.hear("* OK Microsoft Exchange Server 2003 IMAP4rev1 server version (6.5) ready\r\n");
        call.send("LOGIN a b");
        call.hear("A1 OK [CAPABILITY IMAP4rev1 NAMESPACE] in\r\n");
        assert_eq!(call.refuse("NAMESPACE"), UsageError::NotOffered(Extension::Namespace));
    });
    call(&config(), |call| {
        call.hear("* OK [CAPABILITY IMAP4rev1 XYMHIGHESTMODSEQ] IMAP4rev1 Hello\r\n");
        call.send("LOGIN a b");
        call.hear("A1 OK in\r\n");
        call.send("SELECT x");
        call.hear("A2 OK in\r\n");
        let long = format!("UID FETCH {}1 FLAGS", "1:3,".repeat(300));
        assert_eq!(call.refuse(&long), UsageError::LineTooLong { limit: 1000 });
        call.send("NOOP");
    });
    let mut blind = config();
    blind.profiles = false;
    call(&blind, |call| {
        call.hear("* OK Courier-IMAP ready.\r\n");
        assert_eq!(call.client().profile(), None);
    });
    call(&config(), |call| {
        call.hear("* OK [CAPABILITY IMAP4rev1 ID] ready\r\n");
        call.send("ID NIL");
        call.hear("* ID (\"name\" \"GImap\" \"vendor\" \"Google\")\r\nA1 OK done\r\n");
        assert_eq!(call.client().profile().map(|profile| profile.name), Some("Gmail"));
    });
}

#[test]
fn quirk_48_message_number_zero() {
    let told = selected(&config(), "", |call| {
        call.send("UID FETCH 5 FLAGS");
        call.hear("* 0 FETCH (UID 5)\r\nA3 OK done\r\n");
    });
    assert_eq!(told.seen[0], odd("0 FETCH (UID 5)", Some(3), Deviation::ZeroNumber));
}

// --- Literals.

/// A message of so many octets that are streamed.
fn message(size: u64) -> AppendMessage<'static> {
    AppendMessage::new(AppendData::Message(Literal::streamed(size).unwrap()))
}

fn append(size: u64) -> Append<'static> {
    Append::new(Mailbox::new("x").unwrap(), message(size))
}

#[test]
fn quirk_90_a_go_ahead_for_a_literal_that_does_not_wait() {
    let told = inside(&config(), "LITERAL+", |call| {
        call.send("APPEND x {5}\r\nhello");
        call.hear("+ go\r\n");
        call.hear("A2 OK done\r\n");
        call.hear("+ again\r\n");
    });
    assert_eq!(told.sent, "A2 APPEND x {5+}\r\nhello\r\n");
    assert_eq!(told.events(), [Seen::Continue(None), done(2, "OK done")]);
    assert_eq!(told.error, Some(PeerError::UnexpectedContinuation));
    // It does not pass for one that is waited for.
    let told = inside(&config(), "LITERAL-", |call| {
        call.send("APPEND x {5}\r\nhello");
        call.give(&Command::Append(append(5000).into()));
        call.hear("+ go\r\n");
        assert_eq!(call.sent, b"A2 APPEND x {5+}\r\nhello\r\n");
        call.hear("A2 OK done\r\n");
        call.hear("+ go\r\n");
    });
    assert!(told.sent.ends_with("\r\nA3 APPEND x {5000}\r\n"));
    assert_eq!(told.seen[2..], [Seen::Continue(Some(3)), Seen::BodyWanted(3, 5000)]);
    let told = inside(&strict(config()), "LITERAL+", |call| {
        call.send("APPEND x {5}\r\nhello");
        call.hear("+ go\r\n");
    });
    assert_eq!(told.error, Some(PeerError::UnexpectedContinuation));
}

#[test]
fn quirk_91_a_literal_is_refused() {
    for answer in ["A2 NO [TRYCREATE] no such mailbox\r\n", "A2 BAD no\r\n"] {
        let told = inside(&config(), "", |call| {
            call.send("APPEND x {5}\r\nhello");
            call.send("NOOP");
            call.hear(answer);
            call.hear("A3 OK done\r\n");
        });
        assert_eq!(told.sent, "A2 APPEND x {5}\r\nA3 NOOP\r\n");
        assert_eq!(told.seen.last(), Some(&done(3, "OK done")));
        let told = inside(&config(), "", |call| {
            call.give(&Command::Append(append(99_999).into()));
            call.hear(answer);
            assert!(call.client().send_body(Bytes::from_static(b"x")).is_err());
        });
        assert_eq!(told.sent, "A2 APPEND x {99999}\r\n");
    }
}

#[test]
fn quirk_92_and_limits_of_literal_minus() {
    for (offered, size, wire) in [
        ("LITERAL+", 9999, "{9999+}"),
        ("LITERAL-", 4096, "{4096+}"),
        ("LITERAL-", 4097, "{4097}"),
        ("IMAP4rev2", 4096, "{4096+}"),
        ("", 1, "{1}"),
    ] {
        let told = inside(&config(), offered, |call| {
            call.give(&Command::Append(append(size).into()));
        });
        assert_eq!(told.sent, format!("A2 APPEND x {wire}\r\n"));
    }
}

/// A name or a password is no header of a literal, whatever it ends in.
#[test]
fn what_looks_like_the_end_of_a_header_is_sent() {
    for offered in ["", "LITERAL+", "LITERAL-"] {
        for line in ["LOGIN a b+}", "LOGIN a 5+}", "LOGIN a }", "LOGIN a \"{5+}\""] {
            let told = greeted(&config(), offered, |call| {
                call.send(line);
                call.hear("A1 OK done\r\n");
            });
            assert_eq!(told.sent, format!("A1 {line}\r\n"), "{offered}");
            assert_eq!(told.seen, [done(1, "OK done")], "{offered}, {line}");
        }
    }
}

/// RFC 9051 section 6.3.1.
#[test]
fn enable_comes_before_a_mailbox_is_opened() {
    let enable = "ENABLE CONDSTORE";
    let not_now = UsageError::NotNow { what: "ENABLE" };
    selected(&config(), "ENABLE CONDSTORE UNSELECT UNAUTHENTICATE", |call| {
        assert_eq!(call.refuse(enable), not_now);
        call.send("UNSELECT");
        call.hear("A3 OK done\r\n");
        assert_eq!(call.refuse(enable), not_now);
        call.send("UNAUTHENTICATE");
        call.hear("A4 OK done\r\n");
        call.send("LOGIN a b");
        call.hear("A5 OK [CAPABILITY IMAP4rev1 ENABLE CONDSTORE] done\r\n");
        call.send(enable);
        call.hear("* ENABLED CONDSTORE\r\nA6 OK done\r\n");
        assert!(call.client().enabled().contains(Extension::CondStore));
    });
    inside(&config(), "ENABLE CONDSTORE", |call| {
        call.send("NOOP");
        call.send("EXAMINE INBOX");
        assert_eq!(call.refuse(enable), not_now);
    });
}

/// A server that says BYE in IDLE is waited for: it closes.
#[test]
fn bye_in_idle_is_followed_by_the_end() {
    let told = selected(&config(), "IDLE", |call| {
        call.send("IDLE");
        call.hear("+ idling\r\n");
        assert_eq!(call.client().waiting_for(), Wait::Nothing);
        call.hear("* BYE timeout\r\n");
        assert_eq!(call.client().waiting_for(), Wait::Answer);
        call.end();
        assert_eq!(call.client().waiting_for(), Wait::Closed);
    });
    assert_eq!(told.error, None);
    assert!(told.closed);
}

#[test]
fn bodies_are_streamed_and_not_copied() {
    let body = Bytes::from(vec![b'x'; 5000]);
    let mut client = Client::new(config());
    client.receive(b"* OK [CAPABILITY IMAP4rev1] x\r\n").unwrap();
    client.send(&Command::parse(b"LOGIN a b").unwrap()).unwrap();
    drive::output(&mut client);
    client.receive(b"A1 OK [CAPABILITY IMAP4rev1 LITERAL+ MULTIAPPEND CATENATE] x\r\n").unwrap();
    let parts =
        [CatPart::Url(AString::new("/x").unwrap()), CatPart::Text(Literal::streamed(2).unwrap())];
    let catenate = AppendMessage::new(AppendData::Catenate(Catenate::new(parts).unwrap()));
    client
        .send(&Command::Append(
            append(5000).with(catenate).unwrap().with(message(0)).unwrap().into(),
        ))
        .unwrap();
    let mut wanted = Vec::new();
    while let Some(event) = client.receive(b"").unwrap().event {
        let Event::BodyWanted { size, .. } = event else { panic!("{event:?}") };
        wanted.push(size);
        match size {
            5000 => {
                client.send_body(body.clone()).unwrap();
                let sent = client.transmit().slices().any(|slice| slice.as_ptr() == body.as_ptr());
                assert!(sent, "the body was copied");
            }
            2 => client.send_body(Bytes::from_static(b"hi")).unwrap(),
            _ => {}
        }
        client.finish_body().unwrap();
    }
    assert_eq!(wanted, [5000, 2, 0]);
    let sent = String::from_utf8(drive::output(&mut client)).unwrap();
    let expected = format!(
        "A2 APPEND x {{5000+}}\r\n{} CATENATE (URL /x TEXT {{2+}}\r\nhi) {{0+}}\r\n\r\n",
        "x".repeat(5000)
    );
    assert_eq!(sent, expected);
}

#[test]
fn a_body_needs_what_it_uses() {
    inside(&config(), "APPENDLIMIT=100", |call| {
        let refused = |call: &mut Call, append: Append<'static>| {
            call.client().send(&Command::Append(append.into())).unwrap_err()
        };
        assert_eq!(refused(call, append(101)), UsageError::TooLarge { limit: 100 });
        let two = append(1).with(message(1)).unwrap();
        assert_eq!(refused(call, two), UsageError::NotOffered(Extension::MultiAppend));
        let binary = AppendData::Message(Literal::streamed(5).unwrap().binary());
        let binary = Append::new(Mailbox::new("x").unwrap(), AppendMessage::new(binary));
        assert_eq!(refused(call, binary), UsageError::NotOffered(Extension::Binary));
        call.give(&Command::Append(append(100).into()));
    });
}

// --- Order.

#[test]
fn quirk_93_what_is_missing_is_not_waited_for() {
    let told = inside(&config(), "", |call| {
        call.send("SELECT INBOX");
        call.hear("A2 OK done\r\n");
        assert_eq!(call.client().state(), State::Selected);
    });
    assert_eq!(told.seen, [done(2, "OK done")]);
}

#[test]
fn quirk_94_a_late_go_ahead_of_idle() {
    let told = selected(&lenient(config()), "IDLE", |call| {
        call.send("IDLE");
        call.hear("* 4 EXISTS\r\nA3 OK done\r\n");
        call.send("NOOP");
        call.hear("+ idling\r\nA4 OK done\r\n");
    });
    assert_eq!(
        told.seen,
        [data("4 EXISTS", None), done(3, "OK done"), Seen::Continue(None), done(4, "OK done")]
    );
}

#[test]
fn quirk_95_answers_may_come_in_any_order() {
    let told = selected(&config(), "", |call| {
        call.send("NOOP");
        call.send("STATUS x (MESSAGES)");
        call.hear("A4 OK b\r\nA3 OK a\r\n");
    });
    assert_eq!(told.seen, [done(4, "OK b"), done(3, "OK a")]);
}

#[test]
fn quirk_96_a_failure_that_is_a_challenge() {
    let told = greeted(&config(), "AUTH=XOAUTH2 SASL-IR", |call| {
        call.send("AUTHENTICATE XOAUTH2 dXNlcj0=");
        call.hear("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n");
        assert_eq!(call.client().waiting_for(), Wait::Application);
        call.client().respond_auth(b"").unwrap();
        call.hear("A1 NO [AUTHENTICATIONFAILED] no\r\n");
        assert_eq!(call.client().state(), State::NotAuthenticated);
    });
    assert_eq!(told.sent, "A1 AUTHENTICATE XOAUTH2 dXNlcj0=\r\n\r\n");
    assert_eq!(told.seen[0], Seen::Challenge(b"{\"status\":\"400\"}".to_vec()));
}

#[test]
fn quirk_97_an_exchange_goes_its_rounds() {
    let told = greeted(&config(), "AUTH=SCRAM-SHA-256", |call| {
        call.send("AUTHENTICATE SCRAM-SHA-256");
        for (challenge, response) in [("", &b"one"[..]), ("dHdv", b"three"), ("Zm91cg==", b"")] {
            call.hear(format!("+ {challenge}\r\n"));
            call.client().respond_auth(response).unwrap();
        }
        call.hear("A1 OK [CAPABILITY IMAP4rev1 IDLE] in\r\n");
        assert_eq!(call.client().state(), State::Authenticated);
        assert!(call.client().extensions().has(Extension::Idle));
    });
    assert_eq!(told.sent, "A1 AUTHENTICATE SCRAM-SHA-256\r\nb25l\r\ndGhyZWU=\r\n\r\n");
    assert_eq!(told.seen.last(), Some(&done(1, "OK [CAPABILITY IMAP4rev1 IDLE] in")));
}

#[test]
fn quirk_98_login_succeeds_and_nothing_behind_it() {
    let told = inside(&config(), "NAMESPACE", |call| {
        call.send("NAMESPACE");
        call.send("SELECT INBOX");
        call.send("UID FETCH 1 FLAGS");
        let bad = "BAD User is authenticated but not connected.";
        call.hear(format!("A2 {bad}\r\nA3 {bad}\r\n"));
        assert_eq!(call.client().state(), State::Authenticated);
        call.send("LOGOUT");
    });
    assert_eq!(told.seen[2..], [Seen::Unanswered(4, Unanswered::NotSent)]);
    assert!(told.sent.ends_with("A5 LOGOUT\r\n") && !told.sent.contains("FETCH"));
}

#[test]
fn quirk_99_starttls_under_a_policy() {
    let mut none = ClientConfig::default();
    none.tls = TlsPolicy::None;
    greeted(&none, "STARTTLS", |call| {
        assert_eq!(call.refuse("STARTTLS"), UsageError::NotNow { what: "STARTTLS" });
    });
    greeted(&config(), "IDLE", |call| {
        assert_eq!(call.refuse("STARTTLS"), UsageError::NotOffered(Extension::StartTls));
    });
    // What the server offers is not known: it may be tried.
    let told = call(&config(), |call| {
        call.hear("* OK ready\r\n");
        call.send("STARTTLS");
        assert_eq!(call.refuse("NOOP"), UsageError::NotNow { what: "NOOP" });
    });
    assert_eq!(told.sent, "A1 STARTTLS\r\n");
}

#[test]
fn quirk_100_capabilities_are_learned_again() {
    for (said, known) in [
        ("A1 OK in\r\n", false),
        ("A1 OK [CAPABILITY IMAP4rev1 IDLE] in\r\n", true),
        ("* CAPABILITY IMAP4rev1 IDLE\r\nA1 OK in\r\n", true),
    ] {
        greeted(&config(), "ENABLE", |call| {
            call.send("LOGIN a b");
            call.hear(said);
            assert_eq!(call.client().extensions().is_known(), known, "{said}");
            assert_eq!(call.client().extensions().has(Extension::Idle), known);
        });
    }
    inside(&config(), "UNAUTHENTICATE ENABLE UTF8=ACCEPT", |call| {
        call.send("ENABLE UTF8=ACCEPT");
        call.hear("* ENABLED UTF8=ACCEPT\r\nA2 OK done\r\n");
        assert!(call.client().mode().contains(Mode::UTF8));
        call.send("UNAUTHENTICATE");
        call.hear("A3 OK done\r\n");
        assert_eq!(call.client().mode(), Mode::REV1);
        assert!(!call.client().extensions().is_known());
        assert_eq!(call.client().state(), State::NotAuthenticated);
    });
}

#[test]
fn quirk_109_expunge_during_uid_fetch() {
    let told = selected(&config(), "", |call| {
        call.send("UID FETCH 1:5 FLAGS");
        call.hear("* 1 FETCH (UID 1 FLAGS ())\r\n* 2 EXPUNGE\r\n* 2 FETCH (UID 3 FLAGS ())\r\n");
        call.hear("A3 OK done\r\n");
    });
    assert_eq!(told.seen[1], data("2 EXPUNGE", None));
    assert_eq!(told.seen.len(), 4);
}

#[test]
fn commands_wait_for_their_turn() {
    let told = selected(&config(), "IDLE", |call| {
        for line in ["FETCH 1 FLAGS", "STORE 1 FLAGS ()", "NOOP", "FETCH 2 FLAGS", "SELECT y"] {
            call.send(line);
        }
        call.write();
        let first = "A3 FETCH 1 (FLAGS)\r\nA4 STORE 1 FLAGS ()\r\nA5 NOOP\r\n";
        assert_eq!(String::from_utf8_lossy(&call.sent), first);
        call.hear("A3 OK\r\nA4 OK\r\n");
        assert_eq!(call.sent.len(), first.len());
        call.hear("A5 OK\r\n");
        assert!(call.sent.ends_with(b"A6 FETCH 2 (FLAGS)\r\n"));
        call.hear("A6 OK\r\n");
    });
    assert!(told.sent.ends_with("A7 SELECT y\r\n"));
    // Where the mailbox cannot be opened, what was for it is not sent.
    let told = selected(&config(), "", |call| {
        call.send("SELECT y");
        call.send("NOOP");
        call.send("UID FETCH 1 FLAGS");
        call.hear("A3 NO no such\r\nA4 OK done\r\n");
    });
    assert_eq!(told.sent, "A3 SELECT y\r\nA4 NOOP\r\n");
    assert_eq!(
        told.seen,
        [done(3, "NO no such"), Seen::Unanswered(5, Unanswered::NotSent), done(4, "OK done")]
    );
    let mut slow = config();
    slow.pipelining = false;
    let told = selected(&slow, "", |call| {
        call.send("NOOP");
        call.send("NOOP");
        call.hear("");
    });
    assert_eq!(told.sent, "A3 NOOP\r\n");
}

#[test]
fn states_refuse_commands() {
    greeted(&config(), "IDLE", |call| {
        for line in ["SELECT x", "FETCH 1 FLAGS", "CLOSE"] {
            assert!(matches!(call.refuse(line), UsageError::NotNow { .. }));
        }
        call.send("LOGIN a b");
        assert_eq!(call.refuse("NOOP"), UsageError::NotNow { what: "NOOP" });
    });
    let mut early = Client::new(config());
    assert_eq!(early.send(&Command::Noop), Err(UsageError::NotNow { what: "NOOP" }));
    inside(&config(), "ENABLE UIDONLY QRESYNC CONDSTORE", |call| {
        assert_eq!(
            call.refuse("SELECT x (QRESYNC (1 2))"),
            UsageError::NotEnabled(Extension::QResync)
        );
        assert_eq!(call.refuse("GETACL x"), UsageError::NotOffered(Extension::Acl));
        call.send("ENABLE UIDONLY QRESYNC");
        call.hear("* ENABLED UIDONLY QRESYNC\r\nA2 OK done\r\n");
        assert!(call.client().enabled().contains(Extension::CondStore));
        call.send("SELECT x (QRESYNC (1 2))");
        assert_eq!(call.refuse("FETCH 1 FLAGS"), UsageError::UidRequired);
        call.send("UID FETCH 1 FLAGS");
        assert_eq!(call.refuse("SEARCH RETURN (ALL) ALL"), UsageError::UidRequired);
        assert_eq!(
            call.refuse("UID SEARCH RETURN (ALL) ALL"),
            UsageError::NotOffered(Extension::ESearch)
        );
    });
}

#[test]
fn what_is_given_up_is_drained() {
    let body = "x".repeat(20_000);
    let told = selected(&config(), "", |call| {
        let ticket = call.send("UID FETCH 1 BODY[]");
        call.write();
        call.client().abandon(ticket).unwrap();
        call.hear(format!("* 1 FETCH (BODY[] {{20000}}\r\n{body} UID 5)\r\n* 4 EXISTS\r\n"));
        call.hear("A3 OK done\r\n");
        let held = {
            call.send("NOOP");
            call.send("FETCH 1 FLAGS")
        };
        call.client().abandon(held).unwrap();
        call.hear("A4 OK done\r\n");
        call.send("NOOP");
    });
    assert_eq!(
        told.seen,
        [
            data("4 EXISTS", None),
            done(3, "OK done"),
            Seen::Unanswered(5, Unanswered::NotSent),
            done(4, "OK done"),
        ]
    );
    assert!(told.sent.ends_with("A4 NOOP\r\nA6 NOOP\r\n"));
    // Dialogues are ended.
    let told = selected(&config(), "IDLE", |call| {
        let ticket = call.send("IDLE");
        call.client().abandon(ticket).unwrap();
        call.hear("+ idling\r\n");
        call.hear("A3 OK done\r\n");
    });
    assert_eq!(told.sent, "A3 IDLE\r\nDONE\r\n");
    let told = greeted(&config(), "AUTH=X", |call| {
        let ticket = call.send("AUTHENTICATE X");
        call.client().abandon(ticket).unwrap();
        call.hear("+ \r\n");
        call.hear("A1 BAD given up\r\n");
    });
    assert_eq!(told.sent, "A1 AUTHENTICATE X\r\n*\r\n");
    assert_eq!(told.seen, [done(1, "BAD given up")]);
}

#[test]
fn large_values_are_streamed() {
    let body = "y".repeat(20_000);
    let told = selected(&config(), "METADATA", |call| {
        call.send("FETCH 1 (UID BODY[1] BODY[2])");
        call.hear(format!(
            "* 1 FETCH (UID 5 BODY[1] {{20000}}\r\n{body} BODY[2] {{20000}}\r\n{body} FLAGS ())\r\n"
        ));
        call.hear("A3 OK done\r\n");
        call.send("GETMETADATA x /private/comment");
        call.hear(format!(
            "* METADATA x (/private/a NIL /private/comment {{20000}}\r\n{body} /private/b NIL)\r\n"
        ));
    });
    let streamed = |of| Seen::BodyBegin("20000 octets".into(), of);
    assert!(
        matches!(&told.seen[0], Seen::BodyBegin(head, Some(3)) if head == "* 1 FETCH (UID 5 BODY[1] {20000}")
    );
    assert_eq!(told.seen[1..3], [Seen::Body(body.clone().into_bytes()), Seen::BodyEnd]);
    assert!(matches!(&told.seen[3], Seen::BodyBegin(..)));
    assert!(
        matches!(&told.seen[6], Seen::Data(wire, Some(3), _) if wire.starts_with("1 FETCH (UID 5"))
    );
    assert_eq!(
        told.seen[8..],
        [streamed(Some(4)), Seen::Body(body.into_bytes()), Seen::BodyEnd, data("1 more", Some(4)),]
    );
    // A long name of a file is no reason to lose a message.
    let subject = "s".repeat(20_000);
    let told = selected(&config(), "", |call| {
        call.hear(format!(
            "* 1 FETCH (ENVELOPE (NIL {{20000}}\r\n{subject} NIL NIL NIL NIL NIL NIL NIL NIL) UID 5)\r\n"
        ));
    });
    assert!(matches!(&told.seen[..], [Seen::Data(_, None, met)] if met.is_empty()));
}

#[test]
fn what_urls_point_at_is_streamed() {
    let body = "y".repeat(20_000);
    let told = selected(&config(), "URLAUTH URLAUTH=BINARY", |call| {
        call.send("URLFETCH a (b BINARY BODY) c");
        call.hear(format!("* URLFETCH x {{2}}\r\nHi a {{20000}}\r\n{body} z NIL b "));
        call.hear(format!("(X (1)) (BINARY ~{{20000}}\r\n{body}) (BODY {{20000}}\r\n{body}) "));
        call.hear("(X (2)) c NIL\r\nA3 OK done\r\n");
        // Small ones come inside.
        call.hear("* URLFETCH a {2}\r\nHi b NIL\r\n");
    });
    let head = Seen::BodyBegin("* URLFETCH x {2}\r\nHi a {20000}".into(), Some(3));
    let streamed = || Seen::BodyBegin("20000 octets".into(), Some(3));
    let octets = || Seen::Body(body.clone().into_bytes());
    assert_eq!(
        told.seen,
        [
            head,
            octets(),
            Seen::BodyEnd,
            streamed(),
            octets(),
            Seen::BodyEnd,
            streamed(),
            octets(),
            Seen::BodyEnd,
            data("2 more", Some(3)),
            done(3, "OK done"),
            data("URLFETCH a {2}\r\nHi b NIL", None),
        ]
    );
    // A tail that breaks the grammar costs itself, and the end amid of the octets the session.
    for tail in ["", ")", " b", " b x", " (BODY NIL)"] {
        let told = selected(&config(), "URLAUTH", |call| {
            call.send("URLFETCH a");
            call.hear(format!("* URLFETCH a {{20000}}\r\n{body}{tail}\r\nA3 OK done\r\n"));
        });
        let end = &told.seen[3];
        let whole = tail.is_empty();
        assert!(matches!(end, Seen::Data(..)) == whole, "{tail} {end:?}");
        assert!(whole || matches!(end, Seen::Invalid(PeerError::Syntax(_), None)));
        assert_eq!(told.seen[4..], [done(3, "OK done")]);
    }
    let mut client = mailwire_imap::client::Client::new(config());
    for octets in ["* OK x\r\n", "* URLFETCH a {20000}\r\n", "abc"] {
        assert!(client.receive(octets.as_bytes()).unwrap().event.is_some());
    }
    assert_eq!(client.receive_eof(), Err(PeerError::Eof));
}

#[test]
fn the_greeting_may_end_it() {
    let told = call(&config(), |call| {
        call.hear("* BYE too busy\r\n* OK ready\r\n");
        assert_eq!(call.refuse("NOOP"), UsageError::Closed);
    });
    assert_eq!(told.seen, [Seen::Greeting(StatusKind::Bye), Seen::Closed]);
    assert_eq!(told.error, None);
}
