//! An application that answers late, and a driver that writes little at a time: what a client hears
//! does not depend on either, and nothing waits for good.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::VecDeque;
use std::sync::Arc;

use mailwire_smtp::server::{Event, Protocol, Server};
use mailwire_smtp::{Command, Machine, Reply, ServerConfig};
use mailwire_testing::late::{Late, at_pace};
use proptest::prelude::*;
use support::with_auth;

/// What the application still has to do.
#[derive(Debug)]
enum Task {
    Accept,
    Send(&'static [u8]),
    AcceptBody,
    RejectBody(&'static [u8]),
    Results,
    Challenge,
    Finish(&'static [u8]),
}

/// What clients say in one piece.
const PIECES: &[&str] = &[
    "MAIL FROM:<a@x>\r\n",
    "MAIL FROM:<no@x>\r\n",
    "MAIL FROM:<a@x> PRDR\r\n",
    "RCPT TO:<b@x>\r\n",
    "RCPT TO:<c@x>\r\n",
    "RCPT TO:<no@x>\r\n",
    "DATA\r\nQUIT\r\n..\r\n.\r\n",
    "DATA\r\nbare\n.\r\n\r\n.\r\n",
    "BDAT 6\r\nQUIT\r\n",
    "BDAT 6 LAST\r\nQUIT\r\n",
    "BDAT 7\r\nreject\n",
    "BDAT 7 LAST\r\nreject\n",
    "BDAT 0 LAST\r\n",
    "RSET\r\n",
    "NOOP\r\n",
    "VRFY a\r\n",
    "NOSUCH\r\n",
    "MAIL TO:<>\r\n",
    "RCPT TO:<a@x> X=y\r\n",
    "NOOP\n",
    "AUTH PLAIN AHVzZXIAcGFzcw==\r\n",
    "AUTH PLAIN\r\nAHVzZXIAcGFzcw==\r\n",
    "AUTH PLAIN\r\n*\r\n",
    "AUTH PLAIN\r\n!\r\n",
    "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\n",
    "RCPT TO:<b@x>\r\nRCPT TO:<no@x>\r\nRCPT TO:<c@x>\r\nRCPT TO:<d@x>\r\nRCPT TO:<e@x>\r\n",
];

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
        let task = match event {
            Event::Command { command, .. } => {
                let line = String::from_utf8_lossy(&command.to_bytes()).into_owned();
                let task = match command {
                    _ if line.contains("<no@") => Task::Send(b"450 4.2.0 later\r\n"),
                    Command::Bdat(bdat) if bdat.size == 7 => Task::RejectBody(b"451 4.3.0 no\r\n"),
                    Command::Data | Command::Bdat(_) => Task::AcceptBody,
                    Command::Auth(auth) if auth.initial_response().is_none() => Task::Challenge,
                    Command::Auth(_) => Task::Finish(b"235 2.7.0 welcome\r\n"),
                    _ => Task::Accept,
                };
                self.log.push(line);
                Some(task)
            }
            Event::BodyChunk(data) => {
                self.log.push(data.escape_ascii().to_string());
                None
            }
            Event::BodyEnd(end) => {
                self.log.push(format!("{end:?}"));
                match end.refused {
                    Some(_) => None,
                    None if end.last => Some(Task::Results),
                    None => Some(Task::Accept),
                }
            }
            Event::AuthResponse(_) => Some(Task::Finish(b"535 5.7.8 no\r\n")),
            other => {
                self.log.push(format!("{other:?}"));
                None
            }
        };
        self.tasks.extend(task);
    }

    fn work(&mut self) {
        let server = &mut self.server;
        let reply = |wire| Reply::parse(wire).unwrap();
        match self.tasks.pop_front() {
            None => {}
            Some(Task::Accept) => server.accept().unwrap(),
            Some(Task::Send(wire)) => server.send(&reply(wire)).unwrap(),
            Some(Task::AcceptBody) => server.accept_body().unwrap(),
            Some(Task::RejectBody(wire)) => server.reject_body(&reply(wire)).unwrap(),
            Some(Task::Challenge) => server.challenge_auth(b"").unwrap(),
            Some(Task::Finish(wire)) => server.finish_auth(&reply(wire)).unwrap(),
            // One for the message, or one for each: until something else is owed, or nothing.
            Some(Task::Results) => {
                while server.recipients() > 0 {
                    server.accept().unwrap();
                }
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
    let hello: &[u8] =
        if config.protocol == Protocol::Lmtp { b"LHLO a\r\n" } else { b"EHLO a\r\n" };
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    server.receive(hello).unwrap();
    server.accept().unwrap();
    server.transmitted(usize::MAX);
    let mut run = Run { server, tasks: VecDeque::new(), log: Vec::new() };
    (at_pace(&mut run, script, pace), run.log)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn answers_may_be_late(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24),
        pace in proptest::collection::vec(any::<u8>(), 1..40),
        lmtp in any::<bool>(),
        transmit in proptest::sample::select(vec![0_usize, 40, 100_000]),
        pipeline in 1..=16_u8,
    ) {
        let mut config = with_auth();
        config.limits.bad_commands = 100;
        config.limits.bad_commands_early = 100;
        if lmtp {
            config.protocol = Protocol::Lmtp;
        }
        let script = pieces.concat();
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
