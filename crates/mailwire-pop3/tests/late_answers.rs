//! An application that answers late and in small steps, and a driver that writes little at a time:
//! what a client hears does not depend on either, and nothing waits for good.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use mailwire_pop3::element::unique_id::UniqueId;
use mailwire_pop3::family::list::{ListItem, UidItem};
use mailwire_pop3::family::stat::Stat;
use mailwire_pop3::server::{Event, Server};
use mailwire_pop3::{Answer, Command, Item, Machine, Response, ServerConfig, UsageError};
use mailwire_testing::late::{Late, at_pace};
use proptest::prelude::*;
use support::{MESSAGES, everything, number};

/// What the application still has to do; an answer of several parts is several tasks.
#[derive(Debug)]
enum Task {
    Accept,
    Send(Answer<'static>),
    Item(Item<'static>),
    EndList,
    Part(&'static [u8]),
    EndBody,
    Challenge,
    Finish(bool),
}

/// What clients say in one piece.
const PIECES: &[&str] = &[
    "NOOP\r\n",
    "STAT\r\n",
    "LIST\r\n",
    "LIST 2\r\n",
    "LIST 9\r\n",
    "UIDL\r\n",
    "UIDL 1\r\n",
    "RETR 1\r\n",
    "RETR 2\r\nNOOP\r\nSTAT\r\n",
    "RETR 9\r\n",
    "TOP 2 0\r\n",
    "DELE 1\r\n",
    "RSET\r\n",
    "CAPA\r\n",
    "AUTH\r\n",
    "NOSUCH\r\n",
    "RETR x\r\n",
    "NOOP\n",
    "PASS x\r\n",
    "LANG\r\n",
];

/// What opens the maildrop, or does not.
const LOGINS: &[&str] = &[
    "USER user\r\nPASS pass word\r\n",
    "USER user\r\nPASS wrong\r\nUSER user\r\nPASS pass word\r\n",
    "AUTH PLAIN\r\nAHVzZXIAcGFzcyB3b3Jk\r\n",
    "AUTH PLAIN\r\n*\r\nAUTH PLAIN AHVzZXIAcGFzcyB3b3Jk\r\n",
    "AUTH PLAIN\r\n!\r\nUSER user\r\nPASS pass word\r\n",
    "CAPA\r\nAUTH\r\nUTF8\r\nUSER user\r\n",
    "",
];

fn refusal() -> Answer<'static> {
    Response::err("no such message").unwrap().into()
}

fn tasks(command: &Command<'_>) -> Vec<Task> {
    let known = |number: u32| usize::try_from(number).unwrap() <= MESSAGES.len();
    let sizes = || (1..=3).map(|n| ListItem::new(number(n), 5));
    let ids = || (1..=3).map(|n| UidItem::new(number(n), UniqueId::new("id").unwrap()));
    match command {
        Command::Pass(password) if password.expose() != b"pass word" => {
            vec![Task::Send(Response::err("wrong").unwrap().into())]
        }
        Command::Auth(Some(auth)) if !auth.has_initial_response() => vec![Task::Challenge],
        Command::Auth(Some(_)) => vec![Task::Finish(true)],
        Command::Stat => vec![Task::Send(Answer::Stat(Stat::new(3, 15)))],
        Command::List(Some(n)) | Command::Uidl(Some(n)) | Command::Retr(n) if !known(n.get()) => {
            vec![Task::Send(refusal())]
        }
        Command::List(Some(n)) => vec![Task::Send(Answer::Size(ListItem::new(*n, 5)))],
        Command::Uidl(Some(n)) => {
            vec![Task::Send(Answer::UniqueId(UidItem::new(*n, UniqueId::new("id").unwrap())))]
        }
        Command::List(None) => [Task::Accept]
            .into_iter()
            .chain(sizes().map(|item| Task::Item(Item::Size(item))))
            .chain([Task::EndList])
            .collect(),
        Command::Uidl(None) => [Task::Accept]
            .into_iter()
            .chain(ids().map(|item| Task::Item(Item::UniqueId(item))))
            .chain([Task::EndList])
            .collect(),
        Command::Lang(None) => vec![Task::Accept, Task::EndList],
        Command::Retr(_) | Command::Top(_) => {
            let half = MESSAGES[1].len() / 2;
            let (first, second) = MESSAGES[1].split_at(half);
            vec![Task::Accept, Task::Part(first), Task::Part(second), Task::EndBody]
        }
        _ => vec![Task::Accept],
    }
}

struct Run {
    server: Server,
    tasks: VecDeque<Task>,
    log: Vec<String>,
}

impl Late for Run {
    type Server = Server;

    fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Command { command, .. } => {
                self.log.push(String::from_utf8_lossy(&command.to_bytes()).into_owned());
                self.tasks.extend(tasks(&command));
            }
            Event::Update { .. } => {
                self.log.push("update".into());
                assert!(self.tasks.is_empty(), "everything before is answered");
                self.tasks.push_back(Task::Accept);
            }
            Event::AuthResponse(response) => {
                self.tasks.push_back(Task::Finish(response.expose() == b"\0user\0pass word"));
            }
            other => self.log.push(format!("{other:?}")),
        }
    }

    fn work(&mut self) {
        let server = &mut self.server;
        let done = match self.tasks.front() {
            None => return,
            Some(Task::Accept) => server.accept(),
            Some(Task::Send(answer)) => server.send(answer),
            Some(Task::Item(item)) => server.send_item(item),
            Some(Task::EndList) => server.finish_list(),
            Some(Task::Part(part)) => server.send_body(Bytes::from_static(part)),
            Some(Task::EndBody) => server.finish_body(),
            Some(Task::Challenge) => server.challenge_auth(b""),
            Some(Task::Finish(good)) => {
                let response = if *good { Response::ok("in") } else { Response::err("out") };
                server.finish_auth(&response.unwrap())
            }
        };
        match done {
            Err(UsageError::Busy) => {}
            done => {
                done.unwrap();
                self.tasks.pop_front();
            }
        }
    }

    fn due(&self) -> usize {
        self.tasks.len()
    }

    fn give_up(&mut self) {
        self.tasks.clear();
    }

    fn log(&mut self) -> &mut Vec<String> {
        &mut self.log
    }

    fn owed(&self) -> usize {
        self.server.owed()
    }

    fn is_closed(&self) -> bool {
        self.server.is_closed()
    }
}

/// What is heard, when the application and the driver take their time by these numbers.
fn run(config: &ServerConfig, script: &[u8], pace: &[u8]) -> (Vec<u8>, Vec<String>) {
    let mut server = Server::new(Arc::new(config.clone()));
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    let mut run = Run { server, tasks: VecDeque::new(), log: Vec::new() };
    (at_pace(&mut run, script, pace), run.log)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn answers_may_be_late(
        login in proptest::sample::select(LOGINS),
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24),
        quit in any::<bool>(),
        pace in proptest::collection::vec(any::<u8>(), 1..40),
        transmit in proptest::sample::select(vec![0_usize, 40, 100_000]),
        pipeline in 1..=16_u8,
    ) {
        let mut config = everything();
        config.limits.bad_commands = 100;
        config.limits.bad_commands_early = 100;
        let script = [login, &pieces.concat(), if quit { "QUIT\r\nNOOP\r\n" } else { "" }].concat();
        let at_once = run(&config, script.as_bytes(), &[255]);
        // Something is written and something is done in each turn.
        let pace: Vec<u8> = pace.into_iter().chain([9, 1, 7]).collect();
        config.limits.transmit = transmit;
        config.limits.pipeline = pipeline;
        let late = run(&config, script.as_bytes(), &pace);
        let text = |heard: &(Vec<u8>, Vec<String>)| String::from_utf8_lossy(&heard.0).into_owned();
        prop_assert_eq!(text(&at_once), text(&late), "{}", script);
        prop_assert_eq!(at_once.1, late.1, "{}", script);
    }
}
