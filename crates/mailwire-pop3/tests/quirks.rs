//! What real servers and clients send, and what is made of it: the quirks 65 to 84 of the protocol
//! notes, each by its number.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_core::tolerance::Deviation as _;
use mailwire_pop3::Unanswered::Unknown;
use mailwire_pop3::element::response_code::KnownCode;
use mailwire_pop3::family::greeting::Greeting;
use mailwire_pop3::server::TlsPolicy;
use mailwire_pop3::{
    Answer, Command, Deviation, Deviations, Expect, Extension, Item, Listing, PeerError, Response,
    SyntaxError, Tolerance, UsageError,
};
use mailwire_testing::drive::Driven as _;
use support::Seen::{
    self, Body, BodyBegin, BodyEnd, Challenge, Closed, Desync, ListBegin, ListEnd,
};
use support::script::{call, greeted_call, talk, transaction};
use support::{App, auth, client_config, everything, new_peer, number, pass, server_config, user};

/// What parses a row: gives the deviations and what is written back.
type Parse = fn(&[u8], Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError>;

fn command(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    Command::parse_with(bytes, tolerance).map(|(value, met)| (met, value.to_bytes()))
}

fn response(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    Response::parse_with(bytes, tolerance).map(|(value, met)| (met, value.to_bytes()))
}

/// Where a vendor's code is not tolerated it is a text with a bracket.
fn vendor(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    response(bytes, tolerance.without(Deviation::BracketInText))
}

fn greeting(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    Greeting::parse_with(bytes, tolerance).map(|(value, met)| (met, value.to_bytes()))
}

fn answer(
    bytes: &[u8],
    expect: Expect,
    tolerance: Tolerance,
) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    match Answer::parse_with(bytes, expect, tolerance)? {
        (Answer::Invalid { error, .. }, _) => Err(error),
        (value, met) => Ok((met, value.to_bytes())),
    }
}

fn stat(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    answer(bytes, Expect::Stat, tolerance)
}

fn uidl_1(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    answer(bytes, Expect::UniqueId(Some(number(1))), tolerance)
}

fn exchange(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    answer(bytes, Expect::Exchange, tolerance)
}

fn item(
    bytes: &[u8],
    listing: Listing,
    tolerance: Tolerance,
) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    match Item::parse_with(bytes, listing, tolerance) {
        (Item::Invalid(item), _) => Err(item.error()),
        (value, met) => Ok((met, value.to_bytes())),
    }
}

fn list(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    item(bytes, Listing::Sizes, tolerance)
}

fn uidl(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    item(bytes, Listing::UniqueIds, tolerance)
}

/// What is wanted of a row.
enum Want {
    /// It is legal.
    Legal,
    /// It deviates from the grammar in these ways, and is accepted where they are tolerated.
    Tolerated(&'static [Deviation]),
    /// It is refused under every tolerance, with this rule.
    Refused(&'static str),
}

use Want::{Legal, Refused, Tolerated};

/// Number, what parses it, octets, what is wanted.
fn codec_rows() -> Vec<(u32, Parse, Vec<u8>, Want)> {
    use Deviation as D;
    let fixed: Vec<(u32, Parse, &[u8], Want)> = vec![
        // Servers.
        (65, greeting, b"+OK\r\n", Legal),
        (65, greeting, b"+OK \r\n", Legal),
        (65, response, b"-ERR\r\n", Legal),
        (65, response, b"+ok done\r\n", Tolerated(&[D::LowerCaseStatus])),
        (65, response, b"+Ok\r\n", Tolerated(&[D::LowerCaseStatus])),
        (65, response, b"-err\r\n", Tolerated(&[D::LowerCaseStatus])),
        (65, response, b"+OKready\r\n", Refused("status")),
        (66, stat, b"+OK 2 -1\r\n", Tolerated(&[D::NegativeSize])),
        (66, stat, b"+OK 2 320 extra\r\n", Legal),
        (66, stat, b"+OK 2\r\n", Tolerated(&[D::MissingSize])),
        (66, stat, b"+OK  2  320\r\n", Tolerated(&[D::ExtraSpaces])),
        (66, stat, b"+OK 2 5000000000\r\n", Legal),
        (66, stat, b"+OK two\r\n", Refused("nn")),
        (67, list, b"1 120", Legal),
        (67, list, b"1  120", Tolerated(&[D::ExtraSpaces])),
        (67, list, b"1 120 extra", Legal),
        (67, list, b"1\t120", Tolerated(&[D::ExtraSpaces])),
        (67, response, b"+OK 3 messages (120 octets)\r\n", Legal),
        (67, response, b"+OK 20 Messages\r\n", Legal),
        (67, list, b"ghost", Refused("message-number")),
        (68, uidl, b"1   abc", Tolerated(&[D::ExtraSpaces])),
        (68, uidl, b"1 ", Tolerated(&[D::EmptyUniqueId])),
        (68, uidl, b"1 a b", Tolerated(&[D::OddUniqueId])),
        (68, uidl, b"1 \xe4", Tolerated(&[D::OddUniqueId])),
        (68, uidl_1, b"+OK 00001a14\r\n", Tolerated(&[D::MissingNumber])),
        (72, response, b"+OK 120 octets\r\n", Legal),
        (73, exchange, b"+ \r\n", Legal),
        (73, exchange, b"+ go ahead\r\n", Legal),
        (73, exchange, b"+\r\n", Tolerated(&[D::MissingChallengeSpace])),
        (73, exchange, b"+OK\r\n", Legal),
        (74, response, b"-ERR [AUTH]\r\n", Legal),
        (74, response, b"-ERR [sys/temp] x\r\n", Legal),
        (74, response, b"-ERR [SYS/PERM] x\r\n", Legal),
        (74, vendor, b"-ERR [WEBALERT https://x/y z] log in\r\n", Tolerated(&[D::VendorCode])),
        (74, vendor, b"-ERR [a, b] x\r\n", Tolerated(&[D::VendorCode])),
        (74, response, b"+OK x [y] z\r\n", Tolerated(&[D::BracketInText])),
        (77, greeting, b"* OK Gimap ready\r\n", Refused("status")),
        (77, greeting, b"220 mail.example ESMTP\r\n", Refused("status")),
        (77, greeting, b"-ERR no\r\n", Legal),
        (78, greeting, b"+OK <1.2@>\r\n", Legal),
        // Clients.
        (80, command, b"PASS a b\r\n", Legal),
        (80, command, b"PASS  a\r\n", Legal),
        (80, command, b"PASS \xe4\t\r\n", Legal),
        (80, command, b"USER a@b c\r\n", Tolerated(&[D::BlankInName])),
        (81, command, b"LIST \r\n", Tolerated(&[D::TrailingSpaces])),
        (81, command, b"list\r\n", Legal),
        (81, command, b"RETR  1\r\n", Tolerated(&[D::ExtraSpaces])),
        (81, command, b"TOP 1\r\n", Tolerated(&[D::MissingLineCount])),
        (81, command, b"RETR 01\r\n", Tolerated(&[D::LeadingZeros])),
        (81, command, b"RETR +1\r\n", Tolerated(&[D::PlusSign])),
        (81, command, b"LIST 0\r\n", Refused("message-number")),
        (81, command, b"RETR 4294967296\r\n", Refused("message-number")),
    ];
    let mut rows: Vec<_> =
        fixed.into_iter().map(|(n, parse, bytes, want)| (n, parse, bytes.into(), want)).collect();
    let long = [&b"1 "[..], &[b'x'; 71]].concat();
    rows.push((68, uidl, long, Tolerated(&[D::LongUniqueId])));
    rows
}

#[test]
fn quirks_of_the_codec() {
    let default = Tolerance::default().allowed();
    for (number, parse, bytes, want) in codec_rows() {
        let shown = format!("{number}: {}", bytes.escape_ascii());
        let strict = parse(&bytes, Tolerance::strict());
        match want {
            Legal => {
                let (met, written) = strict.unwrap_or_else(|error| panic!("{shown}: {error}"));
                assert!(met.is_empty(), "{shown}");
                assert_eq!(parse(&written, Tolerance::strict()).unwrap().1, written, "{shown}");
            }
            Tolerated(deviations) => {
                assert!(strict.is_err(), "{shown} is legal");
                let tolerance =
                    deviations.iter().fold(Tolerance::strict(), |set, one| set.with(*one));
                let (met, written) = parse(&bytes, tolerance).unwrap();
                assert_eq!(met.iter().collect::<Vec<_>>(), deviations, "{shown}");
                assert_eq!(parse(&written, tolerance).unwrap().1, written, "{shown}");
                let all = deviations.iter().all(|one| default.contains(*one));
                assert_eq!(parse(&bytes, Tolerance::default()).is_ok(), all, "{shown} by default");
                for one in deviations {
                    let without = Tolerance::lenient().without(*one);
                    assert!(parse(&bytes, without).is_err(), "{shown} without {}", one.name());
                }
            }
            Refused(rule) => {
                for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
                    assert_eq!(parse(&bytes, tolerance).unwrap_err().rule, rule, "{shown}");
                }
            }
        }
    }
}

fn ok(ticket: u64, line: &str) -> Seen {
    Seen::Ok(ticket, line.into())
}

fn line(text: &str) -> Seen {
    Seen::Item(text.into())
}

#[test]
fn quirk_65_lines_without_text() {
    let told = transaction(&client_config(), |call| {
        for command in [Command::List(None), Command::Retr(number(1)), Command::Noop] {
            call.send(&command);
        }
        call.hear("+OK\r\n.\r\n+ok\r\n.\r\n-ERR\r\n");
    });
    let all = [ListBegin(3), ListEnd(3), BodyBegin(4), BodyEnd(4, 0), Seen::Err(5, "-ERR".into())];
    assert_eq!(told.seen, all);
}

#[test]
fn quirk_66_a_size_that_is_not_told() {
    let mut config = client_config();
    config.tolerance = Tolerance::lenient();
    for text in ["2 -1", "2"] {
        let (answer, _) = Answer::parse_with(
            format!("+OK {text}\r\n").as_bytes(),
            Expect::Stat,
            config.tolerance,
        )
        .map(|(answer, met)| (answer.into_owned(), met))
        .unwrap();
        let Answer::Stat(stat) = answer else { panic!() };
        assert_eq!((stat.messages(), stat.octets()), (2, None));
    }
}

#[test]
fn quirk_67_odd_lines_are_items_of_their_own() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::List(None));
        call.hear("+OK 20 Messages\r\n2 1\r\n1 2\r\n1 2\r\nghost\r\n\r\n9  3\r\n.\r\n");
    });
    let items = [
        line("2 1"),
        line("1 2"),
        line("1 2"),
        line("!message-number ghost"),
        line("!message-number "),
        line("9 3"),
    ];
    assert_eq!(told.seen, [vec![ListBegin(3)], items.to_vec(), vec![ListEnd(3)]].concat());
}

#[test]
fn quirk_68_many_lines_for_one_message_are_out_of_step() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Uidl(Some(number(1))));
        call.hear("+OK\r\n1 abc\r\n.\r\n");
    });
    // The answer is bad, and what follows it answers nothing.
    assert_eq!(
        told.seen,
        [
            Seen::Invalid(3, "+OK".into()),
            Desync(None, b"1 abc\r\n".to_vec()),
            Seen::Error(PeerError::Desync),
        ]
    );
}

#[test]
fn quirk_69_what_is_not_offered_may_be_tried() {
    // CAPA is not known: TOP and UIDL are tried, and so is STLS.
    let told = call(&client_config(), |call| {
        call.hear("+OK\r\n");
        call.send(&Command::Capa);
        call.hear("-ERR what?\r\n");
        assert!(!call.peer.client.extensions().is_known());
        call.send(&user("a"));
        call.hear("+OK\r\n");
        call.send(&pass("b"));
        call.hear("+OK\r\n");
        call.send(&Command::Uidl(None));
        call.hear("-ERR what?\r\n");
        // A listing of no messages that is refused is no listing.
        call.send(&Command::List(None));
        call.hear("-ERR no messages\r\n");
        call.send(&support::top(1, 0));
        call.hear("-ERR what?\r\n");
    });
    assert_eq!(told.error, None);
    assert!(told.sent.ends_with("UIDL\r\nLIST\r\nTOP 1 0\r\n"));
    // It is known, and they are not in it.
    transaction(&client_config(), |call| {
        assert!(!call.peer.client.extensions().has(Extension::Uidl));
        call.send(&Command::Uidl(None));
        call.hear("+OK\r\n.\r\n");
    });
}

#[test]
fn quirk_70_only_crlf_ends_a_message() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Retr(number(1)));
        call.hear("+OK\r\na\n.\nb\r\n.\n");
        call.hear("\r\n.\r\n");
    });
    let body = b"a\n.\nb\r\n\n\r\n".to_vec();
    let size = body.len() as u64;
    assert_eq!(told.seen, [BodyBegin(3), Body(body), BodyEnd(3, size)]);
}

#[test]
fn quirk_71_a_server_that_does_not_stuff_dots() {
    // One dot goes, whatever follows it, as the RFC has it.
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Retr(number(1)));
        call.send(&Command::Noop);
        call.hear("+OK\r\n.x\r\n.\r\nrest\r\n.\r\n+OK\r\n");
    });
    assert_eq!(
        told.seen,
        [
            BodyBegin(3),
            Body(b"x\r\n".to_vec()),
            BodyEnd(3, 3),
            Desync(Some(4), b"rest\r\n".to_vec()),
            Seen::Error(PeerError::Desync),
        ]
    );
    assert_eq!(told.unanswered, [(4, Unknown)]);
}

#[test]
fn quirk_72_the_number_of_octets_is_a_hint() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Retr(number(1)));
        call.hear("+OK 99999 octets\r\nx\r\n.\r\n");
    });
    assert_eq!(told.seen, [BodyBegin(3), Body(b"x\r\n".to_vec()), BodyEnd(3, 3)]);
    assert_eq!(Response::parse(b"+OK 99999 octets\r\n").unwrap().octets(), Some(99_999));
}

#[test]
fn quirk_73_ok_ends_an_exchange() {
    // A server that says +OK for a challenge cannot be told from one that is done: the mechanism
    // knows whether it is.
    let told = greeted_call(&client_config(), &["SASL LOGIN"], |call| {
        call.send(&Command::Auth(Some(auth("LOGIN"))));
        call.hear("+\r\n");
        call.peer.client.respond_auth(b"user").unwrap();
        call.hear("+ go ahead\r\n");
        call.peer.client.respond_auth(b"pass").unwrap();
        call.hear("+OK\r\n");
    });
    assert_eq!(told.seen, [Challenge(Vec::new()), Challenge(b"go ahead".to_vec()), ok(1, "+OK")]);
}

#[test]
fn quirk_74_response_codes() {
    for (line, known) in [
        ("-ERR [AUTH] no", Some(KnownCode::Auth)),
        ("-ERR [auth/expired] no", Some(KnownCode::Auth)),
        ("-ERR [SYS/TEMP] no", Some(KnownCode::SysTemp)),
        ("-ERR [sys/perm]", Some(KnownCode::SysPerm)),
        ("-ERR [IN-USE] no", Some(KnownCode::InUse)),
        ("-ERR [LOGIN-DELAY] no", Some(KnownCode::LoginDelay)),
        ("-ERR [UTF8] no", Some(KnownCode::Utf8)),
        ("-ERR [WEBALERT http://support.example/kb?answer=1 x] Web login required", None),
    ] {
        let line = format!("{line}\r\n");
        let response = Response::parse(line.as_bytes()).unwrap();
        assert_eq!(response.code().unwrap().known(), known, "{line}");
    }
    // Without an initial response, where the server does not take one.
    let told = greeted_call(&client_config(), &["SASL PLAIN"], |call| {
        call.send(&Command::Auth(Some(auth("PLAIN").with_initial_response(b"\0a\0b"))));
        call.hear("-ERR syntax\r\n");
        call.send(&Command::Auth(Some(auth("PLAIN"))));
        call.hear("+ \r\n");
        call.peer.client.respond_auth(b"\0a\0b").unwrap();
        call.hear("-ERR [AUTH] no\r\n");
    });
    assert_eq!(told.error, None);
}

#[test]
fn quirk_75_the_end_in_the_middle_of_a_message() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Retr(number(1)));
        call.hear("+OK\r\nhalf\r\n-ERR read error\r\n");
        call.end();
    });
    // It is part of the message as far as anyone can tell, and the message has no end.
    let body = Body(b"half\r\n-ERR read error\r\n".to_vec());
    assert_eq!(told.seen, [BodyBegin(3), body, Seen::Error(PeerError::Eof)]);
    assert_eq!(told.unanswered, [(3, Unknown)]);
}

#[test]
fn quirk_76_an_empty_line_before_an_answer() {
    for lenient in [false, true] {
        let mut config = client_config();
        if lenient {
            config.tolerance = Tolerance::lenient();
        }
        let told = transaction(&config, |call| {
            call.send(&Command::Dele(number(1)));
            call.hear("\r\n+OK\r\n");
        });
        if lenient {
            assert_eq!(told.seen, [ok(3, "+OK")]);
        } else {
            assert_eq!(told.error, Some(PeerError::Desync));
        }
    }
}

#[test]
fn quirk_77_a_greeting_of_another_protocol() {
    for line in ["* OK Gimap ready\r\n", "220 mail.example ESMTP\r\n"] {
        let mut peer = new_peer(client_config());
        assert_eq!(peer.feed(line.as_bytes()), [Seen::Error(PeerError::WrongProtocol)]);
    }
}

#[test]
fn quirk_78_odd_stamps() {
    for line in [&b"+OK <1.2@>\r\n"[..], b"+OK <12>\r\n", b"+OK <a@b> <c@d>\r\n"] {
        assert_eq!(Greeting::parse(line).unwrap().stamp(), None);
    }
    let line = b"+OK [XCLIENT] Dovecot ready. <7e6f.50.6b03.TCc+Cmzw==@mail.example.net>\r\n";
    assert!(Greeting::parse(line).unwrap().stamp().is_some());
}

#[test]
fn quirk_79_what_changes_with_stls_and_login() {
    let told =
        greeted_call(&client_config(), &["STLS", "SASL LOGIN", "LOGIN-DELAY 9 USER"], |call| {
            assert_eq!(call.peer.client.extensions().login_delay(), Some(9));
            call.send(&Command::Stls);
            call.hear("+OK\r\n");
            call.peer.client.tls_started().unwrap();
            assert_eq!(call.peer.client.extensions().login_delay(), None);
            call.capa(&["USER", "LOGIN-DELAY 9 USER", "TOP"]);
            call.send(&user("a"));
            call.hear("+OK\r\n");
            call.send(&pass("b"));
            call.hear("+OK\r\n");
            assert_eq!(call.peer.client.extensions().login_delay(), None);
            assert!(call.peer.client.extensions().has(Extension::Top));
        });
    assert_eq!(told.error, None);
}

#[test]
fn quirk_80_a_password_is_taken_as_it_is() {
    let heard = talk(&server_config(), |talk| talk.say("USER user\r\nPASS pass word\r\n"));
    assert_eq!(heard.signs(), ["+OK", "+OK"]);
    assert_eq!(heard.events, ["USER user", "PASS pass word"]);
}

#[test]
fn quirk_81_commands_with_blanks() {
    let heard = talk(&server_config(), |talk| {
        talk.say("USER user \r\nPASS pass word\r\nSTAT \r\ndele  01\r\nRSET\t\r\n");
    });
    assert_eq!(heard.signs(), ["+OK"; 5]);
    assert_eq!(heard.commands()[3], "DELE 1");
}

#[test]
fn quirk_82_answers_do_not_interleave() {
    let mut app = App::new(server_config());
    app.output();
    app.feed(b"USER user\r\nPASS pass word\r\n");
    app.output();
    app.late = true;
    app.feed(b"RETR 1\r\nRETR 2\r\nNOOP\r\n");
    app.server.accept().unwrap();
    // The next answer cannot begin before this one ends.
    assert!(matches!(app.server.accept(), Err(UsageError::NotNow { .. })));
    app.server.finish_body().unwrap();
    app.server.accept().unwrap();
    app.server.finish_body().unwrap();
    app.server.accept().unwrap();
    let once = "+OK message follows\r\n.\r\n";
    assert_eq!(String::from_utf8(app.output()).unwrap(), format!("{once}{once}+OK\r\n"));
}

#[test]
fn quirk_83_utf8_where_it_is_not_offered() {
    let told = greeted_call(&client_config(), &["TOP"], |call| {
        assert_eq!(call.refuse(&Command::Utf8), UsageError::NotOffered(Extension::Utf8));
    });
    assert_eq!(told.sent, "");
    let heard = talk(&server_config(), |talk| talk.say("UTF8\r\n"));
    assert_eq!(heard.signs(), ["-ERR"]);
    let heard = talk(&everything(), |talk| {
        talk.say("USER j\u{f6}rg\r\nUSER user\r\nPASS pass word\r\nUTF8\r\n");
    });
    assert_eq!(heard.signs(), ["+OK", "+OK", "+OK", "-ERR"]);
    let heard = talk(&server_config(), |talk| talk.say("USER j\u{f6}rg\r\n"));
    assert_eq!(heard.output, "-ERR names are ASCII here\r\n");
}

#[test]
fn quirk_84_quit_may_end_in_any_way() {
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Quit);
        call.hear("-ERR not all removed\r\n");
        call.end();
    });
    assert_eq!(told.seen, [Seen::Err(3, "-ERR not all removed".into()), Closed]);
    let told = transaction(&client_config(), |call| {
        call.send(&Command::Quit);
        call.end();
    });
    assert_eq!(told.seen, [Seen::Unanswered(3, Unknown), Closed]);
}

#[test]
fn stls_is_told_where_it_is_required() {
    let mut config = everything();
    config.tls = TlsPolicy::Required;
    let heard = talk(&config, |talk| talk.say("USER user\r\n"));
    assert_eq!(heard.output, "-ERR say STLS first\r\n");
}
