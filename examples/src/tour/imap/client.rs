//! The client of the tour: one session, with what it knows of the mailbox that is open.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;

use mailwire_imap::client::{Client, Event};
use mailwire_imap::element::body_structure::{Content, Part};
use mailwire_imap::element::flag::{Flag, Flags};
use mailwire_imap::element::items::{ItemList, Items};
use mailwire_imap::element::literal::Literal;
use mailwire_imap::element::mailbox::Mailbox;
use mailwire_imap::element::number::NzNumber;
use mailwire_imap::element::section::Section;
use mailwire_imap::element::sequence::{SequenceNumber, SequenceRange, SequenceSet, UidSet};
use mailwire_imap::element::string::AString;
use mailwire_imap::family::append::{Append, AppendData, AppendMessage};
use mailwire_imap::family::copy::Copy;
use mailwire_imap::family::fetch::{Fetch, FetchAttribute, FetchAttributes, FetchData};
use mailwire_imap::family::search::{Search, SearchKey};
use mailwire_imap::family::select::{QResync, Select, SelectParameter};
use mailwire_imap::family::store::{Store, StoreAction, StoreMode};
use mailwire_imap::resync::{Ask, Cached, Completion, Fetched, Outcome, Resync, Support};
use mailwire_imap::view::View;
use mailwire_imap::{Code, Command, Data, Extension, InvalidValue, Machine, Status, StatusKind};

use super::super::dialogue::Dialogue;
use super::super::message::{Sum, Summary, Text};
use super::line::{Line, open};

/// What a message is, without its octets.
#[derive(Debug, Default)]
pub(super) struct Described {
    pub(super) subject: String,
    pub(super) from: String,
    pub(super) size: u64,
    /// Octets and lines of the body, by its structure.
    pub(super) octets: u64,
    pub(super) lines: u64,
}

/// What happened to a mailbox while the client was away.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) gone: Vec<u32>,
    /// Messages of the cache with other flags.
    pub(super) flags: Vec<u32>,
    pub(super) new: Vec<u32>,
}

/// A session.
pub(super) struct Session<'d> {
    line: Line<'d>,
    client: Client,
    view: View,
}

impl<'d> Session<'d> {
    /// Connects and opens: greeting, CAPABILITY, AUTHENTICATE, ID and ENABLE.
    pub(super) fn open(address: SocketAddr, dialogue: Option<&'d Dialogue>) -> io::Result<Self> {
        let mut line = Line::connect(address, dialogue)?;
        let client = open(&mut line)?;
        Ok(Self { line, client, view: View::new() })
    }

    /// The UIDs of the messages, as far as they are known.
    pub(super) fn uids(&self) -> Vec<u32> {
        let numbers = 1..=self.view.messages();
        numbers.filter_map(|number| self.view.uid(number)).map(NonZeroU32::get).collect()
    }

    pub(super) fn select(&mut self, mailbox: &'static str) -> io::Result<()> {
        let mailbox = Mailbox::new(mailbox).map_err(io::Error::other)?;
        let select = Select { mailbox, parameters: ItemList::default() };
        self.view = View::new();
        self.run(&Command::Select(select), &mut |_| Ok(())).map(drop)
    }

    /// The UIDs of the messages with a word in their subject.
    pub(super) fn search(&mut self, word: &str) -> io::Result<Vec<u32>> {
        let word = AString::new(word).map_err(io::Error::other)?;
        let search = Search::new([SearchKey::Subject(word)]).map_err(io::Error::other)?;
        let mut found = Vec::new();
        self.run(&Command::UidSearch(search), &mut |event| {
            if let Event::Response { data: Data::Search(data), .. } = event {
                found.extend(data.numbers().iter().map(NonZeroU32::get));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Envelope, structure and size of a message.
    pub(super) fn describe(&mut self, message: u32) -> io::Result<Described> {
        let attributes = [
            FetchAttribute::Flags,
            FetchAttribute::Size,
            FetchAttribute::Envelope,
            FetchAttribute::BodyStructure,
        ];
        let mut described = Described::default();
        self.run(&fetch(message, attributes)?, &mut |event| {
            if let Event::Response { data: Data::Fetch(data), .. } = event {
                described = describe(data);
            }
            Ok(())
        })?;
        Ok(described)
    }

    /// The octets of a message, summed up as they come.
    pub(super) fn fetch(&mut self, message: u32) -> io::Result<Summary> {
        let section = Section::default();
        let mut sum = Sum::default();
        self.run(&fetch(message, [FetchAttribute::peek(&section)])?, &mut |event| {
            match event {
                Event::BodyChunk(octets) => sum.add(octets),
                Event::Response { data: Data::Fetch(data), .. } => {
                    // A short one comes inside its response.
                    let octets = data.section(&section).and_then(|value| value.as_bytes());
                    sum.add(octets.unwrap_or_default());
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(sum.summary())
    }

    /// Appends a message, part by part; its UID.
    pub(super) fn append(&mut self, mailbox: &'static str, text: Text) -> io::Result<u32> {
        let literal = Literal::streamed(text.octets()).map_err(io::Error::other)?;
        let mailbox = Mailbox::new(mailbox).map_err(io::Error::other)?;
        let append = Append::new(mailbox, AppendMessage::new(AppendData::Message(literal)));
        let ticket = self.client.send(&Command::Append(append.into())).map_err(io::Error::other)?;
        let (mut wanted, mut uid) = (false, None);
        let ended = loop {
            let mut ended = false;
            self.turn(&mut |event| {
                match event {
                    Event::BodyWanted { .. } => wanted = true,
                    Event::Completed { ticket: ended_one, status, .. } if *ended_one == ticket => {
                        ended = status.kind() == StatusKind::Ok;
                        uid = status.code().and_then(appended);
                        if !ended {
                            return Err(refused(status));
                        }
                    }
                    _ => {}
                }
                Ok(())
            })?;
            if ended {
                break uid;
            }
            if std::mem::take(&mut wanted) {
                self.flush()?;
                self.line.in_body = true;
                for part in text.parts() {
                    self.client.send_body(part).map_err(io::Error::other)?;
                    self.flush()?;
                }
                self.line.in_body = false;
                self.client.finish_body().map_err(io::Error::other)?;
            }
        };
        ended.ok_or_else(|| io::Error::other("no APPENDUID"))
    }

    /// Idles, does something meanwhile, and waits until the server tells of a message; how many there
    /// are then.
    pub(super) fn idle(&mut self, meanwhile: impl FnOnce() -> io::Result<()>) -> io::Result<u32> {
        self.client.send(&Command::Idle).map_err(io::Error::other)?;
        let mut meanwhile = Some(meanwhile);
        let (mut begun, mut pushed, mut ended) = (false, None, false);
        while !ended {
            self.turn(&mut |event| {
                match event {
                    Event::Continue { ticket: Some(_), .. } => begun = true,
                    Event::Response { data: Data::Exists(messages), .. } => {
                        pushed = Some(messages.0);
                    }
                    Event::Completed { .. } => ended = true,
                    _ => {}
                }
                Ok(())
            })?;
            if begun {
                if let Some(meanwhile) = meanwhile.take() {
                    meanwhile()?;
                }
            }
            if pushed.is_some() && self.client.is_idling() {
                self.client.finish_idle().map_err(io::Error::other)?;
            }
        }
        // Which UID it has is not told.
        self.learn(Ok(SequenceSet::ALL))?;
        pushed.ok_or_else(|| io::Error::other("nothing was told"))
    }

    /// Asks for the flags of messages, and so for their UIDs.
    fn learn(&mut self, messages: Result<SequenceSet<'_>, InvalidValue>) -> io::Result<()> {
        let attributes = FetchAttributes::new([FetchAttribute::Flags]).map_err(io::Error::other)?;
        let (messages, modifiers) = (messages.map_err(io::Error::other)?, Items::default());
        let fetch = Fetch { messages, attributes, modifiers };
        self.run(&Command::UidFetch(fetch), &mut |_| Ok(())).map(drop)
    }

    /// Moves a message; its UID in the other mailbox.
    pub(super) fn move_to(&mut self, message: u32, mailbox: &'static str) -> io::Result<u32> {
        let messages = set(message)?;
        let mailbox = Mailbox::new(mailbox).map_err(io::Error::other)?;
        let mut moved = None;
        self.run(&Command::UidMove(Copy { messages, mailbox }), &mut |event| {
            if let Event::Response { data: Data::Condition(status), .. } = event {
                if let Some(Code::CopyUid(code)) = status.code() {
                    moved = code.destination_of(message);
                }
            }
            Ok(())
        })?;
        moved.ok_or_else(|| io::Error::other("no COPYUID"))
    }

    /// Removes a message.
    pub(super) fn remove(&mut self, message: u32) -> io::Result<()> {
        let flags = Flags::new([Flag::Deleted]).map_err(io::Error::other)?;
        let action = StoreAction::Flags { mode: StoreMode::Add, silent: true, flags };
        let store = Store { messages: set(message)?, modifiers: Items::default(), action };
        self.run(&Command::UidStore(store), &mut |_| Ok(()))?;
        self.run(&Command::UidExpunge(set(message)?), &mut |_| Ok(())).map(drop)
    }

    /// What to keep of the mailbox for the next time.
    pub(super) fn remember(&self) -> Cached<'static> {
        Cached {
            uid_validity: self.view.uid_validity().unwrap_or(NonZeroU32::MIN),
            mod_seq: self.view.mod_seq().value(),
            uids: UidSet::from_uids(self.uids()).ok(),
            complete_below: self.view.uid_next(),
            matches: None,
        }
    }

    /// Opens INBOX again, and hears what changed.
    pub(super) fn resynchronise(&mut self, cached: Cached<'static>) -> io::Result<Changes> {
        let support = match self.client.enabled().contains(Extension::QResync) {
            true => Support::Qresync,
            false => Support::Neither,
        };
        let mut resync = Resync::new(cached, support);
        self.view = View::new();
        let mut changes = Changes::default();
        while let Some(ask) = resync.ask() {
            let command = asked(ask)?;
            let status = self.run(&command, &mut |event| {
                match event {
                    Event::Response { data: Data::Exists(messages), .. } => {
                        resync.exists(messages.0);
                    }
                    Event::Response { data: Data::Vanished(vanished), .. } if vanished.earlier => {
                        resync.vanished_earlier(&vanished.uids);
                    }
                    Event::Response { data: Data::Condition(status), .. } => {
                        learn_code(&mut resync, status.code());
                    }
                    Event::Response { data: Data::Fetch(data), .. } => {
                        if let Some(uid) = data.uid() {
                            if resync.fetched(uid, data.mod_seq()) == Fetched::Cached {
                                changes.flags.push(uid.get());
                            }
                        }
                    }
                    _ => {}
                }
                Ok(())
            })?;
            learn_code(&mut resync, status.code());
            resync.completed(Completion::Ok);
        }
        let Some(Outcome::Synchronised { vanished, remaining }) = resync.outcome() else {
            return Err(io::Error::other("the cache is of no use"));
        };
        if let Some(uids) = &remaining {
            self.view.begins_with(uids).map_err(io::Error::other)?;
        }
        if let Some(first) = resync.new_from() {
            self.learn(SequenceSet::from_ranges([SequenceRange {
                first: SequenceNumber::Number(first),
                last: SequenceNumber::Largest,
            }]))?;
            let is_new = |uid: &u32| *uid >= first.get();
            changes.new = self.uids().into_iter().filter(is_new).collect();
        }
        let ranges = vanished.iter().flat_map(|uids| uids.ranges());
        changes.gone = ranges.flat_map(|range| range.first.get()..=range.last.get()).collect();
        Ok(changes)
    }

    pub(super) fn close(mut self) -> io::Result<()> {
        self.run(&Command::Logout, &mut |_| Ok(())).map(drop)
    }

    /// Gives a command, and tells what comes up to its end, which has to be OK.
    fn run(
        &mut self,
        command: &Command<'_>,
        on: &mut dyn FnMut(&Event<'_>) -> io::Result<()>,
    ) -> io::Result<Status<'static>> {
        let given = self.client.send(command).map_err(io::Error::other)?;
        let mut end = None;
        loop {
            self.turn(&mut |event| {
                if let Event::Completed { ticket, status, .. } = event {
                    if *ticket == given {
                        end = Some(status.clone().into_owned());
                    }
                }
                on(event)
            })?;
            match end.take() {
                Some(status) if status.kind() == StatusKind::Ok => return Ok(status),
                Some(status) => return Err(refused(&status)),
                None => {}
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let state = format!("{:?}", self.client.state());
        self.line.flush(&mut self.client, &state)
    }

    /// Writes, and takes one event; reads where there is none, and nothing to write.
    fn turn(&mut self, on: &mut dyn FnMut(&Event<'_>) -> io::Result<()>) -> io::Result<()> {
        self.flush()?;
        let received = self.client.receive(self.line.input.bytes()).map_err(io::Error::other)?;
        let consumed = received.consumed;
        let Some(event) = received.event else {
            self.line.input.consume(consumed);
            let is_quiet = self.client.transmit().is_empty();
            return if is_quiet { self.line.read() } else { Ok(()) };
        };
        take(&mut self.view, &event)?;
        on(&event)?;
        if self.line.dialogue.is_some() {
            let state = format!("{:?}", self.client.state());
            self.line.heard(consumed, &summary(&event), &state)?;
        }
        self.line.input.consume(consumed);
        Ok(())
    }
}

/// What an event says of the open mailbox.
fn take(view: &mut View, event: &Event<'_>) -> io::Result<()> {
    let data = match event {
        Event::Response { data, .. } => data,
        Event::Completed { status, .. } => {
            take_code(view, status.code())?;
            view.mod_seq_mut().completed();
            return Ok(());
        }
        _ => return Ok(()),
    };
    match data {
        Data::Exists(messages) => view.exists(messages.0).map_err(io::Error::other),
        Data::Expunge(gone) => {
            view.expunge(number(*gone)?.get()).map(drop).map_err(io::Error::other)
        }
        Data::Vanished(vanished) if !vanished.earlier => {
            view.vanished(&vanished.uids).map_err(io::Error::other)
        }
        Data::Fetch(data) => {
            if let Some(value) = data.mod_seq() {
                view.mod_seq_mut().seen(value);
            }
            match data.uid() {
                Some(uid) => {
                    view.fetched(number(data.message)?.get(), uid).map_err(io::Error::other)
                }
                None => Ok(()),
            }
        }
        Data::Condition(status) => take_code(view, status.code()),
        _ => Ok(()),
    }
}

fn take_code(view: &mut View, code: Option<&Code<'_>>) -> io::Result<()> {
    match code {
        Some(Code::UidValidity(value)) => {
            view.set_uid_validity(number(*value)?);
        }
        Some(Code::UidNext(value)) => view.set_uid_next(number(*value)?),
        Some(Code::HighestModSeq(value)) => view.mod_seq_mut().told(*value),
        _ => {}
    }
    Ok(())
}

/// Some servers send 0.
fn number(number: NzNumber) -> io::Result<NonZeroU32> {
    number.get().ok_or_else(|| io::Error::other("0 is no number of a message"))
}

fn learn_code(resync: &mut Resync, code: Option<&Code<'_>>) {
    match code {
        Some(Code::UidValidity(value)) => value.get().into_iter().for_each(|value| {
            resync.uid_validity(value);
        }),
        Some(Code::UidNext(value)) => value.get().into_iter().for_each(|value| {
            resync.uid_next(value);
        }),
        Some(Code::HighestModSeq(value)) => resync.highest_mod_seq(*value),
        Some(Code::NoModSeq) => resync.no_mod_seq(),
        _ => {}
    }
}

/// The command that a resynchronisation asks for.
fn asked(ask: Ask) -> io::Result<Command<'static>> {
    let inbox = Mailbox::new("INBOX").map_err(io::Error::other)?;
    match ask {
        Ask::SelectQresync { uid_validity, mod_seq, known, .. } => {
            let validity = NzNumber::new(uid_validity.get()).map_err(io::Error::other)?;
            let known =
                QResync::new(validity, mod_seq).map_err(io::Error::other)?.with_known_uids(known);
            let parameters = ItemList::new([SelectParameter::QResync(Box::new(known))]);
            Ok(Command::Select(Select { mailbox: inbox, parameters }))
        }
        other => Err(io::Error::other(format!("{other:?} where QRESYNC is offered"))),
    }
}

fn set(message: u32) -> io::Result<SequenceSet<'static>> {
    SequenceSet::from_numbers([message]).map_err(io::Error::other)
}

/// UID FETCH of one message.
fn fetch<'a>(
    message: u32,
    attributes: impl IntoIterator<Item = FetchAttribute<'a>>,
) -> io::Result<Command<'static>> {
    let attributes = FetchAttributes::new(attributes).map_err(io::Error::other)?;
    let messages = set(message)?;
    Ok(Command::UidFetch(Fetch { messages, attributes, modifiers: Items::default() }))
}

fn describe(data: &FetchData<'_>) -> Described {
    let mut described = Described { size: data.size().unwrap_or(0), ..Described::default() };
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    if let Some(envelope) = data.envelope() {
        described.subject =
            envelope.subject.as_ref().map(|subject| text(subject.as_bytes())).unwrap_or_default();
        if let Some(from) = envelope.from.iter().next() {
            let half = |part: Option<_>| {
                part.map(|part: mailwire_imap::element::string::IString<'_>| text(part.as_bytes()))
            };
            let (mailbox, host) = (half(from.mailbox), half(from.host));
            described.from =
                format!("{}@{}", mailbox.unwrap_or_default(), host.unwrap_or_default());
        }
    }
    if let Some(Part::Single(part)) = data.body_structure().map(|structure| structure.part()) {
        described.octets = part.octets;
        if let Content::Text { lines } = part.content {
            described.lines = lines.unwrap_or(0);
        }
    }
    described
}

fn appended(code: &Code<'_>) -> Option<u32> {
    match code {
        Code::AppendUid(code) => code.uids.ranges().next().map(|range| range.first.get()),
        _ => None,
    }
}

fn refused(status: &Status<'_>) -> io::Error {
    io::Error::other(format!("refused: {} {}", status.kind(), status.text()))
}

/// What an event is, in short.
fn summary(event: &Event<'_>) -> String {
    match event {
        Event::Response { data, .. } => format!("{data:?}"),
        Event::Completed { status, .. } => match status.code() {
            Some(code) => format!("{} {code:?}", status.kind()),
            None => status.kind().to_string(),
        },
        Event::BodyBegin { head, .. } => format!("{} octets follow", head.octets()),
        Event::Continue { .. } => "Continue".into(),
        _ => String::new(),
    }
}
