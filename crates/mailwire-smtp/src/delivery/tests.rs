//! Deliveries against scripted servers.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use mailwire_core::Machine;

use super::*;
use crate::client::ClientConfig;
use crate::element::domain::Domain;
use crate::element::path::{ForwardPath, ReversePath};
use crate::family::mail::BodyType;

mod broken;

/// A client behind EHLO, whose server offers these keywords.
fn open(protocol: Protocol, keywords: &str) -> Client {
    open_as(ClientConfig { protocol, ..ClientConfig::default() }, keywords)
}

fn open_as(config: ClientConfig, keywords: &str) -> Client {
    let protocol = config.protocol;
    let mut client = Client::new(config);
    client.receive(b"220 x\r\n").unwrap();
    let name = Domain::name("client.example").unwrap();
    let hello = match protocol {
        Protocol::Smtp => Command::Ehlo(name.into()),
        Protocol::Lmtp => Command::Lhlo(name.into()),
    };
    client.send(&hello).unwrap();
    written(&mut client);
    let mut reply = String::from("250-x\r\n");
    for keyword in keywords.split(',').filter(|keyword| !keyword.is_empty()) {
        reply.push_str(&alloc::format!("250-{keyword}\r\n"));
    }
    reply.push_str("250 HELP\r\n");
    let mut input = reply.as_bytes();
    while let Ok(received) = client.receive(input) {
        input = &input[received.consumed..];
        if received.event.is_none() {
            break;
        }
    }
    client
}

fn written(client: &mut Client) -> String {
    let out: Vec<u8> = client.transmit().slices().flatten().copied().collect();
    client.transmitted(out.len());
    String::from_utf8(out).unwrap()
}

fn envelope(names: &[&'static str]) -> Envelope {
    let to = names.iter().map(|name| {
        let (local_part, domain) = name.split_once('@').unwrap_or((name, "mail.example"));
        ForwardPath::mailbox(local_part, domain).unwrap()
    });
    Envelope::new(ReversePath::mailbox("a", "client.example").unwrap(), to)
}

/// Feeds replies; tells the last step that is not `Continue`, and what was written.
fn feed(delivery: &mut Delivery, client: &mut Client, replies: &str) -> (Step, String) {
    let mut input = replies.as_bytes();
    let mut last = Step::Continue;
    let mut out = written(client);
    loop {
        let received = client.receive(input).unwrap();
        input = &input[received.consumed..];
        let Some(event) = received.event else { break };
        let step = delivery.handle(client, &event).unwrap();
        if step != Step::Continue {
            last = step;
        }
        out.push_str(&written(client));
    }
    (last, out)
}

/// One letter per recipient.
fn outcomes(delivery: &Delivery) -> String {
    delivery
        .recipients()
        .iter()
        .map(|recipient| match recipient.outcome {
            RecipientOutcome::Pending => '.',
            RecipientOutcome::Delivered(_) => 'D',
            RecipientOutcome::Temporary(_) => 'T',
            RecipientOutcome::Permanent(_) => 'P',
            RecipientOutcome::Unknown => '?',
            RecipientOutcome::Impossible(_) => 'X',
        })
        .collect()
}

fn body(delivery: &mut Delivery, client: &mut Client) -> String {
    delivery.send_body(client, Bytes::from_static(b"hi\r\n")).unwrap();
    delivery.finish_body(client).unwrap();
    written(client)
}

#[test]
fn one_transaction_in_one_group() {
    let mut client = open(Protocol::Smtp, "PIPELINING,SIZE 1000,8BITMIME");
    let mut envelope = envelope(&["b", "no", "c"]);
    envelope.size = Some(4);
    envelope.body = BodyType::EightBitMime;
    let mut delivery = Delivery::new(envelope);
    delivery.start(&mut client).unwrap();
    let group = written(&mut client);
    assert_eq!(group.lines().next(), Some("MAIL FROM:<a@client.example> SIZE=4 BODY=8BITMIME"));
    assert_eq!(group.lines().count(), 5);
    let (step, _) =
        feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n550 no\r\n250 c\r\n354 go\r\n");
    assert_eq!(step, Step::BodyWanted);
    assert_eq!(body(&mut delivery, &mut client), "hi\r\n.\r\n");
    let (step, _) = feed(&mut delivery, &mut client, "250 taken\r\n");
    assert_eq!((step, outcomes(&delivery).as_str()), (Step::Done, "DPD"));
}

#[test]
fn one_command_at_a_time() {
    let mut client = open(Protocol::Smtp, "");
    let mut delivery = Delivery::new(envelope(&["b", "c"]));
    delivery.start(&mut client).unwrap();
    let mut script = vec![
        ("250 ok\r\n", "RCPT TO:<b@mail.example>\r\n"),
        ("250 ok\r\n", "RCPT TO:<c@mail.example>\r\n"),
        ("450 later\r\n", "DATA\r\n"),
        ("354 go\r\n", ""),
    ];
    assert_eq!(written(&mut client), "MAIL FROM:<a@client.example>\r\n");
    for (reply, command) in script.drain(..) {
        assert_eq!(feed(&mut delivery, &mut client, reply).1, command);
    }
    body(&mut delivery, &mut client);
    feed(&mut delivery, &mut client, "250 ok\r\n");
    assert_eq!(outcomes(&delivery), "DT");
}

#[test]
fn a_refused_sender_decides_about_everybody() {
    let mut client = open(Protocol::Smtp, "PIPELINING");
    let mut delivery = Delivery::new(envelope(&["b", "c"]));
    delivery.start(&mut client).unwrap();
    // The session is as it was, so nothing has to be reset.
    let replies = "550 no\r\n503 no\r\n503 no\r\n503 no\r\n";
    let (step, out) = feed(&mut delivery, &mut client, replies);
    assert_eq!((step, out.contains("RSET")), (Step::Done, false));
    assert_eq!(outcomes(&delivery), "PP");
}

#[test]
fn a_full_transaction_is_followed_by_another() {
    for full in ["452", "552"] {
        let mut client = open(Protocol::Smtp, "PIPELINING");
        let mut delivery = Delivery::new(envelope(&["b", "c"]));
        delivery.start(&mut client).unwrap();
        let replies = alloc::format!("250 a\r\n250 b\r\n{full} too many\r\n354 go\r\n");
        assert_eq!(feed(&mut delivery, &mut client, &replies).0, Step::BodyWanted);
        body(&mut delivery, &mut client);
        let (_, out) = feed(&mut delivery, &mut client, "250 ok\r\n");
        assert!(out.contains("RCPT TO:<c@mail.example>") && !out.contains("<b@"), "{out}");
        let (step, _) = feed(&mut delivery, &mut client, "250 a\r\n250 c\r\n354 go\r\n");
        assert_eq!(step, Step::BodyWanted);
        body(&mut delivery, &mut client);
        assert_eq!(feed(&mut delivery, &mut client, "250 ok\r\n").0, Step::Done);
        assert_eq!(outcomes(&delivery), "DD");
    }
}

#[test]
fn a_single_552_is_temporary() {
    let mut client = open(Protocol::Smtp, "");
    let mut delivery = Delivery::new(envelope(&["b"]));
    delivery.start(&mut client).unwrap();
    feed(&mut delivery, &mut client, "250 a\r\n");
    feed(&mut delivery, &mut client, "552 full\r\n");
    let (step, _) = feed(&mut delivery, &mut client, "250 reset\r\n");
    assert_eq!((step, outcomes(&delivery).as_str()), (Step::Done, "T"));
}

#[test]
fn announced_limits_split_the_recipients() {
    let mut client = open(Protocol::Smtp, "PIPELINING,LIMITS RCPTMAX=2 RCPTDOMAINMAX=1");
    let names = ["b@x.example", "c@y.example", "d@X.example", "e@x.example", "f@z.example"];
    let mut delivery = Delivery::new(envelope(&names));
    delivery.start(&mut client).unwrap();
    let first = written(&mut client);
    assert!(first.contains("<b@x") && first.contains("<d@X") && first.lines().count() == 4);
    feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n250 d\r\n354 go\r\n");
    body(&mut delivery, &mut client);
    let (_, second) = feed(&mut delivery, &mut client, "250 ok\r\n");
    assert!(second.contains("<e@x") && second.lines().count() == 3, "{second}");
    feed(&mut delivery, &mut client, "250 a\r\n250 e\r\n354 go\r\n");
    body(&mut delivery, &mut client);
    // The session has its domain: the others need another one.
    assert_eq!(feed(&mut delivery, &mut client, "250 ok\r\n").0, Step::Done);
    assert_eq!(outcomes(&delivery), "DTDDT");
}

#[test]
fn limits_of_a_session_count_all_of_its_deliveries() {
    let mut client = open(Protocol::Smtp, "PIPELINING,CHUNKING,LIMITS MAILMAX=2 RCPTDOMAINMAX=2");
    for (names, expected) in [
        (&["b@x.example", "Postmaster@y.example"][..], "DD"),
        (&["c@y.example", "d@z.example", "e@x.example"][..], "DTD"),
        (&["f@x.example"][..], "T"),
    ] {
        let mut delivery = Delivery::new(envelope(names));
        let step = delivery.start(&mut client).unwrap();
        if expected != "T" {
            feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n250 c\r\n354 go\r\n");
            body(&mut delivery, &mut client);
            assert_eq!(feed(&mut delivery, &mut client, "250 ok\r\n").0, Step::Done);
        } else {
            assert_eq!(step, Step::Done);
        }
        assert_eq!(outcomes(&delivery), expected);
    }
    assert_eq!(written(&mut client), "");
}

#[test]
fn lmtp_has_a_result_for_each() {
    let mut client = open(Protocol::Lmtp, "PIPELINING");
    let mut delivery = Delivery::new(envelope(&["b", "no", "c"]));
    delivery.start(&mut client).unwrap();
    feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n550 no\r\n250 c\r\n354 go\r\n");
    body(&mut delivery, &mut client);
    assert_eq!(feed(&mut delivery, &mut client, "250 ok\r\n").0, Step::Continue);
    assert_eq!(feed(&mut delivery, &mut client, "452 full\r\n").0, Step::Done);
    assert_eq!(outcomes(&delivery), "DPT");
}

#[test]
fn chunks_when_they_are_preferred() {
    let mut client = open(Protocol::Smtp, "PIPELINING,CHUNKING,BINARYMIME");
    let mut envelope = envelope(&["b"]);
    envelope.body = BodyType::BinaryMime;
    let mut delivery = Delivery::new(envelope);
    delivery.start(&mut client).unwrap();
    let (step, out) = feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n");
    assert_eq!(step, Step::BodyWanted);
    assert!(!out.contains("DATA"));
    delivery.send_body(&mut client, Bytes::from_static(b"\n.\n\0")).unwrap();
    assert_eq!(delivery.send_body(&mut client, Bytes::from_static(b"x")), Err(UsageError::Busy));
    assert_eq!(feed(&mut delivery, &mut client, "").1, "BDAT 4\r\n\n.\n\0");
    delivery.finish_body(&mut client).unwrap();
    assert_eq!(feed(&mut delivery, &mut client, "").1, "BDAT 0 LAST\r\n");
    let (step, _) = feed(&mut delivery, &mut client, "250 4 octets\r\n250 taken\r\n");
    assert_eq!((step, outcomes(&delivery).as_str()), (Step::Done, "D"));
}

#[test]
fn a_refused_chunk_stops_the_message() {
    let mut client = open(Protocol::Smtp, "PIPELINING,CHUNKING");
    let mut envelope = envelope(&["b"]);
    envelope.chunking = Chunking::Preferred;
    let mut delivery = Delivery::new(envelope);
    delivery.start(&mut client).unwrap();
    feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n");
    delivery.send_body(&mut client, Bytes::from_static(b"abc")).unwrap();
    feed(&mut delivery, &mut client, "");
    let (step, out) = feed(&mut delivery, &mut client, "452 disk full\r\n");
    assert_eq!(step, Step::BodyRefused);
    assert_eq!(out, "RSET\r\n");
    assert!(delivery.send_body(&mut client, Bytes::from_static(b"x")).is_err());
    assert_eq!(feed(&mut delivery, &mut client, "250 ok\r\n").0, Step::Done);
    assert_eq!(outcomes(&delivery), "T");
}

#[test]
fn the_end_of_the_session_is_never_success() {
    // Before the end of the message: it was not sent. Behind it: nobody knows.
    for (finish, expected) in [(false, "T"), (true, "?")] {
        let mut client = open(Protocol::Smtp, "PIPELINING");
        let mut delivery = Delivery::new(envelope(&["b"]));
        delivery.start(&mut client).unwrap();
        feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n354 go\r\n");
        delivery.send_body(&mut client, Bytes::from_static(b"hi\r\n")).unwrap();
        if finish {
            delivery.finish_body(&mut client).unwrap();
        }
        written(&mut client);
        assert!(client.receive_eof().is_err());
        delivery.abort(&mut client);
        assert_eq!(outcomes(&delivery), expected);
    }
}

#[test]
fn what_the_server_cannot_take_is_not_sent() {
    type Change = fn(&mut Envelope);
    let cases: [(Change, Extension); 4] = [
        (|envelope| envelope.body = BodyType::EightBitMime, Extension::EightBitMime),
        (|envelope| envelope.body = BodyType::BinaryMime, Extension::BinaryMime),
        (|envelope| envelope.smtputf8 = true, Extension::SmtpUtf8),
        (|envelope| envelope.size = Some(1001), Extension::Size),
    ];
    for (change, extension) in cases {
        let mut client = open(Protocol::Smtp, "SIZE 1000");
        let mut envelope = envelope(&["b"]);
        change(&mut envelope);
        let mut delivery = Delivery::new(envelope);
        assert_eq!(delivery.start(&mut client), Ok(Step::Done));
        assert_eq!(delivery.recipients()[0].outcome, RecipientOutcome::Impossible(extension));
        assert_eq!(written(&mut client), "");
    }
}
