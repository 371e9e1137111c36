//! The examples of the RFCs, and all pairs of commands.

use super::*;

fn traits(line: &str) -> Traits {
    Traits::of(&Command::parse(line.as_bytes()).unwrap())
}

/// Whether each may be sent without waiting for those before it.
fn goes(lines: &[&str]) -> bool {
    let mut in_flight = Traits::NONE;
    lines.iter().all(|line| {
        let new = traits(line);
        let may = may_follow(in_flight, new);
        in_flight = in_flight.with(new);
        may
    })
}

#[test]
fn the_table_is_in_the_order_of_the_enum() {
    for ((verb, traits), expected) in PIPELINING.iter().zip(Verb::ALL) {
        assert_eq!(verb, expected);
        assert_ne!(*traits, Traits::NONE, "{verb}");
    }
}

#[test]
fn the_examples_of_the_rfcs() {
    const FETCH: &str = "FETCH 1 FLAGS";
    const STORE: &str = "STORE 1 FLAGS ()";
    const COPY: &str = "COPY 1 x";
    // RFC 9051 section 5.5.
    assert!(!goes(&[FETCH, "NOOP", STORE]));
    assert!(!goes(&[STORE, COPY, FETCH]));
    assert!(!goes(&[COPY, COPY]));
    assert!(goes(&[FETCH, STORE, "SEARCH UNSEEN", "NOOP"]));
    assert!(goes(&[STORE, COPY, "EXPUNGE"]));
    assert!(goes(&["UID SEARCH UNSEEN", "UID SEARCH UID 1:5"]));
    assert!(!goes(&["UID SEARCH UNSEEN", "UID SEARCH 1:5"]));
    // RFC 5182 section 2.1.
    assert!(goes(&[
        "SEARCH RETURN (SAVE) KEYWORD $Junk",
        "COPY $ Junk",
        "STORE $ +FLAGS.SILENT (\\Deleted)",
    ]));
    // RFC 6851 section 3.3.
    assert!(!goes(&["UID MOVE 1 x", FETCH]) && !goes(&["MOVE 1 x", "MOVE 1 x"]));
    // RFC 5256 section 3.
    assert!(
        goes(&["SORT (DATE) UTF-8 ALL", FETCH]) && !goes(&["UID SORT (DATE) UTF-8 ALL", FETCH])
    );
}

#[test]
fn arguments_tell_what_matters() {
    for (line, numbers) in [
        ("SEARCH ALL", false),
        ("SEARCH UID 1:5", false),
        ("SEARCH OR UID 7 LARGER 100", false),
        ("SEARCH NOT 1:5", true),
        ("SEARCH (1,3 UNSEEN)", true),
        ("SEARCH *", true),
        ("SEARCH SINCE 1-Feb-1994", false),
        ("SEARCH SUBJECT \"1:5\"", false),
        ("SEARCH SUBJECT {3}\r\n1:5", false),
        ("SEARCH SUBJECT \"\\\" 1\" 2", true),
        ("SEARCH KEYWORD 5", false),
        ("SEARCH HEADER 1 2", false),
        ("SEARCH HEADER 1 2 3", true),
        ("UID SEARCH UID 1 2", true),
        // It cannot be told from a set.
        ("SEARCH X-NEW 5", true),
        ("COPY $ x", false),
        ("COPY 1 x", true),
        ("UID COPY 1 x", false),
    ] {
        assert_eq!(traits(line).contains(Traits::USES_NUMBERS), numbers, "{line}");
    }
    for (line, seen) in [
        ("FETCH 1 BODY[]", true),
        ("FETCH 1 BODY.PEEK[]", false),
        ("UID FETCH 1 (FLAGS binary[1])", true),
        ("FETCH 1 (RFC822.HEADER BODY)", false),
        ("FETCH 1 RFC822", true),
        ("FETCH 1 (BODY BODY[])", true),
        ("STORE 1 FLAGS ()", true),
    ] {
        assert_eq!(traits(line).contains(Traits::CHANGES_FLAGS), seen, "{line}");
    }
    assert!(traits("SEARCH RETURN (SAVE) ALL").contains(Traits::SAVES_RESULT));
    assert!(!traits("SEARCH RETURN (ALL) ALL").contains(Traits::SAVES_RESULT));
    assert_eq!(traits("FROB"), Traits::unknown());
}

/// All pairs, against the rules in words.
#[test]
fn all_pairs() {
    for &first in Verb::ALL {
        for &second in Verb::ALL {
            let alone = |verb| {
                matches!(
                    verb,
                    Verb::StartTls
                        | Verb::Authenticate
                        | Verb::Login
                        | Verb::Enable
                        | Verb::Idle
                        | Verb::Compress
                        | Verb::Unauthenticate
                        | Verb::Language
                        | Verb::Comparator
                )
            };
            let opens =
                |verb| matches!(verb, Verb::Select | Verb::Examine | Verb::Close | Verb::Unselect);
            let in_mailbox = |verb: Verb| {
                verb.row().legal == crate::state::Legal::Selected
                    || matches!(verb, Verb::Select | Verb::Examine | Verb::Notify | Verb::Esearch)
            };
            let keeps_numbers = matches!(
                first,
                Verb::Fetch
                    | Verb::Store
                    | Verb::Search
                    | Verb::Sort
                    | Verb::Thread
                    | Verb::Convert
            );
            let numbers = second.is_by_number()
                || matches!(second, Verb::UidSearch | Verb::UidSort | Verb::UidThread);
            let waits = alone(first)
                || alone(second)
                || first == Verb::Logout
                || numbers && !keeps_numbers
                || opens(first) && in_mailbox(second)
                || opens(second) && in_mailbox(first);
            assert_eq!(
                may_follow(first.traits(), second.traits()),
                !waits,
                "{first} then {second}"
            );
            if waits {
                assert!(is_ambiguous(first.traits(), second.traits()));
            }
        }
        assert!(may_follow(Traits::NONE, first.traits()));
    }
}

#[test]
fn what_a_server_must_not_do_at_once() {
    for (before, behind, ambiguous) in [
        ("FETCH 1 BODY[]", "SEARCH UNSEEN", true),
        ("FETCH 1 BODY.PEEK[]", "SEARCH UNSEEN", false),
        ("STORE 1 FLAGS ()", "FETCH 1 FLAGS", true),
        ("CREATE x", "LIST \"\" *", true),
        ("LIST \"\" *", "STATUS x (MESSAGES)", false),
        ("SEARCH RETURN (SAVE) ALL", "UID FETCH $ BODY.PEEK[]", true),
        ("EXPUNGE", "UID FETCH 1 FLAGS", true),
        ("NOOP", "NAMESPACE", false),
        // RFC 5465 section 3.1: the last one counts.
        ("NOTIFY SET (selected (MessageNew MessageExpunge))", "NOTIFY NONE", true),
    ] {
        assert_eq!(is_ambiguous(traits(before), traits(behind)), ambiguous, "{before}, {behind}");
    }
}

#[test]
fn debug_shows_names() {
    let shown = alloc::format!("{:?}", Verb::Logout.traits());
    assert_eq!(shown, "{MAY_EXPUNGE, CHANGES_STATE, LAST}");
}
