//! Rows and properties of FETCH.
