//! Hostile servers: answers, literals and races; the rows of the attack table from IMAP-C-27 on. Each script
//! runs whole, octet by octet and cut at random.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use mailwire_imap::body::LengthError;
use mailwire_imap::client::{Client, Event};
use mailwire_imap::element::literal::Literal;
use mailwire_imap::element::mailbox::Mailbox;
use mailwire_imap::element::string::AString;
use mailwire_imap::family::append::{Append, AppendData, AppendMessage};
use mailwire_imap::{
    Command, Deviation, Extension, Machine, PeerError, State, Unanswered, UsageError, Wait,
};
use mailwire_testing::drive;
use support::call::{Call, Seen, config, data, done, greeted, inside, lenient, selected, strict};

// --- Status lines and tags.

#[test]
fn imap_c_27_a_status_without_text() {
    let told = greeted(&config(), "", |call| {
        call.send("NOOP");
        call.send("NOOP");
        call.hear("A1 NO\r\n* OK\r\nA2 OK\r\n");
    });
    let missing = vec![Deviation::MissingText];
    assert_eq!(
        told.seen,
        [done(1, "NO "), Seen::Data("OK ".into(), None, missing), done(2, "OK ")]
    );
}

#[test]
fn imap_c_28_status_lines_that_are_none() {
    // The tag can be read: the command is over, and how is not known.
    let told = greeted(&config(), "", |call| {
        call.send("NOOP");
        call.hear("A1 FROB x\r\n* 1 EXISTS\r\n");
    });
    assert!(matches!(told.seen[0], Seen::Invalid(PeerError::Syntax(_), Some(1))));
    assert_eq!(told.seen[1..], [Seen::Unanswered(1, Unanswered::Unknown), data("1 EXISTS", None)]);
    let told = greeted(&config(), "", |call| {
        call.send("NOOP");
        call.hear("A1  OK x\r\n");
    });
    assert_eq!(told.seen, [done(1, "OK x")]);
    // Strict: it breaks the grammar, and ends its command all the same.
    let told = greeted(&strict(config()), "", |call| {
        call.send("NOOP");
        call.hear("A1  OK x\r\n");
    });
    assert!(matches!(told.seen[0], Seen::Invalid(PeerError::Syntax(_), Some(1))));
    assert_eq!(told.seen[1..], [done(1, "OK ")]);
}

#[test]
fn imap_c_29_a_go_ahead_for_nothing() {
    for line in ["+ go\r\n", "+\r\n"] {
        let told = greeted(&config(), "", |call| {
            call.send("NOOP");
            call.hear(line);
        });
        assert_eq!(told.error, Some(PeerError::UnexpectedContinuation));
    }
    let told = greeted(&lenient(config()), "", |call| {
        call.send("NOOP");
        call.hear("+ go\r\nA1 OK done\r\n");
    });
    assert_eq!(told.seen, [Seen::Continue(None), done(1, "OK done")]);
    // Where one is pending, a bare one is enough.
    let told = inside(&config(), "", |call| {
        call.send("APPEND x {5}\r\nhello");
        call.hear("+\r\n");
        call.hear("A2 OK done\r\n");
    });
    assert_eq!(told.seen, [Seen::Continue(Some(2)), done(2, "OK done")]);
    assert_eq!(told.sent, "A2 APPEND x {5}\r\nhello\r\n");
}

#[test]
fn imap_c_30_a_go_ahead_that_is_too_early() {
    let told = inside(&config(), "", |call| {
        call.send("APPEND x {5}\r\nhello");
        call.write_octets(10);
        call.hear_early("+ go\r\n");
    });
    assert_eq!(told.error, Some(PeerError::UnexpectedContinuation));
    assert_eq!(told.unanswered, [(2, Unanswered::NotSent)]);
    let told = greeted(&config(), "AUTH=PLAIN", |call| {
        call.send("AUTHENTICATE PLAIN");
        call.hear_early("+ \r\n");
    });
    assert_eq!(told.error, Some(PeerError::UnexpectedContinuation));
}

// --- Values of our own.

#[test]
fn imap_c_31_to_33_arguments_cannot_be_commands() {
    // What looks like a header is data, and stays inside its quotes.
    let told = selected(&config(), "", |call| {
        call.send("SELECT \"x {5+}\"");
    });
    assert_eq!(told.sent, "A3 SELECT \"x {5+}\"\r\n");
    // A line end is refused in names, and makes other strings literals, which wait for their turn.
    let root = "x\r\nA9 DELETE y";
    assert!(Mailbox::new(root).is_err());
    let quota = || Command::GetQuota(AString::new(root).unwrap());
    let told = inside(&config(), "QUOTA", |call| {
        call.give(&quota());
        call.write();
        assert_eq!(call.sent, b"A2 GETQUOTA {14}\r\n");
        call.hear("A2 NO no such\r\n");
    });
    assert_eq!(told.sent, "A2 GETQUOTA {14}\r\n");
    // No synchronization is only left out where the server offers that, now.
    for (offered, wire) in [
        ("QUOTA LITERAL+", "A2 GETQUOTA {14+}\r\nx\r\nA9 DELETE y\r\n"),
        ("QUOTA LITERAL-", "A2 GETQUOTA {14+}\r\nx\r\nA9 DELETE y\r\n"),
        ("QUOTA", "A2 GETQUOTA {14}\r\n"),
    ] {
        let told = inside(&config(), offered, |call| {
            call.give(&quota());
        });
        assert_eq!(told.sent, wire, "{offered}");
    }
    // What is held was written for what was offered then.
    let told = selected(&config(), "QUOTA LITERAL+ IDLE", |call| {
        call.send("IDLE");
        call.give(&quota());
        call.hear("+ idling\r\n* CAPABILITY IMAP4rev1 IDLE\r\n");
        call.client().finish_idle().unwrap();
        call.hear("A3 OK done\r\n");
    });
    assert_eq!(told.sent, "A3 IDLE\r\nDONE\r\n");
    assert_eq!(told.seen.last(), Some(&Seen::Unanswered(4, Unanswered::NotSent)));
}

#[test]
fn imap_c_36_bodies_have_the_announced_length() {
    let told = inside(&config(), "", |call| {
        let ticket = streamed(call, 10);
        call.hear("+ go\r\n");
        let client = call.client();
        client.send_body(Bytes::from_static(b"123456789")).unwrap();
        assert_eq!(client.finish_body(), Err(UsageError::BodyLength(LengthError::Short { by: 1 })));
        assert_eq!(
            client.send_body(Bytes::from_static(b"ab")),
            Err(UsageError::BodyLength(LengthError::Surplus { by: 1 }))
        );
        assert_eq!(client.send_body(Bytes::from_static(b"\0")), Err(UsageError::NulInBody));
        // Nothing else goes out before.
        client.send(&Command::Noop).unwrap();
        assert_eq!(call.client().waiting_for(), Wait::Application);
        call.client().send_body(Bytes::from_static(b"0")).unwrap();
        call.client().finish_body().unwrap();
        assert!(call.client().finish_body().is_err());
        call.hear("A2 OK done\r\n");
        assert_eq!(call.client().abandon(ticket), Err(UsageError::UnknownTicket));
    });
    assert_eq!(told.sent, "A2 APPEND x {10}\r\n1234567890\r\nA3 NOOP\r\n");
    assert_eq!(told.seen, [Seen::Continue(Some(2)), Seen::BodyWanted(2, 10), done(2, "OK done")]);
    // A body that is given up cannot be ended: the session is over.
    let told = inside(&config(), "", |call| {
        let ticket = streamed(call, 10);
        call.hear("+ go\r\n");
        call.client().send_body(Bytes::from_static(b"123")).unwrap();
        call.client().abandon(ticket).unwrap();
        assert_eq!(call.refuse("NOOP"), UsageError::Closed);
        call.hear_early("");
    });
    assert_eq!(told.seen[2..], [Seen::Unanswered(2, Unanswered::NotSent), Seen::Closed]);
    assert!(told.closed && told.sent.ends_with("{10}\r\n"));
}

/// A message that is streamed.
fn streamed(call: &mut Call, size: u64) -> mailwire_imap::client::Ticket {
    let data = AppendData::Message(Literal::streamed(size).unwrap());
    let append = Append::new(Mailbox::new("x").unwrap(), AppendMessage::new(data));
    call.give(&Command::Append(append.into()))
}

#[test]
fn imap_c_36_a_body_is_refused_before_its_end() {
    let told = inside(&config(), "LITERAL+", |call| {
        streamed(call, 10);
        // The literal does not wait, and its octets are asked for all the same.
        let early = call.client().send_body(Bytes::from_static(b"123"));
        assert_eq!(early, Err(UsageError::NotNow { what: "a body" }));
        assert!(call.client().finish_body().is_err());
        call.hear("");
        call.client().send_body(Bytes::from_static(b"123")).unwrap();
        call.send("NOOP");
        call.hear("A2 NO [OVERQUOTA] full\r\n");
        assert_eq!(call.refuse("NOOP"), UsageError::Closed);
    });
    assert_eq!(
        told.seen,
        [
            Seen::BodyWanted(2, 10),
            done(2, "NO [OVERQUOTA] full"),
            Seen::Unanswered(3, Unanswered::NotSent),
            Seen::Closed,
        ]
    );
    assert!(told.sent.ends_with("{10+}\r\n123"));
    // Not before it can know of it, and not as done.
    for (written, answer) in [(5, "A2 NO x\r\n"), (usize::MAX, "A2 OK x\r\n")] {
        let told = inside(&config(), "LITERAL+", |call| {
            streamed(call, 10);
            let queued = call.client().transmit().len();
            call.write_octets(written.min(queued));
            call.hear_early(answer);
        });
        assert_eq!(told.error, Some(PeerError::UnknownTag));
    }
}

#[test]
fn imap_c_32_and_34_no_raw_fragments() {
    use mailwire_imap::command::OtherCommand;
    for octets in ["X {10}", "X {10+}", "X a\r\nA9 NOOP", "X a\nb", "X \"a", "X (a", "NOOP"] {
        assert!(OtherCommand::new(octets.as_bytes()).is_err(), "{octets}");
    }
    for capability in ["A\r\nB", "A B", "", "{5}"] {
        assert!(mailwire_imap::family::capability::Capability::new(capability).is_err());
    }
    // An ID is written as strings, whatever they hold.
    let told = greeted(&config(), "ID LITERAL+", |call| {
        let Command::Id(id) = Command::parse(b"ID (\"name\" {5}\r\na\r\nb\")").unwrap() else {
            panic!()
        };
        call.give(&Command::Id(id));
    });
    assert_eq!(told.sent, "A1 ID (\"name\" {5+}\r\na\r\nb\")\r\n");
}

#[test]
fn imap_c_35_names_are_quoted() {
    for (name, wire) in
        [("a\"b\\c", "\"a\\\"b\\\\c\""), ("a b", "\"a b\""), ("", "\"\""), ("%*", "\"%*\"")]
    {
        let told = inside(&config(), "", |call| {
            call.give(&Command::Subscribe(Mailbox::new(name).unwrap()));
        });
        assert_eq!(told.sent, format!("A2 SUBSCRIBE {wire}\r\n"));
    }
    assert!(Mailbox::new("a\0b").is_err());
}

#[test]
fn imap_c_37_and_38_names_and_delimiters() {
    let told = inside(&config(), "", |call| {
        call.send("LIST \"\" *");
        call.hear(
            "* LIST () \"/\" {6}\r\na\r\nb/c\r\n* LIST () \"/\" \"../`x`\"\r\nA2 OK done\r\n",
        );
    });
    assert_eq!(
        told.seen,
        [
            data("LIST () \"/\" {6}\r\na\r\nb/c", Some(2)),
            data("LIST () \"/\" ../`x`", Some(2)),
            done(2, "OK done"),
        ]
    );
    for delimiter in ["\"//\"", "\"\"", "\"\\\"", "x"] {
        let told = inside(&strict(config()), "", |call| {
            call.hear(format!("* LIST () {delimiter} a\r\n* 1 EXISTS\r\n"));
        });
        assert!(matches!(told.seen[0], Seen::Invalid(PeerError::Syntax(_), None)), "{delimiter}");
        assert_eq!(told.seen[1], data("1 EXISTS", None));
    }
}

#[test]
fn imap_c_39_codes_that_are_none() {
    for line in ["* OK [X (((", "* OK [ALERT", "* OK [BADCHARSET (", "* OK [UIDNEXT 0] x"] {
        let told = greeted(&config(), "", |call| call.hear(format!("{line}\r\n* 1 EXISTS\r\n")));
        assert!(matches!(&told.seen[0], Seen::Data(_, _, met) if !met.is_empty()), "{line}");
        assert_eq!(told.seen[1], data("1 EXISTS", None), "{line}");
    }
}

// --- Ends and races.

#[test]
fn imap_c_40_what_became_of_it_is_not_known() {
    for bye in ["* BYE x\r\n", ""] {
        let told = selected(&config(), "MOVE", |call| {
            call.send("UID MOVE 1 y");
            call.send("EXPUNGE");
            call.send("STORE 1 FLAGS ()");
            call.hear(bye);
            call.end();
        });
        let mut ends: Vec<_> = told.unanswered.clone();
        ends.extend(told.seen.iter().filter_map(|seen| match seen {
            Seen::Unanswered(of, how) => Some((*of, *how)),
            _ => None,
        }));
        ends.sort_by_key(|end| end.0);
        // The last one waits for those before it, and was not sent.
        assert_eq!(
            ends,
            [(3, Unanswered::Unknown), (4, Unanswered::Unknown), (5, Unanswered::NotSent)]
        );
        assert_eq!(told.error, bye.is_empty().then_some(PeerError::Eof));
        assert!(told.closed);
    }
}

#[test]
fn imap_c_41_expunge_where_it_is_forbidden() {
    for line in ["FETCH 1 FLAGS", "STORE 1 FLAGS ()", "SEARCH ALL"] {
        let told = selected(&config(), "", |call| {
            call.send(line);
            call.hear("* 5 EXPUNGE\r\n* 2 EXISTS\r\nA3 OK done\r\n");
        });
        let untimely = vec![Deviation::UntimelyExpunge];
        assert_eq!(
            told.seen,
            [
                Seen::Data("5 EXPUNGE".into(), None, untimely),
                data("2 EXISTS", None),
                done(3, "OK done")
            ],
            "{line}"
        );
    }
    let told = selected(&config(), "", |call| {
        call.send("UID FETCH 1 FLAGS");
        call.hear("* 5 EXPUNGE\r\nA3 OK done\r\n");
    });
    assert_eq!(told.seen[0], data("5 EXPUNGE", None));
    let told = selected(&strict(config()), "", |call| call.hear("* 5 EXPUNGE\r\n"));
    assert_eq!(told.error, Some(PeerError::UntimelyExpunge));
}

/// RFC 5465 sections 3.1 and 6.1: at any time behind NOTIFY that asks for it, until the next one.
#[test]
fn imap_c_41_expunge_behind_notify() {
    const ASKS: &str = "NOTIFY SET (SELECTED (MessageNew MessageExpunge))";
    let error = Some(PeerError::UntimelyExpunge);
    for (commands, answer, expected) in [
        (&[ASKS][..], "OK", None),
        (&[ASKS], "NO", error),
        (&["NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge))"], "OK", error),
        (&["NOTIFY SET (INBOXES (MessageNew MessageExpunge))"], "OK", error),
        (&["NOTIFY SET (SELECTED NONE)"], "OK", error),
        (&["NOTIFY NONE"], "OK", error),
        (&[ASKS, "NOTIFY NONE"], "OK", error),
        (&[ASKS, "NOTIFY NONE"], "NO", error),
        (&["NOTIFY NONE", ASKS], "OK", None),
    ] {
        for numbered in ["", "FETCH 1 FLAGS", "STORE 1 FLAGS ()", "SEARCH ALL"] {
            let told = selected(&strict(config()), "NOTIFY", |call| {
                for command in commands {
                    call.send(command);
                }
                for tag in 3..3 + commands.len() {
                    call.hear(format!("A{tag} {answer} done\r\n"));
                }
                if !numbered.is_empty() {
                    call.send(numbered);
                }
                call.hear("* 5 EXPUNGE\r\n");
            });
            assert_eq!(told.error, expected, "{commands:?} {answer}, {numbered}");
        }
    }
}

/// What is held for one mailbox does nothing to another.
#[test]
fn imap_c_41_a_mailbox_that_is_not_opened() {
    const HELD: [&str; 4] = ["STORE 1 FLAGS (\\Deleted)", "UID EXPUNGE 1", "NOOP", "CLOSE"];
    for answer in ["NO", "BAD", ""] {
        let told = selected(&config(), "UIDPLUS", |call| {
            call.send("UID FETCH 1 FLAGS");
            let select = call.send("SELECT y");
            for command in HELD {
                call.send(command);
            }
            call.send("EXAMINE z");
            call.send("FETCH 1 FLAGS");
            if answer.is_empty() {
                call.client().abandon(select).unwrap();
            }
            call.hear("A3 OK done\r\n");
            if !answer.is_empty() {
                call.hear(format!("A4 {answer} no\r\n"));
            }
            call.hear("A7 OK done\r\nA9 OK done\r\n");
        });
        let sent: Vec<_> = told.sent.lines().skip(1).collect();
        let select = (!answer.is_empty()).then_some("A4 SELECT y");
        let rest = ["A7 NOOP", "A9 EXAMINE z", "A10 FETCH 1 (FLAGS)"];
        assert!(sent.iter().copied().eq(select.into_iter().chain(rest)), "{answer}: {sent:?}");
        for number in [5, 6, 8] {
            assert!(told.seen.contains(&Seen::Unanswered(number, Unanswered::NotSent)), "{number}");
        }
    }
}

/// RFC 9051 section 5.5: numbers that were chosen before a message was removed mean others behind it.
#[test]
fn imap_c_41_numbers_that_mean_other_messages() {
    const STORE: &str = "STORE 3 FLAGS (\\Deleted)";
    // What is in flight, what is held, what comes, and what is sent of it.
    for (first, held, line, sent) in [
        ("NOOP", &[STORE][..], "1 EXPUNGE", &[][..]),
        ("NOOP", &[STORE], "VANISHED 1", &[]),
        ("NOOP", &[STORE], "4 EXISTS", &["A4 STORE 3 FLAGS (\\Deleted)"]),
        ("NOOP", &[STORE], "VANISHED (EARLIER) 1", &["A4 STORE 3 FLAGS (\\Deleted)"]),
        ("IDLE", &["MOVE 3 y", "UID STORE 3 FLAGS ()"], "1 EXPUNGE", &["A5 UID STORE 3 FLAGS ()"]),
        ("NOOP", &["FETCH 1 FLAGS"], "1 EXPUNGE", &[]),
        // The numbers of another mailbox.
        ("UID FETCH 1 FLAGS", &["SELECT y", STORE], "1 EXPUNGE", &["A4 SELECT y"]),
        ("SELECT y", &[STORE], "1 EXPUNGE", &["A4 STORE 3 FLAGS (\\Deleted)"]),
    ] {
        let told = selected(&config(), "IDLE MOVE QRESYNC", |call| {
            call.send(first);
            for command in held {
                call.send(command);
            }
            call.write();
            if first == "IDLE" {
                call.hear("+ idling\r\n");
                call.client().finish_idle().unwrap();
            }
            call.hear(format!("* {line}\r\n"));
            call.write();
            call.hear("A3 OK done\r\n");
        });
        let mut lines: Vec<_> = told.sent.lines().collect();
        lines.retain(|line| !line.starts_with("A3 ") && *line != "DONE");
        assert_eq!(lines, sent, "{first}, {held:?}, {line}");
        // The one behind SELECT waits for it.
        let waits = usize::from(held.len() == 2 && first != "IDLE");
        let dropped = told
            .seen
            .iter()
            .filter(|seen| matches!(seen, Seen::Unanswered(_, Unanswered::NotSent)));
        assert_eq!(dropped.count() + lines.len() + waits, held.len(), "{first}, {held:?}, {line}");
    }
}

#[test]
fn imap_c_42_vanished() {
    let told = selected(&config(), "QRESYNC", |call| {
        call.hear("* VANISHED (EARLIER) 1:4294967295\r\n* VANISHED (EARLIER) 1:3,\r\n");
    });
    assert!(matches!(&told.seen[0], Seen::Data(wire, None, met)
        if wire == "VANISHED (EARLIER) 1:4294967295" && met.is_empty()));
    let told = selected(&strict(config()), "QRESYNC", |call| {
        call.hear("* VANISHED (EARLIER) 1:3,\r\n* 1 EXISTS\r\n");
    });
    assert!(matches!(told.seen[0], Seen::Invalid(PeerError::Syntax(_), None)), "{:?}", told.seen);
}

#[test]
fn imap_c_43_searches_are_told_apart_by_their_tags() {
    let told = selected(&config(), "ESEARCH", |call| {
        call.send("UID SEARCH RETURN (ALL) UNSEEN");
        call.send("UID SEARCH RETURN (ALL) SEEN");
        call.hear("* ESEARCH (TAG \"A4\") UID ALL 1\r\n* ESEARCH (TAG \"A3\") UID ALL 2\r\n");
        call.hear("* ESEARCH (TAG \"A9\") UID ALL 3\r\n* ESEARCH UID ALL 4\r\n");
        call.hear("A4 OK done\r\n* ESEARCH UID ALL 5\r\nA3 OK done\r\n");
        // Kept up to date when it is over.
        call.hear("* ESEARCH (TAG \"A4\") UID ADDTO (1 7)\r\n");
    });
    let of = told.seen.iter().filter_map(|seen| match seen {
        Seen::Data(_, of, _) => Some(*of),
        _ => None,
    });
    let of = of.collect::<Vec<_>>();
    assert_eq!(of, [Some(4), Some(3), None, None, Some(3), Some(4)]);
}

#[test]
fn imap_c_44_the_races_of_idle() {
    // Ended by the server, before DONE.
    let told = selected(&config(), "IDLE", |call| {
        call.send("IDLE");
        call.hear("+ idling\r\n* 4 EXISTS\r\nA3 OK too long\r\n");
        assert!(call.client().finish_idle().is_err());
        call.send("NOOP");
    });
    assert_eq!(told.sent, "A3 IDLE\r\nA4 NOOP\r\n");
    // Before the DONE is written.
    let told = selected(&config(), "IDLE", |call| {
        call.send("IDLE");
        call.hear("+ idling\r\n");
        call.client().finish_idle().unwrap();
        call.hear_early("A3 OK too long\r\n");
        call.send("NOOP");
    });
    assert_eq!(told.sent, "A3 IDLE\r\nA4 NOOP\r\n");
    // Crossing it: the server takes DONE for a command.
    let told = selected(&config(), "IDLE", |call| {
        call.send("IDLE");
        call.hear("+ idling\r\n");
        call.client().finish_idle().unwrap();
        call.hear("A3 OK too long\r\nDONE BAD what?\r\n");
        call.send("NOOP");
        call.hear("A4 OK done\r\n");
    });
    assert_eq!(
        told.seen[1..],
        [done(3, "OK too long"), Seen::Unmatched("DONE BAD what?".into()), done(4, "OK done"),]
    );
    // Data before the go-ahead, which is waited for before DONE is said.
    let told = selected(&config(), "IDLE", |call| {
        call.send("IDLE");
        call.client().finish_idle().unwrap();
        call.hear("* 4 EXISTS\r\n");
        assert_eq!(call.sent, b"A3 IDLE\r\n");
        call.hear("+ idling\r\n");
        call.hear("A3 OK done\r\n");
    });
    assert_eq!(told.sent, "A3 IDLE\r\nDONE\r\n");
    assert_eq!(told.seen, [data("4 EXISTS", None), Seen::Continue(Some(3)), done(3, "OK done")]);
    // Refused, and commands that waited go out.
    let told = selected(&config(), "IDLE", |call| {
        call.send("IDLE");
        call.send("NOOP");
        call.hear("A3 NO not now\r\n");
    });
    assert_eq!(told.sent, "A3 IDLE\r\nA4 NOOP\r\n");
}

#[test]
fn imap_c_45_what_follows_compress_is_not_ours() {
    let mut client = Client::new(config());
    for line in
        [&b"* OK [CAPABILITY IMAP4rev1] x\r\n"[..], b"A1 OK [CAPABILITY COMPRESS=DEFLATE] x\r\n"]
    {
        client.receive(line).unwrap();
        if client.state() == State::NotAuthenticated {
            client.send(&Command::parse(b"LOGIN a b").unwrap()).unwrap();
            drive::output(&mut client);
        }
    }
    client.send(&Command::COMPRESS_DEFLATE).unwrap();
    assert_eq!(drive::output(&mut client), b"A2 COMPRESS DEFLATE\r\n");
    let input = b"A2 OK active\r\n\x4a\x01\x02";
    let received = client.receive(input).unwrap();
    let rest = &input[received.consumed..];
    assert!(client.compression_started().is_err());
    assert_eq!(client.send(&Command::Noop), Err(UsageError::NotNow { what: "NOOP" }));
    let received = client.receive(rest).unwrap();
    assert!(matches!(received.event, Some(Event::CompressReady)) && received.consumed == 0);
    let received = client.receive(rest).unwrap();
    assert!(received.event.is_none() && received.consumed == 0);
    // What is left belongs to the inflater, whose output is the input from now on.
    assert_eq!(rest, b"\x4a\x01\x02");
    client.compression_started().unwrap();
    assert!(client.is_compressed());
    client.send(&Command::Noop).unwrap();
    assert!(client.receive(b"A3 OK done\r\n").is_err(), "nothing was written");
}

#[test]
fn imap_c_46_challenges_without_end() {
    let told = greeted(&config(), "AUTH=X", |call| {
        call.send("AUTHENTICATE X");
        for _ in 0..20 {
            call.hear("+ \r\n");
            if call.client().is_closed() {
                break;
            }
            call.client().respond_auth(b"x").unwrap();
        }
    });
    assert_eq!(told.error, Some(PeerError::Limit { name: "auth_rounds", limit: 8 }));
    // What is no base64 is told as it came.
    let told = greeted(&config(), "AUTH=X", |call| {
        call.send("AUTHENTICATE X");
        call.hear("+ !!!\r\n");
        call.client().cancel_auth().unwrap();
        assert!(call.client().cancel_auth().is_err());
        call.hear("A1 BAD cancelled\r\n");
    });
    assert_eq!(told.sent, "A1 AUTHENTICATE X\r\n*\r\n");
    assert_eq!(told.seen, [Seen::Challenge(b"!!!".to_vec()), done(1, "BAD cancelled")]);
    // OK in the middle is no answer; NO is.
    for (line, error) in [("A1 OK in\r\n", Some(PeerError::UnknownTag)), ("A1 NO x\r\n", None)] {
        let told = greeted(&config(), "AUTH=X", |call| {
            call.send("AUTHENTICATE X");
            call.hear("+ \r\n");
            call.hear(line);
        });
        assert_eq!(told.error, error);
    }
}

#[test]
fn imap_c_47_octets_over_127() {
    let mut client = Client::new(config());
    client.receive(b"* OK Willk\xfcmmen\r\n").unwrap();
    let line = b"* NO \xff\xfe \xc3\xa9\r\n";
    let Some(Event::Response { data, .. }) = client.receive(line).unwrap().event else { panic!() };
    assert_eq!(data.to_bytes(), &line[2..line.len() - 2]);
}

#[test]
fn imap_c_48_flags_octet_by_octet() {
    let told = selected(&config(), "", |call| {
        call.hear("* 1 FETCH (FLAGS (\\Seen $X))\r\n* FLAGS (\\Seen)\r\n");
    });
    assert_eq!(
        told.seen,
        [data("1 FETCH (FLAGS (\\Seen $X))", None), data("FLAGS (\\Seen)", None)]
    );
}

#[test]
fn imap_c_49_lists_are_limited() {
    let told = greeted(&config(), "", |call| {
        call.hear(format!("* CAPABILITY{}\r\n", " A".repeat(100_000)));
    });
    assert_eq!(told.error, Some(PeerError::Limit { name: "capabilities", limit: 1000 }));
    for name in ["ENABLED", "FLAGS"] {
        let list = match name {
            "FLAGS" => format!("* FLAGS (a{})\r\n", " b".repeat(100_000)),
            _ => format!("* {name}{}\r\n", " A".repeat(100_000)),
        };
        let mut client = Client::new(config());
        client.receive(b"* OK x\r\n").unwrap();
        let before = format!("{client:?}");
        assert!(client.receive(list.as_bytes()).unwrap().event.is_some());
        assert_eq!(format!("{client:?}"), before, "{name} is not kept");
    }
}

#[test]
fn only_what_was_asked_for_is_enabled() {
    inside(&config(), "ENABLE IMAP4rev2 UTF8=ACCEPT CONDSTORE", |call| {
        call.hear("* ENABLED UTF8=ACCEPT\r\n");
        assert!(!call.client().enabled().contains(Extension::Utf8Accept));
        call.send("ENABLE CONDSTORE");
        call.hear("* ENABLED UTF8=ACCEPT CONDSTORE\r\nA2 OK done\r\n");
        assert!(call.client().enabled().contains(Extension::CondStore));
        assert!(!call.client().enabled().contains(Extension::Utf8Accept));
    });
}

#[test]
fn imap_c_50_a_literal_that_looks_like_an_answer() {
    let told = selected(&config(), "", |call| {
        call.send("FETCH 1 BODY[]");
        call.hear("* 1 FETCH (BODY[] {11}\r\nA3 OK x\r\n\r\n)\r\n");
        assert_eq!(call.client().in_flight(), 1);
    });
    assert_eq!(told.seen.len(), 1);
    assert!(matches!(&told.seen[0], Seen::Data(wire, Some(3), _) if wire.starts_with("1 FETCH")));
    // The same where it is streamed.
    let body = "A3 OK x\r\n".repeat(3000);
    let told = selected(&config(), "", |call| {
        call.send("FETCH 1 BODY[]");
        call.hear(format!("* 1 FETCH (BODY[] {{{}}}\r\n{body})\r\nA3 OK done\r\n", body.len()));
    });
    assert_eq!(told.seen[1], Seen::Body(body.into_bytes()));
    assert_eq!(told.seen.last(), Some(&done(3, "OK done")));
}
