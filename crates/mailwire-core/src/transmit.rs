//! Octets that wait to be written.
//!
//! A machine has no socket. What it has to say waits in a [`TransmitQueue`], is shown as a
//! [`Transmit`], and goes when the caller says how much of it was written.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::collections::vec_deque;
use alloc::vec::Vec;
use core::fmt;

use bytes::{Buf, Bytes};

/// Octets that fit into the queue itself: most commands and answers do.
const INLINE: usize = 64;

/// Octets on their way out, in the order in which they were pushed.
///
/// A short message lies in the queue itself. What does not fit goes to one buffer on the heap, in
/// which all messages lie in a row, so that many small ones are written as one slice. A body is
/// given as [`Bytes`] and is never copied. When everything is transmitted the heap is given back:
/// an idle connection has none.
///
/// # Limits
/// The queue has none of its own. A machine looks at [`len`](Self::len) and takes no more input
/// while a peer who does not read lets it grow.
///
/// # Example
/// ```
/// use bytes::Bytes;
/// use mailwire_core::transmit::TransmitQueue;
/// let mut queue = TransmitQueue::new();
/// queue.push(b"DATA");
/// queue.push(b"\r\n");
/// assert_eq!(queue.transmit().first(), b"DATA\r\n");
/// queue.push_body(Bytes::from_static(b"hi\r\n"));
/// queue.push(b".\r\n");
/// assert_eq!(queue.transmit().slices().count(), 3);
/// queue.transmitted(8);
/// assert_eq!(queue.transmit().first(), b"\r\n");
/// assert_eq!(queue.len(), 5);
/// ```
#[derive(Clone)]
pub struct TransmitQueue {
    heap: Option<Box<Heap>>,
    inline: [u8; INLINE],
    /// The octets that go first are `inline[start..end]`.
    start: u8,
    end: u8,
}

/// What goes behind the inline octets.
#[derive(Clone, Default)]
struct Heap {
    /// All octets that were copied, in one row; those before `done` are transmitted.
    octets: Vec<u8>,
    done: usize,
    /// Octets of the row that go before the first body.
    lead: usize,
    /// Each body, and how many octets of the row go behind it.
    bodies: VecDeque<(Bytes, usize)>,
    /// Octets of the bodies.
    body_len: usize,
}

impl TransmitQueue {
    /// An empty queue.
    #[must_use]
    pub const fn new() -> Self {
        Self { heap: None, inline: [0; INLINE], start: 0, end: 0 }
    }

    /// Copies octets to the end of the queue.
    pub fn push(&mut self, octets: &[u8]) {
        if self.heap.is_none() && self.push_inline(octets) {
            return;
        }
        self.write_with(|tail| tail.extend_from_slice(octets));
    }

    /// Puts a body at the end of the queue, without copying it.
    pub fn push_body(&mut self, body: Bytes) {
        if body.is_empty() {
            return;
        }
        let heap = self.heap.get_or_insert_default();
        heap.body_len = heap.body_len.saturating_add(body.len());
        heap.bodies.push_back((body, 0));
    }

    /// Lets an encoder write to the end of the queue. What it gets can hold octets that wait
    /// already: it must only append. Octets that it takes away are lost.
    pub fn write_with(&mut self, f: impl FnOnce(&mut Vec<u8>)) {
        let heap = self.heap.get_or_insert_with(|| {
            // What waits inline moves over, so that it goes out in one slice with what is new.
            let (start, end) = (usize::from(self.start), usize::from(self.end));
            (self.start, self.end) = (0, 0);
            let octets = self.inline.get(start..end).unwrap_or_default().to_vec();
            Box::new(Heap { lead: octets.len(), octets, ..Heap::default() })
        });
        heap.write_with(f);
        if self.heap.as_ref().is_some_and(|heap| heap.len() == 0) {
            self.heap = None;
        }
    }

    /// Octets that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        let inline = self.end.saturating_sub(self.start);
        usize::from(inline).saturating_add(self.heap.as_ref().map_or(0, |heap| heap.len()))
    }

    /// Whether everything is transmitted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        // A heap with nothing in it is given back at once.
        self.start == self.end && self.heap.is_none()
    }

    /// What waits, to be written.
    #[must_use]
    pub fn transmit(&self) -> Transmit<'_> {
        let (start, end) = (usize::from(self.start), usize::from(self.end));
        Transmit {
            inline: self.inline.get(start..end).unwrap_or_default(),
            heap: self.heap.as_deref(),
            len: self.len(),
        }
    }

    /// Drops the first `n` octets, which were written. More than there are empty the queue.
    pub fn transmitted(&mut self, n: usize) {
        let waiting = self.end.saturating_sub(self.start);
        let from_inline = u8::try_from(n).map_or(waiting, |n| n.min(waiting));
        self.start = self.start.saturating_add(from_inline);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        if let Some(heap) = &mut self.heap {
            heap.transmitted(n.saturating_sub(usize::from(from_inline)));
            if heap.len() == 0 {
                self.heap = None;
            }
        }
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Copies octets behind those that are inline, if they fit.
    fn push_inline(&mut self, octets: &[u8]) -> bool {
        let (start, end) = (usize::from(self.start), usize::from(self.end));
        let waiting = end.saturating_sub(start);
        let len = waiting.saturating_add(octets.len());
        let Some(end) = u8::try_from(len).ok().filter(|_| len <= INLINE) else {
            return false;
        };
        if start > 0 {
            self.inline.copy_within(start..start.saturating_add(waiting), 0);
        }
        if let Some(to) = self.inline.get_mut(waiting..len) {
            to.copy_from_slice(octets);
        }
        (self.start, self.end) = (0, end);
        true
    }
}

impl Default for TransmitQueue {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows sizes only: what is sent can hold credentials.
impl fmt::Debug for TransmitQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransmitQueue").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl Heap {
    fn len(&self) -> usize {
        self.octets.len().saturating_sub(self.done).saturating_add(self.body_len)
    }

    fn write_with(&mut self, f: impl FnOnce(&mut Vec<u8>)) {
        self.compact();
        let before = self.octets.len();
        f(&mut self.octets);
        match self.octets.len().checked_sub(before) {
            Some(more) => {
                let run = self.bodies.back_mut().map_or(&mut self.lead, |(_, run)| run);
                *run = run.saturating_add(more);
            }
            None => self.cut_short(),
        }
    }

    /// Gives the room of transmitted octets back when it is more than what waits: each octet is
    /// moved at the cost of one that was transmitted.
    fn compact(&mut self) {
        if self.done > 0 && self.done >= self.octets.len().saturating_sub(self.done) {
            self.octets.drain(..self.done);
            self.done = 0;
        }
    }

    /// Makes the runs fit a row from which a writer took octets away.
    fn cut_short(&mut self) {
        self.done = self.done.min(self.octets.len());
        let mut left = self.octets.len().saturating_sub(self.done);
        for run in
            core::iter::once(&mut self.lead).chain(self.bodies.iter_mut().map(|(_, run)| run))
        {
            *run = left.min(*run);
            left = left.saturating_sub(*run);
        }
    }

    fn transmitted(&mut self, mut n: usize) {
        loop {
            let from_lead = n.min(self.lead);
            self.lead = self.lead.saturating_sub(from_lead);
            self.done = self.done.saturating_add(from_lead);
            n = n.saturating_sub(from_lead);
            let Some((body, run)) = self.bodies.front_mut() else {
                return;
            };
            if self.lead > 0 || n == 0 {
                return;
            }
            let from_body = n.min(body.len());
            body.advance(from_body);
            self.body_len = self.body_len.saturating_sub(from_body);
            n = n.saturating_sub(from_body);
            if !body.is_empty() {
                return;
            }
            self.lead = *run;
            self.bodies.pop_front();
        }
    }
}

/// What waits to be written, as slices: for `write`, or for `writev`.
///
/// Tell the queue how much of it was written with [`TransmitQueue::transmitted`].
#[derive(Clone, Copy)]
pub struct Transmit<'q> {
    inline: &'q [u8],
    heap: Option<&'q Heap>,
    len: usize,
}

impl<'q> Transmit<'q> {
    /// Nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self { inline: &[], heap: None, len: 0 }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Octets in all slices.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// The first slice: what one `write` takes. Empty only when there is nothing to write.
    #[must_use]
    pub fn first(&self) -> &'q [u8] {
        self.slices().next().unwrap_or_default()
    }

    /// All slices in their order, none of them empty.
    pub fn slices(&self) -> impl Iterator<Item = &'q [u8]> + use<'q> {
        let (octets, bodies) = match self.heap {
            Some(heap) => {
                (heap.octets.get(heap.done..).unwrap_or_default(), Some(heap.bodies.iter()))
            }
            None => (&[][..], None),
        };
        let (lead, rest) = split(octets, self.heap.map_or(0, |heap| heap.lead));
        Slices { ready: [self.inline, lead], rest, bodies }
    }

    /// Fills `slices` for a vectored write, and says how many of them are filled.
    ///
    /// # Example
    /// ```
    /// use std::io::{IoSlice, Write};
    /// use mailwire_core::transmit::TransmitQueue;
    /// let (mut queue, mut socket) = (TransmitQueue::new(), Vec::new());
    /// queue.push(b"250 OK\r\n");
    /// while !queue.is_empty() {
    ///     let mut slices = [IoSlice::new(&[]); 8];
    ///     let count = queue.transmit().io_slices(&mut slices);
    ///     let n = socket.write_vectored(&slices[..count])?;
    ///     queue.transmitted(n);
    /// }
    /// assert_eq!(socket, b"250 OK\r\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "std")]
    pub fn io_slices(&self, slices: &mut [std::io::IoSlice<'q>]) -> usize {
        let pairs = slices.iter_mut().zip(self.slices());
        pairs.map(|(to, slice)| *to = std::io::IoSlice::new(slice)).count()
    }
}

impl fmt::Debug for Transmit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transmit").field("len", &self.len).finish_non_exhaustive()
    }
}

struct Slices<'q> {
    /// The next two slices; either can be empty.
    ready: [&'q [u8]; 2],
    /// Octets of the row behind them.
    rest: &'q [u8],
    bodies: Option<vec_deque::Iter<'q, (Bytes, usize)>>,
}

impl<'q> Iterator for Slices<'q> {
    type Item = &'q [u8];

    fn next(&mut self) -> Option<&'q [u8]> {
        loop {
            for slice in &mut self.ready {
                if !slice.is_empty() {
                    return Some(core::mem::take(slice));
                }
            }
            let (body, run) = self.bodies.as_mut()?.next()?;
            let (behind, rest) = split(self.rest, *run);
            (self.ready, self.rest) = ([body, behind], rest);
        }
    }
}

fn split(octets: &[u8], at: usize) -> (&[u8], &[u8]) {
    octets.split_at_checked(at).unwrap_or((octets, &[]))
}

#[cfg(test)]
mod tests;
