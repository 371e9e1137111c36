//! Commands: the enum, the table of verbs, and the envelope of verb and line end.

use alloc::vec::Vec;

use mailwire_core::encoder::{Encoder, to_bytes};
use mailwire_core::parse::{Context, Fail, PResult, Wire, stop};
use mailwire_core::token::{ByteSet, KEYWORD, LINE};
use mailwire_core::{IntoBytes, InvalidValue, SyntaxError, into_owned, text_type, wire_enum};

use crate::element::path::ReversePath;
use crate::element::text::Text;
use crate::extension::Extension;
use crate::family::auth::{self, Auth};
use crate::family::bdat::{self, Bdat, Burl};
use crate::family::data;
use crate::family::hello::{self, HelloName};
use crate::family::info::{self, Query};
use crate::family::mail::{self, Mail};
use crate::family::queue::{self, DomainList, Etrn};
use crate::family::rcpt::Rcpt;
use crate::family::vendor::{self, Attributes};
use crate::family::{session, starttls};
use crate::token;
use crate::{Deviations, Tolerance};

/// One command line, sent by the client.
///
/// RFC 5321 section 4.1.1; each verb's RFC is in the [`COMMANDS`] table.
///
/// # Grammar
/// ```text
/// command = verb [arguments] CRLF
/// verb    = 1*(ALPHA / DIGIT / "-")
/// ```
/// Verbs are matched without regard to case. Deviations:
/// [`BareLfLine`](crate::Deviation::BareLfLine), [`TrailingSpaces`](crate::Deviation::TrailingSpaces),
/// [`ExtraSpaces`](crate::Deviation::ExtraSpaces), and those of the arguments.
///
/// # Wire
/// ```text
/// C: MAIL FROM:<alice@example.org>
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line); [`Limits::auth_line`](crate::Limits::auth_line) for AUTH.
///
/// # Errors
/// `verb`, `CRLF`, and the rules of the arguments.
///
/// # Example
/// ```
/// use mailwire_smtp::{Command, Verb};
/// let command = Command::parse(b"mail from:<alice@example.org>\r\n")?;
/// assert_eq!(command.verb(), Some(Verb::Mail));
/// assert_eq!(command.to_bytes(), b"MAIL FROM:<alice@example.org>\r\n");
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// EHLO: opens an SMTP session and asks for the extensions.
    Ehlo(HelloName<'a>),
    /// HELO: opens an SMTP session of RFC 821.
    Helo(HelloName<'a>),
    /// LHLO: opens an LMTP session.
    Lhlo(HelloName<'a>),
    /// MAIL: begins a transaction.
    Mail(Mail<'a>),
    /// RCPT: names one recipient.
    Rcpt(Rcpt<'a>),
    /// DATA: the message follows, ended by a line with a dot.
    Data,
    /// BDAT: so many octets of the message follow.
    Bdat(Bdat),
    /// BURL: the server fetches a part of the message.
    Burl(Burl<'a>),
    /// RSET: gives the transaction up.
    Rset,
    /// VRFY: asks about a user or a mailbox.
    Vrfy(Query<'a>),
    /// EXPN: asks for the members of a list.
    Expn(Query<'a>),
    /// HELP: asks for help, on a topic.
    Help(Option<Text<'a>>),
    /// NOOP: nothing.
    Noop(Option<Text<'a>>),
    /// QUIT: ends the session.
    Quit,
    /// STARTTLS: goes over to TLS.
    StartTls,
    /// AUTH: begins a SASL exchange.
    Auth(Auth<'a>),
    /// ETRN: starts a queue.
    Etrn(Etrn<'a>),
    /// ATRN: turns the connection round, for these domains.
    Atrn(DomainList<'a>),
    /// TURN: turns the connection round; obsolete.
    Turn,
    /// SEND: delivers to a terminal; obsolete.
    Send(ReversePath<'a>),
    /// SOML: delivers to a terminal or a mailbox; obsolete.
    Soml(ReversePath<'a>),
    /// SAML: delivers to a terminal and a mailbox; obsolete.
    Saml(ReversePath<'a>),
    /// VERB: asks for more talk; sendmail.
    Verbose,
    /// ONEX: one transaction only; sendmail.
    Onex,
    /// XCLIENT: facts about another client; Postfix.
    Xclient(Attributes<'a>),
    /// XFORWARD: facts about another client, for the log; Postfix.
    Xforward(Attributes<'a>),
    /// Another verb, kept as data.
    Other(OtherCommand<'a>),
}

into_owned!(
    enum Command {
        Ehlo(name),
        Helo(name),
        Lhlo(name),
        Mail(mail),
        Rcpt(rcpt),
        Data,
        Bdat(bdat),
        Burl(burl),
        Rset,
        Vrfy(query),
        Expn(query),
        Help(topic),
        Noop(text),
        Quit,
        StartTls,
        Auth(auth),
        Etrn(etrn),
        Atrn(domains),
        Turn,
        Send(path),
        Soml(path),
        Saml(path),
        Verbose,
        Onex,
        Xclient(attributes),
        Xforward(attributes),
        Other(command),
    }
);

wire_enum! {
    /// The verbs that are known here.
    pub enum Verb: "verb" in KEYWORD {
        /// EHLO
        Ehlo = "EHLO",
        /// HELO
        Helo = "HELO",
        /// LHLO
        Lhlo = "LHLO",
        /// MAIL
        Mail = "MAIL",
        /// RCPT
        Rcpt = "RCPT",
        /// DATA
        Data = "DATA",
        /// BDAT
        Bdat = "BDAT",
        /// BURL
        Burl = "BURL",
        /// RSET
        Rset = "RSET",
        /// VRFY
        Vrfy = "VRFY",
        /// EXPN
        Expn = "EXPN",
        /// HELP
        Help = "HELP",
        /// NOOP
        Noop = "NOOP",
        /// QUIT
        Quit = "QUIT",
        /// STARTTLS
        StartTls = "STARTTLS",
        /// AUTH
        Auth = "AUTH",
        /// ETRN
        Etrn = "ETRN",
        /// ATRN
        Atrn = "ATRN",
        /// TURN
        Turn = "TURN",
        /// SEND
        Send = "SEND",
        /// SOML
        Soml = "SOML",
        /// SAML
        Saml = "SAML",
        /// VERB
        Verb = "VERB",
        /// ONEX
        Onex = "ONEX",
        /// XCLIENT
        Xclient = "XCLIENT",
        /// XFORWARD
        Xforward = "XFORWARD",
    }
}

/// Parses what follows a verb, to the end of its line.
///
/// The result is that of [`Command::parse`], so that a value of its size is written once, where it is
/// wanted; but the place of an error is counted from the end of the line.
type Arguments = for<'a> fn(&'a [u8], &Context) -> Result<Command<'a>, SyntaxError>;

/// Makes [`Arguments`] of the parser in a family file.
macro_rules! arguments {
    ($parse:path) => {{
        fn arguments<'a>(input: &'a [u8], cx: &Context) -> Result<Command<'a>, SyntaxError> {
            to_end($parse(input, cx), cx)
        }
        arguments
    }};
}

/// Arguments, when nothing but blanks is behind them.
#[inline(always)]
fn to_end<'a>(parsed: PResult<'a, Command<'a>>, cx: &Context) -> Result<Command<'a>, SyntaxError> {
    let fail = match parsed {
        Ok((rest, command)) => match token::end(rest, cx) {
            Ok(_) => return Ok(command),
            Err(fail) => fail,
        },
        Err(fail) => fail,
    };
    Err(counted_from_end(fail))
}

#[cold]
fn counted_from_end(error: nom::Err<Fail>) -> SyntaxError {
    match error {
        nom::Err::Error(fail) | nom::Err::Failure(fail) => {
            SyntaxError { rule: fail.rule, at: fail.left }
        }
        // Complete parsers never ask for more.
        nom::Err::Incomplete(_) => SyntaxError { rule: "CRLF", at: 0 },
    }
}

/// What is known of one verb: where its arguments are parsed, how it is used, who defines it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CommandRow {
    /// The verb.
    pub verb: Verb,
    /// The arguments parser, in the family file.
    arguments: Arguments,
    /// How the command is written, for a 501 reply.
    pub usage: &'static str,
    /// The extension that a server must offer; `None` for the base protocol.
    pub extension: Option<Extension>,
    /// Where the command may stand in a pipelined group.
    pub group: Group,
    /// The RFC and its section.
    pub rfc: &'static str,
}

/// Where a command may stand in a group of commands that are sent without waiting. RFC 2920 section
/// 3.1, RFC 3030 section 4.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Anywhere.
    Anywhere,
    /// Only as the last of a group: what follows depends on its reply.
    Last,
    /// Alone: nothing may be in flight before it.
    Alone,
}

const fn row(
    verb: Verb,
    arguments: Arguments,
    usage: &'static str,
    extension: Option<Extension>,
    group: Group,
    rfc: &'static str,
) -> CommandRow {
    CommandRow { verb, arguments, usage, extension, group, rfc }
}

/// The verbs, in the order of [`Verb`].
pub static COMMANDS: [CommandRow; Verb::ALL.len()] = {
    use Extension as X;
    use Group::{Alone, Anywhere, Last};
    [
        row(Verb::Ehlo, arguments!(hello::ehlo), "EHLO domain", None, Last, "5321 4.1.1.1"),
        row(Verb::Helo, arguments!(hello::helo), "HELO domain", None, Last, "5321 4.1.1.1"),
        row(Verb::Lhlo, arguments!(hello::lhlo), "LHLO domain", None, Last, "2033 4.1"),
        row(
            Verb::Mail,
            arguments!(mail),
            "MAIL FROM:<address> [parameters]",
            None,
            Anywhere,
            "5321 4.1.1.2",
        ),
        row(
            Verb::Rcpt,
            arguments!(rcpt),
            "RCPT TO:<address> [parameters]",
            None,
            Anywhere,
            "5321 4.1.1.3",
        ),
        row(Verb::Data, arguments!(data::data), "DATA", None, Last, "5321 4.1.1.4"),
        row(
            Verb::Bdat,
            arguments!(bdat::bdat),
            "BDAT size [LAST]",
            Some(X::Chunking),
            Anywhere,
            "3030 2",
        ),
        row(
            Verb::Burl,
            arguments!(bdat::burl),
            "BURL uri [LAST]",
            Some(X::Burl),
            Anywhere,
            "4468 3.2",
        ),
        row(Verb::Rset, arguments!(session::rset), "RSET", None, Anywhere, "5321 4.1.1.5"),
        row(Verb::Vrfy, arguments!(info::vrfy), "VRFY string", None, Last, "5321 4.1.1.6"),
        row(Verb::Expn, arguments!(info::expn), "EXPN string", None, Last, "5321 4.1.1.7"),
        row(Verb::Help, arguments!(info::help), "HELP [topic]", None, Last, "5321 4.1.1.8"),
        row(Verb::Noop, arguments!(session::noop), "NOOP [string]", None, Last, "5321 4.1.1.9"),
        row(Verb::Quit, arguments!(session::quit), "QUIT", None, Last, "5321 4.1.1.10"),
        row(
            Verb::StartTls,
            arguments!(starttls::starttls),
            "STARTTLS",
            Some(X::StartTls),
            Alone,
            "3207 4",
        ),
        row(
            Verb::Auth,
            arguments!(auth::auth),
            "AUTH mechanism [response]",
            Some(X::Auth),
            Alone,
            "4954 4",
        ),
        row(Verb::Etrn, arguments!(queue::etrn), "ETRN node", Some(X::Etrn), Last, "1985 5"),
        row(
            Verb::Atrn,
            arguments!(queue::atrn),
            "ATRN [domain,...]",
            Some(X::Atrn),
            Alone,
            "2645 5.2.1",
        ),
        row(Verb::Turn, arguments!(queue::turn), "TURN", Some(X::Turn), Alone, "821 3.8"),
        row(
            Verb::Send,
            arguments!(send),
            "SEND FROM:<address>",
            Some(X::Send),
            Anywhere,
            "821 3.4",
        ),
        row(
            Verb::Soml,
            arguments!(soml),
            "SOML FROM:<address>",
            Some(X::Soml),
            Anywhere,
            "821 3.4",
        ),
        row(
            Verb::Saml,
            arguments!(saml),
            "SAML FROM:<address>",
            Some(X::Saml),
            Anywhere,
            "821 3.4",
        ),
        row(Verb::Verb, arguments!(vendor::verb), "VERB", Some(X::Verb), Last, "sendmail"),
        row(Verb::Onex, arguments!(vendor::onex), "ONEX", Some(X::Onex), Last, "sendmail"),
        row(
            Verb::Xclient,
            arguments!(vendor::xclient),
            "XCLIENT name=value ...",
            Some(X::Xclient),
            Alone,
            "Postfix",
        ),
        row(
            Verb::Xforward,
            arguments!(vendor::xforward),
            "XFORWARD name=value ...",
            Some(X::Xforward),
            Last,
            "Postfix",
        ),
    ]
};

fn mail<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, mail) = Mail::parse_part(input, cx)?;
    Ok((rest, Command::Mail(mail)))
}

fn rcpt<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, rcpt) = Rcpt::parse_part(input, cx)?;
    Ok((rest, Command::Rcpt(rcpt)))
}

fn send<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, path) = mail::plain(input, cx)?;
    Ok((rest, Command::Send(path)))
}

fn soml<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, path) = mail::plain(input, cx)?;
    Ok((rest, Command::Soml(path)))
}

fn saml<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, path) = mail::plain(input, cx)?;
    Ok((rest, Command::Saml(path)))
}

impl Verb {
    /// What is known of the verb.
    #[must_use]
    pub fn row(self) -> &'static CommandRow {
        // The table is in the order of the verbs; a test compares the two.
        &COMMANDS[self as usize]
    }
}

impl Command<'_> {
    /// The verb; `None` for one that is kept as data.
    #[must_use]
    pub const fn verb(&self) -> Option<Verb> {
        Some(match self {
            Self::Ehlo(_) => Verb::Ehlo,
            Self::Helo(_) => Verb::Helo,
            Self::Lhlo(_) => Verb::Lhlo,
            Self::Mail(_) => Verb::Mail,
            Self::Rcpt(_) => Verb::Rcpt,
            Self::Data => Verb::Data,
            Self::Bdat(_) => Verb::Bdat,
            Self::Burl(_) => Verb::Burl,
            Self::Rset => Verb::Rset,
            Self::Vrfy(_) => Verb::Vrfy,
            Self::Expn(_) => Verb::Expn,
            Self::Help(_) => Verb::Help,
            Self::Noop(_) => Verb::Noop,
            Self::Quit => Verb::Quit,
            Self::StartTls => Verb::StartTls,
            Self::Auth(_) => Verb::Auth,
            Self::Etrn(_) => Verb::Etrn,
            Self::Atrn(_) => Verb::Atrn,
            Self::Turn => Verb::Turn,
            Self::Send(_) => Verb::Send,
            Self::Soml(_) => Verb::Soml,
            Self::Saml(_) => Verb::Saml,
            Self::Verbose => Verb::Verb,
            Self::Onex => Verb::Onex,
            Self::Xclient(_) => Verb::Xclient,
            Self::Xforward(_) => Verb::Xforward,
            Self::Other(_) => return None,
        })
    }
}

impl<'a> Command<'a> {
    /// Parses the whole of `input`, with the default tolerance.
    ///
    /// # Errors
    /// The ABNF rule that does not match, and the byte.
    pub fn parse(input: &'a [u8]) -> Result<Self, SyntaxError> {
        Self::parse_in(input, &Context::new(Tolerance::default()))
    }

    /// Parses the whole of `input` and tells which tolerated deviations it holds.
    ///
    /// # Errors
    /// The ABNF rule that does not match, and the byte.
    pub fn parse_with(
        input: &'a [u8],
        tolerance: Tolerance,
    ) -> Result<(Self, Deviations), SyntaxError> {
        let cx = Context::new(tolerance);
        Self::parse_in(input, &cx).map(|command| (command, cx.met()))
    }

    /// The wire form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Parses the whole of `input` in a context.
    #[inline(always)]
    pub(crate) fn parse_in(input: &'a [u8], cx: &Context) -> Result<Self, SyntaxError> {
        let line = token::line(input, cx).map(|(_, line)| line);
        let (line, mut result) = match line {
            Ok(line) => {
                let (parse, rest) = arguments_of(line);
                (line, parse(rest, cx))
            }
            Err(fail) => (input, Err(counted_from_end(fail))),
        };
        if let Err(error) = &mut result {
            error.at = line.len().saturating_sub(error.at);
        }
        result
    }
}

/// Who parses the rest of a line, and that rest.
#[inline(always)]
fn arguments_of(line: &[u8]) -> (Arguments, &[u8]) {
    // Most verbs have four letters.
    if let Some((word, rest @ ([] | [b' ', ..]))) = line.split_first_chunk::<4>() {
        if let Some(verb) = Verb::from_short_keyword(word) {
            return (verb.row().arguments, rest);
        }
    }
    arguments_of_any(line)
}

/// The same behind a verb of any length.
#[inline(never)]
fn arguments_of_any(line: &[u8]) -> (Arguments, &[u8]) {
    let (word, rest) = KEYWORD.split(line);
    match (Verb::from_keyword(word), rest.first()) {
        (None, _) => (arguments!(other), line),
        (Some(verb), None | Some(b' ' | b'\t')) => (verb.row().arguments, rest),
        // `AUTH=PLAIN` is the one command whose verb does not end at a blank.
        (Some(Verb::Auth), Some(b'=')) => (Verb::Auth.row().arguments, rest),
        (Some(_), Some(_)) => (arguments!(no_boundary), rest),
    }
}

/// A verb that is not known.
fn other<'a>(line: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    OtherCommand::parse_part(line, cx).map(|(_, command)| (&[][..], Command::Other(command)))
}

/// A verb with something behind it that no verb has.
fn no_boundary<'a>(rest: &'a [u8], _: &Context) -> PResult<'a, Command<'a>> {
    Err(stop(rest, "verb"))
}

impl<'a> Wire<'a> for Command<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match Self::parse_in(input, cx) {
            Ok(command) => Ok((&[], command)),
            Err(SyntaxError { rule, at }) => {
                Err(nom::Err::Failure(Fail { left: input.len().saturating_sub(at), rule }))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(verb) = self.verb() {
            out.keyword(verb.as_str());
        }
        match self {
            Self::Ehlo(name) | Self::Helo(name) | Self::Lhlo(name) => out.put(name),
            Self::Mail(mail) => out.put(mail),
            Self::Send(path) | Self::Soml(path) | Self::Saml(path) => {
                out.keyword(" FROM:").put(path)
            }
            Self::Rcpt(rcpt) => out.put(rcpt),
            Self::Bdat(bdat) => out.put(bdat),
            Self::Burl(burl) => out.put(burl),
            Self::Vrfy(query) | Self::Expn(query) => out.put(query),
            Self::Help(Some(text)) | Self::Noop(Some(text)) => out.sp().put(text),
            Self::Auth(auth) => out.put(auth),
            Self::Etrn(etrn) => out.put(etrn),
            Self::Atrn(domains) if !domains.is_empty() => out.sp().put(domains),
            Self::Xclient(attributes) | Self::Xforward(attributes) => out.put(attributes),
            Self::Other(command) => out.put(command),
            _ => out,
        }
        .crlf();
    }
}

/// A command whose verb is not known here, kept as data.
///
/// RFC 5321 section 4.1.1.11: other verbs may be defined, and private ones begin with `X`.
///
/// # Example
/// ```
/// use mailwire_smtp::Command;
/// let Command::Other(other) = Command::parse(b"XEXCH50 1024 2\r\n")? else { panic!() };
/// assert_eq!(other.verb.as_str(), "XEXCH50");
/// assert_eq!(other.arguments.as_bytes(), b"1024 2");
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OtherCommand<'a> {
    /// The verb.
    pub verb: OtherVerb<'a>,
    /// The rest of the line behind the space; empty when there is none.
    pub arguments: ArgumentText<'a>,
}

into_owned!(struct OtherCommand { verb, arguments });

text_type! {
    /// A verb that is not known here.
    pub struct OtherVerb: "verb", check = check_verb, utf8, ignore case
}

text_type! {
    /// What follows the verb of an unknown command: any octets but NUL, CR and LF.
    pub struct ArgumentText: "arguments", check = |text| LINE.check(text), bytes
}

/// A verb that is not known: a known one has a type of its own.
fn check_verb(text: &[u8]) -> Result<(), usize> {
    // `DATA_` is a mistake about a known verb.
    if text.is_empty() || Verb::from_keyword(KEYWORD.split(text).0).is_some() {
        return Err(0);
    }
    UNKNOWN_VERB.check(text)
}

/// Octets of a verb that is not known; an underscore is seen in private ones.
static UNKNOWN_VERB: ByteSet =
    ByteSet::range(b'a', b'z').and_range(b'A', b'Z').and_range(b'0', b'9').and(b"-_");

impl<'a> OtherCommand<'a> {
    /// A command of another verb.
    ///
    /// # Errors
    /// [`InvalidValue`] when the verb is known here or no verb, or the arguments break the line.
    pub fn new(
        verb: impl IntoBytes<'a>,
        arguments: impl IntoBytes<'a>,
    ) -> Result<Self, InvalidValue> {
        Ok(Self { verb: OtherVerb::new(verb)?, arguments: ArgumentText::new(arguments)? })
    }
}

impl<'a> Wire<'a> for OtherCommand<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let (verb, rest) = UNKNOWN_VERB.split(input);
        if check_verb(verb).is_err() {
            return Err(stop(input, "verb"));
        }
        let arguments = match rest.split_first() {
            None => rest,
            Some((b' ', arguments)) => arguments,
            Some(_) => return Err(stop(rest, "verb")),
        };
        if let Err(at) = LINE.check(arguments) {
            return Err(stop(arguments.get(at..).unwrap_or_default(), "CRLF"));
        }
        let verb = OtherVerb::checked(verb);
        Ok((&[], Self { verb, arguments: ArgumentText::checked(arguments) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.verb.as_bytes());
        if !self.arguments.as_bytes().is_empty() {
            out.sp().bytes(self.arguments.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Deviation;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn the_table_is_in_the_order_of_the_verbs() {
        for (row, verb) in COMMANDS.iter().zip(Verb::ALL) {
            assert_eq!(row.verb, *verb);
            assert!(row.usage.starts_with(verb.as_str()) && !row.rfc.is_empty());
        }
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"X-SPECIAL\r\n", Command::Other(OtherCommand::new("X-SPECIAL", "").unwrap())),
            (
                b"GET / HTTP/1.1\r\n",
                Command::Other(OtherCommand::new("GET", "/ HTTP/1.1").unwrap()),
            ),
            (
                b"X-ANONYMOUSTLS\r\n",
                Command::Other(OtherCommand::new("X-ANONYMOUSTLS", "").unwrap()),
            ),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"", "CRLF", 0),
            (b"\r\n", "verb", 0),
            (b"NOOP", "CRLF", 4),
            (b"NOOP\n", "CRLF", 5),
            (b" NOOP\r\n", "verb", 0),
            (b"\x16\x03\x01\r\n", "verb", 0),
            (b"FOO\0\r\n", "verb", 3),
            (b"FOO a\rb\r\n", "CRLF", 5),
            (b"NOOP\rMAIL FROM:<e@x>\r\n", "verb", 4),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"NOOP\n", Deviation::BareLfLine, b"NOOP\r\n"),
            (b"NOOP  x\r\n", Deviation::ExtraSpaces, b"NOOP x\r\n"),
        ]);
    }

    #[test]
    fn a_known_verb_cannot_be_built_as_another() {
        assert!(OtherCommand::new("mail", "FROM:<>").is_err());
        assert!(OtherCommand::new("DATA_", "").is_err());
        assert!(OtherCommand::new("X", "a\r\nRCPT TO:<e@x>").is_err());
        assert!(OtherCommand::new("X Y", "").is_err());
    }
}
