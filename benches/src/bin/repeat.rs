//! Runs one contender over its workload, again and again, for a profiler.
//!
//! `repeat GROUP ROW PASSES`. The difference of two runs with different passes is free of what the
//! preparation costs: `(Ir(3 passes) - Ir(1 pass)) / (2 * items)` is the cost of an item.

use mailwire_benches::{imap, pop3, smtp};

fn main() {
    let mut groups = smtp::GROUPS.iter().chain(pop3::GROUPS).chain(imap::GROUPS);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [group, row, passes] = &arguments[..] else {
        for (name, group) in groups {
            let group = group();
            for row in &group.rows {
                println!("{name:<12} {:<34} {} items", row.name, group.items);
            }
        }
        return;
    };
    let passes: u64 = passes.parse().expect("PASSES is a number");
    let (_, group) = groups.find(|(name, _)| name == group).expect("GROUP is of the list");
    let rows = group().rows.into_iter();
    let mut row = rows.into_iter().find(|other| other.name == row).expect("ROW is of GROUP");
    let items: u64 = (0..passes).map(|_| (row.pass)()).sum();
    println!("{items}");
}
