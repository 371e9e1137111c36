//! Strategies of commands on messages.

#![allow(dead_code, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_imap::element::items::Items;
use mailwire_imap::element::mod_seq::ModSeq;
use mailwire_imap::family::append::Replace;
use mailwire_imap::family::copy::Copy;
use mailwire_imap::family::fetch::{
    BinaryRequest, Fetch, FetchAttribute, FetchMacro, FetchModifier, GmailLabel, GmailLabels,
    OtherAttribute, OtherModifier, PreviewModifier, SectionRequest,
};
use mailwire_imap::family::store::{
    OtherStoreAction, OtherStoreModifier, Store, StoreAction, StoreMode, StoreModifier,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::values::*;

use crate::command_values::*;

pub fn attribute() -> S<FetchAttribute<'static>> {
    use FetchAttribute as A;
    let plain = select(vec![
        A::Uid,
        A::Flags,
        A::ModSeq,
        A::Envelope,
        A::Body,
        A::BodyStructure,
        A::InternalDate,
        A::Rfc822,
        A::Rfc822Header,
        A::Size,
        A::Rfc822Text,
        A::EmailId,
        A::ThreadId,
        A::SaveDate,
        A::GmailMessageId,
        A::GmailThreadId,
        A::GmailLabels,
        A::DigestSha1,
        A::ConversationId,
        A::CreatedModSeq,
    ]);
    let range = || option::of((size(), size()));
    let sections = (section(), range(), any::<bool>()).prop_map(|(section, range, peek)| {
        let mut request = SectionRequest::new(&section);
        if peek {
            request = request.without_seen();
        }
        match range {
            Some((offset, length)) => {
                A::Section(request.with_range(offset, length.max(1)).unwrap())
            }
            None => A::Section(request),
        }
    });
    let parts = (binary_part(), range(), any::<bool>()).prop_map(|(part, range, peek)| {
        let mut request = BinaryRequest::new(part);
        if peek {
            request = request.without_seen();
        }
        match range {
            Some((offset, length)) => A::Binary(request.with_range(offset, length.max(1)).unwrap()),
            None => A::Binary(request),
        }
    });
    let modifiers = || {
        vec(select(vec!["LAZY", "FUZZY", "LAZY=FUZZY"]), 0..3).prop_map(|words| {
            Items::new(words.into_iter().map(|word| PreviewModifier::new(word).unwrap()))
        })
    };
    prop_oneof![
        5 => plain,
        2 => sections,
        1 => parts,
        1 => binary_part().prop_map(A::BinarySize),
        1 => modifiers().prop_map(A::Preview),
        1 => modifiers().prop_map(A::Snippet),
        1 => annotation_request().prop_map(|request| A::Annotation(Box::new(request))),
        1 => ("X-[A-Z]{1,5}(\\[[0-9.]{1,3}\\])?", option::of("\\([a-z]{1,4}( [0-9])?\\)"))
            .prop_map(|(name, arguments)| A::Other(OtherAttribute::new(name, arguments).unwrap())),
    ]
    .boxed()
}

pub fn fetch() -> S<Fetch<'static>> {
    let modifier = prop_oneof![
        mod_seq().prop_map(FetchModifier::ChangedSince),
        Just(FetchModifier::Vanished),
        partial_range().prop_map(FetchModifier::Partial),
        parameter().prop_map(|other| FetchModifier::Other(OtherModifier::new(other).unwrap())),
    ];
    let attributes = prop_oneof![
        1 => select(FetchMacro::ALL.to_vec()).prop_map(Into::into),
        5 => vec(attribute(), 1..5).prop_filter_map("attributes", |attributes| {
            mailwire_imap::family::fetch::FetchAttributes::new(attributes).ok()
        }),
    ];
    (set(), attributes, vec(modifier, 0..3))
        .prop_map(|(messages, attributes, modifiers)| Fetch {
            messages,
            attributes,
            modifiers: Items::new(modifiers),
        })
        .boxed()
}

pub fn gmail_labels() -> S<GmailLabels<'static>> {
    let label = octets().prop_filter_map("a label", |label| GmailLabel::new(label).ok());
    vec(label, 0..3).prop_map(GmailLabels::new).boxed()
}

pub fn store() -> S<Store<'static>> {
    let mode = || select(vec![StoreMode::Replace, StoreMode::Add, StoreMode::Remove]);
    let action = prop_oneof![
        (mode(), any::<bool>(), flags()).prop_map(|(mode, silent, flags)| StoreAction::Flags {
            mode,
            silent,
            flags
        }),
        (mode(), any::<bool>(), gmail_labels())
            .prop_map(|(mode, silent, labels)| StoreAction::GmailLabels { mode, silent, labels }),
        annotations().prop_map(StoreAction::Annotation),
        (mode(), parameter()).prop_filter_map("an action", |(mode, other)| {
            let value = other.value?.as_bytes().to_vec();
            OtherStoreAction::new(mode, other.name, value).ok().map(StoreAction::Other)
        }),
    ];
    let modifier = prop_oneof![
        size().prop_map(|value| StoreModifier::UnchangedSince(ModSeq::new(value).unwrap())),
        parameter().prop_map(|other| StoreModifier::Other(OtherStoreModifier::new(other).unwrap())),
    ];
    (set(), vec(modifier, 0..3), action)
        .prop_map(|(messages, modifiers, action)| Store {
            messages,
            modifiers: Items::new(modifiers),
            action,
        })
        .boxed()
}

pub fn copy() -> S<Copy<'static>> {
    (set(), mailbox()).prop_map(|(messages, mailbox)| Copy { messages, mailbox }).boxed()
}

pub fn replace() -> S<Replace<'static>> {
    (option::of(nz_number()), mailbox(), append_message())
        .prop_map(|(message, mailbox, new)| Replace { message, mailbox, new })
        .boxed()
}
