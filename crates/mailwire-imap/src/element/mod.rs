//! Wire elements that several command families use, one file each.

pub mod sequence;
