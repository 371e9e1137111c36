use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;

fn nz(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn uids(text: &str) -> UidSet<'static> {
    UidSet::parse(text.as_bytes()).unwrap().into_owned()
}

fn numbers(text: &str) -> SequenceSet<'static> {
    SequenceSet::parse(text.as_bytes()).unwrap().into_owned()
}

/// The view as it is thought of: a UID, or none, for each message.
#[derive(Debug, Clone, Default)]
struct Model(Vec<Option<u32>>);

impl Model {
    /// The nearest known messages before and behind an index, with their index.
    fn around(&self, index: usize) -> ((i64, i64), Option<(i64, i64)>) {
        let known = |at: usize| self.0[at].map(|uid| (at as i64, i64::from(uid)));
        let before = (0..index).rev().find_map(known).unwrap_or((-1, 0));
        (before, (index + 1..self.0.len()).find_map(known))
    }

    fn may_have(&self, index: usize, uid: u32) -> bool {
        let (before, behind) = self.around(index);
        let (at, uid) = (index as i64, i64::from(uid));
        uid - before.1 >= at - before.0
            && behind.is_none_or(|behind| behind.1 - uid >= behind.0 - at)
    }

    /// Fills in what can be one UID only.
    fn deduce(&mut self) {
        for index in 0..self.0.len() {
            let ((before, low), behind) = self.around(index);
            if let (None, Some((behind, high))) = (self.0[index], behind) {
                if high - low == behind - before {
                    self.0[index] = Some(u32::try_from(low + index as i64 - before).unwrap());
                }
            }
        }
    }

    fn fetched(&mut self, number: u32, uid: u32) -> bool {
        let Some(index) = (number as usize).checked_sub(1).filter(|at| *at < self.0.len()) else {
            return false;
        };
        let good = self.0[index].map_or_else(|| self.may_have(index, uid), |known| known == uid);
        if good {
            self.0[index] = Some(uid);
            self.deduce();
        }
        good
    }

    fn listed(&mut self, all: &[u32]) -> bool {
        let fits = self.0.iter().zip(all).enumerate().all(|(index, (known, uid))| {
            known.map_or_else(|| self.may_have(index, *uid), |known| known == *uid)
        });
        if fits && all.len() <= self.0.len() {
            self.0.iter_mut().zip(all).for_each(|(known, uid)| *known = Some(*uid));
            self.deduce();
            return true;
        }
        false
    }

    /// How many of the UIDs named no message.
    fn vanished(&mut self, uids: &[u32]) -> u32 {
        let mut absent = 0;
        let (known, unknown): (Vec<u32>, Vec<u32>) =
            uids.iter().partition(|uid| self.0.contains(&Some(**uid)));
        for uid in unknown {
            let behind = self.0.iter().rposition(|known| known.is_some_and(|known| known < uid));
            let at = behind.map_or(0, |behind| behind + 1);
            if self.0.get(at) == Some(&None) {
                self.0.remove(at);
            } else {
                absent += 1;
            }
        }
        self.0.retain(|uid| uid.is_none_or(|uid| !known.contains(&uid)));
        absent
    }
}

fn agree(view: &View, model: &Model) {
    view.runs.check();
    assert_eq!(view.messages() as usize, model.0.len());
    for (index, uid) in model.0.iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap();
        assert_eq!(view.uid(number).map(NonZeroU32::get), *uid, "{number} of {model:?}");
        if let Some(uid) = uid {
            assert_eq!(view.sequence(nz(*uid)), Some(nz(number)));
        }
    }
    assert_eq!((view.uid(0), view.uid(view.messages() + 1)), (None, None));
    let known: Vec<u32> = model.0.iter().copied().flatten().collect();
    let told = view.uids().flat_map(|range| range.first.get()..=range.last.get());
    assert_eq!(told.collect::<Vec<_>>(), known);
    let all = view.to_uids(&SequenceSet::ALL);
    assert_eq!(all.beyond, model.0.is_empty());
    assert_eq!(all.known.map_or(0, |set| set.count()), known.len() as u64);
    assert_eq!(all.unknown, view.unknown());
}

/// What is known of each UID, of messages and of gaps.
fn agree_on_uids(view: &View, model: &Model) {
    let known: Vec<u32> = model.0.iter().copied().flatten().collect();
    for uid in 1..80 {
        assert_eq!(view.contains(nz(uid)), known.contains(&uid));
        let told = view.to_sequences(&UidSet::from_uids([uid]).unwrap());
        let number = model.0.iter().position(|known| *known == Some(uid));
        assert_eq!(
            told.known.map(|set| set.to_bytes()),
            number.map(|at| (at + 1).to_string().into_bytes())
        );
        let may =
            (0..model.0.len()).any(|index| model.0[index].is_none() && model.may_have(index, uid));
        assert!(!may || told.unknown.is_some(), "{uid} in {model:?}");
    }
}

#[derive(Debug, Clone)]
enum Op {
    Exists(u32),
    Expunge(u32),
    Fetched(u32, u32),
    Vanished(Vec<u32>),
    Listed(Vec<u32>),
    BeginsWith(Vec<u32>),
    Arrived(u32),
    Restart(u32),
}

fn op() -> impl Strategy<Value = Op> {
    let set = || {
        proptest::collection::btree_set(1..60_u32, 1..12)
            .prop_map(|set| set.into_iter().collect::<Vec<_>>())
    };
    prop_oneof![
        2 => (0..6_u32).prop_map(Op::Exists),
        4 => (0..24_u32).prop_map(Op::Expunge),
        8 => (0..24_u32, 1..60_u32).prop_map(|(number, uid)| Op::Fetched(number, uid)),
        3 => set().prop_map(Op::Vanished),
        1 => (1..50_u32, 1..8_u32).prop_map(|(low, len)| Op::Vanished((low..low + len).collect())),
        1 => set().prop_map(Op::Listed),
        1 => set().prop_map(Op::BeginsWith),
        1 => (1..70_u32).prop_map(Op::Arrived),
        1 => (0..24_u32).prop_map(Op::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn it_agrees_with_a_list(ops in proptest::collection::vec(op(), 0..80)) {
        let (mut view, mut model) = (View::new(), Model::default());
        for op in ops {
            let before = model.clone();
            match op {
                Op::Exists(more) if more == 0 && !model.0.is_empty() => {
                    let told = view.messages() - 1;
                    let messages = view.messages();
                    prop_assert_eq!(view.exists(told), Err(Contradiction::Shrunk { messages, told }));
                }
                Op::Exists(more) => {
                    model.0.resize(model.0.len() + more as usize, None);
                    prop_assert_eq!(view.exists(view.messages() + more), Ok(()));
                }
                Op::Expunge(number) => {
                    let index = (number as usize).checked_sub(1).filter(|at| *at < model.0.len());
                    let uid = index.map(|index| model.0.remove(index));
                    let told = view.expunge(number).ok().map(|uid| uid.map(NonZeroU32::get));
                    prop_assert_eq!(told, uid);
                }
                Op::Fetched(number, uid) => {
                    let told = view.fetched(number, nz(uid));
                    prop_assert_eq!(told.is_ok(), model.fetched(number, uid), "{:?} in {:?}", told, before);
                }
                Op::Vanished(set) => {
                    let absent = model.vanished(&set);
                    match view.vanished(&UidSet::from_uids(set).unwrap()) {
                        Ok(()) => prop_assert_eq!(absent, 0),
                        Err(Contradiction::NoSuchUid { count, .. }) => prop_assert_eq!(absent, count),
                        Err(error) => prop_assert!(false, "{:?}", error),
                    }
                }
                Op::Listed(set) => {
                    let fits = set.len() == model.0.len() && model.listed(&set);
                    let told = view.listed(&UidSet::from_uids(set).unwrap());
                    prop_assert_eq!(told.is_ok(), fits);
                }
                Op::BeginsWith(set) => {
                    let fits = model.listed(&set);
                    let told = view.begins_with(&UidSet::from_uids(set.clone()).unwrap());
                    prop_assert_eq!(told.is_ok(), fits, "{:?} {:?} in {:?}", set, told, before);
                }
                Op::Arrived(uid) => {
                    model.0.push(None);
                    let number = u32::try_from(model.0.len()).unwrap();
                    let fits = model.fetched(number, uid);
                    if !fits {
                        model.0.pop();
                    }
                    prop_assert_eq!(view.arrived(nz(uid)).is_ok(), fits);
                }
                Op::Restart(messages) => {
                    view.restart(messages);
                    model = Model(vec![None; messages as usize]);
                }
            }
            agree(&view, &model);
        }
        agree_on_uids(&view, &model);
    }

    /// Without numbers, the view is a set of UIDs and a count.
    #[test]
    fn without_numbers(ops in proptest::collection::vec(op(), 0..60)) {
        let (mut view, mut known, mut apart) = (View::uid_only(), alloc::collections::BTreeSet::new(), 0_u32);
        for op in ops {
            match op {
                Op::Exists(more) => {
                    apart += more;
                    view.exists(view.messages() + more).unwrap();
                }
                Op::Expunge(number) => {
                    prop_assert_eq!(view.expunge(number), Err(Contradiction::Numbered));
                }
                Op::Fetched(_, uid) => {
                    let fits = known.contains(&uid) || apart > 0;
                    apart -= u32::from(fits && known.insert(uid));
                    prop_assert_eq!(view.uid_fetched(nz(uid)).is_ok(), fits);
                }
                Op::Vanished(set) => {
                    let gone = set.iter().filter(|uid| known.remove(uid)).count();
                    let unknown = u32::try_from(set.len() - gone).unwrap();
                    let told = view.vanished(&UidSet::from_uids(set).unwrap());
                    prop_assert_eq!(told.is_ok(), unknown <= apart);
                    apart = apart.saturating_sub(unknown);
                }
                Op::Listed(set) => {
                    let fits = set.len() == known.len() + apart as usize;
                    prop_assert_eq!(view.listed(&UidSet::from_uids(set.clone()).unwrap()).is_ok(), fits);
                    if fits {
                        known = set.into_iter().collect();
                        apart = 0;
                    }
                }
                Op::BeginsWith(_) => {}
                Op::Arrived(uid) => {
                    let fits = known.last().is_none_or(|last| *last < uid);
                    prop_assert_eq!(view.arrived(nz(uid)).is_ok(), fits);
                    if fits {
                        known.insert(uid);
                    }
                }
                Op::Restart(messages) => {
                    view.restart(messages);
                    known.clear();
                    apart = messages;
                }
            }
            view.runs.check();
            prop_assert_eq!(view.messages() as usize, known.len() + apart as usize);
            let told = view.uids().flat_map(|range| range.first.get()..=range.last.get());
            prop_assert_eq!(told.collect::<Vec<_>>(), known.iter().copied().collect::<Vec<_>>());
        }
    }
}

/// Numbers that look random and are the same each time.
fn random(seed: &mut u64) -> u32 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    u32::try_from(*seed >> 33).unwrap()
}

#[test]
fn a_large_mailbox_without_gaps_is_one_run() {
    let mut view = View::new();
    view.exists(100_000).unwrap();
    assert!(view.runs.check().1 <= 32);
    for number in 1..=100_000 {
        view.fetched(number, nz(number + 5)).unwrap();
    }
    assert_eq!((view.runs().count(), view.runs.check().0), (1, 1));
    assert!(view.runs.check().1 <= 32, "{:?}", view.runs.check());
}

#[test]
fn random_expunges_of_a_million_take_few_steps() {
    const MESSAGES: u32 = 1_000_000;
    let mut view = View::of(&uids("1:1000000"));
    let (mut seed, mut most) = (9, 0);
    for expunged in 0..300_000 {
        view.runs.steps.set(0);
        let number = random(&mut seed) % (MESSAGES - expunged) + 1;
        assert!(view.expunge(number).unwrap().is_some());
        most = most.max(view.runs.steps.get());
    }
    let runs = view.runs().count();
    let (depth, octets) = view.runs.check();
    assert!((200_000..220_000).contains(&runs), "{runs}");
    // One edit and a handful of lookups, each a few nodes of up to 62 entries deep.
    assert!(most <= 1_000, "{most}");
    assert!(depth <= 4 && octets < 3_500_000, "{depth} {octets}");
    // A lookup looks at a few nodes.
    view.runs.steps.set(0);
    for _ in 0..1000 {
        let number = random(&mut seed) % view.messages() + 1;
        let uid = view.uid(number).unwrap();
        assert_eq!(view.sequence(uid), Some(nz(number)));
    }
    assert!(view.runs.steps.get() < 1000 * 400, "{}", view.runs.steps.get());
}

#[test]
fn a_deep_tree_agrees_with_a_list_and_shrinks() {
    let (mut view, mut seed) = (View::new(), 5);
    // The UID of each message, and whether the view was told.
    let mut list: Vec<(u32, bool)> = (0..6_000).map(|at| (at * 2 + 1, false)).collect();
    view.exists(6_000).unwrap();
    let mut op = 0;
    while list.len() > 3 {
        op += 1;
        let at = random(&mut seed) as usize % list.len();
        let number = u32::try_from(at + 1).unwrap();
        let grows = op < 30_000;
        match random(&mut seed) % 8 {
            0..4 if grows => {
                view.fetched(number, nz(list[at].0)).unwrap();
                list[at].1 = true;
            }
            4 if grows => {
                let uid = list.last().unwrap().0 + 1 + random(&mut seed) % 2;
                view.arrived(nz(uid)).unwrap();
                list.push((uid, true));
            }
            5 => {
                let part = &list[at..list.len().min(at + 5)];
                view.vanished(&UidSet::from_uids(part.iter().map(|part| part.0)).unwrap()).unwrap();
                list.drain(at..list.len().min(at + 5));
            }
            _ => {
                view.expunge(number).unwrap();
                list.remove(at);
            }
        }
        if op % 600 == 0 {
            view.runs.check();
            for (at, (uid, told)) in list.iter().enumerate() {
                let number = u32::try_from(at + 1).unwrap();
                let known = view.uid(number).map(NonZeroU32::get);
                assert!(known == Some(*uid) || known.is_none() && !told);
                assert_eq!(view.sequence(nz(*uid)).is_some(), known.is_some());
            }
            assert_eq!(view.messages() as usize, list.len());
        }
    }
    assert!(view.runs.check().1 <= 1024, "{:?}", view.runs.check());
}

#[test]
fn random_fetches_fill_a_large_mailbox() {
    const MESSAGES: u32 = 60_000;
    let mut view = View::new();
    view.exists(MESSAGES).unwrap();
    let (mut seed, mut most) = (77, 0);
    for _ in 0..MESSAGES {
        let number = random(&mut seed) % MESSAGES + 1;
        view.runs.steps.set(0);
        // Odd UIDs: no two make a run.
        view.fetched(number, nz(number * 2 - 1)).unwrap();
        most = most.max(view.runs.steps.get());
    }
    view.runs.check();
    assert!(most <= 3_000, "{most}");
    // Read in order, nodes are full.
    let mut view = View::new();
    view.exists(MESSAGES).unwrap();
    for number in 1..=MESSAGES {
        view.fetched(number, nz(number * 2 - 1)).unwrap();
    }
    let octets = view.runs.check().1;
    assert!(octets <= MESSAGES as usize * 10, "{octets}");
}

#[test]
fn what_can_be_one_uid_only_is_known() {
    let mut view = View::new();
    view.exists(5).unwrap();
    view.fetched(3, nz(3)).unwrap();
    assert_eq!((view.uid(1), view.uid(2)), (Some(nz(1)), Some(nz(2))));
    view.fetched(5, nz(5)).unwrap();
    assert_eq!(view.uid(4), Some(nz(4)));
    assert_eq!(view.runs().count(), 1);
}

#[test]
fn contradictions() {
    use Contradiction::*;
    let mut view = View::new();
    view.exists(4).unwrap();
    assert_eq!(view.exists(3), Err(Shrunk { messages: 4, told: 3 }));
    assert_eq!(view.expunge(5), Err(NoSuchNumber { number: 5, messages: 4 }));
    assert_eq!(view.expunge(0), Err(NoSuchNumber { number: 0, messages: 4 }));
    view.fetched(2, nz(10)).unwrap();
    assert_eq!(view.fetched(2, nz(11)), Err(OtherUid { number: 2 }));
    assert_eq!(view.fetched(1, nz(10)), Err(NotAscending { number: 1 }));
    // Message 3 has to fit between.
    assert_eq!(view.fetched(4, nz(11)), Err(NotAscending { number: 4 }));
    // Only one message is below UID 10.
    assert_eq!(view.vanished(&uids("3:5")), Err(NoSuchUid { uid: 3, count: 2 }));
    assert_eq!((view.messages(), view.sequence(nz(10))), (3, Some(nz(1))));
    assert_eq!(view.listed(&uids("10:11")), Err(OtherCount { messages: 3, told: 2 }));
    assert_eq!(view.listed(&uids("11:13")), Err(OtherUid { number: 1 }));
    assert_eq!(view.fetched(3, nz(u32::MAX)), Ok(()));
    assert_eq!(view.arrived(nz(u32::MAX)), Err(NotAscending { number: 4 }));
    assert_eq!(view.messages(), 3);
    view.exists(u32::MAX).unwrap();
    view.vanished(&uids("1:4294967295")).unwrap_err();
    assert_eq!(view.exists(0), Err(Shrunk { messages: view.messages(), told: 0 }));
    view.restart(2);
    assert_eq!((view.messages(), view.uid(1)), (2, None));
}

#[test]
fn sets() {
    let mut view = View::of(&uids("504:505,507:508,510,625"));
    let told = view.to_uids(&numbers("*,2:3,9"));
    assert_eq!(told.known.unwrap().to_bytes(), b"505,507,625");
    assert!(told.beyond && told.unknown.is_none());
    assert_eq!(view.to_sequences(&uids("1:505,625")).known.unwrap().to_bytes(), b"1:2,6");
    assert_eq!(view.to_sequences(&uids("1:503")), Sequences::default());
    assert_eq!(view.named_uids(&numbers("510:*")).unwrap().to_bytes(), b"510,625");
    assert_eq!(view.named_uids(&numbers("9999:*")).unwrap().to_bytes(), b"625");
    assert_eq!(view.uid_next(), Some(nz(626)));
    // A message that is expunged leaves the saved result.
    view.save(Some(&uids("505,510,625")));
    view.expunge(2).unwrap();
    assert_eq!(view.to_uids(&SequenceSet::SAVED).known.unwrap().to_bytes(), b"510,625");
    view.exists(8).unwrap();
    let told = view.to_sequences(&uids("510,600,700"));
    assert_eq!(told.known.unwrap().to_bytes(), b"4");
    assert_eq!(told.unknown.unwrap().to_bytes(), b"700");
    assert_eq!(view.vanished_earlier(&uids("1:507,509")).unwrap().to_bytes(), b"504,507");
    assert!(!view.set_uid_validity(nz(1)) && view.set_uid_validity(nz(2)));
    assert_eq!((view.unknown().unwrap().to_bytes(), view.saved()), (b"1:8".to_vec(), None));
    let empty = View::new();
    assert_eq!(empty.to_uids(&numbers("*")), Uids::default());
    assert!(empty.to_uids(&numbers("1:*")).beyond);
}

/// RFC 7162 section 3.2.10.2: the same expunges with and without QRESYNC.
#[test]
fn expunges_are_told_in_both_forms() {
    let messages = uids("1,504,505,507,508,509,510,601,602,603,625");
    for vanished in [false, true] {
        let (mut view, mut held) = (View::of(&messages), Held::new());
        held.use_vanished(vanished);
        for uid in [625, 505, 510, 507] {
            held.expunged(&view, nz(uid), None);
        }
        let told: Vec<_> = held.release(&mut view, true).collect();
        if vanished {
            assert_eq!(told, [Update::Vanished(uids("505,507,510,625"))]);
        } else {
            assert_eq!(told, [3, 3, 5, 8].map(|number| Update::Expunge(nz(number))));
        }
        assert_eq!((view.messages(), held.is_empty()), (7, true));
    }
}

/// RFC 7162 section 6: VANISHED with a lower mod-sequence is delayed.
#[test]
fn held_expunges_limit_the_mod_sequence() {
    let value = |value| ModSeq::new(value).unwrap();
    let (mut view, mut held) = (View::of(&uids("6:8")), Held::new());
    held.use_vanished(true);
    held.expunged(&view, nz(8), Some(value(100)));
    held.changed(&view, nz(8));
    held.changed(&view, nz(7));
    let told: Vec<_> = held.release(&mut view, false).collect();
    assert_eq!(told, [Update::Fetch { number: Some(nz(2)), uid: nz(7) }]);
    assert_eq!(held.mod_seq_limit(), Some(value(99)));
    assert_eq!(held.release(&mut view, true).next(), Some(Update::Vanished(uids("8"))));
    assert_eq!(held.mod_seq_limit(), None);
}

#[test]
fn what_was_never_told_is_not_taken_back() {
    let (mut view, mut held) = (View::of(&uids("1:3")), Held::new());
    assert!(held.arrived(&view, nz(3)).is_err());
    held.arrived(&view, nz(4)).unwrap();
    held.arrived(&view, nz(5)).unwrap();
    held.changed(&view, nz(4));
    held.expunged(&view, nz(4), None);
    held.expunged(&view, nz(77), None);
    held.recent(1);
    let told: Vec<_> = held.release(&mut view, true).collect();
    assert_eq!(told, [Update::Exists(4), Update::Recent(1)]);
    assert_eq!((view.uid(4), view.uid_next()), (Some(nz(5)), Some(nz(6))));
}

/// RFC 9586: there are no numbers to tell.
#[test]
fn without_numbers_all_is_told_by_uid() {
    let (mut view, mut held) = (View::uid_only(), Held::new());
    view.exists(3).unwrap();
    view.listed(&uids("4,6,8")).unwrap();
    held.expunged(&view, nz(6), None);
    held.changed(&view, nz(8));
    held.arrived(&view, nz(9)).unwrap();
    let told: Vec<_> = held.release(&mut view, true).collect();
    let fetch = Update::Fetch { number: None, uid: nz(8) };
    assert_eq!(told, [Update::Vanished(uids("6")), Update::Exists(3), fetch]);
    assert_eq!((view.uid(1), view.sequence(nz(8)), view.messages()), (None, None, 3));
    view.save(Some(&uids("6:8")));
    assert_eq!(view.to_uids(&SequenceSet::SAVED).known, Some(uids("8")));
    assert_eq!(view.to_uids(&SequenceSet::ALL), Uids::default());
}

#[test]
fn long_sets_are_told_in_parts() {
    let mut view = View::of(&uids("1:2000"));
    let mut held = Held::new();
    held.use_vanished(true);
    (1..=1000).for_each(|uid| held.expunged(&view, nz(uid * 2), None));
    let told: Vec<_> = held.release(&mut view, true).take(2).collect();
    assert!(told.iter().all(|part| matches!(part, Update::Vanished(set) if set.len() == 256)));
    assert_eq!(view.messages(), 2000 - 512);
    assert!(held.holds_expunge());
    assert_eq!(held.release(&mut view, true).count(), 2);
    assert_eq!(view.messages(), 1000);
}

/// RFC 7162 section 6.
#[test]
fn the_mod_sequence_to_store() {
    let value = |value| ModSeq::new(value).unwrap();
    let mut highest = HighestModSeq::new(Some(value(96)));
    highest.seen(value(103));
    highest.seen(value(101));
    highest.told(value(99));
    highest.completed();
    assert_eq!(highest.value(), Some(value(99)));
    highest.seen(value(104));
    highest.told(value(99));
    highest.completed();
    assert_eq!(highest.value(), Some(value(99)));
    highest.told(value(104));
    highest.completed();
    highest.seen(value(90));
    highest.completed();
    assert_eq!(highest.value(), Some(value(104)));
    highest.seen(value(110));
    highest.completed();
    assert_eq!(highest.value(), Some(value(110)));
    highest.none();
    highest.seen(value(120));
    highest.completed();
    assert_eq!((highest.value(), highest.is_none()), (None, true));
}

proptest! {
    /// A client that hears what a server releases numbers the messages as the server does.
    #[test]
    fn both_sides_agree(
        vanished in any::<bool>(),
        acts in proptest::collection::vec((0..5_u8, 0..40_u32), 0..120),
    ) {
        let (mut server, mut held) = (View::of(&uids("2:9,20:25")), Held::new());
        held.use_vanished(vanished);
        let mut client = server.clone();
        let mut arriving = 40;
        // What is in the mailbox, told or not.
        let mut there: alloc::collections::BTreeSet<u32> = (2..=9).chain(20..=25).collect();
        for (act, pick) in acts {
            let uid = server.uid(pick % server.messages().max(1) + 1);
            match (act, uid) {
                (0, Some(uid)) => {
                    there.remove(&uid.get());
                    held.expunged(&server, uid, None);
                }
                (1, Some(uid)) => held.changed(&server, uid),
                (2, _) => {
                    arriving += 1 + pick % 3;
                    held.arrived(&server, nz(arriving)).unwrap();
                    if pick % 5 == 0 {
                        held.expunged(&server, nz(arriving), None);
                    } else {
                        there.insert(arriving);
                    }
                }
                _ => {
                    let expunge = act == 4;
                    for update in held.release(&mut server, expunge) {
                        match update {
                            Update::Expunge(number) => {
                                prop_assert!(expunge && !vanished);
                                client.expunge(number.get()).unwrap();
                            }
                            Update::Vanished(set) => {
                                prop_assert!(expunge && vanished);
                                client.vanished(&set).unwrap();
                            }
                            Update::Exists(messages) => client.exists(messages).unwrap(),
                            Update::Recent(_) => {}
                            Update::Fetch { number, uid } => {
                                prop_assert!(there.contains(&uid.get()));
                                client.fetched(number.unwrap().get(), uid).unwrap();
                            }
                        }
                    }
                    if expunge {
                        let told = server.uids().flat_map(|uids| uids.first.get()..=uids.last.get());
                        prop_assert!(told.eq(there.iter().copied()));
                    }
                    prop_assert!(held.is_empty() || !expunge && held.holds_expunge());
                    prop_assert_eq!(client.messages(), server.messages());
                    for run in client.runs() {
                        for index in 0..run.count {
                            let told = client.uid(run.number.get() + index);
                            prop_assert!(told.is_none() || told == server.uid(run.number.get() + index));
                        }
                    }
                }
            }
        }
    }
}
