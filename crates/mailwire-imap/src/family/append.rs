//! APPEND and REPLACE: messages that are added to a mailbox. RFC 9051 section 6.3.12, RFC 3502
//! (MULTIAPPEND), RFC 4469 (CATENATE), RFC 8508 (REPLACE), RFC 3516 (BINARY), RFC 4466 (extensions).

use alloc::vec::Vec;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::Mode;
use crate::element::date::DateTime;
use crate::element::flag::Flags;
use crate::element::literal::Literal;
use crate::element::mailbox::Mailbox;
use crate::element::number::NzNumber;
use crate::element::parameter::{LABEL, Label, Parameter};
use crate::element::sequence::UidSet;
use crate::element::string::AString;
use crate::extension::{Extension, IsMet, Need};
use crate::token::{close, open, sp};
use crate::tolerance::Deviation;

pub use tail::{AppendTail, Under};

mod tail;

/// The arguments of APPEND: a mailbox, and the messages for it; sent by the client.
///
/// RFC 9051 section 6.3.12. More than one message needs MULTIAPPEND.
///
/// A large message is streamed: the frame ends behind the header of its literal, and is parsed in
/// [`Mode::CUT`]. What follows the octets is an [`AppendTail`].
///
/// # Grammar
/// ```abnf
/// append         = "APPEND" SP mailbox 1*append-message
/// append-message = append-opts SP append-data
/// append-opts    = [SP flag-list] [SP date-time] *(SP append-ext)
/// append-data    = literal / literal8 / append-data-ext
/// ```
/// Deviations: those of [`Mailbox`], [`Flags`], [`DateTime`] and [`Literal`].
///
/// # Wire
/// ```text
/// C: A1 APPEND saved-messages (\Seen) {326}
/// ```
///
/// # Limits
/// Those of literals; a message is streamed, and its size is for the application to judge.
///
/// # Errors
/// `mailbox`, `append-message`, `append-data`, `flag-list`, `date-time`, `literal`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::Command;
/// use mailwire_imap::family::append::AppendData;
///
/// let line = b"APPEND Drafts (\\Seen) {5}\r\nHello";
/// let Command::Append(append) = Command::parse(line)? else { panic!() };
/// let AppendData::Message(literal) = &append.first().data else { panic!() };
/// assert_eq!(literal.octets(), Some(&b"Hello"[..]));
/// assert_eq!(Command::Append(append).to_bytes(), line);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    first: AppendMessage<'a>,
    more: Vec<AppendMessage<'a>>,
}

/// The arguments of REPLACE: the message that goes, the mailbox of the new one, and the new one; sent by the
/// client.
///
/// RFC 8508 section 3.
///
/// # Grammar
/// ```abnf
/// replace = "REPLACE" SP seq-number SP mailbox append-message
/// ```
/// `*` for the message needs a mailbox that is not empty.
///
/// # Wire
/// ```text
/// C: A1 REPLACE 4 Drafts (\Seen \Draft) {312}
/// ```
///
/// # Limits
/// As for [`Append`].
///
/// # Errors
/// `seq-number`, and those of [`Append`].
///
/// # Example
/// ```
/// use mailwire_imap::Command;
///
/// let Command::UidReplace(replace) = Command::parse(b"UID REPLACE 2000 Drafts {2}\r\nhi")? else {
///     panic!()
/// };
/// assert_eq!(replace.message.map(|uid| uid.get().unwrap().get()), Some(2000));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replace<'a> {
    /// The message that goes: its sequence number, or its UID in UID REPLACE; `None` for `*`, the last.
    pub message: Option<NzNumber>,
    /// The mailbox of the new message.
    pub mailbox: Mailbox<'a>,
    /// The new message.
    pub new: AppendMessage<'a>,
}

/// One message of [`Append`] or [`Replace`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendMessage<'a> {
    /// Its flags; none at all is not the same as an empty list only on the wire.
    pub flags: Option<Flags<'a>>,
    /// Its internal date; the server takes the current time where there is none.
    pub date: Option<DateTime>,
    /// What extensions add: `ANNOTATION (...)` of RFC 5257 and others.
    extensions: Vec<Parameter<'a>>,
    /// The message itself.
    pub data: AppendData<'a>,
}

/// What a message is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppendData<'a> {
    /// One literal.
    Message(Literal<'a>),
    /// Parts, some of which the server has: CATENATE.
    Catenate(Catenate<'a>),
    /// A literal8 in `UTF8 (...)`: RFC 6855, which RFC 9755 takes back.
    Utf8(Literal<'a>),
    /// What another extension defines.
    Other(Parameter<'a>),
}

/// The parts of a message; there is at least one.
///
/// RFC 4469.
///
/// # Grammar
/// ```abnf
/// append-data  =/ "CATENATE" SP "(" cat-part *(SP cat-part) ")"
/// cat-part     = text-literal / url
/// ```
///
/// # Wire
/// ```text
/// C: A1 APPEND Drafts CATENATE (URL "/Drafts/;UID=20/;section=HEADER" TEXT {42}
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catenate<'a>(Vec<CatPart<'a>>);

/// One part of [`Catenate`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatPart<'a> {
    /// Octets of the client's.
    Text(Literal<'a>),
    /// A part that the server has, by its URL.
    Url(AString<'a>),
    /// A literal8 in `UTF8 (...)`: RFC 6855.
    Utf8(Literal<'a>),
}

/// Where messages were appended: the value of the code APPENDUID.
///
/// RFC 9051 section 7.1, RFC 4315; a set of UIDs for MULTIAPPEND.
///
/// # Wire
/// ```text
/// S: A1 OK [APPENDUID 38505 3955] APPEND completed
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendUid<'a> {
    /// UIDVALIDITY of the mailbox.
    pub validity: NzNumber,
    /// The UIDs of the messages, in their order.
    pub uids: UidSet<'a>,
}

wire_api!(Deviation, Mode: Append, Replace, AppendMessage, AppendUid);
into_owned!(struct Append { mailbox, first, more });
into_owned!(struct Replace { message, mailbox, new });
into_owned!(@impl AppendMessage, self => {
    AppendMessage {
        flags: self.flags.map(Flags::into_owned),
        date: self.date,
        extensions: self.extensions.into_iter().map(Parameter::into_owned).collect(),
        data: self.data.into_owned(),
    }
});
into_owned!(
    enum AppendData {
        Message(value),
        Catenate(value),
        Utf8(value),
        Other(value),
    }
);
into_owned!(@impl Catenate, self => {
    Catenate(self.0.into_iter().map(CatPart::into_owned).collect())
});
into_owned!(
    enum CatPart {
        Text(value),
        Url(value),
        Utf8(value),
    }
);
into_owned!(struct AppendUid { validity, uids });

impl<'a> Append<'a> {
    /// One message for a mailbox.
    #[must_use]
    pub const fn new(mailbox: Mailbox<'a>, message: AppendMessage<'a>) -> Self {
        Self { mailbox, first: message, more: Vec::new() }
    }

    /// Another message behind it; the server must offer MULTIAPPEND.
    ///
    /// # Errors
    /// [`InvalidValue`] where the message before it has data that another extension defines: they could not be
    /// told from what extensions add to the next one.
    pub fn with(mut self, message: AppendMessage<'a>) -> Result<Self, InvalidValue> {
        let last = self.messages().last();
        if last.is_some_and(|last| matches!(last.data, AppendData::Other(_))) {
            return Err(InvalidValue { what: "append-data-ext", at: 0 });
        }
        self.more.push(message);
        Ok(self)
    }

    /// The first message.
    #[must_use]
    pub const fn first(&self) -> &AppendMessage<'a> {
        &self.first
    }

    /// The messages, in their order.
    pub fn messages(&self) -> impl Iterator<Item = &AppendMessage<'a>> {
        core::iter::once(&self.first).chain(&self.more)
    }

    /// What the streamed literal at the end of a frame that was cut belongs to.
    #[must_use]
    pub fn under(&self) -> Option<Under> {
        self.messages().last().and_then(AppendMessage::under)
    }
}

impl<'a> AppendMessage<'a> {
    /// A message without flags and date.
    #[must_use]
    pub const fn new(data: AppendData<'a>) -> Self {
        Self { flags: None, date: None, extensions: Vec::new(), data }
    }

    /// The message with these flags.
    #[must_use]
    pub fn with_flags(self, flags: Flags<'a>) -> Self {
        Self { flags: Some(flags), ..self }
    }

    /// The message with this internal date.
    #[must_use]
    pub fn with_date(self, date: DateTime) -> Self {
        Self { date: Some(date), ..self }
    }

    /// The message with what an extension adds.
    ///
    /// # Errors
    /// [`InvalidValue`] for a parameter without a value, and for a name that means data.
    pub fn with_extension(mut self, extension: Parameter<'a>) -> Result<Self, InvalidValue> {
        if extension.value.is_none() || Word::of(&extension.name).is_some() {
            return Err(InvalidValue { what: "append-ext", at: 0 });
        }
        self.extensions.push(extension);
        Ok(self)
    }

    /// What extensions add.
    #[must_use]
    pub fn extensions(&self) -> &[Parameter<'a>] {
        &self.extensions
    }

    /// What the streamed literal at the end of a frame that was cut belongs to.
    #[must_use]
    pub fn under(&self) -> Option<Under> {
        match &self.data {
            AppendData::Message(literal) if literal.is_streamed() => Some(Under::Message),
            AppendData::Utf8(literal) if literal.is_streamed() => Some(Under::Utf8),
            AppendData::Catenate(parts) => parts.under(),
            _ => None,
        }
    }
}

impl Append<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        let mut messages = self.messages().enumerate();
        messages.find_map(|(at, message)| message.lacks(at > 0, is_met))
    }
}

impl AppendMessage<'_> {
    /// What it needs and a session has not; with `more` it is not the first of its command.
    pub(crate) fn lacks(&self, more: bool, is_met: IsMet<'_>) -> Option<Need> {
        let annotated = |extension: &Parameter<'_>| {
            extension.name.as_bytes().eq_ignore_ascii_case(b"ANNOTATION")
        };
        let multi = more.then_some(Need::of(Extension::MultiAppend));
        let annotation = || {
            let has = self.extensions.iter().any(annotated);
            has.then_some(Need::of(Extension::AnnotateExperiment1))
        };
        multi
            .and_then(|need| need.unmet(is_met))
            .or_else(|| annotation()?.unmet(is_met))
            .or_else(|| self.data.lacks(is_met))
    }
}

impl AppendData<'_> {
    fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        match self {
            Self::Message(literal) => need_of(literal)?.unmet(is_met),
            Self::Utf8(_) => UTF8.unmet(is_met),
            Self::Catenate(parts) => Need::of(Extension::Catenate)
                .unmet(is_met)
                .or_else(|| parts.0.iter().find_map(|part| part.lacks(is_met))),
            Self::Other(_) => None,
        }
    }
}

impl CatPart<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        match self {
            Self::Text(literal) => need_of(literal)?.unmet(is_met),
            Self::Url(_) => None,
            Self::Utf8(_) => UTF8.unmet(is_met),
        }
    }
}

/// RFC 6855 section 3: the client says by ENABLE that it uses the extension.
const UTF8: Need = Need::Enabled(Extension::Utf8Accept);

/// What a server has to offer for a literal that is a message or a part of one.
fn need_of(literal: &Literal<'_>) -> Option<Need> {
    literal.is_binary().then_some(Need::of(Extension::Binary))
}

impl<'a> AppendData<'a> {
    /// What another extension defines.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that is known here, and for a parameter without a value.
    pub fn other(parameter: Parameter<'a>) -> Result<Self, InvalidValue> {
        if parameter.value.is_none() || Word::of(&parameter.name).is_some() {
            return Err(InvalidValue { what: "append-data", at: 0 });
        }
        Ok(Self::Other(parameter))
    }
}

impl<'a> Catenate<'a> {
    /// A message of these parts.
    ///
    /// # Errors
    /// [`InvalidValue`] for none at all.
    pub fn new(parts: impl IntoIterator<Item = CatPart<'a>>) -> Result<Self, InvalidValue> {
        let parts: Vec<_> = parts.into_iter().collect();
        if parts.is_empty() {
            return Err(InvalidValue { what: "CATENATE", at: 0 });
        }
        Ok(Self(parts))
    }

    /// The parts, in their order.
    #[must_use]
    pub fn parts(&self) -> &[CatPart<'a>] {
        &self.0
    }

    fn under(&self) -> Option<Under> {
        self.0.last().and_then(CatPart::under)
    }
}

impl CatPart<'_> {
    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Text(literal) => drop(out.keyword("TEXT").sp().put(literal)),
            Self::Url(url) => drop(out.keyword("URL").sp().put(url)),
            Self::Utf8(literal) => drop(out.keyword("UTF8 (").put(literal).byte(b')')),
        }
    }

    fn under(&self) -> Option<Under> {
        match self {
            Self::Text(literal) if literal.is_streamed() => Some(Under::CatenateText),
            Self::Utf8(literal) if literal.is_streamed() => Some(Under::CatenateUtf8),
            _ => None,
        }
    }
}

/// The words that say which form of data follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Catenate,
    Utf8,
}

impl Word {
    fn of(label: &Label<'_>) -> Option<Self> {
        match label.as_bytes() {
            word if word.eq_ignore_ascii_case(b"CATENATE") => Some(Self::Catenate),
            word if word.eq_ignore_ascii_case(b"UTF8") => Some(Self::Utf8),
            _ => None,
        }
    }
}

/// `"(" literal8 ")"`, behind `UTF8 `.
fn utf8_literal<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Literal<'a>> {
    let (rest, ()) = cut(open(input, "utf8-literal"))?;
    if rest.first() != Some(&b'~') {
        return Err(stop(rest, "literal8"));
    }
    let (rest, literal) = cut(Literal::parse_part(rest, cx))?;
    if literal.is_streamed() {
        return Ok((rest, literal));
    }
    let (rest, ()) = close(rest, cx, "utf8-literal")?;
    Ok((rest, literal))
}

/// `cat-part *(SP cat-part) ")"`, to the parenthesis or to the streamed literal at the end of the frame.
fn cat_parts<'a>(input: &'a [u8], cx: &Context, parts: &mut Vec<CatPart<'a>>) -> PResult<'a, ()> {
    let mut rest = input;
    loop {
        let (word, behind) = LABEL.split(rest);
        let (at, ()) = match word.len() {
            0 => return Err(stop(rest, "cat-part")),
            _ => cut(sp(behind, cx))?,
        };
        let part;
        (rest, part) = if word.eq_ignore_ascii_case(b"TEXT") {
            cut(Literal::parse_part(at, cx)).map(|(rest, text)| (rest, CatPart::Text(text)))?
        } else if word.eq_ignore_ascii_case(b"URL") {
            cut(AString::parse_part(at, cx)).map(|(rest, url)| (rest, CatPart::Url(url)))?
        } else if word.eq_ignore_ascii_case(b"UTF8") {
            utf8_literal(at, cx).map(|(rest, text)| (rest, CatPart::Utf8(text)))?
        } else {
            return Err(stop(rest, "cat-part"));
        };
        let streamed = part.under().is_some();
        parts.push(part);
        cx.check_elements(parts.len(), rest)?;
        if streamed {
            return Ok((rest, ()));
        }
        if let Ok(closed) = close(rest, cx, "CATENATE") {
            return Ok(closed);
        }
        match rest {
            [b' ', ..] => (rest, ()) = cut(sp(rest, cx))?,
            _ => return Err(stop(rest, "CATENATE")),
        }
    }
}

impl<'a> Wire<'a> for AppendMessage<'a> {
    /// `append-opts SP append-data`, behind the first space.
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mut flags, mut date, mut extensions) = (None, None, Vec::new());
        let mut at = input;
        let data = loop {
            let rest = match at {
                [b'(', ..] if flags.is_none() && date.is_none() && extensions.is_empty() => {
                    let (rest, list) = cut(Flags::parse_part(at, cx))?;
                    flags = Some(list);
                    rest
                }
                [b'"', ..] if date.is_none() && extensions.is_empty() => {
                    let (rest, value) = cut(DateTime::parse_part(at, cx))?;
                    date = Some(value);
                    rest
                }
                [b'{', ..] | [b'~', b'{', ..] => {
                    let (rest, literal) = cut(Literal::parse_part(at, cx))?;
                    at = rest;
                    break AppendData::Message(literal);
                }
                _ => {
                    let Ok((rest, label)) = Label::parse_part(at, cx) else {
                        return Err(fail(at, "append-data"));
                    };
                    if let Some(word) = Word::of(&label) {
                        let (rest, ()) = cut(sp(rest, cx))?;
                        let data;
                        (at, data) = match word {
                            Word::Utf8 => {
                                let (rest, text) = utf8_literal(rest, cx)?;
                                (rest, AppendData::Utf8(text))
                            }
                            Word::Catenate => {
                                let (rest, ()) = cut(open(rest, "CATENATE"))?;
                                let mut parts = Vec::new();
                                let (rest, ()) = cat_parts(rest, cx, &mut parts)?;
                                (rest, AppendData::Catenate(Catenate(parts)))
                            }
                        };
                        break data;
                    }
                    let (value, ()) = cut(sp(rest, cx))?;
                    let (rest, ()) = cut(crate::element::raw::skip_value(value, cx))?;
                    let wire = at.split_at(at.len() - rest.len()).0;
                    let (_, extension) = cut(extension(wire, label, cx))?;
                    // The last one is the data, where nothing else is.
                    let behind = rest.iter().find(|octet| **octet != b' ');
                    if behind.is_none_or(|octet| matches!(octet, b'\r' | b'\n')) {
                        at = rest;
                        break AppendData::Other(extension);
                    }
                    extensions.push(extension);
                    cx.check_elements(extensions.len(), rest)?;
                    rest
                }
            };
            (at, ()) = cut(sp(rest, cx))?;
        };
        Ok((at, Self { flags, date, extensions, data }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(flags) = &self.flags {
            out.put(flags).sp();
        }
        if let Some(date) = &self.date {
            out.put(date).sp();
        }
        for extension in &self.extensions {
            out.put(extension).sp();
        }
        match &self.data {
            AppendData::Message(literal) => drop(out.put(literal)),
            AppendData::Utf8(literal) => drop(out.keyword("UTF8 (").put(literal).byte(b')')),
            AppendData::Other(parameter) => drop(out.put(parameter)),
            AppendData::Catenate(Catenate(parts)) => {
                out.keyword("CATENATE (").separated(b' ', parts, |out, part| part.encode(out));
                out.byte(b')');
            }
        }
    }
}

/// A name and its one value, which may be a word here.
fn extension<'a>(wire: &'a [u8], name: Label<'a>, cx: &Context) -> PResult<'a, Parameter<'a>> {
    let (_, at) = LABEL.split(wire);
    let (at, ()) = sp(at, cx)?;
    let (rest, value) = crate::element::raw::RawData::parse_part(at, cx)?;
    Ok((rest, Parameter { name, value: Some(value) }))
}

impl<'a> Wire<'a> for Append<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, first) = cut(AppendMessage::parse_part(rest, cx))?;
        let (rest, more) = tail::messages(rest, cx)?;
        Ok((rest, Self { mailbox, first, more }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox);
        for message in self.messages() {
            out.sp().put(message);
        }
    }
}

impl<'a> Wire<'a> for Replace<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, message) = match input {
            [b'*', rest @ ..] => (rest, None),
            _ => match NzNumber::parse_part(input, cx) {
                Ok((rest, number)) if number.get().is_some() => (rest, Some(number)),
                _ => return Err(stop(input, "seq-number")),
            },
        };
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, mailbox) = cut(Mailbox::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, new) = cut(AppendMessage::parse_part(rest, cx))?;
        Ok((rest, Self { message, mailbox, new }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self.message {
            Some(number) => out.put(&number),
            None => out.byte(b'*'),
        };
        out.sp().put(&self.mailbox).sp().put(&self.new);
    }
}

impl<'a> Wire<'a> for AppendUid<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, validity) = NzNumber::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, uids) = cut(UidSet::parse_part(rest, cx))?;
        Ok((rest, Self { validity, uids }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.validity).sp().put(&self.uids);
    }
}

#[cfg(test)]
mod tests;
