//! Strategies of responses, in the order of the table.

#![allow(dead_code, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::num::NonZeroU32;

use mailwire_imap::code::{Code, CodeText, InProgress, MessageLimit, OtherCode};
use mailwire_imap::element::annotation::AnnotationData as FetchAnnotation;
use mailwire_imap::element::body_value::BodyValue;
use mailwire_imap::element::flag::{Flag, Flags, PermanentFlags};
use mailwire_imap::element::items::Items;
use mailwire_imap::element::numbers::Numbers;
use mailwire_imap::element::string::{Atom, IString};
use mailwire_imap::family::acl::{AclData, AclEntry, AclItem, ListRightsData, MyRightsData};
use mailwire_imap::family::annotatemore::{AnnotationData, AnnotationItems, AnnotationValues};
use mailwire_imap::family::append::AppendUid;
use mailwire_imap::family::convert::{ConversionData, ConvertItem, ConvertedData};
use mailwire_imap::family::copy::CopyUid;
use mailwire_imap::family::expunge::Vanished;
use mailwire_imap::family::fetch::{BinarySection, BodySection, FetchData, FetchItem, OtherItem};
use mailwire_imap::family::jmap::JmapAccess;
use mailwire_imap::family::language::ComparatorData;
use mailwire_imap::family::list::{
    ChildOption, Delimiter, ExtendedItem, ListData, OldName, OtherChildOption, OtherExtended,
};
use mailwire_imap::family::metadata::{ChangedEntries, MetadataData, MetadataItem, MetadataItems};
use mailwire_imap::family::namespace::{Namespace, NamespaceExtension, NamespaceList, Namespaces};
use mailwire_imap::family::quota::{QuotaData, QuotaItem, QuotaResource, QuotaRootData};
use mailwire_imap::family::search::{
    Charset, Charsets, ContextUpdate, ContextUpdates, Correlator, EsearchData, MailboxCorrelator,
    ModSeqData, OtherData as OtherFound, PartialData, ReturnData, Score, Scores, SearchData,
};
use mailwire_imap::family::select::MailboxId;
use mailwire_imap::family::status::{AppendLimit, OtherStatus, StatusData, StatusItem};
use mailwire_imap::family::thread::{ThreadEvent, Threads};
use mailwire_imap::family::uid_batches::UidBatchesData;
use mailwire_imap::family::urlauth::{UrlContent, UrlData, UrlPart, UrlParts};
use mailwire_imap::response::OtherData;
use mailwire_imap::{Continue, Data, Response, Status, StatusKind, Tagged};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::command_values::*;
use crate::message_values::*;
use crate::samples;
use crate::values::*;

/// Flags as a server tells them.
fn told_flags() -> S<Flags<'static>> {
    vec(prop_oneof![9 => flag(), 1 => Just(Flag::Recent)], 0..4)
        .prop_filter_map("flags", |flags| Flags::new(flags).ok())
        .boxed()
}

fn code() -> S<Code<'static>> {
    let value = "[!-Z^-~]{1,8}( [a-z]{1,4})?"
        .prop_filter_map("a value", |value: String| CodeText::new(value).ok());
    let progress = (option::of(tag()), option::of((any::<u32>(), option::of(nz()))));
    prop_oneof![
        4 => select(samples::CODES.to_vec())
            .prop_map(|code| Code::parse(code.as_bytes()).unwrap()),
        1 => nz_number().prop_map(Code::UidNext),
        1 => mod_seq().prop_map(Code::HighestModSeq),
        1 => set().prop_filter_map("numbers", |set| {
            (!set.is_saved()).then_some(Code::Modified(set))
        }),
        1 => vec(prop_oneof![6 => flag(), 1 => Just(Flag::Wildcard)], 0..4)
            .prop_map(|flags| Code::PermanentFlags(PermanentFlags::new(flags))),
        1 => vec(select(vec!["UTF-8", "US-ASCII", "X Y"]), 0..3).prop_map(|names| {
            let names = names.into_iter().filter_map(|name| Charset::new(name).ok());
            Code::BadCharset(Charsets::new(names))
        }),
        1 => tail(capability()).prop_map(Code::Capability),
        1 => (nz_number(), uid_set())
            .prop_map(|(validity, uids)| Code::AppendUid(AppendUid { validity, uids })),
        1 => (nz_number(), uid_set()).prop_filter_map("as many UIDs", |(validity, uids)| {
            CopyUid::new(validity, uids.clone(), uids).ok().map(Code::CopyUid)
        }),
        1 => value.clone().prop_map(Code::Referral),
        1 => object_id().prop_map(|id| Code::MailboxId(MailboxId(id))),
        1 => progress.prop_map(|(tag, progress)| {
            let progress = progress.map(|(done, goal)| (done, goal.and_then(NonZeroU32::new)));
            Code::InProgress(InProgress { tag, progress })
        }),
        1 => (nz_number(), option::of(nz_number()))
            .prop_map(|(limit, lowest)| Code::MessageLimit(MessageLimit { limit, lowest })),
        1 => ("X-[A-Z.]{1,6}", option::of(value))
            .prop_map(|(name, value)| Code::Other(OtherCode::new(name, value).unwrap())),
    ]
    .boxed()
}

fn status_of(kinds: &'static [StatusKind]) -> S<Status<'static>> {
    (select(kinds), option::of(code()), text())
        .prop_map(|(kind, code, text)| match code {
            Some(code) => Status::with_code(kind, code, text),
            None => Status::new(kind, text).unwrap(),
        })
        .boxed()
}

pub fn status() -> S<Status<'static>> {
    status_of(StatusKind::ALL)
}

fn child_option() -> S<ChildOption<'static>> {
    prop_oneof![
        Just(ChildOption::Subscribed),
        "X[a-z]{1,5}".prop_map(|name| {
            let name = IString::new(name).unwrap();
            ChildOption::Other(OtherChildOption::new(name).unwrap())
        }),
    ]
    .boxed()
}

fn delimiter() -> S<Option<Delimiter>> {
    prop_oneof![3 => Just(Some(Delimiter::SLASH)), 1 => any::<u8>().prop_map(|octet| {
        Delimiter::new(octet).ok()
    })]
    .boxed()
}

fn list_data() -> S<ListData<'static>> {
    let extended = prop_oneof![
        some_list(child_option()).prop_map(ExtendedItem::ChildInfo),
        mailbox().prop_map(|name| ExtendedItem::OldName(OldName(name))),
        (atom(), raw()).prop_filter_map("an item", |(name, value)| {
            OtherExtended::new(name, value).ok().map(ExtendedItem::Other)
        }),
    ];
    (vec(special_use(), 0..3), delimiter(), mailbox(), vec(extended, 0..3))
        .prop_map(|(attributes, delimiter, mailbox, extended)| ListData {
            attributes: mailwire_imap::element::items::ItemList::new(attributes),
            delimiter,
            mailbox,
            extended: mailwire_imap::element::items::ItemList::new(extended),
        })
        .boxed()
}

fn search_data() -> S<SearchData<'static>> {
    (vec(nz(), 0..8), option::of(mod_seq()))
        .prop_map(|(numbers, seq)| {
            let seq = seq.filter(|_| !numbers.is_empty());
            SearchData::new(Numbers::from_numbers(numbers).unwrap(), seq).unwrap()
        })
        .boxed()
}

fn correlator() -> S<Correlator<'static>> {
    (option::of(tag()), option::of((mailbox(), nz_number())))
        .prop_map(|(tag, mailbox)| Correlator {
            tag,
            mailbox: mailbox
                .map(|(name, uid_validity)| Box::new(MailboxCorrelator { name, uid_validity })),
        })
        .boxed()
}

fn esearch_data() -> S<EsearchData<'static>> {
    let updates = || {
        vec((any::<u32>(), uid_set()), 1..3).prop_map(|updates| {
            let updates =
                updates.into_iter().map(|(position, numbers)| ContextUpdate { position, numbers });
            ContextUpdates::new(updates).unwrap()
        })
    };
    let one = prop_oneof![
        nz_number().prop_map(ReturnData::Min),
        nz_number().prop_map(ReturnData::Max),
        uid_set().prop_map(ReturnData::All),
        number().prop_map(ReturnData::Count),
        mod_seq().prop_map(|seq| ReturnData::ModSeq(ModSeqData::new(seq).unwrap())),
        (partial_range(), option::of(uid_set()))
            .prop_map(|(range, numbers)| ReturnData::Partial(PartialData { range, numbers })),
        updates().prop_map(ReturnData::AddTo),
        updates().prop_map(ReturnData::RemoveFrom),
        vec(1..=100_u8, 0..4).prop_map(|scores| {
            ReturnData::Relevancy(Scores::new(
                scores.into_iter().map(|score| Score::new(score).unwrap()),
            ))
        }),
        parameter()
            .prop_filter_map("data", |data| OtherFound::new(data).ok().map(ReturnData::Other)),
    ];
    (correlator(), any::<bool>(), tail(one.boxed()))
        .prop_map(|(correlator, uid, data)| EsearchData { correlator, uid, data })
        .boxed()
}

/// A list of up to `depth` levels.
fn thread(depth: u32) -> S<Vec<ThreadEvent>> {
    let numbers = |least| vec(nz(), least..4);
    let wrap = |numbers: Vec<u32>, lists: Vec<Vec<ThreadEvent>>| {
        let mut events = vec![ThreadEvent::Begin];
        events.extend(
            numbers
                .into_iter()
                .map(|number| ThreadEvent::Message(NonZeroU32::new(number).unwrap())),
        );
        events.extend(lists.into_iter().flatten());
        events.push(ThreadEvent::End);
        events
    };
    let leaf = numbers(1).prop_map(move |numbers| wrap(numbers, Vec::new()));
    if depth == 0 {
        return leaf.boxed();
    }
    let nested = (numbers(0), vec(thread(depth - 1), 2..4));
    prop_oneof![leaf, nested.prop_map(move |(numbers, lists)| wrap(numbers, lists))].boxed()
}

fn status_data() -> S<StatusData<'static>> {
    let item = prop_oneof![
        number().prop_map(StatusItem::Messages),
        number().prop_map(StatusItem::Recent),
        nz_number().prop_map(StatusItem::UidNext),
        nz_number().prop_map(StatusItem::UidValidity),
        number().prop_map(StatusItem::Unseen),
        number().prop_map(StatusItem::Deleted),
        number64().prop_map(StatusItem::Size),
        mod_seq().prop_map(StatusItem::HighestModSeq),
        option::of(any::<u32>()).prop_map(|limit| StatusItem::AppendLimit(AppendLimit(limit))),
        object_id().prop_map(|id| StatusItem::MailboxId(MailboxId(id))),
        number64().prop_map(StatusItem::DeletedStorage),
        (atom(), raw()).prop_filter_map("an item", |(name, value)| {
            OtherStatus::new(name, value).ok().map(StatusItem::Other)
        }),
    ];
    (mailbox(), list(item.boxed()))
        .prop_map(|(mailbox, items)| StatusData { mailbox, items })
        .boxed()
}

fn namespaces() -> S<Namespaces<'static>> {
    let list = || {
        let one = (mailbox(), delimiter(), option::of(mailbox())).prop_map(
            |(prefix, delimiter, translation)| Namespace {
                prefix,
                delimiter,
                extensions: mailwire_imap::element::items::ItemTail::new(
                    translation.into_iter().map(NamespaceExtension::Translation),
                ),
            },
        );
        vec(one, 0..3).prop_map(NamespaceList::new)
    };
    (list(), list(), list())
        .prop_map(|(personal, other_users, shared)| Namespaces { personal, other_users, shared })
        .boxed()
}

fn body_value() -> S<BodyValue<'static>> {
    prop_oneof![
        1 => Just(BodyValue::Nil),
        6 => vec(any::<u8>(), 0..16).prop_map(BodyValue::new),
    ]
    .boxed()
}

fn fetch_item() -> S<FetchItem<'static>> {
    use FetchItem as I;
    let word = || "[a-f0-9]{1,8}".prop_map(|word| Atom::new(word).unwrap());
    prop_oneof![
        nz_number().prop_map(I::Uid),
        told_flags().prop_map(I::Flags),
        mod_seq().prop_map(I::ModSeq),
        envelope().prop_map(|envelope| I::Envelope(Box::new(envelope))),
        body(2, false).prop_map(I::Body),
        body(2, true).prop_map(I::BodyStructure),
        date_time().prop_map(I::InternalDate),
        body_value().prop_map(I::Rfc822),
        body_value().prop_map(I::Rfc822Header),
        number64().prop_map(I::Size),
        body_value().prop_map(I::Rfc822Text),
        (section(), option::of(size()), body_value()).prop_map(|(section, origin, value)| {
            I::section(BodySection::new(&section, origin, value).unwrap())
        }),
        (binary_part(), option::of(size()), body_value()).prop_map(|(part, origin, value)| {
            I::binary(BinarySection::new(part, origin, value).unwrap())
        }),
        (binary_part(), number64()).prop_map(|(part, size)| I::BinarySize(part, size)),
        object_id().prop_map(I::EmailId),
        option::of(object_id()).prop_map(I::ThreadId),
        nstring().prop_map(I::Preview),
        nstring().prop_map(I::Snippet),
        option::of(date_time()).prop_map(I::SaveDate),
        annotations().prop_map(|values| I::Annotation(FetchAnnotation::Values(values))),
        any::<u64>().prop_map(I::GmailMessageId),
        any::<u64>().prop_map(I::GmailThreadId),
        gmail_labels().prop_map(I::GmailLabels),
        word().prop_map(I::DigestSha1),
        option::of(word()).prop_map(I::ConversationId),
        mod_seq().prop_map(I::CreatedModSeq),
        ("X-[A-Z]{1,5}(\\[[0-9]\\])?(<[0-9]>)?", value())
            .prop_map(|(name, value)| I::other(OtherItem::new(name, value).unwrap())),
    ]
    .boxed()
}

fn fetch_data() -> S<FetchData<'static>> {
    (nz_number(), vec(fetch_item(), 1..5))
        .prop_filter_map("items", |(message, items)| FetchData::new(message, items).ok())
        .boxed()
}

fn converted() -> S<ConvertedData<'static>> {
    let item = prop_oneof![
        (binary_part(), option::of(number64()), body_value())
            .prop_map(|(part, origin, value)| ConvertItem::Binary(part, origin, Ok(value))),
        (binary_part(), number64())
            .prop_map(|(part, size)| ConvertItem::BinarySize(part, Ok(size))),
        (binary_part(), body(1, false))
            .prop_map(|(part, body)| ConvertItem::BodyPartStructure(part, Ok(body))),
        (binary_part(), list(mime_type()))
            .prop_map(|(part, types)| ConvertItem::AvailableConversions(part, Ok(types))),
    ];
    (nz_number(), string(), option::of(nz_number()), vec(item, 1..3))
        .prop_map(|(message, tag, uid, items)| ConvertedData {
            message,
            tag,
            items: Items::new(uid.map(ConvertItem::Uid).into_iter().chain(items)),
        })
        .boxed()
}

fn url_data() -> S<UrlData<'static>> {
    let part = prop_oneof![
        body(1, false).prop_map(UrlPart::Structure),
        body_value().prop_map(UrlPart::Body),
        body_value().prop_map(UrlPart::Binary),
    ];
    let content = prop_oneof![
        body_value().prop_map(UrlContent::Octets),
        vec(part, 1..3).prop_map(|parts| UrlContent::Parts(UrlParts::new(parts).unwrap())),
    ];
    (astring(), content).prop_map(|(url, content)| UrlData { url, content }).boxed()
}

fn other() -> S<Data<'static>> {
    (option::of(any::<u32>()), "X[A-Z]{1,6}", option::of(raw()))
        .prop_map(|(number, name, values)| {
            let mut wire = number.map_or(String::new(), |number| format!("{number} ")).into_bytes();
            wire.extend(name.into_bytes());
            if let Some(values) = values {
                wire.push(b' ');
                wire.extend(values.as_bytes());
            }
            Data::Other(OtherData::new(wire.leak()).unwrap())
        })
        .boxed()
}

/// A strategy for each untagged response, by its name.
pub fn data() -> Vec<(&'static str, S<Data<'static>>)> {
    use Data as D;
    let condition = |kinds| status_of(kinds).prop_map(D::Condition).boxed();
    vec![
        ("CAPABILITY", tail(capability()).prop_map(D::Capability).boxed()),
        ("ENABLED", tail(capability()).prop_map(D::Enabled).boxed()),
        ("ID", id().prop_map(D::Id).boxed()),
        ("FLAGS", flags().prop_map(D::Flags).boxed()),
        ("LIST", list_data().prop_map(D::List).boxed()),
        ("LSUB", list_data().prop_map(D::Lsub).boxed()),
        ("XLIST", list_data().prop_map(D::Xlist).boxed()),
        ("SEARCH", search_data().prop_map(D::Search).boxed()),
        ("ESEARCH", esearch_data().prop_map(D::Esearch).boxed()),
        ("SORT", search_data().prop_map(D::Sort).boxed()),
        (
            "THREAD",
            vec(thread(3), 0..4)
                .prop_map(|lists| D::Thread(Threads::new(lists.into_iter().flatten()).unwrap()))
                .boxed(),
        ),
        ("STATUS", status_data().prop_map(D::Status).boxed()),
        ("NAMESPACE", namespaces().prop_map(D::Namespace).boxed()),
        (
            "VANISHED",
            (any::<bool>(), uid_set())
                .prop_map(|(earlier, uids)| D::Vanished(Vanished { earlier, uids }))
                .boxed(),
        ),
        (
            "CONVERSION",
            (mime_type(), mime_type(), list(astring()))
                .prop_map(|(from, to, parameters)| {
                    D::Conversion(ConversionData { from, to, parameters })
                })
                .boxed(),
        ),
        ("ACL", {
            let entry = (astring(), rights())
                .prop_map(|(identifier, rights)| AclItem::Entry(AclEntry { identifier, rights }));
            (mailbox(), vec(entry, 0..3))
                .prop_map(|(mailbox, entries)| {
                    let entries = mailwire_imap::element::items::ItemTail::new(entries);
                    D::Acl(AclData { mailbox, entries })
                })
                .boxed()
        }),
        (
            "LISTRIGHTS",
            (mailbox(), astring(), rights(), tail(rights()))
                .prop_map(|(mailbox, identifier, required, optional)| {
                    D::ListRights(ListRightsData { mailbox, identifier, required, optional })
                })
                .boxed(),
        ),
        (
            "MYRIGHTS",
            (mailbox(), rights())
                .prop_map(|(mailbox, rights)| D::MyRights(MyRightsData { mailbox, rights }))
                .boxed(),
        ),
        ("QUOTA", {
            let resource =
                (resource(), number64(), number64()).prop_map(|(resource, usage, limit)| {
                    QuotaItem::Resource(QuotaResource { resource, usage, limit })
                });
            (astring(), vec(resource, 0..3))
                .prop_map(|(root, resources)| {
                    let resources = mailwire_imap::element::items::ItemList::new(resources);
                    D::Quota(QuotaData { root, resources })
                })
                .boxed()
        }),
        (
            "QUOTAROOT",
            (mailbox(), tail(astring()))
                .prop_map(|(mailbox, roots)| D::QuotaRoot(QuotaRootData { mailbox, roots }))
                .boxed(),
        ),
        ("METADATA", {
            let values = vec(entry_value(), 1..3).prop_map(|values| {
                let values = values.into_iter().map(MetadataItem::Value);
                MetadataItems::Values(mailwire_imap::element::items::SomeList::new(values).unwrap())
            });
            let changed = vec(entry(), 1..3)
                .prop_map(|names| MetadataItems::Changed(ChangedEntries::new(names).unwrap()));
            (mailbox(), prop_oneof![values, changed])
                .prop_map(|(mailbox, items)| D::Metadata(MetadataData { mailbox, items }))
                .boxed()
        }),
        ("ANNOTATION", {
            let values = vec(entry_attributes(), 1..3).prop_map(|entries| {
                AnnotationItems::Values(AnnotationValues::new(entries).unwrap())
            });
            let changed = some_list(string()).prop_map(AnnotationItems::Changed);
            (mailbox(), prop_oneof![values, changed])
                .prop_map(|(mailbox, items)| D::Annotation(AnnotationData { mailbox, items }))
                .boxed()
        }),
        ("LANGUAGE", list(astring()).prop_map(D::Language).boxed()),
        (
            "COMPARATOR",
            (astring(), option::of(list(astring())))
                .prop_map(|(active, matching)| D::Comparator(ComparatorData { active, matching }))
                .boxed(),
        ),
        ("GENURLAUTH", some(astring()).prop_map(D::GenUrlAuth).boxed()),
        ("URLFETCH", tail(url_data()).prop_map(D::UrlFetch).boxed()),
        (
            "JMAPACCESS",
            "https://[a-z]{1,8}/[a-z]{0,5}"
                .prop_map(|url| D::JmapAccess(JmapAccess::new(url).unwrap()))
                .boxed(),
        ),
        (
            "UIDBATCHES",
            (tag(), vec((nz(), 1..50_u32), 0..3))
                .prop_filter_map("ranges", |(tag, ranges)| {
                    let range =
                        |(first, len): (u32, u32)| mailwire_imap::element::sequence::UidRange {
                            first: NonZeroU32::new(first.saturating_add(len)).unwrap(),
                            last: NonZeroU32::new(first).unwrap(),
                        };
                    UidBatchesData::new(Correlator::new(tag), ranges.into_iter().map(range))
                        .ok()
                        .map(D::UidBatches)
                })
                .boxed(),
        ),
        ("XAPPLEPUSHSERVICE", tail(push_field()).prop_map(D::XApplePushService).boxed()),
        ("EXISTS", number().prop_map(D::Exists).boxed()),
        ("RECENT", number().prop_map(D::Recent).boxed()),
        ("EXPUNGE", nz_number().prop_map(D::Expunge).boxed()),
        ("FETCH", fetch_data().prop_map(D::Fetch).boxed()),
        ("UIDFETCH", fetch_data().prop_map(D::UidFetch).boxed()),
        ("CONVERTED", converted().prop_map(D::Converted).boxed()),
        ("OK", condition(&[StatusKind::Ok])),
        ("NO", condition(&[StatusKind::No])),
        ("BAD", condition(&[StatusKind::Bad])),
        ("BYE", condition(&[StatusKind::Bye])),
        ("PREAUTH", condition(&[StatusKind::Preauth])),
        ("XFROB", other()),
    ]
}

pub fn response() -> S<Response<'static>> {
    let data = proptest::strategy::Union::new_weighted(
        data()
            .into_iter()
            .map(|(name, strategy)| (if name == "FETCH" { 12 } else { 1 }, strategy))
            .collect(),
    );
    let tagged = (tag(), status_of(&[StatusKind::Ok, StatusKind::No, StatusKind::Bad]))
        .prop_map(|(tag, status)| Response::Tagged(Tagged { tag, status }));
    let request = prop_oneof![
        text().prop_map(|text| Continue::new(text).unwrap()),
        vec(any::<u8>(), 0..20).prop_map(|octets| Continue::challenge(&octets)),
    ];
    prop_oneof![
        8 => data.prop_map(Response::Data),
        2 => tagged,
        1 => request.prop_map(Response::Continue),
    ]
    .boxed()
}
