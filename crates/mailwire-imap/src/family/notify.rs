//! NOTIFY: what the server tells without being asked. RFC 5465.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::{ALPHA, strip_prefix_ignore_case};
use mailwire_core::{InvalidValue, into_owned, wire_api, wire_enum};

use crate::Mode;
use crate::element::items::{ItemList, Items, item};
use crate::element::mailbox_filter::{FilterUse, MailboxFilter};
use crate::element::string::Atom;
use crate::extension::{IsMet, Need};
use crate::family::fetch::FetchAttribute;
use crate::token::{close, open, sp};
use crate::tolerance::Deviation;

/// The arguments of NOTIFY: which events on which mailboxes the client wants to hear of; sent by the client.
///
/// RFC 5465 section 3.1. It replaces what an earlier NOTIFY asked for.
///
/// # Grammar
/// ```abnf
/// notify           = "NOTIFY" SP (notify-set / notify-none)
/// notify-set       = "SET" [status-indicator] SP event-groups
/// notify-none      = "NONE"
/// status-indicator = SP "STATUS"
/// event-groups     = event-group *(SP event-group)
/// ```
///
/// # Wire
/// ```text
/// C: A1 NOTIFY SET STATUS (selected (MessageNew (UID FLAGS) MessageExpunge)) (subtree Lists NONE)
/// C: A2 NOTIFY NONE
/// ```
///
/// # Limits
/// Those of the line.
///
/// # Errors
/// `notify`, `event-group`, `events`, `event`, and those of [`MailboxFilter`] and [`FetchAttribute`].
///
/// # Example
/// ```
/// use mailwire_imap::Command;
/// use mailwire_imap::family::notify::{Event, Notify};
///
/// let line = b"NOTIFY SET (inboxes (MessageNew MessageExpunge))";
/// let Command::Notify(Notify::Set(set)) = Command::parse(line)? else { panic!() };
/// let group = set.groups().next().unwrap();
/// assert!(group.events().any(|event| event == Event::MessageExpunge));
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notify<'a> {
    /// No event at all.
    None,
    /// These events.
    Set(NotifySet<'a>),
}

/// What [`Notify`] asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifySet<'a> {
    /// True where the server is to tell the status of the mailboxes at once.
    pub status: bool,
    groups: Items<'a, EventGroup<'static>>,
}

/// Events on some mailboxes.
///
/// RFC 5465 sections 5 and 6.
///
/// # Grammar
/// ```abnf
/// event-group = "(" filter-mailboxes SP events ")"
/// events      = ( "(" event *(SP event) ")" ) / "NONE"
/// ```
/// The selected mailbox has events of messages only. FlagChange and AnnotationChange come with MessageNew and
/// MessageExpunge, and those two together. MessageNew takes data items on the selected mailbox only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventGroup<'a> {
    filter: MailboxFilter<'a>,
    events: Items<'a, Event<'static>>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A message was delivered or appended; what the server tells of it.
    MessageNew(ItemList<'a, FetchAttribute<'static>>),
    /// A message was removed.
    MessageExpunge,
    /// Flags of a message changed.
    FlagChange,
    /// Annotations of a message changed.
    AnnotationChange,
    /// A mailbox was made, removed or renamed.
    MailboxName,
    /// A subscription changed.
    SubscriptionChange,
    /// Annotations of a mailbox changed.
    MailboxMetadataChange,
    /// Annotations of the server changed.
    ServerMetadataChange,
    /// Another event, defined by an extension.
    Other(Atom<'a>),
}

wire_enum! {
    /// The events that are known here, by name.
    pub enum EventName: "event-name" in ALPHA {
        /// MessageNew
        MessageNew = "MessageNew",
        /// MessageExpunge
        MessageExpunge = "MessageExpunge",
        /// FlagChange
        FlagChange = "FlagChange",
        /// AnnotationChange
        AnnotationChange = "AnnotationChange",
        /// MailboxName
        MailboxName = "MailboxName",
        /// SubscriptionChange
        SubscriptionChange = "SubscriptionChange",
        /// MailboxMetadataChange
        MailboxMetadataChange = "MailboxMetadataChange",
        /// ServerMetadataChange
        ServerMetadataChange = "ServerMetadataChange",
    }
}

/// The events that a server supports: the value of the code BADEVENT.
///
/// # Grammar
/// ```abnf
/// unsupported-events-code = "BADEVENT" SP "(" event-name *(SP event-name) ")"
/// ```
///
/// # Wire
/// ```text
/// S: A1 NO [BADEVENT (MessageNew MessageExpunge)] The FlagChange event is not supported
/// ```
pub type EventNames<'a> = ItemList<'a, Atom<'static>>;

wire_api!(Deviation, Mode: Notify, EventGroup, Event);
into_owned!(
    enum Notify {
        None,
        Set(set),
    }
);
into_owned!(struct NotifySet { status, groups });
into_owned!(struct EventGroup { filter, events });
into_owned!(
    enum Event {
        MessageNew(items),
        MessageExpunge,
        FlagChange,
        AnnotationChange,
        MailboxName,
        SubscriptionChange,
        MailboxMetadataChange,
        ServerMetadataChange,
        Other(name),
    }
);
item!(EventGroup, Event);

impl<'a> NotifySet<'a> {
    /// Events of these groups.
    ///
    /// # Errors
    /// [`InvalidValue`] for no group at all.
    pub fn new<'x>(
        groups: impl IntoIterator<Item = EventGroup<'x>>,
    ) -> Result<NotifySet<'static>, InvalidValue> {
        let groups = Items::new(groups);
        if groups.is_empty() {
            return Err(InvalidValue { what: "event-groups", at: 0 });
        }
        Ok(NotifySet { status: false, groups })
    }

    /// The groups, in their order.
    pub fn groups(&self) -> impl Iterator<Item = EventGroup<'_>> {
        self.groups.iter()
    }
}

impl Notify<'_> {
    /// What it needs and a session has not. Which events there are is told by the code BADEVENT (RFC 5465
    /// section 5), so that they may be asked for; the data items of new messages are those of FETCH.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        let Self::Set(set) = self else { return None };
        set.groups().find_map(|group| {
            group.events().find_map(|event| match event {
                Event::MessageNew(items) => {
                    items.iter().find_map(|item| item.need()?.unmet(is_met))
                }
                _ => None,
            })
        })
    }

    /// True where what is removed from the open mailbox is to be told at once (RFC 5465 section 6.1.1).
    pub(crate) fn asks_for_expunges(&self) -> bool {
        let Self::Set(set) = self else { return false };
        set.groups().any(|group| {
            matches!(group.filter(), MailboxFilter::Selected)
                && group.events().any(|event| matches!(event, Event::MessageExpunge))
        })
    }
}

impl<'a> EventGroup<'a> {
    /// Events on the mailboxes of a filter; none for NONE.
    ///
    /// # Errors
    /// [`InvalidValue`] for a filter that NOTIFY does not have, and for events that cannot stand together.
    pub fn new<'x>(
        filter: MailboxFilter<'a>,
        events: impl IntoIterator<Item = Event<'x>>,
    ) -> Result<Self, InvalidValue> {
        let group = Self { filter, events: Items::new(events) };
        if !group.filter.is_legal_in(FilterUse::Notify) || !group.is_legal() {
            return Err(InvalidValue { what: "events", at: 0 });
        }
        Ok(group)
    }

    /// The mailboxes.
    #[must_use]
    pub const fn filter(&self) -> &MailboxFilter<'a> {
        &self.filter
    }

    /// The events, in their order; none for NONE.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        self.events.iter()
    }

    fn is_legal(&self) -> bool {
        let selected =
            matches!(self.filter, MailboxFilter::Selected | MailboxFilter::SelectedDelayed);
        let (mut new, mut expunge, mut change) = (false, false, false);
        for event in self.events() {
            match event {
                Event::MessageNew(items) => {
                    new = true;
                    if !items.is_empty() && !selected {
                        return false;
                    }
                }
                Event::MessageExpunge => expunge = true,
                Event::FlagChange | Event::AnnotationChange => change = true,
                Event::Other(_) => {}
                _ if selected => return false,
                _ => {}
            }
        }
        new == expunge && (new || !change)
    }
}

impl Event<'_> {
    /// The name, where it is known here.
    #[must_use]
    pub const fn name(&self) -> Option<EventName> {
        Some(match self {
            Self::MessageNew(_) => EventName::MessageNew,
            Self::MessageExpunge => EventName::MessageExpunge,
            Self::FlagChange => EventName::FlagChange,
            Self::AnnotationChange => EventName::AnnotationChange,
            Self::MailboxName => EventName::MailboxName,
            Self::SubscriptionChange => EventName::SubscriptionChange,
            Self::MailboxMetadataChange => EventName::MailboxMetadataChange,
            Self::ServerMetadataChange => EventName::ServerMetadataChange,
            Self::Other(_) => return None,
        })
    }

    /// Another event, defined by an extension.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that is known here.
    pub fn other(name: Atom<'_>) -> Result<Event<'_>, InvalidValue> {
        if EventName::from_keyword(name.as_bytes()).is_some() {
            return Err(InvalidValue { what: "event-ext", at: 0 });
        }
        Ok(Event::Other(name))
    }
}

/// The rest behind a word that ends where it does.
fn word<'a>(input: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let rest = strip_prefix_ignore_case(input, word)?;
    let ends = !rest.first().is_some_and(|octet| crate::token::ATOM_CHAR.contains(*octet));
    ends.then_some(rest)
}

impl<'a> Wire<'a> for Notify<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if let Some(rest) = word(input, b"NONE") {
            return Ok((rest, Self::None));
        }
        let Some(rest) = word(input, b"SET") else { return Err(fail(input, "notify")) };
        let (rest, ()) = cut(sp(rest, cx))?;
        let (status, rest) = match word(rest, b"STATUS") {
            Some(rest) => (true, cut(sp(rest, cx))?.0),
            None => (false, rest),
        };
        let (rest, groups) = cut(Items::parse_part(rest, cx))?;
        Ok((rest, Self::Set(NotifySet { status, groups })))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::None => drop(out.keyword("NONE")),
            Self::Set(set) => {
                out.keyword(if set.status { "SET STATUS" } else { "SET" }).sp().put(&set.groups);
            }
        }
    }
}

impl<'a> Wire<'a> for EventGroup<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "event-group";
        let (rest, ()) = open(input, RULE)?;
        let (rest, filter) = cut(MailboxFilter::parse_for(FilterUse::Notify, rest, cx))?;
        let (at, ()) = cut(sp(rest, cx))?;
        let (rest, events) = match word(at, b"NONE") {
            Some(rest) => (rest, Items::EMPTY),
            None => {
                let (inside, ()) = cut(open(at, "events"))?;
                let (rest, events) = cut(Items::parse_part(inside, cx))?;
                (close(rest, cx, "events")?.0, events)
            }
        };
        let group = Self { filter, events };
        if !group.is_legal() {
            return Err(stop(at, "events"));
        }
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, group))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.filter).sp();
        if self.events.is_empty() {
            out.keyword("NONE");
        } else {
            out.byte(b'(').put(&self.events).byte(b')');
        }
        out.byte(b')');
    }
}

impl<'a> Wire<'a> for Event<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Ok((rest, name)) = Atom::parse_part(input, cx) else {
            return Err(fail(input, "event"));
        };
        let event = match EventName::from_keyword(name.as_bytes()) {
            None => Self::Other(name),
            Some(EventName::MessageNew) => match rest {
                [b' ', b'(', ..] => {
                    let (at, ()) = sp(rest, cx)?;
                    let (rest, items) = cut(ItemList::parse_part(at, cx))?;
                    return Ok((rest, Self::MessageNew(items)));
                }
                _ => Self::MessageNew(ItemList::EMPTY),
            },
            Some(EventName::MessageExpunge) => Self::MessageExpunge,
            Some(EventName::FlagChange) => Self::FlagChange,
            Some(EventName::AnnotationChange) => Self::AnnotationChange,
            Some(EventName::MailboxName) => Self::MailboxName,
            Some(EventName::SubscriptionChange) => Self::SubscriptionChange,
            Some(EventName::MailboxMetadataChange) => Self::MailboxMetadataChange,
            Some(EventName::ServerMetadataChange) => Self::ServerMetadataChange,
        };
        Ok((rest, event))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match (self, self.name()) {
            (Self::Other(name), _) => drop(out.put(name)),
            (_, name) => drop(out.keyword(name.map_or("", EventName::as_str))),
        }
        if let Self::MessageNew(items) = self {
            if !items.is_empty() {
                out.sp().put(items);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::element::mailbox::Mailbox;
    use crate::element::mailbox_filter::Mailboxes;
    use crate::rows::{check_needs, check_rejects, check_rows};

    const NEW: Event<'static> = Event::MessageNew(ItemList::EMPTY);

    fn group(filter: MailboxFilter<'static>, events: &[Event<'static>]) -> EventGroup<'static> {
        EventGroup::new(filter, events.iter().cloned()).unwrap()
    }

    fn set<const N: usize>(status: bool, groups: [EventGroup<'static>; N]) -> Notify<'static> {
        Notify::Set(NotifySet { status, ..NotifySet::new(groups).unwrap() })
    }

    #[test]
    fn rows() {
        use Event::*;
        let lists = || Mailboxes::new([Mailbox::new("Lists").unwrap()]).unwrap();
        let items = MessageNew(ItemList::new([FetchAttribute::Uid, FetchAttribute::Flags]));
        check_rows(&[
            (b"NONE", Notify::None),
            (
                b"SET (inboxes (MessageNew MessageExpunge))",
                set(false, [group(MailboxFilter::Inboxes, &[NEW, MessageExpunge])]),
            ),
            (
                b"SET STATUS (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange)) (subtree Lists NONE)",
                set(
                    true,
                    [
                        group(MailboxFilter::Selected, &[items, MessageExpunge, FlagChange]),
                        group(MailboxFilter::Subtree(lists()), &[]),
                    ],
                ),
            ),
            (
                b"SET (selected-delayed (MessageNew MessageExpunge AnnotationChange))",
                set(
                    false,
                    [group(
                        MailboxFilter::SelectedDelayed,
                        &[NEW, MessageExpunge, AnnotationChange],
                    )],
                ),
            ),
            (
                b"SET (personal (MailboxName SubscriptionChange MailboxMetadataChange ServerMetadataChange X-New))",
                set(
                    false,
                    [group(
                        MailboxFilter::Personal,
                        &[
                            MailboxName,
                            SubscriptionChange,
                            MailboxMetadataChange,
                            ServerMetadataChange,
                            Event::other(Atom::new("X-New").unwrap()).unwrap(),
                        ],
                    )],
                ),
            ),
            (
                b"SET (mailboxes Lists (MailboxName)) (subscribed NONE)",
                set(
                    false,
                    [
                        group(MailboxFilter::Mailboxes(lists()), &[MailboxName]),
                        group(MailboxFilter::Subscribed, &[]),
                    ],
                ),
            ),
        ]);
        check_rejects::<Notify<'_>>(&[
            (b"", "notify", 0),
            (b"NONEX", "notify", 0),
            (b"SET", "SP", 3),
            (b"SET STATUS", "SP", 10),
            (b"SET inboxes", "event-group", 4),
            (b"SET (frob NONE)", "filter-mailboxes", 5),
            (b"SET (inboxes)", "SP", 12),
            (b"SET (inboxes ())", "event", 14),
            (b"SET (inboxes (MessageNew))", "events", 13),
            (b"SET (inboxes (MessageNew (UID) MessageExpunge))", "events", 13),
            (b"SET (inboxes (FlagChange))", "events", 13),
            (b"SET (selected (MailboxName))", "events", 14),
            (b"SET (inboxes NONE", "event-group", 17),
        ]);
    }

    #[test]
    fn what_cannot_be_asked_cannot_be_built() {
        assert!(NotifySet::new([]).is_err());
        assert!(EventGroup::new(MailboxFilter::Inboxes, [NEW]).is_err());
        assert!(EventGroup::new(MailboxFilter::Selected, [Event::MailboxName]).is_err());
        assert!(Event::other(Atom::new("flagchange").unwrap()).is_err());
    }

    #[test]
    fn code_rows() {
        let names =
            EventNames::new(["MessageNew", "FlagChange"].map(|name| Atom::new(name).unwrap()));
        check_rows(&[(b"BADEVENT (MessageNew FlagChange)", Code::BadEvent(names))]);
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("NOTIFY NONE", &["NOTIFY"]),
            (
                "NOTIFY SET (selected (MessageNew (UID) MessageExpunge AnnotationChange))",
                &["NOTIFY"],
            ),
            (
                "NOTIFY SET (selected (MessageNew (UID MODSEQ) MessageExpunge)) (personal (MailboxName))",
                &["NOTIFY", "CONDSTORE or QRESYNC"],
            ),
        ]);
    }
}
