//! `encrypt`: a plain file becomes an encrypted one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use keydance_sops::data_key::DataKey;
use keydance_sops::file::{Opened, SealError};
use keydance_sops::keys::{WrapError, wrap};
use keydance_sops::metadata::Metadata;
use keydance_sops::random::SystemRandom;
use keydance_sops::services::KeyServices;
use keydance_sops::tree::Tree;
use keydance_sops::format::Format;

use super::creation::Plan;
use super::failure::{Exit, Failure};
use super::many;
use super::opening::{about_writing, exit_of_reading};
use super::output::deliver;
use super::request::{Destination, Encrypt, Input};
use super::session::{Session, Source};

/// Runs the command.
///
/// # Errors
/// A file cannot be read, is encrypted already, or cannot be written.
pub(super) fn run(session: &Session, request: &Encrypt) -> Result<ExitCode, Failure> {
    let services = session.key_services(&request.services);
    match many::files(session, &request.input)? {
        Some(files) => many::run(session, &files, |path| {
            let input = Input::Files(vec![path.to_owned()]);
            one(session, request, &services, &session.source(&input, None)?, Some(path))?;
            Ok("encrypted".to_owned())
        }),
        None => {
            let source = session.source(&request.input, request.filename_override.as_deref())?;
            let path: Option<&PathBuf> = match &request.input {
                Input::Files(files) => files.first(),
                Input::Stdin => None,
            };
            one(session, request, &services, &source, path.map(PathBuf::as_path))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn one(
    session: &Session,
    request: &Encrypt,
    services: &KeyServices<'_>,
    source: &Source,
    path: Option<&Path>,
) -> Result<(), Failure> {
    let format = source.format(request.types);
    let tree = format.read_plain(&source.bytes, &session.read_options()).map_err(|error| {
        Failure::new(exit_of_reading(&error), format!("{}: {error}", source.name.display()))
    })?;
    let output = request.types.output.unwrap_or_else(|| match &request.destination {
        Destination::Stdout | Destination::Nowhere => source.output_format(request.types),
        Destination::File(_) | Destination::InPlace => format,
    });
    let mut plan = Plan::of(session, &source.name, &request.creation)?;
    if format == Format::Binary {
        plan.encrypt_everything(&source.name);
    }
    let bytes = encrypted(session, &source.name, output, tree, plan, services)?;
    deliver(session, &request.destination, path, &bytes)
}

/// Encrypts a tree under a data key of its own.
///
/// # Errors
/// Somebody's key cannot be wrapped, or a value not be encrypted or written.
pub(super) fn encrypted(
    session: &Session,
    name: &Path,
    format: Format,
    tree: Tree,
    plan: Plan,
    services: &KeyServices<'_>,
) -> Result<Vec<u8>, Failure> {
    let (now, mut random) = (Session::now(), SystemRandom);
    let key = DataKey::random(&mut random).map_err(Failure::other)?;
    let Plan { groups, threshold, rule, mac_scope } = plan;
    let groups = wrap(groups, threshold, &key, services, now, &mut random)
        .map_err(|error| about_wrapping(name, &error))?;
    let mut metadata = Metadata::new(groups, threshold, rule);
    metadata.mac_scope = mac_scope;
    let file = Opened::new(format, tree, metadata).seal(&key, now, &mut random);
    let file = file.map_err(|error| about_sealing(name, &error))?;
    file.write(&session.write_options(format)?).map_err(|error| about_writing(name, &error))
}

/// Why a data key was not wrapped.
pub(super) fn about_wrapping(name: &Path, error: &WrapError) -> Failure {
    Failure::other(format!("{}: {error}", name.display()))
}

/// Why a tree was not encrypted.
pub(super) fn about_sealing(name: &Path, error: &SealError) -> Failure {
    let exit = match error {
        SealError::Mac(_) => Exit::MacEncryption,
        _ => Exit::Encryption,
    };
    Failure::new(exit, format!("{}: {error}", name.display()))
}
