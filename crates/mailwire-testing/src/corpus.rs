//! The corpus of other projects' wire bytes, when it is there.

use std::path::{Path, PathBuf};

use base64::Engine;
use serde_json::Value;

/// Where the corpus is: `MAILWIRE_CORPUS`, or `../shared/corpus` beside the workspace. Tests that
/// need it end when it is not there.
pub fn root() -> Option<PathBuf> {
    let beside = || {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
        Some(workspace.parent()?.join("shared/corpus"))
    };
    let root = std::env::var_os("MAILWIRE_CORPUS").map(PathBuf::from).or_else(beside)?;
    if root.join("MANIFEST.jsonl").is_file() {
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

/// The files of a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The octets of a field: text, or base64 under the name with `_b64`.
pub fn octets(value: &Value, field: &str) -> Option<Vec<u8>> {
    if let Some(text) = value[field].as_str() {
        return Some(text.as_bytes().to_vec());
    }
    value[format!("{field}_b64")].as_str().map(base64)
}

/// The octets that base64 stands for.
pub fn base64(text: &str) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

/// The name of a file, for messages and lists.
pub fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Whether a line of a printed dialogue is no protocol.
pub fn is_prose(line: &Value) -> bool {
    line["placeholder"] == true || line["elided"] == true || line["uncertain"] == true
}
