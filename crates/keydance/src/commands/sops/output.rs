//! Where a result goes.

use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use super::failure::{Exit, Failure};
use super::file;
use super::request::Destination;
use super::session::Session;
use super::write::Written;

/// Puts a result where it was asked for, which is anywhere but in the place of the file it was made
/// from: that is for [`change`].
///
/// # Errors
/// It cannot be written there.
pub(super) fn deliver(
    session: &Session,
    destination: &Destination,
    bytes: &[u8],
) -> Result<(), Failure> {
    match destination {
        Destination::File(_) if session.options.dry_run => Ok(()),
        Destination::File(file) => Ok(session.writer()?.put(file, bytes)?),
        Destination::InPlace => {
            let message = "standard input cannot be changed in place";
            Err(Failure::new(Exit::Conflict, message))
        }
        Destination::Nowhere => Ok(()),
        Destination::Stdout => print(bytes),
    }
}

/// Changes a file in place, as [`Writer::update`](super::write::Writer::update) does; or only sees
/// whether it would change, if nothing is to be written.
///
/// # Errors
/// Those of `change`, or the file cannot be read or written.
pub(super) fn change<B: AsRef<[u8]>>(
    session: &Session,
    path: &Path,
    mut change: impl FnMut(&[u8]) -> Result<Option<B>, Failure>,
) -> Result<Written, Failure> {
    if !session.options.dry_run {
        return session.writer()?.update(path, change);
    }
    let old = file::read(path, file::limit(&session.environment)?)?;
    Ok(match change(&old)? {
        Some(new) if new.as_ref() != old.as_slice() => Written::Yes,
        _ => Written::No,
    })
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
