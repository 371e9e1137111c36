//! Quirks of capabilities, mailboxes, flags and searches.

use mailwire_imap::code::Code;
use mailwire_imap::family::status::{AppendLimit, StatusItem};
use mailwire_imap::{Command, Data, Mode, Response};

use super::D;
use super::Want::{Legal, Tolerated};
use super::What::{self, Client, Left, Server, Tested};
use super::look::*;

pub(super) fn rows() -> Vec<(u8, What)> {
    vec![
        (
            23,
            Server(
                b"* CAPABILITY IMAP4rev1 \r\n",
                Tolerated(&[D::TrailingSpace]),
                Some(b"* CAPABILITY IMAP4rev1\r\n"),
                |r| capabilities(r) == ["IMAP4rev1"],
            ),
        ),
        (
            24,
            Server(b"* CAPABILITY IMAP4rev1 LITERAL + IDLE\r\n", Legal, None, |r| {
                capabilities(r) == ["IMAP4rev1", "LITERAL", "+", "IDLE"]
            }),
        ),
        (
            25,
            Server(b"* CAPABILITY IMAP4rev2 XPRIVATE=1\r\n", Legal, None, |r| {
                capabilities(r) == ["IMAP4rev2", "XPRIVATE=1"]
            }),
        ),
        (26, Tested(CLIENT, "quirk_26_ok_to_enable_alone")),
        (27, Tested(CLIENT, "quirks_27_and_88_profiles_mask_and_bound")),
        (
            28,
            Server(
                b"* ID (\"name\" \"x\" )\r\n",
                Tolerated(&[D::TrailingSpace]),
                Some(b"* ID (\"name\" \"x\")\r\n"),
                anything,
            ),
        ),
        (
            28,
            Server(
                b"* ID (support-url https://x.y name Proton)\r\n",
                Tolerated(&[D::AtomForString]),
                Some(b"* ID (\"support-url\" \"https://x.y\" \"name\" \"Proton\")\r\n"),
                anything,
            ),
        ),
        (28, Client(b"A1 ID NIL\r\n", Legal, None, |c| matches!(c, Command::Id(_)))),
        (
            29,
            Server(
                b"* LIST (\\HasNoChildren) \"/\" INBOX/Da\tOggetto\t1\r\n",
                Tolerated(&[D::UnquotedMailbox]),
                Some(b"* LIST (\\HasNoChildren) \"/\" \"INBOX/Da\tOggetto\t1\"\r\n"),
                |r| listed(r).1 == b"INBOX/Da\tOggetto\t1",
            ),
        ),
        (30, Server(b"* LIST (\\Noselect) \"/\" \"\"\r\n", Legal, None, |r| listed(r) == (1, b""))),
        (
            31,
            Server(b"* LIST () NIL NIL\r\n", Legal, Some(b"* LIST () NIL \"NIL\"\r\n"), |r| {
                listed(r) == (0, b"NIL")
            }),
        ),
        (32, Server(b"* LIST () \"/\" /INBOX/x\r\n", Legal, None, |r| listed(r).1 == b"/INBOX/x")),
        (
            33,
            Server(
                b"* LIST (\\NonExistent \\UnMarked \\Inbox \\X) \"/\" a\r\n",
                Legal,
                Some(b"* LIST (\\NonExistent \\Unmarked \\Inbox \\X) \"/\" a\r\n"),
                |r| listed(r).0 == 4,
            ),
        ),
        (
            34,
            Server(b"* LSUB (\\Sent \\HasNoChildren) \"/\" Sent\r\n", Legal, None, |r| {
                listed(r).0 == 2
            }),
        ),
        (34, Left("LSUB carries what LIST does; what a server says in it is the application's")),
        (
            35,
            Server(
                b"* LIST () \"/\" Entw\xc3\xbcrfe\r\n",
                Tolerated(&[D::EightBitMailbox]),
                Some(b"* LIST () \"/\" {9}\r\nEntw\xc3\xbcrfe\r\n"),
                |r| listed(r).1 == "Entw\u{fc}rfe".as_bytes(),
            ),
        ),
        (
            35,
            Server(b"* LIST () \"/\" a&b\r\n", Legal, None, |r| match r {
                Response::Data(Data::List(data)) => data.mailbox.decode(Mode::REV1).is_err(),
                _ => false,
            }),
        ),
        (
            36,
            Client(
                b"A1 CREATE \"folder/\"\r\n",
                Legal,
                Some(b"A1 CREATE folder/\r\n"),
                |c| matches!(c, Command::Create(create) if create.mailbox.as_bytes() == b"folder/"),
            ),
        ),
        (37, Server(b"* NAMESPACE ((\"\" \".\")) NIL NIL\r\n", Legal, None, anything)),
        (
            37,
            Server(
                b"* NAMESPACE ((\"x\")) NIL NIL\r\n",
                Tolerated(&[D::InvalidItem]),
                None,
                anything,
            ),
        ),
        (
            38,
            Server(
                b"* STATUS INBOX (MESSAGES 0) \r\n",
                Tolerated(&[D::TrailingSpace]),
                Some(b"* STATUS INBOX (MESSAGES 0)\r\n"),
                |r| facts(r) == (b"INBOX".to_vec(), 1),
            ),
        ),
        (38, Server(b"* STATUS INBOX ()\r\n", Legal, None, |r| facts(r) == (b"INBOX".to_vec(), 0))),
        (
            38,
            Server(b"* STATUS INBOX (APPENDLIMIT NIL)\r\n", Legal, None, |r| match r {
                Response::Data(Data::Status(data)) => {
                    data.items.iter().eq([StatusItem::AppendLimit(AppendLimit(None))])
                }
                _ => false,
            }),
        ),
        (
            38,
            Server(
                b"* STATUS Sent Items (MESSAGES 0)\r\n",
                Tolerated(&[D::UnquotedMailbox]),
                Some(b"* STATUS \"Sent Items\" (MESSAGES 0)\r\n"),
                |r| facts(r) == (b"Sent Items".to_vec(), 1),
            ),
        ),
        (
            39,
            Server(
                b"* FLAGS (\\Answered \\*)\r\n",
                Tolerated(&[D::WildcardFlag]),
                Some(b"* FLAGS (\\Answered)\r\n"),
                |r| flags(r).len() == 1,
            ),
        ),
        (
            40,
            Server(
                b"* FLAGS (\\Seen OIB-Seen-[Gmail]/All Mail)\r\n",
                Tolerated(&[D::BracketInKeyword]),
                None,
                |r| flags(r) == [&b"\\Seen"[..], b"OIB-Seen-[Gmail]/All", b"Mail"],
            ),
        ),
        (
            41,
            Server(
                b"* OK [PERMANENTFLAGS (\\Seen $Forwarded )] x\r\n",
                Tolerated(&[D::TrailingSpace]),
                Some(b"* OK [PERMANENTFLAGS (\\Seen $Forwarded)] x\r\n"),
                |r| flags(r).len() == 2,
            ),
        ),
        (
            41,
            Server(
                b"* 1 FETCH (FLAGS (\\Seen NIL 2))\r\n",
                Tolerated(&[D::NilInList]),
                Some(b"* 1 FETCH (FLAGS (\\Seen 2))\r\n"),
                |r| flags(r) == [&b"\\Seen"[..], b"2"],
            ),
        ),
        (
            42,
            Server(
                b"A1 NO [BADCHARSET utf-8] x\r\n",
                Tolerated(&[D::BareCharset]),
                Some(b"A1 NO [BADCHARSET (utf-8)] x\r\n"),
                |r| matches!(code(r), Code::BadCharset(list) if list.len() == 1),
            ),
        ),
        (
            42,
            Server(b"* BYE [CAPABILITY IMAP4rev1] x\r\n", Legal, None, |r| {
                matches!(code(r), Code::Capability(_))
            }),
        ),
        (
            43,
            Server(
                b"* QUOTA \"\" (STORAGE  1 9223372036854775807)\r\n",
                Tolerated(&[D::ExtraSpaces]),
                Some(b"* QUOTA \"\" (STORAGE 1 9223372036854775807)\r\n"),
                |r| matches!(r, Response::Data(Data::Quota(_))),
            ),
        ),
        (
            44,
            Server(
                b"* SEARCH 1 2 \r\n",
                Tolerated(&[D::TrailingSpace]),
                Some(b"* SEARCH 1 2\r\n"),
                |r| found(r) == [1, 2],
            ),
        ),
        (
            44,
            Server(b"* SEARCH \r\n", Tolerated(&[D::TrailingSpace]), Some(b"* SEARCH\r\n"), |r| {
                found(r).is_empty()
            }),
        ),
        (
            44,
            Server(
                b"* SORT 3 1 \r\n",
                Tolerated(&[D::TrailingSpace]),
                Some(b"* SORT 3 1\r\n"),
                |r| found(r) == [3, 1],
            ),
        ),
        (44, Server(b"* SEARCH 2 1 2\r\n", Legal, None, |r| found(r) == [2, 1, 2])),
        (
            45,
            Server(b"* ESEARCH ALL 1:5\r\n", Legal, None, |r| {
                esearch(r).correlator.is_empty() && !esearch(r).uid
            }),
        ),
        (
            45,
            Server(
                b"* ESEARCH (TAG \"A1\") UID ALL 1,,5\r\n",
                Tolerated(&[D::EmptySetElement]),
                Some(b"* ESEARCH (TAG \"A1\") UID ALL 1,5\r\n"),
                |r| esearch(r).all().is_some(),
            ),
        ),
    ]
}
