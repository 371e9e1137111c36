//! Values that must not be shown.
//!
//! A machine hands credentials to its caller and takes them from it. Everything else that it holds
//! may end up in a log by `{:?}`. [`Secret`] is the wall between the two.

use core::fmt;

/// A value that `Debug` does not show and that has no `Display`.
///
/// The wall is against logs, not against an attacker who reads memory: the octets are not wiped
/// when the value is dropped, and `==` takes a time that depends on them. A server compares
/// passwords with a function made for that.
///
/// # Example
/// ```
/// use mailwire_core::secret::Secret;
/// let password = Secret::new("hunter2");
/// assert_eq!(format!("{password:?}"), "Secret(..)");
/// assert_eq!(*password.expose(), "hunter2");
/// assert_eq!(password.map(str::len).into_inner(), 7);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one who needs it. A search for this name finds all who look.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, no longer hidden.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// Another value made from this one, as hidden as this one.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Secret<U> {
        Secret(f(self.0))
    }

    /// The same secret by reference.
    pub const fn as_ref(&self) -> Secret<&T> {
        Secret(&self.0)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec, vec::Vec};

    #[test]
    fn debug_shows_nothing_even_when_nested_or_pretty() {
        let secret = Some(Secret::new(vec![b'x'; 3]));
        assert_eq!(format!("{secret:?}"), "Some(Secret(..))");
        assert!(!format!("{secret:#?}").contains("120"));
    }

    #[test]
    fn it_is_a_plain_value_otherwise() {
        let secret: Secret<Vec<u8>> = Secret::default();
        assert_eq!(secret.clone(), secret);
        assert_ne!(Secret::new(1), Secret::new(2));
        assert_eq!(secret.as_ref().map(Vec::len).into_inner(), 0);
    }
}
