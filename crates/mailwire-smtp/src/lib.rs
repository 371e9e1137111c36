//! SMTP and LMTP without I/O.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod element;
pub mod tolerance;
pub use tolerance::Deviation;
#[cfg(test)]
mod rows;
