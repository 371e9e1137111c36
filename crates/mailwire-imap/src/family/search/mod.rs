//! To be written.

use crate::family::pending;

pending! {
    Esearch
    CancelUpdate
}
pending! { tail
    Search
    SearchData
    EsearchData
    Charsets
}
