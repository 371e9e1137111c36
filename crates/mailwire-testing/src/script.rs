//! One script, its octets cut in every way: the same must come out.
//!
//! A script is a function, and it runs once for each [cut](Cut::some). What was seen and what was
//! written is compared, and the first run is handed to the test.

use mailwire_core::Machine;

use crate::cut::{Cut, Cutter};
use crate::drive::{Driven, Input, write};
use crate::peer::{Peer, Seen};

/// A client that is typed, and the server behind it.
pub struct Talk<A> {
    /// The server, and the application on it.
    pub app: A,
    /// All that the client read.
    pub output: Vec<u8>,
    cutter: Cutter,
    pending: Input,
}

impl<A: Driven> Talk<A> {
    /// Nothing is said, and nothing is read yet.
    pub fn new(app: A, cut: Cut) -> Self {
        Self { app, output: Vec::new(), cutter: cut.cutter(), pending: Input::new() }
    }

    /// The client says something, and only then reads all answers.
    pub fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.shout(bytes);
        self.read();
    }

    /// The client says something and reads nothing.
    pub fn shout(&mut self, bytes: impl AsRef<[u8]>) {
        for piece in self.cutter.pieces(bytes.as_ref()) {
            self.pending.push(piece);
            self.pending.feed(&mut self.app);
        }
    }

    /// The client reads until the server is quiet.
    pub fn read(&mut self) {
        loop {
            let output = self.app.output();
            self.output.extend_from_slice(&output);
            if !self.pending.feed(&mut self.app) && output.is_empty() {
                return;
            }
        }
    }

    /// The client reads so many octets, and the driver does nothing else.
    pub fn read_octets(&mut self, n: usize) {
        let output = self.app.write(n);
        assert_eq!(output.len(), n);
        self.output.extend_from_slice(&output);
    }

    /// Drops what was noted so far.
    pub fn forget(&mut self) {
        self.app.forget();
        self.output.clear();
    }

    /// The client closes.
    pub fn end(&mut self) {
        let end = self.app.machine().receive_eof();
        self.app.ended(end);
        self.read();
    }
}

/// A client, and a server that is typed.
pub struct Call<S: Seen> {
    /// The client, and its caller.
    pub peer: Peer<S>,
    /// What the client told.
    pub seen: Vec<S>,
    /// All that the client wrote.
    pub sent: Vec<u8>,
    cutter: Cutter,
    error: Option<<S::Client as Machine>::Error>,
}

impl<S: Seen> Call<S> {
    /// Nothing is said yet.
    pub fn new(client: S::Client, cut: Cut) -> Self {
        let (seen, sent) = (Vec::new(), Vec::new());
        Self { peer: Peer::new(client), seen, sent, cutter: cut.cutter(), error: None }
    }

    /// The driver writes what is queued.
    pub fn write(&mut self) {
        let output = self.peer.output();
        assert!(self.error.is_none() || output.is_empty(), "words behind an error");
        self.sent.extend_from_slice(&output);
    }

    /// The driver writes so many octets of what is queued.
    pub fn write_octets(&mut self, n: usize) {
        let output = write(&mut self.peer.client, n);
        assert_eq!(output.len(), n);
        self.sent.extend_from_slice(&output);
    }

    /// The driver writes everything, and then the server says something.
    pub fn hear(&mut self, bytes: impl AsRef<[u8]>) {
        self.write();
        self.hear_early(bytes);
        self.write();
    }

    /// The server says something before the driver writes.
    pub fn hear_early(&mut self, bytes: impl AsRef<[u8]>) {
        for piece in self.cutter.pieces(bytes.as_ref()) {
            let seen = self.peer.feed(piece);
            self.note(seen);
        }
        let seen = self.peer.feed(b"");
        self.note(seen);
    }

    /// The server closes.
    pub fn end(&mut self) {
        self.write();
        let seen = match self.peer.client.receive_eof() {
            Ok(()) => self.peer.feed(b""),
            Err(error) => vec![S::error(error)],
        };
        self.note(seen);
    }

    /// What ended the session.
    pub fn error(&self) -> Option<<S::Client as Machine>::Error> {
        self.error
    }

    fn note(&mut self, seen: Vec<S>) {
        for seen in seen {
            if let Some(error) = seen.is_error() {
                assert_eq!(*self.error.get_or_insert(error), error, "the error is not sticky");
                if self.seen.contains(&seen) {
                    continue;
                }
            }
            seen.add(&mut self.seen);
        }
    }
}
