//! `exec-env`: runs a command with what is in a file in its environment.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use keydance_sops::format::scalar_text;
use keydance_sops::tree::{Key, Map, Text, Value};

use super::account::Account;
use super::child;
use super::failure::{Failure, warn};
use super::request::{ExecEnv, Input, Types, Waiting};
use super::session::Session;
use super::signals::Signals;

/// Runs the command.
///
/// # Errors
/// The file cannot be opened, a value is none for an environment, or the command cannot be started.
pub(super) fn run(session: &Session, request: &ExecEnv) -> Result<ExitCode, Failure> {
    let account = request.user.as_deref().map(Account::named).transpose()?;
    let variables = variables(session, request)?;
    let mut command = child::shell(&request.command);
    if request.pristine {
        command.env_clear();
    }
    if let Some(account) = account {
        account.assume()?;
        command.envs(account.variables());
    }
    // What is in the file has the last word.
    add(&mut command, &variables);
    drop(variables);
    match request.waiting {
        Waiting::Becomes => Err(child::become_it(command)),
        Waiting::Ends => child::leave_alone(command),
        Waiting::Waits => child::wait_for(session.face, command, &mut Signals::hold()?),
    }
}

fn add(command: &mut Command, variables: &[(Key, Text)]) {
    command.envs(variables.iter().map(|(name, value)| {
        (
            OsStr::from_bytes(name.as_bytes()),
            OsString::from(OsStr::from_bytes(value.expose())),
        )
    }));
}

/// The values of the first document.
fn variables(session: &Session, request: &ExecEnv) -> Result<Vec<(Key, Text)>, Failure> {
    let ExecEnv { file, opening, .. } = request;
    let source = session.source(&Input::Files(vec![file.clone()]), None)?;
    let services = session.key_services(&opening.services);
    let format = source.format(Types::default());
    let unlocked = session.unlock(file, format, &source.bytes, &services, &opening.order)?;
    let (opened, _) = unlocked.open(file, opening)?;
    match opened.tree.documents.first() {
        Some(document) => of_document(file, document),
        None => Ok(Vec::new()),
    }
}

fn of_document(file: &Path, document: &Map) -> Result<Vec<(Key, Text)>, Failure> {
    let file = file.display();
    let variable = |(key, value): (&Key, &Value)| {
        let refused = |problem: &str| Failure::other(format!("{file}: {key}: {problem}"));
        let Some(text) = scalar_text(value) else {
            return Err(refused("a map or list cannot stand in an environment"));
        };
        if key.as_bytes().iter().any(|byte| b"=\0".contains(byte)) {
            return Err(refused("the name of a variable holds neither = nor NUL"));
        }
        if text.expose().contains(&0) {
            return Err(refused("a variable cannot hold NUL"));
        }
        if matches!(value, Value::Null) {
            warn(&format!("{file}: {key}: null becomes an empty variable"));
        }
        Ok((key.clone(), text))
    };
    document.pairs().map(variable).collect()
}
