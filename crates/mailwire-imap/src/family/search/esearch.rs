//! What a search found, in the form that was asked for: the answer ESEARCH.

use alloc::boxed::Box;
use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{InvalidValue, into_owned, owned_already, wire_api, wire_enum};

use super::begins_value;
use super::context::TagString;
use crate::dispatch::dispatch;
use crate::element::invalid::{Invalid, contained, skip_item};
use crate::element::items::{Item, ItemList, ItemTail, item};
use crate::element::mailbox::Mailbox;
use crate::element::mod_seq::ModSeq;
use crate::element::number::{Number, NzNumber, number};
use crate::element::parameter::{LABEL, Label, Parameter};
use crate::element::partial_range::PartialRange;
use crate::element::raw::RawData;
use crate::element::sequence::UidSet;
use crate::element::tag::Tag;
use crate::token::{ASTRING_CHAR, close, nil, open, sp};
use crate::tolerance::Deviation;

/// What a search found, in the form that was asked for.
///
/// RFC 9051 section 7.3.4, RFC 4731, RFC 4466 section 2.6.2, RFC 7377 section 2.1. The data are checked once and
/// decoded when they are iterated.
///
/// # Grammar
/// ```abnf
/// esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)
/// ```
/// Deviations: [`InvalidItem`](Deviation::InvalidItem), those of the [`Correlator`] and of the
/// [data](ReturnData).
///
/// # Wire
/// ```text
/// S: * ESEARCH (TAG "A282") MIN 2 COUNT 3
/// S: * ESEARCH (TAG "tag1" MAILBOX "folder1" UIDVALIDITY 1) UID ALL 4001,4003
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// Those of the correlator; strictly, those of the data too.
///
/// # Example
/// ```
/// use mailwire_imap::{Data, Response};
/// use mailwire_imap::family::search::ReturnData;
///
/// let response = Response::parse(b"* ESEARCH (TAG \"A282\") UID MIN 2 ALL 2,10:11\r\n")?;
/// let Response::Data(Data::Esearch(found)) = &response else { panic!() };
/// assert!(found.correlator.is_of("A282") && found.uid);
/// assert_eq!(found.all().map(|all| all.count()), Some(3));
/// assert!(matches!(found.data.iter().next(), Some(ReturnData::Min(_))));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EsearchData<'a> {
    /// Which search this answers, and in which mailbox.
    pub correlator: Correlator<'a>,
    /// True when the numbers are UIDs. Some servers forget to say so.
    pub uid: bool,
    /// What was found.
    pub data: ItemTail<'a, ReturnData<'static>>,
}

/// Which search an answer is about, and in which mailbox; empty where the server does not tell.
///
/// RFC 4466 section 2.6.2, RFC 7377 section 2.1. Its parts may stand in any order, each once; they are written
/// in this one.
///
/// # Grammar
/// ```abnf
/// search-correlator = SP "(" one-correlator *(SP one-correlator) ")"
/// one-correlator    = ("TAG" SP tag-string) / ("MAILBOX" SP astring) /
///                     ("UIDVALIDITY" SP nz-number)
/// ```
/// `MAILBOX` and `UIDVALIDITY` come together.
///
/// # Errors
/// `search-correlator`, `tag-string`, `mailbox`, `nz-number`, `SP`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Correlator<'a> {
    /// The tag of the command.
    pub tag: Option<Tag<'a>>,
    /// The mailbox in which messages were found, where the command looked in several.
    pub mailbox: Option<Box<MailboxCorrelator<'a>>>,
}

/// The mailbox that an answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxCorrelator<'a> {
    /// Its name.
    pub name: Mailbox<'a>,
    /// Its UIDVALIDITY.
    pub uid_validity: NzNumber,
}

dispatch! {
    /// One thing that a search found.
    ///
    /// RFC 9051 section 7.3.4; RFC 7162 section 3.1.5 (`MODSEQ`), RFC 9394 (`PARTIAL`), RFC 5267 section 4.3
    /// (`ADDTO`, `REMOVEFROM`), RFC 6203 section 4 (`RELEVANCY`).
    ///
    /// # Grammar
    /// ```abnf
    /// search-return-data  = "MIN" SP nz-number / "MAX" SP nz-number / "ALL" SP sequence-set /
    ///                       "COUNT" SP number / search-ret-data-ext
    /// search-return-data  =/ "MODSEQ" SP mod-sequence-value / ret-data-partial /
    ///                       ret-data-addto / ret-data-removefrom / "RELEVANCY" SP score-list
    /// search-ret-data-ext = search-modifier-name SP search-return-value
    /// ```
    /// Sets hold no `*` and no `$`. Deviations: [`ZeroNumber`](Deviation::ZeroNumber), those of a [`UidSet`].
    ///
    /// # Wire
    /// ```text
    /// S: * ESEARCH (TAG "C01") UID ADDTO (1 2733) ADDTO (1 2731:2732)
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `search-return-data`, `uid-set`, `uniqueid`, `nz-number`, `number`, `mod-sequence-value`,
    /// `partial-results`, `list`, `score`, `SP`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::search::ReturnData;
    ///
    /// let data = ReturnData::parse(b"PARTIAL (-1:-100 20:24,30)")?;
    /// let ReturnData::Partial(page) = &data else { panic!() };
    /// assert!(page.range.is_from_end());
    /// assert_eq!(page.numbers.as_ref().unwrap().count(), 6);
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum ReturnData<'a> {
        /// The lowest number.
        Min(NzNumber) = "MIN",
        /// The highest number.
        Max(NzNumber) = "MAX",
        /// All numbers; of a sorted search, in the order that was asked for.
        All(UidSet<'a>) = "ALL",
        /// How many messages match.
        Count(Number) = "COUNT",
        /// The highest modification sequence among the messages.
        ModSeq(ModSeqData) = "MODSEQ",
        /// A page of the numbers.
        Partial(PartialData<'a>) = "PARTIAL",
        /// What is to be added to the result.
        AddTo(ContextUpdates<'a>) = "ADDTO",
        /// What is to be removed from the result.
        RemoveFrom(ContextUpdates<'a>) = "REMOVEFROM",
        /// How well each message matches, in the order of the messages.
        Relevancy(Scores<'a>) = "RELEVANCY",
    }
    others {
        /// Data that are not known here.
        Other(OtherData<'a>),
        /// What breaks the grammar of the data that belong here.
        Invalid(Invalid<'a>),
    }
    /// The data that are known here, by name.
    pub enum ReturnDataName: "search-return-data" in LABEL;
}

/// A modification sequence that is not 0, but by deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModSeqData(ModSeq);

/// A page of numbers; `None` where the page is behind the end of the result.
///
/// # Grammar
/// ```abnf
/// ret-data-partial = "PARTIAL" SP "(" partial-range SP partial-results ")"
/// partial-results  = sequence-set / "NIL"
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialData<'a> {
    /// The range that was asked for.
    pub range: PartialRange,
    /// The numbers.
    pub numbers: Option<UidSet<'a>>,
}

/// Numbers that were added to a result at a position, or removed from it.
///
/// RFC 5267 section 4.3. Positions count from 1; 0 stands for a place that the server does not tell.
///
/// # Grammar
/// ```abnf
/// ret-data-addto   = "ADDTO" SP "(" context-position SP sequence-set
///                    *(SP context-position SP sequence-set) ")"
/// context-position = number
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextUpdate<'a> {
    /// The position.
    pub position: u32,
    /// The numbers; they are to be added or removed one by one, in their order.
    pub numbers: UidSet<'a>,
}

/// One or more updates, to be made in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextUpdates<'a>(ItemList<'a, ContextUpdate<'static>>);

/// How well a message matches: 1 to 100. RFC 6203 section 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u8);

/// How well each message matches: `score-list`.
pub type Scores<'a> = ItemList<'a, Score>;

/// Data that are not known here: a name and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherData<'a>(Parameter<'a>);

wire_enum! {
    enum Part: "search-correlator" in ASTRING_CHAR {
        Tag = "TAG",
        Mailbox = "MAILBOX",
        UidValidity = "UIDVALIDITY",
    }
}

wire_api!(Deviation, crate::Mode: EsearchData, Correlator, ReturnData);
owned_already!(ModSeqData, Score);
item!(ContextUpdate);
item!(copy Score);
into_owned!(struct EsearchData { correlator, uid, data });
into_owned!(struct Correlator { tag, mailbox });
into_owned!(@impl MailboxCorrelator, self => {
    MailboxCorrelator { name: self.name.into_owned(), uid_validity: self.uid_validity }
});
into_owned!(struct PartialData { range, numbers });
into_owned!(struct ContextUpdate { position, numbers });
into_owned!(@impl ContextUpdates, self => {
    ContextUpdates(mailwire_core::IntoOwned::into_owned(self.0))
});
into_owned!(@impl OtherData, self => { OtherData(self.0.into_owned()) });

impl<'a> Wire<'a> for EsearchData<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, correlator) = Correlator::parse_part(input, cx)?;
        let (rest, uid) = uid(rest, cx)?;
        let (rest, data) = ItemTail::parse_part(rest, cx)?;
        Ok((rest, Self { correlator, uid, data }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.correlator);
        if self.uid {
            out.keyword(" UID");
        }
        out.put(&self.data);
    }
}

/// `[SP "UID"]`
fn uid<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, bool> {
    let Ok((at, ())) = sp(input, cx) else { return Ok((input, false)) };
    match strip_prefix_ignore_case(at, b"UID") {
        Some(rest) if !rest.first().is_some_and(|octet| LABEL.contains(*octet)) => Ok((rest, true)),
        _ => Ok((input, false)),
    }
}

impl<'a> Wire<'a> for Correlator<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "search-correlator";
        let list_at = match input {
            // What begins otherwise are data that break the grammar, as the example of RFC 5465 has them.
            [b' ', b'(', ..] | [b' ', b' ', ..] => match sp(input, cx) {
                Ok((at @ [b'(', ..], ())) => at,
                _ => return Ok((input, Self::default())),
            },
            _ => return Ok((input, Self::default())),
        };
        let (mut rest, ()) = open(list_at, RULE)?;
        let (mut tag, mut name, mut uid_validity) = (None, None, None);
        loop {
            let part_at = rest;
            let (behind, part) = cut(Part::parse_part(rest, cx))?;
            let (at, ()) = cut(sp(behind, cx))?;
            let twice = match part {
                Part::Tag => {
                    let (behind, value) = cut(TagString::parse_part(at, cx))?;
                    rest = behind;
                    tag.replace(value.0).is_some()
                }
                Part::Mailbox => {
                    let (behind, value) = cut(Mailbox::parse_part(at, cx))?;
                    rest = behind;
                    name.replace(value).is_some()
                }
                Part::UidValidity => {
                    let (behind, value) = cut(NzNumber::parse_part(at, cx))?;
                    rest = behind;
                    uid_validity.replace(value).is_some()
                }
            };
            if twice {
                return Err(stop(part_at, RULE));
            }
            if let Ok((behind, ())) = close(rest, cx, RULE) {
                let mailbox = match (name, uid_validity) {
                    (Some(name), Some(uid_validity)) => {
                        Some(Box::new(MailboxCorrelator { name, uid_validity }))
                    }
                    (None, None) => None,
                    _ => return Err(stop(list_at, RULE)),
                };
                return Ok((behind, Self { tag, mailbox }));
            }
            if rest.first() != Some(&b' ') {
                return Err(stop(rest, RULE));
            }
            (rest, ()) = cut(sp(rest, cx))?;
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.is_empty() {
            return;
        }
        out.bytes(b" (");
        if let Some(tag) = &self.tag {
            out.keyword("TAG ").quoted(tag.as_bytes());
        }
        if let Some(mailbox) = &self.mailbox {
            if self.tag.is_some() {
                out.sp();
            }
            out.keyword("MAILBOX ").put(&mailbox.name);
            out.keyword(" UIDVALIDITY ").put(&mailbox.uid_validity);
        }
        out.byte(b')');
    }
}

impl<'a> Correlator<'a> {
    /// The correlator of a search in the selected mailbox.
    #[must_use]
    pub const fn new(tag: Tag<'a>) -> Self {
        Self { tag: Some(tag), mailbox: None }
    }

    /// True when nothing is told.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.tag.is_none() && self.mailbox.is_none()
    }

    /// True when the answer is to the command of this tag.
    #[must_use]
    pub fn is_of(&self, tag: &str) -> bool {
        self.tag.as_ref().is_some_and(|of| of.as_str() == tag)
    }
}

impl<'a> Wire<'a> for ReturnData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = LABEL.split(input);
        match ReturnDataName::from_keyword(word) {
            Some(name) => Self::parse_arguments(name, rest, cx),
            None => match Parameter::parse_part(input, cx) {
                Ok((rest, other)) => Ok((rest, Self::Other(OtherData(other)))),
                Err(nom::Err::Error(_)) => Err(fail(input, "search-return-data")),
                Err(error) => Err(error),
            },
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => {
                out.put(&other.0);
            }
            Self::Invalid(invalid) => invalid.encode(out),
            known => {
                known
                    .encode_arguments(out.keyword(known.name().map_or("", ReturnDataName::as_str)));
            }
        }
    }
}

impl Item for ReturnData<'static> {
    type At<'x> = ReturnData<'x>;

    #[inline]
    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, ReturnData<'x>> {
        let parse = |input, cx: &Context| match ReturnData::parse_part(input, cx)? {
            // They stand in no code that a bracket could end.
            (rest @ [b']', ..], _) => Err(stop(rest, "SP")),
            parsed => Ok(parsed),
        };
        contained(input, cx, parse, skip_data, ReturnData::Invalid)
    }
}

/// A name with the value behind it.
fn skip_data<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, ()> {
    let (rest, ()) = skip_item(input, cx)?;
    match rest {
        // Blanks too many would make two items of it, which are one when they are written.
        [b' ', behind @ ..] if LABEL.contains(input.first().copied().unwrap_or_default()) => {
            // A name at the end of the line has no value.
            let blanks = behind.iter().take_while(|octet| **octet == b' ').count();
            skip_item(behind.split_at(blanks).1, cx).or(Ok((rest, ())))
        }
        _ => Ok((rest, ())),
    }
}

impl<'a> Wire<'a> for ModSeqData {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        ModSeq::parse_positive(input, cx).map(|(rest, value)| (rest, Self(value)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0);
    }
}

impl ModSeqData {
    /// A modification sequence.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0.
    pub fn new(value: ModSeq) -> Result<Self, InvalidValue> {
        if value == ModSeq::ZERO {
            return Err(InvalidValue { what: "mod-sequence-value", at: 0 });
        }
        Ok(Self(value))
    }

    /// The value.
    #[must_use]
    pub const fn get(self) -> ModSeq {
        self.0
    }
}

impl<'a> Wire<'a> for PartialData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "partial-results";
        let (rest, ()) = open(input, "ret-data-partial")?;
        let (rest, range) = cut(PartialRange::parse_part(rest, cx))?;
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, numbers) = match nil(at) {
            Some(rest) => (rest, None),
            None => match UidSet::parse_part(at, cx) {
                Ok((rest, numbers)) => (rest, Some(numbers)),
                Err(nom::Err::Error(_)) => return Err(stop(at, RULE)),
                Err(error) => return Err(error),
            },
        };
        let (rest, ()) = close(rest, cx, "ret-data-partial")?;
        Ok((rest, Self { range, numbers }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.range).sp();
        match &self.numbers {
            Some(numbers) => out.put(numbers),
            None => out.keyword("NIL"),
        };
        out.byte(b')');
    }
}

impl<'a> Wire<'a> for ContextUpdate<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, position) = number(input, "context-position")?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, numbers) = cut(UidSet::parse_part(rest, cx))?;
        Ok((rest, Self { position, numbers }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(self.position.into()).sp().put(&self.numbers);
    }
}

impl<'a> Wire<'a> for ContextUpdates<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, list) = ItemList::parse_part(input, cx)?;
        if list.is_empty() {
            return Err(stop(input, "context-position"));
        }
        Ok((rest, Self(list)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0);
    }
}

impl ContextUpdates<'_> {
    /// These updates, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn new<'u>(
        updates: impl IntoIterator<Item = ContextUpdate<'u>>,
    ) -> Result<ContextUpdates<'static>, InvalidValue> {
        let list = ItemList::new(updates);
        if list.is_empty() {
            return Err(InvalidValue { what: "context-position", at: 0 });
        }
        Ok(ContextUpdates(list))
    }

    /// The updates in their order.
    pub fn iter(&self) -> impl Iterator<Item = ContextUpdate<'_>> {
        self.0.iter()
    }
}

impl<'a> Wire<'a> for Score {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (rest, score) = number(input, "score")?;
        let score = u8::try_from(score).ok().and_then(|score| Self::new(score).ok());
        score.map(|score| (rest, score)).ok_or_else(|| stop(input, "score"))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.number(self.0.into());
    }
}

impl Score {
    /// A score.
    ///
    /// # Errors
    /// [`InvalidValue`] for one that is not 1 to 100.
    pub const fn new(score: u8) -> Result<Self, InvalidValue> {
        match score {
            1..=100 => Ok(Self(score)),
            _ => Err(InvalidValue { what: "score", at: 0 }),
        }
    }

    /// 1 to 100.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl<'a> OtherData<'a> {
    /// Data from their name and their value.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that is known here, or `UID`; and for a value that would be read as the
    /// next name.
    pub fn new(data: Parameter<'a>) -> Result<Self, InvalidValue> {
        let name = data.name.as_bytes();
        if ReturnDataName::from_keyword(name).is_some() || name.eq_ignore_ascii_case(b"UID") {
            return Err(InvalidValue { what: "search-return-data", at: 0 });
        }
        match &data.value {
            Some(value) if !begins_value(value.as_bytes()) => {
                Err(InvalidValue { what: "tagged-ext-val", at: 0 })
            }
            _ => Ok(Self(data)),
        }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Label<'a> {
        &self.0.name
    }

    /// The value.
    #[must_use]
    pub const fn value(&self) -> Option<&RawData<'a>> {
        self.0.value.as_ref()
    }
}

impl EsearchData<'_> {
    /// All numbers, where they were asked for and something was found.
    #[must_use]
    pub fn all(&self) -> Option<UidSet<'_>> {
        self.data.iter().find_map(|data| match data {
            ReturnData::All(numbers) => Some(numbers),
            _ => None,
        })
    }

    /// How many messages match, where that was asked for.
    #[must_use]
    pub fn count(&self) -> Option<u32> {
        self.data.iter().find_map(|data| match data {
            ReturnData::Count(count) => Some(count.0),
            _ => None,
        })
    }

    /// The lowest number, where it was asked for and something was found.
    #[must_use]
    pub fn min(&self) -> Option<NonZeroU32> {
        self.data.iter().find_map(|data| match data {
            ReturnData::Min(number) => number.get(),
            _ => None,
        })
    }

    /// The highest number, where it was asked for and something was found.
    #[must_use]
    pub fn max(&self) -> Option<NonZeroU32> {
        self.data.iter().find_map(|data| match data {
            ReturnData::Max(number) => number.get(),
            _ => None,
        })
    }

    /// The highest modification sequence, where the search asked for one.
    #[must_use]
    pub fn mod_seq(&self) -> Option<ModSeq> {
        self.data.iter().find_map(|data| match data {
            ReturnData::ModSeq(value) => Some(value.0),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
