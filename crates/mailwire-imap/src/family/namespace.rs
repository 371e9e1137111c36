//! The prefixes of mailbox names: NAMESPACE.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Fail, PResult, Wire, cut, stop};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use super::list::{Delimiter, delimiter, write_delimiter};
use crate::Mode;
use crate::element::invalid::Invalid;
use crate::element::items::{ItemTail, SomeList, item};
use crate::element::mailbox::Mailbox;
use crate::element::raw::skip_value;
use crate::element::string::{IString, trusted_with};
use crate::token::{close, nil, open, sp, write_string};
use crate::tolerance::Deviation;

/// The namespaces that a user has: his own, those of other users, and shared ones.
///
/// RFC 9051 section 6.3.10, RFC 2342.
///
/// # Grammar
/// ```abnf
/// namespace-response = "NAMESPACE" SP namespace SP namespace SP namespace
/// namespace          = nil / "(" 1*namespace-descr ")"
/// ```
/// Deviations: [`EmptyList`](Deviation::EmptyList), [`SpaceBetweenItems`](Deviation::SpaceBetweenItems),
/// [`InvalidItem`](Deviation::InvalidItem), [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// S: * NAMESPACE (("" "/")) NIL (("Public/" "/")("Archive/" "/"))
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `namespace`, `SP`, `QUOTED-CHAR`, `string`.
///
/// # Example
/// ```
/// use mailwire_imap::family::namespace::{Descriptor, Namespaces};
///
/// let namespaces = Namespaces::parse(b"((\"\" \"/\")) NIL ((\"Public/\" \"/\"))")?;
/// assert!(namespaces.other_users.is_empty());
/// let Some(Descriptor::Namespace(shared)) = namespaces.shared.iter().next() else { panic!() };
/// assert_eq!(shared.prefix.as_bytes(), b"Public/");
/// assert_eq!(namespaces.to_bytes(), b"((\"\" \"/\")) NIL ((\"Public/\" \"/\"))");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Namespaces<'a> {
    /// The user's own.
    pub personal: NamespaceList<'a>,
    /// Those of other users.
    pub other_users: NamespaceList<'a>,
    /// Those that are shared.
    pub shared: NamespaceList<'a>,
}

/// The namespaces of one kind. They are decoded when they are looked at.
#[derive(Clone, Default)]
pub struct NamespaceList<'a> {
    /// Namespaces, each in its parentheses.
    wire: Cow<'a, [u8]>,
    /// True where quotes that nothing escapes could be content.
    quotes: bool,
}

/// A namespace, or what stands in place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Descriptor<'a> {
    /// A namespace.
    Namespace(Namespace<'a>),
    /// What stands in place of one, and is none: `("x")` without a delimiter, for example.
    Invalid(Invalid<'a>),
}

/// One namespace: what the names of its mailboxes begin with.
///
/// RFC 9051 section 6.3.10.
///
/// # Grammar
/// ```abnf
/// namespace-descr = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil)
///                   [namespace-response-extensions] ")"
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace<'a> {
    /// What names of mailboxes begin with, with the delimiter at its end; empty for any name.
    pub prefix: Mailbox<'a>,
    /// What stands between the levels of names; `None` for names without levels.
    pub delimiter: Option<Delimiter>,
    /// What extensions tell of it; mostly nothing.
    pub extensions: ItemTail<'a, NamespaceExtension<'static>>,
}

/// What an extension tells of a namespace.
///
/// RFC 9051 section 6.3.10, RFC 5255 section 3.4 (TRANSLATION).
///
/// # Grammar
/// ```abnf
/// namespace-response-extension = SP string SP "(" string *(SP string) ")"
/// namespace-trans              = SP DQUOTE "TRANSLATION" DQUOTE SP "(" string ")"
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NamespaceExtension<'a> {
    /// The prefix in the language of the session, in modified UTF-7 or UTF-8 as mailbox names are.
    Translation(Mailbox<'a>),
    /// An extension that is not known here.
    Other(OtherNamespaceExtension<'a>),
}

/// An extension of a namespace that is not known here: its name, and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherNamespaceExtension<'a> {
    name: IString<'a>,
    values: SomeList<'a, IString<'static>>,
}

wire_api!(Deviation, Mode: Namespaces, Namespace);
into_owned!(struct Namespaces { personal, other_users, shared });
into_owned!(struct NamespaceList { wire, quotes });
into_owned!(
    enum Descriptor {
        Namespace(namespace),
        Invalid(invalid),
    }
);
into_owned!(struct Namespace { prefix, delimiter, extensions });
into_owned!(
    enum NamespaceExtension {
        Translation(prefix),
        Other(other),
    }
);
into_owned!(struct OtherNamespaceExtension { name, values });
item!(NamespaceExtension);

const RULE: &str = "namespace";
const TRANSLATION: &[u8] = b"TRANSLATION";

impl<'a> Wire<'a> for Namespaces<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, personal) = NamespaceList::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, other_users) = cut(NamespaceList::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, shared) = cut(NamespaceList::parse_part(rest, cx))?;
        Ok((rest, Self { personal, other_users, shared }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.personal).sp().put(&self.other_users).sp().put(&self.shared);
    }
}

impl<'a> Wire<'a> for NamespaceList<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if let Some(rest) = nil(input) {
            return Ok((rest, Self::default()));
        }
        let (inside, ()) = open(input, RULE)?;
        if let Ok((rest, ())) = close(inside, cx, RULE) {
            if !cx.tolerate(Deviation::EmptyList) {
                return Err(stop(inside, RULE));
            }
            return Ok((rest, Self::default()));
        }
        let (mut rest, mut len) = (inside, 0_usize);
        loop {
            (rest, _) = cut(descriptor(rest, cx))?;
            len = len.saturating_add(1);
            cx.check_elements(len, rest)?;
            match rest {
                [b'(', ..] => {}
                [b' ', b'(' | b' ', ..] if skip_blanks(rest).first() == Some(&b'(') => {
                    if !cx.tolerate(Deviation::SpaceBetweenItems) {
                        return Err(stop(rest, RULE));
                    }
                    rest = skip_blanks(rest);
                }
                _ => break,
            }
        }
        let wire = Cow::Borrowed(inside.split_at(inside.len() - rest.len()).0);
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, Self { wire, quotes: cx.allows(Deviation::UnescapedQuote) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.is_empty() {
            out.keyword("NIL");
            return;
        }
        out.byte(b'(');
        for descriptor in self.iter() {
            match descriptor {
                Descriptor::Namespace(namespace) => namespace.encode(out),
                Descriptor::Invalid(invalid) => invalid.encode(out),
            }
        }
        out.byte(b')');
    }
}

fn skip_blanks(input: &[u8]) -> &[u8] {
    let blanks = input.iter().take_while(|octet| **octet == b' ').count();
    input.split_at(blanks).1
}

/// A namespace; one that breaks the grammar is kept as it came.
fn descriptor<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Descriptor<'a>> {
    let fail = match cut(Namespace::parse_part(input, cx)) {
        Ok((rest, namespace)) => return Ok((rest, Descriptor::Namespace(namespace))),
        Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => fail,
        Err(error) => return Err(error),
    };
    // Only a balanced list has an end.
    let behind = skip_value(input, &cx.clone());
    match behind {
        Ok((rest, ())) if input.starts_with(b"(") && cx.tolerate(Deviation::InvalidItem) => {
            let wire = input.split_at(input.len() - rest.len()).0;
            Ok((rest, Descriptor::Invalid(Invalid::met(wire, rest, fail))))
        }
        _ => Err(nom::Err::Failure(Fail { ..fail })),
    }
}

impl<'a> NamespaceList<'a> {
    /// These namespaces.
    #[must_use]
    pub fn new<'x>(namespaces: impl IntoIterator<Item = Namespace<'x>>) -> NamespaceList<'static> {
        let mut wire = Vec::new();
        let mut out = Encoder::new(&mut wire);
        for namespace in namespaces {
            out.put(&namespace);
        }
        NamespaceList { wire: Cow::Owned(wire), quotes: false }
    }

    /// True where there is none: NIL.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wire.is_empty()
    }

    /// The namespaces in their order.
    pub fn iter(&self) -> impl Iterator<Item = Descriptor<'_>> {
        let mut rest = &*self.wire;
        core::iter::from_fn(move || {
            // The octets were checked; at their end there is none.
            let (behind, item) = descriptor(skip_blanks(rest), &trusted_with(self.quotes)).ok()?;
            rest = behind;
            Some(item)
        })
    }
}

/// Equal when the namespaces are.
impl PartialEq for NamespaceList<'_> {
    fn eq(&self, other: &Self) -> bool {
        fn equal<'x>(one: &'x NamespaceList<'_>, other: &'x NamespaceList<'_>) -> bool {
            one.iter().eq(other.iter())
        }
        self.quotes == other.quotes && self.wire == other.wire || equal(self, other)
    }
}

impl Eq for NamespaceList<'_> {}

impl fmt::Debug for NamespaceList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// `string`, for a prefix.
fn prefix<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Mailbox<'a>> {
    match input.first() {
        Some(b'"' | b'{') => Mailbox::parse_part(input, cx),
        _ => Err(stop(input, "string")),
    }
}

impl<'a> Wire<'a> for Namespace<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ()) = open(input, "namespace-descr")?;
        let (rest, prefix) = cut(prefix(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, delimiter) = cut(delimiter(rest, cx))?;
        let (rest, extensions) = ItemTail::parse_part(rest, cx)?;
        let (rest, ()) = close(rest, cx, "namespace-descr")?;
        Ok((rest, Self { prefix, delimiter, extensions }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(');
        write_string(out, self.prefix.as_bytes());
        out.sp();
        write_delimiter(out, self.delimiter);
        out.put(&self.extensions);
        out.byte(b')');
    }
}

impl<'a> Wire<'a> for NamespaceExtension<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = cut(IString::parse_part(input, cx))?;
        let (at, ()) = cut(sp(rest, cx))?;
        if name.as_bytes().eq_ignore_ascii_case(TRANSLATION) {
            let (rest, ()) = cut(open(at, "list"))?;
            let (rest, prefix) = prefix(rest, cx)?;
            let (rest, ()) = close(rest, cx, "list")?;
            return Ok((rest, Self::Translation(prefix)));
        }
        let (rest, values) = cut(SomeList::parse_part(at, cx))?;
        Ok((rest, Self::Other(OtherNamespaceExtension { name, values })))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Translation(prefix) => {
                out.quoted(TRANSLATION).keyword(" (");
                write_string(out, prefix.as_bytes());
                out.byte(b')');
            }
            Self::Other(other) => {
                out.put(&other.name).sp().put(&other.values);
            }
        }
    }
}

impl<'a> OtherNamespaceExtension<'a> {
    /// An extension from its name and its values.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here.
    pub fn new(
        name: IString<'a>,
        values: SomeList<'a, IString<'static>>,
    ) -> Result<Self, InvalidValue> {
        if name.as_bytes().eq_ignore_ascii_case(TRANSLATION) {
            return Err(InvalidValue { what: "namespace-response-extension", at: 0 });
        }
        Ok(Self { name, values })
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &IString<'a> {
        &self.name
    }

    /// The values.
    #[must_use]
    pub const fn values(&self) -> &SomeList<'a, IString<'static>> {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_roundtrip, check_rows};
    use proptest::prelude::*;

    fn name(name: &str) -> Mailbox<'_> {
        Mailbox::new(name).unwrap()
    }

    fn namespace(prefix: &str, delimiter: u8) -> Namespace<'_> {
        Namespace {
            prefix: name(prefix),
            delimiter: Delimiter::new(delimiter).ok(),
            extensions: ItemTail::EMPTY,
        }
    }

    fn personal<const N: usize>(namespaces: [Namespace<'_>; N]) -> Namespaces<'static> {
        Namespaces { personal: NamespaceList::new(namespaces), ..Namespaces::default() }
    }

    #[test]
    fn rows() {
        let values = SomeList::new(["FLAG1", "FLAG2"].map(|flag| IString::new(flag).unwrap()));
        let other = OtherNamespaceExtension::new(IString::new("X-PARAM").unwrap(), values.unwrap());
        let translated = NamespaceExtension::Translation(name("Andere Ben&APw-tzer/"));
        check_rows(&[
            (b"NIL NIL NIL", Namespaces::default()),
            (b"((\"\" \"/\")) NIL NIL", personal([namespace("", b'/')])),
            (b"((\"\" NIL)) NIL NIL", personal([namespace("", 0)])),
            (
                b"((\"\" \"/\")(\"#mh/\" \"/\")) NIL NIL",
                personal([namespace("", b'/'), namespace("#mh/", b'/')]),
            ),
            (
                b"((\"INBOX.\" \".\")) ((\"user \" \"\\\\\")) ((\"Public/\" \"/\"))",
                Namespaces {
                    personal: NamespaceList::new([namespace("INBOX.", b'.')]),
                    other_users: NamespaceList::new([namespace("user ", b'\\')]),
                    shared: NamespaceList::new([namespace("Public/", b'/')]),
                },
            ),
            (
                b"((\"\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) NIL NIL",
                personal([Namespace {
                    extensions: ItemTail::new([NamespaceExtension::Other(other.unwrap())]),
                    ..namespace("", b'/')
                }]),
            ),
            (
                b"((\"O/\" \"/\" \"TRANSLATION\" (\"Andere Ben&APw-tzer/\"))) NIL NIL",
                personal([Namespace {
                    extensions: ItemTail::new([translated]),
                    ..namespace("O/", b'/')
                }]),
            ),
        ]);
        check_rejects::<Namespaces<'_>>(&[
            (b"", "namespace", 0),
            (b"NIL", "SP", 3),
            (b"NIL NIL", "SP", 7),
            (b"NIL NIL x", "namespace", 8),
            (b"((\"\" \"/\") NIL NIL", "namespace", 9),
            (b"(\"\" \"/\") NIL NIL", "namespace-descr", 1),
            (b"((\"\" \"/\"", "namespace-descr", 8),
            (b"NIL NIL NIL NIL", "end", 11),
        ]);
        check_lenient::<Namespaces<'_>>(&[
            (b"() NIL NIL", Deviation::EmptyList, b"NIL NIL NIL"),
            (
                b"((\"\" \"/\") (\"x\" \"/\")) NIL NIL",
                Deviation::SpaceBetweenItems,
                b"((\"\" \"/\")(\"x\" \"/\")) NIL NIL",
            ),
            (b"((\"x\")) NIL NIL", Deviation::InvalidItem, b"((\"x\")) NIL NIL"),
            (b"((\"x\" \"//\")) NIL NIL", Deviation::InvalidItem, b"((\"x\" \"//\")) NIL NIL"),
            (b"((x \"/\")) NIL NIL", Deviation::InvalidItem, b"((x \"/\")) NIL NIL"),
            (
                b"((\"x\" \"/\" \"TRANSLATION\" (\"a\" \"b\"))) NIL NIL",
                Deviation::InvalidItem,
                b"((\"x\" \"/\" \"TRANSLATION\" (\"a\" \"b\"))) NIL NIL",
            ),
            (b"NIL  NIL NIL", Deviation::ExtraSpaces, b"NIL NIL NIL"),
            (b"((\"\" \"/\") ) NIL NIL", Deviation::TrailingSpace, b"((\"\" \"/\")) NIL NIL"),
        ]);
        check_rows(&[(b"NAMESPACE", crate::Command::Namespace)]);
        check_rows(&[(b"NAMESPACE NIL NIL NIL", crate::Data::Namespace(Namespaces::default()))]);
        let list = SomeList::new([IString::new("x").unwrap()]).unwrap();
        assert!(OtherNamespaceExtension::new(IString::new("translation").unwrap(), list).is_err());
    }

    #[test]
    fn neighbours_of_damage_live() {
        let wire = b"((\"x\")(\"\" \"/\")((a))) NIL NIL";
        let namespaces = Namespaces::parse(wire).unwrap();
        let kinds: Vec<_> = namespaces
            .personal
            .iter()
            .map(|item| matches!(item, Descriptor::Namespace(_)))
            .collect();
        assert_eq!(kinds, [false, true, false]);
    }

    proptest! {
        #[test]
        fn roundtrip(prefixes in proptest::collection::vec("\\PC{0,6}", 0..3), octet: u8) {
            let list: Vec<_> = prefixes
                .iter()
                .filter_map(|prefix| Mailbox::new(prefix).ok())
                .map(|prefix| Namespace { prefix, ..namespace("", octet) })
                .collect();
            let shared = NamespaceList::new(list);
            check_roundtrip!(Namespaces: Namespaces { shared, ..Namespaces::default() });
        }
    }
}
