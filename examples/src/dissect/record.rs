//! What is told of a message, and the one place where it is written.

use std::io::{self, Write};

use mailwire_core::SyntaxError;
use serde_json::Value;

use crate::session::Side;
use crate::{human, json};

/// How the output looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) json: bool,
    pub(crate) colour: bool,
    pub(crate) secrets: bool,
    /// Each file is named before its messages.
    pub(crate) names: bool,
}

/// Whether the library writes the same bytes for what it parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Roundtrip {
    /// The same bytes.
    Same,
    /// Other bytes, of an equal value.
    Equivalent,
    /// Another value, or none.
    Broken,
    /// Nothing to write back.
    None,
}

impl Roundtrip {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Equivalent => "equivalent",
            Self::Broken => "broken",
            Self::None => "n/a",
        }
    }
}

/// Bytes to show under an error. What must not be shown is masked already.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) line: Vec<u8>,
    pub(crate) error: SyntaxError,
}

/// What is told of one message.
#[derive(Debug)]
pub(crate) struct Record {
    /// Who sent it.
    pub(crate) side: Side,
    /// Where it begins, in octets of its direction.
    pub(crate) offset: u64,
    /// Its octets on the wire.
    pub(crate) length: u64,
    /// What it is.
    pub(crate) kind: &'static str,
    /// The rule that is broken, and where.
    pub(crate) error: Option<(&'static str, u64)>,
    /// Names of the tolerated deviations.
    pub(crate) deviations: Vec<String>,
    pub(crate) roundtrip: Roundtrip,
    pub(crate) value: Value,
    /// The line, when it breaks the grammar.
    pub(crate) shown: Option<Shown>,
}

/// What was found in all files.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Summary {
    pub(crate) files: u64,
    pub(crate) messages: u64,
    pub(crate) errors: u64,
    pub(crate) deviations: u64,
    pub(crate) broken: u64,
    pub(crate) bytes: u64,
}

/// Writes records and counts them.
pub(crate) struct Output<W> {
    out: W,
    style: Style,
    file: String,
    summary: Summary,
}

impl<W: Write> Output<W> {
    pub(crate) fn new(out: W, style: Style) -> Self {
        Self { out, style, file: String::new(), summary: Summary::default() }
    }

    /// True when credentials may be shown.
    pub(crate) const fn shows_secrets(&self) -> bool {
        self.style.secrets
    }

    /// A file begins.
    pub(crate) fn begin(&mut self, file: &str, protocol: &str) -> io::Result<()> {
        file.clone_into(&mut self.file);
        self.summary.files += 1;
        if self.style.names && !self.style.json {
            human::file(&mut self.out, self.style, file, protocol)?;
        }
        Ok(())
    }

    /// Counts octets of the input.
    pub(crate) fn read(&mut self, octets: usize) {
        self.summary.bytes += u64::try_from(octets).unwrap_or(u64::MAX);
    }

    /// Says that TLS starts; it is no message.
    pub(crate) fn tls(&mut self) -> io::Result<()> {
        if self.style.json { Ok(()) } else { human::tls(&mut self.out, self.style) }
    }

    pub(crate) fn write(&mut self, record: &Record) -> io::Result<()> {
        self.summary.messages += 1;
        self.summary.errors += u64::from(record.error.is_some());
        self.summary.deviations += u64::try_from(record.deviations.len()).unwrap_or_default();
        self.summary.broken += u64::from(record.roundtrip == Roundtrip::Broken);
        if self.style.json {
            json::record(&mut self.out, &self.file, record)
        } else {
            human::record(&mut self.out, self.style, record)
        }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes the summary.
    pub(crate) fn finish(mut self) -> io::Result<Summary> {
        if self.style.json {
            json::summary(&mut self.out, &self.summary)?;
        } else {
            human::summary(&mut self.out, self.style, &self.summary)?;
        }
        self.out.flush()?;
        Ok(self.summary)
    }
}
