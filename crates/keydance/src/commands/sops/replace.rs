//! `replace`: a plain file is encrypted onto an encrypted one, whose recipients and data key stay.

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::edit;
use keydance_sops::format::Format;

use super::edited::Edited;
use super::encrypt::read_plain;
use super::failure::Failure;
use super::request::{Input, Replace};
use super::session::{Session, format_of};

/// Runs the command.
///
/// # Errors
/// A file cannot be read or opened, or the plain one is encrypted.
pub(super) fn run(session: &Session, request: &Replace) -> Result<ExitCode, Failure> {
    let Replace {
        file,
        plain,
        types,
        opening,
    } = request;
    let format = types
        .output
        .or_else(|| named(file))
        .or(types.input)
        .unwrap_or(Format::Binary);
    let source = session.source(plain, Some(file))?;
    let name = match plain {
        Input::Files(files) => files.first().unwrap_or(file),
        Input::Stdin => file,
    };
    let plain_format = types.input.or_else(|| named(name)).unwrap_or(format);
    // Understood before anybody is asked for a key.
    read_plain(session, name, plain_format, &source.bytes)?;
    let edited = Edited {
        path: file,
        name: file,
        input: format,
        output: format,
        opening,
    };
    edited.run(session, |tree| {
        let plain = read_plain(session, name, plain_format, &source.bytes)?;
        Ok(edit::replace(tree, plain))
    })
}

/// The format that a name stands for, if it does.
fn named(path: &Path) -> Option<Format> {
    Some(format_of(path)).filter(|format| *format != Format::Binary)
}
