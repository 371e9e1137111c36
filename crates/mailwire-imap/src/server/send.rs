//! The greeting, and the answers of the application.

use mailwire_core::TlsPolicy;
use mailwire_core::encoder::Encoder;
use mailwire_core::parse::Wire;

use super::answer::{COMPLETED, OwnAnswer};
use super::{Phase, Server, Ticket};
use crate::code::Code;
use crate::command::Verb;
use crate::error::UsageError;
use crate::extension::{Extension, ExtensionSet};
use crate::family::capability::{Capabilities, Capability};
use crate::family::enable::{Enable, need_of};
use crate::response::Data;
use crate::state::State;
use crate::status::{Greeting, Status, StatusKind};

impl Server {
    /// Sends the usual greeting: OK, the capabilities, and the name of the server.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when the session is greeted already.
    pub fn greet(&mut self) -> Result<(), UsageError> {
        self.check_greeting(StatusKind::Ok)?;
        self.state = State::NotAuthenticated;
        self.push_greeting(b"* OK ");
        Ok(())
    }

    /// Sends the usual greeting to a client that is authenticated by other means: PREAUTH.
    ///
    /// # Errors
    /// [`UsageError::NotNow`] when the session is greeted already; [`UsageError::TlsRequired`] where the
    /// policy requires TLS and there is none: STARTTLS is not possible behind it.
    pub fn preauth(&mut self) -> Result<(), UsageError> {
        self.check_greeting(StatusKind::Preauth)?;
        self.state = State::Authenticated;
        self.push_greeting(b"* PREAUTH ");
        Ok(())
    }

    /// Sends a greeting of the application's: OK, PREAUTH or BYE.
    ///
    /// # Errors
    /// As [`greet`](Self::greet) and [`preauth`](Self::preauth).
    pub fn greet_with(&mut self, greeting: &Greeting<'_>) -> Result<(), UsageError> {
        let kind = greeting.status().kind();
        self.check_greeting(kind)?;
        self.push_status(b"*", greeting.status());
        match State::greeted(kind) {
            Some(State::Logout) => self.close(),
            Some(state) => self.state = state,
            None => {}
        }
        Ok(())
    }

    fn check_greeting(&self, kind: StatusKind) -> Result<(), UsageError> {
        if self.state != State::Greeting {
            return Err(UsageError::NotNow { what: "the greeting" });
        }
        let open = !self.flags.tls && self.config.tls == TlsPolicy::Required;
        if kind == StatusKind::Preauth && open {
            return Err(UsageError::TlsRequired);
        }
        Ok(())
    }

    fn push_greeting(&mut self, kind: &[u8]) {
        self.queue.push(kind);
        self.push_capability_code();
        self.queue.push(self.config.name.as_bytes());
        self.queue.push(b" ready\r\n");
    }

    /// Ends a command: OK, NO or BAD, with its tag.
    ///
    /// The state follows: SELECT leads to a mailbox or, with NO, out of the one that was open; LOGIN and
    /// AUTHENTICATE authenticate; and so on, as [`state`](crate::state) lists them. Behind the OK to LOGOUT
    /// the session is over; BYE goes before it.
    ///
    /// # Errors
    /// [`UsageError::UnknownTicket`] for a command that is not in progress; [`UsageError::WrongAnswer`] for
    /// BYE and PREAUTH, for OK to IDLE before DONE, and for NO to UNAUTHENTICATE, or under compression BAD:
    /// a server that cannot do it says [`bye`](Self::bye); [`UsageError::NotNow`] while a body is due, in one
    /// direction or the other, or the client's next SASL response; [`UsageError::Closed`].
    pub fn complete(&mut self, ticket: Ticket, status: &Status<'_>) -> Result<(), UsageError> {
        self.check_send("an answer")?;
        let kind = status.kind();
        if matches!(kind, StatusKind::Bye | StatusKind::Preauth) {
            return Err(UsageError::WrongAnswer { what: "a command" });
        }
        let Some(flight) = self.flights.find(ticket) else {
            return Err(UsageError::UnknownTicket);
        };
        let verb = flight.verb;
        // RFC 8437 section 3: it may be followed by what only makes sense once it succeeded. Behind
        // compression the client has ended its own by now.
        let refused = kind == StatusKind::No || kind == StatusKind::Bad && self.flags.compressed;
        if verb == Some(Verb::Unauthenticate) && refused {
            return Err(UsageError::WrongAnswer { what: "UNAUTHENTICATE" });
        }
        if self.flights.last().is_some_and(|last| last.ticket == ticket) {
            match self.phase {
                Phase::BodyOffered(_) if kind != StatusKind::Ok => return self.reject_body(status),
                Phase::BodyOffered(_) | Phase::Body(_) | Phase::Tail(_) => {
                    return Err(UsageError::NotNow { what: "an answer before the body" });
                }
                Phase::AuthResponse => {
                    return Err(UsageError::NotNow { what: "an answer before the response" });
                }
                Phase::IdleOffered | Phase::Idle if kind == StatusKind::Ok => {
                    return Err(UsageError::WrongAnswer { what: "IDLE before DONE" });
                }
                Phase::Idle => return Err(UsageError::NotNow { what: "an answer before DONE" }),
                Phase::AuthOffered | Phase::IdleOffered => self.phase = Phase::Commands,
                _ => {}
            }
        }
        match verb {
            Some(Verb::StartTls) if kind == StatusKind::Ok => {
                self.start_tls(ticket, status);
                return Ok(());
            }
            Some(Verb::Logout) if kind == StatusKind::Ok => {
                OwnAnswer::LoggingOut.push(None, &mut self.queue);
            }
            // The mailbox that was open is closed, unless the command was not understood.
            Some(Verb::Select | Verb::Examine) if kind != StatusKind::Bad => self.push_closed(),
            _ => {}
        }
        if let Some(flight) = self.flights.remove(ticket) {
            self.push_status(flight.tag(), status);
        }
        self.settle();
        self.apply(verb, kind);
        Ok(())
    }

    /// Ends a command, or goes on with it, in the usual positive way.
    ///
    /// | command | what is sent |
    /// |---|---|
    /// | CAPABILITY | the capabilities, and OK |
    /// | LOGIN, AUTHENTICATE | OK with the capabilities behind login |
    /// | UNAUTHENTICATE | OK with the capabilities before login |
    /// | IDLE | `+ idling`; behind [`Event::IdleDone`](super::Event::IdleDone) OK |
    /// | ENABLE | OK: nothing is enabled unless [`Data::Enabled`] was sent; see [`enable`](Self::enable) |
    /// | LOGOUT | BYE, and OK |
    /// | all others | OK |
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub fn accept(&mut self, ticket: Ticket) -> Result<(), UsageError> {
        let verb = self.flights.find(ticket).and_then(|flight| flight.verb);
        if verb == Some(Verb::Idle) && matches!(self.phase, Phase::IdleOffered) {
            self.check_send("an answer")?;
            self.queue.push(b"+ idling\r\n");
            self.phase = Phase::Idle;
            return Ok(());
        }
        let changes = matches!(verb, Some(Verb::Login | Verb::Authenticate | Verb::Unauthenticate));
        if changes {
            let capabilities = self.capabilities_after(verb);
            let code = Code::Capability(capabilities);
            return self.complete(ticket, &Status::with_code(StatusKind::Ok, code, COMPLETED));
        }
        if verb == Some(Verb::Capability) {
            let capabilities = self.capabilities();
            self.send(&Data::Capability(capabilities))?;
        }
        let text = verb.map_or(COMPLETED, completed);
        let status = Status::new(StatusKind::Ok, text).unwrap_or(Status::fixed(StatusKind::Ok, ""));
        self.complete(ticket, &status)
    }

    /// Answers ENABLE: switches on what is asked for and offered, tells the client, and ends the command.
    /// Gives what is switched on now, so that the application follows.
    ///
    /// Of what RFC 5161 lets a client enable these are known: IMAP4rev2, UTF8=ACCEPT, CONDSTORE, QRESYNC and
    /// UIDONLY.
    ///
    /// # Errors
    /// As [`complete`](Self::complete); [`UsageError::UnknownTicket`] for another command.
    pub fn enable(
        &mut self,
        ticket: Ticket,
        enable: &Enable<'_>,
    ) -> Result<ExtensionSet, UsageError> {
        const KNOWN: [Extension; 5] = [
            Extension::Imap4Rev2,
            Extension::Utf8Accept,
            Extension::CondStore,
            Extension::QResync,
            Extension::UidOnly,
        ];
        if self.flights.find(ticket).and_then(|flight| flight.verb) != Some(Verb::Enable) {
            return Err(UsageError::UnknownTicket);
        }
        let enabled: ExtensionSet = KNOWN
            .into_iter()
            .filter(|&extension| enable.contains(extension) && self.has(need_of(extension)))
            .collect();
        self.send(&Data::Enabled(Capabilities::new(enabled.iter().map(Capability::of))))?;
        self.accept(ticket)?;
        Ok(enabled)
    }

    /// Ends the session from this side: BYE, at any time, also as the greeting.
    ///
    /// # Errors
    /// [`UsageError::WrongAnswer`] for another status; [`UsageError::NotNow`] while a body is sent, of which
    /// it would become a part; [`UsageError::Closed`] when the session is over.
    pub fn bye(&mut self, status: &Status<'_>) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        if self.is_streaming() || self.phase.is_handing_over() {
            return Err(UsageError::NotNow { what: "BYE" });
        }
        if status.kind() != StatusKind::Bye {
            return Err(UsageError::WrongAnswer { what: "the end of a session" });
        }
        self.push_status(b"*", status);
        self.close();
        Ok(())
    }

    /// What the client is offered now.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities<'static> {
        Capabilities::new(self.config.capabilities(self.stage()))
    }

    fn capabilities_after(&self, verb: Option<Verb>) -> Capabilities<'static> {
        let state = verb.map_or(self.state, |verb| self.state.after(verb, StatusKind::Ok));
        let mut stage = super::Stage { authenticated: state.is_authenticated(), ..self.stage() };
        stage.compressed &= verb != Some(Verb::Unauthenticate);
        Capabilities::new(self.config.capabilities(stage))
    }

    /// Checks that something may be sent at all.
    pub(super) fn check_send(&self, what: &'static str) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        let handing_over = self.phase.is_handing_over();
        if self.state == State::Greeting || self.is_streaming() || handing_over {
            return Err(UsageError::NotNow { what });
        }
        Ok(())
    }

    /// Checks that data may be sent now.
    pub(super) fn check_data(&self, data: &Data<'_>) -> Result<(), UsageError> {
        match data {
            Data::Condition(status)
                if matches!(status.kind(), StatusKind::Bye | StatusKind::Preauth) =>
            {
                Err(UsageError::WrongAnswer { what: "a command" })
            }
            Data::Fetch(_) if self.flags.uid_only => Err(UsageError::UidRequired),
            Data::UidFetch(_) if !self.flags.uid_only => {
                Err(UsageError::NotEnabled(Extension::UidOnly))
            }
            // RFC 7162 section 3.2.10.2: VANISHED has its place.
            Data::Expunge(_) if self.uses_vanished() => Err(UsageError::UidRequired),
            Data::Expunge(_) if !self.may_expunge() => Err(UsageError::NotNow { what: "EXPUNGE" }),
            Data::Vanished(vanished) if !self.knows_vanished(vanished.earlier) => {
                Err(UsageError::NotEnabled(Extension::QResync))
            }
            // RFC 7162 section 3.2.10.1: what was removed before is told where it was asked for.
            Data::Vanished(vanished) if vanished.earlier => {
                let asked = [Verb::Select, Verb::Examine, Verb::UidFetch];
                match asked.into_iter().any(|verb| self.is_in_progress(verb)) {
                    true => Ok(()),
                    false => Err(UsageError::NotNow { what: "VANISHED (EARLIER)" }),
                }
            }
            Data::Vanished(_) if !self.may_expunge() => {
                Err(UsageError::NotNow { what: "VANISHED" })
            }
            Data::Enabled(_) if !self.is_in_progress(Verb::Enable) => {
                Err(UsageError::NotNow { what: "ENABLED" })
            }
            _ => Ok(()),
        }
    }

    /// True when the client has enabled what has VANISHED. With EARLIER it answers what QRESYNC asks for.
    const fn knows_vanished(&self, earlier: bool) -> bool {
        self.flags.qresync || self.flags.uid_only && !earlier
    }

    pub(super) fn is_in_progress(&self, verb: Verb) -> bool {
        self.flights.iter().any(|flight| flight.verb == Some(verb))
    }

    /// What data that was sent changes for the session.
    pub(super) fn take_note(&mut self, data: &Data<'_>) {
        if let Data::Condition(status) = data {
            if matches!(status.code(), Some(Code::NoModSeq)) {
                let opens = self.is_opening();
                let of = if opens {
                    &mut self.flags.tells_no_mod_seq
                } else {
                    &mut self.flags.no_mod_seq
                };
                *of = true;
            }
        }
        if let Data::Enabled(capabilities) = data {
            for extension in capabilities.iter().filter_map(|capability| capability.extension()) {
                match extension {
                    Extension::Utf8Accept => {
                        (self.flags.utf8, self.flags.utf8_accept) = (true, true);
                    }
                    Extension::Imap4Rev2 => self.flags.utf8 = true,
                    Extension::QResync => self.flags.qresync = true,
                    Extension::UidOnly => self.flags.uid_only = true,
                    _ => {}
                }
            }
        }
    }

    /// The boundary between two mailboxes: what is sent behind it is about the new one.
    pub(super) fn push_closed(&mut self) {
        if core::mem::take(&mut self.flags.closing) {
            OwnAnswer::Closed.push(None, &mut self.queue);
        }
    }

    /// What an answer changes.
    fn apply(&mut self, verb: Option<Verb>, kind: StatusKind) {
        let Some(verb) = verb else { return };
        self.state = self.state.after(verb, kind);
        match verb {
            Verb::Login | Verb::Authenticate => self.count_attempt(kind),
            Verb::Select | Verb::Examine => {
                self.flags.closing = false;
                if kind != StatusKind::Bad {
                    self.flags.no_mod_seq = self.flags.tells_no_mod_seq;
                }
            }
            Verb::Notify if kind == StatusKind::Ok => {
                self.flags.tells_expunges = self.flags.asks_expunges;
            }
            Verb::Unauthenticate if kind == StatusKind::Ok => {
                (self.flags.utf8, self.flags.uid_only) = (false, false);
                (self.flags.utf8_accept, self.flags.qresync) = (false, false);
                self.flags.tells_expunges = false;
                if self.flags.compressed {
                    self.phase = Phase::Plain { told: false };
                }
            }
            Verb::Compress if kind == StatusKind::Ok => {
                self.phase = Phase::Compress { told: false };
            }
            Verb::Logout if kind == StatusKind::Ok => self.close(),
            _ => {}
        }
    }

    /// Queues a status with a tag, or with a star.
    pub(super) fn push_status(&mut self, tag: &[u8], status: &Status<'_>) {
        self.queue.push(tag);
        self.queue.push(b" ");
        if status.code().is_none() {
            // Most have no code, and fit into the machine.
            self.queue.push(status.kind().as_str().as_bytes());
            self.queue.push(b" ");
            self.queue.push(status.text().as_bytes());
        } else {
            let mode = self.mode();
            self.queue.write_with(|tail| {
                status.encode(&mut Encoder::new(tail).with_mode(mode.bits()));
            });
        }
        self.queue.push(b"\r\n");
    }

    fn push_capability_code(&mut self) {
        self.queue.push(b"[CAPABILITY");
        for capability in self.config.capabilities(self.stage()) {
            self.queue.push(b" ");
            self.queue.push(capability.as_bytes());
        }
        self.queue.push(b"] ");
    }
}

/// The text of an OK: the name of the command, and that it is completed.
fn completed(verb: Verb) -> crate::element::text::Text<'static> {
    let text = alloc::format!("{verb} completed");
    crate::element::text::Text::new(text).unwrap_or(COMPLETED)
}
