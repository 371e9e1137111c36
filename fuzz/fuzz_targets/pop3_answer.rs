//! A line of a POP3 server, read as whatever may be expected: parsing does not panic, and what was
//! taken is written, read again and written as the same. (A size that is missing is written as 0.)

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_pop3::answer::{Answer, Expect, Item, Listing};
use mailwire_pop3::{Response, Tolerance};

const EXPECTED: [Expect; 7] = [
    Expect::Status,
    Expect::Stat,
    Expect::Size(None),
    Expect::UniqueId(None),
    Expect::Language,
    Expect::Exchange,
    Expect::Message,
];
const LISTINGS: [Listing; 5] = [
    Listing::Sizes,
    Listing::UniqueIds,
    Listing::Capabilities,
    Listing::Languages,
    Listing::Mechanisms,
];

fuzz_target!(|data: &[u8]| {
    for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
        for expect in EXPECTED {
            match Answer::parse_with(data, expect, tolerance) {
                // What is damaged is written as it came, and may be read as what it is then.
                Ok((Answer::Invalid { error, .. }, _)) => assert!(!error.rule.is_empty()),
                Ok((answer, _)) => {
                    let wire = answer.to_bytes();
                    let again = Answer::parse_with(&wire, expect, Tolerance::lenient());
                    let again = again.expect("what is written is read").0;
                    assert_eq!(again.to_bytes(), wire);
                    let _ = format!("{answer:?}");
                }
                Err(error) => assert!(error.at <= data.len() && !error.rule.is_empty()),
            }
        }
        for listing in LISTINGS {
            match Item::parse_with(data, listing, tolerance) {
                (Item::Invalid(_), _) => {}
                (item, _) => {
                    let wire = item.to_bytes();
                    let (again, _) = Item::parse_with(&wire, listing, Tolerance::lenient());
                    assert_eq!(again.to_bytes(), wire);
                }
            }
        }
        if let Ok((response, _)) = Response::parse_with(data, tolerance) {
            let wire = response.to_bytes();
            let (again, _) =
                Response::parse_with(&wire, Tolerance::lenient()).expect("what is written is read");
            assert_eq!(again, response);
            let _ = response.code();
        }
    }
});
