//! XCLIENT and XFORWARD of Postfix: facts about another client, told by a trusted one; and the VERB
//! and ONEX of sendmail.
//!
//! ```text
//! C: XCLIENT NAME=spike.porcupine.org ADDR=168.100.189.2
//! S: 220 server.example.com ESMTP Postfix
//! ```

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::ByteSet;
use mailwire_core::{InvalidValue, into_owned, text_type, wire_enum};

use crate::command::Command;
use crate::element::xtext::Xtext;
use crate::token;

/// Octets of an attribute name.
static NAME: ByteSet =
    ByteSet::range(b'a', b'z').and_range(b'A', b'Z').and_range(b'0', b'9').and(b"-_");

wire_enum! {
    /// The attributes of XCLIENT and XFORWARD that are known by name.
    pub enum KnownAttribute: "attribute-name" in NAME {
        /// Host name of the client.
        Name = "NAME",
        /// Network address of the client.
        Addr = "ADDR",
        /// Port of the client.
        Port = "PORT",
        /// Protocol between the client and the sender of the command.
        Proto = "PROTO",
        /// What the client said in EHLO.
        Helo = "HELO",
        /// The authenticated user.
        Login = "LOGIN",
        /// Network address that the client connected to.
        DestAddr = "DESTADDR",
        /// Port that the client connected to.
        DestPort = "DESTPORT",
        /// Host name that the client's address maps to, unverified.
        ReverseName = "REVERSE_NAME",
        /// Identifier of the session or the message.
        Ident = "IDENT",
        /// `LOCAL` or `REMOTE`: where the message came from.
        Source = "SOURCE",
        /// Session identifier (Dovecot).
        Session = "SESSION",
        /// How many proxies may still follow (Dovecot).
        Ttl = "TTL",
        /// Seconds until the client gives up (Dovecot).
        Timeout = "TIMEOUT",
        /// Transport between the client and the sender of the command (Dovecot).
        ClientTransport = "CLIENT-TRANSPORT",
        /// Fields that are passed on (Dovecot).
        Forward = "FORWARD",
    }
}

text_type! {
    /// The name of an attribute: letters, digits, hyphens and underscores, in any case.
    pub struct AttributeName: "attribute name", check = check_name, utf8, ignore case
}

fn check_name(text: &[u8]) -> Result<(), usize> {
    if text.is_empty() { Err(0) } else { NAME.check(text) }
}

/// One `name=value` of XCLIENT or XFORWARD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its name.
    pub name: AttributeName<'a>,
    /// Its value, as xtext. `[UNAVAILABLE]` and `[TEMPUNAVAIL]` stand for what is not known.
    pub value: Xtext<'a>,
}

into_owned!(struct Attribute { name, value });

impl<'a> Attribute<'a> {
    /// An attribute from a known name and the meaning of its value.
    ///
    /// # Errors
    /// [`InvalidValue`] when the value holds control octets.
    pub fn new(name: KnownAttribute, value: &[u8]) -> Result<Self, InvalidValue> {
        let name = AttributeName::checked(name.as_str().as_bytes());
        Ok(Self { name, value: Xtext::encode_text(value)? })
    }

    /// Which known attribute it is.
    #[must_use]
    pub fn known(&self) -> Option<KnownAttribute> {
        KnownAttribute::from_keyword(self.name.as_bytes())
    }
}

impl<'a> Wire<'a> for Attribute<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (name, rest) = NAME.split(input);
        let Some((b'=', rest)) = rest.split_first() else {
            return Err(stop(rest, "attribute-name"));
        };
        if name.is_empty() {
            return Err(stop(input, "attribute-name"));
        }
        let (rest, value) = cut(Xtext::parse_part(rest, cx))?;
        Ok((rest, Self { name: AttributeName::checked(name), value }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.name.as_bytes()).byte(b'=').put(&self.value);
    }
}

/// The arguments of XCLIENT and XFORWARD; sent by a client that the server trusts.
///
/// Postfix's XCLIENT and XFORWARD protocols; Dovecot adds attributes. After 220 to XCLIENT the
/// session starts again at the greeting; XFORWARD is answered 250 and only logged.
///
/// # Grammar
/// ```text
/// xclient-command  = "XCLIENT" 1*(SP attribute-name "=" attribute-value) CRLF
/// xforward-command = "XFORWARD" 1*(SP attribute-name "=" attribute-value) CRLF
/// attribute-value  = xtext
/// ```
/// This value is what follows the verb.
///
/// # Wire
/// ```text
/// C: XCLIENT ADDR=192.0.2.9 PORT=1234
/// S: 220 mail.example.net ready
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `attribute-name`, `xtext`.
///
/// # Example
/// ```
/// use mailwire_smtp::{Command, family::vendor::KnownAttribute};
/// let Command::Xclient(attributes) = Command::parse(b"XCLIENT ADDR=192.0.2.9\r\n")? else { panic!() };
/// let first = attributes.iter().next().unwrap();
/// assert_eq!(first.known(), Some(KnownAttribute::Addr));
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Clone)]
pub struct Attributes<'a> {
    /// `1*(SP attribute)`, checked.
    wire: Cow<'a, [u8]>,
}

into_owned!(struct Attributes { wire });

impl<'a> Attributes<'a> {
    /// A list of one attribute.
    #[must_use]
    pub fn new(attribute: &Attribute<'_>) -> Self {
        Self { wire: Cow::Borrowed(&[]) }.with(attribute)
    }

    /// The list with one attribute more.
    #[must_use]
    pub fn with(mut self, attribute: &Attribute<'_>) -> Self {
        Encoder::new(self.wire.to_mut()).sp().put(attribute);
        self
    }

    /// The attributes, in the order of the line.
    pub fn iter(&self) -> impl Iterator<Item = Attribute<'_>> {
        // The list was checked under the caller's tolerance; it must not be refused now.
        let cx = Context::new(mailwire_core::Tolerance::<crate::Deviation>::lenient());
        let mut rest: &[u8] = &self.wire;
        core::iter::from_fn(move || {
            let (after, ()) = token::sp(rest, &cx).ok()?;
            let (after, attribute) = Attribute::parse_part(after, &cx).ok()?;
            rest = after;
            Some(attribute)
        })
    }
}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Equal when the attributes are, in the same order.
impl PartialEq for Attributes<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Attributes<'_> {}

impl<'a> Wire<'a> for Attributes<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let mut rest = input;
        loop {
            let (after, ()) = token::sp(rest, cx)?;
            if after.is_empty() {
                break;
            }
            (rest, _) = cut(Attribute::parse_part(after, cx))?;
            if rest.is_empty() {
                break;
            }
        }
        let len = input.len().saturating_sub(rest.len());
        let wire = input.get(..len).unwrap_or_default();
        if wire.is_empty() {
            return Err(fail(input, "attribute-name"));
        }
        Ok((rest, Self { wire: Cow::Borrowed(wire) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        for attribute in self.iter() {
            out.sp().put(&attribute);
        }
    }
}

/// The arguments of XCLIENT.
pub(crate) fn xclient<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, attributes) = cut(Attributes::parse_part(input, cx))?;
    Ok((rest, Command::Xclient(attributes)))
}

/// The arguments of XFORWARD.
pub(crate) fn xforward<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, attributes) = cut(Attributes::parse_part(input, cx))?;
    Ok((rest, Command::Xforward(attributes)))
}

/// No argument, of VERB: the server is to tell more.
pub(crate) fn verb<'a>(input: &'a [u8], _: &Context) -> PResult<'a, Command<'a>> {
    Ok((input, Command::Verbose))
}

/// No argument, of ONEX: one message transaction only.
pub(crate) fn onex<'a>(input: &'a [u8], _: &Context) -> PResult<'a, Command<'a>> {
    Ok((input, Command::Onex))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};
    use crate::tolerance::Deviation;

    fn attribute(name: KnownAttribute, value: &str) -> Attribute<'_> {
        Attribute::new(name, value.as_bytes()).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (
                b"XCLIENT NAME=spike.porcupine.org ADDR=168.100.189.2\r\n",
                Command::Xclient(
                    Attributes::new(&attribute(KnownAttribute::Name, "spike.porcupine.org"))
                        .with(&attribute(KnownAttribute::Addr, "168.100.189.2")),
                ),
            ),
            (
                b"XCLIENT NAME=[UNAVAILABLE]\r\n",
                Command::Xclient(Attributes::new(&attribute(
                    KnownAttribute::Name,
                    "[UNAVAILABLE]",
                ))),
            ),
            (
                b"XFORWARD SOURCE=LOCAL\r\n",
                Command::Xforward(Attributes::new(&attribute(KnownAttribute::Source, "LOCAL"))),
            ),
            (b"VERB\r\n", Command::Verbose),
            (b"ONEX\r\n", Command::Onex),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"XCLIENT\r\n", "SP", 7),
            (b"XCLIENT ADDR\r\n", "attribute-name", 12),
            (b"XCLIENT =x\r\n", "attribute-name", 8),
            (b"XCLIENT NAME=a+0D+0Ab\r\n", "xtext", 14),
            (b"ONEX x\r\n", "CRLF", 4),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (b"XCLIENT  ADDR=192.0.2.9\r\n", Deviation::ExtraSpaces, b"XCLIENT ADDR=192.0.2.9\r\n"),
            (b"XFORWARD NAME=a+3db\r\n", Deviation::LowerCaseHex, b"XFORWARD NAME=a+3Db\r\n"),
        ]);
    }
}
