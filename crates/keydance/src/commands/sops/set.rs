//! `set`: one value of an encrypted file becomes another.

use std::path::Path;
use std::process::ExitCode;

use keydance_sops::edit::{self, EditError};
use keydance_sops::path::TreePath;
use keydance_sops::scalar::Kind;
use keydance_sops::set_value::{BareNumber, from_json, of_kind};
use keydance_sops::tree::{Map, Tree, Value};
use zeroize::Zeroizing;

use super::Face;
use super::creation::Plan;
use super::edited::Edited;
use super::encrypt::encrypted;
use super::failure::{self, Exit, Failure};
use super::file;
use super::request::{Creation, NewValue, Set, ValueType};
use super::session::{Session, format_of};
use super::write::WriteError;

/// Runs the command.
///
/// # Errors
/// Path or value make no sense, or the file cannot be opened or written.
pub(super) fn run(session: &Session, request: &Set) -> Result<ExitCode, Failure> {
    let path = TreePath::parse(&request.path)
        .map_err(|error| Failure::new(Exit::SetSyntax, format!("PATH: {error}")))?;
    let value = value(session, request)?;
    let name = request
        .filename_override
        .as_deref()
        .unwrap_or(&request.file);
    let set = |tree: &mut Tree| {
        let set = edit::set(tree, &path, value.duplicate());
        set.map_err(|error| about_path(name, &error))
    };
    if request.create && created(session, request, name, set)? {
        return Ok(ExitCode::SUCCESS);
    }
    let input = request.types.input.unwrap_or_else(|| format_of(name));
    let output = request.types.output.unwrap_or_else(|| format_of(name));
    let opening = &request.opening;
    Edited {
        path: &request.file,
        name,
        input,
        output,
        opening,
    }
    .run(session, set)
}

fn value(session: &Session, request: &Set) -> Result<Value, Failure> {
    let limit = file::limit(&session.environment)?;
    let text = match &request.value {
        NewValue::File(path) => file::read(path, limit)?,
        NewValue::Stdin => file::read_stdin(limit)?,
        NewValue::Typed(text) => Zeroizing::new(text.as_bytes().to_vec()),
    };
    let bare = match session.face {
        Face::Keydance => BareNumber::AsWritten,
        Face::Sops => BareNumber::Float,
    };
    let value = match request.value_type {
        None => from_json(&text, bare),
        Some(ValueType::Bool) => of_kind(&text, Kind::Bool),
        Some(ValueType::Float) => of_kind(&text, Kind::Float),
        Some(ValueType::Int) => of_kind(&text, Kind::Int),
        Some(ValueType::String) => of_kind(&text, Kind::Str),
    };
    value.map_err(|error| {
        Failure::new(Exit::SetSyntax, error)
            .hint("a text stands in quotes: '\"text\"'; or say --type string")
    })
}

/// Makes the file with nothing but the value in it, unless it is there.
fn created(
    session: &Session,
    request: &Set,
    name: &Path,
    set: impl Fn(&mut Tree) -> Result<edit::Change, Failure>,
) -> Result<bool, Failure> {
    if request.file.exists() {
        return Ok(false);
    }
    let mut tree = Tree {
        documents: vec![Map::default()],
    };
    // An empty document always changes.
    let _changed = set(&mut tree)?;
    let format = request.types.output.unwrap_or_else(|| format_of(name));
    let plan = Plan::of(session, name, &Creation::default())?;
    let services = session.key_services(&request.opening.services);
    let bytes = encrypted(session, name, format, tree, plan, &services)?;
    if session.options.dry_run {
        failure::say_of(&request.file, "would be made");
        return Ok(true);
    }
    match session.writer()?.create(&request.file, &bytes) {
        Ok(()) => Ok(true),
        // Somebody else was faster; what they wrote stays.
        Err(WriteError::Exists(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn about_path(name: &Path, error: &EditError) -> Failure {
    Failure::new(Exit::SetSyntax, format!("{}: {error}", name.display()))
}
