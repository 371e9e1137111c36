//! To be written.

use super::pending;

pending! {
    Status
    StatusData
}
