use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::element::sequence::SequenceSet;

fn nz(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn value(value: u64) -> ModSeq {
    ModSeq::new(value).unwrap()
}

fn uids(text: &str) -> UidSet<'static> {
    UidSet::parse(text.as_bytes()).unwrap().into_owned()
}

fn cached(validity: u32, mod_seq: u64, known: &str, complete: u32) -> Cached<'static> {
    Cached {
        uid_validity: nz(validity),
        mod_seq: Some(value(mod_seq)).filter(|value| *value != ModSeq::ZERO),
        uids: Some(uids(known)),
        complete_below: NonZeroU32::new(complete),
        matches: None,
    }
}

/// What SELECT tells first; 0 for what it does not tell.
fn opened(resync: &mut Resync, messages: u32, validity: u32, next: u32, mod_seq: u64) {
    resync.exists(messages);
    if let Some(value) = NonZeroU32::new(validity) {
        resync.uid_validity(value);
    }
    if let Some(value) = NonZeroU32::new(next) {
        resync.uid_next(value);
    }
    if mod_seq == 0 {
        resync.no_mod_seq();
    } else {
        resync.highest_mod_seq(value(mod_seq));
    }
}

fn vanished(resync: &Resync) -> Vec<u8> {
    match resync.outcome() {
        Some(Outcome::Synchronised { vanished, .. }) => {
            vanished.map_or(Vec::new(), |set| set.to_bytes())
        }
        other => panic!("{other:?}"),
    }
}

/// RFC 7162 section 3.2.5: UIDVALIDITY does not match.
#[test]
fn another_uid_validity() {
    let cached = cached(67_890_007, 20_050_715_194_045_000, "41,43:211,214:541", 0);
    let mut resync = Resync::new(cached, Support::Qresync);
    let Some(Ask::SelectQresync { uid_validity, mod_seq, known, matches: None }) = resync.ask()
    else {
        panic!("{:?}", resync.ask());
    };
    assert_eq!((uid_validity.get(), mod_seq.get()), (67_890_007, 20_050_715_194_045_000));
    assert_eq!(known.to_bytes(), b"41,43:211,214:541");
    opened(&mut resync, 464, 3_857_529_045, 550, 90_060_128_194_045_007);
    assert!(resync.certain().invalid && resync.outcome().is_none());
    resync.completed(Completion::Ok);
    assert_eq!((resync.ask(), resync.outcome()), (None, Some(Outcome::Invalid)));
    assert_eq!(resync.new_from(), Some(nz(1)));
    let store = resync.to_store().unwrap();
    assert_eq!(store.uid_validity, Some(nz(3_857_529_045)));
    assert_eq!(store.mod_seq, Some(value(90_060_128_194_045_007)));
}

/// RFC 7162 section 3.2.5.1.
#[test]
fn quick_resynchronisation() {
    let cached = cached(67_890_007, 90_060_115_194_045_000, "41:211,214:541", 0);
    let mut resync = Resync::new(cached, Support::Qresync);
    // What comes before CLOSED is about the mailbox before.
    resync.exists(3);
    resync.vanished(&uids("41"));
    resync.closed();
    opened(&mut resync, 100, 67_890_007, 600, 90_060_115_205_545_359);
    resync.vanished_earlier(&uids("41,43:116,118,120:211,214:540"));
    for (uid, mod_seq) in [(117, 194_045_001), (119, 194_045_308), (541, 194_045_001)] {
        let mod_seq = value(90_060_115_000_000_000 + mod_seq);
        assert_eq!(resync.fetched(nz(uid), Some(mod_seq)), Fetched::Cached);
    }
    assert_eq!((resync.outcome(), resync.to_store()), (None, None));
    resync.completed(Completion::Ok);
    assert_eq!(resync.ask(), None);
    let Some(Outcome::Synchronised { vanished, remaining }) = resync.outcome() else { panic!() };
    assert_eq!(vanished.unwrap().to_bytes(), b"41,43:116,118,120:211,214:540");
    assert_eq!(remaining.unwrap().to_bytes(), b"42,117,119,541");
    assert_eq!(resync.new_from(), Some(nz(542)));
    assert_eq!(resync.to_store().unwrap().mod_seq, Some(value(90_060_115_205_545_359)));
}

/// RFC 7162 section 3.2.5.2: match data. What does not pair is not sent.
#[test]
fn sequence_match_data() {
    let numbers = SequenceSet::parse(b"5000,7500,9000,9990:9999").unwrap();
    let sample =
        uids("15000,22500,27000,29970,29973,29976,29979,29982,29985,29988,29991,29994,29997");
    let with = |numbers: SequenceSet<'static>| {
        let matches = Some((numbers, sample.clone()));
        Resync::new(Cached { matches, ..cached(7, 5, "1:29997", 0) }, Support::Qresync).ask()
    };
    let Some(Ask::SelectQresync { matches: Some((told, _)), .. }) = with(numbers.clone()) else {
        panic!()
    };
    assert_eq!(told, numbers);
    for odd in [SequenceSet::ALL, SequenceSet::SAVED, SequenceSet::parse(b"1:2").unwrap()] {
        assert!(matches!(with(odd), Some(Ask::SelectQresync { matches: None, .. })));
    }
}

#[test]
fn samples_of_a_cache_pair() {
    for known in ["1", "7:8", "1:3,9", "1:4294967295", "5,7:900,1000:2000,2002"] {
        let (numbers, sample) = match_data(&uids(known)).unwrap();
        let view = crate::view::View::of(&uids(known));
        assert_eq!(view.to_uids(&numbers).known, Some(sample), "{known}");
    }
}

/// RFC 7162 section 6: the code HIGHESTMODSEQ counts, though FETCH tells higher values.
#[test]
fn the_updated_sequence() {
    let cached = cached(3_857_529_045, 20_010_715_194_032_001, "1:198", 199);
    let mut resync = Resync::new(cached, Support::Qresync);
    opened(&mut resync, 172, 3_857_529_045, 201, 20_010_715_194_045_007);
    resync.vanished_earlier(&uids("1:5,7:8,10:15"));
    assert_eq!(resync.fetched(nz(6), Some(value(20_010_715_205_008_000))), Fetched::Cached);
    assert_eq!(resync.fetched(nz(9), Some(value(20_010_715_195_517_000))), Fetched::Cached);
    assert_eq!(resync.fetched(nz(200), Some(value(20_010_715_195_517_000))), Fetched::New);
    resync.completed(Completion::Ok);
    assert_eq!(vanished(&resync), b"1:5,7:8,10:15");
    assert_eq!(resync.new_from(), Some(nz(199)));
    let store = resync.to_store().unwrap();
    assert_eq!(store.mod_seq, Some(value(20_010_715_194_045_007)));
    assert_eq!(store.uid_next, Some(nz(201)));
}

/// RFC 7162 section 3.2.6 example 1, and RFC 4549 section 6.1 example 10.
#[test]
fn condstore_alone() {
    let mut resync = Resync::new(cached(7, 12_345, "300:500", 501), Support::Condstore);
    assert_eq!(resync.ask(), Some(Ask::SelectCondstore));
    opened(&mut resync, 6, 7, 501, 75_403);
    resync.completed(Completion::Ok);
    let since = value(12_345);
    assert_eq!(resync.ask(), Some(Ask::FetchChanged { uids: uids("300:500"), since }));
    for (uid, mod_seq) in [(404, 65_402), (406, 75_403), (408, 29_738)] {
        assert_eq!(resync.fetched(nz(uid), Some(value(mod_seq))), Fetched::Cached);
    }
    resync.completed(Completion::Ok);
    assert_eq!(resync.ask(), Some(Ask::Search { uids: uids("300:500") }));
    resync.found(&uids("404,406:408,410,412"));
    resync.completed(Completion::Ok);
    assert_eq!(vanished(&resync), b"300:403,405,409,411,413:500");
    assert_eq!(
        (resync.new_from(), resync.to_store().unwrap().mod_seq),
        (None, Some(value(75_403)))
    );
}

/// RFC 4549 section 6.1, step 1b: with the same mod-sequence flags are not fetched; and where the
/// counts match nothing is searched for.
#[test]
fn the_same_mod_sequence() {
    for (complete, messages, next, searches) in
        [(10, 9, 10, false), (10, 8, 10, true), (10, 9, 11, true), (0, 9, 10, true)]
    {
        let mut resync = Resync::new(cached(7, 50, "1:9", complete), Support::Condstore);
        opened(&mut resync, messages, 7, next, 50);
        resync.completed(Completion::Ok);
        let search = searches.then(|| Ask::Search { uids: uids("1:9") });
        assert_eq!(resync.ask(), search);
        assert_eq!(resync.outcome().is_none(), searches);
    }
}

/// What went in this session is not asked for.
#[test]
fn expunges_while_it_runs() {
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Condstore);
    opened(&mut resync, 9, 7, 10, 60);
    resync.expunged(Some(nz(9)));
    resync.completed(Completion::Ok);
    assert_eq!(resync.ask(), Some(Ask::FetchChanged { uids: uids("1:8"), since: value(50) }));
    resync.completed(Completion::Ok);
    assert_eq!(vanished(&resync), b"9");
    // One goes whose UID is not known, and another comes: the counts match all the same.
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Condstore);
    opened(&mut resync, 9, 7, 10, 60);
    resync.completed(Completion::Ok);
    resync.expunged(None);
    resync.exists(9);
    resync.completed(Completion::Ok);
    assert_eq!(resync.ask(), Some(Ask::Search { uids: uids("1:9") }));
    resync.found(&uids("1:9"));
    resync.expunged(None);
    resync.completed(Completion::Ok);
    assert_eq!(resync.ask(), Some(Ask::Search { uids: uids("1:9") }));
    resync.found(&uids("1:3,5:7,9"));
    resync.completed(Completion::Ok);
    assert_eq!((vanished(&resync), resync.new_from()), (b"4,8".to_vec(), Some(nz(10))));
}

/// RFC 4549 section 3 and 4.1: a server without either extension.
#[test]
fn neither_extension() {
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Neither);
    assert_eq!(resync.ask(), Some(Ask::Select));
    resync.exists(8);
    resync.uid_validity(nz(7));
    resync.uid_next(nz(12));
    resync.completed(Completion::Ok);
    assert_eq!(resync.ask(), Some(Ask::FetchFlags { uids: uids("1:9") }));
    for uid in [1, 2, 5, 9] {
        assert_eq!(resync.fetched(nz(uid), None), Fetched::Cached);
    }
    resync.expunged(Some(nz(2)));
    assert_eq!(resync.fetched(nz(2), None), Fetched::Gone);
    assert_eq!(resync.certain().vanished, Some(uids("2")));
    resync.completed(Completion::Ok);
    assert_eq!(vanished(&resync), b"2:4,6:8");
    assert_eq!((resync.new_from(), resync.to_store().unwrap().mod_seq), (Some(nz(10)), None));
}

/// RFC 7162 section 3.1.2.2 and 6: NOMODSEQ; and a mod-sequence lower than before.
#[test]
fn mod_sequences_that_say_nothing() {
    for (told, stored) in [(0, None), (49, Some(value(49)))] {
        for support in [Support::Condstore, Support::Qresync] {
            let mut resync = Resync::new(cached(7, 50, "1:9", 10), support);
            opened(&mut resync, 9, 7, 10, told);
            resync.vanished_earlier(&uids("1:3"));
            assert_eq!(resync.certain().vanished, None);
            assert_eq!(resync.certain().forget_mod_seq, told == 0);
            resync.completed(Completion::Ok);
            assert_eq!(resync.ask(), Some(Ask::FetchFlags { uids: uids("1:9") }));
            (1..=9).for_each(|uid| assert_eq!(resync.fetched(nz(uid), None), Fetched::Cached));
            resync.completed(Completion::Ok);
            assert_eq!(vanished(&resync), b"");
            assert_eq!(resync.to_store().unwrap().mod_seq, stored);
        }
    }
    // Nothing was stored: the mod-sequence is wanted for the next time.
    let mut resync = Resync::new(cached(7, 0, "1:9", 10), Support::Qresync);
    assert_eq!(resync.ask(), Some(Ask::SelectCondstore));
    opened(&mut resync, 9, 7, 10, 60);
    resync.completed(Completion::Ok);
    assert!(matches!(resync.ask(), Some(Ask::FetchFlags { .. })));
}

#[test]
fn uids_that_the_cache_never_had() {
    let mut resync = Resync::new(cached(7, 50, "5:9", 0), Support::Qresync);
    opened(&mut resync, 4, 7, 30, 60);
    resync.vanished_earlier(&uids("1:4,6,10:4294967295"));
    resync.completed(Completion::Ok);
    assert_eq!(vanished(&resync), b"6");
}

#[test]
fn uids_in_vanished_and_in_fetch_are_searched_for() {
    for there in [true, false] {
        let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Qresync);
        opened(&mut resync, 8, 7, 10, 60);
        resync.fetched(nz(2), None);
        resync.vanished_earlier(&uids("2:4"));
        resync.fetched(nz(4), None);
        assert_eq!(resync.certain().vanished, Some(uids("3")));
        resync.completed(Completion::Ok);
        assert_eq!(resync.ask(), Some(Ask::Search { uids: uids("2,4") }));
        assert_eq!(resync.certain().vanished, Some(uids("3")));
        if there {
            resync.found(&uids("2,4"));
        }
        resync.completed(Completion::Ok);
        assert_eq!(vanished(&resync), if there { &b"3"[..] } else { b"2:4" });
    }
    // VANISHED without EARLIER leaves no doubt.
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Qresync);
    opened(&mut resync, 8, 7, 10, 60);
    resync.fetched(nz(2), None);
    resync.vanished(&uids("2"));
    resync.completed(Completion::Ok);
    assert_eq!(vanished(&resync), b"2");
}

#[test]
fn a_connection_that_breaks() {
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Qresync);
    resync.exists(7);
    // Before UIDVALIDITY is told nothing is certain.
    resync.vanished_earlier(&uids("3"));
    assert_eq!(resync.certain(), Certain { invalid: false, forget_mod_seq: false, vanished: None });
    opened(&mut resync, 7, 7, 10, 60);
    assert_eq!(resync.certain().vanished, Some(uids("3")));
    assert_eq!((resync.to_store(), resync.new_from()), (None, None));
    // UIDVALIDITY changes while the mailbox is open.
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Condstore);
    opened(&mut resync, 7, 7, 10, 60);
    resync.completed(Completion::Ok);
    resync.uid_validity(nz(8));
    assert_eq!(resync.outcome(), Some(Outcome::Invalid));
}

#[test]
fn commands_that_are_refused() {
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Qresync);
    resync.completed(Completion::Bad);
    assert_eq!(resync.ask(), Some(Ask::SelectCondstore));
    resync.completed(Completion::Bad);
    assert_eq!(resync.ask(), Some(Ask::Select));
    let mut failed = resync.clone();
    failed.completed(Completion::Bad);
    assert_eq!((failed.ask(), failed.outcome()), (None, Some(Outcome::Failed)));
    assert_eq!(failed.to_store(), None);
    for refused in [State::Changes, State::Presence] {
        let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Condstore);
        opened(&mut resync, 7, 7, 10, if refused == State::Changes { 60 } else { 50 });
        resync.completed(Completion::Ok);
        assert_eq!(resync.state, refused);
        resync.completed(Completion::Bad);
        assert_eq!(resync.ask(), Some(Ask::FetchFlags { uids: uids("1:9") }));
        resync.completed(Completion::No);
        assert_eq!(resync.outcome(), Some(Outcome::Failed));
    }
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Qresync);
    resync.completed(Completion::No);
    assert_eq!(resync.outcome(), Some(Outcome::Failed));
}

/// RFC 9738: an answer cut short says nothing about what it left out.
#[test]
fn answers_that_are_cut_short() {
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Neither);
    opened(&mut resync, 9, 7, 10, 0);
    resync.completed(Completion::Ok);
    for (low, high, rest) in [(6, 9, Some("1:5")), (2, 5, Some("1")), (1, 1, None)] {
        (low..=high).for_each(|uid| assert_eq!(resync.fetched(nz(uid), None), Fetched::Cached));
        resync.message_limit(nz(low));
        resync.completed(Completion::Ok);
        assert_eq!(resync.ask(), rest.map(|rest| Ask::FetchFlags { uids: uids(rest) }));
    }
    assert_eq!(vanished(&resync), b"");
    // A limit above all that was asked would be asked for ever.
    let mut resync = Resync::new(cached(7, 50, "1:9", 10), Support::Neither);
    opened(&mut resync, 9, 7, 10, 0);
    resync.completed(Completion::Ok);
    resync.message_limit(nz(10));
    resync.completed(Completion::Ok);
    assert_eq!(resync.outcome(), Some(Outcome::Failed));
}

#[test]
fn an_empty_cache_and_a_long_one() {
    for support in [Support::Neither, Support::Condstore, Support::Qresync] {
        let empty = Cached { uids: None, ..cached(7, 50, "1", 10) };
        let mut resync = Resync::new(empty, support);
        assert!(!matches!(resync.ask(), Some(Ask::SelectQresync { .. })));
        opened(&mut resync, 9, 7, 20, 60);
        resync.completed(Completion::Ok);
        assert_eq!(vanished(&resync), b"");
        assert_eq!(resync.new_from(), Some(nz(10)));
    }
    let long = UidSet::from_uids((1..1000).map(|uid| uid * 2)).unwrap();
    let resync =
        Resync::new(Cached { uids: Some(long), ..cached(7, 50, "1", 0) }, Support::Qresync);
    let Some(Ask::SelectQresync { known, .. }) = resync.ask() else { panic!() };
    assert_eq!(known, uids("2:1998"));
}

/// A server to synchronise with.
#[derive(Debug)]
struct Server {
    validity: u32,
    next: u32,
    highest: u64,
    /// UID, flags, mod-sequence.
    messages: BTreeMap<u32, (u32, u64)>,
    expunged: Vec<(u32, u64)>,
    support: Support,
    /// NOMODSEQ where false.
    persistent: bool,
    /// Names all UIDs that are not there as vanished.
    forgetful: bool,
    limit: usize,
}

#[derive(Debug, Clone)]
enum Event {
    Exists(u32),
    Validity(u32),
    Next(u32),
    Highest(u64),
    NoModSeq,
    Earlier(u32),
    Vanished(u32),
    Fetch(u32, u64),
    Found(u32),
    Limit(u32),
}

impl Server {
    fn change(&mut self, act: u8, pick: u32) {
        let uid = self.messages.keys().copied().nth(pick as usize % self.messages.len().max(1));
        match (act, uid) {
            (0..3, _) => {
                self.highest += 1;
                self.messages.insert(self.next, (pick, self.highest));
                self.next += 1 + pick % 3;
            }
            (3..6, Some(uid)) => {
                self.highest += 1;
                self.messages.insert(uid, (pick, self.highest));
            }
            (6..9, Some(uid)) => {
                self.messages.remove(&uid);
                self.highest += u64::from(self.support == Support::Qresync);
                self.expunged.push((uid, self.highest));
            }
            (9, _) if pick % 3 == 0 => {
                self.validity += 1;
                let old = core::mem::take(&mut self.messages);
                self.messages =
                    old.into_values().zip(1..).map(|(message, uid)| (uid, message)).collect();
                self.next = u32::try_from(self.messages.len()).unwrap() + 1;
                self.expunged.clear();
            }
            // A backup came back: mod-sequences are lower, and flags are others.
            (10, _) => {
                self.highest -= 10_000;
                let highest = self.highest;
                self.messages.values_mut().for_each(|(flags, mod_seq)| {
                    *flags += 1;
                    *mod_seq = highest;
                });
                self.expunged.clear();
            }
            _ => {}
        }
    }

    fn answer(&self, ask: &Ask) -> Vec<Event> {
        let mut events = vec![];
        let changed = |uids: &UidSet<'_>, since: u64| {
            let all = self.messages.iter().map(|(uid, (_, mod_seq))| (*uid, *mod_seq));
            all.filter(|(uid, mod_seq)| uids.contains(*uid) && *mod_seq > since).collect::<Vec<_>>()
        };
        let cut = |mut all: Vec<(u32, u64)>, event: fn((u32, u64)) -> Event| {
            let limited = all.len() > self.limit;
            all.drain(..all.len().saturating_sub(self.limit));
            let limit = all.first().filter(|_| limited).map(|(uid, _)| Event::Limit(*uid));
            all.into_iter().map(event).chain(limit).collect::<Vec<_>>()
        };
        match ask {
            Ask::FetchChanged { uids, since } => {
                // The limit counts what is looked at, not what is told.
                let all = cut(changed(uids, 0), |(uid, mod_seq)| Event::Fetch(uid, mod_seq));
                return all
                    .into_iter()
                    .filter(|event| !matches!(event, Event::Fetch(_, at) if *at <= since.get()))
                    .collect();
            }
            Ask::FetchFlags { uids } => {
                return cut(changed(uids, 0), |(uid, _)| Event::Fetch(uid, 0));
            }
            Ask::Search { uids } => return cut(changed(uids, 0), |(uid, _)| Event::Found(uid)),
            _ => {}
        }
        events.push(Event::Exists(u32::try_from(self.messages.len()).unwrap()));
        events.push(Event::Validity(self.validity));
        events.push(Event::Next(self.next));
        if self.support != Support::Neither {
            events.push(if self.persistent {
                Event::Highest(self.highest)
            } else {
                Event::NoModSeq
            });
        }
        if let Ask::SelectQresync { uid_validity, mod_seq, known, .. } = ask {
            if uid_validity.get() == self.validity && self.persistent {
                let gone = |uid: u32| {
                    let expunged = self
                        .expunged
                        .iter()
                        .any(|(at, value)| *at == uid && *value > mod_seq.get());
                    known.contains(uid)
                        && !self.messages.contains_key(&uid)
                        && (self.forgetful || expunged)
                };
                events.extend((1..self.next).filter(|uid| gone(*uid)).map(Event::Earlier));
                let changed = changed(known, mod_seq.get());
                events.extend(changed.into_iter().map(|(uid, mod_seq)| Event::Fetch(uid, mod_seq)));
            }
        }
        events
    }
}

#[derive(Debug, Default)]
struct Cache {
    validity: u32,
    mod_seq: Option<ModSeq>,
    below: Option<NonZeroU32>,
    messages: BTreeMap<u32, u32>,
}

impl Cache {
    fn forget(&mut self, uids: Option<UidSet<'_>>) {
        if let Some(uids) = uids {
            self.messages.retain(|uid, _| !uids.contains(*uid));
        }
    }

    /// Synchronises; false when the connection broke after so many events.
    fn synchronise(
        &mut self,
        server: &mut Server,
        mut events: usize,
        expunge: Option<u32>,
    ) -> bool {
        let mut resync = Resync::new(
            Cached {
                uid_validity: nz(self.validity),
                mod_seq: self.mod_seq,
                uids: UidSet::from_uids(self.messages.keys().copied()).ok(),
                complete_below: self.below,
                matches: None,
            },
            server.support,
        );
        let (mut commands, mut fetched) = (0, vec![]);
        while let Some(ask) = resync.ask() {
            let mut answer = server.answer(&ask);
            // In the second command a message goes, behind the answer or before it.
            let goes = expunge.filter(|_| commands == 1).and_then(|pick| {
                let at = pick as usize % server.messages.len().max(1);
                server.messages.keys().copied().nth(at)
            });
            if let Some(uid) = goes {
                server.change(6, expunge.unwrap());
                // Before the answer, which then does not have it, or behind.
                let at = if uid % 2 == 0 { answer.len() } else { 0 };
                if at == 0 {
                    answer = server.answer(&ask);
                }
                answer.insert(at, Event::Vanished(uid));
                if uid % 5 < 2 {
                    server.change(0, uid);
                    let messages = u32::try_from(server.messages.len()).unwrap();
                    answer.insert(at + 1, Event::Exists(messages));
                }
            }
            commands += 1;
            assert!(commands < 200, "it ends");
            for event in answer {
                if events == 0 {
                    let certain = resync.certain();
                    if certain.invalid {
                        *self = Self { validity: self.validity, ..Self::default() };
                    }
                    if certain.forget_mod_seq {
                        self.mod_seq = None;
                    }
                    self.forget(certain.vanished);
                    return false;
                }
                events -= 1;
                match event {
                    Event::Exists(messages) => resync.exists(messages),
                    Event::Validity(value) => resync.uid_validity(nz(value)),
                    Event::Next(value) => resync.uid_next(nz(value)),
                    Event::Highest(highest) => resync.highest_mod_seq(value(highest)),
                    Event::NoModSeq => resync.no_mod_seq(),
                    Event::Earlier(uid) => {
                        resync.vanished_earlier(&UidSet::from_uids([uid]).unwrap())
                    }
                    // A view knows the UIDs of what was fetched.
                    Event::Vanished(uid) if uid % 3 == 0 => {
                        resync.expunged(Some(nz(uid)).filter(|_| fetched.contains(&uid)));
                    }
                    Event::Vanished(uid) => resync.vanished(&UidSet::from_uids([uid]).unwrap()),
                    Event::Fetch(uid, mod_seq) => {
                        fetched.push(uid);
                        let mod_seq = Some(value(mod_seq)).filter(|value| *value != ModSeq::ZERO);
                        if resync.fetched(nz(uid), mod_seq) == Fetched::Cached {
                            // A message that went in the meantime has no flags any more.
                            if let Some((flags, _)) = server.messages.get(&uid) {
                                self.messages.insert(uid, *flags);
                            }
                        }
                    }
                    Event::Found(uid) => resync.found(&UidSet::from_uids([uid]).unwrap()),
                    Event::Limit(uid) => resync.message_limit(nz(uid)),
                }
            }
            resync.completed(Completion::Ok);
        }
        match resync.outcome().unwrap() {
            Outcome::Invalid => self.messages.clear(),
            Outcome::Synchronised { vanished, remaining } => {
                self.forget(vanished);
                let left = self.messages.keys().copied();
                assert_eq!(remaining, UidSet::from_uids(left).ok());
            }
            Outcome::Failed => panic!("{server:?}"),
        }
        if let Some(first) = resync.new_from() {
            let new = server.messages.range(first.get()..);
            self.messages.extend(new.map(|(uid, (flags, _))| (*uid, *flags)));
        }
        let store = resync.to_store().unwrap();
        self.validity = store.uid_validity.unwrap().get();
        (self.mod_seq, self.below) = (store.mod_seq, store.uid_next);
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever a server offers and whenever the connection breaks, a cache that was synchronised is as
    /// the mailbox is.
    #[test]
    fn the_cache_becomes_as_the_mailbox(
        support in prop_oneof![Just(Support::Neither), Just(Support::Condstore), Just(Support::Qresync)],
        flags in (0..4_u8, any::<bool>(), 1..9_usize),
        rounds in proptest::collection::vec(
            (
                proptest::collection::vec((0..11_u8, 0..1000_u32), 0..12),
                prop_oneof![3 => Just(usize::MAX), 1 => 0..12_usize],
                proptest::option::of(0..50_u32),
            ),
            1..12,
        ),
    ) {
        let (persistent, forgetful, limit) = flags;
        let mut server = Server {
            validity: 1, next: 1, highest: 1_000_000, messages: BTreeMap::new(), expunged: vec![],
            support, persistent: persistent > 0, forgetful, limit,
        };
        let mut cache = Cache { validity: 1, ..Cache::default() };
        for (changes, breaks, expunge) in rounds {
            let mut restored = false;
            for (act, pick) in changes {
                // Lower mod-sequences are seen as such only before they have grown again.
                if act != 10 || !core::mem::replace(&mut restored, true) {
                    server.change(act, pick);
                }
            }
            if cache.synchronise(&mut server, breaks, expunge) {
                let there: BTreeMap<u32, u32> =
                    server.messages.iter().map(|(uid, (flags, _))| (*uid, *flags)).collect();
                prop_assert_eq!(&cache.messages, &there);
            }
        }
    }
}
