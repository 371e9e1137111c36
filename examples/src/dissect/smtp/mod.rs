//! SMTP and LMTP: feeds the observer and makes a record of each event.

mod value;

use std::io::{self, Write};

use mailwire_smtp::body::Findings;
use mailwire_smtp::observer::{BodyKind, Observed, Observer, ObserverConfig, Protocol, Side};
use mailwire_smtp::{Deviations, SyntaxError, Tolerance};
use serde_json::{Value, json};

use crate::input::Item;
use crate::record::{Output, Record, Roundtrip, Shown};
use value::Writing;

/// What one side sent and nobody has understood yet.
#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// Octets at the beginning of `bytes` that are done with.
    start: usize,
    /// Octets of this direction that are done with.
    taken: u64,
}

impl Waiting {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    fn push(&mut self, bytes: &[u8]) {
        // Moved only when at least as much is done with, so that no octet is moved often.
        if self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
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
pub(crate) struct Session {
    observer: Observer,
    tolerance: Tolerance,
    client: Waiting,
    server: Waiting,
    /// Where the body of each side began.
    body: [u64; 2],
    /// TLS that nobody opened.
    tls: Option<Run>,
}

impl Session {
    pub(crate) fn new(lmtp: bool, tolerance: Tolerance) -> Self {
        let protocol = if lmtp { Protocol::Lmtp } else { Protocol::Smtp };
        let config = ObserverConfig { protocol, tolerance, ..ObserverConfig::default() };
        Self {
            observer: Observer::new(config),
            tolerance,
            client: Waiting::default(),
            server: Waiting::default(),
            body: [0; 2],
            tls: None,
        }
    }

    /// Takes what happened, and tells what it means.
    pub(crate) fn hear<W: Write>(&mut self, item: Item, output: &mut Output<W>) -> io::Result<()> {
        match item {
            Item::Bytes(side, bytes) => {
                output.read(bytes.len());
                self.waiting(side).push(&bytes);
            }
            Item::Eof(side) => self.observer.receive_eof(side),
            Item::Tls => {
                self.tell_tls(output)?;
                for side in [Side::Client, Side::Server] {
                    self.drop_rest(side, output)?;
                }
                self.observer.tls_started();
                output.tls()?;
            }
        }
        self.listen(output)
    }

    /// The recording ends; nothing more comes of either side.
    pub(crate) fn finish<W: Write>(&mut self, output: &mut Output<W>) -> io::Result<()> {
        for side in [Side::Server, Side::Client] {
            self.observer.receive_eof(side);
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
            for side in [self.observer.client_side(), self.observer.client_side().other()] {
                let waiting = match side {
                    Side::Client => &mut self.client,
                    Side::Server => &mut self.server,
                };
                let received = self.observer.receive(side, waiting.rest());
                let (consumed, start) = (received.consumed, waiting.taken);
                let tls = self.tls.take();
                let record = received.event.and_then(|event| match event {
                    Observed::BodyBegin { .. } => {
                        quiet = false;
                        *place(&mut self.body, side) = start;
                        None
                    }
                    Observed::BodyChunk(_) | Observed::TlsReady => {
                        quiet = false;
                        None
                    }
                    Observed::Tls { octets, .. } => {
                        quiet = false;
                        self.tls = Some(Run { side, offset: start, length: count(octets.len()) });
                        None
                    }
                    event => {
                        let line = waiting.rest().get(..consumed).unwrap_or_default();
                        let frame = Frame {
                            side,
                            offset: start,
                            line,
                            body: *place(&mut self.body, side),
                            tolerance: self.tolerance,
                            secrets: output.shows_secrets(),
                        };
                        Some(frame.record(event))
                    }
                });
                // Runs of TLS grow, and are told before anything else is.
                match (tls, &mut self.tls) {
                    (Some(old), Some(new)) if old.side == new.side => {
                        *new = Run { length: old.length + new.length, ..old };
                    }
                    (Some(old), None) if record.is_none() => self.tls = Some(old),
                    (Some(old), _) => output.write(&tls_record(&old))?,
                    (None, _) => {}
                }
                if let Some(record) = record {
                    quiet = false;
                    output.write(&record)?;
                }
                self.waiting(side).take(consumed);
            }
            if quiet {
                return Ok(());
            }
        }
    }

    fn tell_tls<W: Write>(&mut self, output: &mut Output<W>) -> io::Result<()> {
        match self.tls.take() {
            Some(run) => output.write(&tls_record(&run)),
            None => Ok(()),
        }
    }

    /// What is left of a side cannot be understood any more.
    fn drop_rest<W: Write>(&mut self, side: Side, output: &mut Output<W>) -> io::Result<()> {
        let waiting = self.waiting(side);
        let (offset, octets) = (waiting.taken, waiting.rest().len());
        if octets == 0 {
            return Ok(());
        }
        waiting.take(octets);
        output.write(&incomplete(side, offset, count(octets), json!({})))
    }
}

/// The entry of a side.
const fn place(of: &mut [u64; 2], side: Side) -> &mut u64 {
    let [client, server] = of;
    match side {
        Side::Client => client,
        Side::Server => server,
    }
}

fn tls_record(run: &Run) -> Record {
    Record {
        side: run.side,
        offset: run.offset,
        length: run.length,
        kind: "tls",
        error: None,
        deviations: Vec::new(),
        roundtrip: Roundtrip::None,
        value: json!({ "octets": run.length }),
        shown: None,
    }
}

fn incomplete(side: Side, offset: u64, length: u64, value: Value) -> Record {
    Record {
        side,
        offset,
        length,
        kind: "incomplete",
        error: Some(("CRLF", length)),
        deviations: Vec::new(),
        roundtrip: Roundtrip::None,
        value,
        shown: None,
    }
}

/// Where an event stands, and what may be told of it.
struct Frame<'f> {
    side: Side,
    offset: u64,
    /// The octets that the event took.
    line: &'f [u8],
    /// Where the body began that ends here.
    body: u64,
    tolerance: Tolerance,
    secrets: bool,
}

impl Frame<'_> {
    fn record(&self, event: Observed<'_>) -> Record {
        let writing = Writing { line: self.line, tolerance: self.tolerance };
        match event {
            Observed::Greeting { greeting, deviations } => {
                let value = value::greeting(&greeting);
                self.parsed("greeting", deviations, writing.greeting(&greeting), value)
            }
            Observed::Command { command, deviations } => {
                let value = value::command(&command, self.secrets);
                self.parsed("command", deviations, writing.command(&command), value)
            }
            Observed::Reply { reply, answers, deviations } => {
                let value = value::reply(&reply, Some(answers));
                self.parsed("reply", deviations, writing.reply(&reply), value)
            }
            Observed::EhloReply { reply, deviations } => {
                let value = value::ehlo_reply(&reply);
                self.parsed("ehlo-reply", deviations, writing.ehlo_reply(&reply), value)
            }
            Observed::AuthChallenge { reply, deviations } => {
                let value = value::reply(&reply, None);
                self.parsed("auth-challenge", deviations, writing.reply(&reply), value)
            }
            Observed::AuthResponse { response, deviations } => {
                let value = value::response(response.expose(), self.secrets);
                self.parsed("auth-response", deviations, writing.response(response.expose()), value)
            }
            Observed::AuthCancel { deviations } => {
                self.parsed("auth-cancel", deviations, writing.response(b"*"), json!({}))
            }
            Observed::BodyEnd { kind, size, findings, complete } => {
                self.body(kind, size, findings, complete)
            }
            Observed::Invalid { line, error, .. } => {
                let secret = !self.secrets && value::may_be_secret(line);
                self.invalid(line, error, secret)
            }
            Observed::InvalidSecret { line, error } => {
                self.invalid(line.expose(), error, !self.secrets)
            }
            Observed::TooLong { name, limit, octets, .. } => {
                // The line may have come in many pieces, of which this is the last.
                let end = self.offset + count(self.line.len());
                Record {
                    offset: end.saturating_sub(octets),
                    length: octets,
                    error: Some((name, count(limit))),
                    ..self.told("too-long", json!({ "limit": name, "octets": octets }))
                }
            }
            Observed::Incomplete { octets, .. } => {
                let shown = if self.secrets || self.side == Side::Server {
                    json!({ "line": value::text(octets.expose()) })
                } else {
                    json!({})
                };
                incomplete(self.side, self.offset, count(self.line.len()), shown)
            }
            // The observer may tell more than is known here.
            _ => self.told("other", json!({})),
        }
    }

    /// A record without anything special.
    fn told(&self, kind: &'static str, value: Value) -> Record {
        Record {
            side: self.side,
            offset: self.offset,
            length: count(self.line.len()),
            kind,
            error: None,
            deviations: Vec::new(),
            roundtrip: Roundtrip::None,
            value,
            shown: None,
        }
    }

    fn parsed(
        &self,
        kind: &'static str,
        deviations: Deviations,
        roundtrip: Roundtrip,
        value: Value,
    ) -> Record {
        let deviations = deviations.iter().map(|deviation| format!("{deviation:?}")).collect();
        Record { deviations, roundtrip, ..self.told(kind, value) }
    }

    fn body(&self, kind: BodyKind, size: u64, findings: Findings, complete: bool) -> Record {
        let (name, last) = match kind {
            BodyKind::Data => ("data", None),
            BodyKind::Bdat { last } => ("bdat", Some(last)),
        };
        let findings: Vec<_> = findings.names().collect();
        let value = json!({
            "sent_with": name,
            "length": size,
            "last": last,
            "findings": findings,
            "complete": complete,
        });
        let end = self.offset + count(self.line.len());
        let length = end.saturating_sub(self.body);
        Record {
            offset: self.body,
            length,
            error: (!complete).then_some(("end of body", length)),
            ..self.told("body", value)
        }
    }

    /// A line that breaks the grammar; of a secret one only the place of the error is shown.
    fn invalid(&self, line: &[u8], error: SyntaxError, secret: bool) -> Record {
        let line = if secret { value::masked(line) } else { value::without_token(line) };
        Record {
            error: Some((error.rule, count(error.at))),
            value: json!({ "line": value::text(&line) }),
            shown: Some(Shown { line, error }),
            ..self.told("invalid", Value::Null)
        }
    }
}

fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
