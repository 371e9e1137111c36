//! What a driver keeps for each connection, and what it does with it.

use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mailwire_core::{InputBuffer, Machine, Received, Wait};

/// A socket with its input and the time that its peer has.
pub(crate) struct Connection {
    socket: TcpStream,
    input: InputBuffer,
    /// How long a peer may take for what a machine waits for.
    timeout: fn(Wait) -> Option<Duration>,
    deadline: Option<Instant>,
    over: bool,
}

/// What an application or a machine can fail with.
type Failure = Box<dyn Error + Send + Sync>;

impl Connection {
    pub(crate) fn new(
        socket: TcpStream,
        timeout: fn(Wait) -> Option<Duration>,
    ) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let input = InputBuffer::new(1 << 16);
        Ok(Self { socket, input, timeout, deadline: None, over: false })
    }

    /// True when the connection can be dropped.
    pub(crate) const fn is_over(&self) -> bool {
        self.over
    }

    /// Moves what can be moved without waiting, and tells whether anything was. What goes wrong ends
    /// this connection and no other.
    pub(crate) fn turn<M: Machine>(
        &mut self,
        machine: &mut M,
        mut act: impl FnMut(&mut M, M::Event<'_>) -> Result<(), Failure>,
    ) -> bool
    where
        M::Error: Into<Failure>,
    {
        let moved = self.go_round(machine, &mut act).unwrap_or_else(|error| {
            let _ = writeln!(io::stderr(), "many: {error}");
            // The machine may have a last line for its peer.
            let _ = self.write(machine);
            self.over = true;
            true
        });
        if moved {
            let time = (self.timeout)(machine.waiting_for());
            self.deadline = time.map(|time| Instant::now() + time);
        }
        self.over |= self.deadline.is_some_and(|deadline| deadline < Instant::now());
        moved
    }

    /// Writes, acts on events, and reads when there is nothing of either.
    fn go_round<M: Machine>(
        &mut self,
        machine: &mut M,
        act: &mut impl FnMut(&mut M, M::Event<'_>) -> Result<(), Failure>,
    ) -> Result<bool, Failure>
    where
        M::Error: Into<Failure>,
    {
        let mut moved = self.write(machine)?;
        while self.take_event(machine, act)? {
            self.write(machine)?;
            moved = true;
        }
        // A machine can have something to say without an event.
        if self.write(machine)? {
            return Ok(true);
        }
        match machine.waiting_for() {
            Wait::Closed => self.over = machine.transmit().is_empty(),
            // Input stays with the kernel, and so with the peer, until the machine has room for it.
            Wait::Transmit | Wait::Application => {}
            _ => match ready(self.socket.read(self.input.space()?))? {
                Some(0) => {
                    machine.receive_eof().map_err(Into::into)?;
                    self.over = true;
                }
                Some(n) => {
                    self.input.filled(n);
                    moved = true;
                }
                None => {}
            },
        }
        Ok(moved)
    }

    /// Gives the machine what is here, and its event to the application. False when it has none.
    fn take_event<M: Machine>(
        &mut self,
        machine: &mut M,
        act: &mut impl FnMut(&mut M, M::Event<'_>) -> Result<(), Failure>,
    ) -> Result<bool, Failure>
    where
        M::Error: Into<Failure>,
    {
        let Received { consumed, event } =
            machine.receive(self.input.bytes()).map_err(Into::into)?;
        let more = event.is_some();
        event.map_or(Ok(()), |event| act(machine, event))?;
        self.input.consume(consumed);
        Ok(more)
    }

    /// Writes what is queued, as far as the socket takes it.
    fn write(&mut self, machine: &mut impl Machine) -> io::Result<bool> {
        let mut moved = false;
        while !machine.transmit().is_empty() {
            let Some(n) = ready(self.socket.write(machine.transmit().first()))? else { break };
            machine.transmitted(n);
            moved = true;
        }
        Ok(moved)
    }
}

/// What was moved; `None` when the socket is not ready.
fn ready(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(None),
        result => result.map(Some),
    }
}
