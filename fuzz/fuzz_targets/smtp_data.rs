//! Dotted bodies against a reference that looks at one octet after the other, in any cut; and a body
//! that is encoded is decoded as itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_core::body::{DotDecoder, DotEncoder, Findings, Newlines, Stuffed, unstuff};
use mailwire_fuzz::{Sizes, two_ways};

/// The body before the one end mark, and how many octets both take.
fn reference(input: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at, mut line_start) = (Vec::new(), 0, true);
    while at < input.len() {
        if line_start && input[at] == b'.' {
            if input[at + 1..].starts_with(b"\r\n") {
                return Some((body, at + 3));
            }
            // The octet behind a dot that is taken out stands at no line start.
            (at, line_start) = (at + 1, false);
            continue;
        }
        body.push(input[at]);
        at += 1;
        line_start = input[..at].ends_with(b"\r\n");
    }
    None
}

fn decode(sizes: Sizes, input: &[u8]) -> (Option<(Vec<u8>, usize)>, Findings) {
    let (mut decoder, mut body, mut used) = (DotDecoder::new(Findings::ALL), Vec::new(), 0);
    let mut buffer = Vec::new();
    for piece in sizes.cut(input) {
        buffer.extend_from_slice(piece);
        loop {
            let dotted = decoder.decode(&buffer);
            body.extend_from_slice(dotted.data);
            used += dotted.consumed;
            if dotted.end {
                return (Some((body, used)), decoder.found());
            }
            if dotted.consumed == 0 && dotted.data.is_empty() {
                break;
            }
            buffer.drain(..dotted.consumed);
        }
    }
    (None, decoder.found())
}

fn encode(sizes: Sizes, body: &[u8], newlines: Newlines) -> Option<Vec<u8>> {
    let (mut encoder, mut wire) = (DotEncoder::new(newlines), Vec::new());
    for piece in sizes.cut(body) {
        let encoded = encoder.encode(piece, |part| match part {
            Stuffed::Chunk(range) => wire.extend_from_slice(&piece[range]),
            Stuffed::Insert(octets) => wire.extend_from_slice(octets),
        });
        encoded.ok()?;
    }
    let ended = encoder.finish(|part| {
        if let Stuffed::Insert(octets) = part {
            wire.extend_from_slice(octets);
        }
    });
    ended.ok().map(|()| wire)
}

fuzz_target!(|data: &[u8]| {
    let Some((a, b, input)) = two_ways(data) else { return };
    let (one, other) = (decode(a, input), decode(b, input));
    assert_eq!(one, other);
    assert_eq!(one.0, reference(input));

    for newlines in [Newlines::Refuse, Newlines::Normalize] {
        let wire = encode(a, input, newlines);
        assert_eq!(wire, encode(b, input, newlines));
        let Some(wire) = wire else {
            assert_eq!(newlines, Newlines::Refuse);
            continue;
        };
        // There is one end mark, at the end, and no line ending that another receiver could see.
        let (body, used) = unstuff(&wire).expect("the end mark is there");
        assert_eq!(used, wire.len());
        let pairs = || wire.windows(2);
        assert!(!pairs().any(|pair| (pair[0] == b'\r') != (pair[1] == b'\n')));
        if newlines == Newlines::Refuse {
            assert!(body == input || body == [input, b"\r\n"].concat());
        }
    }
});
