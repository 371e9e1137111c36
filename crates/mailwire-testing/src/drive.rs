//! Machines in memory, driven as a driver with a socket would.

use std::fmt::Debug;

use mailwire_core::Machine;
use mailwire_core::buffer::InputBuffer;

/// A machine and what acts on its events: the application behind a server, the caller of a client.
pub trait Driven {
    /// The machine.
    type Machine: Machine<Error: Copy + PartialEq + Debug>;

    /// The machine.
    fn machine(&mut self) -> &mut Self::Machine;

    /// Acts on an event.
    fn act(&mut self, event: <Self::Machine as Machine>::Event<'_>);

    /// Takes note of what ended the session.
    fn fail(&mut self, error: <Self::Machine as Machine>::Error);

    /// Drops what was noted so far.
    fn forget(&mut self);

    /// Takes note of what the machine thinks of the end of its input.
    fn ended(&mut self, end: Result<(), <Self::Machine as Machine>::Error>);

    /// Feeds `input` until there is no event; gives the octets that were consumed, all on an error.
    fn feed(&mut self, input: &[u8]) -> usize {
        rounds(self, input, Self::machine, Self::act).unwrap_or_else(|error| {
            self.fail(error);
            input.len()
        })
    }

    /// All that is queued for the peer, written.
    fn output(&mut self) -> Vec<u8> {
        output(self.machine())
    }

    /// So many octets of what is queued for the peer, written.
    fn write(&mut self, octets: usize) -> Vec<u8> {
        write(self.machine(), octets)
    }
}

/// The input of a machine, in a buffer as a driver has it.
#[derive(Debug)]
pub struct Input(InputBuffer);

impl Default for Input {
    fn default() -> Self {
        Self(InputBuffer::new(usize::MAX))
    }
}

impl Input {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes octets from the peer.
    pub fn push(&mut self, mut octets: &[u8]) {
        while !octets.is_empty() {
            let space = self.0.space().unwrap();
            let (now, later) = octets.split_at(octets.len().min(space.len()));
            space[..now.len()].copy_from_slice(now);
            self.0.filled(now.len());
            octets = later;
        }
    }

    /// What is not consumed yet.
    pub fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Gives what is here to `driven`; tells whether any of it was consumed.
    pub fn feed(&mut self, driven: &mut impl Driven) -> bool {
        let consumed = driven.feed(self.0.bytes());
        self.0.consume(consumed);
        consumed > 0
    }

    /// Takes octets and gives what is here to a machine until there is no event.
    ///
    /// # Errors
    /// What ended the session; the input is dropped.
    pub fn receive<M: Machine>(
        &mut self,
        machine: &mut M,
        octets: &[u8],
        on: impl FnMut(&mut M, M::Event<'_>),
    ) -> Result<(), M::Error> {
        self.push(octets);
        match rounds(machine, self.0.bytes(), |machine| machine, on) {
            Ok(consumed) => self.0.consume(consumed),
            Err(error) => {
                self.0.clear();
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Runs a machine over pieces of input, and collects what the caller makes of its events. What
/// ended the session comes last.
pub fn collect<'b, M: Machine, T>(
    machine: &mut M,
    pieces: impl IntoIterator<Item = &'b [u8]>,
    mut on: impl FnMut(&mut M, M::Event<'_>) -> T,
) -> (Vec<T>, Option<M::Error>) {
    let (mut input, mut all) = (Input::new(), Vec::new());
    for piece in pieces {
        let result = input.receive(machine, piece, |machine, event| all.push(on(machine, event)));
        if let Err(error) = result {
            return (all, Some(error));
        }
    }
    (all, None)
}

/// All that is queued for the peer, written.
pub fn output(machine: &mut impl Machine) -> Vec<u8> {
    write(machine, usize::MAX)
}

/// So many octets of what is queued for the peer, written.
pub fn write(machine: &mut impl Machine, octets: usize) -> Vec<u8> {
    let mut out: Vec<u8> = machine.transmit().slices().flatten().copied().collect();
    out.truncate(octets);
    machine.transmitted(out.len());
    out
}

/// The loop of every driver: until there is no event.
fn rounds<D: ?Sized, M: Machine>(
    driven: &mut D,
    input: &[u8],
    machine: impl Fn(&mut D) -> &mut M,
    mut act: impl FnMut(&mut D, M::Event<'_>),
) -> Result<usize, M::Error> {
    let mut consumed = 0;
    loop {
        let received = machine(driven).receive(&input[consumed..])?;
        consumed += received.consumed;
        match received.event {
            Some(event) => act(driven, event),
            None => return Ok(consumed),
        }
    }
}
