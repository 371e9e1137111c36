//! What was read under any tolerance is written in legal form.

#![allow(clippy::unwrap_used, clippy::panic)]

use mailwire_imap::element::body_structure::BodyStructure;
use mailwire_imap::element::envelope::Envelope;
use mailwire_imap::element::flag::Flags;
use mailwire_imap::element::section::Section;
use mailwire_imap::element::sequence::SequenceSet;
use mailwire_imap::{Deviation, Tolerance};
use proptest::prelude::*;

const BODY: &[&str] = &[
    "(",
    "(",
    "\"TEXT\"",
    " ",
    "\"PLAIN\"",
    " ",
    "(\"a\" \"b\")",
    " ",
    "NIL",
    " ",
    "NIL",
    " ",
    "\"7BIT\"",
    " ",
    "9",
    " ",
    "1",
    " ",
    "NIL",
    " ",
    "(\"inline\" NIL)",
    " ",
    "(\"en\" \"de\")",
    " ",
    "NIL",
    " ",
    "5",
    ")",
    "(",
    "\"MESSAGE\"",
    " ",
    "\"RFC822\"",
    " ",
    "NIL",
    " ",
    "NIL",
    " ",
    "NIL",
    " ",
    "\"7BIT\"",
    " ",
    "9",
    " ",
    "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)",
    " ",
    "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 9)",
    " ",
    "2",
    ")",
    " ",
    "\"MIXED\"",
    " ",
    "NIL",
    " ",
    "NIL",
    ")",
];

const ENVELOPE: &[&str] = &[
    "(",
    "NIL",
    " ",
    "\"x\"",
    " ",
    "(",
    "(NIL NIL \"a\" \"b\")",
    "(NIL NIL \"c\" \"d\")",
    ")",
    " ",
    "NIL",
    " ",
    "NIL",
    " ",
    "NIL",
    " ",
    "NIL",
    " ",
    "NIL",
    " ",
    "NIL",
    " ",
    "\"<a@b>\"",
    ")",
];

const FLAGS: &[&str] = &["(", "\\Seen", " ", "a", " ", "\\x", ")"];
const SECTION: &[&str] =
    &["[", "1", ".", "2", ".", "HEADER", ".", "FIELDS", " ", "(", "a", " ", "b", ")", "]"];
const SET: &[&str] = &["1", ":", "*", ",", "7", ":", "5", ",", "9"];

/// What goes in the place of another token, or before it.
const TOKENS: &[&str] = &[
    "",
    "(",
    ")",
    " ",
    "  ",
    "NIL",
    "\"a\"",
    "\"\"",
    "\"a\"b\"",
    "\"\\x\"",
    "\"\u{e9}\"",
    "{1}\r\n\n",
    "()",
    "-1",
    "1.5e3",
    "0",
    "7",
    "(NIL NIL)",
    "(\"a\" NIL)",
    "(NIL NIL NIL NIL)",
    "\"TEXT\"",
    "\"ALTERNATIVE\"",
    "\\*",
    ",",
    ":",
    "$",
    "[",
    "x",
];

/// A text with up to three tokens changed.
fn damaged(tokens: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let change = (0..tokens.len(), 0..TOKENS.len(), any::<bool>());
    proptest::collection::vec(change, 0..4).prop_map(move |changes| {
        let mut text: Vec<String> = tokens.iter().map(|token| (*token).to_owned()).collect();
        for (at, with, insert) in changes {
            if insert {
                text[at].insert_str(0, TOKENS[with]);
            } else {
                TOKENS[with].clone_into(&mut text[at]);
            }
        }
        text.concat().into_bytes()
    })
}

macro_rules! legal {
    ($($name:ident: $type:ident from $tokens:ident;)+) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(2000))]
            $(
                #[test]
                fn $name(wire in damaged($tokens)) {
                    let strict = $type::parse_with(&wire, Tolerance::strict());
                    if let Ok((value, met)) = $type::parse_with(&wire, Tolerance::lenient()) {
                        // What strict grammar takes is no deviation.
                        prop_assert_eq!(strict.is_ok(), met.is_empty(), "{}", wire.escape_ascii());
                        let printed = value.to_bytes();
                        // A message without its envelope has no legal form.
                        let legal = Tolerance::strict().with(Deviation::BareMessagePart);
                        let again = $type::parse_with(&printed, legal);
                        match again {
                            Ok((again, _)) => prop_assert_eq!(again.to_bytes(), printed),
                            Err(error) => panic!("{}\n{}", wire.escape_ascii(), error.render(&printed)),
                        }
                    } else {
                        prop_assert!(strict.is_err());
                    }
                }
            )+
        }
    };
}

legal! {
    body_structures: BodyStructure from BODY;
    envelopes: Envelope from ENVELOPE;
    flags: Flags from FLAGS;
    sections: Section from SECTION;
    sets: SequenceSet from SET;
}
