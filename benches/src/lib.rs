//! What the benchmarks share: groups of contenders over one workload, a counting allocator and
//! interleaved measuring.
//!
//! | to know | open |
//! |---|---|
//! | which SMTP workloads there are, and who runs them how | [`smtp`] |
//! | the same of POP3 and of IMAP | [`pop3`], [`imap`] |
//! | how allocations are counted | [`allocations`] |
//! | how times are compared, and what is asked of us | [`measure`] |
//! | what a bench does from its start to its verdict | [`run`] |

pub mod allocations;
pub mod imap;
pub mod measure;
pub mod pop3;
pub mod run;
pub mod smtp;
mod workload;

/// Makes the workload of a group and its contenders.
pub type Make = fn() -> Group;

/// The groups of a protocol: their names, and how they are made.
pub type Groups = &'static [(&'static str, Make)];

/// One contender: how it takes the workload of its group, once.
pub struct Row {
    /// Who.
    pub name: &'static str,
    /// Runs over the whole workload and says how many items it understood.
    pub pass: Box<dyn FnMut() -> u64>,
}

/// A workload and everyone who runs it.
pub struct Group {
    /// What one item is.
    pub item: &'static str,
    /// Items in the workload.
    pub items: u64,
    /// Octets in the workload.
    pub octets: u64,
    /// The contenders; ours come first.
    pub rows: Vec<Row>,
}

impl Group {
    /// A group without contenders.
    #[must_use]
    pub fn new(item: &'static str, items: usize, octets: usize) -> Self {
        Self { item, items: items as u64, octets: octets as u64, rows: Vec::new() }
    }

    /// Adds a contender.
    #[must_use]
    pub fn row(mut self, name: &'static str, pass: impl FnMut() -> u64 + 'static) -> Self {
        self.rows.push(Row { name, pass: Box::new(pass) });
        self
    }
}
