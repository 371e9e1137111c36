//! Answers: what a status line says, and what follows it, depends on the command.
//!
//! | expected | `+OK` brings | of |
//! |---|---|---|
//! | [`Expect::Status`] | nothing more | most commands |
//! | [`Expect::Stat`] | two numbers | STAT |
//! | [`Expect::Size`], [`Expect::UniqueId`] | one item, in the same line | LIST n, UIDL n |
//! | [`Expect::Language`] | a language tag, in the same line | LANG tag |
//! | [`Expect::Listing`] | items, one a line, to a line with a lone dot | LIST, UIDL, CAPA, LANG, AUTH |
//! | [`Expect::Message`] | a dotted body | RETR, TOP |
//! | [`Expect::Exchange`] | the end of the exchange; `+` a challenge | AUTH mechanism |
//!
//! `-ERR` brings nothing more, whatever is expected.

use alloc::borrow::Cow;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Fail, PResult, Wire, parse_whole, stop};
use mailwire_core::sasl::{Challenge, MechanismName};
use mailwire_core::text::Escaped;
use mailwire_core::{IntoOwned, SyntaxError, into_owned};

use crate::element::message_number::MessageNumber;
use crate::element::unique_id::UniqueId;
use crate::family::capa::Capability;
use crate::family::lang::LanguageItem;
use crate::family::list::{ListItem, UidItem};
use crate::family::stat::Stat;
use crate::response::{Response, status_line, with_line_end};
use crate::tolerance::Deviation;
use crate::{Deviations, Tolerance, token};

/// What an answer is expected to be when it is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expect {
    /// A status line and nothing more.
    Status,
    /// The answer to STAT.
    Stat,
    /// The answer to LIST with a message: the one that was asked for, when that is known.
    Size(Option<MessageNumber>),
    /// The answer to UIDL with a message: the one that was asked for, when that is known.
    UniqueId(Option<MessageNumber>),
    /// The answer to LANG with a language.
    Language,
    /// A challenge of AUTH, or the end of its exchange.
    Exchange,
    /// A listing.
    Listing(Listing),
    /// A message.
    Message,
}

/// What a listing lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listing {
    /// LIST: messages and their sizes.
    Sizes,
    /// UIDL: messages and their unique-ids.
    UniqueIds,
    /// CAPA: capabilities.
    Capabilities,
    /// LANG: languages.
    Languages,
    /// AUTH: SASL mechanisms.
    Mechanisms,
}

/// The first line of an answer, and the only one of most; sent by the server.
///
/// RFC 1939 sections 3 to 7, RFC 5034 section 4, RFC 6856 section 3. What a line means depends on
/// what it answers: see [`Expect`].
///
/// # Grammar
/// ```text
/// answer       = single-line / continue-req
/// continue-req = "+" SP [base64] CRLF
/// ```
/// A `+OK` whose value is damaged is [`Invalid`](Self::Invalid): the conversation is still in step.
/// Deviations: those of [`Response`] and of the values;
/// [`MissingChallengeSpace`](Deviation::MissingChallengeSpace),
/// [`MissingNumber`](Deviation::MissingNumber).
///
/// # Wire
/// ```text
/// S: +OK 2 320
/// S: + VXNlcm5hbWU6
/// ```
///
/// # Limits
/// [`Limits::response_line`](crate::Limits::response_line).
///
/// # Errors
/// `status`, `text`, `CRLF`.
///
/// # Example
/// ```
/// use mailwire_pop3::answer::{Answer, Expect};
/// let Answer::Stat(stat) = Answer::parse(b"+OK 2 320\r\n", Expect::Stat)? else { panic!() };
/// assert_eq!(stat.messages(), 2);
/// let answer = Answer::parse(b"+OK 2 320\r\n", Expect::Status)?;
/// assert!(matches!(&answer, Answer::Ok(response) if response.text() == b"2 320"));
/// assert_eq!(answer.to_bytes(), b"+OK 2 320\r\n");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer<'a> {
    /// `+OK`, without a value. A listing or a message follows it when one is expected.
    Ok(Response<'a>),
    /// `-ERR`.
    Err(Response<'a>),
    /// `+OK` to STAT.
    Stat(Stat<'a>),
    /// `+OK` to LIST with a message.
    Size(ListItem<'a>),
    /// `+OK` to UIDL with a message.
    UniqueId(UidItem<'a>),
    /// `+OK` to LANG with a language.
    Language(LanguageItem<'a>),
    /// `+`: the server waits for a SASL response.
    Challenge(Challenge<'a>),
    /// `+OK` with a value that breaks the grammar.
    Invalid {
        /// The line.
        response: Response<'a>,
        /// What is wrong with its text; the place is counted in that.
        error: SyntaxError,
    },
}

impl IntoOwned for Answer<'_> {
    type Owned = Answer<'static>;

    fn into_owned(self) -> Answer<'static> {
        match self {
            Self::Ok(response) => Answer::Ok(response.into_owned()),
            Self::Err(response) => Answer::Err(response.into_owned()),
            Self::Stat(stat) => Answer::Stat(stat.into_owned()),
            Self::Size(item) => Answer::Size(item.into_owned()),
            Self::UniqueId(item) => Answer::UniqueId(item.into_owned()),
            Self::Language(item) => Answer::Language(item.into_owned()),
            Self::Challenge(challenge) => Answer::Challenge(challenge.into_owned()),
            Self::Invalid { response, error } => {
                Answer::Invalid { response: response.into_owned(), error }
            }
        }
    }
}

impl<'a> From<Response<'a>> for Answer<'a> {
    fn from(response: Response<'a>) -> Self {
        if response.is_ok() { Self::Ok(response) } else { Self::Err(response) }
    }
}

impl<'a> Answer<'a> {
    /// Parses a line with its end, as the answer that is expected.
    ///
    /// # Errors
    /// The ABNF rule that does not match, and the byte.
    pub fn parse(line: &'a [u8], expect: Expect) -> Result<Self, SyntaxError> {
        Self::parse_with(line, expect, Tolerance::default()).map(|(answer, _)| answer)
    }

    /// Parses a line with its end, and tells which tolerated deviations it holds.
    ///
    /// # Errors
    /// The ABNF rule that does not match, and the byte.
    pub fn parse_with(
        line: &'a [u8],
        expect: Expect,
        tolerance: Tolerance,
    ) -> Result<(Self, Deviations), SyntaxError> {
        let cx = Context::new(tolerance);
        parse_whole(line, |line| Self::parse_part(line, expect, &cx))
            .map(|answer| (answer, cx.met()))
    }

    /// Parses a line with its end.
    #[inline(always)]
    pub(crate) fn parse_part(input: &'a [u8], expect: Expect, cx: &Context) -> PResult<'a, Self> {
        with_line_end(input, cx, |line, cx| {
            if expect == Expect::Exchange && line.first() == Some(&b'+') {
                if let Some(challenge) = challenge(line, cx)? {
                    return Ok((&[], Self::Challenge(challenge)));
                }
            }
            let (rest, response) = status_line(line, cx)?;
            Ok((rest, Self::read(response, expect, cx)))
        })
    }

    /// A status line, read as what is expected.
    #[inline(always)]
    fn read(response: Response<'a>, expect: Expect, cx: &Context) -> Self {
        match expect {
            _ if !response.is_ok() => Self::Err(response),
            Expect::Status | Expect::Exchange | Expect::Listing(_) | Expect::Message => {
                Self::Ok(response)
            }
            _ => Self::read_value(response, expect, cx),
        }
    }

    fn read_value(response: Response<'a>, expect: Expect, cx: &Context) -> Self {
        let value = match response.borrowed_text() {
            Some(text) => value(text, expect, cx),
            None => Err(SyntaxError { rule: "text", at: 0 }),
        };
        value.unwrap_or_else(|error| Self::Invalid { response, error })
    }

    /// True for `+OK`, in whatever shape.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        !matches!(self, Self::Err(_) | Self::Challenge(_))
    }

    /// The line of `-ERR`.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Response<'a>> {
        match self {
            Self::Err(response) => Some(response),
            _ => None,
        }
    }

    /// The same answer, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> Answer<'static> {
        IntoOwned::into_owned(self)
    }

    /// The wire form.
    #[must_use]
    pub fn to_bytes(&self) -> alloc::vec::Vec<u8> {
        let mut out = alloc::vec::Vec::new();
        self.encode(&mut Encoder::new(&mut out));
        out
    }

    /// Writes the line.
    pub fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Ok(response) | Self::Err(response) | Self::Invalid { response, .. } => {
                out.put(response);
                return;
            }
            Self::Stat(stat) => out.keyword("+OK ").put(stat),
            Self::Size(item) => out.keyword("+OK ").put(item),
            Self::UniqueId(item) => out.keyword("+OK ").put(item),
            Self::Language(item) => out.keyword("+OK ").put(item),
            Self::Challenge(challenge) => out.keyword("+ ").bytes(challenge.text()),
        };
        out.crlf();
    }
}

/// A challenge, if the line is one: `+` with a space or nothing behind it.
fn challenge<'a>(line: &'a [u8], cx: &Context) -> Result<Option<Challenge<'a>>, nom::Err<Fail>> {
    match line {
        [b'+', b' ', text @ ..] => Ok(Some(Challenge::new(text))),
        [b'+'] if cx.tolerate(Deviation::MissingChallengeSpace) => Ok(Some(Challenge::new(&[]))),
        [b'+'] => Err(stop(&[], "SP")),
        _ => Ok(None),
    }
}

/// The value in the text of a positive answer.
fn value<'a>(text: &'a [u8], expect: Expect, cx: &Context) -> Result<Answer<'a>, SyntaxError> {
    let other = SyntaxError { rule: "message-number", at: 0 };
    Ok(match expect {
        Expect::Size(asked) => {
            let item = parse_whole(text, |text| ListItem::parse_part(text, cx))?;
            if asked.is_some_and(|asked| asked != item.number()) {
                return Err(other);
            }
            Answer::Size(item)
        }
        Expect::UniqueId(asked) => {
            let item = parse_whole(text, |text| UidItem::parse_part(text, cx));
            let item = match (item, asked) {
                (Err(error), Some(number)) => lone_id(text, number, cx).ok_or(error)?,
                (item, _) => item?,
            };
            if asked.is_some_and(|asked| asked != item.number) {
                return Err(other);
            }
            Answer::UniqueId(item)
        }
        Expect::Language => {
            Answer::Language(parse_whole(text, |text| LanguageItem::parse_part(text, cx))?)
        }
        _ => Answer::Stat(parse_whole(text, |text| Stat::parse_part(text, cx))?),
    })
}

/// A unique-id without its number, where that is tolerated: a word that is none of the two parts of
/// an item.
#[cold]
fn lone_id<'a>(text: &'a [u8], number: MessageNumber, cx: &Context) -> Option<UidItem<'a>> {
    let word = (1..=70).contains(&text.len()) && token::graphic(text);
    (word && cx.tolerate(Deviation::MissingNumber))
        .then(|| UidItem::new(number, UniqueId::checked(text)))
}

/// One line of a listing.
///
/// RFC 1939 section 3, RFC 2449 section 3. A line that breaks the grammar of its kind is kept as
/// [`Invalid`](Self::Invalid), and its neighbours live.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item<'a> {
    /// Of LIST.
    Size(ListItem<'a>),
    /// Of UIDL.
    UniqueId(UidItem<'a>),
    /// Of CAPA.
    Capability(Capability<'a>),
    /// Of LANG.
    Language(LanguageItem<'a>),
    /// Of AUTH.
    Mechanism(MechanismName<'a>),
    /// A line that is none of them.
    Invalid(InvalidItem<'a>),
}

/// A line of a listing that breaks its grammar.
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidItem<'a> {
    line: Cow<'a, [u8]>,
    error: SyntaxError,
}

into_owned!(@impl InvalidItem, self => {
    InvalidItem { line: Cow::Owned(self.line.into_owned()), error: self.error }
});

impl<'a> InvalidItem<'a> {
    pub(crate) const fn new(line: &'a [u8], error: SyntaxError) -> Self {
        Self { line: Cow::Borrowed(line), error }
    }

    /// The line, without its end; the beginning of one that is too long.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// What is wrong with it.
    #[must_use]
    pub const fn error(&self) -> SyntaxError {
        self.error
    }
}

impl core::fmt::Debug for InvalidItem<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("InvalidItem")
            .field("line", &Escaped(&self.line))
            .field("error", &self.error)
            .finish()
    }
}

impl IntoOwned for Item<'_> {
    type Owned = Item<'static>;

    fn into_owned(self) -> Item<'static> {
        match self {
            Self::Size(item) => Item::Size(item.into_owned()),
            Self::UniqueId(item) => Item::UniqueId(item.into_owned()),
            Self::Capability(capability) => Item::Capability(capability.into_owned()),
            Self::Language(item) => Item::Language(item.into_owned()),
            Self::Mechanism(name) => Item::Mechanism(name.into_owned()),
            Self::Invalid(item) => Item::Invalid(item.into_owned()),
        }
    }
}

impl<'a> Item<'a> {
    /// Reads a line without its end, and without the dot that was stuffed.
    #[must_use]
    pub fn parse(line: &'a [u8], listing: Listing) -> Self {
        Self::parse_with(line, listing, Tolerance::default()).0
    }

    /// The same, and tells which tolerated deviations the line holds.
    #[must_use]
    pub fn parse_with(
        line: &'a [u8],
        listing: Listing,
        tolerance: Tolerance,
    ) -> (Self, Deviations) {
        let cx = Context::new(tolerance);
        (Self::read(line, listing, &cx), cx.met())
    }

    #[inline(always)]
    pub(crate) fn read(line: &'a [u8], listing: Listing, cx: &Context) -> Self {
        let item = match listing {
            Listing::Sizes => {
                parse_whole(line, |line| ListItem::parse_part(line, cx)).map(Self::Size)
            }
            Listing::UniqueIds => {
                parse_whole(line, |line| UidItem::parse_part(line, cx)).map(Self::UniqueId)
            }
            Listing::Capabilities => {
                parse_whole(line, |line| Capability::parse_part(line, cx)).map(Self::Capability)
            }
            Listing::Languages => {
                parse_whole(line, |line| LanguageItem::parse_part(line, cx)).map(Self::Language)
            }
            Listing::Mechanisms => {
                parse_whole(line, |line| mechanism(line, cx)).map(Self::Mechanism)
            }
        };
        item.unwrap_or_else(|error| Self::Invalid(InvalidItem::new(line, error)))
    }

    /// The listing that the item belongs to; `None` for a line that is no item.
    #[must_use]
    pub const fn listing(&self) -> Option<Listing> {
        Some(match self {
            Self::Size(_) => Listing::Sizes,
            Self::UniqueId(_) => Listing::UniqueIds,
            Self::Capability(_) => Listing::Capabilities,
            Self::Language(_) => Listing::Languages,
            Self::Mechanism(_) => Listing::Mechanisms,
            Self::Invalid(_) => return None,
        })
    }

    /// The same item, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> Item<'static> {
        IntoOwned::into_owned(self)
    }

    /// The line without its end. No item begins with a dot, so that none needs another one.
    #[must_use]
    pub fn to_bytes(&self) -> alloc::vec::Vec<u8> {
        let mut out = alloc::vec::Vec::new();
        self.encode(&mut Encoder::new(&mut out));
        out
    }

    /// Writes the line without its end.
    pub fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Size(item) => out.put(item),
            Self::UniqueId(item) => out.put(item),
            Self::Capability(capability) => out.put(capability),
            Self::Language(item) => out.put(item),
            Self::Mechanism(name) => out.bytes(name.as_str().as_bytes()),
            Self::Invalid(item) => out.bytes(item.line()),
        };
    }
}

/// The name of a mechanism, alone on its line.
fn mechanism<'a>(line: &'a [u8], cx: &Context) -> PResult<'a, MechanismName<'a>> {
    let (name, blanks) = line.split_at(line.trim_ascii_end().len());
    match MechanismName::parse(name) {
        Ok(name) => token::end(blanks, cx).map(|(rest, ())| (rest, name)),
        Err(error) => Err(stop(line.get(error.at..).unwrap_or_default(), error.rule)),
    }
}

#[cfg(test)]
mod tests;
