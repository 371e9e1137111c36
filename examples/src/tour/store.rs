//! Where the servers of the tour put messages: memory, and of long messages no more than a summary.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::message::Summary;

/// Octets of the longest message that is kept as it is.
pub(crate) const SHORT: usize = 65_536;

/// A message that a server took.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) summary: Summary,
    /// The octets; none of a message that is longer than [`SHORT`].
    pub(crate) octets: Bytes,
}

/// The messages that the servers took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store(Arc<Mutex<Vec<Stored>>>);

impl Store {
    pub(crate) fn put(&self, message: Stored) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    }

    /// Takes all messages out.
    pub(crate) fn take(&self) -> Vec<Stored> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn messages(&self) -> Vec<Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
