//! Deliveries at servers that refuse in the middle, close, or break the protocol.

use super::*;
use crate::element::orcpt::Orcpt;
use crate::family::mail::MailParameter;
use crate::family::rcpt::{Rcpt, RcptParameter};

fn chunked(names: &[&'static str]) -> Envelope {
    let mut envelope = envelope(names);
    envelope.chunking = Chunking::Preferred;
    envelope
}

fn chunk(delivery: &mut Delivery, client: &mut Client, octets: &'static [u8]) {
    delivery.send_body(client, Bytes::from_static(octets)).unwrap();
    feed(delivery, client, "");
}

#[test]
fn the_first_refusal_of_a_chunk_counts() {
    let mut client = open(Protocol::Smtp, "PIPELINING,CHUNKING");
    let mut delivery = Delivery::new(chunked(&["b"]));
    delivery.start(&mut client).unwrap();
    feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n");
    chunk(&mut delivery, &mut client, b"abc");
    delivery.finish_body(&mut client).unwrap();
    feed(&mut delivery, &mut client, "");
    // The last chunk is in flight behind the one that is refused.
    let (_, out) = feed(&mut delivery, &mut client, "452 disk full\r\n503 no transaction\r\n");
    assert_eq!(out, "RSET\r\n");
    assert_eq!(feed(&mut delivery, &mut client, "250 ok\r\n").0, Step::Done);
    assert_eq!(outcomes(&delivery), "T");
}

#[test]
fn a_refused_sender_ends_a_delivery_by_chunks_without_pipelining() {
    for keywords in ["CHUNKING", "CHUNKING,PIPELINING"] {
        let mut client = open(Protocol::Smtp, keywords);
        let mut delivery = Delivery::new(chunked(&["b", "c"]));
        delivery.start(&mut client).unwrap();
        let rest = if keywords == "CHUNKING" { "" } else { "503 no\r\n503 no\r\n" };
        let (_, out) = feed(&mut delivery, &mut client, &alloc::format!("451 later\r\n{rest}"));
        assert!(out.ends_with("RSET\r\n"), "{keywords}: {out}");
        assert_eq!(feed(&mut delivery, &mut client, "250 ok\r\n").0, Step::Done, "{keywords}");
        assert_eq!(outcomes(&delivery), "TT");
    }
}

#[test]
fn what_does_not_fit_in_the_queue_goes_into_the_next_transaction() {
    let mut config = ClientConfig::default();
    config.limits.transmit = 80;
    for keywords in ["PIPELINING", "PIPELINING,CHUNKING"] {
        let mut client = open_as(config.clone(), keywords);
        let mut envelope = envelope(&["b", "c", "d", "e"]);
        envelope.chunking = Chunking::Preferred;
        let mut delivery = Delivery::new(envelope);
        delivery.start(&mut client).unwrap();
        let mut out = written(&mut client);
        for pair in [["b", "c"], ["d", "e"]] {
            for name in pair {
                assert!(out.contains(&alloc::format!("TO:<{name}@")), "{out}");
            }
            let (step, _) = feed(&mut delivery, &mut client, "250 a\r\n250 ok\r\n250 ok\r\n");
            let step = match step {
                Step::Continue => feed(&mut delivery, &mut client, "354 go\r\n").0,
                step => step,
            };
            assert_eq!(step, Step::BodyWanted);
            delivery.finish_body(&mut client).unwrap();
            feed(&mut delivery, &mut client, "");
            out = feed(&mut delivery, &mut client, "250 taken\r\n").1;
        }
        assert_eq!(outcomes(&delivery), "DDDD");
    }
}

#[test]
fn a_server_that_closes_instead_of_taking_the_message_has_not_got_it() {
    for (protocol, keywords) in
        [(Protocol::Smtp, "PIPELINING"), (Protocol::Smtp, ""), (Protocol::Lmtp, "PIPELINING")]
    {
        let mut client = open(protocol, keywords);
        let mut delivery = Delivery::new(envelope(&["b"]));
        delivery.start(&mut client).unwrap();
        feed(&mut delivery, &mut client, "250 a\r\n");
        feed(&mut delivery, &mut client, "250 b\r\n");
        // DATA is answered, and no octet of the message was sent.
        feed(&mut delivery, &mut client, "421 closing\r\n");
        assert_eq!(outcomes(&delivery), "T", "{protocol:?} {keywords}");
    }
}

#[test]
fn what_is_delivered_stays_delivered() {
    for end in ["421 closing\r\n", ""] {
        let mut client = open(Protocol::Lmtp, "PIPELINING");
        let mut delivery = Delivery::new(envelope(&["b", "c", "d", "e"]));
        delivery.start(&mut client).unwrap();
        feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n250 c\r\n250 d\r\n250 e\r\n354 go\r\n");
        body(&mut delivery, &mut client);
        feed(&mut delivery, &mut client, &alloc::format!("250 b has it\r\n550 c not\r\n{end}"));
        if end.is_empty() {
            assert!(client.receive_eof().is_err());
            delivery.abort(&mut client);
            assert_eq!(outcomes(&delivery), "DP??");
        } else {
            assert_eq!(outcomes(&delivery), "DPT?");
        }
    }
}

#[test]
fn nobody_gets_a_message_whose_sender_was_refused() {
    let mut client = open(Protocol::Smtp, "PIPELINING");
    let mut delivery = Delivery::new(envelope(&["b"]));
    delivery.start(&mut client).unwrap();
    let (step, out) =
        feed(&mut delivery, &mut client, "451 later\r\n250 b\r\n354 go\r\n250 taken\r\n");
    assert_ne!(step, Step::BodyWanted);
    assert!(out.ends_with("DATA\r\n.\r\nRSET\r\n"), "{out}");
    assert_eq!(feed(&mut delivery, &mut client, "250 ok\r\n").0, Step::Done);
    assert_eq!(outcomes(&delivery), "T");
}

#[test]
fn what_one_recipient_lacks_is_no_matter_of_the_others() {
    let rcpt = |name: &'static str, parameter: RcptParameter<'static>| {
        let path = ForwardPath::mailbox(name, "mail.example").unwrap();
        let rcpt = Rcpt::new(path);
        let parameters = rcpt.parameters.with(parameter).unwrap();
        Rcpt { parameters, ..rcpt }
    };
    let rrvs = || RcptParameter::parse(b"RRVS=2014-04-03T23:01:00Z").unwrap();
    let orcpt = || RcptParameter::Orcpt(Orcpt::utf_8("\u{e9}@mail.example").unwrap());
    // An original recipient in UTF-8 needs SMTPUTF8 where it is told.
    let mut client = open(Protocol::Smtp, "PIPELINING,DSN,SMTPUTF8");
    let mut one = envelope(&[]);
    one.add(rcpt("b", orcpt()));
    Delivery::new(one.clone()).start(&mut client).unwrap();
    assert!(written(&mut client).starts_with("MAIL FROM:<a@client.example> SMTPUTF8\r\n"));
    let mut client = open(Protocol::Smtp, "PIPELINING,DSN");
    let mut delivery = Delivery::new(one.clone());
    delivery.start(&mut client).unwrap();
    assert_eq!((outcomes(&delivery).as_str(), written(&mut client).as_str()), ("X", ""));
    let mut client = open(Protocol::Smtp, "PIPELINING");
    Delivery::new(one).start(&mut client).unwrap();
    assert!(written(&mut client).starts_with("MAIL FROM:<a@client.example>\r\n"));
    // A parameter that is not offered.
    for (others, expected) in [(&["c"][..], "DX"), (&[], "X")] {
        let mut client = open(Protocol::Smtp, "PIPELINING");
        let mut envelope = envelope(others);
        envelope.add(rcpt("b", rrvs()));
        let mut delivery = Delivery::new(envelope);
        delivery.start(&mut client).unwrap();
        if others.is_empty() {
            let (step, out) = feed(&mut delivery, &mut client, "250 a\r\n250 reset\r\n");
            assert_eq!(step, Step::Done);
            assert!(!out.contains("RCPT"), "{out}");
        } else {
            feed(&mut delivery, &mut client, "250 a\r\n250 c\r\n354 go\r\n");
            body(&mut delivery, &mut client);
            assert_eq!(feed(&mut delivery, &mut client, "250 ok\r\n").0, Step::Done);
        }
        assert_eq!(outcomes(&delivery), expected);
        assert_eq!(client.state(), State::Ready);
    }
    let mut client = open(Protocol::Smtp, "PIPELINING");
    let mut envelope = envelope(&["b", "c"]);
    envelope.parameters = envelope.parameters.with(MailParameter::Prdr).unwrap();
    let mut delivery = Delivery::new(envelope);
    assert_eq!(delivery.start(&mut client), Ok(Step::Done));
    assert_eq!((outcomes(&delivery).as_str(), written(&mut client).as_str()), ("XX", ""));
}

#[test]
fn with_prdr_the_last_reply_counts_for_all_who_are_accepted() {
    for (end, expected) in
        [("250 ok\r\n", "DP"), ("451 no\r\n", "TT"), ("421 no\r\n", "?P"), ("", "?P")]
    {
        let mut client = open(Protocol::Smtp, "PIPELINING,PRDR");
        let mut envelope = envelope(&["b", "c"]);
        envelope.parameters = envelope.parameters.with(MailParameter::Prdr).unwrap();
        let mut delivery = Delivery::new(envelope);
        delivery.start(&mut client).unwrap();
        feed(&mut delivery, &mut client, "250 a\r\n250 b\r\n250 c\r\n354 go\r\n");
        body(&mut delivery, &mut client);
        let replies = alloc::format!("353 each\r\n250 b has it\r\n550 c not\r\n{end}");
        feed(&mut delivery, &mut client, &replies);
        if end.is_empty() {
            assert!(client.receive_eof().is_err());
            delivery.abort(&mut client);
        }
        assert_eq!(outcomes(&delivery), expected, "{end}");
    }
}
