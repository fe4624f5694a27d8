//! The repository that a command is about.

use std::path::{Path, PathBuf};

use keydance_git::exposure::{At, AtError, Exposure, Moment};
use keydance_git::history::{History, HistoryError, MAX_BLOB_LEN, Missing};
use keydance_git::repository::{Git, ObjectId, Repository, RepositoryError};
use keydance_git::roster::{ROSTER_FILE, Roster, parse_time};
use keydance_sops::random::SystemRandom;

use super::Coverage;
use crate::commands::Context;
use crate::failure::{Failure, Kind};

/// Which repository, and when.
#[derive(Debug, clap::Args)]
pub(crate) struct RepositoryArgs {
    /// The repository [default: the one of the current folder]
    #[arg(long, value_name = "FOLDER")]
    repo: Option<PathBuf>,
    /// As it was in a commit or at a time, such as v1.2 or 2026-05-01
    #[arg(long, value_name = "COMMIT|TIME")]
    at: Option<String>,
    /// Go on where a part of history is not in this clone
    #[arg(long)]
    incomplete: bool,
}

/// What a command looks at.
pub(crate) struct Looking<'h> {
    pub(crate) exposure: &'h Exposure<'h>,
    pub(crate) moment: Moment,
    pub(crate) coverage: Coverage,
}

impl RepositoryArgs {
    /// Whether a moment was asked for.
    pub(crate) fn is_in_the_past(&self) -> bool {
        self.at.is_some()
    }

    /// Reads history, and hands it over.
    ///
    /// # Errors
    /// There is no repository, a part of it is not here, or there was nothing at that moment.
    pub(crate) fn look<T>(
        &self,
        context: &Context,
        look: impl FnOnce(Looking<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let repository = open(context, self.repo.as_deref())?;
        let missing = if self.incomplete {
            Missing::Accept
        } else {
            Missing::Refuse
        };
        let history = History::read(&repository, missing, &mut SystemRandom).map_err(unread)?;
        let exposure = Exposure::new(&history, &protected(&repository)?);
        let moment = exposure.moment(self.at(&repository)?).map_err(absent)?;
        let coverage = Coverage::of(&history, &exposure);
        look(Looking {
            exposure: &exposure,
            moment,
            coverage,
        })
    }

    fn at(&self, repository: &Repository) -> Result<At, Failure> {
        let Some(text) = &self.at else {
            return Ok(At::Now);
        };
        if let Some(time) = parse_time(text) {
            return Ok(At::Time(time.as_second()));
        }
        Ok(At::Commit(commit(repository, text)?))
    }
}

/// The commit that somebody named.
///
/// # Errors
/// There is no such commit.
pub(crate) fn commit(repository: &Repository, text: &str) -> Result<ObjectId, Failure> {
    repository.resolve(text).map_err(|error| match error {
        RepositoryError::UnknownCommit(_) => Failure::new(Kind::NotFound, error)
            .hint("name a commit, branch or tag, or a time such as 2026-05-01T12:00:00Z"),
        error => Failure::unexpected(error),
    })
}

/// The repository around a folder.
///
/// # Errors
/// There is none, or no git.
pub(crate) fn open(context: &Context, folder: Option<&Path>) -> Result<Repository, Failure> {
    let environment = &context.environment;
    let path = environment.get("PATH").unwrap_or("/usr/bin:/bin");
    let home = environment.get("HOME").map(Into::into);
    let git = Git::find(path.as_ref(), home).ok_or_else(|| {
        Failure::usage("there is no git").hint("install git, or put its folder into PATH")
    })?;
    Repository::open(git, folder.unwrap_or(Path::new("."))).map_err(|error| {
        Failure::usage(error).hint("go to a folder of the repository, or name one with --repo")
    })
}

/// The roster of a commit.
///
/// # Errors
/// There is none, or it is wrong.
pub(crate) fn roster(repository: &Repository, commit: ObjectId) -> Result<Roster, Failure> {
    let bytes = repository
        .file(commit, ROSTER_FILE, MAX_BLOB_LEN)
        .map_err(Failure::unexpected)?;
    let bytes = bytes.ok_or_else(|| {
        Failure::new(
            Kind::NotFound,
            format!("commit {commit} has no {ROSTER_FILE}"),
        )
        .hint("`keydance init` starts an organisation in a repository")
    })?;
    Roster::parse(&bytes).map_err(|error| Failure::usage(format!("{ROSTER_FILE}: {error}")))
}

/// The branches that define what is current, by the roster that is checked out.
fn protected(repository: &Repository) -> Result<Vec<String>, Failure> {
    let roster = repository
        .committed(ROSTER_FILE, MAX_BLOB_LEN)
        .map_err(Failure::unexpected)?;
    let roster = roster.and_then(|bytes| Roster::parse(&bytes).ok());
    Ok(roster.map(|roster| roster.protected).unwrap_or_default())
}

fn unread(error: HistoryError) -> Failure {
    match error {
        HistoryError::Incomplete(_) => Failure::new(Kind::Incomplete, error).hint(
            "fetch the rest with `git fetch --unshallow`, or repeat with --incomplete to see a part",
        ),
        error => Failure::unexpected(error),
    }
}

/// What was asked for is not in the repository.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped with"
)]
pub(crate) fn absent(error: AtError) -> Failure {
    let hint = match &error {
        AtError::Key { .. } => "keys are written as in docs: a.b.0, positions in lists from 0",
        AtError::Path(_) => "paths are written from the top of the repository",
        _ => "choose a commit or a later time",
    };
    Failure::new(Kind::NotFound, &error).hint(hint)
}

/// Somebody who was never there.
pub(crate) fn nobody(name: &str, exposure: &Exposure<'_>) -> Failure {
    let failure = Failure::new(
        Kind::NotFound,
        format!("{name} never had a key in this repository"),
    );
    let principals = exposure.principals();
    let near = principals
        .iter()
        .filter(|known| strsim::jaro_winkler(known, name) > 0.8);
    match near
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
    {
        Some(near) => failure.hint(format!("did you mean {near}?")),
        None => failure.hint("people, devices and machine identities are named in keydance.yaml"),
    }
}
