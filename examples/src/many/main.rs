//! Many connections on one thread: an SMTP server and a hundred clients of it, all in one loop over
//! non-blocking sockets of the standard library.
//!
//! [`connection`] is all that stands around the machines: a socket, an input buffer and a deadline. It
//! is the same for both roles and for every protocol. A program with `epoll` behind it replaces the
//! sweep over all connections in `run`, and nothing else.

mod connection;

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use bytes::Bytes;
use mailwire_smtp::client::{self, Client, ClientConfig};
use mailwire_smtp::element::domain::Domain;
use mailwire_smtp::element::path::{ForwardPath, ReversePath};
use mailwire_smtp::family::mail::Mail;
use mailwire_smtp::family::rcpt::Rcpt;
use mailwire_smtp::limits::timeout;
use mailwire_smtp::server::{self, BodyEnd, Server, ServerConfig};
use mailwire_smtp::{Command, UsageError};

use self::connection::Connection;

/// Clients, each with a connection and a message of its own.
const CLIENTS: usize = 100;

fn main() -> ExitCode {
    match run() {
        Ok((taken, octets)) => {
            let _ = writeln!(
                io::stdout(),
                "{taken} messages with {octets} octets through {CLIENTS} connections on one thread"
            );
            if taken == CLIENTS { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "many: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The loop. Tells how many messages were taken, and their octets.
fn run() -> io::Result<(usize, u64)> {
    let config =
        Arc::new(ServerConfig::new(Domain::name("mail.example").map_err(io::Error::other)?));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let (mut servers, mut clients, mut store) = (Vec::new(), Vec::new(), Store::default());
    for number in 0..CLIENTS {
        let socket = TcpStream::connect(listener.local_addr()?)?;
        let message = format!("Subject: {number}\r\n\r\n{}", "Hello.\r\n".repeat(number));
        let client = (Client::new(ClientConfig::default()), Some(Bytes::from(message)));
        clients.push((Connection::new(socket, timeout)?, client));
    }
    while !(clients.is_empty() && servers.is_empty()) {
        let mut idle = true;
        while let Ok((socket, _)) = listener.accept() {
            let mut server = Server::new(Arc::clone(&config));
            server.accept().map_err(io::Error::other)?;
            servers.push((Connection::new(socket, timeout)?, server));
        }
        for (connection, server) in &mut servers {
            idle &= !connection.turn(server, |server, event| Ok(store.act(server, event)?));
        }
        for (connection, (client, message)) in &mut clients {
            idle &= !connection.turn(client, |client, event| Ok(call(client, message, event)?));
        }
        servers.retain(|(connection, _)| !connection.is_over());
        clients.retain(|(connection, _)| !connection.is_over());
        if idle {
            sleep(Duration::from_millis(1));
        }
    }
    Ok((store.taken, store.octets))
}

/// The application behind all servers: it counts.
#[derive(Default)]
struct Store {
    taken: usize,
    octets: u64,
}

impl Store {
    fn act(&mut self, server: &mut Server, event: server::Event<'_>) -> Result<(), UsageError> {
        match event {
            server::Event::Command { command: Command::Data | Command::Bdat(_), .. } => {
                server.accept_body()
            }
            server::Event::Command { .. } => server.accept(),
            server::Event::BodyEnd(BodyEnd { size, last, refused: None, .. }) => {
                self.taken += usize::from(last);
                self.octets += size;
                server.accept()
            }
            _ => Ok(()),
        }
    }
}

/// The caller of a client: EHLO, the message, QUIT.
fn call(
    client: &mut Client,
    message: &mut Option<Bytes>,
    event: client::Event<'_>,
) -> Result<(), UsageError> {
    let wrong = |_| UsageError::NotNow { what: "this name" };
    match event {
        client::Event::Greeting(_) => {
            client.send(&Command::Ehlo(Domain::name("client.example").map_err(wrong)?.into()))?;
        }
        // EHLO is answered, and nothing else is in flight.
        client::Event::Reply { .. } if message.is_some() && client.in_flight() == 0 => {
            let from = ReversePath::mailbox("a", "client.example").map_err(wrong)?;
            let to = ForwardPath::mailbox("b", "mail.example").map_err(wrong)?;
            client.send(&Command::Mail(Mail::new(from)))?;
            client.send(&Command::Rcpt(Rcpt::new(to)))?;
            client.send(&Command::Data)?;
        }
        client::Event::BodyWanted(_) => {
            client.send_body(message.take().unwrap_or_default())?;
            client.finish_body()?;
            client.send(&Command::Quit)?;
        }
        _ => {}
    }
    Ok(())
}
