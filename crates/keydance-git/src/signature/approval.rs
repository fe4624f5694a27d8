//! Which roster is in force: the last one that those agreed to whom it concerns.
//!
//! A roster is a proposal until it is signed by an admin of every group it touches, as the roster
//! before it has them. The first one is trusted by its fingerprint, which a person compared.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::verdict::{Flaw, signers};
use super::{Digest, Program, Signed, Signer, path_of};
use crate::event::GitError;
use crate::event::git::Git;
use crate::roster::{
    Device, Group, Machine, MachineName, Name, PathRule, Person, Principal, ROSTER_FILE, Roster,
};

/// The rosters that were approved.
#[derive(Clone, Debug)]
pub struct Approved {
    /// By digest.
    pub rosters: HashMap<Digest, Roster>,
    /// The digest of the one in force.
    pub current: Digest,
    /// Its text.
    pub text: Vec<u8>,
}

/// What became of a roster that was proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    /// It is in force.
    Approved,
    /// Its signature does not hold.
    Flawed(Flaw),
    /// These groups have not agreed: of each, an admin must sign.
    Missing(BTreeSet<Name>),
}

/// Why no roster is in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalError {
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The trusted roster is not among those of this history.
    #[error("the trusted roster is not in this history")]
    Unknown,
}

/// A roster and what is signed about it.
struct Proposal {
    text: Vec<u8>,
    signature: Option<Vec<u8>>,
}

/// Follows the rosters of the current commit's history, from the trusted one on; `git` is the path of
/// that program, and the folder is in the repository.
///
/// # Errors
///
/// If the trusted one is not there.
pub fn approved_roster(
    git: &Path,
    folder: &Path,
    trusted: Digest,
    program: &Program,
) -> Result<Approved, ApprovalError> {
    approved_in(&at_top(git, folder)?, trusted, program)
}

pub(crate) fn approved_in(
    git: &Git,
    trusted: Digest,
    program: &Program,
) -> Result<Approved, ApprovalError> {
    let mut approved: Option<Approved> = None;
    for proposal in proposals(git)? {
        let digest = Digest::of(&proposal.text);
        let is_next = match &approved {
            None => digest == trusted,
            Some(approved) if digest == approved.current => false,
            Some(approved) => {
                approve(
                    approved,
                    &proposal.text,
                    proposal.signature.as_deref(),
                    program,
                ) == Approval::Approved
            }
        };
        if let Some(roster) = is_next
            .then(|| Roster::parse(&proposal.text).ok())
            .flatten()
        {
            let mut rosters = approved.map(|it| it.rosters).unwrap_or_default();
            rosters.insert(digest, roster);
            approved = Some(Approved {
                rosters,
                current: digest,
                text: proposal.text,
            });
        }
    }
    approved.ok_or(ApprovalError::Unknown)
}

/// Whether a roster may follow the one in force.
#[must_use]
pub fn approve(
    approved: &Approved,
    text: &[u8],
    signature: Option<&[u8]>,
    program: &Program,
) -> Approval {
    match agreed(approved, text, signature, program) {
        Ok(missing) if missing.is_empty() => Approval::Approved,
        Ok(missing) => Approval::Missing(missing),
        Err(flaw) => Approval::Flawed(flaw),
    }
}

/// The groups that have not agreed.
fn agreed(
    approved: &Approved,
    text: &[u8],
    signature: Option<&[u8]>,
    program: &Program,
) -> Result<BTreeSet<Name>, Flaw> {
    let old = approved
        .rosters
        .get(&approved.current)
        .ok_or(Flaw::Roster)?;
    let new = Roster::parse(text).map_err(|_| Flaw::Roster)?;
    let signed = Signed::parse(signature.ok_or(Flaw::Unsigned)?).map_err(Flaw::Malformed)?;
    let statement = &signed.statement;
    if statement.path != ROSTER_FILE {
        return Err(Flaw::OtherPath(statement.path.clone()));
    }
    if statement.sha256 != Digest::of(text) {
        return Err(Flaw::OtherBytes);
    }
    // Who agreed to another roster's successor has not agreed to this one's.
    if statement.roster != approved.current {
        return Err(Flaw::Roster);
    }
    let signers = signers(&signed, [old, old], program)?;
    let mut missing = touched(old, &new);
    missing.retain(|name| {
        let admins = old
            .groups
            .get(name)
            .map(|group| group.admins.as_slice())
            .unwrap_or_default();
        let agrees = |signer: &Signer| match signer.principal() {
            Principal::Person(person) => admins.contains(&person),
            _ => false,
        };
        !signers.iter().any(agrees)
    });
    Ok(missing)
}

/// The groups whose admins must agree to a change: those that change, and the readers of paths that
/// do; for anything else, and for what is new, the one that governs.
#[must_use]
pub fn touched(old: &Roster, new: &Roster) -> BTreeSet<Name> {
    let mut touched = BTreeSet::new();
    let names: BTreeSet<&Name> = old.groups.keys().chain(new.groups.keys()).collect();
    for name in names {
        match (old.groups.get(name), new.groups.get(name)) {
            (Some(one), Some(other)) if group(one) == group(other) => {}
            (Some(_), _) => drop(touched.insert(name.clone())),
            (None, _) => drop(touched.insert(old.governance.clone())),
        }
    }
    // The first match counts, so a path that only moved may mean something else as well.
    let longest = old.paths.len().max(new.paths.len());
    for (one, other) in (0..longest).map(|at| (old.paths.get(at), new.paths.get(at))) {
        if one.map(path) != other.map(path) {
            let readers = one.into_iter().chain(other).flat_map(|rule| &rule.readers);
            touched.extend(readers.map(|reader| match old.groups.contains_key(reader) {
                true => reader.clone(),
                false => old.governance.clone(),
            }));
        }
    }
    if rest(old) != rest(new) {
        touched.insert(old.governance.clone());
    }
    touched
}

/// What a group says, wherever it stands in the file.
fn group(group: &Group) -> impl PartialEq + '_ {
    (
        &group.members,
        &group.admins,
        (group.generation, &group.recipient),
        (group.quorum, group.is_forked),
    )
}

/// What a path says, wherever it stands in the file.
fn path(path: &PathRule) -> impl PartialEq + '_ {
    let rule = path.rule.as_ref().map(|rule| (rule.field(), rule.text()));
    (
        (path.glob.as_str(), &path.environment),
        (&path.readers, &path.writers, path.approvals),
        (rule, path.mac_only_encrypted, &path.expect),
    )
}

/// Everything besides groups and paths.
fn rest(roster: &Roster) -> impl PartialEq + '_ {
    let device = |(name, it): (_, &'_ Device)| {
        (
            name,
            it.recipient.clone(),
            it.signing.clone(),
            it.intervals.clone(),
            it.is_lost,
        )
    };
    let person = move |(name, it): (_, &'_ Person)| {
        let devices: Vec<(Name, _, _, _, _)> = it
            .devices
            .iter()
            .map(|(name, it)| device((name.clone(), it)))
            .collect();
        (
            name,
            it.name.clone(),
            it.email.clone(),
            it.intervals.clone(),
            devices,
        )
    };
    let people: Vec<(&Name, _, _, _, _)> = roster.people.iter().map(person).collect();
    let machine = |(name, it): (_, &'_ Machine)| {
        (
            name,
            it.recipient.clone(),
            it.signing.clone(),
            it.intervals.clone(),
            it.openers.clone(),
        )
    };
    let machines: Vec<(&MachineName, _, _, _, _)> = roster.machines.iter().map(machine).collect();
    (
        (
            &roster.organisation,
            &roster.environments,
            &roster.protected,
        ),
        (roster.integrity, &roster.governance, &roster.recovery),
        (people, machines, &roster.aliases),
    )
}

/// Git at the top of the working copy: paths are relative to where it runs.
fn at_top(git: &Path, folder: &Path) -> Result<Git, GitError> {
    let git = Git::new(git, folder);
    let root = git.run(&["rev-parse", "--path-format=absolute", "--show-toplevel"])?;
    let root = String::from_utf8_lossy(&root)
        .trim_end_matches('\n')
        .to_owned();
    Ok(git.within(Path::new(&root)))
}

/// The digests of every roster of the current commit's history, the oldest first.
///
/// # Errors
///
/// If git cannot be asked.
pub fn rosters(git: &Path, folder: &Path) -> Result<Vec<Digest>, GitError> {
    let proposals = proposals(&at_top(git, folder)?)?;
    Ok(proposals
        .iter()
        .map(|proposal| Digest::of(&proposal.text))
        .collect())
}

/// Every roster of the history with its signature, the oldest first.
fn proposals(git: &Git) -> Result<Vec<Proposal>, GitError> {
    let signature = path_of(ROSTER_FILE);
    let log = [
        "log",
        "--reverse",
        "--topo-order",
        "--full-history",
        "--format=%H",
        "HEAD",
        "--",
    ];
    let commits = git.run(&[&log[..], &[ROSTER_FILE, &signature][..]].concat())?;
    let commits = String::from_utf8_lossy(&commits).into_owned();
    let at = |commit: &str, path: &str| git.run(&["cat-file", "blob", &format!("{commit}:{path}")]);
    let mut proposals = Vec::new();
    for commit in commits.lines() {
        // A commit that removes the roster proposes none.
        if let Ok(text) = at(commit, ROSTER_FILE) {
            let signature = at(commit, &signature).ok();
            proposals.push(Proposal { text, signature });
        }
    }
    Ok(proposals)
}
