//! `keydance sign`.

use std::fs;
use std::path::{Path, PathBuf};

use keydance_git::signature::{Draft, DraftError, Program, Statement, Trust, approved_roster};
use serde_json::{Value, json};

use super::device::enrol::{public_half, signing_key};
use super::{Context, event};
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::render::Say;

/// Sign files of this repository as they are in the working copy
///
/// Look at them first: `git diff` shows what changed. A file that others have signed as it is gets
/// one more signature. Commit the signatures with the files.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Encrypted files, or keydance.yaml
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The SSH key to sign with, private or public if an agent has it [default: ~/.ssh/id_ed25519]
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
}

/// Signs them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let key = signing_key(context, args.signing_key.as_deref())?;
    let public = public_half(&key)?;
    let git = event::program(context, "git")?;
    let scratch = std::env::temp_dir();
    let program = Program::new(event::program(context, "ssh-keygen")?, scratch);
    let approved = approved(&git, args.paths.first(), &program)?;
    let mut said = Vec::new();
    let mut data = Vec::new();
    for path in &args.paths {
        let draft = Draft::of(&git, path, &public, event::now(), approved.clone());
        let draft = draft.map_err(|error| refusal(path, &error))?;
        let about = |problem: String| Failure::unexpected(format!("{}: {problem}", path.display()));
        let statement = draft.statement();
        said.push(format!(
            "{} is signed, version {}",
            statement.path, statement.version
        ));
        data.push(as_json(statement));
        let armored = program.sign(&statement.text(), &key);
        let armored = armored.map_err(|error| about(error.to_string()))?;
        write(&draft.place.clone(), &draft.signed(armored))
            .map_err(|error| about(error.to_string()))?;
    }
    Ok(Output::new(&Say::new(
        said.join("\n"),
        json!({ "data": data }),
    )))
}

/// The text of the roster in force, where this clone trusts one that it follows from.
fn approved(
    git: &Path,
    file: Option<&PathBuf>,
    program: &Program,
) -> Result<Option<Vec<u8>>, Failure> {
    let folder = file.and_then(|file| file.parent());
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let trust = Trust::of(git, folder).map_err(Failure::usage)?;
    let Some(trusted) = trust.roster().map_err(Failure::unexpected)? else {
        return Ok(None);
    };
    let approved = approved_roster(git, folder, trusted, program);
    approved.map(|it| Some(it.text)).map_err(|error| {
        Failure::usage(error).hint("`keydance trust` shows which roster this clone trusts")
    })
}

fn write(place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(place, bytes)
}

fn as_json(statement: &Statement) -> Value {
    json!({
        "path": statement.path,
        "version": statement.version,
        "sha256": statement.sha256.to_string(),
        "signer": statement.signer.to_string(),
    })
}

fn refusal(path: &Path, error: &DraftError) -> Failure {
    let kind = match error {
        DraftError::Already(_) => Kind::Conflict,
        DraftError::NoWriter(_) | DraftError::UnknownKey => Kind::Denied,
        DraftError::Io(_) => Kind::NotFound,
        _ => Kind::Usage,
    };
    let failure = Failure::new(kind, format!("{}: {error}", path.display()));
    match error {
        DraftError::NoWriter(_) => failure.hint("somebody in its groups has to sign it"),
        DraftError::UnknownKey => failure.hint("name the key of your device with --signing-key"),
        _ => failure,
    }
}
