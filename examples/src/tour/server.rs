//! A server for one connection, on a thread of its own.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use mailwire_smtp::element::domain::Domain;
use mailwire_smtp::family::hello::{Keyword, Mechanisms};
use mailwire_smtp::server::{BodyEnd, Event, Protocol, Server, ServerConfig};
use mailwire_smtp::{Command, InputBuffer, InvalidValue, Machine, Reply, UsageError};

use super::message::Sum;
use super::store::{SHORT, Store, Stored};

/// A server that waits for its one connection.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    thread: JoinHandle<io::Result<()>>,
}

impl Running {
    pub(crate) fn new(address: SocketAddr, thread: JoinHandle<io::Result<()>>) -> Self {
        Self { address, thread }
    }

    /// Waits for the end of the connection.
    pub(crate) fn join(self) -> io::Result<()> {
        self.thread.join().map_err(|_| io::Error::other("the server has panicked"))?
    }
}

/// Starts a server on a free port of the loopback interface.
pub(crate) fn start(protocol: Protocol, store: &Store) -> io::Result<Running> {
    let config = config(protocol).map_err(io::Error::other)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let store = store.clone();
    let thread = thread::spawn(move || {
        let (stream, _) = listener.accept()?;
        Connection::new(config, store).serve(stream)
    });
    Ok(Running { address, thread })
}

fn config(protocol: Protocol) -> Result<ServerConfig, InvalidValue> {
    let mut config = ServerConfig::new(Domain::name("mail.example")?)
        .offer(Keyword::Auth(Mechanisms::new("PLAIN")?));
    config.protocol = protocol;
    // The tour stays on the loopback interface, so it can do without TLS.
    config.auth_without_tls = true;
    config.limits.message = 1 << 30;
    Ok(config)
}

/// A server machine and the application behind it.
struct Connection {
    server: Server,
    store: Store,
    from: String,
    to: Vec<String>,
    body: Body,
}

/// What came of a message.
#[derive(Default)]
struct Body {
    sum: Sum,
    octets: Vec<u8>,
}

impl Body {
    fn add(&mut self, part: &[u8]) {
        self.sum.add(part);
        if self.octets.len() + part.len() <= SHORT {
            self.octets.extend_from_slice(part);
        }
    }

    /// The octets, if they are all here.
    fn octets(&self) -> Bytes {
        let whole = self.sum.summary().octets == self.octets.len() as u64;
        if whole { Bytes::copy_from_slice(&self.octets) } else { Bytes::new() }
    }
}

impl Connection {
    fn new(config: ServerConfig, store: Store) -> Self {
        Self {
            server: Server::new(Arc::new(config)),
            store,
            from: String::new(),
            to: Vec::new(),
            body: Body::default(),
        }
    }

    /// The loop that every driver has: write, take events, and read when there is nothing of either.
    fn serve(mut self, mut stream: TcpStream) -> io::Result<()> {
        let mut input = InputBuffer::new(65_536);
        self.server.accept().map_err(io::Error::other)?;
        loop {
            flush(&mut self.server, &mut stream)?;
            let received = self.server.receive(input.bytes()).map_err(io::Error::other)?;
            if let Some(event) = received.event {
                let closed = matches!(event, Event::Closed);
                act(
                    &mut self.server,
                    &self.store,
                    (&mut self.from, &mut self.to, &mut self.body),
                    event,
                )
                .map_err(io::Error::other)?;
                input.consume(received.consumed);
                if closed {
                    return flush(&mut self.server, &mut stream);
                }
                continue;
            }
            input.consume(received.consumed);
            if !self.server.transmit().is_empty() {
                continue;
            }
            let count = stream.read(input.space().map_err(io::Error::other)?)?;
            if count == 0 {
                return self.server.receive_eof().map_err(io::Error::other);
            }
            input.filled(count);
        }
    }
}

/// Writes what the machine has queued.
pub(crate) fn flush(machine: &mut impl Machine, stream: &mut TcpStream) -> io::Result<()> {
    loop {
        let count = match machine.transmit() {
            transmit if transmit.is_empty() => return Ok(()),
            transmit => {
                let mut slices = [io::IoSlice::new(&[]); 16];
                let filled = transmit.io_slices(&mut slices);
                stream.write_vectored(slices.get(..filled).unwrap_or_default())?
            }
        };
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        machine.transmitted(count);
    }
}

/// What the application knows of the message that comes.
type Message<'m> = (&'m mut String, &'m mut Vec<String>, &'m mut Body);

/// The application: who exists, who is full, and where messages go.
fn act(
    server: &mut Server,
    store: &Store,
    (from, to, body): Message<'_>,
    event: Event<'_>,
) -> Result<(), UsageError> {
    match event {
        Event::Command { command: Command::Mail(mail), .. } => {
            *from = String::from_utf8_lossy(&mail.reverse_path.to_bytes()).into_owned();
            to.clear();
            *body = Body::default();
            server.accept()
        }
        Event::Command { command: Command::Rcpt(rcpt), .. } => {
            let path = String::from_utf8_lossy(&rcpt.forward_path.to_bytes()).into_owned();
            if path.starts_with("<nobody@") {
                return send(server, "550 5.1.1 no such user\r\n");
            }
            to.push(path);
            server.accept()
        }
        Event::Command { command: Command::Data | Command::Bdat(_), .. } => server.accept_body(),
        Event::Command { command: Command::Auth(auth), .. } => match auth.initial_response() {
            Some(response) => login(server, response.as_ref().map_or(b"", |text| text.expose())),
            // PLAIN has no challenge of its own: an empty one asks for the response.
            None => server.challenge_auth(b""),
        },
        Event::AuthResponse(response) => login(server, response.expose()),
        Event::Command { .. } => server.accept(),
        Event::BodyChunk(part) => {
            body.add(&part);
            Ok(())
        }
        Event::BodyEnd(BodyEnd { last: true, refused: None, .. }) => {
            let kept = to.iter().filter(|path| !is_full(server, path)).cloned().collect();
            store.put(Stored {
                from: from.clone(),
                to: kept,
                summary: body.sum.summary(),
                octets: body.octets(),
            });
            // One answer, or in LMTP one for each accepted recipient.
            for path in to.iter() {
                if server.owed() == 0 {
                    break;
                }
                if is_full(server, path) {
                    send(server, "452 4.2.2 mailbox full\r\n")?;
                } else {
                    server.accept()?;
                }
            }
            Ok(())
        }
        Event::BodyEnd(BodyEnd { refused: None, .. }) => server.accept(),
        _ => Ok(()),
    }
}

/// In SMTP the one reply speaks for all, so a full mailbox cannot be told.
fn is_full(server: &Server, path: &str) -> bool {
    server.protocol() == Protocol::Lmtp && path.starts_with("<full@")
}

/// Ends AUTH by what the client's response to PLAIN says.
fn login(server: &mut Server, response: &[u8]) -> Result<(), UsageError> {
    let good = response == b"\0alice\0secret";
    let text = if good { "235 2.7.0 welcome\r\n" } else { "535 5.7.8 no\r\n" };
    match Reply::parse(text.as_bytes()) {
        Ok(reply) => server.finish_auth(&reply),
        Err(_) => Err(UsageError::NotNow { what: "AUTH" }),
    }
}

fn send(server: &mut Server, text: &str) -> Result<(), UsageError> {
    match Reply::parse(text.as_bytes()) {
        Ok(reply) => server.send(&reply),
        Err(_) => Err(UsageError::NotNow { what: "this reply" }),
    }
}
