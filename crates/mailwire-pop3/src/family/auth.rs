//! USER, PASS, APOP and AUTH: who the client is. RFC 1939 section 7, RFC 5034; the mechanisms are the
//! caller's.
//!
//!   C: USER mrose
//!   S: +OK mrose is a real hoopy frood
//!   C: PASS secret
//!   S: +OK mrose's maildrop has 2 messages (320 octets)
//!
//!   C: AUTH PLAIN
//!   S: +
//!   C: dGVzdAB0ZXN0AHRlc3Q=
//!   S: +OK Maildrop locked and ready

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::sasl::{self, MechanismName};
use mailwire_core::token::{ByteSet, LINE, VCHAR, WSP};
use mailwire_core::{IntoBytes, InvalidValue, Secret, into_owned, text_type, wire_api};

use crate::command::Command;
use crate::element::apop::Digest;
use crate::token;
use crate::tolerance::Deviation;

text_type! {
    /// The name of a mailbox, of USER and APOP; sent by the client.
    ///
    /// RFC 1939 section 7; RFC 6856 section 2.2 (UTF-8, where the server offers `UTF8 USER`).
    ///
    /// # Grammar
    /// ```text
    /// name = 1*(VCHAR / UTF8-non-ascii)
    /// ```
    /// Deviations: [`BlankInName`](Deviation::BlankInName), [`InvalidUtf8`](Deviation::InvalidUtf8).
    /// After USER the name takes the rest of the line; in APOP the digest is behind the last blank.
    ///
    /// # Wire
    /// ```text
    /// C: USER mrose
    /// ```
    ///
    /// # Limits
    /// Those of the line.
    ///
    /// # Errors
    /// `name`.
    ///
    /// # Example
    /// ```
    /// use mailwire_pop3::Command;
    /// let Command::User(name) = Command::parse(b"USER mrose\r\n")? else { panic!() };
    /// assert_eq!(name.as_bytes(), b"mrose");
    /// # Ok::<(), mailwire_pop3::SyntaxError>(())
    /// ```
    pub struct UserName: "name", check = check_name, bytes
}

wire_api!(Deviation: UserName);

/// Octets of a name.
static NAME: ByteSet = ByteSet::range(0x21, 0x7e).and_range(0x80, 0xff);
/// The same with the blanks that are tolerated.
static BLANK_NAME: ByteSet = ByteSet::range(0x20, 0x7e).and_range(0x80, 0xff).and(b"\t");

/// What is built keeps to the grammar.
fn check_name(name: &[u8]) -> Result<(), usize> {
    NAME.check(name)?;
    if name.is_empty() {
        return Err(0);
    }
    core::str::from_utf8(name).map(drop).map_err(|error| error.valid_up_to())
}

impl UserName<'_> {
    /// True when the name needs a server that offers `UTF8 USER`.
    #[must_use]
    pub fn needs_utf8(&self) -> bool {
        !self.as_bytes().is_ascii()
    }
}

impl<'a> Wire<'a> for UserName<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if !input.is_empty() && token::graphic(input) {
            return Ok((&[], Self::checked(input)));
        }
        odd_name(input, cx)
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

/// A name that needs a closer look.
#[inline(never)]
fn odd_name<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, UserName<'a>> {
    let (name, blanks) = input.split_at(input.trim_ascii_end().len());
    let bad = |at: usize| stop(input.get(at..).unwrap_or_default(), "name");
    if name.is_empty() {
        return Err(bad(0));
    }
    BLANK_NAME.check(name).map_err(bad)?;
    if let Err(at) = NAME.check(name) {
        if !cx.tolerate(Deviation::BlankInName) {
            return Err(bad(at));
        }
    }
    if let Err(error) = core::str::from_utf8(name) {
        if !cx.tolerate(Deviation::InvalidUtf8) {
            return Err(bad(error.valid_up_to()));
        }
    }
    Ok((blanks, UserName::checked(name)))
}

/// The password of PASS, sent by the client: the rest of the line as it is.
///
/// RFC 1939 section 7: a server may take blanks in the argument as part of the password, and has to,
/// for people choose such passwords. So nothing is trimmed, and octets over 127 are kept.
///
/// # Grammar
/// ```text
/// password = *(any octet but NUL, CR and LF)
/// ```
///
/// # Wire
/// ```text
/// C: PASS secret
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `password`.
///
/// # Example
/// ```
/// use mailwire_pop3::Command;
/// let Command::Pass(password) = Command::parse(b"PASS a b  c \r\n")? else { panic!() };
/// assert_eq!(password.expose(), b"a b  c ");
/// assert_eq!(format!("{password:?}"), "Password(..)");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Password<'a>(Secret<Cow<'a, [u8]>>);

mailwire_core::into_owned!(@impl Password, self => {
    Password(self.0.map(|text| Cow::Owned(text.into_owned())))
});

impl<'a> Password<'a> {
    /// A password.
    ///
    /// # Errors
    /// [`InvalidValue`] for NUL, CR and LF.
    pub fn new(password: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        let password = password.into_bytes();
        match LINE.check(&password) {
            Ok(()) => Ok(Self(Secret::new(password))),
            Err(at) => Err(InvalidValue { what: "password", at }),
        }
    }

    /// The octets. Compare them in a time that does not depend on them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// The arguments of APOP: a name, and what proves that the client knows its secret; sent by the
/// client.
///
/// RFC 1939 section 7.
///
/// # Grammar
/// ```text
/// apop = SP name SP digest
/// ```
/// This value is what follows the verb.
///
/// # Wire
/// ```text
/// C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `SP`, `name`, `digest`.
///
/// # Example
/// ```
/// use mailwire_pop3::Command;
/// let line = b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n";
/// let Command::Apop(apop) = Command::parse(line)? else { panic!() };
/// assert_eq!(apop.name.as_bytes(), b"mrose");
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apop<'a> {
    /// The name.
    pub name: UserName<'a>,
    /// The digest.
    pub digest: Digest,
}

into_owned!(struct Apop { name, digest });

impl<'a> Apop<'a> {
    /// A name and a digest.
    #[must_use]
    pub const fn new(name: UserName<'a>, digest: Digest) -> Self {
        Self { name, digest }
    }
}

impl<'a> Wire<'a> for Apop<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = token::sp(input, cx)?;
        let (arguments, blanks) = rest.split_at(rest.trim_ascii_end().len());
        let Some(at) = arguments.iter().rposition(|&byte| WSP.contains(byte)) else {
            return Err(stop(blanks, "SP"));
        };
        // Places are counted from the end of the line, which is behind the name.
        let (name, behind) = arguments.split_at(at);
        let (name, more) = name.split_at(name.trim_ascii_end().len());
        let outer = blanks.len().saturating_add(behind.len()).saturating_add(more.len());
        let (_, name) = UserName::parse_part(name, cx).map_err(|error| {
            error.map(|fail| mailwire_core::parse::Fail {
                left: fail.left.saturating_add(outer),
                ..fail
            })
        })?;
        let separator = rest.get(name.as_bytes().len()..).unwrap_or_default();
        let (rest, ()) = token::sp(separator, cx)?;
        let (rest, digest) = Digest::parse_part(rest, cx)?;
        Ok((rest, Self { name, digest }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.sp().put(&self.name).sp().put(&self.digest);
    }
}

/// The arguments of AUTH: a SASL mechanism and, if it begins with the client, its first response;
/// sent by the client. Without arguments, AUTH asks for the mechanisms.
///
/// RFC 5034 section 4; RFC 1734.
///
/// # Grammar
/// ```text
/// auth-command     = "AUTH" SP sasl-mech [SP initial-response] *(CRLF [base64]) [CRLF cancel-response] CRLF
/// initial-response = base64 / "="
/// ```
/// This value is what follows the verb and a space, on its line. The response is kept as it is
/// written, so that a broken base64 text is answered as such.
///
/// # Wire
/// ```text
/// C: AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=
/// ```
///
/// # Limits
/// [`Limits::auth_line`](crate::Limits::auth_line); a client keeps to
/// [`Limits::sent_line`](crate::Limits::sent_line).
///
/// # Errors
/// `sasl-mech`, `initial-response`.
///
/// # Example
/// ```
/// use mailwire_pop3::Command;
/// let Command::Auth(Some(auth)) = Command::parse(b"AUTH plain AGEAYg==\r\n")? else { panic!() };
/// assert_eq!(auth.mechanism.as_str(), "PLAIN");
/// assert_eq!(auth.initial_response().unwrap().unwrap().expose(), b"\0a\0b");
/// assert_eq!(Command::parse(b"AUTH\r\n")?, Command::Auth(None));
/// # Ok::<(), mailwire_pop3::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth<'a> {
    /// The mechanism.
    pub mechanism: MechanismName<'a>,
    /// The initial response as it is written: base64, or `=` for an empty one.
    response: Option<Secret<Cow<'a, [u8]>>>,
}

mailwire_core::into_owned!(@impl Auth, self => {
    Auth {
        mechanism: self.mechanism.into_owned(),
        response: self.response.map(|response| {
            response.map(|text| Cow::Owned(text.into_owned()))
        }),
    }
});

impl<'a> Auth<'a> {
    /// A command without an initial response.
    #[must_use]
    pub const fn new(mechanism: MechanismName<'a>) -> Self {
        Self { mechanism, response: None }
    }

    /// The command with an initial response, given as the mechanism made it.
    #[must_use]
    pub fn with_initial_response(self, response: &[u8]) -> Self {
        let text = if response.is_empty() {
            Vec::from(&b"="[..])
        } else {
            let mut text = Vec::new();
            sasl::encode_base64_into(response, &mut text);
            text
        };
        Self { response: Some(Secret::new(Cow::Owned(text))), ..self }
    }

    /// The initial response, decoded; `None` when there is none.
    #[must_use]
    pub fn initial_response(&self) -> Option<Result<Secret<Vec<u8>>, sasl::SaslError>> {
        self.response.as_ref().map(|text| sasl::parse_initial_response(text.expose()))
    }

    /// True when the command has an initial response.
    #[must_use]
    pub const fn has_initial_response(&self) -> bool {
        self.response.is_some()
    }
}

impl<'a> Wire<'a> for Auth<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (name, after) = VCHAR.split(input);
        let Ok(mechanism) = MechanismName::parse(name) else {
            return Err(stop(input, "sasl-mech"));
        };
        let (after, response) = token::optional(after, cx, |rest, _| match VCHAR.split(rest) {
            (text, after) if WSP.span(after) == after.len() => Ok((after, text)),
            (_, after) => Err(stop(after, "initial-response")),
        })?;
        let response = response.map(|text| Secret::new(Cow::Borrowed(text)));
        Ok((after, Self { mechanism, response }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.mechanism.as_str().as_bytes());
        if let Some(response) = &self.response {
            out.sp().bytes(response.expose());
        }
    }
}

/// `SP name`, of USER.
#[inline(always)]
pub(crate) fn user<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, ()) = token::sp(input, cx)?;
    let (rest, name) = UserName::parse_part(rest, cx)?;
    Ok((rest, Command::User(name)))
}

/// `SP password`, of PASS: one space, and then everything.
#[inline(always)]
pub(crate) fn pass<'a>(input: &'a [u8], _: &Context) -> PResult<'a, Command<'a>> {
    let Some((b' ', password)) = input.split_first() else {
        return Err(fail(input, "SP"));
    };
    match LINE.check(password) {
        Ok(()) => Ok((&[], Command::Pass(Password(Secret::new(Cow::Borrowed(password)))))),
        Err(at) => Err(stop(password.get(at..).unwrap_or_default(), "password")),
    }
}

/// The arguments of APOP.
pub(crate) fn apop<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, apop) = cut(Apop::parse_part(input, cx))?;
    Ok((rest, Command::Apop(apop)))
}

/// `[SP sasl-mech [SP initial-response]]`, of AUTH.
pub(crate) fn auth<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, auth) = cut(token::optional(input, cx, Auth::parse_part))?;
    Ok((rest, Command::Auth(auth)))
}

#[cfg(test)]
mod tests;
