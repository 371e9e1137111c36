//! What a client allocates. The test stands alone in its binary, so that nothing else allocates beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bytes::Bytes;
use mailwire_imap::client::{Client, ClientConfig, Event};
use mailwire_imap::element::literal::Literal;
use mailwire_imap::element::mailbox::Mailbox;
use mailwire_imap::family::append::{Append, AppendData, AppendMessage};
use mailwire_imap::{Command, Machine};
use mailwire_testing::heap::{Heap, Used, measure};

#[global_allocator]
static HEAP: Heap = Heap;

/// Gives octets to a client until there is no event.
fn hear(client: &mut Client, mut input: &[u8]) -> usize {
    let mut events = 0;
    client.transmitted(usize::MAX);
    loop {
        let received = client.receive(input).unwrap();
        input = &input[received.consumed..];
        if received.event.is_none() {
            assert!(input.is_empty());
            return events;
        }
        events += 1;
    }
}

#[test]
fn memory_does_not_depend_on_messages() {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    let mut client = Client::new(config);
    hear(&mut client, b"* OK [CAPABILITY IMAP4rev1 IDLE LITERAL+] ready\r\n");
    client.send(&Command::parse(b"LOGIN a b").unwrap()).unwrap();
    hear(&mut client, b"A1 OK [CAPABILITY IMAP4rev1 IDLE LITERAL+] in\r\n");
    client.send(&Command::parse(b"SELECT x").unwrap()).unwrap();
    hear(&mut client, b"A2 OK in\r\n");

    // What comes unasked needs none. The test's runner may still be busy the first time.
    let used = (0..5)
        .map(|_| {
            measure(&HEAP, || {
                for _ in 0..1000 {
                    hear(
                        &mut client,
                        b"* 5 EXISTS\r\n* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n* OK still here\r\n",
                    );
                }
            })
        })
        .min_by_key(|used| used.peak)
        .unwrap();
    assert_eq!(used, Used::NOTHING);

    // A command leaves nothing behind, and many leave no room.
    let used = measure(&HEAP, || {
        client.send(&Command::Noop).unwrap();
        hear(&mut client, b"A3 OK done\r\n");
    });
    assert!(used.peak < 1024 && used.left == 0, "{used:?}");
    let used = measure(&HEAP, || {
        let many: Vec<_> = (0..50).map(|_| client.send(&Command::Noop).unwrap()).collect();
        for ticket in many {
            hear(&mut client, format!("{} OK done\r\n", ticket.tag().as_str()).as_bytes());
        }
    });
    assert!(used.left <= 0, "{used:?}");

    // Ten million octets in.
    let chunk = vec![b'x'; 100_000];
    let used = measure(&HEAP, || {
        hear(&mut client, b"* 1 FETCH (UID 7 BODY[] {10000000}\r\n");
        for _ in 0..100 {
            assert_eq!(hear(&mut client, &chunk), 1 + usize::from(client_is_done(&client)));
        }
        hear(&mut client, b")\r\n");
    });
    assert!(used.peak < 4096 && used.left <= 0, "{used:?}");

    // 64 MiB of what a URL points at, in pieces of 16 KiB.
    let piece = vec![b'x'; 16_384];
    let used = measure(&HEAP, || {
        hear(&mut client, b"* URLFETCH u (BINARY ~{67108864}\r\n");
        for _ in 0..4096 {
            hear(&mut client, &piece);
        }
        hear(&mut client, b") v NIL\r\n");
    });
    assert!(used.peak < 4096 && used.left <= 0, "{used:?}");

    // And as many out.
    let literal = Literal::streamed(10_000_000).unwrap();
    let message = AppendMessage::new(AppendData::Message(literal));
    let append = Command::Append(Append::new(Mailbox::new("x").unwrap(), message).into());
    let body = Bytes::from(chunk);
    let used = measure(&HEAP, || {
        client.send(&append).unwrap();
        let event = client.receive(b"").unwrap().event;
        assert!(matches!(event, Some(Event::BodyWanted { size: 10_000_000, .. })));
        for _ in 0..100 {
            client.send_body(body.clone()).unwrap();
            client.transmitted(usize::MAX);
        }
        client.finish_body().unwrap();
        hear(&mut client, b"A54 OK done\r\n");
    });
    // Room for a few commands is kept.
    assert!(used.peak < 4096 && used.left < 256, "{used:?}");
}

/// The last octets are followed by the end.
fn client_is_done(client: &Client) -> bool {
    !matches!(client.waiting_for(), mailwire_imap::Wait::Body)
}
