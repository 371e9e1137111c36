//! Hostile bodies: the end of DATA, counted octets, sizes. Each test is a row of the attack table,
//! and each script runs whole, octet by octet and cut at random.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_smtp::body::Findings;
use mailwire_smtp::server::{BareNewlines, Event, Server};
use mailwire_smtp::{Command, Machine, PeerError, Reply, ServerConfig, State};
use mailwire_testing::drive::Driven as _;
use support::script::{Heard, assert_closed, greeted};
use support::{everything, server_config};

const OPEN: &str = "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\n";

/// A server that takes bodies as they are, so that the test sees them.
fn taking() -> ServerConfig {
    let mut config = server_config();
    config.bare_newlines = BareNewlines::Accept;
    config
}

/// A DATA transaction with these octets as its body, whatever they are.
fn data(config: &ServerConfig, body: &[u8]) -> Heard {
    greeted(config, |talk| {
        talk.say(format!("{OPEN}DATA\r\n"));
        talk.forget();
        talk.say(body);
    })
}

/// `body` is no end of data: with a true end behind it there is one message, and what looks like
/// commands was none.
fn no_end(body: &[u8]) {
    let inside = b"MAIL FROM:<e@x>\r\nRCPT TO:<f@x>\r\nDATA\r\nevil";
    let message = [body, inside, b"\r\n"].concat();
    let wire = [&message[..], b".\r\nNOOP\r\n"].concat();
    // A dot at the start of a line is not part of the message.
    let bare: Vec<u8> = unstuffed(&message);
    let heard = data(&taking(), &wire);
    assert_eq!(heard.bodies(), [&bare[..]], "{}", body.escape_ascii());
    assert_eq!(heard.codes(), [250, 250]);
    assert_eq!(heard.commands(), ["NOOP"]);
    // By default it is refused, once and at its true end, if it has a bare CR or LF.
    let heard = data(&server_config(), &wire);
    let smuggled = has_bare(&message);
    assert_eq!(heard.stored.is_empty(), smuggled, "{}", body.escape_ascii());
    assert_eq!(heard.codes(), if smuggled { [550, 250] } else { [250, 250] });
    assert_eq!(heard.output.contains("5.6.11"), smuggled);
    assert_eq!(heard.commands(), ["NOOP"]);
}

/// Takes one dot from each line that starts with one; lines end in CRLF. It is not the code that is
/// tested: it looks at one octet after the other.
fn unstuffed(message: &[u8]) -> Vec<u8> {
    let starts = |at: usize| at == 0 || at > 1 && message[at - 2..at] == *b"\r\n";
    let keeps = |(at, octet): &(usize, &u8)| !(**octet == b'.' && starts(*at));
    message.iter().enumerate().filter(keeps).map(|(_, octet)| *octet).collect()
}

fn has_bare(message: &[u8]) -> bool {
    let text = message.escape_ascii().to_string().replace("\\r\\n", "");
    text.contains("\\r") || text.contains("\\n")
}

// --- The end of DATA.

#[test]
fn smtp_s_10_the_one_end() {
    let heard = data(&server_config(), b"hi\r\n.\r\nNOOP\r\n");
    assert_eq!(heard.bodies(), [b"hi\r\n"]);
    assert_eq!(heard.codes(), [250, 250]);
}

#[test]
fn smtp_s_11_an_empty_message() {
    let heard = data(&server_config(), b".\r\nNOOP\r\n");
    assert_eq!(heard.bodies(), [b""]);
    assert_eq!(heard.codes(), [250, 250]);
}

#[test]
fn smtp_s_12_lf_dot_lf() {
    no_end(b"hi\n.\n");
}

#[test]
fn smtp_s_13_lf_dot_crlf() {
    no_end(b"hi\n.\r\n");
}

#[test]
fn smtp_s_14_crlf_dot_lf() {
    no_end(b"hi\r\n.\n");
    no_end(b".\n");
}

#[test]
fn smtp_s_15_cr_dot_cr() {
    no_end(b"hi\r.\r");
}

#[test]
fn smtp_s_16_cr_dot_and_a_line_end() {
    no_end(b"hi\r.\r\n");
    no_end(b"hi\r.\n");
}

#[test]
fn smtp_s_17_a_cr_behind_the_dot_is_kept() {
    no_end(b"hi\n.\r");
    no_end(b"hi\r\n.\rX");
    no_end(b"hi\r\n.\r.\r");
    no_end(b".\r");
}

#[test]
fn smtp_s_18_nul_is_an_octet_like_any() {
    no_end(b"hi\r\n\0.\r\n");
    no_end(b"hi\r\n.\0\r\n");
    no_end(b"hi\r\0\n.\r\n");
    no_end(b"hi\r\n.\r\0\n");
    // It is kept, and it can be looked for.
    let mut config = server_config();
    config.look_for = Findings::NUL;
    let heard = data(&config, b"a\0b\r\n.\r\n");
    assert_eq!(heard.bodies(), [b"a\0b\r\n"]);
}

#[test]
fn smtp_s_19_cr_crlf_dot_crlf_is_an_end() {
    let heard = data(&taking(), b"hi\r\r\n.\r\nNOOP\r\n");
    assert_eq!(heard.bodies(), [b"hi\r\r\n"]);
    assert_eq!(heard.commands(), ["NOOP"]);
    let heard = data(&server_config(), b"hi\r\r\n.\r\nNOOP\r\n");
    assert_eq!(heard.codes(), [550, 250], "it has a bare CR");
}

#[test]
fn smtp_s_20_crlf_dot_cr_crlf() {
    no_end(b"hi\r\n.\r\r\n");
}

#[test]
fn smtp_s_21_padding_around_the_dot() {
    no_end(b"hi\r\n. \r\n");
    no_end(b"hi\r\n.\t\r\n");
    no_end(b"hi\r\n .\r\n");
}

#[test]
fn smtp_s_22_other_line_ends_are_none() {
    for end in [&b"\x0b"[..], b"\x0c", b"\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\x1e"] {
        no_end(&[b"hi", end, b".", end].concat());
    }
}

#[test]
fn smtp_s_23_the_matrix() {
    let ends: [&[u8]; 8] = [b"\r", b"\n", b"\r\n", b"\r\r\n", b"\n\r", b"\0", b"\r\n\0", b" "];
    let mut seen = 0;
    for before in ends {
        for behind in ends {
            let body = [b"hi", before, b".", behind].concat();
            // CRLF NUL behind the dot ends in CRLF too, so the NUL is what comes behind the end.
            let is_end = before.ends_with(b"\r\n") && behind.starts_with(b"\r\n");
            if !is_end {
                no_end(&body);
                continue;
            }
            seen += 1;
            let heard = data(&taking(), &[&body[..], b"NOOP\r\n"].concat());
            let message = [b"hi", before].concat();
            assert_eq!(heard.bodies(), [&message[..]], "{}", body.escape_ascii());
            let rest = if behind.ends_with(b"\0") { [250, 500] } else { [250, 250] };
            assert_eq!(heard.codes(), rest, "{}", body.escape_ascii());
        }
    }
    assert_eq!(seen, 4, "CRLF and CRCRLF before, CRLF and CRLF NUL behind");
}

#[test]
fn smtp_s_23_the_matrix_at_every_place() {
    // Every cut in two and in three of the octets around the dot, through a whole transaction.
    let ends: [&[u8]; 8] = [b"\r", b"\n", b"\r\n", b"\r\r\n", b"\n\r", b"\0", b"\r\n\0", b" "];
    for before in ends {
        for behind in ends {
            let wire = [b"h", before, b".", behind, b"x\r\n.\r\n"].concat();
            let run = |cuts: [usize; 2]| {
                let mut app = support::App::new(taking());
                app.output();
                for line in ["EHLO a\r\n", "MAIL FROM:<a@x>\r\n", "RCPT TO:<b@x>\r\n", "DATA\r\n"] {
                    app.feed(line.as_bytes());
                    app.output();
                }
                app.events.clear();
                let mut pending = Vec::new();
                for piece in [&wire[..cuts[0]], &wire[cuts[0]..cuts[1]], &wire[cuts[1]..]] {
                    pending.extend_from_slice(piece);
                    let consumed = app.feed(&pending);
                    pending.drain(..consumed);
                }
                (app.stored, app.events, app.current.body, pending)
            };
            let whole = run([0, 0]);
            assert_eq!(whole.0.len(), 1);
            for first in 0..=wire.len() {
                for second in first..=wire.len() {
                    assert_eq!(run([first, second]), whole, "{}", wire.escape_ascii());
                }
            }
        }
    }
}

#[test]
fn smtp_s_24_the_end_in_five_pieces() {
    let mut app = support::App::new(server_config());
    app.output();
    for piece in [
        "EHLO a\r\n",
        "MAIL FROM:<a@x>\r\n",
        "RCPT TO:<b@x>\r\n",
        "DATA\r\n",
        "hi\r",
        "\n",
        ".",
        "\r",
        "\n",
    ] {
        assert_eq!(app.feed(piece.as_bytes()), piece.len());
        app.output();
    }
    assert_eq!(app.stored.len(), 1);
    assert_eq!(app.stored[0].body, b"hi\r\n");
}

#[test]
fn smtp_s_25_one_dot_is_taken_away() {
    let heard = data(&server_config(), b"..\r\n.a\r\n...\r\na.\r\n..a..\r\n.\r\n");
    assert_eq!(heard.bodies(), [b".\r\na\r\n..\r\na.\r\n.a..\r\n"]);
}

#[test]
fn smtp_s_26_an_end_that_is_cut_off() {
    for body in ["hi\r\n.\r", "hi\r\n.", "hi\r\n", ".", ""] {
        let heard = greeted(&server_config(), |talk| {
            talk.say(format!("{OPEN}DATA\r\n"));
            talk.say(body);
            talk.end();
        });
        assert_eq!(heard.error, Some(PeerError::Eof));
        assert!(heard.stored.is_empty() && !heard.events.iter().any(|e| e.starts_with("end 0")));
    }
}

// --- Size.

#[test]
fn smtp_s_27_over_the_size_limit() {
    let mut config = server_config();
    config.limits.message = 1000;
    for (octets, codes) in [(1000, [250, 250]), (1001, [552, 250]), (2000, [552, 250])] {
        let mut body = "b".repeat(octets - 2);
        body.push_str("\r\n.\r\nNOOP\r\n");
        let heard = data(&config, body.as_bytes());
        assert_eq!(heard.codes(), codes, "{octets}");
        assert_eq!(heard.stored.is_empty(), octets > 1000);
        assert_eq!(heard.output.contains("5.3.4"), octets > 1000);
    }
    // Over twice the limit there is no point in waiting for the end. What fits was shown.
    let heard = data(&config, &b"b".repeat(2001));
    assert_closed(&heard, PeerError::Limit { name: "message", limit: 1000 }, 552);
    assert_eq!(heard.partial.len(), 1000);
    // Dots and line ends count as the message has them: two lines of one dot.
    config.limits.message = 6;
    assert_eq!(data(&config, b"..\r\n..\r\n.\r\n").codes(), [250]);
    assert_eq!(data(&config, b"..\r\n..\r\nx.\r\n\r\n.\r\n").codes(), [552]);
}

#[test]
fn smtp_s_28_a_line_without_an_end() {
    let mut config = server_config();
    config.limits.message = u64::MAX;
    config.look_for = Findings::LONG_LINE;
    let mut server = in_data(config);
    let block = vec![b'b'; 1 << 20];
    for _ in 0..50 {
        let received = server.receive(&block).unwrap();
        // Each piece is handed on as it comes.
        assert!(matches!(received.event, Some(Event::BodyChunk(data)) if data.len() == 1 << 20));
    }
    let mut consumed = server.receive(b"\r\n.\r\n").unwrap().consumed;
    let received = loop {
        let received = server.receive(&b"\r\n.\r\n"[consumed..]).unwrap();
        consumed += received.consumed;
        if let Some(Event::BodyEnd(end)) = received.event {
            break end;
        }
    };
    assert!(received.findings.contains(Findings::LONG_LINE));
    assert_eq!(received.size, (50 << 20) + 2);
}

/// Behind the 354.
fn in_data(config: ServerConfig) -> Server {
    let mut server = Server::new(std::sync::Arc::new(config));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    for line in ["EHLO a\r\n", "MAIL FROM:<a@x>\r\n", "RCPT TO:<b@x>\r\n"] {
        server.receive(line.as_bytes()).unwrap();
        server.accept().unwrap();
        server.transmitted(usize::MAX);
    }
    server.receive(b"DATA\r\n").unwrap();
    server.accept_body().unwrap();
    server.transmitted(usize::MAX);
    server
}

// --- BDAT.

/// Behind EHLO, with chunks.
fn chunks(config: &ServerConfig, script: impl AsRef<[u8]>) -> Heard {
    greeted(config, |talk| talk.say(&script))
}

#[test]
fn smtp_s_29_counted_octets_are_opaque() {
    let body = "a\n.\r\nb\r\n.\r";
    let heard = chunks(&everything(), format!("{OPEN}BDAT 10 LAST\r\n{body}NOOP\r\n"));
    assert_eq!(heard.bodies(), [body.as_bytes()]);
    assert_eq!(heard.codes(), [250, 250, 250, 250]);
    // The row's script goes on with an LF, that is an empty line without its CR.
    let heard = chunks(&everything(), format!("{OPEN}BDAT 10 LAST\r\n{body}\n"));
    assert_eq!(heard.codes(), [250, 250, 250, 500]);
}

#[test]
fn smtp_s_30_a_refused_chunk_takes_its_octets_with_it() {
    let heard = chunks(&everything(), "BDAT 5\r\nabcdeMAIL FROM:<a@x>\r\n");
    assert_eq!(heard.codes(), [503, 250]);
    assert_eq!(heard.commands(), ["MAIL FROM:<a@x>"]);
    // The reply comes behind the octets.
    let heard = greeted(&everything(), |talk| {
        talk.say("BDAT 5\r\nabcd");
        assert!(talk.app.output().is_empty());
        talk.say("e");
    });
    assert_eq!(heard.codes(), [503]);
    // Not offered, and all the same.
    let config = everything().withhold(mailwire_smtp::Extension::Chunking);
    let heard = chunks(&config, "BDAT 6\r\nQUIT\r\nNOOP\r\n");
    assert_eq!(heard.codes(), [502, 250]);
}

#[test]
fn smtp_s_30_the_application_refuses_a_chunk() {
    for (last, state) in [("", State::Failed), (" LAST", State::Ready)] {
        let mut app = support::App::new(everything());
        app.output();
        for line in ["EHLO a\r\n", "MAIL FROM:<a@x>\r\n", "RCPT TO:<b@x>\r\n"] {
            app.feed(line.as_bytes());
            app.output();
        }
        let server = &mut app.server;
        let input = format!("BDAT 6{last}\r\nQUIT\r\nNOOP\r\n");
        let mut consumed = server.receive(input.as_bytes()).unwrap().consumed;
        server.reject_body(&Reply::parse(b"451 4.3.0 later\r\n").unwrap()).unwrap();
        assert!(server.transmit().is_empty(), "the octets are still to come");
        let received = server.receive(&input.as_bytes()[consumed..]).unwrap();
        consumed += received.consumed;
        assert!(matches!(received.event, Some(Event::Command { command: Command::Noop(_), .. })));
        assert_eq!(consumed, input.len());
        assert!(server.transmit().first().starts_with(b"451 "));
        assert_eq!(server.state(), state, "behind the last chunk the transaction is over");
    }
}

#[test]
fn smtp_s_30_421_refuses_a_body_and_ends_the_session() {
    let closing = Reply::parse(b"421 4.3.0 closing\r\n").unwrap();
    for (line, octets) in
        [("DATA\r\n", ""), ("BDAT 6\r\n", "QUIT\r\n"), ("BDAT 6 LAST\r\n", "QUIT\r\n")]
    {
        let mut app = support::App::new(everything());
        app.output();
        for line in ["EHLO a\r\n", "MAIL FROM:<a@x>\r\n", "RCPT TO:<b@x>\r\n"] {
            app.feed(line.as_bytes());
            app.output();
        }
        let server = &mut app.server;
        server.receive(line.as_bytes()).unwrap();
        server.reject_body(&closing).unwrap();
        let received = server.receive(octets.as_bytes()).unwrap();
        assert!(matches!(received.event, Some(Event::Closed)), "{line}: {received:?}");
        assert_eq!(server.transmit().first(), b"421 4.3.0 closing\r\n", "{line}");
        assert!(server.is_closed());
        server.transmitted(usize::MAX);
        assert!(server.receive(b"NOOP\r\n").unwrap().event.is_none(), "{line}");
    }
}

#[test]
fn smtp_s_30_refused_chunks_have_a_budget() {
    let heard = chunks(&everything(), "BDAT 0\r\n".repeat(1000));
    assert_eq!(heard.limit(), Some("bad_commands_early"));
    // And an end: what is over twice the limit is not waited for.
    let heard = chunks(&everything(), "BDAT 18446744073709551615\r\nNOOP\r\n");
    assert_closed(&heard, PeerError::Limit { name: "message", limit: 52_428_800 }, 552);
}

#[test]
fn smtp_s_31_a_size_that_cannot_be_read() {
    for line in [
        "BDAT 18446744073709551616\r\n",
        "BDAT -1\r\n",
        "BDAT +5\r\n",
        "BDAT 0x5\r\n",
        "BDAT \r\n",
        "BDAT\r\n",
        "BDAT 5 LASTX\r\n",
        "BDAT 5 LAST x\r\n",
        "BDAT 5LAST\r\n",
        "BDAT 5\n",
        "BDAT 5\r\r\n",
        "bdat \u{0665}\r\n",
    ] {
        let heard = chunks(&everything(), format!("{OPEN}{line}QUIT\r\nNOOP\r\n"));
        assert_closed(&heard, PeerError::ChunkSize, 501);
        assert_eq!(heard.commands().len(), 2, "{line}");
    }
}

#[test]
fn smtp_s_32_the_order_of_chunks() {
    let config = everything();
    let heard = chunks(&config, format!("{OPEN}BDAT 0 LAST\r\nNOOP\r\n"));
    assert_eq!(heard.bodies(), [b""]);
    assert_eq!(heard.codes(), [250, 250, 250, 250]);
    // Behind LAST there is no transaction.
    let heard = chunks(&config, format!("{OPEN}BDAT 2 LAST\r\nhiBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"));
    assert_eq!(heard.codes(), [250, 250, 250, 503, 250]);
    // A message has chunks or dots, not both.
    let heard = chunks(&config, format!("{OPEN}BDAT 2\r\nhiDATA\r\n"));
    assert_eq!(heard.codes(), [250, 250, 250, 503]);
    // Several chunks are one message, and RSET ends it.
    let heard = chunks(&config, format!("{OPEN}BDAT 2\r\nhiBDAT 0\r\nBDAT 3 LAST\r\nyou"));
    assert_eq!(heard.bodies(), [b"hiyou"]);
    let heard = chunks(&config, format!("{OPEN}BDAT 2\r\nhiRSET\r\nBDAT 3 LAST\r\nyou"));
    assert_eq!(heard.codes(), [250, 250, 250, 250, 503]);
    assert!(heard.stored.is_empty());
}

#[test]
fn smtp_s_33_a_large_chunk_that_never_comes() {
    // What cannot be taken is not waited for.
    let heard = chunks(&everything(), format!("{OPEN}BDAT 2000000000\r\nx"));
    assert_closed(&heard, PeerError::Limit { name: "message", limit: 52_428_800 }, 552);
    // What can be taken is handed on octet by octet; `memory.rs` looks at what it costs.
    let mut config = everything();
    config.limits.message = u64::MAX;
    let heard = chunks(&config, format!("{OPEN}BDAT 2000000000\r\nx"));
    assert_eq!(heard.partial, b"x");
    assert!(!heard.closed);
}

#[test]
fn smtp_s_33_chunks_over_the_limit_together() {
    let mut config = everything();
    config.limits.message = 10;
    // A chunk that does not fit is refused before its octets, and the rest of the message with it.
    let heard =
        chunks(&config, format!("{OPEN}BDAT 6\r\n123456BDAT 6\r\n123456BDAT 1 LAST\r\n1RSET\r\n"));
    assert_eq!(heard.codes(), [250, 250, 250, 552, 503, 250]);
    assert!(heard.stored.is_empty());
    assert_eq!(heard.partial, b"123456", "nothing of it is shown");
    let heard = chunks(&config, format!("{OPEN}BDAT 6\r\n123456BDAT 4 LAST\r\n1234"));
    assert_eq!(heard.bodies(), [b"1234561234"]);
}
