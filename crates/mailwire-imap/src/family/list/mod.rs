//! To be written.

use crate::family::pending;

pending! {
    List
    Lsub
    ListData
}
