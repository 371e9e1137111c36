//! Whole conversations, at once and one octet at a time: the same is heard.

use super::*;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Line {
    C(&'static str),
    S(&'static str),
    Tls,
    Eof(Side),
}
use Line::{C, Eof, S};

/// One event in a few words.
fn word(event: &Observed<'_>) -> String {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let line = |bytes: &[u8]| text(bytes.trim_ascii_end());
    let met = |deviations: Deviations| {
        if deviations.is_empty() { String::new() } else { format!(" {deviations:?}") }
    };
    match event {
        Observed::Greeting { greeting, deviations } => {
            format!("greeting {}{}", greeting.is_ready(), met(*deviations))
        }
        Observed::Command { command, deviations } => {
            format!("{}{}", line(&command.to_bytes()), met(*deviations))
        }
        Observed::Response { answer, answers, deviations } => {
            let kind = if matches!(answer, Answer::Invalid { .. }) { "!" } else { "" };
            format!("{kind}{} to {answers:?}{}", line(&answer.to_bytes()), met(*deviations))
        }
        Observed::ListBegin { listing } => format!("list {listing:?}"),
        Observed::Item { item: Item::Invalid(item), .. } => {
            format!("!{} {}", text(item.line()), item.error())
        }
        Observed::Item { item, deviations } => {
            format!("{}{}", line(&item.to_bytes()), met(*deviations))
        }
        Observed::ListEnd { items, complete, .. } => format!("end {items} {complete}"),
        Observed::AuthChallenge { challenge, .. } => {
            format!("challenge {}", text(challenge.text()))
        }
        Observed::AuthResponse { response, .. } => format!("response {}", text(response.expose())),
        Observed::AuthCancel { .. } => "cancel".into(),
        Observed::BodyBegin { kind } => format!("begin {kind:?}"),
        Observed::BodyChunk(data) => text(data),
        Observed::BodyEnd { size, complete, findings, .. } => {
            format!("end {size} {complete} {findings:?}")
        }
        Observed::TlsReady => "tls".into(),
        Observed::Tls { octets, .. } => text(octets),
        Observed::Invalid { side, line, error } => {
            format!("invalid {side:?} {} {error}", text(line))
        }
        Observed::InvalidSecret { error, .. } => format!("invalid secret {error}"),
        Observed::TooLong { name, octets, .. } => format!("too long {name} {octets}"),
        Observed::Incomplete { octets, .. } => format!("incomplete {}", text(octets.expose())),
    }
}

/// Asks both sides until neither has more to tell.
fn drain(observer: &mut Observer, buffers: &mut [Vec<u8>; 2], heard: &mut Vec<String>) {
    loop {
        let mut quiet = true;
        for side in [Side::Client, Side::Server] {
            let buffer = &mut buffers[usize::from(side == Side::Client)];
            let received = observer.receive(side, buffer);
            quiet &= received.event.is_none();
            if let Some(event) = &received.event {
                let joins = matches!(event, Observed::BodyChunk(_) | Observed::Tls { .. });
                match heard.last_mut() {
                    Some(last) if joins && last.starts_with('|') => *last += &word(event),
                    _ if joins => heard.push(format!("|{}", word(event))),
                    _ => heard.push(word(event)),
                }
            }
            let consumed = received.consumed;
            buffer.drain(..consumed);
        }
        if quiet {
            break;
        }
    }
}

/// What an observer hears, when each piece comes in parts of `size` octets.
fn hear(config: ObserverConfig, script: &[Line], size: usize) -> Vec<String> {
    let mut observer = Observer::new(config);
    let (mut buffers, mut heard) = ([Vec::new(), Vec::new()], Vec::new());
    for line in script {
        let (index, bytes) = match *line {
            S(text) => (0, text),
            C(text) => (1, text),
            Line::Tls => {
                observer.tls_started();
                continue;
            }
            Eof(side) => {
                observer.receive_eof(side);
                drain(&mut observer, &mut buffers, &mut heard);
                continue;
            }
        };
        for part in bytes.as_bytes().chunks(size) {
            buffers[index].extend_from_slice(part);
            drain(&mut observer, &mut buffers, &mut heard);
        }
    }
    for (side, buffer) in [Side::Server, Side::Client].into_iter().zip(&buffers) {
        if !buffer.is_empty() {
            heard.push(format!("left {side:?} {}", buffer.escape_ascii()));
        }
    }
    heard
}

#[track_caller]
fn check_with(config: ObserverConfig, script: &[Line], expected: &[&str]) {
    for size in [usize::MAX, 3, 1] {
        assert_eq!(hear(config, script, size), expected, "parts of {size}");
    }
}

#[track_caller]
fn check(script: &[Line], expected: &[&str]) {
    check_with(ObserverConfig::default(), script, expected);
}

#[test]
fn a_session() {
    check(
        &[
            S("+OK ready <1.2@x>\r\n"),
            C("USER mrose\r\n"),
            S("+OK\r\n"),
            C("PASS a b \r\n"),
            S("+OK 2 messages\r\n"),
            C("STAT\r\n"),
            S("+OK 2 320\r\n"),
            C("LIST\r\n"),
            S("+OK\r\n1 120\r\nx\r\n2 200\r\n.\r\n"),
            C("LIST 2\r\n"),
            S("+OK 2 200\r\n"),
            C("RETR 1\r\n"),
            S("+OK 120 octets\r\na\r\n..b\r\n+OK no\r\n.\r\n"),
            C("DELE 9\r\n"),
            S("-ERR [IN-USE] no\r\n"),
            C("QUIT\r\n"),
            S("+OK bye\r\n"),
            Eof(Side::Server),
            Eof(Side::Client),
        ],
        &[
            "greeting true",
            "USER mrose",
            "+OK to Command(User)",
            "PASS a b",
            "+OK 2 messages to Command(Pass)",
            "STAT",
            "+OK 2 320 to Command(Stat)",
            "LIST",
            "+OK to Command(List)",
            "list Sizes",
            "1 120",
            "!x expected message-number at byte 0",
            "2 200",
            "end 3 true",
            "LIST 2",
            "+OK 2 200 to Command(List)",
            "RETR 1",
            "+OK 120 octets to Command(Retr)",
            "begin Message",
            "|a\\r\\n.b\\r\\n+OK no\\r\\n",
            "end 15 true {}",
            "DELE 9",
            "-ERR [IN-USE] no to Command(Dele)",
            "QUIT",
            "+OK bye to Command(Quit)",
        ],
    );
}

#[test]
fn a_pipelined_session() {
    check(
        &[
            S("+OK\r\n"),
            C("RETR 1\r\nTOP 2 0\r\nLIST\r\nUIDL 1\r\nNOOP\r\nBOGUS\r\n"),
            S("+OK\r\nx\r\n.\r\n-ERR no\r\n+OK\r\n1 2\r\n.\r\n+OK 1 u\r\n+OK\r\n-ERR what\r\n"),
        ],
        &[
            "greeting true",
            "RETR 1",
            "TOP 2 0",
            "LIST",
            "UIDL 1",
            "NOOP",
            "BOGUS",
            "+OK to Command(Retr)",
            "begin Message",
            "|x\\r\\n",
            "end 3 true {}",
            "-ERR no to Command(Top)",
            "+OK to Command(List)",
            "list Sizes",
            "1 2",
            "end 1 true",
            "+OK 1 u to Command(Uidl)",
            "+OK to Command(Noop)",
            "-ERR what to Unknown",
        ],
    );
}

#[test]
fn sasl() {
    check(
        &[
            S("+OK\r\n"),
            C("AUTH\r\n"),
            S("+OK\r\nPLAIN\r\n.\r\n"),
            C("AUTH LOGIN\r\n"),
            S("+ VXNlcm5hbWU6\r\n"),
            C("dXNlcg==\r\n"),
            S("+\r\n"),
            C("*\r\n"),
            S("-ERR cancelled\r\n"),
            C("AUTH PLAIN\r\n"),
            S("+ \r\n"),
            C("not base64\r\n"),
            S("-ERR bad\r\n"),
            C("secret\0\r\n"),
            S("-ERR what\r\n"),
            C("AUTH PLAIN AGEAYg==\r\nSTAT\r\n"),
            S("+OK in\r\n+OK 0 0\r\n"),
        ],
        &[
            "greeting true",
            "AUTH",
            "+OK to Command(Auth)",
            "list Mechanisms",
            "PLAIN",
            "end 1 true",
            "AUTH LOGIN",
            "challenge VXNlcm5hbWU6",
            "response dXNlcg==",
            "challenge ",
            "cancel",
            "-ERR cancelled to Command(Auth)",
            "AUTH PLAIN",
            "challenge ",
            "invalid secret expected base64 at byte 3",
            "-ERR bad to Command(Auth)",
            "invalid secret expected verb at byte 6",
            "-ERR what to Unknown",
            "AUTH PLAIN AGEAYg==",
            "+OK in to Command(Auth)",
            "STAT",
            "+OK 0 0 to Command(Stat)",
        ],
    );
}

#[test]
fn stls() {
    check(
        &[
            S("+OK\r\n"),
            C("STLS\r\n"),
            S("-ERR no\r\n"),
            C("STLS\r\nCAPA\r\n"),
            S("+OK go\r\n"),
            S("+OK\r\nPLAIN\r\n.\r\n"),
            Line::Tls,
            C("NOOP\r\n"),
            S("+OK\r\n"),
        ],
        &[
            "greeting true",
            "STLS",
            "-ERR no to Command(Stls)",
            "STLS",
            "+OK go to Command(Stls)",
            "tls",
            "|CAPA\\r\\n+OK\\r\\nPLAIN\\r\\n.\\r\\n",
            "NOOP",
            "+OK to Command(Noop)",
        ],
    );
}

#[test]
fn damage_is_contained() {
    check(
        &[
            S("* OK IMAP\r\n"),
            S("+OK\r\n"),
            C("RETR 0\r\nPASS\0x\r\n"),
            S("-ERR no\r\n-ERR no\r\n"),
            C("STAT\r\n"),
            S("junk\r\n+OK two\r\n"),
            C("UIDL\r\n"),
            S("+OK\r\n1 \r\n2 a\r\n"),
            Eof(Side::Server),
        ],
        &[
            "invalid Server * OK IMAP\\r\\n expected status at byte 0",
            "greeting true",
            "invalid Client RETR 0\\r\\n expected message-number at byte 5",
            "invalid secret expected verb at byte 4",
            "-ERR no to Command(Retr)",
            "-ERR no to Command(Pass)",
            "STAT",
            "invalid Server junk\\r\\n expected status at byte 0",
            "!+OK two to Command(Stat)",
            "UIDL",
            "+OK to Command(Uidl)",
            "list UniqueIds",
            "!1  expected unique-id at byte 2",
            "2 a",
            "end 2 false",
        ],
    );
}

#[test]
fn one_side_alone() {
    check(
        &[
            Eof(Side::Client),
            S("+OK ready\r\n+OK go\r\n1 120\r\n.\r\n+OK\r\n-ERR no\r\n+ QQ==\r\n+OK half\r\nof"),
            Eof(Side::Server),
        ],
        &[
            "greeting true",
            "+OK go to Nothing",
            "begin Unknown",
            "|1 120\\r\\n",
            "end 7 true {}",
            "+OK to Nothing",
            "-ERR no to Nothing",
            "challenge QQ==",
            "+OK half to Nothing",
            "begin Unknown",
            "|of",
            "end 2 false {}",
        ],
    );
    // What is heard first may be any answer.
    check(
        &[Eof(Side::Client), S("+OK 1 message\r\n1 120\r\n.\r\n+OK\r\n")],
        &["greeting true", "begin Unknown", "|1 120\\r\\n", "end 7 true {}", "+OK to Nothing"],
    );
    check(
        &[
            Eof(Side::Server),
            C("AUTH LOGIN\r\ndXNlcg==\r\nQUIT\r\nSTLS\r\nSTAT\r\nNO"),
            Eof(Side::Client),
        ],
        &["AUTH LOGIN", "response dXNlcg==", "QUIT", "STLS", "STAT", "incomplete NO"],
    );
}

#[test]
fn long_lines_are_counted_and_dropped() {
    let mut config = ObserverConfig::default();
    config.limits.line = 10;
    config.limits.response_line = 12;
    check_with(
        config,
        &[
            S("+OK\r\n"),
            C("USER 0123456789\r\nLIST\r\n"),
            S("-ERR 0123456789\r\n+OK\r\n1 0123456789012\r\n2 1\r\n.\r\n"),
            C("RETR 1\r\n"),
            S("+OK 0123456789\r\nx\r\n.\r\n"),
        ],
        &[
            "greeting true",
            "too long line 17",
            "LIST",
            "too long response_line 17",
            "+OK to Command(List)",
            "list Sizes",
            "!1 0123456789 expected CRLF at byte 12",
            "2 1",
            "end 2 true",
            "RETR 1",
            "too long response_line 16",
            "begin Message",
            "|x\\r\\n",
            "end 3 true {}",
        ],
    );
}

#[test]
fn what_is_waited_for() {
    let mut observer = Observer::new(ObserverConfig::default());
    assert_eq!(observer.waiting_for(), Wait::Greeting);
    observer.receive(Side::Server, b"+OK\r\n");
    assert_eq!(observer.waiting_for(), Wait::Command);
    observer.receive(Side::Client, b"RETR 1\r\n");
    assert_eq!(observer.waiting_for(), Wait::Answer);
    observer.receive(Side::Server, b"+OK\r\n");
    assert_eq!(observer.waiting_for(), Wait::Body);
}

/// Pieces of a conversation that may come in any order.
const WORDS: &[Line] = &[
    C("AUTH PLAIN\r\n"),
    C("LIST\r\n"),
    C("RETR 1\r\n"),
    C("x"),
    C("STLS\r\n"),
    C("QQ==\r\n"),
    C("\r\n"),
    C("PASS x\r\n"),
    S("+OK\r\n"),
    S("-ERR x\r\n"),
    S("+ \r\n"),
    S("1 2\r\n"),
    S(".\r\n"),
    S("\r\n."),
    S("\n"),
];

proptest! {
    #[test]
    fn nothing_panics_and_any_cut_is_heard_the_same(
        indices in proptest::collection::vec(0..WORDS.len(), 0..30),
        size in 1_usize..5,
    ) {
        let config = ObserverConfig::default();
        let mut words: Vec<_> = indices.iter().map(|index| WORDS[*index]).collect();
        words.extend([Eof(Side::Client), Eof(Side::Server)]);
        prop_assert_eq!(hear(config, &words, size), hear(config, &words, usize::MAX));
    }
}
