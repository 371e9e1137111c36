//! Status responses: OK, NO, BAD, BYE and PREAUTH, with a tag, without one, and as the greeting.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::{InvalidValue, into_owned, wire_api, wire_enum};

use crate::Mode;
use crate::code::{self, Code};
use crate::element::tag::Tag;
use crate::element::text::Text;
use crate::token::{ATOM_CHAR, line_end, sp};
use crate::tolerance::Deviation;

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

/// The first line of a session, sent by the server: OK, PREAUTH or BYE.
///
/// RFC 9051 section 7.1. In any other state a [`Response`](crate::Response) is read.
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

wire_api!(Deviation, Mode: Tagged, Status, Greeting);
into_owned!(struct Tagged { tag, status });
into_owned!(struct Status { kind, code, text });
into_owned!(@impl Greeting, self => { Greeting(self.0.into_owned()) });

/// A text without a code that would be read as one.
pub(crate) fn is_bracketed(text: &Text<'_>) -> Result<(), InvalidValue> {
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

    /// A status as it was parsed.
    pub(crate) const fn from_parts(
        kind: StatusKind,
        code: Option<Code<'a>>,
        text: Text<'a>,
    ) -> Self {
        Self { kind, code, text }
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
pub(crate) fn resp_text<'a>(
    input: &'a [u8],
    cx: &Context,
) -> PResult<'a, (Option<Code<'a>>, Text<'a>)> {
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
pub(crate) fn behind_kind<'a>(
    kind: StatusKind,
    input: &'a [u8],
    cx: &Context,
) -> PResult<'a, Status<'a>> {
    let (rest, (code, text)) = match input {
        [b' ', behind @ ..] => resp_text(behind, cx)?,
        [] | [b'\r' | b'\n', ..] if cx.tolerate(Deviation::MissingText) => {
            (input, (None, Text::EMPTY))
        }
        _ => return Err(stop(input, "SP")),
    };
    Ok((rest, Status { kind, code, text }))
}

pub(crate) fn encode_text(code: Option<&Code<'_>>, text: &Text<'_>, out: &mut Encoder<'_>) {
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
    }
}
