//! The client of the tour: opens a session, delivers one message, and quits.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};

use mailwire_smtp::client::{Client, Event};
use mailwire_smtp::delivery::{Chunking, Delivery, Envelope, RecipientOutcome, Step};
use mailwire_smtp::element::domain::Domain;
use mailwire_smtp::element::path::{ForwardPath, ReversePath};
use mailwire_smtp::opener::{OpenEvent, Opener, OpenerConfig};
use mailwire_smtp::sasl::{MechanismName, message};
use mailwire_smtp::server::Protocol;
use mailwire_smtp::{Command, InputBuffer, InvalidValue, Machine, State, UsageError};

use super::dialogue::{Dialogue, Outcome};
use super::message::Text;
use super::server::flush;

/// What to deliver.
pub(crate) struct Job<'j> {
    pub(crate) to: &'j [&'static str],
    pub(crate) chunked: bool,
    pub(crate) message: Text,
}

/// The socket and what was read from it and not yet understood.
struct Line<'d> {
    stream: TcpStream,
    input: InputBuffer,
    dialogue: Option<&'d Dialogue>,
}

impl Line<'_> {
    /// Writes what is queued, and shows it with the state behind it.
    fn flush(&mut self, machine: &mut impl Machine, state: State) -> io::Result<()> {
        if let Some(dialogue) = self.dialogue {
            let octets: Vec<u8> = machine.transmit().slices().flatten().copied().collect();
            dialogue.sent(&octets, state)?;
        }
        flush(machine, &mut self.stream)
    }

    fn read(&mut self) -> io::Result<()> {
        let space = self.input.space().map_err(io::Error::other)?;
        match self.stream.read(space)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.input.filled(count);
                Ok(())
            }
        }
    }
}

/// Delivers a message, and tells what became of it for each recipient.
pub(crate) fn deliver(
    address: SocketAddr,
    protocol: Protocol,
    job: &Job<'_>,
    dialogue: Option<&Dialogue>,
    progress: &mut dyn FnMut(u64),
) -> io::Result<Vec<Outcome>> {
    let stream = TcpStream::connect(address)?;
    let mut line = Line { stream, input: InputBuffer::new(65_536), dialogue };
    let mut client = open(&mut line, protocol)?;
    let envelope = envelope(job).map_err(io::Error::other)?;
    let mut delivery = Delivery::new(envelope);
    delivery.start(&mut client).map_err(io::Error::other)?;
    let mut parts = job.message.parts();
    let mut waiting = None;
    let mut giving = false;
    let mut sent = 0;
    while !delivery.is_done() {
        let state = client.state();
        line.flush(&mut client, state)?;
        let received = client.receive(line.input.bytes()).map_err(io::Error::other)?;
        let consumed = received.consumed;
        if let Some(event) = received.event {
            show(dialogue, &client, &event)?;
            match delivery.handle(&mut client, &event).map_err(io::Error::other)? {
                Step::BodyWanted => giving = true,
                Step::BodyRefused => giving = false,
                Step::Continue | Step::Done => {}
            }
            line.input.consume(consumed);
            continue;
        }
        line.input.consume(consumed);
        if giving {
            // One part at a time: what is queued is written before the next one is given.
            match waiting.take().or_else(|| parts.next()) {
                Some(part) => match delivery.send_body(&mut client, part.clone()) {
                    Ok(()) => {
                        sent += part.len() as u64;
                        progress(sent);
                        continue;
                    }
                    Err(UsageError::Busy) => waiting = Some(part),
                    Err(error) => return Err(io::Error::other(error)),
                },
                None => match delivery.finish_body(&mut client) {
                    Ok(()) => {
                        giving = false;
                        continue;
                    }
                    Err(UsageError::Busy) => {}
                    Err(error) => return Err(io::Error::other(error)),
                },
            }
        }
        if client.transmit().is_empty() {
            line.read()?;
        }
    }
    quit(&mut line, &mut client)?;
    Ok(delivery.recipients().iter().map(outcome).collect())
}

/// Greeting, EHLO or LHLO, authentication.
fn open(line: &mut Line<'_>, protocol: Protocol) -> io::Result<Client> {
    let name = Domain::name("client.example").map_err(io::Error::other)?;
    let mut config = OpenerConfig::new(name);
    config.client.protocol = protocol;
    config.client.auth_without_tls = true;
    config.mechanisms.push(MechanismName::new("PLAIN").map_err(io::Error::other)?);
    let mut opener = Opener::new(config);
    loop {
        let state = opener.client().state();
        line.flush(&mut opener, state)?;
        let received = opener.receive(line.input.bytes()).map_err(io::Error::other)?;
        let consumed = received.consumed;
        if let (Some(dialogue), Some(heard)) = (line.dialogue, line.input.bytes().get(..consumed)) {
            dialogue.heard(heard, opener.client().state())?;
        }
        let ready = match received.event {
            Some(OpenEvent::AuthWanted(_)) => {
                let secret = message::plain("", "alice", "secret").map_err(io::Error::other)?;
                opener.start_auth(Some(secret.expose())).map_err(io::Error::other)?;
                false
            }
            Some(OpenEvent::Ready) => true,
            _ => false,
        };
        let idle = received.event.is_none();
        line.input.consume(consumed);
        if ready {
            return Ok(opener.into_client());
        }
        if idle && opener.transmit().is_empty() {
            line.read()?;
        }
    }
}

fn quit(line: &mut Line<'_>, client: &mut Client) -> io::Result<()> {
    client.send(&Command::Quit).map_err(io::Error::other)?;
    loop {
        let state = client.state();
        line.flush(client, state)?;
        let received = client.receive(line.input.bytes()).map_err(io::Error::other)?;
        let consumed = received.consumed;
        match received.event {
            Some(Event::Closed) => return Ok(()),
            Some(event) => show(line.dialogue, client, &event)?,
            None if client.transmit().is_empty() => line.read()?,
            None => {}
        }
        line.input.consume(consumed);
    }
}

fn show(dialogue: Option<&Dialogue>, client: &Client, event: &Event<'_>) -> io::Result<()> {
    match (dialogue, event) {
        (Some(dialogue), Event::Reply { reply, .. }) => {
            dialogue.heard(reply.as_wire(), client.state())
        }
        _ => Ok(()),
    }
}

fn envelope(job: &Job<'_>) -> Result<Envelope, InvalidValue> {
    let to: Result<Vec<_>, _> =
        job.to.iter().map(|name| ForwardPath::mailbox(*name, "mail.example")).collect();
    let mut envelope = Envelope::new(ReversePath::mailbox("alice", "client.example")?, to?);
    envelope.size = Some(job.message.octets());
    if job.chunked {
        envelope.chunking = Chunking::Preferred;
    }
    Ok(envelope)
}

fn outcome(recipient: &mailwire_smtp::delivery::Recipient) -> Outcome {
    let path = String::from_utf8_lossy(&recipient.rcpt.forward_path.to_bytes()).into_owned();
    let (kind, text) = match &recipient.outcome {
        RecipientOutcome::Delivered(reply) => ("delivered", reply.to_string()),
        RecipientOutcome::Temporary(Some(reply)) => ("temporary", reply.to_string()),
        RecipientOutcome::Temporary(None) => ("temporary", "not sent".into()),
        RecipientOutcome::Permanent(reply) => ("permanent", reply.to_string()),
        RecipientOutcome::Impossible(extension) => ("impossible", extension.to_string()),
        _ => ("unknown", String::new()),
    };
    Outcome { path, kind, text }
}
