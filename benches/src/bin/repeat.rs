//! Runs one contender over its workload, again and again, for a profiler.
//!
//! `repeat GROUP ROW PASSES`. The difference of two runs with different passes is free of what the
//! preparation costs: `(Ir(3 passes) - Ir(1 pass)) / (2 * items)` is the cost of an item.

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [group, row, passes] = &arguments[..] else {
        for group in mailwire_benches::smtp::groups() {
            for row in &group.rows {
                println!("{:<14} {:<34} {} items", group.name, row.name, group.items);
            }
        }
        return;
    };
    let passes: u64 = passes.parse().expect("PASSES is a number");
    let group = mailwire_benches::smtp::groups().into_iter().find(|other| other.name == group);
    let group = group.expect("GROUP is one of the list");
    let mut row = group.rows.into_iter().find(|other| other.name == row).expect("ROW is of GROUP");
    let items: u64 = (0..passes).map(|_| (row.pass)()).sum();
    println!("{items}");
}
