//! What the tests of the protocol crates share. It knows no protocol: what differs is in the folder
//! `tests/support` of each crate.
//!
//! | module | what it holds |
//! |---|---|
//! | [`corpus`] | where the corpus is, and how its files are read |
//! | [`transcript`] | dialogues that are written down or were recorded |
//! | [`cut`] | every way to cut octets, and the check that the same comes out |
//! | [`drive`] | a machine in memory: fed, asked for events, its output taken |
//! | [`peer`] | a client in memory and what it tells; a client and a server that talk |
//! | [`script`] | a typed client at a server, and a typed server at a client, cut in every way |
//! | [`late`] | an application that answers late |
//! | [`laws`] | the laws of every wire type, for property tests |
//! | [`heap`] | what a piece of code allocates |

// A helper that cannot go on is a test that fails.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate
)]

pub mod corpus;
pub mod cut;
pub mod drive;
pub mod heap;
pub mod late;
pub mod laws;
pub mod peer;
pub mod script;
pub mod transcript;

pub use mailwire_core::Side;
