//! A tour of mailwire: an SMTP and an LMTP server in this process, on loopback, real messages delivered
//! to them through the client machines, a POP3 server that gives them back, and an IMAP server that keeps
//! them.
//!
//! Each line of the dialogue is shown with its direction, what it was parsed into, and the state
//! behind it. The program checks what arrived against what was sent and exits with 1 when they
//! differ.

mod client;
mod dialogue;
mod imap;
mod message;
mod pop3;
mod server;
mod store;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mailwire_smtp::server::Protocol;
use peak_alloc::PeakAlloc;

use self::client::Job;
use self::dialogue::Dialogue;
use self::message::Text;
use self::store::Store;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Octets of the large message.
const LARGE: u64 = 64 << 20;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // A reader that has seen enough is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "tour: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<bool> {
    let dialogue = Dialogue::new();
    let mut good = true;
    good &=
        small(&dialogue, Protocol::Smtp, "SMTP: authentication, one message, three recipients")?;
    good &= small(&dialogue, Protocol::Lmtp, "LMTP: the same message, one result per recipient")?;
    good &= chunked(&dialogue)?;
    good &= large(&dialogue)?;
    good &= retrieved(&dialogue)?;
    good &= kept(&dialogue)?;
    let verdict = if good { "everything arrived as it was sent" } else { "something differs" };
    dialogue.title(verdict)?;
    Ok(good)
}

/// A message with every trap for dots, with the dialogue shown.
fn small(dialogue: &Dialogue, protocol: Protocol, title: &str) -> io::Result<bool> {
    dialogue.title(title)?;
    let store = Store::default();
    let server = server::start(protocol, &store)?;
    let message = Text::small();
    let job = Job { to: &["bob", "full", "nobody", "carol"], chunked: false, message };
    let outcomes = client::deliver(server.address, protocol, &job, Some(dialogue), &mut |_| {})?;
    server.join()?;
    dialogue.outcomes(&outcomes)?;
    let expected = match protocol {
        Protocol::Smtp => ["delivered", "delivered", "permanent", "delivered"],
        Protocol::Lmtp => ["delivered", "temporary", "permanent", "delivered"],
    };
    let as_expected = outcomes.iter().map(|outcome| outcome.kind).eq(expected);
    dialogue.check("each recipient has the outcome that is its own", as_expected)?;
    check_store(dialogue, &store, message).map(|same| same && as_expected)
}

/// A message in chunks: counted, without dots.
fn chunked(dialogue: &Dialogue) -> io::Result<bool> {
    dialogue.title("SMTP: the message in chunks")?;
    let store = Store::default();
    let server = server::start(Protocol::Smtp, &store)?;
    let message = Text::small();
    let job = Job { to: &["bob"], chunked: true, message };
    let outcomes =
        client::deliver(server.address, Protocol::Smtp, &job, Some(dialogue), &mut |_| {})?;
    server.join()?;
    dialogue.outcomes(&outcomes)?;
    check_store(dialogue, &store, message)
}

/// A message that is much larger than what either side may hold.
fn large(dialogue: &Dialogue) -> io::Result<bool> {
    dialogue.title("SMTP: 64 MiB, streamed")?;
    let store = Store::default();
    let server = server::start(Protocol::Smtp, &store)?;
    let message = Text::of(LARGE);
    let bar = progress(LARGE);
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let job = Job { to: &["bob"], chunked: false, message };
    let outcomes = client::deliver(server.address, Protocol::Smtp, &job, None, &mut |sent| {
        bar.set_position(sent)
    })?;
    server.join()?;
    let peak = HEAP.peak_usage().saturating_sub(before);
    bar.finish_and_clear();
    dialogue.outcomes(&outcomes)?;
    dialogue.note(&format!(
        "peak heap of both machines, their buffers and the program around them: {} KiB",
        peak / 1024
    ))?;
    let constant = peak < 2 << 20;
    dialogue.check("memory does not depend on the size of the message", constant)?;
    check_store(dialogue, &store, message).map(|same| same && constant)
}

/// What SMTP delivered, over POP3: the small message with its dialogue, and the large one in constant
/// memory.
fn retrieved(dialogue: &Dialogue) -> io::Result<bool> {
    dialogue.title("POP3: the message, retrieved and removed")?;
    let small = pop3::retrieve(Text::small(), Some(dialogue))?;
    let same = small.summary == Text::small().summary();
    dialogue.check("what was retrieved is what was sent", same)?;
    dialogue.check("QUIT removed what DELE marked", small.removed == 1)?;
    dialogue.title("POP3: 64 MiB, streamed")?;
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let large = pop3::retrieve(Text::of(LARGE), None)?;
    let peak = HEAP.peak_usage().saturating_sub(before);
    dialogue.note(&format!("peak heap of both machines: {} KiB", peak / 1024))?;
    let whole = large.summary == Text::of(LARGE).summary();
    dialogue.check("what was retrieved is what was sent", whole)?;
    let constant = peak < 2 << 20;
    dialogue.check("memory does not depend on the size of the message", constant)?;
    Ok(same && small.removed == 1 && whole && constant)
}

/// What SMTP delivered, over IMAP: the small message with its dialogue, and the large one in constant
/// memory.
fn kept(dialogue: &Dialogue) -> io::Result<bool> {
    dialogue.title("IMAP: the message, read, appended, awaited, moved and removed")?;
    let good = imap::tour(dialogue)?;
    dialogue.title("IMAP: 64 MiB, streamed")?;
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let large = imap::stream(Text::of(LARGE))?;
    let peak = HEAP.peak_usage().saturating_sub(before);
    dialogue.note(&format!("peak heap of both machines: {} KiB", peak / 1024))?;
    let whole = large == Text::of(LARGE).summary();
    dialogue.check("what was fetched is what was sent", whole)?;
    let constant = peak < 2 << 20;
    dialogue.check("memory does not depend on the size of the message", constant)?;
    Ok(good && whole && constant)
}

fn check_store(dialogue: &Dialogue, store: &Store, message: Text) -> io::Result<bool> {
    let stored = store.messages();
    let sent = message.summary();
    let same = stored.len() == 1 && stored.iter().all(|stored| stored.summary == sent);
    for stored in &stored {
        dialogue.note(&format!(
            "stored {} octets, checksum {:08x}, from {} for {}",
            stored.summary.octets,
            stored.summary.checksum,
            stored.from,
            stored.to.join(" "),
        ))?;
    }
    dialogue.check("what arrived is what was sent", same)?;
    Ok(same)
}

/// A bar on a terminal; nothing in a pipe.
fn progress(octets: u64) -> ProgressBar {
    let target = if io::stdout().is_terminal() {
        ProgressDrawTarget::stdout()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(octets), target);
    let template = "  {bar:40.cyan} {bytes}/{total_bytes} {bytes_per_sec}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
