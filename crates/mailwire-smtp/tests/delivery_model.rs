//! Deliveries at a server that decides by chance, closes by chance and knows the truth: who has the
//! message. What a delivery says of a recipient must agree with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::HashMap;

use bytes::Bytes;
use mailwire_smtp::client::{Client, ClientConfig};
use mailwire_smtp::delivery::{Chunking, Delivery, Envelope, RecipientOutcome, Step};
use mailwire_smtp::element::path::{ForwardPath, ReversePath};
use mailwire_smtp::family::mail::MailParameter;
use mailwire_smtp::server::Protocol;
use mailwire_smtp::{Machine, State, UsageError};
use proptest::prelude::*;
use support::{ehlo, lhlo};

/// Chance, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// Mostly `good`, and one of the others for the rest.
    fn reply(&mut self, good: &'static str, bad: &[&'static str]) -> &'static str {
        match self.below(5) {
            0 => bad[usize::try_from(self.below(bad.len() as u64)).unwrap()],
            _ => good,
        }
    }
}

/// What the server waits for.
enum Reads {
    Line,
    Data,
    Chunk { left: usize, last: bool },
}

/// A server that is no part of the library.
struct Model {
    chance: Chance,
    lmtp: bool,
    prdr: bool,
    input: Vec<u8>,
    output: Vec<u8>,
    reads: Reads,
    mail: bool,
    failed: bool,
    accepted: Vec<String>,
    /// How often each recipient got the message.
    truth: HashMap<String, u32>,
    closed: bool,
}

impl Model {
    fn say(&mut self, reply: &str) {
        if self.closed {
            return;
        }
        if self.chance.below(150) == 0 {
            self.closed = true;
            return;
        }
        self.output.extend_from_slice(format!("{reply} x\r\n").as_bytes());
        self.closed = reply == "421";
    }

    fn reset(&mut self) {
        (self.mail, self.failed) = (false, false);
        self.accepted.clear();
    }

    /// The message is whole. What is taken is taken, whether or not the reply gets through.
    fn results(&mut self) {
        let accepted = std::mem::take(&mut self.accepted);
        let each = self.lmtp || self.prdr && !accepted.is_empty();
        let mut taken = Vec::new();
        if self.prdr && each {
            self.say("353");
        }
        let replies = if each { accepted.len() } else { 1 };
        let mut said = Vec::new();
        for place in 0..replies {
            let reply = self.chance.reply("250", &["450", "550", "421"]);
            if reply == "250" {
                taken.extend(if each { vec![accepted[place].clone()] } else { accepted.clone() });
            }
            said.push(reply);
        }
        if self.prdr && each {
            let last = self.chance.reply("250", &["451", "554", "421"]);
            if last != "250" || said.contains(&"421") {
                taken.clear();
            }
            said.push(last);
        }
        for name in taken {
            *self.truth.entry(name).or_default() += 1;
        }
        said.iter().for_each(|reply| self.say(reply));
        self.reset();
    }

    fn line(&mut self, line: &str) {
        let verb = line.split([' ', ':']).next().unwrap();
        match verb {
            "EHLO" | "LHLO" => {}
            "MAIL" => {
                let reply = self.chance.reply("250", &["451", "550", "421"]);
                self.mail = reply == "250";
                self.say(reply);
            }
            "RCPT" if !self.mail => self.say("503"),
            "RCPT" => {
                let reply = self.chance.reply("250", &["450", "550", "452", "552", "421"]);
                if reply == "250" {
                    let name = line.split(['<', '@']).nth(1).unwrap();
                    self.accepted.push(name.into());
                }
                self.say(reply);
            }
            "DATA" if self.accepted.is_empty() => {
                let mad = !self.lmtp && self.chance.below(8) == 0;
                if mad {
                    self.reads = Reads::Data;
                }
                self.say(if mad { "354" } else { "503" });
            }
            "DATA" => {
                let reply = self.chance.reply("354", &["451", "554", "421"]);
                if reply == "354" {
                    self.reads = Reads::Data;
                }
                self.say(reply);
            }
            "BDAT" => {
                let mut words = line.split(' ').skip(1);
                let left = words.next().unwrap().parse().unwrap();
                self.reads = Reads::Chunk { left, last: words.next().is_some() };
            }
            "RSET" => {
                self.reset();
                let reply = if self.chance.below(20) == 0 { "421" } else { "250" };
                self.say(reply);
            }
            other => panic!("{other}"),
        }
    }

    fn chunk(&mut self, last: bool) {
        if self.failed || self.accepted.is_empty() {
            let replies = if self.lmtp && last { self.accepted.len().max(1) } else { 1 };
            (0..replies).for_each(|_| self.say("503"));
        } else if last {
            self.results();
        } else {
            let reply = self.chance.reply("250", &["452", "554", "421"]);
            self.failed = reply != "250";
            self.say(reply);
        }
    }

    fn hear(&mut self, octets: &[u8]) {
        self.input.extend_from_slice(octets);
        loop {
            let find = |what: &[u8]| self.input.windows(what.len()).position(|it| it == what);
            match self.reads {
                _ if self.closed => return,
                Reads::Line => {
                    let Some(end) = find(b"\r\n") else { return };
                    let line: Vec<u8> = self.input.drain(..end + 2).collect();
                    self.line(std::str::from_utf8(&line).unwrap().trim_end());
                }
                Reads::Data => {
                    let end = if self.input.starts_with(b".\r\n") {
                        Some(3)
                    } else {
                        find(b"\r\n.\r\n").map(|at| at + 5)
                    };
                    let Some(end) = end else { return };
                    self.input.drain(..end);
                    self.reads = Reads::Line;
                    self.results();
                }
                Reads::Chunk { left, last } => {
                    if self.input.len() < left {
                        return;
                    }
                    self.input.drain(..left);
                    self.reads = Reads::Line;
                    self.chunk(last);
                }
            }
        }
    }
}

/// The parts that are given, one by one.
const PARTS: [&[u8]; 3] = [b"Subject: x\r\n", b"\r\n.", b"body\r\n"];

/// One delivery, to its end.
fn run(seed: u64, kind: u64) {
    let mut chance = Chance(seed);
    let lmtp = kind & 1 != 0;
    let prdr = !lmtp && kind & 2 != 0;
    let chunked = kind & 4 != 0;
    let names: Vec<String> = (0..=chance.below(5)).map(|place| format!("r{place}")).collect();
    let mut config = ClientConfig::default();
    config.protocol = if lmtp { Protocol::Lmtp } else { Protocol::Smtp };
    if kind & 16 != 0 {
        config.limits.transmit = 60;
    }
    let mut client = Client::new(config);
    let mut keywords = String::from("220 x\r\n250-x\r\n");
    for (bit, keyword) in
        [(8, "PIPELINING"), (4, "CHUNKING"), (2, "PRDR"), (32, "LIMITS RCPTMAX=2")]
    {
        if kind & bit != 0 {
            keywords.push_str(&format!("250-{keyword}\r\n"));
        }
    }
    keywords.push_str("250 HELP\r\n");
    let mut input = keywords.into_bytes();
    let greeting = client.receive(&input).unwrap().consumed;
    input.drain(..greeting);
    client.send(&if lmtp { lhlo() } else { ehlo() }).unwrap();
    client.transmitted(usize::MAX);
    let hello = client.receive(&input).unwrap().consumed;
    input.drain(..hello);
    assert_eq!(client.state(), State::Ready);

    let to = names.iter().map(|name| ForwardPath::mailbox(name.clone(), "x.example").unwrap());
    let mut envelope = Envelope::new(ReversePath::Null, to);
    envelope.chunking = if chunked { Chunking::Preferred } else { Chunking::WhenNeeded };
    if prdr {
        envelope.parameters = envelope.parameters.with(MailParameter::Prdr).unwrap();
    }
    let mut delivery = Delivery::new(envelope);
    let mut model = Model {
        chance: Chance(seed ^ 0x5555),
        lmtp,
        prdr,
        input: Vec::new(),
        output: Vec::new(),
        reads: Reads::Line,
        mail: false,
        failed: false,
        accepted: Vec::new(),
        truth: HashMap::new(),
        closed: false,
    };
    delivery.start(&mut client).unwrap();
    let mut giving = None;
    let mut talk = String::new();
    for turn in 0.. {
        assert!(turn < 5000, "no end: {talk}\n{delivery:?}");
        // What is written, in pieces.
        let out: Vec<u8> = client.transmit().slices().flatten().copied().collect();
        let some = usize::try_from(chance.below(out.len() as u64 + 1)).unwrap();
        talk.push_str(&String::from_utf8_lossy(&out[..some]));
        client.transmitted(some);
        model.hear(&out[..some]);
        // What is read, in pieces.
        let some = usize::try_from(chance.below(model.output.len() as u64 + 1)).unwrap();
        let read: Vec<u8> = model.output.drain(..some).collect();
        talk.push_str(&String::from_utf8_lossy(&read));
        input.extend(read);
        loop {
            let Ok(received) = client.receive(&input) else {
                delivery.abort(&mut client);
                break;
            };
            let (consumed, event) = (received.consumed, received.event);
            let Some(event) = event else {
                input.drain(..consumed);
                break;
            };
            match delivery.handle(&mut client, &event).unwrap() {
                Step::BodyWanted => giving = Some(0),
                Step::BodyRefused | Step::Done => giving = None,
                Step::Continue => {}
            }
            drop(event);
            input.drain(..consumed);
        }
        if delivery.is_done() {
            break;
        }
        if let Some(place) = giving {
            let given = match PARTS.get(place) {
                Some(part) => delivery.send_body(&mut client, Bytes::from_static(part)),
                None => delivery.finish_body(&mut client),
            };
            match given {
                Ok(()) if place == PARTS.len() => giving = None,
                Ok(()) => giving = Some(place + 1),
                Err(UsageError::Busy) => {}
                Err(error) => panic!("{error}: {talk}"),
            }
        }
        if model.closed && model.output.is_empty() && input.is_empty() && !delivery.is_done() {
            let _ = client.receive_eof();
            delivery.abort(&mut client);
        }
    }
    for recipient in delivery.recipients() {
        let ForwardPath::Path(path) = &recipient.rcpt.forward_path else { panic!() };
        let has = model.truth.get(path.mailbox.local_part.as_str()).copied().unwrap_or(0);
        let agrees = match &recipient.outcome {
            RecipientOutcome::Delivered(_) => has == 1,
            RecipientOutcome::Unknown => has <= 1 && model.closed,
            RecipientOutcome::Temporary(_) => has == 0,
            // What only follows from another refusal is no reason.
            RecipientOutcome::Permanent(reply) => has == 0 && reply.code().number() != 503,
            _ => false,
        };
        assert!(agrees, "{kind:#b} {recipient:?} has it {has} times\n{talk}");
    }
    if !model.closed {
        assert_eq!((client.state(), client.in_flight()), (State::Ready, 0), "{talk}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn what_a_delivery_says_is_true(seed in any::<u64>(), kind in 0..64_u64) {
        run(seed, kind);
    }
}
