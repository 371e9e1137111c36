//! IMAP4rev1 (RFC 3501) and IMAP4rev2 (RFC 9051) without I/O.
//!
//! The elements of the grammar are here, in both directions. Commands, responses and the machines
//! follow.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod element;
pub mod mode;
pub mod resync;
pub mod token;
pub mod tolerance;
pub mod view;

#[cfg(test)]
mod rows;

pub use mailwire_core::{InvalidValue, SyntaxError};
pub use mode::Mode;
pub use tolerance::Deviation;

/// The tolerated deviations of IMAP.
pub type Tolerance = mailwire_core::Tolerance<Deviation>;
/// A set of deviations of IMAP.
pub type Deviations = mailwire_core::Deviations<Deviation>;
