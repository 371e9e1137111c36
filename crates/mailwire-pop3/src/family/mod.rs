//! The command families: each file holds the commands of one task and the answers they cause.

pub mod auth;
pub mod capa;
pub mod dele;
pub mod greeting;
pub mod lang;
pub mod list;
pub mod retrieve;
pub mod session;
pub mod stat;
pub mod stls;
