//! Commands: the enum, the table of verbs, and the envelope of verb and line end.

use alloc::vec::Vec;

use mailwire_core::encoder::{Encoder, to_bytes};
use mailwire_core::parse::{Context, Fail, PResult, Wire, stop};
use mailwire_core::token::{KEYWORD, LINE, VCHAR};
use mailwire_core::{IntoBytes, InvalidValue, SyntaxError, into_owned, text_type, wire_enum};

use crate::answer::{Expect, Listing};
use crate::element::message_number::MessageNumber;
use crate::extension::Extension;
use crate::family::auth::{self, Apop, Auth, Password, UserName};
use crate::family::lang::{self, LanguageRange};
use crate::family::retrieve::{self, Top};
use crate::family::{capa, dele, list, session, stat, stls};
use crate::token;
use crate::{Deviations, Tolerance};

/// One command line, sent by the client.
///
/// RFC 1939 sections 3 to 7, RFC 2449 section 3; each verb's RFC is in the [`COMMANDS`] table.
///
/// # Grammar
/// ```text
/// command = keyword *(SP param) CRLF
/// keyword = 3*4VCHAR                    ; private ones are longer
/// param   = 1*VCHAR
/// ```
/// Verbs are matched without regard to case. Deviations:
/// [`BareLfLine`](crate::Deviation::BareLfLine),
/// [`TrailingSpaces`](crate::Deviation::TrailingSpaces),
/// [`ExtraSpaces`](crate::Deviation::ExtraSpaces), and those of the arguments.
///
/// # Wire
/// ```text
/// C: RETR 1
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line) of a server, [`Limits::sent_line`](crate::Limits::sent_line)
/// of a client; [`Limits::auth_line`](crate::Limits::auth_line) for AUTH.
///
/// # Errors
/// `verb`, `CRLF`, and the rules of the arguments.
///
/// # Example
/// ```
/// use mailwire_pop3::{Command, Verb};
/// let command = Command::parse(b"retr 1\r\n")?;
/// assert_eq!(command.verb(), Some(Verb::Retr));
/// assert_eq!(command.to_bytes(), b"RETR 1\r\n");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// USER: names the mailbox.
    User(UserName<'a>),
    /// PASS: the password for it.
    Pass(Password<'a>),
    /// APOP: a name, and a digest in place of the password.
    Apop(Apop<'a>),
    /// AUTH: begins a SASL exchange; without arguments, asks for the mechanisms.
    Auth(Option<Auth<'a>>),
    /// STAT: asks for the number and the size of all messages.
    Stat,
    /// LIST: asks for the size of a message, or of each.
    List(Option<MessageNumber>),
    /// RETR: asks for a message.
    Retr(MessageNumber),
    /// DELE: marks a message, to be removed by QUIT.
    Dele(MessageNumber),
    /// NOOP: nothing.
    Noop,
    /// RSET: takes the marks of DELE away.
    Rset,
    /// TOP: asks for the header and some lines of a message.
    Top(Top),
    /// UIDL: asks for the unique-id of a message, or of each.
    Uidl(Option<MessageNumber>),
    /// CAPA: asks for the capabilities.
    Capa,
    /// STLS: goes over to TLS.
    Stls,
    /// UTF8: goes over to UTF-8.
    Utf8,
    /// LANG: chooses a language, or asks for those that there are.
    Lang(Option<LanguageRange<'a>>),
    /// QUIT: removes what is marked, and ends the session.
    Quit,
    /// Another verb, kept as data: XTND, LAST, XCLIENT and others.
    Other(OtherCommand<'a>),
}

into_owned!(
    enum Command {
        User(name),
        Pass(password),
        Apop(apop),
        Auth(auth),
        Stat,
        List(number),
        Retr(number),
        Dele(number),
        Noop,
        Rset,
        Top(top),
        Uidl(number),
        Capa,
        Stls,
        Utf8,
        Lang(range),
        Quit,
        Other(command),
    }
);

wire_enum! {
    /// The verbs that are known here.
    pub enum Verb: "verb" in KEYWORD {
        /// USER
        User = "USER",
        /// PASS
        Pass = "PASS",
        /// APOP
        Apop = "APOP",
        /// AUTH
        Auth = "AUTH",
        /// STAT
        Stat = "STAT",
        /// LIST
        List = "LIST",
        /// RETR
        Retr = "RETR",
        /// DELE
        Dele = "DELE",
        /// NOOP
        Noop = "NOOP",
        /// RSET
        Rset = "RSET",
        /// TOP
        Top = "TOP",
        /// UIDL
        Uidl = "UIDL",
        /// CAPA
        Capa = "CAPA",
        /// STLS
        Stls = "STLS",
        /// UTF8
        Utf8 = "UTF8",
        /// LANG
        Lang = "LANG",
        /// QUIT
        Quit = "QUIT",
    }
}

/// Parses what follows a verb, to the end of its line.
///
/// The result is that of [`Command::parse`], so that a value of its size is written once, where it is
/// wanted; but the place of an error is counted from the end of the line.
type Arguments = for<'a> fn(&'a [u8], &Context) -> Result<Command<'a>, SyntaxError>;

/// Makes [`Arguments`] of the parser in a family file; where one is given that reads arguments as
/// almost all are, and nothing behind them, that one comes first.
macro_rules! arguments {
    ($parse:path) => {{
        fn arguments<'a>(input: &'a [u8], cx: &Context) -> Result<Command<'a>, SyntaxError> {
            to_end($parse(input, cx), cx)
        }
        arguments
    }};
    ($parse:path, $plain:expr) => {{
        fn arguments<'a>(input: &'a [u8], cx: &Context) -> Result<Command<'a>, SyntaxError> {
            match $plain(input) {
                Some(command) => Ok(command),
                None => odd_arguments(input, cx),
            }
        }
        // Out of line, so that the other way needs no memory for a command of its own.
        #[inline(never)]
        fn odd_arguments<'a>(input: &'a [u8], cx: &Context) -> Result<Command<'a>, SyntaxError> {
            to_end($parse(input, cx), cx)
        }
        arguments
    }};
}

/// No argument.
#[inline(always)]
fn bare(input: &[u8], command: Command<'static>) -> Option<Command<'static>> {
    if input.is_empty() { Some(command) } else { None }
}

/// The number of a message, or none.
#[inline(always)]
fn perhaps_number(
    input: &[u8],
    command: fn(Option<MessageNumber>) -> Command<'static>,
) -> Option<Command<'static>> {
    match input {
        [] => Some(command(None)),
        _ => MessageNumber::plain_argument(input).map(|number| command(Some(number))),
    }
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

/// What is known of one verb: where its arguments are parsed, how it is used and answered, who
/// defines it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CommandRow {
    /// The verb.
    pub verb: Verb,
    /// The arguments parser, in the family file.
    arguments: Arguments,
    /// How the command is written, for an error text: a square bracket would begin a response code,
    /// so what is optional stands in round ones.
    pub usage: &'static str,
    /// The extension that a server must offer; `None` for the base protocol.
    pub extension: Option<Extension>,
    /// What `+OK` brings when there is no argument, and when there is one.
    pub expect: [Expect; 2],
    /// Where the command may stand among commands that are sent without waiting.
    pub group: Group,
    /// The RFC and its section.
    pub rfc: &'static str,
}

/// Where a command may stand among commands that are sent without waiting. RFC 2449 section 6.6,
/// RFC 2595 section 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Anywhere.
    Anywhere,
    /// Only as the last one: nothing follows it.
    Last,
    /// Alone: nothing may be in flight before it, and what follows depends on its answer.
    Alone,
}

const fn row(
    verb: Verb,
    arguments: Arguments,
    usage: &'static str,
    extension: Option<Extension>,
    expect: [Expect; 2],
    group: Group,
    rfc: &'static str,
) -> CommandRow {
    CommandRow { verb, arguments, usage, extension, expect, group, rfc }
}

/// The verbs, in the order of [`Verb`].
pub static COMMANDS: [CommandRow; Verb::ALL.len()] = {
    use Expect as E;
    use Extension as X;
    use Group::{Alone, Anywhere, Last};
    const STATUS: [Expect; 2] = [E::Status, E::Status];
    const MESSAGE: [Expect; 2] = [E::Message, E::Message];
    const STAT: [Expect; 2] = [E::Stat, E::Stat];
    const AUTH: [Expect; 2] = [E::Listing(Listing::Mechanisms), E::Exchange];
    const LIST: [Expect; 2] = [E::Listing(Listing::Sizes), E::Size(None)];
    const UIDL: [Expect; 2] = [E::Listing(Listing::UniqueIds), E::UniqueId(None)];
    const CAPA: [Expect; 2] = [E::Listing(Listing::Capabilities); 2];
    const LANG: [Expect; 2] = [E::Listing(Listing::Languages), E::Language];
    [
        row(
            Verb::User,
            arguments!(auth::user),
            "USER name",
            Some(X::User),
            STATUS,
            Anywhere,
            "1939 7",
        ),
        row(
            Verb::Pass,
            arguments!(auth::pass),
            "PASS password",
            Some(X::User),
            STATUS,
            Anywhere,
            "1939 7",
        ),
        row(
            Verb::Apop,
            arguments!(auth::apop),
            "APOP name digest",
            None,
            STATUS,
            Anywhere,
            "1939 7",
        ),
        row(
            Verb::Auth,
            arguments!(auth::auth),
            "AUTH (mechanism (response))",
            Some(X::Sasl),
            AUTH,
            Alone,
            "5034 4",
        ),
        row(
            Verb::Stat,
            arguments!(stat::stat, |input| bare(input, Command::Stat)),
            "STAT",
            None,
            STAT,
            Anywhere,
            "1939 5",
        ),
        row(
            Verb::List,
            arguments!(list::list, |input| perhaps_number(input, Command::List)),
            "LIST (message)",
            None,
            LIST,
            Anywhere,
            "1939 5",
        ),
        row(
            Verb::Retr,
            arguments!(retrieve::retr, |input| MessageNumber::plain_argument(input)
                .map(Command::Retr)),
            "RETR message",
            None,
            MESSAGE,
            Anywhere,
            "1939 5",
        ),
        row(
            Verb::Dele,
            arguments!(dele::dele, |input| MessageNumber::plain_argument(input).map(Command::Dele)),
            "DELE message",
            None,
            STATUS,
            Anywhere,
            "1939 5",
        ),
        row(
            Verb::Noop,
            arguments!(session::noop, |input| bare(input, Command::Noop)),
            "NOOP",
            None,
            STATUS,
            Anywhere,
            "1939 5",
        ),
        row(
            Verb::Rset,
            arguments!(session::rset, |input| bare(input, Command::Rset)),
            "RSET",
            None,
            STATUS,
            Anywhere,
            "1939 5",
        ),
        row(
            Verb::Top,
            arguments!(retrieve::top),
            "TOP message lines",
            Some(X::Top),
            MESSAGE,
            Anywhere,
            "1939 7",
        ),
        row(
            Verb::Uidl,
            arguments!(list::uidl, |input| perhaps_number(input, Command::Uidl)),
            "UIDL (message)",
            Some(X::Uidl),
            UIDL,
            Anywhere,
            "1939 7",
        ),
        row(
            Verb::Capa,
            arguments!(capa::capa, |input| bare(input, Command::Capa)),
            "CAPA",
            None,
            CAPA,
            Anywhere,
            "2449 5",
        ),
        row(
            Verb::Stls,
            arguments!(stls::stls, |input| bare(input, Command::Stls)),
            "STLS",
            Some(X::Stls),
            STATUS,
            Alone,
            "2595 4",
        ),
        row(
            Verb::Utf8,
            arguments!(lang::utf8, |input| bare(input, Command::Utf8)),
            "UTF8",
            Some(X::Utf8),
            STATUS,
            Anywhere,
            "6856 2.1",
        ),
        row(
            Verb::Lang,
            arguments!(lang::lang),
            "LANG (language)",
            Some(X::Lang),
            LANG,
            Anywhere,
            "6856 3",
        ),
        row(
            Verb::Quit,
            arguments!(session::quit, |input| bare(input, Command::Quit)),
            "QUIT",
            None,
            STATUS,
            Last,
            "1939 4, 6",
        ),
    ]
};

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
            Self::User(_) => Verb::User,
            Self::Pass(_) => Verb::Pass,
            Self::Apop(_) => Verb::Apop,
            Self::Auth(_) => Verb::Auth,
            Self::Stat => Verb::Stat,
            Self::List(_) => Verb::List,
            Self::Retr(_) => Verb::Retr,
            Self::Dele(_) => Verb::Dele,
            Self::Noop => Verb::Noop,
            Self::Rset => Verb::Rset,
            Self::Top(_) => Verb::Top,
            Self::Uidl(_) => Verb::Uidl,
            Self::Capa => Verb::Capa,
            Self::Stls => Verb::Stls,
            Self::Utf8 => Verb::Utf8,
            Self::Lang(_) => Verb::Lang,
            Self::Quit => Verb::Quit,
            Self::Other(_) => return None,
        })
    }

    /// True when the command has an argument.
    const fn is_given(&self) -> bool {
        matches!(
            self,
            Self::Auth(Some(_)) | Self::List(Some(_)) | Self::Uidl(Some(_)) | Self::Lang(Some(_))
        )
    }

    /// What a positive answer holds. What is not known is taken to be a status line.
    #[must_use]
    pub fn expect(&self) -> Expect {
        let Some(verb) = self.verb() else { return Expect::Status };
        let [bare, given] = verb.row().expect;
        match self {
            Self::List(Some(number)) => Expect::Size(Some(*number)),
            Self::Uidl(Some(number)) => Expect::UniqueId(Some(*number)),
            command if command.is_given() => given,
            _ => bare,
        }
    }

    /// Where the command may stand among others. AUTH that asks for the mechanisms is no exchange.
    #[must_use]
    pub fn group(&self) -> Group {
        match self.verb() {
            Some(Verb::Auth) if !self.is_given() => Group::Anywhere,
            Some(verb) => verb.row().group,
            None => Group::Alone,
        }
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
    // All verbs but TOP have four letters.
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
            Self::User(name) => out.sp().put(name),
            Self::Pass(password) => out.sp().bytes(password.expose()),
            Self::Apop(apop) => out.put(apop),
            Self::Auth(Some(auth)) => out.sp().put(auth),
            Self::List(Some(number)) | Self::Uidl(Some(number)) => out.sp().put(number),
            Self::Retr(number) | Self::Dele(number) => out.sp().put(number),
            Self::Top(top) => out.put(top),
            Self::Lang(Some(range)) => out.sp().put(range),
            Self::Other(command) => out.put(command),
            _ => out,
        }
        .crlf();
    }
}

/// A command whose verb is not known here, kept as data.
///
/// RFC 1939 section 8 and RFC 1082 have XTND; others are in use. What `+OK` to one of them brings is
/// not known: a client that knows says so with [`send_expecting`](crate::Client::send_expecting).
///
/// # Example
/// ```
/// use mailwire_pop3::Command;
/// let Command::Other(other) = Command::parse(b"XTND XMIT\r\n")? else { panic!() };
/// assert_eq!(other.verb.as_str(), "XTND");
/// assert_eq!(other.arguments.as_bytes(), b"XMIT");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
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

/// A verb that is not known: a known one has a type of its own, and `LIST,1` is one that is written
/// badly.
fn check_verb(text: &[u8]) -> Result<(), usize> {
    VCHAR.check(text)?;
    let (word, _) = KEYWORD.split(text);
    if text.is_empty() || Verb::from_keyword(word).is_some() { Err(word.len()) } else { Ok(()) }
}

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
        let (verb, rest) = VCHAR.split(input);
        if let Err(at) = check_verb(verb) {
            return Err(stop(input.get(at..).unwrap_or_default(), "verb"));
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
mod tests;
