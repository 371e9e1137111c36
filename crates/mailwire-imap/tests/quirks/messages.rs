//! Quirks of messages: how they are framed, and their scalars.

use mailwire_imap::element::section::Section;

use super::D;
use super::Want::{Legal, Tolerated};
use super::What::{self, Left, Server, Tested};
use super::look::*;

pub(super) fn rows() -> Vec<(u8, What)> {
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
