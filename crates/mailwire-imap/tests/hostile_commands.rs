//! Hostile clients: what they put into commands. Each test is a row of the attack table, and each script
//! runs whole, octet by octet and cut at random. The order of commands, TLS, SASL and IDLE are in
//! `hostile_client.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_imap::element::mailbox::{Mailbox, MailboxPattern};
use mailwire_imap::server::Event;
use mailwire_imap::{Command, Extension, Machine, PeerError};
use support::server::{
    App, everything, logged_in, patient, plain, refuses_early, refuses_selected, selected, server,
    talk,
};

#[test]
fn imap_s_05_nul_in_a_quoted_string() {
    refuses_early(&[
        b"A LOGIN \"a\0b\" x\r\n",
        b"A LOGIN \"\\\0\" x\r\n",
        b"A LOGIN user \"pass\0\"\r\n",
        b"A LOGIN us\0er pass\r\n",
    ]);
}

#[test]
fn imap_s_06_an_open_quote_ends_with_its_line() {
    let heard = talk(&plain(), |talk| talk.say("A LOGIN \"abc\r\nB NOOP\r\n"));
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
    assert_eq!(heard.commands(), ["B NOOP"]);
}

#[test]
fn imap_s_07_escapes() {
    refuses_early(&[
        b"A LOGIN \"a\\b\" x\r\n",
        b"A LOGIN user \"pass\\\r\n",
        b"A LOGIN user \"\\\r\n",
    ]);
}

#[test]
fn imap_s_08_announced_sizes_are_not_trusted() {
    let digits = "9".repeat(300);
    for size in ["4294967295", "18446744073709551616", "9223372036854775808", "4097", &digits] {
        let heard = talk(&plain(), |talk| {
            talk.say(format!("A LOGIN {{{size}}}\r\n"));
            talk.say("B NOOP\r\n");
        });
        assert_eq!(heard.answers(), ["A BAD", "B OK"], "{size}");
        assert!(heard.output.starts_with("A BAD [TOOBIG] "), "{size} {heard:?}");
    }
}

#[test]
fn imap_s_09_literals_without_synchronization_are_dropped_or_end_the_session() {
    for size in ["999999999", "65537", "9223372036854775807"] {
        let heard = talk(&plain(), |talk| talk.say(format!("A LOGIN {{{size}+}}\r\nabc")));
        assert_eq!(heard.output.lines().last(), Some("* BYE [TOOBIG] too much to drop"));
        assert!(heard.closed && heard.commands().is_empty());
        assert!(!heard.output.contains("A "), "{heard:?}");
    }
    let heard = talk(&plain(), |talk| {
        talk.say("A LOGIN {9000+}\r\n");
        talk.say("B NOOP\r\n".repeat(1125));
        assert!(talk.output.is_empty());
        talk.say("\r\nC NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "C OK"]);
    assert_eq!(heard.commands(), ["C NOOP"]);
    assert!(heard.output.starts_with("A BAD [TOOBIG] "));
}

#[test]
fn imap_s_10_literal_minus_has_a_bound() {
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A LOGIN {{4097+}}\r\n{} pass\r\n", "u".repeat(4097)));
        talk.say(format!("B LOGIN {{4096+}}\r\n{} pass\r\n", "u".repeat(4096)));
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
    // Behind login the cap of strings is another, and that of LITERAL- is the same.
    let heard = logged_in(&plain(), |talk| {
        talk.say(format!("A SUBSCRIBE {{4097+}}\r\n{}\r\n", "u".repeat(4097)));
        talk.say(format!("B SUBSCRIBE {{4097}}\r\n{}\r\n", "u".repeat(4097)));
        talk.say(format!("C APPEND x {{4097+}}\r\n{}\r\n", "u".repeat(4097)));
    });
    assert_eq!(heard.answers(), ["A BAD", "+", "B OK", "C BAD"]);
    let plus = plain().offer_all([Extension::LiteralPlus]);
    let heard = logged_in(&plus, |talk| {
        talk.say(format!("A SUBSCRIBE {{4097+}}\r\n{}\r\n", "u".repeat(4097)));
        talk.say(format!("C APPEND x {{20000+}}\r\n{}\r\n", "u".repeat(20_000)));
    });
    assert_eq!(heard.answers(), ["A OK", "C OK"]);
    assert_eq!(heard.stored, ["u".repeat(20_000).into_bytes()]);
}

#[test]
fn imap_s_11_what_is_nearly_a_header() {
    refuses_early(&[
        b"A LOGIN u {}\r\n",
        b"A LOGIN u {-1}\r\n",
        b"A LOGIN u { 1}\r\n",
        b"A LOGIN u {1 }\r\n",
        b"A LOGIN u {0x1}\r\n",
        b"A LOGIN u {1}x\r\n",
        b"A LOGIN u {1}\n",
        b"A LOGIN u ~{1}\r\n",
    ]);
    // Octets may follow that are a literal for the client.
    for line in ["{+1}\r\n", "{1++}\r\n", "{1+}\n", "{+}\r\n"] {
        let heard = talk(&plain(), |talk| talk.say(format!("A LOGIN u {line}B NOOP\r\n")));
        assert!(heard.closed && heard.answers() == ["* BYE"], "{line} {heard:?}");
        assert!(heard.commands().is_empty());
    }
}

#[test]
fn imap_s_12_literals_of_one_command_are_counted() {
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A X {}\r\n", "{1+}\r\na ".repeat(1001)));
        talk.say("B NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
    assert!(heard.output.starts_with("A BAD [LIMIT] "), "{heard:?}");
    let mut config = plain();
    config.limits.command_early = 5000;
    let heard = talk(&config, |talk| {
        talk.say(format!("A ID ({}\r\n", format!("{{1000+}}\r\n{} ", "a".repeat(1000)).repeat(6)));
        talk.say("B NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
}

#[test]
fn imap_s_13_a_literal_is_no_command() {
    let heard = logged_in(&everything(), |talk| {
        talk.say("A APPEND INBOX {26+}\r\nB LOGOUT\r\nC DELETE x\r\n..\r\n\r\nD NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A OK", "D OK"]);
    assert_eq!(heard.commands().len(), 2);
    assert!(heard.commands()[0].contains("B LOGOUT"));
}

#[test]
fn imap_s_14_the_literal_of_an_unknown_command_is_no_command() {
    for command in ["FROB", "(", "LOGIN", "SELECT x y", "NOOP", "\"", "A\0"] {
        let heard = talk(&plain(), |talk| {
            talk.say(format!("A {command} {{15+}}\r\nB NOOP\r\nxxxxx\r\n\r\nC NOOP\r\n"));
        });
        assert_eq!(heard.answers(), ["A BAD", "C OK"], "{command}");
        assert_eq!(heard.commands(), ["C NOOP"], "{command}");
    }
}

#[test]
fn imap_s_15_no_go_for_the_literal_of_an_unknown_command() {
    for command in ["FROB", "(", "LOGIN u p", "SELECT x y", "NOOP", "\"", "A\0"] {
        let heard = talk(&plain(), |talk| {
            talk.say(format!("A {command} {{13}}\r\nB NOOP\r\n"));
        });
        assert_eq!(heard.answers(), ["A BAD", "B OK"], "{command}");
        assert_eq!(heard.commands(), ["B NOOP"], "{command}");
    }
}

#[test]
fn imap_s_16_parentheses_before_login() {
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A NOOP {}", "(".repeat(4000)));
        talk.say("\r\nB NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
    let heard = talk(&plain(), |talk| talk.say(format!("A NOOP {}", "(".repeat(20_000))));
    assert!(heard.closed && heard.answers() == ["* BYE"]);
    refuses_early(&[b"A ID ((\"a\" \"b\"))\r\n", b"A ID (((((((\r\n"]);
}

#[test]
fn imap_s_17_search_keys_are_nested_so_deep_and_not_deeper() {
    let deep = |n: usize| format!("A SEARCH {}ALL{}\r\n", "(".repeat(n), ")".repeat(n));
    let heard = selected(&everything(), |talk| talk.say(deep(30)));
    assert_eq!(heard.answers(), ["A OK"]);
    let rows = [
        deep(40),
        deep(20_000),
        format!("A SEARCH {}ALL\r\n", "NOT ".repeat(10_000)),
        format!("A SEARCH {}\r\n", "OR ".repeat(10_000)),
        format!("A UID SEARCH {}\r\n", "(".repeat(30_000)),
    ];
    // A small stack is enough.
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(move || {
        for row in &rows {
            let mut app = App::new(patient(everything()));
            let mut input = mailwire_testing::drive::Input::new();
            input.push(b"L LOGIN user pass\r\nS SELECT x\r\n");
            input.feed(&mut app);
            input.push(row.as_bytes());
            input.feed(&mut app);
            assert!(app.events.last().unwrap().starts_with("rejected"), "{:?}", app.events);
        }
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn imap_s_18_part_paths_and_lists() {
    let parts = format!("A FETCH 1 BODY[{}1]\r\n", "1.".repeat(20_000));
    let lists = format!("A FETCH 1 {}\r\n", "(".repeat(100));
    refuses_selected(&[parts.as_bytes(), lists.as_bytes(), b"A FETCH 1 ((((FLAGS\r\n"]);
}

#[test]
fn imap_s_19_sequence_sets() {
    refuses_selected(&[
        b"A FETCH 0 FLAGS\r\n",
        b"A FETCH 4294967296 FLAGS\r\n",
        b"A FETCH 1,,2 FLAGS\r\n",
        b"A FETCH ,1 FLAGS\r\n",
        b"A FETCH 1, FLAGS\r\n",
        b"A FETCH 1: FLAGS\r\n",
        b"A FETCH -1 FLAGS\r\n",
        b"A UID STORE 0:5 FLAGS (\\Seen)\r\n",
    ]);
    let heard = selected(&everything(), |talk| {
        for set in ["1:4294967295", "4294967295:1", "*:*", "*"] {
            talk.say(format!("A FETCH {set} FLAGS\r\n"));
        }
    });
    assert_eq!(heard.answers(), ["A OK"; 4]);
    let heard = selected(&patient(everything()), |talk| {
        talk.say(format!("A FETCH {}1 FLAGS\r\nB NOOP\r\n", "1,".repeat(50_000)));
    });
    assert_eq!(heard.answers(), ["A BAD", "B OK"]);
}

#[test]
fn imap_s_20_partial_ranges() {
    refuses_selected(&[
        b"A FETCH 1 BODY[]<0.0>\r\n",
        b"A FETCH 1 BODY[]<1.>\r\n",
        b"A FETCH 1 BODY[]<.1>\r\n",
        b"A FETCH 1 BODY[]<1>\r\n",
        b"A FETCH 1 BODY[]<99999999999999999999.1>\r\n",
    ]);
    let heard = selected(&everything(), |talk| {
        talk.say("A FETCH 1 BODY[]<4294967295.4294967295>\r\n");
    });
    assert_eq!(heard.answers(), ["A OK"]);
}

#[test]
fn imap_s_21_mod_sequences_have_63_bits() {
    refuses_selected(&[
        b"A FETCH 1 FLAGS (CHANGEDSINCE 9223372036854775808)\r\n",
        b"A STORE 1 (UNCHANGEDSINCE 99999999999999999999) FLAGS (\\Seen)\r\n",
    ]);
    let heard = selected(&everything(), |talk| {
        talk.say("A FETCH 1 FLAGS (CHANGEDSINCE 9223372036854775807)\r\n");
    });
    assert_eq!(heard.answers(), ["A OK"]);
}

#[test]
fn imap_s_22_a_long_line_does_not_hide_its_literal() {
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A NOOP {} {{8+}}\r\nB NOOP\r\n\r\nC NOOP\r\n", "x".repeat(9000)));
    });
    assert_eq!(heard.answers(), ["A BAD", "C OK"]);
    assert_eq!(heard.commands(), ["C NOOP"]);
    let heard = talk(&plain(), |talk| {
        talk.say(format!("A NOOP {} {{5+}}\r\nhello\r\n", "x".repeat(1 << 20)));
    });
    assert_eq!(heard.limit(), Some("line_early"));
    assert_eq!(heard.answers(), ["* BYE"]);
}

#[test]
fn imap_s_23_a_bad_tag_is_not_repeated() {
    let long = format!("{} NOOP\r\n", "A".repeat(10_000));
    let rows: [&[u8]; 11] = [
        b"\r\n",
        b"* NOOP\r\n",
        b"+ NOOP\r\n",
        b"A\rB NOOP\r\n",
        b"\xff\xfe NOOP\r\n",
        b" NOOP\r\n",
        b"A+1 NOOP\r\n",
        b"A\x1b[2J NOOP\r\n",
        b"{5} NOOP\r\n",
        b"\"a\" NOOP\r\n",
        long.as_bytes(),
    ];
    for row in rows {
        let heard = talk(&plain(), |talk| {
            talk.say(row);
            talk.say("Z NOOP\r\n");
        });
        let row = row.escape_ascii();
        assert_eq!(heard.answers(), ["* BAD", "Z OK"], "{row}");
        assert!(heard.output.len() < 100, "{row}");
    }
    refuses_early(&[b"A\r\n", b"A \r\n", b"A (\r\n"]);
}

#[test]
fn imap_s_27_messages() {
    let mut config = patient(everything());
    config.limits.message = 100_000;
    let heard = logged_in(&config, |talk| {
        talk.say("A APPEND x {0}\r\n");
        talk.say("B APPEND x {0+}\r\n\r\n");
        talk.say("C APPEND x {100001}\r\n");
        talk.say("D APPEND x {66666}\r\n");
        talk.say("E NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["A NO", "B NO", "C NO", "D NO", "E OK"]);
    assert!(heard.output.contains("C NO [TOOBIG] "));
    assert!(!heard.output.contains('+'));
    let body = "b\0".repeat(10_000);
    let heard = logged_in(&config, |talk| {
        talk.say("A APPEND x {20000}\r\n");
        talk.say(&body);
        assert!(!talk.output.windows(4).any(|octets| octets == b"A NO"));
        talk.say("\r\n");
        talk.say(format!("B APPEND x ~{{20000}}\r\n{body}\r\n"));
        talk.say("C APPEND x {100000}\r\n");
        talk.say("x".repeat(100_000) + "\r\n");
        talk.say("D APPEND x (\\Seen) {3}\r\nabc\r\n");
        talk.say("E APPEND x {3}\r\na\0c\r\n");
    });
    assert_eq!(heard.answers(), ["+", "A NO", "+", "B OK", "+", "C OK", "+", "D OK", "+", "E NO"]);
    assert_eq!(heard.stored, [body.into_bytes(), "x".repeat(100_000).into_bytes()]);
    let heard = logged_in(&patient(plain()), |talk| {
        talk.say("A APPEND x ~{20000}\r\n");
        talk.say("B APPEND x ~{3+}\r\nabc\r\n");
        talk.say("C APPEND x {3+}\r\nabc {3+}\r\nabc\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B BAD", "C BAD"]);
}

#[test]
fn imap_s_28_sums_of_parts() {
    let config = patient(everything());
    let heard = logged_in(&config, |talk| {
        talk.say("A APPEND x CATENATE (TEXT {18446744073709551615}\r\n");
        talk.say("B APPEND x CATENATE (TEXT {9223372036854775807}\r\n");
        talk.say("C APPEND x CATENATE (TEXT {52428700}\r\n");
    });
    assert_eq!(heard.answers(), ["A BAD", "B NO", "+"]);
    let mut config = config;
    config.limits.message = 50_000;
    let heard = logged_in(&config, |talk| {
        talk.say("A APPEND x CATENATE (TEXT {30000}\r\n");
        talk.say("x".repeat(30_000));
        talk.say(" TEXT {20000}\r\n");
        talk.say("x".repeat(20_000));
        talk.say(" URL \"/INBOX/;UID=1\" TEXT {1}\r\n");
        talk.say("B NOOP\r\n");
        talk.say("C APPEND x CATENATE (TEXT {30000}\r\n");
        talk.say("x".repeat(30_000));
        talk.say(" TEXT {20000}\r\n");
        talk.say("x".repeat(20_000));
        talk.say(") (\\Seen) {40000}\r\n");
        talk.say("y".repeat(40_000));
        talk.say("\r\nD NOOP\r\n");
    });
    assert_eq!(heard.answers(), ["+", "+", "A NO", "B OK", "+", "+", "+", "C OK", "D OK"]);
    assert_eq!(heard.stored.len(), 5);
}

#[test]
fn imap_s_28_annotations_are_streamed_too() {
    let mut config = patient(everything());
    config.limits.message = 50_000;
    let heard = logged_in(&config, |talk| {
        talk.say("A SETMETADATA x (/shared/a \"v\" /shared/b {20000}\r\n");
        talk.say("x".repeat(20_000));
        talk.say(" /shared/c {3}\r\nabc /shared/d ~{30000}\r\n");
        talk.say("\0".repeat(30_000));
        talk.say(" /shared/e NIL)\r\n");
        talk.say("B SETMETADATA x (/shared/a {50001}\r\n");
        talk.say("C SETMETADATA x (/shared/a {66666}\r\n");
        talk.say("D SETMETADATA x (/shared/a {20000}\r\n");
        talk.say("x".repeat(20_000));
        talk.say(" b)\r\nE SETMETADATA x (/shared/a {3}\r\nabc)\r\n");
    });
    let answers = ["+", "+", "+", "A OK", "B NO", "C NO", "+", "D BAD", "+", "E OK"];
    assert_eq!(heard.answers(), answers, "{heard:?}");
    assert_eq!(heard.stored.len(), 3);
}

#[test]
fn imap_s_29_mailbox_names_hide_nothing() {
    refuses_selected(&[b"A CREATE \"a\rb\"\r\n"]);
    // The name stays as it came; what it says is for those who ask.
    for name in ["&AA0ACg-x", "&AAA-", "&Jjo", "&-&", "../../x"] {
        let mut server = server(plain());
        let login = server.receive(b"L LOGIN user pass\r\n").unwrap();
        let Some(Event::Command { ticket, .. }) = login.event else { panic!() };
        server.accept(ticket).unwrap();
        let line = format!("A CREATE \"{name}\"\r\n");
        let received = server.receive(line.as_bytes()).unwrap();
        match received.event {
            Some(Event::Command { command: Command::Create(create), .. }) => {
                let shown = create.mailbox.decode(server.mode());
                let bad =
                    shown.is_err() || shown.is_ok_and(|shown| !shown.chars().any(char::is_control));
                assert!(bad, "{name}");
            }
            Some(Event::Rejected { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn imap_s_30_patterns_cost_no_more_than_their_length() {
    let heard = logged_in(&everything(), |talk| {
        talk.say(format!("A LIST \"\" \"{}\"\r\n", "%*".repeat(200)));
    });
    assert_eq!(heard.answers(), ["A OK"]);
    let pattern = format!("{}b", "%*".repeat(200));
    let pattern = MailboxPattern::new(&pattern[..]).unwrap();
    let name = Mailbox::new("a".repeat(5000)).unwrap();
    assert!(!pattern.matches(&name, Some(b'/')));
}

#[test]
fn imap_s_31_id_has_bounds() {
    let pair = |n: usize| (0..n).map(|i| format!("\"k{i}\" \"v\"")).collect::<Vec<_>>().join(" ");
    let rows = [
        format!("A ID ({})\r\n", pair(31)),
        format!("A ID (\"{}\" \"v\")\r\n", "k".repeat(31)),
        format!("A ID (\"k\" \"{}\")\r\n", "v".repeat(1025)),
        "A ID (\"k\")\r\n".into(),
    ];
    let rows: Vec<&[u8]> = rows.iter().map(String::as_bytes).collect();
    refuses_early(&rows);
    let heard = talk(&everything(), |talk| {
        talk.say(format!("A ID ({})\r\n", pair(30)));
        talk.say("B ID (\"k\" {4+}\r\na\r\nb)\r\n");
        talk.say("C ID NIL\r\n");
    });
    assert_eq!(heard.answers(), ["A OK", "B OK", "C OK"]);
}

#[test]
fn imap_s_36_flags() {
    let long = format!("A STORE 1 FLAGS ({})\r\n", "x".repeat(70_000));
    refuses_selected(&[
        b"A STORE 1 FLAGS (\\Recent)\r\n",
        b"A STORE 1 FLAGS (a(b)\r\n",
        b"A STORE 1 FLAGS (\\\\)\r\n",
        b"A STORE 1 FLAGS (\\*)\r\n",
        long.as_bytes(),
    ]);
}

#[test]
fn imap_s_37_dates() {
    refuses_selected(&[
        b"A APPEND x \"99-Feb-0000 99:99:99 +9999\" {1}\r\n",
        b"A APPEND x \"31-Dec-9999 24:61:61 -9999\" {1}\r\n",
        b"A APPEND x \"99-Feb-0000 99:99:99 +9999\" {1+}\r\nx\r\n",
    ]);
}

#[test]
fn imap_s_38_eight_bit_octets() {
    refuses_selected(&[
        b"A CREATE Entw\xc3\xbcrfe\r\n",
        b"A CREATE \"Entw\xc3\xbcrfe\"\r\n",
        b"A CREATE \"\xff\"\r\n",
    ]);
    let heard = logged_in(&everything(), |talk| {
        talk.say(b"A CREATE {9+}\r\nEntw\xc3\xbcrfe\r\n");
        talk.say("B ENABLE UTF8=ACCEPT\r\n");
        talk.say(b"C CREATE \"Entw\xc3\xbcrfe\"\r\n");
        talk.say(b"D CREATE \"\xff\"\r\n");
    });
    assert_eq!(heard.answers(), ["A OK", "B OK", "C OK", "D BAD"]);
}

#[test]
fn imap_s_40_truncated_commands() {
    for line in [
        "A001 LOGIN {11}\r\n",
        "A LOGIN {3}\r",
        "A LOGIN {3}\r\nab",
        "A",
        "A IDLE\r\n",
        "A AUTHENTICATE PLAIN\r\n",
    ] {
        let heard = logged_in(&patient(everything()), |talk| {
            talk.say(line.replace("LOGIN", "SUBSCRIBE").replace("AUTHENTICATE PLAIN", "IDLE"));
            talk.end();
        });
        assert_eq!(heard.error, Some(PeerError::Eof), "{line} {heard:?}");
        assert!(heard.closed && !heard.answers().contains(&"A OK".to_string()), "{line}");
    }
    let heard = talk(&plain(), |talk| {
        talk.say("A AUTHENTICATE PLAIN\r\n");
        talk.end();
    });
    assert_eq!(heard.error, Some(PeerError::Eof));
}

#[test]
fn imap_s_41_line_ends() {
    refuses_early(&[b"A NOOP\n", b"A NOOP\r\r\n"]);
    let mut config = plain();
    config.tolerance = config.tolerance.with(mailwire_imap::Deviation::BareLfLine);
    let heard = talk(&config, |talk| talk.say("A NOOP\nB NOOP\r\r\nC NOOP\r\n"));
    assert_eq!(heard.answers(), ["A OK", "B BAD", "C OK"]);
}
