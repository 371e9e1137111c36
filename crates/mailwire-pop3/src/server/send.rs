//! The answers of the application.

use bytes::Bytes;
use mailwire_core::body::{DotEncoder, Stuffed};
use mailwire_core::encoder::Encoder;

use super::answer::OwnAnswer;
use super::{Due, Output, Phase, Server};
use crate::answer::{Answer, Expect, Item, Listing};
use crate::command::Verb;
use crate::element::apop::Stamp;
use crate::error::{PeerError, UsageError};
use crate::response::Response;
use crate::state::{Outcome, State};

impl Server {
    /// Answers what is owed first: the greeting, or a command.
    ///
    /// Behind `+OK` to LIST, UIDL or LANG without an argument the items are given with
    /// [`send_item`](Self::send_item), behind `+OK` to RETR or TOP the message with
    /// [`send_body`](Self::send_body). A greeting with a clean stamp allows APOP.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when nothing is owed, or an earlier answer is not finished, or a SASL
    /// exchange is to be answered; [`UsageError::WrongAnswer`] when the command cannot have such an
    /// answer; [`UsageError::WrongItem`] for a unique-id that does not keep to the grammar.
    pub fn send(&mut self, answer: &Answer<'_>) -> Result<(), UsageError> {
        let due = self.check_send(answer)?;
        if self.is_injected(due, answer.is_ok()) {
            self.fail(PeerError::DataAfterStls);
            return Ok(());
        }
        if due == Due::Greeting {
            if let Answer::Ok(greeting) = answer {
                self.flags.apop = Stamp::find(greeting.text()).is_some();
            }
        }
        let before = self.queue.len();
        self.push_answer(answer);
        self.apply(due, answer.is_ok(), before);
        Ok(())
    }

    /// True when the client sent plaintext behind STLS and the answer would start TLS. It gets the
    /// machine's own answer instead.
    fn is_injected(&self, due: Due, positive: bool) -> bool {
        due == Due::Verb(Verb::Stls, false) && positive && self.flags.early
    }

    /// Counts a login that failed: guessing passwords has the budget of bad commands. An error is
    /// told by [`receive`](mailwire_core::Machine::receive).
    pub(super) fn count_login(&mut self) {
        let _ = self.count_bad_command();
    }

    /// Answers what is owed first with the usual positive answer: the greeting, the capabilities
    /// and mechanisms of the configuration, `+OK` and its kin. LIST, UIDL, LANG, RETR and TOP are
    /// begun.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`UsageError::WrongAnswer`] when the answer has a value, as those to
    /// STAT and LIST n do.
    pub fn accept(&mut self) -> Result<(), UsageError> {
        let due = self.check_due()?;
        let answer = match due {
            Due::Greeting => OwnAnswer::Ready,
            Due::Other | Due::Own(_) => OwnAnswer::Ok,
            Due::Verb(verb, given) => match (verb, given) {
                (Verb::Stat, _) | (Verb::List | Verb::Uidl | Verb::Lang, true) => {
                    return Err(UsageError::WrongAnswer { what: verb.as_str() });
                }
                (Verb::User, _) => OwnAnswer::SendPassword,
                (Verb::Pass | Verb::Apop, _) => OwnAnswer::LoggedIn,
                (Verb::Dele, _) => OwnAnswer::Deleted,
                (Verb::Retr | Verb::Top, _) => OwnAnswer::Follows,
                (Verb::Capa, _) => OwnAnswer::Capabilities,
                (Verb::Auth, _) => OwnAnswer::Mechanisms,
                (Verb::Utf8, _) => OwnAnswer::Utf8,
                (Verb::Stls, _) => OwnAnswer::TlsReady,
                (Verb::Quit, _) => OwnAnswer::Bye,
                _ => OwnAnswer::Ok,
            },
        };
        if self.is_injected(due, true) {
            self.fail(PeerError::DataAfterStls);
            return Ok(());
        }
        let before = self.queue.len();
        answer.push(&mut self.queue);
        self.apply(due, true, before);
        match due {
            Due::Verb(Verb::Capa, _) => self.push_capabilities(),
            Due::Verb(Verb::Auth, _) => self.push_mechanisms(),
            _ => return Ok(()),
        }
        self.finish_list()
    }

    /// Sends the next line of a listing.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no listing is begun; [`UsageError::Busy`] when too much is queued;
    /// [`UsageError::WrongItem`] when the item is of another listing, or does not keep to the
    /// grammar: an invalid line, a unique-id that deviates.
    pub fn send_item(&mut self, item: &Item<'_>) -> Result<(), UsageError> {
        let Output::Listing(listing) = self.output else {
            return Err(UsageError::NotNow { what: "a line of a listing" });
        };
        if self.queue.len() > self.config.limits.transmit {
            return Err(UsageError::Busy);
        }
        let good = match item {
            Item::UniqueId(item) => item.id.is_conformant(),
            _ => true,
        };
        if item.listing() != Some(listing) || !good {
            return Err(UsageError::WrongItem);
        }
        self.queue.write_with(|out| {
            let mut out = Encoder::new(out);
            item.encode(&mut out);
            out.crlf();
        });
        Ok(())
    }

    /// Ends a listing.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when none is begun.
    pub fn finish_list(&mut self) -> Result<(), UsageError> {
        let Output::Listing(_) = self.output else {
            return Err(UsageError::NotNow { what: "the end of a listing" });
        };
        self.queue.push(b".\r\n");
        self.output = Output::None;
        self.settle();
        Ok(())
    }

    /// Sends a part of the message, which is not copied. The dots are added here.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when no message is begun; [`UsageError::Busy`] when too much is queued;
    /// [`UsageError::Body`] when the part holds a bare CR or LF and these are not normalized: nothing
    /// of it is sent, and the message cannot be ended as if it were whole. Close the connection.
    pub fn send_body(&mut self, part: Bytes) -> Result<(), UsageError> {
        if self.queue.len() > self.config.limits.transmit {
            return Err(UsageError::Busy);
        }
        let Output::Body(encoder) = &mut self.output else {
            return Err(UsageError::NotNow { what: "a message" });
        };
        let queue = &mut self.queue;
        encoder.encode(&part, |piece| match piece {
            Stuffed::Chunk(range) => queue.push_body(part.slice(range)),
            Stuffed::Insert(octets) => queue.push(octets),
        })?;
        Ok(())
    }

    /// Ends the message.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when none is begun; [`UsageError::Body`] when it failed or ends in a
    /// bare CR.
    pub fn finish_body(&mut self) -> Result<(), UsageError> {
        let Output::Body(encoder) = &mut self.output else {
            return Err(UsageError::NotNow { what: "the end of a message" });
        };
        let queue = &mut self.queue;
        encoder.finish(|piece| {
            if let Stuffed::Insert(octets) = piece {
                queue.push(octets);
            }
        })?;
        self.output = Output::None;
        self.settle();
        Ok(())
    }

    /// Ends the session from this side, as after a time without a command. What is marked is not
    /// removed.
    ///
    /// # Errors
    /// [`UsageError::Closed`] when it is over; [`UsageError::NotNow`] within a listing or a message,
    /// where the line would be read as part of it: close the connection. [`UsageError::WrongAnswer`]
    /// for `+OK`.
    pub fn close(&mut self, response: &Response<'_>) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        if !matches!(self.output, Output::None) {
            return Err(UsageError::NotNow { what: "a last line" });
        }
        if response.is_ok() {
            return Err(UsageError::WrongAnswer { what: "closing" });
        }
        self.push_answer(&response.borrowed().into());
        self.state = State::Closed;
        Ok(())
    }

    /// What is owed first, if it can be answered with a line now.
    fn check_due(&self) -> Result<Due, UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        let due = self.owed.first().ok_or(UsageError::NotNow { what: "an answer" })?;
        // What leads to a challenge, and what is begun, have answers of their own.
        if !matches!((&self.phase, &self.output), (Phase::Commands, Output::None)) {
            return Err(UsageError::NotNow { what: "this answer" });
        }
        Ok(due)
    }

    /// What is owed first, if `answer` can answer it.
    fn check_send(&self, answer: &Answer<'_>) -> Result<Due, UsageError> {
        let due = self.check_due()?;
        let (expect, what) = match due {
            Due::Greeting => (Expect::Status, "the greeting"),
            Due::Other | Due::Own(_) => (Expect::Status, "a command"),
            Due::Verb(verb, given) => {
                let [bare, argument] = verb.row().expect;
                (if given { argument } else { bare }, verb.as_str())
            }
        };
        let good = match (answer, expect) {
            (Answer::Err(_), _)
            | (Answer::Ok(_), Expect::Status | Expect::Listing(_) | Expect::Message)
            | (Answer::Stat(_), Expect::Stat)
            | (Answer::Size(_), Expect::Size(_))
            | (Answer::Language(_), Expect::Language) => true,
            (Answer::UniqueId(item), Expect::UniqueId(_)) if !item.id.is_conformant() => {
                return Err(UsageError::WrongItem);
            }
            (Answer::UniqueId(_), Expect::UniqueId(_)) => true,
            _ => false,
        };
        if good { Ok(due) } else { Err(UsageError::WrongAnswer { what }) }
    }

    /// What an answer to `due` changes. `before`: octets in the queue before it.
    fn apply(&mut self, due: Due, positive: bool, before: usize) {
        match due {
            Due::Greeting => {
                self.state = if positive { State::Authorization } else { State::Closed };
                self.flags.greeting = true;
            }
            Due::Verb(verb, given) => {
                self.apply_verb(verb, positive);
                let [bare, argument] = verb.row().expect;
                let expect = if given { argument } else { bare };
                self.output = match expect {
                    Expect::Listing(listing) if positive => Output::Listing(listing),
                    Expect::Message if positive => {
                        Output::Body(DotEncoder::new(self.config.newlines))
                    }
                    _ => Output::None,
                };
            }
            Due::Other | Due::Own(_) => {}
        }
        if let Phase::Tls { answer, .. } = &mut self.phase {
            *answer = self.queue.len().saturating_sub(before);
        }
        if matches!(self.output, Output::None) {
            self.settle();
        }
        if matches!(due, Due::Verb(Verb::Pass | Verb::Apop, _)) && !positive {
            self.count_login();
        }
    }

    fn apply_verb(&mut self, verb: Verb, positive: bool) {
        let outcome = match (verb, positive) {
            (Verb::Quit, _) => Outcome::Completed,
            (_, true) => Outcome::Accepted,
            (_, false) => Outcome::Refused,
        };
        self.state = self.state.after(verb, outcome);
        match verb {
            Verb::Stls if positive => self.phase = Phase::Tls { told: false, answer: 0 },
            Verb::Utf8 if positive => self.flags.utf8 = true,
            _ => {}
        }
    }

    /// Takes the answered command off, and sends the machine's own answers that waited behind it.
    pub(super) fn settle(&mut self) {
        self.owed.pop();
        while let Some(Due::Own(answer)) = self.owed.first() {
            answer.push(&mut self.queue);
            self.owed.pop();
        }
    }

    /// Queues an answer of the application's.
    pub(super) fn push_answer(&mut self, answer: &Answer<'_>) {
        self.queue.push(&answer.to_bytes());
    }

    fn push_capabilities(&mut self) {
        let (tls, state) = (self.flags.tls, self.state);
        let config = alloc::sync::Arc::clone(&self.config);
        self.queue.write_with(|out| {
            let mut out = Encoder::new(out);
            for capability in config.capabilities(tls, state) {
                out.put(&capability).crlf();
            }
        });
        debug_assert!(matches!(self.output, Output::Listing(Listing::Capabilities)));
    }

    fn push_mechanisms(&mut self) {
        let config = alloc::sync::Arc::clone(&self.config);
        self.queue.write_with(|out| {
            let mut out = Encoder::new(out);
            for name in config.mechanisms() {
                out.bytes(name).crlf();
            }
        });
    }
}
