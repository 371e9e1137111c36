//! The octets of a literal that is streamed, in either direction.

use mailwire_core::body::{Counted, Findings, Inspector};

use super::{BodyKind, Observed, Side, Step};

/// A literal that is streamed.
#[derive(Debug, Clone)]
pub(super) struct Body {
    /// It was told that it begins.
    begun: bool,
    kind: BodyKind,
    size: u64,
    counted: Counted,
    inspector: Inspector,
}

/// What a body is for the side that it is in.
pub(super) enum Heard<'i> {
    /// It goes on.
    On(Step<'i>),
    /// It ended with this event; `complete` is part of it.
    End { event: Observed<'i>, complete: bool },
}

impl Body {
    pub(super) const fn new(kind: BodyKind, size: u64, look_for: Findings) -> Self {
        let (counted, inspector) = (Counted::new(size), Inspector::new(look_for));
        Self { begun: false, kind, size, counted, inspector }
    }

    pub(super) fn hear<'i>(&mut self, side: Side, input: &'i [u8], ended: bool) -> Heard<'i> {
        let (kind, size) = (self.kind, self.size);
        if !self.begun {
            self.begun = true;
            return Heard::On(Step::Event(0, Observed::BodyBegin { side, kind, size }));
        }
        let octets = self.counted.take(input);
        if !octets.is_empty() {
            self.inspector.inspect(octets);
            return Heard::On(Step::Event(octets.len(), Observed::BodyChunk { side, octets }));
        }
        let complete = self.counted.is_done();
        if !complete && !ended {
            return Heard::On(Step::More);
        }
        let size = size.saturating_sub(self.counted.remaining());
        let findings = self.inspector.finish();
        let event = Observed::BodyEnd { side, kind, size, findings, complete };
        Heard::End { event, complete }
    }
}
