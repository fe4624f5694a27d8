//! Where a result goes.

use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use super::failure::{Exit, Failure};
use super::request::Destination;
use super::session::Session;

/// Puts a result where it was asked for. `path` is the file it was made from.
///
/// # Errors
/// It cannot be written there.
pub(super) fn deliver(
    session: &Session,
    destination: &Destination,
    path: Option<&Path>,
    bytes: &[u8],
) -> Result<(), Failure> {
    if session.options.dry_run && !matches!(destination, Destination::Stdout) {
        return Ok(());
    }
    match (destination, path) {
        (Destination::File(file), _) => Ok(session.writer()?.put(file, bytes)?),
        (Destination::InPlace, Some(path)) => Ok(session.writer()?.put(path, bytes)?),
        (Destination::InPlace, None) => {
            let message = "standard input cannot be changed in place";
            Err(Failure::new(Exit::Conflict, message))
        }
        (Destination::Nowhere, _) => Ok(()),
        (Destination::Stdout, _) => print(bytes),
    }
}

/// Writes to standard output. That nobody reads on is no failure.
///
/// # Errors
/// It cannot be written.
pub(super) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let message = format!("standard output cannot be written: {error}");
            Err(Failure::new(Exit::Unwritable, message))
        }
        _ => Ok(()),
    }
}

/// A value as JSON on a line of its own.
///
/// # Errors
/// It is no JSON, which none of ours is.
pub(super) fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    let line = serde_json::to_string(value).map_err(Failure::other)?;
    Ok(line + "\n")
}
