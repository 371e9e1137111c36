//! The side that commands: commands with their literals.

use mailwire_core::{Secret, SyntaxError};

use super::body::{Body, Heard};
use super::flight::{Flight, TagKey};
use super::{BodyKind, Layer, Observed, Observer, Side, Step};
use crate::command::{self, Command, TaggedCommand, Verb};
use crate::family::append::{AppendTail, Under};
use crate::framing::{CommandFramer, FrameLimits, Framed, LiteralHeader};
use crate::token::digits;
use crate::{Extension, Mode};

/// What the next bytes of the client are.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // The observer owns one, and no heap for it.
pub(super) enum Talk {
    /// A command, or what there is of it behind a literal.
    Commands,
    /// It depends on the answer.
    Held(Hold),
    /// A command whose literal the server takes.
    Go,
    /// A command whose literal the server refuses. `told`: its beginning was.
    Refused { told: bool },
    /// A SASL response.
    Response,
    /// A SASL response or a command: the server is not heard, or ended the exchange.
    ResponseOrCommand,
    /// DONE.
    Done,
    /// DONE or a command: the server is not heard, or ended IDLE.
    DoneOrCommand,
    /// A streamed literal.
    Body(Body),
    /// Nobody knows.
    Lost,
}

/// On which answer it depends what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// That to a literal: its octets or a command.
    Literal,
    /// The same, and what is before the literal was told.
    Body { kind: BodyKind, size: u64 },
    /// The same, and what is before the literal was [`Observed::Bad`].
    Bad { size: u64 },
    /// AUTHENTICATE or a response: another response or commands.
    Auth,
    /// IDLE: DONE or commands.
    Idle,
    /// ENABLE: commands in one mode or in another.
    Enable { asked: Mode },
    /// UNAUTHENTICATE: the same.
    Unauthenticate,
    /// STARTTLS: TLS or commands.
    Tls,
    /// COMPRESS: compressed or plain commands.
    Compress,
    /// A command that is not known; it may be one that authenticates.
    Unknown,
}

/// The command whose beginning was seen, and its end was not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    /// `None` without a tag: nothing answers it.
    pub(super) flight: Option<Flight>,
    /// The server did not wait for the end.
    pub(super) answered: bool,
}

/// What follows a streamed literal of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// No literal was streamed.
    No,
    /// The rest of APPEND or REPLACE.
    Append(Under),
    /// The rest of something else, or of what is broken.
    Unknown,
}

/// Octets that are looked at to tell compressed from plain commands.
const LOOK: usize = 8;

impl Observer {
    /// True when the client's next bytes have to wait for the server.
    pub(super) fn is_held(&self) -> bool {
        if self.is_deaf() {
            return false;
        }
        match self.talk {
            Talk::Held(_) => true,
            Talk::Commands => self.flights.is_full() && !self.commands.is_mid_message(),
            _ => false,
        }
    }

    pub(super) fn hear_client<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        if self.is_held() {
            return Step::More;
        }
        match &mut self.talk {
            Talk::Commands | Talk::Go => self.hear_command(input),
            Talk::Held(hold) => {
                let hold = *hold;
                self.guess(hold, input)
            }
            Talk::Refused { told } => {
                let told = *told;
                self.refused(told, input)
            }
            Talk::Response | Talk::Done | Talk::ResponseOrCommand | Talk::DoneOrCommand => {
                self.hear_line(input)
            }
            Talk::Body(body) => match body.hear(Side::Client, input, self.client_ended) {
                Heard::On(step) => step,
                Heard::End { event, complete } => {
                    self.talk = Talk::Commands;
                    if !complete {
                        self.forget();
                    }
                    Step::Event(0, event)
                }
            },
            Talk::Lost => raw(Side::Client, input),
        }
    }

    /// The server ended without the answer that decides: goes on with what is likely.
    fn guess<'i>(&mut self, hold: Hold, input: &'i [u8]) -> Step<'i> {
        self.talk = match hold {
            Hold::Literal => {
                let limits = self.command_limits();
                let head = match self.commands.frame(input, &limits) {
                    Framed::Literal { frame, .. } => frame.len(),
                    _ => 0,
                };
                // Nothing was sent that could be the literal.
                match (input.len() > head, self.client_ended) {
                    (true, _) => Talk::Go,
                    (false, true) => return self.incomplete(input),
                    (false, false) => return Step::More,
                }
            }
            Hold::Auth => Talk::ResponseOrCommand,
            Hold::Idle => Talk::DoneOrCommand,
            Hold::Body { .. } | Hold::Bad { .. } if input.is_empty() => {
                if self.client_ended {
                    return self.incomplete(input);
                }
                return Step::More;
            }
            Hold::Body { kind, size } => self.body(kind, size),
            Hold::Bad { size } => {
                self.cut = Cut::Unknown;
                self.body(BodyKind::Unknown, size)
            }
            Hold::Enable { asked } => {
                self.mode = self.mode.with(asked);
                Talk::Commands
            }
            Hold::Unauthenticate => {
                self.unauthenticated();
                Talk::Commands
            }
            _ if input.is_empty() => return Step::More,
            Hold::Tls => {
                // The content type of a TLS handshake record; no tag begins with it.
                if input.first() == Some(&0x16) {
                    self.layer = Layer::TlsReady;
                }
                Talk::Commands
            }
            Hold::Compress => {
                let head = input.get(..LOOK).unwrap_or(input);
                let line = head.split(|octet| *octet == b'\n').next().unwrap_or_default();
                let plain = line.iter().all(|octet| matches!(octet, b' '..=b'~' | b'\r'));
                let whole = head.len() == LOOK || line.len() < head.len() || self.client_ended;
                match (plain, whole) {
                    (true, false) => return Step::More,
                    (true, true) => {}
                    (false, _) => self.layer = Layer::CompressReady,
                }
                Talk::Commands
            }
            Hold::Unknown => Talk::Commands,
        };
        Step::Again(0)
    }

    /// Whatever a command is, each of its literals is looked at: the server may answer before its end.
    fn command_limits(&self) -> FrameLimits {
        let limits = self.config.limits.commands(true);
        FrameLimits { inline: 0, literals: u32::MAX, discard: u32::MAX, ..limits }
    }

    fn hear_command<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        let limits = self.command_limits();
        match self.commands.frame(input, &limits) {
            Framed::Message { frame, .. } => {
                let event = self.message(frame);
                Step::Event(frame.len(), event)
            }
            Framed::Literal { frame, literal, fits, .. } => self.literal(frame, literal, fits),
            Framed::Bad { frame, fault, ends, .. } => {
                self.begin(frame);
                match waiting_size(frame) {
                    Some(size) if ends => self.hold(Hold::Bad { size }),
                    _ if ends => self.end(None),
                    _ => self.talk = Talk::Commands,
                }
                self.dropped = 0;
                let (side, octets) = (Side::Client, Secret::new(frame));
                Step::Event(frame.len(), Observed::Bad { side, frame: octets, fault })
            }
            Framed::Skip { consumed } => {
                self.dropped = self.dropped.saturating_add(octets(consumed));
                Step::Again(consumed)
            }
            Framed::Dropped { consumed } => {
                let octets = self.dropped.saturating_add(octets(consumed));
                self.end(None);
                Step::Event(consumed, Observed::Dropped { side: Side::Client, octets })
            }
            Framed::Blank { consumed, .. } => Step::Again(consumed),
            Framed::Lost { fault, .. } => {
                self.talk = Talk::Lost;
                Step::Event(0, Observed::Lost { side: Side::Client, fault })
            }
            Framed::More if !self.client_ended => Step::More,
            Framed::More if self.commands.is_dropping() => {
                let octets = core::mem::take(&mut self.dropped).saturating_add(octets(input.len()));
                self.forget();
                Step::Event(input.len(), Observed::Dropped { side: Side::Client, octets })
            }
            Framed::More => self.incomplete(input),
        }
    }

    /// The client closed, with these octets behind its last message.
    pub(super) fn incomplete<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        if input.is_empty() && self.cut == Cut::No {
            return Step::More;
        }
        self.forget();
        let octets = Secret::new(input);
        Step::Event(input.len(), Observed::Incomplete { side: Side::Client, octets })
    }

    /// Gives up the command that has begun.
    pub(super) fn forget(&mut self) {
        self.commands = CommandFramer::new();
        self.end(None);
    }

    /// Takes note that a command begins: the server may answer it from here on.
    fn begin(&mut self, frame: &[u8]) {
        if self.open.is_some() || self.cut != Cut::No {
            return;
        }
        let flight = TagKey::before(frame).map(|(tag, _)| Flight { tag, verb: first_verb(frame) });
        // Nobody answers any more when the server ended.
        if let (Some(flight), false) = (flight, self.is_deaf()) {
            self.flights.push(flight);
        }
        self.open = Some(Open { flight, answered: false });
    }

    /// Takes note that it ended, and of what follows.
    pub(super) fn end(&mut self, hold: Option<Hold>) {
        let answered = self.open.take().is_some_and(|open| open.answered);
        self.cut = Cut::No;
        self.dropped = 0;
        self.talk = match hold {
            Some(hold) if !answered => Talk::Held(hold),
            _ => Talk::Commands,
        };
    }

    /// Waits for the answer to a literal, if it did not come already.
    fn hold(&mut self, hold: Hold) {
        let answered = self.open.is_some_and(|open| open.answered);
        let told = !matches!(hold, Hold::Literal);
        self.talk = if answered { Talk::Refused { told } } else { Talk::Held(hold) };
    }

    pub(super) const fn body(&self, kind: BodyKind, size: u64) -> Talk {
        Talk::Body(Body::new(kind, size, self.config.look_for))
    }

    fn verb(&self) -> Option<Verb> {
        self.open.and_then(|open| open.flight).and_then(|flight| flight.verb)
    }

    /// A literal: whether it comes is for the server, and whether it stands in its message is decided by
    /// its size.
    fn literal<'i>(&mut self, frame: &'i [u8], literal: LiteralHeader, fits: bool) -> Step<'i> {
        self.begin(frame);
        let go = matches!(self.talk, Talk::Go);
        let large = literal.size > u64::from(self.config.limits.inline_literal);
        if !go && (large || !fits) {
            // What was told is not looked at again: that the literal may come is asked behind it.
            if let Some((event, kind)) = self.head(frame, fits) {
                let consumed = self.commands.stream();
                if literal.sync {
                    self.hold(Hold::Body { kind, size: literal.size });
                } else {
                    self.talk = self.body(kind, literal.size);
                }
                return Step::Event(consumed, event);
            }
        }
        if literal.sync && !go {
            self.hold(Hold::Literal);
            return Step::Again(0);
        }
        self.talk = Talk::Commands;
        self.commands.accept();
        Step::Again(0)
    }

    /// What is before a literal that is streamed; `None` when it is to stand in its message.
    fn head<'i>(&mut self, frame: &'i [u8], fits: bool) -> Option<(Observed<'i>, BodyKind)> {
        let (mode, tolerance) = (self.mode.with(Mode::CUT), self.config.tolerance);
        let (event, under) = match (self.cut, self.verb()) {
            (Cut::No, Some(Verb::Append | Verb::Replace | Verb::UidReplace)) => {
                match TaggedCommand::parse_in(frame, mode, tolerance) {
                    Ok((command, deviations)) => {
                        let under = under(&command);
                        (Observed::CommandHead { command, deviations }, under)
                    }
                    Err(error) => (invalid(frame, error), None),
                }
            }
            (Cut::Append(under), _) => match AppendTail::parse_in(frame, under, mode, tolerance) {
                Ok((tail, deviations)) => {
                    let under = tail.under();
                    (Observed::CommandTail { tail, deviations }, under)
                }
                Err(error) => (invalid(frame, error), None),
            },
            _ if fits => return None,
            _ => (Observed::Raw { side: Side::Client, octets: Secret::new(frame) }, None),
        };
        let kind = under.map_or(BodyKind::Unknown, BodyKind::Append);
        self.cut = under.map_or(Cut::Unknown, Cut::Append);
        Some((event, kind))
    }

    /// The server refused the literal that the client wants to send.
    fn refused<'i>(&mut self, told: bool, input: &'i [u8]) -> Step<'i> {
        let limits = self.command_limits();
        let verb = self.verb();
        let mut octets = &input[..0];
        if !told {
            if let Framed::Literal { frame, .. } = self.commands.frame(input, &limits) {
                octets = frame;
            }
        }
        self.forget();
        Step::Event(octets.len(), Observed::Refused { verb, octets: Secret::new(octets) })
    }

    /// A whole command, or the end of one.
    fn message<'i>(&mut self, frame: &'i [u8]) -> Observed<'i> {
        self.begin(frame);
        match self.cut {
            Cut::No => self.command(frame),
            Cut::Append(under) => {
                self.end(None);
                match AppendTail::parse_in(frame, under, self.mode, self.config.tolerance) {
                    Ok((tail, deviations)) => Observed::CommandTail { tail, deviations },
                    Err(error) => invalid(frame, error),
                }
            }
            Cut::Unknown => {
                self.end(None);
                Observed::Raw { side: Side::Client, octets: Secret::new(frame) }
            }
        }
    }

    fn command<'i>(&mut self, frame: &'i [u8]) -> Observed<'i> {
        match TaggedCommand::parse_in(frame, self.mode, self.config.tolerance) {
            Ok((TaggedCommand { command: Command::Other(_), tag }, _)) if self.hush => {
                self.end(Some(Hold::Unknown));
                let at = tag.as_bytes().len().saturating_add(1);
                let error = SyntaxError { rule: "command-name", at };
                Observed::InvalidSecret { frame: Secret::new(frame), error }
            }
            Ok((command, deviations)) => {
                self.hush = false;
                let hold = match &command.command {
                    Command::Enable(enable) => {
                        self.enabled = false;
                        let utf8 = [Extension::Utf8Accept, Extension::Imap4Rev2];
                        let utf8 = utf8.into_iter().any(|extension| enable.contains(extension));
                        Some(Hold::Enable { asked: if utf8 { Mode::UTF8 } else { Mode::REV1 } })
                    }
                    Command::Other(_) => Some(Hold::Unknown),
                    command => command.name().and_then(hold_of),
                };
                self.hush |= hold == Some(Hold::Auth);
                self.end(hold);
                Observed::Command { command, deviations }
            }
            Err(error) => {
                let verb = self.verb();
                // A bad LOGIN holds a password as a good one does.
                let secret = self.hush || is_login(verb);
                let hold = verb.and_then(hold_of);
                self.hush |= hold == Some(Hold::Auth);
                self.end(hold);
                if secret {
                    Observed::InvalidSecret { frame: Secret::new(frame), error }
                } else {
                    invalid(frame, error)
                }
            }
        }
    }
}

/// What is left of a side that nobody understands any more.
pub(super) const fn raw(side: Side, input: &[u8]) -> Step<'_> {
    if input.is_empty() {
        return Step::More;
    }
    Step::Event(input.len(), Observed::Raw { side, octets: Secret::new(input) })
}

pub(super) const fn invalid(frame: &[u8], error: SyntaxError) -> Observed<'_> {
    Observed::Invalid { side: Side::Client, frame, error }
}

/// What the literal at the end of a command belongs to.
fn under(command: &TaggedCommand<'_>) -> Option<Under> {
    match &command.command {
        Command::Append(append) => append.under(),
        Command::Replace(replace) | Command::UidReplace(replace) => replace.new.under(),
        _ => None,
    }
}

/// What a command makes its followers wait for.
const fn hold_of(verb: Verb) -> Option<Hold> {
    match verb {
        Verb::Authenticate => Some(Hold::Auth),
        Verb::Idle => Some(Hold::Idle),
        Verb::Enable => Some(Hold::Enable { asked: Mode::REV1 }),
        Verb::Unauthenticate => Some(Hold::Unauthenticate),
        Verb::StartTls => Some(Hold::Tls),
        Verb::Compress => Some(Hold::Compress),
        _ => None,
    }
}

/// True for what can hold a password.
pub(super) const fn is_login(verb: Option<Verb>) -> bool {
    matches!(verb, Some(Verb::Login | Verb::Authenticate))
}

/// The known verb of a line that begins with a tag.
pub(super) fn first_verb(line: &[u8]) -> Option<Verb> {
    let (_, rest) = TagKey::before(line)?;
    Verb::from_keyword(command::name(rest.trim_ascii_start()).0)
}

/// The size in a literal header at the end of a line that is over a limit, where the client waits.
fn waiting_size(line: &[u8]) -> Option<u64> {
    let text = line.strip_suffix(b"}\r\n")?;
    // 19 digits are the longest size.
    let window = text.get(text.len().saturating_sub(20)..)?;
    let brace = memchr::memrchr(b'{', window)?;
    let (size, octets) = digits(window.get(brace.saturating_add(1)..)?);
    size.filter(|_| octets > 0 && brace.saturating_add(octets).saturating_add(1) == window.len())
}

/// A length in memory as a length on the wire; no target has a `usize` over 64 bits.
pub(super) fn octets(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
