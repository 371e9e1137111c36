//! Whole conversations, at once and one octet at a time: the same is heard.

use super::*;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use mailwire_core::Deviations;
use proptest::prelude::*;

mod broken;

#[derive(Debug, Clone, Copy)]
enum Line {
    C(&'static [u8]),
    S(&'static [u8]),
    Tls,
    Eof(Side),
}
use Line::{C, Eof, S};

fn c(text: &'static str) -> Line {
    C(text.as_bytes())
}

fn s(text: &'static str) -> Line {
    S(text.as_bytes())
}

/// One event in a few words.
fn word(event: &Observed<'_>) -> String {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let met = |deviations: Deviations<_>| {
        if deviations.is_empty() { String::new() } else { format!(" {deviations:?}") }
    };
    match event {
        Observed::Greeting { greeting, deviations } => {
            format!("greeting {}{}", greeting.reply.code(), met(*deviations))
        }
        Observed::Command { command, deviations } => {
            format!("{}{}", text(&command.to_bytes()).trim_end_matches("\\r\\n"), met(*deviations))
        }
        Observed::Reply { reply, answers, deviations } => {
            format!("{} to {answers:?}{}", reply.code(), met(*deviations))
        }
        Observed::EhloReply { reply, .. } => format!("ehlo {}", reply.keywords().count()),
        Observed::AuthChallenge { reply, .. } => format!("challenge {}", text(reply.text())),
        Observed::AuthResponse { response, .. } => format!("response {}", text(response.expose())),
        Observed::AuthCancel { .. } => "cancel".into(),
        Observed::BodyBegin { kind, size } => format!("begin {kind:?} {size:?}"),
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
        for side in [observer.client_side(), observer.client_side().other()] {
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
            S(bytes) => (0, bytes),
            C(bytes) => (1, bytes),
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
        for part in bytes.chunks(size) {
            buffers[index].extend_from_slice(part);
            drain(&mut observer, &mut buffers, &mut heard);
        }
    }
    for (side, buffer) in [Side::Server, Side::Client].into_iter().zip(&buffers) {
        assert!(buffer.is_empty() || observer.is_waiting(side) || !observer.has_ended(side));
        if !buffer.is_empty() {
            heard.push(format!("left {}", buffer.escape_ascii()));
        }
    }
    heard
}

#[track_caller]
fn check_with(config: ObserverConfig, script: &[Line], expected: &[&str]) {
    assert_eq!(hear(config, script, usize::MAX), expected);
    for size in 1..4 {
        assert_eq!(hear(config, script, size), expected, "in parts of {size}");
    }
}

#[track_caller]
fn check(script: &[Line], expected: &[&str]) {
    check_with(ObserverConfig::default(), script, expected);
}

fn lmtp() -> ObserverConfig {
    ObserverConfig { protocol: Protocol::Lmtp, ..ObserverConfig::default() }
}

#[test]
fn a_message_goes_its_way() {
    check(
        &[
            s("220 mx\r\n"),
            c("EHLO a.example\r\n"),
            s("250-mx\r\n250-SIZE\r\n250 PIPELINING\r\n"),
            c("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"),
            s("250 ok\r\n250 ok\r\n354 go\r\n"),
            c("a\r\n..\r\n.\r\nNOOP\r\nQUIT\r\n"),
            s("250 queued\r\n250 ok\r\n221 bye\r\n"),
        ],
        &[
            "greeting 220",
            "EHLO a.example",
            "ehlo 2",
            "MAIL FROM:<a@b>",
            "RCPT TO:<c@d>",
            "DATA",
            "250 to Command(Mail)",
            "250 to Command(Rcpt)",
            "354 to Command(Data)",
            "begin Data None",
            "|a\\r\\n.\\r\\n",
            "end 6 true {}",
            "NOOP",
            "QUIT",
            "250 to Message",
            "250 to Command(Noop)",
            "221 to Command(Quit)",
        ],
    );
}

#[test]
fn a_refused_data_has_no_body() {
    check(
        &[
            s("220 mx\r\n"),
            c("DATA\r\nRSET\r\n"),
            s("554 no\r\n250 ok\r\n"),
            c("DATA x\r\n"),
            s("354 go\r\n"),
            c(".\r\n"),
            s("550 no\r\n"),
        ],
        &[
            "greeting 220",
            "DATA",
            "554 to Command(Data)",
            "RSET",
            "250 to Command(Rset)",
            "invalid Client DATA x\\r\\n expected CRLF at byte 4",
            "354 to Command(Data)",
            "begin Data None",
            "end 0 true {}",
            "550 to Message",
        ],
    );
}

#[test]
fn what_depends_on_a_reply_waits_for_it() {
    let mut observer = Observer::new(ObserverConfig::default());
    observer.receive(Side::Server, b"220 mx\r\n");
    let client = b"DATA\r\nsecond\r\n";
    assert_eq!(observer.receive(Side::Client, client).consumed, 6);
    assert_eq!(observer.receive(Side::Client, &client[6..]), Received::nothing(0));
    assert!(observer.is_waiting(Side::Client) && !observer.is_waiting(Side::Server));
    assert_eq!(observer.waiting_for(), Wait::BodyGo);
    observer.receive(Side::Server, b"354 go\r\n");
    assert!(observer.is_waiting(Side::Server));
    assert_eq!(observer.receive(Side::Server, b"250 early\r\n"), Received::nothing(0));
    assert_eq!(observer.waiting_for(), Wait::Body);
}

#[test]
fn bdat_octets_follow_also_after_refusal() {
    check(
        &[
            s("220 mx\r\n"),
            c("BDAT 3\r\na.\rBDAT 4 LAST\r\n\nb\0\nBDAT 0 LAST\r\nNOOP\r\n"),
            s("503 no\r\n503 no\r\n503 no\r\n250 ok\r\n"),
        ],
        &[
            "greeting 220",
            "BDAT 3",
            "begin Bdat { last: false } Some(3)",
            "|a.\\r",
            "end 3 true {}",
            "BDAT 4 LAST",
            "begin Bdat { last: true } Some(4)",
            "|\\nb\\x00\\n",
            "end 4 true {BARE_LF, NUL}",
            "BDAT 0 LAST",
            "begin Bdat { last: true } Some(0)",
            "end 0 true {}",
            "NOOP",
            "503 to Command(Bdat)",
            "503 to Message",
            "503 to Message",
            "250 to Command(Noop)",
        ],
    );
}

#[test]
fn a_bdat_size_that_cannot_be_read_has_no_octets() {
    check(
        &[s("220 mx\r\n"), c("BDAT x\r\nBDAT 3 BOGUS\r\nabcBDAT 3x\r\nNOOP\r\n")],
        &[
            "greeting 220",
            "invalid Client BDAT x\\r\\n expected chunk-size at byte 5",
            "invalid Client BDAT 3 BOGUS\\r\\n expected end-marker at byte 7",
            "begin Bdat { last: false } Some(3)",
            "|abc",
            "end 3 true {}",
            "invalid Client BDAT 3x\\r\\n expected SP at byte 6",
            "NOOP",
        ],
    );
}

#[test]
fn sasl_goes_round_and_commands_come_after_it() {
    check(
        &[
            s("220 mx\r\n"),
            c("AUTH LOGIN\r\n"),
            s("334 VXNlcm5hbWU6\r\n"),
            c("YQ==\r\n"),
            s("334 UGFzc3dvcmQ6\r\n"),
            c("QUIT\r\n"),
            s("535 no\r\n"),
            c("AUTH PLAIN\r\n"),
            s("334 \r\n"),
            c("*\r\nNOOP\r\n"),
            s("501 gave up\r\n250 ok\r\n"),
        ],
        &[
            "greeting 220",
            "AUTH LOGIN",
            "challenge VXNlcm5hbWU6",
            "response YQ==",
            "challenge UGFzc3dvcmQ6",
            "response QUIT",
            "535 to Command(Auth)",
            "AUTH PLAIN",
            "challenge ",
            "cancel",
            "501 to Command(Auth)",
            "NOOP",
            "250 to Command(Noop)",
        ],
    );
}

#[test]
fn bad_lines_near_auth_stay_hidden() {
    let script = [
        s("220 mx\r\n"),
        c("AUTH PLAIN a b c\r\n"),
        s("501 no\r\n"),
        c("cGFzc3dvcmQ\r\n!!\r\n"),
        s("500 what\r\n500 what\r\n"),
        c("AUTH PLAIN\r\n"),
        s("334 \r\n"),
        c("hunter2 \r\n"),
        s("501 no\r\n"),
        c("NOOP\r\nX!\r\n"),
    ];
    check(
        &script,
        &[
            "greeting 220",
            "invalid secret expected initial-response at byte 12",
            "501 to Command(Auth)",
            "invalid secret expected verb at byte 0",
            "500 to Unknown",
            "invalid secret expected verb at byte 0",
            "500 to Unknown",
            "AUTH PLAIN",
            "challenge ",
            "invalid secret expected base64 at byte 7",
            "501 to Command(Auth)",
            "NOOP",
            "invalid Client X!\\r\\n expected verb at byte 1",
        ],
    );
    let mut observer = Observer::new(ObserverConfig::default());
    let event = observer.receive(Side::Client, b"AUTH PLAIN hunter2 x\r\n").event;
    assert!(!format!("{event:?}").contains("hunter2"));
    assert!(!format!("{observer:?}").contains("hunter2"));
}

#[test]
fn starttls_starts_over_without_a_greeting() {
    check(
        &[
            s("220 mx\r\n"),
            c("STARTTLS\r\n"),
            s("220 go\r\n"),
            C(b"\x16\x03"),
            Line::Tls,
            c("EHLO a.example\r\n"),
            s("250 mx\r\n"),
            c("STARTTLS\r\nNOOP\r\n"),
            s("502 no\r\n250 ok\r\n"),
        ],
        &[
            "greeting 220",
            "STARTTLS",
            "220 to Command(StartTls)",
            "tls",
            "|\\x16\\x03",
            "EHLO a.example",
            "ehlo 0",
            "STARTTLS",
            "502 to Command(StartTls)",
            "NOOP",
            "250 to Command(Noop)",
        ],
    );
}

#[test]
fn plaintext_behind_starttls_is_no_command() {
    check(
        &[s("220 mx\r\n"), c("STARTTLS\r\nMAIL FROM:<a@b>\r\n"), s("220 go\r\n")],
        &["greeting 220", "STARTTLS", "220 to Command(StartTls)", "tls", "|MAIL FROM:<a@b>\\r\\n"],
    );
}

#[test]
fn xclient_greets_again() {
    check(
        &[
            s("220 mx\r\n"),
            c("XCLIENT ADDR=192.0.2.9\r\n"),
            s("220 mx\r\n"),
            c("XCLIENT ADDR=x\r\n"),
            s("501 no\r\n"),
        ],
        &[
            "greeting 220",
            "XCLIENT ADDR=192.0.2.9",
            "greeting 220",
            "XCLIENT ADDR=x",
            "501 to Command(Xclient)",
        ],
    );
}

#[test]
fn lmtp_answers_for_each_accepted_recipient() {
    check_with(
        lmtp(),
        &[
            s("220 mx\r\n"),
            c("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n"),
            s("250 ok\r\n250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n"),
            c(".\r\nQUIT\r\n"),
            s("250 a\r\n450 e\r\n221 bye\r\n"),
        ],
        &[
            "greeting 220",
            "MAIL FROM:<>",
            "RCPT TO:<a@b>",
            "RCPT TO:<c@d>",
            "RCPT TO:<e@f>",
            "DATA",
            "250 to Command(Mail)",
            "250 to Command(Rcpt)",
            "550 to Command(Rcpt)",
            "250 to Command(Rcpt)",
            "354 to Command(Data)",
            "begin Data None",
            "end 0 true {}",
            "QUIT",
            "250 to Recipient(0)",
            "450 to Recipient(1)",
            "221 to Command(Quit)",
        ],
    );
    check_with(
        lmtp(),
        &[
            s("220 mx\r\n"),
            c(
                "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 1\r\nxBDAT 0 LAST\r\nNOOP\r\n",
            ),
            s("250 ok\r\n250 ok\r\n250 ok\r\n552 full\r\n503 lost\r\n250 ok\r\n"),
        ],
        &[
            "greeting 220",
            "MAIL FROM:<>",
            "RCPT TO:<a@b>",
            "RCPT TO:<c@d>",
            "BDAT 1",
            "begin Bdat { last: false } Some(1)",
            "|x",
            "end 1 true {}",
            "BDAT 0 LAST",
            "begin Bdat { last: true } Some(0)",
            "end 0 true {}",
            "NOOP",
            "250 to Command(Mail)",
            "250 to Command(Rcpt)",
            "250 to Command(Rcpt)",
            "552 to Command(Bdat)",
            "503 to Message",
            "250 to Command(Noop)",
        ],
    );
}

#[test]
fn prdr_answers_for_each_recipient_and_for_all() {
    check(
        &[
            s("220 mx\r\n"),
            c("MAIL FROM:<> PRDR\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"),
            s("250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
            c(".\r\n"),
            s("353 wait\r\n250 a\r\n550 c\r\n250 all\r\n250 surplus\r\n"),
        ],
        &[
            "greeting 220",
            "MAIL FROM:<> PRDR",
            "RCPT TO:<a@b>",
            "RCPT TO:<c@d>",
            "DATA",
            "250 to Command(Mail)",
            "250 to Command(Rcpt)",
            "250 to Command(Rcpt)",
            "354 to Command(Data)",
            "begin Data None",
            "end 0 true {}",
            "353 to Message",
            "250 to Recipient(0)",
            "550 to Recipient(1)",
            "250 to Message",
            "250 to Nothing",
        ],
    );
}

#[test]
fn atrn_changes_the_roles() {
    check(
        &[
            s("220 mx\r\n"),
            c("ATRN a.example\r\n"),
            s("250 turning\r\n"),
            c("220 a.example\r\n"),
            s("EHLO mx\r\nDATA\r\n"),
            c("250 a.example\r\n354 go\r\n"),
            s("x\r\n.\r\n"),
            c("250 ok\r\n"),
        ],
        &[
            "greeting 220",
            "ATRN a.example",
            "250 to Command(Atrn)",
            "greeting 220",
            "EHLO mx",
            "DATA",
            "ehlo 0",
            "354 to Command(Data)",
            "begin Data None",
            "|x\\r\\n",
            "end 3 true {}",
            "250 to Message",
        ],
    );
}
