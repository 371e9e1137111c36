//! Responses whose bodies are streamed out: FETCH of large messages. RFC 9051 sections 4.3 and 7.5.2.

use alloc::vec::Vec;

use bytes::Bytes;
use mailwire_core::body::{CountedEncoder, LengthError};
use mailwire_core::encoder::{Cut, Encoder};
use mailwire_core::parse::Wire;

use super::Server;
use crate::error::{PeerError, UsageError};
use crate::response::Data;

/// A response that is written up to a body.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    /// The body that goes next.
    body: CountedEncoder,
    /// What follows it.
    rest: Vec<u8>,
    /// Where in `rest` more bodies go, and their sizes.
    more: Vec<(usize, u64)>,
}

impl Server {
    /// Sends untagged data. With a streamed literal in it, the octets of that follow:
    /// [`send_body`](Self::send_body) and [`finish_body`](Self::finish_body), once for each.
    ///
    /// Data may be sent at any time behind the greeting, and so belongs to no command; a client takes what
    /// comes before the end of a command as the answer to it. ENABLED switches the mode of the session.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before the greeting, while another body is due, while the client is to
    /// start TLS or compression, and for EXPUNGE and VANISHED where
    /// [`may_expunge`](Self::may_expunge) says no; [`UsageError::UidRequired`] for FETCH and EXPUNGE
    /// behind ENABLE UIDONLY; [`UsageError::WrongAnswer`] for BYE and PREAUTH: the first is
    /// [`bye`](Self::bye); [`UsageError::Closed`] when the session is over.
    pub fn send(&mut self, data: &Data<'_>) -> Result<(), UsageError> {
        self.check_send("data")?;
        self.check_data(data)?;
        self.push_closed();
        let mode = self.mode();
        let mut outgoing = None;
        self.queue.write_with(|tail| {
            let start = tail.len();
            let mut encoder = Encoder::new(tail).with_mode(mode.bits());
            // The star and the line end are those of every response.
            encoder.byte(b'*').sp();
            data.encode(&mut encoder);
            encoder.crlf();
            let mut bodies = encoder.into_cuts().into_iter().filter_map(|cut| match cut {
                Cut::Body { at, size } => Some((at, size)),
                // A server never waits.
                Cut::Wait { .. } => None,
            });
            if let Some((at, size)) = bodies.next() {
                let at = at.max(start).min(tail.len());
                let more = bodies.map(|(place, size)| (place.saturating_sub(at), size)).collect();
                let rest = tail.split_off(at);
                outgoing = Some(Outgoing { body: CountedEncoder::new(size), rest, more });
            }
        });
        if outgoing.is_some() {
            self.rare().outgoing = outgoing;
        }
        self.take_note(data);
        Ok(())
    }

    /// Sends the next octets of a body. They are not copied.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is due; [`UsageError::BodyLength`] when it would become longer
    /// than announced: nothing is sent.
    pub fn send_body(&mut self, octets: Bytes) -> Result<(), UsageError> {
        let outgoing = self.rare.as_mut().and_then(|rare| rare.outgoing.as_mut());
        let Some(outgoing) = outgoing else {
            return Err(UsageError::NotNow { what: "a body" });
        };
        outgoing.body.push(octets.len())?;
        self.queue.push_body(octets);
        Ok(())
    }

    /// Ends a body. The rest of its response goes out, up to the next body if there is one.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no body is due; [`UsageError::BodyLength`] when octets are missing: what
    /// comes next would be read as the body, so the session is over, without a last word.
    pub fn finish_body(&mut self) -> Result<(), UsageError> {
        let outgoing = self.rare.as_mut().and_then(|rare| rare.outgoing.take());
        let Some(mut outgoing) = outgoing else {
            return Err(UsageError::NotNow { what: "the end of a body" });
        };
        if let Err(short @ LengthError::Short { .. }) = outgoing.body.finish() {
            self.end(PeerError::Eof);
            return Err(short.into());
        }
        let next = (!outgoing.more.is_empty()).then(|| outgoing.more.remove(0));
        let Some((at, size)) = next else {
            self.queue.push(&outgoing.rest);
            self.tidy();
            return Ok(());
        };
        let behind = outgoing.rest.split_off(at.min(outgoing.rest.len()));
        self.queue.push(&outgoing.rest);
        for (place, _) in &mut outgoing.more {
            *place = place.saturating_sub(at);
        }
        outgoing.rest = behind;
        outgoing.body = CountedEncoder::new(size);
        self.rare().outgoing = Some(outgoing);
        Ok(())
    }

    /// Octets that are missing of the body that is due; `None` when none is.
    #[must_use]
    pub fn body_due(&self) -> Option<u64> {
        let outgoing = self.rare.as_ref()?.outgoing.as_ref()?;
        Some(outgoing.body.remaining())
    }
}
