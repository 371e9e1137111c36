//! The POP3 workloads and their contenders.
//!
//! Everyone gets the same bytes, and hands every value to the optimizer as used. The peer has no state
//! between reads: it starts over with each, so that it gets every answer in one piece.

use std::hint::black_box;

use mailwire_core::InputBuffer;
use mailwire_core::line::{Framed, LineFramer};
use mailwire_pop3::client::{Client, ClientConfig, Event};
use mailwire_pop3::element::message_number::MessageNumber;
use mailwire_pop3::framing::{Listed, ListingFramer};
use mailwire_pop3::{Command, Item, Listing, Machine};
use pop3_codec::parse;

use crate::workload::{
    BODY, CHUNK, HOSTS, Numbers, USERS, leak, mail_text, memchr_lines, skip_line, stream,
    with_ceilings,
};
use crate::{Group, Groups};

/// Entries of a listing: a maildrop that nobody has emptied in years.
const ENTRIES: u32 = 100_000;
/// Octets of a line of a listing, at most.
const LINE: usize = 512;

/// Every group: its name, and how it is made.
pub const GROUPS: Groups = &[("p1", unique_ids), ("p1b", sizes), ("p2", message), ("p3", commands)];

/// A client in the TRANSACTION state. It lives through all passes: what is measured is the answer,
/// and not the way there.
fn client() -> Client {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    let mut client = Client::new(config);
    client.receive(b"+OK ready\r\n").expect("a greeting");
    for line in [&b"USER alice\r\n"[..], b"PASS secret\r\n"] {
        ask(&mut client, &Command::parse(line).expect("a command"));
        client.receive(b"+OK\r\n").expect("an answer");
    }
    assert!(client.is_authenticated());
    client
}

/// Gives a command and writes it.
fn ask(client: &mut Client, command: &Command<'_>) {
    client.send(command).expect("a command that is legal here");
    client.transmitted(client.transmit().len());
}

/// Takes what can be taken of `input`, counts the items or chunks in it, and says how much is left.
fn take<'i>(client: &mut Client, mut input: &'i [u8], items: &mut u64) -> &'i [u8] {
    loop {
        let received = client.receive(input).expect("a server that keeps to the rules");
        input = &input[received.consumed..];
        match black_box(&received.event) {
            None => return input,
            Some(Event::Item { item, .. }) => *items += u64::from(item.listing().is_some()),
            Some(_) => {}
        }
    }
}

/// The contenders that are the same for all listings.
fn listing_group(
    item: &'static str,
    command: &'static Command<'static>,
    listing: Listing,
    text: &'static [u8],
) -> Group {
    let (mut whole, mut read) = (client(), client());
    let mut buffer = InputBuffer::new(1 << 16);
    Group::new(item, ENTRIES as usize, text.len())
        .row("mailwire", move || {
            let mut items = 0;
            ask(&mut whole, command);
            assert!(take(&mut whole, text, &mut items).is_empty());
            assert_eq!(whole.in_flight(), 0);
            items
        })
        .row("mailwire, chunked", move || {
            let mut items = 0;
            ask(&mut read, command);
            for chunk in text.chunks(CHUNK) {
                let mut unread = chunk;
                while !unread.is_empty() {
                    // What a socket does: it writes where the buffer has room.
                    let space = buffer.space().expect("there is room");
                    let (now, later) = unread.split_at(unread.len().min(space.len()));
                    space[..now.len()].copy_from_slice(now);
                    buffer.filled(now.len());
                    unread = later;
                    let input = buffer.bytes();
                    let left = take(&mut read, input, &mut items).len();
                    let used = input.len() - left;
                    buffer.consume(used);
                }
            }
            assert_eq!(read.in_flight(), 0);
            items
        })
        .row("mailwire, without the client", move || {
            let (mut framer, mut items) = (ListingFramer::new(), 0);
            let mut rest = skip_line(text);
            while let Listed::Item { line, consumed, .. } = framer.frame(rest, LINE) {
                items += u64::from(black_box(&Item::parse(line, listing)).listing().is_some());
                rest = &rest[consumed..];
            }
            items
        })
}

fn unique_ids() -> Group {
    let mut numbers = Numbers(88_172_645_463_325_252);
    let mut text = format!("+OK {ENTRIES} messages\r\n");
    for number in 1..=ENTRIES {
        let id = numbers.below(1 << 40);
        text.push_str(&format!(
            "{number} {:08x}{id:010x}.{:04x}\r\n",
            0x5f3a_0000 + number,
            id >> 24
        ));
    }
    text.push_str(".\r\n");
    let text = leak(text.into_bytes());
    listing_group("a line of UIDL", &Command::Uidl(None), Listing::UniqueIds, text)
        .row("pop3-codec", move || {
            let parsed = black_box(parse::response_uidl_all(text));
            parsed.map_or(0, |(_, response)| response.unwrap().body.len() as u64)
        })
        .row("lines alone (memchr)", move || memchr_lines(text) - 2)
}

fn sizes() -> Group {
    let mut numbers = Numbers(362_436_069);
    let mut text = format!("+OK {ENTRIES} messages\r\n");
    for number in 1..=ENTRIES {
        let size = 700 + numbers.below(if number % 8 == 0 { 9_000_000 } else { 60_000 });
        text.push_str(&format!("{number} {size}\r\n"));
    }
    text.push_str(".\r\n");
    let text = leak(text.into_bytes());
    listing_group("a line of LIST", &Command::List(None), Listing::Sizes, text)
        .row("pop3-codec", move || {
            let parsed = black_box(parse::response_list_all(text));
            parsed.map_or(0, |(_, response)| response.unwrap().body.len() as u64)
        })
        .row("lines alone (memchr)", move || memchr_lines(text) - 2)
}

fn message() -> Group {
    let mut text = format!("+OK {BODY} octets\r\n").into_bytes();
    text.extend_from_slice(&mail_text(true));
    text.extend_from_slice(b".\r\n");
    let text = leak(text);
    let mut client = client();
    let group = Group::new("a chunk of 16 KiB", text.len().div_ceil(CHUNK), text.len())
        .row("mailwire", move || {
            let (mut chunks, mut items) = (0, 0);
            ask(&mut client, &Command::Retr(MessageNumber::FIRST));
            for chunk in text.chunks(CHUNK) {
                assert!(take(&mut client, chunk, &mut items).is_empty());
                chunks += 1;
            }
            assert_eq!(client.in_flight(), 0);
            chunks
        })
        .row("pop3-codec, all at once", move || {
            let parsed = black_box(parse::response_retr(text));
            parsed.map_or(0, |_| text.len().div_ceil(CHUNK) as u64)
        });
    with_ceilings(group, text)
}

/// The sessions of a server's day: about 11 octets per command.
fn command_lines() -> Vec<String> {
    let mut numbers = Numbers(521_288_629);
    let mut lines = Vec::new();
    for session in 0..96 {
        let n = &mut numbers;
        lines.push("CAPA".into());
        match session % 4 {
            0 => lines.push("AUTH PLAIN AGFsaWNlAGNvcnJlY3QgaG9yc2U=".into()),
            1 => lines.push(format!(
                "APOP {}@{} c4c9334bac560ecc979e58001b3e22fb",
                n.of(USERS),
                n.of(HOSTS)
            )),
            _ => {
                lines.push(format!("USER {}", n.of(USERS)));
                lines.push("PASS correct horse".into());
            }
        }
        lines.extend(["STAT".into(), "LIST".into(), "UIDL".into()]);
        for _ in 0..2 + n.below(6) {
            let message = 1 + n.below(3000);
            match n.below(4) {
                0 => lines.push(format!("TOP {message} {}", n.below(30))),
                1 => lines.push(format!("LIST {message}")),
                2 => lines.push(format!("UIDL {message}")),
                _ => {}
            }
            lines.push(format!("RETR {message}"));
            lines.push(format!("DELE {message}"));
        }
        match session % 8 {
            0 => lines.push("RSET".into()),
            1 => lines.push("STLS".into()),
            2 => lines.push("UTF8".into()),
            3 => lines.push("LANG en".into()),
            _ => lines.push("NOOP".into()),
        }
        lines.push("QUIT".into());
    }
    lines
}

fn commands() -> Group {
    let lines = command_lines();
    let stream = stream(&lines);
    Group::new("a command: framed, parsed", lines.len(), stream.len())
        .row("mailwire", move || {
            let (mut framer, mut rest, mut items) = (LineFramer::new(), stream, 0);
            while let Framed::Line { consumed, .. } = framer.frame(rest, LINE) {
                let (frame, behind) = rest.split_at(consumed);
                items += u64::from(black_box(&Command::parse(frame)).is_ok());
                rest = behind;
            }
            items
        })
        .row("pop3-codec", move || {
            let (mut rest, mut items) = (stream, 0);
            while !rest.is_empty() {
                rest = match black_box(&parse::command(rest)) {
                    Ok((behind, _)) => {
                        items += 1;
                        behind
                    }
                    Err(_) => skip_line(rest),
                };
            }
            items
        })
        .row("lines alone (memchr)", move || memchr_lines(stream))
}
