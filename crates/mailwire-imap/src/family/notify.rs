//! To be written.

use super::pending;

pending! {
    Notify
    EventNames
}
