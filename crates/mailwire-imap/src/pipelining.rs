//! Which commands may be in progress together.
//!
//! RFC 9051 sections 5.5 and 7.5.1, as data: what each command needs and does is a row of
//! [`PIPELINING`], and two functions read the rows. [`may_follow`] is the client's: whether a command may
//! be sent before the answers to others came. [`is_ambiguous`] is the server's: whether two commands may
//! be executed at once; where not, the server keeps their order.
//!
//! The rules, and where they stand:
//!
//! | while this is in progress | this has to wait | |
//! |---|---|---|
//! | a command that lets EXPUNGE come | a command with message sequence numbers | RFC 9051 section 5.5, RFC 6851 section 3.3 |
//! | a command that opens or closes a mailbox | a command on the open mailbox, or that opens or closes one | RFC 9051 section 6.3.2 |
//! | a command on the open mailbox | a command that opens or closes one | RFC 7162 section 3.2.11: until CLOSED nobody knows whose data it is |
//! | a command that is alone | any | RFC 9051 sections 6.2.1, 6.2.2, 6.3.1, 6.3.13; RFC 4978 section 3 |
//! | any | a command that is alone | the same |
//! | LOGOUT | any | RFC 9051 section 6.1.3 |
//!
//! EXPUNGE must not come during FETCH, STORE, SEARCH, SORT, THREAD and CONVERT by number (RFC 9051
//! section 7.5.1, RFC 5256 section 3, RFC 5259 section 6). Where it comes while a command with message
//! sequence numbers waits at the client, that is not sent at all: its numbers mean other messages now. A
//! search that is saved may be used at once (RFC 5182 section 2.1).

use alloc::vec::Vec;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::Wire;

use crate::command::{Command, Verb};

/// What a command needs and does, as bits.
///
/// # Example
/// ```
/// use mailwire_imap::Command;
/// use mailwire_imap::pipelining::{Traits, may_follow};
///
/// let traits = |line: &'static str| Traits::of(&Command::parse(line.as_bytes()).unwrap());
/// assert!(may_follow(traits("FETCH 1 FLAGS"), traits("NOOP")));
/// assert!(!may_follow(traits("NOOP"), traits("FETCH 1 FLAGS")));
/// assert!(may_follow(traits("NOOP"), traits("UID FETCH 1 FLAGS")));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Traits(u16);

impl Traits {
    /// Nothing that matters to others.
    pub const NONE: Self = Self(0);
    /// Its arguments hold message sequence numbers.
    pub const USES_NUMBERS: Self = Self(1);
    /// EXPUNGE may come while it is in progress.
    pub const MAY_EXPUNGE: Self = Self(1 << 1);
    /// It is about the open mailbox.
    pub const USES_SELECTED: Self = Self(1 << 2);
    /// It opens or closes a mailbox.
    pub const CHANGES_SELECTED: Self = Self(1 << 3);
    /// What it tells or does depends on flags.
    pub const READS_FLAGS: Self = Self(1 << 4);
    /// It changes flags; FETCH sets `\Seen`.
    pub const CHANGES_FLAGS: Self = Self(1 << 5);
    /// It tells of mailboxes other than the open one.
    pub const READS_MAILBOXES: Self = Self(1 << 6);
    /// It changes them, or what is known about them.
    pub const CHANGES_MAILBOXES: Self = Self(1 << 7);
    /// It adds messages to the open mailbox or removes some.
    pub const CHANGES_MESSAGES: Self = Self(1 << 8);
    /// It sets the search result `$`.
    pub const SAVES_RESULT: Self = Self(1 << 9);
    /// It uses the search result `$`.
    pub const USES_RESULT: Self = Self(1 << 10);
    /// It leads to another state.
    pub const CHANGES_STATE: Self = Self(1 << 11);
    /// What the server offers is another behind it.
    pub const CHANGES_CAPABILITIES: Self = Self(1 << 12);
    /// Nothing is in progress with it: it has a dialogue of its own, or changes what bytes mean.
    pub const ALONE: Self = Self(1 << 13);
    /// Nothing follows it.
    pub const LAST: Self = Self(1 << 14);
    /// It chooses what is told without being asked, and takes the place of what was chosen before.
    pub const CHOOSES_EVENTS: Self = Self(1 << 15);

    /// These and those.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without those.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True when all of `other` are among them.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// True when one of `other` is among them.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What a command needs and does. Where the arguments do not tell for certain, it is more than that.
    #[must_use]
    pub fn of(command: &Command<'_>) -> Self {
        let Some(verb) = command.name() else { return Self::unknown() };
        if !depends_on_arguments(verb) {
            return verb.traits();
        }
        let mut wire = Vec::new();
        command.encode(&mut Encoder::new(&mut wire));
        Self::of_wire(verb, &wire)
    }

    /// The traits of a command that is not known here.
    #[must_use]
    pub const fn unknown() -> Self {
        Self::ALONE
    }

    /// The traits of a command as it is written, its name and what follows.
    pub(crate) fn of_wire(verb: Verb, wire: &[u8]) -> Self {
        let mut traits = verb.traits();
        if !depends_on_arguments(verb) {
            return traits;
        }
        let by_keys = matches!(
            verb,
            Verb::Search
                | Verb::UidSearch
                | Verb::Sort
                | Verb::UidSort
                | Verb::Thread
                | Verb::UidThread
        );
        let arguments = wire.get(verb.as_str().len()..).unwrap_or_default();
        let found = Found::in_arguments(arguments, by_keys);
        match verb {
            Verb::Fetch | Verb::UidFetch if !found.sets_seen => {
                traits = traits.without(Self::CHANGES_FLAGS);
            }
            Verb::Search | Verb::UidSearch if !found.saves => {
                traits = traits.without(Self::SAVES_RESULT);
            }
            _ => {}
        }
        if by_keys && !found.numbers || !by_keys && found.result {
            traits = traits.without(Self::USES_NUMBERS);
        }
        if !found.result {
            traits = traits.without(Self::USES_RESULT);
        }
        traits
    }
}

impl fmt::Debug for Traits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 16] = [
            "USES_NUMBERS",
            "MAY_EXPUNGE",
            "USES_SELECTED",
            "CHANGES_SELECTED",
            "READS_FLAGS",
            "CHANGES_FLAGS",
            "READS_MAILBOXES",
            "CHANGES_MAILBOXES",
            "CHANGES_MESSAGES",
            "SAVES_RESULT",
            "USES_RESULT",
            "CHANGES_STATE",
            "CHANGES_CAPABILITIES",
            "ALONE",
            "LAST",
            "CHOOSES_EVENTS",
        ];
        let mut set = f.debug_set();
        for (bit, name) in NAMES.iter().enumerate() {
            if self.0 >> bit & 1 == 1 {
                set.entry(&format_args!("{name}"));
            }
        }
        set.finish()
    }
}

/// True when `new` may be sent before the answers to `in_flight` came: the traits of all those commands
/// together, [`Traits::NONE`] where there are none.
#[must_use]
pub const fn may_follow(in_flight: Traits, new: Traits) -> bool {
    let selected = Traits::USES_SELECTED.with(Traits::CHANGES_SELECTED);
    in_flight.0 == 0
        || !(in_flight.intersects(Traits::ALONE.with(Traits::LAST))
            || new.intersects(Traits::ALONE)
            || new.intersects(Traits::USES_NUMBERS) && in_flight.intersects(Traits::MAY_EXPUNGE)
            || new.intersects(Traits::CHANGES_SELECTED) && in_flight.intersects(selected)
            || in_flight.intersects(Traits::CHANGES_SELECTED) && new.intersects(selected))
}

/// True when the results of two commands that were received in this order may depend on which is executed
/// first, so that a server finishes `before` before it begins `behind`.
#[must_use]
pub const fn is_ambiguous(before: Traits, behind: Traits) -> bool {
    !may_follow(before, behind) || touches(before, behind) || touches(behind, before)
}

/// True when one changes what the other reads or changes.
const fn touches(one: Traits, other: Traits) -> bool {
    let flags = Traits::READS_FLAGS.with(Traits::CHANGES_FLAGS);
    let mailboxes = Traits::READS_MAILBOXES.with(Traits::CHANGES_MAILBOXES);
    let result = Traits::USES_RESULT.with(Traits::SAVES_RESULT);
    one.intersects(Traits::CHANGES_FLAGS) && other.intersects(flags)
        || one.intersects(Traits::CHANGES_MAILBOXES) && other.intersects(mailboxes)
        || one.intersects(Traits::CHANGES_MESSAGES) && other.intersects(Traits::USES_SELECTED)
        || one.intersects(Traits::SAVES_RESULT) && other.intersects(result)
        || one.intersects(Traits::CHOOSES_EVENTS) && other.intersects(Traits::CHOOSES_EVENTS)
}

/// What every command needs and does, in the order of [`Verb`]. Where its arguments matter, the row has
/// the most that they can ask for, and [`Traits::of`] looks at them.
pub static PIPELINING: [(Verb, Traits); Verb::ALL.len()] = {
    use Verb as V;
    const EXPUNGES: Traits = Traits::MAY_EXPUNGE;
    const READS: Traits = EXPUNGES.with(Traits::READS_MAILBOXES);
    const CHANGES: Traits = EXPUNGES.with(Traits::CHANGES_MAILBOXES);
    const ALONE: Traits = EXPUNGES.with(Traits::ALONE);
    const OPENS: Traits = EXPUNGES.with(Traits::CHANGES_SELECTED).with(Traits::CHANGES_STATE);
    const LOGIN: Traits = ALONE.with(Traits::CHANGES_STATE).with(Traits::CHANGES_CAPABILITIES);
    /// On the open mailbox.
    const OPEN: Traits = Traits::USES_SELECTED;
    const REMOVES: Traits = OPEN
        .with(EXPUNGES)
        .with(Traits::CHANGES_MESSAGES)
        .with(Traits::READS_FLAGS)
        .with(Traits::CHANGES_MAILBOXES);
    const LOOKS: Traits = OPEN.with(Traits::READS_FLAGS).with(Traits::USES_RESULT);
    const SEARCHES: Traits = LOOKS.with(Traits::SAVES_RESULT);
    const FETCHES: Traits = LOOKS.with(Traits::CHANGES_FLAGS);
    const COPIES: Traits = OPEN
        .with(EXPUNGES)
        .with(Traits::READS_FLAGS)
        .with(Traits::CHANGES_MAILBOXES)
        .with(Traits::CHANGES_MESSAGES)
        .with(Traits::USES_RESULT);
    const ADDS: Traits = CHANGES.with(Traits::CHANGES_MESSAGES);
    /// By message sequence numbers.
    const NUMBERS: Traits = Traits::USES_NUMBERS;
    [
        (V::Capability, EXPUNGES),
        (V::Noop, EXPUNGES),
        (V::Logout, EXPUNGES.with(Traits::CHANGES_STATE).with(Traits::LAST)),
        (V::Id, EXPUNGES),
        (V::Language, ALONE),
        (V::StartTls, ALONE.with(Traits::CHANGES_CAPABILITIES)),
        (V::Authenticate, LOGIN),
        (V::Login, LOGIN),
        (V::Enable, ALONE),
        (V::Select, OPENS.with(Traits::READS_MAILBOXES)),
        (V::Examine, OPENS.with(Traits::READS_MAILBOXES)),
        (V::Create, CHANGES),
        (V::Delete, CHANGES),
        (V::Rename, CHANGES),
        (V::Subscribe, CHANGES),
        (V::Unsubscribe, CHANGES),
        (V::List, READS),
        (V::Lsub, READS),
        (V::Xlist, READS),
        (V::Rlist, READS),
        (V::Rlsub, READS),
        (V::Namespace, READS),
        (V::Status, READS.with(Traits::READS_FLAGS)),
        (V::Append, ADDS),
        (V::Idle, ALONE),
        (V::Compress, ALONE),
        (V::Unauthenticate, LOGIN.with(Traits::CHANGES_SELECTED)),
        (V::SetAcl, CHANGES),
        (V::DeleteAcl, CHANGES),
        (V::GetAcl, READS),
        (V::ListRights, READS),
        (V::MyRights, READS),
        (V::GetQuota, READS),
        (V::GetQuotaRoot, READS),
        (V::SetQuota, CHANGES),
        (V::GetMetadata, READS),
        (V::SetMetadata, CHANGES),
        (V::GetAnnotation, READS),
        (V::SetAnnotation, CHANGES),
        (V::Comparator, ALONE),
        (V::Notify, READS.with(Traits::USES_SELECTED).with(Traits::CHOOSES_EVENTS)),
        (V::Esearch, READS.with(LOOKS)),
        (V::Conversions, EXPUNGES),
        (V::GenUrlAuth, READS),
        (V::ResetKey, CHANGES),
        (V::UrlFetch, READS),
        (V::GetJmapAccess, EXPUNGES),
        (V::XApplePushService, EXPUNGES),
        (V::Check, OPEN.with(EXPUNGES)),
        (V::Close, REMOVES.with(OPENS)),
        (V::Unselect, OPENS),
        (V::Expunge, REMOVES),
        (V::Search, SEARCHES.with(NUMBERS)),
        (V::Fetch, FETCHES.with(NUMBERS)),
        (V::Store, FETCHES.with(NUMBERS)),
        (V::Copy, COPIES.with(NUMBERS)),
        (V::Move, COPIES.with(NUMBERS)),
        (V::Sort, SEARCHES.with(NUMBERS)),
        (V::Thread, LOOKS.with(NUMBERS)),
        (V::Replace, REMOVES.with(NUMBERS)),
        (V::Convert, FETCHES.with(NUMBERS)),
        (V::CancelUpdate, OPEN.with(EXPUNGES)),
        (V::UidBatches, OPEN.with(EXPUNGES)),
        (V::UidExpunge, REMOVES.with(Traits::USES_RESULT)),
        (V::UidSearch, SEARCHES.with(EXPUNGES).with(NUMBERS)),
        (V::UidFetch, FETCHES.with(EXPUNGES)),
        (V::UidStore, FETCHES.with(EXPUNGES)),
        (V::UidCopy, COPIES),
        (V::UidMove, COPIES),
        (V::UidSort, SEARCHES.with(EXPUNGES).with(NUMBERS)),
        (V::UidThread, LOOKS.with(EXPUNGES).with(NUMBERS)),
        (V::UidReplace, REMOVES),
        (V::UidConvert, FETCHES.with(EXPUNGES)),
    ]
};

impl Verb {
    /// The most that the command can need and do.
    #[must_use]
    pub fn traits(self) -> Traits {
        // The table is in the order of the enum; a test compares the two.
        PIPELINING[self as usize].1
    }

    /// True for a command by message sequence numbers that has a twin by UID: it cannot be used once
    /// UIDONLY is enabled (RFC 9586 section 3).
    #[must_use]
    pub const fn is_by_number(self) -> bool {
        matches!(
            self,
            Self::Search
                | Self::Fetch
                | Self::Store
                | Self::Copy
                | Self::Move
                | Self::Sort
                | Self::Thread
                | Self::Replace
                | Self::Convert
        )
    }
}

/// True when the row has more than some arguments ask for.
const fn depends_on_arguments(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Search
            | Verb::Fetch
            | Verb::Store
            | Verb::Copy
            | Verb::Move
            | Verb::Sort
            | Verb::Thread
            | Verb::Convert
            | Verb::UidExpunge
            | Verb::UidSearch
            | Verb::UidFetch
            | Verb::UidStore
            | Verb::UidCopy
            | Verb::UidMove
            | Verb::UidSort
            | Verb::UidThread
            | Verb::UidConvert
    )
}

/// What the words of the arguments can mean. A word inside a string is not looked at; one that looks like
/// a sequence set and may be a value counts as a set, so that a command waits rather than goes wrong.
#[derive(Debug, Default)]
struct Found {
    /// A sequence set that may be of message sequence numbers.
    numbers: bool,
    /// `$`.
    result: bool,
    /// `SAVE`.
    saves: bool,
    /// An item of FETCH that sets `\Seen`.
    sets_seen: bool,
}

/// Search keys with values behind them that are no sequence sets of message numbers, and how many.
const VALUED: [(&[u8], u8); 22] = [
    (b"UID", 1),
    (b"LARGER", 1),
    (b"SMALLER", 1),
    (b"OLDER", 1),
    (b"YOUNGER", 1),
    (b"MODSEQ", 1),
    (b"UIDAFTER", 1),
    (b"UIDBEFORE", 1),
    (b"PARTIAL", 1),
    (b"BCC", 1),
    (b"BODY", 1),
    (b"CC", 1),
    (b"FROM", 1),
    (b"SUBJECT", 1),
    (b"TEXT", 1),
    (b"TO", 1),
    (b"KEYWORD", 1),
    (b"UNKEYWORD", 1),
    (b"HEADER", 2),
    (b"X-GM-RAW", 1),
    (b"X-GM-MSGID", 1),
    (b"X-GM-THRID", 1),
];

impl Found {
    /// Looks at arguments, with `keys` at those of a search.
    fn in_arguments(arguments: &[u8], keys: bool) -> Self {
        let mut found = Self::default();
        let (mut rest, mut values) = (arguments, 0_u8);
        while let [first, behind @ ..] = rest {
            if matches!(first, b' ' | b'(' | b')' | b'\r' | b'\n') {
                rest = behind;
                continue;
            }
            let is_value = values > 0;
            values = values.saturating_sub(1);
            rest = match first {
                b'"' => behind_quoted(behind),
                b'{' => behind_literal(behind),
                _ => {
                    let end = rest.iter().position(|octet| b" ()\"\r\n".contains(octet));
                    let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
                    if !is_value {
                        found.word(word);
                        let valued = VALUED.iter().find(|key| word.eq_ignore_ascii_case(key.0));
                        values = valued.filter(|_| keys).map_or(0, |key| key.1);
                    }
                    behind
                }
            };
        }
        found
    }

    fn word(&mut self, word: &[u8]) {
        let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
        let begins =
            |name: &[u8]| word.get(..name.len()).is_some_and(|at| at.eq_ignore_ascii_case(name));
        let set = |octet: &u8| matches!(octet, b'0'..=b'9' | b':' | b',' | b'*');
        self.numbers |= word.iter().all(set);
        self.result |= word == b"$";
        self.saves |= is(b"SAVE");
        self.sets_seen |=
            begins(b"BODY[") || begins(b"BINARY[") || is(b"RFC822") || is(b"RFC822.TEXT");
    }
}

/// What follows a quoted string.
fn behind_quoted(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = match rest {
            [b'\\', _, behind @ ..] => behind,
            [b'"', behind @ ..] => return behind,
            [_, behind @ ..] => behind,
            [] => return &[],
        };
    }
}

/// What follows a literal; its octets stand behind its header.
fn behind_literal(rest: &[u8]) -> &[u8] {
    let digits = rest.iter().take_while(|octet| octet.is_ascii_digit());
    let size = digits.fold(0_usize, |size, digit| {
        size.saturating_mul(10).saturating_add(usize::from(digit.wrapping_sub(b'0')))
    });
    let Some(end) = rest.iter().position(|octet| *octet == b'\n') else { return &[] };
    rest.get(end.saturating_add(1).saturating_add(size)..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
