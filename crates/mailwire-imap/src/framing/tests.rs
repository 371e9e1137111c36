//! Both framers on the same input, cut in many ways, against a slow reference.

extern crate std;

use alloc::vec;
use alloc::vec::Vec;
use core::cell::Cell;

use mailwire_core::body::Counted;

use super::{
    Blank, CommandFramer, Fault, FrameLimits, Framed, LiteralHeader, Part, ResponseFramer,
};

mod cuts;
mod limits;
mod linear;
mod reference;

std::thread_local! {
    pub(crate) static LOOKED: Cell<usize> = const { Cell::new(0) };
}

/// Counts octets that a framer looked at.
pub(super) fn looked(octets: usize) {
    LOOKED.with(|total| total.set(total.get() + octets));
}

/// Limits that nothing here meets.
const WIDE: FrameLimits = FrameLimits {
    line: 1 << 24,
    inline: 1 << 28,
    literals: 1 << 24,
    message: 1 << 30,
    discard: 1 << 30,
};

/// What a caller learns, without what depends on the cuts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    Message(Vec<u8>, Part),
    Accepted(Vec<u8>, Part, LiteralHeader),
    Streamed(Vec<u8>, Part, LiteralHeader),
    Refused(Vec<u8>, Part, LiteralHeader),
    Body(Vec<u8>),
    Bad(Vec<u8>, Part, Fault, bool),
    Dropped,
    Blank(Blank, usize),
    Lost(Fault),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Accept,
    Stream,
    Refuse,
}

/// What is done with a literal that is asked about.
type Policy = fn(LiteralHeader, bool) -> Decision;

fn accept(_literal: LiteralHeader, fits: bool) -> Decision {
    if fits { Decision::Accept } else { Decision::Refuse }
}

/// All three, by the size.
fn mixed(literal: LiteralHeader, fits: bool) -> Decision {
    match (literal.size % 3, fits) {
        (0, true) => Decision::Accept,
        (1, _) => Decision::Stream,
        _ => Decision::Refuse,
    }
}

#[derive(Debug, Clone)]
enum Either {
    Commands(CommandFramer),
    Responses(ResponseFramer),
}

impl Either {
    fn new(server: bool) -> Self {
        if server {
            Self::Commands(CommandFramer::new())
        } else {
            Self::Responses(ResponseFramer::new())
        }
    }

    fn frame<'i>(&mut self, input: &'i [u8], limits: &FrameLimits) -> Framed<'i> {
        match self {
            Self::Commands(framer) => framer.frame(input, limits),
            Self::Responses(framer) => framer.frame(input, limits),
        }
    }

    fn decide(&mut self, decision: Decision) -> usize {
        match (self, decision) {
            (Self::Commands(framer), Decision::Accept) => framer.accept(),
            (Self::Responses(framer), Decision::Accept) => framer.accept(),
            (Self::Commands(framer), Decision::Stream) => return framer.stream(),
            (Self::Responses(framer), Decision::Stream) => return framer.stream(),
            (Self::Commands(framer), Decision::Refuse) => return framer.refuse(),
            (Self::Responses(framer), Decision::Refuse) => return framer.refuse(),
        }
        0
    }

    fn is_mid_message(&self) -> bool {
        match self {
            Self::Commands(framer) => framer.is_mid_message(),
            Self::Responses(framer) => framer.is_mid_message(),
        }
    }
}

/// Runs a framer over input that arrives in `pieces`, as a caller with a buffer does. Also returns the
/// octets that are left, and whether the framer is within a message.
fn run<'p>(
    server: bool,
    pieces: impl IntoIterator<Item = &'p [u8]>,
    limits: &FrameLimits,
    policy: Policy,
) -> (Vec<Seen>, usize, bool) {
    let mut framer = Either::new(server);
    let (mut buffer, mut seen) = (Vec::new(), Vec::new());
    let mut body: Option<(Counted, Vec<u8>)> = None;
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            if let Some((count, octets)) = &mut body {
                let taken = count.take(&buffer).to_vec();
                octets.extend_from_slice(&taken);
                buffer.drain(..taken.len());
                if !count.is_done() {
                    break;
                }
                seen.push(Seen::Body(core::mem::take(octets)));
                body = None;
            }
            let framed = framer.frame(&buffer, limits);
            let mut consumed = framed.consumed();
            match framed {
                Framed::Message { frame, part } => seen.push(Seen::Message(frame.to_vec(), part)),
                Framed::Literal { frame, part, literal, fits } => {
                    let frame = frame.to_vec();
                    assert_eq!(framed, framer.frame(&buffer, limits), "asked twice");
                    let decision = policy(literal, fits);
                    consumed = framer.decide(decision);
                    assert_eq!(framer.decide(decision), 0, "decided once");
                    seen.push(match decision {
                        Decision::Accept => Seen::Accepted(frame, part, literal),
                        Decision::Stream => {
                            body = Some((Counted::new(literal.size), Vec::new()));
                            Seen::Streamed(frame, part, literal)
                        }
                        Decision::Refuse => Seen::Refused(frame, part, literal),
                    });
                    buffer.drain(..consumed);
                    continue;
                }
                Framed::Bad { frame, part, fault, ends } => {
                    seen.push(Seen::Bad(frame.to_vec(), part, fault, ends));
                }
                Framed::Skip { .. } => assert!(consumed > 0),
                Framed::Dropped { .. } => seen.push(Seen::Dropped),
                Framed::Blank { blank, consumed } => match seen.last_mut() {
                    Some(Seen::Blank(last, total)) if *last == blank => *total += consumed,
                    _ => seen.push(Seen::Blank(blank, consumed)),
                },
                Framed::Lost { fault, .. } => {
                    assert!(
                        matches!(framer.frame(b"A NOOP\r\n", limits), Framed::Lost { fault: f, .. } if f == fault)
                    );
                    seen.push(Seen::Lost(fault));
                    return (seen, 0, true);
                }
                Framed::More => break,
            }
            buffer.drain(..consumed);
        }
    }
    (seen, buffer.len(), framer.is_mid_message() || body.is_some())
}

/// Whole, cut at every octet, and in parts of every small size: the same as the reference.
fn check(server: bool, input: &[u8], limits: &FrameLimits, policy: Policy) -> Vec<Seen> {
    let expected = reference::reference(server, input, limits, policy);
    let whole = run(server, [input], limits, policy).0;
    assert_eq!(whole, expected, "whole: {}", input.escape_ascii());
    for cut in 0..=input.len() {
        let (first, second) = input.split_at(cut);
        let seen = run(server, [first, second], limits, policy).0;
        assert_eq!(seen, expected, "cut at {cut}: {}", input.escape_ascii());
    }
    for size in [1, 2, 3, 5, 7] {
        let seen = run(server, input.chunks(size), limits, policy).0;
        assert_eq!(seen, expected, "parts of {size}: {}", input.escape_ascii());
    }
    expected
}

fn literal(size: u64, sync: bool) -> LiteralHeader {
    LiteralHeader { size, binary: false, sync }
}

fn message(frame: &[u8]) -> Seen {
    Seen::Message(frame.to_vec(), Part::Begin)
}

#[test]
fn consumed_is_what_is_done_with() {
    let bad = Framed::Bad { frame: b"A\r\n", part: Part::Begin, fault: Fault::Line, ends: true };
    assert_eq!(bad.consumed(), 3);
    assert_eq!(Framed::Lost { frame: b"A", part: Part::Tail, fault: Fault::Line }.consumed(), 0);
    assert_eq!(vec![Framed::More, Framed::Skip { consumed: 7 }][1].consumed(), 7);
}
