//! Times in interleaved rounds, and the gates.
//!
//! A machine that others use drifts by more than what is to be seen. So the contenders take turns
//! (A B C A B C), each round gives one ratio, and the median of the ratios counts.

use std::time::{Duration, Instant};

use crate::{Group, Row, allocations};

/// How much time to spend.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Rounds in which every contender runs once.
    pub rounds: usize,
    /// How long one contender runs in one round, about.
    pub turn: Duration,
}

/// What was measured of one contender.
pub struct Measured {
    /// Who.
    pub name: &'static str,
    /// Nanoseconds per item in each round.
    pub times: Vec<f64>,
    /// Allocations per item.
    pub allocations: f64,
    /// Which part of the items it understood.
    pub understood: f64,
}

impl Measured {
    /// The median time of an item in nanoseconds.
    #[must_use]
    pub fn time(&self) -> f64 {
        median(self.times.iter().copied())
    }

    /// How many times as long `other` takes: the median over the rounds.
    #[must_use]
    pub fn ratio(&self, other: &Self) -> f64 {
        median(self.times.iter().zip(&other.times).map(|(ours, theirs)| theirs / ours))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn turn(row: &mut Row, passes: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..passes {
        (row.pass)();
    }
    start.elapsed()
}

/// Measures a group: allocations always, times when there is an effort.
pub fn group(group: &mut Group, effort: Option<Effort>) -> Vec<Measured> {
    let items = group.items as f64;
    let mut measured: Vec<Measured> = group
        .rows
        .iter_mut()
        .map(|row| {
            // Buffers that are used again grow in the first pass.
            let understood = (row.pass)() as f64 / items;
            let allocations = allocations::during(|| {
                (row.pass)();
            });
            let allocations = allocations as f64 / items;
            Measured { name: row.name, times: Vec::new(), allocations, understood }
        })
        .collect();
    let Some(effort) = effort else { return measured };
    let passes: Vec<u32> = group
        .rows
        .iter_mut()
        .map(|row| {
            let one = turn(row, 1).max(Duration::from_nanos(1));
            ((effort.turn.as_nanos() / one.as_nanos()) as u32).max(1)
        })
        .collect();
    for _ in 0..effort.rounds {
        for ((row, &passes), measured) in group.rows.iter_mut().zip(&passes).zip(&mut measured) {
            let time = turn(row, passes).as_nanos() as f64;
            measured.times.push(time / f64::from(passes) / items);
        }
    }
    measured
}

/// What a gate asks for.
#[derive(Debug, Clone, Copy)]
pub enum Asked {
    /// Ours is at least so many times as fast as the other.
    Faster(&'static str, f64, f64),
    /// Ours takes at most so many times as long as the other.
    Within(&'static str, f64, f64),
    /// Ours takes at most so many nanoseconds per item.
    Nanoseconds(f64, f64),
    /// Ours allocates at most so many times per item.
    Allocations(f64),
}

/// One gate: `(name, group, our row, what is asked)`; of two numbers the first is the gate, the
/// second the goal.
pub type Gate = (&'static str, &'static str, &'static str, Asked);

/// Prints what was measured of a group.
pub fn print(name: &str, group: &Group, measured: &[Measured]) {
    println!(
        "\n{name} ({} items of {:.0} octets; one item is {})",
        group.items,
        group.octets as f64 / group.items as f64,
        group.item
    );
    let ours = measured.first();
    for row in measured {
        let (time, ratio) = (row.time(), ours.map_or(f64::NAN, |ours| ours.ratio(row)));
        let speed = group.octets as f64 / group.items as f64 / time;
        print!("  {:<34} {:>8.3} allocations", row.name, row.allocations);
        if !time.is_nan() {
            print!("  {time:>10.1} ns  {speed:>7.2} GB/s  x{ratio:.2}");
        }
        if (row.understood - 1.0).abs() > 1e-6 {
            print!("  (understood {:.0} %)", row.understood * 100.0);
        }
        println!();
    }
}

/// Prints the gates that can be judged from what was measured; true when all are met.
#[must_use]
pub fn judge(gates: &[Gate], groups: &[(&'static str, Vec<Measured>)]) -> bool {
    println!(
        "\ngate  workload         ours                asked                          measured"
    );
    let mut all = true;
    for &(name, group, ours, asked) in gates {
        let find = |wanted: &str| {
            let (_, rows) = groups.iter().find(|(name, _)| *name == group)?;
            rows.iter().find(|row| row.name == wanted)
        };
        let Some(row) = find(ours) else { continue };
        let (question, measured, met, goal) = match asked {
            Asked::Faster(peer, gate, goal) => {
                let Some(peer) = find(peer) else { continue };
                let ratio = row.ratio(peer);
                let question = format!(">= {gate}x {}, goal {goal}x", peer.name);
                (question, format!("{ratio:.2}x"), ratio >= gate, ratio >= goal)
            }
            Asked::Within(peer, gate, goal) => {
                let Some(peer) = find(peer) else { continue };
                let ratio = 1.0 / row.ratio(peer);
                let question = format!("<= {gate}x {}, goal {goal}x", peer.name);
                (question, format!("{ratio:.2}x"), ratio <= gate, ratio <= goal)
            }
            Asked::Nanoseconds(gate, goal) => {
                let time = row.time();
                let question = format!("<= {gate} ns, goal {goal} ns");
                (question, format!("{time:.1} ns"), time <= gate, time <= goal)
            }
            Asked::Allocations(gate) => {
                let question = format!("<= {gate} allocations");
                let met = row.allocations <= gate;
                (question, format!("{:.3}", row.allocations), met, met)
            }
        };
        // Without times only allocations can be judged.
        if measured.starts_with("NaN") {
            continue;
        }
        let verdict = match (met, goal) {
            (false, _) => "MISSED",
            (true, false) => "met",
            (true, true) => "goal",
        };
        println!("{name:<5} {group:<16} {ours:<19} {question:<30} {measured:>9}  {verdict}");
        all &= met;
    }
    all
}
