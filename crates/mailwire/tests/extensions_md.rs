//! `EXTENSIONS.md` is the tables in the code, printed.
//!
//! `MAILWIRE_UPDATE=1 cargo test -p mailwire --test extensions_md` writes it anew.

#![cfg(all(feature = "smtp", feature = "pop3", feature = "imap"))]
#![allow(clippy::expect_used)]

use std::path::Path;

const HEAD: &str = "\
# Extensions

The extensions that mailwire knows. Others are kept as data: their keywords, parameters and verbs are
parsed and can be written. Files are below `src` of the crate.

This file is printed from the tables in `src/extension.rs` of each crate:
`MAILWIRE_UPDATE=1 cargo test -p mailwire --test extensions_md`
";

/// A section for each protocol: title, crate, table.
fn sections() -> Vec<(&'static str, &'static str, String)> {
    vec![
        ("SMTP and LMTP", "mailwire-smtp", mailwire::smtp::extension::extensions_markdown()),
        ("POP3", "mailwire-pop3", mailwire::pop3::extension::extensions_markdown()),
        ("IMAP", "mailwire-imap", mailwire::imap::extension::extensions_markdown()),
    ]
}

#[test]
fn extensions_md_is_the_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if !root.join("CONTRIBUTING.md").exists() {
        println!("a packaged crate has no repository around it; nothing to compare");
        return;
    }
    let mut wanted = HEAD.to_string();
    for (title, package, table) in sections() {
        wanted += &format!("\n## {title}: `{package}`\n\n{table}");
    }
    let path = root.join("EXTENSIONS.md");
    if std::env::var_os("MAILWIRE_UPDATE").is_some() {
        std::fs::write(&path, wanted).expect("the root of the repository can be written to");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "EXTENSIONS.md is not the tables; write it with\n  \
         MAILWIRE_UPDATE=1 cargo test -p mailwire --test extensions_md"
    );
}
