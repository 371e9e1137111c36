//! Strategies of values as an application builds them: elements, commands and responses.

#![allow(dead_code, missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::num::NonZeroU32;

use mailwire_imap::element::address::{Address, AddressList};
use mailwire_imap::element::annotation::{self, AnnotationRequest, Annotations};
use mailwire_imap::element::body_structure::{
    BodyStructure, Content, Disposition, Extension, Languages, Parameters, SinglePart,
};
use mailwire_imap::element::date::{Date, DateTime};
use mailwire_imap::element::entry::Entry;
use mailwire_imap::element::envelope::Envelope;
use mailwire_imap::element::flag::{Flag, FlagExtension, Flags, Keyword};
use mailwire_imap::element::items::{ItemList, ItemTail, Items, OneOrList, SomeList};
use mailwire_imap::element::literal::Literal;
use mailwire_imap::element::mailbox::{Mailbox, MailboxPattern};
use mailwire_imap::element::mod_seq::ModSeq;
use mailwire_imap::element::number::{Number, Number64, NzNumber};
use mailwire_imap::element::object_id::ObjectId;
use mailwire_imap::element::parameter::{Label, Parameter};
use mailwire_imap::element::partial_range::PartialRange;
use mailwire_imap::element::raw::RawData;
use mailwire_imap::element::section::{
    HeaderList, Section, SectionBinary, SectionPart, SectionText,
};
use mailwire_imap::element::sequence::{
    SequenceNumber, SequenceRange, SequenceSet, UidRange, UidSet,
};
use mailwire_imap::element::string::{AString, Atom, IString};
use mailwire_imap::element::tag::Tag;
use mailwire_imap::element::text::Text;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub type S<T> = BoxedStrategy<T>;

/// Octets that a string can hold: mostly words, some text, any octets but NUL.
pub fn octets() -> S<Vec<u8>> {
    prop_oneof![
        6 => "[a-zA-Z0-9./@_-]{1,8}".prop_map(String::into_bytes),
        3 => "[ -~]{0,10}".prop_map(String::into_bytes),
        1 => "\\PC{0,5}".prop_map(String::into_bytes),
        1 => select(vec!["", "NIL", "nil", "\"", "\\", "{3}", "a\r\nb", "\u{e9}", "(", "]", "*"])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(1..=255_u8, 0..6),
    ]
    .boxed()
}

/// The same in one line.
fn line() -> S<Vec<u8>> {
    octets()
        .prop_map(|mut octets| {
            octets.retain(|octet| !matches!(octet, b'\r' | b'\n' | 0));
            octets
        })
        .boxed()
}

pub fn string() -> S<IString<'static>> {
    octets().prop_map(|octets| IString::new(octets).unwrap()).boxed()
}

pub fn nstring() -> S<Option<IString<'static>>> {
    option::of(string()).boxed()
}

pub fn astring() -> S<AString<'static>> {
    octets().prop_map(|octets| AString::new(octets).unwrap()).boxed()
}

/// An atom that is the name of nothing.
pub fn atom() -> S<Atom<'static>> {
    "X-[A-Za-z0-9.]{1,6}".prop_map(|atom| Atom::new(atom).unwrap()).boxed()
}

pub fn tag() -> S<Tag<'static>> {
    "[A-Za-z][A-Za-z0-9.]{0,5}".prop_map(|tag| Tag::new(tag).unwrap()).boxed()
}

pub fn text() -> S<Text<'static>> {
    line()
        .prop_filter_map("a text", |text| Text::new(text).ok())
        .prop_map(
            |text: Text<'static>| {
                if text.as_bytes().starts_with(b"[") { Text::new("x").unwrap() } else { text }
            },
        )
        .boxed()
}

pub fn mailbox() -> S<Mailbox<'static>> {
    prop_oneof![
        Just(Mailbox::INBOX),
        select(vec!["inbox", "NIL", "", "a/b", "Entw&APw-rfe", "\u{e9}"])
            .prop_map(|name| Mailbox::new(name).unwrap()),
        line().prop_map(|name| Mailbox::new(name).unwrap()),
    ]
    .boxed()
}

pub fn pattern() -> S<MailboxPattern<'static>> {
    prop_oneof![Just(b"%".to_vec()), Just(b"a/*".to_vec()), line()]
        .prop_map(|pattern| MailboxPattern::new(pattern).unwrap())
        .boxed()
}

fn near<T: Copy + std::fmt::Debug + 'static>(values: &'static [T]) -> S<T> {
    select(values).boxed()
}

pub fn nz() -> S<u32> {
    prop_oneof![4 => 1..30_u32, 1 => near(&[u32::MAX, u32::MAX - 1, 1]), 1 => 1..=u32::MAX].boxed()
}

pub fn nz_number() -> S<NzNumber> {
    nz().prop_map(|number| NzNumber::new(number).unwrap()).boxed()
}

pub fn number() -> S<Number> {
    prop_oneof![Just(0), nz()].prop_map(Number).boxed()
}

pub fn size() -> S<u64> {
    const MAX: u64 = i64::MAX as u64;
    prop_oneof![3 => 0..5000_u64, 1 => near(&[MAX, 0, 1 << 32]), 1 => 0..=MAX].boxed()
}

pub fn number64() -> S<Number64> {
    size().prop_map(|number| Number64::new(number).unwrap()).boxed()
}

pub fn mod_seq() -> S<ModSeq> {
    size().prop_map(|value| ModSeq::new(value.max(1)).unwrap()).boxed()
}

pub fn object_id() -> S<ObjectId<'static>> {
    "[A-Za-z0-9_-]{1,12}".prop_map(|id| ObjectId::new(id).unwrap()).boxed()
}

pub fn date() -> S<Date> {
    (1900..=9999_u16, 1..=12_u8, 1..=28_u8)
        .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
        .boxed()
}

pub fn date_time() -> S<DateTime> {
    (date(), (0..24_u8, 0..60_u8, 0..60_u8), -720..=720_i16)
        .prop_map(|(date, time, zone)| DateTime::new(date, time, zone).unwrap())
        .boxed()
}

fn sequence_number() -> S<SequenceNumber> {
    prop_oneof![
        5 => nz().prop_map(|number| SequenceNumber::Number(NonZeroU32::new(number).unwrap())),
        1 => Just(SequenceNumber::Largest),
    ]
    .boxed()
}

pub fn set() -> S<SequenceSet<'static>> {
    let range = (sequence_number(), sequence_number())
        .prop_map(|(first, last)| SequenceRange { first, last });
    prop_oneof![
        1 => Just(SequenceSet::SAVED),
        1 => select(vec!["*", "1:*", "5:1", "10,3", "*:4,7"])
            .prop_map(|set| SequenceSet::parse(set.as_bytes()).unwrap()),
        4 => vec(range, 1..5).prop_map(|ranges| SequenceSet::from_ranges(ranges).unwrap()),
    ]
    .boxed()
}

pub fn uid_range() -> S<UidRange> {
    (nz(), nz())
        .prop_map(|(first, last)| UidRange {
            first: NonZeroU32::new(first).unwrap(),
            last: NonZeroU32::new(last).unwrap(),
        })
        .boxed()
}

pub fn uid_set() -> S<UidSet<'static>> {
    vec(uid_range(), 1..4).prop_map(|ranges| UidSet::from_ranges(ranges).unwrap()).boxed()
}

pub fn keyword() -> S<Keyword<'static>> {
    "[A-Za-z0-9$_.-]{1,8}".prop_map(|word| Keyword::new(word).unwrap()).boxed()
}

/// A flag that a message can be given.
pub fn flag() -> S<Flag<'static>> {
    prop_oneof![
        select(vec![Flag::Answered, Flag::Flagged, Flag::Deleted, Flag::Seen, Flag::Draft]),
        keyword().prop_map(Flag::Keyword),
        "X[A-Za-z0-9]{1,6}".prop_map(|name| Flag::Extension(FlagExtension::new(name).unwrap())),
    ]
    .boxed()
}

pub fn flags() -> S<Flags<'static>> {
    vec(flag(), 0..4).prop_map(|flags| Flags::new(flags).unwrap()).boxed()
}

/// One value as the grammar of extensions has it: a number, a set, or a list.
pub fn value() -> S<String> {
    let leaf = prop_oneof!["[a-z][a-z0-9]{0,4}", "\"[ a-z]{0,5}\"", "[1-9][0-9]{0,3}"];
    let list = leaf.prop_recursive(3, 12, 4, |inner| {
        vec(inner, 1..4).prop_map(|values| format!("({})", values.join(" ")))
    });
    prop_oneof![
        "[1-9][0-9]{0,5}",
        "[1-9]:[1-9]",
        vec(list, 1..3).prop_map(|values| format!("({})", values.join(" "))),
    ]
    .boxed()
}

pub fn raw() -> S<RawData<'static>> {
    value().prop_map(|value| RawData::new(value).unwrap()).boxed()
}

/// A parameter that is not known.
pub fn parameter() -> S<Parameter<'static>> {
    ("X-[A-Z]{1,5}", option::of(value()))
        .prop_map(|(name, value)| Parameter::new(Label::new(name).unwrap(), value).unwrap())
        .boxed()
}

pub fn literal() -> S<Literal<'static>> {
    (vec(any::<u8>(), 0..12), any::<bool>())
        .prop_map(|(octets, binary)| {
            let literal = Literal::new(octets);
            if binary { literal.binary() } else { literal }
        })
        .boxed()
}

pub fn section_part() -> S<SectionPart<'static>> {
    vec(nz(), 0..3).prop_map(|numbers| SectionPart::new(numbers).unwrap()).boxed()
}

pub fn binary_part() -> S<SectionBinary<'static>> {
    section_part().prop_map(SectionBinary).boxed()
}

pub fn header_list() -> S<HeaderList<'static>> {
    vec(string(), 1..3)
        .prop_filter_map("names of fields", |names| HeaderList::new(names).ok())
        .boxed()
}

pub fn section() -> S<Section<'static>> {
    let text = prop_oneof![
        Just(SectionText::Header),
        Just(SectionText::Text),
        Just(SectionText::Mime),
        header_list().prop_map(SectionText::HeaderFields),
        header_list().prop_map(SectionText::HeaderFieldsNot),
    ];
    (section_part(), option::of(text))
        .prop_map(|(part, text)| {
            let text = match text {
                // Only a part has a MIME header.
                Some(SectionText::Mime) if part.is_empty() => None,
                text => text,
            };
            Section { part, text }
        })
        .boxed()
}

pub fn partial_range() -> S<PartialRange> {
    (nz(), nz(), any::<bool>())
        .prop_map(|(first, last, end)| {
            let (first, last) = (first.min(last), first.max(last));
            if end {
                PartialRange::from_end(first, last).unwrap()
            } else {
                PartialRange::from_beginning(first, last).unwrap()
            }
        })
        .boxed()
}

pub fn address_list() -> S<AddressList<'static>> {
    let address = (nstring(), nstring(), nstring(), nstring())
        .prop_map(|(name, adl, mailbox, host)| Address { name, adl, mailbox, host });
    vec(address, 0..3).prop_map(AddressList::new).boxed()
}

pub fn envelope() -> S<Envelope<'static>> {
    let lists = (address_list(), address_list(), address_list(), address_list(), address_list());
    (nstring(), nstring(), lists, address_list(), nstring(), nstring())
        .prop_map(|(date, subject, lists, bcc, in_reply_to, message_id)| {
            let (from, sender, reply_to, to, cc) = lists;
            Envelope { date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, message_id }
        })
        .boxed()
}

fn parameters() -> S<Parameters<'static>> {
    vec((string(), string()), 0..3).prop_map(Parameters::new).boxed()
}

fn extension(multipart: bool) -> S<Extension<'static>> {
    let disposition =
        (string(), parameters()).prop_map(|(kind, parameters)| Disposition { kind, parameters });
    let rest = (option::of(disposition), vec(string(), 0..3), nstring(), option::of(raw()));
    (nstring(), parameters(), rest)
        .prop_map(move |(md5, parameters, (disposition, languages, location, other))| {
            let mut extension =
                if multipart { Extension::multipart(parameters) } else { Extension::single(md5) };
            extension.disposition = disposition;
            extension.languages = Languages::new(languages);
            extension.location = location;
            extension.other = other;
            extension
        })
        .boxed()
}

fn single(content: S<(&'static str, &'static str, Content<'static>)>) -> S<BodyStructure<'static>> {
    (content, parameters(), nstring(), nstring(), string(), size(), option::of(extension(false)))
        .prop_map(|(content, parameters, id, description, encoding, octets, extension)| {
            let (media_type, subtype, content) = content;
            let part = SinglePart {
                media_type: IString::new(media_type).unwrap(),
                subtype: IString::new(subtype).unwrap(),
                parameters,
                id,
                description,
                encoding: Some(encoding),
                octets,
                content,
                extension,
            };
            BodyStructure::single(&part).unwrap()
        })
        .boxed()
}

pub fn body(depth: u32, extended: bool) -> S<BodyStructure<'static>> {
    let plain = single(
        prop_oneof![
            Just(("image", "png", Content::Basic)),
            size().prop_map(|lines| ("TEXT", "HTML", Content::Text { lines: Some(lines) })),
        ]
        .boxed(),
    );
    let _ = extended;
    if depth == 0 {
        return plain;
    }
    let message =
        (envelope(), body(depth - 1, extended), size()).prop_map(|(envelope, body, lines)| {
            ("MESSAGE", "RFC822", Content::Message { envelope: (&envelope).into(), body, lines })
        });
    let multi = (vec(body(depth - 1, extended), 1..3), string(), option::of(extension(true)))
        .prop_map(|(parts, subtype, extension)| {
            BodyStructure::multipart(&parts, subtype, extension).unwrap()
        });
    prop_oneof![3 => plain, 1 => single(message.boxed()), 2 => multi].boxed()
}

fn annotation_name() -> S<annotation::AttributeName<'static>> {
    select(vec!["value", "value.priv", "value.shared", "size.priv"])
        .prop_map(|name| annotation::AttributeName::new(name).unwrap())
        .boxed()
}

pub fn annotations() -> S<Annotations<'static>> {
    let attribute =
        (select(vec!["value.priv", "value.shared"]), octets()).prop_map(|(name, value)| {
            annotation::Attribute {
                name: annotation::AttributeName::new(name).unwrap(),
                value: annotation::AnnotationValue::new(value),
            }
        });
    let entry = ("/[a-z]{1,6}", vec(attribute, 1..3)).prop_map(|(name, attributes)| {
        annotation::Entry::new(annotation::EntryName::new(name).unwrap(), attributes).unwrap()
    });
    vec(entry, 1..3).prop_map(|entries| Annotations::new(entries).unwrap()).boxed()
}

pub fn annotation_request() -> S<AnnotationRequest<'static>> {
    (vec("/[a-z%]{1,6}", 1..3), vec(annotation_name(), 1..3))
        .prop_map(|(entries, attributes)| {
            let entries =
                entries.into_iter().map(|entry| annotation::EntryMatch::new(entry).unwrap());
            AnnotationRequest::new(entries, attributes).unwrap()
        })
        .boxed()
}

pub fn entry() -> S<Entry<'static>> {
    "/(shared|private)/[a-z]{1,6}(/[a-z0-9]{1,4})?"
        .prop_map(|entry| Entry::new(entry).unwrap())
        .boxed()
}

/// A list of one value without parentheses, or of some with them.
pub fn one_or_list<T>(item: S<T::At<'static>>) -> S<OneOrList<'static, T>>
where
    T: mailwire_imap::element::items::Item + std::fmt::Debug + 'static,
    T::At<'static>: Clone + std::fmt::Debug,
{
    prop_oneof![
        item.clone().prop_map(OneOrList::one),
        vec(item, 1..3).prop_map(|items| OneOrList::list(items).unwrap()),
    ]
    .boxed()
}

pub fn some_list<T>(item: S<T::At<'static>>) -> S<SomeList<'static, T>>
where
    T: mailwire_imap::element::items::Item + std::fmt::Debug + 'static,
    T::At<'static>: Clone + std::fmt::Debug,
{
    vec(item, 1..3).prop_map(|items| SomeList::new(items).unwrap()).boxed()
}

pub fn list<T>(item: S<T::At<'static>>) -> S<ItemList<'static, T>>
where
    T: mailwire_imap::element::items::Item + std::fmt::Debug + 'static,
    T::At<'static>: Clone + std::fmt::Debug,
{
    vec(item, 0..4).prop_map(ItemList::new).boxed()
}

pub fn tail<T>(item: S<T::At<'static>>) -> S<ItemTail<'static, T>>
where
    T: mailwire_imap::element::items::Item + std::fmt::Debug + 'static,
    T::At<'static>: Clone + std::fmt::Debug,
{
    vec(item, 0..4).prop_map(ItemTail::new).boxed()
}

pub fn some<T>(item: S<T::At<'static>>) -> S<Items<'static, T>>
where
    T: mailwire_imap::element::items::Item + std::fmt::Debug + 'static,
    T::At<'static>: Clone + std::fmt::Debug,
{
    vec(item, 1..4).prop_map(Items::new).boxed()
}
