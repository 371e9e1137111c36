//! The answers of the application.

use super::answer::OwnAnswer;
use super::{Due, Phase, Protocol, Server};
use crate::command::Verb;
use crate::element::reply_code::ReplyCode;
use crate::error::{PeerError, UsageError};
use crate::extension::Extension;
use crate::family::hello::EhloReply;
use crate::reply::Reply;
use crate::state::{Outcome, State};

impl Server {
    /// Answers what is owed first: the greeting, a command, or a message (in LMTP once for each
    /// accepted recipient).
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when nothing is owed, or a body or a SASL exchange is;
    /// [`UsageError::WrongReply`] when the command cannot have such a reply.
    pub fn send(&mut self, reply: &Reply<'_>) -> Result<(), UsageError> {
        let due = self.check_send(reply.code())?;
        if self.is_injected(due, reply.code()) {
            self.fail(PeerError::DataAfterStartTls);
            return Ok(());
        }
        let before = self.queue.len();
        self.push_reply(reply);
        self.apply(due, reply.code(), before);
        Ok(())
    }

    /// True when the client sent plaintext behind STARTTLS and the answer would start TLS. It gets
    /// the machine's own answer instead.
    fn is_injected(&self, due: Due, code: ReplyCode) -> bool {
        due == Due::Verb(Verb::StartTls) && code.is_positive() && self.flags.early
    }

    /// Answers what is owed first with the usual positive reply: the greeting, the EHLO reply with
    /// the offered extensions, 250 and its kin.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn accept(&mut self) -> Result<(), UsageError> {
        let (answer, code) = match self.owed.first() {
            Some(Due::Greeting) => (None, ReplyCode::READY),
            Some(Due::Verb(Verb::Ehlo | Verb::Lhlo | Verb::Helo)) => (None, ReplyCode::OK),
            Some(Due::Verb(verb)) => match verb {
                Verb::Mail | Verb::Send | Verb::Soml | Verb::Saml => {
                    (Some(OwnAnswer::SenderOk), ReplyCode::OK)
                }
                Verb::Rcpt => (Some(OwnAnswer::RecipientOk), ReplyCode::OK),
                Verb::Bdat => (Some(OwnAnswer::ChunkOk), ReplyCode::OK),
                Verb::Vrfy | Verb::Expn => {
                    (Some(OwnAnswer::CannotVerify), ReplyCode::CANNOT_VERIFY)
                }
                Verb::Help => (Some(OwnAnswer::Help), ReplyCode::HELP_MESSAGE),
                Verb::Quit => (Some(OwnAnswer::Bye), ReplyCode::CLOSING),
                Verb::StartTls => (Some(OwnAnswer::TlsReady), ReplyCode::READY),
                Verb::Xclient => (Some(OwnAnswer::Ready), ReplyCode::READY),
                _ => (Some(OwnAnswer::Ok), ReplyCode::OK),
            },
            Some(Due::Results) => (Some(OwnAnswer::MessageOk), ReplyCode::OK),
            Some(Due::Other | Due::Own(_)) | None => (Some(OwnAnswer::Ok), ReplyCode::OK),
        };
        let due = self.check_send(code)?;
        if self.is_injected(due, code) {
            self.fail(PeerError::DataAfterStartTls);
            return Ok(());
        }
        let before = self.queue.len();
        match answer {
            Some(answer) => {
                let enhanced = self.enhanced();
                answer.push(&mut self.queue, enhanced);
            }
            None => self.push_hello(due),
        }
        self.apply(due, code, before);
        Ok(())
    }

    /// Ends the session from this side: 421, at any time.
    ///
    /// # Errors
    /// [`UsageError::WrongReply`] for another code; [`UsageError::Closed`] when it is over.
    pub fn close(&mut self, reply: &Reply<'_>) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        if reply.code() != ReplyCode::NOT_AVAILABLE {
            return Err(UsageError::WrongReply { code: reply.code().number(), what: "closing" });
        }
        self.push_reply(reply);
        self.state = State::Closed;
        Ok(())
    }

    /// What is owed first, if `code` can answer it.
    fn check_send(&self, code: ReplyCode) -> Result<Due, UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        let due = self.owed.first().ok_or(UsageError::NotNow { what: "an answer" })?;
        let what = match due {
            Due::Verb(verb) => verb.as_str(),
            Due::Greeting => "the greeting",
            _ => "a command",
        };
        // What leads to a body or a challenge has answers of its own.
        if !matches!(self.phase, Phase::Commands) {
            return Err(UsageError::NotNow { what: "this answer" });
        }
        let good = match due {
            Due::Greeting => code == ReplyCode::READY || code.number() >= 400,
            Due::Verb(Verb::StartTls) => code == ReplyCode::READY || code.number() >= 400,
            Due::Verb(Verb::Quit) => code == ReplyCode::CLOSING || code.number() >= 400,
            _ => !code.is_intermediate(),
        };
        if good { Ok(due) } else { Err(UsageError::WrongReply { code: code.number(), what }) }
    }

    /// What an answer to `due` changes. `before`: octets in the queue before it.
    fn apply(&mut self, due: Due, code: ReplyCode, before: usize) {
        let positive = code.is_positive();
        match due {
            Due::Greeting => {
                self.state = if positive { State::Greeted } else { State::Refused };
                self.flags.greeting = true;
            }
            Due::Verb(verb) => self.apply_verb(verb, positive),
            Due::Results => {
                self.results = self.results.saturating_sub(1);
                if self.results > 0 {
                    return self.close_on(code);
                }
                self.complete();
            }
            Due::Other | Due::Own(_) => {}
        }
        if let Phase::Tls { reply, .. } = &mut self.phase {
            *reply = self.queue.len().saturating_sub(before);
        }
        self.close_on(code);
        self.settle();
    }

    fn apply_verb(&mut self, verb: Verb, positive: bool) {
        // The answer to BURL LAST is that to the whole message.
        let outcome = match (verb, positive) {
            (Verb::Burl, _) if self.flags.burl_last => Outcome::Completed,
            (_, true) => Outcome::Accepted,
            (_, false) => Outcome::Refused,
        };
        self.state = self.state.after(verb, outcome);
        match verb {
            Verb::Burl if outcome == Outcome::Completed => self.recipients = 0,
            Verb::Rcpt if positive => {
                self.recipients = self.recipients.saturating_add(1);
                self.flags.productive = true;
            }
            Verb::Ehlo | Verb::Helo | Verb::Lhlo if positive => {
                self.flags.extended = verb != Verb::Helo;
                self.recipients = 0;
            }
            Verb::Mail | Verb::Rset if positive => (self.recipients, self.excess) = (0, 0),
            Verb::StartTls if positive => self.phase = Phase::Tls { told: false, reply: 0 },
            // Another client speaks, and the session begins anew.
            Verb::Xclient if positive => {
                (self.flags.extended, self.flags.authenticated) = (false, false);
            }
            _ => {}
        }
    }

    /// 421 ends the session, whatever it answers.
    pub(super) fn close_on(&mut self, code: ReplyCode) {
        if code == ReplyCode::NOT_AVAILABLE {
            self.state = State::Closed;
        }
    }

    /// Takes the answered command off, and sends the machine's own answers that waited behind it.
    pub(super) fn settle(&mut self) {
        self.owed.pop();
        let enhanced = self.enhanced();
        while let Some(Due::Own(answer)) = self.owed.first() {
            answer.push(&mut self.queue, enhanced);
            self.owed.pop();
        }
    }

    /// Queues a reply of the application's.
    pub(super) fn push_reply(&mut self, reply: &Reply<'_>) {
        self.queue.push(reply.as_wire());
    }

    /// The greeting, or the reply to EHLO, HELO or LHLO.
    fn push_hello(&mut self, due: Due) {
        let config = &self.config;
        match due {
            Due::Greeting => {
                let text = match config.protocol {
                    Protocol::Smtp => " ESMTP ready",
                    Protocol::Lmtp => " LMTP ready",
                };
                self.queue.push(b"220 ");
                self.queue.push(&config.domain.to_bytes());
                self.queue.push(text.as_bytes());
                self.queue.push(b"\r\n");
            }
            Due::Verb(Verb::Helo) => {
                self.queue.push(b"250 ");
                self.queue.push(&config.domain.to_bytes());
                self.queue.push(b"\r\n");
            }
            _ => {
                let keywords: alloc::vec::Vec<_> =
                    config.keywords(self.flags.tls, self.flags.authenticated).collect();
                self.queue.push(if keywords.is_empty() { b"250 " } else { b"250-" });
                self.queue.push(&config.domain.to_bytes());
                self.queue.push(b"\r\n");
                for (index, keyword) in keywords.iter().enumerate() {
                    let last = index.saturating_add(1) == keywords.len();
                    self.queue.push(if last { b"250 " } else { b"250-" });
                    self.queue.push(&keyword.to_bytes());
                    self.queue.push(b"\r\n");
                }
            }
        }
    }

    /// The reply to EHLO or LHLO that [`accept`](Self::accept) would send now, to add to it.
    ///
    /// # Errors
    /// [`InvalidValue`](crate::InvalidValue) when a configured keyword cannot stand in a reply.
    pub fn ehlo_reply(&self) -> Result<EhloReply<'static>, crate::InvalidValue> {
        let reply = EhloReply::new(&self.config.domain, "")?;
        self.config
            .keywords(self.flags.tls, self.flags.authenticated)
            .try_fold(reply, |reply, keyword| reply.with(&keyword))
    }

    /// True when the client may be sent the enhanced status codes of RFC 2034.
    #[must_use]
    pub fn has_enhanced_codes(&self) -> bool {
        self.config.offers(Extension::EnhancedStatusCodes)
    }
}
