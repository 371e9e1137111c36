//! What the tests of the machines share.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(unreachable_pub)]

pub mod call;
pub mod server;
pub mod store;
