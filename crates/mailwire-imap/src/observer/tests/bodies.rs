//! Literals that are streamed, and messages over a limit.

use super::*;

fn small() -> ObserverConfig {
    let mut config = ObserverConfig::default();
    config.limits.inline_literal = 4;
    config
}

#[test]
fn append() {
    check_with(
        small(),
        &[
            S("* PREAUTH\r\n"),
            C("a APPEND x (\\Seen) {6}\r\n"),
            S("+ go\r\n"),
            C("b OK\r\n {3}\r\n"),
            S("+ go\r\n"),
            C("abc {5+}\r\nabc\0e\r\n"),
            S("a OK done\r\n"),
            C("b APPEND x CATENATE (TEXT {5+}\r\nabcde URL \"/u\" TEXT {1+}\r\nx)\r\n"),
            S("b OK\r\n"),
            C("c UID REPLACE 4 x {5+}\r\nabcde\r\n"),
            S("c OK\r\n"),
        ],
        &[
            "greeting * PREAUTH {MissingText}",
            "head a APPEND x (\\\\Seen) {6}",
            "+ go for Literal",
            "begin Client Append(Message) 6",
            "|b OK\\r\\n",
            "end 6 true {}",
            "+ go for Literal",
            "tail 2 0",
            "begin Client Append(Message) 5",
            "|abc\\x00e",
            "end 5 true {NUL}",
            "tail 0 0",
            "a OK done to Command(Append)",
            "head b APPEND x CATENATE (TEXT {5}\\r\\n)",
            "begin Client Append(CatenateText) 5",
            "|abcde",
            "end 5 true {}",
            "tail 0 2",
            "b OK to Command(Append) {MissingText}",
            "head c UID REPLACE 4 x {5}",
            "begin Client Append(Message) 5",
            "|abcde",
            "end 5 true {}",
            "tail 0 0",
            "c OK to Command(UidReplace) {MissingText}",
        ],
    );
}

#[test]
fn append_that_is_refused_or_broken() {
    check_with(
        small(),
        &[
            S("* PREAUTH\r\n"),
            C("a APPEND x {9}\r\n"),
            S("a NO [TRYCREATE] no\r\n"),
            C("b NOOP\r\n"),
            S("b OK\r\n"),
            // The head breaks the grammar, and the octets are no command all the same.
            C("c APPEND x ( {9}\r\n"),
            S("+ go\r\n"),
            C("z NOOP\r\n.)\r\nd NOOP\r\n"),
            S("c BAD x\r\nd OK\r\n"),
            // The answer comes before the end.
            C("e APPEND x {9}\r\n"),
            S("+ go\r\n"),
            C("abc"),
            S("e NO full\r\n"),
            C("defghi {9}\r\n"),
            C("f NOOP\r\n"),
            S("f OK\r\n"),
            C("g APPEND x {9}\r\n"),
            S("+ go\r\n"),
            C("abc"),
            Eof(Side::Client),
        ],
        &[
            "greeting * PREAUTH {MissingText}",
            "head a APPEND x {9}",
            "a NO [TRYCREATE] no to Command(Append)",
            "refused Some(Append) ",
            "b NOOP",
            "b OK to Command(Noop) {MissingText}",
            "invalid Client c APPEND x ( {9}\\r\\n expected flag at byte 13",
            "+ go for Literal",
            "begin Client Unknown 9",
            "|z NOOP\\r\\n.",
            "end 9 true {}",
            "|)\\r\\n",
            "d NOOP",
            "c BAD x to Command(Append)",
            "d OK to Command(Noop) {MissingText}",
            "head e APPEND x {9}",
            "+ go for Literal",
            "begin Client Append(Message) 9",
            "|abc",
            "e NO full to Command(Append)",
            "|defghi",
            "end 9 true {}",
            "tail 1 0",
            "refused Some(Append) ",
            "f NOOP",
            "f OK to Command(Noop) {MissingText}",
            "head g APPEND x {9}",
            "+ go for Literal",
            "begin Client Append(Message) 9",
            "|abc",
            "end 3 false {}",
        ],
    );
}

#[test]
fn url_fetch() {
    check_with(
        small(),
        &[
            S("* PREAUTH\r\n"),
            S("* URLFETCH a {5}\r\n* OK\n b NIL c (X 1) (BINARY ~{6}\r\n"),
            S("\r\n\r\n\r\n) (BODY {5}\r\nabcde) d NIL\r\n* 4 EXISTS\r\n"),
            S("* URLFETCH {5}\r\nabcde {5}\r\nabcde x\r\n* 5 EXISTS\r\n"),
            S("* URLFETCH a {5}\r\nabc"),
            Eof(Side::Server),
        ],
        &[
            "greeting * PREAUTH {MissingText}",
            "head * URLFETCH a {5}",
            "begin Server UrlFetch 5",
            "|* OK\\n",
            "end 5 true {BARE_LF}",
            "tail  b NIL c (X 1) (BINARY ~{6}",
            "begin Server UrlFetch 6",
            "|\\r\\n\\r\\n\\r\\n",
            "end 6 true {}",
            "tail ) (BODY {5}",
            "begin Server UrlFetch 5",
            "|abcde",
            "end 5 true {}",
            "tail ) d NIL",
            "* 4 EXISTS",
            "invalid Server * URLFETCH {5}\\r\\nabcde {5}\\r\\nabcde x\\r\\n expected SP at byte 34",
            "* 5 EXISTS",
            "head * URLFETCH a {5}",
            "begin Server UrlFetch 5",
            "|abc",
            "end 3 false {}",
        ],
    );
}

#[test]
fn fetch() {
    check_with(
        small(),
        &[
            S("* PREAUTH\r\n"),
            S(
                "* 1 FETCH (UID 7 BODY[] {5}\r\n* OK\n FLAGS () BODY[TEXT] {3}\r\nabc BODY[1] {6}\r\n",
            ),
            S(
                "\r\n\r\n\r\n)\r\n* 2 FETCH (ENVELOPE (NIL {5}\r\nabcde NIL NIL NIL NIL NIL NIL NIL NIL))\r\n",
            ),
            S("* LIST () NIL {5}\r\nabcde\r\n* 3 FETCH (BODY[] {5}\r\nabcde?\r\n* 4 EXISTS\r\n"),
            S("* 5 FETCH (BODY[] {5}\r\nabcde"),
            Eof(Side::Server),
        ],
        &[
            "greeting * PREAUTH {MissingText}",
            "head * 1 FETCH (UID 7 BODY[] {5}",
            "begin Server Fetch 5",
            "|* OK\\n",
            "end 5 true {BARE_LF}",
            "tail  FLAGS () BODY[TEXT] {3}\\r\\nabc BODY[1] {6}",
            "begin Server Fetch 6",
            "|\\r\\n\\r\\n\\r\\n",
            "end 6 true {}",
            "tail )",
            "* 2 FETCH (ENVELOPE (NIL \\\"abcde\\\" NIL NIL NIL NIL NIL NIL NIL NIL))",
            "* LIST () NIL abcde",
            "head * 3 FETCH (BODY[] {5}",
            "begin Server Fetch 5",
            "|abcde",
            "end 5 true {}",
            "tail  ?) {InvalidItem, UnclosedList}",
            "* 4 EXISTS",
            "head * 5 FETCH (BODY[] {5}",
            "begin Server Fetch 5",
            "|abcde",
            "end 5 true {}",
            "incomplete ",
        ],
    );
}

#[test]
fn what_is_over_a_limit() {
    let mut config = small();
    config.limits.line = 20;
    config.limits.command = 50;
    config.limits.response_line = 20;
    config.limits.response = 50;
    config.limits.response_literals = 1;
    config.limits.auth_line = 10;
    check_with(
        config,
        &[
            S("* PREAUTH\r\n"),
            C("a NOOP 0123456789 01\r\nb NOOP\r\n"),
            S("a BAD x 01234567890123\r\nb OK\r\n"),
            // A literal that does not fit, with what is a command elsewhere.
            C("c LOGIN {60}\r\n"),
            S("+ go\r\n"),
            Octets(Side::Client, 60),
            C(" b\r\nd NOOP\r\n"),
            S("c NO x\r\nd OK\r\n* X {60}\r\n"),
            Octets(Side::Server, 60),
            S(" b\r\n* X {1}\r\na {1}\r\nb c\r\n* 1 EXISTS\r\n"),
            // The line is too long, and the server takes its literal all the same.
            C("e LOGIN 012345678 {8}\r\n"),
            S("+ go\r\n"),
            C("f NOOP\r\n x\r\ng AUTHENTICATE X\r\n"),
            S("e NO x\r\n+ \r\n"),
            C("QUFBQUFBQUFB\r\n"),
            S("g NO x\r\n"),
            C("h NOOP 0123456789012345678901234567890123456789\r\ni NOOP"),
            S("* 0123456789012345678901234567890123456789\r\n* 1"),
        ],
        &[
            "greeting * PREAUTH {MissingText}",
            "bad Client a NOOP 0123456789 01\\r\\n Line",
            "b NOOP",
            "bad Server a BAD x 01234567890123\\r\\n Line",
            "b OK to Command(Noop) {MissingText}",
            "|c LOGIN {60}\\r\\n",
            "+ go for Literal",
            "begin Client Unknown 60",
            "|xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "end 60 true {}",
            "| b\\r\\n",
            "d NOOP",
            "c NO x to Command(Login)",
            "d OK to Command(Noop) {MissingText}",
            "|* X {60}\\r\\n",
            "begin Server Unknown 60",
            "|xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "end 60 true {}",
            "| b\\r\\n",
            "bad Server * X {1}\\r\\na {1}\\r\\n Literals",
            "dropped Server 5",
            "* 1 EXISTS",
            "bad Client e LOGIN 012345678 {8}\\r\\n Line",
            "+ go for Literal",
            "begin Client Unknown 8",
            "|f NOOP\\r\\n",
            "end 8 true {}",
            "| x\\r\\n",
            "g AUTHENTICATE X",
            "e NO x to Command(Login)",
            "challenge ",
            "bad Client QUFBQUFBQU Line",
            "dropped Client 4",
            "g NO x to Command(Authenticate)",
            "lost Client Line",
            "|h NOOP 0123456789012345678901234567890123456789\\r\\ni NOOP",
            "lost Server Line",
            "|* 0123456789012345678901234567890123456789\\r\\n* 1",
        ],
    );
}

/// Each octet is taken once: an observer that hears a large literal in small pieces asks for none of it
/// again.
#[test]
fn what_is_streamed_is_consumed_at_once() {
    let mut observer = Observer::new(ObserverConfig::default());
    observer.receive(Side::Server, b"* PREAUTH\r\n");
    let head = b"a APPEND x {1000000+}\r\n";
    assert_eq!(observer.receive(Side::Client, head).consumed, head.len());
    assert!(matches!(
        observer.receive(Side::Client, b"").event,
        Some(Observed::BodyBegin { size: 1_000_000, .. })
    ));
    for _ in 0..1000 {
        assert_eq!(observer.receive(Side::Client, &[b'x'; 1000]).consumed, 1000);
    }
    assert!(matches!(
        observer.receive(Side::Client, b"\r\n").event,
        Some(Observed::BodyEnd { size: 1_000_000, complete: true, .. })
    ));
}
