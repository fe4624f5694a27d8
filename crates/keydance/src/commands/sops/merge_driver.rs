//! `merge-driver`: what git runs to merge two changes of an encrypted file.
//!
//! Git takes 0 for a merged file, up to 128 for one with conflicts, and more for a reason to give
//! up. Where nothing may be merged, our version stays as it is and counts as a conflict: a person
//! has to look.

use std::path::Path;
use std::process::ExitCode;

use keydance_git::merge::merge_rosters;
use keydance_git::roster::ROSTER_FILE;
use keydance_git::signature::SIGNATURES_FOLDER;

use super::failure::{self, Exit, Failure};
use super::file;
use super::group_keys;
use super::merging::{Outcome, Subject, Three};
use super::request::MergeDriver;
use super::session::{Session, format_of};

/// Runs the command.
///
/// # Errors
/// Nothing was merged, and our version is as it was.
pub(super) fn run(session: &Session, request: &MergeDriver) -> Result<ExitCode, Failure> {
    let limit = file::limit(&session.environment)?;
    let read = |path: &Path| {
        file::read(path, limit).map_err(|error| Failure::from(error).ending(Exit::Internal))
    };
    let [base, ours, theirs] =
        [&request.base, &request.ours, &request.theirs].map(|path| read(path));
    let (base, ours, theirs) = (base?, ours?, theirs?);
    let three = Three {
        base: &base,
        ours: &ours,
        theirs: &theirs,
    };
    let path = request.path.as_path();
    let outcome = if path == Path::new(ROSTER_FILE) {
        roster(three)
    } else if path.starts_with(SIGNATURES_FOLDER) {
        // Whoever merges signs anew, and finds both signatures in the commits that were merged.
        return Ok(ExitCode::SUCCESS);
    } else {
        encrypted(session, request, three)
    };
    let outcome = outcome.map_err(as_conflict)?;
    std::fs::write(&request.ours, &outcome.bytes).map_err(|error| {
        let ours = request.ours.display();
        Failure::new(
            Exit::Internal,
            format!("{ours}: cannot be written: {error}"),
        )
    })?;
    if outcome.conflicts.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let (path, places) = (request.path.display(), outcome.places());
    let conflict = Failure::other(format!("{path}: both sides changed {places}"));
    Err(conflict.hint(format!(
        "`keydance merge resolve {path}` shows what each has, then `git add {path}`"
    )))
}

/// With the keys at hand and those of groups in the working copy, or else on any branch.
fn encrypted(
    session: &Session,
    request: &MergeDriver,
    three: Three<'_>,
) -> Result<Outcome, Failure> {
    let own = session.key_services(&request.opening.services);
    let keys = group_keys::in_working_copy(&own);
    let subject = Subject {
        session,
        services: &keys,
        opening: &request.opening,
        name: &request.path,
        format: format_of(&request.path),
    };
    match subject.merged(three) {
        Err(problem) if problem.exit() == Exit::DataKey => {
            let Some(keys) = group_keys::on_all_branches(session, &own) else {
                return Err(problem);
            };
            let services = &keys;
            Subject {
                services,
                ..subject
            }
            .merged(three)
        }
        merged => merged,
    }
}

fn roster(three: Three<'_>) -> Result<Outcome, Failure> {
    let merged = merge_rosters(three.base, three.ours, three.theirs);
    let merged = merged.map_err(|error| Failure::other(format!("{ROSTER_FILE}: {error}")))?;
    for group in &merged.forked {
        failure::warn(&format!(
            "the group {group} got another identity on both sides; `keydance sync` makes the next"
        ));
    }
    Ok(Outcome {
        bytes: merged.text,
        conflicts: merged.conflicts,
    })
}

/// What only a person can merge is a conflict for git, however it is called otherwise.
fn as_conflict(problem: Failure) -> Failure {
    match problem.exit() {
        Exit::Internal => problem,
        _ => problem
            .ending(Exit::Failed)
            .hint("nothing was merged: the file is as it was on our side"),
    }
}
