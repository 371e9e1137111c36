//! POP3: retrieves what SMTP delivered, and removes it.

use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use mailwire_pop3::client::{Client, ClientConfig, Event};
use mailwire_pop3::element::message_number::MessageNumber;
use mailwire_pop3::element::unique_id::UniqueId;
use mailwire_pop3::family::auth::{Password, UserName};
use mailwire_pop3::family::list::{ListItem, UidItem};
use mailwire_pop3::family::retrieve::Top;
use mailwire_pop3::family::stat::Stat;
use mailwire_pop3::opener::{Login, OpenEvent, Opener, OpenerConfig};
use mailwire_pop3::server::{Event as Heard, Server, ServerConfig};
use mailwire_pop3::{Answer, Command, InputBuffer, Item, Machine, Response};

use super::dialogue::Dialogue;
use super::message::{Sum, Summary, Text};
use super::server::flush;

const NAME: &str = "bob";
const PASSWORD: &str = "correct horse";

/// What came out of a session.
pub(crate) struct Retrieved {
    pub(crate) summary: Summary,
    /// Messages that QUIT removed from the maildrop.
    pub(crate) removed: usize,
}

/// Retrieves the one message of a maildrop over loopback, deletes it, and quits.
pub(crate) fn retrieve(message: Text, dialogue: Option<&Dialogue>) -> io::Result<Retrieved> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept()?;
        serve(stream, message)
    });
    let summary = session(address, dialogue)?;
    let removed = server.join().map_err(|_| io::Error::other("the server has panicked"))??;
    Ok(Retrieved { summary, removed })
}

/// A server for one connection and a maildrop of one message; tells how many it removed.
fn serve(mut stream: TcpStream, message: Text) -> io::Result<usize> {
    let mut config = ServerConfig::new();
    // The tour stays on the loopback interface, so it can do without TLS.
    config.auth_without_tls = true;
    let mut server = Server::new(Arc::new(config));
    let mut input = InputBuffer::new(8192);
    let (mut marked, mut removed) = (false, 0);
    server.accept().map_err(io::Error::other)?;
    loop {
        flush(&mut server, &mut stream)?;
        let received = server.receive(input.bytes()).map_err(io::Error::other)?;
        match received.event {
            Some(Heard::Command { command, .. }) => {
                marked |= matches!(command, Command::Dele(_));
                answer(&mut server, &mut stream, &command, message)?;
            }
            // Only QUIT removes what DELE marked.
            Some(Heard::Update { .. }) => {
                removed = usize::from(marked);
                server.accept().map_err(io::Error::other)?;
            }
            Some(Heard::Closed) => {
                flush(&mut server, &mut stream)?;
                return Ok(removed);
            }
            Some(_) => {}
            None => {
                input.consume(received.consumed);
                if !server.transmit().is_empty() {
                    continue;
                }
                let count = stream.read(input.space().map_err(io::Error::other)?)?;
                if count == 0 {
                    return server.receive_eof().map(|()| removed).map_err(io::Error::other);
                }
                input.filled(count);
                continue;
            }
        }
        input.consume(received.consumed);
    }
}

/// The maildrop behind the server.
fn answer(
    server: &mut Server,
    stream: &mut TcpStream,
    command: &Command<'_>,
    message: Text,
) -> io::Result<()> {
    let first = MessageNumber::new(1).map_err(io::Error::other)?;
    let size = ListItem::new(first, message.octets());
    let id = UidItem::new(first, UniqueId::new("tour-1").map_err(io::Error::other)?);
    match command {
        Command::Pass(password) if password.expose() != PASSWORD.as_bytes() => {
            refuse(server, "-ERR [AUTH] no\r\n")
        }
        Command::List(Some(number))
        | Command::Uidl(Some(number))
        | Command::Retr(number)
        | Command::Dele(number)
        | Command::Top(Top { number, .. })
            if *number != first =>
        {
            refuse(server, "-ERR no such message\r\n")
        }
        Command::Stat => {
            let stat = Answer::Stat(Stat::new(1, message.octets()));
            server.send(&stat).map_err(io::Error::other)
        }
        Command::List(Some(_)) => server.send(&Answer::Size(size)).map_err(io::Error::other),
        Command::Uidl(Some(_)) => server.send(&Answer::UniqueId(id)).map_err(io::Error::other),
        Command::List(None) => list(server, &Item::Size(size)),
        Command::Uidl(None) => list(server, &Item::UniqueId(id)),
        Command::Retr(_) => give(server, stream, message.parts()),
        Command::Top(top) => give(server, stream, message.top(top.lines).into_iter()),
        _ => server.accept().map_err(io::Error::other),
    }
}

fn refuse(server: &mut Server, text: &'static str) -> io::Result<()> {
    let refusal = Response::parse(text.as_bytes()).map_err(io::Error::other)?;
    server.send(&refusal.into()).map_err(io::Error::other)
}

/// The listing of a maildrop of one message.
fn list(server: &mut Server, item: &Item<'_>) -> io::Result<()> {
    server.accept().map_err(io::Error::other)?;
    server.send_item(item).map_err(io::Error::other)?;
    server.finish_list().map_err(io::Error::other)
}

fn give(
    server: &mut Server,
    stream: &mut TcpStream,
    parts: impl Iterator<Item = Bytes>,
) -> io::Result<()> {
    server.accept().map_err(io::Error::other)?;
    for part in parts {
        // What is queued is written before the next part is given.
        flush(server, stream)?;
        server.send_body(part).map_err(io::Error::other)?;
    }
    server.finish_body().map_err(io::Error::other)
}

/// The socket and what was read from it and not yet understood.
struct Line<'d> {
    stream: TcpStream,
    input: InputBuffer,
    dialogue: Option<&'d Dialogue>,
}

impl Line<'_> {
    /// Writes what is queued, and shows it.
    fn flush(&mut self, machine: &mut impl Machine, state: &str) -> io::Result<()> {
        if let Some(dialogue) = self.dialogue {
            for slice in machine.transmit().slices() {
                for line in slice.split_inclusive(|&octet| octet == b'\n') {
                    let command = Command::parse(line).ok();
                    let secret = matches!(command, Some(Command::Pass(_)));
                    let parsed = command.map(|command| format!("{command:?}")).unwrap_or_default();
                    let line = if secret { b"PASS ****" } else { line };
                    dialogue.said(true, line, &parsed, state)?;
                }
            }
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

    fn heard(&self, text: &[u8], parsed: &str, client: &Client) -> io::Result<()> {
        match self.dialogue {
            Some(dialogue) => dialogue.said(false, text, parsed, &format!("{:?}", client.state())),
            None => Ok(()),
        }
    }
}

/// The client's side: opens, looks, retrieves, deletes, quits.
fn session(address: SocketAddr, dialogue: Option<&Dialogue>) -> io::Result<Summary> {
    let stream = TcpStream::connect(address)?;
    let mut line = Line { stream, input: InputBuffer::new(65_536), dialogue };
    let mut client = open(&mut line)?;
    let first = MessageNumber::new(1).map_err(io::Error::other)?;
    for command in [Command::Stat, Command::Uidl(None), Command::Retr(first), Command::Dele(first)]
    {
        client.send(&command).map_err(io::Error::other)?;
    }
    client.send(&Command::Quit).map_err(io::Error::other)?;
    let mut sum = Sum::default();
    loop {
        let state = format!("{:?}", client.state());
        line.flush(&mut client, &state)?;
        let received = client.receive(line.input.bytes()).map_err(io::Error::other)?;
        match &received.event {
            Some(Event::Response { answer, .. }) => {
                line.heard(&answer.to_bytes(), &format!("{answer:?}"), &client)?;
            }
            Some(Event::ListBegin { response, .. } | Event::BodyBegin { response, .. }) => {
                line.heard(&response.to_bytes(), "Response", &client)?;
            }
            Some(Event::Item { item, .. }) => {
                line.heard(&item.to_bytes(), &format!("{item:?}"), &client)?;
            }
            Some(Event::ListEnd { .. }) => line.heard(b".", "end", &client)?,
            Some(Event::BodyChunk(part)) => {
                sum.add(part);
                let text = format!("({} octets of the message)", part.len());
                line.heard(text.as_bytes(), "message", &client)?;
            }
            Some(Event::BodyEnd { size, .. }) => {
                line.heard(b".", &format!("end of {size} octets"), &client)?;
            }
            Some(Event::Closed) => return Ok(sum.summary()),
            Some(_) => {}
            None => {
                let consumed = received.consumed;
                line.input.consume(consumed);
                if client.transmit().is_empty() {
                    line.read()?;
                }
                continue;
            }
        }
        let consumed = received.consumed;
        line.input.consume(consumed);
    }
}

/// Greeting, CAPA, USER and PASS.
fn open(line: &mut Line<'_>) -> io::Result<Client> {
    let mut client = ClientConfig::default();
    client.auth_without_tls = true;
    let mut config = OpenerConfig::default();
    config.client = client;
    config.logins.push(Login::Password);
    let mut opener = Opener::new(config);
    loop {
        let state = format!("{:?}", opener.client().state());
        line.flush(&mut opener, &state)?;
        let received = opener.receive(line.input.bytes()).map_err(io::Error::other)?;
        let consumed = received.consumed;
        let (wanted, ready) = match &received.event {
            Some(OpenEvent::AuthWanted(_)) => (true, false),
            Some(OpenEvent::Ready) => (false, true),
            _ => (false, false),
        };
        let idle = received.event.is_none();
        let heard = line.input.bytes().get(..consumed).unwrap_or_default().to_vec();
        for text in heard.split_inclusive(|&octet| octet == b'\n') {
            line.heard(text, "", opener.client())?;
        }
        line.input.consume(consumed);
        if wanted {
            let name = UserName::new(NAME).map_err(io::Error::other)?;
            let password = Password::new(PASSWORD).map_err(io::Error::other)?;
            opener.start_password(name, password).map_err(io::Error::other)?;
        } else if ready {
            return Ok(opener.into_client());
        } else if idle && opener.transmit().is_empty() {
            line.read()?;
        }
    }
}
