//! The side that commands: lines, SASL responses and bodies.

use mailwire_core::body::{Counted, DotDecoder, Inspector};
use mailwire_core::line::{Framed, LineEnding};
use mailwire_core::sasl::{ClientResponse, SaslError, parse_response};
use mailwire_core::token::{KEYWORD, WSP, number};
use mailwire_core::{Secret, SyntaxError};

use super::flight::Flight;
use super::{BodyKind, Observed, Observer, Side, Step};
use crate::command::{Command, Verb};
use crate::tolerance::Deviation;
use crate::{Deviations, Tolerance};

/// What the next bytes of the client are.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // The observer owns one, and no heap for it.
pub(super) enum Talk {
    /// A command.
    Commands,
    /// It depends on the reply to the last command.
    Held(Hold),
    /// A SASL response.
    Response,
    /// A SASL response or a command: the server is not heard.
    ResponseOrCommand,
    /// A dotted body, not told yet.
    DataBegin,
    /// A dotted body.
    Data { decoder: DotDecoder, size: u64 },
    /// Counted octets; not told yet while `begun` is false.
    Chunk { begun: bool, last: bool, size: u64, counted: Counted, inspector: Inspector },
}

/// The command on whose reply it depends what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// DATA: a body or commands.
    Data,
    /// AUTH or a response: another response or commands.
    Auth,
    /// STARTTLS: TLS or commands.
    Tls,
    /// ATRN or TURN: replies or commands.
    Turn,
    /// A verb that is not known; it may be one that authenticates.
    Unknown,
}

/// A line over its limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Long {
    verb: Option<Verb>,
    octets: u64,
    name: &'static str,
    limit: usize,
}

/// What a line is for the dialogue: all that is needed of it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Verb(Verb),
    /// BDAT whose size can be read.
    Bdat {
        size: u64,
        last: bool,
    },
    BurlLast,
    /// A command of another verb.
    Unknown,
    /// No command.
    Rubbish,
}

impl Observer {
    /// True when the client's next bytes have to wait for the server.
    pub(super) fn is_held(&self) -> bool {
        let server_ended = self.has_ended(self.client.other());
        !server_ended && (matches!(self.talk, Talk::Held(_)) || self.flights.is_full())
    }

    pub(super) fn hear_client<'i>(&mut self, side: Side, input: &'i [u8]) -> Step<'i> {
        if self.is_held() {
            return Step::More;
        }
        match &mut self.talk {
            Talk::Held(hold) => {
                let hold = *hold;
                self.guess(hold, input)
            }
            Talk::Commands | Talk::Response | Talk::ResponseOrCommand => {
                self.hear_line(side, input)
            }
            Talk::DataBegin => {
                let decoder = DotDecoder::new(self.config.look_for);
                self.talk = Talk::Data { decoder, size: 0 };
                Step::Event(0, Observed::BodyBegin { kind: BodyKind::Data, size: None })
            }
            Talk::Data { .. } => self.hear_data(side, input),
            Talk::Chunk { .. } => self.hear_chunk(side, input),
        }
    }

    /// The server ended without the reply that decides: goes on with what is likely.
    fn guess<'i>(&mut self, hold: Hold, input: &'i [u8]) -> Step<'i> {
        self.talk = match (hold, input) {
            // Nothing was sent that could be a body.
            (_, []) => return Step::More,
            (Hold::Data, _) => Talk::DataBegin,
            (Hold::Auth, _) => Talk::ResponseOrCommand,
            // The content type of a TLS handshake record; no command begins with it.
            (Hold::Tls, [0x16, ..]) => {
                self.tls = super::Tls::Ready;
                Talk::Commands
            }
            (Hold::Tls | Hold::Turn | Hold::Unknown, _) => Talk::Commands,
        };
        Step::Again(0)
    }

    fn hear_line<'i>(&mut self, side: Side, input: &'i [u8]) -> Step<'i> {
        let limits = &self.config.limits;
        let command = matches!(self.talk, Talk::Commands);
        let (name, limit) = if command && first_verb(input) != Some(Verb::Auth) {
            ("line", limits.line)
        } else {
            ("auth_line", limits.auth_line)
        };
        match self.lines.frame(input, limit) {
            Framed::Line { text, ending, consumed } => {
                let line = input.get(..consumed).unwrap_or(input);
                let event = match self.talk {
                    Talk::Response => self.response(text, ending, line),
                    Talk::ResponseOrCommand if looks_like_response(text) => {
                        self.response(text, ending, line)
                    }
                    _ => self.command(side, line),
                };
                Step::Event(consumed, event)
            }
            Framed::More if !self.has_ended(side) => Step::More,
            Framed::More => {
                self.lines.reset();
                match self.long.take() {
                    Some(long) => Step::Event(0, self.too_long(side, long)),
                    None if input.is_empty() => Step::More,
                    None => {
                        let octets = Secret::new(input);
                        Step::Event(input.len(), Observed::Incomplete { side, octets })
                    }
                }
            }
            Framed::Skipping { consumed } => {
                let long = self.longer(name, limit, input, consumed);
                self.long = Some(long);
                Step::Again(consumed)
            }
            Framed::TooLong { consumed } => {
                let long = self.longer(name, limit, input, consumed);
                self.long = None;
                Step::Event(consumed, self.too_long(side, long))
            }
        }
    }

    /// The long line with `count` octets more.
    fn longer(&self, name: &'static str, limit: usize, input: &[u8], count: usize) -> Long {
        let long = self.long.unwrap_or(Long { verb: first_verb(input), octets: 0, name, limit });
        Long { octets: long.octets.saturating_add(octets(count)), ..long }
    }

    fn too_long<'i>(&mut self, side: Side, long: Long) -> Observed<'i> {
        if matches!(self.talk, Talk::Response) {
            self.talk = Talk::Held(Hold::Auth);
        } else {
            self.sent(long.verb.map_or(Sent::Rubbish, Sent::Verb));
        }
        let Long { octets, name, limit, .. } = long;
        Observed::TooLong { side, name, limit, octets }
    }

    fn command<'i>(&mut self, side: Side, line: &'i [u8]) -> Observed<'i> {
        match Command::parse_with(line, self.config.tolerance) {
            Ok((Command::Other(_), _)) if self.hush => {
                self.sent(Sent::Unknown);
                let error = SyntaxError { rule: "verb", at: 0 };
                Observed::InvalidSecret { line: Secret::new(line), error }
            }
            Ok((command, deviations)) => {
                self.hush = false;
                self.sent(match &command {
                    Command::Bdat(bdat) => Sent::Bdat { size: bdat.size, last: bdat.last },
                    Command::Burl(burl) if burl.last => Sent::BurlLast,
                    command => command.verb().map_or(Sent::Unknown, Sent::Verb),
                });
                Observed::Command { command, deviations }
            }
            Err(error) => {
                let verb = first_verb(line);
                self.sent(match verb {
                    Some(Verb::Bdat) => bdat_size(line).unwrap_or(Sent::Verb(Verb::Bdat)),
                    verb => verb.map_or(Sent::Rubbish, Sent::Verb),
                });
                if self.hush {
                    Observed::InvalidSecret { line: Secret::new(line), error }
                } else {
                    Observed::Invalid { side, line, error }
                }
            }
        }
    }

    /// Takes note of a command: what is owed for it, and what follows.
    fn sent(&mut self, sent: Sent) {
        let flight = match sent {
            Sent::Verb(verb @ (Verb::Bdat | Verb::Burl)) => Flight::Chunk { verb, last: false },
            Sent::Verb(verb) => Flight::Command(Some(verb)),
            Sent::Bdat { last, .. } => Flight::Chunk { verb: Verb::Bdat, last },
            Sent::BurlLast => Flight::Chunk { verb: Verb::Burl, last: true },
            Sent::Unknown | Sent::Rubbish => Flight::Command(None),
        };
        // Nobody answers any more when the server ended.
        if !self.has_ended(self.client.other()) {
            self.flights.push(flight);
        }
        self.hush |= sent == Sent::Verb(Verb::Auth);
        self.talk = match sent {
            Sent::Verb(Verb::Data) => Talk::Held(Hold::Data),
            Sent::Verb(Verb::Auth) => Talk::Held(Hold::Auth),
            Sent::Verb(Verb::StartTls) => Talk::Held(Hold::Tls),
            Sent::Verb(Verb::Atrn | Verb::Turn) => Talk::Held(Hold::Turn),
            Sent::Unknown => Talk::Held(Hold::Unknown),
            Sent::Bdat { size, last } => Talk::Chunk {
                begun: false,
                last,
                size,
                counted: Counted::new(size),
                inspector: Inspector::new(self.config.look_for),
            },
            Sent::Verb(_) | Sent::BurlLast | Sent::Rubbish => Talk::Commands,
        };
    }

    fn response<'i>(&mut self, text: &'i [u8], ending: LineEnding, line: &'i [u8]) -> Observed<'i> {
        self.talk = Talk::Held(Hold::Auth);
        let invalid = |rule, at| Observed::InvalidSecret {
            line: Secret::new(line),
            error: SyntaxError { rule, at },
        };
        let Some(deviations) = line_end(ending, self.config.tolerance) else {
            return invalid("CRLF", text.len());
        };
        match parse_response(text) {
            Ok(ClientResponse::Cancel) => Observed::AuthCancel { deviations },
            Ok(ClientResponse::Data(_)) => {
                Observed::AuthResponse { response: Secret::new(text), deviations }
            }
            Err(SaslError::NotBase64 { at }) => invalid("base64", at),
            Err(_) => invalid("base64", 0),
        }
    }

    fn hear_data<'i>(&mut self, side: Side, input: &'i [u8]) -> Step<'i> {
        let ended = self.has_ended(side);
        let Talk::Data { decoder, size } = &mut self.talk else { return Step::More };
        let dotted = decoder.decode(input);
        *size = size.saturating_add(octets(dotted.data.len()));
        if !dotted.data.is_empty() {
            return Step::Event(dotted.consumed, Observed::BodyChunk(dotted.data));
        }
        if !dotted.end && !input.is_empty() {
            return Step::Again(dotted.consumed);
        }
        if !dotted.end && !ended {
            return Step::More;
        }
        let (size, findings) = (*size, decoder.found());
        self.talk = Talk::Commands;
        let end = Observed::BodyEnd { kind: BodyKind::Data, size, findings, complete: dotted.end };
        Step::Event(dotted.consumed, end)
    }

    fn hear_chunk<'i>(&mut self, side: Side, input: &'i [u8]) -> Step<'i> {
        let ended = self.has_ended(side);
        let Talk::Chunk { begun, last, size, counted, inspector } = &mut self.talk else {
            return Step::More;
        };
        let kind = BodyKind::Bdat { last: *last };
        if !*begun {
            *begun = true;
            return Step::Event(0, Observed::BodyBegin { kind, size: Some(*size) });
        }
        let data = counted.take(input);
        if !data.is_empty() {
            inspector.inspect(data);
            return Step::Event(data.len(), Observed::BodyChunk(data));
        }
        let complete = counted.is_done();
        if !complete && !ended {
            return Step::More;
        }
        // A bare CR at the end of a chunk may have its LF in the next one.
        let findings = if *last { inspector.finish() } else { inspector.found() };
        let size = size.saturating_sub(counted.remaining());
        self.talk = Talk::Commands;
        Step::Event(0, Observed::BodyEnd { kind, size, findings, complete })
    }
}

/// The known verb that a line begins with.
fn first_verb(line: &[u8]) -> Option<Verb> {
    Verb::from_keyword(KEYWORD.split(line).0)
}

/// What is left of a bad BDAT command: the octets follow when their number can be read.
fn bdat_size(line: &[u8]) -> Option<Sent> {
    let (_, arguments) = KEYWORD.split(line);
    let (blanks, arguments) = WSP.split(arguments);
    let (rest, size) = number(arguments, "chunk-size").ok()?;
    let bounded = rest.first().is_some_and(u8::is_ascii_whitespace);
    (bounded && !blanks.is_empty()).then_some(Sent::Bdat { size, last: false })
}

/// True for a line that can be a SASL response and is no command.
fn looks_like_response(text: &[u8]) -> bool {
    first_verb(text).is_none() && parse_response(text).is_ok()
}

/// The deviation of a line end; `None` when it is not tolerated.
fn line_end(ending: LineEnding, tolerance: Tolerance) -> Option<Deviations> {
    match ending {
        LineEnding::CrLf => Some(Deviations::EMPTY),
        LineEnding::Lf => tolerance
            .allowed()
            .contains(Deviation::BareLfLine)
            .then(|| Deviations::EMPTY.with(Deviation::BareLfLine)),
    }
}

/// A length in memory as a length on the wire; no target has a `usize` over 64 bits.
pub(super) fn octets(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
