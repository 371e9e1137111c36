//! SMTP and LMTP: feeds the observer and makes a record of each event.

mod value;

use mailwire_smtp::observer::{self, BodyKind, Observed, Observer, ObserverConfig, Protocol};
use mailwire_smtp::{SyntaxError, Tolerance};
use serde_json::json;

use crate::frame::{Frame, Place};
use crate::record::Record;
use crate::session::{Listener, Side, Told};
use crate::text::{self, Writing};

/// Hears one conversation.
pub(crate) struct Smtp {
    observer: Observer,
    tolerance: Tolerance,
}

impl Smtp {
    pub(crate) fn new(lmtp: bool, tolerance: Tolerance) -> Self {
        let protocol = if lmtp { Protocol::Lmtp } else { Protocol::Smtp };
        let config = ObserverConfig { protocol, tolerance, ..ObserverConfig::default() };
        Self { observer: Observer::new(config), tolerance }
    }

    fn record(&self, frame: &Frame<'_>, event: Observed<'_>) -> Record {
        let secrets = frame.place.secrets;
        let writing = Writing { line: frame.line, tolerance: self.tolerance };
        match event {
            Observed::Greeting { greeting, deviations } => {
                let value = value::greeting(&greeting);
                frame.parsed(
                    "greeting",
                    deviations,
                    value::write_greeting(&writing, &greeting),
                    value,
                )
            }
            Observed::Command { command, deviations } => {
                let value = value::command(&command, secrets);
                frame.parsed("command", deviations, value::write_command(&writing, &command), value)
            }
            Observed::Reply { reply, answers, deviations } => {
                let value = value::reply(&reply, Some(answers));
                frame.parsed("reply", deviations, value::write_reply(&writing, &reply), value)
            }
            Observed::EhloReply { reply, deviations } => {
                let value = value::ehlo_reply(&reply);
                frame.parsed(
                    "ehlo-reply",
                    deviations,
                    value::write_ehlo_reply(&writing, &reply),
                    value,
                )
            }
            Observed::AuthChallenge { reply, deviations } => {
                let value = value::reply(&reply, None);
                frame.parsed(
                    "auth-challenge",
                    deviations,
                    value::write_reply(&writing, &reply),
                    value,
                )
            }
            Observed::AuthResponse { response, deviations } => {
                let value = text::response(response.expose(), secrets);
                frame.parsed(
                    "auth-response",
                    deviations,
                    writing.response(response.expose()),
                    value,
                )
            }
            Observed::AuthCancel { deviations } => {
                frame.parsed("auth-cancel", deviations, writing.response(b"*"), json!({}))
            }
            Observed::BodyEnd { kind, size, findings, complete } => {
                let value = match kind {
                    BodyKind::Data => json!({ "sent_with": "data", "last": null }),
                    BodyKind::Bdat { last } => json!({ "sent_with": "bdat", "last": last }),
                };
                frame.body(value, size, findings, complete)
            }
            Observed::Invalid { line, error, .. } => {
                invalid(frame, line, error, !secrets && text::may_be_secret(line))
            }
            Observed::InvalidSecret { line, error } => {
                invalid(frame, line.expose(), error, !secrets)
            }
            Observed::TooLong { name, limit, octets, .. } => frame.too_long(name, limit, octets),
            Observed::Incomplete { octets, .. } => frame.cut_off(octets.expose()),
            // The observer may tell more than is known here.
            _ => frame.told("other", json!({})),
        }
    }
}

/// A line that breaks the grammar; of a secret one only the place of the error is shown.
fn invalid(frame: &Frame<'_>, line: &[u8], error: SyntaxError, secret: bool) -> Record {
    let line = if secret { text::masked(line, &[b"AUTH"]) } else { value::without_token(line) };
    frame.invalid(line, error)
}

impl Listener for Smtp {
    fn first(&self) -> Side {
        match self.observer.client_side() {
            observer::Side::Client => Side::Client,
            observer::Side::Server => Side::Server,
        }
    }

    fn receive(&mut self, input: &[u8], place: &Place) -> (usize, Told) {
        let received = self.observer.receive(side(place.side), input);
        let told = match received.event {
            None => Told::Nothing,
            Some(Observed::BodyBegin { .. }) => Told::BodyBegins,
            Some(Observed::BodyChunk(_) | Observed::TlsReady) => Told::Unsaid,
            Some(Observed::Tls { .. }) => Told::Tls,
            Some(event) => {
                let frame = place.frame(input.get(..received.consumed).unwrap_or_default());
                Told::Message(Box::new(self.record(&frame, event)))
            }
        };
        (received.consumed, told)
    }

    fn receive_eof(&mut self, of: Side) {
        self.observer.receive_eof(side(of));
    }

    fn tls_started(&mut self) {
        self.observer.tls_started();
    }
}

const fn side(side: Side) -> observer::Side {
    match side {
        Side::Client => observer::Side::Client,
        Side::Server => observer::Side::Server,
    }
}
