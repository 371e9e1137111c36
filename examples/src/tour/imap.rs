//! IMAP: reads what SMTP delivered, adds to it, watches it, and takes it away; and comes back later.

mod client;
mod mail;
mod server;

use std::io;

use mailwire_imap::element::flag::Flag;

use mailwire_smtp::server::Protocol;

use self::client::Session;
use self::mail::{ARCHIVE, Content, INBOX, Shared};
use super::client::{self as smtp, Job};
use super::dialogue::Dialogue;
use super::message::{Summary, Text};
use super::store::Store;

/// Reads, appends, idles, moves, removes, and resynchronises; true when all of it is as it should be.
pub(crate) fn tour(dialogue: &Dialogue) -> io::Result<bool> {
    let message = Text::small();
    let mail = Shared::default();
    deliver(&mail, message)?;
    deliver(&mail, message)?;
    let mut good = true;
    let mut check = |what: &str, as_expected: bool| {
        good &= as_expected;
        dialogue.check(what, as_expected)
    };
    let server = server::start(&mail)?;
    let mut session = Session::open(server.address, Some(dialogue))?;
    session.select("INBOX")?;
    let found = session.search("dots")?;
    check("the search finds both messages", found == [1, 2])?;
    let described = session.describe(1)?;
    let body = message.body();
    check(
        "its envelope and its structure are those of what was sent",
        described.subject == "dots"
            && described.from == "alice@client.example"
            && described.size == message.octets()
            && (described.octets, described.lines) == body,
    )?;
    check("what was fetched is what was sent", session.fetch(1)? == message.summary())?;
    let appended = session.append("INBOX", message)?;
    check("the message that was appended is the third", appended == 3)?;
    check("what was appended is stored", mail.summary(INBOX, appended) == Some(message.summary()))?;
    let pushed = session.idle(|| deliver(&mail, message))?;
    check("while the client idles, the server tells of a fourth", pushed == 4)?;
    let moved = session.move_to(1, "Archive")?;
    check("the first is in the archive", mail.summary(ARCHIVE, moved) == Some(message.summary()))?;
    session.remove(3)?;
    check("the view of the client is the mailbox", session.uids() == mail.uids(INBOX))?;
    let cached = session.remember();
    session.close()?;
    server.join()?;

    dialogue.title("IMAP: back again, to hear what changed in the meantime")?;
    deliver(&mail, message)?;
    deliver(&mail, message)?;
    mail.flag(2, &Flag::Flagged);
    mail.remove(4);
    let server = server::start(&mail)?;
    let mut session = Session::open(server.address, Some(dialogue))?;
    let changes = session.resynchronise(cached)?;
    check("the server tells what is gone", changes.gone == [4])?;
    check("the server tells what has other flags", changes.flags == [2])?;
    check("the server tells what is new", changes.new == [5, 6])?;
    check("the view of the client is the mailbox", session.uids() == mail.uids(INBOX))?;
    session.close()?;
    server.join()?;
    Ok(good)
}

/// Delivers a message by SMTP; what came of it goes to INBOX.
fn deliver(mail: &Shared, message: Text) -> io::Result<()> {
    let store = Store::default();
    let server = super::server::start(Protocol::Smtp, &store)?;
    let job = Job { to: &["bob"], chunked: false, message };
    smtp::deliver(server.address, Protocol::Smtp, &job, None, &mut |_| {})?;
    server.join()?;
    store.take().into_iter().for_each(|stored| mail.deliver(Content::Held(stored.octets)));
    Ok(())
}

/// Fetches a large message, which neither side holds.
pub(crate) fn stream(message: Text) -> io::Result<Summary> {
    let mail = Shared::new([Content::Made(message)]);
    let server = server::start(&mail)?;
    let mut session = Session::open(server.address, None)?;
    session.select("INBOX")?;
    let summary = session.fetch(1)?;
    session.close()?;
    server.join()?;
    Ok(summary)
}
