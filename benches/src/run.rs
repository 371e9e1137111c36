//! What a bench does: the criterion groups first, then everyone again in interleaved rounds, from
//! which the gates are judged.
//!
//! With `-- --quick` all of it is shorter; with `-- s2` only groups whose names begin so are measured.
//!
//! `MAILWIRE_GATE=1` leaves the criterion groups out and fails when a gate is missed.
//! `MAILWIRE_GATE=allocations` measures no time at all: what is left is the same on every machine.

use std::process::ExitCode;
use std::time::Duration;

use criterion::{Criterion, Throughput};

use crate::Groups;
use crate::measure::{self, Effort, Gate};

fn criterion_groups(groups: Groups, quick: bool) {
    let times = if quick { (100, 200) } else { (200, 600) };
    let mut criterion = Criterion::default()
        .configure_from_args()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(times.0))
        .measurement_time(Duration::from_millis(times.1));
    for (name, group) in groups {
        let (mut group, mut bench) = (group(), criterion.benchmark_group(*name));
        bench.throughput(Throughput::Bytes(group.octets));
        for row in &mut group.rows {
            bench.bench_function(row.name, |bencher| bencher.iter(|| (row.pass)()));
        }
        bench.finish();
    }
    criterion.final_summary();
}

/// Measures the groups, judges the gates, and says whether the process succeeds.
#[must_use]
pub fn bench(groups: Groups, gates: &[Gate]) -> ExitCode {
    let gate = std::env::var("MAILWIRE_GATE").unwrap_or_default();
    let quick = std::env::args().any(|argument| argument == "--quick");
    if gate.is_empty() {
        criterion_groups(groups, quick);
    }
    let effort = match (gate.as_str(), quick) {
        ("allocations", _) => None,
        (_, true) => Some(Effort { rounds: 7, turn: Duration::from_millis(4) }),
        (_, false) => Some(Effort { rounds: 31, turn: Duration::from_millis(6) }),
    };
    let mut results = Vec::new();
    // The first argument that is no flag chooses groups, as it does for criterion.
    let chosen = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let chosen = chosen.unwrap_or_default();
    for (name, group) in groups.iter().filter(|(name, _)| name.starts_with(&chosen)) {
        let mut group = group();
        let measured = measure::group(&mut group, effort);
        measure::print(name, &group, &measured);
        results.push((*name, measured));
    }
    // What was chosen may belong to another protocol.
    if results.is_empty() {
        return ExitCode::SUCCESS;
    }
    let met = measure::judge(gates, &results);
    if met || gate.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
