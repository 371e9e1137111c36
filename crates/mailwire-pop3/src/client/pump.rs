//! When commands go out: what was given is held until it may be sent. RFC 2449 section 6.6.

use mailwire_core::Unanswered;

use super::{Client, Phase};
use crate::command::Group;
use crate::extension::Extension;

impl Client {
    /// Sends what may be sent, and drops what cannot succeed any more.
    pub(super) fn pump(&mut self) {
        let open = matches!(self.phase, Phase::Answers | Phase::Listing { .. } | Phase::Body(..));
        while open && !self.is_closed() {
            let Some(next) = self.commands.get(self.sent) else { break };
            if let Some(before) = self.sent.checked_sub(1).and_then(|at| self.commands.get(at)) {
                let may = self.config.pipelining
                    && self.extensions.has(Extension::Pipelining)
                    && before.group == Group::Anywhere
                    && next.group != Group::Alone
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
        let Some(next) = self.commands.get_mut(self.sent) else { return };
        let len = next.len;
        let to = self.held_from.saturating_add(len);
        self.queue.push(self.held.get(self.held_from..to).unwrap_or_default());
        self.queued = self.queued.saturating_add(len as u64);
        next.end = self.queued;
        self.take_held(len);
        self.sent = self.sent.saturating_add(1);
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
