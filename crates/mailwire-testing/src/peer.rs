//! A client in memory and what it tells; and a client and a server that talk.

use std::fmt::Debug;

use mailwire_core::Machine;

use crate::drive::{Driven, Input, output};

/// What a client told, as a value to compare.
pub trait Seen: PartialEq + Debug + Sized {
    /// The client.
    type Client: Machine<Error: Copy + PartialEq + Debug>;

    /// What this event tells.
    fn event(event: &<Self::Client as Machine>::Event<'_>) -> Self;

    /// That this ended the session.
    fn error(error: <Self::Client as Machine>::Error) -> Self;

    /// What ended the session, if it tells that.
    fn is_error(&self) -> Option<<Self::Client as Machine>::Error>;

    /// Adds it to what was seen. The parts of a body may be joined.
    fn add(self, all: &mut Vec<Self>) {
        all.push(self);
    }
}

/// A client whose input and output are in memory.
pub struct Peer<S: Seen> {
    /// The client.
    pub client: S::Client,
    input: Input,
}

impl<S: Seen> Peer<S> {
    /// Nothing is heard yet.
    pub fn new(client: S::Client) -> Self {
        Self { client, input: Input::new() }
    }

    /// Everything that happens on these bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<S> {
        let mut all = Vec::new();
        let on = |_: &mut S::Client, event: <S::Client as Machine>::Event<'_>| {
            S::event(&event).add(&mut all);
        };
        if let Err(error) = self.input.receive(&mut self.client, bytes, on) {
            let error = S::error(error);
            if all.last() != Some(&error) {
                all.push(error);
            }
        }
        all
    }

    /// All that is queued for the server, written.
    pub fn output(&mut self) -> Vec<u8> {
        output(&mut self.client)
    }
}

/// A client and a server that exchange their bytes in parts.
pub struct Pair<S: Seen, A> {
    /// The client.
    pub peer: Peer<S>,
    /// The server, and the application on it.
    pub app: A,
    /// Octets of a part; the default is all that there are.
    pub part: usize,
    /// Everything that the client wrote.
    pub from_client: Vec<u8>,
    /// Everything that the server wrote.
    pub from_server: Vec<u8>,
    pending: Input,
}

impl<S: Seen, A: Driven> Pair<S, A> {
    /// Nothing is said yet.
    pub fn new(client: S::Client, app: A) -> Self {
        let (from_client, from_server) = (Vec::new(), Vec::new());
        let pending = Input::new();
        Self { peer: Peer::new(client), app, part: usize::MAX, from_client, from_server, pending }
    }

    /// Moves bytes until both sides are quiet; tells what the client saw.
    pub fn run(&mut self) -> Vec<S> {
        let mut all = Vec::new();
        loop {
            self.peer.feed(b"").into_iter().for_each(|one| one.add(&mut all));
            let out = self.peer.output();
            self.from_client.extend_from_slice(&out);
            for part in out.chunks(self.part) {
                self.pending.push(part);
                self.pending.feed(&mut self.app);
            }
            self.pending.feed(&mut self.app);
            let back = self.app.output();
            self.pending.feed(&mut self.app);
            self.from_server.extend_from_slice(&back);
            if out.is_empty() && back.is_empty() {
                return all;
            }
            for part in back.chunks(self.part) {
                self.peer.feed(part).into_iter().for_each(|one| one.add(&mut all));
            }
        }
    }
}
