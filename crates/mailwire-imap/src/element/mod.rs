//! Wire elements that several command families use, one file each.

pub mod flag;
pub mod mailbox;
pub mod mutf7;
pub mod sequence;
