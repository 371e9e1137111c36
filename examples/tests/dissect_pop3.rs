//! The program `dissect` on POP3: its flags, its exit statuses, and the corpus.

#![allow(clippy::unwrap_used)] // A test may fail where it stands.

mod support;

use serde_json::{Value, json};

use support::{chunk, corpus, dissect, errors_of, file, header, kinds, objects, session, stdout};

fn good() -> Vec<u8> {
    session(&[
        header("pop3"),
        chunk("S", "+OK ready <1.2@pop.example>\r\n"),
        chunk("C", "CAPA\r\nUSER al"),
        chunk("C", "ice\r\nPASS secret\r\n"),
        chunk("S", "+OK\r\nSASL PLAIN LOGIN\r\nTOP\r\n.\r\n+OK\r\n+OK in\r\n"),
        chunk("C", "STAT\r\nlist \r\nUIDL 1\r\nRETR 1\r\nTOP 1 0\r\n"),
        chunk("S", "+OK 2 320\r\n+OK\r\n1 120\r\n2  200 x\r\n"),
        json!({ "event": "weather", "sky": "blue" }),
        chunk("S", ".\r\n+OK 1 abc\r\n+OK 120 octets\r\nSubject: x\r\n\r\n..\r"),
        chunk("S", "\n.\r\n+OK\r\n.\r\n"),
        chunk("C", "QUIT\r\n"),
        chunk("S", "-ERR [SYS/TEMP] not now\r\n"),
        json!({ "event": "eof", "dir": "C" }),
        json!({ "event": "eof", "dir": "S" }),
    ])
}

#[test]
fn a_session_is_told_message_by_message() {
    let path = file("pop3-good.jsonl", &good());
    let output = dissect(&["--json"], &[&path]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let (objects, summary) = objects(&output);
    assert_eq!(
        kinds(&objects),
        [
            "greeting +OK",
            "command CAPA",
            "command USER",
            "command PASS",
            "response +OK",
            "item",
            "item",
            "list-end",
            "response +OK",
            "response +OK",
            "command STAT",
            "command LIST",
            "command UIDL",
            "command RETR",
            "command TOP",
            "response +OK",
            "response +OK",
            "item",
            "item",
            "list-end",
            "response +OK",
            "response +OK",
            "body",
            "response +OK",
            "body",
            "command QUIT",
            "response -ERR",
        ],
    );
    let value = |at: usize| &objects[at]["value"];
    assert_eq!(value(0)["stamp"], "<1.2@pop.example>");
    assert_eq!(value(0)["guessed"], false);
    assert_eq!(value(5)["name"], "SASL");
    assert_eq!(value(5)["value"], "PLAIN LOGIN");
    assert_eq!(value(7), &json!({ "listing": "CAPA", "items": 2, "complete": true }));
    let list = &objects[11];
    assert_eq!(list["dir"], "C");
    assert_eq!((&list["offset"], &list["length"]), (&json!(37), &json!(7)));
    assert_eq!(list["deviations"], json!(["TrailingSpaces"]));
    assert_eq!(list["roundtrip"], "equivalent");
    assert_eq!(list["error"], Value::Null);
    assert_eq!((&value(15)["messages"], &value(15)["octets"]), (&json!(2), &json!(320)));
    assert_eq!(value(15)["answers"], "STAT");
    assert_eq!(value(17), &json!({ "listing": "LIST", "number": 1, "size": 120, "text": "" }));
    assert_eq!(objects[17]["roundtrip"], "same");
    assert_eq!(objects[18]["deviations"], json!(["ExtraSpaces"]));
    assert_eq!(objects[18]["roundtrip"], "equivalent");
    assert_eq!((&value(20)["number"], &value(20)["id"]), (&json!(1), &json!("abc")));
    assert_eq!(value(22)["sent_for"], "RETR");
    assert_eq!((&objects[22]["length"], &value(22)["length"]), (&json!(21), &json!(17)));
    assert_eq!(objects[22]["roundtrip"], "n/a");
    assert_eq!((&value(24)["sent_for"], &value(24)["length"]), (&json!("TOP"), &json!(0)));
    assert_eq!(value(26)["resp_code"], "SYS/TEMP");
    assert_eq!((&summary["errors"], &summary["broken"]), (&json!(0), &json!(0)));
    assert_eq!(summary["deviations"], 2);
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
    let path = file("pop3-people.jsonl", &good());
    let text = stdout(&dissect(&[], &[&path]));
    assert!(text.contains("C -> command PASS password=(hidden)\n"), "{text}");
    assert!(text.contains("C -> command LIST [TrailingSpaces]\n"), "{text}");
    assert!(text.contains("S <- item listing=LIST number=1 size=120\n"), "{text}");
    assert!(text.contains("S <- list-end listing=LIST items=2 complete\n"), "{text}");
    assert!(text.contains("S <- body sent_for=RETR length=17 complete\n"), "{text}");
    let text = stdout(&dissect(&[], &[&path, &path]));
    assert!(text.contains("pop3-people.jsonl (pop3)\n"), "{text}");
}

#[test]
fn an_error_shows_its_byte() {
    let path = file(
        "pop3-bad.jsonl",
        &session(&[
            // Without a header: the greeting tells that it is POP3.
            chunk("S", "+OK\r\n"),
            chunk("C", "RETR one\r\nSTAT\r\nSTAT\r\nLIST\r\n"),
            chunk("S", "-ERR no\r\n+OK 2 many\r\n+OK\r\n+OK\r\n1 1\r\n..x\r\n2 2\r\n.\r\n"),
        ]),
    );
    let output = dissect(&[], &[&path]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    for (line, at) in [("RETR one", 5), ("+OK 2 many", 6), ("+OK", 3), ("..x", 1)] {
        let shown = format!("     {line}\n     {}^ expected", " ".repeat(at));
        assert!(text.contains(&shown), "{text}");
    }
    let (heard, summary) = objects(&dissect(&["--json"], &[&path]));
    assert_eq!(summary["errors"], 4);
    // The neighbours live.
    let items: Vec<_> = heard.iter().filter(|object| object["kind"] == "item").collect();
    assert_eq!(items.len(), 2);
    assert_eq!(heard[heard.len() - 1]["value"]["items"], 3);
}

#[test]
fn tolerance_decides_what_is_an_error() {
    let path = file("pop3-tolerance.bin", b"LIST \r\nNOOP\nSTAT x\r\n");
    for (preset, errors, status) in [("strict", 3, 1), ("default", 2, 1), ("lenient", 0, 0)] {
        let arguments = ["--json", "--protocol", "pop3", "--side", "client", "--tolerance", preset];
        let output = dissect(&arguments, &[&path]);
        assert_eq!(objects(&output).1["errors"], errors, "{preset}");
        assert_eq!(output.status.code(), Some(status), "{preset}");
    }
}

#[test]
fn tls_starts_the_session_over() {
    let path = file(
        "pop3-tls.jsonl",
        &session(&[
            header("pop3"),
            chunk("S", "+OK\r\n"),
            chunk("C", "STLS\r\n"),
            chunk("S", "+OK go\r\n"),
            json!({ "event": "tls" }),
            chunk("C", "CAPA\r\n"),
            chunk("S", "+OK\r\nTOP\r\n.\r\n"),
            chunk("C", "STLS\r\n"),
            chunk("S", "+OK go\r\n"),
            chunk("C", "DELE 1\r\n"),
            chunk("C", "more"),
        ]),
    );
    let (heard, _) = objects(&dissect(&["--json"], &[&path]));
    assert_eq!(
        kinds(&heard),
        [
            "greeting +OK",
            "command STLS",
            "response +OK",
            "command CAPA",
            "response +OK",
            "item",
            "list-end",
            "command STLS",
            "response +OK",
            "tls",
        ],
    );
    assert_eq!(heard[9]["length"], 12);
    assert!(stdout(&dissect(&[], &[&path])).contains("-- TLS --\n"));
}

#[test]
fn a_cut_off_end_is_not_complete() {
    for (asked, last) in [("LIST", "list-end"), ("RETR 1", "body")] {
        let path = file(
            "pop3-cut.jsonl",
            &session(&[
                header("pop3"),
                chunk("S", "+OK\r\n"),
                chunk("C", &format!("{asked}\r\n")),
                chunk("S", "+OK\r\n1 100\r\n"),
            ]),
        );
        let output = dissect(&["--json"], &[&path]);
        assert_eq!(output.status.code(), Some(1));
        let (heard, _) = objects(&output);
        let end = &heard[heard.len() - 1];
        assert_eq!(end["kind"], last);
        assert_eq!(end["ok"], false);
        assert_eq!(end["value"]["complete"], false);
    }
}

#[test]
fn one_side_alone_is_told_as_far_as_it_goes() {
    let client = b"USER a\r\nAUTH LOGIN\r\nYQ==\r\nYg==\r\nRETR 1\r\nSTLS\r\nQUIT\r\n";
    let path = file("pop3-client.bin", client);
    for arguments in [&[][..], &["--protocol", "pop3"], &["--side", "client"]] {
        assert_eq!(dissect(arguments, &[&path]).status.code(), Some(2), "{arguments:?}");
    }
    let output = dissect(&["--json", "--protocol", "pop3", "--side", "client"], &[&path]);
    assert_eq!(output.status.code(), Some(0));
    let (heard, _) = objects(&output);
    assert_eq!(
        kinds(&heard),
        [
            "command USER",
            "command AUTH",
            "auth-response",
            "auth-response",
            "command RETR",
            "command STLS",
            "command QUIT",
        ],
    );
    assert_eq!(heard[2]["value"]["guessed"], true);
    let server = b"+OK ready\r\n+OK\r\n+ \r\n-ERR no\r\n+OK 1 1\r\n+OK\r\n1 1\r\n.\r\n+OK\r\n";
    let path = file("pop3-server.bin", server);
    let output = dissect(&["--json", "--protocol", "pop3", "--side", "server"], &[&path]);
    assert_eq!(output.status.code(), Some(0));
    let (heard, _) = objects(&output);
    assert_eq!(
        kinds(&heard),
        [
            "greeting +OK",
            "response +OK",
            "auth-challenge",
            "response -ERR",
            "response +OK",
            "response +OK",
            "body",
            "response +OK",
        ],
    );
    assert_eq!(heard[0]["value"]["guessed"], true);
    assert_eq!(heard[1]["value"]["answers"], "unknown");
    assert_eq!(heard[6]["value"]["guessed"], true);
    assert_eq!(heard[6]["value"]["sent_for"], Value::Null);
    assert_eq!(heard[6]["value"]["length"], 5);
    // One answer out of the middle.
    let path = file("pop3-answer.bin", b"+OK\r\n1 1\r\n.\r\n");
    let output = dissect(&["--json", "--protocol", "pop3", "--side", "server"], &[&path]);
    assert_eq!(kinds(&objects(&output).0), ["greeting +OK", "body"]);
}

#[test]
fn secrets_are_masked_unless_asked_for() {
    const DIGEST: &str = "c4c9334bac560ecc979e58001b3e22fb";
    let path = file(
        "pop3-secret.jsonl",
        &session(&[
            header("pop3"),
            chunk("S", "+OK <1@x>\r\n"),
            chunk("C", &format!("USER a\r\nPASS hunter2\r\nAPOP a {DIGEST}\r\n")),
            chunk("S", "+OK\r\n-ERR no\r\n-ERR no\r\n"),
            chunk("C", &format!("APOP {DIGEST}\r\nPASS\thunter2\x00\r\nPASSWORD hunter2\r\n")),
            chunk("S", "-ERR no\r\n-ERR no\r\n-ERR no\r\n"),
            chunk("C", "AUTH PLAIN AGFubgBodW50ZXIy\r\n"),
            chunk("S", "-ERR no\r\n"),
            chunk("C", "AUTH PLAIN hunter2 x\r\n"),
            chunk("S", "-ERR no\r\n"),
            chunk("C", "AUTH LOGIN\r\n"),
            chunk("S", "+ VXNlcm5hbWU6\r\n"),
            chunk("C", "aHVudGVyMg==\r\n"),
            chunk("S", "+ UGFzc3dvcmQ6\r\n"),
            chunk("C", "hunter2 \r\n"),
            chunk("S", "-ERR no\r\n"),
            chunk("C", "hunter2\r\n"),
            chunk("S", "-ERR what\r\n"),
            chunk("C", "NOOP\r\nPASS hunter2"),
        ]),
    );
    for arguments in [&[][..], &["--json"], &["--tolerance", "strict"]] {
        let output = dissect(arguments, &[&path]);
        let text = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
        for secret in ["hunter2", "AGFubgBodW50ZXIy", "aHVudGVyMg", DIGEST] {
            assert!(!text.contains(secret), "{arguments:?}: {text}");
        }
    }
    let text = stdout(&dissect(&["--show-secrets"], &[&path]));
    for shown in ["password=hunter2", DIGEST, "response=hunter2", "AUTH PLAIN hunter2 x"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    // A masked line keeps its length, so that the caret is under the byte.
    let text = stdout(&dissect(&[], &[&path]));
    assert!(text.contains("     AUTH ***************\n                       ^"), "{text}");
}

/// Recordings in which a client sends rubbish on purpose: the errors in each, and why.
const EXPECTED: &[(&str, u64, &str)] = &[
    ("recordings/pop3/dovecot raw-driver apop", 1, "APOP without its arguments"),
    ("recordings/pop3/dovecot raw-driver auth-list", 1, "an initial response that is not base64"),
    ("recordings/pop3/dovecot raw-driver auth-plain", 1, "a response that is not base64"),
    ("recordings/pop3/dovecot raw-driver capa-before-and-after", 1, "`CAPA x`"),
    (
        "recordings/pop3/dovecot raw-driver stat-list-uidl",
        5,
        "message 0, x and -1, an argument more",
    ),
];

#[test]
fn the_corpus_goes_through() {
    let Some(root) = corpus() else { return };
    let (files, errors) = errors_of(&root, &["recordings/pop3"]);
    assert!(files >= 37);
    let expected = EXPECTED.iter().map(|(name, count, _)| ((*name).to_owned(), *count)).collect();
    assert_eq!(errors, expected);
}
