//! Lists of items that were checked once and are decoded when they are looked at.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;

use mailwire_core::IntoOwned;
use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};

use super::string::trusted_with;
use crate::token::{close, open, sp};
use crate::tolerance::Deviation;

pub(crate) mod plain;
mod some;

pub use some::{OneOrList, SomeList};

/// A kind of item that lists hold. It is implemented for the type with the lifetime `'static`, or for a
/// type that borrows nothing.
pub trait Item: 'static {
    /// The item, borrowed from octets that live for `'x`.
    type At<'x>: Wire<'x> + PartialEq + fmt::Debug;

    /// Parses an item of a list. An item that contains damage does so here.
    ///
    /// # Errors
    /// Those of the item.
    #[inline]
    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, Self::At<'x>> {
        Self::At::parse_part(input, cx)
    }

    /// Finds the end of an item that is looked at later. It is for kinds that are checked faster than
    /// they are decoded.
    ///
    /// # Errors
    /// Those of [`parse_item`](Self::parse_item).
    #[inline]
    fn check_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, ()> {
        Self::parse_item(input, cx).map(|(rest, _)| (rest, ()))
    }

    /// True where `len` items that stand in `wire` are known to be written as they stand there, in every
    /// mode, with one space between: such a list is copied. It is for kinds that are looked through faster
    /// than they are decoded; where nothing is known this is false.
    #[inline]
    fn is_written(wire: &[u8], len: usize) -> bool {
        let _ = (wire, len);
        false
    }
}

/// Implements [`Item`] for types with a lifetime, or behind `copy` for types without.
macro_rules! item {
    (copy $($type:ident),+ $(,)?) => {
        $( impl $crate::element::items::Item for $type { type At<'x> = $type; } )+
    };
    ($($type:ident),+ $(,)?) => {
        $( impl $crate::element::items::Item for $type<'static> { type At<'x> = $type<'x>; } )+
    };
}

pub(crate) use item;

/// Items with a space between, without parentheses: `item *(SP item)`, or nothing.
///
/// The octets of the frame are kept and decoded when they are looked at: a list of any length costs no
/// heap. A list that is built owns its octets.
///
/// # Example
/// ```
/// use mailwire_imap::element::items::Items;
/// use mailwire_imap::element::string::AString;
///
/// let words: Items<'_, AString<'static>> = Items::new([AString::new("a b")?, AString::new("c")?]);
/// assert_eq!(words.len(), 2);
/// assert_eq!(words.iter().last().unwrap().as_bytes(), b"c");
/// # Ok::<(), mailwire_imap::InvalidValue>(())
/// ```
pub struct Items<'a, T> {
    wire: Cow<'a, [u8]>,
    len: u32,
    /// True where quotes that nothing escapes could be content.
    quotes: bool,
    kind: PhantomData<fn() -> T>,
}

/// Items in parentheses: `"(" [item *(SP item)] ")"`.
pub struct ItemList<'a, T>(Items<'a, T>);

/// Items, each behind its space: `*(SP item)`.
pub struct ItemTail<'a, T>(Items<'a, T>);

impl<'a, T: Item> Items<'a, T> {
    /// No item.
    pub const EMPTY: Self =
        Self { wire: Cow::Borrowed(b""), len: 0, quotes: false, kind: PhantomData };

    /// These items, in their order.
    pub fn new<'x>(items: impl IntoIterator<Item = T::At<'x>>) -> Items<'static, T> {
        let (mut wire, mut len) = (Vec::new(), 0_u32);
        Encoder::new(&mut wire).separated(b' ', items, |out, item| {
            len = len.saturating_add(1);
            item.encode(out);
        });
        Items { wire: Cow::Owned(wire), len, quotes: false, kind: PhantomData }
    }

    /// Items that the grammar has already checked, and how many they are.
    #[inline]
    pub(crate) fn checked(wire: &'a [u8], len: u32, cx: &Context) -> Self {
        let quotes = cx.allows(Deviation::UnescapedQuote);
        Self { wire: Cow::Borrowed(wire), len, quotes, kind: PhantomData }
    }

    /// The octets of the items, as they came.
    pub(crate) fn as_wire(&self) -> &[u8] {
        &self.wire
    }

    /// How many items there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// True when there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The items in their order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { rest: &self.wire, left: self.len, quotes: self.quotes, kind: PhantomData }
    }

    /// True when an item of the list is this one.
    #[must_use]
    pub fn contains<'x>(&'x self, item: &T::At<'x>) -> bool {
        self.iter().any(|other| other == *item)
    }

    /// Writes the items one by one.
    fn encode_each(&self, out: &mut Encoder<'_>) {
        out.separated(b' ', self.iter(), |out, item| item.encode(out));
    }

    /// `item *(SP item)`, as long as items begin with this octet: at least one.
    ///
    /// # Errors
    /// Those of the items.
    pub(crate) fn parse_while(input: &'a [u8], cx: &Context, first: u8) -> PResult<'a, Self> {
        let (mut rest, _) = T::parse_item(input, cx)?;
        let mut len = 1_u32;
        while let [b' ', octet, ..] = rest {
            if *octet != first {
                break;
            }
            (rest, ()) = sp(rest, cx)?;
            (rest, _) = cut(T::parse_item(rest, cx))?;
            len = len.saturating_add(1);
        }
        cx.check_elements(len as usize, rest)?;
        let wire = input.split_at(input.len() - rest.len()).0;
        Ok((rest, Self::checked(wire, len, cx)))
    }

    /// `item *(SP item)`: at least one, up to a bracket or the end of a line.
    ///
    /// # Errors
    /// Those of the items.
    #[inline]
    pub(crate) fn parse_some(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        Self::parse_until::<true>(input, cx)
    }

    /// The same where no bracket ends the items, so that one can begin with it: outside codes.
    ///
    /// # Errors
    /// Those of the items.
    #[inline]
    pub(crate) fn parse_line(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        Self::parse_until::<false>(input, cx)
    }

    #[inline]
    fn parse_until<const BRACKET: bool>(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mut rest, ()) = T::check_item(input, cx)?;
        let mut len = 1_u32;
        // Blanks at the end are for the line to judge.
        while let [b' ', behind @ ..] = rest {
            if !has_item::<T, BRACKET>(behind, cx) {
                break;
            }
            (rest, ()) = sp(rest, cx)?;
            (rest, ()) = cut(T::check_item(rest, cx))?;
            len = len.saturating_add(1);
        }
        cx.check_elements(len as usize, rest)?;
        let wire = input.split_at(input.len() - rest.len()).0;
        Ok((rest, Self::checked(wire, len, cx)))
    }
}

/// True where an item stands behind blanks, and not the end of a list, a line or, with `BRACKET`, a code.
///
/// The bracket of a code is where no item begins with a bracket: an `astring` does, and is in no code.
#[inline]
fn has_item<T: Item, const BRACKET: bool>(behind: &[u8], cx: &Context) -> bool {
    match behind.iter().position(|octet| *octet != b' ').and_then(|at| behind.get(at..)) {
        None | Some([b')' | b'\r' | b'\n', ..]) => false,
        Some(item @ [b']', ..]) if BRACKET => T::check_item(item, cx).is_ok(),
        Some(_) => true,
    }
}

impl<'a, T: Item> Wire<'a> for Items<'a, T> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        Self::parse_some(input, cx)
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        if T::is_written(&self.wire, self.len()) {
            out.bytes(&self.wire);
        } else {
            self.encode_each(out);
        }
    }
}

impl<'a, T: Item> ItemList<'a, T> {
    /// `()`.
    pub const EMPTY: Self = Self(Items::EMPTY);

    /// These items, in their order.
    pub fn new<'x>(items: impl IntoIterator<Item = T::At<'x>>) -> ItemList<'static, T> {
        ItemList(Items::new(items))
    }

    /// The items without their parentheses.
    #[must_use]
    pub fn into_items(self) -> Items<'a, T> {
        self.0
    }
}

impl<'a, T: Item> Wire<'a> for ItemList<'a, T> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "list";
        let (inside, ()) = open(input, RULE)?;
        if let Ok((rest, ())) = close(inside, cx, RULE) {
            return Ok((rest, Self::EMPTY));
        }
        let (rest, items) = cut(Items::parse_line(inside, cx))?;
        if !matches!(rest, [b')' | b' ', ..]) {
            return Err(stop(rest, RULE));
        }
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, Self(items)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.0).byte(b')');
    }
}

impl<'a, T: Item> ItemTail<'a, T> {
    /// No item.
    pub const EMPTY: Self = Self(Items::EMPTY);

    /// These items, in their order.
    pub fn new<'x>(items: impl IntoIterator<Item = T::At<'x>>) -> ItemTail<'static, T> {
        ItemTail(Items::new(items))
    }

    /// The items.
    #[must_use]
    pub fn into_items(self) -> Items<'a, T> {
        self.0
    }
}

impl<'a, T: Item> ItemTail<'a, T> {
    /// `*(SP item)` where no bracket ends the items, so that one can begin with it: outside codes.
    ///
    /// # Errors
    /// Those of the items.
    #[inline]
    pub(crate) fn parse_line(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        Self::parse_until::<false>(input, cx)
    }

    #[inline]
    fn parse_until<const BRACKET: bool>(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match input {
            [b' ', behind @ ..] if has_item::<T, BRACKET>(behind, cx) => {
                let (rest, ()) = sp(input, cx)?;
                let (rest, items) = cut(Items::parse_until::<BRACKET>(rest, cx))?;
                Ok((rest, Self(items)))
            }
            _ => Ok((input, Self::EMPTY)),
        }
    }
}

impl<'a, T: Item> Wire<'a> for ItemTail<'a, T> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        Self::parse_until::<true>(input, cx)
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if !self.is_empty() {
            out.sp().put(&self.0);
        }
    }
}

/// The items of a list; made by [`Items::iter`].
pub struct Iter<'x, T> {
    rest: &'x [u8],
    left: u32,
    quotes: bool,
    kind: PhantomData<fn() -> T>,
}

impl<'x, T: Item> Iterator for Iter<'x, T> {
    type Item = T::At<'x>;

    #[inline]
    fn next(&mut self) -> Option<T::At<'x>> {
        self.left = self.left.checked_sub(1)?;
        // The octets were checked: the parser finds the same items again.
        let (rest, item) = T::parse_item(self.rest, &trusted_with(self.quotes)).ok()?;
        self.rest = rest.split_at(rest.iter().take_while(|octet| **octet == b' ').count()).1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left as usize))
    }
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { rest: self.rest, left: self.left, quotes: self.quotes, kind: PhantomData }
    }
}

impl<T: Item> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<T> Clone for Items<'_, T> {
    fn clone(&self) -> Self {
        Self { wire: self.wire.clone(), len: self.len, quotes: self.quotes, kind: PhantomData }
    }
}

/// Equal when the items are.
impl<T: Item> PartialEq for Items<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        let same = self.len == other.len;
        // Both lists are looked at through one lifetime, so that their items have one type.
        fn equal<'x, T: Item>(one: &'x Items<'_, T>, other: &'x Items<'_, T>) -> bool {
            one.iter().zip(other.iter()).all(|(one, other)| one == other)
        }
        let same_octets = self.quotes == other.quotes && self.wire == other.wire;
        same && (same_octets || equal(self, other))
    }
}

impl<T: Item> Eq for Items<'_, T> {}

impl<T: Item> Default for Items<'_, T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T: Item> fmt::Debug for Items<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(f)
    }
}

impl<'x, T: Item> IntoIterator for &'x Items<'_, T> {
    type Item = T::At<'x>;
    type IntoIter = Iter<'x, T>;

    fn into_iter(self) -> Iter<'x, T> {
        self.iter()
    }
}

impl<T: Item> IntoOwned for Items<'_, T> {
    type Owned = Items<'static, T>;

    fn into_owned(self) -> Items<'static, T> {
        Items {
            wire: Cow::Owned(self.wire.into_owned()),
            len: self.len,
            quotes: self.quotes,
            kind: PhantomData,
        }
    }
}

/// What [`ItemList`] and [`ItemTail`] have of the items in them.
macro_rules! forms {
    ($($form:ident)+) => { $(
        impl<'a, T> Deref for $form<'a, T> {
            type Target = Items<'a, T>;

            fn deref(&self) -> &Items<'a, T> {
                &self.0
            }
        }

        impl<T> Clone for $form<'_, T> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<T: Item> PartialEq for $form<'_, T> {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl<T: Item> Eq for $form<'_, T> {}

        impl<T: Item> Default for $form<'_, T> {
            fn default() -> Self {
                Self::EMPTY
            }
        }

        impl<T: Item> fmt::Debug for $form<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'x, T: Item> IntoIterator for &'x $form<'_, T> {
            type Item = T::At<'x>;
            type IntoIter = Iter<'x, T>;

            fn into_iter(self) -> Iter<'x, T> {
                self.iter()
            }
        }

        impl<T: Item> IntoOwned for $form<'_, T> {
            type Owned = $form<'static, T>;

            fn into_owned(self) -> $form<'static, T> {
                $form(self.0.into_owned())
            }
        }
    )+ };
}

forms!(ItemList ItemTail);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::string::{AString, trusted};
    use crate::rows::{check_lenient, check_rejects, check_rows};

    type Words<'a> = ItemList<'a, AString<'static>>;

    fn words<const N: usize>(words: [&str; N]) -> Words<'static> {
        ItemList::new(words.map(|word| AString::new(word).unwrap()))
    }

    #[test]
    fn rows() {
        check_rows::<Words<'_>>(&[
            (b"()", words([])),
            (b"(a)", words(["a"])),
            (b"(a \"b c\" {3}\r\nd\r\n)", words(["a", "b c", "d\r\n"])),
            (b"(a ]b ])", words(["a", "]b", "]"])),
        ]);
        check_rejects::<Words<'_>>(&[
            (b"", "list", 0),
            (b"(a", "list", 2),
            (b"(a\"b\")", "list", 2),
            (b"(a (b))", "astring", 3),
            (b"(a) b", "end", 3),
        ]);
        check_lenient::<Words<'_>>(&[
            (b"(a )", Deviation::TrailingSpace, b"(a)"),
            (b"(a  b)", Deviation::ExtraSpaces, b"(a b)"),
        ]);
    }

    #[test]
    fn tails() {
        let tail = |words: &[&'static str]| {
            let words = words.iter().map(|word| AString::new(*word).unwrap());
            ItemTail::<AString<'static>>::new(words)
        };
        check_rows(&[(b"", tail(&[])), (b" a \"b c\"", tail(&["a", "b c"]))]);
        check_rejects::<ItemTail<'_, AString<'static>>>(&[
            (b"a", "end", 0),
            (b" a (b)", "astring", 3),
            (b" ", "end", 0),
        ]);
    }

    #[test]
    fn lists_are_equal_when_their_items_are() {
        let cx = trusted();
        let parsed = Words::parse_part(b"(\"a\"  {1}\r\nb )", &cx).unwrap().1;
        assert_eq!(parsed, words(["a", "b"]));
        assert_eq!(parsed.len(), 2);
        assert_eq!(parsed.clone().into_owned(), parsed);
        assert_ne!(parsed, words(["a"]));
        assert!(parsed.contains(&AString::new("b").unwrap()));
    }
}
