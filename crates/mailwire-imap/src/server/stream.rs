//! Responses whose bodies are streamed out: FETCH and URLFETCH of large messages. RFC 9051 sections 4.3 and 7.5.2.

use alloc::vec::Vec;

use bytes::Bytes;
use mailwire_core::body::{CountedEncoder, LengthError};
use mailwire_core::encoder::{Cut, Encoder};
use mailwire_core::parse::Wire;

use super::Server;
use crate::element::body_value::BodyValue;
use crate::error::{PeerError, UsageError};
use crate::extension::Extension;
use crate::family::fetch::{FetchHead, FetchItem, FetchTail};
use crate::family::urlauth::stream::{UrlFetchHead, UrlFetchTail};
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
    /// [`may_expunge`](Self::may_expunge) says no; [`UsageError::UidRequired`] for FETCH behind ENABLE
    /// UIDONLY, and for EXPUNGE where [`uses_vanished`](Self::uses_vanished) says yes;
    /// [`UsageError::NotEnabled`] for UIDFETCH and VANISHED where the client does not know them;
    /// [`UsageError::WrongAnswer`] for BYE and PREAUTH: the first is
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

    /// Sends FETCH, or UIDFETCH, with an item whose octets are streamed. They follow:
    /// [`send_body`](Self::send_body) and [`finish_body`](Self::finish_body). `tails` are what stands behind
    /// each body: all but the last hold an item that is streamed too.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`UsageError::WrongAnswer`] where `tails` do not end the message.
    ///
    /// # Example
    /// ```
    /// # use std::sync::Arc;
    /// # use bytes::Bytes;
    /// # use mailwire_imap::Machine;
    /// # use mailwire_imap::element::{literal::StreamedLiteral, number::NzNumber, section::Section};
    /// # use mailwire_imap::element::body_value::BodyValue;
    /// # use mailwire_imap::family::fetch::{BodySection, FetchHead, FetchItem, FetchTail};
    /// # use mailwire_imap::server::{Server, ServerConfig};
    /// # let mut server = Server::new(Arc::new(ServerConfig::new("x")?));
    /// # server.preauth()?;
    /// # server.transmitted(usize::MAX);
    /// let body = BodyValue::Streamed(StreamedLiteral::new(5)?);
    /// let body = FetchItem::section(BodySection::new(&Section::default(), None, body)?);
    /// let head = FetchHead::new(NzNumber::new(5)?, [], body)?;
    /// server.send_fetch(&head, &[FetchTail::last([])?])?;
    /// server.send_body(Bytes::from_static(b"Hi!\r\n"))?;
    /// server.finish_body()?;
    /// # let written: Vec<u8> = server.transmit().slices().flatten().copied().collect();
    /// assert_eq!(written, b"* 5 FETCH (BODY[] {5}\r\nHi!\r\n)\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn send_fetch(
        &mut self,
        head: &FetchHead<'_>,
        tails: &[FetchTail<'_>],
    ) -> Result<(), UsageError> {
        self.check_send("data")?;
        if self.flags.uid_only && !head.is_uid_fetch() {
            return Err(UsageError::UidRequired);
        }
        if !self.flags.uid_only && head.is_uid_fetch() {
            return Err(UsageError::NotEnabled(Extension::UidOnly));
        }
        let Some((last, before)) = tails.split_last() else {
            return Err(UsageError::WrongAnswer { what: "the end of a message" });
        };
        if last.streamed().is_some() || before.iter().any(|tail| tail.streamed().is_none()) {
            return Err(UsageError::WrongAnswer { what: "the end of a message" });
        }
        self.push_closed();
        let mode = self.mode().bits();
        self.queue.write_with(|tail| head.encode(&mut Encoder::new(tail).with_mode(mode)));
        let (mut rest, mut more) = (Vec::new(), Vec::new());
        for tail in tails {
            tail.encode(&mut Encoder::new(&mut rest).with_mode(mode));
            if let Some(BodyValue::Streamed(literal)) =
                tail.streamed().and_then(FetchItem::body_value)
            {
                more.push((rest.len(), literal.size));
            }
        }
        let body = CountedEncoder::new(head.octets());
        self.rare().outgoing = Some(Outgoing { body, rest, more });
        Ok(())
    }

    /// Sends URLFETCH with octets that are streamed. They follow: [`send_body`](Self::send_body) and
    /// [`finish_body`](Self::finish_body). `tails` are what stands behind each body: all but the last hold
    /// another.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`UsageError::WrongAnswer`] where `tails` do not end the response, or one
    /// cannot stand behind the octets before it: further answers about a URL need one before them, and only
    /// decoded octets are a literal8.
    ///
    /// # Example
    /// ```
    /// # use std::sync::Arc;
    /// # use bytes::Bytes;
    /// # use mailwire_imap::Machine;
    /// # use mailwire_imap::element::{items::Items, literal::StreamedLiteral, string::AString};
    /// # use mailwire_imap::family::urlauth::stream::{
    /// #     StreamedUrl, UrlFetchHead, UrlFetchTail, UrlPlace,
    /// # };
    /// # use mailwire_imap::server::{Server, ServerConfig};
    /// # let mut server = Server::new(Arc::new(ServerConfig::new("x")?));
    /// # server.preauth()?;
    /// # server.transmitted(usize::MAX);
    /// let streamed = StreamedUrl {
    ///     url: Some(AString::new("imap://x/INBOX/;uid=1")?),
    ///     parts: Items::EMPTY,
    ///     place: UrlPlace::Body,
    ///     literal: StreamedLiteral::new(5)?,
    /// };
    /// server.send_url_fetch(&UrlFetchHead::new(streamed), &[UrlFetchTail::END])?;
    /// server.send_body(Bytes::from_static(b"Hi!\r\n"))?;
    /// server.finish_body()?;
    /// # let written: Vec<u8> = server.transmit().slices().flatten().copied().collect();
    /// assert_eq!(written, b"* URLFETCH imap://x/INBOX/;uid=1 (BODY {5}\r\nHi!\r\n)\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn send_url_fetch(
        &mut self,
        head: &UrlFetchHead<'_>,
        tails: &[UrlFetchTail<'_>],
    ) -> Result<(), UsageError> {
        self.check_send("data")?;
        let wrong = UsageError::WrongAnswer { what: "the end of URLFETCH" };
        if head.streamed.url.is_none() || !head.streamed.is_valid() {
            return Err(wrong);
        }
        let mode = self.mode().bits();
        let (mut rest, mut more) = (Vec::new(), Vec::new());
        let mut place = Some(head.streamed.place);
        for tail in tails {
            // Nothing stands behind the end.
            let Some(before) = place.filter(|place| tail.fits(*place)) else { return Err(wrong) };
            tail.encode_into(before, &mut Encoder::new(&mut rest).with_mode(mode));
            place = None;
            if let Some(streamed) = &tail.streamed {
                if !streamed.is_valid() {
                    return Err(wrong);
                }
                more.push((rest.len(), streamed.literal.size));
                place = Some(streamed.place);
            }
        }
        if place.is_some() {
            return Err(wrong);
        }
        self.push_closed();
        self.queue.write_with(|tail| head.encode_into(&mut Encoder::new(tail).with_mode(mode)));
        let body = CountedEncoder::new(head.streamed.literal.size);
        self.rare().outgoing = Some(Outgoing { body, rest, more });
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
