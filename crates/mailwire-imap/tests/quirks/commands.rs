//! Quirks of commands, behaviour, and the rest.

use mailwire_imap::code::Code;
use mailwire_imap::family::fetch::FetchItem;
use mailwire_imap::{Command, StatusKind};

use super::D;
use super::Want::{Legal, Tolerated};
use super::What::{self, Client, Left, Server, Tested};
use super::look::*;

pub(super) fn rows() -> Vec<(u8, What)> {
    vec![
        (86, Tested("src/element/sequence/tests.rs", "normal_forms_ascend_and_neither_touch_nor_overlap")),
        (87, Left("builders of sets write `*` only where the caller says so")),
        (88, Tested(CLIENT, "quirks_27_and_88_profiles_mask_and_bound")),
        (
            89,
            Client(
                b"A1 FETCH 1 BODY[HEADER.FIELDS (DATE)]\r\n",
                Legal,
                Some(b"A1 FETCH 1 (BODY[HEADER.FIELDS (DATE)])\r\n"),
                |c| matches!(c, Command::Fetch(_)),
            ),
        ),
        (90, Tested(CLIENT, "quirk_90_a_go_ahead_for_a_literal_that_does_not_wait")),
        (91, Tested(CLIENT, "quirk_91_a_literal_is_refused")),
        (92, Tested(CLIENT, "quirk_92_and_limits_of_literal_minus")),
        (93, Tested(CLIENT, "quirk_93_what_is_missing_is_not_waited_for")),
        (94, Tested(CLIENT, "quirk_94_a_late_go_ahead_of_idle")),
        (
            95,
            Client(
                b"A1 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 0)\r\n",
                Tolerated(&[D::ZeroNumber]),
                None,
                |c| matches!(c, Command::UidFetch(_)),
            ),
        ),
        (95, Tested(CLIENT, "quirk_95_answers_may_come_in_any_order")),
        (96, Tested(CLIENT, "quirk_96_a_failure_that_is_a_challenge")),
        (97, Tested(CLIENT, "quirk_97_an_exchange_goes_its_rounds")),
        (98, Tested(CLIENT, "quirk_98_login_succeeds_and_nothing_behind_it")),
        (99, Tested(CLIENT, "quirk_99_starttls_under_a_policy")),
        (100, Tested(CLIENT, "quirk_100_capabilities_are_learned_again")),
        (
            101,
            Server(
                b"* 3 FETCH (UID 123MODSEQ (9))\r\n",
                Tolerated(&[D::MissingSpace]),
                Some(b"* 3 FETCH (UID 123 MODSEQ (9))\r\n"),
                |r| items(r) == (0, 2) && fetch(r).mod_seq().is_some(),
            ),
        ),
        (
            102,
            Server(
                b"A1 OK [Error=\"Microsoft.Exchange: ]x\" Proxy=X:1993:SSL] AUTHENTICATE completed.\r\n",
                Tolerated(&[D::InvalidItem]),
                None,
                |r| status(r).0 == StatusKind::Ok && text(r, b"AUTHENTICATE completed."),
            ),
        ),
        (103, Server(b"* NOOP\r\n", Legal, None, is_other)),
        (
            104,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL ((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL)) NIL NIL NIL NIL))\r\n",
                Legal,
                None,
                |r| envelope(r).to.entries().count() == 1,
            ),
        ),
        (
            105,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL ((NIL NIL \"a\" \"b\") (NIL NIL \"c\" \"d\")) NIL NIL NIL NIL))\r\n",
                Tolerated(&[D::SpaceBetweenItems]),
                Some(
                    b"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL ((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\")) NIL NIL NIL NIL))\r\n",
                ),
                |r| envelope(r).to.len() == 2,
            ),
        ),
        (106, Server(b"* OK [PERMANENTFLAGS ()] x\r\n", Legal, None, |r| flags(r).is_empty())),
        (107, Server(b"* VERSION 4) of (x\r\n", Legal, None, is_other)),
        (107, Server(b"* XSERVERINFO MANAGEACCOUNTURL http://x\r\n", Legal, None, is_other)),
        (
            107,
            Server(
                b"* OK [NETSCAPE] x\r\n",
                Legal,
                None,
                |r| matches!(code(r), Code::Other(_)),
            ),
        ),
        (
            107,
            Server(
                b"* 1 FETCH (UID 7 XSENDER \"x\")\r\n",
                Legal,
                None,
                |r| fetch(r).items().any(|item| matches!(item, FetchItem::Other(_))),
            ),
        ),
        (108, Tested("src/server/tests.rs", "answers_that_a_command_cannot_have")),
        (109, Tested(CLIENT, "quirk_109_expunge_during_uid_fetch")),
        (
            110,
            Server(
                b"A1 OK [COPYUID 1 2 3] done\r\n",
                Legal,
                None,
                |r| matches!(code(r), Code::CopyUid(_)),
            ),
        ),
        (110, Left("whose UIDVALIDITY it is cannot be seen")),
        (
            111,
            Server(
                b"* FLAGS (\\* $Junk)\r\n",
                Tolerated(&[D::WildcardFlag]),
                Some(b"* FLAGS ($Junk)\r\n"),
                |r| flags(r).len() == 1,
            ),
        ),
        (
            112,
            Server(
                b"* 1 FETCH (PREVIEW (FUZZY \"text\"))\r\n",
                Tolerated(&[D::FuzzyPreview]),
                Some(b"* 1 FETCH (PREVIEW \"text\")\r\n"),
                |r| fetch(r).preview() == Some(b"text"),
            ),
        ),
        (
            113,
            Server(
                b"A1 NO [REFERRAL imap://u;AUTH=*@h/;x] there\r\n",
                Legal,
                None,
                |r| matches!(code(r), Code::Referral(url) if url.as_bytes() == b"imap://u;AUTH=*@h/;x"),
            ),
        ),
        (
            114,
            Server(
                b"* ESEARCH (TAG A1) UID COUNT 5\r\n",
                Legal,
                Some(b"* ESEARCH (TAG \"A1\") UID COUNT 5\r\n"),
                |r| esearch(r).correlator.is_of("A1") && esearch(r).count() == Some(5),
            ),
        ),
    ]
}
