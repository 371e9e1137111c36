//! What real servers and clients send, and what is made of it: the quirks 1 to 114 of the protocol notes,
//! each by its number.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

use mailwire_core::tolerance::Deviation as _;
use mailwire_imap::code::Code;
use mailwire_imap::element::body_structure::{BodyStructure, Content, Part, SinglePart};
use mailwire_imap::element::envelope::Envelope;
use mailwire_imap::element::section::Section;
use mailwire_imap::family::capability::Capability;
use mailwire_imap::family::fetch::{FetchData, FetchItem};
use mailwire_imap::family::search::EsearchData;
use mailwire_imap::family::status::{AppendLimit, StatusItem};
use mailwire_imap::{
    Command, Data, Deviation, Deviations, Extension, Greeting, Mode, Response, StatusKind,
    SyntaxError, TaggedCommand, Tolerance,
};

/// What is wanted of octets.
#[derive(Clone, Copy)]
enum Want {
    /// They are legal.
    Legal,
    /// They deviate from the grammar in these ways, and are read where they are tolerated.
    Tolerated(&'static [Deviation]),
    /// The same, but they are legal as something else where the deviations are not tolerated.
    Guessed(&'static [Deviation]),
    /// They are refused under every tolerance: the rule, and why nothing is made of them.
    Refused(&'static str, &'static str),
}

use Deviation as D;
use Want::{Guessed, Legal, Refused, Tolerated};

/// What a quirk is about.
enum What {
    /// A response: its octets, what is wanted, the canonical form where it is another one, and what is seen in
    /// the value.
    Server(&'static [u8], Want, Option<&'static [u8]>, fn(&Response<'_>) -> bool),
    /// The same of a command.
    Client(&'static [u8], Want, Option<&'static [u8]>, fn(&Command<'_>) -> bool),
    /// Behaviour: the file below the crate, and the test in it.
    Tested(&'static str, &'static str),
    /// What is left to the caller, or refused, and why.
    Left(&'static str),
}

use What::{Client, Left, Server, Tested};

fn status<'r>(response: &'r Response<'_>) -> (StatusKind, Option<&'r Code<'r>>, &'r [u8]) {
    match response {
        Response::Data(Data::Condition(status)) => {
            (status.kind(), status.code(), status.text().as_bytes())
        }
        Response::Tagged(tagged) => {
            (tagged.status.kind(), tagged.status.code(), tagged.status.text().as_bytes())
        }
        other => panic!("{other:?}"),
    }
}

fn code<'r>(response: &'r Response<'_>) -> &'r Code<'r> {
    status(response).1.unwrap()
}

fn text(response: &Response<'_>, text: &[u8]) -> bool {
    status(response).2 == text
}

fn fetch<'r>(response: &'r Response<'_>) -> &'r FetchData<'r> {
    match response {
        Response::Data(Data::Fetch(fetch)) => fetch,
        other => panic!("{other:?}"),
    }
}

/// How many items are invalid, and how many are not.
fn items(response: &Response<'_>) -> (usize, usize) {
    let fetch = fetch(response);
    let invalid = fetch.items().filter(|item| matches!(item, FetchItem::Invalid(_))).count();
    (invalid, fetch.items().count() - invalid)
}

fn envelope<'r>(response: &'r Response<'_>) -> &'r Envelope<'r> {
    fetch(response).envelope().unwrap()
}

/// The From of an envelope: name and host of each.
fn from(response: &Response<'_>) -> Vec<(Option<String>, Option<String>)> {
    let shown = |text: Option<mailwire_imap::element::string::IString<'_>>| {
        text.map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned())
    };
    envelope(response)
        .from
        .iter()
        .map(|address| (shown(address.name), shown(address.host)))
        .collect()
}

fn body<'r>(response: &'r Response<'_>) -> &'r BodyStructure<'r> {
    fetch(response)
        .items()
        .find_map(|item| match item {
            FetchItem::Body(body) | FetchItem::BodyStructure(body) => Some(body),
            _ => None,
        })
        .unwrap()
}

fn is_body(response: &Response<'_>, tree: &str) -> bool {
    body(response).to_string() == tree
}

fn single<'r>(response: &'r Response<'_>) -> SinglePart<'r> {
    match body(response).part() {
        Part::Single(part) => part,
        Part::Multi(part) => panic!("{part:?}"),
    }
}

fn disposition(response: &Response<'_>) -> Option<(String, usize)> {
    let disposition = single(response).extension?.disposition?;
    let kind = String::from_utf8_lossy(disposition.kind.as_bytes()).into_owned();
    Some((kind, disposition.parameters.len()))
}

fn section(response: &Response<'_>, name: &[u8], octets: &[u8]) -> bool {
    let name = Section::parse(name).unwrap();
    fetch(response).section(&name).unwrap().as_bytes() == Some(octets)
}

fn flags(response: &Response<'_>) -> Vec<Vec<u8>> {
    let flags = match response {
        Response::Data(Data::Flags(flags)) => flags,
        Response::Data(Data::Fetch(fetch)) => fetch.flags().unwrap(),
        other => match code(other) {
            Code::PermanentFlags(flags) => flags.flags(),
            other => panic!("{other:?}"),
        },
    };
    flags.iter().map(|flag| flag.to_bytes()).collect()
}

fn listed<'r>(response: &'r Response<'_>) -> (usize, &'r [u8]) {
    match response {
        Response::Data(Data::List(data) | Data::Lsub(data) | Data::Xlist(data)) => {
            (data.attributes.len(), data.mailbox.as_bytes())
        }
        other => panic!("{other:?}"),
    }
}

fn capabilities(response: &Response<'_>) -> Vec<String> {
    match response {
        Response::Data(Data::Capability(list)) => {
            list.iter().map(|one: Capability<'_>| one.as_str().to_owned()).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn found(response: &Response<'_>) -> Vec<u32> {
    match response {
        Response::Data(Data::Search(data) | Data::Sort(data)) => {
            data.numbers().iter().map(std::num::NonZeroU32::get).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn esearch<'r>(response: &'r Response<'_>) -> &'r EsearchData<'r> {
    match response {
        Response::Data(Data::Esearch(data)) => data,
        other => panic!("{other:?}"),
    }
}

fn facts(response: &Response<'_>) -> (Vec<u8>, usize) {
    match response {
        Response::Data(Data::Status(data)) => {
            (data.mailbox.as_bytes().to_vec(), data.items.iter().count())
        }
        other => panic!("{other:?}"),
    }
}

fn anything(_: &Response<'_>) -> bool {
    true
}

fn is_other(response: &Response<'_>) -> bool {
    matches!(response, Response::Data(Data::Other(_)))
}

const CLIENT: &str = "tests/client_quirks.rs";

/// Status responses, codes and lines.
fn lines() -> Vec<(u8, What)> {
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

/// Capabilities, mailboxes, flags and searches.
fn lists() -> Vec<(u8, What)> {
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

/// Messages: how they are framed, and their scalars.
fn messages() -> Vec<(u8, What)> {
    vec![
        (
            46,
            Server(
                b"* 5 FETCH (UID 19436 )\r\n",
                Tolerated(&[D::TrailingSpace]),
                Some(b"* 5 FETCH (UID 19436)\r\n"),
                |r| items(r) == (0, 1),
            ),
        ),
        (
            46,
            Server(
                b"* 5 FETCH (FLAGS (\\Seen)  RFC822.HEADER {2}\r\n\r\n)\r\n",
                Tolerated(&[D::ExtraSpaces]),
                Some(b"* 5 FETCH (FLAGS (\\Seen) RFC822.HEADER {2}\r\n\r\n)\r\n"),
                |r| items(r) == (0, 2),
            ),
        ),
        (
            47,
            Server(
                b"* 1 FETCH (BODY[] {2}\r\nHi) FLAGS (\\Seen))\r\n",
                Tolerated(&[D::ItemsBehindList]),
                Some(b"* 1 FETCH (BODY[] {2}\r\nHi FLAGS (\\Seen))\r\n"),
                |r| items(r) == (0, 2),
            ),
        ),
        (
            48,
            Server(b"* 0 FETCH (UID 7)\r\n", Tolerated(&[D::ZeroNumber]), None, |r| items(r) == (0, 1)),
        ),
        (48, Tested(CLIENT, "quirk_48_message_number_zero")),
        (
            49,
            Server(
                b"* 1 FETCH (UID 7 BODY[] NIL)\r\n",
                Legal,
                None,
                |r| {
                    let whole = Section::parse(b"[]").unwrap();
                    fetch(r).section(&whole).unwrap().as_bytes().is_none()
                },
            ),
        ),
        (49, Left("an item that was asked for and is missing is not in the answer's items")),
        (
            50,
            Server(
                b"* 1 FETCH (UID 7 RFC822.SIZE -1)\r\n",
                Tolerated(&[D::NegativeNumber]),
                Some(b"* 1 FETCH (UID 7 RFC822.SIZE 0)\r\n"),
                |r| fetch(r).size() == Some(0),
            ),
        ),
        (
            50,
            Server(
                b"* 1 FETCH (UID 7 RFC822.SIZE 9.3736e+06)\r\n",
                Tolerated(&[D::FloatNumber]),
                Some(b"* 1 FETCH (UID 7 RFC822.SIZE 9373600)\r\n"),
                |r| fetch(r).size() == Some(9_373_600),
            ),
        ),
        (
            51,
            Server(
                b"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" -1))\r\n",
                Tolerated(&[D::NegativeNumber]),
                Some(b"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0))\r\n"),
                |r| single(r).octets == 0,
            ),
        ),
        (
            51,
            Server(
                b"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 4294967296))\r\n",
                Legal,
                None,
                |r| single(r).octets == 4_294_967_296,
            ),
        ),
        (
            52,
            Server(
                b"* 1 FETCH (INTERNALDATE \"4-Jan-2015 00:00:00 +0000\")\r\n",
                Tolerated(&[D::ShortDay]),
                Some(b"* 1 FETCH (INTERNALDATE \"04-Jan-2015 00:00:00 +0000\")\r\n"),
                |r| fetch(r).internal_date().is_some(),
            ),
        ),
        (
            52,
            Server(
                b"* 1 FETCH (INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" UID 7)\r\n",
                Tolerated(&[D::InvalidItem]),
                None,
                |r| items(r) == (1, 1),
            ),
        ),
        (
            52,
            Server(
                b"* 1 FETCH (INTERNALDATE \" 4-Jan-2015 00:00:00 +0000 (UTC)\" UID 7)\r\n",
                Tolerated(&[D::InvalidItem]),
                None,
                |r| items(r) == (1, 1),
            ),
        ),
        (
            53,
            Server(
                b"* 1 FETCH (X-GM-LABELS (\"\\\\Inbox\" NIL +IMNews Foo))\r\n",
                Tolerated(&[D::NilInList]),
                Some(b"* 1 FETCH (X-GM-LABELS (\\Inbox +IMNews Foo))\r\n"),
                |r| fetch(r).gmail_labels().unwrap().iter().count() == 3,
            ),
        ),
        (
            54,
            Server(
                b"* 1 FETCH (body[header.fields (\"date\")] \"\")\r\n",
                Legal,
                Some(b"* 1 FETCH (BODY[HEADER.FIELDS (date)] \"\")\r\n"),
                |r| section(r, b"[HEADER.FIELDS (DATE)]", b""),
            ),
        ),
        (
            55,
            Server(
                b"* 1 FETCH (BODY[1]<0.1000> \"x\")\r\n",
                Tolerated(&[D::OriginLength]),
                Some(b"* 1 FETCH (BODY[1]<0> {1}\r\nx)\r\n"),
                |r| section(r, b"[1]", b"x"),
            ),
        ),
        (55, Server(b"* 1 FETCH (BODY[1] {1}\r\nx)\r\n", Legal, None, |r| section(r, b"[1]", b"x"))),
        (
            56,
            Server(b"* 1 FETCH (BODY[TEXT] \"short\")\r\n", Legal, Some(b"* 1 FETCH (BODY[TEXT] {5}\r\nshort)\r\n"), |r| {
                section(r, b"[TEXT]", b"short")
            }),
        ),
        (
            56,
            Server(
                b"* 1 FETCH (BODY[TEXT] \"a\r\nb\" UID 7)\r\n",
                Tolerated(&[D::LineInQuoted]),
                Some(b"* 1 FETCH (BODY[TEXT] {4}\r\na\r\nb UID 7)\r\n"),
                |r| section(r, b"[TEXT]", b"a\r\nb"),
            ),
        ),
        (
            56,
            Server(
                b"* 1 FETCH (BODY[TEXT] \"a\"b\" UID 7)\r\n",
                Tolerated(&[D::UnescapedQuote]),
                Some(b"* 1 FETCH (BODY[TEXT] {3}\r\na\"b UID 7)\r\n"),
                |r| section(r, b"[TEXT]", b"a\"b"),
            ),
        ),
        (
            57,
            Server(
                b"* 1 FETCH (BODY (\"A\" \"B\" (\"charset \" \" \"utf-8\"\") NIL NIL \"7BIT\" 0))\r\n",
                Tolerated(&[D::UnescapedQuote]),
                Some(
                    b"* 1 FETCH (BODY (\"A\" \"B\" (\"charset \" \" \\\"utf-8\\\"\") NIL NIL \"7BIT\" 0))\r\n",
                ),
                |r| single(r).parameters.get("charset ").unwrap().as_bytes() == b" \"utf-8\"",
            ),
        ),
        (
            57,
            Server(
                b"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL \"\"\"\" \"7BIT\" 0))\r\n",
                Tolerated(&[D::UnescapedQuote]),
                Some(b"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL \"\\\"\\\"\" \"7BIT\" 0))\r\n"),
                |r| single(r).description.unwrap().as_bytes() == b"\"\"",
            ),
        ),
        (58, Left("a literal whose count is wrong: nobody can tell where it ends")),
        (
            58,
            Server(
                b"* 1 FETCH (ENVELOPE (NIL NIL ((\"A\" \"B\" NIL \"u\" \"d\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                Tolerated(&[D::LongAddress]),
                Some(
                    b"* 1 FETCH (ENVELOPE (NIL NIL ((\"A B\" NIL \"u\" \"d\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
                ),
                |r| from(r) == [(Some("A B".into()), Some("d".into()))],
            ),
        ),
        (
            59,
            Server(
                b"* 1 FETCH (BODY (\"A\" \"B\" (\"name\" \"\xfc\") NIL NIL \"7BIT\" 0))\r\n",
                Tolerated(&[D::EightBitQuoted]),
                Some(b"* 1 FETCH (BODY (\"A\" \"B\" (\"name\" {1}\r\n\xfc) NIL NIL \"7BIT\" 0))\r\n"),
                |r| single(r).parameters.get("NAME").unwrap().as_bytes() == b"\xfc",
            ),
        ),
        (
            59,
            Server(
                b"* 1 FETCH (BODY[] {2}\r\n\0a)\r\n",
                Legal,
                None,
                |r| section(r, b"[]", b"\0a"),
            ),
        ),
        (
            60,
            Server(
                b"* 1 FETCH (UID 7 BODY[] {0}\r\n)\r\n",
                Legal,
                Some(b"* 1 FETCH (UID 7 BODY[] \"\")\r\n"),
                |r| section(r, b"[]", b""),
            ),
        ),
        (
            60,
            Server(
                b"* 1 FETCH (BODY[] {0002}\r\n\r\n)\r\n",
                Legal,
                Some(b"* 1 FETCH (BODY[] {2}\r\n\r\n)\r\n"),
                |r| section(r, b"[]", b"\r\n"),
            ),
        ),
        (
            61,
            Server(
                b"* 1 FETCH (BODY[HEADER.FIELDS (DATE)] {2}\r\n\r\n)\r\n",
                Legal,
                None,
                |r| section(r, b"[HEADER.FIELDS (DATE)]", b"\r\n"),
            ),
        ),
    ]
}

/// ENVELOPE.
fn envelopes() -> Vec<(u8, What)> {
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

/// BODY and BODYSTRUCTURE.
fn bodies() -> Vec<(u8, What)> {
    vec![
        (
            70,
            Server(
                b"* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 0) (\"A\" \"C\" NIL NIL NIL \"7BIT\" 0) \"alternative\"))\r\n",
                Tolerated(&[D::SpaceBetweenItems]),
                Some(
                    b"* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 0)(\"A\" \"C\" NIL NIL NIL \"7BIT\" 0) \"alternative\"))\r\n",
                ),
                |r| is_body(r, "multipart/alternative(a/b, a/c)"),
            ),
        ),
        (
            71,
            Server(
                b"* 1 FETCH (BODY (\"A\" \"B\" (\"boundary\" NIL) NIL NIL \"7BIT\" 0))\r\n",
                Tolerated(&[D::NilParameter]),
                Some(b"* 1 FETCH (BODY (\"A\" \"B\" (\"boundary\" \"\") NIL NIL \"7BIT\" 0))\r\n"),
                |r| single(r).parameters.get("boundary").unwrap().as_bytes() == b"",
            ),
        ),
        (
            72,
            Server(
                b"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL NIL 0))\r\n",
                Tolerated(&[D::NilEncoding]),
                Some(b"* 1 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0))\r\n"),
                |r| single(r).encoding.is_none(),
            ),
        ),
        (
            73,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (NIL \"alternative\" (\"a\" \"b\") NIL NIL))\r\n",
                Tolerated(&[D::ChildlessMultipart]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"MULTIPART\" \"alternative\" (\"a\" \"b\") NIL NIL \"7BIT\" 0 NIL NIL NIL))\r\n",
                ),
                |r| is_body(r, "multipart/alternative"),
            ),
        ),
        (
            73,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"ALTERNATIVE\" (\"BOUNDARY\" \"x\") NIL NIL))\r\n",
                Tolerated(&[D::ChildlessMultipart]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"MULTIPART\" \"ALTERNATIVE\" (\"BOUNDARY\" \"x\") NIL NIL \"7BIT\" 0 NIL NIL NIL))\r\n",
                ),
                |r| single(r).parameters.get("boundary").is_some(),
            ),
        ),
        (
            73,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"RELATED\" NIL (\"ATTACHMENT\" NIL) NIL))\r\n",
                Tolerated(&[D::ChildlessMultipart]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"MULTIPART\" \"RELATED\" NIL NIL NIL \"7BIT\" 0 NIL (\"ATTACHMENT\" NIL) NIL))\r\n",
                ),
                |r| disposition(r) == Some(("ATTACHMENT".into(), 0)),
            ),
        ),
        (
            74,
            Server(
                b"* 1 FETCH (BODY (\"TEXT\" (\"CHARSET\" \"x\") NIL NIL \"7BIT\" 9 1))\r\n",
                Tolerated(&[D::MissingSubtype]),
                Some(
                    b"* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"x\") NIL NIL \"7BIT\" 9 1))\r\n",
                ),
                |r| is_body(r, "text/plain"),
            ),
        ),
        (
            74,
            Server(
                b"* 1 FETCH (BODY (\"X-ZIP\" NIL NIL NIL \"BASE64\" 9))\r\n",
                Tolerated(&[D::MissingSubtype]),
                Some(
                    b"* 1 FETCH (BODY (\"APPLICATION\" \"X-ZIP\" NIL NIL NIL \"BASE64\" 9))\r\n",
                ),
                |r| is_body(r, "application/x-zip"),
            ),
        ),
        (
            75,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (NIL NIL NIL NIL NIL \"7BIT\" 0 NIL NIL))\r\n",
                Tolerated(&[D::NilMediaType]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"APPLICATION\" \"OCTET-STREAM\" NIL NIL NIL \"7BIT\" 0 NIL NIL))\r\n",
                ),
                |r| is_body(r, "application/octet-stream"),
            ),
        ),
        (
            76,
            Server(
                b"* 1 FETCH (BODY (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"BASE64\" 9))\r\n",
                Tolerated(&[D::BareMessagePart]),
                None,
                |r| matches!(single(r).content, Content::Basic),
            ),
        ),
        (
            77,
            Server(
                b"* 1 FETCH (BODY (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) () 0))\r\n",
                Tolerated(&[D::MissingBody]),
                Some(
                    b"* 1 FETCH (BODY (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"APPLICATION\" \"OCTET-STREAM\" NIL NIL NIL \"7BIT\" 0) 0))\r\n",
                ),
                |r| is_body(r, "message/rfc822(application/octet-stream)"),
            ),
        ),
        (
            78,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL \"inline\" NIL))\r\n",
                Tolerated(&[D::OddDisposition]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"inline\" NIL) NIL))\r\n",
                ),
                |r| disposition(r) == Some(("inline".into(), 0)),
            ),
        ),
        (
            78,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (NIL NIL)))\r\n",
                Tolerated(&[D::OddDisposition]),
                Some(b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL))\r\n"),
                |r| disposition(r).is_none(),
            ),
        ),
        (
            78,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"attachment\")))\r\n",
                Tolerated(&[D::OddDisposition]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"attachment\" NIL)))\r\n",
                ),
                |r| disposition(r) == Some(("attachment".into(), 0)),
            ),
        ),
        (
            78,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"filename\" \"x.pdf\")))\r\n",
                Tolerated(&[D::OddDisposition]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"attachment\" (\"filename\" \"x.pdf\"))))\r\n",
                ),
                |r| disposition(r) == Some(("attachment".into(), 1)),
            ),
        ),
        (
            78,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL NIL ()))\r\n",
                Tolerated(&[D::OddExtension]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL NIL NIL ()))\r\n",
                ),
                |r| single(r).extension.unwrap().other.is_some(),
            ),
        ),
        (
            79,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL (\"en\" NIL)))\r\n",
                Tolerated(&[D::NilInList]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL (\"en\")))\r\n",
                ),
                |r| single(r).extension.unwrap().languages.iter().count() == 1,
            ),
        ),
        (
            79,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"en\") (\"inline\" (\"a\" \"b\"))))\r\n",
                Tolerated(&[D::OddExtension]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL (\"inline\" (\"a\" \"b\")) (\"en\")))\r\n",
                ),
                |r| disposition(r) == Some(("inline".into(), 1)),
            ),
        ),
        (79, Left("an MD5 where a location stands is a location: both are strings")),
        (
            80,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 0) \"mixed\" (\"a\" \"b\") \"S/MIME Encrypted Message\" NIL))\r\n",
                Tolerated(&[D::OddDisposition]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 0) \"mixed\" (\"a\" \"b\") (\"S/MIME Encrypted Message\" NIL) NIL))\r\n",
                ),
                |r| is_body(r, "multipart/mixed(a/b)"),
            ),
        ),
        (
            81,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"multipart\" \"related\" (\"a\" \"b\") NIL NIL \"7BIT\" 400 (\"c\" \"d\") NIL NIL))\r\n",
                Tolerated(&[D::OddExtension]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"multipart\" \"related\" (\"a\" \"b\") NIL NIL \"7BIT\" 400 NIL NIL NIL NIL (\"c\" \"d\") NIL NIL))\r\n",
                ),
                |r| is_body(r, "multipart/related") && single(r).octets == 400,
            ),
        ),
        (
            82,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 NIL NIL))\r\n",
                Tolerated(&[D::MissingLines]),
                Some(
                    b"* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9 0 NIL NIL))\r\n",
                ),
                |r| matches!(single(r).content, Content::Text { lines: None }),
            ),
        ),
        (
            82,
            Server(
                b"* 1 FETCH (BODY ((\"A\" \"B\" NIL NIL NIL \"7BIT\" 0) \"MIXED\"))\r\n",
                Legal,
                None,
                |r| is_body(r, "multipart/mixed(a/b)"),
            ),
        ),
        (
            83,
            Server(
                b"* 1 FETCH (BODY (\"A\" \"MOUNDARY=\"_006_\"\" NIL NIL NIL \"7BIT\" 0) UID 7)\r\n",
                Tolerated(&[D::UnescapedQuote]),
                Some(
                    b"* 1 FETCH (BODY (\"A\" \"MOUNDARY=\\\"_006_\\\"\" NIL NIL NIL \"7BIT\" 0) UID 7)\r\n",
                ),
                |r| items(r) == (0, 2),
            ),
        ),
        (84, Tested("tests/hostile_server.rs", "imap_c_22_bodystructure_depth")),
        (
            85,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL NIL ))\r\n",
                Tolerated(&[D::TrailingSpace]),
                Some(b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL NIL))\r\n"),
                |r| is_body(r, "a/b"),
            ),
        ),
        (
            85,
            Server(
                b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 0 NIL NIL NIL NIL (1 (x)) \"y\"))\r\n",
                Legal,
                None,
                |r| single(r).extension.unwrap().other.is_some(),
            ),
        ),
    ]
}

/// Commands, behaviour, and the rest.
fn commands_and_more() -> Vec<(u8, What)> {
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

fn rows() -> Vec<(u8, What)> {
    [lines(), lists(), messages(), envelopes(), bodies(), commands_and_more()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn every_quirk_has_a_row() {
    let numbers: BTreeSet<u8> = rows().iter().map(|row| row.0).collect();
    assert!(numbers.into_iter().eq(1..=114));
}

#[test]
fn behaviour_is_tested_where_it_is_said_to_be() {
    for (number, what) in rows() {
        match what {
            Tested(file, test) => {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
                let source = std::fs::read_to_string(&path).unwrap();
                let declared = format!("#[test]\nfn {test}() {{");
                assert!(source.contains(&declared), "{number}: no {test} in {file}");
            }
            Left(reason) => assert!(reason.len() > 20, "{number}"),
            Server(..) | Client(..) => {}
        }
    }
}

/// What a row came to: the deviations, what is written, and whether the value is the right one.
type Read = Result<(Deviations, Vec<u8>, bool), SyntaxError>;

fn read(what: &What, bytes: &[u8], tolerance: Tolerance) -> Read {
    match what {
        Server(_, _, _, check) => {
            Response::parse_in(bytes, Mode::SERVER, tolerance).map(|(value, met)| {
                let right = check(&value);
                (met, value.to_bytes_in(Mode::SERVER), right)
            })
        }
        Client(_, _, _, check) => {
            TaggedCommand::parse_in(bytes, Mode::REV1, tolerance).map(|(value, met)| {
                let right = check(&value.command);
                (met, value.to_bytes(), right)
            })
        }
        Tested(..) | Left(_) => unreachable!(),
    }
}

/// What is wrong with a row.
fn judge(what: &What) -> Result<(), String> {
    let (bytes, want, canonical) = match what {
        Server(bytes, want, canonical, _) => (*bytes, *want, *canonical),
        Client(bytes, want, canonical, _) => (*bytes, *want, *canonical),
        Tested(..) | Left(_) => return Ok(()),
    };
    let canonical = canonical.unwrap_or(bytes);
    let is_read = |tolerance| match what {
        Server(..) => Response::parse_in(bytes, Mode::SERVER, tolerance).is_ok(),
        _ => TaggedCommand::parse_in(bytes, Mode::REV1, tolerance).is_ok(),
    };
    let good = |read: Read, wanted: &[Deviation]| {
        let (met, written, right) = read.map_err(|error| format!("{}", error.render(bytes)))?;
        if !met.iter().eq(wanted.iter().copied()) {
            return Err(format!("met {met:?}"));
        }
        if written != canonical {
            return Err(format!("written {}", written.escape_ascii()));
        }
        if !right {
            return Err("another value".to_owned());
        }
        Ok(())
    };
    match want {
        Legal => good(read(what, bytes, Tolerance::strict()), &[]),
        Tolerated(deviations) | Guessed(deviations) => {
            let guessed = matches!(want, Guessed(_));
            if is_read(Tolerance::strict()) != guessed {
                return Err("is legal, or is not".to_owned());
            }
            let tolerance = deviations.iter().fold(Tolerance::strict(), |set, one| set.with(*one));
            good(read(what, bytes, tolerance), deviations)?;
            let default = Tolerance::default();
            if deviations.iter().all(|one| default.allowed().contains(*one)) {
                good(read(what, bytes, default), deviations)?;
            }
            for one in deviations {
                // Nothing but the deviation makes the octets legal; what is damaged is contained else.
                let without = Tolerance::lenient().without(*one).without(D::InvalidItem);
                if is_read(without) != guessed {
                    return Err(format!("read without {}", one.name()));
                }
            }
            Ok(())
        }
        Refused(rule, reason) => {
            assert!(reason.len() > 20);
            for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
                match read(what, bytes, tolerance) {
                    Err(error) if error.rule == rule => {}
                    other => return Err(format!("{other:?}")),
                }
            }
            Ok(())
        }
    }
}

#[test]
fn quirks_of_the_grammar() {
    let mut wrong = Vec::new();
    for (number, what) in rows() {
        if let Err(why) = judge(&what) {
            let (Server(bytes, ..) | Client(bytes, ..)) = what else { unreachable!() };
            wrong.push(format!("{number}: {}: {why}", bytes.escape_ascii()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn quirk_18_another_protocol_is_no_greeting() {
    for line in [&b"+OK POP3 ready\r\n"[..], b"220 mail.example ESMTP\r\n"] {
        for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
            assert_eq!(Greeting::parse_with(line, tolerance).unwrap_err().rule, "greeting");
        }
    }
}

#[test]
fn quirk_24_a_blank_in_literal_plus_offers_nothing() {
    let Ok(Response::Data(Data::Capability(list))) =
        Response::parse(b"* CAPABILITY IMAP4rev1 LITERAL +\r\n")
    else {
        panic!()
    };
    let known = mailwire_imap::Extensions::offered(list);
    assert!(known.has(Extension::Imap4Rev1) && !known.has(Extension::LiteralPlus));
}

#[test]
fn quirk_84_what_is_nested_too_deep_costs_its_item() {
    let deep = [&b"("[..]].concat().repeat(500);
    let close = b")".repeat(500);
    let wire = [&b"* 1 FETCH (BODY "[..], &deep, &close, b" UID 7)\r\n"].concat();
    let response = Response::parse(&wire).unwrap();
    assert_eq!(items(&response), (1, 1));
    assert_eq!(response.to_bytes(), wire);
}
