//! To be written.

use super::pending;

pending! { tail
    UidBatchesData
}
crate::family::pending! { copy UidBatches }
