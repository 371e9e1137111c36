//! Where a message stands on the wire, and the records that all protocols make of one.

use mailwire_core::body::Findings;
use mailwire_core::tolerance::Deviation;
use mailwire_core::{Deviations, SyntaxError};
use serde_json::{Value, json};

use crate::record::{Record, Roundtrip, Shown};
use crate::session::Side;
use crate::text::text;

/// Where the next octets of a side stand, and what may be told of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) side: Side,
    /// In octets of the direction.
    pub(crate) offset: u64,
    /// Where the body began that goes on here.
    pub(crate) body: u64,
    /// Credentials may be shown.
    pub(crate) secrets: bool,
}

impl Place {
    /// The place with what stands there.
    pub(crate) const fn frame<'f>(&self, line: &'f [u8]) -> Frame<'f> {
        Frame { place: *self, line }
    }
}

/// The octets that one event took.
pub(crate) struct Frame<'f> {
    pub(crate) place: Place,
    pub(crate) line: &'f [u8],
}

impl Frame<'_> {
    /// A record without anything special.
    pub(crate) fn told(&self, kind: &'static str, value: Value) -> Record {
        Record {
            side: self.place.side,
            offset: self.place.offset,
            length: count(self.line.len()),
            kind,
            error: None,
            deviations: Vec::new(),
            roundtrip: Roundtrip::None,
            value,
            shown: None,
        }
    }

    pub(crate) fn parsed<D: Deviation + std::fmt::Debug>(
        &self,
        kind: &'static str,
        deviations: Deviations<D>,
        roundtrip: Roundtrip,
        value: Value,
    ) -> Record {
        let deviations = deviations.iter().map(|deviation| format!("{deviation:?}")).collect();
        Record { deviations, roundtrip, ..self.told(kind, value) }
    }

    /// A body that ends here; `value` says what it is.
    pub(crate) fn body(
        &self,
        mut value: Value,
        size: u64,
        findings: Findings,
        complete: bool,
    ) -> Record {
        let findings: Vec<_> = findings.names().collect();
        if let Value::Object(value) = &mut value {
            value.insert("length".to_owned(), json!(size));
            value.insert("findings".to_owned(), json!(findings));
            value.insert("complete".to_owned(), json!(complete));
        }
        let end = self.place.offset + count(self.line.len());
        let length = end.saturating_sub(self.place.body);
        Record {
            offset: self.place.body,
            length,
            error: (!complete).then_some(("end of body", length)),
            ..self.told("body", value)
        }
    }

    /// A line that breaks the grammar, as far as it may be shown.
    pub(crate) fn invalid(&self, line: Vec<u8>, error: SyntaxError) -> Record {
        Record {
            error: Some((error.rule, count(error.at))),
            value: json!({ "line": text(&line) }),
            shown: Some(Shown { line, error }),
            ..self.told("invalid", Value::Null)
        }
    }

    /// The end of a line over its limit; it may have come in many pieces, of which this is the last.
    pub(crate) fn too_long(&self, name: &'static str, limit: usize, octets: u64) -> Record {
        let end = self.place.offset + count(self.line.len());
        Record {
            offset: end.saturating_sub(octets),
            length: octets,
            error: Some((name, count(limit))),
            ..self.told("too-long", json!({ "limit": name, "octets": octets }))
        }
    }

    /// The beginning of a line whose end never came. What a client was going to say may be a
    /// password.
    pub(crate) fn cut_off(&self, octets: &[u8]) -> Record {
        let shown = self.place.secrets || self.place.side == Side::Server;
        self.incomplete(if shown { json!({ "line": text(octets) }) } else { json!({}) })
    }

    pub(crate) fn incomplete(&self, value: Value) -> Record {
        let length = count(self.line.len());
        Record { error: Some(("CRLF", length)), ..self.told("incomplete", value) }
    }
}

pub(crate) fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
