//! An IMAP server for one connection, on a thread of its own.

use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mailwire_imap::element::address::{Address, AddressList};
use mailwire_imap::element::body_structure::{self, BodyStructure, Parameters, SinglePart};
use mailwire_imap::element::body_value::BodyValue;
use mailwire_imap::element::envelope::Envelope;
use mailwire_imap::element::flag::{Flag, Flags};
use mailwire_imap::element::literal::StreamedLiteral;
use mailwire_imap::element::mod_seq::ModSeq;
use mailwire_imap::element::number::{Number, Number64, NzNumber};
use mailwire_imap::element::sequence::{SequenceSet, UidSet};
use mailwire_imap::element::string::IString;
use mailwire_imap::element::text::Text;
use mailwire_imap::family::append::{Append, AppendData, AppendUid};
use mailwire_imap::family::capability::Capability;
use mailwire_imap::family::copy::{Copy, CopyUid};
use mailwire_imap::family::enable::Enable;
use mailwire_imap::family::expunge::Vanished;
use mailwire_imap::family::fetch::{
    BodySection, Fetch, FetchAttribute, FetchData, FetchHead, FetchItem, FetchTail,
};
use mailwire_imap::family::id::Id;
use mailwire_imap::family::search::{Search, SearchData, SearchKey};
use mailwire_imap::family::select::{Select, SelectParameter};
use mailwire_imap::family::store::{Store, StoreAction, StoreMode};
use mailwire_imap::server::{BodyHead, Event, Server, ServerConfig, Ticket};
use mailwire_imap::view::{Held, Update, View};
use mailwire_imap::{
    Code, Command, Data, Extension, InputBuffer, InvalidValue, Machine, Status, StatusKind,
};

use super::super::server::{Running, flush};
use super::mail::{Content, Mailbox, Message, NAMES, Shared};

/// The same for both mailboxes, and for good.
const VALIDITY: u32 = 7;
/// How often a session that idles looks at its mailbox.
const GLANCE: Duration = Duration::from_millis(10);
/// The largest message that a client may append, in octets.
const MESSAGE: u64 = 1 << 20;

/// Starts a server on a free port of the loopback interface.
pub(super) fn start(mail: &Shared) -> io::Result<Running> {
    let config = Arc::new(config().map_err(io::Error::other)?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let mail = mail.clone();
    let thread = thread::spawn(move || {
        let (stream, _) = listener.accept()?;
        Connection::new(config, stream, mail).serve()
    });
    Ok(Running::new(address, thread))
}

fn config() -> Result<ServerConfig, InvalidValue> {
    let mut config = ServerConfig::new("mail.example")?
        .offer(Capability::new("AUTH=PLAIN")?)
        .offer_all([Extension::Id, Extension::UidPlus, Extension::Move])
        .offer_all([Extension::CondStore, Extension::QResync]);
    // The tour stays on the loopback interface, so it can do without TLS.
    config.auth_without_tls = true;
    config.limits.message = MESSAGE;
    Ok(config)
}

/// The mailbox that is open: what the client was told of it, and what it is to be told.
struct Open {
    place: usize,
    view: View,
    held: Held,
}

/// A message that is appended.
struct Incoming {
    place: usize,
    flags: Flags<'static>,
    octets: BytesMut,
}

/// A server machine and the application behind it.
struct Connection {
    server: Server,
    stream: TcpStream,
    mail: Shared,
    open: Option<Open>,
    incoming: Option<Incoming>,
    qresync: bool,
    idling: bool,
}

impl Connection {
    fn new(config: Arc<ServerConfig>, stream: TcpStream, mail: Shared) -> Self {
        let server = Server::new(config);
        Self { server, stream, mail, open: None, incoming: None, qresync: false, idling: false }
    }

    /// The loop that every driver has: write, take events, and read when there is nothing of either.
    fn serve(mut self) -> io::Result<()> {
        let mut input = InputBuffer::new(65_536);
        self.server.greet().map_err(io::Error::other)?;
        loop {
            flush(&mut self.server, &mut self.stream)?;
            let received = self.server.receive(input.bytes()).map_err(io::Error::other)?;
            if let Some(event) = received.event {
                let closed = matches!(event, Event::Closed);
                self.act(event)?;
                input.consume(received.consumed);
                if closed {
                    return flush(&mut self.server, &mut self.stream);
                }
                continue;
            }
            input.consume(received.consumed);
            // The way is free for a literal, which is no event.
            if !self.server.transmit().is_empty() {
                continue;
            }
            // Who idles is told of what comes, without being asked.
            self.stream.set_read_timeout(self.idling.then_some(GLANCE))?;
            match self.stream.read(input.space().map_err(io::Error::other)?) {
                Ok(0) => return self.server.receive_eof().map_err(io::Error::other),
                Ok(count) => input.filled(count),
                Err(error) if is_timeout(&error) => self.catch_up()?,
                Err(error) => return Err(error),
            }
        }
    }

    fn act(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Command { ticket, command, .. } => self.command(ticket, &command),
            Event::BodyWanted { head: BodyHead::Command { command, .. }, .. } => {
                let begun = match &command {
                    Command::Append(append) => self.begin(append),
                    _ => false,
                };
                if begun {
                    return self.server.accept_body().map_err(io::Error::other);
                }
                let status = status(StatusKind::No, Some(Code::TryCreate), "no such mailbox")?;
                self.server.reject_body(&status).map_err(io::Error::other)
            }
            Event::BodyChunk(octets) => {
                if let Some(incoming) = &mut self.incoming {
                    incoming.octets.extend_from_slice(octets);
                }
                Ok(())
            }
            Event::CommandEnd { ticket, .. } => self.appended(ticket),
            Event::AuthResponse { ticket, response } => self.login(ticket, response.expose()),
            Event::IdleDone { ticket } => {
                self.idling = false;
                self.catch_up()?;
                self.server.accept(ticket).map_err(io::Error::other)
            }
            _ => Ok(()),
        }
    }

    fn command(&mut self, ticket: Ticket, command: &Command<'_>) -> io::Result<()> {
        match command {
            Command::Authenticate(auth) => {
                return match auth.initial_response() {
                    Some(Ok(response)) => self.login(ticket, response.expose()),
                    Some(Err(_)) => self.login(ticket, b""),
                    // PLAIN has no challenge of its own: an empty one asks for the response.
                    None => self.server.challenge_auth(b"").map_err(io::Error::other),
                };
            }
            Command::Id(_) => {
                let id = Id::new([("name", Some("tour"))]).map_err(io::Error::other)?;
                self.tell(&Data::Id(id))?;
            }
            Command::Enable(enable) => self.enable(enable)?,
            Command::Select(select) => return self.select(ticket, select),
            Command::UidSearch(search) => self.search(search)?,
            Command::UidFetch(fetch) => self.fetch(fetch)?,
            Command::UidStore(store) => return self.store(ticket, store),
            Command::UidMove(copy) => return self.move_to(ticket, copy),
            Command::UidExpunge(uids) => {
                self.expunge(uids);
                let highest = mod_seq(self.change(|mailbox| mailbox.mod_seq))?;
                let code = Some(Code::HighestModSeq(highest));
                return self.complete(ticket, StatusKind::Ok, code, "removed");
            }
            Command::Append(append) => {
                if !self.begin(append) {
                    let code = Some(Code::TryCreate);
                    return self.complete(ticket, StatusKind::No, code, "no such mailbox");
                }
                if let (Some(incoming), AppendData::Message(literal)) =
                    (&mut self.incoming, &append.first().data)
                {
                    incoming.octets.extend_from_slice(literal.octets().unwrap_or_default());
                }
                return self.appended(ticket);
            }
            Command::Idle => self.idling = true,
            Command::Noop | Command::Capability | Command::Logout => {}
            _ => return self.complete(ticket, StatusKind::No, None, "not in this tour"),
        }
        self.catch_up()?;
        self.server.accept(ticket).map_err(io::Error::other)
    }

    /// Ends AUTHENTICATE by what the client's response to PLAIN says.
    fn login(&mut self, ticket: Ticket, response: &[u8]) -> io::Result<()> {
        if response == b"\0bob\0correct horse" {
            return self.server.accept(ticket).map_err(io::Error::other);
        }
        self.complete(ticket, StatusKind::No, Some(Code::AuthenticationFailed), "no")
    }

    fn tell(&mut self, data: &Data<'_>) -> io::Result<()> {
        self.server.send(data).map_err(io::Error::other)
    }

    /// Tells something that only a code says.
    fn note(&mut self, code: Code<'_>, text: &str) -> io::Result<()> {
        self.tell(&Data::Condition(status(StatusKind::Ok, Some(code), text)?))
    }

    fn complete(
        &mut self,
        ticket: Ticket,
        kind: StatusKind,
        code: Option<Code<'_>>,
        text: &str,
    ) -> io::Result<()> {
        self.catch_up()?;
        self.server.complete(ticket, &status(kind, code, text)?).map_err(io::Error::other)
    }

    /// Tells what has changed in the open mailbox, as far as it may be told now.
    fn catch_up(&mut self) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let mail = self.mail.lock();
        let Some(mailbox) = mail.get(open.place) else { return Ok(()) };
        for uid in (1..=open.view.messages()).filter_map(|number| open.view.uid(number)) {
            if mailbox.get(uid.get()).is_none() {
                open.held.expunged(&open.view, uid, None);
            }
        }
        for uid in mailbox.messages.iter().filter_map(|message| NonZeroU32::new(message.uid)) {
            if !open.view.contains(uid) {
                open.held.arrived(&open.view, uid).map_err(io::Error::other)?;
            }
        }
        drop(mail);
        open.held.use_vanished(self.server.uses_vanished());
        let expunge = self.server.may_expunge();
        let updates: Vec<_> = open.held.release(&mut open.view, expunge).collect();
        for update in updates {
            let data = match update {
                Update::Expunge(number) => Data::Expunge(nz(number.get())?),
                Update::Vanished(uids) => Data::Vanished(Vanished { earlier: false, uids }),
                Update::Exists(messages) => Data::Exists(Number(messages)),
                _ => continue,
            };
            self.tell(&data)?;
        }
        Ok(())
    }

    fn enable(&mut self, enable: &Enable<'_>) -> io::Result<()> {
        if enable.contains(Extension::QResync) {
            self.qresync = true;
            let enabled = Enable::extensions([Extension::QResync]).map_err(io::Error::other)?;
            self.tell(&Data::Enabled(enabled.capabilities().clone()))?;
        }
        Ok(())
    }

    fn select(&mut self, ticket: Ticket, select: &Select<'_>) -> io::Result<()> {
        self.open = None;
        let Some(place) = place(select.mailbox.as_bytes()) else {
            return self.complete(ticket, StatusKind::No, None, "no such mailbox");
        };
        let mail = self.mail.clone();
        let mail = mail.lock();
        let Some(mailbox) = mail.get(place) else { return Ok(()) };
        let uids = UidSet::from_uids(mailbox.messages.iter().map(|message| message.uid));
        let view = uids.as_ref().map_or_else(|_| View::new(), View::of);
        let known = [Flag::Seen, Flag::Flagged, Flag::Deleted];
        self.tell(&Data::Flags(Flags::new(known).map_err(io::Error::other)?))?;
        self.tell(&Data::Exists(Number(view.messages())))?;
        self.note(Code::UidValidity(nz(VALIDITY)?), "UIDs stay")?;
        self.note(Code::UidNext(nz(mailbox.uid_next)?), "the next is")?;
        self.note(Code::HighestModSeq(mod_seq(mailbox.mod_seq)?), "changes are counted")?;
        let since = select.parameters.iter().find_map(|parameter| match parameter {
            SelectParameter::QResync(known) => {
                let same = known.uid_validity().get().is_some_and(|value| value.get() == VALIDITY);
                same.then(|| known.mod_seq().get())
            }
            _ => None,
        });
        self.open = Some(Open { place, view, held: Held::new() });
        if let Some(since) = since {
            let gone = mailbox.gone.iter().filter(|(_, mod_seq)| *mod_seq > since);
            if let Ok(uids) = UidSet::from_uids(gone.map(|(uid, _)| *uid)) {
                self.tell(&Data::Vanished(Vanished { earlier: true, uids }))?;
            }
            for message in mailbox.messages.iter().filter(|message| message.mod_seq > since) {
                self.tell_flags(message)?;
            }
        }
        drop(mail);
        self.complete(ticket, StatusKind::Ok, Some(Code::ReadWrite), "open")
    }

    /// The flags of a message, by its UID.
    fn tell_flags(&mut self, message: &Message) -> io::Result<()> {
        let Some(number) = self.number(message.uid) else { return Ok(()) };
        let mut items =
            vec![FetchItem::Uid(nz(message.uid)?), FetchItem::Flags(message.flags.clone())];
        if self.qresync {
            items.push(FetchItem::ModSeq(mod_seq(message.mod_seq)?));
        }
        let data = FetchData::new(number, items).map_err(io::Error::other)?;
        self.tell(&Data::Fetch(data))
    }

    /// The sequence number that the client knows a message by.
    fn number(&self, uid: u32) -> Option<NzNumber> {
        let number = self.open.as_ref()?.view.sequence(NonZeroU32::new(uid)?)?;
        nz(number.get()).ok()
    }

    /// The messages of the open mailbox that a set of UIDs names.
    fn named(&self, uids: &SequenceSet<'_>) -> Vec<Message> {
        let mail = self.mail.lock();
        let mailbox = self.open.as_ref().and_then(|open| mail.get(open.place));
        let messages = mailbox.map_or(&[][..], |mailbox| &mailbox.messages);
        let largest = messages.last().map_or(0, |message| message.uid);
        messages.iter().filter(|message| uids.contains(message.uid, largest)).cloned().collect()
    }

    /// Changes the open mailbox.
    fn change<T: Default>(&self, change: impl FnOnce(&mut Mailbox) -> T) -> T {
        let place = self.open.as_ref().map(|open| open.place);
        let mut mail = self.mail.lock();
        place.and_then(|place| mail.get_mut(place)).map(change).unwrap_or_default()
    }

    fn search(&mut self, search: &Search<'_>) -> io::Result<()> {
        let matches = |message: &Message, key: &SearchKey<'_>| match key {
            SearchKey::All => true,
            SearchKey::Unseen => !message.flags.contains(&Flag::Seen),
            SearchKey::Subject(words) => {
                let subject = field(&message.content, "Subject").unwrap_or_default();
                subject.contains(&*String::from_utf8_lossy(words.as_bytes()))
            }
            _ => false,
        };
        let messages = self.named(&SequenceSet::ALL);
        let found = messages
            .iter()
            .filter(|message| search.program.keys.iter().all(|key| matches(message, key)))
            .filter_map(|message| NonZeroU32::new(message.uid));
        let numbers = mailwire_imap::element::numbers::Numbers::new(found);
        let data = SearchData::new(numbers, None).map_err(io::Error::other)?;
        self.tell(&Data::Search(data))
    }

    fn fetch(&mut self, fetch: &Fetch<'_>) -> io::Result<()> {
        for message in self.named(&fetch.messages) {
            let Some(number) = self.number(message.uid) else { continue };
            let size = message.content.parts().map(|part| part.len() as u64).sum();
            let mut items = vec![FetchItem::Uid(nz(message.uid)?)];
            let mut streamed = None;
            for attribute in fetch.attributes.iter() {
                match attribute {
                    FetchAttribute::Flags => items.push(FetchItem::Flags(message.flags.clone())),
                    FetchAttribute::Size => {
                        let size = Number64::new(size).map_err(io::Error::other)?;
                        items.push(FetchItem::Size(size));
                    }
                    FetchAttribute::Envelope => {
                        items.push(FetchItem::Envelope(Box::new(envelope(&message.content)?)));
                    }
                    FetchAttribute::BodyStructure => {
                        items.push(FetchItem::BodyStructure(structure(&message.content)?));
                    }
                    FetchAttribute::Section(asked) => {
                        let value = BodyValue::Streamed(StreamedLiteral { size, binary: false });
                        let section = BodySection::new(&asked.section(), None, value);
                        streamed = Some(FetchItem::section(section.map_err(io::Error::other)?));
                    }
                    _ => {}
                }
            }
            let Some(streamed) = streamed else {
                let data = FetchData::new(number, items).map_err(io::Error::other)?;
                self.tell(&Data::Fetch(data))?;
                continue;
            };
            let head = FetchHead::new(number, items, streamed).map_err(io::Error::other)?;
            let tail = FetchTail::last([]).map_err(io::Error::other)?;
            self.server.send_fetch(&head, &[tail]).map_err(io::Error::other)?;
            for part in message.content.parts() {
                // What is queued is written before the next part is given.
                flush(&mut self.server, &mut self.stream)?;
                self.server.send_body(part).map_err(io::Error::other)?;
            }
            self.server.finish_body().map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn store(&mut self, ticket: Ticket, store: &Store<'_>) -> io::Result<()> {
        // Labels and annotations are not offered and do not come here; what the machine does not know does.
        let StoreAction::Flags { mode, flags: given, .. } = &store.action else {
            return self.complete(ticket, StatusKind::Bad, None, "unknown data item");
        };
        for message in self.named(&store.messages) {
            let kept = message.flags.iter();
            let kept = kept.filter(|flag| *mode != StoreMode::Replace && !given.contains(flag));
            let added = given.iter().filter(|_| *mode != StoreMode::Remove);
            let flags = Flags::new(kept.chain(added)).map_err(io::Error::other)?;
            self.change(|mailbox| mailbox.set_flags(message.uid, flags));
            for changed in self.named(&store.messages) {
                if changed.uid == message.uid {
                    self.tell_flags(&changed)?;
                }
            }
        }
        self.catch_up()?;
        self.server.accept(ticket).map_err(io::Error::other)
    }

    fn move_to(&mut self, ticket: Ticket, copy: &Copy<'_>) -> io::Result<()> {
        let Some(place) = place(copy.mailbox.as_bytes()) else {
            let code = Some(Code::TryCreate);
            return self.complete(ticket, StatusKind::No, code, "no such mailbox");
        };
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for message in self.named(&copy.messages) {
            from.push(message.uid);
            if let Some(mailbox) = self.mail.lock().get_mut(place) {
                to.push(mailbox.add(message.content, message.flags));
            }
            self.change(|mailbox| mailbox.remove(message.uid));
        }
        if let (Ok(from), Ok(to)) = (UidSet::from_uids(from), UidSet::from_uids(to)) {
            let code = CopyUid::new(nz(VALIDITY)?, from, to).map_err(io::Error::other)?;
            self.note(Code::CopyUid(code), "moved")?;
        }
        let highest = mod_seq(self.change(|mailbox| mailbox.mod_seq))?;
        self.complete(ticket, StatusKind::Ok, Some(Code::HighestModSeq(highest)), "done")
    }

    fn expunge(&self, uids: &SequenceSet<'_>) {
        for message in self.named(uids) {
            if message.flags.contains(&Flag::Deleted) {
                self.change(|mailbox| mailbox.remove(message.uid));
            }
        }
    }

    /// Makes room for a message; false where there is no such mailbox.
    fn begin(&mut self, append: &Append<'_>) -> bool {
        self.incoming = place(append.mailbox.as_bytes()).map(|place| {
            let flags = append.first().flags.clone().unwrap_or_default();
            Incoming { place, flags: flags.into_owned(), octets: BytesMut::new() }
        });
        self.incoming.is_some()
    }

    fn appended(&mut self, ticket: Ticket) -> io::Result<()> {
        let Some(Incoming { place, flags, octets }) = self.incoming.take() else { return Ok(()) };
        let content = Content::Held(octets.freeze());
        let uid = self.mail.lock().get_mut(place).map(|mailbox| mailbox.add(content, flags));
        let uids = UidSet::from_uids(uid).map_err(io::Error::other)?;
        let code = Code::AppendUid(AppendUid { validity: nz(VALIDITY)?, uids });
        self.complete(ticket, StatusKind::Ok, Some(code), "appended")
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn place(name: &[u8]) -> Option<usize> {
    NAMES.iter().position(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

fn nz(number: u32) -> io::Result<NzNumber> {
    NzNumber::new(number).map_err(io::Error::other)
}

fn mod_seq(value: u64) -> io::Result<ModSeq> {
    ModSeq::new(value).map_err(io::Error::other)
}

fn status<'a>(kind: StatusKind, code: Option<Code<'a>>, text: &'a str) -> io::Result<Status<'a>> {
    let text = Text::new(text).map_err(io::Error::other)?;
    match code {
        Some(code) => Ok(Status::with_code(kind, code, text)),
        None => Status::new(kind, text).map_err(io::Error::other),
    }
}

/// A field of the header: these have one line each.
fn field(content: &Content, name: &str) -> Option<String> {
    let header: Bytes = content.header();
    let header = String::from_utf8_lossy(&header).into_owned();
    let line = header.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.map(str::to_owned)
}

fn envelope(content: &Content) -> io::Result<Envelope<'static>> {
    let string = |text: String| IString::new(text).map_err(io::Error::other);
    let from = field(content, "From").unwrap_or_default();
    let (mailbox, host) = from.split_once('@').unwrap_or_default();
    let address = Address {
        mailbox: Some(string(mailbox.to_owned())?),
        host: Some(string(host.to_owned())?),
        ..Address::default()
    };
    let from = AddressList::new([address]);
    Ok(Envelope {
        subject: field(content, "Subject").map(string).transpose()?,
        sender: from.clone(),
        reply_to: from.clone(),
        from,
        ..Envelope::default()
    })
}

fn structure(content: &Content) -> io::Result<BodyStructure<'static>> {
    let string = |text: &'static str| IString::new(text).map_err(io::Error::other);
    let (octets, lines) = content.body();
    let part = SinglePart {
        media_type: string("TEXT")?,
        subtype: string("PLAIN")?,
        parameters: Parameters::new([(string("CHARSET")?, string("US-ASCII")?)]),
        id: None,
        description: None,
        encoding: Some(string("7BIT")?),
        octets,
        content: body_structure::Content::Text { lines: Some(lines) },
        extension: None,
    };
    BodyStructure::single(&part).map_err(io::Error::other)
}
