//! Tests of what only the inside of the client shows.

use super::*;

#[test]
fn events_and_clients_are_small() {
    assert!(size_of::<Event<'_>>() <= 320, "{} octets", size_of::<Event<'_>>());
    assert!(size_of::<Client>() <= 464, "{} octets", size_of::<Client>());
}

#[test]
fn tags_are_tickets() {
    for number in [1, 9, 10, 12_345, u64::MAX] {
        let ticket = Ticket(number);
        assert_eq!(Ticket::of_tag(ticket.tag().as_bytes()), Some(ticket));
    }
    for tag in [&b"A"[..], b"", b"A0", b"A01", b"a1", b"A1x", b"B1", b"A18446744073709551616"] {
        assert_eq!(Ticket::of_tag(tag), None, "{}", tag.escape_ascii());
    }
}
