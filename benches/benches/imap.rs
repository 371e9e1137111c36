//! IMAP beside its peers, on the same bytes in one run: `cargo bench -p mailwire-benches`. What can be
//! asked of it stands at [`run`].

use std::process::ExitCode;

use mailwire_benches::measure::{Asked, Gate};
use mailwire_benches::{imap, run};

/// The gates. Times are ratios within one run; a gate leaves room for a noisy machine.
const GATES: &[Gate] = &[
    ("G1", "i3", "mailwire", Asked::Allocations(0.0)),
    ("G1", "i3", "mailwire", Asked::Faster("imap-codec", 6.0, 9.0)),
    ("G2", "i1", "mailwire", Asked::Allocations(1.0)),
    ("G2", "i1", "mailwire", Asked::Faster("imap-proto", 3.0, 4.0)),
    ("G4", "i2", "mailwire", Asked::Allocations(1.0)),
    ("G4", "i2", "mailwire", Asked::Faster("imap-proto", 2.5, 4.0)),
    ("G5", "i4", "mailwire", Asked::Allocations(0.0)),
    ("G5", "i4", "mailwire", Asked::Faster("imap-proto", 2.2, 3.0)),
    ("G5", "i4b", "mailwire", Asked::Allocations(0.0)),
    ("G5", "i4b", "mailwire", Asked::Faster("imap-proto", 2.2, 3.0)),
    ("G6", "i5", "mailwire", Asked::Allocations(0.0)),
    ("G6", "i5", "mailwire", Asked::Faster("imap-proto", 3.0, 4.5)),
    ("G3", "i7", "mailwire", Asked::Allocations(2.0)),
    ("G3", "i7", "mailwire", Asked::Faster("imap-next", 10.0, 12.0)),
    ("G7", "i8", "mailwire", Asked::Allocations(0.3)),
    ("G7", "i8", "mailwire", Asked::Faster("imap-codec", 6.0, 10.0)),
    ("G8", "i9a", "mailwire", Asked::Allocations(0.0)),
    ("G8", "i9a", "mailwire", Asked::Faster("imap-codec", 6.0, 10.0)),
    ("G8", "i9b", "mailwire", Asked::Allocations(0.0)),
    ("G8", "i9b", "mailwire", Asked::Faster("imap-codec", 6.0, 10.0)),
    ("G8", "i9c", "mailwire", Asked::Allocations(0.0)),
    ("G8", "i9c", "mailwire", Asked::Faster("imap-codec", 6.0, 10.0)),
];

fn main() -> ExitCode {
    run::bench(imap::GROUPS, GATES)
}
