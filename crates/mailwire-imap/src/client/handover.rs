//! Where the octets are not ours any more, or are so again: TLS and compression.

use mailwire_core::Received;

use super::{Client, Event, Reading};
use crate::error::{PeerError, UsageError};
use crate::extension::ExtensionSet;
use crate::family::capability::Extensions;
use crate::state::State;

/// What begins or ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Handover {
    /// The driver starts TLS.
    Tls {
        /// It was told.
        told: bool,
    },
    /// The driver starts compression.
    Compression {
        /// It was told.
        told: bool,
    },
    /// The driver ends compression.
    Plain {
        /// It was told.
        told: bool,
    },
}

impl Client {
    /// Takes note that the TLS handshake is finished. Everything that the server said before is
    /// forgotten.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`Event::TlsReady`]: only then it is known that no plaintext
    /// came behind the answer to STARTTLS.
    pub fn tls_started(&mut self) -> Result<(), UsageError> {
        if !matches!(self.reading, Reading::Handover(Handover::Tls { told: true })) {
            return Err(UsageError::NotNow { what: "the TLS handshake" });
        }
        let tickets = self.tickets;
        *self = Self::new(self.config.clone());
        self.tickets = tickets;
        self.state = State::NotAuthenticated;
        self.flags.tls = true;
        Ok(())
    }

    /// Takes note that from now on the input is what the inflater gives, and that what is transmitted goes
    /// through the deflater.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`Event::CompressReady`].
    pub fn compression_started(&mut self) -> Result<(), UsageError> {
        if !matches!(self.reading, Reading::Handover(Handover::Compression { told: true })) {
            return Err(UsageError::NotNow { what: "compression" });
        }
        self.reading = Reading::Responses;
        self.flags.compressed = true;
        self.pump();
        Ok(())
    }

    /// Takes note that from now on the input is what comes from the connection, and that what is
    /// transmitted goes there as it is.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] before [`Event::CompressEnd`].
    pub fn compression_ended(&mut self) -> Result<(), UsageError> {
        if !matches!(self.reading, Reading::Handover(Handover::Plain { told: true })) {
            return Err(UsageError::NotNow { what: "the end of compression" });
        }
        self.reading = Reading::Responses;
        self.flags.compressed = false;
        self.pump();
        Ok(())
    }

    /// Before the handshake no plaintext is taken, now or later. Before compression begins or ends nothing
    /// is consumed: what is there belongs to the inflater, or comes from it.
    pub(super) fn receive_handover<'i>(
        &mut self,
        input: &[u8],
        handover: Handover,
    ) -> Result<Received<Event<'i>>, PeerError> {
        match handover {
            Handover::Tls { .. } if !input.is_empty() => {
                Err(self.fail(PeerError::DataAfterStartTls))
            }
            Handover::Tls { told } => {
                self.reading = Reading::Handover(Handover::Tls { told: true });
                Ok(Received { consumed: 0, event: (!told).then_some(Event::TlsReady) })
            }
            Handover::Compression { told } => {
                self.reading = Reading::Handover(Handover::Compression { told: true });
                Ok(Received { consumed: 0, event: (!told).then_some(Event::CompressReady) })
            }
            Handover::Plain { told } => {
                self.reading = Reading::Handover(Handover::Plain { told: true });
                Ok(Received { consumed: 0, event: (!told).then_some(Event::CompressEnd) })
            }
        }
    }

    /// Back before login: what was enabled is not any more.
    pub(super) fn forget_login(&mut self) {
        self.enabled = ExtensionSet::EMPTY;
        (self.flags.tells_expunges, self.flags.opened) = (false, false);
    }

    /// What the server offered may not be so any more.
    pub(super) fn forget_extensions(&mut self) {
        if !self.flags.relearned {
            self.extensions = Extensions::default();
        }
    }
}
