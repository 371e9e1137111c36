//! When commands go out: what was given is held until it may be sent. RFC 2920.

use mailwire_core::Unanswered;
use mailwire_core::body::CountedEncoder;

use super::{Client, Phase, Stage};
use crate::command::{Group, Verb};
use crate::extension::Extension;

impl Client {
    /// Sends what may be sent, and drops what cannot succeed any more.
    pub(super) fn pump(&mut self) {
        while matches!(self.phase, Phase::Commands) && !self.is_closed() {
            let Some(next) = self.commands.get(self.sent) else { break };
            let group = next.verb.map_or(Group::Last, |verb| verb.row().group);
            if let Some(before) = self.sent.checked_sub(1).and_then(|at| self.commands.get(at)) {
                let open = before.verb.is_some_and(|verb| verb.row().group == Group::Anywhere)
                    && before.stage == Stage::Reply;
                let may = self.config.pipelining
                    && self.extensions.has(Extension::Pipelining)
                    && open
                    && group != Group::Alone
                    && self.sent < usize::from(self.config.limits.pipeline).saturating_mul(4);
                if !may {
                    break;
                }
            } else if next.verb.is_some_and(|verb| !self.state.allows(verb)) {
                // What it depends on has failed, so it has no meaning any more.
                self.drop_next();
                continue;
            }
            self.release();
        }
        if self.commands.is_empty() {
            self.planned = self.state;
        }
    }

    /// Ends the first held command without sending it.
    fn drop_next(&mut self) {
        if let Some(dropped) = self.commands.remove(self.sent) {
            self.take_held(dropped.len);
            self.ended.push_back((dropped.ticket, Unanswered::NotSent));
        }
    }

    /// Puts the first held command in the queue.
    fn release(&mut self) {
        let Some(next) = self.commands.get(self.sent) else { return };
        let (len, verb, size) = (next.len, next.verb, next.size);
        let to = self.held_from.saturating_add(len);
        let line = self.held.get(self.held_from..to).unwrap_or_default();
        self.queue.push(line);
        self.queued = self.queued.saturating_add(len as u64);
        self.take_held(len);
        let end = self.queued;
        if let Some(next) = self.commands.get_mut(self.sent) {
            (next.line, next.end) = (end, end);
        }
        self.sent = self.sent.saturating_add(1);
        if verb == Some(Verb::Bdat) {
            if let Some(command) = self.commands.get_mut(self.sent.saturating_sub(1)) {
                command.stage = Stage::Body;
            }
            self.phase = Phase::Counted(CountedEncoder::new(size));
            self.flags.wanted = true;
        }
    }

    /// Forgets the first held line.
    fn take_held(&mut self, len: usize) {
        self.held_from = self.held_from.saturating_add(len);
        if self.held_from >= self.held.len() {
            self.held.clear();
            self.held_from = 0;
        }
    }
}
