//! What is odd about a file although its MAC is right: the MAC covers values, not all around them.

use std::path::Path;

use keydance_sops::file::Opened;
use keydance_sops::metadata::Metadata;
use keydance_sops::recipient::Recipient;
use keydance_sops::tree::{Item, Key, Map, Value};

use super::failure::{Failure, warn};

/// All that is odd about a file.
pub(super) fn of(opened: &Opened) -> Vec<String> {
    let mut lints = of_content(opened);
    lints.extend(of_metadata(&opened.metadata));
    lints
}

/// What somebody may have done to the content without the data key.
pub(super) fn of_content(opened: &Opened) -> Vec<String> {
    let mut lints: Vec<String> = opened.warnings.iter().map(ToString::to_string).collect();
    let mut colons = Colons::default();
    for document in &opened.tree.documents {
        colons.look(document);
    }
    lints.extend(colons.lint());
    lints
}

/// Refuses a file for the first thing that is odd about it.
///
/// # Errors
/// There is one.
pub(super) fn refuse(path: &Path, lints: &[String]) -> Result<(), Failure> {
    let Some(first) = lints.first() else {
        return Ok(());
    };
    let failure = Failure::other(format!("{}: {first}", path.display()));
    Err(failure.hint("without --strict the file is opened all the same"))
}

/// Says what of a file only a signature could vouch for.
pub(super) fn report_unsigned(path: &Path) {
    warn(&format!(
        "{}: no signature vouches for what the MAC does not cover: the file's age, recipients, \
         comments and structure, plain keys, and the types of values",
        path.display()
    ));
}

/// Keys that read like a path: what is encrypted at the one place also opens at the other.
#[derive(Default)]
struct Colons<'t> {
    first: Option<&'t Key>,
    count: usize,
}

impl<'t> Colons<'t> {
    // INVARIANT: no deeper than 512 levels, as a tree that was read.
    fn look(&mut self, map: &'t Map) {
        for (key, value) in map.pairs() {
            if key.as_bytes().contains(&b':') {
                self.first.get_or_insert(key);
                self.count += 1;
            }
            self.look_into(value);
        }
    }

    fn look_into(&mut self, value: &'t Value) {
        match value {
            Value::Map(map) => self.look(map),
            Value::List(items) => {
                for item in items {
                    if let Item::Value(value) = item {
                        self.look_into(value);
                    }
                }
            }
            _ => {}
        }
    }

    fn lint(&self) -> Option<String> {
        let first = self.first?;
        let more = match self.count {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        Some(format!(
            "the key {first}{more} holds a colon, so its value could be moved into a map"
        ))
    }
}

/// What somebody may have done to the metadata.
pub(super) fn of_metadata(metadata: &Metadata) -> Vec<String> {
    let mut lints = Vec::new();
    if metadata.has_other_copies {
        lints.push(
            "its documents have different metadata; only those of the first count".to_owned(),
        );
    }
    if metadata.version.is_empty() {
        lints.push("the metadata name no version, so sops does not open the file".to_owned());
    }
    let of_groups = metadata.groups.iter().flat_map(|group| &group.unknown);
    let of_entries = metadata.wrappings().flat_map(|wrapping| &wrapping.unknown);
    let unknown = metadata.unknown.iter().chain(of_groups).chain(of_entries);
    let unknown = unknown.map(|(key, _)| key);
    lints.extend(unknown.map(|key| format!("the field {key} of the metadata is not known")));
    let (quantum, classical): (Vec<_>, Vec<_>) = metadata
        .wrappings()
        .map(|wrapping| is_post_quantum(&wrapping.recipient))
        .partition(|is| *is);
    if !quantum.is_empty() && !classical.is_empty() {
        lints.push(
            "one classical recipient beside post-quantum ones undoes what they are for".to_owned(),
        );
    }
    lints
}

fn is_post_quantum(recipient: &Recipient) -> bool {
    matches!(recipient, Recipient::Age { recipient } if recipient.starts_with("age1pq1"))
}
