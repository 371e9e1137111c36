//! Responses: the enums, the table of names, and the envelope of tag and line end.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::DIGIT;
use mailwire_core::{InvalidValue, into_owned, wire_api, wire_enum};

use crate::Mode;
use crate::code::{self, Code};
use crate::dispatch::dispatch;
use crate::element::flag::Flags;
use crate::element::number::{Number, NzNumber};
use crate::element::raw::RawData;
use crate::element::string::Atom;
use crate::element::tag::Tag;
use crate::element::text::Text;
use crate::extension::Capabilities;
use crate::family;
use crate::token::{ATOM_CHAR, line_end, sp};
use crate::tolerance::Deviation;

/// One response, sent by the server: a line with its literals, and its line end.
///
/// RFC 9051 section 7, section 2.2.2. A literal stands in it behind its header, as the framer gives it.
///
/// # Grammar
/// ```abnf
/// response        = continue-req / response-data / response-tagged
/// continue-req    = "+" SP (resp-text / base64) CRLF
/// response-data   = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data / message-data /
///                   capability-data / enable-data) CRLF
/// response-tagged = tag SP resp-cond-state CRLF
/// ```
/// Deviations: [`BareLfLine`](Deviation::BareLfLine), [`TrailingSpace`](Deviation::TrailingSpace),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), [`MissingText`](Deviation::MissingText),
/// [`MissingStatus`](Deviation::MissingStatus), and those of what is in it.
///
/// # Wire
/// ```text
/// S: * 12 EXISTS
/// S: A1 OK [READ-WRITE] SELECT completed
/// S: + Ready for literal data
/// ```
///
/// # Limits
/// Those of the line and of its literals, see [`Limits`](crate::Limits).
///
/// # Errors
/// `response`, `response-data`, `tag`, `resp-cond-state`, `SP`, `CRLF`, and the rules of what is in it.
///
/// # Example
/// ```
/// use mailwire_imap::{Code, Data, Response};
///
/// let line = b"A1 OK [READ-WRITE] SELECT completed\r\n";
/// let response = Response::parse(line)?;
/// assert_eq!(response.to_bytes(), line);
/// let Response::Tagged(tagged) = response else { panic!() };
/// assert_eq!(tagged.status.code(), Some(&Code::ReadWrite));
///
/// let Response::Data(Data::Exists(messages)) = Response::parse(b"* 12 EXISTS\r\n")? else { panic!() };
/// assert_eq!(messages.0, 12);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
// Most responses are FETCH, the largest; a box would cost each of them an allocation.
#[allow(clippy::large_enum_variant)]
pub enum Response<'a> {
    /// `+`: the server waits for the rest of the command.
    Continue(Continue<'a>),
    /// `*`: untagged data.
    Data(Data<'a>),
    /// A command is done.
    Tagged(Tagged<'a>),
}

/// The request for the rest of a command: a literal, a SASL response, or DONE.
///
/// RFC 9051 section 7.6. During AUTHENTICATE the text is base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continue<'a> {
    code: Option<Code<'a>>,
    text: Text<'a>,
}

/// The end of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged<'a> {
    /// The tag of the command.
    pub tag: Tag<'a>,
    /// How it ended: OK, NO or BAD.
    pub status: Status<'a>,
}

/// How a command ended, or what the server has to say besides.
///
/// RFC 9051 section 7.1.
///
/// # Grammar
/// ```abnf
/// resp-cond-state = ("OK" / "NO" / "BAD") SP resp-text
/// resp-cond-bye   = "BYE" SP resp-text
/// resp-cond-auth  = ("OK" / "PREAUTH") SP resp-text
/// resp-text       = ["[" resp-text-code "]" SP] [text]
/// ```
/// Deviations: [`MissingText`](Deviation::MissingText), [`BracketInText`](Deviation::BracketInText),
/// [`InvalidItem`](Deviation::InvalidItem).
///
/// # Wire
/// ```text
/// S: * NO [ALERT] Disk is 98% full
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `resp-cond-state`, `SP`, `]`.
///
/// # Example
/// ```
/// use mailwire_imap::element::text::Text;
/// use mailwire_imap::{Code, Status, StatusKind};
///
/// let status = Status::parse(b"NO [OVERQUOTA] Sorry")?;
/// assert_eq!((status.kind(), status.code()), (StatusKind::No, Some(&Code::OverQuota)));
/// let built = Status::with_code(StatusKind::No, Code::OverQuota, Text::new("Sorry").unwrap());
/// assert_eq!(built, status);
/// // A text cannot pass for a code.
/// assert!(Status::new(StatusKind::No, Text::new("[ALERT] call me").unwrap()).is_err());
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status<'a> {
    kind: StatusKind,
    code: Option<Code<'a>>,
    text: Text<'a>,
}

wire_enum! {
    /// The kinds of status responses.
    pub enum StatusKind: "resp-cond-state" in ATOM_CHAR {
        /// It is done; untagged: for information.
        Ok = "OK",
        /// It failed; untagged: a warning.
        No = "NO",
        /// It was not understood.
        Bad = "BAD",
        /// The session ends.
        Bye = "BYE",
        /// A greeting: the client is authenticated already.
        Preauth = "PREAUTH",
    }
}

dispatch! {
    /// Untagged data, without the star and the line end.
    ///
    /// RFC 9051 section 7; each extension's responses are in the table
    /// [`EXTENSIONS`](crate::extension::EXTENSIONS). Names that are not known here are kept.
    pub enum Data<'a> {
        /// The capabilities.
        Capability[Capabilities<'a>] = "CAPABILITY",
        /// The extensions that were switched on.
        Enabled[Capabilities<'a>] = "ENABLED",
        /// Who the server is.
        Id(family::id::Id<'a>) = "ID",
        /// The flags that the mailbox knows.
        Flags(Flags<'a>) = "FLAGS",
        /// A mailbox.
        List(family::list::ListData<'a>) = "LIST",
        /// A subscribed mailbox.
        Lsub(family::list::ListData<'a>) = "LSUB",
        /// A mailbox with its special use, before SPECIAL-USE.
        Xlist(family::list::ListData<'a>) = "XLIST",
        /// The messages that a search found.
        Search[family::search::SearchData<'a>] = "SEARCH",
        /// What a search found, in the form that was asked for.
        Esearch[family::search::EsearchData<'a>] = "ESEARCH",
        /// The messages that a search found, in order.
        Sort[family::search::SearchData<'a>] = "SORT",
        /// The threads that a search found.
        Thread[family::thread::Threads<'a>] = "THREAD",
        /// Facts about a mailbox.
        Status(family::status::StatusData<'a>) = "STATUS",
        /// The prefixes of mailbox names.
        Namespace(family::namespace::Namespaces<'a>) = "NAMESPACE",
        /// Messages that were removed, by UID.
        Vanished(family::expunge::Vanished<'a>) = "VANISHED",
        /// A message in another form.
        Converted(family::convert::Converted<'a>) = "CONVERTED",
        /// A conversion that there is.
        Conversion(family::convert::Conversion<'a>) = "CONVERSION",
        /// The access control list of a mailbox.
        Acl(family::acl::AclData<'a>) = "ACL",
        /// The rights that can be given to an identifier.
        ListRights(family::acl::ListRightsData<'a>) = "LISTRIGHTS",
        /// The client's own rights.
        MyRights(family::acl::MyRightsData<'a>) = "MYRIGHTS",
        /// The usage and the limits of a quota root.
        Quota(family::quota::QuotaData<'a>) = "QUOTA",
        /// The quota roots of a mailbox.
        QuotaRoot(family::quota::QuotaRootData<'a>) = "QUOTAROOT",
        /// Annotations of a mailbox or of the server.
        Metadata(family::metadata::MetadataData<'a>) = "METADATA",
        /// Annotations, before METADATA.
        Annotation(family::annotatemore::AnnotationData<'a>) = "ANNOTATION",
        /// The languages that there are, or the chosen one.
        Language(family::language::LanguageData<'a>) = "LANGUAGE",
        /// The active collation, and those that there are.
        Comparator(family::language::ComparatorData<'a>) = "COMPARATOR",
        /// URLs that authorise.
        GenUrlAuth(family::urlauth::GenUrlAuthData<'a>) = "GENURLAUTH",
        /// What URLs point at.
        UrlFetch[family::urlauth::UrlFetchData<'a>] = "URLFETCH",
        /// Where the JMAP server is.
        JmapAccess(family::jmap::JmapAccess<'a>) = "JMAPACCESS",
        /// Ranges of UIDs of a size.
        UidBatches[family::uid_batches::UidBatchesData<'a>] = "UIDBATCHES",
        /// What push messages are about.
        XApplePushService[family::push::PushData<'a>] = "XAPPLEPUSHSERVICE",
    }
    others {
        /// OK, NO, BAD, BYE or PREAUTH without a tag.
        Condition(Status<'a>),
        /// How many messages the mailbox holds.
        Exists(Number),
        /// How many messages are new to this session.
        Recent(Number),
        /// A message was removed: its sequence number.
        Expunge(NzNumber),
        /// A message, by sequence number.
        Fetch(family::fetch::FetchData<'a>),
        /// A message, by UID.
        UidFetch(family::fetch::FetchData<'a>),
        /// A response that is not known here, kept as data.
        Other(OtherData<'a>),
    }
    /// The untagged responses that are known here and begin with their name.
    pub enum DataName: "response-data" in ATOM_CHAR;
}

wire_enum! {
    /// The untagged responses that begin with a number.
    pub enum Numbered: "message-data" in ATOM_CHAR {
        /// EXISTS
        Exists = "EXISTS",
        /// RECENT
        Recent = "RECENT",
        /// EXPUNGE
        Expunge = "EXPUNGE",
        /// FETCH
        Fetch = "FETCH",
        /// UIDFETCH
        UidFetch = "UIDFETCH",
    }
}

/// An untagged response that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherData<'a> {
    number: Option<u32>,
    name: Atom<'a>,
    data: Option<OtherValue<'a>>,
}

/// What stands behind the name of a response that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherValue<'a> {
    /// Values as the grammar has them.
    Values(RawData<'a>),
    /// Anything else.
    Text(Text<'a>),
}

/// The first line of a session, sent by the server: OK, PREAUTH or BYE.
///
/// RFC 9051 section 7.1. In any other state a [`Response`] is read.
///
/// # Grammar
/// ```abnf
/// greeting = "*" SP (resp-cond-auth / resp-cond-bye) CRLF
/// ```
///
/// # Wire
/// ```text
/// S: * OK [CAPABILITY IMAP4rev2 STARTTLS] ready
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits).
///
/// # Errors
/// `greeting`, `CRLF`, and those of [`Status`].
///
/// # Example
/// ```
/// use mailwire_imap::{Greeting, StatusKind};
///
/// let greeting = Greeting::parse(b"* PREAUTH welcome\r\n")?;
/// assert_eq!(greeting.status().kind(), StatusKind::Preauth);
/// assert!(Greeting::parse(b"* NO\r\n").is_err());
/// assert!(Greeting::parse(b"+OK POP3 ready\r\n").is_err());
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting<'a>(Status<'a>);

wire_api!(Deviation, Mode: Response, Continue, Tagged, Status, Data, OtherData, Greeting);
into_owned!(
    enum Response {
        Continue(value),
        Data(value),
        Tagged(value),
    }
);
into_owned!(struct Continue { code, text });
into_owned!(struct Tagged { tag, status });
into_owned!(struct Status { kind, code, text });
into_owned!(struct OtherData { number, name, data });
into_owned!(
    enum OtherValue {
        Values(value),
        Text(value),
    }
);
into_owned!(@impl Greeting, self => { Greeting(self.0.into_owned()) });

/// A text without a code that would be read as one.
fn is_bracketed(text: &Text<'_>) -> Result<(), InvalidValue> {
    match text.as_bytes().first() {
        Some(b'[') => Err(InvalidValue { what: "resp-text", at: 0 }),
        _ => Ok(()),
    }
}

impl<'a> Status<'a> {
    /// A status without a code.
    ///
    /// # Errors
    /// [`InvalidValue`] for a text that begins with a bracket: it would be read as a code.
    pub fn new(kind: StatusKind, text: Text<'a>) -> Result<Self, InvalidValue> {
        is_bracketed(&text)?;
        Ok(Self { kind, code: None, text })
    }

    /// A status with a code.
    #[must_use]
    pub const fn with_code(kind: StatusKind, code: Code<'a>, text: Text<'a>) -> Self {
        Self { kind, code: Some(code), text }
    }

    /// A status of the crate's own words.
    pub(crate) const fn fixed(kind: StatusKind, text: &'a str) -> Self {
        Self { kind, code: None, text: Text::checked(text.as_bytes()) }
    }

    /// OK, NO, BAD, BYE or PREAUTH.
    #[must_use]
    pub const fn kind(&self) -> StatusKind {
        self.kind
    }

    /// What it says to programs.
    #[must_use]
    pub const fn code(&self) -> Option<&Code<'a>> {
        self.code.as_ref()
    }

    /// What it says to programs, taken out.
    #[must_use]
    pub fn into_code(self) -> Option<Code<'a>> {
        self.code
    }

    /// What it says to people; empty where the server says nothing.
    #[must_use]
    pub const fn text(&self) -> &Text<'a> {
        &self.text
    }
}

impl<'a> Continue<'a> {
    /// A request with a text for people.
    ///
    /// # Errors
    /// [`InvalidValue`] for a text that begins with a bracket: it would be read as a code.
    pub fn new(text: Text<'a>) -> Result<Self, InvalidValue> {
        is_bracketed(&text)?;
        Ok(Self { code: None, text })
    }

    /// A SASL challenge; base64 is applied here.
    #[must_use]
    pub fn challenge(octets: &[u8]) -> Continue<'static> {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(octets);
        // The alphabet of base64 is text.
        Continue { code: None, text: Text::new(text).unwrap_or(Text::EMPTY) }
    }

    /// What it says to programs.
    #[must_use]
    pub const fn code(&self) -> Option<&Code<'a>> {
        self.code.as_ref()
    }

    /// The text, or the challenge as it is written.
    #[must_use]
    pub const fn text(&self) -> &Text<'a> {
        &self.text
    }
}

impl<'a> OtherData<'a> {
    /// A response from what stands between the star and the line end.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here, or the octets would not be read as one response.
    pub fn new(octets: &'a [u8]) -> Result<Self, InvalidValue> {
        match Data::parse_with(octets, crate::Tolerance::strict()) {
            Ok((Data::Other(other), _)) => Ok(other),
            Ok(_) => Err(InvalidValue { what: "response-data", at: 0 }),
            Err(error) => Err(InvalidValue { what: "response-data", at: error.at }),
        }
    }

    /// The number before the name.
    #[must_use]
    pub const fn number(&self) -> Option<u32> {
        self.number
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Atom<'a> {
        &self.name
    }

    /// What stands behind it.
    #[must_use]
    pub const fn data(&self) -> Option<&OtherValue<'a>> {
        self.data.as_ref()
    }
}

impl<'a> Greeting<'a> {
    /// A greeting.
    ///
    /// # Errors
    /// The status, where it is NO or BAD.
    pub fn new(status: Status<'a>) -> Result<Self, Status<'a>> {
        match status.kind {
            StatusKind::Ok | StatusKind::Preauth | StatusKind::Bye => Ok(Self(status)),
            StatusKind::No | StatusKind::Bad => Err(status),
        }
    }

    /// What it says.
    #[must_use]
    pub const fn status(&self) -> &Status<'a> {
        &self.0
    }

    /// What it says.
    #[must_use]
    pub fn into_status(self) -> Status<'a> {
        self.0
    }
}

/// `["[" resp-text-code "]" SP] [text]`, to the end of the line.
fn resp_text<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, (Option<Code<'a>>, Text<'a>)> {
    let (rest, code) = match input {
        [b'[', ..] => code::bracketed(input, cx)?,
        _ => (input, None),
    };
    let rest = match (&code, rest) {
        (None, _) => rest,
        (Some(_), [b' ', behind @ ..]) => behind,
        (Some(_), [] | [b'\r' | b'\n', ..]) if cx.tolerate(Deviation::MissingText) => rest,
        (Some(_), [] | [b'\r' | b'\n', ..]) => return Err(stop(rest, "SP")),
        // A text that follows its code at once.
        (Some(_), _) if cx.tolerate(Deviation::MissingText) => rest,
        _ => return Err(stop(rest, "SP")),
    };
    let (rest, text) = Text::parse_part(rest, cx)?;
    Ok((rest, (code, text)))
}

/// What stands behind `OK` and the like.
fn behind_kind<'a>(kind: StatusKind, input: &'a [u8], cx: &Context) -> PResult<'a, Status<'a>> {
    let (rest, (code, text)) = match input {
        [b' ', behind @ ..] => resp_text(behind, cx)?,
        [] | [b'\r' | b'\n', ..] if cx.tolerate(Deviation::MissingText) => {
            (input, (None, Text::EMPTY))
        }
        _ => return Err(stop(input, "SP")),
    };
    Ok((rest, Status { kind, code, text }))
}

fn encode_text(code: Option<&Code<'_>>, text: &Text<'_>, out: &mut Encoder<'_>) {
    if let Some(code) = code {
        out.byte(b'[').put(code).byte(b']').sp();
    }
    out.put(text);
}

impl<'a> Wire<'a> for Status<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, kind) = StatusKind::parse_part(input, cx)?;
        behind_kind(kind, rest, cx)
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.keyword(self.kind.as_str()).sp();
        encode_text(self.code.as_ref(), &self.text, out);
    }
}

impl<'a> Wire<'a> for Continue<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Some(behind) = input.strip_prefix(b"+") else {
            return Err(fail(input, "continue-req"));
        };
        let (rest, (code, text)) = match behind {
            [b' ', behind @ ..] => resp_text(behind, cx)?,
            [] | [b'\r' | b'\n', ..] if cx.tolerate(Deviation::MissingText) => {
                (behind, (None, Text::EMPTY))
            }
            _ => return Err(stop(behind, "SP")),
        };
        let (rest, ()) = line_end(rest, cx)?;
        Ok((rest, Self { code, text }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'+').sp();
        encode_text(self.code.as_ref(), &self.text, out);
        out.crlf();
    }
}

impl<'a> Wire<'a> for Tagged<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, tag) = Tag::parse_part(input, cx)?;
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, status) = cut(Status::parse_part(at, cx))?;
        if matches!(status.kind, StatusKind::Bye | StatusKind::Preauth) {
            return Err(stop(at, "resp-cond-state"));
        }
        let (rest, ()) = line_end(rest, cx)?;
        Ok((rest, Self { tag, status }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.tag).sp().put(&self.status).crlf();
    }
}

impl<'a> Wire<'a> for Greeting<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "greeting";
        let Some(behind) = input.strip_prefix(b"*") else { return Err(stop(input, RULE)) };
        let (at, ()) = cut(sp(behind, cx))?;
        let (rest, status) = match Status::parse_part(at, cx) {
            Err(nom::Err::Error(_)) => return Err(stop(at, RULE)),
            other => other?,
        };
        let Ok(greeting) = Self::new(status) else { return Err(stop(at, RULE)) };
        let (rest, ()) = line_end(rest, cx)?;
        Ok((rest, greeting))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'*').sp().put(&self.0).crlf();
    }
}

impl<'a> Wire<'a> for Data<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if DIGIT.contains(input.first().copied().unwrap_or_default()) {
            return numbered(input, cx);
        }
        let (word, rest) = ATOM_CHAR.split(input);
        if let Some(name) = DataName::from_keyword(word) {
            return Self::parse_arguments(name, rest, cx);
        }
        match StatusKind::from_keyword(word) {
            Some(kind) => {
                let (rest, status) = behind_kind(kind, rest, cx)?;
                Ok((rest, Self::Condition(status)))
            }
            // A code without the OK before it: home.pl, Office 365.
            None if input.first() == Some(&b'[') && cx.tolerate(Deviation::MissingStatus) => {
                let (rest, (code, text)) = resp_text(input, cx)?;
                Ok((rest, Self::Condition(Status { kind: StatusKind::Ok, code, text })))
            }
            None => {
                let (rest, other) = OtherData::parse_part(input, cx)?;
                Ok((rest, Self::Other(other)))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Condition(status) => status.encode(out),
            Self::Exists(number) => drop(out.put(number).sp().keyword("EXISTS")),
            Self::Recent(number) => drop(out.put(number).sp().keyword("RECENT")),
            Self::Expunge(number) => drop(out.put(number).sp().keyword("EXPUNGE")),
            Self::Fetch(fetch) => fetch.encode_as("FETCH", out),
            Self::UidFetch(fetch) => fetch.encode_as("UIDFETCH", out),
            Self::Other(other) => other.encode(out),
            known => {
                out.keyword(known.name().map_or("", DataName::as_str));
                known.encode_arguments(out);
            }
        }
    }
}

/// `message-data` and the responses that begin with a count.
#[inline]
fn numbered<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Data<'a>> {
    let (rest, number) = cut(Number::parse_part(input, cx))?;
    let (at, ()) = cut(sp(rest, cx))?;
    // Most of what a server sends.
    if let [b'F', b'E', b'T', b'C', b'H', b' ', items @ ..] = at {
        if items.first() == Some(&b'(') {
            let message = message_number(input, number, cx)?;
            return match family::fetch::FetchData::parse_items(message, items, cx) {
                Ok((rest, fetch)) => Ok((rest, Data::Fetch(fetch))),
                Err(error) => Err(error),
            };
        }
    }
    let (word, rest) = ATOM_CHAR.split(at);
    let Some(name) = Numbered::from_keyword(word) else {
        let (rest, mut other) = cut(OtherData::parse_part(at, cx))?;
        other.number = Some(number.0);
        return Ok((rest, Data::Other(other)));
    };
    match name {
        Numbered::Exists => Ok((rest, Data::Exists(number))),
        Numbered::Recent => Ok((rest, Data::Recent(number))),
        Numbered::Expunge => Ok((rest, Data::Expunge(message_number(input, number, cx)?))),
        Numbered::Fetch | Numbered::UidFetch => {
            let message = message_number(input, number, cx)?;
            let (rest, ()) = cut(sp(rest, cx))?;
            let (rest, fetch) = cut(family::fetch::FetchData::parse_items(message, rest, cx))?;
            if name == Numbered::Fetch {
                Ok((rest, Data::Fetch(fetch)))
            } else {
                Ok((rest, Data::UidFetch(fetch)))
            }
        }
    }
}

/// The number of a message, of which the value is known.
#[inline]
fn message_number(
    input: &[u8],
    number: Number,
    cx: &Context,
) -> Result<NzNumber, nom::Err<mailwire_core::parse::Fail>> {
    match NzNumber::new(number.0) {
        Ok(message) if input.first() != Some(&b'0') => Ok(message),
        // 0, or a zero before other digits.
        _ => cut(NzNumber::parse_part(input, cx)).map(|(_, message)| message),
    }
}

impl<'a> Wire<'a> for OtherData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = match Atom::parse_part(input, cx) {
            Ok(parsed) => parsed,
            Err(_) => return Err(fail(input, "response-data")),
        };
        let [b' ', behind @ ..] = rest else {
            return Ok((rest, Self { number: None, name, data: None }));
        };
        match RawData::parse_part(behind, cx) {
            Ok((rest @ ([] | [b'\r' | b'\n', ..]), data)) => {
                let data = Some(OtherValue::Values(data));
                Ok((rest, Self { number: None, name, data }))
            }
            _ => {
                let (rest, text) = Text::parse_part(behind, cx)?;
                let data = Some(OtherValue::Text(text));
                Ok((rest, Self { number: None, name, data }))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(number) = self.number {
            out.number(u64::from(number)).sp();
        }
        out.put(&self.name);
        match &self.data {
            Some(OtherValue::Values(data)) => drop(out.sp().put(data)),
            Some(OtherValue::Text(text)) => drop(out.sp().put(text)),
            None => {}
        }
    }
}

impl<'a> Wire<'a> for Response<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match input {
            [b'*', behind @ ..] => {
                let (rest, ()) = cut(sp(behind, cx))?;
                // Each step that has the value in its hands would move it once more.
                match Data::parse_part(rest, cx) {
                    Ok((rest, data)) => match line_end(rest, cx) {
                        Ok((rest, ())) => Ok((rest, Self::Data(data))),
                        Err(error) => Err(error),
                    },
                    Err(nom::Err::Error(fail)) => Err(nom::Err::Failure(fail)),
                    Err(error) => Err(error),
                }
            }
            [b'+', ..] => {
                let (rest, request) = Continue::parse_part(input, cx)?;
                Ok((rest, Self::Continue(request)))
            }
            // The star is missing too: Exchange.
            [b'[', ..] if cx.tolerate(Deviation::MissingStatus) => {
                let (rest, data) = cut(Data::parse_part(input, cx))?;
                let (rest, ()) = line_end(rest, cx)?;
                Ok((rest, Self::Data(data)))
            }
            _ => {
                let (rest, tagged) = Tagged::parse_part(input, cx)?;
                Ok((rest, Self::Tagged(tagged)))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Continue(request) => request.encode(out),
            Self::Data(data) => drop(out.byte(b'*').sp().put(data).crlf()),
            Self::Tagged(tagged) => tagged.encode(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn text(text: &'static str) -> Text<'static> {
        Text::new(text).unwrap()
    }

    #[test]
    fn status_rows() {
        let status = |kind, words| Status::new(kind, text(words)).unwrap();
        check_rows(&[
            (b"OK done", status(StatusKind::Ok, "done")),
            (b"OK ", status(StatusKind::Ok, "")),
            (b"NO a [b] {5}", status(StatusKind::No, "a [b] {5}")),
            (b"NO [TRYCREATE] ", Status::with_code(StatusKind::No, Code::TryCreate, Text::EMPTY)),
            (
                b"BYE [ALERT] [down] soon",
                Status::with_code(StatusKind::Bye, Code::Alert, text("[down] soon")),
            ),
        ]);
        check_rejects::<Status<'_>>(&[
            (b"", "resp-cond-state", 0),
            (b"OKAY done", "resp-cond-state", 0),
            (b"OK\tdone", "SP", 2),
        ]);
        check_lenient::<Status<'_>>(&[
            (b"OK", Deviation::MissingText, b"OK "),
            (b"OK [ALERT]", Deviation::MissingText, b"OK [ALERT] "),
            (b"OK [ALERT]now", Deviation::MissingText, b"OK [ALERT] now"),
            (b"OK [ALERT", Deviation::BracketInText, b"OK [ALERT"),
            (b"OK [X (((", Deviation::BracketInText, b"OK [X ((("),
            (b"OK [UIDNEXT x] y", Deviation::InvalidItem, b"OK [UIDNEXT x] y"),
            (b"OK [UNSEEN ] y", Deviation::InvalidItem, b"OK [UNSEEN ] y"),
            (
                b"OK [Error=\"a ]b\" X=1:2] done",
                Deviation::InvalidItem,
                b"OK [Error=\"a ]b\" X=1:2] done",
            ),
        ]);
    }

    #[test]
    fn a_blank_before_the_bracket_is_none_of_the_value() {
        let status = Status::parse(b"OK [ALERT ] y").unwrap();
        assert_eq!(status, Status::with_code(StatusKind::Ok, Code::Alert, text("y")));
    }

    #[test]
    fn response_rows() {
        let tagged = |kind, words| {
            let status = Status::new(kind, text(words)).unwrap();
            Response::Tagged(Tagged { tag: Tag::new("A1").unwrap(), status })
        };
        let other = |octets: &'static str| {
            Response::Data(Data::Other(OtherData::new(octets.as_bytes()).unwrap()))
        };
        check_rows(&[
            (b"A1 OK done\r\n", tagged(StatusKind::Ok, "done")),
            (b"A1 BAD {5}\r\n", tagged(StatusKind::Bad, "{5}")),
            (b"+ idling\r\n", Response::Continue(Continue::new(text("idling")).unwrap())),
            (b"+ AGEAYg==\r\n", Response::Continue(Continue::challenge(b"\0a\0b"))),
            (b"* 0 EXISTS\r\n", Response::Data(Data::Exists(Number(0)))),
            (b"* 3 RECENT\r\n", Response::Data(Data::Recent(Number(3)))),
            (b"* 3 EXPUNGE\r\n", Response::Data(Data::Expunge(NzNumber::new(3).unwrap()))),
            (
                b"* BYE ciao\r\n",
                Response::Data(Data::Condition(
                    Status::new(StatusKind::Bye, text("ciao")).unwrap(),
                )),
            ),
            (b"* NOOP\r\n", other("NOOP")),
            (b"* XMAILBOXINFO (a {2}\r\nbc) \"d\"\r\n", other("XMAILBOXINFO (a {2}\r\nbc) \"d\"")),
            (b"* VERSION 1) of\r\n", other("VERSION 1) of")),
            (b"* 5 FROB x\r\n", other("5 FROB x")),
        ]);
        check_rejects::<Response<'_>>(&[
            (b"", "tag", 0),
            (b"*\r\n", "SP", 1),
            (b"* \r\n", "response-data", 2),
            (b"* 1\r\n", "SP", 3),
            (b"* 4294967296 EXISTS\r\n", "number", 2),
            (b"* 1 (x)\r\n", "response-data", 4),
            (b"A1 FROB x\r\n", "resp-cond-state", 3),
            (b"A1 BYE x\r\n", "resp-cond-state", 3),
            (b"* 1 EXISTS x\r\n", "CRLF", 10),
            (b"* OK a\0b\r\n", "CRLF", 6),
            (b"* OK a\rb\r\n", "CRLF", 6),
            (b"+ok\r\n", "SP", 1),
            (b"Server Unavailable.\r\n", "resp-cond-state", 7),
        ]);
        check_lenient::<Response<'_>>(&[
            (b"+\r\n", Deviation::MissingText, b"+ \r\n"),
            (b"A1 OK\r\n", Deviation::MissingText, b"A1 OK \r\n"),
            (b"*  5 EXISTS\r\n", Deviation::ExtraSpaces, b"* 5 EXISTS\r\n"),
            (b"* 5 EXISTS \r\n", Deviation::TrailingSpace, b"* 5 EXISTS\r\n"),
            (b"* 5 EXISTS\n", Deviation::BareLfLine, b"* 5 EXISTS\r\n"),
            (b"* 0 EXPUNGE\r\n", Deviation::ZeroNumber, b"* 0 EXPUNGE\r\n"),
            (b"* [ALERT] x\r\n", Deviation::MissingStatus, b"* OK [ALERT] x\r\n"),
            (b"[ALERT] x\r\n", Deviation::MissingStatus, b"* OK [ALERT] x\r\n"),
        ]);
    }

    #[test]
    fn greetings() {
        let ok = Status::new(StatusKind::Ok, text("ready")).unwrap();
        check_rows(&[(b"* OK ready\r\n", Greeting::new(ok).unwrap())]);
        check_rejects::<Greeting<'_>>(&[
            (b"+OK POP3 ready\r\n", "greeting", 0),
            (b"220 ESMTP\r\n", "greeting", 0),
            (b"* NO x\r\n", "greeting", 2),
            (b"* FOO\r\n", "greeting", 2),
            (b"* OK\tx\r\n", "SP", 4),
        ]);
        assert!(Greeting::new(Status::fixed(StatusKind::Bad, "x")).is_err());
        assert!(OtherData::new(b"5 EXISTS").is_err() && OtherData::new(b"X\r\n").is_err());
        assert!(Continue::new(text("[a")).is_err());
    }
}
