//! How often octets are looked at, counted.

use super::*;

/// Octets that a framer looks at while `input` arrives in parts of `size` octets and stays until its
/// message is complete.
fn cost(server: bool, input: &[u8], size: usize, limits: &FrameLimits, policy: Policy) -> usize {
    let (mut framer, mut from, mut to) = (Either::new(server), 0, 0);
    LOOKED.with(|total| total.set(0));
    while to < input.len() {
        to = input.len().min(to + size);
        loop {
            let framed = framer.frame(&input[from..to], limits);
            match framed {
                Framed::More => break,
                Framed::Literal { literal, fits, .. } => {
                    from += framer.decide(policy(literal, fits));
                }
                Framed::Lost { fault, .. } => assert_eq!(fault, Fault::Line, "not lost"),
                _ => from += framed.consumed(),
            }
        }
    }
    assert_eq!(from, input.len(), "all is consumed");
    LOOKED.with(Cell::get)
}

#[test]
fn x_01_a_line_in_single_octets() {
    let mut line = vec![b'a'; 1 << 20];
    line[0] = b'*';
    line.extend_from_slice(b"\r\n");
    for server in [true, false] {
        assert_eq!(cost(server, &line, 1, &WIDE, accept), line.len());
        assert_eq!(cost(server, &line, 1460, &WIDE, accept), line.len());
        assert_eq!(cost(server, &line, line.len(), &WIDE, accept), line.len());
    }
}

#[test]
fn many_literals_in_one_message() {
    let mut message = b"* X".to_vec();
    for _ in 0..100_000 {
        message.extend_from_slice(b" {1+}\r\na");
    }
    message.extend_from_slice(b"\r\n");
    for size in [1, 7, 1460, message.len()] {
        // The octets of literals are not looked at.
        let lines = message.len() - 100_000;
        assert_eq!(cost(true, &message, size, &WIDE, accept), lines);
        // What stands before a header is looked at for quotes, once.
        let quotes = cost(false, &message, size, &WIDE, accept) - lines;
        assert_eq!(quotes, 100_000 + 3);
    }
}

#[test]
fn dropped_messages_cost_as_much_as_kept_ones() {
    let mut message = b"* X {9}\r\n012345678".to_vec();
    for _ in 0..10_000 {
        message.extend_from_slice(b" abc {5}\r\n01234");
    }
    message.extend_from_slice(b"\r\n");
    let limits = FrameLimits { inline: 5, ..WIDE };
    for size in [1, 1460, message.len()] {
        let cost = cost(false, &message, size, &limits, |_, _| Decision::Refuse);
        assert!(cost <= 2 * message.len());
    }
}

#[test]
fn x_08_a_large_literal_is_not_looked_at() {
    let size = 64 << 20;
    let mut message = std::format!("* 1 FETCH (BODY[] {{{size}}}\r\n").into_bytes();
    message.resize(message.len() + size, b'\n');
    message.extend_from_slice(b")\r\n");
    for server in [true, false] {
        assert!(cost(server, &message, 16_384, &WIDE, accept) < 100);
        let limits = FrameLimits { inline: 4096, ..WIDE };
        if !server {
            assert!(cost(server, &message, 16_384, &limits, |_, _| Decision::Refuse) < 100);
        }
    }
}

#[test]
fn blanks_are_looked_at_once() {
    let input = vec![0; 100_000];
    assert!(cost(false, &input, 1, &WIDE, accept) <= input.len());
    assert!(cost(false, &input, 1460, &WIDE, accept) <= input.len());
}
