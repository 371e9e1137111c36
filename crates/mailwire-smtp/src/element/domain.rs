//! Domains and address literals, as they stand behind the `@` and in EHLO. RFC 5321 sections
//! 4.1.2 and 4.1.3, RFC 6531 section 3.3.
//!
//! ```text
//! C: EHLO mail.example.org
//! C: MAIL FROM:<alice@[IPv6:2001:db8::1]>
//! ```

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::{ByteSet, KEYWORD, strip_prefix_ignore_case};
use mailwire_core::{into_owned, text_type, wire_api};

use crate::token::plain_domain;
use crate::tolerance::Deviation;

/// Octets that can stand in a domain name, deviations and UTF-8 included.
static NAME: ByteSet = ByteSet::range(b'a', b'z')
    .and_range(b'A', b'Z')
    .and_range(b'0', b'9')
    .and_range(0x80, 0xff)
    .and(b"-._");
/// Octets inside a general address literal (`dcontent`).
static DCONTENT: ByteSet = ByteSet::range(33, 90).and_range(94, 126);

/// Most octets of a domain (RFC 5321 section 4.5.3.1.2).
const MAX_NAME: usize = 255;

text_type! {
    /// A domain name: labels of letters, digits and hyphens, or U-labels in UTF-8.
    ///
    /// Names compare without regard to ASCII case. A-labels and U-labels are not converted.
    ///
    /// RFC 5321 section 4.1.2; RFC 6531 section 3.3.
    pub struct DomainName: "domain", check = |name| check_name(name, &Strict).map(drop), utf8, ignore case
}

/// What follows the `@` of a mailbox, or names a host in EHLO: a domain name or an address literal.
///
/// RFC 5321 sections 4.1.2 and 4.1.3; RFC 6531 section 3.3 (U-labels).
///
/// # Grammar
/// ```text
/// Domain          = sub-domain *("." sub-domain)
/// sub-domain      = Let-dig [Ldh-str]
/// sub-domain     =/ U-label                       ; RFC 6531
/// address-literal = "[" ( IPv4-address-literal / IPv6-address-literal /
///                   General-address-literal ) "]"
/// ```
/// Deviations: [`UnderscoreInDomain`](Deviation::UnderscoreInDomain),
/// [`TrailingDotInDomain`](Deviation::TrailingDotInDomain),
/// [`UntaggedIpv6Literal`](Deviation::UntaggedIpv6Literal).
///
/// # Wire
/// ```text
/// C: EHLO [192.0.2.1]
/// ```
///
/// # Limits
/// A name has at most 255 octets.
///
/// # Errors
/// `Domain`, `address-literal`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::domain::{AddressLiteral, Domain};
/// let domain = Domain::parse(b"[IPv6:2001:db8::1]")?;
/// assert_eq!(domain, Domain::Literal(AddressLiteral::Ipv6("2001:db8::1".parse().unwrap())));
/// assert_eq!(domain.to_bytes(), b"[IPv6:2001:db8::1]");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Domain<'a> {
    /// A domain name.
    Name(DomainName<'a>),
    /// An address literal.
    Literal(AddressLiteral<'a>),
}

into_owned!(
    enum Domain {
        Name(name),
        Literal(literal),
    }
);
wire_api!(Deviation: Domain, AddressLiteral);

impl<'a> Domain<'a> {
    /// A domain name from text.
    ///
    /// # Errors
    /// [`InvalidValue`](mailwire_core::InvalidValue) when it breaks the grammar.
    pub fn name(
        name: impl mailwire_core::IntoBytes<'a>,
    ) -> Result<Self, mailwire_core::InvalidValue> {
        DomainName::new(name).map(Self::Name)
    }

    /// True when the domain holds octets that need SMTPUTF8.
    #[must_use]
    pub fn needs_utf8(&self) -> bool {
        matches!(self, Self::Name(name) if !name.as_bytes().is_ascii())
    }
}

impl<'a> Domain<'a> {
    /// A literal, or a name that is not plain.
    #[inline(never)]
    fn odd(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.first() == Some(&b'[') {
            let (rest, literal) = AddressLiteral::parse_part(input, cx)?;
            return Ok((rest, Self::Literal(literal)));
        }
        let (name, rest) = NAME.split(input);
        match check_name(name, cx) {
            Ok(len) => Ok((rest, Self::Name(DomainName::checked(name.get(..len).unwrap_or(name))))),
            Err(at) => Err(stop(input.get(at..).unwrap_or_default(), "Domain")),
        }
    }
}

impl<'a> Wire<'a> for Domain<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if let Some((name, rest)) = plain_domain(input) {
            let odd = rest.first().is_some_and(|&byte| byte == b'_' || byte >= 0x80);
            if !odd && name.len() <= MAX_NAME {
                return Ok((rest, Self::Name(DomainName::checked(name))));
            }
        }
        Self::odd(input, cx)
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Name(name) => out.bytes(name.as_bytes()),
            Self::Literal(literal) => out.put(literal),
        };
    }
}

impl fmt::Display for Domain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
        }
    }
}

/// What a name check may tolerate: nothing in a constructor, what the context allows on the wire.
trait Tolerates {
    fn tolerates(&self, deviation: Deviation) -> bool;
}

/// The tolerance of constructors.
struct Strict;

impl Tolerates for Strict {
    fn tolerates(&self, _: Deviation) -> bool {
        false
    }
}

impl Tolerates for Context {
    fn tolerates(&self, deviation: Deviation) -> bool {
        self.tolerate(deviation)
    }
}

/// Checks the labels of a name; tells its length without a tolerated trailing dot, or the first
/// octet that does not fit.
fn check_name(name: &[u8], cx: &impl Tolerates) -> Result<usize, usize> {
    let mut seen = 0_u8;
    let mut underscore = None;
    let mut previous = b'.';
    for (at, &byte) in name.iter().enumerate() {
        match byte {
            b'.' if matches!(previous, b'.' | b'-') => return Err(at),
            b'-' if previous == b'.' => return Err(at),
            b'_' => underscore = underscore.or(Some(at)),
            b'.' | b'-' => {}
            _ if !NAME.contains(byte) => return Err(at),
            _ => {}
        }
        seen |= byte;
        previous = byte;
    }
    let mut len = name.len();
    match previous {
        b'.' if len > 1 && cx.tolerates(Deviation::TrailingDotInDomain) => {
            len = len.saturating_sub(1)
        }
        b'.' | b'-' => return Err(len),
        _ => {}
    }
    if len > MAX_NAME {
        return Err(MAX_NAME);
    }
    if seen >= 0x80 {
        core::str::from_utf8(name).map_err(|error| error.valid_up_to())?;
    }
    match underscore {
        Some(at) if !cx.tolerates(Deviation::UnderscoreInDomain) => Err(at),
        _ => Ok(len),
    }
}

/// An address in brackets in place of a domain name.
///
/// RFC 5321 section 4.1.3.
///
/// # Grammar
/// ```text
/// IPv4-address-literal    = Snum 3("." Snum)
/// IPv6-address-literal    = "IPv6:" IPv6-addr
/// General-address-literal = Standardized-tag ":" 1*dcontent
/// ```
/// `::` may stand for one group, as RFC 4291 allows. Deviation:
/// [`UntaggedIpv6Literal`](Deviation::UntaggedIpv6Literal).
///
/// # Wire
/// ```text
/// C: RCPT TO:<bob@[192.0.2.1]>
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `address-literal`.
///
/// # Example
/// ```
/// use mailwire_smtp::element::domain::AddressLiteral;
/// let literal = AddressLiteral::parse(b"[192.0.2.1]")?;
/// assert_eq!(literal, AddressLiteral::Ipv4("192.0.2.1".parse().unwrap()));
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AddressLiteral<'a> {
    /// `[192.0.2.1]`
    Ipv4(Ipv4Addr),
    /// `[IPv6:2001:db8::1]`
    Ipv6(Ipv6Addr),
    /// `[tag:content]`, of a tag that is not IPv6.
    General(GeneralLiteral<'a>),
}

into_owned!(
    enum AddressLiteral {
        Ipv4(address),
        Ipv6(address),
        General(literal),
    }
);

text_type! {
    /// The inside of a general address literal: a tag, a colon and its content.
    pub struct GeneralLiteral: "address literal", check = check_general, utf8, ignore case
}

impl GeneralLiteral<'_> {
    /// The tag.
    #[must_use]
    pub fn tag(&self) -> &str {
        self.as_str().split_once(':').map_or("", |(tag, _)| tag)
    }

    /// What follows the tag.
    #[must_use]
    pub fn content(&self) -> &str {
        self.as_str().split_once(':').map_or("", |(_, content)| content)
    }
}

/// `Ldh-str ":" 1*dcontent`, of a tag that is not IPv6.
fn check_general(text: &[u8]) -> Result<(), usize> {
    let (tag, rest) = KEYWORD.split(text);
    if tag.is_empty() || tag.last() == Some(&b'-') || tag.eq_ignore_ascii_case(b"IPv6") {
        return Err(0);
    }
    // `1:2:3:4:5:6:7:8` has the form of a tag and its content, and is read as an address.
    if ipv6(text).is_some() {
        return Err(0);
    }
    match rest.split_first() {
        Some((b':', content)) if !content.is_empty() => {
            DCONTENT.check(content).map_err(|at| at.saturating_add(tag.len()).saturating_add(1))
        }
        _ => Err(tag.len()),
    }
}

impl<'a> Wire<'a> for AddressLiteral<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Some((b'[', inside)) = input.split_first() else {
            return Err(fail(input, "address-literal"));
        };
        let Some(end) = inside.iter().position(|&byte| byte == b']') else {
            return Err(stop(inside, "address-literal"));
        };
        let (text, rest) = inside.split_at(end);
        let rest = rest.get(1..).unwrap_or_default();
        let wrong = || stop(inside, "address-literal");
        if let Some(address) = strip_prefix_ignore_case(text, b"IPv6:") {
            return Ok((rest, Self::Ipv6(ipv6(address).ok_or_else(wrong)?)));
        }
        if let Some(address) = ipv4(text) {
            return Ok((rest, Self::Ipv4(address)));
        }
        if let Some(address) = ipv6(text) {
            return if cx.tolerate(Deviation::UntaggedIpv6Literal) {
                Ok((rest, Self::Ipv6(address)))
            } else {
                Err(wrong())
            };
        }
        match check_general(text) {
            Ok(()) => Ok((rest, Self::General(GeneralLiteral::checked(text)))),
            Err(at) => Err(stop(inside.get(at..).unwrap_or_default(), "address-literal")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'[');
        match self {
            Self::Ipv4(address) => {
                out.separated(b'.', address.octets(), |out, octet| {
                    out.number(octet.into());
                });
            }
            Self::Ipv6(address) => {
                out.keyword("IPv6:").bytes(alloc::format!("{address}").as_bytes());
            }
            Self::General(literal) => {
                out.bytes(literal.as_bytes());
            }
        }
        out.byte(b']');
    }
}

impl fmt::Display for AddressLiteral<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ipv4(address) => write!(f, "[{address}]"),
            Self::Ipv6(address) => write!(f, "[IPv6:{address}]"),
            Self::General(literal) => write!(f, "[{literal}]"),
        }
    }
}

/// `Snum 3("." Snum)`; leading zeros are legal, so the standard library's parser is too strict.
fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut parts = text.split(|&byte| byte == b'.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| part.len() <= 3)?;
        *octet = mailwire_core::token::decimal(part)?.try_into().ok()?;
    }
    parts.next().is_none().then(|| octets.into())
}

fn ipv6(text: &[u8]) -> Option<Ipv6Addr> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn name(text: &str) -> Domain<'_> {
        Domain::name(text).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"example.org", name("example.org")),
            (b"localhost", name("localhost")),
            (b"3com.example", name("3com.example")),
            (b"xn--v8jxj3d1dzdz08w.com", name("xn--v8jxj3d1dzdz08w.com")),
            ("\u{e1}\u{e9}.org".as_bytes(), name("\u{e1}\u{e9}.org")),
            (b"[192.0.2.1]", Domain::Literal(AddressLiteral::Ipv4([192, 0, 2, 1].into()))),
            (b"[IPv6:::1]", Domain::Literal(AddressLiteral::Ipv6(Ipv6Addr::LOCALHOST))),
            (
                b"[IPv6:2001:db8::1]",
                Domain::Literal(AddressLiteral::Ipv6("2001:db8::1".parse().unwrap())),
            ),
            (
                b"[IPv6:::ffff:192.0.2.1]",
                Domain::Literal(AddressLiteral::Ipv6("::ffff:192.0.2.1".parse().unwrap())),
            ),
            (
                b"[X400:c=gb]",
                Domain::Literal(AddressLiteral::General(GeneralLiteral::new("X400:c=gb").unwrap())),
            ),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Domain<'_>>(&[
            (b"", "Domain", 0),
            (b".a", "Domain", 0),
            (b"-a.example", "Domain", 0),
            (b"a-.example", "Domain", 2),
            (b"a..b", "Domain", 2),
            (b"a-", "Domain", 2),
            (b"a.", "Domain", 2),
            (b"\xc3.org", "Domain", 0),
            (b"a b", "end", 1),
            (b"[192.0.2", "address-literal", 1),
            (b"[192.0.2.256]", "address-literal", 4),
            (b"[192.0.2.1.5]", "address-literal", 4),
            (b"[IPv6:1::2::3]", "address-literal", 1),
            (b"[::1%eth0]", "address-literal", 1),
            (b"[]", "address-literal", 1),
            (b"[tag:]", "address-literal", 4),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Domain<'_>>(&[
            (b"x_y.example", Deviation::UnderscoreInDomain, b"x_y.example"),
            (b"example.org.", Deviation::TrailingDotInDomain, b"example.org"),
            (b"[::1]", Deviation::UntaggedIpv6Literal, b"[IPv6:::1]"),
        ]);
    }

    #[test]
    fn an_address_cannot_be_built_as_another_literal() {
        for text in ["1:2:3:4:5:6:7:8", "1::2", "IPv6:::1", "a-:b", "192.0.2.1", "a:]"] {
            assert!(GeneralLiteral::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn leading_zeros_are_legal_in_an_address() {
        let domain = Domain::parse(b"[192.000.002.001]").unwrap();
        assert_eq!(domain.to_bytes(), b"[192.0.2.1]");
    }

    #[test]
    fn names_end_at_255_octets() {
        let label = alloc::vec![b'a'; 255];
        assert!(DomainName::new(&label).is_ok());
        let label = alloc::vec![b'a'; 256];
        assert_eq!(DomainName::new(&label).unwrap_err().at, 255);
    }

    #[test]
    fn names_compare_without_case() {
        assert_eq!(name("Example.ORG"), name("example.org"));
    }
}
