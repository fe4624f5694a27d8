//! `unset`: one value of an encrypted file goes away.

use std::process::ExitCode;

use keydance_sops::edit::{self, Change, EditError};
use keydance_sops::path::TreePath;

use super::edited::Edited;
use super::failure::{Exit, Failure};
use super::request::Unset;
use super::session::{Session, format_of};

/// Runs the command.
///
/// # Errors
/// The path makes no sense or leads nowhere, or the file cannot be opened or written.
pub(super) fn run(session: &Session, request: &Unset) -> Result<ExitCode, Failure> {
    let path = TreePath::parse(&request.path)
        .map_err(|error| Failure::new(Exit::SetSyntax, format!("PATH: {error}")))?;
    let name = &request.file;
    let edited = Edited {
        path: name,
        name,
        input: request.types.input.unwrap_or_else(|| format_of(name)),
        output: request.types.output.unwrap_or_else(|| format_of(name)),
        opening: &request.opening,
    };
    edited.run(session, |tree| match edit::unset(tree, &path) {
        Ok(()) => Ok(Change::Changed),
        Err(EditError::Missing(_)) if request.idempotent => Ok(Change::Unchanged),
        Err(error) => {
            let exit = match error {
                EditError::EmptyPath => Exit::SetSyntax,
                _ => Exit::Failed,
            };
            Err(Failure::new(exit, format!("{}: {error}", name.display())))
        }
    })
}
