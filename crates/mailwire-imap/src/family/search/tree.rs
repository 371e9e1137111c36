//! Search keys in search keys: how deep they may be, and which may stand beside which.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Deref;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::{InvalidValue, into_owned};

use super::key::SearchKey;
use crate::token::{close, sp};

/// How deep keys are in each other at most. No function here recurses deeper, nor does dropping a tree.
pub(super) const DEPTH: u16 = 32;

const RULE: &str = "search-key";

/// A key inside another. Trees are at most 32 keys deep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nested<'a>(Box<SearchKey<'a>>);

/// The two keys of `OR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Either<'a> {
    one: Nested<'a>,
    other: Nested<'a>,
}

/// One or more keys, all of which have to match: `search-key *(SP search-key)`.
///
/// It is a slice of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchKeys<'a>(Vec<SearchKey<'a>>);

into_owned!(@impl Nested, self => { Nested(self.0.into_owned()) });
into_owned!(struct Either { one, other });
into_owned!(@impl SearchKeys, self => { SearchKeys(self.0.into_owned()) });

impl<'a> Deref for Nested<'a> {
    type Target = SearchKey<'a>;

    fn deref(&self) -> &SearchKey<'a> {
        &self.0
    }
}

impl<'a> Deref for SearchKeys<'a> {
    type Target = [SearchKey<'a>];

    fn deref(&self) -> &[SearchKey<'a>] {
        &self.0
    }
}

impl<'x, 'a> IntoIterator for &'x SearchKeys<'a> {
    type Item = &'x SearchKey<'a>;
    type IntoIter = core::slice::Iter<'x, SearchKey<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> Wire<'a> for Nested<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        cx.nested(input, RULE, SearchKey::parse_part).map(|(rest, key)| (rest, Self(Box::new(key))))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        self.0.encode(out);
    }
}

impl<'a> Wire<'a> for Either<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, one) = Nested::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, other) = cut(Nested::parse_part(rest, cx))?;
        Ok((rest, Self { one, other }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.one).sp().put(&self.other);
    }
}

impl<'a> Wire<'a> for SearchKeys<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (mut rest, first) = SearchKey::parse_part(input, cx)?;
        // One key, or some more: one allocation for most.
        let mut keys = Vec::with_capacity(if rest.first() == Some(&b' ') { 4 } else { 1 });
        keys.push(first);
        while let [b' ', behind @ ..] = rest {
            // Blanks at the end are for the line or the parenthesis to judge.
            let next = behind.iter().find(|octet| **octet != b' ');
            if next.is_none_or(|octet| matches!(octet, b')' | b'\r' | b'\n')) {
                break;
            }
            let (at, ()) = cut(sp(rest, cx))?;
            let (behind, key) = cut(SearchKey::parse_part(at, cx))?;
            keys.push(key);
            cx.check_elements(keys.len(), behind)?;
            rest = behind;
        }
        Ok((rest, Self(keys)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.separated(b' ', &self.0, |out, key| key.encode(out));
    }
}

impl<'a> Nested<'a> {
    /// A key to stand in another.
    ///
    /// # Errors
    /// [`InvalidValue`] where it is 32 keys deep itself.
    pub fn new(key: SearchKey<'a>) -> Result<Self, InvalidValue> {
        if key.depth() < DEPTH { Ok(Self(Box::new(key))) } else { Err(TOO_DEEP) }
    }

    /// The key alone.
    #[must_use]
    pub fn into_key(self) -> SearchKey<'a> {
        *self.0
    }
}

const TOO_DEEP: InvalidValue = InvalidValue { what: RULE, at: 0 };

impl<'a> Either<'a> {
    /// The first key.
    #[must_use]
    pub const fn one(&self) -> &Nested<'a> {
        &self.one
    }

    /// The second key.
    #[must_use]
    pub const fn other(&self) -> &Nested<'a> {
        &self.other
    }
}

impl<'a> SearchKeys<'a> {
    /// These keys, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none, with 0 for its place; and where a key that is not known here
    /// stands before a set or a group, which would be read as its value, with the place of the latter.
    pub fn new(keys: impl Into<Vec<SearchKey<'a>>>) -> Result<Self, InvalidValue> {
        let keys = keys.into();
        let wrong = keys.windows(2).position(|pair| match pair {
            [one, other] => reads_on(one, other),
            _ => false,
        });
        match wrong {
            _ if keys.is_empty() => Err(InvalidValue { what: RULE, at: 0 }),
            Some(at) => Err(InvalidValue { what: RULE, at: at.saturating_add(1) }),
            None => Ok(Self(keys)),
        }
    }

    /// The keys themselves.
    #[must_use]
    pub fn into_vec(self) -> Vec<SearchKey<'a>> {
        self.0
    }

    /// `"(" search-key *(SP search-key) ")"`, behind its parenthesis.
    pub(super) fn parse_group(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, keys) = cut(Self::parse_part(input, cx))?;
        let (rest, ()) = close(rest, cx, RULE)?;
        Ok((rest, keys))
    }
}

/// True when `other` behind `one` is read as a value of it.
fn reads_on(one: &SearchKey<'_>, other: &SearchKey<'_>) -> bool {
    let mut last = one;
    loop {
        last = match last {
            SearchKey::Not(key) | SearchKey::Fuzzy(key) => key,
            SearchKey::InThread(thread) => &thread.key,
            SearchKey::Or(keys) => &keys.other,
            SearchKey::Other(_) => break,
            _ => return false,
        };
    }
    matches!(other, SearchKey::Set(_) | SearchKey::Group(_))
}

impl<'a> SearchKey<'a> {
    /// Messages that do not match.
    ///
    /// # Errors
    /// [`InvalidValue`] where the key is 32 keys deep.
    #[allow(clippy::should_implement_trait)] // The trait's method cannot fail.
    pub fn not(key: Self) -> Result<Self, InvalidValue> {
        Nested::new(key).map(Self::Not)
    }

    /// Messages that match either key.
    ///
    /// # Errors
    /// [`InvalidValue`] where a key is 32 keys deep, or the second would be read as a value of the first,
    /// see [`SearchKeys::new`].
    pub fn or(one: Self, other: Self) -> Result<Self, InvalidValue> {
        if reads_on(&one, &other) {
            return Err(InvalidValue { what: RULE, at: 1 });
        }
        Ok(Self::Or(Either { one: Nested::new(one)?, other: Nested::new(other)? }))
    }

    /// Messages that match a key more or less.
    ///
    /// # Errors
    /// [`InvalidValue`] where the key is 32 keys deep.
    pub fn fuzzy(key: Self) -> Result<Self, InvalidValue> {
        Nested::new(key).map(Self::Fuzzy)
    }

    /// Messages that match all keys: keys in parentheses.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no key, one is 32 keys deep, or one would be read as a value of the
    /// one before it, see [`SearchKeys::new`].
    pub fn group(keys: impl Into<Vec<Self>>) -> Result<Self, InvalidValue> {
        let keys = SearchKeys::new(keys)?;
        if keys.iter().any(|key| key.depth() >= DEPTH) {
            Err(TOO_DEEP)
        } else {
            Ok(Self::Group(keys))
        }
    }

    /// Messages that match any of the keys, as a tree that is as flat as it can be.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no key, or the tree is over 32 keys deep.
    pub fn any(keys: impl IntoIterator<Item = Self>) -> Result<Self, InvalidValue> {
        let mut keys: Vec<_> = keys.into_iter().collect();
        // Neighbours are joined until one is left: 32 levels hold more keys than a line does.
        while keys.len() > 1 {
            let mut joined = Vec::with_capacity(keys.len().div_ceil(2));
            let mut left = keys.into_iter();
            while let Some(one) = left.next() {
                joined.push(match left.next() {
                    Some(other) => Self::or(one, other)?,
                    None => one,
                });
            }
            keys = joined;
        }
        keys.pop().ok_or(InvalidValue { what: RULE, at: 0 })
    }

    /// How many keys are in each other below this one: 0 for a key that holds none.
    pub(super) fn depth(&self) -> u16 {
        let inner = match self {
            Self::Not(key) | Self::Fuzzy(key) => key.depth(),
            Self::InThread(thread) => thread.key.depth(),
            Self::Or(keys) => keys.one.depth().max(keys.other.depth()),
            Self::Group(keys) => keys.iter().map(Self::depth).max().unwrap_or(0),
            _ => return 0,
        };
        inner.saturating_add(1)
    }
}
