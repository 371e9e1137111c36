//! Responses: the enums, the table of names, and the envelope of tag and line end.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, parse_whole, stop};
use mailwire_core::token::DIGIT;
use mailwire_core::{InvalidValue, SyntaxError, into_owned, wire_api, wire_enum};

use crate::Mode;
use crate::code::Code;
use crate::dispatch::dispatch;
use crate::element::flag::Flags;
use crate::element::number::{Number, NzNumber};
use crate::element::raw::RawData;
use crate::element::string::Atom;
use crate::element::text::Text;
use crate::family;
use crate::family::capability::Capabilities;
use crate::family::fetch::FetchData;
use crate::status::{
    Status, StatusKind, Tagged, behind_kind, encode_text, is_bracketed, resp_text,
};
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
        /// A conversion that there is.
        Conversion(family::convert::ConversionData<'a>) = "CONVERSION",
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
        Fetch(FetchData<'a>),
        /// A message, by UID.
        UidFetch(FetchData<'a>),
        /// A message in another form.
        Converted(family::convert::ConvertedData<'a>),
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
        /// CONVERTED
        Converted = "CONVERTED",
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

wire_api!(Deviation, Mode: Response, Continue, Data, OtherData);
into_owned!(
    enum Response {
        Continue(value),
        Data(value),
        Tagged(value),
    }
);
into_owned!(struct Continue { code, text });
into_owned!(struct OtherData { number, name, data });
into_owned!(
    enum OtherValue {
        Values(value),
        Text(value),
    }
);

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
                Ok((rest, Self::Condition(Status::from_parts(StatusKind::Ok, code, text))))
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
            Self::Fetch(fetch) => fetch.encode_as(b" FETCH (", out),
            Self::UidFetch(fetch) => fetch.encode_as(b" UIDFETCH (", out),
            Self::Converted(converted) => converted.encode(out),
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
        Numbered::Converted => {
            let message = message_number(input, number, cx)?;
            let (rest, ()) = cut(sp(rest, cx))?;
            let (rest, data) = family::convert::ConvertedData::parse_items(message, rest, cx)?;
            Ok((rest, Data::Converted(data)))
        }
        Numbered::Fetch | Numbered::UidFetch => {
            let message = message_number(input, number, cx)?;
            let (rest, ()) = cut(sp(rest, cx))?;
            let (rest, fetch) = cut(FetchData::parse_items(message, rest, cx))?;
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
        let Ok((rest, name)) = Atom::parse_part(input, cx) else {
            return Err(fail(input, "response-data"));
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

impl<'a> Response<'a> {
    /// A message, most of what a server sends. It is made where it is returned.
    #[inline]
    fn parse_message(
        frame: &'a [u8],
        message: NzNumber,
        items: &'a [u8],
        cx: &Context,
    ) -> Result<Self, SyntaxError> {
        let mut response = const { Ok(Self::Data(Data::Fetch(FetchData::EMPTY))) };
        if let Ok(Self::Data(Data::Fetch(fetch))) = &mut response {
            fetch.message = message;
            if let Err(error) = fetch.read_line(frame, items, cx) {
                response = Err(error);
            }
        }
        response
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

    #[inline]
    fn parse_frame(input: &'a [u8], cx: &Context) -> Result<Self, SyntaxError> {
        match FetchData::begin(input) {
            Some((message, items)) => Self::parse_message(input, message, items, cx),
            None => parse_whole(input, |input| Self::parse_part(input, cx)),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Continue(request) => request.encode(out),
            Self::Data(data) => drop(out.bytes(b"* ").put(data).crlf()),
            Self::Tagged(tagged) => tagged.encode(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::tag::Tag;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn text(text: &'static str) -> Text<'static> {
        Text::new(text).unwrap()
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
            // The rest of a message whose literal was announced too short, or came too long. What it belongs to
            // is told already, and nothing says that this is all that is wrong with it.
            (b")\r\n", "tag", 0),
            (b" FLAGS ())\r\n", "tag", 0),
        ]);
        assert!(OtherData::new(b"5 EXISTS").is_err() && OtherData::new(b"X\r\n").is_err());
        assert!(Continue::new(text("[a")).is_err());
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
}
