//! Changing the values of an encrypted file: under the same data key, so that whatever nobody
//! touched keeps its bytes.

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::data_key::DataKey;
use keydance_sops::edit::Change;
use keydance_sops::file::Opened;
use keydance_sops::format::Format;
use keydance_sops::random::SystemRandom;
use keydance_sops::services::KeyServices;
use keydance_sops::tree::Tree;

use super::encrypt::about_sealing;
use super::failure::{self, Failure};
use super::opening::about_writing;
use super::output::change;
use super::request::Opening;
use super::session::Session;
use super::write::Written;

/// The file whose values change.
pub(super) struct Edited<'r> {
    pub(super) path: &'r Path,
    /// What it is called in messages.
    pub(super) name: &'r Path,
    /// As it is.
    pub(super) input: Format,
    /// As it becomes.
    pub(super) output: Format,
    pub(super) opening: &'r Opening,
}

impl Edited<'_> {
    /// Changes the values by `edit`, which runs again if somebody else writes the file meanwhile.
    /// Nothing is written if it changes nothing.
    ///
    /// # Errors
    /// Those of `edit`, or the file cannot be opened or written.
    pub(super) fn run(
        &self,
        session: &Session,
        mut edit: impl FnMut(&mut Tree) -> Result<Change, Failure>,
    ) -> Result<ExitCode, Failure> {
        let services = session.key_services(&self.opening.services);
        let written = change(session, self.path, |bytes| {
            self.change(session, &services, bytes, &mut edit)
        })?;
        if session.options.dry_run {
            failure::say_of(
                self.path,
                match written {
                    Written::No => "would stay as it is",
                    Written::Yes => "values would change; data key and recipients would stay",
                },
            );
        }
        Ok(ExitCode::SUCCESS)
    }

    fn change(
        &self,
        session: &Session,
        services: &KeyServices<'_>,
        bytes: &[u8],
        edit: &mut impl FnMut(&mut Tree) -> Result<Change, Failure>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let order = &self.opening.order;
        let unlocked = session.unlock(self.name, self.input, bytes, services, order)?;
        let (mut opened, recovered) = unlocked.open(self.name, self.opening)?;
        if edit(&mut opened.tree)? == Change::Unchanged {
            return Ok(None);
        }
        opened.format = self.output;
        sealed(session, self.name, opened, &recovered.key).map(Some)
    }
}

/// Encrypts an opened file under the data key that it has.
///
/// # Errors
/// A value cannot be encrypted or written.
pub(super) fn sealed(
    session: &Session,
    name: &Path,
    opened: Opened,
    key: &DataKey,
) -> Result<Vec<u8>, Failure> {
    let options = session.write_options(opened.format)?;
    let file = opened.seal(key, Session::now(), &mut SystemRandom);
    let file = file.map_err(|error| about_sealing(name, &error))?;
    file.write(&options)
        .map_err(|error| about_writing(name, &error))
}
