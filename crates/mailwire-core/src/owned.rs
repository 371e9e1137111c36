//! From values that borrow their frame to values that own their bytes.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

/// A value that can be cut loose from the bytes it borrows.
pub trait IntoOwned {
    /// The same type with lifetime `'static`.
    type Owned: 'static;

    /// The same value, owning its bytes.
    fn into_owned(self) -> Self::Owned;
}

impl<T: ?Sized + alloc::borrow::ToOwned + 'static> IntoOwned for Cow<'_, T> {
    type Owned = Cow<'static, T>;

    fn into_owned(self) -> Cow<'static, T> {
        Cow::Owned(Cow::into_owned(self))
    }
}

impl<T: IntoOwned> IntoOwned for Option<T> {
    type Owned = Option<T::Owned>;

    fn into_owned(self) -> Self::Owned {
        self.map(T::into_owned)
    }
}

impl<T: IntoOwned> IntoOwned for Vec<T> {
    type Owned = Vec<T::Owned>;

    fn into_owned(self) -> Self::Owned {
        self.into_iter().map(T::into_owned).collect()
    }
}

impl<T: IntoOwned> IntoOwned for Box<T> {
    type Owned = Box<T::Owned>;

    fn into_owned(self) -> Self::Owned {
        Box::new((*self).into_owned())
    }
}

/// Types that borrow nothing are their own owned form.
#[macro_export]
macro_rules! owned_already {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::owned::IntoOwned for $type {
            type Owned = Self;

            fn into_owned(self) -> Self {
                self
            }
        }
    )+};
}

owned_already!(bool, u8, u16, u32, u64, usize, i8, i16, i32, i64, String, Ipv4Addr, Ipv6Addr);

/// Writes `into_owned` for a struct or an enum, from the names of its fields or variants.
#[macro_export]
macro_rules! into_owned {
    (struct $type:ident { $($field:ident),* $(,)? }) => {
        $crate::into_owned!(@impl $type, self => {
            let Self { $($field),* } = self;
            $type { $($field: $crate::owned::IntoOwned::into_owned($field)),* }
        });
    };
    (enum $type:ident {
        $( $variant:ident $( ( $($item:ident),+ ) )? $( { $($field:ident),+ $(,)? } )? ),* $(,)?
    }) => {
        $crate::into_owned!(@impl $type, self => {
            match self {
                $(
                    Self::$variant $( ( $($item),+ ) )? $( { $($field),+ } )? =>
                        $type::$variant
                            $( ( $($crate::owned::IntoOwned::into_owned($item)),+ ) )?
                            $( { $($field: $crate::owned::IntoOwned::into_owned($field)),+ } )?,
                )*
            }
        });
    };
    (@impl $type:ident, $self:ident => $body:block) => {
        impl $type<'_> {
            /// The same value, owning its bytes.
            #[must_use]
            pub fn into_owned(self) -> $type<'static> {
                $crate::owned::IntoOwned::into_owned(self)
            }
        }

        impl $crate::owned::IntoOwned for $type<'_> {
            type Owned = $type<'static>;

            fn into_owned($self) -> $type<'static> $body
        }
    };
}

/// What a text type can be built from: text or octets, borrowed or owned.
pub trait IntoBytes<'a> {
    /// The octets.
    fn into_bytes(self) -> Cow<'a, [u8]>;
}

impl<'a> IntoBytes<'a> for &'a str {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }
}

impl<'a> IntoBytes<'a> for &'a [u8] {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<'a, const N: usize> IntoBytes<'a> for &'a [u8; N] {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<'a> IntoBytes<'a> for &'a String {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }
}

impl<'a> IntoBytes<'a> for &'a Vec<u8> {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}

impl IntoBytes<'static> for String {
    fn into_bytes(self) -> Cow<'static, [u8]> {
        Cow::Owned(Self::into_bytes(self))
    }
}

impl IntoBytes<'static> for Vec<u8> {
    fn into_bytes(self) -> Cow<'static, [u8]> {
        Cow::Owned(self)
    }
}

impl<'a> IntoBytes<'a> for Cow<'a, [u8]> {
    fn into_bytes(self) -> Self {
        self
    }
}

impl<'a> IntoBytes<'a> for Cow<'a, str> {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        match self {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }
}
