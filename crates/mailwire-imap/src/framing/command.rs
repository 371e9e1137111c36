//! The server's side: where the next command ends.

use super::header::{self, Ending};
use super::scanner::{Scanner, Side};
use super::{FrameLimits, Framed};

/// Finds the commands in what a client sends.
///
/// RFC 9051 section 2.2.1; RFC 7888 section 3: a receiver must check the end of each line. So a literal
/// header is believed in at the end of any line, even in a command that makes no sense: else the octets of
/// its literal would run as commands.
///
/// A synchronizing literal is always asked about, as the client waits; one without synchronization when
/// it is larger than [`FrameLimits::inline`]. What is nearly a header is never believed in. Where the client
/// waits the command is [`Framed::Bad`] and ends; with a `+` in it nobody knows what follows, and that is
/// [`Framed::Lost`].
///
/// # Wire
/// ```text
/// C: A001 LOGIN {11}
/// S: + Ready
/// C: FRED FOOBAR {7+}
/// C: fat man
/// ```
///
/// # Limits
/// [`Limits::commands`](crate::limits::Limits::commands).
///
/// # Example
/// ```
/// use mailwire_imap::framing::{CommandFramer, Framed, Part};
/// use mailwire_imap::limits::Limits;
///
/// let limits = Limits::default().commands(false);
/// let mut framer = CommandFramer::new();
/// let mut input = b"A1 LOGIN {4}\r\n".to_vec();
/// let Framed::Literal { literal, .. } = framer.frame(&input, &limits) else { panic!() };
/// assert!(literal.size == 4 && literal.sync);
/// framer.accept(); // and say `+` to the client
///
/// input.extend_from_slice(b"fred {3+}\r\nx\r\n\r\nA2 ");
/// let frame = b"A1 LOGIN {4}\r\nfred {3+}\r\nx\r\n\r\n";
/// assert_eq!(framer.frame(&input, &limits), Framed::Message { frame, part: Part::Begin });
/// ```
#[derive(Debug, Clone, Default)]
pub struct CommandFramer {
    scanner: Scanner,
}

struct Server;

impl Side for Server {
    const WAITS: bool = true;
    const BLANKS: bool = false;

    fn ending(line: &[u8], _begins: bool) -> Ending {
        header::ending(line)
    }
}

impl CommandFramer {
    /// A framer at the beginning of a command.
    #[must_use]
    pub const fn new() -> Self {
        Self { scanner: Scanner::new() }
    }

    /// Looks for the end of the command that `input` begins with, or for its next literal that has to be
    /// decided on.
    ///
    /// `input` is everything received and not yet consumed. After [`Framed::More`] the next call must show
    /// the same octets again with more behind them.
    #[inline]
    pub fn frame<'i>(&mut self, input: &'i [u8], limits: &FrameLimits) -> Framed<'i> {
        self.scanner.frame::<Server>(input, limits)
    }

    /// Looks for the end of a line that is no command: a SASL response, or DONE.
    ///
    /// No literal stands in it. `limit` counts its octets with the line end. Of a longer one the
    /// beginning comes as [`Framed::Bad`], the rest is dropped. Call it until the line has ended, and not
    /// within a command.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::framing::{CommandFramer, Framed, Part};
    ///
    /// let mut framer = CommandFramer::new();
    /// let line = framer.frame_plain(b"{5+}\r\nA2 ", 12_288);
    /// assert_eq!(line, Framed::Message { frame: b"{5+}\r\n", part: Part::Begin });
    /// ```
    #[inline]
    pub fn frame_plain<'i>(&mut self, input: &'i [u8], limit: u32) -> Framed<'i> {
        self.scanner.frame_plain(input, limit)
    }

    /// Takes the literal that [`Framed::Literal`] asks about into its command; nothing is consumed. A
    /// synchronizing literal comes when the client is told to go on.
    ///
    /// One that does not fit is [`Framed::Lost`].
    pub fn accept(&mut self) {
        self.scanner.accept();
    }

    /// Streams the literal that [`Framed::Literal`] asks about.
    ///
    /// Consume as many octets as are returned. The caller takes the octets of the literal behind them
    /// ([`Counted`](mailwire_core::body::Counted)), and calls [`frame`](Self::frame) with what follows.
    pub fn stream(&mut self) -> usize {
        self.scanner.stream()
    }

    /// Refuses the literal that [`Framed::Literal`] asks about, and its command.
    ///
    /// Consume as many octets as are returned. A synchronizing literal does not come: the command ended
    /// and is to be answered. The octets of another one are dropped by count, with the rest of the command,
    /// up to [`Framed::Dropped`].
    pub fn refuse(&mut self) -> usize {
        self.scanner.refuse::<Server>()
    }

    /// As [`refuse`](Self::refuse), but the octets of the literal do not count towards [`FrameLimits::discard`]: the caller
    /// knows how many there are and wants the session to go on.
    pub fn refuse_whole(&mut self) -> usize {
        self.scanner.refuse_whole::<Server>()
    }

    /// True when a part of a command was seen, and its end was not.
    #[must_use]
    pub const fn is_mid_message(&self) -> bool {
        self.scanner.is_mid_message()
    }

    /// Octets that are missing at least, behind an input of `len` octets that gave [`Framed::More`]: those
    /// of a literal that comes inside its command. A buffer can make room for them at once.
    #[must_use]
    pub fn missing(&self, len: usize) -> usize {
        self.scanner.missing(len)
    }

    /// True when the rest of a refused command, up to [`Framed::Dropped`], is still to come.
    #[must_use]
    pub const fn is_dropping(&self) -> bool {
        self.scanner.is_dropping()
    }
}
