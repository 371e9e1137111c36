//! GENURLAUTH, RESETKEY and URLFETCH: URLs that authorise. RFC 4467, RFC 5524 (URLAUTH=BINARY).

pub mod stream;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::{BASE64, strip_prefix_ignore_case};
use mailwire_core::{IntoBytes, InvalidValue, into_owned, text_type, wire_api};

use crate::Mode;
use crate::element::body_structure::BodyStructure;
use crate::element::body_value::BodyValue;
use crate::element::items::{ItemTail, Items, item};
use crate::element::mailbox::Mailbox;
use crate::element::parameter::{Label, Parameter};
use crate::element::string::{AString, Atom};
use crate::extension::{Extension, IsMet, Need};
use crate::token::{close, open, sp};
use crate::tolerance::Deviation;

/// The arguments of GENURLAUTH: URLs without their token, each with the mechanism that is to make it; sent by the
/// client.
///
/// RFC 4467 section 7. Each URL is one of [`ImapUrl`](crate::element::url::ImapUrl) that ends in its access.
///
/// # Grammar
/// ```abnf
/// genurlauth = "GENURLAUTH" 1*(SP url-rump SP mechanism)
/// url-rump   = astring
/// ```
///
/// # Wire
/// ```text
/// C: A1 GENURLAUTH "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=user+fred" INTERNAL
/// S: * GENURLAUTH "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=user+fred:internal:91354..."
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `astring`, `atom`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::Command;
///
/// let Command::GenUrlAuth(urls) = Command::parse(b"GENURLAUTH rump1 INTERNAL")? else { panic!() };
/// assert_eq!(urls.iter().next().unwrap().mechanism.as_str(), "INTERNAL");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
pub type GenUrlAuth<'a> = Items<'a, UrlRump<'static>>;

/// The URLs that GENURLAUTH made, in the order of the command; sent by the server.
///
/// # Grammar
/// ```abnf
/// genurlauth-data = "*" SP "GENURLAUTH" 1*(SP url-full)
/// ```
pub type GenUrlAuthData<'a> = Items<'a, AString<'static>>;

/// A URL without its token, and the mechanism that is to make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlRump<'a> {
    /// The URL.
    pub url: AString<'a>,
    /// The mechanism: INTERNAL, or another.
    pub mechanism: Atom<'a>,
}

/// The arguments of RESETKEY: a mailbox whose URLs become void, and the mechanisms that are meant; or none, for all
/// mailboxes; sent by the client.
///
/// RFC 4467 section 7.
///
/// # Grammar
/// ```abnf
/// resetkey = "RESETKEY" [SP mailbox *(SP mechanism)]
/// ```
///
/// # Wire
/// ```text
/// C: A1 RESETKEY INBOX INTERNAL
/// S: A1 OK [URLMECH INTERNAL] mechs
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `mailbox`, `atom`.
///
/// # Example
/// ```
/// use mailwire_imap::family::urlauth::ResetKey;
///
/// assert_eq!(ResetKey::parse(b"")?, ResetKey::All);
/// assert!(matches!(ResetKey::parse(b" INBOX INTERNAL")?, ResetKey::Mailbox { .. }));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResetKey<'a> {
    /// Of every mailbox.
    All,
    /// Of one mailbox.
    Mailbox {
        /// The mailbox.
        mailbox: Mailbox<'a>,
        /// The mechanisms; none for all.
        mechanisms: ItemTail<'a, Atom<'static>>,
    },
}

/// The arguments of URLFETCH: URLs, each perhaps with what is wanted of it; sent by the client.
///
/// RFC 4467 section 7, RFC 5524 section 3.1.
///
/// # Grammar
/// ```abnf
/// urlfetch         = "URLFETCH" 1*(SP url-fetch-arg)
/// url-fetch-arg    = url-full / "(" url-full *(SP url-fetch-param) ")"
/// url-fetch-param  = "BODY" / "BINARY" / "BODYPARTSTRUCTURE" / atom
/// ```
///
/// # Wire
/// ```text
/// C: A1 URLFETCH ("imap://joe@example.com/INBOX/;uid=20/;section=1" BINARY)
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `astring`, `url-fetch-arg`, `atom`.
///
/// # Example
/// ```
/// use mailwire_imap::Command;
///
/// let Command::UrlFetch(urls) = Command::parse(b"URLFETCH one (two BINARY)")? else { panic!() };
/// assert_eq!(urls.iter().map(|url| url.wanted.map_or(0, |wanted| wanted.len())).sum::<usize>(), 1);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
pub type UrlFetch<'a> = Items<'a, UrlRequest<'static>>;

/// One URL of [`UrlFetch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlRequest<'a> {
    /// The URL.
    pub url: AString<'a>,
    /// What is wanted: BODY, BINARY, BODYPARTSTRUCTURE; `None` for the octets as RFC 4467 gives them.
    pub wanted: Option<ItemTail<'a, Atom<'static>>>,
}

/// What URLs point at, each with its URL; sent by the server.
///
/// RFC 4467 section 7, RFC 5524 section 3.2.
///
/// # Grammar
/// ```abnf
/// urlfetch-data   = "*" SP "URLFETCH" 1*(SP (urldata-simple / urldata-ext / urldata-error))
/// urldata-simple  = url-full SP nstring
/// urldata-error   = url-full SP nil
/// urldata-ext     = url-full 1*(SP "(" url-metadata-el ")")
/// url-metadata-el = "BODYPARTSTRUCTURE" SP body / "BODY" SP nstring / "BINARY" SP ( nstring / literal8 )
/// ```
///
/// # Wire
/// ```text
/// S: * URLFETCH "imap://joe@example.com/INBOX/;uid=20/;section=1.2" {28}
/// ```
///
/// # Limits
/// Those of literals. A large one is [streamed](stream).
///
/// # Errors
/// `astring`, `nstring`, `url-metadata`, and those of [`BodyStructure`].
///
/// # Example
/// ```
/// use mailwire_imap::Data;
/// use mailwire_imap::family::urlauth::UrlContent;
///
/// let Data::UrlFetch(urls) = Data::parse(b"URLFETCH one {5}\r\nHello two NIL")? else { panic!() };
/// let UrlContent::Octets(octets) = urls.iter().next().unwrap().content else { panic!() };
/// assert_eq!(octets.as_bytes(), Some(&b"Hello"[..]));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
pub type UrlFetchData<'a> = ItemTail<'a, UrlData<'static>>;

/// What one URL points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlData<'a> {
    /// The URL.
    pub url: AString<'a>,
    /// What it points at.
    pub content: UrlContent<'a>,
}

/// What [`UrlData`] holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlContent<'a> {
    /// The octets; NIL where there are none, or the URL does not authorise.
    Octets(BodyValue<'a>),
    /// What was asked for by name; at least one.
    Parts(UrlParts<'a>),
}

/// Answers of [`UrlContent`] in parentheses; there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlParts<'a>(Items<'a, UrlPart<'static>>);

/// One answer of [`UrlParts`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlPart<'a> {
    /// The structure of the part.
    Structure(BodyStructure<'a>),
    /// Its octets as they are.
    Body(BodyValue<'a>),
    /// Its octets without their transfer encoding; NIL where they cannot be decoded.
    Binary(BodyValue<'a>),
    /// What another extension defines.
    Other(Parameter<'a>),
}

/// The mechanisms that can make tokens: the value of the code URLMECH.
///
/// RFC 4467 section 6.
///
/// # Grammar
/// ```abnf
/// resp-text-code =/ "URLMECH" SP "INTERNAL" *(SP mechanism ["=" base64])
/// ```
///
/// # Wire
/// ```text
/// S: A1 OK [URLMECH INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg==] done
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `URLMECH`, `mechanism`.
///
/// # Example
/// ```
/// use mailwire_imap::family::urlauth::UrlMech;
///
/// let mechanisms = UrlMech::parse(b"INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg==")?;
/// assert_eq!(mechanisms.others().count(), 1);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlMech<'a>(ItemTail<'a, Mechanism<'static>>);

text_type! {
    /// A mechanism of [`UrlMech`], with its data behind `=` in some.
    pub struct Mechanism: "mechanism", check = check_mechanism, utf8
}

wire_api!(Deviation, Mode: UrlRump, ResetKey, UrlRequest, UrlData, UrlPart, UrlMech);
into_owned!(struct UrlRump { url, mechanism });
into_owned!(
    enum ResetKey {
        All,
        Mailbox { mailbox, mechanisms },
    }
);
into_owned!(struct UrlRequest { url, wanted });
into_owned!(struct UrlData { url, content });
into_owned!(
    enum UrlContent {
        Octets(value),
        Parts(value),
    }
);
into_owned!(@impl UrlParts, self => { UrlParts(mailwire_core::IntoOwned::into_owned(self.0)) });
into_owned!(
    enum UrlPart {
        Structure(value),
        Body(value),
        Binary(value),
        Other(value),
    }
);
into_owned!(@impl UrlMech, self => { UrlMech(mailwire_core::IntoOwned::into_owned(self.0)) });
item!(UrlRump, UrlRequest, UrlData, UrlPart, Mechanism);

/// What URLFETCH needs and a session has not.
pub(crate) fn lacks(urls: &UrlFetch<'_>, is_met: IsMet<'_>) -> Option<Need> {
    let named = urls.iter().any(|url| url.wanted.is_some());
    if named { Need::of(Extension::UrlAuthBinary).unmet(is_met) } else { None }
}

fn is_mechanism(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.')
}

fn check_mechanism(mechanism: &[u8]) -> Result<(), usize> {
    let name = mechanism.iter().take_while(|octet| is_mechanism(**octet)).count();
    match mechanism.split_at(name) {
        ([], _) => Err(0),
        (_, []) => Ok(()),
        (_, [b'=', data @ ..]) => BASE64.check(data).map_err(|at| name + 1 + at),
        _ => Err(name),
    }
}

impl<'a> UrlParts<'a> {
    /// These answers.
    ///
    /// # Errors
    /// [`InvalidValue`] for none at all.
    pub fn new<'x>(
        parts: impl IntoIterator<Item = UrlPart<'x>>,
    ) -> Result<UrlParts<'static>, InvalidValue> {
        let parts = Items::new(parts);
        if parts.is_empty() {
            return Err(InvalidValue { what: "url-metadata", at: 0 });
        }
        Ok(UrlParts(parts))
    }

    /// The answers, in their order.
    pub fn iter(&self) -> impl Iterator<Item = UrlPart<'_>> {
        self.0.iter()
    }
}

impl<'a> UrlPart<'a> {
    /// What another extension defines.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that is known here, and where the value is not one balanced value.
    pub fn other(name: Label<'a>, value: impl IntoBytes<'a>) -> Result<Self, InvalidValue> {
        if [&b"BODY"[..], b"BINARY", b"BODYPARTSTRUCTURE"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name.as_bytes()))
        {
            return Err(InvalidValue { what: "url-metadata-el", at: 0 });
        }
        Parameter::new(name, Some(value)).map(Self::Other)
    }
}

impl<'a> UrlMech<'a> {
    /// INTERNAL, and these mechanisms.
    pub fn new<'x>(others: impl IntoIterator<Item = Mechanism<'x>>) -> UrlMech<'static> {
        UrlMech(ItemTail::new(others))
    }

    /// The mechanisms besides INTERNAL.
    pub fn others(&self) -> impl Iterator<Item = Mechanism<'_>> {
        self.0.iter()
    }
}

impl<'a> Wire<'a> for UrlRump<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, url) = AString::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, mechanism) = cut(Atom::parse_part(rest, cx))?;
        Ok((rest, Self { url, mechanism }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.url).sp().put(&self.mechanism);
    }
}

impl<'a> Wire<'a> for ResetKey<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match input {
            [b' ', octet, ..] if !matches!(octet, b' ' | b'\r' | b'\n') => {
                let (rest, ()) = sp(input, cx)?;
                let (rest, mailbox) = cut(Mailbox::parse_part(rest, cx))?;
                let (rest, mechanisms) = cut(ItemTail::parse_part(rest, cx))?;
                Ok((rest, Self::Mailbox { mailbox, mechanisms }))
            }
            _ => Ok((input, Self::All)),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Self::Mailbox { mailbox, mechanisms } = self {
            out.sp().put(mailbox).put(mechanisms);
        }
    }
}

impl<'a> Wire<'a> for UrlRequest<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Some(inside) = input.strip_prefix(b"(") else {
            let (rest, url) = AString::parse_part(input, cx)?;
            return Ok((rest, Self { url, wanted: None }));
        };
        let (rest, url) = cut(AString::parse_part(inside, cx))?;
        let (rest, wanted) = cut(ItemTail::parse_part(rest, cx))?;
        let (rest, ()) = close(rest, cx, "url-fetch-arg")?;
        Ok((rest, Self { url, wanted: Some(wanted) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match &self.wanted {
            None => drop(out.put(&self.url)),
            Some(wanted) => drop(out.byte(b'(').put(&self.url).put(wanted).byte(b')')),
        }
    }
}

impl<'a> Wire<'a> for UrlData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, url) = AString::parse_part(input, cx)?;
        let (at, ()) = cut(sp(rest, cx))?;
        if at.first() == Some(&b'(') {
            let (rest, parts) = match cut(Items::parse_while(at, cx, b'(')) {
                Err(error) => joined_parts(at, cx).ok_or(error)?,
                parsed => parsed?,
            };
            return Ok((rest, Self { url, content: UrlContent::Parts(UrlParts(parts)) }));
        }
        let (rest, value) = cut(BodyValue::parse(at, cx, false))?;
        Ok((rest, Self { url, content: UrlContent::Octets(value) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.url).sp();
        match &self.content {
            UrlContent::Octets(value) => value.encode(out, false),
            UrlContent::Parts(UrlParts(parts)) => drop(out.put(parts)),
        }
    }
}

/// Several elements in one pair of parentheses: Dovecot.
#[cold]
fn joined_parts<'a>(
    input: &'a [u8],
    cx: &Context,
) -> Option<(&'a [u8], Items<'a, UrlPart<'static>>)> {
    if !cx.allows(Deviation::JoinedUrlParts) {
        return None;
    }
    let mut parts = alloc::vec::Vec::new();
    let mut rest = input.strip_prefix(b"(")?;
    loop {
        let part;
        (rest, part) = UrlPart::element(rest, cx).ok()?;
        parts.push(part);
        cx.check_elements(parts.len(), rest).ok()?;
        match rest {
            [b')', behind @ ..] => {
                let _ = cx.tolerate(Deviation::JoinedUrlParts);
                return Some((behind, Items::new(parts)));
            }
            [b' ', behind @ ..] => rest = behind,
            _ => return None,
        }
    }
}

impl<'a> UrlPart<'a> {
    /// One element without its parentheses.
    fn element(inside: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "url-metadata";
        let (behind, name) = cut(Label::parse_part(inside, cx))?;
        let word = name.as_bytes();
        let value = || cut(sp(behind, cx)).map(|(at, ())| at);
        let (rest, part) = if word.eq_ignore_ascii_case(b"BODYPARTSTRUCTURE") {
            let (rest, body) = cut(BodyStructure::parse_part(value()?, cx))?;
            (rest, Self::Structure(body))
        } else if word.eq_ignore_ascii_case(b"BODY") {
            let (rest, octets) = cut(BodyValue::parse(value()?, cx, false))?;
            (rest, Self::Body(octets))
        } else if word.eq_ignore_ascii_case(b"BINARY") {
            let (rest, octets) = cut(BodyValue::parse(value()?, cx, true))?;
            (rest, Self::Binary(octets))
        } else {
            let (rest, parameter) = Parameter::parse_value(behind, cx, name)?;
            if parameter.value.is_none() {
                return Err(stop(rest, RULE));
            }
            (rest, Self::Other(parameter))
        };
        Ok((rest, part))
    }
}

impl<'a> Wire<'a> for UrlPart<'a> {
    /// One element with its parentheses.
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "url-metadata";
        let (inside, ()) = open(input, RULE)?;
        let (rest, part) = Self::element(inside, cx)?;
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, part))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(');
        match self {
            Self::Structure(body) => drop(out.keyword("BODYPARTSTRUCTURE").sp().put(body)),
            Self::Body(octets) => octets.encode(out.keyword("BODY").sp(), false),
            Self::Binary(octets) => octets.encode(out.keyword("BINARY").sp(), true),
            Self::Other(parameter) => drop(out.put(parameter)),
        }
        out.byte(b')');
    }
}

impl<'a> Wire<'a> for Mechanism<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let name = input.iter().take_while(|octet| is_mechanism(**octet)).count();
        let len = match input.split_at(name) {
            ([], _) => return Err(fail(input, "mechanism")),
            (_, [b'=', data @ ..]) => name + 1 + BASE64.span(data),
            _ => name,
        };
        let (mechanism, rest) = input.split_at(len);
        Ok((rest, Self::checked(mechanism)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl<'a> Wire<'a> for UrlMech<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match strip_prefix_ignore_case(input, b"INTERNAL") {
            Some(rest) if matches!(rest, [] | [b' ' | b']', ..]) => {
                let (rest, others) = cut(ItemTail::parse_part(rest, cx))?;
                Ok((rest, Self(others)))
            }
            _ => Err(fail(input, "URLMECH")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.keyword("INTERNAL").put(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient_in, check_needs, check_rejects, check_rows, check_rows_in};
    use crate::{Command, Data, Tolerance};
    use alloc::vec::Vec;

    fn string(text: &'static str) -> AString<'static> {
        AString::new(text).unwrap()
    }

    fn atom(text: &'static str) -> Atom<'static> {
        Atom::new(text).unwrap()
    }

    #[test]
    fn command_rows() {
        let rump = |url, mechanism| UrlRump { url: string(url), mechanism: atom(mechanism) };
        let request = |url, wanted: Option<&[&'static str]>| UrlRequest {
            url: string(url),
            wanted: wanted.map(|wanted| ItemTail::new(wanted.iter().map(|word| atom(word)))),
        };
        let mailbox = |mechanisms: &[&'static str]| {
            Command::ResetKey(ResetKey::Mailbox {
                mailbox: Mailbox::INBOX,
                mechanisms: ItemTail::new(mechanisms.iter().map(|word| atom(word))),
            })
        };
        check_rows(&[
            (
                b"GENURLAUTH rump1 INTERNAL \"rump 2\" X-TEST",
                Command::GenUrlAuth(GenUrlAuth::new([
                    rump("rump1", "INTERNAL"),
                    rump("rump 2", "X-TEST"),
                ])),
            ),
            (b"RESETKEY", Command::ResetKey(ResetKey::All)),
            (b"RESETKEY INBOX", mailbox(&[])),
            (b"RESETKEY INBOX INTERNAL X", mailbox(&["INTERNAL", "X"])),
            (
                b"URLFETCH one (two) (three BINARY BODYPARTSTRUCTURE)",
                Command::UrlFetch(UrlFetch::new([
                    request("one", None),
                    request("two", Some(&[])),
                    request("three", Some(&["BINARY", "BODYPARTSTRUCTURE"])),
                ])),
            ),
        ]);
        check_rejects::<Command<'_>>(&[
            (b"GENURLAUTH", "SP", 10),
            (b"GENURLAUTH a", "SP", 12),
            (b"GENURLAUTH a b c", "SP", 16),
            (b"GENURLAUTH \\", "astring", 11),
            (b"RESETKEY (", "mailbox", 9),
            (b"URLFETCH (a", "url-fetch-arg", 11),
            (b"URLFETCH ()", "astring", 10),
        ]);
    }

    #[test]
    fn data_rows() {
        let data = |url, content| UrlData { url: string(url), content };
        let octets = |text: &'static str| UrlContent::Octets(BodyValue::new(text));
        let body = BodyStructure::parse(b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 3 1)").unwrap();
        let parts = UrlContent::Parts(
            UrlParts::new([
                UrlPart::Structure(body.into_owned()),
                UrlPart::Binary(BodyValue::new("\0")),
                UrlPart::Body(BodyValue::Nil),
                UrlPart::other(Label::new("X-A").unwrap(), "(1)").unwrap(),
            ])
            .unwrap(),
        );
        check_rows(&[(
            b"GENURLAUTH one \"two 2\"",
            Data::GenUrlAuth(GenUrlAuthData::new([string("one"), string("two 2")])),
        )]);
        check_rows_in(
            Mode::SERVER,
            &[
                (
                    b"URLFETCH one {2}\r\nHi two NIL",
                    Data::UrlFetch(UrlFetchData::new([
                        data("one", octets("Hi")),
                        data("two", UrlContent::Octets(BodyValue::Nil)),
                    ])),
                ),
                (
                    b"URLFETCH a (BODYPARTSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 3 1)) \
                      (BINARY ~{1}\r\n\0) (BODY NIL) (X-A (1)) b {1}\r\nx",
                    Data::UrlFetch(UrlFetchData::new([data("a", parts), data("b", octets("x"))])),
                ),
            ],
        );
        check_rejects::<Data<'_>>(&[
            (b"URLFETCH a", "SP", 10),
            (b"URLFETCH a b", "nstring", 11),
            (b"URLFETCH a (BODY x)", "nstring", 17),
            (b"URLFETCH a (BODY NIL", "url-metadata", 20),
            (b"URLFETCH a (X)", "url-metadata", 13),
            (b"GENURLAUTH", "SP", 10),
        ]);
        check_lenient_in::<Data<'_>>(
            Mode::SERVER,
            &[(
                b"URLFETCH a (BINARY {1}\r\nx BODY NIL)",
                Deviation::JoinedUrlParts,
                b"URLFETCH a (BINARY {1}\r\nx) (BODY NIL)",
            )],
        );
        // An empty string ends where it does, whatever quotes follow.
        let wire = b"URLFETCH A \"\" b (BODY {1}\r\n\")";
        let (found, _) = Data::parse_in(wire, Mode::SERVER, Tolerance::lenient()).unwrap();
        let Data::UrlFetch(found) = found else { panic!() };
        assert_eq!(found.iter().map(|one| one.url).collect::<Vec<_>>(), [string("A"), string("b")]);
        assert!(UrlParts::new([]).is_err());
        assert!(UrlPart::other(Label::new("binary").unwrap(), "(1)").is_err());
    }

    #[test]
    fn code_rows() {
        let sample = || Mechanism::new("XSAMPLE=P34OKhO7VEkCbsiYY8rGEg==").unwrap();
        check_rows(&[
            (b"INTERNAL", UrlMech::new([])),
            (
                b"INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg== Y",
                UrlMech::new([sample(), Mechanism::new("Y").unwrap()]),
            ),
        ]);
        check_rejects::<UrlMech<'_>>(&[
            (b"", "URLMECH", 0),
            (b"XSAMPLE", "URLMECH", 0),
            (b"INTERNALX", "URLMECH", 0),
            (b"INTERNAL =a", "mechanism", 9),
        ]);
        assert!(Mechanism::new("a=!").is_err() && Mechanism::new("").is_err());
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("GENURLAUTH a INTERNAL", &["URLAUTH"]),
            ("RESETKEY", &["URLAUTH"]),
            ("URLFETCH a b", &["URLAUTH"]),
            ("URLFETCH a (b)", &["URLAUTH", "URLAUTH=BINARY"]),
            ("URLFETCH (b BINARY)", &["URLAUTH", "URLAUTH=BINARY"]),
        ]);
    }
}
