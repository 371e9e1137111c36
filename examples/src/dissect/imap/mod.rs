//! IMAP: feeds the observer and makes a record of each event.

mod value;
mod write;

use mailwire_imap::family::append::Under;
use mailwire_imap::framing::Fault;
use mailwire_imap::observer::{self, Answers, Asks, BodyKind, Observed, Observer, ObserverConfig};
use mailwire_imap::{Mode, Response, SyntaxError, Tolerance, Verb};
use serde_json::{Value, json};

use crate::frame::{Frame, Place, count};
use crate::record::Record;
use crate::session::{Listener, Side, Told};
use crate::text;

use write::Writing;

/// Hears one conversation.
pub(crate) struct Imap {
    observer: Observer,
    tolerance: Tolerance,
    /// What the streamed literal belongs to that a command goes on behind.
    under: Under,
    /// A side whose framing is lost is told about once.
    lost: [bool; 2],
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

impl Imap {
    pub(crate) fn new(tolerance: Tolerance) -> Self {
        let config = ObserverConfig { tolerance, ..ObserverConfig::default() };
        Self {
            observer: Observer::new(config),
            tolerance,
            under: Under::Message,
            lost: [false; 2],
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
    /// What was enabled before the event.
    mode: Mode,
    under: Under,
    /// The other side is not in the recording.
    alone: bool,
}

fn record(frame: &Frame<'_>, context: &Context, event: Observed<'_>) -> Record {
    let secrets = frame.place.secrets;
    let writing = Writing::new(frame.line, context.tolerance, context.mode, frame.place.side);
    match event {
        Observed::Greeting { greeting, deviations } => {
            let mut value = value::status(greeting.status());
            value::extend(&mut value, json!({ "guessed": context.alone }));
            frame.parsed("greeting", deviations, writing.greeting(&greeting), value)
        }
        Observed::Command { command, deviations } => {
            let value = value::command(&command, context.mode, secrets);
            frame.parsed("command", deviations, writing.command(&command), value)
        }
        Observed::CommandHead { command, deviations } => {
            let value = value::command(&command, context.mode, secrets);
            frame.parsed("command-head", deviations, writing.command_head(&command), value)
        }
        Observed::CommandTail { tail, deviations } => {
            let value = value::command_tail(&tail);
            let roundtrip = writing.command_tail(&tail, context.under);
            frame.parsed("command-tail", deviations, roundtrip, value)
        }
        Observed::Refused { verb, octets } => {
            let verb_text = verb.map(Verb::as_str);
            let hidden = !secrets && may_hold_secret(verb);
            let line = if hidden { text::HIDDEN.to_owned() } else { text::text(octets.expose()) };
            frame.told("command-refused", json!({ "verb": verb_text, "line": line }))
        }
        Observed::Response { data, deviations } => {
            let value = value::data(&data, context.mode);
            frame.parsed("response", deviations, writing.response(Response::Data(data)), value)
        }
        Observed::FetchHead { head, deviations } => {
            let value = value::fetch_head(&head, context.mode);
            frame.parsed("response-head", deviations, writing.fetch_head(&head), value)
        }
        Observed::FetchTail { tail, deviations } => {
            let value = value::fetch_tail(&tail, context.mode);
            frame.parsed("response-tail", deviations, writing.fetch_tail(&tail), value)
        }
        Observed::UrlFetchHead { head, deviations } => {
            let value = value::url_fetch_head(&head, context.mode);
            frame.parsed("response-head", deviations, writing.url_fetch_head(&head), value)
        }
        Observed::UrlFetchTail { tail, place, deviations } => {
            let value = value::url_fetch_tail(&tail, place, context.mode);
            frame.parsed("response-tail", deviations, writing.url_fetch_tail(&tail, place), value)
        }
        Observed::Tagged { tagged, answers, deviations } => {
            let mut value = value::status(&tagged.status);
            let answers = match answers {
                Answers::Nothing if !context.alone => Value::Null,
                Answers::Command(verb) => json!(verb.as_str()),
                _ => json!("unknown"),
            };
            value::extend(&mut value, json!({ "tag": tagged.tag.as_str(), "answers": answers }));
            frame.parsed("tagged", deviations, writing.response(Response::Tagged(tagged)), value)
        }
        Observed::Continue { request, asks, deviations } => {
            let asks = match asks {
                Asks::Literal => json!("literal"),
                Asks::Done => json!("DONE"),
                Asks::Nothing if !context.alone => Value::Null,
                _ => json!("unknown"),
            };
            let value = json!({ "text": text::text(request.text().as_bytes()), "asks": asks });
            let roundtrip = writing.response(Response::Continue(request));
            frame.parsed("continuation", deviations, roundtrip, value)
        }
        Observed::AuthChallenge { challenge, deviations } => {
            let decoded = challenge.decode().ok().map(|octets| text::text(&octets));
            let value = json!({ "challenge": text::text(challenge.text()), "decoded": decoded });
            frame.parsed("auth-challenge", deviations, writing.challenge(), value)
        }
        Observed::AuthResponse { response, deviations } => {
            let roundtrip = writing.plain().response(response.expose());
            let mut value = text::response(response.expose(), secrets);
            value::extend(&mut value, json!({ "guessed": context.alone }));
            frame.parsed("auth-response", deviations, roundtrip, value)
        }
        Observed::AuthCancel { deviations } => {
            let value = json!({ "guessed": context.alone });
            frame.parsed("auth-cancel", deviations, writing.plain().response(b"*"), value)
        }
        Observed::IdleDone { deviations } => {
            frame.parsed("idle-done", deviations, writing.done(), json!({}))
        }
        Observed::BodyEnd { kind, size, findings, complete, .. } => {
            let value = match kind {
                BodyKind::Append(under) => json!({ "sent_for": under_name(under) }),
                BodyKind::Fetch => json!({ "sent_for": "FETCH" }),
                BodyKind::UrlFetch => json!({ "sent_for": "URLFETCH" }),
                _ => json!({ "sent_for": null }),
            };
            frame.body(value, size, findings, complete)
        }
        Observed::Invalid { frame: octets, error, side } => {
            let client = side == observer::Side::Client;
            let verb = octets.split(|octet| *octet == b' ').nth(1).unwrap_or_default();
            let secret = text::may_be_secret(octets) || text::may_be_secret(verb);
            invalid(frame, octets, error, client && !secrets && secret)
        }
        Observed::InvalidSecret { frame: octets, error } => {
            invalid(frame, octets.expose(), error, !secrets)
        }
        Observed::Raw { octets, .. } => {
            Record { kind: "raw", error: Some(("message", 0)), ..frame.cut_off(octets.expose()) }
        }
        Observed::Bad { frame: octets, fault, .. } => {
            let error = Some((fault_name(fault), count(frame.line.len())));
            Record { kind: "bad", error, ..frame.cut_off(octets.expose()) }
        }
        Observed::Dropped { octets, .. } => {
            let end = frame.place.offset + count(frame.line.len());
            Record {
                offset: end.saturating_sub(octets),
                length: octets,
                ..frame.told("dropped", json!({ "octets": octets }))
            }
        }
        Observed::Lost { fault, .. } => Record {
            error: Some((fault_name(fault), 0)),
            ..frame.told("lost", json!({ "fault": fault_name(fault) }))
        },
        Observed::Incomplete { octets, .. } => frame.cut_off(octets.expose()),
        // The observer may tell more than is known here.
        _ => frame.told("other", json!({})),
    }
}

/// A message that breaks the grammar; of a secret one only the place of the error is shown.
fn invalid(frame: &Frame<'_>, octets: &[u8], error: SyntaxError, secret: bool) -> Record {
    let line = if secret { value::masked(octets) } else { value::without_tokens(octets) };
    frame.invalid(line, error)
}

const fn may_hold_secret(verb: Option<Verb>) -> bool {
    matches!(verb, None | Some(Verb::Login | Verb::Authenticate))
}

const fn under_name(under: Under) -> &'static str {
    match under {
        Under::Message => "APPEND",
        Under::Utf8 => "APPEND UTF8",
        Under::CatenateText => "CATENATE",
        Under::CatenateUtf8 => "CATENATE UTF8",
    }
}

/// What is wrong with the framing of a message.
const fn fault_name(fault: Fault) -> &'static str {
    match fault {
        Fault::Line => "line limit",
        Fault::Literals => "literals limit",
        Fault::Message => "message limit",
        Fault::Discard => "discard limit",
        Fault::Size => "literal size",
        Fault::Header => "literal header",
        _ => "framing",
    }
}

impl Listener for Imap {
    fn receive(&mut self, input: &[u8], place: &Place) -> (usize, Told) {
        let alone = self.voice(place.side.other()).missing;
        self.voice(place.side).spoke |= !input.is_empty();
        let mode = self.observer.mode();
        let received = self.observer.receive(side(place.side), input);
        let lost = match place.side {
            Side::Client => &mut self.lost[0],
            Side::Server => &mut self.lost[1],
        };
        let told = match received.event {
            None => Told::Nothing,
            Some(Observed::BodyBegin { kind, .. }) => {
                if let BodyKind::Append(under) = kind {
                    self.under = under;
                }
                Told::BodyBegins
            }
            Some(Observed::BodyChunk { .. } | Observed::TlsReady) => Told::Unsaid,
            // It was told that nothing is understood any more.
            Some(Observed::Raw { .. }) if *lost => Told::Unsaid,
            Some(Observed::Tls { .. }) => Told::Tls,
            Some(Observed::CompressReady) => Told::Compressed,
            Some(event) => {
                *lost |= matches!(event, Observed::Lost { .. });
                let frame = place.frame(input.get(..received.consumed).unwrap_or_default());
                let (tolerance, under) = (self.tolerance, self.under);
                let context = Context { tolerance, mode, under, alone };
                Told::Message(Box::new(record(&frame, &context, event)))
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

    fn compression_started(&mut self) {
        self.observer.compression_started();
    }
}

const fn side(side: Side) -> observer::Side {
    match side {
        Side::Client => observer::Side::Client,
        Side::Server => observer::Side::Server,
    }
}
