//! Bodies: octets that are not lines of the protocol, and that stream.
//!
//! There are two kinds. The length of a [`Counted`] body is announced: IMAP literals and BDAT. The
//! end of a dotted body is a line with a lone dot: DATA, RETR, TOP and the listings of POP3, read by
//! [`DotDecoder`] and written by [`DotEncoder`]. Each decoder has its encoder beside it. All of
//! them work on slices of what the caller has: memory does not depend on the size of a body.
//!
//! What is odd in a body is reported as [`Findings`]. What follows from them is the business of the
//! protocol and of its caller. What is known not to be in a piece of a body travels with it as
//! [`Inspected`], from a decoder to an encoder.

mod counted;
mod dot;
mod findings;
mod inspected;
mod scan;
mod stuff;

pub use counted::{Counted, CountedEncoder, LengthError};
pub use dot::{DotDecoder, Dotted, unstuff};
pub use findings::{Findings, Inspector, LINE_LIMIT};
pub use inspected::{Inspected, InspectedBytes};
pub use stuff::{BodyError, DotEncoder, Newlines, Stuffed, stuff};
