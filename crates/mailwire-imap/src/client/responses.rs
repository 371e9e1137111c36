//! What the server says: responses one by one, the greeting, and untagged data.

use mailwire_core::Received;
use mailwire_core::parse::{Context, Wire, parse_whole};

use super::asked::FETCHES;
use super::auth::Exchange;
use super::outgoing::Writing;
use super::{Client, Event, Profile};
use crate::code::Code;
use crate::command::Verb;
use crate::element::number::NzNumber;
use crate::error::PeerError;
use crate::extension::{Extension, ExtensionSet};
use crate::family::capability::{Capabilities, Extensions};
use crate::family::fetch::FetchData;
use crate::family::id::Id;
use crate::framing::{Blank, Framed, Part};
use crate::pipelining::Traits;
use crate::response::{Data, Response};
use crate::state::State;
use crate::status::{Greeting, StatusKind};
use crate::tolerance::Deviation;
use crate::{Deviations, SyntaxError, Tolerance};

impl Client {
    /// The next response.
    pub(super) fn receive_responses<'i>(
        &mut self,
        input: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let limits = self.config.limits.responses();
        let mut skipped = 0_usize;
        loop {
            let rest = input.get(skipped..).unwrap_or_default();
            let (consumed, event) = match self.framer.frame(rest, &limits) {
                Framed::More => return Ok(Received::nothing(skipped)),
                Framed::Message { frame, part } => {
                    let consumed = skipped.saturating_add(frame.len());
                    if part == Part::Begin && self.state != State::Greeting {
                        if let Some((message, items)) = FetchData::begin(frame) {
                            return self.receive_fetch(consumed, frame, message, items);
                        }
                    }
                    (frame.len(), self.receive_message(frame, part)?)
                }
                Framed::Literal { frame, part, literal, fits } => {
                    match self.receive_header(frame, part, literal.size, fits)? {
                        Some((consumed, event)) => (consumed, event),
                        // It comes inside its response, of which the framer knows now.
                        None => continue,
                    }
                }
                Framed::Skip { consumed } | Framed::Dropped { consumed } => (consumed, None),
                Framed::Blank { blank, consumed } => {
                    let first = rest.get(..consumed.min(1)).unwrap_or_default();
                    (consumed, self.take_blank(blank, first))
                }
                Framed::Bad { frame, fault, .. } => {
                    if self.state == State::Greeting {
                        return Err(self.fail(not_imap(frame)));
                    }
                    self.streaming = None;
                    let error = PeerError::of_response(fault, &self.config.limits);
                    (frame.len(), Some(Event::Invalid { frame, error, of: None }))
                }
                Framed::Lost { frame, fault, .. } => {
                    let error = match self.state {
                        State::Greeting => not_imap(frame),
                        _ => PeerError::of_response(fault, &self.config.limits).at_the_end(),
                    };
                    return Err(self.fail(error));
                }
            };
            skipped = skipped.saturating_add(consumed);
            if event.is_some() {
                return Ok(Received { consumed: skipped, event });
            }
        }
    }

    /// What responses may deviate in, and what was met before this one.
    pub(super) fn context(&self, tolerance: Tolerance) -> Context {
        Context::new(tolerance)
            .with_mode(self.mode().bits())
            .with_depth(self.config.limits.response_nesting)
            .with_counts(self.config.limits.response_elements, self.config.limits.response_ranges)
    }

    /// The error of a response with a list or a set that is too long.
    pub(super) fn exceeded(&self, cx: &Context) -> Option<PeerError> {
        let limits = &self.config.limits;
        let (name, limit) = match cx.over()? {
            "ranges" => ("response_ranges", limits.response_ranges),
            _ => ("response_elements", limits.response_elements),
        };
        Some(PeerError::Limit { name, limit: limit.into() })
    }

    /// A message, most of what a server sends. Its event is made where it is returned: it is large.
    #[inline]
    fn receive_fetch<'i>(
        &mut self,
        consumed: usize,
        frame: &'i [u8],
        message: NzNumber,
        items: &'i [u8],
    ) -> Result<Received<Event<'i>>, PeerError> {
        let met = core::mem::replace(&mut self.met, Deviations::EMPTY);
        let mut received = const {
            Ok(Received::event(
                0,
                Event::Response {
                    data: Data::Fetch(FetchData::EMPTY),
                    of: None,
                    deviations: Deviations::EMPTY,
                    untrusted: true,
                },
            ))
        };
        if let Ok(Received {
            consumed: taken,
            event: Some(Event::Response { data: Data::Fetch(fetch), of, deviations, untrusted }),
        }) = &mut received
        {
            *taken = consumed;
            *of = self.only(FETCHES);
            *untrusted = self.is_untrusted();
            fetch.message = message;
            let cx = self.context(self.tolerance());
            let read = fetch.read_line(frame, items, &cx);
            *deviations = cx.met().union(met);
            let error = self.exceeded(&cx).or(read.err().map(PeerError::Syntax));
            if let Some(error) = error {
                let broken = self.take_broken(frame, error);
                received = broken.map(|event| Received::event(consumed, event));
            }
        }
        received
    }

    /// A complete response, or what there is of it behind its last streamed literal.
    #[inline]
    fn receive_message<'i>(
        &mut self,
        frame: &'i [u8],
        part: Part,
    ) -> Result<Option<Event<'i>>, PeerError> {
        let met = core::mem::replace(&mut self.met, Deviations::EMPTY);
        let tolerance = self.tolerance();
        if part == Part::Tail {
            return Ok(self.receive_tail(frame, tolerance));
        }
        if let (Writing::Exchange(exchange), [b'+', ..]) = (&self.writing, frame) {
            let exchange: Exchange = *exchange;
            return self.take_challenge(frame, exchange);
        }
        let cx = self.context(tolerance);
        if self.state == State::Greeting {
            let greeting = parse_whole(frame, |frame| Greeting::parse_part(frame, &cx));
            if let Some(error) = self.exceeded(&cx) {
                return Err(self.fail(error));
            }
            let Ok(greeting) = greeting else { return Err(self.fail(not_imap(frame))) };
            return self.take_greeting(greeting, cx.met().union(met)).map(Some);
        }
        let parsed = Response::parse_frame(frame, &cx);
        if let Some(error) = self.exceeded(&cx) {
            return self.take_broken(frame, error).map(Some);
        }
        let deviations = cx.met().union(met);
        match parsed {
            Ok(Response::Data(data)) => self.take_data(data, deviations).map(Some),
            Ok(Response::Tagged(tagged)) => self.take_tagged(tagged, deviations).map(Some),
            Ok(Response::Continue(request)) => self.take_continue(request, deviations).map(Some),
            Err(error) => self.take_broken(frame, PeerError::Syntax(error)).map(Some),
        }
    }

    /// What stands between responses. It is told where it is not tolerated, and kept for the next response
    /// where it is.
    fn take_blank<'i>(&mut self, blank: Blank, first: &'i [u8]) -> Option<Event<'i>> {
        let deviation = match blank {
            Blank::Line => Deviation::BlankLine,
            Blank::Nul => Deviation::LeadingNul,
            Blank::Space => Deviation::LeadingSpaces,
        };
        // A run of them may come in parts.
        let known = self.met.contains(deviation) && blank != Blank::Line;
        self.met = self.met.with(deviation);
        if known || self.tolerance().allowed().contains(deviation) {
            return None;
        }
        let error = PeerError::Syntax(SyntaxError { rule: "response", at: 0 });
        Some(Event::Invalid { frame: first, error, of: None })
    }

    fn take_greeting<'i>(
        &mut self,
        greeting: Greeting<'i>,
        deviations: Deviations,
    ) -> Result<Event<'i>, PeerError> {
        let status = greeting.status();
        if status.kind() == StatusKind::Preauth && (!self.config.preauth || self.needs_tls()) {
            return Err(self.fail(PeerError::Preauth));
        }
        if self.config.profiles {
            self.profile = Profile::by_greeting(status.text().as_bytes());
        }
        if let Some(Code::Capability(list)) = status.code() {
            self.learn(list)?;
        }
        self.state = State::greeted(status.kind()).unwrap_or(State::Logout);
        Ok(Event::Greeting { greeting, deviations, untrusted: self.is_untrusted() })
    }

    /// Untagged data.
    #[inline]
    fn take_data<'i>(
        &mut self,
        data: Data<'i>,
        mut deviations: Deviations,
    ) -> Result<Event<'i>, PeerError> {
        let of = self.asked_by(&data);
        match &data {
            Data::Capability(list) => self.learn(list)?,
            Data::Enabled(list) => self.enable(list),
            Data::Id(id) => self.take_id(id),
            Data::Condition(status) => {
                if let Some(Code::Capability(list)) = status.code() {
                    self.learn(list)?;
                }
                if status.kind() == StatusKind::Bye {
                    self.take_bye();
                }
            }
            Data::Expunge(_) => deviations = self.take_expunge(deviations)?,
            // What was removed before the mailbox was opened is no news for sequence numbers.
            Data::Vanished(vanished) if !vanished.earlier => {
                deviations = self.take_expunge(deviations)?;
            }
            _ => {}
        }
        Ok(Event::Response { data, of, deviations, untrusted: self.is_untrusted() })
    }

    /// RFC 9051 section 7.5.1: not while nothing is in progress, and not during some commands.
    fn take_expunge(&mut self, deviations: Deviations) -> Result<Deviations, PeerError> {
        self.drop_numbered();
        let may_come = self.traits().intersects(Traits::MAY_EXPUNGE);
        if self.flags.tells_expunges || may_come {
            return Ok(deviations);
        }
        if self.tolerance().allowed().contains(Deviation::UntimelyExpunge) {
            return Ok(deviations.with(Deviation::UntimelyExpunge));
        }
        Err(self.fail(PeerError::UntimelyExpunge))
    }

    /// The server will close. What is not sent is never; what is may still be answered. A server that says
    /// it again has nothing else to say.
    fn take_bye(&mut self) {
        if core::mem::replace(&mut self.flags.bye, true) {
            self.close();
        } else {
            self.drop_held();
        }
    }

    fn take_id(&mut self, id: &Id<'_>) {
        if self.config.profiles && self.profile.is_none() {
            let name = id.value("name");
            self.profile = name.and_then(|name| Profile::by_id(name.as_bytes()));
            self.mask();
        }
    }

    /// The server tells what it offers.
    pub(super) fn learn(&mut self, list: &Capabilities<'_>) -> Result<(), PeerError> {
        let limit = self.config.limits.capabilities;
        if list.len() > limit.into() {
            let error = PeerError::Limit { name: "capabilities", limit: limit.into() };
            return Err(self.fail(error));
        }
        if self.config.profiles && self.profile.is_none() {
            self.profile = list.iter().find_map(|one| Profile::by_capability(one.as_str()));
        }
        self.extensions = Extensions::offered(list.clone());
        self.flags.relearned = true;
        self.mask();
        Ok(())
    }

    fn mask(&mut self) {
        let broken = self.profile.map_or(&[][..], |profile| profile.mask);
        let broken = broken.iter().fold(self.config.mask, |all, one| all.with(*one));
        self.extensions.mask(broken);
    }

    /// The server switched extensions on: those count that were asked for.
    fn enable(&mut self, list: &Capabilities<'_>) {
        let in_flight = self.commands.iter().take(self.sent);
        if !in_flight.clone().any(|command| command.verb == Some(Verb::Enable)) {
            return;
        }
        self.flags.told_enabled = true;
        for extension in list.iter().filter_map(|one| one.extension()) {
            if self.asked.contains(extension) {
                self.switch_on(ExtensionSet::EMPTY.with(extension));
            }
        }
    }

    pub(super) fn switch_on(&mut self, extensions: ExtensionSet) {
        for extension in extensions.iter() {
            self.enabled = self.enabled.with(extension);
            // RFC 7162 section 3.2.3: it enables the other too.
            if extension == Extension::QResync {
                self.enabled = self.enabled.with(Extension::CondStore);
            }
        }
    }
}

/// A first line that is no greeting: of another protocol, or of none.
#[cold]
fn not_imap(line: &[u8]) -> PeerError {
    const OTHERS: [&[u8]; 6] = [b"+OK", b"-ERR", b"220", b"554", b"HTTP/", b"SSH-"];
    if OTHERS.iter().any(|begin| line.starts_with(begin)) {
        PeerError::WrongProtocol
    } else {
        PeerError::Greeting
    }
}
