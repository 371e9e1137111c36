//! IMAP4rev1 (RFC 3501) and IMAP4rev2 (RFC 9051) without I/O.
//!
//! The elements of the grammar are here, in both directions. Commands, responses and the machines
//! follow.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod client;
pub mod code;
pub mod command;
mod dispatch;
pub mod element;
pub mod error;
pub mod extension;
pub mod family;
pub mod framing;
pub mod limits;
pub mod mode;
pub mod observer;
pub mod opener;
pub mod pipelining;
pub mod response;
pub mod resync;
pub mod server;
pub mod state;
pub mod status;
pub mod token;
pub mod tolerance;
pub mod view;

#[cfg(test)]
mod rows;

pub use client::{Client, ClientConfig};
pub use code::Code;
pub use command::{Command, TaggedCommand, Verb};
pub use error::{PeerError, UsageError};
pub use extension::{Extension, ExtensionSet};
pub use family::capability::Extensions;
pub use limits::Limits;
pub use mailwire_core::{
    InputBuffer, InvalidValue, Machine, Received, SyntaxError, TlsPolicy, Transmit, Unanswered,
    Wait,
};
pub use mailwire_core::{Secret, body, sasl};
pub use mode::Mode;
pub use response::{Continue, Data, Response};
pub use server::{Server, ServerConfig};
pub use state::State;
pub use status::{Greeting, Status, StatusKind, Tagged};
pub use tolerance::Deviation;

/// The tolerated deviations of IMAP.
pub type Tolerance = mailwire_core::Tolerance<Deviation>;
/// A set of deviations of IMAP.
pub type Deviations = mailwire_core::Deviations<Deviation>;
