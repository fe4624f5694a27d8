//! `decrypt`: the plain content, all of it or what stands at a path.

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::edit::{EditError, Extracted, extract};
use keydance_sops::file::Opened;
use keydance_sops::format::Format;
use keydance_sops::path::TreePath;
use keydance_sops::services::KeyServices;
use zeroize::Zeroizing;

use super::failure::{Exit, Failure};
use super::many;
use super::opening::about_writing;
use super::output::{change, deliver};
use super::request::{Decrypt, Destination, Input};
use super::session::{Session, format_of};

/// Runs the command.
///
/// # Errors
/// A file cannot be opened or written.
pub(super) fn run(session: &Session, request: &Decrypt) -> Result<ExitCode, Failure> {
    let services = session.key_services(&request.opening.services);
    match many::files(session, &request.input)? {
        Some(files) => many::run(session, &files, |path| {
            one(session, request, &services, path)
        }),
        None => one_source(session, request, &services),
    }
}

fn one(
    session: &Session,
    request: &Decrypt,
    services: &KeyServices<'_>,
    path: &Path,
) -> Result<String, Failure> {
    if request.destination == Destination::InPlace {
        let name = request.filename_override.as_deref().unwrap_or(path);
        // Whoever writes the file meanwhile is not overwritten: it begins again.
        change(session, path, |bytes| {
            decrypted(session, request, services, name, bytes).map(Some)
        })?;
        return Ok("decrypted".to_owned());
    }
    let source = session.source(&Input::Files(vec![path.to_owned()]), None)?;
    let plain = decrypted(session, request, services, &source.name, &source.bytes)?;
    deliver(session, &request.destination, &plain)?;
    Ok(String::new())
}

fn one_source(
    session: &Session,
    request: &Decrypt,
    services: &KeyServices<'_>,
) -> Result<ExitCode, Failure> {
    if let (Input::Files(files), Destination::InPlace) = (&request.input, &request.destination) {
        files
            .iter()
            .try_for_each(|path| one(session, request, services, path).map(drop))?;
        return Ok(ExitCode::SUCCESS);
    }
    let source = session.source(&request.input, request.filename_override.as_deref())?;
    let plain = decrypted(session, request, services, &source.name, &source.bytes)?;
    deliver(session, &request.destination, &plain)?;
    Ok(ExitCode::SUCCESS)
}

fn decrypted(
    session: &Session,
    request: &Decrypt,
    services: &KeyServices<'_>,
    name: &Path,
    bytes: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let Decrypt { types, opening, .. } = request;
    let format = types.input.unwrap_or_else(|| format_of(name));
    let unlocked = session.unlock(name, format, bytes, services, &opening.order)?;
    let (opened, _) = unlocked.open(name, opening)?;
    let output = types.output.unwrap_or_else(|| match &request.destination {
        Destination::File(file) if types.input.is_none() => output_format(file, format),
        _ => format_of(name),
    });
    written(session, request, name, opened, output)
}

/// A file that is named for the output says its format; a name that says none does not.
fn output_format(file: &Path, input: Format) -> Format {
    match format_of(file) {
        Format::Binary => input,
        named => named,
    }
}

fn written(
    session: &Session,
    request: &Decrypt,
    name: &Path,
    opened: Opened,
    format: Format,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let options = session.write_options(format)?;
    let Some(path) = &request.extract else {
        let plain = format.write(&opened.tree, None, &options);
        return plain
            .map(Zeroizing::new)
            .map_err(|error| about_writing(name, &error));
    };
    let path = TreePath::parse(path)
        .map_err(|error| Failure::new(Exit::ExtractPath, format!("--extract: {error}")))?;
    let extracted = extract(opened.tree, &path).map_err(|error| about_path(name, &error))?;
    let bytes = match &extracted {
        Extracted::Text(text) => Ok(text.expose().to_vec()),
        Extracted::Tree(tree) => format.write(tree, None, &options),
        Extracted::Value(value) => format.write_value(value, &options),
    };
    bytes
        .map(Zeroizing::new)
        .map_err(|error| about_writing(name, &error))
}

fn about_path(name: &Path, error: &EditError) -> Failure {
    Failure::other(format!("{}: {error}", name.display()))
}
