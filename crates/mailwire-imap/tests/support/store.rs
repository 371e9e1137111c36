//! A server in memory with mailboxes behind it.

use std::sync::Arc;

use bytes::Bytes;
use mailwire_imap::element::body_value::BodyValue;
use mailwire_imap::element::flag::{Flag, Flags};
use mailwire_imap::element::literal::StreamedLiteral;
use mailwire_imap::element::number::{Number64, NzNumber};
use mailwire_imap::element::sequence::SequenceSet;
use mailwire_imap::family::append::{Append, AppendData};
use mailwire_imap::family::copy::Copy;
use mailwire_imap::family::enable::Enable;
use mailwire_imap::family::fetch::{
    BodySection, Fetch, FetchAttribute, FetchData, FetchHead, FetchItem, FetchTail,
};
use mailwire_imap::family::search::{Search, SearchKey};
use mailwire_imap::family::store::{Store as StoreFlags, StoreAction, StoreMode};
use mailwire_imap::server::{BodyHead, Event, Server, ServerConfig, Ticket};
use mailwire_imap::{Command, Data, Extension, Mode, PeerError, Status, Tolerance};
use mailwire_testing::drive::Driven;

/// A body of more octets than this is streamed.
const INLINE: usize = 64;

/// A message in a mailbox.
#[derive(Debug, Clone)]
pub struct Message {
    pub uid: u32,
    pub flags: Flags<'static>,
    pub body: Vec<u8>,
}

/// A mailbox.
#[derive(Debug, Clone)]
pub struct Folder {
    pub name: String,
    pub messages: Vec<Message>,
    pub uid_next: u32,
}

/// A message on its way in.
struct Incoming {
    folder: usize,
    flags: Flags<'static>,
    body: Vec<u8>,
}

/// A server and its mailboxes.
pub struct Store {
    pub server: Server,
    pub folders: Vec<Folder>,
    pub error: Option<PeerError>,
    /// Bodies that were streamed in.
    pub streamed: usize,
    open: Option<usize>,
    incoming: Option<Incoming>,
}

/// Flags by their names.
pub fn flags(names: &str) -> Flags<'static> {
    Flags::parse(format!("({names})").as_bytes()).unwrap().into_owned()
}

fn nz(number: usize) -> NzNumber {
    NzNumber::new(u32::try_from(number).unwrap()).unwrap()
}

impl Folder {
    fn add(&mut self, flags: Flags<'static>, body: Vec<u8>) -> u32 {
        let uid = self.uid_next;
        self.uid_next += 1;
        self.messages.push(Message { uid, flags, body });
        uid
    }

    /// The places of the messages that a set names.
    fn named(&self, set: &SequenceSet<'_>, by_uid: bool) -> Vec<usize> {
        let largest = match by_uid {
            true => self.messages.last().map_or(0, |message| message.uid),
            false => self.messages.len().try_into().unwrap(),
        };
        let named = |at: &usize| {
            let number =
                if by_uid { self.messages[*at].uid } else { u32::try_from(at + 1).unwrap() };
            set.contains(number, largest)
        };
        (0..self.messages.len()).filter(named).collect()
    }
}

impl Store {
    /// An INBOX of these messages, and an empty Archive.
    pub fn new(config: ServerConfig, bodies: &[&[u8]]) -> Self {
        let mut server = Server::new(Arc::new(config));
        server.greet().unwrap();
        let folder = |name: &str| Folder { name: name.into(), messages: Vec::new(), uid_next: 11 };
        let mut folders = vec![folder("INBOX"), folder("Archive")];
        for body in bodies {
            folders[0].add(flags(""), body.to_vec());
        }
        Self { server, folders, error: None, streamed: 0, open: None, incoming: None }
    }

    /// A message arrives in INBOX; who has it open is told.
    pub fn arrive(&mut self, body: &[u8]) {
        self.folders[0].add(flags(""), body.to_vec());
        if self.open == Some(0) {
            let count = self.folders[0].messages.len();
            self.tell(&format!("{count} EXISTS"));
        }
    }

    fn tell(&mut self, data: &str) {
        let (data, _) =
            Data::parse_in(data.as_bytes(), Mode::SERVER, Tolerance::default()).unwrap();
        self.server.send(&data).unwrap();
    }

    fn complete(&mut self, ticket: Ticket, status: &str) {
        self.server.complete(ticket, &Status::parse(status.as_bytes()).unwrap()).unwrap();
    }

    fn folder(&mut self) -> &mut Folder {
        &mut self.folders[self.open.unwrap()]
    }

    fn place(&self, name: &[u8]) -> Option<usize> {
        self.folders.iter().position(|folder| folder.name.as_bytes() == name)
    }

    fn select(&mut self, ticket: Ticket, name: &[u8]) {
        self.open = self.place(name);
        let Some(open) = self.open else { return self.complete(ticket, "NO no such mailbox") };
        let (count, next) = (self.folders[open].messages.len(), self.folders[open].uid_next);
        self.tell("FLAGS (\\Seen \\Deleted)");
        self.tell(&format!("{count} EXISTS"));
        self.tell("OK [UIDVALIDITY 7] stays");
        self.tell(&format!("OK [UIDNEXT {next}] expected"));
        self.complete(ticket, "OK [READ-WRITE] open");
    }

    fn search(&mut self, tag: &str, search: &Search<'_>, by_uid: bool) {
        let folder = self.folder();
        let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
        let matches = |message: &Message, key: &SearchKey<'_>| match key {
            SearchKey::All => true,
            SearchKey::Seen => message.flags.contains(&Flag::Seen),
            SearchKey::Unseen => !message.flags.contains(&Flag::Seen),
            SearchKey::Text(words) => text(&message.body).contains(&text(words.as_bytes())),
            other => panic!("{other:?}"),
        };
        let found = folder
            .messages
            .iter()
            .enumerate()
            .filter(|(_, message)| search.program.keys.iter().all(|key| matches(message, key)));
        let found: Vec<_> = found
            .map(
                |(at, message)| if by_uid { message.uid.to_string() } else { (at + 1).to_string() },
            )
            .collect();
        let uid = if by_uid { " UID" } else { "" };
        match search.options {
            Some(_) if found.is_empty() => self.tell(&format!("ESEARCH (TAG \"{tag}\"){uid}")),
            Some(_) => self.tell(&format!("ESEARCH (TAG \"{tag}\"){uid} ALL {}", found.join(","))),
            None => self.tell(format!("SEARCH {}", found.join(" ")).trim_end()),
        }
    }

    fn fetch(&mut self, fetch: &Fetch<'_>, by_uid: bool) {
        for at in self.folder().named(&fetch.messages, by_uid) {
            let message = self.folder().messages[at].clone();
            let uid = FetchItem::Uid(NzNumber::new(message.uid).unwrap());
            let mut items = if by_uid { vec![uid.clone()] } else { Vec::new() };
            let mut streamed = None;
            for attribute in fetch.attributes.iter() {
                match attribute {
                    FetchAttribute::Uid if by_uid => {}
                    FetchAttribute::Uid => items.push(uid.clone()),
                    FetchAttribute::Flags => items.push(FetchItem::Flags(message.flags.clone())),
                    FetchAttribute::Size => {
                        let size = Number64::new(message.body.len() as u64).unwrap();
                        items.push(FetchItem::Size(size));
                    }
                    FetchAttribute::Section(asked) => {
                        let size = message.body.len() as u64;
                        let whole = BodyValue::new(message.body.clone());
                        let stream = message.body.len() > INLINE;
                        let value = match stream {
                            true => BodyValue::Streamed(StreamedLiteral::new(size).unwrap()),
                            false => whole,
                        };
                        let item = BodySection::new(&asked.section(), None, value).unwrap();
                        let item = FetchItem::section(item);
                        if stream {
                            streamed = Some(item);
                        } else {
                            items.push(item);
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
            match streamed {
                None => {
                    let data = FetchData::new(nz(at + 1), items).unwrap();
                    self.server.send(&Data::Fetch(data)).unwrap();
                }
                Some(item) => {
                    let head = FetchHead::new(nz(at + 1), items, item).unwrap();
                    self.server.send_fetch(&head, &[FetchTail::last([]).unwrap()]).unwrap();
                    for part in message.body.chunks(50) {
                        self.server.send_body(Bytes::copy_from_slice(part)).unwrap();
                    }
                    self.server.finish_body().unwrap();
                }
            }
        }
    }

    fn store(&mut self, store: &StoreFlags<'_>, by_uid: bool) {
        let StoreAction::Flags { mode, silent, flags: given } = &store.action else { panic!() };
        for at in self.folder().named(&store.messages, by_uid) {
            let message = &mut self.folder().messages[at];
            let kept = message.flags.iter().filter(|flag| match mode {
                StoreMode::Replace => false,
                StoreMode::Add => !given.contains(flag),
                StoreMode::Remove => !given.contains(flag),
            });
            let added = given.iter().filter(|_| *mode != StoreMode::Remove);
            message.flags = Flags::new(kept.chain(added)).unwrap();
            let (uid, flags) = (message.uid, message.flags.clone());
            if !silent {
                let mut items = vec![FetchItem::Flags(flags)];
                if by_uid {
                    items.push(FetchItem::Uid(NzNumber::new(uid).unwrap()));
                }
                let data = FetchData::new(nz(at + 1), items).unwrap();
                self.server.send(&Data::Fetch(data)).unwrap();
            }
        }
    }

    /// Copies, and removes what was copied where it moves.
    fn copy(&mut self, ticket: Ticket, copy: &Copy<'_>, by_uid: bool, moves: bool) {
        let Some(to) = self.place(copy.mailbox.as_bytes()) else {
            return self.complete(ticket, "NO [TRYCREATE] no such mailbox");
        };
        let places = self.folder().named(&copy.messages, by_uid);
        let (mut from, mut into) = (Vec::new(), Vec::new());
        for at in &places {
            let message = self.folder().messages[*at].clone();
            from.push(message.uid.to_string());
            into.push(self.folders[to].add(message.flags, message.body).to_string());
        }
        let code = format!("OK [COPYUID 7 {} {}] done", from.join(","), into.join(","));
        if !moves {
            return self.complete(ticket, &code);
        }
        self.tell(&code);
        self.remove(&places);
        self.complete(ticket, "OK moved");
    }

    /// Removes messages, the last first.
    fn remove(&mut self, places: &[usize]) {
        for at in places.iter().rev() {
            self.folder().messages.remove(*at);
            self.server.send(&Data::Expunge(nz(at + 1))).unwrap();
        }
    }

    fn expunge(&mut self, among: Option<&SequenceSet<'_>>) {
        let folder = self.folder();
        let among = among.unwrap_or(&SequenceSet::ALL);
        let mut places = folder.named(among, true);
        places.retain(|at| folder.messages[*at].flags.contains(&Flag::Deleted));
        self.remove(&places);
    }

    fn enable(&mut self, enable: &Enable<'_>) {
        let known = [Extension::Utf8Accept, Extension::CondStore];
        let known = known.into_iter().filter(|extension| enable.contains(*extension));
        let Ok(enabled) = Enable::extensions(known) else { return };
        self.server.send(&Data::Enabled(enabled.capabilities().clone())).unwrap();
    }

    fn begin(&mut self, append: &Append<'_>) -> bool {
        let given = append.first().flags.clone().unwrap_or_else(|| flags(""));
        let incoming = self.place(append.mailbox.as_bytes()).map(|folder| Incoming {
            folder,
            flags: given.into_owned(),
            body: Vec::new(),
        });
        self.incoming = incoming;
        self.incoming.is_some()
    }

    fn appended(&mut self, ticket: Ticket) {
        let Incoming { folder, flags, body } = self.incoming.take().unwrap();
        let uid = self.folders[folder].add(flags, body);
        if self.open == Some(folder) {
            let count = self.folders[folder].messages.len();
            self.tell(&format!("{count} EXISTS"));
        }
        self.complete(ticket, &format!("OK [APPENDUID 7 {uid}] done"));
    }

    fn command(&mut self, ticket: Ticket, tag: &str, command: &Command<'_>) {
        match command {
            Command::Login(login) if login.password.expose() != b"pass" => {
                return self.complete(ticket, "NO [AUTHENTICATIONFAILED] wrong");
            }
            Command::List(_) => {
                for name in ["INBOX", "Archive"] {
                    self.tell(&format!("LIST (\\HasNoChildren) \"/\" {name}"));
                }
            }
            Command::Status(status) => {
                let Some(place) = self.place(status.mailbox.as_bytes()) else {
                    return self.complete(ticket, "NO no such mailbox");
                };
                let folder = &self.folders[place];
                let (name, count, next) =
                    (folder.name.clone(), folder.messages.len(), folder.uid_next);
                self.tell(&format!("STATUS {name} (MESSAGES {count} UIDNEXT {next})"));
            }
            Command::Select(select) => {
                return self.select(ticket, select.mailbox.as_bytes());
            }
            Command::Search(search) => self.search(tag, search, false),
            Command::UidSearch(search) => self.search(tag, search, true),
            Command::Fetch(fetch) => self.fetch(fetch, false),
            Command::UidFetch(fetch) => self.fetch(fetch, true),
            Command::Store(store) => self.store(store, false),
            Command::UidStore(store) => self.store(store, true),
            Command::Copy(copy) => return self.copy(ticket, copy, false, false),
            Command::UidCopy(copy) => return self.copy(ticket, copy, true, false),
            Command::Move(copy) => return self.copy(ticket, copy, false, true),
            Command::UidMove(copy) => return self.copy(ticket, copy, true, true),
            Command::Expunge => self.expunge(None),
            Command::UidExpunge(uids) => self.expunge(Some(uids)),
            Command::Enable(enable) => self.enable(enable),
            Command::Append(append) => {
                if !self.begin(append) {
                    return self.complete(ticket, "NO [TRYCREATE] no such mailbox");
                }
                let AppendData::Message(literal) = &append.first().data else { panic!() };
                let body = literal.octets().unwrap().to_vec();
                self.incoming.as_mut().unwrap().body = body;
                return self.appended(ticket);
            }
            Command::Close | Command::Unselect | Command::Unauthenticate => self.open = None,
            _ => {}
        }
        self.server.accept(ticket).unwrap();
    }
}

impl Driven for Store {
    type Machine = Server;

    fn machine(&mut self) -> &mut Server {
        &mut self.server
    }

    fn fail(&mut self, error: PeerError) {
        assert!(error.is_fatal(), "{error:?}");
        self.error = Some(error);
    }

    fn forget(&mut self) {}

    fn ended(&mut self, end: Result<(), PeerError>) {
        self.error = self.error.or(end.err());
    }

    fn act(&mut self, event: Event<'_>) {
        match event {
            Event::Command { ticket, tag, command, .. } => {
                self.command(ticket, tag.as_str(), &command);
            }
            Event::BodyWanted { head: BodyHead::Command { command, .. }, .. } => {
                let Command::Append(append) = &command else { panic!("{command:?}") };
                if self.begin(append) {
                    self.streamed += 1;
                    self.server.accept_body().unwrap();
                } else {
                    let status = Status::parse(b"NO [TRYCREATE] no such mailbox").unwrap();
                    self.server.reject_body(&status).unwrap();
                }
            }
            Event::BodyChunk(octets) => {
                self.incoming.as_mut().unwrap().body.extend_from_slice(octets);
            }
            Event::BodyEnd(end) => assert_eq!(end.refused, None),
            Event::CommandEnd { ticket, .. } => self.appended(ticket),
            Event::IdleDone { ticket } => self.server.accept(ticket).unwrap(),
            Event::TlsReady | Event::CompressReady | Event::CompressEnd | Event::Closed => {}
            other => panic!("{other:?}"),
        }
    }
}
