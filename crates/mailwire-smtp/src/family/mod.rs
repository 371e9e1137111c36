//! The command families: each file holds the commands of one task and the answers they cause.

pub mod auth;
pub mod bdat;
pub mod data;
pub mod greeting;
pub mod hello;
pub mod info;
pub mod mail;
pub mod queue;
pub mod rcpt;
pub mod session;
pub mod starttls;
pub mod vendor;
