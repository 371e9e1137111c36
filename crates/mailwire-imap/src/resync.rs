//! Resynchronisation: what a client asks when it comes back to a mailbox, and what changed.
//!
//! | to know | look at |
//! |---|---|
//! | what a client has | [`Cached`], [`match_data`] |
//! | what it asks for | [`Resync::ask`], [`Ask`] |
//! | what it takes from the answers | the methods of [`Resync`] |
//! | what changed in the end | [`Outcome`], [`ToStore`] |
//! | what holds when the connection breaks | [`Certain`] |

use core::num::NonZeroU32;

use crate::element::mod_seq::ModSeq;
use crate::element::sequence::{UidRange, UidSet};
use crate::view::HighestModSeq;
use crate::view::ranges::{NumberRanges, set_of};

mod data;

pub use data::{Ask, Cached, Certain, Completion, Fetched, Outcome, Support, ToStore, match_data};

use data::count;

/// The most ranges of a set in a command, so that its line stays under 8,192 octets (RFC 7162
/// section 4).
const RANGES: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Select,
    Changes,
    Presence,
    Flags,
    Synchronised,
    Invalid,
    Failed,
}

/// The resynchronisation of a client's cache with a mailbox.
///
/// RFC 7162 sections 3.2.5 and 6 (QRESYNC), RFC 4549 sections 4.1 and 6.1 (CONDSTORE, and neither), RFC
/// 9738 (MESSAGELIMIT).
///
/// It is a plain value. [`ask`](Self::ask) tells which command to give; each datum of the answer has a
/// method; [`completed`](Self::completed) takes the tagged response, and then there is another command to
/// give, or an [`outcome`](Self::outcome). Data are told before the tagged response, and codes of the
/// tagged response too.
///
/// | state | asks | ends with | goes to |
/// |---|---|---|---|
/// | Select | SELECT, with QRESYNC or CONDSTORE | OK, UIDVALIDITY other or none | Invalid |
/// | | | OK, the cache is empty | Synchronised |
/// | | | OK, no mod-sequence on one side, or a lower one than in the cache | Flags |
/// | | | OK behind QRESYNC | Synchronised, or Presence of UIDs in both VANISHED and FETCH |
/// | | | OK behind CONDSTORE, a higher mod-sequence | Changes |
/// | | | OK behind CONDSTORE, the same mod-sequence | Presence, or Synchronised where the counts match |
/// | | | BAD | Select with the lesser extension; Failed without one |
/// | | | NO | Failed |
/// | Changes | UID FETCH (FLAGS) (CHANGEDSINCE) | OK | Presence, or Synchronised where the counts match |
/// | | | NO, BAD | Flags |
/// | Presence | UID SEARCH | OK: what was not found is gone | Synchronised |
/// | | | NO, BAD | Flags |
/// | Flags | UID FETCH (FLAGS) | OK: what was not fetched is gone | Synchronised |
/// | | | NO, BAD | Failed |
/// | any | | another UIDVALIDITY | Invalid |
///
/// An answer that MESSAGELIMIT cut short is asked for again, from where it ended. A server that names
/// UIDs which the cache never had is not believed to have changed anything. A UID in both VANISHED
/// (EARLIER) and FETCH is searched for. Behind an EXPUNGE of a message whose UID is not known, all that
/// is left is searched for. The counts match where the cache was complete, UIDNEXT did not move and EXISTS
/// counts as many messages as the cache has.
///
/// # Wire
/// ```text
/// C: A1 SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541))
/// S: * 100 EXISTS
/// S: * OK [UIDVALIDITY 67890007] UIDVALIDITY
/// S: * OK [HIGHESTMODSEQ 90060115205545359] Highest mailbox mod-sequence
/// S: * VANISHED (EARLIER) 41,43:116,118,120:211,214:540
/// S: * 49 FETCH (UID 117 FLAGS (\Seen \Answered) MODSEQ (90060115194045001))
/// S: A1 OK [READ-WRITE] mailbox selected
/// ```
///
/// # Limits
/// Memory: ranges of UIDs in trees, some 30 octets for each range. Flags are not kept. Sets in commands
/// have up to 256 ranges; longer ones become one range that spans them.
///
/// # Errors
/// None: what does not fit is answered by a question that settles it.
///
/// # Example
/// ```
/// use core::num::NonZeroU32;
/// use mailwire_imap::element::mod_seq::ModSeq;
/// use mailwire_imap::element::sequence::UidSet;
/// use mailwire_imap::resync::{Ask, Cached, Completion, Fetched, Outcome, Resync, Support};
///
/// let number = |number| NonZeroU32::new(number).unwrap();
/// let value = |value| ModSeq::new(value).unwrap();
/// let mut resync = Resync::new(
///     Cached {
///         uid_validity: number(7),
///         mod_seq: Some(value(500)),
///         uids: Some(UidSet::parse(b"1:9").unwrap()),
///         complete_below: Some(number(10)),
///         matches: None,
///     },
///     Support::Qresync,
/// );
/// assert!(matches!(resync.ask(), Some(Ask::SelectQresync { .. })));
/// resync.exists(8); // * 8 EXISTS
/// resync.uid_validity(number(7)); // * OK [UIDVALIDITY 7]
/// resync.uid_next(number(11)); // * OK [UIDNEXT 11]
/// resync.highest_mod_seq(value(640)); // * OK [HIGHESTMODSEQ 640]
/// resync.vanished_earlier(&UidSet::parse(b"3:4").unwrap()); // * VANISHED (EARLIER) 3:4
/// assert_eq!(resync.fetched(number(6), Some(value(610))), Fetched::Cached); // * 4 FETCH (UID 6 ...)
/// assert_eq!(resync.to_store(), None);
/// resync.completed(Completion::Ok); // A1 OK
///
/// assert_eq!(resync.ask(), None);
/// let Some(Outcome::Synchronised { vanished, .. }) = resync.outcome() else { panic!() };
/// assert_eq!(vanished.unwrap().to_bytes(), b"3:4");
/// assert_eq!(resync.to_store().unwrap().mod_seq, Some(value(640)));
/// assert_eq!(resync.new_from(), Some(number(10)));
/// ```
#[derive(Debug, Clone)]
pub struct Resync {
    state: State,
    support: Support,
    cached: Cached<'static>,
    known: NumberRanges,
    /// What the command of this state asks about in all, and what of it is not answered yet.
    asked: NumberRanges,
    pending: NumberRanges,
    /// Messages of the cache that the answers of this state show to be there.
    seen: NumberRanges,
    /// Messages of the cache that are gone by VANISHED (EARLIER).
    vanished: NumberRanges,
    /// Messages of the cache that were expunged in this session.
    gone: NumberRanges,
    /// UIDs in both VANISHED (EARLIER) and FETCH.
    doubtful: NumberRanges,
    /// The lowest UID that the answer covers, by MESSAGELIMIT.
    limit: Option<NonZeroU32>,
    /// A message was expunged whose UID is not known, since the last question that would show it.
    unnamed: bool,
    opened: Opened,
}

/// What a server tells of the mailbox.
#[derive(Debug, Clone, Copy, Default)]
struct Opened {
    messages: u32,
    uid_validity: Option<NonZeroU32>,
    uid_next: Option<NonZeroU32>,
    mod_seq: HighestModSeq,
    /// EXISTS came behind SELECT: UIDNEXT is of before.
    grew: bool,
}

impl Resync {
    /// Begins with what is in the cache and what the server offers.
    #[must_use]
    pub fn new(cached: Cached<'_>, support: Support) -> Self {
        let known = cached.uids.as_ref().map(NumberRanges::of).unwrap_or_default();
        let matches = cached.matches.filter(|(numbers, uids)| {
            // Sets that pair nothing would be an error of syntax to some servers.
            !numbers.is_saved() && count(numbers) == Some(uids.count())
        });
        Self {
            state: State::Select,
            support,
            cached: Cached {
                uid_validity: cached.uid_validity,
                mod_seq: cached.mod_seq.filter(|value| *value != ModSeq::ZERO),
                uids: None,
                complete_below: cached.complete_below,
                matches: matches.map(|(numbers, uids)| (numbers.into_owned(), uids.into_owned())),
            },
            known,
            asked: NumberRanges::new(),
            pending: NumberRanges::new(),
            seen: NumberRanges::new(),
            vanished: NumberRanges::new(),
            gone: NumberRanges::new(),
            doubtful: NumberRanges::new(),
            limit: None,
            unnamed: false,
            opened: Opened::default(),
        }
    }

    /// The command to give; `None` where there is an outcome.
    #[must_use]
    pub fn ask(&self) -> Option<Ask> {
        Some(match self.state {
            State::Select => self.select(),
            State::Changes => {
                let uids = in_a_command(&self.pending)?;
                Ask::FetchChanged { uids, since: self.cached.mod_seq? }
            }
            State::Presence => Ask::Search { uids: in_a_command(&self.pending)? },
            State::Flags => Ask::FetchFlags { uids: in_a_command(&self.pending)? },
            State::Synchronised | State::Invalid | State::Failed => return None,
        })
    }

    fn select(&self) -> Ask {
        match (self.support, self.cached.mod_seq, in_a_command(&self.known)) {
            (Support::Qresync, Some(mod_seq), Some(known)) => Ask::SelectQresync {
                uid_validity: self.cached.uid_validity,
                mod_seq,
                known,
                matches: self.cached.matches.clone(),
            },
            (Support::Neither, ..) => Ask::Select,
            // Without anything to compare, the mod-sequence is still wanted for the time after.
            _ => Ask::SelectCondstore,
        }
    }

    /// Takes the code CLOSED: what came before it was about another mailbox.
    pub fn closed(&mut self) {
        if self.state == State::Select {
            self.forget_answers();
        }
    }

    /// Takes EXISTS.
    pub fn exists(&mut self, messages: u32) {
        self.opened.messages = messages;
        self.opened.grew |= self.state != State::Select;
    }

    /// Takes the code UIDVALIDITY.
    pub fn uid_validity(&mut self, value: NonZeroU32) {
        self.opened.uid_validity = Some(value);
        if self.state != State::Select && value != self.cached.uid_validity {
            self.state = State::Invalid;
        }
    }

    /// Takes the code UIDNEXT.
    pub fn uid_next(&mut self, value: NonZeroU32) {
        self.opened.uid_next = Some(value);
    }

    /// Takes the code HIGHESTMODSEQ.
    pub fn highest_mod_seq(&mut self, value: ModSeq) {
        self.opened.mod_seq.told(value);
    }

    /// Takes the code NOMODSEQ.
    pub fn no_mod_seq(&mut self) {
        self.opened.mod_seq.none();
    }

    /// Takes the code MESSAGELIMIT with a UID, from the tagged OK of a UID FETCH or UID SEARCH: the
    /// answer goes down to this UID, and what is below it was left out (RFC 9738).
    pub fn message_limit(&mut self, lowest: NonZeroU32) {
        self.limit = Some(lowest);
    }

    /// Takes VANISHED (EARLIER).
    pub fn vanished_earlier(&mut self, uids: &UidSet<'_>) {
        for (low, high) in uids.ranges().map(UidRange::bounds) {
            for (low, high) in self.seen.within(low, high) {
                self.doubtful.insert(low, high);
            }
            for (low, high) in self.known.within(low, high) {
                self.vanished.insert(low, high);
            }
        }
    }

    /// Takes VANISHED without EARLIER: the messages were expunged in this session.
    pub fn vanished(&mut self, uids: &UidSet<'_>) {
        let all = NumberRanges::of(uids);
        self.opened.messages = self.opened.messages.saturating_sub(all.count());
        for (low, high) in all.iter() {
            for (low, high) in self.known.within(low, high) {
                self.gone.insert(low, high);
            }
        }
    }

    /// Takes EXPUNGE, with the UID of the message where the [`View`](crate::view::View) knows it.
    pub fn expunged(&mut self, uid: Option<NonZeroU32>) {
        self.opened.messages = self.opened.messages.saturating_sub(1);
        match uid.map(NonZeroU32::get) {
            Some(uid) if self.known.contains(uid) => self.gone.insert(uid, uid),
            Some(_) => {}
            None => self.unnamed = true,
        }
    }

    /// Takes FETCH or UIDFETCH with a UID and, where there is one, the mod-sequence. Says what the
    /// response is about; the flags are the caller's to store.
    pub fn fetched(&mut self, uid: NonZeroU32, mod_seq: Option<ModSeq>) -> Fetched {
        let uid = uid.get();
        if let Some(value) = mod_seq {
            self.opened.mod_seq.seen(value);
        }
        if self.gone.contains(uid) {
            return Fetched::Gone;
        }
        if !self.known.contains(uid) {
            return Fetched::New;
        }
        if self.vanished.contains(uid) {
            self.doubtful.insert(uid, uid);
        }
        self.seen.insert(uid, uid);
        Fetched::Cached
    }

    /// Takes what UID SEARCH found, in one SEARCH or ESEARCH response or in several.
    pub fn found(&mut self, uids: &UidSet<'_>) {
        for (low, high) in uids.ranges().map(UidRange::bounds) {
            for (low, high) in self.known.within(low, high) {
                self.seen.insert(low, high);
            }
        }
    }

    /// Takes the tagged response to the command that was given.
    pub fn completed(&mut self, completion: Completion) {
        let told = self.opened.mod_seq.last_told();
        self.opened.mod_seq.completed();
        let limit = self.limit.take();
        match (self.state, completion) {
            (State::Select, Completion::Ok) => self.select_completed(told),
            (State::Select, Completion::Bad) => {
                self.forget_answers();
                match (self.ask(), self.support) {
                    (Some(Ask::SelectQresync { .. }), _) => self.support = Support::Condstore,
                    (_, Support::Qresync | Support::Condstore) => self.support = Support::Neither,
                    (_, Support::Neither) => self.state = State::Failed,
                }
            }
            (State::Select, Completion::No) | (State::Flags, Completion::No | Completion::Bad) => {
                self.state = State::Failed;
            }
            (State::Changes | State::Presence, Completion::No | Completion::Bad) => {
                self.ask_about(State::Flags, self.known.clone());
            }
            (State::Changes | State::Presence | State::Flags, Completion::Ok) => {
                self.answered(limit)
            }
            (State::Synchronised | State::Invalid | State::Failed, _) => {}
        }
    }

    fn select_completed(&mut self, told: Option<ModSeq>) {
        let asked = self.ask();
        if self.opened.uid_validity != Some(self.cached.uid_validity) {
            self.state = State::Invalid;
            return;
        }
        match (told, self.cached.mod_seq) {
            _ if self.known.is_empty() => self.state = State::Synchronised,
            // A lower value than before: the server lost what it knew of changes, so nothing that it
            // tells of them is enough.
            (Some(told), Some(cached)) if told >= cached && self.support != Support::Neither => {
                if matches!(asked, Some(Ask::SelectQresync { .. })) {
                    self.settle();
                } else if told > cached {
                    self.ask_about(State::Changes, self.known.clone());
                } else {
                    self.look_for_the_rest();
                }
            }
            _ => self.ask_about(State::Flags, self.known.clone()),
        }
    }

    /// The command of this state was answered, in full or down to a UID.
    fn answered(&mut self, limit: Option<NonZeroU32>) {
        let lowest = limit.map_or(0, NonZeroU32::get);
        if self.pending.first().is_some_and(|first| first < lowest) {
            if self.pending.last().is_some_and(|last| last < lowest) {
                // The answer ended above all that was asked: asking again would not end.
                self.state = State::Failed;
                return;
            }
            self.pending.remove(lowest, u32::MAX);
            return;
        }
        match self.state {
            State::Changes => self.look_for_the_rest(),
            // What was found may be what went. A message that was fetched has a known UID.
            State::Presence if self.unnamed => {
                self.ask_about(State::Presence, self.known.clone());
            }
            State::Presence | State::Flags => {
                self.vanished.remove_all(&self.asked);
                self.asked.remove_all(&self.seen);
                self.asked.iter().for_each(|(low, high)| self.vanished.insert(low, high));
                self.state = State::Synchronised;
            }
            State::Select | State::Synchronised | State::Invalid | State::Failed => {}
        }
    }

    /// Behind QRESYNC: searches for what is both gone and there.
    fn settle(&mut self) {
        let mut doubtful = core::mem::take(&mut self.doubtful);
        doubtful.remove_all(&self.gone);
        if self.unnamed {
            self.ask_about(State::Presence, self.known.clone());
        } else if doubtful.is_empty() {
            self.state = State::Synchronised;
        } else {
            self.ask_about(State::Presence, doubtful);
        }
    }

    /// Behind CONDSTORE: searches for what is still there, where the counts do not tell.
    fn look_for_the_rest(&mut self) {
        let left = self.known.count().saturating_sub(self.gone.count());
        let complete = self.cached.complete_below;
        // A message that came since could hide one that went.
        let counts = !self.opened.grew && self.opened.messages == left;
        if complete.is_some() && self.opened.uid_next == complete && counts && !self.unnamed {
            self.state = State::Synchronised;
        } else {
            self.ask_about(State::Presence, self.known.clone());
        }
    }

    fn ask_about(&mut self, state: State, mut uids: NumberRanges) {
        uids.remove_all(&self.gone);
        self.state = if uids.is_empty() { State::Synchronised } else { state };
        self.asked = uids.clone();
        self.pending = uids;
        self.seen = NumberRanges::new();
        self.unnamed = false;
    }

    fn forget_answers(&mut self) {
        self.opened = Opened::default();
        self.seen = NumberRanges::new();
        self.vanished = NumberRanges::new();
        self.gone = NumberRanges::new();
        self.doubtful = NumberRanges::new();
        self.unnamed = false;
    }

    /// All messages of the cache that are gone, where the state says that this is known.
    fn all_gone(&self) -> NumberRanges {
        let mut gone = self.gone.clone();
        self.vanished.iter().for_each(|(low, high)| gone.insert(low, high));
        gone
    }

    /// What changed; `None` while there is a command to give.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        match self.state {
            State::Synchronised => {
                let gone = self.all_gone();
                let mut remaining = self.known.clone();
                remaining.remove_all(&gone);
                Some(Outcome::Synchronised {
                    vanished: gone.to_set(),
                    remaining: remaining.to_set(),
                })
            }
            State::Invalid => Some(Outcome::Invalid),
            State::Failed => Some(Outcome::Failed),
            State::Select | State::Changes | State::Presence | State::Flags => None,
        }
    }

    /// What to store beside the messages, when the outcome is stored and not before: a connection that
    /// breaks in between must leave the old mod-sequence, or changes are missed (RFC 7162 section 6).
    ///
    /// `None` while there is a command to give, and when it failed. Where the cache is invalid, the
    /// mod-sequence is right once all messages were fetched.
    #[must_use]
    pub fn to_store(&self) -> Option<ToStore> {
        matches!(self.state, State::Synchronised | State::Invalid).then_some(ToStore {
            uid_validity: self.opened.uid_validity,
            mod_seq: self.opened.mod_seq.value(),
            uid_next: self.opened.uid_next,
        })
    }

    /// Where new messages begin: a client fetches `uid:*` from here on; `None` where there are none, and
    /// without an outcome.
    ///
    /// `uid:*` always names the last message, though its UID be lower: that one is not new. Nor is
    /// another that the cache has.
    #[must_use]
    pub fn new_from(&self) -> Option<NonZeroU32> {
        let first = match self.state {
            State::Invalid => Some(NonZeroU32::MIN),
            State::Synchronised => self
                .cached
                .complete_below
                .or_else(|| NonZeroU32::new(self.known.last().unwrap_or(0).saturating_add(1))),
            _ => None,
        };
        let opened = &self.opened;
        let beyond =
            |first: &NonZeroU32| opened.grew || opened.uid_next.is_none_or(|end| *first < end);
        first.filter(beyond).filter(|_| self.opened.messages > 0)
    }

    /// What holds already, for a client whose connection broke. Flags that came may be stored as well;
    /// mod-sequence and UIDNEXT stay what they were.
    #[must_use]
    pub fn certain(&self) -> Certain {
        let told = self.opened.uid_validity;
        let same = told == Some(self.cached.uid_validity);
        let mod_seq = &self.opened.mod_seq;
        // Which mod-sequence the server has is told by the code, and is the value behind the tagged response.
        let server = mod_seq.last_told().or(mod_seq.value());
        let reliable = server.is_some() && server >= self.cached.mod_seq;
        let mut gone = NumberRanges::new();
        if self.state == State::Synchronised || same && reliable {
            gone = self.vanished.clone();
            gone.remove_all(&self.doubtful);
            if self.state == State::Presence {
                gone.remove_all(&self.asked);
            }
        }
        if same {
            self.gone.iter().for_each(|(low, high)| gone.insert(low, high));
        }
        Certain {
            invalid: self.state == State::Invalid || told.is_some() && !same,
            forget_mod_seq: same && mod_seq.is_none(),
            vanished: gone.to_set(),
        }
    }
}

/// The set for a command; where it is long, the range that spans it. Other messages of that range are
/// told about in vain, and ignored.
fn in_a_command(uids: &NumberRanges) -> Option<UidSet<'static>> {
    if uids.len() <= RANGES {
        return uids.to_set();
    }
    set_of(uids.first().zip(uids.last()).into_iter())
}

#[cfg(test)]
mod tests;
