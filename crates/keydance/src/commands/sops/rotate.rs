//! `rotate`: a new data key, and perhaps other recipients.

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::keys::Changes;
use keydance_sops::random::SystemRandom;
use keydance_sops::readers::{Readers, RotateError};
use keydance_sops::recipient::Recipient;
use keydance_sops::services::KeyServices;

use super::changes::listed;
use super::creation::recipients;
use super::encrypt::{about_sealing, about_wrapping};
use super::failure::{Exit, Failure, warn};
use super::groups::about_readers;
use super::layout::{Before, written};
use super::many;
use super::output::{change, deliver, print};
use super::request::{Destination, Input, Rotate};
use super::session::{Session, format_of};

/// Runs the command.
///
/// # Errors
/// A file cannot be opened or written, or somebody's key not be wrapped.
pub(super) fn run(session: &Session, request: &Rotate) -> Result<ExitCode, Failure> {
    let rotation = Rotation {
        session,
        request,
        services: session.key_services(&request.opening.services),
        add: recipients(&request.add)?,
        remove: recipients(&request.remove)?,
    };
    match many::files(session, &Input::Files(request.files.clone()))? {
        Some(files) => many::run(session, &files, |path| {
            rotation.one(path)?;
            Ok("has a new data key".to_owned())
        }),
        None => {
            request
                .files
                .iter()
                .try_for_each(|path| rotation.one(path))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

struct Rotation<'r> {
    session: &'r Session,
    request: &'r Rotate,
    services: KeyServices<'r>,
    add: Vec<Recipient>,
    remove: Vec<Recipient>,
}

impl Rotation<'_> {
    fn one(&self, path: &Path) -> Result<(), Failure> {
        let Self {
            session, request, ..
        } = self;
        if !(self.add.is_empty() && self.remove.is_empty() || path.exists()) {
            let message = format!("{}: there is no such file", path.display());
            return Err(Failure::new(Exit::RecipientsOfNothing, message));
        }
        let name = request.filename_override.as_deref().unwrap_or(path);
        if request.destination == Destination::InPlace {
            change(session, path, |bytes| self.rotated(name, bytes).map(Some))?;
            return Ok(());
        }
        let source = session.source(&Input::Files(vec![path.to_owned()]), None)?;
        let bytes = self.rotated(name, &source.bytes)?;
        if session.options.dry_run {
            return Ok(());
        }
        deliver(session, &request.destination, &bytes)
    }

    fn rotated(&self, name: &Path, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let Self {
            session,
            request,
            services,
            ..
        } = self;
        let format = request.types.input.unwrap_or_else(|| format_of(name));
        let mut file = session.parse(name, format, bytes)?;
        let readers = self.readers(name, &Readers::of(&file.metadata))?;
        if request.drop_unknown {
            file.metadata.drop_unknown_recipients();
        } else if let Some(list) = file.metadata.unknown_recipients().next() {
            return Err(about_rotating(name, RotateError::Unknown(list.clone())));
        }
        let changes = Changes::between(&file.metadata, &readers);
        let order = &request.opening.order;
        let unlocked = session.unlock_file(name, file, services, order)?;
        let (mut opened, _) = unlocked.open(name, &request.opening)?;
        if session.options.dry_run {
            print(format!("{}The data key will change.\n", listed(&changes)).as_bytes())?;
        }
        opened.format = request.types.output.unwrap_or_else(|| format_of(name));
        let file = opened
            .rotate(readers, services, Session::now(), &mut SystemRandom)
            .map_err(|error| about_rotating(name, error))?;
        written(session, name, &file, Before { bytes, format })
    }

    fn readers(&self, name: &Path, before: &Readers) -> Result<Readers, Failure> {
        let mut readers = before.clone();
        readers.join(self.add.clone());
        for absent in readers.leave(self.remove.clone()) {
            warn(&format!("{}: {absent} was no recipient", name.display()));
        }
        readers
            .check()
            .map_err(|error| about_readers(name, error))?;
        Ok(readers)
    }
}

fn about_rotating(name: &Path, error: RotateError) -> Failure {
    match error {
        RotateError::Seal(error) => about_sealing(name, &error),
        RotateError::Wrap(error) => about_wrapping(name, &error),
        RotateError::Unknown(_) => Failure::other(format!("{}: {error}", name.display()))
            .hint("--drop-unknown takes them out of the file"),
        error => Failure::other(format!("{}: {error}", name.display())),
    }
}
