//! To be written.

use super::pending;

pending! {
    LanguageData
    ComparatorData
}
pending! { tail
    LanguageRanges
    Comparators
}
