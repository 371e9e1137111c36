//! Explains recorded traffic: what each message was parsed into, what deviates, what is broken.
//!
//! ```text
//! dissect session.jsonl
//! dissect --json --protocol smtp --side client stream.bin
//! ```
//! The exit status is 0 when everything was parsed and could be written back, 1 when not, and 2 for
//! bad usage and for input that cannot be read.

mod frame;
mod human;
mod imap;
mod inflate;
mod input;
mod json;
mod pop3;
mod record;
mod session;
mod smtp;
mod text;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use mailwire_core::Tolerance;
use mailwire_core::tolerance::Deviation;

use imap::Imap;
use input::{InputError, Items, Source};
use pop3::Pop3;
use record::{Output, Style};
use session::{Listener, Session, Side};
use smtp::Smtp;

/// Explains recorded mail traffic, one line per message.
///
/// A file whose name ends in .jsonl is a recorded session: a header object, then one object per
/// chunk. Any other file is the raw bytes of one side and needs --protocol and --side. Files may be
/// compressed with gzip. `-`, or no file at all, is the standard input; it is taken for a session
/// when it begins with `{`.
#[derive(Debug, Parser)]
#[command(
    name = "dissect",
    version,
    after_help = "\
Exit status: 0 when all was parsed and written back the same, 1 when not, 2 for bad usage or \
unreadable input."
)]
struct Args {
    /// Print one JSON object per message, and a summary.
    #[arg(long)]
    json: bool,
    /// Which deviations from the grammar are accepted.
    #[arg(long, value_enum, default_value_t)]
    tolerance: Preset,
    /// The protocol; a recorded session says it in its header.
    #[arg(long, value_enum)]
    protocol: Option<Protocol>,
    /// Whose bytes a raw file holds.
    #[arg(long, value_enum)]
    side: Option<Side>,
    /// Show credentials.
    #[arg(long)]
    show_secrets: bool,
    /// Recorded sessions (.jsonl) and raw bytes.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// A preset of tolerances.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Preset {
    /// The grammar and nothing else.
    Strict,
    /// What is unambiguous.
    #[default]
    Default,
    /// All that real software sends and that can be understood.
    Lenient,
}

impl Preset {
    fn tolerance<D: Deviation>(self) -> Tolerance<D> {
        match self {
            Self::Strict => Tolerance::strict(),
            Self::Default => Tolerance::default(),
            Self::Lenient => Tolerance::lenient(),
        }
    }
}

/// A protocol by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033.
    Lmtp,
    /// RFC 1939.
    Pop3,
    /// RFC 9051.
    Imap,
}

/// Why a file was not explained to its end.
#[derive(Debug)]
enum Stop {
    /// The output is gone or broken.
    Output(io::Error),
    /// The input cannot be read or used.
    Input(InputError),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<InputError> for Stop {
    fn from(error: InputError) -> Self {
        Self::Input(error)
    }
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Nothing can be done when the standard output is gone.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let files = match &*args.files {
        [] if io::stdin().is_terminal() => {
            complain("no file is given, and the standard input is a terminal; try --help");
            return ExitCode::from(2);
        }
        [] => vec![PathBuf::from("-")],
        files => files.to_vec(),
    };
    match explain_all(&args, &files) {
        Ok(status) => ExitCode::from(status),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("standard output: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Explains every file and gives the exit status; only a broken output ends it early.
fn explain_all(args: &Args, files: &[PathBuf]) -> io::Result<u8> {
    let stdout = io::stdout();
    let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let style =
        Style { json: args.json, colour, secrets: args.show_secrets, names: files.len() > 1 };
    let mut output = Output::new(io::BufWriter::new(stdout.lock()), style);
    let mut unreadable = false;
    for file in files {
        match explain(args, file, &mut output) {
            Ok(()) => {}
            Err(Stop::Output(error)) => return Err(error),
            Err(Stop::Input(error)) => {
                // What was explained so far comes first on a terminal.
                output.flush()?;
                complain(&format!("{}: {error}", file.display()));
                unreadable = true;
            }
        }
    }
    let summary = output.finish()?;
    Ok(match (unreadable, summary.errors + summary.broken) {
        (true, _) => 2,
        (false, 0) => 0,
        (false, _) => 1,
    })
}

fn explain<W: Write>(
    args: &Args,
    file: &std::path::Path,
    output: &mut Output<W>,
) -> Result<(), Stop> {
    let source = Source::open(file)?;
    let (items, header) = source.items(args.side)?;
    let Some(protocol) = args.protocol.or(header) else {
        return Err(InputError::NoProtocol.into());
    };
    let (preset, name) = (args.tolerance, file.display().to_string());
    match protocol {
        Protocol::Smtp => {
            output.begin(&name, "smtp")?;
            listen(items, Smtp::new(false, preset.tolerance()), output)
        }
        Protocol::Lmtp => {
            output.begin(&name, "lmtp")?;
            listen(items, Smtp::new(true, preset.tolerance()), output)
        }
        Protocol::Pop3 => {
            output.begin(&name, "pop3")?;
            listen(items, Pop3::new(preset.tolerance()), output)
        }
        Protocol::Imap => {
            output.begin(&name, "imap")?;
            listen(items, Imap::new(preset.tolerance()), output)
        }
    }
}

fn listen<W: Write>(
    items: Items,
    listener: impl Listener,
    output: &mut Output<W>,
) -> Result<(), Stop> {
    let mut session = Session::new(listener);
    for item in items {
        match item {
            Ok(item) => session.hear(item, output)?,
            Err(error) => {
                // What came before the fault is heard to its end, without calling it complete.
                session.finish(output)?;
                return Err(error.into());
            }
        }
    }
    session.finish(output)?;
    Ok(())
}

/// Says something on standard error.
fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "dissect: {text}");
}
