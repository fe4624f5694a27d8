//! The identities of groups, where a file is in a repository with an organisation.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use keydance_git::group_identity::Keyring;
use keydance_git::merge;
use keydance_sops::key_service::KeyService;

use super::environment::Variable;
use super::session::Session;
use crate::commands::identity;

/// Own keys, and those of groups that they open in the working copy around here. Without an
/// organisation there are none.
pub(super) fn in_working_copy(own: &dyn KeyService) -> Keyring<'_> {
    let root = identity::organisation_around(None).ok().flatten();
    let files = root.and_then(|root| identity::identity_files(&root).ok());
    Keyring::new(own, files.unwrap_or_default())
}

/// Own keys, and those of groups that they open on any branch: what the other side of a merge made
/// is in no working copy yet. Nothing without an organisation.
pub(super) fn on_all_branches<'k>(
    session: &Session,
    own: &'k dyn KeyService,
) -> Option<Keyring<'k>> {
    let root = identity::organisation_around(None).ok().flatten()?;
    let git = program(session, "git")?;
    let files = merge::identity_files(&git, &root, &merged_heads()).ok()?;
    Some(Keyring::new(own, files))
}

/// The commits that git is merging: it names each of them in a variable.
fn merged_heads() -> Vec<String> {
    let names = std::env::vars_os().map(|(name, _)| name);
    let heads = names.filter_map(|name| Some(name.to_str()?.strip_prefix("GITHEAD_")?.to_owned()));
    heads
        .filter(|head| head.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .collect()
}

fn program(session: &Session, name: &str) -> Option<PathBuf> {
    let path = session
        .environment
        .get(Variable::Path)
        .unwrap_or(OsStr::new(""));
    let mut places = std::env::split_paths(path).map(|folder: PathBuf| folder.join(name));
    places.find(|place: &PathBuf| Path::is_absolute(place) && place.is_file())
}
