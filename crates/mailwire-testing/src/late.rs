//! An application that answers late, and a driver that writes little at a time.

use std::fmt::Debug;

use mailwire_core::{Machine, Wait};

/// An application behind a server, with what it has still to do.
pub trait Late {
    /// The server.
    type Server: Machine<Error: Debug>;

    /// The machine.
    fn server(&mut self) -> &mut Self::Server;

    /// Takes note of what happened, and of what is to be done about it.
    fn event(&mut self, event: <Self::Server as Machine>::Event<'_>);

    /// Does what is due first.
    fn work(&mut self);

    /// How much is due.
    fn due(&self) -> usize;

    /// Does nothing any more: the session is over.
    fn give_up(&mut self);

    /// What the application heard.
    fn log(&mut self) -> &mut Vec<String>;

    /// Answers that the server owes.
    fn owed(&self) -> usize;

    /// True when the server is over.
    fn is_closed(&self) -> bool;
}

/// Gives the script to the server, while application and driver take their time by the numbers of `pace`; what
/// the server said. Nothing may wait for good.
pub fn at_pace(late: &mut impl Late, script: &[u8], pace: &[u8]) -> Vec<u8> {
    let mut pace = pace.iter().copied().cycle();
    let mut next = move || usize::from(pace.next().unwrap_or(255));
    let (mut input, mut output) = (script, Vec::new());
    let mut idle = 0;
    while idle < 300 {
        let before = (input.len(), output.len(), late.due(), late.log().len());
        let out: Vec<u8> = late.server().transmit().slices().flatten().copied().collect();
        let some = out.len().min(next());
        output.extend_from_slice(&out[..some]);
        late.server().transmitted(some);
        // All that is there, until there is no event.
        loop {
            let received = match late.server().receive(input) {
                Ok(received) => received,
                Err(error) => {
                    let line = format!("{error:?}");
                    if late.log().last() != Some(&line) {
                        late.log().push(line);
                    }
                    late.give_up();
                    break;
                }
            };
            input = &input[received.consumed..];
            match received.event {
                Some(event) => late.event(event),
                None => break,
            }
        }
        if next() & 1 != 0 {
            late.work();
        }
        let after = (input.len(), output.len(), late.due(), late.log().len());
        idle = if before == after { idle + 1 } else { 0 };
    }
    assert!(late.server().transmit().is_empty() && late.due() == 0, "{} due", late.due());
    if !late.is_closed() {
        assert!(input.is_empty(), "not taken: {}", input.escape_ascii());
        assert_eq!(late.owed(), 0);
        let waiting = late.server().waiting_for();
        assert!(matches!(waiting, Wait::Command), "{waiting:?}");
    }
    output
}
