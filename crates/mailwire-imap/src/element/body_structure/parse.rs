//! One level of a structure from its octets.

use super::fields::{body_fld_param, extension};
use super::*;
use crate::element::number::size;
use crate::element::raw::skip_nested;
use crate::element::string::nstring;
use crate::token::{close, nil, open, sp};
use mailwire_core::parse::stop;

/// What happens to parts inside of a part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// They are read, and dropped.
    Check,
    /// They were read before; only their end is looked for.
    Skip,
}

/// `body`
pub(super) fn part<'a>(input: &'a [u8], cx: &Context, inside: Inside) -> PResult<'a, Part<'a>> {
    cx.nested(input, "body", |input, cx| {
        let (rest, ()) = open(input, "body")?;
        let (rest, part) = match rest {
            // The place of the parts is empty.
            [b'(', b')', b' ', subtype @ ..] => childless_multipart(rest, subtype, cx)?,
            [b' ', b'"', ..] => childless_multipart(rest, behind(rest), cx)?,
            [b'(', ..] | [b' ', b'(', ..] => multipart(rest, cx, inside)?,
            [b'"' | b'{', ..] => single(rest, cx, inside)?,
            _ => without_type(rest, cx, inside)?,
        };
        let (rest, ()) = close(rest, cx, "body")?;
        Ok((rest, part))
    })
}

/// `body-type-mpart`
fn multipart<'a>(input: &'a [u8], cx: &Context, inside: Inside) -> PResult<'a, Part<'a>> {
    let mut rest = input;
    let mut len = 0_u32;
    loop {
        rest = match rest {
            [b'(', ..] => {
                len = len.saturating_add(1);
                body(rest, cx, inside)?.0
            }
            [b' ', b'(', ..] if cx.tolerate(Deviation::SpaceBetweenItems) => behind(rest),
            _ => break,
        };
    }
    let wire = input.split_at(input.len() - rest.len()).0;
    cx.check_elements(len as usize, rest)?;
    let parts = Parts { wire: Cow::Borrowed(wire), len };
    let (rest, ()) = sp(rest, cx)?;
    let (rest, subtype) = string(rest, cx, "media-subtype")?;
    let (rest, extension) = extension(rest, cx, true)?;
    Ok((rest, Part::Multi(Multipart { parts, subtype, extension })))
}

/// A part inside of another.
fn body<'a>(input: &'a [u8], cx: &Context, inside: Inside) -> PResult<'a, BodyStructure<'a>> {
    let rest = match inside {
        Inside::Check => cut(part(input, cx, inside))?.0,
        Inside::Skip => skip_nested(input, cx, u32::MAX)?.0,
    };
    Ok((rest, BodyStructure(Cow::Borrowed(input.split_at(input.len() - rest.len()).0))))
}

/// What is behind the next octet.
fn behind(input: &[u8]) -> &[u8] {
    input.get(1..).unwrap_or_default()
}

/// A string that the grammar wants here.
fn string<'a>(input: &'a [u8], cx: &Context, rule: &'static str) -> PResult<'a, IString<'a>> {
    match input.first() {
        Some(b'"' | b'{') => IString::parse_part(input, cx),
        _ => Err(stop(input, rule)),
    }
}

/// Subtypes that only multiparts have.
const MULTIPARTS: [&[u8]; 8] = [
    b"MIXED",
    b"ALTERNATIVE",
    b"RELATED",
    b"DIGEST",
    b"SIGNED",
    b"ENCRYPTED",
    b"REPORT",
    b"PARALLEL",
];

/// The structure of a message that has none.
const NO_BODY: &[u8] = b"(\"APPLICATION\" \"OCTET-STREAM\" NIL NIL NIL \"7BIT\" 0)";

/// `body-type-1part`
fn single<'a>(input: &'a [u8], cx: &Context, inside: Inside) -> PResult<'a, Part<'a>> {
    let (rest, media_type) = string(input, cx, "media-type")?;
    let is_multipart = |name: &&[u8]| media_type.as_bytes().eq_ignore_ascii_case(name);
    // A multipart without parts begins with its subtype.
    let childless = match rest {
        [b' ', behind @ ..] => behind.first() == Some(&b'(') || nil(behind).is_some(),
        rest => rest.first() == Some(&b')'),
    };
    if childless && MULTIPARTS.iter().any(is_multipart) {
        return childless_multipart(input, input, cx);
    }
    let (at, ()) = sp(rest, cx)?;
    if (at.first() == Some(&b'(') || nil(at).is_some()) && cx.tolerate(Deviation::MissingSubtype) {
        let (media_type, subtype) = with_subtype(media_type);
        return fields(rest, cx, inside, media_type, subtype);
    }
    let (rest, subtype) = string(at, cx, "media-subtype")?;
    fields(rest, cx, inside, media_type, subtype)
}

/// A media type that came alone, with a subtype; or a subtype that did.
#[cold]
fn with_subtype(media_type: IString<'_>) -> (IString<'_>, IString<'_>) {
    let is = |name: &[u8]| media_type.as_bytes().eq_ignore_ascii_case(name);
    if is(b"TEXT") {
        return (media_type, IString::checked(b"PLAIN"));
    }
    let types: [&[u8]; 8] =
        [b"APPLICATION", b"AUDIO", b"FONT", b"IMAGE", b"MESSAGE", b"MODEL", b"MULTIPART", b"VIDEO"];
    if types.into_iter().any(is) {
        return (media_type, IString::checked(b"OCTET-STREAM"));
    }
    (IString::checked(b"APPLICATION"), media_type)
}

/// A part that begins with NIL: a multipart without parts, or a part of no media type.
#[cold]
fn without_type<'a>(input: &'a [u8], cx: &Context, inside: Inside) -> PResult<'a, Part<'a>> {
    let Some(rest) = nil(input) else { return Err(stop(input, "media-type")) };
    let (rest, ()) = sp(rest, cx)?;
    match nil(rest) {
        Some(rest) if cx.tolerate(Deviation::NilMediaType) => {
            let (media_type, subtype) = (b"APPLICATION", b"OCTET-STREAM");
            fields(rest, cx, inside, IString::checked(media_type), IString::checked(subtype))
        }
        None if rest.first() == Some(&b'"') => childless_multipart(input, rest, cx),
        _ => Err(stop(input, "media-type")),
    }
}

/// A multipart without parts, as a part that is not taken apart.
#[cold]
fn childless_multipart<'a>(
    input: &'a [u8],
    subtype_at: &'a [u8],
    cx: &Context,
) -> PResult<'a, Part<'a>> {
    if !cx.tolerate(Deviation::ChildlessMultipart) {
        return Err(stop(input, "media-type"));
    }
    let (rest, subtype) = string(subtype_at, cx, "media-subtype")?;
    let (rest, mut extension) = extension(rest, cx, true)?;
    let parameters = match &mut extension {
        Some(extension) => extension.take_parameters(),
        None => Parameters::default(),
    };
    Ok((
        rest,
        Part::Single(SinglePart {
            media_type: IString::checked(b"MULTIPART"),
            subtype,
            parameters,
            id: None,
            description: None,
            encoding: None,
            octets: 0,
            content: Content::Basic,
            extension,
        }),
    ))
}

/// `SP body-fields`, and what comes behind them.
fn fields<'a>(
    input: &'a [u8],
    cx: &Context,
    inside: Inside,
    media_type: IString<'a>,
    subtype: IString<'a>,
) -> PResult<'a, Part<'a>> {
    let (rest, ()) = sp(input, cx)?;
    let (rest, parameters) = body_fld_param(rest, cx)?;
    let (rest, ()) = sp(rest, cx)?;
    let (rest, id) = nstring(rest, cx, "body-fld-id")?;
    let (rest, ()) = sp(rest, cx)?;
    let (rest, description) = nstring(rest, cx, "body-fld-desc")?;
    let (encoding_at, ()) = sp(rest, cx)?;
    let (rest, encoding) = nstring(encoding_at, cx, "body-fld-enc")?;
    if encoding.is_none() && !cx.tolerate(Deviation::NilEncoding) {
        return Err(stop(encoding_at, "body-fld-enc"));
    }
    let (rest, ()) = sp(rest, cx)?;
    let (rest, octets) = cut(size(rest, cx, "body-fld-octets"))?;
    let (rest, content) = content(rest, cx, inside, &media_type, &subtype)?;
    let (rest, extension) = extension(rest, cx, false)?;
    let part = SinglePart {
        media_type,
        subtype,
        parameters,
        id,
        description,
        encoding,
        octets,
        content,
        extension,
    };
    Ok((rest, Part::Single(part)))
}

fn content<'a>(
    input: &'a [u8],
    cx: &Context,
    inside: Inside,
    media_type: &IString<'_>,
    subtype: &IString<'_>,
) -> PResult<'a, Content<'a>> {
    let is = |text: &IString<'_>, name: &[u8]| text.as_bytes().eq_ignore_ascii_case(name);
    if is(media_type, b"TEXT") {
        return match input {
            [b' ', b'0'..=b'9' | b'-', ..] => {
                let (rest, lines) = cut(size(behind(input), cx, "body-fld-lines"))?;
                Ok((rest, Content::Text { lines: Some(lines) }))
            }
            _ if cx.tolerate(Deviation::MissingLines) => Ok((input, Content::Text { lines: None })),
            _ => Err(stop(behind(input), "body-fld-lines")),
        };
    }
    if !is(media_type, b"MESSAGE") || !(is(subtype, b"RFC822") || is(subtype, b"GLOBAL")) {
        return Ok((input, Content::Basic));
    }
    if !input.starts_with(b" (") {
        return if cx.tolerate(Deviation::BareMessagePart) {
            Ok((input, Content::Basic))
        } else {
            Err(stop(input, "envelope"))
        };
    }
    let envelope_at = behind(input);
    let rest = match inside {
        Inside::Check => Envelope::parse_part(envelope_at, cx)?.0,
        Inside::Skip => skip_nested(envelope_at, cx, u32::MAX)?.0,
    };
    let envelope = envelope_at.split_at(envelope_at.len() - rest.len()).0;
    let (body_at, ()) = sp(rest, cx)?;
    let missing = nil(body_at).or_else(|| body_at.strip_prefix(b"()"));
    let (rest, body) = match missing {
        Some(rest) if cx.tolerate(Deviation::MissingBody) => {
            (rest, BodyStructure(Cow::Borrowed(NO_BODY)))
        }
        _ => body(body_at, cx, inside)?,
    };
    let (rest, ()) = sp(rest, cx)?;
    let (rest, lines) = cut(size(rest, cx, "body-fld-lines"))?;
    let envelope = EnvelopeOctets(Cow::Borrowed(envelope));
    Ok((rest, Content::Message { envelope, body, lines }))
}
