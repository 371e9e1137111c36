//! One script, its bytes cut in every way: the same must come out.
//!
//! A script is a function, and it runs once for each cut: whole, octet by octet, and at random places
//! (with empty pieces between them). What was seen and what was written is compared, and the first
//! run is handed to the test.

use mailwire_pop3::client::ClientConfig;
use mailwire_pop3::{Command, Machine, PeerError, ServerConfig, Unanswered, UsageError};

use super::{App, Peer, Seen, add, ticket};

/// Random cuts of each script.
const SEEDS: u64 = 100;

/// How the bytes of a script are cut.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    Whole,
    Octets,
    /// A generator in this state.
    Random(u64),
}

impl Cut {
    fn all() -> impl Iterator<Item = Self> {
        [Self::Whole, Self::Octets].into_iter().chain((1..=SEEDS).map(Self::Random))
    }

    /// The next pieces.
    pub fn pieces<'b>(&mut self, bytes: &'b [u8]) -> Vec<&'b [u8]> {
        let state = match self {
            Self::Whole => return vec![bytes],
            Self::Octets => return bytes.chunks(1).collect(),
            Self::Random(state) => state,
        };
        let (mut pieces, mut rest) = (Vec::new(), bytes);
        while !rest.is_empty() {
            // Short pieces and long ones, and none: an empty piece changes nothing.
            let most = [1, 3, rest.len()][usize::try_from(random(state) % 3).unwrap()];
            let size = usize::try_from(random(state)).unwrap() % (most.min(rest.len()) + 1);
            let (piece, behind) = rest.split_at(size);
            pieces.push(piece);
            rest = behind;
        }
        pieces
    }
}

/// SplitMix64: enough for places to cut at, and the same everywhere.
pub fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // Half of it fits everywhere.
    (z ^ (z >> 31)) >> 33
}

/// A client that is typed, and the server behind it.
pub struct Talk {
    pub app: App,
    cut: Cut,
    pending: Vec<u8>,
    output: Vec<u8>,
}

/// What a script brought about at a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Commands as lines, and what else happened.
    pub events: Vec<String>,
    pub output: String,
    pub removed: Option<usize>,
    pub error: Option<PeerError>,
    pub closed: bool,
}

/// Runs a script against a server whose greeting is written.
pub fn talk(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    talk_to(&|| App::new(config.clone()), |talk| {
        talk.read();
        talk.forget();
        script(talk);
    })
}

/// The same behind USER and PASS.
pub fn logged_in(config: &ServerConfig, script: impl Fn(&mut Talk)) -> Heard {
    talk(config, |talk| {
        talk.say("USER user\r\nPASS pass word\r\n");
        talk.forget();
        script(talk);
    })
}

/// Runs a script against a server whose greeting is not written.
pub fn talk_to(app: &dyn Fn() -> App, script: impl Fn(&mut Talk)) -> Heard {
    let mut first = None;
    for cut in Cut::all() {
        let mut talk = Talk { app: app(), cut, pending: Vec::new(), output: Vec::new() };
        script(&mut talk);
        let heard = talk.heard();
        let first = first.get_or_insert_with(|| heard.clone());
        assert_eq!(heard, *first, "{cut:?}");
    }
    first.unwrap()
}

/// Each line is answered with `-ERR` and is no command; the NOOP behind it is one.
pub fn refuses(config: &ServerConfig, rows: &[&[u8]]) {
    for line in rows {
        let heard = logged_in(config, |talk| talk.say([line, &b"NOOP\r\n"[..]].concat()));
        let line = line.escape_ascii();
        assert_eq!(heard.signs(), ["-ERR", "+OK"], "{line}");
        assert_eq!(heard.commands(), ["NOOP"], "{line}");
        assert!(!heard.closed, "{line}");
    }
}

/// The server ended the session by itself, with a last `-ERR`.
pub fn assert_closed(heard: &Heard, error: PeerError) {
    assert_eq!(heard.error, Some(error));
    assert_eq!(heard.signs().last(), Some(&"-ERR"), "{heard:?}");
    assert!(heard.closed);
}

impl Talk {
    /// The client says something, and only then reads all answers.
    pub fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.shout(bytes);
        self.read();
    }

    /// The client says something and reads nothing.
    pub fn shout(&mut self, bytes: impl AsRef<[u8]>) {
        for piece in self.cut.pieces(bytes.as_ref()) {
            self.pending.extend_from_slice(piece);
            self.feed();
        }
    }

    /// The client reads until the server is quiet.
    pub fn read(&mut self) {
        loop {
            let output = self.app.output();
            self.output.extend_from_slice(&output);
            let before = self.pending.len();
            self.feed();
            if output.is_empty() && self.pending.len() == before {
                return;
            }
        }
    }

    /// The client reads so many octets, and the driver does nothing else.
    pub fn read_octets(&mut self, n: usize) {
        let output: Vec<u8> = self.app.server.transmit().slices().flatten().copied().collect();
        self.output.extend_from_slice(&output[..n]);
        self.app.server.transmitted(n);
    }

    /// The client closes.
    pub fn end(&mut self) {
        let end = self.app.server.receive_eof();
        self.app.events.push(format!("end {end:?}"));
        self.app.error = self.app.error.or(end.err());
        self.read();
    }

    /// Drops what was noted so far.
    pub fn forget(&mut self) {
        self.app.events.clear();
        self.output.clear();
    }

    fn feed(&mut self) {
        let consumed = self.app.feed(&self.pending);
        self.pending.drain(..consumed.min(self.pending.len()));
    }

    fn heard(mut self) -> Heard {
        let closed = self.app.server.is_closed();
        // What is not written yet counts too.
        let rest = self.app.output();
        self.output.extend_from_slice(&rest);
        Heard {
            events: self.app.events,
            output: String::from_utf8_lossy(&self.output).into_owned(),
            removed: self.app.removed,
            error: self.app.error,
            closed,
        }
    }
}

impl Heard {
    /// The status of each answer; of listings and messages there must be none.
    pub fn signs(&self) -> Vec<&str> {
        let first = |line: &'_ str| line.split(' ').next().unwrap_or_default().len();
        self.output.lines().map(|line| &line[..first(line)]).collect()
    }

    /// The commands that the application was given.
    pub fn commands(&self) -> Vec<&str> {
        let is_command =
            |event: &&str| event.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
        self.events.iter().map(String::as_str).filter(is_command).collect()
    }

    /// The name of the limit that closed the session.
    pub fn limit(&self) -> Option<&'static str> {
        match self.error {
            Some(PeerError::Limit { name, .. }) => Some(name),
            _ => None,
        }
    }
}

/// A client, and a server that is typed.
pub struct Call {
    pub peer: Peer,
    cut: Cut,
    seen: Vec<Seen>,
    sent: Vec<u8>,
    tickets: Vec<u64>,
    error: Option<PeerError>,
}

/// What a script brought about at a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub seen: Vec<Seen>,
    pub sent: String,
    pub error: Option<PeerError>,
    pub closed: bool,
    /// What became of the commands without an answer.
    pub unanswered: Vec<(u64, Unanswered)>,
}

/// Runs a script against a client that waits for the greeting.
pub fn call(config: &ClientConfig, script: impl Fn(&mut Call)) -> Told {
    let mut first = None;
    for cut in Cut::all() {
        let mut call = Call {
            peer: Peer::new(config.clone()),
            cut,
            seen: Vec::new(),
            sent: Vec::new(),
            tickets: Vec::new(),
            error: None,
        };
        script(&mut call);
        let told = call.told();
        let first = first.get_or_insert_with(|| told.clone());
        assert_eq!(told, *first, "{cut:?}");
    }
    first.unwrap()
}

/// The same behind the greeting and CAPA, which has ticket 0.
pub fn greeted_call(
    config: &ClientConfig,
    capabilities: &[&str],
    script: impl Fn(&mut Call),
) -> Told {
    call(config, |call| {
        call.hear("+OK ready\r\n");
        call.capa(capabilities);
        call.seen.clear();
        call.sent.clear();
        script(call);
    })
}

/// The same behind USER (ticket 1) and PASS (ticket 2), with PIPELINING.
pub fn transaction(config: &ClientConfig, script: impl Fn(&mut Call)) -> Told {
    greeted_call(config, &["PIPELINING", "USER"], |call| {
        call.send(&super::user("user"));
        call.send(&super::pass("x"));
        call.hear("+OK\r\n+OK\r\n");
        call.seen.clear();
        call.sent.clear();
        script(call);
    })
}

impl Call {
    /// CAPA, and its answer.
    pub fn capa(&mut self, capabilities: &[&str]) {
        self.send(&Command::Capa);
        let lines: String = capabilities.iter().map(|line| format!("{line}\r\n")).collect();
        self.hear(format!("+OK\r\n{lines}.\r\n"));
    }

    /// The caller gives a command that must be taken.
    pub fn send(&mut self, command: &Command<'_>) -> u64 {
        let given = ticket(self.peer.client.send(command).unwrap());
        self.tickets.push(given);
        given
    }

    /// The caller gives a command that must be refused, and nothing is queued.
    pub fn refuse(&mut self, command: &Command<'_>) -> UsageError {
        let before = self.peer.client.transmit().len();
        let error = self.peer.client.send(command).unwrap_err();
        assert_eq!(self.peer.client.transmit().len(), before);
        error
    }

    /// The driver writes what is queued.
    pub fn write(&mut self) {
        let output = self.peer.output();
        assert!(self.error.is_none() || output.is_empty(), "words behind an error");
        self.sent.extend_from_slice(&output);
    }

    /// The driver writes so many octets of what is queued.
    pub fn write_octets(&mut self, n: usize) {
        let output: Vec<u8> = self.peer.client.transmit().slices().flatten().copied().collect();
        self.sent.extend_from_slice(&output[..n]);
        self.peer.client.transmitted(n);
    }

    /// The driver writes everything, and then the server says something.
    pub fn hear(&mut self, bytes: impl AsRef<[u8]>) {
        self.write();
        self.hear_early(bytes);
        self.write();
    }

    /// The server says something before the driver writes.
    pub fn hear_early(&mut self, bytes: impl AsRef<[u8]>) {
        for piece in self.cut.pieces(bytes.as_ref()) {
            let seen = self.peer.feed(piece);
            self.note(seen);
        }
        let seen = self.peer.feed(b"");
        self.note(seen);
    }

    /// The server closes.
    pub fn end(&mut self) {
        self.write();
        let end = self.peer.client.receive_eof();
        let seen = match end {
            Ok(()) => self.peer.feed(b""),
            Err(error) => vec![Seen::Error(error)],
        };
        self.note(seen);
    }

    /// What ended the session.
    pub fn error(&self) -> Option<PeerError> {
        self.error
    }

    fn note(&mut self, seen: Vec<Seen>) {
        for seen in seen {
            if let Seen::Error(error) = seen {
                assert_eq!(*self.error.get_or_insert(error), error, "the error is not sticky");
                if self.seen.contains(&Seen::Error(error)) {
                    continue;
                }
            }
            add(&mut self.seen, seen);
        }
    }

    fn told(mut self) -> Told {
        self.write();
        let client = &mut self.peer.client;
        let unanswered: Vec<_> =
            std::iter::from_fn(|| client.unanswered()).map(|(t, how)| (ticket(t), how)).collect();
        // The +OK alone makes the client ready; that bytes come behind it shows with the next piece.
        // So this one event depends on the cut, and it is harmless: TLS cannot start any more.
        if self.error == Some(PeerError::DataAfterStls) {
            self.seen.retain(|seen| *seen != Seen::TlsReady);
            assert!(client.tls_started().is_err());
        }
        if client.is_closed() {
            self.check_ends(&unanswered);
        }
        Told {
            closed: self.peer.client.is_closed(),
            seen: self.seen,
            sent: String::from_utf8_lossy(&self.sent).into_owned(),
            error: self.error,
            unanswered,
        }
    }

    /// Each command ends at most once, and those that were not cleared away exactly once.
    fn check_ends(&self, unanswered: &[(u64, Unanswered)]) {
        for &given in &self.tickets {
            let quiet = unanswered.iter().filter(|(other, _)| *other == given).count();
            let ends = |seen: &&Seen| match seen {
                Seen::Unanswered(other, _)
                | Seen::Ok(other, _)
                | Seen::Err(other, _)
                | Seen::Invalid(other, _)
                | Seen::ListEnd(other)
                | Seen::BodyEnd(other, _) => *other == given,
                _ => false,
            };
            let loud = self.seen.iter().filter(ends).count();
            assert!(quiet + loud <= 1, "{given}: {:?} {unanswered:?}", self.seen);
        }
    }
}
