//! How changes of recipients are shown: as sops does it.

use keydance_sops::keys::{Changes, GroupChanges};

/// A line for each recipient: kept, added, removed; and the threshold, if it changes.
pub(super) fn listed(changes: &Changes) -> String {
    let mut text = "The following changes will be made to the file's groups:\n".to_owned();
    let (before, after) = changes.threshold;
    if before != after {
        text += &format!("+++ shamir_threshold: {after}\n--- shamir_threshold: {before}\n");
    }
    for (at, GroupChanges { added, kept, removed }) in changes.groups.iter().enumerate() {
        text += &format!("Group {}\n", at + 1);
        for (mark, recipients) in [("   ", kept), ("+++", added), ("---", removed)] {
            for recipient in recipients {
                text += &format!("{mark} {recipient}\n");
            }
        }
    }
    text
}
