//! `encrypt`: a plain file becomes an encrypted one.

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::data_key::DataKey;
use keydance_sops::file::{File, Opened, SealError};
use keydance_sops::format::Format;
use keydance_sops::keys::WrapError;
use keydance_sops::random::SystemRandom;
use keydance_sops::services::KeyServices;
use keydance_sops::tree::Tree;

use super::creation::Plan;
use super::failure::{Exit, Failure};
use super::layout::{Before, converted};
use super::many;
use super::opening::{about_writing, exit_of_reading};
use super::output::{change, deliver};
use super::request::{Destination, Encrypt, Input};
use super::session::{Session, format_of};

/// Runs the command.
///
/// # Errors
/// A file cannot be read, is encrypted already, or cannot be written.
pub(super) fn run(session: &Session, request: &Encrypt) -> Result<ExitCode, Failure> {
    let services = session.key_services(&request.services);
    match many::files(session, &request.input)? {
        Some(files) => many::run(session, &files, |path| {
            one(session, request, &services, path)?;
            Ok("encrypted".to_owned())
        }),
        None => match (&request.input, &request.destination) {
            (Input::Files(files), Destination::InPlace) => {
                files
                    .iter()
                    .try_for_each(|path| one(session, request, &services, path))?;
                Ok(ExitCode::SUCCESS)
            }
            _ => one_source(session, request, &services),
        },
    }
}

/// Encrypts a file in place. Whoever writes it meanwhile is not overwritten: it begins again.
fn one(
    session: &Session,
    request: &Encrypt,
    services: &KeyServices<'_>,
    path: &Path,
) -> Result<(), Failure> {
    let name = request.filename_override.as_deref().unwrap_or(path);
    change(session, path, |bytes| {
        from_bytes(session, request, services, name, bytes).map(Some)
    })?;
    Ok(())
}

fn one_source(
    session: &Session,
    request: &Encrypt,
    services: &KeyServices<'_>,
) -> Result<ExitCode, Failure> {
    let source = session.source(&request.input, request.filename_override.as_deref())?;
    let bytes = from_bytes(session, request, services, &source.name, &source.bytes)?;
    deliver(session, &request.destination, &bytes)?;
    Ok(ExitCode::SUCCESS)
}

fn from_bytes(
    session: &Session,
    request: &Encrypt,
    services: &KeyServices<'_>,
    name: &Path,
    bytes: &[u8],
) -> Result<Vec<u8>, Failure> {
    let format = request.types.input.unwrap_or_else(|| format_of(name));
    let tree = read_plain(session, name, format, bytes)?;
    let output = request
        .types
        .output
        .unwrap_or_else(|| match &request.destination {
            Destination::Stdout | Destination::Nowhere => format_of(name),
            Destination::File(_) | Destination::InPlace => format,
        });
    let mut plan = Plan::of(session, name, &request.creation)?;
    if format == Format::Binary {
        plan.encrypt_everything(name);
    }
    let file = sealed(name, output, tree, plan, services)?;
    let output = (output, Some(&file.metadata.to_map()));
    let before = Before { bytes, format };
    let mut written = converted(session, name, &file.tree, output, before)?;
    Ok(std::mem::take(&mut *written))
}

/// Reads a file that is not encrypted.
///
/// # Errors
/// It is, or is not in the format.
pub(super) fn read_plain(
    session: &Session,
    name: &Path,
    format: Format,
    bytes: &[u8],
) -> Result<Tree, Failure> {
    format
        .read_plain(bytes, &session.read_options())
        .map_err(|error| {
            Failure::new(
                exit_of_reading(&error),
                format!("{}: {error}", name.display()),
            )
        })
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
    let file = sealed(name, format, tree, plan, services)?;
    file.write(&session.write_options(format)?)
        .map_err(|error| about_writing(name, &error))
}

fn sealed(
    name: &Path,
    format: Format,
    tree: Tree,
    plan: Plan,
    services: &KeyServices<'_>,
) -> Result<File, Failure> {
    let (now, mut random) = (Session::now(), SystemRandom);
    let key = DataKey::random(&mut random).map_err(Failure::other)?;
    let metadata = plan.metadata(&key, services, now, &mut random);
    let metadata = metadata.map_err(|error| about_wrapping(name, &error))?;
    let file = Opened::new(format, tree, metadata).seal(&key, now, &mut random);
    file.map_err(|error| about_sealing(name, &error))
}

/// Why a data key was not wrapped.
pub(super) fn about_wrapping(name: &Path, error: &WrapError) -> Failure {
    let failure = Failure::other(format!("{}: {error}", name.display()));
    match error {
        WrapError::Unknown(_) => failure.hint("`rotate --drop-unknown` takes them out of the file"),
        _ => failure,
    }
}

/// Why a tree was not encrypted.
pub(super) fn about_sealing(name: &Path, error: &SealError) -> Failure {
    let exit = match error {
        SealError::Mac(_) => Exit::MacEncryption,
        _ => Exit::Encryption,
    };
    Failure::new(exit, format!("{}: {error}", name.display()))
}
