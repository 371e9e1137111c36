//! Imports go one way: what is lower knows nothing of what is higher.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a protocol crate from the lowest layer to the highest. A file may import from lower
/// layers, and from its own only in [`BASE`] and [`MESSAGES`].
const LAYERS: [&[&str]; 9] = [
    BASE,
    &["token"],
    &["dispatch"],
    &["element"],
    MESSAGES,
    &["error"],
    &["view", "pipelining", "needs"],
    &["server", "client", "observer"],
    &["opener", "delivery", "resync"],
];

/// They know no message: where one ends, and what may be in it.
const BASE: &[&str] = &["limits", "tolerance", "mode", "protocol", "framing"];

/// They name each other: a family holds the parsers of its commands and what answers them, the table
/// of the commands names it, and the tables of extensions and states name verbs.
const MESSAGES: &[&str] =
    &["family", "command", "reply", "response", "answer", "code", "status", "extension", "state"];

/// What `lib.rs` re-exports, by the file that it is from.
const NAMES: [(&str, &str); 9] = [
    ("Command", "command"),
    ("Tolerance", "tolerance"),
    ("Deviation", "tolerance"),
    ("Deviations", "tolerance"),
    ("Limits", "limits"),
    ("Mode", "mode"),
    ("Extension", "extension"),
    ("UsageError", "error"),
    ("PeerError", "error"),
];

fn layer(file: &str) -> Option<usize> {
    LAYERS.iter().position(|files| files.contains(&file))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file, without comments and tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let tests = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    let line = |line: &str| line.split("//").next().unwrap_or_default().to_string() + "\n";
    text[..tests].lines().map(line).collect()
}

/// What stands behind each `crate::`, with the members of `crate::{...}`.
fn imports(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // Macros of the core say `$crate::`.
        if code[..at].ends_with('$') {
            continue;
        }
        let behind = &code[at + "crate::".len()..];
        match behind.strip_prefix('{') {
            Some(list) => {
                let end = list.find("};").unwrap_or(list.len());
                found.extend(list[..end].split(',').map(word));
            }
            None => drop(found.insert(word(behind))),
        }
    }
    found.remove("");
    found
}

#[test]
fn imports_go_one_way() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut bad = Vec::new();
    let mut count = 0;
    for name in ["mailwire-smtp", "mailwire-pop3", "mailwire-imap"] {
        let root = crates.join(name).join("src");
        let mut files = Vec::new();
        rust_files(&root, &mut files);
        for path in files {
            let below = path.strip_prefix(&root).unwrap();
            let first = below.iter().next().unwrap().to_str().unwrap();
            let file = first.strip_suffix(".rs").unwrap_or(first);
            let tests = |part: &std::ffi::OsStr| part == "tests" || part == "tests.rs";
            if matches!(file, "lib" | "rows") || below.iter().any(tests) {
                continue;
            }
            let shown = format!("{name}/src/{}", below.display());
            let Some(own) = layer(file) else {
                bad.push(format!("{shown}: give `{file}` a place in LAYERS"));
                continue;
            };
            for import in imports(&code(&path)) {
                let from =
                    NAMES.iter().find(|row| row.0 == import).map_or(&import[..], |row| row.1);
                count += 1;
                let Some(other) = layer(from) else {
                    // Types of the core that `lib.rs` re-exports.
                    if !import.starts_with(char::is_uppercase) && from != "sasl" && from != "body" {
                        bad.push(format!("{shown}: give `{from}` a place in LAYERS"));
                    }
                    continue;
                };
                let beside =
                    other == own && from != file && ![BASE, MESSAGES][..].contains(&LAYERS[own]);
                if other > own || beside {
                    bad.push(format!("{shown} imports from `{from}`, which is not below it"));
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(count > 300, "{count}");
}

/// The core knows no protocol, and the protocols do not know each other.
#[test]
fn protocol_crates_depend_on_the_core_alone() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (name, wanted) in [
        ("mailwire-core", &[][..]),
        ("mailwire-smtp", &["mailwire-core"]),
        ("mailwire-pop3", &["mailwire-core"]),
        ("mailwire-imap", &["mailwire-core"]),
        ("mailwire-testing", &["mailwire-core"]),
    ] {
        let manifest = fs::read_to_string(crates.join(name).join("Cargo.toml")).unwrap();
        let section = manifest.split("\n[").find(|text| text.starts_with("dependencies]")).unwrap();
        let found: Vec<_> = section
            .lines()
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            .filter(|word| word.starts_with("mailwire"))
            .collect();
        assert_eq!(found, wanted, "{name}");
    }
}
