//! Explains recorded traffic.
fn main() {}
