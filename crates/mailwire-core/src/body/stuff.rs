//! Dotted bodies on the way out: put the extra dots in, and write the one end mark.

use alloc::vec::Vec;
use core::ops::Range;

use memchr::memchr2;
use thiserror::Error;

use super::findings::Findings;
use super::inspected::Inspected;
use super::scan::{Dots, Seen};

/// What [`DotEncoder`] does with a CR or LF that stands alone.
///
/// RFC 5321 section 2.3.8: such octets MUST NOT be sent. Sent as they are, they let a receiver that
/// takes them for line endings find an end mark that the sender does not know of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Newlines {
    /// Refuse the body.
    #[default]
    Refuse,
    /// Make CRLF of each bare CR and of each bare LF. The body that arrives is another one, so
    /// that signatures over it can break.
    Normalize,
}

/// A piece of the stuffed body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stuffed {
    /// Octets of the chunk that is being encoded, never an empty range.
    Chunk(Range<usize>),
    /// Octets that are not in the chunk: a dot, a line ending, the end mark.
    Insert(&'static [u8]),
}

/// A body that must not be sent as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum BodyError {
    /// It holds a CR or LF that stands alone.
    #[error("body holds a bare CR or LF")]
    BareNewline,
    /// It holds an octet over 127, and those are to be refused.
    #[error("body holds an 8-bit octet")]
    EightBit,
    /// It holds an octet 0, and those are to be refused.
    #[error("body holds a NUL octet")]
    Nul,
    /// The end mark was written already: more octets would be read as commands.
    #[error("body was ended before")]
    Ended,
}

/// Writes a dotted body: DATA of SMTP, multi-line answers of POP3.
///
/// RFC 5321 section 4.5.2, RFC 1939 section 3. The encoder does not copy the body. It cuts each
/// chunk into ranges and says what to put between them; all together in their order are what goes
/// on the wire, and they do not depend on how the body is cut into chunks.
///
/// Every dot at the start of a line is doubled. [`finish`](Self::finish) writes the CRLF that the
/// last line lacks, if it lacks one, and the end mark. An empty body is the end mark alone.
///
/// # Errors
/// A body with a bare CR or LF is refused, or normalized when the caller asks for that. With
/// [`refuse`](Self::refuse) so are 8-bit octets and NUL, as they must be where the peer did not
/// offer 8BITMIME or BINARYMIME. The chunk at fault is not sent, not even in part, and the error is
/// sticky: a body that failed cannot be ended as if it were whole, so the connection has to go.
///
/// # Example
/// ```
/// use mailwire_core::body::{DotEncoder, Newlines, Stuffed};
/// let (mut encoder, mut wire) = (DotEncoder::new(Newlines::Refuse), Vec::new());
/// for chunk in [&b"hi\r\n"[..], b".", b"x"] {
///     encoder.encode(chunk, |piece| match piece {
///         Stuffed::Chunk(range) => wire.extend_from_slice(&chunk[range]),
///         Stuffed::Insert(octets) => wire.extend_from_slice(octets),
///     })?;
/// }
/// encoder.finish(|piece| match piece {
///     Stuffed::Chunk(_) => unreachable!("there is no chunk"),
///     Stuffed::Insert(octets) => wire.extend_from_slice(octets),
/// })?;
/// assert_eq!(wire, b"hi\r\n..x\r\n.\r\n");
/// # Ok::<(), mailwire_core::body::BodyError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct DotEncoder {
    newlines: Newlines,
    refuse: Findings,
    at: At,
}

/// What was written last, as far as it matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum At {
    /// CRLF, or nothing yet.
    #[default]
    LineStart,
    /// Anything else.
    Text,
    /// A CR at the end of a chunk, held back until the LF behind it is seen.
    Cr,
    /// Something that must not be sent.
    Failed(BodyError),
}

impl DotEncoder {
    /// An encoder at the start of a body.
    #[must_use]
    pub const fn new(newlines: Newlines) -> Self {
        Self { newlines, refuse: Findings::NONE, at: At::LineStart }
    }

    /// Refuses [`Findings::EIGHT_BIT`] or [`Findings::NUL`] or both. Other findings say nothing
    /// here: bare line endings are the matter of [`Newlines`].
    #[must_use]
    pub const fn refuse(mut self, findings: Findings) -> Self {
        self.refuse = findings;
        self
    }

    /// Encodes the next chunk of the body and gives the pieces to `sink`, in order.
    ///
    /// # Errors
    /// A [`BodyError`] when the chunk, with what was before it, must not be sent. The sink got
    /// nothing of it then.
    pub fn encode(&mut self, chunk: &[u8], sink: impl FnMut(Stuffed)) -> Result<(), BodyError> {
        self.encode_inspected(chunk.into(), sink)
    }

    /// The same for a chunk that somebody has looked at: what it is known to lack is not looked for
    /// again. The seam to the chunk before it is looked at all the same.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    ///
    /// # Example
    /// ```
    /// use mailwire_core::body::{BodyError, DotDecoder, DotEncoder, Findings, Inspected, Newlines};
    /// let (mut decoder, mut encoder) = (DotDecoder::new(Findings::BARE), DotEncoder::default());
    /// let dotted = decoder.decode(b"hi\r\n");
    /// encoder.encode_inspected(dotted.inspected(), |piece| println!("{piece:?}"))?;
    /// // This one is without fault, but not behind that one.
    /// let other = Inspected::inspect(b"\n.\r\n", Findings::BARE);
    /// assert_eq!(other.lacks(), Findings::BARE);
    /// assert_eq!(encoder.encode_inspected(other, |_| ()), Err(BodyError::BareNewline));
    /// # Ok::<(), BodyError>(())
    /// ```
    pub fn encode_inspected(
        &mut self,
        chunk: Inspected<'_>,
        sink: impl FnMut(Stuffed),
    ) -> Result<(), BodyError> {
        let (chunk, lacks) = (chunk.octets(), chunk.lacks());
        if let At::Failed(error) = self.at {
            return if chunk.is_empty() && error == BodyError::Ended { Ok(()) } else { Err(error) };
        }
        let Some(&first) = chunk.first() else {
            return Ok(());
        };
        let ask = self.refuse.difference(lacks);
        let (seen, dots) = if lacks.contains(Findings::BARE) {
            (Seen::octets(chunk, ask), Dots::UNKNOWN)
        } else if ask.intersects(Findings::OCTETS) {
            Seen::all::<true>(chunk)
        } else {
            Seen::all::<false>(chunk)
        };
        if self.refuse.contains(Findings::EIGHT_BIT) && seen.eight_bit {
            return self.fail(BodyError::EightBit);
        }
        if self.refuse.contains(Findings::NUL) && seen.nul {
            return self.fail(BodyError::Nul);
        }
        let clean = (self.at == At::Cr) == (first == b'\n') && !seen.bare;
        match self.newlines {
            _ if clean => self.stuff(chunk, &dots, sink),
            Newlines::Normalize => self.normalize(chunk, sink),
            Newlines::Refuse => return self.fail(BodyError::BareNewline),
        }
        Ok(())
    }

    /// Ends the body.
    ///
    /// # Errors
    /// The error of the chunk that failed, or [`BodyError::BareNewline`] when the body ends in a CR
    /// and bare ones are refused. There is no end mark then. [`BodyError::Ended`] when it was
    /// written before.
    pub fn finish(&mut self, mut sink: impl FnMut(Stuffed)) -> Result<(), BodyError> {
        let mark: &[u8] = match self.at {
            At::LineStart => b".\r\n",
            At::Text => b"\r\n.\r\n",
            At::Cr if self.newlines == Newlines::Normalize => b"\r\n.\r\n",
            At::Cr => return self.fail(BodyError::BareNewline),
            At::Failed(error) => return Err(error),
        };
        self.at = At::Failed(BodyError::Ended);
        sink(Stuffed::Insert(mark));
        Ok(())
    }

    const fn fail(&mut self, error: BodyError) -> Result<(), BodyError> {
        self.at = At::Failed(error);
        Err(error)
    }

    /// A chunk in which each CR has its LF and each LF its CR, the last CR perhaps to come.
    /// `dots`: there is a dot behind one of them.
    fn stuff(&mut self, chunk: &[u8], dots: &Dots, mut sink: impl FnMut(Stuffed)) {
        let mut from = 0;
        if self.at == At::Cr {
            // The LF that the check found at the start of this chunk.
            sink(Stuffed::Insert(b"\r\n"));
            (from, self.at) = (1, At::LineStart);
        }
        let body = chunk.strip_suffix(b"\r").unwrap_or(chunk);
        if self.at == At::LineStart && body.get(from) == Some(&b'.') {
            sink(Stuffed::Insert(b"."));
        }
        while from < body.len() {
            let dot = dots.next(body, from);
            let to = dot.unwrap_or(body.len());
            sink(Stuffed::Chunk(from..to));
            if dot.is_some() {
                sink(Stuffed::Insert(b"."));
            }
            (from, self.at) = (to, if body.ends_with(b"\n") { At::LineStart } else { At::Text });
        }
        if body.len() < chunk.len() {
            self.at = At::Cr;
        }
    }

    /// A chunk with bare line endings, each of which becomes CRLF.
    fn normalize(&mut self, chunk: &[u8], mut sink: impl FnMut(Stuffed)) {
        // `from..at` is text that was seen and not yet written.
        let (mut from, mut at) = (0_usize, 0_usize);
        if self.at == At::Cr {
            sink(Stuffed::Insert(b"\r\n"));
            self.at = At::LineStart;
            from = usize::from(chunk.first() == Some(&b'\n'));
            at = from;
        }
        let mut flush = |range: Range<usize>, insert: &'static [u8]| {
            if !range.is_empty() {
                sink(Stuffed::Chunk(range));
            }
            if !insert.is_empty() {
                sink(Stuffed::Insert(insert));
            }
        };
        while let Some(rest) = chunk.get(at..).filter(|rest| !rest.is_empty()) {
            if self.at == At::LineStart && rest.first() == Some(&b'.') {
                flush(from..at, b".");
                from = at;
            }
            let Some(text) = memchr2(b'\r', b'\n', rest) else {
                (at, self.at) = (chunk.len(), At::Text);
                break;
            };
            at = at.saturating_add(text);
            let after = at.saturating_add(1);
            self.at = At::LineStart;
            match (chunk.get(at), chunk.get(after)) {
                (Some(b'\r'), Some(b'\n')) => at = after.saturating_add(1),
                (Some(b'\r'), None) => {
                    flush(from..at, b"");
                    self.at = At::Cr;
                    return;
                }
                (Some(b'\r'), Some(_)) => {
                    flush(from..after, b"\n");
                    (from, at) = (after, after);
                }
                // The LF itself opens the next range.
                _ => {
                    flush(from..at, b"\r");
                    (from, at) = (at, after);
                }
            }
        }
        flush(from..at, b"");
    }
}

/// Stuffs a whole body, end mark and all. Bare line endings are refused.
///
/// # Errors
/// [`BodyError::BareNewline`] for a CR or LF that stands alone.
///
/// # Example
/// ```
/// use mailwire_core::body::{BodyError, stuff};
/// assert_eq!(stuff(b".\r\n").as_deref(), Ok(&b"..\r\n.\r\n"[..]));
/// assert_eq!(stuff(b"hi\n.\nMAIL FROM:<e@x>"), Err(BodyError::BareNewline));
/// ```
pub fn stuff(body: &[u8]) -> Result<Vec<u8>, BodyError> {
    // Room for the end mark and a few dots.
    let mut wire = Vec::with_capacity(body.len().saturating_add(16));
    let mut encoder = DotEncoder::new(Newlines::Refuse);
    let mut write = |piece| match piece {
        Stuffed::Chunk(range) => wire.extend_from_slice(body.get(range).unwrap_or_default()),
        Stuffed::Insert(octets) => wire.extend_from_slice(octets),
    };
    encoder.encode(body, &mut write)?;
    encoder.finish(&mut write)?;
    Ok(wire)
}
