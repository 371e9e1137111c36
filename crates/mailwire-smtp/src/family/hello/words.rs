//! The parameters of EHLO keywords: words, SASL mechanisms, limits. RFC 5321 section 4.1.1.1, RFC 4954,
//! RFC 9422.
//!
//! ```text
//! S: 250-AUTH PLAIN LOGIN
//! S: 250 LIMITS RCPTMAX=100
//! ```

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::Context;
use mailwire_core::token::{ByteSet, KEYWORD, VCHAR, decimal};
use mailwire_core::{IntoBytes, InvalidValue, into_owned};

use crate::element::parameter::ParameterKeyword;
use crate::tolerance::Deviation;

/// The parameters of a keyword: printable words with single spaces between.
#[derive(Debug, Clone)]
pub struct Words<'a>(pub(super) alloc::borrow::Cow<'a, [u8]>);

mailwire_core::into_owned!(@impl Words, self => {
    Words(mailwire_core::IntoOwned::into_owned(self.0))
});

impl<'a> Words<'a> {
    /// Words from text.
    ///
    /// # Errors
    /// [`InvalidValue`] for octets that are not printable ASCII or a space.
    pub fn new(text: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let text = text.into_bytes();
        match WORDS.check(&text) {
            Ok(()) => Ok(Self(text)),
            Err(at) => Err(InvalidValue { what: "ehlo-param", at }),
        }
    }

    /// The words of a line, and the deviations between them.
    pub(super) fn parse(text: &'a [u8], cx: &Context) -> Result<Self, usize> {
        if is_plain(text) {
            return Ok(Self(alloc::borrow::Cow::Borrowed(text)));
        }
        WORDS.check(text)?;
        let trimmed = text.trim_ascii();
        if trimmed.len() < text.trim_ascii_start().len() {
            check_blank(cx, Deviation::TrailingSpaces, trimmed.len())?;
        } else if trimmed.is_empty() && !text.is_empty() {
            check_blank(cx, Deviation::TrailingSpaces, 0)?;
        }
        let double = trimmed.windows(2).any(|pair| pair == b"  ") || trimmed.contains(&b'\t');
        if double || (!trimmed.is_empty() && text.first().is_some_and(u8::is_ascii_whitespace)) {
            check_blank(cx, Deviation::ExtraSpaces, 0)?;
        }
        Ok(Self(alloc::borrow::Cow::Borrowed(trimmed)))
    }

    /// The words.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Writes the words, each with a space before it.
    pub(super) fn encode_behind<'o, 'b>(&self, out: &'o mut Encoder<'b>) -> &'o mut Encoder<'b> {
        for word in self.iter() {
            out.sp().bytes(word);
        }
        out
    }
}

fn check_blank(cx: &Context, deviation: Deviation, at: usize) -> Result<(), usize> {
    if cx.tolerate(deviation) { Ok(()) } else { Err(at) }
}

/// True for words with one space between them and no other blanks.
pub(super) fn is_plain(text: &[u8]) -> bool {
    let mut blank = true;
    for &byte in text {
        if !(VCHAR.contains(byte) || byte == b' ' && !blank) {
            return false;
        }
        blank = byte == b' ';
    }
    text.is_empty() || !blank
}

/// Octets of words and the blanks between.
static WORDS: ByteSet = ByteSet::range(32, 126).and(b"\t");

/// Equal when the words are, in the same order, without regard to case.
impl PartialEq for Words<'_> {
    fn eq(&self, other: &Self) -> bool {
        let mut others = other.iter();
        self.iter().all(|word| others.next().is_some_and(|other| word.eq_ignore_ascii_case(other)))
            && others.next().is_none()
    }
}

impl Eq for Words<'_> {}

/// SASL mechanisms, as the server offers them. RFC 4954 section 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanisms<'a>(pub(super) Words<'a>);

mailwire_core::into_owned!(@impl Mechanisms, self => { Mechanisms(self.0.into_owned()) });

impl<'a> Mechanisms<'a> {
    /// Mechanisms from their names with spaces between.
    ///
    /// # Errors
    /// [`InvalidValue`] for octets that are not printable ASCII or a space.
    pub fn new(names: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Words::new(names).map(Self)
    }

    /// The names, as they are written.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter()
    }

    /// True when the mechanism is in the list, in any case.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|other| other.eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// Limits that the server announces. RFC 9422 section 3.
///
/// # Grammar
/// ```text
/// limits-list = limit *( SP limit )
/// limit       = limit-name "=" limit-value
/// ```
/// `MAILMAX`, `RCPTMAX` and `RCPTDOMAINMAX` are 1 to 999999. A list of bad syntax counts as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitList<'a>(pub(super) Words<'a>);

mailwire_core::into_owned!(@impl LimitList, self => { LimitList(self.0.into_owned()) });

impl<'a> LimitList<'a> {
    /// Limits from `name=value` with spaces between.
    ///
    /// # Errors
    /// [`InvalidValue`] when one is none.
    pub fn new(limits: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        Self::from_words(Words::new(limits)?).ok_or(InvalidValue { what: "limits-list", at: 0 })
    }

    pub(super) fn from_words(words: Words<'a>) -> Option<Self> {
        let good = |word: &[u8]| {
            let (name, value) = KEYWORD.split(word);
            let value = value.strip_prefix(b"=")?;
            let known = [&b"MAILMAX"[..], b"RCPTMAX", b"RCPTDOMAINMAX"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known));
            let number = !value.is_empty()
                && value.len() <= 6
                && decimal(value).is_some_and(|number| number > 0);
            (!name.is_empty()
                && VCHAR.check(value).is_ok()
                && !value.is_empty()
                && (number || !known))
                .then_some(())
        };
        (!words.is_empty() && words.iter().all(|word| good(word).is_some())).then_some(Self(words))
    }

    /// The limits: names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().filter_map(|word| {
            let (name, value) = KEYWORD.split(word);
            Some((name, value.strip_prefix(b"=")?))
        })
    }

    /// The number of a limit.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u32> {
        let (_, value) =
            self.iter().find(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()))?;
        decimal(value)?.try_into().ok()
    }
}

/// A keyword that is not known here, kept as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherKeyword<'a> {
    /// The keyword.
    pub name: ParameterKeyword<'a>,
    /// Its parameters.
    pub parameters: Words<'a>,
}

into_owned!(struct OtherKeyword { name, parameters });
