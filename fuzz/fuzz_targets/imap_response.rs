//! Responses, as a client reads them: parsing does not panic, what was taken is written and read again as
//! the same value, and everything in it can be looked at.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_imap::element::body_structure::{BodyStructure, Part};
use mailwire_imap::family::fetch::FetchItem;
use mailwire_imap::{Data, Greeting, Mode, Response, Tolerance};

/// Looks at all parts of a structure.
fn walk(body: &BodyStructure<'_>, depth: u32) {
    let _ = body.to_string();
    if let (Part::Multi(multi), true) = (body.part(), depth < 100) {
        multi.parts.iter().for_each(|part| walk(&part, depth + 1));
    }
    let _ = body.find(&[1, 1]);
}

fn look(response: &Response<'_>) {
    let Response::Data(data) = response else { return };
    match data {
        Data::Fetch(fetch) | Data::UidFetch(fetch) => {
            for item in fetch.items() {
                match item {
                    FetchItem::Body(body) | FetchItem::BodyStructure(body) => walk(body, 0),
                    FetchItem::Envelope(envelope) => {
                        assert!(envelope.from.entries().count() <= envelope.from.len());
                    }
                    _ => {}
                }
            }
        }
        Data::Search(found) | Data::Sort(found) => {
            assert_eq!(found.numbers().iter().count(), found.numbers().len());
        }
        Data::Thread(threads) => {
            assert_eq!(threads.iter().count(), threads.len());
        }
        _ => {}
    }
}

fuzz_target!(|data: &[u8]| {
    for mode in [Mode::SERVER, Mode::SERVER.with(Mode::UTF8)] {
        for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
            match Response::parse_in(data, mode, tolerance) {
                Ok((response, met)) => {
                    assert!(met.iter().all(|one| tolerance.allowed().contains(one)));
                    look(&response);
                    let wire = response.to_bytes_in(mode);
                    let again = Response::parse_in(&wire, mode, tolerance);
                    // Damage beside damage may be told apart in another way.
                    let damaged = || format!("{response:?}").contains("Invalid(");
                    // Behind a quote that is open, nobody can tell what is in the string.
                    let quotes = data.iter().filter(|octet| **octet == b'"').count();
                    if quotes % 2 == 1 && damaged() {
                        continue;
                    }
                    let (again, _) = again.expect("what is written is read");
                    assert!(again == response || damaged(), "{again:?} {response:?}");
                    assert_eq!(again.to_bytes_in(mode), wire);
                    let _ = format!("{response:?}");
                }
                Err(error) => assert!(error.at <= data.len() && !error.rule.is_empty()),
            }
        }
    }
    let _ = Greeting::parse_with(data, Tolerance::lenient());
});
