//! The SASL exchange and the TLS barrier of a client.

use alloc::vec::Vec;

use mailwire_core::Received;
use mailwire_core::sasl;

use super::{Client, Event, Phase};
use crate::error::{PeerError, UsageError};

impl Client {
    /// Answers a challenge, as the mechanism made it; base64 is done here.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when there is no challenge to answer.
    pub fn respond_auth(&mut self, response: &[u8]) -> Result<(), UsageError> {
        self.check_challenged()?;
        let mut line = Vec::new();
        sasl::encode_base64_into(response, &mut line);
        self.send_response(line);
        Ok(())
    }

    /// Gives the exchange up. The answer ends the AUTH command. RFC 5034 section 4 wants this for a
    /// challenge that is not base64.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when there is no challenge to answer.
    pub fn cancel_auth(&mut self) -> Result<(), UsageError> {
        self.check_challenged()?;
        self.send_response(b"*".to_vec());
        Ok(())
    }

    const fn check_challenged(&self) -> Result<(), UsageError> {
        match self.phase {
            Phase::AuthChallenged => Ok(()),
            _ => Err(UsageError::NotNow { what: "a SASL response" }),
        }
    }

    fn send_response(&mut self, mut line: Vec<u8>) {
        line.extend_from_slice(b"\r\n");
        self.queue.push(&line);
        self.queued = self.queued.saturating_add(line.len() as u64);
        let end = self.queued;
        if let Some(command) = self.commands.front_mut() {
            command.end = end;
        }
        self.phase = Phase::Answers;
    }

    /// Before the handshake: no plaintext is taken, now or later.
    pub(super) fn receive_before_tls<'i>(
        &mut self,
        input: &[u8],
        told: bool,
    ) -> Result<Received<Event<'i>>, PeerError> {
        if !input.is_empty() {
            return Err(self.fail(PeerError::DataAfterStls));
        }
        self.phase = Phase::Tls(true);
        Ok(Received { consumed: 0, event: (!told).then_some(Event::TlsReady) })
    }
}
