//! Whole conversations, at once and in every cut: the same is heard.

use super::*;
use crate::Deviations;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use mailwire_testing::cut::{Cut as Cutting, same};
use proptest::prelude::*;

mod bodies;
mod layers;
mod linear;

#[derive(Debug, Clone, Copy)]
enum Line {
    C(&'static str),
    S(&'static str),
    /// So many octets of a client, or of a server.
    Octets(Side, usize),
    Tls,
    Compress,
    Eof(Side),
}
use Line::{C, Compress, Eof, Octets, S, Tls};

/// One event in a few words.
fn word(event: &Observed<'_>) -> String {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let line = |bytes: &[u8]| text(bytes.trim_ascii_end());
    let met = |deviations: Deviations| {
        if deviations.is_empty() { String::new() } else { format!(" {deviations:?}") }
    };
    match event {
        Observed::Greeting { greeting, deviations } => {
            format!("greeting {}{}", line(&greeting.to_bytes()), met(*deviations))
        }
        Observed::Command { command, deviations } => {
            format!("{}{}", line(&command.to_bytes()), met(*deviations))
        }
        Observed::CommandHead { command, deviations } => {
            format!("head {}{}", line(&command.to_bytes()), met(*deviations))
        }
        Observed::CommandTail { tail, deviations } => {
            format!("tail {} {}{}", tail.messages().len(), tail.parts().len(), met(*deviations))
        }
        Observed::Refused { verb, octets } => {
            format!("refused {verb:?} {}", text(octets.expose()))
        }
        Observed::Response { data, deviations } => {
            format!("* {}{}", line(&data.to_bytes()), met(*deviations))
        }
        Observed::FetchHead { head, deviations } => {
            format!("head {}{}", line(&head.to_bytes()), met(*deviations))
        }
        Observed::FetchTail { tail, deviations } => {
            format!("tail {}{}", line(&tail.to_bytes()), met(*deviations))
        }
        Observed::UrlFetchHead { head, deviations } => {
            format!("head {}{}", line(&head.to_bytes_in(Mode::REV1)), met(*deviations))
        }
        Observed::UrlFetchTail { tail, place, deviations } => {
            format!("tail {}{}", line(&tail.to_bytes_in(*place, Mode::REV1)), met(*deviations))
        }
        Observed::Tagged { tagged, answers, deviations } => {
            format!("{} to {answers:?}{}", line(&tagged.to_bytes()), met(*deviations))
        }
        Observed::Continue { request, asks, deviations } => {
            format!("{} for {asks:?}{}", line(&request.to_bytes()), met(*deviations))
        }
        Observed::AuthChallenge { challenge, .. } => {
            format!("challenge {}", text(challenge.text()))
        }
        Observed::AuthResponse { response, deviations } => {
            format!("response {}{}", text(response.expose()), met(*deviations))
        }
        Observed::AuthCancel { .. } => "cancel".into(),
        Observed::IdleDone { deviations } => format!("done{}", met(*deviations)),
        Observed::BodyBegin { side, kind, size } => format!("begin {side:?} {kind:?} {size}"),
        Observed::BodyChunk { octets, .. } => text(octets),
        Observed::BodyEnd { size, complete, findings, .. } => {
            format!("end {size} {complete} {findings:?}")
        }
        Observed::TlsReady => "tls".into(),
        Observed::CompressReady => "compress".into(),
        Observed::CompressEnd => "plain".into(),
        Observed::Tls { octets, .. } | Observed::Compressed { octets, .. } => text(octets),
        Observed::Invalid { side, frame, error } => {
            format!("invalid {side:?} {} {error}", text(frame))
        }
        Observed::InvalidSecret { error, .. } => format!("invalid secret {error}"),
        Observed::Raw { octets, .. } => text(octets.expose()),
        Observed::Bad { side, frame, fault } => {
            format!("bad {side:?} {} {fault:?}", text(frame.expose()))
        }
        Observed::Dropped { side, octets } => format!("dropped {side:?} {octets}"),
        Observed::Lost { side, fault } => format!("lost {side:?} {fault:?}"),
        Observed::Incomplete { octets, .. } => format!("incomplete {}", text(octets.expose())),
    }
}

/// True for events that come in as many pieces as the input does.
const fn joins(event: &Observed<'_>) -> bool {
    matches!(
        event,
        Observed::BodyChunk { .. }
            | Observed::Raw { .. }
            | Observed::Tls { .. }
            | Observed::Compressed { .. }
    )
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
                match heard.last_mut() {
                    Some(last) if joins(event) && last.starts_with('|') => *last += &word(event),
                    _ if joins(event) => heard.push(format!("|{}", word(event))),
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

/// What an observer hears, when what each side sends is cut.
fn hear(config: ObserverConfig, script: &[Line], cut: Cutting) -> Vec<String> {
    let mut observer = Observer::new(config);
    let (mut buffers, mut heard) = ([Vec::new(), Vec::new()], Vec::new());
    let mut cutters = [cut.cutter(), cut.cutter()];
    for line in script {
        let (side, bytes) = match *line {
            S(text) => (Side::Server, text.as_bytes().to_vec()),
            C(text) => (Side::Client, text.as_bytes().to_vec()),
            Octets(side, count) => (side, alloc::vec![b'x'; count]),
            Tls => {
                observer.tls_started();
                continue;
            }
            Compress => {
                observer.compression_started();
                continue;
            }
            Eof(side) => {
                observer.receive_eof(side);
                drain(&mut observer, &mut buffers, &mut heard);
                continue;
            }
        };
        let index = usize::from(side == Side::Client);
        for piece in cutters[index].pieces(&bytes) {
            buffers[index].extend_from_slice(piece);
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
    let octets = script.iter().map(|line| match line {
        S(text) | C(text) => text.len(),
        Octets(_, count) => *count,
        _ => 0,
    });
    let longest = octets.sum::<usize>().min(400);
    let cuts = Cutting::everywhere(longest).chain(Cutting::some());
    let heard = same(cuts, "script", |cut| hear(config, script, cut));
    assert_eq!(heard, expected);
}

#[track_caller]
fn check(script: &[Line], expected: &[&str]) {
    check_with(ObserverConfig::default(), script, expected);
}

#[test]
fn a_session() {
    check(
        &[
            S("* OK [CAPABILITY IMAP4rev1] ready\r\n"),
            C("a1 LOGIN mrose \"se cret\"\r\n"),
            S("a1 OK in\r\n"),
            C("a2 SELECT inbox\r\n"),
            S("* 2 EXISTS\r\n* OK [UIDVALIDITY 1] x {5}\r\na2 OK [READ-WRITE] done\r\n"),
            C("a3 FETCH 1 (FLAGS)\r\na4 NOOP\r\n"),
            S("* 1 FETCH (FLAGS (\\Seen) BODY[] {5}\r\na4 OK)\r\na3 OK done\r\na4 NO not now\r\n"),
            C("a5 LOGOUT\r\n"),
            S("* BYE ciao\r\na5 OK done\r\n"),
            Eof(Side::Server),
            Eof(Side::Client),
        ],
        &[
            "greeting * OK [CAPABILITY IMAP4rev1] ready",
            "a1 LOGIN mrose \\\"se cret\\\"",
            "a1 OK in to Command(Login)",
            "a2 SELECT inbox",
            "* 2 EXISTS",
            "* OK [UIDVALIDITY 1] x {5}",
            "a2 OK [READ-WRITE] done to Command(Select)",
            "a3 FETCH 1 (FLAGS)",
            "a4 NOOP",
            "* 1 FETCH (FLAGS (\\\\Seen) BODY[] {5}\\r\\na4 OK)",
            "a3 OK done to Command(Fetch)",
            "a4 NO not now to Command(Noop)",
            "a5 LOGOUT",
            "* BYE ciao",
            "a5 OK done to Command(Logout)",
        ],
    );
}

#[test]
fn answers_are_matched_by_their_tags() {
    check(
        &[
            S("* PREAUTH hi\r\n"),
            C("a NOOP\r\nb CHECK\r\nb STATUS x (MESSAGES)\r\nc FROB\r\n"),
            S("b OK 1\r\nx OK 2\r\nb BAD 3\r\na OK 4\r\na OK 5\r\n"),
            S("c BAD what\r\n"),
            C("c FROB (\r\n"),
            S("c BAD what\r\n"),
        ],
        &[
            "greeting * PREAUTH hi",
            "a NOOP",
            "b CHECK",
            "b STATUS x (MESSAGES)",
            "c FROB",
            "b OK 1 to Command(Check)",
            "x OK 2 to Nothing",
            "b BAD 3 to Command(Status)",
            "a OK 4 to Command(Noop)",
            "a OK 5 to Nothing",
            "c BAD what to Unknown",
            "invalid Client c FROB (\\r\\n expected tagged-ext-val at byte 8",
            "c BAD what to Unknown",
        ],
    );
}

#[test]
fn synchronizing_literals_wait_for_the_server() {
    check(
        &[
            S("* OK\r\n"),
            C("a LOGIN {5}\r\n"),
            S("+ go\r\n"),
            C("b N\r\n {1}\r\n"),
            S("+\r\n"),
            C("x\r\n"),
            S("a NO no\r\n"),
            // Refused: what follows is a command.
            C("b LOGIN {7}\r\nc NOOP\r\n"),
            S("b NO no\r\nc OK\r\n"),
            // Refused at the second literal.
            C("d LOGIN {1}\r\nx {7}\r\n"),
            S("+ go\r\nd BAD no\r\n"),
            C("e NOOP\r\n"),
            // A literal that does not wait.
            C("f LOGIN {3+}\r\na\r\n {1+}\r\nb\r\n"),
            S("e OK\r\nf OK\r\n+ what\r\n"),
        ],
        &[
            "greeting * OK {MissingText}",
            "+ go for Literal",
            "+ for Literal {MissingText}",
            "a LOGIN {5}\\r\\nb N\\r\\n x",
            "a NO no to Command(Login)",
            "b NO no to Command(Login)",
            "refused Some(Login) b LOGIN {7}\\r\\n",
            "c NOOP",
            "c OK to Command(Noop) {MissingText}",
            "+ go for Literal",
            "d BAD no to Command(Login)",
            "refused Some(Login) d LOGIN {1}\\r\\nx {7}\\r\\n",
            "e NOOP",
            "f LOGIN {3}\\r\\na\\r\\n b",
            "e OK to Command(Noop) {MissingText}",
            "f OK to Command(Login) {MissingText}",
            "+ what for Nothing",
        ],
    );
}

#[test]
fn a_server_may_answer_before_the_end() {
    check(
        &[
            S("* OK\r\n"),
            C("a FROB {8+}\r\nb NO"),
            S("a BAD no\r\n"),
            C("OP\r\n x\r\nc NOOP\r\n"),
            S("c OK c\r\n"),
            // The second literal is not asked for any more.
            C("d LOGIN {1}\r\n"),
            S("+ go\r\n"),
            C("x"),
            S("d NO no\r\n"),
            C(" {5}\r\n"),
            C("e NOOP\r\n"),
            S("e OK e\r\n"),
        ],
        &[
            "greeting * OK {MissingText}",
            "a BAD no to Unknown",
            "a FROB {8}\\r\\nb NOOP\\r\\n x",
            "c NOOP",
            "c OK c to Command(Noop)",
            "+ go for Literal",
            "d NO no to Command(Login)",
            "refused Some(Login) d LOGIN {1}\\r\\nx {5}\\r\\n",
            "e NOOP",
            "e OK e to Command(Noop)",
        ],
    );
}

#[test]
fn sasl() {
    check(
        &[
            S("* OK\r\n"),
            C("a AUTHENTICATE LOGIN\r\n"),
            S("+ VXNlcm5hbWU6\r\n"),
            C("dXNlcg==\r\n"),
            S("+\r\n"),
            C("*\r\n"),
            S("a BAD cancelled\r\n"),
            C("b AUTHENTICATE PLAIN\r\n"),
            S("+ \r\n"),
            C("not base64\r\n"),
            S("b BAD no\r\n"),
            C("secret words\r\n"),
            S("secret BAD what\r\n"),
            C("c LOGIN a\r\n"),
            S("c BAD what\r\n"),
            C("d AUTHENTICATE PLAIN AGEAYg==\r\ne NOOP\r\n"),
            S("d OK in\r\ne OK\r\n"),
            // The exchange ends while the response is under way.
            C("f AUTHENTICATE PLAIN\r\n"),
            S("+ \r\nf NO too slow\r\n"),
            C("AGEAYg==\r\ng NOOP\r\n"),
            S("g OK\r\n"),
        ],
        &[
            "greeting * OK {MissingText}",
            "a AUTHENTICATE LOGIN",
            "challenge VXNlcm5hbWU6",
            "response dXNlcg==",
            "challenge ",
            "cancel",
            "a BAD cancelled to Command(Authenticate)",
            "b AUTHENTICATE PLAIN",
            "challenge ",
            "invalid secret expected base64 at byte 3",
            "b BAD no to Command(Authenticate)",
            "invalid secret expected command-name at byte 7",
            "secret BAD what to Unknown",
            "invalid secret expected SP at byte 9",
            "c BAD what to Command(Login)",
            "d AUTHENTICATE PLAIN AGEAYg==",
            "d OK in to Command(Authenticate)",
            "e NOOP",
            "e OK to Command(Noop) {MissingText}",
            "f AUTHENTICATE PLAIN",
            "challenge ",
            "f NO too slow to Command(Authenticate)",
            "response AGEAYg==",
            "g NOOP",
            "g OK to Command(Noop) {MissingText}",
        ],
    );
}

#[test]
fn idle() {
    check(
        &[
            S("* PREAUTH\r\n"),
            C("a IDLE\r\n"),
            S("+ idling\r\n* 4 EXISTS\r\n"),
            C("done\r\nb NOOP\r\n"),
            S("* 3 EXISTS\r\na OK\r\nb OK\r\n"),
            // Refused.
            C("c IDLE\r\nd NOOP\r\n"),
            S("c NO\r\nd OK\r\n"),
            // Ended by the server.
            C("e IDLE\r\n"),
            S("+ idling\r\ne NO enough\r\n"),
            C("f NOOP\r\n"),
            S("f OK\r\n"),
            C("g IDLE\r\n"),
            S("+ idling\r\n"),
            C("h NOOP\r\n"),
            S("g BAD expected DONE\r\n"),
            C("i IDLE\r\n"),
            S("+ idling\r\n"),
            C("j LOGIN al ice\r\n"),
            S("i BAD expected DONE\r\n"),
        ],
        &[
            "greeting * PREAUTH {MissingText}",
            "a IDLE",
            "+ idling for Done",
            "* 4 EXISTS",
            "done",
            "b NOOP",
            "* 3 EXISTS",
            "a OK to Command(Idle) {MissingText}",
            "b OK to Command(Noop) {MissingText}",
            "c IDLE",
            "c NO to Command(Idle) {MissingText}",
            "d NOOP",
            "d OK to Command(Noop) {MissingText}",
            "e IDLE",
            "+ idling for Done",
            "e NO enough to Command(Idle)",
            "f NOOP",
            "f OK to Command(Noop) {MissingText}",
            "g IDLE",
            "+ idling for Done",
            "invalid Client h NOOP\\r\\n expected DONE at byte 0",
            "g BAD expected DONE to Command(Idle)",
            "i IDLE",
            "+ idling for Done",
            "invalid secret expected DONE at byte 0",
            "i BAD expected DONE to Command(Idle)",
        ],
    );
}

#[test]
fn damage_is_contained() {
    check(
        &[
            S("+OK POP3\r\n"),
            S("* OK\r\n"),
            C("\r\n"),
            C("a STORE x\r\nb NOOP\r\n"),
            S(
                "* BAD what\r\na BAD x\r\n* 1 FETCH (INTERNALDATE x UID 1)\r\n* ?\r\nb FROB x\r\n\r\n",
            ),
            S("b OK\r\nc"),
            Eof(Side::Server),
            C("d NOO"),
            Eof(Side::Client),
        ],
        &[
            "invalid Server +OK POP3\\r\\n expected greeting at byte 0",
            "greeting * OK {MissingText}",
            "invalid Client \\r\\n expected tag at byte 0",
            "invalid Client a STORE x\\r\\n expected sequence-set at byte 8",
            "b NOOP",
            "* BAD what",
            "a BAD x to Command(Store)",
            "* 1 FETCH (INTERNALDATE x UID 1) {InvalidItem}",
            "* ?",
            "invalid Server b FROB x\\r\\n expected resp-cond-state at byte 2",
            "b OK to Command(Noop) {MissingText}",
            "incomplete c",
            "incomplete d NOO",
        ],
    );
}

#[test]
fn one_side_alone() {
    check(
        &[
            Eof(Side::Client),
            S(
                "* 1 EXISTS\r\n* ENABLED UTF8=ACCEPT\r\na OK done\r\n+ go\r\n* LIST () \"/\" \"\u{e9}\"\r\n",
            ),
            S("* 1 FETCH (BODY[] {5}\r\nab"),
            Eof(Side::Server),
        ],
        &[
            "* 1 EXISTS",
            "* ENABLED UTF8=ACCEPT",
            "a OK done to Nothing",
            "+ go for Nothing",
            "* LIST () \\\"/\\\" {2}\\r\\n\\xc3\\xa9",
            "incomplete * 1 FETCH (BODY[] {5}\\r\\nab",
        ],
    );
    check(
        &[
            Eof(Side::Server),
            C("a AUTHENTICATE LOGIN\r\ndXNlcg==\r\n*\r\nb LOGIN {1}\r\nx {1}\r\ny\r\n"),
            C(
                "c ENABLE UTF8=ACCEPT\r\nd SELECT \"\u{e9}\"\r\ne IDLE\r\nDONE\r\nf IDLE\r\ng UNAUTHENTICATE\r\n",
            ),
            C("h STARTTLS\r\ni COMPRESS DEFLATE\r\nj NOOP\r\nk FROB\r\nl LOGIN {5}\r\n"),
            Eof(Side::Client),
        ],
        &[
            "a AUTHENTICATE LOGIN",
            "response dXNlcg==",
            "cancel",
            "b LOGIN x y",
            "c ENABLE UTF8=ACCEPT",
            "d SELECT {2}\\r\\n\\xc3\\xa9",
            "e IDLE",
            "done",
            "f IDLE",
            "g UNAUTHENTICATE",
            "h STARTTLS",
            "i COMPRESS DEFLATE",
            "j NOOP",
            "k FROB",
            "incomplete l LOGIN {5}\\r\\n",
        ],
    );
}

/// A server may say no more than `* BAD` to a line with a tag that it does not like, or nothing.
#[test]
fn a_command_without_an_answer_holds_nobody_for_long() {
    check(
        &[
            S("* OK x\r\n"),
            C("GET /\r\na NOOP\r\n"),
            S("* OK y\r\n* BAD what\r\n"),
            S("a OK z\r\n"),
            C("GET /\r\nb NOOP\r\nc NOOP\r\n"),
            S("b OK z\r\nc OK z\r\n"),
        ],
        &[
            "greeting * OK x",
            "GET /",
            "* OK y",
            "* BAD what",
            "a NOOP",
            "a OK z to Command(Noop)",
            "GET /",
            "b OK z to Nothing",
            "b NOOP",
            "c NOOP",
            "c OK z to Command(Noop)",
        ],
    );
}

#[test]
fn a_client_that_is_too_far_ahead_is_held() {
    let mut observer = Observer::new(ObserverConfig::default());
    observer.receive(Side::Server, b"* PREAUTH x\r\n");
    for _ in 0..4095 {
        assert!(observer.receive(Side::Client, b"a NOOP\r\n").event.is_some());
    }
    assert!(observer.receive(Side::Client, b"b AUTHENTICATE X\r\n").event.is_some());
    observer.receive(Side::Server, b"+ \r\n");
    // The server waits for the response, so that it has to be heard.
    assert!(!observer.is_waiting(Side::Client));
    let heard = observer.receive(Side::Client, b"QQ==\r\n");
    assert!(matches!(heard.event, Some(Observed::AuthResponse { .. })));
    observer.receive(Side::Client, b"");
    observer.receive(Side::Server, b"a OK x\r\n");
    assert!(observer.is_waiting(Side::Client));
    observer.receive(Side::Server, b"b NO x\r\n");
    assert!(!observer.is_waiting(Side::Client));
    assert!(observer.receive(Side::Client, b"a NOOP\r\n").event.is_some());
}

#[test]
fn the_memory_of_an_observer_is_small() {
    assert!(size_of::<Observer>() < 1024, "{}", size_of::<Observer>());
}

#[test]
fn what_is_waited_for() {
    let mut observer = Observer::new(ObserverConfig::default());
    assert_eq!(observer.waiting_for(), Wait::Greeting);
    observer.receive(Side::Server, b"* OK\r\n");
    assert_eq!(observer.waiting_for(), Wait::Command);
    observer.receive(Side::Client, b"a NOOP\r\n");
    assert_eq!(observer.waiting_for(), Wait::Answer);
    observer.receive(Side::Client, b"b LOGIN {1}\r\n");
    assert_eq!(observer.waiting_for(), Wait::BodyGo);
    observer.receive(Side::Server, b"b NO\r\n");
    observer.receive(Side::Client, b"b LOGIN {1}\r\n");
    observer.receive(Side::Client, b"c AUTHENTICATE PLAIN\r\n");
    assert_eq!(observer.waiting_for(), Wait::Auth);
}

/// Pieces of a conversation that may come in any order.
const WORDS: &[Line] = &[
    C("a AUTHENTICATE PLAIN\r\n"),
    C("a LOGIN {2}\r\n"),
    C("b LOGIN {3+}\r\n"),
    C("a APPEND x {20}\r\n"),
    C("b APPEND x (\\Seen) {20+}\r\n"),
    C("x"),
    C(" {20}\r\n"),
    C("0123456789"),
    C("c STARTTLS\r\n"),
    C("c COMPRESS DEFLATE\r\n"),
    C("a IDLE\r\n"),
    C("DONE\r\n"),
    C("a ENABLE IMAP4rev2\r\n"),
    C("QQ==\r\n"),
    C("\r\n"),
    C("{99999999999999999999}\r\n"),
    C("a FROB\r\n"),
    S("a OK\r\n"),
    S("b NO x\r\n"),
    S("c OK x\r\n"),
    S("+ \r\n"),
    S("* ENABLED IMAP4rev2\r\n"),
    S("* 1 FETCH (BODY[] {20}\r\n"),
    S("* X {20}\r\n"),
    S("0123456789"),
    S(")\r\n"),
    S("\n"),
];

proptest! {
    #[test]
    fn nothing_panics_and_any_cut_is_heard_the_same(
        indices in proptest::collection::vec(0..WORDS.len(), 0..30),
        seed in any::<u64>(),
    ) {
        let mut config = ObserverConfig::default();
        config.limits.inline_literal = 10;
        config.limits.command = 60;
        config.limits.response = 60;
        config.limits.line = 40;
        config.limits.response_line = 40;
        config.limits.auth_line = 30;
        let mut words: Vec<_> = indices.iter().map(|index| WORDS[*index]).collect();
        words.extend([Eof(Side::Client), Eof(Side::Server)]);
        let whole = hear(config, &words, Cutting::Whole);
        prop_assert_eq!(&hear(config, &words, Cutting::Octets), &whole);
        prop_assert_eq!(&hear(config, &words, Cutting::Random(seed)), &whole);
    }
}
