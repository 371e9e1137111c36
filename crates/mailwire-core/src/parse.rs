//! What every grammar function works with: its result, its error and what it may know.
//!
//! A grammar function sees one complete frame and never asks for more input. It is a plain function
//! over [nom]'s `IResult`, named after its ABNF rule. nom does not show in the protocol crates'
//! public interface.

use alloc::boxed::Box;
use core::cell::Cell;

use crate::encoder::Encoder;
use crate::error::SyntaxError;
use crate::tolerance::{Deviation, Deviations, Tolerance};

/// Rest of the input and a value, or where the grammar broke.
pub type PResult<'a, T> = nom::IResult<&'a [u8], T, Fail>;

/// A grammar error in two words: how much input was left, and the ABNF rule that did not match.
///
/// The place is counted from the end, because a rest slice does not know where its frame begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fail {
    /// Octets of the frame that were left when the rule did not match.
    pub left: usize,
    /// The ABNF rule.
    pub rule: &'static str,
}

impl nom::error::ParseError<&[u8]> for Fail {
    fn from_error_kind(input: &[u8], _: nom::error::ErrorKind) -> Self {
        Self { left: input.len(), rule: "" }
    }

    fn append(_: &[u8], _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }

    /// The alternative that came further tells more about what was meant.
    fn or(self, other: Self) -> Self {
        if self.left < other.left { self } else { other }
    }
}

/// An error that lets an alternative be tried: `rule` does not start at `rest`.
#[cold]
#[must_use]
pub fn fail(rest: &[u8], rule: &'static str) -> nom::Err<Fail> {
    nom::Err::Error(Fail { left: rest.len(), rule })
}

/// An error behind a commitment: no alternative is tried, and the reported place is the real one.
#[cold]
#[must_use]
pub fn stop(rest: &[u8], rule: &'static str) -> nom::Err<Fail> {
    nom::Err::Failure(Fail { left: rest.len(), rule })
}

/// Commits to what follows: an error of `result` becomes final.
///
/// # Errors
/// Those of `result`.
#[inline(always)]
pub fn cut<T>(result: PResult<'_, T>) -> PResult<'_, T> {
    match result {
        // The value is passed on as it is: what looks at each case would move it.
        Ok(parsed) => Ok(parsed),
        Err(error) => Err(commit(error)),
    }
}

/// An error that is final.
#[cold]
#[must_use]
pub fn commit(error: nom::Err<Fail>) -> nom::Err<Fail> {
    match error {
        nom::Err::Error(fail) => nom::Err::Failure(fail),
        other => other,
    }
}

/// All that a grammar function may know besides its bytes, and the record of what it tolerated.
#[derive(Debug, Clone)]
pub struct Context {
    allowed: u128,
    met: Cell<u128>,
    mode: u32,
    depth: Cell<u16>,
    elements: u32,
    ranges: u32,
    over: Cell<Option<&'static str>>,
}

/// How deep elements may be nested, unless a context says otherwise.
const DEPTH: u16 = 100;

impl Context {
    /// A context that accepts the deviations in `tolerance`.
    #[must_use]
    pub const fn new<D: Deviation>(tolerance: Tolerance<D>) -> Self {
        Self {
            allowed: tolerance.allowed().bits(),
            met: Cell::new(0),
            mode: 0,
            depth: Cell::new(DEPTH),
            elements: u32::MAX,
            ranges: u32::MAX,
            over: Cell::new(None),
        }
    }

    /// The context with the mode bits of a protocol: what was negotiated and changes the grammar.
    #[must_use]
    pub const fn with_mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    /// The context for elements that may be nested this deep.
    #[must_use]
    pub const fn with_depth(self, depth: u16) -> Self {
        Self { depth: Cell::new(depth), ..self }
    }

    /// The context for lists of up to so many elements, and sets of up to so many ranges.
    #[must_use]
    pub const fn with_counts(self, elements: u32, ranges: u32) -> Self {
        Self { elements, ranges, ..self }
    }

    /// Checks a list that was read, and how many elements it has. What holds fewer octets holds fewer
    /// elements: a list that is not counted is checked by its octets first.
    ///
    /// # Errors
    /// Rule `elements`, which [`over`](Self::over) tells too: damage that is contained hides it.
    #[inline]
    pub fn check_elements(&self, count: usize, rest: &[u8]) -> Result<(), nom::Err<Fail>> {
        if count <= self.elements as usize { Ok(()) } else { Err(self.exceed(rest, "elements")) }
    }

    /// True where a list of so many octets may have more elements than the context allows.
    #[inline]
    #[must_use]
    pub const fn may_exceed(&self, octets: usize) -> bool {
        octets > self.elements as usize
    }

    /// Checks how many ranges a set has that was read.
    ///
    /// # Errors
    /// Rule `ranges`, which [`over`](Self::over) tells too.
    #[inline]
    pub fn check_ranges(&self, count: u32, rest: &[u8]) -> Result<(), nom::Err<Fail>> {
        if count <= self.ranges { Ok(()) } else { Err(self.exceed(rest, "ranges")) }
    }

    #[cold]
    fn exceed(&self, rest: &[u8], rule: &'static str) -> nom::Err<Fail> {
        self.over.set(Some(rule));
        stop(rest, rule)
    }

    /// What was more than the context allows: `elements` or `ranges`.
    #[must_use]
    pub fn over(&self) -> Option<&'static str> {
        self.over.get()
    }

    /// The mode bits.
    #[must_use]
    pub const fn mode(&self) -> u32 {
        self.mode
    }

    /// Parses an element that may hold its like, one level deeper.
    ///
    /// # Errors
    /// Those of `parse`; `rule` where the nesting is too deep.
    pub fn nested<'a, T>(
        &self,
        input: &'a [u8],
        rule: &'static str,
        parse: impl FnOnce(&'a [u8], &Self) -> PResult<'a, T>,
    ) -> PResult<'a, T> {
        let depth = self.depth.get();
        let Some(left) = depth.checked_sub(1) else { return Err(stop(input, rule)) };
        self.depth.set(left);
        let result = parse(input, self);
        self.depth.set(depth);
        result
    }

    /// Parses what may be nested no deeper than this, nor deeper than the context allows.
    #[inline(always)]
    pub fn limited<T>(&self, depth: u16, parse: impl FnOnce(&Self) -> T) -> T {
        let before = self.depth.get();
        self.depth.set(before.min(depth));
        let result = parse(self);
        self.depth.set(before);
        result
    }

    /// Parses what is read in another mode.
    pub fn in_mode<T>(&self, mode: u32, parse: impl FnOnce(&Self) -> T) -> T {
        let inner = self.clone().with_mode(mode);
        let result = parse(&inner);
        self.met.set(inner.met.get());
        self.over.set(inner.over.get());
        result
    }

    /// True, and recorded, when `deviation` is to be accepted.
    ///
    /// Ask only where the grammar commits: a record is not taken back.
    #[inline]
    pub fn tolerate<D: Deviation>(&self, deviation: D) -> bool {
        let bit = 1_u128 << deviation.index();
        let allowed = self.allowed & bit != 0;
        if allowed {
            self.met.set(self.met.get() | bit);
        }
        allowed
    }

    /// True when `deviation` would be accepted; records nothing.
    #[inline]
    pub fn allows<D: Deviation>(&self, deviation: D) -> bool {
        self.allowed & (1_u128 << deviation.index()) != 0
    }

    /// The deviations met so far.
    #[must_use]
    pub fn met<D: Deviation>(&self) -> Deviations<D> {
        Deviations::from_bits(self.met.get())
    }
}

/// A wire element: what can be parsed at the beginning of bytes, and printed.
pub trait Wire<'a>: Sized {
    /// Parses the element at the beginning of `input`.
    ///
    /// # Errors
    /// The ABNF rule that does not match, and where.
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self>;

    /// Parses all of `input` as one element. A type that is large can make its values where they are
    /// returned: each step that passes one on moves it.
    ///
    /// # Errors
    /// Those of [`parse_whole`].
    #[inline(always)]
    fn parse_frame(input: &'a [u8], cx: &Context) -> Result<Self, SyntaxError> {
        whole(input, Self::parse_part(input, cx))
    }

    /// Writes the element. It cannot fail: what is built is valid.
    fn encode(&self, out: &mut Encoder<'_>);
}

/// A boxed element is written as the element is.
impl<'a, T: Wire<'a>> Wire<'a> for Box<T> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        T::parse_part(input, cx).map(|(rest, value)| (rest, Self::new(value)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        T::encode(self, out);
    }
}

/// Parses all of `input` as one element.
///
/// # Errors
/// The rule and the byte; rule `end` when the element is followed by other bytes.
#[inline(always)]
pub fn parse_whole<'a, T>(
    input: &'a [u8],
    parse: impl FnOnce(&'a [u8]) -> PResult<'a, T>,
) -> Result<T, SyntaxError> {
    whole(input, parse(input))
}

/// The value of what was parsed from `input`, where nothing is left of that.
#[inline(always)]
fn whole<'a, T>(input: &'a [u8], result: PResult<'a, T>) -> Result<T, SyntaxError> {
    match result {
        Ok(([], value)) => Ok(value),
        Ok((rest, _)) => Err(located(input, Fail { left: rest.len(), rule: "end" })),
        Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => Err(located(input, fail)),
        // Complete parsers never ask for more; the frame would have ended too early.
        Err(nom::Err::Incomplete(_)) => Err(SyntaxError { rule: "end", at: input.len() }),
    }
}

/// The place of `fail` as an offset into its frame.
#[cold]
#[must_use]
pub fn located(frame: &[u8], fail: Fail) -> SyntaxError {
    SyntaxError { rule: fail.rule, at: frame.len().saturating_sub(fail.left) }
}

/// Gives wire types their public face: `parse`, `parse_with`, `to_bytes`.
///
/// The first word is the deviation enum of the crate; the types implement [`Wire`]. Types that borrow
/// nothing, and so have no lifetime, are listed behind `copy`. A protocol in which the same bytes change
/// their meaning names its type of modes behind the deviations, and gets `parse_in` and `to_bytes_in` too.
#[macro_export]
macro_rules! wire_api {
    (@impl $a:lifetime, $deviation:ty, $type:ty) => {
        impl<$a> $type {
            /// Parses the whole of `input`, with the default tolerance.
            ///
            /// # Errors
            /// The ABNF rule that does not match, and the byte.
            pub fn parse(input: &$a [u8]) -> Result<Self, $crate::SyntaxError> {
                let tolerance = $crate::Tolerance::<$deviation>::default();
                let cx = $crate::parse::Context::new(tolerance);
                <Self as $crate::parse::Wire>::parse_frame(input, &cx)
            }

            /// Parses the whole of `input` and tells which tolerated deviations it holds.
            ///
            /// # Errors
            /// The ABNF rule that does not match, and the byte.
            pub fn parse_with(
                input: &$a [u8],
                tolerance: $crate::Tolerance<$deviation>,
            ) -> Result<(Self, $crate::Deviations<$deviation>), $crate::SyntaxError> {
                let cx = $crate::parse::Context::new(tolerance);
                <Self as $crate::parse::Wire>::parse_frame(input, &cx)
                .map(|value| (value, cx.met()))
            }

            /// The wire form.
            #[must_use]
            pub fn to_bytes(&self) -> $crate::export::Vec<u8> {
                $crate::encoder::to_bytes(self)
            }
        }
    };
    (@mode $a:lifetime, $deviation:ty, $mode:ty, $type:ty) => {
        impl<$a> $type {
            /// Parses the whole of `input` in a mode, and tells which tolerated deviations it holds.
            ///
            /// # Errors
            /// The ABNF rule that does not match, and the byte.
            pub fn parse_in(
                input: &$a [u8],
                mode: $mode,
                tolerance: $crate::Tolerance<$deviation>,
            ) -> Result<(Self, $crate::Deviations<$deviation>), $crate::SyntaxError> {
                let cx = $crate::parse::Context::new(tolerance).with_mode(mode.bits());
                <Self as $crate::parse::Wire>::parse_frame(input, &cx)
                .map(|value| (value, cx.met()))
            }

            /// The wire form in a mode.
            #[must_use]
            pub fn to_bytes_in(&self, mode: $mode) -> $crate::export::Vec<u8> {
                $crate::encoder::to_bytes_in(self, mode.bits())
            }
        }
    };
    ($deviation:ty: copy $($type:ident),+ $(,)?) => {
        $( $crate::wire_api!(@impl 'a, $deviation, $type); )+
    };
    ($deviation:ty: $($type:ident),+ $(,)?) => {
        $( $crate::wire_api!(@impl 'a, $deviation, $type<'a>); )+
    };
    ($deviation:ty, $mode:ty: copy $($type:ident),+ $(,)?) => {
        $( $crate::wire_api!(@impl 'a, $deviation, $type); )+
        $( $crate::wire_api!(@mode 'a, $deviation, $mode, $type); )+
    };
    ($deviation:ty, $mode:ty: $($type:ident),+ $(,)?) => {
        $( $crate::wire_api!(@impl 'a, $deviation, $type<'a>); )+
        $( $crate::wire_api!(@mode 'a, $deviation, $mode, $type<'a>); )+
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `"(" [list] ")"`
    fn list<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, usize> {
        cx.nested(input, "depth", |input, cx| {
            let (rest, ()) = crate::token::byte(input, b'(', "list")?;
            let (rest, inner) = match rest.first() {
                Some(b'(') => list(rest, cx)?,
                _ => (rest, 0),
            };
            let (rest, ()) = crate::token::byte(rest, b')', "list")?;
            Ok((rest, inner.saturating_add(1)))
        })
    }

    #[test]
    fn nesting_ends_at_the_depth() {
        crate::deviations! {
            /// None.
            enum None {
                /// One.
                One = default "",
            }
        }
        let cx = Context::new(Tolerance::<None>::strict()).with_depth(3);
        assert_eq!(list(b"((()))", &cx), Ok((&b""[..], 3)));
        let error = list(b"(((())))", &cx);
        assert_eq!(error, Err(nom::Err::Failure(Fail { left: 5, rule: "depth" })));
        // A parse that failed leaves the depth as it was.
        assert_eq!(list(b"((()))", &cx), Ok((&b""[..], 3)));
    }
}
