//! To be written.

use super::pending;

pending! {
    Copy
    CopyUid
}
