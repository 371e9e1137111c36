//! What the two framers share: lines, inline literals, and what is dropped.

use memchr::memchr;

use super::header::Ending;
use super::{Blank, Fault, FrameLimits, Framed, LiteralHeader, Part};

/// In what the two sides differ.
pub(super) trait Side {
    /// True when the peer waits for an answer before it sends a synchronizing literal.
    const WAITS: bool;
    /// True when what is empty before a message is told apart.
    const BLANKS: bool;

    /// What stands at the end of `line`, which ends in `}` and a line end. `begins`: it is the first of
    /// its message.
    fn ending(line: &[u8], begins: bool) -> Ending;
}

/// What the octets at the beginning of the input are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    /// A new message, of which nothing was seen. All counts are 0.
    #[default]
    Begin,
    /// A message, or its tail, of which `scanned` octets were seen.
    Kept,
    /// The same with a literal of `size` octets behind `scanned` that is not decided on.
    Asked,
    /// A line of a message that is dropped, of which `scanned` octets were seen.
    DropLine,
    /// `size` octets of a literal of such a message.
    DropLiteral,
    /// A line that is over its limit, in the mode for plain lines.
    DropPlain,
    /// Anything.
    Lost,
}

/// The state of a framer: 32 octets.
#[derive(Debug, Clone, Default)]
pub(super) struct Scanner {
    /// Octets of a literal that is asked about or dropped.
    size: u64,
    /// Octets at the beginning of the input that were looked at or belong to a literal; they can be
    /// more than there are.
    scanned: u32,
    /// Where the line begins that `scanned` is in.
    line: u32,
    /// Octets of the message that were consumed, streamed literals aside; of a message that is dropped,
    /// those that were dropped.
    before: u32,
    /// Octets of the lines before this one.
    lines: u32,
    /// Literals of the message.
    literals: u32,
    phase: Phase,
    /// A part of the message was consumed.
    tail: bool,
    /// The literal that is asked about, with `size`.
    flags: u8,
    fault: Option<Fault>,
}

const _: () = assert!(size_of::<Scanner>() <= 32);

const BINARY: u8 = 1;
const SYNC: u8 = 2;
const FITS: u8 = 4;
/// The literal is dropped whatever its size.
const WHOLE: u8 = 8;

/// What a search for the end of a line found.
enum Search {
    /// The octet behind the LF.
    End(usize),
    /// No end yet.
    More,
    /// No end within twice the limit.
    TooLong,
}

impl Scanner {
    pub(super) const fn new() -> Self {
        Self {
            size: 0,
            scanned: 0,
            line: 0,
            before: 0,
            lines: 0,
            literals: 0,
            phase: Phase::Begin,
            tail: false,
            flags: 0,
            fault: None,
        }
    }

    pub(super) const fn is_mid_message(&self) -> bool {
        !matches!(self.phase, Phase::Begin)
    }

    /// Octets of an inline literal that are not in an input of `len` octets.
    pub(super) fn missing(&self, len: usize) -> usize {
        match self.phase {
            Phase::Kept => index(self.scanned).saturating_sub(len),
            _ => 0,
        }
    }

    pub(super) const fn is_dropping(&self) -> bool {
        matches!(self.phase, Phase::DropLine | Phase::DropLiteral | Phase::DropPlain)
    }

    /// Looks for the end of the message, or for the next literal that has to be decided on.
    #[inline]
    pub(super) fn frame<'i, S: Side>(
        &mut self,
        input: &'i [u8],
        limits: &FrameLimits,
    ) -> Framed<'i> {
        // Most messages are one line without a literal that came as a whole.
        let mut found = None;
        if self.phase == Phase::Begin && input.first().is_some_and(|&octet| octet > b' ') {
            let limit = limits.line.min(limits.message);
            let stop = index(limit).min(input.len());
            found = find_lf(input, 0, stop);
            if let Some(end) = found {
                let frame = input.get(..end).unwrap_or_default();
                if !ends_in_brace(frame) {
                    return Framed::Message { frame, part: Part::Begin };
                }
            } else {
                self.phase = Phase::Kept;
                self.scanned = count(stop);
            }
        }
        self.frame_any::<S>(input, limits, found)
    }

    /// Any message in any state; `found` is the end of the first line, if it is known.
    #[inline(never)]
    fn frame_any<'i, S: Side>(
        &mut self,
        input: &'i [u8],
        limits: &FrameLimits,
        mut found: Option<usize>,
    ) -> Framed<'i> {
        match self.phase {
            Phase::Begin => {
                if let Some(blank) = blank::<S>(input) {
                    return blank;
                }
                if input.is_empty() {
                    return Framed::More;
                }
                self.phase = Phase::Kept;
            }
            Phase::Kept => {}
            Phase::Asked => return self.question(input),
            Phase::DropLine | Phase::DropLiteral => return self.skip::<S>(input, limits),
            Phase::DropPlain => return self.skip_plain(input),
            Phase::Lost => return self.lost(input, self.fault.unwrap_or(Fault::Message)),
        }
        loop {
            let end = match found.take() {
                Some(end) => end,
                None => match self.find_end(input, limits) {
                    Search::End(end) => end,
                    Search::More => return Framed::More,
                    Search::TooLong => return self.lost(input, Fault::Line),
                },
            };
            if let Some(framed) = self.line::<S>(input, limits, end) {
                return framed;
            }
        }
    }

    /// The end of the line that `scanned` is in.
    #[inline]
    fn find_end(&mut self, input: &[u8], limits: &FrameLimits) -> Search {
        let (scanned, line) = (index(self.scanned), index(self.line));
        if scanned > input.len() {
            return Search::More;
        }
        let room = index(limits.line.saturating_mul(2).saturating_sub(self.lines));
        let stop = line.saturating_add(room).min(input.len());
        if let Some(end) = find_lf(input, scanned, stop) {
            return Search::End(end);
        }
        if input.len().saturating_sub(line) >= room {
            return Search::TooLong;
        }
        self.scanned = count(input.len());
        Search::More
    }

    /// A line of a message that is kept, which ends at `end`. `None`: the message goes on, with a literal
    /// in it.
    fn line<'i, S: Side>(
        &mut self,
        input: &'i [u8],
        limits: &FrameLimits,
        end: usize,
    ) -> Option<Framed<'i>> {
        let frame = input.get(..end).unwrap_or_default();
        let line = frame.get(index(self.line)..).unwrap_or_default();
        let begins = self.literals == 0;
        let lines = self.lines.saturating_add(count(line.len()));
        let octets = u64::from(self.before).saturating_add(wide(end));
        let message = u64::from(limits.message);
        let mut fault = if lines > limits.line {
            Some(Fault::Line)
        } else if octets > message {
            Some(Fault::Message)
        } else {
            None
        };
        let part = self.part();
        let header = match end_of::<S>(line, begins) {
            Ending::Literal { header, .. } => header,
            Ending::Bad { fault, flows: true, .. } => return Some(self.lost(frame, fault)),
            Ending::Bad { fault, .. } => {
                *self = Self::new();
                return Some(Framed::Bad { frame, part, fault, ends: true });
            }
            Ending::Plain => {
                *self = Self::new();
                return Some(match fault {
                    Some(fault) => Framed::Bad { frame, part, fault, ends: true },
                    None if S::BLANKS && begins && matches!(line, b"\r\n" | b"\n") => {
                        Framed::Blank { blank: Blank::Line, consumed: end }
                    }
                    None => Framed::Message { frame, part },
                });
            }
        };
        let waits = S::WAITS && header.sync;
        let asks = waits || header.size > u64::from(limits.inline);
        let fits = octets.saturating_add(header.size) <= message;
        if self.literals >= limits.literals {
            fault = fault.or(Some(Fault::Literals));
        } else if !asks && !fits {
            fault = fault.or(Some(Fault::Message));
        }
        match fault {
            Some(fault) if waits => {
                // Nobody says go: the literal does not come.
                *self = Self::new();
                return Some(Framed::Bad { frame, part, fault, ends: true });
            }
            Some(fault) => {
                self.drop_literal(header.size);
                return Some(Framed::Bad { frame, part, fault, ends: false });
            }
            None => {}
        }
        self.lines = lines;
        self.literals = self.literals.saturating_add(1);
        self.size = header.size;
        self.scanned = count(end);
        if asks {
            self.phase = Phase::Asked;
            self.flags = if header.binary { BINARY } else { 0 }
                | if header.sync { SYNC } else { 0 }
                | if fits { FITS } else { 0 };
            return Some(self.question(input));
        }
        self.keep_literal();
        None
    }

    /// The literal that is to be decided on.
    fn question<'i>(&self, input: &'i [u8]) -> Framed<'i> {
        Framed::Literal {
            frame: input.get(..index(self.scanned)).unwrap_or(input),
            part: self.part(),
            literal: LiteralHeader {
                size: self.size,
                binary: self.flags & BINARY != 0,
                sync: self.flags & SYNC != 0,
            },
            fits: self.flags & FITS != 0,
        }
    }

    const fn part(&self) -> Part {
        if self.tail { Part::Tail } else { Part::Begin }
    }

    /// Takes the literal behind `scanned` into the message.
    fn keep_literal(&mut self) {
        let size = u32::try_from(self.size).unwrap_or(u32::MAX);
        self.phase = Phase::Kept;
        self.scanned = self.scanned.saturating_add(size);
        self.line = self.scanned;
    }

    /// Takes the literal that was asked about into the message.
    pub(super) fn accept(&mut self) {
        if self.phase != Phase::Asked {
            return;
        }
        if self.flags & FITS != 0 {
            self.keep_literal();
        } else {
            self.phase = Phase::Lost;
            self.fault = Some(Fault::Message);
        }
    }

    /// Lets the caller take the octets of the literal that was asked about.
    pub(super) fn stream(&mut self) -> usize {
        if self.phase != Phase::Asked {
            return 0;
        }
        let consumed = self.scanned;
        self.phase = Phase::Kept;
        self.tail = true;
        self.before = self.before.saturating_add(consumed);
        (self.scanned, self.line) = (0, 0);
        index(consumed)
    }

    /// Ends the message at the literal that was asked about, or drops the rest of it.
    pub(super) fn refuse<S: Side>(&mut self) -> usize {
        if self.phase != Phase::Asked {
            return 0;
        }
        let consumed = index(self.scanned);
        if S::WAITS && self.flags & SYNC != 0 {
            *self = Self::new();
        } else {
            self.drop_literal(self.size);
        }
        consumed
    }

    /// The same, whatever the size of the literal.
    pub(super) fn refuse_whole<S: Side>(&mut self) -> usize {
        let consumed = self.refuse::<S>();
        if self.phase == Phase::DropLiteral {
            self.flags = WHOLE;
        }
        consumed
    }

    /// Drops a literal of `size` octets at the beginning of the next input, and the rest of its message.
    fn drop_literal(&mut self, size: u64) {
        self.phase = Phase::DropLiteral;
        self.tail = true;
        self.size = size;
        self.flags = 0;
        (self.scanned, self.line, self.before, self.lines) = (0, 0, 0, 0);
    }

    /// Drops what there is of a message that was refused.
    #[cold]
    fn skip<'i, S: Side>(&mut self, input: &'i [u8], limits: &FrameLimits) -> Framed<'i> {
        if self.phase == Phase::DropLiteral {
            let counts = self.flags & WHOLE == 0;
            let all = u64::from(self.before).saturating_add(self.size);
            if counts && all > u64::from(limits.discard) {
                return self.lost(&[], Fault::Discard);
            }
            let here = self.size.min(wide(input.len()));
            self.size = self.size.saturating_sub(here);
            if counts {
                self.before = self.before.saturating_add(u32::try_from(here).unwrap_or(u32::MAX));
            }
            if self.size == 0 {
                self.phase = Phase::DropLine;
                self.flags = 0;
            }
            match usize::try_from(here).unwrap_or(usize::MAX) {
                0 if self.size > 0 => return Framed::More,
                0 => {}
                consumed => return Framed::Skip { consumed },
            }
        }
        let end = match self.find_end(input, limits) {
            Search::End(end) => end,
            Search::More => return Framed::More,
            Search::TooLong => return self.lost(&[], Fault::Line),
        };
        match end_of::<S>(input.get(..end).unwrap_or_default(), false) {
            Ending::Literal { header, .. } if !(S::WAITS && header.sync) => {
                self.phase = Phase::DropLiteral;
                self.size = header.size;
                self.scanned = 0;
                self.before = self.before.saturating_add(count(end));
                Framed::Skip { consumed: end }
            }
            Ending::Bad { fault, flows: true, .. } => self.lost(&[], fault),
            _ => {
                *self = Self::new();
                Framed::Dropped { consumed: end }
            }
        }
    }

    /// A line that holds no literal, of at most `limit` octets.
    #[inline]
    pub(super) fn frame_plain<'i>(&mut self, input: &'i [u8], limit: u32) -> Framed<'i> {
        match self.phase {
            Phase::Begin | Phase::Kept => {}
            Phase::DropPlain => return self.skip_plain(input),
            _ => return self.lost(input, self.fault.unwrap_or(Fault::Message)),
        }
        let limit = index(limit.max(1));
        let stop = input.len().min(limit);
        if let Some(end) = find_lf(input, index(self.scanned), stop) {
            *self = Self::new();
            return Framed::Message {
                frame: input.get(..end).unwrap_or_default(),
                part: Part::Begin,
            };
        }
        if input.is_empty() {
            return Framed::More;
        }
        if stop == limit {
            *self = Self { phase: Phase::DropPlain, ..Self::new() };
            let frame = input.get(..limit).unwrap_or_default();
            return Framed::Bad { frame, part: Part::Begin, fault: Fault::Line, ends: false };
        }
        self.phase = Phase::Kept;
        self.scanned = count(stop);
        Framed::More
    }

    /// Drops the rest of a line that is over its limit.
    #[cold]
    fn skip_plain<'i>(&mut self, input: &'i [u8]) -> Framed<'i> {
        match find_lf(input, 0, input.len()) {
            Some(consumed) => {
                *self = Self::new();
                Framed::Dropped { consumed }
            }
            None if input.is_empty() => Framed::More,
            None => Framed::Skip { consumed: input.len() },
        }
    }

    #[cold]
    fn lost<'i>(&mut self, frame: &'i [u8], fault: Fault) -> Framed<'i> {
        self.phase = Phase::Lost;
        self.fault = Some(fault);
        Framed::Lost { frame, part: self.part(), fault }
    }
}

/// What stands at the end of a line.
#[inline]
fn end_of<S: Side>(line: &[u8], begins: bool) -> Ending {
    if ends_in_brace(line) { S::ending(line, begins) } else { Ending::Plain }
}

/// Whether `}` stands before the line end.
#[inline]
fn ends_in_brace(line: &[u8]) -> bool {
    matches!(line, [.., b'}', b'\r', b'\n'] | [.., b'}', b'\n'])
}

/// NUL octets or spaces where a message should begin.
fn blank<'i, S: Side>(input: &'i [u8]) -> Option<Framed<'i>> {
    let (blank, first) = match input.first() {
        Some(0) if S::BLANKS => (Blank::Nul, 0),
        Some(b' ') if S::BLANKS => (Blank::Space, b' '),
        _ => return None,
    };
    let consumed = input.iter().take_while(|&&octet| octet == first).count();
    looked(consumed);
    Some(Framed::Blank { blank, consumed })
}

/// The octet behind the first LF in `input[from..to]`.
#[inline]
fn find_lf(input: &[u8], from: usize, to: usize) -> Option<usize> {
    let window = input.get(from..to)?;
    let found = memchr(b'\n', window);
    looked(found.map_or(window.len(), |at| at.saturating_add(1)));
    found.map(|at| from.saturating_add(at).saturating_add(1))
}

/// A count or limit as a place in the input.
#[inline]
fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// A place in the input as a count; no message is larger, as its limit is a `u32`.
#[inline]
fn count(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[inline]
fn wide(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX)
}

/// Counts the octets that were looked at, for the tests.
#[cfg(not(test))]
#[inline(always)]
pub(super) const fn looked(_octets: usize) {}

#[cfg(test)]
pub(super) use super::tests::looked;
