//! The SMTP workloads and their contenders.
//!
//! Everyone gets the same bytes, and hands every value to the optimizer as used. What a peer cannot
//! read it skips to the next line; the table says how much it understood.

use std::hint::black_box;

use mailwire_core::body::{
    Counted, DotDecoder, DotEncoder, Findings, Inspected, Newlines, Stuffed,
};
use mailwire_core::line::{Framed, LineFramer};
use mailwire_core::parse::Wire;
use mailwire_core::{Encoder, InputBuffer};
use mailwire_smtp::element::enhanced_code::EnhancedCode;
use mailwire_smtp::element::reply_code::ReplyCode;
use mailwire_smtp::family::hello::EhloReply;
use mailwire_smtp::framing::{ReplyFrame, ReplyFramer};
use mailwire_smtp::{Command, Limits, Reply};
use smtp_proto::request::receiver::{BdatReceiver, DataReceiver, RequestReceiver};
use smtp_proto::response::parser::ResponseReceiver;

use crate::workload::{
    BODY, CHUNK, HOSTS, Numbers, READ, USERS, leak, mail_text, memchr_lines, skip_line, stream,
    with_ceilings,
};
use crate::{Group, Groups};

/// Every group: its name, and how it is made.
pub const GROUPS: Groups = &[
    ("s1", commands),
    ("s1 chunked", chunked_commands),
    ("s2", replies),
    ("s2b", ehlo_replies),
    ("s1e", encoded_commands),
    ("s2e", built_replies),
    ("s3a", decoded_data),
    ("s3b", encoded_data),
    ("s4", counted),
];

/// The sessions of a server's day: about 40 octets per command.
fn command_lines() -> Vec<String> {
    let mut numbers = Numbers(88_172_645_463_325_252);
    let mut lines = Vec::new();
    for session in 0..96 {
        let n = &mut numbers;
        lines.push(format!("EHLO {}", n.of(HOSTS)));
        if session % 2 == 0 {
            lines.push("AUTH PLAIN AGFsaWNlQGV4YW1wbGUub3JnAGNvcnJlY3QgaG9yc2U=".into());
        }
        let (user, host) = (n.of(USERS), n.of(HOSTS));
        lines.push(match session % 3 {
            0 => format!("MAIL FROM:<{user}@{host}> SIZE={} BODY=8BITMIME", n.below(9_000_000)),
            1 => format!("MAIL FROM:<{user}@{host}> SIZE={}", n.below(90_000)),
            _ => format!("MAIL FROM:<{user}@{host}>"),
        });
        for recipient in 0..2 + n.below(6) {
            let (user, host) = (n.of(USERS), n.of(HOSTS));
            lines.push(match recipient {
                1 => format!("RCPT TO:<{user}@{host}> NOTIFY=SUCCESS,FAILURE"),
                3 => format!(
                    "RCPT TO:<{user}@{host}> NOTIFY=NEVER ORCPT=rfc822;{}@{host}",
                    user.replace('+', "+2B")
                ),
                _ => format!("RCPT TO:<{user}@{host}>"),
            });
        }
        match session % 4 {
            0 => lines.push(format!("BDAT {} LAST", n.below(100_000))),
            1 => lines.extend(["RSET".into(), "NOOP".into()]),
            _ => lines.push("DATA".into()),
        }
        if session % 16 == 0 {
            lines.push("VRFY postmaster".into());
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
            while let Framed::Line { consumed, .. } = framer.frame(rest, 4096) {
                let (frame, behind) = rest.split_at(consumed);
                items += u64::from(black_box(&Command::parse(frame)).is_ok());
                rest = behind;
            }
            items
        })
        .row("smtp-proto", move || {
            let (mut bytes, mut items) = (stream.iter(), 0);
            while !bytes.as_slice().is_empty() {
                items += u64::from(black_box(&smtp_proto::Request::parse(&mut bytes)).is_ok());
            }
            items
        })
        .row("smtp-codec", move || {
            let (mut rest, mut items) = (stream, 0);
            while !rest.is_empty() {
                rest = match black_box(&smtp_codec::parse::command::command(rest)) {
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

fn chunked_commands() -> Group {
    let lines = command_lines();
    let stream = stream(&lines);
    let mut buffer = InputBuffer::new(1 << 16);
    Group::new("a command in reads of 1,460 octets", lines.len(), stream.len())
        .row("mailwire", move || {
            let (mut framer, mut items) = (LineFramer::new(), 0);
            for read in stream.chunks(READ) {
                let mut unread = read;
                while !unread.is_empty() {
                    // What a socket does: it writes where the buffer has room.
                    let space = buffer.space().expect("there is room");
                    let (now, later) = unread.split_at(unread.len().min(space.len()));
                    space[..now.len()].copy_from_slice(now);
                    buffer.filled(now.len());
                    unread = later;
                    let (input, mut used) = (buffer.bytes(), 0);
                    while let Framed::Line { consumed, .. } = framer.frame(&input[used..], 4096) {
                        let frame = &input[used..used + consumed];
                        items += u64::from(black_box(&Command::parse(frame)).is_ok());
                        used += consumed;
                    }
                    buffer.consume(used);
                }
            }
            items
        })
        .row("smtp-proto RequestReceiver", move || {
            let (mut receiver, mut items) = (RequestReceiver::default(), 0);
            // The peer reads from the caller's buffer; the socket writes there too.
            let mut socket = [0; READ];
            for read in stream.chunks(READ) {
                socket[..read.len()].copy_from_slice(read);
                let mut bytes = socket[..read.len()].iter();
                loop {
                    match black_box(&receiver.ingest(&mut bytes)) {
                        Ok(_) => items += 1,
                        Err(smtp_proto::Error::NeedsMoreData { .. }) => break,
                        Err(_) => {}
                    }
                }
            }
            items
        })
}

/// Replies of a session with several kinds of servers: about 67 octets each.
fn reply_texts() -> Vec<String> {
    let mut numbers = Numbers(362_436_069);
    let mut replies = Vec::new();
    for _ in 0..96 {
        let n = &mut numbers;
        let host = n.of(HOSTS);
        replies.push(format!("220 {host} ESMTP ready at Tue, 10 Jun 2025 08:00:00 +0000\r\n"));
        replies.push("235 2.7.0 Authentication successful\r\n".into());
        replies.push("250 2.1.0 Sender address accepted for this session\r\n".into());
        for _ in 0..2 {
            replies.push(format!("250 2.1.5 <{}@{}> recipient OK\r\n", n.of(USERS), n.of(HOSTS)));
        }
        replies.push(format!(
            "550-5.1.1 The email account that you tried to reach does not exist.\r\n\
             550-5.1.1 Please check the address for typing errors or spaces.\r\n\
             550 5.1.1 https://support.{host}/answer/6596 {:x}-17si2345678edq.118\r\n",
            n.below(1 << 40)
        ));
        replies.push("354 Start mail input; end with <CRLF>.<CRLF>\r\n".into());
        replies.push(format!("250 2.0.0 Ok: queued as {:X} after 0.31 s\r\n", n.below(1 << 40)));
        replies.push("421 4.7.0 Try again later, closing connection\r\n".into());
        replies.push("221 2.0.0 closing connection\r\n".into());
    }
    replies
}

fn replies() -> Group {
    let texts = reply_texts();
    let stream = leak(texts.concat().into_bytes());
    let mut receiver = ResponseReceiver::default();
    Group::new("a reply: framed, parsed", texts.len(), stream.len())
        .row("mailwire", move || {
            let (limits, mut framer) = (Limits::default(), ReplyFramer::new());
            let (mut rest, mut items) = (stream, 0);
            while let ReplyFrame::Reply(frame) = framer.frame(rest, &limits) {
                items += u64::from(black_box(&Reply::parse(frame)).is_ok());
                rest = &rest[frame.len()..];
            }
            items
        })
        .row("smtp-proto", move || {
            let (mut bytes, mut items) = (stream.iter(), 0);
            while !bytes.as_slice().is_empty() {
                items += u64::from(black_box(&receiver.parse(&mut bytes)).is_ok());
                receiver.reset();
            }
            items
        })
        .row("smtp-codec (recognizes only)", move || {
            let (mut rest, mut items) = (stream, 0);
            while !rest.is_empty() {
                rest = match black_box(&smtp_codec::parse::response::Reply_line(rest)) {
                    Ok((behind, _)) => {
                        items += 1;
                        behind
                    }
                    Err(_) => skip_line(rest),
                };
            }
            items
        })
        .row("lines alone (memchr)", move || {
            memchr_lines(stream);
            texts.len() as u64
        })
}

fn ehlo_texts() -> Vec<String> {
    let lists: [&[&str]; 4] = [
        &[
            "SIZE 35882577",
            "8BITMIME",
            "AUTH LOGIN PLAIN XOAUTH2 OAUTHBEARER",
            "ENHANCEDSTATUSCODES",
            "PIPELINING",
            "CHUNKING",
            "SMTPUTF8",
        ],
        &[
            "PIPELINING",
            "SIZE 10240000",
            "VRFY",
            "ETRN",
            "STARTTLS",
            "AUTH PLAIN LOGIN",
            "ENHANCEDSTATUSCODES",
            "8BITMIME",
            "DSN",
            "SMTPUTF8",
            "CHUNKING",
        ],
        &[
            "SIZE 157286400",
            "PIPELINING",
            "DSN",
            "ENHANCEDSTATUSCODES",
            "STARTTLS",
            "8BITMIME",
            "BINARYMIME",
            "CHUNKING",
            "SMTPUTF8",
        ],
        &[
            "LIMITS RCPTMAX=100",
            "SIZE",
            "STARTTLS",
            "DELIVERBY 240",
            "MT-PRIORITY MIXER",
            "REQUIRETLS",
            "8BITMIME",
            "HELP",
        ],
    ];
    let mut numbers = Numbers(521_288_629);
    (0..128)
        .map(|index| {
            let list = lists[index % lists.len()];
            let mut text = format!("250-{} greets you\r\n", numbers.of(HOSTS));
            for (place, line) in list.iter().enumerate() {
                let separator = if place + 1 == list.len() { ' ' } else { '-' };
                text.push_str(&format!("250{separator}{line}\r\n"));
            }
            text
        })
        .collect()
}

fn ehlo_replies() -> Group {
    let texts = ehlo_texts();
    let stream = leak(texts.concat().into_bytes());
    Group::new("an EHLO reply: framed, parsed, its set", texts.len(), stream.len())
        .row("mailwire", move || {
            let (limits, mut framer) = (Limits::default(), ReplyFramer::new());
            let (mut rest, mut items) = (stream, 0);
            while let ReplyFrame::Reply(frame) = framer.frame(rest, &limits) {
                let reply = EhloReply::parse(frame);
                items += u64::from(black_box(&reply.map(|reply| reply.extensions())).is_ok());
                rest = &rest[frame.len()..];
            }
            items
        })
        .row("smtp-proto", move || {
            let (mut bytes, mut items) = (stream.iter(), 0);
            while !bytes.as_slice().is_empty() {
                let reply = smtp_proto::EhloResponse::parse(&mut bytes);
                items += u64::from(black_box(&reply).is_ok());
            }
            items
        })
        .row("smtp-codec", move || {
            let (mut rest, mut items) = (stream, 0);
            while !rest.is_empty() {
                rest = match black_box(&smtp_codec::parse::response::ehlo_ok_rsp(rest)) {
                    Ok((behind, _)) => {
                        items += 1;
                        behind
                    }
                    Err(_) => skip_line(rest),
                };
            }
            items
        })
}

fn encoded_commands() -> Group {
    let lines = command_lines();
    let stream = stream(&lines);
    let frames = || stream.split_inclusive(|&byte| byte == b'\n');
    let ours: Vec<_> = frames().filter_map(|frame| Command::parse(frame).ok()).collect();
    let codec: Vec<_> = frames()
        .filter_map(|frame| smtp_codec::parse::command::command(frame).ok())
        .map(|(_, command)| command)
        .collect();
    let (mut wire, mut codec_wire) = (Vec::new(), Vec::new());
    Group::new("a command, encoded into a buffer", lines.len(), stream.len())
        .row("mailwire", move || {
            wire.clear();
            for command in &ours {
                command.encode(&mut Encoder::new(&mut wire));
            }
            assert_eq!(wire.len(), stream.len());
            ours.len() as u64
        })
        .row("smtp-codec", move || {
            codec_wire.clear();
            for command in &codec {
                command.serialize(&mut codec_wire).expect("a vector takes all");
            }
            black_box(&codec_wire);
            codec.len() as u64
        })
}

fn built_replies() -> Group {
    let text = "<alice@example.org> recipient OK";
    let status = EnhancedCode::parse(b"2.1.5").expect("a status code");
    let octets = text.len() + 12;
    let (mut wire, mut proto_wire) = (Vec::new(), Vec::new());
    Group::new("a reply, built and encoded", 1000, 1000 * octets)
        .row("mailwire", move || {
            wire.clear();
            for _ in 0..1000 {
                let reply = Reply::with_status(ReplyCode::OK, status, black_box(text));
                reply.expect("a legal text").encode(&mut Encoder::new(&mut wire));
            }
            assert_eq!(wire.len(), 1000 * octets);
            1000
        })
        .row("smtp-proto", move || {
            proto_wire.clear();
            for _ in 0..1000 {
                let reply = smtp_proto::Response::new(250, 2, 1, 5, black_box(text));
                reply.write(&mut proto_wire).expect("a vector takes all");
            }
            black_box(&proto_wire);
            1000
        })
}

fn decoded_data() -> Group {
    let mut text = mail_text(true);
    text.extend_from_slice(b".\r\n");
    let text = leak(text);
    let decode = move |look_for: Findings| {
        move || {
            let mut decoder = DotDecoder::new(look_for);
            let mut chunks = 0;
            for chunk in text.chunks(CHUNK) {
                let mut rest = chunk;
                while !rest.is_empty() && !decoder.is_done() {
                    let dotted = decoder.decode(rest);
                    black_box(dotted.data);
                    rest = &rest[dotted.consumed..];
                }
                chunks += 1;
            }
            assert!(decoder.is_done() && decoder.found().is_empty());
            chunks
        }
    };
    let (mut copied, mut sink) =
        (Vec::with_capacity(BODY + CHUNK), Vec::with_capacity(BODY + CHUNK));
    let group = Group::new("a chunk of 16 KiB", text.len().div_ceil(CHUNK), text.len())
        .row("mailwire", decode(Findings::NONE))
        .row("mailwire, bare CR and LF", decode(Findings::BARE))
        .row("mailwire, all findings", decode(Findings::ALL))
        .row("mailwire, copied", move || {
            copied.clear();
            let (mut decoder, mut chunks) = (DotDecoder::new(Findings::NONE), 0);
            for chunk in text.chunks(CHUNK) {
                let mut rest = chunk;
                while !rest.is_empty() && !decoder.is_done() {
                    let dotted = decoder.decode(rest);
                    copied.extend_from_slice(dotted.data);
                    rest = &rest[dotted.consumed..];
                }
                chunks += 1;
            }
            chunks
        })
        .row("smtp-proto DataReceiver", move || {
            sink.clear();
            let (mut receiver, mut chunks) = (DataReceiver::new(), 0);
            for chunk in text.chunks(CHUNK) {
                black_box(receiver.ingest(&mut chunk.iter(), &mut sink));
                chunks += 1;
            }
            chunks
        });
    with_ceilings(group, text)
}

fn encoded_data() -> Group {
    let text = leak(mail_text(false));
    // What is known before is what a relay has from its decoder, or a store from its inspector.
    let encode = move |refuse: Findings, known: Findings| {
        let inspect = |chunk| Inspected::inspect(chunk, known);
        let chunks: Vec<_> = text.chunks(CHUNK).map(inspect).collect();
        move || {
            let mut encoder = DotEncoder::new(Newlines::Refuse).refuse(refuse);
            for &chunk in &chunks {
                let sent = encoder.encode_inspected(chunk, |piece| match piece {
                    Stuffed::Chunk(range) => {
                        black_box(&chunk[range]);
                    }
                    Stuffed::Insert(octets) => {
                        black_box(octets);
                    }
                });
                sent.expect("a body that may be sent");
            }
            chunks.len() as u64
        }
    };
    let octets = Findings::EIGHT_BIT | Findings::NUL;
    let group = Group::new("a chunk of 16 KiB", text.len().div_ceil(CHUNK), text.len())
        .row("mailwire", encode(Findings::NONE, Findings::NONE))
        .row("mailwire, inspected before", encode(Findings::NONE, Findings::BARE))
        .row("mailwire, refuses 8-bit and NUL", encode(octets, Findings::NONE))
        .row("mailwire, refuses, inspected before", encode(octets, octets | Findings::BARE))
        .row("byte scan (shape of mail-send)", move || {
            let (mut line_start, mut last, mut chunks) = (true, 0, 0);
            for chunk in text.chunks(CHUNK) {
                let mut from = 0;
                for (at, &byte) in chunk.iter().enumerate() {
                    if byte == b'.' && line_start {
                        black_box(&chunk[from..at]);
                        black_box(b".");
                        from = at;
                    }
                    line_start = byte == b'\n' && last == b'\r';
                    last = byte;
                }
                black_box(&chunk[from..]);
                chunks += 1;
            }
            chunks
        });
    with_ceilings(group, text)
}

fn counted() -> Group {
    let text = leak(mail_text(false));
    let mut sink = Vec::with_capacity(BODY);
    Group::new("a chunk of 16 KiB", text.len().div_ceil(CHUNK), text.len())
        .row("mailwire", move || {
            let (mut body, mut chunks) = (Counted::new(text.len() as u64), 0);
            for chunk in text.chunks(CHUNK) {
                black_box(body.take(black_box(chunk)));
                chunks += 1;
            }
            assert!(body.is_done());
            chunks
        })
        .row("smtp-proto BdatReceiver", move || {
            sink.clear();
            let (mut receiver, mut chunks) = (BdatReceiver::new(text.len(), true), 0);
            for chunk in text.chunks(CHUNK) {
                black_box(receiver.ingest(&mut chunk.iter(), &mut sink));
                chunks += 1;
            }
            chunks
        })
}
