//! Annotations of messages: entries, their attributes and values.

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::text::Escaped;
use mailwire_core::{IntoBytes, InvalidValue, into_owned, text_type, wire_api};

use super::items::{Item, Items, item};
use crate::token::{
    LIST_CHAR, astring, close, literal, nil, open, sp, string, write_astring, write_literal,
    write_string,
};
use crate::tolerance::Deviation;

text_type! {
    /// The name of an entry, a path with slashes: `/comment`, `/1.2/comment`.
    ///
    /// RFC 5257 section 3.2.1. Names have case; they hold neither `*` nor `%`.
    pub struct EntryName: "entry", check = check_name, bytes
}

text_type! {
    /// The name of an attribute of an entry: `value.priv`, `size.shared`.
    ///
    /// RFC 5257 section 3.2.2. Names are compared without regard to case; they hold neither `*` nor `%`.
    pub struct AttributeName: "attrib", check = check_name, bytes, ignore case
}

text_type! {
    /// Which entries are meant: a name, perhaps with the wildcards `*` and `%`, the second of which stands
    /// for no slash.
    ///
    /// RFC 5257 section 4.3.
    pub struct EntryMatch: "entry-match", check = check_match, bytes
}

fn check_name(name: &[u8]) -> Result<(), usize> {
    match name.iter().position(|octet| matches!(octet, b'*' | b'%' | 0)) {
        Some(at) => Err(at),
        None => Ok(()),
    }
}

fn check_match(pattern: &[u8]) -> Result<(), usize> {
    memchr::memchr(0, pattern).map_or(Ok(()), Err)
}

/// The value of an attribute: octets of whatever kind, or NIL for none.
///
/// RFC 5257 section 5. It is written as a string, or as a literal8 where it holds NUL.
///
/// # Grammar
/// ```abnf
/// value = nstring / literal8
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct AnnotationValue<'a>(Option<Cow<'a, [u8]>>);

/// An attribute with its value.
///
/// RFC 5257 section 5.
///
/// # Grammar
/// ```abnf
/// att-value = attrib SP value
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its name.
    pub name: AttributeName<'a>,
    /// Its value.
    pub value: AnnotationValue<'a>,
}

/// An entry with its attributes, of which there is one at least.
///
/// RFC 5257 section 5.
///
/// # Grammar
/// ```abnf
/// entry-att = entry SP "(" att-value *(SP att-value) ")"
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    name: EntryName<'a>,
    attributes: Items<'a, Attribute<'static>>,
}

/// Annotations of a message, as STORE and APPEND set them; there is one at least.
///
/// RFC 5257 sections 4.5 and 4.6.
///
/// # Grammar
/// ```abnf
/// att-annotate = "ANNOTATION" SP "(" entry-att *(SP entry-att) ")"
/// ```
/// The keyword is left to the command.
///
/// # Wire
/// ```text
/// C: A1 STORE 1 ANNOTATION (/comment (value.shared "hi"))
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `att-annotate`, `entry`, `attrib`, `value`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::annotation::Annotations;
///
/// let wire = br#"(/comment (value.shared "hi" value.priv NIL))"#;
/// let annotations = Annotations::parse(wire)?;
/// let entry = annotations.iter().next().unwrap();
/// assert_eq!(entry.name().as_bytes(), b"/comment");
/// assert_eq!(entry.attributes().next().unwrap().value.as_bytes(), Some(&b"hi"[..]));
/// assert_eq!(annotations.to_bytes(), wire);
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotations<'a>(Items<'a, Entry<'static>>);

/// Annotations of a message, as FETCH answers: with their values, or only the names of entries that have
/// changed.
///
/// RFC 5257 sections 4.3 and 4.4.
///
/// # Grammar
/// ```abnf
/// msg-att-dynamic =/ "ANNOTATION" SP
///                      ( "(" entry-att *(SP entry-att) ")" /
///                        "(" entry *(SP entry) ")" )
/// ```
///
/// # Wire
/// ```text
/// S: * 1 FETCH (ANNOTATION (/comment (value.priv "My comment" value.shared NIL)))
/// S: * 1 FETCH (ANNOTATION (/comment /altsubject))
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `annotation`, `entry`, `attrib`, `value`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::annotation::AnnotationData;
///
/// let data = AnnotationData::parse(b"(/comment /altsubject)")?;
/// let AnnotationData::Changed(entries) = &data else { panic!() };
/// assert_eq!(entries.iter().count(), 2);
/// assert_eq!(data.to_bytes(), b"(/comment /altsubject)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnotationData<'a> {
    /// Entries with the values that were asked for.
    Values(Annotations<'a>),
    /// Entries that have changed.
    Changed(EntryNames<'a>),
}

/// Names of entries; there is one at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryNames<'a>(Items<'a, EntryName<'static>>);

/// What FETCH asks for: attributes of entries, one at least of both.
///
/// RFC 5257 section 4.3.
///
/// # Grammar
/// ```abnf
/// fetch-att =/ "ANNOTATION" SP "(" entries SP attribs ")"
/// entries   = entry-match / "(" entry-match *(SP entry-match) ")"
/// attribs   = attrib / "(" attrib *(SP attrib) ")"
/// ```
/// One that stands alone is written without parentheses.
///
/// # Wire
/// ```text
/// C: A1 FETCH 1 (ANNOTATION ((/comment /altsubject) value.priv))
/// ```
///
/// # Limits
/// None of its own.
///
/// # Errors
/// `annotation`, `entry-match`, `attrib`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::element::annotation::AnnotationRequest;
///
/// let request = AnnotationRequest::parse(b"(/* (value.priv size.priv))")?;
/// assert_eq!((request.entries().count(), request.attributes().count()), (1, 2));
/// assert_eq!(request.to_bytes(), b"(/* (value.priv size.priv))");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationRequest<'a> {
    entries: Items<'a, EntryMatch<'static>>,
    attributes: Items<'a, AttributeName<'static>>,
}

wire_api!(Deviation, crate::Mode: EntryName, AttributeName, EntryMatch, AnnotationValue, Attribute, Entry);
wire_api!(Deviation, crate::Mode: Annotations, AnnotationData, AnnotationRequest);
item!(EntryName, AttributeName, EntryMatch, Attribute, Entry);
into_owned!(@impl AnnotationValue, self => { AnnotationValue(self.0.map(|value| Cow::Owned(value.into_owned()))) });
into_owned!(struct Attribute { name, value });
into_owned!(struct Entry { name, attributes });
into_owned!(@impl Annotations, self => { Annotations(mailwire_core::IntoOwned::into_owned(self.0)) });
into_owned!(@impl EntryNames, self => { EntryNames(mailwire_core::IntoOwned::into_owned(self.0)) });
into_owned!(
    enum AnnotationData {
        Values(entries),
        Changed(entries),
    }
);
into_owned!(struct AnnotationRequest { entries, attributes });

/// An astring that is a name.
fn name<'a>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
    check: fn(&[u8]) -> Result<(), usize>,
) -> PResult<'a, Cow<'a, [u8]>> {
    match astring(input, cx) {
        Ok((rest, name)) if check(&name).is_ok() => Ok((rest, name)),
        Ok(_) => Err(stop(input, rule)),
        Err(nom::Err::Error(_)) => Err(fail(input, rule)),
        Err(error) => Err(error),
    }
}

impl<'a> Wire<'a> for EntryName<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        name(input, cx, "entry", check_name).map(|(rest, name)| (rest, Self(name)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        write_astring(out, self.as_bytes());
    }
}

impl<'a> Wire<'a> for AttributeName<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        name(input, cx, "attrib", check_name).map(|(rest, name)| (rest, Self(name)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        write_astring(out, self.as_bytes());
    }
}

impl<'a> Wire<'a> for EntryMatch<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "entry-match";
        match LIST_CHAR.split(input) {
            ([], _) => name(input, cx, RULE, check_match).map(|(rest, name)| (rest, Self(name))),
            (pattern, rest) => Ok((rest, Self::checked(pattern))),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let pattern = self.as_bytes();
        let word = LIST_CHAR.check(pattern).is_ok() && !pattern.eq_ignore_ascii_case(b"NIL");
        if word && !pattern.is_empty() {
            out.bytes(pattern);
        } else {
            write_string(out, pattern);
        }
    }
}

impl EntryMatch<'_> {
    /// True when an entry of this name is meant.
    #[must_use]
    pub fn matches(&self, entry: &EntryName<'_>) -> bool {
        let (pattern, name) = (self.as_bytes(), entry.as_bytes());
        // Where the last wildcard stood, and how much of the name it has taken. A `%` cannot go on behind
        // a slash, so the last `*` is kept beside it.
        let (mut at, mut seen) = (0_usize, 0_usize);
        let (mut star, mut percent) = (None, None);
        loop {
            match (pattern.get(at), name.get(seen)) {
                (Some(b'*'), _) => {
                    (star, percent) = (Some((at + 1, seen)), None);
                    at += 1;
                    continue;
                }
                (Some(b'%'), _) => {
                    percent = Some((at + 1, seen));
                    at += 1;
                    continue;
                }
                (None, None) => return true,
                (Some(one), Some(other)) if one == other => {
                    (at, seen) = (at + 1, seen + 1);
                    continue;
                }
                _ => {}
            }
            let again = match (percent, star) {
                (Some((behind, taken)), _)
                    if name.get(taken).is_some_and(|octet| *octet != b'/') =>
                {
                    percent = Some((behind, taken + 1));
                    percent
                }
                (_, Some((behind, taken))) if taken < name.len() => {
                    (star, percent) = (Some((behind, taken + 1)), None);
                    star
                }
                _ => None,
            };
            match again {
                Some(place) => (at, seen) = place,
                None => return false,
            }
        }
    }
}

impl<'a> Wire<'a> for AnnotationValue<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match input {
            [b'"' | b'{', ..] => string(input, cx).map(|(rest, value)| (rest, Self(Some(value)))),
            [b'~', behind @ ..] => {
                let (rest, octets) = cut(literal(behind))?;
                Ok((rest, Self(Some(Cow::Borrowed(octets)))))
            }
            _ => match nil(input) {
                Some(rest) => Ok((rest, Self(None))),
                None => Err(fail(input, "value")),
            },
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self.0.as_deref() {
            None => drop(out.keyword("NIL")),
            Some(value) if memchr::memchr(0, value).is_some() => {
                out.byte(b'~');
                write_literal(out, value);
            }
            Some(value) => write_string(out, value),
        }
    }
}

impl<'a> AnnotationValue<'a> {
    /// No value: it is removed, or there is none.
    pub const NIL: Self = Self(None);

    /// A value from its octets.
    #[must_use]
    pub fn new(octets: impl IntoBytes<'a>) -> Self {
        Self(Some(octets.into_bytes()))
    }

    /// The octets; `None` for NIL.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        self.0.as_deref()
    }
}

impl fmt::Debug for AnnotationValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnnotationValue").field(&self.0.as_deref().map(Escaped)).finish()
    }
}

impl<'a> Wire<'a> for Attribute<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = AttributeName::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, value) = cut(AnnotationValue::parse_part(rest, cx))?;
        Ok((rest, Self { name, value }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.name).sp().put(&self.value);
    }
}

/// `"(" item *(SP item) ")"`: one at least.
fn some<'a, T: Item>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
) -> PResult<'a, Items<'a, T>> {
    let (rest, ()) = open(input, rule)?;
    let (rest, items) = cut(Items::parse_some(rest, cx))?;
    let (rest, ()) = close(rest, cx, rule)?;
    Ok((rest, items))
}

/// Items of which there has to be one.
fn not_empty<'a, T: Item>(
    items: Items<'a, T>,
    what: &'static str,
) -> Result<Items<'a, T>, InvalidValue> {
    if items.is_empty() { Err(InvalidValue { what, at: 0 }) } else { Ok(items) }
}

/// Items in parentheses.
fn put_list<T: Item>(out: &mut Encoder<'_>, items: &Items<'_, T>) {
    out.byte(b'(').put(items).byte(b')');
}

impl<'a> Wire<'a> for Entry<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, name) = EntryName::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, attributes) = cut(some(rest, cx, "entry-att"))?;
        Ok((rest, Self { name, attributes }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.name).sp();
        put_list(out, &self.attributes);
    }
}

impl<'a> Entry<'a> {
    /// An entry with these attributes.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no attribute.
    pub fn new<'x>(
        name: EntryName<'a>,
        attributes: impl IntoIterator<Item = Attribute<'x>>,
    ) -> Result<Self, InvalidValue> {
        let attributes = not_empty(Items::new(attributes), "entry-att")?;
        Ok(Self { name, attributes })
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &EntryName<'a> {
        &self.name
    }

    /// The attributes, in their order.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        self.attributes.iter()
    }
}

impl<'a> Wire<'a> for Annotations<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        some(input, cx, "att-annotate").map(|(rest, entries)| (rest, Self(entries)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        put_list(out, &self.0);
    }
}

impl Annotations<'_> {
    /// These entries.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn new<'x>(
        entries: impl IntoIterator<Item = Entry<'x>>,
    ) -> Result<Annotations<'static>, InvalidValue> {
        not_empty(Items::new(entries), "att-annotate").map(Annotations)
    }

    /// The entries, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        self.0.iter()
    }
}

impl EntryNames<'_> {
    /// These names.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn new<'x>(
        names: impl IntoIterator<Item = EntryName<'x>>,
    ) -> Result<EntryNames<'static>, InvalidValue> {
        not_empty(Items::new(names), "annotation").map(EntryNames)
    }

    /// The names, in their order.
    pub fn iter(&self) -> impl Iterator<Item = EntryName<'_>> {
        self.0.iter()
    }
}

impl<'a> Wire<'a> for AnnotationData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "annotation";
        let (inside, ()) = open(input, RULE)?;
        let (rest, _) = cut(EntryName::parse_part(inside, cx))?;
        let attributes = rest.iter().find(|octet| **octet != b' ') == Some(&b'(');
        if attributes {
            let (rest, entries) = some(input, cx, RULE)?;
            Ok((rest, Self::Values(Annotations(entries))))
        } else {
            let (rest, names) = some(input, cx, RULE)?;
            Ok((rest, Self::Changed(EntryNames(names))))
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Values(entries) => entries.encode(out),
            Self::Changed(names) => put_list(out, &names.0),
        }
    }
}

/// `item / "(" item *(SP item) ")"`
fn one_or_list<'a, T: Item>(
    input: &'a [u8],
    cx: &Context,
    rule: &'static str,
) -> PResult<'a, Items<'a, T>> {
    if input.first() == Some(&b'(') {
        return some(input, cx, rule);
    }
    let (rest, _) = T::parse_item(input, cx)?;
    let one = input.split_at(input.len() - rest.len()).0;
    let (_, items) = Items::parse_some(one, cx)?;
    Ok((rest, items))
}

fn put_one_or_list<T: Item>(out: &mut Encoder<'_>, items: &Items<'_, T>) {
    if items.len() == 1 {
        out.put(items);
    } else {
        put_list(out, items);
    }
}

impl<'a> Wire<'a> for AnnotationRequest<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "annotation";
        let (rest, ()) = open(input, RULE)?;
        let (rest, entries) = cut(one_or_list(rest, cx, "entry-match"))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, attributes) = cut(one_or_list(rest, cx, "attrib"))?;
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, Self { entries, attributes }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(');
        put_one_or_list(out, &self.entries);
        out.sp();
        put_one_or_list(out, &self.attributes);
        out.byte(b')');
    }
}

impl AnnotationRequest<'_> {
    /// A request for these attributes of these entries.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no entry or no attribute.
    pub fn new<'x, 'y>(
        entries: impl IntoIterator<Item = EntryMatch<'x>>,
        attributes: impl IntoIterator<Item = AttributeName<'y>>,
    ) -> Result<AnnotationRequest<'static>, InvalidValue> {
        Ok(AnnotationRequest {
            entries: not_empty(Items::new(entries), "entry-match")?,
            attributes: not_empty(Items::new(attributes), "attrib")?,
        })
    }

    /// The entries that are meant.
    pub fn entries(&self) -> impl Iterator<Item = EntryMatch<'_>> {
        self.entries.iter()
    }

    /// The attributes.
    pub fn attributes(&self) -> impl Iterator<Item = AttributeName<'_>> {
        self.attributes.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    use crate::element::string::trusted;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn entry(
        name: &'static str,
        attributes: &[(&'static str, Option<&'static str>)],
    ) -> Entry<'static> {
        let attributes = attributes.iter().map(|(name, value)| Attribute {
            name: AttributeName::new(*name).unwrap(),
            value: value.map_or(AnnotationValue::NIL, AnnotationValue::new),
        });
        Entry::new(EntryName::new(name).unwrap(), attributes).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (
                b"(/comment (value.priv \"My comment\" value.shared NIL))",
                AnnotationData::Values(
                    Annotations::new([entry(
                        "/comment",
                        &[("value.priv", Some("My comment")), ("value.shared", None)],
                    )])
                    .unwrap(),
                ),
            ),
            (
                b"(/comment \"/a b\")",
                AnnotationData::Changed(
                    EntryNames::new(["/comment", "/a b"].map(|name| EntryName::new(name).unwrap()))
                        .unwrap(),
                ),
            ),
        ]);
        check_rows(&[(
            b"(/1 (value.shared {2}\r\n\r\n) /2 (value.priv ~{1}\r\n\0))",
            Annotations::new([
                entry("/1", &[("value.shared", Some("\r\n"))]),
                entry("/2", &[("value.priv", Some("\0"))]),
            ])
            .unwrap(),
        )]);
        let request = |entries: &[&'static str], attributes: &[&'static str]| {
            AnnotationRequest::new(
                entries.iter().map(|name| EntryMatch::new(*name).unwrap()),
                attributes.iter().map(|name| AttributeName::new(*name).unwrap()),
            )
            .unwrap()
        };
        check_rows(&[
            (b"(/* value)", request(&["/*"], &["value"])),
            (
                b"((/% \"/a b\") (value size.priv))",
                request(&["/%", "/a b"], &["value", "size.priv"]),
            ),
        ]);
        check_rejects::<AnnotationData<'_>>(&[
            (b"NIL", "annotation", 0),
            (b"()", "entry", 1),
            (b"(/a* (value NIL))", "annotation", 3),
            (b"(\"/a*\")", "entry", 1),
            (b"(/a ())", "attrib", 5),
            (b"(/a (value))", "SP", 10),
            (b"(/a (value x))", "value", 11),
            (b"(/a (value ~x))", "literal", 12),
            (b"(/a (value \"x\") /b)", "SP", 18),
        ]);
        check_rejects::<AnnotationRequest<'_>>(&[
            (b"/a value", "annotation", 0),
            (b"(/a)", "SP", 3),
            (b"(() value)", "entry-match", 2),
            (b"(/a value*)", "annotation", 9),
            (b"(/a ())", "attrib", 5),
        ]);
        check_lenient::<AnnotationData<'_>>(&[
            (b"(/a (value NIL ) )", Deviation::TrailingSpace, b"(/a (value NIL))"),
            (b"(/a  /b)", Deviation::ExtraSpaces, b"(/a /b)"),
        ]);
        assert!(EntryName::new("/*").is_err() && Annotations::new([]).is_err());
        assert!(EntryNames::new([]).is_err() && AnnotationRequest::new([], []).is_err());
        assert!(Entry::new(EntryName::new("/a").unwrap(), []).is_err());
    }

    #[test]
    fn patterns_match_entries() {
        let matches = |pattern: &'static str, name: &'static str| {
            EntryMatch::new(pattern).unwrap().matches(&EntryName::new(name).unwrap())
        };
        for (pattern, name) in [
            ("/comment", "/comment"),
            ("/*", "/1/comment"),
            ("*", ""),
            ("/%", "/altsubject"),
            ("/%/c", "/1/c"),
            ("/*/%c", "/1/2/abc"),
            ("*%a", "/b/a"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("/%", "/1/comment"), ("/a", "/ab"), ("/ab", "/a"), ("/%c", "/1/c"), ("", "/a")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        let long = EntryName::new(alloc::string::String::from("a").repeat(3000)).unwrap();
        assert!(!EntryMatch::new("*a".repeat(20) + "*b").unwrap().matches(&long));
    }

    /// Every value reads back, however it is written.
    #[test]
    fn octets_of_every_kind_are_values() {
        for octet in 0..=u8::MAX {
            let value = AnnotationValue::new(Vec::from([octet]));
            let written = value.to_bytes();
            assert_eq!(AnnotationValue::parse_part(&written, &trusted()).unwrap().1, value);
        }
    }
}
