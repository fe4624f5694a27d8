//! `verify`: whether files are as they were encrypted, without showing what is in them.

use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use super::failure::{self, Exit, Failure};
use super::lints;
use super::many;
use super::output;
use super::request::{Input, Types, Verify};
use super::session::{Session, warn_about};
use keydance_sops::services::KeyServices;

/// A file whose MAC is the one of its content.
#[derive(Serialize)]
struct Verified {
    file: String,
    verified: bool,
    /// Who unwrapped its data key: one recipient for each group that was needed.
    opened_by: Vec<String>,
    lints: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// A file cannot be opened or was changed by somebody; with `--strict`, it has lints.
pub(super) fn run(session: &Session, request: &Verify) -> Result<ExitCode, Failure> {
    let services = session.key_services(&request.opening.services);
    let input = Input::Files(request.paths.clone());
    let verified = |path: &Path| one(session, request, &services, path);
    match (many::files(session, &input)?, request.paths.as_slice()) {
        (Some(files), _) if session.options.json => many::print(session, &files, verified),
        (Some(files), _) => many::run(session, &files, verified),
        (None, [path, ..]) => {
            match verified(path)? {
                line if session.options.json => output::print(line.as_bytes())?,
                done => failure::say_of(path, &done),
            }
            Ok(ExitCode::SUCCESS)
        }
        (None, []) => Err(Failure::new(Exit::NoFile, "no file was named")),
    }
}

/// What is said of a file.
fn one(
    session: &Session,
    request: &Verify,
    services: &KeyServices<'_>,
    path: &Path,
) -> Result<String, Failure> {
    let Verify {
        input_type,
        opening,
        ..
    } = request;
    let source = session.source(&Input::Files(vec![path.to_owned()]), None)?;
    let format = source.format(Types {
        input: *input_type,
        output: None,
    });
    let unlocked = session.unlock(path, format, &source.bytes, services, &opening.order)?;
    let (opened, recovered) = unlocked.open(path, opening)?;
    let lints = lints::of(&opened);
    if session.options.json {
        let file = path.display().to_string();
        return output::json_line(&Verified {
            file,
            verified: true,
            opened_by: recovered.by,
            lints,
        });
    }
    // What is odd about the content has been said already.
    warn_about(path, lints::of_metadata(&opened.metadata));
    Ok("verified".to_owned())
}
