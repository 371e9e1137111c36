//! Message bodies of a client: DATA with its dots, BDAT by count.

use mailwire_core::body::{BodyError, DotEncoder, Findings, InspectedBytes, Stuffed};

use super::{Client, Phase, Stage};
use crate::error::UsageError;
use crate::protocol::Protocol;

impl Client {
    /// Sends a part of the body: `Bytes`, or [`InspectedBytes`] when something is known of them.
    /// It is not copied.
    ///
    /// For DATA the dots are added here, and what must not be sent is refused: bare CR and LF, NUL,
    /// and 8-bit octets unless MAIL had BODY=8BITMIME. For BDAT exactly the announced octets are
    /// taken.
    ///
    /// What [`InspectedBytes`] are known to lack is not looked for again. That is what a relay has
    /// from [`BodyChunk`](crate::server::Event::BodyChunk), when its
    /// [`look_for`](crate::server::ServerConfig::look_for) has NUL and 8-bit octets.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is wanted; [`UsageError::Busy`] when too much is queued;
    /// [`UsageError::Body`] and [`UsageError::BodyLength`] when the part cannot be sent, and nothing
    /// of it is. A body of DATA that failed cannot be ended: close the connection.
    pub fn send_body(&mut self, part: impl Into<InspectedBytes>) -> Result<(), UsageError> {
        self.send_part(part.into())
    }

    fn send_part(&mut self, part: InspectedBytes) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        if self.queue.len() > self.config.limits.transmit {
            return Err(UsageError::Busy);
        }
        let before = self.queue.len();
        match &mut self.phase {
            Phase::Dotted(encoder) => {
                let queue = &mut self.queue;
                let octets = part.clone().into_bytes();
                encoder.encode_inspected(part.as_inspected(), |piece| match piece {
                    Stuffed::Chunk(range) => queue.push_body(octets.slice(range)),
                    Stuffed::Insert(insert) => queue.push(insert),
                })?;
            }
            Phase::Counted(encoder) => {
                let at = self.sent.saturating_sub(1);
                let of = self.commands.get(at).map(|command| command.of).unwrap_or_default();
                if !of.binary {
                    let refused = refused(of.eight_bit);
                    let found = refused.difference(part.as_inspected().look_for(refused).lacks());
                    if found.contains(Findings::EIGHT_BIT) {
                        return Err(BodyError::EightBit.into());
                    }
                    if found.contains(Findings::NUL) {
                        return Err(BodyError::Nul.into());
                    }
                }
                let octets = part.into_bytes();
                encoder.push(octets.len())?;
                self.queue.push_body(octets);
            }
            _ => return Err(UsageError::NotNow { what: "a body" }),
        }
        let added = self.queue.len().saturating_sub(before);
        self.queued = self.queued.saturating_add(added as u64);
        Ok(())
    }

    /// Ends the body.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is under way; [`UsageError::BodyLength`] when octets of
    /// BDAT are missing; [`UsageError::Body`] when the body of DATA failed or ends in a bare CR.
    pub fn finish_body(&mut self) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        match &mut self.phase {
            Phase::Dotted(encoder) => {
                let before = self.queue.len();
                let queue = &mut self.queue;
                encoder.finish(|piece| {
                    if let Stuffed::Insert(octets) = piece {
                        queue.push(octets);
                    }
                })?;
                let added = self.queue.len().saturating_sub(before);
                self.queued = self.queued.saturating_add(added as u64);
                self.end_dotted();
            }
            Phase::Counted(encoder) => {
                encoder.finish()?;
                let at = self.sent.saturating_sub(1);
                let end = self.queued;
                if let Some(command) = self.commands.get_mut(at) {
                    command.stage = Stage::Reply;
                    command.end = end;
                }
            }
            _ => return Err(UsageError::NotNow { what: "the end of a body" }),
        }
        self.flags.wanted = false;
        self.phase = Phase::Commands;
        self.pump();
        Ok(())
    }

    /// The body of DATA may come.
    pub(super) fn start_dotted(&mut self) {
        let mut eight_bit = false;
        if let Some(command) = self.commands.front_mut() {
            command.stage = Stage::Body;
            eight_bit = command.of.eight_bit;
        }
        let encoder = DotEncoder::new(self.config.newlines);
        self.phase = Phase::Dotted(encoder.refuse(refused(eight_bit)));
        self.flags.wanted = true;
    }

    /// No recipient was accepted and the server wants a body all the same: it gets an empty one.
    /// RFC 2920 section 3.1.
    pub(super) fn send_nothing(&mut self) {
        self.push(b".\r\n");
        self.end_dotted();
    }

    /// The end mark of DATA is queued.
    fn end_dotted(&mut self) {
        self.expect_results();
        let end = self.queued;
        if let Some(command) = self.commands.front_mut() {
            command.end = end;
        }
    }

    /// The results of the first command's message are due: one, or one per recipient.
    pub(super) fn expect_results(&mut self) {
        let each = self.config.protocol == Protocol::Lmtp;
        let due = if each { self.recipients.max(1) } else { 1 };
        if let Some(command) = self.commands.front_mut() {
            command.stage = Stage::Results { due, next: 0 };
        }
    }
}

/// What a body must not hold: NUL needs BINARYMIME, 8-bit octets need 8BITMIME.
fn refused(eight_bit: bool) -> Findings {
    if eight_bit { Findings::NUL } else { Findings::NUL.union(Findings::EIGHT_BIT) }
}
