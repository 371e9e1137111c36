//! Quirks of BODY and BODYSTRUCTURE.

use mailwire_imap::element::body_structure::Content;

use super::D;
use super::Want::{Legal, Tolerated};
use super::What::{self, Left, Server, Tested};
use super::look::*;

pub(super) fn rows() -> Vec<(u8, What)> {
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
