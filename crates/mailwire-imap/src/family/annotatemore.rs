//! Annotations before METADATA, as Cyrus has them: GETANNOTATION and SETANNOTATION.
//!
//! Entries and attributes are strings here, always in quotes: `value.shared`, `size.priv` and so on are
//! attributes of an entry, and not part of its name.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::{into_owned, wire_api};

use crate::Mode;
use crate::element::invalid::{Invalid, contained, skip_items};
use crate::element::items::{Item, Items, OneOrList, SomeList, item};
use crate::element::mailbox::{Mailbox, MailboxPattern};
use crate::element::string::{IString, nstring, write_nstring};
use crate::token::sp;
use crate::tolerance::Deviation;

/// The arguments of GETANNOTATION: mailboxes, entries and attributes, each with wildcards.
///
/// draft-daboo-imap-annotatemore. An empty name stands for the server.
///
/// # Grammar
/// ```abnf
/// getannotation = "GETANNOTATION" SP list-mailbox SP entries SP attribs
/// entries       = string / "(" string *(SP string) ")"
/// attribs       = string / "(" string *(SP string) ")"
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 GETANNOTATION INBOX "/comment" ("value.priv" "value.shared")
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `list-mailbox`, `string`, `list`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::annotatemore::GetAnnotation;
///
/// let command = GetAnnotation::parse(b"INBOX \"/comment\" \"value\"")?;
/// assert_eq!(command.entries.iter().next().unwrap().as_bytes(), b"/comment");
/// assert_eq!(command.to_bytes(), b"INBOX \"/comment\" \"value\"");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetAnnotation<'a> {
    /// The mailboxes.
    pub mailbox: MailboxPattern<'a>,
    /// The entries.
    pub entries: OneOrList<'a, IString<'static>>,
    /// The attributes.
    pub attributes: OneOrList<'a, IString<'static>>,
}

/// The arguments of SETANNOTATION: mailboxes, and the new values.
///
/// draft-daboo-imap-annotatemore. NIL removes a value.
///
/// # Grammar
/// ```abnf
/// setannotation = "SETANNOTATION" SP list-mailbox SP setentryatt
/// setentryatt   = entry-att / "(" entry-att *(SP entry-att) ")"
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 SETANNOTATION INBOX "/comment" ("value.priv" "My comment")
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `list-mailbox`, `string`, `list`, `value`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::annotatemore::SetAnnotation;
///
/// let command = SetAnnotation::parse(b"INBOX \"/comment\" (\"value.priv\" NIL)")?;
/// assert_eq!(command.entries.len(), 1);
/// assert_eq!(command.to_bytes(), b"INBOX \"/comment\" (\"value.priv\" NIL)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAnnotation<'a> {
    /// The mailboxes.
    pub mailbox: MailboxPattern<'a>,
    /// The annotations.
    pub entries: OneOrList<'a, EntryAttributes<'static>>,
}

/// An annotation with its attributes.
///
/// # Grammar
/// ```abnf
/// entry-att = string SP "(" att-value *(SP att-value) ")"
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryAttributes<'a> {
    /// The name.
    pub entry: IString<'a>,
    /// The attributes.
    pub attributes: SomeList<'a, AttributeValue<'static>>,
}

/// An attribute of an annotation, and its value.
///
/// # Grammar
/// ```abnf
/// att-value = string SP nstring
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeValue<'a> {
    /// The name.
    pub attribute: IString<'a>,
    /// The value; `None` where there is none, or it is to be removed.
    pub value: Option<IString<'a>>,
}

/// Annotations, or the names of those that changed.
///
/// draft-daboo-imap-annotatemore.
///
/// # Grammar
/// ```abnf
/// annotate-data = "ANNOTATION" SP mailbox SP entry-list
/// entry-list    = entry-att *(SP entry-att) / "(" string *(SP string) ")"
/// ```
/// Deviations: [`InvalidItem`](Deviation::InvalidItem), [`ExtraSpaces`](Deviation::ExtraSpaces),
/// [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// S: * ANNOTATION INBOX "/comment" ("value.priv" "My comment" "value.shared" NIL)
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `string`, `list`, `value`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::annotatemore::{AnnotationData, AnnotationItem, AnnotationItems};
///
/// let data = AnnotationData::parse(b"INBOX \"/comment\" (\"value.priv\" \"x\")")?;
/// let AnnotationItems::Values(values) = &data.items else { panic!() };
/// let Some(AnnotationItem::Entry(entry)) = values.items().iter().next() else { panic!() };
/// assert_eq!(entry.entry.as_bytes(), b"/comment");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationData<'a> {
    /// The mailbox; an empty name for the server.
    pub mailbox: Mailbox<'a>,
    /// What is told.
    pub items: AnnotationItems<'a>,
}

/// What ANNOTATION tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnotationItems<'a> {
    /// Annotations.
    Values(AnnotationValues<'a>),
    /// The names of annotations that somebody changed.
    Changed(SomeList<'a, IString<'static>>),
}

/// Annotations: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationValues<'a>(Items<'a, ListedAnnotation>);

/// An annotation in a response, or what stands in place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnotationItem<'a> {
    /// An annotation.
    Entry(EntryAttributes<'a>),
    /// What stands in place of one, and is none.
    Invalid(Invalid<'a>),
}

/// The annotations of a response; one that breaks the grammar is [`AnnotationItem::Invalid`].
#[derive(Debug)]
pub enum ListedAnnotation {}

wire_api!(Deviation, Mode: GetAnnotation, SetAnnotation, EntryAttributes, AnnotationData);
into_owned!(struct GetAnnotation { mailbox, entries, attributes });
into_owned!(struct SetAnnotation { mailbox, entries });
into_owned!(struct EntryAttributes { entry, attributes });
into_owned!(struct AttributeValue { attribute, value });
into_owned!(struct AnnotationData { mailbox, items });
into_owned!(
    enum AnnotationItems {
        Values(values),
        Changed(entries),
    }
);
into_owned!(@impl AnnotationValues, self => {
    AnnotationValues(mailwire_core::IntoOwned::into_owned(self.0))
});
into_owned!(
    enum AnnotationItem {
        Entry(entry),
        Invalid(invalid),
    }
);
item!(EntryAttributes, AttributeValue);

impl<'a> Wire<'a> for GetAnnotation<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = MailboxPattern::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, entries) = cut(OneOrList::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, attributes) = cut(OneOrList::parse_part(rest, cx))?;
        Ok((rest, Self { mailbox, entries, attributes }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.entries).sp().put(&self.attributes);
    }
}

impl<'a> Wire<'a> for SetAnnotation<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = MailboxPattern::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, entries) = cut(OneOrList::parse_part(rest, cx))?;
        Ok((rest, Self { mailbox, entries }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp().put(&self.entries);
    }
}

impl<'a> Wire<'a> for EntryAttributes<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, entry) = IString::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, attributes) = cut(SomeList::parse_part(rest, cx))?;
        Ok((rest, Self { entry, attributes }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.entry).sp().put(&self.attributes);
    }
}

impl<'a> Wire<'a> for AttributeValue<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, attribute) = IString::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, value) = nstring(rest, cx, "value")?;
        Ok((rest, Self { attribute, value }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.attribute).sp();
        write_nstring(out, self.value.as_ref());
    }
}

impl<'a> Wire<'a> for AnnotationData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, items) = if rest.first() == Some(&b'(') {
            let (rest, entries) = cut(SomeList::parse_part(rest, cx))?;
            (rest, AnnotationItems::Changed(entries))
        } else {
            let (rest, values) = cut(Items::parse_some(rest, cx))?;
            (rest, AnnotationItems::Values(AnnotationValues(values)))
        };
        Ok((rest, Self { mailbox, items }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox).sp();
        match &self.items {
            AnnotationItems::Values(values) => out.put(&values.0),
            AnnotationItems::Changed(entries) => out.put(entries),
        };
    }
}

impl<'a> AnnotationValues<'a> {
    /// These annotations.
    ///
    /// # Errors
    /// [`InvalidValue`](crate::InvalidValue) where there is none.
    pub fn new<'x>(
        entries: impl IntoIterator<Item = EntryAttributes<'x>>,
    ) -> Result<AnnotationValues<'static>, crate::InvalidValue> {
        let entries = entries.into_iter().map(AnnotationItem::Entry);
        SomeList::new(entries).map(|entries| AnnotationValues(entries.into_items()))
    }

    /// The annotations.
    #[must_use]
    pub const fn items(&self) -> &Items<'a, ListedAnnotation> {
        &self.0
    }
}

impl<'a> Wire<'a> for AnnotationItem<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        EntryAttributes::parse_part(input, cx).map(|(rest, entry)| (rest, Self::Entry(entry)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Entry(entry) => entry.encode(out),
            Self::Invalid(invalid) => invalid.encode(out),
        }
    }
}

impl Item for ListedAnnotation {
    type At<'x> = AnnotationItem<'x>;

    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, AnnotationItem<'x>> {
        let skip = |input, cx: &Context| skip_items(input, cx, 2);
        contained(input, cx, AnnotationItem::parse_part, skip, AnnotationItem::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_roundtrip, check_rows};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn text(text: &str) -> IString<'_> {
        IString::new(text).unwrap()
    }

    fn pattern(pattern: &str) -> MailboxPattern<'_> {
        MailboxPattern::new(pattern).unwrap()
    }

    fn entry<'x>(entry: &'x str, attributes: &[(&'x str, Option<&'x str>)]) -> EntryAttributes<'x> {
        let attributes = attributes.iter().map(|(attribute, value)| AttributeValue {
            attribute: text(attribute),
            value: value.map(text),
        });
        EntryAttributes { entry: text(entry), attributes: SomeList::new(attributes).unwrap() }
    }

    #[test]
    fn commands() {
        let both = || OneOrList::list([text("value.priv"), text("value.shared")]).unwrap();
        check_rows(&[
            (
                b"INBOX \"/comment\" (\"value.priv\" \"value.shared\")",
                GetAnnotation {
                    mailbox: pattern("INBOX"),
                    entries: OneOrList::one(text("/comment")),
                    attributes: both(),
                },
            ),
            (
                b"* (\"/check\" \"/vendor/*\") \"value\"",
                GetAnnotation {
                    mailbox: pattern("*"),
                    entries: OneOrList::list([text("/check"), text("/vendor/*")]).unwrap(),
                    attributes: OneOrList::one(text("value")),
                },
            ),
        ]);
        check_rejects::<GetAnnotation<'_>>(&[
            (b"", "list-mailbox", 0),
            (b"INBOX", "SP", 5),
            (b"INBOX /comment \"value\"", "string", 6),
            (b"INBOX \"/comment\"", "SP", 16),
            (b"INBOX \"/comment\" ()", "list", 18),
        ]);
        check_lenient::<GetAnnotation<'_>>(&[
            (b"a  \"b\" \"c\"", Deviation::ExtraSpaces, b"a \"b\" \"c\""),
            (b"a (\"b\" ) \"c\"", Deviation::TrailingSpace, b"a (\"b\") \"c\""),
        ]);
        check_rows(&[
            (
                b"INBOX \"/comment\" (\"value.priv\" \"My comment\" \"value.shared\" NIL)",
                SetAnnotation {
                    mailbox: pattern("INBOX"),
                    entries: OneOrList::one(entry(
                        "/comment",
                        &[("value.priv", Some("My comment")), ("value.shared", None)],
                    )),
                },
            ),
            (
                b"\"\" (\"/a\" (\"b\" {2}\r\n\r\n) \"/c\" (\"d\" NIL))",
                SetAnnotation {
                    mailbox: pattern(""),
                    entries: OneOrList::list([
                        entry("/a", &[("b", Some("\r\n"))]),
                        entry("/c", &[("d", None)]),
                    ])
                    .unwrap(),
                },
            ),
        ]);
        check_rejects::<SetAnnotation<'_>>(&[
            (b"a", "SP", 1),
            (b"a \"b\"", "SP", 5),
            (b"a \"b\" ()", "list", 7),
            (b"a \"b\" (\"c\")", "SP", 10),
            (b"a \"b\" (\"c\" d)", "value", 11),
        ]);
        check_lenient::<SetAnnotation<'_>>(&[(
            b"a \"b\" (\"c\"  NIL)",
            Deviation::ExtraSpaces,
            b"a \"b\" (\"c\" NIL)",
        )]);
    }

    #[test]
    fn responses() {
        let values = |entries: Vec<EntryAttributes<'static>>| AnnotationData {
            mailbox: Mailbox::INBOX,
            items: AnnotationItems::Values(AnnotationValues::new(entries).unwrap()),
        };
        let changed = AnnotationData {
            mailbox: Mailbox::new("").unwrap(),
            items: AnnotationItems::Changed(SomeList::new([text("/a"), text("/b")]).unwrap()),
        };
        check_rows(&[
            (
                b"INBOX \"/a\" (\"value.priv\" \"x\") \"/b\" (\"size.priv\" NIL)",
                values(Vec::from([
                    entry("/a", &[("value.priv", Some("x"))]),
                    entry("/b", &[("size.priv", None)]),
                ])),
            ),
            (b"\"\" (\"/a\" \"/b\")", changed),
        ]);
        check_rejects::<AnnotationData<'_>>(&[
            (b"", "mailbox", 0),
            (b"a", "SP", 1),
            (b"a ()", "list", 3),
            (b"a (\"b\" c)", "string", 7),
        ]);
        check_lenient::<AnnotationData<'_>>(&[
            (
                b"a \"/x\" y \"/b\" (\"c\" NIL)",
                Deviation::InvalidItem,
                b"a \"/x\" y \"/b\" (\"c\" NIL)",
            ),
            (b"a  \"/b\" (\"c\" NIL)", Deviation::ExtraSpaces, b"a \"/b\" (\"c\" NIL)"),
        ]);
        let data = AnnotationData::parse(b"a \"/x\" y \"/b\" (\"c\" NIL)").unwrap();
        let AnnotationItems::Values(values) = &data.items else { panic!() };
        assert!(values.items().contains(&AnnotationItem::Entry(entry("/b", &[("c", None)]))));
    }

    proptest! {
        #[test]
        fn roundtrip(mailbox in "[ -~]{0,6}", name in "\\PC{0,6}", value in "\\PC{0,6}") {
            let (Ok(_), Ok(_)) = (IString::new(&name), IString::new(&value)) else { return Ok(()) };
            let one = entry(&name, &[("a", Some(&value)), (&value, None)]);
            let mailbox = pattern(&mailbox);
            let entries = OneOrList::one(one.clone());
            check_roundtrip!(SetAnnotation: SetAnnotation { mailbox: mailbox.clone(), entries });
            let entries = OneOrList::one(text(&name));
            let attributes = OneOrList::list([text(&value)]).unwrap();
            check_roundtrip!(GetAnnotation: GetAnnotation { mailbox, entries, attributes });
            let values = AnnotationValues::new([one.clone(), one]).unwrap();
            let items = AnnotationItems::Values(values);
            check_roundtrip!(AnnotationData: AnnotationData { mailbox: Mailbox::INBOX, items });
        }
    }
}
