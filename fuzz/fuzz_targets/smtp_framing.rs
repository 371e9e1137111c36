//! Lines and replies come out the same however the input is cut.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_core::line::{Framed, LineEnding, LineFramer};
use mailwire_fuzz::{Sizes, feed, two_ways};
use mailwire_smtp::Limits;
use mailwire_smtp::framing::{ReplyFrame, ReplyFramer};

const LIMIT: usize = 64;

#[derive(Debug, PartialEq)]
enum Seen {
    Line(Vec<u8>, LineEnding),
    TooLong,
}

fn lines(sizes: Sizes, input: &[u8]) -> Vec<Seen> {
    let (mut framer, mut seen) = (LineFramer::new(), Vec::new());
    feed(&sizes.cut(input), |buffer| match framer.frame(buffer, LIMIT) {
        Framed::Line { text, ending, consumed } => {
            assert!(consumed <= LIMIT && !text.contains(&b'\n'));
            seen.push(Seen::Line(text.to_vec(), ending));
            Some(consumed)
        }
        Framed::More => None,
        Framed::Skipping { consumed } => Some(consumed),
        Framed::TooLong { consumed } => {
            seen.push(Seen::TooLong);
            Some(consumed)
        }
    });
    seen
}

/// The replies, and whether a limit ended them: nothing is framed behind that.
fn replies(sizes: Sizes, input: &[u8]) -> (Vec<Vec<u8>>, Option<&'static str>) {
    let mut limits = Limits::default();
    (limits.reply_line, limits.reply) = (LIMIT, 3 * LIMIT);
    let (mut framer, mut seen, mut over) = (ReplyFramer::new(), Vec::new(), None);
    feed(&sizes.cut(input), |buffer| {
        if over.is_some() {
            return None;
        }
        match framer.frame(buffer, &limits) {
            ReplyFrame::Reply(reply) => {
                assert!(reply.len() <= limits.reply && reply.ends_with(b"\n"));
                seen.push(reply.to_vec());
                Some(reply.len())
            }
            ReplyFrame::More => None,
            ReplyFrame::TooLong { name, .. } => {
                over = Some(name);
                None
            }
        }
    });
    (seen, over)
}

fuzz_target!(|data: &[u8]| {
    let Some((a, b, input)) = two_ways(data) else { return };
    assert_eq!(lines(a, input), lines(b, input));
    assert_eq!(replies(a, input), replies(b, input));
});
