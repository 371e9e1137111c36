//! The program `dissect` on IMAP: its flags, its exit statuses, and the corpus.

#![allow(clippy::unwrap_used)] // A test may fail where it stands.

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compress, Compression, FlushCompress};
use serde_json::{Value, json};

use support::{chunk, corpus, dissect, errors_of, file, header, kinds, objects, session, stdout};

/// What `dissect` says of a session, without its summary.
fn explain(name: &str, chunks: &[Value]) -> Vec<Value> {
    let objects_of = [&[header("imap")], chunks].concat();
    let path = file(name, &session(&objects_of));
    objects(&dissect(&["--json"], &[&path])).0
}

fn good() -> Vec<u8> {
    session(&[
        header("imap"),
        chunk("S", "* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n"),
        chunk("C", "a1 login al"),
        chunk("C", "ice {6}\r\n"),
        chunk("S", "+ go\r\n"),
        chunk("C", "secret\r\na2 SELECT  Entw&APw-rfe\r\n"),
        chunk("S", "a1 OK in\r\n* 2 EXISTS\r\n* FLAGS (\\Seen )\r\na2 OK [READ-WRITE] {5}\r\n"),
        json!({ "event": "weather", "sky": "blue" }),
        chunk("C", "a3 FETCH 1:2 (FLAGS BODY.PEEK[TEXT])\r\n"),
        chunk("S", "* 1 FETCH (FLAGS (\\Seen) BODY[TEXT] {7}\r\na3 OK\r\n)\r\n"),
        chunk("S", "* 2 FETCH (INTERNALDATE x FLAGS ())\r\na3 OK done\r\n"),
        chunk("C", "a4 IDLE\r\n"),
        chunk("S", "+ idling\r\n* 3 EXISTS\r\n"),
        chunk("C", "DONE\r\n"),
        chunk("S", "a4 OK\r\n"),
        chunk("C", "a5 APPEND x {9}\r\n"),
        chunk("S", "a5 NO [TRYCREATE] no\r\n"),
        chunk("C", "a6 LOGOUT\r\n"),
        chunk("S", "* BYE ciao\r\na6 OK done\r\n"),
        json!({ "event": "eof", "dir": "C" }),
        json!({ "event": "eof", "dir": "S" }),
    ])
}

#[test]
fn a_session_is_told_message_by_message() {
    let path = file("imap-good.jsonl", &good());
    let output = dissect(&["--json"], &[&path]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let (objects, summary) = objects(&output);
    assert_eq!(
        kinds(&objects),
        [
            "greeting OK",
            "continuation",
            "command LOGIN",
            "command SELECT",
            "tagged OK",
            "response",
            "response",
            "tagged OK",
            "command FETCH",
            "response",
            "response",
            "tagged OK",
            "command IDLE",
            "continuation",
            "response",
            "idle-done",
            "tagged OK",
            "tagged NO",
            "command-refused APPEND",
            "command LOGOUT",
            "response BYE",
            "tagged OK",
        ],
    );
    let value = |at: usize| &objects[at]["value"];
    assert_eq!(value(0)["resp_code"], "CAPABILITY IMAP4rev1 IDLE");
    assert_eq!(value(0)["guessed"], false);
    assert_eq!(value(1)["asks"], "literal");
    let login = &objects[2];
    assert_eq!((&login["offset"], &login["length"]), (&json!(0), &json!(28)));
    assert_eq!(login["value"]["name"], "alice");
    assert_eq!(login["value"]["password"], "(hidden)");
    // The password needs no literal, and the verb is written in capitals.
    assert_eq!(login["roundtrip"], "equivalent");
    assert_eq!(value(3)["mailbox"], "Entwürfe");
    assert_eq!(objects[3]["deviations"], json!(["ExtraSpaces"]));
    assert_eq!(value(4)["answers"], "LOGIN");
    assert_eq!(value(5), &json!({ "data": "EXISTS", "number": 2 }));
    assert_eq!(objects[5]["roundtrip"], "same");
    assert_eq!(objects[6]["deviations"], json!(["TrailingSpace"]));
    assert_eq!((&value(7)["resp_code"], &value(7)["text"]), (&json!("READ-WRITE"), &json!("{5}")));
    let items = &value(9)["items"];
    assert_eq!(items[0], json!({ "name": "FLAGS", "value": "(\\Seen)" }));
    assert_eq!(items[1]["name"], "BODY[TEXT]");
    assert_eq!(items[1]["value"], "{7}\r\na3 OK");
    assert_eq!(objects[9]["roundtrip"], "same");
    assert_eq!(objects[10]["deviations"], json!(["InvalidItem"]));
    assert_eq!(value(13)["asks"], "DONE");
    assert_eq!(value(18)["line"], "a5 APPEND x {9}");
    assert_eq!(objects[18]["roundtrip"], "n/a");
    assert_eq!((&summary["errors"], &summary["broken"]), (&json!(0), &json!(0)));
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
    let path = file("imap-people.jsonl", &good());
    let text = stdout(&dissect(&[], &[&path]));
    assert!(text.contains("C -> command LOGIN tag=a1 name=alice password=(hidden)\n"), "{text}");
    assert!(text.contains("S <- response EXISTS number=2\n"), "{text}");
    assert!(text.contains("S <- continuation text=go asks=literal\n"), "{text}");
    assert!(text.contains("C -> idle-done\n"), "{text}");
    assert!(text.contains("FLAGS values=(\\Seen) [TrailingSpace]\n"), "{text}");
    let text = stdout(&dissect(&[], &[&path, &path]));
    assert!(text.contains("imap-people.jsonl (imap)\n"), "{text}");
}

#[test]
fn an_error_shows_its_byte() {
    let path = file(
        "imap-bad.jsonl",
        &session(&[
            // Without a header: the greeting tells that it is IMAP.
            chunk("S", "* OK\r\n"),
            chunk("C", "a1 FETCH 0 FLAGS\r\na2 NOOP x\r\na3 NOOP\r\n"),
            chunk("S", "a1 BAD no\r\na2 FROB no\r\na3 OK\r\n"),
        ]),
    );
    let output = dissect(&[], &[&path]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    for (line, at) in [("a1 FETCH 0 FLAGS", 9), ("a2 NOOP x", 7), ("a2 FROB no", 3)] {
        let shown = format!("     {line}\n     {}^ expected", " ".repeat(at));
        assert!(text.contains(&shown), "{text}");
    }
    // A command tells it too.
    let without_header = session(&[chunk("C", "a1 NOOP\r\n"), chunk("S", "a1 OK\r\n")]);
    let commands = file("imap-commands.jsonl", &without_header);
    assert_eq!(dissect(&[], &[&commands]).status.code(), Some(0));
    // The neighbours live.
    let (heard, summary) = objects(&dissect(&["--json"], &[&path]));
    assert_eq!(summary["errors"], 3);
    assert_eq!(heard[heard.len() - 1]["value"]["answers"], "NOOP");
}

#[test]
fn tolerance_decides_what_is_an_error() {
    let path = file("imap-tolerance.bin", b"* OK\r\n* 1 EXISTS \r\n* [ALERT] x\r\n* 2 EXISTS\n");
    for (preset, errors, status) in [("strict", 4, 1), ("default", 2, 1), ("lenient", 0, 0)] {
        let arguments = ["--json", "--protocol", "imap", "--side", "server", "--tolerance", preset];
        let output = dissect(&arguments, &[&path]);
        assert_eq!(objects(&output).1["errors"], errors, "{preset}");
        assert_eq!(output.status.code(), Some(status), "{preset}");
    }
}

#[test]
fn large_literals_are_told_as_bodies() {
    let body = "x".repeat(20_000);
    let heard = explain(
        "imap-bodies.jsonl",
        &[
            chunk("S", "* PREAUTH hi\r\n"),
            chunk("C", "a1 APPEND x (\\Seen) {20000}\r\n"),
            chunk("S", "+ go\r\n"),
            chunk("C", &format!("{body} {{20000+}}\r\n{body}\r\n")),
            chunk("S", "a1 OK done\r\n"),
            chunk("S", &format!("* 1 FETCH (UID 7 BODY[] {{20000}}\r\n{body} FLAGS ())\r\n")),
        ],
    );
    assert_eq!(
        kinds(&heard),
        [
            "greeting PREAUTH",
            "command-head APPEND",
            "continuation",
            "body",
            "command-tail",
            "body",
            "command-tail",
            "tagged OK",
            "response-head",
            "body",
            "response-tail",
        ],
    );
    for at in [1, 4, 6, 8, 10] {
        assert_eq!(heard[at]["roundtrip"], "same", "{}", heard[at]);
    }
    assert_eq!(heard[3]["value"]["sent_for"], "APPEND");
    assert_eq!((&heard[3]["length"], &heard[3]["offset"]), (&json!(20_000), &json!(29)));
    assert_eq!(heard[4]["value"], json!({ "parts": 0, "messages": 1, "ends": false }));
    assert_eq!(heard[8]["value"]["streamed"], "BODY[]");
    assert_eq!(heard[9]["value"]["sent_for"], "FETCH");
    assert_eq!(heard[10]["value"]["items"], json!([{ "name": "FLAGS", "value": "()" }]));
}

#[test]
fn what_urls_and_annotations_hold_is_told_as_bodies() {
    let body = "x".repeat(20_000);
    let heard = explain(
        "imap-urls.jsonl",
        &[
            chunk("S", "* PREAUTH hi\r\n"),
            chunk("C", "a1 URLFETCH (imap://x/a BODY) imap://x/b\r\n"),
            chunk("S", &format!("* URLFETCH imap://x/a (BODY {{20000}}\r\n{body})")),
            chunk("S", &format!(" imap://x/b {{20000}}\r\n{body}\r\na1 OK done\r\n")),
            chunk("C", "a2 GETMETADATA x /private/comment\r\n"),
            chunk("S", &format!("* METADATA x (/private/comment {{20000}}\r\n{body}")),
            chunk("S", " /shared/comment NIL)\r\na2 OK done\r\n"),
            chunk("C", "a3 SETMETADATA x (/private/comment {20000+}\r\n"),
            chunk("C", &format!("{body} /shared/comment NIL)\r\n")),
            chunk("S", "a3 OK done\r\n"),
        ],
    );
    assert_eq!(
        kinds(&heard),
        [
            "greeting PREAUTH",
            "command URLFETCH",
            "response-head",
            "body",
            "response-tail",
            "body",
            "response-tail",
            "tagged OK",
            "command GETMETADATA",
            // Annotations are told with what they hold.
            "response",
            "tagged OK",
            "command SETMETADATA",
            "tagged OK",
        ],
    );
    for (at, one) in heard.iter().enumerate() {
        let expected = if [3, 5].contains(&at) { "n/a" } else { "same" };
        assert_eq!(one["roundtrip"], expected, "{one}");
        assert_eq!((&one["deviations"], &one["error"]), (&json!([]), &Value::Null), "{one}");
    }
    let value = |at: usize| &heard[at]["value"];
    let head = json!({
        "data": "URLFETCH",
        "values": "imap://x/a (BODY {20000}",
        "octets": 20_000,
    });
    assert_eq!(value(2), &head);
    for at in [3, 5] {
        assert_eq!(
            (&value(at)["sent_for"], &value(at)["length"]),
            (&json!("URLFETCH"), &json!(20_000))
        );
        assert_eq!(value(at)["complete"], true);
    }
    assert_eq!(value(4), &json!({ "values": ") imap://x/b {20000}", "octets": 20_000 }));
    assert_eq!(value(6), &json!({ "values": "", "octets": null }));
    assert_eq!(value(9)["data"], "METADATA");
    let values = value(9)["values"].as_str().unwrap();
    assert_eq!(values, format!("x (/private/comment {{20000}}\r\n{body} /shared/comment NIL)"));
    let arguments = value(11)["arguments"].as_str().unwrap();
    assert!(arguments.ends_with(&format!("{body} /shared/comment NIL)")), "{arguments}");
}

/// What is wrong in the head of a URL or behind it is told at its byte, and what follows is read.
#[test]
fn what_is_wrong_around_urls_is_told() {
    let body = "x".repeat(20_000);
    for (before, behind, kind) in [
        ("* URLFETCH imap://x/a (BODY {20000}\r\n", " NIL\r\n", "invalid"),
        ("* METADATA x (/private/comment {20000}\r\n", "\r\n", "invalid"),
    ] {
        let line = format!("{before}{body}{behind}* 3 EXISTS\r\n");
        let heard = explain("imap-odd.jsonl", &[chunk("S", "* PREAUTH hi\r\n"), chunk("S", &line)]);
        let all = kinds(&heard);
        assert!(all.iter().any(|one| one == kind), "{before}: {all:?}");
        assert_eq!(heard.last().unwrap()["value"]["data"], "EXISTS", "{before}");
        let octets: u64 = heard.iter().map(|one| one["length"].as_u64().unwrap()).sum();
        assert_eq!(octets, line.len() as u64 + 14, "{before}");
    }
}

#[test]
fn tls_starts_the_session_over() {
    let heard = explain(
        "imap-tls.jsonl",
        &[
            chunk("S", "* OK\r\n"),
            chunk("C", "a1 STARTTLS\r\n"),
            chunk("S", "a1 OK go\r\n"),
            json!({ "event": "tls" }),
            chunk("C", "a1 NOOP\r\n"),
            chunk("S", "a1 OK\r\n"),
            chunk("C", "a2 STARTTLS\r\n"),
            chunk("S", "a2 OK go\r\n"),
            chunk("C", "a3 NOOP\r\n"),
        ],
    );
    assert_eq!(
        kinds(&heard),
        [
            "greeting OK",
            "command STARTTLS",
            "tagged OK",
            "command NOOP",
            "tagged OK",
            "command STARTTLS",
            "tagged OK",
            "tls",
        ],
    );
}

/// A chunk of what a side sends behind COMPRESS.
fn compressed(compress: &mut Compress, dir: &str, text: &str) -> Value {
    let mut out = Vec::with_capacity(1000);
    compress.compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync).unwrap();
    json!({ "dir": dir, "b64": STANDARD.encode(out) })
}

#[test]
fn compressed_sessions_are_inflated() {
    let mut client = Compress::new(Compression::default(), false);
    let mut server = Compress::new(Compression::default(), false);
    let chunks = [
        chunk("S", "* PREAUTH hi\r\n"),
        chunk("C", "a1 COMPRESS DEFLATE\r\n"),
        chunk("S", "a1 OK go\r\n"),
        compressed(&mut client, "C", "a2 NOOP\r\na3 NO"),
        compressed(&mut client, "C", "OP\r\n"),
        compressed(&mut server, "S", "* 1 EXISTS\r\na2 OK\r\n"),
        compressed(&mut server, "S", "a3 OK\r\n"),
    ];
    let expected = [
        "greeting PREAUTH",
        "command COMPRESS",
        "tagged OK",
        "command NOOP",
        "command NOOP",
        "response",
        "tagged OK",
        "tagged OK",
    ];
    let heard = explain("imap-compress.jsonl", &chunks);
    assert_eq!(kinds(&heard), expected);
    // Places are those of the plaintext.
    assert_eq!((&heard[4]["offset"], &heard[4]["length"]), (&json!(30), &json!(9)));
    assert!(heard.iter().all(|object| object["ok"] == true));

    let broken = [&chunks[..3], &[json!({ "dir": "S", "b64": STANDARD.encode([0xff; 9]) })]];
    let heard = explain("imap-compress-broken.jsonl", &broken.concat());
    assert_eq!(heard[3]["kind"], "compressed");
    assert_eq!(heard[3]["error"]["rule"], "DEFLATE");
}

#[test]
fn a_cut_off_end_is_not_complete() {
    let body = "x".repeat(20_000);
    let head = "* 1 FETCH (BODY[] {20001}\r\n";
    for (sent, last) in [("* 1 EXI".to_owned(), "incomplete"), (format!("{head}{body}"), "body")] {
        let chunks = [chunk("S", "* PREAUTH hi\r\n"), chunk("S", &sent)];
        let heard = explain("imap-cut.jsonl", &chunks);
        let end = &heard[heard.len() - 1];
        assert_eq!((&end["kind"], &end["ok"]), (&json!(last), &json!(false)));
    }
}

#[test]
fn framing_that_is_lost_is_told_once() {
    let heard = explain(
        "imap-lost.jsonl",
        &[
            chunk("S", "* PREAUTH hi\r\n"),
            chunk("C", "a1 NOOP\r\na2 LOGIN {1++}\r\n"),
            chunk("C", "x\r\n"),
            chunk("C", "a3 NOOP\r\n"),
            chunk("S", "a1 OK\r\n"),
        ],
    );
    assert_eq!(kinds(&heard), ["greeting PREAUTH", "command NOOP", "lost", "tagged OK"]);
    assert_eq!(heard[2]["error"]["rule"], "literal header");
}

#[test]
fn one_side_alone_is_told_as_far_as_it_goes() {
    let client = b"a AUTHENTICATE LOGIN\r\nYQ==\r\nYg==\r\nb SELECT {1}\r\nx\r\nc IDLE\r\nDONE\r\nd NOOP\r\n";
    let path = file("imap-client.bin", client);
    for arguments in [&[][..], &["--protocol", "imap"], &["--side", "client"]] {
        assert_eq!(dissect(arguments, &[&path]).status.code(), Some(2), "{arguments:?}");
    }
    let output = dissect(&["--json", "--protocol", "imap", "--side", "client"], &[&path]);
    assert_eq!(output.status.code(), Some(0));
    let (heard, _) = objects(&output);
    assert_eq!(
        kinds(&heard),
        [
            "command AUTHENTICATE",
            "auth-response",
            "auth-response",
            "command SELECT",
            "command IDLE",
            "idle-done",
            "command NOOP",
        ],
    );
    assert_eq!(heard[1]["value"]["guessed"], true);
    let path = file("imap-server.bin", b"* 1 EXISTS\r\n+ go\r\na OK done\r\n");
    let output = dissect(&["--json", "--protocol", "imap", "--side", "server"], &[&path]);
    assert_eq!(output.status.code(), Some(0));
    let (heard, _) = objects(&output);
    assert_eq!(kinds(&heard), ["response", "continuation", "tagged OK"]);
    assert_eq!(heard[1]["value"]["asks"], "unknown");
    assert_eq!(heard[2]["value"]["answers"], "unknown");
}

#[test]
fn secrets_are_masked_unless_asked_for() {
    let path = file(
        "imap-secret.jsonl",
        &session(&[
            header("imap"),
            chunk("S", "* OK\r\n"),
            chunk("C", "a LOGIN alice hunter2\r\nb LOGIN {5+}\r\nalice {7+}\r\nhunter2\r\n"),
            chunk("S", "a NO\r\nb NO\r\n"),
            chunk("C", "c LOGIN alice hunter2 x\r\nLOGIN alice hunter2\r\nd XPASS hunter2\r\n"),
            chunk("S", "c BAD\r\nLOGIN BAD\r\nd BAD\r\n"),
            chunk("C", "e PASS hunter2\r\n"),
            chunk("S", "e BAD\r\n"),
            chunk("C", "f PASS hunter2 (\r\ng LOGIN hunter2 {7}\r\n"),
            chunk("S", "f BAD\r\ng NO\r\n"),
            chunk("C", "h AUTHENTICATE PLAIN AGFubgBodW50ZXIy\r\n"),
            chunk("S", "h NO\r\n"),
            chunk("C", "i AUTHENTICATE LOGIN\r\n"),
            chunk("S", "+ VXNlcm5hbWU6\r\n"),
            chunk("C", "aHVudGVyMg==\r\n"),
            chunk("S", "+ UGFzc3dvcmQ6\r\n"),
            chunk("C", "hunter2 \r\n"),
            chunk("S", "i NO\r\n"),
            chunk("C", "hunter2\r\nx hunter2\r\n"),
            chunk("S", "x BAD\r\n"),
            chunk("C", "j URLFETCH imap://h/x;uid=1;urlauth=anonymous:internal:hunter2\r\n"),
            chunk("S", "* URLFETCH imap://h/x;uid=1;urlauth=anonymous:internal:hunter2 NIL\r\n"),
            chunk("C", "k LOGIN alice hunter2"),
        ]),
    );
    for arguments in [&[][..], &["--json"], &["--tolerance", "strict"]] {
        let output = dissect(arguments, &[&path]);
        let text = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
        for secret in ["hunter2", "AGFubgBodW50ZXIy", "aHVudGVyMg"] {
            let shown = text.lines().find(|line| line.contains(secret));
            // What is called XPASS, nobody knows.
            assert!(shown.is_none_or(|line| line.contains("XPASS")), "{arguments:?}: {shown:?}");
        }
    }
    let text = stdout(&dissect(&["--show-secrets"], &[&path]));
    for shown in ["password=hunter2", "response=hunter2", "c LOGIN alice hunter2 x"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    // A masked line keeps its length, so that the caret is under the byte.
    let text = stdout(&dissect(&[], &[&path]));
    let shown = "     c LOGIN ***************\n                          ^";
    assert!(text.contains(shown), "{text}");
}

/// Recordings in which a peer sends what the grammar does not have: the errors in each, and why.
const EXPECTED: &[(&str, u64, &str)] = &[
    ("getmail retrieve-partial-peek", 1, "`SEARCH \"UNSEEN\"`: a key in quotes, which is refused"),
    ("raw-driver acl", 2, "rights in capitals, a command without its arguments"),
    ("raw-driver append", 3, "APPEND without a literal"),
    ("raw-driver bye-http-client", 1, "an empty line"),
    ("raw-driver catenate", 1, "`CATENATE (BOGUS x)`"),
    ("raw-driver copy-move-expunge", 2, "commands without their arguments"),
    ("raw-driver drop-mid-literal", 1, "the client closes within a literal"),
    ("raw-driver errors-syntax", 24, "each is one; two are nested too deep"),
    ("raw-driver fetch-binary", 2, "BINARY of what is no part"),
    ("raw-driver fetch-macros", 6, "a macro in a list, message 0, no items"),
    ("raw-driver fetch-sections", 10, "sections that there are not"),
    ("raw-driver id", 1, "a field without a value"),
    ("raw-driver idle", 1, "NOTDONE"),
    ("raw-driver language-namespaces", 1, "a list of languages in parentheses"),
    ("raw-driver list-basic", 2, "an argument too many, and none"),
    ("raw-driver metadata", 4, "a wildcard, DEPTH 3, no entries"),
    ("raw-driver namespace", 1, "an argument"),
    ("raw-driver notify", 5, "other words and other places than RFC 5465 has"),
    ("raw-driver search-charset", 1, "CHARSET without a charset"),
    ("raw-driver search-keys", 7, "keys without or with other values"),
    ("raw-driver search-within-fuzzy", 2, "`YOUNGER x`, languages in parentheses"),
    ("raw-driver select-condstore", 1, "`CHANGEDSINCE x`"),
    ("raw-driver sort", 6, "no keys, other keys, no charset"),
    ("raw-driver starttls-then-login", 1, "`STARTTLS x`"),
    ("raw-driver status", 3, "no items, and items without a list"),
];

#[test]
fn the_corpus_goes_through() {
    let Some(root) = corpus() else { return };
    let (files, errors) = errors_of(&root, &["recordings/imap"]);
    assert!(files >= 84);
    let expected = EXPECTED
        .iter()
        .map(|(name, count, _)| (format!("recordings/imap/dovecot {name}"), *count))
        .collect();
    assert_eq!(errors, expected);
}
