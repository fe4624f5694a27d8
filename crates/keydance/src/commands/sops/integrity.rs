//! Whether a file may be opened, where its organisation wants signatures.
//!
//! What is wanted says the roster that was approved, so that nobody weakens it by changing the one in
//! the working copy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use keydance_git::roster::{Integrity, ROSTER_FILE, Roster};
use keydance_git::signature::{
    Approved, Facts, Program, Trust, approved_roster, is_rollback, judge, path_of,
};
use keydance_sops::metadata::Metadata;

use super::environment::Variable;
use super::failure::{Exit, Failure, warn};
use super::session::Session;
use crate::commands::identity::organisation_around;

/// Looks at the signature of a file. Outside of an organisation there is none to look at, and where
/// no roster is trusted, nobody whose signature would count: that is refused only where signatures
/// are demanded.
///
/// # Errors
/// The file must not be opened.
pub(super) fn check(
    session: &Session,
    path: &Path,
    bytes: &[u8],
    metadata: &Metadata,
) -> Result<(), Failure> {
    let Some(place) = Place::of(path) else {
        return Ok(());
    };
    let Some(here) = place.roster().filter(|it| it.integrity != Integrity::Off) else {
        return Ok(());
    };
    let looked = place.look(session, bytes, metadata);
    let (problem, integrity) = match looked {
        Ok(Looked::Good) => return Ok(()),
        Ok(Looked::NotTrusted) if here.integrity == Integrity::Warn => return Ok(()),
        Ok(Looked::NotTrusted) => ("this clone trusts no roster".to_owned(), here.integrity),
        Ok(Looked::Flawed(problem, integrity)) => (problem, integrity),
        Err(problem) => (problem, here.integrity),
    };
    let message = format!("{}: {problem}", path.display());
    match integrity {
        Integrity::Off => Ok(()),
        Integrity::Warn => {
            warn(&message);
            Ok(())
        }
        Integrity::Strict => Err(Failure::new(Exit::Mac, message).hint(
            "whoever may write it reviews it and runs `keydance sign`; `keydance trust` shows which \
             roster this clone trusts",
        )),
    }
}

/// What came of looking.
enum Looked {
    /// The signature does not hold, in an organisation that wants this much.
    Flawed(String, Integrity),
    /// It holds, or the roster in force has no use for one.
    Good,
    NotTrusted,
}

/// A file in an organisation's repository.
struct Place {
    root: PathBuf,
    /// From the root, as git has it.
    path: String,
}

impl Place {
    fn of(path: &Path) -> Option<Self> {
        let path = path.canonicalize().ok()?;
        let root = organisation_around(path.parent()).ok().flatten()?;
        let path = path.strip_prefix(&root).ok()?.to_str()?.to_owned();
        Some(Self { root, path })
    }

    /// The roster of the working copy, if it has something to say about the file.
    fn roster(&self) -> Option<Roster> {
        let text = fs::read(self.root.join(ROSTER_FILE)).ok()?;
        let roster = Roster::parse(&text).ok()?;
        roster.rule_of(&self.path)?;
        Some(roster)
    }

    fn look(&self, session: &Session, bytes: &[u8], metadata: &Metadata) -> Result<Looked, String> {
        let git = program(session, "git")?;
        let trust = Trust::of(&git, &self.root).map_err(|error| error.to_string())?;
        let Some(trusted) = trust.roster().map_err(|error| error.to_string())? else {
            return Ok(Looked::NotTrusted);
        };
        let verifying = trust.folder().join("verifying");
        let ssh_keygen = Program::new(program(session, "ssh-keygen")?, verifying);
        let approved = approved_roster(&git, &self.root, trusted, &ssh_keygen);
        let Approved {
            rosters, current, ..
        } = approved.map_err(|error| error.to_string())?;
        let Some(roster) = rosters.get(&current) else {
            return Ok(Looked::NotTrusted);
        };
        if roster.integrity == Integrity::Off || roster.rule_of(&self.path).is_none() {
            return Ok(Looked::Good);
        }
        let signature = match fs::read(self.root.join(path_of(&self.path))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            read => Some(read.map_err(|error| error.to_string())?),
        };
        let facts = Facts {
            path: &self.path,
            bytes,
            metadata,
            rosters: &rosters,
            roster,
        };
        Ok(match judge(facts, signature.as_deref(), &ssh_keygen) {
            Ok(version) if is_rollback(&trust, &self.path, version) => Looked::Flawed(
                "it is older than one that was here before".to_owned(),
                roster.integrity,
            ),
            Ok(_) => Looked::Good,
            Err(flaw) => Looked::Flawed(flaw.to_string(), roster.integrity),
        })
    }
}

fn program(session: &Session, name: &str) -> Result<PathBuf, String> {
    let path = session.environment.get(Variable::Path).unwrap_or_default();
    let mut places = std::env::split_paths(path).map(|folder| folder.join(name));
    let found = places.find(|place| place.is_absolute() && place.is_file());
    found.ok_or_else(|| format!("there is no {name} to look at its signature with"))
}
