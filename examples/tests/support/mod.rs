//! What the tests of `dissect` share: files to read, runs of the program, the corpus.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Writes a file for one test.
pub(crate) fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// A recorded session from its objects.
pub(crate) fn session(objects: &[Value]) -> Vec<u8> {
    objects.iter().flat_map(|object| format!("{object}\n").into_bytes()).collect()
}

pub(crate) fn header(protocol: &str) -> Value {
    json!({ "proto": protocol, "server": "s 1", "client": "c 1", "scenario": "test", "new": 1 })
}

pub(crate) fn chunk(dir: &str, bytes: &str) -> Value {
    json!({ "dir": dir, "b64": STANDARD.encode(bytes) })
}

pub(crate) fn dissect(arguments: &[&str], files: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dissect"))
        .args(arguments)
        .args(files)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The objects of a JSON run, and the summary.
pub(crate) fn objects(output: &Output) -> (Vec<Value>, Value) {
    let mut objects: Vec<Value> =
        stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = objects.pop().unwrap()["summary"].clone();
    assert!(summary.is_object(), "{}", String::from_utf8_lossy(&output.stderr));
    (objects, summary)
}

/// Kind and verb, status or code of each message.
pub(crate) fn kinds(objects: &[Value]) -> Vec<String> {
    let word = |object: &Value| {
        let value = &object["value"];
        let word = match (&value["verb"], &value["status"], &value["code"]) {
            (Value::String(word), ..) | (_, Value::String(word), _) => format!(" {word}"),
            (.., Value::Number(code)) => format!(" {code}"),
            _ => String::new(),
        };
        format!("{}{word}", object["kind"].as_str().unwrap())
    };
    objects.iter().map(word).collect()
}

/// `server--client--scenario.jsonl` without the versions.
fn short(path: &Path, root: &Path) -> String {
    let folder = path.parent().unwrap().strip_prefix(root).unwrap();
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let name: Vec<_> = stem
        .split("--")
        .map(|part| match part.rsplit_once('-') {
            Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => name,
            _ => part,
        })
        .collect();
    format!("{}/{}", folder.display(), name.join(" "))
}

/// Where the corpus is, if it is there.
pub(crate) fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("MAILWIRE_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    if !root.is_dir() {
        println!("skipped: there is no corpus at {}; set MAILWIRE_CORPUS", root.display());
        return None;
    }
    Some(root)
}

/// The number of files in these folders, and the errors of their clients; servers are right, and all
/// can be written back.
pub(crate) fn errors_of(root: &Path, folders: &[&str]) -> (usize, BTreeMap<String, u64>) {
    let mut errors = BTreeMap::new();
    let mut files = 0;
    for folder in folders {
        let mut paths: Vec<_> =
            fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let paths: Vec<_> = paths.iter().map(PathBuf::as_path).collect();
        let output = dissect(&["--json"], &paths);
        assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        let (heard, summary) = objects(&output);
        assert_eq!(summary["files"], paths.len());
        assert_eq!(summary["broken"], 0);
        files += paths.len();
        for object in heard {
            assert!(object["ok"] == true || object["dir"] == "C", "a server is right: {object}");
            if object["ok"] == false {
                let path = object["file"].as_str().unwrap();
                *errors.entry(short(Path::new(path), root)).or_default() += 1;
            }
        }
    }
    (files, errors)
}
