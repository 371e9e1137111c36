//! Strategies of commands, in the order of the families.

#![allow(dead_code, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_imap::command::OtherCommand;
use mailwire_imap::element::mailbox_filter::{MailboxFilter, Mailboxes};
use mailwire_imap::family::acl::{DeleteAcl, ListRights, ModRights, Rights, RightsChange, SetAcl};
use mailwire_imap::family::annotatemore::{
    AttributeValue, EntryAttributes, GetAnnotation, SetAnnotation,
};
use mailwire_imap::family::append::{Append, AppendData, AppendMessage, CatPart, Catenate};
use mailwire_imap::family::auth::{Authenticate, Login, Password};
use mailwire_imap::family::capability::Capability;
use mailwire_imap::family::convert::{
    Conversions, Convert, ConvertAttribute, HeaderSection, MimeType, Transcoding,
};
use mailwire_imap::family::enable::Enable;
use mailwire_imap::family::id::Id;
use mailwire_imap::family::list::{
    Attribute, List, ListOption, Lsub, ReturnMetadata, ReturnOption as ListReturn, SelectOption,
};
use mailwire_imap::family::mailbox::{
    Create, CreateExtension, CreateParameter, Rename, UseAttributes,
};
use mailwire_imap::family::metadata::{
    Depth, EntryValue, GetMetadata, GetMetadataExtension, GetMetadataOption, MetadataValue,
    SetMetadata,
};
use mailwire_imap::family::notify::{Event, EventGroup, Notify, NotifySet};
use mailwire_imap::family::push::{PushField, PushValue};
use mailwire_imap::family::quota::{OtherResource, Resource, ResourceLimit, SetQuota};
use mailwire_imap::family::search::CancelUpdate;
use mailwire_imap::family::select::{
    QResync, Select, SelectExtension, SelectParameter, SequenceMatch,
};
use mailwire_imap::family::status::{
    OtherAttribute as OtherStatusAttribute, Status, StatusAttribute, StatusName,
};
use mailwire_imap::family::uid_batches::UidBatches;
use mailwire_imap::family::urlauth::{ResetKey, UrlRequest, UrlRump};
use mailwire_imap::sasl::MechanismName;
use mailwire_imap::{Command, Extension, TaggedCommand};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::message_values::*;
use crate::search_values::*;
use crate::values::*;

pub fn rights() -> S<Rights> {
    "[a-z0-9]{0,6}".prop_map(|letters| Rights::new(&letters).unwrap()).boxed()
}

pub fn capability() -> S<Capability<'static>> {
    prop_oneof![
        "X-[A-Z0-9=]{1,6}".prop_map(|name| Capability::new(name).unwrap()),
        select(vec![Extension::CondStore, Extension::Imap4Rev2, Extension::UidOnly])
            .prop_map(Capability::of),
    ]
    .boxed()
}

pub fn mechanism() -> S<MechanismName<'static>> {
    "[A-Z][A-Z0-9_-]{0,19}".prop_map(|name| MechanismName::new(&name).unwrap().into_owned()).boxed()
}

pub fn id() -> S<Id<'static>> {
    let fields = vec(("[a-z]{1,8}", option::of("[ -~]{0,8}")), 0..4);
    prop_oneof![
        1 => Just(Id::NIL),
        4 => fields.prop_filter_map("fields of ID", |fields| {
            Id::new(fields.iter().map(|(name, value)| (&**name, value.as_deref()))).ok()
        }),
    ]
    .boxed()
}

fn selected() -> S<Select<'static>> {
    let known = (uid_set(), option::of((uid_set(), uid_set())));
    let resync = (nz_number(), mod_seq(), option::of(known)).prop_map(|(validity, seq, known)| {
        let mut resync = QResync::new(validity, seq).unwrap();
        if let Some((uids, matched)) = known {
            resync = resync.with_known_uids(uids);
            if let Some((sequence, uids)) = matched {
                resync = resync.with_sequence_match(SequenceMatch { sequence, uids });
            }
        }
        SelectParameter::QResync(Box::new(resync))
    });
    let one = prop_oneof![
        Just(SelectParameter::CondStore),
        Just(SelectParameter::Annotate),
        resync,
        parameter().prop_map(|other| SelectParameter::Other(SelectExtension::new(other).unwrap())),
    ];
    (mailbox(), list(one.boxed()))
        .prop_map(|(mailbox, parameters)| Select { mailbox, parameters })
        .boxed()
}

pub fn special_use() -> S<Attribute<'static>> {
    select(vec!["\\All", "\\Sent", "\\Junk", "\\Xspecial", "\\HasChildren", "\\Important"])
        .prop_map(|name| Attribute::parse(name.as_bytes()).unwrap())
        .boxed()
}

fn create() -> S<Create<'static>> {
    let one = prop_oneof![
        vec(special_use(), 0..3)
            .prop_map(|uses| { CreateParameter::Use(UseAttributes::new(uses).unwrap()) }),
        parameter().prop_map(|other| CreateParameter::Other(CreateExtension::new(other).unwrap())),
    ];
    (mailbox(), list(one.boxed()))
        .prop_map(|(mailbox, parameters)| Create { mailbox, parameters })
        .boxed()
}

pub fn status_attribute() -> S<StatusAttribute<'static>> {
    prop_oneof![
        4 => select(StatusName::ALL.to_vec()).prop_map(StatusAttribute::Known),
        1 => atom().prop_map(|name| {
            StatusAttribute::Other(OtherStatusAttribute::new(name).unwrap())
        }),
    ]
    .boxed()
}

fn list_option() -> S<ListOption<'static>> {
    (atom(), option::of("\\([a-z]{1,4}( [0-9])?\\)"))
        .prop_map(|(name, value)| {
            let value =
                value.map(|value| mailwire_imap::element::raw::RawData::new(value).unwrap());
            ListOption::new(name, value).unwrap()
        })
        .boxed()
}

fn metadata_option() -> S<GetMetadataOption<'static>> {
    prop_oneof![
        number().prop_map(GetMetadataOption::MaxSize),
        select(Depth::ALL.to_vec()).prop_map(GetMetadataOption::Depth),
        parameter().prop_map(|other| {
            GetMetadataOption::Other(GetMetadataExtension::new(other).unwrap())
        }),
    ]
    .boxed()
}

fn listing() -> S<List<'static>> {
    let wanted = prop_oneof![
        select(vec![
            SelectOption::Subscribed,
            SelectOption::Remote,
            SelectOption::RecursiveMatch,
            SelectOption::SpecialUse,
        ]),
        list_option().prop_map(SelectOption::Other),
    ];
    let metadata = (list(metadata_option()), one_or_list(entry()))
        .prop_filter_map("options and one entry", |(options, entries)| {
            ReturnMetadata::new(options, entries).ok()
        });
    let returned = prop_oneof![
        select(vec![
            ListReturn::Subscribed,
            ListReturn::Children,
            ListReturn::SpecialUse,
            ListReturn::MyRights,
        ]),
        some_list(status_attribute()).prop_map(ListReturn::Status),
        metadata.prop_map(|metadata| ListReturn::Metadata(Box::new(metadata))),
        list_option().prop_map(ListReturn::Other),
    ];
    let select = option::of(list(wanted.boxed()));
    (select, mailbox(), one_or_list(pattern()), option::of(list(returned.boxed())))
        .prop_map(|(select, reference, patterns, returns)| List {
            select,
            reference,
            patterns,
            returns,
        })
        .boxed()
}

fn lsub() -> S<Lsub<'static>> {
    (mailbox(), pattern()).prop_map(|(reference, pattern)| Lsub { reference, pattern }).boxed()
}

pub fn append_message() -> S<AppendMessage<'static>> {
    let part = prop_oneof![
        literal().prop_map(CatPart::Text),
        literal().prop_map(|literal| CatPart::Utf8(literal.binary())),
        astring().prop_map(CatPart::Url),
    ];
    let data = prop_oneof![
        literal().prop_map(AppendData::Message),
        literal().prop_map(|literal| AppendData::Utf8(literal.binary())),
        vec(part, 1..4).prop_map(|parts| AppendData::Catenate(Catenate::new(parts).unwrap())),
    ];
    let extension = option::of(value());
    (data, option::of(flags()), option::of(date_time()), extension)
        .prop_map(|(data, flags, date, extension)| {
            let mut message = AppendMessage::new(data);
            message.flags = flags;
            message.date = date;
            match extension.map(|value| format!("X-A ({value})")) {
                Some(wire) => {
                    let wire: &'static str = wire.leak();
                    let parameter =
                        mailwire_imap::element::parameter::Parameter::parse(wire.as_bytes());
                    message.with_extension(parameter.unwrap()).unwrap()
                }
                None => message,
            }
        })
        .boxed()
}

fn append() -> S<Append<'static>> {
    (mailbox(), append_message(), vec(append_message(), 0..3))
        .prop_map(|(mailbox, first, more)| {
            more.into_iter().try_fold(Append::new(mailbox, first), Append::with).unwrap()
        })
        .boxed()
}

fn metadata() -> S<SetMetadata<'static>> {
    (mailbox(), some_list(entry_value()))
        .prop_map(|(mailbox, values)| SetMetadata { mailbox, values })
        .boxed()
}

pub fn entry_value() -> S<EntryValue<'static>> {
    (entry(), option::of(vec(any::<u8>(), 0..8)))
        .prop_map(|(entry, value)| EntryValue { entry, value: value.map(MetadataValue::new) })
        .boxed()
}

pub fn entry_attributes() -> S<EntryAttributes<'static>> {
    let value =
        (string(), nstring()).prop_map(|(attribute, value)| AttributeValue { attribute, value });
    (string(), some_list(value.boxed()))
        .prop_map(|(entry, attributes)| EntryAttributes { entry, attributes })
        .boxed()
}

pub fn resource() -> S<Resource<'static>> {
    prop_oneof![
        select(vec![
            Resource::Storage,
            Resource::Message,
            Resource::Mailbox,
            Resource::AnnotationStorage,
        ]),
        atom().prop_map(|name| Resource::Other(OtherResource::new(name).unwrap())),
    ]
    .boxed()
}

fn mailboxes() -> S<Mailboxes<'static>> {
    vec(mailbox(), 1..3).prop_map(|names| Mailboxes::new(names).unwrap()).boxed()
}

pub fn filter(search: bool) -> S<MailboxFilter<'static>> {
    prop_oneof![
        select(vec![
            if search { MailboxFilter::Selected } else { MailboxFilter::Inboxes },
            MailboxFilter::Inboxes,
            MailboxFilter::Personal,
            MailboxFilter::Subscribed,
        ]),
        mailboxes().prop_map(MailboxFilter::Subtree),
        mailboxes().prop_map(MailboxFilter::Mailboxes),
        mailboxes().prop_map(move |names| {
            if search { MailboxFilter::SubtreeOne(names) } else { MailboxFilter::Subtree(names) }
        }),
    ]
    .boxed()
}

fn notify() -> S<Notify<'static>> {
    let event = prop_oneof![
        select(vec![
            Event::MailboxName,
            Event::SubscriptionChange,
            Event::MailboxMetadataChange,
            Event::ServerMetadataChange,
        ]),
        Just(Event::MailboxName),
        atom().prop_map(Event::Other),
    ];
    let group = (filter(false), vec(event, 0..4))
        .prop_filter_map("events", |(filter, events)| EventGroup::new(filter, events).ok());
    let messages = (any::<bool>(), list(attribute())).prop_map(|(delayed, items)| {
        let filter = if delayed { MailboxFilter::SelectedDelayed } else { MailboxFilter::Selected };
        EventGroup::new(
            filter,
            [Event::MessageNew(items), Event::MessageExpunge, Event::FlagChange],
        )
        .unwrap()
    });
    prop_oneof![
        1 => Just(Notify::None),
        4 => (option::of(messages), vec(group, 0..3), any::<bool>()).prop_filter_map(
            "groups",
            |(selected, groups, status)| {
                let mut set = NotifySet::new(selected.into_iter().chain(groups)).ok()?;
                set.status = status;
                Some(Notify::Set(set))
            },
        ),
    ]
    .boxed()
}

pub fn mime_type() -> S<MimeType<'static>> {
    "[a-z]{1,6}/[a-z0-9.+-]{1,6}".prop_map(|name| MimeType::new(name).unwrap()).boxed()
}

pub fn header_section() -> S<HeaderSection<'static>> {
    section().prop_filter_map("a header", |section| HeaderSection::new(section).ok()).boxed()
}

fn convert() -> S<Convert<'static>> {
    let one = prop_oneof![
        Just(ConvertAttribute::Uid),
        binary_part().prop_map(ConvertAttribute::BodyPartStructure),
        binary_part().prop_map(|part| ConvertAttribute::Binary(part, None)),
        binary_part().prop_map(ConvertAttribute::BinarySize),
        binary_part().prop_map(ConvertAttribute::AvailableConversions),
        Just(ConvertAttribute::Header(
            HeaderSection::new(
                mailwire_imap::element::section::Section::parse(b"[HEADER]").unwrap()
            )
            .unwrap()
        )),
    ];
    let transcoding = (astring(), astring()).prop_map(|(name, value)| Transcoding { name, value });
    (set(), option::of(mime_type()), vec(one, 1..3), list(transcoding.boxed()))
        .prop_filter_map("a conversion", |(messages, to, attributes, parameters)| {
            let mut convert = Convert::new(messages, to, attributes).ok()?;
            convert.parameters = parameters;
            Some(convert)
        })
        .boxed()
}

fn other() -> S<Command<'static>> {
    ("X[A-Z]{1,6}", option::of(raw()))
        .prop_map(|(name, values)| {
            let wire = match values {
                Some(values) => [name.as_bytes(), b" ", values.as_bytes()].concat(),
                None => name.into_bytes(),
            };
            Command::Other(OtherCommand::new(wire.leak()).unwrap())
        })
        .boxed()
}

/// A strategy for each verb, by its name.
pub fn commands() -> Vec<(&'static str, S<Command<'static>>)> {
    use Command as C;
    let plain = |command: C<'static>| Just(command).boxed();
    let acl = || (mailbox(), astring());
    vec![
        ("CAPABILITY", plain(C::Capability)),
        ("NOOP", plain(C::Noop)),
        ("LOGOUT", plain(C::Logout)),
        ("ID", id().prop_map(C::Id).boxed()),
        ("LANGUAGE", tail(astring()).prop_map(C::Language).boxed()),
        ("STARTTLS", plain(C::StartTls)),
        (
            "AUTHENTICATE",
            (mechanism(), option::of(vec(any::<u8>(), 0..20)))
                .prop_map(|(name, response)| {
                    let command = Authenticate::new(name);
                    C::Authenticate(match response {
                        Some(response) => command.with_initial_response(&response),
                        None => command,
                    })
                })
                .boxed(),
        ),
        (
            "LOGIN",
            (astring(), octets())
                .prop_map(|(name, word)| C::Login(Login::new(name, Password::new(word).unwrap())))
                .boxed(),
        ),
        (
            "ENABLE",
            vec(capability(), 1..4)
                .prop_map(|names| {
                    let names = mailwire_imap::element::items::ItemTail::new(names);
                    C::Enable(Enable::new(names).unwrap())
                })
                .boxed(),
        ),
        ("SELECT", selected().prop_map(C::Select).boxed()),
        ("EXAMINE", selected().prop_map(C::Examine).boxed()),
        ("CREATE", create().prop_map(C::Create).boxed()),
        ("DELETE", mailbox().prop_map(C::Delete).boxed()),
        (
            "RENAME",
            (mailbox(), mailbox(), list(parameter()))
                .prop_map(|(from, to, parameters)| C::Rename(Rename { from, to, parameters }))
                .boxed(),
        ),
        ("SUBSCRIBE", mailbox().prop_map(C::Subscribe).boxed()),
        ("UNSUBSCRIBE", mailbox().prop_map(C::Unsubscribe).boxed()),
        ("LIST", listing().prop_map(C::List).boxed()),
        ("LSUB", lsub().prop_map(C::Lsub).boxed()),
        ("XLIST", lsub().prop_map(C::Xlist).boxed()),
        ("RLIST", lsub().prop_map(C::Rlist).boxed()),
        ("RLSUB", lsub().prop_map(C::Rlsub).boxed()),
        ("NAMESPACE", plain(C::Namespace)),
        (
            "STATUS",
            (mailbox(), some_list(status_attribute()))
                .prop_map(|(mailbox, attributes)| C::Status(Status { mailbox, attributes }))
                .boxed(),
        ),
        ("APPEND", append().prop_map(|value| C::Append(value.into())).boxed()),
        ("IDLE", plain(C::Idle)),
        ("COMPRESS", atom().prop_map(C::Compress).boxed()),
        ("UNAUTHENTICATE", plain(C::Unauthenticate)),
        (
            "SETACL",
            (mailbox(), astring(), rights(), 0..3)
                .prop_map(|(mailbox, identifier, rights, which)| {
                    let change = match which {
                        0 => RightsChange::Replace,
                        1 => RightsChange::Add,
                        _ => RightsChange::Remove,
                    };
                    C::SetAcl(SetAcl { mailbox, identifier, rights: ModRights { change, rights } })
                })
                .boxed(),
        ),
        (
            "DELETEACL",
            acl()
                .prop_map(|(mailbox, identifier)| C::DeleteAcl(DeleteAcl { mailbox, identifier }))
                .boxed(),
        ),
        ("GETACL", mailbox().prop_map(C::GetAcl).boxed()),
        (
            "LISTRIGHTS",
            acl()
                .prop_map(|(mailbox, identifier)| C::ListRights(ListRights { mailbox, identifier }))
                .boxed(),
        ),
        ("MYRIGHTS", mailbox().prop_map(C::MyRights).boxed()),
        ("GETQUOTA", astring().prop_map(C::GetQuota).boxed()),
        ("GETQUOTAROOT", mailbox().prop_map(C::GetQuotaRoot).boxed()),
        ("SETQUOTA", {
            let limit = (resource(), number64())
                .prop_map(|(resource, limit)| ResourceLimit { resource, limit });
            (astring(), list(limit.boxed()))
                .prop_map(|(root, limits)| C::SetQuota(SetQuota { root, limits }))
                .boxed()
        }),
        (
            "GETMETADATA",
            (list(metadata_option()), mailbox(), one_or_list(entry()))
                .prop_map(|(options, mailbox, entries)| {
                    C::GetMetadata(GetMetadata { options, mailbox, entries })
                })
                .boxed(),
        ),
        ("SETMETADATA", metadata().prop_map(C::SetMetadata).boxed()),
        (
            "GETANNOTATION",
            (pattern(), one_or_list(string()), one_or_list(string()))
                .prop_map(|(mailbox, entries, attributes)| {
                    C::GetAnnotation(GetAnnotation { mailbox, entries, attributes })
                })
                .boxed(),
        ),
        (
            "SETANNOTATION",
            (pattern(), one_or_list(entry_attributes()))
                .prop_map(|(mailbox, entries)| C::SetAnnotation(SetAnnotation { mailbox, entries }))
                .boxed(),
        ),
        ("COMPARATOR", tail(astring()).prop_map(C::Comparator).boxed()),
        ("NOTIFY", notify().prop_map(C::Notify).boxed()),
        ("ESEARCH", esearch().prop_map(|search| C::Esearch(Box::new(search))).boxed()),
        (
            "CONVERSIONS",
            (astring(), astring())
                .prop_map(|(from, to)| C::Conversions(Conversions { from, to }))
                .boxed(),
        ),
        ("GENURLAUTH", {
            let rump = (astring(), atom()).prop_map(|(url, mechanism)| UrlRump { url, mechanism });
            some(rump.boxed()).prop_map(C::GenUrlAuth).boxed()
        }),
        (
            "RESETKEY",
            option::of((mailbox(), tail(atom())))
                .prop_map(|scope| {
                    C::ResetKey(match scope {
                        None => ResetKey::All,
                        Some((mailbox, mechanisms)) => ResetKey::Mailbox { mailbox, mechanisms },
                    })
                })
                .boxed(),
        ),
        ("URLFETCH", {
            let request = (astring(), option::of(tail(atom())))
                .prop_map(|(url, wanted)| UrlRequest { url, wanted });
            some(request.boxed()).prop_map(C::UrlFetch).boxed()
        }),
        ("GETJMAPACCESS", plain(C::GetJmapAccess)),
        ("XAPPLEPUSHSERVICE", tail(push_field()).prop_map(C::XApplePushService).boxed()),
        ("CHECK", plain(C::Check)),
        ("CLOSE", plain(C::Close)),
        ("UNSELECT", plain(C::Unselect)),
        ("EXPUNGE", plain(C::Expunge)),
        ("SEARCH", search().prop_map(C::Search).boxed()),
        ("FETCH", fetch().prop_map(C::Fetch).boxed()),
        ("STORE", store().prop_map(C::Store).boxed()),
        ("COPY", copy().prop_map(C::Copy).boxed()),
        ("MOVE", copy().prop_map(C::Move).boxed()),
        ("SORT", sort().prop_map(|sort| C::Sort(Box::new(sort))).boxed()),
        ("THREAD", thread().prop_map(C::Thread).boxed()),
        ("REPLACE", replace().prop_map(|value| C::Replace(value.into())).boxed()),
        ("CONVERT", convert().prop_map(|value| C::Convert(value.into())).boxed()),
        (
            "CANCELUPDATE",
            vec(tag(), 1..4)
                .prop_map(|tags| C::CancelUpdate(CancelUpdate::new(tags).unwrap()))
                .boxed(),
        ),
        (
            "UIDBATCHES",
            (nz(), option::of((nz(), nz())))
                .prop_filter_map("a size", |(size, range)| {
                    UidBatches::new(size, range).ok().map(C::UidBatches)
                })
                .boxed(),
        ),
        ("UID EXPUNGE", set().prop_map(C::UidExpunge).boxed()),
        ("UID SEARCH", search().prop_map(C::UidSearch).boxed()),
        ("UID FETCH", fetch().prop_map(C::UidFetch).boxed()),
        ("UID STORE", store().prop_map(C::UidStore).boxed()),
        ("UID COPY", copy().prop_map(C::UidCopy).boxed()),
        ("UID MOVE", copy().prop_map(C::UidMove).boxed()),
        ("UID SORT", sort().prop_map(|sort| C::UidSort(Box::new(sort))).boxed()),
        ("UID THREAD", thread().prop_map(C::UidThread).boxed()),
        ("UID REPLACE", replace().prop_map(|value| C::UidReplace(value.into())).boxed()),
        ("UID CONVERT", convert().prop_map(|value| C::UidConvert(value.into())).boxed()),
        ("XFROB", other()),
    ]
}

pub fn push_field() -> S<PushField<'static>> {
    let value = prop_oneof![
        astring().prop_map(PushValue::String),
        list(astring()).prop_map(PushValue::List),
    ];
    (astring(), value).prop_map(|(name, value)| PushField { name, value }).boxed()
}

pub fn command() -> S<TaggedCommand<'static>> {
    let all = proptest::strategy::Union::new(commands().into_iter().map(|(_, strategy)| strategy));
    (tag(), all).prop_map(|(tag, command)| TaggedCommand { tag, command }).boxed()
}
