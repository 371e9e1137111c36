//! Mailboxes in memory, for several sessions.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use mailwire_imap::element::flag::{Flag, Flags};

use super::super::message::{Sum, Summary, Text};

/// The mailboxes by their places, and their names.
pub(super) const INBOX: usize = 0;
pub(super) const ARCHIVE: usize = 1;
pub(super) const NAMES: [&str; 2] = ["INBOX", "Archive"];

/// The octets of a message.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// Made part by part: large ones are never here as a whole.
    Made(Text),
    /// As a client appended them.
    Held(Bytes),
}

impl Content {
    pub(super) fn parts(&self) -> Box<dyn Iterator<Item = Bytes>> {
        match self {
            Self::Made(text) => Box::new(text.parts()),
            Self::Held(octets) => Box::new(std::iter::once(octets.clone())),
        }
    }

    pub(super) fn summary(&self) -> Summary {
        let mut sum = Sum::default();
        self.parts().for_each(|part| sum.add(&part));
        sum.summary()
    }

    /// The header, with the blank line behind it; it stands in the first part.
    pub(super) fn header(&self) -> Bytes {
        let first = self.parts().next().unwrap_or_default();
        let blank = first.windows(4).position(|octets| octets == b"\r\n\r\n");
        first.slice(..blank.map_or(first.len(), |at| at + 4))
    }

    /// Octets and lines behind the header.
    pub(super) fn body(&self) -> (u64, u64) {
        let mut left = self.header().len();
        let (mut octets, mut lines) = (0, 0);
        for part in self.parts() {
            let skipped = left.min(part.len());
            left -= skipped;
            let body = part.slice(skipped..);
            octets += body.len() as u64;
            lines += body.iter().filter(|&&octet| octet == b'\n').count() as u64;
        }
        (octets, lines)
    }
}

/// A message in a mailbox.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) uid: u32,
    pub(super) flags: Flags<'static>,
    pub(super) mod_seq: u64,
    pub(super) content: Content,
}

/// A mailbox: its messages, and the UIDs that it had before, with the mod-sequence at which they went.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) messages: Vec<Message>,
    pub(super) gone: Vec<(u32, u64)>,
    pub(super) uid_next: u32,
    pub(super) mod_seq: u64,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self { messages: Vec::new(), gone: Vec::new(), uid_next: 1, mod_seq: 1 }
    }
}

impl Mailbox {
    pub(super) fn add(&mut self, content: Content, flags: Flags<'static>) -> u32 {
        let uid = self.uid_next;
        self.uid_next += 1;
        self.mod_seq += 1;
        self.messages.push(Message { uid, flags, mod_seq: self.mod_seq, content });
        uid
    }

    pub(super) fn remove(&mut self, uid: u32) {
        self.mod_seq += 1;
        self.gone.push((uid, self.mod_seq));
        self.messages.retain(|message| message.uid != uid);
    }

    /// Gives a message other flags.
    pub(super) fn set_flags(&mut self, uid: u32, flags: Flags<'static>) {
        self.mod_seq += 1;
        let mod_seq = self.mod_seq;
        if let Some(message) = self.messages.iter_mut().find(|message| message.uid == uid) {
            (message.flags, message.mod_seq) = (flags, mod_seq);
        }
    }

    pub(super) fn get(&self, uid: u32) -> Option<&Message> {
        self.messages.iter().find(|message| message.uid == uid)
    }
}

/// The mailboxes, shared by the servers and whoever delivers.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared(Arc<Mutex<[Mailbox; 2]>>);

impl Shared {
    /// An INBOX with these messages.
    pub(super) fn new(messages: impl IntoIterator<Item = Content>) -> Self {
        let mail = Self::default();
        messages.into_iter().for_each(|message| mail.deliver(message));
        mail
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, [Mailbox; 2]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message arrives.
    pub(super) fn deliver(&self, message: Content) {
        if let Some(inbox) = self.lock().get_mut(INBOX) {
            inbox.add(message, Flags::default());
        }
    }

    /// Another client sets a flag.
    pub(super) fn flag(&self, uid: u32, flag: &Flag<'_>) {
        if let (Some(inbox), Ok(flags)) = (self.lock().get_mut(INBOX), Flags::new([flag.clone()])) {
            inbox.set_flags(uid, flags);
        }
    }

    /// Another client removes a message.
    pub(super) fn remove(&self, uid: u32) {
        if let Some(inbox) = self.lock().get_mut(INBOX) {
            inbox.remove(uid);
        }
    }

    /// Length and checksum of a message, if there is one with this UID.
    pub(super) fn summary(&self, place: usize, uid: u32) -> Option<Summary> {
        let content = self.lock().get(place)?.get(uid)?.content.clone();
        Some(content.summary())
    }

    /// The UIDs of a mailbox.
    pub(super) fn uids(&self, place: usize) -> Vec<u32> {
        let mail = self.lock();
        mail.get(place).into_iter().flat_map(|one| &one.messages).map(|one| one.uid).collect()
    }
}
