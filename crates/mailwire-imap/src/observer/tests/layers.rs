//! TLS, compression, and the modes.

use super::*;

#[test]
fn starttls() {
    check(
        &[
            S("* OK\r\n"),
            C("a STARTTLS\r\n"),
            S("a NO no\r\n"),
            C("b STARTTLS\r\nc NOOP\r\n"),
            S("b OK go\r\n"),
            S("c OK\r\n"),
            Tls,
            C("a CAPABILITY\r\n"),
            S("* CAPABILITY IMAP4rev1\r\na OK\r\n"),
        ],
        &[
            "greeting * OK {MissingText}",
            "a STARTTLS",
            "a NO no to Command(StartTls)",
            "b STARTTLS",
            "b OK go to Command(StartTls)",
            "tls",
            "|c NOOP\\r\\nc OK\\r\\n",
            "a CAPABILITY",
            "* CAPABILITY IMAP4rev1",
            "a OK to Command(Capability) {MissingText}",
        ],
    );
}

#[test]
fn compression() {
    check(
        &[
            S("* PREAUTH\r\n"),
            C("a COMPRESS LZ\r\n"),
            S("a NO no\r\n"),
            C("b NOOP\r\nc COMPRESS DEFLATE\r\n"),
            S("c OK go\r\n"),
            C("xx"),
            S("yy"),
            Compress,
            C("d NOOP\r\n"),
            // It was asked for before.
            S("b OK\r\nd OK\r\n"),
        ],
        &[
            "greeting * PREAUTH {MissingText}",
            "a COMPRESS LZ",
            "a NO no to Command(Compress)",
            "b NOOP",
            "c COMPRESS DEFLATE",
            "c OK go to Command(Compress)",
            "compress",
            "|xxyy",
            "d NOOP",
            "b OK to Command(Noop) {MissingText}",
            "d OK to Command(Noop) {MissingText}",
        ],
    );
    check(
        &[Eof(Side::Server), C("a COMPRESS DEFLATE\r\nJ4\u{1}"), Compress, C("b NOOP\r\n")],
        &["a COMPRESS DEFLATE", "compress", "|J4\\x01", "b NOOP"],
    );
}

#[test]
fn compression_ends_with_unauthenticate() {
    check(
        &[
            S("* PREAUTH\r\n"),
            C("a COMPRESS DEFLATE\r\n"),
            S("a OK go\r\n"),
            Compress,
            C("b UNAUTHENTICATE\r\n"),
            S("b NO no\r\n"),
            C("c UNAUTHENTICATE\r\n"),
            S("c OK done\r\n"),
            C("d UNAUTHENTICATE\r\n"),
            S("d OK done\r\n"),
        ],
        &[
            "greeting * PREAUTH {MissingText}",
            "a COMPRESS DEFLATE",
            "a OK go to Command(Compress)",
            "compress",
            "b UNAUTHENTICATE",
            "b NO no to Command(Unauthenticate)",
            "c UNAUTHENTICATE",
            "c OK done to Command(Unauthenticate)",
            "plain",
            // There is nothing more to end.
            "d UNAUTHENTICATE",
            "d OK done to Command(Unauthenticate)",
        ],
    );
}

/// The name of the mailbox is UTF-8 where that is enabled; elsewhere it is tolerated.
#[test]
fn enabling_changes_the_mode() {
    let hear = |observer: &mut Observer, side, line: &[u8]| {
        observer.receive(Side::Client, b"");
        observer.receive(side, line);
    };
    let selects = |observer: &mut Observer, tag: &str| {
        let line = format!("{tag} SELECT \"\u{e9}\"\r\n");
        let heard = observer.receive(Side::Client, line.as_bytes());
        match heard.event {
            Some(Observed::Command { deviations, .. }) => Some(deviations.is_empty()),
            _ => None,
        }
    };
    let mut observer = Observer::new(ObserverConfig::default());
    hear(&mut observer, Side::Server, b"* PREAUTH\r\n");
    assert_eq!(selects(&mut observer, "a"), Some(false));
    hear(&mut observer, Side::Client, b"b ENABLE CONDSTORE UTF8=ACCEPT\r\n");
    assert_eq!(selects(&mut observer, "c"), None);
    assert!(observer.is_waiting(Side::Client));
    // Nothing is enabled yet, and the mode is not that of an answer alone.
    assert_eq!(observer.mode(), Mode::REV1);
    hear(&mut observer, Side::Server, b"* ENABLED CONDSTORE\r\n");
    assert_eq!(observer.mode(), Mode::REV1);
    hear(&mut observer, Side::Server, b"b OK\r\n");
    assert_eq!(selects(&mut observer, "c"), Some(false));
    hear(&mut observer, Side::Client, b"d ENABLE IMAP4rev2\r\n");
    hear(&mut observer, Side::Server, b"* ENABLED IMAP4rev2\r\n");
    assert_eq!(observer.mode(), Mode::UTF8);
    hear(&mut observer, Side::Server, b"d OK\r\n");
    assert_eq!(selects(&mut observer, "e"), Some(true));
    hear(&mut observer, Side::Client, b"f UNAUTHENTICATE\r\n");
    assert_eq!(selects(&mut observer, "g"), None);
    hear(&mut observer, Side::Server, b"f OK\r\n");
    assert_eq!(selects(&mut observer, "g"), Some(false));
}

#[test]
fn a_server_may_forget_enabled() {
    let mut config = ObserverConfig::default();
    let script = [
        S("* PREAUTH x\r\n"),
        C("a ENABLE IMAP4rev2\r\nb SELECT \"\u{e9}\"\r\n"),
        S("a OK done\r\n"),
    ];
    let heard =
        |enabled, selected| ["greeting * PREAUTH x", "a ENABLE IMAP4rev2", enabled, selected];
    let select = "b SELECT {2}\\r\\n\\xc3\\xa9";
    let guessed = alloc::format!("{select} {{EightBitQuoted}}");
    check_with(config, &script, &heard("a OK done to Command(Enable)", &guessed));
    config.tolerance = config.tolerance.with(crate::Deviation::MissingEnabled);
    let forgotten = "a OK done to Command(Enable) {MissingEnabled}";
    check_with(config, &script, &heard(forgotten, select));
}
