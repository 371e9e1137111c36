//! What real servers and clients send, and what is made of it: the quirks 1 to 114 of the protocol notes,
//! each by its number.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

use mailwire_core::tolerance::Deviation as _;
use mailwire_imap::{
    Command, Data, Deviation, Deviations, Extension, Greeting, Mode, Response, SyntaxError,
    TaggedCommand, Tolerance,
};

mod bodies;
mod commands;
mod envelopes;
mod lines;
mod lists;
mod look;
mod messages;

use look::items;

/// What is wanted of octets.
#[derive(Clone, Copy)]
enum Want {
    /// They are legal.
    Legal,
    /// They deviate from the grammar in these ways, and are read where they are tolerated.
    Tolerated(&'static [Deviation]),
    /// The same, but they are legal as something else where the deviations are not tolerated.
    Guessed(&'static [Deviation]),
    /// They are refused under every tolerance: the rule, and why nothing is made of them.
    Refused(&'static str, &'static str),
}

use Deviation as D;
use Want::{Guessed, Legal, Refused, Tolerated};

/// What a quirk is about.
enum What {
    /// A response: its octets, what is wanted, the canonical form where it is another one, and what is seen in
    /// the value.
    Server(&'static [u8], Want, Option<&'static [u8]>, fn(&Response<'_>) -> bool),
    /// The same of a command.
    Client(&'static [u8], Want, Option<&'static [u8]>, fn(&Command<'_>) -> bool),
    /// Behaviour: the file below the crate, and the test in it.
    Tested(&'static str, &'static str),
    /// What is left to the caller, or refused, and why.
    Left(&'static str),
}

use What::{Client, Left, Server, Tested};

fn rows() -> Vec<(u8, What)> {
    [
        lines::rows(),
        lists::rows(),
        messages::rows(),
        envelopes::rows(),
        bodies::rows(),
        commands::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_quirk_has_a_row() {
    let numbers: BTreeSet<u8> = rows().iter().map(|row| row.0).collect();
    assert!(numbers.into_iter().eq(1..=114));
}

#[test]
fn behaviour_is_tested_where_it_is_said_to_be() {
    for (number, what) in rows() {
        match what {
            Tested(file, test) => {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
                let source = std::fs::read_to_string(&path).unwrap();
                let declared = format!("#[test]\nfn {test}() {{");
                assert!(source.contains(&declared), "{number}: no {test} in {file}");
            }
            Left(reason) => assert!(reason.len() > 20, "{number}"),
            Server(..) | Client(..) => {}
        }
    }
}

/// What a row came to: the deviations, what is written, and whether the value is the right one.
type Read = Result<(Deviations, Vec<u8>, bool), SyntaxError>;

fn read(what: &What, bytes: &[u8], tolerance: Tolerance) -> Read {
    match what {
        Server(_, _, _, check) => {
            Response::parse_in(bytes, Mode::SERVER, tolerance).map(|(value, met)| {
                let right = check(&value);
                (met, value.to_bytes_in(Mode::SERVER), right)
            })
        }
        Client(_, _, _, check) => {
            TaggedCommand::parse_in(bytes, Mode::REV1, tolerance).map(|(value, met)| {
                let right = check(&value.command);
                (met, value.to_bytes(), right)
            })
        }
        Tested(..) | Left(_) => unreachable!(),
    }
}

/// What is wrong with a row.
fn judge(what: &What) -> Result<(), String> {
    let (bytes, want, canonical) = match what {
        Server(bytes, want, canonical, _) => (*bytes, *want, *canonical),
        Client(bytes, want, canonical, _) => (*bytes, *want, *canonical),
        Tested(..) | Left(_) => return Ok(()),
    };
    let canonical = canonical.unwrap_or(bytes);
    let is_read = |tolerance| match what {
        Server(..) => Response::parse_in(bytes, Mode::SERVER, tolerance).is_ok(),
        _ => TaggedCommand::parse_in(bytes, Mode::REV1, tolerance).is_ok(),
    };
    let good = |read: Read, wanted: &[Deviation]| {
        let (met, written, right) = read.map_err(|error| format!("{}", error.render(bytes)))?;
        if !met.iter().eq(wanted.iter().copied()) {
            return Err(format!("met {met:?}"));
        }
        if written != canonical {
            return Err(format!("written {}", written.escape_ascii()));
        }
        if !right {
            return Err("another value".to_owned());
        }
        Ok(())
    };
    match want {
        Legal => good(read(what, bytes, Tolerance::strict()), &[]),
        Tolerated(deviations) | Guessed(deviations) => {
            let guessed = matches!(want, Guessed(_));
            if is_read(Tolerance::strict()) != guessed {
                return Err("is legal, or is not".to_owned());
            }
            let tolerance = deviations.iter().fold(Tolerance::strict(), |set, one| set.with(*one));
            good(read(what, bytes, tolerance), deviations)?;
            let default = Tolerance::default();
            if deviations.iter().all(|one| default.allowed().contains(*one)) {
                good(read(what, bytes, default), deviations)?;
            }
            for one in deviations {
                // Nothing but the deviation makes the octets legal; what is damaged is contained else.
                let without = Tolerance::lenient().without(*one).without(D::InvalidItem);
                if is_read(without) != guessed {
                    return Err(format!("read without {}", one.name()));
                }
            }
            Ok(())
        }
        Refused(rule, reason) => {
            assert!(reason.len() > 20);
            for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
                match read(what, bytes, tolerance) {
                    Err(error) if error.rule == rule => {}
                    other => return Err(format!("{other:?}")),
                }
            }
            Ok(())
        }
    }
}

#[test]
fn quirks_of_the_grammar() {
    let mut wrong = Vec::new();
    for (number, what) in rows() {
        if let Err(why) = judge(&what) {
            let (Server(bytes, ..) | Client(bytes, ..)) = what else { unreachable!() };
            wrong.push(format!("{number}: {}: {why}", bytes.escape_ascii()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn quirk_18_another_protocol_is_no_greeting() {
    for line in [&b"+OK POP3 ready\r\n"[..], b"220 mail.example ESMTP\r\n"] {
        for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
            assert_eq!(Greeting::parse_with(line, tolerance).unwrap_err().rule, "greeting");
        }
    }
}

#[test]
fn quirk_24_a_blank_in_literal_plus_offers_nothing() {
    let Ok(Response::Data(Data::Capability(list))) =
        Response::parse(b"* CAPABILITY IMAP4rev1 LITERAL +\r\n")
    else {
        panic!()
    };
    let known = mailwire_imap::Extensions::offered(list);
    assert!(known.has(Extension::Imap4Rev1) && !known.has(Extension::LiteralPlus));
}

#[test]
fn quirk_84_what_is_nested_too_deep_costs_its_item() {
    let deep = [&b"("[..]].concat().repeat(500);
    let close = b")".repeat(500);
    let wire = [&b"* 1 FETCH (BODY "[..], &deep, &close, b" UID 7)\r\n"].concat();
    let response = Response::parse(&wire).unwrap();
    assert_eq!(items(&response), (1, 1));
    assert_eq!(response.to_bytes(), wire);
}
