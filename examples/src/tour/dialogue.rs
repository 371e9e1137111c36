//! Shows the dialogue: coloured on a terminal, plain in a pipe.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

use mailwire_smtp::{Command, Reply, State};

/// What became of a message for one recipient.
pub(crate) struct Outcome {
    pub(crate) path: String,
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// What the client sends.
#[derive(Debug, Clone, Copy)]
enum Sends {
    Commands,
    /// The body of DATA, to its last dot.
    Dotted,
    /// So many octets of BDAT.
    Counted(u64),
}

/// Writes to standard output.
pub(crate) struct Dialogue {
    colours: bool,
    /// What the octets that are sent belong to.
    sends: Cell<Sends>,
}

const CLIENT: &str = "36";
const SERVER: &str = "33";
const PARSED: &str = "2";
const TITLE: &str = "1";
const GOOD: &str = "32";
const BAD: &str = "31";

/// Columns of a line before what it was parsed into.
const WIDTH: usize = 52;

impl Dialogue {
    pub(crate) fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none();
        Self { colours: wanted && io::stdout().is_terminal(), sends: Cell::new(Sends::Commands) }
    }

    pub(crate) fn title(&self, text: &str) -> io::Result<()> {
        writeln!(io::stdout(), "\n{}\n", self.paint(TITLE, text))
    }

    pub(crate) fn note(&self, text: &str) -> io::Result<()> {
        writeln!(io::stdout(), "  {text}")
    }

    pub(crate) fn check(&self, what: &str, good: bool) -> io::Result<()> {
        let mark = if good { self.paint(GOOD, "ok") } else { self.paint(BAD, "FAILED") };
        writeln!(io::stdout(), "  {mark}: {what}")
    }

    pub(crate) fn outcomes(&self, outcomes: &[Outcome]) -> io::Result<()> {
        for Outcome { path, kind, text } in outcomes {
            let colour = if *kind == "delivered" { GOOD } else { BAD };
            let kind = self.paint(colour, kind);
            writeln!(io::stdout(), "  {path:<24} {kind}  {text}")?;
        }
        Ok(())
    }

    /// What the client writes: commands, and lines of a message; and the state behind them.
    pub(crate) fn sent(&self, octets: &[u8], state: State) -> io::Result<()> {
        for line in octets.split_inclusive(|&octet| octet == b'\n') {
            let next = match self.sends.get() {
                Sends::Commands => {
                    let Ok(command) = Command::parse(line) else { continue };
                    self.line(CLIENT, "C:", &shown(&command), &summary(&command), Some(state))?;
                    match command {
                        Command::Bdat(bdat) if bdat.size > 0 => Sends::Counted(bdat.size),
                        _ => continue,
                    }
                }
                sends => {
                    self.line(CLIENT, "C:", &text(line), "message", None)?;
                    match sends {
                        Sends::Counted(left) if left > line.len() as u64 => {
                            Sends::Counted(left - line.len() as u64)
                        }
                        Sends::Dotted if line != b".\r\n" => Sends::Dotted,
                        _ => Sends::Commands,
                    }
                }
            };
            self.sends.set(next);
        }
        Ok(())
    }

    /// What the client reads: replies, and the state behind them.
    pub(crate) fn heard(&self, octets: &[u8], state: State) -> io::Result<()> {
        let mut rest = octets;
        let mut framer = mailwire_smtp::framing::ReplyFramer::new();
        let limits = mailwire_smtp::Limits::default();
        while let mailwire_smtp::framing::ReplyFrame::Reply(frame) = framer.frame(rest, &limits) {
            rest = rest.get(frame.len()..).unwrap_or_default();
            let reply = Reply::parse(frame).ok();
            let parsed = reply.as_ref().map(|reply| match reply.enhanced_code() {
                Some(status) => format!("Reply {} {status}", reply.code().number()),
                None => format!("Reply {}", reply.code().number()),
            });
            if reply.is_some_and(|reply| reply.code().number() == 354) {
                self.sends.set(Sends::Dotted);
            }
            let lines = frame.split_inclusive(|&octet| octet == b'\n').count();
            for (index, line) in frame.split_inclusive(|&octet| octet == b'\n').enumerate() {
                let last = index + 1 == lines;
                let parsed = parsed.as_deref().filter(|_| last).unwrap_or_default();
                self.line(SERVER, "S:", &text(line), parsed, last.then_some(state))?;
            }
        }
        Ok(())
    }

    /// One line of a dialogue, what it was parsed into, and the state behind it.
    pub(crate) fn said(
        &self,
        client: bool,
        line: &[u8],
        parsed: &str,
        state: &str,
    ) -> io::Result<()> {
        let (colour, side) = if client { (CLIENT, "C:") } else { (SERVER, "S:") };
        let parsed: String = parsed.chars().take(90).collect();
        self.write(colour, side, &text(line), &format!("{parsed} -> {state}"))
    }

    fn line(
        &self,
        colour: &str,
        side: &str,
        text: &str,
        parsed: &str,
        state: Option<State>,
    ) -> io::Result<()> {
        let state = state.map(|state| format!(" -> {state:?}")).unwrap_or_default();
        self.write(colour, side, text, &format!("{parsed}{state}"))
    }

    fn write(&self, colour: &str, side: &str, text: &str, behind: &str) -> io::Result<()> {
        let gap = WIDTH.saturating_sub(text.chars().count());
        writeln!(
            io::stdout(),
            "  {}{:gap$} {}",
            self.paint(colour, &format!("{side} {text}")),
            "",
            self.paint(PARSED, behind),
        )
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.into() }
    }
}

/// A command line without its secrets.
fn shown(command: &Command<'_>) -> String {
    match command {
        Command::Auth(auth) if auth.has_initial_response() => {
            format!("AUTH {} ****", auth.mechanism.as_str())
        }
        command => text(&command.to_bytes()),
    }
}

/// What a command was parsed into, in short.
fn summary(command: &Command<'_>) -> String {
    match command {
        Command::Ehlo(name) | Command::Helo(name) | Command::Lhlo(name) => format!("name {name}"),
        Command::Mail(mail) => {
            let path = text(&mail.reverse_path.to_bytes());
            let parameters: Vec<_> =
                mail.parameters.iter().map(|parameter| format!("{parameter:?}")).collect();
            format!("reverse-path {path} {}", parameters.join(" "))
        }
        Command::Rcpt(rcpt) => format!("forward-path {}", text(&rcpt.forward_path.to_bytes())),
        Command::Auth(auth) => format!("mechanism {}", auth.mechanism.as_str()),
        Command::Bdat(bdat) => format!("{} octets, last: {}", bdat.size, bdat.last),
        _ => format!("{command:?}"),
    }
}

/// Octets as text that a terminal can take.
fn text(octets: &[u8]) -> String {
    octets.trim_ascii_end().escape_ascii().to_string()
}
