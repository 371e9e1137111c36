//! What the mailwire protocol crates share, and that knows no protocol: the way of the bytes from
//! a caller's buffer to typed values and back.
//!
//! ```text
//! socket -> caller's buffer -> framing -> frame -> grammar -> message -> machine -> event
//! socket <- transmit queue  <- encoder <------------- message <- machine <- send
//! ```
//!
//! | to know | open |
//! |---|---|
//! | where a line ends | [`mod@line`] |
//! | where a body ends, and how it is sent | [`body`] |
//! | how bytes wait on the way in and out | [`buffer`], [`transmit`] |
//! | the words of the grammar, both ways | [`token`], [`encoder`] |
//! | what a grammar function gets and gives | [`parse`] |
//! | what may deviate from the grammar | [`tolerance`] |
//! | what a machine is | [`machine`] |
//! | which answers a server still owes | [`owed`] |
//! | how SASL exchanges are framed | [`sasl`] |
//!
//! Programs depend on a protocol crate, which re-exports what they need from here. The grammar
//! helpers in this crate may change between minor versions.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod body;
pub mod buffer;
pub mod encoder;
pub mod error;
pub mod few;
pub mod line;
pub mod machine;
pub mod owed;
pub mod owned;
pub mod parse;
#[cfg(feature = "rows")]
pub mod rows;
pub mod sasl;
pub mod secret;
pub mod text;
pub mod token;
pub mod tolerance;
pub mod transmit;

pub use buffer::InputBuffer;
pub use encoder::Encoder;
pub use error::{InvalidValue, SyntaxError};
pub use few::Few;
pub use machine::{Machine, Received, Side, TlsPolicy, Unanswered, Wait};
pub use owned::{IntoBytes, IntoOwned};
pub use secret::Secret;
pub use tolerance::{Deviations, Tolerance};
pub use transmit::{Transmit, TransmitQueue};

/// Names that the macros of this crate use.
#[doc(hidden)]
pub mod export {
    pub use alloc::borrow::Cow;
    pub use alloc::string::String;
    pub use alloc::vec::Vec;
}
