//! Searches whose result is in threads: THREAD.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, Fail, PResult, Wire, cut, fail, parse_whole, stop};
use mailwire_core::token::one_or_more;
use mailwire_core::{InvalidValue, into_owned, owned_already, text_type, wire_api};

use super::search::SearchProgram;
use crate::extension::{Extension, IsMet, Need};
use crate::token::{ATOM_CHAR, close, digits, sp};
use crate::tolerance::Deviation;

text_type! {
    /// How threads are made of messages.
    ///
    /// RFC 5256 section 3; `REFS` from Dovecot and Cyrus. Names are equal without regard to case.
    ///
    /// # Grammar
    /// ```abnf
    /// thread-alg     = "ORDEREDSUBJECT" / "REFERENCES" / thread-alg-ext
    /// thread-alg-ext = atom
    /// ```
    ///
    /// # Wire
    /// ```text
    /// REFERENCES
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `thread-alg`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::thread::ThreadAlgorithm;
    ///
    /// assert_eq!(ThreadAlgorithm::parse(b"refs")?, ThreadAlgorithm::REFS);
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct ThreadAlgorithm: "thread-alg", check = check, utf8, ignore case
}

fn check(name: &[u8]) -> Result<(), usize> {
    ATOM_CHAR.check(name)?;
    if name.is_empty() { Err(0) } else { Ok(()) }
}

impl ThreadAlgorithm<'_> {
    /// What a server has to offer for it; `None` for one that is not known here.
    #[must_use]
    pub fn need(&self) -> Option<Need> {
        if *self == Self::REFERENCES {
            Some(Need::of(Extension::ThreadReferences))
        } else if *self == Self::ORDERED_SUBJECT {
            Some(Need::of(Extension::ThreadOrderedSubject))
        } else if *self == Self::REFS {
            Some(Need::of(Extension::ThreadRefs))
        } else {
            None
        }
    }
}

impl Thread<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        self.algorithm
            .need()
            .and_then(|need| need.unmet(is_met))
            .or_else(|| self.program.lacks(is_met))
    }
}

/// The arguments of THREAD and UID THREAD.
///
/// RFC 5256 section 3. It is answered by [`Threads`].
///
/// # Grammar
/// ```abnf
/// thread          = ["UID" SP] "THREAD" SP thread-alg SP search-criteria
/// search-criteria = charset 1*(SP search-key)
/// ```
///
/// # Wire
/// ```text
/// C: A285 THREAD REFERENCES UTF-8 SINCE 5-MAR-2000
/// ```
///
/// # Limits
/// Search keys are in each other up to 32 deep.
///
/// # Errors
/// `thread-alg`, and those of a [`SearchProgram`].
///
/// # Example
/// ```
/// use mailwire_imap::Command;
/// use mailwire_imap::family::thread::ThreadAlgorithm;
///
/// let command = Command::parse(b"THREAD REFERENCES UTF-8 ALL")?;
/// let Command::Thread(thread) = &command else { panic!() };
/// assert_eq!(thread.algorithm(), &ThreadAlgorithm::REFERENCES);
/// assert_eq!(command.to_bytes(), b"THREAD REFERENCES UTF-8 ALL");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread<'a> {
    algorithm: ThreadAlgorithm<'a>,
    program: SearchProgram<'a>,
}

/// The threads that a search found: messages and the answers to them.
///
/// RFC 5256 section 4. The octets are checked once, without recursion, and decoded when they are iterated: as
/// messages with their parents, or as they stand there.
///
/// # Grammar
/// ```abnf
/// thread-data    = "THREAD" [SP 1*thread-list]
/// thread-list    = "(" (thread-members / thread-nested) ")"
/// thread-members = nz-number *(SP nz-number) [SP thread-nested]
/// thread-nested  = 2*thread-list
/// ```
/// Deviations: [`SpaceBetweenItems`](Deviation::SpaceBetweenItems), [`ExtraSpaces`](Deviation::ExtraSpaces),
/// [`TrailingSpace`](Deviation::TrailingSpace), [`LoneThread`](Deviation::LoneThread).
///
/// # Wire
/// ```text
/// S: * THREAD (2)(3 6 (4 23)(44 7 96))
/// ```
///
/// # Limits
/// Lists are nested up to 100 deep. A chain of answers, `1 2 3`, is one list and may be of any length.
///
/// # Errors
/// `thread-list`, also where lists are nested too deep; `nz-number`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::{Data, Response};
///
/// let response = Response::parse(b"* THREAD (2)(3 6 (4 23)(44 7 96))\r\n")?;
/// let Response::Data(Data::Thread(threads)) = &response else { panic!() };
/// assert_eq!(threads.len(), 2);
/// let parents: Vec<_> = threads
///     .iter()
///     .flat_map(|thread| thread.messages())
///     .map(|message| (message.number.get(), message.parent.map_or(0, |parent| parent.get())))
///     .collect();
/// assert_eq!(parents, [(2, 0), (3, 0), (6, 3), (4, 6), (23, 4), (44, 6), (7, 44), (96, 7)]);
/// assert_eq!(response.to_bytes(), b"* THREAD (2)(3 6 (4 23)(44 7 96))\r\n");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Clone, Default)]
pub struct Threads<'a> {
    wire: Cow<'a, [u8]>,
    len: u32,
}

/// One thread: a list with its parentheses.
#[derive(Clone, Copy)]
pub struct MessageThread<'x>(&'x [u8]);

/// What stands in a thread, in the order in which it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThreadEvent {
    /// A list begins: a thread, or one of several answers to the message before.
    Begin,
    /// A message: an answer to the one before it, where that is in the same list; else to the one before
    /// the list.
    Message(NonZeroU32),
    /// A list ends.
    End,
}

/// A message of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadMessage {
    /// Its sequence number or UID.
    pub number: NonZeroU32,
    /// The message that it answers; `None` for the first of a thread, and for an answer to one that the search
    /// did not find.
    pub parent: Option<NonZeroU32>,
}

wire_api!(Deviation, crate::Mode: ThreadAlgorithm, Thread, Threads);
owned_already!(ThreadEvent, ThreadMessage);
into_owned!(struct Thread { algorithm, program });
into_owned!(struct Threads { wire, len });

impl ThreadAlgorithm<'_> {
    /// By subject, and then by date.
    pub const ORDERED_SUBJECT: ThreadAlgorithm<'static> =
        ThreadAlgorithm::checked(b"ORDEREDSUBJECT");
    /// By the fields References and In-Reply-To, and then by subject.
    pub const REFERENCES: ThreadAlgorithm<'static> = ThreadAlgorithm::checked(b"REFERENCES");
    /// By the fields References and In-Reply-To.
    pub const REFS: ThreadAlgorithm<'static> = ThreadAlgorithm::checked(b"REFS");
}

impl<'a> Wire<'a> for ThreadAlgorithm<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        one_or_more(input, &ATOM_CHAR, "thread-alg").map(|(rest, name)| (rest, Self::checked(name)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

impl<'a> Wire<'a> for Thread<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, algorithm) = ThreadAlgorithm::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, program) = cut(SearchProgram::parse_criteria(rest, cx))?;
        Ok((rest, Self { algorithm, program }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.algorithm).sp();
        self.program.encode_criteria(out);
    }
}

impl<'a> Thread<'a> {
    /// A search, and how threads are made of its result.
    ///
    /// # Errors
    /// [`InvalidValue`] where the search names no charset: THREAD has to.
    pub fn new(
        algorithm: ThreadAlgorithm<'a>,
        program: SearchProgram<'a>,
    ) -> Result<Self, InvalidValue> {
        match program.charset {
            Some(_) => Ok(Self { algorithm, program }),
            None => Err(InvalidValue { what: "charset", at: 0 }),
        }
    }

    /// How threads are made.
    #[must_use]
    pub const fn algorithm(&self) -> &ThreadAlgorithm<'a> {
        &self.algorithm
    }

    /// What is looked for; it has a charset.
    #[must_use]
    pub const fn program(&self) -> &SearchProgram<'a> {
        &self.program
    }
}

const RULE: &str = "thread-list";

/// How deep lists may be nested.
const DEPTH: u32 = 100;

impl<'a> Wire<'a> for Threads<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.iter().find(|octet| **octet != b' ') != Some(&b'(') || input.first() != Some(&b' ')
        {
            return Ok((input, Self::default()));
        }
        let (at, ()) = sp(input, cx)?;
        let (rest, len) = skip_threads(at, cx)?;
        Ok((rest, Self { wire: Cow::Borrowed(at.split_at(at.len() - rest.len()).0), len }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if !self.is_empty() {
            out.sp();
            write_events(out, self.events());
        }
    }
}

/// The lists that are open, with how many lists each of them holds: bits by their level.
#[derive(Default)]
struct Open {
    depth: u32,
    one: u128,
    many: u128,
}

impl Open {
    /// A list begins; false where that is too deep.
    fn begin(&mut self) -> bool {
        let bit = 1_u128 << self.depth;
        self.many |= self.one & bit;
        self.one |= bit;
        self.depth += 1;
        self.depth <= DEPTH
    }

    /// A list ends; false where it holds one list alone.
    fn end(&mut self) -> bool {
        let bit = 1_u128 << self.depth;
        let lone = self.one & bit != 0 && self.many & bit == 0;
        self.one &= !bit;
        self.many &= !bit;
        self.depth = self.depth.saturating_sub(1);
        !lone
    }
}

/// `1*thread-list`: how many they are.
fn skip_threads<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, u32> {
    let (mut rest, mut len, mut open) = (input, 0_u32, Open::default());
    loop {
        // A list begins here.
        let Some(inside) = rest.strip_prefix(b"(") else { return Err(stop(rest, RULE)) };
        if !open.begin() {
            return Err(stop(rest, RULE));
        }
        rest = members(inside, cx)?;
        let chain = inside.split_at(inside.len().saturating_sub(rest.len())).0;
        if cx.may_exceed(chain.len()) {
            let numbers = chain.split(|octet| *octet == b' ').filter(|word| !word.is_empty());
            cx.check_elements(numbers.count(), rest)?;
        }
        // Lists end here, or the next begins.
        loop {
            if open.depth == 0 {
                len = len.saturating_add(1);
                cx.check_elements(len as usize, rest)?;
            }
            match rest {
                [b'(', ..] => break,
                _ if open.depth == 0 => match between(rest, cx) {
                    Some(next) => {
                        rest = next;
                        break;
                    }
                    None => return Ok((rest, len)),
                },
                _ => {}
            }
            if let Ok((behind, ())) = close(rest, cx, RULE) {
                if !open.end() && !cx.tolerate(Deviation::LoneThread) {
                    return Err(stop(rest, RULE));
                }
                rest = behind;
                continue;
            }
            match between(rest, cx) {
                Some(next) => {
                    rest = next;
                    break;
                }
                None => return Err(stop(rest, RULE)),
            }
        }
    }
}

/// The list behind spaces, where those are tolerated.
fn between<'a>(rest: &'a [u8], cx: &Context) -> Option<&'a [u8]> {
    let blanks = rest.iter().take_while(|octet| **octet == b' ').count();
    let next = rest.get(blanks..).filter(|next| blanks > 0 && next.first() == Some(&b'('))?;
    cx.tolerate(Deviation::SpaceBetweenItems).then_some(next)
}

/// What stands in a list before the lists in it: `[nz-number *(SP nz-number)]`, and the space behind it
/// where a list follows. It ends in front of a parenthesis, or where the grammar breaks.
fn members<'a>(input: &'a [u8], cx: &Context) -> Result<&'a [u8], nom::Err<Fail>> {
    if input.first() == Some(&b'(') {
        return Ok(input);
    }
    let mut rest = input;
    loop {
        let (number, len) = digits(rest);
        let good = number.is_some_and(|number| number <= u64::from(u32::MAX));
        if !good || rest.first() == Some(&b'0') {
            let rule = if len == 0 { RULE } else { "nz-number" };
            return Err(stop(rest, rule));
        }
        rest = rest.get(len..).unwrap_or_default();
        if rest.first() != Some(&b' ') {
            // A list needs a space before it, when it stands behind a number.
            return if rest.first() == Some(&b'(') { Err(stop(rest, "SP")) } else { Ok(rest) };
        }
        match rest.iter().find(|octet| **octet != b' ') {
            Some(b')') => return Ok(rest),
            Some(b'(') => return cut(sp(rest, cx)).map(|(rest, ())| rest),
            _ => (rest, ()) = cut(sp(rest, cx))?,
        }
    }
}

/// Writes lists with no more spaces than belong there.
fn write_events(out: &mut Encoder<'_>, events: impl IntoIterator<Item = ThreadEvent>) {
    let mut behind_number = false;
    for event in events {
        if behind_number && event != ThreadEvent::End {
            out.sp();
        }
        behind_number = false;
        match event {
            ThreadEvent::Begin => out.byte(b'('),
            ThreadEvent::End => out.byte(b')'),
            ThreadEvent::Message(number) => {
                behind_number = true;
                out.number(number.get().into())
            }
        };
    }
}

impl Threads<'_> {
    /// Threads from what stands in them.
    ///
    /// # Errors
    /// [`InvalidValue`] where lists do not end, hold nothing or one list alone, or are nested too deep; and for
    /// a message behind a list. The place is in the octets that would be written.
    pub fn new(
        events: impl IntoIterator<Item = ThreadEvent>,
    ) -> Result<Threads<'static>, InvalidValue> {
        let mut wire = Vec::new();
        write_events(&mut Encoder::new(&mut wire), events);
        if wire.is_empty() {
            return Ok(Threads::default());
        }
        let cx = Context::new(crate::Tolerance::strict());
        match parse_whole(&wire, |wire| match wire.first() {
            Some(b'(') => skip_threads(wire, &cx),
            _ => Err(fail(wire, RULE)),
        }) {
            Ok(len) => Ok(Threads { wire: Cow::Owned(wire), len }),
            Err(error) => Err(InvalidValue { what: RULE, at: error.at }),
        }
    }

    /// How many threads there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// True when there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The threads in their order.
    pub fn iter(&self) -> impl Iterator<Item = MessageThread<'_>> {
        let mut rest = &*self.wire;
        core::iter::from_fn(move || {
            let (mut depth, mut end) = (0_u32, 0_usize);
            for octet in rest {
                end = end.saturating_add(1);
                match octet {
                    b'(' => depth = depth.saturating_add(1),
                    b')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 && *octet == b')' {
                    let (thread, behind) = rest.split_at(end);
                    rest = behind;
                    return Some(MessageThread(thread));
                }
            }
            None
        })
    }

    /// What stands in the threads, in the order in which it stands there; each thread is a list.
    #[must_use]
    pub fn events(&self) -> ThreadEvents<'_> {
        ThreadEvents(&self.wire)
    }
}

impl<'x> MessageThread<'x> {
    /// What stands in the thread, without its own parentheses.
    #[must_use]
    pub fn events(&self) -> ThreadEvents<'x> {
        let inside = self.0.iter().position(|octet| *octet == b'(').map_or(0, |at| at + 1);
        let inside = self.0.get(inside..).unwrap_or_default();
        ThreadEvents(inside.strip_suffix(b")").unwrap_or(inside))
    }

    /// The messages, each before its answers, with their parents.
    #[must_use]
    pub fn messages(&self) -> ThreadMessages<'x> {
        ThreadMessages {
            events: self.events(),
            parent: None,
            depth: 0,
            parents: [None; DEPTH as usize],
        }
    }
}

/// What stands in threads; made by [`Threads::events`] and [`MessageThread::events`].
#[derive(Debug, Clone)]
pub struct ThreadEvents<'x>(&'x [u8]);

impl Iterator for ThreadEvents<'_> {
    type Item = ThreadEvent;

    #[inline]
    fn next(&mut self) -> Option<ThreadEvent> {
        loop {
            let (octet, behind) = self.0.split_first()?;
            let event = match octet {
                b' ' => {
                    self.0 = behind;
                    continue;
                }
                b'(' => ThreadEvent::Begin,
                b')' => ThreadEvent::End,
                _ => {
                    let (number, len) = digits(self.0);
                    self.0 = self.0.get(len..)?;
                    let number = u32::try_from(number?).ok().and_then(NonZeroU32::new)?;
                    return Some(ThreadEvent::Message(number));
                }
            };
            self.0 = behind;
            return Some(event);
        }
    }
}

/// The messages of a thread with their parents; made by [`MessageThread::messages`].
#[derive(Debug, Clone)]
pub struct ThreadMessages<'x> {
    events: ThreadEvents<'x>,
    parent: Option<NonZeroU32>,
    depth: usize,
    /// The message before each list that is open.
    parents: [Option<NonZeroU32>; DEPTH as usize],
}

impl Iterator for ThreadMessages<'_> {
    type Item = ThreadMessage;

    fn next(&mut self) -> Option<ThreadMessage> {
        loop {
            match self.events.next()? {
                ThreadEvent::Begin => {
                    *self.parents.get_mut(self.depth)? = self.parent;
                    self.depth += 1;
                }
                ThreadEvent::End => {
                    self.depth = self.depth.checked_sub(1)?;
                    self.parent = *self.parents.get(self.depth)?;
                }
                ThreadEvent::Message(number) => {
                    let parent = self.parent.replace(number);
                    return Some(ThreadMessage { number, parent });
                }
            }
        }
    }
}

impl fmt::Debug for MessageThread<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for Threads<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Equal when the threads are, in the same order.
impl PartialEq for Threads<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.wire == other.wire || self.events().eq(other.events())
    }
}

impl Eq for Threads<'_> {}

#[cfg(test)]
mod tests;
