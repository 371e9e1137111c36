//! The lines of a client that are no commands: SASL responses, and DONE.

use mailwire_core::sasl::{ClientResponse, SaslError, parse_response};
use mailwire_core::{Secret, SyntaxError};

use super::talk::{Hold, Talk, first_verb, invalid, is_login, octets};
use super::{Observed, Observer, Side, Step};
use crate::family::idle::Done;
use crate::framing::{CommandFramer, Framed};
use crate::tolerance::Deviation;
use crate::{Deviations, Tolerance};

impl Observer {
    /// A line that is no command.
    pub(super) fn hear_line<'i>(&mut self, input: &'i [u8]) -> Step<'i> {
        let limits = &self.config.limits;
        let response = matches!(self.talk, Talk::Response | Talk::ResponseOrCommand);
        let limit = if response { limits.auth_line } else { limits.line };
        match self.commands.frame_plain(input, limit) {
            Framed::Message { frame, .. } => {
                let event = if response { self.response(frame) } else { self.idle_done(frame) };
                match event {
                    Some(event) => Step::Event(frame.len(), event),
                    None => self.as_command(),
                }
            }
            Framed::Bad { frame, .. } if may_be_command(&self.talk, frame) => self.as_command(),
            Framed::Bad { frame, fault, .. } => {
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
                let exchange = matches!(self.talk, Talk::Response);
                self.end(exchange.then_some(Hold::Auth));
                Step::Event(consumed, Observed::Dropped { side: Side::Client, octets })
            }
            Framed::More if !self.client_ended => Step::More,
            Framed::More if self.commands.is_dropping() => {
                let octets = core::mem::take(&mut self.dropped).saturating_add(octets(input.len()));
                self.forget();
                Step::Event(input.len(), Observed::Dropped { side: Side::Client, octets })
            }
            _ => self.incomplete(input),
        }
    }

    /// The line at the beginning of the input is a command.
    fn as_command<'i>(&mut self) -> Step<'i> {
        self.commands = CommandFramer::new();
        self.talk = Talk::Commands;
        Step::Again(0)
    }

    /// The line that ends IDLE; `None` for a command where one may be.
    fn idle_done<'i>(&mut self, frame: &'i [u8]) -> Option<Observed<'i>> {
        let event = match Done::parse_in(frame, self.mode, self.config.tolerance) {
            Ok((Done, deviations)) => Observed::IdleDone { deviations },
            Err(_) if matches!(self.talk, Talk::DoneOrCommand) => return None,
            // It was meant as a command, perhaps.
            Err(error) if self.hush || is_login(first_verb(frame)) => {
                Observed::InvalidSecret { frame: Secret::new(frame), error }
            }
            Err(error) => invalid(frame, error),
        };
        self.talk = Talk::Commands;
        Some(event)
    }

    /// A SASL response; `None` for a command where one may be.
    fn response<'i>(&mut self, line: &'i [u8]) -> Option<Observed<'i>> {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let (text, crlf) = match text.strip_suffix(b"\r") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let parsed = parse_response(text);
        match (&self.talk, &parsed) {
            (Talk::ResponseOrCommand, Err(_)) => return None,
            // Another one may follow, and nobody says so.
            (Talk::ResponseOrCommand, Ok(_)) => {}
            _ => self.talk = Talk::Held(Hold::Auth),
        }
        let invalid = |rule, at| Observed::InvalidSecret {
            frame: Secret::new(line),
            error: SyntaxError { rule, at },
        };
        Some(match (line_end(crlf, self.config.tolerance), parsed) {
            (None, _) => invalid("CRLF", text.len()),
            (Some(deviations), Ok(ClientResponse::Cancel)) => Observed::AuthCancel { deviations },
            (Some(deviations), Ok(ClientResponse::Data(_))) => {
                Observed::AuthResponse { response: Secret::new(text), deviations }
            }
            (_, Err(SaslError::NotBase64 { at })) => invalid("base64", at),
            (_, Err(_)) => invalid("base64", 0),
        })
    }
}

/// True for a line over its limit that may be a command: responses and DONE hold no space.
fn may_be_command(talk: &Talk, line: &[u8]) -> bool {
    matches!(talk, Talk::ResponseOrCommand | Talk::DoneOrCommand) && line.contains(&b' ')
}

/// The deviation of a line end; `None` when it is not tolerated.
fn line_end(crlf: bool, tolerance: Tolerance) -> Option<Deviations> {
    if crlf {
        return Some(Deviations::EMPTY);
    }
    let deviation = Deviation::BareLfLine;
    tolerance.allowed().contains(deviation).then(|| Deviations::EMPTY.with(deviation))
}
