//! Recordings of real servers, and responses of many more, through the client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::HashMap;

use bytes::Bytes;
use mailwire_imap::client::{Client, Event, Ticket};
use mailwire_imap::framing::{CommandFramer, Framed, ResponseFramer};
use mailwire_imap::{Limits, Machine, Mode, TaggedCommand, Tolerance, UsageError, Wait};
use mailwire_testing::Side;
use mailwire_testing::corpus;
use mailwire_testing::transcript::{Step, Transcript};
use support::call::{config, lenient};

/// A recorded session, its commands given to a client of ours, and its responses with our tags.
struct Replay {
    client: Client,
    /// What the recorded client said and is not given yet.
    said: Vec<u8>,
    framer: CommandFramer,
    /// The recorded tag of each command, and ours.
    tags: HashMap<Vec<u8>, Ticket>,
    given: usize,
    completed: usize,
    invalid: usize,
    compressed: bool,
    /// Commands that break the grammar.
    unread: usize,
    /// Commands that the client refuses: the recorded one had other rules.
    refused: Vec<UsageError>,
}

impl Replay {
    fn new() -> Self {
        let mut config = lenient(config());
        // The recorded clients send what they like.
        config.preauth = true;
        config.profiles = false;
        config.sent_line = 65_536;
        Self {
            client: Client::new(config),
            said: Vec::new(),
            framer: CommandFramer::new(),
            tags: HashMap::new(),
            given: 0,
            completed: 0,
            invalid: 0,
            compressed: false,
            unread: 0,
            refused: Vec::new(),
        }
    }

    /// The recorded client says something.
    fn client_says(&mut self, octets: &[u8]) {
        self.said.extend_from_slice(octets);
        loop {
            self.drain();
            if self.client.waiting_for() == Wait::Application && self.line(Self::answer) {
                continue;
            }
            if self.client.is_idling() && self.line(Self::end_idle) {
                continue;
            }
            if self.client.waiting_for() == Wait::Auth || self.client.is_idling() {
                return;
            }
            let mut limits = Limits::default();
            limits.command = u32::MAX;
            let limits = limits.commands(true);
            match self.framer.frame(&self.said, &limits) {
                Framed::Message { frame, .. } => {
                    let frame = frame.to_vec();
                    self.said.drain(..frame.len());
                    self.give(&frame);
                }
                Framed::Literal { fits: true, .. } => self.framer.accept(),
                // Announced to be refused.
                Framed::Literal { .. } => {
                    let consumed = self.framer.refuse();
                    self.said.drain(..consumed);
                    self.unread += 1;
                }
                Framed::More => return,
                other => panic!("{other:?}"),
            }
        }
    }

    /// Takes a line of a dialogue.
    fn line(&mut self, take: fn(&mut Self, &[u8])) -> bool {
        let Some(end) = self.said.iter().position(|octet| *octet == b'\n') else { return false };
        let line: Vec<_> = self.said.drain(..=end).collect();
        take(self, line.trim_ascii_end());
        true
    }

    fn answer(&mut self, line: &[u8]) {
        match line {
            b"*" => self.client.cancel_auth().unwrap(),
            line => {
                let line = std::str::from_utf8(line).unwrap();
                self.client.respond_auth(&corpus::base64(line)).unwrap();
            }
        }
    }

    fn end_idle(&mut self, line: &[u8]) {
        if line.eq_ignore_ascii_case(b"DONE") {
            self.client.finish_idle().unwrap();
        } else {
            self.unread += 1;
        }
    }

    fn give(&mut self, frame: &[u8]) {
        let mode = self.client.mode();
        let parsed = TaggedCommand::parse_in(frame, mode, Tolerance::lenient());
        // Some clients send what is no command, and the servers say BAD.
        let Ok((command, _)) = parsed else {
            self.unread += 1;
            return;
        };
        match self.client.send(&command.command) {
            Ok(ticket) => {
                self.tags.insert(command.tag.as_bytes().to_vec(), ticket);
                self.given += 1;
            }
            Err(error) => self.refused.push(error),
        }
        self.drain();
    }

    /// Writes all, and says `+` where the client waits: the recorded one stood elsewhere in the octets.
    fn drain(&mut self) {
        loop {
            self.client.transmitted(usize::MAX);
            self.hear(b"");
            if self.client.waiting_for() != Wait::BodyGo {
                return;
            }
            self.hear(b"+ go\r\n");
        }
    }

    /// The recorded server says something: whole responses.
    fn server_says(&mut self, octets: &[u8]) {
        let mut framer = ResponseFramer::new();
        let mut limits = Limits::default();
        limits.inline_literal = u32::MAX;
        let limits = limits.responses();
        let mut rest = octets;
        while !rest.is_empty() && !self.compressed {
            let frame = match framer.frame(rest, &limits) {
                Framed::Message { frame, .. } => frame,
                Framed::Literal { .. } => {
                    framer.accept();
                    continue;
                }
                other => panic!("{other:?}: {}", rest.escape_ascii()),
            };
            rest = &rest[frame.len()..];
            self.drain();
            let dialogue = self.client.waiting_for() == Wait::Auth || self.client.is_idling();
            let tag = frame.split(|octet| *octet == b' ').next().unwrap();
            match self.tags.get(tag) {
                Some(ticket) => {
                    let ours = [ticket.tag().as_bytes(), &frame[tag.len()..]].concat();
                    self.hear(&ours);
                }
                None if tag == b"+" && !dialogue => {}
                None => self.hear(frame),
            }
            self.client_says(b"");
        }
    }

    /// Gives octets to the client, in two parts.
    fn hear(&mut self, octets: &[u8]) {
        let mut input = octets;
        loop {
            let received = self.client.receive(input).unwrap_or_else(|error| {
                panic!("{error}: {}", octets.escape_ascii());
            });
            input = &input[received.consumed..];
            match received.event {
                Some(Event::Completed { .. }) => self.completed += 1,
                Some(Event::Invalid { frame, .. }) => {
                    eprintln!("invalid: {}", frame.escape_ascii());
                    self.invalid += 1;
                }
                Some(Event::TlsReady) => self.client.tls_started().unwrap(),
                // What follows is not text any more.
                Some(Event::CompressReady) => {
                    self.compressed = true;
                    return;
                }
                Some(_) => {}
                None => break,
            }
        }
        assert!(input.is_empty(), "{}", input.escape_ascii());
    }
}

#[test]
fn recordings() {
    let Some(root) = corpus::root() else { return };
    let (mut sessions, mut commands, mut unread, mut refused) = (0, 0, 0, Vec::new());
    for path in corpus::files(&root.join("recordings/imap")) {
        let recorded = Transcript::recorded(&path).joined();
        eprintln!("{}", recorded.name);
        let mut replay = Replay::new();
        for step in &recorded.steps {
            match step {
                Step::Said(Side::Client, octets) => replay.client_says(octets),
                Step::Said(Side::Server, octets) => replay.server_says(octets),
                Step::Tls => {}
                Step::Eof(_) => break,
            }
            if replay.client.is_closed() || replay.compressed {
                break;
            }
        }
        assert_eq!(replay.invalid, 0, "{}", recorded.name);
        sessions += 1;
        commands += replay.completed;
        unread += replay.unread;
        refused.extend(replay.refused);
    }
    eprintln!("{sessions} sessions, {commands} commands, {unread} not read, {refused:?}");
    assert!(sessions > 70 && commands > 500);
}

#[test]
fn responses_of_many_servers() {
    let Some(root) = corpus::root() else { return };
    let (mut files, mut events, mut invalid) = (0, 0, 0);
    for path in corpus::files(&root.join("imap/responses")) {
        let octets = Bytes::from(std::fs::read(&path).unwrap());
        let run = |part: usize| {
            let mut config = lenient(config());
            config.preauth = true;
            let mut client = Client::new(config);
            let mut seen = Vec::new();
            let is_greeting =
                octets.starts_with(b"* OK ") && path.to_string_lossy().contains("greeting");
            if !is_greeting {
                client.receive(b"* OK ready\r\n").unwrap();
            }
            let (mut from, mut to) = (0, 0);
            while to < octets.len() {
                to = (to + part).min(octets.len());
                loop {
                    let received = match client.receive(&octets[from..to]) {
                        Ok(received) => received,
                        Err(error) => {
                            seen.push(format!("{error}"));
                            return seen;
                        }
                    };
                    from += received.consumed;
                    match received.event {
                        Some(Event::BodyChunk(_)) => {}
                        Some(Event::Response { data, .. }) => {
                            seen.push(format!(
                                "{:?}",
                                data.to_bytes_in(Mode::SERVER).escape_ascii().to_string()
                            ));
                        }
                        Some(Event::Invalid { frame, error, .. }) => {
                            seen.push(format!("invalid {error} {}", frame.escape_ascii()));
                        }
                        Some(event) => seen.push(format!("{event:?}")),
                        None => break,
                    }
                }
            }
            seen
        };
        let whole = run(usize::MAX);
        for part in [1, 7] {
            assert_eq!(run(part), whole, "{}", path.display());
        }
        files += 1;
        events += whole.len();
        for line in whole.iter().filter(|line| line.starts_with("invalid")) {
            eprintln!("{}: {line}", path.display());
            invalid += 1;
        }
    }
    eprintln!("{files} files, {events} events, {invalid} invalid");
    assert!(files > 100 && events > 600);
    // A parenthesis that its writer lost track of.
    assert_eq!(invalid, 1);
}
