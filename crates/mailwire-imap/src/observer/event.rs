//! What is heard.

use mailwire_core::body::Findings;
use mailwire_core::sasl::Challenge;
use mailwire_core::{Secret, SyntaxError};

use crate::Deviations;
use crate::command::{TaggedCommand, Verb};
use crate::family::append::{AppendTail, Under};
use crate::family::fetch::{FetchHead, FetchTail};
use crate::family::urlauth::stream::{UrlFetchHead, UrlFetchTail, UrlPlace};
use crate::framing::Fault;
use crate::response::{Continue, Data};
use crate::status::{Greeting, Tagged};

use super::Side;

/// What a tagged response answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Answers {
    /// Nothing that was heard: no command with this tag waits for an answer.
    Nothing,
    /// The command of this verb.
    Command(Verb),
    /// A command of another verb, or a line that is no command.
    Unknown,
}

/// What a `+` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Asks {
    /// Nothing: no command waits for it.
    Nothing,
    /// The octets of a literal.
    Literal,
    /// DONE: IDLE has begun.
    Done,
    /// The next line of a command of another verb.
    Unknown,
}

/// What a streamed literal belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyKind {
    /// APPEND or REPLACE.
    Append(Under),
    /// FETCH, sent by the server.
    Fetch,
    /// URLFETCH, sent by the server.
    UrlFetch,
    /// It is not known what it is: its message is broken, or too large.
    Unknown,
}

/// What was heard; borrows from the input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
// An event is made and looked at; a box would cost each response an allocation.
#[allow(clippy::large_enum_variant)]
pub enum Observed<'i> {
    /// The first response of a session.
    Greeting {
        /// The greeting.
        greeting: Greeting<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A command, with its literals. The password of LOGIN and the response of AUTHENTICATE are hidden in
    /// it.
    Command {
        /// The command.
        command: TaggedCommand<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// APPEND or REPLACE up to the header of a large literal. Its octets follow as a body, and then a
    /// [`CommandTail`](Self::CommandTail); or the server refuses it.
    CommandHead {
        /// The command. Its last literal has no octets.
        command: TaggedCommand<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// What is behind a streamed literal of APPEND or REPLACE: the end of the command, or the header of
    /// the next large literal.
    CommandTail {
        /// The rest of the command.
        tail: AppendTail<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A command ended at the header of a literal: the server answered it with a status, and no `+`.
    Refused {
        /// The command; `None` for another one.
        verb: Option<Verb>,
        /// Its octets through the header, as far as they were not told: none behind a
        /// [`CommandHead`](Self::CommandHead). They may hold a name or a password.
        octets: Secret<&'i [u8]>,
    },
    /// Untagged data, of a command or unasked.
    Response {
        /// The data.
        data: Data<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A message up to the header of a large literal. Its octets follow as a body, and then a
    /// [`FetchTail`](Self::FetchTail).
    FetchHead {
        /// The message as far as it is there.
        head: FetchHead<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// What is behind a streamed literal of a message: its end, or the header of the next large literal.
    FetchTail {
        /// The rest of the message.
        tail: FetchTail<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// What URLs point at, up to the header of a large literal. Its octets follow as a body, and then a
    /// [`UrlFetchTail`](Self::UrlFetchTail).
    UrlFetchHead {
        /// The response as far as it is there.
        head: UrlFetchHead<'i>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// What is behind a streamed literal of URLFETCH: its end, or the header of the next large literal.
    UrlFetchTail {
        /// The rest of the response.
        tail: UrlFetchTail<'i>,
        /// Where the octets stand that it is behind.
        place: UrlPlace,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A tagged response: the end of a command.
    Tagged {
        /// The response.
        tagged: Tagged<'i>,
        /// What it answers.
        answers: Answers,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// `+`, outside of AUTHENTICATE.
    Continue {
        /// The request.
        request: Continue<'i>,
        /// What it asks for.
        asks: Asks,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// `+`: the server waits for a SASL response.
    AuthChallenge {
        /// The challenge, as it came and decoded.
        challenge: Challenge<'i>,
        /// The tolerated deviations in its line.
        deviations: Deviations,
    },
    /// A SASL response.
    AuthResponse {
        /// The response in base64, without its line end.
        response: Secret<&'i [u8]>,
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// `*` in place of a SASL response: the client gives up.
    AuthCancel {
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// DONE: IDLE ends.
    IdleDone {
        /// The tolerated deviations in it.
        deviations: Deviations,
    },
    /// A streamed literal begins.
    BodyBegin {
        /// Who sends it.
        side: Side,
        /// What it belongs to.
        kind: BodyKind,
        /// Its octets.
        size: u64,
    },
    /// The next octets of the literal; never empty.
    BodyChunk {
        /// Who sent them.
        side: Side,
        /// The octets.
        octets: &'i [u8],
    },
    /// The literal ended; its message goes on.
    BodyEnd {
        /// Who sent it.
        side: Side,
        /// What it belongs to.
        kind: BodyKind,
        /// The octets that came.
        size: u64,
        /// What was looked for and found.
        findings: Findings,
        /// False when the side closed before the end of the literal.
        complete: bool,
    },
    /// OK to STARTTLS was heard: the next bytes are TLS, until
    /// [`Observer::tls_started`](super::Observer::tls_started).
    TlsReady,
    /// Bytes behind STARTTLS and its OK, before
    /// [`Observer::tls_started`](super::Observer::tls_started) was called. They are TLS, or plaintext that
    /// its sender wants to be taken for what is inside.
    Tls {
        /// Who sent them.
        side: Side,
        /// The bytes.
        octets: &'i [u8],
    },
    /// OK to COMPRESS was heard: the next bytes of both sides are raw deflate data, those included that are
    /// not consumed. Call [`Observer::compression_started`](super::Observer::compression_started) and give what
    /// they inflate to.
    CompressReady,
    /// Bytes behind COMPRESS and its OK, before
    /// [`Observer::compression_started`](super::Observer::compression_started) was called.
    Compressed {
        /// Who sent them.
        side: Side,
        /// The bytes.
        octets: &'i [u8],
    },
    /// OK to UNAUTHENTICATE was heard under compression: nothing of either side is compressed behind the
    /// two. What was inflated and is not consumed is dropped; give what the inflaters did not take.
    CompressEnd,
    /// A message that breaks the grammar. Its neighbours live. A literal at its end that is large follows
    /// as a body of [`BodyKind::Unknown`].
    Invalid {
        /// Who sent it.
        side: Side,
        /// The bytes, with their line ends and literals.
        frame: &'i [u8],
        /// What is wrong with them.
        error: SyntaxError,
    },
    /// A line of a SASL exchange that breaks the grammar, or a bad command where one is likely, or a bad
    /// LOGIN or AUTHENTICATE.
    InvalidSecret {
        /// The bytes, with their line ends and literals.
        frame: Secret<&'i [u8]>,
        /// What is wrong with them.
        error: SyntaxError,
    },
    /// Octets that belong to no message that can be told: what is around a literal that is too large for
    /// its message, or behind one of a broken message; all that follows [`Lost`](Self::Lost).
    Raw {
        /// Who sent them.
        side: Side,
        /// The bytes. They may hold a password.
        octets: Secret<&'i [u8]>,
    },
    /// A message over a limit, or with a literal header that cannot be believed. What follows of it is
    /// [`Dropped`](Self::Dropped).
    Bad {
        /// Who sent it.
        side: Side,
        /// Its beginning, through the line with the fault. It may hold a password.
        frame: Secret<&'i [u8]>,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The end of what was dropped of a bad message.
    Dropped {
        /// Who sent it.
        side: Side,
        /// How many octets were dropped.
        octets: u64,
    },
    /// Nobody can tell where the next message of this side begins. All that is left of it is
    /// [`Raw`](Self::Raw).
    Lost {
        /// Which side.
        side: Side,
        /// Why.
        fault: Fault,
    },
    /// The beginning of a message whose end never came.
    Incomplete {
        /// Who sent it.
        side: Side,
        /// The bytes; none when it was cut off behind a streamed literal. What they were going to be is
        /// not known, so that they may be a password.
        octets: Secret<&'i [u8]>,
    },
}
