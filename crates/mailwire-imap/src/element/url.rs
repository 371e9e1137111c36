//! IMAP URLs, as far as CATENATE, URLAUTH and BURL need them.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::{ByteSet, byte, number, one_or_more, strip_prefix_ignore_case};
use mailwire_core::{InvalidValue, into_owned, text_type, wire_api};

use super::number::{number64, nz_number};
use crate::tolerance::Deviation;

text_type! {
    /// Octets in a URL, percent-encoded where they must be: `enc-mailbox`, `enc-user` and their kin.
    ///
    /// RFC 5092 section 11. The encoded form is kept; two texts are equal when that is.
    pub struct UrlText: "URL text", check = check_text, utf8
}

text_type! {
    /// Octets in a URL that end neither a user nor a field: text without `:`, `@` and `/`, percent-encoded
    /// where it must be.
    pub struct UrlWord: "URL word", check = check_word, utf8
}

text_type! {
    /// A host in a URL: a name, an IPv4 address, or an IPv6 address in brackets.
    pub struct UrlHost: "host", check = check_host, utf8, ignore case
}

text_type! {
    /// When the authorization of a URL ends: a `date-time` of RFC 3339, not looked at further.
    pub struct UrlExpire: "expire", check = check_expire, utf8
}

text_type! {
    /// The mechanism of a URL's authorization: `INTERNAL` or another.
    pub struct UrlMechanism: "uauth-mechanism", check = check_mechanism, utf8, ignore case
}

text_type! {
    /// The token of a URL's authorization: 32 or more hexadecimal digits.
    pub struct UrlToken: "enc-urlauth", check = check_token, utf8, ignore case
}

/// `bchar` without `pct-encoded`.
static BCHAR: ByteSet = ByteSet::range(b'a', b'z')
    .and_range(b'A', b'Z')
    .and_range(b'0', b'9')
    .and(b"-._~!$'()*+,&=:@/");
/// `achar` without `pct-encoded`: `bchar` but `:`, `@` and `/`.
static ACHAR: ByteSet =
    ByteSet::range(b'a', b'z').and_range(b'A', b'Z').and_range(b'0', b'9').and(b"-._~!$'()*+,&=");
static HOST: ByteSet = ByteSet::range(b'a', b'z')
    .and_range(b'A', b'Z')
    .and_range(b'0', b'9')
    .and(b"-._~!$'()*+,&=%[:]");
static EXPIRE: ByteSet = ByteSet::range(b'0', b'9').and(b"-+:.TZtz");
static MECHANISM: ByteSet =
    ByteSet::range(b'a', b'z').and_range(b'A', b'Z').and_range(b'0', b'9').and(b"-.");
static HEX: ByteSet = ByteSet::range(b'0', b'9').and_range(b'a', b'f').and_range(b'A', b'F');

/// How many octets at the beginning of `input` are of `set` or percent-encoded.
fn encoded_span(input: &[u8], set: &ByteSet) -> usize {
    let mut rest = input;
    loop {
        rest = set.split(rest).1;
        rest = match rest {
            [b'%', high, low, behind @ ..] if HEX.contains(*high) && HEX.contains(*low) => behind,
            _ => return input.len() - rest.len(),
        };
    }
}

/// `Ok` where all of `text`, and at least `least` octets, are of the set.
fn check_all(text: &[u8], span: usize, least: usize) -> Result<(), usize> {
    if span == text.len() && span >= least { Ok(()) } else { Err(span) }
}

fn check_text(text: &[u8]) -> Result<(), usize> {
    check_all(text, encoded_span(text, &BCHAR), 1)
}

fn check_word(text: &[u8]) -> Result<(), usize> {
    check_all(text, encoded_span(text, &ACHAR), 1)
}

fn check_host(text: &[u8]) -> Result<(), usize> {
    check_all(text, HOST.span(text), 1)?;
    // A colon ends a host, but inside of brackets.
    let bracketed = text.starts_with(b"[") && text.ends_with(b"]");
    match text.iter().position(|octet| matches!(octet, b':' | b'[' | b']')) {
        Some(at) if !bracketed => Err(at),
        _ => Ok(()),
    }
}

fn check_expire(text: &[u8]) -> Result<(), usize> {
    check_all(text, EXPIRE.span(text), 1)
}

fn check_mechanism(text: &[u8]) -> Result<(), usize> {
    check_all(text, MECHANISM.span(text), 1)
}

fn check_token(text: &[u8]) -> Result<(), usize> {
    check_all(text, HEX.span(text), 32)
}

/// An IMAP URL, absolute or relative.
///
/// RFC 5092 section 11, RFC 4467 (URLAUTH), RFC 5593 (application access). A field that is `None` is
/// absent. What stands behind a field that is there needs those that the grammar wants before it.
///
/// # Grammar
/// ```abnf
/// imapurl       = "imap://" iserver ipath-query
/// ipath-query   = ["/" [ icommand ]]
/// icommand      = imessagelist / imessagepart [iurlauth]
/// imessagelist  = imailbox-ref [ "?" enc-search ]
/// imessagepart  = imailbox-ref iuid [isection] [ipartial]
/// imailbox-ref  = enc-mailbox [uidvalidity]
/// iurlauth      = iurlauth-rump iua-verifier
/// iurlauth-rump = [expire] ";URLAUTH=" access
/// iua-verifier  = ":" uauth-mechanism ":" enc-urlauth
/// ```
///
/// # Wire
/// ```text
/// C: A1 APPEND Sent CATENATE (URL "/INBOX;UIDVALIDITY=1/;UID=20/;SECTION=1" TEXT {4}
/// C: A2 GENURLAUTH "imap://joe@example.com/INBOX/;UID=20;URLAUTH=anonymous" INTERNAL
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `iserver`, `port`, `iauth`, `enc-mailbox`, `uidvalidity`, `iuid-only`, `isection-only`, `ipartial-only`,
/// `enc-search`, `expire`, `access`, `uauth-mechanism`, `enc-urlauth`.
///
/// # Example
/// ```
/// use mailwire_imap::element::url::ImapUrl;
///
/// let wire = b"imap://joe@example.com/a%20b;UIDVALIDITY=3/;UID=20/;SECTION=1.2";
/// let url = ImapUrl::parse(wire)?;
/// assert_eq!(url.mailbox.as_ref().unwrap().decode(), &b"a b"[..]);
/// assert_eq!(url.uid.unwrap().get(), 20);
/// assert_eq!(url.to_bytes(), wire);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImapUrl<'a> {
    /// The base.
    pub base: Base<'a>,
    /// `enc-mailbox`.
    pub mailbox: Option<UrlText<'a>>,
    /// `;UIDVALIDITY=`.
    pub uid_validity: Option<NonZeroU32>,
    /// `?`: a search.
    pub search: Option<UrlText<'a>>,
    /// `;UID=`.
    pub uid: Option<NonZeroU32>,
    /// `;SECTION=`, a `section-spec`.
    pub section: Option<UrlText<'a>>,
    /// `;PARTIAL=`: an offset, and a length.
    pub partial: Option<(u64, Option<NonZeroU32>)>,
    /// `;URLAUTH=`.
    pub auth: Option<UrlAuth<'a>>,
}

/// What a URL begins with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Base<'a> {
    /// `imap://` and a server.
    Absolute(UrlServer<'a>),
    /// `//` and a server.
    Network(UrlServer<'a>),
    /// `/`: on the same server.
    Root,
    /// Nothing: relative to another URL.
    #[default]
    Relative,
}

/// A server in a URL: `iserver`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlServer<'a> {
    /// Whose mailbox it is.
    pub user: Option<UrlWord<'a>>,
    /// `;AUTH=`: a mechanism, or `*`.
    pub auth: Option<UrlWord<'a>>,
    /// The host.
    pub host: UrlHost<'a>,
    /// The port.
    pub port: Option<u16>,
    /// True where a `/` follows; it is written before a mailbox in any case.
    pub path: bool,
}

/// Who may use a URL: `iurlauth`, or `iurlauth-rump` without its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlAuth<'a> {
    /// `;EXPIRE=`.
    pub expire: Option<UrlExpire<'a>>,
    /// `access`: `anonymous`, `authuser`, `user+joe`, `submit+joe` or `stream`.
    pub access: UrlWord<'a>,
    /// The mechanism and the token.
    pub verifier: Option<(UrlMechanism<'a>, UrlToken<'a>)>,
}

wire_api!(Deviation, crate::Mode: ImapUrl);
into_owned!(
    enum Base {
        Absolute(server),
        Network(server),
        Root,
        Relative,
    }
);
into_owned!(@impl UrlServer, self => {
    let Self { user, auth, host, port, path } = self;
    UrlServer {
        user: user.map(UrlWord::into_owned),
        auth: auth.map(UrlWord::into_owned),
        host: host.into_owned(),
        port,
        path,
    }
});
into_owned!(@impl UrlAuth, self => {
    UrlAuth {
        expire: self.expire.map(UrlExpire::into_owned),
        access: self.access.into_owned(),
        verifier: self.verifier.map(|(name, token)| (name.into_owned(), token.into_owned())),
    }
});
into_owned!(@impl ImapUrl, self => {
    ImapUrl {
        base: self.base.into_owned(),
        mailbox: self.mailbox.map(UrlText::into_owned),
        uid_validity: self.uid_validity,
        search: self.search.map(UrlText::into_owned),
        uid: self.uid,
        section: self.section.map(UrlText::into_owned),
        partial: self.partial,
        auth: self.auth.map(UrlAuth::into_owned),
    }
});

impl<'a> Wire<'a> for ImapUrl<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mut rest, base) = base(input)?;
        let mut url = Self { base, ..Self::default() };
        // Without a slash behind the server there is no path.
        if matches!(&url.base, Base::Absolute(server) | Base::Network(server) if !server.path) {
            return Ok((rest, url));
        }
        let mut span = encoded_span(rest, &BCHAR);
        // The slash before `;UID=` is not part of the mailbox; that before `;UIDVALIDITY=` is.
        if rest.get(..span).is_some_and(|name| name.ends_with(b"/"))
            && rest.get(span..).is_some_and(|behind| key(behind, b";UID=").is_some())
        {
            span -= 1;
        }
        if span > 0 {
            let (mailbox, behind) = rest.split_at(span);
            url.mailbox = Some(UrlText::checked(mailbox));
            rest = behind;
            if let Some(behind) = key(rest, b";UIDVALIDITY=") {
                (rest, url.uid_validity) = nonzero(behind, cx, "uidvalidity")?;
            }
            if let [b'?', behind @ ..] = rest {
                let (search, rest) = behind.split_at(encoded_span(behind, &BCHAR));
                if search.is_empty() {
                    return Err(stop(behind, "enc-search"));
                }
                url.search = Some(UrlText::checked(search));
                return Ok((rest, url));
            }
        }
        let slash = if url.mailbox.is_some() { &b"/;UID="[..] } else { b";UID=" };
        if let Some(behind) = key(rest, slash) {
            (rest, url.uid) = nonzero(behind, cx, "iuid-only")?;
        }
        let inside = url.uid.is_some();
        if let Some(behind) = key(rest, if inside { b"/;SECTION=" } else { b";SECTION=" }) {
            let (section, behind) = behind.split_at(section_span(behind));
            if section.is_empty() {
                return Err(stop(behind, "isection-only"));
            }
            url.section = Some(UrlText::checked(section));
            rest = behind;
        }
        let inside = inside || url.section.is_some();
        if let Some(behind) = key(rest, if inside { b"/;PARTIAL=" } else { b";PARTIAL=" }) {
            let (behind, offset) = cut(number64(behind, "ipartial-only"))?;
            rest = behind;
            let mut length = None;
            if let [b'.', behind @ ..] = rest {
                (rest, length) = nonzero(behind, cx, "ipartial-only")?;
            }
            url.partial = Some((offset, length));
        }
        if url.uid.is_some() && url.mailbox.is_some() {
            (rest, url.auth) = auth(rest)?;
        }
        Ok((rest, url))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let path = self.mailbox.is_some()
            || self.uid.is_some()
            || self.section.is_some()
            || self.partial.is_some();
        match &self.base {
            Base::Absolute(server) => server.encode(out.keyword("imap://"), path),
            Base::Network(server) => server.encode(out.keyword("//"), path),
            Base::Root => {
                out.byte(b'/');
            }
            Base::Relative => {}
        }
        if let Some(mailbox) = &self.mailbox {
            self.encode_mailbox(mailbox.as_bytes(), out);
            if let Some(uid_validity) = self.uid_validity {
                out.keyword(";UIDVALIDITY=").number(uid_validity.get().into());
            }
            if let Some(search) = &self.search {
                out.byte(b'?').bytes(search.as_bytes());
                return;
            }
        }
        let mut inside = self.mailbox.is_some();
        let mut field = |out: &mut Encoder<'_>, name: &str| {
            out.keyword(if inside { "/" } else { "" }).keyword(name);
            inside = true;
        };
        if let Some(uid) = self.uid {
            field(out, ";UID=");
            out.number(uid.get().into());
        }
        if let Some(section) = &self.section {
            field(out, ";SECTION=");
            out.bytes(section.as_bytes());
        }
        if let Some((offset, length)) = self.partial {
            field(out, ";PARTIAL=");
            out.number(offset);
            if let Some(length) = length {
                out.byte(b'.').number(length.get().into());
            }
        }
        let message = self.mailbox.is_some() && self.uid.is_some();
        if let Some(auth) = self.auth.as_ref().filter(|_| message) {
            if let Some(expire) = &auth.expire {
                out.keyword(";EXPIRE=").bytes(expire.as_bytes());
            }
            out.keyword(";URLAUTH=").bytes(auth.access.as_bytes());
            if let Some((mechanism, token)) = &auth.verifier {
                out.byte(b':').bytes(mechanism.as_bytes()).byte(b':').bytes(token.as_bytes());
            }
        }
    }
}

impl ImapUrl<'_> {
    /// Writes a mailbox so that its beginning is not read as that of a server.
    fn encode_mailbox(&self, mailbox: &[u8], out: &mut Encoder<'_>) {
        let scheme = matches!(self.base, Base::Relative) && key(mailbox, b"imap:").is_some();
        match mailbox {
            [b'/', rest @ ..] => out.keyword("%2F").bytes(rest),
            _ if scheme => {
                let (name, rest) = mailbox.split_at(4);
                out.bytes(name).keyword("%3A").bytes(rest.get(1..).unwrap_or_default())
            }
            _ => out.bytes(mailbox),
        };
    }
}

impl UrlServer<'_> {
    fn encode(&self, out: &mut Encoder<'_>, path: bool) {
        if let Some(user) = &self.user {
            out.bytes(user.as_bytes());
        }
        if let Some(auth) = &self.auth {
            out.keyword(";AUTH=").bytes(auth.as_bytes());
        }
        if self.user.is_some() || self.auth.is_some() {
            out.byte(b'@');
        }
        out.bytes(self.host.as_bytes());
        if let Some(port) = self.port {
            out.byte(b':').number(port.into());
        }
        if self.path || path {
            out.byte(b'/');
        }
    }
}

/// The rest behind a key, in any case.
fn key<'a>(input: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    strip_prefix_ignore_case(input, key)
}

/// A number that a URL must have at least 1 of, whatever is tolerated elsewhere.
fn nonzero<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
) -> PResult<'a, Option<NonZeroU32>> {
    if input.first() == Some(&b'0') {
        Err(stop(input, rule))
    } else {
        cut(nz_number(input, cx, rule))
    }
}

/// An encoded word.
fn word<'a>(input: &'a [u8], rule: &'static str) -> PResult<'a, UrlWord<'a>> {
    match input.split_at(encoded_span(input, &ACHAR)) {
        ([], _) => Err(stop(input, rule)),
        (word, rest) => Ok((rest, UrlWord::checked(word))),
    }
}

/// A section ends before the slash of `/;PARTIAL=`.
fn section_span(input: &[u8]) -> usize {
    let span = encoded_span(input, &BCHAR);
    let section = input.get(..span).unwrap_or_default();
    let partial = input.get(span..).is_some_and(|behind| key(behind, b";PARTIAL=").is_some());
    if partial && section.ends_with(b"/") { span - 1 } else { span }
}

fn base(input: &[u8]) -> PResult<'_, Base<'_>> {
    if let Some(behind) = key(input, b"imap://") {
        let (rest, server) = server(behind)?;
        return Ok((rest, Base::Absolute(server)));
    }
    if let Some(behind) = input.strip_prefix(b"//") {
        let (rest, server) = server(behind)?;
        return Ok((rest, Base::Network(server)));
    }
    Ok(match input {
        [b'/', rest @ ..] => (rest, Base::Root),
        rest => (rest, Base::Relative),
    })
}

/// `iserver`, and the slash behind it.
fn server(input: &[u8]) -> PResult<'_, UrlServer<'_>> {
    let (mut user, mut auth, mut rest) = (None, None, input);
    let authority = input.split(|octet| *octet == b'/').next().unwrap_or_default();
    if authority.contains(&b'@') {
        if rest.first() != Some(&b';') {
            let (behind, name) = word(rest, "iserver")?;
            (rest, user) = (behind, Some(name));
        }
        if let Some(behind) = key(rest, b";AUTH=") {
            let (behind, name) = word(behind, "iauth")?;
            (rest, auth) = (behind, Some(name));
        }
        (rest, ()) = cut(byte(rest, b'@', "iserver"))?;
    }
    let host = match rest.first() {
        Some(b'[') => rest.iter().position(|octet| *octet == b']').map_or(0, |at| at + 1),
        _ => rest
            .iter()
            .position(|octet| *octet == b':' || !HOST.contains(*octet))
            .unwrap_or(rest.len()),
    };
    let (host, behind) = rest.split_at(host);
    let host = UrlHost::new(host).map_err(|_| stop(rest, "iserver"))?;
    rest = behind;
    let mut port = None;
    if let [b':', behind @ ..] = rest {
        let (after, value) = cut(number(behind, "port"))?;
        port = Some(u16::try_from(value).map_err(|_| stop(behind, "port"))?);
        rest = after;
    }
    let path = rest.first() == Some(&b'/');
    rest = rest.get(usize::from(path)..).unwrap_or_default();
    Ok((rest, UrlServer { user, auth, host, port, path }))
}

/// `[iurlauth / iurlauth-rump]`
fn auth(input: &[u8]) -> PResult<'_, Option<UrlAuth<'_>>> {
    let (mut rest, mut expire) = (input, None);
    if let Some(behind) = key(rest, b";EXPIRE=") {
        let (behind, text) = cut(one_or_more(behind, &EXPIRE, "expire"))?;
        (rest, expire) = (behind, Some(UrlExpire::checked(text)));
    }
    let Some(at) = key(rest, b";URLAUTH=") else {
        return if expire.is_some() { Err(stop(rest, "access")) } else { Ok((input, None)) };
    };
    let (mut rest, access) = word(at, "access")?;
    let mut verifier = None;
    if let [b':', behind @ ..] = rest {
        let (behind, mechanism) = cut(one_or_more(behind, &MECHANISM, "uauth-mechanism"))?;
        let (token_at, ()) = cut(byte(behind, b':', "uauth-mechanism"))?;
        let (token, behind) = HEX.split(token_at);
        let token = UrlToken::new(token).map_err(|_| stop(token_at, "enc-urlauth"))?;
        verifier = Some((UrlMechanism::checked(mechanism), token));
        rest = behind;
    }
    Ok((rest, Some(UrlAuth { expire, access, verifier })))
}

/// Percent-encodes what does not stand in a word, but for the octet `also`.
fn percent_encode(octets: &[u8], also: Option<u8>) -> Vec<u8> {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'A' + (value - 10) };
    let mut out = Vec::with_capacity(octets.len());
    for &octet in octets {
        if ACHAR.contains(octet) || also == Some(octet) {
            out.push(octet);
        } else {
            out.extend_from_slice(&[b'%', digit(octet >> 4), digit(octet & 15)]);
        }
    }
    out
}

/// The octets of a text that was checked.
fn percent_decode(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'%') {
        return Cow::Borrowed(text);
    }
    let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&octet, behind)) = rest.split_first() {
        let (octet, after) = match (octet, behind) {
            (b'%', [high, low, behind @ ..]) => {
                (hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0), behind)
            }
            (octet, behind) => (octet, behind),
        };
        out.push(octet);
        rest = after;
    }
    Cow::Owned(out)
}

impl UrlWord<'_> {
    /// A word from the octets that it is to stand for.
    ///
    /// # Errors
    /// [`InvalidValue`] for no octets.
    pub fn encode_text(octets: &[u8]) -> Result<UrlWord<'static>, InvalidValue> {
        UrlWord::new(percent_encode(octets, None))
    }

    /// The octets that it stands for.
    #[must_use]
    pub fn decode(&self) -> Cow<'_, [u8]> {
        percent_decode(self.as_bytes())
    }
}

impl UrlText<'_> {
    /// A text from the octets that it is to stand for.
    ///
    /// # Errors
    /// [`InvalidValue`] for no octets.
    pub fn encode_text(octets: &[u8]) -> Result<UrlText<'static>, InvalidValue> {
        UrlText::new(percent_encode(octets, Some(b'/')))
    }

    /// The octets that it stands for.
    #[must_use]
    pub fn decode(&self) -> Cow<'_, [u8]> {
        percent_decode(self.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};
    use alloc::string::ToString;

    fn text(text: &'static str) -> Option<UrlText<'static>> {
        Some(UrlText::new(text).unwrap())
    }

    fn server(user: Option<&'static str>, port: Option<u16>, path: bool) -> UrlServer<'static> {
        let host = UrlHost::new("h.example").unwrap();
        UrlServer {
            user: user.map(|user| UrlWord::new(user).unwrap()),
            auth: None,
            host,
            port,
            path,
        }
    }

    #[test]
    fn rows() {
        let token = "0123456789abcdef0123456789ABCDEF";
        let verifier = (UrlMechanism::new("INTERNAL").unwrap(), UrlToken::new(token).unwrap());
        let auth = UrlAuth {
            expire: Some(UrlExpire::new("2030-01-01T00:00:00Z").unwrap()),
            access: UrlWord::new("user+joe").unwrap(),
            verifier: Some(verifier),
        };
        let message = |base| ImapUrl {
            base,
            mailbox: text("a/b%20c"),
            uid: NonZeroU32::new(20),
            ..ImapUrl::default()
        };
        let absolute = |user, port, path| Base::Absolute(server(user, port, path));
        check_rows(&[
            (b"", ImapUrl::default()),
            (b"/", ImapUrl { base: Base::Root, ..ImapUrl::default() }),
            (b"imap://h.example", {
                ImapUrl { base: absolute(None, None, false), ..ImapUrl::default() }
            }),
            (b"//joe@h.example:993/", {
                let base = Base::Network(server(Some("joe"), Some(993), true));
                ImapUrl { base, ..ImapUrl::default() }
            }),
            (b"imap://h.example/a/b%20c/;UID=20", message(absolute(None, None, true))),
            (b"a/b%20c/;UID=20", message(Base::Relative)),
            (b"/a/b%20c;UIDVALIDITY=3/;UID=20/;SECTION=1.2.TEXT/;PARTIAL=5.10", {
                ImapUrl {
                    uid_validity: NonZeroU32::new(3),
                    section: text("1.2.TEXT"),
                    partial: Some((5, NonZeroU32::new(10))),
                    ..message(Base::Root)
                }
            }),
            (b"a;UIDVALIDITY=3?SUBJECT%20x", {
                ImapUrl {
                    mailbox: text("a"),
                    uid_validity: NonZeroU32::new(3),
                    search: text("SUBJECT%20x"),
                    ..ImapUrl::default()
                }
            }),
            (b";SECTION=1/;PARTIAL=0", {
                ImapUrl { section: text("1"), partial: Some((0, None)), ..ImapUrl::default() }
            }),
            (
                b"imap://h.example/a/b%20c/;UID=20;EXPIRE=2030-01-01T00:00:00Z;URLAUTH=user+joe:INTERNAL:\
                  0123456789abcdef0123456789ABCDEF",
                ImapUrl { auth: Some(auth), ..message(absolute(None, None, true)) },
            ),
        ]);
        check_rejects::<ImapUrl<'_>>(&[
            (b"imap://", "iserver", 7),
            (b"imap://a b/", "end", 8),
            (b"imap://h:99999/", "port", 9),
            (b"imap://u;x@h/", "iserver", 8),
            (b"a/;UID=0", "iuid-only", 7),
            (b"a%2", "end", 1),
            (b"a/;UID=1;URLAUTH=", "access", 17),
            (b"a/;UID=1;URLAUTH=anonymous:INTERNAL:12", "enc-urlauth", 36),
            (b"a/;UID=1;EXPIRE=2030-01-01", "access", 26),
            (b"a\r\n", "end", 1),
        ]);
    }

    #[test]
    fn a_mailbox_is_never_read_as_a_server() {
        for (base, mailbox) in [
            (Base::Root, "/evil.example/x"),
            (Base::Relative, "//evil.example/x"),
            (Base::Relative, "IMAP://evil.example/x"),
            (Base::Absolute(server(None, None, false)), "x"),
        ] {
            let url = ImapUrl { base, mailbox: text(mailbox), ..ImapUrl::default() };
            let wire = url.to_bytes();
            let parsed = ImapUrl::parse(&wire).unwrap();
            assert_eq!(parsed.mailbox.unwrap().decode(), mailbox.as_bytes());
        }
        for word in ["a@evil.example", "a/b", "a:b", "", "a;b", "a b", "a%4"] {
            assert!(UrlWord::new(word).is_err(), "{word}");
        }
    }

    #[test]
    fn texts_are_encoded_and_decoded() {
        let octets: Vec<u8> = (0..=255).collect();
        let text = UrlText::encode_text(&octets).unwrap();
        assert_eq!(text.decode(), octets);
        assert_eq!(UrlText::encode_text(b"a@b/c").unwrap().to_string(), "a%40b/c");
        assert!(UrlText::new("a b").is_err() && UrlText::new("").is_err());
        let ip = ImapUrl::parse(b"imap://;AUTH=*@[::1]:143/x").unwrap();
        assert_eq!(ip.to_bytes(), b"imap://;AUTH=*@[::1]:143/x");
    }
}
