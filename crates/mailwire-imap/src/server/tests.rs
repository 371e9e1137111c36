//! What only the inside of the server shows: its size.

use super::*;

#[test]
fn an_idle_server_is_small() {
    assert!(size_of::<Server>() <= 256, "{} octets", size_of::<Server>());
}
