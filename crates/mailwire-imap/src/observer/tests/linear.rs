//! How often octets are looked at for the ends of messages, counted.

use core::cell::Cell;

use super::*;
use crate::framing::tests::LOOKED;

/// Octets that the framers look at for an octet of the input, while both sides come in parts of `size`
/// octets.
fn cost(client: &[u8], server: &[u8], size: usize) -> f64 {
    let mut observer = Observer::new(ObserverConfig::default());
    if server.is_empty() {
        observer.receive_eof(Side::Server);
    }
    LOOKED.with(|total| total.set(0));
    for (side, input) in [(Side::Client, client), (Side::Server, server)] {
        let (mut from, mut to) = (0, 0);
        while to < input.len() {
            to = input.len().min(to + size);
            loop {
                let received = observer.receive(side, &input[from..to]);
                from += received.consumed;
                if received.event.is_none() {
                    break;
                }
            }
        }
        assert_eq!(from, input.len(), "all is consumed");
    }
    #[allow(clippy::cast_precision_loss)]
    let per_octet = LOOKED.with(Cell::get) as f64 / (client.len() + server.len()) as f64;
    per_octet
}

#[test]
fn no_octet_is_looked_at_often() {
    let long = "x".repeat(12_000);
    let literals = " {1+}\r\na".repeat(4000);
    let one_by_one = [
        // A long line, with nothing but a server that is deaf.
        format!("a SELECT {long}\r\n"),
        format!("a FROB{literals}\r\n"),
        // Each line may be a response, or DONE, or a command.
        format!("a AUTHENTICATE X\r\n{}\r\n{long} NOOP\r\n", "AAAA".repeat(3000)),
        format!("a IDLE\r\n{long} NOOP\r\n"),
        // Behind a literal whose octets are awaited.
        format!("a LOGIN {{12000}}\r\n{long} x\r\n"),
        format!("a APPEND x {{24000}}\r\n{long}{long} (\\Seen) {{12000}}\r\n{long}\r\n"),
    ];
    for client in &one_by_one {
        for size in [1, 1460, client.len()] {
            let cost = cost(client.as_bytes(), b"", size);
            let head = client.get(..20).unwrap_or_default();
            assert!(cost > 0.0 && cost <= 2.1, "{cost} looks at {head} in parts of {size}");
        }
    }
    let server = format!(
        "* PREAUTH x\r\n* LIST () NIL {long}\r\n* 1 FETCH (BODY[] {{24000}}\r\n{long}{long} UID 1)\r\n\
         * 2 FETCH (ENVELOPE (NIL {{24000}}\r\n{long}{long} NIL NIL NIL NIL NIL NIL NIL NIL))\r\n"
    );
    for size in [1, 1460, server.len()] {
        let cost = cost(b"", server.as_bytes(), size);
        assert!(cost > 0.0 && cost <= 2.1, "{cost} looks in parts of {size}");
    }
}
