//! One conversation, whatever its protocol: keeps what is not understood yet, asks the listener, and
//! tells what it hears.
//!
//! Inside of TLS and behind COMPRESS the places are those of the plaintext.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::json;

use crate::frame::{Place, count};
use crate::inflate::{Broken, Inflater};
use crate::input::Item;
use crate::record::{Output, Record, Roundtrip};

/// Who sent the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// The side that opened the connection.
    Client,
    /// The side that accepted it.
    Server,
}

impl Side {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// What a listener makes of the next bytes of a side.
pub(crate) enum Told {
    /// More input is needed.
    Nothing,
    /// Something that no record tells.
    Unsaid,
    /// A body begins, that a later record tells as a whole.
    BodyBegins,
    /// TLS that nobody opened.
    Tls,
    /// Both sides are compressed from here on.
    Compressed,
    /// A message.
    Message(Box<Record>),
}

/// The observer of a protocol.
pub(crate) trait Listener {
    /// The side that is asked first.
    fn first(&self) -> Side {
        Side::Client
    }

    /// Hears what a side sent, and gives the octets that are done with.
    fn receive(&mut self, input: &[u8], place: &Place) -> (usize, Told);

    /// A side sends nothing more.
    fn receive_eof(&mut self, side: Side);

    /// Both sides are inside TLS.
    fn tls_started(&mut self);

    /// Both sides are inflated before they are heard.
    fn compression_started(&mut self) {}
}

/// What one side sent and nobody has understood yet.
#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// What this side sends is compressed.
    inflater: Option<Inflater>,
    /// Octets at the beginning of `bytes` that are done with.
    start: usize,
    /// Octets of this direction that are done with.
    taken: u64,
    /// Where its body began.
    body: u64,
}

impl Waiting {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        // Moved only when at least as much is done with, so that no octet is moved often.
        if self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        match &mut self.inflater {
            Some(inflater) => inflater.inflate(bytes, &mut self.bytes),
            None => {
                self.bytes.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// What was not understood is compressed, and all that follows.
    fn inflate(&mut self) -> Result<(), Broken> {
        let compressed = self.rest().to_vec();
        self.bytes.clear();
        self.start = 0;
        self.inflater = Some(Inflater::new());
        self.push(&compressed)
    }

    fn take(&mut self, octets: usize) {
        self.start += octets;
        self.taken += count(octets);
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        }
    }
}

/// A run of octets that is told in one record.
#[derive(Debug)]
struct Run {
    side: Side,
    offset: u64,
    length: u64,
}

/// One conversation.
pub(crate) struct Session<L> {
    listener: L,
    client: Waiting,
    server: Waiting,
    /// TLS that nobody opened.
    tls: Option<Run>,
}

impl<L: Listener> Session<L> {
    pub(crate) fn new(listener: L) -> Self {
        Self { listener, client: Waiting::default(), server: Waiting::default(), tls: None }
    }

    /// Takes what happened, and tells what it means.
    pub(crate) fn hear<W: Write>(&mut self, item: Item, output: &mut Output<W>) -> io::Result<()> {
        match item {
            Item::Bytes(side, bytes) => {
                output.read(bytes.len());
                if let Err(broken) = self.waiting(side).push(&bytes) {
                    self.tell_broken(side, broken, output)?;
                }
            }
            Item::Eof(side) => self.listener.receive_eof(side),
            Item::Tls => {
                self.tell_tls(output)?;
                for side in [Side::Client, Side::Server] {
                    self.drop_rest(side, output)?;
                }
                self.listener.tls_started();
                output.tls()?;
            }
        }
        self.listen(output)
    }

    /// The recording ends; nothing more comes of either side.
    pub(crate) fn finish<W: Write>(&mut self, output: &mut Output<W>) -> io::Result<()> {
        for side in [Side::Server, Side::Client] {
            self.listener.receive_eof(side);
        }
        self.listen(output)?;
        self.tell_tls(output)?;
        for side in [Side::Client, Side::Server] {
            self.drop_rest(side, output)?;
        }
        Ok(())
    }

    const fn waiting(&mut self, side: Side) -> &mut Waiting {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// Asks both sides until neither has more to tell.
    fn listen<W: Write>(&mut self, output: &mut Output<W>) -> io::Result<()> {
        loop {
            let mut quiet = true;
            for side in [self.listener.first(), self.listener.first().other()] {
                let waiting = match side {
                    Side::Client => &mut self.client,
                    Side::Server => &mut self.server,
                };
                let place = Place {
                    side,
                    offset: waiting.taken,
                    body: waiting.body,
                    secrets: output.shows_secrets(),
                };
                let (consumed, told) = self.listener.receive(waiting.rest(), &place);
                waiting.take(consumed);
                quiet &= matches!(told, Told::Nothing);
                match told {
                    Told::Nothing | Told::Unsaid => {}
                    Told::BodyBegins => waiting.body = place.offset,
                    Told::Tls => self.add_tls(&place, count(consumed), output)?,
                    Told::Compressed => {
                        self.listener.compression_started();
                        for side in [Side::Client, Side::Server] {
                            if let Err(broken) = self.waiting(side).inflate() {
                                self.tell_broken(side, broken, output)?;
                            }
                        }
                    }
                    Told::Message(record) => {
                        self.tell_tls(output)?;
                        output.write(&record)?;
                    }
                }
            }
            if quiet {
                return Ok(());
            }
        }
    }

    /// Runs of TLS grow, and are told before anything else is.
    fn add_tls<W: Write>(
        &mut self,
        place: &Place,
        length: u64,
        output: &mut Output<W>,
    ) -> io::Result<()> {
        match &mut self.tls {
            Some(run) if run.side == place.side => {
                run.length += length;
                Ok(())
            }
            _ => {
                self.tell_tls(output)?;
                self.tls = Some(Run { side: place.side, offset: place.offset, length });
                Ok(())
            }
        }
    }

    fn tell_tls<W: Write>(&mut self, output: &mut Output<W>) -> io::Result<()> {
        match self.tls.take() {
            Some(run) => output.write(&Record {
                side: run.side,
                offset: run.offset,
                length: run.length,
                kind: "tls",
                error: None,
                deviations: Vec::new(),
                roundtrip: Roundtrip::None,
                value: json!({ "octets": run.length }),
                shown: None,
            }),
            None => Ok(()),
        }
    }

    /// What a side sends cannot be inflated; the rest of it is lost.
    fn tell_broken<W: Write>(
        &mut self,
        side: Side,
        Broken: Broken,
        output: &mut Output<W>,
    ) -> io::Result<()> {
        let secrets = output.shows_secrets();
        let waiting = self.waiting(side);
        let offset = waiting.taken + count(waiting.rest().len());
        let place = Place { side, offset, body: waiting.body, secrets };
        let record = place.frame(&[]).told("compressed", json!({}));
        output.write(&Record { error: Some(("DEFLATE", 0)), ..record })
    }

    /// What is left of a side cannot be understood any more.
    fn drop_rest<W: Write>(&mut self, side: Side, output: &mut Output<W>) -> io::Result<()> {
        let secrets = output.shows_secrets();
        let waiting = self.waiting(side);
        let place = Place { side, offset: waiting.taken, body: waiting.body, secrets };
        let octets = waiting.rest().len();
        if octets == 0 {
            return Ok(());
        }
        let record = place.frame(waiting.rest()).incomplete(json!({}));
        waiting.take(octets);
        output.write(&record)
    }
}
