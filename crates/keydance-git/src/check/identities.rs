//! The files of group identities.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keydance_sops::file::File;
use keydance_sops::format::{Format, ReadOptions};
use keydance_sops::key_service::KeyService;

use super::recipients::Owners;
use super::{Code, Finding};
use crate::group_identity::{Generation, IdentityError, IdentityFile, path_of};
use crate::roster::{ROSTER_FILE, Roster};

/// What is wrong with the files of identities, by path, and which are missing.
pub(super) fn check(
    roster: &Roster,
    files: &BTreeMap<String, Vec<u8>>,
    keys: Option<&dyn KeyService>,
    now: Timestamp,
) -> Vec<Finding> {
    let owners = Owners::of(roster, files, now);
    let mut findings = Vec::new();
    for (path, bytes) in files {
        let file = match IdentityFile::read(bytes) {
            Ok(file) => file,
            Err(error) => {
                findings.push(Code::Malformed.at(path, error.to_string()));
                continue;
            }
        };
        if file.generation.path() != *path {
            let message = "its group, number or recipient is not that of its path";
            findings.push(Code::GroupIdentityMismatch.at(path, message));
        }
        if is_current(roster, &file.generation) {
            findings.extend(check_readers(
                roster,
                &owners,
                path,
                &file.generation,
                bytes,
                now,
            ));
        }
        let opened = keys.map(|keys| file.open(keys));
        if let Some(Err(error)) = opened {
            findings.extend(inside(path, &error));
        }
    }
    for (name, group) in &roster.groups {
        let path = path_of(name, group.generation, &group.recipient);
        if !files.contains_key(&path) {
            let message = format!("@{name}: the file {path} of its identity is missing");
            let finding = Code::GroupIdentityMismatch.at(ROSTER_FILE, message);
            findings.push(finding.on_line(group.line));
        }
    }
    findings
}

/// Whether it is the identity that files are encrypted to now. Those before are never changed.
fn is_current(roster: &Roster, generation: &Generation) -> bool {
    let group = roster.groups.get(&generation.group);
    group.is_some_and(|group| {
        group.generation == generation.number && group.recipient.is_same(&generation.recipient)
    })
}

fn check_readers(
    roster: &Roster,
    owners: &Owners,
    path: &str,
    generation: &Generation,
    bytes: &[u8],
    now: Timestamp,
) -> Vec<Finding> {
    let Ok(file) = File::read(Format::Yaml, bytes, &ReadOptions::default()) else {
        return Vec::new();
    };
    let wanted = roster.identity_readers(generation.group.as_str(), now);
    owners.check(path, &file.metadata, &wanted)
}

/// What opening showed; that it did not open is none of it.
fn inside(path: &str, error: &IdentityError) -> Option<Finding> {
    let code = match error {
        IdentityError::Mismatch | IdentityError::Field(_) => Code::GroupIdentityMismatch,
        IdentityError::Decrypt(_) | IdentityError::Mac(_) => Code::BadMac,
        _ => return None,
    };
    Some(code.at(path, error.to_string()))
}
