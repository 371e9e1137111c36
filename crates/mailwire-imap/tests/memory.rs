//! What the machines allocate, by a counting global allocator: in a binary of its own, with one test,
//! so that nothing else allocates beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Arc;

use bytes::Bytes;
use mailwire_imap::element::body_value::BodyValue;
use mailwire_imap::element::items::Items;
use mailwire_imap::element::literal::StreamedLiteral;
use mailwire_imap::element::number::{Number, NzNumber};
use mailwire_imap::element::section::Section;
use mailwire_imap::element::string::AString;
use mailwire_imap::family::fetch::{BodySection, FetchHead, FetchItem, FetchTail};
use mailwire_imap::family::urlauth::stream::{StreamedUrl, UrlFetchHead, UrlFetchTail, UrlPlace};
use mailwire_imap::server::{Event, Server, ServerConfig};
use mailwire_imap::{Command, Data, Machine, StatusKind};
use mailwire_testing::heap::{self, Heap, Used};
use support::server::{everything, plain, status};

#[global_allocator]
static HEAP: Heap = Heap;

fn measure(f: impl FnOnce()) -> Used {
    heap::measure(&HEAP, f)
}

fn new_server(mut config: ServerConfig) -> Server {
    config.limits.bad_commands = u16::MAX;
    config.limits.bad_commands_early = u16::MAX;
    let mut server = Server::new(Arc::new(config));
    server.greet().unwrap();
    server.transmitted(usize::MAX);
    server
}

/// Octets, what is asked of the application, and the answers written.
fn say(server: &mut Server, mut input: &[u8]) {
    loop {
        let received = server.receive(input).unwrap();
        input = &input[received.consumed..];
        match received.event {
            Some(Event::Command { ticket, command, .. }) => match command {
                Command::Authenticate(_) => server.challenge_auth(b"").unwrap(),
                _ => server.accept(ticket).unwrap(),
            },
            Some(
                Event::CommandEnd { ticket, .. }
                | Event::IdleDone { ticket }
                | Event::AuthResponse { ticket, .. },
            ) => server.accept(ticket).unwrap(),
            Some(Event::BodyWanted { .. }) => server.accept_body().unwrap(),
            Some(_) => {}
            None => break,
        }
        server.transmitted(usize::MAX);
    }
    assert!(input.is_empty());
    server.transmitted(usize::MAX);
}

/// Row X-07: nor does it keep the room for the longest command that it had.
fn a_server_between_commands_owns_nothing() {
    let mut server = new_server(everything());
    let long = [&b"A CREATE {5000}\r\n"[..], &b"x".repeat(5000), b"\r\n"].concat();
    let many = "A NOOP\r\n".repeat(16);
    let append = [&b"A APPEND x {20000}\r\n"[..], &b"x".repeat(20_000), b"\r\n"].concat();
    let refused = [&b"A FROB {20000+}\r\n"[..], &b"x".repeat(20_000), b"\r\n"].concat();
    let tag = [&b"x".repeat(100)[..], b" NOOP\r\n"].concat();
    let lines: [&[u8]; 12] = [
        b"A LOGIN user \"pass\"\r\n",
        b"A SELECT INBOX\r\n",
        b"A FETCH 1:* (FLAGS BODY[HEADER])\r\n",
        b"A SEARCH OR SEEN (NOT DELETED)\r\n",
        b"A FROB\r\n",
        b"A IDLE\r\nDONE\r\n",
        &long,
        many.as_bytes(),
        &append,
        &refused,
        &tag,
        b"A UNAUTHENTICATE\r\nA AUTHENTICATE PLAIN\r\n*\r\nA AUTHENTICATE PLAIN\r\nAA==\r\nA UNAUTHENTICATE\r\n",
    ];
    // The harness is done with its own allocations when all was said once.
    let round = |server: &mut Server| lines.into_iter().for_each(|line| say(server, line));
    (0..10).for_each(|_| round(&mut server));
    let Used { peak, left } = measure(|| (0..1000).for_each(|_| round(&mut server)));
    assert_eq!(left, 0);
    assert!(peak < 8192, "{peak}");
}

/// Row IMAP-S-24: giving up leaves nothing behind.
fn a_cancelled_exchange_leaves_nothing() {
    let mut server = new_server(plain());
    let used = measure(|| {
        for _ in 0..50_000 {
            say(&mut server, b"A AUTHENTICATE PLAIN\r\n*\r\n");
        }
    });
    assert_eq!(used.left, 0);
}

fn short_commands_cost_nothing() {
    let mut server = new_server(plain());
    say(&mut server, b"A LOGIN user pass\r\n");
    say(&mut server, b"A SELECT INBOX\r\n");
    let ok = status(StatusKind::Ok, "done");
    let used = measure(|| {
        for _ in 0..1000 {
            let received = server.receive(b"A1234 NOOP\r\n").unwrap();
            let Some(Event::Command { ticket, .. }) = received.event else { panic!() };
            server.complete(ticket, &ok).unwrap();
            server.transmitted(usize::MAX);
            say(&mut server, b"A1234 FROB\r\n");
        }
    });
    assert_eq!(used, Used::NOTHING);
}

fn a_large_message_costs_nothing() {
    let mut config = everything();
    config.limits.message = u64::MAX >> 1;
    let mut server = new_server(config);
    say(&mut server, b"A LOGIN user pass\r\n");
    say(&mut server, b"A APPEND x {9000000000000000}\r\n");
    let block = b"0123456789abcdef0123456789abcdef\r\n..dot\r\n".repeat(1000);
    // What is announced is not reserved.
    let used = measure(|| (0..200).for_each(|_| say(&mut server, &block)));
    assert_eq!(used, Used::NOTHING);
}

/// Row IMAP-S-16: an open command has its octets in the driver's buffer, and nothing here.
fn a_command_without_end_costs_nothing() {
    let mut server = new_server(plain());
    let line = [&b"A NOOP "[..], &b"(".repeat(4000)].concat();
    let used = measure(|| {
        for end in 0..line.len() {
            assert!(server.receive(&line[..end]).unwrap().event.is_none());
        }
    });
    assert_eq!(used, Used::NOTHING);
    let mut server = new_server(plain());
    // Row IMAP-S-08: nor has what is announced.
    let used = measure(|| {
        for _ in 0..1000 {
            say(&mut server, b"A LOGIN {4294967295}\r\n");
        }
    });
    assert_eq!(used, Used::NOTHING);
}

fn a_large_message_is_not_kept_on_its_way_out() {
    let mut server = new_server(plain());
    say(&mut server, b"A LOGIN user pass\r\n");
    let block = Bytes::from(vec![b'x'; 8192]);
    // The count of its owners is made with the second.
    let _second = block.clone();
    let octets = 2000 * 8192;
    let body = BodyValue::Streamed(StreamedLiteral::new(octets).unwrap());
    let item = BodySection::new(&Section::default(), None, body).unwrap();
    let head = FetchHead::new(NzNumber::new(1).unwrap(), [], FetchItem::section(item)).unwrap();
    let tail = FetchTail::last([]).unwrap();
    let used = measure(|| {
        server.send_fetch(&head, &[tail]).unwrap();
        for _ in 0..2000 {
            server.send_body(block.clone()).unwrap();
            server.transmitted(usize::MAX);
        }
        server.finish_body().unwrap();
        server.send(&Data::Exists(Number(3))).unwrap();
        server.transmitted(usize::MAX);
    });
    assert!(used.left <= 0 && used.peak < 4096, "{used:?}");
}

fn what_urls_point_at_is_not_kept_on_its_way_out() {
    let mut server = new_server(plain());
    say(&mut server, b"A LOGIN user pass\r\n");
    let block = Bytes::from(vec![b'x'; 16_384]);
    let _second = block.clone();
    let streamed = |url: Option<&'static str>, place| StreamedUrl {
        url: url.map(|url| AString::new(url).unwrap()),
        parts: Items::EMPTY,
        place,
        literal: StreamedLiteral::new(2048 * 16_384).unwrap(),
    };
    let head = UrlFetchHead::new(streamed(Some("u"), UrlPlace::Body));
    let again =
        UrlFetchTail { streamed: Some(streamed(None, UrlPlace::Binary)), ..UrlFetchTail::END };
    let used = measure(|| {
        server.send_url_fetch(&head, &[again.clone(), UrlFetchTail::END]).unwrap();
        for _ in 0..2 {
            for _ in 0..2048 {
                server.send_body(block.clone()).unwrap();
                server.transmitted(usize::MAX);
            }
            server.finish_body().unwrap();
        }
        server.transmitted(usize::MAX);
    });
    assert!(used.left <= 0 && used.peak < 4096, "{used:?}");
}

/// One test, since the allocator counts for the whole process.
#[test]
fn memory() {
    a_server_between_commands_owns_nothing();
    a_cancelled_exchange_leaves_nothing();
    short_commands_cost_nothing();
    a_large_message_costs_nothing();
    a_command_without_end_costs_nothing();
    a_large_message_is_not_kept_on_its_way_out();
    what_urls_point_at_is_not_kept_on_its_way_out();
}
