//! Quirks of ENVELOPE.

use super::D;
use super::Want::{Legal, Tolerated};
use super::What::{self, Server};
use super::look::*;

pub(super) fn rows() -> Vec<(u8, What)> {
    vec![
        (
            62,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL \"<a@b>\"))\r\n",
                Tolerated(&[D::ShortEnvelope]),
                Some(b"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL \"<a@b>\" NIL))\r\n"),
                |r| envelope(r).in_reply_to.is_some() && envelope(r).message_id.is_none(),
            ),
        ),
        (
            63,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL (NIL(NIL NIL \"u\" \"d\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                Tolerated(&[D::NilInList]),
                Some(
                    b"* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL \"u\" \"d\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                ),
                |r| from(r).len() == 1,
            ),
        ),
        (
            63,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL () NIL NIL NIL NIL NIL NIL NIL))\r\n",
                Tolerated(&[D::EmptyList]),
                Some(b"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))\r\n"),
                |r| from(r).is_empty(),
            ),
        ),
        (
            64,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL \"a\" \"b\") (NIL NIL \"c\" \"d\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                Tolerated(&[D::SpaceBetweenItems]),
                Some(
                    b"* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                ),
                |r| from(r).len() == 2,
            ),
        ),
        (
            65,
            Server(
                b"* 1 FETCH (ENVELOPE ((NIL \"x\" NIL NIL NIL NIL NIL NIL NIL NIL)))\r\n",
                Tolerated(&[D::WrappedEnvelope]),
                Some(b"* 1 FETCH (ENVELOPE (NIL \"x\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n"),
                |r| envelope(r).subject.is_some(),
            ),
        ),
        (
            66,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL ((\"<a@b>\" NIL \"=?utf-8?Q?\"x\"?=\" NIL)) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                Tolerated(&[D::UnescapedQuote]),
                Some(
                    b"* 1 FETCH (ENVELOPE (NIL NIL ((\"<a@b>\" NIL \"=?utf-8?Q?\\\"x\\\"?=\" NIL)) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                ),
                |r| from(r) == [(Some("<a@b>".into()), None)],
            ),
        ),
        (
            67,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL \"MISSING_MAILBOX\" \".MISSING-HOST-NAME.\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                Legal,
                None,
                |r| envelope(r).from.iter().all(|address| address.is_placeholder()),
            ),
        ),
        (
            68,
            Server(
                b"* 1 FETCH (ENVELOPE (\"yesterday\" NIL ((\"\" NIL \"u\" \"d\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                Legal,
                None,
                |r| from(r) == [(Some(String::new()), Some("d".into()))],
            ),
        ),
        (
            69,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL \"team\" NIL)(NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                Legal,
                None,
                |r| envelope(r).from.entries().count() == 2 && from(r).len() == 2,
            ),
        ),
    ]
}
