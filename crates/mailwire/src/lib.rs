//! The front door of mailwire: mail protocols without I/O, each behind a feature.
//!
//! | module | protocol | feature |
//! |---|---|---|
//! | `smtp` | SMTP and LMTP | `smtp` |
//!
//! This crate has no code of its own; the modules are the crates `mailwire-smtp` and, as they come,
//! `mailwire-imap` and `mailwire-pop3`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "smtp")]
pub use mailwire_smtp as smtp;

/// The examples of the README, as tests.
#[cfg(all(doctest, feature = "smtp"))]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
