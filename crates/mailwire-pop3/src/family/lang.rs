//! LANG and UTF8: the language of texts, and UTF-8 in messages and names. RFC 6856.
//!
//!   C: LANG
//!   S: +OK Language listing follows:
//!   S: en English
//!   S: es Espanol
//!   S: .
//!   C: LANG es
//!   S: +OK es Idioma cambiado
//!   C: UTF8
//!   S: +OK UTF8 enabled

use alloc::borrow::Cow;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::{ALPHA, ByteSet, LINE};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, text_type, wire_api};

use crate::command::Command;
use crate::token;
use crate::tolerance::Deviation;

/// Octets of a language tag.
static TAG: ByteSet =
    ByteSet::range(b'a', b'z').and_range(b'A', b'Z').and_range(b'0', b'9').and(b"-");

text_type! {
    /// A language tag: how a server names a language that it has texts in.
    ///
    /// RFC 5646 section 2.1; RFC 6856 section 3.2.
    ///
    /// # Grammar
    /// ```text
    /// tag = 1*8alphanum *("-" 1*8alphanum)      ; the shape of a tag; its words are not checked
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: +OK es Idioma cambiado
    /// ```
    ///
    /// # Limits
    /// Those of the line.
    ///
    /// # Errors
    /// `language-tag`.
    ///
    /// # Example
    /// ```
    /// use mailwire_pop3::family::lang::LanguageTag;
    /// assert_eq!(LanguageTag::parse(b"en-boont")?.as_str(), "en-boont");
    /// # Ok::<(), mailwire_pop3::SyntaxError>(())
    /// ```
    pub struct LanguageTag: "language-tag", check = check_tag, utf8, ignore case
}

text_type! {
    /// What the client asks for with LANG: a language, or `*` for the one that the server prefers.
    ///
    /// RFC 4647 section 2.1 (the basic language range); RFC 6856 section 3.2.
    ///
    /// # Grammar
    /// ```text
    /// language-range = (1*8ALPHA *("-" 1*8alphanum)) / "*"
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: LANG *
    /// ```
    ///
    /// # Limits
    /// Those of the line.
    ///
    /// # Errors
    /// `language-range`.
    ///
    /// # Example
    /// ```
    /// use mailwire_pop3::family::lang::LanguageRange;
    /// assert!(LanguageRange::parse(b"*")?.is_default());
    /// assert_eq!(LanguageRange::new("de-CH")?.as_str(), "de-CH");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct LanguageRange: "language-range", check = check_range, utf8, ignore case
}

wire_api!(Deviation: LanguageTag, LanguageRange, LanguageItem);

/// Words of 1 to 8 letters and digits with hyphens between.
fn check_tag(tag: &[u8]) -> Result<(), usize> {
    TAG.check(tag)?;
    let mut at = 0_usize;
    for word in tag.split(|&byte| byte == b'-') {
        let bad = match word.len() {
            0 => Some(at),
            1..=8 => None,
            _ => Some(at.saturating_add(8)),
        };
        if let Some(at) = bad {
            return Err(at);
        }
        at = at.saturating_add(word.len()).saturating_add(1);
    }
    Ok(())
}

fn check_range(range: &[u8]) -> Result<(), usize> {
    if range == b"*" {
        return Ok(());
    }
    check_tag(range)?;
    let (word, rest) = ALPHA.split(range);
    if matches!(rest.first(), None | Some(b'-')) { Ok(()) } else { Err(word.len()) }
}

impl LanguageRange<'_> {
    /// True for `*`.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.as_bytes() == b"*"
    }
}

impl<'a> Wire<'a> for LanguageTag<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (tag, rest) = TAG.split(input);
        match check_tag(tag) {
            Ok(()) => Ok((rest, Self::checked(tag))),
            Err(at) => Err(fail(input.get(at..).unwrap_or_default(), "language-tag")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl<'a> Wire<'a> for LanguageRange<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (range, rest) = match input {
            [b'*', rest @ ..] => (input.get(..1).unwrap_or_default(), rest),
            _ => TAG.split(input),
        };
        match check_range(range) {
            Ok(()) => Ok((rest, Self::checked(range))),
            Err(at) => Err(fail(input.get(at..).unwrap_or_default(), "language-range")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

/// A language listing: a tag and what the language calls itself; sent by the server, in a line of the
/// answer to LANG, or behind `+OK` when a language was chosen, with a text in that language.
///
/// RFC 6856 section 3.2. The text is UTF-8 by that RFC; other octets are kept.
///
/// # Grammar
/// ```text
/// language-listing = language-tag [SP text]
/// ```
///
/// # Wire
/// ```text
/// S: en-boont English Boontling dialect
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `language-tag`, `SP`.
///
/// # Example
/// ```
/// use mailwire_pop3::family::lang::LanguageItem;
/// let item = LanguageItem::parse(b"en-boont English Boontling dialect")?;
/// assert_eq!(item.tag().as_str(), "en-boont");
/// assert_eq!(item.text(), b"English Boontling dialect");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LanguageItem<'a> {
    tag: LanguageTag<'a>,
    text: Cow<'a, [u8]>,
}

into_owned!(struct LanguageItem { tag, text });

impl<'a> LanguageItem<'a> {
    /// A language.
    ///
    /// # Errors
    /// [`InvalidValue`] for control octets, for `[`, and for what is not UTF-8.
    pub fn new(tag: LanguageTag<'a>, text: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Ok(Self { tag, text: super::stat::trailing_text(text)? })
    }

    /// The tag.
    #[must_use]
    pub const fn tag(&self) -> &LanguageTag<'a> {
        &self.tag
    }

    /// What the language calls itself, or a text in it.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

impl<'a> Wire<'a> for LanguageItem<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, tag) = LanguageTag::parse_part(input, cx)?;
        let text = match rest.split_first() {
            None => rest,
            Some((b' ', text)) if LINE.check(text).is_ok() => text,
            Some(_) => return Err(stop(rest, "SP")),
        };
        Ok((&[], Self { tag, text: Cow::Borrowed(text) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.tag);
        super::stat::encode_text(&self.text, out);
    }
}

/// `[SP language-range]`, of LANG.
pub(crate) fn lang<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, range) = token::optional(input, cx, LanguageRange::parse_part)?;
    Ok((rest, Command::Lang(range)))
}

/// No argument, of UTF8.
pub(crate) fn utf8<'a>(input: &'a [u8], _: &Context) -> PResult<'a, Command<'a>> {
    Ok((input, Command::Utf8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn range(text: &str) -> Command<'_> {
        Command::Lang(Some(LanguageRange::new(text).unwrap()))
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"LANG\r\n", Command::Lang(None)),
            (b"LANG *\r\n", range("*")),
            (b"LANG es\r\n", range("es")),
            (b"LANG MUL\r\n", range("MUL")),
            (b"LANG de-CH-1996\r\n", range("de-CH-1996")),
            (b"UTF8\r\n", Command::Utf8),
        ]);
        let item = |tag, text| LanguageItem::new(LanguageTag::new(tag).unwrap(), text).unwrap();
        check_rows(&[
            (b"en", item("en", "")),
            (b"en English", item("en", "English")),
            (b"i-default Default", item("i-default", "Default")),
            (b"es Espa\xc3\xb1ol", item("es", "Espa\u{f1}ol")),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"LANG de_CH\r\n", "CRLF", 7),
            (b"LANG 1996\r\n", "language-range", 5),
            (b"LANG de-\r\n", "language-range", 8),
            (b"LANG abcdefghi\r\n", "language-range", 13),
            (b"LANG en es\r\n", "CRLF", 7),
            (b"UTF8 on\r\n", "CRLF", 4),
        ]);
        check_rejects::<LanguageItem<'_>>(&[
            (b"", "language-tag", 0),
            (b" en", "language-tag", 0),
            (b"en\tEnglish", "SP", 2),
            (b"en a\rb", "SP", 2),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"LANG  en\r\n", Deviation::ExtraSpaces, b"LANG en\r\n"),
            (b"LANG \r\n", Deviation::TrailingSpaces, b"LANG\r\n"),
            (b"UTF8 \r\n", Deviation::TrailingSpaces, b"UTF8\r\n"),
        ]);
    }
}
