//! What is told in which form, by what is enabled and what the open mailbox has; and when.

use super::*;

fn expunge() -> Data<'static> {
    Data::Expunge(NzNumber::new(1).unwrap())
}

fn vanished(earlier: bool) -> Data<'static> {
    Data::Vanished(Vanished { earlier, uids: UidSet::parse(b"5").unwrap() })
}

fn message() -> FetchData<'static> {
    let number = || NzNumber::new(5).unwrap();
    FetchData::new(number(), [FetchItem::Uid(number())]).unwrap()
}

fn no_mod_seq() -> Data<'static> {
    let text = Text::new("none").unwrap();
    Data::Condition(Status::with_code(StatusKind::Ok, Code::NoModSeq, text))
}

/// RFC 7162 sections 3.2.3 and 3.2.10, RFC 9586.
#[test]
fn each_form_is_for_those_who_know_it() {
    let not = |extension| Err(UsageError::NotEnabled(extension));
    let (by_number, no_vanished) = (Err(UsageError::UidRequired), not(Extension::QResync));
    let no_uid_fetch = not(Extension::UidOnly);
    let plain = [Ok(()), no_vanished, no_vanished, Ok(()), no_uid_fetch];
    for (enabled, by_vanished, rows) in [
        (None, false, plain),
        (Some(Extension::CondStore), false, plain),
        (Some(Extension::QResync), true, [by_number, Ok(()), Ok(()), Ok(()), no_uid_fetch]),
        (Some(Extension::UidOnly), true, [by_number, Ok(()), no_vanished, by_number, Ok(())]),
    ] {
        let mut talk = enabled.map_or_else(Talk::selected, Talk::enabled);
        talk.say("A UID FETCH 1 FLAGS\r\n");
        assert_eq!(talk.server.uses_vanished(), by_vanished, "{enabled:?}");
        let (number, uid) = (Data::Fetch(message()), Data::UidFetch(message()));
        let all = [expunge(), vanished(false), vanished(true), number, uid];
        for (data, expected) in all.iter().zip(rows) {
            assert_eq!(talk.server.send(data), expected, "{data:?} with {enabled:?}");
        }
        let (head, tails) = fetch(&[3]);
        let uid = head.clone().into_uid_fetch();
        let by_uid = enabled == Some(Extension::UidOnly);
        let (right, wrong) = if by_uid { (uid, head) } else { (head, uid) };
        assert!(talk.server.send_fetch(&wrong, &tails).is_err());
        assert_eq!(talk.server.send_fetch(&right, &tails), Ok(()));
    }
}

/// RFC 7162 section 3.2.10.2: a mailbox without mod-sequences has EXPUNGE, until another is opened.
#[test]
fn a_mailbox_without_mod_sequences_has_expunge() {
    let mut talk = Talk::resyncing();
    let open = |talk: &mut Talk, data: Option<Data<'_>>, kind| {
        let all = talk.say("A SELECT y\r\n");
        if let Some(data) = data {
            talk.server.send(&data).unwrap();
        }
        talk.server.complete(all[0].1, &status(kind)).unwrap();
        talk.server.uses_vanished()
    };
    for (data, kind, by_vanished) in [
        (None, StatusKind::Ok, true),
        (Some(no_mod_seq()), StatusKind::Ok, false),
        // The mailbox that was open still is.
        (None, StatusKind::Bad, false),
        (None, StatusKind::Ok, true),
        (Some(no_mod_seq()), StatusKind::Bad, true),
        (Some(no_mod_seq()), StatusKind::Ok, false),
    ] {
        let text = format!("{data:?} {kind}");
        assert_eq!(open(&mut talk, data, kind), by_vanished, "{text}");
    }
    let noop = talk.say("B NOOP\r\n")[0].1;
    assert_eq!(talk.server.send(&expunge()), Ok(()));
    talk.finish(noop);
    // What is told later counts too: a server may know only once CONDSTORE is asked for.
    let mut talk = Talk::resyncing();
    talk.server.send(&no_mod_seq()).unwrap();
    assert!(!talk.server.uses_vanished());
}

/// RFC 7162 section 3.1.2.2.
#[test]
fn what_a_mailbox_without_mod_sequences_cannot_do_is_refused() {
    for (command, refused) in [
        ("FETCH 1 FLAGS (CHANGEDSINCE 5)", true),
        ("UID FETCH 1 (MODSEQ)", true),
        ("UID FETCH 1 FLAGS (CHANGEDSINCE 5 VANISHED)", true),
        ("SEARCH MODSEQ 5", true),
        ("UID SEARCH NOT (SEEN MODSEQ 5)", true),
        ("UID STORE 1 (UNCHANGEDSINCE 5) FLAGS ()", true),
        ("FETCH 1 FLAGS", false),
        ("STORE 1 FLAGS ()", false),
        ("STATUS x (HIGHESTMODSEQ)", false),
        ("SELECT x (CONDSTORE)", false),
    ] {
        let mut talk = Talk::resyncing();
        assert_eq!(talk.tags(format!("B {command}\r\n")), ["B"], "{command}");
        let mut talk = Talk::resyncing();
        let all = talk.say("A SELECT y\r\n");
        talk.server.send(&no_mod_seq()).unwrap();
        talk.finish(all[0].1);
        talk.heard();
        assert_eq!(talk.tags(format!("B {command}\r\n")).len(), 1, "{command}");
        let answer = if refused { "B BAD the mailbox has no mod-sequences\r\n" } else { "" };
        assert_eq!(talk.heard(), answer, "{command}");
    }
}

/// RFC 9051 section 7.5.1: a command is in progress once all of it is received.
#[test]
fn a_message_that_comes_is_no_command_in_progress() {
    let mut talk = Talk::selected();
    let large = 20_000;
    let all = talk.say(format!("A APPEND x {{{large}}}\r\n"));
    assert!(!talk.server.may_expunge());
    talk.server.accept_body().unwrap();
    assert_eq!(talk.server.send(&expunge()), not_now("EXPUNGE"));
    talk.say(vec![b'x'; large]);
    assert_eq!(talk.server.send(&expunge()), not_now("EXPUNGE"));
    assert_eq!(talk.tags("\r\n"), ["end"]);
    assert_eq!(talk.server.send(&expunge()), Ok(()));
    talk.finish(all[0].1);
    // Another command counts for itself.
    let mut talk = Talk::selected();
    assert_eq!(talk.say(format!("A STATUS y (SIZE)\r\nB APPEND z {{{large}}}\r\n")).len(), 1);
    let mut talk = Talk::selected();
    assert_eq!(talk.say(format!("A NOOP\r\nB APPEND z {{{large}}}\r\n")).len(), 2);
    assert_eq!(talk.server.send(&expunge()), Ok(()));
}

/// Data that comes during SELECT is of the mailbox that is being opened.
#[test]
fn nothing_is_removed_while_a_mailbox_is_opened() {
    let mut talk = Talk::selected();
    let all = talk.say("N NOTIFY SET (SELECTED (MessageNew MessageExpunge))\r\n");
    talk.finish(all[0].1);
    assert!(talk.server.may_expunge());
    for verb in ["SELECT", "EXAMINE"] {
        let all = talk.say(format!("A {verb} y\r\n"));
        talk.heard();
        assert_eq!(talk.server.send(&expunge()), not_now("EXPUNGE"), "{verb}");
        assert_eq!(talk.heard(), "");
        talk.finish(all[0].1);
        assert!(talk.server.may_expunge());
    }
}
