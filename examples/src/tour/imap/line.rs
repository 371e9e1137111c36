//! The socket of the client, with the dialogue shown, and the opening of a session.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use mailwire_imap::client::Client;
use mailwire_imap::family::id::Id;
use mailwire_imap::opener::{Login, OpenEvent, Opener, OpenerConfig};
use mailwire_imap::sasl::{MechanismName, message};
use mailwire_imap::{
    Command, Extension, ExtensionSet, InputBuffer, Machine, Mode, TaggedCommand, Tolerance,
};

use super::super::dialogue::Dialogue;
use super::super::server::flush;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// The socket and what was read from it and not yet understood.
pub(super) struct Line<'d> {
    stream: TcpStream,
    pub(super) input: InputBuffer,
    pub(super) dialogue: Option<&'d Dialogue>,
    /// The client writes a message.
    pub(super) in_body: bool,
}

impl<'d> Line<'d> {
    pub(super) fn connect(address: SocketAddr, dialogue: Option<&'d Dialogue>) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        // A push that does not come is a failure.
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, input: InputBuffer::new(65_536), dialogue, in_body: false })
    }

    /// Writes what is queued, and shows it.
    pub(super) fn flush(&mut self, machine: &mut impl Machine, state: &str) -> io::Result<()> {
        if let Some(dialogue) = self.dialogue {
            let octets: Vec<u8> = machine.transmit().slices().flatten().copied().collect();
            for line in octets.split_inclusive(|&octet| octet == b'\n') {
                if self.in_body {
                    dialogue.said(true, line, "message", state)?;
                    continue;
                }
                let (mode, tolerance) = (Mode::REV1.with(Mode::CUT), Tolerance::default());
                let command = TaggedCommand::parse_in(line, mode, tolerance).ok();
                let command = command.as_ref().map(|(tagged, _)| &tagged.command);
                let secret = matches!(command, Some(Command::Authenticate(_)));
                let parsed = command.map(|command| format!("{command:?}")).unwrap_or_default();
                let hidden = line.rsplitn(2, |&octet| octet == b' ').nth(1).unwrap_or_default();
                let hidden = [hidden, b" ****"].concat();
                dialogue.said(true, if secret { &hidden } else { line }, &parsed, state)?;
            }
        }
        flush(machine, &mut self.stream)
    }

    pub(super) fn read(&mut self) -> io::Result<()> {
        let space = self.input.space().map_err(io::Error::other)?;
        match self.stream.read(space)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.input.filled(count);
                Ok(())
            }
        }
    }

    /// Shows what was consumed; what it was parsed into stands behind its first line.
    pub(super) fn heard(&self, consumed: usize, parsed: &str, state: &str) -> io::Result<()> {
        let Some(dialogue) = self.dialogue else { return Ok(()) };
        let heard = self.input.bytes().get(..consumed).unwrap_or_default();
        for (at, line) in heard.split_inclusive(|&octet| octet == b'\n').enumerate() {
            dialogue.said(false, line, if at == 0 { parsed } else { "" }, state)?;
        }
        Ok(())
    }
}

/// Greeting to ENABLE.
pub(super) fn open(line: &mut Line<'_>) -> io::Result<Client> {
    let mut config = OpenerConfig::default();
    config.client.auth_without_tls = true;
    // The dialogue is to show a literal that waits for its go-ahead.
    config.client.mask = ExtensionSet::EMPTY.with(Extension::LiteralMinus);
    config.logins.push(Login::Sasl(MechanismName::new("PLAIN").map_err(io::Error::other)?));
    config.id = Some(Id::new([("name", Some("mailwire"))]).map_err(io::Error::other)?);
    config.enable = ExtensionSet::EMPTY.with(Extension::QResync);
    let mut opener = Opener::new(config);
    loop {
        let state = format!("{:?}", opener.client().state());
        line.flush(&mut opener, &state)?;
        let step = opener.step();
        let received = opener.receive(line.input.bytes()).map_err(io::Error::other)?;
        let consumed = received.consumed;
        let (wanted, ready) = match &received.event {
            Some(OpenEvent::AuthWanted(_)) => (true, false),
            Some(OpenEvent::Ready) => (false, true),
            _ => (false, false),
        };
        let idle = received.event.is_none();
        let state = format!("{:?}", opener.client().state());
        line.heard(consumed, step, &state)?;
        line.input.consume(consumed);
        if wanted {
            let secret = message::plain("", "bob", "correct horse").map_err(io::Error::other)?;
            opener.start_auth(Some(secret.expose())).map_err(io::Error::other)?;
        } else if ready {
            return Ok(opener.into_client());
        } else if idle && opener.transmit().is_empty() {
            line.read()?;
        }
    }
}
