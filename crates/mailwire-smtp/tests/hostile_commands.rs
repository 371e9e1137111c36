//! Hostile clients: command lines, addresses, AUTH, budgets. Each test is a row of the attack table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use mailwire_smtp::client::ClientConfig;
use mailwire_smtp::extension::Extension;
use mailwire_smtp::family::hello::{EhloReply, Keyword};
use mailwire_smtp::{Command, Deviation, PeerError, Reply, State, element};
use support::script::{assert_closed, greeted, refuses, talk};
use support::{domain, ehlo, everything, mail, new_pair, rcpt, server_config, with_auth};

// --- Lines and addresses.

#[test]
fn smtp_s_34_sizes() {
    refuses(
        &everything(),
        "",
        &[
            (b"MAIL FROM:<a@x> SIZE=18446744073709551616\r\n", 501),
            (b"MAIL FROM:<a@x> SIZE=-1\r\n", 501),
            (b"MAIL FROM:<a@x> SIZE=\r\n", 501),
            (b"MAIL FROM:<a@x> SIZE=1 SIZE=2\r\n", 501),
            (b"MAIL FROM:<a@x> SIZE=52428801\r\n", 552),
            (b"MAIL FROM:<a@x> SIZE=18446744073709551615\r\n", 552),
        ],
    );
}

#[test]
fn smtp_s_35_bare_lf_ends_a_line_and_runs_nothing() {
    let heard = talk(&server_config(), |talk| talk.say("EHLO a\nMAIL FROM:<b@x>\nNOOP\r\n"));
    assert_eq!(heard.codes(), [500, 500, 250]);
    assert_eq!(heard.commands(), ["NOOP"]);
    // The tolerance is by name, and in no default.
    let mut config = server_config();
    config.tolerance = mailwire_smtp::Tolerance::default().with(Deviation::BareLfLine);
    let heard = greeted(&config, |talk| talk.say("MAIL FROM:<b@x>\nNOOP\n"));
    assert_eq!(heard.codes(), [250, 250]);
    // It counts as a bad command.
    let heard = greeted(&server_config(), |talk| talk.say("NOOP\n".repeat(11)));
    assert_eq!(heard.limit(), Some("bad_commands_early"));
}

#[test]
fn smtp_s_36_bare_cr_ends_nothing() {
    refuses(
        &everything(),
        "",
        &[
            (b"NOOP\rMAIL FROM:<e@x>\r\n", 500),
            (b"NOOP x\rMAIL FROM:<e@x>\r\n", 500),
            (b"VRFY x\rRSET\r\n", 500),
            (b"MAIL FROM:<a@x>\rRCPT TO:<b@x>\r\n", 500),
            (b"RSET\r\r\n", 500),
            (b"\r\r\n", 500),
        ],
    );
}

#[test]
fn smtp_s_37_nul_cuts_nothing_off() {
    refuses(
        &everything(),
        "",
        &[
            (b"MAIL FROM:<a\0b@x>\r\n", 501),
            (b"MAIL FROM:<a@x\0>\r\n", 501),
            (b"MAIL FROM:<a@x>\0\r\n", 501),
            (b"MAIL FROM:<\"a\0b\"@x>\r\n", 501),
            (b"RSET\0\r\n", 500),
        ],
    );
}

#[test]
fn smtp_s_38_utf_8_needs_smtputf8() {
    refuses(&everything(), "", &[("MAIL FROM:<é@x>\r\n".as_bytes(), 550)]);
    refuses(&everything(), "MAIL FROM:<a@x>\r\n", &[("RCPT TO:<é@x>\r\n".as_bytes(), 550)]);
    let heard = greeted(&everything(), |talk| {
        talk.say("MAIL FROM:<é@x> SMTPUTF8\r\nRCPT TO:<ü@x>\r\n");
    });
    assert_eq!(heard.codes(), [250, 250]);
    assert_eq!(heard.commands(), ["MAIL FROM:<é@x> SMTPUTF8", "RCPT TO:<ü@x>"]);
}

#[test]
fn smtp_s_39_truncated_utf_8() {
    refuses(
        &everything(),
        "",
        &[
            (b"MAIL FROM:<\xc3@x> SMTPUTF8\r\n", 501),
            (b"MAIL FROM:<a@\xc3> SMTPUTF8\r\n", 501),
            (b"MAIL FROM:<\xed\xa0\x80@x> SMTPUTF8\r\n", 501),
        ],
    );
}

#[test]
fn smtp_s_39_40_arguments_of_noop() {
    for line in [&b"NOOP \xf0\x9f\r\n"[..], b"NOOP \x80\xff=\r\n", b"NOOP \"\r\n"] {
        let heard = greeted(&everything(), |talk| talk.say(line));
        assert!(matches!(heard.codes()[..], [250 | 501]), "{:?}", heard.codes());
    }
}

#[test]
fn smtp_s_41_empty_lines_have_a_budget() {
    let heard = greeted(&server_config(), |talk| {
        talk.say("NOOP\r\n");
        talk.say("\r\n".repeat(1000));
    });
    assert_eq!(heard.limit(), Some("bad_commands_early"));
    assert_eq!(heard.codes().len(), 1 + 11 + 1, "each has its answer, and the last is 421");
    assert_eq!(heard.codes().last(), Some(&421));
}

#[test]
fn smtp_s_42_empty_local_parts() {
    let before = "MAIL FROM:<a@x>\r\n";
    let heard = greeted(&server_config(), |talk| {
        talk.say(before);
        talk.say("RCPT TO:<\"\"@x>\r\n");
    });
    assert_eq!(heard.codes(), [250, 250]);
    assert_eq!(heard.commands()[1], "RCPT TO:<\"\"@x>");
    refuses(&server_config(), before, &[(b"RCPT TO:<@x>\r\n", 501), (b"RCPT TO:<>\r\n", 501)]);
}

#[test]
fn smtp_s_43_addresses_that_are_none() {
    let rows: [(&[u8], u16); 9] = [
        (b"MAIL FROM:<;id;>\r\n", 501),
        (b"MAIL FROM:<a b@x>\r\n", 501),
        (b"MAIL FROM:<a@x>b>\r\n", 501),
        (b"MAIL FROM:<\"a@x>\r\n", 501),
        (b"MAIL FROM:<a@[1.2.3>\r\n", 501),
        (b"MAIL FROM:<a@[1.2.3]>\r\n", 501),
        (b"MAIL FROM:<<a@x>>\r\n", 501),
        (b"MAIL FROM:<a@x\r\n", 501),
        (b"MAIL FROM:<a@-x>\r\n", 501),
    ];
    refuses(&everything(), "", &rows);
}

#[test]
fn smtp_s_44_routes_and_lengths() {
    let heard = greeted(&server_config(), |talk| talk.say("MAIL FROM:<@a,@b:u@x>\r\n"));
    assert_eq!(heard.codes(), [250]);
    // 64 octets are a local part, and a domain has 255. Longer local parts are in use (SRS, BATV), so
    // there is a tolerance for them, up to the length of the line.
    let local = |n: usize| format!("MAIL FROM:<{}@x>\r\n", "l".repeat(n)).into_bytes();
    let label = "d".repeat(49);
    let far =
        |n: usize| format!("MAIL FROM:<a@{}>\r\n", vec![&label[..]; n].join(".")).into_bytes();
    let (mut strict, mut lenient) = (server_config(), server_config());
    strict.tolerance = mailwire_smtp::Tolerance::strict();
    lenient.tolerance = strict.tolerance.with(Deviation::LongLocalPart);
    for config in [&strict, &lenient] {
        for line in [local(64), far(5)] {
            assert_eq!(greeted(config, |talk| talk.say(&line)).codes(), [250]);
        }
        refuses(config, "", &[(&far(6), 501), (&local(100_000), 500)]);
    }
    refuses(&strict, "", &[(&local(65), 501)]);
    assert_eq!(greeted(&lenient, |talk| talk.say(local(65))).codes(), [250]);
}

#[test]
fn smtp_s_45_46_xtext() {
    let config = everything();
    refuses(
        &config,
        "",
        &[
            (b"MAIL FROM:<a@x> AUTH=b+0D+0AX\r\n", 501),
            (b"MAIL FROM:<a@x> ENVID=+00\r\n", 501),
            (b"MAIL FROM:<a@x> ENVID=a+0A\r\n", 501),
            (b"MAIL FROM:<a@x> ENVID=a+0d\r\n", 501),
        ],
    );
    refuses(
        &config,
        "MAIL FROM:<a@x>\r\n",
        &[
            (b"RCPT TO:<b@x> ORCPT=rfc822;a+0Ab\r\n", 501),
            (b"RCPT TO:<b@x> ORCPT=rfc822;a+0\r\n", 501),
            (b"RCPT TO:<b@x> ORCPT=rfc822;a+GG\r\n", 501),
            (b"RCPT TO:<b@x> ORCPT=rfc822;a+0d\r\n", 501),
        ],
    );
}

#[test]
fn smtp_s_47_xclient_is_not_for_everyone() {
    // Not offered to this client, whatever it says; Postfix answers 550, too.
    for config in [server_config(), everything().withhold(Extension::Xclient)] {
        refuses(&config, "", &[(b"XCLIENT NAME=a\r\n", 550), (b"XCLIENT NAME=a+0D+0Ab\r\n", 550)]);
    }
    refuses(&server_config(), "", &[(b"XFORWARD NAME=a\r\n", 550), (b"ETRN\r\n", 502)]);
    refuses(
        &everything(),
        "",
        &[(b"XCLIENT NAME=a+0D+0Ab\r\n", 501), (b"XCLIENT NAME=a+00\r\n", 501)],
    );
}

#[test]
fn smtp_s_38_questions_in_utf_8_need_smtputf8() {
    let config =
        server_config().withhold(Extension::SmtpUtf8).offer(Keyword::Plain(Extension::Vrfy));
    let rows: [(&[u8], u16); 2] = [(b"VRFY a SMTPUTF8\r\n", 501), (b"VRFY \xc3\xa9\r\n", 550)];
    refuses(&config, "", &rows);
}

#[test]
fn smtp_s_47_xclient_begins_anew() {
    // Another client than the one that authenticated.
    let mut config = with_auth();
    config.require_auth = true;
    let heard = greeted(&config, |talk| {
        talk.say("AUTH PLAIN AHVzZXIAcGFzcw==\r\n");
        talk.say("XCLIENT NAME=other.example\r\n");
        talk.say("EHLO other.example\r\n");
        talk.say("MAIL FROM:<a@x>\r\n");
    });
    assert_eq!(heard.codes(), [235, 220, 250, 530], "{heard:?}");
}

// --- AUTH.

#[test]
fn smtp_s_48_a_response_ends_as_a_line_does() {
    let default = mailwire_smtp::Tolerance::default();
    for (tolerance, codes) in
        [(default, [334, 500]), (default.with(Deviation::BareLfLine), [334, 235])]
    {
        let mut config = with_auth();
        config.tolerance = tolerance;
        let heard = greeted(&config, |talk| {
            talk.say("AUTH PLAIN\r\n");
            talk.say("AHVzZXIAcGFzcw==\n");
        });
        assert_eq!(heard.codes(), codes, "{heard:?}");
    }
}

#[test]
fn smtp_s_48_what_answers_a_challenge() {
    for (response, code, events) in [
        ("*\r\n", 501, "auth ended None"),
        ("!!!!\r\n", 501, "auth ended Some(NotBase64)"),
        ("QQ\r\n", 501, "auth ended Some(NotBase64)"),
        ("QQ=\r\n", 501, "auth ended Some(NotBase64)"),
        ("QQ== \r\n", 501, "auth ended Some(NotBase64)"),
        ("QR==\r\n", 501, "auth ended Some(NotBase64)"),
        ("\r\n", 535, "auth response"),
        ("AHVzZXIAcGFzcw==\r\n", 235, "auth response"),
        // `=` is for the AUTH command. In a response an empty line is what is empty: RFC 4954
        // section 8. What cannot be decoded must be answered with 501: section 4.
        ("=\r\n", 501, "auth ended Some(NotBase64)"),
    ] {
        let heard = greeted(&with_auth(), |talk| {
            talk.say("AUTH PLAIN\r\n");
            talk.say(format!("{response}NOOP\r\n"));
        });
        assert_eq!(heard.codes(), [334, code, 250], "{response}");
        assert_eq!(heard.events, ["AUTH PLAIN", events, "NOOP"]);
    }
    refuses(&with_auth(), "", &[(b"AUTH PLAIN !!!\r\n", 501), (b"AUTH PLAIN QQ\r\n", 501)]);
}

#[test]
fn smtp_s_49_a_long_response() {
    let limit = with_auth().limits.auth_line;
    for (octets, codes) in [(limit, [334, 535, 250]), (limit + 1, [334, 500, 250])] {
        let heard = greeted(&with_auth(), |talk| {
            talk.say("AUTH PLAIN\r\n");
            // A multiple of four octets, filled up with blanks if need be: both are no base64 then.
            let mut line = "QUFB".repeat(octets / 4);
            line.truncate((octets - 2) / 4 * 4);
            let blanks = octets - 2 - line.len();
            let line = if blanks == 0 { line } else { format!("{line}{}", " ".repeat(blanks)) };
            talk.say(format!("{line}\r\nNOOP\r\n"));
        });
        // 12,288 octets with CRLF are no multiple of four, so the response that fits is bad base64.
        let codes = if heard.codes()[1] == 501 { [334, 501, 250] } else { codes };
        assert_eq!(heard.codes(), codes);
        assert_eq!(heard.output.contains("5.5.6"), octets > limit);
        assert_eq!(heard.commands(), ["AUTH PLAIN", "NOOP"]);
    }
    // The AUTH command itself, too, however it is cut.
    let line = format!("AUTH PLAIN {}\r\n", "A".repeat(limit));
    refuses(&with_auth(), "", &[(line.as_bytes(), 500)]);
}

#[test]
fn smtp_s_50_a_command_is_no_response() {
    for line in ["MAIL FROM:<a@x>\r\n", "QUIT\r\n\r\n", "RSET \r\n"] {
        let heard = greeted(&with_auth(), |talk| {
            talk.say("AUTH PLAIN\r\n");
            talk.say(line);
        });
        // QUIT is base64, of three octets that are no password.
        assert!(matches!(heard.codes()[1], 501 | 535), "{:?}", heard.codes());
        assert_eq!(heard.commands(), ["AUTH PLAIN"]);
        assert!(!heard.closed);
    }
}

#[test]
fn smtp_s_51_auth_out_of_place() {
    let config = with_auth();
    refuses(&config, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", &[(b"AUTH PLAIN\r\n", 503)]);
    refuses(&config, "MAIL FROM:<a@x>\r\n", &[(b"AUTH PLAIN\r\n", 503)]);
    refuses(&config, "", &[(b"AUTH x\0y\r\n", 501), (b"AUTH X-NEW\r\n", 504)]);
    let long = format!("AUTH {}\r\n", "X".repeat(20_000));
    refuses(&config, "", &[(long.as_bytes(), 500)]);
    refuses(&config.withhold(Extension::Auth), "", &[(b"AUTH PLAIN\r\n", 502)]);
}

#[test]
fn smtp_s_51_guessing_has_a_budget() {
    for (attempt, codes) in [("AUTH PLAIN AHVzZXIAeA==\r\n", 1), ("AUTH PLAIN\r\n*\r\n", 2)] {
        let heard = greeted(&with_auth(), |talk| talk.say(attempt.repeat(1000)));
        assert_eq!(heard.limit(), Some("bad_commands_early"));
        assert_eq!(heard.codes().len(), 11 * codes + 1);
        assert_eq!(heard.codes().last(), Some(&421));
    }
}

// --- Budgets and state.

#[test]
fn smtp_s_52_53_the_tail_of_a_long_line_is_no_command() {
    let noop = format!("NOOP {}MAIL FROM:<e@x>\r\n", "A".repeat(100_000));
    let hello = format!("EHLO {}\r\n", "A".repeat(11_000));
    refuses(&server_config(), "", &[(noop.as_bytes(), 500), (hello.as_bytes(), 500)]);
    // The body of a DATA that is too long to read is held back, and a chunk without a size ends it.
    let tail = " ".repeat(5000);
    let heard = greeted(&server_config(), |talk| talk.say(format!("DATA{tail}\r\nNOOP\r\n")));
    assert_closed(&heard, PeerError::EarlyTalker, 554);
    let heard = greeted(&server_config(), |talk| talk.say(format!("BDAT 6{tail}\r\nNOOP\r\n")));
    assert_closed(&heard, PeerError::ChunkSize, 501);
    assert!(heard.commands().is_empty());
}

#[test]
fn smtp_s_54_too_many_recipients() {
    let mut config = server_config();
    (config.limits.recipients, config.limits.excess_recipients) = (100, 50);
    let heard = greeted(&config, |talk| {
        talk.say("MAIL FROM:<a@x>\r\n");
        talk.say("RCPT TO:<b@x>\r\n".repeat(150));
        talk.say("DATA\r\n");
        talk.say("hi\r\n.\r\n");
        // The budget is for one transaction.
        talk.say("MAIL FROM:<a@x>\r\n");
        talk.say("RCPT TO:<b@x>\r\n".repeat(100));
    });
    let codes = heard.codes();
    assert_eq!(codes[..101], [250; 101]);
    assert_eq!(codes[101..151], [452; 50]);
    assert_eq!(codes[151..], [&[354, 250][..], &[250; 101]].concat());
    assert_eq!(heard.stored[0].to.len(), 100, "the earlier ones are kept");
    let heard = greeted(&config, |talk| {
        talk.say("MAIL FROM:<a@x>\r\n");
        talk.say("RCPT TO:<b@x>\r\n".repeat(152));
    });
    assert_eq!(heard.limit(), Some("excess_recipients"));
    assert_eq!(heard.codes().last(), Some(&421));
}

#[test]
fn smtp_s_55_bad_commands_have_a_budget() {
    let config = everything();
    let (early, late) = (config.limits.bad_commands_early, config.limits.bad_commands);
    let bad = ["FOO\r\n", "\r\n", "RCPT TO:<b@x>\r\n", "DATA x\r\n", "MAIL FROM:<a@x> X=Y\r\n"];
    for line in bad {
        let heard = greeted(&config, |talk| {
            // DATA holds back what is behind it, so each line waits for its reply.
            (0..early).for_each(|_| talk.say(line));
            assert!(!talk.app.server.is_closed());
            talk.say(line);
            talk.say("NOOP\r\n");
        });
        assert_eq!(heard.limit(), Some("bad_commands_early"), "{line}");
        assert_eq!(heard.codes().len(), usize::from(early) + 2);
        assert!(heard.commands().is_empty());
    }
    let heard = greeted(&config, |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\n");
        talk.say("FOO\r\n".repeat(late.into()));
        assert!(!talk.app.server.is_closed());
        talk.say("FOO\r\n");
    });
    assert_eq!(heard.limit(), Some("bad_commands"));
}

#[test]
fn smtp_s_56_a_server_does_not_split_its_own_replies() {
    use element::reply_code::ReplyCode;
    for text in ["ok\r\n550 evil", "ok\n550 evil", "ok\r550 evil", "ok\0"] {
        assert!(Reply::new(ReplyCode::OK, text).is_err());
        assert!(Reply::new(ReplyCode::OK, "a").unwrap().with_line(text).is_err());
        let status = element::enhanced_code::EnhancedCode::parse(b"2.0.0").unwrap();
        assert!(Reply::with_status(ReplyCode::OK, status, text).is_err());
        assert!(EhloReply::new(&domain("x"), text).is_err());
        assert!(element::domain::Domain::name(text).is_err());
        assert!(Keyword::parse(text.as_bytes()).is_err());
    }
    // Several lines are asked for by name, and each gets its code.
    let reply = Reply::new(ReplyCode::OK, "ok").unwrap().with_line("550 evil").unwrap();
    assert_eq!(reply.to_bytes(), b"250-ok\r\n250 550 evil\r\n");
}

#[test]
fn smtp_s_57_what_ends_a_transaction() {
    for line in ["RSET", "EHLO b", "HELO b"] {
        let heard = greeted(&server_config(), |talk| {
            talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\n");
            talk.say(format!("{line}\r\n"));
            assert_eq!(talk.app.server.recipients(), 0);
            talk.say("DATA\r\n");
            talk.say("RCPT TO:<b@x>\r\n");
        });
        assert_eq!(heard.codes(), [250, 250, 250, 503, 503], "{line}");
    }
    // In counted octets QUIT is a word like any.
    let heard = greeted(&server_config(), |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 8 LAST\r\nQUIT\r\n\r\nQUIT\r\n");
    });
    assert_eq!(heard.bodies(), [b"QUIT\r\n\r\n"]);
    assert_eq!(heard.codes(), [250, 250, 250, 221]);
}

#[test]
fn smtp_s_58_a_message_is_stuffed_by_the_encoder_alone() {
    // What a server hands out has a line with a dot in it; given to a client as it is, it arrives as
    // it was.
    let heard = greeted(&server_config(), |talk| {
        talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n");
        talk.say("a\r\n..\r\nb\r\n.\r\n");
    });
    assert_eq!(heard.bodies(), [b"a\r\n.\r\nb\r\n"]);
    let mut pair = new_pair(ClientConfig::default(), server_config());
    pair.run();
    pair.peer.client.send(&ehlo()).unwrap();
    pair.run();
    for command in [mail("a"), rcpt("b"), Command::Data] {
        pair.peer.client.send(&command).unwrap();
    }
    pair.run();
    pair.peer.client.send_body(Bytes::from(heard.stored[0].body.clone())).unwrap();
    pair.peer.client.finish_body().unwrap();
    pair.run();
    assert_eq!(pair.app.stored[0].body, heard.stored[0].body);
    assert_eq!(pair.app.server.state(), State::Ready);
}
