//! IMAP without I/O: every command and every response of IMAP4rev1 (RFC 3501), IMAP4rev2 (RFC 9051) and
//! their extensions, parsed and printed, and both ends of the conversation as pure state machines. Any
//! runtime can drive them: threads, tokio, an event loop, a fuzzer.
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
//! use mailwire_imap::client::{Client, ClientConfig, Event};
//! use mailwire_imap::{Command, Extension, InputBuffer, Machine};
//! use std::io::{Read, Write};
//!
//! fn offers_tls(mut socket: impl Read + Write) -> std::io::Result<bool> {
//!     let mut client = Client::new(ClientConfig::default());
//!     let mut input = InputBuffer::new(1 << 20);
//!     loop {
//!         while !client.transmit().is_empty() {
//!             let written = socket.write(client.transmit().first())?;
//!             client.transmitted(written);
//!         }
//!         let received = client.receive(input.bytes()).map_err(std::io::Error::other)?;
//!         match &received.event {
//!             Some(Event::Greeting { .. }) => {
//!                 client.send(&Command::Capability).map_err(std::io::Error::other)?;
//!             }
//!             Some(Event::Completed { .. }) => {
//!                 return Ok(client.extensions().has(Extension::StartTls));
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
//! # let lines: Vec<&[u8]> =
//! #     vec![b"* OK ready\r\n", b"* CAPABILITY IMAP4rev1 START", b"TLS\r\nA1 OK done\r\n"];
//! # let mut peer = Peer(lines, Vec::new());
//! # assert!(offers_tls(&mut peer).unwrap());
//! # assert_eq!(peer.1, b"A1 CAPABILITY\r\n");
//! ```
//!
//! # Which file do I open
//!
//! | question | file |
//! |---|---|
//! | which commands are there, and when are they legal | [`command`], [`state`] |
//! | how is FETCH parsed and printed | [`family::fetch`]; one folder or file for each [`family`] |
//! | what is an envelope, a flag, a sequence set | [`element`] |
//! | which responses are there | [`response`], [`status`]; their codes are in [`code`] |
//! | what has a server to offer for a command | [`Command::needs`]; each name of an argument has `need` |
//! | which extensions are there | [`extension`], [`family::capability`] |
//! | what may be sent before an answer came | [`pipelining`] |
//! | where does the next message end, and what of its literals | [`framing`] |
//! | what changes the meaning of octets | [`mode`] |
//! | what is tolerated | [`tolerance`] |
//! | how much is allowed | [`limits`] |
//! | what went wrong, and whose fault is it | [`error`] |
//! | how do I speak as a client | [`opener`], [`client`] |
//! | how do I keep what the mailbox holds | [`view`], [`resync`] |
//! | how do I speak as a server | [`server`] |
//! | how do I listen to others | [`observer`] |
//!
//! # What is not here
//!
//! Sockets, clocks, TLS, compression, SASL mechanisms beyond the trivial ones and their security layers,
//! message formats, mail stores. Messages are octets.

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
mod needs;
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
