//! How changes of recipients are shown: as sops does it.

use keydance_sops::keys::{Changes, GroupChanges};

/// A line for each recipient: kept, added, removed; and the threshold, if it changes.
pub(super) fn listed(changes: &Changes) -> String {
    let head = "The following changes will be made to the file's groups:".to_owned();
    let mut lines = vec![head];
    let (before, after) = changes.threshold;
    if before != after {
        lines.push(format!("+++ shamir_threshold: {after}"));
        lines.push(format!("--- shamir_threshold: {before}"));
    }
    lines.extend(groups(&changes.groups));
    lines.push(String::new());
    lines.join("\n")
}

/// The same of a file that is encrypted anew to be published.
pub(super) fn listed_of_copy(changes: &Changes) -> String {
    let head = "The following changes will be made to the file's key groups:".to_owned();
    let mut lines = vec![head];
    lines.extend(groups(&changes.groups));
    lines.push(String::new());
    lines.join("\n")
}

fn groups(groups: &[GroupChanges]) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let GroupChanges {
            added,
            kept,
            removed,
        } = group;
        lines.push(format!("Group {}", at + 1));
        for (mark, recipients) in [("   ", kept), ("+++", added), ("---", removed)] {
            lines.extend(
                recipients
                    .iter()
                    .map(|recipient| format!("{mark} {recipient}")),
            );
        }
    }
    lines
}
