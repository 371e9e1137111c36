//! POP3 without I/O.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod answer;
pub mod client;
pub mod command;
pub mod element;
pub mod error;
pub mod extension;
pub mod family;
pub mod framing;
pub mod limits;
pub mod response;
pub mod server;
pub mod state;
mod token;
pub mod tolerance;

#[cfg(test)]
mod rows;

pub use answer::{Answer, Expect, Item, Listing};
pub use client::{Client, ClientConfig};
pub use command::{Command, Verb};
pub use error::{PeerError, Unanswered, UsageError};
pub use extension::{Extension, ExtensionSet, Extensions};
pub use limits::Limits;
pub use mailwire_core::{InputBuffer, InvalidValue, Machine, Received, Secret, SyntaxError, Wait};
pub use mailwire_core::{body, sasl};
pub use response::{Response, Status};
pub use server::{Server, ServerConfig};
pub use state::State;
pub use tolerance::Deviation;

/// The tolerated deviations of POP3.
pub type Tolerance = mailwire_core::Tolerance<Deviation>;
/// A set of deviations of POP3.
pub type Deviations = mailwire_core::Deviations<Deviation>;
