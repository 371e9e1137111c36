//! ETRN, ATRN and TURN: the server sends what it holds for the client. RFC 1985, RFC 2645, RFC 821.
//!
//! ```text
//! C: ATRN example.org,example.com
//! S: 250 OK now reversing the connection
//! ```

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::WSP;
use mailwire_core::{Tolerance, into_owned};

use crate::command::Command;
use crate::element::domain::Domain;
use crate::element::text::Text;
use crate::token;
use crate::tolerance::Deviation;

/// What a node name in ETRN stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EtrnScope {
    /// The node itself.
    Node,
    /// `@`: the node and all below it.
    Subdomains,
    /// `#`: a queue by its local name.
    Queue,
}

mailwire_core::owned_already!(EtrnScope);

/// The argument of ETRN: whose queue to start; sent by the client.
///
/// RFC 1985 section 5.
///
/// # Grammar
/// ```text
/// ETRN [<option character>]<node name><CR><LF>
/// ```
/// Option characters are `@` and `#`. This value is what follows the verb. Deviation:
/// [`TextArgument`].
///
/// # Wire
/// ```text
/// C: ETRN @example.org
/// S: 250 OK, queuing for node example.org started
/// ```
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `SP` or `node-name` without an argument.
///
/// # Example
/// ```
/// use mailwire_smtp::{Command, family::queue::EtrnScope};
/// let Command::Etrn(etrn) = Command::parse(b"ETRN #uucp\r\n")? else { panic!() };
/// assert_eq!((etrn.scope, etrn.node.as_str()), (EtrnScope::Queue, "uucp"));
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
///
/// [`TextArgument`]: Deviation::TextArgument
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Etrn<'a> {
    /// What the name stands for.
    pub scope: EtrnScope,
    /// The node or queue.
    pub node: NodeName<'a>,
}

into_owned!(struct Etrn { scope, node });

mailwire_core::text_type! {
    /// The name of a node or a queue in ETRN. RFC 1985 section 5.
    pub struct NodeName: "node name", check = check_node, utf8, ignore case
}

/// A name is not empty and does not begin with an option character.
fn check_node(text: &[u8]) -> Result<(), usize> {
    match text.first() {
        None | Some(b'@' | b'#') => Err(0),
        Some(_) => Text::new(text).map(drop).map_err(|error| error.at),
    }
}

impl<'a> Wire<'a> for Etrn<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = token::sp(input, cx)?;
        let (scope, rest) = match rest.split_first() {
            Some((b'@', rest)) => (EtrnScope::Subdomains, rest),
            Some((b'#', rest)) => (EtrnScope::Queue, rest),
            _ => (EtrnScope::Node, rest),
        };
        // A domain is no atom, and it is what is meant to stand here.
        let (name, after) = rest.split_at(rest.trim_ascii_end().len());
        if is_domain(name) {
            return Ok((after, Self { scope, node: NodeName::checked(name) }));
        }
        let (after, text) = cut(Text::parse_part(rest, cx))?;
        match NodeName::new(text.into_inner()) {
            Ok(node) => Ok((after, Self { scope, node })),
            Err(_) => Err(stop(rest, "node-name")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.sp().keyword(match self.scope {
            EtrnScope::Node => "",
            EtrnScope::Subdomains => "@",
            EtrnScope::Queue => "#",
        });
        if is_domain(self.node.as_bytes()) {
            out.bytes(self.node.as_bytes());
        } else {
            out.put(&Text::checked(self.node.as_bytes()));
        }
    }
}

/// True for what the grammar takes as a domain without any tolerance.
fn is_domain(name: &[u8]) -> bool {
    Domain::parse_with(name, Tolerance::strict()).is_ok()
}

/// The argument of ETRN.
pub(crate) fn etrn<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, etrn) = cut(Etrn::parse_part(input, cx))?;
    Ok((rest, Command::Etrn(etrn)))
}

/// The argument of ATRN: the domains to take mail for; sent by the client after AUTH.
///
/// RFC 2645 section 5.2.1. Without domains the server takes those of the authenticated customer.
///
/// # Grammar
/// ```text
/// atrn = "ATRN" [SP domain *("," domain)] CRLF
/// ```
/// This value is what follows the verb. Deviation:
/// [`SpaceAfterComma`](Deviation::SpaceAfterComma).
///
/// # Wire
/// ```text
/// C: ATRN example.org,example.com
/// S: 250 OK now reversing the connection
/// S: EHLO CLIENT.EXAMPLE
/// ```
/// After 250 the roles change: see [`Client::turned`](crate::Client::turned).
///
/// # Limits
/// [`Limits::line`](crate::Limits::line).
///
/// # Errors
/// `Domain`.
///
/// # Example
/// ```
/// use mailwire_smtp::Command;
/// let Command::Atrn(domains) = Command::parse(b"ATRN a.example,b.example\r\n")? else { panic!() };
/// assert_eq!(domains.iter().count(), 2);
/// # Ok::<(), mailwire_smtp::SyntaxError>(())
/// ```
#[derive(Clone, Default)]
pub struct DomainList<'a> {
    /// Domains with commas between, checked; empty for none.
    wire: Cow<'a, [u8]>,
}

into_owned!(struct DomainList { wire });

impl<'a> DomainList<'a> {
    /// No domains.
    #[must_use]
    pub const fn new() -> Self {
        Self { wire: Cow::Borrowed(&[]) }
    }

    /// The list with one domain more.
    #[must_use]
    pub fn with(mut self, domain: &Domain<'_>) -> Self {
        let wire = self.wire.to_mut();
        if !wire.is_empty() {
            wire.push(b',');
        }
        Encoder::new(wire).put(domain);
        self
    }

    /// The domains.
    pub fn iter(&self) -> impl Iterator<Item = Domain<'_>> {
        // The list was checked under the caller's tolerance; it must not be refused now.
        let cx = Context::new(Tolerance::<Deviation>::lenient());
        let mut rest: &[u8] = &self.wire;
        core::iter::from_fn(move || {
            let (_, start) = WSP.split(rest);
            // An address literal can hold a comma, so the list is not split but parsed.
            let (after, domain) = Domain::parse_part(start, &cx).ok()?;
            rest = after.strip_prefix(b",").unwrap_or(after);
            Some(domain)
        })
    }

    /// True when no domain is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wire.is_empty()
    }
}

impl fmt::Debug for DomainList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Equal when the domains are, in the same order.
impl PartialEq for DomainList<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for DomainList<'_> {}

impl<'a> Wire<'a> for DomainList<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let mut rest = input;
        loop {
            (rest, _) = cut(Domain::parse_part(rest, cx))?;
            let Some((b',', more)) = rest.split_first() else { break };
            let (blanks, domain) = WSP.split(more);
            if !blanks.is_empty() && !cx.tolerate(Deviation::SpaceAfterComma) {
                return Err(stop(more, "Domain"));
            }
            rest = domain;
        }
        let len = input.len().saturating_sub(rest.len());
        Ok((rest, Self { wire: Cow::Borrowed(input.get(..len).unwrap_or_default()) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.separated(b',', self.iter(), |out, domain| {
            out.put(&domain);
        });
    }
}

/// `[SP domain *("," domain)]`, of ATRN.
pub(crate) fn atrn<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Command<'a>> {
    let (rest, domains) = token::optional(input, cx, DomainList::parse_part)?;
    Ok((rest, Command::Atrn(domains.unwrap_or_default())))
}

/// No argument, of TURN.
pub(crate) fn turn<'a>(input: &'a [u8], _: &Context) -> PResult<'a, Command<'a>> {
    Ok((input, Command::Turn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn etrn_of(scope: EtrnScope, node: &str) -> Command<'_> {
        Command::Etrn(Etrn { scope, node: NodeName::new(node).unwrap() })
    }

    fn atrn_of(domains: &[&str]) -> Command<'static> {
        let list = domains
            .iter()
            .fold(DomainList::new(), |list, domain| list.with(&Domain::name(*domain).unwrap()));
        Command::Atrn(list)
    }

    #[test]
    fn rows() {
        let literal = Domain::parse(b"[tag:a,b]").unwrap();
        let literals = DomainList::new().with(&literal).with(&Domain::name("c").unwrap());
        check_rows(&[
            (b"ETRN example.org\r\n", etrn_of(EtrnScope::Node, "example.org")),
            (b"ETRN @example.org\r\n", etrn_of(EtrnScope::Subdomains, "example.org")),
            (b"ETRN #uucp\r\n", etrn_of(EtrnScope::Queue, "uucp")),
            (b"ETRN \"Hello\\\" Wo\\\\rld\"\r\n", etrn_of(EtrnScope::Node, r#"Hello" Wo\rld"#)),
            (b"ATRN\r\n", atrn_of(&[])),
            (b"ATRN example.org\r\n", atrn_of(&["example.org"])),
            (b"ATRN a.example,b.example\r\n", atrn_of(&["a.example", "b.example"])),
            (b"ATRN [tag:a,b],c\r\n", Command::Atrn(literals)),
            (b"TURN\r\n", Command::Turn),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<Command<'_>>(&[
            (b"ETRN\r\n", "SP", 4),
            (b"ETRN \"\"\r\n", "node-name", 5),
            (b"ETRN @\r\n", "String", 6),
            (b"ATRN a.example,,b\r\n", "Domain", 15),
            (b"ATRN a.example,\r\n", "Domain", 15),
            (b"TURN now\r\n", "CRLF", 4),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<Command<'_>>(&[
            (
                b"ATRN a.example, b.example\r\n",
                Deviation::SpaceAfterComma,
                b"ATRN a.example,b.example\r\n",
            ),
            (b"ATRN a.example.,b\r\n", Deviation::TrailingDotInDomain, b"ATRN a.example,b\r\n"),
            (b"ETRN x_y.example\r\n", Deviation::TextArgument, b"ETRN \"x_y.example\"\r\n"),
            (b"ETRN a b\r\n", Deviation::TextArgument, b"ETRN \"a b\"\r\n"),
            (b"ATRN \r\n", Deviation::TrailingSpaces, b"ATRN\r\n"),
        ]);
    }
}
