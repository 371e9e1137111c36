//! What the tests share.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

pub mod corpus;
