//! Lists that are never empty, with their parentheses or with a choice of them.

use super::*;
use mailwire_core::InvalidValue;

/// Items in parentheses, at least one: `"(" item *(SP item) ")"`.
pub struct SomeList<'a, T>(Items<'a, T>);

/// One item, or at least one in parentheses: `item / "(" item *(SP item) ")"`.
///
/// How it is written is part of the value: LIST with a pattern in parentheses is another command than LIST
/// with the pattern alone.
pub struct OneOrList<'a, T> {
    items: Items<'a, T>,
    listed: bool,
}

const EMPTY: InvalidValue = InvalidValue { what: "list", at: 0 };

impl<'a, T: Item> SomeList<'a, T> {
    /// These items, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn new<'x>(
        items: impl IntoIterator<Item = T::At<'x>>,
    ) -> Result<SomeList<'static, T>, InvalidValue> {
        let items = Items::new(items);
        if items.is_empty() { Err(EMPTY) } else { Ok(SomeList(items)) }
    }

    /// The items without their parentheses.
    #[must_use]
    pub fn into_items(self) -> Items<'a, T> {
        self.0
    }
}

impl<'a, T: Item> OneOrList<'a, T> {
    /// One item, without parentheses.
    #[must_use]
    pub fn one(item: T::At<'_>) -> OneOrList<'static, T> {
        OneOrList { items: Items::new([item]), listed: false }
    }

    /// These items in parentheses, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn list<'x>(
        items: impl IntoIterator<Item = T::At<'x>>,
    ) -> Result<OneOrList<'static, T>, InvalidValue> {
        let SomeList(items) = SomeList::new(items)?;
        Ok(OneOrList { items, listed: true })
    }

    /// True where the items stand in parentheses.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        self.listed
    }

    /// Items that were read without the parentheses that belong around them.
    pub(crate) const fn listed(items: Items<'a, T>) -> Self {
        Self { items, listed: true }
    }
}

impl<'a, T: Item> ItemList<'a, T> {
    /// `[SP "(" item *(SP item) ")"]`: no item where no list stands.
    ///
    /// # Errors
    /// Those of the items.
    #[inline]
    pub(crate) fn parse_optional(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if !matches!(input, [b' ', b'(' | b' ', ..])
            || input.iter().find(|octet| **octet != b' ') != Some(&b'(')
        {
            return Ok((input, Self::EMPTY));
        }
        let (rest, ()) = sp(input, cx)?;
        let (rest, SomeList(items)) = cut(SomeList::parse_part(rest, cx))?;
        Ok((rest, Self(items)))
    }

    /// Writes a space and the list; nothing where there is no item.
    pub(crate) fn encode_optional(&self, out: &mut Encoder<'_>) {
        if !self.is_empty() {
            out.sp().put(self);
        }
    }
}

impl<'a, T: Item> Wire<'a> for SomeList<'a, T> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, ItemList(items)) = ItemList::parse_part(input, cx)?;
        if items.is_empty() {
            return Err(stop(input.get(1..).unwrap_or_default(), "list"));
        }
        Ok((rest, Self(items)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.0).byte(b')');
    }
}

impl<'a, T: Item> Wire<'a> for OneOrList<'a, T> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.first() == Some(&b'(') {
            let (rest, SomeList(items)) = SomeList::parse_part(input, cx)?;
            return Ok((rest, Self { items, listed: true }));
        }
        let (rest, ()) = T::check_item(input, cx)?;
        let wire = input.split_at(input.len() - rest.len()).0;
        Ok((rest, Self { items: Items::checked(wire, 1, cx), listed: false }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.listed {
            out.byte(b'(').put(&self.items).byte(b')');
        } else {
            out.put(&self.items);
        }
    }
}

impl<'a, T> Deref for SomeList<'a, T> {
    type Target = Items<'a, T>;

    fn deref(&self) -> &Items<'a, T> {
        &self.0
    }
}

impl<'a, T> Deref for OneOrList<'a, T> {
    type Target = Items<'a, T>;

    fn deref(&self) -> &Items<'a, T> {
        &self.items
    }
}

impl<'a, T> From<SomeList<'a, T>> for ItemList<'a, T> {
    fn from(list: SomeList<'a, T>) -> Self {
        Self(list.0)
    }
}

impl<T> Clone for SomeList<'_, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Clone for OneOrList<'_, T> {
    fn clone(&self) -> Self {
        Self { items: self.items.clone(), listed: self.listed }
    }
}

impl<T: Item> PartialEq for SomeList<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Item> PartialEq for OneOrList<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.listed == other.listed && self.items == other.items
    }
}

impl<T: Item> Eq for SomeList<'_, T> {}

impl<T: Item> Eq for OneOrList<'_, T> {}

impl<T: Item> fmt::Debug for SomeList<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Item> fmt::Debug for OneOrList<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}

impl<T: Item> IntoOwned for SomeList<'_, T> {
    type Owned = SomeList<'static, T>;

    fn into_owned(self) -> SomeList<'static, T> {
        SomeList(self.0.into_owned())
    }
}

impl<T: Item> IntoOwned for OneOrList<'_, T> {
    type Owned = OneOrList<'static, T>;

    fn into_owned(self) -> OneOrList<'static, T> {
        OneOrList { items: self.items.into_owned(), listed: self.listed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::string::AString;
    use crate::rows::{check_rejects, check_rows};

    type Word = AString<'static>;

    fn words<const N: usize>(words: [&'static str; N]) -> [Word; N] {
        words.map(|word| AString::new(word).unwrap())
    }

    #[test]
    fn rows() {
        check_rows::<SomeList<'_, Word>>(&[
            (b"(a)", SomeList::new(words(["a"])).unwrap()),
            (b"(a \"b c\")", SomeList::new(words(["a", "b c"])).unwrap()),
        ]);
        check_rejects::<SomeList<'_, Word>>(&[(b"()", "list", 1), (b"a", "list", 0)]);
        let [one] = words(["a"]);
        check_rows::<OneOrList<'_, Word>>(&[
            (b"a", OneOrList::one(one)),
            (b"(a)", OneOrList::list(words(["a"])).unwrap()),
            (b"(a \"b c\")", OneOrList::list(words(["a", "b c"])).unwrap()),
        ]);
        check_rejects::<OneOrList<'_, Word>>(&[
            (b"", "astring", 0),
            (b"()", "list", 1),
            (b"a b", "end", 1),
        ]);
        assert!(SomeList::<Word>::new([]).is_err() && OneOrList::<Word>::list([]).is_err());
        let [one] = words(["a"]);
        assert_ne!(OneOrList::<Word>::one(one), OneOrList::list(words(["a"])).unwrap());
    }
}
