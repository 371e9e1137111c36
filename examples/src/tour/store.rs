//! Where the servers of the tour put messages: memory, and no more of it than a summary.

use std::sync::{Arc, Mutex, PoisonError};

use super::message::Summary;

/// A message that a server took.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) summary: Summary,
}

/// The messages that the servers took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store(Arc<Mutex<Vec<Stored>>>);

impl Store {
    pub(crate) fn put(&self, message: Stored) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    }

    pub(crate) fn messages(&self) -> Vec<Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
