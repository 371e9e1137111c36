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
    /// The caller gives a command up that was not sent.
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
    pub told: VecDeque<String>,
    /// The octets of the messages that the server has to get.
    pub bodies: BTreeMap<u64, usize>,
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
        if self.caller.ready.is_some() && self.caller.ready == self.app.ready {
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
            let quiet = self.up.is_empty()
                && self.down.is_empty()
                && self.caller.client.transmit().is_empty()
                && self.app.server.transmit().is_empty();
            if quiet && self.caller.client.in_flight() == 0 && self.caller.ready.is_none() {
                assert_eq!(self.caller.end(), &self.app.end, "the ends disagree");
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
        let is = |state, tls, compressed, mode: Mode| {
            (state, tls, compressed, mode.contains(Mode::UTF8))
        };
        let has = |end: &End| (state(end.stage), end.tls, end.compressed, end.utf8);
        let client = is(client.state(), client.is_tls(), client.is_compressed(), client.mode());
        assert_eq!(client, has(self.caller.end()), "the client");
        let server = is(server.state(), server.is_tls(), server.is_compressed(), server.mode());
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
            assert!(self.app.server.receive_eof().is_ok());
        }
        self.caller.finish(bye);
        let kinds = &self.said.kinds;
        self.said.answers.iter().map(|(number, answer)| (kinds[number], *answer)).collect()
    }
}
