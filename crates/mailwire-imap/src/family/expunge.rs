//! To be written.

use super::pending;

pending! {
    Vanished
}
