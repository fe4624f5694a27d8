//! The roster itself, what is generated from it, and the paths it speaks of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::listing::EntryKind;
use super::{Code, Finding, Listing, is_own};
use crate::event::attributes::{self, ATTRIBUTES_FILE};
use crate::roster::{Name, Principal, ROSTER_FILE, Roster};
use crate::sops_yaml::{self, SOPS_YAML_FILE};

/// What the roster alone shows.
pub(super) fn check(roster: &Roster, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, group) in &roster.groups {
        if group.is_forked {
            let message = format!("@{name}: two branches made generation {}", group.generation);
            let finding = Code::GenerationFork.at(ROSTER_FILE, message);
            findings.push(finding.on_line(group.line));
        }
    }
    for principal in universal(roster, now) {
        let message = format!("{principal} can open every path alone");
        findings.push(Code::UniversalRecipient.at(ROSTER_FILE, message));
    }
    findings
}

/// Whoever can open every path without anybody else, where there is more than one kind of path.
fn universal(roster: &Roster, now: Timestamp) -> BTreeSet<Principal> {
    let readers: BTreeSet<Vec<&Name>> = roster
        .paths
        .iter()
        .map(|path| roster.readers_by(path))
        .collect();
    if readers.len() < 2 {
        return BTreeSet::new();
    }
    let mut alone: HashMap<&Name, BTreeSet<Principal>> = HashMap::new();
    let mut everywhere: Option<BTreeSet<Principal>> = None;
    for readers in readers {
        let mut here = BTreeSet::new();
        for group in readers {
            let members = alone
                .entry(group)
                .or_insert_with(|| opening_alone(roster, group, now));
            here.extend(members.iter().cloned());
        }
        everywhere = Some(match everywhere {
            None => here,
            Some(before) => before.intersection(&here).cloned().collect(),
        });
    }
    everywhere.unwrap_or_default()
}

/// The people and machines that open the identity of a group without anybody else.
fn opening_alone(roster: &Roster, group: &Name, now: Timestamp) -> BTreeSet<Principal> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut left = vec![group];
    while let Some(name) = left.pop() {
        let group = roster.groups.get(name);
        let Some(group) = group.filter(|group| group.quorum.is_none_or(|quorum| quorum < 2)) else {
            continue;
        };
        if !seen.insert(name) {
            continue;
        }
        for member in group.members_at(now) {
            match member {
                Principal::Group(inner) => left.push(inner),
                _ if roster.is_there(member, now) => {
                    found.insert(member.clone());
                }
                Principal::Machine(_) | Principal::Person(_) => {}
            }
        }
    }
    found
}

/// Whether the generated files are those that the roster asks for.
pub(super) fn check_generated(
    roster: &Roster,
    text: &[u8],
    files: &BTreeMap<String, Vec<u8>>,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    match files.get(SOPS_YAML_FILE) {
        None => {
            findings.push(Code::SopsYamlDrift.at(SOPS_YAML_FILE, "it is missing"));
        }
        Some(bytes) if sops_yaml::generate(roster, text, now).as_bytes() != bytes.as_slice() => {
            let message = "it is not what `keydance sync` makes of the roster";
            findings.push(Code::SopsYamlDrift.at(SOPS_YAML_FILE, message));
        }
        Some(_) => {}
    }
    let existing = files.get(ATTRIBUTES_FILE).map(Vec::as_slice);
    if attributes::generate(existing, roster).is_some() {
        let message = "its block is not what `keydance sync` makes of the roster";
        findings.push(Code::GitattributesDrift.at(ATTRIBUTES_FILE, message));
    }
    findings
}

/// What the paths alone show.
pub(super) fn check_paths(roster: &Roster, listing: &Listing) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut folded: HashMap<String, &str> = HashMap::new();
    for (path, entry) in listing.entries() {
        let is_covered = roster.rule_of(path).is_some() && !is_own(path);
        let other = folded.insert(path.to_lowercase(), path);
        let clashes = |other: &&str| is_covered || roster.rule_of(other).is_some();
        if let Some(other) = other.filter(clashes) {
            let message = format!("it differs from {other} only in upper and lower case");
            findings.push(Code::CaseClash.at(path, message));
        }
        if is_covered && entry.kind == EntryKind::Symlink {
            findings.push(Code::Symlink.at(path, "it is a link"));
        }
        if entry.is_unmerged {
            findings.push(Code::MergeLeftOver.at(path, "its merge has not ended"));
        }
        if let Some(of) = left_over_of(path)
            && roster.rule_of(&of).is_some()
        {
            let message = format!("it is a copy of {of} that a merge left behind");
            findings.push(Code::MergeLeftOver.at(path, message));
        }
    }
    findings
}

/// The file that merging made this one of: `FILE.orig`, `FILE.rej`, and what `git mergetool` names
/// `NAME_BASE_123.yaml`.
fn left_over_of(path: &str) -> Option<String> {
    let suffixes = [".orig", ".rej"];
    if let Some(of) = suffixes.iter().find_map(|suffix| path.strip_suffix(suffix)) {
        return Some(of.to_owned());
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, suffix) = name.split_once('.').unwrap_or((name, ""));
    let (stem, number) = stem.rsplit_once('_')?;
    let (stem, word) = stem.rsplit_once('_')?;
    let is_made = ["BACKUP", "BASE", "LOCAL", "REMOTE"].contains(&word)
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit());
    let slash = if folder.is_empty() { "" } else { "/" };
    let dot = if suffix.is_empty() { "" } else { "." };
    is_made.then(|| format!("{folder}{slash}{stem}{dot}{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_merging_leaves_behind_is_known_by_its_name() {
        let of = |path| left_over_of(path);
        assert_eq!(of("s/db.yaml.orig").as_deref(), Some("s/db.yaml"));
        assert_eq!(of("s/db_BASE_12.yaml").as_deref(), Some("s/db.yaml"));
        assert_eq!(of("db_REMOTE_1").as_deref(), Some("db"));
        assert_eq!(of("s/db_BASE_x.yaml"), None);
        assert_eq!(of("s/data_base_1.yaml"), None);
    }
}
