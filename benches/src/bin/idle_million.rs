//! A million idle IMAP servers with their share of one configuration: what they take of memory.
//!
//! Each is greeted and logged in, has a mailbox open and a command behind it, and waits in IDLE.

use std::sync::Arc;

use mailwire_imap::server::{Event, Server, ServerConfig};
use mailwire_imap::{Machine, Wait};

/// What they may take: 300 MiB.
const MOST: u64 = 300 * 1024;

fn main() {
    let count =
        std::env::args().nth(1).map_or(1_000_000, |n| n.parse().expect("COUNT is a number"));
    let mut config = ServerConfig::new("mail.example.org").expect("the name is a text");
    config.implicit_tls = true;
    let config = Arc::new(config);
    let before = resident();
    let servers: Vec<Server> = (0..count).map(|_| idle(&config)).collect();
    let used = resident().saturating_sub(before);
    assert!(servers.iter().all(|server| server.waiting_for() == Wait::Command));
    println!("{count} servers of {} octets: {used} KiB resident", size_of::<Server>());
    assert!(count > 1_000_000 || used < MOST, "more than {MOST} KiB");
}

/// A server whose client waits for what is new.
fn idle(config: &Arc<ServerConfig>) -> Server {
    let mut server = Server::new(Arc::clone(config));
    server.greet().expect("it is the first word");
    for line in
        [&b"A1 LOGIN user pass\r\n"[..], b"A2 SELECT INBOX\r\n", b"A3 NOOP\r\n", b"A4 IDLE\r\n"]
    {
        let received = server.receive(line).expect("it is a command");
        let Some(Event::Command { ticket, .. }) = received.event else { panic!("it is a command") };
        server.accept(ticket).expect("it is in progress");
        server.transmitted(usize::MAX);
    }
    server
}

/// What the process has in memory, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}
