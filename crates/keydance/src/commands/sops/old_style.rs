//! `sops -d FILE` and its like: one mode, or several that are run one after the other.

use std::process::ExitCode;

use super::failure::{Exit, Failure, warn};
use super::request::{OldStyle, Request};
use super::run_request;
use super::session::Session;

/// Runs the modes. Each begins with the file as it is, and the last one says what comes of it.
///
/// # Errors
/// The file is not there, the configuration makes no sense, or a mode failed whose outcome counts.
pub(super) fn run(session: &Session, request: &OldStyle) -> Result<ExitCode, Failure> {
    check_file(request)?;
    let configuration = session.configuration()?;
    if let Some(configuration) = configuration.filter(|_| request.rule) {
        configuration.creation_rule(&request.name)?;
    }
    let last = request.modes.len().saturating_sub(1);
    let mut outcome = Ok(ExitCode::SUCCESS);
    for (at, mode) in request.modes.iter().enumerate() {
        let done = run_request(session, mode);
        match (mode, done) {
            // So it is in sops: what encrypting comes to counts only if nothing follows.
            (Request::Encrypt(_), Err(failure)) if at < last => warn(failure.message()),
            // That decrypting failed is not forgotten over this.
            (Request::Rotate(_), Ok(_)) => {}
            (Request::Rotate(_), Err(failure)) => return Err(failure),
            (_, done) => outcome = done,
        }
    }
    outcome
}

/// Most modes need a file that is there; `edit` and `--set` say so themselves.
fn check_file(request: &OldStyle) -> Result<(), Failure> {
    if !matches!(request.file.try_exists(), Ok(false)) {
        return Ok(());
    }
    let file = request.file.display();
    if request.changes_recipients {
        let message = format!("{file}: recipients of a file that is not there cannot be changed");
        return Err(Failure::new(Exit::RecipientsOfNothing, message)
            .hint("--age and its like name the recipients of a new file"));
    }
    let needs_file = |mode: &Request| {
        matches!(
            mode,
            Request::Decrypt(_) | Request::Encrypt(_) | Request::Rotate(_)
        )
    };
    if request.modes.iter().any(needs_file) {
        return Err(Failure::new(
            Exit::NoFile,
            format!("{file}: there is no such file"),
        ));
    }
    Ok(())
}
