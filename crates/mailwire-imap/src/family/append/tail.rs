//! What follows a streamed literal of APPEND and REPLACE.

use alloc::vec::Vec;

use mailwire_core::encoder::Encoder;
use mailwire_core::into_owned;
use mailwire_core::parse::{Context, PResult, cut, parse_whole, stop};

use super::{AppendMessage, CatPart, cat_parts};
use crate::element::literal::is_cut;
use crate::token::{close, line_end, sp};
use crate::{Deviations, Mode, SyntaxError, Tolerance};

/// What a streamed literal belongs to, and so what can follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Under {
    /// It is a message.
    Message,
    /// It is a message in `UTF8 (...)`.
    Utf8,
    /// It is a part of CATENATE.
    CatenateText,
    /// It is a part of CATENATE in `UTF8 (...)`.
    CatenateUtf8,
}

/// What follows a streamed literal of APPEND or REPLACE: the rest of the parts of its message, and the messages
/// behind it; sent by the client.
///
/// The frame begins behind the octets of the literal. It ends with the line, or is cut again behind the header
/// of a literal.
///
/// # Example
/// ```
/// use mailwire_imap::family::append::{AppendTail, CatPart, Under};
/// use mailwire_imap::{Command, Mode, Tolerance};
///
/// // "A1 APPEND x CATENATE (TEXT {99999}" CRLF, the octets, and then:
/// let frame = b" URL \"/INBOX/;UID=1\")\r\n";
/// let tolerance = Tolerance::default();
/// let (tail, _) = AppendTail::parse_in(frame, Under::CatenateText, Mode::REV1, tolerance)?;
/// assert!(matches!(tail.parts(), [CatPart::Url(_)]) && tail.messages().is_empty());
/// assert_eq!(tail.under(), None);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendTail<'a> {
    parts: Vec<CatPart<'a>>,
    messages: Vec<AppendMessage<'a>>,
}

into_owned!(@impl AppendTail, self => {
    AppendTail {
        parts: self.parts.into_iter().map(CatPart::into_owned).collect(),
        messages: self.messages.into_iter().map(AppendMessage::into_owned).collect(),
    }
});

impl<'a> AppendTail<'a> {
    /// Parses a frame that begins behind the octets of a literal, and tells the deviations met.
    ///
    /// # Errors
    /// Those of [`Append`](super::Append), and `CRLF`.
    pub fn parse_in(
        frame: &'a [u8],
        under: Under,
        mode: Mode,
        tolerance: Tolerance,
    ) -> Result<(Self, Deviations), SyntaxError> {
        let cx = Context::new(tolerance).with_mode(mode.bits());
        Self::parse_frame(frame, under, &cx).map(|tail| (tail, cx.met()))
    }

    pub(crate) fn parse_frame(
        frame: &'a [u8],
        under: Under,
        cx: &Context,
    ) -> Result<Self, SyntaxError> {
        parse_whole(frame, |frame| Self::parse_part(frame, under, cx))
    }

    /// The other parts of the message.
    #[must_use]
    pub fn parts(&self) -> &[CatPart<'a>] {
        &self.parts
    }

    /// The messages behind it.
    #[must_use]
    pub fn messages(&self) -> &[AppendMessage<'a>] {
        &self.messages
    }

    /// What the streamed literal at the end of the frame belongs to; `None` where the command ends.
    #[must_use]
    pub fn under(&self) -> Option<Under> {
        match self.messages.last() {
            Some(message) => message.under(),
            None => self.parts.last().and_then(CatPart::under),
        }
    }

    fn parse_part(input: &'a [u8], under: Under, cx: &Context) -> PResult<'a, Self> {
        let mut parts = Vec::new();
        let mut rest = input;
        if matches!(under, Under::Utf8 | Under::CatenateUtf8) {
            (rest, ()) = close(rest, cx, "utf8-literal")?;
        }
        if matches!(under, Under::CatenateText | Under::CatenateUtf8) {
            if let Ok((behind, ())) = close(rest, cx, "CATENATE") {
                rest = behind;
            } else {
                let (at, ()) = cut(sp(rest, cx))?;
                (rest, ()) = cat_parts(at, cx, &mut parts)?;
            }
        }
        let (rest, messages) = messages(rest, cx)?;
        let tail = Self { parts, messages };
        if tail.under().is_some() && is_cut(rest, cx) {
            return Ok((rest, tail));
        }
        let (rest, ()) = line_end(rest, cx)?;
        Ok((rest, tail))
    }

    /// Writes what follows the octets of a literal, with the line end where the command ends.
    pub fn encode_into(&self, under: Under, out: &mut Encoder<'_>) {
        if matches!(under, Under::Utf8 | Under::CatenateUtf8) {
            out.byte(b')');
        }
        if matches!(under, Under::CatenateText | Under::CatenateUtf8) {
            for part in &self.parts {
                out.sp();
                part.encode(out);
            }
            if self.parts.last().and_then(CatPart::under).is_none() {
                out.byte(b')');
            }
        }
        for message in &self.messages {
            out.sp().put(message);
        }
        if self.under().is_none() {
            out.crlf();
        }
    }
}

/// `*append-message`, each behind its space.
pub(super) fn messages<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Vec<AppendMessage<'a>>> {
    let mut messages = Vec::new();
    let mut rest = input;
    while let [b' ', behind @ ..] = rest {
        if behind.iter().find(|octet| **octet != b' ').is_none_or(|o| matches!(o, b'\r' | b'\n')) {
            break;
        }
        let (at, ()) = cut(sp(rest, cx))?;
        let message;
        (rest, message) =
            cut(<AppendMessage<'_> as mailwire_core::parse::Wire>::parse_part(at, cx))?;
        messages.push(message);
        cx.check_elements(messages.len(), rest)?;
    }
    if !rest.is_empty() && !matches!(rest, [b' ' | b'\r' | b'\n', ..]) {
        return Err(stop(rest, "append-message"));
    }
    Ok((rest, messages))
}
