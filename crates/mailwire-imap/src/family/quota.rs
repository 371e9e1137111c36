//! To be written.

use super::pending;

pending! {
    SetQuota
    QuotaData
    QuotaRootData
}
