//! The side that commands: lines and SASL responses.

use mailwire_core::line::{Framed, LineEnding};
use mailwire_core::sasl::{ClientResponse, SaslError, parse_response};
use mailwire_core::token::{KEYWORD, WSP};
use mailwire_core::{Secret, SyntaxError};

use super::flight::Flight;
use super::{Observed, Observer, Side, Step, Tls};
use crate::answer::Expect;
use crate::command::{Command, Verb};
use crate::tolerance::Deviation;
use crate::{Deviations, Tolerance};

/// What the next bytes of the client are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Talk {
    /// A command.
    Commands,
    /// It depends on the answer to the last command.
    Held(Hold),
    /// A SASL response.
    Response,
    /// A SASL response or a command: the server is not heard.
    ResponseOrCommand,
}

/// The command on whose answer it depends what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// AUTH or a response: another response or commands.
    Auth,
    /// STLS: TLS or commands.
    Tls,
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

impl Observer {
    /// True when the client's next bytes have to wait for the server.
    pub(super) fn is_held(&self) -> bool {
        !self.server_ended && (matches!(self.talk, Talk::Held(_)) || self.flights.is_full())
    }

    pub(super) fn hear_client<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        if self.is_held() {
            return Step::More;
        }
        match self.talk {
            Talk::Held(hold) => self.guess(hold, input),
            Talk::Commands | Talk::Response | Talk::ResponseOrCommand => self.hear_line(input),
        }
    }

    /// The server ended without the answer that decides: goes on with what is likely.
    fn guess<'i>(&mut self, hold: Hold, input: &'i [u8]) -> Step<'i> {
        self.talk = match (hold, input) {
            (_, []) => return Step::More,
            (Hold::Auth, _) => Talk::ResponseOrCommand,
            // The content type of a TLS handshake record; no command begins with it.
            (Hold::Tls, [0x16, ..]) => {
                self.tls = Tls::Ready;
                Talk::Commands
            }
            (Hold::Tls | Hold::Unknown, _) => Talk::Commands,
        };
        Step::Again(0)
    }

    fn hear_line<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        let limits = &self.config.limits;
        let command = self.talk == Talk::Commands;
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
                    _ => self.command(line),
                };
                Step::Event(consumed, event)
            }
            Framed::More if !self.client_ended => Step::More,
            Framed::More => {
                self.lines.reset();
                match self.long.take() {
                    Some(long) => Step::Event(0, self.too_long(long)),
                    None if input.is_empty() => Step::More,
                    None => {
                        let octets = Secret::new(input);
                        let side = Side::Client;
                        Step::Event(input.len(), Observed::Incomplete { side, octets })
                    }
                }
            }
            Framed::Skipping { consumed } => {
                self.long = Some(self.longer(name, limit, input, consumed));
                Step::Again(consumed)
            }
            Framed::TooLong { consumed } => {
                let long = self.longer(name, limit, input, consumed);
                self.long = None;
                Step::Event(consumed, self.too_long(long))
            }
        }
    }

    /// The long line with `count` octets more.
    fn longer(&self, name: &'static str, limit: usize, input: &[u8], count: usize) -> Long {
        let long = self.long.unwrap_or(Long { verb: first_verb(input), octets: 0, name, limit });
        Long { octets: long.octets.saturating_add(octets(count)), ..long }
    }

    fn too_long<'i>(&mut self, long: Long) -> Observed<'i> {
        if self.talk == Talk::Response {
            self.talk = Talk::Held(Hold::Auth);
        } else {
            self.sent(long.verb, Expect::Status, false);
        }
        let Long { octets, name, limit, .. } = long;
        Observed::TooLong { side: Side::Client, name, limit, octets }
    }

    fn command<'i>(&mut self, line: &'i [u8]) -> Observed<'i> {
        match Command::parse_with(line, self.config.tolerance) {
            Ok((Command::Other(_), _)) if self.hush => {
                self.sent(None, Expect::Status, true);
                let error = SyntaxError { rule: "verb", at: 0 };
                Observed::InvalidSecret { line: Secret::new(line), error }
            }
            Ok((command, deviations)) => {
                self.hush = false;
                let other = matches!(command, Command::Other(_));
                self.sent(command.verb(), command.expect(), other);
                Observed::Command { command, deviations }
            }
            Err(error) => {
                let verb = first_verb(line);
                self.sent(verb, expect_of(verb, line), false);
                // A bad PASS holds a password as a good one does.
                let secret = matches!(verb, Some(Verb::Pass | Verb::Apop | Verb::Auth));
                if self.hush || secret {
                    Observed::InvalidSecret { line: Secret::new(line), error }
                } else {
                    Observed::Invalid { side: Side::Client, line, error }
                }
            }
        }
    }

    /// Takes note of a command: what is owed for it, and what follows.
    fn sent(&mut self, verb: Option<Verb>, expect: Expect, other: bool) {
        // Nobody answers any more when the server ended.
        if !self.server_ended {
            self.flights.push(Flight { verb, expect });
        }
        self.hush |= expect == Expect::Exchange;
        self.talk = match verb {
            _ if expect == Expect::Exchange => Talk::Held(Hold::Auth),
            Some(Verb::Stls) => Talk::Held(Hold::Tls),
            None if other => Talk::Held(Hold::Unknown),
            _ => Talk::Commands,
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
}

/// The known verb that a line begins with.
fn first_verb(line: &[u8]) -> Option<Verb> {
    Verb::from_keyword(KEYWORD.split(line).0)
}

/// What a command that breaks the grammar may be answered with all the same.
fn expect_of(verb: Option<Verb>, line: &[u8]) -> Expect {
    let Some(verb) = verb else { return Expect::Status };
    let (_, arguments) = KEYWORD.split(line.trim_ascii_end());
    let [bare, given] = verb.row().expect;
    if WSP.span(arguments) == arguments.len() { bare } else { given }
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
