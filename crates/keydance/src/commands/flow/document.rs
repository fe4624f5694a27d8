//! A flow as it is typed: a file of JSON, bare or wrapped.

use std::path::Path;

use serde_json::Value;

use crate::failure::Failure;
use crate::terminal;

/// Reads a flow from a file, or from standard input if it is called `-`.
///
/// # Errors
/// It cannot be read, or is no JSON object.
pub(crate) fn read(path: &Path) -> Result<Value, Failure> {
    let text = if path == Path::new("-") {
        terminal::from_stdin()?.to_string()
    } else {
        std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?
    };
    let document: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    match document {
        Value::Object(mut wrapped) if wrapped.get("data").is_some_and(Value::is_object) => {
            Ok(wrapped.remove("data").unwrap_or_default())
        }
        Value::Object(bare) => Ok(Value::Object(bare)),
        _ => Err(Failure::usage(format!(
            "{}: a flow is a JSON object",
            path.display()
        ))),
    }
}
