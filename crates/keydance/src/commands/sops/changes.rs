//! How changes of recipients are shown: as sops does it.

use keydance_sops::keys::{Changes, GroupChanges};

/// A line for each recipient: kept, added, removed; and the threshold, if it changes.
pub(super) fn listed(changes: &Changes) -> String {
    let mut lines = vec!["The following changes will be made to the file's groups:".to_owned()];
    let (before, after) = changes.threshold;
    if before != after {
        lines.push(format!("+++ shamir_threshold: {after}"));
        lines.push(format!("--- shamir_threshold: {before}"));
    }
    for (at, group) in changes.groups.iter().enumerate() {
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
    lines.push(String::new());
    lines.join("\n")
}
