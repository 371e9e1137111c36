//! What real servers and clients send, and what is made of it: the list of 64 quirks of the protocol
//! notes, each by its number.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use bytes::Bytes;
use mailwire_core::tolerance::Deviation as _;
use mailwire_smtp::client::ClientConfig;
use mailwire_smtp::element::enhanced_code::EnhancedCode;
use mailwire_smtp::extension::Extensions;
use mailwire_smtp::family::auth::Auth;
use mailwire_smtp::family::greeting::Greeting;
use mailwire_smtp::family::hello::EhloReply;
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::server::{BareNewlines, Protocol, TlsPolicy};
use mailwire_smtp::{
    Command, Deviation, Deviations, Extension, Machine, PeerError, Reply, ServerConfig,
    SyntaxError, Tolerance, Unanswered, Verb,
};
use mailwire_testing::drive::Driven as _;
use support::{App, Peer, Seen, ehlo, lhlo, mail, new_peer, rcpt, server_config};

/// What parses a row: gives the deviations and what is written back.
type Parse = fn(&[u8], Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError>;

fn command(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    Command::parse_with(bytes, tolerance).map(|(value, met)| (met, value.to_bytes()))
}

fn reply(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    Reply::parse_with(bytes, tolerance).map(|(value, met)| (met, value.to_bytes()))
}

fn hello(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    EhloReply::parse_with(bytes, tolerance).map(|(value, met)| (met, value.to_bytes()))
}

fn greeting(bytes: &[u8], tolerance: Tolerance) -> Result<(Deviations, Vec<u8>), SyntaxError> {
    Greeting::parse_with(bytes, tolerance).map(|(value, met)| (met, value.to_bytes()))
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
    let long = "x".repeat(900);
    let (local, path) = ("l".repeat(80), "d".repeat(250));
    let fixed: Vec<(u32, Parse, &[u8], Want)> = vec![
        // Servers.
        (1, reply, b"250\r\n", Legal),
        (1, hello, b"250-a\r\n250\r\n", Tolerated(&[D::EmptyKeyword])),
        (2, greeting, b"220\r\n", Legal),
        (2, greeting, b"220-a\r\n220-\r\n220\r\n", Legal),
        (2, greeting, b"220 \r\n", Tolerated(&[D::EmptyText])),
        (3, reply, b"250-first\r\n550 last\r\n", Tolerated(&[D::ReplyCodeMismatch])),
        (4, reply, b"250-a\n250 b\n", Tolerated(&[D::BareLfLine])),
        (5, hello, b"250-a\r\n250-\r\n250 SIZE\r\n", Tolerated(&[D::EmptyKeyword])),
        (6, hello, b"250-a\r\n250 AUTH=LOGIN PLAIN\r\n", Tolerated(&[D::KeywordEquals])),
        (6, hello, b"250-a\r\n250 X=Y\r\n", Tolerated(&[D::KeywordEquals])),
        (7, hello, b"250-a\r\n250 AUTH\r\n", Legal),
        (7, hello, b"250-a\r\n250 AUTH LOGIN  PLAIN \r\n", {
            Tolerated(&[D::TrailingSpaces, D::ExtraSpaces])
        }),
        (8, hello, b"250-a\r\n250 SIZE\r\n", Legal),
        (8, hello, b"250-a\r\n250 SIZE 0\r\n", Legal),
        (8, hello, b"250-a\r\n250 SIZE 35651584 \r\n", Tolerated(&[D::TrailingSpaces])),
        (8, hello, b"250-a\r\n250 SIZE=1000000\r\n", Tolerated(&[D::KeywordEquals])),
        (8, hello, b"250-a\r\n250 SIZE 99999999999999999999\r\n", Legal),
        (9, hello, b"250-a\r\n250 8bitmime\r\n", Legal),
        (9, hello, b"250-a\r\n250 Ok\r\n", Legal),
        (9, hello, b"250-a\r\n250 Ok, pleased\r\n", Tolerated(&[D::InvalidKeyword])),
        (9, hello, b"250-hello [1.2.3.4], pleased\r\n250 SIZE\r\n", Legal),
        (10, hello, b"250-x_y.local Hello\r\n250 SIZE\r\n", Legal),
        (10, hello, b"250-[10.0.0.1]\r\n250 SIZE\r\n", Legal),
        (10, hello, b"250-\r\n250 SIZE\r\n", Legal),
        (10, hello, b"250-p00-iscream-smtp-10.2\r\n250 SIZE\r\n", Legal),
        (11, hello, b"250-a\r\n250-STARTTLS\r\n250 STARTTLS\r\n", Legal),
        (13, reply, b"550 \xd3\xca\xcf\xe4\r\n", Tolerated(&[D::EightBitText])),
        (14, reply, b"550-5.7.1 [2001:db8::1  12] a\r\n550 5.7.1 b\r\n", Legal),
        (15, reply, b"535 5.7.8\r\n", Legal),
        (15, reply, b"535-5.7.8 Username\r\n535 5.7.8 and Password\r\n", Legal),
        (15, reply, b"250 2.1.0Sender OK\r\n", Legal),
        (16, reply, b"554 5.4.7.1 foo\r\n", Legal),
        (16, reply, b"550 #5.1.0 rejected\r\n", Legal),
        (16, reply, b"550 5.7.1000 blocked\r\n", Legal),
        (16, reply, b"451 4.7.650 busy\r\n", Legal),
        (17, reply, b"250 5.0.0 ok\r\n", Legal),
        (25, reply, b"334\r\n", Legal),
        (25, reply, b"334 \r\n", Legal),
        (25, reply, b"334 tell me your name\r\n", Legal),
        (26, reply, b"235\r\n", Legal),
        (26, reply, b"235 \r\n", Tolerated(&[D::EmptyText])),
        (29, reply, b" 250 a\r\n", Refused("Reply-code")),
        (29, reply, b"\x00250 a\r\n", Refused("Reply-code")),
        (29, reply, b"\xff\xfb\x01250 a\r\n", Refused("Reply-code")),
        (29, reply, b"\xef\xbb\xbf250 a\r\n", Refused("Reply-code")),
        (30, reply, b"250 OK\0\r\n", Tolerated(&[D::ControlInText])),
        // Clients.
        (31, command, b"MAIL FROM: <a@b>\r\n", Tolerated(&[D::SpaceAfterColon])),
        (31, command, b"RCPT TO:\t<a@b>\r\n", Tolerated(&[D::SpaceAfterColon])),
        (32, command, b"MAIL FROM :<a@b>\r\n", Tolerated(&[D::SpaceBeforeColon])),
        (32, command, b"MAIL  FROM:<a@b>\r\n", Tolerated(&[D::ExtraSpaces])),
        (32, command, b"mail from:<a@b>\r\n", Legal),
        (33, command, b"MAIL FROM:a@b\r\n", Tolerated(&[D::MissingAngleBrackets])),
        (33, command, b"RCPT TO:a@b X-SIZE=3\r\n", Tolerated(&[D::MissingAngleBrackets])),
        (34, command, b"MAIL FROM:<a@b\r\n", Refused("Path")),
        (34, command, b"MAIL FROM:<<a@b>>\r\n", Refused("Local-part")),
        (34, command, b"MAIL FROM:<a@b>>\r\n", Refused("CRLF")),
        (34, command, b"MAIL FROM:<Name <a@b>>\r\n", Refused("Mailbox")),
        (34, command, b"MAIL FROM:<mailto:a@b>\r\n", Refused("Mailbox")),
        (35, command, b"MAIL FROM:<a@b>SIZE=1\r\n", {
            Tolerated(&[D::MissingSpaceBeforeParameters])
        }),
        (35, command, b"MAIL FROM:<a@b>  SIZE=1\r\n", Tolerated(&[D::ExtraSpaces])),
        (36, command, b"MAIL FROM:<user.@example.com>\r\n", Tolerated(&[D::BadLocalPart])),
        (36, command, b"MAIL FROM:<a..b@docomo.example>\r\n", Tolerated(&[D::BadLocalPart])),
        (36, command, b"MAIL FROM:<.a@b>\r\n", Tolerated(&[D::BadLocalPart])),
        (38, command, b"RCPT TO:<\"odd user\"@x>\r\n", Legal),
        (38, command, b"RCPT TO:<\"a>b\"@x>\r\n", Legal),
        (38, command, b"RCPT TO:<\"a@b\"@x>\r\n", Legal),
        (39, command, b"RCPT TO:<a@[192.0.2.1]>\r\n", Legal),
        (39, command, b"RCPT TO:<a@[IPv6:2001:db8::1]>\r\n", Legal),
        (39, command, b"RCPT TO:<a@[::1]>\r\n", Tolerated(&[D::UntaggedIpv6Literal])),
        (40, command, b"RCPT TO:<@relay1,@relay2:a@b>\r\n", Legal),
        (41, command, b"RCPT TO:<postmaster>\r\n", Legal),
        (41, command, b"RCPT TO:<POSTmaster>\r\n", Legal),
        (42, command, b"RCPT TO:<>\r\n", Refused("Local-part")),
        (42, command, b"RCPT TO:<a>\r\n", Tolerated(&[D::MissingDomain])),
        (43, command, b"EHLO\r\n", Tolerated(&[D::MissingHelloName])),
        // By its letters a literal of another tag.
        (43, command, b"EHLO [fe80::1%eth0]\r\n", Legal),
        (43, command, b"EHLO host_name\r\n", Tolerated(&[D::HelloNotDomain])),
        (43, command, b"EHLO 192.0.2.1\r\n", Legal),
        (43, command, b"EHLO [192.0.2.1\r\n", Tolerated(&[D::HelloNotDomain])),
        (43, command, b"EHLO host.\r\n", Tolerated(&[D::HelloNotDomain])),
        (43, command, b"EHLO a b c\r\n", Tolerated(&[D::HelloNotDomain])),
        (43, command, b"EHLO Joe's PC\r\n", Tolerated(&[D::HelloNotDomain])),
        (44, command, b"STARTTLS foo\r\n", Refused("CRLF")),
        (44, command, b"DATA foo\r\n", Refused("CRLF")),
        (44, command, b"QUIT foo\r\n", Tolerated(&[D::UnexpectedArgument])),
        (44, command, b"RSET foo\r\n", Tolerated(&[D::UnexpectedArgument])),
        (45, command, b"AUTH PLAIN  AGEAYg==\r\n", Tolerated(&[D::ExtraSpaces])),
        (45, command, b"AUTH LOGIN dXNlcg==\r\n", Legal),
        (45, command, b"AUTH=PLAIN AGEAYg==\r\n", Tolerated(&[D::AuthEqualsCommand])),
        (45, command, b"AUTH PLAIN \r\n", Tolerated(&[D::TrailingSpaces])),
        (45, command, b"AUTH plain AGEAYg==\r\n", Legal),
        (45, command, b"AUTH PLAIN =\r\n", Legal),
        (46, command, b"NOOP\n", Tolerated(&[D::BareLfLine])),
        (46, command, b"NOOP\r", Refused("CRLF")),
        (54, command, b"BDAT 10 last\r\n", Legal),
        (54, command, b"BDAT 0 LAST\r\n", Legal),
        (54, command, b"BDAT -1\r\n", Refused("chunk-size")),
        (54, command, b"BDAT 99999999999999999999\r\n", Refused("chunk-size")),
        (58, command, b"RCPT TO:<a@b> NOTIFY=success,failure\r\n", Legal),
        (58, command, b"RCPT TO:<a@b> ORCPT=rfc822;a@b\r\n", Legal),
        (58, command, b"RCPT TO:<a@b> ORCPT=rfc822;a+z@b\r\n", Tolerated(&[D::RawXtext])),
        (58, command, b"RCPT TO:<a@b> ORCPT=rfc822;root\r\n", Legal),
        (58, command, b"RCPT TO:<a@b> ORCPT=RFC822;a@b\r\n", Legal),
        (59, command, b"MAIL FROM:<a@b> BODY=8bitmime SMTPUTF8\r\n", Legal),
        (59, command, b"MAIL FROM:<a@b> BODY=8BIT\r\n", Refused("body-value")),
        (59, command, b"MAIL FROM:<a@b> SIZE=\r\n", Refused("size-value")),
        (61, command, b"MAIL FROM:<\xc3\xa9@b>\r\n", Legal),
        (61, command, b"MAIL FROM:<\xe9@b>\r\n", Refused("Local-part")),
        (62, command, b"\r\n", Refused("verb")),
    ];
    let mut rows: Vec<_> = fixed
        .into_iter()
        .map(|(number, parse, bytes, want)| (number, parse, bytes.into(), want))
        .collect();
    rows.push((12, reply, format!("550 {long}\r\n").into(), Legal));
    rows.push((37, command, format!("RCPT TO:<{local}@b>\r\n").into(), {
        Tolerated(&[D::LongLocalPart])
    }));
    rows.push((37, command, format!("RCPT TO:<a@{path}>\r\n").into(), Legal));
    rows.push((37, command, format!("RCPT TO:<{local}@{path}>\r\n").into(), {
        Tolerated(&[D::LongLocalPart, D::LongPath])
    }));
    rows
}

#[test]
fn codec() {
    for (number, parse, bytes, want) in codec_rows() {
        let shown = format!("quirk {number}: {}", bytes.escape_ascii());
        match want {
            Legal => {
                let (met, written) = parse(&bytes, Tolerance::strict()).expect(&shown);
                assert!(met.is_empty(), "{shown}");
                assert!(parse(&written, Tolerance::strict()).is_ok(), "{shown}");
            }
            Tolerated(deviations) => {
                let all = deviations.iter().fold(Deviations::EMPTY, |all, one| all.with(*one));
                let just = deviations.iter().fold(Tolerance::strict(), |all, one| all.with(*one));
                let (met, written) = parse(&bytes, just).expect(&shown);
                assert_eq!(met, all, "{shown}");
                for deviation in deviations {
                    let without = just.without(*deviation);
                    assert!(parse(&bytes, without).is_err(), "{shown}: {deviation:?}");
                }
                assert!(parse(&written, Tolerance::lenient()).is_ok(), "{shown}");
            }
            Refused(rule) => {
                for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
                    assert_eq!(parse(&bytes, tolerance).unwrap_err().rule, rule, "{shown}");
                }
            }
        }
    }
}

// The behaviour of machines.

/// A client behind the greeting and an EHLO reply with these keywords.
fn client_with(config: ClientConfig, keywords: &str) -> Peer {
    let mut peer = new_peer(config);
    assert_eq!(peer.feed(b"220 mail.example\r\n"), [Seen::Greeting(220)]);
    peer.client.send(&ehlo()).unwrap();
    peer.output();
    let mut lines = vec!["mail.example"];
    lines.extend(keywords.split_terminator(','));
    let last = lines.pop().unwrap();
    let mut hello: String = lines.iter().map(|line| format!("250-{line}\r\n")).collect();
    hello += &format!("250 {last}\r\n");
    assert_eq!(peer.feed(hello.as_bytes()), [Seen::Reply(0, 250, None)]);
    peer
}

fn client(keywords: &str) -> Peer {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    client_with(config, keywords)
}

fn give(peer: &mut Peer, commands: &[Command<'_>]) -> Vec<u8> {
    for command in commands {
        peer.client.send(command).unwrap();
    }
    peer.output()
}

fn envelope() -> [Command<'static>; 3] {
    [mail("a"), rcpt("b"), Command::Data]
}

fn auth(name: &str) -> Command<'_> {
    Command::Auth(Auth::new(MechanismName::new(name).unwrap()))
}

/// What a server and its application see of these octets, behind the greeting.
fn served(config: ServerConfig, octets: &[u8]) -> (Vec<String>, String, App) {
    let mut app = App::new(config);
    app.output();
    let (mut input, mut output) = (octets.to_vec(), Vec::new());
    loop {
        let consumed = app.feed(&input).min(input.len());
        input.drain(..consumed);
        let out = app.output();
        output.extend_from_slice(&out);
        if out.is_empty() {
            let events = app.events.clone();
            return (events, String::from_utf8(output).unwrap(), app);
        }
    }
}

/// The same, with EHLO in a write of its own.
fn session(config: ServerConfig, octets: &[u8]) -> (Vec<String>, String, App) {
    let mut app = App::new(config);
    app.output();
    app.feed(b"EHLO c.example\r\n");
    app.output();
    let (mut input, mut output) = (octets.to_vec(), Vec::new());
    loop {
        let consumed = app.feed(&input).min(input.len());
        input.drain(..consumed);
        let out = app.output();
        output.extend_from_slice(&out);
        if out.is_empty() {
            let events = app.events.split_off(1);
            return (events, String::from_utf8(output).unwrap(), app);
        }
    }
}

const ENVELOPE: &str = "MAIL FROM:<a@c.example>\r\nRCPT TO:<b@mail.example>\r\n";

/// A message with this body; what is stored, and the reply to it.
fn delivered(config: ServerConfig, body: &[u8]) -> (Vec<Vec<u8>>, String) {
    let octets = [ENVELOPE.as_bytes(), b"DATA\r\n", body].concat();
    let (_, output, app) = session(config, &octets);
    let stored = app.stored.iter().map(|stored| stored.body.clone()).collect();
    (stored, output.lines().skip(3).collect::<Vec<_>>().join("/"))
}

fn codes(output: &str) -> Vec<&str> {
    output.lines().map(|line| &line[..3]).collect()
}

/// Two spellings of AUTH and a keyword twice are one offer.
fn q06_q11_offers_are_a_set() {
    let wire = b"250-a\r\n250-AUTH=LOGIN PLAIN\r\n250-AUTH LOGIN PLAIN\r\n250-STARTTLS\r\n250 STARTTLS\r\n";
    let offered = Extensions::offered(&EhloReply::parse(wire).unwrap());
    assert!(offered.has_mechanism("LOGIN") && offered.has_mechanism("plain"));
    assert_eq!(offered.set().iter().count(), 2);
}

fn q08_sizes() {
    for (line, limit) in [
        ("SIZE", None),
        ("SIZE 0", None),
        ("SIZE 35651584 ", Some(35_651_584)),
        ("SIZE=1000000", Some(1_000_000)),
        ("SIZE 99999999999999999999", Some(u64::MAX)),
    ] {
        assert_eq!(client(line).client.extensions().max_size(), limit, "{line}");
    }
}

/// The limit is exact, and what is over it ends the session.
fn q12_long_reply_lines() {
    let mut peer = client("SIZE");
    give(&mut peer, &[Command::Noop(None)]);
    let line = format!("250 {}\r\n", "x".repeat(4096 - 6));
    assert_eq!(peer.feed(line.as_bytes()), [Seen::Reply(1, 250, None)]);
    give(&mut peer, &[Command::Noop(None)]);
    let line = format!("250 {}\r\n", "x".repeat(4096 - 5));
    let limit = PeerError::Limit { name: "reply_line", limit: 4096 };
    assert!(peer.feed(line.as_bytes()).contains(&Seen::Error(limit)));
}

fn q14_q17_status_codes() {
    let status = |bytes: &[u8]| Reply::parse(bytes).unwrap().enhanced_code();
    let code = |text: &[u8]| EnhancedCode::parse(text).ok();
    let wire = b"550-5.7.1 [2001:db8::1  12] a\r\n550 5.7.1 b\r\n";
    let reply = Reply::parse(wire).unwrap();
    assert!(reply.lines().eq([&b"[2001:db8::1  12] a"[..], b"b"]));
    assert_eq!(status(b"535 5.7.8\r\n"), code(b"5.7.8"));
    assert_eq!(status(b"451 4.7.650 busy\r\n"), code(b"4.7.650"));
    for none in [
        &b"250 2.1.0Sender OK\r\n"[..],
        b"554 5.4.7.1 foo\r\n",
        b"550 5.7.1000 blocked\r\n",
        b"250 5.0.0 ok\r\n",
    ] {
        assert_eq!(status(none), None, "{}", none.escape_ascii());
    }
    let marked = Reply::parse(b"550 #5.1.0 rejected\r\n").unwrap();
    assert_eq!(EnhancedCode::find_in_text(marked.text()), code(b"5.1.0"));
}

fn q18_354_without_recipients() {
    let mut peer = client("PIPELINING");
    give(&mut peer, &envelope());
    let seen = peer.feed(b"250 ok\r\n550 no\r\n354 go\r\n");
    assert_eq!(seen.last(), Some(&Seen::Reply(3, 354, None)), "no body is asked for");
    assert_eq!(peer.output(), b".\r\n");
    assert_eq!(peer.feed(b"554 nothing to do\r\n"), [Seen::Reply(3, 554, None)]);
    // What became of the transaction is not known, so it is given up.
    assert!(peer.client.send(&mail("a")).is_err());
    assert!(peer.client.send(&Command::Rset).is_ok());
}

/// The first digit decides, and the code is told.
fn q19_first_digit() {
    for code in [251_u16, 252, 250] {
        let mut peer = client("");
        give(&mut peer, &[mail("a")]);
        peer.feed(b"250 ok\r\n");
        give(&mut peer, &[rcpt("b")]);
        let seen = peer.feed(format!("{code} ok\r\n").as_bytes());
        assert_eq!(seen, [Seen::Reply(2, code, None)]);
        assert_eq!(peer.client.state(), mailwire_smtp::State::Rcpt);
    }
    let mut peer = client("AUTH PLAIN");
    give(&mut peer, &[auth("PLAIN")]);
    peer.feed(b"334 \r\n");
    peer.client.respond_auth(b"\0a\0b").unwrap();
    peer.output();
    assert_eq!(peer.feed(b"250 fine\r\n"), [Seen::Reply(1, 250, None)]);
    assert!(peer.client.is_authenticated());
    // STARTTLS is the exception: only 220 begins a handshake.
    let mut peer = client("STARTTLS");
    give(&mut peer, &[Command::StartTls]);
    assert_eq!(peer.feed(b"250 fine\r\n"), [Seen::Reply(1, 250, None)]);
    assert!(peer.client.tls_started().is_err());
}

fn q20_second_ehlo() {
    let mut peer = client("SIZE 5,STARTTLS");
    give(&mut peer, &[ehlo()]);
    assert_eq!(peer.feed(b"503 You already said HELO\r\n"), [Seen::Reply(1, 503, None)]);
    assert_eq!(peer.client.extensions().max_size(), Some(5), "what was offered is kept");
    assert_eq!(peer.client.state(), mailwire_smtp::State::Ready);
}

fn q21_ehlo_refused() {
    let mut peer = new_peer(ClientConfig::default());
    peer.feed(b"220 a\r\n");
    give(&mut peer, &[ehlo()]);
    assert_eq!(peer.feed(b"421 busy\r\n"), [Seen::Reply(0, 421, None), Seen::Closed]);
    assert!(peer.client.send(&ehlo()).is_err(), "HELO is no way round 421");
    let mut peer = new_peer(ClientConfig::default());
    peer.feed(b"220 a\r\n");
    give(&mut peer, &[ehlo()]);
    assert_eq!(peer.feed(b"550 no\r\n"), [Seen::Reply(0, 550, None)]);
    let name = support::domain("client.example");
    assert!(peer.client.send(&Command::Helo(name.into())).is_ok());
}

fn q22_close_behind_mail() {
    let mut peer = client("PIPELINING");
    give(&mut peer, &envelope());
    assert_eq!(peer.feed(b"550 blocked\r\n"), [Seen::Reply(1, 550, None)]);
    assert_eq!(peer.client.receive_eof(), Err(PeerError::Eof));
    let rest: Vec<_> = std::iter::from_fn(|| peer.client.unanswered())
        .map(|(ticket, outcome)| (support::number(ticket), outcome))
        .collect();
    assert_eq!(rest, [(2, Unanswered::Unknown), (3, Unanswered::Unknown)]);
}

fn q23_any_segments() {
    let mut peer = client("PIPELINING");
    give(&mut peer, &[mail("a"), rcpt("b")]);
    let seen = peer.feed(b"250 a\r\n250 b\r\n");
    assert_eq!(seen, [Seen::Reply(1, 250, None), Seen::Reply(2, 250, None)]);
    let mut peer = new_peer(ClientConfig::default());
    for byte in b"220-a\r\n220 b" {
        assert_eq!(peer.feed(&[*byte]), []);
    }
    assert_eq!(peer.feed(b"\r"), []);
    assert_eq!(peer.feed(b"\n"), [Seen::Greeting(220)]);
}

fn q24_broken_firewalls() {
    let mut peer = new_peer(ClientConfig::default());
    assert_eq!(peer.feed(b"220 ****************************\r\n"), [Seen::Greeting(220)]);
    let mut config = ClientConfig::default();
    config.pipelining = false;
    let mut peer = client_with(config, "XXXXXXXA,XXXB,PIPELINING");
    assert_eq!(peer.client.extensions().keywords().count(), 3);
    let out = give(&mut peer, &envelope());
    assert_eq!(out.split(|&byte| byte == b'\n').count(), 2, "one command at a time");
    // The final dot goes out in a write of its own when the body is written before it.
    peer.feed(b"250 ok\r\n");
    peer.output();
    peer.feed(b"250 ok\r\n");
    peer.output();
    peer.feed(b"354 go\r\n");
    peer.client.send_body(Bytes::from_static(b"text\r\n")).unwrap();
    assert_eq!(peer.output(), b"text\r\n");
    peer.client.finish_body().unwrap();
    assert_eq!(peer.output(), b".\r\n");
}

fn q25_odd_challenges() {
    for (line, challenge) in [
        (&b"334\r\n"[..], &b""[..]),
        (b"334 \r\n", b""),
        (b"334 tell me\r\n", b"tell me"),
        (b"334 VXNlciBOYW1lAA==\r\n", b"User Name\0"),
    ] {
        let mut peer = client("AUTH LOGIN");
        give(&mut peer, &[auth("LOGIN")]);
        assert_eq!(peer.feed(line), [Seen::Challenge(challenge.to_vec())]);
        peer.client.respond_auth(b"user").unwrap();
        assert_eq!(peer.output(), b"dXNlcg==\r\n");
    }
}

fn q26_ends_of_auth() {
    for (line, good) in [(&b"235\r\n"[..], true), (b"235 2.7.0\r\n", true), (b"535\r\n", false)] {
        let mut peer = client("AUTH PLAIN");
        give(&mut peer, &[auth("PLAIN")]);
        peer.feed(b"334 \r\n");
        peer.client.respond_auth(b"x").unwrap();
        peer.output();
        assert!(matches!(peer.feed(line)[..], [Seen::Reply(1, ..)]));
        assert_eq!(peer.client.is_authenticated(), good);
        // Closing behind it is clean.
        assert_eq!(peer.client.receive_eof(), Ok(()));
    }
}

fn q27_unsolicited_421() {
    let mut peer = client("");
    assert_eq!(peer.feed(b"421 timeout\r\n"), [Seen::Closing, Seen::Closed]);
    let mut peer = client("");
    give(&mut peer, &[Command::Noop(None)]);
    assert_eq!(peer.feed(b"421 timeout\r\n"), [Seen::Reply(1, 421, None), Seen::Closed]);
}

fn q28_blank_lines() {
    let mut config = ClientConfig::default();
    config.tolerance = Tolerance::default().with(Deviation::BlankLine);
    let mut peer = client_with(config, "");
    give(&mut peer, &[Command::Noop(None)]);
    assert_eq!(peer.feed(b"\r\n250 ok\r\n"), [Seen::Reply(1, 250, None)]);
    let mut peer = client("");
    give(&mut peer, &[Command::Noop(None)]);
    let syntax = SyntaxError { rule: "Reply-code", at: 0 };
    assert_eq!(peer.feed(b"\r\n250 ok\r\n"), [Seen::Error(PeerError::Syntax(syntax))]);
    // More lines of a reply are one reply.
    let mut peer = client("");
    give(&mut peer, &[Command::Noop(None)]);
    assert_eq!(peer.feed(b"250-OK\r\n250 queued\r\n"), [Seen::Reply(1, 250, None)]);
}

fn q41_postmaster() {
    for path in ["<postmaster>", "<POSTMASTER>", "<Postmaster>"] {
        let line = format!("RCPT TO:{path}\r\n");
        let command = Command::parse(line.as_bytes()).unwrap();
        assert_eq!(command.to_bytes(), b"RCPT TO:<Postmaster>\r\n");
    }
}

fn q46_bare_lf_commands() {
    let mut lenient = server_config();
    lenient.tolerance = Tolerance::lenient();
    let (events, output, _) = session(lenient, b"NOOP\nNOOP\r\n");
    assert_eq!((events.len(), codes(&output)), (2, vec!["250", "250"]));
    let (events, output, _) = session(server_config(), b"NOOP\nNOOP\r\n");
    assert!(events[0].starts_with("rejected"), "{events:?}");
    assert_eq!(codes(&output), ["500", "250"]);
    // CR alone is never the end of a line.
    let (events, _, _) = session(server_config(), b"NOOP\rNOOP\r\n");
    assert!(events.len() == 1 && events[0].starts_with("rejected"));
}

/// Only CRLF.CRLF ends a message, and what only looks like it is refused.
fn q47_smuggling() {
    for fake in
        ["\n.\n", "\r\n.\n", "\n.\r\n", "\r.\r\n", "\r\n.\r", "\r\n\0.\r\n", "\r\n.\r\r\n", "\r.\r"]
    {
        let body = format!("text{fake}MAIL FROM:<evil@x>\r\nRCPT TO:<v@x>\r\n.\r\n");
        let (stored, reply) = delivered(server_config(), body.as_bytes());
        let bare = fake != "\r\n\0.\r\n";
        assert_eq!(stored.len(), usize::from(!bare), "{fake:?}: {reply}");
        let code = if bare { "550 5.6.11" } else { "250" };
        assert!(reply.starts_with(code) && !reply.contains('/'), "{fake:?}: {reply}");
        let mut accepting = server_config();
        accepting.bare_newlines = BareNewlines::Accept;
        let (stored, _) = delivered(accepting, body.as_bytes());
        assert_eq!(stored.len(), 1, "{fake:?} is one message all the same");
        assert!(stored[0].ends_with(b"RCPT TO:<v@x>\r\n"));
    }
}

fn q48_q50_dots() {
    for (body, stored) in [
        (&b".\r\n"[..], &b""[..]),
        (b"..x\r\n.\r\n", b".x\r\n"),
        (b".foo\r\n.\r\n", b"foo\r\n"),
        (b"a\r\n.foo\r\n.\r\n", b"a\r\nfoo\r\n"),
        (b"text.\r\n.\r\n", b"text.\r\n"),
    ] {
        let (all, _) = delivered(server_config(), body);
        assert_eq!(all, [stored.to_vec()], "{}", body.escape_ascii());
    }
    // A client that forgets the last line end waits for ever, and so do we.
    let (all, reply) = delivered(server_config(), b"text.\r\n");
    assert!(all.is_empty() && reply.is_empty());
}

fn q51_pipelining_not_offered() {
    let config = server_config().withhold(Extension::Pipelining);
    let (all, reply) = delivered(config, b"text\r\n.\r\nQUIT\r\n");
    assert_eq!(all, [b"text\r\n".to_vec()]);
    assert!(reply.starts_with("250") && reply.contains("/221"));
}

fn q52_behind_starttls() {
    let mut config = server_config();
    config.tls = TlsPolicy::Opportunistic;
    let (events, output, mut app) = session(config, b"STARTTLS\r\nMAIL FROM:<evil@x>\r\n");
    assert_eq!(events.last().unwrap(), "error DataAfterStartTls");
    assert!(!events.iter().any(|event| event.starts_with("MAIL")), "{events:?}");
    assert_eq!(codes(&output), ["554"], "the 220 is not sent");
    assert!(app.server.tls_started().is_err());
}

fn q53_other_protocols() {
    for line in ["GET / HTTP/1.1\r\n", "POST / HTTP/1.0\r\n", "\x16\x03\x01\x02\0\n"] {
        let (events, output, _) = served(server_config(), line.as_bytes());
        assert_eq!(events, ["error WrongProtocol"], "{line:?}");
        assert_eq!(codes(&output), ["554"]);
    }
    // The line of a proxy is to be taken off before SMTP begins.
    let (events, _, _) = served(server_config(), b"PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n");
    assert!(events[0].ends_with("NotImplemented"), "{events:?}");
}

fn q54_chunk_sizes() {
    for line in ["BDAT -1\r\n", "BDAT\r\n", "BDAT x\r\n", "BDAT 99999999999999999999\r\n"] {
        let (events, output, _) = session(server_config(), line.as_bytes());
        assert_eq!(events, ["error ChunkSize"], "{line:?}");
        assert_eq!(codes(&output), ["501"]);
    }
    let octets = [ENVELOPE, "BDAT 10\r\nshort"].concat();
    let (_, output, mut app) = session(server_config(), octets.as_bytes());
    assert_eq!(codes(&output), ["250", "250"], "the chunk is not whole");
    assert_eq!(app.server.receive_eof(), Err(PeerError::Eof));
}

fn q55_refused_chunks_are_dropped() {
    let octets = b"MAIL FROM:<a@c.example>\r\nBDAT 6\r\nRSET\r\nNOOP\r\n";
    let (events, output, _) = session(server_config(), octets);
    assert_eq!(codes(&output), ["250", "503", "250"]);
    assert!(events[1].starts_with("rejected BadSequence") && events[2] == "NOOP", "{events:?}");
}

fn q56_q57_chunks_are_not_stuffed() {
    assert!(server_config().offers(Extension::Chunking), "CHUNKING is offered unasked");
    let octets = [ENVELOPE, "BDAT 9 LAST\r\n..\r\n.\r\na\n"].concat();
    let (_, output, app) = session(server_config(), octets.as_bytes());
    assert_eq!(app.stored[0].body, b"..\r\n.\r\na\n");
    assert_eq!(codes(&output), ["250", "250", "250"]);
}

fn q60_q61_utf8() {
    let octets =
        "MAIL FROM:<a@c.example> SMTPUTF8\r\nRCPT TO:<b@mail.example>\r\nDATA\r\n\u{e9}\r\n.\r\n";
    let (_, _, app) = session(server_config(), octets.as_bytes());
    assert_eq!(app.stored[0].body, "\u{e9}\r\n".as_bytes(), "the body is not checked for BODY");
    let (events, output, _) = session(server_config(), "MAIL FROM:<\u{e9}@x>\r\n".as_bytes());
    assert_eq!(events, ["rejected NeedsSmtpUtf8"]);
    assert!(output.starts_with("550 5.6.7"));
}

fn q62_empty_lines() {
    let (events, output, _) = session(server_config(), b"\r\n\r\nNOOP\r\n");
    assert_eq!(codes(&output), ["500", "500", "250"]);
    assert_eq!(events.len(), 3);
}

fn q63_lmtp_and_smtp() {
    let (events, output, _) = served(server_config(), b"LHLO a\r\n");
    assert_eq!((codes(&output), events.len()), (vec!["500"], 1));
    let mut lmtp = server_config();
    lmtp.protocol = Protocol::Lmtp;
    let (_, output, _) = served(lmtp, b"EHLO a\r\n");
    assert!(output.starts_with("500") && output.contains("LMTP"), "{output}");
    // A client never says the wrong one, and asks LMTP for a reply per recipient.
    let mut config = ClientConfig::default();
    config.protocol = Protocol::Lmtp;
    let mut peer = new_peer(config);
    peer.feed(b"220 a\r\n");
    assert!(peer.client.send(&ehlo()).is_err());
    give(&mut peer, &[lhlo()]);
    peer.feed(b"250-a\r\n250 PIPELINING\r\n");
    give(&mut peer, &[mail("a"), rcpt("b"), rcpt("b"), Command::Data]);
    peer.feed(b"250 a\r\n250 b\r\n250 c\r\n354 go\r\n");
    peer.client.finish_body().unwrap();
    peer.output();
    let seen = peer.feed(b"250 one\r\n451 two\r\n");
    assert_eq!(seen, [Seen::Reply(4, 250, Some(0)), Seen::Reply(4, 451, Some(1))]);
}

fn q64_long_lines() {
    let octets =
        format!("NOOP {}\r\nNOOP\r\nAUTH {}\r\nNOOP\r\n", "x".repeat(5000), "x".repeat(13_000));
    let (events, output, _) = session(server_config(), octets.as_bytes());
    assert!(events[0].starts_with("rejected Limit { name: \"line\""), "{events:?}");
    assert!(events[2].starts_with("rejected Limit { name: \"auth_line\""), "{events:?}");
    assert_eq!(codes(&output), ["500", "250", "500", "250"]);
    assert!(output.contains("500 5.5.2") && output.contains("500 5.5.6"));
}

/// The numbers of the quirks that a function is about, and the function.
type MachineRow = (&'static [u32], fn());

const MACHINE_ROWS: &[MachineRow] = &[
    (&[6, 11], q06_q11_offers_are_a_set),
    (&[8], q08_sizes),
    (&[12], q12_long_reply_lines),
    (&[14, 15, 16, 17], q14_q17_status_codes),
    (&[18], q18_354_without_recipients),
    (&[19], q19_first_digit),
    (&[20], q20_second_ehlo),
    (&[21], q21_ehlo_refused),
    (&[22], q22_close_behind_mail),
    (&[23], q23_any_segments),
    (&[24], q24_broken_firewalls),
    (&[25], q25_odd_challenges),
    (&[26], q26_ends_of_auth),
    (&[27], q27_unsolicited_421),
    (&[28], q28_blank_lines),
    (&[41], q41_postmaster),
    (&[46], q46_bare_lf_commands),
    (&[47], q47_smuggling),
    (&[48, 49, 50], q48_q50_dots),
    (&[51], q51_pipelining_not_offered),
    (&[52], q52_behind_starttls),
    (&[53], q53_other_protocols),
    (&[54], q54_chunk_sizes),
    (&[55], q55_refused_chunks_are_dropped),
    (&[56, 57], q56_q57_chunks_are_not_stuffed),
    (&[60, 61], q60_q61_utf8),
    (&[62], q62_empty_lines),
    (&[63], q63_lmtp_and_smtp),
    (&[64], q64_long_lines),
];

#[test]
fn machines() {
    for (_, run) in MACHINE_ROWS {
        run();
    }
}

#[test]
fn every_quirk_has_a_row() {
    let codec = codec_rows().into_iter().map(|row| row.0);
    let machines = MACHINE_ROWS.iter().flat_map(|row| row.0).copied();
    let all: BTreeSet<u32> = codec.chain(machines).collect();
    assert!(all.into_iter().eq(1..=64));
    assert!(Deviation::ALL.len() < 128 && Verb::ALL.len() < 64);
}
