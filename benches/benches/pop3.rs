//! POP3 beside its peer, on the same bytes in one run: `cargo bench -p mailwire-benches`. What can be
//! asked of it stands at [`run`].

use std::process::ExitCode;

use mailwire_benches::measure::{Asked, Gate};
use mailwire_benches::{pop3, run};

/// The gates. Times are ratios within one run; a gate leaves room for a noisy machine.
const GATES: &[Gate] = &[
    ("G19", "p1", "mailwire", Asked::Allocations(0.0)),
    ("G19", "p1", "mailwire", Asked::Faster("pop3-codec", 2.5, 2.8)),
    ("G19", "p1", "mailwire, chunked", Asked::Allocations(0.0)),
    ("G19", "p1b", "mailwire", Asked::Allocations(0.0)),
    ("G19", "p1b", "mailwire", Asked::Faster("pop3-codec", 2.5, 2.8)),
    ("G19", "p1b", "mailwire, chunked", Asked::Allocations(0.0)),
    ("G20", "p2", "mailwire", Asked::Allocations(0.0)),
    ("G20", "p2", "mailwire", Asked::Within("memchr", 1.3, 1.15)),
    ("G21", "p3", "mailwire", Asked::Allocations(0.0)),
    ("G21", "p3", "mailwire", Asked::Faster("pop3-codec", 3.5, 5.5)),
];

fn main() -> ExitCode {
    run::bench(pop3::GROUPS, GATES)
}
