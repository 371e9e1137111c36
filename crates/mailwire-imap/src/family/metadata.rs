//! To be written.

use super::pending;

pending! {
    GetMetadata
    SetMetadata
    MetadataData
}
crate::family::pending! { copy MetadataCode }
