//! SMTP and LMTP without I/O: every command and every reply, parsed and printed, and both ends of the
//! conversation as pure state machines. Any runtime can drive them: threads, tokio, an event loop, a
//! fuzzer.
//!
//! ```text
//! socket -> caller's buffer -> framing -> frame -> grammar -> message -> machine -> Event<'input>
//! socket <- transmit queue  <- encoder <------------- message <- machine <- send, send_body
//! ```
//!
//! The loop is the same for all machines: write what is queued, take events until there are none,
//! and read only when there is nothing to write either.
//!
//! ```
//! use mailwire_smtp::client::{Client, ClientConfig, Event};
//! use mailwire_smtp::element::domain::Domain;
//! use mailwire_smtp::{Command, InputBuffer, Machine};
//! use std::io::{Read, Write};
//!
//! fn hello(mut socket: impl Read + Write) -> std::io::Result<bool> {
//!     let mut client = Client::new(ClientConfig::default());
//!     let mut input = InputBuffer::new(65_536);
//!     loop {
//!         while !client.transmit().is_empty() {
//!             let written = socket.write(client.transmit().first())?;
//!             client.transmitted(written);
//!         }
//!         let received = client.receive(input.bytes()).map_err(std::io::Error::other)?;
//!         match &received.event {
//!             Some(Event::Greeting(_)) => {
//!                 let name = Domain::name("client.example").map_err(std::io::Error::other)?;
//!                 client.send(&Command::Ehlo(name.into())).map_err(std::io::Error::other)?;
//!             }
//!             Some(Event::Reply { reply, .. }) => return Ok(reply.code().is_positive()),
//!             _ => {}
//!         }
//!         let idle = received.event.is_none() && client.transmit().is_empty();
//!         input.consume(received.consumed);
//!         if idle {
//!             let read = socket.read(input.space().map_err(std::io::Error::other)?)?;
//!             input.filled(read);
//!         }
//!     }
//! }
//! # // A server that says its lines one after the other, and keeps what it hears.
//! # struct Peer(Vec<&'static [u8]>, Vec<u8>);
//! # impl Read for &mut Peer {
//! #     fn read(&mut self, mut to: &mut [u8]) -> std::io::Result<usize> { to.write(self.0.remove(0)) }
//! # }
//! # impl Write for &mut Peer {
//! #     fn write(&mut self, from: &[u8]) -> std::io::Result<usize> { self.1.write(from) }
//! #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
//! # }
//! # let mut peer = Peer(vec![b"220 mail.example\r\n", b"250 mail.", b"example\r\n"], Vec::new());
//! # assert!(hello(&mut peer).unwrap());
//! # assert_eq!(peer.1, b"EHLO client.example\r\n");
//! ```
//!
//! # Which file do I open
//!
//! | question | file |
//! |---|---|
//! | which commands are there, and when are they legal | [`command`], [`state`] |
//! | how is MAIL parsed and printed | [`family::mail`]; one file for each [`family`] |
//! | what is an address, a code, a date | [`element`] |
//! | what is a reply | [`reply`], [`family::greeting`], [`family::hello`] |
//! | which extensions are there | [`extension`] |
//! | where does a reply end | [`framing`] |
//! | what is tolerated | [`tolerance`] |
//! | how much is allowed | [`limits`] |
//! | what went wrong, and whose fault is it | [`error`] |
//! | how do I speak as a client | [`opener`], [`client`], [`delivery`] |
//! | how do I speak as a server | [`server`] |
//! | how do I listen to others | [`observer`] |
//!
//! # What is not here
//!
//! Sockets, clocks, TLS, name resolution, SASL mechanisms beyond the trivial ones, message formats,
//! queues. Bodies are octets.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod client;
pub mod command;
pub mod delivery;
pub mod element;
pub mod error;
pub mod extension;
pub mod family;
pub mod framing;
pub mod limits;
pub mod observer;
pub mod opener;
pub mod protocol;
pub mod reply;
pub mod server;
pub mod state;
mod token;
pub mod tolerance;

#[cfg(test)]
mod rows;

pub use client::{Client, ClientConfig};
pub use command::{Command, Verb};
pub use error::{PeerError, UsageError};
pub use extension::{Extension, ExtensionSet, Extensions};
pub use limits::Limits;
pub use mailwire_core::{
    InputBuffer, InvalidValue, Machine, Received, Secret, SyntaxError, TlsPolicy, Unanswered, Wait,
};
pub use mailwire_core::{body, sasl};
pub use protocol::Protocol;
pub use reply::Reply;
pub use server::{Server, ServerConfig};
pub use state::State;
pub use tolerance::Deviation;

/// The tolerated deviations of SMTP and LMTP.
pub type Tolerance = mailwire_core::Tolerance<Deviation>;
/// A set of deviations of SMTP and LMTP.
pub type Deviations = mailwire_core::Deviations<Deviation>;
