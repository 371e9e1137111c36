//! stub
pub(crate) mod answer;
mod owed;
