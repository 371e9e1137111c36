//! Commands and responses come out the same however the input is cut, whatever is decided about literals.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_fuzz::{Sizes, feed, two_ways};
use mailwire_imap::framing::{
    Blank, CommandFramer, Fault, FrameLimits, Framed, LiteralHeader, Part, ResponseFramer,
};

const LIMITS: FrameLimits =
    FrameLimits { line: 64, inline: 16, literals: 3, message: 256, discard: 128 };

#[derive(Debug, PartialEq)]
enum Seen {
    Message(Vec<u8>, Part),
    Literal(LiteralHeader, Part, bool),
    Bad(Part, Fault, bool),
    Body(u64),
    Dropped,
    Blank(Blank),
    Lost(Fault),
}

/// What the two framers have in common.
trait Framer: Default {
    fn frame<'i>(&mut self, input: &'i [u8]) -> Framed<'i>;
    fn accept(&mut self);
    fn stream(&mut self) -> usize;
    fn refuse(&mut self) -> usize;
}

macro_rules! framer {
    ($type:ident) => {
        impl Framer for $type {
            fn frame<'i>(&mut self, input: &'i [u8]) -> Framed<'i> {
                self.frame(input, &LIMITS)
            }
            fn accept(&mut self) {
                self.accept();
            }
            fn stream(&mut self) -> usize {
                self.stream()
            }
            fn refuse(&mut self) -> usize {
                self.refuse()
            }
        }
    };
}

framer!(CommandFramer);
framer!(ResponseFramer);

fn run<F: Framer>(sizes: Sizes, input: &[u8]) -> Vec<Seen> {
    let (mut framer, mut seen) = (F::default(), Vec::new());
    // Octets of a streamed literal that are still to come.
    let mut body = 0_u64;
    let mut over = false;
    feed(&sizes.cut(input), |buffer| {
        if over {
            return None;
        }
        if body > 0 {
            let taken = buffer.len().min(usize::try_from(body).unwrap_or(usize::MAX));
            body -= taken as u64;
            return (taken > 0).then_some(taken);
        }
        match framer.frame(buffer) {
            Framed::More => None,
            Framed::Message { frame, part } => {
                assert!(frame.ends_with(b"\n") && frame.len() <= buffer.len());
                seen.push(Seen::Message(frame.to_vec(), part));
                Some(frame.len())
            }
            Framed::Literal { part, literal, fits, .. } => {
                seen.push(Seen::Literal(literal, part, fits));
                // Which way it goes depends on the literal alone.
                match literal.size % 3 {
                    0 if fits => {
                        framer.accept();
                        Some(0)
                    }
                    1 => {
                        body = literal.size;
                        seen.push(Seen::Body(body));
                        Some(framer.stream())
                    }
                    _ => Some(framer.refuse()),
                }
            }
            Framed::Bad { frame, part, fault, ends } => {
                seen.push(Seen::Bad(part, fault, ends));
                Some(frame.len())
            }
            Framed::Skip { consumed } => {
                assert!(consumed > 0);
                Some(consumed)
            }
            Framed::Dropped { consumed } => {
                seen.push(Seen::Dropped);
                Some(consumed)
            }
            Framed::Blank { blank, consumed } => {
                // How many come at once depends on the cut.
                if blank == Blank::Line || seen.last() != Some(&Seen::Blank(blank)) {
                    seen.push(Seen::Blank(blank));
                }
                Some(consumed)
            }
            Framed::Lost { fault, .. } => {
                seen.push(Seen::Lost(fault));
                over = true;
                None
            }
        }
    });
    seen
}

fuzz_target!(|data: &[u8]| {
    let Some((a, b, input)) = two_ways(data) else { return };
    assert_eq!(run::<CommandFramer>(a, input), run::<CommandFramer>(b, input));
    assert_eq!(run::<ResponseFramer>(a, input), run::<ResponseFramer>(b, input));
});
