//! To be written.

use super::pending;

pending! {
    Create
    Delete
    Rename
}
