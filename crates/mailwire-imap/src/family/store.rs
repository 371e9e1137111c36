//! To be written.

use super::pending;

pending! {
    Store
}
