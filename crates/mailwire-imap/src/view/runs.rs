//! Runs of messages in order, as a tree: where a sequence number is, where a UID is, and how to take a
//! message out, each in a time that grows with the logarithm of the number of runs.
//!
//! It is a B+ tree. A leaf holds runs, an inner node holds nodes with the number of their messages and
//! their first UID. A node is split before it outgrows one allocation, and joins its neighbour when
//! both became small.

use alloc::vec;
use alloc::vec::Vec;

/// A run: messages in order whose UIDs ascend by one, or are all unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// How many messages; never 0 in the tree.
    pub(super) len: u32,
    /// The UID of the first one; 0 where the UIDs are unknown.
    pub(super) uid: u32,
}

/// The most entries of a node at rest. An edit adds two before it splits, so 64 are the most ever.
const FULL: usize = 62;
/// A node with fewer entries looks for a neighbour to join.
const SMALL: usize = 16;
/// The most entries of two nodes that join, so that they are not split again at once.
const JOINED: usize = 46;

#[derive(Debug, Clone)]
enum Node {
    Leaf(Vec<Span>),
    Inner(Vec<Child>),
}

#[derive(Debug, Clone)]
struct Child {
    messages: u32,
    /// The first known UID; 0 where there is none.
    first_uid: u32,
    node: Node,
}

#[derive(Debug, Clone)]
pub(super) struct Runs {
    root: Child,
    /// Entries looked at, for tests that show how the cost grows.
    #[cfg(test)]
    pub(super) steps: core::cell::Cell<u64>,
}

impl Span {
    /// The UID of the message at `index` of the run.
    pub(super) const fn uid_at(self, index: u32) -> Option<u32> {
        if self.uid == 0 { None } else { Some(self.uid.saturating_add(index)) }
    }

    /// The last UID; 0 where the UIDs are unknown.
    pub(super) const fn last_uid(self) -> u32 {
        if self.uid == 0 { 0 } else { self.uid.saturating_add(self.len.saturating_sub(1)) }
    }

    /// The first `len` messages.
    const fn head(self, len: u32) -> Self {
        Self { len, uid: self.uid }
    }

    /// The messages from `index` on.
    const fn tail(self, index: u32) -> Self {
        let uid = if self.uid == 0 { 0 } else { self.uid.saturating_add(index) };
        Self { len: self.len.saturating_sub(index), uid }
    }

    /// True when `other` behind this run makes one run with it.
    fn continues(self, other: Self) -> bool {
        match (self.uid, other.uid) {
            (0, 0) => true,
            (0, _) | (_, 0) => false,
            (uid, other) => uid.checked_add(self.len) == Some(other),
        }
    }
}

impl Node {
    fn len(&self) -> usize {
        match self {
            Self::Leaf(spans) => spans.len(),
            Self::Inner(children) => children.len(),
        }
    }
}

impl Child {
    const EMPTY: Self = Self { messages: 0, first_uid: 0, node: Node::Leaf(Vec::new()) };

    fn of(node: Node) -> Self {
        let mut child = Self { messages: 0, first_uid: 0, node };
        child.sum();
        child
    }

    /// Counts anew what the node holds.
    fn sum(&mut self) {
        let first = |first: u32, uid: u32| if first == 0 { uid } else { first };
        let (messages, uid) = match &self.node {
            Node::Leaf(spans) => spans.iter().fold((0_u32, 0), |(messages, uid), span| {
                (messages.saturating_add(span.len), first(uid, span.uid))
            }),
            Node::Inner(children) => children.iter().fold((0_u32, 0), |(messages, uid), child| {
                (messages.saturating_add(child.messages), first(uid, child.first_uid))
            }),
        };
        (self.messages, self.first_uid) = (messages, uid);
    }

    /// Puts `new` in the place of the run that holds the message at `offset`; gives what was split off
    /// to the right. The depth of the recursion is that of the tree.
    fn edit(&mut self, mut offset: u32, new: &[Span]) -> Option<Self> {
        let split = match &mut self.node {
            Node::Leaf(spans) => {
                let at = find(spans.iter().map(|span| span.len), &mut offset)?;
                spans.splice(at..=at, new.iter().copied());
                halve(spans, at.saturating_add(new.len())).map(Node::Leaf)
            }
            Node::Inner(children) => {
                let at = find(children.iter().map(|child| child.messages), &mut offset)?;
                match children.get_mut(at)?.edit(offset, new) {
                    Some(right) => children.insert(at.saturating_add(1), right),
                    None => tidy(children, at),
                }
                halve(children, at.saturating_add(2)).map(Node::Inner)
            }
        };
        self.sum();
        split.map(Self::of)
    }
}

/// The first entry that `offset` is in; `offset` becomes the one in the entry.
fn find(lens: impl Iterator<Item = u32>, offset: &mut u32) -> Option<usize> {
    for (at, len) in lens.enumerate() {
        if *offset < len {
            return Some(at);
        }
        *offset -= len;
    }
    None
}

/// Splits off what a node has too much. Where it grew at its end it stays full, as it does in a
/// mailbox that is read from front to back.
fn halve<T>(entries: &mut Vec<T>, grown: usize) -> Option<Vec<T>> {
    if entries.len() <= FULL {
        return None;
    }
    let at = if grown >= entries.len() { FULL } else { entries.len() / 2 };
    let mut right = Vec::with_capacity(FULL.saturating_add(2));
    right.extend(entries.drain(at..));
    Some(right)
}

/// Drops the child at `at` when it is empty, and joins it with a neighbour when both are small.
fn tidy(children: &mut Vec<Child>, at: usize) {
    let len = |children: &[Child], at: usize| children.get(at).map_or(FULL, |at| at.node.len());
    match len(children, at) {
        0 => {
            children.remove(at);
        }
        small if small < SMALL => {
            let left = [Some(at), at.checked_sub(1)].into_iter().flatten().find(|&left| {
                let right = left.saturating_add(1);
                right < children.len() && len(children, left) + len(children, right) <= JOINED
            });
            if let Some(left) = left {
                let right = children.remove(left.saturating_add(1));
                if let Some(left) = children.get_mut(left) {
                    match (&mut left.node, right.node) {
                        (Node::Leaf(left), Node::Leaf(right)) => left.extend(right),
                        (Node::Inner(left), Node::Inner(right)) => left.extend(right),
                        // All leaves are at one depth.
                        (Node::Leaf(_), Node::Inner(_)) | (Node::Inner(_), Node::Leaf(_)) => {}
                    }
                    left.sum();
                }
            }
        }
        _ => {}
    }
}

impl Runs {
    pub(super) const fn new() -> Self {
        Self {
            root: Child::EMPTY,
            #[cfg(test)]
            steps: core::cell::Cell::new(0),
        }
    }

    /// How many messages.
    pub(super) const fn messages(&self) -> u32 {
        self.root.messages
    }

    fn looked_at(&self, _entries: usize) {
        #[cfg(test)]
        self.steps.set(self.steps.get().saturating_add(_entries as u64));
    }

    /// The runs of one leaf from the one that holds the message at `offset`, and where that begins.
    fn leaf_at(&self, offset: u32) -> Option<(u32, &[Span])> {
        let (mut node, mut within) = (&self.root.node, offset);
        loop {
            match node {
                Node::Inner(children) => {
                    let at = find(children.iter().map(|child| child.messages), &mut within)?;
                    self.looked_at(at.saturating_add(1));
                    node = &children.get(at)?.node;
                }
                Node::Leaf(spans) => {
                    let at = find(spans.iter().map(|span| span.len), &mut within)?;
                    self.looked_at(at.saturating_add(1));
                    return Some((offset.saturating_sub(within), spans.get(at..)?));
                }
            }
        }
    }

    /// The run that holds the message at `offset`, and the offset of its first message.
    pub(super) fn at(&self, offset: u32) -> Option<(u32, Span)> {
        let (start, spans) = self.leaf_at(offset)?;
        Some((start, *spans.first()?))
    }

    /// The last known run that begins at `uid` or below, and the offset of its first message.
    pub(super) fn floor(&self, uid: u32) -> Option<(u32, Span)> {
        let below = |first: u32| first != 0 && first <= uid;
        let (mut node, mut start) = (&self.root.node, 0_u32);
        loop {
            match node {
                Node::Inner(children) => {
                    self.looked_at(children.len());
                    let at = children.iter().rposition(|child| below(child.first_uid))?;
                    let before = children.get(..at)?.iter();
                    start = before.fold(start, |sum, child| sum.saturating_add(child.messages));
                    node = &children.get(at)?.node;
                }
                Node::Leaf(spans) => {
                    self.looked_at(spans.len());
                    let at = spans.iter().rposition(|span| below(span.uid))?;
                    let before = spans.get(..at)?.iter();
                    start = before.fold(start, |sum, span| sum.saturating_add(span.len));
                    return Some((start, *spans.get(at)?));
                }
            }
        }
    }

    /// All runs from `offset` on, with the offset of their first message.
    pub(super) fn iter(&self, offset: u32) -> Spans<'_> {
        Spans { runs: self, offset, leaf: &[] }
    }

    /// Puts up to three runs in the place of the one that holds the message at `offset`. Empty ones
    /// are left out. Neighbours are not joined.
    fn edit(&mut self, offset: u32, new: [Span; 3]) {
        self.looked_at(2 * FULL);
        let mut kept = [Span { len: 0, uid: 0 }; 3];
        let mut len = 0;
        for (to, span) in kept.iter_mut().zip(new.into_iter().filter(|span| span.len > 0)) {
            *to = span;
            len += 1;
        }
        if let Some(right) = self.root.edit(offset, kept.get(..len).unwrap_or_default()) {
            let left = core::mem::replace(&mut self.root, Child::EMPTY);
            self.root = Child::of(Node::Inner(vec![left, right]));
        }
        while let Node::Inner(children) = &mut self.root.node {
            match children.pop() {
                Some(child) if children.is_empty() => self.root = child,
                Some(child) => {
                    children.push(child);
                    break;
                }
                None => self.root = Child::EMPTY,
            }
        }
        if self.root.messages == 0 {
            self.root = Child::EMPTY;
        }
    }

    /// Makes one run of those on both sides of `offset` where they can be one.
    fn join(&mut self, offset: u32) {
        let Some((_, left)) = offset.checked_sub(1).and_then(|before| self.at(before)) else {
            return;
        };
        let Some((start, right)) = self.at(offset) else { return };
        // Where `offset` is inside a run there is nothing to join.
        if start == offset && left.continues(right) {
            let joined = Span { len: left.len.saturating_add(right.len), uid: left.uid };
            self.edit(offset, [Span { len: 0, uid: 0 }; 3]);
            self.edit(offset - 1, [joined, Span { len: 0, uid: 0 }, Span { len: 0, uid: 0 }]);
        }
    }

    /// Adds a run before the message at `offset`, where a run begins, or at the end.
    pub(super) fn insert(&mut self, offset: u32, span: Span) {
        let none = Span { len: 0, uid: 0 };
        if span.len == 0 {
            return;
        }
        let last = self.messages().checked_sub(1);
        match (self.at(offset), last.and_then(|last| self.at(last))) {
            (Some((_, behind)), _) => self.edit(offset, [span, behind, none]),
            // The common case, growth at the end, needs no second edit.
            (None, Some((start, before))) if before.continues(span) => {
                let len = before.len.saturating_add(span.len);
                self.edit(start, [Span { len, uid: before.uid }, none, none]);
            }
            (None, Some((start, before))) => self.edit(start, [before, span, none]),
            (None, None) => self.root = Child::of(Node::Leaf(vec![span])),
        }
        self.join(offset.saturating_add(span.len));
        self.join(offset);
    }

    /// Takes out `len` messages from `offset` on, which are all in one run.
    pub(super) fn remove(&mut self, offset: u32, len: u32) {
        let Some((start, span)) = self.at(offset) else { return };
        let index = offset.saturating_sub(start);
        let tail = span.tail(index.saturating_add(len).min(span.len));
        let mut new = [span.head(index), tail, Span { len: 0, uid: 0 }];
        if span.uid == 0 {
            new = [span.head(index.saturating_add(tail.len)), new[2], new[2]];
        }
        self.edit(offset, new);
        self.join(offset);
    }

    /// Gives `len` messages from `offset` on the UIDs from `uid` on, where they have none.
    pub(super) fn learn(&mut self, offset: u32, len: u32, uid: u32) {
        let end = offset.saturating_add(len);
        let mut at = offset;
        while at < end {
            let Some((start, span)) = self.at(at) else { return };
            let stop = end.min(start.saturating_add(span.len));
            if span.uid == 0 {
                let known = Span { len: stop - at, uid: uid.saturating_add(at - offset) };
                let behind = Span { len: start.saturating_add(span.len) - stop, uid: 0 };
                self.edit(at, [span.head(at - start), known, behind]);
                self.join(stop);
                self.join(at);
            }
            at = stop;
        }
    }

    #[cfg(test)]
    pub(super) fn check(&self) -> (usize, usize) {
        fn walk(child: &Child, depth: usize, depths: &mut Vec<usize>, octets: &mut usize) {
            let mut again = child.clone();
            again.sum();
            assert_eq!((child.messages, child.first_uid), (again.messages, again.first_uid));
            assert!(child.node.len() <= FULL);
            match &child.node {
                Node::Leaf(spans) => {
                    assert!(spans.capacity() <= FULL + 2);
                    *octets += spans.capacity() * size_of::<Span>();
                    depths.push(depth);
                }
                Node::Inner(children) => {
                    *octets += children.capacity() * size_of::<Child>();
                    assert!(!children.is_empty());
                    children.iter().for_each(|child| walk(child, depth + 1, depths, octets));
                }
            }
        }
        let (mut depths, mut octets) = (Vec::new(), 0);
        walk(&self.root, 1, &mut depths, &mut octets);
        assert!(depths.windows(2).all(|pair| pair[0] == pair[1]), "leaves at one depth");
        let spans: Vec<_> = self.iter(0).collect();
        let (mut offset, mut known) = (0, (0, 0));
        for (start, span) in &spans {
            assert!(*start == offset && span.len > 0);
            if span.uid != 0 {
                // Each message between has a UID of its own.
                assert!(span.uid - known.1 > start - known.0, "{spans:?}");
                known = (start + span.len, span.last_uid());
            }
            offset += span.len;
        }
        assert!(spans.windows(2).all(|pair| !pair[0].1.continues(pair[1].1)), "{spans:?}");
        (depths[0], octets)
    }
}

/// Runs with the offset of their first message.
#[derive(Debug, Clone)]
pub(super) struct Spans<'a> {
    runs: &'a Runs,
    offset: u32,
    leaf: &'a [Span],
}

impl Iterator for Spans<'_> {
    type Item = (u32, Span);

    fn next(&mut self) -> Option<(u32, Span)> {
        if self.leaf.is_empty() {
            (self.offset, self.leaf) = self.runs.leaf_at(self.offset)?;
        }
        let (&span, rest) = self.leaf.split_first()?;
        let start = self.offset;
        (self.offset, self.leaf) = (start.saturating_add(span.len), rest);
        Some((start, span))
    }
}
