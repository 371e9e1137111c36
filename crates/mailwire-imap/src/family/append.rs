//! To be written.

use super::pending;

pending! {
    Append
    Replace
    AppendUid
}
