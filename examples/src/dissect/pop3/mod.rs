//! POP3: feeds the observer and makes a record of each event.

mod value;

use mailwire_pop3::answer::{Answer, Item};
use mailwire_pop3::observer::{self, Answers, BodyKind, Observed, Observer, ObserverConfig};
use mailwire_pop3::{SyntaxError, Tolerance, Verb};
use serde_json::json;

use crate::frame::{Frame, Place};
use crate::record::Record;
use crate::session::{Listener, Side, Told};
use crate::text::{self, Writing};

/// Commands whose arguments are credentials.
const SECRET_VERBS: [&[u8]; 3] = [b"AUTH", b"PASS", b"APOP"];

/// Hears one conversation.
pub(crate) struct Pop3 {
    observer: Observer,
    tolerance: Tolerance,
    /// What the last status line answered: what follows it belongs to that.
    answered: Option<Verb>,
    client: Voice,
    server: Voice,
}

/// What is known of a side before it is understood.
#[derive(Debug, Clone, Copy, Default)]
struct Voice {
    spoke: bool,
    /// It ended before it said anything: what the other one says is understood by guesses.
    missing: bool,
}

impl Pop3 {
    pub(crate) fn new(tolerance: Tolerance) -> Self {
        let config = ObserverConfig { tolerance, ..ObserverConfig::default() };
        Self {
            observer: Observer::new(config),
            tolerance,
            answered: None,
            client: Voice::default(),
            server: Voice::default(),
        }
    }

    const fn voice(&mut self, side: Side) -> &mut Voice {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

/// What is known when an event is told.
struct Context {
    tolerance: Tolerance,
    answered: Option<Verb>,
    /// The other side is not in the recording.
    alone: bool,
}

fn record(frame: &Frame<'_>, context: &Context, event: Observed<'_>) -> Record {
    let secrets = frame.place.secrets;
    let writing = Writing { line: frame.line, tolerance: context.tolerance };
    match event {
        Observed::Greeting { greeting, deviations } => {
            let value = value::greeting(&greeting, context.alone);
            let roundtrip = value::write_greeting(&writing, &greeting);
            frame.parsed("greeting", deviations, roundtrip, value)
        }
        Observed::Command { command, deviations } => {
            let value = value::command(&command, secrets);
            let roundtrip = value::write_command(&writing, &command);
            frame.parsed("command", deviations, roundtrip, value)
        }
        // It is an answer all the same, but what it says is lost.
        Observed::Response { answer: Answer::Invalid { response, error }, .. } => {
            // An empty line before it may be tolerated, and is no part of it.
            let line = frame.line.trim_ascii_start();
            let at = error.at.saturating_add(value::text_at(line, response.text()));
            frame.invalid(line.to_vec(), SyntaxError { at, ..error })
        }
        Observed::Response { answer, answers, deviations } => {
            let value = value::answer(&answer, answers, context.alone);
            let roundtrip = value::write_answer(&writing, &answer);
            frame.parsed("response", deviations, roundtrip, value)
        }
        // Of a line over its limit only the beginning is kept; the record shows the same.
        Observed::Item { item: Item::Invalid(item), .. } => {
            let stuffed = usize::from(value::is_stuffed(frame.line));
            let error = item.error();
            let at = error.at.saturating_add(stuffed);
            let line = frame.line.get(..item.line().len().saturating_add(stuffed));
            let line = line.unwrap_or(item.line()).to_vec();
            frame.invalid(line, SyntaxError { at, ..error })
        }
        Observed::Item { item, deviations } => {
            let value = value::item(&item);
            frame.parsed("item", deviations, value::write_item(&writing, &item), value)
        }
        Observed::ListEnd { listing, items, complete } => {
            let listing = value::listing(listing);
            let value = json!({ "listing": listing, "items": items, "complete": complete });
            let error = (!complete).then_some(("end of listing", 0));
            Record { error, ..frame.told("list-end", value) }
        }
        Observed::AuthChallenge { challenge, deviations } => {
            let value = value::challenge(&challenge);
            let roundtrip = value::write_answer(&writing, &Answer::Challenge(challenge));
            frame.parsed("auth-challenge", deviations, roundtrip, value)
        }
        Observed::AuthResponse { response, deviations } => {
            let roundtrip = writing.response(response.expose());
            let mut value = text::response(response.expose(), secrets);
            value::extend(&mut value, json!({ "guessed": context.alone }));
            frame.parsed("auth-response", deviations, roundtrip, value)
        }
        Observed::AuthCancel { deviations } => {
            let value = json!({ "guessed": context.alone });
            frame.parsed("auth-cancel", deviations, writing.response(b"*"), value)
        }
        Observed::BodyEnd { kind, size, findings, complete } => {
            let value = match kind {
                BodyKind::Message => {
                    json!({ "sent_for": context.answered.map(Verb::as_str), "guessed": false })
                }
                // A listing looks the same.
                _ => json!({ "sent_for": null, "guessed": true }),
            };
            frame.body(value, size, findings, complete)
        }
        Observed::Invalid { line, error, side } => {
            let client = side == observer::Side::Client;
            invalid(frame, line, error, client && !secrets && text::may_be_secret(line))
        }
        Observed::InvalidSecret { line, error } => invalid(frame, line.expose(), error, !secrets),
        Observed::TooLong { name, limit, octets, .. } => frame.too_long(name, limit, octets),
        Observed::Incomplete { octets, .. } => frame.cut_off(octets.expose()),
        // The observer may tell more than is known here.
        _ => frame.told("other", json!({})),
    }
}

/// A line that breaks the grammar; of a secret one only the place of the error is shown.
fn invalid(frame: &Frame<'_>, line: &[u8], error: SyntaxError, secret: bool) -> Record {
    let line = if secret { text::masked(line, &SECRET_VERBS) } else { line.to_vec() };
    frame.invalid(line, error)
}

impl Listener for Pop3 {
    fn receive(&mut self, input: &[u8], place: &Place) -> (usize, Told) {
        let alone = self.voice(place.side.other()).missing;
        self.voice(place.side).spoke |= !input.is_empty();
        let received = self.observer.receive(side(place.side), input);
        if let Some(Observed::Response { answers, .. }) = &received.event {
            self.answered = match answers {
                Answers::Command(verb) => Some(*verb),
                _ => None,
            };
        }
        let told = match received.event {
            None => Told::Nothing,
            Some(Observed::BodyBegin { .. }) => Told::BodyBegins,
            Some(Observed::BodyChunk(_) | Observed::ListBegin { .. } | Observed::TlsReady) => {
                Told::Unsaid
            }
            Some(Observed::Tls { .. }) => Told::Tls,
            Some(event) => {
                let frame = place.frame(input.get(..received.consumed).unwrap_or_default());
                let (tolerance, answered) = (self.tolerance, self.answered);
                let record = record(&frame, &Context { tolerance, answered, alone }, event);
                Told::Message(Box::new(record))
            }
        };
        (received.consumed, told)
    }

    fn receive_eof(&mut self, of: Side) {
        let voice = self.voice(of);
        voice.missing |= !voice.spoke;
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
