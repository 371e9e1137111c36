//! Where the bytes come from: recorded sessions and raw streams, compressed or not.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::MultiGzDecoder;
use mailwire_imap::Verb;
use serde_json::Value;

use crate::Protocol;
use crate::session::Side;

/// Octets of a raw stream that are read at once.
const BLOCK: usize = 65_536;
/// Chunks of a session without a header that are looked at to find out its protocol.
const LOOK: usize = 16;

/// What happened on the connection.
#[derive(Debug)]
pub(crate) enum Item {
    /// A side sent bytes.
    Bytes(Side, Vec<u8>),
    /// Both sides are inside TLS from here on.
    Tls,
    /// A side sends nothing more.
    Eof(Side),
}

/// Why input cannot be read or used.
#[derive(Debug)]
pub(crate) enum InputError {
    Io(io::Error),
    /// A line of a session that is no JSON object, or a chunk that cannot be decoded.
    Line(usize, String),
    NoProtocol,
    NoSide,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Line(number, what) => write!(f, "line {number}: {what}"),
            Self::NoProtocol => f.write_str("the protocol is not known; say it with --protocol"),
            Self::NoSide => f.write_str("raw bytes of which side? say it with --side"),
        }
    }
}

impl From<io::Error> for InputError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// An opened file: its bytes, decompressed.
pub(crate) struct Source {
    bytes: Box<dyn BufRead>,
    session: bool,
}

impl Source {
    /// Opens a file; `-` is the standard input.
    pub(crate) fn open(path: &Path) -> Result<Self, InputError> {
        let stdin = path.as_os_str() == "-";
        let raw: Box<dyn Read> =
            if stdin { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
        let raw = BufReader::with_capacity(BLOCK, raw);
        let (magic, rest) = peek(raw)?;
        let whole = io::Cursor::new(magic.clone()).chain(rest);
        let mut bytes: Box<dyn BufRead> = if magic == [0x1f, 0x8b] {
            Box::new(BufReader::with_capacity(BLOCK, MultiGzDecoder::new(whole)))
        } else {
            Box::new(whole)
        };
        let name = path.to_string_lossy();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let session = name.ends_with(".jsonl") || (stdin && bytes.fill_buf()?.starts_with(b"{"));
        Ok(Self { bytes, session })
    }

    /// What happened, in order, and the protocol as far as the input tells it.
    pub(crate) fn items(self, side: Option<Side>) -> Result<(Items, Option<Protocol>), InputError> {
        if !self.session {
            let side = side.ok_or(InputError::NoSide)?;
            // Nothing is heard of the other side.
            let ahead = VecDeque::from([Item::Eof(side.other())]);
            return Ok((Items { bytes: self.bytes, line: 0, ahead, raw: Some(side) }, None));
        }
        let mut items = Items { bytes: self.bytes, line: 0, ahead: VecDeque::new(), raw: None };
        let protocol = items.look()?;
        Ok((items, protocol))
    }
}

/// The first two octets, and the rest behind them.
fn peek<R: BufRead>(mut from: R) -> io::Result<(Vec<u8>, R)> {
    let mut magic = Vec::new();
    from.by_ref().take(2).read_to_end(&mut magic)?;
    Ok((magic, from))
}

/// Reads what happened, a chunk at a time.
pub(crate) struct Items {
    bytes: Box<dyn BufRead>,
    line: usize,
    /// What was read ahead.
    ahead: VecDeque<Item>,
    /// The side of a raw stream.
    raw: Option<Side>,
}

/// One line of a session.
enum Entry {
    Header(Protocol),
    Item(Item),
    Ignored,
}

impl Items {
    /// Reads on until the protocol is known, by the header or by the looks of the first chunks.
    fn look(&mut self) -> Result<Option<Protocol>, InputError> {
        let mut guess = None;
        while self.ahead.len() < LOOK {
            match self.entry()? {
                None => break,
                Some(Entry::Header(protocol)) => return Ok(Some(protocol)),
                Some(Entry::Ignored) => {}
                Some(Entry::Item(item)) => {
                    if let Item::Bytes(side, bytes) = &item {
                        let (protocol, sure) = looks_like(*side, bytes);
                        guess = if sure { protocol } else { guess.or(protocol) };
                        if sure {
                            self.ahead.push_back(item);
                            break;
                        }
                    }
                    self.ahead.push_back(item);
                }
            }
        }
        Ok(guess)
    }

    /// The next line of a session; `None` at its end.
    fn entry(&mut self) -> Result<Option<Entry>, InputError> {
        let mut text = Vec::new();
        if self.bytes.read_until(b'\n', &mut text)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        if text.trim_ascii().is_empty() {
            return Ok(Some(Entry::Ignored));
        }
        let at = |what: &str| InputError::Line(self.line, what.to_owned());
        let value: Value = serde_json::from_slice(&text).map_err(|error| at(&error.to_string()))?;
        let Value::Object(object) = value else { return Err(at("no JSON object")) };
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let side = match text("dir") {
            Some("C") => Some(Side::Client),
            Some("S") => Some(Side::Server),
            Some(_) => return Err(at("dir is neither C nor S")),
            None => None,
        };
        Ok(Some(match (text("event"), side) {
            (Some("tls"), _) => Entry::Item(Item::Tls),
            (Some("eof"), Some(side)) => Entry::Item(Item::Eof(side)),
            (Some(_), _) => Entry::Ignored,
            (None, Some(side)) => {
                let bytes = match (text("b64"), text("wire")) {
                    (Some(b64), _) => {
                        STANDARD.decode(b64).map_err(|error| at(&error.to_string()))?
                    }
                    (None, Some(wire)) => wire.as_bytes().to_vec(),
                    (None, None) => return Err(at("a chunk has neither b64 nor wire")),
                };
                Entry::Item(Item::Bytes(side, bytes))
            }
            (None, None) => match text("proto") {
                Some("smtp") => Entry::Header(Protocol::Smtp),
                Some("lmtp") => Entry::Header(Protocol::Lmtp),
                Some("pop3") => Entry::Header(Protocol::Pop3),
                Some("imap") => Entry::Header(Protocol::Imap),
                _ => Entry::Ignored,
            },
        }))
    }

    /// The next block of a raw stream.
    fn block(&mut self, side: Side) -> Result<Option<Item>, InputError> {
        let block = self.bytes.fill_buf()?.to_vec();
        self.bytes.consume(block.len());
        Ok((!block.is_empty()).then_some(Item::Bytes(side, block)))
    }
}

impl Iterator for Items {
    type Item = Result<Item, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(item) = self.ahead.pop_front() {
            return Some(Ok(item));
        }
        if let Some(side) = self.raw {
            return self.block(side).transpose();
        }
        loop {
            match self.entry() {
                Err(error) => return Some(Err(error)),
                Ok(None) => return None,
                Ok(Some(Entry::Item(item))) => return Some(Ok(item)),
                Ok(Some(Entry::Header(_) | Entry::Ignored)) => {}
            }
        }
    }
}

/// The protocol by the looks of a chunk, and whether that is sure.
fn looks_like(side: Side, bytes: &[u8]) -> (Option<Protocol>, bool) {
    let begins =
        |word: &[u8]| bytes.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    match side {
        Side::Server if begins(b"+OK") || begins(b"-ERR") => (Some(Protocol::Pop3), true),
        Side::Server if begins(b"* ") => (Some(Protocol::Imap), true),
        // The greetings of SMTP and LMTP look alike.
        Side::Server if bytes.first().is_some_and(u8::is_ascii_digit) => {
            (Some(Protocol::Smtp), false)
        }
        Side::Client if begins(b"LHLO") => (Some(Protocol::Lmtp), true),
        Side::Client if begins(b"EHLO") || begins(b"HELO") => (Some(Protocol::Smtp), true),
        // A tag and a command; another protocol may have such words too.
        Side::Client if verb_behind_tag(bytes).is_some() => (Some(Protocol::Imap), false),
        _ => (None, false),
    }
}

/// The verb of an IMAP command.
fn verb_behind_tag(bytes: &[u8]) -> Option<Verb> {
    let word = bytes.split(|octet| *octet == b' ').nth(1)?;
    Verb::from_keyword(word.trim_ascii_end())
}
