//! Strategies of searches.

#![allow(dead_code, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_imap::element::annotation::{AnnotationValue, EntryMatch, EntryName};
use mailwire_imap::element::flag::Flag;
use mailwire_imap::element::items::ItemList;
use mailwire_imap::element::mod_seq::ModSeq;
use mailwire_imap::family::fetch::GmailLabel;
use mailwire_imap::family::search::{
    AnnotationKey, AnnotationScope, Charset, EntryType, Esearch, FilterName, GmailId, HeaderKey,
    InThreadKey, MimePartKey, ModSeqEntry, ModSeqKey, Nested, OtherKey, OtherOption, ReturnOption,
    ScopeOptions, Search, SearchKey, SearchProgram, SearchSource, UpdateItems,
};
use mailwire_imap::family::sort::{
    AnnotationSort, OtherSortKey, Sort, SortAttribute, SortCriteria, SortKey,
};
use mailwire_imap::family::thread::{Thread, ThreadAlgorithm};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::values::*;

use crate::command_values::*;
use crate::message_values::*;

pub fn search_key() -> S<SearchKey<'static>> {
    use SearchKey as K;
    let plain = select(vec![
        K::All,
        K::Answered,
        K::Deleted,
        K::Draft,
        K::Flagged,
        K::New,
        K::Old,
        K::Recent,
        K::Seen,
        K::Unanswered,
        K::Undeleted,
        K::Undraft,
        K::Unflagged,
        K::Unseen,
        K::SaveDateSupported,
    ]);
    let texts = (astring(), 0..9).prop_map(|(text, which)| match which {
        0 => K::Bcc(text),
        1 => K::Body(text),
        2 => K::Cc(text),
        3 => K::From(text),
        4 => K::Subject(text),
        5 => K::Text(text),
        6 => K::To(text),
        7 => K::XGmRaw(text),
        _ => K::Cid(text),
    });
    let dates = (date(), 0..9).prop_map(|(date, which)| match which {
        0 => K::Before(date),
        1 => K::On(date),
        2 => K::SentBefore(date),
        3 => K::SentOn(date),
        4 => K::SentSince(date),
        5 => K::Since(date),
        6 => K::SavedBefore(date),
        7 => K::SavedOn(date),
        _ => K::SavedSince(date),
    });
    let numbers =
        (nz_number(), number64(), any::<u64>(), 0..8).prop_map(|(number, size, id, which)| {
            match which {
                0 => K::Larger(size),
                1 => K::Smaller(size),
                2 => K::Older(number),
                3 => K::Younger(number),
                4 => K::UidAfter(number),
                5 => K::UidBefore(number),
                6 => K::XGmMsgId(GmailId(id)),
                _ => K::XGmThrId(GmailId(id)),
            }
        });
    let sets =
        (set(), any::<bool>()).prop_map(|(set, uid)| if uid { K::Uid(set) } else { K::Set(set) });
    let flags = (keyword(), any::<bool>())
        .prop_map(|(word, not)| if not { K::Unkeyword(word) } else { K::Keyword(word) });
    let entry = (flag(), select(EntryType::ALL.to_vec()))
        .prop_filter_map("flags with an entry", |(flag, kind): (Flag<'static>, EntryType)| {
            ModSeqEntry::new(flag, kind).ok()
        });
    let others = prop_oneof![
        (astring(), astring()).prop_map(|(name, value)| K::Header(HeaderKey { name, value })),
        (option::of(entry), size()).prop_map(|(entry, value)| {
            K::ModSeq(ModSeqKey { entry, value: ModSeq::new(value).unwrap() })
        }),
        object_id().prop_map(K::EmailId),
        object_id().prop_map(K::ThreadId),
        "[a-z-]{1,8}".prop_map(|name| K::Filter(FilterName::new(name).unwrap())),
        ("/[a-z*%]{1,6}", select(AnnotationScope::ALL.to_vec()), octets()).prop_map(
            |(entry, attribute, value)| K::Annotation(AnnotationKey {
                entry: EntryMatch::new(entry).unwrap(),
                attribute,
                value: AnnotationValue::new(value),
            }),
        ),
        octets()
            .prop_filter_map("a label", |label| { GmailLabel::new(label).ok().map(K::XGmLabels) }),
        Just(K::MimePart(MimePartKey::new("(CHILD EXISTS)").unwrap())),
        (atom(), option::of(raw()))
            .prop_map(|(name, values)| { K::Other(OtherKey::new(name, values).unwrap()) }),
    ];
    let leaf = prop_oneof![2 => plain, 2 => texts, 1 => dates, 1 => numbers, 1 => sets, 1 => flags, 2 => others];
    // A key that is not known takes the values behind it: not all keys can stand beside each other.
    leaf.prop_recursive(4, 16, 3, |inner| {
        let one = inner.clone();
        let two = (inner.clone(), inner.clone());
        let more = vec(inner.clone(), 1..4);
        prop_oneof![
            one.clone().prop_filter_map("NOT", |key| SearchKey::not(key).ok()),
            one.clone().prop_filter_map("FUZZY", |key| SearchKey::fuzzy(key).ok()),
            two.prop_filter_map("OR", |(one, two)| SearchKey::or(one, two).ok()),
            more.prop_filter_map("a group", |keys| SearchKey::group(keys).ok()),
            one.prop_filter_map("INTHREAD", |key| {
                let algorithm = ThreadAlgorithm::REFS;
                let key = Nested::new(key).ok()?;
                Some(SearchKey::InThread(InThreadKey { algorithm, key }))
            }),
        ]
    })
    .boxed()
}

pub fn charset() -> S<Charset<'static>> {
    select(vec!["UTF-8", "US-ASCII", "KOI8-R", "X Y"])
        .prop_filter_map("a charset", |name| Charset::new(name).ok())
        .boxed()
}

pub fn program() -> S<SearchProgram<'static>> {
    vec(search_key(), 1..4).prop_filter_map("keys", |keys| SearchProgram::new(keys).ok()).boxed()
}

pub fn full_program() -> S<SearchProgram<'static>> {
    (program(), charset()).prop_map(|(program, charset)| program.with_charset(charset)).boxed()
}

pub fn any_program() -> S<SearchProgram<'static>> {
    prop_oneof![program(), full_program()].boxed()
}

pub fn return_options() -> S<ItemList<'static, ReturnOption<'static>>> {
    let one = prop_oneof![
        4 => select(vec![
            ReturnOption::Min,
            ReturnOption::Max,
            ReturnOption::All,
            ReturnOption::Count,
            ReturnOption::Save,
            ReturnOption::Context,
            ReturnOption::Relevancy,
        ]),
        1 => partial_range().prop_map(ReturnOption::Partial),
        1 => vec(attribute(), 0..3)
            .prop_map(|items| ReturnOption::Update(UpdateItems::new(items))),
        1 => parameter().prop_map(|other| ReturnOption::Other(OtherOption::new(other).unwrap())),
    ];
    list(one.boxed())
}

pub fn search() -> S<Search<'static>> {
    (option::of(return_options()), any_program())
        .prop_map(|(options, program)| Search { options, program })
        .boxed()
}

pub fn esearch() -> S<Esearch<'static>> {
    let source = (vec(filter(true), 1..3), option::of(vec(parameter(), 1..3))).prop_map(
        |(filters, scope)| {
            let source = SearchSource::new(filters).unwrap();
            match scope.map(ScopeOptions::new) {
                Some(Ok(scope)) => source.with_scope(scope),
                _ => source,
            }
        },
    );
    (option::of(source), option::of(return_options()), any_program())
        .prop_map(|(source, options, program)| Esearch { source, options, program })
        .boxed()
}

pub fn sort() -> S<Sort<'static>> {
    let key = prop_oneof![
        4 => select(vec![
            SortKey::Arrival, SortKey::Cc, SortKey::Date, SortKey::From, SortKey::Size,
            SortKey::Subject, SortKey::To, SortKey::DisplayFrom, SortKey::DisplayTo,
            SortKey::Relevancy, SortKey::Uid, SortKey::ModSeq,
        ]),
        1 => ("/[a-z]{1,6}", select(SortAttribute::ALL.to_vec())).prop_map(
            |(entry, attribute)| SortKey::Annotation(AnnotationSort {
                entry: EntryName::new(entry).unwrap(),
                attribute,
            }),
        ),
        1 => (atom(), option::of(raw())).prop_map(|(name, values)| {
            SortKey::Other(OtherSortKey::new(name, values).unwrap())
        }),
    ];
    let criterion = (key, any::<bool>())
        .prop_map(|(key, reverse)| if reverse { key.descending() } else { key.ascending() });
    (vec(criterion, 1..4), full_program(), option::of(return_options()))
        .prop_map(|(criteria, program, options)| {
            let sort = Sort::new(SortCriteria::new(criteria).unwrap(), program).unwrap();
            match options {
                Some(options) => sort.with_options(options),
                None => sort,
            }
        })
        .boxed()
}

pub fn thread() -> S<Thread<'static>> {
    let algorithm = select(vec![
        ThreadAlgorithm::ORDERED_SUBJECT,
        ThreadAlgorithm::REFERENCES,
        ThreadAlgorithm::REFS,
        ThreadAlgorithm::new("X-NEW").unwrap(),
    ]);
    (algorithm, full_program())
        .prop_map(|(algorithm, program)| Thread::new(algorithm, program).unwrap())
        .boxed()
}
