//! Wire elements that several command families use, one file each.

pub mod apop;
pub mod message_number;
pub mod response_code;
pub mod unique_id;
