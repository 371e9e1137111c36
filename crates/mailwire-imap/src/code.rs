//! Response codes: what a status response says to programs, in brackets before its text.
//!
//! The values of codes that belong to one family of commands are in the file of that family.

use alloc::borrow::Cow;
use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Fail, PResult, Wire, cut, fail, stop};
use mailwire_core::token::{ByteSet, byte, one_or_more};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, text_type, wire_api};

use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::flag::PermanentFlags;
use crate::element::invalid::Invalid;
use crate::element::mod_seq::ModSeq;
use crate::element::number::{Number, NzNumber};
use crate::element::sequence::SequenceSet;
use crate::element::string::Atom;
use crate::element::tag::Tag;
use crate::family;
use crate::family::capability::Capabilities;
use crate::token::{ATOM_CHAR, sp};
use crate::tolerance::Deviation;

dispatch! {
    /// A response code, without its brackets.
    ///
    /// RFC 9051 section 7.1, RFC 5530; each extension's codes are in the table
    /// [`EXTENSIONS`](crate::extension::EXTENSIONS).
    ///
    /// # Grammar
    /// ```abnf
    /// resp-text-code = "ALERT" / ... / atom [SP 1*<any TEXT-CHAR except "]">]
    /// ```
    /// A known code whose value breaks the grammar is [`Invalid`](Self::Invalid), by the deviation
    /// [`InvalidItem`](Deviation::InvalidItem).
    ///
    /// # Wire
    /// ```text
    /// S: * OK [UIDVALIDITY 3857529045] UIDs valid
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `resp-text-code`, and the rules of the values.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::Code;
    ///
    /// let Code::UidValidity(value) = Code::parse(b"UIDVALIDITY 3857529045")? else { panic!() };
    /// assert_eq!(value.get().unwrap().get(), 3_857_529_045);
    /// assert!(matches!(Code::parse(b"X-NEW 1 2")?, Code::Other(_)));
    /// assert!(matches!(Code::parse(b"UIDVALIDITY x")?, Code::Invalid(_)));
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum Code<'a> {
        /// The text must be shown to the user.
        Alert = "ALERT",
        /// The charset of a search is not supported; these are.
        BadCharset[family::search::Charsets<'a>] = "BADCHARSET",
        /// The capabilities.
        Capability[Capabilities<'a>] = "CAPABILITY",
        /// A message could not be parsed.
        Parse = "PARSE",
        /// The flags that can be changed for good.
        PermanentFlags(PermanentFlags<'a>) = "PERMANENTFLAGS",
        /// The mailbox is open to read only.
        ReadOnly = "READ-ONLY",
        /// The mailbox is open to read and write.
        ReadWrite = "READ-WRITE",
        /// The mailbox does not exist; the client may create it and try again.
        TryCreate = "TRYCREATE",
        /// The UID that comes after the last.
        UidNext(NzNumber) = "UIDNEXT",
        /// The value that changes when UIDs do.
        UidValidity(NzNumber) = "UIDVALIDITY",
        /// The first message that was not seen.
        Unseen(NzNumber) = "UNSEEN",
        /// The mailbox has children and cannot be deleted.
        HasChildren = "HASCHILDREN",
        /// The transfer encoding of a part is not known.
        UnknownCte = "UNKNOWN-CTE",
        /// The mailbox that was open is closed.
        Closed = "CLOSED",
        /// The result of the search was not kept.
        NotSaved = "NOTSAVED",
        /// Where a message was appended.
        AppendUid(family::append::AppendUid<'a>) = "APPENDUID",
        /// Where messages were copied.
        CopyUid(family::copy::CopyUid<'a>) = "COPYUID",
        /// UIDs of the mailbox do not stay.
        UidNotSticky = "UIDNOTSTICKY",
        /// Temporary failure of a subsystem.
        Unavailable = "UNAVAILABLE",
        /// Wrong credentials.
        AuthenticationFailed = "AUTHENTICATIONFAILED",
        /// The credentials are right, and do not authorise.
        AuthorizationFailed = "AUTHORIZATIONFAILED",
        /// The credentials are too old.
        Expired = "EXPIRED",
        /// TLS is needed first.
        PrivacyRequired = "PRIVACYREQUIRED",
        /// The user should ask the administrator.
        ContactAdmin = "CONTACTADMIN",
        /// The access control list does not permit it.
        NoPerm = "NOPERM",
        /// Something is in use.
        InUse = "INUSE",
        /// Some of the messages are removed by somebody else.
        ExpungeIssued = "EXPUNGEISSUED",
        /// The mailbox is damaged.
        Corruption = "CORRUPTION",
        /// The server has an error.
        ServerBug = "SERVERBUG",
        /// The client has an error.
        ClientBug = "CLIENTBUG",
        /// The operation is never possible.
        Cannot = "CANNOT",
        /// A limit of the server.
        Limit = "LIMIT",
        /// The quota is exceeded.
        OverQuota = "OVERQUOTA",
        /// What is to be created exists.
        AlreadyExists = "ALREADYEXISTS",
        /// What is to be changed does not exist.
        Nonexistent = "NONEXISTENT",
        /// The highest modification sequence of the mailbox.
        HighestModSeq(ModSeq) = "HIGHESTMODSEQ",
        /// The mailbox has no modification sequences.
        NoModSeq = "NOMODSEQ",
        /// Messages that changed since, and were not stored.
        Modified(SequenceSet<'a>) = "MODIFIED",
        /// Compression is on already.
        CompressionActive = "COMPRESSIONACTIVE",
        /// A special use is not supported.
        UseAttr = "USEATTR",
        /// The identifier of the mailbox.
        MailboxId(family::select::MailboxId<'a>) = "MAILBOXID",
        /// Another server.
        Referral(CodeText<'a>) = "REFERRAL",
        /// The mechanisms of authorised URLs.
        UrlMech(family::urlauth::UrlMech<'a>) = "URLMECH",
        /// The URL that could not be read.
        BadUrl(CodeText<'a>) = "BADURL",
        /// A message or literal is too large.
        TooBig = "TOOBIG",
        /// The collation is not supported.
        BadComparator = "BADCOMPARATOR",
        /// An annotation could not be stored.
        Annotate(Atom<'a>) = "ANNOTATE",
        /// What annotations the mailbox takes.
        Annotations(family::select::Annotations) = "ANNOTATIONS",
        /// How many messages one CONVERT may name.
        MaxConvertMessages(Number) = "MAXCONVERTMESSAGES",
        /// How many parts one CONVERT may name.
        MaxConvertParts(Number) = "MAXCONVERTPARTS",
        /// A conversion failed for now.
        TempFail = "TEMPFAIL",
        /// A search cannot be kept up to date: the tag of the search.
        NoUpdate(family::search::TagString<'a>) = "NOUPDATE",
        /// What is wrong with an annotation.
        Metadata(family::metadata::MetadataCode) = "METADATA",
        /// An event is not supported; these are.
        BadEvent(family::notify::EventNames<'a>) = "BADEVENT",
        /// Notifications are off: there were too many.
        NotificationOverflow = "NOTIFICATIONOVERFLOW",
        /// There is no filter of this name.
        UndefinedFilter(Atom<'a>) = "UNDEFINED-FILTER",
        /// Messages that were changed for a client without UTF-8.
        Downgraded(SequenceSet<'a>) = "DOWNGRADED",
        /// How far a command is.
        InProgress[InProgress<'a>] = "INPROGRESS",
        /// Sequence numbers cannot be used.
        UidRequired = "UIDREQUIRED",
        /// How many messages a command handles.
        MessageLimit(MessageLimit) = "MESSAGELIMIT",
        /// Fewer than the server takes.
        TooFew = "TOOFEW",
        /// More than the server takes.
        TooMany = "TOOMANY",
        /// The client should slow down: Dovecot, Gmail.
        Throttled = "THROTTLED",
    }
    others {
        /// A code that is not known here, kept as data.
        Other(OtherCode<'a>),
        /// A known code whose value breaks the grammar.
        Invalid(Invalid<'a>),
    }
    /// The codes that are known here, by name.
    pub enum CodeName: "resp-text-code" in ATOM_CHAR;
}

text_type! {
    /// The value of a code, up to its bracket: a URL, or what is not known here.
    ///
    /// # Grammar
    /// ```abnf
    /// 1*<any TEXT-CHAR except "]">
    /// ```
    /// A `]` inside a quoted string is part of the value: Outlook sends such. So quotes that do not end are
    /// read, but not built: the text behind the code could end them.
    pub struct CodeText: "resp-text-code value", check = check_text, bytes
}

/// A code that is not known here: its name and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCode<'a> {
    name: Cow<'a, [u8]>,
    value: Option<CodeText<'a>>,
}

/// How far a command is.
///
/// RFC 9585. Without a tag it keeps the session alive.
///
/// # Grammar
/// ```abnf
/// resp-text-code =/ "INPROGRESS" [SP "(" inprogress-tag SP inprogress-state ")"]
/// inprogress-tag = quoted / nil
/// inprogress-state-pair = (number / nil) SP (nz-number / nil)
/// ```
///
/// # Wire
/// ```text
/// S: * OK [INPROGRESS ("A001" 454 1000)] Processed 45% of the mailbox
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `INPROGRESS`.
///
/// # Example
/// ```
/// use mailwire_imap::Code;
///
/// let Code::InProgress(state) = Code::parse(b"INPROGRESS (\"A1\" 454 1000)")? else { panic!() };
/// let (done, all) = state.progress.unwrap();
/// assert_eq!((done, all.unwrap().get()), (454, 1000));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InProgress<'a> {
    /// The tag of the command.
    pub tag: Option<Tag<'a>>,
    /// How much is done, and how much there is.
    pub progress: Option<(u32, Option<NonZeroU32>)>,
}

/// How many messages one command handles.
///
/// RFC 9738. With a UID on an OK that was cut short: the lowest UID that was handled.
///
/// # Wire
/// ```text
/// S: A1 OK [MESSAGELIMIT 1000 23221] FETCH completed with 1000 partial results
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLimit {
    /// The limit.
    pub limit: NzNumber,
    /// The lowest UID that was handled.
    pub lowest: Option<NzNumber>,
}

wire_api!(Deviation, Mode: Code, CodeText, OtherCode, InProgress);
wire_api!(Deviation, Mode: copy MessageLimit);
into_owned!(struct OtherCode { name, value });
into_owned!(@impl InProgress, self => {
    InProgress { tag: self.tag.map(Tag::into_owned), progress: self.progress }
});
mailwire_core::owned_already!(MessageLimit);

/// Octets of the name of a code: those of real servers hold more than an atom does.
static NAME: ByteSet = ByteSet::range(0x21, 0x7e).without(b"]\"");

/// Where the value of a code ends: at the first `]` outside quotes, or, where quotes do not end, the first.
fn value_end(input: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let mut octets = input.iter().enumerate();
    while let Some((at, octet)) = octets.next() {
        match octet {
            b'\r' | b'\n' | 0 => break,
            b'\\' if quoted => drop(octets.next()),
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(at),
            _ => {}
        }
    }
    if !quoted {
        return None;
    }
    let line = input.iter().position(|octet| matches!(octet, b'\r' | b'\n' | 0));
    let line = input.get(..line.unwrap_or(input.len()))?;
    memchr::memchr(b']', line)
}

fn check_text(text: &[u8]) -> Result<(), usize> {
    crate::token::TEXT_CHAR.check(text)?;
    // With a bracket behind it, the value has to end where it does, whatever text follows: a quote in that
    // would close one that is open here.
    match value_end(&[text, b"]\""].concat()) {
        Some(end) if end == text.len() && !text.is_empty() => Ok(()),
        Some(end) => Err(end),
        None => Err(0),
    }
}

impl<'a> OtherCode<'a> {
    /// A code from its name and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here, or is no name.
    pub fn new(
        name: impl IntoBytes<'a>,
        value: Option<CodeText<'a>>,
    ) -> Result<Self, InvalidValue> {
        let name = name.into_bytes();
        let invalid = |at| InvalidValue { what: "resp-text-code", at };
        NAME.check(&name).map_err(invalid)?;
        if name.is_empty() || CodeName::from_keyword(&name).is_some() {
            return Err(invalid(0));
        }
        Ok(Self { name, value })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// What stands behind the name.
    #[must_use]
    pub const fn value(&self) -> Option<&CodeText<'a>> {
        self.value.as_ref()
    }
}

/// `"[" resp-text-code "]"`; `None` where the bracket is part of the text by deviation.
pub(crate) fn bracketed<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Option<Code<'a>>> {
    let Some(inside) = input.strip_prefix(b"[") else { return Ok((input, None)) };
    let Some(end) = value_end(inside) else {
        return if cx.tolerate(Deviation::BracketInText) {
            Ok((input, None))
        } else {
            Err(stop(inside, "]"))
        };
    };
    let (word, _) = ATOM_CHAR.split(inside);
    let parsed = match CodeName::from_keyword(word) {
        Some(name) => {
            let behind = inside.get(word.len()..).unwrap_or_default();
            match cut(Code::parse_arguments(name, behind, cx)) {
                Ok(([b']', rest @ ..], code)) => return Ok((rest, Some(code))),
                // A blank before the bracket: SurgeMail, Outlook.
                Ok((rest @ [b' ', ..], code)) => {
                    match crate::token::blanks_before(rest, b']', cx) {
                        Some(rest) => return Ok((rest, Some(code))),
                        None => Err(stop(rest, "]")),
                    }
                }
                Ok((rest, _)) => Err(stop(rest, "]")),
                Err(error) => Err(error),
            }
        }
        None => OtherCode::parse_part(inside, cx),
    };
    let (wire, behind) = inside.split_at(end);
    let rest = behind.get(1..).unwrap_or_default();
    match parsed {
        Ok(([b']', rest @ ..], other)) => Ok((rest, Some(Code::Other(other)))),
        Ok((rest, _)) => Err(stop(rest, "]")),
        Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => {
            if wire.is_empty() || !cx.tolerate(Deviation::InvalidItem) {
                return Err(nom::Err::Failure(fail));
            }
            let fail = Fail { left: fail.left.max(behind.len()), rule: fail.rule };
            Ok((rest, Some(Code::Invalid(Invalid::met(wire, behind, fail)))))
        }
        Err(error) => Err(error),
    }
}

impl<'a> Wire<'a> for Code<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, behind) = ATOM_CHAR.split(input);
        let Some(name) = CodeName::from_keyword(word) else {
            let (rest, other) = OtherCode::parse_part(input, cx)?;
            return Ok((rest, Self::Other(other)));
        };
        let fail = match cut(Self::parse_arguments(name, behind, cx)) {
            Ok(([], code)) => return Ok((&[], code)),
            Ok((rest, _)) => Fail { left: rest.len(), rule: "end" },
            Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => fail,
            Err(error) => return Err(error),
        };
        if check_text(input).is_err() || !cx.tolerate(Deviation::InvalidItem) {
            return Err(nom::Err::Failure(fail));
        }
        Ok((&[], Self::Invalid(Invalid::met(input, &[], fail))))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => other.encode(out),
            Self::Invalid(invalid) => invalid.encode(out),
            known => {
                out.keyword(known.name().map_or("", CodeName::as_str));
                known.encode_arguments(out);
            }
        }
    }
}

impl<'a> Wire<'a> for CodeText<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let end = value_end(input).unwrap_or_else(|| crate::token::TEXT_CHAR.span(input));
        match input.split_at(end) {
            ([], _) => Err(fail(input, "resp-text-code value")),
            (text, rest) => Ok((rest, Self::checked(text))),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl<'a> Wire<'a> for OtherCode<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = one_or_more(input, &NAME, "resp-text-code")?;
        match rest {
            [b' ', behind @ ..] => {
                let (rest, value) = cut(CodeText::parse_part(behind, cx))?;
                Ok((rest, Self { name: Cow::Borrowed(name), value: Some(value) }))
            }
            // Quotes in the name: all of it is the value of no name. Outlook.
            [b'"', ..] => Err(stop(rest, "resp-text-code")),
            _ => Ok((rest, Self { name: Cow::Borrowed(name), value: None })),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(&self.name);
        if let Some(value) = &self.value {
            out.sp().put(value);
        }
    }
}

impl<'a> Wire<'a> for InProgress<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "INPROGRESS";
        let [b' ', ..] = input else { return Ok((input, Self::default())) };
        let (rest, ()) = sp(input, cx)?;
        let (rest, ()) = cut(crate::token::open(rest, RULE))?;
        let (rest, tag) = match (crate::token::nil(rest), rest) {
            (Some(rest), _) => (rest, None),
            (None, [b'"', inside @ ..]) => {
                let (rest, tag) = cut(Tag::parse_part(inside, cx))?;
                let (rest, ()) = cut(byte(rest, b'"', RULE))?;
                (rest, Some(tag))
            }
            _ => return Err(stop(rest, RULE)),
        };
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, done) = number_or_nil(at, RULE)?;
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, goal) = number_or_nil(at, RULE)?;
        let progress = match (done, goal) {
            (Some(done), None) => Some((done, None)),
            (Some(done), Some(goal)) if goal > 0 => Some((done, NonZeroU32::new(goal))),
            (None, None) => None,
            _ => return Err(stop(at, RULE)),
        };
        let (rest, ()) = crate::token::close(rest, cx, RULE)?;
        Ok((rest, Self { tag, progress }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if *self == Self::default() {
            return;
        }
        out.sp().byte(b'(');
        match &self.tag {
            Some(tag) => out.quoted(tag.as_bytes()),
            None => out.keyword("NIL"),
        };
        let done = self.progress.map(|(done, _)| done);
        let goal = self.progress.and_then(|(_, goal)| goal).map(NonZeroU32::get);
        for number in [done, goal] {
            match number {
                Some(number) => out.sp().number(u64::from(number)),
                None => out.sp().keyword("NIL"),
            };
        }
        out.byte(b')');
    }
}

fn number_or_nil<'a>(input: &'a [u8], rule: &'static str) -> PResult<'a, Option<u32>> {
    match crate::token::nil(input) {
        Some(rest) => Ok((rest, None)),
        None => {
            let (rest, number) = cut(crate::element::number::number(input, rule))?;
            Ok((rest, Some(number)))
        }
    }
}

impl<'a> Wire<'a> for MessageLimit {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, limit) = NzNumber::parse_part(input, cx)?;
        match rest {
            [b' ', b'0'..=b'9', ..] => {
                let (rest, ()) = sp(rest, cx)?;
                let (rest, lowest) = cut(NzNumber::parse_part(rest, cx))?;
                Ok((rest, Self { limit, lowest: Some(lowest) }))
            }
            _ => Ok((rest, Self { limit, lowest: None })),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.limit);
        if let Some(lowest) = &self.lowest {
            out.sp().put(lowest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};

    fn code_text(text: &'static str) -> CodeText<'static> {
        CodeText::new(text).unwrap()
    }

    #[test]
    fn quotes_that_do_not_end_are_read_and_not_built() {
        for text in ["\"", "a \"b", "\"a\" \"", "\"\\\""] {
            assert!(CodeText::new(text).is_err(), "{text}");
            let line = alloc::format!("* OK [X-A {text}] b\r\n");
            let response = crate::Response::parse(line.as_bytes()).unwrap();
            assert_eq!(response.to_bytes(), line.as_bytes());
        }
        assert!(CodeText::new("\"a]\"").is_ok());
    }

    #[test]
    fn rows() {
        let number = |number| NzNumber::new(number).unwrap();
        let other = |name: &'static str, value: Option<&'static str>| {
            Code::Other(OtherCode::new(name, value.map(code_text)).unwrap())
        };
        let tag = || Some(Tag::new("A1").unwrap());
        check_rows(&[
            (b"ALERT", Code::Alert),
            (b"UIDNEXT 4392", Code::UidNext(number(4392))),
            (b"READ-ONLY", Code::ReadOnly),
            (
                b"HIGHESTMODSEQ 715194045007",
                Code::HighestModSeq(ModSeq::new(715_194_045_007).unwrap()),
            ),
            (b"MODIFIED 7,9", Code::Modified(SequenceSet::parse(b"7,9").unwrap())),
            (b"REFERRAL imap://u;AUTH=*@h/;x", Code::Referral(code_text("imap://u;AUTH=*@h/;x"))),
            (
                b"UNDEFINED-FILTER on-the-road",
                Code::UndefinedFilter(Atom::new("on-the-road").unwrap()),
            ),
            (
                b"NOUPDATE \"B02\"",
                Code::NoUpdate(family::search::TagString(Tag::new("B02").unwrap())),
            ),
            (b"INPROGRESS", Code::InProgress(InProgress::default())),
            (
                b"INPROGRESS (\"A1\" 454 1000)",
                Code::InProgress(InProgress {
                    tag: tag(),
                    progress: Some((454, NonZeroU32::new(1000))),
                }),
            ),
            (
                b"INPROGRESS (\"A1\" 0 NIL)",
                Code::InProgress(InProgress { tag: tag(), progress: Some((0, None)) }),
            ),
            (
                b"INPROGRESS (\"A1\" NIL NIL)",
                Code::InProgress(InProgress { tag: tag(), progress: None }),
            ),
            (
                b"MESSAGELIMIT 1000 23221",
                Code::MessageLimit(MessageLimit {
                    limit: number(1000),
                    lowest: Some(number(23221)),
                }),
            ),
            (
                b"MESSAGELIMIT 1000",
                Code::MessageLimit(MessageLimit { limit: number(1000), lowest: None }),
            ),
            (b"ANNOTATE TOOBIG", Code::Annotate(Atom::new("TOOBIG").unwrap())),
            (b"X-NEW", other("X-NEW", None)),
            (b"NEWNAME old new", other("NEWNAME", Some("old new"))),
            (b"MYRIGHTS \"a]b\"", other("MYRIGHTS", Some("\"a]b\""))),
        ]);
    }

    #[test]
    fn damage_is_kept() {
        for wire in [
            &b"UIDNEXT x"[..],
            b"UIDNEXT",
            b"ALERT now",
            b"HIGHESTMODSEQ -1",
            b"INPROGRESS (A1 1 2)",
            b"INPROGRESS (NIL NIL 5)",
            b"INPROGRESS (\"A1\" 1 0)",
        ] {
            let strict = Code::parse_with(wire, crate::Tolerance::strict());
            assert!(strict.is_err(), "{}", wire.escape_ascii());
            let Ok(code @ Code::Invalid(_)) = Code::parse(wire) else {
                panic!("{}", wire.escape_ascii());
            };
            assert_eq!(code.to_bytes(), wire);
        }
        check_rejects::<Code<'_>>(&[
            (b"", "resp-text-code", 0),
            (b"X-NEW ", "resp-text-code value", 6),
            (b"X-NEW a]", "end", 7),
            (b"ALERT]", "end", 5),
        ]);
        // A 0 is read as none where that is tolerated, and is damage elsewhere.
        let zero = Code::parse(b"UIDVALIDITY 0").unwrap();
        assert!(matches!(zero, Code::UidValidity(number) if number.get().is_none()));
        assert_eq!(zero.to_bytes(), b"UIDVALIDITY 0");
    }

    #[test]
    fn values_end_at_their_bracket() {
        for (input, value) in [
            ("a]b", Some("a")),
            ("\"a]b\"]c", Some("\"a]b\"")),
            ("\"a]c", Some("\"a")),
            ("\"a\\\"]\"]c", Some("\"a\\\"]\"")),
            ("abc", None),
            ("abc\r\n]", None),
        ] {
            let end = value_end(input.as_bytes());
            assert_eq!(end.map(|end| &input[..end]), value, "{input}");
        }
        for bad in ["", "a]b", "\"a]", "a\r\n", "a\0"] {
            assert!(CodeText::new(bad).is_err(), "{bad}");
        }
        assert!(OtherCode::new("ALERT", None).is_err() && OtherCode::new("a b", None).is_err());
        assert!(OtherCode::new("", None).is_err() && OtherCode::new("a]", None).is_err());
    }
}
