//! To be written.

use super::pending;

pending! {
    Thread
}
pending! { tail
    Threads
}
