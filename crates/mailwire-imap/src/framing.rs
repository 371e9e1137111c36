//! Where does the next command or response end, and where are its literals?
//!
//! This is the only code that sees incomplete input. A frame is a command or a response with all its
//! lines and literals, in one piece of the caller's buffer, with its last line end. A literal stands
//! in it behind its header: `{5}` CRLF and five octets.
//!
//! Two framers, as the two sides believe different things. [`CommandFramer`] hears a client and believes
//! in each literal header at the end of a line, or the octets of a literal would run as commands.
//! [`ResponseFramer`] hears a server and knows the lines that are free text, or a text that ends in
//! `{5}` would swallow the next response.
//!
//! The input of each call is everything received and not yet consumed. The framer keeps how far it has
//! looked, so that no octet is searched twice, however the input is cut. It owns no heap memory, and the
//! octets of literals are not looked at.
//!
//! A literal that does not come inside its message is asked about with [`Framed::Literal`]:
//!
//! | answer | for | consume | what follows |
//! |---|---|---|---|
//! | `accept` | a literal that may be in memory | nothing | the message grows by it |
//! | `stream` | a body | what it returns | the caller takes the octets of the literal, then calls again: the rest of the message comes as [`Part::Tail`] |
//! | `refuse` | all else | what it returns | synchronizing: the next command; else [`Framed::Skip`] and [`Framed::Dropped`], in sync |

mod command;
mod header;
mod response;
mod scanner;

#[cfg(test)]
pub(crate) mod tests;

pub use command::CommandFramer;
pub use response::ResponseFramer;

/// The header of a literal.
///
/// RFC 9051 sections 4.3 and 9; RFC 7888 sections 3 and 6 (`+`, also in a literal8).
///
/// # Grammar
/// ```abnf
/// literal  = "{" number64 ["+"] "}" CRLF *CHAR8
/// literal8 = "~{" number64 ["+"] "}" CRLF *OCTET
/// ```
///
/// # Limits
/// A header has 64 octets at most, leading zeros included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LiteralHeader {
    /// Octets that stand behind the header; under 2^63.
    pub size: u64,
    /// True for a literal8, with `~`: it can hold NUL.
    pub binary: bool,
    /// True without `+`. A client waits then, until it is told to go on. A server never waits, and
    /// never sends a `+`.
    pub sync: bool,
}

/// Where a frame stands in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// It begins the message.
    Begin,
    /// It goes on directly behind a streamed literal.
    Tail,
}

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// Its lines are too long: [`FrameLimits::line`].
    Line,
    /// It has too many literals: [`FrameLimits::literals`].
    Literals,
    /// It is too large: [`FrameLimits::message`].
    Message,
    /// More would have to be dropped than [`FrameLimits::discard`].
    Discard,
    /// The size of a literal needs more than 63 bits.
    Size,
    /// A line ends in what is nearly the header of a literal: `{}`, `{-1}`, `{ 1}`, `{1++}`, or a good
    /// one before a bare LF.
    Header,
}

/// What stands between two responses and belongs to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blank {
    /// A line with nothing in it.
    Line,
    /// NUL octets at the beginning of a line.
    Nul,
    /// Spaces at the beginning of a line; some servers send them to keep a connection alive.
    Space,
}

/// The numbers that a framer has to know, from [`Limits`](crate::limits::Limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameLimits {
    /// Octets of all lines of a message, with their ends, without literals. Up to twice as many are
    /// framed, and the message is [`Framed::Bad`]; more is [`Framed::Lost`].
    pub line: u32,
    /// The largest literal that comes inside its message without a question.
    pub inline: u32,
    /// Literals of one message.
    pub literals: u32,
    /// Octets of a message, streamed literals not counted.
    pub message: u32,
    /// Octets of literals, and of the lines before them, that are dropped with one message.
    pub discard: u32,
}

/// What a framer found at the beginning of the input.
///
/// # Errors
/// [`Bad`](Self::Bad) is answered, and the session goes on; [`Lost`](Self::Lost) ends it.
///
/// # Example
/// A client that keeps no large literal:
/// ```
/// use mailwire_imap::framing::{FrameLimits, Framed, ResponseFramer};
/// use mailwire_imap::limits::Limits;
///
/// let limits = FrameLimits { inline: 4, ..Limits::default().responses() };
/// let mut input = &b"* 1 FETCH (BODY[] {5}\r\nHi!\r\n)\r\n* 2 EXISTS\r\n"[..];
/// let mut framer = ResponseFramer::new();
/// let mut messages = Vec::new();
/// loop {
///     let framed = framer.frame(input, &limits);
///     let consumed = match framed {
///         Framed::Literal { .. } => framer.refuse(),
///         Framed::Message { frame, .. } => {
///             messages.push(frame);
///             frame.len()
///         }
///         Framed::More => break,
///         Framed::Lost { fault, .. } => panic!("{fault:?}"),
///         other => other.consumed(),
///     };
///     input = &input[consumed..];
/// }
/// assert_eq!(messages, [b"* 2 EXISTS\r\n"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framed<'i> {
    /// A message, or what there is of it behind its last streamed literal, is complete. Consume the frame.
    Message {
        /// All its octets, with its line end: CRLF, or LF alone, which the grammar judges.
        frame: &'i [u8],
        /// Whether it begins the message.
        part: Part,
    },
    /// A literal that does not come inside its message without a decision: `accept`, `stream` or
    /// `refuse`. Nothing is consumed yet. Until it is decided each call says the same again.
    Literal {
        /// The octets so far, through the CRLF of the header.
        frame: &'i [u8],
        /// Whether it begins the message.
        part: Part,
        /// The header, which is the end of `frame`.
        literal: LiteralHeader,
        /// True when the message with it is not larger than [`FrameLimits::message`], so that it may be
        /// accepted.
        fits: bool,
    },
    /// A message that must be refused, told once. Consume the frame.
    Bad {
        /// Its beginning, with the tag of a command, through the line with the fault. With `ends` it is all
        /// there is, and a machine can look at it: AUTHENTICATE may be longer than other commands.
        frame: &'i [u8],
        /// Whether it begins the message.
        part: Part,
        /// What is wrong.
        fault: Fault,
        /// True when the message ends here. Otherwise the rest of it comes as [`Framed::Skip`], up to
        /// [`Framed::Dropped`].
        ends: bool,
    },
    /// Octets of a message that was refused. Consume them and go on.
    Skip {
        /// Octets of the input to drop; at least 1.
        consumed: usize,
    },
    /// The end of a message that was refused, after [`Framed::Bad`] or `refuse`.
    Dropped {
        /// Octets of the input to drop.
        consumed: usize,
    },
    /// Octets before a response that belong to none. How many come at once depends on the input's cuts.
    Blank {
        /// What they are.
        blank: Blank,
        /// Octets of the input to drop.
        consumed: usize,
    },
    /// Nobody can tell where the next message begins. Close the connection; each call is lost for the
    /// same fault again.
    Lost {
        /// What there is of the message, with its beginning, if it was not consumed before.
        frame: &'i [u8],
        /// Whether it begins the message.
        part: Part,
        /// Why.
        fault: Fault,
    },
    /// No complete message yet. Call again with the same octets and more behind them.
    More,
}

impl Framed<'_> {
    /// Octets of the input that are done with. None for a literal: that is decided.
    #[must_use]
    pub const fn consumed(&self) -> usize {
        match self {
            Self::Message { frame, .. } | Self::Bad { frame, .. } => frame.len(),
            Self::Skip { consumed } | Self::Dropped { consumed } | Self::Blank { consumed, .. } => {
                *consumed
            }
            Self::Literal { .. } | Self::Lost { .. } | Self::More => 0,
        }
    }
}
