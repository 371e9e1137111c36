//! Rows of USER, PASS, APOP and AUTH.

use super::*;
use crate::rows::{check_lenient, check_rejects, check_rows};

fn mechanism(name: &str) -> Auth<'_> {
    Auth::new(MechanismName::new(name).unwrap())
}

fn user(name: &str) -> Command<'_> {
    Command::User(UserName::new(name).unwrap())
}

fn pass(password: &[u8]) -> Command<'_> {
    Command::Pass(Password::new(password).unwrap())
}

fn apop(name: &str) -> Command<'_> {
    let digest = Digest::parse(b"c4c9334bac560ecc979e58001b3e22fb").unwrap();
    Command::Apop(Apop::new(UserName::new(name).unwrap(), digest))
}

#[test]
fn rows() {
    check_rows(&[
        (b"USER mrose\r\n", user("mrose")),
        (b"USER a@b.example\r\n", user("a@b.example")),
        (b"USER j\xc3\xb6rg\r\n", user("j\u{f6}rg")),
        (b"PASS secret\r\n", pass(b"secret")),
        (b"PASS a b  c \r\n", pass(b"a b  c ")),
        (b"PASS  \t\r\n", pass(b" \t")),
        (b"PASS \r\n", pass(b"")),
        (b"PASS p\xf6\xff\x01\r\n", pass(b"p\xf6\xff\x01")),
        (b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n", apop("mrose")),
        (b"AUTH\r\n", Command::Auth(None)),
        (b"AUTH LOGIN\r\n", Command::Auth(Some(mechanism("LOGIN")))),
        (
            b"AUTH PLAIN AGEAYg==\r\n",
            Command::Auth(Some(mechanism("PLAIN").with_initial_response(b"\0a\0b"))),
        ),
        (
            b"AUTH EXTERNAL =\r\n",
            Command::Auth(Some(mechanism("EXTERNAL").with_initial_response(b""))),
        ),
    ]);
}

#[test]
fn rejects() {
    check_rejects::<Command<'_>>(&[
        (b"USER\r\n", "SP", 4),
        (b"USER \r\n", "name", 5),
        (b"USER a\0b\r\n", "name", 6),
        (b"USER a\rb\r\n", "name", 6),
        (b"USER j\xf6rg\r\n", "name", 6),
        (b"PASS\r\n", "SP", 4),
        (b"PASS\tx\r\n", "SP", 4),
        (b"PASS a\0b\r\n", "password", 6),
        (b"PASS a\rb\r\n", "password", 6),
        (b"APOP\r\n", "SP", 4),
        (b"APOP mrose\r\n", "SP", 10),
        (b"APOP mrose c4c9\r\n", "digest", 15),
        (b"APOP mrose c4c9334bac560ecc979e58001b3e22fbx\r\n", "CRLF", 43),
        (b"APOP a\0b c4c9334bac560ecc979e58001b3e22fb\r\n", "name", 6),
        (b"AUTH PLAIN a b\r\n", "initial-response", 12),
        (b"AUTH PLA/IN\r\n", "sasl-mech", 5),
        (b"AUTH x\0y\r\n", "SP", 6),
        (b"AUTH=PLAIN\r\n", "verb", 4),
    ]);
}

#[test]
fn lenient() {
    check_lenient::<Command<'_>>(&[
        (b"USER Jane Doe\r\n", Deviation::BlankInName, b"USER Jane Doe\r\n"),
        (b"USER j\xf6rg\r\n", Deviation::InvalidUtf8, b"USER j\xf6rg\r\n"),
        (b"USER mrose \r\n", Deviation::TrailingSpaces, b"USER mrose\r\n"),
        (b"USER  mrose\r\n", Deviation::ExtraSpaces, b"USER mrose\r\n"),
        (
            b"APOP mrose C4C9334BAC560ECC979E58001B3E22FB\r\n",
            Deviation::UpperCaseDigest,
            b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n",
        ),
        (
            b"APOP Jane Doe c4c9334bac560ecc979e58001b3e22fb\r\n",
            Deviation::BlankInName,
            b"APOP Jane Doe c4c9334bac560ecc979e58001b3e22fb\r\n",
        ),
        (
            b"APOP mrose  c4c9334bac560ecc979e58001b3e22fb\r\n",
            Deviation::ExtraSpaces,
            b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n",
        ),
        (
            b"APOP mrose c4c9334bac560ecc979e58001b3e22fb \r\n",
            Deviation::TrailingSpaces,
            b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n",
        ),
        (b"AUTH PLAIN  AGEAYg==\r\n", Deviation::ExtraSpaces, b"AUTH PLAIN AGEAYg==\r\n"),
        (b"AUTH \r\n", Deviation::TrailingSpaces, b"AUTH\r\n"),
    ]);
}

#[test]
fn broken_base64_is_an_error_of_its_own() {
    let Command::Auth(Some(auth)) = Command::parse(b"AUTH PLAIN !!!!\r\n").unwrap() else {
        panic!()
    };
    assert!(auth.initial_response().unwrap().is_err());
}

#[test]
fn credentials_do_not_show() {
    for line in [
        &b"PASS hunter2\r\n"[..],
        b"AUTH PLAIN hunter2\r\n",
        b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n",
    ] {
        let shown = alloc::format!("{:?}", Command::parse(line).unwrap());
        assert!(!shown.contains("hunter2") && !shown.contains("c4c9"), "{shown}");
    }
}

#[test]
fn pop_c_12_an_argument_cannot_hold_a_line_end() {
    for bad in ["a\r\nDELE 1", "a\n", "\ra", "a\0"] {
        assert!(UserName::new(bad).is_err() && Password::new(bad).is_err(), "{bad:?}");
    }
    assert!(UserName::new("").is_err() && UserName::new("a b").is_err());
}
