//! To be written.

use super::pending;

pending! {
    GenUrlAuth
    UrlFetch
    GenUrlAuthData
    UrlMech
}
pending! { tail
    ResetKey
    UrlFetchData
}
