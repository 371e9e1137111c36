//! Named deviations from the grammar: what is tolerated, and what was met.
//!
//! Each protocol lists its deviations once, with [`deviations!`](crate::deviations). Nothing is
//! tolerated without a name, every use is recorded on the result, and each can be switched off.

use core::fmt;
use core::marker::PhantomData;

/// The deviation enum of a protocol; made by [`deviations!`](crate::deviations).
pub trait Deviation: Copy + fmt::Debug + PartialEq + 'static {
    /// Every deviation, in order of [`index`](Self::index).
    const ALL: &'static [Self];
    /// The deviations tolerated by default: what is unambiguous.
    const DEFAULT: Deviations<Self>;
    /// The deviations tolerated by the lenient preset.
    const LENIENT: Deviations<Self>;

    /// Position in [`ALL`](Self::ALL), 0 to 127.
    fn index(self) -> u32;
    /// The name, as in the code.
    fn name(self) -> &'static str;
    /// Bytes that show the deviation.
    fn example(self) -> &'static str;
}

/// A set of deviations of one protocol.
pub struct Deviations<D> {
    bits: u128,
    kind: PhantomData<D>,
}

impl<D> Deviations<D> {
    /// The empty set.
    pub const EMPTY: Self = Self::from_bits(0);

    /// The set with these bits; bit *n* is the deviation of index *n*.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self { bits, kind: PhantomData }
    }

    /// The bits of the set.
    #[must_use]
    pub const fn bits(self) -> u128 {
        self.bits
    }

    /// True when nothing deviates.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// All that is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self::from_bits(self.bits | other.bits)
    }
}

impl<D: Deviation> Deviations<D> {
    /// The set with `deviation` in it.
    #[must_use]
    pub fn with(self, deviation: D) -> Self {
        Self::from_bits(self.bits | 1 << deviation.index())
    }

    /// The set without `deviation`.
    #[must_use]
    pub fn without(self, deviation: D) -> Self {
        Self::from_bits(self.bits & !(1 << deviation.index()))
    }

    /// True when `deviation` is in the set.
    #[must_use]
    pub fn contains(self, deviation: D) -> bool {
        self.bits & (1 << deviation.index()) != 0
    }

    /// The deviations in the set.
    pub fn iter(self) -> impl Iterator<Item = D> {
        D::ALL.iter().copied().filter(move |&deviation| self.contains(deviation))
    }
}

impl<D> Clone for Deviations<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Deviations<D> {}

impl<D> PartialEq for Deviations<D> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<D> Eq for Deviations<D> {}

impl<D> Default for Deviations<D> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<D: Deviation> fmt::Debug for Deviations<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Which deviations a parser accepts.
///
/// The default accepts what is unambiguous and harmless. What could change where a message ends or
/// what a plaintext peer may inject is in no preset.
#[derive(Debug)]
pub struct Tolerance<D: Deviation> {
    allowed: Deviations<D>,
}

impl<D: Deviation> Tolerance<D> {
    /// Accepts the grammar and nothing else.
    #[must_use]
    pub const fn strict() -> Self {
        Self { allowed: Deviations::EMPTY }
    }

    /// Accepts all that real software sends and that can be understood.
    #[must_use]
    pub const fn lenient() -> Self {
        Self { allowed: D::LENIENT }
    }

    /// Also accepts `deviation`.
    #[must_use]
    pub fn with(self, deviation: D) -> Self {
        Self { allowed: self.allowed.with(deviation) }
    }

    /// No longer accepts `deviation`.
    #[must_use]
    pub fn without(self, deviation: D) -> Self {
        Self { allowed: self.allowed.without(deviation) }
    }

    /// The accepted deviations.
    #[must_use]
    pub const fn allowed(self) -> Deviations<D> {
        self.allowed
    }
}

impl<D: Deviation> Default for Tolerance<D> {
    fn default() -> Self {
        Self { allowed: D::DEFAULT }
    }
}

impl<D: Deviation> Clone for Tolerance<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D: Deviation> Copy for Tolerance<D> {}

impl<D: Deviation> PartialEq for Tolerance<D> {
    fn eq(&self, other: &Self) -> bool {
        self.allowed == other.allowed
    }
}

impl<D: Deviation> Eq for Tolerance<D> {}

/// Lists the deviations of a protocol: name, the preset from which it is tolerated, a wire example.
///
/// Presets are `default` (tolerated by default and by lenient), `lenient` and `never` (only by
/// name).
#[macro_export]
macro_rules! deviations {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[doc = $doc:literal])+ $variant:ident = $preset:ident $example:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        $vis enum $name {
            $( $(#[doc = $doc])+ #[doc = concat!("\n\nWire: `", $example, "`. Preset: ", stringify!($preset), ".")] $variant, )+
        }

        impl $crate::tolerance::Deviation for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            const DEFAULT: $crate::Deviations<Self> = $crate::Deviations::from_bits(
                0 $( | $crate::deviations!(@default $preset, Self::$variant) )+
            );
            const LENIENT: $crate::Deviations<Self> = $crate::Deviations::from_bits(
                0 $( | $crate::deviations!(@lenient $preset, Self::$variant) )+
            );

            fn index(self) -> u32 {
                self as u32
            }

            fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),+ }
            }

            fn example(self) -> &'static str {
                match self { $(Self::$variant => $example),+ }
            }
        }
    };
    (@default default, $variant:expr) => { 1_u128 << ($variant as u32) };
    (@default $other:ident, $variant:expr) => { 0 };
    (@lenient never, $variant:expr) => { 0 };
    (@lenient $other:ident, $variant:expr) => { 1_u128 << ($variant as u32) };
}

#[cfg(test)]
mod tests {
    use super::*;

    deviations! {
        /// Deviations of a made-up protocol.
        enum Odd {
            /// Harmless.
            Harmless = default "a  b",
            /// Common.
            Common = lenient "a;b",
            /// Dangerous.
            Dangerous = never "a\\nb",
        }
    }

    #[test]
    fn presets_hold_what_the_table_says() {
        assert_eq!(Tolerance::<Odd>::strict().allowed(), Deviations::EMPTY);
        assert_eq!(Tolerance::<Odd>::default().allowed(), Deviations::EMPTY.with(Odd::Harmless));
        let lenient = Tolerance::<Odd>::lenient().allowed();
        assert!(lenient.contains(Odd::Common) && !lenient.contains(Odd::Dangerous));
    }

    #[test]
    fn only_tolerated_deviations_are_recorded() {
        let cx = crate::parse::Context::new(Tolerance::<Odd>::default());
        assert!(cx.tolerate(Odd::Harmless));
        assert!(!cx.tolerate(Odd::Common));
        let met: Deviations<Odd> = cx.met();
        assert_eq!(met.iter().collect::<alloc::vec::Vec<_>>(), [Odd::Harmless]);
    }
}
