//! Tests of what only the inside of the client shows.
