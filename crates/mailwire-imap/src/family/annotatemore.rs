//! To be written.

use super::pending;

pending! {
    GetAnnotation
    SetAnnotation
    AnnotationData
}
