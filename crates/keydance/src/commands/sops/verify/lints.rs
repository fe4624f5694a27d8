//! What is odd about a file although its MAC is right: the MAC covers values, not all around them.

use keydance_sops::file::Opened;
use keydance_sops::metadata::Metadata;
use keydance_sops::recipient::Recipient;
use keydance_sops::tree::{Entry, Item, Map, Value};

/// The lints, those of decrypting first.
pub(super) fn of(opened: &Opened) -> Vec<String> {
    let mut lints: Vec<String> = opened.warnings.iter().map(ToString::to_string).collect();
    for document in &opened.tree.documents {
        colons(document, &mut lints);
    }
    metadata(&opened.metadata, &mut lints);
    lints
}

/// Keys that read like a path: what is encrypted at the one place also opens at the other.
fn colons(map: &Map, lints: &mut Vec<String>) {
    for entry in &map.entries {
        let Entry::Pair(key, value) = entry else {
            continue;
        };
        if key.as_bytes().contains(&b':') {
            lints.push(format!(
                "the key {key} holds a colon, so its value could be moved into a map"
            ));
        }
        within(value, lints);
    }
}

// INVARIANT: no deeper than 512 levels, as a tree that was read.
fn within(value: &Value, lints: &mut Vec<String>) {
    match value {
        Value::Map(map) => colons(map, lints),
        Value::List(items) => {
            for item in items {
                if let Item::Value(value) = item {
                    within(value, lints);
                }
            }
        }
        _ => {}
    }
}

fn metadata(metadata: &Metadata, lints: &mut Vec<String>) {
    if metadata.version.is_empty() {
        lints.push("the metadata name no version, so sops does not open the file".to_owned());
    }
    let unknown = metadata.unknown.iter().map(|(key, _)| key);
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
}

fn is_post_quantum(recipient: &Recipient) -> bool {
    matches!(recipient, Recipient::Age { recipient } if recipient.starts_with("age1pq1"))
}
