//! What a reply means: which command it ends, and what that changes.

use mailwire_core::parse::Context;
use mailwire_core::sasl::Challenge;

use super::{Client, Event, Pending, Phase, Stage, Ticket};
use crate::command::Verb;
use crate::element::reply_code::ReplyCode;
use crate::error::PeerError;
use crate::extension::{Extension, Extensions};
use crate::family::greeting::Greeting;
use crate::family::hello::EhloReply;
use crate::protocol::Protocol;
use crate::reply::Reply;
use crate::state::{Outcome, State};
use mailwire_core::TlsPolicy;
use mailwire_core::Unanswered;

impl Client {
    /// Takes a whole reply.
    pub(super) fn take_reply<'i>(
        &mut self,
        reply: Reply<'i>,
        cx: &Context,
    ) -> Result<Event<'i>, PeerError> {
        let code = reply.code();
        let closing = code == ReplyCode::NOT_AVAILABLE;
        if self.state == State::Connected {
            return self.take_greeting(reply);
        }
        // What the server can have answered: it knows the line of the first command.
        let known = |command: &&Pending| self.sent > 0 && self.written >= command.line;
        let Some(command) = self.commands.front().filter(known) else {
            if closing {
                self.abandon();
                return Ok(Event::Closing(reply));
            }
            return Err(self.unexpected(code));
        };
        let (ticket, verb, stage, last, of) =
            (command.ticket, command.verb, command.stage, command.last, command.of);
        // It cannot accept what it has not got, and it is not its turn behind a challenge.
        let whole = stage != Stage::Body && self.written >= command.end;
        let challenged = matches!(self.phase, Phase::AuthChallenged);
        if !whole && code.number() < 400 || challenged && !closing {
            return Err(self.unexpected(code));
        }
        if !whole {
            self.refused_early();
            return Ok(Event::Reply { ticket, reply, recipient: None, deviations: cx.met() });
        }
        let mut recipient = None;
        match (verb, stage) {
            (Some(Verb::Auth), _) if code == ReplyCode::AUTH_CONTINUE => {
                return self.take_challenge(reply, ticket);
            }
            (Some(Verb::Data), Stage::Reply) if code == ReplyCode::START_MAIL_INPUT => {
                if self.recipients > 0 {
                    self.start_dotted();
                } else if self.config.protocol == Protocol::Lmtp {
                    // The server owes a reply for each of no recipients: none. Replies to an empty
                    // message could not be told from those to the next command.
                    return Err(self.unexpected(code));
                } else {
                    self.send_nothing();
                }
            }
            // Behind the end mark of DATA, or the octets of the last chunk.
            (_, Stage::Results { due: 1, next: 0 } | Stage::Reply)
                if code == ReplyCode::PRDR_CONTENT_ANALYSIS
                    && of.prdr
                    && (last || stage != Stage::Reply) =>
            {
                let due = self.recipients.saturating_add(1);
                if let Some(command) = self.commands.front_mut() {
                    command.stage = Stage::Results { due, next: 0 };
                }
            }
            _ if code.is_intermediate() => return Err(self.unexpected(code)),
            (Some(Verb::Data), Stage::Reply) if code.is_positive() => {
                return Err(self.unexpected(code));
            }
            (_, Stage::Results { due, next }) => {
                let nobody = self.recipients == 0;
                recipient = self.take_result(due, next);
                if nobody && code.is_positive() {
                    // The empty message is taken, and nobody gets the one that was meant.
                    return Ok(Event::Unanswered { ticket, outcome: Unanswered::NotSent });
                }
            }
            (Some(Verb::Bdat | Verb::Burl), Stage::Reply) if last => {
                self.expect_results();
                if let Some(Stage::Results { due, next }) =
                    self.commands.front().map(|command| command.stage)
                {
                    recipient = self.take_result(due, next);
                }
            }
            (Some(verb), _) => self.take_outcome(verb, &reply, cx)?,
            (None, _) => self.end_first(),
        }
        if closing {
            // Results that are still due stay unknown.
            self.abandon();
        }
        Ok(Event::Reply { ticket, reply, recipient, deviations: cx.met() })
    }

    fn take_greeting<'i>(&mut self, reply: Reply<'i>) -> Result<Event<'i>, PeerError> {
        let code = reply.code();
        let greeting = Greeting { reply: reply.without_enhanced_code() };
        (self.state, self.planned) = if greeting.is_ready() {
            (State::Greeted, State::Greeted)
        } else if code.number() >= 400 {
            (State::Refused, State::Refused)
        } else {
            return Err(self.fail(PeerError::Greeting { code: code.number() }));
        };
        Ok(Event::Greeting(greeting))
    }

    fn take_challenge<'i>(
        &mut self,
        reply: Reply<'i>,
        ticket: Ticket,
    ) -> Result<Event<'i>, PeerError> {
        let limit = self.config.limits.auth_rounds;
        if reply.lines().count() > 1 {
            return Err(self.unexpected(reply.code()));
        }
        if self.auth_rounds >= limit {
            return Err(self.fail(PeerError::Limit { name: "auth_rounds", limit: limit.into() }));
        }
        self.auth_rounds = self.auth_rounds.saturating_add(1);
        self.phase = Phase::AuthChallenged;
        let challenge = reply.into_first_line();
        Ok(Event::AuthChallenge { ticket, challenge: Challenge::from(challenge) })
    }

    /// One of the results of a message.
    fn take_result(&mut self, due: u32, next: u32) -> Option<u32> {
        let each = self.config.protocol == Protocol::Lmtp || due > 1 || next > 0;
        let recipient = (each && next < self.recipients).then_some(next);
        if due > 1 {
            if let Some(command) = self.commands.front_mut() {
                let next = next.saturating_add(1);
                command.stage = Stage::Results { due: due.saturating_sub(1), next };
            }
        } else {
            self.state = self.state.after(Verb::Bdat, Outcome::Completed);
            self.recipients = 0;
            self.end_first();
        }
        recipient
    }

    /// The server refuses a body that is under way. What it does with the rest is not known, so
    /// nothing can follow.
    fn refused_early(&mut self) {
        self.end_first();
        self.abandon();
    }

    /// The one reply to a command.
    fn take_outcome(
        &mut self,
        verb: Verb,
        reply: &Reply<'_>,
        cx: &Context,
    ) -> Result<(), PeerError> {
        let code = reply.code();
        let positive = match verb {
            Verb::StartTls => code == ReplyCode::READY,
            _ => code.is_positive(),
        };
        let outcome = if positive { Outcome::Accepted } else { Outcome::Refused };
        self.state = self.state.after(verb, outcome);
        let required = self.config.tls == TlsPolicy::Required && !self.flags.tls;
        match verb {
            Verb::Ehlo | Verb::Lhlo if positive => {
                self.recipients = 0;
                let hello = EhloReply::from_reply(reply.borrowed(), cx);
                self.extensions =
                    hello.map(|hello| Extensions::offered(&hello)).unwrap_or_default();
                self.extensions.mask(self.config.mask);
                if required && !self.extensions.has(Extension::StartTls) {
                    return Err(self.fail(PeerError::TlsUnavailable));
                }
            }
            Verb::Helo if positive => {
                self.recipients = 0;
                self.extensions = Extensions::default();
                if required {
                    return Err(self.fail(PeerError::TlsUnavailable));
                }
            }
            // Behind a refused MAIL there is no transaction that it could be a recipient of.
            Verb::Rcpt if positive && self.state == State::Rcpt => {
                self.recipients = self.recipients.saturating_add(1);
            }
            Verb::Mail | Verb::Rset if positive => self.recipients = 0,
            // Bytes behind it are refused with the next call, whether they are here already or not.
            Verb::StartTls if positive => self.phase = Phase::Tls(false),
            Verb::StartTls if required => {
                return Err(self.fail(PeerError::TlsRefused { code: code.number() }));
            }
            Verb::Auth => {
                self.auth_rounds = 0;
                self.flags.authenticated = positive;
            }
            // Another client speaks, and the session begins anew.
            Verb::Xclient if positive => {
                self.extensions = Extensions::default();
                self.flags.authenticated = false;
            }
            _ => {}
        }
        // A command whose reply is an error to us ends with that error, as any that has no reply.
        self.end_first();
        if verb == Verb::Quit {
            self.abandon();
        }
        Ok(())
    }

    /// The first command has its reply.
    fn end_first(&mut self) {
        self.commands.pop_front();
        self.sent = self.sent.saturating_sub(1);
    }

    fn unexpected(&mut self, code: ReplyCode) -> PeerError {
        self.fail(PeerError::UnexpectedReply { code: code.number() })
    }
}
