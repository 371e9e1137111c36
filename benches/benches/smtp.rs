//! SMTP beside its peers, on the same bytes in one run.
//!
//! `cargo bench -p mailwire-benches` runs the criterion groups and then measures everyone again in
//! interleaved rounds, from which the gates are judged. With `-- --quick` all of it is shorter; with
//! `-- s2` only groups whose names begin so are measured.
//!
//! `MAILWIRE_GATE=1` leaves the criterion groups out and fails when a gate is missed.
//! `MAILWIRE_GATE=allocations` measures no time at all: what is left is the same on every machine.

use std::process::ExitCode;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use mailwire_benches::measure::{self, Asked, Effort, Gate};
use mailwire_benches::smtp;

/// The gates. Times are ratios within one run; a gate leaves room for a noisy machine.
const GATES: &[Gate] = &[
    ("G12", "s1", "mailwire", Asked::Allocations(0.0)),
    ("G12", "s1", "mailwire", Asked::Faster("smtp-proto", 1.3, 1.8)),
    ("G13", "s1 chunked", "mailwire", Asked::Allocations(0.0)),
    ("G13", "s1 chunked", "mailwire", Asked::Faster("smtp-proto RequestReceiver", 1.5, 2.0)),
    ("G14", "s2", "mailwire", Asked::Allocations(0.0)),
    ("G14", "s2", "mailwire", Asked::Faster("smtp-proto", 2.5, 4.0)),
    ("G15", "s2b", "mailwire", Asked::Allocations(0.0)),
    ("G15", "s2b", "mailwire", Asked::Faster("smtp-proto", 1.0, 1.5)),
    ("G16", "s3a", "mailwire", Asked::Allocations(0.0)),
    ("G16", "s3a", "mailwire", Asked::Within("memchr", 1.3, 1.15)),
    ("G16", "s3a", "mailwire", Asked::Faster("smtp-proto DataReceiver", 1.3, 1.7)),
    ("G17", "s3b", "mailwire", Asked::Allocations(0.0)),
    ("G17", "s3b", "mailwire", Asked::Within("memchr", 1.3, 1.2)),
    ("G17", "s3b", "mailwire", Asked::Faster("byte scan (shape of mail-send)", 12.0, 20.0)),
    ("G18", "s4", "mailwire", Asked::Allocations(0.0)),
    ("G18", "s4", "mailwire", Asked::Nanoseconds(40.0, 20.0)),
];

fn criterion_groups(quick: bool) {
    let times = if quick { (100, 200) } else { (200, 600) };
    let mut criterion = Criterion::default()
        .configure_from_args()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(times.0))
        .measurement_time(Duration::from_millis(times.1));
    for (name, group) in smtp::GROUPS {
        let (mut group, mut bench) = (group(), criterion.benchmark_group(*name));
        bench.throughput(Throughput::Bytes(group.octets));
        for row in &mut group.rows {
            bench.bench_function(row.name, |bencher| bencher.iter(|| (row.pass)()));
        }
        bench.finish();
    }
    criterion.final_summary();
}

fn main() -> ExitCode {
    let gate = std::env::var("MAILWIRE_GATE").unwrap_or_default();
    let quick = std::env::args().any(|argument| argument == "--quick");
    if gate.is_empty() {
        criterion_groups(quick);
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
    for (name, group) in smtp::GROUPS.iter().filter(|(name, _)| name.starts_with(&chosen)) {
        let mut group = group();
        let measured = measure::group(&mut group, effort);
        measure::print(name, &group, &measured);
        results.push((*name, measured));
    }
    let met = measure::judge(GATES, &results);
    if met || gate.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
