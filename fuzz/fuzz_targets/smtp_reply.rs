//! A reply, and the same octets as a greeting and as an EHLO reply: parsing does not panic, what
//! was taken is written and read again as the same, and the fast way agrees with the slow one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwire_smtp::family::greeting::Greeting;
use mailwire_smtp::family::hello::EhloReply;
use mailwire_smtp::{ExtensionSet, Reply, Tolerance};

fuzz_target!(|data: &[u8]| {
    for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
        match Reply::parse_with(data, tolerance) {
            Ok((reply, met)) => {
                let wire = reply.to_bytes();
                let again = Reply::parse_with(&wire, Tolerance::lenient())
                    .expect("what is written is read");
                assert_eq!(again.0, reply);
                if met.is_empty() {
                    assert_eq!(wire, data, "a reply without deviations is written as it came");
                }
                // Lines that end in LF alone are not plain, and are looked at closely.
                let closely: Vec<u8> = data.iter().copied().filter(|&byte| byte != b'\r').collect();
                if met.is_empty() && reply.lines().all(|line| !line.contains(&b'\r')) {
                    let (same, _) = Reply::parse_with(&closely, Tolerance::lenient())
                        .expect("a reply is one with bare line ends too");
                    assert_eq!(same, reply);
                }
                assert!(reply.lines().count() > 0);
                assert_eq!(reply.clone().into_owned(), reply);
                let _ = (format!("{reply:?}"), reply.to_string());
            }
            Err(error) => assert!(error.at <= data.len() && !error.rule.is_empty()),
        }
        if let Ok((reply, _)) = EhloReply::parse_with(data, tolerance) {
            let set: ExtensionSet =
                reply.keywords().filter_map(|keyword| keyword.extension()).collect();
            assert_eq!(reply.extensions(), set, "the set is that of the keywords");
            assert_eq!(reply.clone().into_owned(), reply);
        }
        let _ = Greeting::parse_with(data, tolerance);
    }
});
