//! Records for people: one line a message, and a caret under the byte where one is broken.

use std::io::{self, Write};

use serde_json::Value;

use crate::record::{Record, Roundtrip, Style, Summary};
use crate::session::Side;

// A dozen styles need no crate.
const PLAIN: &str = "\x1b[0m";
const DIM: &str = "\x1b[2m";
const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const BLUE: &str = "\x1b[34m";

impl Style {
    /// The text in a colour, if there are colours.
    fn paint(self, colour: &str, text: &str) -> String {
        if self.colour { format!("{colour}{text}{PLAIN}") } else { text.to_owned() }
    }
}

pub(crate) fn file(
    out: &mut impl Write,
    style: Style,
    name: &str,
    protocol: &str,
) -> io::Result<()> {
    let name = printable(name);
    writeln!(out, "{}", style.paint(BOLD, &format!("== {name} ({protocol})")))
}

pub(crate) fn tls(out: &mut impl Write, style: Style) -> io::Result<()> {
    writeln!(out, "{}", style.paint(DIM, "-- TLS --"))
}

pub(crate) fn record(out: &mut impl Write, style: Style, record: &Record) -> io::Result<()> {
    let arrow = match record.side {
        Side::Client => style.paint(GREEN, "C ->"),
        Side::Server => style.paint(BLUE, "S <-"),
    };
    let kind = if record.error.is_some() {
        style.paint(RED, record.kind)
    } else {
        style.paint(BOLD, record.kind)
    };
    write!(out, "{arrow} {kind}")?;
    if record.shown.is_none() {
        fields(out, &record.value)?;
    }
    if !record.deviations.is_empty() {
        let names = format!("[{}]", record.deviations.join(", "));
        write!(out, " {}", style.paint(YELLOW, &names))?;
    }
    if record.roundtrip == Roundtrip::Broken {
        write!(out, " {}", style.paint(RED, "(written back, it is another)"))?;
    }
    match (&record.shown, record.error) {
        (Some(shown), _) => {
            writeln!(out)?;
            for line in shown.error.render(&shown.line).to_string().lines() {
                writeln!(out, "     {line}")?;
            }
        }
        (None, Some((rule, at))) => {
            writeln!(out, " {}", style.paint(RED, &format!("{rule} at byte {at}")))?;
        }
        (None, None) => writeln!(out)?,
    }
    Ok(())
}

pub(crate) fn summary(out: &mut impl Write, style: Style, summary: &Summary) -> io::Result<()> {
    let Summary { files, messages, errors, deviations, broken, bytes } = *summary;
    let text = format!(
        "{files} files, {bytes} bytes, {messages} messages: {errors} errors, {broken} broken, \
         {deviations} deviations",
    );
    let colour = if errors + broken > 0 { RED } else { DIM };
    writeln!(out, "{}", style.paint(colour, &text))
}

/// The fields of an object as `name=value`; what is empty or false is left out.
fn fields(out: &mut impl Write, value: &Value) -> io::Result<()> {
    let Value::Object(fields) = value else {
        return write!(out, " {}", short(value));
    };
    for (name, value) in fields {
        match value {
            Value::Null | Value::Bool(false) => {}
            Value::Array(items) if items.is_empty() => {}
            Value::String(text) if text.is_empty() => {}
            Value::Bool(true) => write!(out, " {name}")?,
            // The word that tells which command or reply it is.
            _ if matches!(&**name, "verb" | "code" | "status" | "data") => {
                write!(out, " {}", short(value))?
            }
            _ => write!(out, " {name}={}", short(value))?,
        }
    }
    Ok(())
}

/// A value within a line.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains(' ') || text.is_empty() => {
            format!("\"{}\"", printable(text))
        }
        Value::String(text) => printable(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(short).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            // Pairs of a name and a value are shown as such.
            let text = |key: &str| fields.get(key).filter(|value| !value.is_null()).map(short);
            match (text("name"), text("value")) {
                (Some(name), Some(value)) => format!("{name}={value}"),
                (Some(name), None) => name,
                _ => {
                    let pairs: Vec<_> = fields
                        .iter()
                        .map(|(name, value)| format!("{name}={}", short(value)))
                        .collect();
                    format!("({})", pairs.join(", "))
                }
            }
        }
        other => other.to_string(),
    }
}

/// Text that a terminal does not take for commands.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let plain = if c.is_control() { None } else { Some(c) };
            let escaped = if c.is_control() { Some(c.escape_default()) } else { None };
            plain.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect()
}
