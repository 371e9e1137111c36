//! Dialogues that are written down, and those that were recorded.
//!
//! A transcript is text. `C: ` and `S: ` begin a line of the client or the server, as it is on the
//! wire, message bodies too; `#` begins a comment. `===` begins a word: `tls` (the handshake is here),
//! `eof` (the server closes), `turned` (the roles change, and a conversation of its own begins). Other
//! words are kept in [`Transcript::words`] for who runs it.
//!
//! A recording has a JSON object a line: a header, then who said what (`dir`, `b64`) and what
//! happened (`event`).

use std::path::Path;

use serde_json::Value;

use crate::{Side, corpus};

/// What happens at one point of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// One side says this.
    Said(Side, Vec<u8>),
    /// The TLS handshake.
    Tls,
    /// One side closes.
    Eof(Side),
}

/// A dialogue.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// Where it comes from, for messages.
    pub name: String,
    /// What happens in it.
    pub steps: Vec<Step>,
    /// Words to who runs it.
    pub words: Vec<String>,
    /// The header of a recording.
    pub header: Value,
}

impl Transcript {
    /// A dialogue in which nothing is said yet.
    pub fn new(name: String) -> Self {
        Self { name, steps: Vec::new(), words: Vec::new(), header: Value::Null }
    }

    /// Reads what is written down; what stands behind `=== turned` is a conversation of its own.
    pub fn read(name: &str, text: &str) -> Vec<Self> {
        let new = |part: usize| Self::new(format!("{name} ({part})"));
        let mut all = vec![new(1)];
        for line in text.lines() {
            let (client, server) = match all.len() % 2 {
                0 => (Side::Server, Side::Client),
                _ => (Side::Client, Side::Server),
            };
            let last = all.last_mut().unwrap();
            match line.split_at_checked(3) {
                Some(("C: ", rest)) => last.say(client, rest),
                Some(("S: ", rest)) => last.say(server, rest),
                Some(("===", " tls")) => last.steps.push(Step::Tls),
                Some(("===", " eof")) => last.steps.push(Step::Eof(Side::Server)),
                Some(("===", " turned")) => all.push(new(2)),
                Some(("===", word)) => last.words.push(word.trim().into()),
                _ if line == "C:" => last.say(client, ""),
                _ if line == "S:" => last.say(server, ""),
                _ => assert!(line.is_empty() || line.starts_with('#'), "{name}: {line}"),
            }
        }
        all
    }

    /// The transcripts of a folder, in the order of their names.
    pub fn folder(folder: &Path) -> Vec<Self> {
        let read = |path: &std::path::PathBuf| {
            Self::read(&corpus::name(path), &std::fs::read_to_string(path).unwrap())
        };
        corpus::files(folder).iter().flat_map(read).collect()
    }

    /// Reads a recording of the corpus, each piece as it came.
    pub fn recorded(path: &Path) -> Self {
        let mut lines = corpus::json_lines(path).into_iter();
        let mut recorded = Self::new(corpus::name(path));
        recorded.header = lines.next().unwrap();
        for line in lines {
            let side = if line["dir"] == "C" { Side::Client } else { Side::Server };
            match (line["b64"].as_str(), line["event"].as_str()) {
                (Some(text), _) => recorded.steps.push(Step::Said(side, corpus::base64(text))),
                (_, Some("tls")) => recorded.steps.push(Step::Tls),
                (_, Some("eof")) => recorded.steps.push(Step::Eof(side)),
                _ => {}
            }
        }
        recorded
    }

    /// Joins what one side says with nothing between.
    #[must_use]
    pub fn joined(mut self) -> Self {
        for step in std::mem::take(&mut self.steps) {
            match step {
                Step::Said(side, octets) => self.push(side, octets),
                other => self.steps.push(other),
            }
        }
        self
    }

    fn say(&mut self, side: Side, line: &str) {
        self.push(side, [line.as_bytes(), b"\r\n"].concat());
    }

    /// Adds octets of one side, to its last ones if nothing came between.
    pub fn push(&mut self, side: Side, octets: Vec<u8>) {
        match self.steps.last_mut() {
            Some(Step::Said(last, said)) if *last == side => said.extend_from_slice(&octets),
            _ => self.steps.push(Step::Said(side, octets)),
        }
    }

    /// All that one side says.
    pub fn said(&self, side: Side) -> Vec<u8> {
        let said = self.steps.iter().filter_map(|step| match step {
            Step::Said(who, said) if *who == side => Some(&said[..]),
            _ => None,
        });
        said.collect::<Vec<_>>().concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read() {
        let text =
            "# a comment\n=== late\nS: +OK\nC: STLS\nC:\nS: +OK\n=== tls\nC: QUIT\n=== eof\n";
        let [one] = &Transcript::read("a", text)[..] else { panic!("one dialogue") };
        let said = |side, text: &[u8]| Step::Said(side, text.to_vec());
        assert_eq!(
            one.steps,
            [
                said(Side::Server, b"+OK\r\n"),
                said(Side::Client, b"STLS\r\n\r\n"),
                said(Side::Server, b"+OK\r\n"),
                Step::Tls,
                said(Side::Client, b"QUIT\r\n"),
                Step::Eof(Side::Server),
            ]
        );
        assert_eq!((&one.name[..], &one.words[..]), ("a (1)", &["late".to_string()][..]));
        assert_eq!(one.said(Side::Client), b"STLS\r\n\r\nQUIT\r\n");
        assert_eq!(one.clone().joined().steps, one.steps);
    }

    #[test]
    fn the_roles_change() {
        let all = Transcript::read("a", "C: ATRN\nS: 250 ok\n=== turned\nS: EHLO\nC: 250 ok\n");
        assert_eq!(all.len(), 2);
        assert_eq!(all[1].said(Side::Client), b"EHLO\r\n");
    }
}
