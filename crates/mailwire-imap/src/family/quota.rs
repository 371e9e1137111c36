//! Quotas: GETQUOTA, GETQUOTAROOT and SETQUOTA.
//!
//! GETQUOTA has a quota root, GETQUOTAROOT a mailbox, and nothing else (RFC 9208 sections 4.1.1 and 4.1.2).

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::invalid::{Invalid, contained, skip_items};
use crate::element::items::{Item, ItemList, ItemTail, item};
use crate::element::mailbox::Mailbox;
use crate::element::number::Number64;
use crate::element::string::{AString, Atom};
use crate::token::{ATOM_CHAR, sp};
use crate::tolerance::Deviation;

/// The arguments of SETQUOTA: a quota root, and all of its limits.
///
/// RFC 9208 section 4.1.3.
///
/// # Grammar
/// ```abnf
/// setquota          = "SETQUOTA" SP quota-root-name SP setquota-list
/// setquota-list     = "(" [setquota-resource *(SP setquota-resource)] ")"
/// setquota-resource = resource-name SP resource-limit
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 SETQUOTA "#user/alice" (STORAGE 510)
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `astring`, `list`, `resource-name`, `number64`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::quota::{Resource, SetQuota};
///
/// let command = SetQuota::parse(b"\"#user alice\" (STORAGE 510)")?;
/// let limit = command.limits.iter().next().unwrap();
/// assert_eq!((limit.resource, limit.limit.get()), (Resource::Storage, 510));
/// assert_eq!(command.to_bytes(), b"\"#user alice\" (STORAGE 510)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetQuota<'a> {
    /// The quota root.
    pub root: AString<'a>,
    /// Its limits; resources that are not named are not limited.
    pub limits: ItemList<'a, ResourceLimit<'static>>,
}

/// A resource, and how much of it there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceLimit<'a> {
    /// The resource.
    pub resource: Resource<'a>,
    /// The limit, in the unit of the resource.
    pub limit: Number64,
}

dispatch! {
    /// What a quota limits.
    ///
    /// RFC 9208 section 5.
    ///
    /// # Grammar
    /// ```abnf
    /// resource-name =  "STORAGE" / "MESSAGE" / "MAILBOX" / "ANNOTATION-STORAGE" /
    ///                  resource-name-ext
    /// resource-name-ext =  atom
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: * QUOTA "" (STORAGE 10 512)
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `resource-name`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::quota::Resource;
    ///
    /// assert_eq!(Resource::parse(b"storage")?, Resource::Storage);
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum Resource<'a> {
        /// The size of messages, in units of 1024 octets.
        Storage = "STORAGE",
        /// The number of messages.
        Message = "MESSAGE",
        /// The number of mailboxes.
        Mailbox = "MAILBOX",
        /// The size of annotations, in units of 1024 octets.
        AnnotationStorage = "ANNOTATION-STORAGE",
    }
    others {
        /// A resource that is not known here.
        Other(OtherResource<'a>),
    }
    /// The resources that are known here, by name.
    pub enum ResourceName: "resource-name" in ATOM_CHAR;
}

/// A resource that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherResource<'a>(Atom<'a>);

/// How much of its resources a quota root uses, and how much there may be.
///
/// RFC 9208 section 4.2.1. RFC 2087 allows a root without resources.
///
/// # Grammar
/// ```abnf
/// quota-response = "QUOTA" SP quota-root-name SP quota-list
/// quota-list     = "(" quota-resource *(SP quota-resource) ")"
/// quota-resource = resource-name SP resource-usage SP resource-limit
/// ```
/// Deviations: [`InvalidItem`](Deviation::InvalidItem), [`ExtraSpaces`](Deviation::ExtraSpaces),
/// [`TrailingSpace`](Deviation::TrailingSpace), [`NegativeNumber`](Deviation::NegativeNumber),
/// [`FloatNumber`](Deviation::FloatNumber), [`MissingResources`](Deviation::MissingResources).
///
/// # Wire
/// ```text
/// S: * QUOTA "#user/alice" (STORAGE 54 111 MESSAGE 42 1000)
/// ```
///
/// # Limits
/// 63 bits.
///
/// # Errors
/// `astring`, `list`, `resource-name`, `number64`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::quota::{QuotaData, QuotaItem};
///
/// let quota = QuotaData::parse(b"\"\" (STORAGE 54 111)")?;
/// let Some(QuotaItem::Resource(storage)) = quota.resources.iter().next() else { panic!() };
/// assert_eq!((storage.usage.get(), storage.limit.get()), (54, 111));
/// assert_eq!(quota.to_bytes(), b"\"\" (STORAGE 54 111)");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaData<'a> {
    /// The quota root.
    pub root: AString<'a>,
    /// Its resources.
    pub resources: ItemList<'a, ListedQuota>,
}

/// A resource, how much of it is used, and how much there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaResource<'a> {
    /// The resource.
    pub resource: Resource<'a>,
    /// The usage, in the unit of the resource.
    pub usage: Number64,
    /// The limit, in the unit of the resource.
    pub limit: Number64,
}

/// A resource of a quota root, or what stands in place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuotaItem<'a> {
    /// A resource.
    Resource(QuotaResource<'a>),
    /// What stands in place of one, and is none.
    Invalid(Invalid<'a>),
}

/// The resources of a response; one that breaks the grammar is [`QuotaItem::Invalid`].
#[derive(Debug)]
pub enum ListedQuota {}

/// The quota roots that a mailbox is under.
///
/// RFC 9208 section 4.2.2.
///
/// # Grammar
/// ```abnf
/// quotaroot-response = "QUOTAROOT" SP mailbox *(SP quota-root-name)
/// ```
/// Deviation: [`ExtraSpaces`](Deviation::ExtraSpaces).
///
/// # Wire
/// ```text
/// S: * QUOTAROOT INBOX "#user/alice" #partition/sda4
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `astring`.
///
/// # Example
/// ```
/// use mailwire_imap::family::quota::QuotaRootData;
///
/// let roots = QuotaRootData::parse(b"INBOX \"\"")?;
/// assert_eq!(roots.roots.iter().next().unwrap().as_bytes(), b"");
/// assert_eq!(roots.to_bytes(), b"INBOX \"\"");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRootData<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// The quota roots; none where nothing is limited.
    pub roots: ItemTail<'a, AString<'static>>,
}

wire_api!(Deviation, Mode: SetQuota, Resource, ResourceLimit, QuotaData, QuotaRootData);
into_owned!(struct SetQuota { root, limits });
into_owned!(struct ResourceLimit { resource, limit });
into_owned!(@impl OtherResource, self => { OtherResource(self.0.into_owned()) });
into_owned!(struct QuotaData { root, resources });
into_owned!(struct QuotaResource { resource, usage, limit });
into_owned!(
    enum QuotaItem {
        Resource(resource),
        Invalid(invalid),
    }
);
into_owned!(struct QuotaRootData { mailbox, roots });
item!(ResourceLimit);

impl<'a> OtherResource<'a> {
    /// A resource from its name.
    ///
    /// # Errors
    /// [`InvalidValue`] where it is known here.
    pub fn new(name: Atom<'a>) -> Result<Self, InvalidValue> {
        match ResourceName::from_keyword(name.as_bytes()) {
            Some(_) => Err(InvalidValue { what: "resource-name", at: 0 }),
            None => Ok(Self(name)),
        }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Atom<'a> {
        &self.0
    }
}

impl<'a> Wire<'a> for Resource<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = ATOM_CHAR.split(input);
        match ResourceName::from_keyword(word) {
            Some(name) => Self::parse_arguments(name, rest, cx),
            None if word.is_empty() => Err(fail(input, "resource-name")),
            None => Ok((rest, Self::Other(OtherResource(Atom::checked(word))))),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => out.put(&other.0),
            known => out.keyword(known.name().map_or("", ResourceName::as_str)),
        };
    }
}

impl<'a> Wire<'a> for ResourceLimit<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, resource) = Resource::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, limit) = cut(Number64::parse_part(rest, cx))?;
        Ok((rest, Self { resource, limit }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.resource).sp().put(&self.limit);
    }
}

impl<'a> Wire<'a> for SetQuota<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, root) = AString::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, limits) = cut(ItemList::parse_part(rest, cx))?;
        Ok((rest, Self { root, limits }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.root).sp().put(&self.limits);
    }
}

impl<'a> Wire<'a> for QuotaItem<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, resource) = Resource::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, usage) = cut(Number64::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, limit) = cut(Number64::parse_part(rest, cx))?;
        Ok((rest, Self::Resource(QuotaResource { resource, usage, limit })))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Resource(resource) => {
                out.put(&resource.resource).sp().put(&resource.usage).sp().put(&resource.limit);
            }
            Self::Invalid(invalid) => invalid.encode(out),
        }
    }
}

impl Item for ListedQuota {
    type At<'x> = QuotaItem<'x>;

    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, QuotaItem<'x>> {
        let skip = |input, cx: &Context| skip_items(input, cx, 3);
        contained(input, cx, QuotaItem::parse_part, skip, QuotaItem::Invalid)
    }
}

impl<'a> Wire<'a> for QuotaData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, root) = AString::parse_part(input, cx)?;
        if matches!(rest, [] | [b'\r' | b'\n', ..]) && cx.tolerate(Deviation::MissingResources) {
            return Ok((rest, Self { root, resources: ItemList::EMPTY }));
        }
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, resources) = cut(ItemList::parse_part(rest, cx))?;
        Ok((rest, Self { root, resources }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.root).sp().put(&self.resources);
    }
}

impl<'a> Wire<'a> for QuotaRootData<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, roots) = ItemTail::parse_line(rest, cx)?;
        Ok((rest, Self { mailbox, roots }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox);
        out.put(&self.roots);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_needs, check_rejects, check_roundtrip, check_rows};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn root(root: &str) -> AString<'_> {
        AString::new(root).unwrap()
    }

    fn large(number: u64) -> Number64 {
        Number64::new(number).unwrap()
    }

    fn foo() -> Resource<'static> {
        Resource::Other(OtherResource::new(Atom::new("Foo").unwrap()).unwrap())
    }

    fn used(resource: Resource<'static>, usage: u64, limit: u64) -> QuotaItem<'static> {
        let (usage, limit) = (large(usage), large(limit));
        QuotaItem::Resource(QuotaResource { resource, usage, limit })
    }

    #[test]
    fn commands() {
        let set = |name, limits: Vec<(Resource<'static>, u64)>| SetQuota {
            root: root(name),
            limits: ItemList::new(
                limits
                    .into_iter()
                    .map(|(resource, limit)| ResourceLimit { resource, limit: large(limit) }),
            ),
        };
        check_rows(&[
            (b"\"\" ()", set("", Vec::new())),
            (
                b"#user/alice (STORAGE 0 MESSAGE 512 MAILBOX 5 ANNOTATION-STORAGE 1)",
                set(
                    "#user/alice",
                    Vec::from([
                        (Resource::Storage, 0),
                        (Resource::Message, 512),
                        (Resource::Mailbox, 5),
                        (Resource::AnnotationStorage, 1),
                    ]),
                ),
            ),
            (
                b"\"a b\" (Foo 9223372036854775807)",
                set("a b", Vec::from([(foo(), i64::MAX as u64)])),
            ),
        ]);
        use crate::Command;
        check_rows(&[
            (b"GETQUOTA \"\"", Command::GetQuota(root(""))),
            (b"GETQUOTAROOT INBOX", Command::GetQuotaRoot(Mailbox::INBOX)),
            (b"SETQUOTA \"\" ()", Command::SetQuota(set("", Vec::new()))),
        ]);
        check_rejects::<SetQuota<'_>>(&[
            (b"", "astring", 0),
            (b"\"\"", "SP", 2),
            (b"\"\" STORAGE 512", "list", 3),
            (b"\"\" (STORAGE)", "SP", 11),
            (b"\"\" (STORAGE x)", "number64", 12),
            (b"\"\" (STORAGE 9223372036854775808)", "number64", 12),
            (b"\"\" (\"x\" 1)", "resource-name", 4),
        ]);
        check_lenient::<SetQuota<'_>>(&[
            (b"\"\" (STORAGE  1)", Deviation::ExtraSpaces, b"\"\" (STORAGE 1)"),
            (b"\"\" (STORAGE 1 )", Deviation::TrailingSpace, b"\"\" (STORAGE 1)"),
        ]);
        assert!(OtherResource::new(Atom::new("message").unwrap()).is_err());
    }

    #[test]
    fn responses() {
        let quota = |name, resources: Vec<QuotaItem<'static>>| QuotaData {
            root: root(name),
            resources: ItemList::new(resources),
        };
        check_rows(&[
            (b"\"\" ()", quota("", Vec::new())),
            (
                b"\"\" (STORAGE 54 5000000000 Foo 1 2)",
                quota(
                    "",
                    Vec::from([used(Resource::Storage, 54, 5_000_000_000), used(foo(), 1, 2)]),
                ),
            ),
        ]);
        check_rejects::<QuotaData<'_>>(&[
            (b"", "astring", 0),
            (b"\"\" STORAGE 1 2", "list", 3),
            (b"\"\" (STORAGE 1 2", "list", 15),
        ]);
        check_lenient::<QuotaData<'_>>(&[
            (b"\"\" (STORAGE 1 2 )", Deviation::TrailingSpace, b"\"\" (STORAGE 1 2)"),
            (b"\"\"  (STORAGE 1 2)", Deviation::ExtraSpaces, b"\"\" (STORAGE 1 2)"),
            (b"\"ROOT\"", Deviation::MissingResources, b"ROOT ()"),
            (b"\"\" (STORAGE 1)", Deviation::InvalidItem, b"\"\" (STORAGE 1)"),
            (b"\"\" (STORAGE x 2 Foo 1 2)", Deviation::InvalidItem, b"\"\" (STORAGE x 2 Foo 1 2)"),
        ]);
        let damaged = QuotaData::parse(b"\"\" (STORAGE x 2 Foo 1 2)").unwrap();
        assert!(damaged.resources.len() == 2 && damaged.resources.contains(&used(foo(), 1, 2)));
        let spaced = QuotaData::parse(b"\"\" (STORAGE  1 2)").unwrap();
        assert!(spaced.resources.contains(&used(Resource::Storage, 1, 2)));
        let lenient = crate::Tolerance::lenient();
        let (negative, _) = QuotaData::parse_with(b"\"\" (STORAGE -1 2)", lenient).unwrap();
        assert!(negative.resources.contains(&used(Resource::Storage, 0, 2)));
        let roots = |names: Vec<&'static str>| QuotaRootData {
            mailbox: Mailbox::INBOX,
            roots: ItemTail::new(names.into_iter().map(root)),
        };
        check_rows(&[
            (b"INBOX", roots(Vec::new())),
            (b"INBOX \"\"", roots(Vec::from([""]))),
            (b"INBOX #user/alice \"a b\"", roots(Vec::from(["#user/alice", "a b"]))),
            (b"INBOX ]a ]", roots(Vec::from(["]a", "]"]))),
        ]);
        check_rejects::<QuotaRootData<'_>>(&[(b"", "mailbox", 0), (b"a (b)", "astring", 2)]);
        check_lenient::<QuotaRootData<'_>>(&[(b"a  b", Deviation::ExtraSpaces, b"a b")]);
    }

    proptest! {
        #[test]
        fn roundtrip(name in "\\PC{0,8}", numbers in proptest::collection::vec(0..=i64::MAX as u64, 0..4)) {
            let Ok(root) = AString::new(&name) else { return Ok(()) };
            let resources = ItemList::new(numbers.iter().map(|number| used(foo(), *number, 7)));
            check_roundtrip!(QuotaData: QuotaData { root: root.clone(), resources });
            let limits = ItemList::new(numbers.iter().map(|number| ResourceLimit {
                resource: Resource::Mailbox,
                limit: large(*number),
            }));
            check_roundtrip!(SetQuota: SetQuota { root: root.clone(), limits });
            let roots = ItemTail::new([root]);
            check_roundtrip!(QuotaRootData: QuotaRootData { mailbox: Mailbox::INBOX, roots });
        }
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("GETQUOTA \"\"", &["QUOTA or QUOTA=RES-"]),
            ("GETQUOTAROOT x", &["QUOTA or QUOTA=RES-"]),
            ("SETQUOTA \"\" (STORAGE 1)", &["QUOTASET or QUOTA"]),
        ]);
    }
}
