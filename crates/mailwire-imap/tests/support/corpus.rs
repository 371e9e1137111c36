//! The corpus of other projects' wire bytes, when it is there.

use std::path::{Path, PathBuf};

use base64::Engine;
use serde_json::Value;

/// Where the corpus is: `MAILWIRE_CORPUS`, or `../shared/corpus` beside the workspace.
pub fn root() -> Option<PathBuf> {
    let beside = || {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
        Some(workspace.parent()?.join("shared/corpus"))
    };
    let root = std::env::var_os("MAILWIRE_CORPUS").map(PathBuf::from).or_else(beside)?;
    if root.join("vectors/imap.jsonl").is_file() {
        return Some(root);
    }
    eprintln!("skipped: no corpus at {}; set MAILWIRE_CORPUS", root.display());
    None
}

/// The JSON objects of a file, one a line.
pub fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The octets of a field: text, or base64 under the name with `_b64`.
pub fn octets(value: &Value, field: &str) -> Option<Vec<u8>> {
    if let Some(text) = value[field].as_str() {
        return Some(text.as_bytes().to_vec());
    }
    value[format!("{field}_b64")].as_str().map(base64)
}

pub fn base64(text: &str) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}
