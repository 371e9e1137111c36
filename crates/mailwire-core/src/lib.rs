//! What the mailwire protocol crates share, and that knows no protocol.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod body;
pub mod buffer;
pub mod error;
pub mod line;
pub mod sasl;
pub mod secret;
pub mod transmit;
