//! What is wrong with an organisation's files: whether they are encrypted, to whom, and whole.
//!
//! Nothing here needs a key. With keys it is also looked at what is in the files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use keydance_sops::key_service::KeyService;

use crate::event::GitError;
use crate::event::attributes::ATTRIBUTES_FILE;
use crate::group_identity::{GROUPS_FOLDER, Keyring};
use crate::roster::{ROSTER_FILE, Roster};
use crate::signature::{ApprovalError, Digest, Program, Trust, approved_in, path_of};
use crate::sops_yaml::SOPS_YAML_FILE;

pub use finding::{Code, Finding, Severity};
pub use listing::{Listing, Source};

use file::Examiner;
use listing::{Content, EntryKind};
use seen::Seen;
use signatures::{Facts, Signatures};

// What is found, and in what.
mod finding;
mod listing;

// What is looked at.
mod file;
mod identities;
mod organisation;
mod recipients;
pub(crate) mod seen;
mod signatures;
mod values;

/// What a check came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What is wrong, in the order of the paths.
    pub findings: Vec<Finding>,
    /// How many files the roster speaks of.
    pub files: usize,
    /// How many of them could be opened to look inside.
    pub opened: usize,
}

/// Why nothing was checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// No organisation.
    #[error("there is no {ROSTER_FILE} at the top of this repository")]
    NoRoster,
}

/// With what a check is made.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "keys are never printed")]
pub struct Means<'m> {
    /// The keys to look into files with.
    pub keys: Option<&'m dyn KeyService>,
    /// The path of `ssh-keygen`, to look at signatures with.
    pub ssh_keygen: Option<&'m Path>,
    /// The time.
    pub now: Timestamp,
}

/// Checks files against their roster at a point in time, with whatever these keys open.
///
/// A clone remembers which versions of signed files it has seen.
///
/// # Errors
///
/// If there is no roster, or git cannot be asked. One that cannot be read is a finding.
pub fn check(listing: &Listing, means: Means<'_>) -> Result<Report, CheckError> {
    let Means { keys, now, .. } = means;
    let mut own = files(listing, [ROSTER_FILE, SOPS_YAML_FILE, ATTRIBUTES_FILE])?;
    let text = own.remove(ROSTER_FILE).ok_or(CheckError::NoRoster)?;
    let roster = match Roster::parse(&text) {
        Ok(roster) => roster,
        Err(error) => {
            let finding = Code::Malformed.at(ROSTER_FILE, error.problem.to_string());
            return Ok(Report {
                findings: vec![finding.on_line(error.line)],
                ..Report::default()
            });
        }
    };
    let is_identity = |path: &&str| path.starts_with(GROUPS_FOLDER) && path.ends_with(".yaml");
    let identities = files(
        listing,
        listing.entries().map(|it| it.0).filter(is_identity),
    )?;
    let mut findings = organisation::check(&roster, now);
    findings.extend(organisation::check_generated(&roster, &text, &own, now));
    findings.extend(organisation::check_paths(&roster, listing));
    let ring = keys.map(|own| Keyring::new(own, identities.values().cloned()));
    let ring = ring.as_ref().map(|ring| ring as &dyn KeyService);
    findings.extend(identities::check(&roster, &identities, ring, now));
    let mut examiner = Examiner::new(&roster, &identities, ring, now);
    let looked_at = paths(&roster, listing)?;
    listing.read(looked_at.iter().copied(), |path, content| match content {
        Content::Bytes(bytes) => examiner.look(path, bytes),
        Content::Gone => {}
        Content::Unreadable(why) => findings.push(Code::Malformed.at(path, why)),
    })?;
    let (mut report, facts) = examiner.finish();
    findings.extend(signed(listing, (&roster, &text), means, facts)?);
    report.findings.append(&mut findings);
    report.findings.sort();
    report.findings.dedup();
    Ok(report)
}

/// What is wrong with the signatures of files.
fn signed(
    listing: &Listing,
    (roster, text): (&Roster, &[u8]),
    means: Means<'_>,
    mut facts: Facts,
) -> Result<Vec<Finding>, GitError> {
    let Some(program) = means.ssh_keygen else {
        return Ok(Vec::new());
    };
    let folder = listing.private_folder()?;
    let mut seen = Seen::load(&folder);
    let program = Program::new(program.to_owned(), folder.join("verifying"));
    let signatures = Signatures {
        listing,
        program: &program,
        roster,
        now: means.now,
    };
    let approval = approval(listing, text, &Trust::kept_in(folder), &program)?;
    if approval.is_none() {
        let about_roster = (Digest::of(text), Digest::of_recipients(None));
        facts.insert(ROSTER_FILE.to_owned(), about_roster);
    }
    let places: Vec<String> = facts.keys().map(|path| path_of(path)).collect();
    let files = files(listing, places.iter().map(String::as_str))?;
    let mut findings = signatures.check(&facts, &files, &mut seen)?;
    findings.extend(approval.unwrap_or_default());
    if !listing.is_staged() {
        // A clone that cannot be written to remembers nothing, and is checked all the same.
        drop(seen.save());
    }
    Ok(findings)
}

/// Whether the roster is the approved one; nothing where this clone trusts none that it could follow
/// from.
fn approval(
    listing: &Listing,
    text: &[u8],
    trust: &Trust,
    program: &Program,
) -> Result<Option<Vec<Finding>>, GitError> {
    let unapproved = |problem: &dyn std::fmt::Display| {
        Some(vec![
            Code::RosterUnapproved.at(ROSTER_FILE, problem.to_string()),
        ])
    };
    let trusted = match trust.roster() {
        Ok(None) => return Ok(None),
        Ok(Some(trusted)) => trusted,
        Err(error) => {
            return Ok(unapproved(&format_args!(
                "what is trusted cannot be read: {error}"
            )));
        }
    };
    Ok(match approved_in(listing.git(), trusted, program) {
        Ok(approved) if approved.current == Digest::of(text) => Some(Vec::new()),
        Ok(_) => unapproved(&"an admin of every group that it concerns must sign it"),
        Err(ApprovalError::Git(error)) => return Err(error),
        Err(error) => unapproved(&error),
    })
}

/// The content of some files, of those that are there.
fn files<'p>(
    listing: &Listing,
    paths: impl IntoIterator<Item = &'p str>,
) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
    let mut found = BTreeMap::new();
    listing.read(paths, |path, content| {
        if let Content::Bytes(bytes) = content {
            found.insert(path.to_owned(), bytes.to_vec());
        }
    })?;
    Ok(found)
}

/// The files that the roster speaks of, and others that look encrypted.
fn paths<'l>(roster: &Roster, listing: &'l Listing) -> Result<BTreeSet<&'l str>, GitError> {
    let encrypted = listing.files_with(file::MARK)?;
    let entries = listing.entries().filter(|(path, entry)| {
        let is_wanted = roster.rule_of(path).is_some() || encrypted.contains(*path);
        // What is staged has several versions of a file whose merge has not ended.
        let is_one = !(entry.is_unmerged && listing.is_staged());
        is_wanted && is_one && entry.kind == EntryKind::File && !is_own(path)
    });
    Ok(entries.map(|(path, _)| path).collect())
}

/// Whether a file is the organisation's own, and none of what it keeps.
fn is_own(path: &str) -> bool {
    [ROSTER_FILE, SOPS_YAML_FILE, ATTRIBUTES_FILE].contains(&path) || path.starts_with(".keydance/")
}
