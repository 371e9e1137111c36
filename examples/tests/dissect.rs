//! The program `dissect`: its flags, its exit statuses, and the corpus.

#![allow(clippy::unwrap_used)] // A test may fail where it stands.

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use support::{chunk, corpus, dissect, errors_of, file, header, kinds, objects, session, stdout};

fn good() -> Vec<u8> {
    session(&[
        header("smtp"),
        chunk("S", "220 mx.example ready\r\n"),
        chunk("C", "EHLO a.exa"),
        chunk("C", "mple\r\n"),
        json!({ "event": "weather", "sky": "blue" }),
        chunk("S", "250-mx.example\r\n250-SIZE 1000\r\n250 PIPELINING\r\n"),
        chunk("C", "MAIL FROM: <a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"),
        chunk("S", "250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n"),
        chunk("C", "Subject: x\r\n\r\n..\r\n.\r\nQUIT\r\n"),
        chunk("S", "250 2.0.0 queued\r\n221 2.0.0 bye\r\n"),
        json!({ "event": "eof", "dir": "C" }),
        json!({ "event": "eof", "dir": "S" }),
    ])
}

#[test]
fn a_session_is_told_message_by_message() {
    let path = file("good.jsonl", &good());
    let output = dissect(&["--json"], &[&path]);
    assert_eq!(output.status.code(), Some(0));
    let (objects, summary) = objects(&output);
    assert_eq!(
        kinds(&objects),
        [
            "greeting 220",
            "command EHLO",
            "ehlo-reply 250",
            "command MAIL",
            "command RCPT",
            "command DATA",
            "reply 250",
            "reply 250",
            "reply 354",
            "body",
            "command QUIT",
            "reply 250",
            "reply 221",
        ],
    );
    let mail = &objects[3];
    assert_eq!(mail["file"], path.to_str().unwrap());
    assert_eq!(mail["dir"], "C");
    assert_eq!((&mail["offset"], &mail["length"]), (&json!(16), &json!(26)));
    assert_eq!(mail["ok"], true);
    assert_eq!(mail["error"], Value::Null);
    assert_eq!(mail["deviations"], json!(["SpaceAfterColon"]));
    assert_eq!(mail["roundtrip"], "equivalent");
    assert_eq!(mail["value"]["from"], "<a@b.example>");
    assert_eq!(objects[6]["value"]["enhanced"], "2.1.0");
    assert_eq!(objects[6]["value"]["answers"], "MAIL");
    let body = &objects[9];
    assert_eq!((&body["offset"], &body["length"]), (&json!(71), &json!(21)));
    assert_eq!(body["value"]["length"], 17);
    assert_eq!(body["roundtrip"], "n/a");
    assert_eq!(objects[11]["value"]["answers"], "message");
    assert_eq!(
        summary,
        json!({
            "files": 1, "messages": 13, "errors": 0, "deviations": 1, "broken": 0, "bytes": 236,
        }),
    );
    // The messages of each direction follow each other without a gap.
    for dir in ["C", "S"] {
        let mut end = 0;
        for object in objects.iter().filter(|object| object["dir"] == dir) {
            assert_eq!(object["offset"], end, "{object}");
            end += object["length"].as_u64().unwrap();
        }
    }
}

#[test]
fn people_get_one_line_a_message() {
    let path = file("people.jsonl", &good());
    let output = dissect(&[], &[&path]);
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    assert!(text.contains("S <- greeting 220 domain=mx.example"), "{text}");
    assert!(text.contains("C -> command MAIL from=<a@b.example> [SpaceAfterColon]"), "{text}");
    assert!(text.contains("C -> body sent_with=data length=17 complete"), "{text}");
    // No colours where there is no terminal.
    assert!(!text.contains('\x1b'), "{text}");
    assert_eq!(text.lines().count(), 14);
    let text = stdout(&dissect(&[], &[&path, &path]));
    assert!(text.contains("people.jsonl (smtp)\n"), "{text}");
}

#[test]
fn an_error_shows_its_byte() {
    let path = file(
        "bad.jsonl",
        &session(&[
            header("smtp"),
            chunk("S", "220 mx\r\n"),
            chunk("C", "MAIL FROM:<a@b> SIZE=many\r\nNOOP \x1b[31m\r\n"),
            chunk("S", "501 no\r\n250 ok\r\n"),
        ]),
    );
    let output = dissect(&[], &[&path]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    let shown = "     MAIL FROM:<a@b> SIZE=many\n                          ^ expected size-value\n";
    assert!(text.contains(shown), "{text}");
    assert!(!text.contains('\x1b'), "{text}");
    let (objects, summary) = objects(&dissect(&["--json"], &[&path]));
    assert_eq!(objects[1]["ok"], false);
    assert_eq!(objects[1]["error"], json!({ "rule": "size-value", "at": 21 }));
    assert_eq!(objects[1]["value"]["line"], "MAIL FROM:<a@b> SIZE=many");
    // Its neighbours live.
    assert_eq!(objects[3]["value"]["answers"], "MAIL");
    assert_eq!(summary["errors"], 2);
}

#[test]
fn tolerance_decides_what_is_an_error() {
    let path = file(
        "tolerance.jsonl",
        &session(&[
            chunk("C", "MAIL FROM: <a@b>\r\n"),
            chunk("C", "RCPT TO:c@d\r\n"),
            chunk("C", "NOOP\n"),
        ]),
    );
    for (preset, errors, status) in [("strict", 3, 1), ("default", 2, 1), ("lenient", 0, 0)] {
        let output = dissect(&["--json", "--protocol", "smtp", "--tolerance", preset], &[&path]);
        assert_eq!(objects(&output).1["errors"], errors, "{preset}");
        assert_eq!(output.status.code(), Some(status), "{preset}");
    }
}

#[test]
fn tls_starts_the_session_over() {
    let path = file(
        "tls.jsonl",
        &session(&[
            header("smtp"),
            chunk("S", "220 mx\r\n"),
            chunk("C", "STARTTLS\r\n"),
            chunk("S", "220 go\r\n"),
            json!({ "event": "tls" }),
            chunk("C", "EHLO a\r\n"),
            chunk("S", "250-mx\r\n250 SIZE\r\n"),
            chunk("C", "STARTTLS\r\n"),
            chunk("S", "220 go\r\n"),
            chunk("C", "MAIL FROM:<injected@b>\r\n"),
            chunk("C", "more"),
        ]),
    );
    let output = dissect(&["--json"], &[&path]);
    let (heard, _) = objects(&output);
    assert_eq!(
        kinds(&heard),
        [
            "greeting 220",
            "command STARTTLS",
            "reply 220",
            "command EHLO",
            "ehlo-reply 250",
            "command STARTTLS",
            "reply 220",
            "tls",
        ],
    );
    assert_eq!(heard[7]["length"], 28);
    assert!(stdout(&dissect(&[], &[&path])).contains("-- TLS --\n"));
}

#[test]
fn a_cut_off_end_is_not_complete() {
    let path = file(
        "cut.jsonl",
        &session(&[
            header("smtp"),
            chunk("S", "220 mx\r\n"),
            chunk("C", "DATA\r\n"),
            chunk("S", "354 go\r\n"),
            chunk("C", "half a li"),
            json!({ "event": "eof", "dir": "C" }),
            chunk("S", "421 4.4.2 timeo"),
        ]),
    );
    let output = dissect(&["--json"], &[&path]);
    assert_eq!(output.status.code(), Some(1));
    let (heard, _) = objects(&output);
    assert_eq!(kinds(&heard), ["greeting 220", "command DATA", "reply 354", "body", "incomplete"],);
    assert_eq!(heard[3]["ok"], false);
    assert_eq!(heard[3]["value"]["complete"], false);
    assert_eq!(heard[4]["value"]["line"], "421 4.4.2 timeo");
}

#[test]
fn lmtp_and_corpus_sessions_are_understood() {
    let steps = [
        ("S", "220 mx\r\n"),
        ("C", "LHLO a\r\n"),
        ("S", "250-mx\r\n250 PIPELINING\r\n"),
        ("C", "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"),
        ("S", "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
        ("C", ".\r\nQUIT\r\n"),
        ("S", "250 a\r\n450 c\r\n221 bye\r\n"),
    ];
    // Without a header, and with `wire`: LHLO tells that it is LMTP.
    let objects_of: Vec<_> =
        steps.iter().map(|(dir, wire)| json!({ "dir": dir, "wire": wire })).collect();
    let path = file("lmtp.jsonl", &session(&objects_of));
    for arguments in [&["--json"][..], &["--json", "--protocol", "lmtp"]] {
        let output = dissect(arguments, &[&path]);
        assert_eq!(output.status.code(), Some(0));
        let (heard, _) = objects(&output);
        let answers: Vec<_> = heard.iter().rev().take(3).map(|o| &o["value"]["answers"]).collect();
        assert_eq!(
            answers,
            [&json!("QUIT"), &json!({ "recipient": 1 }), &json!({ "recipient": 0 })]
        );
    }
    let (heard, _) = objects(&dissect(&["--json", "--protocol", "smtp"], &[&path]));
    assert_eq!(heard[heard.len() - 1]["value"]["answers"], Value::Null);
}

#[test]
fn raw_bytes_need_a_protocol_and_a_side() {
    let client =
        b"EHLO a\r\nAUTH LOGIN\r\nYQ==\r\nYg==\r\nDATA\r\nx\r\n.\r\nBDAT 3 LAST\r\nabcQUIT\r\n";
    let path = file("client.bin", client);
    for arguments in [&[][..], &["--protocol", "smtp"], &["--side", "client"]] {
        let output = dissect(arguments, &[&path]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("client.bin"));
    }
    let output = dissect(&["--json", "--protocol", "smtp", "--side", "client"], &[&path]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        kinds(&objects(&output).0),
        [
            "command EHLO",
            "command AUTH",
            "auth-response",
            "auth-response",
            "command DATA",
            "body",
            "command BDAT",
            "body",
            "command QUIT",
        ],
    );
    let server = b"220 mx\r\n250-mx\r\n250-SIZE\r\n250 HELP\r\n250 ok\r\n354 go\r\n250 ok\r\n";
    let path = file("server.bin", server);
    let output = dissect(&["--json", "--protocol", "smtp", "--side", "server"], &[&path]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        kinds(&objects(&output).0),
        ["greeting 220", "ehlo-reply 250", "reply 250", "reply 354", "reply 250"],
    );
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn gzip_is_known_by_its_first_bytes() {
    let plain = objects(&dissect(&["--json"], &[&file("plain.jsonl", &good())])).1;
    // Two members, as appending programs write them.
    let whole = good();
    let (head, tail) = whole.split_at(100);
    let packed = [gzip(head), gzip(tail)].concat();
    for name in ["packed.jsonl.gz", "packed.jsonl"] {
        let output = dissect(&["--json"], &[&file(name, &packed)]);
        assert_eq!(output.status.code(), Some(0), "{name}");
        assert_eq!(objects(&output).1, plain, "{name}");
    }
    let path = file("packed.bin", &gzip(b"NOOP\r\n"));
    let output = dissect(&["--json", "--protocol", "smtp", "--side", "client"], &[&path]);
    assert_eq!(kinds(&objects(&output).0), ["command NOOP"]);
    // Cut off: what is there is told, and the input counts as unreadable.
    let path = file("torn.jsonl.gz", &packed[..packed.len() - 12]);
    assert_eq!(dissect(&["--json"], &[&path]).status.code(), Some(2));
}

#[test]
fn secrets_are_masked_unless_asked_for() {
    let path = file(
        "secret.jsonl",
        &session(&[
            header("smtp"),
            chunk("S", "220 mx\r\n"),
            chunk("C", "AUTH PLAIN AGFubgBodW50ZXIy\r\n"),
            chunk("S", "535 no\r\n"),
            chunk("C", "AUTH PLAIN hunter2 x\r\n"),
            chunk("S", "501 no\r\n"),
            chunk("C", "AUTH LOGIN\r\n"),
            chunk("S", "334 VXNlcm5hbWU6\r\n"),
            chunk("C", "aHVudGVyMg==\r\n"),
            chunk("S", "334 UGFzc3dvcmQ6\r\n"),
            chunk("C", "hunter2 \r\n"),
            chunk("S", "501 no\r\n"),
            chunk("C", "hunter2\r\n"),
            chunk("S", "500 what\r\n"),
            chunk("C", "NOOP\r\nPASS hunter2\r\n"),
            chunk("S", "250 ok\r\n500 what\r\n"),
            chunk(
                "C",
                "Authorization: Basic hunter2\r\nBURL imap://h/b;urlauth=u:internal:hunter2\r\n",
            ),
            chunk("S", "500 what\r\n500 what\r\n"),
            chunk("C", "AUTH PLAIN hunter2"),
        ]),
    );
    for arguments in [&[][..], &["--json"], &["--tolerance", "strict"]] {
        let output = dissect(arguments, &[&path]);
        let text = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
        for secret in ["hunter2", "AGFubgBodW50ZXIy", "aHVudGVyMg"] {
            assert!(!text.contains(secret), "{arguments:?}: {text}");
        }
    }
    let text = stdout(&dissect(&["--show-secrets"], &[&path]));
    assert!(text.contains("response=hunter2"), "{text}");
    assert!(text.contains("AUTH PLAIN hunter2 x"), "{text}");
    // A masked line keeps its length, so that the caret is under the byte.
    let text = stdout(&dissect(&[], &[&path]));
    assert!(text.contains("     AUTH ***************\n                       ^"), "{text}");
}

#[test]
fn bad_usage_and_unreadable_input_are_two() {
    let missing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("missing.jsonl");
    let good = file("readable.jsonl", &good());
    let output = dissect(&["--json"], &[&missing, &good]);
    assert_eq!(output.status.code(), Some(2));
    // The other files are explained all the same.
    assert_eq!(objects(&output).1["messages"], 13);
    assert!(String::from_utf8_lossy(&output.stderr).contains("missing.jsonl"));
    for (name, bytes) in [
        ("nojson.jsonl", &b"{\"proto\":\"smtp\"}\nrubbish\n"[..]),
        ("nob64.jsonl", b"{\"proto\":\"smtp\"}\n{\"dir\":\"C\",\"b64\":\"!\"}\n"),
        ("nodir.jsonl", b"{\"proto\":\"smtp\"}\n{\"dir\":\"X\",\"b64\":\"\"}\n"),
        ("noproto.jsonl", b"{\"dir\":\"C\",\"wire\":\"A\"}\n"),
    ] {
        assert_eq!(dissect(&[], &[&file(name, bytes)]).status.code(), Some(2), "{name}");
    }
    assert_eq!(dissect(&["--nonsense"], &[&good]).status.code(), Some(2));
    assert_eq!(dissect(&["--tolerance", "some"], &[&good]).status.code(), Some(2));
    assert_eq!(dissect(&["--help"], &[]).status.code(), Some(0));
}

#[test]
fn the_standard_input_is_a_file_too() {
    for arguments in [&["--json"][..], &["--json", "-"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dissect"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&good()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(objects(&output).1["messages"], 13);
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let bytes = b"NOOP\r\n".repeat(200_000);
    let path = file("many.bin", &bytes);
    let mut child = Command::new(env!("CARGO_BIN_EXE_dissect"))
        .args(["--protocol", "smtp", "--side", "client"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

/// Recordings in which a client sends rubbish on purpose, or goes away: the errors in each, and why.
///
/// The names leave out the server, where the same driver did the same to several.
const EXPECTED: &[(&str, u64, &str)] = &[
    // A command without its argument, with one too many, or with a bad one.
    ("recordings/lmtp/dovecot raw-driver chunking", 3, "BDAT without a size, `x`, `-1`"),
    ("recordings/lmtp/dovecot raw-driver lhlo-variety", 1, "LHLO without a name"),
    ("recordings/lmtp/dovecot raw-driver lmtp-errors", 4, "MAIL, a bare path, RCPT, `<>`"),
    ("recordings/lmtp/dovecot raw-driver lmtp-multi-rcpt", 2, "`<>` and `<bad address>`"),
    ("recordings/smtp/dovecot raw-driver 8bitmime", 2, "BODY=BOGUS, BODY"),
    ("recordings/smtp/postfix raw-driver 8bitmime", 2, "the same"),
    ("recordings/smtp/postfix-submission raw-driver 8bitmime", 2, "the same"),
    ("recordings/smtp/dovecot raw-driver chunking", 3, "BDAT without a size, `x`, `-1`"),
    ("recordings/smtp/postfix raw-driver chunking", 2, "the same; closed before the last"),
    ("recordings/smtp/postfix-submission raw-driver chunking", 2, "the same"),
    ("recordings/smtp/postfix raw-driver chunking-bad-args", 2, "BOGUS for LAST, an empty line"),
    ("recordings/smtp/postfix-submission raw-driver chunking-bad-args", 2, "the same"),
    ("recordings/smtp/dovecot raw-driver help-vrfy-expn-etrn", 2, "VRFY and ETRN alone"),
    ("recordings/smtp/postfix raw-driver help-vrfy-expn-etrn", 2, "the same"),
    ("recordings/smtp/postfix-bare raw-driver help-vrfy-expn-etrn", 2, "the same"),
    ("recordings/smtp/postfix raw-driver multi-rcpt", 2, "no domain; two at signs"),
    ("recordings/smtp/postfix-bare raw-driver multi-rcpt", 2, "the same"),
    ("recordings/smtp/postfix-submission raw-driver multi-rcpt", 2, "the same"),
    ("recordings/smtp/dovecot raw-driver sequence-errors", 9, "arguments, control octets, X"),
    ("recordings/smtp/postfix raw-driver sequence-errors", 3, "DATA x, RSET x, QUIT x"),
    ("recordings/smtp/dovecot raw-driver size", 5, "SIZE without, not a, and too large a number"),
    ("recordings/smtp/postfix raw-driver size", 5, "the same"),
    ("recordings/smtp/postfix raw-driver smtputf8", 1, "SMTPUTF8=x"),
    ("recordings/smtp/postfix-submission raw-driver smtputf8", 1, "the same"),
    ("recordings/smtp/dovecot raw-driver smtputf8-unadvertised", 1, "an address in Latin-1"),
    ("recordings/smtp/postfix raw-driver smtputf8-unadvertised", 1, "the same"),
    ("recordings/smtp/postfix-submission raw-driver smtputf8-unadvertised", 1, "the same"),
    ("recordings/smtp/postfix raw-driver starttls-auth-cram-md5", 2, "STARTTLS x, AUTH alone"),
    ("recordings/smtp/postfix-submission raw-driver starttls-auth-cram-md5", 2, "the same"),
    ("recordings/smtp/postfix-bare raw-driver address-forms", 22, "22 forms that are none"),
    // SIZE twice: the test script gave the option that smtplib gives by itself.
    ("recordings/smtp/dovecot smtplib send-plain", 1, "SIZE twice"),
    ("recordings/smtp/dovecot smtplib send-tls", 1, "the same"),
    ("recordings/smtp/postfix smtplib send-auth", 1, "the same"),
    ("recordings/smtp/postfix-submission smtplib send-plain", 1, "the same"),
    // SASL.
    ("recordings/smtp/dovecot raw-driver auth-errors", 3, "AUTH alone, too much, over the limit"),
    ("recordings/smtp/postfix raw-driver auth-errors", 3, "the same"),
    ("recordings/smtp/dovecot raw-driver auth-plain", 1, "a response that is not base64"),
    ("recordings/smtp/postfix-submission raw-driver auth-plain", 1, "the same"),
    // Another protocol.
    ("recordings/smtp/dovecot raw-driver http-on-smtp", 3, "header fields and an empty line"),
    ("recordings/smtp/postfix-bare raw-driver http-on-smtp", 3, "the same"),
    // The client goes away in the middle.
    ("recordings/smtp/postfix raw-driver drop-in-data", 1, "a body without its end"),
    (
        "recordings/smtp/postfix-submission raw-driver drop-in-data",
        3,
        "a body after a refused DATA",
    ),
];

#[test]
fn the_corpus_goes_through() {
    let Some(root) = corpus() else { return };
    let (files, errors) =
        errors_of(&root, &["recordings/smtp", "recordings/lmtp", "smtp/sessions"]);
    assert!(files >= 200);
    let expected = EXPECTED.iter().map(|(name, count, _)| ((*name).to_owned(), *count)).collect();
    assert_eq!(errors, expected);
}
