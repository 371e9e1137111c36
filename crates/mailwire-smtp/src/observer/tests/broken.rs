//! Conversations that are damaged, cut off, joined late or heard from one side.

use super::*;

#[test]
fn closing_and_unsolicited_replies_are_told() {
    check(
        &[
            s("220 mx\r\n"),
            s("250 what\r\n"),
            c("AUTH LOGIN\r\n"),
            s("421 closing\r\n"),
            c("QUIT\r\n"),
            Eof(Side::Server),
        ],
        &["greeting 220", "250 to Nothing", "AUTH LOGIN", "421 to Command(Auth)", "QUIT"],
    );
    check(
        &[
            s("220 mx\r\n"),
            c("DATA\r\n"),
            s("354 go\r\n"),
            c("half"),
            s("421 bye\r\n"),
            c(" a\r\n.\r\n"),
        ],
        &[
            "greeting 220",
            "DATA",
            "354 to Command(Data)",
            "begin Data None",
            "|half",
            "421 to Message",
            "| a\\r\\n",
            "end 8 true {}",
        ],
    );
}

#[test]
fn a_broken_end_is_not_complete() {
    let begin = [s("220 mx\r\n"), c("DATA\r\n"), s("354 go\r\n"), c("half a li")];
    let told = ["greeting 220", "DATA", "354 to Command(Data)", "begin Data None", "|half a li"];
    check(
        &[&begin[..], &[Eof(Side::Client), Eof(Side::Server)]].concat(),
        &[&told[..], &["end 9 false {}"]].concat(),
    );
    check(
        &[c("BDAT 5 LAST\r\nab"), Eof(Side::Client), s("220-m"), Eof(Side::Server)],
        &[
            "BDAT 5 LAST",
            "begin Bdat { last: true } Some(5)",
            "|ab",
            "end 2 false {}",
            "incomplete 220-m",
        ],
    );
    check(&[c("NOOP\r\nAUTH PLAIN aa"), Eof(Side::Client)], &["NOOP", "incomplete AUTH PLAIN aa"]);
}

#[test]
fn what_waited_is_guessed_at_the_end() {
    check(
        &[c("DATA\r\na\r\n.\r\nQUIT\r\n"), Eof(Side::Server)],
        &["DATA", "begin Data None", "|a\\r\\n", "end 3 true {}", "QUIT"],
    );
}

#[test]
fn a_client_alone_is_understood() {
    check(
        &[
            Eof(Side::Server),
            c("EHLO a.example\r\nAUTH LOGIN\r\nYQ==\r\nYg==\r\nRSET\r\nDATA\r\n..\r\n.\r\n"),
            c("BDAT 2\r\nNOSTARTTLS\r\nNOOP\r\nXYZ\r\nQUIT\r\n"),
        ],
        &[
            "EHLO a.example",
            "AUTH LOGIN",
            "response YQ==",
            "response Yg==",
            "RSET",
            "DATA",
            "begin Data None",
            "|.\\r\\n",
            "end 3 true {}",
            "BDAT 2",
            "begin Bdat { last: false } Some(2)",
            "|NO",
            "end 2 true {}",
            "STARTTLS",
            "NOOP",
            "XYZ",
            "QUIT",
        ],
    );
}

#[test]
fn a_server_alone_is_understood() {
    check(
        &[
            Eof(Side::Client),
            s("220 mx\r\n250-mx\r\n250-SIZE 10\r\n250 HELP\r\n334 \r\n235 ok\r\n"),
            s("250-Jon <a@b>\r\n250 Ann <c@d>\r\n354 go\r\n"),
        ],
        &[
            "greeting 220",
            "ehlo 2",
            "challenge ",
            "235 to Nothing",
            "250 to Nothing",
            "354 to Nothing",
        ],
    );
}

#[test]
fn a_conversation_can_be_joined_late() {
    check(&[c("EHLO a.example\r\n"), s("250-mx\r\n250 SIZE\r\n")], &["EHLO a.example", "ehlo 1"]);
}

#[test]
fn long_lines_are_skipped_and_still_answered() {
    let mut config = ObserverConfig::default();
    config.limits.line = 12;
    config.limits.reply_line = 10;
    config.limits.reply = 25;
    check_with(
        config,
        &[
            s("220 mx\r\n"),
            c("NOOP aaaaaaaaaaaaaaaa\r\nDATA aaaaaaaaaaaaaa\r\nNOOP\r\n"),
            s("250 ok\r\n501-aaaaaaaaaaaa\r\n501 b\r\n250 ok\r\n"),
            s("250-aaaa\r\n250-bbbb\r\n250-cccc\r\n250 d\r\n250 e\r\n"),
        ],
        &[
            "greeting 220",
            "too long line 23",
            "too long line 21",
            "250 to Command(Noop)",
            "too long reply_line 25",
            "NOOP",
            "250 to Command(Noop)",
            "too long reply 37",
            "250 to Nothing",
        ],
    );
}

#[test]
fn a_bad_reply_is_an_answer_all_the_same() {
    let config = ObserverConfig { tolerance: Tolerance::strict(), ..ObserverConfig::default() };
    check_with(
        config,
        &[
            s("220 mx\r\n"),
            c("DATA\r\n"),
            s("* OK\r\n354 g\0\r\n"),
            c(".\r\nNOOP\n"),
            s("250 ok\n500 what\r\n"),
        ],
        &[
            "greeting 220",
            "DATA",
            "invalid Server * OK\\r\\n expected Reply-code at byte 0",
            "invalid Server 354 g\\x00\\r\\n expected textstring at byte 5",
            "begin Data None",
            "end 0 true {}",
            "invalid Client NOOP\\n expected CRLF at byte 5",
            "invalid Server 250 ok\\n expected CRLF at byte 6",
            "500 to Command(Noop)",
        ],
    );
    let config = ObserverConfig { tolerance: Tolerance::lenient(), ..ObserverConfig::default() };
    check_with(
        config,
        &[s("\r\n220 mx\n"), c("NOOP\n")],
        &["greeting 220 {BareLfLine, BlankLine}", "NOOP {BareLfLine}"],
    );
}

#[test]
fn a_reply_that_only_one_command_has_finds_it() {
    check(
        &[s("220 mx\r\n"), c("\r\nDATA\r\n"), s("354 go\r\n"), c(".\r\n"), s("250 ok\r\n")],
        &[
            "greeting 220",
            "invalid Client \\r\\n expected verb at byte 0",
            "DATA",
            "354 to Command(Data)",
            "begin Data None",
            "end 0 true {}",
            "250 to Message",
        ],
    );
}

#[test]
fn memory_is_bounded() {
    let mut observer = Observer::new(ObserverConfig::default());
    for _ in 0..4096 {
        assert_eq!(observer.receive(Side::Client, b"NOOP\r\n").consumed, 6);
    }
    assert_eq!(observer.receive(Side::Client, b"NOOP\r\n").consumed, 0);
    assert!(observer.is_waiting(Side::Client));
    observer.receive(Side::Server, b"220 mx\r\n");
    observer.receive(Side::Server, b"250 ok\r\n");
    assert_eq!(observer.receive(Side::Client, b"NOOP\r\n").consumed, 6);
}

proptest! {
    #[test]
    fn any_cut_of_anything_is_heard_alike(
        words in proptest::collection::vec(
            (any::<bool>(), 0_usize..PIECES.len()),
            0..24,
        ),
        size in 1_usize..9,
        lmtp in any::<bool>(),
    ) {
        let mut config = ObserverConfig::default();
        config.limits.line = 24;
        config.limits.reply_line = 16;
        config.limits.reply = 40;
        if lmtp {
            config.protocol = Protocol::Lmtp;
        }
        // Whole lines alternate, so that the order of the two sides does not depend on the cut.
        let mut script = Vec::new();
        for (client, index) in words {
            script.push(if client { c(PIECES[index]) } else { s(PIECES[index]) });
        }
        script.extend([Eof(Side::Client), Eof(Side::Server)]);
        prop_assert_eq!(hear(config, &script, usize::MAX), hear(config, &script, size));
    }
}

const PIECES: &[&str] = &[
    "220 mx\r\n",
    "250 ok\r\n",
    "250-a\r\n250 SIZE\r\n",
    "250-aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n250-bbbbbbbbbb\r\n250 c\r\n",
    "334 YQ==\r\n",
    "354 go\r\n",
    "353 go\r\n",
    "550 no\r\n",
    "421 bye\r\n",
    "\r\n",
    "x\n",
    "* OK\r\n",
    "EHLO a\r\n",
    "MAIL FROM:<>\r\n",
    "RCPT TO:<a@b>\r\n",
    "DATA\r\n",
    ".\r\n",
    "a\r\n.\r\n",
    "BDAT 3\r\nabc",
    "BDAT 4 LAST\r\n.\r\n.",
    "BDAT x\r\n",
    "AUTH LOGIN\r\n",
    "YQ==\r\n",
    "*\r\n",
    "XCLIENT ADDR=x\r\n",
    "ATRN\r\n",
    "STARTTLS\r\n",
    "NOOP aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
    "AUTH aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
    "RSET\r\nNOOP\r\n",
];
