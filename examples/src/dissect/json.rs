//! Records as JSON, one object a line.

use std::io::{self, Write};

use serde_json::json;

use crate::record::{Record, Summary};
use crate::session::Side;

pub(crate) fn record(out: &mut impl Write, file: &str, record: &Record) -> io::Result<()> {
    let error = record.error.map(|(rule, at)| json!({ "rule": rule, "at": at }));
    let object = json!({
        "file": file,
        "dir": if record.side == Side::Client { "C" } else { "S" },
        "offset": record.offset,
        "length": record.length,
        "kind": record.kind,
        "ok": record.error.is_none(),
        "error": error,
        "deviations": record.deviations,
        "roundtrip": record.roundtrip.as_str(),
        "value": record.value,
    });
    writeln!(out, "{object}")
}

pub(crate) fn summary(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let Summary { files, messages, errors, deviations, broken, bytes } = *summary;
    let object = json!({ "summary": {
        "files": files,
        "messages": messages,
        "errors": errors,
        "deviations": deviations,
        "broken": broken,
        "bytes": bytes,
    } });
    writeln!(out, "{object}")
}
