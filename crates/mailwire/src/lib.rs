//! The front door of mailwire: mail protocols without I/O, each behind a feature.
//!
//! | module | protocol | feature |
//! |---|---|---|
//! | `smtp` | SMTP and LMTP | `smtp` |
//! | `pop3` | POP3 | `pop3` |
//! | `imap` | IMAP4rev1 and IMAP4rev2 | `imap` |
//!
//! This crate has no code of its own; the modules are the crates `mailwire-smtp`, `mailwire-pop3` and
//! `mailwire-imap`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "imap")]
pub use mailwire_imap as imap;
#[cfg(feature = "pop3")]
pub use mailwire_pop3 as pop3;
#[cfg(feature = "smtp")]
pub use mailwire_smtp as smtp;

/// The examples of the README, as tests.
#[cfg(all(doctest, feature = "smtp", feature = "pop3", feature = "imap"))]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
