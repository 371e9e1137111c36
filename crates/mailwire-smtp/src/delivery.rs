//! One message to many recipients, with an outcome for each.
//!
//! [`Delivery`] sits on a [`Client`] whose session is open. It chooses what the server offers
//! (PIPELINING, CHUNKING, SIZE, 8BITMIME, SMTPUTF8, DSN, LIMITS), splits the recipients into
//! transactions, and binds each reply to the recipients that it decides about.

mod outcome;
mod plan;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;

pub use self::outcome::{Recipient, RecipientOutcome};
pub use self::plan::{Chunking, Envelope};
use crate::client::{Client, Event, Ticket};
use crate::command::Command;
use crate::element::reply_code::ReplyCode;
use crate::error::UsageError;
use crate::extension::Extension;
use crate::family::bdat::Bdat;
use crate::protocol::Protocol;
use crate::reply::Reply;
use crate::state::State;
use mailwire_core::Unanswered;
use mailwire_core::body::InspectedBytes;

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Go on with the loop.
    Continue,
    /// Give the message from its beginning: [`Delivery::send_body`] and [`Delivery::finish_body`].
    BodyWanted,
    /// The server has refused the message: stop giving it.
    BodyRefused,
    /// Every recipient has an outcome.
    Done,
}

/// The commands of the transaction that is under way.
#[derive(Debug, Clone, Default)]
struct Transaction {
    mail: Option<Ticket>,
    /// The tickets of RCPT, and whose they are.
    rcpts: VecDeque<(Ticket, usize)>,
    /// The accepted recipients, in order.
    accepted: Vec<usize>,
    /// DATA, or the last BDAT.
    body: Option<Ticket>,
    /// Earlier chunks of BDAT.
    chunks: VecDeque<Ticket>,
    /// The octets of the chunk whose command is on its way.
    stashed: Option<InspectedBytes>,
    rset: Option<Ticket>,
    failed: bool,
    /// The caller gives the message.
    giving: bool,
    /// The caller has given all of it.
    given: bool,
}

/// Delivers one message to many recipients over an open session.
///
/// RFC 5321 section 4.1.1, RFC 2033 (one result per recipient), RFC 9422 (LIMITS). A 552 in answer
/// to RCPT counts as 452, as RFC 5321 section 4.5.3.1.10 asks.
///
/// # Wire
/// ```text
/// C: MAIL FROM:<a@client.example> SIZE=6
/// C: RCPT TO:<b@mail.example>
/// C: DATA
/// ```
///
/// # Limits
/// [`Envelope::max_recipients`], and what the server announces.
///
/// # Errors
/// [`UsageError`] when the session is not open, or something else is in flight. What the server
/// refuses is an outcome.
///
/// # Example
/// ```
/// use mailwire_smtp::client::{Client, ClientConfig};
/// use mailwire_smtp::delivery::{Delivery, Envelope, Step};
/// use mailwire_smtp::element::path::{ForwardPath, ReversePath};
/// use mailwire_smtp::{Command, Machine, element::domain::Domain};
///
/// # fn written(client: &mut Client) { let n = client.transmit().len(); client.transmitted(n); }
/// # let mut client = Client::new(ClientConfig::default());
/// # client.receive(b"220 mail.example\r\n").unwrap();
/// # client.send(&Command::Ehlo(Domain::name("client.example").unwrap().into())).unwrap();
/// # written(&mut client);
/// # client.receive(b"250 mail.example\r\n").unwrap();
/// let to = [ForwardPath::mailbox("b", "mail.example").unwrap()];
/// let envelope = Envelope::new(ReversePath::mailbox("a", "client.example").unwrap(), to);
/// let mut delivery = Delivery::new(envelope);
/// delivery.start(&mut client).unwrap();
/// assert_eq!(client.transmit().first(), b"MAIL FROM:<a@client.example>\r\n");
/// # written(&mut client);
/// let received = client.receive(b"250 ok\r\n").unwrap();
/// let step = delivery.handle(&mut client, &received.event.unwrap()).unwrap();
/// assert_eq!(step, Step::Continue);
/// ```
#[derive(Debug, Clone)]
pub struct Delivery {
    envelope: Envelope,
    recipients: Vec<Recipient>,
    /// Recipients that no transaction has tried, or that one has put off.
    waiting: VecDeque<usize>,
    current: Transaction,
    done: bool,
}

impl Delivery {
    /// A delivery that has not started.
    #[must_use]
    pub fn new(envelope: Envelope) -> Self {
        let recipients: Vec<_> = envelope.take_recipients();
        Self {
            waiting: (0..recipients.len()).collect(),
            recipients,
            envelope,
            current: Transaction::default(),
            done: false,
        }
    }

    /// Begins, on an open session with nothing in flight.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when the session is not open or not idle. A message that the server
    /// cannot take (its size, 8-bit octets, UTF-8 addresses, a parameter that is not offered) is no
    /// error: its recipients fail.
    pub fn start(&mut self, client: &mut Client) -> Result<Step, UsageError> {
        if client.state() != State::Ready || client.in_flight() > 0 {
            return Err(UsageError::NotNow { what: "a delivery" });
        }
        if let Some(problem) = self.envelope.problem(client) {
            return Ok(self.give_up(problem));
        }
        self.begin(client)
    }

    /// Nobody who waits can get the message from this server.
    fn give_up(&mut self, problem: Extension) -> Step {
        for index in self.waiting.drain(..) {
            if let Some(recipient) = self.recipients.get_mut(index) {
                recipient.outcome = RecipientOutcome::Impossible(problem);
            }
        }
        self.finish()
    }

    /// Takes an event of the client. Events of other commands change nothing.
    ///
    /// # Errors
    /// [`UsageError`] when the client refuses what has to follow.
    pub fn handle(&mut self, client: &mut Client, event: &Event<'_>) -> Result<Step, UsageError> {
        if self.done {
            return Ok(Step::Done);
        }
        match event {
            Event::Reply { ticket, reply, recipient, .. } => {
                self.take_reply(client, *ticket, reply, *recipient)
            }
            Event::BodyWanted(ticket) => self.take_wanted(client, *ticket),
            Event::Unanswered { ticket, outcome } => {
                self.take_unanswered(client, *ticket, *outcome)
            }
            Event::Closing(_) | Event::Closed => {
                self.close();
                Ok(self.finish())
            }
            _ => Ok(Step::Continue),
        }
    }

    /// Gives a part of the message. With CHUNKING each part is a chunk.
    ///
    /// # Errors
    /// As [`Client::send_body`]; [`UsageError::Busy`] also while a chunk waits for its turn.
    pub fn send_body(
        &mut self,
        client: &mut Client,
        part: impl Into<InspectedBytes>,
    ) -> Result<(), UsageError> {
        let part = part.into();
        if !self.current.giving {
            return Err(UsageError::NotNow { what: "a body" });
        }
        if !self.chunked(client) {
            return client.send_body(part);
        }
        if part.is_empty() {
            return Ok(());
        }
        self.send_chunk(client, part, false)
    }

    /// Ends the message.
    ///
    /// # Errors
    /// As [`Client::finish_body`]; [`UsageError::Busy`] while a chunk waits for its turn.
    pub fn finish_body(&mut self, client: &mut Client) -> Result<(), UsageError> {
        if !self.current.giving {
            return Err(UsageError::NotNow { what: "the end of a body" });
        }
        if self.chunked(client) {
            self.send_chunk(client, Bytes::new().into(), true)?;
        } else {
            client.finish_body()?;
        }
        (self.current.giving, self.current.given) = (false, true);
        Ok(())
    }

    /// What became of the delivery when the session ended in an error: takes what the client knows.
    pub fn abort(&mut self, client: &mut Client) {
        while let Some((ticket, outcome)) = client.unanswered() {
            self.note_unanswered(client.protocol(), ticket, outcome);
        }
        self.close();
        self.done = true;
    }

    /// The recipients and their outcomes, in the order of the envelope.
    #[must_use]
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// True when every recipient has an outcome.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.done
    }

    /// Begins the next transaction.
    fn begin(&mut self, client: &mut Client) -> Result<Step, UsageError> {
        let limit = client.extensions().limit("MAILMAX");
        if self.waiting.is_empty() || limit.is_some_and(|limit| client.transactions() >= limit) {
            return Ok(self.finish());
        }
        let batch = self.envelope.batch(client, &self.recipients, &mut self.waiting);
        if batch.is_empty() {
            return Ok(self.finish());
        }
        let mail = match client.send(&Command::Mail(self.envelope.mail(client))) {
            Err(UsageError::NotOffered(extension)) => {
                self.waiting.extend(batch);
                return Ok(self.give_up(extension));
            }
            sent => sent?,
        };
        self.current = Transaction { mail: Some(mail), ..Transaction::default() };
        for (place, &index) in batch.iter().enumerate() {
            let Some(recipient) = self.recipients.get(index) else { continue };
            let rcpt = self.envelope.rcpt(client, &recipient.rcpt);
            match client.send(&Command::Rcpt(rcpt)) {
                Ok(ticket) => self.current.rcpts.push_back((ticket, index)),
                // What does not fit in this transaction goes into the next one.
                Err(UsageError::Busy) if !self.current.rcpts.is_empty() => {
                    for &index in batch.get(place..).unwrap_or_default().iter().rev() {
                        self.waiting.push_front(index);
                    }
                    // DATA finds room behind the replies.
                    return Ok(Step::Continue);
                }
                // The others can have the message.
                Err(UsageError::NotOffered(extension)) => {
                    if let Some(recipient) = self.recipients.get_mut(index) {
                        recipient.outcome = RecipientOutcome::Impossible(extension);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        if self.current.rcpts.is_empty() {
            return self.reset(client);
        }
        if !self.chunked(client) {
            self.current.body = match client.send(&Command::Data) {
                Err(UsageError::Busy) => None,
                sent => Some(sent?),
            };
        }
        Ok(Step::Continue)
    }

    /// Whether the message goes out with BDAT.
    fn chunked(&self, client: &Client) -> bool {
        client.extensions().has(Extension::Chunking) && self.envelope.wants_chunks()
    }

    fn send_chunk(
        &mut self,
        client: &mut Client,
        octets: InspectedBytes,
        last: bool,
    ) -> Result<(), UsageError> {
        if self.current.stashed.is_some() {
            return Err(UsageError::Busy);
        }
        let size = octets.len() as u64;
        let ticket = client.send(&Command::Bdat(Bdat { size, last }))?;
        self.current.stashed = Some(octets);
        if last {
            self.current.body = Some(ticket);
        } else {
            self.current.chunks.push_back(ticket);
        }
        Ok(())
    }

    fn take_wanted(&mut self, client: &mut Client, ticket: Ticket) -> Result<Step, UsageError> {
        if let Some(octets) = self.current.stashed.take() {
            if !octets.is_empty() {
                client.send_body(octets)?;
            }
            client.finish_body()?;
            return Ok(Step::Continue);
        }
        if self.current.body == Some(ticket) {
            self.current.giving = true;
            return Ok(Step::BodyWanted);
        }
        Ok(Step::Continue)
    }

    fn take_reply(
        &mut self,
        client: &mut Client,
        ticket: Ticket,
        reply: &Reply<'_>,
        recipient: Option<u32>,
    ) -> Result<Step, UsageError> {
        let current = &mut self.current;
        if current.mail == Some(ticket) {
            current.mail = None;
            if !reply.code().is_positive() {
                current.failed = true;
                let indices: Vec<_> = current.rcpts.iter().map(|(_, index)| *index).collect();
                self.decide(&indices, reply);
            }
        } else if current.rcpts.front().is_some_and(|(rcpt, _)| *rcpt == ticket) {
            if let Some((_, index)) = current.rcpts.pop_front() {
                self.take_rcpt(index, reply);
            }
            if self.current.rcpts.is_empty() && self.current.body.is_none() {
                return self.after_recipients(client);
            }
        } else if current.body == Some(ticket) {
            return self.take_result(client, reply, recipient);
        } else if current.chunks.front() == Some(&ticket) {
            current.chunks.pop_front();
            if !reply.code().is_positive() && !current.failed {
                return self.refuse(client, reply);
            }
        } else if current.rset == Some(ticket) {
            current.rset = None;
            return if reply.code().is_positive() {
                self.begin(client)
            } else {
                self.close();
                Ok(self.finish())
            };
        }
        Ok(Step::Continue)
    }

    fn take_rcpt(&mut self, index: usize, reply: &Reply<'_>) {
        if self.current.failed {
            return;
        }
        let code = reply.code();
        if code.is_positive() {
            self.current.accepted.push(index);
            return;
        }
        // 452, and 552 that means it: this transaction is full, the next one is not.
        let full = code == ReplyCode::INSUFFICIENT_STORAGE || code == ReplyCode::EXCEEDED_STORAGE;
        if full && !self.current.accepted.is_empty() {
            self.waiting.push_back(index);
            return;
        }
        let outcome = if full {
            RecipientOutcome::Temporary(Some(reply.borrowed().into_owned()))
        } else {
            RecipientOutcome::of(reply)
        };
        if let Some(recipient) = self.recipients.get_mut(index) {
            recipient.outcome = outcome;
        }
    }

    /// With BDAT, and where there was no room for DATA, the message is wanted once it is known
    /// whether anybody wants it.
    fn after_recipients(&mut self, client: &mut Client) -> Result<Step, UsageError> {
        if client.is_closed() {
            return Ok(self.finish());
        }
        if self.current.failed || self.current.accepted.is_empty() {
            return self.reset(client);
        }
        if !self.chunked(client) {
            self.current.body = Some(client.send(&Command::Data)?);
            return Ok(Step::Continue);
        }
        self.current.giving = true;
        Ok(Step::BodyWanted)
    }

    /// A reply to DATA, or a result of the message.
    fn take_result(
        &mut self,
        client: &mut Client,
        reply: &Reply<'_>,
        recipient: Option<u32>,
    ) -> Result<Step, UsageError> {
        let code = reply.code();
        if code.is_intermediate() {
            return Ok(Step::Continue);
        }
        let accepted = self.current.accepted.clone();
        // 421 behind the end of the message leaves open whether it was taken.
        let lost = code == ReplyCode::NOT_AVAILABLE && self.current.given;
        if self.current.failed {
            // Decided: this says only that what failed before cannot go on.
        } else if let Some(place) = recipient {
            let index = usize::try_from(place).ok().and_then(|place| accepted.get(place));
            if let Some(index) = index {
                self.decide(&[*index], reply);
            }
            // PRDR ends with one more reply; LMTP does not.
            let last =
                usize::try_from(place).is_ok_and(|place| place.saturating_add(1) == accepted.len());
            if !(last && client.protocol() == Protocol::Lmtp) {
                return Ok(Step::Continue);
            }
        } else if lost {
            self.lose(client.protocol());
        } else {
            let undecided: Vec<_> = accepted
                .iter()
                .copied()
                .filter(|index| {
                    let outcome = self.recipients.get(*index).map(|recipient| &recipient.outcome);
                    // An overall refusal of PRDR counts for everybody.
                    !code.is_positive() || matches!(outcome, Some(RecipientOutcome::Pending))
                })
                .collect();
            self.decide(&undecided, reply);
        }
        let was_giving = core::mem::take(&mut self.current.giving);
        self.current.body = None;
        if client.is_closed() {
            self.close();
            return Ok(self.finish());
        }
        let step =
            if client.state() == State::Ready { self.begin(client) } else { self.reset(client) };
        if was_giving { step.map(|_| Step::BodyRefused) } else { step }
    }

    /// A chunk was refused: the transaction is over.
    fn refuse(&mut self, client: &mut Client, reply: &Reply<'_>) -> Result<Step, UsageError> {
        self.current.failed = true;
        self.current.stashed = None;
        let accepted = self.current.accepted.clone();
        self.decide(&accepted, reply);
        self.current.giving = false;
        if client.is_closed() {
            self.close();
            self.finish();
        } else {
            self.reset(client)?;
        }
        Ok(Step::BodyRefused)
    }

    /// Resets the session, to begin the next transaction or to leave it as it was.
    fn reset(&mut self, client: &mut Client) -> Result<Step, UsageError> {
        if self.current.rset.is_none() {
            match client.send(&Command::Rset) {
                Ok(ticket) => self.current.rset = Some(ticket),
                Err(UsageError::Closed) => {
                    self.close();
                    return Ok(self.finish());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Step::Continue)
    }

    fn take_unanswered(
        &mut self,
        client: &mut Client,
        ticket: Ticket,
        outcome: Unanswered,
    ) -> Result<Step, UsageError> {
        let current = &self.current;
        let ours =
            current.body == Some(ticket) || current.rcpts.iter().any(|(rcpt, _)| *rcpt == ticket);
        self.note_unanswered(client.protocol(), ticket, outcome);
        if client.is_closed() {
            return Ok(Step::Continue);
        }
        // A command that was dropped because what it depends on failed.
        let last = self.current.rcpts.is_empty() && self.current.body.is_none();
        if ours && last { self.reset(client) } else { Ok(Step::Continue) }
    }

    fn note_unanswered(&mut self, protocol: Protocol, ticket: Ticket, outcome: Unanswered) {
        if self.current.body == Some(ticket) {
            self.current.body = None;
            if outcome == Unanswered::Unknown {
                self.lose(protocol);
            }
        }
        self.current.rcpts.retain(|(rcpt, _)| *rcpt != ticket);
    }

    /// The last reply to a whole message is lost. What LMTP said of a recipient stands; with PRDR
    /// only a refusal does, as the last reply counts for all who are accepted.
    fn lose(&mut self, protocol: Protocol) {
        for index in core::mem::take(&mut self.current.accepted) {
            let Some(recipient) = self.recipients.get_mut(index) else { continue };
            match recipient.outcome {
                RecipientOutcome::Pending => {}
                RecipientOutcome::Delivered(_) if protocol == Protocol::Smtp => {}
                _ => continue,
            }
            recipient.outcome = RecipientOutcome::Unknown;
        }
    }

    /// The session is gone: who has no outcome has not got the message.
    fn close(&mut self) {
        for recipient in &mut self.recipients {
            if matches!(recipient.outcome, RecipientOutcome::Pending) {
                recipient.outcome = RecipientOutcome::Temporary(None);
            }
        }
        self.waiting.clear();
    }

    fn finish(&mut self) -> Step {
        // Who still waits needs another session (MAILMAX).
        self.close();
        self.done = true;
        Step::Done
    }

    fn decide(&mut self, indices: &[usize], reply: &Reply<'_>) {
        for index in indices {
            if let Some(recipient) = self.recipients.get_mut(*index) {
                recipient.outcome = RecipientOutcome::of(reply);
            }
        }
    }
}

#[cfg(test)]
mod tests;
