//! Wire elements that several command families use, one file each.

pub mod address;
pub mod body_structure;
pub mod date;
pub mod envelope;
pub mod flag;
pub mod mailbox;
pub mod mod_seq;
pub mod mutf7;
pub mod number;
pub mod object_id;
pub mod raw;
pub mod section;
pub mod sequence;
pub mod string;
pub mod tag;
pub mod url;
