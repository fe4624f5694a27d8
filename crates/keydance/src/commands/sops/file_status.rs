//! `filestatus`: whether files are encrypted.

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::file::{File, FileError};
use keydance_sops::format::ReadError;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::lints;
use super::many;
use super::opening::about_file;
use super::output;
use super::request::{FileStatus, Input, Types};
use super::session::Session;

/// What is said of a file. Of a single one its name is left out, as sops does it.
#[derive(Serialize)]
struct Status {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    encrypted: bool,
}

/// Runs the command.
///
/// # Errors
/// A file cannot be read, or is malformed.
pub(super) fn run(session: &Session, request: &FileStatus) -> Result<ExitCode, Failure> {
    let input = Input::Files(request.files.clone());
    let status = |path: &Path, file: Option<String>| {
        let encrypted = is_encrypted(session, request, path);
        let encrypted = encrypted.map_err(|failure| failure.ending(Exit::Failed))?;
        output::json_line(&Status { file, encrypted })
    };
    match (many::files(session, &input)?, request.files.as_slice()) {
        (Some(files), _) => {
            let named = |path: &Path| status(path, Some(path.display().to_string()));
            many::print(session, &files, named)
        }
        (None, [path, ..]) => {
            output::print(status(path, None)?.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        (None, []) => Err(Failure::new(Exit::NoFile, "no file was named")),
    }
}

/// Whether a file has metadata with a version and a MAC: what sops goes by.
fn is_encrypted(session: &Session, request: &FileStatus, path: &Path) -> Result<bool, Failure> {
    let source = session.source(&Input::Files(vec![path.to_owned()]), None)?;
    let types = Types {
        input: request.input_type,
        output: None,
    };
    match session.read(source.format(types), &source.bytes) {
        Ok(File { metadata, .. }) => {
            if session.options.strict {
                lints::refuse(path, &lints::of_metadata(&metadata))?;
            }
            Ok(!metadata.version.is_empty() && !metadata.mac.is_empty())
        }
        Err(FileError::Read(ReadError::NoMetadata)) => Ok(false),
        Err(error) => Err(about_file(path, &error)),
    }
}
