//! A client and a server in lockstep, beside a model of what both have to be.
//!
//! The script gives commands, legal ones and others, moves octets in pieces of any size, answers in any
//! legal order, and tells data in between. After every step each end is what the model says; nothing is
//! sent that may not be, nothing that the model allows is refused, and each command ends exactly once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(unreachable_pub)]

mod application;
mod caller;
mod rules;
mod world;

use mailwire_imap::{Extension, StatusKind};
use proptest::prelude::*;
use rules::Kind;
use world::{Setting, Step, World};

fn answers() -> impl Strategy<Value = StatusKind> {
    prop_oneof![
        6 => Just(StatusKind::Ok),
        1 => Just(StatusKind::No),
        1 => Just(StatusKind::Bad),
    ]
}

/// How many octets go on: all there are, mostly.
fn octets() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(usize::MAX), 1 => 1..40_usize]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        2 => (0..Kind::ALL.len()).prop_map(|at| Step::Give(Kind::ALL[at])),
        9 => (0..1000_usize).prop_map(Step::GiveLegal),
        5 => octets().prop_map(Step::Write),
        5 => octets().prop_map(Step::Hear),
        6 => (0..8_usize, answers(), any::<bool>())
            .prop_map(|(which, answer, brief)| Step::Answer { which, answer, brief }),
        5 => octets().prop_map(Step::WriteBack),
        5 => octets().prop_map(Step::HearBack),
        2 => (0..7_u8).prop_map(Step::Tell),
        1 => any::<bool>().prop_map(Step::Respond),
        1 => Just(Step::Done),
        2 => (1..30_usize).prop_map(Step::Feed),
        2 => Just(Step::HandOver),
        1 => (0..8_usize).prop_map(Step::Abandon),
        // Everything that is under way arrives, and is answered.
        2 => Just(Step::Settle),
    ];
    proptest::collection::vec(one, 0..120)
}

fn settings() -> impl Strategy<Value = Setting> {
    let literals = prop_oneof![
        Just(None),
        Just(Some(Extension::LiteralMinus)),
        Just(Some(Extension::LiteralPlus)),
    ];
    (literals, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(literals, pipelining, preauth, rev2, bye)| Setting {
            literals,
            pipelining,
            preauth,
            rev2,
            bye,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn both_ends_are_what_they_have_to_be(setting in settings(), steps in steps()) {
        let mut world = World::new(&setting);
        for step in &steps {
            world.act(step);
            world.check();
        }
        world.finish(setting.bye);
    }
}

/// The script reaches what it is for: were it to stay before login, it could not fail.
#[test]
fn scripts_get_far() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut ended = std::collections::BTreeMap::new();
    let (mut given_up, mut abandoned) = (0, 0);
    for _ in 0..300 {
        let setting = settings().new_tree(&mut runner).unwrap().current();
        let steps = steps().new_tree(&mut runner).unwrap().current();
        let mut world = World::new(&setting);
        for step in &steps {
            world.act(step);
        }
        given_up += usize::from(world.caller.has_given_up());
        abandoned += world.caller.abandoned_in_flight();
        for (kind, answer) in world.finish(setting.bye) {
            *ended.entry((format!("{kind:?}"), answer == StatusKind::Ok)).or_insert(0) += 1;
        }
    }
    assert!(given_up >= 3 && abandoned >= 50, "{given_up} {abandoned}");
    for kind in Kind::ALL {
        let count = ended.get(&(format!("{kind:?}"), true)).copied().unwrap_or(0);
        assert!(count >= 5, "{kind:?} ended well {count} times: {ended:?}");
    }
}

/// Nothing of a session is left behind UNAUTHENTICATE: RFC 8437 section 3.
#[test]
fn the_next_session_begins_anew() {
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Logout) {
        let setting = Setting {
            literals: Some(Extension::LiteralMinus),
            pipelining: true,
            preauth: false,
            rev2: true,
            bye: false,
        };
        let mut world = World::new(&setting);
        let login = [Kind::Login, Kind::Select];
        let kinds = login.into_iter().chain([kind, Kind::Unauthenticate]).chain(login);
        for kind in kinds.chain([Kind::Fetch]) {
            for step in [Step::Settle, Step::Give(kind), Step::Settle] {
                world.act(&step);
                world.check();
            }
        }
        for what in 0..7 {
            world.act(&Step::Tell(what));
            world.check();
        }
        let ended = world.finish(false);
        assert!(ended.contains(&(Kind::Fetch, StatusKind::Ok)), "{kind:?} {ended:?}");
    }
}
