//! Quirks of status responses, codes and lines.

use mailwire_imap::code::Code;
use mailwire_imap::{Data, Response, StatusKind};

use super::D;
use super::Want::{Guessed, Legal, Refused, Tolerated};
use super::What::{self, Server, Tested};
use super::look::*;

pub(super) fn rows() -> Vec<(u8, What)> {
    vec![
        (
            1,
            Server(b"A1 OK\r\n", Tolerated(&[D::MissingText]), Some(b"A1 OK \r\n"), |r| {
                text(r, b"")
            }),
        ),
        (
            1,
            Server(b"* OK\r\n", Tolerated(&[D::MissingText]), Some(b"* OK \r\n"), |r| text(r, b"")),
        ),
        (
            2,
            Server(
                b"* OK [HIGHESTMODSEQ 9195383]\r\n",
                Tolerated(&[D::MissingText]),
                Some(b"* OK [HIGHESTMODSEQ 9195383] \r\n"),
                |r| matches!(code(r), Code::HighestModSeq(value) if value.get() == 9_195_383),
            ),
        ),
        (
            3,
            Server(
                b"+\r\n",
                Tolerated(&[D::MissingText]),
                Some(b"+ \r\n"),
                |r| matches!(r, Response::Continue(request) if request.text().is_empty()),
            ),
        ),
        (
            4,
            Server(
                b"+ OK foo bar\r\n",
                Legal,
                None,
                |r| matches!(r, Response::Continue(request) if request.text().as_bytes() == b"OK foo bar"),
            ),
        ),
        (4, Tested("tests/hostile_answers.rs", "imap_c_46_challenges_without_end")),
        (
            5,
            Server(
                b"[COPYUID 124 10 233] done\r\n",
                Tolerated(&[D::MissingStatus]),
                Some(b"* OK [COPYUID 124 10 233] done\r\n"),
                |r| matches!(code(r), Code::CopyUid(_)),
            ),
        ),
        (
            6,
            Server(
                b"* [COPYUID 1 2 3] done\r\n",
                Guessed(&[D::MissingStatus]),
                Some(b"* OK [COPYUID 1 2 3] done\r\n"),
                |r| matches!(code(r), Code::CopyUid(_)) && text(r, b"done"),
            ),
        ),
        (
            7,
            Server(b"A5 OK [COPYUID 38505  ] done\r\n", Tolerated(&[D::EmptyUidSet]), None, |r| {
                matches!(code(r), Code::CopyUid(_)) && text(r, b"done")
            }),
        ),
        (8, Tested(CLIENT, "quirk_8_copyuid_stands_where_it_likes")),
        (
            9,
            Server(
                b"* OK [UIDNEXT 0] x\r\n",
                Tolerated(&[D::ZeroNumber]),
                None,
                |r| matches!(code(r), Code::UidNext(number) if number.get().is_none()),
            ),
        ),
        (9, Server(b"* OK [UIDVALIDITY 0] x\r\n", Tolerated(&[D::ZeroNumber]), None, anything)),
        (9, Server(b"* OK [UNSEEN 0] x\r\n", Tolerated(&[D::ZeroNumber]), None, anything)),
        (
            10,
            Server(
                b"* OK [NEWNAME old new] x\r\n",
                Legal,
                None,
                |r| matches!(code(r), Code::Other(other) if other.name() == b"NEWNAME"),
            ),
        ),
        (
            10,
            Server(b"* OK [MYRIGHTS \"acdil]rsw\"] ACL\r\n", Legal, None, |r| {
                matches!(code(r), Code::Other(_)) && text(r, b"ACL")
            }),
        ),
        (
            11,
            Server(b"* BAD [ALERT] Please enable IMAP\r\n", Legal, None, |r| {
                matches!(code(r), Code::Alert) && status(r).0 == StatusKind::Bad
            }),
        ),
        (11, Tested(CLIENT, "quirk_11_an_alert_in_place_of_an_answer")),
        (12, Tested(CLIENT, "quirk_12_bye_without_end")),
        (
            13,
            Server(b"A3 NO [LIMIT] UID FETCH Rate limit hit.\r\n", Legal, None, |r| {
                matches!(code(r), Code::Limit)
            }),
        ),
        (13, Tested(CLIENT, "quirk_13_an_answer_behind_bye")),
        (
            14,
            Server(
                b"Server Unavailable. 15\r\n",
                Refused("resp-cond-state", "the client tells its line, and stays in step"),
                None,
                anything,
            ),
        ),
        (14, Tested(CLIENT, "quirks_14_to_17_what_is_no_response")),
        (15, Tested(CLIENT, "quirks_14_to_17_what_is_no_response")),
        (
            16,
            Server(
                b"*  1688 EXISTS\r\n",
                Tolerated(&[D::ExtraSpaces]),
                Some(b"* 1688 EXISTS\r\n"),
                |r| matches!(r, Response::Data(Data::Exists(number)) if number.0 == 1688),
            ),
        ),
        (16, Tested(CLIENT, "quirks_14_to_17_what_is_no_response")),
        (
            17,
            Server(b"* 5 EXISTS\n", Tolerated(&[D::BareLfLine]), Some(b"* 5 EXISTS\r\n"), anything),
        ),
        (17, Tested(CLIENT, "quirks_14_to_17_what_is_no_response")),
        (18, Tested("tests/hostile_server.rs", "x_10_another_protocol_is_not_talked_to")),
        (19, Tested(CLIENT, "quirk_19_a_stale_tag_ends_nothing")),
        (
            20,
            Server(b"A1 OK FETCH completed [THROTTLED]\r\n", Legal, None, |r| {
                status(r).1.is_none() && text(r, b"FETCH completed [THROTTLED]")
            }),
        ),
        (21, Server(b"* OK Willk\xfcmmen\r\n", Legal, None, |r| text(r, b"Willk\xfcmmen"))),
        (22, Tested("src/framing/tests/cuts.rs", "responses_in_all_cuts")),
    ]
}
