//! To be written.

use super::pending;

pending! { tail
    Sort
}
