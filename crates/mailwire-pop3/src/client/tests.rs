//! Tests of what only the inside of the client shows.

use super::*;

#[test]
fn events_stay_small() {
    assert!(size_of::<Event<'_>>() <= 128, "{} octets", size_of::<Event<'_>>());
}
