//! The IMAP workloads and their contenders.
//!
//! Everyone gets the same bytes, borrows from them, and hands every value to the optimizer as used. Ours
//! includes the framing; the peers find the end of a response as they parse it.

use std::hint::black_box;

use imap_codec::decode::Decoder;
use imap_codec::encode::Encoder as _;
use imap_codec::{CommandCodec, ResponseCodec};
use imap_next::State as _;
use imap_next::client::{Client as NextClient, Event as NextEvent, Options as NextOptions};
use mailwire_core::parse::Wire;
use mailwire_core::{Encoder, InputBuffer};
use mailwire_imap::client::{Client, ClientConfig, Event as ClientEvent};
use mailwire_imap::framing::{CommandFramer, FrameLimits, Framed, ResponseFramer};
use mailwire_imap::{Data, Limits, Machine, Mode, Response, TaggedCommand};

use crate::workload::{CHUNK, HOSTS, Numbers, READ, USERS, memchr_lines, stream};
use crate::{Group, Groups};

/// Every group: its name, and how it is made.
pub const GROUPS: Groups = &[
    ("i1", envelopes),
    ("i2", structures),
    ("i3", flags),
    ("i4", numbers),
    ("i4b", sets),
    ("i5", lists),
    ("i7", client_stream),
    ("i8", commands),
    ("i9a", encode_commands),
    ("i9b", encode_flags),
    ("i9c", encode_envelopes),
];

/// Responses in a workload.
const ITEMS: usize = 2000;

fn limits() -> FrameLimits {
    Limits::default().responses()
}

/// Frames and parses every response; `look` looks at its value.
fn ours(stream: &[u8], mut look: impl FnMut(&Response<'_>) -> u64) -> u64 {
    let (mut framer, limits) = (ResponseFramer::new(), limits());
    let (mut rest, mut items) = (stream, 0);
    loop {
        match framer.frame(rest, &limits) {
            Framed::Message { frame, .. } => {
                let parsed = Response::parse(frame);
                items += black_box(&parsed).as_ref().map_or(0, &mut look);
                rest = &rest[frame.len()..];
            }
            Framed::Literal { .. } => framer.accept(),
            _ => return items,
        }
    }
}

/// The same from a buffer that fills read by read.
fn ours_chunked(stream: &[u8], mut look: impl FnMut(&Response<'_>) -> u64) -> u64 {
    let (mut framer, limits) = (ResponseFramer::new(), limits());
    let (mut from, mut to, mut items) = (0, 0, 0);
    while to < stream.len() {
        to = stream.len().min(to + READ);
        loop {
            match framer.frame(&stream[from..to], &limits) {
                Framed::Message { frame, .. } => {
                    let parsed = Response::parse(frame);
                    items += black_box(&parsed).as_ref().map_or(0, &mut look);
                    from += frame.len();
                }
                Framed::Literal { .. } => framer.accept(),
                _ => break,
            }
        }
    }
    items
}

fn codec(stream: &[u8]) -> u64 {
    let (codec, mut rest, mut items) = (ResponseCodec::new(), stream, 0);
    while let Ok((behind, response)) = codec.decode(rest) {
        black_box(&response);
        items += 1;
        rest = behind;
    }
    items
}

fn proto(stream: &[u8]) -> u64 {
    let (mut rest, mut items) = (stream, 0);
    while let Ok((behind, response)) = imap_proto::Response::parse(rest) {
        black_box(&response);
        items += 1;
        rest = behind;
    }
    items
}

fn responses(item: &'static str, items: usize, stream: &'static [u8]) -> Group {
    Group::new(item, items, stream.len())
        .row("mailwire", move || ours(stream, |_| 1))
        .row("mailwire, chunked", move || ours_chunked(stream, |_| 1))
        .row("imap-codec", move || codec(stream))
        .row("imap-proto", move || proto(stream))
        .row("lines alone (memchr)", move || memchr_lines(stream))
}

const SUBJECTS: &[&str] = &[
    "Re: minutes of the last meeting",
    "Your invoice 2024-0815 from Example Ltd",
    "[list] Call for papers: second round",
    "=?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=",
    "lunch?",
];

fn address(numbers: &mut Numbers) -> String {
    let (user, host) = (numbers.of(USERS), numbers.of(HOSTS));
    match numbers.below(3) {
        0 => format!("(NIL NIL \"{user}\" \"{host}\")"),
        1 => format!("(\"{user} of {host}\" NIL \"{user}\" \"{host}\")"),
        _ => format!("(\"Doe, Jane\" NIL \"{user}\" \"{host}\")"),
    }
}

fn addresses(numbers: &mut Numbers, count: usize) -> String {
    match count {
        0 => "NIL".into(),
        _ => format!("({})", (0..count).map(|_| address(numbers)).collect::<String>()),
    }
}

fn envelope_lines() -> Vec<String> {
    let mut numbers = Numbers(88_172_645_463_325_252);
    let n = &mut numbers;
    let line = |message: usize| {
        let from = addresses(n, 1);
        let (to, cc, id) = (1 + n.below(3), n.below(3), n.below(1 << 40));
        let (to, cc) = (addresses(n, to), addresses(n, cc));
        format!(
            "* {} FETCH (UID {} FLAGS (\\Seen) INTERNALDATE \"17-Jul-2024 02:44:25 -0700\" RFC822.SIZE {} \
             ENVELOPE (\"Wed, 17 Jul 2024 02:23:25 -0700 (PDT)\" \"{}\" {from} {from} {from} {to} {cc} NIL \
             NIL \"<{id:x}.{message}@{}>\"))",
            message + 1,
            4000 + 2 * message,
            2000 + n.below(90_000),
            n.of(SUBJECTS),
            n.of(HOSTS),
        )
    };
    (0..ITEMS).map(line).collect()
}

fn envelopes() -> Group {
    responses("a FETCH with an ENVELOPE", ITEMS, stream(&envelope_lines()))
}

/// Messages of which a client hears in one stream.
const STREAM: usize = 10_000;

/// A client with a mailbox open. It lives through all passes: what is measured is the stream.
fn client() -> Client {
    let mut config = ClientConfig::default();
    config.preauth = true;
    config.implicit_tls = true;
    let mut client = Client::new(config);
    let greeting = b"* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n";
    assert_eq!(client.receive(greeting).expect("a greeting").consumed, greeting.len());
    client
}

/// Both clients hear the stream in reads of a socket, and hand out every message.
fn client_stream() -> Group {
    let lines = envelope_lines();
    let lines: Vec<String> = lines.iter().cycle().take(STREAM).cloned().collect();
    let wire = stream(&lines);
    let mut ours = client();
    let mut buffer = InputBuffer::new(1 << 16);
    let mut theirs = NextClient::new(NextOptions::default());
    theirs.enqueue_input(b"* PREAUTH ready\r\n");
    assert!(matches!(theirs.next(), Ok(NextEvent::GreetingReceived { .. })));
    Group::new("a FETCH with an ENVELOPE, heard by a client", STREAM, wire.len())
        .row("mailwire", move || {
            let mut messages = 0;
            for chunk in wire.chunks(CHUNK) {
                let mut unread = chunk;
                while !unread.is_empty() {
                    // What a socket does: it writes where the buffer has room.
                    let space = buffer.space().expect("there is room");
                    let (now, later) = unread.split_at(unread.len().min(space.len()));
                    space[..now.len()].copy_from_slice(now);
                    buffer.filled(now.len());
                    unread = later;
                    loop {
                        let received = ours.receive(buffer.bytes()).expect("a legal stream");
                        let heard = matches!(
                            black_box(&received.event),
                            Some(ClientEvent::Response { data: Data::Fetch(_), .. })
                        );
                        let (consumed, done) = (received.consumed, received.event.is_none());
                        drop(received);
                        buffer.consume(consumed);
                        messages += u64::from(heard);
                        if done {
                            break;
                        }
                    }
                }
            }
            messages
        })
        .row("imap-next", move || {
            let mut messages = 0;
            for chunk in wire.chunks(CHUNK) {
                theirs.enqueue_input(chunk);
                while let Ok(event) = theirs.next() {
                    messages +=
                        u64::from(matches!(black_box(&event), NextEvent::DataReceived { .. }));
                }
            }
            messages
        })
}

fn structures() -> Group {
    let mut numbers = Numbers(362_436_069);
    let n = &mut numbers;
    let line = |message: usize| {
        let (one, two, three) = (n.below(9000), n.below(20_000), n.below(900_000));
        let boundary = n.below(1 << 40);
        format!(
            "* {} FETCH (UID {} BODYSTRUCTURE (((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \
             \"quoted-printable\" {one} 40 NIL NIL NIL NIL)(\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \
             \"quoted-printable\" {two} 312 NIL NIL NIL NIL) \"alternative\" (\"boundary\" \
             \"----=_Part_{boundary:x}\") NIL NIL NIL)(\"application\" \"pdf\" (\"name\" \"invoice.pdf\") NIL \
             NIL \"base64\" {three} NIL (\"attachment\" (\"filename\" \"invoice.pdf\" \"size\" \"{three}\")) NIL \
             NIL) \"mixed\" (\"boundary\" \"----=_Next_{boundary:x}\") NIL (\"en\") NIL))",
            message + 1,
            4000 + message,
        )
    };
    let lines: Vec<String> = (0..ITEMS).map(line).collect();
    responses("a FETCH with a BODYSTRUCTURE", ITEMS, stream(&lines))
}

fn flag_lines() -> Vec<String> {
    let mut numbers = Numbers(521_288_629);
    let n = &mut numbers;
    let sets =
        ["", "\\Seen", "\\Seen \\Answered", "\\Seen $Forwarded", "\\Flagged", "\\Seen NonJunk"];
    let line = |message: usize| {
        let (set, mod_seq) = (n.of(&sets), 715_194_000_000_usize + n.below(1 << 30));
        format!(
            "* {} FETCH (UID {} FLAGS ({set}) MODSEQ ({mod_seq}))",
            message + 1,
            4000 + 3 * message
        )
    };
    (0..ITEMS).map(line).collect()
}

fn flags() -> Group {
    responses("a FETCH with UID, FLAGS and MODSEQ", ITEMS, stream(&flag_lines()))
}

/// How many numbers a search finds.
const FOUND: usize = 500_000;

fn numbers() -> Group {
    let mut line = String::from("* SEARCH");
    let (mut numbers, mut number) = (Numbers(88_675_123), 0);
    for _ in 0..FOUND {
        number += 1 + numbers.below(9);
        line.push_str(&format!(" {number}"));
    }
    let wire = stream(&[line]);
    Group::new("a number of SEARCH, added up", FOUND, wire.len())
        .row("mailwire", move || {
            ours(wire, |response| match response {
                Response::Data(Data::Search(found)) => {
                    found.numbers().iter().fold(0, |count, number| {
                        black_box(number);
                        count + 1
                    })
                }
                _ => 0,
            })
        })
        .row("imap-codec", move || {
            use imap_codec::imap_types::response::{Data as Found, Response as Theirs};
            match &ResponseCodec::new().decode(wire) {
                Ok((_, Theirs::Data(Found::Search(found, _)))) => {
                    found.iter().map(black_box).count() as u64
                }
                _ => 0,
            }
        })
        .row("imap-proto", move || match imap_proto::Response::parse(wire) {
            Ok((_, imap_proto::Response::MailboxData(imap_proto::MailboxDatum::Search(found)))) => {
                found.iter().map(black_box).count() as u64
            }
            _ => 0,
        })
}

fn sets() -> Group {
    const RANGES: usize = 100_000;
    let mut line = String::from("* VANISHED (EARLIER) ");
    let (mut numbers, mut number) = (Numbers(123_456_789), 0);
    for range in 0..RANGES {
        number += 2 + numbers.below(9);
        line.push_str(if range == 0 { "" } else { "," });
        line.push_str(&format!("{number}"));
        if numbers.below(2) == 0 {
            number += 1 + numbers.below(40);
            line.push_str(&format!(":{number}"));
        }
    }
    let wire = stream(&[line]);
    Group::new("a range of VANISHED", RANGES, wire.len())
        .row("mailwire", move || {
            ours(wire, |response| match response {
                Response::Data(Data::Vanished(vanished)) => {
                    vanished.uids.ranges().map(black_box).count() as u64
                }
                _ => 0,
            })
        })
        .row("imap-codec", move || match ResponseCodec::new().decode(wire) {
            Ok((_, response)) => {
                black_box(&response);
                RANGES as u64
            }
            _ => 0,
        })
        .row("imap-proto", move || match imap_proto::Response::parse(wire) {
            Ok((_, imap_proto::Response::Vanished { uids, .. })) => {
                uids.iter().map(black_box).count() as u64
            }
            _ => 0,
        })
}

fn lists() -> Group {
    let mut numbers = Numbers(2_463_534_242);
    let n = &mut numbers;
    let names =
        ["INBOX", "Archive/2024", "Lists/rust-dev", "Sent Items", "Drafts", "work/projects/mail"];
    let mut lines = Vec::new();
    for folder in 0..ITEMS / 2 {
        let attributes =
            ["\\HasNoChildren", "\\HasChildren", "\\HasNoChildren \\Sent", "\\Noselect"];
        let (attribute, name) = (n.of(&attributes), n.of(&names));
        let (messages, unseen) = (n.below(90_000), n.below(900));
        lines.push(format!("* LIST ({attribute}) \"/\" \"{name}/{folder}\""));
        lines.push(format!(
            "* STATUS \"{name}/{folder}\" (MESSAGES {messages} UIDNEXT {} UIDVALIDITY 3857529045 UNSEEN {unseen})",
            messages * 2 + 1
        ));
    }
    responses("a LIST or a STATUS", ITEMS, stream(&lines))
}

fn command_lines() -> Vec<String> {
    let mut numbers = Numbers(88_172_645_463_325_252);
    let n = &mut numbers;
    let mut lines: Vec<String> = Vec::new();
    let mut tag = 0;
    let mut add = |line: String| {
        tag += 1;
        lines.push(format!("A{tag:03} {line}"));
    };
    for session in 0..120 {
        add("CAPABILITY".into());
        add(format!("LOGIN {} \"correct horse\"", n.of(USERS)));
        add("ID (\"name\" \"Thunderbird\" \"version\" \"128.5\")".into());
        add("ENABLE CONDSTORE".into());
        add("LIST \"\" \"*\"".into());
        add("STATUS \"Sent Items\" (MESSAGES UNSEEN UIDNEXT)".into());
        add("SELECT INBOX".into());
        add(format!("UID FETCH {}:* (FLAGS)", 1 + n.below(9000)));
        add("FETCH 1:50 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)".into());
        add(format!("UID FETCH {} (UID BODY.PEEK[])", 1 + n.below(9000)));
        add(format!("UID SEARCH SINCE 1-Feb-2024 NOT DELETED FROM \"{}\"", n.of(USERS)));
        add(format!("UID STORE {},{} +FLAGS.SILENT (\\Seen)", 1 + n.below(90), 100 + n.below(90)));
        add(format!("UID COPY {} Archive/2024", 1 + n.below(9000)));
        add("NOOP".into());
        match session % 4 {
            0 => add("EXPUNGE".into()),
            1 => add("CLOSE".into()),
            2 => add("CHECK".into()),
            _ => add("IDLE".into()),
        }
        add("LOGOUT".into());
    }
    lines
}

fn commands() -> Group {
    let lines = command_lines();
    let wire = stream(&lines);
    Group::new("a command: framed, parsed", lines.len(), wire.len())
        .row("mailwire", move || {
            let (mut framer, limits) = (CommandFramer::new(), Limits::default().commands(true));
            let (mut rest, mut items) = (wire, 0);
            while let Framed::Message { frame, .. } = framer.frame(rest, &limits) {
                items += u64::from(black_box(&TaggedCommand::parse(frame)).is_ok());
                rest = &rest[frame.len()..];
            }
            items
        })
        .row("imap-codec", move || {
            let (codec, mut rest, mut items) = (CommandCodec::new(), wire, 0);
            while let Ok((behind, command)) = codec.decode(rest) {
                black_box(&command);
                items += 1;
                rest = behind;
            }
            items
        })
        .row("lines alone (memchr)", move || memchr_lines(wire))
}

/// Encodes values into one buffer that is used again, and the peer's its own way.
fn encode_commands() -> Group {
    let lines = command_lines();
    let wire = stream(&lines);
    let values: Vec<_> = wire
        .split_inclusive(|octet| *octet == b'\n')
        .map(|line| TaggedCommand::parse(line).expect("a command"))
        .collect();
    let (codec, mut rest, mut theirs) = (CommandCodec::new(), wire, Vec::new());
    while let Ok((behind, command)) = codec.decode(rest) {
        theirs.push(command);
        rest = behind;
    }
    let mut out = Vec::new();
    Group::new("a command, written", values.len(), wire.len())
        .row("mailwire", move || write_all(&values, Mode::REV1, &mut out))
        .row("imap-codec", move || {
            for command in &theirs {
                black_box(codec.encode(command).dump());
            }
            theirs.len() as u64
        })
}

fn write_all<'a, T: Wire<'a>>(values: &[T], mode: Mode, out: &mut Vec<u8>) -> u64 {
    for value in values {
        out.clear();
        value.encode(&mut Encoder::new(out).with_mode(mode.bits()));
        black_box(&out);
    }
    values.len() as u64
}

fn encode_responses(item: &'static str, lines: &[String]) -> Group {
    let wire = stream(lines);
    let values: Vec<_> = wire
        .split_inclusive(|octet| *octet == b'\n')
        .map(|line| Response::parse(line).expect("a response"))
        .collect();
    let (codec, mut rest, mut theirs) = (ResponseCodec::new(), wire, Vec::new());
    while let Ok((behind, response)) = codec.decode(rest) {
        theirs.push(response);
        rest = behind;
    }
    let mut out = Vec::new();
    Group::new(item, values.len(), wire.len())
        .row("mailwire", move || write_all(&values, Mode::SERVER, &mut out))
        .row("imap-codec", move || {
            for response in &theirs {
                black_box(codec.encode(response).dump());
            }
            theirs.len() as u64
        })
}

fn encode_flags() -> Group {
    encode_responses("a FETCH with UID, FLAGS and MODSEQ, written", &flag_lines())
}

fn encode_envelopes() -> Group {
    encode_responses("a FETCH with an ENVELOPE, written", &envelope_lines())
}
