//! Wire elements that several command families use, one file each.

pub mod deliver_by;
pub mod domain;
pub mod dsn;
pub mod enhanced_code;
pub mod future_release;
pub mod mailbox;
pub mod orcpt;
pub mod parameter;
pub mod path;
pub mod priority;
pub mod reply_code;
pub mod rrvs;
pub mod solicit;
pub mod text;
pub mod timestamp;
pub mod tracking;
pub mod transid;
pub mod xtext;
