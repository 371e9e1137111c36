//! `EXTENSIONS.md` is the table in the code, printed.
//!
//! `MAILWIRE_UPDATE=1 cargo test -p mailwire-smtp --test extensions_md` writes it anew.

use std::path::Path;

use mailwire_smtp::extension::extensions_markdown;

const HEAD: &str = "\
# Extensions

The service extensions of SMTP and LMTP that `mailwire-smtp` knows. Others are kept as data: their
keywords, parameters and verbs are parsed and can be written. Files are below
`crates/mailwire-smtp/src`.

This file is printed from the table in `crates/mailwire-smtp/src/extension.rs`.

";

#[test]
fn extensions_md_is_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if !root.join("CONTRIBUTING.md").exists() {
        println!("a packaged crate has no repository around it; nothing to compare");
        return;
    }
    let path = root.join("EXTENSIONS.md");
    let wanted = format!("{HEAD}{}", extensions_markdown());
    if std::env::var_os("MAILWIRE_UPDATE").is_some() {
        std::fs::write(&path, wanted).expect("the root of the repository can be written to");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "EXTENSIONS.md is not the table; write it with\n  \
         MAILWIRE_UPDATE=1 cargo test -p mailwire-smtp --test extensions_md"
    );
}
