//! What is published of a file: itself, itself encrypted anew, or the values in it.

use std::collections::HashMap;
use std::path::Path;

use keydance_sops::config::{CreationRule, Destination, DestinationRule};
use keydance_sops::data_key::DataKey;
use keydance_sops::file::Opened;
use keydance_sops::format::Format;
use keydance_sops::keys::{Changes, GroupChanges};
use keydance_sops::random::SystemRandom;
use keydance_sops::readers::Readers;
use keydance_sops::tree::{Entry, Map, Tree};

use super::super::changes::listed_of_copy;
use super::super::creation::Plan;
use super::super::encrypt::{about_sealing, about_wrapping};
use super::super::failure::Failure;
use super::super::groups::about_readers;
use super::super::opening::about_writing;
use super::super::output::print;
use super::super::request::Input;
use super::super::session::{Session, format_of};
use super::Publishing;

/// What is published.
pub(super) enum Content {
    /// A file, encrypted.
    File(Vec<u8>),
    /// The values in a file, as one map.
    Values(Tree),
}

/// What is published of a file by a rule. Nothing is wrapped if nothing is to be sent.
pub(super) fn of(
    publishing: &Publishing<'_>,
    path: &Path,
    rule: DestinationRule,
) -> Result<Content, Failure> {
    let Publishing {
        session,
        request,
        services,
        ..
    } = publishing;
    let source = session.source(&Input::Files(vec![path.to_owned()]), None)?;
    let format = format_of(path);
    let file = session.parse(path, format, &source.bytes)?;
    let recreation = rule.recreation.filter(has_recipients);
    let is_vault = matches!(rule.destination, Destination::Vault { .. });
    if recreation.is_none() && !is_vault {
        return Ok(Content::File(source.bytes.to_vec()));
    }
    let unlocked = session.unlock_file(path, file, services, &request.opening.order)?;
    let (opened, _) = unlocked.open(path, &request.opening)?;
    match recreation {
        Some(recreation) if !is_vault => recreated(publishing, path, opened, recreation),
        _ => Ok(Content::Values(as_one_map(opened.tree))),
    }
}

/// Whether a rule says who can open the file there; if none can, it stays as it is.
fn has_recipients(rule: &CreationRule) -> bool {
    rule.groups.first().is_some_and(|group| !group.is_empty())
}

fn recreated(
    publishing: &Publishing<'_>,
    path: &Path,
    mut opened: Opened,
    rule: CreationRule,
) -> Result<Content, Failure> {
    let Publishing {
        session, services, ..
    } = publishing;
    let mut plan = Plan::from(rule);
    if opened.format == Format::Binary {
        plan.encrypt_everything(path);
    }
    let readers = Readers {
        groups: plan.groups.clone(),
        threshold: plan.threshold,
    };
    readers
        .check()
        .map_err(|error| about_readers(path, error))?;
    let changes = Changes::between(&opened.metadata, &readers);
    let changed = |group: &GroupChanges| !group.added.is_empty() || !group.removed.is_empty();
    if changes.groups.iter().any(changed) {
        print(listed_of_copy(&changes).as_bytes())?;
    }
    if session.options.dry_run {
        return Ok(Content::File(Vec::new()));
    }
    let (now, mut random) = (Session::now(), SystemRandom);
    let key = DataKey::random(&mut random).map_err(Failure::other)?;
    let metadata = plan.metadata(&key, services, now, &mut random);
    opened.metadata = metadata.map_err(|error| about_wrapping(path, &error))?;
    let format = opened.format;
    let sealed = opened.seal(&key, now, &mut random);
    let sealed = sealed.map_err(|error| about_sealing(path, &error))?;
    let written = sealed.write(&session.write_options(format)?);
    written
        .map(Content::File)
        .map_err(|error| about_writing(path, &error))
}

/// The documents of a file as one map, in which a key of a later one counts, as in sops.
fn as_one_map(tree: Tree) -> Tree {
    let mut places = HashMap::new();
    let mut all = Map::default();
    let entries = tree.documents.into_iter().flat_map(|map| map.entries);
    for entry in entries {
        let Entry::Pair(key, value) = entry else {
            continue;
        };
        match places.get(&key) {
            Some(&place) => all.entries[place] = Entry::Pair(key, value),
            None => {
                places.insert(key.clone(), all.entries.len());
                all.entries.push(Entry::Pair(key, value));
            }
        }
    }
    Tree {
        documents: vec![all],
    }
}

#[cfg(test)]
mod tests {
    use keydance_sops::format::ReadOptions;

    use super::*;

    #[test]
    fn of_several_documents_the_last_word_counts() {
        let read = |text: &str| Format::Yaml.read_plain(text.as_bytes(), &ReadOptions::default());
        let several = read("a: 1\nb: 2\n# c\n---\nb: 3\nd: 4\n").unwrap();
        assert!(as_one_map(several) == read("a: 1\nb: 3\nd: 4\n").unwrap());
    }
}
