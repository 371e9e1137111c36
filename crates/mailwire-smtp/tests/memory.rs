//! What the machines allocate, by a counting global allocator: in a binary of its own, with one test,
//! so that nothing else allocates beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use mailwire_smtp::client::{Client, ClientConfig, Event as ClientEvent};
use mailwire_smtp::family::bdat::Bdat;
use mailwire_smtp::server::{Event, Server};
use mailwire_smtp::{Command, Machine, ServerConfig};
use mailwire_testing::heap::{self, Heap, Used};
use support::{ehlo, everything, mail, rcpt, with_auth};

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

/// One line, its answer, and the answer written.
fn answer(server: &mut Server, line: &[u8]) {
    let received = server.receive(line).unwrap();
    assert_eq!(received.consumed, line.len());
    match received.event {
        Some(Event::Command { command: Command::Data | Command::Bdat(_), .. }) => {
            server.accept_body().unwrap();
        }
        Some(Event::Command { .. }) => server.accept().unwrap(),
        Some(Event::Rejected { .. }) => {}
        other => panic!("{other:?}"),
    }
    server.transmitted(usize::MAX);
}

/// Octets of a body, and its end if it is in them.
fn body(server: &mut Server, mut input: &[u8]) {
    loop {
        let received = server.receive(input).unwrap();
        input = &input[received.consumed..];
        match received.event {
            Some(Event::BodyChunk(_)) => {}
            Some(Event::BodyEnd(_)) => server.accept().unwrap(),
            None => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(input.is_empty());
    server.transmitted(usize::MAX);
}

/// Row X-07: nor does it keep the room for the longest line that it had.
fn a_server_between_commands_owns_nothing() {
    let mut config = with_auth();
    config.limits.bad_commands = u16::MAX;
    config.limits.bad_commands_early = u16::MAX;
    let mut server = new_server(config);
    let long = [&b"VRFY "[..], &b"x".repeat(4000), b"\r\n"].concat();
    let lines: [&[u8]; 9] = [
        b"EHLO a\r\n",
        b"MAIL FROM:<a@x> SIZE=1 BODY=8BITMIME ENVID=abc RET=HDRS\r\n",
        b"RCPT TO:<b@x> NOTIFY=NEVER ORCPT=rfc822;b@x\r\n",
        b"RSET\r\n",
        b"FOO bar\r\n",
        b"MAIL FROM:<<>\r\n",
        b"NOOP\r\n",
        b"HELP x\r\n",
        &long,
    ];
    let Used { peak, left } = measure(|| {
        for _ in 0..10_000 / lines.len() {
            for line in lines {
                answer(&mut server, line);
            }
        }
    });
    assert_eq!(left, 0);
    // Only the reply to EHLO does not fit into the machine.
    assert!(peak < 8192, "{peak}");
}

fn a_server_allocates_nothing_for_a_message() {
    let mut server = new_server(everything());
    answer(&mut server, b"EHLO a\r\n");
    let lines = b"0123456789abcdef0123456789abcdef\r\n..dot\r\n".repeat(1000);
    let used = measure(|| {
        for _ in 0..200 {
            answer(&mut server, b"MAIL FROM:<a@x> SIZE=1\r\n");
            answer(&mut server, b"RCPT TO:<b@x>\r\n");
            answer(&mut server, b"RCPT TO:<c@x>\r\n");
            answer(&mut server, b"NOOP\r\n");
            answer(&mut server, b"DATA\r\n");
            body(&mut server, &lines[..4000]);
            body(&mut server, b"\r\n.\r\n");
            answer(&mut server, b"MAIL FROM:<a@x>\r\n");
            answer(&mut server, b"RCPT TO:<b@x>\r\n");
            answer(&mut server, b"BDAT 4000 LAST\r\n");
            body(&mut server, &lines[..4000]);
        }
    });
    assert_eq!(used, Used::NOTHING);
}

fn a_large_body_costs_a_server_nothing() {
    let mut config = everything();
    config.limits.message = u64::MAX;
    let mut server = new_server(config);
    for line in ["EHLO a\r\n", "MAIL FROM:<a@x>\r\n", "RCPT TO:<b@x>\r\n"] {
        answer(&mut server, line.as_bytes());
    }
    let mut chunked = server.clone();
    let block = b"0123456789abcdef0123456789abcdef\r\n..dot\r\n".repeat(1000);
    let used = measure(|| {
        answer(&mut server, b"DATA\r\n");
        (0..200).for_each(|_| body(&mut server, &block));
        // What is announced is not reserved.
        answer(&mut chunked, b"BDAT 2000000000000\r\n");
        body(&mut chunked, &block);
    });
    assert_eq!(used, Used::NOTHING);
}

fn what_is_too_long_or_too_much_costs_nothing() {
    let mut config = everything();
    config.limits.message = 1000;
    let mut server = new_server(config);
    answer(&mut server, b"EHLO a\r\n");
    let block = vec![b'a'; 1 << 16];
    let refused = "a".repeat(1500);
    let used = measure(|| {
        for _ in 0..1000 {
            assert_eq!(server.receive(&block).unwrap().consumed, block.len());
        }
        assert!(matches!(server.receive(b"\r\n").unwrap().event, Some(Event::Rejected { .. })));
        server.transmitted(usize::MAX);
        answer(&mut server, b"MAIL FROM:<a@x>\r\n");
        answer(&mut server, b"RCPT TO:<b@x>\r\n");
        answer(&mut server, b"BDAT 1500\r\n");
        assert_eq!(server.receive(refused.as_bytes()).unwrap().consumed, 1500);
        server.transmitted(usize::MAX);
    });
    assert_eq!(used, Used::NOTHING);
}

fn new_client() -> Client {
    let mut client = Client::new(ClientConfig::default());
    client.receive(b"220 x\r\n").unwrap();
    ask(&mut client, &ehlo(), b"250-x\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
    client
}

/// A command, written, and its reply.
fn ask(client: &mut Client, command: &Command<'_>, reply: &[u8]) {
    client.send(command).unwrap();
    client.transmitted(usize::MAX);
    hear(client, reply);
}

fn hear(client: &mut Client, mut input: &[u8]) {
    loop {
        let received = client.receive(input).unwrap();
        input = &input[received.consumed..];
        match received.event {
            Some(ClientEvent::Reply { .. } | ClientEvent::BodyWanted(_)) => {}
            None => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(input.is_empty());
}

fn a_client_allocates_nothing_for_a_command() {
    let mut client = new_client();
    let commands = [mail("a"), rcpt("b"), Command::Noop(None), Command::Rset];
    let round = |client: &mut Client| {
        for command in &commands {
            ask(
                client,
                command,
                b"250 2.1.0 this is a reply that is as long as they are today\r\n",
            );
        }
    };
    round(&mut client);
    let used = measure(|| (0..2500).for_each(|_| round(&mut client)));
    assert_eq!(used, Used::NOTHING);
}

fn a_large_body_is_not_kept_by_a_client() {
    let mut client = new_client();
    for command in [mail("a"), rcpt("b")] {
        ask(&mut client, &command, b"250 ok\r\n");
    }
    let block = Bytes::from(b"0123456789abcdef0123456789abcdef\r\n.dot\r\n".repeat(200));
    let mut chunked = client.clone();
    ask(&mut client, &Command::Data, b"354 go\r\n");
    let part = |client: &mut Client| {
        client.send_body(block.clone()).unwrap();
        client.transmitted(usize::MAX);
    };
    let one = measure(|| part(&mut client)).peak;
    let Used { peak, left } = measure(|| (0..2000).for_each(|_| part(&mut client)));
    // The places of the slices, and nothing of the body; given back with the last octet.
    assert!(left == 0 && peak < one + 64 && peak < 32_768, "{peak} {one} {left}");
    client.finish_body().unwrap();
    let size = 2000 * block.len() as u64;
    chunked.send(&Command::Bdat(Bdat { size, last: true })).unwrap();
    chunked.transmitted(usize::MAX);
    let peak = measure(|| (0..2000).for_each(|_| part(&mut chunked))).peak;
    assert!(peak < 1024, "{peak}");
    chunked.finish_body().unwrap();
}

/// One test, since the allocator counts for the whole process.
#[test]
fn memory() {
    a_server_between_commands_owns_nothing();
    a_server_allocates_nothing_for_a_message();
    a_large_body_costs_a_server_nothing();
    what_is_too_long_or_too_much_costs_nothing();
    a_client_allocates_nothing_for_a_command();
    a_large_body_is_not_kept_by_a_client();
}
