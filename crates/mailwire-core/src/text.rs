//! Checked texts and keyword enums, each from one short declaration.

use core::fmt;

/// Octets as text for `Debug` and logs: what is not printable ASCII is escaped.
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// Declares a text type: octets that were checked once, borrowed from a frame or owned.
///
/// `check` is a `fn(&[u8]) -> Result<(), usize>` that tells the first bad octet; it must refuse
/// invalid UTF-8 for a type declared `utf8`. Types declared `ignore case` compare without regard to
/// ASCII case.
#[macro_export]
macro_rules! text_type {
    (
        $(#[$meta:meta])*
        pub struct $type:ident: $what:literal, check = $check:expr, $($option:tt)+
    ) => {
        $(#[$meta])*
        #[derive(Clone)]
        pub struct $type<'a>($crate::export::Cow<'a, [u8]>);

        impl<'a> $type<'a> {
            /// A value from text or octets.
            ///
            /// # Errors
            /// [`InvalidValue`]($crate::InvalidValue) when the octets cannot stand on the wire.
            pub fn new(text: impl $crate::owned::IntoBytes<'a>) -> Result<Self, $crate::InvalidValue> {
                let text = text.into_bytes();
                let check: fn(&[u8]) -> Result<(), usize> = $check;
                match check(&text) {
                    Ok(()) => Ok(Self(text)),
                    Err(at) => Err($crate::InvalidValue { what: $what, at }),
                }
            }

            /// A value that the grammar has already checked.
            #[allow(dead_code)]
            pub(crate) const fn checked(text: &'a [u8]) -> Self {
                Self($crate::export::Cow::Borrowed(text))
            }

            /// The octets.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The octets, borrowed from the frame where they were.
            #[must_use]
            pub fn into_inner(self) -> $crate::export::Cow<'a, [u8]> {
                self.0
            }

            /// The same value, borrowed from this one.
            #[must_use]
            pub fn borrowed(&self) -> $type<'_> {
                $type($crate::export::Cow::Borrowed(&self.0))
            }
        }

        $crate::into_owned!(@impl $type, self => {
            $type($crate::export::Cow::Owned($crate::export::Cow::into_owned(self.0)))
        });

        impl core::fmt::Debug for $type<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_tuple(stringify!($type)).field(&$crate::text::Escaped(&self.0)).finish()
            }
        }

        impl Eq for $type<'_> {}

        $crate::text_type!(@options $type, $($option)+);
    };
    (@options $type:ident, utf8 $(, $($rest:tt)+)?) => {
        impl $type<'_> {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                // Every constructor checks for UTF-8, so the default is never taken.
                core::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl core::fmt::Display for $type<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::text_type!(@case $type $(, $($rest)+)?);
    };
    (@options $type:ident, bytes $(, $($rest:tt)+)?) => {
        impl $type<'_> {
            /// The text; octets that are not UTF-8 become U+FFFD.
            #[must_use]
            pub fn to_str_lossy(&self) -> $crate::export::Cow<'_, str> {
                $crate::export::String::from_utf8_lossy(&self.0)
            }
        }

        impl core::fmt::Display for $type<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.to_str_lossy())
            }
        }

        $crate::text_type!(@case $type $(, $($rest)+)?);
    };
    (@case $type:ident) => {
        impl PartialEq for $type<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl core::hash::Hash for $type<'_> {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
    };
    (@case $type:ident, ignore case) => {
        /// Equal when the octets are, without regard to ASCII case.
        impl PartialEq for $type<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.0.eq_ignore_ascii_case(&other.0)
            }
        }

        impl core::hash::Hash for $type<'_> {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                for byte in self.0.iter() {
                    state.write_u8(byte.to_ascii_lowercase());
                }
            }
        }
    };
}

/// Declares an enum of keywords: one list drives parsing, printing and iteration.
///
/// A keyword is the longest run of octets of `$set`, so that a longer word never matches a shorter
/// one; it is read once and matched as a number.
#[macro_export]
macro_rules! wire_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident: $rule:literal in $set:path {
            $( $(#[$variant_meta:meta])* $variant:ident = $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        #[allow(dead_code)]
        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The keyword as it is written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value of a keyword, without regard to case.
            #[inline]
            #[must_use]
            pub fn from_keyword(word: &[u8]) -> Option<Self> {
                if word.len() <= 8 {
                    return Self::from_short_keyword(word);
                }
                const KEYS: [u128; $name::ALL.len()] =
                    [$( $crate::token::key($text.as_bytes()), )+];
                const FOLDED: [u64; $name::ALL.len()] =
                    [$( $crate::token::folded_key($text.as_bytes()), )+];
                static SLOTS: [u8; 256] = $crate::token::slots(&FOLDED);
                let key = $crate::token::key(word);
                let place = $crate::token::find(&FOLDED, &SLOTS, $crate::token::fold(key))?;
                // Other words can have the same folded key.
                if KEYS.get(place) != Some(&key) {
                    return None;
                }
                let found = *Self::ALL.get(place)?;
                // A key does not tell a NUL at the end from nothing, nor what is behind 16 octets.
                let same = word.last() != Some(&0)
                    && (word.len() < 16
                        || word.eq_ignore_ascii_case(found.as_str().as_bytes()));
                same.then_some(found)
            }

            /// The same for a keyword of up to 8 octets. Where the length is a constant, few
            /// instructions are left of it.
            #[inline(always)]
            fn from_short_keyword(word: &[u8]) -> Option<Self> {
                // A key does not tell a NUL at the end from nothing.
                let found = Self::from_short_key($crate::token::short_key(word));
                if word.last() == Some(&0) { None } else { found }
            }

            #[inline(always)]
            fn from_short_key(key: u64) -> Option<Self> {
                const SHORT: [u64; $name::ALL.len()] =
                    [$( $crate::token::table_key($text.as_bytes()), )+];
                static SLOTS: [u8; 256] = $crate::token::slots(&SHORT);
                Self::ALL.get($crate::token::find(&SHORT, &SLOTS, key)?).copied()
            }

            /// The keyword at the beginning of `input` and what is behind it, when the letters,
            /// digits and hyphens there are one of up to 7 octets. For any other word this is
            /// `None`, be it known or not.
            #[inline(always)]
            fn leading(input: &[u8]) -> Option<(&[u8], Self)> {
                let (key, len) = $crate::token::leading_key(input)?;
                Some((input.get(len..)?, Self::from_short_key(key)?))
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::owned_already!($name);

        impl<'a> $crate::parse::Wire<'a> for $name {
            fn parse_part(
                input: &'a [u8],
                _: &$crate::parse::Context,
            ) -> $crate::parse::PResult<'a, Self> {
                let set: &$crate::token::ByteSet = &$set;
                let (word, rest) = set.split(input);
                match Self::from_keyword(word) {
                    Some(value) => Ok((rest, value)),
                    None => Err($crate::parse::fail(input, $rule)),
                }
            }

            fn encode(&self, out: &mut $crate::encoder::Encoder<'_>) {
                out.keyword(self.as_str());
            }
        }
    };
}

/// Declares the limits of a protocol: the struct, its defaults and the table behind both.
#[macro_export]
macro_rules! limits {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:expr, $unit:literal, $source:literal; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[doc = $doc])+ #[doc = concat!("\n\nUnit: ", $unit, ". Default: ", stringify!($default), ". ", $source)] pub $field: $type, )+
        }

        impl $name {
            /// Name, unit and source of every limit.
            pub const TABLE: &'static [(&'static str, &'static str, &'static str)] =
                &[$( (stringify!($field), $unit, $source) ),+];

            /// The default limits.
            pub const DEFAULT: Self = Self { $($field: $default),+ };
        }

        impl Default for $name {
            fn default() -> Self {
                Self::DEFAULT
            }
        }
    };
}

#[cfg(test)]
// What the macro writes is public, and this enum is not.
#[allow(unreachable_pub)]
mod tests {
    use crate::token::KEYWORD;

    wire_enum! {
        /// Keywords of each size.
        enum Word: "word" in KEYWORD {
            Short = "MAIL",
            Eight = "STARTTLS",
            Long = "MT-PRIORITY",
            VeryLong = "ENHANCEDSTATUSCODES",
        }
    }

    #[test]
    fn keywords_are_matched_whole_and_without_case() {
        for &word in Word::ALL {
            let text = word.as_str();
            assert_eq!(Word::from_keyword(text.as_bytes()), Some(word));
            assert_eq!(Word::from_keyword(text.to_ascii_lowercase().as_bytes()), Some(word));
            for end in 0..text.len() {
                assert_eq!(Word::from_keyword(&text.as_bytes()[..end]), None);
            }
            for more in [&b"\0"[..], b"S", b"\0\0\0\0\0", b"\0\0\0\0\0\0\0\0\0\0\0\0\0"] {
                assert_eq!(Word::from_keyword(&[text.as_bytes(), more].concat()), None);
            }
        }
        assert_eq!(Word::from_keyword(b"ENHANCEDSTATUSCODER"), None);
    }
}
