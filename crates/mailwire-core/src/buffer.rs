//! A buffer for input, for callers who have none.
//!
//! The machines read from slices and own no input. [`InputBuffer`] keeps what was received and not
//! yet consumed, and nothing else: no heap before the first octet, and none of size when idle.

use alloc::vec;
use alloc::vec::Vec;

use thiserror::Error;

/// What the first allocation has room for.
const FIRST: usize = 4096;

/// Memory that an empty buffer keeps, unless the caller says otherwise.
const IDLE: usize = 8192;

/// Octets received and not yet consumed.
///
/// # Limits
/// The buffer never holds more octets than the limit that it is made with. That has to be over the
/// longest frame that the machine accepts, so that the machine, which can answer, hits its limit
/// first. Memory follows what is received, not what is announced.
///
/// # Example
/// ```
/// use std::io::Read;
/// use mailwire_core::buffer::InputBuffer;
/// # fn receive(input: &[u8]) -> Option<usize> { input.iter().position(|&b| b == b'\n').map(|at| at + 1) }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut socket = &b"NOOP\r\nQUIT\r\n"[..];
/// # let mut lines = 0;
/// let mut buffer = InputBuffer::new(64 * 1024);
/// loop {
///     // All that the machine can do with what is here comes before the next read.
///     while let Some(consumed) = receive(buffer.bytes()) {
///         buffer.consume(consumed);
/// #       lines += 1;
///     }
///     let n = socket.read(buffer.space()?)?;
///     if n == 0 {
///         break;
///     }
///     buffer.filled(n);
/// }
/// assert!(buffer.is_empty());
/// # assert_eq!(lines, 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct InputBuffer {
    /// Initialised to its end, so that a slice of it can be read into.
    memory: Vec<u8>,
    /// The octets are `memory[start..end]`.
    start: usize,
    end: usize,
    limit: usize,
    idle: usize,
}

/// An [`InputBuffer`] holds as many octets as it may, and still no complete frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("input buffer is full at {limit} octets")]
pub struct BufferFull {
    /// The limit of the buffer.
    pub limit: usize,
}

impl InputBuffer {
    /// An empty buffer that will hold up to `limit` octets.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { memory: Vec::new(), start: 0, end: 0, limit, idle: IDLE }
    }

    /// Sets how much memory an empty buffer keeps. The default is 8 KiB; 0 gives all of it back
    /// whenever the buffer is empty, at the price of an allocation per burst of input.
    #[must_use]
    pub const fn with_idle(mut self, octets: usize) -> Self {
        self.idle = octets;
        self
    }

    /// A slice to read into, never empty. Tell how much of it was filled with
    /// [`filled`](Self::filled).
    ///
    /// # Errors
    /// [`BufferFull`] when the buffer holds as many octets as it may.
    pub fn space(&mut self) -> Result<&mut [u8], BufferFull> {
        let held = self.end.saturating_sub(self.start);
        if held >= self.limit {
            return Err(BufferFull { limit: self.limit });
        }
        let size = self.memory.len();
        if size.saturating_sub(self.end) <= size / 4 {
            // Moving fewer octets than were consumed keeps the cost of moves below that of reads.
            if self.start > 0 && (held <= self.start || size >= self.limit) {
                self.memory.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, held);
            } else if size < self.limit {
                self.grow(size.saturating_mul(2).max(FIRST).min(self.limit));
            }
        }
        Ok(self.memory.get_mut(self.end..).unwrap_or_default())
    }

    /// Takes the first `n` octets of the slice that [`space`](Self::space) gave last as received.
    /// More than the slice has are not taken.
    pub fn filled(&mut self, n: usize) {
        self.end = self.end.saturating_add(n).min(self.memory.len());
    }

    /// Everything received and not yet consumed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.memory.get(self.start..self.end).unwrap_or_default()
    }

    /// Drops the first `n` octets. More than there are empty the buffer.
    pub fn consume(&mut self, n: usize) {
        self.start = self.start.saturating_add(n).min(self.end);
        if self.start == self.end {
            self.clear();
        }
    }

    /// Whether everything received is consumed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Drops all octets, as at the start of TLS, and memory over what an idle buffer keeps.
    pub fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
        if self.memory.len() > self.idle {
            self.memory = Vec::new();
        }
    }

    /// Moves the octets to new memory of `size`, which is never more than the limit.
    fn grow(&mut self, size: usize) {
        let mut memory = vec![0; size];
        let held = self.bytes().len();
        if let Some(to) = memory.get_mut(..held) {
            to.copy_from_slice(self.bytes());
        }
        (self.memory, self.start, self.end) = (memory, 0, held);
    }
}

/// Shows sizes only: what is received can hold credentials.
impl core::fmt::Debug for InputBuffer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("InputBuffer")
            .field("octets", &self.bytes().len())
            .field("memory", &self.memory.len())
            .field("limit", &self.limit)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    fn put(buffer: &mut InputBuffer, octets: &[u8]) -> usize {
        let Ok(space) = buffer.space() else { return 0 };
        assert!(!space.is_empty());
        let n = space.len().min(octets.len());
        space[..n].copy_from_slice(&octets[..n]);
        buffer.filled(n);
        n
    }

    #[test]
    fn no_heap_before_first_use() {
        let buffer = InputBuffer::new(1 << 20);
        assert_eq!(buffer.memory.capacity(), 0);
        assert!(buffer.is_empty() && buffer.bytes().is_empty());
    }

    #[test]
    fn it_grows_by_doubling_up_to_the_limit() {
        let mut buffer = InputBuffer::new(10_000);
        let mut sizes = vec![];
        while let Ok(space) = buffer.space() {
            let n = space.len();
            sizes.push(n);
            buffer.filled(n);
        }
        assert_eq!(sizes, [4096, 4096, 1808]);
        assert_eq!(buffer.space(), Err(BufferFull { limit: 10_000 }));
        assert_eq!(buffer.memory.capacity(), 10_000);
        buffer.consume(1);
        assert_eq!(buffer.space().map(|space| space.len()), Ok(1));
    }

    #[test]
    fn x_07_memory_goes_back_after_a_large_frame() {
        let mut buffer = InputBuffer::new(1 << 20);
        for _ in 0..1 << 10 {
            put(&mut buffer, &[b'a'; 1024]);
        }
        assert!(buffer.memory.len() > 1 << 18);
        buffer.consume(usize::MAX);
        assert_eq!(buffer.memory.capacity(), 0);
        put(&mut buffer, b"NOOP\r\n");
        buffer.consume(6);
        assert_eq!(buffer.memory.capacity(), FIRST);
        let mut buffer = InputBuffer::new(512).with_idle(0);
        put(&mut buffer, b"x");
        buffer.consume(1);
        assert_eq!(buffer.memory.capacity(), 0);
    }

    #[test]
    fn misuse_saturates() {
        let mut buffer = InputBuffer::new(16);
        buffer.filled(5);
        buffer.consume(5);
        assert!(buffer.is_empty());
        assert_eq!(put(&mut buffer, b"abc"), 3);
        buffer.filled(usize::MAX);
        assert_eq!(buffer.bytes().len(), 16);
        buffer.consume(usize::MAX);
        assert!(buffer.is_empty());
        assert_eq!(InputBuffer::new(0).space(), Err(BufferFull { limit: 0 }));
    }

    #[test]
    fn x_08_debug_shows_no_octets() {
        let mut buffer = InputBuffer::new(16);
        put(&mut buffer, b"\x1b[2J");
        assert_eq!(format!("{buffer:?}"), "InputBuffer { octets: 4, memory: 16, limit: 16 }");
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            steps in proptest::collection::vec((0_usize..9000, 0_usize..9000), 0..40),
            limit in 1_usize..20_000,
        ) {
            let (mut buffer, mut model, mut next) = (InputBuffer::new(limit), Vec::new(), 0_u8);
            for (fill, consume) in steps {
                let octets: Vec<u8> = (0..fill).map(|_| { next = next.wrapping_add(1); next }).collect();
                let n = put(&mut buffer, &octets);
                model.extend_from_slice(&octets[..n]);
                prop_assert_eq!(buffer.bytes(), &model[..]);
                buffer.consume(consume);
                model.drain(..consume.min(model.len()));
                prop_assert_eq!(buffer.bytes(), &model[..]);
                prop_assert!(buffer.memory.len() <= limit);
            }
        }
    }
}
