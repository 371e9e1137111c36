//! The two ends, the octets between them, and what was said.

use std::collections::{BTreeMap, VecDeque};

use mailwire_imap::{Extension, Machine, Mode, State, StatusKind};
use mailwire_testing::drive;

use crate::application::Application;
use crate::caller::Caller;
use crate::rules::{End, Kind, Stage};

/// What the two ends are told before.
#[derive(Debug, Clone)]
pub struct Setting {
    pub literals: Option<Extension>,
    pub pipelining: bool,
    pub preauth: bool,
    /// The server offers IMAP4rev2 too.
    pub rev2: bool,
    /// The server ends the session in the end.
    pub bye: bool,
}

/// A step of the script.
#[derive(Debug, Clone)]
pub enum Step {
    /// The caller gives a command.
    Give(Kind),
    /// The same with one of those that may be given now.
    GiveLegal(usize),
    /// The client writes octets; the server gets them.
    Write(usize),
    Hear(usize),
    /// The other way.
    WriteBack(usize),
    HearBack(usize),
    /// The application answers one of the commands that it has.
    Answer {
        which: usize,
        answer: StatusKind,
        brief: bool,
    },
    /// It tells something unasked.
    Tell(u8),
    /// The caller answers a challenge, or gives up.
    Respond(bool),
    /// It ends IDLE.
    Done,
    /// It sends octets of a message.
    Feed(usize),
    /// Both drivers do what they have to at a hand-over.
    HandOver,
    /// The caller gives a command up, be it sent or not.
    Abandon(usize),
    /// All that is under way comes to its end.
    Settle,
}

/// What both sides write into: what they have to find with the other.
#[derive(Debug, Default)]
pub struct Said {
    /// The kinds of the commands, by the number of the tag.
    pub kinds: BTreeMap<u64, Kind>,
    /// How the server answered.
    pub answers: BTreeMap<u64, StatusKind>,
    /// Data that the client has to get, in this order.
    pub told: VecDeque<Told>,
}

/// Data that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its first two words.
    pub line: String,
    /// The client drops it where nobody wants it any more.
    pub streamed: bool,
}

pub struct World {
    pub caller: Caller,
    pub app: Application,
    pub said: Said,
    up: Vec<u8>,
    down: Vec<u8>,
}

fn take(pipe: &mut Vec<u8>, octets: usize) -> Vec<u8> {
    pipe.drain(..octets.min(pipe.len())).collect()
}

impl World {
    pub fn new(setting: &Setting) -> Self {
        Self {
            caller: Caller::new(setting),
            app: Application::new(setting),
            said: Said::default(),
            up: Vec::new(),
            down: Vec::new(),
        }
    }

    pub fn act(&mut self, step: &Step) {
        let (caller, app, said) = (&mut self.caller, &mut self.app, &mut self.said);
        match step {
            Step::Give(kind) => caller.give(*kind, said),
            Step::GiveLegal(which) => caller.give_legal(*which, said),
            Step::Write(octets) => self.up.extend(caller.write(*octets)),
            Step::Hear(octets) => app.hear(&take(&mut self.up, *octets), said),
            Step::WriteBack(octets) => {
                self.down.extend(drive::write(&mut app.server, *octets));
                app.hear(b"", said);
            }
            Step::HearBack(octets) => caller.hear(&take(&mut self.down, *octets), said),
            Step::Answer { which, answer, brief } => app.answer(*which, *answer, *brief, said),
            Step::Tell(what) => app.tell(*what, said),
            Step::Respond(cancel) => caller.respond(*cancel),
            Step::Done => caller.done(said),
            Step::Feed(octets) => caller.feed(*octets, said),
            Step::HandOver => self.hand_over(),
            Step::Abandon(which) => caller.abandon(*which, said),
            Step::Settle => self.settle(),
        }
        self.caller.watch(&self.said);
    }

    /// Both drivers finish the handshake, or begin or end compression.
    fn hand_over(&mut self) {
        let lost = self.caller.has_given_up();
        if !lost && self.caller.ready.is_some() && self.caller.ready == self.app.ready {
            assert!(self.up.is_empty() && self.down.is_empty(), "octets cross a hand-over");
            self.caller.hand_over();
            self.app.hand_over();
            assert_eq!(self.caller.end(), &self.app.end);
        }
    }

    /// What is under way arrives and is answered, until nothing is.
    fn settle(&mut self) {
        for _ in 0..2000 {
            for step in [
                Step::Write(usize::MAX),
                Step::Hear(usize::MAX),
                Step::Answer { which: 0, answer: StatusKind::Ok, brief: false },
                Step::WriteBack(usize::MAX),
                Step::HearBack(usize::MAX),
                Step::HandOver,
                Step::Respond(false),
                Step::Done,
                Step::Feed(usize::MAX),
            ] {
                self.act(&step);
                self.check();
            }
            if self.caller.has_given_up() {
                return;
            }
            let quiet = self.up.is_empty()
                && self.down.is_empty()
                && self.caller.client.transmit().is_empty()
                && self.app.server.transmit().is_empty();
            if quiet && self.caller.client.in_flight() == 0 && self.caller.ready.is_none() {
                assert_eq!(self.caller.end(), &self.app.end, "the ends disagree");
                self.caller.forget_dropped(&mut self.said);
                assert!(self.said.told.is_empty(), "not heard: {:?}", self.said.told);
                assert!(self.app.waiting.is_empty(), "{:?}", self.app.waiting);
                return;
            }
        }
        panic!("it does not come to an end: {:?} {:?}", self.caller.pending(), self.app.waiting);
    }

    /// Each end is what the model says.
    pub fn check(&self) {
        let state = |stage| match stage {
            Stage::Greeting => State::Greeting,
            Stage::Before => State::NotAuthenticated,
            Stage::Inside => State::Authenticated,
            Stage::Open => State::Selected,
            Stage::Over => State::Logout,
        };
        let (client, server) = (&self.caller.client, &self.app.server);
        let has = |end: &End| (state(end.stage), end.tls, end.compressed, end.utf8, end.uid_only);
        let client = (
            client.state(),
            client.is_tls(),
            client.is_compressed(),
            client.mode().contains(Mode::UTF8),
            client.enabled().contains(Extension::UidOnly),
        );
        assert_eq!(client, has(self.caller.end()), "the client");
        assert_eq!(server.may_expunge(), self.app.may_expunge(), "{:?}", self.app.waiting);
        let server = (
            server.state(),
            server.is_tls(),
            server.is_compressed(),
            server.mode().contains(Mode::UTF8),
            server.is_uid_only(),
        );
        assert_eq!(server, has(&self.app.end), "the server");
    }

    /// Brings the session to its end; tells how each command ended that was answered.
    pub fn finish(mut self, bye: bool) -> Vec<(Kind, StatusKind)> {
        if bye {
            // Whatever is under way: each command has one end.
            self.app.bye();
            for _ in 0..3 {
                for step in [Step::WriteBack(usize::MAX), Step::HearBack(usize::MAX)] {
                    self.act(&step);
                }
            }
        } else {
            self.settle();
            if self.caller.end().stage != Stage::Over {
                self.act(&Step::Settle);
                self.act(&Step::Give(Kind::Logout));
                self.settle();
            }
            // A client that gave its message up leaves a command in the middle.
            let ended = self.app.server.receive_eof();
            assert!(ended.is_ok() || self.caller.has_given_up(), "{ended:?}");
        }
        self.caller.finish(bye);
        let kinds = &self.said.kinds;
        self.said.answers.iter().map(|(number, answer)| (kinds[number], *answer)).collect()
    }
}
