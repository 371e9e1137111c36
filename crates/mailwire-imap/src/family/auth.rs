//! To be written.

use super::pending;

pending! {
    Authenticate
    Login
}
