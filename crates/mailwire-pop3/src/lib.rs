//! POP3 without I/O: every command and every answer, parsed and printed, and both ends of the
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
//! use mailwire_pop3::client::{Client, ClientConfig, Event};
//! use mailwire_pop3::{Command, Extension, InputBuffer, Machine};
//! use std::io::{Read, Write};
//!
//! fn offers_tls(mut socket: impl Read + Write) -> std::io::Result<bool> {
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
//!                 client.send(&Command::Capa).map_err(std::io::Error::other)?;
//!             }
//!             Some(Event::ListEnd { .. } | Event::Response { .. }) => {
//!                 return Ok(client.extensions().has(Extension::Stls));
//!             }
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
//! # let mut peer = Peer(vec![b"+OK ready\r\n", b"+OK\r\nTOP\r\nST", b"LS\r\n.\r\n"], Vec::new());
//! # assert!(offers_tls(&mut peer).unwrap());
//! # assert_eq!(peer.1, b"CAPA\r\n");
//! ```
//!
//! # Which file do I open
//!
//! | question | file |
//! |---|---|
//! | which commands are there, and when are they legal | [`command`], [`state`] |
//! | how is LIST parsed and printed | [`family::list`]; one file for each [`family`] |
//! | what is a message number, a unique-id, a response code | [`element`] |
//! | what is an answer, and what may follow it | [`response`], [`answer`] |
//! | which extensions are there | [`extension`], [`family::capa`] |
//! | where does a line of a listing end | [`framing`] |
//! | what is tolerated | [`tolerance`] |
//! | how much is allowed | [`limits`] |
//! | what went wrong, and whose fault is it | [`error`] |
//! | how do I speak as a client | [`opener`], [`client`] |
//! | how do I speak as a server | [`server`] |
//! | how do I listen to others | [`observer`] |
//!
//! # What is not here
//!
//! Sockets, clocks, TLS, MD5, SASL mechanisms beyond the trivial ones and their security layers,
//! message formats, maildrops. Messages are octets.

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
pub mod observer;
pub mod opener;
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
pub use error::{PeerError, UsageError};
pub use extension::{Extension, ExtensionSet, Extensions};
pub use limits::Limits;
pub use mailwire_core::{
    InputBuffer, InvalidValue, Machine, Received, Secret, SyntaxError, TlsPolicy, Unanswered, Wait,
};
pub use mailwire_core::{body, sasl};
pub use response::{Response, Status};
pub use server::{Server, ServerConfig};
pub use state::State;
pub use tolerance::Deviation;

/// The tolerated deviations of POP3.
pub type Tolerance = mailwire_core::Tolerance<Deviation>;
/// A set of deviations of POP3.
pub type Deviations = mailwire_core::Deviations<Deviation>;
