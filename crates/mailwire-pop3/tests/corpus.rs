//! The wire bytes of other projects' tests, of the RFCs and of real servers and clients: what is valid
//! is parsed, printed and parsed again; what is not is refused, or argued about here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use mailwire_pop3::client::{Client, ClientConfig, Event};
use mailwire_pop3::command::Verb;
use mailwire_pop3::family::capa::Capability;
use mailwire_pop3::family::greeting::Greeting;
use mailwire_pop3::observer::{Observed, Observer, ObserverConfig, Side};
use mailwire_pop3::{
    Answer, Command, Expect, Item, Machine, Response, Tolerance, UsageError, sasl,
};
use mailwire_testing::corpus;
use mailwire_testing::drive::output;
use mailwire_testing::transcript::{Step, Transcript};

/// Parses, prints and parses again; the two values have to be equal.
macro_rules! twice {
    ($type:ident, $wire:expr) => {
        $type::parse_with($wire, Tolerance::default()).map(|(value, _)| {
            let printed = value.to_bytes();
            match $type::parse_with(&printed, Tolerance::default()) {
                Ok((again, _)) => assert_eq!(again, value, "{}", $wire.escape_ascii()),
                Err(error) => panic!("{}", error.render(&printed)),
            }
            let canonical = value.to_bytes();
            assert_eq!(canonical, value.into_owned().to_bytes());
        })
    };
}

/// An answer to a command, with all its lines, printed and read again.
fn answer(wire: &[u8], expect: Expect) -> Result<(), String> {
    let end = memchr::memchr(b'\n', wire).map_or(wire.len(), |at| at + 1);
    let (line, behind) = wire.split_at(end);
    let parsed = Answer::parse(line, expect).map_err(|error| error.render(line).to_string())?;
    if let Answer::Invalid { error, .. } = &parsed {
        return Err(format!("{}: {error}", line.escape_ascii()));
    }
    assert_eq!(Answer::parse(&parsed.to_bytes(), expect).as_ref(), Ok(&parsed));
    match (parsed.is_ok(), expect) {
        (true, Expect::Listing(listing)) => {
            let body = behind.strip_suffix(b".\r\n").ok_or("the listing has no end")?;
            for line in body.split_inclusive(|&byte| byte == b'\n') {
                let line = line.strip_suffix(b"\r\n").ok_or("a bare LF")?;
                let item = Item::parse(line, listing);
                if let Item::Invalid(item) = &item {
                    return Err(format!("{item:?}"));
                }
                assert_eq!(Item::parse(&item.to_bytes(), listing), item);
            }
            Ok(())
        }
        (true, Expect::Message) => match mailwire_pop3::body::unstuff(behind) {
            Some((_, taken)) if taken == behind.len() => Ok(()),
            _ => Err("the message has no end".into()),
        },
        _ if behind.is_empty() => Ok(()),
        _ => Err("more than one line".into()),
    }
}

fn lines(wire: &[u8]) -> impl Iterator<Item = &[u8]> {
    wire.split_inclusive(|&byte| byte == b'\n')
}

/// Reads commands, stepping over SASL responses.
fn commands(stream: &[u8], of: &str) -> usize {
    let (mut count, mut after_auth) = (0, false);
    for line in lines(stream) {
        let text = line.strip_suffix(b"\r\n").unwrap_or(line);
        if after_auth && sasl::parse_response(text).is_ok() {
            continue;
        }
        if let Err(error) = twice!(Command, line) {
            panic!("{of}: {}", error.render(line));
        }
        count += 1;
        after_auth = matches!(Command::parse(line).unwrap(), Command::Auth(Some(_)));
    }
    count
}

/// What a vector's element expects; `None` for what is no answer.
fn expected(element: &str) -> Option<Expect> {
    use mailwire_pop3::Listing as L;
    Some(match element {
        "response-stat" => Expect::Stat,
        "response-list" => Expect::Size(None),
        "response-uidl" => Expect::UniqueId(None),
        "response-lang" => Expect::Language,
        "response-list-all" => Expect::Listing(L::Sizes),
        "response-uidl-all" => Expect::Listing(L::UniqueIds),
        "response-lang-all" => Expect::Listing(L::Languages),
        "response-retr" | "response-top" | "multi-lines" => Expect::Message,
        "response-first-line" => Expect::Exchange,
        "response-apop" | "response-dele" | "response-noop" | "response-pass" | "response-quit"
        | "response-rset" | "response-user" | "single-lines" => Expect::Status,
        _ => return None,
    })
}

#[test]
fn vectors() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut good) = (Vec::new(), 0);
    for vector in corpus::json_lines(&root.join("vectors/pop3.jsonl")) {
        let wire = corpus::octets(&vector, "wire").unwrap();
        let element = vector["element"].as_str().unwrap();
        assert_eq!(vector["valid"], true, "an exception has to be argued");
        // Whatever it is, nothing panics.
        for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
            let _ = Command::parse_with(&wire, tolerance);
            let _ = Response::parse_with(&wire, tolerance);
            let _ = Capability::parse_with(&wire, tolerance);
        }
        let shown = wire.escape_ascii().to_string();
        let result = match (element, expected(element)) {
            (_, Some(expect)) => answer(&wire, expect),
            ("command", _) => twice!(Command, &wire).map_err(|e| e.render(&wire).to_string()),
            ("client-stream" | "pipelined-commands", _) => {
                assert!(commands(&wire, &shown) > 0);
                Ok(())
            }
            ("greeting" | "greetings", _) => {
                twice!(Greeting, &wire).map_err(|e| e.render(&wire).to_string())
            }
            ("capa-resp-lines", _) => {
                let line = wire.strip_suffix(b"\r\n").unwrap();
                twice!(Capability, line).map_err(|e| e.render(line).to_string())
            }
            ("sasl-response-line", _) => {
                let line = wire.strip_suffix(b"\r\n").unwrap();
                sasl::parse_response(line).map(drop).map_err(|error| error.to_string())
            }
            other => panic!("{other:?}"),
        };
        match result {
            Ok(()) => good += 1,
            Err(error) => bad.push(format!("{element} {shown}: {error}")),
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(good > 170, "{good}");
}

/// Streams that are malformed on purpose: where, and what is wrong.
const DAMAGED: &[(&str, &str)] = &[
    ("mailkit-comcast-list-error1", "size"),
    ("mailkit-comcast-list-error3", "size"),
    ("mailkit-comcast-list1-error1", "size"),
    ("mailkit-comcast-list1-error2", "message-number"),
    ("mailkit-comcast-stat-error3", "mm"),
    ("mailkit-gmail-uidl-error1", "SP"),
    ("mailkit-gmail-uidl1-error1", "SP"),
    ("mailkit-gmail-uidl1-error2", "message-number"),
];

#[test]
fn streams() {
    let Some(root) = corpus::root() else { return };
    let mut used = BTreeSet::new();
    let mut count = 0;
    for row in corpus::json_lines(&root.join("MANIFEST.jsonl")) {
        let Some(file) = row["file"].as_str().filter(|file| file.starts_with("pop3/")) else {
            continue;
        };
        let name = corpus::name(file.as_ref());
        let stream = std::fs::read(root.join(file)).unwrap();
        count += 1;
        if row["side"] == "client" {
            assert!(commands(&stream, &name) > 5);
            continue;
        }
        let Some(asked) = row["answers"].as_str() else {
            // A whole session: an observer that hears the server alone makes sense of it.
            let mut observer = Observer::new(ObserverConfig::default());
            observer.receive_eof(Side::Client);
            let heard = hear(&mut observer, Side::Server, &stream);
            assert!(heard.iter().all(|word| !word.contains("invalid")), "{heard:?}");
            continue;
        };
        if asked == "greeting" {
            twice!(Greeting, &stream).unwrap();
            continue;
        }
        let mut client = open_client();
        for line in lines(asked.as_bytes()) {
            give(&mut client, line);
        }
        let (mut rest, mut damage) = (&stream[..], None);
        loop {
            let received = client.receive(rest).unwrap_or_else(|error| panic!("{name}: {error}"));
            rest = &rest[received.consumed..];
            match received.event {
                None => break,
                Some(Event::Response { answer: Answer::Invalid { error, .. }, .. }) => {
                    damage = Some(error.rule);
                }
                Some(Event::Item { item: Item::Invalid(item), .. }) => {
                    damage = Some(item.error().rule);
                }
                Some(_) => {}
            }
        }
        assert!(rest.is_empty(), "{name}");
        if asked.starts_with("AUTH") {
            assert_eq!(client.waiting_for(), mailwire_pop3::Wait::Application);
        } else {
            assert_eq!(client.in_flight(), 0, "{name}");
        }
        let wanted = DAMAGED.iter().find(|row| row.0 == name);
        assert_eq!(damage, wanted.map(|row| row.1), "{name}");
        used.extend(wanted.map(|row| row.0));
    }
    assert!(count > 35, "{count}");
    assert_eq!(used.len(), DAMAGED.len(), "an exception is needed no more");
}

/// A client that may do everything, whose greeting offered APOP.
fn permissive() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    config.apop = true;
    config.eight_bit_login = true;
    config.limits.sent_line = 12_288;
    config
}

/// Behind the greeting and CAPA with everything in it.
fn open_client() -> Client {
    let mut client = Client::new(permissive());
    client.receive(b"+OK <a@b>\r\n").unwrap();
    client.send(&Command::Capa).unwrap();
    client.transmitted(usize::MAX);
    let mut rest =
        &b"+OK\r\nPIPELINING\r\nUTF8 USER\r\nLANG\r\nSASL PLAIN LOGIN\r\nSTLS\r\n.\r\n"[..];
    while !rest.is_empty() {
        rest = &rest[client.receive(rest).unwrap().consumed..];
    }
    client
}

/// Gives a command in the state that it needs.
fn give(client: &mut Client, line: &[u8]) {
    let command = Command::parse(line).unwrap();
    let verb = command.verb().unwrap();
    if !client.state().allows(verb) && !client.is_authenticated() {
        for (line, last) in [(&b"USER a\r\n"[..], verb == Verb::Pass), (b"PASS b\r\n", true)] {
            client.send(&Command::parse(line).unwrap()).unwrap();
            client.transmitted(usize::MAX);
            client.receive(b"+OK\r\n").unwrap();
            if last && verb == Verb::Pass {
                break;
            }
        }
    }
    client.send(&command).unwrap_or_else(|error| panic!("{}: {error}", line.escape_ascii()));
    client.transmitted(usize::MAX);
}

#[test]
fn dialogues_of_the_rfcs() {
    let Some(root) = corpus::root() else { return };
    let (mut seen, mut bad) = (0, Vec::new());
    for rfc in ["1939", "2449", "5034"] {
        for dialogue in corpus::json_lines(&root.join(format!("rfc-dialogues/rfc{rfc}.jsonl"))) {
            let of = format!("RFC {rfc}, {}", dialogue["section"]);
            let mut observer = Observer::new(ObserverConfig::default());
            let lines = dialogue["lines"].as_array().unwrap();
            let mut greeted = false;
            for line in lines.iter().filter(|line| !corpus::is_prose(line)) {
                let wire = corpus::octets(line, "wire").unwrap();
                let side = if line["dir"] == "C" { Side::Client } else { Side::Server };
                // A dialogue that does not begin with the greeting is given one.
                if !greeted && side == Side::Client {
                    hear(&mut observer, Side::Server, b"+OK\r\n");
                }
                greeted = true;
                for word in hear(&mut observer, side, &wire) {
                    seen += 1;
                    if word.contains("invalid") {
                        bad.push(format!("{of}: {word}"));
                    }
                    if word == "tls" {
                        observer.tls_started();
                    }
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(seen > 80, "{seen}");
}

/// What is heard on these bytes of one side, in a few words.
fn hear(observer: &mut Observer, side: Side, bytes: &[u8]) -> Vec<String> {
    let (mut words, mut rest) = (Vec::new(), bytes);
    loop {
        let received = observer.receive(side, rest);
        rest = &rest[received.consumed..];
        let Some(event) = received.event else { break };
        words.push(word(&event));
        if matches!(event, Observed::TlsReady) {
            break;
        }
    }
    assert!(rest.is_empty(), "left: {}", rest.escape_ascii());
    words
}

fn word(event: &Observed<'_>) -> String {
    match event {
        Observed::Invalid { line, error, .. } => {
            format!("invalid {}: {error}", line.escape_ascii())
        }
        Observed::Item { item: Item::Invalid(item), .. } => format!("invalid {item:?}"),
        Observed::Response { answer: Answer::Invalid { error, .. }, .. } => {
            format!("invalid answer: {error}")
        }
        Observed::InvalidSecret { error, .. } => format!("invalid secret: {error}"),
        Observed::Response { answers, .. } => format!("answer to {answers:?}"),
        Observed::TlsReady => "tls".into(),
        other => format!("{other:?}").chars().take(40).collect(),
    }
}

/// What an observer hears of a recording, cut in parts.
fn overhear(steps: &[Step], part: usize) -> Vec<String> {
    let mut observer = Observer::new(ObserverConfig::default());
    let mut buffers = [Vec::new(), Vec::new()];
    let mut words = Vec::new();
    let mut drain = |observer: &mut Observer, buffers: &mut [Vec<u8>; 2]| loop {
        let mut quiet = true;
        for side in [Side::Client, Side::Server] {
            let buffer = &mut buffers[usize::from(side == Side::Server)];
            let received = observer.receive(side, buffer);
            let chunk = matches!(received.event, Some(Observed::BodyChunk(_)));
            quiet &= received.event.is_none();
            words.extend(received.event.as_ref().filter(|_| !chunk).map(word));
            let consumed = received.consumed;
            buffer.drain(..consumed);
        }
        if quiet {
            break;
        }
    };
    for step in steps {
        match step {
            Step::Said(end, bytes) => {
                for bytes in bytes.chunks(part) {
                    buffers[usize::from(*end == Side::Server)].extend_from_slice(bytes);
                    drain(&mut observer, &mut buffers);
                }
            }
            Step::Tls => observer.tls_started(),
            Step::Eof(end) => {
                observer.receive_eof(*end);
                drain(&mut observer, &mut buffers);
            }
        }
    }
    assert!(buffers.iter().all(Vec::is_empty));
    words
}

/// Recordings in which one side sends rubbish on purpose, by a part of the file's name.
const RUBBISH: &[(&str, &str)] = &[
    ("raw-driver-1--apop", "APOP without arguments"),
    ("raw-driver-1--auth-list", "AUTH with too many arguments"),
    ("raw-driver-1--auth-plain", "a response that is not base64"),
    ("raw-driver-1--capa-before-and-after", "CAPA with an argument"),
    ("raw-driver-1--stat-list-uidl", "message numbers that are none"),
];

#[test]
fn recordings_through_the_observer() {
    let Some(root) = corpus::root() else { return };
    let mut used = BTreeSet::new();
    let mut events = 0;
    for path in corpus::files(&root.join("recordings/pop3")) {
        let steps = Transcript::recorded(&path).steps;
        let name = corpus::name(&path);
        let words = overhear(&steps, usize::MAX);
        let bad: Vec<_> = words.iter().filter(|word| word.contains("invalid")).collect();
        match RUBBISH.iter().find(|(part, _)| name.ends_with(part)) {
            Some((part, _)) => {
                assert!(!bad.is_empty(), "{name} is legal");
                used.insert(part);
            }
            None => assert!(bad.is_empty(), "{name}: {bad:?}"),
        }
        let nothing = words.iter().filter(|word| word.contains("Nothing")).count();
        // Dovecot says so when it gives up on a client.
        assert!(nothing <= usize::from(name.ends_with("utf8-lang")), "{name}: {words:?}");
        for part in [1, 7] {
            assert_eq!(overhear(&steps, part), words, "{name} by {part}");
        }
        events += words.len();
    }
    assert_eq!(used.len(), RUBBISH.len());
    assert!(events > 3000, "{events}");
}

/// Recorded clients that do what ours refuses. They are followed as far as they are legal.
const ILLEGAL: &[(&str, &str)] = &[
    ("poplib-3.11.7--tour-apop", "UTF8 behind the login"),
    ("poplib-3.11.7--tour-tls", "the same"),
    ("poplib-3.11.7--tour-user", "the same"),
    ("raw-driver-1--apop", "APOP without arguments"),
    ("raw-driver-1--auth-list", "a mechanism that is not offered, and arguments that are none"),
    ("raw-driver-1--auth-plain", "a response that is not base64"),
    ("raw-driver-1--auth-plain-ir", "an initial response where the capabilities are not known"),
    ("raw-driver-1--auth-scram-sha-256", "the same"),
    ("raw-driver-1--capa-before-and-after", "NOOP before the login"),
    ("raw-driver-1--pipelined", "pipelining where it is not offered"),
    ("raw-driver-1--pipelined-login", "the same"),
    ("raw-driver-1--pipelined-multiline", "the same"),
    ("raw-driver-1--starttls-stls-session", "STLS under TLS"),
    ("raw-driver-1--stat-list-uidl", "message numbers that are none"),
    ("raw-driver-1--utf8-lang", "LANG where it is not offered"),
];

/// Lets a client say what was recorded and hear what was answered; where it differs, and why.
fn replay(steps: &[Step]) -> Result<usize, String> {
    let mut client = Client::new(permissive());
    let (mut input, mut answered) = (Vec::new(), 0);
    let mut challenged = false;
    for step in steps {
        match step {
            Step::Said(Side::Client, said) => {
                for line in lines(said) {
                    let text = line.strip_suffix(b"\r\n").ok_or("no CRLF")?;
                    if std::mem::take(&mut challenged) {
                        let sent = match sasl::parse_response(text) {
                            Ok(sasl::ClientResponse::Cancel) => client.cancel_auth(),
                            Ok(sasl::ClientResponse::Data(data)) => {
                                client.respond_auth(data.expose())
                            }
                            Err(error) => return Err(error.to_string()),
                        };
                        sent.map_err(|error| error.to_string())?;
                    } else {
                        let command = Command::parse(line).map_err(|error| error.to_string())?;
                        client.send(&command).map_err(|error: UsageError| error.to_string())?;
                    }
                }
                let out = output(&mut client);
                if out != *said {
                    return Err(format!("said {}", out.escape_ascii()));
                }
            }
            Step::Said(Side::Server, said) => {
                input.extend_from_slice(said);
                loop {
                    let received = client.receive(&input).map_err(|error| error.to_string())?;
                    let consumed = received.consumed;
                    match received.event {
                        None => {
                            input.drain(..consumed);
                            break;
                        }
                        Some(Event::AuthChallenge { .. }) => challenged = true,
                        Some(Event::Desync { line, .. }) => {
                            return Err(format!("desync {}", line.escape_ascii()));
                        }
                        Some(
                            Event::Response { .. } | Event::ListEnd { .. } | Event::BodyEnd { .. },
                        ) => answered += 1,
                        Some(_) => {}
                    }
                    input.drain(..consumed);
                }
            }
            Step::Tls => client.tls_started().map_err(|error| error.to_string())?,
            Step::Eof(Side::Server) => client.receive_eof().map_err(|error| error.to_string())?,
            Step::Eof(Side::Client) => {}
        }
    }
    if client.in_flight() > 0 { Err("a command has not ended".into()) } else { Ok(answered) }
}

#[test]
fn recordings_through_the_client() {
    let Some(root) = corpus::root() else { return };
    let (mut bad, mut whole, mut answered) = (Vec::new(), 0, 0);
    let mut used = BTreeSet::new();
    for path in corpus::files(&root.join("recordings/pop3")) {
        let name = corpus::name(&path);
        let illegal = ILLEGAL.iter().find(|(part, _)| name.ends_with(part));
        match (replay(&Transcript::recorded(&path).steps), illegal) {
            (Ok(count), None) => {
                whole += 1;
                answered += count;
            }
            (Ok(_), Some((part, _))) => bad.push(format!("{part} is legal")),
            (Err(_), Some((part, _))) => drop(used.insert(part)),
            (Err(error), None) => bad.push(format!("{name}: {error}")),
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(whole >= 22 && answered > 500, "{whole} {answered}");
    assert_eq!(used.len(), ILLEGAL.len());
}
