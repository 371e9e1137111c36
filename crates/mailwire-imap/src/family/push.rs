//! To be written.

use super::pending;

pending! { tail
    Push
    PushData
}
