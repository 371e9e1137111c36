//! A list that holds its first values in itself, so that a short one needs no heap.

use alloc::vec::Vec;
use core::fmt;

use crate::owned::IntoOwned;

/// Up to `N` values inside the struct, and the rest in a `Vec`.
///
/// The values keep their order. Moving the struct moves the inline values, so `N` times their size
/// should stay within a few hundred octets.
///
/// # Example
/// ```
/// use mailwire_core::Few;
///
/// let mut few: Few<u32, 2> = Few::new();
/// few.extend([1, 2, 3]);
/// assert_eq!(few.len(), 3);
/// assert_eq!(few.iter().sum::<u32>(), 6);
/// ```
#[derive(Clone)]
pub struct Few<T, const N: usize> {
    /// Filled from the front.
    inline: [Option<T>; N],
    more: Vec<T>,
}

impl<T, const N: usize> Few<T, N> {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { inline: [const { None }; N], more: Vec::new() }
    }

    /// Adds a value at the end.
    #[inline]
    pub fn push(&mut self, value: T) {
        match self.inline.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(value),
            None => self.more.push(value),
        }
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let inline = self.inline.iter().take_while(|place| place.is_some()).count();
        inline.saturating_add(self.more.len())
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// The first value.
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.iter().next()
    }

    /// True when there are more values than stand inside the struct.
    #[inline]
    #[must_use]
    pub fn has_spilled(&self) -> bool {
        !self.more.is_empty()
    }

    /// The last value.
    #[must_use]
    pub fn last_mut(&mut self) -> Option<&mut T> {
        let last = self.inline.iter_mut().rev().find_map(Option::as_mut);
        self.more.last_mut().or(last)
    }

    /// The values in their order.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.inline.iter().map_while(Option::as_ref).chain(&self.more)
    }
}

impl<T, const N: usize> Default for Few<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> Extend<T> for Few<T, N> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T, const N: usize> FromIterator<T> for Few<T, N> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut few = Self::new();
        few.extend(values);
        few
    }
}

impl<T, const N: usize> IntoIterator for Few<T, N> {
    type Item = T;
    type IntoIter = core::iter::Chain<
        core::iter::Flatten<core::array::IntoIter<Option<T>, N>>,
        alloc::vec::IntoIter<T>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.inline.into_iter().flatten().chain(self.more)
    }
}

impl<T: PartialEq, const N: usize> PartialEq for Few<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.inline == other.inline && self.more == other.more
    }
}

impl<T: Eq, const N: usize> Eq for Few<T, N> {}

impl<T: fmt::Debug, const N: usize> fmt::Debug for Few<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: IntoOwned, const N: usize> IntoOwned for Few<T, N> {
    type Owned = Few<T::Owned, N>;

    fn into_owned(self) -> Self::Owned {
        self.into_iter().map(T::into_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_order_on_both_sides_of_the_limit() {
        for len in 0..6_u8 {
            let mut few: Few<u8, 3> = (0..len).collect();
            assert_eq!(few.last_mut().copied(), len.checked_sub(1));
            assert_eq!(few.len(), usize::from(len));
            assert_eq!(few.is_empty(), len == 0);
            assert_eq!(few.first().copied(), (0..len).next());
            assert!(few.iter().copied().eq(0..len));
            assert_eq!(few.more.len(), usize::from(len.saturating_sub(3)));
            assert!(few.clone().into_iter().eq(0..len));
            assert_eq!(few.clone().into_owned(), few);
        }
        assert_ne!(Few::<u8, 2>::from_iter([1, 2, 3]), Few::from_iter([1, 2]));
    }
}
