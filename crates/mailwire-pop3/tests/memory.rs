//! What the machines allocate, by a counting global allocator: in a binary of its own, with one test,
//! so that nothing else allocates beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use mailwire_pop3::client::{Client, Event as ClientEvent};
use mailwire_pop3::family::list::ListItem;
use mailwire_pop3::server::{Event, Server};
use mailwire_pop3::{Command, Item, Machine, ServerConfig};
use mailwire_testing::heap::{self, Heap, Used};
use support::{client_config, everything, number, pass, user};

#[global_allocator]
static HEAP: Heap = Heap;

fn measure(f: impl FnOnce()) -> Used {
    heap::measure(&HEAP, f)
}

fn new_server(config: ServerConfig) -> Server {
    let mut server = Server::new(std::sync::Arc::new(config));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    server
}

/// One line, and an answer that has one line.
fn answer(server: &mut Server, line: &[u8]) {
    take(server, line);
    server.transmitted(usize::MAX);
}

/// One line; what is no error is accepted.
fn take(server: &mut Server, line: &[u8]) {
    let received = server.receive(line).unwrap();
    assert_eq!(received.consumed, line.len());
    match received.event {
        Some(Event::Command { .. }) => server.accept().unwrap(),
        Some(Event::Rejected { .. }) => {}
        other => panic!("{other:?}"),
    }
}

fn log_in(server: &mut Server) {
    answer(server, b"USER user\r\n");
    answer(server, b"PASS pass word\r\n");
}

fn a_server_between_commands_owns_nothing() {
    let mut config = everything();
    config.limits.bad_commands = u16::MAX;
    let mut server = new_server(config);
    log_in(&mut server);
    let long = [&b"NOOP "[..], &b"x".repeat(4000), b"\r\n"].concat();
    let lines: [&[u8]; 6] =
        [b"DELE 1\r\n", b"NOOP\r\n", b"RSET\r\n", b"FOO bar\r\n", b"RETR 0\r\n", &long];
    let used = measure(|| {
        for _ in 0..10_000 / lines.len() {
            for line in lines {
                answer(&mut server, line);
            }
        }
    });
    assert_eq!(used, Used::NOTHING);
}

fn a_long_listing_costs_a_server_what_is_queued() {
    let mut server = new_server(everything());
    log_in(&mut server);
    let used = measure(|| {
        take(&mut server, b"LIST\r\n");
        for message in 1..=20_000 {
            server.send_item(&Item::Size(ListItem::new(number(message), 1000))).unwrap();
            server.transmitted(usize::MAX);
        }
        server.finish_list().unwrap();
        server.transmitted(usize::MAX);
    });
    assert!(used.left == 0 && used.peak < 1024, "{used:?}");
}

fn a_large_message_is_not_kept_by_a_server() {
    let mut server = new_server(everything());
    log_in(&mut server);
    let block = Bytes::from(b"0123456789abcdef0123456789abcdef\r\n.dot\r\n".repeat(200));
    let part = |server: &mut Server| {
        server.send_body(block.clone()).unwrap();
        server.transmitted(usize::MAX);
    };
    take(&mut server, b"RETR 1\r\n");
    let one = measure(|| part(&mut server)).peak;
    let used = measure(|| (0..2000).for_each(|_| part(&mut server)));
    // The places of the slices, and nothing of the body; given back with the last octet.
    assert!(used.left == 0 && used.peak < one + 64 && used.peak < 32_768, "{used:?} {one}");
    server.finish_body().unwrap();
}

fn new_client() -> Client {
    let mut client = Client::new(client_config());
    hear(&mut client, b"+OK ready\r\n");
    for (command, said) in [
        (Command::Capa, &b"+OK\r\nUSER\r\nPIPELINING\r\n.\r\n"[..]),
        (user("user"), b"+OK\r\n"),
        (pass("x"), b"+OK\r\n"),
    ] {
        ask(&mut client, &command, said);
    }
    client
}

/// A command, written, and its answer.
fn ask(client: &mut Client, command: &Command<'_>, answer: &[u8]) {
    client.send(command).unwrap();
    client.transmitted(usize::MAX);
    hear(client, answer);
}

fn hear(client: &mut Client, mut input: &[u8]) {
    loop {
        let received = client.receive(input).unwrap();
        input = &input[received.consumed..];
        match received.event {
            None => break,
            Some(ClientEvent::Unanswered { .. } | ClientEvent::Desync { .. }) => {
                panic!("no answer")
            }
            Some(_) => {}
        }
    }
    assert!(input.is_empty());
}

fn a_client_allocates_nothing_for_a_command() {
    let mut client = new_client();
    let round = |client: &mut Client| {
        ask(client, &Command::Noop, b"+OK\r\n");
        ask(client, &Command::Stat, b"+OK 2 320\r\n");
        ask(client, &Command::List(None), b"+OK\r\n1 120\r\n2 200\r\n.\r\n");
        ask(client, &Command::Retr(number(1)), b"+OK\r\nSubject: one\r\n\r\n..\r\n.\r\n");
        ask(client, &Command::Dele(number(9)), b"-ERR [SYS/PERM] no such message\r\n");
    };
    round(&mut client);
    assert_eq!(measure(|| (0..1000).for_each(|_| round(&mut client))), Used::NOTHING);
}

fn a_large_message_costs_a_client_nothing() {
    let mut client = new_client();
    let block = b"0123456789abcdef0123456789abcdef\r\n..dot\r\n".repeat(1000);
    let list = b"17 1000\r\n".repeat(1000);
    ask(&mut client, &Command::Retr(number(1)), b"+OK\r\n");
    let used = measure(|| (0..20).for_each(|_| hear(&mut client, &block)));
    assert_eq!(used, Used::NOTHING);
    hear(&mut client, b".\r\n");
    ask(&mut client, &Command::List(None), b"+OK\r\n");
    let used = measure(|| (0..20).for_each(|_| hear(&mut client, &list)));
    assert_eq!(used, Used::NOTHING);
}

/// One test, since the allocator counts for the whole process.
#[test]
fn memory() {
    a_server_between_commands_owns_nothing();
    a_long_listing_costs_a_server_what_is_queued();
    a_large_message_is_not_kept_by_a_server();
    a_client_allocates_nothing_for_a_command();
    a_large_message_costs_a_client_nothing();
}
