//! URLFETCH responses whose octets are streamed: what stands before a literal, and what stands behind it.
//!
//! A literal that is too large for a frame is cut out of it. What the line holds up to and with its header is
//! a [`UrlFetchHead`], what follows its octets a [`UrlFetchTail`], which may end with the header of the next.
//!
//! A client reads them so:
//! ```
//! use mailwire_imap::family::urlauth::stream::{UrlPlace, parse_head, parse_tail};
//! use mailwire_imap::{Mode, Tolerance};
//!
//! let (mode, tolerance) = (Mode::REV1, Tolerance::default());
//! let (head, _) = parse_head(b"* URLFETCH one NIL two (BINARY ~{5000}\r\n", mode, tolerance)?;
//! assert_eq!((head.urls.len(), head.streamed.place), (1, UrlPlace::Binary));
//! assert_eq!(head.streamed.literal.size, 5000);
//! // 5000 octets later:
//! let (tail, _) = parse_tail(b") three NIL\r\n", head.streamed.place, mode, tolerance)?;
//! assert!(tail.urls.len() == 1 && tail.streamed.is_none());
//! # Ok::<(), mailwire_imap::SyntaxError>(())
//! ```
//! A server writes one so, and sends the octets between:
//! [`send_url_fetch`](crate::server::Server::send_url_fetch).

use alloc::vec::Vec;

use mailwire_core::encoder::Encoder;
use mailwire_core::into_owned;
use mailwire_core::parse::{Context, PResult, Wire, cut, parse_whole, stop};

use super::{UrlData, UrlPart};
use crate::element::body_value::BodyValue;
use crate::element::items::Items;
use crate::element::literal::StreamedLiteral;
use crate::element::string::AString;
use crate::token::{ATOM_CHAR, close, line_end, open, sp};
use crate::tolerance::Deviation;
use crate::{Deviations, Mode, SyntaxError, Tolerance};

const RULE: &str = "url-metadata";

/// A URLFETCH response up to the header of a literal whose octets follow.
///
/// RFC 4467 section 7, RFC 5524 section 3.2.
///
/// # Grammar
/// ```abnf
/// "*" SP "URLFETCH" *(SP (urldata-simple / urldata-ext / urldata-error)) SP url-full SP
/// *("(" url-metadata-el ")" SP) ["(" ("BODY" / "BINARY") SP] ["~"] "{" number64 "}" CRLF
/// ```
/// Deviations: those of [`UrlFetchData`](super::UrlFetchData).
///
/// # Wire
/// ```text
/// S: * URLFETCH "imap://joe@example.com/INBOX/;uid=20/;section=1" (BINARY ~{50000}
/// ```
///
/// # Limits
/// Those of literals, see [`Limits`](crate::Limits).
///
/// # Errors
/// `response-data`, `literal`, and those of [`UrlFetchData`](super::UrlFetchData).
///
/// # Example
/// See [the module](self).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlFetchHead<'a> {
    /// The URLs before, with what they point at.
    pub urls: Items<'a, UrlData<'static>>,
    /// What is streamed.
    pub streamed: StreamedUrl<'a>,
}

/// What follows the octets of a literal: the rest of the response, or all up to the header of the next literal.
///
/// # Grammar
/// ```abnf
/// [")" *(SP "(" url-metadata-el ")")] *(SP (urldata-simple / urldata-ext / urldata-error))
/// (CRLF / header)
/// ```
/// It begins with the parenthesis where the literal is the value of `BODY` or `BINARY`. Deviations: those of
/// [`UrlFetchData`](super::UrlFetchData).
///
/// # Errors
/// `url-metadata`, `CRLF`, `SP`, and those of [`UrlFetchData`](super::UrlFetchData).
///
/// # Example
/// See [the module](self).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlFetchTail<'a> {
    /// Further answers about the URL whose octets were streamed.
    pub parts: Items<'a, UrlPart<'static>>,
    /// The URLs behind it, with what they point at.
    pub urls: Items<'a, UrlData<'static>>,
    /// What is streamed too; `None` where the line ends.
    pub streamed: Option<StreamedUrl<'a>>,
}

/// What a URL points at, where it is streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamedUrl<'a> {
    /// The URL; `None` in a tail for the one that was streamed before. What was told of that between stands
    /// in [`UrlFetchTail::parts`], and there is no other URL between.
    pub url: Option<AString<'a>>,
    /// What was told of a new URL before.
    pub parts: Items<'a, UrlPart<'static>>,
    /// What the octets are.
    pub place: UrlPlace,
    /// The literal.
    pub literal: StreamedLiteral,
}

/// Where the streamed octets of a URL stand, and what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UrlPlace {
    /// Behind the URL: the octets as RFC 4467 gives them.
    Octets,
    /// Behind `BODY`: the octets as they are.
    Body,
    /// Behind `BINARY`: the octets without their transfer encoding.
    Binary,
}

mailwire_core::owned_already!(UrlPlace);
into_owned!(struct UrlFetchHead { urls, streamed });
into_owned!(struct UrlFetchTail { parts, urls, streamed });
into_owned!(struct StreamedUrl { url, parts, place, literal });

/// Reads the frame of a URLFETCH response that ends behind the header of a literal.
///
/// # Errors
/// The ABNF rule that does not match, and the byte.
pub fn parse_head(
    frame: &[u8],
    mode: Mode,
    tolerance: Tolerance,
) -> Result<(UrlFetchHead<'_>, Deviations), SyntaxError> {
    let cx = Context::new(tolerance).with_mode(mode.bits());
    head_in(frame, &cx).map(|head| (head, cx.met()))
}

/// Reads the frame behind the octets of a literal, up to the end of the line or behind the header of another
/// literal. `place` is where that literal stands whose octets it is behind.
///
/// # Errors
/// The ABNF rule that does not match, and the byte.
pub fn parse_tail(
    frame: &[u8],
    place: UrlPlace,
    mode: Mode,
    tolerance: Tolerance,
) -> Result<(UrlFetchTail<'_>, Deviations), SyntaxError> {
    let cx = Context::new(tolerance).with_mode(mode.bits());
    tail_in(frame, place, &cx).map(|tail| (tail, cx.met()))
}

pub(crate) fn head_in<'a>(frame: &'a [u8], cx: &Context) -> Result<UrlFetchHead<'a>, SyntaxError> {
    in_cut(cx, |cx| parse_whole(frame, |frame| head(frame, cx)))
}

pub(crate) fn tail_in<'a>(
    frame: &'a [u8],
    place: UrlPlace,
    cx: &Context,
) -> Result<UrlFetchTail<'a>, SyntaxError> {
    in_cut(cx, |cx| parse_whole(frame, |frame| tail(frame, place, cx)))
}

/// A frame that can end behind the header of a literal.
fn in_cut<T>(cx: &Context, parse: impl FnOnce(&Context) -> T) -> T {
    cx.in_mode(Mode::from_bits(cx.mode()).with(Mode::CUT).bits(), parse)
}

fn head<'a>(frame: &'a [u8], cx: &Context) -> PResult<'a, UrlFetchHead<'a>> {
    const DATA: &str = "response-data";
    let (rest, ()) = mailwire_core::token::byte(frame, b'*', DATA)?;
    let (at, ()) = cut(sp(rest, cx))?;
    let (word, rest) = ATOM_CHAR.split(at);
    if !word.eq_ignore_ascii_case(b"URLFETCH") {
        return Err(stop(at, DATA));
    }
    let (at, ()) = cut(sp(rest, cx))?;
    match urls(at, cx)? {
        (rest, (urls, Some(streamed))) => Ok((rest, UrlFetchHead { urls, streamed })),
        (rest, (_, None)) => Err(stop(rest, "literal")),
    }
}

fn tail<'a>(frame: &'a [u8], place: UrlPlace, cx: &Context) -> PResult<'a, UrlFetchTail<'a>> {
    let (mut rest, mut parts) = (frame, Vec::new());
    if place != UrlPlace::Octets {
        let streamed;
        (rest, streamed) = behind_part(rest, cx, &mut parts)?;
        if let Some((place, literal)) = streamed {
            let streamed = StreamedUrl { url: None, parts: Items::EMPTY, place, literal };
            let (parts, urls) = (Items::new(parts), Items::EMPTY);
            return Ok((rest, UrlFetchTail { parts, urls, streamed: Some(streamed) }));
        }
    }
    let parts = Items::new(parts);
    if !is_followed(rest) {
        let (rest, ()) = line_end(rest, cx)?;
        return Ok((rest, UrlFetchTail { parts, urls: Items::EMPTY, streamed: None }));
    }
    let (at, ()) = cut(sp(rest, cx))?;
    let (mut rest, (urls, streamed)) = urls(at, cx)?;
    if streamed.is_none() {
        (rest, ()) = line_end(rest, cx)?;
    }
    Ok((rest, UrlFetchTail { parts, urls, streamed }))
}

/// True where something stands behind a space, and not the end of the line.
fn is_followed(rest: &[u8]) -> bool {
    let next = rest.iter().find(|octet| **octet != b' ');
    rest.first() == Some(&b' ') && next.is_some_and(|octet| !matches!(octet, b'\r' | b'\n'))
}

/// URLs that are complete, and the one of which octets are streamed.
type Urls<'a> = (Items<'a, UrlData<'static>>, Option<StreamedUrl<'a>>);

fn urls<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Urls<'a>> {
    let (mut rest, mut end, mut len) = (input, input, 0_u32);
    let streamed = loop {
        let streamed;
        (rest, streamed) = url(rest, cx)?;
        if streamed.is_some() {
            break streamed;
        }
        (end, len) = (rest, len.saturating_add(1));
        cx.check_elements(len as usize, rest)?;
        if !is_followed(rest) {
            break None;
        }
        (rest, ()) = cut(sp(rest, cx))?;
    };
    let wire = input.split_at(input.len() - end.len()).0;
    Ok((rest, (Items::checked(wire, len, cx), streamed)))
}

/// A URL with what it points at, or up to the header of a literal that ends the frame.
fn url<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Option<StreamedUrl<'a>>> {
    let (rest, url) = AString::parse_part(input, cx)?;
    let (at, ()) = cut(sp(rest, cx))?;
    if at.first() != Some(&b'(') {
        let (rest, value) = cut(BodyValue::parse(at, cx, false))?;
        let streamed = match value {
            BodyValue::Streamed(literal) => {
                let (url, parts, place) = (Some(url), Items::EMPTY, UrlPlace::Octets);
                Some(StreamedUrl { url, parts, place, literal })
            }
            _ => None,
        };
        return Ok((rest, streamed));
    }
    let mut parts = Vec::new();
    let (inside, ()) = open(at, RULE)?;
    let (rest, streamed) = match in_part(inside, cx, &mut parts)? {
        (rest, None) => behind_part(rest, cx, &mut parts)?,
        streamed => streamed,
    };
    let streamed = streamed.map(|(place, literal)| {
        let (url, parts) = (Some(url), Items::new(parts));
        StreamedUrl { url, parts, place, literal }
    });
    Ok((rest, streamed))
}

/// A literal that is streamed, and what it is.
type Streamed = Option<(UrlPlace, StreamedLiteral)>;

/// An answer behind its parenthesis, up to the one that closes it.
fn in_part<'a>(
    input: &'a [u8],
    cx: &Context,
    parts: &mut Vec<UrlPart<'a>>,
) -> PResult<'a, Streamed> {
    let (rest, part) = cut(UrlPart::element(input, cx))?;
    let streamed = match &part {
        UrlPart::Body(BodyValue::Streamed(literal)) => Some((UrlPlace::Body, *literal)),
        UrlPart::Binary(BodyValue::Streamed(literal)) => Some((UrlPlace::Binary, *literal)),
        _ => None,
    };
    if streamed.is_none() {
        parts.push(part);
        cx.check_elements(parts.len(), rest)?;
    }
    Ok((rest, streamed))
}

/// What follows a value in parentheses: the end of them, and other answers about the same URL.
fn behind_part<'a>(
    input: &'a [u8],
    cx: &Context,
    parts: &mut Vec<UrlPart<'a>>,
) -> PResult<'a, Streamed> {
    let mut rest = input;
    loop {
        let at = match close(rest, cx, RULE) {
            Ok((behind, ())) => match behind {
                [b' ', b'(', ..] => open(sp(behind, cx)?.0, RULE)?.0,
                _ => return Ok((behind, None)),
            },
            // Several elements in one pair of parentheses.
            Err(_) if rest.first() == Some(&b' ') && cx.tolerate(Deviation::JoinedUrlParts) => {
                cut(sp(rest, cx))?.0
            }
            Err(error) => return Err(error),
        };
        let streamed;
        (rest, streamed) = in_part(at, cx, parts)?;
        if streamed.is_some() {
            return Ok((rest, streamed));
        }
    }
}

impl<'a> UrlFetchHead<'a> {
    /// The beginning of a URLFETCH response.
    #[must_use]
    pub fn new(streamed: StreamedUrl<'a>) -> Self {
        Self { urls: Items::EMPTY, streamed }
    }

    /// Writes the line up to and with the header of the literal.
    pub fn encode_into(&self, out: &mut Encoder<'_>) {
        out.bytes(b"* URLFETCH ");
        if !self.urls.is_empty() {
            out.put(&self.urls).sp();
        }
        self.streamed.encode(out);
    }

    /// The wire form in a mode.
    #[must_use]
    pub fn to_bytes_in(&self, mode: Mode) -> Vec<u8> {
        let mut wire = Vec::new();
        self.encode_into(&mut Encoder::new(&mut wire).with_mode(mode.with(Mode::SERVER).bits()));
        wire
    }
}

impl UrlFetchTail<'_> {
    /// The end of a URLFETCH response with nothing in it.
    pub const END: UrlFetchTail<'static> =
        UrlFetchTail { parts: Items::EMPTY, urls: Items::EMPTY, streamed: None };

    /// Writes what follows the octets, up to the end of the line or the next header.
    pub fn encode_into(&self, place: UrlPlace, out: &mut Encoder<'_>) {
        if place != UrlPlace::Octets {
            out.byte(b')');
        }
        for part in &self.parts {
            out.sp().put(&part);
        }
        for url in &self.urls {
            out.sp().put(&url);
        }
        match &self.streamed {
            Some(streamed) => streamed.encode(out.sp()),
            None => drop(out.crlf()),
        }
    }

    /// The wire form in a mode, behind the octets of a literal at `place`.
    #[must_use]
    pub fn to_bytes_in(&self, place: UrlPlace, mode: Mode) -> Vec<u8> {
        let mut wire = Vec::new();
        let mode = mode.with(Mode::SERVER).bits();
        self.encode_into(place, &mut Encoder::new(&mut wire).with_mode(mode));
        wire
    }

    /// True where this can follow octets at `place`: further answers stand behind others, and a streamed one
    /// of the same URL does, with no other URL between.
    pub(crate) fn fits(&self, place: UrlPlace) -> bool {
        let again = self.streamed.as_ref().filter(|streamed| streamed.url.is_none());
        let parts = !self.parts.is_empty() || again.is_some();
        let alone = again.is_none_or(|streamed| {
            self.urls.is_empty() && streamed.parts.is_empty() && streamed.place != UrlPlace::Octets
        });
        alone && (place != UrlPlace::Octets || !parts)
    }
}

impl StreamedUrl<'_> {
    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(url) = &self.url {
            out.put(url).sp();
        }
        for part in &self.parts {
            out.put(&part).sp();
        }
        match self.place {
            UrlPlace::Octets => {}
            UrlPlace::Body => drop(out.bytes(b"(BODY ")),
            UrlPlace::Binary => drop(out.bytes(b"(BINARY ")),
        }
        self.literal.encode(out);
    }

    /// True for what can be written: octets as RFC 4467 gives them stand alone, and only decoded ones are a
    /// literal8.
    pub(crate) fn is_valid(&self) -> bool {
        let alone = self.place != UrlPlace::Octets || self.parts.is_empty();
        let binary = !self.literal.binary || self.place == UrlPlace::Binary;
        alone && binary && self.literal.size <= crate::element::number::MAX
    }
}

#[cfg(test)]
mod tests;
