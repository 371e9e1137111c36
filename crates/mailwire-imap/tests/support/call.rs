//! A client, and a server that is typed at it.

use std::ops::{Deref, DerefMut};

use mailwire_imap::client::{Client, ClientConfig, Event, Head, Ticket};
use mailwire_imap::{
    Command, Deviation, Machine, Mode, PeerError, StatusKind, Tolerance, Unanswered, UsageError,
};
use mailwire_testing::cut::{self, Cut};
use mailwire_testing::{peer, script};

/// What a client saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Greeting(StatusKind),
    /// Untagged data as it is written, the command that it is of, and the deviations in it.
    Data(String, Option<u64>, Vec<Deviation>),
    /// A tagged response: the command, and the status.
    Done(u64, String),
    Unanswered(u64, Unanswered),
    Continue(Option<u64>),
    BodyWanted(u64, u64),
    BodyBegin(String, Option<u64>),
    /// The octets of a literal, joined.
    Body(Vec<u8>),
    BodyEnd,
    Challenge(Vec<u8>),
    TlsReady,
    CompressReady,
    CompressEnd,
    Invalid(PeerError, Option<u64>),
    Unmatched(String),
    Closed,
    Error(PeerError),
}

/// Untagged data without deviations.
pub fn data(wire: &str, of: Option<u64>) -> Seen {
    Seen::Data(wire.to_owned(), of, Vec::new())
}

/// A tagged response.
pub fn done(of: u64, status: &str) -> Seen {
    Seen::Done(of, status.to_owned())
}

/// The number of a ticket.
pub fn number(ticket: Ticket) -> u64 {
    ticket.tag().as_str()[1..].parse().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets.strip_suffix(b"\r\n").unwrap_or(octets)).into_owned()
}

impl peer::Seen for Seen {
    type Client = Client;

    fn error(error: PeerError) -> Self {
        assert!(error.is_fatal(), "{error:?}");
        Self::Error(error)
    }

    fn is_error(&self) -> Option<PeerError> {
        if let Self::Error(error) = self { Some(*error) } else { None }
    }

    /// Octets of one literal are joined.
    fn add(self, all: &mut Vec<Self>) {
        match (all.last_mut(), &self) {
            (Some(Self::Body(body)), Self::Body(more)) => body.extend_from_slice(more),
            _ => all.push(self),
        }
    }

    fn event(event: &Event<'_>) -> Self {
        use Event as E;
        match event {
            E::Greeting { greeting, .. } => Self::Greeting(greeting.status().kind()),
            E::Response { data, of, deviations, .. } => Self::Data(
                text(&data.to_bytes_in(Mode::SERVER)),
                of.map(number),
                deviations.iter().collect(),
            ),
            E::Completed { ticket, status, .. } => {
                Self::Done(number(*ticket), text(&status.to_bytes()))
            }
            E::Unanswered { ticket, outcome } => Self::Unanswered(number(*ticket), *outcome),
            E::Continue { ticket, .. } => Self::Continue(ticket.map(number)),
            E::BodyWanted { ticket, size } => Self::BodyWanted(number(*ticket), *size),
            E::BodyBegin { head: Head::Fetch(head), of, .. } => {
                Self::BodyBegin(text(&head.to_bytes_in(Mode::SERVER)), of.map(number))
            }
            E::BodyBegin { head, of, .. } => {
                Self::BodyBegin(format!("{} octets", head.octets()), of.map(number))
            }
            E::MetadataEnd { tail, of, .. } => {
                Self::Data(format!("{} more", tail.values.len()), of.map(number), Vec::new())
            }
            E::BodyChunk(octets) => Self::Body(octets.to_vec()),
            E::BodyEnd => Self::BodyEnd,
            E::AuthChallenge { challenge, .. } => {
                Self::Challenge(challenge.decode().unwrap_or_else(|_| challenge.text().to_vec()))
            }
            E::TlsReady => Self::TlsReady,
            E::CompressReady => Self::CompressReady,
            E::CompressEnd => Self::CompressEnd,
            E::Invalid { error, of, .. } => Self::Invalid(*error, of.map(number)),
            E::Unmatched(tagged) => Self::Unmatched(text(&tagged.to_bytes())),
            E::Closed => Self::Closed,
            other => panic!("{other:?}"),
        }
    }
}

/// A command as it is written.
pub fn command(line: &str) -> Command<'_> {
    Command::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// A client that gives passwords without TLS.
pub fn config() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    config
}

/// The same with a client that tolerates nothing.
pub fn strict(mut config: ClientConfig) -> ClientConfig {
    config.tolerance = Tolerance::strict();
    config
}

/// The same with a client that tolerates all that real software sends.
pub fn lenient(mut config: ClientConfig) -> ClientConfig {
    config.tolerance = Tolerance::lenient();
    config
}

/// A client, and a server that is typed.
pub struct Call {
    call: script::Call<Seen>,
    tickets: Vec<u64>,
}

impl Deref for Call {
    type Target = script::Call<Seen>;

    fn deref(&self) -> &Self::Target {
        &self.call
    }
}

impl DerefMut for Call {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.call
    }
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

/// Runs a script against a client that waits for the greeting; the same must come out however the octets
/// are cut.
#[track_caller]
pub fn call(config: &ClientConfig, script: impl Fn(&mut Call)) -> Told {
    cut::same(Cut::some(), "the script", |cut| {
        let call = script::Call::new(Client::new(config.clone()), cut);
        let mut call = Call { call, tickets: Vec::new() };
        script(&mut call);
        call.told()
    })
}

/// The same behind a greeting with these capabilities, IMAP4rev1 besides.
#[track_caller]
pub fn greeted(config: &ClientConfig, offered: &str, script: impl Fn(&mut Call)) -> Told {
    call(config, |call| {
        call.hear(format!("* OK [CAPABILITY {}] ready\r\n", capabilities(offered)));
        call.forget();
        script(call);
    })
}

fn capabilities(offered: &str) -> String {
    format!("IMAP4rev1 {offered}").trim_end().to_owned()
}

/// The same behind LOGIN, A1, which tells the capabilities again.
#[track_caller]
pub fn inside(config: &ClientConfig, offered: &str, script: impl Fn(&mut Call)) -> Told {
    greeted(config, offered, |call| {
        call.send("LOGIN a b");
        call.hear(format!("A1 OK [CAPABILITY {}] welcome\r\n", capabilities(offered)));
        call.forget();
        script(call);
    })
}

/// The same behind SELECT, A2.
#[track_caller]
pub fn selected(config: &ClientConfig, offered: &str, script: impl Fn(&mut Call)) -> Told {
    inside(config, offered, |call| {
        call.send("SELECT INBOX");
        call.hear("* 3 EXISTS\r\nA2 OK [READ-WRITE] done\r\n");
        call.forget();
        script(call);
    })
}

impl Call {
    /// What was seen and sent so far does not matter.
    pub fn forget(&mut self) {
        assert_eq!(self.error(), None);
        self.seen.clear();
        self.sent.clear();
    }

    /// The client.
    pub fn client(&mut self) -> &mut Client {
        &mut self.call.peer.client
    }

    /// The caller gives a command that must be taken.
    #[track_caller]
    pub fn send(&mut self, line: &str) -> Ticket {
        self.give(&command(line))
    }

    /// The same with a command that is built.
    #[track_caller]
    pub fn give(&mut self, command: &Command<'_>) -> Ticket {
        let given = self.peer.client.send(command).unwrap();
        self.tickets.push(number(given));
        given
    }

    /// The caller gives a command that must be refused, and nothing is queued.
    #[track_caller]
    pub fn refuse(&mut self, line: &str) -> UsageError {
        let before = self.peer.client.transmit().len();
        let error = self.peer.client.send(&command(line)).unwrap_err();
        assert_eq!(self.peer.client.transmit().len(), before);
        error
    }

    fn told(mut self) -> Told {
        self.write();
        let error = self.error();
        let client = &mut self.call.peer.client;
        let unanswered: Vec<_> =
            std::iter::from_fn(|| client.unanswered()).map(|(t, how)| (number(t), how)).collect();
        // The OK alone makes the client ready; that octets come behind it shows with the next piece. So
        // this one event depends on the cut, and it is harmless: TLS cannot start any more.
        if error == Some(PeerError::DataAfterStartTls) {
            self.call.seen.retain(|seen| *seen != Seen::TlsReady);
            assert!(client.tls_started().is_err());
        }
        self.check_ends(&unanswered);
        Told {
            closed: self.peer.client.is_closed(),
            error,
            sent: String::from_utf8_lossy(&self.sent).into_owned(),
            seen: self.call.seen,
            unanswered,
        }
    }

    /// Each command ends at most once.
    fn check_ends(&self, unanswered: &[(u64, Unanswered)]) {
        for &given in &self.tickets {
            let quiet = unanswered.iter().filter(|(other, _)| *other == given).count();
            let ends = |seen: &&Seen| match seen {
                Seen::Unanswered(other, _) | Seen::Done(other, _) => *other == given,
                _ => false,
            };
            let loud = self.seen.iter().filter(ends).count();
            assert!(quiet + loud <= 1, "{given}: {:?} {unanswered:?}", self.seen);
        }
    }
}

impl Told {
    /// What was seen but for the error at the end.
    pub fn events(&self) -> &[Seen] {
        match self.seen.split_last() {
            Some((Seen::Error(_), before)) => before,
            _ => &self.seen,
        }
    }
}
